//! Which files changed since they were looked at.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How often files are looked at.
pub(super) const PAUSE: Duration = Duration::from_millis(400);

/// Time and size of each file that counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FileStamps(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl FileStamps {
    /// The files at and below `paths`, but for what stands at and below `without`.
    pub(super) fn look(paths: &[PathBuf], without: &[PathBuf]) -> Self {
        let mut seen = Self::default();
        paths.iter().for_each(|path| seen.add(path, without));
        seen
    }

    fn add(&mut self, path: &Path, without: &[PathBuf]) {
        let Ok(metadata) = std::fs::metadata(path) else {
            return;
        };
        if without.iter().any(|other| other == path) {
            return;
        }
        if metadata.is_dir() {
            // A link to a folder above would never end.
            if !path.is_symlink() {
                for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
                    self.add(&entry.path(), without);
                }
            }
        } else {
            let state = (metadata.modified().ok(), metadata.len());
            self.0.insert(path.to_owned(), state);
        }
    }
}
