//! Recipes for stand-ins: small images made from the distribution's packages.
//!
//! ```toml
//! image = "nginx:latest"
//! packages = ["nginx-light"]
//! command = ["nginx", "-g", "daemon off;"]
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::full_name;
use crate::diagnostic::{Diagnose, Source};
use crate::engine::EngineError;

const BUILT_IN: &[(&str, &str)] = &[
    (
        "ubuntu.toml",
        include_str!("../../../exercises/images/ubuntu.toml"),
    ),
    (
        "nginx.toml",
        include_str!("../../../exercises/images/nginx.toml"),
    ),
    (
        "busybox.toml",
        include_str!("../../../exercises/images/busybox.toml"),
    ),
];

/// How one stand-in is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The image that it stands in for.
    image: String,
    /// Packages of the distribution.
    pub(super) packages: Vec<String>,
    /// What becomes of the packages.
    #[serde(default)]
    pub(super) method: Method,
    /// Files to write, by absolute path.
    #[serde(default)]
    pub(super) files: BTreeMap<String, String>,
    /// Commands to run in the new root file system at the end.
    #[serde(default)]
    pub(super) run: Vec<Vec<String>>,
    /// The image's command.
    #[serde(default)]
    command: Vec<String>,
    /// Ports that the image exposes (`80`, `53/udp`).
    #[serde(default)]
    expose: Vec<String>,
    /// The image's environment.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// The image's user.
    #[serde(default)]
    user: Option<String>,
    /// The image's working folder.
    #[serde(default)]
    folder: Option<String>,
}

/// What becomes of a recipe's packages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Method {
    /// A system with the packages and all that they need is installed.
    #[default]
    Install,
    /// The packages' files alone are unpacked into an empty folder.
    Unpack,
}

impl Recipe {
    /// The image that it stands in for, with a tag.
    pub fn image(&self) -> String {
        full_name(&self.image)
    }

    /// A short text that differs where what the recipe makes differs.
    pub(super) fn key(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        Sha256::digest(text)
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// What `docker import` has to set, in Dockerfile form.
    pub(super) fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        if !self.command.is_empty() {
            let command = serde_json::to_string(&self.command).unwrap_or_default();
            changes.push(format!("CMD {command}"));
        }
        changes.extend(self.expose.iter().map(|port| format!("EXPOSE {port}")));
        for (name, value) in &self.environment {
            changes.push(format!(
                "ENV {name}={}",
                serde_json::to_string(value).unwrap_or_default()
            ));
        }
        changes.extend(self.user.iter().map(|user| format!("USER {user}")));
        changes.extend(self.folder.iter().map(|folder| format!("WORKDIR {folder}")));
        changes
    }

    fn parse(source: &Arc<Source>) -> Result<Self, EngineError> {
        let bad = |range: Range<usize>, message: String, help| EngineError::BadRecipe {
            source: Arc::clone(source),
            range,
            message,
            help,
        };
        let recipe: Self = toml::from_str(source.text()).map_err(|error| {
            let message = error.message().lines().next().unwrap_or_default();
            bad(
                error.span().unwrap_or(0..0),
                message.to_owned(),
                suggestion(message),
            )
        })?;
        for path in recipe.files.keys() {
            if !path.starts_with('/')
                || Path::new(path)
                    .components()
                    .any(|part| part.as_os_str() == "..")
            {
                let start = source.text().find(path.as_str()).unwrap_or_default();
                let message = format!("`{path}` is no absolute path");
                return Err(bad(
                    start..start + path.len(),
                    message,
                    Some("start it with `/`, without `..`".into()),
                ));
            }
        }
        if recipe.packages.is_empty() {
            return Err(bad(
                0..0,
                "a recipe needs packages".into(),
                Some("name at least one in `packages`".into()),
            ));
        }
        Ok(recipe)
    }
}

/// For serde's "unknown field `x`, expected one of `a`, `b`": the nearest one.
fn suggestion(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown") {
        return None;
    }
    let unknown = quoted.next()?;
    quoted
        .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| format!("did you mean `{known}`?"))
}

/// The recipes in `folder` and, after them, the built-in ones.
pub(super) fn all(folder: Option<&Path>) -> Result<Vec<Recipe>, EngineError> {
    let mut sources = Vec::new();
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        let entries = fs::read_dir(folder).map_err(EngineError::file("read", folder))?;
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            if file
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                sources.push(read(&file)?);
            }
        }
    }
    sources.extend(
        BUILT_IN
            .iter()
            .map(|(name, text)| Source::new(*name, *text)),
    );
    sources.iter().map(Recipe::parse).collect()
}

/// A digest of the recipes in `folder`; none where there are none.
pub(super) fn digest(folder: &Path) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let mut files: Vec<_> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    let mut digest = Sha256::new();
    for file in &files {
        let text = fs::read(file).unwrap_or_default();
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    let digest = digest.finalize();
    let hex = digest.iter().take(8).map(|byte| format!("{byte:02x}"));
    (!files.is_empty()).then(|| hex.collect())
}

fn read(file: &Path) -> Result<Arc<Source>, EngineError> {
    Source::read(file).map_err(|error| EngineError::BadRecipe {
        source: Source::new(file, ""),
        range: 0..0,
        message: error.diagnose().message,
        help: error.diagnose().help,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Recipe, EngineError> {
        Recipe::parse(&Source::new("test.toml", text))
    }

    fn refusal(text: &str) -> (Range<usize>, String, Option<String>) {
        match parsed(text) {
            Err(EngineError::BadRecipe {
                range,
                message,
                help,
                ..
            }) => (range, message, help),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_built_in_recipes_can_be_used() {
        let names: Vec<String> = all(None)
            .expect("built-in recipes")
            .iter()
            .map(Recipe::image)
            .collect();
        assert_eq!(names, ["ubuntu:latest", "nginx:latest", "busybox:latest"]);
    }

    #[test]
    fn what_is_imported_has_the_recipes_settings() {
        let recipe = parsed(
            "image = \"x\"\npackages = [\"y\"]\ncommand = [\"a b\", \"c\"]\nexpose = [\"80\"]\n[environment]\nA = \"1 2\"\n",
        )
        .expect("a recipe");
        assert_eq!(
            recipe.changes(),
            ["CMD [\"a b\",\"c\"]", "EXPOSE 80", "ENV A=\"1 2\""]
        );
    }

    #[test]
    fn an_unknown_key_is_shown_with_the_nearest_one() {
        let text = "image = \"x\"\npackages = [\"y\"]\ncomand = [\"z\"]\n";
        let (range, message, help) = refusal(text);
        assert_eq!(&text[range], "comand");
        assert!(message.contains("unknown field `comand`"), "{message}");
        assert_eq!(help.as_deref(), Some("did you mean `command`?"));
    }

    #[test]
    fn a_file_outside_of_the_image_is_refused() {
        let (_, message, _) =
            refusal("image = \"x\"\npackages = [\"y\"]\n[files]\n\"/../etc/x\" = \"\"\n");
        assert!(message.contains("no absolute path"), "{message}");
    }

    #[test]
    fn two_recipes_that_differ_have_two_keys() {
        let one = parsed("image = \"x\"\npackages = [\"y\"]\n").expect("a recipe");
        let other = parsed("image = \"x\"\npackages = [\"z\"]\n").expect("a recipe");
        assert_ne!(one.key(), other.key());
    }
}
