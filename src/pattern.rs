//! Patterns of our own: each is compiled once, and a test compiles it, so that none
//! can match nothing in silence.

use regex::Regex;

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
