//! What keeps an engine or a lab from being what was asked for.
//!
//! None of these is ever a verdict about the notes: they say that something
//! could not be run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::docker::names;
use crate::reason::ReasonKind;

/// What keeps an engine or a lab from being what was asked for.
#[derive(Debug)]
pub enum EngineError {
    /// An engine's daemon did not come up.
    NotStarted {
        /// The engine, as it was asked for.
        engine: String,
        /// What went wrong.
        why: String,
        /// The last lines of the daemon's log.
        log: String,
    },
    /// A base image that can be had in no way.
    NoImage {
        /// The image, as the notes name it.
        image: String,
        /// Each way that was tried, with what came of it.
        tried: Vec<(String, String)>,
    },
    /// The system refused something on a file or folder.
    File {
        /// What was being done (`write`, `make the folder`).
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// A program could not be started.
    NoProgram {
        /// The program.
        program: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// A program ended with an error where it must not.
    ProgramFailed {
        /// The program with its arguments.
        command: String,
        /// Its exit status; none when a signal ended it.
        status: Option<i32>,
        /// What it complained about.
        stderr: String,
    },
    /// Something took longer than it may.
    TooSlow {
        /// What it was.
        what: String,
        /// The limit.
        limit: Duration,
    },
    /// Something of a lab could not be removed.
    Left {
        /// What is still there, and why.
        what: Vec<String>,
    },
    /// Anything else, which no caller tells from others.
    Other(Box<Diagnostic>),
}

impl EngineError {
    /// For `map_err`: the system refused `doing` on `path`.
    pub(crate) fn file(
        doing: &'static str,
        path: impl AsRef<Path>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        move |error| Self::File {
            doing,
            path: path.as_ref().to_owned(),
            error,
        }
    }

    /// The engine cannot work on this machine: all this is missing.
    pub(crate) fn unavailable(engine: &str, missing: &[String]) -> Self {
        let message = format!("no {engine} engine here: {}", missing.join("; "));
        let help = "use another engine (`--engine host`), or provide what is missing; `labbook doctor` checks again";
        Diagnostic::error(message).help(help).into()
    }

    /// A lab's file would lie outside of the lab's folder.
    pub(crate) fn outside_of_lab(path: &Path) -> Self {
        let message = format!("{} would lie outside of the lab's folder", path.display());
        let help = "use a path relative to the lab's folder, without `..`";
        Diagnostic::error(message).help(help).into()
    }
}

impl From<Diagnostic> for EngineError {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Other(Box::new(diagnostic))
    }
}

impl Diagnose for EngineError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::Other(diagnostic) => diagnostic.as_ref().clone(),
            Self::NotStarted { engine, why, log } => {
                let mut message = format!("the {engine} engine did not start: {why}");
                if !log.is_empty() {
                    message.push_str("\nthe end of its log:\n");
                    message.push_str(log);
                }
                Diagnostic::error(message).help("`labbook doctor` says what the engine needs")
            }
            Self::NoImage { image, tried } => {
                let tried: String = tried
                    .iter()
                    .map(|(way, outcome)| format!("\n  {way}: {outcome}"))
                    .collect();
                let message = format!("cannot get image {image}; tried:{tried}");
                Diagnostic::error(message).kind(ReasonKind::NoImage).help(format!(
                    "put a `docker save` of it into the image folder (LABBOOK_IMAGES), or write a stand-in recipe exercises/images/{}.toml",
                    names::split(image).0.rsplit('/').next().unwrap_or(image)
                ))
            }
            Self::File { doing, path, error } => {
                Diagnostic::error(format!("cannot {doing} {}: {error}", path.display()))
                    .help("check the permissions of its folder, and the space on its disk")
            }
            Self::NoProgram { program, error } => {
                Diagnostic::error(format!("cannot run {program}: {error}")).help(format!(
                    "install {program}, or make sure that PATH finds it"
                ))
            }
            Self::ProgramFailed {
                command,
                status,
                stderr,
            } => {
                let status = status.map_or("a signal ended it".to_owned(), |status| {
                    format!("exit status {status}")
                });
                Diagnostic::error(format!("`{command}`: {status}: {}", stderr.trim()))
            }
            Self::TooSlow { what, limit } => {
                Diagnostic::error(format!("{what} took longer than {} s", limit.as_secs()))
            }
            Self::Left { what } => {
                Diagnostic::error(format!("could not remove: {}", what.join("; ")))
                    .help("run `labbook clean`")
            }
        }
    }
}
