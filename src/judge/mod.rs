//! Expected against actual: is what the notes show still true?
//!
//! ```text
//!     Script (an exercise's steps) + Surroundings (what was there before)
//!         |  Judge::command(step)     the text to send, bindings put in
//!         |  Judge::observe(step, Observation)
//!         v  Judge::finish()
//!     Judgement: a verdict and, line by line, how each was judged
//! ```
//!
//! Judging is pure: it never touches an engine, a clock or a file, so that a
//! record can be judged again at any time.

mod again;
mod ambient;
mod author_values;
pub(crate) mod bindings;
mod compile;
mod consistency;
mod contradiction;
mod exit;
pub(crate) mod explain;
mod failure;
mod held_lines;
pub(crate) mod judging;
mod levels;
mod other_things;
mod prompts;
mod remarks;
mod row;
mod rows;
mod sharing;
mod solver;
pub(crate) mod token;
mod values;
pub mod varying;

pub use crate::formats::causes::likely as likely_cause;
pub use crate::formats::messages::{MESSAGES, MessageRow};
pub use crate::formats::volatile::Volatile;
pub use again::{Patience, asks_a_server};
pub use bindings::ValueKind;
pub use explain::{ExplainedLine, Judged, LinePart, Role, explain};
pub use judging::{Judge, Unbound, judge, whole};

use serde::{Deserialize, Serialize};

use std::collections::HashSet;

use crate::docker::dockerfile::own_command;
use crate::docker::names::with_tag;
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::OutputFormat;
use crate::lab::Surroundings;
use crate::reason::Reason;
use crate::session::Step;

/// How a line was judged; the weakest kind that some part of it needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Letter by letter.
    Literal,
    /// With IDs, names or addresses paired with this run's.
    Bound,
    /// With times, sizes or the like that differ in every run.
    Volatile,
    /// A row about something that the exercise neither made nor mentions.
    Ambient,
    /// A row about something that labbook made, since the notes take it for granted.
    Given,
    /// Inside, or standing for, an elision.
    Elided,
    /// As one of a set whose order is not the notes' to fix.
    Unordered,
    /// With parts that two runs tell to be the machine's or drawn.
    Varying,
    /// A blank line.
    Layout,
    /// Through the table of texts that Docker itself changed.
    Dialect,
    /// Typed to a program that asked nothing: shown by the terminal whatever it is.
    Typed,
    /// Expected and not printed.
    Missing,
    /// Printed and not expected.
    Extra,
}

/// One line of a step's output, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LineJudgement {
    /// The line in the notes, from 1; for an extra line, the one it stands after.
    pub line: usize,
    /// The notes' line; none for an extra one.
    pub expected: Option<String>,
    /// This run's line; none for a missing or ambient one.
    pub actual: Option<String>,
    /// How it was judged.
    pub how: How,
    /// Whether it holds.
    pub ok: bool,
    /// What a failed line's reader should know: which line bound the value, to
    /// what; which dialect row applied; and the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The verdict of a step that was run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepVerdict {
    /// Everything required was there.
    Passed,
    /// It holds, in other words of Docker's own.
    Drifted,
    /// Something differs.
    Failed,
    /// Not run, with a reason.
    Skipped,
    /// It could not be run.
    Error,
    /// The notes' text was written to the file that the step shows.
    Given,
    /// It ran, and nothing of it had to match: it shows and prints nothing, or all its
    /// lines are elided, about other things, or the header of a table.
    Unchecked,
}

/// What one step really did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Observation {
    /// The text that was sent, bindings put in; none for keys.
    pub sent: Option<String>,
    /// The rendered output, line by line, without the echo and the prompt.
    pub output: Vec<String>,
    /// The exit status; none where no shell reported one (keys, a shell that goes on
    /// in a nested one).
    pub exit: Option<i32>,
    /// The visible prompt that came after, without trailing white space.
    pub prompt: Option<String>,
    /// The lines that were typed to a program that asked nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub typed: Vec<String>,
}

/// One step, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepJudgement {
    /// The verdict.
    pub verdict: StepVerdict,
    /// Why, where the lines do not say it (an exit status, a prompt).
    pub reason: Option<Reason>,
    /// Line by line, in the order of the notes.
    pub lines: Vec<LineJudgement>,
}

/// A whole exercise, ready to be judged step by step.
pub struct JudgedExercise<'a> {
    /// The steps, in order.
    pub steps: &'a [Step],
    /// The set-up commands, which may name things too.
    pub setup: &'a [String],
    /// The texts of the files that the lab begins with.
    pub files: Vec<&'a str>,
    /// What was there before.
    pub surroundings: &'a Surroundings,
}

impl JudgedExercise<'_> {
    /// What each step prints: its own programs, and the one that an image runs by itself
    /// where the author wrote its Dockerfile.
    pub(crate) fn formats(&self) -> Vec<OutputFormat> {
        let commands = || self.steps.iter().filter_map(Step::command);
        let calls = commands().flat_map(ProgramCall::all_of_docker);
        let built = calls.filter(|docker| docker.does(Does::Builds));
        let built = built.flat_map(|docker| docker.gives(OperandKind::Image));
        let built: HashSet<String> = built.map(|image| with_tag(&image)).collect();
        let shown = self.steps.iter().filter_map(values::shown_dockerfile);
        let shown: Vec<String> = shown.collect();
        let texts = self.files.iter().copied().chain(commands());
        let own_command = own_command(texts.chain(shown.iter().map(String::as_str)));
        let runs_by_itself = |call: &ProgramCall| {
            let docker = call.docker().filter(|_| call.is_docker("run"))?;
            let image = with_tag(&docker.needed_image()?);
            let is_own = docker.inner.is_empty() && !docker.has("--entrypoint");
            (is_own && built.contains(&image)).then(|| own_command.clone())?
        };
        let is_of_own_image = |call: &ProgramCall| {
            let image = call.docker().and_then(Invocation::needed_image);
            image.is_some_and(|image| built.contains(&with_tag(&image)))
        };
        let format = |step: &Step| {
            let mut format = step.format();
            if format.calls().iter().any(is_of_own_image) {
                format = format.behind_an_entrypoint();
            }
            match format.calls() {
                [call] => match runs_by_itself(call) {
                    Some(command) => format.with(ProgramCall::all(&command)),
                    None => format,
                },
                _ => format,
            }
        };
        self.steps.iter().map(format).collect()
    }
}
