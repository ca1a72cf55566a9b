//! Which notes a book has.

use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;
use mdbook_driver::config::Config;

use crate::diagnostic::Diagnostic;

/// The files of the chapters of the book in folder `root`, in the book's order.
///
/// # Errors
/// What keeps the book from being read: no or a broken `book.toml` or
/// `SUMMARY.md`, a chapter that is not there.
pub fn note_files(root: &Path) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let refuse = |error: &dyn std::fmt::Display, what: &str| {
        vec![
            Diagnostic::error(format!("cannot read the book in {}: {error}", root.display()))
                .help(what),
        ]
    };
    let toml = root.join("book.toml");
    let mut config = Config::from_disk(&toml)
        .map_err(|error| refuse(&format!("{error:#}"), "name a folder with a book.toml, or notes files"))?;
    // Looking at a book must not write into it.
    config.build.create_missing = false;
    let source = root.join(&config.book.src);
    let book = MDBook::load_with_config(root, config)
        .map_err(|error| refuse(&format!("{error:#}"), "mend the book's SUMMARY.md"))?;
    let chapters = book.book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => chapter.source_path.as_ref(),
        _ => None,
    });
    Ok(chapters.map(|path| source.join(path)).collect())
}
