//! Names for questions that survive reordering.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::hex::hex;

/// How many characters a slug keeps of a long question.
const LONGEST: usize = 80;

/// One slug for each question, given as its topic's title and its text.
///
/// A slug comes from the text alone. Where two would be equal, all of them get
/// a short hash of topic and text, so that their order does not matter; only
/// questions equal in both are counted.
pub(super) fn slugs(questions: &[(String, String)]) -> Vec<String> {
    let plain: Vec<String> = questions.iter().map(|(_, text)| slug(text)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for slug in &plain {
        *uses.entry(slug).or_default() += 1;
    }
    let mut taken: HashMap<String, usize> = HashMap::new();
    plain
        .iter()
        .zip(questions)
        .map(|(slug, (topic, text))| {
            let slug = match uses.get(slug.as_str()) {
                Some(1) => slug.clone(),
                _ => format!("{slug}-{}", short_hash(topic, text)),
            };
            let count = taken.entry(slug.clone()).or_default();
            *count += 1;
            match *count {
                1 => slug,
                count => format!("{slug}-{count}"),
            }
        })
        .collect()
}

/// Lower case, runs of letters and digits of any script joined by `-`.
pub fn slug(text: &str) -> String {
    let mut slug = String::new();
    let mut characters = 0;
    let words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty());
    for word in words {
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(LONGEST).flat_map(char::to_lowercase));
        characters += word.chars().count() + 1;
        if characters >= LONGEST {
            break;
        }
    }
    if slug.is_empty() {
        slug.push_str("question");
    }
    slug
}

fn short_hash(topic: &str, text: &str) -> String {
    let digest = Sha256::new()
        .chain_update(topic)
        .chain_update([0])
        .chain_update(text)
        .finalize();
    hex(&digest, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Vec<String> {
        slugs(
            &texts
                .iter()
                .map(|text| ("T".into(), (*text).into()))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn hangul_is_kept_and_punctuation_joins_words() {
        assert_eq!(
            of(&["Volume은 (docker root) 인가요?"]),
            ["volume은-docker-root-인가요"]
        );
    }

    #[test]
    fn a_question_without_letters_has_a_slug_too() {
        assert_eq!(of(&["?!"]), ["question"]);
    }

    #[test]
    fn equal_slugs_are_told_apart_whatever_their_order() {
        let forth = of(&["왜?", "왜!", "다른 것"]);
        let back = of(&["왜!", "다른 것", "왜?"]);
        assert_eq!(
            [&forth[0], &forth[1], &forth[2]],
            [&back[2], &back[0], &back[1]]
        );
        assert_ne!(forth[0], forth[1]);
    }

    #[test]
    fn the_same_question_twice_is_counted() {
        let twice = of(&["왜?", "왜?"]);
        assert_ne!(twice[0], twice[1]);
    }
}
