//! Control groups of a lab's own.
//!
//! ```text
//!     <this process's group>/labbook-ID         pids.max, devices: out of the lab's reach
//!     <this process's group>/labbook-ID/lab     the lab; root of its cgroup namespace
//! ```
//!
//! With version 1 that is done in every hierarchy that is mounted, with version 2
//! in the one there is, where processes may be in leaves only: the lab's are in
//! `lab/init`, its monitor is in `monitor`. The limits stand on the outer group because the lab may
//! write to its own.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::mountinfo;

/// How many processes a lab may have at once.
const PROCESSES: &str = "2048";

/// The devices that a lab may open: null, zero, full, random, urandom, tty, console,
/// ptmx, terminals, and tun (Docker allows it by default). Making nodes of any
/// kind stays allowed, as runc insists on it; opening others does not.
const DEVICES: &[&str] = &[
    "c *:* m",
    "b *:* m",
    "c 1:3 rwm",
    "c 1:5 rwm",
    "c 1:7 rwm",
    "c 1:8 rwm",
    "c 1:9 rwm",
    "c 5:0 rwm",
    "c 5:1 rwm",
    "c 5:2 rwm",
    "c 136:* rwm",
    "c 10:200 rwm",
];

/// A lab's groups in one hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Hierarchy {
    /// Its folder's name under /sys/fs/cgroup (`cpu,cpuacct`); empty for version 2.
    pub name: String,
    /// The options that mount it (`cpu,cpuacct`, `none,name=systemd`).
    pub options: String,
    /// The outer group's folder.
    pub outer: PathBuf,
}

impl Hierarchy {
    /// Whether it is version 2's.
    pub(super) fn unified(&self) -> bool {
        self.name.is_empty()
    }

    /// The folder of the group that the lab lives in.
    pub(super) fn lab(&self) -> PathBuf {
        self.outer.join("lab")
    }

    /// The folder of the group that new processes of the lab join. In version 2
    /// a group with processes cannot hand controllers on, so it is a leaf.
    fn leaf(&self) -> PathBuf {
        match self.unified() {
            true => self.lab().join("init"),
            false => self.lab(),
        }
    }
}

/// The groups that a lab called `id` will have: one entry a hierarchy.
///
/// # Errors
/// A sentence that says what is missing.
pub(super) fn plan(id: &str) -> Result<Vec<Hierarchy>, String> {
    let own = fs::read_to_string("/proc/self/cgroup")
        .map_err(|error| format!("/proc/self/cgroup: {error}"))?;
    let mounts = mountinfo::read().map_err(|error| format!("/proc/self/mountinfo: {error}"))?;
    let first: Vec<_> = mounts
        .iter()
        .filter(|mount| mount.kind == "cgroup")
        .filter_map(|mount| first_version(mount, &own, id))
        .collect();
    if !first.is_empty() {
        return Ok(first);
    }
    mounts
        .iter()
        .find(|mount| mount.kind == "cgroup2")
        .map(|mount| {
            vec![Hierarchy {
                name: String::new(),
                options: String::new(),
                outer: delegating(mount, &own).join(id),
            }]
        })
        .ok_or_else(|| "no control groups are mounted at /sys/fs/cgroup".to_owned())
}

fn first_version(mount: &mountinfo::Mount, own: &str, id: &str) -> Option<Hierarchy> {
    let controllers: Vec<&str> = mount
        .super_options
        .split(',')
        .filter(|option| {
            option.starts_with("name=")
                || !(["rw", "ro", "xattr", "noprefix", "clone_children"].contains(option)
                    || option.contains('='))
        })
        .collect();
    let group = own.lines().find_map(|line| {
        let (named, group) = line.split_once(':')?.1.split_once(':')?;
        let same = named.split(',').all(|name| controllers.contains(&name));
        (same && !named.is_empty()).then_some(group)
    })?;
    let prefix = match controllers.iter().any(|name| name.starts_with("name=")) {
        true => "none,",
        false => "",
    };
    Some(Hierarchy {
        name: mount.point.file_name()?.to_str()?.to_owned(),
        options: format!("{prefix}{}", controllers.join(",")),
        outer: below(mount, group).join(id),
    })
}

/// The nearest group above this process's that hands the `pids` controller on.
fn delegating(mount: &mountinfo::Mount, own: &str) -> PathBuf {
    let group = own
        .lines()
        .find_map(|line| line.strip_prefix("0::"))
        .unwrap_or("/");
    let mut folder = below(mount, group);
    while folder != mount.point {
        let handed = fs::read_to_string(folder.join("cgroup.subtree_control"));
        if handed.is_ok_and(|handed| handed.split_whitespace().any(|name| name == "pids")) {
            break;
        }
        folder.pop();
    }
    folder
}

/// The folder of `group` under a mount that may show only a part of the tree.
fn below(mount: &mountinfo::Mount, group: &str) -> PathBuf {
    let group = Path::new(group);
    let relative = group
        .strip_prefix(&mount.root)
        .or_else(|_| group.strip_prefix("/"))
        .unwrap_or(Path::new(""));
    mount.point.join(relative)
}

/// Makes the groups, limits the outer ones, and gives the lab's to `owner`.
///
/// # Errors
/// A sentence that says which group could not be made.
pub(super) fn make(groups: &[Hierarchy], owner: Option<u32>) -> Result<(), String> {
    for group in groups {
        make_one(group, owner)
            .map_err(|error| format!("control group {}: {error}", group.outer.display()))?;
    }
    Ok(())
}

fn make_one(group: &Hierarchy, owner: Option<u32>) -> io::Result<()> {
    fs::create_dir(&group.outer)?;
    inherit_processors(&group.outer)?;
    if group.unified() {
        hand_on(&group.outer)?;
    }
    limit(&group.outer, "pids.max", &[PROCESSES])?;
    if group.outer.join("devices.deny").exists() {
        limit(&group.outer, "devices.deny", &["a"])?;
        limit(&group.outer, "devices.allow", DEVICES)?;
    }
    fs::create_dir(group.lab())?;
    inherit_processors(&group.lab())?;
    if let Some(owner) = owner {
        give(&group.lab(), owner)?;
    }
    Ok(())
}

/// A new cpuset of version 1 holds no processors, and so can hold no process.
fn inherit_processors(group: &Path) -> io::Result<()> {
    let Some(parent) = group.parent() else {
        return Ok(());
    };
    for file in ["cpuset.cpus", "cpuset.mems"] {
        if group.join(file).exists() && !group.join("cgroup.controllers").exists() {
            fs::write(group.join(file), fs::read(parent.join(file))?)?;
        }
    }
    Ok(())
}

fn hand_on(group: &Path) -> io::Result<()> {
    let controllers = fs::read_to_string(group.join("cgroup.controllers"))?;
    let all: Vec<String> = controllers
        .split_whitespace()
        .map(|name| format!("+{name}"))
        .collect();
    fs::write(group.join("cgroup.subtree_control"), all.join(" "))
}

fn limit(group: &Path, file: &str, values: &[&str]) -> io::Result<()> {
    let file = group.join(file);
    if file.exists() {
        for value in values {
            fs::write(&file, value)?;
        }
    }
    Ok(())
}

fn give(folder: &Path, owner: u32) -> io::Result<()> {
    std::os::unix::fs::chown(folder, Some(owner), Some(owner))?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            give(&entry.path(), owner)?;
        } else {
            std::os::unix::fs::chown(entry.path(), Some(owner), Some(owner))?;
        }
    }
    Ok(())
}

/// Moves this process into the groups that the lab's cgroup namespace begins at.
///
/// # Errors
/// A sentence that says which group could not be joined.
pub(super) fn join_top(groups: &[Hierarchy]) -> Result<(), String> {
    join_all(groups.iter().map(Hierarchy::lab))
}

/// Moves this process into the groups that a standing lab's processes are in.
///
/// # Errors
/// A sentence that says which group could not be joined.
pub(super) fn join(groups: &[Hierarchy]) -> Result<(), String> {
    join_all(groups.iter().map(Hierarchy::leaf))
}

/// Version 2: takes the lab's monitor out of the group that the lab's namespace
/// begins at, where no process may be once it hands controllers on.
///
/// # Errors
/// A sentence that says what was refused.
pub(super) fn set_apart(groups: &[Hierarchy], monitor: u32) -> Result<(), String> {
    for group in groups.iter().filter(|group| group.unified()) {
        let apart = group.outer.join("monitor");
        fs::create_dir(&apart)
            .and_then(|()| fs::write(apart.join("cgroup.procs"), monitor.to_string()))
            .map_err(|error| format!("{}: {error}", apart.display()))?;
    }
    Ok(())
}

/// Version 2, inside of the lab: moves process 1 into a leaf and lets the daemon
/// have all controllers, as soon as the monitor is out of the way.
///
/// # Errors
/// A sentence that says what was refused.
pub(super) fn settle(groups: &[Hierarchy]) -> Result<(), String> {
    let top = Path::new("/sys/fs/cgroup");
    if !groups.iter().any(Hierarchy::unified) {
        return Ok(());
    }
    let leaf = top.join("init");
    fs::create_dir(&leaf)
        .and_then(|()| fs::write(leaf.join("cgroup.procs"), "0"))
        .map_err(|error| format!("{}: {error}", leaf.display()))?;
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        match hand_on(top) {
            Ok(()) => return Ok(()),
            Err(error) if Instant::now() > deadline => {
                return Err(format!("{}: {error}", top.display()));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn join_all(folders: impl Iterator<Item = PathBuf>) -> Result<(), String> {
    for folder in folders {
        let file = folder.join("cgroup.procs");
        fs::write(&file, "0").map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}
