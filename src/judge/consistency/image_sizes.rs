//! Sizes of images against each other.
//!
//! ```text
//!     base      5MB
//!     first     5MB     as large as what it is made of, or larger
//!     second   27MB     larger than `first`, where it is the larger one here
//!
//!     docker history second: 22MB + 5MB = 27MB
//!
//!     $ docker ps -s --format '{{.Names}} {{.Size}}'
//!     db  0B (virtual 27MB)          a container of `second` without files of its own
//! ```

use std::collections::HashSet;

use super::series::{Reading, Sides, against_earlier, readings};
use super::tables::NotedTable;
use super::{Evidence, Lines, Objection};
use crate::docker::names::{split, with_tag};
use crate::formats::size::Size;
use crate::formats::table::{TableCell, cell_text};
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why another size of an image is refused.
const OTHER_WHOLE: &str = "a line above shows the same image in another size";

/// Why images cannot have these sizes.
const REVERSED: &str =
    "the sizes are in reverse order: the other image is the larger one in this run";

/// Why an image cannot be made of another one.
const MADE_OF: &str = "an image is as large as the one that it is made of, and what it adds";

/// Why an image cannot have these layers.
const LAYERS: &str = "the layers that `docker history` shows are another size together";

pattern! {
    /// The sizes of a container without files of its own.
    EMPTY = r"(?:^|[^0-9.])0B \(virtual (?P<whole>[0-9.]+ ?[kMGT]?B)\)";
}

/// An image by its name with its tag.
#[derive(PartialEq)]
struct Image {
    name: String,
    /// What it is made of, where the exercise made it.
    parent: Option<String>,
}

/// A size that a line shows of an image.
type ImageSize = Reading<Image, Size>;

/// Sizes of images that cannot be together with those of others, of their layers or of their
/// containers.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let sizes = listed_sizes(evidence, judged);
    let mut found = Vec::new();
    let mut object = |size: &ImageSize, reason| found.push(size.objection(reason));
    for (number, size) in sizes.iter().enumerate() {
        let Some(parent) = &size.of.parent else {
            continue;
        };
        let mut above = sizes[..number].iter();
        let reversed =
            above.find(|other| other.of.parent.as_ref() == Some(parent) && size.is_reversed(other));
        if let Some(other) = reversed {
            object(other, REVERSED);
            object(size, REVERSED);
        }
        let mut bases = sizes.iter().filter(|other| other.of.name == *parent);
        if bases.any(|base| size.is_not_made_of(base)) {
            object(size, MADE_OF);
        }
    }
    for whole in (0..judged.len()).filter_map(|step| sum_of_layers(evidence, judged[step], step)) {
        let of_image = sizes.iter().filter(|size| size.of.name == whole.of.name);
        of_image
            .filter(|size| size.is_other_sum(&whole))
            .for_each(|size| object(size, LAYERS));
    }
    let mut wholes = empty_containers(evidence, judged);
    wholes.extend(sizes);
    // One that is built again may be another one.
    wholes.retain(|whole| !evidence.builds(&whole.of.name));
    wholes.sort_by_key(|whole| whole.at);
    found.extend(against_earlier(&wholes, PartialEq::ne, OTHER_WHOLE));
    found
}

impl ImageSize {
    /// Whether this image cannot have been made of `base`: it is the smaller one in the notes,
    /// or adds there ten times what it adds here, or a tenth of megabytes that it adds here.
    fn is_not_made_of(&self, base: &Self) -> bool {
        const SURPLUS: f64 = 10.0;
        const MEGABYTES: f64 = 5e6;
        // An image store may count what tells of an image among its content.
        const LESS: f64 = 0.01;
        let added = |own: Size, base: Size| {
            let added = own.bytes - base.bytes;
            (added, added + 2.0 * own.rounding.max(base.rounding))
        };
        let (noted, most) = added(self.shown.noted, base.shown.noted);
        let (added_here, most_here) = added(self.shown.printed, base.shown.printed);
        let is_lost = added_here >= MEGABYTES && SURPLUS * most < added_here;
        let is_less = noted < -LESS * base.shown.noted.bytes;
        added_here >= 0.0 && (is_less || is_lost || noted > SURPLUS * most_here)
    }

    /// Whether one of both is a tenth larger, or more, in the notes, and the other here.
    fn is_reversed(&self, other: &Self) -> bool {
        const TENTH_MORE: f64 = 1.1;
        let is_larger = |one: Size, other: Size| one.bytes >= other.bytes * TENTH_MORE;
        let reversed = |one: &Self, other: &Self| {
            is_larger(one.shown.noted, other.shown.noted)
                && is_larger(other.shown.printed, one.shown.printed)
        };
        reversed(self, other) || reversed(other, self)
    }

    /// Whether the image cannot have the layers that `whole` sums up, although it has them
    /// here: it is smaller, or more than twice as large. An image store that keeps the packed
    /// layers too counts both.
    fn is_other_sum(&self, whole: &Self) -> bool {
        const TWICE: f64 = 2.0;
        let differ = |one: Size, sum: Size| {
            let slack = one.rounding + sum.rounding + 0.01 * one.bytes;
            one.bytes < sum.bytes - slack || one.bytes > TWICE * sum.bytes + slack
        };
        !differ(self.shown.printed, whole.shown.printed)
            && differ(self.shown.noted, whole.shown.noted)
    }
}

/// The sizes of images that lists show which the exercise made or takes as a base.
fn listed_sizes(evidence: &Evidence, judged: &Lines) -> Vec<ImageSize> {
    let lists: HashSet<usize> = evidence.lists_of_images().collect();
    let bases = evidence.sources();
    readings(judged, |step, _, line| {
        let rows = Sides::of(line).filter(|_| lists.contains(&step))?;
        let is_built =
            |repository: &str, tag: &str| evidence.things.has_built(step, repository, tag);
        let name = image_in(rows.printed, &|repository, tag| {
            is_built(repository, tag) || bases.contains(&format!("{repository}:{tag}"))
        })?;
        let (repository, tag) = split(&name);
        let parent = evidence.parent(&name).filter(|_| is_built(repository, tag));
        let sizes = rows.read(|row| Size::first_in(row))?;
        Some((Image { name, parent }, sizes))
    })
}

/// The sizes of images that lines show of their containers: of those without files of their own.
fn empty_containers(evidence: &Evidence, judged: &Lines) -> Vec<ImageSize> {
    let containers: Vec<(Option<&str>, String)> = evidence.containers().collect();
    let size = |row: &&str| Size::read(&EMPTY.captures(row)?["whole"]);
    readings(judged, |_, _, line| {
        let rows = Sides::of(line)?;
        let sizes = rows.read(size)?;
        let is_named = |name: Option<&str>| {
            let mut words = rows.noted.split_whitespace();
            words.any(|word| Some(word) == name)
        };
        let (_, image) = containers.iter().find(|(name, _)| is_named(*name))?;
        let (name, parent) = (image.clone(), None);
        Some((Image { name, parent }, sizes))
    })
}

/// The first word of `row` that is, alone or with the word behind it, an image that
/// `is_known`, with its tag.
fn image_in(row: &str, is_known: &dyn Fn(&str, &str) -> bool) -> Option<String> {
    let words: Vec<&str> = row.split_whitespace().collect();
    words.iter().enumerate().find_map(|(index, word)| {
        let (repository, tag) = split(word);
        let tag = match (tag, words.get(index + 1)) {
            ("", Some(next)) if is_known(repository, next) => next,
            ("", _) => "latest",
            (tag, _) => tag,
        };
        is_known(repository, tag).then(|| format!("{repository}:{tag}"))
    })
}

/// The sum of the layers that `docker history` shows in `step`, where all of them are shown.
fn sum_of_layers(evidence: &Evidence, lines: &[LineJudgement], step: usize) -> Option<ImageSize> {
    let [call] = evidence.formats[step].calls() else {
        return None;
    };
    let docker = call.docker().filter(|docker| docker.verb == "history")?;
    let is_whole = lines.iter().all(|line| line.ok && line.expected.is_some());
    let tables = NotedTable::all(lines);
    let [table] = tables.as_slice() else {
        return None;
    };
    let size = |cells: &[TableCell]| Size::read(cell_text(cells, "SIZE"));
    let mut shown = Sides::new(Size::default(), Size::default());
    for row in table.rows() {
        shown.noted += size(&row.noted)?;
        shown.printed += size(&row.printed?)?;
    }
    let of = Image {
        name: with_tag(docker.operands.first()?),
        parent: None,
    };
    let at = (step, 0);
    is_whole.then_some(ImageSize { of, shown, at })
}
