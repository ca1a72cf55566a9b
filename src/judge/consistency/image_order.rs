//! The order and the ages of images in one list.
//!
//! ```text
//!     REPOSITORY   CREATED
//!     second       2 seconds ago     newest first, where the ages differ
//!     first        6 seconds ago
//!     base         3 weeks ago       what the exercise took is older than what it made
//! ```

use std::ops::Range;

use super::{Evidence, Lines, Objection, tables};
use crate::formats::table::{Header, cell_text};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::judge::rows::{Subject, image};

/// Why images cannot stand in another order.
const ORDER: &str =
    "the newest image comes first: these two stand the other way round in the notes";

/// Why an image that the exercise did not make cannot have this age.
const YOUNG: &str = "the exercise made the other image later than this one, which is younger here";

/// Rows of images that cannot stand in the notes' order, or have their ages.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for step in evidence.lists_of_images() {
        let judged = lines[step];
        let pair = tables(judged).into_iter().find_map(|table| {
            let swapped = swapped(evidence, judged, step, table.clone());
            let swapped = swapped.map(|pair| (pair, ORDER));
            swapped.or_else(|| Some((young_base(evidence, judged, step, table)?, YOUNG)))
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

/// Two rows of `table`, both about images that the exercise made, that stand the other way
/// round here.
fn swapped(
    evidence: &Evidence,
    lines: &[LineJudgement],
    step: usize,
    table: Range<usize>,
) -> Option<[usize; 2]> {
    let header = |text: &Option<String>| {
        let header = Header::read(&normal(text.as_deref()?))?;
        (Subject::of(&header) == Subject::Images).then_some(header)
    };
    let head = &lines[table.start];
    let (ours, theirs) = (header(&head.expected)?, header(&head.actual)?);
    let row = |line: usize| {
        let judged = &lines[line];
        let own = ours.cells(judged.expected.as_deref()?);
        let printed = judged.actual.as_deref()?;
        let their = theirs.cells(printed);
        let (repository, tag, _) = image(&own);
        let mut output = evidence.outputs[step].iter();
        let place = output.position(|text| normal(text) == printed)?;
        let is_built = evidence.things.has_built(step, repository, tag);
        is_built.then(|| ImageRow {
            line,
            place,
            noted: cell_text(&own, "CREATED").to_owned(),
            printed: cell_text(&their, "CREATED").to_owned(),
        })
    };
    let rows: Vec<ImageRow> = table.skip(1).filter_map(row).collect();
    let mut pairs = rows
        .iter()
        .enumerate()
        .flat_map(|(index, row)| rows[..index].iter().map(move |above| (above, row)));
    let (above, below) = pairs.find(|(above, below)| above.is_swapped_with(below))?;
    Some([above.line, below.line])
}

/// Two rows of `table`, of an image that the exercise took and of one that it made, of which
/// the first is the younger.
fn young_base(
    evidence: &Evidence,
    lines: &[LineJudgement],
    step: usize,
    table: Range<usize>,
) -> Option<[usize; 2]> {
    let head = lines[table.start].expected.as_deref()?;
    let header = Header::read(&normal(head))?;
    let ages = table.skip(1).filter_map(|line| {
        let judged = lines.get(line).filter(|line| line.ok)?;
        let cells = header.cells(judged.expected.as_deref()?);
        let named = image(&cells);
        let (repository, tag, _) = named;
        let age = Volatile::Span.seconds_range(cell_text(&cells, "CREATED"))?;
        let is_built = evidence.has_made(step, named);
        (is_built || evidence.takes_image(repository, tag)).then_some((line, is_built, age))
    });
    let ages: Vec<(usize, bool, Range<u64>)> = ages.collect();
    let of = |built: bool| ages.iter().filter(move |one| one.1 == built);
    let pairs = of(false).flat_map(|taken| of(true).map(move |built| (taken, built)));
    let mut young = pairs.filter(|(taken, built)| taken.2.end <= built.2.start);
    let (taken, built) = young.next()?;
    Some([taken.0, built.0])
}
