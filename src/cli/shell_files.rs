//! What shells and `man` know of labbook: completions and pages.

use std::path::PathBuf;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::diagnostic::Diagnostic;

use super::{Arguments, CommandError, Status, say};

/// Arguments of `labbook completions`.
#[derive(Debug, clap::Args)]
pub(super) struct CompletionsArguments {
    /// The shell whose completions to print
    #[arg(value_enum)]
    shell: Shell,
}

/// Prints the completions of a shell.
///
/// # Errors
/// That they cannot be written.
pub(super) fn completions(arguments: &CompletionsArguments) -> Result<Status, CommandError> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        "labbook",
        &mut script,
    );
    say(&String::from_utf8_lossy(&script))?;
    Ok(Status::Good)
}

/// Arguments of `labbook man`.
#[derive(Debug, clap::Args)]
pub(super) struct ManArguments {
    /// The folder to write the pages to: one for labbook, and one for each command
    #[arg(value_name = "FOLDER")]
    pages: PathBuf,
}

/// Writes the manual pages.
///
/// # Errors
/// That they cannot be written.
pub(super) fn man(arguments: &ManArguments) -> Result<Status, CommandError> {
    let folder = &arguments.pages;
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder));
    written.map_err(|error| {
        let wrong = format!("cannot write to {}: {error}", folder.display());
        vec![Diagnostic::error(wrong).help("name a folder that can be written to")]
    })?;
    Ok(Status::Good)
}
