//! A block of JSON, laid over a printed document.

use std::ops::Range;

use super::{Compiler, Fate, LinePattern};
use crate::judge::json::{self, Document};
use crate::judge::solver::{Choice, Match, Order, Variable};

impl Compiler<'_> {
    /// A block of JSON, laid over the document at `range` in every way there is.
    pub(super) fn json(&mut self, block: Range<usize>, range: Range<usize>) {
        let Some(document) = Document::find(&self.compiled.actual, range.start) else {
            return;
        };
        self.read_json(block.clone());
        let orders = document.orders(&self.compiled.actual);
        let embeddings: Vec<Vec<usize>> = orders
            .iter()
            .filter_map(|document| self.embeddings(block.clone(), document))
            .flatten()
            .collect();
        let required: Vec<usize> = block
            .clone()
            .filter(|&line| self.compiled.fates[line] == Fate::Required)
            .collect();
        let choices = embeddings.into_iter().filter_map(|places| {
            let mut found = Match::default();
            for (&line, &place) in required.iter().zip(&places) {
                found.add(self.match_json(line, place)?);
            }
            Some(Choice {
                place: range.clone(),
                shows: *places.first()?,
                scattered: places,
                found,
            })
        });
        let variable = Variable::of(block, choices.collect());
        self.push(Order::Sequence, vec![variable], Vec::new());
    }

    /// Every way to lay a block over a document, by lines of the output.
    fn embeddings(&self, block: Range<usize>, document: &Document) -> Option<Vec<Vec<usize>>> {
        let found = json::embeddings(&self.expected, block, document, |line, place| {
            self.match_json(line, document.shown(place)).is_some()
        })?;
        let shown = |places: Vec<usize>| {
            let lines = places.into_iter().map(|place| document.shown(place));
            lines.collect()
        };
        Some(found.into_iter().map(shown).collect())
    }

    fn read_json(&mut self, block: Range<usize>) {
        for index in block {
            match self.expected[index].as_deref() {
                None => self.compiled.fates[index] = Fate::Elided,
                Some("") => self.compiled.fates[index] = Fate::Layout,
                Some(text) => {
                    let (line, values) = (self.number(index), self.context.values);
                    self.compiled.patterns[index] =
                        Some(LinePattern::of_json(text, line, &self.calls, values));
                }
            }
        }
    }

    fn match_json(&self, line: usize, place: usize) -> Option<Match> {
        let pattern = self.compiled.patterns.get(line)?.as_ref()?;
        pattern.matches(self.compiled.actual.get(place)?)
    }
}
