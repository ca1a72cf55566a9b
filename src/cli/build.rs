//! `labbook build`: the site, with what the last verify found.

use std::path::PathBuf;

use clap::Args;

use crate::book;
use crate::diagnostic::{Diagnostic, Severity};

use super::Status;

/// What `labbook build` takes.
#[derive(Debug, Args)]
pub struct BuildArguments {
    /// The book's folder, with book.toml in it
    #[arg(default_value = ".")]
    book: PathBuf,
}

/// Builds the site and says where its first page is. A chapter that cannot be read as
/// notes is shown as text, and the status says so.
///
/// # Errors
/// All that keeps the site from being built.
pub fn run(arguments: &BuildArguments) -> Result<Status, Vec<Diagnostic>> {
    let site = book::build(&arguments.book)?;
    super::complain(&site.warnings);
    super::say(&format!("{}\n", site.folder.join("index.html").display()))?;
    let is_error = |diagnostic: &Diagnostic| matches!(diagnostic.severity, Severity::Error);
    Ok(match site.warnings.iter().any(is_error) {
        true => Status::NotRun,
        false => Status::Good,
    })
}
