//! From paths on the command line to exercises.

use std::path::{Path, PathBuf};

use crate::book;
use crate::diagnostic::{Diagnose, Diagnostic, Source};
use crate::exercise::{self, Exercise, Manifest};
use crate::notes::Notes;

use super::Refusal;
use super::arguments::InputArguments;

/// What the paths on the command line hold.
pub struct Inputs {
    /// The book's folder, where a whole book was named.
    pub book: Option<PathBuf>,
    /// All notes, in order.
    pub notes: Vec<Notes>,
    /// What the manifests say.
    pub manifests: Vec<Manifest>,
    /// The exercises that were asked for.
    pub exercises: Vec<Exercise>,
    /// All exercises' IDs, asked for or not.
    pub known: Vec<String>,
    /// Warnings to show.
    pub warnings: Vec<Diagnostic>,
}

/// Reads everything that `arguments` name.
///
/// # Errors
/// All that is wrong with notes, transcripts and manifests.
pub fn read(arguments: &InputArguments) -> Result<Inputs, Refusal> {
    let mut refusal = Vec::new();
    let (paths, ids) = paths_and_ids(arguments);
    if let Some(id) = id_without_notes(arguments, &ids) {
        return Err(vec![
            Diagnostic::error(format!(
                "`{id}` is no file, and there is no book here that could have it as an exercise"
            ))
            .help("name the notes or the book's folder too"),
        ]);
    }
    let mut book = None;
    let mut files = Vec::new();
    for path in &paths {
        if path.is_dir() {
            match book::note_files(path) {
                Ok(found) => files.extend(found),
                Err(diagnostics) => refusal.extend(diagnostics),
            }
            book = Some(path.clone());
        } else {
            files.push(path.clone());
        }
    }
    let (mut notes, mut warnings) = (Vec::new(), Vec::new());
    for file in &files {
        match read_notes(file) {
            Ok((read, said)) => {
                notes.push(read);
                warnings.extend(said);
            }
            Err(diagnostics) => refusal.extend(diagnostics),
        }
    }
    let manifests = match manifests(arguments, book.as_deref()) {
        Ok(manifests) => manifests,
        Err(diagnostics) => {
            refusal.extend(diagnostics);
            Vec::new()
        }
    };
    let discovery = exercise::discover(&notes, &manifests);
    refusal.extend(discovery.errors.iter().map(Diagnose::diagnose));
    if book.is_some() && refusal.is_empty() {
        refusal.extend(discovery.idle.iter().map(Diagnose::diagnose));
    }
    if !refusal.is_empty() {
        return Err(refusal);
    }
    let known = discovery
        .exercises
        .iter()
        .map(|exercise| exercise.id.clone())
        .collect();
    let exercises = only(discovery.exercises, &ids)?;
    Ok(Inputs {
        book,
        notes,
        manifests,
        exercises,
        known,
        warnings,
    })
}

/// What is named tells by itself whether it is a file or an exercise's ID; where
/// no file is named, the book in this folder is meant.
fn paths_and_ids(arguments: &InputArguments) -> (Vec<PathBuf>, Vec<String>) {
    let (mut paths, ids): (Vec<&PathBuf>, Vec<&PathBuf>) =
        arguments.paths.iter().partition(|path| is_path(path));
    let here = PathBuf::from(".");
    if paths.is_empty() {
        paths.push(&here);
    }
    let ids = ids.into_iter().map(|id| id.to_string_lossy().into_owned());
    (
        paths.into_iter().cloned().collect(),
        ids.chain(arguments.only.iter().cloned()).collect(),
    )
}

fn is_path(path: &Path) -> bool {
    path.exists() || path.extension().is_some_and(|extension| extension == "md")
}

/// The first of `ids`, where no path is named and no book is here.
fn id_without_notes<'i>(arguments: &InputArguments, ids: &'i [String]) -> Option<&'i String> {
    let named = arguments.paths.iter().any(|path| is_path(path));
    ids.first()
        .filter(|_| !named && !Path::new("book.toml").exists())
}

fn read_notes(file: &Path) -> Result<(Notes, Vec<Diagnostic>), Vec<Diagnostic>> {
    let source = Source::read(file).map_err(|error| vec![error.diagnose()])?;
    Notes::parse(&source).map_err(|errors| errors.iter().map(Diagnose::diagnose).collect())
}

fn manifests(
    arguments: &InputArguments,
    book: Option<&Path>,
) -> Result<Vec<Manifest>, Vec<Diagnostic>> {
    let Some(folder) = exercise::manifest_folder(arguments.exercises.as_deref(), book) else {
        return Ok(Vec::new());
    };
    exercise::load_manifests(&folder)
        .map_err(|errors| errors.iter().map(Diagnose::diagnose).collect())
}

/// The exercises whose ID one of `wanted` names; all where none is wanted.
fn only(exercises: Vec<Exercise>, wanted: &[String]) -> Result<Vec<Exercise>, Refusal> {
    let ids: Vec<String> = exercises
        .iter()
        .map(|exercise| exercise.id.clone())
        .collect();
    let refusal: Refusal = wanted
        .iter()
        .filter(|wanted| !ids.iter().any(|id| fits(wanted, id)))
        .map(|wanted| {
            let near = crate::diagnostic::did_you_mean(wanted, ids.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "there is no such file either; `labbook list` shows all IDs".to_owned(),
            };
            Diagnostic::error(format!("no exercise has the ID `{wanted}`")).help(help)
        })
        .collect();
    if !refusal.is_empty() {
        return Err(refusal);
    }
    let asked = |exercise: &Exercise| {
        wanted.is_empty() || wanted.iter().any(|wanted| fits(wanted, &exercise.id))
    };
    Ok(exercises.into_iter().filter(asked).collect())
}

/// Whether `pattern`, in which `*` stands for anything, is the ID.
fn fits(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| id.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        assert!(fits("volume", "volume"));
        assert!(!fits("volume", "volumes"));
        assert!(fits("note/*", "note/a-b"));
        assert!(fits("*b*d*", "abcd"));
        assert!(fits("a*", "a"));
        assert!(!fits("a*a", "a"));
        assert!(!fits("*x", "y"));
    }
}
