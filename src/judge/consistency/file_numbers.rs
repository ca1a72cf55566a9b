//! Numbers of files: names that are one file here are one file in the notes.
//!
//! ```text
//!     $ ln a b; ls -i a b
//!     191 a
//!     192 b          the same file has one number
//! ```

use std::collections::HashMap;

use super::{Evidence, Lines, Objection, sides};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;

/// Why a number is refused.
const OTHER_FILE: &str = "which names are one file, by its number, is otherwise in this run";

/// Lines of one step in which a number of a file stands for two of this run, or the other way
/// round.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        let format = &evidence.formats[step];
        let numbers = |text: &str| -> Vec<String> {
            let text = normal(text);
            let fields = format.fields(&text, "").volatile.into_iter();
            let numbers = fields.filter(|(_, kind)| *kind == Volatile::FileNumber);
            numbers.map(|(range, _)| text[range].to_owned()).collect()
        };
        let (mut by_noted, mut by_printed) = (HashMap::new(), HashMap::new());
        for (line, judged) in lines.iter().enumerate() {
            let Some((noted, printed)) = sides(judged) else {
                continue;
            };
            for (own, their) in numbers(noted).into_iter().zip(numbers(printed)) {
                let printed = by_noted.entry(own.clone()).or_insert(their.clone()).clone();
                let noted = by_printed
                    .entry(their.clone())
                    .or_insert(own.clone())
                    .clone();
                if judged.ok && (noted, printed) != (own, their) {
                    found.push(Objection::at(step, line, OTHER_FILE));
                }
            }
        }
    }
    found
}
