//! What `free` shows of the memory: no part is more than the whole.
//!
//! ```text
//!                   total        used        free
//!     Mem:           7951        9210        1377       more than there is
//!
//!     $ docker run --memory 64m ...
//!     $ docker stats --no-stream --format '{{.MemUsage}}'
//!     99MiB / 128MiB                                    another limit, and more than it
//! ```

use super::{Evidence, Lines, Objection};
use crate::formats::fields::is_memory_asked_for;
use crate::formats::size::memory;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why a row is refused.
const MORE: &str = "a part of the memory is more than all of it";

/// Why another limit is refused.
const LIMIT: &str = "the memory that a command asks for is the limit";

pattern! {
    /// What a container uses of the memory, and its limit.
    OF_LIMIT = r"(?P<used>[0-9.]+[KMG]?i?B) / (?P<limit>[0-9.]+[KMG]?i?B)";
}

/// Rows of `free` that show more in use, or free, than there is.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = beyond_limits(evidence, lines);
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

/// Lines of `docker stats` with another limit than a command asks for, or more than it.
fn beyond_limits(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, format) in evidence.formats.iter().enumerate() {
        if !format.calls().iter().any(|call| call.is_docker("stats")) {
            continue;
        }
        let reason = |line: &LineJudgement| {
            let noted = OF_LIMIT.captures(line.expected.as_deref()?)?;
            let printed = OF_LIMIT.captures(line.actual.as_deref()?)?;
            let is_asked_for = is_memory_asked_for(&printed["limit"], &evidence.authored);
            let is_more = memory(&noted["used"])? > memory(&noted["limit"])?;
            match is_asked_for && memory(&noted["limit"]) != memory(&printed["limit"]) {
                true => Some(LIMIT),
                false => is_more.then_some(MORE),
            }
        };
        let of_step = lines[step].iter().enumerate().filter(|(_, line)| line.ok);
        found.extend(of_step.filter_map(|(line, judged)| {
            Some(Objection {
                step,
                line,
                reason: reason(judged)?,
            })
        }));
    }
    found
}
