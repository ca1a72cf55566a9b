//! The formats that a report can take, and where it goes.

use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use crate::results::{ExerciseResult, Report, Verdict};

/// A form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ReportFormat {
    /// For people, coloured.
    Pretty,
    /// The whole document, as its schema says.
    Json,
    /// JUnit's XML, as CI servers read it.
    Junit,
    /// GitHub's annotations, at the notes' lines.
    Github,
    /// Markdown, as GitHub shows it as a step's summary.
    Markdown,
}

/// `FORMAT=FILE`: a report into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The form.
    pub format: ReportFormat,
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
            "`{}` is not FORMAT=FILE, where FORMAT is pretty, json, junit, github or markdown",
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
        let format =
            <ReportFormat as clap::ValueEnum>::from_str(format, true).map_err(|_| unknown())?;
        Ok(Self {
            format,
            file: file.into(),
        })
    }
}

/// What a report is made for.
#[derive(Clone, Copy)]
pub struct Audience<'a> {
    /// How wide its terminal is, where there is one.
    pub columns: Option<usize>,
    /// The folder of this process, from the root of the repository.
    pub folder: &'a Path,
    /// Whether a result that did not fail is one all the same.
    pub denies: &'a dyn Fn(&ExerciseResult) -> bool,
}

impl Audience<'_> {
    /// Whether the result fails the run.
    pub(super) fn fails(&self, exercise: &ExerciseResult) -> bool {
        exercise.verdict == Verdict::Failed || (self.denies)(exercise)
    }

    /// A file from the root of the repository.
    pub(super) fn rooted(&self, file: &str) -> String {
        let mut path = PathBuf::new();
        for component in self.folder.join(file).components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir => drop(path.pop()),
                other => path.push(other),
            }
        }
        path.display().to_string()
    }
}

/// The whole text of `report` in `format`, with a line end. Pretty text has
/// colours, which the caller strips where no terminal shows them.
pub fn render(report: &Report, format: ReportFormat, reader: Audience<'_>) -> String {
    match format {
        ReportFormat::Pretty => super::pretty::render(report, reader.columns),
        ReportFormat::Json => super::json::render(report),
        ReportFormat::Junit => super::junit::render(report, reader),
        ReportFormat::Github => super::github::render(report, reader),
        ReportFormat::Markdown => super::markdown::render(report, reader),
    }
}
