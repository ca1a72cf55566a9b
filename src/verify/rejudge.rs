//! Whether a step that failed would hold if one thing were otherwise: judged again, without
//! another run.

use crate::exercise::Exercise;
use crate::judge::{JudgedExercise, Observation, StepVerdict, judge};
use crate::results::ExerciseResult;
use crate::session::Step;

/// Whether step `number` (from 0) of `run` does not fail once `change` has changed what the
/// notes expect of it, or what it printed.
pub(super) fn holds_if(
    exercise: &Exercise,
    run: &ExerciseResult,
    number: usize,
    change: impl FnOnce(&mut Step, &mut Observation),
) -> bool {
    let mut steps = exercise.steps.clone();
    let observations = run.steps.iter().map(|step| step.observation());
    let mut observations: Vec<Observation> = observations.collect();
    let (Some(step), Some(observation)) = (steps.get_mut(number), observations.get_mut(number))
    else {
        return false;
    };
    change(step, observation);
    let script = JudgedExercise {
        steps: &steps,
        setup: &exercise.setup,
        files: exercise.file_texts(),
        surroundings: &run.surroundings,
    };
    let judged = judge(script, &observations);
    let step = judged.get(number);
    step.is_some_and(|step| step.verdict != StepVerdict::Failed)
}
