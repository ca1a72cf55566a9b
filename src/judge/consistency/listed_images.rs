//! Lists of images: each shows the images of which the commands above made containers.
//!
//! ```text
//!     $ docker run --name c1 ubuntu true
//!     $ docker commit c1 mine
//!     $ docker images
//!     REPOSITORY   TAG      IMAGE ID
//!     mine         latest   6a4c58958181       and `ubuntu`, without which nothing had run
//! ```
//!
//! An image that a build begins with is another matter: BuildKit keeps it for itself.

use std::collections::HashSet;

use super::{Evidence, Lines, Objection, makers};
use crate::docker::names::with_tag;
use crate::docker::{Invocation, OperandKind, ProgramCall};
use crate::formats::pull;
use crate::formats::table::Header;
use crate::formats::text::normal;
use crate::judge::rows::{Subject, image};

/// Why the header of a list is refused.
const LACKS: &str = "an image of which a command above made a container is not in this list";

/// Lists that lack an image in the notes and have it in this run.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let found = (0..evidence.steps.len()).filter_map(|step| {
        let list = whole_list(evidence.formats[step].calls())?;
        let mut expected = evidence.steps[step].expected.iter();
        let head = expected.position(|line| !line.text.is_empty())?;
        let images = evidence.sides(step).read(|lines| listed(lines))?;
        let mut used = used_before(evidence, step).filter(|image| selects(list, image));
        let lacks = used.any(|image| images.only_noted(|images| !images.contains(&image)));
        let is_wrong = lacks && evidence.shows_whole(step);
        is_wrong.then(|| evidence.object(judged, step, head, LACKS))?
    });
    found.collect()
}

/// The only one of `calls`, where it lists all images, or those of a name.
fn whole_list(calls: &[ProgramCall]) -> Option<&Invocation> {
    let [call] = calls else { return None };
    let list = call.docker().filter(|list| list.lists_whole())?;
    (call.lists() == Some(OperandKind::Image)).then_some(list)
}

/// Whether `list` shows `image`, which has its tag.
fn selects(list: &Invocation, image: &str) -> bool {
    let (repository, _) = image.rsplit_once(':').unwrap_or((image, ""));
    let is_it = |asked: &String| asked == repository || with_tag(asked) == image;
    list.operands.is_empty() || list.operands.iter().any(is_it)
}

/// The images in a list, each with its tag; none where `lines` are no such list.
fn listed(lines: &[&str]) -> Option<HashSet<String>> {
    let lines = lines.iter().skip_while(|line| line.is_empty());
    let mut lines = lines.map(|line| normal(line));
    let header = Header::read(&lines.next()?)?;
    if Subject::of(&header) != Subject::Images {
        return None;
    }
    let name = |line: String| {
        let cells = header.cells(&line);
        let (repository, tag, _) = image(&cells);
        with_tag(&format!("{repository}:{tag}"))
    };
    Some(lines.filter(|line| !line.is_empty()).map(name).collect())
}

/// The images, each with its tag, that commands of the section before `step` made containers of
/// and that none removed. An author may have recorded each section on another day.
fn used_before(evidence: &Evidence, step: usize) -> impl Iterator<Item = String> {
    let section = evidence.steps[step].section;
    let above = evidence.steps[..step].iter().zip(evidence.formats);
    let above = above.filter(move |(above, _)| above.section == section);
    let used = above.flat_map(|(_, format)| makers(format.calls()));
    let named = used.filter_map(Invocation::needed_image);
    let is_here = move |image: &String| evidence.things.has_here(step, &pull::path(image));
    named.filter(is_here).map(|image| with_tag(&image))
}
