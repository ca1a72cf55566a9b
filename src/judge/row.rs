//! A row of the notes' table, to be held against rows of this run.

use std::ops::Range;

use super::How;
use super::bindings::{Pair, ValueKind};
use super::token::{Pattern, PatternToken};
use super::values::Values;
use crate::formats::authored::Authored;
use crate::formats::fields::{is_memory_asked_for, limit_in, rule};
use crate::formats::history::{self, HistoryRow};
use crate::formats::starting::Starting;
use crate::formats::table::{Header, TableCell, in_row};

/// Takes a cell of the notes' line `line` apart; its row may be about something that is
/// `starting`.
fn cell_pattern(
    column: &str,
    cell: &str,
    line: usize,
    (values, starting): (&Values, Option<&Starting>),
) -> Pattern {
    let of_start = starting.and_then(|starting| starting.field(column, cell));
    let volatile = match of_start {
        Some(field) => vec![field],
        None => rule(column).volatile(cell, &values.authored()),
    };
    Pattern::with(cell, line, values, volatile)
}

#[derive(Debug)]
struct RowCell {
    column: String,
    text: String,
    /// Where the pieces of its text stand in the row.
    pieces: Vec<(usize, usize)>,
    pattern: Pattern,
    /// The memory that a container may use, in a cell that tells it.
    limit: Option<String>,
}

fn is_of_layers(cells: &[RowCell]) -> bool {
    cells.iter().any(|cell| cell.column == "CREATED BY")
}

/// Whether a layer that has so few bytes here that each is shown, has others in the notes, or
/// millions: where folders count (containerd), it has some thousands.
fn is_another_count(noted: &str, printed: &str) -> bool {
    let bytes = |size: &str| size.strip_suffix('B')?.trim().parse::<u32>().ok();
    let shows_bytes = bytes(printed).is_some_and(|bytes| bytes > 0);
    shows_bytes && noted != printed && !noted.ends_with("kB")
}

/// A row of the notes' table, cell by cell.
#[derive(Debug)]
pub(super) struct Row {
    cells: Vec<RowCell>,
    /// Whether it is one of `docker history`.
    is_of_layers: bool,
    authored: Authored,
}

impl Row {
    /// Takes a row of the notes apart under its header.
    pub(super) fn of(header: &Header, text: &str, line: usize, values: &Values) -> Self {
        let cells = header.cells(text);
        let starting = Starting::of(&cells).filter(|_| values.is_starting(line));
        let starting = starting.as_ref();
        let cells: Vec<RowCell> = cells
            .into_iter()
            .map(|cell| RowCell {
                column: cell.column.to_owned(),
                pieces: cell.pieces,
                text: cell.text.clone(),
                pattern: cell_pattern(cell.column, &cell.text, line, (values, starting)),
                limit: limit_in(cell.column, &cell.text).map(str::to_owned),
            })
            .collect();
        Self {
            is_of_layers: is_of_layers(&cells),
            cells,
            authored: values.authored(),
        }
    }

    /// A row of the notes' line `line` with these cells, each under its column.
    pub(super) fn of_cells(cells: &[(&str, String)], line: usize, values: &Values) -> Self {
        let cells: Vec<RowCell> = cells
            .iter()
            .map(|(column, text)| RowCell {
                column: (*column).to_owned(),
                pieces: Vec::new(),
                text: text.clone(),
                pattern: cell_pattern(column, text, line, (values, None)),
                limit: limit_in(column, text).map(str::to_owned),
            })
            .collect();
        Self {
            is_of_layers: is_of_layers(&cells),
            cells,
            authored: values.authored(),
        }
    }

    /// The pairs under which the row of this run with the cells `actual` is this row.
    pub(super) fn matches(&self, actual: &[TableCell]) -> Option<Vec<Pair>> {
        let mut theirs = actual.iter();
        let mut pairs = Vec::new();
        for cell in &self.cells {
            let their = theirs.find(|their| their.column == cell.column)?;
            let limit = limit_in(their.column, &their.text);
            if limit != cell.limit.as_deref()
                && limit.is_some_and(|limit| is_memory_asked_for(limit, self.authored.calls()))
            {
                return None;
            }
            if cell.column == "SIZE"
                && self.is_of_layers
                && is_another_count(&cell.text, &their.text)
            {
                return None;
            }
            let found = cell.pattern.matches(&their.text);
            let is_cut_alike = || rule(&cell.column).is_cut_alike(&cell.text, &their.text);
            pairs.extend(found.or_else(|| is_cut_alike().then(Vec::new))?);
        }
        Some(pairs)
    }

    /// The columns whose cells are letter by letter and whole, with these.
    pub(super) fn literal_cells(&self) -> impl Iterator<Item = (&str, &str)> {
        self.cells
            .iter()
            .filter(|cell| !rule(&cell.column).is_cut(&cell.text))
            .filter_map(|cell| Some((cell.column.as_str(), cell.pattern.literal()?)))
    }

    /// All tokens of the row with their byte ranges in it.
    pub(super) fn tokens(&self) -> impl Iterator<Item = (Range<usize>, &PatternToken)> {
        self.cells.iter().flat_map(|cell| {
            cell.pattern
                .tokens()
                .iter()
                .map(|(range, token)| (in_row(&cell.pieces, range.clone()), token))
        })
    }

    /// Whether it names something whose name Kubernetes made up.
    pub(super) fn has_random_name(&self) -> bool {
        let is_random = |token: &PatternToken| {
            matches!(
                token,
                PatternToken::Bound {
                    kind: ValueKind::Ending,
                    ..
                }
            )
        };
        self.tokens().any(|(_, token)| is_random(token))
    }

    /// The weakest way some cell is judged.
    pub(super) fn how(&self) -> How {
        self.cells
            .iter()
            .map(|cell| cell.pattern.how())
            .max()
            .unwrap_or(How::Literal)
    }
}

/// A row of the notes' `docker history`, which another builder may tell otherwise.
#[derive(Debug)]
pub(super) struct LayerRow {
    layer: HistoryRow,
    /// Its cells that every builder tells, without the columns that one of them lacks.
    shared: Vec<(Vec<&'static str>, Row)>,
    authored: Authored,
    on_containerd: bool,
}

impl LayerRow {
    /// The layer in a row of the notes under `header`; none where the table is no history.
    /// Whether this run's daemon keeps images `on_containerd` says how it counts folders.
    pub(super) fn of(
        header: &Header,
        row: &str,
        line: usize,
        values: &Values,
        on_containerd: bool,
    ) -> Option<Self> {
        let cells = header.cells(row);
        let layer = HistoryRow::of(&cells)?;
        let without = |lacking: Vec<&'static str>| {
            let judged: Vec<(&str, String)> = cells
                .iter()
                .filter(|cell| HistoryRow::SHARED.contains(&cell.column))
                .filter(|cell| !lacking.contains(&cell.column))
                .map(|cell| (cell.column, cell.text.clone()))
                .collect();
            let row = Row {
                is_of_layers: true,
                ..Row::of_cells(&judged, line, values)
            };
            (lacking, row)
        };
        let lacking = [vec![], vec!["IMAGE"], vec!["SIZE"], vec!["IMAGE", "SIZE"]];
        Some(Self {
            layer,
            shared: lacking.into_iter().map(without).collect(),
            authored: values.authored(),
            on_containerd,
        })
    }

    /// The pairs under which the row with `cells` is this layer, as the other builder or image
    /// store prints it, and what it is that they print otherwise.
    pub(super) fn matches(&self, cells: &[TableCell]) -> Option<(&'static str, Vec<Pair>)> {
        let their = HistoryRow::of(cells)?;
        if !self.layer.is(&their, &self.authored) {
            return None;
        }
        let (mut lacking, mut name) = (Vec::new(), history::DIALECT);
        if self.layer.one_lacks_its_image(&their) {
            lacking.push("IMAGE");
        }
        if self
            .layer
            .counts_folders_otherwise(&their, self.on_containerd)
        {
            lacking.push("SIZE");
            name = history::FOLDERS;
        }
        let (_, row) = self.shared.iter().find(|(other, _)| *other == lacking)?;
        Some((name, row.matches(cells)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exit_code_in_a_status_is_literal() {
        let status = |cell| cell_pattern("STATUS", cell, 1, (&Values::default(), None));
        let exited = status("Exited (3) 1 second ago");
        assert!(exited.matches("Exited (3) 5 weeks ago").is_some());
        assert!(exited.matches("Exited (0) 5 weeks ago").is_none());
        assert!(exited.matches("Up 5 weeks").is_none());
        let up = status("Up 7 seconds (healthy)");
        assert!(up.matches("Up About a minute (healthy)").is_some());
        assert!(up.matches("Up About a minute").is_none());
    }
}
