//! Reading from the daemon while keeping an eye on the client: a client that
//! hangs up (Ctrl-C in a build, a killed `docker logs -f`) must be seen by the
//! daemon, which otherwise goes on for nobody.

use std::io::{self, Read};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// The daemon's side of a connection, read as long as the client is there.
#[derive(Debug)]
pub struct DaemonConnection<'a> {
    /// The daemon's side.
    pub daemon: &'a UnixStream,
    /// The client's side.
    pub client: &'a UnixStream,
    /// Whether the client may end its own direction and still listen, as on raw
    /// streams; in HTTP it never does.
    pub half_closes: bool,
}

impl DaemonConnection<'_> {
    fn gone(&self) -> PollFlags {
        #[cfg(target_os = "linux")]
        if !self.half_closes {
            return PollFlags::HUP | PollFlags::ERR | PollFlags::RDHUP;
        }
        PollFlags::HUP | PollFlags::ERR
    }
}

impl Read for DaemonConnection<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut both = [
                PollFd::new(self.daemon, PollFlags::IN),
                PollFd::new(self.client, self.gone()),
            ];
            match poll(&mut both, None) {
                Err(Errno::INTR) => continue,
                other => drop(other?),
            }
            if !both[0].revents().is_empty() {
                return (&*self.daemon).read(buffer);
            }
            if both[1].revents().intersects(self.gone()) {
                self.daemon.shutdown(Shutdown::Both)?;
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
        }
    }
}
