//! What a lab may touch: its ledger, the daemon that knows which thing a name
//! means, and the folder whose files its containers may see.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock};

use serde_json::{Value, json};

use super::daemon::{Answer, Daemon, encode};
use super::ledger::{Belongings, LABEL, Ledger, LedgerLine};
use crate::docker::names::{tagged, with_tag};

/// Whose a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The lab made it.
    Lab,
    /// Somebody else did.
    Other,
    /// There is no such thing.
    Nobody,
}

/// What a lab may touch.
#[derive(Debug)]
pub struct Scope {
    /// The daemon.
    pub daemon: Daemon,
    ledger: Mutex<Ledger>,
    /// The lab's ID.
    pub lab: String,
    /// The folder that containers may have bound into them; none where the
    /// daemon's file system is not this one.
    pub folder: Option<PathBuf>,
    /// The daemon's data root, where the lab may look into it from containers:
    /// it is on another machine, or in another place, than `/var/lib/docker` here.
    pub data_root: OnceLock<String>,
    /// Names of images that are shown although the lab did not make them: its
    /// base images, and what it pulled.
    base: Mutex<BTreeSet<String>>,
    /// Executions (`docker exec`) that the lab made.
    executions: Mutex<BTreeSet<String>>,
    /// What was refused since that was last asked.
    refusals: Mutex<Vec<String>>,
    /// Held while something is removed or renamed, so that no two removals
    /// pull the ground from under each other's decision.
    removal: Mutex<()>,
}

/// Takes a lock also where a thread died while it held it: what is inside is
/// only ever changed in whole steps.
fn take<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Scope {
    /// The scope of the lab whose ledger it is.
    pub fn new(
        daemon: Daemon,
        ledger: Ledger,
        folder: Option<PathBuf>,
        base: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            daemon,
            lab: ledger.begun.lab.clone(),
            ledger: Mutex::new(ledger),
            folder,
            data_root: OnceLock::new(),
            base: Mutex::new(base.into_iter().collect()),
            executions: Mutex::new(BTreeSet::new()),
            refusals: Mutex::default(),
            removal: Mutex::new(()),
        }
    }

    /// Notes that a call was refused.
    pub fn refused(&self, why: &str) {
        take(&self.refusals).push(why.to_owned());
    }

    /// Why calls were refused since this was last asked.
    pub fn refusals(&self) -> Vec<String> {
        std::mem::take(&mut *take(&self.refusals))
    }

    /// The ledger.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        take(&self.ledger)
    }

    /// What the lab made so far.
    pub fn belongings(&self) -> Belongings {
        self.ledger().belongings.clone()
    }

    /// Writes a line into the ledger.
    ///
    /// # Errors
    /// What the file system gives.
    pub fn record(&self, entry: LedgerLine) -> io::Result<()> {
        self.ledger().record(entry)
    }

    /// Only one removal at a time.
    pub fn removal(&self) -> MutexGuard<'_, ()> {
        take(&self.removal)
    }

    /// Notes an execution that the lab made.
    pub fn add_execution(&self, id: &str) {
        take(&self.executions).insert(id.to_owned());
    }

    /// Whether the lab made this execution.
    pub fn owns_execution(&self, id: &str) -> bool {
        take(&self.executions).contains(id)
    }

    /// Lets an image name be seen that the lab did not make.
    pub fn add_base(&self, tag: String) {
        take(&self.base).insert(tag);
    }

    /// Whether the lab may see this image name.
    pub fn sees_tag(&self, tag: &str) -> bool {
        self.ledger().belongings.tags.contains_key(tag) || take(&self.base).contains(tag)
    }

    /// Whether the lab gave the name to `image`, or pulled it where there was none.
    pub fn owns_tag(&self, tag: &str, image: &str) -> bool {
        let ledger = self.ledger();
        ledger.belongings.gave(tag, image)
            || (take(&self.base).contains(tag) && !ledger.begun.before.tags.contains_key(tag))
    }

    /// Whether this image was there before the lab.
    pub fn was_there(&self, image: &str) -> bool {
        self.ledger().begun.before.images.contains(image)
    }

    /// Whose container this is: a name, an ID or the beginning of one.
    ///
    /// # Errors
    /// What the daemon's connection gives.
    pub fn container_owner(&self, name: &str) -> io::Result<Owner> {
        let answer = self
            .daemon
            .get(&format!("/containers/{}/json", encode(name)))?;
        Ok(self.owner(&answer, "Id", |belongings, id| {
            belongings.containers.contains(id)
        }))
    }

    /// Whose network this is: a name, an ID or the beginning of one.
    ///
    /// # Errors
    /// What the daemon's connection gives.
    pub fn network_owner(&self, name: &str) -> io::Result<Owner> {
        let answer = self.daemon.get(&format!("/networks/{}", encode(name)))?;
        Ok(self.owner(&answer, "Id", |belongings, id| {
            belongings.networks.contains(id)
        }))
    }

    /// Whose volume this is.
    ///
    /// # Errors
    /// What the daemon's connection gives.
    pub fn volume_owner(&self, name: &str) -> io::Result<Owner> {
        let answer = self.daemon.get(&format!("/volumes/{}", encode(name)))?;
        let labelled = answer.body["Labels"][LABEL] == self.lab.as_str();
        Ok(self.owner(&answer, "Name", |belongings, name| {
            labelled || (is_anonymous(name) && belongings.volumes.contains(name))
        }))
    }

    /// An answer that is neither the thing nor a plain "no such thing" counts
    /// as somebody else's: when in doubt, hands off.
    fn owner(&self, answer: &Answer, key: &str, owns: impl Fn(&Belongings, &str) -> bool) -> Owner {
        match (answer.status, answer.body[key].as_str()) {
            (200, Some(id)) if owns(&self.ledger().belongings, id) => Owner::Lab,
            (404, _) => Owner::Nobody,
            _ => Owner::Other,
        }
    }

    /// The image that `name` means, with all its names; none where there is none.
    ///
    /// # Errors
    /// What the daemon's connection gives.
    pub fn image(&self, name: &str) -> io::Result<Option<DaemonImage>> {
        let answer = self.daemon.get(&format!("/images/{}/json", encode(name)))?;
        Ok(match (answer.status, answer.body["Id"].as_str()) {
            (200, Some(id)) => Some(DaemonImage {
                id: id.to_owned(),
                tags: tags(&answer.body),
                parent: answer.body["Parent"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            }),
            _ => None,
        })
    }

    /// Whether a container of the lab, which only the lab can remove, keeps this
    /// image from being deleted.
    ///
    /// # Errors
    /// What the daemon's connection gives.
    pub fn holds_image(&self, image: &str) -> io::Result<bool> {
        for id in self.belongings().containers {
            let container = self.daemon.get(&format!("/containers/{id}/json"))?.body;
            let vanishes = container["HostConfig"]["AutoRemove"]
                .as_bool()
                .unwrap_or(true);
            if container["Image"].as_str() == Some(image) && !vanishes {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The containers that carry this lab's label, by full ID.
    ///
    /// # Errors
    /// What the daemon's connection gives.
    pub fn labelled(&self, listing: &str, key: &str) -> io::Result<Vec<String>> {
        labelled(&self.daemon, &self.lab, listing, key)
    }

    /// The image name that a call gives to something new, if that is allowed:
    /// free, or the lab's already. Free names are written into the ledger first.
    ///
    /// # Errors
    /// The reason for a refusal.
    pub fn claim_tag(&self, name: &str, tag: &str) -> Result<Option<String>, String> {
        if name.is_empty() {
            return Ok(None);
        }
        let Some(tag) = tagged(name, tag) else {
            return Err(format!("{name} with a digest is no name for a new image"));
        };
        match self.image(&tag) {
            Err(error) => Err(error.to_string()),
            Ok(Some(image)) if !self.belongings().gave(&tag, &image.id) => {
                Err(format!("{tag} is the name of an image of yours"))
            }
            Ok(_) => {
                self.record(LedgerLine::Tag(tag.clone()))
                    .map_err(|error| error.to_string())?;
                Ok(Some(tag))
            }
        }
    }

    /// Whether a path on this machine may be bound into a container.
    pub fn may_bind(&self, path: &str) -> bool {
        let Some(folder) = &self.folder else {
            return false;
        };
        let path = Path::new(path);
        // Docker makes a folder that is not there: then the nearest one that is decides.
        let clean = path.is_absolute()
            && path
                .components()
                .all(|part| !matches!(part, std::path::Component::ParentDir));
        let nearest = path
            .ancestors()
            .find_map(|ancestor| ancestor.canonicalize().ok());
        clean && nearest.is_some_and(|real| real.starts_with(folder))
    }
}

/// An image as the daemon knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaemonImage {
    /// With `sha256:`.
    pub id: String,
    /// Its names.
    pub tags: Vec<String>,
    /// The ID of the image it was built on, where the builder keeps that.
    pub parent: String,
}

/// Whether this is the name of a volume that the daemon named: a random number,
/// which no other volume gets.
pub fn is_anonymous(volume: &str) -> bool {
    volume.len() == 64 && volume.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What carries the label of `lab`: `listing` is `containers`, `volumes` or
/// `networks`, `key` the field to give.
///
/// # Errors
/// What the daemon's connection gives.
pub fn labelled(daemon: &Daemon, lab: &str, listing: &str, key: &str) -> io::Result<Vec<String>> {
    let filters = json!({"label": [format!("{LABEL}={lab}")]}).to_string();
    let path = match listing {
        "containers" => "/containers/json?all=1&filters=",
        "volumes" => "/volumes?filters=",
        _ => "/networks?filters=",
    };
    let answer = daemon.get(&format!("{path}{}", encode(&filters)))?;
    let items = match listing {
        "volumes" => &answer.body["Volumes"],
        _ => &answer.body,
    };
    Ok(items
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|item| item[key].as_str())
        .map(str::to_owned)
        .collect())
}

/// The names of an image as Docker's client shows them; podman tells them with their
/// registry.
pub fn tags(image: &Value) -> Vec<String> {
    let names = texts(&image["RepoTags"]).into_iter();
    names.map(|name| with_tag(&name)).collect()
}

/// The texts of a list.
pub fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}
