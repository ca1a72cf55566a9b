//! `labbook verify --write-manifests`: writes the manifests that would provide what notes
//! take for granted.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;
use crate::exercise::{Exercise, discover};
use crate::results::Report;

use super::choice::agreed;
use super::inputs::Inputs;
use super::{CommandError, complain};

/// Shows the manifests that `report` tells of, asks, and writes those into `folder`,
/// where there is none of that name.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn write(
    report: &Report,
    inputs: &Inputs,
    folder: Option<PathBuf>,
    yes: bool,
) -> Result<(), CommandError> {
    let folder = folder.unwrap_or_else(|| {
        let book = inputs.book.as_deref().unwrap_or(Path::new(""));
        book.join("exercises")
    });
    let all = discover(&inputs.notes, &[]).exercises;
    let new = manifests(report, &inputs.exercises, &all, &folder);
    for (path, text) in &new {
        eprint!("{}:\n\n{text}\n", path.display());
    }
    if new.is_empty() {
        return Ok(());
    }
    if !yes && !agreed() {
        let message = "nothing was written";
        complain(&[Diagnostic::warning(message).help("answer y on a terminal, or give --yes")]);
        return Ok(());
    }
    let written = new.iter().filter_map(|(path, text)| put(path, text).err());
    let refusal: CommandError = written.collect();
    match refusal.is_empty() {
        true => Ok(()),
        false => Err(refusal),
    }
}

/// The manifests by their files: those that are not there, and that find one exercise.
fn manifests(
    report: &Report,
    exercises: &[Exercise],
    all: &[Exercise],
    folder: &Path,
) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for result in &report.exercises {
        let exercise = exercises.iter().find(|exercise| exercise.id == result.id);
        let (Some(exercise), Some(says)) = (exercise, &result.manifest) else {
            continue;
        };
        let path = folder.join(format!("{}.toml", file_name(exercise, &found, folder)));
        let Some(finds) = exercise.found_by(all) else {
            let message = format!(
                "no manifest finds {} alone: nothing in it is its own",
                exercise.id
            );
            complain(&[Diagnostic::warning(message).at_line(&exercise.source, exercise.line)]);
            continue;
        };
        if path.exists() {
            let message = format!("{} is there already, and is left as it is", path.display());
            complain(&[Diagnostic::warning(message).help(format!("it would need: {says}"))]);
            continue;
        }
        found
            .entry(path)
            .or_insert_with(|| format!("{finds}{says}"));
    }
    found
}

/// The name of an exercise's manifest: the last part of its ID, and the whole of it where
/// another one has that.
fn file_name(exercise: &Exercise, found: &BTreeMap<PathBuf, String>, folder: &Path) -> String {
    let last = exercise
        .id
        .rsplit('/')
        .next()
        .unwrap_or_default()
        .to_owned();
    match found.contains_key(&folder.join(format!("{last}.toml"))) {
        true => exercise.id.replace('/', "-"),
        false => last,
    }
}

/// Writes a file that is not there.
fn put(path: &Path, text: &str) -> Result<(), Diagnostic> {
    let refuse = |error: std::io::Error| {
        Diagnostic::error(format!("cannot write {}: {error}", path.display()))
            .help("check the folder's permissions, or name another one with --exercises")
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(refuse)?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(refuse)?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
