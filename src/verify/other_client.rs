//! Options that the notes' Docker has and this engine's client has not.
//!
//! ```text
//!     $ docker volume prune -a              since 23.0
//!     unknown shorthand flag: 'a' in -a     20.10
//! ```

use crate::docker::Invocation;
use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::reason::{Reason, ReasonKind};
use crate::results::ExerciseResult;
use crate::session::Step;

use super::granted::{Excused, excused_by};

pattern! {
    /// What a client says of an option that it does not know.
    UNKNOWN = r"^unknown (?:flag: (?P<long>--[a-z][a-z-]*)|shorthand flag: '(?P<letter>[A-Za-z])' in -\S*)$";
}

/// The steps of `exercise` that failed in `run` as the client does not know an option that some
/// version of Docker has, with those that follow from it; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    excused_by(exercise, run, |_, step, result| {
        let (command, option) = unknown_option(step, &result.output)?;
        let text = format!(
            "line {}: this engine's client does not know {option} of `docker {command}`, which other versions of Docker have; verify on an engine that has it",
            step.line
        );
        Some(Reason::new(ReasonKind::AnotherDocker, text))
    })
}

/// The command and the option of `step` that its client does not know by what it `printed`, and
/// by nothing of the notes.
fn unknown_option(step: &Step, printed: &[String]) -> Option<(String, String)> {
    if step
        .expected
        .iter()
        .any(|line| UNKNOWN.is_match(&line.text))
    {
        return None;
    }
    let found = printed.iter().find_map(|line| UNKNOWN.captures(line))?;
    let option = match (found.name("long"), found.name("letter")) {
        (Some(long), _) => long.as_str().to_owned(),
        (None, letter) => format!("-{}", letter?.as_str()),
    };
    let calls = step.calls();
    let mut dockers = calls.iter().filter_map(|call| call.docker());
    let knows = |docker: &&Invocation| docker.has(&option) && docker.knows_option(&option);
    let docker = dockers.find(knows)?;
    Some((docker.verb.clone(), option))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::{exercise, notes::Notes};

    fn told(command: &str, printed: &str) -> Option<String> {
        let text = format!("# Docker\n\n- How?\n  - So.\n\n```\n$ {command}\nok\n```\n");
        let (notes, _) = Notes::parse(&Source::new("note.md", text)).expect("notes");
        let found = exercise::discover(&[notes], &[]).exercises;
        let told = unknown_option(&found[0].steps[0], &[printed.to_owned()]);
        told.map(|(_, option)| option)
    }

    #[test]
    fn only_options_of_some_docker_are_another_versions() {
        let of_23 = "unknown shorthand flag: 'a' in -a";
        assert_eq!(told("docker volume prune -a", of_23).as_deref(), Some("-a"));
        let made_up = "unknown flag: --everything";
        assert_eq!(told("docker volume prune --everything", made_up), None);
        assert_eq!(told("docker volume prune", of_23), None);
    }
}
