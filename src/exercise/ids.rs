//! IDs short enough to type: the note's file name and the first words of a slug.

use std::collections::{BTreeSet, HashMap};

/// How many characters of a slug an ID has where they tell enough.
const SHORT: usize = 24;

/// The first words of each of `slugs`, as many as tell it from all others; equal ones
/// are counted. Their order does not matter.
pub(super) fn shortened(slugs: &[&str]) -> Vec<String> {
    let mut beginning: HashMap<&str, usize> = HashMap::new();
    for slug in slugs.iter().collect::<BTreeSet<_>>() {
        for start in beginnings(slug) {
            *beginning.entry(start).or_default() += 1;
        }
    }
    let short = slugs.iter().map(|slug| {
        let fits = |start: &&str| start.chars().count() <= SHORT;
        let longest = beginnings(slug).take_while(fits).last();
        let length = longest.map_or(0, str::len);
        let mut unique = beginnings(slug).skip_while(|start| start.len() < length);
        let unique = unique.find(|start| beginning.get(start) == Some(&1));
        unique.unwrap_or(slug)
    });
    counted(&short.collect::<Vec<_>>())
}

/// What `slug` begins with, word by word.
fn beginnings(slug: &str) -> impl Iterator<Item = &str> {
    let ends = slug.match_indices('-').map(|(at, _)| at);
    ends.chain([slug.len()]).map(|end| &slug[..end])
}

/// `ids`, of which each but the first of equal ones is given a number.
pub(super) fn counted(ids: &[&str]) -> Vec<String> {
    let mut taken: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    let mut own = Vec::with_capacity(ids.len());
    for id in ids {
        let number = uses.entry(id).or_default();
        own.push(loop {
            *number += 1;
            let numbered = match (*number, *id) {
                (1, id) => break id.to_owned(),
                (number, "") => number.to_string(),
                (number, id) => format!("{id}-{number}"),
            };
            if taken.insert(numbered.clone()) {
                break numbered;
            }
        });
    }
    own
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn an_id_has_the_first_words_that_tell_it_apart_in_any_order() {
        let slugs = [
            "what-is-a-volume-and-where-does-it-live",
            "what-is-a-volume-and-who-removes-it",
            "why",
        ];
        let ids = [
            "what-is-a-volume-and-where",
            "what-is-a-volume-and-who",
            "why",
        ];
        assert_eq!(shortened(&slugs), ids);
        let back: Vec<&str> = slugs.iter().rev().copied().collect();
        let back = shortened(&back);
        assert_eq!(back.into_iter().rev().collect::<Vec<_>>(), ids);
    }

    #[test]
    fn no_two_ids_are_equal() {
        assert_eq!(shortened(&["a", "a", "a-2", ""]), ["a", "a-3", "a-2", ""]);
        assert_eq!(shortened(&["", ""]), ["", "2"]);
    }
}
