//! GitHub's workflow commands: annotations at the notes' lines.
//!
//! The form and its escapes are those of GitHub's documentation, "Workflow
//! commands for GitHub Actions".

use crate::judge::{How, LineJudgement, StepVerdict};
use crate::results::{ExerciseResult, Report, StepResult, Verdict};

use super::format::Audience;
use super::pretty::{asked_again, counted_by_kind, rerun_findings};

pub(super) fn render(report: &Report, reader: Audience<'_>) -> String {
    let exercises = report.exercises.iter();
    let annotations = exercises.map(|exercise| annotations(exercise, reader));
    let summaries = report.exercises.iter().map(summary_line);
    annotations.chain(summaries).collect()
}

/// A line of the log, no annotation: the verdict, and how many lines were judged in
/// which way.
fn summary_line(exercise: &ExerciseResult) -> String {
    let verdict = format!(
        "{} {} on {}",
        exercise.verdict.word(),
        exercise.id,
        exercise.engine
    );
    let counts = (!exercise.counts.is_empty())
        .then(|| format!("lines: {}", counted_by_kind(&exercise.counts)));
    let parts: Vec<String> = std::iter::once(verdict)
        .chain(counts)
        .chain(asked_again(exercise))
        .chain(rerun_findings(exercise))
        .collect();
    format!("{}\n", parts.join("; "))
}

/// An annotation for each step that does not hold, at the first line that differs.
fn annotations(exercise: &ExerciseResult, reader: Audience<'_>) -> String {
    let level = match exercise.verdict {
        _ if reader.fails(exercise) => "error",
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
    let annotation = |line: usize, message: &str| {
        format!(
            "::{level} file={},line={line},title={}::{}\n",
            property(&reader.rooted(&exercise.file)),
            property(&title),
            data(message)
        )
    };
    let differs = |step: &&StepResult| {
        matches!(
            step.verdict,
            StepVerdict::Failed | StepVerdict::Drifted | StepVerdict::Error
        )
    };
    let steps = exercise.steps.iter().filter(differs).map(|step| {
        let lines: Vec<&LineJudgement> = step.lines.iter().filter(|line| shows(line)).collect();
        let messages = lines.iter().map(|line| {
            let expected = line.expected.as_deref().unwrap_or("(nothing)");
            let actual = line.actual.as_deref().unwrap_or("(nothing)");
            let note = line.note.iter().map(|note| format!("\n{note}"));
            let note: String = note.collect();
            format!("expected: {expected}\nactual: {actual}{note}")
        });
        let messages: Vec<String> = step.reason.iter().cloned().chain(messages).collect();
        let line = lines.first().map_or(step.line, |line| line.line);
        annotation(line, &messages.join("\n"))
    });
    let steps: String = steps.collect();
    if !steps.is_empty() {
        return steps;
    }
    let word = exercise.verdict.word();
    let reason = exercise.reason.as_deref().unwrap_or(word);
    annotation(exercise.line, reason)
}

/// Whether the line does not hold, or holds in other words.
fn shows(line: &LineJudgement) -> bool {
    !line.ok || line.how == How::Dialect
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
