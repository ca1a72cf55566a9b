//! What a program fills a wide terminal with.

use std::sync::LazyLock;

use regex::Regex;

/// `line` with the long runs of spaces that only reach for the far edge of the
/// lab's wide terminal (BuildKit's progress) made short.
pub fn without_filling(line: &str) -> String {
    static FILLING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r" {24,}").ok());
    match FILLING.as_ref() {
        Some(filling) => filling.replace_all(line, "   ").into_owned(),
        None => line.to_owned(),
    }
}
