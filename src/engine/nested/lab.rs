//! A nested lab: a container whose daemon answers, entered by `docker exec`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::container::{self, Rights};
use super::exec;
use crate::engine::folder;
use crate::engine::host::direct_client;
use crate::engine::images::AvailableImage;
use crate::engine::journal::Journal;
use crate::engine::kept::{self, Access};
use crate::engine::program::{Input, Program, run, run_well};
use crate::engine::surroundings::{ClientInfo, survey};
use crate::engine::{EngineError, HOST, Lab, LabRequest, ProgramOutput};
use crate::formats::client_layout::ClientLayout;
use crate::guard::daemon::Daemon;
use crate::guard::upstream::Upstream;
use crate::lab::{Doorway, StandIn, Surroundings};

/// How long the daemon may take to answer for the first time, in seconds.
const START: u64 = 60;
/// How long the user, the folder and missing programs may take.
const FURNISH: Duration = Duration::from_secs(120);
/// How long small things beside the lab may take.
const ASIDE: Duration = Duration::from_secs(60);

/// Keys that no note presses: those that it does press (Ctrl-P Ctrl-Q) are for
/// the containers inside.
const DETACH_KEYS: &str = "ctrl-^,ctrl-],ctrl-^";

/// What the lab's shells have not: what acts on the machine below, and what the
/// daemon alone needs.
const TAKEN_AWAY: &str = "-linux_immutable,-sys_module,-sys_rawio,-sys_pacct,-sys_boot,-sys_nice,\
    -sys_time,-sys_tty_config,-audit_control,-audit_read,-mac_override,-mac_admin,-syslog,\
    -wake_alarm,-block_suspend,-sys_admin,-sys_ptrace,-sys_chroot,-sys_resource,-mknod";

/// Becomes the lab's shell once the client has sent the terminal's size.
const SHELL: &str = r#"
tries=0
while [ "$(stty size 2>/dev/null)" = "0 0" ] && [ $tries -lt 100 ]; do
  tries=$((tries + 1)); sleep 0.02
done
exec "$@" bash --noprofile --norc -i
"#;

/// A nested lab. Dropping it removes its container.
#[derive(Debug)]
pub(super) struct NestedLab {
    upstream: Upstream,
    container: String,
    home: Home,
    remarks: Vec<String>,
    stand_ins: Vec<StandIn>,
    /// None once it was taken down or left standing.
    journal: Option<Journal>,
}

/// The lab's user and folders, as its set-up reported them.
#[derive(Debug, Default)]
struct Home {
    user: String,
    home: String,
    client: String,
    folder: PathBuf,
    confined: bool,
    layout: ClientLayout,
}

impl NestedLab {
    /// Starts a container of `image` and waits until its daemon answers.
    ///
    /// # Errors
    /// [`EngineError::NotStarted`] with the end of its log; nothing is left.
    pub(super) fn start(
        engine: &str,
        upstream: &Upstream,
        image: &str,
        rights: Rights,
        request: &LabRequest,
    ) -> Result<Self, EngineError> {
        let mut journal = Journal::open()?;
        let container = journal.name();
        let refused = |why: String, log: String| EngineError::NotStarted {
            engine: engine.to_owned(),
            why,
            log,
        };
        let daemon = Daemon::new(upstream.clone());
        let daemons_id = daemon
            .id()
            .map_err(|error| refused(error.to_string(), String::new()))?;
        journal.note_container(upstream.clone(), daemons_id)?;
        let host = request.host.as_deref().unwrap_or(HOST);
        let id = container::make(&daemon, &container, image, host, rights)
            .map_err(|why| refused(why, String::new()))?;
        journal.note_container_id(id.clone())?;
        container::start(&daemon, &id).map_err(|why| refused(why, String::new()))?;
        let mut lab = Self {
            upstream: upstream.clone(),
            container,
            home: Home::default(),
            remarks: Vec::new(),
            stand_ins: Vec::new(),
            journal: Some(journal),
        };
        let wait = format!(
            "tries=0; until docker version >/dev/null 2>&1; do tries=$((tries + 1)); [ $tries -lt {} ] || exit 1; sleep 0.1; done",
            START * 10
        );
        let limit = Duration::from_secs(START);
        if lab
            .exec(&[], &["/bin/sh", "-c", &wait], Input::Nothing, limit)?
            .status
            != Some(0)
        {
            return Err(refused("its daemon does not answer".into(), lab.log()));
        }
        lab.furnish(request).map_err(|error| match error {
            EngineError::ProgramFailed { stderr, .. } => {
                refused(stderr.trim().to_owned(), String::new())
            }
            other => other,
        })?;
        Ok(lab)
    }

    /// The end of what the container printed.
    fn log(&self) -> String {
        let ask = || {
            let mut logs = direct_client(&self.upstream)?;
            logs.args(["logs", "--tail", "8", &self.container]);
            run(logs, Input::Nothing, ASIDE)
        };
        ask().map_or_else(|_| String::new(), |output| output.stdout + &output.stderr)
    }

    fn furnish(&mut self, request: &LabRequest) -> Result<(), EngineError> {
        let user = request.user.as_deref().unwrap_or_default();
        let folder = request.folder.as_deref().unwrap_or_default();
        self.home.layout = request.layout;
        let variables = request.layout.variables();
        let variables: String = variables
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect();
        let mut command = vec![
            "/bin/sh",
            "-c",
            include_str!("furnish.sh"),
            "furnish",
            user,
            folder,
            request.layout.images.configuration(),
            &variables,
        ];
        command.extend(request.programs.iter().map(String::as_str));
        let sudo = Input::Text(include_str!("../sudo.sh").to_owned());
        let client = exec(&self.upstream, &["-i"], &self.container, &command)?;
        for line in run_well(client, sudo, FURNISH)?.stdout.lines() {
            match line.split_once(' ').unwrap_or((line, "")) {
                ("user", user) => self.home.user = user.to_owned(),
                ("home", home) => self.home.home = home.to_owned(),
                ("client", client) => self.home.client = client.to_owned(),
                ("folder", folder) => self.home.folder = folder.into(),
                ("confined", _) => self.home.confined = true,
                ("missing", program) => self
                    .remarks
                    .push(format!("{program} is not in the engine's image")),
                _ => self.remarks.push(
                    "sudo is not installed; the lab's shell runs as root, and labbook supplies a stand-in `sudo`"
                        .into(),
                ),
            }
        }
        if !self.home.confined {
            self.remarks.push("the engine's image has no setpriv: the lab's shells keep the container's capabilities".into());
        }
        Ok(())
    }

    /// Gives the daemon an image.
    ///
    /// # Errors
    /// Those of `docker load` or `docker import`.
    pub(super) fn take_in(&mut self, image: &AvailableImage) -> Result<(), EngineError> {
        image.give(|arguments, file, limit| {
            let command = [&["docker"], arguments].concat();
            run_well(
                exec(&self.upstream, &["-i"], &self.container, &command)?,
                Input::File(file),
                limit,
            )
        })?;
        self.stand_ins.extend(image.stand_in.clone());
        Ok(())
    }

    /// Runs a program in the lab's container, with `options` of `docker exec`.
    fn exec(
        &self,
        options: &[&str],
        command: &[&str],
        input: Input,
        limit: Duration,
    ) -> Result<ProgramOutput, EngineError> {
        let options = [&["-i"], options].concat();
        let program = exec(&self.upstream, &options, &self.container, command)?;
        run(program, input, limit)
    }

    /// Runs a program in the lab's folder as root.
    fn in_folder(
        &self,
        command: &[&str],
        input: Input,
        limit: Duration,
    ) -> Result<ProgramOutput, EngineError> {
        let folder = self.home.folder.to_string_lossy();
        self.exec(&["-w", &folder], command, input, limit)
    }

    fn take_down(&mut self) -> Result<(), EngineError> {
        self.journal.take().map_or(Ok(()), Journal::remove)
    }

    /// The words after `docker` that enter the lab.
    fn entering(&self) -> Vec<String> {
        let Home {
            user,
            home,
            client,
            folder,
            confined,
            layout,
        } = &self.home;
        let folder = folder.to_string_lossy();
        let mut words: Vec<String> = ["exec", "-it", "--detach-keys", DETACH_KEYS, "-w", &folder]
            .map(str::to_owned)
            .into();
        let variables = [
            ("DOCKER_CONFIG", client.as_str()),
            ("HOME", home),
            ("USER", user),
            ("LOGNAME", user),
            ("TERM", "xterm"),
            ("LANG", "C.UTF-8"),
        ];
        let layout: Vec<(&str, &str)> = layout.variables().collect();
        for (name, value) in variables.into_iter().chain(layout) {
            words.extend(["-e".to_owned(), format!("{name}={value}")]);
        }
        if !confined {
            words.extend(["-u".to_owned(), user.clone()]);
        }
        words.extend([&self.container, "/bin/sh", "-c", SHELL, "sh"].map(str::to_owned));
        if *confined {
            words.extend(["setpriv", "--bounding-set", TAKEN_AWAY].map(str::to_owned));
            if user != "root" {
                words
                    .extend(["--reuid", user, "--regid", user, "--init-groups"].map(str::to_owned));
            }
        }
        words
    }
}

impl Lab for NestedLab {
    fn doorway(&self) -> Doorway {
        // A client that is not there any more is found out when the terminal opens.
        let client = direct_client(&self.upstream).unwrap_or_else(|_| Program::new("docker"));
        let mut command = client.argv().to_vec();
        command.extend(self.entering().into_iter().map(OsString::from));
        Doorway {
            multiplexer: "/dev/ptmx".into(),
            command,
            folder: None,
            // This is the environment of the client, not that of the lab.
            environment: std::env::vars_os().collect(),
            process_one: None,
        }
    }

    fn folder(&self) -> &Path {
        &self.home.folder
    }

    fn home(&self) -> PathBuf {
        PathBuf::from(&self.home.home)
    }

    fn docker(&self, arguments: &[&str], limit: Duration) -> Result<ProgramOutput, EngineError> {
        self.exec(
            &[],
            &[&["docker"], arguments].concat(),
            Input::Nothing,
            limit,
        )
    }

    fn shell(&self, command: &str, limit: Duration) -> Result<ProgramOutput, EngineError> {
        self.in_folder(&["bash", "-c", command], Input::Nothing, limit)
    }

    fn surroundings(&self) -> Result<Surroundings, EngineError> {
        let client = ClientInfo::ask(|arguments| self.docker(arguments, ASIDE))?;
        // The container's own client carries the questions to its daemon.
        let within = exec(&self.upstream, &["-i"], &self.container, &["docker"])?;
        let mut words = within.argv().iter();
        let program = words.next().map(Into::into).unwrap_or_default();
        let arguments = words.map(|word| word.to_string_lossy().into_owned());
        let daemon = Daemon::new(Upstream::Client {
            program,
            arguments: arguments.collect(),
        });
        survey(&daemon, client).map_err(EngineError::file("ask", &self.container))
    }

    fn write(&self, path: &Path, contents: &str) -> Result<(), EngineError> {
        folder::write(path, contents, |command, input| {
            self.in_folder(command, input, ASIDE)
        })
    }

    fn has(&self, path: &Path) -> Result<bool, EngineError> {
        folder::has(path, |command, input| self.in_folder(command, input, ASIDE))
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
        let Some(journal) = self.journal.take() else {
            return Ok(());
        };
        kept::record(
            journal.run(),
            (exercise, engine),
            doorway,
            Access::Environment,
        )?;
        journal.keep()
    }
}
