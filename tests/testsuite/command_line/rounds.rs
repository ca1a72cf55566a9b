//! The same exercises again and again: a verdict never changes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::Desk;
use crate::support::real_notes;

/// How often every exercise is run, where `LABBOOK_ROUNDS` says nothing else.
const ROUNDS: usize = 2;

/// The verdicts of an exercise and of its steps.
#[derive(Debug, PartialEq, Eq)]
struct Verdicts {
    exercise: String,
    steps: Vec<String>,
    /// What failed, for the reader of a failed test.
    reasons: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

impl Verdicts {
    fn of(exercise: &Value) -> Self {
        let steps = list(&exercise["steps"]);
        let wrong = steps
            .iter()
            .filter(|step| ["failed", "error"].contains(&text(&step["verdict"]).as_str()));
        Self {
            exercise: text(&exercise["verdict"]),
            steps: steps.iter().map(|step| text(&step["verdict"])).collect(),
            reasons: wrong.map(Value::to_string).collect(),
        }
    }
}

/// The notes that are verified together: the course's, those that the tests have of
/// their own, and those of a real class where they are there.
fn collections() -> Vec<Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_note = |path: &PathBuf| {
        let name = path.file_name().map(|name| name.to_string_lossy());
        name.is_some_and(|name| {
            name.ends_with(".md") && !name.ends_with("-wrong.md") && name != "README.md"
        })
    };
    ["book/src", "tests/notes"]
        .iter()
        .map(|folder| root.join(folder))
        .chain(real_notes())
        .map(|folder| {
            let entries = std::fs::read_dir(folder).expect("a folder of notes");
            let files = entries.map(|entry| entry.expect("a file of it").path());
            files.filter(is_note).collect()
        })
        .collect()
}

/// The verdicts of every exercise in `notes`, by its file and ID.
fn round(notes: &[PathBuf]) -> Vec<((String, String), Verdicts)> {
    let mut arguments = vec!["verify"];
    arguments.extend(notes.iter().filter_map(|note| note.to_str()));
    let exercises = concat!(env!("CARGO_MANIFEST_DIR"), "/exercises");
    arguments.extend(["--exercises", exercises, "--jobs", "4"]);
    arguments.extend(["--engine", "private", "--format", "json"]);
    let document = Desk::new().verify_as(&arguments).document;
    list(&document["exercises"])
        .iter()
        .map(|exercise| {
            let name = (text(&exercise["file"]), text(&exercise["id"]));
            (name, Verdicts::of(exercise))
        })
        .collect()
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_verdict_never_changes() {
    let rounds = std::env::var("LABBOOK_ROUNDS").map_or(ROUNDS, |rounds| {
        rounds.parse().expect("LABBOOK_ROUNDS is a number")
    });
    let collections = collections();
    let mut first: BTreeMap<(String, String), Verdicts> = BTreeMap::new();
    let (mut runs, mut changed) = (0, Vec::new());
    for number in 1..=rounds {
        for (name, verdicts) in collections.iter().flat_map(|notes| round(notes)) {
            runs += 1;
            match first.get(&name) {
                Some(before) if *before != verdicts => {
                    changed.push(format!(
                        "round {number}, {name:?}: {before:#?} became {verdicts:#?}"
                    ));
                }
                Some(_) => {}
                None => {
                    first.insert(name, verdicts);
                }
            }
        }
    }
    println!(
        "{} exercises, {rounds} rounds, {runs} runs, {} of them with another verdict",
        first.len(),
        changed.len()
    );
    assert!(changed.is_empty(), "{}", changed.join("\n"));
    let ran = |verdicts: &Verdicts| ["passed", "drifted"].contains(&verdicts.exercise.as_str());
    assert!(first.values().any(ran), "{first:#?}");
    let stopped = |verdicts: &&Verdicts| !ran(verdicts) && verdicts.exercise != "skipped";
    assert_eq!(first.values().find(stopped), None);
    assert_eq!(runs, first.len() * rounds);
    assert!(first.len() >= 16, "{:?}", first.keys());
}
