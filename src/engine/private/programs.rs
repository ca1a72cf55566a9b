//! Programs that the notes call and the root file system lacks: taken from the
//! distribution's packages, and laid over the root file system as a layer.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::packages::{PackageLists, package_of};
use crate::engine::program::{Input, Program, run_well};
use crate::engine::{EngineError, ProgramSource, cache, cluster};
use crate::hex::hex;

/// How long getting one program's packages may take.
const LIMIT: Duration = Duration::from_secs(120);

/// The layers that bring those of `programs` that `root` lacks, and what results
/// should say about it.
pub(super) fn provide(root: &Path, programs: &[String]) -> (Vec<PathBuf>, Vec<String>) {
    let (mut layers, mut remarks) = (Vec::new(), Vec::new());
    for program in programs {
        if !can_be_packaged(program) || is_there(root, program) {
            continue;
        }
        let package = package_of(program);
        match layer(root, package) {
            Ok(layer) => {
                remarks.push(format!(
                    "{program} was not installed: the lab brings the package {package}"
                ));
                layers.push(layer);
            }
            Err(error) => {
                remarks.push(format!(
                    "{program} is not installed, and could not be got: {}",
                    error.diagnose().message
                ));
            }
        }
    }
    layers.dedup();
    (layers, remarks)
}

/// Where each of `programs` comes from in a lab on `root`. What is missing is got now where
/// `fetch` says so.
pub(super) fn sources(
    root: &Path,
    programs: &[String],
    fetch: bool,
) -> Vec<(String, ProgramSource)> {
    let plain = programs.iter().filter(|program| can_be_packaged(program));
    let (there, missing): (Vec<&String>, Vec<&String>) =
        plain.partition(|program| is_there(root, program));
    let there = there.into_iter().map(|program| {
        let source = ProgramSource::Installed;
        (program.clone(), source)
    });
    let packages: Vec<&str> = missing.iter().map(|program| package_of(program)).collect();
    let lists = match fetch || missing.is_empty() {
        true => PackageLists::Unknown,
        false => PackageLists::read(root, &packages),
    };
    let brought = missing.into_iter().zip(packages);
    let brought = brought.map(|(program, package)| {
        let source = match fetch {
            true => fetched(root, package),
            false => found(root, package, &lists),
        };
        (program.clone(), source)
    });
    there.chain(brought).collect()
}

/// Gets the package now.
fn fetched(root: &Path, package: &str) -> ProgramSource {
    match layer(root, package) {
        Ok(_) => ProgramSource::Package {
            package: package.to_owned(),
            is_ready: true,
        },
        Err(error) => {
            let why = match error {
                EngineError::ProgramFailed { stderr, .. } => stderr.trim().to_owned(),
                other => other.diagnose().message,
            };
            let message = format!("not installed, and could not be got: {why}");
            let help = format!("install it in {}", root.display());
            ProgramSource::Missing(Box::new(Diagnostic::error(message).help(help)))
        }
    }
}

/// Where the package would come from.
fn found(root: &Path, package: &str, lists: &PackageLists) -> ProgramSource {
    let is_ready = is_made(root, package);
    let is_listed = matches!(lists, PackageLists::Known(known) if known.contains(package));
    if is_ready || is_listed {
        return ProgramSource::Package {
            package: package.to_owned(),
            is_ready,
        };
    }
    let why = match lists {
        PackageLists::Known(_) => "no package list names",
        PackageLists::Unknown => "there are no package lists that could name",
    };
    let message = format!("not installed, and {why} `{package}`");
    let help = format!(
        "`--fetch` asks the package servers; else install it in {}",
        root.display()
    );
    ProgramSource::Missing(Box::new(Diagnostic::error(message).help(help)))
}

/// Whether `program` is a name that a package may have.
fn can_be_packaged(program: &str) -> bool {
    let mut bytes = program.bytes();
    bytes.all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte))
        && !program.starts_with(['-', '.'])
}

/// The layer that brings the machine's own kubectl, in whatever version its user has it,
/// where `path` finds it first; none where there is none.
pub(super) fn kubectl(path: &str) -> Result<Option<PathBuf>, EngineError> {
    let Some(program) = cluster::program() else {
        return Ok(None);
    };
    let unreadable = EngineError::file("read", &program);
    let data = fs::metadata(&program).map_err(unreadable)?;
    let place = path
        .split(':')
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let name = format!(
        "{place} {} {} {}",
        program.display(),
        data.len(),
        data.mtime()
    );
    let key = digest(name.as_bytes());
    let folder = cache::kind("programs")?;
    let _held = cache::hold(&folder, &key)?;
    let done = folder.join(key);
    if !done.is_dir() {
        let work = tempfile::tempdir_in(&folder)
            .map_err(EngineError::file("make a folder in", &folder))?;
        let tree = work.path().join("tree");
        let programs = tree.join(place);
        fs::create_dir_all(&programs)
            .and_then(|()| fs::copy(&program, programs.join("kubectl")))
            .and_then(|_| fs::rename(&tree, &done))
            .map_err(EngineError::file("write", &done))?;
    }
    Ok(Some(done))
}

/// A name for a folder that holds what `bytes` tell.
fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes), 8)
}

fn is_there(root: &Path, program: &str) -> bool {
    [
        "usr/bin",
        "usr/sbin",
        "bin",
        "sbin",
        "usr/local/bin",
        "usr/local/sbin",
    ]
    .iter()
    .any(|folder| fs::symlink_metadata(root.join(folder).join(program)).is_ok())
}

/// A name for what is installed in `root`: it decides what else a package needs.
fn installed(root: &Path) -> Result<String, EngineError> {
    let status = root.join("var/lib/dpkg/status");
    let installed = fs::read(&status).map_err(EngineError::file("read", &status))?;
    Ok(digest(&installed))
}

/// Whether the layer with the package was made before.
fn is_made(root: &Path, package: &str) -> bool {
    installed(root).is_ok_and(|digest| {
        let layers = cache::folder().join("programs").join(digest);
        layers.join(package).is_dir()
    })
}

/// The folder with the package's files and those of the packages that it needs
/// and `root` lacks; from the cache where it was made before.
fn layer(root: &Path, package: &str) -> Result<PathBuf, EngineError> {
    let digest = installed(root)?;
    let folder = cache::kind("programs")?;
    let all = folder.join(&digest);
    let _held = cache::hold(&folder, &digest)?;
    fs::create_dir_all(&all).map_err(EngineError::file("make the folder", &all))?;
    let done = all.join(package);
    if done.is_dir() {
        return Ok(done);
    }
    let work = tempfile::tempdir_in(&all).map_err(EngineError::file("make a folder in", &all))?;
    fetch(root, package, work.path())?;
    let tree = work.path().join("tree");
    fs::create_dir_all(&tree).map_err(EngineError::file("make the folder", &tree))?;
    let archives = work.path().join("archives");
    let entries = fs::read_dir(&archives).map_err(EngineError::file("read", &archives))?;
    for package in entries.flatten().map(|entry| entry.path()) {
        if package
            .extension()
            .is_some_and(|extension| extension == "deb")
        {
            let mut unpack = Program::new("dpkg-deb");
            unpack.arg("--extract").arg(&package).arg(&tree);
            run_well(unpack, Input::Nothing, LIMIT)?;
        }
    }
    merge_folders(root, &tree)?;
    fs::rename(&tree, &done).map_err(EngineError::file("write", &done))?;
    Ok(done)
}

/// Downloads the package and what it needs, by the root file system's own
/// package lists where it has some.
fn fetch(root: &Path, package: &str, work: &Path) -> Result<(), EngineError> {
    let archives = work.join("archives");
    let partial = archives.join("partial");
    fs::create_dir_all(&partial).map_err(EngineError::file("make the folder", &partial))?;
    let apt = |arguments: &[&str], lists: Option<&Path>| {
        let mut command = Program::new("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["-qq", "--yes"]);
        for (option, path) in [
            ("Dir::Cache::archives", archives.as_path()),
            ("Dir::State::status", &root.join("var/lib/dpkg/status")),
            ("Dir::Etc", &root.join("etc/apt")),
        ] {
            command
                .arg("-o")
                .arg(format!("{option}={}", path.display()));
        }
        if let Some(lists) = lists {
            command
                .arg("-o")
                .arg(format!("Dir::State::lists={}", lists.display()));
        }
        command.args([
            "-o",
            "APT::Sandbox::User=root",
            "-o",
            "Acquire::Retries=1",
            "-o",
            "Acquire::Check-Valid-Until=false",
        ]);
        command.args(arguments);
        run_well(command, Input::Nothing, LIMIT)
    };
    let install = [
        "--download-only",
        "--no-install-recommends",
        "install",
        package,
    ];
    if root == Path::new("/") && apt(&install, None).is_ok() {
        return Ok(());
    }
    let lists = work.join("lists");
    let partial = lists.join("partial");
    fs::create_dir_all(&partial).map_err(EngineError::file("make the folder", &partial))?;
    apt(&["update"], Some(&lists))?;
    apt(&install, Some(&lists)).map(|_| ())
}

/// A folder of a package may not hide a link of the root file system: where
/// `/bin` is a link to `usr/bin`, the package's `/bin` goes there too.
fn merge_folders(root: &Path, tree: &Path) -> Result<(), EngineError> {
    for name in ["bin", "sbin", "lib", "lib64"] {
        let folder = tree.join(name);
        let link = fs::symlink_metadata(root.join(name)).is_ok_and(|data| data.is_symlink());
        if !link || !folder.is_dir() {
            continue;
        }
        let target = tree.join("usr").join(name);
        fs::create_dir_all(&target).map_err(EngineError::file("make the folder", &target))?;
        let mut copy = Program::new("cp");
        copy.arg("-a").arg(folder.join(".")).arg(&target);
        run_well(copy, Input::Nothing, LIMIT)?;
        fs::remove_dir_all(&folder).map_err(EngineError::file("remove", &folder))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_no_list_can_name_is_told_from_one_that_is_installed() {
        let root = tempfile::tempdir().expect("a folder");
        let folder = root.path().join("usr/bin");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("tree"), "").expect("a file");
        let called = ["tree", "ss", "./greet", "-x"].map(str::to_owned);
        let found = sources(root.path(), &called, false);
        let [
            (tree, ProgramSource::Installed),
            (ss, ProgramSource::Missing(why)),
        ] = &found[..]
        else {
            panic!("{found:?}");
        };
        assert_eq!((tree.as_str(), ss.as_str()), ("tree", "ss"));
        assert!(why.message.contains("`iproute2`"), "{}", why.message);
        assert!(why.help.is_some());
    }
}
