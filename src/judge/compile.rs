//! A step's expected and actual output, made into a constraint problem.
//!
//! ```text
//!     expected lines --sections--> lines | table | tree | names
//!     each section finds its part of the output, and gives groups of variables
//! ```

use std::ops::Range;
use std::sync::Arc;

use super::How;
use super::bindings::Pair;
use super::build;
use super::client;
use super::command::Call;
use super::dialects;
use super::exit;
use super::listing;
use super::mentions::Mentions;
use super::pull;
use super::rows::Subject;
use super::solver::{Choice, Group, Order, Variable};
use super::table::{Header, Row};
use super::token::{Pattern, normal, stands_in};
use super::tree::Tree;
use super::values::Values;
use super::volatile::Volatile;
use crate::engine::Surroundings;
use crate::session::Step;

/// What all steps of an exercise are read with.
pub struct Context<'a> {
    /// Which texts are values.
    pub values: &'a Values,
    /// What the exercise mentions.
    pub mentions: &'a Mentions,
    /// What was there before.
    pub surroundings: &'a Surroundings,
}

/// What is already known about a line of the notes, without search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// To be found by the solver.
    Required,
    /// A blank line at an end or beside an elision.
    Layout,
    /// An elision.
    Elided,
    /// May be missing, and is.
    Ambient,
    /// Only another builder prints it.
    OtherBuilder,
}

/// A step as a constraint problem.
#[derive(Debug)]
pub struct Compiled {
    /// The step, from 0.
    pub step: usize,
    /// The variables.
    pub groups: Vec<Group>,
    /// For each line of the notes.
    pub fates: Vec<Fate>,
    /// For each line of the notes that is judged by itself: its pattern.
    pub patterns: Vec<Option<LinePattern>>,
    /// Lines of the output, from 0, that nothing needs to expect.
    pub permitted: Vec<usize>,
    /// The dialect rows that permitted lines or other builders' lines needed.
    pub dialects: Vec<&'static str>,
    /// The output, as it is compared.
    pub actual: Vec<String>,
}

/// A line of the notes with the other texts that may tell it.
#[derive(Debug, Clone)]
pub struct LinePattern {
    pattern: Pattern,
    others: Vec<(Option<&'static str>, Pattern)>,
    text: String,
    authored: Arc<str>,
}

impl LinePattern {
    /// Takes a line of a command's output apart.
    pub fn of(text: &str, line: usize, calls: &[Call], values: &Values) -> Self {
        let pattern = own_pattern(text, line, calls, values);
        let others = dialects::other_texts(text)
            .into_iter()
            .map(|(row, other)| (Some(row), other))
            .chain(pull::other_status(calls, text).map(|other| (None, other)))
            .chain(exit::other_farewell(calls, text).map(|other| (None, other)))
            .map(|(row, other)| (row, own_pattern(&other, line, calls, values)))
            .collect();
        Self {
            pattern,
            others,
            text: text.to_owned(),
            authored: values.authored(),
        }
    }

    /// The line's own tokens.
    pub fn pattern(&self) -> &Pattern {
        &self.pattern
    }

    /// The names of the dialect rows that tell the line in other words.
    pub fn dialects(&self) -> impl Iterator<Item = &'static str> {
        self.others.iter().filter_map(|(row, _)| *row)
    }

    /// How `actual` is this line.
    pub fn matches(&self, actual: &str) -> Option<(Vec<Pair>, How, Option<&'static str>)> {
        if let Some(pairs) = self.pattern.matches(actual) {
            // A line that the author wrote himself is that line and no other.
            let authors_other = self.pattern.how() == How::Volatile
                && actual != self.text
                && stands_in(&self.authored, actual);
            return (!authors_other).then(|| (pairs, self.pattern.how(), None));
        }
        self.others.iter().find_map(|(row, pattern)| {
            let how = if row.is_some() {
                How::Dialect
            } else {
                How::Volatile
            };
            Some((pattern.matches(actual)?, how, *row))
        })
    }
}

/// Texts whose last part is a size.
const SIZED: [&str; 2] = [
    "Sending build context to Docker daemon  ",
    "Total reclaimed space: ",
];

fn own_pattern(text: &str, line: usize, calls: &[Call], values: &Values) -> Pattern {
    if calls.iter().any(Call::tells_a_given_time) {
        return Pattern::with(text, line, values, Vec::new());
    }
    if calls.iter().any(listing::is_long)
        && !stands_in(&values.authored(), text)
        && let Some(pattern) = listing::long_pattern(text, line, values)
    {
        return pattern;
    }
    for start in SIZED {
        if let Some(size) = text.strip_prefix(start)
            && size != "0B"
            && Volatile::Size.is(size)
        {
            return Pattern::with(
                text,
                line,
                values,
                vec![(start.len()..text.len(), Volatile::Size)],
            );
        }
    }
    Pattern::of(text, line, values)
}

/// The step's expected lines as they are compared; none for elisions.
pub fn expected_lines(step: &Step) -> Vec<Option<String>> {
    step.expected
        .iter()
        .map(|line| (!line.elision).then(|| normal(&line.text)))
        .collect()
}

/// Makes step `number` and what it printed a constraint problem.
pub fn compile(number: usize, step: &Step, output: &[String], context: &Context) -> Compiled {
    let calls = step.command().map(Call::all).unwrap_or_default();
    let mut compiler = Compiler {
        step,
        calls: &calls,
        expected: expected_lines(step),
        context,
        compiled: Compiled {
            step: number,
            groups: Vec::new(),
            fates: vec![Fate::Required; step.expected.len()],
            patterns: vec![None; step.expected.len()],
            permitted: Vec::new(),
            dialects: Vec::new(),
            actual: output.iter().map(|line| normal(line)).collect(),
        },
    };
    compiler.run();
    compiler.compiled
}

struct Compiler<'a> {
    step: &'a Step,
    calls: &'a [Call],
    expected: Vec<Option<String>>,
    context: &'a Context<'a>,
    compiled: Compiled,
}

impl Compiler<'_> {
    fn run(&mut self) {
        let whole = (0..self.expected.len(), 0..self.compiled.actual.len());
        if let Some(build) =
            build::across_builders(self.calls, &self.expected, &self.compiled.actual)
        {
            self.across_builders(build);
        } else if self.calls.len() == 1
            && listing::is_columns(&self.calls[0])
            && !self.shows_errors()
        {
            self.names(whole.0, whole.1);
        } else if self.lists_values() {
            self.unordered_lines(whole.0, whole.1);
        } else {
            self.sections();
        }
    }

    fn number(&self, line: usize) -> usize {
        self.step
            .expected
            .get(line)
            .map_or(self.step.line, |line| line.line)
    }

    /// Whether an `ls` complains, so that its lines are no names.
    fn shows_errors(&self) -> bool {
        self.expected
            .iter()
            .flatten()
            .any(|line| line.starts_with("ls: "))
    }

    /// Whether the lines are a list whose order follows random names.
    fn lists_values(&self) -> bool {
        let unordered = self.calls.iter().any(|call| {
            call.program == "ls"
                || call.program == "find"
                || (["volume ls", "images", "network ls"].contains(&call.verb.as_str())
                    && call.has_flag('q'))
        });
        let sorted = self.calls.iter().any(|call| call.program == "sort");
        unordered
            && !sorted
            && self.calls.len() == 1
            && self
                .expected
                .iter()
                .enumerate()
                .filter_map(|(index, line)| Some((index, line.as_ref()?)))
                .any(|(index, line)| {
                    LinePattern::of(line, self.number(index), self.calls, self.context.values)
                        .pattern
                        .has_bound()
                })
            && self
                .expected
                .iter()
                .flatten()
                .filter(|line| !line.is_empty())
                .count()
                > 1
    }

    fn sections(&mut self) {
        let found = find_sections(self.calls, &self.expected, self.context.values);
        let (mut line, mut actual) = (0, 0);
        for (place, section) in found {
            let Some(range) = self.find_actual(&section, actual) else {
                continue;
            };
            self.lines(line..place.start, actual..range.start);
            line = place.end;
            actual = range.end;
            match section {
                Section::Table { header, rows } => self.table(place.start, &header, rows, range),
                Section::Tree(tree) => self.tree(&tree, range),
            }
        }
        self.lines(
            line..self.expected.len(),
            actual..self.compiled.actual.len(),
        );
    }

    /// The part of the output, from line `from` on, that a section is about.
    fn find_actual(&self, section: &Section, from: usize) -> Option<Range<usize>> {
        let actual = &self.compiled.actual;
        match section {
            Section::Table { header, .. } => (from..actual.len()).find_map(|start| {
                let theirs = Header::read(&actual[start])?;
                header.is_like(&theirs).then(|| {
                    let end = (start + 1..actual.len())
                        .find(|&line| {
                            actual[line].is_empty() || Header::read(&actual[line]).is_some()
                        })
                        .unwrap_or(actual.len());
                    start..end
                })
            }),
            Section::Tree(_) => {
                let lines: Vec<Option<String>> = actual.iter().cloned().map(Some).collect();
                (from..actual.len()).find_map(|start| Some(start..Tree::read(&lines, start)?.end))
            }
        }
    }

    /// Lines whose order holds, with elisions.
    fn lines(&mut self, lines: Range<usize>, actual: Range<usize>) {
        for index in lines.clone() {
            if let Some(text) = &self.expected[index] {
                let pattern =
                    LinePattern::of(text, self.number(index), self.calls, self.context.values);
                self.compiled.patterns[index] = Some(pattern);
            } else {
                self.compiled.fates[index] = Fate::Elided;
            }
        }
        for index in pull::ambient_lines(
            self.calls,
            &self.expected,
            lines.clone(),
            &self.compiled.actual,
        ) {
            self.compiled.fates[index] = Fate::Ambient;
        }
        self.compiled.permitted.extend(pull::permitted_lines(self.calls, &self.compiled.actual));
        let expects_resizing = self.expected.iter().flatten().any(|line| client::is_about_size(line));
        if !expects_resizing {
            self.compiled.permitted.extend(client::permitted_lines(self.calls, &self.compiled.actual));
        }
        let deprecation = build::deprecation(self.calls, &self.compiled.actual);
        let expects_it = self
            .expected
            .iter()
            .flatten()
            .any(|line| line.starts_with("DEPRECATED: "));
        if !deprecation.is_empty() && !expects_it {
            self.compiled.permitted.extend(deprecation);
            self.compiled.dialects.push(build::DIALECT);
        }
        self.mark_layout(&lines);
        let (segments, elided) = self.segments(&lines);
        let printed: Vec<usize> = trim_blank(&self.compiled.actual, actual)
            .filter(|index| !self.compiled.permitted.contains(index))
            .collect();
        let mut variables = Vec::with_capacity(segments.len());
        let last = segments.len().saturating_sub(1);
        for (number, segment) in segments.iter().enumerate() {
            let length = segment.len();
            let first_place = if number == 0 && !elided.first {
                Some(0)
            } else {
                None
            };
            let last_place = if number == last && !elided.last {
                printed.len().checked_sub(length)
            } else {
                None
            };
            let places = match (first_place, last_place) {
                _ if length > printed.len() => Vec::new(),
                (Some(first), _) if number == last && !elided.last => {
                    if length == printed.len() {
                        vec![first]
                    } else {
                        Vec::new()
                    }
                }
                (Some(first), _) => vec![first],
                (None, Some(place)) => vec![place],
                (None, None) => (0..=printed.len() - length).collect(),
            };
            let choices = places
                .into_iter()
                .filter_map(|place| self.choice_at(segment, &printed, place))
                .collect();
            variables.push(Variable {
                lines: segment.start..segment.end,
                choices,
                optional: false,
            });
        }
        if segments.is_empty() && !elided.first && !printed.is_empty() {
            // Something was printed where nothing is expected.
            variables.push(Variable {
                lines: lines.start..lines.start,
                choices: Vec::new(),
                optional: false,
            });
        }
        if !variables.is_empty() {
            self.push(Order::Sequence, variables, Vec::new());
        }
    }

    /// The segment's lines one by one against the output from `place` on.
    fn choice_at(&self, segment: &Segment, printed: &[usize], place: usize) -> Option<Choice> {
        let mut choice = Choice {
            place: place..place + segment.len(),
            shows: printed.get(place).copied().unwrap_or(0),
            pairs: Vec::new(),
            how: How::Literal,
            dialect: None,
        };
        for (offset, line) in segment.lines.iter().enumerate() {
            let actual = self.compiled.actual.get(*printed.get(place + offset)?)?;
            let pattern = self.compiled.patterns.get(*line)?.as_ref()?;
            let (pairs, how, dialect) = pattern.matches(actual)?;
            choice.pairs.extend(pairs);
            choice.how = choice.how.max(how);
            choice.dialect = choice.dialect.or(dialect);
        }
        Some(choice)
    }

    /// Blank lines at the ends and beside elisions are layout.
    fn mark_layout(&mut self, lines: &Range<usize>) {
        let blank = |text: &Option<String>| text.as_ref().is_some_and(String::is_empty);
        for forwards in [true, false] {
            let mut beside = true;
            let order: Vec<usize> = if forwards {
                lines.clone().collect()
            } else {
                lines.clone().rev().collect()
            };
            for index in order {
                if self.compiled.fates[index] == Fate::Elided {
                    beside = true;
                } else if self.compiled.fates[index] == Fate::Ambient {
                    continue;
                } else if beside && blank(&self.expected[index]) {
                    self.compiled.fates[index] = Fate::Layout;
                } else {
                    beside = false;
                }
            }
        }
    }

    fn segments(&self, lines: &Range<usize>) -> (Vec<Segment>, Elided) {
        let mut segments: Vec<Segment> = Vec::new();
        let mut elided = Elided {
            first: false,
            last: false,
        };
        let mut fresh = true;
        for index in lines.clone() {
            match self.compiled.fates[index] {
                Fate::Elided => {
                    if segments.is_empty() {
                        elided.first = true;
                    }
                    elided.last = true;
                    fresh = true;
                }
                Fate::Required => {
                    elided.last = false;
                    match segments.last_mut() {
                        Some(segment) if !fresh => {
                            segment.lines.push(index);
                            segment.end = index + 1;
                        }
                        _ => segments.push(Segment {
                            start: index,
                            end: index + 1,
                            lines: vec![index],
                        }),
                    }
                    fresh = false;
                }
                _ => {}
            }
        }
        (segments, elided)
    }

    fn push(&mut self, order: Order, variables: Vec<Variable>, obligatory: Vec<usize>) {
        self.compiled.groups.push(Group {
            order,
            variables,
            obligatory,
        });
    }

    fn table(
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
        self.push(
            Order::Sequence,
            vec![Variable {
                lines: header_line..header_line + 1,
                choices: vec![Choice {
                    place: range.start..range.start + 1,
                    shows: range.start,
                    pairs: Vec::new(),
                    how: How::Literal,
                    dialect: None,
                }],
                optional: false,
            }],
            Vec::new(),
        );
        let subject = Subject::of(header);
        let order = if subject.is_unordered() {
            Order::Set
        } else {
            Order::Sequence
        };
        let printed: Vec<usize> = (range.start + 1..range.end).collect();
        let mut variables = Vec::new();
        let mut elided = false;
        for line in rows {
            let Some(text) = self.expected[line].clone() else {
                self.compiled.fates[line] = Fate::Elided;
                elided = true;
                continue;
            };
            if text.is_empty() {
                self.compiled.fates[line] = Fate::Layout;
                continue;
            }
            let alternatives: Vec<(Option<&'static str>, Row)> =
                std::iter::once((None, text.clone()))
                    .chain(
                        dialects::other_texts(&text)
                            .into_iter()
                            .map(|(row, other)| (Some(row), other)),
                    )
                    .map(|(dialect, text)| {
                        (
                            dialect,
                            Row::of(header, &text, self.number(line), self.context.values),
                        )
                    })
                    .collect();
            let optional =
                subject.is_ambient(header, &text, self.compiled.step, self.context.mentions);
            let choices = printed
                .iter()
                .filter_map(|&place| {
                    let (dialect, row, pairs) =
                        alternatives.iter().find_map(|(dialect, row)| {
                            Some((
                                *dialect,
                                row,
                                row.matches(&their_header, &self.compiled.actual[place])?,
                            ))
                        })?;
                    let how = match (dialect, order) {
                        (Some(_), _) => How::Dialect,
                        (None, Order::Set) => How::Unordered,
                        (None, Order::Sequence) => row.how(),
                    };
                    Some(Choice {
                        place: place..place + 1,
                        shows: place,
                        pairs,
                        how,
                        dialect,
                    })
                })
                .collect();
            variables.push(Variable {
                lines: line..line + 1,
                choices,
                optional,
            });
        }
        let before: Vec<usize> = printed
            .iter()
            .copied()
            .filter(|&place| {
                subject.was_there_before(
                    &their_header,
                    &self.compiled.actual[place],
                    self.context.surroundings,
                )
            })
            .collect();
        let obligatory = if elided {
            Vec::new()
        } else {
            printed
                .into_iter()
                .filter(|place| !before.contains(place))
                .collect()
        };
        self.compiled.permitted.extend(before);
        self.push(order, variables, obligatory);
    }

    fn tree(&mut self, tree: &Tree, range: Range<usize>) {
        let lines: Vec<Option<String>> = self.compiled.actual.iter().cloned().map(Some).collect();
        let Some(actual) = Tree::read(&lines, range.start) else {
            return;
        };
        let values = self.context.values;
        let pattern = |text: &str, line: usize| Pattern::of(text, line, values);
        for &line in &tree.elisions {
            self.compiled.fates[line] = Fate::Elided;
        }
        for line in tree.root..tree.end {
            if self.expected[line].as_ref().is_some_and(String::is_empty) {
                self.compiled.fates[line] = Fate::Layout;
            }
        }
        let single = |expected: usize, shows: usize, pairs: Option<Vec<Pair>>, how: How| Variable {
            lines: expected..expected + 1,
            choices: pairs
                .map(|pairs| Choice {
                    place: shows..shows + 1,
                    shows,
                    pairs,
                    how,
                    dialect: None,
                })
                .into_iter()
                .collect(),
            optional: false,
        };
        let root_text = self.expected[tree.root].clone().unwrap_or_default();
        let root = pattern(&root_text, self.number(tree.root));
        let root_pairs = root.matches(&self.compiled.actual[actual.root]);
        let mut fixed = vec![single(tree.root, actual.root, root_pairs, root.how())];
        if let Some(count) = tree.count {
            let pairs = tree.counts_like(&actual).then(Vec::new);
            let shows = actual.count.map_or(actual.root, |count| count.line);
            fixed.push(single(count.line, shows, pairs, How::Literal));
        } else if actual.count.is_some() && tree.elisions.is_empty() {
            fixed.push(Variable {
                lines: tree.root..tree.root,
                choices: Vec::new(),
                optional: false,
            });
        }
        self.push(Order::Sequence, fixed, Vec::new());

        // Entries that could stand for each other look alike from inside; what
        // is a value here has no name there.
        let mark = |name: &str| {
            let mut text = name.to_owned();
            for (range, _, _) in values.find(name).into_iter().rev() {
                text.replace_range(range, "*");
            }
            text
        };
        let shapes = tree.shapes(mark);
        let whole = tree.elisions.is_empty();
        let siblings_are_literal: Vec<bool> = tree
            .entries
            .iter()
            .map(|entry| {
                tree.entries
                    .iter()
                    .filter(|other| other.parent == entry.parent)
                    .all(|other| values.find(&other.path[other.parent.len()..]).is_empty())
            })
            .collect();
        let children = |tree: &Tree, path: &str| {
            let mut names: Vec<String> = tree
                .entries
                .iter()
                .filter(|entry| entry.parent == path)
                .map(|entry| entry.path[path.len()..].to_owned())
                .collect();
            names.sort_unstable();
            names
        };
        let mut variables = Vec::new();
        for (index, entry) in tree.entries.iter().enumerate() {
            let own = pattern(&entry.path, self.number(entry.line));
            let inner_is_literal = !shapes[index].contains('*')
                || shapes[index]
                    .find('(')
                    .is_some_and(|at| !shapes[index][at..].contains('*'));
            let inner = children(tree, &entry.path);
            let choices = actual
                .entries
                .iter()
                .filter(|other| !whole || !siblings_are_literal[index] || other.rank == entry.rank)
                .filter_map(|other| Some((other, own.matches(&other.path)?)))
                .filter(|(other, _)| {
                    !whole || {
                        let theirs = children(&actual, &other.path);
                        if inner_is_literal {
                            theirs == inner
                        } else {
                            theirs.len() == inner.len()
                        }
                    }
                })
                .map(|(other, pairs)| Choice {
                    place: other.line..other.line + 1,
                    shows: other.line,
                    pairs,
                    how: if siblings_are_literal[index] {
                        own.how()
                    } else {
                        How::Unordered
                    },
                    dialect: None,
                })
                .collect();
            variables.push(Variable {
                lines: entry.line..entry.line + 1,
                choices,
                optional: false,
            });
        }
        let obligatory = if whole {
            actual.entries.iter().map(|entry| entry.line).collect()
        } else {
            Vec::new()
        };
        self.push(Order::Set, variables, obligatory);
    }

    /// Lines whose order follows random names.
    fn unordered_lines(&mut self, lines: Range<usize>, actual: Range<usize>) {
        let printed: Vec<usize> = actual
            .filter(|&line| !self.compiled.actual[line].is_empty())
            .collect();
        let mut elided = false;
        let mut variables = Vec::new();
        for line in lines {
            let Some(text) = &self.expected[line] else {
                self.compiled.fates[line] = Fate::Elided;
                elided = true;
                continue;
            };
            if text.is_empty() {
                self.compiled.fates[line] = Fate::Layout;
                continue;
            }
            let pattern = LinePattern::of(text, self.number(line), self.calls, self.context.values);
            let choices = printed
                .iter()
                .filter_map(|&place| {
                    let (pairs, _, dialect) = pattern.matches(&self.compiled.actual[place])?;
                    let how = if dialect.is_some() {
                        How::Dialect
                    } else {
                        How::Unordered
                    };
                    Some(Choice {
                        place: place..place + 1,
                        shows: place,
                        pairs,
                        how,
                        dialect,
                    })
                })
                .collect();
            self.compiled.patterns[line] = Some(pattern);
            variables.push(Variable {
                lines: line..line + 1,
                choices,
                optional: false,
            });
        }
        let obligatory = if elided { Vec::new() } else { printed };
        if variables.is_empty() && !obligatory.is_empty() {
            variables.push(Variable {
                lines: 0..0,
                choices: Vec::new(),
                optional: false,
            });
        }
        self.push(Order::Set, variables, obligatory);
    }

    /// Names that `ls` shows in columns.
    fn names(&mut self, lines: Range<usize>, actual: Range<usize>) {
        let mut shown = Vec::new();
        let mut elided = false;
        for line in lines.clone() {
            match self.expected[line].as_deref() {
                None => {
                    self.compiled.fates[line] = Fate::Elided;
                    elided = true;
                }
                Some("") => self.compiled.fates[line] = Fate::Layout,
                Some(_) => shown.push(line),
            }
        }
        let texts: Vec<&str> = shown
            .iter()
            .filter_map(|&line| self.expected[line].as_deref())
            .collect();
        let ours = listing::names_in_columns(&texts);
        let printed: Vec<&str> = self.compiled.actual[actual]
            .iter()
            .map(String::as_str)
            .collect();
        let theirs = listing::names_in_columns(&printed);
        let values = self.context.values;
        let has_values = ours.iter().any(|(_, name)| !values.find(name).is_empty());
        // How names are sorted follows the language that the shell is set to, but
        // names under the headings of several folders stay under them.
        let sorted = self.calls.iter().any(listing::has_an_order)
            || listing::blocks(&texts).len() > 1
            || listing::blocks(&printed).len() > 1;
        let order = if has_values || elided || !sorted {
            Order::Set
        } else {
            Order::Sequence
        };
        let mut variables: Vec<Variable> = ours
            .iter()
            .filter_map(|(row, name)| Some((*shown.get(*row)?, name)))
            .map(|(line, name)| {
                let pattern = Pattern::of(name, self.number(line), values);
                let choices = theirs
                    .iter()
                    .enumerate()
                    .filter_map(|(place, (shows, their))| {
                        let pairs = pattern.matches(their)?;
                        let how = if order == Order::Set || ours.len() > texts.len() {
                            How::Unordered
                        } else {
                            How::Literal
                        };
                        Some(Choice {
                            place: place..place + 1,
                            shows: *shows,
                            pairs,
                            how,
                            dialect: None,
                        })
                    })
                    .collect();
                Variable {
                    lines: line..line + 1,
                    choices,
                    optional: false,
                }
            })
            .collect();
        let obligatory: Vec<usize> = if elided {
            Vec::new()
        } else {
            (0..theirs.len()).collect()
        };
        if variables.is_empty() && !obligatory.is_empty() {
            variables.push(Variable {
                lines: lines.start..lines.start,
                choices: Vec::new(),
                optional: false,
            });
        }
        self.push(order, variables, obligatory);
    }

    /// A build whose transcript is another builder's.
    fn across_builders(&mut self, across: build::Across) {
        let mut variables = Vec::new();
        for (line, part) in across.lines {
            match part {
                build::Part::Elided => self.compiled.fates[line] = Fate::Elided,
                build::Part::Layout => self.compiled.fates[line] = Fate::Layout,
                build::Part::OnlyThere if across.differs => {
                    self.compiled.fates[line] = Fate::OtherBuilder
                }
                build::Part::OnlyThere => self.compiled.fates[line] = Fate::Ambient,
                build::Part::Counterparts(texts) => {
                    let patterns: Vec<Pattern> = texts
                        .iter()
                        .map(|text| Pattern::of(text, self.number(line), self.context.values))
                        .collect();
                    let choices = across
                        .actual
                        .iter()
                        .filter_map(|(place, text)| {
                            let pairs =
                                patterns.iter().find_map(|pattern| pattern.matches(text))?;
                            Some(Choice {
                                place: *place..*place + 1,
                                shows: *place,
                                pairs,
                                how: if across.differs {
                                    How::Dialect
                                } else {
                                    How::Volatile
                                },
                                dialect: across.differs.then_some(build::DIALECT),
                            })
                        })
                        .collect();
                    variables.push(Variable {
                        lines: line..line + 1,
                        choices,
                        optional: false,
                    });
                }
            }
        }
        if !across.unknown.is_empty() {
            variables.push(Variable {
                lines: 0..0,
                choices: Vec::new(),
                optional: false,
            });
        }
        let happened: Vec<usize> = across.actual.iter().map(|(place, _)| *place).collect();
        self.compiled.permitted = (0..self.compiled.actual.len())
            .filter(|line| !across.unknown.contains(line) && !happened.contains(line))
            .collect();
        if across.differs {
            self.compiled.dialects.push(build::DIALECT);
        }
        self.push(
            Order::Sequence,
            variables,
            if across.complete {
                happened
            } else {
                Vec::new()
            },
        );
    }
}

/// A part of the expected output that is judged in a way of its own.
pub enum Section {
    /// A table under its header.
    Table {
        /// The header.
        header: Header,
        /// The lines of its rows, from 0.
        rows: Range<usize>,
    },
    /// What `tree` shows.
    Tree(Tree),
}

/// Programs that print texts, in which capitals are no header.
const PRINTERS: [&str; 5] = ["cat", "echo", "printf", "curl", "head"];

/// The tables and trees among the `expected` lines, with the lines they take.
pub fn find_sections(
    calls: &[Call],
    expected: &[Option<String>],
    values: &Values,
) -> Vec<(Range<usize>, Section)> {
    let mut found = Vec::new();
    let shows_trees = calls.iter().any(|call| call.program == "tree");
    let prints_text = calls
        .iter()
        .all(|call| PRINTERS.contains(&call.program.as_str()));
    let authored = values.authored();
    let mut line = 0;
    while line < expected.len() {
        if shows_trees && let Some(tree) = Tree::read(expected, line) {
            let end = tree.end;
            found.push((line..end, Section::Tree(tree)));
            line = end;
            continue;
        }
        let header = expected[line]
            .as_deref()
            .filter(|line| !prints_text && !stands_in(&authored, line))
            .and_then(Header::read);
        let Some(header) = header else {
            line += 1;
            continue;
        };
        let end = table_end(expected, line + 1);
        found.push((
            line..end,
            Section::Table {
                header,
                rows: line + 1..end,
            },
        ));
        line = end;
    }
    found
}

/// Where a table that has begun ends: at a blank line that is not beside an
/// elision, at another header, or with the output.
fn table_end(lines: &[Option<String>], from: usize) -> usize {
    let elision = |index: Option<usize>| {
        index
            .and_then(|index| lines.get(index))
            .is_some_and(Option::is_none)
    };
    (from..lines.len())
        .find(|&index| match &lines[index] {
            None => false,
            Some(line) if line.is_empty() => {
                !elision(index.checked_sub(1)) && !elision(Some(index + 1))
            }
            Some(line) => Header::read(line).is_some(),
        })
        .unwrap_or(lines.len())
}

/// `range` of `lines` without the blank lines at its ends.
fn trim_blank(lines: &[String], range: Range<usize>) -> Range<usize> {
    let blank = |index: &usize| lines[*index].is_empty();
    let start = range
        .clone()
        .find(|index| !blank(index))
        .unwrap_or(range.end);
    let end = range
        .rev()
        .find(|index| !blank(index))
        .map_or(start, |index| index + 1);
    start..end.max(start)
}

/// Lines of the notes that must be found one right after the other.
struct Segment {
    start: usize,
    end: usize,
    lines: Vec<usize>,
}

impl Segment {
    fn len(&self) -> usize {
        self.lines.len()
    }
}

struct Elided {
    first: bool,
    last: bool,
}
