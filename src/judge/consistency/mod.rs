//! What the notes show in several places must be possible together.
//!
//! ```text
//!     each line holds by itself:      an age may be any age, a size any size
//!     two of them contradict:         one image with two ages, a child above its parent
//!
//!     Evidence (steps, formats, outputs, judged lines)
//!         |  CHECKS, one subject a file; their forms in `series`
//!         v
//!     Objection (a judged line, and why it cannot stand)
//! ```
//!
//! A check compares the notes with themselves. Most of them take what is true in this run for
//! possible; the others know what no run can print.

mod ages;
mod builds;
mod clock;
mod durations;
mod file_numbers;
mod given_times;
mod image_order;
mod image_sizes;
mod installed;
mod interfaces;
mod list_counts;
mod listed_images;

mod machine_numbers;
mod moments;
mod one_moment;
mod origins;
mod parts;
mod ping;
mod processes;
mod published_ports;
mod script_times;
mod series;
mod sleeps;
mod sorted_lists;
mod stats;
mod tables;
mod unchanged;
mod uptimes;
mod written_sizes;

use self::series::Sides;
use super::ambient::NamedThings;
use super::remarks::without_remark;
use super::{LineJudgement, StepJudgement, StepVerdict};
use crate::docker::{Does, Invocation, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::authored::Authored;
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::session::Step;

/// What is known of an exercise once each of its steps was judged by itself.
pub(super) struct Evidence<'e> {
    pub(super) steps: &'e [Step],
    /// The format of each step's output.
    pub(super) formats: &'e [OutputFormat],
    /// What each step printed; nothing where it was not run.
    pub(super) outputs: Vec<&'e [String]>,
    /// What the exercise makes, names and uses.
    pub(super) things: &'e NamedThings,
    /// Everything that the author wrote: commands and files.
    pub(super) authored: Authored,
}

/// A judged line that contradicts another one.
#[derive(Debug, PartialEq, Eq)]
struct Objection {
    /// The step, from 0.
    step: usize,
    /// The position among the step's judged lines.
    line: usize,
    reason: &'static str,
}

impl Objection {
    /// The objection for this `reason` to the judged `line` of `step`, both from 0.
    fn at(step: usize, line: usize, reason: &'static str) -> Self {
        Self { step, line, reason }
    }
}

/// The judged lines of each step.
type Lines<'j> = [&'j [LineJudgement]];

/// A search for lines that contradict each other.
type Check = fn(&Evidence, &Lines) -> Vec<Objection>;

/// All checks.
const CHECKS: [Check; 25] = [
    image_sizes::contradictions,
    image_order::contradictions,
    sorted_lists::contradictions,
    moments::contradictions,
    ages::contradictions,
    processes::contradictions,
    interfaces::contradictions,
    installed::contradictions,
    ping::contradictions,
    builds::contradictions,
    parts::contradictions,
    machine_numbers::contradictions,
    durations::contradictions,
    clock::contradictions,
    one_moment::contradictions,
    list_counts::contradictions,
    listed_images::contradictions,
    script_times::contradictions,
    published_ports::contradictions,
    given_times::contradictions,
    file_numbers::contradictions,
    stats::contradictions,
    unchanged::contradictions,
    uptimes::contradictions,
    written_sizes::contradictions,
];

/// Lets each line fail that contradicts another one.
pub(super) fn refuse_contradictions(evidence: &Evidence, judgements: &mut [StepJudgement]) {
    let lines: Vec<Vec<LineJudgement>> = judgements
        .iter()
        .zip(&evidence.outputs)
        .map(|(judgement, printed)| evidence.without_remarks(&judgement.lines, printed))
        .collect();
    let lines: Vec<&[LineJudgement]> = lines.iter().map(Vec::as_slice).collect();
    let found: Vec<Objection> = CHECKS
        .iter()
        .flat_map(|check| check(evidence, &lines))
        .collect();
    for objection in found {
        let Some(judgement) = judgements.get_mut(objection.step) else {
            continue;
        };
        judgement.verdict = StepVerdict::Failed;
        judgement.reason = Some(objection.reason.into());
        if let Some(line) = judgement.lines.get_mut(objection.line) {
            line.ok = false;
            line.note = Some(objection.reason.to_owned());
        }
    }
}

/// The commands among `calls` that make a container.
fn makers(calls: &[ProgramCall]) -> impl Iterator<Item = &Invocation> {
    let dockers = calls.iter().filter_map(ProgramCall::docker);
    dockers.filter(|docker| docker.does(Does::Creates))
}

impl Evidence<'_> {
    /// The judged `lines` of a step without what the author wrote behind output.
    fn without_remarks(&self, lines: &[LineJudgement], printed: &[String]) -> Vec<LineJudgement> {
        let printed: Vec<String> = printed.iter().map(|line| normal(line)).collect();
        let mut lines = lines.to_vec();
        for noted in lines.iter_mut().filter_map(|line| line.expected.as_mut()) {
            noted.truncate(without_remark(noted, &printed, &self.authored).len());
        }
        lines
    }

    /// The lines of the output of `step`, from 0.
    fn sides(&self, step: usize) -> Sides<Vec<&str>> {
        let noted = self.steps[step].expected.iter();
        let printed = self.outputs[step].iter();
        Sides::new(
            noted.map(|line| line.text.as_str()).collect(),
            printed.map(String::as_str).collect(),
        )
    }

    /// Where `line` of the notes in the output of `step`, both from 0, stands: its step and its
    /// position among the judged lines; none where that line fails already.
    fn place(&self, judged: &Lines, step: usize, line: usize) -> Option<(usize, usize)> {
        let number = self.steps[step].expected.get(line)?.line;
        let mut lines = judged[step].iter();
        let position = lines.position(|line| line.line == number && line.ok)?;
        Some((step, position))
    }

    /// The objection to that line.
    fn object(
        &self,
        judged: &Lines,
        step: usize,
        line: usize,
        reason: &'static str,
    ) -> Option<Objection> {
        let (step, line) = self.place(judged, step, line)?;
        Some(Objection::at(step, line, reason))
    }

    /// The steps, from 0, of whose calls this is so.
    fn steps_that(&self, is_so: impl Fn(&[ProgramCall]) -> bool) -> impl Iterator<Item = usize> {
        let steps = self.formats.iter().enumerate();
        steps.filter_map(move |(step, format)| is_so(format.calls()).then_some(step))
    }

    /// Whether the notes show the output of `step`, from 0, without an elision.
    fn shows_whole(&self, step: usize) -> bool {
        self.steps[step].expected.iter().all(|line| !line.elision)
    }

    /// The texts in a line of `step`, from 0, that are of a kind which `is_meant`.
    fn texts(&self, step: usize, line: &str, is_meant: impl Fn(Volatile) -> bool) -> Vec<String> {
        let line = normal(line);
        let fields = self.formats[step].fields(&line, "").volatile.into_iter();
        let meant = fields.filter(|(_, kind)| is_meant(*kind));
        meant.map(|(range, _)| line[range].to_owned()).collect()
    }

    /// The calls of all steps.
    fn calls(&self) -> impl Iterator<Item = &ProgramCall> {
        self.formats.iter().flat_map(OutputFormat::calls)
    }

    /// What all steps call of Docker.
    fn dockers(&self) -> impl Iterator<Item = &Invocation> {
        self.calls().filter_map(ProgramCall::docker)
    }

    /// The commands that make a container.
    fn makers(&self) -> impl Iterator<Item = &Invocation> {
        self.formats
            .iter()
            .flat_map(|format| makers(format.calls()))
    }

    /// The steps that list images, from 0.
    fn lists_of_images(&self) -> impl Iterator<Item = usize> {
        self.steps_that(|calls| ProgramCall::any_is_docker(calls, "images"))
    }
}
