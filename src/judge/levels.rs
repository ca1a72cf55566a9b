//! Two JSON texts side by side, level by level: which line of the one stands where
//! which line of the other does.
//!
//! ```text
//!     notes                     this run
//!     "State": {         <->    "State": {           by its key
//!         "Code": 3      <->        "Code": 0        by its key, and the value differs
//!         ...                       "Pid": 0         elided
//!     }                         }
//! ```
//!
//! For failed steps only: what holds is decided elsewhere. Members are aligned within
//! the container that they stand in, so that one wrong value moves nothing else.

use std::ops::Range;

use crate::formats::json::{LineShape, key_of, shape};
use crate::formats::text::{noted_lines, printed_lines};

/// How many pairs of members of two containers are compared.
const PAIRS: usize = 40_000;

/// A member, or an elision of members.
enum LevelItem {
    Elision,
    Member(Member),
}

/// A line, and what stands in the container that it opens.
struct Member {
    line: usize,
    key: Option<String>,
    /// The line that closes the container; none where the line opens none.
    close: Option<usize>,
    items: Vec<LevelItem>,
}

/// What stands in `range` of `lines` (none: elided); none where brackets are not paired.
fn read(lines: &[Option<&str>], range: Range<usize>) -> Option<Vec<LevelItem>> {
    let mut levels: Vec<Vec<LevelItem>> = vec![Vec::new()];
    let mut open: Vec<usize> = Vec::new();
    for line in range {
        let Some(text) = lines.get(line)? else {
            levels.last_mut()?.push(LevelItem::Elision);
            continue;
        };
        if text.trim().is_empty() {
            continue;
        }
        match shape(text)? {
            LineShape::Open => {
                open.push(line);
                levels.push(Vec::new());
            }
            LineShape::Close => {
                let (opener, items) = (open.pop()?, levels.pop()?);
                let key = lines
                    .get(opener)
                    .copied()
                    .flatten()
                    .and_then(key_of)
                    .map(str::to_owned);
                levels.last_mut()?.push(LevelItem::Member(Member {
                    line: opener,
                    key,
                    close: Some(line),
                    items,
                }));
            }
            LineShape::Whole | LineShape::Member => {
                levels.last_mut()?.push(LevelItem::Member(Member {
                    line,
                    key: key_of(text).map(str::to_owned),
                    close: None,
                    items: Vec::new(),
                }))
            }
        }
    }
    if !open.is_empty() {
        return None;
    }
    levels.pop()
}

/// For lines `block` of `expected` (none: elided), those of `actual` in `printed` that
/// stand in their places. `same` says whether two lines, taken by themselves, are the
/// same. None where either is no whole JSON text.
pub(super) fn align(
    expected: &[Option<String>],
    block: Range<usize>,
    actual: &[String],
    printed: Range<usize>,
    same: &dyn Fn(usize, usize) -> bool,
) -> Option<Vec<(usize, usize)>> {
    let ours: Vec<Option<&str>> = noted_lines(expected);
    let theirs: Vec<Option<&str>> = printed_lines(actual);
    let mut pairs = Vec::new();
    align_items(
        &read(&ours, block)?,
        &read(&theirs, printed)?,
        same,
        &mut pairs,
    );
    Some(pairs)
}

/// What it costs to set two members side by side; none where they have nothing in common.
fn cost(own: &Member, other: &Member, same: &dyn Fn(usize, usize) -> bool) -> Option<u32> {
    let alike = own.close.is_some() == other.close.is_some();
    if alike && same(own.line, other.line) {
        return Some(0);
    }
    match (&own.key, &other.key) {
        (Some(one), Some(two)) => (one == two).then_some(1),
        (None, None) => alike.then_some(3),
        _ => None,
    }
}

/// The members of two containers in their order, so that as few as can be are left over.
fn align_items(
    own: &[LevelItem],
    other: &[LevelItem],
    same: &dyn Fn(usize, usize) -> bool,
    pairs: &mut Vec<(usize, usize)>,
) {
    const ALONE: u32 = 2;
    if own.len().saturating_mul(other.len()) > PAIRS {
        return;
    }
    let member = |items: &'_ [LevelItem], index: usize| match &items[index] {
        LevelItem::Member(member) => Some(member.line),
        LevelItem::Elision => None,
    };
    // The cost of what stands from `i` and from `j` on.
    let width = other.len() + 1;
    let mut costs = vec![0_u32; (own.len() + 1) * width];
    let mut ways = vec![NextMember::End; costs.len()];
    for i in (0..=own.len()).rev() {
        for j in (0..=other.len()).rev() {
            let at = |i: usize, j: usize| costs[i * width + j];
            let mut best = (u32::MAX, NextMember::End);
            let mut offer = |cost: u32, way: NextMember| {
                if cost < best.0 {
                    best = (cost, way);
                }
            };
            if i == own.len() && j == other.len() {
                offer(0, NextMember::End);
            }
            if i < own.len()
                && j < other.len()
                && let (LevelItem::Member(own), LevelItem::Member(other)) = (&own[i], &other[j])
                && let Some(cost) = cost(own, other, same)
            {
                offer(at(i + 1, j + 1) + cost, NextMember::Both);
            }
            if i < own.len() {
                let alone = member(own, i).map_or(0, |_| ALONE);
                offer(at(i + 1, j) + alone, NextMember::Own);
            }
            if j < other.len() {
                let is_elided = i < own.len() && matches!(own[i], LevelItem::Elision);
                let alone = if is_elided { 0 } else { ALONE };
                offer(at(i, j + 1) + alone, NextMember::Other);
            }
            costs[i * width + j] = best.0;
            ways[i * width + j] = best.1;
        }
    }
    let (mut i, mut j) = (0, 0);
    loop {
        match ways[i * width + j] {
            NextMember::End => return,
            NextMember::Own => i += 1,
            NextMember::Other => j += 1,
            NextMember::Both => {
                if let (LevelItem::Member(own), LevelItem::Member(other)) = (&own[i], &other[j]) {
                    pairs.push((own.line, other.line));
                    if let (Some(one), Some(two)) = (own.close, other.close) {
                        align_items(&own.items, &other.items, same, pairs);
                        pairs.push((one, two));
                    }
                }
                (i, j) = (i + 1, j + 1);
            }
        }
    }
}

/// What comes next in two containers.
#[derive(Clone, Copy)]
enum NextMember {
    /// A member of each, side by side.
    Both,
    /// A member or an elision of the notes alone.
    Own,
    /// A member of this run alone.
    Other,
    End,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::json::bare;

    /// The lines of `actual` beside those of `expected`, where they differ.
    fn beside(expected: &str, actual: &str) -> Vec<String> {
        let expected: Vec<Option<String>> = expected
            .lines()
            .map(|line| (line.trim() != "...").then(|| line.to_owned()))
            .collect();
        let actual: Vec<String> = actual.lines().map(str::to_owned).collect();
        let text = |line: usize| bare(expected[line].as_deref().unwrap_or_default());
        let same = |line: usize, place: usize| text(line) == bare(&actual[place]);
        let pairs = align(
            &expected,
            0..expected.len(),
            &actual,
            0..actual.len(),
            &same,
        );
        let pairs = pairs.expect("two JSON texts");
        let differ = pairs
            .into_iter()
            .filter(|(line, place)| !same(*line, *place));
        differ
            .map(|(line, place)| format!("{} | {}", text(line), bare(&actual[place])))
            .collect()
    }

    #[test]
    fn a_wrong_value_stands_beside_the_one_of_its_key_in_its_container() {
        let actual = "[\n {\n  \"A\": {\n   \"Code\": 0,\n   \"Pid\": 7\n  },\n  \"B\": {\n   \"Code\": 3\n  }\n }\n]";
        let expected = "[\n {\n  \"A\": {\n   \"Code\": 3,\n   ...\n  },\n  ...\n }\n]";
        assert_eq!(beside(expected, actual), ["\"Code\": 3 | \"Code\": 0"]);
    }

    #[test]
    fn an_item_more_leaves_the_others_where_they_are() {
        let actual = "[\n \"a\",\n \"b\",\n {\n  \"x\": 1\n }\n]";
        assert_eq!(
            beside("[\n \"b\",\n {\n  \"x\": 2\n }\n]", actual),
            ["\"x\": 2 | \"x\": 1"]
        );
    }

    #[test]
    fn brackets_that_are_not_paired_are_no_levels() {
        let lines = vec![Some("[".to_owned()), Some("{".to_owned())];
        let actual = vec!["[".to_owned(), "]".to_owned()];
        assert!(align(&lines, 0..2, &actual, 0..2, &|_, _| true).is_none());
    }
}
