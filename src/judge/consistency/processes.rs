//! Processes beside each other: none is older than the one that started it, one that sleeps
//! takes no time of a processor, and no two have one number.
//!
//! ```text
//!     PID    PPID   STIME   CMD
//!     4711   4690   10:32   nginx: master process
//!     4760   4711   10:31   nginx: worker process      started before its parent
//!
//!     PID    TIME       CMD
//!     4711   02:10:00   sleep 1d                       no process sleeps by computing
//!
//!     2024/03/11 10:02:31 [notice] 1#1: start worker process 29
//!     2024/03/11 10:02:31 [notice] 1#1: start worker process 29       there is one already
//! ```

use super::series::{Sides, neighbours, readings};
use super::tables::NotedTable;
use super::{Evidence, Lines, Objection};
use crate::formats::table::{TableCell, cell_text};
use crate::formats::workers::started;

/// Why a time is refused.
const OLDER: &str = "this process is shown as older than its parent";

/// Why a time of a processor is refused.
const SLEEPS: &str = "a process that sleeps takes no time of a processor";

/// Why the number of a worker is refused.
const SAME: &str = "the line above starts a worker with the same process number";

/// A clock that is this much behind another one shows the next day, in seconds.
const NEXT_DAY: i64 = 12 * 60 * 60;

/// A row of a table of processes, of which the notes show the parent and the time.
struct Process {
    /// Its position among the judged lines.
    line: usize,
    number: String,
    parent: String,
    /// When it started: how the notes write that, and the seconds since midnight.
    started: (usize, i64),
}

/// Rows of processes that are older than their parents in the notes, or that sleep and
/// compute, and workers that a log starts twice.
pub(super) fn contradictions(_: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = same_workers(judged);
    for (step, lines) in judged.iter().enumerate() {
        for table in NotedTable::all(lines) {
            let processes: Vec<Process> = processes(&table).collect();
            let older = processes.iter().filter(|child| {
                let mut others = processes.iter();
                others.any(|parent| parent.is_parent_of(child) && parent.is_younger_than(child))
            });
            found.extend(older.map(|child| Objection::at(step, child.line, OLDER)));
            let busy = busy_sleepers(&table);
            found.extend(busy.map(|line| Objection::at(step, line, SLEEPS)));
        }
    }
    found
}

/// Lines that start a worker with the number of the one above, where this run starts two: a
/// server that was started again, or one beside it, counts from the start again.
fn same_workers(judged: &Lines) -> Vec<Objection> {
    let workers = readings(judged, |step, _, line| {
        Some((step, Sides::texts(line).map(|text| started(text?))))
    });
    let are_one = |below: &Option<_>, above: &Option<_>| below.is_some() && below == above;
    neighbours(&workers, are_one, SAME)
}

/// The lines of `table` with a `sleep` that took time in the notes and none here.
fn busy_sleepers(table: &NotedTable) -> impl Iterator<Item = usize> {
    let is_busy = |cells: &Vec<TableCell>| {
        let mut commands = ["CMD", "COMMAND"].iter();
        let sleeps = commands.any(|column| cell_text(cells, column).starts_with("sleep "));
        let time = cell_text(cells, "TIME");
        sleeps && time.contains(|digit: char| ('1'..='9').contains(&digit))
    };
    let rows = table.rows().filter(|row| row.ok && table.is_printed());
    let busy =
        rows.filter(move |row| is_busy(&row.noted) && !row.printed.as_ref().is_some_and(is_busy));
    busy.map(|row| row.line)
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

/// The processes in `table`.
fn processes(table: &NotedTable) -> impl Iterator<Item = Process> {
    table.rows().filter(|row| row.ok).filter_map(|row| {
        let cell = |column| cell_text(&row.noted, column).to_owned();
        let mut clock = [cell("STIME"), cell("START")].into_iter();
        let clock = clock.find(|text| !text.is_empty())?;
        let parts: Option<Vec<i64>> = clock.split(':').map(|part| part.parse().ok()).collect();
        let parts = parts.filter(|parts| parts.len() > 1)?;
        let seconds = parts.iter().zip([3600, 60, 1]);
        Some(Process {
            line: row.line,
            number: cell("PID"),
            parent: cell("PPID"),
            started: (parts.len(), seconds.map(|(part, unit)| part * unit).sum()),
        })
    })
}
