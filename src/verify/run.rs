//! One exercise on one engine: a lab, a terminal, step by step, and the judge.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::diagnostic::Diagnose;
use crate::engine::{Engine, EngineError, Lab, LabRequest, Surroundings};
use crate::exercise::Exercise;
use crate::judge::{self, Judge, Observation, Script, StepJudgement, StepVerdict};
use crate::results::{ExerciseResult, StepResult, Verdict};
use crate::session::{Action, Keys, Shell, Step};
use crate::terminal::{Printed, Terminal, TerminalError, Then};

use super::given::shown_file;
use super::plan::skip_reason;

/// How long a pure query is asked again until it matches.
const ASK_AGAIN_FOR: Duration = Duration::from_secs(5);

/// How exercises are run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions<'a> {
    /// Leave the lab standing, and say how to enter it.
    pub keep: bool,
    /// Set when the user wants to stop.
    pub interrupted: Option<&'a AtomicBool>,
}

impl RunOptions<'_> {
    fn interrupted(&self) -> bool {
        self.interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// Runs `exercise` on `engine`; whatever keeps it from being run is the
/// result's reason, and the lab is gone when this returns.
pub fn run_exercise(exercise: &Exercise, engine: &dyn Engine, options: RunOptions<'_>) -> ExerciseResult {
    let start = Instant::now();
    let info = engine.info();
    let mut result = ExerciseResult {
        id: exercise.id.clone(),
        title: exercise.title.clone(),
        file: exercise.source.path().display().to_string(),
        line: exercise.line,
        engine: info.name.clone(),
        verdict: Verdict::Error,
        reason: None,
        seconds: 0.0,
        remarks: exercise.setup.iter().map(|command| format!("set-up: {command}")).collect(),
        stand_ins: Vec::new(),
        counts: Default::default(),
        hash: exercise.hash(),
        time: jiff::Timestamp::now().round(jiff::Unit::Second).unwrap_or_default().to_string(),
        steps: Vec::new(),
        surroundings: Surroundings::default(),
    };
    if let Some(reason) = skip_reason(exercise, &info) {
        result.verdict = Verdict::Skipped;
        result.steps = exercise.steps.iter().map(|step| not_run(step, StepVerdict::Skipped)).collect();
        result.reason = Some(reason);
        return result;
    }
    match engine.lab(&request(exercise)) {
        Ok(lab) => in_lab(exercise, lab, options, &mut result),
        Err(error) => result.reason = Some(said(&error)),
    }
    result.seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    result
}

fn request(exercise: &Exercise) -> LabRequest {
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

fn in_lab(exercise: &Exercise, lab: Box<dyn Lab>, options: RunOptions<'_>, result: &mut ExerciseResult) {
    let ended = Run::prepare(exercise, lab.as_ref(), options).map(|run| {
        result.surroundings = run.surroundings.clone();
        run.to_the_end()
    });
    result.remarks.extend(lab.remarks());
    result.stand_ins = lab.stand_ins();
    match ended {
        Ok(ended) => ended.tell(exercise, result),
        Err(reason) => result.reason = Some(reason),
    }
    if options.keep {
        result.remarks.push(format!("left standing; enter it with: {}", lab.keep()));
    } else if let Err(error) = lab.close() {
        result.remarks.push(format!("not cleaned up: {}", said(&error)));
    }
}

/// An exercise that is being run.
struct Run<'a> {
    exercise: &'a Exercise,
    lab: &'a dyn Lab,
    options: RunOptions<'a>,
    surroundings: Surroundings,
    terminal: Terminal,
}

/// What came of running it.
struct Ended {
    observed: Vec<Observed>,
    judgements: Vec<StepJudgement>,
    /// What kept the steps after the observed ones from being run.
    stopped: Option<Stopped>,
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
}

impl<'a> Run<'a> {
    /// The lab is as the notes begin: files written, set-up done, a prompt there.
    fn prepare(exercise: &'a Exercise, lab: &'a dyn Lab, options: RunOptions<'a>) -> Result<Self, String> {
        let engine = |error: EngineError| said(&error);
        for file in &exercise.files {
            lab.write(&file.path, &file.contents).map_err(engine)?;
        }
        let surroundings = lab.surroundings().map_err(engine)?;
        for command in &exercise.setup {
            let limit = Duration::from_secs(exercise.limits.build);
            let output = lab.shell(command, limit).map_err(engine)?;
            if output.status != Some(0) {
                let complaint = output.stderr.lines().chain(output.stdout.lines()).last().unwrap_or_default().to_owned();
                return Err(format!("the set-up command `{command}` failed: {complaint}"));
            }
        }
        let terminal = Terminal::open(&lab.doorway()).map_err(|error| said(&error))?;
        Ok(Self { exercise, lab, options, surroundings, terminal })
    }

    fn to_the_end(mut self) -> Ended {
        let surroundings = self.surroundings.clone();
        let mut judge = Judge::new(Script {
            steps: &self.exercise.steps,
            setup: &self.exercise.setup,
            surroundings: &surroundings,
        });
        let mut observed = Vec::new();
        let mut stopped = None;
        for (index, step) in self.exercise.steps.iter().enumerate() {
            match self.step(index, step, &mut judge) {
                Ok(one) => {
                    judge.observe(index, one.observation.clone());
                    observed.push(one);
                }
                Err((one, reason)) => {
                    if let Some(one) = one {
                        judge.observe(index, one.observation.clone());
                        observed.push(one);
                    }
                    stopped = Some(reason);
                    break;
                }
            }
        }
        Ended { observed, judgements: judge.finish(), stopped }
    }

    /// Types one step and waits for its end.
    fn step(
        &mut self,
        index: usize,
        step: &Step,
        judge: &mut Judge<'_>,
    ) -> Result<Observed, (Option<Observed>, Stopped)> {
        if self.options.interrupted() {
            return Err((None, Stopped::Error("interrupted".into())));
        }
        let given = self.give_file(step).map_err(|reason| (None, Stopped::Error(reason)))?;
        let limit = self.exercise.limit(step);
        let then = self.then(index, step);
        let start = Instant::now();
        let mut asked = 0;
        loop {
            asked += 1;
            let (sent, printed) = match &step.action {
                Action::Keys(keys) => (None, self.terminal.press(*keys, &then, limit)),
                Action::Command(_) => {
                    let command = judge
                        .command(index)
                        .map_err(|unbound| (None, Stopped::Failed(unbound.to_string())))?;
                    let printed = self.type_command(&command, index, judge, &then, limit);
                    (Some(command), printed)
                }
            };
            let printed = printed.map_err(|error| self.stop(step, sent.clone(), error, asked))?;
            let level = printed.level;
            let observed = Observed { observation: observation(sent, printed), asked, given };
            let wanted = step.next.as_ref().map(|(_, level)| *level);
            if let Some(wanted) = wanted.filter(|wanted| *wanted != level) {
                return Err((Some(observed), Stopped::Failed(other_shell(step, wanted, level))));
            }
            let again = step.command().is_some_and(judge::is_pure_query)
                && !judge.would_pass(index, &observed.observation)
                && start.elapsed() < ASK_AGAIN_FOR.min(limit);
            if !again {
                return Ok(observed);
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
