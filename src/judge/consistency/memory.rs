//! What `free` shows of the memory: no part is more than the whole.
//!
//! ```text
//!                   total        used        free
//!     Mem:           7951        9210        1377       more than there is
//! ```

use super::{Evidence, Lines, Objection};
use crate::formats::size::memory;

/// Why a row is refused.
const MORE: &str = "a part of the memory is more than all of it";

/// Rows of `free` that show more in use, or free, than there is.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, format) in evidence.formats.iter().enumerate() {
        if !format.calls().iter().any(|call| call.program == "free") {
            continue;
        }
        let impossible = lines[step].iter().enumerate().filter(|(_, judged)| {
            let text = judged.expected.as_deref().filter(|_| judged.ok);
            text.is_some_and(is_impossible)
        });
        found.extend(impossible.map(|(line, _)| Objection {
            step,
            line,
            reason: MORE,
        }));
    }
    found
}

/// Whether a row shows more in use, or free, than in all.
fn is_impossible(row: &str) -> bool {
    let mut words = row.split_whitespace();
    if !words.next().is_some_and(|name| name.ends_with(':')) {
        return false;
    }
    let amounts: Vec<f64> = words.map_while(memory).take(3).collect();
    let [total, parts @ ..] = amounts.as_slice() else {
        return false;
    };
    // Amounts with a unit are rounded.
    parts.iter().any(|part| *part > total * 1.05)
}
