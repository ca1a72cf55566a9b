//! One line of the notes, with the other texts that may tell it.

use crate::docker::ProgramCall;
use crate::formats::OutputFormat;
use crate::formats::authored::Authored;
use crate::formats::complaints;
use crate::formats::json;
use crate::formats::listing;
use crate::formats::pull;
use crate::formats::rewording;
use crate::formats::text::stands_in;
use crate::formats::variables::Variables;
use crate::formats::volatile::Volatile;
use crate::judge::How;
use crate::judge::bindings::Pair;
use crate::judge::solver::Match;
use crate::judge::token::Pattern;
use crate::judge::values::Values;
use crate::pattern::pattern;

/// A line of the notes with the other texts that may tell it.
#[derive(Debug, Clone)]
pub struct LinePattern {
    pattern: Pattern,
    /// Whether indentation and a comma at the end are layout.
    bare: bool,
    /// The line with the variables of `-e` in the order of their names.
    sorted: Option<(Variables, Pattern)>,
    /// Whether it is one of the variables of `-e` with its value.
    is_variable: bool,
    others: Vec<(Option<&'static str>, Pattern)>,
    /// What stands around an ellipsis inside the line.
    around: Option<(Pattern, Pattern)>,
    text: String,
    authored: Authored,
}

impl LinePattern {
    /// Takes a line of a command's output apart.
    pub fn of(text: &str, line: usize, format: &OutputFormat, values: &Values) -> Self {
        let pattern = own_pattern(text, line, format, values);
        let reworded = rewording::rewordings(&[text], format.calls(), &values.known_names())
            .into_iter()
            .filter_map(|rewording| match &rewording.lines[..] {
                [other] => Some((
                    Some(rewording.row),
                    reworded_pattern(other, line, format, values),
                )),
                _ => None,
            });
        let others = pull::other_status(format.calls(), text)
            .into_iter()
            .map(|other| (None, own_pattern(&other, line, format, values)));
        let mounts = json::mounts_in_other_orders(text, format.calls())
            .into_iter()
            .map(|other| (None, own_pattern(&other, line, format, values)));
        let cut = cut_id(text, line, format, values);
        let cut = cut.map(|pattern| (None, pattern));
        let others = reworded.chain(others).chain(mounts).chain(cut).collect();
        let variables = Variables::of(format.calls(), &values.authored());
        let around = around_ellipsis(text, format.calls()).map(|(before, after)| {
            let part = |text: &str| own_pattern(text, line, format, values);
            (part(before), part(after))
        });
        Self {
            pattern,
            bare: false,
            is_variable: variables.as_ref().is_some_and(|known| known.is_one(text)),
            sorted: variables.and_then(|variables| {
                let text = variables.sort(text)?;
                Some((variables, own_pattern(&text, line, format, values)))
            }),
            others,
            around,
            text: text.to_owned(),
            authored: values.authored(),
        }
    }

    /// Takes a line of JSON apart, without what is layout in it.
    pub fn of_json(text: &str, line: usize, format: &OutputFormat, values: &Values) -> Self {
        Self {
            bare: true,
            ..Self::of(json::bare(text), line, format, values)
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
            let how = match self.is_variable {
                true => self.pattern.how().max(How::Unordered),
                false => self.pattern.how(),
            };
            // A line that the author wrote does not stand for another one of theirs.
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
        let found = self.others.iter().find_map(|(row, pattern)| {
            let pairs = pattern.matches(actual)?;
            Some(match row {
                Some(row) => Match::through(row, pairs),
                None => Match::new(pairs, pattern.how().max(How::Bound)),
            })
        });
        found.or_else(|| {
            let pairs = matches_around(self.around.as_ref()?, actual)?;
            Some(Match::new(pairs, How::Elided))
        })
    }
}

/// How many letters and digits tell which line an ellipsis stands in.
const SPECIFIC: usize = 3;

pattern! {
    /// How an error of Docker's begins, none of which ends with dots, with two words of what it
    /// says.
    ERROR = r"^(?:docker: |failed to |ERROR: )*Error\b[^:]*: \S+ \S+";
}

/// What stands before and behind an ellipsis inside of `text`. Docker itself and compose
/// end lines with dots of their own.
fn around_ellipsis<'t>(text: &'t str, calls: &[ProgramCall]) -> Option<(&'t str, &'t str)> {
    let dots = ["...", "…"];
    let (before, after) = dots.into_iter().find_map(|dots| text.split_once(dots))?;
    let is_specific = before.chars().filter(|c| c.is_alphanumeric()).count() >= SPECIFIC;
    let is_only_one = !after.starts_with('.') && !dots.iter().any(|dots| after.contains(dots));
    let is_dockers = |call: &ProgramCall| call.docker().is_some() && !call.prints_of_a_program();
    let is_error = ERROR.is_match(before);
    let may_stand = !after.trim().is_empty() || is_error || !calls.iter().any(is_dockers);
    (is_specific && is_only_one && may_stand).then_some((before.trim_end(), after.trim_start()))
}

/// The pairs under which `actual` begins and ends as the notes have it around an
/// ellipsis; none where a part of a word, an error or a state would be left out.
fn matches_around((before, after): &(Pattern, Pattern), actual: &str) -> Option<Vec<Pair>> {
    let places = || {
        let starts = actual.char_indices().map(|(at, _)| at);
        starts.chain([actual.len()])
    };
    let (from, mut pairs) = places().find_map(|at| Some((at, before.matches(&actual[..at])?)))?;
    let mut ends: Vec<usize> = places().filter(|at| *at > from).collect();
    ends.reverse();
    let mut ends = ends.into_iter();
    let (to, further) = ends.find_map(|at| Some((at, after.matches(&actual[at..])?)))?;
    pairs.extend(further);
    let joins = |at: usize| {
        let (before, after) = actual.split_at(at);
        let is_of_word = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        is_of_word(before.chars().next_back()) && is_of_word(after.chars().next())
    };
    let left_out = &actual[from..to];
    // An error that is shown to be one hides none.
    let is_harmless = ERROR.is_match(&actual[..from])
        || !complaints::complains(left_out) && !complaints::names_a_state(left_out);
    let is_harmless = is_harmless && left_out.contains(char::is_alphanumeric);
    (is_harmless && !joins(from) && !joins(to)).then_some(pairs)
}

/// The pattern of a line as it stands, without the other texts that may tell it.
pub(crate) fn own_pattern(
    text: &str,
    line: usize,
    format: &OutputFormat,
    values: &Values,
) -> Pattern {
    let fields = format.fields(text, &values.authored());
    Pattern::of_fields(text, line, values, fields)
}

/// The pattern of a line in other words.
pub(super) fn reworded_pattern(
    text: &str,
    line: usize,
    format: &OutputFormat,
    values: &Values,
) -> Pattern {
    let fields = format.fields_in_other_words(text, &values.authored());
    Pattern::of_fields(text, line, values, fields)
}

/// The pattern of an ID that the notes cut.
fn cut_id(text: &str, line: usize, format: &OutputFormat, values: &Values) -> Option<Pattern> {
    let (before, digits) = listing::cut_id(text, format.calls())?;
    let range = before.len()..text.len();
    Some(match values.id_of_cut(digits) {
        Some(id) => Pattern::of_cut_id(text, line, (range, id, digits.len()), values),
        None => Pattern::with(text, line, values, vec![(range, Volatile::CutId)]),
    })
}
