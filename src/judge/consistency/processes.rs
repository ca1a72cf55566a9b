//! Processes in one table: none is older than the one that started it, and one that sleeps
//! takes no time of a processor.
//!
//! ```text
//!     PID    PPID   STIME   CMD
//!     4711   4690   10:32   nginx: master process
//!     4760   4711   10:31   nginx: worker process      started before its parent
//!
//!     PID    TIME       CMD
//!     4711   02:10:00   sleep 1d                       no process sleeps by computing
//! ```

use super::{Evidence, Lines, Objection, tables};
use crate::formats::table::{Header, cell_text};
use crate::formats::text::normal;
use crate::judge::LineJudgement;

/// Why a time is refused.
const OLDER: &str = "this process is shown as older than its parent";

/// Why a time of a processor is refused.
const SLEEPS: &str = "a process that sleeps takes no time of a processor";

/// A clock that is this much behind another one shows the next day, in seconds.
const NEXT_DAY: i64 = 12 * 60 * 60;

/// A row of a table of processes.
struct Process {
    /// Its position among the judged lines.
    line: usize,
    number: String,
    parent: String,
    /// When it started: how the notes write that, and the seconds since midnight.
    started: (usize, i64),
}

/// Rows of processes that are older than their parents in the notes, or that sleep and
/// compute.
pub(super) fn contradictions(_: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, judged) in lines.iter().enumerate() {
        for table in tables(judged) {
            let processes = processes(&judged[table.clone()], table.start);
            let processes = processes.unwrap_or_default();
            let older = processes.iter().filter(|child| {
                let mut others = processes.iter();
                others.any(|parent| parent.is_parent_of(child) && parent.is_younger_than(child))
            });
            found.extend(older.map(|child| Objection::at(step, child.line, OLDER)));
            let busy = busy_sleepers(&judged[table.clone()]).into_iter();
            found.extend(busy.map(|row| Objection::at(step, table.start + row, SLEEPS)));
        }
    }
    found
}

/// The rows of `table`, from 0 for its header, with a `sleep` that took time in the notes and
/// none here.
fn busy_sleepers(table: &[LineJudgement]) -> Vec<usize> {
    let side = |line: &Option<String>| Header::read(&normal(line.as_deref()?));
    let Some((head, rows)) = table.split_first() else {
        return Vec::new();
    };
    let (Some(ours), Some(theirs)) = (side(&head.expected), side(&head.actual)) else {
        return Vec::new();
    };
    let is_busy = |header: &Header, row: &Option<String>| {
        let cells = header.cells(row.as_deref().unwrap_or_default());
        let mut commands = ["CMD", "COMMAND"].iter();
        let sleeps = commands.any(|column| cell_text(&cells, column).starts_with("sleep "));
        let time = cell_text(&cells, "TIME");
        sleeps && time.contains(|digit: char| ('1'..='9').contains(&digit))
    };
    let busy = rows.iter().enumerate().filter(|(_, row)| {
        row.ok && is_busy(&ours, &row.expected) && !is_busy(&theirs, &row.actual)
    });
    busy.map(|(index, _)| index + 1).collect()
}

impl Process {
    fn is_parent_of(&self, child: &Self) -> bool {
        self.number == child.parent && self.number != child.number
    }

    fn is_younger_than(&self, child: &Self) -> bool {
        let ((form, started), (child_form, child_started)) = (self.started, child.started);
        form == child_form && started > child_started && started - child_started < NEXT_DAY
    }
}

/// The processes in `table`, of which the notes show the parents and the times; `start` is
/// the position of its header among the judged lines.
fn processes(table: &[LineJudgement], start: usize) -> Option<Vec<Process>> {
    let (head, rows) = table.split_first()?;
    let header = Header::read(&normal(head.expected.as_deref()?))?;
    let read = |(index, row): (usize, &LineJudgement)| {
        let cells = header.cells(row.expected.as_deref().filter(|_| row.ok)?);
        let cell = |column| cell_text(&cells, column).to_owned();
        let mut clock = [cell("STIME"), cell("START")].into_iter();
        let clock = clock.find(|text| !text.is_empty())?;
        let parts: Option<Vec<i64>> = clock.split(':').map(|part| part.parse().ok()).collect();
        let parts = parts.filter(|parts| parts.len() > 1)?;
        let seconds = parts
            .iter()
            .zip([3600, 60, 1])
            .map(|(part, unit)| part * unit);
        Some(Process {
            line: start + 1 + index,
            number: cell("PID"),
            parent: cell("PPID"),
            started: (parts.len(), seconds.sum()),
        })
    };
    Some(rows.iter().enumerate().filter_map(read).collect())
}
