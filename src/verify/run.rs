//! One exercise on one engine: a lab, a terminal, step by step, and the judge.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::diagnostic::Diagnose;
use crate::engine::{Engine, EngineError, Lab, LabRequest};
use crate::exercise::Exercise;
use crate::judge::varying::{Run as Recorded, RunStep, Stream};
use crate::judge::{self, Judge, Observation, Script, StepJudgement, StepVerdict};
use crate::lab::Surroundings;
use crate::results::{ExerciseResult, StepResult, Verdict};
use crate::session::{self, Action, Keys, Shell, Step};
use crate::terminal::{Dialogue, Printed, Terminal, TerminalError, Then};

use super::ailment::ailment;
use super::given::{could_concern, shown_file};
use super::plan::skip_reason;
use super::streams;
use super::twice::{Guide, Plan, run_again};

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
}

impl RunOptions<'_> {
    pub(super) fn interrupted(&self) -> bool {
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
    let start = Instant::now();
    let info = engine.info();
    let mut result = blank(exercise, &info.name);
    if let Some(obstacle) = &exercise.obstacle {
        let verdict = match obstacle.is_error {
            true => Verdict::Error,
            false => Verdict::Skipped,
        };
        return ExerciseResult {
            verdict,
            ..not_begun(exercise, &info.name, obstacle.reason.clone())
        };
    }
    if let Some(reason) = skip_reason(exercise, &info) {
        return ExerciseResult {
            verdict: Verdict::Skipped,
            ..not_begun(exercise, &info.name, reason)
        };
    }
    match engine.lab(&request(exercise)) {
        Ok(lab) => {
            let first = in_lab(exercise, lab, options, &mut result);
            // A lab that is kept stands as the only one.
            if let Some(first) = first.filter(|_| result.verdict == Verdict::Failed)
                && !options.keep
            {
                run_again(exercise, engine, options, first, &mut result);
            }
        }
        Err(_) if options.interrupted() => result.reason = Some(INTERRUPTED.to_owned()),
        Err(error) => result.reason = Some(said(&error)),
    }
    result.seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    result
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
        runs: Vec::new(),
        flaky: false,
    }
}

pub(super) fn request(exercise: &Exercise) -> LabRequest {
    LabRequest {
        exercise: exercise.id.clone(),
        images: exercise.images.clone(),
        programs: exercise.programs.clone(),
        user: exercise.user.clone(),
        folder: exercise.folder.clone(),
        shifted: false,
    }
}

pub(super) fn said(error: &dyn Diagnose) -> String {
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
        typed: Vec::new(),
    }
}

/// Gives how it ended, where the lab could be used.
fn in_lab(
    exercise: &Exercise,
    lab: Box<dyn Lab>,
    options: RunOptions<'_>,
    result: &mut ExerciseResult,
) -> Option<Ended> {
    let ended = Run::prepare(exercise, lab.as_ref(), options).map(|run| run.finish(None));
    result.remarks.extend(lab.remarks());
    result.stand_ins = lab.stand_ins();
    match &ended {
        Ok(ended) => ended.clone().tell(exercise, result),
        Err(_) if options.interrupted() => result.reason = Some(INTERRUPTED.to_owned()),
        Err(reason) => result.reason = Some(reason.clone()),
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
    ended.ok()
}

/// An exercise that is being run.
pub(super) struct Run<'a> {
    exercise: &'a Exercise,
    lab: &'a dyn Lab,
    options: RunOptions<'a>,
    surroundings: Surroundings,
    terminal: Terminal<'a>,
    /// The password that the notes set last, by a variable.
    password: Option<String>,
}

/// What came of running it.
#[derive(Clone)]
pub(super) struct Ended {
    surroundings: Surroundings,
    observed: Vec<Observed>,
    pub(super) judgements: Vec<StepJudgement>,
    /// What kept the steps after the observed ones from being run.
    stopped: Option<Stopped>,
}

/// What one step did.
#[derive(Clone)]
struct Observed {
    observation: Observation,
    /// When it was sent, in seconds since 1970.
    at: f64,
    /// The stream of each line, where that was asked.
    streams: Vec<Option<Stream>>,
    /// Whether an earlier run told what to send.
    guided: bool,
    asked: usize,
    given: bool,
}

impl Observed {
    fn record(&self) -> RunStep {
        RunStep {
            observation: self.observation.clone(),
            at: self.at,
            asked: self.asked,
            streams: self.streams.clone(),
        }
    }

    /// Takes what tells the streams apart from what was printed.
    fn tell_streams(&mut self) {
        let output = std::mem::take(&mut self.observation.output);
        (self.observation.output, self.streams) = streams::apart(output);
    }
}

#[derive(Clone)]
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
    pub(super) fn prepare(
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
            password: password_of(exercise),
        })
    }

    /// Types all steps; a further run is guided by an earlier one.
    pub(super) fn finish(mut self, plan: Option<&Plan<'_>>) -> Ended {
        let surroundings = self.surroundings.clone();
        let script = || script(self.exercise, &surroundings);
        let mut guide = plan.map(|plan| Guide::new(&script(), plan, &surroundings));
        let mut judge = Judge::new(script());
        let mut observed = Vec::new();
        let mut stopped = None;
        let mut printed: Option<Observed> = None;
        for (index, step) in self.exercise.steps.iter().enumerate() {
            let taken = match printed.take() {
                Some(printed) => Taken {
                    observed: Some(printed),
                    stopped: None,
                },
                None => self.take_step(index, step, &mut judge, guide.as_ref()),
            };
            if let Some(mut one) = taken.observed {
                printed = self.printed_step(index + 1, &mut one);
                judge.observe(
                    index,
                    match &mut guide {
                        Some(guide) => guide.take(index, &one.record()),
                        None => one.observation.clone(),
                    },
                );
                observed.push(one);
            }
            stopped = taken.stopped;
            if stopped.is_some() {
                break;
            }
        }
        Ended {
            observed,
            judgements: judge.finish(),
            stopped,
            surroundings,
        }
    }

    /// Types one step and waits for its end; what says that something is not ready
    /// is asked again.
    fn take_step(
        &mut self,
        index: usize,
        step: &'a Step,
        judge: &mut Judge<'_>,
        guide: Option<&Guide<'_>>,
    ) -> Taken {
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
            let at = now();
            let mut guided = false;
            let (sent, printed) = match &step.action {
                Action::Keys(keys) => (None, self.terminal.press(*keys, then, limit)),
                Action::Command(_) => match judge.command(index) {
                    Ok(command) => {
                        let command = match guide {
                            Some(guide) => {
                                let own = guide.command(&command);
                                guided = own != command;
                                guide.with_streams(index, own)
                            }
                            None => command,
                        };
                        let password = self.password.clone();
                        let dialogue = Dialogue {
                            password: password.as_deref(),
                            ..self.dialogue(index, step, then)
                        };
                        let printed = self.terminal.talk(&command, dialogue, then, limit);
                        (Some(command), printed)
                    }
                    Err(unbound) => return Taken::nothing(Stopped::Unbound(unbound.to_string())),
                },
            };
            let printed = match printed {
                Ok(printed) => printed,
                Err(error) => return unfinished(sent, error, asked, at),
            };
            let (level, first_exit) = (printed.level, printed.first_exit);
            let mut observed = Observed {
                observation: observation(sent, printed, then),
                at,
                streams: Vec::new(),
                guided,
                asked,
                given,
            };
            if guide.is_some_and(|guide| guide.tells_streams(index)) {
                observed.tell_streams();
            }
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
            let told = match guide {
                Some(guide) => guide.clone().take(index, &observed.record()),
                None => observed.observation.clone(),
            };
            let waits = judge.waits(index, &told, first_exit);
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

    /// What a program may be told that `step` starts.
    fn dialogue(&self, index: usize, step: &'a Step, then: Then) -> Dialogue<'a> {
        let is_left = matches!(then, Then::Running { .. });
        let next = self.exercise.steps.get(index + 1);
        let ends_in_eof = next.is_some_and(|next| next.keys() == Some(Keys::EndOfFile));
        Dialogue {
            shown: &step.expected,
            ends_in_eof: is_left && ends_in_eof,
            goes_on: step.next.is_some(),
            password: None,
        }
    }

    /// What `before` printed of the step at `index`, where it printed that very line,
    /// prompt and command: the step is output then and must not be typed. What stands
    /// above the line is left to `before`.
    fn printed_step(&self, index: usize, before: &mut Observed) -> Option<Observed> {
        let step = self.exercise.steps.get(index)?;
        step.command()?;
        let source = &self.exercise.source;
        let shown: Vec<&str> = (step.line..=step.last_typed_line())
            .map(|line| source.text()[source.line_range(line)].trim())
            .collect();
        let output = &mut before.observation.output;
        let at = output.windows(shown.len()).position(|lines| {
            let mut pairs = lines.iter().zip(&shown);
            pairs.all(|(line, shown)| line.trim() == *shown)
        })?;
        let rest = output.drain(at..).skip(shown.len()).collect();
        let streams = before.streams.iter().skip(at + shown.len()).cloned();
        let streams = streams.collect();
        before.streams.truncate(at);
        Some(Observed {
            observation: Observation {
                sent: None,
                output: rest,
                ..before.observation.clone()
            },
            streams,
            ..before.clone()
        })
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
                    let reads_to_end = next.keys() == Some(Keys::EndOfFile);
                    Then::Running {
                        lines: step
                            .expected
                            .iter()
                            .filter(|line| !line.elision)
                            // Where lines were typed, an empty one may have been too.
                            .filter(|line| reads_to_end || !line.text.is_empty())
                            .count(),
                    }
                }
                _ if step.command().is_some_and(session::opens_shell) => Then::NestedShell,
                _ => Then::Prompt,
            },
        }
    }
}

/// The password that a command of the notes sets by a variable
/// (`-e MYSQL_ROOT_PASSWORD=...`).
fn password_of(exercise: &Exercise) -> Option<String> {
    let commands = exercise.steps.iter().filter_map(Step::command);
    let words = commands.flat_map(crate::shell::words);
    let mut values = words.filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        name.ends_with("PASSWORD").then(|| value.to_owned())
    });
    values.next_back()
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
        typed: printed.typed,
    }
}

/// A step that could not be run to its end.
fn unfinished(sent: Option<String>, error: TerminalError, asked: usize, at: f64) -> Taken {
    let reason = said(&error);
    let output = error.output();
    let output = output[output.len().saturating_sub(LAST_LINES)..].to_vec();
    let observation = Observation {
        sent,
        output,
        ..Observation::default()
    };
    Taken {
        observed: Some(Observed {
            observation,
            at,
            streams: Vec::new(),
            guided: false,
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
    /// The first step, from 0, that was sent with a value that an earlier run told.
    pub(super) fn first_guided(&self) -> Option<usize> {
        self.observed.iter().position(|step| step.guided)
    }

    /// The run as it is recorded.
    pub(super) fn record(&self) -> Recorded {
        Recorded {
            surroundings: self.surroundings.clone(),
            steps: self.observed.iter().map(Observed::record).collect(),
            stopped: self.stopped.as_ref().map(|stopped| match stopped {
                Stopped::Error(reason) | Stopped::Failed(reason) | Stopped::Unbound(reason) => {
                    reason.clone()
                }
            }),
        }
    }

    /// Puts all into the result.
    pub(super) fn tell(self, exercise: &Exercise, result: &mut ExerciseResult) {
        result.surroundings = self.surroundings;
        let last = self.observed.len().checked_sub(1);
        let judged = self.judgements.len().min(self.observed.len());
        let mut verdicts: Vec<StepJudgement> = Vec::new();
        for (index, (observed, mut judgement)) in
            self.observed.into_iter().zip(self.judgements).enumerate()
        {
            match &self.stopped {
                Some(Stopped::Error(reason))
                    if Some(index) == last
                        && index + 1 == judged
                        && observed.observation.prompt.is_none() =>
                {
                    judgement.verdict = StepVerdict::Error;
                    judgement.reason = Some(reason.clone());
                }
                Some(Stopped::Failed(reason)) if Some(index) == last => {
                    judgement.verdict = StepVerdict::Failed;
                    judgement.reason = Some(reason.clone());
                }
                _ if observed.given && judgement.verdict == StepVerdict::Passed => {
                    judgement.verdict = StepVerdict::Given
                }
                _ => {}
            }
            result
                .steps
                .push(step_result(&exercise.steps[index], observed, &judgement));
            verdicts.push(judgement);
        }
        for step in &exercise.steps[result.steps.len()..] {
            result.steps.push(not_run(step, StepVerdict::Skipped));
        }
        if let (Some(Stopped::Unbound(reason)), Some(next)) =
            (&self.stopped, result.steps.get_mut(verdicts.len()))
        {
            next.verdict = StepVerdict::Error;
            next.reason = Some(reason.clone());
        }
        for line in result.steps.iter().flat_map(|step| &step.lines) {
            *result.counts.entry(line.how).or_default() += 1;
        }
        let (verdict, reason) = verdict(&verdicts, self.stopped);
        let lacking = lacking_in_stand_in(result).filter(|_| verdict == Verdict::Failed);
        result.verdict = if lacking.is_some() {
            Verdict::Error
        } else {
            verdict
        };
        result.reason = lacking.or(reason);
    }
}

/// The program that a stand-in lacks, where that is what the first failed step
/// came to grief over: the notes may be right about the real image.
fn lacking_in_stand_in(result: &ExerciseResult) -> Option<String> {
    /// The exit status of a shell, and of `docker run`, for a program that is not
    /// there (POSIX, 2.8.2; docker/cli, "Exit status" of `docker run`).
    const NOT_FOUND: i32 = 127;
    let failed = result
        .steps
        .iter()
        .find(|step| step.verdict == StepVerdict::Failed)?;
    let in_image = failed.shell == Shell::Container
        || failed
            .sent
            .as_deref()
            .is_some_and(|sent| sent.contains("docker "));
    let names: Vec<&str> = result
        .stand_ins
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
        typed: observed.observation.typed,
        ..not_run(step, judgement.verdict)
    }
}

/// The script that an exercise is judged by.
pub(super) fn script<'s>(exercise: &'s Exercise, surroundings: &'s Surroundings) -> Script<'s> {
    Script {
        steps: &exercise.steps,
        setup: &exercise.setup,
        files: exercise.file_texts(),
        surroundings,
    }
}

/// The seconds since 1970.
fn now() -> f64 {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    passed.map_or(0.0, |passed| passed.as_secs_f64())
}

/// The exercise's verdict: that of its steps, where they were all run.
fn verdict(judgements: &[StepJudgement], stopped: Option<Stopped>) -> (Verdict, Option<String>) {
    let of_steps = match judge::whole(judgements.iter().map(|judgement| judgement.verdict)) {
        StepVerdict::Failed => Verdict::Failed,
        StepVerdict::Error => Verdict::Error,
        StepVerdict::Skipped => Verdict::Skipped,
        StepVerdict::Drifted => Verdict::Drifted,
        StepVerdict::Passed => Verdict::Passed,
        StepVerdict::Unchecked | StepVerdict::Given => Verdict::Unchecked,
    };
    match stopped {
        Some(Stopped::Failed(reason) | Stopped::Unbound(reason)) => (Verdict::Failed, Some(reason)),
        _ if of_steps == Verdict::Failed => (Verdict::Failed, None),
        Some(Stopped::Error(reason)) => (Verdict::Error, Some(reason)),
        None if of_steps == Verdict::Unchecked => (
            Verdict::Unchecked,
            Some("it ran, and no line of the notes had to match".to_owned()),
        ),
        None => (of_steps, None),
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
