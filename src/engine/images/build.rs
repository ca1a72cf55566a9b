//! Building stand-ins: recipes to root file systems as tar files, in the cache.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::recipe::{Method, Recipe};
use super::{AvailableImage, ImageFormat};
use crate::diagnostic::Diagnostic;
use crate::engine::program::{Input, Program, run_well};
use crate::engine::{EngineError, cache};
use crate::lab::StandIn;

/// How long building one may take; packages come over the network.
const LIMIT: Duration = Duration::from_secs(600);
/// The time of every file in a stand-in: the same packages give the same bytes.
const EPOCH: &str = "1704067200";

/// Counted up when the same recipe comes to make something else.
const FORM: &str = "2";

/// Everything that nobody looks at in a lab.
const LEFT_OUT: &[&str] = &[
    "/usr/share/doc/*",
    "/usr/share/man/*",
    "/usr/share/info/*",
    "/usr/share/locale/*",
    "/usr/share/lintian/*",
    "/usr/share/bug/*",
];

/// The stand-in that `recipe` makes, from the cache where it was made before.
///
/// # Errors
/// Those of the programs that make it, `mmdebstrap` or `apt-get` and `dpkg-deb`.
pub(super) fn build(recipe: &Recipe) -> Result<AvailableImage, EngineError> {
    let system = Distribution::of_machine()?;
    let (folder, key) = place(recipe, &system)?;
    let file = folder.join(format!("{key}.tar"));
    let _held = cache::hold(&folder, &key)?;
    if !file.exists() {
        let work = tempfile::tempdir_in(&folder)
            .map_err(EngineError::file("make a folder in", &folder))?;
        let tree = work.path().join("tree");
        match recipe.method {
            Method::Install => install(recipe, &system, &tree)?,
            Method::Unpack => unpack(recipe, work.path(), &tree)?,
        }
        finish(recipe, &tree)?;
        let tar = work.path().join("tree.tar");
        pack(&tree, &tar)?;
        fs::rename(&tar, &file).map_err(EngineError::file("write", &file))?;
    }
    Ok(AvailableImage {
        name: recipe.image(),
        stand_in: Some(StandIn {
            image: recipe.image(),
            made: format!(
                "made from {}'s packages {}",
                system.name,
                recipe.packages.join(", ")
            ),
            lacks: recipe.lacks.clone(),
            otherwise: recipe.otherwise.clone(),
        }),
        form: ImageFormat::RootFileSystem {
            changes: recipe.changes(),
        },
        file,
        key,
    })
}

/// Whether the stand-in of `recipe` stands in the cache.
///
/// # Errors
/// Where the cache or the machine's distribution cannot be read.
pub(super) fn is_made(recipe: &Recipe) -> Result<bool, EngineError> {
    let (folder, key) = place(recipe, &Distribution::of_machine()?)?;
    Ok(folder.join(format!("{key}.tar")).exists())
}

/// The folder of stand-ins, and the name of this one's file without its ending.
fn place(recipe: &Recipe, system: &Distribution) -> Result<(PathBuf, String), EngineError> {
    let key = format!("{}-{}-{FORM}", recipe.key(), system.suite);
    Ok((cache::kind("stand-ins")?, key))
}

/// The machine's distribution, whose packages are used.
struct Distribution {
    name: String,
    suite: String,
}

impl Distribution {
    fn of_machine() -> Result<Self, EngineError> {
        let path = Path::new("/etc/os-release");
        let text = fs::read_to_string(path).map_err(EngineError::file("read", path))?;
        let value = |key: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
                .map(|value| value.trim_matches('"').to_owned())
        };
        Ok(Self {
            name: value("PRETTY_NAME").unwrap_or_else(|| "this machine".to_owned()),
            suite: value("VERSION_CODENAME").unwrap_or_else(|| "stable".to_owned()),
        })
    }
}

fn install(recipe: &Recipe, system: &Distribution, tree: &Path) -> Result<(), EngineError> {
    let mut command = Program::new("mmdebstrap");
    command
        .env("SOURCE_DATE_EPOCH", EPOCH)
        .args(["--quiet", "--mode=root", "--variant=essential"])
        .args([
            "--aptopt=Acquire::Check-Valid-Until \"false\"",
            "--aptopt=Acquire::Retries \"2\"",
            "--dpkgopt=force-unsafe-io",
        ])
        .arg(format!("--include={}", recipe.packages.join(",")));
    for pattern in LEFT_OUT {
        command.arg(format!("--dpkgopt=path-exclude={pattern}"));
    }
    command.arg(&system.suite).arg(tree).args(sources());
    run_well(command, Input::Nothing, LIMIT).map(|_| ())
}

/// The machine's own package sources.
fn sources() -> Vec<PathBuf> {
    let folder = fs::read_dir("/etc/apt/sources.list.d")
        .into_iter()
        .flatten()
        .flatten();
    let mut sources: Vec<PathBuf> = folder
        .map(|entry| entry.path())
        .chain([PathBuf::from("/etc/apt/sources.list")])
        .filter(|path| {
            let names_packages = fs::read_to_string(path).is_ok_and(|text| {
                text.lines()
                    .any(|line| line.starts_with("deb ") || line.starts_with("URIs:"))
            });
            let extension = path.extension().unwrap_or_default();
            names_packages && (extension == "list" || extension == "sources")
        })
        .collect();
    sources.sort();
    sources
}

fn unpack(recipe: &Recipe, work: &Path, tree: &Path) -> Result<(), EngineError> {
    let packages = work.join("packages");
    for folder in [&packages, tree] {
        fs::create_dir_all(folder).map_err(EngineError::file("make the folder", folder))?;
    }
    let mut download = Program::new("apt-get");
    download
        .current_dir(&packages)
        .args(["-qq", "-o", "APT::Sandbox::User=root", "download"])
        .args(&recipe.packages);
    run_well(download, Input::Nothing, LIMIT)?;
    let entries = fs::read_dir(&packages).map_err(EngineError::file("read", &packages))?;
    for package in entries.flatten() {
        let mut unpack = Program::new("dpkg-deb");
        unpack.arg("--extract").arg(package.path()).arg(tree);
        run_well(unpack, Input::Nothing, LIMIT)?;
    }
    link_folders(tree)?;
    let share = tree.join("usr/share");
    match fs::remove_dir_all(&share) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(EngineError::file("remove", &share)(error))
        }
        _ => Ok(()),
    }
}

/// Packages of newer releases hold nothing outside of `/usr`, and count on links
/// there that another package brings.
fn link_folders(tree: &Path) -> Result<(), EngineError> {
    for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
        let (link, target) = (tree.join(name), Path::new("usr").join(name));
        if tree.join(&target).is_dir() && !link.exists() {
            symlink(target, &link).map_err(EngineError::file("write", &link))?;
        }
    }
    Ok(())
}

fn finish(recipe: &Recipe, tree: &Path) -> Result<(), EngineError> {
    for (path, text) in &recipe.files {
        let file = tree.join(path.trim_start_matches('/'));
        if path.ends_with('/') {
            fs::create_dir_all(&file).map_err(EngineError::file("make the folder", &file))?;
            continue;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(EngineError::file("make the folder", folder))?;
        }
        fs::write(&file, text).map_err(EngineError::file("write", &file))?;
        let mode = match recipe.executable.contains(path) {
            true => 0o755,
            false => 0o644,
        };
        fs::set_permissions(&file, Permissions::from_mode(mode))
            .map_err(EngineError::file("write", &file))?;
    }
    link_folders(tree)?;
    if !recipe.run.is_empty() && !rustix::process::geteuid().is_root() {
        let message = "only root makes it (run labbook with sudo)";
        return Err(Diagnostic::error(message).into());
    }
    for command in &recipe.run {
        let mut chroot = Program::new("chroot");
        chroot
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .arg(tree)
            .args(command);
        run_well(chroot, Input::Nothing, LIMIT)?;
    }
    Ok(())
}

/// One order, one time and no names of users: the same tree gives the same bytes.
fn pack(tree: &Path, file: &Path) -> Result<(), EngineError> {
    let mut tar = Program::new("tar");
    tar.args([
        "--create",
        "--sort=name",
        "--numeric-owner",
        "--clamp-mtime",
    ])
    .arg(format!("--mtime=@{EPOCH}"))
    .args([
        "--exclude=./dev/*",
        "--exclude=./var/cache/apt/*",
        "--exclude=./var/lib/apt/lists/*",
    ])
    .args([
        "--exclude=./var/log/apt/*",
        "--exclude=./var/log/*tstrap.log",
        "--exclude=./var/log/dpkg.log",
        "--exclude=./var/log/alternatives.log",
        "--exclude=./var/cache/ldconfig/*",
        "--xattrs",
    ])
    .args([
        "--format=posix",
        "--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime",
    ])
    .arg("--directory")
    .arg(tree)
    .arg("--file")
    .arg(file)
    .arg(".");
    run_well(tar, Input::Nothing, LIMIT).map(|_| ())
}
