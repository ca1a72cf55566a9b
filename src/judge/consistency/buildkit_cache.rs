//! Steps that BuildKit takes from its cache: none behind one of its stage that was run.
//!
//! ```text
//!      => [2/3] COPY f.txt /f.txt                 0.1s
//!      => CACHED [3/3] RUN cat /f.txt > /g.txt    0.0s      what it is made of is new
//! ```

use super::{Evidence, Lines, Objection, at_number};
use crate::docker::ProgramCall;
use crate::formats::build_steps::cached_behind_run;

/// Why a mark is refused.
const NEW: &str = "a step of its stage above was run, so that this one cannot come from the cache";

/// Lines of the notes that take a step from the cache that cannot be there, and that this run
/// does not.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (number, (step, format)) in evidence.steps.iter().zip(evidence.formats).enumerate() {
        if !ProgramCall::any_shows_build(format.calls()) {
            continue;
        }
        if !cached_behind_run(&evidence.printed(number)).is_empty() {
            continue;
        }
        for line in cached_behind_run(&evidence.noted(number)) {
            let line = step.expected[line].line;
            found.extend(at_number(judged, number, line, NEW));
        }
    }
    found
}
