//! What a lab leaves on the machine, written down before it is made.
//!
//! ```text
//!     CACHE/run/lab-XXXXXXXX/
//!         lock           locked for as long as the owner lives
//!         journal.json   processes, control groups, a container, a namespace of a cluster,
//!                        whether it is to be kept
//!         ...            the lab's own files
//! ```
//!
//! However labbook ends, its lock ends with it; [`sweep`] takes down every lab
//! whose lock is free.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use super::EngineError;
use super::cache;
use super::cluster::Namespace;
use crate::guard::daemon::Daemon;
use crate::guard::ledger::LABEL;
use crate::guard::removal::{another_daemon, undecided};
use crate::guard::upstream::Upstream;

/// How long what is being taken down may resist.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a process may take to end by itself.
const GRACE: Duration = Duration::from_secs(2);

/// A process, and not another one that later got its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// When it started, in clock ticks since boot.
    pub start: u64,
}

impl Process {
    /// The process that has number `pid` now; none where there is none.
    pub fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The program's name, in parentheses, may hold anything.
        let after_name = stat.rsplit_once(')')?.1;
        let start = after_name.split_whitespace().nth(19)?.parse().ok()?;
        Some(Self { pid, start })
    }

    /// Whether it still runs.
    pub fn lives(&self) -> bool {
        Self::of(self.pid) == Some(*self)
    }

    /// Ends it at once; does nothing where it has ended already.
    #[cfg(target_os = "linux")]
    fn kill(&self) {
        use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let Some(handle) = pid.and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok()) else {
            return;
        };
        if self.lives() {
            let _ = pidfd_send_signal(&handle, Signal::KILL);
        }
    }

    /// No lab elsewhere is made of processes of this machine.
    #[cfg(not(target_os = "linux"))]
    fn kill(&self) {}
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Record {
    kept: bool,
    processes: Vec<Process>,
    cgroups: Vec<PathBuf>,
    /// The container that the lab is, called like the lab, where it is one.
    #[serde(default)]
    container: Option<Container>,
    /// The namespace that the lab has on a Kubernetes cluster.
    #[serde(default)]
    namespace: Option<Namespace>,
}

/// A container that is a lab.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Container {
    /// Its name, which it also has as the value of the label [`LABEL`].
    name: String,
    upstream: Upstream,
    /// The daemon's own ID; none in a journal of an older labbook.
    #[serde(default)]
    daemon: Option<String>,
    /// Its ID, once the daemon has answered that it made it.
    #[serde(default)]
    id: Option<String>,
}

/// One lab's journal, held by the lab's owner. Dropping it takes everything down.
#[derive(Debug)]
pub struct Journal {
    run: PathBuf,
    record: Record,
    // Whether dropping it leaves everything as it is.
    done: bool,
    // Held for its lock.
    _lock: File,
}

impl Drop for Journal {
    fn drop(&mut self) {
        if !self.done
            && let Err(EngineError::Left { what }) = remove(&self.run, &self.record)
        {
            eprintln!("labbook: could not remove: {}", what.join("; "));
        }
    }
}

impl Journal {
    /// Makes a run folder with an empty journal.
    ///
    /// # Errors
    /// [`EngineError::File`] where the cache cannot be written.
    pub fn open() -> Result<Self, EngineError> {
        let all = cache::folder().join("run");
        fs::create_dir_all(&all).map_err(EngineError::file("make the folder", &all))?;
        let run = tempfile::Builder::new()
            .prefix("lab-")
            .rand_bytes(8)
            .tempdir_in(&all)
            .map_err(EngineError::file("make a folder in", &all))?
            .keep();
        let path = run.join("lock");
        let lock = File::create(&path)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(EngineError::file("lock", &path))?;
        let journal = Self {
            run,
            record: Record::default(),
            done: false,
            _lock: lock,
        };
        journal.save()?;
        Ok(journal)
    }

    /// The run folder.
    pub fn run(&self) -> &Path {
        &self.run
    }

    /// A name that no other lab on this machine has, for what the lab makes.
    pub fn name(&self) -> String {
        let name = self.run.file_name().unwrap_or_default().to_string_lossy();
        format!("labbook-{}", name.trim_start_matches("lab-"))
    }

    #[cfg(target_os = "linux")]
    /// Writes down control groups that will be made.
    pub(super) fn note_cgroups(&mut self, cgroups: Vec<PathBuf>) -> Result<(), EngineError> {
        self.record.cgroups.extend(cgroups);
        self.save()
    }

    #[cfg(target_os = "linux")]
    /// Writes down a process that must end with the lab.
    pub(super) fn note_process(&mut self, process: Process) -> Result<(), EngineError> {
        self.record.processes.push(process);
        self.save()
    }

    /// Writes down the namespace that a cluster will be asked for, or was.
    pub(super) fn note_namespace(&mut self, namespace: Namespace) -> Result<(), EngineError> {
        self.record.namespace = Some(namespace);
        self.save()
    }

    /// Writes down that the daemon behind `upstream`, whose own ID is `daemon`, will
    /// be asked for a container with the lab's name.
    pub(super) fn note_container(
        &mut self,
        upstream: Upstream,
        daemon: String,
    ) -> Result<(), EngineError> {
        self.record.container = Some(Container {
            name: self.name(),
            upstream,
            daemon: Some(daemon),
            id: None,
        });
        self.save()
    }

    /// Writes down that the daemon has made the container, with this ID.
    pub(super) fn note_container_id(&mut self, id: String) -> Result<(), EngineError> {
        if let Some(container) = &mut self.record.container {
            container.id = Some(id);
        }
        self.save()
    }

    /// Lets the lab's processes go on that are paused, so that they can end.
    pub(super) fn thaw(&self) {
        self.record.cgroups.iter().for_each(|group| thaw(group));
    }

    /// Leaves everything standing: only a sweep that takes kept labs removes it.
    pub(super) fn keep(mut self) -> Result<(), EngineError> {
        self.record.kept = true;
        self.done = true;
        self.save()
    }

    /// Takes everything down.
    ///
    /// # Errors
    /// [`EngineError::Left`] with what is still there.
    pub fn remove(mut self) -> Result<(), EngineError> {
        self.done = true;
        remove(&self.run, &self.record)
    }

    fn save(&self) -> Result<(), EngineError> {
        let path = self.run.join("journal.json");
        let new = self.run.join("journal.new");
        let text = serde_json::to_vec(&self.record).unwrap_or_default();
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &path))
            .map_err(EngineError::file("write", &path))
    }
}

/// What a sweep takes beside the labs whose owner is gone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sweep {
    /// Labs that were left standing on purpose, too.
    pub kept: bool,
    /// Labs that cannot be removed from their daemon are forgotten.
    pub forget: bool,
}

/// Takes down the labs whose owner is gone. Gives the names of what it removed.
///
/// # Errors
/// [`EngineError::Left`] with what is still there; everything else was removed.
pub fn sweep(sweep: Sweep) -> Result<Vec<String>, EngineError> {
    let all = cache::folder().join("run");
    let entries = match fs::read_dir(&all) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(EngineError::file("read", &all)(error)),
    };
    let (mut removed, mut left) = (Vec::new(), Vec::new());
    for run in entries.flatten().map(|entry| entry.path()) {
        let Some(_lock) = abandoned(&run) else {
            continue;
        };
        let mut record: Record = fs::read(run.join("journal.json"))
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default();
        let stands = record.container.is_some()
            || record.namespace.is_some()
            || record.processes.iter().any(Process::lives);
        if record.kept && !sweep.kept && stands {
            continue;
        }
        let mut result = remove(&run, &record);
        if result.is_err() && sweep.forget {
            (record.container, record.namespace) = (None, None);
            result = remove(&run, &record);
        }
        match result {
            Ok(()) => removed.push(run.display().to_string()),
            Err(EngineError::Left { what }) => left.extend(what),
            Err(error) => return Err(error),
        }
    }
    match left.is_empty() {
        true => Ok(removed),
        false => Err(EngineError::Left { what: left }),
    }
}

/// The lock of a run folder whose owner is gone. One that has no lock yet is
/// being made, unless it has been so for a minute.
fn abandoned(run: &Path) -> Option<File> {
    let path = run.join("lock");
    let file = match File::options().write(true).open(&path) {
        Ok(file) => file,
        Err(_) => {
            let age = fs::metadata(run)
                .and_then(|data| data.modified())
                .ok()
                .and_then(|time| SystemTime::now().duration_since(time).ok())?;
            (age > Duration::from_secs(60)).then(|| File::create(&path).ok())??
        }
    };
    match file.try_lock() {
        Ok(()) => Some(file),
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => None,
    }
}

fn remove(run: &Path, record: &Record) -> Result<(), EngineError> {
    let deadline = Instant::now() + PATIENCE;
    let mut left = Vec::new();
    // The last one holds all others in its process namespace; those before it
    // are its keepers, which end by themselves once they have seen it end.
    if let Some(last) = record.processes.last() {
        last.kill();
    }
    record.cgroups.iter().for_each(|group| thaw(group));
    let ended = |process: &Process| !process.lives() || is_zombie(process.pid);
    for process in record.processes.iter().rev() {
        if !until(Instant::now() + GRACE, || ended(process)) {
            process.kill();
        }
        if !until(deadline, || ended(process)) {
            left.push(format!("process {}", process.pid));
        }
    }
    if let Some(container) = &record.container
        && let Err(why) = remove_container(container)
    {
        left.push(format!("container {}: {why}", container.name));
    }
    if let Some(namespace) = &record.namespace
        && let Err(why) = namespace.remove()
    {
        left.push(format!("namespace {}: {why}", namespace.name));
    }
    for group in &record.cgroups {
        if !until(deadline, || remove_group(group).is_ok()) {
            left.push(format!("control group {}", group.display()));
        }
    }
    if left.is_empty() && !until(deadline, || gone(fs::remove_dir_all(run)).is_ok()) {
        left.push(run.display().to_string());
    }
    match left.is_empty() {
        true => Ok(()),
        false => Err(EngineError::Left { what: left }),
    }
}

/// Removes it with its volumes, by its ID. One that the daemon was just asked for
/// when the lab's process was killed may come a moment later: it is known by the
/// lab's label.
fn remove_container(container: &Container) -> Result<(), String> {
    let daemon = Daemon::new(container.upstream.clone());
    let another = another_daemon(&daemon, container.daemon.as_deref());
    if let Some(why) = another.map_err(|error| unanswered(&error))? {
        return Err(why);
    }
    let deadline = Instant::now() + GRACE;
    let id = match &container.id {
        Some(id) => id.clone(),
        None => match labelled_container(&daemon, &container.name, deadline)? {
            Some(id) => id,
            None => return Ok(()),
        },
    };
    let target = format!("/containers/{id}?force=1&v=1");
    loop {
        let answer = daemon.delete(&target).map_err(|error| unanswered(&error))?;
        match answer.status {
            404 => return Ok(()),
            _ if answer.is_done() => return Ok(()),
            // It is being removed already.
            409 if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(100)),
            _ => return Err(answer.message()),
        }
    }
}

/// The ID of the container with this name and label, waited for until `deadline`;
/// none where no container has the name.
fn labelled_container(
    daemon: &Daemon,
    name: &str,
    deadline: Instant,
) -> Result<Option<String>, String> {
    loop {
        let answer = daemon
            .get(&format!("/containers/{name}/json"))
            .map_err(|error| unanswered(&error))?;
        match (answer.status, answer.body["Id"].as_str()) {
            (404, _) if Instant::now() > deadline => return Ok(None),
            (404, _) => std::thread::sleep(Duration::from_millis(100)),
            (200, Some(id)) if answer.body["Config"]["Labels"][LABEL] == name => {
                return Ok(Some(id.to_owned()));
            }
            (200, _) => return Err(undecided(&format!("docker rm --force {name}"))),
            _ => return Err(answer.message()),
        }
    }
}

/// For a lab whose daemon does not answer.
pub(super) fn unanswered(error: &io::Error) -> String {
    format!(
        "the daemon does not answer: {error} (if it is gone for good: `labbook clean --forget`)"
    )
}

/// Control groups empty themselves a moment after their last process has ended.
fn until(deadline: Instant, mut done: impl FnMut() -> bool) -> bool {
    loop {
        if done() {
            return true;
        }
        if Instant::now() > deadline {
            return false;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn is_zombie(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat"))
        .ok()
        .and_then(|stat| Some(stat.rsplit_once(')')?.1.trim_start().starts_with('Z')))
        .unwrap_or(true)
}

/// Lets the processes of a group and of those in it go on that `docker pause` stopped: with
/// version 1 they cannot end before.
fn thaw(group: &Path) {
    let state = group.join("freezer.state");
    if state.exists() {
        let _ = fs::write(state, "THAWED");
    }
    for entry in fs::read_dir(group).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            thaw(&entry.path());
        }
    }
}

/// Control groups are removed from the innermost out; their files go with them.
fn remove_group(group: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(group) {
        Ok(entries) => entries,
        Err(error) => return gone(Err(error)),
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_group(&entry.path())?;
        }
    }
    gone(fs::remove_dir(group))
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
