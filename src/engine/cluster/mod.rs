//! Kubernetes clusters: a namespace of its own for every lab whose sessions call kubectl, and
//! for the Jobs of a run.
//!
//! ```text
//!     with_cluster(engine)   an engine whose labs have a namespace   (lab)
//!         Namespace          made by kubectl, written down in a journal before
//!         Role               everything inside of the namespace, nothing outside
//!         kubeconfig         a token of the role, and the way to the API server   (relay)
//! ```
//!
//! labbook runs `kubectl` as it runs `docker` beside a lab: whoever has a cluster has it,
//! it knows every way to log in, and the client libraries of Rust need an async runtime.

mod lab;
mod namespace;
mod relay;
mod survey;

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::program::{Input, Program, run_well};
use super::{Engine, EngineError, LabRequest, ProgramSource};
use crate::consent::Reach;
use crate::diagnostic::Diagnose;
use crate::lab::{ClusterName, EngineInfo};

pub use namespace::Namespace;
pub use survey::{contexts, survey};

/// How long one call of kubectl may take.
const LIMIT: Duration = Duration::from_secs(60);

/// How often something is sent to a server that does not answer in time.
const ATTEMPTS: usize = 3;

/// What kubectl says where a server had no time to begin a connection: nothing was sent.
const NO_HANDSHAKE: &str = "net/http: TLS handshake timeout";

/// An engine that gives those labs a namespace of a cluster whose sessions call kubectl.
struct WithCluster {
    engine: Box<dyn Engine>,
    cluster: Option<ClusterName>,
}

/// The same engine, whose labs have a namespace of `cluster` where their sessions call
/// kubectl; a manifest may name another one.
pub fn with_cluster(engine: Box<dyn Engine>, cluster: Option<ClusterName>) -> Box<dyn Engine> {
    Box::new(WithCluster { engine, cluster })
}

impl Engine for WithCluster {
    fn info(&self) -> EngineInfo {
        EngineInfo {
            cluster: self.cluster.clone(),
            ..self.engine.info()
        }
    }

    fn lab(&self, request: &LabRequest) -> Result<Box<dyn super::Lab>, EngineError> {
        let cluster = request.cluster.as_ref().or(self.cluster.as_ref());
        match cluster.filter(|_| request.needs_cluster) {
            Some(cluster) => lab::open(cluster, self.engine.lab(request)?),
            None => self.engine.lab(request),
        }
    }

    fn labs_at_once(&self) -> Option<usize> {
        self.engine.labs_at_once()
    }

    fn reach(&self) -> Reach {
        self.engine.reach()
    }

    fn taken_names(
        &self,
        names: &std::collections::BTreeSet<super::MadeName>,
    ) -> Result<std::collections::BTreeSet<super::MadeName>, EngineError> {
        self.engine.taken_names(names)
    }

    fn programs(&self, called: &[String], fetch: bool) -> Vec<(String, ProgramSource)> {
        self.engine.programs(called, fetch)
    }
}

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

    /// Runs it with `input`; gives what it prints. What a busy server did not get is sent
    /// again.
    ///
    /// # Errors
    /// What it complained about.
    pub fn text(&self, arguments: &[&str], input: Option<&Value>) -> Result<String, String> {
        let mut said = self.text_at_once(arguments, input);
        for _ in 1..ATTEMPTS {
            match &said {
                Err(error) if error.ends_with(NO_HANDSHAKE) => {
                    said = self.text_at_once(arguments, input);
                }
                _ => break,
            }
        }
        said
    }

    fn text_at_once(&self, arguments: &[&str], input: Option<&Value>) -> Result<String, String> {
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
/// What kubectl complained about.
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

/// The program `kubectl` that labbook itself finds.
pub(super) fn program() -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    let mut files = std::env::split_paths(&path).map(|folder| folder.join("kubectl"));
    files.find_map(|file| Path::canonicalize(&file).ok().filter(|file| file.is_file()))
}
