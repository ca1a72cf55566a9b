//! What a run makes of the notes.
//!
//! ```text
//!     changes   a script, this run's outputs and their judgement -> edits of lines
//!     rewrite   notes + edits -> the text of the notes, all else to the byte
//! ```

mod changes;
mod rewrite;

pub use changes::{LineChange, changes};
pub use rewrite::rewrite;
