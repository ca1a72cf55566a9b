//! What the shell makes of a word that it expands.

use regex::Regex;

/// The names that `word` can be once the shell has expanded it; none where it
/// expands nothing.
pub fn expansion(word: &str) -> Option<Regex> {
    let mut pattern = String::from("^");
    let mut rest = word;
    let mut expands = false;
    while let Some(first) = rest.chars().next() {
        let length = expansion_length(rest);
        expands |= length > 0;
        if length > 0 {
            pattern.push_str(r"\S*");
            rest = &rest[length..];
        } else {
            pattern.push_str(&regex::escape(&first.to_string()));
            rest = &rest[first.len_utf8()..];
        }
    }
    pattern.push('$');
    expands.then(|| Regex::new(&pattern).ok()).flatten()
}

/// How many bytes at the start of `text` the shell expands.
fn expansion_length(text: &str) -> usize {
    let up_to = |end: char| text[1..].find(end).map_or(text.len(), |at| at + 2);
    if text.starts_with("$(") {
        text.rfind(')').map_or(text.len(), |at| at + 1)
    } else if text.starts_with("${") || text.starts_with('{') {
        up_to('}')
    } else if text.starts_with('`') {
        up_to('`')
    } else if let Some(name) = text.strip_prefix('$') {
        let end = name.find(|next: char| !(next.is_ascii_alphanumeric() || next == '_'));
        1 + end.unwrap_or(name.len())
    } else {
        0
    }
}
