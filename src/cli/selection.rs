//! Which exercises a run is of: a part of them, and of that only what changed.

use std::str::FromStr;

use crate::exercise::Exercise;
use crate::lab::EngineInfo;
use crate::results::{ExerciseResult, Report, Shard, Verdict};
use crate::verify::Job;

/// `K/N`: part K of N.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ShardArgument {
    /// K, from 1.
    pub part: usize,
    /// N.
    pub of: usize,
}

impl FromStr for ShardArgument {
    type Err = String;

    fn from_str(value: &str) -> Result<Self, String> {
        let parsed = value
            .split_once('/')
            .and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((part, of)) if (1..=of).contains(&part) => Ok(Self { part, of }),
            _ => Err("write K/N with 1 <= K <= N, as in 1/3".to_owned()),
        }
    }
}

/// What is to be run, and which results are kept.
pub(super) struct Selection<'a> {
    /// What is to be run, in the order of the notes.
    pub jobs: Vec<Job<'a>>,
    /// Earlier results that still count.
    pub kept: Vec<ExerciseResult>,
    /// Which part of the whole run it is.
    pub shards: Vec<Shard>,
    /// The exercises of this part that are not kept whole.
    pub exercises: Vec<&'a Exercise>,
    /// All IDs, in the order of the notes.
    ids: Vec<&'a str>,
}

/// Which earlier results are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// None.
    Nothing,
    /// Those that held and still count.
    Held,
    /// All of what did not change.
    All,
}

/// The part of `exercises` on all `engines`, but for those whose results in `old` are
/// kept: of this labbook, and where stand-ins were used of these `recipes`.
pub(super) fn select<'a>(
    exercises: &'a [Exercise],
    engines: &[EngineInfo],
    part: Option<ShardArgument>,
    old: Option<&Report>,
    (keep, recipes): (Keep, Option<&str>),
) -> Selection<'a> {
    let kept = |exercise: &Exercise, engine: &EngineInfo| match old {
        Some(old) if keep != Keep::Nothing => still_counts(exercise, engine, old, keep)
            .filter(|result| result.labbook == result.labbook_now(recipes)),
        _ => None,
    };
    let mut selection = Selection {
        jobs: Vec::new(),
        kept: Vec::new(),
        shards: Vec::new(),
        exercises: exercises.iter().collect(),
        ids: exercises.iter().map(|one| one.id.as_str()).collect(),
    };
    if let Some(part) = part {
        let ids: Vec<String> = exercises.iter().map(|one| one.id.clone()).collect();
        // The next part of a run that was begun is divided as the others were.
        let is_of_this_run = |shard: &&Shard| {
            (shard.of, &shard.exercises) == (part.of, &ids) && shard.seconds.len() == ids.len()
        };
        let begun = old.and_then(|old| old.shards.iter().find(is_of_this_run));
        let seconds: Vec<f64> = match begun {
            Some(shard) => shard.seconds.clone(),
            None => recorded_seconds(exercises, old),
        };
        let own = own_part(&seconds, part);
        selection.exercises = own.iter().map(|index| &exercises[*index]).collect();
        selection.shards.push(Shard {
            part: part.part,
            of: part.of,
            exercises: ids,
            seconds,
        });
    }
    for &exercise in &selection.exercises {
        for (index, engine) in engines.iter().enumerate() {
            match kept(exercise, engine) {
                Some(result) => selection.kept.push(result),
                None => selection.jobs.push(Job {
                    exercise,
                    engine: index,
                }),
            }
        }
    }
    if !engines.is_empty() {
        let runs = |exercise: &&Exercise| {
            let mut jobs = selection.jobs.iter();
            jobs.any(|job| job.exercise.id == exercise.id)
        };
        selection.exercises.retain(runs);
    }
    selection
}

impl Selection<'_> {
    /// What was found and what is kept, in the order of the notes.
    pub(super) fn in_order(&self, found: Vec<ExerciseResult>) -> Vec<ExerciseResult> {
        let mut all: Vec<ExerciseResult> = self.kept.iter().cloned().chain(found).collect();
        if !self.kept.is_empty() {
            all.sort_by_key(|one| self.ids.iter().position(|id| *id == one.id));
        }
        all
    }
}

/// The result of an exercise in `old` that still counts: it is of the same engine, and
/// neither its notes nor the engine changed since.
fn still_counts(
    exercise: &Exercise,
    engine: &EngineInfo,
    old: &Report,
    keep: Keep,
) -> Option<ExerciseResult> {
    let ran_on = old.engines.iter().find(|known| known.name == engine.name)?;
    let result = old.exercises.iter().find(|result| {
        result.id == exercise.id && result.engine == engine.name && result.hash == exercise.hash()
    })?;
    let held = matches!(
        result.verdict,
        Verdict::Passed | Verdict::Drifted | Verdict::Unchecked
    ) && exercise.obstacle.is_none()
        && !result.flaky;
    let is_kept = held || keep == Keep::All;
    if !is_kept || !ran_on.is_same(engine) || result.steps.len() != exercise.steps.len() {
        return None;
    }
    // What stands above it may have grown.
    let mut result = ExerciseResult {
        title: exercise.title.clone(),
        file: exercise.source.path().display().to_string(),
        line: exercise.line,
        unchanged: true,
        stale: false,
        ..result.clone()
    };
    for (known, step) in result.steps.iter_mut().zip(&exercise.steps) {
        for line in &mut known.lines {
            line.line = (line.line + step.line).saturating_sub(known.line);
        }
        known.line = step.line;
    }
    Some(result)
}

/// How long each exercise took; as long as the others on average where that is not
/// known.
fn recorded_seconds(exercises: &[Exercise], old: Option<&Report>) -> Vec<f64> {
    let recorded = |exercise: &Exercise| -> Option<f64> {
        let of_it = old?.exercises.iter().filter(|one| one.id == exercise.id);
        of_it.map(|one| one.seconds).reduce(|a, b| a + b)
    };
    let seconds: Vec<Option<f64>> = exercises.iter().map(recorded).collect();
    let known: Vec<f64> = seconds.iter().flatten().copied().collect();
    let average = match known.is_empty() {
        true => 1.0,
        false => known.iter().sum::<f64>() / known.len() as f64,
    };
    seconds
        .into_iter()
        .map(|seconds| seconds.unwrap_or(average))
        .collect()
}

/// The indexes of the part: the longest first, each to the part that has least to do.
/// Whoever knows the same seconds makes the same parts.
fn own_part(seconds: &[f64], part: ShardArgument) -> Vec<usize> {
    let mut longest: Vec<usize> = (0..seconds.len()).collect();
    longest.sort_by(|a, b| seconds[*b].total_cmp(&seconds[*a]).then(a.cmp(b)));
    let mut parts = vec![(0.0, Vec::new()); part.of.min(seconds.len())];
    for index in longest {
        let least = parts
            .iter_mut()
            .min_by(|(one, _), (other, _)| f64::total_cmp(one, other));
        if let Some((sum, own)) = least {
            // Even what takes no time is something to do.
            *sum += seconds[index].max(0.001);
            own.push(index);
        }
    }
    let mut own = match parts.into_iter().nth(part.part - 1) {
        Some((_, own)) => own,
        None => Vec::new(),
    };
    own.sort_unstable();
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_take_as_long_as_each_other_and_hold_everything_once() {
        let seconds = [10.0, 1.0, 2.0, 3.0, 4.0, 0.0];
        let parts: Vec<Vec<usize>> = (1..=3)
            .map(|part| own_part(&seconds, ShardArgument { part, of: 3 }))
            .collect();
        assert_eq!(parts, [vec![0], vec![1, 4, 5], vec![2, 3]]);
        let beyond = ShardArgument { part: 9, of: 9 };
        assert_eq!(own_part(&seconds, beyond), [0; 0]);
        assert_eq!(own_part(&[], ShardArgument { part: 1, of: 2 }), [0; 0]);
    }
}
