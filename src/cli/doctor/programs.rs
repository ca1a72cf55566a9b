//! The programs that the notes call in the host's shell.

use std::collections::BTreeMap;

use crate::engine::{Engine, ProgramSource};
use crate::exercise::Exercise;
use crate::verify::needed_programs;

use super::Check;

/// Each program that `exercises` call and that the engine's labs lack, and those that they have.
pub(super) fn checks(
    engine: &dyn Engine,
    engine_name: &str,
    exercises: &[&Exercise],
    fetch: bool,
) -> Vec<Check> {
    let mut called: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for exercise in exercises {
        for program in needed_programs(exercise) {
            called.entry(program).or_default().push(&exercise.id);
        }
    }
    let names: Vec<String> = called.keys().cloned().collect();
    if fetch && !names.is_empty() {
        eprintln!("looking for the programs that the notes call on {engine_name}");
    }
    let (mut installed, mut others) = (Vec::new(), Vec::new());
    for (name, source) in engine.programs(&names, fetch) {
        let ids = called.get(&name).map(|ids| ids.join(", "));
        let used = format!("(for {})", ids.unwrap_or_default());
        let check = match source {
            ProgramSource::Installed => {
                installed.push(name);
                continue;
            }
            ProgramSource::Package { package, is_ready } => {
                let what = match is_ready {
                    true => format!("the lab brings the package {package}, which is ready"),
                    false => format!(
                        "the lab brings the package {package}, downloaded then; --fetch gets it now"
                    ),
                };
                let message = format!("on {engine_name}: {what} {used}");
                Check::good("program", name, message)
            }
            ProgramSource::Missing(mut diagnostic) => {
                diagnostic.message = format!("on {engine_name}: {} {used}", diagnostic.message);
                Check::bad("program", name, *diagnostic)
            }
        };
        others.push(check.on(engine_name));
    }
    let mut checks = Vec::new();
    if !installed.is_empty() {
        let message = format!("installed: {}", installed.join(", "));
        checks.push(Check::good("programs", engine_name, message).on(engine_name));
    }
    checks.append(&mut others);
    checks
}
