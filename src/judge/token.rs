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
use std::sync::Arc;

use unicode_width::UnicodeWidthChar;

use super::How;
use super::bindings::{Kind, Pair, short};
use super::values::{Values, length_of_actual};
use super::volatile::Volatile;

/// How a part of a line is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// Letter by letter.
    Literal(String),
    /// A value, paired with this run's.
    Bound {
        /// What kind of value.
        kind: Kind,
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
    tokens: Vec<(Range<usize>, Token)>,
    /// The notes' line, from 1.
    line: usize,
    /// What the author wrote himself.
    authored: Arc<str>,
}

impl Pattern {
    /// Takes `text` of the notes' line `line` apart.
    pub fn of(text: &str, line: usize, values: &Values) -> Self {
        let authored = values.authored();
        let mut volatile = Volatile::find_anywhere(text);
        volatile.retain(|(range, _)| !stands_in(&authored, &text[range.clone()]));
        Self::with(text, line, values, volatile)
    }

    /// Takes `text` apart, with the byte ranges `volatile` of it given.
    pub fn with(
        text: &str,
        line: usize,
        values: &Values,
        volatile: Vec<(Range<usize>, Volatile)>,
    ) -> Self {
        let mut marks: Vec<(Range<usize>, Token)> = values
            .find(text)
            .into_iter()
            .map(|(range, kind, note)| (range, Token::Bound { kind, note }))
            .collect();
        for (range, kind) in volatile {
            let process = (kind == Volatile::ProcessId)
                .then(|| values.machines_process(&text[range.clone()]))
                .flatten();
            if marks
                .iter()
                .all(|(taken, _)| range.end <= taken.start || taken.end <= range.start)
            {
                let token = match process {
                    Some(note) => Token::Bound {
                        kind: Kind::Process,
                        note,
                    },
                    None => Token::Volatile(kind),
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
                    Token::Literal(text[from..range.start].to_owned()),
                ));
            }
            from = range.end;
            tokens.push((range, token));
        }
        if from < text.len() {
            tokens.push((from..text.len(), Token::Literal(text[from..].to_owned())));
        }
        Self {
            tokens,
            line,
            authored: values.authored(),
        }
    }

    /// The line `text`, all of which is an ID that is cut behind `shown` digits; `id`
    /// are its first 12.
    pub fn of_cut_id(text: &str, line: usize, id: &str, shown: usize, values: &Values) -> Self {
        let id = id.to_owned();
        Self {
            tokens: vec![(0..text.len(), Token::CutId { id, shown })],
            line,
            authored: values.authored(),
        }
    }

    /// The same pattern with every run of white space before byte `end`, in its
    /// literal parts, a [`Token::Gap`].
    pub fn with_gaps_before(self, end: usize) -> Self {
        self.with_gaps(end, 1)
    }

    /// The same pattern with every two blanks or more, in its literal parts, a
    /// [`Token::Gap`] of two or more.
    pub fn with_columns(self) -> Self {
        self.with_gaps(usize::MAX, 2)
    }

    fn with_gaps(self, end: usize, blanks: usize) -> Self {
        let gap = " ".repeat(blanks);
        let mut tokens = Vec::new();
        for (range, token) in self.tokens {
            let text = match token {
                Token::Literal(text) if range.start < end => text,
                _ => {
                    tokens.push((range, token));
                    continue;
                }
            };
            let mut from = 0;
            while from < text.len() {
                let rest = &text[from..];
                let (length, token) = if rest.starts_with(&gap) {
                    let length = rest.len() - rest.trim_start_matches(' ').len();
                    (length, Token::Gap(blanks))
                } else {
                    let length = rest.find(&gap).unwrap_or(rest.len());
                    (length, Token::Literal(rest[..length].to_owned()))
                };
                tokens.push((range.start + from..range.start + from + length, token));
                from += length;
            }
        }
        Self {
            tokens,
            line: self.line,
            authored: self.authored,
        }
    }

    /// The tokens with their byte ranges.
    pub fn tokens(&self) -> &[(Range<usize>, Token)] {
        &self.tokens
    }

    /// The whole text, where all of it is letter by letter.
    pub fn literal(&self) -> Option<&str> {
        match &self.tokens[..] {
            [] => Some(""),
            [(_, Token::Literal(text))] => Some(text),
            _ => None,
        }
    }

    /// Whether some part is a value of the run.
    pub fn has_bound(&self) -> bool {
        self.tokens
            .iter()
            .any(|(_, token)| matches!(token, Token::Bound { .. } | Token::CutId { .. }))
    }

    /// The weakest way some part of it is judged.
    pub fn how(&self) -> How {
        self.tokens
            .iter()
            .map(|(_, token)| match token {
                Token::Literal(_) | Token::Gap(_) => How::Literal,
                Token::Bound { .. } | Token::CutId { .. } => How::Bound,
                Token::Volatile(_) => How::Volatile,
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
    fn follow(&self, actual: &str, mut value: impl FnMut(Kind, &str, &str)) -> Option<()> {
        let mut rest = actual;
        for (_, token) in &self.tokens {
            match token {
                Token::Literal(text) => rest = rest.strip_prefix(text.as_str())?,
                Token::Gap(blanks) => {
                    let trimmed = rest.trim_start_matches(' ');
                    if rest.len() - trimmed.len() < *blanks {
                        return None;
                    }
                    rest = trimmed;
                }
                Token::Volatile(kind) => {
                    let (text, after) = rest.split_at_checked(kind.length_at_start(rest)?)?;
                    if Volatile::ANYWHERE.contains(kind) && stands_in(&self.authored, text) {
                        return None;
                    }
                    rest = after;
                }
                Token::CutId { id: note, shown } => {
                    let length = Volatile::CutId.length_at_start(rest)?;
                    let (text, after) = rest.split_at_checked(length)?;
                    // It has more digits than the notes show.
                    if length <= *shown {
                        return None;
                    }
                    rest = after;
                    value(Kind::Hex, note, short(text));
                }
                Token::Bound { kind, note } => {
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

/// Whether `text` stands somewhere in `authored`, not as a part of a word.
pub fn stands_in(authored: &str, text: &str) -> bool {
    let text = text.trim();
    let free = |neighbour: Option<char>| neighbour.is_none_or(|next| !next.is_alphanumeric());
    !text.is_empty()
        && authored.match_indices(text).any(|(start, _)| {
            free(authored[..start].chars().next_back())
                && free(authored[start + text.len()..].chars().next())
        })
}

/// A line as it is compared: tabs as the terminal shows them, blanks that do
/// not break as blanks, no white space at the end.
pub fn normal(line: &str) -> String {
    let line = line.trim_end();
    if !line.contains(['\t', '\u{a0}']) {
        return line.to_owned();
    }
    let mut text = String::with_capacity(line.len() + 16);
    let mut column = 0;
    for character in line.chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                text.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\u{a0}' => {
                text.push(' ');
                column += 1;
            }
            _ => {
                text.push(character);
                column += character.width().unwrap_or(0);
            }
        }
    }
    text
}
