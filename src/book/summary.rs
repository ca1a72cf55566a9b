//! What SUMMARY.md lists, and whether it is there.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use pulldown_cmark::{Event, Parser, Tag};

use crate::diagnostic::{Diagnostic, Source, did_you_mean, suggestion};
use crate::paths::stays_inside;

/// The links of a book's summary.
#[derive(Debug)]
pub struct Summary {
    source: Arc<Source>,
    sources: PathBuf,
    links: Vec<(String, Range<usize>)>,
}

impl Summary {
    /// Of the chapters in the folder `sources`; none where there is none that can be
    /// read.
    pub fn read(sources: &Path) -> Option<Self> {
        let source = Source::read(&sources.join("SUMMARY.md")).ok()?;
        let links = Parser::new(source.text()).into_offset_iter();
        let links = links.filter_map(|(event, range)| match event {
            Event::Start(Tag::Link { dest_url, .. }) if !dest_url.is_empty() => {
                Some((super::chapters::percent_decoded(&dest_url), range))
            }
            _ => None,
        });
        let links = links.collect();
        Some(Self {
            source,
            sources: sources.to_owned(),
            links,
        })
    }

    /// The files that it lists, whether they are there or not, but for those outside
    /// of the folder.
    pub fn files(&self) -> Vec<PathBuf> {
        let inside = self
            .links
            .iter()
            .filter(|(link, _)| stays_inside(Path::new(link)));
        inside.map(|(link, _)| self.sources.join(link)).collect()
    }

    /// An error for each link that leads out of the folder.
    pub fn outside(&self) -> Vec<Diagnostic> {
        let outside = self
            .links
            .iter()
            .filter(|(link, _)| !stays_inside(Path::new(link)));
        let wrong = outside.map(|(link, range)| {
            Diagnostic::error(format!("{link} is outside of the folder of the chapters"))
                .at(&self.source, range.clone())
                .help("move the chapter into that folder, and link to it relative to SUMMARY.md")
        });
        wrong.collect()
    }

    /// An error for each chapter that is not there, with the name that may be meant.
    pub fn missing(&self) -> Vec<Diagnostic> {
        let is_missing = |(link, _): &&(String, _)| {
            stays_inside(Path::new(link)) && !self.sources.join(link).is_file()
        };
        let unlisted = self.unlisted_files();
        let wrong = self.links.iter().filter(is_missing).map(|(link, range)| {
            let near = did_you_mean(link, unlisted.iter().map(String::as_str));
            let otherwise = "write the chapter, or correct its path in SUMMARY.md";
            Diagnostic::error(format!("{link} is not there"))
                .at(&self.source, range.clone())
                .help(suggestion(near, otherwise))
        });
        wrong.collect()
    }

    /// A warning for each Markdown file in the folder that no link leads to.
    pub fn unlisted(&self) -> Vec<Diagnostic> {
        let files = self.unlisted_files().into_iter();
        let warnings = files.map(|file| {
            Diagnostic::warning(format!(
                "{} is in no line of SUMMARY.md: it is neither run nor a page",
                self.sources.join(&file).display()
            ))
            .help(format!("add `- [Title](<{file}>)` to SUMMARY.md"))
        });
        warnings.collect()
    }

    fn unlisted_files(&self) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        markdown_files(&self.sources, Path::new(""), &mut files);
        let plain = |link: &str| {
            let parts = Path::new(link).components();
            let parts = parts.filter(|part| matches!(part, Component::Normal(_)));
            parts.collect::<PathBuf>().display().to_string()
        };
        for (link, _) in &self.links {
            files.remove(&plain(link));
        }
        files.remove("SUMMARY.md");
        files
    }
}

/// The Markdown files below `folder`, relative to it, but for hidden ones.
fn markdown_files(folder: &Path, below: &Path, files: &mut BTreeSet<String>) {
    let entries = std::fs::read_dir(folder.join(below)).into_iter().flatten();
    for entry in entries.flatten() {
        let path = below.join(entry.file_name());
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && !is_hidden {
            markdown_files(folder, &path, files);
        } else if !is_hidden && path.extension().is_some_and(|extension| extension == "md") {
            files.insert(path.display().to_string());
        }
    }
}
