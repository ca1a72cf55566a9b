//! `labbook verify`: runs every transcript against real daemons.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use crate::book;
use crate::diagnostic::{Diagnose, Diagnostic, Severity, all_values, diagnosed};
use crate::engine::images::recipes_of;
use crate::engine::{self, Engine, EngineSelection};
use crate::exercise::{Exercise, fences_not_run};
use crate::lab::{ClusterName, EngineInfo};
use crate::notes::Notes;
use crate::reason::Reason;
use crate::report::{self, Audience, Destination, Detail, ReportFormat};
use crate::results::{self, ExerciseResult, Report, Verdict};
use crate::session::NotRun;
use crate::verify::{
    RunOptions, consent_needed, is_about_a_lab_left, not_begun, schedule, skip_reason, taken_names,
};

use super::arguments::InputArguments;
use super::dry_run::{self, OpenedEngine};
use super::inputs::{self, Inputs};
use super::kubernetes::{Jobs, KubernetesArguments};
use super::progress::{Live, Rows};
use super::seen::{FileStamps, PAUSE};
use super::selection::{self, Keep, Selection, ShardArgument};
use super::{CommandError, Status, columns, complain, counted, say, write_manifests};

/// Arguments of `labbook verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArguments {
    #[command(flatten)]
    input: InputArguments,
    /// auto, host, private, nested, nested:IMAGE, private:ROOTFS, unix://..., ssh://... (repeatable)
    #[arg(long = "engine", value_name = "ENGINE", default_value = "auto")]
    engines: Vec<String>,
    /// kubectl's context of the Kubernetes cluster for kubectl sessions; throwaway:CONTEXT where they
    /// may do everything there
    #[arg(long, value_name = "CONTEXT")]
    cluster: Option<ClusterName>,
    /// How many exercises run at once [default: the number of cores]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Only part K of N parts of the exercises, which take as long as each other
    #[arg(long, value_name = "K/N")]
    shard: Option<ShardArgument>,
    /// Run only exercises that changed or did not pass last time; keep the other results
    #[arg(long)]
    changed: bool,
    /// Treat these as failures
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Vec<Deny>,
    /// Show every command, where it would run, and which consent it needs; run nothing
    #[arg(long, conflicts_with = "reports")]
    dry_run: bool,
    /// Consent to host commands outside the short list of harmless ones, and to writing manifests
    #[arg(long)]
    yes: bool,
    /// Go on, and verify what is edited as soon as it is saved
    #[arg(long, conflicts_with = "dry_run")]
    watch: bool,
    /// Stop after the first failure
    #[arg(long)]
    fail_fast: bool,
    /// Write the manifests that would provide what notes take for granted, after showing them
    #[arg(long, conflicts_with_all = ["dry_run", "watch"])]
    write_manifests: bool,
    /// Leave the labs standing, for `labbook enter`
    #[arg(long)]
    keep: bool,
    /// Only what does not hold, and the totals
    #[arg(long, short, conflicts_with = "verbose")]
    quiet: bool,
    /// The sessions while they run, and how the lines of each exercise were judged
    #[arg(long, short)]
    verbose: bool,
    /// The form of the report on stdout
    #[arg(long, value_enum, default_value_t = ReportFormat::Pretty)]
    format: ReportFormat,
    /// A report into a file as well (repeatable)
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<Destination>,
    #[command(flatten)]
    kubernetes: KubernetesArguments,
}

impl VerifyArguments {
    fn detail(&self) -> Detail {
        match (self.quiet, self.verbose) {
            (true, _) => Detail::Quiet,
            (_, true) => Detail::Verbose,
            _ => Detail::Normal,
        }
    }

    /// Rows for `count` results.
    fn live(&self, count: usize, with_engine: bool) -> Live {
        let detail = self.detail();
        let rows = match (detail, self.format) {
            (Detail::Quiet, _) => Rows::Hidden,
            (_, ReportFormat::Pretty) => Rows::Stdout,
            _ => Rows::Stderr,
        };
        Live::new(count, rows, detail, with_engine)
    }

    /// The options that hold for each shard of a run elsewhere.
    fn of_each_shard(&self) -> Vec<String> {
        let yes = self.yes.then(|| "--yes".to_owned());
        let jobs = self.jobs.map(|jobs| format!("--jobs={jobs}"));
        yes.into_iter().chain(jobs).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Deny {
    /// Exercises whose text Docker itself changed
    #[value(alias = "drift")]
    Drifted,
    /// Skipped exercises
    Skipped,
    /// Exercises of which nothing had to match
    Unchecked,
    /// Exercises that could not be run
    Error,
    /// Exercises that passed only when run again
    Flaky,
    /// Exercises that used a stand-in for a base image
    StandIn,
    /// Results older than the notes
    Stale,
}

impl Deny {
    /// Whether it denies what was found of an exercise.
    fn denies(self, exercise: &ExerciseResult) -> bool {
        match self {
            Self::Drifted => exercise.verdict == Verdict::Drifted,
            Self::Skipped => exercise.verdict == Verdict::Skipped,
            Self::Unchecked => exercise.verdict == Verdict::Unchecked,
            Self::Error => exercise.verdict == Verdict::Error,
            Self::StandIn => !exercise.stand_ins.is_empty(),
            Self::Stale => exercise.stale,
            Self::Flaky => exercise.flaky,
        }
    }
}

/// A warning for each fence that shows a prompt and is not run, and is no output of a step of
/// `exercises`.
fn not_run(notes: &[Notes], exercises: &[Exercise]) -> Vec<Diagnostic> {
    let warnings = |notes: &Notes| -> Vec<Diagnostic> {
        fences_not_run(notes, exercises)
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
pub(super) fn run(arguments: &VerifyArguments) -> Result<Status, CommandError> {
    let interrupted = interruption();
    if arguments.watch {
        watch(arguments, &interrupted);
        return Ok(Status::Interrupted);
    }
    let (status, _) = verify(arguments, &interrupted, None)?;
    Ok(status)
}

/// Verifies the book in `folder`, and again what changes, until it is `stopped`.
pub(super) fn watch_book(folder: &Path, stopped: &AtomicBool) {
    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: VerifyArguments,
    }
    let line = [Path::new("verify"), Path::new("--watch"), folder];
    match <Line as clap::Parser>::try_parse_from(line) {
        Ok(line) => watch(&line.arguments, stopped),
        Err(error) => complain(&[Diagnostic::error(error.to_string())]),
    }
}

/// Verifies everything, and again what changes, until it is `stopped`.
fn watch(arguments: &VerifyArguments, stopped: &AtomicBool) {
    let mut known: Option<Report> = None;
    while !stopped.load(Ordering::Relaxed) {
        let seen = watched(arguments);
        match verify(arguments, stopped, known.as_ref()) {
            Ok((_, report)) => known = Some(results::merge(known, report, |_| true)),
            Err(refusal) => complain(&refusal),
        }
        while !stopped.load(Ordering::Relaxed) && watched(arguments) == seen {
            std::thread::sleep(PAUSE);
        }
    }
}

/// The notes, manifests and books that are named, as they are now.
fn watched(arguments: &VerifyArguments) -> FileStamps {
    let (mut paths, mut without) = (Vec::new(), Vec::new());
    let here = [PathBuf::from(".")];
    let named = match arguments.input.paths.is_empty() {
        true => &here[..],
        false => &arguments.input.paths,
    };
    let exercises = arguments.input.exercises.as_deref();
    for path in named {
        let book = path.join("book.toml").is_file().then_some(path.as_path());
        match book.and_then(|book| book::watched(book).ok()) {
            Some(book) => {
                paths.extend(book.paths);
                without.push(book.output);
                without.push(results::results_path(path));
            }
            None => paths.push(path.clone()),
        }
        paths.extend(crate::exercise::manifest_folder(exercises, book));
    }
    FileStamps::look(&paths, &without)
}

/// Verifies once. Where results are `known`, only what changed since is run, and only
/// that is told.
fn verify(
    arguments: &VerifyArguments,
    interrupted: &AtomicBool,
    known: Option<&Report>,
) -> Result<(Status, Report), CommandError> {
    let verification = Verification::of(arguments, interrupted)?;
    let jobs = arguments.kubernetes.jobs(
        (&arguments.input, &verification.inputs),
        &verification.selections,
        verification.manifests.as_deref(),
        verification.old.as_ref(),
        arguments.of_each_shard(),
    )?;
    let Some(jobs) = jobs else {
        return verification.run_on_engines(known);
    };
    if arguments.dry_run {
        say(&jobs.manifests())?;
        return Ok(verification.nothing_to_run(Vec::new()));
    }
    let report = verification.run_jobs(&jobs);
    verification.conclude(report)
}

/// What a verification reads before it runs anything.
struct Verification<'v> {
    arguments: &'v VerifyArguments,
    interrupted: &'v AtomicBool,
    inputs: Inputs,
    /// The engines to run on; none where nothing is to be run.
    selections: Vec<EngineSelection>,
    /// The folder of the manifests, and the digest of its stand-in recipes.
    manifests: Option<PathBuf>,
    recipes: Option<String>,
    /// Where the results of a book are kept, and those of the runs before.
    kept_in: Option<PathBuf>,
    old: Option<Report>,
}

impl<'v> Verification<'v> {
    /// Reads the notes, warns of what is not run, and removes what killed runs left.
    fn of(
        arguments: &'v VerifyArguments,
        interrupted: &'v AtomicBool,
    ) -> Result<Self, CommandError> {
        let nowhere: CommandError = arguments.reports.iter().filter_map(nowhere).collect();
        if !nowhere.is_empty() {
            return Err(nowhere);
        }
        let inputs = inputs::read(&arguments.input)?;
        complain(&inputs.warnings);
        complain(&not_run(&inputs.notes, &inputs.exercises));
        let selections = arguments.engines.iter().map(|value| value.parse());
        let mut selections = all_values(selections).map_err(diagnosed)?;
        if inputs.exercises.is_empty() {
            selections.clear();
        }
        let manifests = crate::exercise::manifest_folder(
            arguments.input.exercises.as_deref(),
            inputs.book.as_deref(),
        );
        let kept_in = inputs.book.as_deref().map(results::results_path);
        let mut old = kept_in.as_deref().and_then(last_results);
        if let Some(old) = &mut old {
            results::rename(old, &inputs.names);
        }
        let swept = engine::sweep(engine::Sweep::default());
        for error in swept.err().unwrap_or_default() {
            complain(&[as_warning(error.diagnose())]);
        }
        Ok(Self {
            arguments,
            interrupted,
            selections,
            recipes: recipes_of(manifests.as_deref()),
            manifests,
            kept_in,
            old,
            inputs,
        })
    }

    /// Runs the shards as Jobs of a cluster.
    fn run_jobs(&self, jobs: &Jobs<'_>) -> Report {
        let engines = self.selections.len();
        let count = self.inputs.exercises.len() * engines;
        let live = self.arguments.live(count, engines > 1);
        let report = jobs.report(&live, self.interrupted);
        live.finish();
        report.unwrap_or_else(|error| {
            let exercises: Vec<_> = self.inputs.exercises.iter().collect();
            self.nothing_ran(&exercises, &[error.diagnose()])
        })
    }

    /// Runs on the engines what is to be run there.
    fn run_on_engines(self, known: Option<&Report>) -> Result<(Status, Report), CommandError> {
        let opened = self.open();
        let engines = opened.iter().flatten();
        let infos: Vec<_> = engines.map(|engine| engine.info()).collect();
        let selection = self.select(&infos, known);
        if known.is_some() && selection.jobs.is_empty() {
            return Ok((Status::Good, Report::new(infos, Vec::new())));
        }
        let typed = with_above(&selection.exercises);
        if self.arguments.dry_run {
            self.show(&typed, &opened)?;
            return Ok(self.nothing_to_run(infos));
        }
        let ran = all_values(opened).map_err(diagnosed).and_then(|engines| {
            let refusal = self.refusal(&engines, &typed)?;
            Ok(match refusal.is_empty() {
                true => Ok(self.run(&selection, &engines)),
                false => Err(refusal),
            })
        });
        let report = match ran {
            Ok(report) => report?,
            Err(errors) => self.nothing_ran(&selection.exercises, &errors),
        };
        let shards = selection.shards;
        self.conclude(Report { shards, ..report })
    }

    /// What a dry run ends with.
    fn nothing_to_run(&self, engines: Vec<EngineInfo>) -> (Status, Report) {
        (self.inputs.status, Report::new(engines, Vec::new()))
    }

    fn open(&self) -> Vec<OpenedEngine> {
        let cluster = self.arguments.cluster.as_ref();
        let cluster = cluster.or(self.inputs.cluster.as_ref());
        let open = |selection| {
            let engine = engine::open(selection, self.manifests.as_deref())?;
            Ok(engine::with_cluster(engine, cluster.cloned()))
        };
        self.selections.iter().map(open).collect()
    }

    /// What is to be run on engines of which these are known, and what is kept of earlier
    /// results. Nothing is printed of what is `known`.
    fn select(&self, engines: &[EngineInfo], known: Option<&Report>) -> Selection<'_> {
        let keep = match (known, self.arguments.changed) {
            (Some(_), _) => Keep::All,
            (None, true) => Keep::Held,
            (None, false) => Keep::Nothing,
        };
        let mut selection = selection::select(
            &self.inputs.exercises,
            engines,
            self.arguments.shard,
            known.or(self.old.as_ref()),
            (keep, self.recipes.as_deref()),
        );
        if known.is_some() {
            selection.kept.clear();
        }
        selection
    }

    /// Shows what would be `typed`.
    fn show(&self, typed: &[&Exercise], opened: &[OpenedEngine]) -> Result<(), CommandError> {
        let engines: Vec<_> = opened.iter().flatten().map(Box::as_ref).collect();
        let taken = taken_on(typed, &engines).unwrap_or_else(|errors| errors);
        complain(&taken.into_iter().map(as_warning).collect::<Vec<_>>());
        say(&dry_run::show(typed, &self.selections, opened))
    }

    /// Why nothing may be run on `engines`.
    ///
    /// # Errors
    /// Where one of them does not answer.
    fn refusal(
        &self,
        engines: &[Box<dyn Engine>],
        typed: &[&Exercise],
    ) -> Result<CommandError, Vec<Diagnostic>> {
        let borrowed: Vec<_> = engines.iter().map(Box::as_ref).collect();
        let mut refusal = missing_consent(typed, engines, self.arguments.yes);
        refusal.extend(taken_on(typed, &borrowed)?);
        Ok(refusal)
    }

    /// Runs what is selected, and tells the result of each exercise as it comes.
    fn run(&self, selection: &Selection<'_>, engines: &[Box<dyn Engine>]) -> Report {
        let (arguments, jobs) = (self.arguments, &selection.jobs);
        let workers = arguments.jobs.map_or_else(
            || std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
            usize::from,
        );
        let live = arguments.live(jobs.len(), engines.len() > 1);
        let options = RunOptions {
            keep: arguments.keep,
            fail_fast: arguments.fail_fast,
            interrupted: Some(self.interrupted),
            ..RunOptions::default()
        };
        selection.kept.iter().for_each(|kept| live.row(kept));
        let found = schedule(jobs, engines, workers, options, &live);
        let stopped = live.finish();
        if self.interrupted.load(Ordering::Relaxed) {
            complain(&[interrupted_run(&stopped, found.len(), jobs.len())]);
        } else if found.len() < jobs.len() {
            let left = counted(jobs.len() - found.len(), "exercise");
            complain(&[Diagnostic::warning(format!(
                "{left} did not begin, since one failed"
            ))]);
        }
        let infos = engines.iter().map(|engine| engine.info()).collect();
        let mut report = Report::new(infos, selection.in_order(found));
        for result in &mut report.exercises {
            result.labbook = result.labbook_now(self.recipes.as_deref());
        }
        report
    }

    /// Where an engine that was asked for cannot be had, nothing is run: every
    /// exercise gets the reason.
    fn nothing_ran(&self, exercises: &[&Exercise], errors: &[Diagnostic]) -> Report {
        complain(errors);
        let reasons: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
        let reason = Reason {
            kind: errors.iter().find_map(|error| error.kind),
            text: reasons.join("; "),
        };
        let mut results = Vec::new();
        for exercise in exercises {
            let engines = self.selections.iter().map(ToString::to_string);
            results.extend(engines.map(|engine| not_begun(exercise, &engine, reason.clone())));
        }
        Report::new(Vec::new(), results)
    }

    /// Writes the reports, keeps the results of a book beside the old ones, and tells how
    /// the run ended.
    fn conclude(self, report: Report) -> Result<(Status, Report), CommandError> {
        let mut written = write_reports(self.arguments, &report);
        if self.arguments.write_manifests {
            let yes = self.arguments.yes;
            let manifests = write_manifests::write(&report, &self.inputs, self.manifests, yes);
            written = written.and(manifests);
        }
        let mut status = status(&report, &self.arguments.deny).worse(self.inputs.status);
        if self.interrupted.load(Ordering::Relaxed) {
            status = Status::Interrupted;
        }
        // A run without an engine replaces no results.
        if let Some(path) = self.kept_in.filter(|_| !report.engines.is_empty()) {
            let parts = self.old.as_ref().map(|old| old.shards.clone());
            let mut all = results::merge(self.old, report.clone(), |id| {
                self.inputs.known.iter().any(|known| known == id)
            });
            // `unchanged` is said of one run only.
            for result in &mut all.exercises {
                result.unchanged = false;
                // A lab that was left is cleaned up before the results are read.
                result.remarks.retain(|remark| !is_about_a_lab_left(remark));
            }
            all.shards = results::parts_so_far(parts.unwrap_or_default(), &report.shards);
            results::save(&path, &all).map_err(|error| vec![error.diagnose()])?;
        }
        match status {
            Status::Interrupted => Ok((status, report)),
            _ => written.map(|()| (status, report)),
        }
    }
}

fn as_warning(diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..diagnostic
    }
}

/// The results of earlier runs; those that cannot be understood are as if they
/// were not there.
fn last_results(path: &Path) -> Option<Report> {
    match results::load(path) {
        Ok(old) => old,
        Err(error) => {
            complain(&[as_warning(error.diagnose())]);
            None
        }
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

fn missing_consent(
    exercises: &[&Exercise],
    engines: &[Box<dyn Engine>],
    yes: bool,
) -> CommandError {
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
            .kind(consent.why.kind)
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
fn taken_on(
    exercises: &[&Exercise],
    engines: &[&dyn Engine],
) -> Result<CommandError, Vec<Diagnostic>> {
    let taken = all_values(engines.iter().map(|engine| {
        let info = engine.info();
        let run = exercises
            .iter()
            .filter(|exercise| skip_reason(exercise, &info).is_none());
        let names: Result<Vec<_>, _> = run.map(|exercise| taken_names(exercise, *engine)).collect();
        names.map(|names| diagnosed(names.into_iter().flatten()))
    }));
    taken.map(|taken| taken.concat()).map_err(diagnosed)
}

/// A flag that is set when the user wants to stop.
pub(super) fn interruption() -> Arc<AtomicBool> {
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

/// What an interrupt left undone, and what became of the labs.
fn interrupted_run(stopped: &[ExerciseResult], done: usize, all: usize) -> Diagnostic {
    let ids: Vec<&str> = stopped.iter().map(|result| result.id.as_str()).collect();
    let mut message = format!(
        "interrupted: {done} of {} ran to the end",
        counted(all, "exercise")
    );
    if !ids.is_empty() {
        message += &format!("; stopped, with no result: {}", ids.join(", "));
    }
    // A lab that could not be closed, or that is kept, says so itself.
    let left: Vec<String> = stopped
        .iter()
        .flat_map(|result| &result.remarks)
        .filter(|remark| is_about_a_lab_left(remark))
        .cloned()
        .collect();
    let labs = match left.is_empty() {
        true => "the labs that stood were removed".to_owned(),
        false => left.join("; "),
    };
    Diagnostic::warning(message).help(labs)
}

fn write_reports(arguments: &VerifyArguments, report: &Report) -> Result<(), CommandError> {
    let mut refusal: CommandError = arguments
        .reports
        .iter()
        .filter_map(|destination| write_report(report, destination, &arguments.deny).err())
        .collect();
    let text = match arguments.format {
        // The rows were printed while the exercises ran.
        ReportFormat::Pretty if !report.engines.is_empty() => {
            report::end(report, columns(), arguments.detail())
        }
        // The reason why nothing ran was printed before.
        ReportFormat::Pretty => report::rows(report, columns()),
        format => rendered(report, format, columns(), &arguments.deny),
    };
    let printed = say(&text);
    refusal.extend(printed.err().unwrap_or_default());
    if refusal.is_empty() {
        Ok(())
    } else {
        Err(refusal)
    }
}

/// Why a report cannot be written, where that is known before anything runs.
fn nowhere(destination: &Destination) -> Option<Diagnostic> {
    let folder = destination.file.parent()?;
    let is_there = folder.as_os_str().is_empty() || folder.is_dir();
    let message = format!(
        "cannot write {}: there is no folder {}",
        destination.file.display(),
        folder.display()
    );
    (!is_there).then(|| Diagnostic::error(message).help("make the folder, or name another file"))
}

/// Writes `report` into a file, without colours.
fn write_report(
    report: &Report,
    destination: &Destination,
    deny: &[Deny],
) -> Result<(), Diagnostic> {
    let Destination { format, file } = destination;
    let text = rendered(report, *format, None, deny);
    std::fs::write(file, anstream::adapter::strip_str(&text).to_string()).map_err(|error| {
        Diagnostic::error(format!("cannot write {}: {error}", file.display()))
            .help("name a file in a folder that is there and can be written to")
    })
}

/// The whole report, for whoever reads it here.
pub(super) fn rendered(
    report: &Report,
    format: ReportFormat,
    columns: Option<usize>,
    deny: &[Deny],
) -> String {
    let reader = Audience {
        columns,
        folder: &folder_in_repository(),
        denies: &|exercise| deny.iter().any(|deny| deny.denies(exercise)),
    };
    report::render(report, format, reader)
}

/// Where this process is, from the root of its repository; empty where it is in none.
fn folder_in_repository() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let root = here.ancestors().find(|folder| folder.join(".git").exists());
    root.and_then(|root| here.strip_prefix(root).ok())
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// The first that holds: something failed, something could not be run or
/// nothing was judged, everything holds.
pub(super) fn status(report: &Report, deny: &[Deny]) -> Status {
    let totals = &report.totals;
    let denied = |exercise| deny.iter().any(|deny| deny.denies(exercise));
    let is_empty_shard = report.exercises.is_empty() && !report.shards.is_empty();
    if totals.failed > 0 || report.exercises.iter().any(denied) {
        Status::Failed
    } else if totals.error > 0 || (totals.passed + totals.drifted == 0 && !is_empty_shard) {
        Status::NotRun
    } else {
        Status::Good
    }
}
