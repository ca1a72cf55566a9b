//! Where engines keep what is costly to make, and what runs now.
//!
//! ```text
//!     CACHE/engines/     what each kind of private engine turned out to be
//!     CACHE/golden/      data roots with base images, to be cloned
//!     CACHE/saved/       images of the host's daemon, saved
//!     CACHE/stand-ins/   root file systems of stand-ins, as tar files
//!     CACHE/programs/    programs that labs lacked, unpacked
//!     CACHE/lock         shared by all that use these five; whoever prunes them is alone
//!
//!     CACHE/images/      the user's own saved images (with LABBOOK_IMAGES unset)
//!     CACHE/daemons/     locks: one labbook at a time on a host's daemon
//!     CACHE/run/         one folder a lab that stands now, with its journal
//! ```
//!
//! What is made lies beside a lock of its own, `KIND/NAME.lock`, whose time is
//! that of the last use.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::EngineError;

/// What can be made again.
const KINDS: [&str; 5] = ["engines", "golden", "saved", "stand-ins", "programs"];

/// The cache's folder: `LABBOOK_CACHE`, else `$XDG_CACHE_HOME/labbook`, else
/// `~/.cache/labbook`. It is not made here. The path is absolute: programs that run
/// in another folder are given it, and journals keep it.
pub fn folder() -> PathBuf {
    // Where HOME is not set the user database knows the home.
    cache_folder(|name| std::env::var_os(name), std::env::home_dir())
}

fn cache_folder(variable: impl Fn(&str) -> Option<OsString>, home: Option<PathBuf>) -> PathBuf {
    let set = |name: &str| {
        variable(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let folder = set("LABBOOK_CACHE")
        .or_else(|| set("XDG_CACHE_HOME").map(|folder| folder.join("labbook")))
        .unwrap_or_else(|| {
            home.filter(|home| !home.as_os_str().is_empty())
                .unwrap_or_else(|| PathBuf::from("/root"))
                .join(".cache/labbook")
        });
    std::path::absolute(&folder).unwrap_or(folder)
}

/// The right to use what the cache holds: as long as one is there, nobody prunes.
#[derive(Debug)]
pub struct InUse {
    // Held for its lock.
    _lock: File,
}

/// Waits until nobody prunes the cache.
///
/// # Errors
/// [`EngineError::File`] where the cache cannot be written.
pub fn in_use() -> Result<InUse, EngineError> {
    let (path, lock) = lock_of_all()?;
    lock.lock_shared()
        .map_err(EngineError::file("lock", &path))?;
    Ok(InUse { _lock: lock })
}

fn lock_of_all() -> Result<(PathBuf, File), EngineError> {
    let folder = folder();
    fs::create_dir_all(&folder).map_err(EngineError::file("make the folder", &folder))?;
    let path = folder.join("lock");
    let lock = File::create(&path).map_err(EngineError::file("write", &path))?;
    Ok((path, lock))
}

/// The folder of a kind, made where it is not there.
pub(super) fn kind(name: &str) -> Result<PathBuf, EngineError> {
    let folder = folder().join(name);
    fs::create_dir_all(&folder).map_err(EngineError::file("make the folder", &folder))?;
    Ok(folder)
}

/// Waits until nobody else makes `name` in a kind's folder, and notes that it is
/// used now. Held until it is dropped.
pub(super) fn hold(folder: &Path, name: &str) -> Result<File, EngineError> {
    let path = folder.join(format!("{name}.lock"));
    let lock = || -> io::Result<File> {
        let file = File::create(&path)?;
        file.lock()?;
        file.set_modified(SystemTime::now())?;
        Ok(file)
    };
    lock().map_err(EngineError::file("lock", &path))
}

/// Notes that `name` is used now, whoever holds it.
pub(super) fn mark_used(folder: &Path, name: &str) -> Result<(), EngineError> {
    let path = folder.join(format!("{name}.lock"));
    File::create(&path)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(EngineError::file("write", &path))
}

/// What a pruning took away.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Files and folders, below the cache's.
    pub removed: Vec<PathBuf>,
    /// How many bytes of the disk they took.
    pub bytes: u64,
}

/// Removes what can be made again, or what of it nobody has used for so long.
/// Waits until no other labbook uses it. A kind's folder that is a link to
/// elsewhere is somebody's own and stays.
///
/// # Errors
/// [`EngineError::File`] for the first that cannot be removed.
pub fn prune(unused_for: Option<Duration>) -> Result<Pruned, EngineError> {
    let mut pruned = Pruned::default();
    let all = folder();
    if !all.is_dir() {
        return Ok(pruned);
    }
    let (path, lock) = lock_of_all()?;
    if let Err(TryLockError::WouldBlock) = lock.try_lock() {
        eprintln!("labbook: another labbook uses the cache; waiting until it is done");
        lock.lock().map_err(EngineError::file("lock", &path))?;
    }
    let limit = unused_for.and_then(|age| SystemTime::now().checked_sub(age));
    for folder in KINDS.map(|kind| all.join(kind)) {
        if !fs::symlink_metadata(&folder).is_ok_and(|data| data.is_dir()) {
            continue;
        }
        let entries = entries(&folder).map_err(EngineError::file("read", &folder))?;
        for (paths, used) in entries.into_values() {
            // Without a limit everything goes; an age beyond all time keeps everything.
            if unused_for.is_some() && limit.is_none_or(|limit| used > limit) {
                continue;
            }
            for path in paths {
                pruned.bytes += size(&path);
                remove(&path).map_err(EngineError::file("remove", &path))?;
                if path.extension().is_none_or(|extension| extension != "lock") {
                    let below = path.strip_prefix(&all).unwrap_or(&path);
                    pruned.removed.push(below.to_owned());
                }
            }
        }
    }
    pruned.removed.sort();
    Ok(pruned)
}

/// What lies in a kind's folder, by name without extension, with its last use.
type Entries = BTreeMap<String, (Vec<PathBuf>, SystemTime)>;

fn entries(folder: &Path) -> io::Result<Entries> {
    let mut entries = Entries::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let used = entry.metadata()?.modified()?;
        let (paths, last) = entries.entry(name).or_insert((Vec::new(), used));
        paths.push(path);
        *last = used.max(*last);
    }
    Ok(entries)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path)?.is_dir() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    }
}

/// In bytes on the disk; what cannot be read counts nothing. A file that clones
/// share counts here, although it goes with the last of them only.
fn size(path: &Path) -> u64 {
    let Ok(data) = fs::symlink_metadata(path) else {
        return 0;
    };
    let inside = match data.is_dir() {
        true => fs::read_dir(path).map_or(0, |entries| {
            entries.flatten().map(|entry| size(&entry.path())).sum()
        }),
        false => 0,
    };
    // stat(2): blocks of 512 bytes, whatever the file system's are.
    data.blocks() * 512 + inside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(variables: &[(&str, &str)], home: Option<&str>) -> PathBuf {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name)?;
            Some(OsString::from(found.1))
        };
        cache_folder(variable, home.map(PathBuf::from))
    }

    #[test]
    fn the_first_folder_that_is_set_is_the_cache() {
        let all = [("LABBOOK_CACHE", "/a b/캐시"), ("XDG_CACHE_HOME", "/x")];
        assert_eq!(folder_with(&all, Some("/h")), Path::new("/a b/캐시"));
        let empty = [("LABBOOK_CACHE", ""), ("XDG_CACHE_HOME", "/x")];
        assert_eq!(folder_with(&empty, Some("/h")), Path::new("/x/labbook"));
        assert_eq!(folder_with(&[], Some("/h")), Path::new("/h/.cache/labbook"));
        for nowhere in [None, Some("")] {
            let folder = folder_with(&[], nowhere);
            assert_eq!(folder, Path::new("/root/.cache/labbook"));
        }
    }

    #[test]
    fn a_relative_cache_is_below_the_current_folder() {
        let here = std::env::current_dir().expect("a current folder");
        for name in ["LABBOOK_CACHE", "XDG_CACHE_HOME"] {
            let folder = folder_with(&[(name, "cache")], Some("/h"));
            assert!(folder.starts_with(here.join("cache")), "{folder:?}");
        }
    }
}
