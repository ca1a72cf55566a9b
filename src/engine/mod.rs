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
pub mod cluster;
mod error;
mod folder;
pub mod host;
pub mod images;
pub mod journal;
pub mod kept;
pub mod nested;
mod open;
mod packages;
#[cfg(target_os = "linux")]
pub mod private;
mod program;
pub mod selection;
mod surroundings;

pub use cluster::with_cluster;
pub use error::EngineError;
pub use host::{MadeName, names::given_by as names_given_by};
pub use journal::Sweep;
pub use open::{open, sweep};
pub use selection::{EngineSelection, Store};

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::consent::Reach;
use crate::diagnostic::Diagnostic;
use crate::formats::client_layout::ClientLayout;
use crate::lab::{ClusterName, Doorway, EngineInfo, StandIn, Surroundings};

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
    /// Whether that user may not use Docker at first, where the engine makes it.
    pub without_docker_group: bool,
    /// The machine's name that the host's prompts show (`class-01`), if one does; the host
    /// engine's machine keeps its own.
    pub host: Option<String>,
    /// The lab's folder: `~/temp`, an absolute one, or none for one of its own.
    pub folder: Option<String>,
    /// Whether the numbers that the lab's machine gives out shall begin elsewhere than
    /// in other labs, where the engine can see to that.
    pub shifted: bool,
    /// How its client prints.
    pub layout: ClientLayout,
    /// Whether its sessions call kubectl.
    pub needs_cluster: bool,
    /// The cluster that its manifest names.
    pub cluster: Option<ClusterName>,
}

/// What a lab's machine is called whose notes do not say it.
pub const HOST: &str = "lab";

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
    fn taken_names(&self, _names: &BTreeSet<MadeName>) -> Result<BTreeSet<MadeName>, EngineError> {
        Ok(BTreeSet::new())
    }

    /// Where each of the programs that notes call comes from in its labs, as far as that is
    /// known before there is one. With `fetch` what can be got is got now.
    fn programs(&self, _called: &[String], _fetch: bool) -> Vec<(String, ProgramSource)> {
        Vec::new()
    }
}

/// Where a lab has a program from.
#[derive(Debug, Clone)]
pub enum ProgramSource {
    /// It is installed.
    Installed,
    /// The lab brings this package of the distribution.
    Package {
        /// The package.
        package: String,
        /// Whether it was got before.
        is_ready: bool,
    },
    /// It will not be there, or nothing says that it will: why, and what to do.
    Missing(Box<Diagnostic>),
}

/// kubectl sessions do not run in labs of this kind.
fn no_kubectl() -> EngineError {
    let message = "kubectl sessions do not run on a nested engine";
    let help = "use `--engine private` or `--engine host`";
    Diagnostic::error(message).help(help).into()
}

/// One exercise's place on an engine.
pub trait Lab: Send {
    /// How a terminal gets in.
    fn doorway(&self) -> Doorway;

    /// The lab's folder, as its shell sees it.
    fn folder(&self) -> &Path;

    /// The home of the lab's shell, as that sees it.
    fn home(&self) -> PathBuf;

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

    /// Writes a file beside the lab's folder that its shell can read; gives its path there.
    ///
    /// # Errors
    /// [`EngineError`] when it cannot be written.
    fn write_beside(&self, _name: &str, _contents: &str) -> Result<PathBuf, EngineError> {
        Err(no_kubectl())
    }

    /// A listener on the lab's own loopback interface; none where its shell is in this
    /// process's network.
    ///
    /// # Errors
    /// [`EngineError`] when there can be none.
    fn listen(&self) -> Result<Option<TcpListener>, EngineError> {
        Err(no_kubectl())
    }

    /// The Kubernetes namespace that stands for the namespace `default` of the notes.
    fn namespace(&self) -> Option<&str> {
        None
    }

    /// What of the lab is not as on a machine of its own, to be named in results
    /// (a sudo shim, a program that was installed).
    fn remarks(&self) -> Vec<String>;

    /// What labbook itself refused the notes' commands since this was last asked.
    fn refusals(&self) -> Vec<String> {
        Vec::new()
    }

    /// Its base images that are stand-ins.
    fn stand_ins(&self) -> Vec<StandIn>;

    /// Takes the lab down; nothing of it remains.
    ///
    /// # Errors
    /// [`EngineError`] naming what could not be removed.
    fn close(self: Box<Self>) -> Result<(), EngineError>;

    /// Leaves the lab standing, to be found in [`kept::all`] by the IDs of its exercise
    /// and its engine.
    ///
    /// # Errors
    /// [`EngineError`] where it will not be found there; the next sweep removes it.
    fn keep(self: Box<Self>, exercise: &str, engine: &str) -> Result<(), EngineError>;
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
