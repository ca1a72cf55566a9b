//! A Dockerfile with its instructions, comments and variables marked up.

use super::html::{element, literal};

/// The lines of a Dockerfile as HTML.
pub(super) fn coloured<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut goes_on = false;
    let lines = lines.map(|line| {
        let text = line.trim_start();
        let (indent, _) = line.split_at(line.len() - text.len());
        if text.starts_with('#') {
            return indent.to_owned() + &element("span", "labbook-comment", text);
        }
        let word = text.split([' ', '\t']).next().unwrap_or_default();
        let begins = !goes_on && word.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !text.is_empty() {
            goes_on = text.trim_end().ends_with('\\');
        }
        let (word, rest) = text.split_at(if begins { word.len() } else { 0 });
        let word = match word {
            "" => String::new(),
            word => element("b", "labbook-instruction", word),
        };
        indent.to_owned() + &word + &variables(rest)
    });
    lines.collect::<Vec<_>>().join("&#10;")
}

/// `$NAME` and `${NAME...}`, marked up.
fn variables(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, found) = rest.split_at(at);
        html += &literal(before);
        let length = match found.strip_prefix("${") {
            Some(inside) => inside.find('}').map_or(found.len(), |end| end + 3),
            None => {
                let name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
                1 + found.bytes().skip(1).take_while(name).count()
            }
        };
        let (variable, behind) = found.split_at(length);
        html += &element("span", "labbook-variable", variable);
        rest = behind;
    }
    html + &literal(rest)
}
