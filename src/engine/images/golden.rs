//! Golden data roots: `/var/lib/docker` with base images and nothing else, made
//! once by a daemon and cloned for each lab.
//!
//! A clone shares files with the golden copy by hard links. Docker replaces its
//! files by renaming new ones over them, so that a shared file never changes,
//! its databases excepted, which are copied. Root in a lab could write to a
//! shared file by hand: every clone checks that each file still has the size and
//! time that it was made with.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, XattrFlags, utimensat};
use sha2::{Digest, Sha256};

use super::AvailableImage;
use crate::engine::{EngineError, cache};
use crate::hex::hex;

/// Sizes and times, in nanoseconds, of the files of a golden copy.
type Inventory = BTreeMap<PathBuf, (u64, i64)>;

/// Gives `data`, which must not exist, the images: a clone of the golden data
/// root for them on the engine that `key` stands for. Where there is none yet, or
/// not a whole one, `make` makes it in the folder that it is given.
///
/// # Errors
/// Those of `make`, and [`EngineError::File`].
pub fn provide(
    key: &str,
    images: &[AvailableImage],
    data: &Path,
    make: impl FnOnce(&Path) -> Result<(), EngineError>,
) -> Result<(), EngineError> {
    if images.is_empty() {
        return fs::create_dir_all(data).map_err(EngineError::file("make the folder", data));
    }
    let all = cache::kind("golden")?;
    let name = name(key, images);
    let folder = all.join(&name);
    if clone_whole(&folder, data)? {
        return cache::mark_used(&all, &name);
    }
    let _held = cache::hold(&all, &name)?;
    // Another lab may have made it in the meantime.
    if clone_whole(&folder, data)? {
        return Ok(());
    }
    remove(&folder)?;
    let made = folder.join("data");
    fs::create_dir_all(&made).map_err(EngineError::file("make the folder", &made))?;
    make(&made)?;
    // What a lab has of its own: a socket's folder, locks, process files.
    for own in ["tmp", "runtimes", "containerd/daemon/tmpmounts"] {
        remove(&made.join(own))?;
    }
    let inventory = inventory(&made).map_err(EngineError::file("read", &made))?;
    let file = inventory_file(&folder);
    let text = serde_json::to_vec(&inventory).unwrap_or_default();
    fs::write(&file, text).map_err(EngineError::file("write", &file))?;
    clone(&made, data, &inventory)
        .map(|_| ())
        .map_err(EngineError::file("clone", &made))
}

fn name(key: &str, images: &[AvailableImage]) -> String {
    let mut parts: Vec<String> = images
        .iter()
        .map(|image| format!("{} {} {:?}", image.name, image.key, image.form))
        .collect();
    parts.sort();
    parts.dedup();
    format!("{key}-{}", hex(&Sha256::digest(parts.join("\n")), 8))
}

fn remove(folder: &Path) -> Result<(), EngineError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EngineError::file("remove", folder)(error))
        }
        _ => Ok(()),
    }
}

fn inventory_file(folder: &Path) -> PathBuf {
    folder.join("inventory.json")
}

/// Clones a golden copy; where there is none, or one that is not as it was made,
/// nothing is left of the clone.
fn clone_whole(folder: &Path, data: &Path) -> Result<bool, EngineError> {
    let written: Option<Inventory> = fs::read(inventory_file(folder))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    let Some(inventory) = written else {
        return Ok(false);
    };
    let cloned = match clone(&folder.join("data"), data, &inventory) {
        // Another lab has noticed the damage, and makes it anew.
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        cloned => cloned.map_err(EngineError::file("clone", folder))?,
    };
    if !cloned {
        remove(data)?;
    }
    Ok(cloned)
}

fn inventory(data: &Path) -> io::Result<Inventory> {
    let mut inventory = Inventory::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(data.join(&folder))? {
            let entry = entry?;
            let found = entry.metadata()?;
            let name = folder.join(entry.file_name());
            match found.is_dir() {
                true => folders.push(name),
                false => drop(inventory.insert(name, size_and_time(&found))),
            }
        }
    }
    Ok(inventory)
}

fn size_and_time(data: &Metadata) -> (u64, i64) {
    (
        data.size(),
        data.mtime() * 1_000_000_000 + data.mtime_nsec(),
    )
}

/// Clones `from` to `to` and gives whether every file is as `inventory` has it.
/// Thousands of links wait for the disk: each level of folders is shared out
/// between as many threads as there are processors.
fn clone(from: &Path, to: &Path, inventory: &Inventory) -> io::Result<bool> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    fs::create_dir(to)?;
    let mut level = vec![PathBuf::new()];
    let mut files = 0;
    while !level.is_empty() {
        let next = Mutex::new(level.into_iter());
        let work = || -> io::Result<Option<(usize, Vec<PathBuf>)>> {
            let (mut files, mut inner) = (0, Vec::new());
            loop {
                let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some(folder) = taken else {
                    return Ok(Some((files, inner)));
                };
                match clone_folder(from, to, &folder, inventory, &mut inner)? {
                    Some(count) => files += count,
                    None => return Ok(None),
                }
            }
        };
        let done: Vec<_> = thread::scope(|scope| {
            let started: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            started.into_iter().map(|worker| worker.join()).collect()
        });
        let mut inner = Vec::new();
        for worker in done {
            let worker = worker.map_err(|_| io::Error::other("a thread panicked"))??;
            let Some((count, folders)) = worker else {
                return Ok(false);
            };
            files += count;
            inner.extend(folders);
        }
        level = inner;
    }
    Ok(files == inventory.len())
}

/// A file that has no more bytes, in a folder with no more files than [`LISTED`], is copied, so
/// that `ls -l` in a container shows that it has one name; others have one more in each lab.
const SMALL: u64 = 4 * 1024;
/// Folders with more files are hardly listed in notes, and would take time.
const LISTED: usize = 100;

/// Clones the files of one folder, makes the folders in it and adds them to
/// `inner`. Gives how many files there were; none where one is not as it was made.
fn clone_folder(
    from: &Path,
    to: &Path,
    folder: &Path,
    inventory: &Inventory,
    inner: &mut Vec<PathBuf>,
) -> io::Result<Option<usize>> {
    let mut files = 0;
    let entries = fs::read_dir(from.join(folder))?.collect::<io::Result<Vec<_>>>()?;
    let is_listed = entries.len() <= LISTED;
    for entry in entries {
        let name = folder.join(entry.file_name());
        let (old, new) = (from.join(&name), to.join(&name));
        let data = entry.metadata()?;
        if data.is_dir() {
            fs::create_dir(&new)?;
            inner.push(name);
            continue;
        }
        if inventory.get(&name) != Some(&size_and_time(&data)) {
            return Ok(None);
        }
        files += 1;
        if data.is_symlink() {
            symlink(fs::read_link(&old)?, &new)?;
            lchown(&new, Some(data.uid()), Some(data.gid()))?;
        } else if is_database(&name) || is_small_file(&data, is_listed) {
            fs::copy(&old, &new)?;
            copy_attributes(&old, &new)?;
            give(&new, &data)?;
        } else {
            fs::hard_link(&old, &new)?;
        }
    }
    // Last, since what is made in a folder changes its time.
    let (old, new) = (from.join(folder), to.join(folder));
    copy_attributes(&old, &new)?;
    give(&new, &fs::symlink_metadata(&old)?)?;
    Ok(Some(files))
}

/// Whether a file of a folder that is maybe listed is copied: no device, which a layer hides
/// lower files by.
fn is_small_file(data: &Metadata, is_listed: bool) -> bool {
    is_listed && data.is_file() && data.nlink() == 1 && data.len() <= SMALL
}

/// Whether Docker writes the file in place: its databases, but not what images
/// themselves hold.
fn is_database(name: &Path) -> bool {
    let contents = [
        "overlay2",
        "image",
        "snapshots",
        "io.containerd.content.v1.content",
    ];
    name.extension().is_some_and(|extension| extension == "db")
        && !name
            .iter()
            .any(|part| contents.iter().any(|content| part == *content))
}

/// Layers mark folders that hide lower ones by extended attributes.
fn copy_attributes(from: &Path, to: &Path) -> io::Result<()> {
    let mut names = vec![0; 4096];
    let count = match rustix::fs::llistxattr(from, &mut names) {
        Ok(count) => count,
        Err(rustix::io::Errno::NOTSUP) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for name in names[..count]
        .split(|byte| *byte == 0)
        .filter(|name| !name.is_empty())
    {
        let mut value = vec![0; 4096];
        let length = rustix::fs::lgetxattr(from, name, &mut value)?;
        rustix::fs::lsetxattr(to, name, &value[..length], XattrFlags::empty())?;
    }
    Ok(())
}

fn give(to: &Path, data: &Metadata) -> io::Result<()> {
    chown(to, Some(data.uid()), Some(data.gid()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(data.mode() & 0o7777))?;
    let time = |seconds, nanoseconds| Timespec {
        tv_sec: seconds,
        tv_nsec: nanoseconds,
    };
    let times = Timestamps {
        last_access: time(data.atime(), data.atime_nsec()),
        last_modification: time(data.mtime(), data.mtime_nsec()),
    };
    Ok(utimensat(CWD, to, &times, AtFlags::empty())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_and_small_files_are_copied_and_everything_else_is_shared() -> io::Result<()> {
        let work = tempfile::tempdir()?;
        let (from, to) = (work.path().join("from"), work.path().join("to"));
        for file in [
            "volumes/metadata.db",
            "overlay2/aa/diff/some.db",
            "image/overlay2/repositories.json",
        ] {
            fs::create_dir_all(from.join(file).parent().unwrap_or(&from))?;
            fs::write(from.join(file), file)?;
        }
        let large = vec![b'x'; 64 * 1024];
        fs::write(from.join("overlay2/aa/diff/some.db"), &large)?;
        fs::write(from.join("image/overlay2/repositories.json"), &large)?;
        fs::write(from.join("overlay2/aa/diff/index.html"), "page")?;
        symlink("../aa/diff", from.join("overlay2/link"))?;
        assert!(clone(&from, &to, &inventory(&from)?)?);
        let shared = |file: &str| -> io::Result<bool> {
            Ok(fs::metadata(from.join(file))?.ino() == fs::metadata(to.join(file))?.ino())
        };
        assert!(!shared("volumes/metadata.db")?);
        assert!(!shared("overlay2/aa/diff/index.html")?);
        assert!(shared("overlay2/aa/diff/some.db")?);
        assert!(shared("image/overlay2/repositories.json")?);
        assert_eq!(
            fs::read_link(to.join("overlay2/link"))?,
            Path::new("../aa/diff")
        );
        Ok(())
    }

    #[test]
    fn folders_keep_their_times_and_modes() -> io::Result<()> {
        let work = tempfile::tempdir()?;
        let (from, to) = (work.path().join("from"), work.path().join("to"));
        fs::create_dir_all(from.join("a"))?;
        fs::write(from.join("a/file"), "x")?;
        fs::set_permissions(from.join("a"), fs::Permissions::from_mode(0o1710))?;
        assert!(clone(&from, &to, &inventory(&from)?)?);
        let (old, new) = (fs::metadata(from.join("a"))?, fs::metadata(to.join("a"))?);
        assert_eq!(
            (old.mode(), old.mtime_nsec()),
            (new.mode(), new.mtime_nsec())
        );
        Ok(())
    }

    #[test]
    fn a_golden_copy_that_was_written_to_is_not_cloned() -> io::Result<()> {
        let work = tempfile::tempdir()?;
        let (from, to) = (work.path().join("data"), work.path().join("to"));
        fs::create_dir_all(from.join("a/b"))?;
        fs::write(from.join("a/b/layer"), "one")?;
        let written = inventory(&from)?;
        fs::write(inventory_file(work.path()), serde_json::to_vec(&written)?)?;
        let cloned = || clone_whole(work.path(), &to).expect("files can be read");
        assert!(cloned());
        fs::remove_dir_all(&to)?;
        fs::write(from.join("a/b/layer"), "three")?;
        assert!(!cloned() && !to.exists(), "a file that differs");
        fs::remove_file(from.join("a/b/layer"))?;
        assert!(!cloned() && !to.exists(), "a file that is gone");
        Ok(())
    }
}
