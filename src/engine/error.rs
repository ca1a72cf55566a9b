//! What keeps an engine or a lab from being what was asked for.
//!
//! None of these is ever a verdict about the notes: they say that something
//! could not be run.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::{Diagnose, Diagnostic, Source};
use crate::docker::names;
use crate::lab::ClusterName;
use crate::reason::ReasonKind;

/// What keeps an engine or a lab from being what was asked for.
#[derive(Debug)]
pub enum EngineError {
    /// This kind of engine cannot work on this machine.
    Unavailable {
        /// The engine, as it was asked for.
        engine: String,
        /// Everything that is missing.
        missing: Vec<String>,
    },
    /// No daemon answers.
    NoDaemon {
        /// Its address, or the client's arguments that lead to it.
        address: String,
        /// The variable of the environment that names it.
        named_by: Option<&'static str>,
        /// Whether the user may not use it.
        denied: bool,
        /// What the system or the client said.
        said: String,
    },
    /// The client has no such context.
    NoContext {
        /// What the client said.
        said: String,
    },
    /// The Jobs of a run cannot be made on a Kubernetes cluster.
    NoJobs {
        /// What kubectl said.
        said: String,
    },
    /// A Kubernetes cluster cannot be used.
    Cluster {
        /// Its name.
        cluster: ClusterName,
        /// What is wrong.
        why: String,
    },
    /// kubectl sessions do not run in labs of this kind.
    NoKubectl,
    /// `auto` found no engine.
    NoEngine {
        /// Why there is no private one.
        private: Box<EngineError>,
        /// Why there is no host's.
        host: Box<EngineError>,
    },
    /// A value of `--engine` that names no engine.
    UnknownEngine {
        /// The value.
        value: String,
        /// What is wrong with it.
        why: String,
    },
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
    /// A stand-in recipe that cannot be used.
    BadRecipe {
        /// The recipe.
        source: Arc<Source>,
        /// The bytes meant.
        range: Range<usize>,
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// A stand-in's programs are set up inside of it, which only root can do.
    NeedsRoot,
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
    /// A lab's file would lie outside of the lab's folder.
    OutsideOfLab {
        /// The path, as it was asked for.
        path: PathBuf,
    },
    /// Something of a lab could not be removed.
    Left {
        /// What is still there, and why.
        what: Vec<String>,
    },
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
}

impl Diagnose for EngineError {
    fn diagnose(&self) -> Diagnostic {
        match self {
            Self::Unavailable { engine, missing } => {
                Diagnostic::error(format!("no {engine} engine here: {}", missing.join("; ")))
                    .help("use another engine (`--engine host`), or provide what is missing; `labbook doctor` checks again")
            }
            Self::NoDaemon { address, named_by, denied, said } => {
                let named_by = named_by.map_or(String::new(), |name| format!(", which {name} names"));
                let message = format!("no Docker daemon answers at {address}{named_by}: {said}");
                let or = if named_by.is_empty() { "" } else { " or name another one" };
                Diagnostic::error(message).help(match denied {
                    true => "run labbook with sudo, or let your user use Docker: `sudo usermod -aG docker $USER`, then log in again".to_owned(),
                    false => format!("start it (`sudo systemctl start docker`, or Docker Desktop){or}; `--engine private` needs none that runs, but Linux, root and dockerd"),
                })
            }
            Self::NoContext { said } => {
                Diagnostic::error(format!("there is no such Docker context: {}", said.trim())).help(
                    "`docker context ls` lists them; `docker context use NAME` chooses one, where DOCKER_CONTEXT is not set",
                )
            }
            Self::NoJobs { said } => {
                Diagnostic::error(format!("the cluster takes no Jobs: {said}")).help(
                    "`kubectl config get-contexts` lists the contexts, `labbook verify --kubernetes --dry-run` what is made",
                )
            }
            Self::Cluster { cluster, why } => {
                Diagnostic::error(format!("cannot use the cluster `{cluster}`: {why}")).help(
                    "`kubectl config get-contexts` lists the names that `--cluster` takes",
                )
            }
            Self::NoKubectl => Diagnostic::error("kubectl sessions do not run on a nested engine")
                .help("use `--engine private` or `--engine host`"),
            Self::NoEngine { private, host } => {
                let (private, host) = (private.diagnose(), host.diagnose());
                let message = format!("{}; and {}", host.message, private.message);
                Diagnostic { message, ..host }
            }
            Self::UnknownEngine { value, why } => {
                Diagnostic::error(format!("`{value}` is no engine: {why}")).help(
                    "name one of auto, host, private, private+overlay2, private+containerd, nested, nested:IMAGE, private:ROOTFS, unix://SOCKET, ssh://HOST",
                )
            }
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
            Self::BadRecipe {
                source,
                range,
                message,
                help,
            } => {
                let diagnostic = Diagnostic::error(message).at(source, range.clone());
                match help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                }
            }
            Self::NeedsRoot => Diagnostic::error("only root makes it (run labbook with sudo)"),
            Self::File { doing, path, error } => {
                Diagnostic::error(format!("cannot {doing} {}: {error}", path.display()))
                    .help("check the permissions of its folder, and the space on its disk")
            }
            Self::NoProgram { program, error } => {
                Diagnostic::error(format!("cannot run {program}: {error}"))
                    .help(format!("install {program}, or make sure that PATH finds it"))
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
            Self::OutsideOfLab { path } => Diagnostic::error(format!(
                "{} would lie outside of the lab's folder",
                path.display()
            ))
            .help("use a path relative to the lab's folder, without `..`"),
            Self::Left { what } => {
                Diagnostic::error(format!("could not remove: {}", what.join("; ")))
                    .help("run `labbook clean`")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_not_use_a_daemon_is_told_how_to_and_why_there_is_no_other_engine() {
        let error = EngineError::NoEngine {
            private: Box::new(EngineError::Unavailable {
                engine: "private".to_owned(),
                missing: vec!["it needs root".to_owned()],
            }),
            host: Box::new(EngineError::NoDaemon {
                address: "unix:///run/docker.sock".to_owned(),
                named_by: None,
                denied: true,
                said: "Permission denied".to_owned(),
            }),
        };
        let said = error.diagnose();
        assert_eq!(
            said.message,
            "no Docker daemon answers at unix:///run/docker.sock: Permission denied; \
             and no private engine here: it needs root"
        );
        let help = said.help.expect("what to do");
        assert!(help.contains("sudo usermod -aG docker"), "{help}");
    }
}
