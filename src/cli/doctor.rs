//! `labbook doctor`: what a run will need, whether it is there, and what to do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::Serialize;

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::images::Images;
use crate::engine::{self, EngineSelection, Store};
use crate::verify::{refusals, skip_reason};

use super::arguments::InputArguments;
use super::{CommandError, Status, complain, inputs, say};

/// Arguments of `labbook doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArguments {
    #[command(flatten)]
    input: InputArguments,
    /// How to print
    #[arg(long, value_enum, default_value_t = DoctorFormat::Pretty)]
    format: DoctorFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum DoctorFormat {
    /// A line for each thing that was looked at
    Pretty,
    /// One document
    Json,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Check {
    /// `machine`, `engine`, `image` or `exercise`.
    kind: &'static str,
    name: String,
    /// Whether a run can use it.
    ok: bool,
    said: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

impl Check {
    fn good(kind: &'static str, name: impl ToString, said: String) -> Self {
        Self {
            kind,
            name: name.to_string(),
            ok: true,
            said,
            remedy: None,
        }
    }

    fn bad(kind: &'static str, name: impl ToString, diagnostic: Diagnostic) -> Self {
        Self {
            kind,
            name: name.to_string(),
            ok: false,
            said: diagnostic.message,
            remedy: diagnostic.help,
        }
    }
}

/// Looks for engines and, where notes are named or a book is in this folder, for
/// the base images that their exercises need and for what will be skipped. Images that
/// can be had are fetched or made now, so that the next run finds them.
///
/// # Errors
/// What is wrong with the input.
pub(super) fn run(arguments: &DoctorArguments) -> Result<Status, CommandError> {
    let here = std::path::Path::new("book.toml").is_file();
    let inputs = match here || !arguments.input.paths.is_empty() {
        true => Some(inputs::read(&arguments.input)?),
        false => None,
    };
    let book = inputs.as_ref().and_then(|inputs| inputs.book.as_deref());
    let manifests = crate::exercise::manifest_folder(arguments.input.exercises.as_deref(), book);
    let mut findings = vec![machine()];
    let mut skipped = BTreeSet::new();
    for selection in [
        EngineSelection::Private {
            root: None,
            store: Store::Own,
        },
        EngineSelection::Host,
    ] {
        match engine::open(&selection, manifests.as_deref()) {
            Ok(engine) => {
                let info = engine.info();
                let said = format!(
                    "{} {}, client {}, {}, {}",
                    info.product, info.server, info.cli, info.store, info.builder
                );
                findings.push(Check::good("engine", &selection, said));
                for exercise in inputs.iter().flat_map(|inputs| &inputs.exercises) {
                    let whole = skip_reason(exercise, &info).into_iter();
                    let whole = whole.map(|why| format!("skipped on {selection}: {why}"));
                    let refused = refusals(exercise, &info).into_iter();
                    let said =
                        whole.chain(refused.map(|(line, why)| {
                            format!("line {line} skipped on {selection}: {why}")
                        }));
                    skipped.extend(said.map(|said| (exercise.id.clone(), said)));
                }
            }
            Err(error) => findings.push(Check::bad("engine", &selection, error.diagnose())),
        }
    }
    let is_engine = |finding: &&Check| finding.kind == "engine" && finding.ok;
    let engines = findings.iter().filter(is_engine).count();
    let mut missing = 0;
    if let Some(inputs) = &inputs {
        complain(&inputs.warnings);
        let recipes = manifests
            .map(|folder| folder.join("images"))
            .filter(|folder| folder.is_dir());
        let images = Images::new(recipes.as_deref()).map_err(|error| vec![error.diagnose()])?;
        for (name, exercises) in needed(inputs) {
            let used = exercises.join(", ");
            findings.push(match images.find(name) {
                Ok(image) => {
                    let made = image.stand_in.map(|made| format!("stand-in {made}"));
                    let found = made.unwrap_or_else(|| "there".to_owned());
                    Check::good("image", name, format!("{found} (for {used})"))
                }
                Err(error) => {
                    missing += 1;
                    let said = error.diagnose();
                    let message = format!("{} (for {used})", said.message);
                    Check::bad("image", name, Diagnostic { message, ..said })
                }
            });
        }
        for exercise in &inputs.exercises {
            if let Some(obstacle) = &exercise.obstacle {
                skipped.insert((exercise.id.clone(), format!("not run: {}", obstacle.reason)));
            }
        }
    }
    findings.extend(skipped.into_iter().map(|(id, why)| Check {
        ok: false,
        ..Check::good("exercise", id, why)
    }));
    say(&match arguments.format {
        DoctorFormat::Json => serde_json::to_string_pretty(&findings).unwrap_or_default() + "\n",
        DoctorFormat::Pretty => in_lines(&findings),
    })?;
    let found = if engines == 0 || missing > 0 {
        Status::NotRun
    } else {
        Status::Good
    };
    Ok(found.worse(inputs.map_or(Status::Good, |inputs| inputs.status)))
}

/// Which kinds of engines a machine like this one can have.
fn machine() -> Check {
    let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let said = match system {
        "linux" if release.to_lowercase().contains("microsoft") => {
            "WSL2: Docker Desktop's daemon is a host engine, and carries nested ones; private ones need dockerd installed in WSL itself"
        }
        "linux" => "private engines, as root; host and nested ones",
        _ => "host and nested engines; private ones need Linux",
    };
    Check::good(
        "machine",
        format!("{system} {architecture}"),
        said.to_owned(),
    )
}

fn in_lines(findings: &[Check]) -> String {
    let mut text = String::new();
    for finding in findings {
        let _ = writeln!(text, "{} {}: {}", finding.kind, finding.name, finding.said);
        if let Some(remedy) = &finding.remedy {
            let _ = writeln!(text, "    help: {remedy}");
        }
    }
    text
}

/// Each base image with the exercises that need it.
fn needed(inputs: &inputs::Inputs) -> BTreeMap<&str, Vec<&str>> {
    let mut needed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for exercise in &inputs.exercises {
        for image in &exercise.images {
            needed.entry(image).or_default().push(&exercise.id);
        }
    }
    needed
}
