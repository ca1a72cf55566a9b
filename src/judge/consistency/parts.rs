//! Parts of a whole: none is more than the whole, and a share is that of its part.
//!
//! ```text
//!     df                 Filesystem   Size    Used   Available  Use%  Mounted on
//!                        overlay      29.0G   20.5G       8.4G   17%  /     of what is used or
//!                                                                           available (POSIX)
//!     docker system df   Images   1   1   1.984MB   0B (93%)                nothing is no share
//!     docker ps -s       web 5.24MB (virtual 1.2MB)                         with its image's files
//!     free               Mem:   7951   9210   1377                          more than there is
//! ```

use super::machine_numbers::amounts;
use super::series::impossible_lines;
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::size::{Size, memory};
use crate::pattern::pattern;

/// Why a row of `df` is refused.
const FILE_SYSTEM: &str = "a file system of this size cannot be used so";

/// Why a share is refused.
const OTHER_SHARE: &str = "what could be reclaimed is another share of the size";

/// Why the size of a container is refused.
const CONTAINER: &str = "the files of a container are more than these with those of its image";

/// Why a row of `free` is refused.
pub(super) const MEMORY: &str = "a part of the memory is more than all of it";

pattern! {
    /// A row's sizes and its share.
    FILE_SYSTEM_ROW = r"\s(?P<size>[0-9.]+[KMGTP]?)\s+(?P<used>[0-9.]+[KMGTP]?)\s+(?P<free>[0-9.]+[KMGTP]?)\s+(?P<share>[0-9]+)%\s";
    /// The size, and what could be reclaimed of it.
    RECLAIMABLE = r"(?P<size>[0-9.]+ ?[kMGT]?B)\s+(?P<part>[0-9.]+ ?[kMGT]?B) \((?P<share>[0-9]+)%\)$";
    /// The size of a container's own files, and of all.
    CONTAINER_SIZES = r"(?P<own>[0-9.]+ ?[kMGT]?B) \(virtual (?P<whole>[0-9.]+ ?[kMGT]?B)\)";
}

/// Rows with parts or a share that are not those of their whole.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    type IsMeant = fn(&ProgramCall) -> bool;
    type IsImpossible = fn(&ProgramCall, &str) -> Option<bool>;
    let rules: [(IsMeant, IsImpossible, &str); 4] = [
        (|call| call.program == "df", is_overfull, FILE_SYSTEM),
        (
            |call| call.is_docker("system df"),
            is_other_share,
            OTHER_SHARE,
        ),
        (|_| true, is_larger_than_all, CONTAINER),
        (|call| call.program == "free", has_larger_part, MEMORY),
    ];
    let found = rules
        .into_iter()
        .flat_map(|(is_meant, is_impossible, reason)| {
            impossible_lines(evidence, judged, is_meant, is_impossible, reason)
        });
    found.collect()
}

/// Whether no file system can have `row`; none where it shows none.
fn is_overfull(_: &ProgramCall, row: &str) -> Option<bool> {
    let row = FILE_SYSTEM_ROW.captures(row)?;
    let [size, used, free] = ["size", "used", "free"].map(|name| bounds(&row[name]));
    let (size, used, free) = (size?, used?, free?);
    let share: f64 = row["share"].parse().ok()?;
    // GNU rounds up and busybox to the nearest.
    let least = per_cent(used.0, used.0 + free.1) - 1.0;
    let most = per_cent(used.1, used.1 + free.0) + 1.0;
    Some(used.0 + free.0 > size.1 || share < least || share > most)
}

/// The least and the most that an amount can be, which is rounded to the digits that it shows.
fn bounds(amount: &str) -> Option<(f64, f64)> {
    let number = amount.trim_end_matches(char::is_alphabetic);
    let unit = memory(&format!("1{}", &amount[number.len()..]))?;
    let decimals = number.split_once('.').map_or(0, |(_, behind)| behind.len());
    let rounding = unit * 10_f64.powi(-i32::try_from(decimals).ok()?);
    let bytes = memory(amount)?;
    Some(((bytes - rounding).max(0.0), bytes + rounding))
}

/// How much `part` is of `whole`, in per cent; nothing is no share of nothing.
fn per_cent(part: f64, whole: f64) -> f64 {
    match whole > 0.0 {
        true => 100.0 * part / whole,
        false => 0.0,
    }
}

/// Whether the share in `row` is another one than its sizes make; none where it has none.
fn is_other_share(_: &ProgramCall, row: &str) -> Option<bool> {
    // Docker leaves out what is behind the point, and both sizes are rounded.
    const SLACK: f64 = 2.0;
    let row = RECLAIMABLE.captures(row.trim_end())?;
    let (size, part) = (Size::read(&row["size"])?, Size::read(&row["part"])?);
    let share: f64 = row["share"].parse().ok()?;
    let rounding = per_cent(part.rounding + size.rounding, size.bytes);
    Some((share - per_cent(part.bytes, size.bytes)).abs() > SLACK + rounding)
}

/// Whether a container has more files of its own in `row` than in all; none where it shows no
/// sizes.
fn is_larger_than_all(_: &ProgramCall, row: &str) -> Option<bool> {
    let row = CONTAINER_SIZES.captures(row)?;
    let (own, whole) = (Size::read(&row["own"])?, Size::read(&row["whole"])?);
    Some(own.bytes - own.rounding > whole.bytes + whole.rounding)
}

/// Whether a row shows more memory in use, or free, than in all; none where it shows no memory.
fn has_larger_part(free: &ProgramCall, row: &str) -> Option<bool> {
    let amounts = amounts(row, free);
    let (total, parts) = amounts.split_first()?;
    // Amounts with a unit are rounded.
    Some(parts.iter().any(|part| *part > total * 1.05))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_shares_fit_their_whole() {
        let df = ProgramCall::new(&["df".to_owned()]);
        for (row, is_wrong) in [
            ("overlay    29.0G     20.5G      8.4G  71% /", Some(false)),
            ("/dev/vda       252G   18G  222G   8% /", Some(false)),
            ("tmpfs    64.0M         0     64.0M   0% /dev", Some(false)),
            ("overlay   61255652 9413392  48700888  17% /", Some(false)),
            ("none 0 0 0 0% /x", Some(false)),
            ("overlay    29.0G     20.5G      8.4G  17% /", Some(true)),
            ("overlay    19.0G     20.5G      8.4G  71% /", Some(true)),
            ("overlay   61255652 9413392  48700888  71% /", Some(true)),
            ("Filesystem Size Used Available Use% Mounted on", None),
        ] {
            assert_eq!(is_overfull(&df, row), is_wrong, "{row}");
        }
        for (row, is_wrong) in [
            ("web 5.24MB (virtual 1.2MB)", Some(true)),
            ("5.24MB (virtual 147MB)", Some(false)),
            ("0B (virtual 0B)", Some(false)),
            ("1.2GB (virtual 1.2GB)", Some(false)),
            ("5MB", None),
        ] {
            assert_eq!(is_larger_than_all(&df, row), is_wrong, "{row}");
        }
    }
}
