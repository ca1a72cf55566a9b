//! How many steps BuildKit says that it finished, against those that it shows.
//!
//! ```text
//!     [+] Building 0.3s (3/3) FINISHED
//!      => [internal] load build definition from Dockerfile
//!      => [1/2] FROM docker.io/library/busybox:latest
//!      => exporting to image
//!      => => exporting layers                                no step of its own
//! ```

use super::{Evidence, Lines, Objection, at_number};
use crate::formats::build::finished_steps;

/// Why a count is refused.
const CONTRADICTS: &str = "the build shows another number of steps";

/// Heads of builds that count other steps than stand below them, where BuildKit built here too.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (number, noted) in evidence.whole_builds() {
        if let Some((_, true)) = finished_steps(&evidence.printed(number))
            && let Some((line, false)) = finished_steps(&noted)
        {
            let line = evidence.steps[number].expected[line].line;
            found.extend(at_number(lines, number, line, CONTRADICTS));
        }
    }
    found
}
