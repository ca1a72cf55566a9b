//! All chapters of a book at once: exercises and results are of the whole book.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::chapter::{Chapter, PageFormat, shown_path};
use super::context::BookContext;
use super::drawn::Drawn;
use super::escape::ImageLink;
use super::overview::{Class, OVERVIEW, door, overview};
use super::page::page;
use super::topics::{Cut, TopicPage};
use super::verdict::Results;
use crate::diagnostic::{Diagnose, Diagnostic, Severity, Source};
use crate::exercise::{self, Exercise};
use crate::lab::EngineInfo;
use crate::notes::Notes;
use crate::results;
use crate::session::find_unprompted;

/// Makes the chapters' pages, in the same order, and finds what is worth a look. A
/// chapter that cannot be read as notes is shown as the text that it is.
pub(super) fn pages(context: &BookContext, chapters: &[Chapter]) -> Pages {
    let mut notes = Vec::new();
    let mut warnings = context.idle_trust(chapters);
    for chapter in chapters {
        let path = shown_path(&context.sources.join(&chapter.path));
        match Notes::parse(&Source::new(path, chapter.content.as_str())) {
            Ok((mut read, found)) => {
                read.name_prompts(&context.prompts, |_| true);
                find_unprompted(&mut read);
                notes.push(Some(read));
                warnings.extend(found);
            }
            Err(found) => {
                notes.push(None);
                warnings.extend(found.iter().map(Diagnose::diagnose));
            }
        }
    }
    let mut known = ExerciseDrawings::read(context, notes.iter().flatten(), &mut warnings);
    let mut pages = Vec::with_capacity(notes.len());
    let mut classes = Vec::new();
    for (notes, chapter) in notes.iter().zip(chapters) {
        let Some(notes) = notes else {
            pages.push(BuiltChapter {
                content: as_text(&chapter.content),
                topics: Vec::new(),
            });
            continue;
        };
        let trusted = context.trusts(&chapter.path);
        let mut drawn = known.drawn.remove(notes.source.path()).unwrap_or_default();
        let exercises = std::mem::take(&mut drawn.exercises);
        let is_taken = |path: &Path| {
            let mut chapters = chapters.iter();
            chapters.any(|chapter| chapter.path == path) || context.sources.join(path).exists()
        };
        let cut = match context.form {
            PageFormat::Html => Cut::of(notes, &chapter.path, is_taken),
            PageFormat::Plain => None,
        };
        let page = page(notes, context, trusted, drawn, cut.as_ref());
        let cut = cut.filter(|_| !page.topics.is_empty());
        let folder = context.sources.join(&chapter.path);
        let folder = folder.parent().unwrap_or(&context.sources);
        warnings.extend(
            page.images
                .iter()
                .filter_map(|image| missing_image(notes, folder, image)),
        );
        let topics = cut.as_ref().map(|cut| cut.parts(page.topics));
        pages.push(BuiltChapter {
            content: page.markdown,
            topics: topics.unwrap_or_default(),
        });
        classes.push(Class {
            path: &chapter.path,
            notes,
            exercises,
            cut,
        });
    }
    let is_taken = chapters
        .iter()
        .any(|chapter| chapter.path == Path::new(OVERVIEW));
    let overview = match context.form {
        PageFormat::Html if !is_taken => overview(&classes, &known.engines, context),
        _ => None,
    };
    if overview.is_some()
        && let (Some(first), Some(page)) = (chapters.first(), pages.first_mut())
        && let Some(door) = door(&first.path, &classes, &known.engines, context.labels)
    {
        page.content.push_str(&door);
    }
    Pages {
        pages,
        overview: overview.map(|content| (context.labels.overview, content)),
        warnings,
    }
}

/// The pages of a book.
pub(super) struct Pages {
    /// What is made of each chapter.
    pub pages: Vec<BuiltChapter>,
    /// The title and the Markdown of one more page, whose file is [`OVERVIEW`].
    pub overview: Option<(&'static str, String)>,
    /// What is worth a look.
    pub warnings: Vec<Diagnostic>,
}

/// What is made of a chapter.
pub(super) struct BuiltChapter {
    /// Its Markdown.
    pub content: String,
    /// The chapters below it, one a topic, where it is long.
    pub topics: Vec<TopicPage>,
}

/// What is drawn into the pages of a book, by the file of the notes.
#[derive(Default)]
struct ExerciseDrawings {
    drawn: HashMap<PathBuf, Drawn>,
    engines: Vec<EngineInfo>,
}

impl ExerciseDrawings {
    fn read<'n>(
        context: &BookContext,
        notes: impl Iterator<Item = &'n Notes> + Clone,
        warnings: &mut Vec<Diagnostic>,
    ) -> Self {
        if context.form == PageFormat::Plain {
            return Self::default();
        }
        let mut report =
            results::load(&results::results_path(&context.root)).unwrap_or_else(|error| {
                warnings.push(warning(error.diagnose()));
                None
            });
        let folder = exercise::manifest_folder(None, Some(&context.root));
        let (manifests, errors) =
            folder.map_or_else(Default::default, |folder| exercise::load_manifests(&folder));
        let errors = errors.iter().map(Diagnose::diagnose);
        warnings.extend(errors.map(warning));
        let discovery = exercise::discover(notes.clone(), &manifests);
        warnings.extend(
            discovery
                .errors
                .iter()
                .map(|error| warning(error.diagnose())),
        );
        if let Some(report) = &mut report {
            let names: Vec<_> = discovery
                .exercises
                .iter()
                .map(results::ResultName::of)
                .collect();
            results::rename(report, &names);
        }
        let mut of_file: HashMap<&Path, Vec<&Exercise>> = HashMap::new();
        for exercise in &discovery.exercises {
            let exercises = of_file.entry(exercise.source.path()).or_default();
            exercises.push(exercise);
        }
        let known = report.as_ref().map(Results::new);
        let drawn = notes.map(|notes| {
            let path = notes.source.path();
            let exercises = of_file.remove(path).unwrap_or_default();
            let drawn = Drawn::new(notes, &exercises, known.as_ref(), context);
            (path.to_owned(), drawn)
        });
        let drawn = drawn.collect();
        Self {
            drawn,
            engines: report.map(|report| report.engines).unwrap_or_default(),
        }
    }
}

/// The page of a chapter that cannot be read as notes: its text, line by line.
fn as_text(content: &str) -> String {
    let lines = content.lines().map(|line| format!("    {line}\n"));
    lines.collect()
}

/// What is an error for `verify` is only worth a look for a book.
fn warning(diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        ..diagnostic
    }
}

/// An image of this book that is not there.
fn missing_image(notes: &Notes, folder: &Path, image: &ImageLink) -> Option<Diagnostic> {
    let path = image
        .destination
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    let elsewhere = path.starts_with('/') || path.contains("://") || path.starts_with("data:");
    if path.is_empty()
        || elsewhere
        || folder.join(path).exists()
        || folder.join(percent_decoded(path)).exists()
    {
        return None;
    }
    Some(
        Diagnostic::warning(format!("no such image: {path}"))
            .at(&notes.source, image.range.clone())
            .help(format!(
                "put it at {}",
                shown_path(&folder.join(path)).display()
            )),
    )
}

/// `path` with `%20` and the like resolved; as it is where that is no text.
pub fn percent_decoded(path: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8();
    decoded.map_or_else(|_| path.to_owned(), Into::into)
}
