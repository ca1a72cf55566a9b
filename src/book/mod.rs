//! (being built)
mod files;
pub use files::note_files;
