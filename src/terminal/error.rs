//! What keeps a terminal from reporting how a step went.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::reason::ReasonKind;

/// What keeps a terminal from reporting how a step went.
#[derive(Debug)]
pub enum TerminalError {
    /// No terminal can be had from the doorway's multiplexer.
    NoTerminal {
        /// The multiplexer.
        multiplexer: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The lab's shell cannot be started.
    NoShell {
        /// The program and its arguments.
        command: Vec<OsString>,
        /// What the system said.
        error: io::Error,
    },
    /// The lab's shell was started and never prompted.
    NoPrompt {
        /// What it printed instead, rendered.
        output: Vec<String>,
        /// How long it was given.
        limit: Duration,
    },
    /// What was waited for did not happen in time. The program may still run.
    TimedOut {
        /// What was printed so far, rendered.
        output: Vec<String>,
        /// The level of the innermost open shell.
        level: usize,
        /// How long it was given.
        limit: Duration,
    },
    /// A shell waits for more of a command that has been typed whole: a quote or
    /// a heredoc is open. It was interrupted.
    Incomplete {
        /// The command.
        command: String,
    },
    /// The command holds a control character, which a terminal takes as a key.
    Unprintable {
        /// The command.
        command: String,
        /// The character.
        character: char,
    },
    /// A line of the command is longer than the shell takes; it would run only
    /// the beginning.
    TooLong {
        /// The command.
        command: String,
        /// The longest line that it takes, in bytes.
        longest: usize,
    },
    /// A program waits for keys, which nobody will press.
    WaitsForInput {
        /// Its name.
        program: String,
        /// What was printed so far, rendered.
        output: Vec<String>,
    },
    /// A shell took its marks and prompts without them.
    NoMarks {
        /// What was printed so far, rendered.
        output: Vec<String>,
    },
    /// Two prompts reported different exit statuses of one command: a program printed
    /// one of them.
    Forged {
        /// What was printed so far, rendered.
        output: Vec<String>,
    },
    /// The user wanted to stop. The program may still run.
    Interrupted {
        /// What was printed so far, rendered.
        output: Vec<String>,
    },
    /// A step was left unfinished, and nothing can be typed before it is recovered.
    Busy,
    /// The terminal was closed from the other end: the lab's shell has ended.
    Closed {
        /// What was printed last, rendered.
        output: Vec<String>,
    },
    /// The terminal cannot be read or written.
    Broken {
        /// What the system said.
        error: io::Error,
    },
}

impl From<io::Error> for TerminalError {
    fn from(error: io::Error) -> Self {
        Self::Broken { error }
    }
}

impl Diagnose for TerminalError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::NoTerminal { multiplexer, error } => Diagnostic::error(format!(
                "cannot open a terminal by {}: {error}",
                multiplexer.display()
            )),
            Self::NoShell { command, error } => {
                let shown: Vec<_> = command.iter().map(|word| word.to_string_lossy()).collect();
                Diagnostic::error(format!("cannot start the lab's shell: {error}"))
                    .help(format!("see why this does not run: {}", shown.join(" ")))
            }
            Self::NoPrompt { output, limit } => Diagnostic::error(format!(
                "the lab's shell did not prompt within {}{}",
                seconds(*limit),
                last_words(output)
            )),
            Self::TimedOut { output, limit, .. } => Diagnostic::error(format!(
                "not done after {}{}",
                seconds(*limit),
                last_words(output)
            ))
            .kind(ReasonKind::TimedOut)
            .help("if it needs longer, say so in the exercise's manifest: `limits = { step = 300 }`, or `build` for a build or a pull"),
            Self::Incomplete { command } => Diagnostic::error(format!(
                "the shell waits for the rest of `{}`",
                first_line(command)
            ))
            .help("close the quote or the heredoc"),
            Self::Unprintable { command, character } => Diagnostic::error(format!(
                "`{}` holds the control character U+{:04X}, which a terminal takes as a key",
                first_line(command).escape_debug(),
                u32::from(*character)
            ))
            .help("remove it, or write it as an escape sequence"),
            Self::TooLong { command, longest } => Diagnostic::error(format!(
                "`{}...` has a line of more than {longest} bytes, of which the shell would cut the end",
                first_line(command).chars().take(40).collect::<String>()
            ))
            .help("break it into several lines"),
            Self::WaitsForInput { program, output } => Diagnostic::error(format!(
                "`{program}` waits for input, which the notes do not show{}",
                last_words(output)
            ))
            .help(
                "give it its input in the command (`python3 -c`, `mysql -e`, `apt-get -y`); \
                 only bash, dash and busybox's shell can be typed at",
            ),
            Self::NoMarks { output } => Diagnostic::error(format!(
                "the shell sets a prompt of its own, by which labbook cannot tell when a command has ended{}",
                last_words(output)
            ))
            .help("use bash, dash or busybox's shell, without PROMPT_COMMAND"),
            Self::Forged { .. } => Diagnostic::error(
                "a program printed what only its shell prints at the end of a command",
            )
            .help("see what the command runs; what it printed cannot be trusted"),
            Self::Interrupted { .. } => {
                Diagnostic::error("interrupted").kind(ReasonKind::Interrupted)
            }
            Self::Busy => Diagnostic::error("the step before has not ended"),
            Self::Closed { output } => {
                Diagnostic::error(format!("the lab's shell has ended{}", last_words(output)))
            }
            Self::Broken { error } => Diagnostic::error(format!("the terminal broke: {error}")),
        }
    }
}

fn seconds(limit: Duration) -> String {
    format!("{} s", limit.as_secs_f64())
}

fn first_line(command: &str) -> &str {
    command.lines().next().unwrap_or_default()
}

/// The end of an output, as a message's tail.
fn last_words(output: &[String]) -> String {
    match output.iter().rev().find(|line| !line.trim().is_empty()) {
        Some(line) => format!("; its last words: {}", line.trim()),
        None => "; it printed nothing".to_owned(),
    }
}

impl TerminalError {
    /// What was printed until then, rendered; empty where that is not known.
    pub fn output(&self) -> &[String] {
        match self {
            Self::NoPrompt { output, .. }
            | Self::TimedOut { output, .. }
            | Self::WaitsForInput { output, .. }
            | Self::NoMarks { output }
            | Self::Forged { output }
            | Self::Interrupted { output }
            | Self::Closed { output } => output,
            _ => &[],
        }
    }
}
