//! Steps on a terminal: type, wait for what shall happen, tell what was printed.
//!
//! ```text
//!     run("docker run -it ubuntu bash", NestedShell)
//!         type it --> mark of an open shell: the command has ended (125, say)
//!                 --> a new shell waits: call it --> ready: set its marks
//!                                                --> its first mark: done
//! ```

use std::iter::Peekable;
use std::str::Split;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::process::Pid;
use rustix::termios::LocalModes;

use super::TerminalError;
use super::dialogue::{self, Dialogue, Talk};
use super::marks::{self, INTRODUCER, MarkSearch, MarkedShell, Meaning, PromptMark, PromptTurn};
use super::pty::{self, Pty, Received};
use super::readiness::{self, KeyReader, ProcessesBefore};
use super::settings::{self, Setting};
use super::stream::StepBytes;
use super::{echo, screen};
use crate::lab::Doorway;
use crate::session::{self, Keys};

/// How long the lab's shell may take to prompt for the first time.
const OPENING_LIMIT: Duration = Duration::from_secs(30);

/// How long an interrupted program may take to end before it is killed, and how
/// often it is interrupted meanwhile: a shell that is just about to read overlooks
/// an interrupt.
const INTERRUPT_LIMIT: Duration = Duration::from_secs(2);
const INTERRUPT_AGAIN: Duration = Duration::from_millis(250);

/// How long a shell may take from the end of its prompt until it reads.
const READING_LIMIT: Duration = Duration::from_millis(200);

/// How long more may take to come after something came after a prompt.
const AFTERTHOUGHT: Duration = Duration::from_millis(50);

/// How long nothing is waited for at a stretch where the user may want to stop.
const INTERRUPTIBLE: Duration = Duration::from_millis(100);

/// How often /proc is looked at for a new shell: at first, and at last.
const LOOK_AGAIN: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(16));

/// How long nothing may come after a command that can change its shell's prompt
/// before the shell, which waits, is taken for one that lost its marks.
const QUIET_MARKLESS: Duration = Duration::from_millis(100);

/// How long nothing may come before it is looked whether somebody waits for keys, or a
/// shell for its own marks; and how long that must be seen, with nothing coming, before
/// nobody is expected to go on. On a busy machine a container can take longer to start
/// than the first, and its first words longer to arrive than its program to read.
const QUIET_STUCK: Duration = Duration::from_secs(5);
const SEEN_STUCK: Duration = Duration::from_secs(4);

/// How long nothing may come after what looks like a prompt before it is taken
/// for one: where the lab's processes cannot be seen, and where they can but
/// show no shell that is known.
const QUIET_UNSEEN: Duration = Duration::from_millis(200);
const QUIET_SEEN: Duration = Duration::from_millis(1500);

/// How long nothing may come before somebody who waits for keys is typed at: one who
/// does nothing else, and one who may do so beside its work. At last, /proc is looked
/// at so often.
const QUIET_ASKING: Duration = Duration::from_millis(50);
const QUIET_ASKING_BESIDE: Duration = Duration::from_millis(500);

/// What is typed where the notes show a password being set and cannot show which.
const MADE_UP_PASSWORD: &str = "Labbook-1-lab-pass";

/// How long a program in the foreground prints nothing before it is taken for
/// one that waits or works silently: where the notes show none of its lines, and
/// where they show more than came.
const QUIET_SILENT: Duration = Duration::from_secs(1);
const QUIET_SHORT_OF_LINES: Duration = Duration::from_secs(5);

/// How long a program goes on that is interrupted once it has printed what it shall,
/// where it never falls silent.
const LONGEST_FOLLOWED: Duration = Duration::from_secs(10);

/// How long it may take to end then: compose stops its containers first.
const FAREWELL_LIMIT: Duration = Duration::from_secs(12);

/// What ends the lines that set marks: to the kernel's line editing, whether it
/// turns carriage returns into line feeds or not, as to a shell's own.
const SETTING_END: char = '\n';

/// What shall happen before a step counts as done. Whatever is waited for, a
/// prompt of a shell that was open before ends the step too: then what was
/// waited for will not happen any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor {
    /// A shell that is open prompts again: the same after a command, an outer one
    /// after `exit` or a detach.
    Prompt,
    /// A shell that was not open before prompts (`docker run -it`, `exec -it`,
    /// `attach`, `su -`, `sudo -i`, `bash`). Only to be asked for where the notes
    /// show a shell's prompt next: another program would be typed at.
    NestedShell,
    /// The program stays in the foreground (`docker run nginx`, `cat`): it has
    /// printed `lines` lines, or nothing more for a while.
    Running {
        /// How many lines the notes show; none for a program that is silent.
        lines: usize,
        /// Whether they leave out others, so that it is not over with these.
        elides: bool,
    },
    /// A shell that is open prompts again, or the program goes on and has printed nothing for
    /// a while.
    Quiet {
        /// How many lines the notes show.
        lines: usize,
        /// How long nothing comes once there were as many.
        whole: Duration,
        /// How long nothing comes where there are fewer.
        short: Duration,
    },
    /// The program goes on until it is interrupted (`tail -f`), and so it is once it
    /// has printed `lines` lines. Where it prints fewer, nothing is done about it.
    Interrupted {
        /// How many lines the notes show.
        lines: usize,
    },
}

/// What a step printed and where it led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// The rendered lines without the echo of what was typed and without the
    /// prompt; a last line without a line end is there too.
    pub output: Vec<String>,
    /// The exit status of the command that ended; none when a nested shell or a
    /// program goes on.
    pub exit: Option<i32>,
    /// The exit status of the first command of its pipeline, where the shell knows it.
    pub first_exit: Option<i32>,
    /// The visible prompt that came after, without trailing white space; empty
    /// when a program goes on.
    pub prompt: String,
    /// The level of the shell that prompts: 0 for the host's.
    pub level: usize,
    /// How many bytes of the output were dropped in its middle: a step keeps its
    /// first and its last 4 MiB at least.
    pub dropped: u64,
    /// The lines that were typed to a program that asked nothing.
    pub typed: Vec<String>,
    /// Whether the program was interrupted, as [`WaitFor::Interrupted`] says.
    pub is_interrupted: bool,
}

/// One host's bash on a wide terminal, with the shells opened inside it.
pub struct Terminal<'a> {
    pty: Pty,
    stream: StepBytes,
    /// The open shells, the host's first; never empty.
    shells: Vec<MarkedShell>,
    /// What was typed at nested shells to set their marks. It comes up again in
    /// the logs of their containers.
    settings: Vec<Setting>,
    /// The process group of the host's shell; none before its first prompt.
    home: Option<Pid>,
    /// Process 1 of the lab, where its processes can be seen.
    process_one: Option<u32>,
    /// Whether a shell prompts, and a step may be begun.
    state: TerminalState,
    /// Set when the user wants to stop.
    interrupted: Option<&'a AtomicBool>,
    /// Whether a password was made up in this lab.
    made_up_password: bool,
    /// Where the last question for the cursor's place ends that was answered, in bytes of the
    /// stream.
    answered_cursor: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TerminalState {
    /// A shell prompts.
    Prompting,
    /// A program is in the foreground, as was asked for.
    Running,
    /// A step did not end in time.
    Unfinished,
}

/// How far a step has come.
struct StepProgress<'a> {
    /// When it began.
    begun: Instant,
    /// The whole command; empty for keys.
    command: &'a str,
    /// Its lines that are still to be typed.
    lines: Peekable<Split<'a, char>>,
    /// The line that was typed last; none for keys.
    typed: Option<&'a str>,
    /// Where that, or what keys do, is shown.
    typed_at: usize,
    /// Where the output begins, once the shell has said it.
    output: Option<usize>,
    /// The prompt whose end is awaited.
    prompt: Option<PromptSeen>,
    /// The shell that is given its marks and has not prompted yet.
    newcomer: Option<Newcomer>,
    /// What was printed by commands of this step that ended already.
    before: Vec<String>,
    /// Where what they printed, and the prompt after it, ends.
    output_end: usize,
    /// What may be typed to the program.
    dialogue: Talk<'a>,
    /// How long nothing may come before somebody is looked for who waits for keys.
    look_for_reader: Duration,
}

impl<'a> StepProgress<'a> {
    fn new(command: &'a str) -> Self {
        Self {
            begun: Instant::now(),
            command,
            lines: command.split('\n').peekable(),
            typed: None,
            typed_at: 0,
            output: None,
            prompt: None,
            newcomer: None,
            before: Vec::new(),
            output_end: 0,
            dialogue: Talk::default(),
            look_for_reader: QUIET_ASKING,
        }
    }

    fn of_keys() -> Self {
        let mut progress = Self::new("");
        progress.lines.next();
        progress
    }

    fn newcomer_shell(&self) -> Option<&MarkedShell> {
        self.newcomer.as_ref().map(|newcomer| &newcomer.shell)
    }

    fn has_lines(&mut self) -> bool {
        self.lines.peek().is_some()
    }
}

/// A shell that is given its marks.
struct Newcomer {
    shell: MarkedShell,
    /// Whether it takes the place of the innermost open one, which lost its marks.
    in_place: bool,
    /// The exit status of the command before, once it is ready for its setting.
    ready: Option<i32>,
}

struct PromptSeen {
    shell: usize,
    status: i32,
    /// The exit status of the pipeline's first command.
    first: Option<i32>,
    /// Where the mark begins, and where it ends.
    begin: usize,
    text: usize,
}

/// What is waited for after something was typed, and since when nothing has come.
struct Waiting<'a> {
    progress: StepProgress<'a>,
    then: WaitFor,
    before: Option<ProcessesBefore>,
    limit: Duration,
    deadline: Instant,
    last_byte: Instant,
    /// Since when it is seen that somebody waits for what will not come.
    stuck_since: Option<Instant>,
    /// After how long the processes are looked at again.
    look_again: Duration,
}

impl Waiting<'_> {
    /// The step goes on: bytes came, or were typed.
    fn goes_on(&mut self, now: Instant) {
        self.last_byte = now;
        self.stuck_since = None;
    }
}

/// What a look at a step that has not prompted finds.
enum Look {
    /// What was waited for has happened.
    Ended(Printed),
    /// Something was typed: it is looked at again at once.
    Again,
    /// Nothing has to be looked at before this time is over, or something comes.
    In(Duration),
}

/// A prompt that is complete.
struct SeenPrompt {
    seen: PromptSeen,
    /// Where its text ends.
    end: usize,
}

impl<'a> Terminal<'a> {
    /// Enters the doorway: starts its bash on a new terminal, sets its marks and
    /// waits for its first prompt. Soon after `interrupted` is set, whatever is
    /// waited for ends in [`TerminalError::Interrupted`], here and later.
    ///
    /// # Errors
    /// [`TerminalError::NoTerminal`], [`TerminalError::NoShell`],
    /// [`TerminalError::NoPrompt`], and [`TerminalError::Closed`] when the program
    /// ended at once.
    pub fn open(
        doorway: &Doorway,
        interrupted: Option<&'a AtomicBool>,
    ) -> Result<Self, TerminalError> {
        let mut terminal = Self {
            pty: Pty::open(doorway)?,
            stream: StepBytes::default(),
            shells: vec![MarkedShell::new(None)?],
            settings: Vec::new(),
            home: None,
            process_one: doorway.process_one,
            state: TerminalState::Unfinished,
            interrupted,
            made_up_password: false,
            answered_cursor: 0,
        };
        let line = settings::first(&terminal.shells[0]);
        match terminal.step(&line, Dialogue::default(), WaitFor::Prompt, OPENING_LIMIT) {
            Ok(_) => {
                terminal.home = terminal.pty.foreground_group();
                Ok(terminal)
            }
            Err(TerminalError::TimedOut { output, limit, .. }) => {
                Err(TerminalError::NoPrompt { output, limit })
            }
            Err(error) => Err(error),
        }
    }

    /// Types `command`, which may have several lines, and waits until `then` has
    /// happened. Each further line is typed when the shell asks for it.
    ///
    /// # Errors
    /// [`TerminalError::TimedOut`] after `limit`, and then [`TerminalError::Busy`]
    /// until [`Terminal::recover`]; [`TerminalError::Incomplete`],
    /// [`TerminalError::Unprintable`] and [`TerminalError::TooLong`] for a command
    /// that cannot be typed so; [`TerminalError::WaitsForInput`],
    /// [`TerminalError::NoMarks`] and [`TerminalError::Forged`] for one whose end
    /// is not known; [`TerminalError::Closed`] and [`TerminalError::Broken`].
    pub fn run(
        &mut self,
        command: &str,
        then: WaitFor,
        limit: Duration,
    ) -> Result<Printed, TerminalError> {
        self.run_dialogue(command, Dialogue::default(), then, limit)
    }

    /// As [`Terminal::run`], and tells a program that asks what `dialogue` shows
    /// behind its question.
    ///
    /// # Errors
    /// As [`Terminal::run`].
    pub fn run_dialogue(
        &mut self,
        command: &str,
        dialogue: Dialogue<'_>,
        then: WaitFor,
        limit: Duration,
    ) -> Result<Printed, TerminalError> {
        if self.state == TerminalState::Unfinished {
            return Err(TerminalError::Busy);
        }
        let key = |character: &char| character.is_control() && !matches!(character, '\n' | '\t');
        if let Some(character) = command.chars().find(key) {
            let command = command.to_owned();
            return Err(TerminalError::Unprintable { command, character });
        }
        if let Some(longest) = self.shells.last().and_then(MarkedShell::longest_line)
            && command.split('\n').any(|line| line.len() > longest)
        {
            let command = command.to_owned();
            return Err(TerminalError::TooLong { command, longest });
        }
        self.step(command, dialogue, then, limit)
    }

    /// Presses `keys` and waits until `then` has happened.
    ///
    /// # Errors
    /// As [`Terminal::run`], without those about commands.
    pub fn press(
        &mut self,
        keys: Keys,
        then: WaitFor,
        limit: Duration,
    ) -> Result<Printed, TerminalError> {
        if self.state == TerminalState::Unfinished {
            return Err(TerminalError::Busy);
        }
        let (bytes, shown): (&[u8], &str) = match keys {
            // The client of Docker takes these two for itself, one after the other.
            Keys::Detach => (b"\x10\x11", ""),
            Keys::Interrupt => (b"\x03", "^C"),
            Keys::EndOfFile => (b"\x04", "^D"),
            Keys::Suspend => (b"\x1a", "^Z"),
        };
        if keys == Keys::Interrupt && self.state == TerminalState::Prompting {
            self.wait_for_reader();
        }
        let mut printed = self.press_and_wait(bytes, then, limit)?;
        remove_echo(&mut printed.output, shown);
        Ok(printed)
    }

    /// Waits until the shell that has just prompted reads: it would overlook an
    /// interrupt that came before. A shell in a container cannot be looked at from
    /// the terminal, and is given time.
    fn wait_for_reader(&self) {
        let deadline = Instant::now() + READING_LIMIT;
        while Instant::now() < deadline && !self.foreground_leader().is_some_and(readiness::reads) {
            std::thread::sleep(LOOK_AGAIN.0);
        }
    }

    /// Waits on for what a program prints that was left in the foreground, as `then` says; gives
    /// what came since.
    ///
    /// # Errors
    /// As [`Terminal::run`], without those about commands.
    pub fn go_on(&mut self, then: WaitFor, limit: Duration) -> Result<Printed, TerminalError> {
        if self.state == TerminalState::Unfinished {
            return Err(TerminalError::Busy);
        }
        self.press_and_wait(b"", then, limit)
    }

    /// Whether a shell prompts.
    pub fn is_prompting(&self) -> bool {
        self.state == TerminalState::Prompting
    }

    /// Brings the terminal back to a prompt after a step that did not end:
    /// interrupts the program in the foreground, then kills it. Gives the level of
    /// the shell that prompts.
    ///
    /// # Errors
    /// [`TerminalError::TimedOut`] when even that is of no use, or
    /// [`TerminalError::Closed`]: then the terminal is of no use any more.
    pub fn recover(&mut self) -> Result<usize, TerminalError> {
        if self.state == TerminalState::Prompting {
            return Ok(self.level());
        }
        let interrupted = Instant::now();
        while interrupted.elapsed() < INTERRUPT_LIMIT {
            match self.press_and_wait(b"\x03", WaitFor::Prompt, INTERRUPT_AGAIN) {
                Ok(printed) => return Ok(printed.level),
                Err(TerminalError::TimedOut { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if let Some(group) = self.pty.foreground_group()
            && Some(group) != self.home
        {
            pty::kill_group(group);
        }
        let printed = self.press_and_wait(b"", WaitFor::Prompt, INTERRUPT_LIMIT)?;
        Ok(printed.level)
    }

    /// How deep the innermost open shell is nested: 0 for the host's.
    pub fn level(&self) -> usize {
        self.shells.len() - 1
    }

    /// Hangs up. Every shell and program on the terminal gets SIGHUP.
    pub fn close(self) {
        drop(self);
    }

    /// Types the lines of `text` and waits.
    fn step(
        &mut self,
        text: &str,
        dialogue: Dialogue<'_>,
        then: WaitFor,
        limit: Duration,
    ) -> Result<Printed, TerminalError> {
        let mut progress = StepProgress::new(text);
        progress.dialogue = Talk::new(dialogue);
        let deadline = Instant::now() + limit;
        let watched = then != WaitFor::Prompt || self.level() > 0 || text.contains("docker");
        let before = watched.then(|| self.processes_now());
        self.stream.begin();
        self.state = TerminalState::Unfinished;
        self.type_next_line(&mut progress, deadline)?;
        self.wait(progress, then, before, limit, deadline)
    }

    fn press_and_wait(
        &mut self,
        keys: &[u8],
        then: WaitFor,
        limit: Duration,
    ) -> Result<Printed, TerminalError> {
        let deadline = Instant::now() + limit;
        let before = (then != WaitFor::Prompt).then(|| self.processes_now());
        self.stream.begin();
        self.state = TerminalState::Unfinished;
        let mut progress = StepProgress::of_keys();
        progress.typed_at = self.stream.bytes().len();
        self.send(keys, deadline)?;
        self.wait(progress, then, before, limit, deadline)
    }

    /// Waits until `then` has happened or an open shell prompts.
    fn wait(
        &mut self,
        progress: StepProgress<'_>,
        then: WaitFor,
        before: Option<ProcessesBefore>,
        limit: Duration,
        deadline: Instant,
    ) -> Result<Printed, TerminalError> {
        let mut waiting = Waiting {
            progress,
            then,
            before,
            limit,
            deadline,
            last_byte: Instant::now(),
            stuck_since: None,
            look_again: LOOK_AGAIN.0,
        };
        loop {
            if let Some(prompted) = self.read_marks(&mut waiting.progress, deadline)? {
                return self.finish(waiting.progress, prompted, deadline);
            }
            let now = Instant::now();
            if self.gets_it_going(&mut waiting, now)? {
                continue;
            }
            let patience = match self.look(&mut waiting, now)? {
                Look::Ended(printed) => return Ok(printed),
                Look::Again => continue,
                Look::In(patience) => patience,
            };
            self.expect_time(&waiting.progress, limit, now >= deadline)?;
            match self.receive(patience.min(deadline - now))? {
                Received::Bytes => {
                    waiting.goes_on(Instant::now());
                    waiting.look_again = LOOK_AGAIN.0;
                    waiting.progress.look_for_reader = QUIET_ASKING;
                }
                Received::Nothing => {}
                Received::Closed => {
                    let Printed { output, .. } = self.printed_so_far(&waiting.progress);
                    return Err(TerminalError::Closed { output });
                }
            }
        }
    }

    /// Whether something was done for a step that does not go on by itself: its shell had
    /// lost its marks, or its program waits for an answer.
    fn gets_it_going(
        &mut self,
        waiting: &mut Waiting<'_>,
        now: Instant,
    ) -> Result<bool, TerminalError> {
        let quiet = now - waiting.last_byte;
        let Waiting {
            progress, deadline, ..
        } = waiting;
        let before = waiting.before.as_ref();
        if quiet >= QUIET_MARKLESS && self.has_lost_its_marks(progress, quiet) {
            self.call_new_shell(progress, None, true, *deadline)?;
            waiting.goes_on(now);
            return Ok(true);
        }
        let can_be_stuck = matches!(
            waiting.then,
            WaitFor::Prompt | WaitFor::NestedShell | WaitFor::Quiet { .. }
        );
        if quiet >= QUIET_STUCK && can_be_stuck {
            match self.expect_progress(progress, before) {
                Ok(()) => waiting.stuck_since = None,
                Err(stuck) if now - *waiting.stuck_since.get_or_insert(now) >= SEEN_STUCK => {
                    // A program that ended meanwhile left a prompt behind it.
                    if !matches!(self.receive(Duration::ZERO)?, Received::Bytes) {
                        return Err(stuck);
                    }
                    waiting.goes_on(Instant::now());
                    return Ok(true);
                }
                Err(_) => {}
            }
        }
        if quiet >= progress.look_for_reader && !progress.dialogue.is_over() {
            let looked = progress.look_for_reader;
            progress.look_for_reader = (looked * 2).min(looked + QUIET_ASKING_BESIDE);
            if self.reply(progress, before, quiet, *deadline)? {
                progress.look_for_reader = QUIET_ASKING;
                waiting.goes_on(now);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Looks whether what is waited for has happened without a prompt; else for how long
    /// nothing has to be looked at.
    fn look(&mut self, waiting: &mut Waiting<'_>, now: Instant) -> Result<Look, TerminalError> {
        let quiet = now - waiting.last_byte;
        let progress = &mut waiting.progress;
        let before = waiting.before.as_ref();
        let mut patience = match waiting.then {
            _ if progress.newcomer.is_some() => QUIET_STUCK,
            WaitFor::Prompt if session::can_change_prompt(progress.command) => QUIET_MARKLESS,
            WaitFor::Prompt => QUIET_STUCK,
            WaitFor::NestedShell => {
                if let Some(process) = self.nested_shell_waits(before, progress, quiet) {
                    self.call_new_shell(progress, process, false, waiting.deadline)?;
                    return Ok(Look::Again);
                }
                waiting.look_again = (waiting.look_again * 2).min(LOOK_AGAIN.1);
                waiting.look_again
            }
            WaitFor::Interrupted { lines } => {
                if self.has_shown(progress, lines, quiet, now) {
                    return self.interrupt(progress, waiting.limit).map(Look::Ended);
                }
                QUIET_UNSEEN
            }
            WaitFor::Running { .. } | WaitFor::Quiet { .. } => {
                let has_settled = match waiting.then {
                    WaitFor::Quiet {
                        lines,
                        whole,
                        short,
                    } => {
                        let needed = match self.lines_ended(progress) < lines {
                            true => short,
                            false => whole,
                        };
                        let longest = LONGEST_FOLLOWED.max(needed);
                        quiet >= needed || now - progress.begun >= longest
                    }
                    WaitFor::Running { lines, elides } => {
                        self.has_settled(progress, lines, elides, quiet, now)
                    }
                    _ => false,
                };
                if self.is_starting_container(before) {
                    waiting.last_byte = now;
                } else if has_settled {
                    self.state = TerminalState::Running;
                    return Ok(Look::Ended(self.printed_so_far(progress)));
                }
                LOOK_AGAIN.1
            }
        };
        if !progress.dialogue.is_over() {
            patience = patience.min(progress.look_for_reader.saturating_sub(quiet));
        }
        if waiting.stuck_since.is_some() {
            patience = patience.min(QUIET_MARKLESS);
        }
        Ok(Look::In(patience))
    }

    /// An error where the user wants to stop, or the time `is_over`.
    fn expect_time(
        &self,
        progress: &StepProgress<'_>,
        limit: Duration,
        is_over: bool,
    ) -> Result<(), TerminalError> {
        if self.interrupted() {
            let Printed { output, .. } = self.printed_so_far(progress);
            return Err(TerminalError::Interrupted { output });
        }
        if !is_over {
            return Ok(());
        }
        let Printed { output, level, .. } = self.printed_so_far(progress);
        Err(TerminalError::TimedOut {
            output,
            level,
            limit,
        })
    }

    /// Reads the marks that came; gives the prompt that ended the step.
    fn read_marks(
        &mut self,
        progress: &mut StepProgress<'_>,
        deadline: Instant,
    ) -> Result<Option<SeenPrompt>, TerminalError> {
        while let Some(mark) = self
            .stream
            .next_mark(self.shells.iter().chain(progress.newcomer_shell()))
        {
            let prompted = self.read_mark(mark, progress, deadline)?;
            if prompted.is_some() {
                return Ok(prompted);
            }
        }
        self.stream.bound();
        Ok(None)
    }

    fn read_mark(
        &mut self,
        mark: PromptMark,
        progress: &mut StepProgress<'_>,
        deadline: Instant,
    ) -> Result<Option<SeenPrompt>, TerminalError> {
        let PromptMark {
            range,
            shell,
            meaning,
        } = mark;
        let prompts = self.can_prompt(shell);
        let innermost = self.level();
        let newcomer = progress.newcomer.as_mut();
        let known = self.shells.get_mut(shell);
        let Some(known) = known.or_else(|| newcomer.map(|newcomer| &mut newcomer.shell)) else {
            return Ok(None);
        };
        match meaning {
            Meaning::Prompt {
                counter,
                status,
                first,
            } if prompts => match known.turn(counter, status) {
                // A prompt that came before the command was typed does not end it.
                PromptTurn::New if shell == innermost && range.start < progress.typed_at => {
                    return Err(self.forged(progress));
                }
                PromptTurn::New => {
                    progress.prompt = Some(PromptSeen {
                        shell,
                        status,
                        first,
                        begin: range.start,
                        text: range.end,
                    });
                }
                PromptTurn::Again => {}
                PromptTurn::Forged => return Err(self.forged(progress)),
            },
            Meaning::PromptEnd => {
                let seen = progress.prompt.take_if(|seen| seen.shell == shell);
                if let Some(seen) = &seen
                    && progress.has_lines()
                    && shell == innermost
                {
                    progress.before = self.output_until(progress, seen.begin);
                    progress.output_end = range.end;
                    self.type_next_line(progress, deadline)?;
                    return Ok(None);
                }
                let end = range.start;
                return Ok(seen.map(|seen| SeenPrompt { seen, end }));
            }
            Meaning::Continuation { counter } if known.continues(counter) => {
                if !progress.has_lines() {
                    let command = progress.command.to_owned();
                    self.recover()?;
                    return Err(TerminalError::Incomplete { command });
                }
                self.type_next_line(progress, deadline)?;
            }
            Meaning::LongestLine(longest) => known.limit_lines(longest),
            Meaning::Output if known.marks_output() => {
                progress.output = progress.output.or(Some(range.end));
            }
            Meaning::Ready { status } if shell > innermost => {
                self.set_marks_in_new_shell(progress, status, deadline)?;
            }
            Meaning::Prompt { .. }
            | Meaning::Continuation { .. }
            | Meaning::Output
            | Meaning::Ready { .. } => {}
        }
        Ok(None)
    }

    /// Tells what was printed before the prompt that ended the step.
    fn finish(
        &mut self,
        mut progress: StepProgress<'_>,
        prompted: SeenPrompt,
        deadline: Instant,
    ) -> Result<Printed, TerminalError> {
        let SeenPrompt { seen, end } = prompted;
        let lines = screen::show(&self.stream.bytes()[seen.text..end]);
        let prompt = lines.last().cloned().unwrap_or_default();
        let is_newcomer = seen.shell == self.shells.len();
        let mut output = self.output_until(&progress, seen.begin);
        let dropped = self.stream.dropped();
        let mut exit = (!is_newcomer).then_some(seen.status);
        match progress.newcomer.take() {
            Some(mut newcomer) if is_newcomer => {
                // The prompt at which the new shell was called does not belong to the output.
                remove_prompt(&mut output, &prompt, lines.len());
                newcomer.shell.prompts(lines);
                if newcomer.in_place {
                    self.shells.pop();
                    exit = newcomer.ready;
                }
                self.shells.push(newcomer.shell);
            }
            newcomer => {
                self.shells.truncate(seen.shell + 1);
                self.shells[seen.shell].prompts(lines);
                if newcomer.is_some() {
                    self.read_stray_setting(deadline)?;
                }
            }
        }
        self.expect_no_other_prompt()?;
        self.state = TerminalState::Prompting;
        Ok(Printed {
            output,
            exit,
            first_exit: seen.first.filter(|_| exit == Some(seen.status)),
            prompt,
            level: self.level(),
            dropped,
            typed: progress.dialogue.typed().to_vec(),
            is_interrupted: false,
        })
    }

    /// A program that printed its shell's prompt and ended at once is given away by
    /// the shell's own, which comes right after. Where nothing shows after the
    /// prompt, nothing is waited for.
    fn expect_no_other_prompt(&mut self) -> Result<(), TerminalError> {
        let deadline = Instant::now() + READING_LIMIT;
        let level = self.level();
        loop {
            let rest = self.stream.rest().to_vec();
            let mut from = 0;
            while let MarkSearch::Found(mark) =
                marks::find(&rest, from, std::iter::once(self.shells[level].key()))
            {
                from = mark.range.end;
                if let Meaning::Prompt {
                    counter, status, ..
                } = mark.meaning
                    && self.shells[level].turn(counter, status) != PromptTurn::Again
                {
                    return Err(self.forged(&StepProgress::of_keys()));
                }
            }
            let quiet = screen::show(&rest).is_empty() || Instant::now() >= deadline;
            if quiet || self.receive(AFTERTHOUGHT)? != Received::Bytes {
                return Ok(());
            }
        }
    }

    fn forged(&self, progress: &StepProgress<'_>) -> TerminalError {
        let Printed { output, .. } = self.printed_so_far(progress);
        TerminalError::Forged { output }
    }

    /// The shell that was to get its marks ended just then, and the call to it may
    /// have reached the shell outside, which then waits for a setting; or nobody. A
    /// new key, typed after it, is one to both and says when all has been read.
    fn read_stray_setting(&mut self, deadline: Instant) -> Result<(), TerminalError> {
        let level = self.level();
        let renewed = MarkedShell::new(self.shells[level].process())?;
        let keys = format!("{}{SETTING_END}", settings::again(&renewed));
        self.shells[level] = renewed;
        let limit = INTERRUPT_LIMIT.max(deadline - Instant::now().min(deadline));
        self.press_and_wait(keys.as_bytes(), WaitFor::Prompt, limit)
            .map(|_| ())
    }

    /// What the step printed so far, for one that goes on.
    fn printed_so_far(&self, progress: &StepProgress<'_>) -> Printed {
        Printed {
            output: self.output_until(progress, self.stream.bytes().len()),
            exit: None,
            first_exit: None,
            prompt: String::new(),
            level: self.level(),
            dropped: self.stream.dropped(),
            typed: progress.dialogue.typed().to_vec(),
            is_interrupted: false,
        }
    }

    /// The step's output up to byte `end`.
    fn output_until(&self, progress: &StepProgress<'_>, end: usize) -> Vec<String> {
        let mut lines = progress.before.clone();
        let begin = self.output_begin(progress).min(end);
        lines.extend(self.lines_before_output(progress, begin));
        lines.extend(self.lines(progress, begin..end));
        lines
    }

    /// What was printed before the step's output begins and is no echo of what was
    /// typed: by a program that runs in the background, say.
    fn lines_before_output(&self, progress: &StepProgress<'_>, begin: usize) -> Vec<String> {
        if progress.typed.is_none() {
            return Vec::new();
        }
        let prompt = self.shells.last().map_or("", MarkedShell::prompt);
        let mut lines = self.lines(progress, progress.output_end..begin);
        // They are drawn in the order in which they were typed.
        let mut typed = progress.command.split('\n');
        lines.retain(|line| {
            let mut ahead = typed.clone();
            match ahead.position(|typed| echo::draws(line, prompt, typed)) {
                Some(skipped) => {
                    typed.by_ref().take(skipped).for_each(drop);
                    false
                }
                None => true,
            }
        });
        lines
    }

    /// Where the step's output begins: where the shell says it, else after the
    /// echo. A line that bash expands by its history is shown before that.
    fn output_begin(&self, progress: &StepProgress<'_>) -> usize {
        let Some(typed) = progress.typed else {
            return 0;
        };
        match progress.output {
            Some(begin) if !typed.contains('!') => begin,
            _ => progress.typed_at + echo::end(&self.stream.bytes()[progress.typed_at..], typed),
        }
    }

    /// What `range` shows, without what this terminal typed by itself.
    fn lines(&self, progress: &StepProgress<'_>, range: std::ops::Range<usize>) -> Vec<String> {
        let (head, tail) = self.stream.parts(range);
        let show = |bytes: &[u8]| {
            if marks::position(bytes, INTRODUCER).is_none() && progress.newcomer.is_none() {
                return screen::show(bytes);
            }
            let mut bytes = marks::without_prompts(bytes, self.shells.iter());
            for setting in &self.settings {
                bytes = setting.without_traces(&bytes).unwrap_or(bytes);
            }
            if let (Some(newcomer), Some(setting)) = (&progress.newcomer, self.settings.last())
                && newcomer.ready.is_none()
            {
                bytes = setting.without_call(&bytes);
            }
            screen::show(&bytes)
        };
        let mut lines = show(head);
        lines.extend(tail.map(show).unwrap_or_default());
        lines
    }

    /// Whether the open shell at this level can prompt now: not while a program
    /// runs in its foreground, whatever that prints.
    fn can_prompt(&self, level: usize) -> bool {
        match self.shells.get(level) {
            Some(_) if level == 0 => {
                self.home.is_none() || self.pty.foreground_group() == self.home
            }
            Some(shell) => shell.process().is_none_or(readiness::is_in_foreground),
            None => true,
        }
    }

    /// Whether a shell that was not there before waits for input, and its process
    /// where that can be seen.
    fn nested_shell_waits(
        &self,
        before: Option<&ProcessesBefore>,
        progress: &StepProgress<'_>,
        quiet: Duration,
    ) -> Option<Option<u32>> {
        let is_raw = || self.pty.is_raw();
        if let Some(process) = before.and_then(|before| before.waiting_shell(is_raw)) {
            return Some(Some(process));
        }
        let attached = || self.foreground_leader().is_some_and(readiness::attaches) && is_raw();
        let needed = if self.process_one.is_some() {
            QUIET_SEEN
        } else {
            QUIET_UNSEEN
        };
        let looks_so = || quiet >= needed && is_raw() && self.ends_like_a_prompt(progress);
        (attached() || looks_so()).then_some(None)
    }

    /// Whether the innermost shell waits and did not say so, after a command that can
    /// have changed its prompt.
    fn has_lost_its_marks(&self, progress: &StepProgress<'_>, quiet: Duration) -> bool {
        progress.newcomer.is_none()
            && session::can_change_prompt(progress.command)
            && match self.innermost_process() {
                Some(process) => readiness::is_shell(process) && readiness::reads(process),
                None => quiet >= QUIET_SEEN && self.ends_like_a_prompt(progress),
            }
    }

    /// The process of the innermost open shell, where it is known and in the
    /// foreground.
    fn innermost_process(&self) -> Option<u32> {
        let level = self.level();
        let process = match level {
            0 => u32::try_from(self.home?.as_raw_nonzero().get()).ok(),
            _ => self.shells[level].process(),
        };
        process.filter(|_| self.can_prompt(level))
    }

    /// An error where somebody waits for what will not come.
    fn expect_progress(
        &self,
        progress: &StepProgress<'_>,
        before: Option<&ProcessesBefore>,
    ) -> Result<(), TerminalError> {
        if let Some(newcomer) = &progress.newcomer {
            let Printed { output, .. } = self.printed_so_far(progress);
            return match newcomer.ready {
                Some(_) => Err(TerminalError::NoMarks { output }),
                None => Ok(()),
            };
        }
        let question = self.question();
        let program = match self.reader(before) {
            Some(reader) if reader.idle || dialogue::asks_plainly(&question) => reader.name(),
            Some(reader) if readiness::hands_keys_over(reader.process) => before
                .and_then(ProcessesBefore::reader_of_passed_input)
                .and_then(KeyReader::name),
            None if self.is_out_of_sight() && dialogue::asks_plainly(&question) => {
                Some("a program in the foreground".to_owned())
            }
            _ => None,
        };
        match program {
            Some(program) => {
                let Printed { output, .. } = self.printed_so_far(progress);
                Err(TerminalError::WaitsForInput { program, output })
            }
            None => Ok(()),
        }
    }

    /// Types what the notes show next, where somebody waits for it, and tells
    /// whether it did.
    fn reply(
        &mut self,
        progress: &mut StepProgress<'_>,
        before: Option<&ProcessesBefore>,
        quiet: Duration,
        deadline: Instant,
    ) -> Result<bool, TerminalError> {
        let is_typing = progress.newcomer.is_some() || progress.has_lines();
        if is_typing || !self.has_output_begun(progress) {
            return Ok(false);
        }
        let reader = self.reader(before);
        if self.answer_cursor(reader, deadline)? {
            return Ok(true);
        }
        let question = self.question();
        let asks = dialogue::is_question(&question);
        let modes = reader.and_then(KeyReader::modes);
        let edits_lines = modes.is_some_and(|modes| modes.contains(LocalModes::ICANON));
        let is_asked = match reader {
            // A shell that prompts edits lines by itself, or shows its sign.
            Some(reader) if readiness::is_shell(reader.process) => asks && edits_lines,
            Some(reader) if reader.idle => true,
            Some(reader) => {
                let hands_over = self.process_one.is_some()
                    && readiness::hands_keys_over(reader.process)
                    && before
                        .and_then(ProcessesBefore::reader_of_passed_input)
                        .is_none();
                quiet >= QUIET_ASKING_BESIDE && (asks || question.is_empty()) && !hands_over
            }
            None => self.is_out_of_sight() && asks && quiet >= QUIET_SEEN,
        };
        if !is_asked {
            return Ok(false);
        }
        let mut printed = self.output_until(progress, self.stream.bytes().len());
        let lines = printed.len();
        if !question.is_empty() {
            printed.pop();
        }
        let Some(reply) = progress.dialogue.reply(&printed, &question) else {
            return Ok(false);
        };
        // mysql reads its password key by key (mysys/get_password.c).
        let asks_for_secret = dialogue::asks_for_secret(&question);
        let is_hidden = match modes {
            Some(modes) => !modes.contains(LocalModes::ECHO) && (edits_lines || asks_for_secret),
            None => asks_for_secret,
        };
        let text = match reply.text {
            "" if is_hidden => match self.password(progress.dialogue.password(), &question) {
                Some(password) => password,
                None => return Ok(false),
            },
            text => text,
        };
        self.send(format!("{text}\r").as_bytes(), deadline)?;
        progress.dialogue.replied(reply, lines, &question);
        Ok(true)
    }

    /// Answers a program that asks the terminal where its cursor is, as libraries for line
    /// editing do to learn the width of a terminal that does not know its size yet, and waits
    /// for that. Source: ECMA-48, 8.3.35 (device status report) and 8.3.14 (its answer). A shell
    /// prompts without an answer.
    fn answer_cursor(
        &mut self,
        reader: Option<KeyReader>,
        deadline: Instant,
    ) -> Result<bool, TerminalError> {
        const QUESTION: &[u8] = b"\x1b[6n";
        let bytes = self.stream.bytes();
        let waits =
            reader.is_some_and(|reader| reader.idle && !readiness::is_shell(reader.process));
        if !waits || bytes.len() <= self.answered_cursor || !bytes.ends_with(QUESTION) {
            return Ok(false);
        }
        let line = bytes.iter().rposition(|byte| *byte == b'\n');
        let column = screen::cursor_column(&bytes[line.map_or(0, |end| end + 1)..]);
        self.answered_cursor = bytes.len();
        self.send(format!("\x1b[1;{column}R").as_bytes(), deadline)?;
        Ok(true)
    }

    /// The password to type where it is asked for by `question`: the one that the
    /// notes set, or one that is made up where it is asked for to be set.
    fn password<'p>(&mut self, known: Option<&'p str>, question: &str) -> Option<&'p str> {
        self.made_up_password |= known.is_none() && dialogue::sets_password(question);
        known.or(self.made_up_password.then_some(MADE_UP_PASSWORD))
    }

    /// Who waits for keys that are typed here, as far as that can be seen: a program
    /// in the foreground, or one of a container whose client hands them over.
    fn reader(&self, before: Option<&ProcessesBefore>) -> Option<KeyReader> {
        let is_raw = self.pty.is_raw();
        let here = self.foreground_leader().and_then(KeyReader::in_group);
        let inner = || before.filter(|_| is_raw)?.reader();
        let shell = || KeyReader::of(self.innermost_process()?);
        // A client that hands keys over always reads.
        here.filter(|reader| reader.idle || !is_raw)
            .or_else(inner)
            .or_else(shell)
    }

    /// Whether keys go to somebody who cannot be looked at.
    fn is_out_of_sight(&self) -> bool {
        self.process_one.is_none() && self.pty.is_raw()
    }

    /// The beginning of a line that was printed last; empty where that ended.
    fn question(&self) -> String {
        let bytes = self.stream.bytes();
        let end = bytes.iter().rposition(|byte| *byte == b'\n');
        let lines = screen::show(&bytes[end.map_or(0, |end| end + 1)..]);
        lines
            .last()
            .map(|line| line.trim_end().to_owned())
            .unwrap_or_default()
    }

    /// Whether the command's echo has ended.
    fn has_output_begun(&self, progress: &StepProgress<'_>) -> bool {
        let bytes = self.stream.bytes();
        progress.typed.is_none()
            || progress.output.is_some()
            || self.output_begin(progress) < bytes.len()
            || bytes.ends_with(b"\n")
    }

    /// Whether the output ends in the middle of a line, in a shell's sign.
    fn ends_like_a_prompt(&self, progress: &StepProgress<'_>) -> bool {
        let all = self.stream.bytes();
        let begin = self
            .output_begin(progress)
            .max(all.len().saturating_sub(4096));
        let lines = screen::show(&all[begin..]);
        !all.ends_with(b"\n")
            && lines
                .last()
                .is_some_and(|line| line.trim_end().ends_with(['$', '#']))
    }

    /// Whether a program that stays in the foreground has printed what it shall.
    fn has_settled(
        &self,
        progress: &StepProgress<'_>,
        lines: usize,
        elides: bool,
        quiet: Duration,
        now: Instant,
    ) -> bool {
        if lines == 0 {
            return quiet >= QUIET_SILENT;
        }
        let is_quiet = quiet >= QUIET_SILENT || now - progress.begun >= LONGEST_FOLLOWED;
        if elides && !is_quiet {
            return false;
        }
        let ends = self.lines_ended(progress);
        let asks = quiet >= QUIET_UNSEEN && !self.question().is_empty();
        ends + usize::from(asks) >= lines || quiet >= QUIET_SHORT_OF_LINES
    }

    /// How many lines of output have come to their end.
    fn lines_ended(&self, progress: &StepProgress<'_>) -> usize {
        let printed = &self.stream.bytes()[self.output_begin(progress)..];
        printed.iter().filter(|byte| **byte == b'\n').count()
    }

    /// Whether a program that goes on until it is interrupted has printed what it shall:
    /// it is quiet, or has gone on for long enough.
    fn has_shown(
        &self,
        progress: &StepProgress<'_>,
        lines: usize,
        quiet: Duration,
        now: Instant,
    ) -> bool {
        let needed = match lines {
            0 => QUIET_STUCK,
            _ => QUIET_SILENT,
        };
        let goes_on = now - progress.begun >= LONGEST_FOLLOWED;
        (quiet >= needed || goes_on)
            && self.has_output_begun(progress)
            && self.printed_so_far(progress).output.len() >= lines
    }

    /// Presses Ctrl-C, after which nothing is shown but what the program says to it.
    fn interrupt(
        &mut self,
        progress: &StepProgress<'_>,
        limit: Duration,
    ) -> Result<Printed, TerminalError> {
        let Printed {
            mut output, typed, ..
        } = self.printed_so_far(progress);
        let limit = limit.min(FAREWELL_LIMIT);
        let mut after = match self.press_and_wait(b"\x03", WaitFor::Prompt, limit) {
            // The author left it in another way.
            Err(TerminalError::TimedOut { level, .. }) => {
                return Err(TerminalError::TimedOut {
                    output,
                    level,
                    limit,
                });
            }
            pressed => pressed?,
        };
        remove_echo(&mut after.output, "^C");
        output.append(&mut after.output);
        Ok(Printed {
            output,
            typed,
            exit: None,
            first_exit: None,
            is_interrupted: true,
            ..after
        })
    }

    /// Whether `docker run` or the like is still about to start its container: a
    /// key that came now would go nowhere.
    fn is_starting_container(&self, before: Option<&ProcessesBefore>) -> bool {
        self.process_one.is_some()
            && self.foreground_leader().is_some_and(|leader| {
                readiness::starts_container(leader)
                    // Not the one whose shell was typed at.
                    && before.is_none_or(|before| before.precedes(leader))
            })
            && !before.is_some_and(ProcessesBefore::container_runs)
    }

    fn foreground_leader(&self) -> Option<u32> {
        let group = self.pty.foreground_group()?;
        u32::try_from(group.as_raw_nonzero().get()).ok()
    }

    fn processes_now(&self) -> ProcessesBefore {
        ProcessesBefore::now(self.pty.program(), self.process_one)
    }

    /// Asks a new shell whether it is one that can be given marks.
    fn call_new_shell(
        &mut self,
        progress: &mut StepProgress<'_>,
        process: Option<u32>,
        in_place: bool,
        deadline: Instant,
    ) -> Result<(), TerminalError> {
        let same = self.shells.last().filter(|_| in_place);
        let shell = MarkedShell::new(same.map_or(process, MarkedShell::process))?;
        self.settings.push(if in_place {
            Setting::of_same_shell(&shell)
        } else {
            Setting::of_new_shell(&shell, &self.shells)
        });
        progress.newcomer = Some(Newcomer {
            shell,
            in_place,
            ready: None,
        });
        let call = self.settings.last().map_or("", Setting::call);
        let keys = format!("{call}{SETTING_END}");
        self.send(keys.as_bytes(), deadline)
    }

    /// Types what gives its marks to the shell that said that it is ready.
    fn set_marks_in_new_shell(
        &mut self,
        progress: &mut StepProgress<'_>,
        status: i32,
        deadline: Instant,
    ) -> Result<(), TerminalError> {
        let newcomer = progress.newcomer.as_mut();
        let Some(newcomer) = newcomer.filter(|shell| shell.ready.is_none()) else {
            return Ok(());
        };
        newcomer.ready = Some(status);
        let line = self.settings.last().map_or("", Setting::line);
        let keys = format!("{line}{SETTING_END}");
        self.send(keys.as_bytes(), deadline)
    }

    /// Types the next line of the command.
    fn type_next_line(
        &mut self,
        progress: &mut StepProgress<'_>,
        deadline: Instant,
    ) -> Result<(), TerminalError> {
        let Some(line) = progress.lines.next() else {
            return Ok(());
        };
        self.stream.typing();
        progress.typed = Some(line);
        progress.typed_at = self.stream.typed();
        progress.output = None;
        // A tab is a key of line editors; Ctrl-V before it makes it a character.
        let keys = format!("{}\r", line.replace('\t', "\x16\t"));
        self.send(keys.as_bytes(), deadline)
    }

    /// Types `keys`. What a full terminal does not take before `deadline` is not
    /// typed: whoever waits then finds out that time is over, or the user wants
    /// to stop.
    fn send(&mut self, keys: &[u8], deadline: Instant) -> Result<(), TerminalError> {
        let mut sent = 0;
        while sent < keys.len() && !self.interrupted() {
            let until = deadline.min(Instant::now() + INTERRUPTIBLE);
            sent += self.pty.send(&keys[sent..], self.stream.buffer(), until)?;
            if Instant::now() >= deadline {
                break;
            }
        }
        Ok(())
    }

    fn receive(&mut self, patience: Duration) -> Result<Received, TerminalError> {
        let patience = match self.interrupted {
            Some(_) => patience.min(INTERRUPTIBLE),
            None => patience,
        };
        Ok(self.pty.receive(self.stream.buffer(), patience)?)
    }

    fn interrupted(&self) -> bool {
        self.interrupted
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// Takes a prompt of `height` lines off the end of `output`, the last of which is `prompt`:
/// those above it may show the time.
fn remove_prompt(output: &mut Vec<String>, prompt: &str, height: usize) {
    if let Some(last) = output.last_mut()
        && let Some(rest) = last.trim_end().strip_suffix(prompt)
    {
        *last = rest.to_owned();
        if last.is_empty() {
            output.truncate(output.len().saturating_sub(height));
        }
    }
}

/// Takes the terminal's own echo of a key, which is no output, away. Lines that
/// were on their way when the key was pressed may stand before it.
fn remove_echo(output: &mut Vec<String>, shown: &str) {
    if shown.is_empty() {
        return;
    }
    let Some(at) = output.iter().position(|line| line.starts_with(shown)) else {
        return;
    };
    output[at].drain(..shown.len());
    if output[at].is_empty() {
        output.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without_echo(lines: &[&str]) -> Vec<String> {
        let mut lines = lines.iter().map(ToString::to_string).collect();
        remove_echo(&mut lines, "^C");
        lines
    }

    #[test]
    fn the_echo_of_a_key_is_no_output() {
        assert_eq!(without_echo(&["^C"]), [""; 0]);
        assert_eq!(without_echo(&["^Ccaught", "bye"]), ["caught", "bye"]);
        assert_eq!(without_echo(&["late", "^C", "^C"]), ["late", "^C"]);
        assert_eq!(without_echo(&["caught"]), ["caught"]);
    }
}
