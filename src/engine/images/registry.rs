//! Images of the host's daemon, and pulls through it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use super::{Attempt, archive};
use crate::engine::program::{Input, Program, run, run_well};
use crate::engine::{EngineError, cache};

/// How long the host's daemon may take to say whether it has an image.
const ASK: Duration = Duration::from_secs(10);
/// How long a pull may take; without a network it fails long before.
const PULL: Duration = Duration::from_secs(180);
const SAVE: Duration = Duration::from_secs(300);

const NO_CLIENT: &str = "there is no docker client";

/// What the host's client answers to `arguments`, or why it gives no answer.
fn ask(arguments: &[&str]) -> Result<Result<String, String>, EngineError> {
    let mut ask = Program::new("docker");
    ask.args(arguments);
    match run(ask, Input::Nothing, ASK) {
        Ok(answer) if answer.status == Some(0) => Ok(Ok(answer.stdout)),
        Ok(answer) => Ok(Err(first_line(&answer.stderr))),
        Err(EngineError::NoProgram { .. }) => Ok(Err(NO_CLIENT.to_owned())),
        Err(EngineError::TooSlow { limit, .. }) => Ok(Err(too_slow(limit))),
        Err(error) => Err(error),
    }
}

/// The ID of the image `name` on the host's daemon, or why there is none.
pub(super) fn id_on_host(name: &str) -> Result<Result<String, String>, EngineError> {
    let id = ask(&["image", "inspect", "--format", "{{.Id}}", name])?;
    Ok(id.map(|id| id.trim().trim_start_matches("sha256:").to_owned()))
}

/// The size of the layers of `name` in bytes, as a registry that the host's client reaches
/// tells it, or why none offers the image.
pub(super) fn offers(name: &str) -> Result<Result<Option<u64>, String>, EngineError> {
    let manifest = ask(&["manifest", "inspect", "--verbose", name])?;
    Ok(manifest.map(|text| layer_bytes(&text, std::env::consts::ARCH)))
}

/// The size of the layers for `architecture` in what `docker manifest inspect --verbose`
/// prints: one manifest, or a list with one a platform.
fn layer_bytes(text: &str, architecture: &str) -> Option<u64> {
    let document: Value = serde_json::from_str(text).ok()?;
    let docker_name = match architecture {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let manifests = match &document {
        Value::Array(list) => list.iter().collect(),
        one => vec![one],
    };
    let is_own = |manifest: &&&Value| {
        let platform = manifest.pointer("/Descriptor/platform/architecture");
        platform.is_none_or(|platform| platform == docker_name)
    };
    let manifest = manifests.iter().find(is_own)?;
    let own = ["/OCIManifest/layers", "/SchemaV2Manifest/layers"];
    let layers = own.iter().find_map(|path| manifest.pointer(path))?;
    layers
        .as_array()?
        .iter()
        .map(|layer| layer["size"].as_u64())
        .sum()
}

/// What the host's daemon has, saved into the cache under the image's ID.
pub(super) fn from_host(name: &str) -> Attempt {
    let id = match id_on_host(name)? {
        Ok(id) => id,
        Err(why) => return Ok(Err(why)),
    };
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
        Err(EngineError::NoProgram { .. }) => NO_CLIENT.to_owned(),
        Err(EngineError::TooSlow { limit, .. }) => too_slow(limit),
        Err(error) => return Err(error),
    };
    failed.insert(name.to_owned(), outcome.clone());
    Ok(Err(outcome))
}

fn too_slow(limit: Duration) -> String {
    format!("not within {} s", limit.as_secs())
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layers_of_the_own_platform_are_counted() {
        let list = r#"[
            {"Descriptor": {"platform": {"architecture": "arm64"}}, "OCIManifest": {"layers": [{"size": 7}]}},
            {"Descriptor": {"platform": {"architecture": "amd64"}},
             "SchemaV2Manifest": {"layers": [{"size": 30}, {"size": 12}]}}]"#;
        assert_eq!(layer_bytes(list, "x86_64"), Some(42));
        assert_eq!(layer_bytes(list, "aarch64"), Some(7));
        assert_eq!(layer_bytes(list, "riscv64"), None);
        assert_eq!(layer_bytes("no JSON", "x86_64"), None);
    }
}
