//! `labbook.json` beside `book.toml`: what the last runs found.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::exercise::Exercise;

use super::{Report, SCHEMA};

/// What keeps results from being read or saved.
#[derive(Debug)]
pub enum ResultsError {
    /// The file cannot be read.
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is not what `verify` writes.
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: serde_json::Error,
    },
    /// Another version of labbook wrote it.
    OtherSchema {
        /// The file.
        path: PathBuf,
        /// The schema it says.
        schema: u32,
    },
    /// The file cannot be written.
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
}

impl Diagnose for ResultsError {
    fn diagnose(&self) -> Diagnostic {
        let again = "run `labbook verify` on the book again";
        match self {
            Self::Unreadable { path, error } => {
                Diagnostic::error(format!("cannot read {}: {error}", path.display())).help(again)
            }
            Self::Malformed { path, error } => Diagnostic::error(format!(
                "{}:{}:{}: these are no results of labbook: {error}",
                path.display(),
                error.line(),
                error.column()
            ))
            .help(match is_of_book(path) {
                true => format!("delete the file, then {again}"),
                false => "name a file that `labbook verify --report json=FILE` wrote".to_owned(),
            }),
            Self::OtherSchema { path, schema } => Diagnostic::error(format!(
                "{}: results of schema {schema}; this labbook reads schema {SCHEMA}",
                path.display()
            ))
            .help(format!("delete the file, then {again}")),
            Self::Unwritable { path, error } => {
                Diagnostic::error(format!("cannot write {}: {error}", path.display()))
                    .help("check the folder's permissions and the space on the disk")
            }
        }
    }
}

/// Where the results of the book in folder `book` are.
pub fn results_path(book: &Path) -> PathBuf {
    book.join("labbook.json")
}

/// Reads the results at `path`; none where there is no such file.
///
/// # Errors
/// [`ResultsError`] when the file is there but cannot be understood.
pub fn load(path: &Path) -> Result<Option<Report>, ResultsError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(ResultsError::Unreadable {
                path: path.to_owned(),
                error,
            });
        }
    };
    #[derive(serde::Deserialize)]
    struct Versioned {
        schema: u32,
    }
    let malformed = |error| ResultsError::Malformed {
        path: path.to_owned(),
        error,
    };
    let versioned: Versioned = serde_json::from_str(&text).map_err(malformed)?;
    if versioned.schema != SCHEMA {
        return Err(ResultsError::OtherSchema {
            path: path.to_owned(),
            schema: versioned.schema,
        });
    }
    let mut report: Report = serde_json::from_str(&text).map_err(malformed)?;
    if is_of_book(path) {
        let folder = path.parent().unwrap_or(Path::new(""));
        for result in &mut report.exercises {
            // An older labbook wrote paths as they were named.
            let inside = folder.join(&result.file);
            if inside.is_file() {
                result.file = inside.display().to_string();
            }
        }
    }
    Ok(Some(report))
}

/// Whether the results are a book's, whose paths are relative to its folder: it may be
/// somewhere else when they are read.
fn is_of_book(path: &Path) -> bool {
    path.file_name() == results_path(Path::new("")).file_name()
}

/// `report` with paths relative to `folder`, where they are in it.
fn inside(folder: &Path, report: &Report) -> Report {
    let mut report = report.clone();
    let Ok(folder) = std::path::absolute(folder) else {
        return report;
    };
    for result in &mut report.exercises {
        let file = std::path::absolute(&result.file).unwrap_or_default();
        if let Ok(relative) = file.strip_prefix(&folder) {
            result.file = relative.display().to_string();
        }
    }
    report
}

/// Writes results to `path`, whole or not at all.
///
/// # Errors
/// [`ResultsError::Unwritable`].
pub fn save(path: &Path, report: &Report) -> Result<(), ResultsError> {
    let unwritable = |error| ResultsError::Unwritable {
        path: path.to_owned(),
        error,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?;
    let report = match is_of_book(path) {
        true => &inside(folder, report),
        false => report,
    };
    serde_json::to_writer_pretty(&mut file, report).map_err(|error| unwritable(error.into()))?;
    file.write_all(b"\n").map_err(unwritable)?;
    // Temporary files are for their owner's eyes; results are as readable as notes.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let _ = file
            .as_file()
            .set_permissions(std::fs::Permissions::from_mode(0o644));
    }
    file.persist(path)
        .map_err(|error| unwritable(error.error))?;
    Ok(())
}

/// What an exercise's results may be called.
#[derive(Debug, Clone)]
pub struct ResultName {
    id: String,
    former: Vec<String>,
    hash: String,
}

impl ResultName {
    /// Of an exercise.
    pub fn of(exercise: &Exercise) -> Self {
        Self {
            id: exercise.id.clone(),
            former: exercise.former.clone(),
            hash: exercise.hash(),
        }
    }
}

/// Gives results of former IDs the ID that their exercise has now: one of `names` that
/// was called so, or the only one with the same text.
pub fn rename(report: &mut Report, names: &[ResultName]) {
    let ids: HashSet<&str> = names.iter().map(|name| name.id.as_str()).collect();
    let mut known: HashMap<&str, Option<&ResultName>> = HashMap::new();
    for name in names {
        let former = name.former.iter().chain([&name.hash]);
        for former in former.filter(|former| !ids.contains(former.as_str())) {
            let other = known.insert(former, Some(name));
            if other.is_some_and(|other| other.is_none_or(|other| other.id != name.id)) {
                known.insert(former, None);
            }
        }
    }
    let has_result: HashSet<String> = report.exercises.iter().map(|one| one.id.clone()).collect();
    for result in &mut report.exercises {
        if ids.contains(result.id.as_str()) {
            continue;
        }
        let name = [&result.id, &result.hash].map(|key| known.get(key.as_str()).copied().flatten());
        let name = name
            .into_iter()
            .flatten()
            .find(|name| !has_result.contains(&name.id));
        if let Some(name) = name {
            result.id = name.id.clone();
        }
    }
}

/// What is known after a new run: its results in place of older ones of the
/// same exercise and engine; older ones of exercises that `keep` knows stay.
pub fn merge(old: Option<Report>, new: Report, keep: impl Fn(&str) -> bool) -> Report {
    let Some(old) = old else {
        return new;
    };
    let same =
        |a: &super::ExerciseResult, b: &super::ExerciseResult| a.id == b.id && a.engine == b.engine;
    let mut exercises = old.exercises;
    exercises.retain(|result| {
        keep(&result.id) && !new.exercises.iter().any(|newer| same(newer, result))
    });
    exercises.extend(new.exercises);
    exercises.sort_by(|a, b| (&a.file, a.line, &a.engine).cmp(&(&b.file, b.line, &b.engine)));
    let mut engines = new.engines;
    for engine in old.engines {
        let used = exercises.iter().any(|result| result.engine == engine.name);
        if used && engines.iter().all(|newer| newer.name != engine.name) {
            engines.push(engine);
        }
    }
    Report::new(engines, exercises)
}
