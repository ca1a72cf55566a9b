//! What varies from run to run, told by two runs of one exercise.
//!
//! ```text
//!     runs  --parts, signature-->  what differs as the two labs' machines do
//!           --comparison-->        both as the notes would tell them, one to one
//!           --decide-->            judged like any other run: Decision
//! ```
//!
//! A failed exercise is run once more in a lab whose machine begins its numbers
//! elsewhere. That two runs differ is no evidence; that they differ as the labs do is.

mod comparison;
mod parts;
mod signature;

use serde::{Deserialize, Serialize};

pub use comparison::{Clash, Comparison, Mark, Told};
pub use signature::Signature;

use super::judging::{judge, whole};
use super::token::normal;
use super::{How, Observation, Script, StepJudgement, StepVerdict};
use crate::lab::Surroundings;
use parts::{Line, difference};
use signature::Sides;

/// One run of an exercise, as it is recorded.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
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
    /// Whether that run holds as it is, without being asked again, and an earlier one
    /// did not.
    pub flaky: bool,
}

impl Decision {
    /// Whether nothing failed.
    pub fn holds(&self) -> bool {
        let verdicts = self.judgements.iter().map(|step| step.verdict);
        holds(whole(verdicts))
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
pub fn decide(script: &Script, runs: &[Run]) -> Option<Decision> {
    let [first, second, ..] = runs else {
        return None;
    };
    let told = as_told(script, first, second);
    if first.stopped.is_none() && told.holds() {
        return Some(told);
    }
    for (number, run) in runs.iter().enumerate().skip(1) {
        let asked_again = run.steps.iter().any(|step| step.asked > 1);
        let plain = plainly(script, run);
        if run.stopped.is_none() && !asked_again && plain.holds() {
            return Some(Decision {
                run: number,
                flaky: true,
                ..plain
            });
        }
    }
    let other = as_told(script, second, first);
    if second.stopped.is_none() && other.holds() {
        return Some(Decision { run: 1, ..other });
    }
    Some(told)
}

fn script_of<'s>(script: &'s Script, run: &'s Run) -> Script<'s> {
    Script {
        steps: script.steps,
        setup: script.setup,
        files: script.files.clone(),
        surroundings: &run.surroundings,
    }
}

/// A run judged by itself.
fn plainly(script: &Script, run: &Run) -> Decision {
    let steps = run.steps.iter();
    let observations: Vec<Observation> = steps.map(|step| step.observation.clone()).collect();
    Decision {
        run: 0,
        judgements: judge(script_of(script, run), &observations),
        observations,
        flaky: false,
    }
}

/// The run `own` judged as the notes would tell it, by what `other` says of it.
fn as_told(script: &Script, own: &Run, other: &Run) -> Decision {
    let machines = (
        own.surroundings.machine.as_ref(),
        other.surroundings.machine.as_ref(),
    );
    let mut comparison = Comparison::new(script, machines.0, machines.1);
    let mut observations = Vec::new();
    let (mut marks, mut clashes) = (Vec::new(), Vec::new());
    for (number, step) in own.steps.iter().enumerate() {
        let told = match other.steps.get(number) {
            Some(theirs) => comparison.take(number, step, theirs),
            None => Told {
                own: step.observation.clone(),
                ..Told::default()
            },
        };
        observations.push(told.own);
        marks.push(told.marks);
        clashes.push(told.clashes);
    }
    let mut judgements = judge(script_of(script, own), &observations);
    for (number, judgement) in judgements.iter_mut().enumerate() {
        let (Some(step), Some(told)) = (own.steps.get(number), observations.get(number)) else {
            continue;
        };
        show(judgement, &step.observation, told, &marks[number]);
        for clash in &clashes[number] {
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
        run: 0,
        observations,
        judgements,
        flaky: false,
    }
}

/// Puts what the run really printed into its judgement, and says what varies.
fn show(judgement: &mut StepJudgement, real: &Observation, told: &Observation, marks: &[Mark]) {
    let mut places: Vec<usize> = marks.iter().map(|mark| mark.place).collect();
    places.dedup();
    for place in places {
        let Some(text) = told.output.get(place).map(|line| normal(line)) else {
            continue;
        };
        let mut lines = judgement.lines.iter_mut();
        let Some(line) =
            lines.find(|line| line.actual.as_deref() == Some(&text) && (line.how != How::Varying))
        else {
            continue;
        };
        line.actual = real.output.get(place).map(|line| normal(line));
        if line.ok {
            let own = marks.iter().filter(|mark| mark.place == place);
            let said: Vec<String> = own.map(Mark::told).collect();
            line.how = How::Varying;
            line.note = Some(said.join(", "));
        }
    }
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

impl Mark {
    /// What varies, with each run's text: `PID 185 / 41187`.
    pub fn told(&self) -> String {
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
        let differ = difference(&Line::of(actual), &Line::of(&there), sides)
            .is_some_and(|difference| !difference.unsettled.is_empty());
        if differ {
            line.note = Some(format!(
                "another run printed `{there}`: it differs from run to run, but not as the machine's numbers do"
            ));
        }
    }
}
