//! Versions of one thing that contradict each other: what is installed on a machine stays
//! so while an exercise runs.

use std::collections::HashMap;

use super::{Evidence, Lines, Objection, at_number};
use crate::formats::installed;
use crate::formats::text::noted_lines;
use crate::judge::compile::expected_lines;

/// Why a version is refused.
const CONTRADICTS: &str = "another line of the notes shows another version of it";

/// Lines of the notes that show another version of something than an earlier line.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let (steps, formats) = (evidence.steps, evidence.formats);
    let mut known: HashMap<String, String> = HashMap::new();
    let mut found = Vec::new();
    for (number, (step, format)) in steps.iter().zip(formats).enumerate() {
        let expected = expected_lines(step);
        let expected = noted_lines(&expected);
        let shown = match step.on_host() {
            true => installed::versions(format.calls(), &expected),
            false => installed::kernels(format.calls(), &expected),
        };
        for version in shown {
            let before = known
                .entry(version.of)
                .or_insert_with(|| version.text.clone());
            if *before != version.text
                && let Some(line) = step.expected.get(version.line)
            {
                found.extend(at_number(lines, number, line.line, CONTRADICTS));
            }
        }
    }
    found
}
