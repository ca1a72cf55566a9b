//! Workers that nginx starts one after the other: no two are one process.
//!
//! ```text
//!     2024/03/11 10:02:31 [notice] 1#1: start worker process 29
//!     2024/03/11 10:02:31 [notice] 1#1: start worker process 29       there is one already
//! ```

use super::{Evidence, Lines, Objection};
use crate::formats::workers::started;
use crate::judge::LineJudgement;

/// Why a line is refused.
const SAME: &str = "the line above starts a worker with the same process number";

/// Lines of logs that start a worker with the number of the one before, where this run starts
/// another one: a server that was started again, or one beside it, counts from the start again.
pub(super) fn contradictions(_: &Evidence, lines: &Lines) -> Vec<Objection> {
    let is_same = |pair: &[LineJudgement], text: fn(&LineJudgement) -> Option<&String>| {
        let numbers = pair
            .iter()
            .map(|line| text(line).and_then(|text| started(text)));
        matches!(numbers.collect::<Vec<_>>()[..], [Some(above), Some(below)] if above == below)
    };
    let mut found = Vec::new();
    for (step, judged) in lines.iter().enumerate() {
        let pairs = judged.windows(2).enumerate();
        let same = pairs.filter(|(_, pair)| {
            is_same(pair, |line| line.expected.as_ref())
                && !is_same(pair, |line| line.actual.as_ref())
        });
        found.extend(same.map(|(above, _)| Objection::at(step, above + 1, SAME)));
    }
    found
}
