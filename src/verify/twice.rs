//! The second run of an exercise that failed, in a lab whose machine begins its
//! numbers elsewhere.

use crate::engine::{Engine, LabRequest};
use crate::exercise::Exercise;
use crate::judge::Observation;
use crate::judge::Script;
use crate::judge::varying::{Comparison, Run as Recorded, RunStep, decide};
use crate::lab::Surroundings;
use crate::results::ExerciseResult;

use super::run::{Ended, Run, RunOptions, request, said, script};

/// Tells a run what varies, while it goes on: by the first run's record.
#[derive(Clone)]
pub(super) struct Guide<'a> {
    first: &'a Recorded,
    comparison: Comparison<'a>,
}

impl<'a> Guide<'a> {
    /// Of a run of `script` among `surroundings`.
    pub fn new(script: &Script<'a>, first: &'a Recorded, surroundings: &'a Surroundings) -> Self {
        let machines = (
            first.surroundings.machine.as_ref(),
            surroundings.machine.as_ref(),
        );
        Self {
            first,
            comparison: Comparison::new(script, machines.0, machines.1),
        }
    }

    /// `command` with this run's values in place of the notes'.
    pub fn command(&self, command: &str) -> String {
        self.comparison.for_other(command)
    }

    /// What step `number` (from 0) did, as the notes would tell it.
    pub fn take(&mut self, number: usize, step: &RunStep) -> Observation {
        match self.first.steps.get(number) {
            Some(first) => self.comparison.take(number, first, step).other,
            None => step.observation.clone(),
        }
    }
}

/// Runs an exercise again that ended as `first`, and puts into the result what both
/// runs tell.
pub(super) fn run_again(
    exercise: &Exercise,
    engine: &dyn Engine,
    options: RunOptions<'_>,
    first: Ended,
    result: &mut ExerciseResult,
) {
    let mut ended = vec![first];
    let mut runs = vec![ended[0].record()];
    match again(exercise, engine, options, &runs[0]) {
        Ok(second) => {
            runs.push(second.record());
            ended.push(second);
        }
        Err(reason) => {
            result.remarks.push(format!("no second run: {reason}"));
            return;
        }
    }
    let Some(decision) = decide(&script(exercise, &runs[0].surroundings), &runs) else {
        return;
    };
    let mut chosen = ended.swap_remove(decision.run);
    chosen.judgements = decision.judgements;
    result.steps.clear();
    result.counts.clear();
    chosen.tell(exercise, result);
    result.flaky = decision.flaky;
    result.runs = runs;
}

fn again(
    exercise: &Exercise,
    engine: &dyn Engine,
    options: RunOptions<'_>,
    first: &Recorded,
) -> Result<Ended, String> {
    let request = LabRequest {
        shifted: true,
        ..request(exercise)
    };
    let lab = engine.lab(&request).map_err(|error| said(&error))?;
    let run = Run::prepare(exercise, lab.as_ref(), options);
    let ended = run.map(|run| run.finish(Some(first)));
    lab.close().map_err(|error| said(&error))?;
    ended
}
