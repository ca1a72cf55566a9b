//! Arguments that several commands take.

use std::path::PathBuf;

/// Which notes and manifests.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct InputArguments {
    /// Book folders (with a book.toml), bare notes files, or exercises' IDs [default: the book in this folder]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The manifests' folder [default: exercises/ beside the book, else in this folder]
    #[arg(long, value_name = "DIR")]
    pub exercises: Option<PathBuf>,
    /// Only exercises with this ID, part of it or of their title, or at FILE:LINE (repeatable)
    #[arg(long, value_name = "TEXT|FILE:LINE")]
    pub only: Vec<String>,
}
