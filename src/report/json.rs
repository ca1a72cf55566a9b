//! The published document: `docs/results.schema.json` says its form.

use crate::results::Report;

pub(super) fn render(report: &Report) -> String {
    // A report holds strings and finite numbers only, which always serialize.
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}
