//! Differences in the names of the user and the machine, on an engine that cannot give a lab
//! those of the notes.
//!
//! ```text
//!     notes          on the user's own daemon, where labbook runs as root
//!     kim@lab:~$ whoami
//!     kim            root
//! ```

use crate::exercise::Exercise;
use crate::formats::client::calls_sudo;
use crate::judge::LineJudgement;
use crate::reason::{Reason, ReasonKind};
use crate::results::{ExerciseResult, StepResult};
use crate::session::{Shell, Step};

use super::granted::{Excused, failed_steps};
use super::rejudge::holds_if;
use super::run::host;

/// The steps of `exercise` that failed in `run` for the name of its user or of its machine
/// alone; none where there is none, or where the engine makes both.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    if run.engine != "host" {
        return None;
    }
    let machine = rustix::system::uname();
    let machine = machine.nodename().to_str().unwrap_or_default();
    let noted = host(exercise);
    let is_refused = is_refused_at_first(&exercise.steps);
    let mut excused = Excused::default();
    for (number, step, result) in failed_steps(exercise, run) {
        let user = exercise
            .user
            .as_deref()
            .filter(|_| step.shell == Shell::Host);
        let own_user = user.and_then(|user| {
            let own = name_here(result, user);
            own.or_else(|| owner_here(exercise, run, number, user))
        });
        let line = step.line;
        if let Some(reason) = refused_user(step).filter(|_| is_refused) {
            excused.add(number, reason);
            continue;
        }
        let own_host = noted.as_deref().and_then(|host| name_here(result, host));
        let reason = match (user, own_user, noted.as_deref(), own_host) {
            (Some(user), Some(own), ..) => Reason::new(
                ReasonKind::AnotherUser,
                format!(
                    "line {line}: the notes' user is {user}, and a lab on this engine runs as {own}; `--engine private` creates the user"
                ),
            ),
            (_, _, Some(host), Some(own)) if own == machine => Reason::new(
                ReasonKind::AnotherHost,
                format!(
                    "line {line}: the notes' machine is called {host}, and this one {own}; `--engine private` gives its lab that name"
                ),
            ),
            _ => continue,
        };
        excused.add(number, Some(reason));
    }
    (!excused.is_nothing()).then_some(excused)
}

/// How Docker's client says that its user may not use the daemon.
const REFUSED: &str = "ermission denied while trying to connect to the ";

/// Why `step` fails where the lab's user may use Docker: the notes show how theirs may not, or,
/// without a reason of its own, how that is changed.
fn refused_user(step: &Step) -> Option<Option<Reason>> {
    const CHANGES: [&str; 3] = ["usermod", "gpasswd", "newgrp"];
    if step.expected.iter().any(|line| line.text.contains(REFUSED)) {
        let text = format!(
            "line {}: the notes' user may not use Docker, and a lab on this engine may; `--engine private` creates the user",
            step.line
        );
        return Some(Some(Reason::new(ReasonKind::AnotherUser, text)));
    }
    let calls = step.calls();
    let mut calls = calls.iter();
    let changes = step.on_host() && calls.any(|call| CHANGES.contains(&call.program.as_str()));
    changes.then_some(None)
}

/// Whether the daemon refuses the user of `steps` the first time that it is asked.
pub(super) fn is_refused_at_first(steps: &[Step]) -> bool {
    let asks = |step: &&Step| {
        let is_plain = !step.command().is_some_and(calls_sudo);
        is_plain && step.on_host() && step.calls().iter().any(|call| call.docker().is_some())
    };
    let first = steps.iter().find(asks);
    first.is_some_and(|step| step.expected.iter().any(|line| line.text.contains(REFUSED)))
}

/// Who owns, or is, in this run what the notes say of `user`, where nothing else differs in
/// step `number`: the files in a list, or the user of `id`, whose numbers are others too.
fn owner_here(
    exercise: &Exercise,
    run: &ExerciseResult,
    number: usize,
    user: &str,
) -> Option<String> {
    let (step, result) = (exercise.steps.get(number)?, run.steps.get(number)?);
    if step.command() == Some("id") {
        let (_, name) = result.output.first()?.split_once('(')?;
        return Some(name_at_start(name).to_owned());
    }
    let mut wrong = result.lines.iter().filter(|line| !line.ok);
    let own = wrong.find_map(|line| {
        let (own, their) = (line.expected.as_deref()?, line.actual.as_deref()?);
        let name = name_at_start(their.strip_prefix(&own[..own.find(user)?])?);
        (!name.is_empty() && name != user).then(|| name.to_owned())
    })?;
    let named = |text: &str| {
        let words = text.split(' ');
        let words = words.map(|word| if word == user { own.as_str() } else { word });
        words.collect::<Vec<_>>().join(" ")
    };
    let holds = holds_if(exercise, run, number, |step, _| {
        for line in &mut step.expected {
            line.text = named(&line.text);
        }
    });
    holds.then_some(own)
}

/// What all lines of a step that do not hold have in the place of `name`, where nothing else
/// differs in them.
fn name_here(result: &StepResult, name: &str) -> Option<String> {
    let lines = result.lines.iter().filter(|line| !line.ok);
    let mut names = lines.map(|line| own_name(line, name));
    let own = names.next()??;
    names
        .all(|other| other.as_ref() == Some(&own))
        .then_some(own)
}

/// The name that this run prints for `user`, the notes' user or machine, where nothing else
/// differs in the line; in a prompt the machine and the sign may.
fn own_name(line: &LineJudgement, user: &str) -> Option<String> {
    let (own, their) = (line.expected.as_deref()?, line.actual.as_deref()?);
    let at = own.find(user)?;
    let rest = their.strip_prefix(&own[..at])?;
    let name = name_at_start(rest);
    let replaced = own.replace(user, name);
    let is_same = without_machine(&replaced, name) == without_machine(their, name);
    (is_same && !name.is_empty() && name != user).then(|| name.to_owned())
}

/// A prompt of `user` without its machine and its sign; any other line as it is.
fn without_machine(line: &str, user: &str) -> String {
    let prompt = line.trim_end().strip_suffix(['$', '#']);
    let machine = prompt.and_then(|prompt| {
        let (before, after) = prompt.split_once(&format!("{user}@"))?;
        Some(format!("{before}{}", &after[name_at_start(after).len()..]))
    });
    machine.unwrap_or_else(|| line.to_owned())
}

/// The name with which `text` begins.
fn name_at_start(text: &str) -> &str {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::How;

    fn told(own: &str, their: &str) -> Option<String> {
        let line = LineJudgement {
            expected: Some(own.to_owned()),
            actual: Some(their.to_owned()),
            line: 1,
            how: How::Missing,
            ok: false,
            note: None,
        };
        own_name(&line, "kim")
    }

    #[test]
    fn only_the_name_of_the_user_may_differ() {
        for (own, their) in [
            ("kim", "root"),
            ("kim@lab:~$", "root@lab:~#"),
            ("[kim@lab ~]$", "[root@other ~]#"),
            ("/home/kim is kim's", "/home/lee is lee's"),
        ] {
            assert!(told(own, their).is_some(), "{own}");
        }
        for (own, their) in [
            ("lee", "root"),
            ("kim 1", "root 2"),
            ("kim@lab:~$", "root@lab:/tmp#"),
            ("kim@lab has 3", "root@other has 3"),
            ("kim and kim", "root and lee"),
            ("kim", "kim"),
            ("kim", ""),
        ] {
            assert_eq!(told(own, their), None, "{own}");
        }
    }
}
