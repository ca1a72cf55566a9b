//! Base images for engines that start empty.
//!
//! ```text
//!     Images::find(name)  --> Image       a file, and how a daemon takes it in
//!       1  saved        a `docker save` in the image folder
//!       2  host         what the host's daemon has, saved
//!       3  pull         by the host's daemon, once a run, with a short limit
//!       4  stand-in     a recipe, built from the distribution's packages
//!
//!     golden::provide(images)  --> Golden   a data root that holds them, to be cloned
//! ```

mod archive;
mod build;
pub mod golden;
mod recipe;
mod registry;

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use self::recipe::Recipe;
use super::{EngineError, ProgramOutput, cache};
use crate::diagnostic::Diagnose;
use crate::docker::names::with_tag;
use crate::lab::StandIn;

/// Why an image has no stand-in.
const NO_RECIPE: &str = "no recipe for it";

/// How long a daemon may take to take an image in.
const GIVE: Duration = Duration::from_secs(300);

/// An image that a daemon can be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailableImage {
    /// Its name with a tag (`ubuntu:latest`).
    pub name: String,
    /// The file that holds it.
    pub file: PathBuf,
    /// What the file is.
    pub form: ImageFormat,
    /// A short text that differs where the image differs.
    pub key: String,
    /// What it stands in for, where it is a stand-in.
    pub stand_in: Option<StandIn>,
}

/// What an image's file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageFormat {
    /// What `docker save` writes.
    Saved,
    /// A root file system as tar, with the changes that `docker import` makes
    /// (`CMD ["bash"]`).
    RootFileSystem {
        /// In Dockerfile form.
        changes: Vec<String>,
    },
}

impl AvailableImage {
    /// Gives it to a daemon; `docker` runs the client with arguments, the file on
    /// its standard input, and a limit.
    ///
    /// # Errors
    /// Those of `docker`, and [`EngineError::File`] where the file is gone.
    pub fn give(
        &self,
        docker: impl Fn(&[&str], File, Duration) -> Result<ProgramOutput, EngineError>,
    ) -> Result<(), EngineError> {
        let file = File::open(&self.file).map_err(EngineError::file("read", &self.file))?;
        match &self.form {
            ImageFormat::Saved => docker(&["load", "--quiet"], file, GIVE)?,
            ImageFormat::RootFileSystem { changes } => {
                let mut arguments = vec!["import"];
                for change in changes {
                    arguments.extend(["--change", change]);
                }
                arguments.extend(["-", &self.name]);
                docker(&arguments, file, GIVE)?
            }
        };
        Ok(())
    }
}

/// Where base images come from.
#[derive(Debug)]
pub struct Images {
    // What is found in the cache stays there for as long as somebody may take it.
    _cache: cache::InUse,
    recipes: Vec<Recipe>,
    found: Mutex<HashMap<String, Arc<Mutex<Option<AvailableImage>>>>>,
}

/// A digest of the recipes beside the `manifests`; none where there are none.
pub fn recipes_of(manifests: Option<&Path>) -> Option<String> {
    recipe::digest(&manifests?.join("images"))
}

/// Where an image would come from, as far as that is known before it is fetched or made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A saved archive in the image folder.
    Archive,
    /// The host's daemon has it.
    Host,
    /// A registry that the host's daemon reaches has it.
    Registry {
        /// The size of its compressed layers in bytes, where the registry tells it.
        bytes: Option<u64>,
    },
    /// A recipe makes a stand-in.
    StandIn {
        /// Whether it stands in the cache already.
        is_made: bool,
    },
}

impl Images {
    /// With the built-in recipes, and those in `recipes`, which come first.
    ///
    /// # Errors
    /// [`EngineError`] for the first recipe that cannot be used, and
    /// [`EngineError::File`] where the cache cannot be written.
    pub fn new(recipes: Option<&Path>) -> Result<Self, EngineError> {
        Ok(Self {
            _cache: cache::in_use()?,
            recipes: recipe::all(recipes)?,
            found: Mutex::default(),
        })
    }

    /// The image that notes call `name`, from wherever it can be had; looked for
    /// once, however many ask.
    ///
    /// # Errors
    /// [`EngineError::NoImage`] with everything that was tried.
    pub fn find(&self, name: &str) -> Result<AvailableImage, EngineError> {
        let name = with_tag(name);
        let place = {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(found.entry(name.clone()).or_default())
        };
        let mut place = place.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(image) = &*place {
            return Ok(image.clone());
        }
        let image = self.look_for(&name)?;
        Ok(place.insert(image).clone())
    }

    /// Where the image that notes call `name` would come from; nothing is fetched or made.
    ///
    /// # Errors
    /// [`EngineError::NoImage`] with everything that was tried, and what keeps the cache or
    /// the host's client from being asked.
    pub fn source(&self, name: &str) -> Result<ImageSource, EngineError> {
        let name = with_tag(name);
        let mut tried = Vec::new();
        match archive::find(&name)? {
            Ok(_) => return Ok(ImageSource::Archive),
            Err(why) => tried.push(("saved archive".to_owned(), why)),
        }
        match registry::id_on_host(&name)? {
            Ok(_) => return Ok(ImageSource::Host),
            Err(why) => tried.push(("host's daemon".to_owned(), why)),
        }
        match registry::offers(&name)? {
            Ok(bytes) => return Ok(ImageSource::Registry { bytes }),
            Err(why) => tried.push(("pull".to_owned(), why)),
        }
        match recipe::of(&self.recipes, &name) {
            Some(recipe) => {
                let is_made = build::is_made(&recipe)?;
                return Ok(ImageSource::StandIn { is_made });
            }
            None => tried.push(("stand-in".to_owned(), NO_RECIPE.to_owned())),
        }
        Err(EngineError::NoImage { image: name, tried })
    }

    /// Those found so far that are stand-ins, each with how it was made.
    pub fn stand_ins(&self) -> Vec<String> {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stand_ins: Vec<String> = found
            .values()
            .filter_map(|place| {
                // One that is being looked for is nobody's yet.
                let place = place.try_lock().ok()?;
                Some(place.as_ref()?.stand_in.as_ref()?.to_string())
            })
            .collect();
        stand_ins.sort();
        stand_ins
    }

    fn look_for(&self, name: &str) -> Result<AvailableImage, EngineError> {
        let ways: [(&str, &dyn Fn() -> Attempt); 4] = [
            ("saved archive", &|| archive::find(name)),
            ("host's daemon", &|| registry::from_host(name)),
            ("pull", &|| registry::pull(name)),
            ("stand-in", &|| self.stand_in(name)),
        ];
        let mut tried = Vec::new();
        for (way, find) in ways {
            match find() {
                Ok(Ok(image)) => return Ok(image),
                Ok(Err(outcome)) => tried.push((way.to_owned(), outcome)),
                Err(error) => tried.push((way.to_owned(), error.diagnose().message)),
            }
        }
        Err(EngineError::NoImage {
            image: name.to_owned(),
            tried,
        })
    }

    fn stand_in(&self, name: &str) -> Attempt {
        match recipe::of(&self.recipes, name) {
            Some(recipe) => build::build(&recipe).map(Ok),
            None => Ok(Err(NO_RECIPE.to_owned())),
        }
    }
}

/// What came of one way: the image, or why it is not to be had like this.
type Attempt = Result<Result<AvailableImage, String>, EngineError>;
