//! What a lab created on the user's daemon: in memory for the guard, and a
//! line each on disk, so that it can be removed even after the process was
//! killed.
//!
//! ```text
//!     STATE/labs/ID/ledger.jsonl    {"begun":...} {"volume":"data"} ...
//! ```
//!
//! The process that writes a ledger holds a lock on it; the lock ends with the
//! process, however that ends. A ledger without one is an orphan.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::upstream::Upstream;

/// The label that the guard gives to containers, volumes and networks, and
/// takes out of what the lab is shown.
pub const LABEL: &str = "labbook.lab";

/// The host name that marks the containers of a build of the lab: labels would
/// end up in the image.
pub fn build_mark(lab: &str) -> String {
    format!("{lab}.labbook.invalid:127.0.0.1")
}

/// A label beside [`LABEL`] on volumes that a container's creation makes: without
/// the guard such a volume has no labels at all, and is shown so.
pub const UNLABELLED: &str = "labbook.unlabelled";

/// One line of a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerLine {
    /// The first line: whose ledger it is, and where.
    Begun(Begun),
    /// A container, by its full ID.
    Container(String),
    /// A volume, by its name.
    Volume(String),
    /// A network, by its full ID.
    Network(String),
    /// A name of an image (`user_test:latest`) that the lab is about to give.
    Tag(String),
    /// The image that the lab is about to give a name to.
    Giving {
        /// The name.
        tag: String,
        /// The ID of the image.
        image: String,
    },
    /// The lab has given a name to an image.
    Given {
        /// The name.
        tag: String,
        /// The ID of the image.
        image: String,
    },
    /// An image, by its ID.
    Image(String),
    /// An image name that was there before and may be moved by a pull or load.
    Moving {
        /// The name.
        tag: String,
        /// The ID of the user's image.
        image: String,
    },
    /// A pull or load of the lab moved the user's name to another image.
    Moved {
        /// The name.
        tag: String,
        /// The ID of the image that it was moved to.
        image: String,
    },
    /// A pull or load has ended and did not move the user's name.
    Stays(String),
    /// The daemon is about to make something, whose ID is not known yet.
    UnderWay,
    /// It has answered, and what it made is written down.
    Settled,
    /// The lab removed it itself, or it never came to be.
    Gone(GoneThing),
    /// The lab was left standing on the user's wish.
    Kept,
}

/// A thing that can be gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GoneThing {
    /// A volume, by its name.
    Volume(String),
    /// A name of an image.
    Tag(String),
}

/// Whose ledger it is, and what was there before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// The lab's ID: the value of [`LABEL`].
    pub lab: String,
    /// The daemon.
    pub upstream: Upstream,
    /// The lab's folder of its own on this machine.
    pub run_folder: PathBuf,
    /// The daemon's own ID when the lab began; empty where the daemon has no ID
    /// that stays. A ledger of an older labbook has none.
    #[serde(default)]
    pub daemon: Option<String>,
    /// What was there before: never removed, whatever the ledger says.
    pub before: ObjectsBefore,
}

/// What was on the daemon before the lab.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectsBefore {
    /// Full IDs.
    pub containers: BTreeSet<String>,
    /// Names.
    pub volumes: BTreeSet<String>,
    /// Full IDs.
    pub networks: BTreeSet<String>,
    /// IDs with `sha256:`, intermediate ones too.
    pub images: BTreeSet<String>,
    /// The image of each name.
    pub tags: BTreeMap<String, String>,
}

/// A name of an image that the lab gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagClaim {
    /// The IDs of the images that the lab gave it to.
    pub images: BTreeSet<String>,
    /// Whether the daemon may give it to an image whose ID is not known yet.
    pub open: bool,
}

/// A name of the user's that a pull or load may move.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Move {
    /// The ID of the user's image.
    pub from: String,
    /// The IDs of the images that the lab moved it to.
    pub to: BTreeSet<String>,
    /// Whether the pull or load has not ended.
    pub open: bool,
}

/// The sum of a ledger's lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Belongings {
    /// Full IDs.
    pub containers: BTreeSet<String>,
    /// Names.
    pub volumes: BTreeSet<String>,
    /// Full IDs.
    pub networks: BTreeSet<String>,
    /// Names of images.
    pub tags: BTreeMap<String, TagClaim>,
    /// IDs.
    pub images: BTreeSet<String>,
    /// The user's image of each name that may have moved.
    pub moving: BTreeMap<String, Move>,
    /// How many things the daemon may still be making.
    pub under_way: usize,
    /// Whether the lab was left standing.
    pub kept: bool,
}

impl Belongings {
    /// Whether the lab gave the name `tag` to `image`: to this very image, or,
    /// while the daemon may still be giving it, to one that the lab made.
    pub fn gave(&self, tag: &str, image: &str) -> bool {
        self.tags.get(tag).is_some_and(|claim| {
            claim.images.contains(image) || (claim.open && self.images.contains(image))
        })
    }

    /// Takes one more line into account.
    pub fn apply(&mut self, entry: &LedgerLine) {
        match entry.clone() {
            LedgerLine::Begun(_) => {}
            LedgerLine::Container(id) => drop(self.containers.insert(id)),
            LedgerLine::Volume(name) => drop(self.volumes.insert(name)),
            LedgerLine::Network(id) => drop(self.networks.insert(id)),
            LedgerLine::Tag(name) => self.tags.entry(name).or_default().open = true,
            LedgerLine::Giving { tag, image } => {
                self.tags.entry(tag).or_default().images.insert(image);
            }
            LedgerLine::Given { tag, image } => {
                let images = BTreeSet::from([image]);
                let open = false;
                self.tags.insert(tag, TagClaim { images, open });
            }
            LedgerLine::Image(id) => drop(self.images.insert(id)),
            LedgerLine::Moving { tag, image } => {
                let name = self.moving.entry(tag).or_insert_with(|| Move {
                    from: image,
                    ..Move::default()
                });
                name.open = true;
            }
            LedgerLine::Moved { tag, image } => {
                if let Some(name) = self.moving.get_mut(&tag) {
                    name.to.insert(image);
                    name.open = false;
                }
            }
            LedgerLine::Stays(tag) => {
                if let Some(name) = self.moving.get_mut(&tag) {
                    name.open = false;
                }
            }
            LedgerLine::UnderWay => self.under_way += 1,
            LedgerLine::Settled => self.under_way = self.under_way.saturating_sub(1),
            LedgerLine::Gone(GoneThing::Volume(name)) => drop(self.volumes.remove(&name)),
            LedgerLine::Gone(GoneThing::Tag(name)) => drop(self.tags.remove(&name)),
            LedgerLine::Kept => self.kept = true,
        }
    }
}

/// A ledger that this process writes.
#[derive(Debug)]
pub struct Ledger {
    file: File,
    folder: PathBuf,
    /// Whose it is.
    pub begun: Begun,
    /// What has been written so far, summed up.
    pub belongings: Belongings,
}

impl Ledger {
    /// Begins a ledger in `state` (made where it is not there).
    ///
    /// # Errors
    /// What the file system gives.
    pub fn begin(state: &Path, begun: Begun) -> io::Result<Self> {
        let folder = state.join(&begun.lab);
        std::fs::create_dir_all(&folder)?;
        let file = OpenOptions::new()
            .append(true)
            .create_new(true)
            .open(folder.join("ledger.jsonl"))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)?;
        let mut ledger = Self {
            file,
            folder,
            begun: begun.clone(),
            belongings: Belongings::default(),
        };
        ledger.record(LedgerLine::Begun(begun))?;
        Ok(ledger)
    }

    /// Reads the ledger in `folder` again, if no process holds it; none where
    /// one does, or where it was never begun in earnest.
    ///
    /// # Errors
    /// What the file system gives. A last line that was cut off is left out.
    pub fn adopt(folder: &Path) -> io::Result<Option<Self>> {
        let path = folder.join("ledger.jsonl");
        let file = OpenOptions::new().read(true).append(true).open(path)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
            return Ok(None);
        }
        let mut begun = None;
        let mut belongings = Belongings::default();
        for line in BufReader::new(file.try_clone()?).lines() {
            match serde_json::from_str(&line?) {
                Ok(LedgerLine::Begun(first)) => begun = Some(first),
                Ok(entry) => belongings.apply(&entry),
                Err(_) => break,
            }
        }
        Ok(begun.map(|begun| Self {
            file,
            folder: folder.to_owned(),
            begun,
            belongings,
        }))
    }

    /// The folder that it is in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a line; when this returns it is on the disk.
    ///
    /// # Errors
    /// What the file system gives.
    pub fn record(&mut self, entry: LedgerLine) -> io::Result<()> {
        let mut line = serde_json::to_string(&entry)?;
        line.push('\n');
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.belongings.apply(&entry);
        Ok(())
    }

    /// Deletes the ledger: nothing is left to remember.
    ///
    /// # Errors
    /// What the file system gives.
    pub fn end(&self) -> io::Result<()> {
        std::fs::remove_dir_all(&self.folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Begun {
        Begun {
            lab: "a1".into(),
            upstream: Upstream::Socket("/run/docker.sock".into()),
            run_folder: "/tmp/a1".into(),
            daemon: Some("ABCD".into()),
            before: ObjectsBefore::default(),
        }
    }

    #[test]
    fn a_ledger_is_read_back_once_its_process_is_gone() {
        let state = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::begin(state.path(), begun()).unwrap();
        ledger.record(LedgerLine::Volume("data".into())).unwrap();
        ledger.record(LedgerLine::Volume("more".into())).unwrap();
        ledger
            .record(LedgerLine::Gone(GoneThing::Volume("more".into())))
            .unwrap();
        let folder = state.path().join("a1");
        assert!(Ledger::adopt(&folder).unwrap().is_none(), "still held");

        let written = ledger.belongings.clone();
        drop(ledger);
        let adopted = Ledger::adopt(&folder).unwrap().unwrap();
        assert_eq!(
            (adopted.belongings.clone(), adopted.begun.clone()),
            (written, begun())
        );
        adopted.end().unwrap();
        assert!(!folder.exists());
    }

    #[test]
    fn a_line_that_was_cut_off_is_left_out() {
        let state = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::begin(state.path(), begun()).unwrap();
        ledger.record(LedgerLine::Volume("data".into())).unwrap();
        ledger.file.write_all(b"{\"volume\":\"mo").unwrap();
        drop(ledger);
        let adopted = Ledger::adopt(&state.path().join("a1")).unwrap().unwrap();
        assert_eq!(
            adopted.belongings.volumes,
            BTreeSet::from(["data".to_owned()])
        );
    }
}
