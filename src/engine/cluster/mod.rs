//! Kubernetes clusters: a namespace for what labbook makes there.
//!
//! labbook runs `kubectl` as it runs `docker` beside a lab: whoever has a cluster has it,
//! it knows every way to log in, and the client libraries of Rust need an async runtime.

mod namespace;

use std::time::Duration;

use serde_json::Value;

use super::EngineError;
use super::program::{Input, Program, run_well};
use crate::diagnostic::Diagnose;

pub use namespace::Namespace;

/// How long one call of kubectl may take.
const LIMIT: Duration = Duration::from_secs(60);

/// `kubectl`, as the user who has the cluster calls it.
#[derive(Debug, Clone)]
pub struct Kubectl<'c> {
    /// The context; none for the current one.
    context: Option<&'c str>,
    /// The value of `KUBECONFIG`; none for what kubectl takes by itself.
    kubeconfig: Option<&'c str>,
}

impl Kubectl<'_> {
    /// Runs it with `input`; gives the JSON that it prints.
    ///
    /// # Errors
    /// What it complained about.
    pub fn json(&self, arguments: &[&str], input: Option<&Value>) -> Result<Value, String> {
        let text = self.text(&[arguments, &["--output=json"]].concat(), input)?;
        serde_json::from_str(&text).map_err(|error| format!("kubectl printed no JSON: {error}"))
    }

    /// Runs it with `input`; gives what it prints.
    ///
    /// # Errors
    /// What it complained about.
    pub fn text(&self, arguments: &[&str], input: Option<&Value>) -> Result<String, String> {
        let mut program = Program::new("kubectl");
        if let Some(context) = self.context {
            program.args(["--context", context]);
        }
        program.args(arguments);
        if let Some(files) = self.kubeconfig {
            program.env("KUBECONFIG", files);
        }
        let input = input.map_or(Input::Nothing, |value| Input::Text(value.to_string()));
        match run_well(program, input, LIMIT) {
            Ok(output) => Ok(output.stdout),
            Err(EngineError::ProgramFailed { stderr, .. }) => Err(stderr.trim().to_owned()),
            Err(error) => Err(error.diagnose().message),
        }
    }

    /// Whether `error` says that the thing that was asked for is not there.
    fn is_missing(error: &str) -> bool {
        error.contains("(NotFound)")
    }
}

/// The name of the current context.
///
/// # Errors
/// What kubectl said.
pub fn current_context() -> Result<String, String> {
    let kubectl = Kubectl {
        context: None,
        kubeconfig: None,
    };
    let name = kubectl.text(&["config", "current-context"], None)?;
    Ok(name.trim().to_owned())
}

/// `KUBECONFIG` with absolute paths, so that a later process reads the same files.
fn kubeconfig_now() -> Option<String> {
    let files = std::env::var("KUBECONFIG")
        .ok()
        .filter(|files| !files.is_empty())?;
    let absolute = std::env::split_paths(&files)
        .map(|file| std::path::absolute(&file).unwrap_or(file))
        .collect::<Vec<_>>();
    std::env::join_paths(absolute).ok()?.into_string().ok()
}
