//! `labbook verify --dry-run`: every command, where it would run, and which
//! consent it needs.
//!
//! ```text
//!     docker/who  Who am I?  notes.md:7  on private
//!         images     ubuntu
//!         host       docker run -it ubuntu bash   (notes.md:12)
//!         container  whoami   (notes.md:13)
//! ```

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::consent::Reach;
use crate::diagnostic::Diagnose;
use crate::engine::{Engine, EngineError, EngineSelection};
use crate::exercise::Exercise;
use crate::lab::EngineInfo;
use crate::session::{Action, Shell, Step};
use crate::verify::{ConsentRequest, consent_needed, refusals, skip_reason};

use super::counted;

/// An engine that was asked for, or why it cannot be had.
pub(super) type OpenedEngine = Result<Box<dyn Engine>, EngineError>;

/// What would run of `exercises` on the engines of `selections`, which are
/// `opened` in the same order. An engine that cannot be had is said first.
pub(super) fn show(
    exercises: &[&Exercise],
    selections: &[EngineSelection],
    opened: &[OpenedEngine],
) -> String {
    let mut text = String::new();
    let mut engines = Vec::new();
    let mut infos = Vec::new();
    let mut reaches = BTreeSet::new();
    for (selection, opened) in selections.iter().zip(opened) {
        match opened {
            Ok(engine) => {
                engines.push(engine.info().name);
                infos.push(engine.info());
            }
            Err(error) => {
                let _ = writeln!(text, "{selection}: {}\n", error.diagnose().message);
                engines.push(selection.to_string());
            }
        }
        reaches.insert(reach(selection, opened));
    }
    for exercise in exercises {
        write_exercise(&mut text, exercise, &engines.join(", "), &infos, &reaches);
        text.push('\n');
    }
    let actions = exercises.iter().map(|exercise| exercise.steps.len()).sum();
    let _ = writeln!(
        text,
        "{}, {}; nothing was run",
        counted(exercises.len(), "exercise"),
        counted(actions, "action")
    );
    text
}

/// How far the notes could reach; of an engine that cannot be had, at its worst.
fn reach(selection: &EngineSelection, opened: &OpenedEngine) -> Reach {
    match (opened, selection) {
        (Ok(engine), _) => engine.reach(),
        (Err(_), EngineSelection::Private { .. } | EngineSelection::Nested { .. }) => {
            Reach::ByPrivileges
        }
        (Err(_), _) => Reach::Machine,
    }
}

fn write_exercise(
    text: &mut String,
    exercise: &Exercise,
    engines: &str,
    infos: &[EngineInfo],
    reaches: &BTreeSet<Reach>,
) {
    let place = exercise.source.path().display();
    let _ = writeln!(
        text,
        "{}  {}  {place}:{}  on {engines}",
        exercise.id, exercise.title, exercise.line
    );
    if let Some(obstacle) = &exercise.obstacle {
        let _ = writeln!(text, "    not run    {}", obstacle.reason);
    }
    for info in infos {
        if let Some(why) = skip_reason(exercise, info) {
            let _ = writeln!(text, "    skipped    on {}: {why}", info.name);
        }
        for (line, why) in refusals(exercise, info) {
            let name = &info.name;
            let _ = writeln!(text, "    skipped    line {line} on {name}: {why}");
        }
    }
    if !exercise.images.is_empty() {
        let _ = writeln!(text, "    images     {}", exercise.images.join(", "));
    }
    for file in &exercise.files {
        let _ = writeln!(text, "    file       {}", file.path.display());
    }
    let consents = consent_needed(exercise, reaches);
    for command in &exercise.setup {
        let consent = asked(&consents, None, command);
        let _ = writeln!(text, "    set-up     {command}{consent}");
    }
    for step in &exercise.steps {
        let shell = match step.shell {
            Shell::Host => "host",
            Shell::Container => "container",
        };
        let typed = typed(step, &consents);
        let _ = writeln!(text, "    {shell:<9}  {typed}   ({place}:{})", step.line);
    }
}

/// What is typed or pressed; a command's further lines stand below its first.
fn typed(step: &Step, consents: &[ConsentRequest]) -> String {
    match &step.action {
        Action::Keys(keys) => keys.name().to_owned(),
        Action::Command(command) => format!(
            "{}{}",
            command.replace('\n', "\n               "),
            asked(consents, Some(step.line), command)
        ),
    }
}

/// Why the command at `line` needs consent; empty where it needs none.
fn asked(consents: &[ConsentRequest], line: Option<usize>, command: &str) -> String {
    consents
        .iter()
        .find(|consent| consent.line == line && consent.command == command)
        .map_or(String::new(), |consent| {
            format!("   [needs --yes: {}]", consent.why)
        })
}
