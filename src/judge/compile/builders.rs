//! A build whose transcript is another builder's: events instead of lines.
//!
//! ```text
//!     FROM busybox            the first event here
//!     RUN a                   the event right after it
//!     ...
//!     naming to x:latest      the last one
//! ```

use super::line::own_pattern;
use super::{Compiler, Fate};
use crate::formats::build::{self, Across, ExpectedStep};
use crate::formats::rewording;
use crate::judge::How;
use crate::judge::solver::{Choice, Match, Order, Variable};
use crate::judge::token::Pattern;
use std::collections::HashSet;

impl Compiler<'_> {
    /// A build whose transcript is another builder's.
    pub(super) fn across_builders(&mut self, across: &Across) {
        let (our_steps, their_steps) = &across.side_by_side;
        // Lines of the output whose order holds, and those whose order does not.
        let (steps, ordered): (Vec<usize>, Vec<usize>) = across
            .actual
            .iter()
            .map(|(place, _)| *place)
            .partition(|place| their_steps.contains(place));
        let (mut in_order, mut side_by_side) = (Vec::new(), Vec::new());
        // Whether something is elided, and whether it is behind the last event.
        let (mut elides, mut elided) = (false, false);
        for (line, part) in &across.lines {
            match part {
                ExpectedStep::Elided => {
                    (elides, elided) = (true, true);
                    self.compiled.fates[*line] = Fate::Elided;
                }
                ExpectedStep::Layout => self.compiled.fates[*line] = Fate::Layout,
                ExpectedStep::Advice => {
                    self.compiled.fates[*line] = Fate::Dialect;
                    if !self.compiled.dialects.contains(&build::NEWER_ADVICE) {
                        self.compiled.dialects.push(build::NEWER_ADVICE);
                    }
                }
                ExpectedStep::OnlyThere if across.differs => {
                    self.compiled.fates[*line] = Fate::Dialect
                }
                ExpectedStep::OnlyThere => self.compiled.fates[*line] = Fate::Ambient,
                ExpectedStep::Counterparts(texts) if our_steps.contains(line) => {
                    side_by_side.push(self.event(*line, texts, across, &steps));
                }
                ExpectedStep::Counterparts(texts) => {
                    let mut variable = self.event(*line, texts, across, &ordered);
                    let follows = !std::mem::take(&mut elided);
                    variable.follows = follows && !across.is_filtered;
                    in_order.push(variable);
                }
            }
        }
        let happened: HashSet<usize> = across.actual.iter().map(|(place, _)| *place).collect();
        self.compiled.permitted = (0..self.compiled.actual.len())
            .filter(|line| !happened.contains(line))
            .collect();
        if across.differs {
            self.compiled.dialects.push(build::DIALECT);
        }
        let is_whole = !elided && !across.is_filtered;
        let last = ordered.len().checked_sub(1).filter(|_| is_whole);
        self.push(Order::Sequence, in_order, last.into_iter().collect());
        if !our_steps.is_empty() || !steps.is_empty() {
            let is_part = elides || across.is_filtered;
            let obligatory = if is_part { 0..0 } else { 0..steps.len() };
            self.push(Order::Set, side_by_side, obligatory.collect());
        }
    }

    /// One of `texts` must have happened; its place is one of `places`, which are
    /// lines of the output.
    fn event(&self, line: usize, texts: &[String], across: &Across, places: &[usize]) -> Variable {
        let values = self.context.values;
        let number = self.number(line);
        let own = |text: &String| match self.of_steps.get(&line) {
            Some(format) => (None, own_pattern(text, number, format, values)),
            None => (None, Pattern::of(text, number, values)),
        };
        let patterns: Vec<(Option<&str>, Pattern)> = texts
            .iter()
            .flat_map(|text| std::iter::once(own(text)).chain(self.other_words(line, text)))
            .collect();
        let choices = across.actual.iter().filter_map(|(shows, text)| {
            let (row, pairs) = patterns
                .iter()
                .find_map(|(row, pattern)| Some((row, pattern.matches(text)?)))?;
            let found = match row {
                _ if across.differs => Match::through(build::DIALECT, pairs),
                Some(row) => Match::through(row, pairs),
                None => Match::new(pairs, How::Volatile),
            };
            let place = places.iter().position(|place| place == shows)?;
            Some(Choice {
                shows: *shows,
                ..Choice::at(place, found)
            })
        });
        Variable::of(line..line + 1, choices.collect())
    }

    /// What another version of the same builder makes of `text`.
    fn other_words(&self, line: usize, text: &str) -> Vec<(Option<&'static str>, Pattern)> {
        let values = self.context.values;
        rewording::other_texts(text, self.format.calls(), &values.known_names())
            .into_iter()
            .map(|(row, other)| (Some(row), Pattern::of(&other, self.number(line), values)))
            .collect()
    }
}
