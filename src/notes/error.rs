//! What keeps a file from being read as notes, or is worth a look.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnose, Diagnostic, Source};

/// What is wrong with a file of notes.
#[derive(Debug)]
pub enum NotesError {
    /// A fence that is opened and not closed: what follows would be taken for
    /// its content.
    UnclosedFence {
        /// The file.
        source: Arc<Source>,
        /// The bytes of the opening marks.
        opening: Range<usize>,
    },
}

impl Diagnose for NotesError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::UnclosedFence { source, opening } => {
                let marks = &source.text()[opening.clone()];
                Diagnostic::error("this fence is not closed")
                    .at(source, opening.clone())
                    .help(format!(
                        "end it with a line of {marks}, no deeper than the block it stands in"
                    ))
            }
        }
    }
}

/// What is worth a look in notes.
#[derive(Debug)]
pub(super) enum NotesWarning {
    /// Something is asked in a list that stands under no heading.
    NoTopic {
        /// The file.
        source: Arc<Source>,
        /// The bytes of the item's line.
        item: Range<usize>,
    },
}

impl Diagnose for NotesWarning {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::NoTopic { source, item } => {
                Diagnostic::warning("no topic: this question stands under no heading")
                    .at(source, item.clone())
                    .help("put a heading over the questions, such as `## Docker`")
            }
        }
    }
}
