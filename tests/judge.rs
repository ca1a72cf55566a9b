//! The judge on records of real runs: four engines, no Docker needed.
//!
//! Each exercise is a note in `tests/records/NAME.md`; each record in
//! `tests/records/NAME.ENGINE.json` is what one run of it really printed.

use std::path::{Path, PathBuf};

use labbook::diagnostic::Source;
use labbook::engine::Surroundings;
use labbook::judge::{self, Observation, Script, StepJudgement, StepVerdict};
use labbook::notes::Notes;
use labbook::session::{self, Step};
use serde::Deserialize;

const ENGINES: [&str; 4] = ["bookworm", "trixie", "forky", "forky-containerd"];

#[derive(Deserialize, Clone)]
struct Record {
    surroundings: Surroundings,
    observations: Vec<Observation>,
}

fn records() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records")
}

fn record(name: &str, engine: &str) -> Record {
    let path = records().join(format!("{name}.{engine}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn note(name: &str) -> String {
    std::fs::read_to_string(records().join(format!("{name}.md"))).unwrap()
}

/// The steps of the transcripts in a note's text.
fn steps(text: &str) -> Vec<Step> {
    let source = Source::new("note.md", text);
    let (notes, _) = Notes::parse(&source).unwrap();
    let fences: Vec<_> = notes
        .questions()
        .flat_map(|(_, question)| &question.fences)
        .chain(&notes.fences)
        .collect();
    session::parse(fences).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn judged(text: &str, record: &Record) -> Vec<StepJudgement> {
    let steps = steps(text);
    judge::judge(
        Script {
            steps: &steps,
            setup: &[],
            surroundings: &record.surroundings,
        },
        &record.observations,
    )
}

fn verdict(judgements: &[StepJudgement]) -> StepVerdict {
    for verdict in [
        StepVerdict::Failed,
        StepVerdict::Error,
        StepVerdict::Drifted,
    ] {
        if judgements.iter().any(|step| step.verdict == verdict) {
            return verdict;
        }
    }
    if judge::requires_something(judgements) {
        StepVerdict::Passed
    } else {
        StepVerdict::Unchecked
    }
}

fn complaints(judgements: &[StepJudgement]) -> String {
    let mut text = String::new();
    for (index, step) in judgements.iter().enumerate() {
        if matches!(step.verdict, StepVerdict::Failed | StepVerdict::Error) {
            text.push_str(&format!(
                "step {index}: {:?} {:?}\n",
                step.verdict, step.reason
            ));
            for line in step.lines.iter().filter(|line| !line.ok) {
                text.push_str(&format!(
                    "  {} {:?}\n    - {:?}\n    + {:?}\n    {:?}\n",
                    line.line, line.how, line.expected, line.actual, line.note
                ));
            }
        }
    }
    text
}

fn expect(name: &str, engine: &str, wanted: StepVerdict) {
    let judgements = judged(&note(name), &record(name, engine));
    assert_eq!(
        verdict(&judgements),
        wanted,
        "{name} on {engine}:\n{}",
        complaints(&judgements)
    );
}

#[test]
fn the_four_exercises_hold_on_the_engine_they_were_written_on() {
    for name in ["user", "volume", "conflict", "overlay"] {
        expect(name, "bookworm", StepVerdict::Passed);
    }
}

#[test]
fn another_builder_and_another_image_store_are_told_as_drift() {
    for engine in ["trixie", "forky", "forky-containerd"] {
        expect("user", engine, StepVerdict::Drifted);
        expect("volume", engine, StepVerdict::Drifted);
    }
    expect("conflict", "trixie", StepVerdict::Passed);
    expect("conflict", "forky", StepVerdict::Passed);
    expect("conflict", "forky-containerd", StepVerdict::Drifted);
    expect("overlay", "trixie", StepVerdict::Passed);
    expect("overlay", "forky", StepVerdict::Passed);
}
