//! One exercise on one engine: a lab, a terminal, step by step, and the judge.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::diagnostic::Diagnose;
use crate::engine::{Engine, EngineError, Lab, LabRequest};
use crate::exercise::{Exercise, GivenFile};
use crate::judge::{self, Judge, Observation, Script, StepJudgement, StepVerdict};
use crate::lab::{EngineInfo, Surroundings};
use crate::results::{ExerciseResult, StepResult, Verdict};
use crate::session::{self, Action, Shell, Step};
use crate::terminal::{Printed, Terminal, TerminalError, Then};

use super::ailment::ailment;
use super::given::{could_concern, shown_file};
use super::plan::skip_reason;
use super::shell_state;

/// How long to wait before something that was not ready is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How many lines are kept of a step that did not end: it may have printed
/// without an end.
const LAST_LINES: usize = 1000;

/// Why an exercise was not run to its end when the user wanted to stop.
const INTERRUPTED: &str = "interrupted";

/// How exercises are run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions<'a> {
    /// Leave the lab standing, and say how to enter it.
    pub keep: bool,
    /// Set when the user wants to stop.
    pub interrupted: Option<&'a AtomicBool>,
    /// The portions that are run one after the other; none where all is one.
    pub(crate) portions: &'a [Portion],
}

/// Steps that are run together: a stuck one costs the rest of its portion.
#[derive(Debug, Clone)]
pub(crate) struct Portion {
    /// Which steps.
    pub steps: Range<usize>,
    /// Whether they are run.
    pub is_run: bool,
    /// Files that are written again where it begins.
    pub files: Vec<GivenFile>,
}

impl RunOptions<'_> {
    fn interrupted(&self) -> bool {
        self.interrupted
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// Runs `exercise` on `engine`; whatever keeps it from being run is the
/// result's reason, and the lab is gone when this returns.
pub fn run_exercise(
    exercise: &Exercise,
    engine: &dyn Engine,
    options: RunOptions<'_>,
) -> ExerciseResult {
    let info = engine.info();
    if let Some((verdict, reason)) = hindrance(exercise, &info) {
        return ExerciseResult {
            verdict,
            ..not_begun(exercise, &info.name, reason)
        };
    }
    run_on(exercise, engine.lab(&request(exercise)), &info, options)
}

/// Runs `exercise` in the lab that was asked for, if it could be had.
pub(super) fn run_on(
    exercise: &Exercise,
    lab: Result<Box<dyn Lab>, EngineError>,
    info: &EngineInfo,
    options: RunOptions<'_>,
) -> ExerciseResult {
    let start = Instant::now();
    let mut result = blank(exercise, &info.name);
    match lab {
        Ok(lab) => in_lab(exercise, lab, options, &mut result),
        Err(_) if options.interrupted() => result.reason = Some(INTERRUPTED.to_owned()),
        Err(error) => result.reason = Some(said(&error)),
    }
    result.seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    result
}

/// Why `exercise` is not run on the engine, where that is known before.
pub(super) fn hindrance(exercise: &Exercise, info: &EngineInfo) -> Option<(Verdict, String)> {
    let obstacle = exercise.obstacle.as_ref().map(|obstacle| {
        let verdict = match obstacle.is_error {
            true => Verdict::Error,
            false => Verdict::Skipped,
        };
        (verdict, obstacle.reason.clone())
    });
    obstacle.or_else(|| Some((Verdict::Skipped, skip_reason(exercise, info)?)))
}

/// The result of an exercise that has not been run yet.
fn blank(exercise: &Exercise, engine: &str) -> ExerciseResult {
    ExerciseResult {
        id: exercise.id.clone(),
        title: exercise.title.clone(),
        file: exercise.source.path().display().to_string(),
        line: exercise.line,
        engine: engine.to_owned(),
        verdict: Verdict::Error,
        reason: None,
        seconds: 0.0,
        remarks: exercise
            .setup
            .iter()
            .map(|command| format!("set-up: {command}"))
            .collect(),
        stand_ins: Vec::new(),
        counts: Default::default(),
        hash: exercise.hash(),
        time: jiff::Timestamp::now()
            .round(jiff::Unit::Second)
            .unwrap_or_default()
            .to_string(),
        steps: Vec::new(),
        surroundings: Surroundings::default(),
        shares_lab: exercise.part.is_some(),
        above: Vec::new(),
    }
}

pub(super) fn request(exercise: &Exercise) -> LabRequest {
    LabRequest {
        exercise: exercise.id.clone(),
        images: exercise.images.clone(),
        programs: exercise.programs.clone(),
        user: exercise.user.clone(),
        folder: exercise.folder.clone(),
    }
}

fn said(error: &dyn Diagnose) -> String {
    error.diagnose().message
}

/// A step that was not run.
fn not_run(step: &Step, verdict: StepVerdict) -> StepResult {
    StepResult {
        line: step.line,
        shell: step.shell,
        command: step.command().map(str::to_owned),
        keys: step.keys().map(|keys| keys.name().to_owned()),
        sent: None,
        exit: None,
        verdict,
        reason: None,
        asked: 1,
        lines: Vec::new(),
        output: Vec::new(),
        prompt: None,
    }
}

fn in_lab(
    exercise: &Exercise,
    lab: Box<dyn Lab>,
    options: RunOptions<'_>,
    result: &mut ExerciseResult,
) {
    let ended = Run::prepare(exercise, lab.as_ref(), options).map(|run| {
        result.surroundings = run.surroundings.clone();
        run.finish()
    });
    result.remarks.extend(lab.remarks());
    result.stand_ins = lab.stand_ins();
    match ended {
        Ok(ended) => ended.tell(exercise, result),
        Err(_) if options.interrupted() => result.reason = Some(INTERRUPTED.to_owned()),
        Err(reason) => result.reason = Some(reason),
    }
    if result.verdict == Verdict::Failed
        && let Some(reason) = ailment(exercise, lab.as_ref(), &result.steps)
    {
        result.verdict = Verdict::Error;
        result.reason = Some(reason);
    }
    if options.keep {
        result
            .remarks
            .push(format!("left standing; enter it with: {}", lab.keep()));
    } else if let Err(error) = lab.close() {
        result
            .remarks
            .push(format!("not cleaned up: {}", said(&error)));
    }
}

/// An exercise that is being run.
struct Run<'a> {
    exercise: &'a Exercise,
    lab: &'a dyn Lab,
    options: RunOptions<'a>,
    surroundings: Surroundings,
    terminal: Terminal<'a>,
}

/// What came of running it.
struct Ended {
    /// What each step did, as far as steps were taken; none of one that was not run.
    observed: Vec<Option<Observed>>,
    judgements: Vec<StepJudgement>,
    /// The steps, by number, at which it could not go on in their portion, and why.
    stops: Vec<(usize, Stopped)>,
}

/// What one step did.
struct Observed {
    observation: Observation,
    asked: usize,
    given: bool,
}

enum Stopped {
    /// It could not be run.
    Error(String),
    /// What the notes show next cannot be typed anywhere any more.
    Failed(String),
    /// The next command holds a value that nothing of this run stands for.
    Unbound(String),
}

impl<'a> Run<'a> {
    /// The lab is as the notes begin: files written, set-up done, a prompt there.
    fn prepare(
        exercise: &'a Exercise,
        lab: &'a dyn Lab,
        options: RunOptions<'a>,
    ) -> Result<Self, String> {
        let engine = |error: EngineError| said(&error);
        for file in &exercise.files {
            lab.write(&file.path, &file.contents).map_err(engine)?;
        }
        let surroundings = lab.surroundings().map_err(engine)?;
        for command in &exercise.setup {
            if options.interrupted() {
                return Err(INTERRUPTED.to_owned());
            }
            let limit = Duration::from_secs(exercise.limits.build);
            let output = lab.shell(command, limit).map_err(engine)?;
            if output.status != Some(0) {
                let complaint = output
                    .stderr
                    .lines()
                    .chain(output.stdout.lines())
                    .last()
                    .unwrap_or_default()
                    .to_owned();
                return Err(format!(
                    "the set-up command `{command}` failed: {complaint}"
                ));
            }
        }
        let terminal =
            Terminal::open(&lab.doorway(), options.interrupted).map_err(|error| said(&error))?;
        Ok(Self {
            exercise,
            lab,
            options,
            surroundings,
            terminal,
        })
    }

    fn finish(mut self) -> Ended {
        let surroundings = self.surroundings.clone();
        let mut judge = Judge::new(Script {
            steps: &self.exercise.steps,
            setup: &self.exercise.setup,
            files: self.exercise.file_texts(),
            surroundings: &surroundings,
        });
        let all = [Portion {
            steps: 0..self.exercise.steps.len(),
            is_run: true,
            files: Vec::new(),
        }];
        let portions = match self.options.portions {
            [] => &all,
            portions => portions,
        };
        let mut observed: Vec<Option<Observed>> = Vec::new();
        let mut stops = Vec::new();
        // Where the shell is that prompts, if one does.
        let mut level = Some(0);
        for portion in portions {
            let mut stopped = match portion.is_run {
                true => self.begin(portion, level, &observed).err(),
                false => None,
            };
            for index in portion.steps.clone() {
                if !portion.is_run || stopped.is_some() {
                    break;
                }
                let step = &self.exercise.steps[index];
                let taken = self.take_step(index, step, &mut judge);
                if let Some(one) = &taken.observed {
                    judge.observe(index, one.observation.clone());
                    level = Some(step.next.as_ref().map_or(step.level, |(_, level)| *level));
                }
                stopped = taken.stopped;
                if let Some(stopped) = stopped.take() {
                    level = None;
                    stops.push((index, stopped));
                    observed.push(taken.observed);
                    break;
                }
                observed.push(taken.observed);
            }
            if let Some(stopped) = stopped {
                stops.push((portion.steps.start, stopped));
            }
            observed.resize_with(portion.steps.end, || None);
            if self.options.interrupted() {
                break;
            }
        }
        Ended {
            observed,
            judgements: judge.finish(),
            stops,
        }
    }

    /// A shell prompts for the first step of `portion`, and its files are there: where
    /// the shell above is stuck or elsewhere, it is ended and another one opened.
    fn begin(
        &mut self,
        portion: &Portion,
        level: Option<usize>,
        observed: &[Option<Observed>],
    ) -> Result<(), Stopped> {
        let stop = |error: &dyn Diagnose| Stopped::Error(said(error));
        for file in &portion.files {
            let written = self.lab.write(&file.path, &file.contents);
            written.map_err(|error| stop(&error))?;
        }
        let first = self.exercise.steps.get(portion.steps.start);
        let Some(first) = first.filter(|first| level != Some(first.level)) else {
            return Ok(());
        };
        if first.level > 0 {
            let reason = "the shell that it goes on in was not opened, or is stuck";
            return Err(Stopped::Error(reason.to_owned()));
        }
        let typed = observed
            .iter()
            .zip(&self.exercise.steps)
            .filter_map(|(seen, step)| {
                let sent = seen.as_ref()?.observation.sent.as_deref();
                sent.filter(|_| step.level == 0)
            });
        let set = shell_state::set_by(typed).map_err(|command| {
            Stopped::Error(format!(
                "the shell above is stuck, and `{command}` had changed it for what follows"
            ))
        })?;
        self.terminal = Terminal::open(&self.lab.doorway(), self.options.interrupted)
            .map_err(|error| stop(&error))?;
        for command in set {
            let limit = Duration::from_secs(self.exercise.limits.step);
            let done = self.terminal.run(command, Then::Prompt, limit);
            done.map_err(|error| stop(&error))?;
        }
        Ok(())
    }

    /// Types one step and waits for its end; what says that something is not ready
    /// is asked again.
    fn take_step(&mut self, index: usize, step: &Step, judge: &mut Judge<'_>) -> Taken {
        let given = match self.give_file(index, step, judge) {
            Ok(given) => given,
            Err(reason) => return Taken::nothing(Stopped::Error(reason)),
        };
        let limit = self.exercise.limit(step);
        let then = self.then(index, step);
        let start = Instant::now();
        for asked in 1.. {
            if self.options.interrupted() {
                return Taken::nothing(Stopped::Error(INTERRUPTED.to_owned()));
            }
            let (sent, printed) = match &step.action {
                Action::Keys(keys) => (None, self.terminal.press(*keys, then, limit)),
                Action::Command(_) => match judge.command(index) {
                    Ok(command) => (
                        Some(command.clone()),
                        self.terminal.run(&command, then, limit),
                    ),
                    Err(unbound) => return Taken::nothing(Stopped::Unbound(unbound.to_string())),
                },
            };
            let printed = match printed {
                Ok(printed) => printed,
                Err(error) => return unfinished(sent, error, asked),
            };
            let (level, first_exit) = (printed.level, printed.first_exit);
            let observed = Observed {
                observation: observation(sent, printed, then),
                asked,
                given,
            };
            if let Some((_, wanted)) = step.next.as_ref().filter(|(_, wanted)| *wanted != level) {
                let reason = other_shell(step, *wanted, level);
                let output = observed.observation.output.iter().map(String::as_str);
                let stopped = Some(Stopped::Failed(match judge::likely_cause(output) {
                    Some(cause) => format!("{reason}; likely cause: {cause}"),
                    None => reason.to_owned(),
                }));
                return Taken {
                    observed: Some(observed),
                    stopped,
                };
            }
            let waits = judge.waits(index, &observed.observation, first_exit);
            let again = waits.is_some_and(|longest| start.elapsed() < longest.min(limit));
            if !again {
                return Taken {
                    observed: Some(observed),
                    stopped: None,
                };
            }
            std::thread::sleep(ASK_AGAIN_AFTER);
        }
        Taken::nothing(Stopped::Error("asked too often".into()))
    }

    /// Writes the file that `step` shows, where the notes never made it. A path
    /// that holds a value of this run is one that the engine made.
    fn give_file(&self, index: usize, step: &Step, judge: &mut Judge<'_>) -> Result<bool, String> {
        let Some((path, text)) = shown_file(step) else {
            return Ok(false);
        };
        let earlier = &self.exercise.steps[..index];
        let typed = self
            .exercise
            .setup
            .iter()
            .map(String::as_str)
            .chain(earlier.iter().filter_map(Step::command));
        if could_concern(&path, typed) {
            return Ok(false);
        }
        // After a `cd` the path is of another folder.
        let moved = earlier
            .iter()
            .any(|step| step.on_host() && changes_folder(step));
        if moved {
            return Ok(false);
        }
        let as_written = judge
            .command(index)
            .is_ok_and(|sent| step.command() == Some(sent.as_str()));
        if !as_written || self.lab.has(&path).map_err(|error| said(&error))? {
            return Ok(false);
        }
        self.lab.write(&path, &text).map_err(|error| said(&error))?;
        Ok(true)
    }

    /// What the notes show next.
    fn then(&self, index: usize, step: &Step) -> Then {
        match &step.next {
            Some((_, level)) if *level > step.level => Then::NestedShell,
            Some(_) => Then::Prompt,
            None => match self.exercise.steps.get(index + 1) {
                // Keys on a line of their own without a prompt before them were pressed
                // while it ran; those that only the prompt of an outer shell tells of,
                // after it.
                Some(next)
                    if next.keys().is_some()
                        && next.prompt == step.prompt
                        && next.line > step.line =>
                {
                    Then::Running {
                        lines: step
                            .expected
                            .iter()
                            .filter(|line| !line.elision && !line.text.is_empty())
                            .count(),
                    }
                }
                _ if step.command().is_some_and(session::opens_shell) => Then::NestedShell,
                _ => Then::Prompt,
            },
        }
    }
}

fn changes_folder(step: &Step) -> bool {
    let words = crate::shell::words(step.command().unwrap_or_default());
    words
        .iter()
        .any(|word| matches!(word.as_str(), "cd" | "pushd" | "popd"))
}

/// What came of taking a step.
struct Taken {
    observed: Option<Observed>,
    stopped: Option<Stopped>,
}

impl Taken {
    fn nothing(stopped: Stopped) -> Self {
        Self {
            observed: None,
            stopped: Some(stopped),
        }
    }
}

fn observation(sent: Option<String>, printed: Printed, then: Then) -> Observation {
    let goes_on = matches!(then, Then::Running { .. }) && printed.prompt.is_empty();
    Observation {
        sent,
        output: printed.output,
        exit: printed.exit,
        prompt: (!goes_on).then_some(printed.prompt),
    }
}

/// A step that could not be run to its end.
fn unfinished(sent: Option<String>, error: TerminalError, asked: usize) -> Taken {
    let reason = said(&error);
    let output = error.output();
    let output = output[output.len().saturating_sub(LAST_LINES)..].to_vec();
    let observation = Observation {
        sent,
        output,
        exit: None,
        prompt: None,
    };
    Taken {
        observed: Some(Observed {
            observation,
            asked,
            given: false,
        }),
        stopped: Some(Stopped::Error(reason)),
    }
}

fn other_shell(step: &Step, wanted: usize, level: usize) -> &'static str {
    if wanted > step.level && level <= step.level {
        "the shell that the notes show next did not come up"
    } else if wanted < step.level && level >= step.level {
        "the notes show an outer shell next, but the inner one goes on"
    } else {
        "the inner shell has ended, but the notes go on in it"
    }
}

impl Ended {
    /// Puts all into the result.
    fn tell(mut self, exercise: &Exercise, result: &mut ExerciseResult) {
        self.observed.resize_with(exercise.steps.len(), || None);
        let steps = exercise.steps.iter().enumerate();
        for ((index, step), (observed, judgement)) in
            steps.zip(self.observed.into_iter().zip(self.judgements))
        {
            let stop = self.stops.iter().find(|(at, _)| *at == index);
            let stop = stop.map(|(_, stopped)| stopped);
            result.steps.push(told(step, observed, judgement, stop));
        }
        count_lines(result);
        (result.verdict, result.reason) = verdict(&result.steps);
        if result.verdict == Verdict::Failed
            && let Some(lacking) = lacking_in_stand_in(&result.steps, &result.stand_ins)
        {
            result.verdict = Verdict::Error;
            result.reason = Some(lacking);
        }
    }
}

/// A step as results have it; `stop` is why it was the last one of its portion.
fn told(
    step: &Step,
    observed: Option<Observed>,
    mut judgement: StepJudgement,
    stop: Option<&Stopped>,
) -> StepResult {
    let Some(observed) = observed else {
        let (verdict, reason) = match stop {
            None => (StepVerdict::Skipped, None),
            Some(Stopped::Error(reason)) => (StepVerdict::Error, Some(reason)),
            Some(Stopped::Failed(reason) | Stopped::Unbound(reason)) => {
                (StepVerdict::Failed, Some(reason))
            }
        };
        return StepResult {
            reason: reason.cloned(),
            ..not_run(step, verdict)
        };
    };
    match stop {
        Some(Stopped::Error(reason)) if observed.observation.prompt.is_none() => {
            judgement.verdict = StepVerdict::Error;
            judgement.reason = Some(reason.clone());
        }
        Some(Stopped::Failed(reason)) => {
            judgement.verdict = StepVerdict::Failed;
            judgement.reason = Some(reason.clone());
        }
        _ if observed.given && judgement.verdict == StepVerdict::Passed => {
            judgement.verdict = StepVerdict::Given;
        }
        _ => {}
    }
    step_result(step, observed, &judgement)
}

/// Counts the lines of a result by how they were judged.
pub(super) fn count_lines(result: &mut ExerciseResult) {
    result.counts.clear();
    for line in result.steps.iter().flat_map(|step| &step.lines) {
        *result.counts.entry(line.how).or_default() += 1;
    }
}

/// The program that a stand-in lacks, where that is what the first failed step
/// came to grief over: the notes may be right about the real image.
pub(super) fn lacking_in_stand_in(steps: &[StepResult], stand_ins: &[String]) -> Option<String> {
    /// The exit status of a shell, and of `docker run`, for a program that is not
    /// there (POSIX, 2.8.2; docker/cli, "Exit status" of `docker run`).
    const NOT_FOUND: i32 = 127;
    let failed = steps
        .iter()
        .find(|step| step.verdict == StepVerdict::Failed)?;
    let in_image = failed.shell == Shell::Container
        || failed
            .sent
            .as_deref()
            .is_some_and(|sent| sent.contains("docker "));
    let names: Vec<&str> = stand_ins
        .iter()
        .filter_map(|made| made.split(": ").next())
        .collect();
    let said = failed
        .output
        .iter()
        .rev()
        .find(|line| line.contains("not found"))?;
    (in_image && failed.exit == Some(NOT_FOUND) && !names.is_empty()).then(|| {
        format!(
            "a stand-in ({}) lacks a program of the real image: {}",
            names.join(", "),
            said.trim()
        )
    })
}

fn step_result(step: &Step, observed: Observed, judgement: &StepJudgement) -> StepResult {
    StepResult {
        sent: observed.observation.sent,
        exit: observed.observation.exit,
        reason: judgement.reason.clone(),
        asked: observed.asked,
        lines: judgement.lines.clone(),
        output: observed.observation.output,
        prompt: observed.observation.prompt,
        ..not_run(step, judgement.verdict)
    }
}

/// The verdict of steps that were run together, and why, where it is not only theirs.
pub(super) fn verdict(steps: &[StepResult]) -> (Verdict, Option<String>) {
    let reason_of = |verdict| steps.iter().find(|step| step.verdict == verdict);
    let reason_of = |verdict| reason_of(verdict).and_then(|step: &StepResult| step.reason.clone());
    match judge::whole(steps.iter().map(|step| step.verdict)) {
        StepVerdict::Failed => {
            let skipped = steps
                .iter()
                .rposition(|step| step.verdict != StepVerdict::Skipped);
            let last = skipped.map(|last| &steps[last]).filter(|last| {
                let was_sent = last.sent.is_some() || last.command.is_none();
                skipped.is_some_and(|at| at + 1 < steps.len()) || !was_sent
            });
            let last = last.filter(|last| last.verdict == StepVerdict::Failed);
            (Verdict::Failed, last.and_then(|last| last.reason.clone()))
        }
        StepVerdict::Error => (Verdict::Error, reason_of(StepVerdict::Error)),
        StepVerdict::Skipped => (Verdict::Skipped, None),
        StepVerdict::Drifted => (Verdict::Drifted, None),
        StepVerdict::Passed => (Verdict::Passed, None),
        StepVerdict::Unchecked | StepVerdict::Given => (
            Verdict::Unchecked,
            Some("it ran, and no line of the notes had to match".to_owned()),
        ),
    }
}

/// The result of an exercise that could not be begun on the engine `engine`.
pub fn not_begun(exercise: &Exercise, engine: &str, reason: String) -> ExerciseResult {
    ExerciseResult {
        reason: Some(reason),
        steps: exercise
            .steps
            .iter()
            .map(|step| not_run(step, StepVerdict::Skipped))
            .collect(),
        ..blank(exercise, engine)
    }
}
