//! What holds for every record, whatever its values are.

use std::collections::HashMap;
use std::sync::LazyLock;

use labbook::judge::{Script, StepVerdict, explain};
use labbook::session::Step;
use proptest::prelude::*;

use super::support::{Record, complaints, judged, note, record, steps, verdict};

const NAMES: [&str; 5] = ["user", "volume", "conflict", "overlay", "listing"];

/// The exercise's steps as this record would have them: its own output expected.
fn transcript_of(steps: &[Step], record: &Record) -> Vec<Step> {
    let mut own = steps.to_vec();
    for (step, observation) in own.iter_mut().zip(&record.observations) {
        let number = step.line;
        step.expected = observation
            .output
            .iter()
            .map(|text| labbook::session::Expected {
                line: number,
                text: text.trim_end().to_owned(),
                elision: false,
            })
            .collect();
        if let (labbook::session::Action::Command(command), Some(sent)) =
            (&mut step.action, &observation.sent)
        {
            command.clone_from(sent);
        }
        if let (Some((prompt, level)), Some(shown)) = (&mut step.next, &observation.prompt)
            && *level > 0
        {
            prompt.text.clone_from(shown);
            prompt.host = shown
                .split('@')
                .nth(1)
                .and_then(|rest| rest.split(':').next())
                .map(str::to_owned);
        }
    }
    for index in 1..own.len() {
        let before = own[index - 1].next.clone();
        if let Some((prompt, level)) = before
            && level > 0
        {
            own[index].prompt = prompt;
        }
    }
    own
}

#[test]
fn a_record_passes_against_a_transcript_made_from_itself() {
    for name in NAMES {
        for engine in ["bookworm", "trixie", "forky"] {
            let record = record(name, engine);
            let judgements = judged(&transcript_of(&steps(&note(name)), &record), &record);
            assert_eq!(
                verdict(&judgements),
                StepVerdict::Passed,
                "{name} on {engine}:\n{}",
                complaints(&judgements)
            );
        }
    }
}

/// Each value of this run's hexadecimal IDs, by its first 12 digits, renamed.
fn renamed(record: &Record, names: &HashMap<String, String>) -> Record {
    static ID: LazyLock<regex::Regex> =
        LazyLock::new(|| regex::Regex::new("\\b(?:[0-9a-f]{64}|[0-9a-f]{12})\\b").unwrap());
    let rename = |text: &String| {
        ID.replace_all(text, |found: &regex::Captures| {
            let id = &found[0];
            names
                .get(&id[..12])
                .map_or_else(|| id.to_owned(), |name| name[..id.len()].to_owned())
        })
        .into_owned()
    };
    let mut other = record.clone();
    for observation in &mut other.observations {
        observation.output = observation.output.iter().map(rename).collect();
        observation.prompt = observation.prompt.as_ref().map(rename);
        observation.sent = observation.sent.as_ref().map(rename);
    }
    other
}

fn ids(record: &Record) -> Vec<String> {
    let pattern = regex::Regex::new("\\b(?:[0-9a-f]{64}|[0-9a-f]{12})\\b").unwrap();
    let mut ids: Vec<String> = record
        .observations
        .iter()
        .flat_map(|observation| observation.output.iter().chain(&observation.prompt))
        .flat_map(|line| {
            pattern
                .find_iter(line)
                .map(|found| found.as_str()[..12].to_owned())
                .collect::<Vec<_>>()
        })
        .filter(|id| id.bytes().any(|byte| byte.is_ascii_digit()))
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn renaming_all_ids_of_a_run_consistently_changes_nothing(seed in prop::collection::vec("[0-9a-f]{64}", 60)) {
        for name in ["user", "volume", "conflict"] {
            let record = record(name, "bookworm");
            let known: Vec<String> = record.surroundings.images.iter().map(|(_, id)| id[7..19].to_owned()).collect();
            let names = ids(&record).into_iter().filter(|id| !known.contains(id)).zip(seed.iter().cloned()).collect();
            let judgements = judged(&steps(&note(name)), &renamed(&record, &names));
            prop_assert_eq!(verdict(&judgements), StepVerdict::Passed, "{}: {}", name, complaints(&judgements));
        }
    }
}

#[test]
fn swapping_two_bound_ids_in_one_line_of_a_run_fails() {
    let (steps, record) = (steps(&note("conflict")), record("conflict", "bookworm"));
    let line = record.observations[2].output[0].clone();
    let found: Vec<&str> = line
        .split(' ')
        .filter(|word| word.len() == 12 && word.bytes().all(|b| b.is_ascii_hexdigit()))
        .collect();
    let [container, image] = found[..] else {
        panic!("{line}")
    };
    let mut swapped = record.clone();
    swapped.observations[2].output[0] = line
        .replace(container, "@")
        .replace(image, container)
        .replace('@', image);
    assert_eq!(verdict(&judged(&steps, &swapped)), StepVerdict::Failed);
}

#[test]
fn every_line_of_output_is_explained_to_its_last_letter() {
    for name in NAMES {
        let (steps, record) = (steps(&note(name)), record(name, "bookworm"));
        for line in explain(&Script {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &record.surroundings,
        }) {
            let mut end = 0;
            for part in &line.parts {
                assert!(
                    part.range.start >= end,
                    "{name} {}: {:?}",
                    line.line,
                    line.parts
                );
                assert!(
                    line.text[end..part.range.start].trim().is_empty(),
                    "{name} {}: {:?}",
                    line.line,
                    line.parts
                );
                end = part.range.end;
            }
            assert!(
                line.text[end..].trim().is_empty(),
                "{name} {}: {}",
                line.line,
                line.text
            );
        }
    }
}
