//! Patterns and tables of our own: each is read once, and a test reads it, so that none
//! can match nothing in silence.

use regex::Regex;
use serde::de::DeserializeOwned;

/// Reads a table of our own, the text of a `.toml` file beside the code.
///
/// # Panics
/// Where it cannot be read, which every test that asks the table shows.
pub(crate) fn table<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("a table cannot be read: {error}"))
}

/// Compiles a pattern of our own.
///
/// # Panics
/// Where it is no pattern, which the test of its declaration shows.
pub(crate) fn compiled(text: impl AsRef<str>) -> Regex {
    let text = text.as_ref();
    Regex::new(text).unwrap_or_else(|error| panic!("{text} is no pattern: {error}"))
}

/// Declares patterns as statics, each with a test that compiles it:
/// `pattern! { NUMBER = "[0-9]+"; }`.
macro_rules! pattern {
    ($($(#[$note:meta])* $name:ident = $text:expr;)+) => {$(
        $(#[$note])*
        static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| $crate::pattern::compiled($text));

        #[cfg(test)]
        #[allow(non_snake_case)]
        mod $name {
            #[test]
            fn compiles() {
                std::sync::LazyLock::force(&super::$name);
            }
        }
    )+};
}
pub(crate) use pattern;
