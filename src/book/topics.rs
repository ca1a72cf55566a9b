//! Long notes as a page a topic.
//!
//! ```text
//!     day.md            what stands before the first topic, and all questions as links;
//!                         each has its question's anchor, so old addresses lead on
//!       day-docker.md     a topic, with its questions and answers
//!       day-network.md
//! ```
//!
//! The whole page is made first, and cut where topics begin: what is said of the notes
//! as one text holds for the pages together.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

use super::anchors::id;
use super::escape::{TextEdit, apply};
use super::html::{block, element, literal, wrap};
use super::verdict::address;
use crate::notes::{self, Notes};

/// Notes with more questions get a page a topic.
const LONG: usize = 40;

/// Characters that nobody sees: the site's search passes over what stands between two.
const PASSED_OVER: &str = "\u{2062}";

/// Where long notes are cut, and the pages that it makes.
pub(super) struct Cut {
    topics: Vec<Topic>,
    /// A line that stands nowhere in the notes.
    marker: String,
    /// The page of the whole, as others link to it.
    whole: String,
}

/// A topic with a page of its own.
struct Topic {
    /// Where it begins, in the source and in the laid out text.
    source: usize,
    laid: usize,
    level: usize,
    title: String,
    path: PathBuf,
}

/// A page of a topic.
pub(super) struct TopicPage {
    pub name: String,
    pub path: PathBuf,
    pub content: String,
}

impl Cut {
    /// Where to cut `notes`, whose chapter is at `path`; none where they stay whole. A path
    /// that `is_taken` is not used.
    pub(super) fn of(
        notes: &Notes,
        path: &Path,
        mut is_taken: impl FnMut(&Path) -> bool,
    ) -> Option<Self> {
        let stem = path.file_stem()?.to_str()?;
        // mdBook gives the page of a README another name.
        let is_readme = stem.eq_ignore_ascii_case("readme");
        if notes.questions().count() <= LONG || is_readme || notes.topics.len() < 2 {
            return None;
        }
        let text = notes.layout.text();
        // A footnote is drawn on the page that it is written on.
        if text.contains("[^") {
            return None;
        }
        let headings = headings(text);
        let mut topics = Vec::new();
        let mut paths = HashSet::new();
        for topic in &notes.topics {
            let laid = notes.layout.laid_offset(topic.heading.start);
            let at = headings.iter().position(|heading| heading.start == laid)?;
            // What a topic stands under directly goes with it, but for the first.
            let mut first = at;
            while !topics.is_empty() && first > 0 {
                let (above, below) = (&headings[first - 1], &headings[first]);
                let between = text.get(above.end..below.start)?;
                if above.level >= below.level || !between.trim().is_empty() {
                    break;
                }
                first -= 1;
            }
            let mut name = id(&topic.title);
            let number = topics.len() + 1;
            let file = |name: &str| path.with_file_name(format!("{stem}-{name}.md"));
            while name.is_empty() || paths.contains(&file(&name)) || is_taken(&file(&name)) {
                name = format!("{name}-{number}")
                    .trim_start_matches('-')
                    .to_owned();
            }
            paths.insert(file(&name));
            topics.push(Topic {
                source: topic.heading.start,
                laid: headings[first].start,
                level: headings[first].level,
                title: topic.title.clone(),
                path: file(&name),
            });
        }
        let mut number = 0;
        while text.contains(&marker(number)) {
            number += 1;
        }
        Some(Self {
            topics,
            marker: marker(number),
            whole: page_name(path)?,
        })
    }

    /// The page of what stands at byte `at` of the source; none for the page of the whole.
    pub(super) fn page(&self, at: usize) -> Option<&Path> {
        let topic = self.number(at).checked_sub(1)?;
        self.topics.get(topic).map(|topic| topic.path.as_path())
    }

    /// The piece, from 0, in which byte `at` of the source stands.
    fn number(&self, at: usize) -> usize {
        self.topics.partition_point(|topic| topic.source <= at)
    }

    /// What marks the places to cut in the laid out text.
    pub(super) fn marks(&self) -> impl Iterator<Item = TextEdit> + '_ {
        let mark = format!("\n\n{}\n\n", self.marker);
        let topics = self.topics.iter();
        topics.map(move |topic| TextEdit::insert(topic.laid, mark.clone()))
    }

    /// The pieces of the whole `page`: what stands before the first topic, and the topics.
    /// None where they would not be the same apart from each other.
    pub(super) fn pieces(&self, page: &str, notes: &Notes) -> Option<Vec<String>> {
        let options = notes::options() | Options::ENABLE_HEADING_ATTRIBUTES;
        let parser = Parser::new_ext(page, options);
        let definitions = parser.reference_definitions().iter();
        let mut definitions: Vec<&str> = definitions
            .filter_map(|(_, definition)| page.get(definition.span.clone()))
            .collect();
        definitions.sort_unstable();
        let questions = notes.questions().map(|(_, question)| {
            let number = self.number(question.heading.start);
            (question.slug.as_str(), number)
        });
        let questions: HashMap<&str, usize> = questions.collect();
        let mut piece = 0;
        let mut edits = Vec::new();
        for (event, range) in parser.into_offset_iter() {
            match event {
                Event::Html(html) if html.trim_end() == self.marker => piece += 1,
                Event::Start(Tag::Link {
                    link_type: LinkType::Inline,
                    dest_url,
                    ..
                }) => {
                    let to = dest_url.strip_prefix('#');
                    let to = to.and_then(|slug| questions.get(slug));
                    let at = page[range.clone()].rfind("(#");
                    if let (Some(to), Some(at)) = (to.filter(|to| **to != piece), at) {
                        let topic = self.topics.get(to.checked_sub(1)?)?;
                        let file = topic.path.file_name()?.to_string_lossy();
                        let file = literal(&file.replace(' ', "%20"));
                        edits.push(TextEdit::insert(range.start + at + 1, file));
                    }
                }
                _ => {}
            }
        }
        let page = apply(page, &edits);
        let pieces = page.split(&self.marker);
        let before = match definitions.is_empty() {
            true => String::new(),
            false => format!("{}\n\n", definitions.join("\n")),
        };
        let mut pieces: Vec<String> = pieces.map(|piece| format!("{before}{piece}")).collect();
        if piece != self.topics.len() || pieces.len() != piece + 1 {
            return None;
        }
        for (topic, piece) in self.topics.iter().zip(&mut pieces[1..]) {
            let title = notes.title.as_deref().unwrap_or(&self.whole);
            let level = topic.level.saturating_sub(1).max(1);
            let (whole, title) = (literal(&self.whole), literal(title));
            let way_back = format!(
                "<p class=\"labbook-class labbook-own\" role=\"heading\" aria-level=\"{level}\"><a href=\"{whole}\">{title}</a></p>"
            );
            piece.insert_str(0, &format!("{}\n\n", block(&way_back)));
        }
        let index = self.index(notes);
        pieces[0] += &format!("\n\n{}\n", block(&index));
        Some(pieces)
    }

    /// All questions, by topic, each with its anchor.
    fn index(&self, notes: &Notes) -> String {
        let mut index = String::new();
        let slugs = notes.questions().map(|(_, question)| &*question.slug);
        let mut used: HashSet<String> = slugs.map(str::to_owned).collect();
        for (topic, Topic { path, .. }) in notes.topics.iter().zip(&self.topics) {
            let page = literal(&page_name(path).unwrap_or_default());
            let anchor = id(&topic.title);
            let anchor = match used.insert(anchor.clone()) {
                true => format!(" id=\"{}\"", literal(&anchor)),
                false => String::new(),
            };
            let link = format!("<a href=\"{page}\">{}</a>", literal(&topic.title));
            let count = element("span", "labbook-count", &topic.questions.len().to_string());
            index += &format!("<p{anchor}>{link} {count}</p>");
            let questions = topic.questions.iter().map(|question| {
                let (slug, text) = (literal(&question.slug), literal(&question.text));
                let to = address(&question.slug);
                format!("<li id=\"{slug}\"><a href=\"{page}#{to}\">{text}</a></li>")
            });
            index += &format!("<ul>{}</ul>", questions.collect::<String>());
        }
        let index = format!("{PASSED_OVER}{index}{PASSED_OVER}");
        wrap("nav", "labbook-index labbook-own", &index)
    }

    /// The pages of the topics, whose contents are `pieces`.
    pub(super) fn parts(&self, pieces: Vec<String>) -> Vec<TopicPage> {
        let topics = self.topics.iter().zip(pieces);
        let parts = topics.map(|(topic, content)| TopicPage {
            name: topic.title.clone(),
            path: topic.path.clone(),
            content,
        });
        parts.collect()
    }
}

fn marker(number: usize) -> String {
    format!("<!--labbook-topic-{number}-->")
}

/// The file of the page of the chapter at `path`, as pages beside it link to it.
fn page_name(path: &Path) -> Option<String> {
    let page = path.with_extension("html");
    Some(page.file_name()?.to_str()?.to_owned())
}

/// A heading in a text.
struct Heading {
    start: usize,
    end: usize,
    level: usize,
}

fn headings(text: &str) -> Vec<Heading> {
    let events = Parser::new_ext(text, notes::options()).into_offset_iter();
    let headings = events.filter_map(|(event, range)| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(Heading {
            start: range.start,
            end: range.end,
            level: level as usize,
        }),
        _ => None,
    });
    headings.collect()
}
