//! One pass of the Markdown parser over the laid out text.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::error::NotesError;
use super::layout::{LaidQuestion, Layout};
use super::slug::slugs;
use super::{Fence, FenceLine, Notes, Question, Section, Topic};
use crate::diagnostic::Source;

/// How Markdown is read everywhere: as mdBook does, without curly quotes.
pub(crate) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
}

/// Reads the notes that `layout` laid out, and what is wrong in them.
pub(super) fn parse(mut layout: Layout, source: &Arc<Source>) -> (Notes, Vec<NotesError>) {
    let mut reader = NotesParser::new(&layout, source);
    for (event, range) in Parser::new_ext(layout.text(), options()).into_offset_iter() {
        reader.event(event, range);
    }
    reader.end_region(layout.text().len());
    let NotesParser {
        title,
        mut topics,
        fences,
        hidden,
        code,
        mut sections,
        errors,
        ends,
        ..
    } = reader;
    // A question that the parser does not see as one (in odd HTML) is text.
    let found = ends.into_iter().filter_map(|(index, end)| {
        Some(LaidQuestion {
            end,
            ..layout.questions.get(index)?.clone()
        })
    });
    layout.questions = found.collect();
    topics.retain(|topic| !topic.questions.is_empty());
    let named: Vec<(String, String)> = topics
        .iter()
        .flat_map(|topic| {
            let title = &topic.title;
            topic
                .questions
                .iter()
                .map(|question| (title.clone(), question.text.clone()))
        })
        .collect();
    let questions = topics.iter_mut().flat_map(|topic| &mut topic.questions);
    for (question, slug) in questions.zip(slugs(&named)) {
        question.slug = slug;
    }
    for number in 0..sections.len() {
        let next = sections.get(number + 1);
        sections[number].fences.end = next.map_or(fences.len(), |next| next.fences.start);
    }
    sections.retain(|section| !section.fences.is_empty());
    name_sections(&mut sections, title.as_deref());
    let notes = Notes {
        source: Arc::clone(source),
        title,
        topics,
        fences,
        hidden,
        code,
        sections,
        layout,
    };
    (notes, errors)
}

/// Gives each section its slug; what stands under the file's title needs none.
fn name_sections(sections: &mut [Section], title: Option<&str>) {
    let is_named = |section: &Section| !section.title.is_empty();
    let mut own = title;
    let mut named: Vec<&mut Section> = sections.iter_mut().collect();
    named.retain(|section| {
        let is_own = own.take_if(|title| section.title == **title).is_some();
        is_named(section) && !is_own
    });
    let titles: Vec<(String, String)> = named
        .iter()
        .map(|section| (String::new(), section.title.clone()))
        .collect();
    for (section, slug) in named.into_iter().zip(slugs(&titles)) {
        section.slug = slug;
    }
}

struct NotesParser<'a> {
    layout: &'a Layout,
    source: &'a Arc<Source>,
    title: Option<String>,
    topics: Vec<Topic>,
    fences: Vec<Fence>,
    hidden: Vec<Fence>,
    /// The bytes of the source that are code or a comment.
    code: Vec<Range<usize>>,
    /// A section for each heading of a document, and one for what stands above; where
    /// the fences of each end is not known yet.
    sections: Vec<Section>,
    errors: Vec<NotesError>,
    /// The layout's questions that were found, by index, and where each answer
    /// ends, laid out.
    ends: Vec<(usize, usize)>,
    /// Whether the text now belongs to the last question.
    answering: bool,
    /// The heading that is being read.
    heading: Option<(HeadingLevel, Range<usize>)>,
    /// The fence that is being read.
    fence: Option<OpenFence>,
    /// The text of the block that is being read, or was read last.
    words: String,
    /// Whether `words` is a paragraph with nothing after it.
    paragraph: bool,
    /// The blocks of text above the one that is being read, since the last fence or question.
    lead: Vec<String>,
}

/// How many blocks of text above a fence are kept.
const LEAD: usize = 3;

struct OpenFence {
    kind: OpenKind,
    laid: Range<usize>,
    info: String,
    caption: Option<String>,
    above: Option<String>,
    lead: Vec<String>,
    lines: Vec<FenceLine>,
}

impl OpenFence {
    /// One that is no fence to Markdown.
    fn hidden(kind: OpenKind, laid: Range<usize>) -> Self {
        Self {
            kind,
            laid,
            info: String::new(),
            caption: None,
            above: None,
            lead: Vec::new(),
            lines: Vec::new(),
        }
    }
}

/// What opened a fence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OpenKind {
    /// Its marks.
    Marks,
    /// An indent.
    Indent,
    /// Its marks, or a tag for text as it stands, inside of HTML.
    Html,
}

impl<'a> NotesParser<'a> {
    fn new(layout: &'a Layout, source: &'a Arc<Source>) -> Self {
        Self {
            layout,
            source,
            title: None,
            topics: Vec::new(),
            fences: Vec::new(),
            hidden: Vec::new(),
            code: Vec::new(),
            sections: vec![Section {
                title: String::new(),
                slug: String::new(),
                heading: 0..0,
                fences: 0..0,
            }],
            errors: Vec::new(),
            ends: Vec::new(),
            answering: false,
            heading: None,
            fence: None,
            words: String::new(),
            paragraph: false,
            lead: Vec::new(),
        }
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        let is_comment = || self.layout.text()[range.clone()].starts_with("<!--");
        let is_code = match &event {
            Event::Start(Tag::CodeBlock(_)) => true,
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => is_comment(),
            _ => false,
        };
        if is_code {
            self.code.push(self.layout.source_range(range.clone()));
        }
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                self.begin_block();
                self.heading = Some((level, range));
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                self.answered();
                self.fence = Some(OpenFence {
                    kind: OpenKind::Marks,
                    laid: range,
                    info: info.trim().to_owned(),
                    caption: self.paragraph.then(|| caption(&self.words)).flatten(),
                    above: self.paragraph.then(|| one_line(&self.words)),
                    lead: self.take_lead(),
                    lines: Vec::new(),
                });
                self.paragraph = false;
            }
            Event::End(TagEnd::CodeBlock) => {
                if let Some(fence) = self.fence.take() {
                    self.end_fence(fence);
                }
            }
            Event::Start(Tag::Paragraph | Tag::Item | Tag::HtmlBlock) => {
                self.begin_block();
                self.paragraph = true;
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Indented)) => {
                self.paragraph = false;
                self.fence = Some(OpenFence::hidden(OpenKind::Indent, range));
            }
            Event::Start(Tag::Table(_)) | Event::Rule => self.paragraph = false,
            Event::End(TagEnd::HtmlBlock) => {
                if let Some(fence) = self.fence.take() {
                    self.end_fence(fence);
                }
            }
            Event::Start(Tag::Image { .. }) => self.answered(),
            Event::Text(text) if self.fence.is_some() => {
                let filler = |character: char| character.is_whitespace();
                if !text.chars().all(filler) {
                    self.answered();
                }
                self.fence_text(&text, range);
            }
            Event::Html(text) => {
                self.html(&text, range);
                match text.trim_end() {
                    "<br>" | "<br/>" | "<br />" => self.words.push(' '),
                    _ => self.words(&text),
                }
            }
            Event::Text(text) | Event::Code(text) => self.words(&text),
            Event::InlineHtml(text) => match text.as_ref() {
                "<br>" | "<br/>" | "<br />" => self.words.push(' '),
                _ => self.words(&text),
            },
            Event::SoftBreak | Event::HardBreak => self.words.push(' '),
            _ => {}
        }
    }

    /// A block of text begins; the one above is part of what leads to a fence.
    fn begin_block(&mut self) {
        if !self.words.is_empty() {
            if self.lead.len() == LEAD {
                self.lead.remove(0);
            }
            self.lead.push(std::mem::take(&mut self.words));
        }
    }

    /// The text that leads to the fence that begins.
    fn take_lead(&mut self) -> Vec<String> {
        self.begin_block();
        let blocks = std::mem::take(&mut self.lead).into_iter();
        blocks.map(|block| one_line(&block)).collect()
    }

    fn words(&mut self, text: &str) {
        self.words.push_str(text);
        let filler = |character: char| character.is_whitespace() || matches!(character, '.' | '…');
        if self.heading.is_none() && !text.chars().all(filler) {
            self.answered();
        }
    }

    /// Something was said about the question that is being answered.
    fn answered(&mut self) {
        if let Some(question) = self.question() {
            question.answered = true;
        }
    }

    fn question(&mut self) -> Option<&mut Question> {
        self.topics
            .last_mut()
            .filter(|_| self.answering && self.heading.is_none())
            .and_then(|topic| topic.questions.last_mut())
    }

    fn end_heading(&mut self) {
        let Some((level, laid)) = self.heading.take() else {
            return;
        };
        self.paragraph = false;
        let text = one_line(&self.words);
        let questions = &self.layout.questions;
        let index = questions.partition_point(|question| question.laid.start < laid.start);
        if let Some(question) = questions
            .get(index)
            .filter(|question| question.laid.start == laid.start)
        {
            self.end_region(laid.start);
            self.words.clear();
            self.lead.clear();
            let text = text.get(question.number..).unwrap_or_default();
            let text = text.trim_start().to_owned();
            if let Some(topic) = self.topics.last_mut() {
                self.answering = true;
                self.ends.push((index, laid.start));
                topic.questions.push(Question {
                    text,
                    slug: String::new(),
                    heading: question.source.clone(),
                    answer: question.source.end..question.source.end,
                    answered: false,
                    fences: Vec::new(),
                });
            }
            return;
        }
        if self.inside_answer(&laid) {
            return;
        }
        self.end_region(laid.start);
        self.answering = false;
        if level == HeadingLevel::H1 && self.title.is_none() {
            self.title = Some(text.clone());
        }
        let heading = self.layout.source_range(laid);
        let end = self.source.text()[heading.clone()].trim_end().len();
        let heading = heading.start..heading.start + end;
        self.sections.push(Section {
            title: text.clone(),
            slug: String::new(),
            heading: heading.clone(),
            fences: self.fences.len()..self.fences.len(),
        });
        self.topics.push(Topic {
            title: text,
            heading,
            questions: Vec::new(),
        });
    }

    /// Whether a heading stands in a list or quote of an answer.
    fn inside_answer(&self, laid: &Range<usize>) -> bool {
        let text = self.layout.text();
        let line = text[..laid.start].rfind('\n').map_or(0, |end| end + 1);
        let before = &text[line..laid.start];
        self.answering && (before.len() > 3 || !before.trim().is_empty())
    }

    /// The last question's answer ends where what follows begins.
    fn end_region(&mut self, laid: usize) {
        let end = if laid == self.layout.text().len() {
            self.source.text().len()
        } else {
            self.layout.next_source_line(laid)
        };
        if let Some(question) = self
            .topics
            .last_mut()
            .and_then(|topic| topic.questions.last_mut())
            && self.answering
        {
            question.answer.end = end.max(question.answer.start);
            if let Some((_, end)) = self.ends.last_mut() {
                *end = laid;
            }
        }
    }

    fn fence_text(&mut self, text: &str, laid: Range<usize>) {
        let Some(fence) = &mut self.fence else {
            return;
        };
        let mut start = laid.start;
        for line in text.split_inclusive('\n') {
            let shown = line.trim_end_matches(['\n', '\r']);
            // Its blanks may be of the layout alone.
            let blanks = shown.len() - shown.trim_start_matches([' ', '\t']).len();
            let text = self.layout.source_offset(start + blanks);
            let number = self.source.line(text);
            let end = text + shown.len() - blanks;
            match fence.lines.last_mut() {
                // The parser may give a line in parts.
                Some(last) if last.number == number => {
                    last.text.push_str(shown);
                    last.range.end = end;
                }
                _ => {
                    let line = self.source.line_range(number);
                    fence.lines.push(FenceLine {
                        text: shown.to_owned(),
                        number,
                        range: text.saturating_sub(blanks).max(line.start)..end,
                    });
                }
            }
            start += line.len();
        }
    }

    /// A line of HTML, which may be one of a fence that is none there.
    fn html(&mut self, line: &str, laid: Range<usize>) {
        let shown = line.trim();
        let opens = ["```", "~~~", "<pre"]
            .iter()
            .any(|mark| shown.starts_with(mark));
        match &self.fence {
            None if opens => self.fence = Some(OpenFence::hidden(OpenKind::Html, laid)),
            Some(fence) if fence.kind == OpenKind::Html => {
                if opens || shown.starts_with("</pre") {
                    let fence = self.fence.take();
                    self.hidden
                        .extend(fence.map(|fence| self.hidden_fence(fence)));
                } else {
                    self.fence_text(line, laid);
                }
            }
            _ => {}
        }
    }

    fn hidden_fence(&self, fence: OpenFence) -> Fence {
        Fence {
            prompts: Arc::default(),
            unprompted: None,
            span: self.layout.source_range(fence.laid.clone()),
            laid: fence.laid,
            info: fence.info,
            lines: fence.lines,
            caption: fence.caption,
            above: fence.above,
            lead: fence.lead,
        }
    }

    fn end_fence(&mut self, fence: OpenFence) {
        if fence.kind != OpenKind::Marks {
            let fence = self.hidden_fence(fence);
            self.hidden.push(fence);
            return;
        }
        let text = self.layout.text()[fence.laid.clone()].trim_end();
        let mark = text.bytes().next().unwrap_or(b'`');
        let count = text.bytes().take_while(|byte| *byte == mark).count();
        let before = &self.layout.text()[..fence.laid.start];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let quotes = before[line_start..].matches('>').count();
        let last = text.rsplit('\n').next().unwrap_or_default();
        let last = without_quotes(last, quotes);
        let closed = text.contains('\n') && super::lines::closes(last, mark, count);
        if !closed {
            let start = self.layout.source_range(fence.laid.clone()).start;
            self.errors.push(NotesError::UnclosedFence {
                source: Arc::clone(self.source),
                opening: start..start + count,
            });
            return;
        }
        let end = fence.laid.start + text.len();
        let fence = Fence {
            prompts: Arc::default(),
            unprompted: None,
            span: self.layout.source_range(fence.laid.start..end),
            laid: fence.laid.start..end,
            info: fence.info,
            lines: fence.lines,
            caption: fence.caption,
            above: fence.above,
            lead: fence.lead,
        };
        match self.question() {
            Some(question) => question.fences.push(fence),
            None => self.fences.push(fence),
        }
    }
}

/// `line` without the marks of the `depth` quotes that it is in.
fn without_quotes(line: &str, depth: usize) -> &str {
    let mut rest = line.trim_start();
    for _ in 0..depth {
        rest = rest.strip_prefix('>').unwrap_or(rest).trim_start();
    }
    rest
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a paragraph says of the fence below it: in angle brackets, or before a
/// colon.
fn caption(words: &str) -> Option<String> {
    let words = one_line(words);
    if let Some(inside) = words.strip_prefix('<') {
        // An arrow (`->`) is no closing bracket, where there is a real one.
        let end = inside
            .find(" >")
            .map(|space| space + 1)
            .or_else(|| inside.rfind('>'))?;
        return Some(one_line(&format!(
            "{} {}",
            &inside[..end],
            &inside[end + 1..]
        )));
    }
    words.ends_with([':', '：']).then_some(words)
}
