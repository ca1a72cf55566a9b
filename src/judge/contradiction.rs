//! The smallest part of a step that cannot hold.
//!
//! ```text
//!     claims    lines of the notes (or names in them), places of this run's output
//!     holds     the claims agree with each other and with all that was seen before
//!     minimal   they do not hold, and without any one of them they would
//! ```
//!
//! Found by division (Junker, "QuickXplain", AAAI 2004): few trials where few lines
//! are at fault, however many lines the step has.

use super::bindings::Pair;
use super::compile::Compiled;
use super::solver::{Rejection, Solver, VariableGroup};
use super::{How, LineJudgement};
use crate::session::Step;

/// One thing that the notes, or this run's output, require.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Requirement {
    /// A variable of a group has its place.
    Variable(usize, usize),
    /// A place that must be taken, by its position in its group's list, is.
    Place(usize, usize),
}

/// Marks in `lines` those that cannot hold together, with what is wrong with each.
/// Whether any was found.
pub(super) fn mark(
    lines: &mut [LineJudgement],
    step: &Step,
    compiled: &Compiled,
    solver: &Solver,
    pairs: &[Pair],
) -> bool {
    let search = ContradictionSearch {
        groups: &compiled.groups,
        solver,
        pairs,
    };
    let blamed = search.smallest();
    let line_of = |index: usize| step.expected.get(index).map(|line| line.line);
    let at_fault: Vec<(usize, Option<String>)> = blamed
        .iter()
        .filter_map(|claim| match *claim {
            Requirement::Variable(group, variable) => {
                let variable = search.groups.get(group)?.variables.get(variable)?;
                let name = variable.name.as_ref();
                let wrong = match variable.choices.is_empty() {
                    true => "is not there in this run",
                    false => "stands elsewhere in this run",
                };
                let note = name.map(|name| format!("{name} {wrong}"));
                Some((line_of(variable.lines.start)?, note))
            }
            Requirement::Place(group, place) => {
                let group = search.groups.get(group)?;
                let (shows, name) = group.names.get(*group.obligatory.get(place)?)?;
                let actual = compiled.actual.get(*shows);
                let shown = |line: &&LineJudgement| line.actual.as_ref() == actual;
                let line = lines.iter().find(shown).or(lines.last())?.line;
                Some((line, Some(format!("this run shows {name} as well"))))
            }
        })
        .collect();
    let mut numbers: Vec<usize> = at_fault.iter().map(|(line, _)| *line).collect();
    numbers.dedup();
    let together = (numbers.len() > 1).then(|| {
        let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
        format!("lines {} cannot all hold", numbers.join(", "))
    });
    for (number, note) in &at_fault {
        let Some(line) = lines.iter_mut().find(|line| line.line == *number) else {
            continue;
        };
        line.ok = false;
        line.how = How::Missing;
        let notes = [line.note.take(), note.clone()];
        line.note = notes
            .into_iter()
            .flatten()
            .reduce(|one, other| format!("{one}; {other}"));
        line.note = line.note.take().or_else(|| together.clone());
    }
    !at_fault.is_empty()
}

struct ContradictionSearch<'s> {
    groups: &'s [VariableGroup],
    /// All that was seen before the step.
    solver: &'s Solver,
    /// What the step's prompt says.
    pairs: &'s [Pair],
}

impl ContradictionSearch<'_> {
    /// The smallest set of claims that cannot hold; empty where all do, or where it
    /// is not known.
    fn smallest(&self) -> Vec<Requirement> {
        let numbered = || self.groups.iter().enumerate();
        let variables: Vec<Requirement> = numbered()
            .flat_map(|(group, content)| {
                (0..content.variables.len())
                    .map(move |variable| Requirement::Variable(group, variable))
            })
            .collect();
        let places: Vec<Requirement> = numbered()
            .flat_map(|(group, content)| {
                (0..content.obligatory.len()).map(move |place| Requirement::Place(group, place))
            })
            .collect();
        let impossible: Vec<Requirement> = variables
            .iter()
            .chain(&places)
            .copied()
            .filter(|claim| self.is_impossible(*claim))
            .collect();
        if !impossible.is_empty() {
            return impossible;
        }
        // Without a line, the place that it took would be one too many. So the
        // places come only where the lines alone hold.
        if !self.holds(&variables) {
            return self.minimal(&[], false, &variables);
        }
        match self.holds(&[variables.clone(), places.clone()].concat()) {
            true => Vec::new(),
            false => self.minimal(&variables, false, &places),
        }
    }

    /// Whether a claim cannot hold even by itself: all such are at fault.
    fn is_impossible(&self, claim: Requirement) -> bool {
        match claim {
            Requirement::Variable(group, variable) => {
                let variable = &self.groups[group].variables[variable];
                variable.choices.is_empty() && !variable.optional
            }
            Requirement::Place(group, place) => {
                let group = &self.groups[group];
                let place = group.obligatory[place];
                let mut choices = group
                    .variables
                    .iter()
                    .flat_map(|variable| &variable.choices);
                !choices.any(|choice| choice.place.contains(&place))
            }
        }
    }

    /// Of `claims`, the fewest that do not hold beside `given`; `is_new` where `given`
    /// grew since it was last known to hold.
    fn minimal(
        &self,
        given: &[Requirement],
        is_new: bool,
        claims: &[Requirement],
    ) -> Vec<Requirement> {
        if is_new && !self.holds(given) {
            return Vec::new();
        }
        if claims.len() <= 1 {
            return claims.to_vec();
        }
        let (first, second) = claims.split_at(claims.len() / 2);
        let beside = |more: &[Requirement]| [given, more].concat();
        let of_second = self.minimal(&beside(first), true, second);
        let of_first = self.minimal(&beside(&of_second), !of_second.is_empty(), first);
        [of_first, of_second].concat()
    }

    /// Whether `claims` agree with each other and with what was seen before; also
    /// where that could not be decided.
    fn holds(&self, claims: &[Requirement]) -> bool {
        let claims: std::collections::HashSet<Requirement> = claims.iter().copied().collect();
        let part = |(number, group): (usize, &VariableGroup)| {
            let has = |variable| claims.contains(&Requirement::Variable(number, variable));
            let variables = group.variables.iter().enumerate();
            let kept = variables.filter(|(variable, _)| has(*variable));
            let variables = kept.map(|(index, variable)| {
                let mut variable = variable.clone();
                // What stood before it may be left out.
                variable.follows &= index.checked_sub(1).is_none_or(has);
                variable
            });
            let places = group.obligatory.iter().enumerate();
            let obligatory =
                places.filter(|(place, _)| claims.contains(&Requirement::Place(number, *place)));
            VariableGroup {
                order: group.order,
                variables: variables.collect(),
                obligatory: obligatory.map(|(_, place)| *place).collect(),
                names: Vec::new(),
            }
        };
        let groups = self.groups.iter().enumerate().map(part).collect();
        let outcome = self.solver.clone().add(groups, self.pairs);
        outcome != Err(Rejection::Contradiction)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::author_values::AuthorValues;
    use crate::judge::bindings::{Bindings, ValueKind};
    use crate::judge::solver::{Choice, Match, Order, Variable};
    use crate::lab::Surroundings;

    #[test]
    fn only_the_lines_that_contradict_each_other_are_at_fault() {
        let says = |place: usize, actual: &str| {
            let pair = Pair {
                kind: ValueKind::Hex,
                note: "aaaaaaaaaaaa".to_owned(),
                actual: actual.to_owned(),
                line: place,
            };
            let choice = Choice::at(place, Match::new(vec![pair], How::Bound));
            Variable::of(place..place + 1, vec![choice])
        };
        let free = |place: usize| {
            let choice = Choice::at(place, Match::default());
            Variable::of(place..place + 1, vec![choice])
        };
        let groups = [VariableGroup {
            order: Order::Sequence,
            variables: vec![
                free(0),
                says(1, "111111111111"),
                free(2),
                says(3, "222222222222"),
                free(4),
            ],
            obligatory: Vec::new(),
            names: Vec::new(),
        }];
        let surroundings = Surroundings::default();
        let solver = Solver::new(Bindings::new(&surroundings, &AuthorValues::default()));
        let search = ContradictionSearch {
            groups: &groups,
            solver: &solver,
            pairs: &[],
        };
        assert_eq!(
            search.smallest(),
            [Requirement::Variable(0, 1), Requirement::Variable(0, 3)]
        );
    }
}
