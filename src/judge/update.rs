//! What the notes would have to say to be true of this run.
//!
//! Only lines that failed or drifted are rewritten; everything that held stays
//! as the author wrote it: elisions, prompts, values, times.

use std::collections::HashMap;

use super::{How, LineJudgement, StepJudgement, StepVerdict};

/// A change to a line of the notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The line `line` (from 1) becomes `text`.
    Replace {
        /// The line in the notes.
        line: usize,
        /// What it says now.
        text: String,
    },
    /// The line `line` (from 1) goes.
    Remove {
        /// The line in the notes.
        line: usize,
    },
    /// `text` comes after the line `line` (from 1).
    InsertAfter {
        /// The line in the notes.
        line: usize,
        /// The new line.
        text: String,
    },
}

/// The changes that make the notes true of this run, in the order of the notes.
/// A value that this run bound is written as the notes have it, so that it stays
/// one value all through the exercise.
pub fn changes(steps: &[StepJudgement]) -> Vec<Change> {
    let names = names_of_the_notes(steps);
    let mut changes = Vec::new();
    for step in steps {
        if matches!(step.verdict, StepVerdict::Failed | StepVerdict::Drifted) {
            changes.extend(step.lines.iter().filter_map(|line| change(line, &names)));
        }
    }
    changes
}

fn change(line: &LineJudgement, names: &HashMap<String, String>) -> Option<Change> {
    if line.ok && line.how != How::Dialect {
        return None;
    }
    Some(match (&line.expected, &line.actual) {
        (Some(_), Some(actual)) => Change::Replace {
            line: line.line,
            text: in_the_notes_words(actual, names),
        },
        (Some(_), None) => Change::Remove { line: line.line },
        (None, Some(actual)) => Change::InsertAfter {
            line: line.line,
            text: in_the_notes_words(actual, names),
        },
        (None, None) => return None,
    })
}

/// This run's hexadecimal values with the notes', from lines that held.
fn names_of_the_notes(steps: &[StepJudgement]) -> HashMap<String, String> {
    let mut names = HashMap::new();
    for line in steps
        .iter()
        .flat_map(|step| &step.lines)
        .filter(|line| line.ok)
    {
        let (Some(expected), Some(actual)) = (&line.expected, &line.actual) else {
            continue;
        };
        let (ours, theirs) = (hex_words(expected), hex_words(actual));
        if ours.len() == theirs.len() {
            for (ours, theirs) in ours.into_iter().zip(theirs) {
                if ours.len() == theirs.len() {
                    let start = ours.len().min(super::bindings::SHORT);
                    names.insert(theirs[..start].to_owned(), ours[..start].to_owned());
                    names.insert(theirs.to_owned(), ours.to_owned());
                }
            }
        }
    }
    names
}

/// The words of 12 hexadecimal digits or more.
fn hex_words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| {
            word.len() >= super::bindings::SHORT
                && word
                    .bytes()
                    .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        })
        .collect()
}

fn in_the_notes_words(actual: &str, names: &HashMap<String, String>) -> String {
    let mut text = actual.to_owned();
    for word in hex_words(actual) {
        if let Some(name) = names.get(word) {
            text = text.replace(word, name);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(expected: Option<&str>, actual: Option<&str>, how: How, ok: bool) -> LineJudgement {
        LineJudgement {
            line: 7,
            expected: expected.map(str::to_owned),
            actual: actual.map(str::to_owned),
            how,
            ok,
            note: None,
        }
    }

    #[test]
    fn a_changed_line_keeps_the_values_of_the_notes() {
        let steps = [StepJudgement {
            verdict: StepVerdict::Drifted,
            reason: None,
            lines: vec![
                line(Some("e56ac97ef60a"), Some("0123456789ab"), How::Bound, true),
                line(
                    Some("old e56ac97ef60a"),
                    Some("new 0123456789ab"),
                    How::Dialect,
                    true,
                ),
                line(Some("gone"), None, How::Missing, false),
                line(None, Some("more"), How::Extra, false),
            ],
        }];
        assert_eq!(
            changes(&steps),
            [
                Change::Replace {
                    line: 7,
                    text: "new e56ac97ef60a".to_owned()
                },
                Change::Remove { line: 7 },
                Change::InsertAfter {
                    line: 7,
                    text: "more".to_owned()
                },
            ]
        );
    }
}
