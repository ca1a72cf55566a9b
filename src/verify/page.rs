//! The sections of a page: one lab, one run, and a result for each.

use std::path::Path;

use crate::diagnostic::Diagnose;
use crate::docker::names::with_tag;
use crate::engine::{Engine, EngineError};
use crate::exercise::{Exercise, SectionedPage};
use crate::judge::StepVerdict;
use crate::judge::varying::RecordedRun;
use crate::reason::Reason;
use crate::results::{ExerciseResult, StepResult, Verdict};

use super::follows::{Missing, was_not_run};
use super::granted::Excused;
use super::outcome::{count_lines, not_begun, verdict};
use super::run::{
    Portion, RunOptions, excuses, hindrance, note_stand_ins, request, run_exercise, run_on,
};

/// What keeps each section from being run.
type Hindrances = Vec<Option<(Verdict, Reason)>>;

/// Runs the `selected` sections of one page, in its order, and what stands above them; gives
/// the results of these. An exercise that is no section runs by itself.
pub(super) fn run_sections(
    selected: &[&Exercise],
    engine: &dyn Engine,
    options: RunOptions<'_>,
) -> Vec<ExerciseResult> {
    let last = selected.last().copied();
    let Some((last, part)) = last.and_then(|last| Some((last, last.part.as_ref()?))) else {
        let run = |exercise: &&Exercise| run_exercise(exercise, engine, options);
        return selected.iter().map(run).collect();
    };
    let info = engine.info();
    let page = &part.page;
    let sections = &page.sections[..=part.number];
    let mut hindered: Hindrances = sections
        .iter()
        .map(|section| hindrance(section, &info))
        .collect();
    let whole = loop {
        let is_run = |number: usize| hindered[number].is_none();
        let whole = page.whole(last, is_run);
        if !(0..sections.len()).any(is_run) {
            break (not_begun(&whole, &info.name, Reason::default()), whole);
        }
        let lab = engine.lab(&request(&whole));
        if let Err(error @ EngineError::NoImage { image, .. }) = &lab
            && hinder(sections, image, error, &mut hindered)
        {
            continue;
        }
        let portions = portions(page, &hindered);
        let options = RunOptions {
            portions: &portions,
            ..options
        };
        break (run_on(&whole, lab, engine, options), whole);
    };
    let (whole, exercise) = whole;
    results(page, selected, (&exercise, &whole), &hindered)
}

/// Leaves out the sections that need `image`, which cannot be had; gives whether there
/// was one.
fn hinder(
    sections: &[Exercise],
    image: &str,
    error: &EngineError,
    hindered: &mut Hindrances,
) -> bool {
    let is_it = |other: &String| with_tag(other) == with_tag(image);
    let mut found = false;
    for (section, hindered) in sections.iter().zip(hindered) {
        if hindered.is_none() && section.images.iter().any(is_it) {
            *hindered = Some((Verdict::Error, error.diagnose().reason()));
            found = true;
        }
    }
    found
}

/// What is run one after the other: each section by itself.
fn portions(page: &SectionedPage, hindered: &Hindrances) -> Vec<Portion> {
    let mut begin = 0;
    let sections = page.sections.iter().zip(hindered).enumerate();
    sections
        .map(|(number, (section, hindered))| {
            let steps = begin..begin + section.steps.len();
            begin = steps.end;
            let shown_above = page.sections[..number]
                .iter()
                .flat_map(|above| &above.files);
            let is_other = |path: &Path| shown_above.clone().any(|file| file.path == path);
            let files = section
                .files
                .iter()
                .filter(|file| file.written_at.is_none());
            let files = files.filter(|file| is_other(&file.path));
            Portion {
                steps,
                is_run: hindered.is_none(),
                files: files.cloned().collect(),
            }
        })
        .collect()
}

/// The results of the `selected` sections, out of that of all that was run.
fn results(
    page: &SectionedPage,
    selected: &[&Exercise],
    (exercise, whole): (&Exercise, &ExerciseResult),
    hindered: &Hindrances,
) -> Vec<ExerciseResult> {
    let mut results: Vec<ExerciseResult> = Vec::new();
    let blame = Blame::new(page, exercise, whole, hindered);
    let mut reported = 0;
    for section in selected {
        let (Some(part), begin) = (&section.part, section.steps_above()) else {
            continue;
        };
        let end = begin + section.steps.len();
        let mut result = ExerciseResult {
            remarks: whole.remarks.clone(),
            stand_ins: whole.stand_ins.clone(),
            time: whole.time.clone(),
            surroundings: whole.surroundings.clone(),
            runs: whole.runs.iter().map(|run| cut(run, end)).collect(),
            flaky: whole.flaky,
            // That their sum is right, the first one has it all.
            seconds: if results.is_empty() {
                whole.seconds
            } else {
                0.0
            },
            ..not_begun(
                section,
                &whole.engine,
                whole.full_reason().unwrap_or_default(),
            )
        };
        if let Some((verdict, reason)) = hindered[part.number].clone() {
            result.conclude(verdict, reason);
        } else if let Some(steps) = whole.steps.get(begin..end) {
            result.steps = steps.to_vec();
            let above = whole.steps.get(reported..begin).unwrap_or_default();
            result.above = above.iter().map(StepResult::observation).collect();
            reported = end;
            count_lines(&mut result);
            let (verdict, reason) = verdict(steps);
            result.conclude(verdict, reason);
            if result.verdict == Verdict::Failed {
                blame.judge(part.number, begin..end, &mut result);
            }
        }
        results.push(result);
    }
    results
}

/// The first `count` steps of a run.
fn cut(run: &RecordedRun, count: usize) -> RecordedRun {
    let mut run = run.clone();
    if run.steps.len() > count {
        run.steps.truncate(count);
        run.stopped = None;
    }
    run
}

/// Why sections of a page that failed may be right: what ails the lab, a stand-in, what is
/// taken for granted, or what was not run above them.
struct Blame<'r> {
    page: &'r SectionedPage,
    whole: &'r ExerciseResult,
    hindered: &'r Hindrances,
    excused: Option<Excused>,
}

impl<'r> Blame<'r> {
    fn new(
        page: &'r SectionedPage,
        exercise: &Exercise,
        whole: &'r ExerciseResult,
        hindered: &'r Hindrances,
    ) -> Self {
        Self {
            page,
            whole,
            hindered,
            excused: excuses(exercise, whole),
        }
    }

    /// Makes the failure of a section, the one `number` with these `steps`, an error where
    /// it is not the notes' own.
    fn judge(&self, number: usize, steps: std::ops::Range<usize>, result: &mut ExerciseResult) {
        if let Some(excused) = &self.excused {
            note_stand_ins(excused, steps.start, result);
        }
        let ails = self.whole.verdict == Verdict::Error;
        let ailment = self.whole.full_reason().filter(|_| ails);
        let (reason, manifest) = match ailment {
            Some(reason) => (Some(reason), None),
            None => self.follows(number, steps, &result.steps),
        };
        if let Some(reason) = reason {
            result.conclude(Verdict::Error, reason);
            result.manifest = manifest;
        }
    }

    /// From what all that failed among `results` follows, the section's own.
    fn follows(
        &self,
        number: usize,
        steps: std::ops::Range<usize>,
        results: &[StepResult],
    ) -> (Option<Reason>, Option<String>) {
        let (missing, line) = self.not_run_above(number);
        let own = &self.page.sections[number].steps;
        let mut by_lack = false;
        for ((at, step), result) in steps.clone().zip(own).zip(results) {
            if result.verdict != StepVerdict::Failed {
                continue;
            }
            let is_lack = self.excused.as_ref().is_some_and(|excused| excused.has(at));
            by_lack |= is_lack;
            if !is_lack && !missing.explains(step, result) && !missing.counts(step) {
                return (None, None);
            }
        }
        match &self.excused {
            Some(excused) if by_lack => (excused.reason_among(steps), excused.manifest.clone()),
            _ => {
                let line = line.map(|line| {
                    let text = "was not completed; this difference may be a consequence";
                    Reason::from(format!("line {line} {text}"))
                });
                (line, None)
            }
        }
    }

    /// What the sections above the one `number` would have made and did not, and the first
    /// line that was not run to its end.
    fn not_run_above(&self, number: usize) -> (Missing<'_>, Option<usize>) {
        let mut missing = Missing::default();
        let mut line = None;
        let mut begin = 0;
        let above = self.page.sections[..number].iter().zip(self.hindered);
        for (section, hindered) in above {
            let results = self.whole.steps.get(begin..).unwrap_or_default();
            begin += section.steps.len();
            if hindered.is_some() {
                line = line.or(Some(section.line));
            }
            for (step, result) in section.steps.iter().zip(results) {
                if hindered.is_some() || was_not_run(result) {
                    line = line.or(Some(step.line));
                    missing.lose(step);
                }
            }
        }
        (missing, line)
    }
}
