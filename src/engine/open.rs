//! From what `--engine` names to an engine.

use std::path::Path;

use super::host::HostEngine;
use super::private::{PrivateEngine, PrivateOptions};
use super::{Engine, EngineError, EngineSelection};

/// The engine that `selection` names; nothing is started yet. `manifests` is the
/// folder of manifests, whose `images/` may hold recipes for stand-ins.
///
/// # Errors
/// Whatever keeps that kind of engine from working here.
pub fn open(selection: &EngineSelection, manifests: Option<&Path>) -> Result<Box<dyn Engine>, EngineError> {
    let recipes = manifests.map(|folder| folder.join("images")).filter(|folder| folder.is_dir());
    let private = |root, containerd| {
        let engine = PrivateEngine::new(PrivateOptions { root, containerd, program: None, recipes: recipes.clone() })?;
        engine.available()?;
        Ok(engine)
    };
    match selection {
        EngineSelection::Auto => match private(None, false) {
            Ok(engine) => Ok(Box::new(engine)),
            Err(_) => Ok(Box::new(HostEngine::new(None, recipes.as_deref())?)),
        },
        EngineSelection::Private { root, containerd } => Ok(Box::new(private(root.clone(), *containerd)?)),
        EngineSelection::Host => Ok(Box::new(HostEngine::new(None, recipes.as_deref())?)),
        EngineSelection::Address(address) => Ok(Box::new(HostEngine::new(Some(address), recipes.as_deref())?)),
        EngineSelection::Nested => todo!(),
    }
}
