//! A line of the notes and one of this run beside each other, with what differs
//! marked.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::judge::{LineJudgement, Volatile};

use super::filling::without_filling;
use super::visible::{visible, without_tabs};

/// The colour of what does not hold.
pub(super) const MARK: Style = AnsiColor::Red.on_default().bold();
/// The colour of what this run has in its place.
const OURS: Style = AnsiColor::Green.on_default().bold();

/// How many columns of a line are shown at most, and at least.
const WIDEST: usize = 160;
const NARROWEST: usize = 20;

/// How many columns stand before a line that is shown beside another, and a free one.
const MARGIN: usize = 18;

/// The notes' line and this run's as they are shown: where marks are to stand below
/// lines that are too wide for that, what stands around the place that differs.
pub(super) fn shown(
    line: &LineJudgement,
    columns: Option<usize>,
) -> (Option<String>, Option<String>) {
    let shown = |text: &String| without_tabs(&visible(&without_filling(text)));
    let expected = line.expected.as_ref().map(shown);
    let actual = line.actual.as_ref().map(shown);
    let (Some(expected), Some(actual)) = (&expected, &actual) else {
        let cut = |text: Option<String>| text.map(|text| window(&text, 0, WIDEST));
        return (cut(expected), cut(actual));
    };
    let room = columns.map_or(WIDEST, |columns| columns.saturating_sub(MARGIN));
    let room = room.clamp(NARROWEST, WIDEST);
    let same: usize = expected
        .chars()
        .zip(actual.chars())
        .take_while(|(one, other)| one == other)
        .map(|(one, _)| one.width().unwrap_or(0))
        .sum();
    let is_wide = expected.width() > room || actual.width() > room;
    let start = if is_wide {
        same.saturating_sub(room / 4)
    } else {
        0
    };
    let cut = |text: &str| Some(window(text, start, room));
    (cut(expected), cut(actual))
}

/// What stands in `room` columns of `text` from column `start` on.
fn window(text: &str, start: usize, room: usize) -> String {
    if start == 0 && text.width() <= room {
        return text.to_owned();
    }
    let mut window = String::from(if start > 0 { "…" } else { "" });
    let (mut column, mut width) = (0, window.width());
    for character in text.chars() {
        let own = character.width().unwrap_or(0);
        if column >= start {
            width += own;
            if width >= room {
                window.push('…');
                break;
            }
            window.push(character);
        }
        column += own;
    }
    window
}

/// Two lines beside each other, what differs in colours and marked below.
#[derive(Default)]
pub(super) struct Beside {
    pub notes: String,
    pub run: String,
    pub carets: String,
}

/// Marks where `actual` differs from `expected`, word by word. Where `leniently`,
/// times, sizes and IDs differ only where nothing else does.
pub(super) fn beside(expected: &str, actual: &str, leniently: bool) -> Beside {
    let (ours, theirs) = (words(expected, leniently), words(actual, leniently));
    let mut beside = Beside::default();
    let mut gap = None;
    let ops = capture_diff_slices(Algorithm::Myers, &kinds(&ours), &kinds(&theirs));
    if leniently && ops.iter().all(|op| matches!(op, DiffOp::Equal { .. })) {
        return self::beside(expected, actual, false);
    }
    for op in ops {
        let (our, their) = (text(&ours[op.old_range()]), text(&theirs[op.new_range()]));
        if matches!(op, DiffOp::Equal { .. }) {
            beside.notes.push_str(&our);
            beside.run.push_str(&their);
            beside.carets.push_str(&" ".repeat(their.width()));
            continue;
        }
        if !our.is_empty() {
            let _ = write!(beside.notes, "{MARK}{our}{MARK:#}");
            gap = gap.or(Some(beside.carets.len()));
        }
        if !their.is_empty() {
            let _ = write!(beside.run, "{OURS}{their}{OURS:#}");
            beside.carets.push_str(&"^".repeat(their.width()));
        }
    }
    // Where something is only missing: the place where it was.
    if !beside.carets.contains('^') {
        beside.carets = format!("{}^", " ".repeat(gap.unwrap_or(0)));
    }
    beside.carets.truncate(beside.carets.trim_end().len());
    beside
}

/// A part of a line: a word, or the white space between two.
struct LineWord<'t> {
    text: &'t str,
    kind: WordClass<'t>,
}

/// By what a word is compared.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum WordClass<'t> {
    Text(&'t str),
    Volatile(&'static str),
    Id(usize),
    Columns,
}

fn kinds<'t>(words: &[LineWord<'t>]) -> Vec<WordClass<'t>> {
    words.iter().map(|word| word.kind.clone()).collect()
}

fn text(words: &[LineWord<'_>]) -> String {
    words.iter().map(|word| word.text).collect()
}

/// The line's words and the white space between them.
fn words(line: &str, leniently: bool) -> Vec<LineWord<'_>> {
    let mut words = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let blank = first.is_whitespace();
        let end = rest.find(|next: char| next.is_whitespace() != blank);
        let whole = end.unwrap_or(rest.len());
        let (length, kind) = match leniently.then(|| lenient(rest, whole)).flatten() {
            Some(found) => found,
            None => (whole, WordClass::Text(&rest[..whole])),
        };
        let (text, after) = rest.split_at(length);
        words.push(LineWord { text, kind });
        rest = after;
    }
    words
}

/// What `rest` begins with, where it is something that differs in every run: its
/// length and kind. Its first word has `whole` bytes.
fn lenient(rest: &str, whole: usize) -> Option<(usize, WordClass<'static>)> {
    // The judge knows these by a column or a program; a mark may be less sure.
    const BY_PLACE: [Volatile; 3] = [Volatile::Span, Volatile::Size, Volatile::ListingDate];
    let word = &rest[..whole];
    if word.trim().is_empty() {
        return (word.len() > 1).then_some((whole, WordClass::Columns));
    }
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if [12, 64].contains(&whole) && word.bytes().all(is_digit) {
        return Some((whole, WordClass::Id(whole)));
    }
    Volatile::anywhere().chain(BY_PLACE).find_map(|kind| {
        let length = kind.length_at_start(rest)?;
        let ends = |next: char| next.is_whitespace();
        let whole_words = length > 0 && rest[length..].chars().next().is_none_or(ends);
        whole_words.then(|| (length, WordClass::Volatile(kind.words())))
    })
}
