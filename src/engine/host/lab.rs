//! One exercise's place on the user's own daemon and machine.

use std::ffi::OsString;
use std::fs::Permissions;
use std::io;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::docker::names::tagged;
use crate::engine::images::Images;
use crate::engine::kept::{self, Access};
use crate::engine::program::{self, Input, Program};
use crate::engine::surroundings::{ClientInfo, survey};
use crate::engine::{EngineError, Lab, LabRequest, ProgramOutput};
use crate::formats::client_layout::ClientLayout;
use crate::guard::Guard;
use crate::guard::daemon::Daemon;
use crate::guard::ledger::{Begun, Ledger, LedgerLine};
use crate::guard::scope::Scope;
use crate::guard::upstream::Upstream;
use crate::lab::{Doorway, StandIn, Surroundings};

use super::alone::ExclusiveLock;
use super::before;
use super::data_root;
use super::place::LabFolders;
use super::programs::find;
use super::sweep::ledgers;

/// How long the client may take to list what is there.
const SURVEY_LIMIT: Duration = Duration::from_secs(60);

/// A lab on the user's own daemon.
#[derive(Debug)]
pub(super) struct HostLab {
    place: LabFolders,
    /// None once the lab is closed or kept.
    guard: Option<Guard>,
    bash: PathBuf,
    client: ClientInfo,
    remarks: Vec<String>,
    stand_ins: Vec<StandIn>,
    /// Its base images.
    images: Vec<String>,
    // Held until the lab is gone.
    _turn: ExclusiveLock,
}

impl HostLab {
    /// Opens a lab; nothing is left where that fails.
    ///
    /// # Errors
    /// [`EngineError`] where the daemon does not answer, there is no bash, a
    /// folder cannot be made or an image cannot be had.
    pub(super) fn open(
        upstream: &Upstream,
        request: &LabRequest,
        client: ClientInfo,
        turn: ExclusiveLock,
    ) -> Result<Self, EngineError> {
        let bash = find("bash").ok_or_else(|| EngineError::NoProgram {
            program: "bash".into(),
            error: io::ErrorKind::NotFound.into(),
        })?;
        let daemon = Daemon::new(upstream.clone());
        let id = daemon.id().map_err(|error| unanswered(upstream, &error))?;
        let before = before::list(&daemon).map_err(|error| unanswered(upstream, &error))?;
        let place = LabFolders::make(request.folder.as_deref(), request.layout)?;
        let begun = Begun {
            lab: place.name(),
            upstream: upstream.clone(),
            run_folder: place.run.clone(),
            daemon: Some(id),
            before,
        };
        let ledger = Ledger::begin(&ledgers(), begun)
            .map_err(EngineError::file("begin a ledger in", ledgers()))?;
        // The containers of a daemon elsewhere do not see this machine's files.
        let folder = matches!(upstream, Upstream::Socket(_)).then(|| place.run.clone());
        let base = request.images.iter().filter_map(|image| tagged(image, ""));
        let scope = Scope::new(daemon, ledger, folder, base);
        let guard = Guard::stand(scope, &place.socket())
            .map_err(EngineError::file("listen on", place.socket()))?;
        let mut remarks = remarks(request, &place);
        let unanswered = |error: io::Error| unanswered(upstream, &error);
        if data_root::is_here(guard.scope()).map_err(unanswered)? == Some(false) {
            let root = data_root::of(guard.scope()).map_err(unanswered)?;
            let read_by = match (root, request.images.first()) {
                (Some(root), Some(image)) => {
                    place.add_readers(&root, image)?;
                    let _ = guard.scope().data_root.set(root);
                    "it is read through a container"
                }
                _ => "it cannot be read",
            };
            remarks.push(format!(
                "/var/lib/docker of this machine is not this daemon's: {read_by}"
            ));
        }
        Ok(Self {
            place,
            guard: Some(guard),
            bash,
            client,
            remarks,
            stand_ins: Vec::new(),
            images: request.images.clone(),
            _turn: turn,
        })
    }

    /// Makes sure that a base image is there. What a pull brings stays; what is
    /// given to the daemon otherwise goes through the guard, as the lab's own, and
    /// is removed with it.
    ///
    /// # Errors
    /// [`EngineError::NoImage`] where it can be had in no way.
    pub(super) fn provide(&mut self, images: &Images, name: &str) -> Result<(), EngineError> {
        if self.has_image(name)? {
            return Ok(());
        }
        let image = images.find(name)?;
        // Looking for it may have pulled it to this very daemon.
        if self.has_image(name)? {
            return Ok(());
        }
        image.give(|arguments, file, limit| {
            program::run_well(self.client(arguments)?, Input::File(file), limit)
        })?;
        self.stand_ins.extend(image.stand_in);
        Ok(())
    }

    fn has_image(&self, name: &str) -> Result<bool, EngineError> {
        let found = self.docker(&["image", "inspect", name], SURVEY_LIMIT)?;
        Ok(found.status == Some(0))
    }

    /// The client in the lab's surroundings.
    fn client(&self, arguments: &[&str]) -> Result<Program, EngineError> {
        self.guard()?;
        let mut command = Program::new(super::address::client()?);
        command
            .args(arguments)
            .env_clear()
            .envs(self.place.environment())
            .current_dir(&self.place.folder);
        Ok(command)
    }

    fn guard(&self) -> Result<&Guard, EngineError> {
        self.guard.as_ref().ok_or_else(|| EngineError::Left {
            what: vec!["the lab is closed".into()],
        })
    }

    /// Removes everything; a second call does nothing.
    fn take_down(&mut self) -> Result<(), EngineError> {
        let Some(mut guard) = self.guard.take() else {
            return Ok(());
        };
        guard.end();
        super::sweep::clear(&guard.scope().ledger()).map_err(|what| EngineError::Left { what })
    }
}

impl Lab for HostLab {
    fn doorway(&self) -> Doorway {
        let mut command: Vec<OsString> = vec![self.bash.clone().into()];
        command.extend(["--noprofile", "--norc", "-i"].map(OsString::from));
        Doorway {
            multiplexer: "/dev/ptmx".into(),
            command,
            environment: self.place.environment(),
            folder: Some(self.place.folder.clone()),
            process_one: None,
        }
    }

    fn folder(&self) -> &Path {
        &self.place.folder
    }

    fn home(&self) -> PathBuf {
        self.place.home()
    }

    fn docker(&self, arguments: &[&str], limit: Duration) -> Result<ProgramOutput, EngineError> {
        program::run(self.client(arguments)?, Input::Nothing, limit)
    }

    fn shell(&self, command: &str, limit: Duration) -> Result<ProgramOutput, EngineError> {
        self.guard()?;
        let mut bash = Program::new(&self.bash);
        bash.args(["-c", command])
            .env_clear()
            .envs(self.place.environment())
            .current_dir(&self.place.folder);
        program::run(bash, Input::Nothing, limit)
    }

    fn surroundings(&self) -> Result<Surroundings, EngineError> {
        self.guard()?;
        let upstream = Upstream::Socket(self.place.socket());
        survey(&Daemon::new(upstream.clone()), self.client.clone())
            .map_err(|error| unanswered(&upstream, &error))
    }

    fn write(&self, path: &Path, contents: &str) -> Result<(), EngineError> {
        self.place.write(path, contents)
    }

    fn has(&self, path: &Path) -> Result<bool, EngineError> {
        Ok(self.place.file(path)?.exists())
    }

    fn write_beside(&self, name: &str, contents: &str) -> Result<PathBuf, EngineError> {
        let path = self.place.run.join(name);
        std::fs::write(&path, contents)
            .and_then(|()| std::fs::set_permissions(&path, Permissions::from_mode(0o600)))
            .map_err(EngineError::file("write", &path))?;
        Ok(path)
    }

    fn listen(&self) -> Result<Option<TcpListener>, EngineError> {
        Ok(None)
    }

    fn refusals(&self) -> Vec<String> {
        self.guard
            .as_ref()
            .map_or_else(Vec::new, |guard| guard.scope().refusals())
    }

    fn remarks(&self) -> Vec<String> {
        self.remarks.clone()
    }

    fn stand_ins(&self) -> Vec<StandIn> {
        self.stand_ins.clone()
    }

    fn close(mut self: Box<Self>) -> Result<(), EngineError> {
        self.take_down()
    }

    fn keep(mut self: Box<Self>, exercise: &str, engine: &str) -> Result<(), EngineError> {
        let doorway = self.doorway();
        let way = Access::Guard {
            images: self.images.clone(),
        };
        let Some(guard) = self.guard.take() else {
            return Ok(());
        };
        let mut ledger = guard.scope().ledger();
        kept::record(ledger.folder(), (exercise, engine), doorway, way)?;
        ledger
            .record(LedgerLine::Kept)
            .map_err(EngineError::file("write into", ledger.folder()))
    }
}

/// A guard before the daemon of the lab whose ledger is in `folder`: its own ended when
/// the lab was left standing. It shows the base `images`.
///
/// # Errors
/// [`EngineError::File`] where the ledger cannot be read, is another process's, or the
/// socket cannot be made.
pub(in crate::engine) fn guard_again(
    folder: &Path,
    images: &[String],
) -> Result<Guard, EngineError> {
    let ledger = Ledger::adopt(folder)
        .and_then(|ledger| ledger.ok_or_else(|| io::Error::other("another labbook is in this lab")))
        .map_err(EngineError::file("use", folder))?;
    let upstream = ledger.begun.upstream.clone();
    super::reach(&upstream)?;
    let place = LabFolders {
        run: ledger.begun.run_folder.clone(),
        folder: PathBuf::new(),
        layout: ClientLayout::default(),
    };
    let _ = std::fs::remove_file(place.socket());
    let bound = matches!(upstream, Upstream::Socket(_)).then(|| place.run.clone());
    let base = images.iter().filter_map(|image| tagged(image, ""));
    let scope = Scope::new(Daemon::new(upstream.clone()), ledger, bound, base);
    if data_root::is_here(&scope).map_err(|error| unanswered(&upstream, &error))? == Some(false)
        && let Ok(Some(root)) = data_root::of(&scope)
    {
        let _ = scope.data_root.set(root);
    }
    Guard::stand(scope, &place.socket()).map_err(EngineError::file("listen on", place.socket()))
}

impl Drop for HostLab {
    fn drop(&mut self) {
        let _ = self.take_down();
    }
}

/// The daemon did not answer.
pub(super) fn unanswered(upstream: &Upstream, error: &io::Error) -> EngineError {
    let address = upstream.to_string();
    let named_by = super::address::variable(&address);
    let named = named_by.map_or(String::new(), |name| format!(", which {name} names"));
    let message = format!("no Docker daemon answers at {address}{named}: {error}");
    let or = match named_by {
        Some(_) => " or name another one",
        None => "",
    };
    let help = match error.kind() {
        io::ErrorKind::PermissionDenied => "run labbook with sudo, or let your user use Docker: `sudo usermod -aG docker $USER`, then log in again".to_owned(),
        _ => format!("start it (`sudo systemctl start docker`, or Docker Desktop){or}; `--engine private` needs none that runs, but Linux, root and dockerd"),
    };
    Diagnostic::error(message).help(help).into()
}

fn remarks(request: &LabRequest, place: &LabFolders) -> Vec<String> {
    let mut remarks = Vec::new();
    for program in &request.programs {
        if program != "sudo" && find(program).is_none() {
            remarks.push(format!("{program} is not installed on this machine"));
        }
    }
    if find("sudo").is_none() {
        remarks.push("sudo is not installed: a stand-in runs the command".into());
    }
    if place.is_users() {
        remarks.push(format!(
            "the lab's folder {} is yours",
            place.folder.display()
        ));
    }
    remarks
}
