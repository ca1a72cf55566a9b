//! What the rows of a list of images say about each other, where the exercise built
//! the images itself.
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
use crate::formats::table::{Cell, Header, cell_text};
use crate::formats::text::normal;

/// Why images cannot stand in another order.
const ORDER: &str =
    "the newest image comes first: these two stand the other way round in the notes";

/// Why images cannot have these sizes.
const SIZES: &str = "the sizes are in reverse order: the other image is the larger one in this run";

/// One side of a row about an image.
struct Side {
    age: String,
    /// In bytes; none where it is no size.
    size: Option<f64>,
}

/// A row about an image that the exercise built.
struct Row {
    /// Its number among the judged lines.
    line: usize,
    /// The line of the output that it is.
    place: usize,
    notes: Side,
    run: Side,
}

impl Side {
    fn of(cells: &[Cell]) -> Self {
        let shown = cell_text(cells, "SIZE");
        let size = if shown.is_empty() {
            cell_text(cells, "DISK USAGE")
        } else {
            shown
        };
        Self {
            age: cell_text(cells, "CREATED").to_owned(),
            size: bytes(size),
        }
    }

    /// Whether it is a tenth larger, or more.
    fn is_larger_than(&self, other: &Self) -> bool {
        const TENTH_MORE: f64 = 1.1;
        self.size
            .zip(other.size)
            .is_some_and(|(one, other)| one >= other * TENTH_MORE)
    }
}

impl Row {
    /// Whether `below`, which stands below it in the notes, stands above it here
    /// although their ages differ on both sides.
    fn is_swapped_with(&self, below: &Self) -> bool {
        self.place > below.place
            && self.notes.age != below.notes.age
            && self.run.age != below.run.age
    }

    /// Whether it is larger than `other` in the notes, and smaller here.
    fn is_larger_only_in_notes(&self, other: &Self) -> bool {
        self.notes.is_larger_than(&other.notes) && other.run.is_larger_than(&self.run)
    }
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

/// The numbers of two of the judged `lines` that contradict each other, with the
/// reason. Which images the exercise built says `is_built`; whether all of them have
/// one base, `same_base`.
pub(super) fn contradiction(
    lines: &[LineJudgement],
    output: &[String],
    is_built: &dyn Fn(&str, &str) -> bool,
    same_base: bool,
) -> Option<([usize; 2], &'static str)> {
    tables(lines).into_iter().find_map(|table| {
        let rows = rows(lines, table, output, is_built);
        let pairs = || {
            let with_those_above =
                |(index, row)| rows[..index].iter().map(move |above| (above, row));
            rows.iter().enumerate().flat_map(with_those_above)
        };
        let swapped = pairs().find(|(above, below)| above.is_swapped_with(below));
        let resized = || {
            pairs().filter(|_| same_base).find(|(one, other)| {
                one.is_larger_only_in_notes(other) || other.is_larger_only_in_notes(one)
            })
        };
        let found = swapped.map(|pair| (pair, ORDER));
        let ((one, other), reason) = found.or_else(|| Some((resized()?, SIZES)))?;
        Some(([one.line, other.line], reason))
    })
}

/// The parts of `lines` that stand under a header.
fn tables(lines: &[LineJudgement]) -> Vec<Range<usize>> {
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
) -> Vec<Row> {
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
        is_built(repository, tag).then(|| Row {
            line,
            place,
            notes: Side::of(&own),
            run: Side::of(&their),
        })
    };
    table.skip(1).filter_map(row).collect()
}

/// Whether all Dockerfiles in `authored`, what the author wrote, have one base image.
pub(super) fn have_one_base(authored: &str) -> bool {
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
    bases.len() == 1
}
