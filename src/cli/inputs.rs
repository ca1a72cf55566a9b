//! From paths on the command line to exercises.

use std::path::{Path, PathBuf};

use crate::book::{self, Summary};
use crate::diagnostic::{Diagnose, Diagnostic, Source, did_you_mean};
use crate::exercise::{self, Exercise, ExerciseError, Manifest, Obstacle};
use crate::lab::ClusterName;
use crate::notes::Notes;
use crate::results::ResultName;
use crate::session::find_unprompted;

use super::arguments::InputArguments;
use super::only::{file_and_line, only};
use super::{CommandError, Status};

/// What the paths on the command line hold.
pub(super) struct Inputs {
    /// The book's folder, where a whole book was named.
    pub book: Option<PathBuf>,
    /// The Kubernetes cluster that the book names.
    pub cluster: Option<ClusterName>,
    /// All notes, in order.
    pub notes: Vec<Notes>,
    /// What the manifests say.
    pub manifests: Vec<Manifest>,
    /// The exercises that were asked for.
    pub exercises: Vec<Exercise>,
    /// All exercises' IDs, asked for or not.
    pub known: Vec<String>,
    /// The same with what tells results of former IDs.
    pub names: Vec<ResultName>,
    /// Warnings, and errors that keep only a part from being used.
    pub warnings: Vec<Diagnostic>,
    /// How a command ends that finds nothing worse itself.
    pub status: Status,
}

/// Reads everything that `arguments` name.
///
/// What is wrong with one part keeps only that part from being used.
///
/// # Errors
/// An exercise's ID that nothing has.
pub(super) fn read(arguments: &InputArguments) -> Result<Inputs, CommandError> {
    let (paths, ids) = paths_and_ids(arguments);
    if let Some(id) = id_without_notes(arguments, &ids) {
        return Err(vec![
            Diagnostic::error(format!(
                "`{id}` is no file, and there is no book here that could have it as an exercise"
            ))
            .help("name the notes or the book's folder too"),
        ]);
    }
    let mut read = Read::default();
    for path in &paths {
        read.path(path, arguments.paths.contains(path));
    }
    let is_book = |path: &&PathBuf| path.join("book.toml").is_file();
    let book = paths.iter().rfind(is_book).cloned();
    let manifests = read.manifests(arguments.exercises.as_deref(), book.as_deref());
    let exercises = read.exercises(&manifests, book.is_some());
    let names = exercises.iter().map(ResultName::of).collect();
    let known = exercises.iter().map(|exercise| exercise.id.clone());
    let known = known.collect();
    let exercises = only(exercises, &ids).map_err(|refusal| {
        // What is damaged may be what was meant.
        read.warnings.drain(..).chain(refusal).collect::<Vec<_>>()
    })?;
    Ok(Inputs {
        book,
        cluster: read.cluster,
        notes: read.notes,
        manifests,
        exercises,
        known,
        names,
        warnings: read.warnings,
        status: read.status,
    })
}

/// What was read so far.
#[derive(Default)]
struct Read {
    notes: Vec<Notes>,
    warnings: Vec<Diagnostic>,
    /// What cannot be read, as exercises that are not run.
    damaged: Vec<Exercise>,
    /// The prompts that the book names.
    prompts: Vec<String>,
    /// The Kubernetes cluster that the book names.
    cluster: Option<ClusterName>,
    status: Status,
}

impl Read {
    /// Reads a book, a folder of notes, or a file of them, which the command line may name.
    fn path(&mut self, path: &Path, is_named: bool) {
        if is_named && !path.join("book.toml").is_file() && has_notes(path) {
            self.prompts.clear();
            let files = notes_below(path);
            files.iter().for_each(|file| self.file(file, true));
        } else if path.is_dir() {
            self.book(path);
        } else {
            self.prompts.clear();
            self.file(path, true);
        }
    }

    /// Reads the manifests of the folder that is `named`, or of the one beside the book.
    fn manifests(&mut self, named: Option<&Path>, book: Option<&Path>) -> Vec<Manifest> {
        let folder = exercise::manifest_folder(named, book);
        let (manifests, errors) =
            folder.map_or_else(Default::default, |folder| exercise::load_manifests(&folder));
        let mut blamed = None;
        for error in &errors {
            if named.is_some() && matches!(error, ExerciseError::Folder { .. }) {
                self.status = Status::BadInput;
            }
            let diagnostic = error.diagnose();
            let place = diagnostic.place.as_ref();
            let file = place.map(|place| place.source.path().to_owned());
            // All that is wrong with a manifest keeps one exercise from being run.
            match file.is_some() && blamed == file {
                true => self.warnings.push(diagnostic),
                false => self.damaged(&diagnostic),
            }
            blamed = file;
        }
        manifests
    }

    /// The exercises of the notes, with what is damaged. A whole book uses each manifest.
    fn exercises(&mut self, manifests: &[Manifest], is_book: bool) -> Vec<Exercise> {
        exercise::name_prompts(&mut self.notes, manifests);
        let discovery = exercise::discover(&self.notes, manifests);
        let wrong = discovery.errors.iter().map(Diagnose::diagnose);
        self.warnings.extend(wrong);
        if !discovery.errors.is_empty() {
            self.status = self.status.worse(Status::NotRun);
        }
        for error in discovery.idle.iter().filter(|_| is_book) {
            self.damaged(&error.diagnose());
        }
        let mut exercises = discovery.exercises;
        // What an exercise already reports is not reported a second time.
        let is_reported = |damaged: &Exercise| {
            let mut obstacles = exercises.iter().map(|exercise| &exercise.obstacle);
            obstacles.any(|obstacle| *obstacle == damaged.obstacle)
        };
        self.damaged.retain(|damaged| !is_reported(damaged));
        exercises.append(&mut self.damaged);
        exercises
    }

    /// Reads the chapters of a book; where its summary cannot be loaded as a whole,
    /// those that are there.
    fn book(&mut self, folder: &Path) {
        let summary = book::sources(folder).and_then(|sources| Summary::read(&sources));
        let (says, wrong) = book::session_settings(folder);
        self.prompts = says.prompts;
        self.cluster = says.cluster;
        wrong
            .iter()
            .for_each(|error| self.damaged(&error.diagnose()));
        match book::note_files(folder) {
            Ok(files) => files.iter().for_each(|file| self.file(file, false)),
            Err(diagnostics) => {
                let (missing, chapters) = summary
                    .as_ref()
                    .map(|summary| (summary.missing(), summary.files()))
                    .unwrap_or_default();
                let is_missing =
                    |other: &&Diagnostic| missing.iter().any(|one| one.message == other.message);
                let others = diagnostics.iter().filter(|other| !is_missing(other));
                let others: Vec<Diagnostic> = others.cloned().collect();
                if chapters.is_empty() || !others.is_empty() {
                    self.status = Status::BadInput;
                    self.warnings.extend(others);
                }
                let there = chapters.iter().filter(|chapter| chapter.is_file());
                there.for_each(|file| self.file(file, false));
                missing.iter().for_each(|chapter| self.damaged(chapter));
            }
        }
        self.warnings
            .extend(summary.iter().flat_map(Summary::unlisted));
    }

    /// Reads a file of notes, which the command line names or a book.
    fn file(&mut self, file: &Path, is_named: bool) {
        let source = match Source::read(file) {
            Ok(source) => source,
            Err(error) => {
                let mut diagnostic = error.diagnose();
                if is_named {
                    self.status = Status::BadInput;
                    if let Some(near) = near(file) {
                        diagnostic = diagnostic.help(format!("did you mean `{}`?", near.display()));
                    }
                }
                return self.damaged(&diagnostic);
            }
        };
        let (mut notes, warnings, errors) = Notes::read(&source);
        notes.name_prompts(&self.prompts, |_| true);
        find_unprompted(&mut notes);
        self.notes.push(notes);
        self.warnings.extend(warnings);
        for error in &errors {
            self.damaged(&error.diagnose());
        }
    }

    /// Keeps what is wrong as an exercise that is not run.
    fn damaged(&mut self, diagnostic: &Diagnostic) {
        self.status = self.status.worse(Status::NotRun);
        self.warnings.push(diagnostic.clone());
        let Some(place) = &diagnostic.place else {
            return;
        };
        let line = place.source.line(place.range.start);
        let stem = place.source.path().file_stem().unwrap_or_default();
        let stem = stem.to_string_lossy();
        let same = |other: &&Exercise| other.source.path() == place.source.path();
        let id = match self.damaged.iter().filter(same).count() {
            0 => format!("{stem}/damaged"),
            others => format!("{stem}/damaged-{}", others + 1),
        };
        let obstacle = Obstacle::of(diagnostic);
        let damaged = Exercise::not_run(&place.source, id, line, obstacle);
        self.damaged.push(damaged);
    }
}

/// The notes that were probably meant by the name of a file that is not there.
fn near(file: &Path) -> Option<PathBuf> {
    let folder = file.parent()?;
    let listed = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let names = std::fs::read_dir(listed).ok()?.flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let notes: Vec<String> = names.filter(|name| name.ends_with(".md")).collect();
    let meant = did_you_mean(
        file.file_name()?.to_str()?,
        notes.iter().map(String::as_str),
    );
    meant
        .filter(|_| !file.exists())
        .map(|name| folder.join(name))
}

/// What is named tells by itself whether it is a file or an exercise's ID; where
/// no file is named, the book in this folder is meant.
pub(super) fn paths_and_ids(arguments: &InputArguments) -> (Vec<PathBuf>, Vec<String>) {
    let (paths, ids): (Vec<&PathBuf>, Vec<&PathBuf>) =
        arguments.paths.iter().partition(|path| is_path(path));
    let ids = ids.into_iter().map(|id| id.to_string_lossy().into_owned());
    let ids: Vec<String> = ids.chain(arguments.only.iter().cloned()).collect();
    let mut paths: Vec<PathBuf> = paths.into_iter().cloned().collect();
    if paths.is_empty() {
        let files = ids.iter().filter_map(|id| file_and_line(id));
        paths.extend(
            files
                .map(|(file, _)| PathBuf::from(file))
                .filter(|file| file.is_file()),
        );
    }
    if paths.is_empty() {
        paths.push(PathBuf::from("."));
    }
    (paths, ids)
}

/// Whether a folder that is no book holds notes.
fn has_notes(folder: &Path) -> bool {
    !notes_below(folder).is_empty()
}

/// The notes in a folder, in the order in which people count.
pub(super) fn notes_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = super::natural::files(folder);
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files
}

fn is_path(path: &Path) -> bool {
    path.exists() || path.extension().is_some_and(|extension| extension == "md")
}

/// The first of `ids`, where no path is named and no book is here.
fn id_without_notes<'i>(arguments: &InputArguments, ids: &'i [String]) -> Option<&'i String> {
    let named = arguments.paths.iter().any(|path| is_path(path));
    ids.first()
        .filter(|id| file_and_line(id).is_none_or(|(file, _)| !Path::new(file).is_file()))
        .filter(|_| !named && !Path::new("book.toml").exists())
}
