//! Labs that were left standing: how each is found and entered again.
//!
//! ```text
//!     CACHE/run/lab-XXXXXXXX/kept.json      a private or nested lab's
//!     CACHE/ledgers/XXXXXXXX/kept.json      a host lab's
//! ```
//!
//! The folder is the one that is removed with the lab.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{EngineError, cache, host};
use crate::guard::Guard;
use crate::lab::Doorway;

const FILE: &str = "kept.json";

/// What the lab's bash prompts with, as on a new Debian.
const PROMPT: (&str, &str) = ("PS1", r"\u@\h:\w\$ ");

/// A lab that was left standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// The ID of its exercise.
    pub exercise: String,
    /// The engine's name.
    pub engine: String,
    doorway: Doorway,
    way: Access,
    /// Where this is written.
    #[serde(skip)]
    folder: PathBuf,
}

/// What a doorway takes beside itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Access {
    /// Nothing.
    Alone,
    /// The user's environment, which is not written down.
    Environment,
    /// A guard before the daemon; these base images are shown.
    Guard { images: Vec<String> },
}

/// Writes down how the lab of `folder` is entered.
///
/// # Errors
/// [`EngineError::File`] where that cannot be written.
pub(super) fn record(
    folder: &Path,
    (exercise, engine): (&str, &str),
    mut doorway: Doorway,
    way: Access,
) -> Result<(), EngineError> {
    if way == Access::Environment {
        doorway.environment.clear();
    }
    let kept = Kept {
        exercise: exercise.to_owned(),
        engine: engine.to_owned(),
        doorway,
        way,
        folder: PathBuf::new(),
    };
    let path = folder.join(FILE);
    let text = serde_json::to_vec(&kept).unwrap_or_default();
    let open = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&path);
    open.and_then(|mut file| file.write_all(&text))
        .map_err(EngineError::file("write", &path))
}

/// The labs that stand, by their exercise and engine.
pub fn all() -> Vec<Kept> {
    let folders = ["run", "ledgers"].map(|name| fs::read_dir(cache::folder().join(name)));
    let folders = folders.into_iter().flatten().flatten().flatten();
    let mut all: Vec<Kept> = folders
        .filter_map(|folder| {
            let folder = folder.path();
            let text = fs::read(folder.join(FILE)).ok()?;
            let kept: Kept = serde_json::from_slice(&text).ok()?;
            Some(Kept { folder, ..kept })
        })
        .collect();
    all.sort_by(|a, b| (&a.exercise, &a.engine).cmp(&(&b.exercise, &b.engine)));
    all
}

/// A kept lab that can be entered, for as long as this lives.
#[derive(Debug)]
pub struct OpenedLab {
    /// How a terminal gets in.
    pub doorway: Doorway,
    _guard: Option<Guard>,
}

impl Kept {
    /// Makes it ready to be entered.
    ///
    /// # Errors
    /// [`EngineError`] where another process is in it, or its daemon does not answer.
    pub fn open(&self) -> Result<OpenedLab, EngineError> {
        let mut doorway = self.doorway.clone();
        let prompt = (PROMPT.0.into(), PROMPT.1.into());
        let guard = match &self.way {
            Access::Alone => None,
            Access::Environment => {
                doorway.environment = std::env::vars_os().collect();
                None
            }
            Access::Guard { images } => Some(host::guard_again(&self.folder, images)?),
        };
        doorway.environment.push(prompt);
        Ok(OpenedLab {
            doorway,
            _guard: guard,
        })
    }
}
