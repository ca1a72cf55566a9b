//! The formats that a report can take, and where it goes.

use std::path::PathBuf;
use std::str::FromStr;

use crate::results::Report;

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people, coloured.
    Pretty,
    /// The whole document, as its schema says.
    Json,
    /// JUnit's XML, as CI servers read it.
    Junit,
    /// GitHub's annotations, at the notes' lines.
    Github,
}

/// `FORMAT=FILE`: a report into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The form.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
}

/// A value of `--report` that is not `FORMAT=FILE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat {
    value: String,
}

impl std::fmt::Display for UnknownFormat {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "`{}` is not FORMAT=FILE, where FORMAT is pretty, json, junit or github",
            self.value
        )
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Destination {
    type Err = UnknownFormat;

    fn from_str(value: &str) -> Result<Self, UnknownFormat> {
        let unknown = || UnknownFormat {
            value: value.to_owned(),
        };
        let (format, file) = value
            .split_once('=')
            .filter(|(_, file)| !file.is_empty())
            .ok_or_else(unknown)?;
        let format = <Format as clap::ValueEnum>::from_str(format, true).map_err(|_| unknown())?;
        Ok(Self {
            format,
            file: file.into(),
        })
    }
}

/// The whole text of `report` in `format`, with a line end. Pretty text has
/// colours, which the caller strips where no terminal shows them, and lines that fit
/// a terminal of so many `columns`, where there is one.
pub fn render(report: &Report, format: Format, columns: Option<usize>) -> String {
    match format {
        Format::Pretty => super::pretty::render(report, columns),
        Format::Json => super::json::render(report),
        Format::Junit => super::junit::render(report),
        Format::Github => super::github::render(report),
    }
}
