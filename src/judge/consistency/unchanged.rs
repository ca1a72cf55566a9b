//! What the same command shows twice while nothing changes it.
//!
//! ```text
//!     $ docker exec web stat -c %y /etc/motd
//!     2024-03-05 10:20:30.000000000 +0000
//!     $ docker exec web stat -c %y /etc/motd
//!     2024-03-04 10:20:30.000000000 +0000      nothing has written the file in between
//! ```

use super::{Evidence, Lines, Objection};
use crate::docker::{Does, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::clock::asks_the_clock;
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;

const CHANGED: &str =
    "the same command showed another time before, and no command in between changes it";

/// Lines of a command that shows times as it did before in this run, and others in the notes.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    // A program that goes on may write what is read, and an author types slowly.
    if evidence.calls().any(goes_on) {
        return found;
    }
    for later in 1..evidence.steps.len() {
        let Some(earlier) = seen_before(evidence, later) else {
            continue;
        };
        let format = &evidence.formats[later];
        for (line, own) in judged[later].iter().enumerate() {
            let before = judged[earlier].iter();
            let mut before = before.filter(|line| line.ok && line.actual == own.actual);
            let noted = own.expected.as_deref().filter(|_| own.ok);
            let before = before.next().and_then(|line| line.expected.as_deref());
            if let (Some(noted), Some(before)) = (noted, before)
                && times(format, noted) != times(format, before)
            {
                found.push(Objection {
                    step: later,
                    line,
                    reason: CHANGED,
                });
            }
        }
    }
    found
}

/// Whether what `call` starts goes on beside the commands that follow, and does not only sleep.
fn goes_on(call: &ProgramCall) -> bool {
    let is_started = call.is_docker("run") && call.has_flag('d');
    let sleeps = || {
        call.behind_container()
            .first()
            .is_some_and(|first| first == "sleep")
    };
    let is_started_again = call.does(Does::Reconnects) || call.does(Does::FromFile);
    is_started && !sleeps() || is_started_again || call.in_background
}

/// The last step before `later` that typed the same, where all from there only look.
fn seen_before(evidence: &Evidence, later: usize) -> Option<usize> {
    let command = evidence.steps[later].command()?;
    let section = evidence.steps[later].section;
    let only_looks = |step: &usize| {
        let calls = evidence.formats[*step].calls();
        let typed = evidence.steps[*step].command().unwrap_or_default();
        evidence.steps[*step].section == section && !typed.contains('>') && only_look(calls)
    };
    let earlier = (0..later).rev().take_while(only_looks);
    let mut earlier = earlier.filter(|step| evidence.steps[*step].command() == Some(command));
    earlier.next().filter(|_| only_looks(&later))
}

/// Whether `calls` change no file and no container that was there before, and none asks the
/// clock.
fn only_look(calls: &[ProgramCall]) -> bool {
    const LOOK: [&str; 3] = ["ls", "stat", "date"];
    let looks = |call: &ProgramCall| match call.docker() {
        Some(_) => {
            // What runs in a container is a call of its own.
            let runs = call.is_docker("run") || call.is_docker("exec");
            let lists = call.is_docker("ps") || call.is_docker("images");
            // A container may be checked or started again meanwhile.
            let shows_creation = call.template().is_some_and(|text| text.contains("Created"));
            let inspects = call.does(Does::Inspects) && shows_creation;
            inspects || lists || runs && !call.behind_container().is_empty()
        }
        None => call.prints_as_it_is() || LOOK.contains(&call.program.as_str()),
    };
    !calls.is_empty() && calls.iter().all(looks) && !calls.iter().any(asks_the_clock)
}

/// The times in a line.
fn times(format: &OutputFormat, line: &str) -> Vec<String> {
    let line = normal(line);
    let is_time = |kind: Volatile| kind.is_of_time() && !is_age(kind);
    let fields = format.fields(&line, "").volatile.into_iter();
    let times = fields.filter(|(_, kind)| is_time(*kind));
    times.map(|(range, _)| line[range].to_owned()).collect()
}

/// Whether it grows older by itself.
fn is_age(kind: Volatile) -> bool {
    matches!(
        kind,
        Volatile::Age | Volatile::Span | Volatile::ShortAge | Volatile::Duration
    )
}
