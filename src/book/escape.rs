//! What keeps untrusted notes from doing more than being read.
//!
//! ```text
//!     <script>, <img onerror=...>      HTML            shown as text
//!     [x](javascript:...)              active links    shown as text
//!     ## T {onclick=...}               attributes      shown as text
//!     {{#include ...}}                 directives      shown as text
//!     <br>, <wbr>, <!-- ... -->        harmless        as they are
//! ```
//!
//! Only punctuation changes its spelling (`<` to `&#60;`); no letter is lost,
//! added or moved.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

use crate::notes;

/// Another text in place of some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Edit {
    pub fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { range: at..at, text: text.into() }
    }
}

/// An image or link to another file.
#[derive(Debug)]
pub(super) struct ImageLink {
    pub range: Range<usize>,
    pub destination: String,
}

/// What one pass over a page's Markdown found.
#[derive(Debug, Default)]
pub(super) struct Escapes {
    /// In order and apart from each other.
    pub edits: Vec<Edit>,
    pub images: Vec<ImageLink>,
}

/// How mdBook reads Markdown.
fn options() -> Options {
    notes::options() | Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_DEFINITION_LIST | Options::ENABLE_GFM
}

/// Finds what has to be escaped in `markdown`.
pub(super) fn escapes(markdown: &str) -> Escapes {
    let mut escaper = Escaper { markdown, found: Escapes::default(), code: None, attributes: None, done: 0 };
    for (event, range) in Parser::new_ext(markdown, options()).into_offset_iter() {
        escaper.event(event, range);
    }
    escaper.directives(markdown.len());
    escaper.found
}

/// The images that `markdown` shows.
pub(super) fn images(markdown: &str) -> Vec<ImageLink> {
    let events = Parser::new_ext(markdown, options()).into_offset_iter();
    let image = |(event, range)| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some(ImageLink { range, destination: dest_url.into_string() }),
        _ => None,
    };
    events.filter_map(image).collect()
}

struct Escaper<'a> {
    markdown: &'a str,
    found: Escapes,
    /// The code block that is being rewritten as HTML, since it holds a
    /// directive: its range, and whether a line of it was written.
    code: Option<(Range<usize>, bool)>,
    /// The brace that closes the attributes of the heading that is being read.
    attributes: Option<usize>,
    /// Everything before is dealt with.
    done: usize,
}

impl Escaper<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::End(TagEnd::CodeBlock) => return self.end_code(),
            Event::End(TagEnd::Heading(_)) => return self.end_heading(),
            _ if range.start < self.done && range.end <= self.done => return,
            _ => {}
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.begin_code(&kind, range),
            Event::Text(_) if self.code.is_some() => self.code_text(range),
            Event::Code(text) if holds_directive(&self.markdown[range.clone()]) => {
                self.replace(range, format!("<code>{}</code>", literal(&text)));
            }
            Event::Html(_) if !is_harmless(&self.markdown[range.clone()]) => self.html_line(range),
            Event::InlineHtml(_) if !is_harmless(&self.markdown[range.clone()]) => {
                let text = literal(&self.markdown[range.clone()]);
                self.replace(range, text);
            }
            Event::End(TagEnd::HtmlBlock) => {
                // Without its tags it is a paragraph, and must not take in what follows.
                if self.found.edits.last().is_some_and(|edit| edit.range.end == range.end) {
                    self.insert(range.end, "\n".to_owned());
                }
            }
            Event::Start(Tag::Link { dest_url, .. }) if is_active(&dest_url) => {
                let text = literal(&self.markdown[range.clone()]);
                self.replace(range, text);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                if is_active(&dest_url) && !dest_url.starts_with("data:image/") {
                    let text = literal(&self.markdown[range.clone()]);
                    self.replace(range, text);
                } else {
                    self.found.images.push(ImageLink { range, destination: dest_url.into_string() });
                }
            }
            Event::Start(Tag::Heading { attrs, .. }) if !attrs.is_empty() => {
                self.attributes = self.markdown[range.clone()].rfind('}').map(|brace| range.start + brace);
            }
            Event::Start(Tag::HtmlBlock) if is_harmless(&self.markdown[range.clone()]) => {
                self.directives(range.start);
                self.done = range.end;
            }
            _ => {}
        }
    }

    /// A line of an HTML block, as text without indent: indented it were code.
    fn html_line(&mut self, range: Range<usize>) {
        let line = &self.markdown[range.clone()];
        let text = line.trim_start_matches([' ', '\t']);
        let line_end = if text.ends_with('\n') { "\n" } else { "" };
        self.replace(range, literal(text.trim_end()) + line_end);
    }

    /// A heading that ends in no brace has no attributes.
    fn end_heading(&mut self) {
        if let Some(brace) = self.attributes.take().filter(|brace| *brace >= self.done) {
            self.replace(brace..brace + 1, "&#125;".to_owned());
        }
    }

    fn begin_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        let block = &self.markdown[range.clone()];
        if !holds_directive(block) {
            self.directives(range.start);
            self.done = range.end;
            return;
        }
        match kind {
            CodeBlockKind::Fenced(info) => {
                let language = info.split([' ', ',', '\t']).next().unwrap_or_default();
                let opening = block.find('\n').unwrap_or(block.len());
                let class = if language.is_empty() { String::new() } else { format!(" class=\"language-{}\"", literal(language)) };
                self.replace(range.start..range.start + opening, format!("<pre{class}>"));
            }
            CodeBlockKind::Indented => {
                let before = &self.markdown[..range.start];
                let start = before.trim_end_matches([' ', '\t']).len().max(self.done);
                self.replace(start..range.start, "\n<pre>\n".to_owned());
            }
        }
        self.code = Some((range, matches!(kind, CodeBlockKind::Fenced(_))));
    }

    fn code_text(&mut self, range: Range<usize>) {
        let text = literal_lines(&self.markdown[range.clone()]);
        self.replace(range, text);
    }

    fn end_code(&mut self) {
        let Some((range, fenced)) = self.code.take() else {
            return;
        };
        let block = self.markdown[range.clone()].trim_end();
        if fenced {
            let closing = block.rfind('\n').map_or(0, |end| end + 1);
            let marks = block[closing..].len() - block[closing..].trim_start_matches([' ', '\t', '>']).len();
            let start = (range.start + closing + marks).max(self.done);
            self.replace(start..range.start + block.len(), "</pre>\n".to_owned());
        } else {
            self.insert(range.end.max(self.done), "</pre>\n\n".to_owned());
        }
    }

    fn replace(&mut self, range: Range<usize>, text: String) {
        self.directives(range.start);
        self.done = range.end;
        self.found.edits.push(Edit { range, text });
    }

    fn insert(&mut self, at: usize, text: String) {
        self.directives(at);
        self.done = self.done.max(at);
        self.found.edits.push(Edit { range: at..at, text });
    }

    /// Takes the life out of directives outside of code up to `end`: the second
    /// brace becomes a reference, which a backslash before the first bears.
    fn directives(&mut self, end: usize) {
        let Some(text) = self.markdown.get(self.done..end) else {
            return;
        };
        for found in DIRECTIVE.find_iter(text) {
            let brace = self.done + found.start() + 1;
            self.found.edits.push(Edit { range: brace..brace + 1, text: "&#123;".to_owned() });
        }
        self.done = end;
    }
}

/// What begins a directive of mdBook's `links` preprocessor.
static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{\s*#").expect("a valid expression"));

fn holds_directive(text: &str) -> bool {
    DIRECTIVE.is_match(text)
}

/// `text` with every ASCII punctuation as a character reference: neither
/// Markdown, nor HTML, nor mdBook finds anything in it.
pub(super) fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        match character {
            '\0' => literal.push('\u{fffd}'),
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

fn literal_lines(text: &str) -> String {
    text.split_inclusive('\n').map(literal).collect()
}

/// Whether a tag may stay as it is: it can do nothing but break a line, or is a
/// comment that no browser ends early.
fn is_harmless(tag: &str) -> bool {
    const VOID: [&str; 6] = ["<br>", "<br/>", "<br />", "<wbr>", "<hr>", "<hr/>"];
    let tag = tag.trim();
    if VOID.iter().any(|void| tag.eq_ignore_ascii_case(void)) {
        return true;
    }
    let comment = tag.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
    comment.is_some_and(|inside| {
        !inside.contains("--") && !inside.starts_with(['>', '-']) && !inside.ends_with('-') && !holds_directive(inside)
    })
}

/// Whether a link runs something instead of leading somewhere.
fn is_active(destination: &str) -> bool {
    const PLACES: [&str; 6] = ["http", "https", "mailto", "ftp", "ftps", "tel"];
    let destination: String = destination.chars().filter(|character| !character.is_control() && *character != ' ').collect();
    let scheme = destination.split(['/', '?', '#']).next().unwrap_or_default();
    match scheme.split_once(':') {
        Some((scheme, _)) => !PLACES.iter().any(|place| scheme.eq_ignore_ascii_case(place)),
        None => false,
    }
}

/// Applies `edits`, which are in order and apart from each other.
pub(super) fn apply(text: &str, edits: &[Edit]) -> String {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut page = String::with_capacity(text.len() + added);
    let mut done = 0;
    for edit in edits {
        page.push_str(text.get(done..edit.range.start).unwrap_or_default());
        page.push_str(&edit.text);
        done = edit.range.end.max(done);
    }
    page.push_str(&text[done..]);
    page
}
