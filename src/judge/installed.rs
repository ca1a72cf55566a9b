//! Versions of one thing that contradict each other: what is installed on a machine stays
//! so while an exercise runs.

use std::collections::HashMap;

use super::compile::expected_lines;
use crate::formats::OutputFormat;
use crate::formats::installed;
use crate::session::Step;

/// Why a version is refused.
pub(super) const CONTRADICTS: &str = "another line of the notes shows another version of it";

/// The lines of the notes, by their step and number, that tell another version of something
/// than an earlier line.
pub(super) fn contradictions(steps: &[Step], formats: &[OutputFormat]) -> Vec<(usize, usize)> {
    let mut known: HashMap<String, String> = HashMap::new();
    let mut found = Vec::new();
    for (number, (step, format)) in steps.iter().zip(formats).enumerate() {
        let lines = expected_lines(step);
        let lines: Vec<Option<&str>> = lines.iter().map(Option::as_deref).collect();
        let told = match step.on_host() {
            true => installed::versions(format.calls(), &lines),
            false => installed::kernels(format.calls(), &lines),
        };
        for version in told {
            let before = known
                .entry(version.of)
                .or_insert_with(|| version.text.clone());
            if *before != version.text
                && let Some(line) = step.expected.get(version.line)
            {
                found.push((number, line.line));
            }
        }
    }
    found
}
