//! Differences that are a stand-in's, and not the notes'.

use regex::RegexSet;

use crate::docker::ProgramCall;
use crate::docker::names::with_tag;
use crate::exercise::Exercise;
use crate::judge::{LineJudgement, StepVerdict, asks_a_server};
use crate::lab::StandIn;
use crate::reason::{Reason, ReasonKind};
use crate::results::{ExerciseResult, StepResult};
use crate::session::{Shell, Step};

use super::base_layers;
use super::digests;
use super::follows::Missing;
use super::granted::Excused;

/// The steps of `exercise` that failed in `run` for what a stand-in lacks or says of itself,
/// with those that follow from it; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    let mut facts: Vec<(&StandIn, RegexSet)> = run
        .facts
        .iter()
        .filter_map(|one| Some((one, RegexSet::new(&one.otherwise).ok()?)))
        .collect();
    let mut excused = Excused::default();
    let mut missing = Missing::default();
    let mut lacks_inside = false;
    for (number, (step, result)) in exercise.steps.iter().zip(&run.steps).enumerate() {
        // The one that was named last is the one that it is about.
        let words = crate::shell::words(step.command().unwrap_or_default());
        let is_named = |image: &str| words.iter().any(|word| with_tag(word) == image);
        facts.sort_by_key(|(one, _)| !is_named(&one.image));
        if result.verdict != StepVerdict::Failed || !concerns_image(step) {
            continue;
        }
        let inside = step.shell == Shell::Container;
        if let Some((one, line)) = lacking(result, facts.iter().map(|(one, _)| *one)) {
            let image = &one.image;
            let why = format!("a stand-in ({image}) lacks a program of the real image: {line}");
            excused.add(number, Some(Reason::new(ReasonKind::StandIn, why)));
            missing.lose(step);
            lacks_inside |= inside;
        } else if let Some(one) = says_otherwise(result, &facts) {
            let image = &one.image;
            let why = format!(
                "line {}: a stand-in ({image}) says of itself what the real image says otherwise",
                step.line
            );
            excused.add(number, Some(Reason::new(ReasonKind::StandIn, why)));
            let wrong = result.lines.iter().enumerate().filter(|(_, line)| !line.ok);
            let notes = wrong.map(|(line, _)| (number, line, image.clone()));
            excused.at_stand_in.extend(notes);
        } else if let Some((one, _)) = facts.first()
            && (base_layers::differ_alone(exercise, run, number)
                || base_layers::are_removed(exercise, run, number, &run.facts))
        {
            let image = &one.image;
            let why = format!(
                "line {}: a stand-in ({image}) has other layers than the real image",
                step.line
            );
            excused.add(number, Some(Reason::new(ReasonKind::StandIn, why)));
        } else if let Some((one, _)) = facts.first()
            && digests::are_missing(exercise, run, number)
        {
            let image = &one.image;
            let why = format!(
                "line {}: a stand-in ({image}) has no digest of a registry",
                step.line
            );
            excused.add(number, Some(Reason::new(ReasonKind::StandIn, why)));
        } else if lacks_inside && inside || !missing.is_nothing() && missing.explains(step, result)
        {
            // What the program would have installed or built is not there.
            excused.add(number, None);
            missing.lose(step);
        }
    }
    (!excused.is_nothing()).then_some(excused)
}

/// Whether what `step` prints can be an image's.
fn concerns_image(step: &Step) -> bool {
    let calls_docker = |command: &str| {
        let calls = ProgramCall::all(command);
        calls.iter().any(|call| call.docker().is_some()) || asks_a_server(command)
    };
    step.shell == Shell::Container || step.command().is_some_and(calls_docker)
}

/// The stand-in whose lack of a program is why the step failed, and what was said.
fn lacking<'s>(
    result: &StepResult,
    stand_ins: impl Iterator<Item = &'s StandIn> + Clone,
) -> Option<(&'s StandIn, String)> {
    let said = result.output.iter().rev();
    let mut said = said.filter(|line| line.contains("not found"));
    said.find_map(|line| {
        let is_named = |program: &String| {
            let mut words = line.split([' ', ':', '"', '\'']);
            words.any(|word| word == program)
        };
        let one = stand_ins
            .clone()
            .find(|one| one.lacks.iter().any(is_named))?;
        Some((one, line.trim().to_owned()))
    })
}

/// The text of a line of a JSON document that holds a string alone, as an image's variables
/// stand there; any other line as it is.
fn element(line: &str) -> &str {
    let quoted = line.trim().trim_end_matches(',');
    let inside = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inside
        .filter(|inside| !inside.contains('"'))
        .unwrap_or(line)
}

/// The stand-in of which all lines tell that differ in a step.
fn says_otherwise<'s>(
    result: &StepResult,
    facts: &[(&'s StandIn, RegexSet)],
) -> Option<&'s StandIn> {
    // A blank line between such lines tells nothing of its own.
    let is_blank = |line: &LineJudgement| {
        let texts = [&line.expected, &line.actual].into_iter().flatten();
        texts.into_iter().all(|text| text.trim().is_empty())
    };
    // How a program of busybox is called follows its name and version, to the end.
    let tells_usage = |line: &LineJudgement| {
        let actual = line.actual.as_deref();
        actual.is_some_and(|text| {
            text.starts_with("BusyBox v") && text.ends_with("multi-call binary.")
        })
    };
    let usage = result.lines.iter().position(tells_usage);
    let is_usage = |number: usize, line: &LineJudgement| {
        line.expected.is_none() && usage.is_some_and(|usage| number > usage)
    };
    let wrong: Vec<&LineJudgement> = result
        .lines
        .iter()
        .enumerate()
        .filter(|(number, line)| !line.ok && !is_blank(line) && !is_usage(*number, line))
        .map(|(_, line)| line)
        .collect();
    let is_fact = |line: &&LineJudgement, facts: &RegexSet| {
        let of = |text: &Option<String>| text.as_deref().map(|text| facts.matches(element(text)));
        match (of(&line.expected), of(&line.actual)) {
            // Both are about the same.
            (Some(own), Some(their)) => own.iter().any(|pattern| their.matched(pattern)),
            (Some(one), None) | (None, Some(one)) => one.matched_any(),
            (None, None) => false,
        }
    };
    let found = facts
        .iter()
        .find(|(_, facts)| wrong.iter().all(|line| is_fact(line, facts)));
    found.filter(|_| !wrong.is_empty()).map(|(one, _)| *one)
}
