//! The few forms of a contradiction, which the checks fill in.
//!
//! ```text
//!     a line          each_line         `Mem: 7951 9210`: impossible by itself
//!     an output       wrong_outputs     a summary against the lines that it sums up
//!     readings        against_earlier   `nproc`: another number of the same machine
//!                     neighbours        two workers, one below the other, with one number
//!     pairs           OneToOne          names of one file here that are of two in the notes
//! ```
//!
//! Most of them take for possible what is so in this run: only what the notes alone show is
//! refused.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::judge::LineJudgement;

/// What the notes show, and what this run has in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sides<T> {
    pub(super) noted: T,
    pub(super) printed: T,
}

impl<'l> Sides<&'l str> {
    /// Both texts of `line`; none where one is missing.
    pub(super) fn of(line: &'l LineJudgement) -> Option<Self> {
        Sides::texts(line).read(|text| *text)
    }
}

impl<'l> Sides<Option<&'l str>> {
    /// The texts of `line`, as far as there are any.
    pub(super) fn texts(line: &'l LineJudgement) -> Self {
        Self::new(line.expected.as_deref(), line.actual.as_deref())
    }
}

impl<T> Sides<T> {
    pub(super) fn new(noted: T, printed: T) -> Self {
        Self { noted, printed }
    }

    /// What `make` makes of both.
    pub(super) fn map<U>(self, make: impl Fn(T) -> U) -> Sides<U> {
        Sides::new(make(self.noted), make(self.printed))
    }

    /// What `read` makes of both; none where it makes nothing of one.
    pub(super) fn read<U>(&self, read: impl Fn(&T) -> Option<U>) -> Option<Sides<U>> {
        Some(Sides::new(read(&self.noted)?, read(&self.printed)?))
    }

    /// Whether this is so in the notes, and not in this run.
    pub(super) fn only_noted(&self, is_so: impl Fn(&T) -> bool) -> bool {
        is_so(&self.noted) && !is_so(&self.printed)
    }
}

/// The lines that hold and for which the rule of their step, where `rule_of` has one for it,
/// gives a reason.
pub(super) fn each_line<R: FnMut(&LineJudgement) -> Option<&'static str>>(
    judged: &Lines,
    rule_of: impl Fn(usize) -> Option<R>,
) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        let Some(mut rule) = rule_of(step) else {
            continue;
        };
        let held = lines.iter().enumerate().filter(|(_, line)| line.ok);
        let refused = held.filter_map(|(line, judged)| Some((line, rule(judged)?)));
        found.extend(refused.map(|(line, reason)| Objection::at(step, line, reason)));
    }
    found
}

/// The lines, of steps that call what `is_meant`, that are impossible in the notes alone;
/// `is_impossible` is asked with that call, and gives none for a line about something else.
pub(super) fn impossible_lines(
    evidence: &Evidence,
    judged: &Lines,
    is_meant: impl Fn(&ProgramCall) -> bool,
    is_impossible: impl Fn(&ProgramCall, &str) -> Option<bool>,
    reason: &'static str,
) -> Vec<Objection> {
    each_line(judged, |step| {
        let mut calls = evidence.formats[step].calls().iter();
        let call = calls.find(|call| is_meant(call))?;
        let is_impossible = &is_impossible;
        Some(move |line: &LineJudgement| {
            let rows = Sides::texts(line).map(|row| is_impossible(call, row?));
            rows.only_noted(|row| *row == Some(true)).then_some(reason)
        })
    })
}

/// The lines of the notes in the outputs of `steps` that `wrong` finds, which is asked with the
/// lines of one output; those of a step only where it finds none in what this run printed.
pub(super) fn wrong_outputs<W: IntoIterator<Item = usize>>(
    evidence: &Evidence,
    judged: &Lines,
    steps: impl IntoIterator<Item = usize>,
    wrong: impl Fn(&[&str]) -> W,
    reason: &'static str,
) -> Vec<Objection> {
    let mut found = Vec::new();
    for step in steps {
        let wrong = evidence.sides(step).map(|lines| wrong(&lines).into_iter());
        let is_noted_alone = wrong.printed.count() == 0;
        let lines = wrong.noted.filter(|_| is_noted_alone);
        found.extend(lines.filter_map(|line| evidence.object(judged, step, line, reason)));
    }
    found
}

/// What a judged line shows of something.
pub(super) struct Reading<K, V> {
    /// What it is of.
    pub(super) of: K,
    pub(super) shown: Sides<V>,
    /// Its step and its position among the step's judged lines, each from 0.
    pub(super) at: (usize, usize),
}

impl<K: PartialEq, V> Reading<K, V> {
    /// Whether both are of one thing and `contradict` each other in the notes, not in this run.
    pub(super) fn contradicts(&self, other: &Self, contradict: impl Fn(&V, &V) -> bool) -> bool {
        let (own, others) = (&self.shown, &other.shown);
        self.of == other.of
            && contradict(&own.noted, &others.noted)
            && !contradict(&own.printed, &others.printed)
    }

    /// The objection to its line.
    pub(super) fn objection(&self, reason: &'static str) -> Objection {
        Objection::at(self.at.0, self.at.1, reason)
    }
}

/// What `read` finds in the judged lines that hold; it is asked with the step and the position of
/// each, from 0.
pub(super) fn readings<'j, K, V>(
    judged: &Lines<'j>,
    read: impl Fn(usize, usize, &'j LineJudgement) -> Option<(K, Sides<V>)>,
) -> Vec<Reading<K, V>> {
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        for (line, held) in lines.iter().enumerate().filter(|(_, line)| line.ok) {
            let at = (step, line);
            found.extend(read(step, line, held).map(|(of, shown)| Reading { of, shown, at }));
        }
    }
    found
}

/// The `readings` that contradict one before them of the same thing, in the notes alone;
/// `contradict` is asked with the later and the earlier value.
pub(super) fn against_earlier<K: PartialEq, V>(
    readings: &[Reading<K, V>],
    contradict: impl Fn(&V, &V) -> bool,
    reason: &'static str,
) -> Vec<Objection> {
    let numbered = readings.iter().enumerate();
    let wrong = numbered.filter(|(number, own)| {
        let mut earlier = readings[..*number].iter();
        earlier.any(|other| own.contradicts(other, &contradict))
    });
    wrong.map(|(_, own)| own.objection(reason)).collect()
}

/// The same of the `readings` that stand one right below the other.
pub(super) fn neighbours<K: PartialEq, V>(
    readings: &[Reading<K, V>],
    contradict: impl Fn(&V, &V) -> bool,
    reason: &'static str,
) -> Vec<Objection> {
    let pairs = readings.windows(2).filter(|pair| {
        let (step, line) = pair[0].at;
        pair[1].at == (step, line + 1) && pair[1].contradicts(&pair[0], &contradict)
    });
    pairs.map(|pair| pair[1].objection(reason)).collect()
}

/// Values of the notes, each with the one value of this run that stands in its place.
pub(super) struct OneToOne<V> {
    by_noted: HashMap<V, V>,
    by_printed: HashMap<V, V>,
}

impl<V: Clone + Eq + Hash> OneToOne<V> {
    pub(super) fn new() -> Self {
        Self {
            by_noted: HashMap::new(),
            by_printed: HashMap::new(),
        }
    }

    /// Whether no other value stood in the place of either before.
    pub(super) fn agrees(&mut self, noted: V, printed: V) -> bool {
        let first_printed = self.by_noted.entry(noted.clone());
        let is_first = *first_printed.or_insert(printed.clone()) == printed;
        let first_noted = self.by_printed.entry(printed);
        *first_noted.or_insert(noted.clone()) == noted && is_first
    }
}
