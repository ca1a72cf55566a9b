//! GitHub's workflow commands: annotations at the notes' lines.
//!
//! The form and its escapes are those of GitHub's documentation, "Workflow
//! commands for GitHub Actions".

use crate::judge::{How, LineJudgement, StepVerdict};
use crate::results::{ExerciseResult, Report, Verdict};

use super::pretty::{asked_again, counted_by_kind, told_by_runs};

pub(super) fn render(report: &Report) -> String {
    let annotations = report.exercises.iter().map(annotations);
    let told = report.exercises.iter().map(told);
    annotations.chain(told).collect()
}

/// A line of the log, no annotation: the verdict, and how many lines were judged in
/// which way.
fn told(exercise: &ExerciseResult) -> String {
    let said = format!(
        "{} {} on {}",
        exercise.verdict.word(),
        exercise.id,
        exercise.engine
    );
    let counts = (!exercise.counts.is_empty())
        .then(|| format!("lines: {}", counted_by_kind(&exercise.counts)));
    let told: Vec<String> = std::iter::once(said)
        .chain(counts)
        .chain(asked_again(exercise))
        .chain(told_by_runs(exercise))
        .collect();
    format!("{}\n", told.join("; "))
}

fn annotations(exercise: &ExerciseResult) -> String {
    let level = match exercise.verdict {
        Verdict::Passed => return String::new(),
        Verdict::Failed => "error",
        Verdict::Drifted | Verdict::Error => "warning",
        Verdict::Skipped | Verdict::Unchecked => "notice",
    };
    let title = format!(
        "{} {} on {}",
        exercise.id,
        exercise.verdict.word(),
        exercise.engine
    );
    let mut text = String::new();
    let mut annotate = |line: usize, message: &str| {
        text.push_str(&format!(
            "::{level} file={},line={line},title={}::{}\n",
            property(&exercise.file),
            property(&title),
            data(message)
        ));
    };
    for step in &exercise.steps {
        let differs = matches!(
            step.verdict,
            StepVerdict::Failed | StepVerdict::Drifted | StepVerdict::Error
        );
        if let (true, Some(reason)) = (differs, &step.reason) {
            annotate(step.line, reason);
        }
        for line in step.lines.iter().filter(|line| differs && shows(line)) {
            let expected = line.expected.as_deref().unwrap_or("(nothing)");
            let actual = line.actual.as_deref().unwrap_or("(nothing)");
            let note = line
                .note
                .as_deref()
                .map(|note| format!("\n{note}"))
                .unwrap_or_default();
            annotate(
                line.line,
                &format!("expected: {expected}\nactual: {actual}{note}"),
            );
        }
    }
    if text.is_empty() {
        let reason = exercise
            .reason
            .clone()
            .unwrap_or_else(|| exercise.verdict.word().to_owned());
        annotate_whole(exercise, level, &title, &reason)
    } else {
        text
    }
}

/// Whether the line does not hold, or holds in other words.
fn shows(line: &LineJudgement) -> bool {
    !line.ok || line.how == How::Dialect
}

fn annotate_whole(exercise: &ExerciseResult, level: &str, title: &str, reason: &str) -> String {
    format!(
        "::{level} file={},line={},title={}::{}\n",
        property(&exercise.file),
        exercise.line,
        property(title),
        data(reason)
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_notes_cannot_begin_a_command_of_its_own() {
        assert_eq!(data("a\n::error::b%"), "a%0A::error::b%25");
        assert_eq!(property("a,line=1:b"), "a%2Cline=1%3Ab");
    }
}
