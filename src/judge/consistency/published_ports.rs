//! Ports of running containers: no two have the same one.
//!
//! ```text
//!     web    Up 2 seconds   0.0.0.0:8080->80/tcp
//!     old    Up 2 days      0.0.0.0:8080->80/tcp     cannot have been started
//! ```

use std::collections::HashMap;

use super::{Evidence, Lines, Objection};
use crate::docker::OperandKind;
use crate::pattern::pattern;

/// Why a row is refused.
const TAKEN: &str = "another container of this list has the same port of the host";

pattern! {
    /// An address with a port of the host, and the protocol.
    PUBLISHED = r"(?P<host>[0-9.]+:[0-9]+|\[?::\]?:[0-9]+)->[0-9]+/(?P<protocol>tcp|udp)\b";
}

/// Rows of running containers with a port that a row above has.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        let calls = evidence.formats[step].calls();
        if !matches!(calls, [call] if call.lists() == Some(OperandKind::Container)) {
            continue;
        }
        let mut owners: HashMap<(String, String), usize> = HashMap::new();
        for (line, judged) in lines.iter().enumerate() {
            let row = judged.expected.as_deref().filter(|_| judged.ok);
            let row = row.filter(|row| row.contains("Up "));
            for port in PUBLISHED.captures_iter(row.unwrap_or_default()) {
                let port = (port["host"].to_owned(), port["protocol"].to_owned());
                if *owners.entry(port).or_insert(line) != line {
                    found.push(Objection {
                        step,
                        line,
                        reason: TAKEN,
                    });
                }
            }
        }
    }
    found
}
