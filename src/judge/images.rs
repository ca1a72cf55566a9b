//! What lists of images say about each other, where the exercise built the images
//! itself: the rows of one about the order, all of them about the sizes.
//!
//! ```text
//!     REPOSITORY   CREATED         SIZE
//!     second       2 seconds ago   5MB      newest first, where the ages differ
//!     first        6 seconds ago   27MB     the larger one is larger here too
//! ```

use std::collections::HashSet;
use std::ops::Range;

use super::LineJudgement;
use super::rows::{Subject, image};
use crate::docker::names::{split, with_tag};
use crate::formats::table::{Header, cell_text};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;

/// Why images cannot stand in another order.
const ORDER: &str =
    "the newest image comes first: these two stand the other way round in the notes";

/// Why images cannot have these sizes.
pub(super) const SIZES: &str =
    "the sizes are in reverse order: the other image is the larger one in this run";

/// Why an image cannot be made of another one.
pub(super) const MADE_OF: &str =
    "an image is as large as the one that it is made of, and what it adds";

/// A row about an image that the exercise built.
struct ImageRow {
    /// Its number among the judged lines.
    line: usize,
    /// The line of the output that it is.
    place: usize,
    /// How old it is in the notes.
    noted: String,
    /// How old it is here.
    printed: String,
}

impl ImageRow {
    /// Whether `below`, which stands below it in the notes, stands above it here
    /// although their ages differ on both sides.
    fn is_swapped_with(&self, below: &Self) -> bool {
        self.place > below.place && self.noted != below.noted && self.printed != below.printed
    }
}

/// What a line tells of the size of an image that the exercise built, in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    noted: f64,
    printed: f64,
    /// How much the image may be larger or smaller here than the text shows.
    rounding: f64,
}

impl Size {
    /// What the judged `line` tells; `is_built` says which images the exercise built.
    pub(super) fn of(line: &LineJudgement, is_built: &dyn Fn(&str, &str) -> bool) -> Option<Self> {
        let (noted, printed) = (line.expected.as_deref()?, line.actual.as_deref()?);
        let words: Vec<&str> = printed.split_whitespace().collect();
        let is_image = |(index, word): (usize, &&str)| {
            let (repository, tag) = split(word);
            let tag = match (tag, words.get(index + 1)) {
                ("", Some(next)) if is_built(repository, next) => next,
                ("", _) => "latest",
                (tag, _) => tag,
            };
            is_built(repository, tag)
        };
        words.iter().enumerate().find(|word| is_image(*word))?;
        let ((noted, _), (printed, rounding)) = (first_size(noted)?, first_size(printed)?);
        Some(Self {
            noted,
            printed,
            rounding,
        })
    }

    /// Whether an image of this size cannot have been made of `base`: it is the smaller one in
    /// the notes, or adds there ten times what it adds here.
    pub(super) fn is_not_made_of(self, base: Self) -> bool {
        const SURPLUS: f64 = 10.0;
        // An image store may count what tells of an image among its content.
        const LESS: f64 = 0.01;
        let (added, added_here) = (self.noted - base.noted, self.printed - base.printed);
        let most_here = added_here + 2.0 * self.rounding.max(base.rounding);
        added_here >= 0.0 && (added < -LESS * base.noted || added > SURPLUS * most_here)
    }

    /// Whether one of both is a tenth larger, or more, in the notes, and the other here.
    pub(super) fn contradicts(self, other: Self) -> bool {
        const TENTH_MORE: f64 = 1.1;
        let is_larger = |one: f64, other: f64| one >= other * TENTH_MORE;
        (is_larger(self.noted, other.noted) && is_larger(other.printed, self.printed))
            || (is_larger(other.noted, self.noted) && is_larger(self.printed, other.printed))
    }
}

/// How many bytes the first size in `text` is, and by how many it may be rounded.
fn first_size(text: &str) -> Option<(f64, f64)> {
    let begins = |(at, next): &(usize, char)| {
        let before = text[..*at].chars().next_back();
        next.is_ascii_digit() && !before.is_some_and(|c| c.is_alphanumeric() || "._-:/".contains(c))
    };
    let mut starts = text.char_indices().filter(begins);
    starts.find_map(|(at, _)| {
        let length = Volatile::Size.length_at_start(&text[at..])?;
        let size = text[at..at + length].split(" (").next()?;
        Some((bytes(size)?, rounding(size)?))
    })
}

/// By how many bytes `5.24MB` may be rounded: half of what one more in its last digit is.
fn rounding(size: &str) -> Option<f64> {
    let unit = size.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = size.split_at(unit);
    let decimals = number
        .trim()
        .split_once('.')
        .map_or(0, |(_, behind)| behind.len());
    let last: f64 = format!("1e-{decimals}").parse().ok()?;
    Some(last * bytes(&format!("1{unit}"))? / 2.0)
}

/// How many bytes `5.24MB` are.
fn bytes(size: &str) -> Option<f64> {
    let unit = size.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = size.split_at(unit);
    let factor = match unit {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        _ => return None,
    };
    Some(number.trim().parse::<f64>().ok()? * factor)
}

/// The numbers of two of the judged `lines` that cannot stand in the notes' order, with
/// the reason. Which images the exercise built says `is_built`.
pub(super) fn contradiction(
    lines: &[LineJudgement],
    output: &[String],
    is_built: &dyn Fn(&str, &str) -> bool,
) -> Option<([usize; 2], &'static str)> {
    tables(lines).into_iter().find_map(|table| {
        let rows = rows(lines, table, output, is_built);
        let mut pairs = rows
            .iter()
            .enumerate()
            .flat_map(|(index, row)| rows[..index].iter().map(move |above| (above, row)));
        let (above, below) = pairs.find(|(above, below)| above.is_swapped_with(below))?;
        Some(([above.line, below.line], ORDER))
    })
}

/// Why an image that the exercise did not build cannot have this age.
const YOUNG: &str = "the exercise built the other image later than this one, which is younger here";

/// The numbers of two of the judged `lines` of one table, of an image that the exercise took
/// and of one that it built, of which the first is the younger; with the reason. Which images
/// it built says `is_built`, and which it takes, `is_taken`.
pub(super) fn young_base(
    lines: &[LineJudgement],
    is_built: &dyn Fn(&str, &str) -> bool,
    is_taken: &dyn Fn(&str, &str) -> bool,
) -> Option<([usize; 2], &'static str)> {
    tables(lines).into_iter().find_map(|table| {
        let head = lines[table.start].expected.as_deref()?;
        let header = Header::read(&normal(head))?;
        let ages = table.skip(1).filter_map(|line| {
            let judged = lines.get(line).filter(|line| line.ok)?;
            let cells = header.cells(judged.expected.as_deref()?);
            let (repository, tag, _) = image(&cells);
            let age = Volatile::Span.seconds_range(cell_text(&cells, "CREATED"))?;
            let built = is_built(repository, tag);
            (built || is_taken(repository, tag)).then_some((line, built, age))
        });
        let ages: Vec<(usize, bool, Range<u64>)> = ages.collect();
        let of = |built: bool| ages.iter().filter(move |one| one.1 == built);
        let pairs = of(false).flat_map(|taken| of(true).map(move |built| (taken, built)));
        let mut young = pairs.filter(|(taken, built)| taken.2.end <= built.2.start);
        let (taken, built) = young.next()?;
        Some(([taken.0, built.0], YOUNG))
    })
}

/// The parts of `lines` that stand under a header.
pub(super) fn tables(lines: &[LineJudgement]) -> Vec<Range<usize>> {
    let is_header = |line: &LineJudgement| {
        let text = line.expected.as_deref().unwrap_or_default();
        Header::read(&normal(text)).is_some()
    };
    let begins: Vec<usize> = (0..lines.len())
        .filter(|line| is_header(&lines[*line]))
        .collect();
    let ends = begins.iter().skip(1).copied().chain([lines.len()]);
    begins
        .iter()
        .zip(ends)
        .map(|(begin, end)| *begin..end)
        .collect()
}

/// The rows of a table that are about images which the exercise built.
fn rows(
    lines: &[LineJudgement],
    table: Range<usize>,
    output: &[String],
    is_built: &dyn Fn(&str, &str) -> bool,
) -> Vec<ImageRow> {
    let header = |text: &Option<String>| {
        let header = Header::read(&normal(text.as_deref()?))?;
        (Subject::of(&header) == Subject::Images).then_some(header)
    };
    let head = &lines[table.start];
    let (Some(ours), Some(theirs)) = (header(&head.expected), header(&head.actual)) else {
        return Vec::new();
    };
    let row = |line: usize| {
        let judged = &lines[line];
        let own = ours.cells(judged.expected.as_deref()?);
        let printed = judged.actual.as_deref()?;
        let their = theirs.cells(printed);
        let (repository, tag, _) = image(&own);
        let place = output.iter().position(|text| normal(text) == printed)?;
        is_built(repository, tag).then(|| ImageRow {
            line,
            place,
            noted: cell_text(&own, "CREATED").to_owned(),
            printed: cell_text(&their, "CREATED").to_owned(),
        })
    };
    table.skip(1).filter_map(row).collect()
}

/// The base images of all Dockerfiles in `authored`, what the author wrote.
pub(super) fn bases(authored: &str) -> HashSet<String> {
    let text = authored.replace("\\n", "\n");
    let is_between = |c: char| c.is_whitespace() || "'\"".contains(c);
    let words = text.split(is_between);
    let words: Vec<&str> = words
        .filter(|word| !word.is_empty() && !word.starts_with("--"))
        .collect();
    let (mut bases, mut stages): (HashSet<&str>, HashSet<&str>) = Default::default();
    for (index, _) in words
        .iter()
        .enumerate()
        .filter(|(_, word)| **word == "FROM")
    {
        let mut behind = words[index + 1..].iter();
        if let Some(base) = behind.next().filter(|base| !stages.contains(*base)) {
            bases.insert(base);
        }
        if behind
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("as"))
        {
            stages.extend(behind.next());
        }
    }
    bases.into_iter().map(with_tag).collect()
}
