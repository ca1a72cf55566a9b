//! What mdBook gives: chapters, and what their pages are made for.

use std::path::{Path, PathBuf};

/// A chapter as mdBook gives it.
#[derive(Debug, Clone)]
pub(super) struct Chapter {
    /// Its file, relative to the notes' folder.
    pub path: PathBuf,
    /// Its Markdown.
    pub content: String,
}

/// What a page is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PageFormat {
    /// mdBook's HTML: wrappers, anchors and results.
    Html,
    /// Any other renderer: Markdown alone.
    Plain,
}

/// `path` as users know it: relative to where they are, if it lies below.
pub(super) fn shown_path(path: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&current) {
        Ok(relative) if !current.as_os_str().is_empty() => relative.to_owned(),
        _ => path.to_owned(),
    }
}
