//! What could be reclaimed, in bytes and as a share.
//!
//! ```text
//!     TYPE      TOTAL     ACTIVE    SIZE      RECLAIMABLE
//!     Images    1         1         1.984MB   0B (93%)        nothing is no share
//! ```

use super::{Evidence, Lines, Objection, impossible_rows};
use crate::docker::ProgramCall;
use crate::formats::size::Size;
use crate::pattern::pattern;

/// Why a row is refused.
const OTHER_SHARE: &str = "what could be reclaimed is another share of the size";

pattern! {
    /// The size, and what could be reclaimed of it.
    RECLAIMABLE = r"(?P<size>[0-9.]+ ?[kMGT]?B)\s+(?P<part>[0-9.]+ ?[kMGT]?B) \((?P<share>[0-9]+)%\)$";
}

/// Rows of `docker system df` with a share that is another one.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let of_docker = |call: &ProgramCall| call.is_docker("system df");
    impossible_rows(evidence, judged, of_docker, is_another, OTHER_SHARE)
}

/// Whether the share in `row` is another one than its sizes make; none where it has none.
fn is_another(row: &str) -> Option<bool> {
    // Docker leaves out what is behind the point, and both sizes are rounded.
    const SLACK: f64 = 2.0;
    let row = RECLAIMABLE.captures(row.trim_end())?;
    let (size, part) = (Size::read(&row["size"])?, Size::read(&row["part"])?);
    let share: f64 = row["share"].parse().ok()?;
    let real = if size.bytes > 0.0 {
        100.0 * part.bytes / size.bytes
    } else {
        0.0
    };
    let rounding = match size.bytes > 0.0 {
        true => 100.0 * (part.rounding + size.rounding) / size.bytes,
        false => 0.0,
    };
    Some((share - real).abs() > SLACK + rounding)
}
