//! Steps that show a file the notes never made: `cat app.py`, with its text.

use std::path::PathBuf;

use crate::session::{Step, words};

/// The file that `step` shows, and its text: where it is a `cat` of one
/// relative path in the host's shell, printed whole.
pub(super) fn shown_file(step: &Step) -> Option<(PathBuf, String)> {
    let words = words(step.command()?);
    let [cat, path] = words.as_slice() else {
        return None;
    };
    let path = PathBuf::from(path);
    let plain = path.components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
    if cat != "cat" || !step.on_host() || step.level != 0 || !plain || step.expected.iter().any(|line| line.elision) {
        return None;
    }
    let end = step.expected.iter().rposition(|line| !line.text.is_empty())? + 1;
    let text: String = step.expected[..end].iter().flat_map(|line| [line.text.as_str(), "\n"]).collect();
    let refused = text.starts_with("cat: ");
    (!refused).then_some((path, text))
}
