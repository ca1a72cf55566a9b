//! What each line of a file is, seen by its first characters and its column.
//!
//! ```text
//!     ### Docker              Heading
//!     - Why?                  Item, column 0: a question
//!       - Because.            Item, column 2: its answer
//!     ```bash                 Fence        (column 0: the answer goes on)
//!     $ docker ps             Body
//!     ```                     Body
//!      - And so.              Item, column 1: still the answer
//! ```
//!
//! Here items nest by the column of their marker. CommonMark nests by the column
//! of an item's content and ends a list at a fence in column 0; that is too
//! strict for notes as they are written.

use std::ops::Range;

/// One line, understood.
#[derive(Debug, Clone)]
pub(super) struct NoteLine {
    /// Its bytes, with the line end.
    pub range: Range<usize>,
    /// Where its first character that is not white space stands, in bytes of the
    /// file; the end of the text before the line end for a blank line.
    pub text: usize,
    /// The column of that character, from 0, tabs filling up to the next four.
    pub column: usize,
    /// What it is.
    pub kind: LineKind,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineKind {
    /// White space only.
    Blank,
    /// A heading of this level, or a further line of one written over lines.
    Heading { level: usize, first: bool },
    /// `---`, `***`: a division.
    Rule,
    /// A list item that opens or goes on with a question or answer.
    Item { question: bool },
    /// The opening line of a fence; `column` counts to its first mark.
    Fence { column: usize },
    /// A further line of a fence, and whether it closes it. Fence columns as above.
    Body { column: usize, closes: bool },
    /// Any other text; `fresh` where a new block starts with it.
    Text { fresh: bool },
    /// Text that is not to be looked into: a comment or script over lines, or
    /// indented code.
    Verbatim,
}

/// What some editors put before the first character of a file; it is no text.
pub(super) const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads all lines of `text`; the first begins after a byte order mark.
pub(super) fn scan(text: &str) -> Vec<NoteLine> {
    let mut scanner = Scanner::default();
    let shown = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut start = text.len() - shown.len();
    for line in shown.split_inclusive('\n') {
        scanner.line(text, start..start + line.len());
        start += line.len();
    }
    scanner.lines
}

#[derive(Default)]
struct Scanner {
    lines: Vec<NoteLine>,
    /// The open fence: its mark, how many of them, and its column.
    fence: Option<(u8, usize, usize)>,
    /// What ends the open HTML block.
    html_end: Option<&'static str>,
    /// The column of the questions since the last heading.
    questions: Option<usize>,
    /// Whether the line asks something that a deeper item answers.
    asks_below: bool,
    /// The column of the last item's content.
    content: usize,
    paragraph: Paragraph,
}

/// The paragraph that the next line may go on with.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Paragraph {
    #[default]
    None,
    /// In no list or quote; it began at the line of this index.
    Top(usize),
    /// In a list or quote.
    Inside,
}

impl Scanner {
    fn line(&mut self, text: &str, range: Range<usize>) {
        let line = text[range.clone()].trim_end_matches(['\n', '\r']);
        let (indent, column) = leading(line);
        let rest = &line[indent..];
        self.asks_below = asks_with_answer(&text[range.start + indent..], column);
        let kind = self.kind(rest, column);
        self.lines.push(NoteLine {
            text: range.start + indent,
            range,
            column,
            kind,
        });
    }

    fn kind(&mut self, rest: &str, column: usize) -> LineKind {
        if let Some((mark, count, fence_column)) = self.fence {
            // Four columns deeper it is a line of what the fence shows.
            let closes = closes(rest, mark, count) && column < fence_column + 4;
            if closes {
                self.fence = None;
            }
            return LineKind::Body {
                column: fence_column,
                closes,
            };
        }
        if let Some(end) = self.html_end {
            if rest.contains(end) {
                self.html_end = None;
            }
            return LineKind::Verbatim;
        }
        if rest.is_empty() {
            self.paragraph = Paragraph::None;
            return LineKind::Blank;
        }
        let top = self.questions.is_none();
        if column >= 4 && top && self.paragraph == Paragraph::None {
            return LineKind::Verbatim;
        }
        if column < 4 {
            if let Some(level) = self.underline(rest) {
                return LineKind::Heading {
                    level,
                    first: false,
                };
            }
            if let Some(level) = hashes(rest) {
                self.questions = None;
                self.paragraph = Paragraph::None;
                return LineKind::Heading { level, first: true };
            }
        }
        if is_rule(rest) {
            self.paragraph = Paragraph::None;
            return LineKind::Rule;
        }
        if let Some((mark, count)) = opens(rest) {
            self.fence = Some((mark, count, column));
            self.paragraph = Paragraph::None;
            return LineKind::Fence { column };
        }
        if let Some(marker) = Marker::read(rest)
            && self.may_be_item(&marker, column)
        {
            return self.item(marker, rest, column);
        }
        if column < 4
            && self.paragraph == Paragraph::None
            && let Some(end) = html_block_end(rest)
        {
            self.html_end = (!rest.contains(end)).then_some(end);
            return LineKind::Verbatim;
        }
        self.text(rest, column)
    }

    fn item(&mut self, marker: Marker, rest: &str, column: usize) -> LineKind {
        // Writers slip by one column; an item that asks and is answered is a question.
        let slip = usize::from(self.asks_below);
        let question = self
            .questions
            .is_none_or(|questions| column <= questions + slip);
        if question {
            let first = self.questions.unwrap_or(column);
            self.questions = Some(first.min(column));
        }
        self.content = column + marker.content;
        self.paragraph = if marker.empty {
            Paragraph::None
        } else {
            Paragraph::Inside
        };
        let inside = rest[marker.bytes..].trim_start();
        if let Some((mark, count)) = opens(inside) {
            self.fence = Some((mark, count, self.content));
            self.paragraph = Paragraph::None;
        }
        LineKind::Item { question }
    }

    /// Whether what looks like a marker is one: deep after a blank line it is
    /// indented code, and a number other than 1 in running text is a number.
    fn may_be_item(&self, marker: &Marker, column: usize) -> bool {
        match self.paragraph {
            Paragraph::Top(_) => !marker.empty && marker.number.is_none_or(|number| number == 1),
            Paragraph::Inside => true,
            Paragraph::None => match self.lines.last() {
                Some(last) if last.kind == LineKind::Blank => column < self.content + 4,
                _ => true,
            },
        }
    }

    fn text(&mut self, rest: &str, column: usize) -> LineKind {
        let fresh = match self.paragraph {
            Paragraph::None => true,
            // A caption in column 0 right under an answer is one of its own.
            Paragraph::Inside => {
                rest.starts_with('>')
                    || (rest.starts_with('<')
                        && self.questions.is_some_and(|questions| column <= questions))
            }
            Paragraph::Top(_) => rest.starts_with('>'),
        };
        if fresh {
            let outside = self.questions.is_none_or(|questions| column <= questions);
            self.paragraph = if rest.starts_with('>') || !outside {
                Paragraph::Inside
            } else {
                self.content = 0;
                Paragraph::Top(self.lines.len())
            };
        }
        LineKind::Text { fresh }
    }

    /// The level, if `rest` makes the paragraph above it a heading.
    fn underline(&mut self, rest: &str) -> Option<usize> {
        let Paragraph::Top(first) = self.paragraph else {
            return None;
        };
        let rest = rest.trim_end();
        let level = match rest.as_bytes().first()? {
            b'=' if rest.bytes().all(|byte| byte == b'=') => 1,
            b'-' if rest.bytes().all(|byte| byte == b'-') => 2,
            _ => return None,
        };
        for (number, line) in self.lines.iter_mut().enumerate().skip(first) {
            line.kind = LineKind::Heading {
                level,
                first: number == first,
            };
        }
        self.questions = None;
        self.paragraph = Paragraph::None;
        Some(level)
    }
}

/// Whether the first line of `text`, in `column`, ends in a question mark and the item
/// below it is deeper.
fn asks_with_answer(text: &str, column: usize) -> bool {
    let mut lines = text.lines();
    let asks = lines
        .next()
        .is_some_and(|line| line.trim_end().ends_with(['?', '？']));
    let mut below = lines.skip_while(|line| line.trim().is_empty());
    asks && below.next().is_some_and(|line| {
        let (indent, below) = leading(line);
        below > column && Marker::read(&line[indent..]).is_some()
    })
}

/// The bytes of white space that `line` begins with, and the column after them.
pub(super) fn leading(line: &str) -> (usize, usize) {
    let mut column = 0;
    for (bytes, byte) in line.bytes().enumerate() {
        match byte {
            b' ' => column += 1,
            b'\t' => column += 4 - column % 4,
            _ => return (bytes, column),
        }
    }
    (line.len(), column)
}

/// A list marker and the white space after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marker {
    /// Bytes of the marker alone.
    pub bytes: usize,
    /// Columns from the marker's first to the content's first.
    pub content: usize,
    /// Whether nothing follows.
    pub empty: bool,
    /// The number of `1.` and `1)`.
    number: Option<u32>,
}

impl Marker {
    /// Whether it is of a numbered list.
    pub(super) fn is_numbered(&self) -> bool {
        self.number.is_some()
    }

    /// Reads the marker that `rest` begins with, if it does.
    pub(super) fn read(rest: &str) -> Option<Self> {
        let bytes = rest.as_bytes();
        let (length, number) = match bytes.first()? {
            b'-' | b'*' | b'+' => (1, None),
            b'0'..=b'9' => {
                let digits = bytes
                    .iter()
                    .take_while(|byte| byte.is_ascii_digit())
                    .count();
                if digits > 9 || !matches!(bytes.get(digits), Some(b'.' | b')')) {
                    return None;
                }
                (digits + 1, rest[..digits].parse().ok())
            }
            _ => return None,
        };
        let after = &rest[length..];
        let (_, width) = leading(after);
        let empty = after.trim().is_empty();
        if width == 0 && !empty {
            return None;
        }
        let padding = if empty || width > 4 { 1 } else { width };
        Some(Self {
            bytes: length,
            content: length + padding,
            empty,
            number,
        })
    }
}

/// The mark and count of a fence that `rest` opens.
fn opens(rest: &str) -> Option<(u8, usize)> {
    let mark = *rest.as_bytes().first()?;
    if mark != b'`' && mark != b'~' {
        return None;
    }
    let count = rest.bytes().take_while(|byte| *byte == mark).count();
    (count >= 3 && !(mark == b'`' && rest[count..].contains('`'))).then_some((mark, count))
}

/// Whether `rest` closes a fence that was opened with `count` of `mark`.
pub(super) fn closes(rest: &str, mark: u8, count: usize) -> bool {
    let rest = rest.trim_end();
    rest.len() >= count && rest.bytes().all(|byte| byte == mark)
}

/// The level of the heading that `rest` is, if it is one.
fn hashes(rest: &str) -> Option<usize> {
    let level = rest.bytes().take_while(|byte| *byte == b'#').count();
    let after = rest.as_bytes().get(level);
    ((1..=6).contains(&level) && matches!(after, None | Some(b' ' | b'\t'))).then_some(level)
}

/// Whether `rest` is a thematic break.
fn is_rule(rest: &str) -> bool {
    let Some(mark @ (b'-' | b'*' | b'_')) = rest.bytes().next() else {
        return false;
    };
    let mut count = 0;
    rest.bytes().all(|byte| {
        count += usize::from(byte == mark);
        byte == mark || byte == b' ' || byte == b'\t'
    }) && count >= 3
}

/// What ends the HTML that `rest` begins, where blank lines do not.
fn html_block_end(rest: &str) -> Option<&'static str> {
    const BLOCKS: [(&str, &str); 7] = [
        ("<!--", "-->"),
        ("<![CDATA[", "]]>"),
        ("<?", "?>"),
        ("<script", "</script>"),
        ("<style", "</style>"),
        ("<pre", "</pre>"),
        ("<textarea", "</textarea>"),
    ];
    BLOCKS
        .into_iter()
        .find(|(start, _)| {
            rest.get(..start.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(start))
        })
        .map(|(_, end)| end)
}
