//! A step that failed, line by line: what still holds, what stands where
//! something else was expected, what is missing and what is extra.

use std::collections::HashSet;

use super::bindings::{Bindings, Pair};
use super::compile::{Compiled, Fate, expected_lines};
use super::levels;
use super::solver::Order;
use super::{How, LineJudgement};
use crate::session::Step;

/// How alike two lines must be to be shown as one that changed.
const ALIKE: f64 = 0.45;

/// How many pairs of lines are compared in search of lines that hold elsewhere.
const COMPARISONS: usize = 250_000;

/// How many pairs of characters are compared in search of lines that are alike.
const LIKENESS: usize = 20_000_000;

/// A failed step's lines.
pub(super) struct Failure {
    /// Line by line, in the order of the notes.
    pub lines: Vec<LineJudgement>,
    /// What the lines that still hold imply.
    pub pairs: Vec<Pair>,
}

/// A place where a line of the notes could be.
struct LinePosition {
    /// The line of the output, from 0.
    line: usize,
    /// What it implies.
    pairs: Vec<Pair>,
    how: How,
}

/// Tells apart what holds and what does not, under `bindings`.
pub(super) fn explain(compiled: &Compiled, step: &Step, bindings: &Bindings) -> Failure {
    let mut comparison = FailedStep {
        compiled,
        step,
        bindings: bindings.clone(),
        pairs: Vec::new(),
        matched: vec![None; step.expected.len()],
        beside: vec![None; step.expected.len()],
        used: HashSet::new(),
    };
    comparison.match_by_level();
    comparison.match_the_ends();
    let open = comparison.open();
    let places = comparison.places(&open);
    comparison.match_in_order(&open, &places);
    comparison.match_sets(&open, &places);
    comparison.set_wrong_values_beside(&open, &places);
    comparison.set_alike_beside();
    comparison.set_next_beside(false);
    comparison.set_next_beside(true);
    Failure {
        lines: comparison.lines(),
        pairs: comparison.pairs,
    }
}

struct FailedStep<'c> {
    compiled: &'c Compiled,
    step: &'c Step,
    bindings: Bindings,
    /// What the lines that hold imply.
    pairs: Vec<Pair>,
    /// By line of the notes: the line of the output that it is.
    matched: Vec<Option<(usize, How)>>,
    /// By line of the notes: the line of the output that stands in its place,
    /// and what is wrong with it.
    beside: Vec<Option<(usize, Option<String>)>>,
    /// Lines of the output that are accounted for.
    used: HashSet<usize>,
}

impl FailedStep<'_> {
    /// Lines of the notes that have to be here and are not yet found.
    fn open(&self) -> Vec<usize> {
        (0..self.step.expected.len())
            .filter(|&line| self.compiled.fates[line] == Fate::Required)
            .filter(|&line| self.matched[line].is_none() && self.beside[line].is_none())
            .collect()
    }

    /// Lines of the output that nothing accounts for; blank ones at its ends are
    /// layout.
    fn free(&self) -> Vec<usize> {
        let has_text = |place: &usize| !self.compiled.actual[*place].is_empty();
        let mut places = 0..self.compiled.actual.len();
        let (Some(first), last) = (places.find(has_text), places.rev().find(has_text)) else {
            return Vec::new();
        };
        (first..=last.unwrap_or(first))
            .filter(|&place| self.is_free(place))
            .collect()
    }

    /// Those of them that are not blank.
    fn free_texts(&self) -> Vec<usize> {
        let mut places = self.free();
        places.retain(|&place| !self.compiled.actual[place].is_empty());
        places
    }

    /// The open lines that are not blank.
    fn open_texts(&self) -> Vec<usize> {
        let mut lines = self.open();
        lines.retain(|&line| !self.step.expected[line].text.trim().is_empty());
        lines
    }

    fn is_free(&self, place: usize) -> bool {
        !self.used.contains(&place) && !self.compiled.permitted.contains(&place)
    }

    fn accept(&mut self, line: usize, place: &LinePosition) -> bool {
        if self.used.contains(&place.line) || self.bindings.add_all(&place.pairs).is_err() {
            return false;
        }
        self.used.insert(place.line);
        self.pairs.extend(place.pairs.iter().cloned());
        self.matched[line] = Some((place.line, place.how));
        true
    }

    /// Lines of JSON, each beside the one of its key and container.
    fn match_by_level(&mut self) {
        let expected = expected_lines(self.step);
        let compiled = self.compiled;
        for (block, printed) in &compiled.documents {
            let same = |line: usize, place: usize| self.place(line, place).is_some();
            let actual = &compiled.actual;
            let pairs = levels::align(&expected, block.clone(), actual, printed.clone(), &same);
            for (line, place) in pairs.unwrap_or_default() {
                let found = self.place(line, place);
                if found.as_ref().is_some_and(|found| self.accept(line, found)) {
                    continue;
                }
                let mut pairs = found.iter().flat_map(|found| &found.pairs);
                let note = pairs.find_map(|pair| self.bindings.check(pair).err());
                self.beside[line] = Some((place, note.map(|conflict| conflict.explain())));
                self.used.insert(place);
            }
        }
    }

    /// Lines at the beginning that hold one after the other, and lines at the end.
    fn match_the_ends(&mut self) {
        let (lines, places) = (self.open(), self.free());
        let ways: [Vec<(usize, usize)>; 2] = [
            lines.iter().copied().zip(places.iter().copied()).collect(),
            lines
                .iter()
                .rev()
                .copied()
                .zip(places.iter().rev().copied())
                .collect(),
        ];
        for way in ways {
            for (line, place) in way {
                if self.matched[line].is_some() {
                    break;
                }
                let holds = self
                    .place(line, place)
                    .is_some_and(|place| self.accept(line, &place));
                if !holds {
                    break;
                }
            }
        }
    }

    /// How line `line` of the notes, judged by itself, is line `place` here.
    fn place(&self, line: usize, place: usize) -> Option<LinePosition> {
        let pattern = self.compiled.patterns.get(line)?.as_ref()?;
        let found = pattern.matches(self.compiled.actual.get(place)?)?;
        Some(LinePosition {
            line: place,
            pairs: found.pairs,
            how: found.how,
        })
    }

    /// Where each of `lines` could be; nowhere, where there is too much to compare.
    fn places(&self, lines: &[usize]) -> Vec<Vec<LinePosition>> {
        let free = self.free();
        if lines.len().saturating_mul(free.len()) > COMPARISONS {
            return lines.iter().map(|_| Vec::new()).collect();
        }
        lines
            .iter()
            .map(|&line| {
                if self.compiled.patterns[line].is_some() {
                    let places = free.iter();
                    return places
                        .filter_map(|&place| self.place(line, place))
                        .collect();
                }
                self.compiled
                    .groups
                    .iter()
                    .flat_map(|group| &group.variables)
                    .filter(|variable| variable.lines == (line..line + 1))
                    .flat_map(|variable| &variable.choices)
                    .map(|choice| LinePosition {
                        line: choice.shows,
                        pairs: choice.found.pairs.clone(),
                        how: choice.found.how,
                    })
                    .collect()
            })
            .collect()
    }

    /// The longest run of lines that hold in their order.
    fn match_in_order(&mut self, lines: &[usize], places: &[Vec<LinePosition>]) {
        for (index, at) in longest_in_order(places, &self.bindings) {
            if let Some(place) = places[index].iter().find(|place| place.line == at) {
                self.accept(lines[index], place);
            }
        }
    }

    /// Rows that hold in another order.
    fn match_sets(&mut self, lines: &[usize], places: &[Vec<LinePosition>]) {
        let in_sets: HashSet<usize> = self
            .compiled
            .groups
            .iter()
            .filter(|group| group.order == Order::Set)
            .flat_map(|group| &group.variables)
            .flat_map(|variable| variable.lines.clone())
            .collect();
        for (&line, places) in lines.iter().zip(places) {
            if self.matched[line].is_none() && in_sets.contains(&line) {
                places.iter().any(|place| self.accept(line, place));
            }
        }
    }

    /// Lines that say the right thing about the wrong value. One that is right but
    /// stands elsewhere is missing here and extra there.
    fn set_wrong_values_beside(&mut self, lines: &[usize], places: &[Vec<LinePosition>]) {
        for (&line, places) in lines.iter().zip(places) {
            if self.matched[line].is_some() {
                continue;
            }
            let conflict = places
                .iter()
                .filter(|place| self.is_free(place.line))
                .find_map(|place| {
                    let mut pairs = place.pairs.iter();
                    let conflict = pairs.find_map(|pair| self.bindings.check(pair).err())?;
                    Some((place.line, conflict.explain()))
                });
            if let Some((place, note)) = conflict {
                self.beside[line] = Some((place, Some(note)));
                self.used.insert(place);
            }
        }
    }

    /// The lines that are most alike.
    fn set_alike_beside(&mut self) {
        let mut budget = LIKENESS;
        for line in self.open_texts() {
            let expected = self.step.expected[line].text.trim();
            let mut best: Option<(usize, f64)> = None;
            for place in self.free_texts() {
                let actual = self.compiled.actual[place].trim();
                let Some(rest) = budget.checked_sub(expected.len() * actual.len()) else {
                    return;
                };
                budget = rest;
                if self.place(line, place).is_some() {
                    continue;
                }
                let likeness = strsim::normalized_levenshtein(expected, actual);
                if likeness >= best.map_or(ALIKE, |(_, best)| best) {
                    best = Some((place, likeness));
                }
            }
            if let Some((place, _)) = best {
                self.beside[line] = Some((place, None));
                self.used.insert(place);
            }
        }
    }

    /// Where the line before a line of the notes is found, or the output begins, the
    /// next one of the output stands in its place; `from_the_end` the one before.
    fn set_next_beside(&mut self, from_the_end: bool) {
        let in_order = |count: usize| -> Vec<usize> {
            let all = 0..count;
            if from_the_end {
                all.rev().collect()
            } else {
                all.collect()
            }
        };
        let places = in_order(self.compiled.actual.len());
        let mut next = Some(0);
        for line in in_order(self.step.expected.len()) {
            if self.compiled.fates[line] == Fate::Elided {
                next = None;
            }
            if self.compiled.fates[line] != Fate::Required {
                continue;
            }
            if let Some(found) = self.found(line) {
                next = places
                    .iter()
                    .position(|&place| place == found)
                    .map(|at| at + 1);
                continue;
            }
            let has_text = |place: &usize| !self.compiled.actual[*place].is_empty();
            let at = next.and_then(|next| (next..places.len()).find(|&at| has_text(&places[at])));
            let expects_text = !self.step.expected[line].text.trim().is_empty();
            if let Some(at) = at.filter(|_| expects_text)
                && self.is_free(places[at])
                && self.place(line, places[at]).is_none()
            {
                self.beside[line] = Some((places[at], None));
                self.used.insert(places[at]);
                next = Some(at + 1);
            }
        }
    }

    /// Which line of the output is line `line` of the notes, or stands in its place.
    fn found(&self, line: usize) -> Option<usize> {
        let matched = self.matched[line].as_ref().map(|(place, _)| *place);
        matched.or(self.beside[line].as_ref().map(|(place, _)| *place))
    }

    /// Whether an elision of the notes takes line `place` of the output.
    fn is_elided(&self, place: usize) -> bool {
        let found =
            (0..self.step.expected.len()).filter_map(|line| Some((self.found(line)?, line)));
        let before = found.clone().filter(|(at, _)| *at < place).max();
        let after = found.filter(|(at, _)| *at > place).min();
        let first = before.map_or(0, |(_, line)| line + 1);
        let end = after.map_or(self.step.expected.len(), |(_, line)| line);
        match self.compiled.fates.get(first..end) {
            Some(between) => between.contains(&Fate::Elided),
            // In no order: any of them may.
            None => self.compiled.fates.contains(&Fate::Elided),
        }
    }

    fn lines(&self) -> Vec<LineJudgement> {
        let may_be_missing: HashSet<usize> = self
            .compiled
            .groups
            .iter()
            .flat_map(|group| &group.variables)
            .filter(|variable| variable.optional)
            .flat_map(|variable| variable.lines.clone())
            .collect();
        let mut lines: Vec<LineJudgement> = (0..self.step.expected.len())
            .map(|line| self.line(line, may_be_missing.contains(&line)))
            .collect();
        let extra = self.free().into_iter();
        let extra = extra.filter(|&place| !self.is_elided(place));
        lines.extend(extra.map(|place| LineJudgement {
            line: self.line_before(place),
            expected: None,
            actual: self.compiled.printed(place).cloned(),
            how: How::Extra,
            ok: false,
            note: None,
        }));
        lines.sort_by_key(|line| line.line);
        lines
    }

    /// The line of the notes, by its number there, behind which line `place` of the
    /// output would stand.
    fn line_before(&self, place: usize) -> usize {
        (0..self.step.expected.len())
            .filter_map(|line| Some((self.found(line)?, line)))
            .filter(|(at, _)| *at < place)
            .max()
            .map_or(self.step.last_typed_line(), |(_, line)| {
                self.step.expected[line].line
            })
    }

    fn line(&self, line: usize, may_be_missing: bool) -> LineJudgement {
        let mut impossible = self.compiled.impossible.iter();
        let impossible = impossible.find(|(other, _)| *other == line);
        let impossible = impossible.map(|(_, reason)| (*reason).to_owned());
        let (actual, how, ok, note) = match self.compiled.fates[line] {
            Fate::Layout => (None, How::Layout, true, None),
            Fate::Elided => (None, How::Elided, true, None),
            Fate::Ambient => (None, How::Ambient, true, None),
            Fate::Dialect => (None, How::Dialect, true, None),
            Fate::Required => match (&self.matched[line], &self.beside[line]) {
                (Some((place, how)), _) => (Some(*place), *how, true, None),
                (None, Some((place, note))) => {
                    let note = impossible.or_else(|| note.clone());
                    (Some(*place), How::Missing, false, note)
                }
                (None, None) if may_be_missing => (None, How::Ambient, true, None),
                (None, None) => (None, How::Missing, false, impossible),
            },
        };
        let expected = &self.step.expected[line];
        LineJudgement {
            line: expected.line,
            expected: Some(expected.text.clone()),
            actual: actual.and_then(|place| self.compiled.printed(place).cloned()),
            how,
            ok,
            note,
        }
    }
}

/// The longest run of lines that are here in the order of the notes: indexes of
/// `all` with their places.
fn longest_in_order(all: &[Vec<LinePosition>], bindings: &Bindings) -> Vec<(usize, usize)> {
    // Patience: for each length the run that ends earliest.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut nodes: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for (index, options) in all.iter().enumerate() {
        let mut places: Vec<usize> = options
            .iter()
            .filter(|place| place.pairs.iter().all(|pair| bindings.check(pair).is_ok()))
            .map(|place| place.line)
            .collect();
        places.sort_unstable_by(|one, other| other.cmp(one));
        places.dedup();
        for place in places {
            let length = ends.partition_point(|(end, _)| *end < place);
            let before = length
                .checked_sub(1)
                .and_then(|shorter| ends.get(shorter))
                .map(|(_, node)| *node);
            nodes.push((index, place, before));
            let entry = (place, nodes.len() - 1);
            if let Some(end) = ends.get_mut(length) {
                *end = entry;
            } else {
                ends.push(entry);
            }
        }
    }
    let mut run = Vec::new();
    let mut next = ends.last().map(|(_, node)| *node);
    while let Some(node) = next {
        let (index, place, before) = nodes[node];
        run.push((index, place));
        next = before;
    }
    run.reverse();
    run
}
