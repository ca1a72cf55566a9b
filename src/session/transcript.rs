//! The lines of the transcripts of one terminal, read one by one into steps.
//!
//! The reader keeps a stack of the shells that are open, outermost first. A
//! line is a prompt when it has the form of one of them, or a form not seen
//! before right after a command that can open a shell. All else is output.

use std::borrow::Cow;
use std::ops::Range;

use crate::docker::{Invocation, ProgramCall};
use crate::notes::{Fence, FenceLine, Unprompted};
use crate::pattern::pattern;

use super::comment::{
    RemarkStart, is_caption, is_comment, is_pointed, is_prose, prints_no_comment, remarks_behind,
    without_remark,
};
use super::fence_kind::{
    FenceKind, NotRun, beginning, calls_known_program, fence_kind, is_command, not_run,
};
use super::opens_shell::{self, Opens};
use super::output_fence::{announces_output, is_right_below};
use super::prompt::{self, PromptForm, PromptLine, Prompts};
use super::set_prompt::SetPrompt;
use super::unprompted;
use super::{Action, Expected, Keys, SessionError, Shell, Step, is_elision};
use crate::shell::{Property, Script, Typed, words};

/// What `docker attach` prints when it is left by keys.
const ESCAPED: &str = "read escape sequence";

/// Whether `text` is what `docker attach` prints when it is left by keys, also with a remark of
/// the author's behind it.
fn says_escaped(text: &str) -> bool {
    let mut remarks = remarks_behind(text);
    let is_before = |remark: RemarkStart| text[..remark.at].trim_end() == ESCAPED;
    text == ESCAPED || text.starts_with(ESCAPED) && remarks.next().is_some_and(is_before)
}

/// A shell that is open.
#[derive(Debug)]
struct OpenShell {
    form: PromptForm,
    shell: Shell,
}

/// Reads what was typed in one terminal.
#[derive(Default)]
pub(super) struct TranscriptParser {
    /// The open shells; the first is the host's.
    open: Vec<OpenShell>,
    /// Whether a prompt of two lines was seen: its upper one may end a fence.
    saw_upper: bool,
    /// The line above the first prompt of a transcript whose prompts are arrows below
    /// such a line.
    above_arrow: Option<String>,
    /// What the last command can open.
    opens: Option<Shell>,
    /// Whether that shell is one of the same machine, which may prompt as the one outside.
    opens_here: bool,
    /// Whether the last command can have changed the prompt of its shell.
    other_prompt: bool,
    /// The prompts that the transcript itself set.
    given: Vec<SetPrompt>,
    /// Whether the last command was an `exit`: its shell is gone.
    left: bool,
    /// Whether something runs in the foreground without a prompt after it.
    attached: bool,
    /// The prompts that are known in the fence that is read.
    prompts: Prompts,
    steps: Vec<Step>,
    /// How many steps there were where each fence began.
    begun: Vec<usize>,
    /// The steps whose output stands in a fence of its own.
    continued: Vec<usize>,
    /// The step that was made of several commands last.
    joined: Option<usize>,
    errors: Vec<SessionError>,
}

impl TranscriptParser {
    /// Reads `fence`, which is number `part` of the transcripts. Where it `may_go_on`, its
    /// lines above a prompt are output of what runs in the foreground; where it
    /// `begins_with_output`, they may be of a command that shows none.
    pub(super) fn part(
        &mut self,
        fence: &Fence,
        part: usize,
        may_go_on: bool,
        begins_with_output: bool,
    ) {
        let first = self.steps.len();
        let goes_on = may_go_on && self.is_in_foreground();
        if goes_on {
            self.elide_meanwhile(fence);
        }
        let is_below = announces_output(fence) || is_right_below(fence);
        let begins = begins_with_output && is_below && self.awaits_output();
        self.fence(fence, goes_on || begins);
        for step in &mut self.steps[first..] {
            step.terminal.part = part;
        }
    }

    /// What the program in the foreground printed between two looks at its terminal, the second
    /// one in `fence`, the notes need not show, nor what a server said when it started.
    pub(super) fn elide_meanwhile(&mut self, fence: &Fence) {
        let Some(step) = self.steps.last_mut() else {
            return;
        };
        let may_elide = match step.expected.last() {
            Some(line) => !line.elision,
            None => !step.command().is_some_and(ProgramCall::follows_for_ever),
        };
        if let Some(first) = fence.lines.first().filter(|_| may_elide) {
            step.expected.push(Expected {
                line: first.number,
                text: String::new(),
                elision: true,
            });
        }
    }

    /// Takes all lines of `fence` for output of the last command.
    pub(super) fn output_of(&mut self, fence: &Fence) {
        let Some(last) = self.steps.len().checked_sub(1) else {
            return;
        };
        self.continued.push(last);
        if self.joined == Some(last)
            && let Some(first) = fence.lines.first()
        {
            // They may show what the last commands print alone.
            self.steps[last].expected.push(Expected {
                line: first.number,
                text: String::new(),
                elision: true,
            });
        }
        for line in &fence.lines {
            self.output(line, &line.text);
        }
    }

    /// Whether anything was typed.
    pub(super) fn is_begun(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether the last command stays with a program that does not end by itself, as far as
    /// the notes show.
    pub(super) fn is_in_foreground(&self) -> bool {
        let last = self.steps.last().filter(|step| step.next.is_none());
        last.and_then(Step::command)
            .is_some_and(ProgramCall::stays_in_foreground)
            && !self.awaits_shell()
    }

    /// Whether a shell other than the host's own stands open.
    pub(super) fn is_inside(&self) -> bool {
        let innermost = self.open.last();
        self.open.len() > 1
            && !self.left
            && innermost.is_some_and(|open| open.shell == Shell::Container)
    }

    /// Whether the last command can open a shell whose prompt was not seen yet.
    pub(super) fn awaits_shell(&self) -> bool {
        self.opens.is_some() || self.other_prompt
    }

    /// Whether an open shell prompts in this form.
    pub(super) fn has_open(&self, form: &PromptForm) -> bool {
        self.level_of(form).is_some()
    }

    /// Whether the innermost open shell is one inside which prompts in this form.
    pub(super) fn is_innermost(&self, form: &PromptForm) -> bool {
        self.open.len() > 1 && self.level_of(form) == Some(self.open.len() - 1)
    }

    /// Whether a line of `fence` shows the prompt of the innermost shell.
    pub(super) fn shows_innermost(&self, fence: &Fence) -> bool {
        let prompts = Prompts::of(fence);
        let mut found = fence
            .lines
            .iter()
            .filter_map(|line| prompts.read(&line.text, line.number));
        found.any(|found| self.is_innermost(&found.form))
    }

    /// Reads a fence of commands that show no prompt.
    fn unprompted(&mut self, fence: &Fence, how: Unprompted) {
        let first = self.steps.len();
        let mut lines = fence.lines.iter().peekable();
        let shows_output = how == Unprompted::WithOutput;
        while let Some(line) = lines.next() {
            if unprompted::is_remark(&line.text) {
                continue;
            }
            let is_typed = match shows_output {
                true => is_command(&line.text),
                false => !line.text.trim().is_empty(),
            };
            let found = self.prompts.read(&line.text, line.number);
            match found.filter(|_| is_typed) {
                Some(found) => self.prompt(found, line, &mut lines),
                None if shows_output => self.output(line, &line.text),
                None => {}
            }
        }
        if how == Unprompted::Together {
            self.join_steps(first);
        }
    }

    /// Makes one step of the commands from number `first` on: which of them printed what is not
    /// shown.
    fn join_steps(&mut self, first: usize) {
        let commands = self.steps[first..].iter().filter_map(Step::command);
        let joined = commands.collect::<Vec<_>>().join("\n");
        self.steps.truncate(first + 1);
        if let Some(step) = self.steps.last_mut() {
            step.action = Action::Command(joined);
            (step.next, step.next_shell) = (None, None);
            step.further.clear();
            self.joined = Some(first);
        }
    }

    fn fence(&mut self, fence: &Fence, goes_on: bool) {
        self.begun.push(self.steps.len());
        self.prompts = Prompts::of(fence);
        if let Some(how) = fence.unprompted {
            return self.unprompted(fence, how);
        }
        let above = if goes_on || self.level_of(&PromptForm::Bare { sign: '#' }).is_some() {
            0
        } else {
            beginning(fence).unwrap_or(0)
        };
        let skipped = &fence.lines[..above];
        self.saw_upper |= skipped.iter().any(|line| prompt::is_upper(&line.text));
        if let [.., line] = skipped
            && let Some(next) = fence.lines.get(above)
            && prompt::is_above_arrow(&line.text, &next.text)
        {
            self.above_arrow = Some(line.text.clone());
        }
        let mut lines = fence.lines[above..].iter().peekable();
        let mut before_first_prompt: Option<Range<usize>> = None;
        let mut seen_prompt = goes_on;
        while let Some(line) = lines.next() {
            let next = lines.peek().map_or("", |next| next.text.as_str());
            if prompt::is_upper_line(&line.text, next)
                || self.saw_upper && lines.len() == 0 && prompt::is_upper(&line.text)
            {
                self.saw_upper = true;
                continue;
            }
            let is_last = lines.len() == 0;
            let below = (!is_last).then_some(next);
            if self
                .given
                .iter()
                .any(|given| given.is_upper_line(&line.text, below))
            {
                continue;
            }
            if self
                .above_arrow
                .as_ref()
                .is_some_and(|first| match is_last {
                    true => line.text.trim_end() == first.trim_end(),
                    false => {
                        prompt::is_above_arrow(&line.text, next)
                            && prompt::is_above_arrow_as(first, &line.text)
                    }
                })
            {
                continue;
            }
            if self.is_above_inner_prompt(&line.text, lines.clone()) {
                while lines.next_if(|line| is_remark(&line.text)).is_some() {}
                continue;
            }
            let Some((output, found)) =
                self.find_prompt(line, seen_prompt, before_first_prompt.is_none())
            else {
                // What is elided before a transcript's first prompt is no output of
                // the transcript before it.
                let layout = line.text.trim().is_empty()
                    || is_elision(&line.text)
                    || is_prose(&line.text)
                    || is_pointed(&line.text)
                    || is_caption(&line.text);
                if seen_prompt {
                    self.output(line, &line.text);
                } else if !layout {
                    before_first_prompt.get_or_insert(line.range.clone());
                }
                continue;
            };
            seen_prompt = true;
            if !output.is_empty() {
                self.output(line, output);
            }
            self.prompt(found, line, &mut lines);
        }
        self.leave_comments();
        if let Some(range) = before_first_prompt {
            self.errors.push(SessionError::NoPrompt { range });
        }
    }

    /// Whether `fence`, right below a transcript, holds the output of its last command:
    /// its caption or its info string says so and no output is shown yet, or what is shown ends
    /// inside of a JSON document.
    pub(super) fn goes_on_in(&self, fence: &Fence) -> bool {
        let last = self.steps.last().filter(|step| step.command().is_some());
        let Some(last) = last.filter(|_| self.can_go_on_in(fence)) else {
            return false;
        };
        let shown: Vec<&str> = last
            .expected
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        let is_silent = shown.iter().all(|line| line.trim().is_empty());
        let goes_on = || ends_inside_json(&shown) && begins_like_json(fence);
        let begins = || announces_output(fence) || self.awaits_output() && is_right_below(fence);
        last.next.is_none() && (is_silent && begins() || goes_on())
    }

    /// Whether the last command may print something, shows no output, and is the only one of its
    /// part of which that is so, but for those that only repeat what they were told.
    fn awaits_output(&self) -> bool {
        let Some(last) = self.steps.last().filter(|step| step.next.is_none()) else {
            return false;
        };
        let is_silent = |step: &Step, may_repeat: bool| {
            let prints = |call: &ProgramCall| {
                let repeats = !may_repeat && call.docker().is_some_and(super::repeats);
                !repeats && !Property::Terse.is_of(&call.program)
            };
            !step.shows_output() && step.calls().iter().any(prints)
        };
        let above = self.steps.iter().rev().skip(1);
        let mut of_part = above.take_while(|step| step.terminal.part == last.terminal.part);
        is_silent(last, true) && !of_part.any(|step| is_silent(step, false))
    }

    /// Whether `fence` shows no command and is no file.
    pub(super) fn can_go_on_in(&self, fence: &Fence) -> bool {
        let shows_command = not_run(fence).is_some_and(|(_, why)| why != NotRun::OnlyOutput);
        fence_kind(fence) == FenceKind::Other && !shows_command
    }

    /// What the author wrote for the reader after the last command's output is
    /// no output, where the command cannot have printed it.
    fn leave_comments(&mut self) {
        let Some(step) = self.steps.last_mut() else {
            return;
        };
        if !step.command().is_some_and(prints_no_comment) {
            return;
        }
        let is_of_author = |line: &Expected| {
            let text = line.text.as_str();
            !line.elision && (is_comment(text) || is_prose(text) || is_pointed(text))
        };
        let mut lines = step.expected.iter();
        let output = lines.rposition(|line| !line.text.is_empty() && !is_of_author(line));
        let after = output.map_or(0, |last| last + 1);
        let first = step.expected[after..].iter().position(is_of_author);
        if let Some(first) = first {
            step.expected.truncate(after + first);
        }
    }

    /// A `cat > FILE` shows nothing of its own: what stands below it was typed, and then
    /// Ctrl-D, of which a terminal shows nothing.
    fn end_typed_lines(&mut self) {
        let takes_lines = |step: &&Step| step.command().is_some_and(writes_what_is_typed);
        let Some(step) = self.steps.last().filter(takes_lines) else {
            return;
        };
        let is_whole = step.expected.iter().all(|line| !line.elision);
        if let Some(last) = step.expected.last().filter(|_| is_whole) {
            self.press(Keys::EndOfFile, last.line);
        }
    }

    /// Whether `line` is the author's comment between a command that opens a shell
    /// and the first prompt of that shell, which stands in `further` lines.
    fn is_above_inner_prompt<'l>(
        &self,
        line: &str,
        mut further: impl Iterator<Item = &'l FenceLine>,
    ) -> bool {
        let printed = || {
            self.steps.last().is_some_and(|step| {
                step.expected
                    .iter()
                    .any(|line| !line.text.is_empty() && !line.elision)
            })
        };
        if self.opens.is_none() || !is_comment(line) || printed() {
            return false;
        }
        // At the inner `#` they may be what opens the shell of the next prompt.
        let is_typed = |line: &str| {
            let typed = line.trim().trim_start_matches('#').trim_start();
            opens_shell::opens(typed) != Opens::Nothing
        };
        if is_typed(line) {
            return false;
        }
        let first = further.find(|line| !is_remark(&line.text) || is_typed(&line.text));
        first
            .filter(|line| !is_remark(&line.text))
            .and_then(|line| self.prompts.read(&line.text, line.number))
            .is_some_and(|found| {
                let form = &found.form;
                (form.is_unmistakable() || matches!(form, PromptForm::Folder { .. }))
                    && self.level_of(form).is_none()
            })
    }

    /// The prompt in `line`, with the output that stands before it on the line.
    fn find_prompt<'l>(
        &self,
        line: &'l FenceLine,
        seen_prompt: bool,
        begins: bool,
    ) -> Option<(&'l str, PromptLine<'l>)> {
        let text = line.text.as_str();
        if self.is_printed_by_its_command(text) {
            return None;
        }
        if let Some(found) = self.set_prompt(text, line.number)
            && !self.is_of_left_shell(&found)
        {
            return Some(("", found));
        }
        if let Some(found) = self
            .prompts
            .read(text.trim_start_matches(['\u{feff}']), line.number)
            && self.accepts(&found, seen_prompt, begins)
        {
            return Some(("", found));
        }
        let of_shell = |open: &OpenShell| open.form.find_after_output(text);
        let at = self.open.iter().rev().find_map(of_shell);
        let at = at.or_else(|| self.behind_interrupt(text, line.number))?;
        Some((&text[..at], self.prompts.read(&text[at..], line.number)?))
    }

    /// Where a prompt of an open shell begins right behind the key that ended a program
    /// (`^C$ ls`), in bytes.
    fn behind_interrupt(&self, text: &str, number: usize) -> Option<usize> {
        const KEY: &str = "^C";
        let found = self.prompts.read(text.strip_prefix(KEY)?, number)?;
        self.level_of(&found.form)?;
        Some(KEY.len())
    }

    /// Whether the last command holds the whole line, which it may print as it is:
    /// `printf '%s\n' '$ ls'`.
    fn is_printed_by_its_command(&self, line: &str) -> bool {
        let line = line.trim();
        let command = self
            .steps
            .last()
            .and_then(Step::command)
            .unwrap_or_default();
        line.len() > 2 && command.contains(line)
    }

    /// The prompt that the transcript itself set (`PS1='lab> '`), where `line`
    /// begins with it.
    fn set_prompt<'l>(&self, line: &'l str, number: usize) -> Option<PromptLine<'l>> {
        let mut given = self.given.iter().rev();
        given.find_map(|given| given.at_start_of(line, number))
    }

    /// Whether a prompt that the transcript set is that of a shell inside which was left: what
    /// is typed there reaches no shell that is open.
    fn is_of_left_shell(&self, found: &PromptLine<'_>) -> bool {
        let is_awaited = self.opens.is_some() || self.other_prompt;
        let mut steps = self.steps.iter();
        self.level_of(&found.form).is_none()
            && !is_awaited
            && steps.any(|step| step.level > 0 && step.prompt.text == found.prompt.text)
    }

    fn accepts(&self, found: &PromptLine<'_>, seen_prompt: bool, begins: bool) -> bool {
        if found.form == (PromptForm::Bare { sign: '#' }) && is_prose(&format!("# {}", found.typed))
        {
            return false;
        }
        if self.open.is_empty() {
            return true;
        }
        if self.level_of(&found.form).is_some() {
            return !self.may_be_comment(found);
        }
        if self.opens.is_some() || self.other_prompt {
            let of_container = self.opens == Some(Shell::Container)
                && matches!(found.form, PromptForm::Folder { sign: '#' });
            return found.form.is_unmistakable() || of_container || !self.has_printed();
        }
        // A new transcript of the answer may be from another machine, or be
        // typed by another user.
        let may_begin = match found.form {
            PromptForm::Bare { sign: '$' } | PromptForm::Name { .. } => !found.typed.is_empty(),
            PromptForm::Bare { sign: '%' | '>' } => calls_known_program(found.typed),
            _ => false,
        };
        let is_first_command = begins && may_begin;
        if self.is_of_another_terminal(found) {
            return true;
        }
        !seen_prompt && (found.form.is_unmistakable() || is_first_command)
    }

    /// Whether Docker is called at the prompt of another user or machine, where the host's shell
    /// prompts: the author shows a second terminal.
    fn is_of_another_terminal(&self, found: &PromptLine<'_>) -> bool {
        let prompt = &found.prompt;
        let names_both = prompt.user.is_some() && prompt.host.is_some();
        let calls = ProgramCall::all_of_docker(found.typed);
        let is_outside = self.open.len() == 1 && self.opens.is_none();
        is_outside
            && names_both
            && !prompt.is_of_a_container()
            && calls.iter().any(Invocation::is_known)
    }

    /// Whether the last command shows output that no shell prints before its first prompt.
    fn has_printed(&self) -> bool {
        let precedes =
            |line: &Expected| line.text.is_empty() || line.elision || precedes_shell(&line.text);
        let last = self.steps.last();
        last.is_some_and(|step| !step.expected.iter().all(precedes))
    }

    /// Whether `# text` may as well be a line of a file that was printed.
    fn may_be_comment(&self, found: &PromptLine<'_>) -> bool {
        const PRINTS_FILE: [&str; 11] = [
            "cat", "head", "tail", "less", "more", "grep", "sed", "awk", "curl", "vi", "diff",
        ];
        // The kernel's own files hold no comments.
        let is_kernels = |word: &String| word.starts_with("/proc/") || word.starts_with("/sys/");
        let prints_file = |command: &str| {
            let words = words(command);
            words
                .iter()
                .any(|word| PRINTS_FILE.contains(&word.as_str()))
                && !words.iter().any(is_kernels)
        };
        // Prose may quote a command by backticks.
        let calls_docker = |typed: &str| {
            let calls = ProgramCall::all_of_docker(typed);
            !typed.contains('`') && calls.iter().any(Invocation::is_known)
        };
        let last = self.steps.last().and_then(Step::command);
        found.form == PromptForm::Bare { sign: '#' }
            && last.is_some_and(prints_file)
            && !calls_known_program(found.typed)
            && !calls_docker(found.typed)
    }

    /// The level of the open shell whose prompts have this form.
    fn level_of(&self, form: &PromptForm) -> Option<usize> {
        self.open.iter().rposition(|open| open.form.fits(form))
    }

    fn prompt<'l>(
        &mut self,
        found: PromptLine<'l>,
        line: &'l FenceLine,
        lines: &mut std::iter::Peekable<std::slice::Iter<'l, FenceLine>>,
    ) {
        self.leave_comments();
        self.end_typed_lines();
        let level = self.enter(&found);
        if let Some(step) = self.steps.last_mut() {
            if step.next.is_none() {
                step.next = Some((found.prompt.clone(), level));
                step.next_shell = Some(self.open[level].shell);
            } else {
                step.further.push(found.prompt.clone());
            }
        }
        let shell = self.open[level].shell;
        let step = |action| Step::new(line.number, found.prompt.clone(), (level, shell), action);
        if found.typed.is_empty() {
            return;
        }
        if says_escaped(found.typed) {
            self.steps.push(step(Action::Keys(Keys::Detach)));
            self.attached = true;
            self.output(line, ESCAPED);
            return;
        }
        if let Some(keys) = keys_shown(found.typed) {
            self.steps.push(step(Action::Keys(keys)));
            return;
        }
        if let Some(outer) = self.outer_prompt(found.typed, level, line.number) {
            self.steps.push(step(Action::Keys(self.leaving(level))));
            self.prompt(outer, line, lines);
            return;
        }
        let typed = without_remark(found.typed);
        let command = match self.command(typed, &found.form, lines) {
            Ok(command) => command,
            Err(command) => {
                self.errors.push(SessionError::Unfinished {
                    range: line.range.clone(),
                });
                command
            }
        };
        self.opens = match opens_shell::opens(&command) {
            Opens::Nothing | Opens::OtherPrompt => None,
            Opens::ShellHere => Some(shell),
            Opens::ShellElsewhere => Some(Shell::Container),
        };
        self.opens_here = opens_shell::opens(&command) == Opens::ShellHere;
        self.other_prompt = opens_shell::opens(&command) == Opens::OtherPrompt;
        self.given.extend(opens_shell::prompt_set(&command));
        self.left = Script::read(&command).leaves_the_shell();
        self.attached = false;
        self.steps.push(step(Action::Command(command)));
    }

    /// Follows a prompt into the shell it belongs to, and gives its level.
    fn enter(&mut self, found: &PromptLine<'_>) -> usize {
        if self.left && self.open.len() > 1 {
            self.open.pop();
        }
        let opens = self.opens.take();
        let left = std::mem::take(&mut self.left);
        let other_prompt = std::mem::take(&mut self.other_prompt);
        let known = self.level_of(&found.form);
        if other_prompt
            && known.is_none()
            && let Some(open) = self.open.last_mut()
        {
            open.form = found.form.clone();
            return self.open.len() - 1;
        }
        let nests = match (known, opens) {
            (None, Some(shell)) => Some(shell),
            // `#` in a container looks like `#` outside: right after a command that
            // can open a shell it is the inner one, and after output of a program it is
            // the outer one.
            (Some(level), Some(shell))
                if (self.opens_here || !found.form.is_unmistakable())
                    && level + 1 == self.open.len()
                    && !self.has_printed() =>
            {
                Some(shell)
            }
            (None, None) if self.open.is_empty() => Some(Shell::Host),
            _ => None,
        };
        if let Some(shell) = nests {
            self.open.push(OpenShell {
                form: found.form.clone(),
                shell,
            });
            return self.open.len() - 1;
        }
        let Some(level) = known else {
            // A shell in a container goes on under another ID.
            if found.prompt.is_of_a_container()
                && let Some(open) = self.open.last_mut()
                && open.shell == Shell::Container
            {
                open.form = found.form.clone();
                return self.open.len() - 1;
            }
            // Another machine's or user's first prompt in a new transcript: the
            // host's shell goes on under this form.
            self.open.clear();
            self.open.push(OpenShell {
                form: found.form.clone(),
                shell: Shell::Host,
            });
            return 0;
        };
        if level + 1 < self.open.len() {
            self.leave_by_keys(level, left);
            self.open.truncate(level + 1);
        }
        level
    }

    /// A prompt of an outer shell although no `exit` was typed: keys were.
    fn leave_by_keys(&mut self, level: usize, left: bool) {
        let inner = self.open.len() - 1;
        let already = self.steps.last().is_some_and(|step| {
            matches!(step.action, Action::Keys(Keys::Detach | Keys::EndOfFile))
        });
        let Some(last) = self.steps.last().filter(|_| !left && !already) else {
            return;
        };
        if last.level == inner || last.next.as_ref().is_some_and(|(_, level)| *level == inner) {
            let prompt = last
                .next
                .as_ref()
                .map_or_else(|| last.prompt.clone(), |(prompt, _)| prompt.clone());
            let keys = if level == 0 {
                self.leaving(inner)
            } else {
                Keys::EndOfFile
            };
            let place = (inner, self.open[inner].shell);
            let keys = Action::Keys(keys);
            self.steps.push(Step::new(prompt.line, prompt, place, keys));
        }
    }

    /// The keys that leave the shell at `level` without an `exit`.
    fn leaving(&self, level: usize) -> Keys {
        match self.open.get(level).map(|open| open.shell) {
            Some(Shell::Container) => Keys::Detach,
            _ => Keys::EndOfFile,
        }
    }

    /// The prompt of an outer shell that stands where a command would.
    fn outer_prompt<'l>(
        &self,
        typed: &'l str,
        level: usize,
        number: usize,
    ) -> Option<PromptLine<'l>> {
        let found = self.prompts.read(typed, number)?;
        let outer = self.open[..level]
            .iter()
            .any(|open| open.form.fits(&found.form));
        (outer && (found.form.is_unmistakable() || found.typed.is_empty())).then_some(found)
    }

    /// The whole command that begins with `typed`, taking the lines that it
    /// goes on over; as far as it came where the transcript ends before it does.
    fn command<'l>(
        &self,
        typed: &str,
        form: &PromptForm,
        lines: &mut std::iter::Peekable<std::slice::Iter<'l, FenceLine>>,
    ) -> Result<String, String> {
        let mut command = Typed::new(&in_bash(typed, form));
        // Once a here-document's end is not found, it is in no line that follows.
        let mut never_ends = false;
        while command.is_incomplete() {
            // A here-document takes all lines until the one that ends it, like a
            // prompt or not; where that never comes, the next prompt tells so.
            let document = command.here_document().filter(|_| !never_ends);
            let end = document.and_then(|document| {
                let mut lines = lines.clone();
                lines.position(|line| document.ends_with(without_prompt(&line.text, form)))
            });
            if let Some(end) = end {
                for line in lines.by_ref().take(end + 1) {
                    command.push(without_prompt(&line.text, form));
                }
                continue;
            }
            never_ends = command.here_document().is_some();
            let Some(next) = lines.peek() else {
                return Err(command.into_text());
            };
            let prompted = self.prompts.read(&next.text, next.number);
            if prompted.is_some_and(|found| found.form.is_unmistakable() && found.form.fits(form)) {
                return Err(command.into_text());
            }
            command.push(&in_bash(without_prompt(&next.text, form), form));
            lines.next();
        }
        Ok(command.into_text())
    }

    fn output(&mut self, line: &FenceLine, text: &str) {
        let text = text.trim_end();
        if self.steps.is_empty() {
            if !text.is_empty() && !is_elision(text) {
                self.errors.push(SessionError::NoCommand {
                    range: line.range.clone(),
                });
            }
            return;
        }
        if let Some(keys) = keys_shown(text).filter(|keys| *keys != Keys::Detach) {
            self.press(keys, line.number);
            return;
        }
        // Whatever the program says to the key stands right behind it.
        for (caret, keys) in [("^C", Keys::Interrupt), ("^D", Keys::EndOfFile)] {
            if let Some(rest) = text.strip_prefix(caret) {
                self.press(keys, line.number);
                if !rest.is_empty() {
                    self.output(line, rest);
                }
                return;
            }
        }
        // `^D` at the prompt of a program that is not a shell.
        if let Some(prompt) = text.strip_suffix("^D").map(str::trim_end)
            && prompt.ends_with('>')
        {
            self.output(line, prompt);
            self.press(Keys::EndOfFile, line.number);
            return;
        }
        if says_escaped(text) && !self.attached {
            self.attached = true;
            self.press(Keys::Detach, line.number);
            self.output(line, ESCAPED);
            return;
        }
        let Some(step) = self.steps.last_mut() else {
            return;
        };
        step.expected.push(Expected {
            line: line.number,
            text: text.to_owned(),
            elision: is_elision(text),
        });
    }

    /// Keys that were pressed while the last command ran.
    fn press(&mut self, keys: Keys, line: usize) {
        if let Some(last) = self.steps.last() {
            self.opens = None;
            let (prompt, place) = (last.prompt.clone(), (last.level, last.shell));
            let step = Step {
                in_fence_of_commands: last.in_fence_of_commands,
                ..Step::new(line, prompt, place, Action::Keys(keys))
            };
            self.steps.push(step);
        }
    }

    /// All steps.
    ///
    /// # Errors
    /// All that is wrong: [`SessionError`], each with its place.
    pub(super) fn finish(mut self) -> Result<Vec<Step>, Vec<SessionError>> {
        self.steps.iter_mut().for_each(Step::join_wrapped_tables);
        self.steps.iter_mut().for_each(Step::elide_farewell);
        self.steps.iter_mut().for_each(Step::elide_stacked_dots);
        self.begun.push(self.steps.len());
        for fence in self.begun.windows(2) {
            let steps = fence[0]..fence[1];
            let shown = |line: &Expected| line.elision || !line.text.trim().is_empty();
            let own = steps.filter(|step| !self.continued.contains(step));
            let mut expected = own.clone().flat_map(|step| &self.steps[step].expected);
            if !expected.any(shown) {
                for step in own {
                    self.steps[step].in_fence_of_commands = true;
                }
            }
        }
        if self.errors.is_empty() {
            Ok(self.steps)
        } else {
            Err(self.errors)
        }
    }
}

pattern! {
    /// Keys as an author names them.
    NAMED_KEYS = r"(?i)^[<(\[]?\s*(?:ctrl|control)\s*[-+]\s*(?:(?P<letter>[cd])|p\W+(?:(?:ctrl|control)\s*[-+]\s*)?(?P<detach>q))\s*[>)\]]?$";
    /// What is printed between the command that opens a container's shell and the first
    /// prompt of that shell: the pull of its image, the greeting of busybox.
    BEFORE_SHELL = r"^(?:Unable to find image '\S+' locally|\S+: Pulling from \S+|[0-9a-f]{12}: [A-Z].*|Digest: sha256:[0-9a-f]+|Status: Downloaded newer image for \S+|BusyBox v[0-9.]+ \(.*\) built-in shell \(ash\)|Enter 'help' for a list of built-in commands\.)$";
}

fn precedes_shell(line: &str) -> bool {
    BEFORE_SHELL.is_match(line)
}

/// Whether `lines` begin a JSON document that they do not end.
fn ends_inside_json(lines: &[&str]) -> bool {
    let text = lines.join("\n");
    let begins = text.trim_start().starts_with(['{', '[']);
    let ended = serde_json::from_str::<serde::de::IgnoredAny>(&text);
    begins && ended.is_err_and(|error| error.is_eof())
}

/// Whether `fence` begins with what may stand inside of a JSON document.
fn begins_like_json(fence: &Fence) -> bool {
    const WORDS: [&str; 3] = ["true", "false", "null"];
    let mut lines = fence.lines.iter().map(|line| line.text.trim());
    let first = lines.find(|line| !line.is_empty()).unwrap_or_default();
    let is_number = first.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-');
    let is_word = WORDS.iter().any(|word| first.starts_with(word));
    first.starts_with(['"', '{', '}', '[', ']']) || is_number || is_word || is_elision(first)
}

/// Whether `command` writes into a file what is typed into its terminal, and nothing else.
fn writes_what_is_typed(command: &str) -> bool {
    let script = Script::read(command);
    let [simple] = script.commands()[..] else {
        return false;
    };
    let [redirection] = simple.redirections.as_slice() else {
        return false;
    };
    let argv = simple.argv();
    let is_alone = !script.has_compounds() && !simple.in_background;
    is_alone && redirection.writes() && (argv == ["cat"] || argv == ["cat", "-"])
}

/// A comment or a blank line.
fn is_remark(line: &str) -> bool {
    line.trim().is_empty() || is_comment(line)
}

pattern! {
    /// The prompt with which zsh asks for more lines: what is open, outermost first.
    ZSH_FURTHER = r"^(?:(?:heredocd?|[db]?quote|for|foreach|while|until|if|then|elif|else|case|select|repeat|function|cursh|subsh|braceparam|cmdsubst|mathsubst|math|array|pipe|errpipe|cmdand|cmdor|cond)\b ?)+(?P<sign>>)(?: |$)";
}

/// A line of a command that goes on, without the prompt that asks for one.
fn without_prompt<'l>(line: &'l str, form: &PromptForm) -> &'l str {
    let named = ZSH_FURTHER
        .captures(line)
        .and_then(|found| found.name("sign"));
    let line = match named {
        Some(sign) if *form != PromptForm::Windows => &line[sign.start()..],
        _ => line,
    };
    let prompts: &[&str] = match form {
        PromptForm::Windows => &[">>", "More?"],
        _ => &[">"],
    };
    let further = prompts.iter().find_map(|prompt| line.strip_prefix(prompt));
    match further {
        Some("") => "",
        Some(typed) => typed.strip_prefix(' ').unwrap_or(line),
        None => line,
    }
}

/// A line of a command as bash takes it: on Windows, one that goes on ends with a
/// backtick or a caret.
fn in_bash<'l>(line: &'l str, form: &PromptForm) -> Cow<'l, str> {
    match line.trim_end().strip_suffix(['`', '^']) {
        Some(begun) if *form == PromptForm::Windows && begun.ends_with(' ') => {
            Cow::Owned(format!("{begun}\\"))
        }
        _ => Cow::Borrowed(line),
    }
}

/// The keys that a line of their own shows, as a terminal does (`^C`, `^D`, `^P^Q`, `^Z`) or as an
/// author names them (`<Ctrl-D>`, `(Ctrl+C)`, `[Ctrl+P, Ctrl+Q]`).
pub fn keys_shown(line: &str) -> Option<Keys> {
    let line = line.trim();
    match line {
        "^C" => return Some(Keys::Interrupt),
        "^D" => return Some(Keys::EndOfFile),
        "^P^Q" => return Some(Keys::Detach),
        "^Z" => return Some(Keys::Suspend),
        _ => {}
    }
    let named = NAMED_KEYS.captures(line)?;
    let letter = named.name("detach").or_else(|| named.name("letter"))?;
    match letter.as_str() {
        "c" | "C" => Some(Keys::Interrupt),
        "d" | "D" => Some(Keys::EndOfFile),
        _ => Some(Keys::Detach),
    }
}
