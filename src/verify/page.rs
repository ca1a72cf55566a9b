//! The sections of a page: one lab, one run, and a result for each.

use std::path::Path;

use crate::diagnostic::Diagnose;
use crate::docker::names::with_tag;
use crate::engine::{Engine, EngineError};
use crate::exercise::{Exercise, Page, Part};
use crate::judge::StepVerdict;
use crate::judge::varying::Run;
use crate::results::{ExerciseResult, StepResult, Verdict};

use super::run::{
    Portion, RunOptions, count_lines, hindrance, lacking_in_stand_in, not_begun, request,
    run_exercise, run_on, verdict,
};

/// What keeps each section from being run.
type Hindrances = Vec<Option<(Verdict, String)>>;

/// Runs `chosen` sections of one page, in its order, and what stands above them; gives
/// the results of the chosen ones. An exercise that is no section runs by itself.
pub(super) fn run_sections(
    chosen: &[&Exercise],
    engine: &dyn Engine,
    options: RunOptions<'_>,
) -> Vec<ExerciseResult> {
    let last = chosen.last().copied();
    let Some((last, part)) = last.and_then(|last| Some((last, last.part.as_ref()?))) else {
        let run = |exercise: &&Exercise| run_exercise(exercise, engine, options);
        return chosen.iter().map(run).collect();
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
            break not_begun(&whole, &info.name, String::new());
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
        break run_on(&whole, lab, engine, options);
    };
    results(chosen, &whole, &hindered)
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
            *hindered = Some((Verdict::Error, error.diagnose().message));
            found = true;
        }
    }
    found
}

/// What is run one after the other: each section by itself.
fn portions(page: &Page, hindered: &Hindrances) -> Vec<Portion> {
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
            let files = section.files.iter().filter(|file| is_other(&file.path));
            Portion {
                steps,
                is_run: hindered.is_none(),
                files: files.cloned().collect(),
            }
        })
        .collect()
}

/// The results of the `chosen` sections, out of that of all that was run.
fn results(
    chosen: &[&Exercise],
    whole: &ExerciseResult,
    hindered: &Hindrances,
) -> Vec<ExerciseResult> {
    let mut results: Vec<ExerciseResult> = Vec::new();
    let mut told = 0;
    for section in chosen {
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
                whole.reason.clone().unwrap_or_default(),
            )
        };
        if let Some((verdict, reason)) = hindered[part.number].clone() {
            result.verdict = verdict;
            result.reason = Some(reason);
        } else if let Some(steps) = whole.steps.get(begin..end) {
            result.steps = steps.to_vec();
            let above = whole.steps.get(told..begin).unwrap_or_default();
            result.above = above.iter().map(StepResult::observation).collect();
            told = end;
            count_lines(&mut result);
            (result.verdict, result.reason) = verdict(steps);
            if result.verdict == Verdict::Failed
                && let Some(reason) = not_its_fault(&result, whole, part, hindered)
            {
                result.verdict = Verdict::Error;
                result.reason = Some(reason);
            }
        }
        results.push(result);
    }
    results
}

/// The first `count` steps of a run.
fn cut(run: &Run, count: usize) -> Run {
    let mut run = run.clone();
    if run.steps.len() > count {
        run.steps.truncate(count);
        run.stopped = None;
    }
    run
}

/// Why a section that failed may be right: a stand-in, the lab, or a step above it that
/// was not run to its end.
fn not_its_fault(
    failed: &ExerciseResult,
    whole: &ExerciseResult,
    part: &Part,
    hindered: &Hindrances,
) -> Option<String> {
    let lacking = |steps| lacking_in_stand_in(steps, &whole.stand_ins);
    let ails = whole.verdict == Verdict::Error && lacking(&whole.steps).is_none();
    let ailment = whole.reason.clone().filter(|_| ails);
    let above = part.page.sections[..part.number].iter().enumerate();
    let mut begin = 0;
    let mut not_run = above.filter_map(|(number, section)| {
        let steps = whole.steps.get(begin..begin + section.steps.len());
        begin += section.steps.len();
        let mut steps = steps.into_iter().flatten();
        let step = steps.find(|step| step.verdict == StepVerdict::Error);
        match hindered[number] {
            Some(_) => Some(section.line),
            None => step.map(|step| step.line),
        }
    });
    lacking(&failed.steps).or(ailment).or_else(|| {
        let line = not_run.next()?;
        Some(format!(
            "what differs may follow from line {line}, which was not run to its end"
        ))
    })
}
