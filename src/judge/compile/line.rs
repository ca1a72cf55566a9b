//! One line of the notes, with the other texts that may tell it.

use std::sync::Arc;

use crate::docker::ids::{SHORT, short};
use crate::formats::Format;
use crate::formats::json;
use crate::formats::listing;
use crate::formats::pull;
use crate::formats::rewording;
use crate::formats::text::stands_in;
use crate::formats::variables::Variables;
use crate::formats::volatile::Volatile;
use crate::judge::How;
use crate::judge::exit;
use crate::judge::solver::Match;
use crate::judge::token::Pattern;
use crate::judge::values::Values;

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
    pub fn of(text: &str, line: usize, format: &Format, values: &Values) -> Self {
        let pattern = own_pattern(text, line, format, values);
        let told = rewording::rewordings(&[text], format.calls(), &values.told())
            .into_iter()
            .filter_map(|rewording| match &rewording.lines[..] {
                [other] => Some((
                    Some(rewording.row),
                    told_pattern(other, line, format, values),
                )),
                _ => None,
            });
        let others = pull::other_status(format.calls(), text)
            .into_iter()
            .chain(exit::other_farewell(format.calls(), text))
            .map(|other| (None, own_pattern(&other, line, format, values)));
        let cut = cut_id(text, line, format, values);
        let cut = cut.map(|pattern| (None, pattern));
        let others = told.chain(others).chain(cut).collect();
        Self {
            pattern,
            bare: false,
            sorted: Variables::of(format.calls(), &values.authored()).and_then(|variables| {
                let text = variables.sort(text)?;
                Some((variables, own_pattern(&text, line, format, values)))
            }),
            others,
            text: text.to_owned(),
            authored: values.authored(),
        }
    }

    /// Takes a line of JSON apart, without what is layout in it.
    pub fn of_json(text: &str, line: usize, format: &Format, values: &Values) -> Self {
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

/// The pattern of a line as it stands, without the other texts that may tell it.
pub(crate) fn own_pattern(text: &str, line: usize, format: &Format, values: &Values) -> Pattern {
    let fields = format.fields(text, &values.authored());
    Pattern::of_fields(text, line, values, fields)
}

/// The pattern of a line in other words.
pub(super) fn told_pattern(text: &str, line: usize, format: &Format, values: &Values) -> Pattern {
    let fields = format.fields_in_other_words(text, &values.authored());
    Pattern::of_fields(text, line, values, fields)
}

/// The pattern of an ID that the notes cut.
fn cut_id(text: &str, line: usize, format: &Format, values: &Values) -> Option<Pattern> {
    let digits = listing::cut_id(text, format.calls())?;
    let id = match digits.len() < SHORT {
        true => values.id_that_begins_with(digits),
        false => Some(short(digits)),
    };
    Some(match id {
        Some(id) => Pattern::of_cut_id(text, line, id, digits.len(), values),
        None => Pattern::with(text, line, values, vec![(0..text.len(), Volatile::CutId)]),
    })
}
