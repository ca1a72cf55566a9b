//! One line of the notes, with the other texts that may tell it.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::Regex;

use crate::docker::Call;
use crate::judge::How;
use crate::judge::exit;
use crate::judge::headless::Headless;
use crate::judge::json;
use crate::judge::listing;
use crate::judge::pull;
use crate::judge::solver::Match;
use crate::judge::tellings;
use crate::judge::templates;
use crate::judge::token::{Pattern, stands_in};
use crate::judge::values::Values;
use crate::judge::variables::Variables;
use crate::judge::volatile::Volatile;

/// A line of the notes with the other texts that may tell it.
#[derive(Debug, Clone)]
pub struct LinePattern {
    pattern: Pattern,
    /// Whether indentation and a comma at the end are layout.
    bare: bool,
    /// The line with the variables of `-e` in the order of their names.
    sorted: Option<(Variables, Pattern)>,
    others: Vec<(Option<&'static str>, Pattern)>,
    text: String,
    authored: Arc<str>,
}

impl LinePattern {
    /// Takes a line of a command's output apart.
    pub fn of(text: &str, line: usize, calls: &[Call], values: &Values) -> Self {
        let pattern = own_pattern(text, line, calls, values);
        let told = tellings::tellings(&[text], calls, &values.told())
            .into_iter()
            .filter_map(|telling| match &telling.lines[..] {
                [other] => Some((Some(telling.row), told_pattern(other, line, calls, values))),
                _ => None,
            });
        let others = pull::other_status(calls, text)
            .into_iter()
            .chain(exit::other_farewell(calls, text))
            .map(|other| (None, own_pattern(&other, line, calls, values)));
        let cut = listing::cut_id(text, line, calls, values);
        let cut = cut.map(|pattern| (None, pattern));
        let others = told.chain(others).chain(cut).collect();
        Self {
            pattern,
            bare: false,
            sorted: Variables::of(calls, &values.authored()).and_then(|variables| {
                let text = variables.sort(text)?;
                Some((variables, own_pattern(&text, line, calls, values)))
            }),
            others,
            text: text.to_owned(),
            authored: values.authored(),
        }
    }

    /// Takes a line of JSON apart, without what is layout in it.
    pub fn of_json(text: &str, line: usize, calls: &[Call], values: &Values) -> Self {
        Self {
            bare: true,
            ..Self::of(json::bare(text), line, calls, values)
        }
    }

    /// The line's own tokens.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The names of the dialect rows that tell the line in other words.
    pub fn dialects(&self) -> impl Iterator<Item = &'static str> {
        self.others.iter().filter_map(|(row, _)| *row)
    }

    /// How `actual` is this line.
    pub fn matches(&self, actual: &str) -> Option<Match> {
        let actual = if self.bare {
            json::bare(actual)
        } else {
            actual
        };
        if let Some(pairs) = self.pattern.matches(actual) {
            let how = self.pattern.how();
            // A line that the author wrote himself is that line and no other.
            let authors_other =
                how == How::Volatile && actual != self.text && stands_in(&self.authored, actual);
            return (!authors_other).then(|| Match::new(pairs, how));
        }
        if let Some((variables, pattern)) = &self.sorted
            && let Some(actual) = variables.sort(actual)
            && let Some(pairs) = pattern.matches(&actual)
        {
            return Some(Match::new(pairs, How::Unordered));
        }
        self.others.iter().find_map(|(row, pattern)| {
            let pairs = pattern.matches(actual)?;
            Some(match row {
                Some(row) => Match::through(row, pairs),
                None => Match::new(pairs, pattern.how().max(How::Bound)),
            })
        })
    }
}

/// Texts whose last part is a size.
const SIZED: [(&str, Volatile); 2] = [
    ("Sending build context to Docker daemon  ", Volatile::Size),
    ("Total reclaimed space: ", Volatile::Space),
];

/// Numbers that `docker inspect` shows, in whatever layout, and that differ in every run.
static INSPECTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#""(Pid|Size|VirtualSize)": ?([0-9]+)"#).ok());

/// The pattern of a line in other words, in which marks may stand for what only
/// they have.
pub(super) fn told_pattern(text: &str, line: usize, calls: &[Call], values: &Values) -> Pattern {
    let mut kinds = tellings::kinds_in(text);
    if kinds.is_empty() {
        return own_pattern(text, line, calls, values);
    }
    if !calls.iter().any(Call::tells_a_given_time) {
        let authored = values.authored();
        let times = Volatile::find_anywhere(text).into_iter();
        kinds.extend(times.filter(|(range, _)| !stands_in(&authored, &text[range.clone()])));
    }
    Pattern::with(text, line, values, kinds)
}

/// The pattern of a line of `docker inspect` with numbers that differ in every run.
fn inspected(text: &str, line: usize, calls: &[Call], values: &Values) -> Option<Pattern> {
    if !calls.iter().any(|call| call.verb == "inspect") {
        return None;
    }
    let mut volatile: Vec<(Range<usize>, Volatile)> = INSPECTED
        .as_ref()?
        .captures_iter(text)
        .filter_map(|found| {
            let kind = match found.get(1)?.as_str() {
                "Pid" => Volatile::ProcessId,
                _ => Volatile::ByteSize,
            };
            let number = found.get(2)?;
            kind.is(number.as_str()).then(|| (number.range(), kind))
        })
        .collect();
    if volatile.is_empty() {
        return None;
    }
    let authored = values.authored();
    let times = Volatile::find_anywhere(text).into_iter();
    volatile.extend(times.filter(|(range, _)| !stands_in(&authored, &text[range.clone()])));
    Some(Pattern::with(text, line, values, volatile))
}

/// The pattern of a line as it stands, without the other texts that may tell it.
pub fn own_pattern(text: &str, line: usize, calls: &[Call], values: &Values) -> Pattern {
    if calls.iter().any(Call::tells_a_given_time) {
        return Pattern::with(text, line, values, Vec::new());
    }
    if calls.iter().any(listing::is_long)
        && !stands_in(&values.authored(), text)
        && let Some(pattern) = listing::long_pattern(text, line, values)
    {
        return pattern;
    }
    if let Some(rows) = Headless::of(calls)
        && let Some(pattern) = rows.pattern(text, line, values)
    {
        return pattern;
    }
    if let Some(pattern) = listing::process_row(text, line, calls, values) {
        return pattern;
    }
    if let Some(pattern) = listing::measured_pattern(text, line, calls, values) {
        return pattern;
    }
    if let Some(pattern) = inspected(text, line, calls, values) {
        return pattern;
    }
    let formatted = templates::volatile(text, calls, values);
    if !formatted.is_empty() {
        return Pattern::with(text, line, values, formatted);
    }
    for (start, kind) in SIZED {
        if let Some(size) = text.strip_prefix(start)
            && kind.is(size)
        {
            let range = start.len()..text.len();
            return Pattern::with(text, line, values, vec![(range, kind)]);
        }
    }
    Pattern::of(text, line, values)
}
