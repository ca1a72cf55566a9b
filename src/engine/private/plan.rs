//! What the processes of a lab have to know, handed over as a file.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cgroups::Hierarchy;
use crate::engine::{EngineError, Store};
use crate::formats::client_layout::ClientLayout;

/// One lab of a private engine, before it stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LabPlan {
    /// The root file system under the lab's.
    pub root: PathBuf,
    /// Folders whose files lie on top of it (programs that it lacks), topmost first.
    pub layers: Vec<PathBuf>,
    /// The lab's run folder.
    pub run: PathBuf,
    /// The data root's folder outside.
    pub data: PathBuf,
    /// Whether the data root lies in memory, where the disk's file system cannot
    /// hold one (an overlay's upper layer must not be an overlay itself).
    pub data_in_memory: bool,
    /// A folder that the lab shall see empty.
    pub hidden: PathBuf,
    /// The control groups that the lab lives in.
    pub cgroups: Vec<Hierarchy>,
    /// The first user and group outside that the lab's user namespace stands on;
    /// none for a lab without a user namespace.
    pub first_user: Option<u32>,
    /// Where images are kept.
    #[serde(default)]
    pub store: Store,
    /// The user of the lab's shell, to be made where it is not there; none for root.
    pub user: Option<String>,
    /// Whether that user is not in the group `docker`.
    #[serde(default)]
    pub without_docker_group: bool,
    /// What the lab's machine is called; none for [`HOST`](crate::engine::HOST).
    #[serde(default)]
    pub host: Option<String>,
    /// The lab's folder, as its shell sees it; `~` is not in it any more.
    pub folder: PathBuf,
    /// Whether a `sudo` of ours shall be there.
    pub sudo_shim: bool,
    /// Whether the machine's numbers begin elsewhere than in other labs.
    pub shifted: bool,
    /// How the client prints.
    #[serde(default)]
    pub layout: ClientLayout,
    /// `PATH` inside.
    pub path: String,
}

impl LabPlan {
    /// Where the plan of the lab with run folder `run` is kept.
    pub(super) fn file(run: &Path) -> PathBuf {
        run.join("plan.json")
    }

    /// The home of the shell's user.
    pub(super) fn home(&self) -> PathBuf {
        match &self.user {
            Some(user) => Path::new("/home").join(user),
            None => PathBuf::from("/root"),
        }
    }

    /// Writes the plan into its run folder.
    pub(super) fn save(&self) -> Result<(), EngineError> {
        let path = Self::file(&self.run);
        let text = serde_json::to_vec(self).unwrap_or_default();
        std::fs::write(&path, text).map_err(EngineError::file("write", &path))
    }

    /// Reads the plan in `run` again.
    pub(super) fn load(run: &Path) -> Result<Self, String> {
        let path = Self::file(run);
        let text = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))
    }
}
