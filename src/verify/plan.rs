//! What will run, and what cannot: decided before anything is started.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::consent::Reach;
use crate::consent::{self, Reviewer, privilege_in};
use crate::diagnostic::{Diagnose, Diagnostic, Source};
use crate::docker::names::is_on_loopback;
use crate::docker::{Does, Invocation, ProgramCall};
use crate::engine::{Engine, EngineError, MadeName, names_given_by};
use crate::exercise::{Exercise, Need, other_tool, reaches_beyond};
use crate::guard::predicted::refused;
use crate::lab::EngineInfo;
use crate::reason::{Reason, ReasonKind};
use crate::session::NotRun;
use crate::session::{Step, in_closed_container};

/// Why nothing is pulled, pushed or looked for on a private engine.
const NO_REGISTRY: &str = "a private engine reaches no registry";

const NO_PRIVILEGES: &str = "no container of a private engine is privileged";

/// A command that runs only with the user's consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The line, from 1, in the notes; none for a set-up command of a manifest.
    pub line: Option<usize>,
    /// The command.
    pub command: String,
    /// Why it is asked about.
    pub why: Reason,
}

/// Why `exercise` cannot be run on the engine; none where it can.
pub fn skip_reason(exercise: &Exercise, engine: &EngineInfo) -> Option<Reason> {
    let mut needs = exercise.needs.iter();
    begun_in_a_container(&exercise.steps)
        .or_else(|| needs.find_map(|need| lacks(*need, exercise, engine)))
}

/// Why the steps are typed nowhere, where they are a container's and no command opens a
/// shell there.
fn begun_in_a_container(steps: &[Step]) -> Option<Reason> {
    let inside = in_closed_container(steps);
    let first = inside.first()?;
    let text = format!("line {}: {}", first.line, NotRun::ClosedContainer.reason());
    Some(Reason::new(ReasonKind::ClosedContainer, text))
}

fn lacks(need: Need, exercise: &Exercise, engine: &EngineInfo) -> Option<Reason> {
    let isolated = engine.kind == "private";
    let (store, builder) = (engine.store.as_str(), engine.builder.as_str());
    let (kind, text) = match need {
        Need::Overlay2 if store == "containerd" => (
            ReasonKind::NeedsOverlay2,
            "containerd image store: there is no overlay2 folder",
        ),
        Need::Overlay2 if store != "overlay2" => {
            let text = format!("storage driver {store}: there is no overlay2 folder");
            return Some(Reason::new(ReasonKind::NeedsOverlay2, text));
        }
        Need::Overlay2 if engine.kind == "host" => (
            ReasonKind::NeedsDaemonFolders,
            "the daemon's own folders are read on private engines only",
        ),
        Need::Containerd if store != "containerd" => {
            let text = format!("image store {store}, not containerd");
            return Some(Reason::new(ReasonKind::NeedsContainerd, text));
        }
        Need::LegacyBuilder if builder != "legacy" => (
            ReasonKind::NeedsLegacyBuilder,
            "BuildKit builds here, not the legacy builder",
        ),
        Need::Buildkit if builder != "buildkit" => (
            ReasonKind::NeedsBuildkit,
            "the legacy builder builds here, not BuildKit",
        ),
        Need::Registry if isolated => (ReasonKind::NeedsRegistry, NO_REGISTRY),
        Need::Network if isolated => (
            ReasonKind::NeedsNetwork,
            "a private engine has no network to the outside",
        ),
        Need::Kubernetes => match exercise.cluster.as_ref().or(engine.cluster.as_ref()) {
            None => (
                ReasonKind::NeedsCluster,
                "no Kubernetes cluster: `--cluster CONTEXT` names one",
            ),
            Some(cluster) => {
                let beyond = || reaches_beyond(exercise).filter(|_| !cluster.throwaway);
                return other_tool(exercise).or_else(beyond).map(Reason::from);
            }
        },
        _ => return None,
    };
    Some(Reason::new(kind, text))
}

/// Why labbook itself refuses `command`, typed in the host's shell of a lab on such an
/// engine; none where that is not certain.
pub(super) fn refusal(exercise: &Exercise, command: &str, engine: &EngineInfo) -> Option<Reason> {
    let calls = ProgramCall::all_of_docker(command);
    let mut calls = calls.iter();
    match engine.kind.as_str() {
        "host" => calls.find_map(refused).map(Reason::from),
        "private" => {
            let grants = |text: &str| text.lines().any(|line| line.trim() == "privileged: true");
            let in_file = exercise.files.iter().any(|file| grants(&file.contents));
            let asks = |call: &Invocation| match call.does(Does::Creates) {
                true => call.has("--privileged"),
                false => in_file && call.is_of_compose(),
            };
            // A registry that the notes run themselves can be reached.
            let is_there = |call: &Invocation| {
                let images = call.names().into_iter();
                images.clone().count() > 0
                    && images.clone().all(|image| is_on_loopback(&image.name))
            };
            calls.find_map(|call| match call.does(Does::Registry) && !is_there(call) {
                true => Some(Reason::new(ReasonKind::NeedsRegistry, NO_REGISTRY)),
                false => asks(call).then(|| Reason::new(ReasonKind::Privileges, NO_PRIVILEGES)),
            })
        }
        _ => None,
    }
}

/// The lines, from 1, whose commands labbook itself will refuse on the engine, and why.
pub fn refusals(exercise: &Exercise, engine: &EngineInfo) -> Vec<(usize, Reason)> {
    host_commands(exercise)
        .filter_map(|(line, command)| Some((line?, refusal(exercise, command, engine)?)))
        .collect()
}

/// The commands of `exercise` that need consent on engines where the notes can
/// reach what `reaches` says: on the user's own machine those that are not known to be
/// harmless, in a lab with the machine's root those that add privileges.
pub fn consent_needed(exercise: &Exercise, reaches: &BTreeSet<Reach>) -> Vec<ConsentRequest> {
    let mut reviewer = Reviewer::new(exercise.folder.as_deref()).allowing(&exercise.allow);
    let more = |word: &str, rest: &str| {
        let text = format!("`{word}`{rest} gives more than Docker gives a container");
        Reason::new(ReasonKind::Privileges, text)
    };
    let privileged_file = exercise.files.iter().find_map(|file| {
        let place = format!(" in the file {}", file.path.display());
        Some(more(privilege_in(&file.contents)?, &place))
    });
    let by_privileges = |command: &str| {
        let root = ", and root in this lab is root on your machine";
        let of_command = privilege_in(command).map(|word| {
            let mut why = more(word, "");
            why.text += root;
            why
        });
        let in_file = || {
            privileged_file
                .clone()
                .filter(|_| command.contains("compose"))
        };
        of_command.or_else(in_file)
    };
    let mut why = |reach: &Reach, command: &str| match reach {
        Reach::Nothing => None,
        Reach::ByPrivileges => by_privileges(command),
        Reach::Machine => match reviewer.review(command) {
            consent::Consent::Free => None,
            consent::Consent::Asks { why } => Some(why.into()),
        },
    };
    host_commands(exercise)
        .filter_map(|(line, command)| {
            Some(ConsentRequest {
                line,
                command: command.to_owned(),
                why: reaches.iter().find_map(|reach| why(reach, command))?,
            })
        })
        .collect()
}

/// A name that an exercise will give, and that something on the engine has.
#[derive(Debug)]
pub struct TakenName<'a> {
    exercise: &'a Exercise,
    /// None for a set-up command of a manifest.
    line: Option<usize>,
    command: &'a str,
    name: MadeName,
    engine: String,
}

/// The names that the host commands of `exercise` will give and that something
/// on `engine` has already, in the order of the commands.
///
/// # Errors
/// [`EngineError`] when the daemon does not answer.
pub fn taken_names<'a>(
    exercise: &'a Exercise,
    engine: &dyn Engine,
) -> Result<Vec<TakenName<'a>>, EngineError> {
    let given: Vec<_> = host_commands(exercise)
        .map(|(line, command)| (line, command, names_given_by(command)))
        .collect();
    let all = given
        .iter()
        .flat_map(|(_, _, names)| names.clone())
        .collect();
    let mut taken = engine.taken_names(&all)?;
    let mut found = Vec::new();
    for (line, command, names) in given {
        for name in names {
            // Told once, where it is given first.
            if taken.remove(&name) {
                found.push(TakenName {
                    exercise,
                    line,
                    command,
                    name,
                    engine: engine.info().name,
                });
            }
        }
    }
    Ok(found)
}

impl Diagnose for TakenName<'_> {
    fn diagnose(&self) -> Diagnostic {
        let Self {
            exercise,
            line,
            command,
            name,
            engine,
        } = self;
        let message = format!("{name} is already in use on engine {engine}");
        let help = format!("{}; a private engine begins with nothing", name.remedy());
        let diagnostic = Diagnostic::error(message)
            .kind(ReasonKind::InUse)
            .help(help);
        match line {
            Some(line) => diagnostic.at(
                &exercise.source,
                place_of(&exercise.source, *line, command, name.written()),
            ),
            None => diagnostic.help(format!(
                "the set-up command `{command}` gives it; {}",
                name.remedy()
            )),
        }
    }
}

/// Where `name` stands in the command at `line`: a command may go on over lines.
fn place_of(source: &Source, line: usize, command: &str, name: &str) -> Range<usize> {
    let lines = command.lines().count().max(1);
    (line..line + lines)
        .find_map(|line| {
            let range = source.line_range(line);
            let start = range.start + source.text()[range].find(name)?;
            Some(start..start + name.len())
        })
        .unwrap_or_else(|| source.line_range(line))
}

/// The commands that run in the host's shell, set-up and what makes given things first,
/// each with its line where it stands in the notes.
fn host_commands(exercise: &Exercise) -> impl Iterator<Item = (Option<usize>, &str)> {
    let setup = exercise
        .setup
        .iter()
        .map(|command| (None, command.as_str()));
    let granted = exercise.granted.iter();
    let made = granted.filter_map(|granted| granted.thing.made.as_ref());
    let given = made.filter_map(|made| Some((Some(made.line), made.commands.first()?.as_str())));
    let steps = exercise.steps.iter().filter(|step| step.on_host());
    setup
        .chain(given)
        .chain(steps.filter_map(|step| Some((Some(step.line), step.command()?))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{exercise, notes::Notes};

    fn exercise(commands: &str) -> Exercise {
        let text = format!("# Docker\n\n- A question?\n  - An answer.\n\n```\n{commands}```\n");
        let (notes, _) = Notes::parse(&Source::new("note.md", text)).expect("notes");
        let mut found = exercise::discover(&[notes], &[]).exercises;
        found.remove(0)
    }

    #[test]
    fn what_is_typed_in_a_container_that_nothing_opens_is_not_run_on_the_machine() {
        let reason = |commands: &str| begun_in_a_container(&exercise(commands).steps);
        let opened = "a@b:~$ docker run -it busybox sh\nroot@b85d4d7c62ef:/# id\nroot@b85d4d7c62ef:/# exit\n";
        for inside in [
            "root@b85d4d7c62ef:/# whoami\n".to_owned(),
            "[root@b85d4d7c62ef /]# whoami\n".to_owned(),
            "b85d4d7c62ef:/# whoami\n".to_owned(),
            "/ # whoami\n".to_owned(),
        ] {
            let reason = reason(&inside).expect(&inside);
            assert!(reason.contains("is typed in a container"), "{reason}");
            assert_eq!(reason.kind, Some(ReasonKind::ClosedContainer));
        }
        // Behind a shell that was left, its fence alone is not run.
        let left = exercise(&format!(
            "{opened}```\n\n```\nroot@3f1c5b0a9d27:/# whoami\n"
        ));
        assert_eq!(left.steps, exercise(opened).steps);
        for outside in [
            "root@web:/# whoami\n",
            "~ # whoami\n",
            "# whoami\n",
            "/ # ls\n/ # docker ps\n",
            "root@b85d4d7c62ef:/# ls\nroot@b85d4d7c62ef:/# docker ps\n",
            opened,
        ] {
            assert_eq!(reason(outside), None, "{outside}");
        }
    }

    fn lines(commands: &str, reaches: &[Reach]) -> Vec<Option<usize>> {
        let exercise = exercise(commands);
        let reaches = reaches.iter().copied().collect();
        consent_needed(&exercise, &reaches)
            .iter()
            .map(|consent| consent.line)
            .collect()
    }

    #[test]
    fn what_needs_consent_depends_on_what_notes_can_reach() {
        let commands =
            "a@b:~$ docker run --privileged busybox true\na@b:~$ rm -r /srv\na@b:~$ docker ps\n";
        assert_eq!(lines(commands, &[Reach::Nothing]), []);
        assert_eq!(lines(commands, &[Reach::ByPrivileges]), [Some(7)]);
        assert_eq!(
            lines(
                commands,
                &[Reach::Nothing, Reach::ByPrivileges, Reach::Machine]
            ),
            [Some(7), Some(8)]
        );
    }
}
