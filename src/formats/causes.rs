//! What is likely behind an output that nobody expected.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::pattern::table;
use crate::reason::{Reason, ReasonKind};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cause {
    texts: Vec<String>,
    kind: Option<ReasonKind>,
    cause: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Causes {
    cause: Vec<Cause>,
}

/// The table, read once.
static CAUSES: LazyLock<Causes> = LazyLock::new(|| table(include_str!("causes.toml")));

/// Why a build of another builder's transcript may differ.
pub const OTHER_BUILDER: &str =
    "the builder changed: the notes show the output of another one than this engine has";

/// The likely cause of what was printed, where one is known.
pub fn likely<'l>(lines: impl IntoIterator<Item = &'l str>) -> Option<Reason> {
    lines.into_iter().find_map(|line| {
        let stands = |text: &String| line.contains(text.as_str());
        let mut causes = CAUSES.cause.iter();
        let found = causes.find(|cause| cause.texts.iter().any(stands))?;
        Some(Reason {
            kind: found.kind,
            text: found.cause.clone(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_every_row_is_known() {
        let mut causes = CAUSES.cause.iter();
        assert!(causes.all(|cause| cause.kind != Some(ReasonKind::Other)));
    }
}
