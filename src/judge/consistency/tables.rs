//! Tables of the notes, each beside what this run has in its place.
//!
//! ```text
//!     judged lines     expected                actual
//!     a header         PID   PPID  CMD         PID  PPID  CMD
//!     its rows         4711  4690  nginx       91   70    nginx      cells by columns
//! ```

use super::series::Sides;
use crate::formats::table::{Header, TableCell};
use crate::formats::text::normal;
use crate::judge::LineJudgement;
use crate::judge::rows::Subject;

/// A table of the notes.
pub(super) struct NotedTable<'l> {
    /// Its header and its rows.
    lines: &'l [LineJudgement],
    /// The position of its header among the judged lines of its step.
    start: usize,
    header: Header,
    /// That of this run, where there is one.
    printed: Option<Header>,
}

/// A row of such a table.
pub(super) struct NotedRow<'t> {
    /// Its position among the judged lines of its step.
    pub(super) line: usize,
    pub(super) ok: bool,
    pub(super) noted: Vec<TableCell<'t>>,
    /// The line of this run, where there is one.
    pub(super) actual: Option<&'t str>,
    /// The cells of this run, where there is such a row.
    pub(super) printed: Option<Vec<TableCell<'t>>>,
}

impl<'l> NotedTable<'l> {
    /// All tables among the judged `lines` of a step.
    pub(super) fn all(lines: &'l [LineJudgement]) -> Vec<Self> {
        let read = |text: Option<&str>| Header::read(&normal(text?));
        let mut found: Vec<Self> = Vec::new();
        for (start, head) in lines.iter().enumerate() {
            let Sides { noted, printed } = Sides::texts(head);
            match (read(noted), found.last_mut()) {
                (Some(header), _) => found.push(Self {
                    lines: &lines[start..=start],
                    start,
                    header,
                    printed: read(printed),
                }),
                (None, Some(table)) => table.lines = &lines[table.start..=start],
                (None, None) => {}
            }
        }
        found
    }

    /// Whether this run has a table in its place.
    pub(super) fn is_printed(&self) -> bool {
        self.printed.is_some()
    }

    /// What its rows are about in the notes.
    pub(super) fn subject(&self) -> Subject {
        Subject::of(&self.header)
    }

    /// What those are about that this run has in their place.
    pub(super) fn printed_subject(&self) -> Option<Subject> {
        self.printed.as_ref().map(Subject::of)
    }

    /// The rows that stand in the notes.
    pub(super) fn rows(&self) -> impl Iterator<Item = NotedRow<'_>> {
        let rows = self.lines.iter().enumerate().skip(1);
        rows.filter_map(|(index, row)| {
            let printed = self.printed.as_ref().zip(row.actual.as_deref());
            Some(NotedRow {
                line: self.start + index,
                ok: row.ok,
                actual: row.actual.as_deref(),
                noted: self.header.cells(row.expected.as_deref()?),
                printed: printed.map(|(header, row)| header.cells(row)),
            })
        })
    }
}
