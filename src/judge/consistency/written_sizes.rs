//! How much the exercise's own commands write, in the notes and in this run.
//!
//! ```text
//!     $ docker run --name a busybox dd if=/dev/zero of=/x bs=1M count=20
//!     $ docker ps -as --format '{{.Names}} {{.Size}}'
//!     a 21MB (virtual 22MB)         not 5B: the commands write as much on any machine
//! ```
//!
//! Another machine may hold more, and another image may write more when it starts. A size is
//! refused where the notes show less than a tenth of what is a megabyte or more in this run.

use super::series::{Sides, each_line};
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::size::Size;
use crate::judge::LineJudgement;

/// Why a size is refused.
const LOST: &str = "the commands write more than ten times as much in this run";

/// Where the size of what the exercise wrote is shown: the command, and how its line begins.
const SHOWN: [(&str, &str); 7] = [
    ("build", "Sending build context to Docker daemon"),
    ("container prune", "Total reclaimed space:"),
    ("history", ""),
    ("ps", ""),
    ("system df", "Containers "),
    ("system df", "Local Volumes "),
    ("volume prune", "Total reclaimed space:"),
];

/// Lines whose first size is less than a tenth of this run's.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    each_line(judged, |step| {
        let calls = evidence.formats[step].calls();
        let is_of_step = |(verb, _): &&(&str, _)| ProgramCall::any_is_docker(calls, verb);
        let shown: Vec<_> = SHOWN.iter().filter(is_of_step).collect();
        Some(move |line: &LineJudgement| {
            let Sides { noted, printed } = Sides::of(line)?;
            let is_shown = shown.iter().any(|(_, begin)| noted.starts_with(begin));
            (is_shown && is_lost(noted, printed)).then_some(LOST)
        })
    })
}

/// Whether the first size in `printed` is a megabyte or more, and that in `noted` less than a
/// tenth of it.
fn is_lost(noted: &str, printed: &str) -> bool {
    const MEGABYTE: f64 = 1e6;
    const TENTH: f64 = 10.0;
    let sizes = Size::first_in(noted).zip(Size::first_in(printed));
    sizes.is_some_and(|(noted, printed)| {
        printed.bytes >= MEGABYTE && TENTH * (noted.bytes + noted.rounding) < printed.bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_tenth_of_a_megabyte_or_more_is_refused() {
        assert!(is_lost("a 5B (virtual 1.24MB)", "a 21MB (virtual 22.2MB)"));
        for (noted, printed) in [
            ("a 21MB (virtual 22.2MB)", "a 21MB (virtual 31MB)"),
            ("a 210MB (virtual 1GB)", "a 21MB (virtual 31MB)"),
            ("a 5B (virtual 1.24MB)", "a 90kB (virtual 22.2MB)"),
            ("3 hours ago", "21MB"),
        ] {
            assert!(!is_lost(noted, printed), "{noted} {printed}");
        }
    }
}
