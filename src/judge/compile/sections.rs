//! What stands under what: lines, tables, trees, blocks of JSON and lists, each with
//! the part of the output that it is about.

use std::ops::Range;

use super::Compiler;
use crate::docker::{Does, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::json::{self, Document};
use crate::formats::table::Header;
use crate::formats::text::stands_in;
use crate::formats::tree::Tree;
use crate::formats::volume_prune;
use crate::judge::rows::layouts_differ;
use crate::judge::values::Values;

/// A part of the expected output that is judged in a way of its own.
#[derive(Debug, Clone)]
pub(crate) enum Section {
    /// A table under its header.
    Table {
        /// The header.
        header: Header,
        /// The lines of its rows, from 0.
        rows: Range<usize>,
    },
    /// What `tree` shows.
    Tree(Tree),
    /// JSON over several lines.
    Json,
    /// What a `prune` deleted, below a heading that says so: in no order.
    Deleted {
        /// The heading.
        heading: String,
    },
}

/// The tables, trees and blocks of JSON among the `expected` lines, with the lines they take.
pub(crate) fn find_sections(
    format: &OutputFormat,
    expected: &[Option<String>],
    values: &Values,
) -> Vec<(Range<usize>, Section)> {
    let mut found = Vec::new();
    let (calls, tables) = (format.calls(), format.tables());
    let shows_trees = calls.iter().any(|call| call.program == "tree");
    let is_tree = calls.iter().any(is_tree_of_images);
    let prunes = calls.iter().any(|call| call.does(Does::Prunes));
    let authored = values.authored();
    let mut printers = calls.iter().filter(|call| !call.passes_on());
    let mut blocks = if printers.all(ProgramCall::prints_as_it_is) {
        Vec::new()
    } else {
        json::blocks(expected)
    }
    .into_iter()
    .peekable();
    let mut line = 0;
    while line < expected.len() {
        while blocks.next_if(|block| block.start < line).is_some() {}
        if let Some(block) = blocks.next_if(|block| block.start == line) {
            line = block.end;
            found.push((block, Section::Json));
            continue;
        }
        if shows_trees && let Some(tree) = Tree::read(expected, line) {
            let end = tree.end;
            found.push((line..end, Section::Tree(tree)));
            line = end;
            continue;
        }
        if prunes && let Some(heading) = expected[line].as_deref().filter(is_deletion) {
            let end = deletion_end(expected, line + 1);
            let heading = heading.to_owned();
            found.push((line..end, Section::Deleted { heading }));
            line = end;
            continue;
        }
        let header = expected[line]
            .as_deref()
            .and_then(|line| Some((line, tables.header(line)?)))
            .filter(|(line, _)| !stands_in(&authored, line))
            .map(|(_, header)| header);
        let Some(header) = header else {
            line += 1;
            continue;
        };
        let end = table_end(expected, line + 1, is_tree);
        found.push((
            line..end,
            Section::Table {
                header,
                rows: line + 1..end,
            },
        ));
        line = end;
    }
    found
}

/// Whether a command shows images as a tree.
fn is_tree_of_images(call: &ProgramCall) -> bool {
    call.is_docker_with("images --tree")
}

/// Whether `line` says that what follows was deleted.
fn is_deletion(line: &&str) -> bool {
    line.starts_with("Deleted ") && line.ends_with(':')
}

/// Where the list of what was deleted ends: at a blank line, at the sum of what was reclaimed
/// where the author left that line out, or with the output.
fn deletion_end(lines: &[Option<String>], from: usize) -> usize {
    let is_end = |line: &str| line.is_empty() || line.starts_with(volume_prune::SUM);
    let is_end = |line: &Option<String>| line.as_deref().is_some_and(is_end);
    let length = lines[from..].iter().position(is_end);
    length.map_or(lines.len(), |length| from + length)
}

/// Where a table that has begun ends: at a blank line that is not beside an
/// elision, at another header, or with the output. Blank lines set the images of a tree
/// apart.
fn table_end(lines: &[Option<String>], from: usize, is_tree: bool) -> usize {
    let elision = |index: Option<usize>| {
        index
            .and_then(|index| lines.get(index))
            .is_some_and(Option::is_none)
    };
    (from..lines.len())
        .find(|&index| match &lines[index] {
            None => false,
            Some(line) if line.is_empty() => {
                !is_tree && !elision(index.checked_sub(1)) && !elision(Some(index + 1))
            }
            Some(line) => ends_above(line),
        })
        .unwrap_or(lines.len())
}

/// Whether `line` stands below a table and not in it: another header, or a sum.
fn ends_above(line: &str) -> bool {
    Header::read(line).is_some() || line.starts_with("Total:")
}

/// A section, its lines in the notes, and the part of the output that it is
/// about; none where there is none.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) lines: Range<usize>,
    pub(super) section: Section,
    actual: Option<Range<usize>>,
}

/// How many ways to place sections are looked at.
const ARRANGEMENTS: usize = 32;

impl Compiler<'_> {
    /// Where the sections of the notes are in the output: each at the first part
    /// that fits it, and, where lines are elided before it, at later ones.
    pub(super) fn arrangements(&self) -> (Vec<Placed>, Vec<Vec<Placed>>) {
        let mut sections: Vec<Placed> =
            find_sections(self.format, &self.expected, self.context.values)
                .into_iter()
                .map(|(lines, section)| Placed {
                    lines,
                    section,
                    actual: None,
                })
                .collect();
        let mut found = Vec::new();
        // Sections that can stand further on too, each with where to look next.
        let mut movable: Vec<(usize, usize)> = Vec::new();
        let mut next = Some((0, 0));
        while let Some((number, from)) = next {
            self.place_from(&mut sections, number, from, &mut movable);
            found.push(sections.clone());
            next = (found.len() < ARRANGEMENTS)
                .then(|| self.move_last(&mut sections, &mut movable))
                .flatten();
        }
        let others = found.split_off(1);
        (found.pop().unwrap_or_default(), others)
    }

    /// Places section `number` and those after it, from line `from` of the output
    /// on, each at the first part that fits it.
    fn place_from(
        &self,
        sections: &mut [Placed],
        number: usize,
        mut from: usize,
        movable: &mut Vec<(usize, usize)>,
    ) {
        for number in number..sections.len() {
            let place = self.find_actual(&sections[number].section, from);
            if let Some(place) = &place {
                from = place.end;
                if self.elides_before(sections, number) {
                    movable.push((number, place.start + 1));
                }
            }
            sections[number].actual = place;
        }
    }

    /// Moves the last section that can be moved to the next part that fits it; gives
    /// the section after it, and the line from which that has to be placed anew.
    fn move_last(
        &self,
        sections: &mut [Placed],
        movable: &mut Vec<(usize, usize)>,
    ) -> Option<(usize, usize)> {
        while let Some((number, from)) = movable.pop() {
            if let Some(place) = self.find_actual(&sections[number].section, from) {
                movable.push((number, place.start + 1));
                let end = place.end;
                sections[number].actual = Some(place);
                return Some((number + 1, end));
            }
        }
        None
    }

    /// Whether something is elided between a section and the one before it.
    fn elides_before(&self, sections: &[Placed], number: usize) -> bool {
        let start = number
            .checked_sub(1)
            .map_or(0, |before| sections[before].lines.start);
        self.expected[start..=sections[number].lines.start]
            .iter()
            .any(Option::is_none)
    }

    /// The notes section by section, and the lines between them.
    pub(super) fn sections(&mut self, sections: &[Placed]) {
        self.permit_by_the_way();
        self.set_legend_apart();
        self.set_nothing_apart(sections);
        let by_the_way = self.lines_by_the_way();
        let (mut line, mut actual) = (0, 0);
        for placed in sections {
            let Some(range) = &placed.actual else {
                continue;
            };
            let lines = placed.lines.clone();
            // What is elided at a section's ends may be elided around it too.
            let leading = self.elided_at(lines.clone());
            self.lines(
                line..lines.start + leading,
                actual..range.start,
                &by_the_way,
            );
            line = lines.end - self.elided_at(lines.clone().rev());
            actual = range.end;
            match &placed.section {
                Section::Table { header, rows } => {
                    self.table(lines.start, header, rows.clone(), range.clone());
                }
                Section::Tree(tree) => self.tree(tree, range.clone()),
                Section::Json => self.json(lines, range.clone()),
                Section::Deleted { .. } => self.deleted(lines, range.clone()),
            }
        }
        self.lines(
            line..self.expected.len(),
            actual..self.compiled.actual.len(),
            &by_the_way,
        );
    }

    /// How many of `lines`, from the first on, are elisions or blank.
    fn elided_at(&self, lines: impl Iterator<Item = usize>) -> usize {
        lines
            .take_while(|&line| self.expected[line].as_deref().is_none_or(str::is_empty))
            .count()
    }

    /// The part of the output, from line `from` on, that a section is about.
    fn find_actual(&self, section: &Section, from: usize) -> Option<Range<usize>> {
        let actual = &self.compiled.actual;
        match section {
            Section::Table { header, .. } => (from..actual.len()).find_map(|start| {
                let theirs = self.format.tables().header(&actual[start])?;
                (header.is_part_of(&theirs) || layouts_differ(header, &theirs)).then(|| {
                    let is_tree = self.format.calls().iter().any(is_tree_of_images);
                    let end = (start + 1..actual.len())
                        .find(|&line| {
                            (actual[line].is_empty() && !is_tree) || ends_above(&actual[line])
                        })
                        .unwrap_or(actual.len());
                    start..end
                })
            }),
            Section::Tree(_) => {
                let lines: Vec<Option<String>> = actual.iter().cloned().map(Some).collect();
                (from..actual.len()).find_map(|start| Some(start..Tree::read(&lines, start)?.end))
            }
            Section::Json => Document::find(actual, from).map(|document| document.lines),
            Section::Deleted { heading } => {
                let start = (from..actual.len()).find(|&line| actual[line] == *heading)?;
                let length = actual[start..].iter().position(String::is_empty);
                Some(start..length.map_or(actual.len(), |length| start + length))
            }
        }
    }
}
