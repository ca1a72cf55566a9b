//! Which daemon is meant: the one of the current Docker context, or the one at
//! an address.

use std::path::PathBuf;
use std::time::Duration;

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
    let output = run_well(inspect, Input::Nothing, CONTEXT_LIMIT)?;
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
