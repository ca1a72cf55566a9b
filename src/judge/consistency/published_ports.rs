//! Ports of running containers: no two have the same one.
//!
//! ```text
//!     web    Up 2 seconds   0.0.0.0:8080->80/tcp
//!     old    Up 2 days      0.0.0.0:8080->80/tcp     cannot have been started
//! ```

use std::collections::{BTreeSet, HashMap};

use super::{Evidence, Lines, Objection};
use crate::docker::OperandKind;
use crate::judge::LineJudgement;
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
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        let calls = evidence.formats[step].calls();
        if !matches!(calls, [call] if call.lists() == Some(OperandKind::Container)) {
            continue;
        }
        let held = |line: &LineJudgement| line.expected.clone().filter(|_| line.ok);
        let printed = taken(lines.iter().map(|line| line.actual.clone()));
        let noted = taken(lines.iter().map(held)).into_iter();
        let wrong = noted.filter(|line| !printed.contains(line));
        found.extend(wrong.map(|line| Objection::at(step, line, TAKEN)));
    }
    found
}

/// Which of the `rows`, from 0, are of running containers with a port that a row above has.
fn taken(rows: impl Iterator<Item = Option<String>>) -> BTreeSet<usize> {
    let mut owners: HashMap<(String, String), usize> = HashMap::new();
    let mut found = BTreeSet::new();
    for (line, row) in rows.enumerate() {
        let row = row.filter(|row| row.contains("Up ")).unwrap_or_default();
        for port in PUBLISHED.captures_iter(&row) {
            let port = (port["host"].to_owned(), port["protocol"].to_owned());
            if *owners.entry(port).or_insert(line) != line {
                found.insert(line);
            }
        }
    }
    found
}
