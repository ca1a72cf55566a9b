//! What `free` shows of the memory: no part is more than the whole, and the whole is the
//! machine's.
//!
//! ```text
//!                   total        used        free
//!     Mem:           7951        9210        1377       more than there is
//!
//!     $ docker run --rm --memory 64m busybox free -m
//!     Mem:             64           1          63       a limit makes no machine smaller
//! ```

use super::{Evidence, Lines, Objection, refused};
use crate::docker::{Invocation, ProgramCall};
use crate::formats::size::memory;
use crate::judge::LineJudgement;

/// Why a row is refused.
const MORE: &str = "a part of the memory is more than all of it";

/// Why the limit of a container is refused as the whole.
const LIMIT: &str = "`free` shows the memory of the machine, and not the limit of its container";

/// Rows of `free` that no machine shows.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, (lines, format)) in judged.iter().zip(evidence.formats).enumerate() {
        let mut calls = format.calls().iter();
        let Some(call) = calls.find(|call| call.program == "free") else {
            continue;
        };
        let limit = largest_limit(evidence).filter(|_| call.runs_in_container());
        let is_limit = |line: &LineJudgement| {
            let total = |text: &Option<String>| {
                let row = text
                    .as_deref()
                    .filter(|row| row.trim_start().starts_with("Mem:"));
                amounts(row?, call).first().copied()
            };
            let totals = total(&line.expected).zip(total(&line.actual)).zip(limit);
            totals.is_some_and(|((noted, printed), limit)| noted <= limit && printed > limit)
        };
        let reason = |line: &LineJudgement| {
            let noted = amounts(line.expected.as_deref()?, call);
            match is_limit(line) {
                true => Some(LIMIT),
                false => has_larger_part(&noted).then_some(MORE),
            }
        };
        found.extend(refused(step, lines, reason));
    }
    found
}

/// Whether a row shows more in use, or free, than in all.
fn has_larger_part(amounts: &[f64]) -> bool {
    let [total, parts @ ..] = amounts else {
        return false;
    };
    // Amounts with a unit are rounded.
    parts.iter().any(|part| *part > total * 1.05)
}

/// What a row of `free` shows in all, in use and free, in bytes; nothing where it is no row of
/// memory.
pub(super) fn amounts(row: &str, free: &ProgramCall) -> Vec<f64> {
    let units = [('b', 0), ('m', 2), ('g', 3)];
    let unit = units.iter().find(|(letter, _)| free.has_flag(*letter));
    let power = unit.map_or(1, |(_, power)| *power);
    let bytes = |text: &str| {
        let has_unit = text.ends_with(|last: char| last.is_ascii_alphabetic());
        let amount = memory(text)?;
        Some(if has_unit {
            amount
        } else {
            amount * 1024_f64.powi(power)
        })
    };
    let mut words = row.split_whitespace();
    match words.next() {
        Some(name) if name.ends_with(':') => words.map_while(bytes).take(3).collect(),
        _ => Vec::new(),
    }
}

/// The largest limit of memory, in bytes, that the exercise gives a container.
fn largest_limit(evidence: &Evidence) -> Option<f64> {
    let dockers = evidence.calls().filter_map(ProgramCall::docker);
    let limit = |docker: &Invocation| memory(docker.values("--memory").last()?);
    dockers.filter_map(limit).reduce(f64::max)
}
