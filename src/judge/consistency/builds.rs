//! What the output of a build tells of itself.
//!
//! ```text
//!     [+] Building 0.3s (4/4) FINISHED             as many steps as stand below it
//!      => [internal] load build definition from Dockerfile
//!      => [1/3] FROM docker.io/library/busybox:latest
//!      => [2/3] COPY f.txt /f.txt                 0.1s
//!      => CACHED [3/3] RUN cat /f.txt > /g.txt    0.0s      what it is made of is new
//!      => => exporting layers                                no step of its own
//!
//!     Step 2/2 : RUN date
//!      ---> Running in 9a8b7c6d5e4f
//!     Removing intermediate container 9a8b7c6d5e4f      the one that ran
//!      ---> 4a5b6c7d8e9f                                an image of its own
//!     Successfully built 4a5b6c7d8e9f                   the last one
//! ```

use std::collections::HashSet;

use super::series::wrong_outputs;
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::docker::ids::is_id;
use crate::formats::build::finished_steps;
use crate::formats::build_steps::cached_behind_run;

/// Why a count is refused.
const OTHER_COUNT: &str = "the build shows another number of steps";

/// Why a mark is refused.
const NEW: &str = "a step of its stage above was run, so that this one cannot come from the cache";

/// Why an ID is refused.
const OTHER_ID: &str = "the build shows another ID in its place above";

/// Lines of builds that another line of the same build contradicts. IDs of the legacy builder
/// are compared where another one prints none here too.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let whole = evidence.steps_that(|calls| ProgramCall::any_is_docker(calls, "build"));
    let whole: Vec<usize> = whole.filter(|step| evidence.shows_whole(*step)).collect();
    let counted = whole.iter().copied();
    let counted = counted.filter(|step| finished_steps(&evidence.sides(*step).printed).is_some());
    let shown = evidence.steps_that(ProgramCall::any_shows_build);
    let mut found = wrong_outputs(evidence, judged, counted, other_count, OTHER_COUNT);
    found.extend(wrong_outputs(
        evidence,
        judged,
        shown,
        cached_behind_run,
        NEW,
    ));
    found.extend(wrong_outputs(evidence, judged, whole, other_ids, OTHER_ID));
    found
}

/// The line, from 0, of the head that counts other steps than stand below it.
fn other_count(lines: &[&str]) -> Option<usize> {
    let (line, is_right) = finished_steps(lines)?;
    (!is_right).then_some(line)
}

/// The lines, from 0, of builds whose ID is another than it has to be.
fn other_ids(lines: &[&str]) -> Vec<usize> {
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
            other_ids(&build.lines().collect::<Vec<_>>())
        };
        assert!(wrong("", "").is_empty());
        assert!(wrong("Removing intermediate container 9a8b7c6d5e4f\n", "").is_empty());
        assert_eq!(wrong("container 9a8b", "container 9a8c"), [5]);
        assert_eq!(wrong(" ---> 4a5b6c7d8e9f", " ---> 3f4a5b6c7d8e"), [6, 7]);
        assert_eq!(wrong("built 4a5b6c7d8e9f", "built 3f4a5b6c7d8e"), [7]);
    }
}
