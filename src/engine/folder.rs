//! The files of a lab's folder, where only a program inside of the lab reaches
//! them: a link that leads out of the folder leads nowhere but into the lab.
//!
//! `run` runs a program with arguments in that folder, as root.

use std::path::Path;

use super::program::Input;
use super::{EngineError, ProgramOutput};
use crate::paths::stays_inside;

/// The path, where it is relative and without `..`.
///
/// # Errors
/// [`EngineError`] for any other.
pub(super) fn within(path: &Path) -> Result<&str, EngineError> {
    path.to_str()
        .filter(|text| stays_inside(path) && !text.is_empty())
        .ok_or_else(|| EngineError::outside_of_lab(path))
}

/// Writes a file that belongs to the folder's owner.
///
/// # Errors
/// Those of `run`, any exit status but 0, and that it would lie elsewhere.
pub(super) fn write(
    path: &Path,
    contents: &str,
    run: impl FnOnce(&[&str], Input) -> Result<ProgramOutput, EngineError>,
) -> Result<(), EngineError> {
    let script = "mkdir -p -- \"$(dirname -- \"$1\")\" && cat >\"$1\" && chown \"$(stat -c %u:%g .)\" -- \"$1\"";
    let path = within(path)?;
    let output = run(
        &["/bin/sh", "-c", script, "sh", path],
        Input::Text(contents.to_owned()),
    )?;
    match output.status {
        Some(0) => Ok(()),
        _ => Err(failed("write", path, output)),
    }
}

/// Whether a file is there.
///
/// # Errors
/// Those of `run`, [`EngineError::ProgramFailed`] where it cannot be looked for,
/// and that it would lie elsewhere.
pub(super) fn has(
    path: &Path,
    run: impl FnOnce(&[&str], Input) -> Result<ProgramOutput, EngineError>,
) -> Result<bool, EngineError> {
    let path = within(path)?;
    let output = run(
        &["/bin/sh", "-c", "test -e \"$1\"", "sh", path],
        Input::Nothing,
    )?;
    match output.status {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => Err(failed("look for", path, output)),
    }
}

fn failed(doing: &str, path: &str, output: ProgramOutput) -> EngineError {
    EngineError::ProgramFailed {
        command: format!("{doing} {path}"),
        status: output.status,
        stderr: output.stderr,
    }
}
