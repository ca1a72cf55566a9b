//! Which fields of lists, templates, documents and lines hold what differs from run to run.
//!
//! ```text
//!     fields.toml --> Field    STATUS, {{.Status}}, "Status":   a status
//!                     Number   "Pid": 4711, {{.State.Pid}}      a process number
//!                     Line     12: eth0@if13: <...              an interface's number
//! ```
//!
//! The reference page of the docs is made from the same rows.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::size;
use super::volatile::Volatile;
use super::{Gaps, LineFields};
use crate::docker::ProgramCall;
use crate::pattern::{compiled, table};

/// How a field is judged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Letter by letter, with values bound.
    Literal,
    /// An ID, even where all its digits are decimal.
    Id,
    /// Names, of which Docker may have made some up.
    Names,
    /// `Up 7 seconds (healthy)`: the state and the exit code are literal.
    Status,
    /// The whole of it is of a kind.
    Whole(Volatile),
    /// Each word that is of one of the kinds is.
    Parts(Vec<Volatile>),
    /// Letter by letter; the client cuts what is longer than so many characters.
    Cut(usize),
}

/// A field of the lists that Docker and `ps` print.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldRow {
    pub(super) columns: Vec<String>,
    #[serde(default)]
    pub(super) templates: Vec<String>,
    /// Whether it is about templates only that print nothing else.
    #[serde(default)]
    pub(super) alone: bool,
    /// Whether only what stands in the field's place in a template is its text.
    #[serde(default)]
    pub(super) placed: bool,
    pub(super) rule: Rule,
}

/// A number that `docker inspect` shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Number {
    pub(super) member: String,
    pub(super) template: String,
    pub(super) kind: Volatile,
}

/// A member of a thing of a cluster.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) kind: Volatile,
}

/// A line that a program prints.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgramLine {
    #[serde(default)]
    pub(super) programs: Vec<String>,
    pub(super) word: Option<String>,
    #[serde(deserialize_with = "pattern")]
    form: Regex,
    pub(super) kind: Volatile,
    #[serde(default)]
    pub(super) aligned: bool,
    #[serde(default)]
    unless: Vec<String>,
    pub(super) example: String,
}

fn pattern<'d, D: serde::Deserializer<'d>>(text: D) -> Result<Regex, D::Error> {
    Ok(compiled(String::deserialize(text)?))
}

/// The rows of `fields.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    pub(super) field: Vec<FieldRow>,
    pub(super) number: Vec<Number>,
    pub(super) member: Vec<Member>,
    pub(super) line: Vec<ProgramLine>,
}

pub(super) static FIELDS: LazyLock<FieldTable> =
    LazyLock::new(|| table(include_str!("fields.toml")));

/// What old clients end a cell with that they cut.
const DOTS: &str = "...";

/// What clients end it with since.
const SIGN: &str = "…";

const CUT_MARKS: [&str; 2] = [DOTS, SIGN];

/// How the cells under `column` are judged.
pub fn rule(column: &str) -> &'static Rule {
    let has_it = |field: &&FieldRow| field.columns.iter().any(|name| name == column);
    let field = FIELDS.field.iter().find(has_it);
    field.map_or(&Rule::Literal, |field| &field.rule)
}

impl Rule {
    /// The byte ranges of `text` that may be any text of their kind; `authored` is what the
    /// author of the notes wrote.
    pub fn volatile(&self, text: &str, authored: &str) -> Vec<(Range<usize>, Volatile)> {
        let own = self.own(text, authored);
        match self {
            Self::Whole(_) | Self::Parts(_) => own,
            _ if own.is_empty() => Volatile::find_anywhere(text),
            _ => own,
        }
    }

    /// Whether it is a cell that the client may have cut.
    pub fn is_cut(&self, cell: &str) -> bool {
        matches!(self, Self::Cut(_)) && kept(cell).is_some()
    }

    /// Whether two cells, one cut with three dots and one with a sign, are the same one: the dots
    /// take three characters of its width, or were written for the sign.
    pub fn is_cut_alike(&self, one: &str, other: &str) -> bool {
        let (Self::Cut(width), Some(one), Some(other)) = (self, kept(one), kept(other)) else {
            return false;
        };
        let (dots, sign) = match (one, other) {
            ((dots, DOTS), (sign, SIGN)) | ((sign, SIGN), (dots, DOTS)) => (dots, sign),
            _ => return false,
        };
        let is_full =
            |kept: &str, mark: &str| kept.chars().count() + mark.chars().count() == *width;
        let is_by_dots = is_full(dots, DOTS) && sign.starts_with(dots);
        let is_written_so = || dots.trim_end_matches('.') == sign.trim_end_matches('.');
        is_full(sign, SIGN) && (is_by_dots || is_written_so())
    }

    /// The same without what is known anywhere.
    pub(super) fn own(&self, text: &str, authored: &str) -> Vec<(Range<usize>, Volatile)> {
        match self {
            Self::Literal | Self::Id | Self::Names | Self::Cut(_) => Vec::new(),
            Self::Status => {
                let up = words(text).filter(|start| text[..*start].ends_with("Up "));
                let span = |start| Some((start, Volatile::Span.length_at_start(&text[start..])?));
                up.filter_map(span)
                    .map(|(start, length)| (start..start + length, Volatile::Span))
                    .collect()
            }
            Self::Whole(kind) if kind.is(text) => vec![(0..text.len(), *kind)],
            Self::Whole(_) => Vec::new(),
            Self::Parts(kinds) => parts(text, kinds, authored),
        }
    }
}

/// What of a cell the client kept where it cut it, and with what.
fn kept(cell: &str) -> Option<(&str, &'static str)> {
    let text = cell.strip_prefix('"')?.strip_suffix('"')?;
    let mut marks = CUT_MARKS.into_iter();
    marks.find_map(|mark| Some((text.strip_suffix(mark)?, mark)))
}

/// The words of `text` that are of one of `kinds`, but for the memory that a command of
/// the author's asks for.
fn parts(text: &str, kinds: &[Volatile], authored: &str) -> Vec<(Range<usize>, Volatile)> {
    let mut found: Vec<(Range<usize>, Volatile)> = Vec::new();
    for start in words(text) {
        if found.last().is_some_and(|(range, _)| start < range.end) {
            continue;
        }
        let rest = &text[start..];
        let part = kinds
            .iter()
            .find_map(|kind| Some((kind.length_at_start(rest)?, *kind)));
        if let Some((length, kind)) = part
            && !(text[..start].ends_with(" / ")
                && is_memory_asked_for(&rest[..length], &ProgramCall::all_in_text(authored)))
        {
            found.push((start..start + length, kind));
        }
    }
    found
}

/// The bytes of `text` at which its words begin.
fn words(text: &str) -> impl Iterator<Item = usize> {
    let mut before = ' ';
    text.char_indices().filter_map(move |(start, letter)| {
        let begins =
            letter.is_alphanumeric() && !(before.is_alphanumeric() || "._-".contains(before));
        before = letter;
        begins.then_some(start)
    })
}

/// The limit in a cell of `docker stats`: `64MiB` of `2.449MiB / 64MiB`.
pub fn limit_in<'c>(column: &str, cell: &'c str) -> Option<&'c str> {
    let (_, limit) = cell.split_once(" / ")?;
    (column == "MEM USAGE / LIMIT").then_some(limit)
}

/// Whether one of `calls`, those that the author wrote, asks for this much memory: `64MiB` is
/// `-m 64m`.
pub fn is_memory_asked_for(limit: &str, calls: &[ProgramCall]) -> bool {
    let Some(limit) = size::memory(limit).filter(|_| limit.ends_with("iB")) else {
        return false;
    };
    let asks = |call: &ProgramCall| {
        let asked = call.docker().map(|docker| docker.values("--memory"));
        asked
            .into_iter()
            .flatten()
            .filter_map(size::memory)
            .any(|asked| asked == limit)
    };
    calls.iter().any(asks)
}

impl ProgramLine {
    /// Whether one of `calls` prints such lines, of which `authored`, what the author wrote,
    /// does not say what they are.
    fn is_of(&self, calls: &[ProgramCall], authored: &str) -> bool {
        let is_program = |call: &ProgramCall, program: &str| {
            call.program == program || (program == "jobs" && call.in_background)
        };
        let has_word = |call: &ProgramCall| {
            let word = self.word.as_ref();
            word.is_none_or(|word| call.words.contains(word))
        };
        let is_one = |call: &ProgramCall| {
            let mut programs = self.programs.iter();
            self.programs.is_empty() || programs.any(|program| is_program(call, program))
        };
        let is_printed = (self.programs.is_empty() && self.word.is_none())
            || calls.iter().any(|call| has_word(call) && is_one(call));
        // What the author wrote may be long.
        is_printed && !self.unless.iter().any(|text| authored.contains(text))
    }

    /// What differs in `text`; none where it is no such line.
    fn volatile(&self, text: &str) -> Option<Vec<(Range<usize>, Volatile)>> {
        let captures = self.form.captures(text)?;
        let parts = captures.iter().skip(1).flatten();
        let of_kind = parts.filter(|part| self.kind.is(part.as_str()));
        Some(of_kind.map(|part| (part.range(), self.kind)).collect())
    }
}

/// A line that a program among `calls` prints, called by itself or in a container, taken
/// apart.
pub(super) fn line(text: &str, calls: &[ProgramCall], authored: &str) -> Option<LineFields> {
    let rules = FIELDS.line.iter();
    let rules = rules.filter(|rule| rule.is_of(calls, authored));
    let matching = rules.filter_map(|rule| Some((rule.aligned, rule.volatile(text)?)));
    let matching: Vec<_> = matching.collect();
    let (is_aligned, _) = matching.first()?;
    let gaps = match is_aligned {
        true => Gaps::Before(text.len()),
        false => Gaps::None,
    };
    let anywhere = LineFields::anywhere(text, authored).volatile;
    let mut volatile: Vec<(Range<usize>, Volatile)> = Vec::new();
    for (range, kind) in matching
        .into_iter()
        .flat_map(|(_, parts)| parts)
        .chain(anywhere)
    {
        let mut taken = volatile.iter();
        if taken.all(|(other, _)| range.end <= other.start || other.end <= range.start) {
            volatile.push((range, kind));
        }
    }
    volatile.sort_by_key(|(range, _)| range.start);
    Some(LineFields { volatile, gaps })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_knows_its_example() {
        for line in &FIELDS.line {
            let found = line.volatile(&line.example);
            assert!(found.is_some_and(|found| !found.is_empty()), "{line:?}");
        }
    }

    #[test]
    fn no_field_has_two_rules() {
        let columns = FIELDS.field.iter().flat_map(|field| &field.columns);
        let templates = FIELDS.field.iter().flat_map(|field| &field.templates);
        for mut names in [columns.collect::<Vec<_>>(), templates.collect()] {
            names.sort();
            let all = names.len();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn a_share_of_a_whole_is_no_more_than_all_of_it() {
        assert!(rule("MEM %").volatile("1000%", "").is_empty());
        assert_eq!(rule("CPU %").volatile("412.5%", "").len(), 1);
    }

    #[test]
    fn a_cell_that_was_cut_with_dots_is_one_that_was_cut_with_a_sign() {
        let alike = |one: &str, other: &str| {
            let (one, other) = (format!("\"{one}\""), format!("\"{other}\""));
            let rule = rule("COMMAND");
            assert_eq!(
                rule.is_cut_alike(&one, &other),
                rule.is_cut_alike(&other, &one)
            );
            rule.is_cut_alike(&one, &other)
        };
        let here = "docker-entrypoint.s…";
        assert!(alike("docker-entrypoint...", here));
        assert!(alike("docker-entrypoint.s...", here));
        assert!(alike("/docker-entrypoint...", "/docker-entrypoint.…"));
        for wrong in [
            "docker-entrypoinx...",
            "docker-entry...",
            "docker-entrypoint.x...",
            "docker-entrypoint.sh...",
            "docker-entrypoint.s",
            "...",
        ] {
            assert!(!alike(wrong, here), "{wrong}");
        }
        assert!(!alike(
            "docker-entrypoint...",
            "docker-entrypoint.sh mysqld…"
        ));
        assert!(
            !rule("IMAGE").is_cut_alike("\"docker-entrypoint...\"", "\"docker-entrypoint.s…\"")
        );
    }

    #[test]
    fn the_memory_that_a_command_asks_for_is_its_own() {
        let asks = |command: &str| is_memory_asked_for("64MiB", &ProgramCall::all_in_text(command));
        for command in [
            "docker run -m 64m x",
            "docker run -dm64M x",
            "docker update --memory=65536k x",
        ] {
            assert!(asks(command), "{command}");
        }
        for command in ["docker run -m 128m x", "docker run x -m 64m", "echo -m 64m"] {
            assert!(!asks(command), "{command}");
        }
    }

    #[test]
    fn no_space_is_no_size_like_any_other() {
        let kinds = |cell: &str| -> Vec<Volatile> {
            let found = rule("SIZE").volatile(cell, "").into_iter();
            found.map(|(_, kind)| kind).collect()
        };
        assert_eq!(
            kinds("0B (virtual 122MB)"),
            [Volatile::NoFiles, Volatile::Space]
        );
        assert_eq!(
            kinds("2B (virtual 122MB)"),
            [Volatile::Space, Volatile::Space]
        );
    }
}
