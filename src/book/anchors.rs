//! Anchors of headings that would be those of questions.
//!
//! A question keeps its anchor whatever else is written, so that old addresses lead to
//! it; a heading with the same words gets another one.

use std::collections::{HashMap, HashSet};

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

use super::escape::TextEdit;
use crate::notes::{self, Notes};

/// What is written behind the headings of `notes` that would have a question's anchor.
pub(super) fn renamed(notes: &Notes) -> Vec<TextEdit> {
    let text = notes.layout.text();
    let slugs = notes.questions().map(|(_, question)| &*question.slug);
    let slugs: HashSet<&str> = slugs.collect();
    let asked = notes.layout.questions().map(|(heading, _)| heading.start);
    let asked: HashSet<usize> = asked.collect();
    // Few pages have such a heading, so they are not parsed once more.
    let lines = text.lines().map(str::trim);
    let mut names = lines.map(|line| id(line.trim_matches('#')));
    if slugs.is_empty() || !names.any(|name| slugs.contains(&*name) || counted(&slugs, &name)) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut heading = None;
    for (event, range) in Parser::new_ext(text, notes::options()).into_offset_iter() {
        match event {
            Event::Start(Tag::Heading { .. }) if !asked.contains(&range.start) => {
                heading = Some((String::new(), range.start));
            }
            Event::Text(shown) | Event::Code(shown) => {
                if let Some((words, end)) = &mut heading {
                    words.push_str(&shown);
                    *end = range.end;
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let Some((words, end)) = heading.take() else {
                    continue;
                };
                let name = id(&words);
                let count = counts.entry(name.clone()).or_default();
                let anchor = match *count {
                    0 => name.clone(),
                    count => format!("{name}-{count}"),
                };
                let rest = text[end..].lines().next().unwrap_or_default();
                if slugs.contains(&*anchor) && rest.trim().is_empty() {
                    let other = format!(" {{#{name}-heading-{}}}", edits.len() + 1);
                    edits.push(TextEdit::insert(end, other));
                } else {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    edits
}

/// Whether a question has the anchor of a heading `name` that is not the first.
fn counted(slugs: &HashSet<&str>, name: &str) -> bool {
    !name.is_empty() && slugs.contains(&*format!("{name}-1"))
}

/// The anchor that mdBook makes of a heading.
pub(super) fn id(heading: &str) -> String {
    let letters = heading
        .trim()
        .chars()
        .filter_map(|character| match character {
            _ if character.is_alphanumeric() || matches!(character, '_' | '-') => Some(character),
            _ if character.is_whitespace() => Some('-'),
            _ => None,
        });
    letters.flat_map(char::to_lowercase).collect()
}
