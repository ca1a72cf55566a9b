//! Text of notes and programs as a terminal may show it.

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// `text` with what would steer a terminal as the signs that stand for it; tabs and
/// line ends stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    let steers = |c: char| c.is_control() && c != '\t' && c != '\n' || is_turn(c);
    if !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let sign = |c: char| match c {
        _ if !steers(c) => c,
        '\u{7f}' => '\u{2421}',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        _ => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(sign).collect())
}

/// `text` with its tabs as blanks, as many as a terminal shows, so that marks can
/// stand below it.
pub(super) fn without_tabs(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (index, part) in text.split('\t').enumerate() {
        if index > 0 {
            let blanks = 8 - shown.width() % 8;
            shown.push_str(&" ".repeat(blanks));
        }
        shown.push_str(part);
    }
    shown
}

/// Whether `c` turns the direction of the text after it.
fn is_turn(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_the_blanks_that_a_terminal_shows() {
        assert_eq!(without_tabs("a\t가\tb"), "a       가      b");
    }

    #[test]
    fn nothing_that_steers_a_terminal_is_left() {
        assert_eq!(visible("가 a\tb\n"), "가 a\tb\n");
        assert_eq!(
            visible("\u{1b}[31m\u{7}\r\u{7f}\u{9b}\u{202e}"),
            "␛[31m␇␍␡\u{fffd}\u{fffd}"
        );
    }
}
