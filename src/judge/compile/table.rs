//! Tables: a header, and rows in an order that holds or not.

use crate::formats::text::{noted_lines, printed_lines};
use crate::judge::row::{LayerRow, Row};
use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::sections::Placed;
use super::{Compiler, Fate, Section};
use crate::docker::ProgramCall;
use crate::docker::names::with_tag;
use crate::formats::build;
use crate::formats::cluster::is_nothing;
use crate::formats::disk_usage::{self, Count};
use crate::formats::rewording;
use crate::formats::table::{Header, TableCell, cell_text};
use crate::formats::workers;
use crate::judge::How;
use crate::judge::rows::{self, SortedBy, Subject};
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
    rows: Vec<(usize, Vec<TableCell<'h>>)>,
    /// Numbers of rows by column and cell.
    by_cell: HashMap<&'h str, HashMap<String, Vec<usize>>>,
}

impl<'h> PrintedRows<'h> {
    fn read(header: &'h Header, actual: &[String], lines: Range<usize>) -> Self {
        let below = rows_below(lines.clone(), |line| &actual[line]);
        let rows: Vec<(usize, Vec<TableCell>)> = lines
            .filter(|line| !actual[*line].is_empty())
            .map(|line| {
                let above = below.get(&line).map(|above| actual[*above].as_str());
                (line, cells_below(header, &actual[line], above))
            })
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
    ) -> impl Iterator<Item = &'r (usize, Vec<TableCell<'h>>)> {
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

    /// Whether a row that one of `variables` can be has a text in a column that `header`
    /// lacks.
    fn have_more_than(&self, header: &Header, variables: &[Variable]) -> bool {
        let choices = variables.iter().flat_map(|variable| &variable.choices);
        let places: HashSet<usize> = choices.map(|choice| choice.shows).collect();
        let shown = self.rows.iter().filter(|(place, _)| places.contains(place));
        let has = |column: &str| header.names().any(|own| own == column);
        shown
            .flat_map(|(_, cells)| cells)
            .any(|cell| !cell.text.is_empty() && !has(cell.column))
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

/// The rows of a tree that stand below others, by line, each with the line of the row
/// that it is part of.
fn rows_below<'l>(lines: Range<usize>, text: impl Fn(usize) -> &'l str) -> HashMap<usize, usize> {
    let mut above = None;
    let mut below = HashMap::new();
    for line in lines {
        match (text(line), above) {
            ("", _) => {}
            (row, Some(above)) if is_below(row) => {
                below.insert(line, above);
            }
            _ => above = Some(line),
        }
    }
    below
}

/// Whether a row is part of the one above it.
fn is_below(row: &str) -> bool {
    row.starts_with(['├', '└'])
}

/// The cells of a row; of one that is part of another its first one names that too.
fn cells_below<'h>(header: &'h Header, row: &str, above: Option<&str>) -> Vec<TableCell<'h>> {
    let mut cells = header.cells(row);
    let of = above.and_then(|above| header.cells(above).into_iter().next());
    if let (Some(first), Some(of)) = (cells.first_mut(), of) {
        first.text = format!("{} {}", of.text, first.text);
    }
    cells
}

impl OwnRow {
    /// How the row with `cells` is this one.
    fn matches(&self, cells: &[TableCell], order: Order) -> Option<Match> {
        let matched = self.rewordings.iter().find_map(|(dialect, row)| {
            let pairs = row.matches(cells)?;
            Some(match (dialect, order) {
                _ if self.given => Match::new(pairs, How::Given),
                (Some(dialect), _) => Match::through(dialect, pairs),
                (None, Order::Set) => Match::new(pairs, How::Unordered),
                (None, Order::Sequence) => Match::new(pairs, row.how()),
            })
        });
        matched.or_else(|| {
            let (name, pairs) = self.layer.as_ref()?.matches(cells)?;
            Some(Match::through(name, pairs))
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
    fn have_random_names(&self) -> bool {
        let mut rows = self.rows.iter().flat_map(|row| &row.rewordings);
        rows.any(|(_, row)| row.has_random_name())
    }

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

    /// A variable for each row, with the rows of `theirs` that it can be. Where rows come
    /// and go with what else there is, these are in any part of the table.
    fn variables(
        &self,
        theirs: &PrintedRows<'_>,
        printed: usize,
        order: Order,
        rows_come_and_go: bool,
    ) -> Vec<Variable> {
        let variable = |(number, row): (usize, &OwnRow)| {
            let reach = match rows_come_and_go {
                true => 0..printed,
                false => self.reach(number, printed),
            };
            let choices = theirs
                .like(row, &reach)
                .filter_map(|(place, cells)| Some(Choice::at(*place, row.matches(cells, order)?)));
            Variable {
                optional: row.optional,
                follows: false,
                ..Variable::of(row.line..row.line + 1, choices.collect())
            }
        };
        self.rows.iter().enumerate().map(variable).collect()
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
            .and_then(|line| self.format.tables().header(line))
        else {
            return;
        };
        let other_layout = rows::layouts_differ(header, &their_header);
        let subject = Subject::of(header);
        let body = range.start + 1..range.end;
        self.set_rows_of_docker_apart(subject, header, &rows, &body);
        self.set_counts_apart(header_line, &rows, &range);
        self.set_workers_apart(&rows, &body);
        let unnamed = self.unnamed_rows(subject, (header, &rows), (&their_header, &body));
        let ours = self.own_rows(header, rows, subject, other_layout);
        let sorts = |call: &ProgramCall| !call.option("--sort-by").is_empty();
        let is_sorted = self.format.calls().iter().any(sorts);
        let order = match subject.is_unordered(ours.have_random_names() && !is_sorted) {
            true => Order::Set,
            false => Order::Sequence,
        };
        let theirs = PrintedRows::read(&their_header, &self.compiled.actual, body.clone());
        let before = self.rows_there_before(subject, &their_header, body.clone());
        let rows_come_and_go =
            !before.is_empty() || ours.rows.iter().any(|row| row.optional) || order == Order::Set;
        let variables = ours.variables(&theirs, body.len(), order, rows_come_and_go);
        let found = if other_layout {
            Some(Match::through(rows::LAYOUT, Vec::new()))
        } else if their_header
            .names()
            .all(|theirs| header.names().any(|own| own == theirs))
            || header.elides_columns()
            || theirs.have_more_than(header, &variables)
        {
            // Its rows are compared column by column.
            Some(Match::new(Vec::new(), How::Layout))
        } else {
            None
        };
        let found = found.map(|found| Choice::at(range.start, found));
        let found = Variable::of(header_line..header_line + 1, found.into_iter().collect());
        self.push(Order::Sequence, vec![found], Vec::new());
        let is_obligatory = |row: &usize| {
            let is_blank = self.compiled.actual[*row].is_empty();
            let is_permitted = self.compiled.permitted.contains(row);
            !is_blank && !is_permitted && !before.contains(row) && !unnamed.contains(row)
        };
        let obligatory = match ours.elisions {
            Some(_) => Vec::new(),
            None => body.filter(is_obligatory).collect(),
        };
        self.compiled.permitted.extend(unnamed);
        self.compiled.permitted.extend(before);
        self.push(order, variables, obligatory);
    }

    /// The cells of a row about a container as podman shows it: an image that was named
    /// without its tag has one.
    fn with_podmans_tag<'h>(
        &self,
        header: &'h Header,
        text: &str,
        subject: Subject,
    ) -> Option<Vec<(&'h str, String)>> {
        let is_podman = !self.context.surroundings.product.is_docker();
        if subject != Subject::Containers || !is_podman {
            return None;
        }
        let mut cells = header.cells(text);
        let image = cells.iter_mut().find(|cell| cell.column == "IMAGE")?;
        image.text = with_tag(&image.text);
        Some(
            cells
                .into_iter()
                .map(|cell| (cell.column, cell.text))
                .collect(),
        )
    }

    /// The notes' rows about networks that podman does not have.
    fn set_rows_of_docker_apart(
        &mut self,
        subject: Subject,
        header: &Header,
        rows: &Range<usize>,
        body: &Range<usize>,
    ) {
        if subject != Subject::Networks || self.context.surroundings.product.is_docker() {
            return;
        }
        let named = |row: &str, name: &str| cell_text(&header.cells(row), "NAME") == name;
        for line in rows.clone() {
            let row = self.expected[line].as_deref().unwrap_or_default();
            let mut lacking = rows::NOT_PODMANS.iter().filter(|name| named(row, name));
            let is_here = |name: &&str| {
                body.clone()
                    .any(|place| named(&self.compiled.actual[place], name))
            };
            if lacking.next().is_some_and(|name| !is_here(name)) {
                self.compiled.fates[line] = Fate::Dialect;
                self.compiled.dialects.push(rows::PODMAN);
            }
        }
    }

    /// The sections of `sections` that one side does not show since it lists nothing: where no
    /// row of the other side's is required, neither is it that there are none.
    pub(super) fn set_nothing_apart(&mut self, sections: &[Placed]) {
        let (step, things) = (self.compiled.step, self.context.named_things);
        let noted = self.expected.clone();
        let shown = |line: &usize| noted[*line].as_deref().is_some_and(|line| !line.is_empty());
        let says_nothing = |line: &usize| noted[*line].as_deref().is_some_and(is_nothing);
        let printed = (0..self.compiled.actual.len()).collect::<Vec<_>>();
        let empty = |place: &&usize| self.compiled.actual[**place].is_empty();
        let printed: Vec<usize> = printed
            .iter()
            .filter(|place| !empty(place))
            .copied()
            .collect();
        if let [place] = printed[..]
            && is_nothing(&self.compiled.actual[place])
        {
            let is_absent = |placed: &Placed| match &placed.section {
                Section::Table { header, rows } => rows.clone().filter(shown).all(|line| {
                    let row = noted[line].as_deref().unwrap_or_default();
                    let subject = Subject::of(header);
                    subject.is_ambient(header, row, step, things) || subject.is_ending(header, row)
                }),
                _ => false,
            };
            if !sections.is_empty() && sections.iter().all(is_absent) {
                let lines = sections.iter().flat_map(|placed| placed.lines.clone());
                for line in lines {
                    self.compiled.fates[line] = Fate::Ambient;
                }
                self.compiled.permitted.insert(place);
            }
            return;
        }
        let required: Vec<usize> = (0..noted.len()).filter(shown).collect();
        let header = printed
            .first()
            .and_then(|place| self.format.tables().header(&self.compiled.actual[*place]));
        if let ([line], Some(header)) = (&required[..], header)
            && says_nothing(line)
        {
            let first = printed[0];
            let there = self.rows_there_before(
                Subject::of(&header),
                &header,
                first + 1..self.compiled.actual.len(),
            );
            if printed.iter().skip(1).all(|place| there.contains(place)) {
                self.compiled.fates[*line] = Fate::Ambient;
                self.compiled.permitted.extend(printed);
            }
        }
    }

    /// The rows about workers of which the other side's machine has fewer.
    fn set_workers_apart(&mut self, rows: &Range<usize>, body: &Range<usize>) {
        let noted = self.expected.get(rows.clone()).unwrap_or_default();
        let noted = noted_lines(noted);
        let printed = self.compiled.actual.get(body.clone()).unwrap_or_default();
        let printed = printed_lines(printed);
        let authored = self.context.values.authored();
        let here = workers::surplus(&authored, &printed, &noted);
        for line in workers::surplus(&authored, &noted, &printed) {
            self.compiled.fates[rows.start + line] = Fate::Ambient;
        }
        let here = here.into_iter().map(|line| body.start + line);
        self.compiled.permitted.extend(here);
    }

    /// The notes' rows of `docker system df`, `rows` under line `header` of the notes, that
    /// count more things than the lab has.
    fn set_counts_apart(&mut self, header: usize, rows: &Range<usize>, range: &Range<usize>) {
        let Some(formats) = self.context.formats.get(..=self.compiled.step) else {
            return;
        };
        if !disk_usage::counts_the_machine(formats, "Images") {
            return;
        }
        let noted = self.expected.get(header..rows.end).unwrap_or_default();
        let noted = noted_lines(noted);
        let printed = self.compiled.actual.get(range.clone()).unwrap_or_default();
        let printed = printed_lines(printed);
        let here = Count::all(&printed);
        let mut found = Vec::new();
        // A machine with other things on it has other images too.
        let noted = Count::all(&noted);
        let is_fuller = |count: &Count| here.iter().any(|here| count.has_more_images(here));
        if !noted.iter().any(is_fuller) {
            return;
        }
        // What a build left in the cache is judged by its builder.
        let was_built = self.was_built_by_legacy().is_some();
        let counts = |count: &Count| {
            let is_of_builder = count.of == "Build Cache" && was_built;
            !is_of_builder && disk_usage::counts_the_machine(formats, &count.of)
        };
        for count in noted.into_iter().filter(counts) {
            let mut here = here.iter();
            let less = here.find(|here| count.is_of_a_fuller_machine(here));
            found.extend(less.map(|here| (header + count.line, range.start + here.line)));
        }
        for (line, place) in found {
            self.compiled.fates[line] = Fate::Ambient;
            self.compiled.permitted.insert(place);
        }
    }

    /// The rows about images without a name that only one side shows, where the other one's
    /// client leaves them out: those of the notes get their fates, those of the output are
    /// given.
    fn unnamed_rows(
        &mut self,
        subject: Subject,
        (header, rows): (&Header, &Range<usize>),
        (their_header, body): (&Header, &Range<usize>),
    ) -> Vec<usize> {
        let lists = self.format.calls().iter().any(rows::may_hide_unnamed);
        if subject != Subject::Images || !lists {
            return Vec::new();
        }
        let is_unnamed = |header: &Header, row: &str| {
            let cells = header.cells(row);
            let (repository, tag, _) = rows::image(&cells);
            !row.is_empty() && (repository, tag) == ("<none>", "<none>")
        };
        let in_notes: Vec<usize> = rows
            .clone()
            .filter(|line| {
                let row = self.expected[*line].as_deref();
                row.is_some_and(|row| is_unnamed(header, row))
            })
            .collect();
        let here: Vec<usize> = body
            .clone()
            .filter(|line| is_unnamed(their_header, &self.compiled.actual[*line]))
            .collect();
        let differ = rows::layouts_differ(header, their_header);
        let client = &self.context.surroundings.client;
        let hides = (differ && rows::is_newer(their_header)) || rows::hides_unnamed(client);
        let notes_hide = differ && rows::is_newer(header);
        let is_drift = (here.is_empty() && !in_notes.is_empty() && hides)
            || (in_notes.is_empty() && !here.is_empty() && notes_hide);
        if !is_drift {
            return Vec::new();
        }
        self.compiled.dialects.push(rows::UNNAMED);
        for line in in_notes {
            self.compiled.fates[line] = Fate::Dialect;
        }
        here
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
        let expected = self.expected.clone();
        let below = rows_below(lines.clone(), |line| {
            expected[line].as_deref().unwrap_or_default()
        });
        for line in lines {
            if self.compiled.fates[line] != Fate::Required {
                continue;
            }
            match expected[line].as_deref() {
                None => {
                    self.compiled.fates[line] = Fate::Elided;
                    let first = elisions.map_or(rows.len(), |(first, _)| first);
                    elisions = Some((first, rows.len()));
                }
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(text) => {
                    let above = below.get(&line).and_then(|row| expected[*row].as_deref());
                    rows.push(self.own_row(header, line, (text, above), subject, other_layout));
                }
            }
        }
        self.leave_out_impossible(header, subject, &mut rows);
        OwnRows { rows, elisions }
    }

    /// Takes from rows that contradict themselves or a row above them what they could be.
    fn leave_out_impossible(&mut self, header: &Header, subject: Subject, rows: &mut [OwnRow]) {
        let text = |row: &OwnRow| self.expected[row.line].as_deref().unwrap_or_default();
        let (step, named_things) = (self.compiled.step, self.context.named_things);
        // Docker's containerd store did not sort images before 25.0; those that the exercise
        // did not build may be listed so.
        let counts = |row: &&mut OwnRow| {
            let cells = header.cells(text(row));
            let (repository, tag, _) = rows::image(&cells);
            subject != Subject::Images || named_things.has_built(step, repository, tag)
        };
        let mut rows: Vec<&mut OwnRow> = rows.iter_mut().filter(counts).collect();
        let cells: Vec<Vec<TableCell>> = rows.iter().map(|row| header.cells(text(row))).collect();
        let sorted = SortedBy::of(self.format.calls());
        for (row, reason) in rows.iter_mut().zip(rows::impossible(&cells, sorted)) {
            if let Some(reason) = reason {
                row.rewordings.clear();
                row.layer = None;
                row.optional = false;
                self.compiled.impossible.push((row.line, reason));
            }
        }
    }

    fn own_row(
        &self,
        header: &Header,
        line: usize,
        (text, above): (&str, Option<&str>),
        subject: Subject,
        other_layout: bool,
    ) -> OwnRow {
        let (step, named_things) = (self.compiled.step, self.context.named_things);
        let optional = subject.is_ambient(header, above.unwrap_or(text), step, named_things)
            || subject.is_ending(header, text);
        let row = |cells: Vec<_>| Row::of_cells(&cells, self.number(line), self.context.values);
        let in_these_cells = |dialect, cells: Option<Vec<_>>| OwnRow {
            line,
            rewordings: cells
                .map(|cells| (dialect, row(cells)))
                .into_iter()
                .collect(),
            layer: None,
            optional,
            given: false,
        };
        if other_layout {
            return in_these_cells(Some(rows::LAYOUT), rows::in_other_layout(header, text));
        }
        if above.is_some() {
            let cells = cells_below(header, text, above).into_iter();
            let cells = cells.map(|cell| (cell.column, cell.text)).collect();
            return in_these_cells(None, Some(cells));
        }
        let cells = header.cells(text);
        if named_things.is_given(step, &cells) {
            // What tells whose row it is, and no more, is the one that was made.
            let own = cells.iter().filter(|cell| {
                ["CONTAINER ID", "NAMES", "NETWORK ID", "NAME", "VOLUME NAME"]
                    .contains(&cell.column)
            });
            let own: Vec<_> = own.map(|cell| (cell.column, cell.text.clone())).collect();
            return OwnRow {
                given: true,
                ..in_these_cells(None, Some(own))
            };
        }
        let others = rewording::other_texts(
            text,
            self.format.calls(),
            &self.context.values.known_names(),
        )
        .into_iter()
        .map(|(row, other)| (Some(row), other));
        let rewordings =
            std::iter::once((None, text.to_owned()))
                .chain(others)
                .map(|(dialect, text)| {
                    let row = Row::of(header, &text, self.number(line), self.context.values);
                    (dialect, row)
                });
        let with_tag = self.with_podmans_tag(header, text, subject);
        // What a build left in the cache is told by its name alone where this run has another
        // builder.
        let is_empty = cell_text(&cells, "TOTAL") == "0";
        let is_of_other = match self.context.surroundings.builder.as_str() {
            "legacy" => !is_empty,
            "buildkit" => is_empty,
            _ => false,
        };
        let was_built_otherwise =
            self.was_built_otherwise() || is_of_other && self.builder_is_unknown();
        let is_cache = cell_text(&cells, "TYPE") == "Build Cache" && was_built_otherwise;
        let cache = is_cache.then(|| vec![("TYPE", "Build Cache".to_owned())]);
        let rewordings = rewordings
            .chain(with_tag.map(|cells| (Some(rows::PODMAN), row(cells))))
            .chain(cache.map(|cells| (Some(build::CACHE), row(cells))))
            .collect();
        OwnRow {
            line,
            rewordings,
            layer: LayerRow::of(
                header,
                text,
                self.number(line),
                self.context.values,
                self.context.surroundings.store == "containerd",
            ),
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
        let below = rows_below(lines.clone(), |line| &self.compiled.actual[line]);
        lines
            .filter(|&line| {
                let row = &self.compiled.actual[*below.get(&line).unwrap_or(&line)];
                subject.was_there_before(
                    header,
                    row,
                    self.compiled.step,
                    self.context.named_things,
                    self.context.surroundings,
                )
            })
            .collect()
    }
}
