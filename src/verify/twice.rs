//! The further runs of an exercise that failed: one in a lab whose machine begins its
//! numbers elsewhere, and some more where only an order, or a value that was sent too
//! early, is at stake.

use crate::engine::{Engine, LabRequest};
use crate::exercise::Exercise;
use crate::judge::varying::{
    Decision, RecordedRun as Recorded, RunComparison, RunStep, decide, judge_as_noted, plainly,
    shuffled,
};
use crate::judge::{JudgedExercise, Observation};
use crate::lab::Surroundings;
use crate::reason::Reason;
use crate::results::ExerciseResult;
use crate::session::Step;

use super::outcome::Ended;
use super::run::{ExerciseRun, NOT_CLEANED_UP, RunOptions, message_of, reason_of, request, script};
use super::streams;

/// How often an exercise is run in all.
const RUNS: usize = 6;

/// Tells a run what varies, while it goes on: by an earlier run's record.
#[derive(Clone)]
pub(super) struct Guide<'a> {
    earlier: &'a Recorded,
    comparison: RunComparison<'a>,
    /// The steps, from 0, whose lines shall tell their streams.
    streams: &'a [usize],
}

impl<'a> Guide<'a> {
    /// Of a run of `script` among `surroundings`.
    pub(super) fn new(
        script: &JudgedExercise<'a>,
        plan: &RerunPlan<'a>,
        surroundings: &'a Surroundings,
    ) -> Self {
        let machines = (
            plan.earlier.surroundings.machine.as_ref(),
            surroundings.machine.as_ref(),
        );
        Self {
            earlier: plan.earlier,
            comparison: RunComparison::new(script, machines.0, machines.1),
            streams: plan.streams,
        }
    }

    /// `command` with this run's values in place of the notes'.
    pub(super) fn command(&self, command: &str) -> String {
        self.comparison.for_other(command)
    }

    /// The command of step `number` (from 0) so that it tells its streams, where it shall.
    pub(super) fn with_streams(&self, number: usize, command: String) -> String {
        match self.marks_streams(number) {
            true => streams::with_marked_streams(&command).unwrap_or(command),
            false => command,
        }
    }

    /// Whether the lines of step `number` tell their streams.
    pub(super) fn marks_streams(&self, number: usize) -> bool {
        self.streams.contains(&number)
    }

    /// What step `number` did, as the notes would tell it.
    pub(super) fn take(&mut self, number: usize, step: &RunStep) -> Observation {
        match self.earlier.steps.get(number) {
            Some(earlier) => self.comparison.take(number, earlier, step).other,
            None => step.observation.clone(),
        }
    }
}

/// What a further run is made for.
pub(super) struct RerunPlan<'a> {
    /// The run that it is held against.
    pub earlier: &'a Recorded,
    /// Whether its machine's numbers begin elsewhere.
    pub shifted: bool,
    /// The steps whose lines shall tell their streams.
    pub streams: &'a [usize],
}

/// Runs an exercise again that ended as `first`, and puts into the result what all its
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
    let surroundings = runs[0].surroundings.clone();
    let script = script(exercise, &surroundings);
    let mut decision = plainly(&script, &runs[0]);
    while let Some(next) = next_run(&script, &runs, &ended, &decision) {
        let plan = next.plan(&runs);
        match again(exercise, engine, options, &plan, &mut result.remarks) {
            Ok(one) => {
                runs.push(one.record());
                ended.push(one);
            }
            Err(reason) => {
                result.remarks.push(format!("not run again: {reason}"));
                break;
            }
        }
        if options.interrupted() {
            break;
        }
        if let Some(decided) = decide(&script, &runs) {
            decision = decided;
        }
    }
    if runs.len() < 2 {
        return;
    }
    let mut decided = ended.swap_remove(decision.run);
    decided.judgements = decision.judgements;
    result.steps.clear();
    result.counts.clear();
    decided.write_into(exercise, result);
    result.flaky = decision.flaky;
    result.runs = runs;
}

/// What the next run is for.
struct Next {
    /// The run that it is held against.
    earlier: usize,
    shifted: bool,
    streams: Vec<usize>,
}

impl Next {
    fn plan<'a>(&'a self, runs: &'a [Recorded]) -> RerunPlan<'a> {
        RerunPlan {
            earlier: &runs[self.earlier],
            shifted: self.shifted,
            streams: &self.streams,
        }
    }
}

/// The next run of an exercise that `decision` is made of; none where it holds, or where
/// no further run could tell more.
fn next_run(
    script: &JudgedExercise,
    runs: &[Recorded],
    ended: &[Ended],
    decision: &Decision,
) -> Option<Next> {
    if decision.holds() || runs.len() >= RUNS {
        return None;
    }
    let passes_on = |number: &usize| {
        let command = script.steps.get(*number).and_then(Step::command);
        command.is_some_and(|command| streams::with_marked_streams(command).is_some())
    };
    let is_known = |number: &usize| {
        let mut steps = runs.iter().filter_map(|run| run.steps.get(*number));
        steps.any(|step| !step.streams.is_empty())
    };
    let mut orders = shuffled(script, decision);
    // Where the streams are known they decide.
    let is_open = !orders.is_empty()
        && orders.len() == decision.failed().count()
        && !orders.iter().any(is_known);
    if runs.len() == 1 || is_open {
        orders.retain(passes_on);
        return Some(Next {
            earlier: 0,
            shifted: true,
            streams: orders,
        });
    }
    // A value that the first run could not send yet may have led it astray.
    let second = (runs.len() == 2).then(|| judge_as_noted(script, runs, 1))?;
    let sent = ended.get(1)?.first_guided()?;
    let failed = second.failed().next()?;
    (failed >= sent).then_some(Next {
        earlier: 1,
        shifted: false,
        streams: Vec::new(),
    })
}

fn again(
    exercise: &Exercise,
    engine: &dyn Engine,
    options: RunOptions<'_>,
    plan: &RerunPlan,
    remarks: &mut Vec<String>,
) -> Result<Ended, Reason> {
    let request = LabRequest {
        shifted: plan.shifted,
        ..request(exercise)
    };
    let lab = engine.lab(&request).map_err(|error| reason_of(&error))?;
    let run = ExerciseRun::prepare(exercise, lab.as_ref(), engine.info(), options);
    let ended = run.map(|run| run.finish(Some(plan)));
    if let Err(error) = lab.close() {
        remarks.push(format!("{NOT_CLEANED_UP}: {}", message_of(&error)));
    }
    ended
}
