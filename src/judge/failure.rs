//! A step that failed, line by line: what still holds, what stands where
//! something else was expected, what is missing and what is extra.

use std::collections::HashSet;

use super::bindings::{Bindings, Pair};
use super::compile::{Compiled, Fate};
use super::solver::Order;
use super::{How, LineJudgement};
use crate::session::Step;

/// How alike two lines must be to be shown as one that changed.
const ALIKE: f64 = 0.45;

/// Beyond this many pairs of lines they are compared in passing only.
const COMPARISONS: usize = 250_000;

/// A failed step's lines.
pub struct Failure {
    /// Line by line, in the order of the notes.
    pub lines: Vec<LineJudgement>,
    /// What the lines that still hold imply.
    pub pairs: Vec<Pair>,
}

/// What a line of the notes could be here.
type Options = Vec<(usize, Vec<Pair>, How)>;

fn options(compiled: &Compiled, line: usize) -> Options {
    if let Some(pattern) = compiled.patterns.get(line).and_then(Option::as_ref) {
        return compiled
            .actual
            .iter()
            .enumerate()
            .filter_map(|(place, text)| {
                let found = pattern.matches(text)?;
                Some((place, found.pairs, found.how))
            })
            .collect();
    }
    compiled
        .groups
        .iter()
        .flat_map(|group| &group.variables)
        .filter(|variable| variable.lines == (line..line + 1))
        .flat_map(|variable| &variable.choices)
        .map(|choice| (choice.shows, choice.found.pairs.clone(), choice.found.how))
        .collect()
}

fn is_in_a_set(compiled: &Compiled, line: usize) -> bool {
    compiled.groups.iter().any(|group| {
        group.order == Order::Set
            && group
                .variables
                .iter()
                .any(|variable| variable.lines.contains(&line))
    })
}

/// Tells apart what holds and what does not, under `bindings`.
pub fn explain(compiled: &Compiled, step: &Step, bindings: &Bindings) -> Failure {
    let mut bindings = bindings.clone();
    let mut matched: Vec<Option<(usize, How)>> = vec![None; step.expected.len()];
    let mut used: HashSet<usize> = HashSet::new();
    let mut pairs = Vec::new();
    let required: Vec<usize> = (0..step.expected.len())
        .filter(|&line| compiled.fates[line] == Fate::Required)
        .collect();
    let all: Vec<Options> = if required.len().saturating_mul(compiled.actual.len()) <= COMPARISONS {
        required
            .iter()
            .map(|&line| options(compiled, line))
            .collect()
    } else {
        required.iter().map(|_| Vec::new()).collect()
    };

    let mut accept = |line: usize,
                      option: &(usize, Vec<Pair>, How),
                      used: &mut HashSet<usize>,
                      bindings: &mut Bindings| {
        if used.contains(&option.0) || bindings.add_all(&option.1).is_err() {
            return false;
        }
        used.insert(option.0);
        pairs.extend(option.1.iter().cloned());
        matched[line] = Some((option.0, option.2));
        true
    };
    // First the longest run of lines that hold in order, then rows of sets.
    let in_order = longest_in_order(&all, &bindings);
    for (index, place) in &in_order {
        if let Some(option) = all[*index].iter().find(|option| option.0 == *place) {
            accept(required[*index], option, &mut used, &mut bindings);
        }
    }
    let taken: HashSet<usize> = in_order.iter().map(|(index, _)| *index).collect();
    for (index, line) in required.iter().enumerate() {
        if !taken.contains(&index) && is_in_a_set(compiled, *line) {
            for option in &all[index] {
                if accept(*line, option, &mut used, &mut bindings) {
                    break;
                }
            }
        }
    }

    // A line that says the right thing about the wrong value, then the most alike.
    let elides = compiled.fates.contains(&Fate::Elided);
    let mut beside: Vec<Option<(usize, Option<String>)>> = vec![None; step.expected.len()];
    let free = |place: &usize, used: &HashSet<usize>| {
        !used.contains(place) && !compiled.permitted.contains(place)
    };
    for (index, line) in required.iter().enumerate() {
        if matched[*line].is_some() {
            continue;
        }
        if let Some((place, option_pairs, _)) =
            all[index].iter().find(|(place, _, _)| free(place, &used))
        {
            let conflict = option_pairs
                .iter()
                .find_map(|pair| bindings.check(pair).err());
            beside[*line] = Some((*place, conflict.map(|conflict| conflict.explain())));
            used.insert(*place);
        }
    }
    for line in &required {
        if matched[*line].is_some() || beside[*line].is_some() || compiled.actual.len() > 2_000 {
            continue;
        }
        let expected = step.expected[*line].text.trim();
        let best = (0..compiled.actual.len())
            .filter(|place| free(place, &used) && !compiled.actual[*place].is_empty())
            .map(|place| {
                (
                    place,
                    strsim::normalized_levenshtein(expected, compiled.actual[place].trim()),
                )
            })
            .filter(|(_, likeness)| *likeness >= ALIKE)
            .max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((place, _)) = best {
            beside[*line] = Some((place, None));
            used.insert(place);
        }
    }
    // Where one line stands for one line, they are shown beside each other.
    let lone: Vec<usize> = required
        .iter()
        .copied()
        .filter(|line| matched[*line].is_none() && beside[*line].is_none())
        .collect();
    let left: Vec<usize> = (0..compiled.actual.len())
        .filter(|place| free(place, &used) && !compiled.actual[*place].is_empty())
        .collect();
    if let ([line], [place]) = (&lone[..], &left[..])
        && !elides
    {
        beside[*line] = Some((*place, None));
        used.insert(*place);
    }

    let mut lines: Vec<LineJudgement> = step
        .expected
        .iter()
        .enumerate()
        .map(|(index, expected)| {
            let (actual, how, ok, note) =
                match (compiled.fates[index], &matched[index], &beside[index]) {
                    (Fate::Layout, ..) => (None, How::Layout, true, None),
                    (Fate::Elided, ..) => (None, How::Elided, true, None),
                    (Fate::Ambient, ..) => (None, How::Ambient, true, None),
                    (Fate::OtherBuilder, ..) => (None, How::Dialect, true, None),
                    (Fate::Required, Some((place, how)), _) => (Some(*place), *how, true, None),
                    (Fate::Required, None, Some((place, note))) => {
                        (Some(*place), How::Missing, false, note.clone())
                    }
                    (Fate::Required, None, None) => {
                        (None, How::Missing, !is_required(compiled, index), None)
                    }
                };
            LineJudgement {
                line: expected.line,
                expected: Some(expected.text.clone()),
                actual: actual.and_then(|place| compiled.actual.get(place).cloned()),
                how: if !ok || how != How::Missing {
                    how
                } else {
                    How::Ambient
                },
                ok,
                note,
            }
        })
        .collect();
    if !elides {
        for (place, text) in compiled.actual.iter().enumerate() {
            if free(&place, &used) && !text.is_empty() {
                lines.push(LineJudgement {
                    line: step
                        .expected
                        .last()
                        .map_or(step.last_typed_line(), |last| last.line),
                    expected: None,
                    actual: Some(text.clone()),
                    how: How::Extra,
                    ok: false,
                    note: None,
                });
            }
        }
    }
    Failure { lines, pairs }
}

/// Whether a line of the notes must be here: no ambient row may be missed.
fn is_required(compiled: &Compiled, line: usize) -> bool {
    !compiled
        .groups
        .iter()
        .flat_map(|group| &group.variables)
        .any(|variable| variable.optional && variable.lines.contains(&line))
}

/// The longest run of lines that are here in the order of the notes: indexes of
/// `all` with their places.
fn longest_in_order(all: &[Options], bindings: &Bindings) -> Vec<(usize, usize)> {
    // Patience: for each length the run that ends earliest.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut nodes: Vec<(usize, usize, Option<usize>)> = Vec::new();
    for (index, options) in all.iter().enumerate() {
        let mut places: Vec<usize> = options
            .iter()
            .filter(|(_, pairs, _)| pairs.iter().all(|pair| bindings.check(pair).is_ok()))
            .map(|(place, _, _)| *place)
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
