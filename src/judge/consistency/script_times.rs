//! The times that a container shows line by line, against what its script sleeps in between.
//!
//! ```text
//!     $ docker run --name a busybox sh -c 'echo one; sleep 3; echo two'
//!     $ docker logs --timestamps a
//!     2024-05-01T10:00:01.030382121Z one
//!     2024-05-01T10:00:04.031652333Z two        three seconds later, or more
//!
//!     $ docker run -d --name clock busybox sh -c 'while true; do date; sleep 5; done'
//!     $ docker logs clock
//!     Sat Aug 30 10:20:30 UTC 2026
//!     Sat Aug 30 10:20:35 UTC 2026              five seconds or more
//! ```

use std::collections::HashMap;

use super::series::{Sides, neighbours, readings, wrong_outputs};
use super::sleeps::{is_straight, slept};
use super::{Evidence, Lines, Objection};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::clock::{ClockReading, asks_the_clock};
use crate::formats::instant::{Instant, SECOND};
use crate::formats::volatile::Volatile;
use crate::shell::Script;

/// Why the time of a log's line is refused.
const TOO_EARLY: &str = "the container's script sleeps longer before it prints this line";

/// Why a time that a loop shows is refused.
const TOO_CLOSE: &str = "the loop that shows this time sleeps for longer behind the one above";

/// By how many nanoseconds the daemon may be late to read a line.
const LATE: i128 = SECOND / 2;

/// Lines of logs that come too early after the one before.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = early_lines(evidence, judged);
    if let Some(pause) = only_pause(evidence) {
        let times = readings(judged, |step, _, line| {
            let read = |text: &&str| ClockReading::read(pause.date, text);
            Some((step, Sides::of(line)?.read(read)?))
        });
        // Of both times, what is less than they show is not known.
        let is_too_close = |below: &ClockReading, above: &ClockReading| {
            below.most_since(above) as f64 <= pause.least
        };
        found.extend(neighbours(&times, is_too_close, TOO_CLOSE));
    }
    found
}

/// A line that a script prints, and how many seconds it has slept by then.
type ScriptLine = (String, f64);

/// Lines of `docker logs --timestamps` that come before the script has slept.
fn early_lines(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut scripts: HashMap<String, Vec<ScriptLine>> = HashMap::new();
    let mut found = Vec::new();
    for (step, format) in evidence.formats.iter().enumerate() {
        for docker in format.calls().iter().filter_map(ProgramCall::docker) {
            if docker.does(Does::Creates) {
                let names = docker.gives(OperandKind::Container).into_iter();
                scripts.extend(names.map(|name| (name, lines_of_script(docker))));
            } else if docker.does(Does::Logs) && docker.has("--timestamps") {
                let script = docker.operands.first().and_then(|name| scripts.get(name));
                let script = script.map_or(&[][..], Vec::as_slice);
                let wrong = |lines: &[&str]| too_early(script, lines);
                found.extend(wrong_outputs(evidence, judged, [step], wrong, TOO_EARLY));
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

/// What a container does again and again: it shows the time, and sleeps.
struct Pause<'c> {
    date: &'c ProgramCall,
    /// In seconds.
    least: f64,
}

/// The pause of the only loop of the exercise; none where a container is started again, which
/// does not wait for its pause to end.
fn only_pause<'e>(evidence: &'e Evidence) -> Option<Pause<'e>> {
    let starts_again = |call: &ProgramCall| {
        call.does_any(&[Does::Reconnects, Does::FromFile])
            || call.docker().is_some_and(|docker| docker.has("--restart"))
    };
    let formats = evidence.formats.iter();
    let mut pauses = formats.filter_map(|format| pause_of(format.calls()));
    let pause = pauses.next().filter(|_| pauses.next().is_none())?;
    (!evidence.calls().any(starts_again)).then_some(pause)
}

/// The pause of a loop in a container that `calls` of one command start; none where more
/// than its `date` and its `sleep` decide when it shows a time.
fn pause_of(calls: &[ProgramCall]) -> Option<Pause<'_>> {
    let loops = |call: &ProgramCall| {
        let script = call.script().map(Script::read);
        script.is_some_and(|script| script.has_compounds())
    };
    calls.iter().find(|call| loops(call))?;
    let inside = calls.iter().filter(|call| call.runs_in_container());
    let mut dates = inside.clone().filter(|call| asks_the_clock(call));
    let (date, None) = (dates.next()?, dates.next()) else {
        return None;
    };
    let mut sleeps = inside.filter(|call| call.program == "sleep");
    let (sleep, None) = (sleeps.next()?, sleeps.next()) else {
        return None;
    };
    let least = slept(sleep);
    (least > 0.0).then_some(Pause { date, least })
}
