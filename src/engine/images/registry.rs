//! Images of the host's daemon, and pulls through it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::{Attempt, archive};
use crate::engine::program::{Input, Program, run, run_well};
use crate::engine::{EngineError, cache};

/// How long the host's daemon may take to say whether it has an image.
const ASK: Duration = Duration::from_secs(10);
/// How long a pull may take; without a network it fails long before.
const PULL: Duration = Duration::from_secs(180);
const SAVE: Duration = Duration::from_secs(300);

/// What the host's daemon has, saved into the cache under the image's ID.
pub(super) fn from_host(name: &str) -> Attempt {
    let mut ask = Program::new("docker");
    ask.args(["image", "inspect", "--format", "{{.Id}}", name]);
    let answer = match run(ask, Input::Nothing, ASK) {
        Ok(answer) => answer,
        Err(EngineError::NoProgram { .. }) => {
            return Ok(Err("there is no docker client".to_owned()));
        }
        Err(error) => return Err(error),
    };
    if answer.status != Some(0) {
        return Ok(Err(first_line(&answer.stderr)));
    }
    let id = answer
        .stdout
        .trim()
        .trim_start_matches("sha256:")
        .to_owned();
    let folder = cache::kind("saved")?;
    let plain = format!("{}-{id}", name.replace(['/', ':', '@', '.'], "_"));
    let file = folder.join(format!("{plain}.tar"));
    let _held = cache::hold(&folder, &plain)?;
    if !file.exists() {
        let partial = tempfile::NamedTempFile::new_in(&folder)
            .map_err(EngineError::file("write into", &folder))?;
        let mut save = Program::new("docker");
        save.args(["save", "--output"])
            .arg(partial.path())
            .arg(name);
        run_well(save, Input::Nothing, SAVE)?;
        partial
            .persist(&file)
            .map_err(|error| EngineError::file("write", &file)(error.error))?;
    }
    archive::saved(name, file).map(Ok)
}

/// Pulls through the host's daemon, where it stays; one that failed is not tried
/// again in this run.
pub(super) fn pull(name: &str) -> Attempt {
    static FAILED: Mutex<Option<HashMap<String, String>>> = Mutex::new(None);
    let mut failed = FAILED.lock().unwrap_or_else(PoisonError::into_inner);
    let failed = failed.get_or_insert_default();
    if let Some(outcome) = failed.get(name) {
        return Ok(Err(outcome.clone()));
    }
    let mut pull = Program::new("docker");
    pull.args(["pull", "--quiet", name]);
    let outcome = match run(pull, Input::Nothing, PULL) {
        Ok(answer) if answer.status == Some(0) => return from_host(name),
        Ok(answer) => first_line(&answer.stderr),
        Err(EngineError::NoProgram { .. }) => "there is no docker client".to_owned(),
        Err(EngineError::TooSlow { limit, .. }) => format!("not within {} s", limit.as_secs()),
        Err(error) => return Err(error),
    };
    failed.insert(name.to_owned(), outcome.clone());
    Ok(Err(outcome))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("no reason given").to_owned()
}
