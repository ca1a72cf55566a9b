//! Real Docker daemons with a host shell beside them.
//!
//! ```text
//!     Engine                 a daemon, or the means to start one: private, host, nested
//!       .lab(LabRequest)     one exercise's place on it
//!     Lab
//!       .doorway()           how a terminal gets in        (terminal::Terminal::open)
//!       .surroundings()      what was there before         (judge)
//!       .docker([...])       ask the daemon, out of the notes' sight
//!       .write(path, text)   a file into the lab
//!       .close()             nothing of it remains
//! ```
//!
//! Dropping a lab or an engine closes it too, so that every exit path cleans up.

pub mod cache;
pub mod consent;
mod error;
mod folder;
pub mod guard;
pub mod host;
pub mod images;
pub mod journal;
pub mod nested;
mod open;
pub mod private;
mod program;
pub mod selection;
mod surroundings;

pub use consent::Reach;
pub use error::EngineError;
pub use host::{Name, names::given_by as names_given_by};
pub use journal::Sweep;
pub use open::{open, sweep};
pub use selection::EngineSelection;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What was there before the lab began, and what the engine is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Surroundings {
    /// `repository:tag` and full ID (with `sha256:`) of each image.
    pub images: Vec<(String, String)>,
    /// Name and full ID of each container.
    pub containers: Vec<(String, String)>,
    /// Names.
    pub volumes: Vec<String>,
    /// Name and full ID of each network.
    pub networks: Vec<(String, String)>,
    /// The daemon's version (`28.5.2`).
    pub server: String,
    /// The client's version.
    pub client: String,
    /// `overlay2`, `containerd`, `fuse-overlayfs`, ...
    pub store: String,
    /// `buildkit` or `legacy`.
    pub builder: String,
}

/// What an engine is, as results name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EngineInfo {
    /// As it was asked for: `private`, `host`, `private:/srv/debian`.
    pub name: String,
    /// `private`, `host` or `nested`.
    pub kind: String,
    /// The daemon's version.
    pub server: String,
    /// The client's version.
    pub cli: String,
    /// The storage driver, or `containerd`.
    pub store: String,
    /// `buildkit` or `legacy`: what `docker build` uses.
    pub builder: String,
    /// Base images that are stand-ins here, each with how it was made.
    pub stand_ins: Vec<String>,
}

/// What a lab has to have.
#[derive(Debug, Clone, Default)]
pub struct LabRequest {
    /// The exercise's ID, for names and messages.
    pub exercise: String,
    /// Base images, as the notes name them (`ubuntu`, `nginx:1.25`).
    pub images: Vec<String>,
    /// Programs that the notes call in the host's shell (`tree`, `curl`): those
    /// that are missing are installed where the engine can.
    pub programs: Vec<String>,
    /// The user that the host's prompts show (`ubuntu`), if one does.
    pub user: Option<String>,
    /// The lab's folder: `~/temp`, an absolute one, or none for one of its own.
    pub folder: Option<String>,
}

/// A daemon, or the means to start one.
pub trait Engine: Send + Sync {
    /// What it is.
    fn info(&self) -> EngineInfo;

    /// Opens a place for one exercise.
    ///
    /// # Errors
    /// Whatever keeps the lab from being what was asked for; nothing is left.
    fn lab(&self, request: &LabRequest) -> Result<Box<dyn Lab>, EngineError>;

    /// How many labs may stand at once without getting into each other's way:
    /// none for any number (each has a daemon of its own).
    fn labs_at_once(&self) -> Option<usize>;

    /// What of the user's machine the notes' commands can reach: that decides
    /// which of them need consent.
    fn reach(&self) -> Reach;

    /// Those of the names that notes will give which something there has already:
    /// none on a daemon that starts empty.
    ///
    /// # Errors
    /// [`EngineError`] when the daemon does not answer.
    fn taken_names(&self, _names: &BTreeSet<Name>) -> Result<BTreeSet<Name>, EngineError> {
        Ok(BTreeSet::new())
    }
}

/// One exercise's place on an engine.
pub trait Lab: Send {
    /// How a terminal gets in.
    fn doorway(&self) -> Doorway;

    /// The lab's folder, as its shell sees it.
    fn folder(&self) -> &Path;

    /// Runs `docker ARGUMENTS` beside the lab, not through its terminal.
    ///
    /// # Errors
    /// [`EngineError`] when it cannot be started or takes longer than `limit`.
    fn docker(&self, arguments: &[&str], limit: Duration) -> Result<ProgramOutput, EngineError>;

    /// Runs `command` by bash in the lab's folder, as root where the lab has a root
    /// of its own, and not through its terminal.
    ///
    /// # Errors
    /// [`EngineError`] when it cannot be started or takes longer than `limit`.
    fn shell(&self, command: &str, limit: Duration) -> Result<ProgramOutput, EngineError>;

    /// What is there now: taken before the first step, it is what was there before.
    ///
    /// # Errors
    /// [`EngineError`] when the daemon does not answer.
    fn surroundings(&self) -> Result<Surroundings, EngineError>;

    /// Writes a file; `path` is relative to the lab's folder and must stay in it.
    ///
    /// # Errors
    /// [`EngineError`] when it cannot be written, or would lie outside.
    fn write(&self, path: &Path, contents: &str) -> Result<(), EngineError>;

    /// Whether a file is there; `path` is relative to the lab's folder.
    ///
    /// # Errors
    /// [`EngineError`] when the lab cannot be looked into.
    fn has(&self, path: &Path) -> Result<bool, EngineError>;

    /// What of the lab is not as on a machine of its own, to be named in results
    /// (a sudo shim, a program that was installed).
    fn remarks(&self) -> Vec<String>;

    /// Its base images that are stand-ins, each with how it was made.
    fn stand_ins(&self) -> Vec<String>;

    /// Takes the lab down; nothing of it remains.
    ///
    /// # Errors
    /// [`EngineError`] naming what could not be removed.
    fn close(self: Box<Self>) -> Result<(), EngineError>;

    /// Leaves the lab standing and says how to enter it (a command line).
    fn keep(self: Box<Self>) -> String;
}

/// What a program that ran beside the lab gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramOutput {
    /// Its exit status; none when a signal ended it.
    pub status: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

/// How a terminal gets into a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doorway {
    /// The multiplexer in whose devpts the terminal shall be: `/dev/ptmx`, or
    /// `/proc/PID/root/dev/pts/ptmx` for a lab with a devpts of its own (an
    /// outside terminal is "not a tty" there).
    pub multiplexer: PathBuf,
    /// The program and its arguments that become the lab's interactive bash, on
    /// the terminal as its controlling one.
    pub command: Vec<OsString>,
    /// Where that program is started; none for where this process is.
    pub folder: Option<PathBuf>,
    /// The whole environment of that program.
    pub environment: Vec<(OsString, OsString)>,
    /// Process 1 of the lab, as this process's /proc numbers it, where all
    /// processes of the lab (its containers' too) are its descendants and can be
    /// seen there; none where they cannot be seen.
    pub process_one: Option<u32>,
}
