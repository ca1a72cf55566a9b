//! `labbook explain`: how each part of each line will be judged.

use std::collections::BTreeSet;
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::engine::Surroundings;
use crate::exercise::Exercise;
use crate::judge::{self, ExplainedLine, Judged, Role, Script};

use super::arguments::InputArguments;
use super::{Refusal, Status, complain, inputs, say};

/// Arguments of `labbook explain`.
#[derive(Debug, clap::Args)]
pub struct ExplainArguments {
    #[command(flatten)]
    input: InputArguments,
    /// How to print
    #[arg(long, value_enum, default_value_t = ExplainFormat::Pretty)]
    format: ExplainFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ExplainFormat {
    /// The lines with what is not taken letter by letter marked: by colours on
    /// a terminal, by words elsewhere
    Pretty,
    /// One document
    Json,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Explanation<'a> {
    id: &'a str,
    file: String,
    lines: Vec<ExplainedLine>,
}

/// Explains every line of the exercises.
///
/// # Errors
/// What is wrong with the input.
pub fn run(arguments: &ExplainArguments) -> Result<Status, Refusal> {
    let inputs = inputs::read(&arguments.input)?;
    complain(&inputs.warnings);
    let explanations: Vec<Explanation<'_>> = inputs.exercises.iter().map(explain).collect();
    say(&match arguments.format {
        ExplainFormat::Json => {
            serde_json::to_string_pretty(&explanations).unwrap_or_default() + "\n"
        }
        ExplainFormat::Pretty => explanations.iter().map(pretty).collect(),
    });
    Ok(Status::Good)
}

fn explain(exercise: &Exercise) -> Explanation<'_> {
    let surroundings = Surroundings::default();
    let script = Script {
        steps: &exercise.steps,
        setup: &exercise.setup,
        files: exercise.file_texts(),
        surroundings: &surroundings,
    };
    Explanation {
        id: &exercise.id,
        file: exercise.source.path().display().to_string(),
        lines: judge::explain(&script),
    }
}

fn style(judged: Judged) -> Style {
    match judged {
        Judged::Literal | Judged::Layout => Style::new(),
        Judged::Bound(_) => AnsiColor::Cyan.on_default().bold(),
        Judged::Volatile(_) => AnsiColor::Yellow.on_default(),
        Judged::Ambient => AnsiColor::Blue.on_default().dimmed(),
        Judged::Elided => AnsiColor::Magenta.on_default().dimmed(),
    }
}

fn pretty(explanation: &Explanation<'_>) -> String {
    let mut text = format!("{}  {}\n", explanation.id, explanation.file);
    let mut legend = BTreeSet::new();
    for line in &explanation.lines {
        let sign = match line.role {
            Role::Command => '$',
            Role::Output => ' ',
            Role::Prompt => '>',
        };
        let _ = write!(text, "{:>5} {sign} ", line.line);
        let mut at = 0;
        let mut words = Vec::new();
        for part in &line.parts {
            let style = style(part.judged);
            let _ = write!(
                text,
                "{}{style}{}{style:#}",
                &line.text[at..part.range.start],
                &line.text[part.range.clone()]
            );
            at = part.range.end;
            if !matches!(part.judged, Judged::Literal | Judged::Layout) {
                let said = part.judged.words();
                // What the line shows whole need not be said again.
                words.push(match part.range.len() == line.text.trim_end().len() {
                    true => said.clone(),
                    false => format!("{} = {said}", &line.text[part.range.clone()]),
                });
                legend.insert(format!("{style}{said}{style:#}"));
            }
        }
        text.push_str(&line.text[at..]);
        text.push('\n');
        let notes = line.unordered.then(|| "in any order".to_owned());
        let dialects = line
            .dialects
            .iter()
            .map(|row| format!("or as Docker also says it: {row}"));
        words.dedup();
        for words in words.into_iter().chain(notes).chain(dialects) {
            let _ = writeln!(text, "          {words}");
        }
    }
    if !legend.is_empty() {
        let _ = writeln!(
            text,
            "  everything else letter by letter; {}",
            legend.into_iter().collect::<Vec<_>>().join("; ")
        );
    }
    text.push('\n');
    text
}
