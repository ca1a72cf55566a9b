//! What is wrong with a manifest or an exercise.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnose, Diagnostic, Source, SourceError, did_you_mean, suggestion};
use crate::session::SessionError;

use super::Obstacle;

/// What is wrong with a manifest or an exercise.
#[derive(Debug)]
pub enum ExerciseError {
    /// The manifests' folder cannot be read.
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A manifest cannot be read as text.
    Text(SourceError),
    /// A manifest is not TOML, or not of the form that manifests have.
    Malformed {
        /// The manifest.
        source: Arc<Source>,
        /// The bytes at fault.
        range: Range<usize>,
        /// What is wrong.
        message: String,
    },
    /// A manifest has a key that nobody knows.
    UnknownKey {
        /// The manifest.
        source: Arc<Source>,
        /// The key's bytes.
        range: Range<usize>,
        /// The key.
        key: String,
        /// The keys that may stand there.
        known: Vec<String>,
    },
    /// A manifest says neither `question` nor `command`.
    FindsByNothing {
        /// The manifest.
        source: Arc<Source>,
    },
    /// A manifest names a prompt by a pattern that is wrong.
    WrongPrompt {
        /// The manifest.
        source: Arc<Source>,
        /// Where it names it.
        range: Range<usize>,
        /// The pattern.
        pattern: String,
        /// What is wrong.
        why: &'static str,
    },
    /// No exercise has the manifest's question or command.
    FindsNothing {
        /// The manifest.
        source: Arc<Source>,
        /// Where it says what to find.
        range: Range<usize>,
    },
    /// Two exercises of one note fit a manifest.
    FindsTwo {
        /// The manifest.
        source: Arc<Source>,
        /// Where it says what to find.
        range: Range<usize>,
        /// The lines of both questions.
        lines: (usize, usize),
        /// The note.
        note: PathBuf,
    },
    /// Two manifests fit an exercise.
    FoundTwice {
        /// The note.
        source: Arc<Source>,
        /// The question.
        range: Range<usize>,
        /// The names of both manifests.
        names: (String, String),
    },
    /// A manifest's file would lie outside of the lab's folder.
    FileOutside {
        /// The manifest.
        source: Arc<Source>,
        /// The path it says.
        path: String,
    },
    /// A transcript cannot be read.
    Session {
        /// The note.
        source: Arc<Source>,
        /// What is wrong.
        error: SessionError,
    },
}

impl ExerciseError {
    /// What it keeps an exercise from.
    pub fn obstacle(&self) -> Obstacle {
        Obstacle::of(&self.diagnose())
    }
}

impl Diagnose for ExerciseError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::Folder { path, error } => Diagnostic::error(format!("cannot read {}: {error}", path.display()))
                .help("name the folder of the manifests with --exercises"),
            Self::Text(error) => error.diagnose(),
            Self::Malformed { source, range, message } => {
                Diagnostic::error(message.clone()).at(source, range.clone())
            }
            Self::UnknownKey { source, range, key, known } => {
                let near = did_you_mean(key, known.iter().map(String::as_str));
                Diagnostic::error(format!("unknown key `{key}`"))
                    .at(source, range.clone())
                    .help(suggestion(near, &format!("the keys are {}", known.join(", "))))
            }
            Self::FindsByNothing { source } => {
                Diagnostic::error("this manifest does not say which exercise it belongs to")
                    .at_line(source, 1)
                    .help("add `question = \"part of the question's text\"` or `command = \"part of a command\"`")
            }
            Self::WrongPrompt { source, range, pattern, why } => {
                Diagnostic::error(format!("`{pattern}` is no prompt: {why}"))
                    .at(source, range.clone())
                    .help("write it as it stands in the notes, with {user}, {host} and {folder} for what changes")
            }
            Self::FindsNothing { source, range } => Diagnostic::error("this manifest finds no exercise")
                .at(source, range.clone())
                .help("quote part of the question's text, or of a command in its transcript, as the notes have it"),
            Self::FindsTwo { source, range, lines, note } => Diagnostic::error(format!(
                "this manifest finds two exercises: {0}:{1} and {0}:{2}",
                note.display(),
                lines.0,
                lines.1
            ))
            .at(source, range.clone())
            .help("quote more of the question, so that only one fits"),
            Self::FoundTwice { source, range, names } => {
                Diagnostic::error(format!("two manifests belong to this question: {} and {}", names.0, names.1))
                    .at(source, range.clone())
                    .help("quote more in each of them, so that only one fits")
            }
            Self::FileOutside { source, path } => {
                Diagnostic::error(format!("the file `{path}` would lie outside of the lab's folder"))
                    .at_line(source, 1)
                    .help("name files relative to the lab's folder, without `..`")
            }
            Self::Session { source, error } => error.diagnose(source),
        }
    }
}
