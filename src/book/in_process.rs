//! The whole build without a `mdbook` program.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use mdbook_driver::MDBook;
use mdbook_driver::book::{Book, BookItem};
use mdbook_driver::config::Config;
use mdbook_driver::errors::{Error, Result as DriverResult};
use mdbook_html::HtmlHandlebars;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use mdbook_renderer::{RenderContext, Renderer};
use mdbook_summary::SummaryItem;

use super::chapter::{Chapter, shown_path};
use super::chapters::{Pages, pages};
use super::context::BookContext;
use super::error::BookError;
use super::overview::OVERVIEW;
use super::policy::protect;
use super::settings::{DEFAULTS, Default, LISTS, SCRIPT, STYLE};
use super::summary::Summary;
use super::topics::TopicPage;
use super::warnings::with_warnings;
use crate::diagnostic::{Diagnose, Diagnostic, Source};

/// A site that was built.
#[derive(Debug)]
pub struct Site {
    /// The folder of the HTML pages.
    pub folder: PathBuf,
    /// What is worth a look.
    pub warnings: Vec<Diagnostic>,
}

/// Builds the book in `folder`, with what the last verify found.
///
/// # Errors
/// All that is wrong with `book.toml`, the notes or the output folder.
pub fn build(folder: &Path) -> Result<Site, Vec<Diagnostic>> {
    let refuse = |error: BookError| vec![error.diagnose()];
    let mut config = configuration(folder).map_err(refuse)?;
    complete(&mut config).map_err(|error| refuse(build_error(&error)))?;
    let (mut book, damaged) = load(folder, config)?;
    let destination = book.build_dir_for("html");
    writable(&destination).map_err(refuse)?;
    let found = Arc::new(Mutex::new(PreprocessorOutput::default()));
    book.with_preprocessor(Labbook {
        found: Arc::clone(&found),
    });
    let outputs = book.config.outputs::<toml::Value>().unwrap_or_default();
    if outputs.is_empty() || outputs.contains_key("html") {
        book.with_renderer(HtmlWithAssets);
    }
    let (built, warned) = with_warnings(|| book.build());
    let found = std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner));
    if found.policy && built.is_ok() {
        protect(&destination).map_err(|error| {
            refuse(BookError::Unwritable {
                path: destination.clone(),
                error,
            })
        })?;
    }
    match built {
        Ok(()) => Ok(Site {
            folder: shown_path(&destination),
            warnings: [damaged, found.warnings, warned].concat(),
        }),
        Err(_) if !found.errors.is_empty() => Err(found.errors),
        Err(error) => Err(refuse(build_error(&error))),
    }
}

/// The files of all chapters of the book in `folder`, in the order of its
/// summary.
///
/// # Errors
/// All that keeps the book from being loaded.
pub fn note_files(folder: &Path) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let config = configuration(folder).map_err(|error| vec![error.diagnose()])?;
    let (book, _) = load(folder, config)?;
    let sources = book.source_dir();
    let files = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(sources.join(chapter.source_path.as_ref()?)),
        _ => None,
    });
    Ok(files.collect())
}

/// The folder of the chapters of the book in `folder`; none where book.toml cannot be
/// read.
pub fn sources(folder: &Path) -> Option<PathBuf> {
    let config = configuration(folder).ok()?;
    Some(folder.join(&config.book.src))
}

/// What a site is made of.
#[derive(Debug)]
pub struct WatchedPaths {
    /// The notes, the theme, what the author names, and the files beside
    /// `book.toml` that count; they need not be there.
    pub paths: Vec<PathBuf>,
    /// The output folder, which may lie inside.
    pub output: PathBuf,
}

/// What has to be watched for changes of the book in `folder`.
///
/// # Errors
/// When `book.toml` is missing or broken.
pub fn watched(folder: &Path) -> Result<WatchedPaths, Vec<Diagnostic>> {
    let config = configuration(folder).map_err(|error| vec![error.diagnose()])?;
    let html = config.html_config().unwrap_or_default();
    let mut paths = vec![folder.join(&config.book.src), html.theme_dir(folder)];
    paths.extend(
        config
            .build
            .extra_watch_dirs
            .iter()
            .map(|extra| folder.join(extra)),
    );
    paths.extend(
        html.additional_css
            .iter()
            .chain(&html.additional_js)
            .map(|file| folder.join(file)),
    );
    paths.extend([
        folder.join("book.toml"),
        crate::results::results_path(folder),
    ]);
    Ok(WatchedPaths {
        paths,
        output: folder.join(&config.build.build_dir),
    })
}

fn configuration(folder: &Path) -> Result<Config, BookError> {
    let path = folder.join("book.toml");
    if !path.is_file() {
        return Err(BookError::NoBook {
            folder: folder.to_owned(),
        });
    }
    let source = Source::read(&path).map_err(|error| BookError::Build {
        message: error.diagnose().message,
    })?;
    let mut config =
        Config::from_str(source.text()).map_err(|error| configuration_error(&source, &error))?;
    config
        .update_from_env()
        .map_err(|error| build_error(&error))?;
    Ok(config)
}

fn configuration_error(source: &Arc<Source>, error: &Error) -> BookError {
    let toml = error
        .chain()
        .find_map(|cause| cause.downcast_ref::<toml::de::Error>());
    let (range, message) = match toml {
        Some(toml) => (toml.span().unwrap_or(0..0), toml.message().to_owned()),
        None => (0..0, chain(error)),
    };
    BookError::Configuration {
        source: Arc::clone(source),
        range,
        message,
    }
}

/// Adds to `config` what the pages need and the author does not say.
fn complete(config: &mut Config) -> DriverResult<()> {
    for (path, element) in LISTS {
        let key = path.join(".");
        let mut list: Vec<String> = config.get(&key).ok().flatten().unwrap_or_default();
        let there = list
            .iter()
            .any(|there| there.trim_start_matches("./") == element);
        if !there {
            list.push(element.to_owned());
            config.set(&key, list)?;
        }
    }
    for default in DEFAULTS {
        match default {
            Default::Switch(path, value) => set_default(config, path, value)?,
            Default::Number(path, value) => set_default(config, path, value)?,
        }
    }
    Ok(())
}

fn set_default(
    config: &mut Config,
    path: &[&str],
    value: impl serde::Serialize,
) -> DriverResult<()> {
    let key = path.join(".");
    if config.contains_key(&key) {
        Ok(())
    } else {
        config.set(&key, value)
    }
}

/// The book in `folder`, with the errors of chapters that cannot be read: the page of
/// each says what is wrong.
fn load(folder: &Path, mut config: Config) -> Result<(MDBook, Vec<Diagnostic>), Vec<Diagnostic>> {
    let sources = folder.join(&config.book.src);
    // mdBook panics at an absolute path, and writes a page outside of the site for
    // one that climbs; a chapter that is not there it makes, as an empty one.
    config.build.create_missing = false;
    if let Some(summary) = Summary::read(&sources) {
        let wrong = [summary.outside(), summary.missing()].concat();
        if !wrong.is_empty() {
            return Err(wrong);
        }
    }
    let error = match MDBook::load_with_config(folder, config.clone()) {
        Ok(book) => return Ok((book, Vec::new())),
        Err(error) => error,
    };
    let not_text = not_text(&sources);
    let of_chapters = |error: &Diagnostic| error.place.is_some();
    match without_damaged(folder, &sources, config) {
        Some(book) if not_text.iter().any(of_chapters) => Ok((book, not_text)),
        _ if not_text.is_empty() => Err(vec![build_error(&error).diagnose()]),
        _ => Err(not_text),
    }
}

/// The book in which chapters that cannot be read are pages that say so; none where
/// something else keeps it from being loaded.
fn without_damaged(folder: &Path, sources: &Path, config: Config) -> Option<MDBook> {
    let summary = std::fs::read_to_string(sources.join("SUMMARY.md")).ok()?;
    let mut summary = mdbook_summary::parse_summary(&summary).ok()?;
    // Each chapter without a file, in order, and the one that it is meant to have.
    let mut drafts: VecDeque<Option<PathBuf>> = VecDeque::new();
    for items in [
        &mut summary.prefix_chapters,
        &mut summary.numbered_chapters,
        &mut summary.suffix_chapters,
    ] {
        make_drafts(items, sources, &mut drafts);
    }
    let mut book = MDBook::load_with_config_and_summary(folder, config, summary).ok()?;
    book.book.for_each_mut(|item| {
        let BookItem::Chapter(chapter) = item else {
            return;
        };
        if !chapter.is_draft_chapter() {
            return;
        }
        if let Some(path) = drafts.pop_front().flatten() {
            chapter.content = page_of_damaged(&chapter.name, &sources.join(&path));
            chapter.source_path = Some(path.clone());
            chapter.path = Some(path);
        }
    });
    Some(book)
}

/// Takes the files away from the links of `items` whose files are no text.
fn make_drafts(items: &mut [SummaryItem], sources: &Path, drafts: &mut VecDeque<Option<PathBuf>>) {
    for item in items {
        let SummaryItem::Link(link) = item else {
            continue;
        };
        let is_text = |path: &mut PathBuf| {
            let read = Source::read(&sources.join(path));
            !matches!(read, Err(error) if error.diagnose().place.is_some())
        };
        // As mdBook walks over a book: what is nested comes first.
        make_drafts(&mut link.nested_items, sources, drafts);
        if !link.location.as_mut().is_some_and(is_text) {
            drafts.push_back(link.location.take());
        }
    }
}

/// The page of a chapter that is no text: what is wrong, and what can be read of it.
fn page_of_damaged(name: &str, path: &Path) -> String {
    let error = Source::read(path).err().map(|error| {
        let error = error.diagnose();
        let line = error
            .place
            .as_ref()
            .map_or(0, |place| place.source.line(place.range.start));
        format!("{}:{line}: {}", shown_path(path).display(), error.message)
    });
    let bytes = std::fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: String = text.lines().map(|line| format!("    {line}\n")).collect();
    format!("# {name}\n\n**{}**\n\n{lines}", error.unwrap_or_default())
}

/// The Markdown files below `folder` that are not UTF-8: mdBook does not say
/// where the bad byte is.
fn not_text(folder: &Path) -> Vec<Diagnostic> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let wrong = paths.iter().flat_map(|path| {
        if path.is_dir() && !path.is_symlink() {
            return not_text(path);
        }
        let markdown = path.extension().is_some_and(|extension| extension == "md");
        let error = markdown.then(|| Source::read(path).err()).flatten();
        error.iter().map(Diagnose::diagnose).collect()
    });
    wrong.collect()
}

fn writable(destination: &Path) -> Result<(), BookError> {
    let tried = std::fs::create_dir_all(destination)
        .and_then(|()| tempfile::NamedTempFile::new_in(destination));
    tried.map(drop).map_err(|error| BookError::Unwritable {
        path: destination.to_owned(),
        error,
    })
}

fn build_error(error: &Error) -> BookError {
    BookError::Build {
        message: chain(error),
    }
}

/// What went wrong, from the outermost to the innermost.
fn chain(error: &Error) -> String {
    error
        .chain()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// What the preprocessor found.
#[derive(Default)]
struct PreprocessorOutput {
    warnings: Vec<Diagnostic>,
    errors: Vec<Diagnostic>,
    /// Whether the pages get a Content-Security-Policy.
    policy: bool,
}

/// The preprocessor, without a process of its own.
struct Labbook {
    found: Arc<Mutex<PreprocessorOutput>>,
}

impl Preprocessor for Labbook {
    fn name(&self) -> &str {
        "labbook"
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> DriverResult<Book> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let context = match BookContext::read(
            &context.root,
            &serde_json::to_value(&context.config)?,
            &context.renderer,
            &context.mdbook_version,
        ) {
            Ok(context) => context,
            Err(errors) => {
                found.errors = errors;
                return Err(Error::msg("the configuration cannot be read"));
            }
        };
        found.policy |= context.policy;
        let mut chapters = Vec::new();
        book.for_each_chapter_mut(|chapter| {
            if let Some(path) = &chapter.source_path {
                chapters.push(Chapter {
                    path: path.clone(),
                    content: chapter.content.clone(),
                });
            }
        });
        let Pages {
            pages,
            overview,
            warnings,
        } = pages(&context, &chapters);
        found.warnings = warnings;
        let mut pages = pages.into_iter();
        book.for_each_chapter_mut(|chapter| {
            if chapter.source_path.is_some()
                && let Some(made) = pages.next()
            {
                chapter.content = made.content;
                for topic in made.topics {
                    add(topic, chapter);
                }
            }
        });
        if let Some((name, content)) = overview {
            let mut chapter =
                mdbook_driver::book::Chapter::new(name, content, OVERVIEW, Vec::new());
            chapter.source_path = None;
            book.push_item(chapter);
        }
        Ok(book)
    }
}

/// Adds the chapter of a topic below `whole`.
fn add(topic: TopicPage, whole: &mut mdbook_driver::book::Chapter) {
    let parents = whole.parent_names.iter().chain([&whole.name]);
    let parents = parents.cloned().collect();
    let mut chapter =
        mdbook_driver::book::Chapter::new(&topic.name, topic.content, topic.path, parents);
    chapter.source_path.clone_from(&whole.source_path);
    let below = whole.sub_items.iter();
    let place = 1 + below
        .filter(|item| matches!(item, BookItem::Chapter(_)))
        .count();
    chapter.number = whole.number.clone().map(|mut number| {
        number.push(u32::try_from(place).unwrap_or(u32::MAX));
        number
    });
    whole.sub_items.push(BookItem::Chapter(chapter));
}

/// mdBook's HTML renderer, which takes style sheets and scripts from the book's
/// folder only: where ours are not installed, it gets a folder that looks like
/// the book's and holds them too.
struct HtmlWithAssets;

impl Renderer for HtmlWithAssets {
    fn name(&self) -> &str {
        "html"
    }

    fn render(&self, context: &RenderContext) -> DriverResult<()> {
        let missing: Vec<_> = [STYLE, SCRIPT]
            .into_iter()
            .filter(|asset| !context.root.join(asset.name).exists())
            .collect();
        if missing.is_empty() {
            return HtmlHandlebars::new().render(context);
        }
        let folder = tempfile::tempdir()?;
        for entry in std::fs::read_dir(&context.root)? {
            let entry = entry?;
            std::os::unix::fs::symlink(
                std::path::absolute(entry.path())?,
                folder.path().join(entry.file_name()),
            )?;
        }
        for asset in missing {
            std::fs::write(folder.path().join(asset.name), asset.text)?;
        }
        let destination = std::path::absolute(&context.destination)?;
        let mut inside = RenderContext::new(
            folder.path(),
            context.book.clone(),
            context.config.clone(),
            destination,
        );
        inside.chapter_titles = context.chapter_titles.clone();
        HtmlHandlebars::new().render(&inside)
    }
}
