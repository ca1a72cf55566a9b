//! The two sizes of a container: that of its own files is a part of that with its image's.
//!
//! ```text
//!     $ docker ps -s --format '{{.Names}} {{.Size}}'
//!     web 5.24MB (virtual 147MB)
//! ```

use super::{Evidence, Lines, Objection};
use crate::formats::size::Size;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why a size is refused.
const CONTRADICTS: &str = "the files of a container are more than these with those of its image";

pattern! {
    /// Both sizes.
    SIZES = r"(?P<own>[0-9.]+ ?[kMGT]?B) \(virtual (?P<whole>[0-9.]+ ?[kMGT]?B)\)";
}

/// Lines whose first size is larger than the second one.
pub(super) fn contradictions(_: &Evidence, judged: &Lines) -> Vec<Objection> {
    let is_wrong =
        |judged: &&LineJudgement| judged.ok && judged.expected.as_deref().is_some_and(is_larger);
    let lines = judged.iter().enumerate().flat_map(|(step, lines)| {
        let lines = lines.iter().enumerate();
        lines.map(move |(line, judged)| (step, line, judged))
    });
    lines
        .filter(|(_, _, judged)| is_wrong(judged))
        .map(|(step, line, _)| Objection {
            step,
            line,
            reason: CONTRADICTS,
        })
        .collect()
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
