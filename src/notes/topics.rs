//! Which headings have questions under them.
//!
//! A list is no Q&A when it stands before the first topic, is a plan or a table
//! of contents, holds nothing but links and images, or is the numbered steps of a tutorial.

use std::ops::Range;

use super::lines::{LineKind, Marker, NoteLine};

/// A heading and the lines under it, up to the next heading.
#[derive(Debug)]
pub(super) struct HeadingGroup {
    /// The heading's level; 0 for the lines before the first heading.
    pub level: usize,
    /// The lines under the heading, by index.
    pub body: Range<usize>,
    /// Whether questions stand under it.
    pub topic: bool,
}

/// Divides `lines` at the headings and finds the topics among them.
pub(super) fn groups(text: &str, lines: &[NoteLine]) -> Vec<HeadingGroup> {
    let mut groups = vec![HeadingGroup {
        level: 0,
        body: 0..0,
        topic: false,
    }];
    let mut titles = vec![String::new()];
    for (number, line) in lines.iter().enumerate() {
        if let LineKind::Heading { level, first } = line.kind {
            let title = text[line.text..line.range.end].trim().trim_matches('#');
            match titles.last_mut() {
                Some(last) if !first => last.push_str(title),
                _ => titles.push(title.to_lowercase()),
            }
            if first {
                groups.push(HeadingGroup {
                    level,
                    body: number + 1..number + 1,
                    topic: false,
                });
            }
        }
        if let Some(group) = groups.last_mut() {
            if matches!(line.kind, LineKind::Heading { .. }) {
                group.body.start = number + 1;
            }
            group.body.end = number + 1;
        }
    }
    let lists: Vec<List> = groups
        .iter()
        .map(|group| List::read(text, lines, group))
        .collect();
    let asked: Vec<bool> = lists.iter().map(List::asks).collect();
    let is_document = is_document(&lists);
    let notes = !is_document && asked.contains(&true) || !lists.iter().any(|list| list.prose);
    // Where the file asks elsewhere, a numbered list may be questions in other words.
    let asks_elsewhere = lists.iter().any(|list| list.asks() && !list.is_of_steps());
    for ((group, list), title) in groups.iter_mut().zip(&lists).zip(&titles) {
        let strict = is_document || list.prose;
        let may_ask = !is_agenda(title) && (asks_elsewhere || !list.is_of_steps());
        group.topic = group.level > 0 && may_ask && list.has_questions(notes, strict);
    }
    drop_list_under_the_title(&mut groups, &asked);
    groups
}

/// Whether the file is a document, in which a list may ask something too: more
/// headings have a fence above their list, or without one, than questions have an
/// answer.
fn is_document(lists: &[List]) -> bool {
    let sections = lists.iter().filter(|list| list.fenced).count();
    let items = lists.iter().flat_map(|list| &list.items);
    sections > items.filter(|item| item.asks && item.answered).count()
}

/// The items, by their bytes, that ask something before the first heading.
pub(super) fn lost_questions<'a>(
    text: &'a str,
    lines: &'a [NoteLine],
    groups: &'a [HeadingGroup],
) -> impl Iterator<Item = Range<usize>> + 'a {
    let before = groups.iter().filter(|group| group.level == 0);
    before
        .flat_map(|group| &lines[group.body.clone()])
        .filter(|line| line.kind == (LineKind::Item { question: true }))
        .map(|line| line.text..line.text + text[line.text..line.range.end].trim_end().len())
        .filter(|item| asks(&text[item.clone()]))
}

/// A list right under the file's title, with topics in deeper headings, stands
/// before the first topic, unless something is asked in it.
fn drop_list_under_the_title(groups: &mut [HeadingGroup], asked: &[bool]) {
    let deeper = groups
        .iter()
        .skip(2)
        .any(|group| group.topic && group.level > 1);
    if let (Some(title), Some(false)) = (groups.get_mut(1), asked.get(1))
        && title.level == 1
        && deeper
    {
        title.topic = false;
    }
}

/// What stands under a heading.
#[derive(Default)]
struct List {
    /// Prose stands before the first item, or there is no item.
    prose: bool,
    /// A fence stands before the first item, or there is no item.
    fenced: bool,
    items: Vec<ListItem>,
}

/// What tells whether a top-level item is a question.
struct ListItem {
    /// Its own text holds a question mark.
    asks: bool,
    /// Its own text is more than links and images.
    worded: bool,
    /// Something more than links and images stands under it.
    answered: bool,
    /// It has a number.
    numbered: bool,
    /// A fence stands under it.
    fenced: bool,
    /// An item of a list stands under it.
    listed: bool,
}

impl List {
    fn asks(&self) -> bool {
        self.items.iter().any(|item| item.asks)
    }

    /// Whether an item is a question. A question mark tells, and in `notes`
    /// (where something is asked somewhere, or nothing is stated in prose) an
    /// answer does. Where it is `strict`, only both together tell.
    fn has_questions(&self, notes: bool, strict: bool) -> bool {
        self.items.iter().filter(|item| item.worded).any(|item| {
            if strict {
                item.asks && item.answered
            } else {
                item.asks || (notes && item.answered)
            }
        })
    }

    /// Whether its items are the steps of a tutorial: numbered, fewer than half of them ask, none
    /// has an answer in a list, and two or more have a fence.
    fn is_of_steps(&self) -> bool {
        let count = |is_meant: fn(&&ListItem) -> bool| self.items.iter().filter(is_meant).count();
        let is_step = |item: &ListItem| item.numbered && !item.listed;
        self.items.iter().all(is_step)
            && 2 * count(|item| item.asks) < self.items.len()
            && count(|item| item.fenced) > 1
    }

    fn read(text: &str, lines: &[NoteLine], group: &HeadingGroup) -> Self {
        let mut list = Self::default();
        let mut own_text = false;
        for line in &lines[group.body.clone()] {
            let shown = text[line.text..line.range.end].trim_end();
            match line.kind {
                LineKind::Item { question: true } => {
                    let marker = Marker::read(shown);
                    let numbered = marker.is_some_and(|marker| marker.is_numbered());
                    let shown = shown[marker.map_or(0, |marker| marker.bytes)..].trim();
                    own_text = !shown.is_empty();
                    if own_text {
                        list.items.push(ListItem {
                            asks: asks(shown),
                            worded: !only_links(shown),
                            answered: false,
                            numbered,
                            fenced: false,
                            listed: false,
                        });
                    }
                }
                LineKind::Blank
                | LineKind::Rule
                | LineKind::Verbatim
                | LineKind::Heading { .. } => {
                    own_text = false;
                }
                LineKind::Text { .. }
                | LineKind::Item { .. }
                | LineKind::Fence { .. }
                | LineKind::Body { .. } => {
                    let is_fence = matches!(line.kind, LineKind::Fence { .. });
                    list.fenced |= list.items.is_empty() && is_fence;
                    if let Some(item) = list.items.last_mut() {
                        item.fenced |= is_fence;
                        item.listed |= matches!(line.kind, LineKind::Item { .. });
                    }
                    own_text &= line.kind == (LineKind::Text { fresh: false });
                    list.add(shown, own_text);
                }
            }
        }
        list
    }

    /// Adds a line that goes on with the last item's own text, or answers it.
    fn add(&mut self, shown: &str, own_text: bool) {
        let shown = Marker::read(shown).map_or(shown, |marker| &shown[marker.bytes..]);
        let worded = !only_links(shown);
        match self.items.last_mut() {
            Some(item) if own_text => {
                item.asks |= asks(shown);
                item.worded |= worded;
            }
            Some(item) => item.answered |= worded,
            None => self.prose |= worded,
        }
    }
}

/// Whether an item of a topic, with this `text` of its own, is a question: it asks
/// something, or it is worded and has an answer. A picture and a bare word are none.
pub(super) fn is_question(text: &str, has_answer: bool) -> bool {
    asks(text) || (has_answer && !only_links(text))
}

fn asks(text: &str) -> bool {
    text.contains(['?', '？'])
}

/// Whether the title announces a plan or a table of contents.
fn is_agenda(title: &str) -> bool {
    const AGENDAS: [&str; 18] = [
        "목차",
        "차례",
        "일정",
        "계획",
        "순서",
        "진도",
        "시간표",
        "커리큘럼",
        "agenda",
        "contents",
        "curriculum",
        "outline",
        "plan",
        "schedule",
        "syllabus",
        "table of contents",
        "timetable",
        "toc",
    ];
    title
        .split(|character: char| !character.is_alphanumeric())
        .any(|word| AGENDAS.contains(&word))
}

/// Whether nothing but links, images and addresses stands in `text` (which may
/// hold none at all).
fn only_links(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(character) = rest.chars().next() {
        rest = match link(rest) {
            Some(length) => &rest[length..],
            None if character.is_alphanumeric() || matches!(character, '`' | '.' | '…') => {
                return false;
            }
            None => &rest[character.len_utf8()..],
        };
    }
    true
}

/// The bytes of the link, image or address that `text` begins with.
fn link(text: &str) -> Option<usize> {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Some(text.find(char::is_whitespace).unwrap_or(text.len()));
    }
    let label = text.strip_prefix("![").or_else(|| text.strip_prefix('['))?;
    let end = text.len() - label.len() + label.find("](")? + 2;
    if text[..end].contains("]:") {
        return None;
    }
    Some(end + text[end..].find(')')? + 1)
}

#[cfg(test)]
mod tests {
    use super::only_links;

    #[test]
    fn links_images_and_addresses_are_only_links() {
        for text in [
            "[a](b)",
            "![](x.png)",
            "* [a](b), [c](d)",
            "https://a.b/c",
            "",
            "- ",
        ] {
            assert!(only_links(text), "{text}");
        }
        for text in ["[a](b) 참고", "a", "...", "[ ] a", "`x`"] {
            assert!(!only_links(text), "{text}");
        }
    }
}
