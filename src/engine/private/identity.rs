//! What a private engine of a root file system turns out to be on this machine:
//! found out once by starting it empty, then kept.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{FIRST_USER, PrivateLab};
use crate::diagnostic::Diagnose;
use crate::engine::{EngineError, Lab, Store, cache};
use crate::hex::hex;

/// What a private engine is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    /// Differs where the daemon, the store or the way it is run differs.
    pub key: String,
    pub server: String,
    pub client: String,
    pub store: String,
    pub builder: String,
    /// Where its user namespace stands; none where it runs without one.
    pub first_user: Option<u32>,
    /// Why it runs without one.
    pub no_user_namespace: Option<String>,
}

impl Identity {
    /// What its labs have to know.
    pub(super) fn remark(&self) -> Option<String> {
        self.no_user_namespace.as_ref().map(|why| {
            format!(
                "the lab has no user namespace ({why}): a container with capabilities added \
                 (--cap-add SYS_ADMIN) could reach the machine"
            )
        })
    }
}

/// Everything that can be seen to be missing without starting anything.
pub(super) fn missing(root: &Path) -> Vec<String> {
    let mut missing = Vec::new();
    if !rustix::process::geteuid().is_root() {
        missing.push("it needs root (run labbook with sudo)".to_owned());
    }
    let admin = rustix::thread::capabilities(None).is_ok_and(|sets| {
        sets.effective
            .contains(rustix::thread::CapabilitySet::SYS_ADMIN)
    });
    if rustix::process::geteuid().is_root() && !admin {
        missing.push("it needs the capability SYS_ADMIN, which this container has not".to_owned());
    }
    let programs: [(&str, &[&str]); 5] = [
        (
            "dockerd (Debian's package docker.io)",
            &[
                "usr/sbin/dockerd",
                "usr/bin/dockerd",
                "usr/local/bin/dockerd",
            ],
        ),
        (
            "docker, its client",
            &["usr/bin/docker", "usr/local/bin/docker"],
        ),
        (
            "containerd",
            &[
                "usr/bin/containerd",
                "usr/sbin/containerd",
                "usr/local/bin/containerd",
            ],
        ),
        ("iptables", &["usr/sbin/iptables", "sbin/iptables"]),
        ("bash", &["bin/bash"]),
    ];
    for (program, places) in programs {
        if !has(root, places) {
            missing.push(format!("{} has no {program}", root.display()));
        }
    }
    let kinds = fs::read_to_string("/proc/filesystems").unwrap_or_default();
    if !kinds
        .lines()
        .any(|line| line.trim_start_matches("nodev").trim() == "overlay")
    {
        missing.push("the kernel offers no overlay file system (modprobe overlay)".to_owned());
    }
    missing
}

/// Whether one of `places` is in the root file system.
pub(super) fn has(root: &Path, places: &[&str]) -> bool {
    places
        .iter()
        .any(|place| fs::symlink_metadata(root.join(place)).is_ok())
}

/// Whether a data root in `folder` could be the upper layer of containers.
pub(super) fn can_hold_layers(folder: &Path) -> bool {
    // Linux: include/uapi/linux/magic.h, and fs/fuse, fs/nfs.
    const OVERLAY: u64 = 0x794c_7630;
    const NFS: u64 = 0x6969;
    const FUSE: u64 = 0x6573_5546;
    let exists = folder.ancestors().find(|folder| folder.is_dir());
    let kind = exists.and_then(|folder| rustix::fs::statfs(folder).ok());
    !kind.is_some_and(|kind| [OVERLAY, NFS, FUSE].contains(&(kind.f_type as u64)))
}

/// `PATH` inside, with the client first that came with the daemon: one under
/// `/usr/local` is another one where `/usr/bin` has one as well.
pub(super) fn path(root: &Path) -> String {
    let distribution = "/usr/sbin:/usr/bin:/sbin:/bin";
    let local = "/usr/local/sbin:/usr/local/bin";
    match has(root, &["usr/bin/docker"]) {
        true => format!("{distribution}:{local}"),
        false => format!("{local}:{distribution}"),
    }
}

/// The identity that is kept for this root file system, or that of an empty lab
/// that `start` starts: first in a user namespace, then without.
pub(super) fn find(
    root: &Path,
    store: Store,
    user_namespace: bool,
    start: impl Fn(Option<u32>) -> Result<PrivateLab, EngineError>,
) -> Result<Identity, EngineError> {
    let key = key(root, store, user_namespace);
    let file = cache::folder().join("engines").join(format!("{key}.json"));
    if let Some(known) = fs::read(&file)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok())
    {
        return Ok(known);
    }
    let (lab, no_user_namespace) = if user_namespace {
        match start(Some(FIRST_USER)) {
            Ok(lab) => (lab, None),
            Err(refused) => (start(None)?, Some(reason(&refused))),
        }
    } else {
        (start(None)?, Some("none was wanted".to_owned()))
    };
    let seen = lab.surroundings()?;
    let mode = if no_user_namespace.is_none() {
        "mapped"
    } else {
        "plain"
    };
    let identity = Identity {
        key: format!("{key}-{mode}"),
        server: seen.server,
        client: seen.client,
        store: seen.store,
        builder: seen.builder,
        first_user: no_user_namespace.is_none().then_some(FIRST_USER),
        no_user_namespace,
    };
    Box::new(lab).close()?;
    let folder = cache::folder().join("engines");
    fs::create_dir_all(&folder).map_err(EngineError::file("make the folder", &folder))?;
    let text = serde_json::to_vec(&identity).unwrap_or_default();
    fs::write(&file, text).map_err(EngineError::file("write", &file))?;
    Ok(identity)
}

fn reason(refused: &EngineError) -> String {
    match refused {
        EngineError::NotStarted { why, .. } => why.clone(),
        other => other.diagnose().message,
    }
}

/// A short text that changes when the daemon, its client, the kernel, or what
/// labbook makes of them change.
fn key(root: &Path, store: Store, user_namespace: bool) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| hash.update(format!("{text}\n"));
    add(env!("CARGO_PKG_VERSION"));
    add(&root.display().to_string());
    add(&format!("{store:?} {user_namespace}"));
    add(&rustix::system::uname().release().to_string_lossy());
    for program in ["dockerd", "docker", "containerd", "runc", "docker-buildx"] {
        for folder in [
            "usr/sbin",
            "usr/bin",
            "usr/local/bin",
            "usr/libexec/docker/cli-plugins",
        ] {
            if let Ok(data) = fs::metadata(root.join(folder).join(program)) {
                add(&format!(
                    "{folder}/{program} {} {}",
                    data.size(),
                    data.mtime()
                ));
            }
        }
    }
    hex(&hash.finalize(), 8)
}
