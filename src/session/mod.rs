//! Transcript text to steps.
//!
//! ```text
//!     ubuntu@ip-10-0-0-7:~/app$ docker run -it user_test bash     level 0, a command
//!     bar@b85d4d7c62ef:/$ whoami                                   level 1, a command
//!     bar                                                          what it printed
//!     bar@b85d4d7c62ef:/$ ubuntu@ip-10-0-0-7:~/app$                level 1, keys: a detach
//! ```
//!
//! A step is what was typed at one prompt, and what was printed until the next.

mod comment;
mod elision;
mod error;
mod fence_kind;
mod granted;
mod opens_shell;
mod output_fence;
mod prompt;
mod set_prompt;
mod terminal_cue;
mod terminals;
mod transcript;
mod unprompted;

use crate::docker::ids::is_short_id;
use crate::docker::{Invocation, ProgramCall};
use crate::formats::{OutputFormat, wrapped};
use crate::pattern::pattern;
use crate::shell::Script;

pub use comment::{
    RemarkStart, is_caption, is_comment, is_pointed, is_prose, remarks_behind, without_remark,
};
pub use elision::is_elision;
pub use error::SessionError;
pub use fence_kind::{
    FenceKind, NotRun, fence_kind, not_run, not_run_hidden, types_docker, unknown_prompt,
};
pub use granted::{Granted, Provision, granted};
pub use opens_shell::{can_change_prompt, opens_shell};
pub use output_fence::unread_output;
pub use prompt::wrong_prompt;
pub use terminals::{StepTerminal, next_in_terminal, parse, parse_answer};
pub use transcript::keys_shown;
pub use unprompted::find_unprompted;

pattern! {
    /// What a shell and the client that it was reached by say when it ends.
    FAREWELL = r"^(?:exit|logout|Connection to \S+ closed\.)$";
}

/// What was typed at one prompt, and what was printed until the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The line, from 1, of the prompt in the notes.
    pub line: usize,
    /// The prompt it was typed at.
    pub prompt: Prompt,
    /// 0 in the host's shell, 1 in a shell opened from it, and so on.
    pub level: usize,
    /// Where that shell runs.
    pub shell: Shell,
    /// What was typed.
    pub action: Action,
    /// What was printed, line by line as written, blank lines and elisions too.
    pub expected: Vec<Expected>,
    /// The prompt that stands after the output and its level; none where the
    /// transcript ends with the output.
    pub next: Option<(Prompt, usize)>,
    /// Where that prompt's shell runs.
    pub next_shell: Option<Shell>,
    /// The prompts of that shell that follow `next` with nothing typed between
    /// them: the author pressed Enter.
    pub further: Vec<Prompt>,
    /// Whether its fence shows no output at all: it claims none then.
    pub in_fence_of_commands: bool,
    /// The section of a page of sections that it stands in, from 0. An author may record
    /// each on another day.
    pub section: usize,
    /// The terminal that it is typed in.
    pub terminal: StepTerminal,
}

impl Step {
    /// A step that has printed nothing yet.
    fn new(line: usize, prompt: Prompt, (level, shell): (usize, Shell), action: Action) -> Self {
        Self {
            line,
            prompt,
            level,
            shell,
            action,
            expected: Vec::new(),
            next: None,
            next_shell: None,
            further: Vec::new(),
            in_fence_of_commands: false,
            section: 0,
            terminal: StepTerminal::default(),
        }
    }

    /// Whether it ends the host's own shell, and the transcript with it.
    pub fn ends_the_host_shell(&self) -> bool {
        let leaves = |command: &str| Script::read(command).leaves_the_shell();
        self.level == 0 && self.next.is_none() && self.command().is_some_and(leaves)
    }

    /// What the host's shell and the client before it say at the end depends on how
    /// the author logged in, not on what was done.
    fn elide_farewell(&mut self) {
        if self.ends_the_host_shell() {
            for line in &mut self.expected {
                line.elision |= FAREWELL.is_match(line.text.trim());
            }
        }
    }

    /// Takes dots one below the other for an elision; one alone is a line of `ls -a`.
    fn elide_stacked_dots(&mut self) {
        let is_dot = |line: &Expected| line.text.trim() == ".";
        for lines in self
            .expected
            .chunk_by_mut(|above, below| is_dot(above) && is_dot(below))
        {
            if lines.len() > 1 {
                lines.iter_mut().for_each(|line| line.elision = true);
            }
        }
    }

    /// Whether `text` is what a shell says at its end, and the notes show nothing of that.
    pub fn leaves_out_farewell(&self, text: &str) -> bool {
        let leaves = |command: &str| Script::read(command).leaves_the_shell();
        let is_left = !self.shows_output() && self.command().is_some_and(leaves);
        is_left && FAREWELL.is_match(text.trim())
    }

    /// Whether it is typed in a shell of the host's.
    pub fn on_host(&self) -> bool {
        self.shell == Shell::Host
    }

    /// The command as written, or none for keys.
    pub fn command(&self) -> Option<&str> {
        match &self.action {
            Action::Command(text) => Some(text),
            Action::Keys(_) => None,
        }
    }

    /// What its command calls.
    pub fn calls(&self) -> Vec<ProgramCall> {
        self.command().map(ProgramCall::all).unwrap_or_default()
    }

    /// Whether it shows a line of output, or that some was left out.
    pub fn shows_output(&self) -> bool {
        let mut expected = self.expected.iter();
        expected.any(|line| line.elision || !line.text.trim().is_empty())
    }

    /// Whether its notes say nothing about what it prints: its fence shows no output, or it
    /// shows none of what only says how far the command has got, or repeats what it is about.
    pub fn claims_none(&self) -> bool {
        self.in_fence_of_commands || !self.shows_output() && self.says_little()
    }

    /// Whether it shows none of what only repeats what its command is about.
    pub fn only_repeats(&self) -> bool {
        !self.in_fence_of_commands && !self.shows_output() && self.calls_only(repeats)
    }

    fn says_little(&self) -> bool {
        self.calls_only(|docker| docker.prints_progress() || repeats(docker))
    }

    /// Whether all that its command calls on the machine, but `cd`, are commands of Docker's with
    /// `property`.
    fn calls_only(&self, property: impl Fn(&Invocation) -> bool) -> bool {
        let calls = self.calls();
        let prints = calls.iter().filter(|call| call.program != "cd");
        let mut prints = prints.filter(|call| !call.runs_in_container()).peekable();
        let has_it = |call: &ProgramCall| call.docker().is_some_and(&property);
        prints.peek().is_some() && prints.all(has_it)
    }

    /// Whether its command does nothing but wait.
    pub fn only_waits(&self) -> bool {
        let calls = self.calls();
        !calls.is_empty() && calls.iter().all(|call| call.program == "sleep")
    }

    /// How many lines with something in them the notes show of it.
    pub fn lines_shown(&self) -> usize {
        let shown = self.expected.iter().filter(|line| !line.elision);
        shown.filter(|line| !line.text.is_empty()).count()
    }

    /// What its programs print.
    pub fn format(&self) -> OutputFormat {
        OutputFormat::of(self.calls(), self.shell == Shell::Container)
    }

    /// Puts each row of a table that a narrow window wrapped on one line, the first of
    /// those that it took.
    fn join_wrapped_tables(&mut self) {
        let could_begin = |pair: &[Expected]| {
            let is_header = |line: &Expected| {
                !line.elision && !line.text.contains(char::is_lowercase) && !line.text.is_empty()
            };
            pair.iter().all(is_header)
        };
        if !self.expected.windows(2).any(could_begin) {
            return;
        }
        let tables = self.format().tables();
        let mut from = 0;
        while from < self.expected.len() {
            let block = self.expected[from..].iter();
            let block = block.take_while(|line| !line.elision && !line.text.is_empty());
            let texts: Vec<&str> = block.map(|line| line.text.as_str()).collect();
            if let Some((rows, count)) = wrapped::joined(&texts, tables) {
                let length = texts.len();
                let joined = rows.into_iter().enumerate().map(|(row, text)| Expected {
                    line: self.expected[from + row * count].line,
                    text,
                    elision: false,
                });
                let joined: Vec<Expected> = joined.collect();
                self.expected.splice(from..from + length, joined);
            }
            from += 1;
        }
    }

    /// The line, from 1, in the notes after which the output begins: the last one
    /// of the command.
    pub fn last_typed_line(&self) -> usize {
        let further = self.command().map_or(0, |text| text.matches('\n').count());
        self.line + further
    }

    /// The keys, or none for a command.
    pub fn keys(&self) -> Option<Keys> {
        match self.action {
            Action::Command(_) => None,
            Action::Keys(keys) => Some(keys),
        }
    }
}

/// Whether `docker` prints nothing but the ID or the names of what it is about.
fn repeats(docker: &Invocation) -> bool {
    docker.prints_id() || docker.prints().is_some()
}

/// The steps that are typed in a container although no command opens a shell there: what
/// stands in one is no command of the machine's. A prompt at which Docker is called is the
/// machine's, whatever it looks like.
pub fn in_closed_container(steps: &[Step]) -> Vec<&Step> {
    let is_outside = |step: &&Step| step.level == 0 && step.prompt.is_of_a_container();
    let outside = || steps.iter().filter(is_outside);
    let calls_docker = |host: &Option<String>| {
        outside()
            .filter(|step| step.prompt.host == *host)
            .flat_map(Step::calls)
            .any(|call| call.docker().is_some())
    };
    outside()
        .filter(|step| !calls_docker(&step.prompt.host))
        .collect()
}

/// Where a shell runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Shell {
    /// On the machine that the notes' author sat at.
    Host,
    /// In a container, or in another machine or pod reached from the host.
    Container,
}

/// What was typed at a prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// A command as written; has line breaks where it goes on over lines.
    Command(String),
    /// Keys that leave no text.
    Keys(Keys),
}

/// Keys that leave no text in a transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// Ctrl-P Ctrl-Q: leave the container running.
    Detach,
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D.
    EndOfFile,
    /// Ctrl-Z: stop what runs in the foreground, which `fg` and `bg` let go on.
    Suspend,
}

impl Keys {
    /// How results and listings name them.
    pub fn name(self) -> &'static str {
        match self {
            Self::Detach => "ctrl-p ctrl-q",
            Self::Interrupt => "ctrl-c",
            Self::EndOfFile => "ctrl-d",
            Self::Suspend => "ctrl-z",
        }
    }
}

/// A line that a step is expected to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Its number in the notes, from 1.
    pub line: usize,
    /// As written, without trailing white space.
    pub text: String,
    /// Whether it stands for any number of lines (`...`, `... 생략 ...`).
    pub elision: bool,
}

/// A shell's prompt as written, and what it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// As written, without trailing white space (`bar@b85d4d7c62ef:/$`).
    pub text: String,
    /// `bar`, where the form shows a user.
    pub user: Option<String>,
    /// `b85d4d7c62ef`, where the form shows a host or container.
    pub host: Option<String>,
    /// `/`, where the form shows a folder.
    pub folder: Option<String>,
    /// `$` or `#`, the last sign.
    pub sign: char,
    /// The line in the notes, from 1.
    pub line: usize,
}

impl Prompt {
    /// Whether it is one of a container's shell by its form: by an ID for a name
    /// (`root@b85d4d7c62ef:/#`), or as busybox has it (`/ #`).
    pub fn is_of_a_container(&self) -> bool {
        match (&self.host, &self.folder) {
            (Some(host), _) => is_short_id(host),
            (None, Some(folder)) => folder.starts_with('/') && self.sign == '#',
            (None, None) => false,
        }
    }
}

#[cfg(test)]
mod tests;
