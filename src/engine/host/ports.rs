//! Ports that a program of this machine, no container, listens on.

use std::io;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::os::fd::{AsFd, BorrowedFd};
#[cfg(target_os = "linux")]
use std::path::Path;

use crate::guard::daemon::Daemon;
use crate::guard::upstream::Upstream;

/// Whether what the daemon publishes are ports of this machine: it listens on a
/// socket here, and is not known to live in another network. A rootless one does,
/// and publishes here all the same.
///
/// # Errors
/// What the daemon's connection gives.
pub(super) fn are_the_daemons(daemon: &Daemon) -> io::Result<bool> {
    let Upstream::Socket(_) = daemon.upstream() else {
        return Ok(false);
    };
    let connection = daemon.upstream().connect()?;
    shares_network(daemon, connection.stream.as_fd())
}

/// Whether ports of the daemon behind `connection` are this machine's: a desktop's
/// machine publishes here what it publishes.
#[cfg(not(target_os = "linux"))]
fn shares_network(_: &Daemon, _: BorrowedFd) -> io::Result<bool> {
    Ok(true)
}

#[cfg(target_os = "linux")]
fn shares_network(daemon: &Daemon, connection: BorrowedFd) -> io::Result<bool> {
    let network =
        |process: String| std::fs::read_link(Path::new("/proc").join(process).join("ns/net"));
    let its = rustix::net::sockopt::socket_peercred(connection)
        .map_err(io::Error::from)
        .and_then(|peer| network(peer.pid.as_raw_nonzero().to_string()));
    match (its, network("self".to_owned())) {
        (Ok(its), Ok(ours)) if its != ours => {
            let options = &daemon.get("/info")?.body["SecurityOptions"];
            Ok(options.to_string().contains("name=rootless"))
        }
        _ => Ok(true),
    }
}

/// Whether a program listens on the port (`8080/tcp`), on any address. One that
/// this user may not take, or of another protocol, counts as free: the daemon
/// will say.
pub(super) fn is_listened_on(port: &str) -> bool {
    let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    let Ok(number) = number.parse::<u16>() else {
        return false;
    };
    let every = (Ipv4Addr::UNSPECIFIED, number);
    let bound = match protocol {
        "tcp" => TcpListener::bind(every).map(drop),
        "udp" => UdpSocket::bind(every).map(drop),
        _ => Ok(()),
    };
    bound.is_err_and(|error| error.kind() == io::ErrorKind::AddrInUse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_taken_for_as_long_as_somebody_listens() {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        assert!(is_listened_on(&format!("{port}/tcp")));
        drop(listener);
        assert!(!is_listened_on(&format!("{port}/tcp")));
        assert!(!is_listened_on("8000-8010/tcp"));
    }
}
