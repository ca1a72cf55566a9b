//! Sizes as Docker writes them, in bytes.
//!
//! ```text
//!     5.24MB    decimal (docker/go-units `HumanSize`): images, layers, what a prune freed
//!     64MiB     binary (docker/go-units `RAMInBytes`): memory
//! ```

use std::ops::AddAssign;

use super::volatile::Volatile;

/// A size that was rounded to the digits that it shows.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Size {
    /// How many bytes the text says.
    pub bytes: f64,
    /// By how many bytes the thing may be larger or smaller.
    pub rounding: f64,
}

impl Size {
    /// Reads a decimal size: `5.24MB`, `1.113 MB`, `0B`; none for another text.
    pub fn read(text: &str) -> Option<Self> {
        let unit = text.find(|c: char| c.is_ascii_alphabetic())?;
        let (number, unit) = text.split_at(unit);
        let factor = match unit {
            "B" => 1.0,
            "kB" | "KB" => 1e3,
            "MB" => 1e6,
            "GB" => 1e9,
            "TB" => 1e12,
            _ => return None,
        };
        let number = number.trim();
        let decimals = number.split_once('.').map_or(0, |(_, behind)| behind.len());
        let last_digit: f64 = format!("1e-{decimals}").parse().ok()?;
        Some(Self {
            bytes: number.parse::<f64>().ok()? * factor,
            rounding: last_digit * factor / 2.0,
        })
    }

    /// The first decimal size in `text` that is no part of a longer word.
    pub fn first_in(text: &str) -> Option<Self> {
        let begins = |(at, next): &(usize, char)| {
            let before = text[..*at].chars().next_back();
            let is_inside = before.is_some_and(|c| c.is_alphanumeric() || "._-:/".contains(c));
            next.is_ascii_digit() && !is_inside
        };
        let mut starts = text.char_indices().filter(begins);
        starts.find_map(|(at, _)| {
            let length = Volatile::Size.length_at_start(&text[at..])?;
            Self::read(text[at..at + length].split(" (").next()?)
        })
    }
}

impl AddAssign for Size {
    fn add_assign(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.rounding += other.rounding;
    }
}

/// How many bytes an amount of memory is: `64m`, `64MiB`, `1.5g`, `1024`; none for another
/// text.
pub fn memory(amount: &str) -> Option<f64> {
    let amount = amount.to_ascii_lowercase();
    let end = amount.find(|c: char| !c.is_ascii_digit() && c != '.');
    let (number, unit) = amount.split_at(end.unwrap_or(amount.len()));
    let power = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * 1024_f64.powi(power))
}

/// Whether `text` says one number of bytes twice, whole and in the unit that follows from it,
/// cut behind one digit: `1156 (1.1 KiB)` (BusyBox and net-tools `ifconfig`).
pub(super) fn is_count(text: &str) -> bool {
    let parts = || {
        let (whole, scaled) = text.strip_suffix(')')?.split_once(" (")?;
        let (number, unit) = scaled.split_once(' ')?;
        let (units, tenths) = number.split_once('.')?;
        let tenths = units.parse::<u64>().ok()? * 10 + tenths.parse::<u64>().ok()?;
        Some((whole.parse::<u64>().ok()?, tenths, unit))
    };
    let Some((whole, tenths, unit)) = parts() else {
        return false;
    };
    // Debian counts in 1024, and Ubuntu's net-tools counted in 1000.
    let base: u64 = if unit.ends_with("iB") { 1024 } else { 1000 };
    let power = match unit.trim_end_matches('B').trim_end_matches('i') {
        "" => return tenths == whole * 10 && whole <= 1024,
        "K" => 1,
        "M" => 2,
        "G" => 3,
        "T" => 4,
        _ => return false,
    };
    let factor = base.pow(power);
    // BusyBox divides by the base several times, and drops what is left each time.
    let (kept, last) = (whole / (factor / base), whole / factor);
    let by_steps = last * 10 + (kept % base) * 10 / base;
    let is_in_unit = last >= 1 && (last < base || unit.starts_with('T'));
    is_in_unit
        && (tenths == by_steps || u128::from(tenths) == u128::from(whole) * 10 / u128::from(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_bytes_agrees_with_its_unit() {
        for right in [
            "0 (0.0 B)",
            "286 (286.0 B)",
            "1024 (1.0 KiB)",
            "1156 (1.1 KiB)",
            "1048575 (1023.9 KiB)",
            "5242880 (5.0 MiB)",
            "2458 (2.4 KB)",
        ] {
            assert!(is_count(right), "{right}");
        }
        for wrong in [
            "286 (287.0 B)",
            "286 (0.2 KiB)",
            "1156 (1156.0 B)",
            "1156 (1.2 KiB)",
            "1156 (1.1 MiB)",
            "115600 (1.1 KiB)",
            "5242880 (5120.0 KiB)",
        ] {
            assert!(!is_count(wrong), "{wrong}");
        }
    }
}
