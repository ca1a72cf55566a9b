//! The one place where text becomes HTML.
//!
//! ```text
//!     a < b        a &#60; b       punctuation as references: neither Markdown, nor
//!                                  HTML, nor mdBook finds anything in it
//!     line break   &#10;           a blank line would end a block of HTML
//!     U+202E       ⟦U+202E⟧        it would show the text behind it in another order
//! ```

use std::borrow::Cow;

/// `text` with every ASCII punctuation as a character reference, for text and for
/// quoted values of attributes.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        match character {
            '\0' => literal.push('\u{fffd}'),
            '\n' | '\r' => literal.push_str(if character == '\n' { "&#10;" } else { "" }),
            _ if character.is_ascii_punctuation() => {
                literal.push_str("&#");
                literal.push_str(&u32::from(character).to_string());
                literal.push(';');
            }
            _ => literal.push(character),
        }
    }
    literal
}

/// `<NAME class="CLASS">TEXT</NAME>`.
pub(super) fn element(name: &str, class: &str, text: &str) -> String {
    wrap(name, class, &literal(text))
}

/// The same around what is HTML already.
pub(super) fn wrap(name: &str, class: &str, html: &str) -> String {
    format!("<{name} class=\"{class}\">{html}</{name}>")
}

/// What labbook itself says beside the notes: no text of theirs, so that tests and
/// readers can tell the two apart.
pub(super) fn own(html: &str) -> String {
    wrap("small", "labbook-own", html)
}

/// HTML that stands as a block of Markdown on one line: a comment in front lets the
/// block end with the line, whatever follows.
pub(super) fn block(html: &str) -> String {
    format!("{BLOCK}{html}")
}

/// How a block of labbook's own begins.
pub(super) const BLOCK: &str = "<!--labbook-->";

/// `text` with the characters visible that would show what follows them in another
/// order than it is written in.
pub(super) fn without_overrides(text: &str) -> Cow<'_, str> {
    let overrides =
        |character| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(overrides) {
        return Cow::Borrowed(text);
    }
    let shown = text.chars().map(|character| match character {
        _ if overrides(character) => format!("⟦U+{:04X}⟧", u32::from(character)),
        _ => character.to_string(),
    });
    Cow::Owned(shown.collect())
}
