//! IDs that the legacy builder prints of one build, against each other.
//!
//! ```text
//!     Step 2/2 : RUN date
//!      ---> Running in 9a8b7c6d5e4f
//!     Removing intermediate container 9a8b7c6d5e4f      the one that ran
//!      ---> 4a5b6c7d8e9f                                an image of its own
//!     Successfully built 4a5b6c7d8e9f                   the last one
//! ```
//!
//! They are compared where another builder prints none here too.

use std::collections::HashSet;

use super::{Evidence, Lines, Objection, at_number};
use crate::docker::ids::is_id;

/// Why an ID is refused.
const CONTRADICTS: &str = "the build shows another ID in its place above";

/// Lines of builds whose ID contradicts another one of the same build.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (number, noted) in evidence.whole_builds() {
        for wrong in wrong_ids(&noted) {
            let line = evidence.steps[number].expected[wrong].line;
            found.extend(at_number(lines, number, line, CONTRADICTS));
        }
    }
    found
}

/// The lines, from 0, of builds whose ID is another than it has to be.
fn wrong_ids(lines: &[&str]) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut running, mut image): (Option<&str>, Option<&str>) = (None, None);
    let mut images: HashSet<&str> = HashSet::new();
    for (number, line) in lines.iter().enumerate() {
        let line = line.trim();
        let id = |before: &str| line.strip_prefix(before).filter(|id| is_id(id));
        if line.starts_with("Step 1/") || line.starts_with("Step 0 ") {
            (running, image) = (None, None);
            images.clear();
        } else if let Some(container) = id("---> Running in ") {
            running = Some(container);
        } else if let Some(container) = id("Removing intermediate container ") {
            if running.is_some_and(|running| running != container) {
                found.push(number);
            }
        } else if let Some(made) = id("---> ") {
            // A step that ran made an image that was not there before.
            if running.take().is_some() && images.contains(made) {
                found.push(number);
            }
            images.insert(made);
            image = Some(made);
        } else if let Some(built) = id("Successfully built ")
            && image.is_some_and(|image| image != built)
        {
            found.push(number);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_tells_of_each_of_its_things_by_one_id() {
        let build = "Step 1/2 : FROM busybox\n ---> 3f4a5b6c7d8e\nStep 2/2 : RUN date\n ---> Running in 9a8b7c6d5e4f\nMon\nRemoving intermediate container 9a8b7c6d5e4f\n ---> 4a5b6c7d8e9f\nSuccessfully built 4a5b6c7d8e9f\nSuccessfully tagged x:latest";
        let wrong = |from: &str, to: &str| {
            let build = build.replace(from, to);
            wrong_ids(&build.lines().collect::<Vec<_>>())
        };
        assert!(wrong("", "").is_empty());
        assert!(wrong("Removing intermediate container 9a8b7c6d5e4f\n", "").is_empty());
        assert_eq!(wrong("container 9a8b", "container 9a8c"), [5]);
        assert_eq!(wrong(" ---> 4a5b6c7d8e9f", " ---> 3f4a5b6c7d8e"), [6, 7]);
        assert_eq!(wrong("built 4a5b6c7d8e9f", "built 3f4a5b6c7d8e"), [7]);
    }
}
