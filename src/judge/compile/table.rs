//! Tables: a header, and rows in an order that holds or not.

use crate::judge::row::{LayerRow, Row};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Compiler, Fate};
use crate::formats::history;
use crate::formats::rewording;
use crate::formats::table::{Cell, Header};
use crate::judge::How;
use crate::judge::rows::{self, Subject};
use crate::judge::solver::{Choice, Match, Order, Variable};

/// A row of the notes' table.
struct OwnRow {
    /// The line of the notes, from 0.
    line: usize,
    /// The row, and what other texts of Docker's make of it.
    rewordings: Vec<(Option<&'static str>, Row)>,
    /// The layer of an image that it is about.
    layer: Option<LayerRow>,
    /// Whether it may be missing here.
    optional: bool,
    /// Whether it is about something that was made for it.
    given: bool,
}

/// The rows of this run's table, found by what their cells hold.
struct PrintedRows<'h> {
    /// Lines of the output, from 0, with their cells.
    rows: Vec<(usize, Vec<Cell<'h>>)>,
    /// Numbers of rows by column and cell.
    by_cell: HashMap<&'h str, HashMap<String, Vec<usize>>>,
}

impl<'h> PrintedRows<'h> {
    fn read(header: &'h Header, actual: &[String], lines: Range<usize>) -> Self {
        let rows: Vec<(usize, Vec<Cell>)> = lines
            .map(|line| (line, header.cells(&actual[line])))
            .collect();
        let mut by_cell: HashMap<&str, HashMap<String, Vec<usize>>> = HashMap::new();
        for (number, (_, cells)) in rows.iter().enumerate() {
            for cell in cells {
                let column = by_cell.entry(cell.column).or_default();
                column.entry(cell.text.clone()).or_default().push(number);
            }
        }
        Self { rows, by_cell }
    }

    /// The rows, within `reach`, that could be `row`.
    fn like<'r>(
        &'r self,
        row: &OwnRow,
        reach: &'r Range<usize>,
    ) -> impl Iterator<Item = &'r (usize, Vec<Cell<'h>>)> {
        let mut numbers: Vec<usize> = row
            .rewordings
            .iter()
            .flat_map(|(_, row)| self.with_the_cells_of(row, reach))
            .collect();
        if row.layer.is_some() {
            numbers.extend(reach.clone());
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| self.rows.get(number))
    }

    /// The rows that `variables` can be.
    fn shown_by<'r>(
        &'r self,
        variables: &[Variable],
    ) -> impl Iterator<Item = &'r (usize, Vec<Cell<'h>>)> {
        let choices = variables.iter().flat_map(|variable| &variable.choices);
        let places: HashSet<usize> = choices.map(|choice| choice.shows).collect();
        self.rows
            .iter()
            .filter(move |(place, _)| places.contains(place))
    }

    /// The numbers of the rows that have one of the cells of `row`: one that is
    /// letter by letter, and that the fewest rows have.
    fn with_the_cells_of(&self, row: &Row, reach: &Range<usize>) -> Vec<usize> {
        let fewest = row
            .literal_cells()
            .map(|(column, text)| {
                let found = self.by_cell.get(column).and_then(|cells| cells.get(text));
                found.map(Vec::as_slice).unwrap_or_default()
            })
            .min_by_key(|numbers| numbers.len());
        match fewest {
            Some(numbers) if numbers.len() < reach.len() => numbers
                .iter()
                .copied()
                .filter(|number| reach.contains(number))
                .collect(),
            _ => reach.clone().collect(),
        }
    }
}

impl OwnRow {
    /// How the row with `cells` is this one.
    fn matches(&self, cells: &[Cell], order: Order) -> Option<Match> {
        let told = self.rewordings.iter().find_map(|(dialect, row)| {
            let pairs = row.matches(cells)?;
            Some(match (dialect, order) {
                _ if self.given => Match::new(pairs, How::Given),
                (Some(dialect), _) => Match::through(dialect, pairs),
                (None, Order::Set) => Match::new(pairs, How::Unordered),
                (None, Order::Sequence) => Match::new(pairs, row.how()),
            })
        });
        told.or_else(|| {
            let pairs = self.layer.as_ref()?.matches(cells)?;
            Some(Match::through(history::DIALECT, pairs))
        })
    }
}

/// The rows of the notes' table.
struct OwnRows {
    rows: Vec<OwnRow>,
    /// How many rows stand before the first and before the last elision.
    elisions: Option<(usize, usize)>,
}

impl OwnRows {
    /// The rows of a table of `printed` rows that row `number` can be, where the
    /// order holds and no row comes or goes with what else there is: so many from
    /// the beginning as the rows before it, so many from the end as those after.
    fn reach(&self, number: usize, printed: usize) -> Range<usize> {
        let (before, after) = (number, self.rows.len() - number - 1);
        let from_end = printed.saturating_sub(after + 1);
        let (first, last) = self.elisions.unwrap_or((0, self.rows.len()));
        if self.elisions.is_none() {
            before.min(from_end)..(before.max(from_end) + 1).min(printed)
        } else if number < first {
            before..before + 1
        } else if number >= last {
            from_end..from_end + 1
        } else {
            0..printed
        }
    }
}

impl Compiler<'_> {
    /// The table whose header is line `header_line` of the notes, in the part
    /// `range` of the output.
    pub(super) fn table(
        &mut self,
        header_line: usize,
        header: &Header,
        rows: Range<usize>,
        range: Range<usize>,
    ) {
        let Some(their_header) = self
            .compiled
            .actual
            .get(range.start)
            .and_then(|line| Header::read(line))
        else {
            return;
        };
        let other_layout = rows::layouts_differ(header, &their_header);
        let found = if other_layout {
            Match::through(rows::LAYOUT, Vec::new())
        } else {
            // What it holds is told by its rows.
            Match::new(Vec::new(), How::Layout)
        };
        let found = Choice::at(range.start, found);

        let subject = Subject::of(header);
        let order = if subject.is_unordered() {
            Order::Set
        } else {
            Order::Sequence
        };
        let ours = self.own_rows(header, rows, subject, other_layout);
        let body = range.start + 1..range.end;
        let theirs = PrintedRows::read(&their_header, &self.compiled.actual, body.clone());
        let before = self.rows_there_before(subject, &their_header, body.clone());
        let rows_come_and_go =
            !before.is_empty() || ours.rows.iter().any(|row| row.optional) || order == Order::Set;
        let variables: Vec<Variable> = ours
            .rows
            .iter()
            .enumerate()
            .map(|(number, row)| {
                let reach = if rows_come_and_go {
                    0..body.len()
                } else {
                    ours.reach(number, body.len())
                };
                let choices = theirs.like(row, &reach).filter_map(|(place, cells)| {
                    Some(Choice::at(*place, row.matches(cells, order)?))
                });
                Variable {
                    optional: row.optional,
                    follows: false,
                    ..Variable::of(row.line..row.line + 1, choices.collect())
                }
            })
            .collect();
        let lacking: Vec<&str> = their_header
            .names()
            .filter(|column| header.names().all(|own| own != *column))
            .collect();
        let is_whole = other_layout || lacking.is_empty() || {
            let shown = theirs.shown_by(&variables);
            let mut cells = shown.flat_map(|(_, cells)| cells);
            cells.any(|cell| lacking.contains(&cell.column) && !cell.text.is_empty())
        };
        let found = if is_whole { vec![found] } else { Vec::new() };
        let header_variable = Variable::of(header_line..header_line + 1, found);
        self.push(Order::Sequence, vec![header_variable], Vec::new());
        let obligatory = if ours.elisions.is_some() {
            Vec::new()
        } else {
            body.filter(|place| !before.contains(place)).collect()
        };
        self.compiled.permitted.extend(before);
        self.push(order, variables, obligatory);
    }

    /// The notes' rows under `header`; elisions and blank lines get their fates.
    fn own_rows(
        &mut self,
        header: &Header,
        lines: Range<usize>,
        subject: Subject,
        other_layout: bool,
    ) -> OwnRows {
        let mut rows = Vec::new();
        let mut elisions: Option<(usize, usize)> = None;
        for line in lines {
            match self.expected[line].as_deref() {
                None => {
                    self.compiled.fates[line] = Fate::Elided;
                    let first = elisions.map_or(rows.len(), |(first, _)| first);
                    elisions = Some((first, rows.len()));
                }
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(text) => rows.push(self.own_row(header, line, text, subject, other_layout)),
            }
        }
        OwnRows { rows, elisions }
    }

    fn own_row(
        &self,
        header: &Header,
        line: usize,
        text: &str,
        subject: Subject,
        other_layout: bool,
    ) -> OwnRow {
        let optional = subject.is_ambient(header, text, self.compiled.step, self.context.mentions);
        if other_layout {
            let cells = rows::in_other_layout(header, text);
            let row = |cells: Vec<_>| Row::of_cells(&cells, self.number(line), self.context.values);
            return OwnRow {
                line,
                rewordings: cells
                    .map(|cells| (Some(rows::LAYOUT), row(cells)))
                    .into_iter()
                    .collect(),
                layer: None,
                optional,
                given: false,
            };
        }
        let cells = header.cells(text);
        if self.context.mentions.is_given(self.compiled.step, &cells) {
            // What tells whose row it is, and no more, is the one that was made.
            let own = cells.iter().filter(|cell| {
                ["CONTAINER ID", "NAMES", "NETWORK ID", "NAME", "VOLUME NAME"]
                    .contains(&cell.column)
            });
            let own: Vec<_> = own.map(|cell| (cell.column, cell.text.clone())).collect();
            let row = Row::of_cells(&own, self.number(line), self.context.values);
            return OwnRow {
                line,
                rewordings: vec![(None, row)],
                layer: None,
                optional,
                given: true,
            };
        }
        let others = rewording::other_texts(text, self.format.calls(), &self.context.values.told())
            .into_iter()
            .map(|(row, other)| (Some(row), other));
        let rewordings = std::iter::once((None, text.to_owned()))
            .chain(others)
            .map(|(dialect, text)| {
                let row = Row::of(header, &text, self.number(line), self.context.values);
                (dialect, row)
            })
            .collect();
        OwnRow {
            line,
            rewordings,
            layer: LayerRow::of(header, text, self.number(line), self.context.values),
            optional,
            given: false,
        }
    }

    /// The lines of this run's table about things that were there before the lab.
    fn rows_there_before(
        &self,
        subject: Subject,
        header: &Header,
        lines: Range<usize>,
    ) -> Vec<usize> {
        lines
            .filter(|&line| {
                let row = &self.compiled.actual[line];
                subject.was_there_before(
                    header,
                    row,
                    self.compiled.step,
                    self.context.mentions,
                    self.context.surroundings,
                )
            })
            .collect()
    }
}
