//! Workers that nginx starts one after the other: no two are one process.
//!
//! ```text
//!     2024/03/11 10:02:31 [notice] 1#1: start worker process 29
//!     2024/03/11 10:02:31 [notice] 1#1: start worker process 29       there is one already
//! ```

use super::{Evidence, Lines, Objection};
use crate::formats::workers::started;

/// Why a line is refused.
const SAME: &str = "the line above starts a worker with the same process number";

/// Lines of logs that start a worker with the number of the one before.
pub(super) fn contradictions(_: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, judged) in lines.iter().enumerate() {
        let started: Vec<Option<&str>> = judged
            .iter()
            .map(|line| started(line.expected.as_deref()?))
            .collect();
        let same = started
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| matches!(pair, [Some(above), Some(below)] if above == below));
        found.extend(same.map(|(above, _)| Objection {
            step,
            line: above + 1,
            reason: SAME,
        }));
    }
    found
}
