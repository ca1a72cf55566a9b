//! Numbers of files: names that are one file here are one file in the notes.
//!
//! ```text
//!     $ ln a b; ls -i a b
//!     191 a
//!     192 b          the same file has one number
//! ```

use super::series::{OneToOne, Sides, each_line};
use super::{Evidence, Lines, Objection};
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;

/// Why a number is refused.
const OTHER_FILE: &str = "which names are one file, by its number, is otherwise in this run";

/// Lines of one step in which a number of a file stands for two of this run, or the other way
/// round.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    each_line(judged, |step| {
        let mut known = OneToOne::new();
        let numbers =
            move |text: &str| evidence.texts(step, text, |kind| kind == Volatile::FileNumber);
        Some(move |line: &LineJudgement| {
            let own = Sides::of(line)?.map(numbers);
            let mut is_wrong = false;
            for (noted, printed) in own.noted.into_iter().zip(own.printed) {
                is_wrong |= !known.agrees(noted, printed);
            }
            is_wrong.then_some(OTHER_FILE)
        })
    })
}
