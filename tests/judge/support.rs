//! Notes, records and verdicts.

use std::path::{Path, PathBuf};

use labbook::diagnostic::Source;
use labbook::engine::Surroundings;
use labbook::judge::{self, Observation, Script, StepJudgement, StepVerdict};
use labbook::notes::Notes;
use labbook::session::{self, Step};
use serde::Deserialize;

pub const ENGINES: [&str; 4] = ["bookworm", "trixie", "forky", "forky-containerd"];

#[derive(Deserialize, Clone)]
pub struct Record {
    pub surroundings: Surroundings,
    pub observations: Vec<Observation>,
}

pub fn records() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records")
}

pub fn record(name: &str, engine: &str) -> Record {
    let path = records().join(format!("{name}.{engine}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn note(name: &str) -> String {
    std::fs::read_to_string(records().join(format!("{name}.md"))).unwrap()
}

/// The steps of the transcripts in a note's text.
pub fn steps(text: &str) -> Vec<Step> {
    let source = Source::new("note.md", text);
    let (notes, _) = Notes::parse(&source).unwrap();
    let fences: Vec<_> = notes
        .questions()
        .flat_map(|(_, question)| &question.fences)
        .chain(&notes.fences)
        .collect();
    session::parse(fences).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The record judged against the steps.
pub fn judged(steps: &[Step], record: &Record) -> Vec<StepJudgement> {
    judge::judge(
        Script {
            steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &record.surroundings,
        },
        &record.observations,
    )
}

pub fn verdict(judgements: &[StepJudgement]) -> StepVerdict {
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

pub fn complaints(judgements: &[StepJudgement]) -> String {
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
