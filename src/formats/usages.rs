//! How each command of Docker's client is used, and what it says of itself.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use crate::pattern::table;

/// A row of `usages.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageRow {
    command: String,
    operands: Vec<String>,
    says: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageTable {
    usage: Vec<UsageRow>,
}

static USAGES: LazyLock<HashMap<String, UsageRow>> = LazyLock::new(|| {
    let rows = table::<UsageTable>(include_str!("usages.toml"))
        .usage
        .into_iter();
    rows.map(|row| (row.command.clone(), row)).collect()
});

/// Whether `sentence` is what a version of Docker says of `docker COMMAND`.
pub fn says(command: &str, sentence: &str) -> bool {
    let row = USAGES.get(command);
    row.is_some_and(|row| {
        row.says
            .iter()
            .any(|own| own == sentence || first_of(own) == sentence)
    })
}

/// The first of the sentences about a command, which is all that an error shows.
fn first_of(text: &'static str) -> &'static str {
    text.split_once(". ").map_or(text, |(first, _)| first)
}

/// Whether `operands` are those that a version of Docker shows behind `docker COMMAND`.
pub fn has_operands(command: &str, operands: &str) -> bool {
    let row = USAGES.get(command);
    row.is_some_and(|row| row.operands.iter().any(|own| own == operands.trim()))
}

/// What versions of Docker show behind `docker COMMAND`, each with what they say of it.
pub(super) fn of(command: &str) -> Vec<(&'static str, &'static str)> {
    let Some(row) = USAGES.get(command) else {
        return Vec::new();
    };
    let texts = row
        .says
        .iter()
        .flat_map(|says| [says.as_str(), first_of(says)]);
    let texts: BTreeSet<&str> = texts.collect();
    let sentences = |operands| texts.iter().map(move |says| (operands, *says));
    let operands = row.operands.iter().map(String::as_str);
    operands.flat_map(sentences).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_says_its_own_sentence() {
        assert!(says("rm", "Remove one or more containers"));
        assert!(says("container rm", "Remove one or more containers"));
        assert!(!says("rmi", "Remove one or more containers"));
        assert!(says("volume rm", "Remove one or more volumes"));
        assert!(has_operands("rm", " [OPTIONS] CONTAINER [CONTAINER...]"));
        assert!(!has_operands("rm", " IMAGE"));
    }
}
