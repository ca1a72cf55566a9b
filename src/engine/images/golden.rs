//! Golden data roots: `/var/lib/docker` with base images and nothing else, made
//! once by a daemon and cloned for each lab.
//!
//! A clone shares files with the golden copy by hard links. Docker replaces its
//! files by renaming new ones over them, so that a shared file never changes,
//! its databases excepted, which are copied. Root in a lab could write to a
//! shared file by hand: every clone checks that each file still has the size and
//! time that it was made with.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, XattrFlags, utimensat};
use sha2::{Digest, Sha256};

use super::Image;
use crate::engine::{EngineError, cache};

/// A data root that holds images.
#[derive(Debug)]
pub struct Golden {
    // None without images: then a lab starts with an empty one.
    folder: Option<PathBuf>,
}

/// Sizes and times, in nanoseconds, of the files of a golden copy.
type Inventory = BTreeMap<PathBuf, (u64, i64)>;

/// The golden data root for `images` on the engine that `key` stands for; where
/// there is none yet, `make` makes it in the folder that it is given.
///
/// # Errors
/// Those of `make`, and [`EngineError::File`].
pub fn provide(
    key: &str,
    images: &[Image],
    make: impl FnOnce(&Path) -> Result<(), EngineError>,
) -> Result<Golden, EngineError> {
    let golden = |folder| Golden { folder };
    if images.is_empty() {
        return Ok(golden(None));
    }
    let all = cache::folder().join("golden");
    fs::create_dir_all(&all).map_err(EngineError::file("make the folder", &all))?;
    let name = name(key, images);
    let folder = all.join(&name);
    let lock = all.join(format!("{name}.lock"));
    let _held = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(EngineError::file("lock", &lock))?;
    if inventory_file(&folder).exists() {
        if is_whole(&folder) {
            return Ok(golden(Some(folder)));
        }
        remove(&folder)?;
    }
    remove(&folder.join("data"))?;
    let data = folder.join("data");
    fs::create_dir_all(&data).map_err(EngineError::file("make the folder", &data))?;
    make(&data)?;
    // What a lab has of its own: a socket's folder, locks, process files.
    for own in ["tmp", "runtimes", "containerd/daemon/tmpmounts"] {
        remove(&data.join(own))?;
    }
    let inventory = inventory(&data).map_err(EngineError::file("read", &data))?;
    let file = inventory_file(&folder);
    let text = serde_json::to_vec(&inventory).unwrap_or_default();
    fs::write(&file, text).map_err(EngineError::file("write", &file))?;
    Ok(golden(Some(folder)))
}

fn name(key: &str, images: &[Image]) -> String {
    let mut parts: Vec<String> = images
        .iter()
        .map(|image| format!("{} {} {:?}", image.name, image.key, image.form))
        .collect();
    parts.sort();
    parts.dedup();
    let digest = Sha256::digest(parts.join("\n"));
    let digest: String = digest
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{key}-{digest}")
}

fn remove(folder: &Path) -> Result<(), EngineError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(EngineError::file("remove", folder)(error))
        }
        _ => Ok(()),
    }
}

impl Golden {
    /// Clones it to `data`, which must not exist.
    ///
    /// # Errors
    /// [`EngineError::File`] where a file cannot be linked or copied.
    pub fn clone_to(&self, data: &Path) -> Result<(), EngineError> {
        let Some(folder) = &self.folder else {
            return fs::create_dir_all(data).map_err(EngineError::file("make the folder", data));
        };
        clone(&folder.join("data"), data, Path::new("")).map_err(EngineError::file("clone", folder))
    }
}

fn inventory_file(folder: &Path) -> PathBuf {
    folder.join("inventory.json")
}

fn is_whole(folder: &Path) -> bool {
    let written: Option<Inventory> = fs::read(inventory_file(folder))
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    let found = inventory(&folder.join("data")).ok();
    written.is_some() && written == found
}

fn inventory(data: &Path) -> io::Result<Inventory> {
    let mut inventory = Inventory::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let data_of = entry.metadata()?;
            if data_of.is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let name = path.strip_prefix(data).unwrap_or(&path).to_owned();
                let time = data_of.mtime() * 1_000_000_000 + data_of.mtime_nsec();
                inventory.insert(name, (data_of.size(), time));
            }
        }
    }
    Ok(inventory)
}

fn clone(from: &Path, to: &Path, name: &Path) -> io::Result<()> {
    let folder = fs::symlink_metadata(from)?;
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let name = name.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            clone(&from, &to, &name)?;
        } else if kind.is_symlink() {
            symlink(fs::read_link(&from)?, &to)?;
            std::os::unix::fs::lchown(
                &to,
                Some(entry.metadata()?.uid()),
                Some(entry.metadata()?.gid()),
            )?;
        } else if is_database(&name) {
            fs::copy(&from, &to)?;
            give(&to, &entry.metadata()?)?;
        } else {
            fs::hard_link(&from, &to)?;
        }
    }
    copy_attributes(from, to)?;
    give(to, &folder)
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
    fn databases_are_copied_and_everything_else_is_shared() -> io::Result<()> {
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
        symlink("../aa/diff", from.join("overlay2/link"))?;
        clone(&from, &to, Path::new(""))?;
        let shared = |file: &str| -> io::Result<bool> {
            Ok(fs::metadata(from.join(file))?.ino() == fs::metadata(to.join(file))?.ino())
        };
        assert!(!shared("volumes/metadata.db")?);
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
        clone(&from, &to, Path::new(""))?;
        let (old, new) = (fs::metadata(from.join("a"))?, fs::metadata(to.join("a"))?);
        assert_eq!(
            (old.mode(), old.mtime_nsec()),
            (new.mode(), new.mtime_nsec())
        );
        Ok(())
    }

    #[test]
    fn a_golden_copy_that_was_written_to_is_made_again() -> io::Result<()> {
        let work = tempfile::tempdir()?;
        let data = work.path().join("data");
        fs::create_dir_all(&data)?;
        fs::write(data.join("layer"), "one")?;
        fs::write(
            inventory_file(work.path()),
            serde_json::to_vec(&inventory(&data)?)?,
        )?;
        assert!(is_whole(work.path()));
        fs::write(data.join("layer"), "three")?;
        assert!(!is_whole(work.path()));
        Ok(())
    }
}
