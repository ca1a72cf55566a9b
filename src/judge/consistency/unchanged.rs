//! What the same command shows twice while nothing changes it.
//!
//! ```text
//!     $ docker exec web stat -c %y /etc/motd
//!     2024-03-05 10:20:30.000000000 +0000
//!     $ docker exec web stat -c %y /etc/motd
//!     2024-03-04 10:20:30.000000000 +0000      nothing has written the file in between
//!
//!     $ docker run --rm app cat /built         the same after a `sleep`; a log never changes
//!
//!     $ ls -l                                  sizes too, where all commands between only look
//! ```

use super::series::each_line;
use super::sleeps::{is_straight, slept_in};
use super::{Evidence, Lines, Objection};
use crate::docker::{Does, ProgramCall};
use crate::formats::clock::asks_the_clock;
use crate::formats::size::Size;
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;

const CHANGED: &str =
    "the same command showed another time or size before, and no command in between changes it";

/// Lines of a command that shows times as it did before in this run, and others in the notes.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    each_line(judged, |later| {
        let Seen {
            earlier,
            only_seconds,
        } = seen_before(evidence, later)?;
        let times = move |text: &str| stored(evidence, later, text, only_seconds);
        Some(move |own: &LineJudgement| {
            let before = judged[earlier].iter();
            let before = before.filter(|line| line.ok && line.actual == own.actual);
            let before = before.filter_map(|line| line.expected.as_deref());
            let mut before = before.map(times).peekable();
            let noted = times(own.expected.as_deref()?);
            let is_known = before.peek().is_some();
            (is_known && before.all(|before| before != noted)).then_some(CHANGED)
        })
    })
}

/// Whether what `call` starts goes on beside the commands that follow, and does not only sleep.
fn goes_on(call: &ProgramCall) -> bool {
    let is_started = call.is_docker("run") && call.has_flag('d');
    let sleeps = || call.behind_container().first().map(String::as_str) == Some("sleep");
    let is_started_again = call.does_any(&[Does::Reconnects, Does::FromFile]);
    is_started && !sleeps() || is_started_again || call.in_background
}

/// A step that showed the same things before.
struct Seen {
    /// From 0.
    earlier: usize,
    /// Whether only times that show seconds are sure to be the same.
    only_seconds: bool,
}

/// The last step before `later` that showed the same things: as typed there, where all from
/// there only look, or where they stayed as they were while the commands slept.
fn seen_before(evidence: &Evidence, later: usize) -> Option<Seen> {
    let command = evidence.steps[later].command()?;
    let calls = evidence.formats[later].calls();
    let section = evidence.steps[later].section;
    let in_section = |step: &usize| evidence.steps[*step].section == section;
    // A program that goes on may write what is read, and an author types slowly.
    let is_quiet = !evidence.calls().any(goes_on);
    let only_looks = |step: &usize| {
        let calls = evidence.formats[*step].calls();
        let typed = evidence.steps[*step].command().unwrap_or_default();
        in_section(step) && !typed.contains('>') && only_look(calls)
    };
    let shows_the_same = |step: &usize| {
        let typed = evidence.steps[*step].command();
        typed == Some(command) || shows_log_of(calls, evidence.formats[*step].calls())
    };
    let slept = |step: usize| slept_in(evidence.steps[step].command().unwrap_or_default());
    let earlier = (0..later).rev().take_while(in_section);
    let mut earlier = earlier.filter(shows_the_same);
    let earlier = earlier.next()?;
    // Another container may have got the name.
    let makes_one = |step: usize| {
        let mut calls = evidence.formats[step].calls().iter();
        calls.any(|call| call.does(Does::Creates) || call.does(Does::FromFile))
    };
    let logs_the_same = || logs_one(calls) && !(earlier + 1..later).any(makes_one);
    let only_looked = || is_quiet && (earlier..=later).all(|step| only_looks(&step));
    let stayed = || {
        let sleep: f64 = (earlier + 1..later).map(slept).sum();
        sleep >= 1.0 && !evidence.calls().any(writes_again)
    };
    let only_seconds = !(logs_the_same() || only_looked());
    (!only_seconds || stayed()).then_some(Seen {
        earlier,
        only_seconds,
    })
}

/// Whether `calls` show the log of one container, of which no line ever changes.
fn logs_one(calls: &[ProgramCall]) -> bool {
    matches!(calls, [call] if call.is_docker("logs"))
}

/// Whether `calls` show the log of the container that `earlier` ran in the foreground.
fn shows_log_of(calls: &[ProgramCall], earlier: &[ProgramCall]) -> bool {
    let shown = || calls.first()?.docker()?.operands.first();
    let runs = |call: &ProgramCall| {
        let docker = call.docker().filter(|_| call.is_docker("run"));
        docker.is_some_and(|docker| {
            docker.values("--name").last() == shown().map(String::as_str) && !docker.has("--detach")
        })
    };
    logs_one(calls) && shown().is_some() && earlier.first().is_some_and(runs)
}

/// Whether what `call` starts may write a file, or the same one, again and again.
fn writes_again(call: &ProgramCall) -> bool {
    let is_once = |script: &str| is_straight(script, &ProgramCall::all(script));
    match call.script() {
        Some(script) => !is_once(script),
        None => {
            goes_on(call) && call.is_docker("run") && call.behind_container().is_empty()
                || call.does(Does::FromFile)
                || call.in_background
        }
    }
}

/// Whether `calls` change no file and no container that was there before, and none asks the
/// clock.
fn only_look(calls: &[ProgramCall]) -> bool {
    const LOOK: [&str; 4] = ["ls", "stat", "date", "sleep"];
    let looks = |call: &ProgramCall| match call.docker() {
        Some(_) => {
            // What runs in a container is a call of its own.
            let runs = call.is_docker("run") || call.is_docker("exec");
            let lists = ["ps", "images"].iter().any(|verb| call.is_docker(verb));
            // A container may be checked or started again meanwhile.
            let shows_creation = call.template().is_some_and(|text| text.contains("Created"));
            let inspects = call.does(Does::Inspects) && shows_creation;
            inspects || lists || runs && !call.behind_container().is_empty()
        }
        None => call.prints_as_it_is() || LOOK.contains(&call.program.as_str()),
    };
    !calls.is_empty() && calls.iter().all(looks) && !calls.iter().any(asks_the_clock)
}

/// The times and sizes in a line; with `only_seconds`, only the times that show seconds.
fn stored(evidence: &Evidence, step: usize, line: &str, only_seconds: bool) -> Vec<String> {
    let is_stored =
        |kind: Volatile| kind.is_of_time() && !kind.is_age() || !only_seconds && is_size(kind);
    let texts = evidence.texts(step, line, is_stored).into_iter();
    let shows_seconds = |text: &String| text.matches(':').count() >= 2;
    let texts = texts.filter(|text| !only_seconds || shows_seconds(text));
    let words = line.split_whitespace().filter(|_| !only_seconds);
    let sizes = words.filter(|word| Size::read(word).is_some());
    texts.chain(sizes.map(str::to_owned)).collect()
}

/// Whether it is how much a file or a folder takes.
fn is_size(kind: Volatile) -> bool {
    matches!(
        kind,
        Volatile::BlockTotal | Volatile::FolderSize | Volatile::FolderLinks
    )
}
