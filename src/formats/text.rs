//! Lines and words as they are compared.

use unicode_width::UnicodeWidthChar;

/// The numbers of the `lines`, from 0, for which `is_one` holds.
pub fn lines_where(lines: &[Option<&str>], is_one: impl Fn(&str) -> bool) -> Vec<usize> {
    let numbers = 0..lines.len();
    numbers
        .filter(|number| lines[*number].is_some_and(&is_one))
        .collect()
}

/// Lines of the notes, of which those that are elided are none.
pub fn noted_lines(lines: &[Option<String>]) -> Vec<Option<&str>> {
    lines.iter().map(Option::as_deref).collect()
}

/// Lines that were printed, of which none is elided.
pub fn printed_lines(lines: &[String]) -> Vec<Option<&str>> {
    lines.iter().map(|line| Some(line.as_str())).collect()
}

/// Whether `text` stands somewhere in `authored`, not as a part of a word.
pub fn stands_in(authored: &str, text: &str) -> bool {
    let text = text.trim();
    let free = |neighbour: Option<char>| neighbour.is_none_or(|next| !next.is_alphanumeric());
    !text.is_empty()
        && authored.match_indices(text).any(|(start, _)| {
            free(authored[..start].chars().next_back())
                && free(authored[start + text.len()..].chars().next())
        })
}

/// A line as it is compared: tabs as the terminal shows them, blanks that do
/// not break as blanks, no white space at the end.
pub fn normal(line: &str) -> String {
    let line = line.trim_end();
    if !line.contains(['\t', '\u{a0}']) {
        return line.to_owned();
    }
    let mut text = String::with_capacity(line.len() + 16);
    let mut column = 0;
    for character in line.chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                text.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\u{a0}' => {
                text.push(' ');
                column += 1;
            }
            _ => {
                text.push(character);
                column += character.width().unwrap_or(0);
            }
        }
    }
    text
}
