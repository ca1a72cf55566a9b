//! The program `mdbook-labbook`: what mdBook starts, and what sets a book up.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::book;
use crate::diagnostic::Diagnostic;

/// A preprocessor for mdBook: makes an instructor's Q&A notes into course pages.
///
/// Without a command it takes a book from mdBook on stdin, and gives it back on
/// stdout.
#[derive(Debug, Parser)]
#[command(name = "mdbook-labbook", version, max_term_width = 100)]
struct PreprocessorArguments {
    #[command(subcommand)]
    command: Option<PreprocessorCommand>,
}

#[derive(Debug, Subcommand)]
enum PreprocessorCommand {
    /// Tells by the exit status whether a renderer is supported
    Supports {
        /// The renderer's name
        renderer: String,
    },
    /// Puts the style sheet and script beside book.toml, and names them there
    Install {
        /// The book's folder
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
}

/// Runs what the program's arguments name, and says how it ended.
pub fn main() -> ExitCode {
    let ended = match PreprocessorArguments::parse().command {
        Some(PreprocessorCommand::Supports { renderer }) => {
            return if book::supports(&renderer) {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
        Some(PreprocessorCommand::Install { dir }) => install(&dir),
        None => preprocess(),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(diagnostics) => {
            super::complain(&diagnostics);
            ExitCode::from(2)
        }
    }
}

fn install(folder: &Path) -> Result<(), Vec<Diagnostic>> {
    let installed = book::install(folder)?;
    if installed.changed.is_empty() {
        super::say("nothing to change\n")?;
    }
    for path in installed.changed {
        super::say(&format!("wrote {}\n", path.display()))?;
    }
    Ok(())
}

fn preprocess() -> Result<(), Vec<Diagnostic>> {
    let mut input = String::new();
    let mut stdin = std::io::stdin();
    if stdin.is_terminal() {
        let help = "to set a book up, run `mdbook-labbook install`; to build one, `mdbook build` or `labbook build`";
        return Err(vec![
            Diagnostic::error("this program takes a book from mdBook on stdin").help(help),
        ]);
    }
    stdin.read_to_string(&mut input).map_err(|error| {
        vec![Diagnostic::error(format!(
            "cannot read from mdBook: {error}"
        ))]
    })?;
    let (output, warnings) = book::preprocess(&input)?;
    super::complain(&warnings);
    std::io::stdout()
        .write_all(output.as_bytes())
        .map_err(|error| {
            vec![Diagnostic::error(format!(
                "cannot write to mdBook: {error}"
            ))]
        })
}
