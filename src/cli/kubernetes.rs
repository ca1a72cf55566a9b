//! `labbook verify --kubernetes`: the files that its shards need, their rows, and one
//! report of all of them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::book;
use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::{EngineError, EngineSelection};
use crate::exercise::Exercise;
use crate::results::{self, ExerciseResult, Report};
use crate::verify::kubernetes::{ShardFile, ShardState, ShardedRun};
use crate::verify::{RunProgress, not_begun};

use super::arguments::InputArguments;
use super::inputs::{self, Inputs};
use super::progress::Live;
use super::selection::{self, Keep, ShardArgument};
use super::{CommandError, complain, counted, natural};

/// Where a run is divided among a cluster's nodes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Kubernetes")]
pub(super) struct KubernetesArguments {
    /// Run the shards as Jobs of the cluster of this kubectl context [default: the current one]
    #[arg(
        long,
        value_name = "CONTEXT",
        num_args = 0..=1,
        default_missing_value = "",
        requires = "shards",
        conflicts_with_all = ["shard", "changed", "watch", "keep", "fail_fast", "write_manifests"]
    )]
    kubernetes: Option<String>,
    /// How many Jobs, each with a part of the exercises that takes as long as the others
    #[arg(long, value_name = "N", requires = "kubernetes", value_parser = clap::value_parser!(u16).range(1..))]
    shards: Option<u16>,
    /// The container image of the Jobs, with labbook and Docker in it
    #[arg(long, value_name = "IMAGE", requires = "kubernetes", default_value = concat!("labbook:", env!("CARGO_PKG_VERSION")))]
    image: String,
    /// Name the capabilities that the pods need, where the cluster takes no privileged ones
    #[arg(long, requires = "kubernetes")]
    unprivileged: bool,
}

/// A run as Jobs, and what divides it.
pub(super) struct Jobs<'a> {
    context: Option<&'a str>,
    run: ShardedRun<'a>,
    inputs: &'a Inputs,
    engines: &'a [EngineSelection],
    durations: Option<Report>,
}

impl KubernetesArguments {
    /// The run of what `input` names on `engines`, where it is to be one of Jobs. `old`
    /// tells how long the exercises take; `options` are those of `labbook verify` that
    /// hold for each shard.
    ///
    /// # Errors
    /// Engines that no pod has, and files that cannot be read.
    pub(super) fn jobs<'a>(
        &'a self,
        (input, inputs): (&InputArguments, &'a Inputs),
        engines: &'a [EngineSelection],
        manifests: Option<&Path>,
        old: Option<&Report>,
        options: Vec<String>,
    ) -> Result<Option<Jobs<'a>>, CommandError> {
        let Some(context) = &self.kubernetes else {
            return Ok(None);
        };
        let durations = old.map(durations);
        let mut arguments = vec!["verify".to_owned()];
        let mut files = Vec::new();
        let (paths, wanted) = inputs::paths_and_ids(input);
        for (number, path) in paths.iter().enumerate() {
            let (argument, own) = staged(path, &number.to_string());
            arguments.push(argument);
            files.extend(own);
            if inputs.book.as_ref() == Some(path) {
                let text = durations.as_ref().map(serde_json::to_string);
                files.extend(text.and_then(Result::ok).map(|text| ShardFile {
                    path: format!("{number}/labbook.json"),
                    text,
                }));
            }
        }
        if let Some(manifests) = manifests {
            let all = natural::files(manifests);
            files.extend(
                all.iter()
                    .filter_map(|file| below(file, manifests, "exercises")),
            );
            arguments.extend(["--exercises", "exercises"].map(str::to_owned));
        }
        if !wanted.is_empty() {
            let ids = inputs.exercises.iter().map(|one| one.id.clone());
            arguments.extend(ids.flat_map(|id| ["--only".to_owned(), id]));
        }
        arguments.extend(engine_arguments(engines)?);
        arguments.extend(["--format", "json"].map(str::to_owned));
        arguments.extend(options);
        let run = ShardedRun {
            image: &self.image,
            shards: usize::from(self.shards.unwrap_or(1)),
            exercises: inputs.exercises.len(),
            unprivileged: self.unprivileged,
            arguments,
            files,
        };
        let large: CommandError = run.too_large().iter().map(Diagnose::diagnose).collect();
        if !large.is_empty() {
            return Err(large);
        }
        Ok(Some(Jobs {
            context: Some(context.as_str()).filter(|name| !name.is_empty()),
            run,
            inputs,
            engines,
            durations,
        }))
    }
}

/// The options that give each pod these engines; a pod has private ones only.
fn engine_arguments(engines: &[EngineSelection]) -> Result<Vec<String>, CommandError> {
    let (mut arguments, mut refusal) = (Vec::new(), Vec::new());
    for engine in engines {
        match engine {
            EngineSelection::Auto => arguments.push("--engine=private".to_owned()),
            EngineSelection::Private { .. } => arguments.push(format!("--engine={engine}")),
            other => refusal.push(
                Diagnostic::error(format!("no pod has the engine `{other}`")).help(
                    "name `private` with what may follow it; a ROOTFS is a folder of the image",
                ),
            ),
        }
    }
    match refusal.is_empty() {
        true => Ok(arguments),
        false => Err(refusal),
    }
}

/// What a shard calls a path of the command line, and the files that it needs of it.
fn staged(path: &Path, folder: &str) -> (String, Vec<ShardFile>) {
    let mut files: Vec<PathBuf> = Vec::new();
    if path.join("book.toml").is_file() {
        let sources = book::sources(path).unwrap_or_default();
        files.push(path.join("book.toml"));
        files.extend(inputs::notes_below(&sources));
    } else if path.is_dir() {
        files.extend(inputs::notes_below(path));
    } else {
        let above = path.parent().unwrap_or(Path::new(""));
        let file = below(path, above, folder);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        return (format!("{folder}/{name}"), file.into_iter().collect());
    }
    let files = files.iter().filter_map(|file| below(file, path, folder));
    (folder.to_owned(), files.collect())
}

/// A file below `root`, as one below `folder`. None where it is no text: then it is as
/// missing there as it is unreadable here.
fn below(file: &Path, root: &Path, folder: &str) -> Option<ShardFile> {
    let path = file.strip_prefix(root).ok()?;
    Some(ShardFile {
        path: format!("{folder}/{}", path.display()),
        text: std::fs::read_to_string(file).ok()?,
    })
}

/// How long the exercises of `old` took, in whole seconds, and nothing else of it.
fn durations(old: &Report) -> Report {
    let of = |result: &ExerciseResult| ExerciseResult {
        seconds: result.seconds.ceil(),
        steps: Vec::new(),
        above: Vec::new(),
        runs: Vec::new(),
        reason: None,
        reason_kind: None,
        remarks: Vec::new(),
        surroundings: Default::default(),
        ..result.clone()
    };
    Report::new(Vec::new(), old.exercises.iter().map(of).collect())
}

impl Jobs<'_> {
    /// What they would be made from, as one document that `kubectl apply -f -` takes.
    pub(super) fn manifests(&self) -> String {
        let manifests = self.run.manifests("labbook");
        serde_json::to_string_pretty(&manifests).unwrap_or_default() + "\n"
    }

    /// Runs them and puts their reports together. The exercises of a shard that is lost
    /// are errors.
    ///
    /// # Errors
    /// What keeps the Jobs from being made.
    pub(super) fn report(
        &self,
        live: &Live,
        interrupted: &AtomicBool,
    ) -> Result<Report, EngineError> {
        let states = self.run.run(self.context, interrupted, |shard, state| {
            let is_lost = matches!(state, ShardState::Lost(_));
            live.shard(&self.name(shard), &state_text(state), is_lost);
            if let ShardState::Done(report) = state {
                let results = report.exercises.iter();
                results.for_each(|result| live.ends(&self.as_here(result)));
            }
        })?;
        if interrupted.load(Ordering::Relaxed) {
            let done = |state: &&ShardState| matches!(state, ShardState::Done(_));
            let done = states.iter().filter(done).count();
            let all = counted(states.len(), "shard");
            let message = format!("interrupted: {done} of {all} ran to the end");
            complain(&[Diagnostic::warning(message).help("the namespace of the Jobs was deleted")]);
        }
        Ok(self.together(states, live))
    }

    fn name(&self, shard: usize) -> String {
        format!("shard {shard}/{}", self.run.shards)
    }

    /// A result of a pod, with the place of the notes here.
    fn as_here(&self, result: &ExerciseResult) -> ExerciseResult {
        let mut exercises = self.inputs.exercises.iter();
        let file = match exercises.find(|exercise| exercise.id == result.id) {
            Some(exercise) => exercise.source.path().display().to_string(),
            None => result.file.clone(),
        };
        ExerciseResult {
            file,
            ..result.clone()
        }
    }

    /// One report of what is known of all shards.
    fn together(&self, states: Vec<ShardState>, live: &Live) -> Report {
        let (mut reports, mut without) = (Vec::new(), Vec::new());
        for (index, state) in states.into_iter().enumerate() {
            let shard = index + 1;
            let why = match state {
                ShardState::Lost(why) => format!("{} is lost: {why}", self.name(shard)),
                ShardState::Done(report) => {
                    reports.push(*report);
                    format!("{} has no result of it", self.name(shard))
                }
                ShardState::Waiting(_) | ShardState::Running(_) => continue,
            };
            without.extend(
                self.exercises_of(shard)
                    .into_iter()
                    .map(|one| (one, why.clone())),
            );
        }
        let whole = results::together(reports);
        let mut engines: Vec<String> = whole.engines.iter().map(|one| one.name.clone()).collect();
        if engines.is_empty() {
            engines = self.engines.iter().map(ToString::to_string).collect();
        }
        let mut found: Vec<_> = whole
            .exercises
            .iter()
            .map(|one| self.as_here(one))
            .collect();
        without.retain(|(exercise, _)| found.iter().all(|result| result.id != exercise.id));
        for (exercise, why) in without {
            for engine in &engines {
                let result = not_begun(exercise, engine, why.clone().into());
                // Where no shard has a report, the report of the run has all rows.
                if !whole.engines.is_empty() {
                    live.ends(&result);
                }
                found.push(result);
            }
        }
        let exercises = &self.inputs.exercises;
        found.sort_by_key(|result| exercises.iter().position(|one| one.id == result.id));
        Report::new(whole.engines, found)
    }

    /// The exercises of a shard, as its pod divides them.
    fn exercises_of(&self, part: usize) -> Vec<&Exercise> {
        let of = self.run.shards;
        let (all, old) = (&self.inputs.exercises, self.durations.as_ref());
        selection::select(
            all,
            &[],
            Some(ShardArgument { part, of }),
            old,
            (Keep::Nothing, None),
        )
        .exercises
    }
}

fn state_text(state: &ShardState) -> String {
    match state {
        ShardState::Waiting(why) if why.is_empty() => "waits".to_owned(),
        ShardState::Waiting(why) => format!("waits: {why}"),
        ShardState::Running(node) => format!("runs on {node}"),
        ShardState::Done(report) => counted(report.exercises.len(), "exercise") + " done",
        ShardState::Lost(why) => format!("is lost: {why}"),
    }
}
