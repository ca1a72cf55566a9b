//! Notes and documents as instructors write them, each exercise with the verdict that it
//! must get.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::support::Desk;

/// How an exercise must come out on Docker 20.10; one that drifts is passed too.
fn expected() -> BTreeMap<String, String> {
    let table = std::fs::read_to_string(corpus().join("expected.tsv")).expect("a table");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        Some((cells.next()?, cells.next()?))
    };
    rows.filter_map(row).collect()
}

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes/corpus")
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_corpus_comes_out_as_its_table_says() {
    let expected = expected();
    let corpus = corpus();
    let folder = corpus.to_str().expect("a path in UTF-8");
    let arguments = [
        "verify", folder, "--engine", "private", "--yes", "--format", "json",
    ];
    let verified = Desk::new().verify_as(&arguments);
    let exercises = verified.document["exercises"].as_array().expect("a list");
    let mut found = BTreeMap::new();
    for exercise in exercises {
        let text = |key: &str| exercise[key].as_str().unwrap_or_default();
        let verdict = match text("verdict") {
            "drifted" => "passed",
            verdict => verdict,
        };
        found.insert(text("id").to_owned(), verdict.to_owned());
    }
    assert_eq!(found, expected);
}
