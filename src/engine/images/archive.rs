//! Images that were saved before: `docker save` files in the image folder.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

use super::{Attempt, AvailableImage, ImageFormat};
use crate::engine::program::{Input, Program, run};
use crate::engine::{EngineError, cache};

const LIMIT: Duration = Duration::from_secs(60);

/// The image folder: `LABBOOK_IMAGES`, else `images/` in the cache.
pub(super) fn folder() -> PathBuf {
    std::env::var_os("LABBOOK_IMAGES")
        .filter(|value| !value.is_empty())
        .map_or_else(|| cache::folder().join("images"), PathBuf::from)
}

/// Looks for `name` among the tags of every saved file.
pub(super) fn find(name: &str) -> Attempt {
    let folder = folder();
    let Ok(entries) = fs::read_dir(&folder) else {
        return Ok(Err(format!("{} is not there", folder.display())));
    };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    for file in files {
        if tags(&file)?.iter().any(|tag| tag == name) {
            return saved(name, file).map(Ok);
        }
    }
    Ok(Err(format!("no file in {} holds it", folder.display())))
}

/// The image `name` out of the saved `file`.
pub(super) fn saved(name: &str, file: PathBuf) -> Result<AvailableImage, EngineError> {
    let data = fs::metadata(&file).map_err(EngineError::file("read", &file))?;
    Ok(AvailableImage {
        name: name.to_owned(),
        key: format!(
            "{} {} {}",
            file.display(),
            data.size(),
            data.mtime_nsec() + data.mtime()
        ),
        file,
        form: ImageFormat::Saved,
        stand_in: None,
    })
}

#[derive(Deserialize)]
struct ArchiveManifest {
    #[serde(rename = "RepoTags", default)]
    tags: Option<Vec<String>>,
}

fn tags(file: &Path) -> Result<Vec<String>, EngineError> {
    if file.extension().is_none_or(|extension| extension != "tar") {
        return Ok(Vec::new());
    }
    let mut tar = Program::new("tar");
    tar.arg("--extract")
        .arg("--to-stdout")
        .arg("--file")
        .arg(file)
        .arg("manifest.json");
    let listed = run(tar, Input::Nothing, LIMIT)?;
    let entries: Vec<ArchiveManifest> = serde_json::from_str(&listed.stdout).unwrap_or_default();
    Ok(entries
        .into_iter()
        .flat_map(|entry| entry.tags.unwrap_or_default())
        .collect())
}
