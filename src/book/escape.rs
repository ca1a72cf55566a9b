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

use crate::pattern::pattern;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

use super::html::literal;

/// Another text in place of some bytes.
#[derive(Debug, Clone)]
pub(super) struct TextEdit {
    pub range: Range<usize>,
    pub text: String,
}

impl TextEdit {
    pub(super) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self {
            range: at..at,
            text: text.into(),
        }
    }
}

/// An image or link to another file.
#[derive(Debug)]
pub(super) struct ImageLink {
    pub range: Range<usize>,
    pub destination: String,
}

/// Markdown with nothing active left in it.
pub(super) struct Escaped {
    pub markdown: String,
    /// Whether anything had to be escaped.
    pub changed: bool,
    /// By their place in the Markdown as it was given.
    pub images: Vec<ImageLink>,
}

/// How often Markdown is looked through: what was escaped may let something
/// else be read as active, such as a link around one that is none any more.
const ROUNDS: usize = 8;

/// Escapes `markdown`, which is read with `options`, and moves `marks`, which are
/// in order, with its text.
pub(super) fn escape(markdown: &str, options: Options, marks: &mut [usize]) -> Escaped {
    let first = look_through(markdown, options, false);
    let mut escaped = Escaped {
        markdown: apply(markdown, &first.edits),
        changed: !first.edits.is_empty(),
        images: first.images,
    };
    move_marks(marks, &first.edits);
    let mut edits = first.edits;
    for _ in 1..ROUNDS {
        if edits.is_empty() {
            return escaped;
        }
        edits = look_through(&escaped.markdown, options, true).edits;
        escaped.markdown = apply(&escaped.markdown, &edits);
        move_marks(marks, &edits);
    }
    if !edits.is_empty() {
        escaped.markdown = literally(&escaped.markdown, marks);
    }
    escaped
}

/// Escapes all punctuation of `markdown`, and moves `marks` with its text: for
/// what nobody writes by accident.
pub(super) fn literally(markdown: &str, marks: &mut [usize]) -> String {
    let punctuation = markdown
        .char_indices()
        .filter(|(_, character)| character.is_ascii_punctuation());
    let edits: Vec<TextEdit> = punctuation
        .map(|(at, character)| TextEdit {
            range: at..at + 1,
            text: literal(&character.to_string()),
        })
        .collect();
    move_marks(marks, &edits);
    apply(markdown, &edits)
}

/// Moves `marks` to where they are when `edits` are applied.
fn move_marks(marks: &mut [usize], edits: &[TextEdit]) {
    let mut edits = edits.iter().peekable();
    let (mut removed, mut added) = (0, 0);
    for mark in marks {
        while let Some(edit) =
            edits.next_if(|edit| edit.range.end <= *mark && edit.range.start < *mark)
        {
            removed += edit.range.len();
            added += edit.text.len();
        }
        *mark = *mark - removed + added;
    }
}

fn look_through(markdown: &str, options: Options, again: bool) -> MarkdownScan {
    let mut escaper = Escaper {
        markdown,
        again,
        found: MarkdownScan::default(),
        code: None,
        attributes: None,
        done: 0,
    };
    for (event, range) in Parser::new_ext(markdown, options).into_offset_iter() {
        escaper.event(event, range);
    }
    escaper.directives(markdown.len());
    escaper.found
}

/// What one look through Markdown found.
#[derive(Default)]
struct MarkdownScan {
    /// In order and apart from each other.
    edits: Vec<TextEdit>,
    images: Vec<ImageLink>,
}

/// Trusted `markdown` as it is, with the images that it shows.
pub(super) fn unescaped(markdown: &str, options: Options) -> Escaped {
    let events = Parser::new_ext(markdown, options).into_offset_iter();
    let image = |(event, range)| match event {
        Event::Start(Tag::Image { dest_url, .. }) => Some(ImageLink {
            range,
            destination: dest_url.into_string(),
        }),
        _ => None,
    };
    Escaped {
        markdown: markdown.to_owned(),
        changed: false,
        images: events.filter_map(image).collect(),
    }
}

struct Escaper<'a> {
    markdown: &'a str,
    /// Whether what is found may be what an earlier look wrote.
    again: bool,
    found: MarkdownScan,
    /// The code block that is being rewritten as HTML, since it holds a directive.
    code: Option<CodeSpan>,
    /// The brace that closes the attributes of the heading that is being read.
    attributes: Option<usize>,
    /// Everything before is dealt with.
    done: usize,
}

struct CodeSpan {
    range: Range<usize>,
    fenced: bool,
    /// The tag that stands before the first line; empty after that.
    opening: String,
}

impl Escaper<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::End(TagEnd::CodeBlock) => return self.end_code(),
            Event::End(TagEnd::Heading(_)) => return self.end_heading(),
            Event::End(TagEnd::HtmlBlock) => return self.end_html(range.end),
            _ if range.start < self.done && range.end <= self.done => return,
            _ => {}
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => self.begin_code(&kind, range),
            Event::Text(_) if self.code.is_some() => self.code_text(range),
            Event::Code(text) if holds_directive(&self.markdown[range.clone()]) => {
                self.replace(range, format!("<code>{}</code>", literal(&text)));
            }
            Event::Html(_) if !self.may_stay(&range) => self.html_line(range),
            Event::InlineHtml(_) if !self.may_stay(&range) => {
                let text = literal(&self.markdown[range.clone()]);
                self.replace(range, text);
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
                    self.found.images.push(ImageLink {
                        range,
                        destination: dest_url.into_string(),
                    });
                }
            }
            Event::Start(Tag::Heading { attrs, .. }) if !attrs.is_empty() => {
                self.attributes = self.markdown[range.clone()]
                    .rfind('}')
                    .map(|brace| range.start + brace);
            }
            Event::Start(Tag::HtmlBlock) if is_harmless(&self.markdown[range.clone()]) => {
                self.directives(range.start);
                self.done = range.end;
            }
            _ => {}
        }
    }

    fn may_stay(&self, html: &Range<usize>) -> bool {
        let html = &self.markdown[html.clone()];
        is_harmless(html) || (self.again && !OWN_TAGS.replace_all(html, "").contains('<'))
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

    /// Without its tags it is a paragraph, and must not take in what follows.
    fn end_html(&mut self, end: usize) {
        if self
            .found
            .edits
            .last()
            .is_some_and(|edit| edit.range.end == end)
        {
            self.insert(end, "\n".to_owned());
        }
    }

    fn begin_code(&mut self, kind: &CodeBlockKind<'_>, range: Range<usize>) {
        let block = &self.markdown[range.clone()];
        if !holds_directive(block) {
            self.directives(range.start);
            self.done = range.end;
            return;
        }
        let fenced = match kind {
            CodeBlockKind::Fenced(_) => {
                let opening = block.find('\n').unwrap_or(block.len());
                self.replace(range.start..range.start + opening, PRE.to_owned());
                true
            }
            CodeBlockKind::Indented => {
                let before = &self.markdown[..range.start];
                let start = before.trim_end_matches([' ', '\t']).len().max(self.done);
                self.replace(start..range.start, format!("\n{PRE}\n"));
                false
            }
        };
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split([' ', ',', '\t']).next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        let opening = match language {
            "" => "<code>".to_owned(),
            language => format!("<code class=\"language-{}\">", literal(language)),
        };
        self.code = Some(CodeSpan {
            range,
            fenced,
            opening,
        });
    }

    fn code_text(&mut self, range: Range<usize>) {
        let opening = self
            .code
            .as_mut()
            .map(|code| std::mem::take(&mut code.opening))
            .unwrap_or_default();
        let text = opening + &literal(&self.markdown[range.clone()]);
        self.replace(range, text);
    }

    fn end_code(&mut self) {
        let Some(CodeSpan {
            range,
            fenced,
            opening,
        }) = self.code.take()
        else {
            return;
        };
        let block = self.markdown[range.clone()].trim_end();
        if fenced {
            let closing = block.rfind('\n').map_or(0, |end| end + 1);
            let marks = block[closing..].len()
                - block[closing..].trim_start_matches([' ', '\t', '>']).len();
            let start = (range.start + closing + marks).max(self.done);
            let end = (range.start + block.len()).max(start);
            self.replace(start..end, format!("{opening}</code></pre>\n"));
        } else {
            self.insert(
                range.end.max(self.done),
                format!("{opening}</code></pre>\n\n"),
            );
        }
    }

    fn replace(&mut self, range: Range<usize>, text: String) {
        self.directives(range.start);
        self.done = range.end;
        self.found.edits.push(TextEdit { range, text });
    }

    fn insert(&mut self, at: usize, text: String) {
        self.directives(at);
        self.done = self.done.max(at);
        self.found.edits.push(TextEdit {
            range: at..at,
            text,
        });
    }

    /// Takes the life out of directives outside of code up to `end`: the second
    /// brace becomes a reference, which a backslash before the first bears.
    fn directives(&mut self, end: usize) {
        let Some(text) = self.markdown.get(self.done..end) else {
            return;
        };
        for found in DIRECTIVE.find_iter(text) {
            let brace = self.done + found.start() + 1;
            self.found.edits.push(TextEdit {
                range: brace..brace + 1,
                text: "&#123;".to_owned(),
            });
        }
        self.done = end;
    }
}

/// Code as HTML, where Markdown's code would leave a directive alive.
const PRE: &str = "<pre class=\"labbook-literal\">";

pattern! {
    /// The tags that code as HTML is made of.
    OWN_TAGS = r#"<pre class="labbook-literal">|<code( class="language-[^"<>]*")?>|</code>|</pre>"#;
    /// What begins a directive of mdBook's `links` preprocessor.
    DIRECTIVE = r"\{\{\s*#";
}

pub(super) fn holds_directive(text: &str) -> bool {
    DIRECTIVE.is_match(text)
}

/// Whether a tag may stay as it is: it can do nothing but break a line, or is a
/// comment that no browser ends early.
fn is_harmless(tag: &str) -> bool {
    const VOID: [&str; 6] = ["<br>", "<br/>", "<br />", "<wbr>", "<hr>", "<hr/>"];
    let tag = tag.trim();
    if VOID.iter().any(|void| tag.eq_ignore_ascii_case(void)) {
        return true;
    }
    let comment = tag
        .strip_prefix("<!--")
        .and_then(|rest| rest.strip_suffix("-->"));
    comment.is_some_and(|inside| {
        !inside.contains("--")
            && !inside.starts_with(['>', '-'])
            && !inside.ends_with('-')
            && !holds_directive(inside)
    })
}

/// Whether a link runs something instead of leading somewhere.
fn is_active(destination: &str) -> bool {
    const PLACES: [&str; 6] = ["http", "https", "mailto", "ftp", "ftps", "tel"];
    let destination: String = destination
        .chars()
        .filter(|character| !character.is_control() && *character != ' ')
        .collect();
    let scheme = destination
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default();
    match scheme.split_once(':') {
        Some((scheme, _)) => !PLACES
            .iter()
            .any(|place| scheme.eq_ignore_ascii_case(place)),
        None => false,
    }
}

/// Applies `edits`, which are in order and apart from each other.
pub(super) fn apply(text: &str, edits: &[TextEdit]) -> String {
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
