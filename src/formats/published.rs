//! Published ports where one machine has IPv6 and the other has not.
//!
//! ```text
//!     without  0.0.0.0:8080->80/tcp, 0.0.0.0:8443->443/tcp
//!     with     0.0.0.0:8080->80/tcp, :::8080->80/tcp, 0.0.0.0:8443->443/tcp, :::8443->443/tcp
//! ```
//!
//! Docker before 20.10, and later ones where the kernel has no IPv6, publish on IPv4
//! alone. The same port is published twice elsewhere: every port that is open to all
//! of IPv4, and no other. So a list has these twins all or none.
//! Sources: moby `libnetwork/drivers/bridge/port_mapping.go` (`allocatePorts`);
//! docker/cli `cli/command/formatter/container.go` (`DisplayablePorts`).

use std::ops::Range;

use crate::docker::ProgramCall;
use crate::pattern::pattern;

/// The name under which a match with or without twins is reported.
pub const DIALECT: &str = "published ports on IPv6 too";

/// How a port that is open to all of IPv4 begins.
const OPEN: &str = "0.0.0.0:";

/// How its twin on IPv6 begins, up to 26.1 and in 28.5.
const TWINS: [&str; 2] = [":::", "[::]:"];

pattern! {
    LIST = { let ports = "[0-9]+(?:-[0-9]+)?";
    let port = format!(r"(?:[0-9a-f.:\[\]]+:{ports}->)?{ports}/(?:tcp|udp|sctp)"); format!("{port}(?:, {port})*") };
}

/// Whether the author published `port` of the machine on IPv4 alone (`-p
/// 0.0.0.0:8080:80`): no machine adds a twin to it.
pub fn is_on_ipv4_alone(port: &str, authored: &str) -> bool {
    authored.contains(&format!("{OPEN}{port}:"))
}

/// The list of ports in a line, and where it stands.
fn list(line: &str) -> Option<(Range<usize>, Vec<&str>)> {
    let found = LIST
        .find_iter(line)
        .find(|found| found.as_str().contains(OPEN))?;
    Some((found.range(), found.as_str().split(", ").collect()))
}

/// What `-p` takes to publish the ports that a row of `docker ps` lists: of one that
/// Docker picked itself only the container's. None of a list that cannot be read.
pub fn options(ports: &str) -> Option<Vec<String>> {
    /// Where the kernel's and Docker's own choice of ports begins.
    const PICKED: u32 = 32768;
    let mut options = Vec::new();
    for port in ports.split(", ").filter(|port| !port.is_empty()) {
        let Some((outer, inner)) = port.split_once("->") else {
            continue;
        };
        if twin(outer).is_some() {
            continue;
        }
        let (inner, protocol) = inner.split_once('/')?;
        let (address, outer) = outer.rsplit_once(':')?;
        let first: u32 = outer.split('-').next()?.parse().ok()?;
        let mut option = match (address, first >= PICKED) {
            (_, true) => inner.to_owned(),
            ("0.0.0.0", false) => format!("{outer}:{inner}"),
            (address, false) => format!("{address}:{outer}:{inner}"),
        };
        if protocol != "tcp" {
            option.push_str(&format!("/{protocol}"));
        }
        options.push(option);
    }
    Some(options)
}

/// What follows the address of a port that is open to all of IPv4, unless the author
/// wanted that address and no other.
fn open<'p>(port: &'p str, authored: &str) -> Option<&'p str> {
    let rest = port.strip_prefix(OPEN)?;
    let (outer, _) = rest.split_once("->")?;
    (!is_on_ipv4_alone(outer, authored)).then_some(rest)
}

/// What follows the address of a port that is open to all of IPv6.
fn twin(port: &str) -> Option<&str> {
    TWINS.iter().find_map(|start| port.strip_prefix(start))
}

/// `line` as a machine with IPv6 prints it, where it lists published ports without:
/// each twin after its port, or, where one port of a container is published several
/// times, after all of them.
pub fn with_twins(line: &str, calls: &[ProgramCall], authored: &str) -> Vec<String> {
    let Some((place, ports)) = listed(line, calls) else {
        return Vec::new();
    };
    if ports.iter().any(|port| twin(port).is_some()) {
        return Vec::new();
    }
    let inner = |port: &&str| {
        port.rsplit("->")
            .next()?
            .split('/')
            .next()
            .map(str::to_owned)
    };
    let groups = [
        ports.chunks(1).collect::<Vec<_>>(),
        ports
            .chunk_by(|one, other| inner(one) == inner(other))
            .collect(),
    ];
    let mut lines: Vec<String> = Vec::new();
    for (groups, start) in groups
        .iter()
        .flat_map(|groups| TWINS.map(|start| (groups, start)))
    {
        let list: Vec<String> = groups
            .iter()
            .flat_map(|group| {
                let twins = group
                    .iter()
                    .filter_map(|port| Some(format!("{start}{}", open(port, authored)?)));
                group.iter().map(|port| (*port).to_owned()).chain(twins)
            })
            .collect();
        let mut other = line.to_owned();
        other.replace_range(place.clone(), &list.join(", "));
        if other != line && !lines.contains(&other) {
            lines.push(other);
        }
    }
    lines
}

/// `line` as a machine without IPv6 prints it, where it lists every published port
/// with its twin.
pub fn without_twins(line: &str, calls: &[ProgramCall], authored: &str) -> Option<String> {
    let (place, ports) = listed(line, calls)?;
    let mut open: Vec<&str> = ports
        .iter()
        .filter_map(|port| open(port, authored))
        .collect();
    let mut twins: Vec<&str> = ports.iter().filter_map(|port| twin(port)).collect();
    open.sort_unstable();
    twins.sort_unstable();
    if open != twins {
        return None;
    }
    let alone: Vec<&str> = ports
        .into_iter()
        .filter(|port| twin(port).is_none())
        .collect();
    let mut other = line.to_owned();
    other.replace_range(place, &alone.join(", "));
    Some(other)
}

/// The `cell` of a table of compose 1, which lists ports, without their twins, where each port
/// that is open to all of IPv4 has its own behind it.
pub fn on_ipv4(cell: &str) -> String {
    let ports: Vec<&str> = cell.split(',').map(str::trim).collect();
    let have_twins = ports.iter().enumerate().all(|(index, port)| {
        let next = ports.get(index + 1).and_then(|next| twin(next));
        port.strip_prefix(OPEN)
            .is_none_or(|rest| next == Some(rest))
    });
    let is_twin = |port: &&&str| twin(port).is_some();
    let count = ports.iter().filter(is_twin).count();
    let open = ports.iter().filter(|port| port.starts_with(OPEN)).count();
    match have_twins && count == open {
        true => ports
            .iter()
            .filter(|port| !is_twin(port))
            .copied()
            .collect::<Vec<_>>()
            .join(","),
        false => cell.to_owned(),
    }
}

/// A line of `docker port`, as `80/tcp -> 0.0.0.0:8080`, or the address alone where the
/// command names the port.
struct Binding<'l> {
    /// The container's port; nothing where the line has the address alone.
    inner: &'l str,
    /// The machine's address and port.
    outer: &'l str,
}

impl<'l> Binding<'l> {
    /// Reads a line of `docker port`: none of an error.
    fn read(line: &'l str) -> Option<Self> {
        let (inner, outer) = line.split_once(" -> ").unwrap_or(("", line));
        let (_, port) = outer.rsplit_once(':')?;
        let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some(Self { inner, outer })
    }

    /// The port it publishes to all of IPv4, unless the author wanted IPv4 alone.
    fn open(&self, authored: &str) -> Option<(&'l str, &'l str)> {
        let port = self.outer.strip_prefix(OPEN)?;
        (!is_on_ipv4_alone(port, authored)).then_some((self.inner, port))
    }

    /// The port it publishes to all of IPv6.
    fn twin(&self) -> Option<(&'l str, &'l str)> {
        Some((self.inner, twin(self.outer)?))
    }
}

/// Whether the lines are all that `docker port` says of a container: in the order of
/// a map up to 20.10, of their text in 26.1 and of their numbers in 28.5.
pub fn are_bindings(calls: &[ProgramCall], expected: &[Option<String>]) -> bool {
    let mut lines = expected
        .iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .peekable();
    matches!(calls, [call] if call.is_docker("port"))
        && expected.iter().all(Option::is_some)
        && lines.peek().is_some()
        && lines.all(|line| Binding::read(line).is_some())
}

/// The twins, by line from 0, in what `docker port` says in the notes and here, where
/// only one of them has any, and that one has exactly one for each open port.
pub fn twins_on_one_side(
    expected: &[&str],
    printed: &[&str],
    authored: &str,
) -> (Vec<usize>, Vec<usize>) {
    let (ours, theirs) = (twins_of(expected, authored), twins_of(printed, authored));
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if ours.is_empty() != theirs.is_empty() => (ours, theirs),
        _ => Default::default(),
    }
}

/// The lines that publish a twin: none of them, or one for each open port. Nothing of a
/// list that has another number of them.
fn twins_of(lines: &[&str], authored: &str) -> Option<Vec<usize>> {
    let bindings = lines.iter().map(|line| Binding::read(line));
    let twins: Vec<(usize, (&str, &str))> = bindings
        .clone()
        .enumerate()
        .filter_map(|(line, binding)| Some((line, binding?.twin()?)))
        .collect();
    let mut open: Vec<_> = bindings
        .flatten()
        .filter_map(|binding| binding.open(authored))
        .collect();
    let mut closed: Vec<_> = twins.iter().map(|(_, port)| *port).collect();
    open.sort_unstable();
    closed.sort_unstable();
    (closed.is_empty() || closed == open).then(|| twins.iter().map(|(line, _)| *line).collect())
}

/// The ports that `docker ps` lists in `line`.
fn listed<'l>(line: &'l str, calls: &[ProgramCall]) -> Option<(Range<usize>, Vec<&'l str>)> {
    calls
        .iter()
        .any(|call| call.is_docker("ps"))
        .then(|| list(line))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_tells_how_its_ports_are_published() {
        let published = |ports: &str| options(ports).unwrap_or_default();
        let two = "0.0.0.0:8080->80/tcp, :::8080->80/tcp, 127.0.0.1:53->53/udp, 443/tcp";
        assert_eq!(published(two), ["8080:80", "127.0.0.1:53:53/udp"]);
        assert_eq!(published("0.0.0.0:49153->80/tcp"), ["80"]);
        assert_eq!(published("0.0.0.0:80-81->80-81/tcp"), ["80-81:80-81"]);
        assert_eq!(options("0.0.0.0:x->80/tcp"), None);
        assert_eq!(options(""), Some(Vec::new()));
    }

    #[test]
    fn each_port_has_its_twin_or_none_has() {
        let calls = ProgramCall::all("docker ps");
        let two = "web 0.0.0.0:8080->80/tcp, :::8080->80/tcp, 0.0.0.0:8443->443/tcp";
        assert_eq!(without_twins(two, &calls, ""), None);
        assert_eq!(with_twins(two, &calls, ""), [""; 0]);
        let all = format!("{two}, :::8443->443/tcp");
        let none = "web 0.0.0.0:8080->80/tcp, 0.0.0.0:8443->443/tcp";
        assert_eq!(without_twins(&all, &calls, "").as_deref(), Some(none));
        assert!(with_twins(none, &calls, "").contains(&all));
    }

    #[test]
    fn twins_stand_behind_all_that_publish_the_same_port() {
        let calls = ProgramCall::all("docker ps --format '{{.Ports}}'");
        let without = "0.0.0.0:53->53/tcp, 0.0.0.0:53->53/udp";
        let with = "0.0.0.0:53->53/tcp, 0.0.0.0:53->53/udp, :::53->53/tcp, :::53->53/udp";
        assert!(with_twins(without, &calls, "").contains(&with.to_owned()));
        assert_eq!(without_twins(with, &calls, "").as_deref(), Some(without));
    }

    #[test]
    fn what_is_open_to_one_address_has_no_twin() {
        let calls = ProgramCall::all("docker ps");
        assert_eq!(with_twins("127.0.0.1:8080->80/tcp", &calls, ""), [""; 0]);
        assert_eq!(
            without_twins("127.0.0.1:80->80/tcp, :::80->80/tcp", &calls, ""),
            None
        );
        let fixed = "docker run -p 0.0.0.0:8080:80 nginx";
        assert_eq!(with_twins("0.0.0.0:8080->80/tcp", &calls, fixed), [""; 0]);
        assert_eq!(
            with_twins("0.0.0.0:8080->80/tcp", &ProgramCall::all("cat x"), ""),
            [""; 0]
        );
    }
}
