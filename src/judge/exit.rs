//! The exit status, which the notes do not show.
//!
//! A status other than 0 fails a step unless a required line shows its error,
//! or nothing was printed and nothing expected. So an elision cannot swallow a
//! broken build.

use std::sync::LazyLock;

use regex::Regex;

use super::command::Call;
use crate::session::{Action, Keys};

/// Words of which an error's line has at least one.
static ERROR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:error|errors|cannot|can't|could not|couldn't|no such|not found|denied|fail|failed|failure|refused|invalid|unknown|unable|conflict|not permitted|non-zero|requires|usage|bad|illegal|unexpected|unrecognized|does not exist|doesn't exist|not exist|already|in use|timed out|unauthorized|killed|terminated|fatal|exception|missing|must|not running|is not|no space|unreachable|reset by peer)\b|오류|실패|없습니다|없음|거부").ok()
});

/// Programs whose status 1 says what they found, not that they failed.
const ANSWERS: [&str; 8] = [
    "diff", "cmp", "grep", "egrep", "fgrep", "zgrep", "pgrep", "test",
];

/// What `docker attach` and `docker exec` end with, and the status 1, when they
/// are left by keys: unlike `docker run`, their client passes the escape on as
/// an error (docker/cli, `attach.go` and `exec.go` in cli/command/container).
const ESCAPED: &str = "read escape sequence";

/// What `exit` says where a shell that was entered by logging in is left like one
/// that was not, or the other way round (bash, `exit_builtin`).
pub fn other_farewell(calls: &[Call], text: &str) -> Option<String> {
    let leaves = matches!(calls, [call] if ["exit", "logout"].contains(&call.program.as_str()));
    let other = match text {
        "exit" => "logout",
        "logout" => "exit",
        _ => return None,
    };
    leaves.then(|| other.to_owned())
}

/// What is known about a step's end.
pub struct Ending<'a> {
    /// What was typed.
    pub action: &'a Action,
    /// The exit status.
    pub status: i32,
    /// The status of the step before it, which `exit` passes on.
    pub before: Option<i32>,
    /// Whether anything was printed or expected.
    pub silent: bool,
    /// The lines of this run that required lines of the notes were found to be.
    pub required: &'a [&'a str],
}

/// Why the exit status fails the step; none when it does not.
pub fn objection(ending: &Ending) -> Option<String> {
    let status = ending.status;
    if status == 0 {
        return None;
    }
    let calls = match ending.action {
        Action::Keys(Keys::Interrupt) => return None,
        Action::Keys(Keys::Detach) if status == 1 && ending.required.contains(&ESCAPED) => {
            return None;
        }
        Action::Keys(_) if ending.before == Some(status) => return None,
        Action::Keys(_) => Vec::new(),
        Action::Command(command) => Call::all(command),
    };
    let shown = ending
        .required
        .iter()
        .any(|line| ERROR.as_ref().is_some_and(|error| error.is_match(line)));
    if shown {
        return None;
    }
    let could_not_run = status == 126 || status == 127;
    if ending.silent && !could_not_run {
        return None;
    }
    if let Some(call) = calls.last() {
        if ["exit", "logout", "return"].contains(&call.program.as_str()) {
            let asked = call.words.first().and_then(|word| word.parse().ok());
            if asked.or(ending.before) == Some(status) {
                return None;
            }
        }
        if status == 1 && ANSWERS.contains(&call.program.as_str()) && !ending.required.is_empty() {
            return None;
        }
    }
    Some(if could_not_run {
        format!(
            "exit status {status}: the command could not be run, and no line of the notes shows that"
        )
    } else {
        format!("exit status {status}, and no line of the notes shows an error")
    })
}
