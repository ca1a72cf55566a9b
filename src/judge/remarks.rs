//! What the author wrote behind a line of output, for the reader.
//!
//! ```text
//!     172.17.0.5      <-- 주소         neither this run nor a command has these words
//! ```

use crate::session::{RemarkStart, remarks_behind};

/// `line` of the notes without the author's remark behind it: this run `printed` no such words,
/// and no command or file in `authored` has them. Of several places where it may begin, that is
/// the one which leaves a line of this run; else the first.
pub(super) fn without_remark<'l>(line: &'l str, printed: &[String], authored: &str) -> &'l str {
    let is_remark = |place: &RemarkStart| {
        let remark = &line[place.at..];
        let words = remark.trim_matches(|letter: char| !letter.is_alphanumeric());
        let said = if words.is_empty() { remark } else { words };
        !authored.contains(said) && !printed.iter().any(|line| line.contains(said))
    };
    let before = |place: &RemarkStart| line[..place.at].trim_end();
    let places: Vec<RemarkStart> = remarks_behind(line).filter(is_remark).collect();
    let leaves_line = |place: &&RemarkStart| printed.iter().any(|one| one == before(place));
    let found = places.iter().find(leaves_line);
    let found = found.or_else(|| places.iter().find(|place| !place.may_be_output));
    found.map_or(line, before)
}
