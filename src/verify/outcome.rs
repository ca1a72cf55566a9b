//! What steps did in a lab, and the result that it makes.

use super::ailment::is_unreached;
use super::follows::Missing;
use super::streams;
use crate::docker::names::with_tag;
use crate::exercise::Exercise;
use crate::formats::pull;
use crate::judge::varying::{OutputStream, RecordedRun as Recorded, RunStep};
use crate::judge::{self, Observation, StepJudgement, StepVerdict};
use crate::lab::Surroundings;
use crate::reason::{Reason, ReasonKind};
use crate::results::{ExerciseResult, StepResult, Verdict};
use crate::session::Step;

/// What came of running it.
#[derive(Clone)]
pub(super) struct Ended {
    pub(super) surroundings: Surroundings,
    /// What each step did, as far as steps were taken; none of one that was not run.
    pub(super) observed: Vec<Option<Observed>>,
    pub(super) judgements: Vec<StepJudgement>,
    /// The steps, by number, at which it could not go on in their portion, and why.
    pub(super) stops: Vec<(usize, Stopped)>,
    /// What labbook did that the notes do not show, in sentences.
    pub(super) remarks: Vec<String>,
}

/// What one step did.
#[derive(Clone, Default)]
pub(super) struct Observed {
    pub(super) observation: Observation,
    /// When it was sent, in seconds since 1970.
    pub(super) at: f64,
    /// The stream of each line, where that was asked.
    pub(super) streams: Vec<Option<OutputStream>>,
    /// Whether the command has values of an earlier run.
    pub(super) guided: bool,
    pub(super) asked: usize,
    pub(super) given: bool,
    /// Why labbook refused it, if it did.
    pub(super) refused: Option<Reason>,
}

impl Observed {
    pub(super) fn record(&self) -> RunStep {
        RunStep {
            observation: self.observation.clone(),
            at: self.at,
            asked: self.asked,
            streams: self.streams.clone(),
        }
    }

    /// Takes what tells the streams apart from what was printed.
    pub(super) fn split_streams(&mut self) {
        let output = std::mem::take(&mut self.observation.output);
        (self.observation.output, self.streams) = streams::apart(output);
    }
}

#[derive(Clone)]
pub(super) enum Stopped {
    /// It could not be run.
    Error(Reason),
    /// What the notes show next cannot be typed anywhere any more.
    Failed(Reason),
    /// The next command holds a value that nothing of this run stands for.
    Unbound(Reason),
}

impl Ended {
    /// The first step, from 0, that was sent with a value of an earlier run.
    pub(super) fn first_guided(&self) -> Option<usize> {
        let guided = |step: &Option<Observed>| step.as_ref().is_some_and(|step| step.guided);
        self.observed.iter().position(guided)
    }

    /// Whether steps were run below some that were not.
    pub(super) fn has_gap(&self) -> bool {
        let mut steps = self.observed.iter().skip_while(|step| step.is_some());
        steps.any(Option::is_some)
    }

    /// The run as it is recorded, up to a step that was not run.
    pub(super) fn record(&self) -> Recorded {
        Recorded {
            surroundings: self.surroundings.clone(),
            steps: self
                .observed
                .iter()
                .map_while(Option::as_ref)
                .map(Observed::record)
                .collect(),
            stopped: self.stops.first().map(|(_, stopped)| match stopped {
                Stopped::Error(reason) | Stopped::Failed(reason) | Stopped::Unbound(reason) => {
                    reason.text.clone()
                }
            }),
        }
    }

    /// Puts all into the result.
    pub(super) fn write_into(mut self, exercise: &Exercise, result: &mut ExerciseResult) {
        result.surroundings = self.surroundings;
        let is_new = |remark: &String| !result.remarks.contains(remark);
        let remarks: Vec<String> = self.remarks.into_iter().filter(is_new).collect();
        result.remarks.extend(remarks);
        self.observed.resize_with(exercise.steps.len(), || None);
        let steps = exercise.steps.iter().enumerate();
        let mut refused = None;
        let mut missing = Missing::default();
        for ((index, step), (observed, judgement)) in
            steps.zip(self.observed.into_iter().zip(self.judgements))
        {
            let stop = self.stops.iter().find(|(at, _)| *at == index);
            let stop = stop.map(|(_, stopped)| stopped);
            let why = observed.as_ref().and_then(|seen| seen.refused.clone());
            let mut step_result = judged_step(step, observed, judgement, stop);
            let (is_own, line) = (why.is_some(), step.line);
            let is_wrong = matches!(
                step_result.verdict,
                StepVerdict::Failed | StepVerdict::Error
            );
            let no_registry = || step_result.output.iter().any(|line| is_unreached(line));
            let pulled =
                Pulled::of(exercise, step).filter(|_| is_wrong && (is_own || no_registry()));
            if let Some(pulled) = pulled {
                step_result.verdict = pulled.verdict();
                (step_result.reason, step_result.reason_kind) =
                    Reason::apart(Some(pulled.reason()));
                step_result.lines.clear();
                result.steps.push(step_result);
                continue;
            }
            if is_wrong {
                refused = refused.or_else(|| {
                    why.map(|why| Reason {
                        text: format!("line {line}: labbook refuses this here: {why}"),
                        ..why
                    })
                });
            }
            // A later step that was run is skipped only if it needs what was refused.
            let follows = is_own || step_result.verdict == StepVerdict::Error;
            if let Some(reason) = refused.as_ref().filter(|_| is_wrong)
                && (follows || missing.explains(step, &step_result))
            {
                missing.lose(step);
                step_result.verdict = StepVerdict::Skipped;
                (step_result.reason, step_result.reason_kind) = Reason::apart(Some(reason.clone()));
                step_result.lines.clear();
            }
            result.steps.push(step_result);
        }
        count_lines(result);
        let (verdict, reason) = verdict(&result.steps);
        result.conclude(verdict, reason);
    }
}

/// A pull, where no registry is reached, of an image that labbook brought before the first
/// step.
#[derive(Debug, Clone, Copy)]
enum Pulled {
    /// All that the notes show of it can be said of the image.
    Image,
    /// Something is about another image, or no pull says it.
    SomethingElse,
}

impl Pulled {
    /// That of `step`, if it does nothing else.
    fn of(exercise: &Exercise, step: &Step) -> Option<Self> {
        let calls = step.calls();
        let [call] = calls.as_slice() else {
            return None;
        };
        let docker = call.docker().filter(|_| call.is_docker("pull"))?;
        let image = docker.names().into_iter().next()?.name;
        let mut brought = exercise.images.iter();
        brought.find(|other| with_tag(other) == with_tag(&image))?;
        let shown = step.expected.iter().filter(|line| !line.elision);
        let shown = shown.map(|line| line.text.trim());
        match pull::is_about(&image, shown.filter(|line| !line.is_empty())) {
            true => Some(Self::Image),
            false => Some(Self::SomethingElse),
        }
    }

    fn verdict(self) -> StepVerdict {
        match self {
            Self::Image => StepVerdict::Given,
            Self::SomethingElse => StepVerdict::Failed,
        }
    }

    fn reason(self) -> Reason {
        match self {
            Self::Image => Reason::new(
                ReasonKind::ImageBrought,
                "labbook brought the image before the first step",
            ),
            Self::SomethingElse => "no pull of this image says that".into(),
        }
    }
}

/// A step as results have it; `stop` is why it was the last one of its portion.
fn judged_step(
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
        let (reason, reason_kind) = Reason::apart(reason.cloned());
        return StepResult {
            reason,
            reason_kind,
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
    step_result(step, observed, judgement)
}

/// Counts the lines of a result by how they were judged.
pub(super) fn count_lines(result: &mut ExerciseResult) {
    result.counts.clear();
    for line in result.steps.iter().flat_map(|step| &step.lines) {
        *result.counts.entry(line.how).or_default() += 1;
    }
}

fn step_result(step: &Step, observed: Observed, judgement: StepJudgement) -> StepResult {
    let (reason, reason_kind) = Reason::apart(judgement.reason);
    StepResult {
        sent: observed.observation.sent,
        exit: observed.observation.exit,
        reason,
        reason_kind,
        asked: observed.asked,
        lines: judgement.lines,
        output: observed.observation.output,
        prompt: observed.observation.prompt,
        typed: observed.observation.typed,
        ..not_run(step, judgement.verdict)
    }
}

/// The verdict of steps that were run together, and why, where it is not only theirs.
pub(super) fn verdict(steps: &[StepResult]) -> (Verdict, Option<Reason>) {
    let reason_of = |step: &StepResult| Reason::joined(step.reason.as_deref(), step.reason_kind);
    let are = |verdict| steps.iter().filter(move |step| step.verdict == verdict);
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
            (Verdict::Failed, last.and_then(reason_of))
        }
        StepVerdict::Error => (
            Verdict::Error,
            are(StepVerdict::Error).next().and_then(reason_of),
        ),
        StepVerdict::Skipped => (
            Verdict::Skipped,
            are(StepVerdict::Skipped).find_map(reason_of),
        ),
        StepVerdict::Drifted => (Verdict::Drifted, None),
        StepVerdict::Passed => (Verdict::Passed, None),
        StepVerdict::Unchecked | StepVerdict::Given => (
            Verdict::Unchecked,
            Some("it ran, and no line of the notes had to match".into()),
        ),
    }
}

/// The result of an exercise that could not be begun on the engine `engine`.
pub fn not_begun(exercise: &Exercise, engine: &str, reason: Reason) -> ExerciseResult {
    ExerciseResult {
        reason: Some(reason.text),
        reason_kind: reason.kind,
        steps: exercise
            .steps
            .iter()
            .map(|step| not_run(step, StepVerdict::Skipped))
            .collect(),
        ..blank(exercise, engine)
    }
}

/// The result of an exercise that has not been run yet.
pub(super) fn blank(exercise: &Exercise, engine: &str) -> ExerciseResult {
    ExerciseResult {
        id: exercise.id.clone(),
        title: exercise.title.clone(),
        file: exercise.source.path().display().to_string(),
        line: exercise.line,
        engine: engine.to_owned(),
        verdict: Verdict::Error,
        reason: None,
        reason_kind: None,
        seconds: 0.0,
        remarks: exercise
            .setup
            .iter()
            .map(|command| format!("set-up: {command}"))
            .collect(),
        stand_ins: Vec::new(),
        counts: Default::default(),
        hash: exercise.hash(),
        labbook: String::new(),
        time: jiff::Timestamp::now()
            .round(jiff::Unit::Second)
            .unwrap_or_default()
            .to_string(),
        unchanged: false,
        stale: false,
        steps: Vec::new(),
        surroundings: Surroundings::default(),
        shares_lab: exercise.part.is_some(),
        above: Vec::new(),
        runs: Vec::new(),
        flaky: false,
        manifest: None,
        facts: Vec::new(),
    }
}

/// A step that was not run.
pub(super) fn not_run(step: &Step, verdict: StepVerdict) -> StepResult {
    StepResult {
        line: step.line,
        shell: step.shell,
        command: step.command().map(str::to_owned),
        keys: step.keys().map(|keys| keys.name().to_owned()),
        sent: None,
        exit: None,
        verdict,
        reason: None,
        reason_kind: None,
        asked: 1,
        lines: Vec::new(),
        output: Vec::new(),
        prompt: None,
        typed: Vec::new(),
    }
}
