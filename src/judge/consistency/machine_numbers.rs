//! What a kernel tells of its machine: the same on the host and in every container.
//!
//! ```text
//!     $ nproc
//!     8
//!     $ docker run --rm --cpus 1 busybox nproc
//!     1                       a limit of time takes no processor away
//! ```
//!
//! Two numbers that are the same in this run are the same in the notes of one section.

use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;

/// Why a line is refused.
const OTHER: &str = "another step shows another number of the same machine";

/// Files of the kernel that tell of the whole machine.
const FILES: [&str; 3] = ["/proc/cpuinfo", "/proc/meminfo", "/proc/version"];

/// How lines of these files begin that never change while the machine is up.
const CONSTANT: [&str; 5] = [
    "Linux version",
    "MemTotal",
    "SwapTotal",
    "cpu cores",
    "model name",
];

/// Lines that the same program prints of the machine in two steps, the same here and not in
/// the notes.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let asked: Vec<Option<&ProgramCall>> = evidence
        .formats
        .iter()
        .map(|format| format.calls().last().filter(|call| asks_machine(call)))
        .collect();
    let mut found = Vec::new();
    for later in 1..judged.len() {
        let Some(own) = asked[later] else { continue };
        let is_same = |step: &usize| {
            let section = evidence.steps[*step].section == evidence.steps[later].section;
            let asks_the_same =
                |other: &ProgramCall| (&other.program, &other.words) == (&own.program, &own.words);
            section && asked[*step].is_some_and(asks_the_same)
        };
        let Some(earlier) = (0..later).rev().find(is_same) else {
            continue;
        };
        let pairs = judged[later].iter().zip(judged[earlier]).enumerate();
        let differ = pairs.filter(|(_, (line, before))| {
            let (noted, before_noted) = (&line.expected, &before.expected);
            line.ok
                && before.ok
                && line.actual.as_deref().is_some_and(is_constant)
                && line.actual == before.actual
                && noted.is_some()
                && before_noted.is_some()
                && noted != before_noted
        });
        found.extend(differ.map(|(line, _)| Objection {
            step: later,
            line,
            reason: OTHER,
        }));
    }
    found
}

/// Whether `call` shows what the kernel tells of the whole machine.
fn asks_machine(call: &ProgramCall) -> bool {
    call.program == "nproc"
        || call.prints_as_it_is() && call.words.iter().any(|word| FILES.contains(&word.as_str()))
}

/// Whether a line of such a program or file is the same whenever it is asked.
fn is_constant(line: &str) -> bool {
    let line = line.trim();
    let is_count = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    is_count || CONSTANT.iter().any(|begin| line.starts_with(begin))
}
