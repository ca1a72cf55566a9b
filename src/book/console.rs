//! A transcript's lines, each with what it shows.
//!
//! ```text
//!     $ docker run -it --name desk who bash     Prompt, Typed
//!     minji@3f1c5b0a9d27:~$ echo \              Prompt, Typed      in a container
//!     > hello                                   Prompt, Typed
//!     hello                                     Output
//!     minji@3f1c5b0a9d27:~$ lab $ docker ps     Prompt, Keys, Prompt, Typed
//! ```
//!
//! Every byte of a line is in one of its pieces, in order.

use std::collections::BTreeMap;

use crate::docker::{OperandKind, ProgramCall};
use crate::notes::FenceLine;
use crate::session::{Prompt, Shell, Step, keys_shown};

/// A part of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// A prompt, with the blanks behind it. `level` is that of its shell.
    Prompt { text: &'a str, level: usize },
    /// What was typed of the command of `step`.
    Typed { text: &'a str, step: usize },
    /// Keys that were pressed: shown (`^C`), or left without a trace.
    Keys { text: &'a str, step: usize },
    /// What `step` printed; an elision stands for more of it.
    Output {
        text: &'a str,
        step: usize,
        elision: bool,
    },
    /// What the author wrote for the reader, the upper line of a prompt, and the like.
    Remark(&'a str),
}

/// A prompt, with the step that was typed at it.
struct TypedPrompt<'a> {
    prompt: &'a Prompt,
    level: usize,
    step: Option<usize>,
}

/// The steps of an exercise, by the lines of the notes.
pub(super) struct Console<'a> {
    steps: &'a [Step],
    prompts: BTreeMap<usize, Vec<TypedPrompt<'a>>>,
    /// Keys that left a shell and that only the prompt in this line tells of.
    left: BTreeMap<usize, usize>,
    /// The lines that a command goes on over, with the step and the command's line.
    further: BTreeMap<usize, (usize, &'a str)>,
    /// Keys that were pressed while something ran.
    pressed: BTreeMap<usize, usize>,
    printed: BTreeMap<usize, (usize, bool)>,
}

impl<'a> Console<'a> {
    pub(super) fn new(steps: &'a [Step]) -> Self {
        let mut console = Self {
            steps,
            prompts: BTreeMap::new(),
            left: BTreeMap::new(),
            further: BTreeMap::new(),
            pressed: BTreeMap::new(),
            printed: BTreeMap::new(),
        };
        for (index, step) in steps.iter().enumerate() {
            let before = index.checked_sub(1).and_then(|before| steps.get(before));
            let typed_before = before
                .is_some_and(|before| before.prompt == step.prompt && before.line == step.line);
            if let Some((next, _)) = step.next.as_ref().filter(|_| typed_before) {
                console.left.insert(next.line, index);
            } else if step.prompt.line == step.line {
                console.prompt(&step.prompt, step.level, Some(index));
            } else {
                console.pressed.insert(step.line, index);
            }
            let lines = step.command().unwrap_or_default().split('\n').skip(1);
            for (number, line) in (step.line + 1..).zip(lines) {
                console.further.insert(number, (index, line));
            }
            for line in &step.expected {
                console.printed.insert(line.line, (index, line.elision));
            }
            if let Some((prompt, level)) = &step.next {
                console.prompt(prompt, *level, None);
                for prompt in &step.further {
                    console.prompt(prompt, *level, None);
                }
            }
        }
        console
    }

    /// Notes a prompt; that after a step is the next one's.
    fn prompt(&mut self, prompt: &'a Prompt, level: usize, step: Option<usize>) {
        let line = self.prompts.entry(prompt.line).or_default();
        match line.last_mut() {
            Some(last) if last.prompt.text == prompt.text && last.step.is_none() => {
                last.step = step;
            }
            _ => line.push(TypedPrompt {
                prompt,
                level,
                step,
            }),
        }
    }

    /// The lines, from 1, in which prompts or output stand.
    pub(super) fn lines(&self) -> impl Iterator<Item = usize> + '_ {
        self.prompts.keys().chain(self.printed.keys()).copied()
    }

    /// Whether output stands in `line`.
    pub(super) fn is_printed(&self, line: usize) -> bool {
        self.printed.contains_key(&line)
    }

    /// The pieces of `line`.
    pub(super) fn pieces<'l>(&self, line: &'l FenceLine) -> Vec<Piece<'l>> {
        let text = line.text.as_str();
        let output = |text: &'l str| match self.printed.get(&line.number) {
            Some(&(step, elision)) => Piece::Output {
                text,
                step,
                elision,
            },
            None => Piece::Remark(text),
        };
        if let Some(&(step, typed)) = self.further.get(&line.number) {
            let start = if text.ends_with(typed) {
                text.len() - typed.len()
            } else {
                0
            };
            let (prompt, text) = text.split_at(start);
            let level = self.steps[step].level;
            let mut pieces = vec![Piece::Typed { text, step }];
            if !prompt.is_empty() {
                pieces.insert(
                    0,
                    Piece::Prompt {
                        text: prompt,
                        level,
                    },
                );
            }
            return pieces;
        }
        if let Some(&step) = self.pressed.get(&line.number) {
            let shown = match keys_shown(text) {
                Some(_) => text.len(),
                None if text.starts_with('^') => text.len().min(2),
                None => 0,
            };
            let (keys, rest) = text.split_at(shown);
            let mut pieces = vec![Piece::Keys { text: keys, step }];
            if !rest.is_empty() {
                pieces.push(output(rest));
            }
            return pieces;
        }
        match self.prompts.get(&line.number) {
            Some(prompts) => {
                let left = self.left.get(&line.number);
                let left = left.map(|&step| Piece::Keys { text: "", step });
                let prompted = self.prompted(text, prompts, output);
                left.into_iter().chain(prompted).collect()
            }
            None => vec![output(text)],
        }
    }

    /// The pieces of a line with `prompts` in it.
    fn prompted<'l>(
        &self,
        text: &'l str,
        prompts: &[TypedPrompt<'_>],
        output: impl Fn(&'l str) -> Piece<'l>,
    ) -> Vec<Piece<'l>> {
        let mut pieces = Vec::new();
        let mut rest = text;
        let mut step = None;
        for shown in prompts {
            let Some(at) = rest.find(shown.prompt.text.as_str()) else {
                continue;
            };
            let (before, found) = rest.split_at(at);
            self.typed(before, step, &output, &mut pieces);
            let behind = found[shown.prompt.text.len()..].trim_start_matches([' ', '\t', '\u{a0}']);
            let (text, behind) = found.split_at(found.len() - behind.len());
            pieces.push(Piece::Prompt {
                text,
                level: shown.level,
            });
            (rest, step) = (behind, shown.step);
        }
        self.typed(rest, step, &output, &mut pieces);
        pieces
    }

    /// Adds what stands behind a prompt that `step` was typed at, or before the first.
    fn typed<'l>(
        &self,
        text: &'l str,
        step: Option<usize>,
        output: impl Fn(&'l str) -> Piece<'l>,
        pieces: &mut Vec<Piece<'l>>,
    ) {
        let keys = step.filter(|step| self.steps[*step].keys().is_some());
        match (step, keys) {
            (_, Some(step)) if text.starts_with('^') || keys_shown(text).is_some() => {
                pieces.push(Piece::Keys { text, step });
            }
            (_, Some(step)) => {
                pieces.push(Piece::Keys { text: "", step });
                if !text.is_empty() {
                    pieces.push(output(text));
                }
            }
            (Some(step), None) => pieces.push(Piece::Typed { text, step }),
            (None, None) if !text.is_empty() => pieces.push(output(text)),
            (None, None) => {}
        }
    }

    /// What the shell at `level` that `step` is typed in is called.
    pub(super) fn place(&self, step: usize) -> ConsoleShell<'a> {
        let here = &self.steps[step];
        let opener = self.steps[..step]
            .iter()
            .rev()
            .take_while(|earlier| earlier.level + 1 >= here.level)
            .find(|earlier| earlier.level + 1 == here.level);
        let call = opener.and_then(Step::command).and_then(|command| {
            ProgramCall::all(command)
                .into_iter()
                .find(|call| call.docker().is_some())
        });
        let names = call.and_then(|call| call.docker().map(|docker| docker.names()));
        let name = |thing| {
            let names = names.iter().flatten();
            names
                .filter(|naming| naming.thing == thing)
                .map(|naming| naming.name.clone())
                .next()
        };
        let user = here.prompt.user.as_deref();
        ConsoleShell {
            container: here.shell == Shell::Container,
            name: name(OperandKind::Container)
                .or_else(|| name(OperandKind::Image))
                .or_else(|| here.prompt.host.clone()),
            user: user.or((here.prompt.sign == '#').then_some("root")),
        }
    }

    /// The first step of the shell at `level` from `line` on.
    pub(super) fn step_at(&self, line: usize, level: usize) -> Option<usize> {
        let from = self.steps.partition_point(|step| step.line < line);
        let further = self.steps[from..].iter();
        let at = further.take_while(|step| step.level >= level);
        at.enumerate()
            .find(|(_, step)| step.level == level)
            .map(|(at, _)| from + at)
    }

    /// The step that is typed first from `line` on.
    pub(super) fn first_step(&self, line: usize) -> Option<&'a Step> {
        let from = self.steps.partition_point(|step| step.line < line);
        self.steps.get(from)
    }
}

/// Where a shell runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ConsoleShell<'a> {
    pub container: bool,
    pub name: Option<String>,
    pub user: Option<&'a str>,
}
