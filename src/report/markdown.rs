//! Markdown: the totals, a row an exercise, and what does not hold folded below.

use std::fmt::Write;

use crate::results::{ExerciseResult, Report, Verdict};

use super::format::Audience;
use super::visible::visible;

pub(super) fn render(report: &Report, reader: Audience<'_>) -> String {
    let mut text = format!("### labbook: {}\n\n", super::pretty::plain_totals(report));
    if report.exercises.is_empty() {
        return text;
    }
    text.push_str("| verdict | seconds | place | exercise | engine |\n");
    text.push_str("| --- | ---: | --- | --- | --- |\n");
    for exercise in &report.exercises {
        let verdict = exercise.verdict.word();
        let verdict = match reader.fails(exercise) {
            true => format!("**{verdict}**"),
            false => verdict.to_owned(),
        };
        let marks = super::pretty::marks(exercise);
        let verdict = [vec![verdict], marks].concat().join(", ");
        let _ = writeln!(
            text,
            "| {verdict} | {:.1} | {}:{} | {} | {} |",
            exercise.seconds,
            cell(&reader.rooted(&exercise.file)),
            exercise.line,
            cell(&exercise.title),
            cell(&exercise.engine)
        );
    }
    for exercise in &report.exercises {
        write_details(&mut text, exercise);
    }
    text
}

fn write_details(text: &mut String, exercise: &ExerciseResult) {
    if matches!(exercise.verdict, Verdict::Passed | Verdict::Unchecked) {
        return;
    }
    let reason = exercise.reason.iter().map(|reason| format!("{reason}\n"));
    let details = reason.collect::<String>() + &super::pretty::plain_details(exercise);
    let details = visible(details.trim_end());
    if details.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n<details><summary>{}: {}</summary>\n\n{}\n\n</details>",
        exercise.verdict.word(),
        cell(&exercise.id),
        fenced(&details)
    );
}

/// `text` as code, whatever it holds.
fn fenced(text: &str) -> String {
    let runs = text.split(|character| character != '`');
    let longest = runs.map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

/// Text of notes in a cell of a table: nothing in it is Markdown or HTML.
fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for character in visible(text).chars() {
        match character {
            '\n' => cell.push(' '),
            '<' => cell.push_str("&lt;"),
            '&' => cell.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '@' | '#' | '!' => {
                cell.push('\\');
                cell.push(character);
            }
            other => cell.push(other),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_notes_breaks_no_table_and_no_fence() {
        assert_eq!(cell("a|b <b>\n[x](y)"), "a\\|b &lt;b> \\[x\\](y)");
        assert_eq!(fenced("a ``` b"), "````text\na ``` b\n````");
    }
}
