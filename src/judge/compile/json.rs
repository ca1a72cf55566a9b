//! A block of JSON, laid over a printed document.

use std::ops::Range;

use super::{Compiler, Fate, LinePattern};
use crate::formats::json::{self, Document};
use crate::formats::members;
use crate::formats::rewording;
use crate::formats::text::{noted_lines, printed_lines};
use crate::judge::solver::{Choice, Match, Order, Variable};

/// A way to lay a block over a document: the row that it takes, the line of the
/// output that each of the block's lines is, and those that only this run's words
/// have.
type BlockLayout = (Option<&'static str>, Vec<usize>, Vec<usize>);

impl Compiler<'_> {
    /// A block of JSON, laid over the document at `range` in every way there is.
    pub(super) fn json(&mut self, block: Range<usize>, range: Range<usize>) {
        let Some(document) = Document::find(&self.compiled.actual, range.start) else {
            return;
        };
        self.read_json(block.clone());
        let laid_over = (block.clone(), document.lines.clone());
        self.compiled.documents.push(laid_over);
        let wrong = json::wrong_commas(&self.expected, block.clone());
        if !wrong.is_empty() {
            let wrong = wrong
                .into_iter()
                .map(|line| Variable::of(line..line + 1, Vec::new()));
            self.push(Order::Sequence, wrong.collect(), Vec::new());
            return;
        }
        let found = self.embeddings(&self.expected, block.clone(), document.clone());
        let own = found.into_iter().map(|places| (None, places, Vec::new()));
        let mut ways: Vec<BlockLayout> = own.collect();
        if ways.is_empty() {
            ways.extend(self.with_fewer_members(block.clone(), document.clone()));
        }
        if ways.is_empty() {
            ways.extend(self.of_another_version(&block, &document));
            if !ways.is_empty() {
                self.compiled.dialects.push(members::DIALECT);
            }
        }
        let choices = ways.into_iter().filter_map(|(row, places, beyond)| {
            let mut found = row.map_or_else(Match::default, |row| Match::through(row, Vec::new()));
            for (&line, &place) in self.required(&block).iter().zip(&places) {
                if place != usize::MAX {
                    found.add(self.match_json(line, place)?);
                }
            }
            Some(Choice {
                place: range.clone(),
                shows: places.iter().copied().find(|place| *place != usize::MAX)?,
                scattered: places.into_iter().chain(beyond).collect(),
                found,
            })
        });
        let variable = Variable::of(block.clone(), choices.collect());
        self.push(Order::Sequence, vec![variable], Vec::new());
    }

    /// The lines of a block that have to be found.
    fn required(&self, block: &Range<usize>) -> Vec<usize> {
        let mut lines: Vec<usize> = block.clone().collect();
        lines.retain(|&line| self.compiled.fates[line] == Fate::Required);
        lines
    }

    /// The ways to lay a block over a document of another version of Docker, of
    /// which one has members that the other never had.
    fn with_fewer_members(&self, block: Range<usize>, document: Document) -> Vec<BlockLayout> {
        let printed = printed_lines(&self.compiled.actual);
        let own = noted_lines(&self.expected);
        let beyond = self.only_in_newer(&printed, document.lines.clone());
        let missing = self.only_in_newer(&own, block.clone());
        let Some(&(_, row)) = beyond.iter().chain(&missing).next() else {
            return Vec::new();
        };
        let beyond: Vec<usize> = beyond.into_iter().map(|(line, _)| line).collect();
        let mut expected = self.expected.to_vec();
        for (line, _) in &missing {
            expected[*line] = Some(String::new());
        }
        self.embeddings(&expected, block.clone(), document.without(&beyond))
            .into_iter()
            .map(|places| {
                let missing: Vec<usize> = missing.iter().map(|(line, _)| *line).collect();
                let shown = self.with_missing(&block, &missing, places);
                (Some(row), shown, beyond.clone())
            })
            .collect()
    }

    /// The ways to lay a block over a document of another version of Docker, which has
    /// members elsewhere, or others.
    fn of_another_version(&self, block: &Range<usize>, document: &Document) -> Vec<BlockLayout> {
        let arrangements = members::arrangements(
            self.format.calls(),
            &self.expected,
            block.clone(),
            &self.compiled.actual,
            document.lines.clone(),
            &self.context.values.authored(),
        );
        let mut ways = Vec::new();
        for arrangement in arrangements {
            let mut expected = self.expected.to_vec();
            for line in &arrangement.missing {
                expected[*line] = Some(String::new());
            }
            let arranged = document.arranged(&self.compiled.actual, &arrangement.order);
            let shown = |line: &usize| !arrangement.order.contains(line);
            let beyond: Vec<usize> = document.lines.clone().filter(shown).collect();
            for places in self.embeddings(&expected, block.clone(), arranged) {
                let places = self.with_missing(block, &arrangement.missing, places);
                ways.push((Some(members::DIALECT), places, beyond.clone()));
            }
        }
        ways
    }

    /// The places of the lines of a block, of which some are `missing` and have none.
    fn with_missing(
        &self,
        block: &Range<usize>,
        missing: &[usize],
        places: Vec<usize>,
    ) -> Vec<usize> {
        let mut places = places.into_iter();
        let shown = self.required(block).into_iter().map(|line| {
            let place = if missing.contains(&line) {
                None
            } else {
                places.next()
            };
            place.unwrap_or(usize::MAX)
        });
        shown.collect()
    }

    /// Those of `lines` that an older version leaves out, each with its row.
    fn only_in_newer(
        &self,
        lines: &[Option<&str>],
        range: Range<usize>,
    ) -> Vec<(usize, &'static str)> {
        range
            .filter_map(|line| {
                let two = [(*lines.get(line)?)?, (*lines.get(line + 1)?)?];
                let other = rewording::rewordings(
                    &two,
                    self.format.calls(),
                    &self.context.values.known_names(),
                )
                .into_iter()
                .find(|other| other.takes == 2 && other.lines == two[1..])?;
                Some((line, other.row))
            })
            .collect()
    }

    /// Every way to lay a block over a document, by lines of the output.
    fn embeddings(
        &self,
        expected: &[Option<String>],
        block: Range<usize>,
        document: Document,
    ) -> Vec<Vec<usize>> {
        let orders = document.orders(&self.compiled.actual);
        let found = orders.iter().filter_map(|document| {
            let same = |line, place| self.match_json(line, document.shown(place)).is_some();
            let found = json::embeddings(
                expected,
                block.clone(),
                document,
                &self.compiled.actual,
                same,
            )?;
            let shown = |places: Vec<usize>| {
                let lines = places.into_iter().map(|place| document.shown(place));
                lines.collect()
            };
            Some(found.into_iter().map(shown).collect::<Vec<Vec<usize>>>())
        });
        found.flatten().collect()
    }

    fn read_json(&mut self, block: Range<usize>) {
        for index in block {
            match self.expected[index].as_deref() {
                None => self.compiled.fates[index] = Fate::Elided,
                Some("") => self.compiled.fates[index] = Fate::Layout,
                Some(text) => {
                    let (line, values) = (self.number(index), self.context.values);
                    self.compiled.patterns[index] =
                        Some(LinePattern::of_json(text, line, self.format, values));
                }
            }
        }
    }

    fn match_json(&self, line: usize, place: usize) -> Option<Match> {
        let pattern = self.compiled.patterns.get(line)?.as_ref()?;
        pattern.matches(self.compiled.actual.get(place)?)
    }
}
