//! Recipes for stand-ins: small images made from the distribution's packages, those of
//! `recipes.toml` and those of users.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use regex::Regex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnose, Diagnostic, Source, did_you_mean, suggestion};
use crate::docker::names::{split, with_tag};
use crate::engine::EngineError;
use crate::hex::hex;

/// The table of the recipes that labbook knows.
const BUILT_IN: &str = include_str!("recipes.toml");

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
    /// Those of the files that may be run.
    #[serde(default)]
    pub(super) executable: Vec<String>,
    /// Commands to run in the new root file system at the end.
    #[serde(default)]
    pub(super) run: Vec<Vec<String>>,
    /// The image's entry point, which is given the command.
    #[serde(default)]
    entrypoint: Vec<String>,
    /// The image's command.
    #[serde(default)]
    command: Vec<String>,
    /// Ports that the image exposes (`80`, `53/udp`).
    #[serde(default)]
    expose: Vec<String>,
    /// Folders of the image that each container keeps in a volume.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    volumes: Vec<String>,
    /// The image's environment.
    #[serde(default)]
    environment: BTreeMap<String, String>,
    /// The image's user.
    #[serde(default)]
    user: Option<String>,
    /// The image's working folder.
    #[serde(default)]
    folder: Option<String>,
    /// Programs of the real image that are not in it.
    #[serde(default, skip_serializing)]
    pub(super) lacks: Vec<String>,
    /// Patterns of what it says of itself and the real image says differently.
    #[serde(default, skip_serializing)]
    pub(super) otherwise: Vec<String>,
    /// Other tags of the image, each with the files in which it differs.
    #[serde(default, skip_serializing)]
    tags: BTreeMap<String, BTreeMap<String, String>>,
    /// The pattern of further tags that it stands in for: the versions that the real image
    /// has.
    #[serde(default, skip_serializing)]
    versions: Option<String>,
    /// The pattern of further tags that it stands in for, of images made on Alpine.
    #[serde(default, skip_serializing)]
    alpine: Option<String>,
    /// The image for which the same is made, where it is another one's.
    #[serde(skip)]
    same_as: Option<String>,
}

/// The table of recipes.
#[derive(Debug, Deserialize)]
struct RecipeTable {
    recipe: Vec<Recipe>,
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
        with_tag(&self.image)
    }

    /// A short text that differs where what the recipe makes differs.
    pub(super) fn key(&self) -> String {
        let made = Self {
            image: self.same_as.as_ref().unwrap_or(&self.image).clone(),
            ..self.clone()
        };
        let text = serde_json::to_string(&made).unwrap_or_default();
        hex(&Sha256::digest(text), 8)
    }

    /// What `docker import` has to set, in Dockerfile form.
    pub(super) fn changes(&self) -> Vec<String> {
        let mut changes = Vec::new();
        for (key, words) in [("ENTRYPOINT", &self.entrypoint), ("CMD", &self.command)] {
            if !words.is_empty() {
                let words = serde_json::to_string(words).unwrap_or_default();
                changes.push(format!("{key} {words}"));
            }
        }
        changes.extend(self.expose.iter().map(|port| format!("EXPOSE {port}")));
        for (name, value) in &self.environment {
            changes.push(format!(
                "ENV {name}={}",
                serde_json::to_string(value).unwrap_or_default()
            ));
        }
        changes.extend(self.volumes.iter().map(|folder| format!("VOLUME {folder}")));
        changes.extend(self.user.iter().map(|user| format!("USER {user}")));
        changes.extend(self.folder.iter().map(|folder| format!("WORKDIR {folder}")));
        changes
    }

    /// It and the images of its other tags.
    fn with_tags(mut self) -> Vec<Self> {
        let tags = std::mem::take(&mut self.tags);
        let (repository, _) = split(&self.image);
        let repository = repository.to_owned();
        let of_tag = |(tag, files): (String, BTreeMap<String, String>)| {
            let mut other = self.clone();
            other.image = format!("{repository}:{tag}");
            other.same_as = files.is_empty().then(|| self.image.clone());
            other.versions = None;
            other.alpine = None;
            other.files.extend(files);
            other
        };
        let others: Vec<Self> = tags.into_iter().map(of_tag).collect();
        std::iter::once(self).chain(others).collect()
    }

    /// It for `image`, which has a tag, where that is another version of its image.
    fn of_version(&self, image: &str) -> Option<Self> {
        let (own, (repository, tag)) = (split(&self.image).0, split(image));
        let versions = Regex::new(self.versions.as_ref()?).ok()?;
        (repository == own && versions.is_match(tag)).then(|| Self {
            image: image.to_owned(),
            same_as: Some(self.image.clone()),
            ..self.clone()
        })
    }

    /// It for `image`, which has a tag, where that is its image made on Alpine, which the
    /// recipe `alpine` makes: with the shell, the tools and the files of that one, and without
    /// those of Debian that everybody would notice.
    fn on_alpine(&self, image: &str, alpine: &Self) -> Option<Self> {
        const OVER: &str = "
            for one in $(/bin/busybox --list); do
                case $one in busybox | ps | adduser | addgroup | setpriv | install) continue ;; esac
                /bin/busybox rm -f /bin/$one /usr/sbin/$one
            done
            /bin/busybox rm -f /bin/bash /bin/rbash /bin/apt* /bin/dpkg* /bin/perl*
            /bin/busybox sed -i 's,/bin/bash$,/bin/sh,' /etc/passwd
        ";
        let (own, (repository, tag)) = (split(&self.image).0, split(image));
        let tags = Regex::new(self.alpine.as_ref()?).ok()?;
        if repository != own || !tags.is_match(tag) {
            return None;
        }
        let both = |ours: &[String], theirs: &[String]| [ours, theirs].concat();
        let over = ["/bin/busybox", "sh", "-c", OVER]
            .map(str::to_owned)
            .to_vec();
        let mut files = alpine.files.clone();
        // The packages made users of their own.
        files.retain(|path, _| !["/etc/passwd", "/etc/group"].contains(&path.as_str()));
        files.extend(self.files.clone());
        Some(Self {
            image: image.to_owned(),
            same_as: Some(format!("{repository}:alpine")),
            packages: both(&self.packages, &alpine.packages),
            files,
            executable: both(&self.executable, &alpine.executable),
            run: [&self.run[..], &[over], &alpine.run[..]].concat(),
            lacks: [both(&self.lacks, &alpine.lacks), vec!["bash".to_owned()]].concat(),
            otherwise: both(&self.otherwise, &alpine.otherwise),
            ..self.clone()
        })
    }

    fn parse(source: &Arc<Source>) -> Result<Self, EngineError> {
        let recipe: Self = read_toml(source)?;
        recipe.check(source)?;
        Ok(recipe)
    }

    fn check(&self, source: &Arc<Source>) -> Result<(), EngineError> {
        let recipe = self;
        let bad = |range, message, help| bad_recipe(source, range, message, help);
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
        for pattern in recipe
            .otherwise
            .iter()
            .chain(&recipe.versions)
            .chain(&recipe.alpine)
        {
            if let Err(error) = Regex::new(pattern) {
                let start = source.text().find(pattern.as_str()).unwrap_or_default();
                let message = format!("`{pattern}` is no pattern: {error}");
                return Err(bad(start..start + pattern.len(), message, None));
            }
        }
        Ok(())
    }
}

/// A recipe that cannot be used.
fn bad_recipe(
    source: &Arc<Source>,
    range: Range<usize>,
    message: String,
    help: Option<String>,
) -> EngineError {
    let diagnostic = Diagnostic::error(message).at(source, range);
    Diagnostic { help, ..diagnostic }.into()
}

fn read_toml<T: serde::de::DeserializeOwned>(source: &Arc<Source>) -> Result<T, EngineError> {
    toml::from_str(source.text()).map_err(|error| {
        let message = error.message().lines().next().unwrap_or_default();
        let range = error.span().unwrap_or(0..0);
        bad_recipe(source, range, message.to_owned(), nearest(message))
    })
}

/// For serde's "unknown field `x`, expected one of `a`, `b`": the nearest one.
fn nearest(message: &str) -> Option<String> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown") {
        return None;
    }
    let near = did_you_mean(quoted.next()?, quoted)?;
    Some(suggestion(Some(near), ""))
}

/// The one of `recipes` that makes `image`, which has a tag.
pub(super) fn of(recipes: &[Recipe], image: &str) -> Option<Recipe> {
    let is_it = |recipe: &&Recipe| recipe.image() == image;
    let whole = recipes.iter().find(is_it).cloned();
    let version = || recipes.iter().find_map(|recipe| recipe.of_version(image));
    let on_alpine = || {
        let alpine = recipes
            .iter()
            .find(|recipe| recipe.image() == "alpine:latest")?;
        recipes
            .iter()
            .find_map(|recipe| recipe.on_alpine(image, alpine))
    };
    whole.or_else(version).or_else(on_alpine)
}

/// The recipes in `folder` and, after them, the built-in ones.
pub(super) fn all(folder: Option<&Path>) -> Result<Vec<Recipe>, EngineError> {
    let mut recipes = Vec::new();
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        let entries = fs::read_dir(folder).map_err(EngineError::file("read", folder))?;
        let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        files.sort();
        for file in files {
            if file
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                recipes.extend(Recipe::parse(&read(&file)?)?.with_tags());
            }
        }
    }
    let built_in = Source::new("recipes.toml", BUILT_IN);
    let table: RecipeTable = read_toml(&built_in)?;
    for recipe in table.recipe {
        recipe.check(&built_in)?;
        recipes.extend(recipe.with_tags());
    }
    Ok(recipes)
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
    (!files.is_empty()).then(|| hex(&digest.finalize(), 8))
}

fn read(file: &Path) -> Result<Arc<Source>, EngineError> {
    Source::read(file).map_err(|error| {
        let diagnostic = error.diagnose();
        bad_recipe(
            &Source::new(file, ""),
            0..0,
            diagnostic.message,
            diagnostic.help,
        )
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
            Err(error) => {
                let diagnostic = error.diagnose();
                let place = diagnostic.place.expect("a place");
                (place.range, diagnostic.message, diagnostic.help)
            }
            Ok(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_built_in_recipes_can_be_used() {
        let names: Vec<String> = all(None)
            .expect("built-in recipes")
            .iter()
            .map(Recipe::image)
            .collect();
        for image in [
            "ubuntu:latest",
            "ubuntu:18.04",
            "ubuntu:24.04",
            "nginx:latest",
            "busybox:latest",
            "alpine:3.18",
            "httpd:2.4",
        ] {
            assert!(names.iter().any(|name| name == image), "{image}");
        }
    }

    #[test]
    fn a_tag_differs_in_its_own_files_alone() {
        let recipe = parsed(
            "image = \"x:1\"\npackages = [\"y\"]\n[files]\n\"/a\" = \"1\"\n\"/b\" = \"1\"\n[tags.2]\n\"/a\" = \"2\"\n",
        );
        let recipes = recipe.expect("a recipe").with_tags();
        let listed: Vec<(String, Vec<&str>)> = recipes
            .iter()
            .map(|recipe| {
                let files = recipe.files.values().map(String::as_str);
                (recipe.image(), files.collect())
            })
            .collect();
        assert_eq!(
            listed,
            [
                ("x:1".to_owned(), vec!["1", "1"]),
                ("x:2".to_owned(), vec!["2", "1"])
            ]
        );
    }

    #[test]
    fn a_version_is_made_as_the_image_whose_version_it_is() {
        let recipes = all(None).expect("built-in recipes");
        let made = |image: &str| of(&recipes, image);
        for (image, same) in [
            ("python:3.11-slim", "python:3"),
            ("nginx:1.25", "nginx:latest"),
        ] {
            let (one, other) = (
                made(image).expect("a recipe"),
                made(same).expect("a recipe"),
            );
            assert_eq!((one.image(), one.key()), (image.to_owned(), other.key()));
        }
        for unknown in [
            "nginx:nosuch",
            "nginx:0.99.1",
            "nginx:1.25-alpine9",
            "python:30",
            "x/nginx:1.25",
        ] {
            assert!(made(unknown).is_none(), "{unknown}");
        }
        let on_alpine = ["nginx:1.25-alpine", "nginx:alpine3.18", "nginx:alpine"]
            .map(|image| made(image).expect("a recipe"));
        assert!(on_alpine.iter().all(|one| one.key() == on_alpine[0].key()));
        assert!(on_alpine[0].files.contains_key("/etc/alpine-release"));
        assert_ne!(
            on_alpine[0].key(),
            made("nginx:latest").expect("a recipe").key()
        );
        // A tag with files of its own is made by itself.
        let keys = ["ubuntu:22.04", "ubuntu:24.04", "ubuntu:latest"]
            .map(|image| made(image).expect("a recipe").key());
        assert!(keys[0] != keys[2] && keys[1] == keys[2]);
    }

    #[test]
    fn no_pattern_excuses_a_text_that_an_exercise_made() {
        for recipe in all(None).expect("built-in recipes") {
            for pattern in &recipe.otherwise {
                let pattern = Regex::new(pattern).expect("a pattern");
                for own in [
                    "NAME=lee",
                    "VERSION=2",
                    "ID=7",
                    "hello",
                    "3.14",
                    "total 4",
                    "v1",
                ] {
                    assert!(!pattern.is_match(own), "{pattern} takes {own}");
                }
            }
        }
    }

    #[test]
    fn the_stand_in_of_busybox_has_no_path_as_the_real_image() {
        let recipes = all(None).expect("built-in recipes");
        let busybox = recipes
            .iter()
            .find(|recipe| recipe.image() == "busybox:latest");
        assert_eq!(busybox.expect("it").changes(), ["CMD [\"sh\"]"]);
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
