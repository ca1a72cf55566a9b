//! What went wrong, which the notes do not show.
//!
//! A status other than 0 fails a step unless a required line shows its error, in
//! the notes and here, the next step tells it (`echo $?`), nothing was printed and nothing
//! expected, or all that Docker's client printed is in the notes and complains. And what is
//! elided is no error of the command, whatever it ended with: an elision cannot swallow a
//! broken build, behind a `tee` neither.

use crate::docker::{Does, OperandKind, ProgramCall};
use crate::formats::client::ESCAPED;
use crate::formats::complaints::{self, shows_failure};
use crate::formats::not_found::program_in;
use crate::formats::status_sources::{StatusSources, owners};
use crate::pattern::pattern;
use crate::reason::{Reason, ReasonKind};
use crate::session::{Action, Expected, Keys, Step};
use crate::shell::{Script, words};

/// Programs whose status 1 says what they found, not that they failed.
const ANSWERS: [&str; 15] = [
    "[", "[[", "cmp", "command", "diff", "egrep", "false", "fgrep", "grep", "pgrep", "test", "tty",
    "type", "which", "zgrep",
];

/// What is known about a step's end.
pub(super) struct Ending<'a> {
    /// What was typed.
    pub action: &'a Action,
    /// The exit status.
    pub status: i32,
    /// The command that made the container which it starts, where it starts one again.
    pub made_by: Option<&'a str>,
    /// The status of the step before it, which `exit` passes on.
    pub before: Option<i32>,
    /// Whether a pipeline ends with the status of any of its commands.
    pub pipefail: bool,
    /// The exit status that the next step of the notes tells (`echo $?`).
    pub shown: Option<i32>,
    /// What was printed.
    pub printed: &'a [String],
    /// Whether nothing was printed and nothing expected.
    pub silent: bool,
    /// The required lines of the notes, each with the line of this run that it was
    /// found to be.
    pub required: &'a [(&'a str, &'a str)],
    /// Whether the notes claim no output.
    pub claims_none: bool,
}

/// Why the exit status fails the step; none when it does not.
pub(super) fn objection(ending: &Ending) -> Option<Reason> {
    let status = ending.status;
    if status == 0 {
        return None;
    }
    let command = match ending.action {
        Action::Keys(Keys::Interrupt | Keys::Suspend) => return None,
        Action::Keys(Keys::Detach) if status == 1 && is_escaped(ending.printed) => return None,
        Action::Keys(_) if ending.before == Some(status) => return None,
        Action::Keys(_) => "",
        Action::Command(command) => command,
    };
    let sources = StatusSources::of(command, ending.pipefail);
    let shows = |line: &str| shows_failure(line, &sources, status);
    let mut required = ending.required.iter();
    if required.any(|(expected, actual)| shows(expected) && shows(actual)) {
        return None;
    }
    let tells_missing = |(expected, _): &(&str, &str)| program_in(expected).is_some();
    if status == 127 && ending.required.iter().any(tells_missing) {
        return None;
    }
    if is_passed_on(command, ending) || is_told_by_docker(command, ending) {
        return None;
    }
    if status == 126 || status == 127 {
        return Some(Reason::new(
            ReasonKind::ExitStatus,
            format!(
                "exit status {status}: the command could not be run, and no line of the notes shows that"
            ),
        ));
    }
    let says_something = ending.claims_none || !ending.required.is_empty();
    let calls = ProgramCall::all(command);
    let only_answers = matches!(&calls[..], [call] if call.does(Does::Answers));
    let may_answer = only_answers || sources.ends_only_with(&ANSWERS);
    let answers = status == 1 && may_answer && says_something;
    let is_shown = ending.shown == Some(status);
    if ending.silent || answers || is_shown {
        return None;
    }
    Some(Reason::new(
        ReasonKind::ExitStatus,
        format!(
            "exit status {status}, and no line of the notes shows an error: none begins {}",
            looked_for(&sources)
        ),
    ))
}

/// The line of an `output` in which a program that `command` calls tells an error,
/// where the notes elide it: no line that is `shown` says the same.
pub(super) fn hidden_error<'l>(
    command: &str,
    output: &'l [String],
    shown: &dyn Fn(&str) -> bool,
) -> Option<&'l str> {
    complaints::hidden_error(output, shown, &StatusSources::of_all(command))
}

pattern! {
    /// How a step of a build failed, as one builder alone says it.
    OF_LEGACY_BUILDER = r"^The command '.*' returned a non-zero code: [0-9]+$";
    OF_BUILDKIT = r"^(?:\[\+\] Building |#[0-9]+ | ?=> |ERROR: failed to )";
}

/// Whether another version of Docker ends with `shown` where this one ended with `status`:
/// `exec` of a program that is not there since 28.0 (moby daemon/exec.go), and BuildKit
/// with 1 whatever a step of the build ended with.
pub(super) fn is_changed(
    calls: &[ProgramCall],
    printed: &[String],
    shown: i32,
    status: i32,
) -> bool {
    let is = |verb: &str| ProgramCall::any_is_docker(calls, verb);
    let says = |text: &str| printed.iter().any(|line| line.contains(text));
    let of_exec = matches!((shown, status), (126, 127) | (127, 126));
    let of_step = if shown == 1 { status } else { shown };
    let names_step_status = ["returned a non-zero code: ", "exit code: "]
        .iter()
        .any(|sentence| says(&format!("{sentence}{of_step}")));
    is("exec") && of_exec && says("executable file not found")
        || is("build") && (shown == 1) != (status == 1) && names_step_status
}

/// Whether the `noted` lines of a failed build are of the builder that does not end with
/// `shown`: the legacy one ends as its step does, and BuildKit with 1.
pub(super) fn is_of_other_builder(calls: &[ProgramCall], noted: &[Expected], shown: i32) -> bool {
    let is_of = |builder: &regex::Regex| noted.iter().any(|line| builder.is_match(&line.text));
    let tells = |status: &str| {
        noted
            .iter()
            .any(|line| line.text.trim_end().ends_with(status))
    };
    let is_of_other = match shown {
        0 => false,
        1 => is_of(&OF_LEGACY_BUILDER) && !tells("returned a non-zero code: 1"),
        status => is_of(&OF_BUILDKIT) && tells(&format!("exit code: {status}")),
    };
    let fails = complaints::complains;
    let has_failed = noted.iter().any(|line| fails(&line.text));
    ProgramCall::any_shows_build(calls) && has_failed && is_of_other
}

/// The exit status of `step` that the notes show, where its shell is asked for it
/// right after it (`echo $?`).
pub(super) fn shown_status(steps: &[Step], step: &Step) -> Option<i32> {
    let follows = |next: &&Step| next.line > step.line && step.terminal.may_be_of(next.terminal);
    let next = steps.iter().find(follows)?;
    let words = words(next.command()?);
    let (echo, text) = words.split_first()?;
    let [shown] = next.expected.as_slice() else {
        return None;
    };
    let (before, after) = text
        .join(" ")
        .split_once("$?")
        .map(|(before, after)| (before.to_owned(), after.to_owned()))?;
    let status = shown.text.strip_prefix(&before)?.strip_suffix(&after)?;
    let asks = echo == "echo" && next.level == step.level && next.prompt.text == step.prompt.text;
    status.parse().ok().filter(|_| asks)
}

fn is_escaped(printed: &[String]) -> bool {
    printed.iter().any(|line| line.trim_end() == ESCAPED)
}

/// Whether an `exit` gave the status of its argument, or that was there before.
fn is_passed_on(command: &str, ending: &Ending) -> bool {
    let Some(call) = last_call(command) else {
        return false;
    };
    let is_passed_on = is_exit(&call) && exits_with(&call).or(ending.before) == Some(ending.status);
    let made_by = ending.made_by.and_then(last_call);
    let asks = |call: &ProgramCall| asks_to_exit_with(call, ending.status);
    is_passed_on || asks(&call) || made_by.as_ref().is_some_and(asks)
}

/// The command of an earlier one of `steps` that made the container which `step` starts again.
pub(super) fn maker<'s>(steps: &'s [Step], step: &Step) -> Option<&'s str> {
    let starts = last_call(step.command()?)?;
    let starts = starts
        .docker()
        .filter(|docker| docker.does(Does::Reconnects))?;
    let container = starts.operands.first()?;
    let makes = |command: &&str| {
        let mut dockers = ProgramCall::all_of_docker(command).into_iter();
        dockers.any(|docker| docker.gives(OperandKind::Container).contains(container))
    };
    let before = steps.iter().take_while(|earlier| earlier.line < step.line);
    before.filter_map(Step::command).filter(makes).last()
}

/// Whether Docker's client ended with the status by itself and all that it printed is in the
/// notes: its complaint is among that, in whatever form.
fn is_told_by_docker(command: &str, ending: &Ending) -> bool {
    let call = last_call(command);
    let docker = call.as_ref().and_then(ProgramCall::docker);
    let speaks_alone = docker.is_some_and(|docker| {
        let passes_on = [Does::Attaches, Does::Logs, Does::Streams];
        !docker.follows() && !passes_on.into_iter().any(|what| docker.does(what))
    });
    let is_required = |line: &&String| {
        let mut required = ending.required.iter();
        required.any(|(_, actual)| actual.trim_end() == line.trim_end())
    };
    let printed = ending.printed.iter().filter(|line| !line.trim().is_empty());
    speaks_alone
        && printed.clone().all(|line| is_required(&line))
        && printed.clone().any(|line| complaints::complains(line))
}

/// The call that can have ended with the status of `command`.
fn last_call(command: &str) -> Option<ProgramCall> {
    let owners = owners(&Script::read(command), false);
    owners.first().map(|argv| ProgramCall::new(argv))
}

fn is_exit(call: &ProgramCall) -> bool {
    ["exit", "logout", "return"].contains(&call.program.as_str())
}

/// The status that an `exit` is given.
fn exits_with(call: &ProgramCall) -> Option<i32> {
    let word = call.words.first().filter(|_| is_exit(call));
    word?.parse().ok()
}

/// Whether the script that `call` gives a shell, maybe in a container, ends with an `exit` of
/// this status.
fn asks_to_exit_with(call: &ProgramCall, status: i32) -> bool {
    /// How deep shells may call each other.
    const DEPTH: usize = 4;
    let mut call = call.clone();
    for _ in 0..DEPTH {
        let inner = call.behind_container();
        let next = match call.script() {
            Some(script) => last_call(script),
            None => (!inner.is_empty()).then(|| ProgramCall::new(&inner)),
        };
        let Some(next) = next else {
            return false;
        };
        if is_exit(&next) {
            return exits_with(&next) == Some(status);
        }
        call = next;
    }
    false
}

/// How the lines begin that would show an error.
fn looked_for(sources: &StatusSources) -> String {
    let mut forms: Vec<String> = Vec::new();
    if sources.docker {
        forms.push("\"Error response from daemon: \"".to_owned());
    }
    if sources.others {
        forms.push("\"Error: \"".to_owned());
    }
    let named = sources.names.iter().filter(|name| !name.is_empty());
    forms.extend(named.take(3).map(|name| format!("\"{name}: \"")));
    format!("{} or the like", forms.join(", "))
}
