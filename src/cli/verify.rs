//! `labbook verify`: runs every transcript against real daemons.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::diagnostic::{Diagnose, Diagnostic, Severity};
use crate::engine::{self, Engine, EngineSelection};
use crate::exercise::Exercise;
use crate::notes::Notes;
use crate::report::{self, Destination, Format};
use crate::results::{self, ExerciseResult, Report, Verdict};
use crate::session::{self, NotRun};
use crate::verify::{
    Job, RunOptions, consent_needed, not_begun, schedule, skip_reason, taken_names,
};

use super::arguments::InputArguments;
use super::dry_run::{self, Opened};
use super::inputs::{self, Inputs};
use super::progress::Spinners;
use super::{Refusal, Status, columns, complain, say};

/// Arguments of `labbook verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArguments {
    #[command(flatten)]
    input: InputArguments,
    /// auto, host, private, nested, nested:IMAGE, private:ROOTFS, unix://..., ssh://... (repeatable)
    #[arg(long = "engine", value_name = "ENGINE", default_value = "auto")]
    engines: Vec<String>,
    /// How many exercises run at once [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only part K of N equal parts of the exercises
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Only exercises that changed since their last result, or did not hold then
    #[arg(long)]
    changed: bool,
    /// Let what is named fail the run
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Vec<Deny>,
    /// Show every command, where it would run, and which consent it needs; run nothing
    #[arg(long)]
    dry_run: bool,
    /// Consent to host commands outside the short list of harmless ones
    #[arg(long)]
    yes: bool,
    /// Leave the labs standing and say how to enter them
    #[arg(long)]
    keep: bool,
    /// The form of the report on stdout
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
    /// A report into a file as well (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<Destination>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Deny {
    /// Words of Docker's own that changed
    #[value(alias = "drift")]
    Drifted,
    /// What was not run, for a reason known before
    Skipped,
    /// Exercises of which nothing had to match
    Unchecked,
    /// What could not be run
    Error,
    /// What held in a later run only
    Flaky,
}

impl Deny {
    /// Whether it denies what was found of an exercise.
    fn denies(self, exercise: &ExerciseResult) -> bool {
        match self {
            Self::Drifted => exercise.verdict == Verdict::Drifted,
            Self::Skipped => exercise.verdict == Verdict::Skipped,
            Self::Unchecked => exercise.verdict == Verdict::Unchecked,
            Self::Error => exercise.verdict == Verdict::Error,
            Self::Flaky => exercise.flaky,
        }
    }
}

/// Part K of N.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shard {
    part: usize,
    of: usize,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        let parsed = value
            .split_once('/')
            .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((part, of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err("write K/N with 1 <= K <= N, as in 1/3".to_owned()),
        }
    }
}

/// A warning for each fence that shows a prompt and is not run.
fn not_run(notes: &[Notes]) -> Vec<Diagnostic> {
    let warnings = |notes: &Notes| -> Vec<Diagnostic> {
        let fences = notes
            .questions()
            .flat_map(|(_, question)| &question.fences)
            .chain(&notes.fences);
        let lines = fences.filter_map(session::not_run);
        lines
            .filter(|(_, why)| *why != NotRun::NoPrompt)
            .map(|(line, why)| {
                Diagnostic::warning(format!("this fence is not run: {}", why.reason()))
                    .at(&notes.source, line.range.clone())
                    .help("a prompt such as `user@host:~$`, `name $` or `$` and a space makes it a transcript")
            })
            .collect()
    };
    notes.iter().flat_map(warnings).collect()
}

/// Verifies, reports and keeps the results of a book.
///
/// # Errors
/// What is wrong with the input or the engines that were named.
pub fn run(arguments: &VerifyArguments) -> Result<Status, Refusal> {
    let inputs = inputs::read(&arguments.input)?;
    complain(&inputs.warnings);
    complain(&not_run(&inputs.notes));
    let selections = selections(&arguments.engines)?;
    let manifests = crate::exercise::manifest_folder(
        arguments.input.exercises.as_deref(),
        inputs.book.as_deref(),
    );
    let known = inputs.book.as_deref().map(results::results_path);
    let mut old = known.as_deref().and_then(last_results);
    if let Some(old) = &mut old {
        results::rename(old, &inputs.names);
    }
    let exercises = wanted(&inputs, arguments, old.as_ref());
    let typed = with_above(&exercises);
    let interrupted = interruption();
    for error in engine::sweep(engine::Sweep::default())
        .err()
        .unwrap_or_default()
    {
        complain(&[warning(&error)]);
    }
    let opened: Vec<_> = selections
        .iter()
        .map(|selection| engine::open(selection, manifests.as_deref()))
        .collect();
    if arguments.dry_run {
        let engines: Vec<_> = opened.iter().flatten().map(Box::as_ref).collect();
        let taken = taken_on(&typed, &engines).unwrap_or_else(|errors| errors);
        complain(
            &taken
                .into_iter()
                .map(|taken| Diagnostic {
                    severity: Severity::Warning,
                    ..taken
                })
                .collect::<Vec<_>>(),
        );
        say(&dry_run::show(&typed, &selections, &opened))?;
        return Ok(inputs.status);
    }
    let checked = all_opened(opened).and_then(|engines| {
        let borrowed: Vec<_> = engines.iter().map(Box::as_ref).collect();
        let mut refusal = missing_consent(&typed, &engines, arguments.yes);
        refusal.extend(taken_on(&typed, &borrowed)?);
        Ok((engines, refusal))
    });
    let report = match checked {
        Ok((_, refusal)) if !refusal.is_empty() => return Err(refusal),
        Ok((engines, _)) => run_all(arguments, &exercises, &engines, &interrupted),
        Err(errors) => {
            complain(&errors);
            nothing_ran(&exercises, &selections, &errors)
        }
    };
    let written = write_reports(arguments, &report);
    let mut status = status(&report, &arguments.deny);
    status = status.worse(inputs.status);
    if status == Status::Good && interrupted.load(Ordering::Relaxed) {
        // What had not begun is not in the report.
        status = Status::NotRun;
    }
    // Where nothing ran, what is known stays known.
    if let Some(path) = known.filter(|_| !report.engines.is_empty()) {
        let all = results::merge(old, report, |id| {
            inputs.known.iter().any(|known| known == id)
        });
        results::save(&path, &all).map_err(|error| vec![error.diagnose()])?;
    }
    written.map(|()| status)
}

fn warning(error: &dyn Diagnose) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..error.diagnose()
    }
}

/// The results of earlier runs; those that cannot be understood are as if they
/// were not there.
fn last_results(path: &Path) -> Option<Report> {
    match results::load(path) {
        Ok(old) => old,
        Err(error) => {
            complain(&[warning(&error)]);
            None
        }
    }
}

fn all_opened(opened: Vec<Opened>) -> Result<Vec<Box<dyn Engine>>, Vec<Diagnostic>> {
    let (mut engines, mut errors) = (Vec::new(), Vec::new());
    for one in opened {
        match one {
            Ok(engine) => engines.push(engine),
            Err(error) => errors.push(error.diagnose()),
        }
    }
    if errors.is_empty() {
        Ok(engines)
    } else {
        Err(errors)
    }
}

fn selections(values: &[String]) -> Result<Vec<EngineSelection>, Refusal> {
    let mut refusal = Vec::new();
    let mut selections = Vec::new();
    for value in values {
        match value.parse::<EngineSelection>() {
            Ok(selection) => selections.push(selection),
            Err(error) => refusal.push(error.diagnose()),
        }
    }
    if refusal.is_empty() {
        Ok(selections)
    } else {
        Err(refusal)
    }
}

/// The exercises that `--shard` and `--changed` leave.
fn wanted<'a>(
    inputs: &'a Inputs,
    arguments: &VerifyArguments,
    old: Option<&Report>,
) -> Vec<&'a Exercise> {
    let holds = |exercise: &Exercise| {
        let hash = exercise.hash();
        old.is_some_and(|old| {
            let mut of_it = old
                .exercises
                .iter()
                .filter(|result| result.id == exercise.id && result.hash == hash)
                .peekable();
            of_it.peek().is_some()
                && of_it.all(|result| {
                    matches!(
                        result.verdict,
                        Verdict::Passed | Verdict::Drifted | Verdict::Unchecked
                    )
                })
        })
    };
    let changed = inputs
        .exercises
        .iter()
        .filter(|exercise| !arguments.changed || !holds(exercise));
    match arguments.shard {
        Some(shard) => changed.skip(shard.part - 1).step_by(shard.of).collect(),
        None => changed.collect(),
    }
}

/// All that is typed for `exercises`: with the sections above them on their pages.
fn with_above<'e>(exercises: &[&'e Exercise]) -> Vec<&'e Exercise> {
    let mut seen = BTreeSet::new();
    let all = exercises
        .iter()
        .flat_map(|exercise| exercise.above().iter().chain([*exercise]));
    all.filter(|one| seen.insert((one.source.path(), &one.id)))
        .collect()
}

fn missing_consent(exercises: &[&Exercise], engines: &[Box<dyn Engine>], yes: bool) -> Refusal {
    let reaches = engines.iter().map(|engine| engine.reach()).collect();
    if yes {
        return Vec::new();
    }
    exercises
        .iter()
        .flat_map(|exercise| consent_needed(exercise, &reaches).into_iter().map(move |consent| (exercise, consent)))
        .map(|(exercise, consent)| {
            let diagnostic = Diagnostic::error(format!(
                "`{}` needs consent: {}",
                consent.command.lines().next().unwrap_or_default(),
                consent.why
            ))
            .help("look at it, then give --yes, or `allow` the program in the exercise's manifest; a private engine in a user namespace needs no consent");
            match consent.line {
                Some(line) => diagnostic.at_line(&exercise.source, line),
                None => match &exercise.manifest {
                    Some(manifest) => Diagnostic { message: format!("{}: the set-up command {}", manifest.display(), diagnostic.message), ..diagnostic },
                    None => diagnostic,
                },
            }
        })
        .collect()
}

/// The names that the notes will give and that are taken on one of the engines.
///
/// # Errors
/// Where a daemon does not answer: then nothing is known.
fn taken_on(exercises: &[&Exercise], engines: &[&dyn Engine]) -> Result<Refusal, Vec<Diagnostic>> {
    let (mut taken, mut errors) = (Vec::new(), Vec::new());
    for engine in engines {
        let info = engine.info();
        let run = exercises
            .iter()
            .filter(|exercise| skip_reason(exercise, &info).is_none());
        let names: Result<Vec<_>, _> = run.map(|exercise| taken_names(exercise, *engine)).collect();
        match names {
            Ok(names) => taken.extend(names.iter().flatten().map(Diagnose::diagnose)),
            Err(error) => errors.push(error.diagnose()),
        }
    }
    if errors.is_empty() {
        Ok(taken)
    } else {
        Err(errors)
    }
}

/// A flag that is set when the user wants to stop.
fn interruption() -> Arc<AtomicBool> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // A second signal ends the program at once; what is left then is found
        // by the next run.
        let _ =
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&interrupted));
        let _ = signal_hook::flag::register(signal, Arc::clone(&interrupted));
    }
    interrupted
}

fn run_all(
    arguments: &VerifyArguments,
    exercises: &[&Exercise],
    engines: &[Box<dyn Engine>],
    interrupted: &AtomicBool,
) -> Report {
    let jobs: Vec<Job<'_>> = exercises
        .iter()
        .flat_map(|&exercise| (0..engines.len()).map(move |engine| Job { exercise, engine }))
        .collect();
    let workers = arguments.jobs.map_or_else(
        || std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
        usize::from,
    );
    let spinners = Spinners::new(jobs.len());
    let options = RunOptions {
        keep: arguments.keep,
        interrupted: Some(interrupted),
        ..RunOptions::default()
    };
    let found = schedule(&jobs, engines, workers, options, &spinners);
    spinners.finish();
    if interrupted.load(Ordering::Relaxed) {
        complain(&[Diagnostic::warning("interrupted: the rest was not run")]);
    }
    Report::new(engines.iter().map(|engine| engine.info()).collect(), found)
}

/// Where an engine that was asked for cannot be had, nothing is run: every
/// exercise gets the reason.
fn nothing_ran(
    exercises: &[&Exercise],
    selections: &[EngineSelection],
    refusal: &[Diagnostic],
) -> Report {
    let reason: Vec<&str> = refusal
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect();
    let reason = reason.join("; ");
    let results = exercises
        .iter()
        .flat_map(|exercise| {
            selections
                .iter()
                .map(|selection| not_begun(exercise, &selection.to_string(), reason.clone()))
        })
        .collect();
    Report::new(Vec::new(), results)
}

fn write_reports(arguments: &VerifyArguments, report: &Report) -> Result<(), Refusal> {
    let mut refusal: Refusal = arguments
        .reports
        .iter()
        .filter_map(|destination| write_report(report, destination.format, &destination.file).err())
        .collect();
    let said = say(&report::render(report, arguments.format, columns()));
    refusal.extend(said.err().unwrap_or_default());
    if refusal.is_empty() {
        Ok(())
    } else {
        Err(refusal)
    }
}

/// Writes `report` into a file, without colours.
pub(super) fn write_report(report: &Report, format: Format, file: &Path) -> Result<(), Diagnostic> {
    let text = report::render(report, format, None);
    std::fs::write(file, anstream::adapter::strip_str(&text).to_string()).map_err(|error| {
        Diagnostic::error(format!("cannot write {}: {error}", file.display()))
            .help("name a file in a folder that is there and can be written to")
    })
}

/// The first that holds: something failed, something could not be run or
/// nothing was judged, everything holds.
pub(super) fn status(report: &Report, deny: &[Deny]) -> Status {
    let totals = &report.totals;
    let denied = |exercise| deny.iter().any(|deny| deny.denies(exercise));
    if totals.failed > 0 || report.exercises.iter().any(denied) {
        Status::Failed
    } else if totals.error > 0 || totals.passed + totals.drifted == 0 {
        Status::NotRun
    } else {
        Status::Good
    }
}
