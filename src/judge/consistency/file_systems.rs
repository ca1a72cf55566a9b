//! What `df` shows of a file system: its parts are no more than the whole, and the share is
//! theirs (POSIX `df`: used of what is used or available).
//!
//! ```text
//!     Filesystem   Size    Used   Available  Use%  Mounted on
//!     overlay      29.0G   20.5G       8.4G   71%  /
//!     overlay      29.0G   20.5G       8.4G   17%  /            another share
//!     overlay      19.0G   20.5G       8.4G   71%  /            more than the whole
//! ```

use super::{Evidence, Lines, Objection, impossible_rows};
use crate::docker::ProgramCall;
use crate::pattern::pattern;

/// Why a row is refused.
const IMPOSSIBLE: &str = "a file system of this size cannot be used so";

pattern! {
    /// A row's sizes and its share.
    ROW = r"\s(?P<size>[0-9.]+)(?P<size_unit>[KMGTP]?)\s+(?P<used>[0-9.]+)(?P<used_unit>[KMGTP]?)\s+(?P<free>[0-9.]+)(?P<free_unit>[KMGTP]?)\s+(?P<share>[0-9]+)%\s";
}

/// Rows of `df` with parts or a share that are not those of their size.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let of_df = |call: &ProgramCall| call.program == "df";
    impossible_rows(evidence, judged, of_df, is_impossible, IMPOSSIBLE)
}

/// Whether no file system can have `row`; none where it shows none.
fn is_impossible(row: &str) -> Option<bool> {
    let row = ROW.captures(row)?;
    let amount = |name: &str| Amount::read(&row[name], &row[format!("{name}_unit").as_str()]);
    let (size, used, free) = (amount("size")?, amount("used")?, amount("free")?);
    let share: f64 = row["share"].parse().ok()?;
    let is_more = used.least() + free.least() > size.most();
    let of_all = |used: f64, free: f64| match used + free > 0.0 {
        true => 100.0 * used / (used + free),
        false => 0.0,
    };
    // GNU rounds up and busybox to the nearest.
    let least = of_all(used.least(), free.most()) - 1.0;
    let most = of_all(used.most(), free.least()) + 1.0;
    Some(is_more || share < least || share > most)
}

/// A number of bytes, rounded to the digits that it shows.
struct Amount {
    bytes: f64,
    rounding: f64,
}

impl Amount {
    fn read(number: &str, unit: &str) -> Option<Self> {
        let power = "KMGTP".find(unit).filter(|_| !unit.is_empty());
        let power = power.map_or(0, |at| at + 1);
        let factor = 1024_f64.powi(i32::try_from(power).ok()?);
        let decimals = number.split_once('.').map_or(0, |(_, behind)| behind.len());
        let last_digit = 10_f64.powi(-i32::try_from(decimals).ok()?);
        Some(Self {
            bytes: number.parse::<f64>().ok()? * factor,
            rounding: last_digit * factor,
        })
    }

    fn least(&self) -> f64 {
        (self.bytes - self.rounding).max(0.0)
    }

    fn most(&self) -> f64 {
        self.bytes + self.rounding
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_and_the_share_of_a_file_system_fit_its_size() {
        for row in [
            "overlay                29.0G     20.5G      8.4G  71% /",
            "/dev/vda       252G   18G  222G   8% /",
            "tmpfs                   64.0M         0     64.0M   0% /dev",
            "overlay        61255652 9413392  48700888  17% /",
            "none 0 0 0 0% /x",
        ] {
            assert_eq!(is_impossible(row), Some(false), "{row}");
        }
        for row in [
            "overlay                29.0G     20.5G      8.4G  17% /",
            "overlay                19.0G     20.5G      8.4G  71% /",
            "overlay        61255652 9413392  48700888  71% /",
        ] {
            assert_eq!(is_impossible(row), Some(true), "{row}");
        }
        assert_eq!(
            is_impossible("Filesystem Size Used Available Use% Mounted on"),
            None
        );
    }
}
