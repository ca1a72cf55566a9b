//! The order and the ages of images in one list.
//!
//! ```text
//!     REPOSITORY   CREATED
//!     second       2 seconds ago     newest first, where the ages differ
//!     first        6 seconds ago
//!     base         3 weeks ago       what the exercise took is older than what it made
//! ```

use std::ops::Range;

use super::series::Sides;
use super::tables::NotedTable;
use super::{Evidence, Lines, Objection};
use crate::formats::table::{TableCell, cell_text};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::judge::rows::{Subject, image};

/// Why images cannot stand in another order.
const ORDER: &str =
    "the newest image comes first: these two stand the other way round in the notes";

/// Why an image that the exercise did not make cannot have this age.
const YOUNG: &str = "the exercise made the other image later than this one, which is younger here";

/// Rows of images that cannot stand in the notes' order, or have their ages.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for step in evidence.lists_of_images() {
        let pair = NotedTable::all(judged[step]).iter().find_map(|table| {
            let swapped = swapped(evidence, step, table).map(|pair| (pair, ORDER));
            swapped.or_else(|| Some((young_base(evidence, step, table)?, YOUNG)))
        });
        if let Some((pair, reason)) = pair {
            found.extend(pair.map(|line| Objection::at(step, line, reason)));
        }
    }
    found
}

/// A row about an image that the exercise made.
struct ImageRow {
    /// Its position among the judged lines.
    line: usize,
    /// The line of the output that it is.
    place: usize,
    /// How old it is.
    age: Sides<String>,
}

impl ImageRow {
    /// Whether `below`, which stands below it in the notes, stands above it here
    /// although their ages differ on both sides.
    fn is_swapped_with(&self, below: &Self) -> bool {
        self.place > below.place
            && self.age.noted != below.age.noted
            && self.age.printed != below.age.printed
    }
}

/// Two rows of `table`, both about images that the exercise made, that stand the other way
/// round here.
fn swapped(evidence: &Evidence, step: usize, table: &NotedTable) -> Option<[usize; 2]> {
    let subjects = [Some(table.subject()), table.printed_subject()];
    if subjects != [Some(Subject::Images); 2] {
        return None;
    }
    let age = |cells: &[TableCell]| cell_text(cells, "CREATED").to_owned();
    let rows = table.rows().filter_map(|row| {
        let (repository, tag, _) = image(&row.noted);
        let mut output = evidence.outputs[step].iter();
        let is_built = evidence.things.has_built(step, repository, tag);
        is_built.then_some(ImageRow {
            line: row.line,
            place: output.position(|text| Some(normal(text).as_str()) == row.actual)?,
            age: Sides::new(age(&row.noted), age(&row.printed?)),
        })
    });
    let rows: Vec<ImageRow> = rows.collect();
    let mut pairs = rows
        .iter()
        .enumerate()
        .flat_map(|(index, row)| rows[..index].iter().map(move |above| (above, row)));
    let (above, below) = pairs.find(|(above, below)| above.is_swapped_with(below))?;
    Some([above.line, below.line])
}

/// Two rows of `table`, of an image that the exercise took and of one that it made, of which
/// the first is the younger.
fn young_base(evidence: &Evidence, step: usize, table: &NotedTable) -> Option<[usize; 2]> {
    let ages = table.rows().filter(|row| row.ok).filter_map(|row| {
        let named = image(&row.noted);
        let (repository, tag, _) = named;
        let age = Volatile::Span.seconds_range(cell_text(&row.noted, "CREATED"))?;
        let is_built = evidence.has_made(step, named);
        (is_built || evidence.takes_image(repository, tag)).then_some((row.line, is_built, age))
    });
    let ages: Vec<(usize, bool, Range<u64>)> = ages.collect();
    let of = |built: bool| ages.iter().filter(move |one| one.1 == built);
    let pairs = of(false).flat_map(|taken| of(true).map(move |built| (taken, built)));
    let mut young = pairs.filter(|(taken, built)| taken.2.end <= built.2.start);
    let (taken, built) = young.next()?;
    Some([taken.0, built.0])
}
