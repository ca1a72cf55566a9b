//! `labbook build`: the site, with what the last verify found.

use std::path::PathBuf;

use clap::Args;

use crate::book;
use crate::diagnostic::Diagnostic;

/// What `labbook build` takes.
#[derive(Debug, Args)]
pub struct BuildArguments {
    /// The book's folder, with book.toml in it
    #[arg(default_value = ".")]
    book: PathBuf,
}

/// Builds the site and says where its first page is.
///
/// # Errors
/// All that keeps the site from being built.
pub fn run(arguments: &BuildArguments) -> Result<(), Vec<Diagnostic>> {
    let site = book::build(&arguments.book)?;
    super::complain(&site.warnings);
    super::say(&format!("{}\n", site.folder.join("index.html").display()));
    Ok(())
}
