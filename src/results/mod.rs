//! What a run found, as it is kept and published.
//!
//! ```text
//!     Report                     the document of --format json, and of labbook.json
//!       engines:   EngineInfo
//!       exercises: ExerciseResult    one an exercise and engine
//!         steps:     StepResult        sent, exit, verdict
//!           lines:     LineJudgement     expected, actual, how
//!       totals
//! ```
//!
//! The book reads only this; the judge can judge its records again.

mod merge;
mod secrets;
mod store;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::judge::varying::RecordedRun;
use crate::judge::{How, LineJudgement, Observation, StepVerdict};
use crate::lab::{EngineInfo, StandIn, Surroundings};
use crate::reason::{Reason, ReasonKind};
use crate::session::Shell;

pub use merge::{missing, together};
pub use secrets::{mask, unmask};
pub use store::{ResultName, ResultsError, load, merge, rename, results_path, save};

/// The version of the document's schema.
pub const SCHEMA: u32 = 1;

/// The verdict of an exercise on an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything the notes require was there.
    Passed,
    /// It holds, in other words of Docker's own.
    Drifted,
    /// Something differs.
    Failed,
    /// Not run, for a reason known before.
    Skipped,
    /// It could not be run.
    Error,
    /// It ran, and nothing of it had to match.
    Unchecked,
}

impl Verdict {
    /// All, in the order in which reports count them.
    pub const ALL: [Self; 6] = [
        Self::Passed,
        Self::Drifted,
        Self::Failed,
        Self::Skipped,
        Self::Error,
        Self::Unchecked,
    ];

    /// The word that stands in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Drifted => "drifted",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Error => "error",
            Self::Unchecked => "unchecked",
        }
    }
}

/// All that a run found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The engines that exercises were run on.
    pub engines: Vec<EngineInfo>,
    /// One an exercise and engine, in the order of the notes.
    pub exercises: Vec<ExerciseResult>,
    /// How many of each verdict.
    pub totals: Totals,
    /// Of which parts of a run these are the results; none for a whole one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<Shard>,
}

/// One of several parts of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Shard {
    /// Which part, from 1.
    pub part: usize,
    /// Of how many.
    pub of: usize,
    /// The IDs of all exercises of the whole run, in the order of the notes.
    pub exercises: Vec<String>,
    /// How long each of them was taken to last, in seconds, when they were divided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seconds: Vec<f64>,
}

/// The parts of a run that is not whole yet, after those of `new`: what one part
/// measured must not divide the next one otherwise. Empty where it is whole.
pub fn parts_so_far(old: Vec<Shard>, new: &[Shard]) -> Vec<Shard> {
    let Some(last) = new.first() else {
        return Vec::new();
    };
    let is_other_part = |shard: &Shard| {
        let division = |shard: &Shard| (shard.of, shard.exercises.clone(), shard.seconds.clone());
        division(shard) == division(last) && shard.part != last.part
    };
    let mut parts: Vec<Shard> = old.into_iter().filter(is_other_part).collect();
    parts.extend(new.iter().cloned());
    match parts.len() == last.of {
        true => Vec::new(),
        false => parts,
    }
}

impl Report {
    /// Puts results together and counts them.
    pub fn new(engines: Vec<EngineInfo>, mut exercises: Vec<ExerciseResult>) -> Self {
        exercises.iter_mut().for_each(mask);
        let totals = Totals::of(&exercises);
        Self {
            schema: SCHEMA,
            engines,
            exercises,
            totals,
            shards: Vec::new(),
        }
    }
}

/// How many of each verdict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// Exercises that passed.
    pub passed: usize,
    /// Exercises that drifted.
    pub drifted: usize,
    /// Exercises that failed.
    pub failed: usize,
    /// Exercises that were skipped.
    pub skipped: usize,
    /// Exercises that could not be run.
    pub error: usize,
    /// Exercises of which nothing had to match.
    #[serde(default)]
    pub unchecked: usize,
}

impl Totals {
    fn of(exercises: &[ExerciseResult]) -> Self {
        let count = |verdict| {
            exercises
                .iter()
                .filter(|exercise| exercise.verdict == verdict)
                .count()
        };
        Self {
            passed: count(Verdict::Passed),
            drifted: count(Verdict::Drifted),
            failed: count(Verdict::Failed),
            skipped: count(Verdict::Skipped),
            error: count(Verdict::Error),
            unchecked: count(Verdict::Unchecked),
        }
    }

    /// How many of `verdict`.
    pub fn count(&self, verdict: Verdict) -> usize {
        match verdict {
            Verdict::Passed => self.passed,
            Verdict::Drifted => self.drifted,
            Verdict::Failed => self.failed,
            Verdict::Skipped => self.skipped,
            Verdict::Error => self.error,
            Verdict::Unchecked => self.unchecked,
        }
    }
}

/// What came of one exercise on one engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ExerciseResult {
    /// The exercise's ID.
    pub id: String,
    /// What readers call it.
    pub title: String,
    /// The notes' file, relative to the book's folder or as it was named.
    pub file: String,
    /// The line, from 1, of its question.
    pub line: usize,
    /// The name of the engine, as in [`EngineInfo::name`].
    pub engine: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Why, where the steps do not say it.
    pub reason: Option<String>,
    /// The kind of the reason, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_kind: Option<ReasonKind>,
    /// How long it took, in seconds.
    pub seconds: f64,
    /// What the manifest and the lab brought that the notes do not show: set-up
    /// commands, shims, programs that were installed.
    #[serde(default)]
    pub remarks: Vec<String>,
    /// Base images that are stand-ins.
    #[serde(default)]
    pub stand_ins: Vec<String>,
    /// How many lines were judged in which way.
    #[serde(default)]
    pub counts: std::collections::BTreeMap<How, usize>,
    /// The exercise's text and files, as [`crate::exercise::Exercise::hash`] gives it.
    #[serde(default)]
    pub hash: String,
    /// The version of the labbook that ran it, and where it used stand-ins the digest of
    /// the recipes beside the manifests.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub labbook: String,
    /// When it was run, in RFC 3339.
    #[serde(default)]
    pub time: String,
    /// Whether it was run earlier, and nothing changed since that it depends on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
    /// Whether the notes changed since it was run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stale: bool,
    /// Step by step.
    pub steps: Vec<StepResult>,
    /// What was there before the first step, to judge the record again.
    #[serde(default)]
    pub surroundings: Surroundings,
    /// Whether it ran in one lab with the other sections of its page.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shares_lab: bool,
    /// What the steps above it on its page did in the same lab, from the section of the
    /// page that the same run tells of before it: to judge the record again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub above: Vec<Observation>,
    /// All its runs, in order, where there were several: one that failed is run again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RecordedRun>,
    /// Whether it held in a later run only, for no known reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flaky: bool,
    /// What a manifest says that would provide what the notes take for granted; it may
    /// hold secrets of theirs, and is no part of the document.
    #[serde(skip)]
    pub manifest: Option<String>,
    /// What is known of its stand-ins; no part of the document.
    #[serde(skip)]
    pub facts: Vec<StandIn>,
}

impl ExerciseResult {
    /// Sets the verdict and its reason.
    pub fn conclude(&mut self, verdict: Verdict, reason: impl Into<Option<Reason>>) {
        self.verdict = verdict;
        (self.reason, self.reason_kind) = Reason::apart(reason.into());
    }

    /// The reason with its kind.
    pub fn full_reason(&self) -> Option<Reason> {
        Reason::joined(self.reason.as_deref(), self.reason_kind)
    }

    /// What [`ExerciseResult::labbook`] is of a run of today, with these `recipes`.
    pub fn labbook_now(&self, recipes: Option<&str>) -> String {
        let version = env!("CARGO_PKG_VERSION");
        match recipes.filter(|_| !self.stand_ins.is_empty()) {
            Some(digest) => format!("{version}, recipes {digest}"),
            None => version.to_owned(),
        }
    }

    /// What the steps above it did in the same lab, as far as the `others` of the same
    /// run tell it.
    pub fn observed_above(&self, others: &[Self]) -> Vec<Observation> {
        let run = |result: &Self| {
            let place = (result.file.clone(), result.engine.clone());
            (result.shares_lab, place, result.time.clone())
        };
        let mut same_run: Vec<&Self> = others
            .iter()
            .filter(|other| self.shares_lab && run(other) == run(self) && other.line < self.line)
            .collect();
        same_run.sort_by_key(|other| other.line);
        let mut observed: Vec<Observation> = Vec::new();
        for other in same_run {
            observed.extend(other.above.iter().cloned());
            observed.extend(other.steps.iter().map(StepResult::observation));
        }
        observed.extend(self.above.iter().cloned());
        observed
    }
}

/// What came of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct StepResult {
    /// The line, from 1, of its prompt in the notes.
    pub line: usize,
    /// Where it was typed.
    pub shell: Shell,
    /// The command as written; none for keys.
    pub command: Option<String>,
    /// The keys, where no command was typed: `ctrl-p ctrl-q`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
    /// The command as it was sent, with this run's values.
    pub sent: Option<String>,
    /// The exit status, where one is known.
    pub exit: Option<i32>,
    /// The verdict.
    pub verdict: StepVerdict,
    /// Why, where the lines do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The kind of the reason, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_kind: Option<ReasonKind>,
    /// How often it was asked: again while something was not ready.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub asked: usize,
    /// Line by line.
    pub lines: Vec<LineJudgement>,
    /// What it printed, whole.
    #[serde(default)]
    pub output: Vec<String>,
    /// The prompt that came after.
    #[serde(default)]
    pub prompt: Option<String>,
    /// The lines that were typed to a program that asked nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed: Vec<String>,
}

fn once() -> usize {
    1
}

fn is_once(count: &usize) -> bool {
    *count == 1
}

impl StepResult {
    /// What it really did, to be judged again.
    pub fn observation(&self) -> Observation {
        Observation {
            sent: self.sent.clone(),
            output: self.output.clone(),
            exit: self.exit,
            prompt: self.prompt.clone(),
            typed: self.typed.clone(),
        }
    }
}
