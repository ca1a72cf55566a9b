//! What keeps a fence from being read as a transcript.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

/// What keeps a fence from being read as a transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionError {
    /// Lines stand before the first prompt that could be read.
    NoPrompt {
        /// The first such line's bytes in the source.
        range: Range<usize>,
    },
    /// A line stands after prompts at which nothing was typed.
    NoCommand {
        /// Its bytes in the source.
        range: Range<usize>,
    },
    /// A command is not complete where the transcript ends or the next prompt stands.
    Unfinished {
        /// The bytes of the line it begins on.
        range: Range<usize>,
    },
}

impl SessionError {
    /// The bytes at fault.
    pub fn range(&self) -> &Range<usize> {
        match self {
            Self::NoPrompt { range } | Self::NoCommand { range } | Self::Unfinished { range } => {
                range
            }
        }
    }

    /// The form it is shown in; `source` is the file that the fence is of.
    pub fn diagnose(&self, source: &Arc<Source>) -> Diagnostic {
        match self {
            Self::NoPrompt { range } => {
                Diagnostic::error("this transcript's first prompt cannot be read")
                    .at(source, range.clone())
                    .help(
                        "begin the transcript with a prompt such as `user@host:~$`, `[user@host dir]#`, `name $`, `$` or `/ #`; \
                         for text that is no transcript leave out the info string `console`",
                    )
            }
            Self::NoCommand { range } => {
                Diagnostic::error("no command stands before this line that could have printed it")
                    .at(source, range.clone())
                    .help("write the command after the prompt above, or remove the line")
            }
            Self::Unfinished { range } => Diagnostic::error("this command is not complete")
                .at(source, range.clone())
                .help("close its quote, here-document or bracket, or remove the trailing backslash"),
        }
    }
}
