//! What is wrong, where, and what to do: the shape every refusal takes before
//! it is rendered.
//!
//! ```text
//!     a room's error enum --Diagnose--> Diagnostic --report::diagnostics--> stderr
//! ```
//!
//! Rooms keep their own error enums with named fields; here is only the form
//! they are all shown in, so that rendering happens in one place.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::reason::{Reason, ReasonKind};

/// A text file as it was read: valid UTF-8, with its line starts known, so that
/// every byte offset has a line and a column.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    path: PathBuf,
    text: String,
    line_starts: Vec<usize>,
}

/// The bytes of a regular file. To read a pipe could take for ever, and a device has
/// no end.
fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    let kind = std::fs::metadata(path)?.file_type();
    if !kind.is_file() && !kind.is_dir() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    std::fs::read(path)
}

impl Source {
    /// Keeps `text` under the name `path`; nothing is read.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let line_starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(offset, _)| offset + 1))
            .collect();
        Arc::new(Self {
            path: path.into(),
            text,
            line_starts,
        })
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// [`SourceError::Unreadable`] when the file cannot be opened or read, and
    /// [`SourceError::NotUtf8`] with the place of the first bad byte.
    pub fn read(path: &Path) -> Result<Arc<Self>, SourceError> {
        let bytes = read_regular(path).map_err(|error| SourceError::Unreadable {
            path: path.to_owned(),
            error,
        })?;
        String::from_utf8(bytes)
            .map(|text| Self::new(path, text))
            .map_err(|error| {
                let good = error.utf8_error().valid_up_to();
                let bytes = error.into_bytes();
                let byte = bytes.get(good).copied().unwrap_or_default();
                let shown = String::from_utf8_lossy(&bytes).into_owned();
                SourceError::NotUtf8 {
                    source: Self::new(path, shown),
                    offset: good,
                    byte,
                }
            })
    }

    /// Where the file is, as it was named by the caller.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The number, from 1, of the line that holds byte `offset`.
    pub fn line(&self, offset: usize) -> usize {
        self.line_starts.partition_point(|start| *start <= offset)
    }

    /// The column, in characters from 1, of byte `offset` in its line.
    pub fn column(&self, offset: usize) -> usize {
        let start = self.line_starts[self.line(offset) - 1];
        let offset = self.text.floor_char_boundary(offset);
        self.text[start..offset].chars().count() + 1
    }

    /// The byte range of line `number` (from 1) without its line end; empty at
    /// the end of the text for a line that is not there.
    pub fn line_range(&self, number: usize) -> Range<usize> {
        let Some(&start) = self.line_starts.get(number.saturating_sub(1)) else {
            return self.text.len()..self.text.len();
        };
        let end = self
            .line_starts
            .get(number)
            .map_or(self.text.len(), |next| next - 1);
        let line = &self.text[start..end];
        start..start + line.strip_suffix('\r').unwrap_or(line).len()
    }
}

/// A file that cannot be taken as text.
#[derive(Debug)]
pub enum SourceError {
    /// The file cannot be opened or read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A byte that is no part of UTF-8.
    NotUtf8 {
        /// The file's text with replacement characters, for showing the line.
        source: Arc<Source>,
        /// Byte offset of the first bad byte.
        offset: usize,
        /// The bad byte.
        byte: u8,
    },
}

impl Diagnose for SourceError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::Unreadable { path, error } => {
                Diagnostic::error(format!("cannot read {}: {error}", path.display()))
                    .help("check the name and the file's permissions")
            }
            Self::NotUtf8 {
                source,
                offset,
                byte,
            } => Diagnostic::error(format!(
                "not UTF-8: byte 0x{byte:02x} is no part of a character"
            ))
            .at(source, *offset..offset + 1)
            .help("save the file as UTF-8 (in Windows' Notepad: Save as, Encoding: UTF-8)"),
        }
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth a look; the work goes on.
    Warning,
    /// The work stops, after everything else that is wrong was collected.
    Error,
}

/// A byte range of a source.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub source: Arc<Source>,
    /// The bytes meant; may be empty.
    pub range: Range<usize>,
}

/// One thing that is wrong: what, where, and what to do.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// Where; none where no file is at fault (no daemon, say).
    pub place: Option<Place>,
    /// What to do about it, in the imperative; none where nothing can be done.
    pub help: Option<String>,
    /// Its kind, where it may be the reason of a result.
    pub kind: Option<ReasonKind>,
}

impl Diagnostic {
    /// An error that says `message`.
    pub fn error(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            message: message.into(),
            place: None,
            help: None,
            kind: None,
        }
    }

    /// A warning that says `message`.
    pub fn warning(message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(message)
        }
    }

    /// Adds where: the bytes `range` of `source`.
    pub fn at(mut self, source: &Arc<Source>, range: Range<usize>) -> Self {
        self.place = Some(Place {
            source: Arc::clone(source),
            range,
        });
        self
    }

    /// Adds where: the whole line `number` (from 1) of `source`.
    pub fn at_line(self, source: &Arc<Source>, number: usize) -> Self {
        let range = source.line_range(number);
        self.at(source, range)
    }

    /// Adds its kind.
    pub fn kind(mut self, kind: impl Into<Option<ReasonKind>>) -> Self {
        self.kind = kind.into();
        self
    }

    /// It as the reason of a result.
    pub fn reason(self) -> Reason {
        Reason {
            kind: self.kind,
            text: self.message,
        }
    }

    /// Adds what to do.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// An error or warning that can be shown.
pub trait Diagnose {
    /// The form it is shown in.
    fn diagnose(&self) -> Diagnostic;
}

/// Of the `known` words the one that `word` is probably a misspelling of.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
/// The values of all `results`.
///
/// # Errors
/// All that went wrong.
pub fn all_values<T, E>(results: impl IntoIterator<Item = Result<T, E>>) -> Result<Vec<T>, Vec<E>> {
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(values),
        false => Err(errors),
    }
}

/// What is wrong, for people.
pub fn diagnosed<E: Diagnose>(errors: impl IntoIterator<Item = E>) -> Vec<Diagnostic> {
    let errors = errors.into_iter();
    errors.map(|error| error.diagnose()).collect()
}
