//! The commands of `labbook`, one file each.
//!
//! stdout carries the result, stderr everything else. The exit status is the
//! first that holds: 2 usage or unreadable input; 1 something failed (or
//! drifted where that is denied); 3 something could not be run, or nothing was
//! judged; 0.

mod arguments;
pub mod build;
mod clean;
mod doctor;
mod dry_run;
mod explain;
mod init;
mod inputs;
mod list;
mod only;
pub mod preprocessor;
mod progress;
mod report;
pub mod serve;
mod update;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::diagnostic::Diagnostic;

/// Takes an instructor's notes as written: makes them into a course website,
/// and runs every Docker transcript in them to see whether it is still true.
#[derive(Debug, Parser)]
#[command(name = "labbook", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every transcript against a real daemon
    Verify(verify::VerifyArguments),
    /// Lists topics, questions, exercises and steps
    List(list::ListArguments),
    /// Shows how each part of each line will be judged
    Explain(explain::ExplainArguments),
    /// Rewrites the lines of the notes that did not hold in the last run
    Update(update::UpdateArguments),
    /// Builds the site, with what the last verify found
    Build(build::BuildArguments),
    /// Serves the site on this machine, built anew at each change
    Serve(serve::ServeArguments),
    /// Shows the last results again, in any format
    Report(report::ReportArguments),
    /// Looks for engines and base images, and gets the images ready
    Doctor(doctor::DoctorArguments),
    /// Removes what killed runs left behind, or what is kept for the next ones
    Clean(clean::CleanArguments),
    /// Makes a small book to begin with
    Init(init::InitArguments),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything holds.
    Good,
    /// Something failed, or drifted where that is denied.
    Failed,
    /// Usage or unreadable input.
    BadInput,
    /// Something could not be run, or nothing was judged.
    NotRun,
}

impl Status {
    /// The one of both that a command ends with: unreadable input before failures,
    /// and those before what was not run.
    fn worse(self, other: Self) -> Self {
        let order = [Self::BadInput, Self::Failed, Self::NotRun];
        order
            .into_iter()
            .find(|status| [self, other].contains(status))
            .unwrap_or(Self::Good)
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Good => Self::SUCCESS,
            Status::Failed => Self::from(1),
            Status::BadInput => Self::from(2),
            Status::NotRun => Self::from(3),
        }
    }
}

/// What keeps a command from giving a result.
pub type Refusal = Vec<Diagnostic>;

/// Runs the command that the program's arguments name, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = match arguments.command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Update(arguments) => update::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments).map(|()| Status::Good),
        Command::Report(arguments) => report::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Clean(arguments) => clean::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
    };
    match ended {
        Ok(status) => status.into(),
        Err(refusal) => {
            complain(&refusal);
            Status::BadInput.into()
        }
    }
}

/// Shows diagnostics on stderr.
fn complain(diagnostics: &[Diagnostic]) {
    anstream::eprint!("{}", crate::report::diagnostics::render(diagnostics));
}

/// Writes a result to stdout; a reader that has gone away is no error.
///
/// # Errors
/// That it could not be written.
fn say(text: &str) -> Result<(), Refusal> {
    use std::io::{ErrorKind, Write};
    let mut stdout = anstream::stdout();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(vec![
            Diagnostic::error(format!("cannot write to standard output: {error}"))
                .help("send the output to a place that can be written to"),
        ]),
        _ => Ok(()),
    }
}

/// How wide the terminal is that stdout goes to; none where it is no terminal.
fn columns() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(std::io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// `1 exercise`, `2 exercises`.
fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
