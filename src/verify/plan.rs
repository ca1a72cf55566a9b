//! What will run, and what cannot: decided before anything is started.

use crate::engine::EngineInfo;
use crate::engine::consent::{self, Reviewer};
use crate::exercise::{Exercise, Need};

/// A step's command that runs on the user's own machine only with consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The line, from 1, in the notes; none for a set-up command of a manifest.
    pub line: Option<usize>,
    /// The command.
    pub command: String,
    /// Why it is asked about.
    pub why: String,
}

/// What is decided about an exercise on an engine before it is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Planned {
    /// It will be run.
    Run,
    /// It will not, for this reason.
    Skip(String),
}

/// Why `exercise` cannot be run on the engine; none where it can.
pub fn skip_reason(exercise: &Exercise, engine: &EngineInfo) -> Option<String> {
    exercise.needs.iter().find_map(|need| lacks(*need, engine))
}

fn lacks(need: Need, engine: &EngineInfo) -> Option<String> {
    let isolated = engine.kind == "private";
    match need {
        Need::Overlay2 if engine.store == "containerd" => Some("containerd image store: there is no overlay2 folder".into()),
        Need::Overlay2 if engine.store != "overlay2" => {
            Some(format!("storage driver {}: there is no overlay2 folder", engine.store))
        }
        Need::Overlay2 if engine.kind == "host" => {
            Some("the daemon's own folders are read on private engines only".into())
        }
        Need::Containerd if engine.store != "containerd" => Some(format!("image store {}, not containerd", engine.store)),
        Need::LegacyBuilder if engine.builder != "legacy" => Some("BuildKit builds here, not the legacy builder".into()),
        Need::Buildkit if engine.builder != "buildkit" => Some("the legacy builder builds here, not BuildKit".into()),
        Need::Registry if isolated => Some("a private engine reaches no registry".into()),
        Need::Network if isolated => Some("a private engine has no network to the outside".into()),
        Need::Kubernetes => Some("labbook has no Kubernetes cluster".into()),
        _ => None,
    }
}

/// The commands of `exercise` that would run in the shell of the user's own
/// machine and are not known to be harmless there.
pub fn consent_needed(exercise: &Exercise) -> Vec<Consent> {
    let mut reviewer = Reviewer::new(exercise.folder.as_deref()).allowing(&exercise.allow);
    let setup = exercise.setup.iter().map(|command| (None, command.as_str()));
    let steps = exercise.steps.iter().filter(|step| step.on_host());
    let typed = steps.filter_map(|step| Some((Some(step.line), step.command()?)));
    setup
        .chain(typed)
        .filter_map(|(line, command)| match reviewer.review(command) {
            consent::Consent::Free => None,
            consent::Consent::Asks { why } => Some(Consent { line, command: command.to_owned(), why }),
        })
        .collect()
}
