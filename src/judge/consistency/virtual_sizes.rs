//! The two sizes of a container: that of its own files is a part of that with its image's.
//!
//! ```text
//!     $ docker ps -s --format '{{.Names}} {{.Size}}'
//!     web 5.24MB (virtual 147MB)
//!     db  0B (virtual 142MB)          the size of its image, in `docker images` too
//! ```

use super::{Evidence, Lines, Objection, image_sizes, sides};
use crate::formats::size::Size;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why another size of an image is refused.
const OTHER_WHOLE: &str = "a line above shows the same image in another size";

/// Why a size is refused.
const CONTRADICTS: &str = "the files of a container are more than these with those of its image";

pattern! {
    /// Both sizes.
    SIZES = r"(?P<own>[0-9.]+ ?[kMGT]?B) \(virtual (?P<whole>[0-9.]+ ?[kMGT]?B)\)";
}

/// Lines whose first size is larger than the second one, or whose second one is another than
/// that of the image.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let is_wrong =
        |judged: &&LineJudgement| judged.ok && judged.expected.as_deref().is_some_and(is_larger);
    let lines = judged.iter().enumerate().flat_map(|(step, lines)| {
        let lines = lines.iter().enumerate();
        lines.map(move |(line, judged)| (step, line, judged))
    });
    let larger = lines
        .filter(|(_, _, judged)| is_wrong(judged))
        .map(|(step, line, _)| Objection::at(step, line, CONTRADICTS));
    larger.chain(other_wholes(evidence, judged)).collect()
}

/// The size of an image, as a line shows it: of itself, or of a container without files of its
/// own.
struct Whole {
    image: String,
    noted: Size,
    printed: Size,
    line: usize,
}

/// Lines that show another size of an image than a line above, where this run shows the same.
fn other_wholes(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let containers: Vec<(Option<&str>, String)> = evidence.containers().collect();
    let lists: Vec<usize> = evidence.lists_of_images().collect();
    let mut wholes: Vec<Whole> = Vec::new();
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        let of_images = lists
            .contains(&step)
            .then(|| image_sizes::sizes_in(evidence, judged, step));
        let mut shown: Vec<Whole> = of_images
            .into_iter()
            .flatten()
            .map(|size| Whole {
                image: size.image,
                noted: size.noted,
                printed: size.printed,
                line: size.line,
            })
            .collect();
        let of_containers = lines.iter().enumerate().filter_map(|(line, judged)| {
            let (noted, printed) = sides(judged)?;
            let is_named =
                |name: Option<&str>| noted.split_whitespace().any(|word| Some(word) == name);
            let (_, image) = containers.iter().find(|(name, _)| is_named(*name))?;
            Some(Whole {
                image: image.clone(),
                noted: whole(noted)?,
                printed: whole(printed)?,
                line,
            })
        });
        shown.extend(of_containers);
        // One that is built again may be another one.
        shown.retain(|whole| !evidence.builds(&whole.image));
        for own in shown {
            let contradicts = |above: &Whole| {
                above.image == own.image && above.printed == own.printed && above.noted != own.noted
            };
            if lines[own.line].ok && wholes.iter().any(contradicts) {
                found.push(Objection::at(step, own.line, OTHER_WHOLE));
            }
            wholes.push(own);
        }
    }
    found
}

/// The second size in `text`, where the first is nothing.
fn whole(text: &str) -> Option<Size> {
    let sizes = SIZES.captures(text).filter(|sizes| &sizes["own"] == "0B");
    Size::read(&sizes?["whole"])
}

/// Whether the size of its own files in `text` is larger than the whole.
fn is_larger(text: &str) -> bool {
    SIZES.captures(text).is_some_and(|sizes| {
        let sizes = Size::read(&sizes["own"]).zip(Size::read(&sizes["whole"]));
        sizes.is_some_and(|(own, whole)| own.bytes - own.rounding > whole.bytes + whole.rounding)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_is_no_less_than_its_part() {
        assert!(is_larger("web 5.24MB (virtual 1.2MB)"));
        for right in [
            "5.24MB (virtual 147MB)",
            "0B (virtual 0B)",
            "1.2GB (virtual 1.2GB)",
            "5MB",
        ] {
            assert!(!is_larger(right), "{right}");
        }
    }
}
