//! A lab that stands: its daemon answers, and it can be entered.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use super::plan::LabPlan;
use super::{accounts, cgroups, enter, init, inside, report_pipe};
use crate::engine::folder;
use crate::engine::journal::{Journal, Process};
use crate::engine::kept::{self, Access};
use crate::engine::program::{self, Input, Program};
use crate::engine::surroundings::{ClientInfo, survey};
use crate::engine::{EngineError, Lab, ProgramOutput};
use crate::guard::daemon::Daemon;
use crate::guard::upstream::Upstream;
use crate::lab::{Doorway, Machine, StandIn, Surroundings};

/// How long a daemon that lives may take to answer for the first time: on a machine whose
/// processors others kept busy, it took 50 s.
const START: Duration = Duration::from_secs(120);
/// How long small things beside the lab may take.
const ASIDE: Duration = Duration::from_secs(30);

/// A private lab. Dropping it takes it down.
pub struct PrivateLab {
    plan: LabPlan,
    program: PathBuf,
    process_one: Process,
    machine: Option<Machine>,
    remarks: Vec<String>,
    /// Its base images that are stand-ins.
    pub(super) stand_ins: Vec<StandIn>,
    /// What its client is, where that is known already.
    pub(super) client: Option<ClientInfo>,
    // None once it was taken down or left standing.
    held: Option<Held>,
}

struct Held {
    journal: Journal,
    monitor: Child,
    owner: ChildStdin,
}

impl PrivateLab {
    /// Makes the lab of `plan`, whose run folder is the journal's, and waits
    /// until its daemon answers. `program` is labbook.
    ///
    /// # Errors
    /// [`EngineError::NotStarted`] with the end of the log; nothing is left.
    pub(super) fn start(
        engine: &str,
        program: &Path,
        mut journal: Journal,
        plan: LabPlan,
        remarks: Vec<String>,
    ) -> Result<Self, EngineError> {
        let log = plan.run.join("log");
        let refused = |why: String| EngineError::NotStarted {
            engine: engine.to_owned(),
            why,
            log: last_lines(&log),
        };
        plan.save()?;
        journal.note_cgroups(
            plan.cgroups
                .iter()
                .map(|group| group.outer.clone())
                .collect(),
        )?;
        let made = cgroups::make(&plan.cgroups, plan.first_user)
            .map_err(&refused)
            .and_then(|()| spawn(program, &plan.run, &log));
        let mut monitor = match made {
            Ok(monitor) => monitor,
            Err(error) => {
                journal.remove()?;
                return Err(error);
            }
        };
        let started = follow(&mut monitor, &mut journal, &plan).map_err(&refused);
        match (started, monitor.stdin.take()) {
            (Ok((process_one, machine)), Some(owner)) => Ok(Self {
                plan,
                program: program.to_owned(),
                process_one,
                machine,
                remarks,
                stand_ins: Vec::new(),
                client: None,
                held: Some(Held {
                    journal,
                    monitor,
                    owner,
                }),
            }),
            (started, owner) => {
                drop(owner);
                let _ = monitor.wait();
                journal.remove()?;
                Err(started
                    .err()
                    .unwrap_or_else(|| refused("it has no owner".into())))
            }
        }
    }

    fn aside(
        &self,
        arguments: &[&str],
        input: Input,
        limit: Duration,
    ) -> Result<ProgramOutput, EngineError> {
        program::run(self.inside("beside", arguments), input, limit)
    }

    fn inside(&self, manner: &str, arguments: &[&str]) -> Program {
        let mut command = Program::new(&self.program);
        command
            .args([inside::ARGUMENT, "enter"])
            .arg(&self.plan.run)
            .arg(manner)
            .args(arguments)
            .env_clear()
            .env("PATH", &self.plan.path)
            .env("HOME", "/root")
            .env("LANG", "C.UTF-8")
            .env("DOCKER_CONFIG", accounts::client_folder("root"));
        command
    }

    /// Runs `docker ARGUMENTS` with `input` on its standard input.
    ///
    /// # Errors
    /// Those of starting it, and any exit status but 0.
    pub(super) fn feed(
        &self,
        arguments: &[&str],
        input: File,
        limit: Duration,
    ) -> Result<ProgramOutput, EngineError> {
        let docker = self.inside("beside", &[&["docker"], arguments].concat());
        program::run_well(docker, Input::File(input), limit)
    }

    /// Asks the daemon to end, so that its data root is whole, and takes the lab
    /// down; its data folder must be outside of the run folder to remain.
    ///
    /// # Errors
    /// [`EngineError::TooSlow`] where the daemon does not end, and those of
    /// taking the lab down.
    pub(super) fn finish(mut self) -> Result<(), EngineError> {
        self.aside(
            &["/bin/sh", "-c", "kill -TERM \"$(cat /run/docker.pid)\""],
            Input::Nothing,
            ASIDE,
        )?;
        let deadline = Instant::now() + ASIDE;
        while self.process_one.lives() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        let ended = !self.process_one.lives();
        self.take_down()?;
        match ended {
            true => Ok(()),
            false => Err(EngineError::TooSlow {
                what: "the end of the daemon".to_owned(),
                limit: ASIDE,
            }),
        }
    }

    fn take_down(&mut self) -> Result<(), EngineError> {
        let Some(Held {
            journal,
            mut monitor,
            owner,
        }) = self.held.take()
        else {
            return Ok(());
        };
        // The monitor sees the end of its owner and kills process 1.
        drop(owner);
        journal.thaw();
        let deadline = Instant::now() + ASIDE;
        while matches!(monitor.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(1));
        }
        // What the monitor did not end in that time is ended, or named, by this.
        let removed = journal.remove();
        let _ = monitor.try_wait();
        removed
    }

    /// The daemon's socket, as this process reaches it.
    fn socket(&self) -> PathBuf {
        format!("/proc/{}/root{}", self.process_one.pid, init::SOCKET).into()
    }
}

impl Drop for PrivateLab {
    fn drop(&mut self) {
        if let Err(EngineError::Left { what }) = self.take_down() {
            eprintln!("labbook: could not remove: {}", what.join("; "));
        }
    }
}

impl Lab for PrivateLab {
    fn doorway(&self) -> Doorway {
        let command = [
            self.program.as_os_str(),
            inside::ARGUMENT.as_ref(),
            "enter".as_ref(),
            self.plan.run.as_os_str(),
            "shell".as_ref(),
            "/bin/bash".as_ref(),
            "--noprofile".as_ref(),
            "--norc".as_ref(),
            "-i".as_ref(),
        ];
        let user = self.plan.user.clone().unwrap_or_else(|| "root".to_owned());
        let layout = self.plan.layout.variables();
        let layout = layout.map(|(name, value)| (name, value.into()));
        let environment: [(&str, OsString); 8] = [
            ("DOCKER_CONFIG", accounts::client_folder(&user).into()),
            ("HOME", self.plan.home().into()),
            ("LANG", "C.UTF-8".into()),
            ("LOGNAME", (&user).into()),
            ("PATH", (&self.plan.path).into()),
            ("SHELL", "/bin/bash".into()),
            ("TERM", "xterm".into()),
            ("USER", user.into()),
        ];
        Doorway {
            multiplexer: format!("/proc/{}/root/dev/pts/ptmx", self.process_one.pid).into(),
            command: command.iter().map(OsString::from).collect(),
            environment: environment
                .into_iter()
                .chain(layout)
                .map(|(name, value)| (name.into(), value))
                .collect(),
            // Entering goes to the lab's folder by itself.
            folder: None,
            process_one: Some(self.process_one.pid),
        }
    }

    fn folder(&self) -> &Path {
        &self.plan.folder
    }

    fn home(&self) -> PathBuf {
        self.plan.home()
    }

    fn docker(&self, arguments: &[&str], limit: Duration) -> Result<ProgramOutput, EngineError> {
        self.aside(&[&["docker"], arguments].concat(), Input::Nothing, limit)
    }

    fn shell(&self, command: &str, limit: Duration) -> Result<ProgramOutput, EngineError> {
        self.aside(&["/bin/bash", "-c", command], Input::Nothing, limit)
    }

    fn surroundings(&self) -> Result<Surroundings, EngineError> {
        let client = match &self.client {
            Some(client) => client.clone(),
            None => ClientInfo::ask(|arguments| self.docker(arguments, ASIDE))?,
        };
        let socket = self.socket();
        let daemon = Daemon::new(Upstream::Socket(socket.clone()));
        let found = survey(&daemon, client).map_err(EngineError::file("ask", socket))?;
        Ok(Surroundings {
            machine: self.machine.clone(),
            ..found
        })
    }

    fn write(&self, path: &Path, contents: &str) -> Result<(), EngineError> {
        folder::write(path, contents, |command, input| {
            self.aside(command, input, ASIDE)
        })
    }

    fn has(&self, path: &Path) -> Result<bool, EngineError> {
        folder::has(path, |command, input| self.aside(command, input, ASIDE))
    }

    fn write_beside(&self, name: &str, contents: &str) -> Result<PathBuf, EngineError> {
        let path = format!("/run/labbook/{name}");
        let script = "mkdir -p /run/labbook && cat >\"$1\" && chmod 644 \"$1\"";
        program::run_well(
            self.inside("beside", &["/bin/sh", "-c", script, "sh", &path]),
            Input::Text(contents.to_owned()),
            ASIDE,
        )?;
        Ok(path.into())
    }

    fn listen(&self) -> Result<Option<TcpListener>, EngineError> {
        let path = PathBuf::from(format!("/proc/{}/ns/net", self.process_one.pid));
        let network = File::open(&path).map_err(EngineError::file("open", &path))?;
        // A thread alone enters it, and ends there: the socket stays in it.
        let listening = std::thread::spawn(move || {
            let kind = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(network.as_fd(), kind)?;
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        });
        let listener = listening
            .join()
            .unwrap_or_else(|_| Err(std::io::ErrorKind::Other.into()))
            .map_err(EngineError::file("listen in", &path))?;
        Ok(Some(listener))
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
        kept::record(
            &self.plan.run,
            (exercise, engine),
            self.doorway(),
            Access::Alone,
        )?;
        let Some(Held {
            journal, mut owner, ..
        }) = self.held.take()
        else {
            return Ok(());
        };
        owner
            .write_all(b"k")
            .map_err(EngineError::file("write to", "the lab's monitor"))?;
        journal.keep()
    }
}

fn spawn(program: &Path, run: &Path, log: &Path) -> Result<Child, EngineError> {
    let log = File::create(log).map_err(EngineError::file("write", log))?;
    Command::new(program)
        .args([inside::ARGUMENT, "monitor"])
        .arg(run)
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(|error| EngineError::NoProgram {
            program: program.display().to_string(),
            error,
        })
}

/// Follows the monitor until the daemon answers.
fn follow(
    monitor: &mut Child,
    journal: &mut Journal,
    plan: &LabPlan,
) -> Result<(Process, Option<Machine>), String> {
    let deadline = Instant::now() + START;
    let output = monitor.stdout.take().ok_or("its monitor has no output")?;
    let mut report = Report::of(OwnedFd::from(output));
    let note = |journal: &mut Journal, process| {
        journal
            .note_process(process)
            .map_err(|error| crate::diagnostic::Diagnose::diagnose(&error).message)
    };
    if let Some(process) = Process::of(monitor.id()) {
        note(journal, process)?;
    }
    let process_one = report
        .reported_value(report_pipe::PROCESS_ONE, deadline)?
        .parse()
        .ok()
        .and_then(Process::of)
        .ok_or("process 1 is gone")?;
    note(journal, process_one)?;
    cgroups::set_apart(&plan.cgroups, monitor.id())?;
    let file = plan.run.join(enter::PROCESS_ONE);
    fs::write(&file, serde_json::to_vec(&process_one).unwrap_or_default())
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let machine = report.reported_value(report_pipe::FURNISHED, deadline)?;
    let socket = format!("/proc/{}/root{}", process_one.pid, init::SOCKET);
    while !answers(&socket) {
        if !process_one.lives() || monitor.try_wait().is_ok_and(|ended| ended.is_some()) {
            return Err("dockerd ended".to_owned());
        }
        if Instant::now() > deadline {
            return Err(format!(
                "dockerd did not answer within {} s",
                START.as_secs()
            ));
        }
        std::thread::sleep(Duration::from_millis(4));
    }
    Ok((process_one, serde_json::from_str(&machine).ok()))
}

/// What the monitor and process 1 report, each by itself: either may be first.
struct Report {
    source: File,
    read: Vec<u8>,
    /// Lines that nobody asked for yet.
    lines: Vec<String>,
}

impl Report {
    fn of(source: OwnedFd) -> Self {
        Self {
            source: source.into(),
            read: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// What the line that starts with `start` says behind that.
    ///
    /// # Errors
    /// Why there will be no lab, or that no such line came until `deadline`.
    fn reported_value(&mut self, start: &str, deadline: Instant) -> Result<String, String> {
        let mut next = 0;
        loop {
            if next == self.lines.len() {
                let line = self.line(deadline)?;
                self.lines.push(line);
            }
            let line = &self.lines[next];
            if let Some(why) = line.strip_prefix(report_pipe::REFUSED) {
                return Err(why.to_owned());
            }
            if let Some(value) = line.strip_prefix(start) {
                let value = value.to_owned();
                self.lines.remove(next);
                return Ok(value);
            }
            next += 1;
        }
    }

    fn line(&mut self, deadline: Instant) -> Result<String, String> {
        loop {
            if let Some(end) = self.read.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.read.drain(..=end).collect();
                return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
            let rest = deadline.saturating_duration_since(Instant::now());
            let rest = Timespec {
                tv_sec: i64::try_from(rest.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: rest.subsec_nanos().into(),
            };
            let ready = poll(
                &mut [PollFd::from_borrowed_fd(self.source.as_fd(), PollFlags::IN)],
                Some(&rest),
            );
            match ready {
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.to_string()),
                Ok(0) => return Err("its monitor went silent".to_owned()),
                Ok(_) => {}
            }
            let mut chunk = [0; 4096];
            match self.source.read(&mut chunk) {
                Ok(0) => return Err("its monitor ended".to_owned()),
                Ok(count) => self.read.extend(&chunk[..count]),
                Err(error) => return Err(error.to_string()),
            }
        }
    }
}

/// Whether the daemon behind `socket` answers a ping.
fn answers(socket: &str) -> bool {
    let ask = || -> std::io::Result<bool> {
        let mut stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        stream.write_all(b"GET /_ping HTTP/1.0\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

fn last_lines(log: &Path) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(8)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(text: &str) -> Report {
        let (source, writer) = rustix::pipe::pipe().expect("a pipe");
        File::from(writer)
            .write_all(text.as_bytes())
            .expect("a pipe takes it");
        Report::of(source)
    }

    #[test]
    fn process_one_may_report_before_its_monitor_does() {
        let soon = Instant::now() + ASIDE;
        for text in [
            "process-one 12\nfurnished {}\n",
            "furnished {}\nprocess-one 12\n",
        ] {
            let mut report = report(text);
            let process = report.reported_value(report_pipe::PROCESS_ONE, soon);
            assert_eq!(process.as_deref(), Ok("12"), "{text}");
            assert!(
                report.reported_value(report_pipe::FURNISHED, soon).is_ok(),
                "{text}"
            );
        }
        for text in ["refused no disk\n", "process-one 12\nrefused no disk\n"] {
            let furnished = report(text).reported_value(report_pipe::FURNISHED, soon);
            assert_eq!(furnished, Err("no disk".to_owned()), "{text}");
        }
        let ended = report("process-one 12\n").reported_value(report_pipe::FURNISHED, soon);
        assert_eq!(ended, Err("its monitor ended".to_owned()));
    }
}
