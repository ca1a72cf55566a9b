//! How far apart the times are that a loop in a container shows, where it sleeps in between.
//!
//! ```text
//!     $ docker run -d --name clock busybox sh -c 'while true; do date; sleep 5; done'
//!     $ docker logs clock
//!     Sat Aug 30 10:20:30 UTC 2026
//!     Sat Aug 30 10:20:31 UTC 2026     five seconds or more
//! ```

use super::sleeps::slept;
use super::{Evidence, Lines, Objection};
use crate::docker::{Does, ProgramCall};
use crate::formats::clock::{ClockReading, asks_the_clock};
use crate::judge::LineJudgement;
use crate::shell::Script;

const TOO_CLOSE: &str = "the loop that shows this time sleeps for longer behind the one above";

/// What a container does again and again: it shows the time, and sleeps.
struct Pause<'c> {
    date: &'c ProgramCall,
    /// In seconds.
    least: f64,
}

/// Times that stand right below one that the same loop showed less than its pause before,
/// unless that is so in this run too.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    if !evidence.authored.contains("sleep") {
        return Vec::new();
    }
    let calls = || evidence.formats.iter().flat_map(|format| format.calls());
    // A container that is started again does not wait for its pause to end.
    let starts_again = |call: &ProgramCall| {
        call.does_any(&[Does::Reconnects, Does::FromFile])
            || call.docker().is_some_and(|docker| docker.has("--restart"))
    };
    let pauses: Vec<Pause> = evidence
        .formats
        .iter()
        .filter_map(|format| pause_of(format.calls()))
        .collect();
    let [pause] = pauses.as_slice() else {
        return Vec::new();
    };
    if calls().any(starts_again) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        for (above, pair) in lines.windows(2).enumerate() {
            if let [first, second] = pair
                && pause.is_too_short(first, second)
            {
                found.push(Objection::at(step, above + 1, TOO_CLOSE));
            }
        }
    }
    found
}

impl Pause<'_> {
    /// Whether less than it lies between two lines in the notes, but not in this run.
    fn is_too_short(&self, first: &LineJudgement, second: &LineJudgement) -> bool {
        let passed = |first: &Option<String>, second: &Option<String>| {
            let read = |text: &Option<String>| ClockReading::read(self.date, text.as_deref()?);
            let (first, second) = (read(first)?, read(second)?);
            // Of both times, what is less than they show is not known.
            Some(second.most_since(&first) as f64)
        };
        let is_short = |passed: Option<f64>| passed.map(|passed| passed <= self.least);
        second.ok
            && is_short(passed(&first.expected, &second.expected)) == Some(true)
            && is_short(passed(&first.actual, &second.actual)) == Some(false)
    }
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
