//! The author's terminals, each with a reader of its own.
//!
//! ```text
//!     $ docker run --name web nginx          the first terminal: nothing prompts again
//!     /docker-entrypoint.sh: ...
//!     172.17.0.1 - - "GET / HTTP/1.1" 200    what the second one causes
//!     ^C
//!
//!     In another terminal:                   the second
//!     $ curl localhost
//! ```
//!
//! A part of a transcript, its whole fence or what stands below a caption in it, goes to the
//! terminal that the text above it names, else to the one whose prompt it shows, else to the
//! one of the part above. Where that one shows a program in its foreground that does not end
//! by itself, the part is typed in a terminal of its own, unless the program has ended.

use std::collections::BTreeMap;

use super::fence_kind::{FenceKind, fence_kind};
use super::prompt::{PromptLine, Prompts};
use super::terminal_cue::{Cue, TerminalName, in_text, interrupts, label, spoken_of};
use super::transcript::{TranscriptParser, keys_shown};
use super::{Keys, SessionError, Step, is_caption, is_comment, opens_shell};
use crate::notes::{Fence, FenceLine};

/// The terminal that a step is typed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepTerminal {
    /// Which of the author's terminals, from 0.
    pub number: usize,
    /// The terminal that it is instead where nothing runs in the foreground of that one: the
    /// notes name none.
    pub unless_busy: Option<usize>,
    /// Which part of the transcripts it stands in, from 0: a fence, or what stands below a
    /// caption in one.
    pub part: usize,
}

impl StepTerminal {
    /// Whether it may be the terminal of a later step.
    pub fn may_be_of(self, later: Self) -> bool {
        later.number == self.number || later.unless_busy == Some(self.number)
    }
}

/// Reads the transcripts of one answer, in order, into steps. A fence that goes
/// on inside a container, where the one before ended, continues there.
///
/// # Errors
/// All that is wrong: [`SessionError`], each with its place.
pub fn parse<'a>(
    fences: impl IntoIterator<Item = &'a Fence>,
) -> Result<Vec<Step>, Vec<SessionError>> {
    let fences: Vec<&Fence> = fences.into_iter().collect();
    let mut terminals = Terminals::default();
    for at in 0..fences.len() {
        terminals.transcript(fences[at], &fences[at + 1..]);
    }
    terminals.finish()
}

/// Reads all fences of one answer, in order, as [`parse`] reads its transcripts: a fence
/// below one may hold the output of its last command.
///
/// # Errors
/// As [`parse`].
pub fn parse_answer<'a>(
    fences: impl IntoIterator<Item = &'a Fence>,
) -> Result<Vec<Step>, Vec<SessionError>> {
    let fences: Vec<&Fence> = fences.into_iter().collect();
    let mut terminals = Terminals::default();
    let mut below_transcript = false;
    for (at, fence) in fences.iter().enumerate() {
        let is_transcript = fence_kind(fence) == FenceKind::Session;
        if is_transcript {
            terminals.transcript(fence, &fences[at + 1..]);
        } else {
            terminals.other_fence(fence, below_transcript);
        }
        below_transcript = is_transcript;
    }
    terminals.finish()
}

/// The step, by its index in `steps`, that follows the step at `index` in its terminal.
pub fn next_in_terminal(steps: &[Step], index: usize) -> Option<usize> {
    let own = steps.get(index)?.terminal;
    let mut further = steps.iter().skip(index + 1);
    let below = further.position(|step| own.may_be_of(step.terminal))?;
    Some(index + 1 + below)
}

/// The readers of all terminals, and where the notes are.
struct Terminals {
    readers: Vec<TranscriptParser>,
    /// Which one was read last.
    current: usize,
    /// What the author calls them.
    names: BTreeMap<TerminalName, usize>,
    /// For each, the one that it is unless that is busy.
    unless_busy: Vec<Option<usize>>,
    parts: usize,
}

impl Default for Terminals {
    fn default() -> Self {
        Self {
            readers: vec![TranscriptParser::default()],
            current: 0,
            names: BTreeMap::new(),
            unless_busy: vec![None],
            parts: 0,
        }
    }
}

impl Terminals {
    fn reader(&mut self) -> &mut TranscriptParser {
        &mut self.readers[self.current]
    }

    /// Reads a transcript; `further` are the fences below it.
    fn transcript(&mut self, fence: &Fence, further: &[&Fence]) {
        let text = fence.lead.join("\n");
        for (number, part) in parts(fence).into_iter().enumerate() {
            let cue = match &part.label {
                Some(name) => Some(Cue::Named(*name)),
                None if number == 0 && begins_with_output(&part.fence) => spoken_of(&text),
                None if number == 0 => in_text(&format!("{text}\n{}", fence.info)),
                None => None,
            };
            let is_left = number == 0 && interrupts(&text);
            self.part(&part.fence, cue, is_left, further);
        }
    }

    fn part(&mut self, fence: &Fence, cue: Option<Cue>, is_left: bool, further: &[&Fence]) {
        let resumed = self.current;
        match cue {
            Some(cue) => self.current = self.named(cue),
            None => self.follow(fence, is_left, further),
        }
        self.parts += 1;
        let part = self.parts;
        let may_go_on = resumed != self.current || first_prompt(fence).is_none();
        self.reader()
            .part(fence, part, may_go_on, begins_with_output(fence));
    }

    /// A fence that is no transcript, which may show what the last command prints.
    fn other_fence(&mut self, fence: &Fence, below_transcript: bool) {
        let cue = spoken_of(&fence.lead.join("\n"));
        let named = cue.and_then(|cue| self.seen(&cue));
        if let Some(named) = named
            && self.readers[named].is_in_foreground()
            && self.readers[named].can_go_on_in(fence)
        {
            self.readers[named].elide_meanwhile(fence);
            self.readers[named].output_of(fence);
        } else if below_transcript && self.reader().goes_on_in(fence) {
            self.reader().output_of(fence);
        }
    }

    /// The terminal that `cue` is about, where the notes showed it, by a name or without.
    fn seen(&self, cue: &Cue) -> Option<usize> {
        let unnamed = || match cue {
            Cue::Named(name) if name.number() == 0 => {
                let is_named = self.names.values().any(|named| *named == 0);
                (!is_named).then_some(0)
            }
            Cue::Named(name) => Some(name.number()).filter(|number| self.is_unnamed(*number)),
            Cue::First | Cue::Other => None,
        };
        self.known(cue).or_else(unnamed)
    }

    /// The terminal that `cue` is about, where it has that name.
    fn known(&self, cue: &Cue) -> Option<usize> {
        match cue {
            Cue::Named(name) => self.names.get(name).copied(),
            Cue::First => Some(0),
            Cue::Other => None,
        }
    }

    /// The terminal that `cue` is about.
    fn named(&mut self, cue: Cue) -> usize {
        if let Some(known) = self.known(&cue) {
            return known;
        }
        let is_begun = self.readers.iter().any(TranscriptParser::is_begun);
        let is_first = !is_begun || matches!(&cue, Cue::Named(name) if name.number() == 0);
        let terminal = match &cue {
            _ if is_first && !self.names.values().any(|named| *named == 0) => 0,
            // One that the notes called another one first, and number now.
            Cue::Named(name) if self.is_unnamed(name.number()) => name.number(),
            Cue::Named(_) if self.is_unnamed(self.current) => self.current,
            Cue::Named(_) | Cue::Other | Cue::First => self.open(None),
        };
        if let Cue::Named(name) = cue {
            self.names.insert(name, terminal);
        }
        terminal
    }

    /// Whether the notes opened terminal `number` beside another one, and did not name it.
    fn is_unnamed(&self, number: usize) -> bool {
        (1..self.readers.len()).contains(&number)
            && !self.names.values().any(|named| *named == number)
    }

    fn open(&mut self, unless_busy: Option<usize>) -> usize {
        self.readers.push(TranscriptParser::default());
        self.unless_busy.push(unless_busy);
        self.readers.len() - 1
    }

    /// Goes to the terminal of a part that the notes say nothing of.
    fn follow(&mut self, fence: &Fence, is_left: bool, further: &[&Fence]) {
        let current = self.current;
        if begins_with_interrupt(fence) && !self.readers[current].is_in_foreground() {
            let mut busy = (0..self.readers.len()).rev();
            let found = busy.find(|number| self.readers[*number].is_in_foreground());
            self.current = found.unwrap_or(current);
            return;
        }
        let prompts = Prompts::of(fence);
        let first = first_prompt_by(fence, &prompts);
        let Some(found) = first.filter(|_| !begins_with_output(fence)) else {
            return;
        };
        let knows = |reader: &TranscriptParser| reader.has_open(&found.form);
        let is_sure = found.form.is_unmistakable() || found.prompt.is_of_a_container();
        if is_sure && !knows(&self.readers[current]) && !self.readers[current].awaits_shell() {
            let known = (0..self.readers.len()).rev().find(|number| {
                *number != current && self.readers[*number].is_innermost(&found.form)
            });
            if let Some(known) = known {
                self.current = known;
                return;
            }
        }
        if found.prompt.is_of_a_container() {
            return;
        }
        let reader = &self.readers[current];
        let beside = reader.is_in_foreground() && !is_left
            || reader.is_inside() && self.comes_back(fence, further);
        if beside {
            let is_running = reader.is_in_foreground();
            self.current = self.open(is_running.then_some(current));
        }
    }

    /// Whether the container's shell that stands open is typed at again in `further`, though
    /// no command below opens one.
    fn comes_back(&self, fence: &Fence, further: &[&Fence]) -> bool {
        let reader = &self.readers[self.current];
        let opens = |fence: &Fence| {
            let prompts = Prompts::of(fence);
            let found = fence.lines.iter();
            let mut found = found.filter_map(|line| prompts.read(&line.text, line.number));
            found.any(|found| opens_shell(found.typed))
        };
        if opens(fence) || reader.shows_innermost(fence) {
            return false;
        }
        for below in further {
            if fence_kind(below) != FenceKind::Session {
                continue;
            }
            let prompts = Prompts::of(below);
            let first = first_prompt_by(below, &prompts);
            if first.is_some_and(|found| {
                found.prompt.is_of_a_container() && reader.is_innermost(&found.form)
            }) {
                return true;
            }
            if opens(below) {
                return false;
            }
        }
        false
    }

    fn finish(self) -> Result<Vec<Step>, Vec<SessionError>> {
        let (mut steps, mut errors) = (Vec::new(), Vec::new());
        let readers = self.readers.into_iter().zip(self.unless_busy);
        for (number, (reader, unless_busy)) in readers.enumerate() {
            match reader.finish() {
                Ok(read) => steps.extend(read.into_iter().map(|step| Step {
                    terminal: StepTerminal {
                        number,
                        unless_busy,
                        ..step.terminal
                    },
                    ..step
                })),
                Err(found) => errors.extend(found),
            }
        }
        if !errors.is_empty() {
            errors.sort_by_key(|error: &SessionError| error.range().start);
            return Err(errors);
        }
        steps.sort_by_key(|step: &Step| step.terminal.part);
        Ok(steps)
    }
}

/// A part of a fence, typed in one terminal.
struct Part {
    /// What the line above it calls the terminal.
    label: Option<TerminalName>,
    fence: Fence,
}

/// The parts of `fence`: each line that names a terminal begins one.
fn parts(fence: &Fence) -> Vec<Part> {
    let labels = fence.lines.iter().map(|line| label(&line.text));
    let labels: Vec<_> = labels.collect();
    if labels.iter().all(Option::is_none) {
        return vec![Part {
            label: None,
            fence: fence.clone(),
        }];
    }
    let mut parts: Vec<Part> = Vec::new();
    for (line, label) in fence.lines.iter().zip(labels) {
        if label.is_some() || parts.is_empty() {
            let fence = Fence {
                lines: Vec::new(),
                ..fence.clone()
            };
            parts.push(Part { label: None, fence });
        }
        let Some(part) = parts.last_mut() else {
            continue;
        };
        let mut line = line.clone();
        if let Some((name, behind)) = label {
            part.label = Some(name);
            line.range.start += behind;
            line.text.drain(..behind);
        }
        part.fence.lines.push(line);
    }
    let is_blank = |line: &mut FenceLine| line.text.trim().is_empty();
    for part in &mut parts {
        while part.fence.lines.pop_if(is_blank).is_some() {}
    }
    parts.retain(|part| !part.fence.lines.is_empty());
    parts
}

/// The first prompt in `fence`, if its lines show one.
fn first_prompt(fence: &Fence) -> Option<usize> {
    let prompts = Prompts::of(fence);
    let mut lines = fence.lines.iter();
    lines.position(|line| prompts.read(&line.text, line.number).is_some())
}

fn first_prompt_by<'l>(fence: &'l Fence, prompts: &Prompts) -> Option<PromptLine<'l>> {
    let mut lines = fence.lines.iter();
    lines.find_map(|line| prompts.read(&line.text, line.number))
}

/// Whether `fence` begins with what is neither typed nor an author's.
fn begins_with_output(fence: &Fence) -> bool {
    let is_text = |line: &&str| !line.trim().is_empty() && !is_comment(line) && !is_caption(line);
    let mut lines = fence.lines.iter().map(|line| line.text.as_str());
    let first = lines.position(|line| is_text(&line));
    first.is_some_and(|first| first_prompt(fence) > Some(first))
}

/// Whether the first line of `fence` is the key that ends a program.
fn begins_with_interrupt(fence: &Fence) -> bool {
    let mut lines = fence.lines.iter().map(|line| line.text.trim());
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    keys_shown(first) == Some(Keys::Interrupt) || first.starts_with("^C")
}
