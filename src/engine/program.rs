//! Running a program to its end, with a limit.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{EngineError, ProgramOutput};

/// What a program reads.
pub(super) enum Input {
    /// Nothing.
    Nothing,
    /// A text.
    Text(String),
    /// A file.
    File(std::fs::File),
}

/// Runs `command` until it ends and both of its outputs are closed.
///
/// # Errors
/// [`EngineError::NoProgram`], and [`EngineError::TooSlow`] after `limit`, when
/// the program was killed.
pub(super) fn run(
    mut command: Command,
    input: Input,
    limit: Duration,
) -> Result<ProgramOutput, EngineError> {
    let name = shown(&command);
    let text = match input {
        Input::Nothing => {
            command.stdin(Stdio::null());
            None
        }
        Input::File(file) => {
            command.stdin(file);
            None
        }
        Input::Text(text) => {
            command.stdin(Stdio::piped());
            Some(text)
        }
    };
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| EngineError::NoProgram {
            program: command.get_program().to_string_lossy().into_owned(),
            error,
        })?;
    if let (Some(text), Some(mut stdin)) = (text, child.stdin.take()) {
        thread::spawn(move || {
            let _ = stdin.write_all(text.as_bytes());
        });
    }
    collect(&mut child, limit).ok_or_else(|| {
        let _ = child.kill();
        let _ = child.wait();
        EngineError::TooSlow { what: name, limit }
    })
}

/// Like [`run`], where any exit status but 0 is an error too.
///
/// # Errors
/// [`EngineError::ProgramFailed`] besides those of [`run`].
pub(super) fn run_well(
    command: Command,
    input: Input,
    limit: Duration,
) -> Result<ProgramOutput, EngineError> {
    let name = shown(&command);
    let output = run(command, input, limit)?;
    match output.status {
        Some(0) => Ok(output),
        status => Err(EngineError::ProgramFailed {
            command: name,
            status,
            stderr: output.stderr,
        }),
    }
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

fn collect(child: &mut Child, limit: Duration) -> Option<ProgramOutput> {
    let deadline = Instant::now() + limit;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let until = |output: mpsc::Receiver<Vec<u8>>| {
        let rest = deadline.saturating_duration_since(Instant::now());
        match output.recv_timeout(rest) {
            Ok(bytes) => Some(String::from_utf8_lossy(&bytes).into_owned()),
            Err(RecvTimeoutError::Disconnected) => Some(String::new()),
            Err(RecvTimeoutError::Timeout) => None,
        }
    };
    let (stdout, stderr) = (until(stdout)?, until(stderr)?);
    let status = child.wait().ok()?;
    Some(ProgramOutput {
        status: status.code(),
        stdout,
        stderr,
    })
}

fn reader(source: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut source) = source {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = source.read_to_end(&mut bytes);
            let _ = sender.send(bytes);
        });
    }
    receiver
}
