//! Sizes of images against each other.
//!
//! ```text
//!     base      5MB
//!     first     5MB     as large as what it is made of, or larger
//!     second   27MB     larger than `first`, where it is the larger one here
//!
//!     docker history second: 22MB + 5MB = 27MB
//! ```

use super::{Evidence, Lines, Objection, sides};
use crate::docker::names::{split, with_tag};
use crate::formats::size::Size;
use crate::formats::table::{Header, cell_text};
use crate::formats::text::normal;
use crate::judge::LineJudgement;

/// Why images cannot have these sizes.
const REVERSED: &str =
    "the sizes are in reverse order: the other image is the larger one in this run";

/// Why an image cannot be made of another one.
const MADE_OF: &str = "an image is as large as the one that it is made of, and what it adds";

/// Why an image cannot have these layers.
const LAYERS: &str = "the layers that `docker history` shows are another size together";

/// A size that a list shows of an image.
pub(super) struct ImageSize {
    /// Its name with its tag.
    pub(super) image: String,
    /// What it is made of, where the exercise made it.
    parent: Option<String>,
    pub(super) noted: Size,
    pub(super) printed: Size,
    step: usize,
    pub(super) line: usize,
}

/// Sizes of images that cannot be together with those of others, or of their layers.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let sizes: Vec<ImageSize> = evidence
        .lists_of_images()
        .flat_map(|step| sizes_in(evidence, lines, step))
        .collect();
    let mut found = Vec::new();
    let mut object = |size: &ImageSize, reason| {
        found.push(Objection::at(size.step, size.line, reason));
    };
    for (number, size) in sizes.iter().enumerate() {
        let Some(parent) = &size.parent else {
            continue;
        };
        let mut above = sizes[..number].iter();
        let reversed =
            above.find(|other| other.parent.as_ref() == Some(parent) && size.contradicts(other));
        if let Some(other) = reversed {
            object(other, REVERSED);
            object(size, REVERSED);
        }
        let mut bases = sizes.iter().filter(|other| other.image == *parent);
        if bases.any(|base| size.is_not_made_of(base)) {
            object(size, MADE_OF);
        }
    }
    for (step, layers) in lines.iter().enumerate() {
        let Some(whole) = sum_of_layers(evidence, layers, step) else {
            continue;
        };
        let of_image = sizes.iter().filter(|size| size.image == whole.image);
        of_image
            .filter(|size| size.is_other_sum(&whole))
            .for_each(|size| object(size, LAYERS));
    }
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
        let added = self.noted.bytes - base.noted.bytes;
        let added_here = self.printed.bytes - base.printed.bytes;
        let rounding = self.printed.rounding.max(base.printed.rounding);
        let most_here = added_here + 2.0 * rounding;
        let most = added + 2.0 * self.noted.rounding.max(base.noted.rounding);
        let is_lost = added_here >= MEGABYTES && SURPLUS * most < added_here;
        let is_less = added < -LESS * base.noted.bytes;
        added_here >= 0.0 && (is_less || is_lost || added > SURPLUS * most_here)
    }

    /// Whether one of both is a tenth larger, or more, in the notes, and the other here.
    fn contradicts(&self, other: &Self) -> bool {
        const TENTH_MORE: f64 = 1.1;
        let is_larger = |one: Size, other: Size| one.bytes >= other.bytes * TENTH_MORE;
        let reversed = |one: &Self, other: &Self| {
            is_larger(one.noted, other.noted) && is_larger(other.printed, one.printed)
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
        !differ(self.printed, whole.printed) && differ(self.noted, whole.noted)
    }
}

/// The sizes of images that a list shows which the exercise made or takes as a base.
pub(super) fn sizes_in(evidence: &Evidence, lines: &Lines, step: usize) -> Vec<ImageSize> {
    let bases = evidence.sources();
    let is_known = |repository: &str, tag: &str| {
        evidence.things.has_built(step, repository, tag)
            || bases.contains(&format!("{repository}:{tag}"))
    };
    let lines = lines[step].iter().enumerate().filter(|(_, line)| line.ok);
    let sizes = lines.filter_map(|(number, line)| {
        let (noted, printed) = sides(line)?;
        let image = image_in(printed, &is_known)?;
        let (repository, tag) = split(&image);
        let is_built = evidence.things.has_built(step, repository, tag);
        Some(ImageSize {
            parent: evidence.parent(&image).filter(|_| is_built),
            image,
            noted: Size::first_in(noted)?,
            printed: Size::first_in(printed)?,
            step,
            line: number,
        })
    });
    sizes.collect()
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
    let [call] = evidence.formats.get(step)?.calls() else {
        return None;
    };
    let docker = call.docker().filter(|docker| docker.verb == "history")?;
    let is_whole = lines.iter().all(|line| line.ok && line.expected.is_some());
    let (head, rows) = lines.split_first().filter(|_| is_whole)?;
    let header = |text: &Option<String>| Header::read(&normal(text.as_deref()?));
    let (ours, theirs) = (header(&head.expected)?, header(&head.actual)?);
    let size = |header: &Header, row: &Option<String>| {
        Size::read(cell_text(&header.cells(row.as_deref()?), "SIZE"))
    };
    let mut sum = ImageSize {
        image: with_tag(docker.operands.first()?),
        parent: None,
        noted: Size::default(),
        printed: Size::default(),
        step,
        line: 0,
    };
    for row in rows {
        sum.noted += size(&ours, &row.expected)?;
        sum.printed += size(&theirs, &row.actual)?;
    }
    Some(sum)
}
