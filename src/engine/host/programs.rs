//! Programs of the user's machine, as `PATH` finds them.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The absolute path of a program; none where `PATH` finds none.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|program| is_executable(program))
}

fn is_executable(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}
