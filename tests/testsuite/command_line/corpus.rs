//! Notes and documents as instructors write them, each exercise with the verdict that it
//! must get.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::support::Desk;

/// The files that every run of the tests takes: the shells, machines and prompts that
/// differ most. `LABBOOK_CORPUS=all` takes the others too.
const ALWAYS: [&str; 6] = [
    "compose-v1-ko",
    "kubernetes-mixed-ko",
    "networks-ja",
    "prompts-ko",
    "ubuntu-user-ko",
    "volumes-en",
];

/// How an exercise must come out on Docker 20.10; one that drifts is passed too.
fn expected() -> BTreeMap<String, String> {
    let table = std::fs::read_to_string(corpus().join("expected.tsv")).expect("a table");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let mut cells = line.split('\t');
        Some((
            cells.next()?.to_owned(),
            without_drift(cells.next()?).to_owned(),
        ))
    };
    rows.filter_map(row).collect()
}

/// The verdict, `passed` for one that drifts.
fn without_drift(verdict: &str) -> &str {
    match verdict {
        "drifted" => "passed",
        verdict => verdict,
    }
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes/corpus")
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_corpus_comes_out_as_its_table_says() {
    let takes_all = std::env::var_os("LABBOOK_CORPUS").is_some();
    let is_taken = |id: &str| takes_all || ALWAYS.iter().any(|file| id.starts_with(file));
    let mut expected = expected();
    expected.retain(|id, _| is_taken(id));
    let corpus = corpus();
    let path = |file: &&str| format!("{}/{file}.md", corpus.display());
    let paths: Vec<String> = match takes_all {
        true => vec![corpus.display().to_string()],
        false => ALWAYS.iter().map(path).collect(),
    };
    let mut arguments = vec!["verify", "--engine", "private", "--yes", "--format", "json"];
    arguments.extend(paths.iter().map(String::as_str));
    let verified = Desk::new().verify_as(&arguments);
    let exercises = verified.document["exercises"].as_array().expect("a list");
    let mut found = BTreeMap::new();
    for exercise in exercises {
        let text = |key: &str| exercise[key].as_str().unwrap_or_default();
        if expected.contains_key(text("id")) {
            found.insert(
                text("id").to_owned(),
                without_drift(text("verdict")).to_owned(),
            );
        }
    }
    assert_eq!(found, expected);
    assert!(found.len() > 40, "{}", found.len());
}
