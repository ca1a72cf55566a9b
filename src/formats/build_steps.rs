//! The steps of a build, as each builder counts them.
//!
//! ```text
//!     Dockerfile              legacy                          BuildKit
//!     FROM busybox AS one     Step 1/5 : FROM busybox AS one  [one 1/2] FROM busybox
//!     RUN a                   Step 2/5 : RUN a                [one 2/2] RUN a
//!     FROM busybox            Step 3/5 : FROM busybox         [stage-1 1/2] FROM busybox
//!     ENV X=1                 Step 4/5 : ENV X=1
//!     RUN b                   Step 5/5 : RUN b                [stage-1 2/2] RUN b
//! ```
//!
//! The legacy builder counts all instructions, BuildKit those of a stage that change files.
//! Numbers, orders and words about the cache of one builder can be held against what the
//! other one printed, and against the Dockerfile. Sources: moby
//! `builder/dockerfile/{dispatchers,imageprobe}.go`, buildkit
//! `frontend/dockerfile/dockerfile2llb/convert.go`.

use std::collections::HashSet;
use std::ops::Range;

use super::authored::Authored;
use super::build::{self, SHOWN, cached_as};
use super::build_variables::BuildVariables;
use crate::docker::ProgramCall;
use crate::pattern::pattern;

pattern! {
    COUNTED = r"^Step (?P<number>[0-9]+)/(?P<total>[0-9]+) : (?P<instruction>.+)$";
    VERTEX = r"^(?:ERROR )?\[(?:(?P<stage>[^\]]*) )?(?P<number>[0-9]+)/(?P<total>[0-9]+)\] (?P<instruction>.+)$";
    NAMED_BASE = r"^(?i:FROM) (?:--\S+ )*(?P<image>\S+)(?: (?i:AS) (?P<name>\S+))?$";
    BUILT = r"^Successfully built [0-9a-f]{12}$";
    /// What a step took, at the end of its line.
    TIMED = r"\s[0-9.]+s$";
}

/// What an exercise did before a build, and what its author wrote.
#[derive(Debug, Clone, Default)]
pub struct BuildPast {
    /// The instructions of the builds before it.
    pub built: HashSet<String>,
    /// Whether a command before it removes images or what builders keep.
    pub forgets: bool,
    /// All that no command printed, Dockerfiles too.
    pub authored: Authored,
    /// Whether this run's daemon is too old to give advice about a Dockerfile.
    pub gives_no_advice: bool,
}

/// A step of the legacy builder.
pub(super) struct LegacyStep<'l> {
    /// `Step 2/3 : RUN mkdir /box`.
    pub line: &'l str,
    /// The line that it is, from 0.
    at: usize,
    number: usize,
    total: usize,
    /// Whether lines are elided between the step before it and this one.
    after_elision: bool,
    /// The line, from 0, that says that it came from the cache.
    pub cached: Option<usize>,
    /// The lines of the container that it ran in, with what was printed there.
    pub run: Range<usize>,
    /// Whether it tells the image that it made.
    is_made: bool,
}

impl<'l> LegacyStep<'l> {
    fn read(line: &'l str, at: usize, after_elision: bool) -> Option<Self> {
        let counted = COUNTED.captures(line)?;
        Some(Self {
            line,
            at,
            number: counted["number"].parse().ok()?,
            total: counted["total"].parse().ok()?,
            after_elision,
            cached: None,
            run: 0..0,
            is_made: false,
        })
    }

    fn instruction(&self) -> &'l str {
        let after = self.line.split_once(" : ");
        after.map_or("", |(_, instruction)| instruction.trim_start())
    }

    /// Whether it is one of `instructions`, which are in words that both builders share.
    pub(super) fn instruction_in(&self, instructions: &HashSet<String>) -> bool {
        let own = build::shared_instruction(self.instruction());
        own.is_some_and(|own| instructions.contains(&own))
    }

    /// Whether it is the first of a stage.
    fn is_base(&self) -> bool {
        self.instruction().to_ascii_uppercase().starts_with("FROM ")
    }

    /// Whether it copies what a stage before it, or another image, has.
    fn copies_from_a_stage(&self) -> bool {
        self.instruction().contains(" --from=")
    }
}

/// The steps that `lines` tell; an elision is none.
pub(super) fn legacy_steps<'l>(
    lines: impl Iterator<Item = Option<&'l str>>,
) -> Vec<LegacyStep<'l>> {
    let mut steps: Vec<LegacyStep> = Vec::new();
    let mut elided = false;
    for (index, line) in lines.enumerate() {
        let Some(line) = line else {
            elided = true;
            continue;
        };
        if let Some(step) = LegacyStep::read(line, index, elided) {
            elided = false;
            steps.push(step);
            continue;
        }
        let Some(step) = steps.last_mut() else {
            continue;
        };
        step.is_made |= line.starts_with(" ---> ");
        if line == " ---> Using cache" {
            step.cached = Some(index);
        } else if line.starts_with(" ---> Running in ") {
            step.run = index..index;
        } else if step.run.start > 0
            && line.contains("intermediate container ")
            && build::is_own_of_legacy(line)
        {
            step.run.end = index + 1;
        }
    }
    steps
}

/// The steps, each with whether it can come from the cache: no base does, and none behind a
/// step of its stage that did not, nor a copy from a stage behind any.
pub(super) fn with_possible_cache<'l, 's>(
    steps: &'s [LegacyStep<'l>],
) -> impl Iterator<Item = (&'s LegacyStep<'l>, bool)> {
    // Whether a step of the stage, and of any, did not.
    let (mut is_lost, mut any_is_lost) = (false, false);
    steps.iter().map(move |step| {
        let needs = any_is_lost && step.copies_from_a_stage();
        let possible = !is_lost && !step.is_base() && !needs;
        is_lost = !step.is_base() && (is_lost || (step.is_made && step.cached.is_none()));
        any_is_lost |= is_lost;
        (step, possible)
    })
}

/// A step of BuildKit's.
pub(super) struct BuildKitStep {
    at: usize,
    /// The name of its stage, where it is told.
    pub stage: Option<String>,
    /// Its number in the stage, from 1.
    pub number: usize,
    total: usize,
    cached: bool,
    /// In words that both builders share.
    pub instruction: String,
}

impl BuildKitStep {
    /// The step that `line` names, which is the line `at` of a build, from 0.
    pub(super) fn read(line: &str, at: usize) -> Option<Self> {
        let step = VERTEX.captures(build::without_frame(line))?;
        Some(Self {
            at,
            stage: step.name("stage").map(|stage| stage.as_str().to_owned()),
            number: step["number"].parse().ok()?,
            total: step["total"].parse().ok()?,
            cached: build::is_marked_cached(line),
            instruction: build::shared_instruction(&step["instruction"])?,
        })
    }
}

/// The lines of BuildKit's screen, from 0, that claim that a step came from the cache behind one
/// of its stage that was run.
pub fn cached_behind_run(lines: &[&str]) -> Vec<usize> {
    let steps = buildkit_steps(lines.iter().map(|line| Some(*line)));
    let was_run = |step: &BuildKitStep| {
        !step.cached && step.number > 1 && TIMED.is_match(lines[step.at].trim_end())
    };
    let is_behind = |own: &BuildKitStep, other: &BuildKitStep| {
        own.stage == other.stage && own.number > other.number
    };
    let lost = |own: &&BuildKitStep| {
        own.cached
            && steps
                .iter()
                .any(|other| was_run(other) && is_behind(own, other))
    };
    steps.iter().filter(lost).map(|step| step.at).collect()
}

fn buildkit_steps<'l>(lines: impl Iterator<Item = Option<&'l str>>) -> Vec<BuildKitStep> {
    let lines = lines.enumerate();
    lines
        .filter_map(|(at, line)| BuildKitStep::read(line?, at))
        .collect()
}

/// A stage of a build, in BuildKit's count.
#[derive(Default)]
struct Stage {
    name: Option<String>,
    instructions: Vec<String>,
    /// Whether all of its instructions are known.
    is_whole: bool,
}

/// The stages of which the legacy builder tells `steps`; the last is whole where the build
/// `ended_well`.
fn stages(steps: &[LegacyStep], mut variables: BuildVariables, ended_well: bool) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    for step in steps {
        let text = variables.expand(step.instruction());
        if step.is_base() {
            if let Some(before) = stages.last_mut() {
                before.is_whole = true;
            }
            let base = NAMED_BASE.captures(&text);
            let part = |name: &str| Some(base.as_ref()?.name(name)?.as_str().to_lowercase());
            let image = part("image").unwrap_or_default();
            let is_made = image == "scratch"
                || stages
                    .iter()
                    .any(|stage| stage.name.as_deref() == Some(&image));
            stages.push(Stage {
                name: part("name"),
                ..Stage::default()
            });
            if is_made {
                continue;
            }
        }
        if let (Some(stage), Some(instruction)) =
            (stages.last_mut(), build::shared_instruction(&text))
        {
            stage.instructions.push(instruction);
        }
    }
    if let Some(last) = stages.last_mut() {
        last.is_whole = ended_well;
    }
    stages
}

/// The names of the stages that the legacy builder tells in `lines`: in small letters, and
/// none for a stage without a name.
pub(super) fn stage_names(lines: &[Option<&str>]) -> Vec<Option<String>> {
    let steps = legacy_steps(lines.iter().copied());
    let stages = stages(&steps, BuildVariables::default(), false).into_iter();
    stages.map(|stage| stage.name).collect()
}

/// Whether `step` is not where the `stages` have its instruction. One that none of them has
/// is found missing as an event.
fn is_elsewhere(step: &BuildKitStep, stages: &[Stage]) -> bool {
    let is_of = |stage: &&Stage| {
        let names = stages.iter().any(|stage| stage.name == step.stage);
        step.stage.is_none() || !names || stage.name == step.stage
    };
    let has = |stage: &&Stage| stage.instructions.contains(&step.instruction);
    let mut of_it = stages.iter().filter(has).filter(is_of).peekable();
    let fits = |stage: &Stage| {
        let at = step.number.checked_sub(1);
        let instruction = at.and_then(|at| stage.instructions.get(at));
        let adds_up = match stage.is_whole {
            true => step.total == stage.instructions.len(),
            false => step.total >= stage.instructions.len(),
        };
        instruction == Some(&step.instruction) && adds_up
    };
    of_it.peek().is_some() && !of_it.any(fits)
}

/// The lines of steps whose numbers do not follow each other, or do not add up where the
/// build `ended_well` and nothing behind them is elided.
fn misnumbered(steps: &[LegacyStep], ended_well: bool) -> Vec<usize> {
    let Some(total) = steps.first().map(|step| step.total) else {
        return Vec::new();
    };
    let mut wrong = Vec::new();
    let mut next = 1;
    for step in steps {
        let follows = match step.after_elision {
            true => step.number >= next,
            false => step.number == next,
        };
        if !follows || step.total != total || step.number > total {
            wrong.push(step.at);
        }
        next = step.number.saturating_add(1);
    }
    let is_cut = ended_well && next != total.saturating_add(1);
    let last = steps.last().filter(|_| is_cut);
    wrong.extend(last.map(|last| last.at));
    wrong
}

/// An instruction as Dockerfiles are compared by it.
pub(super) fn normal(instruction: &str) -> String {
    let mut words = instruction.split_whitespace();
    let first = words.next().unwrap_or_default().to_ascii_uppercase();
    std::iter::once(first.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

/// The lines of steps that no Dockerfile of the author's has in this order, where they wrote
/// one that has all that BuildKit shows of them, and no command but Docker's names it.
fn unwritten(steps: &[LegacyStep], authored: &Authored) -> Vec<usize> {
    let written = build::instructions_in_order(authored);
    let is_written = |step: &LegacyStep| written.contains(&normal(step.instruction()));
    let is_shown = |step: &&LegacyStep| {
        let word = normal(step.instruction());
        SHOWN.contains(&word.split(' ').next().unwrap_or_default())
    };
    let edits = |call: &ProgramCall| {
        let names = |word: &String| word.to_lowercase().contains("dockerfile");
        call.docker().is_none() && !call.prints_as_it_is() && call.words.iter().any(names)
    };
    if !steps.iter().filter(is_shown).all(is_written) || authored.calls().iter().any(edits) {
        return Vec::new();
    }
    let mut rest = written.iter();
    let mut wrong: Vec<usize> = steps
        .iter()
        .filter(|step| {
            let own = normal(step.instruction());
            !rest.any(|instruction| *instruction == own)
        })
        .map(|step| step.at)
        .take(1)
        .collect();
    let bases = |instruction: &&String| instruction.starts_with("FROM ");
    let is_only_one = written.iter().filter(bases).count() == 1 && !authored.contains(">>");
    if is_only_one {
        let adds_up = |step: &&LegacyStep| step.total != written.len();
        wrong.extend(steps.iter().find(adds_up).map(|step| step.at));
    }
    wrong
}

/// Whether a build's words about the cache are of use: nothing was removed before.
fn remembers<'p>(past: &'p BuildPast) -> impl Fn(&str) -> bool + 'p {
    move |instruction| {
        let known = cached_as(instruction).is_some_and(|own| past.built.contains(&own));
        known && !past.forgets
    }
}

/// The lines of the notes, from 0, whose words about the cache cannot be, or are not those
/// of the other builder about an instruction that the exercise built before.
fn wrong_about_cache(
    calls: &[ProgramCall],
    ours: &[LegacyStep],
    theirs: &[BuildKitStep],
    past: &BuildPast,
) -> Vec<usize> {
    let takes_none = calls
        .iter()
        .filter_map(ProgramCall::docker)
        .any(|docker| docker.has("--no-cache"));
    let is_known = remembers(past);
    let differs = |step: &LegacyStep| {
        let instruction = build::shared_instruction(step.instruction());
        let Some(instruction) = instruction.filter(|own| !step.is_base() && is_known(own)) else {
            return false;
        };
        let mut same = theirs
            .iter()
            .filter(|their| their.instruction == instruction);
        let tells = step.is_made || step.cached.is_some();
        same.next()
            .is_some_and(|their| tells && their.cached != step.cached.is_some())
    };
    let wrong = with_possible_cache(ours).filter_map(|(step, is_possible)| {
        let is_impossible = step.cached.is_some() && (takes_none || !is_possible);
        (is_impossible || differs(step)).then(|| step.cached.unwrap_or(step.at))
    });
    wrong.collect()
}

/// The instructions, in words that both builders share, that the notes show to come from the
/// cache, which tells what was on the machine: the exercise has not `built` them before.
pub(super) fn from_cache(
    calls: &[ProgramCall],
    ours: &[Option<&str>],
    built: &HashSet<String>,
) -> HashSet<String> {
    let mut variables = BuildVariables::given_by(calls);
    let steps = legacy_steps(ours.iter().copied());
    let of_legacy = with_possible_cache(&steps).filter_map(|(step, is_possible)| {
        let text = variables.expand(step.instruction());
        let is_cached = is_possible && step.cached.is_some();
        is_cached.then(|| build::shared_instruction(&text))?
    });
    let of_buildkit = buildkit_steps(ours.iter().copied())
        .into_iter()
        .filter(|step| step.cached)
        .map(|step| step.instruction);
    let was_built = |own: &String| cached_as(own).is_some_and(|own| built.contains(&own));
    of_legacy
        .chain(of_buildkit)
        .filter(|own| !was_built(own))
        .collect()
}

/// The lines of the notes, from 0, that tell steps of a build which this run shows to be
/// otherwise, or which cannot be: `ours` is the notes' transcript of the one builder, `theirs`
/// this run's of the other.
pub(super) fn contradictions(
    calls: &[ProgramCall],
    ours: &[Option<&str>],
    theirs: &[Option<&str>],
    past: &BuildPast,
) -> Vec<usize> {
    let variables = || BuildVariables::given_by(calls);
    let steps = legacy_steps(ours.iter().copied());
    if steps.is_empty() {
        let noted = buildkit_steps(ours.iter().copied());
        let steps = legacy_steps(theirs.iter().copied());
        let stages = stages(&steps, variables(), ends_well(theirs));
        let is_known = remembers(past);
        let is_cached = |noted: &BuildKitStep| {
            let same = |step: &&LegacyStep| {
                build::shared_instruction(step.instruction()).as_ref() == Some(&noted.instruction)
            };
            let step = steps.iter().find(same).filter(|step| !step.is_base());
            step.map(|step| step.cached.is_some())
        };
        let is_wrong = |noted: &&BuildKitStep| {
            let about_cache = is_known(&noted.instruction)
                && is_cached(noted).is_some_and(|cached| cached != noted.cached);
            about_cache || is_elsewhere(noted, &stages)
        };
        let wrong = noted.iter().filter(is_wrong);
        return wrong.map(|noted| noted.at).collect();
    }
    let printed = buildkit_steps(theirs.iter().copied());
    let is_whole = ours.iter().all(Option::is_some);
    let mut wrong = misnumbered(&steps, is_whole && ends_well(ours));
    wrong.extend(unwritten(&steps, &past.authored));
    wrong.extend(wrong_about_cache(calls, &steps, &printed, past));
    if is_whole {
        let stages = stages(&steps, variables(), ends_well(ours));
        let moved = printed.iter().filter(|step| is_elsewhere(step, &stages));
        wrong.extend(moved.filter_map(|moved| {
            let mut variables = variables();
            let mut same = steps.iter().filter(|step| {
                let text = variables.expand(step.instruction());
                build::shared_instruction(&text).as_ref() == Some(&moved.instruction)
            });
            same.next().map(|step| step.at)
        }));
    }
    wrong
}

fn ends_well(lines: &[Option<&str>]) -> bool {
    lines.iter().flatten().any(|line| BUILT.is_match(line))
}
