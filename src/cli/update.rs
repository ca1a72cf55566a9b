//! `labbook update`: rewrites the notes from the last run.
//!
//! Only lines that failed or drifted change; a diff is shown first, and a file
//! that changed since the run is not touched.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use similar::TextDiff;

use crate::diagnostic::{Diagnose, Diagnostic, Source};
use crate::exercise::Exercise;
use crate::judge::{self, Change, StepJudgement};
use crate::report::without_filling;
use crate::results::{self, ExerciseResult, Report, Verdict};

use super::arguments::InputArguments;
use super::{Refusal, Status, complain, inputs, say};

/// Arguments of `labbook update`.
#[derive(Debug, clap::Args)]
pub struct UpdateArguments {
    #[command(flatten)]
    input: InputArguments,
    /// A JSON report of `verify` to take the run from [default: the book's last results]
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The engine whose run to take, where there are several
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// Write without asking
    #[arg(long)]
    yes: bool,
}

/// Shows what would change, asks, and writes.
///
/// # Errors
/// What is wrong with the input or the results, and files that changed since.
pub fn run(arguments: &UpdateArguments) -> Result<Status, Refusal> {
    let inputs = inputs::read(&arguments.input)?;
    complain(&inputs.warnings);
    let report = last_run(arguments, inputs.book.as_deref())?;
    let mut refusal = Vec::new();
    let mut changes: BTreeMap<PathBuf, (Arc<Source>, Vec<Change>)> = BTreeMap::new();
    for exercise in &inputs.exercises {
        match result_of(exercise, &report, arguments.engine.as_deref()) {
            Ok(Some(result)) => {
                let entry = changes.entry(exercise.source.path().to_owned());
                let (_, all) = entry.or_insert_with(|| (Arc::clone(&exercise.source), Vec::new()));
                all.extend(judge::changes(&judgements(result)));
            }
            Ok(None) => {}
            Err(diagnostic) => refusal.push(diagnostic),
        }
    }
    if !refusal.is_empty() {
        return Err(refusal);
    }
    changes.retain(|_, (_, changes)| !changes.is_empty());
    if changes.is_empty() {
        say("nothing to update: every line that was judged holds\n");
        complain(&not_judged(&inputs.exercises, &report));
        return Ok(Status::Good);
    }
    let rewritten: Vec<(Arc<Source>, String)> = changes
        .into_values()
        .map(|(source, changes)| (Arc::clone(&source), rewrite(&source, &changes)))
        .collect();
    for (source, text) in &rewritten {
        say(&diff(source, text));
    }
    if !arguments.yes && !agreed() {
        complain(&[
            Diagnostic::warning("nothing was written").help("give --yes to write the changes")
        ]);
        return Ok(Status::Good);
    }
    for (source, text) in &rewritten {
        write(source, text).map_err(|diagnostic| vec![diagnostic])?;
    }
    Ok(Status::Good)
}

fn last_run(arguments: &UpdateArguments, book: Option<&Path>) -> Result<Report, Refusal> {
    let path = match (&arguments.from, book) {
        (Some(file), _) => file.clone(),
        (None, Some(book)) => results::results_path(book),
        (None, None) => {
            return Err(vec![
                Diagnostic::error("bare notes have no saved results")
                    .help("verify them with `--report json=FILE`, then name the file with --from"),
            ]);
        }
    };
    results::load(&path)
        .map_err(|error| vec![error.diagnose()])?
        .ok_or_else(|| {
            vec![
                Diagnostic::error(format!(
                    "there are no results: {} is not there",
                    path.display()
                ))
                .help("run `labbook verify` first"),
            ]
        })
}

/// The exercises that could not be run, of which nothing is known.
fn not_judged(exercises: &[Exercise], report: &Report) -> Vec<Diagnostic> {
    let reason = |exercise: &Exercise| {
        report
            .exercises
            .iter()
            .find(|result| result.id == exercise.id && result.verdict == Verdict::Error)
            .map(|result| result.reason.clone().unwrap_or_default())
    };
    exercises
        .iter()
        .filter_map(|exercise| {
            let message = format!("{} could not be run: {}", exercise.id, reason(exercise)?);
            Some(
                Diagnostic::warning(message)
                    .at(&exercise.source, exercise.place.clone())
                    .help("mend what kept it from being run, and verify it again"),
            )
        })
        .collect()
}

/// The result that says what to change; none where all of it holds.
fn result_of<'r>(
    exercise: &Exercise,
    report: &'r Report,
    engine: Option<&str>,
) -> Result<Option<&'r ExerciseResult>, Diagnostic> {
    let telling: Vec<&ExerciseResult> = report
        .exercises
        .iter()
        .filter(|result| {
            result.id == exercise.id && engine.is_none_or(|engine| result.engine == engine)
        })
        .filter(|result| matches!(result.verdict, Verdict::Failed | Verdict::Drifted))
        .collect();
    let place =
        |message: String| Diagnostic::error(message).at(&exercise.source, exercise.place.clone());
    match telling.as_slice() {
        [] => Ok(None),
        [one] if one.hash != exercise.hash() => {
            Err(place("this exercise changed since it was run".to_owned())
                .help("verify it again first"))
        }
        [one]
            if one
                .steps
                .iter()
                .zip(&exercise.steps)
                .any(|(ran, step)| ran.line != step.line) =>
        {
            Err(
                place("lines of this file moved since it was run".to_owned())
                    .help("verify it again first"),
            )
        }
        [one] => Ok(Some(one)),
        several => {
            let engines: Vec<&str> = several
                .iter()
                .map(|result| result.engine.as_str())
                .collect();
            Err(place(format!(
                "several runs differ from the notes: on {}",
                engines.join(", ")
            ))
            .help("name one with --engine"))
        }
    }
}

fn judgements(result: &ExerciseResult) -> Vec<StepJudgement> {
    result
        .steps
        .iter()
        .map(|step| StepJudgement {
            verdict: step.verdict,
            reason: step.reason.clone(),
            lines: step.lines.clone(),
        })
        .collect()
}

/// The file's text with the changes; indentation and line ends stay.
fn rewrite(source: &Source, changes: &[Change]) -> String {
    let mut text = String::new();
    for (index, line) in source.text().split_inclusive('\n').enumerate() {
        let number = index + 1;
        let of_line = |change: &&Change| match change {
            Change::Replace { line, .. }
            | Change::Remove { line }
            | Change::InsertAfter { line, .. } => *line == number,
        };
        let body = line.trim_end_matches(['\n', '\r']);
        let end = if line.len() > body.len() {
            &line[body.len()..]
        } else {
            "\n"
        };
        let mut kept = Some(line.to_owned());
        let mut after = String::new();
        for change in changes.iter().filter(of_line) {
            match change {
                Change::Replace { text, .. } => {
                    kept = Some(format!("{}{}", indented(body, text), &line[body.len()..]))
                }
                Change::Remove { .. } => kept = None,
                Change::InsertAfter { text, .. } => {
                    after.push_str(&format!("{}{end}", indented(body, text)))
                }
            }
        }
        if let Some(kept) = kept {
            text.push_str(&kept);
            if !after.is_empty() && !kept.ends_with('\n') {
                text.push_str(end);
            }
        }
        text.push_str(&after);
    }
    text
}

/// `text` behind the white space that `body` begins with, where a list's indent
/// stands before a fence's lines.
fn indented(body: &str, text: &str) -> String {
    let indent = body.len() - body.trim_start().len();
    let own = text.len() - text.trim_start().len();
    format!(
        "{}{}",
        &body[..indent.saturating_sub(own)],
        without_filling(text)
    )
}

fn diff(source: &Source, text: &str) -> String {
    let name = source.path().display().to_string();
    TextDiff::from_lines(source.text(), text)
        .unified_diff()
        .header(&name, &name)
        .to_string()
}

/// Asks on the terminal; where there is none, the answer is no.
fn agreed() -> bool {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return false;
    }
    eprint!("write this? [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok() && answer.trim().eq_ignore_ascii_case("y")
}

/// Writes the file whole or not at all, and only where it is still as it was read.
fn write(source: &Source, text: &str) -> Result<(), Diagnostic> {
    let path = source.path();
    let refuse = |error: &dyn std::fmt::Display| {
        Diagnostic::error(format!("cannot write {}: {error}", path.display()))
            .help("check the file's permissions")
    };
    let now = std::fs::read_to_string(path).map_err(|error| refuse(&error))?;
    if now != source.text() {
        return Err(
            Diagnostic::error(format!("{} changed just now", path.display()))
                .help("verify it again first"),
        );
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|error| refuse(&error))?;
    file.write_all(text.as_bytes())
        .map_err(|error| refuse(&error))?;
    let permissions = std::fs::metadata(path)
        .map_err(|error| refuse(&error))?
        .permissions();
    file.as_file()
        .set_permissions(permissions)
        .map_err(|error| refuse(&error))?;
    file.persist(path).map_err(|error| refuse(&error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str, changes: &[Change]) -> String {
        rewrite(&Source::new("a.md", text), changes)
    }

    #[test]
    fn only_the_lines_that_are_named_change() {
        let replace = |line, text: &str| Change::Replace {
            line,
            text: text.to_owned(),
        };
        assert_eq!(rewritten("a\nb\nc\n", &[replace(2, "x")]), "a\nx\nc\n");
        assert_eq!(rewritten("a\r\nb\r\n", &[replace(1, "x")]), "x\r\nb\r\n");
        assert_eq!(rewritten("a\n    b\n", &[replace(2, "x")]), "a\n    x\n");
        assert_eq!(rewritten("a\nb", &[replace(2, "x")]), "a\nx");
        assert_eq!(rewritten("a\nb\n", &[Change::Remove { line: 1 }]), "b\n");
        let insert = Change::InsertAfter {
            line: 1,
            text: "x".to_owned(),
        };
        assert_eq!(
            rewritten("  a\nb\n", std::slice::from_ref(&insert)),
            "  a\n  x\nb\n"
        );
        assert_eq!(rewritten("a", &[insert]), "a\nx\n");
        assert_eq!(rewritten("a\nb\n", &[]), "a\nb\n");
    }
}
