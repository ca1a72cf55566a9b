//! Ports of running containers: no two have the same one.
//!
//! ```text
//!     web    Up 2 seconds   0.0.0.0:8080->80/tcp
//!     old    Up 2 days      0.0.0.0:8080->80/tcp     cannot have been started
//! ```

use std::collections::HashSet;

use super::series::{Sides, against_earlier, readings};
use super::{Evidence, Lines, Objection};
use crate::docker::OperandKind;
use crate::pattern::pattern;

/// Why a row is refused.
const TAKEN: &str = "another container of this list has the same port of the host";

pattern! {
    /// An address with a port of the host, and the protocol.
    PUBLISHED = r"(?P<host>[0-9.]+:[0-9]+|\[?::\]?:[0-9]+)->[0-9]+/(?P<protocol>tcp|udp)\b";
}

/// Rows of running containers with a port that a row above has, where this run's have not: the
/// containers of one pod have all the same ports.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let rows = readings(judged, |step, _, line| {
        let [call] = evidence.formats[step].calls() else {
            return None;
        };
        let rows = Sides::texts(line);
        let rows = (call.lists() == Some(OperandKind::Container)).then_some(rows)?;
        Some((step, rows.map(|row| ports(row.unwrap_or_default()))))
    });
    let share = |own: &HashSet<_>, other: &HashSet<_>| !own.is_disjoint(other);
    against_earlier(&rows, share, TAKEN)
}

/// The ports of the host, each with its protocol, that a row shows of a running container.
fn ports(row: &str) -> HashSet<(String, String)> {
    let ports = PUBLISHED.captures_iter(row).filter(|_| row.contains("Up "));
    ports
        .map(|port| (port["host"].to_owned(), port["protocol"].to_owned()))
        .collect()
}
