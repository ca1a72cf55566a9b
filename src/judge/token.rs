//! A line of the notes as tokens: what is checked letter by letter, what is
//! bound, and what may be any text of its kind.
//!
//! ```text
//!     conflict: ... container e56ac97ef60a is using ...
//!     |---- literal --------|--- bound ---|- literal -|
//! ```
//!
//! The matcher and `explain` use these tokens and no others, so that what is
//! shown is what is checked.

use std::ops::Range;

use super::How;
use super::bindings::{Pair, ValueKind};
use super::values::{Values, length_of_actual};
use crate::docker::ids::short;
use crate::formats::authored::Authored;
use crate::formats::text::stands_in;
use crate::formats::volatile::Volatile;
use crate::formats::{Gaps, LineFields};
use crate::pattern::pattern;

/// What stands behind an ID that is cut.
const DOTS: &str = "...";

pattern! {
    /// An ID that the author cut, within a line.
    CUT_ID = r"\b(?P<digits>[0-9a-f]{4,63})\.{3}";
}

/// How many columns are between a terminal's tab stops.
const STOP: usize = 8;

/// Whether `text` ends where a terminal's tab does.
fn is_at_stop(text: &str) -> bool {
    text.chars().count().is_multiple_of(STOP)
}

/// How a part of a line is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PatternToken {
    /// Letter by letter.
    Literal(String),
    /// A value, paired with this run's.
    Bound {
        /// What kind of value.
        kind: ValueKind,
        /// The text that it is bound by.
        note: String,
    },
    /// An ID of which the notes show the beginning.
    CutId {
        /// Its first 12 digits.
        id: String,
        /// How many digits the notes show: it has more.
        shown: usize,
    },
    /// Any text of its kind.
    Volatile(Volatile),
    /// White space that only sets columns apart: any, but so many blanks at least.
    Gap(usize),
}

/// A line of the notes, or a cell of it, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pattern {
    /// The text that it was made of.
    text: String,
    tokens: Vec<(Range<usize>, PatternToken)>,
    /// The notes' line, from 1.
    line: usize,
    /// What the author wrote.
    authored: Authored,
}

impl Pattern {
    /// Takes `text` of the notes' line `line` apart.
    pub fn of(text: &str, line: usize, values: &Values) -> Self {
        Self::of_fields(
            text,
            line,
            values,
            LineFields::anywhere(text, &values.authored()),
        )
    }

    /// Takes `text` apart, with its fields given.
    pub fn of_fields(text: &str, line: usize, values: &Values, fields: LineFields) -> Self {
        let pattern = Self::with(text, line, values, fields.volatile);
        match fields.gaps {
            Gaps::None => pattern,
            Gaps::Before(end) => pattern.with_gaps(end, 1, |_| true),
            Gaps::Columns => pattern.with_gaps(usize::MAX, 2, |_| true),
            Gaps::Tabs => pattern.with_gaps(usize::MAX, 1, is_at_stop),
        }
    }

    /// Takes `text` apart, with the byte ranges `volatile` of it given.
    pub fn with(
        text: &str,
        line: usize,
        values: &Values,
        volatile: Vec<(Range<usize>, Volatile)>,
    ) -> Self {
        let mut marks: Vec<(Range<usize>, PatternToken)> = values
            .find(text)
            .into_iter()
            .map(|(range, kind, note)| (range, PatternToken::Bound { kind, note }))
            .collect();
        for found in CUT_ID.captures_iter(text) {
            let (range, digits) = (found.get_match().range(), &found["digits"]);
            let is_hex = digits.contains(|letter: char| letter.is_ascii_digit());
            if let Some(id) = values.id_of_cut(digits).filter(|_| is_hex) {
                let shown = digits.len();
                marks.retain(|(taken, _)| range.end <= taken.start || taken.end <= range.start);
                marks.push((range, PatternToken::CutId { id, shown }));
            }
        }
        for (range, kind) in volatile {
            let is_apart =
                |taken: &Range<usize>| range.end <= taken.start || taken.end <= range.start;
            // What the machine asks for names is no container, whatever its address.
            if kind == Volatile::NameServer {
                marks.retain(|(taken, _)| is_apart(taken));
            }
            let process = (kind == Volatile::ProcessId)
                .then(|| values.machines_process(&text[range.clone()]))
                .flatten();
            if marks.iter().all(|(taken, _)| is_apart(taken)) {
                let token = match process {
                    Some(note) => PatternToken::Bound {
                        kind: ValueKind::Process,
                        note,
                    },
                    None => PatternToken::Volatile(kind),
                };
                marks.push((range, token));
            }
        }
        marks.sort_by_key(|(range, _)| range.start);
        let mut tokens = Vec::with_capacity(marks.len() * 2 + 1);
        let mut from = 0;
        for (range, token) in marks {
            if from < range.start {
                tokens.push((
                    from..range.start,
                    PatternToken::Literal(text[from..range.start].to_owned()),
                ));
            }
            from = range.end;
            tokens.push((range, token));
        }
        if from < text.len() {
            tokens.push((
                from..text.len(),
                PatternToken::Literal(text[from..].to_owned()),
            ));
        }
        Self {
            text: text.to_owned(),
            tokens,
            line,
            authored: values.authored(),
        }
    }

    /// The line `text`, in a range of which stands an ID that is cut behind `shown`
    /// digits; `id` are its first 12.
    pub fn of_cut_id(
        text: &str,
        line: usize,
        (range, id, shown): (Range<usize>, String, usize),
        values: &Values,
    ) -> Self {
        let before = (
            0..range.start,
            PatternToken::Literal(text[..range.start].to_owned()),
        );
        let tokens = [before, (range, PatternToken::CutId { id, shown })];
        let has_text = |(range, _): &(Range<usize>, PatternToken)| !range.is_empty();
        Self {
            text: text.to_owned(),
            tokens: tokens.into_iter().filter(has_text).collect(),
            line,
            authored: values.authored(),
        }
    }

    /// The same pattern with every run of so many blanks or more before byte `end`, in
    /// its literal parts, a [`PatternToken::Gap`] where the text up to the end of the run
    /// `ends_so`.
    fn with_gaps(self, end: usize, blanks: usize, ends_so: fn(&str) -> bool) -> Self {
        let gap = " ".repeat(blanks);
        let mut tokens = Vec::new();
        for (range, token) in self.tokens {
            let text = match token {
                PatternToken::Literal(text) if range.start < end => text,
                _ => {
                    tokens.push((range, token));
                    continue;
                }
            };
            let mut from = 0;
            while from < text.len() {
                let rest = &text[from..];
                let run = rest.len() - rest.trim_start_matches(' ').len();
                let (length, token) = if run >= blanks {
                    let is_gap = ends_so(&self.text[..range.start + from + run]);
                    let token = match is_gap {
                        true => PatternToken::Gap(blanks),
                        false => PatternToken::Literal(rest[..run].to_owned()),
                    };
                    (run, token)
                } else {
                    let length = rest.find(&gap).unwrap_or(rest.len());
                    (length, PatternToken::Literal(rest[..length].to_owned()))
                };
                tokens.push((range.start + from..range.start + from + length, token));
                from += length;
            }
        }
        Self { tokens, ..self }
    }

    /// The tokens with their byte ranges.
    pub fn tokens(&self) -> &[(Range<usize>, PatternToken)] {
        &self.tokens
    }

    /// The whole text, where all of it is letter by letter.
    pub fn literal(&self) -> Option<&str> {
        match &self.tokens[..] {
            [] => Some(""),
            [(_, PatternToken::Literal(text))] => Some(text),
            _ => None,
        }
    }

    /// Whether some part is a value of the run.
    pub fn has_bound(&self) -> bool {
        self.tokens.iter().any(|(_, token)| {
            matches!(
                token,
                PatternToken::Bound { .. } | PatternToken::CutId { .. }
            )
        })
    }

    /// The weakest way some part of it is judged.
    pub fn how(&self) -> How {
        self.tokens
            .iter()
            .map(|(_, token)| match token {
                PatternToken::Literal(_) | PatternToken::Gap(_) => How::Literal,
                PatternToken::Bound { .. } | PatternToken::CutId { .. } => How::Bound,
                PatternToken::Volatile(_) => How::Volatile,
            })
            .max()
            .unwrap_or(How::Literal)
    }

    /// The pairs under which `actual` is this line; none when it cannot be.
    pub fn matches(&self, actual: &str) -> Option<Vec<Pair>> {
        // Most lines are another line; pairs are made for the few that are not.
        self.follow(actual, |_, _, _| {})?;
        let mut pairs = Vec::new();
        if !self.has_bound() {
            return Some(pairs);
        }
        self.follow(actual, |kind, note, value| {
            pairs.push(Pair {
                kind,
                note: note.to_owned(),
                actual: value.to_owned(),
                line: self.line,
            });
        })?;
        Some(pairs)
    }

    /// Follows `actual` token by token, and tells each value of the notes with the
    /// one that stands for it; none where it cannot be this line.
    fn follow(&self, actual: &str, mut value: impl FnMut(ValueKind, &str, &str)) -> Option<()> {
        let mut rest = actual;
        for (range, token) in &self.tokens {
            match token {
                PatternToken::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                PatternToken::Gap(blanks) => {
                    let trimmed = rest.trim_start_matches(' ');
                    if rest.len() - trimmed.len() < *blanks {
                        return None;
                    }
                    rest = trimmed;
                }
                PatternToken::Volatile(kind) => {
                    let (text, after) = rest.split_at_checked(kind.length_at_start(rest)?)?;
                    // A value that the author chose is not another one of its kind.
                    if kind.is_known_anywhere()
                        && text != &self.text[range.clone()]
                        && stands_in(&self.authored, text)
                    {
                        return None;
                    }
                    rest = after;
                }
                PatternToken::CutId { id: note, shown } => {
                    let Some(length) = Volatile::CutId.length_at_start(rest) else {
                        // A program may print dots behind digits by itself.
                        rest = rest.strip_prefix(&self.text[range.clone()])?;
                        continue;
                    };
                    let (text, after) = rest.split_at_checked(length)?;
                    // It has more digits than the notes show, or is cut as there.
                    rest = match length == *shown {
                        true => after.strip_prefix(DOTS)?,
                        false => Some(after).filter(|_| length > *shown)?,
                    };
                    value(ValueKind::Hex, note, short(text));
                }
                PatternToken::Bound { kind, note } => {
                    let length = length_of_actual(*kind, note, rest)?;
                    let (text, after) = rest.split_at_checked(length)?;
                    value(*kind, note, text);
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::listing;

    fn matches(expected: &str, actual: &str) -> bool {
        let fields = listing::long_row(expected, "").unwrap();
        Pattern::of_fields(expected, 1, &Values::default(), fields)
            .matches(actual)
            .is_some()
    }

    #[test]
    fn a_files_size_is_literal_and_a_folders_is_not() {
        let file = "-rw-r--r-- 1 root root    0 Aug 30 13:24 first";
        assert!(matches(file, "-rw-r--r-- 1 root root 0 Nov  2  2025 first"));
        assert!(!matches(
            file,
            "-rw-r--r-- 1 root root 7 Nov  2 13:24 first"
        ));
        assert!(!matches(
            file,
            "-rw-r--r-- 2 root root 0 Nov  2 13:24 first"
        ));
        assert!(!matches(
            file,
            "-rw-rw-r-- 1 root root 0 Nov  2 13:24 first"
        ));
        assert!(!matches(file, "-rw-r--r-- 1 root kim 0 Nov  2 13:24 first"));
        let folder = "drwxr-xr-x 2 root root 4096 Aug 30 14:33 .";
        assert!(matches(folder, "drwxr-xr-x 13 root root 60 Nov  2 13:24 ."));
        assert!(!matches(
            folder,
            "drwxr-xr-x 2 root root 4096 Aug 30 14:33 .."
        ));
        assert!(matches("total 8", "total 12"));
        let full = "-rw-r--r-- 1 root root 0 2023-08-30 14:33:12.123456789 +0900 first";
        let later = full.replace(
            "2023-08-30 14:33:12.123456789 +0900",
            "2026-11-25 01:02:03.4 +0000",
        );
        assert!(matches(full, &later));
        assert!(!matches(full, &later.replace("first", "second")));
    }
}
