//! `labbook explain`: how each part of each line will be judged.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::exercise::Exercise;
use crate::formats::reference;
use crate::judge::{self, ExplainedLine, How, Judged, JudgedExercise, Role};
use crate::lab::Surroundings;
use crate::report::{counted_by_kind, visible};

use super::arguments::InputArguments;
use super::{CommandError, Status, complain, inputs, say};

const DIM: Style = Style::new().dimmed();

/// How many characters of a value are said in words.
const LONGEST: usize = 16;

/// Arguments of `labbook explain`.
#[derive(Debug, clap::Args)]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    input: InputArguments,
    /// Print the reference of what differs from run to run, as Markdown
    #[arg(long, conflicts_with = "format")]
    kinds: bool,
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
pub(super) fn run(arguments: &ExplainArguments) -> Result<Status, CommandError> {
    if arguments.kinds {
        say(&reference::page())?;
        return Ok(Status::Good);
    }
    let inputs = inputs::read(&arguments.input)?;
    complain(&inputs.warnings);
    let explanations: Vec<Explanation<'_>> = inputs.exercises.iter().map(explain).collect();
    say(&match arguments.format {
        ExplainFormat::Json => {
            serde_json::to_string_pretty(&explanations).unwrap_or_default() + "\n"
        }
        ExplainFormat::Pretty => {
            let colours = AutoStream::choice(&std::io::stdout()) != ColorChoice::Never;
            let pretty = |explanation| pretty(explanation, colours);
            explanations.iter().map(pretty).collect()
        }
    })?;
    Ok(inputs.status)
}

fn explain(exercise: &Exercise) -> Explanation<'_> {
    let surroundings = Surroundings::default();
    let whole = exercise.with_above();
    let script = JudgedExercise {
        steps: &whole.steps,
        setup: &whole.setup,
        files: whole.file_texts(),
        surroundings: &surroundings,
    };
    let mut lines = judge::explain(&script);
    // What stands above tells what is bound, and is explained at its own section.
    let first = exercise.steps.first().map_or(0, |step| step.line);
    lines.retain(|line| line.line >= first);
    Explanation {
        id: &exercise.id,
        file: exercise.source.path().display().to_string(),
        lines,
    }
}

fn style(judged: Judged) -> Style {
    match judged {
        Judged::Literal | Judged::Layout => Style::new(),
        Judged::Bound(_) => AnsiColor::Cyan.on_default().bold(),
        Judged::Volatile(_) => AnsiColor::Yellow.on_default(),
        Judged::Ambient => AnsiColor::Blue.on_default(),
        Judged::Elided => AnsiColor::Magenta.on_default(),
    }
}

/// How a line of output will be counted in reports: the weakest kind of its parts.
fn how(line: &ExplainedLine) -> How {
    let parts = line.parts.iter().map(|part| match part.judged {
        Judged::Literal => How::Literal,
        Judged::Bound(_) => How::Bound,
        Judged::Volatile(_) => How::Volatile,
        Judged::Ambient => How::Ambient,
        Judged::Elided => How::Elided,
        Judged::Layout => How::Layout,
    });
    let set_apart = |how: &How| *how == How::Layout && !line.text.trim().is_empty();
    match parts.filter(|how| !set_apart(how)).max() {
        Some(How::Literal | How::Bound | How::Volatile) if line.unordered => How::Unordered,
        Some(how) => how,
        None => How::Layout,
    }
}

/// The lines with what is not taken letter by letter marked: by colours, or where
/// there are none by words below each line.
fn pretty(explanation: &Explanation<'_>, colours: bool) -> String {
    let mut text = format!("{}  {}\n", explanation.id, explanation.file);
    for line in &explanation.lines {
        let sign = match line.role {
            Role::Command => '$',
            Role::Output if line.unordered => '~',
            Role::Output => ' ',
            Role::Prompt => '>',
        };
        let _ = writeln!(text, "{:>5} {sign} {}", line.line, marked(line));
        let words = if colours { Vec::new() } else { words(line) };
        if !words.is_empty() {
            let _ = writeln!(text, "          {}", words.join("; "));
        }
        for row in &line.dialects {
            let _ = writeln!(
                text,
                "          {DIM}or as Docker also says it: {row}{DIM:#}"
            );
        }
    }
    legend(&mut text, &explanation.lines);
    text.push('\n');
    text
}

/// The line's text in the colours of its parts.
fn marked(line: &ExplainedLine) -> String {
    let shown = |range| visible(&line.text[range]).replace('\n', "\n        ");
    let mut text = String::new();
    let mut at = 0;
    for part in &line.parts {
        let style = style(part.judged);
        let _ = write!(
            text,
            "{}{style}{}{style:#}",
            shown(at..part.range.start),
            shown(part.range.clone())
        );
        at = part.range.end;
    }
    text + &shown(at..line.text.len())
}

/// What each part is that is not taken letter by letter.
fn words(line: &ExplainedLine) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in &line.parts {
        let Some(kind) = part.judged.words() else {
            continue;
        };
        let text = &line.text[part.range.clone()];
        let explanation = if part.range.len() == line.text.trim_end().len() {
            kind
        } else if text.chars().count() > LONGEST {
            let start: String = text.chars().take(LONGEST).collect();
            format!("{}...: {kind}", visible(&start))
        } else {
            format!("{}: {kind}", visible(text))
        };
        if !words.contains(&explanation) {
            words.push(explanation);
        }
    }
    if line.unordered {
        words.push("in any order".to_owned());
    }
    words
}

/// What the colours and signs mean that were used, and how many lines of output are
/// of each kind.
fn legend(text: &mut String, lines: &[ExplainedLine]) {
    let _ = writeln!(
        text,
        "  $ a command, > a container's prompt; letter by letter, but for"
    );
    let parts = lines.iter().flat_map(|line| &line.parts);
    let mut shown = BTreeSet::new();
    for part in parts {
        let Some(words) = meaning(part.judged).filter(|words| shown.insert(*words)) else {
            continue;
        };
        let style = style(part.judged);
        let _ = writeln!(text, "    {style}{words}{style:#}");
    }
    if lines.iter().any(|line| line.unordered) {
        let _ = writeln!(text, "    ~ in any order among such lines");
    }
    let mut counts: BTreeMap<How, usize> = BTreeMap::new();
    for line in lines.iter().filter(|line| line.role == Role::Output) {
        *counts.entry(how(line)).or_default() += 1;
    }
    if !counts.is_empty() {
        let _ = writeln!(text, "  lines: {}", counted_by_kind(&counts));
    }
}

/// What the legend says of a kind; nothing of what is taken as it stands.
fn meaning(judged: Judged) -> Option<&'static str> {
    match judged {
        Judged::Literal | Judged::Layout => None,
        Judged::Bound(_) => {
            Some("bound: stands for one value of the run, the same all through the exercise")
        }
        Judged::Volatile(_) => Some("volatile: any text of its kind"),
        Judged::Ambient => Some(
            "ambient: may be missing; about things that the exercise neither creates nor mentions",
        ),
        Judged::Elided => Some("elided: any number of lines"),
    }
}
