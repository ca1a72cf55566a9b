//! A build whose transcript is another builder's: events instead of lines.

use super::{Compiler, Fate};
use crate::judge::How;
use crate::judge::build::{self, Across, Part};
use crate::judge::solver::{Choice, Match, Order, Variable};
use crate::judge::token::Pattern;

impl Compiler<'_> {
    /// A build whose transcript is another builder's.
    pub(super) fn across_builders(&mut self, across: &Across) {
        let (our_steps, their_steps) = &across.side_by_side;
        let (mut in_order, mut side_by_side) = (Vec::new(), Vec::new());
        for (line, part) in &across.lines {
            match part {
                Part::Elided => self.compiled.fates[*line] = Fate::Elided,
                Part::Layout => self.compiled.fates[*line] = Fate::Layout,
                Part::OnlyThere if across.differs => {
                    self.compiled.fates[*line] = Fate::OtherBuilder
                }
                Part::OnlyThere => self.compiled.fates[*line] = Fate::Ambient,
                Part::Counterparts(texts) => {
                    let variable = self.event(*line, texts, across);
                    if our_steps.contains(line) {
                        side_by_side.push(variable);
                    } else {
                        in_order.push(variable);
                    }
                }
            }
        }
        if !across.unknown.is_empty() {
            in_order.push(Variable::impossible(0));
        }
        let happened: Vec<usize> = across.actual.iter().map(|(place, _)| *place).collect();
        self.compiled.permitted = (0..self.compiled.actual.len())
            .filter(|line| !across.unknown.contains(line) && !happened.contains(line))
            .collect();
        if across.differs {
            self.compiled.dialects.push(build::DIALECT);
        }
        let obligatory = if across.complete {
            happened
        } else if across.ends_here {
            happened.last().copied().into_iter().collect()
        } else {
            Vec::new()
        };
        let (steps, others): (Vec<usize>, Vec<usize>) = obligatory
            .into_iter()
            .partition(|place| their_steps.contains(place));
        self.push(Order::Sequence, in_order, others);
        if !our_steps.is_empty() || !steps.is_empty() {
            self.push(Order::Set, side_by_side, steps);
        }
    }

    /// One of `texts` must have happened.
    fn event(&self, line: usize, texts: &[String], across: &Across) -> Variable {
        let patterns: Vec<Pattern> = texts
            .iter()
            .map(|text| Pattern::of(text, self.number(line), self.context.values))
            .collect();
        let choices = across.actual.iter().filter_map(|(place, text)| {
            let pairs = patterns.iter().find_map(|pattern| pattern.matches(text))?;
            let found = if across.differs {
                Match::through(build::DIALECT, pairs)
            } else {
                Match::new(pairs, How::Volatile)
            };
            Some(Choice::at(*place, found))
        });
        Variable::of(line..line + 1, choices.collect())
    }
}
