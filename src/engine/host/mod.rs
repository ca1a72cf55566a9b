//! The host engine: the daemon that the user works with every day, and her own
//! machine beside it. The lab reaches the daemon only through a [`guard`].
//!
//! ```text
//!     HostEngine          a way to a daemon: the current context's, or an address
//!       .lab(...)   ->    HostLab
//!                           place      a folder of its own, with a home
//!                           guard      socket, ledger
//!                           bash       the user's, on this machine
//!     sweep               what killed processes left
//! ```
//!
//! [`guard`]: crate::guard

pub mod address;
mod alone;
pub mod before;
pub mod configuration;
pub mod data_root;
mod lab;
pub mod names;
pub mod place;
mod ports;
pub mod programs;
mod sweep;

use std::collections::BTreeSet;
use std::io;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::consent::Reach;
use crate::engine::images::Images;
use crate::engine::program::{self, Input, Program};
use crate::engine::surroundings::{ClientInfo, survey};
use crate::engine::{Engine, EngineError, Lab, LabRequest, ProgramSource};
use crate::guard::daemon::Daemon;
use crate::guard::upstream::Upstream;
use crate::lab::{EngineInfo, Surroundings};

pub(in crate::engine) use lab::guard_again;
pub use names::MadeName;
pub use sweep::sweep;

/// How long the daemon may take to say what it is.
const SURVEY_LIMIT: Duration = Duration::from_secs(60);

/// The user's daemon.
#[derive(Debug)]
pub struct HostEngine {
    upstream: Upstream,
    info: EngineInfo,
    images: Images,
    /// Taken when it is first needed, kept for as long as the engine lives.
    alone: Mutex<Option<Arc<alone::Alone>>>,
}

impl HostEngine {
    /// The daemon of the current Docker context; base images that it lacks come
    /// from `images`.
    ///
    /// # Errors
    /// [`EngineError`] where there is no client, or no daemon answers.
    pub fn of_context(images: Images) -> Result<Self, EngineError> {
        Self::through(address::of_context()?, "host", images)
    }

    /// The daemon at `unix://...` or `ssh://...`.
    ///
    /// # Errors
    /// [`EngineError`] where there is no client, or no daemon answers.
    pub fn at(address: &str, images: Images) -> Result<Self, EngineError> {
        Self::through(address::at(address)?, address, images)
    }

    /// Says in results why `auto` took it.
    pub fn with_reason(mut self, why: String) -> Self {
        self.info.chosen = Some(why);
        self
    }

    /// The daemon behind `upstream`, called `name` in results.
    ///
    /// # Errors
    /// [`EngineError`] where there is no client, or no daemon answers.
    pub fn through(upstream: Upstream, name: &str, images: Images) -> Result<Self, EngineError> {
        let surroundings = surroundings(&upstream)?;
        Ok(Self {
            upstream,
            info: EngineInfo {
                name: name.to_owned(),
                kind: "host".into(),
                product: surroundings.product,
                server: surroundings.server,
                cli: surroundings.client,
                store: surroundings.store,
                builder: surroundings.builder,
                stand_ins: Vec::new(),
                cluster: None,
                chosen: None,
            },
            images,
            alone: Mutex::default(),
        })
    }

    /// Waits until no other labbook has labs on the daemon.
    fn alone(&self) -> Result<Arc<alone::Alone>, EngineError> {
        let mut alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(alone) = &*alone {
            return Ok(Arc::clone(alone));
        }
        let info = self.daemon().get("/info");
        let info = info.map_err(|error| lab::unanswered(&self.upstream, &error))?;
        let taken = alone::on(info.body["ID"].as_str().unwrap_or_default())?;
        Ok(Arc::clone(alone.insert(taken)))
    }

    /// The way to the daemon.
    pub fn upstream(&self) -> &Upstream {
        &self.upstream
    }

    /// The daemon, for questions of our own.
    pub fn daemon(&self) -> Daemon {
        Daemon::new(self.upstream.clone())
    }
}

impl HostEngine {
    /// Whether the client has the plugin `compose`.
    fn has_compose(&self) -> bool {
        let ask = || {
            let mut client = direct_client(&self.upstream)?;
            client.args(["compose", "version"]);
            program::run(client, Input::Nothing, SURVEY_LIMIT)
        };
        ask().is_ok_and(|output| output.status == Some(0))
    }
}

impl Engine for HostEngine {
    fn info(&self) -> EngineInfo {
        EngineInfo {
            stand_ins: self.images.stand_ins(),
            ..self.info.clone()
        }
    }

    fn lab(&self, request: &LabRequest) -> Result<Box<dyn Lab>, EngineError> {
        let client = ClientInfo {
            version: self.info.cli.clone(),
            builder: self.info.builder.clone(),
        };
        let turn = self.alone()?.turn();
        let mut lab = lab::HostLab::open(&self.upstream, request, client, turn)?;
        for image in &request.images {
            lab.provide(&self.images, image)?;
        }
        Ok(Box::new(lab))
    }

    /// One daemon, one set of names and ports: one lab.
    fn labs_at_once(&self) -> Option<usize> {
        Some(1)
    }

    fn reach(&self) -> Reach {
        Reach::Machine
    }

    fn taken_names(&self, names: &BTreeSet<MadeName>) -> Result<BTreeSet<MadeName>, EngineError> {
        // What another labbook has made now is not the user's.
        self.alone()?;
        names::taken(&self.daemon(), names).map_err(|error| lab::unanswered(&self.upstream, &error))
    }

    /// labbook installs nothing on the user's machine.
    fn programs(&self, called: &[String], _fetch: bool) -> Vec<(String, ProgramSource)> {
        programs::sources(called, || self.has_compose())
    }
}

/// The client, set to reach the daemon behind `upstream` directly.
pub(in crate::engine) fn direct_client(upstream: &Upstream) -> Result<Program, EngineError> {
    Ok(match upstream {
        Upstream::Socket(socket) => {
            let mut command = Program::new(address::client()?);
            command
                .arg("--host")
                .arg(format!("unix://{}", socket.display()));
            command
        }
        Upstream::Client { program, arguments } => {
            let mut command = Program::new(program);
            command.args(arguments);
            command
        }
    })
}

/// Makes sure that there is a daemon behind `upstream`.
///
/// # Errors
/// [`EngineError`] where none answers.
pub(in crate::engine) fn reach(upstream: &Upstream) -> Result<(), EngineError> {
    match upstream {
        Upstream::Socket(path) => UnixStream::connect(path)
            .map(drop)
            .map_err(|error| lab::unanswered(upstream, &error)),
        Upstream::Client { .. } => {
            let mut version = direct_client(upstream)?;
            version.args(["version", "--format", "{{.Server.Version}}"]);
            let output = program::run(version, Input::Nothing, SURVEY_LIMIT)?;
            match output.status {
                Some(0) => Ok(()),
                _ => Err(lab::unanswered(
                    upstream,
                    &io::Error::other(output.stderr.trim()),
                )),
            }
        }
    }
}

fn surroundings(upstream: &Upstream) -> Result<Surroundings, EngineError> {
    reach(upstream)?;
    let client = ClientInfo::ask(|arguments| {
        let mut command = direct_client(upstream)?;
        command.args(arguments);
        program::run(command, Input::Nothing, SURVEY_LIMIT)
    })?;
    survey(&Daemon::new(upstream.clone()), client)
        .map_err(|error| lab::unanswered(upstream, &error))
}
