//! Names that `ls` shows in columns.

use std::ops::Range;

use super::{Compiler, Fate};
use crate::docker::ProgramCall;
use crate::formats::listing;
use crate::judge::How;
use crate::judge::solver::{Choice, Match, Order, Variable, VariableGroup};
use crate::judge::token::Pattern;

/// Whether every language sorts such names alike.
fn sorts_alike_everywhere(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

impl Compiler<'_> {
    /// Whether an `ls` shows names in columns, also one that a container or a shell is
    /// given, and nothing complains or pulls.
    pub(super) fn lists_names(&self) -> bool {
        let Some((call, others)) = self.format.calls().split_last() else {
            return false;
        };
        let is_message = |line: &String| {
            let by_the_way = line.contains(": ") || line.starts_with("Unable to find image ");
            line.starts_with("ls: ") || (!others.is_empty() && by_the_way)
        };
        listing::is_columns(call)
            && others.iter().all(ProgramCall::passes_on)
            && (others.is_empty() || others.iter().any(ProgramCall::gives_a_terminal))
            && !self.expected.iter().flatten().any(is_message)
    }

    /// Names that `ls` shows in columns.
    pub(super) fn names(&mut self, lines: Range<usize>, actual: Range<usize>) {
        self.permit_by_the_way();
        let (shown, elided) = self.lines_of_names(lines.clone());
        let texts: Vec<&str> = shown
            .iter()
            .filter_map(|&line| self.expected[line].as_deref())
            .collect();
        let printed: Vec<&str> = actual
            .map(|line| match self.compiled.permitted.contains(&line) {
                true => "",
                false => self.compiled.actual[line].as_str(),
            })
            .collect();
        let ours = listing::names_in_columns(&texts);
        let theirs = listing::names_in_columns(&printed);
        let order = if elided || !self.names_have_an_order(&ours, &texts, &printed) {
            Order::Set
        } else {
            Order::Sequence
        };
        let how = if order == Order::Set || ours.len() > texts.len() {
            How::Unordered
        } else {
            How::Literal
        };
        let mut variables: Vec<Variable> = ours
            .iter()
            .filter_map(|(row, name)| Some((*shown.get(*row)?, name)))
            .map(|(line, name)| self.name(line, name, &theirs, how))
            .collect();
        let obligatory: Vec<usize> = if elided {
            Vec::new()
        } else {
            (0..theirs.len()).collect()
        };
        if variables.is_empty() && !obligatory.is_empty() {
            variables.push(Variable::impossible(lines.start));
        }
        self.compiled.groups.push(VariableGroup {
            order,
            variables,
            obligatory,
            names: theirs,
        });
    }

    /// The lines that show names, and whether any are elided.
    fn lines_of_names(&mut self, lines: Range<usize>) -> (Vec<usize>, bool) {
        let mut shown = Vec::new();
        let mut elided = false;
        for line in lines {
            match self.expected[line].as_deref() {
                None => {
                    self.compiled.fates[line] = Fate::Elided;
                    elided = true;
                }
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(_) => shown.push(line),
            }
        }
        (shown, elided)
    }

    /// How names are sorted follows the language that the shell is set to, and
    /// random names, but names under the headings of several folders stay under
    /// them.
    fn names_have_an_order(
        &self,
        names: &[(usize, String)],
        texts: &[&str],
        printed: &[&str],
    ) -> bool {
        let values = self.context.values;
        // A container is_message one language.
        let sorted = self.format.calls().len() > 1
            || names.iter().all(|(_, name)| sorts_alike_everywhere(name))
            || self.format.calls().iter().any(listing::has_an_order)
            || listing::blocks(texts).len() > 1
            || listing::blocks(printed).len() > 1;
        sorted && names.iter().all(|(_, name)| values.find(name).is_empty())
    }

    fn name(&self, line: usize, name: &str, theirs: &[(usize, String)], how: How) -> Variable {
        let pattern = Pattern::of(name, self.number(line), self.context.values);
        let choices = theirs
            .iter()
            .enumerate()
            .filter_map(|(place, (shows, their))| {
                Some(Choice {
                    shows: *shows,
                    ..Choice::at(place, Match::new(pattern.matches(their)?, how))
                })
            });
        Variable {
            name: Some(name.to_owned()),
            ..Variable::of(line..line + 1, choices.collect())
        }
    }
}
