//! How each part of each line will be judged, before anything is run.
//!
//! ```text
//!     nginx   latest   76c69feac34e   2 weeks ago   142MB
//!     literal literal  bound: an ID   any age       any size
//! ```
//!
//! The parts are the matcher's own tokens, so that what is shown is what is
//! checked.

use super::row::Row;
use crate::formats::by_the_way::lines_by_the_way;
use crate::formats::text::noted_lines;
use std::ops::Range;

use serde::Serialize;

use super::JudgedExercise;
use super::ambient::NamedThings;
use super::bindings::ValueKind;
use super::compile::{LinePattern, Section, expected_lines, find_sections};
use super::rows::Subject;
use super::token::PatternToken;
use super::values::Values;
use crate::docker::ProgramCall;
use crate::formats::OutputFormat;
use crate::formats::client;
use crate::formats::published;
use crate::formats::pull;
use crate::formats::table::Header;
use crate::formats::volatile::Volatile;
use crate::session::{Expected, Prompt, Shell, Step};

/// How a part of a line will be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case", tag = "judged", content = "kind")]
pub enum Judged {
    /// Letter by letter.
    Literal,
    /// Paired with this run's value.
    Bound(ValueKind),
    /// Any text of its kind.
    Volatile(Volatile),
    /// The row may be missing: nothing else in the exercise is about it.
    Ambient,
    /// Stands for any number of lines.
    Elided,
    /// White space that only sets things apart.
    Layout,
}

impl Judged {
    /// The kind in words, as the docs have them; none for what is taken as it stands.
    pub fn words(self) -> Option<String> {
        match self {
            Self::Literal | Self::Layout => None,
            Self::Bound(kind) => Some(format!("bound, {}", kind.words())),
            Self::Volatile(kind) => Some(format!("volatile, {}", kind.words())),
            Self::Ambient => Some("ambient, a row that may be missing".to_owned()),
            Self::Elided => Some("elided, any number of lines".to_owned()),
        }
    }
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinePart {
    /// Its bytes in the line's text.
    pub range: Range<usize>,
    /// How it will be judged.
    #[serde(flatten)]
    pub judged: Judged,
}

/// A line of the notes, explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExplainedLine {
    /// Its number in the notes, from 1.
    pub line: usize,
    /// Its text: a command, a line of output, or a container's prompt.
    pub text: String,
    /// What the line is.
    pub role: Role,
    /// Its parts, in order; what is between them is layout.
    pub parts: Vec<LinePart>,
    /// Whether it may stand elsewhere among its neighbours.
    pub unordered: bool,
    /// Other texts that Docker prints for the same event, with the row's name.
    pub dialects: Vec<String>,
}

/// What a line of the notes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sent, with this run's values put in.
    Command,
    /// Expected of the output.
    Output,
    /// A container's prompt.
    Prompt,
}

/// Explains every line of `script` that is sent or judged, in the order of the
/// notes.
pub fn explain(script: &JudgedExercise) -> Vec<ExplainedLine> {
    let formats = script.formats();
    let values = Values::of(script, &formats);
    let named_things = NamedThings::of(script.setup, script.steps);
    let mut lines = Vec::new();
    for (number, (step, format)) in script.steps.iter().zip(&formats).enumerate() {
        if let Some(command) = step.command() {
            lines.push(plain(step.line, command, Role::Command, &values));
        }
        outputs(number, step, format, &values, &named_things, &mut lines);
        if let Some((prompt, 1..)) = &step.next {
            let of_the_host = step.next_shell == Some(Shell::Host);
            let explain = |prompt: &Prompt| match of_the_host {
                true => prompt_of_the_host(prompt),
                false => plain(prompt.line, &prompt.text, Role::Prompt, &values),
            };
            lines.extend([prompt].into_iter().chain(&step.further).map(explain));
        }
    }
    lines
}

/// A prompt of another shell of the machine: the user and the sign are the notes',
/// names and folders the lab's.
fn prompt_of_the_host(prompt: &Prompt) -> ExplainedLine {
    let text = &prompt.text;
    let user = prompt.user.as_deref().and_then(|user| {
        let start = text.find(user)?;
        Some(start..start + user.len())
    });
    let sign = text.rfind(prompt.sign).map(|start| start..text.len());
    let mut parts = Vec::new();
    let mut from = 0;
    let mut add = |range: Range<usize>, judged| {
        if !range.is_empty() {
            parts.push(LinePart { range, judged });
        }
    };
    for range in user.into_iter().chain(sign) {
        add(from..range.start, Judged::Volatile(Volatile::GivenName));
        from = range.end;
        add(range, Judged::Literal);
    }
    add(from..text.len(), Judged::Volatile(Volatile::GivenName));
    ExplainedLine {
        line: prompt.line,
        text: text.clone(),
        role: Role::Prompt,
        parts,
        unordered: false,
        dialects: Vec::new(),
    }
}

/// The lines of output of each step, explained.
pub(crate) fn explain_outputs(script: &JudgedExercise) -> Vec<Vec<ExplainedLine>> {
    let formats = script.formats();
    let values = Values::of(script, &formats);
    let named_things = NamedThings::of(script.setup, script.steps);
    let steps = script.steps.iter().zip(&formats).enumerate();
    steps
        .map(|(number, (step, format))| {
            let mut lines = Vec::new();
            outputs(number, step, format, &values, &named_things, &mut lines);
            lines
        })
        .collect()
}

/// A text in which only values are not literal.
fn plain(line: usize, text: &str, role: Role, values: &Values) -> ExplainedLine {
    let mut parts = Vec::new();
    let mut from = 0;
    let literal = |range: Range<usize>| {
        (!range.is_empty()).then_some(LinePart {
            range,
            judged: Judged::Literal,
        })
    };
    for (range, kind, _) in values.find(text) {
        parts.extend(literal(from..range.start));
        from = range.end;
        parts.push(LinePart {
            range,
            judged: Judged::Bound(kind),
        });
    }
    parts.extend(literal(from..text.len()));
    ExplainedLine {
        line,
        text: text.to_owned(),
        role,
        parts,
        unordered: false,
        dialects: Vec::new(),
    }
}

/// Adds the lines of output of step `number` to `lines`.
fn outputs(
    number: usize,
    step: &Step,
    format: &OutputFormat,
    values: &Values,
    named_things: &NamedThings,
    lines: &mut Vec<ExplainedLine>,
) {
    let calls = format.calls();
    let expected = expected_lines(step);
    let authored = values.authored();
    let ambient = ambient_lines(number, step, calls, &expected, named_things, &authored);
    let texts = expected.iter().zip(&step.expected).enumerate();
    let own = texts.map(|(index, (text, written))| {
        let is_ambient = ambient.contains(&index);
        output_line(text.as_deref(), written, is_ambient, format, values)
    });
    let mut own: Vec<ExplainedLine> = own.collect();
    if published::are_bindings(calls, &expected) {
        for line in &mut own {
            line.unordered = !line.text.is_empty();
        }
    }
    for (range, section) in find_sections(format, &expected, values) {
        match section {
            Section::Table { header, rows } => {
                for index in rows {
                    if let (Some(Some(text)), Some(line)) =
                        (expected.get(index), own.get_mut(index))
                        && !text.is_empty()
                    {
                        explain_row(line, &header, text, values, named_things, number);
                    }
                }
            }
            // Its lines' tokens are the same wherever they stand.
            Section::Json => {}
            Section::Deleted { .. } => {
                let below = own.iter_mut().take(range.end).skip(range.start + 1);
                below.for_each(|line| line.unordered = true);
            }
            Section::Tree(tree) => {
                for entry in tree.entries {
                    if let Some(line) = own.get_mut(entry.line) {
                        let name = entry.path.get(entry.parent.len()..).unwrap_or_default();
                        line.unordered = !values.find(name).is_empty();
                    }
                }
            }
        }
    }
    lines.append(&mut own);
}

/// The lines of step `number`, from 0, that come and go with the machine.
fn ambient_lines(
    number: usize,
    step: &Step,
    calls: &[ProgramCall],
    expected: &[Option<String>],
    named_things: &NamedThings,
    authored: &str,
) -> Vec<usize> {
    let made = |image: &str| named_things.has_here(number, image);
    let texts = noted_lines(expected);
    let mut ambient = pull::ambient_lines(calls, expected, 0..expected.len(), &[], &made);
    ambient.extend(lines_by_the_way(calls, authored, &texts, &texts));
    ambient.extend(client::lines_of_sudo(step.command(), &texts));
    ambient
}

/// A line of output, as it is judged where it stands alone; without `text` it is elided.
fn output_line(
    text: Option<&str>,
    written: &Expected,
    is_ambient: bool,
    format: &OutputFormat,
    values: &Values,
) -> ExplainedLine {
    let pattern = text.map(|text| LinePattern::of(text, written.line, format, values));
    let parts = match (&pattern, text) {
        (None, _) | (_, None) => vec![whole(&written.text, Judged::Elided)],
        (_, Some("")) => vec![whole("", Judged::Layout)],
        (_, Some(text)) if is_ambient => vec![whole(text, Judged::Ambient)],
        (Some(pattern), _) => {
            let tokens = pattern.pattern().tokens().iter();
            parts_of(tokens.map(|(range, token)| (range.clone(), token)))
        }
    };
    let dialects = pattern.iter().flat_map(LinePattern::dialects);
    ExplainedLine {
        line: written.line,
        text: text.unwrap_or(&written.text).to_owned(),
        role: Role::Output,
        parts,
        unordered: false,
        dialects: dialects.map(str::to_owned).collect(),
    }
}

/// Explains `line` as the row `text` of a table under `header`, in step `number`.
fn explain_row(
    line: &mut ExplainedLine,
    header: &Header,
    text: &str,
    values: &Values,
    named_things: &NamedThings,
    number: usize,
) {
    let subject = Subject::of(header);
    let row = Row::of(header, text, line.line, values);
    line.unordered = subject.is_unordered(row.has_random_name());
    let is_ambient = subject.is_ambient(header, text, number, named_things);
    if is_ambient || subject.is_ending(header, text) {
        line.parts = vec![whole(text, Judged::Ambient)];
        return;
    }
    line.parts = parts_of(row.tokens());
}

fn parts_of<'t>(tokens: impl Iterator<Item = (Range<usize>, &'t PatternToken)>) -> Vec<LinePart> {
    let part = |(range, token)| LinePart {
        range,
        judged: judged(token),
    };
    tokens.map(part).collect()
}

fn whole(text: &str, judged: Judged) -> LinePart {
    LinePart {
        range: 0..text.len(),
        judged,
    }
}

fn judged(token: &PatternToken) -> Judged {
    match token {
        PatternToken::Literal(_) => Judged::Literal,
        PatternToken::Bound { kind, .. } => Judged::Bound(*kind),
        PatternToken::CutId { .. } => Judged::Bound(ValueKind::Hex),
        PatternToken::Volatile(kind) => Judged::Volatile(*kind),
        PatternToken::Gap(_) => Judged::Layout,
    }
}
