//! `labbook doctor`: what a run will need, whether it is there, and what to do.

mod clusters;
mod programs;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::images::{ImageSource, Images};
use crate::engine::{self, EngineSelection, Store, cache};
use crate::exercise::Exercise;
use crate::lab::ClusterName;
use crate::verify::{refusals, skip_reason, taken_names};

use super::arguments::InputArguments;
use super::{CommandError, Status, complain, inputs, say};

/// Arguments of `labbook doctor`.
#[derive(Debug, clap::Args)]
pub(super) struct DoctorArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Fetch or make the images and the programs now, so that the next run finds them
    #[arg(long)]
    fetch: bool,
    /// kubectl's context of the Kubernetes cluster for kubectl sessions, as `labbook verify` takes it
    #[arg(long, value_name = "CONTEXT")]
    cluster: Option<ClusterName>,
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
    /// `machine`, `disk`, `memory`, `engine`, `programs`, `program`, `cluster`, `image` or
    /// `exercise`.
    kind: &'static str,
    name: String,
    /// The engine whose labs it is about, where it is about those of one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
    /// Whether a run can use it.
    ok: bool,
    #[serde(rename = "said")]
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// Whether an exercise cannot be run without it.
    #[serde(skip)]
    is_blocking: bool,
}

impl Check {
    fn good(kind: &'static str, name: impl ToString, message: String) -> Self {
        Self {
            kind,
            name: name.to_string(),
            engine: None,
            ok: true,
            message,
            remedy: None,
            is_blocking: false,
        }
    }

    fn bad(kind: &'static str, name: impl ToString, diagnostic: Diagnostic) -> Self {
        Self {
            kind,
            name: name.to_string(),
            engine: None,
            ok: false,
            message: diagnostic.message,
            remedy: diagnostic.help,
            is_blocking: false,
        }
    }

    /// The same, of the labs of `engine`.
    fn on(self, engine: &str) -> Self {
        Self {
            engine: Some(engine.to_owned()),
            ..self
        }
    }

    /// The same, without which an exercise cannot be run where `is_blocking`.
    fn blocking(self, is_blocking: bool) -> Self {
        Self {
            is_blocking,
            ..self
        }
    }
}

/// Looks for engines and, where notes are named or a book is in this folder, for
/// the programs, clusters and base images that their exercises need and for what will be
/// skipped. Nothing is fetched or made unless `--fetch` asks for it.
///
/// # Errors
/// What is wrong with the input.
pub(super) fn run(arguments: &DoctorArguments) -> Result<Status, CommandError> {
    let here = Path::new("book.toml").is_file();
    let inputs = match here || !arguments.input.paths.is_empty() {
        true => Some(inputs::read(&arguments.input)?),
        false => None,
    };
    let book = inputs.as_ref().and_then(|inputs| inputs.book.as_deref());
    let manifests = crate::exercise::manifest_folder(arguments.input.exercises.as_deref(), book);
    let exercises = inputs.as_ref().map_or(&[][..], |inputs| &inputs.exercises);
    let mut checks = vec![machine()];
    checks.extend(resources());
    let mut remarks = BTreeSet::new();
    let cluster = inputs.as_ref().and_then(|inputs| inputs.cluster.as_ref());
    let cluster = arguments.cluster.as_ref().or(cluster);
    let needs = Needs {
        exercises,
        manifests: manifests.as_deref(),
        cluster,
        fetch: arguments.fetch,
    };
    checks.extend(engines(&needs, &mut remarks));
    if inputs.is_some() || cluster.is_some() {
        checks.extend(clusters::checks(exercises, cluster));
    }
    if let Some(inputs) = &inputs {
        complain(&inputs.warnings);
        let recipes = manifests.map(|folder| folder.join("images"));
        let recipes = recipes.filter(|folder| folder.is_dir());
        let images = Images::new(recipes.as_deref()).map_err(|error| vec![error.diagnose()])?;
        checks.extend(image_checks(&images, inputs, arguments.fetch));
    }
    for exercise in exercises {
        if let Some(obstacle) = &exercise.obstacle {
            remarks.insert((exercise.id.clone(), format!("not run: {}", obstacle.reason)));
        }
    }
    checks.extend(remarks.into_iter().map(|(id, why)| Check {
        ok: false,
        ..Check::good("exercise", id, why)
    }));
    say(&match arguments.format {
        DoctorFormat::Json => serde_json::to_string_pretty(&checks).unwrap_or_default() + "\n",
        DoctorFormat::Pretty => in_lines(&checks),
    })?;
    let has_engine = checks
        .iter()
        .any(|check| check.kind == "engine" && check.ok);
    let found = match has_engine && !checks.iter().any(|check| check.is_blocking) {
        true => Status::Good,
        false => Status::NotRun,
    };
    Ok(found.worse(inputs.map_or(Status::Good, |inputs| inputs.status)))
}

/// What is to be run, and how.
struct Needs<'a> {
    exercises: &'a [Exercise],
    /// The folder of manifests.
    manifests: Option<&'a Path>,
    cluster: Option<&'a ClusterName>,
    /// Whether what can be got is got now.
    fetch: bool,
}

/// What each kind of engine is, or why there is none, and which programs its labs lack. What
/// will not run on one of them is added to `remarks`, by the exercise's ID.
fn engines(needs: &Needs<'_>, remarks: &mut BTreeSet<(String, String)>) -> Vec<Check> {
    let private = EngineSelection::Private {
        root: None,
        store: Store::Own,
    };
    let mut checks = Vec::new();
    for selection in [private, EngineSelection::Host] {
        let engine = match engine::open(&selection, needs.manifests) {
            Ok(engine) => engine::with_cluster(engine, needs.cluster.cloned()),
            Err(error) => {
                checks.push(Check::bad("engine", &selection, error.diagnose()));
                continue;
            }
        };
        let info = engine.info();
        let description = format!(
            "{} {}, client {}, {}, {}",
            info.product, info.server, info.cli, info.store, info.builder
        );
        checks.push(Check::good("engine", &selection, description));
        let mut runnable = Vec::new();
        for exercise in needs.exercises {
            let whole = skip_reason(exercise, &info);
            if whole.is_none() && exercise.obstacle.is_none() {
                runnable.push(exercise);
            }
            let taken = match &whole {
                None => taken_names(exercise, engine.as_ref()).unwrap_or_default(),
                Some(_) => Vec::new(),
            };
            let taken = taken.iter().map(|taken| taken.diagnose().message);
            let whole = whole.map(|why| format!("skipped on {selection}: {why}"));
            let refused = refusals(exercise, &info).into_iter();
            let refused =
                refused.map(|(line, why)| format!("line {line} skipped on {selection}: {why}"));
            let all = whole.into_iter().chain(refused).chain(taken);
            remarks.extend(all.map(|remark| (exercise.id.clone(), remark)));
        }
        let name = selection.to_string();
        let called = programs::checks(engine.as_ref(), &name, &runnable, needs.fetch);
        checks.extend(called);
    }
    checks
}

/// Each base image that the notes need: where it is or would come from.
fn image_checks(images: &Images, inputs: &inputs::Inputs, fetch: bool) -> Vec<Check> {
    let needed = needed(inputs).into_iter();
    let checks = needed.map(|(name, exercises)| {
        let used = exercises.join(", ");
        let found = match fetch {
            true => {
                eprintln!("looking for the image {name}");
                images.find(name).map(|image| match image.stand_in {
                    Some(made) => format!("stand-in {made}"),
                    None => "there".to_owned(),
                })
            }
            false => images.source(name).map(|source| described(&source)),
        };
        match found {
            Ok(found) => Check::good("image", name, format!("{found} (for {used})")),
            Err(error) => {
                let diagnostic = error.diagnose();
                let message = format!("{} (for {used})", diagnostic.message);
                Check::bad(
                    "image",
                    name,
                    Diagnostic {
                        message,
                        ..diagnostic
                    },
                )
                .blocking(true)
            }
        }
    });
    checks.collect()
}

fn described(source: &ImageSource) -> String {
    match source {
        ImageSource::Archive | ImageSource::Host => "there".to_owned(),
        ImageSource::Registry { bytes: None } => "will be pulled".to_owned(),
        ImageSource::Registry { bytes: Some(bytes) } => {
            format!("will be pulled, {} MB", bytes.div_ceil(1_000_000))
        }
        ImageSource::StandIn { is_made: true } => "a stand-in is ready".to_owned(),
        ImageSource::StandIn { is_made: false } => {
            "a stand-in will be made from packages; --fetch makes it now".to_owned()
        }
    }
}

/// The free space of the cache, where labs and images stand, and the free memory.
fn resources() -> Vec<Check> {
    let mut checks = Vec::new();
    let cache = cache::folder();
    let there = cache.ancestors().find(|folder| folder.is_dir());
    let disk = there.and_then(|folder| rustix::fs::statvfs(folder).ok());
    if let Some(disk) = disk {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        checks.push(Check::good("disk", cache.display(), gigabytes(free)));
    }
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = memory.lines().find_map(|line| {
        let kilobytes = line.strip_prefix("MemAvailable:")?.trim();
        kilobytes.strip_suffix(" kB")?.parse::<u64>().ok()
    });
    if let Some(kilobytes) = available {
        let free = gigabytes(kilobytes.saturating_mul(1024));
        checks.push(Check::good("memory", "available", free));
    }
    checks
}

fn gigabytes(bytes: u64) -> String {
    format!(
        "{}.{} GB free",
        bytes / 1_000_000_000,
        bytes / 100_000_000 % 10
    )
}

/// Which kinds of engines a machine like this one can have.
fn machine() -> Check {
    let (system, architecture) = (std::env::consts::OS, std::env::consts::ARCH);
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let message = match system {
        "linux" if release.to_lowercase().contains("microsoft") => {
            "WSL2: Docker Desktop's daemon is a host engine, and carries nested ones; private ones need dockerd installed in WSL itself"
        }
        "linux" => "private engines, as root; host and nested ones",
        _ => "host and nested engines; private ones need Linux",
    };
    Check::good(
        "machine",
        format!("{system} {architecture}"),
        message.to_owned(),
    )
}

fn in_lines(checks: &[Check]) -> String {
    let mut text = String::new();
    for check in checks {
        let _ = writeln!(text, "{} {}: {}", check.kind, check.name, check.message);
        if let Some(remedy) = &check.remedy {
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
