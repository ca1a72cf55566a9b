//! Running a program to its end, with a time limit.
//!
//! ```text
//!     Program::new("docker").args(["pull", "nginx"]) --run(input, limit)--> ProgramOutput
//! ```

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use super::{EngineError, ProgramOutput};

/// What a program reads.
pub(super) enum Input {
    /// Nothing.
    Nothing,
    /// A text.
    Text(String),
    /// A file.
    File(File),
}

/// A program with its arguments, its folder and its environment.
#[derive(Debug, Clone)]
pub(super) struct Program {
    argv: Vec<OsString>,
    folder: Option<PathBuf>,
    /// Variables set beside, or instead of, this process's own.
    variables: Vec<(OsString, OsString)>,
    inherits_environment: bool,
}

impl Program {
    /// A program, found in `PATH` where it is a plain name.
    pub(super) fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            argv: vec![program.as_ref().to_owned()],
            folder: None,
            variables: Vec::new(),
            inherits_environment: true,
        }
    }

    /// Adds an argument.
    pub(super) fn arg(&mut self, argument: impl AsRef<OsStr>) -> &mut Self {
        self.argv.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub(super) fn args(
        &mut self,
        arguments: impl IntoIterator<Item = impl AsRef<OsStr>>,
    ) -> &mut Self {
        let arguments = arguments.into_iter();
        self.argv
            .extend(arguments.map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets a variable.
    pub(super) fn env(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        let pair = (name.as_ref().to_owned(), value.as_ref().to_owned());
        self.variables.push(pair);
        self
    }

    /// Sets variables.
    pub(super) fn envs(
        &mut self,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> &mut Self {
        self.variables.extend(variables);
        self
    }

    /// Keeps this process's own variables from it.
    pub(super) fn env_clear(&mut self) -> &mut Self {
        self.inherits_environment = false;
        self
    }

    /// Starts it in `folder`.
    pub(super) fn current_dir(&mut self, folder: impl Into<PathBuf>) -> &mut Self {
        self.folder = Some(folder.into());
        self
    }

    /// The program and its arguments.
    pub(super) fn argv(&self) -> &[OsString] {
        &self.argv
    }

    fn shown(&self) -> String {
        let words = self.argv.iter().map(|word| word.to_string_lossy());
        words.collect::<Vec<_>>().join(" ")
    }

    fn expression(&self, input: Input) -> duct::Expression {
        let program = self.argv.first().cloned().unwrap_or_default();
        let mut expression = duct::cmd(program, self.argv.iter().skip(1));
        if let Some(folder) = &self.folder {
            expression = expression.dir(folder);
        }
        if self.inherits_environment {
            for (name, value) in &self.variables {
                expression = expression.env(name, value);
            }
        } else {
            expression = expression.full_env(self.variables.iter().cloned());
        }
        match input {
            Input::Nothing => expression.stdin_null(),
            Input::Text(text) => expression.stdin_bytes(text),
            Input::File(file) => expression.stdin_file(file),
        }
    }
}

/// Runs `program` until it ends and both of its outputs are closed.
///
/// # Errors
/// [`EngineError::NoProgram`], and [`EngineError::TooSlow`] after `limit`, when
/// the program was killed.
pub(super) fn run(
    program: Program,
    input: Input,
    limit: Duration,
) -> Result<ProgramOutput, EngineError> {
    let not_run = |error| EngineError::NoProgram {
        program: program
            .argv
            .first()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        error,
    };
    let running = program
        .expression(input)
        .stdout_capture()
        .stderr_capture()
        .unchecked()
        .start()
        .map_err(not_run)?;
    let Some(output) = running.wait_timeout(limit).map_err(not_run)? else {
        let _ = running.kill();
        return Err(EngineError::TooSlow {
            what: program.shown(),
            limit,
        });
    };
    Ok(ProgramOutput {
        status: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// Like [`run`], where any exit status but 0 is an error too.
///
/// # Errors
/// [`EngineError::ProgramFailed`] besides those of [`run`].
pub(super) fn run_well(
    program: Program,
    input: Input,
    limit: Duration,
) -> Result<ProgramOutput, EngineError> {
    let command = program.shown();
    let output = run(program, input, limit)?;
    match output.status {
        Some(0) => Ok(output),
        status => Err(EngineError::ProgramFailed {
            command,
            status,
            stderr: output.stderr,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_program_gets_its_input_its_folder_and_only_its_variables() {
        let mut program = Program::new("/bin/sh");
        program
            .args(["-c", "cat; pwd; echo $A $HOME; exit 3"])
            .env_clear()
            .env("A", "b")
            .current_dir("/");
        let output = run(program, Input::Text("in\n".into()), 30 * SECOND).unwrap();
        assert_eq!(output.stdout, "in\n/\nb\n");
        assert_eq!(output.status, Some(3));
    }

    #[test]
    fn a_program_that_takes_too_long_is_killed_and_one_that_is_not_there_is_named() {
        let mut slow = Program::new("sleep");
        slow.arg("60");
        let error = run(slow, Input::Nothing, SECOND / 20).unwrap_err();
        assert!(matches!(error, EngineError::TooSlow { what, .. } if what == "sleep 60"));
        let none = Program::new("no-such-program");
        let error = run_well(none, Input::Nothing, SECOND).unwrap_err();
        assert!(
            matches!(error, EngineError::NoProgram { program, .. } if program == "no-such-program")
        );
    }
}
