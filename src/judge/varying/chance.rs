//! Lines that one run prints and another leaves out, with nothing in their place: one at
//! a time, since several tell of a run that went on.

use super::order::ExpectedLines;
use super::parts::{ChunkedLine, difference};
use super::signature::Sides;
use crate::formats::table::Header;

/// One run's lines without those by chance that the notes lack, and with those that
/// they have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settled {
    /// The lines as the notes have them.
    pub lines: Vec<String>,
    /// The lines that were left out.
    pub without: Vec<String>,
    /// The lines that were put in.
    pub with: Vec<String>,
}

/// Both runs' lines as the notes have them, where they differ in lines by chance alone.
pub(super) fn settle(
    shown: &ExpectedLines,
    own: &[String],
    other: &[String],
    sides: &Sides,
    is_error: impl Fn(&str) -> bool,
) -> Option<(Settled, Settled)> {
    let is_row = |line: &String| Header::read(line).is_some();
    if own.iter().chain(other).any(is_row) {
        return None;
    }
    let gaps = gaps(own, other, sides);
    let alone = |side: bool| gaps.iter().filter_map(move |gap| gap.alone(side));
    // What stands elsewhere in the other run is no line by chance.
    if alone(true).any(|line| alone(false).any(|other| other == line)) {
        return None;
    }
    let several = |gaps: &[Gap]| matches!(gaps, [Gap::One(..), Gap::One(..)]);
    if gaps.windows(2).any(several) {
        return None;
    }
    let (mut mine, mut theirs) = (Settled::default(), Settled::default());
    let mut chance = false;
    for gap in &gaps {
        match gap {
            Gap::Both(one, two) => {
                mine.lines.push(own[*one].clone());
                theirs.lines.push(other[*two].clone());
            }
            Gap::One(line, here) => {
                if is_error(line) || line.trim().is_empty() {
                    return None;
                }
                chance = true;
                let (has, lacks, printed) = match here {
                    true => (&mut mine, &mut theirs, own),
                    false => (&mut theirs, &mut mine, other),
                };
                let count = |lines: &[String]| lines.iter().filter(|other| *other == line).count();
                if count(printed) - count(&has.without) > shown.count(line) {
                    has.without.push(line.clone());
                } else {
                    has.lines.push(line.clone());
                    lacks.lines.push(line.clone());
                    lacks.with.push(line.clone());
                }
            }
            Gap::Replaced => return None,
        }
    }
    chance.then_some((mine, theirs))
}

enum Gap {
    /// A line of both runs.
    Both(usize, usize),
    /// A line of one run only; whether of the own one.
    One(String, bool),
    /// Other lines stand in the place of some.
    Replaced,
}

impl Gap {
    /// The line that only the own run has, or only the other one.
    fn alone(&self, own: bool) -> Option<&str> {
        match self {
            Self::One(line, here) if *here == own => Some(line),
            _ => None,
        }
    }
}

/// Lays two runs over each other, line by line.
fn gaps(own: &[String], other: &[String], sides: &Sides) -> Vec<Gap> {
    let same = |one: &String, two: &String| {
        one == two
            || difference(&ChunkedLine::of(one), &ChunkedLine::of(two), sides)
                .is_some_and(|difference| difference.unsettled.is_empty())
    };
    // The longest common lines, counted from the end.
    let (rows, columns) = (own.len(), other.len());
    if rows.saturating_mul(columns) > COMPARISONS {
        return vec![Gap::Replaced];
    }
    let mut longest = vec![vec![0_usize; columns + 1]; rows + 1];
    for one in (0..rows).rev() {
        for two in (0..columns).rev() {
            longest[one][two] = match same(&own[one], &other[two]) {
                true => longest[one + 1][two + 1] + 1,
                false => longest[one + 1][two].max(longest[one][two + 1]),
            };
        }
    }
    let mut gaps = Vec::new();
    let (mut one, mut two) = (0, 0);
    let mut side = None;
    while one < rows || two < columns {
        let both = one < rows && two < columns && same(&own[one], &other[two]);
        if both {
            gaps.push(Gap::Both(one, two));
            (one, two, side) = (one + 1, two + 1, None);
            continue;
        }
        let here = two == columns || (one < rows && longest[one + 1][two] >= longest[one][two + 1]);
        if side.is_some_and(|side| side != here) {
            gaps.push(Gap::Replaced);
        }
        side = Some(here);
        if here {
            gaps.push(Gap::One(own[one].clone(), true));
            one += 1;
        } else {
            gaps.push(Gap::One(other[two].clone(), false));
            two += 1;
        }
    }
    gaps
}

/// How many pairs of lines are compared.
const COMPARISONS: usize = 250_000;
