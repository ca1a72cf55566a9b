//! What keeps a book from being built or set up, or is worth a look.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::{Diagnose, Diagnostic, Place, Source, suggestion};

/// What is wrong with a book.
#[derive(Debug)]
pub enum BookError {
    /// A preprocessor's input is no JSON.
    NotJson {
        /// What the parser said.
        error: String,
    },
    /// A preprocessor's input is JSON, but not what mdBook sends.
    NotABook {
        /// What is not there.
        missing: &'static str,
    },
    /// A release of mdBook that nobody tried; the work goes on.
    UnknownVersion {
        /// What it calls itself.
        version: String,
    },
    /// The folder holds no `book.toml`.
    NoBook {
        /// The folder.
        folder: PathBuf,
    },
    /// `book.toml` cannot be understood.
    Configuration {
        /// `book.toml`.
        source: Arc<Source>,
        /// The bytes meant.
        range: Range<usize>,
        /// What is wrong.
        message: String,
    },
    /// `[preprocessor.labbook]` holds a key that nobody knows.
    UnknownKey {
        /// Where, if it stands in `book.toml`.
        place: Option<Place>,
        /// The key.
        key: String,
        /// The key that is probably meant.
        near: Option<&'static str>,
    },
    /// The value of a key in `[preprocessor.labbook]` has another form.
    OtherForm {
        /// Where, if it stands in `book.toml`.
        place: Option<Place>,
        /// The key.
        key: &'static str,
        /// What its value is.
        form: &'static str,
        /// How it is written.
        example: &'static str,
    },
    /// A prompt is named by a pattern that is wrong, or the prompts are no list of texts.
    WrongPrompt {
        /// Where.
        place: Option<Place>,
        /// What is wrong.
        why: String,
    },
    /// A trusted path is that of no chapter; the work goes on.
    NoSuchChapter {
        /// Where, if it stands in `book.toml`.
        place: Option<Place>,
        /// The path, as written.
        path: String,
        /// The chapter that is probably meant.
        near: Option<String>,
    },
    /// mdBook could not load or build the book.
    Build {
        /// What it said, from the outermost to the innermost.
        message: String,
    },
    /// A file cannot be written.
    Unwritable {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}

impl Diagnose for BookError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::NotJson { error } => Diagnostic::error(format!("the input is no JSON: {error}"))
                .help("mdBook starts this program; to set a book up, run `mdbook-labbook install`"),
            Self::NotABook { missing } => Diagnostic::error(format!(
                "the input is not what mdBook sends to a preprocessor: no {missing}"
            ))
            .help("use mdBook 0.4 or 0.5"),
            Self::UnknownVersion { version } => Diagnostic::warning(format!(
                "mdBook {version} is newer or older than what labbook was tried with"
            ))
            .help("if pages look wrong, use mdBook 0.4 or 0.5"),
            Self::NoBook { folder } => {
                Diagnostic::error(format!("no book.toml in {}", folder.display()))
                    .help("name notes, a folder of them or a book's, or make a book with `labbook init`")
            }
            Self::Configuration {
                source,
                range,
                message,
            } => Diagnostic::error(message.clone())
                .at(source, range.clone())
                .help("correct book.toml"),
            Self::UnknownKey { place, key, near } => Diagnostic {
                place: place.clone(),
                ..Diagnostic::error(format!("unknown key in [preprocessor.labbook]: `{key}`"))
            }
            .help(suggestion(*near, "delete it")),
            Self::OtherForm {
                place,
                key,
                form,
                example,
            } => Diagnostic {
                place: place.clone(),
                ..Diagnostic::error(format!("`{key}` is no {form}"))
            }
            .help(format!("write it like this: {key} = {example}")),
            Self::WrongPrompt { place, why } => Diagnostic {
                place: place.clone(),
                ..Diagnostic::error(why.clone())
            }
            .help(
                "write each as it stands in the notes, with {user}, {host} and {folder} for what changes: prompts = [\"[lab] {user} %\"]",
            ),
            Self::NoSuchChapter { place, path, near } => Diagnostic {
                place: place.clone(),
                ..Diagnostic::warning(format!("no such chapter is to be trusted: {path}"))
            }
            .help(suggestion(
                near.as_deref(),
                "name a file of SUMMARY.md by its path below the notes' folder",
            )),
            Self::Build { message } => Diagnostic::error(message.clone()),
            Self::Unwritable { path, error } => {
                Diagnostic::error(format!("cannot write {}: {error}", path.display()))
                    .help("check the folder's permissions and the space on the disk")
            }
        }
    }
}
