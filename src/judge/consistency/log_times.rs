//! The times of a container's log, against what its script sleeps between its lines.
//!
//! ```text
//!     $ docker run --name a busybox sh -c 'echo one; sleep 3; echo two'
//!     $ docker logs --timestamps a
//!     2024-05-01T10:00:01.030382121Z one
//!     2024-05-01T10:00:04.031652333Z two        three seconds later, or more
//! ```

use std::collections::HashMap;

use super::sleeps::{is_straight, slept};
use super::{Evidence, Lines, Objection, at_number};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::instant::{Instant, SECOND};
use crate::formats::volatile::Volatile;

/// Why a time is refused.
const TOO_EARLY: &str = "the container's script sleeps longer before it prints this line";

/// By how many nanoseconds the daemon may be late to read a line.
const LATE: i128 = SECOND / 2;

/// A line that a script prints, and how many seconds it has slept by then.
type ScriptLine = (String, f64);

/// Lines of `docker logs` that come too early after the one before.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut scripts: HashMap<String, Vec<ScriptLine>> = HashMap::new();
    let mut found = Vec::new();
    for (number, step) in evidence.steps.iter().enumerate() {
        let calls = evidence.formats[number].calls();
        for docker in calls.iter().filter_map(ProgramCall::docker) {
            if docker.does(Does::Creates) {
                let names = docker.gives(OperandKind::Container).into_iter();
                scripts.extend(names.map(|name| (name, lines_of_script(docker))));
            } else if docker.does(Does::Logs) && docker.has("--timestamps") {
                let script = docker.operands.first().and_then(|name| scripts.get(name));
                let Some(script) = script.filter(|script| script.len() > 1) else {
                    continue;
                };
                if too_early(script, &evidence.printed(number)).is_none()
                    && let Some(line) = too_early(script, &evidence.noted(number))
                {
                    let line = step.expected[line].line;
                    found.extend(at_number(judged, number, line, TOO_EARLY));
                }
            }
        }
    }
    found
}

/// What the script that `docker` gives its container prints, as far as it is nothing but
/// `echo` and `sleep`.
fn lines_of_script(docker: &Invocation) -> Vec<ScriptLine> {
    let shell = (!docker.inner.is_empty()).then(|| ProgramCall::new(&docker.inner));
    let script = shell
        .as_ref()
        .and_then(ProgramCall::script)
        .unwrap_or_default();
    let calls = ProgramCall::all(script);
    if !is_straight(script, &calls) {
        return Vec::new();
    }
    let mut lines = Vec::new();
    let mut passed = 0.0;
    for call in &calls {
        match call.program.as_str() {
            "echo" => lines.push((call.words.join(" "), passed)),
            "sleep" => passed += slept(call),
            _ => break,
        }
    }
    lines
}

/// The first of `lines`, from 0, whose time is too early after that of the one above.
fn too_early(script: &[ScriptLine], lines: &[&str]) -> Option<usize> {
    let mut before: Option<(i128, f64)> = None;
    for ((number, line), (text, passed)) in lines.iter().enumerate().zip(script) {
        let (time, _) = line
            .split_once(' ')
            .filter(|(_, said)| said.trim() == text)?;
        let time = Instant::read(Volatile::Rfc3339, time)?.time;
        if let Some((above, slept)) = before {
            let milliseconds = ((passed - slept) * 1000.0) as i128;
            if time - above + LATE < milliseconds * (SECOND / 1000) {
                return Some(number);
            }
        }
        before = Some((time, *passed));
    }
    None
}
