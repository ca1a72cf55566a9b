//! The notes' lines, laid out so that CommonMark nests them as they are meant.
//!
//! ```text
//!     - Why?                  ### Why?            (`3. Why?`: `### 3. Why?`)
//!       - Because.            - Because.
//!          - So.                - So.
//!     ```                     ```
//!       - And so.             - And so.
//! ```
//!
//! Only white space at line starts and bullets of questions change; what is
//! shown is still made of slices of the source, and every offset of the laid out
//! text is given as one of the source.

use std::ops::Range;
use std::sync::Arc;

use super::error::NotesWarning;
use super::lines::{BYTE_ORDER_MARK, LineKind, Marker, NoteLine, scan};
use super::topics::{HeadingGroup, groups, is_question, lost_questions};
use crate::diagnostic::Source;

/// Deeper lists are laid out at this depth: nobody can read them, and indents
/// would outgrow the file.
const DEEPEST: usize = 50;

/// A file's text, laid out.
#[derive(Debug)]
pub struct Layout {
    source: Arc<Source>,
    /// None where the text stays as it is.
    laid: Option<String>,
    slices: Vec<Slice>,
    pub(super) questions: Vec<LaidQuestion>,
}

/// Bytes of the source that stand in the laid out text, unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slice {
    laid: usize,
    source: usize,
    length: usize,
}

/// A question, laid out as a heading.
#[derive(Debug, Clone)]
pub(super) struct LaidQuestion {
    /// The heading, from its first `#` to the end of its text, laid out.
    pub laid: Range<usize>,
    /// The question's own text in the source, without its bullet.
    pub source: Range<usize>,
    /// The bytes of its number (`3.`), which stands before its text.
    pub number: usize,
    /// Where its answer ends, laid out.
    pub end: usize,
}

impl Layout {
    /// Lays out the text of `source`.
    pub(super) fn new(source: &Arc<Source>) -> (Self, Vec<NotesWarning>) {
        let text = source.text();
        let lines = scan(text);
        let groups = groups(text, &lines);
        let layout = Self {
            source: Arc::clone(source),
            laid: None,
            slices: Vec::new(),
            questions: Vec::new(),
        };
        if groups.iter().any(|group| group.topic) {
            return (LayoutLevel::new(layout, &lines).lay(&groups), Vec::new());
        }
        let warnings = lost_questions(text, &lines, &groups)
            .map(|item| NotesWarning::NoTopic {
                source: Arc::clone(source),
                item,
            })
            .take(1)
            .collect();
        if text.starts_with(BYTE_ORDER_MARK) {
            return (LayoutLevel::new(layout, &lines).lay(&groups), warnings);
        }
        (layout, warnings)
    }

    /// The laid out text.
    pub fn text(&self) -> &str {
        self.laid.as_deref().unwrap_or_else(|| self.source.text())
    }

    /// Each question, in order, with its answer: where its heading stands, and
    /// where the answer ends, in bytes of the laid out text.
    pub fn questions(&self) -> impl Iterator<Item = (Range<usize>, usize)> {
        self.questions
            .iter()
            .map(|question| (question.laid.clone(), question.end))
    }

    /// The place in the laid out text of the byte at `source`.
    pub fn laid_offset(&self, source: usize) -> usize {
        if self.laid.is_none() {
            return source;
        }
        let after = self.slices.partition_point(|slice| slice.source <= source);
        let slice = after.checked_sub(1).and_then(|at| self.slices.get(at));
        slice.map_or(0, |slice| {
            slice.laid + (source - slice.source).min(slice.length)
        })
    }

    /// The place in the source of the byte at `laid`; what was added by laying
    /// out stands at the end of the slice before it.
    pub fn source_offset(&self, laid: usize) -> usize {
        if self.laid.is_none() {
            return laid;
        }
        let after = self.slices.partition_point(|slice| slice.laid <= laid);
        match after
            .checked_sub(1)
            .and_then(|index| self.slices.get(index))
        {
            Some(slice) => slice.source + (laid - slice.laid).min(slice.length),
            None => 0,
        }
    }

    /// Where the line of the source begins that the line of `laid` shows.
    pub(super) fn next_source_line(&self, laid: usize) -> usize {
        let start = self.source_range(laid..laid + 1).start;
        let text = self.source.text();
        text[..start.min(text.len())]
            .rfind('\n')
            .map_or(0, |end| end + 1)
    }

    /// The bytes of the source, from the first to the last, that `laid` shows.
    pub fn source_range(&self, laid: Range<usize>) -> Range<usize> {
        if self.laid.is_none() {
            return laid;
        }
        let first = self
            .slices
            .partition_point(|slice| slice.laid + slice.length <= laid.start);
        let start = self
            .slices
            .get(first)
            .map_or(self.source.text().len(), |slice| {
                slice.source + laid.start.saturating_sub(slice.laid)
            });
        let last = self.slices.partition_point(|slice| slice.laid < laid.end);
        let end = match last.checked_sub(1).and_then(|index| self.slices.get(index)) {
            Some(slice) => slice.source + (laid.end - slice.laid).min(slice.length),
            None => 0,
        };
        start..end.max(start)
    }
}

/// An open list item.
struct OpenItem {
    /// The column of its marker in the source.
    marker: usize,
    /// The column of its content in the source.
    content: usize,
    /// The column of its content as laid out.
    laid: usize,
}

struct LayoutLevel<'a> {
    layout: Layout,
    source: Arc<Source>,
    lines: &'a [NoteLine],
    laid: String,
    open: Vec<OpenItem>,
    /// The column of the question's content in the source.
    content: usize,
    /// The indent of the open fence as laid out.
    fence: usize,
}

impl<'a> LayoutLevel<'a> {
    fn new(layout: Layout, lines: &'a [NoteLine]) -> Self {
        let source = Arc::clone(&layout.source);
        Self {
            laid: String::with_capacity(source.text().len()),
            layout,
            source,
            lines,
            open: Vec::new(),
            content: 0,
            fence: 0,
        }
    }

    fn lay(mut self, groups: &[HeadingGroup]) -> Layout {
        let mut next = 0;
        for group in groups {
            for line in &self.lines[next..group.body.start] {
                self.slice(line.text..line.range.end);
            }
            next = group.body.end;
            if group.topic {
                self.topic(group);
            } else {
                for line in &self.lines[group.body.clone()] {
                    self.slice(line.range.clone());
                }
            }
        }
        self.layout.laid = Some(self.laid);
        self.layout
    }

    fn topic(&mut self, group: &HeadingGroup) {
        self.open.clear();
        self.content = 0;
        let mut number = group.body.start;
        while number < group.body.end {
            let line = &self.lines[number];
            let question = self.question_text(line).and_then(|text| {
                let own = self.own_lines(number + 1, group.body.end);
                let shown = &self.source.text()[text..self.lines[own - 1].range.end];
                is_question(shown, self.has_answer(own, group)).then_some((text, own))
            });
            if let Some((text, own)) = question {
                self.question(group.level + 1, line, text, number + 1..own);
                number = own;
            } else {
                self.answer_line(number);
                number += 1;
            }
        }
    }

    /// Where the question's text begins, if `line` opens a question.
    fn question_text(&self, line: &NoteLine) -> Option<usize> {
        if line.kind != (LineKind::Item { question: true }) {
            return None;
        }
        let rest = &self.source.text()[line.text..line.range.end];
        let marker = Marker::read(rest)?;
        let shown = rest[marker.bytes..].trim_start();
        let fence = shown.starts_with("```") || shown.starts_with("~~~");
        (!shown.is_empty() && !fence).then(|| line.range.end - shown.len())
    }

    /// Whether anything stands under the item whose own text ends before the line
    /// `next`.
    fn has_answer(&self, next: usize, group: &HeadingGroup) -> bool {
        let below = self.lines[next.min(group.body.end)..group.body.end]
            .iter()
            .find(|line| line.kind != LineKind::Blank);
        below.is_some_and(|line| line.kind != (LineKind::Item { question: true }))
    }

    /// Where the lines end that go on with the question's own text.
    fn own_lines(&self, first: usize, end: usize) -> usize {
        (first..end)
            .find(|number| self.lines[*number].kind != (LineKind::Text { fresh: false }))
            .unwrap_or(end)
    }

    fn question(&mut self, level: usize, line: &NoteLine, text: usize, more: Range<usize>) {
        let lines = self.lines;
        let source = Arc::clone(&self.source);
        self.open.clear();
        let marker = Marker::read(&source.text()[line.text..line.range.end]);
        self.content = line.column + marker.map_or(0, |marker| marker.content);
        self.blank_line();
        let start = self.laid.len();
        self.laid.extend(std::iter::repeat_n('#', level.min(6)));
        let number = marker
            .filter(Marker::is_numbered)
            .map_or(0, |marker| marker.bytes);
        if number > 0 {
            self.laid.push(' ');
            self.slice(line.text..line.text + number);
        }
        let mut end = text;
        let mut parts = std::iter::once((text, line))
            .chain(lines[more].iter().map(|line| (line.text, line)))
            .peekable();
        while let Some((part, line)) = parts.next() {
            let mut shown = source.text()[part..line.range.end].trim_end();
            let backslashes = shown.len() - shown.trim_end_matches('\\').len();
            if parts.peek().is_some() && backslashes % 2 == 1 {
                // Before a line's end it is a line break, and no text.
                shown = &shown[..shown.len() - 1];
            }
            self.laid.push(' ');
            end = part + shown.len();
            self.heading_text(part..end);
        }
        self.layout.questions.push(LaidQuestion {
            laid: start..self.laid.len(),
            source: text..end,
            number,
            end: self.laid.len(),
        });
        self.laid.push_str("\n\n");
    }

    /// A slice inside a heading, whose end must not be taken for closing marks.
    fn heading_text(&mut self, range: Range<usize>) {
        let text = &self.source.text()[range.clone()];
        let unclosed = text.trim_end_matches('#');
        if unclosed.len() < text.len() && !unclosed.ends_with('\\') {
            let hashes = range.start + unclosed.len();
            self.slice(range.start..hashes);
            self.laid.push('\\');
            self.slice(hashes..range.end);
        } else {
            self.slice(range);
        }
    }

    fn answer_line(&mut self, number: usize) {
        let line = &self.lines[number];
        let text = line.text..line.range.end;
        let before = number.checked_sub(1).map(|before| self.lines[before].kind);
        let after_text = matches!(before, Some(LineKind::Item { .. } | LineKind::Text { .. }));
        match line.kind {
            LineKind::Blank => match text.end.checked_sub(1) {
                Some(end) if self.source.text()[text.clone()].ends_with('\n') => {
                    self.slice(end..text.end);
                }
                _ => self.laid.push('\n'),
            },
            LineKind::Heading { .. } | LineKind::Verbatim => self.slice(line.range.clone()),
            LineKind::Item { .. } => self.item(line),
            LineKind::Rule => {
                self.close(line.column);
                self.blank_line();
                self.indented(line.column, text);
            }
            LineKind::Fence { column } => {
                self.close(line.column);
                self.fence = self.indent(column);
                self.indented(column, text);
            }
            LineKind::Body { closes: true, .. } => {
                self.spaces(self.fence);
                self.slice(text);
            }
            LineKind::Body { column, .. } => self.body(line, column),
            LineKind::Text { fresh } => {
                if fresh {
                    self.close(line.column);
                    if after_text && !self.source.text()[text.clone()].starts_with('>') {
                        self.blank_line();
                    }
                }
                self.indented(line.column, text);
            }
        }
    }

    fn item(&mut self, line: &NoteLine) {
        let range = line.text..line.range.end;
        let source = Arc::clone(&self.source);
        let text = &source.text()[range.clone()];
        let shows = |marker: &Marker| !marker.empty || marker.is_numbered();
        let Some(marker) = Marker::read(text).filter(shows) else {
            // An empty bullet is nothing, but a number is a text.
            self.laid.push('\n');
            return;
        };
        self.close(line.column);
        self.open.truncate(DEEPEST);
        let laid = self.open.last().map_or(0, |item| item.laid);
        self.spaces(laid);
        self.slice(range);
        let mut rest = text;
        let mut open = OpenItem {
            marker: line.column,
            content: line.column + marker.content,
            laid: laid + marker.content,
        };
        // `- - text` opens two.
        let mut inner = Some(marker);
        while let Some(marker) = inner.take() {
            rest = rest[marker.bytes..].trim_start_matches([' ', '\t']);
            let (content, laid) = (open.content, open.laid);
            self.open.push(open);
            inner = Marker::read(rest).filter(|_| self.open.len() < DEEPEST);
            let width = inner.map_or(0, |marker| marker.content);
            open = OpenItem {
                marker: content,
                content: content + width,
                laid: laid + width,
            };
        }
        self.fence = self.indent(self.open.last().map_or(0, |item| item.content));
    }

    /// A line of a fence, without the indent that its opening line has.
    fn body(&mut self, line: &NoteLine, column: usize) {
        let source = Arc::clone(&self.source);
        let text = &source.text()[line.range.clone()];
        let mut cut = 0;
        let mut width = 0;
        while width < column
            && let Some(byte @ (b' ' | b'\t')) = text.as_bytes().get(cut)
        {
            width += if *byte == b'\t' { 4 - width % 4 } else { 1 };
            cut += 1;
        }
        let rest = line.range.start + cut..line.range.end;
        let over = width.saturating_sub(column);
        if !source.text()[rest.clone()].trim().is_empty() {
            self.spaces(self.fence + over);
        }
        self.slice(rest);
    }

    /// Ends the items that a block in `column` is not inside of.
    fn close(&mut self, column: usize) {
        while self.open.last().is_some_and(|item| item.marker >= column) {
            self.open.pop();
        }
    }

    /// Where a block in `column` of the source stands as laid out.
    fn indent(&self, column: usize) -> usize {
        match self.open.last() {
            Some(item) => item.laid + column.saturating_sub(item.content),
            None => column.saturating_sub(self.content),
        }
    }

    fn indented(&mut self, column: usize, text: Range<usize>) {
        let indent = self.indent(column);
        self.spaces(indent);
        self.slice(text);
    }

    fn spaces(&mut self, count: usize) {
        self.laid.extend(std::iter::repeat_n(' ', count));
    }

    fn blank_line(&mut self) {
        if !self.laid.ends_with('\n') {
            self.laid.push('\n');
        }
        if !self.laid.ends_with("\n\n") {
            self.laid.push('\n');
        }
    }

    fn slice(&mut self, source: Range<usize>) {
        if source.is_empty() {
            return;
        }
        let laid = self.laid.len();
        self.laid.push_str(&self.source.text()[source.clone()]);
        match self.layout.slices.last_mut() {
            Some(last)
                if last.laid + last.length == laid && last.source + last.length == source.start =>
            {
                last.length += source.len();
            }
            _ => self.layout.slices.push(Slice {
                laid,
                source: source.start,
                length: source.len(),
            }),
        }
    }
}
