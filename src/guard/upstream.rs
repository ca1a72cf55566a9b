//! The way to the daemon that the user means.
//!
//! A `unix://` address is connected to; everything else (contexts, `ssh://`,
//! Docker Desktop, TLS) is left to Docker's own client: `docker system
//! dial-stdio` carries one connection over its standard streams, and those are
//! one end of a socket pair here, so that both ways look alike.

use std::io;
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde::{Deserialize, Serialize};

/// Where the daemon is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Upstream {
    /// A socket of this machine.
    Socket(PathBuf),
    /// Whatever `docker` with these arguments (`--host ssh://...`) reaches.
    Client {
        /// The `docker` program.
        program: PathBuf,
        /// Its arguments before `system dial-stdio`.
        arguments: Vec<String>,
    },
}

/// One connection to the daemon; dropping it ends it.
#[derive(Debug)]
pub struct Connection {
    /// Both directions.
    pub stream: UnixStream,
    client: Option<Child>,
}

impl Upstream {
    /// Opens a connection.
    ///
    /// # Errors
    /// What connecting, or starting the client, gives.
    pub fn connect(&self) -> io::Result<Connection> {
        match self {
            Self::Socket(path) => Ok(Connection {
                stream: UnixStream::connect(path)?,
                client: None,
            }),
            Self::Client { program, arguments } => {
                let (stream, theirs) = UnixStream::pair()?;
                let child = Command::new(program)
                    .args(arguments)
                    .args(["system", "dial-stdio"])
                    .stdin(Stdio::from(OwnedFd::from(theirs.try_clone()?)))
                    .stdout(Stdio::from(OwnedFd::from(theirs)))
                    .stderr(Stdio::null())
                    .spawn()?;
                Ok(Connection {
                    stream,
                    client: Some(child),
                })
            }
        }
    }
}

impl std::fmt::Display for Upstream {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Socket(path) => write!(formatter, "unix://{}", path.display()),
            Self::Client { arguments, .. } => match arguments.as_slice() {
                [option, address] if option == "--host" => formatter.write_str(address),
                arguments => formatter.write_str(&arguments.join(" ")),
            },
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let _ = self.stream.shutdown(Shutdown::Both);
        if let Some(mut client) = self.client.take() {
            let _ = client.kill();
            let _ = client.wait();
        }
    }
}
