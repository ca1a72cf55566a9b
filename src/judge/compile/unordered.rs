//! Lines whose order follows random names.

use std::ops::Range;

use super::{Compiler, Fate, LinePattern};
use crate::judge::How;
use crate::judge::solver::{Choice, Match, Order, Variable};

impl Compiler<'_> {
    /// Whether the lines are a list whose order follows random names.
    pub(super) fn lists_values(&self) -> bool {
        let [call] = &self.calls[..] else {
            return false;
        };
        let lists = ["ls", "find"].contains(&call.program.as_str())
            || (["volume ls", "images", "network ls"].contains(&call.verb.as_str())
                && call.has_flag('q'));
        if !lists {
            return false;
        }
        let shown = || {
            let lines = self.expected.iter().enumerate();
            lines.filter_map(|(index, line)| Some((index, line.as_deref()?)))
        };
        let has_value = |(index, line): (usize, &str)| {
            LinePattern::of(line, self.number(index), &self.calls, self.context.values)
                .pattern()
                .has_bound()
        };
        shown()
            .filter(|(_, line)| !line.is_empty())
            .nth(1)
            .is_some()
            && shown().any(has_value)
    }

    /// Lines whose order follows random names.
    pub(super) fn unordered_lines(&mut self, lines: Range<usize>, actual: Range<usize>) {
        let printed: Vec<usize> = actual
            .filter(|&line| !self.compiled.actual[line].is_empty())
            .collect();
        let mut elided = false;
        let mut variables = Vec::new();
        for line in lines {
            match self.expected[line].as_deref() {
                None => {
                    self.compiled.fates[line] = Fate::Elided;
                    elided = true;
                }
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(text) => {
                    let pattern =
                        LinePattern::of(text, self.number(line), &self.calls, self.context.values);
                    variables.push(self.anywhere(line, &pattern, &printed));
                    self.compiled.patterns[line] = Some(pattern);
                }
            }
        }
        let obligatory = if elided { Vec::new() } else { printed };
        if variables.is_empty() && !obligatory.is_empty() {
            variables.push(Variable::impossible(0));
        }
        self.push(Order::Set, variables, obligatory);
    }

    /// A line that can stand at any of the `printed` ones.
    fn anywhere(&self, line: usize, pattern: &LinePattern, printed: &[usize]) -> Variable {
        let choices = printed.iter().filter_map(|&place| {
            let found = pattern.matches(&self.compiled.actual[place])?;
            let how = match found.dialect {
                Some(_) => How::Dialect,
                None => How::Unordered,
            };
            Some(Choice::at(place, Match { how, ..found }))
        });
        Variable::of(line..line + 1, choices.collect())
    }
}
