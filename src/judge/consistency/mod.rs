//! What the notes show in several places must be possible together.
//!
//! ```text
//!     each line holds by itself:      an age may be any age, a size any size
//!     two of them contradict:         one image with two ages, a child above its parent
//!
//!     Evidence (steps, formats, outputs, judged lines)
//!         |  CHECKS, one subject a file
//!         v
//!     Objection (a judged line, and why it cannot stand)
//! ```
//!
//! A check compares the notes with themselves. Most of them take what is true in this run for
//! possible; the others know what no run can print.

mod ages;
mod build_count;
mod buildkit_cache;
mod clock;
mod disk_usage;
mod durations;
mod file_numbers;
mod file_systems;
mod given_times;
mod image_order;
mod image_sizes;
mod installed;
mod interfaces;
mod legacy_build;
mod list_counts;
mod listed_images;
mod log_times;
mod loops;
mod machine_numbers;
mod memory;
mod moments;
mod one_moment;
mod ping;
mod processes;
mod published_ports;
mod shares;
mod sleeps;
mod sorted_lists;
mod stats;
mod unchanged;
mod uptimes;
mod virtual_sizes;
mod workers;
mod written_sizes;

use std::collections::HashSet;
use std::ops::Range;

use super::ambient::NamedThings;
use super::remarks::without_remark;
use super::{LineJudgement, StepJudgement, StepVerdict};
use crate::docker::ids::{is_id, short};
use crate::docker::names::with_tag;
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::authored::Authored;
use crate::formats::table::Header;
use crate::formats::text::normal;
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
const CHECKS: [Check; 33] = [
    image_sizes::contradictions,
    image_order::contradictions,
    sorted_lists::contradictions,
    moments::contradictions,
    ages::contradictions,
    processes::contradictions,
    disk_usage::contradictions,
    interfaces::contradictions,
    installed::contradictions,
    ping::contradictions,
    build_count::contradictions,
    buildkit_cache::contradictions,
    machine_numbers::contradictions,
    memory::contradictions,
    workers::contradictions,
    legacy_build::contradictions,
    durations::contradictions,
    clock::contradictions,
    one_moment::contradictions,
    list_counts::contradictions,
    listed_images::contradictions,
    log_times::contradictions,
    loops::contradictions,
    published_ports::contradictions,
    given_times::contradictions,
    file_numbers::contradictions,
    file_systems::contradictions,
    shares::contradictions,
    stats::contradictions,
    virtual_sizes::contradictions,
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

/// The objection to the line of the notes with this `number` in `step`; none where that line
/// fails already.
fn at_number(lines: &Lines, step: usize, number: usize, reason: &'static str) -> Option<Objection> {
    let mut judged = lines.get(step)?.iter();
    let line = judged.position(|line| line.line == number && line.ok)?;
    Some(Objection::at(step, line, reason))
}

/// What stands in the notes and what this run printed in its place.
fn sides(line: &LineJudgement) -> Option<(&str, &str)> {
    line.expected.as_deref().zip(line.actual.as_deref())
}

/// The objections to those of the judged `lines` of `step` that hold and for which `reason`
/// gives one.
fn refused(
    step: usize,
    lines: &[LineJudgement],
    reason: impl Fn(&LineJudgement) -> Option<&'static str>,
) -> Vec<Objection> {
    let held = lines.iter().enumerate().filter(|(_, line)| line.ok);
    held.filter_map(|(line, judged)| Some(Objection::at(step, line, reason(judged)?)))
        .collect()
}

/// The rows, of steps that call what `is_meant`, that are impossible in the notes and not in
/// this run; `is_impossible` gives none for a line that is no such row.
fn impossible_rows(
    evidence: &Evidence,
    judged: &Lines,
    is_meant: impl Fn(&ProgramCall) -> bool,
    is_impossible: impl Fn(&str) -> Option<bool>,
    reason: &'static str,
) -> Vec<Objection> {
    let steps = judged.iter().zip(evidence.formats).enumerate();
    let of_program = steps.filter(|(_, (_, format))| format.calls().iter().any(&is_meant));
    let is_wrong = |row: &Option<String>| row.as_deref().and_then(&is_impossible) == Some(true);
    let reason =
        |row: &LineJudgement| (is_wrong(&row.expected) && !is_wrong(&row.actual)).then_some(reason);
    of_program
        .flat_map(|(step, (lines, _))| refused(step, lines, reason))
        .collect()
}

/// The parts of `lines` that stand under a header of the notes.
fn tables(lines: &[LineJudgement]) -> Vec<Range<usize>> {
    let is_header = |line: &LineJudgement| {
        let text = line.expected.as_deref().unwrap_or_default();
        Header::read(&normal(text)).is_some()
    };
    let begins: Vec<usize> = (0..lines.len())
        .filter(|line| is_header(&lines[*line]))
        .collect();
    let ends = begins.iter().skip(1).copied().chain([lines.len()]);
    begins
        .iter()
        .zip(ends)
        .map(|(begin, end)| *begin..end)
        .collect()
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

    /// The lines of the notes in the output of `step`, from 0.
    fn noted(&self, step: usize) -> Vec<&str> {
        let lines = self.steps[step].expected.iter();
        lines.map(|line| line.text.as_str()).collect()
    }

    /// The lines that `step`, from 0, printed.
    fn printed(&self, step: usize) -> Vec<&str> {
        self.outputs[step].iter().map(String::as_str).collect()
    }

    /// The steps, from 0, that build an image and whose output the notes show whole, with
    /// the texts of its lines.
    fn whole_builds(&self) -> impl Iterator<Item = (usize, Vec<&str>)> {
        let steps = self.steps.iter().zip(self.formats).enumerate();
        let is_whole = |step: &Step| step.expected.iter().all(|line| !line.elision);
        steps
            .filter(move |(_, (step, format))| {
                is_whole(step) && ProgramCall::any_is_docker(format.calls(), "build")
            })
            .map(|(number, _)| (number, self.noted(number)))
    }

    /// Whether a command or a file of the author limits the memory of a container.
    fn limits_memory(&self) -> bool {
        let mut dockers = self.calls().filter_map(ProgramCall::docker);
        dockers.any(|docker| docker.has("--memory") || docker.is_of_compose())
    }

    /// The calls of all steps.
    fn calls(&self) -> impl Iterator<Item = &ProgramCall> {
        self.formats.iter().flat_map(OutputFormat::calls)
    }

    /// The steps that list images, from 0.
    fn lists_of_images(&self) -> impl Iterator<Item = usize> {
        let lists = |format: &OutputFormat| ProgramCall::any_is_docker(format.calls(), "images");
        let steps = self.formats.iter().enumerate();
        steps.filter_map(move |(step, format)| lists(format).then_some(step))
    }

    /// The images that Dockerfiles of the author begin with.
    fn bases(&self) -> HashSet<String> {
        let text = self.authored.replace("\\n", "\n");
        let is_between = |c: char| c.is_whitespace() || "'\"".contains(c);
        let words = text.split(is_between);
        let words: Vec<&str> = words
            .filter(|word| !word.is_empty() && !word.starts_with("--"))
            .collect();
        let (mut bases, mut stages): (HashSet<&str>, HashSet<&str>) = Default::default();
        for (index, _) in words
            .iter()
            .enumerate()
            .filter(|(_, word)| **word == "FROM")
        {
            let mut behind = words[index + 1..].iter();
            if let Some(base) = behind.next().filter(|base| !stages.contains(*base)) {
                bases.insert(base);
            }
            if behind
                .next()
                .is_some_and(|word| word.eq_ignore_ascii_case("as"))
            {
                stages.extend(behind.next());
            }
        }
        bases.into_iter().map(with_tag).collect()
    }

    /// The image of each container that the exercise makes, with its name where it has one.
    fn containers(&self) -> impl Iterator<Item = (Option<&str>, String)> {
        let dockers = self.calls().filter_map(ProgramCall::docker);
        let creates = dockers.filter(|docker| docker.does(Does::Creates));
        creates.filter_map(|docker| {
            let name = docker.values("--name").last();
            Some((name, with_tag(&docker.needed_image()?)))
        })
    }

    /// All images that the exercise makes others or containers of.
    fn sources(&self) -> HashSet<String> {
        let images = self.containers().map(|(_, image)| image);
        images.chain(self.bases()).collect()
    }

    /// The image that `image`, which the exercise makes, is made of, each with its tag; none
    /// where that cannot be told.
    fn parent(&self, image: &str) -> Option<String> {
        let gives = |docker: &&Invocation| {
            let given = docker.gives(OperandKind::Image);
            docker.does(Does::Builds) && given.iter().any(|name| with_tag(name) == image)
        };
        let maker = self.calls().filter_map(ProgramCall::docker).filter(gives);
        let maker = maker.last()?;
        if maker.verb != "commit" {
            // What is made of an image that the exercise made is made of that one's base.
            let bases = self.bases().into_iter();
            return only(bases.filter(|base| !self.builds(base)));
        }
        let container = maker.operands.first()?.as_str();
        let mut named = self
            .containers()
            .filter(|(name, _)| *name == Some(container));
        let of_name = named.next().map(|(_, image)| image);
        of_name.or_else(|| only(self.containers().map(|(_, image)| image)))
    }

    /// Whether a command builds an image with this name and tag.
    fn builds(&self, image: &str) -> bool {
        let mut dockers = self.calls().filter_map(ProgramCall::docker);
        dockers.any(|docker| {
            let given = docker.gives(OperandKind::Image);
            docker.does(Does::Builds) && given.iter().any(|name| with_tag(name) == image)
        })
    }

    /// Whether the exercise made the image with this name and tag, or ID, up to `step`.
    fn has_made(&self, step: usize, (repository, tag, id): (&str, &str, &str)) -> bool {
        let is_shown = |text: &str| {
            let mut words = text.split([' ', ':']);
            words.any(|word| is_id(word) && short(word) == short(id))
        };
        let mut builds = self.steps.iter().zip(self.formats).take(step);
        self.things.has_built(step, repository, tag)
            || is_id(id)
                && builds.any(|(step, format)| {
                    let builds = format.calls().iter().any(|call| call.does(Does::Builds));
                    let mut lines = step.expected.iter().rev();
                    // The last ID that a build shows is that of its image.
                    builds
                        && lines
                            .find(|line| line.text.split([' ', ':']).any(is_id))
                            .is_some_and(|line| is_shown(&line.text))
                })
    }

    /// Whether a container of the exercise, or an image that it builds, is made of this
    /// image, which it does not make, name or load itself.
    fn takes_image(&self, repository: &str, tag: &str) -> bool {
        let name = format!("{repository}:{tag}");
        let brings = |docker: &Invocation| {
            let given = docker.gives(OperandKind::Image);
            ["load", "import"].contains(&docker.verb.as_str())
                || given.iter().any(|image| with_tag(image) == name)
        };
        let mut dockers = self.calls().filter_map(ProgramCall::docker);
        self.sources().contains(&name) && !dockers.any(brings)
    }
}

/// The one value that all of `values` are; none where there are several, or no one.
fn only(values: impl IntoIterator<Item = String>) -> Option<String> {
    let mut values = values.into_iter();
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}
