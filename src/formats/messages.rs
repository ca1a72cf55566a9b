//! Sentences that Docker itself changed: the same event in other words.
//!
//! ```text
//!     older  conflict: unable to remove repository reference "{name}" (must force) - ...
//!     newer  conflict: unable to delete {image} (must be forced) - ...
//! ```
//!
//! `messages.toml` has them, each beside what two engines really printed; its head says
//! what a hole may hold.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::pattern::table;

/// One event in two texts.
#[derive(Debug, Deserialize)]
pub struct MessageRow {
    /// What it is about; shown where a line matches through it.
    pub name: String,
    /// The Docker commands that print it, `rm` or `rm --force`; empty: any.
    #[serde(default)]
    pub only: Vec<String>,
    /// The older text, with holes; empty where older versions are silent.
    pub older: String,
    /// The newer text, with holes; empty where newer versions are silent.
    pub newer: String,
    /// Which versions print which.
    pub versions: String,
    /// Where Docker's own source says so.
    pub source: String,
}

#[derive(Deserialize)]
struct MessageTable {
    message: Vec<MessageRow>,
}

/// The table, read once; the examples in it are for the tests.
pub static MESSAGES: LazyLock<Vec<MessageRow>> =
    LazyLock::new(|| table::<MessageTable>(include_str!("messages.toml")).message);

/// Whether a row has this name.
pub fn is_row(name: &str) -> bool {
    MESSAGES.iter().any(|row| row.name == name)
}
