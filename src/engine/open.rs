//! From what `--engine` names to an engine.

use std::path::{Path, PathBuf};

use super::host::{self, HostEngine};
use super::images::Images;
use super::journal::{self, Sweep};
use super::nested::NestedEngine;
#[cfg(target_os = "linux")]
use super::private::{PrivateEngine, PrivateOptions};
use super::{Engine, EngineError, EngineSelection, Store};
use crate::diagnostic::{Diagnose, Diagnostic, all_values};

/// The engine that `selection` names; nothing is started yet. `manifests` is the
/// folder of manifests, whose `images/` may hold recipes for stand-ins.
///
/// # Errors
/// Whatever keeps that kind of engine from working here.
pub fn open(
    selection: &EngineSelection,
    manifests: Option<&Path>,
) -> Result<Box<dyn Engine>, EngineError> {
    let recipes = manifests
        .map(|folder| folder.join("images"))
        .filter(|folder| folder.is_dir());
    let private = |root, store| private(root, store, recipes.as_deref());
    let images = || Images::new(recipes.as_deref());
    match selection {
        EngineSelection::Auto => match private(None, Store::Own) {
            Ok(engine) => Ok(engine),
            Err(private) => match HostEngine::of_context(images()?) {
                Ok(host) => Ok(Box::new(host.with_reason(private.diagnose().message))),
                Err(host) => Err(neither(&private, &host)),
            },
        },
        EngineSelection::Private { root, store } => private(root.clone(), *store),
        EngineSelection::Host => Ok(Box::new(HostEngine::of_context(images()?)?)),
        EngineSelection::Address(address) => Ok(Box::new(HostEngine::at(address, images()?)?)),
        EngineSelection::Nested { image } => Ok(Box::new(NestedEngine::of_context(
            image.as_deref(),
            images()?,
        )?)),
    }
}

#[cfg(target_os = "linux")]
fn private(
    root: Option<PathBuf>,
    store: Store,
    recipes: Option<&Path>,
) -> Result<Box<dyn Engine>, EngineError> {
    let engine = PrivateEngine::new(PrivateOptions {
        root,
        store,
        no_user_namespace: false,
        program: None,
        recipes: recipes.map(Path::to_owned),
    })?;
    engine.available()?;
    Ok(Box::new(engine))
}

#[cfg(not(target_os = "linux"))]
fn private(
    root: Option<PathBuf>,
    store: Store,
    _: Option<&Path>,
) -> Result<Box<dyn Engine>, EngineError> {
    let engine = EngineSelection::Private { root, store }.to_string();
    Err(EngineError::unavailable(
        &engine,
        &["it needs Linux".to_owned()],
    ))
}

/// `auto` found no engine: neither a private one nor the host's.
fn neither(private: &EngineError, host: &EngineError) -> EngineError {
    let (private, host) = (private.diagnose(), host.diagnose());
    let message = format!("{}; and {}", host.message, private.message);
    Diagnostic { message, ..host }.into()
}

/// Removes what earlier runs left behind, on this machine and on its daemons.
/// Gives the names of the labs that are gone now.
///
/// # Errors
/// What is still there; everything else was removed.
pub fn sweep(sweep: Sweep) -> Result<Vec<String>, Vec<EngineError>> {
    let swept = all_values([journal::sweep(sweep), host::sweep(sweep)]);
    swept.map(|removed| removed.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_engine_the_help_is_that_for_the_hosts() {
        let private = EngineError::unavailable("private", &["it needs root".to_owned()]);
        let host = Diagnostic::error("no Docker daemon answers").help("start it");
        let diagnostic = neither(&private, &host.into()).diagnose();
        assert_eq!(
            diagnostic.message,
            "no Docker daemon answers; and no private engine here: it needs root"
        );
        assert_eq!(diagnostic.help.as_deref(), Some("start it"));
    }
}
