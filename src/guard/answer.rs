//! What an answer of the daemon means for the ledger.

use std::io;

use serde_json::Value;

use super::daemon::encode;
use super::ledger::{GoneThing, LedgerLine};
use super::listing;
use super::rules::AnswerRule;
use super::scope::{Owner, Scope, is_anonymous};

/// Writes into the ledger what a whole answer says, and takes out of it what the
/// lab is not to see.
///
/// # Errors
/// What the daemon's connection or the ledger gives.
pub fn learn(scope: &Scope, then: &AnswerRule, status: u16, answer: &mut Value) -> io::Result<()> {
    let done = (200..300).contains(&status);
    match then {
        AnswerRule::Show(kind) if done => listing::show(scope, *kind, answer),
        AnswerRule::Container { volumes } => {
            if let Some(id) = answer["Id"].as_str().filter(|_| done) {
                scope.record(LedgerLine::Container(id.to_owned()))?;
                record_anonymous_volumes(scope, id)?;
            }
            if !done {
                for volume in volumes {
                    // Refused where another container of the lab uses it by now.
                    let _ = scope
                        .daemon
                        .delete(&format!("/volumes/{}", encode(volume)))?;
                    forget_unmade_volume(scope, volume)?;
                }
            }
        }
        AnswerRule::Network => {
            if let Some(id) = answer["Id"].as_str().filter(|_| done) {
                scope.record(LedgerLine::Network(id.to_owned()))?;
            }
        }
        AnswerRule::Execution => {
            if let Some(id) = answer["Id"].as_str().filter(|_| done) {
                scope.add_execution(id);
            }
        }
        AnswerRule::Image { tag } => {
            if let Some(id) = answer["Id"].as_str().filter(|_| done)
                && !scope.was_there(id)
            {
                scope.record(LedgerLine::Image(id.to_owned()))?;
            }
            settle_tags(scope, tag.as_slice(), done)?;
        }
        AnswerRule::Volume(name) if name.is_empty() => {
            if let Some(name) = answer["Name"].as_str().filter(|_| done) {
                scope.record(LedgerLine::Volume(name.to_owned()))?;
            }
            listing::show(scope, super::rules::ListFilter::One, answer);
        }
        AnswerRule::Volume(name) => {
            forget_unmade_volume(scope, name)?;
            listing::show(scope, super::rules::ListFilter::One, answer);
        }
        AnswerRule::Removal => {
            let removed: Vec<String> = answer
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|item| item["Untagged"].as_str())
                .map(str::to_owned)
                .collect();
            for tag in removed {
                scope.record(LedgerLine::Gone(GoneThing::Tag(tag)))?;
            }
        }
        AnswerRule::Show(_)
        | AnswerRule::Relay
        | AnswerRule::Build { .. }
        | AnswerRule::Pull { .. }
        | AnswerRule::Load
        | AnswerRule::BuildKit => {}
    }
    Ok(())
}

/// Volumes that came with a container, and were not there before.
fn record_anonymous_volumes(scope: &Scope, container: &str) -> io::Result<()> {
    let container = scope
        .daemon
        .get(&format!("/containers/{container}/json"))?
        .body;
    let mounts = container["Mounts"].as_array().cloned().unwrap_or_default();
    for mount in mounts.iter().filter(|mount| mount["Type"] == "volume") {
        let Some(name) = mount["Name"].as_str().filter(|name| is_anonymous(name)) else {
            continue;
        };
        let known = {
            let ledger = scope.ledger();
            ledger.belongings.volumes.contains(name) || ledger.begun.before.volumes.contains(name)
        };
        if !known {
            scope.record(LedgerLine::Volume(name.to_owned()))?;
        }
    }
    Ok(())
}

/// A name that was written down before the daemon was asked, and is free still,
/// may be the user's next.
fn forget_unmade_volume(scope: &Scope, name: &str) -> io::Result<()> {
    match scope.volume_owner(name)? {
        Owner::Nobody => scope.record(LedgerLine::Gone(GoneThing::Volume(name.to_owned()))),
        _ => Ok(()),
    }
}

/// After a build, an import or a tag: where the daemon has done it, the images
/// that the names have now are the lab's; names that were never given are free
/// again. A name that may be somebody else's stays as it is written down.
///
/// # Errors
/// What the daemon's connection or the ledger gives.
pub fn settle_tags(scope: &Scope, tags: &[String], done: bool) -> io::Result<()> {
    for tag in tags {
        match scope.image(tag)? {
            Some(image) if done || scope.belongings().gave(tag, &image.id) => {
                let (tag, id) = (tag.clone(), image.id);
                if done && !scope.was_there(&id) {
                    scope.record(LedgerLine::Image(id.clone()))?;
                }
                scope.record(LedgerLine::Given { tag, image: id })?;
            }
            Some(_) => {}
            None => scope.record(LedgerLine::Gone(GoneThing::Tag(tag.clone())))?,
        }
    }
    Ok(())
}

/// After a load: names that it brought are the lab's where they were free. `done`
/// says whether the daemon has read the whole archive.
///
/// # Errors
/// What the daemon's connection or the ledger gives.
pub fn settle_load(scope: &Scope, loaded: &[String], done: bool) -> io::Result<()> {
    let moving = scope.belongings().moving;
    let (moved, new): (Vec<_>, Vec<_>) = loaded
        .iter()
        .cloned()
        .partition(|tag| moving.contains_key(tag));
    for tag in &new {
        scope.record(LedgerLine::Tag(tag.clone()))?;
    }
    for tag in &moved {
        settle_move(scope, tag, true)?;
    }
    for (tag, _) in moving.iter().filter(|(_, name)| name.open && done) {
        if !moved.contains(tag) {
            scope.record(LedgerLine::Stays(tag.clone()))?;
        }
    }
    settle_tags(scope, &new, true)
}

/// After a pull, or for a name that a load brought: writes down where the user's
/// name was moved to. A pull that was broken off may not have moved it.
///
/// # Errors
/// What the daemon's connection or the ledger gives.
pub fn settle_move(scope: &Scope, tag: &str, done: bool) -> io::Result<()> {
    let Some(name) = scope.belongings().moving.remove(tag) else {
        return Ok(());
    };
    let tag = tag.to_owned();
    match scope.image(&tag)? {
        Some(image) if image.id == name.from => scope.record(LedgerLine::Stays(tag)),
        Some(image) if done => {
            let image = image.id;
            scope.record(LedgerLine::Moved { tag, image })
        }
        _ => Ok(()),
    }
}
