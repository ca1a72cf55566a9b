//! What a prune of volumes removes: since Docker 23 none that has a name, without `--all`.
//!
//! ```text
//!     20.10   Deleted Volumes:             28.5   Total reclaimed space: 0B
//!             data
//!
//!             Total reclaimed space: 12B
//! ```
//!
//! Source: Docker Engine's release notes of 23.0, docker/cli `cli/command/volume/prune.go`.

use crate::docker::ProgramCall;
use crate::docker::ids::is_id;
use crate::docker::names::major;
use crate::lab::Surroundings;

/// What changed, for reports.
pub const DIALECT: &str = "since Docker 23 a prune of volumes keeps those that have a name; \
     `docker volume prune --all` removes them too";

/// The first version that keeps volumes with a name.
const KEEPS_NAMED: u32 = 23;

/// What the line above removed volumes says.
const HEAD: &str = "Deleted Volumes:";

/// How the last line of a prune begins.
pub const SUM: &str = "Total reclaimed space: ";

/// Volumes with a name that a prune removed in the notes or in this run alone.
#[derive(Debug, PartialEq, Eq)]
pub struct OtherPrune {
    /// Their names.
    pub names: Vec<String>,
    /// The lines of the notes, from 0, that tell of them.
    pub noted: Vec<usize>,
    /// The lines of this run's output, from 0, that do.
    pub printed: Vec<usize>,
}

/// What one side's prune by `calls` removed alone, by its version: the notes' where this run's
/// Docker keeps volumes with a name, else this run's. None where that is nothing, or where the
/// other side removed some too.
pub fn removed_by_one(
    calls: &[ProgramCall],
    noted: &[Option<&str>],
    printed: &[Option<&str>],
    surroundings: &Surroundings,
) -> Option<OtherPrune> {
    let [call] = calls else { return None };
    let keeps = [&surroundings.server, &surroundings.client]
        .into_iter()
        .all(|version| keeps_named(version));
    let (removing, other) = if keeps {
        (noted, printed)
    } else {
        (printed, noted)
    };
    let removed = Removed::read(removing);
    let is_meant = prunes_volumes(call) && !removed.names.is_empty();
    if !is_meant || !Removed::read(other).names.is_empty() {
        return None;
    }
    let is_nothing = |sum: Option<usize>, lines: &[Option<&str>]| {
        sum.and_then(|sum| lines[sum])
            .map(|sum| sum == format!("{SUM}0B"))
    };
    let sums = (sum(removing), sum(other));
    let is_other_sum = is_nothing(sums.0, removing) != is_nothing(sums.1, other);
    let own = removed
        .lines
        .into_iter()
        .chain(sums.0.filter(|_| is_other_sum));
    let theirs = sums.1.filter(|_| is_other_sum).into_iter();
    let (own, theirs) = (own.collect(), theirs.collect());
    let (noted, printed) = if keeps { (own, theirs) } else { (theirs, own) };
    Some(OtherPrune {
        names: removed.names,
        noted,
        printed,
    })
}

/// Whether this version of Docker keeps volumes with a name.
fn keeps_named(version: &str) -> bool {
    major(version).is_some_and(|major| major >= KEEPS_NAMED)
}

/// Whether it removes volumes, and those with a name only before Docker 23.
fn prunes_volumes(call: &ProgramCall) -> bool {
    call.docker()
        .is_some_and(|docker| match docker.verb.as_str() {
            "volume prune" => !docker.has("--all"),
            "system prune" => docker.has("--volumes"),
            _ => false,
        })
}

/// The line that tells how much space was reclaimed.
fn sum(lines: &[Option<&str>]) -> Option<usize> {
    lines
        .iter()
        .position(|line| line.is_some_and(|line| line.starts_with(SUM)))
}

/// Volumes with a name that one side tells to have removed.
#[derive(Default)]
struct Removed {
    names: Vec<String>,
    /// Where they stand; with the line above and the blank one below where no other stands there.
    lines: Vec<usize>,
}

impl Removed {
    fn read(lines: &[Option<&str>]) -> Self {
        let Some(head) = lines.iter().position(|line| *line == Some(HEAD)) else {
            return Self::default();
        };
        let rows = lines.iter().enumerate().skip(head + 1);
        let rows =
            rows.map_while(|(line, text)| Some((line, text.filter(|text| !text.is_empty())?)));
        let rows: Vec<(usize, &str)> = rows.collect();
        let (unnamed, named): (Vec<_>, Vec<_>) = rows.iter().partition(|(_, name)| is_id(name));
        let mut found = Self {
            names: named.iter().map(|(_, name)| (*name).to_owned()).collect(),
            lines: named.iter().map(|(line, _)| *line).collect(),
        };
        if unnamed.is_empty() && !found.names.is_empty() {
            let below = head + 1 + rows.len();
            found.lines.push(head);
            found
                .lines
                .extend((lines.get(below) == Some(&Some(""))).then_some(below));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn removed(command: &str, server: &str, noted: &str, printed: &str) -> Option<OtherPrune> {
        let surroundings = Surroundings {
            server: server.to_owned(),
            client: "28.5.2".to_owned(),
            ..Surroundings::default()
        };
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let (noted, printed) = (lines(noted), lines(printed));
        let noted: Vec<_> = noted.iter().map(|line| Some(line.as_str())).collect();
        let printed: Vec<_> = printed.iter().map(|line| Some(line.as_str())).collect();
        let calls = ProgramCall::all(command);
        removed_by_one(&calls, &noted, &printed, &surroundings)
    }

    const REMOVED: &str = "Deleted Volumes:\ndata\nlogs\n\nTotal reclaimed space: 12B";
    const KEPT: &str = "Total reclaimed space: 0B";

    #[test]
    fn named_volumes_are_removed_before_docker_23_alone() {
        let prune = "docker volume prune -f";
        let newer =
            removed(prune, "28.5.2", REMOVED, KEPT).expect("the notes' Docker removes them");
        assert_eq!(newer.names, ["data", "logs"]);
        assert_eq!(newer.noted, [1, 2, 0, 3, 4]);
        assert_eq!(newer.printed, [0]);
        let older =
            removed(prune, "20.10.24", KEPT, REMOVED).expect("this run's Docker removes them");
        assert_eq!((older.noted, older.printed), (vec![0], vec![1, 2, 0, 3, 4]));
    }

    #[test]
    fn nothing_else_may_differ() {
        let prune = "docker volume prune -f";
        assert_eq!(removed(prune, "20.10.24", REMOVED, KEPT), None);
        assert_eq!(removed(prune, "28.5.2", KEPT, REMOVED), None);
        assert_eq!(
            removed("docker volume prune -af", "28.5.2", REMOVED, KEPT),
            None
        );
        assert_eq!(
            removed("docker system prune -f", "28.5.2", REMOVED, KEPT),
            None
        );
        let other = "Deleted Volumes:\nlogs\n\nTotal reclaimed space: 0B";
        assert_eq!(removed(prune, "28.5.2", REMOVED, other), None);
        let unnamed = format!("Deleted Volumes:\n{:064}\n\nTotal reclaimed space: 0B", 7);
        assert_eq!(removed(prune, "28.5.2", &unnamed, KEPT), None);
    }
}
