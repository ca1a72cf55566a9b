//! The way from a lab's own network to a cluster: what connects to the listener there is
//! passed on to the API server from this process's network, byte by byte.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How often it looks for a connection, and whether it shall end.
const PAUSE: Duration = Duration::from_millis(10);

/// Passes connections on until it is dropped.
#[derive(Debug)]
pub(super) struct Relay(Arc<AtomicBool>);

impl Relay {
    /// Passes what connects to `listener` on to `server`.
    ///
    /// # Errors
    /// Where the listener cannot be used.
    pub(super) fn start(listener: TcpListener, server: SocketAddr) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let ends = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&ends);
        thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) => {
                        // A client whose server is not there sees its connection closed.
                        if let Ok(server) = TcpStream::connect(server) {
                            let _ = join(client, server);
                        }
                    }
                    Err(_) => thread::sleep(PAUSE),
                }
            }
        });
        Ok(Self(ends))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Copies both ways, each until its sender ends.
fn join(client: TcpStream, server: TcpStream) -> io::Result<()> {
    client.set_nonblocking(false)?;
    let ways = [(client.try_clone()?, server.try_clone()?), (server, client)];
    for (mut from, mut to) in ways {
        thread::spawn(move || {
            let _ = io::copy(&mut from, &mut to);
            let _ = to.shutdown(Shutdown::Write);
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn what_is_sent_arrives_and_the_answer_comes_back() {
        let server = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = server.local_addr().expect("an address");
        let entrance = TcpListener::bind("127.0.0.1:0").expect("a port");
        let mut client =
            TcpStream::connect(entrance.local_addr().expect("an address")).expect("a connection");
        let _relay = Relay::start(entrance, address).expect("a relay");
        let answering = thread::spawn(move || {
            let (mut stream, _) = server.accept().expect("a connection");
            let mut asked = String::new();
            stream.read_to_string(&mut asked).expect("a question");
            stream
                .write_all(asked.to_uppercase().as_bytes())
                .expect("an answer");
        });
        client.write_all(b"pods?").expect("a question");
        client.shutdown(Shutdown::Write).expect("an end");
        let mut answer = String::new();
        client.read_to_string(&mut answer).expect("an answer");
        assert_eq!(answer, "PODS?");
        answering.join().expect("a server");
    }
}
