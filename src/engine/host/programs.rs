//! Programs of the user's machine, as `PATH` finds them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::engine::ProgramSource;
use crate::engine::packages::{PackageLists, package_of};

/// The absolute path of a program; none where `PATH` finds none.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|program| is_executable(program))
}

/// Where each of `programs` comes from in a shell of this machine. A client with the plugin
/// `compose` needs no program for `docker compose`.
pub(super) fn sources(
    programs: &[String],
    has_compose: impl Fn() -> bool,
) -> Vec<(String, ProgramSource)> {
    let is_there = |program: &String| {
        find(program).is_some() || (program == "docker-compose" && has_compose())
    };
    let (there, missing): (Vec<&String>, Vec<&String>) =
        programs.iter().partition(|program| is_there(program));
    let packages: Vec<&str> = missing.iter().map(|program| package_of(program)).collect();
    let lists = match missing.is_empty() {
        true => PackageLists::Unknown,
        false => PackageLists::read(Path::new("/"), &packages),
    };
    let there = there.into_iter().map(|program| {
        let source = ProgramSource::Installed;
        (program.clone(), source)
    });
    let missing = missing.into_iter().zip(packages);
    let missing = missing.map(|(program, package)| {
        let help = match &lists {
            PackageLists::Known(known) if known.contains(package) => {
                format!("`sudo apt-get install {package}`")
            }
            _ => "install it on this machine".to_owned(),
        };
        let diagnostic = Diagnostic::error("not installed on this machine").help(help);
        (
            program.clone(),
            ProgramSource::Missing(Box::new(diagnostic)),
        )
    });
    there.chain(missing).collect()
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
