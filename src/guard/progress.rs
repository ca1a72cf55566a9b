//! What a build, an import or a load says it has made: a JSON object a line.
//!
//! The classic builder names each container (` ---> Running in 4f66ad9a0b2c`)
//! and each image (` ---> 8b1c...`) that it makes on the way; when a build fails
//! or is broken off, those are what it leaves.

use std::io;

use serde_json::Value;

use super::daemon::encode;
use super::ledger::LedgerLine;
use super::scope::Scope;

/// A line longer than this names nothing that was made.
const LINE_LIMIT: usize = 1024 * 1024;

/// Follows a stream of progress.
#[derive(Debug)]
pub struct ProgressStream<'a> {
    scope: &'a Scope,
    line: Vec<u8>,
    /// Names of images that a load brought.
    pub loaded: Vec<String>,
    /// Whether the daemon said that something went wrong.
    pub failed: bool,
}

impl<'a> ProgressStream<'a> {
    /// A stream of which nothing was seen yet.
    pub fn new(scope: &'a Scope) -> Self {
        Self {
            scope,
            line: Vec::new(),
            loaded: Vec::new(),
            failed: false,
        }
    }

    /// Takes the next bytes, and writes into the ledger what they name.
    ///
    /// # Errors
    /// What the daemon's connection or the ledger gives.
    pub fn follow(&mut self, bytes: &[u8]) -> io::Result<()> {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + piece.len() <= LINE_LIMIT {
                self.line.extend_from_slice(piece);
            }
            if piece.ends_with(b"\n") {
                self.end_line()?;
            }
        }
        Ok(())
    }

    /// The stream has ended, perhaps without a newline.
    ///
    /// # Errors
    /// As [`Self::follow`].
    pub fn end_line(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.line);
        let Ok(message) = serde_json::from_slice::<Value>(&line) else {
            return Ok(());
        };
        self.failed |= !message["error"].is_null();
        if let Some(id) = message["aux"]["ID"].as_str() {
            self.made_image(id)?;
        }
        let said = message["stream"].as_str().or(message["status"].as_str());
        let said = said.unwrap_or_default().trim();
        if let Some(container) = said.strip_prefix("---> Running in ") {
            self.made_container(container)?;
        } else if let Some(image) = said.strip_prefix("---> ") {
            self.made_image(image)?;
        } else if let Some(tag) = said.strip_prefix("Loaded image: ") {
            self.loaded.push(tag.to_owned());
        } else if let Some(id) = said.strip_prefix("Loaded image ID: ") {
            self.made_image(id)?;
        } else if said.starts_with("sha256:") {
            self.made_image(said)?;
        }
        Ok(())
    }

    fn made_image(&self, name: &str) -> io::Result<()> {
        if !is_id(name) {
            return Ok(());
        }
        match self.scope.image(name)? {
            Some(image) if !self.scope.was_there(&image.id) => {
                self.scope.record(LedgerLine::Image(image.id))
            }
            _ => Ok(()),
        }
    }

    fn made_container(&self, name: &str) -> io::Result<()> {
        if !is_id(name) {
            return Ok(());
        }
        let answer = self
            .scope
            .daemon
            .get(&format!("/containers/{}/json", encode(name)))?;
        let before = self.scope.ledger().begun.before.clone();
        match answer.body["Id"].as_str() {
            Some(id) if !before.containers.contains(id) => {
                self.scope.record(LedgerLine::Container(id.to_owned()))
            }
            _ => Ok(()),
        }
    }
}

fn is_id(name: &str) -> bool {
    let digits = name.strip_prefix("sha256:").unwrap_or(name);
    digits.len() >= 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
