//! Which daemon is meant: the one of the current Docker context, or the one at
//! an address.

use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::engine::EngineError;
use crate::engine::program::{Input, Program, run_well};
use crate::guard::upstream::Upstream;

use super::programs::find;

/// How long the client may take to say what its context is.
const CONTEXT_LIMIT: Duration = Duration::from_secs(20);

/// The user's `docker` program, as an absolute path.
///
/// # Errors
/// [`EngineError::NoProgram`] where there is none.
pub fn client() -> Result<PathBuf, EngineError> {
    find("docker").ok_or_else(|| EngineError::NoProgram {
        program: "docker".into(),
        error: std::io::ErrorKind::NotFound.into(),
    })
}

/// The client has no such context, as its `stderr` says.
fn no_context(stderr: &str) -> EngineError {
    let help = "`docker context ls` lists them; `docker context use NAME` chooses one, where DOCKER_CONTEXT is not set";
    let message = format!("there is no such Docker context: {}", stderr.trim());
    Diagnostic::error(message).help(help).into()
}

/// The way to the daemon of the current context, which `DOCKER_HOST` and
/// `DOCKER_CONTEXT` may name.
///
/// # Errors
/// [`EngineError`] where there is no client, or it has no such context.
pub fn of_context() -> Result<Upstream, EngineError> {
    let program = client()?;
    let mut inspect = Program::new(&program);
    inspect.args([
        "context",
        "inspect",
        "--format",
        "{{.Name}}\t{{.Endpoints.docker.Host}}",
    ]);
    let output = run_well(inspect, Input::Nothing, CONTEXT_LIMIT).map_err(|error| match error {
        EngineError::ProgramFailed { stderr, .. } => no_context(&stderr),
        other => other,
    })?;
    let (name, address) = output.stdout.trim().split_once('\t').unwrap_or_default();
    Ok(match (address.strip_prefix("unix://"), name) {
        (Some(socket), _) => Upstream::Socket(socket.into()),
        // The default context is what the environment says; what it says now is
        // written down, so that the same daemon is found again later.
        (None, "default") => Upstream::Client {
            program,
            arguments: vec!["--host".into(), address.into()],
        },
        (None, name) => Upstream::Client {
            program,
            arguments: vec!["--context".into(), name.into()],
        },
    })
}

/// The variable of the environment that names the daemon at `address`.
pub fn variable(address: &str) -> Option<&'static str> {
    let is_set = |name| std::env::var(name).is_ok_and(|value| !value.is_empty());
    match std::env::var("DOCKER_HOST") {
        Ok(host) if host == address => Some("DOCKER_HOST"),
        Ok(host) if !host.is_empty() => None,
        _ => is_set("DOCKER_CONTEXT").then_some("DOCKER_CONTEXT"),
    }
}

/// The way to the daemon at `address`.
///
/// # Errors
/// [`EngineError::NoProgram`] where the address needs a client and there is none.
pub fn at(address: &str) -> Result<Upstream, EngineError> {
    match address.strip_prefix("unix://") {
        Some(socket) => Ok(Upstream::Socket(socket.into())),
        None => Ok(Upstream::Client {
            program: client()?,
            arguments: vec!["--host".into(), address.into()],
        }),
    }
}
