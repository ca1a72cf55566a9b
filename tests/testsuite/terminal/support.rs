//! Words that the tests of the terminal share.

use std::time::Duration;

use labbook::terminal::{Printed, Terminal, WaitFor};

/// Long enough for a busy machine; no step waits for it to pass.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Steps that have to end, in short.
pub trait Short {
    /// Runs a command in the shell that prompts.
    fn sh(&mut self, command: &str) -> Printed;

    /// Runs a command that opens a shell.
    fn nest(&mut self, command: &str) -> Printed;
}

impl Short for Terminal<'_> {
    fn sh(&mut self, command: &str) -> Printed {
        self.run(command, WaitFor::Prompt, LIMIT)
            .unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }

    fn nest(&mut self, command: &str) -> Printed {
        self.run(command, WaitFor::NestedShell, LIMIT)
            .unwrap_or_else(|error| panic!("{command}: {error:?}"))
    }
}

/// Until a program in the foreground has printed `lines` lines, which are all that it prints.
pub fn running(lines: usize) -> WaitFor {
    WaitFor::Running {
        lines,
        elides: false,
    }
}
