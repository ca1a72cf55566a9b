//! JUnit's XML, as CI servers read it: an engine is a suite, an exercise a case.

use std::time::Duration;

use quick_junit::{NonSuccessKind, TestCase, TestCaseStatus, TestSuite};

use crate::results::{ExerciseResult, Report, Verdict};

pub(super) fn render(report: &Report) -> String {
    let mut document = quick_junit::Report::new("labbook");
    for engine in &report.engines {
        let mut suite = TestSuite::new(engine.name.as_str());
        suite.add_property(("docker", engine.server.as_str()));
        suite.add_test_cases(
            report
                .exercises
                .iter()
                .filter(|exercise| exercise.engine == engine.name)
                .map(case),
        );
        document.add_test_suite(suite);
    }
    // Characters that XML cannot hold are left out by the library; what is left serializes.
    document.to_string().unwrap_or_default()
}

fn case(exercise: &ExerciseResult) -> TestCase {
    let status = match exercise.verdict {
        Verdict::Passed | Verdict::Drifted => TestCaseStatus::success(),
        Verdict::Skipped => TestCaseStatus::skipped(),
        Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Verdict::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
    };
    let mut case = TestCase::new(exercise.id.as_str(), status);
    case.set_classname(exercise.file.as_str());
    case.set_time(Duration::from_secs_f64(exercise.seconds.max(0.0)));
    if exercise.verdict != Verdict::Passed {
        case.status.set_message(
            exercise
                .reason
                .clone()
                .unwrap_or_else(|| exercise.title.clone()),
        );
        case.status
            .set_description(super::pretty::plain_details(exercise));
    }
    if exercise.verdict == Verdict::Drifted {
        case.set_system_out(super::pretty::plain_details(exercise));
    }
    case
}
