//! `labbook doctor`: what a run will need, and whether it is there.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::diagnostic::Diagnose;
use crate::engine::images::Images;
use crate::engine::{self, EngineSelection};

use super::arguments::InputArguments;
use super::{Refusal, Status, inputs, say};

/// Arguments of `labbook doctor`.
#[derive(Debug, clap::Args)]
pub struct DoctorArguments {
    #[command(flatten)]
    input: InputArguments,
}

/// Looks for engines and, where notes are named or a book is in this folder, for
/// the base images that their exercises need. Images that can be had are fetched
/// or made now, so that the next run finds them.
///
/// # Errors
/// What is wrong with the input.
pub fn run(arguments: &DoctorArguments) -> Result<Status, Refusal> {
    let mut text = String::new();
    let here = std::path::Path::new("book.toml").is_file();
    let inputs = match here || !arguments.input.paths.is_empty() {
        true => Some(inputs::read(&arguments.input)?),
        false => None,
    };
    let book = inputs.as_ref().and_then(|inputs| inputs.book.as_deref());
    let manifests = crate::exercise::manifest_folder(arguments.input.exercises.as_deref(), book);
    let mut engines = 0;
    for selection in [
        EngineSelection::Private {
            root: None,
            containerd: false,
        },
        EngineSelection::Host,
    ] {
        match engine::open(&selection, manifests.as_deref()) {
            Ok(engine) => {
                let info = engine.info();
                engines += 1;
                let _ = writeln!(
                    text,
                    "engine {selection}: Docker {}, client {}, {}, {}",
                    info.server, info.cli, info.store, info.builder
                );
            }
            Err(error) => {
                let _ = writeln!(text, "engine {selection}: {}", error.diagnose().message);
            }
        }
    }
    let mut missing = 0;
    if let Some(inputs) = &inputs {
        let recipes = manifests
            .map(|folder| folder.join("images"))
            .filter(|folder| folder.is_dir());
        let images = Images::new(recipes.as_deref()).map_err(|error| vec![error.diagnose()])?;
        for (name, exercises) in needed(inputs) {
            let found = match images.find(name) {
                Ok(image) => image
                    .stand_in
                    .map_or("there".to_owned(), |made| format!("stand-in {made}")),
                Err(error) => {
                    missing += 1;
                    error.diagnose().message
                }
            };
            let _ = writeln!(text, "image {name}: {found} (for {})", exercises.join(", "));
        }
    }
    say(&text)?;
    Ok(if engines == 0 || missing > 0 {
        Status::NotRun
    } else {
        Status::Good
    })
}

/// Each base image with the exercises that need it.
fn needed(inputs: &inputs::Inputs) -> BTreeMap<&str, Vec<&str>> {
    let mut needed: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for exercise in &inputs.exercises {
        for image in &exercise.images {
            needed.entry(image).or_default().push(&exercise.id);
        }
    }
    needed
}
