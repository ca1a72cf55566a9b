//! Versions of one thing that contradict each other: what is installed on a machine stays
//! so while an exercise runs.

use std::collections::HashMap;

use super::{Evidence, Lines, Objection};
use crate::formats::installed;
use crate::formats::text::noted_lines;
use crate::judge::compile::expected_lines;

/// Why a version is refused.
const CONTRADICTS: &str = "another line of the notes shows another version of it";

/// Lines of the notes that show another version of something than an earlier line.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut known: HashMap<String, String> = HashMap::new();
    let mut found = Vec::new();
    for (number, step) in evidence.steps.iter().enumerate() {
        let calls = evidence.formats[number].calls();
        let expected = expected_lines(step);
        let expected = noted_lines(&expected);
        let shown = match step.on_host() {
            true => installed::versions(calls, &expected),
            false => installed::kernels(calls, &expected),
        };
        for version in shown {
            let before = known.entry(version.of);
            if *before.or_insert_with(|| version.text.clone()) != version.text {
                found.extend(evidence.object(judged, number, version.line, CONTRADICTS));
            }
        }
    }
    found
}
