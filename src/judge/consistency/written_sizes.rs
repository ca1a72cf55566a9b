//! How much the commands of the exercise themselves write, against what that is here.
//!
//! ```text
//!     $ docker run --name a busybox dd if=/dev/zero of=/x bs=1M count=20
//!     $ docker ps -as --format '{{.Names}} {{.Size}}'
//!     a 21MB (virtual 22MB)         not 5B: the file is as large everywhere
//! ```
//!
//! Another machine may have more of its own beside that, and an image's start may write
//! more: what is a tenth, or less, of megabytes here is refused.

use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::size::Size;

/// Why a size is refused.
const LOST: &str = "what the commands write is ten times as large in this run";

/// What shows the size of what the exercise wrote: a command, and what a line begins with.
const SHOWN: [(&str, &str); 7] = [
    ("build", "Sending build context to Docker daemon"),
    ("container prune", "Total reclaimed space:"),
    ("history", ""),
    ("ps", ""),
    ("system df", "Containers "),
    ("system df", "Local Volumes "),
    ("volume prune", "Total reclaimed space:"),
];

/// Lines whose first size is a tenth, or less, of what it is here.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, (lines, format)) in judged.iter().zip(evidence.formats).enumerate() {
        let calls = format.calls();
        let of_step = SHOWN.iter().filter(|(verb, _)| {
            let shows = |call: &ProgramCall| call.is_docker(verb);
            calls.iter().any(shows)
        });
        let begins: Vec<&str> = of_step.map(|(_, begin)| *begin).collect();
        for (line, judged) in lines.iter().enumerate() {
            let (Some(noted), Some(printed)) = (&judged.expected, &judged.actual) else {
                continue;
            };
            let is_shown = begins.iter().any(|begin| noted.starts_with(begin));
            if judged.ok && is_shown && is_lost(noted, printed) {
                found.push(Objection {
                    step,
                    line,
                    reason: LOST,
                });
            }
        }
    }
    found
}

/// Whether the first size in `noted` is a tenth, or less, of megabytes in `printed`.
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
    fn a_tenth_of_megabytes_is_lost() {
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
