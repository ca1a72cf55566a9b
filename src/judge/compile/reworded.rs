//! Lines that another version of Docker tells in more lines, or in fewer.
//!
//! ```text
//!     notes   docker: Invalid containerPort: abc.
//!             See 'docker run --help'.
//!     run     docker: Invalid containerPort: abc
//!
//!             Run 'docker run --help' for more information
//! ```

use std::ops::Range;

use super::line::reworded_pattern;
use super::{Compiler, LinePattern};
use crate::formats::rewording;
use crate::judge::solver::{Choice, Match};
use crate::judge::token::Pattern;

/// How many lines of the notes a rewording may take.
const LONGEST: usize = 8;

/// How many ways to read reworded lines are tried.
const DECISIONS: usize = 100;

/// Lines of the notes as another version of Docker prints them.
pub(super) struct RewordedLines {
    row: &'static str,
    /// How many lines of the notes it takes.
    takes: usize,
    lines: Vec<Pattern>,
}

/// How far lines of the notes have been found, and what follows from it.
#[derive(Clone, Default)]
struct RewordingState {
    /// The next line of the notes.
    line: usize,
    /// How many printed lines they took.
    taken: usize,
    /// The line of the output that each of them is; [`usize::MAX`] for none.
    shown: Vec<usize>,
    /// The lines that only this run's words have.
    beyond: Vec<usize>,
    found: Match,
}

impl RewordedLines {
    /// How it goes on with these lines after `reading`, where they are printed.
    fn follow(
        &self,
        reading: &RewordingState,
        printed: &[(usize, &str)],
    ) -> Option<RewordingState> {
        let printed = printed.get(reading.taken..)?.get(..self.lines.len())?;
        let mut next = reading.clone();
        for (pattern, (_, actual)) in self.lines.iter().zip(printed) {
            next.found
                .add(Match::through(self.row, pattern.matches(actual)?));
        }
        if self.lines.is_empty() {
            next.found.add(Match::through(self.row, Vec::new()));
        }
        let places = || printed.iter().map(|(place, _)| *place);
        let shown = places().chain(std::iter::repeat(usize::MAX));
        next.shown.extend(shown.take(self.takes));
        next.beyond.extend(places().skip(self.takes));
        next.taken += printed.len();
        next.line += self.takes;
        Some(next)
    }
}

impl RewordingState {
    /// How it goes on with one line after it, where it is printed.
    fn follow(mut self, pattern: &LinePattern, printed: &[(usize, &str)]) -> Option<Self> {
        let (place, actual) = printed.get(self.taken)?;
        self.found.add(pattern.matches(actual)?);
        self.shown.push(*place);
        self.taken += 1;
        self.line += 1;
        Some(self)
    }
}

impl Compiler<'_> {
    /// Lines that only newer versions print, where the notes show none like them.
    pub(super) fn permit_announcements(&mut self) {
        let expected: Vec<String> = self.expected.iter().flatten().cloned().collect();
        if !rewording::announcements(self.format.calls(), &expected).is_empty() {
            return;
        }
        for announced in rewording::announcements(self.format.calls(), &self.compiled.actual) {
            self.compiled.permitted.insert(announced.line);
            self.compiled.announced.push(announced.line);
            self.compiled.dialects.push(announced.row);
        }
    }

    /// Where `lines`, one right after the other, could be if some of them are written
    /// in other words: from one of `places` among the `printed` lines on, and up to
    /// the last of these where `to_the_end`.
    pub(super) fn reworded_choices(
        &self,
        lines: &[usize],
        printed: &[usize],
        places: Range<usize>,
        to_the_end: bool,
    ) -> Vec<Choice> {
        let rewordings: Vec<Vec<RewordedLines>> = (0..lines.len())
            .map(|offset| self.rewordings(&lines[offset..]))
            .collect();
        if rewordings.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let printed: Vec<(usize, &str)> = printed
            .iter()
            .filter_map(|&place| Some((place, self.compiled.actual.get(place)?.as_str())))
            .collect();
        places
            .filter_map(|place| {
                let rest = printed.get(place..)?;
                let reading = self.read(lines, &rewordings, rest, to_the_end)?;
                let mut scattered = reading.shown;
                scattered.extend(reading.beyond);
                Some(Choice {
                    place: place..place + reading.taken,
                    shows: rest.first().map_or(0, |(place, _)| *place),
                    scattered,
                    found: reading.found,
                })
            })
            .collect()
    }

    /// Other words for the lines that begin with the first of `lines`, if
    /// they are more or fewer.
    fn rewordings(&self, lines: &[usize]) -> Vec<RewordedLines> {
        let text = |line: &usize| self.expected.get(*line)?.as_deref();
        let first = lines
            .first()
            .filter(|line| text(line).is_some_and(rewording::could_begin));
        let Some(first) = first else {
            return Vec::new();
        };
        let block: Vec<&str> = lines.iter().take(LONGEST).map_while(text).collect();
        let pattern = |line: &String| {
            reworded_pattern(line, self.number(*first), self.format, self.context.values)
        };
        rewording::rewordings(
            &block,
            self.format.calls(),
            &self.context.values.known_names(),
        )
        .into_iter()
        .filter(|other| other.takes > 1 || other.lines.len() != 1)
        .map(|other| RewordedLines {
            row: other.row,
            takes: other.takes,
            lines: other.lines.iter().map(pattern).collect(),
        })
        .collect()
    }

    /// `lines` found in what was `printed`, some of them in other words.
    fn read(
        &self,
        lines: &[usize],
        rewordings: &[Vec<RewordedLines>],
        printed: &[(usize, &str)],
        to_the_end: bool,
    ) -> Option<RewordingState> {
        let mut open = vec![RewordingState::default()];
        for _ in 0..DECISIONS {
            let mut reading = open.pop()?;
            loop {
                let Some(line) = lines.get(reading.line) else {
                    if to_the_end && reading.taken != printed.len() {
                        break;
                    }
                    return Some(reading);
                };
                let others = rewordings[reading.line].iter();
                open.extend(others.filter_map(|rewordings| rewordings.follow(&reading, printed)));
                let pattern = self.compiled.patterns.get(*line)?.as_ref()?;
                match reading.follow(pattern, printed) {
                    Some(next) => reading = next,
                    None => break,
                }
            }
        }
        None
    }
}
