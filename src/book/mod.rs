//! Notes and results to the pages of a course book.
//!
//! ```text
//!     mdBook --JSON--> preprocessor \
//!                                    chapters -> page (slices, escaped)
//!     MDBook  ------>  in_process   /              + draw (transcripts, Dockerfiles)
//!                                                      + verdict (results)
//!
//!     install   the preprocessor, style sheet and script into a book's folder
//! ```
//!
//! A page is made of byte ranges of its notes: all of their text stands once, in
//! order, in the built HTML. Nothing here runs Docker; what is known about an
//! exercise is read from `labbook.json` beside `book.toml`.

mod anchors;
mod chapter;
mod chapters;
mod console;
mod context;
mod dockerfile;
mod draw;
mod drawn;
mod error;
mod escape;
mod html;
mod in_process;
mod install;
mod labels;
mod overview;
mod page;
mod policy;
mod preprocessor;
mod reasons;
mod reports;
mod settings;
mod summary;
#[cfg(test)]
mod tests;
mod topics;
mod verdict;
mod warnings;

pub use chapters::percent_decoded;
pub use context::session_settings;
pub use error::BookError;
pub use in_process::{Site, WatchedPaths, build, note_files, sources, watched};
pub use install::{Installed, install};
pub use preprocessor::{preprocess, supports};
pub use summary::Summary;
