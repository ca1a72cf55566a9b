//! A step's expected and actual output, made into a constraint problem.
//!
//! ```text
//!     build by another builder        events            builders
//!     ls in columns                   names             names
//!     list of random names            a set of lines    unordered
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
mod names;
mod ordered;
mod sections;
mod table;
mod tree;
mod unordered;

pub use line::LinePattern;
pub use sections::{Section, find_sections};

use std::collections::HashSet;

use super::build;
use super::command::Call;
use super::listing;
use super::mentions::Mentions;
use super::solver::{Group, Order, Variable};
use super::token::normal;
use super::values::Values;
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
    pub permitted: HashSet<usize>,
    /// The dialect rows that permitted lines or other builders' lines needed.
    pub dialects: Vec<&'static str>,
    /// Lines of the output, from 0, in which Docker itself says what changed.
    pub announced: Vec<usize>,
    /// The output, as it is compared.
    pub actual: Vec<String>,
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
            permitted: HashSet::new(),
            dialects: Vec::new(),
            announced: Vec::new(),
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

    /// The number, in the notes, of a line of the step.
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

    fn push(&mut self, order: Order, variables: Vec<Variable>, obligatory: Vec<usize>) {
        self.compiled.groups.push(Group {
            order,
            variables,
            obligatory,
        });
    }
}
