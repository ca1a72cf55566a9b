//! The order of lines that come side by side.
//!
//! ```text
//!     notes      out1 err1 out2 err2
//!     this run   out1 out2 err1 err2      of two streams: each keeps its own order
//!     runs       a b   b a                a pair that was seen both ways is free
//! ```

use super::RunStep;
use crate::judge::compile::LinePattern;

/// The stream of a line, where it is known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Stream"))]
pub struct OutputStream {
    /// Tells the program that printed it from others of the step.
    pub program: u32,
    /// Whether it is the one of errors.
    pub errors: bool,
}

/// The lines that a step of the notes shows.
#[derive(Default)]
pub struct ExpectedLines {
    /// Those with text.
    pub patterns: Vec<LinePattern>,
    /// Whether more is elided.
    pub elided: bool,
}

impl ExpectedLines {
    /// The place in `lines` of each line of the notes; none where one has no place, or
    /// where more is printed than the notes show.
    fn places(&self, lines: &[String]) -> Option<Vec<usize>> {
        let mut used = vec![false; lines.len()];
        let mut places = Vec::new();
        let mut first = 0;
        for pattern in &self.patterns {
            while used.get(first) == Some(&true) {
                first += 1;
            }
            let place = (first..lines.len())
                .find(|&place| !used[place] && pattern.matches(&lines[place]).is_some())?;
            used[place] = true;
            places.push(place);
        }
        let mut beyond = lines.iter().zip(&used);
        let has_more = beyond.any(|(line, used)| !used && !line.trim().is_empty());
        (self.elided || !has_more).then_some(places)
    }

    /// How often the notes show `line`.
    pub fn count(&self, line: &str) -> usize {
        let patterns = self.patterns.iter();
        patterns
            .filter(|pattern| pattern.matches(line).is_some())
            .count()
    }

    /// Whether `lines` are those of the notes in another order.
    pub fn is_shuffled(&self, lines: &[String]) -> bool {
        self.places(lines).is_some_and(|places| !places.is_sorted())
    }

    /// `lines` in the order of the notes, with those that changed places, where all that
    /// stands the other way round may stand so by what the other `runs` of the step tell:
    /// each with the places of `lines` in it, where the runs alone show these.
    pub fn sort(
        &self,
        lines: &[String],
        runs: &[(Option<Vec<usize>>, &RunStep)],
    ) -> Option<(Vec<String>, Vec<String>)> {
        let places = self.places(lines)?;
        if places.is_sorted() {
            return None;
        }
        let mut orders = vec![places.clone()];
        let mut streams: Option<Vec<Option<&OutputStream>>> = None;
        for (there, run) in runs {
            let theirs = match there {
                Some(there) => places
                    .iter()
                    .map(|&place| there.get(place).copied())
                    .collect(),
                None => self.places(&run.observation.output),
            };
            let Some(theirs) = theirs else {
                continue;
            };
            if run.streams.is_empty() {
                orders.push(theirs);
            } else {
                let of_place = |place: &usize| run.streams.get(*place)?.as_ref();
                streams = Some(theirs.iter().map(of_place).collect());
            }
        }
        let of_two_streams = |one: usize, other: usize| {
            let streams = streams.as_ref()?;
            let (one, other) = ((*streams.get(one)?)?, (*streams.get(other)?)?);
            Some(one.program == other.program && one.errors != other.errors)
        };
        let seen_both_ways = |one: usize, other: usize| {
            let ways = || orders.iter().map(|places| places[one] < places[other]);
            ways().any(|way| way) && ways().any(|way| !way)
        };
        for one in 0..places.len() {
            for other in one + 1..places.len() {
                let inverted = places[one] > places[other];
                let free = of_two_streams(one, other) == Some(true) || seen_both_ways(one, other);
                if inverted && !free {
                    return None;
                }
            }
        }
        let mut slots = places.clone();
        slots.sort_unstable();
        let mut sorted = lines.to_vec();
        let mut moved = Vec::new();
        for (slot, place) in slots.into_iter().zip(places) {
            sorted[slot].clone_from(&lines[place]);
            if slot != place {
                moved.push(lines[place].clone());
            }
        }
        Some((sorted, moved))
    }
}
