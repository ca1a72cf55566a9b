//! What varies from run to run, as two runs of one exercise.
//!
//! ```text
//!     runs  --parts, signature-->  what differs as the two labs' machines do
//!           --comparison-->        both as the notes would tell them, one to one
//!           --decide-->            judged like any other run: Decision
//! ```
//!
//! A failed exercise is run once more in a lab whose machine begins its numbers
//! elsewhere. That two runs differ is no evidence; that they differ as the labs do is.

mod chance;
mod comparison;
mod order;
mod parts;
mod signature;

use serde::{Deserialize, Serialize};

use comparison::in_order_of;
pub use comparison::{Clash, RunComparison, StepPair, VaryingPart};
pub use order::OutputStream;
pub use signature::Signature;

use super::judging::{judge, judge_showing, whole};
use super::{How, JudgedExercise, LineJudgement, Observation, StepJudgement, StepVerdict};
use crate::formats::text::normal;
use crate::lab::Surroundings;
use parts::{ChunkedLine, difference};
use signature::Sides;

/// One run of an exercise, as it is recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[cfg_attr(test, schemars(rename = "Run"))]
pub struct RecordedRun {
    /// What was there before.
    pub surroundings: Surroundings,
    /// The steps that were run, in order.
    pub steps: Vec<RunStep>,
    /// What kept it from being run to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<String>,
}

/// One step of a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RunStep {
    /// What it did.
    #[serde(flatten)]
    pub observation: Observation,
    /// When it was sent, in seconds since 1970; 0 where nobody knows.
    #[serde(default)]
    pub at: f64,
    /// How often it was asked.
    #[serde(default)]
    pub asked: usize,
    /// The stream of each line, where the run was made to find that out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<Option<OutputStream>>,
}

/// What is decided of an exercise with several runs.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The run that is judged, from 0.
    pub run: usize,
    /// What it did, as the notes would tell it.
    pub observations: Vec<Observation>,
    /// Step by step; lines are as the run printed them.
    pub judgements: Vec<StepJudgement>,
    /// Whether it was run to its end.
    pub ended: bool,
    /// Whether it sent a value as written that another run could bind.
    pub led_astray: bool,
    /// Whether that run holds as it is, without being asked again, and an earlier one
    /// did not.
    pub flaky: bool,
}

impl Decision {
    /// Whether it was run to its end and nothing failed.
    pub fn holds(&self) -> bool {
        let verdicts = self.judgements.iter().map(|step| step.verdict);
        self.ended && holds(whole(verdicts))
    }

    /// The steps, from 0, that do not hold.
    pub fn failed(&self) -> impl Iterator<Item = usize> {
        let steps = self.judgements.iter().enumerate();
        steps
            .filter(|(_, step)| !holds(step.verdict))
            .map(|(number, _)| number)
    }
}

fn holds(verdict: StepVerdict) -> bool {
    matches!(
        verdict,
        StepVerdict::Passed | StepVerdict::Drifted | StepVerdict::Unchecked
    )
}

/// Judges an exercise by all its `runs`, the first of which failed; none where there
/// are no two.
pub fn decide(script: &JudgedExercise, runs: &[RecordedRun]) -> Option<Decision> {
    if runs.len() < 2 {
        return None;
    }
    let first = judge_as_noted(script, runs, 0);
    if first.holds() {
        return Some(first);
    }
    let whole = |run: &RecordedRun| {
        let as_it_is = |step: &RunStep| step.asked < 2 && step.streams.is_empty();
        run.stopped.is_none() && run.steps.iter().all(as_it_is)
    };
    for (number, run) in runs
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, run)| whole(run))
    {
        let plain = plainly(script, run);
        if plain.holds() {
            return Some(Decision {
                run: number,
                flaky: true,
                ..plain
            });
        }
    }
    // Of those that fail the one with the fewest failed steps says most.
    let others = (1..runs.len()).map(|number| judge_as_noted(script, runs, number));
    let all = std::iter::once(first).chain(others);
    all.min_by_key(|decision| {
        let failed = decision.failed().count();
        (!decision.ended, failed, decision.led_astray)
    })
}

/// The steps, from 0, that fail and whose lines are those of the notes in another order.
pub fn shuffled(script: &JudgedExercise, decision: &Decision) -> Vec<usize> {
    let comparison = RunComparison::new(script, None, None);
    let is_shuffled = |number: &usize| {
        let observation = decision.observations.get(*number);
        observation.is_some_and(|seen| comparison.shown(*number).is_shuffled(&normal_lines(seen)))
    };
    decision.failed().filter(is_shuffled).collect()
}

fn normal_lines(observation: &Observation) -> Vec<String> {
    observation.output.iter().map(|line| normal(line)).collect()
}

/// The other run that run `own` is compared with: the first whose machine begins elsewhere,
/// else the first at all.
fn partner(runs: &[RecordedRun], own: usize) -> Option<&RecordedRun> {
    let others = || {
        let runs = runs
            .iter()
            .enumerate()
            .filter(move |(number, _)| *number != own);
        runs.map(|(_, run)| run)
    };
    let name = |run: &RecordedRun| {
        let machine = run.surroundings.machine.as_ref();
        machine.map(|machine| machine.host.clone())
    };
    let here = name(runs.get(own)?);
    others()
        .find(|run| name(run) != here)
        .or_else(|| others().next())
}

fn script_of<'s>(script: &'s JudgedExercise, run: &'s RecordedRun) -> JudgedExercise<'s> {
    JudgedExercise {
        steps: script.steps,
        setup: script.setup,
        files: script.files.clone(),
        surroundings: &run.surroundings,
    }
}

/// A run judged by itself.
pub fn plainly(script: &JudgedExercise, run: &RecordedRun) -> Decision {
    let steps = run.steps.iter();
    let observations: Vec<Observation> = steps.map(|step| step.observation.clone()).collect();
    Decision {
        run: 0,
        judgements: judge(script_of(script, run), &observations),
        observations,
        ended: run.stopped.is_none(),
        led_astray: false,
        flaky: false,
    }
}

/// Run `number` judged as the notes would tell it, by what the others say of it.
pub fn judge_as_noted(script: &JudgedExercise, runs: &[RecordedRun], number: usize) -> Decision {
    let own = &runs[number];
    let Some(other) = partner(runs, number) else {
        return plainly(script, own);
    };
    let machines = (
        own.surroundings.machine.as_ref(),
        other.surroundings.machine.as_ref(),
    );
    let mut comparison = RunComparison::new(script, machines.0, machines.1);
    let mut observations = Vec::new();
    let mut steps = Vec::new();
    for (number, step) in own.steps.iter().enumerate() {
        let mut one = match other.steps.get(number) {
            Some(theirs) => comparison.take(number, step, theirs),
            None => StepPair {
                own: step.observation.clone(),
                ..StepPair::default()
            },
        };
        let mut observation = one.own.clone();
        let others: Vec<(Option<Vec<usize>>, &RunStep)> = runs
            .iter()
            .filter_map(|run| {
                let theirs = run.steps.get(number)?;
                let sides = Sides {
                    own: machines.0,
                    other: run.surroundings.machine.as_ref(),
                    own_at: step.at,
                    other_at: theirs.at,
                };
                let places = in_order_of(&one.printed, &theirs.observation.output, &sides);
                Some((places, theirs))
            })
            .collect();
        let lines = normal_lines(&one.own);
        if let Some((sorted, moved)) = comparison.shown(number).sort(&lines, &others) {
            observation.output = sorted;
            one.moved = moved;
        }
        observations.push(observation);
        steps.push(one);
    }
    let show_all = |judgements: &mut [StepJudgement]| {
        let of_steps = judgements.iter_mut().zip(&steps).zip(script.steps);
        of_steps.for_each(|((judgement, pair), step)| show(judgement, pair, step.line));
    };
    let mut judgements = judge_showing(script_of(script, own), &observations, show_all);
    for (number, judgement) in judgements.iter_mut().enumerate() {
        let (Some(step), Some(pair)) = (own.steps.get(number), steps.get(number)) else {
            continue;
        };
        for clash in &pair.clashes {
            refuse(judgement, clash);
        }
        if let Some(theirs) = other.steps.get(number) {
            let sides = Sides {
                own: machines.0,
                other: machines.1,
                own_at: step.at,
                other_at: theirs.at,
            };
            say_what_the_other_printed(judgement, step, theirs, &sides);
        }
    }
    Decision {
        run: number,
        observations,
        judgements,
        ended: own.stopped.is_none(),
        led_astray: comparison.led_astray,
        flaky: false,
    }
}

/// Puts what the run really printed into its judgement, and says what varies.
fn show(judgement: &mut StepJudgement, pair: &StepPair, line: usize) {
    let mut said: Vec<Vec<String>> = vec![Vec::new(); judgement.lines.len()];
    let line_of = |lines: &[LineJudgement], said: &[Vec<String>], text: &str| {
        (0..lines.len())
            .find(|&line| said[line].is_empty() && lines[line].actual.as_deref() == Some(text))
    };
    for (place, marks) in pair.marks_by_place() {
        let text = normal(&pair.own.output[place]);
        if let Some(line) = line_of(&judgement.lines, &said, &text) {
            judgement.lines[line].actual = pair.printed.get(place).map(|line| normal(line));
            said[line].extend(marks.iter().map(|mark| mark.description()));
        }
    }
    let moved = pair.moved.iter().map(|text| (text, Signature::Order));
    let by_chance = pair.with.iter().map(|text| (text, Signature::Line));
    for (text, signature) in moved.chain(by_chance) {
        if let Some(line) = line_of(&judgement.lines, &said, text) {
            said[line].push(signature.words().to_owned());
        }
    }
    for (line, said) in judgement.lines.iter_mut().zip(said) {
        if line.ok && !said.is_empty() {
            line.how = How::Varying;
            line.note = Some(said.join(", "));
        }
    }
    let left_out = pair.without.iter().map(|text| LineJudgement {
        line,
        expected: None,
        actual: Some(text.clone()),
        how: How::Varying,
        ok: true,
        note: Some(Signature::Line.words().to_owned()),
    });
    judgement.lines.extend(left_out);
}

/// Lets the line fail that holds only since it has the text of another value.
fn refuse(judgement: &mut StepJudgement, clash: &Clash) {
    let mut lines = judgement.lines.iter_mut();
    if let Some(line) = lines.find(|line| line.ok && line.line == clash.line) {
        line.ok = false;
        line.note = Some(clash.why.clone());
        judgement.verdict = StepVerdict::Failed;
    }
}

impl VaryingPart {
    /// What varies, with each run's text: `PID 185 / 41187`.
    pub fn description(&self) -> String {
        let bound = &self.bound;
        format!(
            "{} {} / {}",
            bound.signature.words(),
            bound.own,
            bound.other
        )
    }
}

/// Says of each line that fails what the other run has there, where it differs without
/// being the machine's.
fn say_what_the_other_printed(
    judgement: &mut StepJudgement,
    own: &RunStep,
    other: &RunStep,
    sides: &Sides,
) {
    let (mine, theirs) = (&own.observation.output, &other.observation.output);
    if judgement.verdict != StepVerdict::Failed || mine.len() != theirs.len() {
        return;
    }
    for line in judgement.lines.iter_mut().filter(|line| !line.ok) {
        let Some(actual) = line.actual.as_deref().filter(|_| line.note.is_none()) else {
            continue;
        };
        let Some(place) = mine.iter().position(|text| normal(text) == actual) else {
            continue;
        };
        let there = normal(&theirs[place]);
        let differ = difference(&ChunkedLine::of(actual), &ChunkedLine::of(&there), sides)
            .is_some_and(|difference| !difference.unsettled.is_empty());
        if differ {
            line.note = Some(format!(
                "another run printed `{there}`: it differs between runs, but not like a PID, a port or a time of the machine"
            ));
        }
    }
}
