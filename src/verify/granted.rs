//! What notes take for granted: a thing that a command uses and that no command up to
//! there can have made.

use std::collections::BTreeSet;

use crate::docker::ids::is_id;
use crate::docker::{Call, Invocation, Naming, Thing};
use crate::exercise::Exercise;
use crate::judge::StepVerdict;
use crate::results::StepResult;
use crate::shell::{is_shell, programs};

/// Why the failed steps of an exercise are not the notes' fault: each of them uses
/// something that nothing above made, and that is not there. None where one fails for
/// anything else, or where a thing of the kind was made above: then the name may be wrong.
pub(super) fn taken_for_granted(exercise: &Exercise, steps: &[StepResult]) -> Option<String> {
    let mut granted: Vec<(usize, Naming)> = Vec::new();
    let mut made: BTreeSet<&str> = BTreeSet::new();
    for command in exercise.setup.iter().map(String::as_str) {
        made.extend(makes(command)?);
    }
    for (step, result) in exercise.steps.iter().zip(steps) {
        let command = step.command().unwrap_or_default();
        let used: Vec<Naming> = docker(command).flat_map(|call| call.names()).collect();
        let used = || used.iter().filter(|naming| !naming.gives);
        let lacking = used().find(|naming| {
            let is_made = kind(naming.thing).is_none_or(|kind| made.contains(kind));
            !is_made && !is_id(&naming.name) && says_missing(&result.output, &naming.name)
        });
        match lacking {
            Some(lacking) if result.verdict == StepVerdict::Failed => {
                granted.push((step.line, lacking.clone()));
            }
            // The notes themselves say that it is not there.
            Some(_) => return None,
            None => {}
        }
        let names_it = || {
            let mut names = used();
            names.any(|naming| granted.iter().any(|(_, other)| other.name == naming.name))
        };
        if result.verdict == StepVerdict::Failed && !names_it() {
            return None;
        }
        if step.on_host() {
            made.extend(makes(command)?);
        }
    }
    let (line, naming) = granted.first()?;
    let name = &naming.name;
    let kind = kind(naming.thing)?;
    let provide = match naming.thing {
        Thing::Network => format!("docker network create {name}"),
        Thing::Volume => format!("docker volume create {name}"),
        _ => format!("docker run -d --name {name} IMAGE"),
    };
    Some(format!(
        "takes for granted the {kind} `{name}`: line {line} uses it, and nothing above makes it; \
         a manifest provides it with `setup = [\"{provide}\"]`"
    ))
}

fn docker(command: &str) -> impl Iterator<Item = Invocation> {
    let calls = Call::all(command).into_iter();
    calls.filter_map(|call| call.docker().cloned())
}

/// What is called by name and can be lacking.
fn kind(thing: Thing) -> Option<&'static str> {
    match thing {
        Thing::Container => Some("container"),
        Thing::Network => Some("network"),
        Thing::Volume => Some("volume"),
        Thing::Image | Thing::Port | Thing::File | Thing::Any => None,
    }
}

/// The kinds of things that `command` makes; none where it cannot be told.
fn makes(command: &str) -> Option<Vec<&'static str>> {
    let mut kinds = Vec::new();
    for call in Call::all(command) {
        let Some(docker) = call.docker() else {
            continue;
        };
        match docker.verb.as_str() {
            "run" | "create" => {
                kinds.push("container");
                if docker
                    .values("--volume")
                    .chain(docker.values("--mount"))
                    .next()
                    .is_some()
                {
                    kinds.push("volume");
                }
            }
            "network create" => kinds.push("network"),
            "volume create" => kinds.push("volume"),
            verb if verb.starts_with("compose")
                || verb.starts_with("stack")
                || !docker.is_known() =>
            {
                return None;
            }
            _ => {}
        }
    }
    let runs_a_script = |program: &Vec<String>| {
        let first = program.first().map_or("", String::as_str);
        first.contains('/')
            || is_shell(first)
            || matches!(first, "make" | "docker-compose" | "source" | ".")
    };
    (!programs(command).iter().any(runs_a_script)).then_some(kinds)
}

/// Whether Docker says that there is nothing called `name`: "No such container: web",
/// "network web not found", "get web: no such volume".
fn says_missing(output: &[String], name: &str) -> bool {
    output.iter().any(|line| {
        let says = [
            "No such container",
            "No such network",
            "No such volume",
            "no such volume",
            "not found",
        ];
        let mut words = line.split([' ', ':', '"', '\'']);
        says.iter().any(|says| line.contains(says))
            && words.any(|word| word.trim_end_matches('.') == name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::exercise::discover;
    use crate::notes::Notes;
    use crate::session::Shell;

    /// What is said where each of the commands fails and prints the line below it.
    fn said(transcript: &[(&str, &str)]) -> Option<String> {
        let commands: String = transcript
            .iter()
            .map(|(command, _)| format!("$ {command}\n"))
            .collect();
        let text = format!("## D\n- Q?\n  - a\n```\n{commands}```\n");
        let notes = Notes::read(&Source::new("a.md", text)).0;
        let exercise = discover(&[notes], &[]).exercises.remove(0);
        let steps = transcript.iter().map(|(_, printed)| StepResult {
            line: 1,
            shell: Shell::Host,
            command: None,
            keys: None,
            sent: None,
            exit: Some(1),
            verdict: match *printed {
                "" => StepVerdict::Passed,
                _ => StepVerdict::Failed,
            },
            reason: None,
            asked: 1,
            lines: Vec::new(),
            output: vec![(*printed).to_owned()],
            prompt: None,
            typed: Vec::new(),
        });
        taken_for_granted(&exercise, &steps.collect::<Vec<_>>())
    }

    const NO_WEB: &str = "Error: No such container: web";

    #[test]
    fn a_thing_that_nothing_made_and_that_is_not_there_is_taken_for_granted() {
        let web = said(&[("docker ps", ""), ("docker exec web ls", NO_WEB)]).expect("granted");
        assert!(
            web.starts_with("takes for granted the container `web`: line 6"),
            "{web}"
        );
        let net = said(&[("docker network inspect net", "Error: No such network: net")]);
        assert!(net.expect("granted").contains("docker network create net"));
        let follows = [("docker stop web", NO_WEB), ("docker rm web", NO_WEB)];
        assert!(said(&follows).is_some());
    }

    #[test]
    fn a_name_that_may_be_wrong_and_another_failure_are_the_notes_own() {
        for transcript in [
            vec![
                ("docker run -d --name wab nginx", ""),
                ("docker exec web ls", NO_WEB),
            ],
            vec![("docker exec web ls", NO_WEB), ("docker images", "nothing")],
            vec![("docker exec web ls", "ls: cannot access")],
            vec![("docker exec web ls", "Error: No such container: other")],
            vec![("docker compose up -d", ""), ("docker exec web ls", NO_WEB)],
            vec![("./start.sh", ""), ("docker exec web ls", NO_WEB)],
        ] {
            assert_eq!(said(&transcript), None, "{transcript:?}");
        }
    }
}
