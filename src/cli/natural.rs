//! Files in the order in which people count: `2주차` before `10주차`.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// All files below `folder`, in that order and before its folders, but for hidden
/// ones. A link to a folder is
/// not followed.
pub(super) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<(String, PathBuf, bool)> = entries
        .filter_map(|entry| {
            let is_folder = entry.file_type().ok()?.is_dir();
            let name = entry.file_name().to_string_lossy().into_owned();
            (!name.starts_with('.')).then(|| (name, entry.path(), is_folder))
        })
        .collect();
    entries.sort_by(|(a, _, one), (b, _, other)| one.cmp(other).then_with(|| compare(a, b)));
    let below = |(_, path, is_folder): (String, PathBuf, bool)| match is_folder {
        true => files(&path),
        false => vec![path],
    };
    entries.into_iter().flat_map(below).collect()
}

/// Compares names: digits by their number, all else by character.
fn compare(a: &str, b: &str) -> Ordering {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (mut a, mut b) = (a, b);
    loop {
        let (ours, theirs) = (digits(a), digits(b));
        let order = if ours > 0 && theirs > 0 {
            let (one, other) = (&a[..ours], &b[..theirs]);
            (a, b) = (&a[ours..], &b[theirs..]);
            let number = |text: &str| text.trim_start_matches('0').to_owned();
            let (one, other) = (number(one), number(other));
            one.len().cmp(&other.len()).then(one.cmp(&other))
        } else {
            let (mut one, mut other) = (a.chars(), b.chars());
            let order = match (one.next(), other.next()) {
                (None, None) => return Ordering::Equal,
                (one, other) => one.cmp(&other),
            };
            (a, b) = (one.as_str(), other.as_str());
            order
        };
        if order.is_ne() {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = [
            "10주차.md",
            "2주차.md",
            "a",
            "1주차.md",
            "02b",
            "2a",
            "a10",
            "a9",
        ];
        names.sort_by(|a, b| compare(a, b));
        assert_eq!(
            names,
            [
                "1주차.md",
                "2a",
                "02b",
                "2주차.md",
                "10주차.md",
                "a",
                "a9",
                "a10"
            ]
        );
    }
}
