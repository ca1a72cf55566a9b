//! Throwaway real daemons, each in a container of the user's daemon: for macOS,
//! Windows, users who are not root, and other versions of Docker.
//!
//! ```text
//!     NestedEngine            an image of the kind docker:dind, on the host's daemon
//!       .lab()                a container of it -> its dockerd answers
//!     NestedLab
//!       container             what the host's daemon is asked for    (start.sh)
//!       furnish.sh            the lab's user, folder and sudo
//!       docker exec -it ...   its shells
//! ```
//!
//! The container is privileged where the host's daemon can grant that, else it
//! has the capabilities that a daemon needs, and no filters. Its root is the
//! root of the machine that the daemon runs on: the lab's shells are without the
//! capabilities that reach that machine (where the image's `setpriv` can take
//! them away), and containers with added privileges need consent.

mod container;
mod lab;

use std::time::Duration;

use super::host::{address, direct_client, reach};
use super::images::Images;
use super::program::{Input, Program, run};
use super::{Engine, EngineError, Lab, LabRequest};
use crate::consent::Reach;
use crate::diagnostic::Diagnose;
use crate::docker::names::with_tag;
use crate::guard::daemon::{Daemon, encode};
use crate::guard::upstream::Upstream;
use crate::lab::EngineInfo;

pub use container::{CAPABILITIES, WRITABLE_CGROUPS};

use container::Rights;
use lab::NestedLab;

/// The image that is used where none is named.
const IMAGE: &str = "docker:dind";
/// How long pulling it may take.
const PULL: Duration = Duration::from_secs(300);

/// Daemons in containers of the host's daemon.
#[derive(Debug)]
pub struct NestedEngine {
    upstream: Upstream,
    image: String,
    rights: Rights,
    info: EngineInfo,
    images: Images,
}

impl NestedEngine {
    /// An engine out of `image`, none for `docker:dind`, on the daemon of the
    /// current context. Starts one for a moment, to know what it is.
    ///
    /// # Errors
    /// [`EngineError`] where there is no host's daemon,
    /// where the image is not to be had, or no
    /// daemon starts in a container of it.
    pub fn of_context(image: Option<&str>, images: Images) -> Result<Self, EngineError> {
        let name = match image {
            Some(image) => format!("nested:{image}"),
            None => "nested".to_owned(),
        };
        let upstream = address::of_context()?;
        reach(&upstream)?;
        let image = with_tag(image.unwrap_or(IMAGE));
        provide(&upstream, &image).map_err(|why| unavailable(&name, why))?;
        let start =
            |rights| NestedLab::start(&name, &upstream, &image, rights, &LabRequest::default());
        let (rights, lab) = match start(Rights::Privileged) {
            Ok(lab) => (Rights::Privileged, lab),
            Err(privileged) => match start(Rights::Named) {
                Ok(lab) => (Rights::Named, lab),
                Err(named) => {
                    let [privileged, named] =
                        [privileged, named].map(|error| error.diagnose().message);
                    return Err(unavailable(
                        &name,
                        format!("privileged: {privileged}; with named capabilities: {named}"),
                    ));
                }
            },
        };
        let seen = lab.surroundings()?;
        Box::new(lab).close()?;
        let info = EngineInfo {
            name,
            kind: "nested".into(),
            product: seen.product,
            server: seen.server,
            cli: seen.client,
            store: seen.store,
            builder: seen.builder,
            stand_ins: Vec::new(),
            cluster: None,
            chosen: None,
        };
        Ok(Self {
            upstream,
            image,
            rights,
            info,
            images,
        })
    }
}

fn unavailable(engine: &str, why: String) -> EngineError {
    EngineError::unavailable(engine, &[why])
}

/// Makes sure that the host's daemon has the image; one that was pulled stays.
fn provide(upstream: &Upstream, image: &str) -> Result<(), String> {
    let message = |error: EngineError| error.diagnose().message;
    let found = Daemon::new(upstream.clone()).get(&format!("/images/{}/json", encode(image)));
    if found
        .map_err(|error| format!("the host's daemon does not answer: {error}"))?
        .status
        == 200
    {
        return Ok(());
    }
    let mut pull = direct_client(upstream).map_err(message)?;
    pull.args(["pull", "--quiet", image]);
    let pulled = run(pull, Input::Nothing, PULL).map_err(message)?;
    match pulled.status {
        Some(0) => Ok(()),
        _ => Err(format!(
            "cannot get the image {image} ({}); name one that is there, as in nested:IMAGE",
            pulled.stderr.trim()
        )),
    }
}

impl Engine for NestedEngine {
    fn info(&self) -> EngineInfo {
        EngineInfo {
            stand_ins: self.images.stand_ins(),
            ..self.info.clone()
        }
    }

    fn lab(&self, request: &LabRequest) -> Result<Box<dyn Lab>, EngineError> {
        let images = request
            .images
            .iter()
            .map(|name| self.images.find(name))
            .collect::<Result<Vec<_>, _>>()?;
        let mut lab = NestedLab::start(
            &self.info.name,
            &self.upstream,
            &self.image,
            self.rights,
            request,
        )?;
        for image in &images {
            lab.take_in(image)?;
        }
        Ok(Box::new(lab))
    }

    fn labs_at_once(&self) -> Option<usize> {
        None
    }

    fn reach(&self) -> Reach {
        Reach::ByPrivileges
    }
}

/// The host's client running `docker exec` with `options` in the container.
fn exec(
    upstream: &Upstream,
    options: &[&str],
    container: &str,
    command: &[&str],
) -> Result<Program, EngineError> {
    let mut client = direct_client(upstream)?;
    client
        .arg("exec")
        .args(options)
        .arg(container)
        .args(command);
    Ok(client)
}
