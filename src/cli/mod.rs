//! The commands of `labbook`, one file each.
//!
//! stdout carries the result, stderr everything else. The exit status is the
//! first that holds: 130 interrupted; 2 usage or unreadable input; 1 something failed (or
//! drifted where that is denied); 3 something could not be run, or nothing was
//! judged; 0.

mod arguments;
pub mod build;
mod choice;
mod clean;
mod doctor;
mod dry_run;
mod enter;
mod explain;
mod init;
mod inputs;
mod kubernetes;
mod list;
mod natural;
mod only;
pub mod preprocessor;
mod progress;
mod report;
mod seen;
mod selection;
pub mod serve;
mod shell_files;
mod update;
mod verify;
mod write_manifests;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Parser, Subcommand};

use crate::diagnostic::Diagnostic;

/// Takes an instructor's notes as written: makes them into a course website,
/// and runs every Docker transcript in them to see whether it is still true.
#[derive(Debug, Parser)]
#[command(name = "labbook", version, max_term_width = 100, after_help = EXAMPLES)]
struct Arguments {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are heeded too
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    /// Work in this folder
    #[arg(short = 'C', global = true, value_name = "FOLDER")]
    work_in: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// When output has colours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Color {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const EXAMPLES: &str = "Examples:
  labbook verify notes/                     every transcript in a folder of notes
  labbook verify notes.md --dry-run         what would run, and where; nothing is run
  labbook verify course --changed           a book, but for what has not changed
  labbook verify notes.md --watch           again at each edit
  labbook init course notes/                a book of raw notes
  labbook serve course --open --verify      its site, with verdicts as you write

Exit status: 0 all holds; 1 something failed, or what --deny names; 2 usage, or
input that cannot be read; 3 something could not be run; 130 interrupted";

/// What other tools call it, and what it is called here.
const OTHER_NAMES: [(&str, &str); 8] = [
    ("test", "verify"),
    ("check", "verify"),
    ("run", "verify"),
    ("watch", "verify"),
    ("fix", "update"),
    ("new", "init"),
    ("shell", "enter"),
    ("exec", "enter"),
];

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs every transcript against a real daemon
    #[command(after_help = "Examples:
  labbook verify notes.md                        one file, or folders and books
  labbook verify course --only volume --watch    what an ID or title holds, at each edit
  labbook verify notes.md --engine private:/srv/bookworm --engine private:/srv/forky
  labbook verify course --changed --deny drifted --report junit=results.xml
  labbook verify course --kubernetes --shards 4 --image registry.example/labbook:1")]
    Verify(verify::VerifyArguments),
    /// Lists topics, questions, exercises and steps
    #[command(after_help = "Examples:
  labbook list course
  labbook list --check notes/    an error where something cannot be read; needs no Docker")]
    List(list::ListArguments),
    /// Shows how each part of each line will be judged
    Explain(explain::ExplainArguments),
    /// Rewrites the lines of the notes that did not hold in the last run
    #[command(after_help = "Examples:
  labbook update course                        asks change by change
  labbook update notes.md --from run.json --yes")]
    Update(update::UpdateArguments),
    /// Builds the site, with what the last verify found
    Build(build::BuildArguments),
    /// Serves the site on this machine, built anew at each change
    #[command(after_help = "Examples:
  labbook serve course --open
  labbook serve course --verify    runs what is edited, and shows it on its page")]
    Serve(serve::ServeArguments),
    /// Shows the last results again, in any format
    #[command(after_help = "Examples:
  labbook report course --format markdown
  labbook report 1.json 2.json 3.json --out labbook.json    merges the parts of a run")]
    Report(report::ReportArguments),
    /// Looks for engines and base images, and gets the images ready
    #[command(after_help = "Examples:
  labbook doctor
  labbook doctor course --format json")]
    Doctor(doctor::DoctorArguments),
    /// Opens a shell in a lab that `verify --keep` left standing
    #[command(after_help = "Examples:
  labbook verify notes.md --only volume --keep
  labbook enter volume")]
    Enter(enter::EnterArguments),
    /// Removes what killed runs left behind, or what is kept for the next ones
    Clean(clean::CleanArguments),
    /// Makes a book, from notes where they are named
    #[command(after_help = "Examples:
  labbook init course            a small one to begin with
  labbook init course notes/     of the notes in a folder, in natural order")]
    Init(init::InitArguments),
    /// Prints a shell's completions
    Completions(shell_files::CompletionsArguments),
    /// Writes manual pages
    Man(shell_files::ManArguments),
}

/// How a command ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// Everything holds.
    #[default]
    Good,
    /// Something failed, or drifted where that is denied.
    Failed,
    /// Usage or unreadable input.
    BadInput,
    /// Something could not be run, or nothing was judged.
    NotRun,
    /// The user interrupted it.
    Interrupted,
}

impl Status {
    /// The one of both that a command ends with: unreadable input before failures,
    /// and those before what was not run.
    fn worse(self, other: Self) -> Self {
        let order = [
            Self::Interrupted,
            Self::BadInput,
            Self::Failed,
            Self::NotRun,
        ];
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
            Status::Interrupted => Self::from(130),
        }
    }
}

/// What keeps a command from giving a result.
pub type CommandError = Vec<Diagnostic>;

/// Runs the command that the program's arguments name, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| with_our_name(error).exit());
    match arguments.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    if let Some(folder) = &arguments.work_in
        && let Err(error) = std::env::set_current_dir(folder)
    {
        let wrong = format!("cannot work in {}: {error}", folder.display());
        complain(&[Diagnostic::error(wrong).help("name a folder that is there")]);
        return Status::BadInput.into();
    }
    let ended = match arguments.command {
        Command::Verify(arguments) => verify::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Update(arguments) => update::run(&arguments),
        Command::Build(arguments) => build::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments).map(|()| Status::Good),
        Command::Report(arguments) => report::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Enter(arguments) => enter::run(&arguments),
        Command::Clean(arguments) => clean::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Completions(arguments) => shell_files::completions(&arguments),
        Command::Man(arguments) => shell_files::man(&arguments),
    };
    match ended {
        Ok(status) => status.into(),
        Err(refusal) => {
            complain(&refusal);
            Status::BadInput.into()
        }
    }
}

/// The error, with our name of a command that other tools call otherwise.
fn with_our_name(mut error: clap::Error) -> clap::Error {
    let typed = error.get(ContextKind::InvalidSubcommand);
    let ours = OTHER_NAMES
        .iter()
        .find(|(theirs, _)| typed == Some(&ContextValue::String((*theirs).to_owned())));
    if let Some((_, ours)) = ours {
        let ours = ContextValue::Strings(vec![(*ours).to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, ours);
    }
    error
}

/// Shows diagnostics on stderr.
fn complain(diagnostics: &[Diagnostic]) {
    anstream::eprint!("{}", crate::report::diagnostics::render(diagnostics));
}

/// Writes a result to stdout; a reader that has gone away is no error.
///
/// # Errors
/// That it could not be written.
fn say(text: &str) -> Result<(), CommandError> {
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
