//! The user's own terminal, or pipe, in place of what types for a run.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use super::TerminalError;
use super::pty::{Pty, Received};
use crate::lab::Doorway;

/// How often the size of the user's terminal is looked at.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};
/// How long the lab may take to take what was typed.
const TAKEN: Duration = Duration::from_secs(10);
/// What a terminal's reader gets on Ctrl-D.
const END_OF_FILE: u8 = 4;

/// Lets the user type in the lab behind `doorway` until its shell ends, or `stopped`.
///
/// # Errors
/// [`TerminalError`] where no terminal can be had there, or it cannot be read.
pub fn relay(doorway: &Doorway, stopped: &AtomicBool) -> Result<(), TerminalError> {
    let mut pty = Pty::open(doorway)?;
    let _raw = Raw::begin();
    let mut size = None;
    let mut typed = [0; 4096];
    let mut at_end = false;
    while !stopped.load(Ordering::Relaxed) {
        if let Ok(now) = tcgetwinsize(stdin())
            && size != Some(now)
            && now.ws_col > 0
        {
            pty.resize(now);
            size = Some(now);
        }
        let mut printed = Vec::new();
        if pty.receive(&mut printed, Duration::ZERO)? == Received::Closed {
            break;
        }
        if printed.is_empty() && is_typed(&pty, at_end)? {
            let count = rustix::io::read(stdin(), &mut typed).unwrap_or(0);
            at_end = count == 0;
            let bytes = match at_end {
                true => &[END_OF_FILE],
                false => &typed[..count],
            };
            pty.send(bytes, &mut printed, Instant::now() + TAKEN)?;
        }
        show(&printed);
    }
    Ok(())
}

/// Waits until something is printed or typed, and says whether it is typed.
fn is_typed(pty: &Pty, at_end: bool) -> io::Result<bool> {
    let printed = pty
        .master()
        .map(|master| PollFd::new(master, PollFlags::IN));
    let typed = (!at_end).then(|| PollFd::from_borrowed_fd(stdin(), PollFlags::IN));
    let count = printed.iter().count();
    let mut files: Vec<PollFd> = printed.into_iter().chain(typed).collect();
    match poll(&mut files, Some(&LOOK)) {
        Ok(_) => Ok(files[count..].iter().any(|file| !file.revents().is_empty())),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Where nobody looks any more, the lab is left all the same.
fn show(printed: &[u8]) {
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(printed).and_then(|()| stdout.flush());
}

/// Every key of the user's terminal is the lab's; dropping it gives them back.
struct Raw(Option<Termios>);

impl Raw {
    fn begin() -> Self {
        let before = tcgetattr(stdin()).ok();
        if let Some(before) = &before {
            let mut raw = before.clone();
            raw.make_raw();
            let _ = tcsetattr(stdin(), OptionalActions::Drain, &raw);
        }
        Self(before)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        if let Some(before) = &self.0 {
            let _ = tcsetattr(stdin(), OptionalActions::Drain, before);
        }
    }
}
