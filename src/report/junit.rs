//! JUnit's XML, as CI servers read it: an engine is a suite, an exercise a case.
//!
//! It keeps to the schema of Jenkins's plugin xunit, `junit-10.xsd`, which has no attributes
//! of a case for its file and line: readers that check refuse a report with them. So they
//! begin the case's output.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::judge::StepVerdict;
use crate::results::{ExerciseResult, Report, Verdict};

use super::format::Audience;
use super::pretty::{asked_again, counted_by_kind, rerun_findings};

pub(super) fn render(report: &Report, reader: Audience<'_>) -> String {
    let mut document = quick_junit::Report::new("labbook");
    for name in engines(report) {
        let mut suite = TestSuite::new(name);
        let own = report.exercises.iter().filter(|one| one.engine == name);
        let seconds: f64 = own.map(|one| one.seconds.max(0.0)).sum();
        suite.set_time(Duration::from_secs_f64(seconds));
        let known = report.engines.iter().find(|engine| engine.name == name);
        if let Some(engine) = known {
            suite.add_property(("docker", engine.server.as_str()));
        }
        suite.add_test_cases(
            report
                .exercises
                .iter()
                .filter(|exercise| exercise.engine == name)
                .map(|exercise| case(exercise, reader)),
        );
        document.add_test_suite(suite);
    }
    // Characters that XML cannot hold are left out by the library; what is left serializes.
    let text = document.to_string().unwrap_or_default();
    // The schema lets suites alone count what was skipped, and the library writes it at the
    // head too.
    let skipped = format!(" skipped=\"{}\"", document.skipped);
    text.replacen(&skipped, "", 1)
}

/// The engines' names, those too that could not be had.
fn engines(report: &Report) -> Vec<&str> {
    let known = report.engines.iter().map(|engine| engine.name.as_str());
    let asked = report
        .exercises
        .iter()
        .map(|exercise| exercise.engine.as_str());
    let mut names: Vec<&str> = Vec::new();
    for name in known.chain(asked) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

fn case(exercise: &ExerciseResult, reader: Audience<'_>) -> TestCase {
    let status = match exercise.verdict {
        _ if reader.fails(exercise) => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
        // Not judged is not passed.
        Verdict::Unchecked | Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Passed | Verdict::Drifted | Verdict::Failed => TestCaseStatus::success(),
    };
    let holds = matches!(status, TestCaseStatus::Success { .. });
    let mut case = TestCase::new(exercise.id.as_str(), status);
    case.set_classname(exercise.file.as_str());
    case.set_time(Duration::from_secs_f64(exercise.seconds.max(0.0)));
    let details = super::pretty::plain_details(exercise);
    let file = reader.rooted(&exercise.file);
    let mut texts = vec![format!("{file}:{}", exercise.line)];
    if exercise.unchanged {
        texts.push(format!("unchanged since it was run at {}", exercise.time));
    }
    if !exercise.counts.is_empty() {
        texts.push(format!("lines: {}", counted_by_kind(&exercise.counts)));
    }
    texts.extend(asked_again(exercise));
    texts.extend(rerun_findings(exercise));
    if holds {
        texts.extend((!details.is_empty()).then_some(details));
    } else {
        case.status.set_type(exercise.verdict.word());
        case.status.set_message(message(exercise));
        case.status.set_description(details);
    }
    case.set_system_out(texts.join("\n"));
    case
}

/// Why, in a line: the exercise's reason, or the place that does not hold.
fn message(exercise: &ExerciseResult) -> String {
    if let Some(reason) = &exercise.reason {
        return reason.clone();
    }
    let wrong = exercise.steps.iter().find(|step| {
        matches!(
            step.verdict,
            StepVerdict::Failed | StepVerdict::Drifted | StepVerdict::Error
        )
    });
    let Some(step) = wrong else {
        return exercise.title.clone();
    };
    let line = step.lines.iter().find(|line| !line.ok);
    let line = line.map_or(step.line, |line| line.line);
    let typed = step.command.as_ref().or(step.keys.as_ref());
    let typed = typed
        .and_then(|typed| typed.lines().next())
        .unwrap_or_default();
    let reason = step.reason.iter().map(|reason| format!(": {reason}"));
    format!(
        "{}:{line}: {typed}{}",
        exercise.file,
        reason.collect::<String>()
    )
}
