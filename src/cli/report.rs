//! `labbook report`: results again, in any format; those of several machines as one.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::report::ReportFormat;
use crate::results::{self, Report};

use super::arguments::InputArguments;
use super::verify::{Deny, rendered};
use super::{CommandError, Status, columns, complain, inputs, say};

/// Arguments of `labbook report`.
#[derive(Debug, clap::Args)]
pub(super) struct ReportArguments {
    /// The book's folder, or files that `verify --report json=FILE` wrote, to be merged: of the
    /// same exercise on the same engine the newest result counts
    #[arg(value_name = "BOOK|RESULTS.json", default_value = ".")]
    paths: Vec<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Pretty)]
    format: ReportFormat,
    /// A file for the results as JSON, as a book's labbook.json is
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Treat these as failures
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Vec<Deny>,
}

/// Prints the results that the last runs left.
///
/// # Errors
/// When there are none, or they cannot be understood, or not be written.
pub(super) fn run(arguments: &ReportArguments) -> Result<Status, CommandError> {
    let (mut reports, mut refusal) = (Vec::new(), Vec::new());
    for path in &arguments.paths {
        match results_at(path) {
            Ok(report) => reports.push(report),
            Err(diagnostic) => refusal.push(diagnostic),
        }
    }
    if !refusal.is_empty() {
        return Err(refusal);
    }
    let report = results::together(reports);
    if let Some(file) = &arguments.out {
        results::save(file, &report).map_err(|error| vec![error.diagnose()])?;
    }
    let deny = &arguments.deny;
    say(&rendered(&report, arguments.format, columns(), deny))?;
    let status = super::verify::status(&report, deny);
    let missing = results::missing(&report);
    if missing.is_empty() {
        return Ok(status);
    }
    let message = format!(
        "not all of the run is here: {} is missing",
        missing.join(", ")
    );
    complain(&[Diagnostic::error(message).help("name the results of all parts of the run")]);
    Ok(status.worse(Status::NotRun))
}

/// The results in a file, or those of the book in a folder, with what its notes tell
/// of them today.
fn results_at(path: &Path) -> Result<Report, Diagnostic> {
    let is_book = path.is_dir();
    let file = match is_book {
        true => results::results_path(path),
        false => path.to_owned(),
    };
    let found = results::load(&file).map_err(|error| error.diagnose())?;
    let mut report = found.ok_or_else(|| {
        let message = format!("there are no results: {} is not there", file.display());
        Diagnostic::error(message).help(match is_book {
            true => format!("run `labbook verify {}` first", path.display()),
            false => "`labbook verify --report json=FILE` writes such a file".to_owned(),
        })
    })?;
    if is_book && path.join("book.toml").is_file() {
        mark_stale(&mut report, path);
    }
    Ok(report)
}

/// Marks the results of exercises that are not in the notes any more as they were run.
fn mark_stale(report: &mut Report, book: &Path) {
    let read = inputs::read(&InputArguments {
        paths: vec![book.to_owned()],
        exercises: None,
        only: Vec::new(),
    });
    let exercises = read.map(|inputs| inputs.exercises).unwrap_or_default();
    for result in &mut report.exercises {
        let is_there = exercises
            .iter()
            .any(|exercise| exercise.id == result.id && exercise.hash() == result.hash);
        result.stale = !is_there;
    }
}
