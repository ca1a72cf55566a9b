//! A lab's place on this machine: one folder, of which nothing remains.
//!
//! ```text
//!     TMP/labbook-XXXXXXXX/
//!         docker.sock      the guard
//!         config/          the Docker client's configuration
//!         bin/sudo         keeps `sudo docker` on the way through the guard
//!         home/            HOME of the lab's shell
//!         home/temp/       where it starts, unless the notes say otherwise
//! ```

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::engine::EngineError;
use crate::engine::folder::within;
use crate::formats::client_layout::ClientLayout;
use crate::shell::quoted;

use super::configuration;
use super::programs::find;

/// The `sudo` of a lab, which ends as that of other engines, before the real one's path is filled in.
const SUDO: &str = concat!(include_str!("sudo.sh"), include_str!("../sudo.sh"));

/// The readers of a lab whose daemon keeps its data elsewhere.
const READER: &str = include_str!("reader.sh");
/// The programs that they stand for.
const READERS: [&str; 8] = ["cat", "du", "grep", "head", "ls", "stat", "tail", "wc"];

/// The folders of a lab.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabFolders {
    /// All of it.
    pub run: PathBuf,
    /// Where the lab's shell starts.
    pub folder: PathBuf,
    /// How Docker's client prints.
    pub layout: ClientLayout,
}

impl LabFolders {
    /// Makes the folders; `folder` is where the notes want to be, absolute or
    /// under `~`.
    ///
    /// # Errors
    /// [`EngineError::File`] where the system refuses, and
    /// [`EngineError`] for a folder that is neither.
    pub fn make(folder: Option<&str>, layout: ClientLayout) -> Result<Self, EngineError> {
        let all = folder_of_labs()?;
        let run = tempfile::Builder::new()
            .prefix("labbook-")
            .rand_bytes(8)
            .tempdir_in(&all)
            .map_err(EngineError::file("make a folder in", &all))?;
        let home = run.path().join("home");
        let folder = match folder.unwrap_or("~/temp") {
            "" | "~" | "~/" => home.clone(),
            text if text.starts_with("~/") => home.join(within(Path::new(&text[2..]))?),
            text if text.starts_with('/') => PathBuf::from(text),
            text => home.join(within(Path::new(text))?),
        };
        if folder.starts_with(run.path()) {
            fs::create_dir_all(&folder).map_err(EngineError::file("make the folder", &folder))?;
        } else {
            fs::read_dir(&folder).map_err(EngineError::file("read", &folder))?;
        }
        fs::create_dir_all(&home).map_err(EngineError::file("make the folder", &home))?;

        let users = configuration::users_folder();
        write(
            &run.path().join("config/config.json"),
            &configuration::for_lab(users.as_deref(), layout.images),
            0o600,
        )?;
        let sudo = find("sudo").unwrap_or_default();
        let script = SUDO.replace("@REAL_SUDO@", &quoted(&sudo.to_string_lossy()));
        write(&run.path().join("bin/sudo"), &script, 0o755)?;
        Ok(Self {
            run: run.keep(),
            folder,
            layout,
        })
    }

    /// Makes readers that look into the daemon's `data_root` from a container of
    /// `image` when they are given a path below `/var/lib/docker`.
    ///
    /// # Errors
    /// [`EngineError::File`] where the system refuses.
    pub fn add_readers(&self, data_root: &str, image: &str) -> Result<(), EngineError> {
        let script = READER
            .replace("@DATA_ROOT@", &quoted(data_root))
            .replace("@IMAGE@", &quoted(image));
        READERS
            .iter()
            .try_for_each(|name| write(&self.run.join("bin").join(name), &script, 0o755))
    }

    /// The guard's socket.
    pub fn socket(&self) -> PathBuf {
        self.run.join("docker.sock")
    }

    /// The name of the folder, which no other lab has.
    pub fn name(&self) -> String {
        let name = self.run.file_name().unwrap_or_default().to_string_lossy();
        name.trim_start_matches("labbook-").to_owned()
    }

    /// The home of the lab's shell.
    pub fn home(&self) -> PathBuf {
        self.run.join("home")
    }

    /// Whether the notes' own folder is one of the user's.
    pub fn is_users(&self) -> bool {
        !self.folder.starts_with(&self.run)
    }

    /// The whole environment of whatever runs in the lab: nothing of the user's
    /// but her PATH, her name, and her terminal's colours.
    pub fn environment(&self) -> Vec<(OsString, OsString)> {
        let mut path = self.run.join("bin").into_os_string();
        if let Some(users) = std::env::var_os("PATH").filter(|users| !users.is_empty()) {
            path.push(":");
            path.push(users);
        }
        let mut host = OsString::from("unix://");
        host.push(self.socket());
        let mut environment: Vec<(OsString, OsString)> = vec![
            ("PATH".into(), path),
            ("HOME".into(), self.home().into()),
            ("DOCKER_HOST".into(), host),
            ("DOCKER_CONFIG".into(), self.run.join("config").into()),
            ("LANG".into(), "C.UTF-8".into()),
            ("TERM".into(), "xterm".into()),
            ("PWD".into(), self.folder.clone().into()),
        ];
        let layout = self.layout.variables();
        environment.extend(layout.map(|(name, value)| (name.into(), value.into())));
        for name in ["USER", "LOGNAME", "TZ"] {
            environment.extend(std::env::var_os(name).map(|value| (name.into(), value)));
        }
        environment
    }

    /// Where a file of the lab is; `path` is relative to the lab's folder.
    ///
    /// # Errors
    /// [`EngineError`] for one that would lie elsewhere.
    pub fn file(&self, path: &Path) -> Result<PathBuf, EngineError> {
        Ok(self.folder.join(within(path)?))
    }

    /// Writes a file into the lab's folder, never into one of the user's.
    ///
    /// # Errors
    /// [`EngineError`] for one that would lie elsewhere, or what the system refused.
    pub fn write(&self, path: &Path, contents: &str) -> Result<(), EngineError> {
        let outside = || EngineError::outside_of_lab(path);
        if self.is_users() {
            return Err(outside());
        }
        let file = self.file(path)?;
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(EngineError::file("make the folder", folder))?;
            // A link that an earlier step made may lead out.
            let real = folder
                .canonicalize()
                .map_err(EngineError::file("find", folder))?;
            if !real.starts_with(&self.run) || file.is_symlink() {
                return Err(outside());
            }
        }
        fs::write(&file, contents).map_err(EngineError::file("write", &file))
    }
}

/// Where temporary files belong; `/tmp` where that is no folder for labs.
fn folder_of_labs() -> Result<PathBuf, EngineError> {
    let users = std::env::temp_dir();
    let users = users
        .canonicalize()
        .map_err(EngineError::file("find", &users))?;
    Ok(match suits(&users) {
        true => users,
        false => "/tmp".into(),
    })
}

/// Whether labs can be in `folder`: notes write `-v $(pwd):/app` without quotes, and a
/// socket's path is short (`sun_path` of unix(7)).
fn suits(folder: &Path) -> bool {
    const LONGEST: usize = 107 - "/labbook-XXXXXXXX/docker.sock".len();
    folder.to_str().is_some_and(|text| {
        let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+@".contains(letter);
        text.len() <= LONGEST && text.chars().all(is_plain)
    })
}

fn write(path: &Path, contents: &str, mode: u32) -> Result<(), EngineError> {
    let written = || {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        fs::write(path, contents)?;
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
    };
    written().map_err(EngineError::file("write", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_labs_is_one_plain_word_and_short() {
        let long = format!("/{}", "x".repeat(77));
        for folder in ["/tmp", "/var/folders/1_a-b.c+d@e", "/home/학생/tmp", &long] {
            assert!(suits(Path::new(folder)), "{folder}");
        }
        let too_long = format!("{long}x");
        for folder in [
            "/my tmp", "/a:b", "/a,b", "/a'b", "/a$b", "/a\nb", &too_long,
        ] {
            assert!(!suits(Path::new(folder)), "{folder}");
        }
    }
}
