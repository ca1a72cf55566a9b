//! Differences in the name of the user, on an engine that cannot create the notes' user.
//!
//! ```text
//!     notes          on the user's own daemon, where labbook runs as root
//!     kim@lab:~$ whoami
//!     kim            root
//! ```

use crate::exercise::Exercise;
use crate::judge::{LineJudgement, StepVerdict};
use crate::reason::{Reason, ReasonKind};
use crate::results::StepResult;
use crate::session::Shell;

use super::granted::Excused;

/// The steps of `exercise` in the host's shell that failed for the name of its user alone, on
/// an engine with this name; none where there is none, or where the engine makes the user.
pub(super) fn excused(exercise: &Exercise, steps: &[StepResult], engine: &str) -> Option<Excused> {
    let user = exercise.user.as_deref().filter(|_| engine == "host")?;
    let mut excused = Excused::default();
    for (number, (step, result)) in exercise.steps.iter().zip(steps).enumerate() {
        if result.verdict != StepVerdict::Failed || step.shell != Shell::Host {
            continue;
        }
        let lines = result.lines.iter().filter(|line| !line.ok);
        let mut users = lines.map(|line| lab_user(line, user));
        if let Some(Some(own)) = users.next()
            && users.all(|other| other.as_ref() == Some(&own))
        {
            let line = step.line;
            let why = format!(
                "line {line}: the notes' user is {user}, and a lab on this engine runs as {own}; `--engine private` creates the user"
            );
            excused.add(number, Some(Reason::new(ReasonKind::AnotherUser, why)));
        }
    }
    (!excused.is_nothing()).then_some(excused)
}

/// The name that this run prints for `user`, the notes' one, where nothing else differs in the
/// line; in a prompt the machine and the sign may.
fn lab_user(line: &LineJudgement, user: &str) -> Option<String> {
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
        lab_user(&line, "kim")
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
