//! Throwaway real daemons in namespaces of their own.
//!
//! ```text
//!     PrivateEngine     a root file system with a dockerd in it: the machine's or another
//!       .lab()            plan -> monitor -> process 1 -> dockerd answers     (lab)
//!
//!     plan              what the lab's processes have to know
//!     inside            labbook's own processes in a lab: monitor, init, enter
//!     layout            what is mounted where
//!     cgroups           control groups of its own
//!     confinement       what root in a lab may not do
//!     accounts          its user, home, folder, hosts
//!     programs          what the notes call and the root file system lacks
//!     shift             where the numbers of the lab's machine begin
//!     identity          what such an engine turned out to be, found out once
//!     syscalls          all that is unsafe
//! ```
//!
//! Root in a lab is user 1,879,048,192 of the machine, where the kernel can map
//! the owners of mounts (Linux 5.19, and a root that is no overlay): it reaches
//! no device, no setting, no process and no control group but its own. Elsewhere
//! a lab does without a user namespace, and says so; then its shells lack the
//! capabilities for all that, but a container that notes start with
//! `--cap-add SYS_ADMIN` has them: there such words need consent. In both forms a lab may fill the disk that
//! holds its data root, and read the machine's files.

mod accounts;
mod cgroups;
mod confinement;
mod enter;
mod identity;
mod init;
pub mod inside;
mod lab;
mod layout;
mod monitor;
mod mountinfo;
mod plan;
mod programs;
mod report_pipe;
mod shift;
mod syscalls;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

pub use lab::PrivateLab;

use self::identity::Identity;
use self::plan::LabPlan;
use super::images::{AvailableImage, Images, golden};
use super::journal::{self, Journal, Sweep};
use super::surroundings::ClientInfo;
use super::{Engine, EngineError, Lab, LabRequest, ProgramSource, Store, cache};
use crate::consent::Reach;
use crate::lab::EngineInfo;

/// The first user and group outside that a lab's user namespace stands on: far
/// above those that accounts and other containers' managers use.
const FIRST_USER: u32 = 1_879_048_192;

/// How a private engine shall be.
#[derive(Debug, Clone, Default)]
pub struct PrivateOptions {
    /// The root file system that holds the daemon; none for the machine's own.
    pub root: Option<PathBuf>,
    /// Where images are kept.
    pub store: Store,
    /// Whether labs shall do without a user namespace where one could be had:
    /// for notes that need the machine's own root.
    pub no_user_namespace: bool,
    /// The program `labbook`, whose `main` gives [`inside::main`] the arguments
    /// after [`inside::ARGUMENT`]; none for the running one.
    pub program: Option<PathBuf>,
    /// The folder with stand-in recipes of the author's own; none for the
    /// built-in ones only.
    pub recipes: Option<PathBuf>,
}

/// Throwaway daemons out of one root file system.
#[derive(Debug)]
pub struct PrivateEngine {
    name: String,
    root: PathBuf,
    store: Store,
    user_namespace: bool,
    program: PathBuf,
    images: Images,
    identity: OnceLock<Identity>,
    probing: Mutex<()>,
}

impl PrivateEngine {
    /// An engine as `options` say; nothing is started yet.
    ///
    /// # Errors
    /// [`EngineError::File`] where the root file system is not there, and
    /// [`EngineError`] for the first recipe that cannot be used.
    pub fn new(options: PrivateOptions) -> Result<Self, EngineError> {
        let mut name = format!("private{}", options.store.suffix());
        if let Some(root) = &options.root {
            name.push_str(&format!(":{}", root.display()));
        }
        let root = options.root.unwrap_or_else(|| PathBuf::from("/"));
        let root = root
            .canonicalize()
            .map_err(EngineError::file("use the root file system", &root))?;
        let program = match options.program {
            Some(program) => program,
            None => std::env::current_exe().map_err(EngineError::file("find", "labbook itself"))?,
        };
        Ok(Self {
            name,
            root,
            store: options.store,
            user_namespace: !options.no_user_namespace,
            program,
            images: Images::new(options.recipes.as_deref())?,
            identity: OnceLock::new(),
            probing: Mutex::new(()),
        })
    }

    /// Whether such an engine can work here: looks for what it needs, and starts
    /// one for a moment where none like it was ever started on this machine.
    ///
    /// # Errors
    /// [`EngineError`] with everything that is missing.
    pub fn available(&self) -> Result<(), EngineError> {
        self.identity().map(|_| ())
    }

    fn identity(&self) -> Result<&Identity, EngineError> {
        let _one_at_a_time = self.probing.lock();
        if let Some(identity) = self.identity.get() {
            return Ok(identity);
        }
        let missing = identity::missing(&self.root);
        if !missing.is_empty() {
            return Err(EngineError::unavailable(&self.name, &missing));
        }
        // What stays of earlier labs, on a daemon that is gone perhaps, keeps no new
        // lab from being made; `engine::sweep` tells of it.
        let _ = journal::sweep(Sweep::default());
        let start = |first_user| self.start_empty(first_user);
        let found = identity::find(&self.root, self.store, self.user_namespace, start).map_err(
            |error| match error {
                EngineError::NotStarted { why, log, .. } => {
                    let parts = [why, log].into_iter().filter(|text| !text.is_empty());
                    EngineError::unavailable(&self.name, &parts.collect::<Vec<_>>())
                }
                other => other,
            },
        )?;
        Ok(self.identity.get_or_init(|| found))
    }

    /// A lab without images, on a data folder that goes with it.
    fn start_empty(&self, first_user: Option<u32>) -> Result<PrivateLab, EngineError> {
        let journal = Journal::open()?;
        let data = journal.run().join("data");
        self.start(
            journal,
            &data,
            first_user,
            &LabRequest::default(),
            Vec::new(),
        )
    }

    fn start(
        &self,
        journal: Journal,
        data: &Path,
        first_user: Option<u32>,
        request: &LabRequest,
        mut remarks: Vec<String>,
    ) -> Result<PrivateLab, EngineError> {
        fs::create_dir_all(data).map_err(EngineError::file("make the folder", data))?;
        const SUDO: [&str; 2] = ["usr/bin/sudo", "bin/sudo"];
        let in_data_root = request
            .folder
            .as_ref()
            .is_some_and(|folder| folder.starts_with("/var/lib/docker"));
        let user = request.user.clone().filter(|user| user != "root");
        // Root needs no sudo: a shim will do.
        let needs_sudo = user.is_some() && !in_data_root;
        let is_installed = identity::has(&self.root, &SUDO);
        let mut packaged: Vec<String> = request
            .programs
            .iter()
            .filter(|program| *program != "sudo")
            .filter(|program| !(request.needs_cluster && *program == "kubectl"))
            .cloned()
            .collect();
        packaged.extend((needs_sudo && !is_installed).then(|| "sudo".to_owned()));
        let (mut layers, installed) = programs::provide(&self.root, &packaged);
        let has_sudo = is_installed || layers.iter().any(|layer| identity::has(layer, &SUDO));
        remarks.extend(installed);
        if request.needs_cluster {
            layers.extend(programs::kubectl(&identity::path(&self.root))?);
        }
        if !has_sudo {
            remarks.push(
                "sudo is not installed; the lab's shell runs as root, and labbook supplies a stand-in `sudo`"
                    .to_owned(),
            );
        } else if in_data_root && user.is_some() {
            remarks.push("the folder is root's alone: its shells are root's".to_owned());
        }
        let user = user.filter(|_| has_sudo && !in_data_root);
        let mut plan = LabPlan {
            root: self.root.clone(),
            layers,
            run: journal.run().to_owned(),
            data: data.to_owned(),
            data_in_memory: !identity::can_hold_layers(data),
            hidden: cache::folder(),
            cgroups: Vec::new(),
            first_user,
            store: self.store,
            user,
            without_docker_group: request.without_docker_group,
            host: request.host.clone(),
            folder: PathBuf::new(),
            sudo_shim: !has_sudo,
            shifted: request.shifted,
            layout: request.layout,
            path: identity::path(&self.root),
        };
        plan.folder = folder(request.folder.as_deref(), &plan.home());
        plan.cgroups = cgroups::plan(&journal.name())
            .map_err(|missing| EngineError::unavailable(&self.name, &[missing]))?;
        PrivateLab::start(&self.name, &self.program, journal, plan, remarks)
    }

    /// A clone of the golden data root with `images`, made where there is none.
    fn clone_golden(
        &self,
        identity: &Identity,
        images: &[AvailableImage],
        data: &Path,
    ) -> Result<(), EngineError> {
        golden::provide(&identity.key, images, data, |data| {
            let lab = self.start(
                Journal::open()?,
                data,
                identity.first_user,
                &LabRequest::default(),
                Vec::new(),
            )?;
            give(&lab, images)?;
            lab.finish()
        })
    }
}

fn give(lab: &PrivateLab, images: &[AvailableImage]) -> Result<(), EngineError> {
    images
        .iter()
        .try_for_each(|image| image.give(|arguments, file, limit| lab.feed(arguments, file, limit)))
}

impl Engine for PrivateEngine {
    fn info(&self) -> EngineInfo {
        let mut info = EngineInfo {
            name: self.name.clone(),
            kind: "private".to_owned(),
            stand_ins: self.images.stand_ins(),
            ..EngineInfo::default()
        };
        if let Ok(identity) = self.identity() {
            info.server.clone_from(&identity.server);
            info.cli.clone_from(&identity.client);
            info.store.clone_from(&identity.store);
            info.builder.clone_from(&identity.builder);
        }
        info
    }

    fn lab(&self, request: &LabRequest) -> Result<Box<dyn Lab>, EngineError> {
        let identity = self.identity()?;
        let images = request
            .images
            .iter()
            .map(|name| self.images.find(name))
            .collect::<Result<Vec<_>, _>>()?;
        let remarks = identity.remark().into_iter().collect();
        let journal = Journal::open()?;
        let data = journal.run().join("data");
        let in_memory = !identity::can_hold_layers(&data);
        if !in_memory {
            self.clone_golden(identity, &images, &data)?;
        }
        let mut lab = self.start(journal, &data, identity.first_user, request, remarks)?;
        lab.client = Some(ClientInfo {
            version: identity.client.clone(),
            builder: identity.builder.clone(),
        });
        lab.stand_ins = images
            .iter()
            .filter_map(|image| image.stand_in.clone())
            .collect();
        if in_memory {
            give(&lab, &images)?;
        }
        Ok(Box::new(lab))
    }

    fn labs_at_once(&self) -> Option<usize> {
        None
    }

    fn reach(&self) -> Reach {
        match self.identity() {
            Ok(identity) if identity.first_user.is_some() => Reach::Nothing,
            _ => Reach::ByPrivileges,
        }
    }

    fn programs(&self, called: &[String], fetch: bool) -> Vec<(String, ProgramSource)> {
        programs::sources(&self.root, called, fetch)
    }
}

/// The lab's folder as its shell sees it.
fn folder(asked: Option<&str>, home: &Path) -> PathBuf {
    match asked {
        None => PathBuf::from("/lab"),
        Some("~") => home.to_owned(),
        Some(asked) => match asked.strip_prefix("~/") {
            Some(rest) => home.join(rest),
            None => Path::new("/").join(asked),
        },
    }
}
