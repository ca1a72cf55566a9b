//! Paths as the notes write them.

use std::path::{Component, Path, PathBuf};

/// Whether `path` is relative and has no `..`.
pub(crate) fn stays_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// The path without `.`.
pub(crate) fn plain(path: &Path) -> PathBuf {
    let parts = path.components();
    parts.filter(|part| *part != Component::CurDir).collect()
}
