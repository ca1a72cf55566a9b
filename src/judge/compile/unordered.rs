//! Lines whose order follows random names; those of several folders stay under the
//! headings of their own.

use std::ops::Range;

use super::{Compiler, Fate, LinePattern};
use crate::docker::{OperandKind, ProgramCall};
use crate::formats::listing;
use crate::formats::published;
use crate::judge::How;
use crate::judge::solver::{Choice, Match, Order, Variable};
use crate::shell::Property;

impl Compiler<'_> {
    /// Whether the lines are a list whose order follows random names, or the folders of a
    /// file system, or, as that of `docker diff`, nothing at all.
    pub(super) fn lists_values(&self) -> bool {
        let calls = self.format.calls();
        // `$(pwd)` prints nothing here.
        let is_other = |call: &&ProgramCall| !call.passes_on() && call.program != "pwd";
        let mut printing = calls.iter().filter(is_other);
        let walks = |call: &ProgramCall| Property::Walks.is_of(&call.program);
        if printing.next().is_some_and(walks) && printing.all(|filter| filter.program == "grep") {
            return self.expected.iter().flatten().nth(1).is_some();
        }
        let Some((call, filters)) = calls.split_first() else {
            return false;
        };
        let keep_order = filters.iter().all(|filter| filter.program == "grep");
        if call.is_docker("diff") && keep_order {
            return !self.expected.is_empty();
        }
        if !filters.is_empty() {
            return false;
        }
        let lists = ["ls", "find"].contains(&call.program.as_str())
            || call
                .lists()
                .is_some_and(|kind| kind != OperandKind::Container)
                && call.has_flag('q');
        if !lists {
            return false;
        }
        let shown = || {
            let lines = self.expected.iter().enumerate();
            lines.filter_map(|(index, line)| Some((index, line.as_deref()?)))
        };
        let has_value = |(index, line): (usize, &str)| {
            LinePattern::of(line, self.number(index), self.format, self.context.values)
                .pattern()
                .has_bound()
        };
        shown()
            .filter(|(_, line)| !line.is_empty())
            .nth(1)
            .is_some()
            && shown().any(has_value)
    }

    /// What `docker port` says of a container, with twins on IPv6 or without.
    pub(super) fn ports(&mut self) {
        let authored = self.context.values.authored();
        let expected: Vec<&str> = self.expected.iter().flatten().map(String::as_str).collect();
        let printed: Vec<&str> = self.compiled.actual.iter().map(String::as_str).collect();
        let (ours, theirs) = published::twins_on_one_side(&expected, &printed, &authored);
        if !ours.is_empty() || !theirs.is_empty() {
            self.compiled.dialects.push(published::DIALECT);
        }
        let places: Vec<(usize, Folder)> = (0..printed.len())
            .filter(|line| !theirs.contains(line) && !printed[*line].is_empty())
            .map(|line| (line, Folder::Top))
            .collect();
        let mut variables = Vec::new();
        for line in 0..self.expected.len() {
            let Some(text) = self.expected[line].as_deref() else {
                continue;
            };
            if text.is_empty() {
                self.compiled.fates[line] = Fate::Layout;
            } else if ours.contains(&line) {
                self.compiled.fates[line] = Fate::Dialect;
            } else {
                let pattern =
                    LinePattern::of(text, self.number(line), self.format, self.context.values);
                self.compiled.patterns[line] = Some(pattern);
                variables.push(self.anywhere(line, Folder::Top, &places));
            }
        }
        self.compiled.permitted.extend(theirs);
        let obligatory = places.into_iter().map(|(line, _)| line).collect();
        self.push(Order::Set, variables, obligatory);
    }

    /// Lines whose order follows random names.
    pub(super) fn unordered_lines(&mut self, lines: Range<usize>, actual: Range<usize>) {
        let printed: Vec<(usize, Folder)> = folders(self.compiled.actual[actual.clone()].iter())
            .zip(actual)
            .map(|(folder, line)| (line, folder))
            .filter(|(line, _)| !self.compiled.actual[*line].is_empty())
            .filter(|(line, _)| !self.compiled.permitted.contains(line))
            .collect();
        let mut elided = false;
        let mut variables = Vec::new();
        let mut folder = Folder::Top;
        for line in lines {
            if [Fate::Ambient, Fate::Dialect].contains(&self.compiled.fates[line]) {
                continue;
            }
            match self.expected[line].as_deref() {
                None => {
                    self.compiled.fates[line] = Fate::Elided;
                    elided = true;
                    folder = Folder::Unknown;
                }
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(text) => {
                    let pattern =
                        LinePattern::of(text, self.number(line), self.format, self.context.values);
                    if listing::is_heading(text) {
                        folder = Folder::Below(line);
                    }
                    self.compiled.patterns[line] = Some(pattern);
                    variables.push(self.anywhere(line, folder, &printed));
                }
            }
        }
        let obligatory = if elided {
            Vec::new()
        } else {
            printed.iter().map(|(line, _)| *line).collect()
        };
        if variables.is_empty() && !obligatory.is_empty() {
            variables.push(Variable::impossible(0));
        }
        self.push(Order::Set, variables, obligatory);
    }

    /// What a `prune` deleted: its heading, and lines in no order below it.
    pub(super) fn deleted(&mut self, lines: Range<usize>, actual: Range<usize>) {
        let heading = Choice::at(actual.start, Match::default());
        let heading = Variable::of(lines.start..lines.start + 1, vec![heading]);
        self.push(Order::Sequence, vec![heading], Vec::new());
        for line in self.lines_by_the_way().range(lines.clone()) {
            self.compiled.fates[*line] = Fate::Ambient;
        }
        self.unordered_lines(lines.start + 1..lines.end, actual.start + 1..actual.end);
    }

    /// A line that can stand at any of the `printed` ones in the same folder.
    fn anywhere(&self, line: usize, folder: Folder, printed: &[(usize, Folder)]) -> Variable {
        let choices = printed.iter().filter_map(|&(place, their_folder)| {
            let mut found = self.line_at(line, place)?;
            match (folder, their_folder) {
                (Folder::Unknown, _) | (Folder::Top, Folder::Top) => {}
                (Folder::Below(ours), Folder::Below(theirs)) if ours != line => {
                    found.add(self.line_at(ours, theirs)?);
                }
                (Folder::Below(_), Folder::Below(theirs)) if theirs == place => {}
                _ => return None,
            }
            let how = match found.dialect {
                Some(_) => How::Dialect,
                None => How::Unordered,
            };
            Some(Choice::at(place, Match { how, ..found }))
        });
        Variable::of(line..line + 1, choices.collect())
    }

    fn line_at(&self, line: usize, place: usize) -> Option<Match> {
        let pattern = self.compiled.patterns.get(line)?.as_ref()?;
        pattern.matches(self.compiled.actual.get(place)?)
    }
}

/// The folder that a line of a listing is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Folder {
    /// The one that is listed, or no folder's: no heading stands above the line.
    Top,
    /// The one whose heading is this line, from 0.
    Below(usize),
    /// Its heading may be elided.
    Unknown,
}

/// The folders that `lines`, none of which is elided, are about.
fn folders<'l>(lines: impl Iterator<Item = &'l String>) -> impl Iterator<Item = Folder> {
    lines
        .enumerate()
        .scan(Folder::Top, |folder, (number, line)| {
            if listing::is_heading(line) {
                *folder = Folder::Below(number);
            }
            Some(*folder)
        })
}
