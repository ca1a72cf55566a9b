//! `labbook report`: the last results of a book again, in any format.

use std::path::PathBuf;

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::report::{self, Format};
use crate::results;

use super::{Refusal, Status, columns, say};

/// Arguments of `labbook report`.
#[derive(Debug, clap::Args)]
pub struct ReportArguments {
    /// The book's folder
    #[arg(value_name = "BOOK", default_value = ".")]
    book: PathBuf,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

/// Prints the results that the last runs left.
///
/// # Errors
/// When there are none, or they cannot be understood.
pub fn run(arguments: &ReportArguments) -> Result<Status, Refusal> {
    let path = results::results_path(&arguments.book);
    let found = results::load(&path).map_err(|error| vec![error.diagnose()])?;
    let found = found.ok_or_else(|| {
        vec![
            Diagnostic::error(format!(
                "there are no results: {} is not there",
                path.display()
            ))
            .help(format!(
                "run `labbook verify {}` first",
                arguments.book.display()
            )),
        ]
    })?;
    say(&report::render(&found, arguments.format, columns()))?;
    Ok(super::verify::status(&found, &[]))
}
