//! Rows of `kubectl get` about things that have not come up yet: how far they have come is
//! chance.
//!
//! ```text
//!     NAME   READY   STATUS              RESTARTS   AGE
//!     web    0/1     ContainerCreating   0          2s       1/1   Running, where it is faster
//! ```
//!
//! What they are to come to, as `/1` says it, is none.

use std::ops::Range;

use super::table::{TableCell, cell_text};
use super::volatile::Volatile;

/// How many seconds after its making something may still be without what it needs.
const SCHEDULED: u64 = 5;
const STARTED: u64 = 30;
const PULLED: u64 = 60;

/// Something that has not come up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Starting {
    is_pod: bool,
    /// How many pods, or containers of a pod, there are to be.
    wanted: u32,
}

impl Starting {
    /// What the row with `cells` is about; none where it has come up, or should have.
    pub fn of(cells: &[TableCell]) -> Option<Self> {
        let cell = |column| cell_text(cells, column);
        let age = seconds(cell("AGE"))?;
        let is_pod = cell("RESTARTS") == "0";
        let limit = match cell("STATUS") {
            "Pending" if is_pod => SCHEDULED,
            "ContainerCreating" | "PodInitializing" if is_pod => PULLED,
            state if is_pod && state.starts_with("Init:") && Volatile::PodStart.is(state) => PULLED,
            "" if !is_pod => STARTED,
            _ => return None,
        };
        let of_all = |column| {
            let (count, all) = cell(column).split_once('/')?;
            Some((count.parse::<u32>().ok()?, all.parse::<u32>().ok()?))
        };
        let desired = || {
            let number = |column| cell(column).parse::<u32>().ok();
            Some((number("READY")?, number("DESIRED")?))
        };
        let (count, wanted) = of_all("READY")
            .or_else(|| of_all("COMPLETIONS"))
            .or_else(desired)?;
        (count < wanted && age <= limit).then_some(Self { is_pod, wanted })
    }

    /// What in a cell of the row tells how far it has come.
    pub fn field(&self, column: &str, cell: &str) -> Option<(Range<usize>, Volatile)> {
        let is_behind = |count: &str| count.parse::<u32>().is_ok_and(|count| count < self.wanted);
        let (range, kind) = match column {
            "READY" | "COMPLETIONS" if cell.contains('/') => (0..cell.find('/')?, Volatile::Number),
            "READY" | "UP-TO-DATE" | "AVAILABLE" | "CURRENT" if is_behind(cell) => {
                (0..cell.len(), Volatile::Number)
            }
            "STATUS" if self.is_pod => (0..cell.len(), Volatile::PodStart),
            "IP" | "NODE" if cell == "<none>" => (0..cell.len(), Volatile::NotYet),
            _ => return None,
        };
        kind.is(&cell[range.clone()]).then_some((range, kind))
    }
}

/// The seconds of an age of Kubernetes, `2m14s`.
fn seconds(age: &str) -> Option<u64> {
    if !Volatile::ShortAge.is(age) {
        return None;
    }
    let mut seconds: u64 = 0;
    for part in age.split_inclusive(|letter: char| letter.is_ascii_alphabetic()) {
        let (count, unit) = part.split_at_checked(part.len() - 1)?;
        let unit = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            _ => 24 * 60 * 60,
        };
        let more = count.parse::<u64>().ok()?.checked_mul(unit)?;
        seconds = seconds.checked_add(more)?;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::table::Header;

    fn starts(header: &str, row: &str) -> bool {
        let header = Header::read(header).expect("a header");
        Starting::of(&header.cells(row)).is_some()
    }

    #[test]
    fn a_pod_starts_until_it_should_have_started() {
        let header = "NAME   READY   STATUS              RESTARTS   AGE";
        for row in [
            "web    0/1     ContainerCreating   0          2s",
            "web    0/1     Pending             0          0s",
            "web    0/2     Init:0/1            0          12s",
        ] {
            assert!(starts(header, row), "{row}");
        }
        for row in [
            "web    0/1     ContainerCreating   0          5m",
            "web    0/1     Pending             0          20s",
            "web    0/1     Running             0          2s",
            "web    0/1     Init:Error          0          2s",
            "web    0/1     ImagePullBackOff    0          2s",
            "web    0/1     ContainerCreating   1          2s",
            "web    1/1     Running             0          2s",
        ] {
            assert!(!starts(header, row), "{row}");
        }
    }

    #[test]
    fn an_age_beyond_all_numbers_is_none() {
        assert_eq!(seconds("2m14s"), Some(134));
        assert_eq!(seconds("18446744073709551615s18446744073709551615s"), None);
    }

    #[test]
    fn a_deployment_starts_until_it_has_all_its_pods() {
        let header = "NAME   READY   UP-TO-DATE   AVAILABLE   AGE";
        assert!(starts(header, "web    1/3     3            1           4s"));
        assert!(!starts(
            header,
            "web    3/3     3            3           4s"
        ));
        assert!(!starts(
            header,
            "web    1/3     3            1           2m14s"
        ));
        let header = "NAME             DESIRED   CURRENT   READY   AGE";
        assert!(starts(
            header,
            "web-7c9d9f4b89   2         2         0       1s"
        ));
    }
}
