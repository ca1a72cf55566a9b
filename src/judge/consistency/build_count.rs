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
use crate::docker::ProgramCall;
use crate::pattern::pattern;

/// Why a count is refused.
const CONTRADICTS: &str = "the build shows another number of steps";

pattern! {
    FINISHED = r"^\[\+\] Building [0-9.ms]+ \((?<done>[0-9]+)/(?<all>[0-9]+)\) FINISHED";
    /// A step, or what the linter says of one.
    STEP = r"^ ?=> (?:(?<advice>WARN:)|[^=]|=[^>])";
}

/// Heads of builds that count other steps than stand below them, where BuildKit built here too.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (number, step) in evidence.steps.iter().enumerate() {
        let calls = evidence.formats[number].calls();
        let is_whole = step.expected.iter().all(|line| !line.elision);
        if !is_whole || !ProgramCall::any_is_docker(calls, "build") {
            continue;
        }
        let noted: Vec<&str> = step
            .expected
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        let printed: Vec<&str> = evidence.outputs[number]
            .iter()
            .map(String::as_str)
            .collect();
        if let Some((_, true)) = count(&printed)
            && let Some((line, false)) = count(&noted)
        {
            let line = step.expected[line].line;
            found.extend(at_number(lines, number, line, CONTRADICTS));
        }
    }
    found
}

/// The line of the head, and whether it counts the steps below it, where there is one build.
fn count(lines: &[&str]) -> Option<(usize, bool)> {
    let mut heads = lines.iter().enumerate();
    let (line, counted) = heads.find_map(|(line, text)| Some((line, FINISHED.captures(text)?)))?;
    let is_only = !heads.any(|(_, text)| FINISHED.is_match(text));
    let steps = lines.iter().filter_map(|text| STEP.captures(text));
    let steps = steps.filter(|step| step.name("advice").is_none()).count();
    let is_right = |name: &str| counted[name].parse() == Ok(steps);
    is_only.then(|| (line, is_right("done") && is_right("all")))
}
