//! Which changes to the notes the user wants, one question for each.

use std::io::{IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use similar::TextDiff;

use crate::diagnostic::Source;
use crate::exercise::Exercise;
use crate::notes::Notes;
use crate::update::{LineChange, rewrite};

use super::{CommandError, say};

/// What becomes of one step's lines, and of nothing else. It is asked for as a whole.
pub(super) type StepChange = Vec<LineChange>;

/// The changes of `exercise`, step by step.
pub(super) fn parts(exercise: &Exercise, changes: Vec<LineChange>) -> Vec<StepChange> {
    let step = |change: &LineChange| {
        let steps = &exercise.steps;
        steps.partition_point(|step| step.line <= change.line())
    };
    let same = |one: &LineChange, next: &LineChange| step(one) == step(next);
    changes.chunk_by(same).map(<[LineChange]>::to_vec).collect()
}

/// Whether there is a terminal to ask on.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Whether the user wants what was shown written; where nobody can be asked, no.
pub(super) fn agreed() -> bool {
    if !can_ask() {
        return false;
    }
    anstream::eprint!("write this? [y/N] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let read = std::io::stdin().read_line(&mut answer);
    read.is_ok() && answer.trim().eq_ignore_ascii_case("y")
}

/// What the user answered so far.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The answer to all further questions.
    rest: Option<bool>,
}

impl Answers {
    /// Whether the user wants `part` written, which is shown as a diff.
    ///
    /// # Errors
    /// That standard output cannot be written.
    pub(super) fn want(&mut self, notes: &Notes, part: &StepChange) -> Result<bool, CommandError> {
        if let Some(rest) = self.rest {
            return Ok(rest);
        }
        let text = rewrite(notes, part).unwrap_or_default();
        say(&diff(&notes.source, &text))?;
        let (wanted, rest) = ask();
        self.rest = rest;
        Ok(wanted)
    }
}

/// Asks until there is an answer: for this change, and for all that follow. Where
/// the input ends, no more is wanted.
fn ask() -> (bool, Option<bool>) {
    loop {
        anstream::eprint!("write this change? [y,n,a,q] ");
        let _ = std::io::stderr().flush();
        let mut line = String::new();
        if matches!(std::io::stdin().read_line(&mut line), Ok(0) | Err(_)) {
            anstream::eprintln!();
            return (false, Some(false));
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return (true, None),
            "n" | "no" => return (false, None),
            "a" | "all" => return (true, Some(true)),
            "q" | "quit" => return (false, Some(false)),
            _ => {
                anstream::eprintln!("y: write it; n: leave it; a, q: the same for all that follow")
            }
        }
    }
}

/// What changes, as a unified diff.
pub(super) fn diff(source: &Source, text: &str) -> String {
    let name = source.path().display().to_string();
    let diff = TextDiff::from_lines(source.text(), text)
        .unified_diff()
        .header(&name, &name)
        .to_string();
    let coloured = diff.split_inclusive('\n').enumerate().map(|(index, line)| {
        let style = match (line.chars().next(), index) {
            (_, 0 | 1) => Style::new().bold(),
            (Some('+'), _) => AnsiColor::Green.on_default(),
            (Some('-'), _) => AnsiColor::Red.on_default(),
            (Some('@'), _) => AnsiColor::Cyan.on_default(),
            _ => return line.to_owned(),
        };
        let text = line.trim_end_matches('\n');
        format!("{style}{text}{style:#}{}", &line[text.len()..])
    });
    coloured.collect()
}
