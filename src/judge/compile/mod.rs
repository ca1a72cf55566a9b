//! A step's expected and actual output, made into a constraint problem.
//!
//! ```text
//!     build by another builder        events            builders
//!     ls in columns                   names             names
//!     list of random names            a set of lines    unordered
//!     docker info, version            properties        properties
//!     anything else    --sections-->  lines             ordered
//!                                     a table           table
//!                                     a tree            tree
//!                                     JSON              json
//! ```
//!
//! Each part of the notes finds its part of the output, and gives groups of
//! variables for the solver.

mod builders;
mod json;
mod line;
mod listed;
mod names;
mod ordered;
mod properties;
mod reworded;
mod sections;
mod table;
mod tree;
mod unordered;

pub(super) use line::{LinePattern, own_pattern};
use sections::Placed;
pub(super) use sections::{Section, find_sections};

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::ambient::NamedThings;
use super::solver::{Order, Variable, VariableGroup};
use super::values::Values;
use crate::docker::ids::is_short_id;
use crate::docker::{Does, OperandKind, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::arranged;
use crate::formats::build::{self, Across};
use crate::formats::build_steps::BuildPast;
use crate::formats::client;
use crate::formats::members::{self, GoneField};
use crate::formats::properties::prints_properties;
use crate::formats::published;
use crate::formats::templates;
use crate::formats::text::{normal, noted_lines};
use crate::formats::variables::Variables;
use crate::judge::remarks::without_remark;
use crate::lab::Surroundings;
use crate::session::Step;

/// What all steps of an exercise are read with.
pub(super) struct CompileContext<'a> {
    /// Which texts are values.
    pub values: &'a Values,
    /// What the exercise mentions.
    pub named_things: &'a NamedThings,
    /// What was there before.
    pub surroundings: &'a Surroundings,
    /// All steps, in order.
    pub steps: &'a [Step],
    /// What each of them prints.
    pub formats: &'a [OutputFormat],
}

/// What is already known about a line of the notes, without search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// To be found by the solver.
    Required,
    /// A blank line at an end or beside an elision.
    Layout,
    /// An elision.
    Elided,
    /// May be missing, and is.
    Ambient,
    /// Only another builder or version prints it, or only a machine with IPv6.
    Dialect,
}

/// A step as a constraint problem.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    /// The step, from 0.
    pub step: usize,
    /// The variables.
    pub groups: Vec<VariableGroup>,
    /// For each line of the notes.
    pub fates: Vec<Fate>,
    /// For each line of the notes that is judged by itself: its pattern.
    pub patterns: Vec<Option<LinePattern>>,
    /// Lines of the output, from 0, that nothing needs to expect.
    pub permitted: HashSet<usize>,
    /// The dialect rows that permitted lines or other builders' lines needed.
    pub dialects: Vec<&'static str>,
    /// Lines of the output, from 0, in which Docker itself says what changed.
    pub announced: Vec<usize>,
    /// Lines of the notes, from 0, that no run could print, with the reason.
    pub impossible: Vec<(usize, &'static str)>,
    /// The field that a template asks for in vain, on one side.
    pub gone: Option<&'static GoneField>,
    /// Whether the command cleans up what was there before, and nothing is here.
    pub cleans_nothing: bool,
    /// Volumes with a name that a prune removed on one side alone.
    pub pruned_by_one: Vec<String>,
    /// Blocks of JSON: lines of the notes, and the lines of the output that they are
    /// laid over.
    pub documents: Vec<(Range<usize>, Range<usize>)>,
    /// The output, as it is compared.
    pub actual: Vec<String>,
    /// Lines of it, from 0, that are compared as another version prints them, as they were
    /// printed.
    pub converted: HashMap<usize, String>,
}

impl Compiled {
    /// Whether this run may end with another status than the notes tell.
    pub(super) fn may_end_otherwise(&self) -> bool {
        self.gone.is_some() || self.cleans_nothing
    }

    /// Line `place` of the output, from 0, as it was printed.
    pub(super) fn printed(&self, place: usize) -> Option<&String> {
        let converted = self.converted.get(&place);
        converted.or_else(|| self.actual.get(place))
    }

    /// Whether the notes show another builder's output than this run's.
    pub(super) fn is_of_another_builder(&self) -> bool {
        self.dialects.contains(&build::DIALECT) && self.announced.is_empty()
    }
}

/// The step's expected lines as they are compared; none for elisions.
pub(super) fn expected_lines(step: &Step) -> Vec<Option<String>> {
    step.expected
        .iter()
        .map(|line| (!line.elision).then(|| normal(&line.text)))
        .collect()
}

/// Joins lines of the notes into which the author wrapped one that this run prints whole: it
/// begins with the first, ends with the last and is as long as all with blanks between. Gives
/// the lines, from 0, that went into the one above.
fn join_wrapped(expected: &mut [Option<String>], printed: &[String]) -> Vec<usize> {
    const MOST: usize = 8;
    // Nobody wraps at less.
    const NARROW: usize = 40;
    let mut joined = Vec::new();
    for first in 0..expected.len() {
        let wide = expected[first]
            .as_deref()
            .filter(|text| text.len() >= NARROW);
        let Some(begin) = wide.filter(|begin| goes_on(begin, printed)) else {
            continue;
        };
        let below: Vec<&str> = expected[first + 1..]
            .iter()
            .map_while(|line| line.as_deref().filter(|text| !text.is_empty()))
            .take(MOST)
            .collect();
        let wrapped = (1..=below.len()).find_map(|count| {
            let whole = format!("{begin} {}", below[..count].join(" "));
            let is_whole = |line: &String| {
                line.len() == whole.len()
                    && line.starts_with(begin)
                    && line.ends_with(below[count - 1])
            };
            printed.iter().any(is_whole).then_some((count, whole))
        });
        let Some((count, whole)) = wrapped else {
            continue;
        };
        expected[first] = Some(whole);
        joined.extend(first + 1..=first + count);
        expected[first + 1..=first + count].fill(Some(String::new()));
    }
    joined
}

/// Whether a line of `printed` begins with `begin` and goes on behind a blank.
fn goes_on(begin: &str, printed: &[String]) -> bool {
    let rests = printed.iter().filter_map(|line| line.strip_prefix(begin));
    rests.into_iter().any(|rest| rest.starts_with(' '))
}

/// Makes step `number` and what it printed a constraint problem.
pub(super) fn compile<'a>(
    number: usize,
    step: &'a Step,
    output: &[String],
    context: &'a CompileContext<'a>,
) -> Ways<'a> {
    let format = &context.formats[number];
    let printed: Vec<String> = output.iter().map(|line| normal(line)).collect();
    let mut expected = expected_lines(step);
    for line in expected.iter_mut().flatten() {
        line.truncate(without_remark(line, &printed, &context.values.authored()).len());
    }
    let joined = join_wrapped(&mut expected, &printed);
    let shown: Vec<&str> = expected.iter().flatten().map(String::as_str).collect();
    let printed = Variables::of(format.calls(), &context.values.authored())
        .and_then(|variables| variables.arrange(&printed, &shown))
        .unwrap_or(printed);
    let mut actual = arranged::arrange(format.calls(), printed.clone(), &shown, step.on_host());
    let other_members =
        members::as_noted(format.calls(), &shown, &actual, &context.values.authored());
    let dialects = other_members.first().map(|_| members::DIALECT);
    for (line, text) in other_members {
        actual[line] = text;
    }
    let is_converted = |(place, _): &(usize, &String)| !printed.contains(&actual[*place]);
    let printed = printed.iter().enumerate().filter(is_converted);
    let converted = printed.map(|(place, text)| (place, text.clone())).collect();
    let mut fates = vec![Fate::Required; step.expected.len()];
    for line in joined {
        fates[line] = Fate::Layout;
    }
    let unread = Compiler {
        step,
        past: past_of_build(number, format.calls(), context),
        of_steps: formats_of_steps(format.calls(), &expected),
        format,
        expected: expected.into(),
        context,
        compiled: Compiled {
            step: number,
            groups: Vec::new(),
            fates,
            patterns: vec![None; step.expected.len()],
            permitted: HashSet::new(),
            dialects: dialects.into_iter().collect(),
            announced: Vec::new(),
            gone: None,
            cleans_nothing: false,
            pruned_by_one: Vec::new(),
            impossible: Vec::new(),
            documents: Vec::new(),
            actual,
            converted,
        },
    };
    let (first, others) = unread.ways();
    Ways {
        unread,
        first,
        others,
    }
}

/// Whether what another command prints stands among the words of `command`.
fn is_substituted(command: &str) -> bool {
    command.contains("$(") || command.contains('`')
}

/// By line of the notes, from 0, what the command prints that a step of a build ran.
fn formats_of_steps(
    calls: &[ProgramCall],
    expected: &[Option<String>],
) -> HashMap<usize, OutputFormat> {
    if !ProgramCall::any_shows_build(calls) {
        return HashMap::new();
    }
    let commands = build::commands_of_steps(&noted_lines(expected)).into_iter();
    commands
        .map(|(line, command)| (line, OutputFormat::of(ProgramCall::all(&command), true)))
        .collect()
}

/// What the exercise did before step `number`, where that is a build.
fn past_of_build(number: usize, calls: &[ProgramCall], context: &CompileContext) -> BuildPast {
    if !ProgramCall::any_shows_build(calls) {
        return BuildPast::default();
    }
    let before = context.formats.iter().take(number);
    let mut dockers = before
        .flat_map(|format| format.calls())
        .filter_map(ProgramCall::docker);
    BuildPast {
        built: built_before(number, context),
        forgets: dockers.any(|docker| {
            docker.does(Does::Prunes) || docker.removes().contains(&OperandKind::Image)
        }),
        authored: context.values.authored(),
        gives_no_advice: build::gives_no_advice(&context.surroundings.server),
    }
}

/// The instructions of the builds before a build, step `number`: those that a build
/// tells of, and for one whose output is not shown those of the Dockerfile that the
/// notes have up to it.
fn built_before(number: usize, context: &CompileContext) -> HashSet<String> {
    let builds = |calls: &[ProgramCall]| ProgramCall::any_shows_build(calls);
    let mut built = HashSet::new();
    let mut written: HashSet<String> = context
        .values
        .only_dockerfile()
        .map(build::instructions_in)
        .unwrap_or_default();
    for (step, format) in context.steps.iter().zip(context.formats).take(number) {
        let command = step.command().unwrap_or_default();
        if command.contains("FROM ") || command.contains("ockerfile") {
            written.extend(build::instructions_in(command));
        }
        if !builds(format.calls()) {
            continue;
        }
        let lines: Vec<String> = expected_lines(step).into_iter().flatten().collect();
        let reworded = build::instructions(lines.iter().map(String::as_str));
        let is_whole = !reworded.is_empty() && step.expected.iter().all(|line| !line.elision);
        if !is_whole {
            built.extend(written.iter().cloned());
        }
        built.extend(reworded);
    }
    built
}

/// The ways to lay what a step printed over the notes: more than one only where
/// a section behind an elision could be one of several.
pub(super) struct Ways<'a> {
    unread: Compiler<'a>,
    first: Alignment,
    others: Vec<Alignment>,
}

impl Ways<'_> {
    /// The way that takes the first part of the output that fits each section.
    pub(super) fn first(&self) -> Compiled {
        self.unread.clone().follow(&self.first)
    }

    /// All others, in the order of the output.
    pub(super) fn others(&self) -> impl Iterator<Item = Compiled> {
        self.others
            .iter()
            .map(|way| self.unread.clone().follow(way))
    }
}

/// A way to lay what a step printed over the notes.
enum Alignment {
    Builders(Across),
    /// The notes claim no output.
    Unclaimed,
    /// The notes tell what was there before.
    CleansNothing,
    Names,
    Unordered,
    Ports,
    /// What a command prints of the machine.
    Properties,
    /// A template asks for a field that one side's version no longer has.
    Gone(&'static GoneField),
    /// Sections with their parts of the output.
    Sections(Vec<Placed>),
}

#[derive(Clone)]
struct Compiler<'a> {
    step: &'a Step,
    format: &'a OutputFormat,
    /// What the exercise did before a build.
    past: BuildPast,
    /// By line of the notes, from 0, what the command prints that a step of a build ran.
    of_steps: HashMap<usize, OutputFormat>,
    expected: Arc<[Option<String>]>,
    context: &'a CompileContext<'a>,
    compiled: Compiled,
}

impl Compiler<'_> {
    /// What prints the notes' line with this index.
    fn format_of(&self, line: usize) -> &OutputFormat {
        self.of_steps.get(&line).unwrap_or(self.format)
    }

    /// Whether the command is given all things that a list of Docker's shows, the notes have
    /// IDs of some, and there is none here: `docker rm $(docker ps -aq)`.
    fn cleans_nothing(&self) -> bool {
        let command = self.step.command().unwrap_or_default();
        let shows_ids = || {
            let mut shown = self
                .expected
                .iter()
                .flatten()
                .filter(|line| !line.is_empty())
                .peekable();
            shown.peek().is_some() && shown.all(|line| is_short_id(line))
        };
        let asks = |line: &String| client::asks_for_operands(self.format.calls(), line);
        is_substituted(command) && self.compiled.actual.iter().any(asks) && shows_ids()
    }

    fn ways(&self) -> (Alignment, Vec<Alignment>) {
        let actual = &self.compiled.actual;
        let only = |way| (way, Vec::new());
        let across =
            build::across_builders(self.format.calls(), &self.expected, actual, &self.past);
        if self.step.claims_none() {
            only(Alignment::Unclaimed)
        } else if self.cleans_nothing() {
            only(Alignment::CleansNothing)
        } else if let Some(across) = across {
            only(Alignment::Builders(across))
        } else if let Some(field) =
            templates::gone_field(self.format.calls(), &self.expected, actual)
        {
            only(Alignment::Gone(field))
        } else if self.lists_names() {
            only(Alignment::Names)
        } else if self.lists_values() {
            only(Alignment::Unordered)
        } else if published::are_bindings(self.format.calls(), &self.expected) {
            only(Alignment::Ports)
        } else if prints_properties(self.format.calls()).is_some() {
            only(Alignment::Properties)
        } else {
            let (first, others) = self.arrangements();
            let others = others.into_iter().map(Alignment::Sections).collect();
            (Alignment::Sections(first), others)
        }
    }

    fn follow(mut self, way: &Alignment) -> Compiled {
        let whole = (0..self.expected.len(), 0..self.compiled.actual.len());
        match way {
            Alignment::Builders(across) => self.across_builders(across),
            Alignment::Unclaimed => {
                self.compiled.fates.fill(Fate::Layout);
                self.compiled.permitted.extend(whole.1);
            }
            Alignment::CleansNothing => {
                self.compiled.fates.fill(Fate::Ambient);
                self.compiled.permitted.extend(whole.1);
                self.compiled.cleans_nothing = true;
            }
            Alignment::Names => self.names(whole.0, whole.1),
            Alignment::Unordered => self.unordered_lines(whole.0, whole.1),
            Alignment::Ports => self.ports(),
            Alignment::Properties => self.properties(),
            Alignment::Gone(field) => self.gone(field),
            Alignment::Sections(placed) => self.sections(placed),
        }
        self.compiled
    }

    /// What a template printed, and that its field is gone: nothing else is said.
    fn gone(&mut self, field: &'static GoneField) {
        for (fate, line) in self.compiled.fates.iter_mut().zip(self.expected.iter()) {
            let is_blank = line.as_deref() == Some("");
            *fate = if is_blank {
                Fate::Layout
            } else {
                Fate::Dialect
            };
        }
        self.compiled.announced = (0..self.compiled.actual.len()).collect();
        self.compiled
            .permitted
            .extend(0..self.compiled.actual.len());
        self.compiled.dialects.push(&field.advice);
        self.compiled.gone = Some(field);
    }

    /// The number, in the notes, of a line of the step.
    fn number(&self, line: usize) -> usize {
        self.step
            .expected
            .get(line)
            .map_or(self.step.line, |line| line.line)
    }

    fn push(&mut self, order: Order, variables: Vec<Variable>, obligatory: Vec<usize>) {
        self.compiled.groups.push(VariableGroup {
            order,
            variables,
            obligatory,
            names: Vec::new(),
        });
    }
}
