//! The pseudo-terminal and the program at its other end.
//!
//! ```text
//!     labbook  <-- master --[ line discipline ]-- slave -->  the lab's bash
//! ```

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::buffer::spare_capacity;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use rustix::process::{Pid, Signal};
use rustix::termios::{LocalModes, Winsize};

use super::TerminalError;
use crate::lab::Doorway;

/// Width of the terminal, in columns. Rendering joins what a terminal wraps, so
/// only programs that ask for the width see it. Wide is right for nearly all of
/// them: BuildKit and `ps` cut their lines at the width, readline and ash draw a
/// wrapped command in pieces. `ls` puts all names into one line, and BuildKit
/// pads with spaces: both are compared by words.
pub(super) const COLUMNS: u16 = 1000;

/// Height in rows. BuildKit and Compose leave out what does not fit.
pub(super) const ROWS: u16 = 200;

/// How much is read at once at least, in bytes.
const READ_SIZE: usize = 64 * 1024;

/// How long the lab's shell may take to end after its terminal hung up.
const HANG_UP_LIMIT: Duration = Duration::from_secs(2);

/// A pseudo-terminal with a program on it.
pub(super) struct Pty {
    /// None only once it hung up.
    master: Option<OwnedFd>,
    child: Child,
}

/// What came of waiting for bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Received {
    /// Bytes were appended.
    Bytes,
    /// Nothing came in time.
    Nothing,
    /// The other end is closed for good.
    Closed,
}

impl Pty {
    /// Starts the doorway's program on a new terminal, as the leader of a session
    /// whose controlling terminal it is.
    ///
    /// # Errors
    /// [`TerminalError::NoTerminal`] and [`TerminalError::NoShell`].
    pub(super) fn open(doorway: &Doorway) -> Result<Self, TerminalError> {
        let (master, slave) = pair(doorway).map_err(|error| TerminalError::NoTerminal {
            multiplexer: doorway.multiplexer.clone(),
            error,
        })?;
        let child = spawn(doorway, slave).map_err(|error| TerminalError::NoShell {
            command: doorway.command.clone(),
            error,
        })?;
        Ok(Self {
            master: Some(master),
            child,
        })
    }

    /// The process ID of the program on the terminal.
    pub(super) fn program(&self) -> u32 {
        self.child.id()
    }

    /// Types `bytes`, appending to `printed` what comes meanwhile: a full terminal
    /// would take nothing while nobody reads what it echoes. Gives the number of
    /// bytes that were taken before `deadline`.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn send(
        &mut self,
        bytes: &[u8],
        printed: &mut Vec<u8>,
        deadline: Instant,
    ) -> io::Result<usize> {
        let mut sent = 0;
        while sent < bytes.len() {
            let Some(master) = &self.master else { break };
            match rustix::io::write(master, &bytes[sent..]) {
                Ok(count) => {
                    sent += count;
                    continue;
                }
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(Errno::IO) => break,
                Err(error) => return Err(error.into()),
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || !wait(master, PollFlags::IN | PollFlags::OUT, left)? {
                break;
            }
            if self.receive(printed, Duration::ZERO)? == Received::Closed {
                break;
            }
        }
        Ok(sent)
    }

    /// Appends to `printed` what is there, waiting up to `patience` for the first
    /// byte.
    ///
    /// # Errors
    /// What the system says.
    pub(super) fn receive(
        &mut self,
        printed: &mut Vec<u8>,
        patience: Duration,
    ) -> io::Result<Received> {
        let Some(master) = &self.master else {
            return Ok(Received::Closed);
        };
        loop {
            if !wait(master, PollFlags::IN, patience)? {
                return Ok(Received::Nothing);
            }
            printed.reserve(READ_SIZE);
            match rustix::io::read(master, spare_capacity(printed)) {
                Ok(0) | Err(Errno::IO) => return Ok(Received::Closed),
                Ok(_) => return Ok(Received::Bytes),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => return Ok(Received::Nothing),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Whether some program has switched line editing by the kernel off, as shells
    /// with editing of their own and `docker run -it` do.
    pub(super) fn is_raw(&self) -> bool {
        self.master
            .as_ref()
            .and_then(|master| rustix::termios::tcgetattr(master).ok())
            .is_some_and(|modes| !modes.local_modes.contains(LocalModes::ICANON))
    }

    /// Makes the terminal as large as that.
    pub(super) fn resize(&self, size: Winsize) {
        if let Some(master) = &self.master {
            let _ = rustix::termios::tcsetwinsize(master, size);
        }
    }

    /// Our end of it; none once it hung up.
    pub(super) fn master(&self) -> Option<&OwnedFd> {
        self.master.as_ref()
    }

    /// The process group that the terminal's keys go to.
    pub(super) fn foreground_group(&self) -> Option<Pid> {
        rustix::termios::tcgetpgrp(self.master.as_ref()?).ok()
    }

    /// Hangs up and sees the program end; kills it when it does not.
    fn hang_up(&mut self) {
        self.master = None;
        if !ended_within(&mut self.child, HANG_UP_LIMIT) {
            // Refused only when it has just ended by itself.
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        self.hang_up();
    }
}

/// Both ends of a new terminal in the devpts of the doorway's multiplexer.
fn pair(doorway: &Doorway) -> io::Result<(OwnedFd, OwnedFd)> {
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let master = rustix::fs::open(&doorway.multiplexer, flags, Mode::empty())?;
    rustix::pty::unlockpt(&master)?;
    let slave = other_end(&master)?;
    rustix::termios::tcsetwinsize(
        &slave,
        Winsize {
            ws_row: ROWS,
            ws_col: COLUMNS,
            ws_xpixel: 0,
            ws_ypixel: 0,
        },
    )?;
    Ok((master, slave))
}

/// By the master and not by name: the name is another terminal's, or nobody's,
/// outside of the devpts that the master is in.
#[cfg(target_os = "linux")]
fn other_end(master: &OwnedFd) -> io::Result<OwnedFd> {
    use rustix::pty::OpenptFlags;
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    Ok(rustix::pty::ioctl_tiocgptpeer(master, flags)?)
}

#[cfg(not(target_os = "linux"))]
fn other_end(master: &OwnedFd) -> io::Result<OwnedFd> {
    rustix::pty::grantpt(master)?;
    let name = rustix::pty::ptsname(master, Vec::new())?;
    let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(rustix::fs::open(name, flags, Mode::empty())?)
}

/// Starts the doorway's program on `slave`.
fn spawn(doorway: &Doorway, slave: OwnedFd) -> io::Result<Child> {
    let Some((program, arguments)) = doorway.command.split_first() else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "no program is named",
        ));
    };
    let mut command = Command::new(program);
    if let Some(folder) = &doorway.folder {
        command.current_dir(folder);
    }
    command
        .args(arguments)
        .env_clear()
        .envs(
            doorway
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(Stdio::from(slave.try_clone()?))
        .stdout(Stdio::from(slave.try_clone()?))
        .stderr(Stdio::from(slave));
    // SAFETY: between fork and exec only system calls are made, which neither
    // allocate nor take locks.
    unsafe {
        command.pre_exec(|| {
            // What was started in the background, or by nohup, ignores signals
            // that keys send here, and a shell leaves such ones ignored.
            for signal in [libc::SIGHUP, libc::SIGINT, libc::SIGQUIT] {
                libc::signal(signal, libc::SIG_DFL);
            }
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
            Ok(())
        });
    }
    command.spawn()
}

/// Whether `events` came to `file` within `patience`.
fn wait(file: &OwnedFd, events: PollFlags, patience: Duration) -> io::Result<bool> {
    let patience = Timespec::try_from(patience).unwrap_or(Timespec {
        tv_sec: 3600,
        tv_nsec: 0,
    });
    match poll(&mut [PollFd::new(file, events)], Some(&patience)) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether `child` ended within `limit`.
#[cfg(target_os = "linux")]
fn ended_within(child: &mut Child, limit: Duration) -> bool {
    use rustix::process::PidfdFlags;
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    let Some(handle) =
        pid.and_then(|pid| rustix::process::pidfd_open(pid, PidfdFlags::empty()).ok())
    else {
        return false;
    };
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        let left = deadline.saturating_duration_since(Instant::now());
        if wait(&handle, PollFlags::IN, left).unwrap_or(false) {
            return true;
        }
    }
    false
}

/// Whether `child` ended within `limit`.
#[cfg(not(target_os = "linux"))]
fn ended_within(child: &mut Child, limit: Duration) -> bool {
    let deadline = Instant::now() + limit;
    while Instant::now() < deadline {
        if !matches!(child.try_wait(), Ok(None)) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// Kills every process of `group`; one that is gone already is no matter.
pub(super) fn kill_group(group: Pid) {
    let _ = rustix::process::kill_process_group(group, Signal::KILL);
}
