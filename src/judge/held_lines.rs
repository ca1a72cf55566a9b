//! The lines of a step that holds, as one solution places them.
//!
//! ```text
//!     solution: variable -> choice      compiled: fate of each line of the notes
//!                      \\                 /
//!                       a judgement a line, in the order of the notes,
//!                       with the lines behind it that only this run's words have
//! ```

use std::ops::Range;

use super::compile::{Compiled, Fate};
use super::solver::{Choice, Solution, Solver, Variable};
use super::{How, LineJudgement};
use crate::session::Step;

/// Where a required line of the notes is here.
#[derive(Debug, Clone, Copy)]
struct Held {
    /// The line of the output, from 0; none for an ambient one that is missing.
    actual: Option<usize>,
    how: How,
    dialect: Option<&'static str>,
}

/// Judges the lines of `step`, whose variables in `groups` of `solver` are placed by
/// `solution`.
pub(super) fn lines_that_hold(
    step: &Step,
    compiled: &Compiled,
    solver: &Solver,
    solution: &Solution,
    groups: &Range<usize>,
) -> Vec<LineJudgement> {
    let mut held: Vec<Option<Held>> = vec![None; step.expected.len()];
    // Lines that only this run's words have, after the line that they follow.
    let mut added: Vec<(usize, usize)> = Vec::new();
    for index in groups.clone() {
        let (Some(group), Some(taken)) = (solver.groups().get(index), solution.taken.get(index))
        else {
            continue;
        };
        for (variable, taken) in group.variables.iter().zip(taken) {
            let choice = taken.and_then(|choice| variable.choices.get(choice));
            let lines: Vec<usize> = variable
                .lines
                .clone()
                .filter(|line| compiled.fates.get(*line) == Some(&Fate::Required))
                .collect();
            added.extend(choice.iter().flat_map(|choice| added_lines(&lines, choice)));
            for (offset, line) in lines.into_iter().enumerate() {
                if let Some(place) = held.get_mut(line) {
                    *place = Some(held_line(compiled, variable, choice, line, offset));
                }
            }
        }
    }
    let lines = held.into_iter().enumerate().flat_map(|(index, held)| {
        let own = judged_line(step, compiled, index, held)?;
        let behind = added.iter().filter(move |(after, _)| *after == index);
        let behind: Vec<LineJudgement> = behind
            .filter_map(|(_, place)| compiled.actual.get(*place))
            .map(|text| in_other_words(own.line, text, own.note.clone()))
            .collect();
        Some(std::iter::once(own).chain(behind))
    });
    announced(step, compiled).chain(lines.flatten()).collect()
}

/// The lines of the output that `choice` has beyond `lines` of the notes, each with the
/// line of the notes that it follows.
fn added_lines(lines: &[usize], choice: &Choice) -> Vec<(usize, usize)> {
    let added = choice.scattered.iter().skip(lines.len());
    added
        .filter_map(|&place| {
            let mut shown = lines.iter().zip(&choice.scattered).rev();
            let before = shown.find(|(_, shown)| **shown < place);
            Some((*before.map_or(lines.first()?, |(line, _)| line), place))
        })
        .collect()
}

/// Where `line` of the notes is, the line `offset` of its variable.
fn held_line(
    compiled: &Compiled,
    variable: &Variable,
    choice: Option<&Choice>,
    line: usize,
    offset: usize,
) -> Held {
    let Some(choice) = choice else {
        return Held {
            actual: None,
            how: How::Ambient,
            dialect: None,
        };
    };
    let place = choice.line(offset);
    // A choice of several lines is judged by the loosest of them.
    let own = (variable.lines.len() > 1)
        .then(|| {
            let pattern = compiled.patterns.get(line)?.as_ref()?;
            pattern.matches(compiled.actual.get(place)?)
        })
        .flatten();
    let (how, dialect) = match own {
        _ if variable.optional && choice.found.how == How::Given => (How::Given, None),
        _ if variable.optional => (How::Ambient, None),
        Some(own) => (own.how, own.dialect),
        None => (choice.found.how, choice.found.dialect),
    };
    Held {
        actual: Some(place),
        how,
        dialect,
    }
}

/// Line `index` of the notes, judged.
fn judged_line(
    step: &Step,
    compiled: &Compiled,
    index: usize,
    held: Option<Held>,
) -> Option<LineJudgement> {
    let (expected, fate) = (step.expected.get(index)?, compiled.fates.get(index)?);
    let (actual, how, note) = match (fate, held) {
        (Fate::Layout, _) => (None, How::Layout, None),
        (Fate::Elided, _) => (None, How::Elided, None),
        (Fate::Ambient, _) => (None, How::Ambient, None),
        (Fate::Dialect, _) => (None, How::Dialect, compiled.dialects.first().copied()),
        (Fate::Required, Some(held)) => (held.actual, held.how, held.dialect),
        (Fate::Required, None) => (None, How::Missing, None),
    };
    Some(LineJudgement {
        line: expected.line,
        expected: Some(expected.text.clone()),
        actual: actual.and_then(|place| compiled.printed(place).cloned()),
        how,
        ok: how != How::Missing,
        note: note.map(str::to_owned),
    })
}

/// The lines that this run's version alone prints before all others.
fn announced(step: &Step, compiled: &Compiled) -> impl Iterator<Item = LineJudgement> {
    let texts = compiled.announced.iter();
    let texts = texts.filter_map(|&place| compiled.actual.get(place));
    let note = compiled.dialects.first().map(|row| (*row).to_owned());
    let line = step.last_typed_line();
    texts
        .filter(|text| !text.is_empty())
        .map(move |text| in_other_words(line, text, note.clone()))
}

/// A line that only this run's version prints.
fn in_other_words(line: usize, text: &str, note: Option<String>) -> LineJudgement {
    LineJudgement {
        line,
        expected: None,
        actual: Some(text.to_owned()),
        how: How::Dialect,
        ok: true,
        note,
    }
}
