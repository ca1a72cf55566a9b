//! Rows of Docker's lists without their header, as `grep` leaves them.
//!
//! ```text
//!     $ docker ps | grep web
//!     3f1c5b0a9d27   nginx   "nginx"   2 minutes ago   Up 2 minutes   80/tcp   web
//!     Rule::Id       Literal                           Status                  Names
//! ```

use super::fields::{Rule, rule};
use super::table::chunks;
use super::{Gaps, LineFields};
use crate::docker::ids::is_short_id;
use crate::docker::{OperandKind, ProgramCall};

/// Rows of a list of containers or images from which a filter took the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headless {
    /// Of `docker ps | grep web`: a status somewhere, the names last.
    Containers,
    /// Of `docker images | grep web`: the size last.
    Images,
}

impl Headless {
    /// The rows that `calls` print, which are a list and what passes on some of its
    /// lines as they are.
    pub fn of(calls: &[ProgramCall]) -> Option<Self> {
        let (list, filters) = calls.split_first()?;
        let rows = match list.lists()? {
            OperandKind::Container => Self::Containers,
            OperandKind::Image => Self::Images,
            _ => return None,
        };
        let passes_lines = |call: &ProgramCall| {
            ["egrep", "fgrep", "grep", "head", "sort", "tail", "uniq"]
                .contains(&call.program.as_str())
                && !call.has_flag('c')
        };
        let has_columns = !list.has_flag('q') && list.template().is_none();
        (list.program == "docker"
            && has_columns
            && !filters.is_empty()
            && filters.iter().all(passes_lines))
        .then_some(rows)
    }

    /// The cells of `row`, each with the byte of the row at which it starts and how
    /// it is judged; none where it is no row of such a list.
    pub fn cells(self, row: &str) -> Option<Vec<(usize, String, &'static Rule)>> {
        let found = chunks(row);
        let last = found.len().checked_sub(1)?;
        let id = if self == Self::Containers { 0 } else { 2 };
        if last < 4 || !found.get(id).is_some_and(|(_, text)| is_short_id(text)) {
            return None;
        }
        let rule = |index: usize, text: &str| match self {
            _ if index == id => &Rule::Id,
            Self::Containers if index == last => &Rule::Names,
            Self::Containers if text.starts_with("Up ") => &Rule::Status,
            Self::Images if index == last => rule("SIZE"),
            _ => &Rule::Literal,
        };
        let cells = found.into_iter().enumerate().map(|(index, (start, text))| {
            let byte = row.char_indices().nth(start).map_or(0, |(byte, _)| byte);
            let rule = rule(index, &text);
            (byte, text, rule)
        });
        Some(cells.collect())
    }

    /// The fields of a row.
    pub fn fields(self, row: &str, authored: &str) -> Option<LineFields> {
        let volatile = self
            .cells(row)?
            .into_iter()
            .flat_map(|(start, text, rule)| {
                let ranges = rule.volatile(&text, authored).into_iter();
                ranges.map(move |(range, kind)| (start + range.start..start + range.end, kind))
            });
        Some(LineFields {
            volatile: volatile.collect(),
            gaps: Gaps::Columns,
        })
    }
}
