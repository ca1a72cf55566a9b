//! The guard: a proxy between a lab and the user's own daemon.
//!
//! ```text
//!     lab's docker --HTTP--> socket --proxy--> rules --upstream--> daemon
//!                                      |         |
//!                             answer --+         +-- scope: names -> owners
//!                                      |                    |
//!                                   ledger (memory, disk) <-+
//!                                      |
//!                                   removal: exactly what the lab made
//! ```
//!
//! Texts cannot be trusted to show what a shell will do; calls of the API can.
//! Each call is taken apart ([`call`]), judged by an allow list ([`rules`]), and
//! written anew; what it makes is written into the [`ledger`] before or right
//! after the daemon makes it.

pub mod answer;
pub mod buildkit;
pub mod call;
pub mod creation;
pub mod daemon;
pub mod fields;
pub mod frames;
pub mod hpack;
pub mod http;
pub mod ledger;
pub mod listing;
pub mod predicted;
pub mod progress;
pub mod proxy;
pub mod removal;
pub mod rules;
pub mod scope;
pub mod solve;
pub mod upstream;
pub mod watched;
pub mod window;

use std::io;
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use scope::Scope;

/// What the answer to a call that is refused begins with.
pub const REFUSED: &str = "labbook: refused: ";

/// A guard that stands: its socket is open.
#[derive(Debug)]
pub struct Guard {
    scope: Arc<Scope>,
    socket: PathBuf,
    ended: Arc<AtomicBool>,
    doorman: Option<JoinHandle<()>>,
}

impl Guard {
    /// Opens a socket at `socket` and serves whoever connects, within `scope`.
    ///
    /// # Errors
    /// What binding the socket gives.
    pub fn stand(scope: Scope, socket: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(socket)?;
        let scope = Arc::new(scope);
        let ended = Arc::new(AtomicBool::new(false));
        let doorman = std::thread::spawn({
            let (scope, ended) = (scope.clone(), ended.clone());
            move || serve_all(&listener, &scope, &ended)
        });
        Ok(Self {
            scope,
            socket: socket.to_owned(),
            ended,
            doorman: Some(doorman),
        })
    }

    /// Where it listens.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// What the lab may touch.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Lets nobody in any more, and hangs up on whoever is there.
    pub fn end(&mut self) {
        let Some(doorman) = self.doorman.take() else {
            return;
        };
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the doorman, who then sees that it is over.
        let _ = UnixStream::connect(&self.socket);
        let _ = doorman.join();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.end();
    }
}

fn serve_all(listener: &UnixListener, scope: &Arc<Scope>, ended: &AtomicBool) {
    let mut rooms: Vec<(JoinHandle<()>, UnixStream)> = Vec::new();
    for client in listener.incoming() {
        if ended.load(Ordering::SeqCst) {
            break;
        }
        let Ok(client) = client else { continue };
        let Ok(line) = client.try_clone() else {
            continue;
        };
        rooms.retain(|(room, _)| !room.is_finished());
        let scope = Arc::clone(scope);
        let room = std::thread::spawn(move || {
            // An error here is a client or a daemon that hung up: the other end
            // is known by its connection's end.
            let _ = proxy::serve(&scope, &client);
            let _ = client.shutdown(Shutdown::Both);
        });
        rooms.push((room, line));
    }
    for (_, line) in &rooms {
        let _ = line.shutdown(Shutdown::Both);
    }
    for (room, _) in rooms {
        let _ = room.join();
    }
}
