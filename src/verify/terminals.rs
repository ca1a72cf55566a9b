//! The author's terminals in a lab, and whose turn it is.
//!
//! ```text
//!     notes, in order       terminal 0: docker run nginx, ^C      terminal 1: curl
//!     as they were typed    docker run nginx | curl | ^C
//! ```
//!
//! Steps are taken in the order of the notes, but for those of a terminal in which a program
//! runs that has not shown all that the notes show of it: another terminal's go first, which
//! may cause the rest. What stands in a later part of the same terminal comes after all that
//! stands above it.

use std::collections::HashMap;

use crate::docker::{OperandKind, ProgramCall};
use crate::exercise::Exercise;
use crate::session::{self, Keys, Step, StepTerminal};
use crate::terminal::Terminal;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// This step, from 0, is taken.
    Step(usize),
    /// The notes go on in the terminal of this program.
    Finish(LeftRunning),
}

/// The open terminals of a lab.
pub(super) struct LabTerminals<'a> {
    open: Vec<OpenTerminal<'a>>,
    /// Which of them the author's terminals are, by number.
    places: HashMap<usize, usize>,
    current: usize,
}

struct OpenTerminal<'a> {
    terminal: Terminal<'a>,
    /// The level of the shell that prompts; none where it hangs, or was not seen.
    level: Option<usize>,
    /// The program that was left running.
    left: Option<LeftRunning>,
}

/// A step whose program was left running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LeftRunning {
    /// The step, from 0.
    pub(super) step: usize,
    /// Whether it has shown all that the notes show of it.
    pub(super) is_settled: bool,
}

impl<'a> LabTerminals<'a> {
    /// With `first`, in which the first step of the notes is typed.
    pub(super) fn new(first: Terminal<'a>, exercise: &Exercise) -> Self {
        let number = exercise.steps.first().map(|step| step.terminal.number);
        Self {
            open: vec![OpenTerminal {
                terminal: first,
                level: Some(0),
                left: None,
            }],
            places: HashMap::from([(number.unwrap_or_default(), 0)]),
            current: 0,
        }
    }

    /// Goes to the terminal of a step; gives whether it is open.
    pub(super) fn enter(&mut self, terminal: StepTerminal) -> bool {
        let place = self.place(terminal);
        if let Some(place) = place {
            self.places.insert(terminal.number, place);
            self.current = place;
        }
        place.is_some()
    }

    /// The place of a step's terminal, where it is open.
    fn place(&self, terminal: StepTerminal) -> Option<usize> {
        let known = self.places.get(&terminal.number).copied();
        let free = || {
            let place = *self.places.get(&terminal.unless_busy?)?;
            let open = &self.open[place];
            let is_free = open.left.is_none() && open.terminal.is_prompting();
            (is_free && open.terminal.level() == 0).then_some(place)
        };
        known.or_else(free)
    }

    /// Opens the terminal of a step, and goes there.
    pub(super) fn add(&mut self, number: usize, terminal: Terminal<'a>) {
        self.current = self.open.len();
        self.places.insert(number, self.current);
        self.open.push(OpenTerminal {
            terminal,
            level: Some(0),
            left: None,
        });
    }

    /// The terminal where it is typed now.
    pub(super) fn current(&mut self) -> &mut Terminal<'a> {
        &mut self.open[self.current].terminal
    }

    /// Puts a new terminal in place of the current one.
    pub(super) fn renew(&mut self, terminal: Terminal<'a>) {
        self.open[self.current] = OpenTerminal {
            terminal,
            level: Some(0),
            left: None,
        };
    }

    /// The level of the shell that prompts in the current one, if one does.
    pub(super) fn level(&self) -> Option<usize> {
        self.open[self.current].level
    }

    /// Notes at which level a shell prompts in the current one.
    pub(super) fn set_level(&mut self, level: Option<usize>) {
        self.open[self.current].level = level;
    }

    /// Notes that the program of a step goes on in the current one, or that none does.
    pub(super) fn set_left(&mut self, left: Option<LeftRunning>) {
        self.open[self.current].left = left;
    }

    /// The programs that were left running, as their terminals were opened.
    pub(super) fn left(&self) -> Vec<LeftRunning> {
        self.open.iter().filter_map(|open| open.left).collect()
    }

    /// Whose turn it is of the steps that `wait`, in order. None where each waits for another
    /// terminal whose steps do not stand among them; at the `end` of the notes such a
    /// terminal goes on itself.
    pub(super) fn turn(&self, exercise: &Exercise, wait: &[usize], end: bool) -> Option<Turn> {
        let left = |step: &Step| {
            let place = self.place(step.terminal)?;
            self.open[place].left
        };
        let is_held = |step: &Step, left: LeftRunning| {
            exercise.steps[left.step].terminal.part == step.terminal.part
        };
        for &index in wait {
            let step = &exercise.steps[index];
            match left(step) {
                Some(left) if is_held(step, left) => {}
                Some(left) => return Some(Turn::Finish(left)),
                None => return Some(Turn::Step(index)),
            }
        }
        let first = wait.first().filter(|_| end)?;
        left(&exercise.steps[*first]).map(Turn::Finish)
    }
}

/// The first step in another part than that of step `index`.
fn next_part(exercise: &Exercise, index: usize) -> Option<&Step> {
    let part = exercise.steps[index].terminal.part;
    let mut below = exercise.steps[index..].iter();
    below.find(|step| step.terminal.part > part)
}

/// What is typed in the same terminal next, in the same part.
fn next_in_part(exercise: &Exercise, index: usize) -> Option<&Step> {
    let terminal = exercise.steps[index].terminal;
    let next = exercise.steps.get(index + 1)?;
    (next.terminal == terminal).then_some(next)
}

/// Whether the notes end with step `index`, whose program need not end by itself, and show what
/// it printed so far or claim nothing of it: one that shows nothing may as well hang.
pub(super) fn ends_the_notes(exercise: &Exercise, index: usize) -> bool {
    let step = &exercise.steps[index];
    let stays = |command: &str| {
        ProgramCall::stays_in_foreground(command)
            && !ProgramCall::follows_for_ever(command)
            && !session::opens_shell(command)
    };
    let is_claimed = step.lines_shown() > 0 || step.in_fence_of_commands;
    let is_last = index + 1 == exercise.steps.len() && step.next.is_none();
    is_last && is_claimed && step.command().is_some_and(stays)
}

/// Whether step `index` asks for a container's name or a port of the machine that the program
/// of step `left` has: the author had ended that.
pub(super) fn takes_from(exercise: &Exercise, index: usize, left: usize) -> bool {
    let held_alone = |at: usize| {
        let calls = exercise.steps[at].command().map(ProgramCall::all_of_docker);
        let calls = calls.unwrap_or_default().into_iter();
        let kinds = [OperandKind::Container, OperandKind::Port];
        calls.flat_map(move |call| kinds.map(|kind| (kind, call.gives(kind))))
    };
    let is_in =
        |names: &[String], others: &[String]| names.iter().any(|name| others.contains(name));
    held_alone(left).any(|(kind, held)| {
        let mut asked = held_alone(index);
        asked.any(|(asked, names)| asked == kind && is_in(&names, &held))
    })
}

/// Whether the program of step `index` may be left running: the next part is typed in another
/// terminal, or the notes end there.
pub(super) fn may_be_left(exercise: &Exercise, index: usize) -> bool {
    let step = &exercise.steps[index];
    let Some(command) = step.command() else {
        return false;
    };
    if ends_the_notes(exercise, index) {
        return true;
    }
    let stays = ProgramCall::stays_in_foreground(command);
    let goes_on_elsewhere =
        next_part(exercise, index).is_some_and(|next| next.terminal.number != step.terminal.number);
    let is_last =
        next_in_part(exercise, index).is_none_or(|next| next.keys() == Some(Keys::Interrupt));
    let opens = session::opens_shell(command)
        || step
            .next
            .as_ref()
            .is_some_and(|(_, level)| *level > step.level);
    let ends = !ProgramCall::all_of_docker(command).is_empty() && !stays;
    goes_on_elsewhere && is_last && !opens && !ends && !step.only_waits()
}

/// Whether the key that ends the program of step `index` stands right behind it: what the next
/// part shows was typed before.
pub(super) fn is_ended_by_key(exercise: &Exercise, index: usize) -> bool {
    next_in_part(exercise, index).is_some_and(|next| next.keys() == Some(Keys::Interrupt))
}

/// Whether the prompt that comes after step `index` stands in another part: nothing shows how
/// its program ended.
pub(super) fn is_left_unseen(exercise: &Exercise, index: usize) -> bool {
    let prompt = exercise.steps[index].next.as_ref();
    let next = next_part(exercise, index);
    prompt
        .zip(next)
        .is_some_and(|((prompt, _), next)| prompt.line >= next.line)
}
