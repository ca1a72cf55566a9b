//! What holds for every record, whatever its values are.

use std::collections::HashMap;
use std::sync::LazyLock;

use labbook::judge::{How, StepVerdict, explain};
use labbook::session::Step;
use proptest::prelude::*;

use super::support::{Case, Record, cases, complaints, judged, script, verdict};

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
    for case in cases() {
        let own = transcript_of(&case.steps, &case.record);
        let judgements = judged(&own, &case.record);
        assert_eq!(
            verdict(&judgements),
            StepVerdict::Passed,
            "{case}:\n{}",
            complaints(&judgements)
        );
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
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn renaming_all_ids_of_a_run_consistently_changes_nothing(seed in prop::collection::vec("[0-9a-f]{64}", 120)) {
        for case in cases() {
            let there = &case.record.surroundings;
            let known: Vec<&str> = [&there.images, &there.networks, &there.containers]
                .into_iter()
                .flatten()
                .map(|(_, id)| &id.strip_prefix("sha256:").unwrap_or(id)[..12])
                .collect();
            let names = ids(&case.record)
                .into_iter()
                .filter(|id| !known.contains(&id.as_str()))
                .zip(seed.iter().cloned())
                .collect();
            let before = verdict(&judged(&case.steps, &case.record));
            let judgements = judged(&case.steps, &renamed(&case.record, &names));
            prop_assert_eq!(verdict(&judgements), before, "{}: {}", case, complaints(&judgements));
        }
    }
}

/// Lines of a run that hold with values bound, each by its step, with their IDs by
/// their first 12 digits.
fn bound_lines(case: &Case) -> Vec<(usize, String, Vec<String>)> {
    let pattern = regex::Regex::new("\\b(?:[0-9a-f]{64}|[0-9a-f]{12})\\b").unwrap();
    let judgements = judged(&case.steps, &case.record);
    let lines = judgements
        .iter()
        .enumerate()
        .flat_map(|(step, judgement)| judgement.lines.iter().map(move |line| (step, line)));
    lines
        .filter(|(_, line)| line.ok && line.how == How::Bound && line.expected.is_some())
        .filter_map(|(step, line)| {
            let actual = line.actual.clone()?;
            let ids = pattern.find_iter(&actual);
            let ids = ids.map(|found| found.as_str()[..12].to_owned()).collect();
            Some((step, actual, ids))
        })
        .collect()
}

#[test]
fn another_id_of_the_run_in_the_place_of_one_fails() {
    let mut swapped = 0;
    for case in cases() {
        let whole = verdict(&judged(&case.steps, &case.record));
        if ![StepVerdict::Passed, StepVerdict::Drifted].contains(&whole) {
            continue;
        }
        let lines = bound_lines(&case);
        let count = |id: &String| {
            let all = lines.iter().flat_map(|(_, _, ids)| ids);
            all.filter(|other| *other == id).count()
        };
        let often: Vec<&String> = lines
            .iter()
            .flat_map(|(_, _, ids)| ids)
            .filter(|id| count(id) > 1)
            .collect();
        for (step, line, ids) in &lines {
            let Some(id) = ids.iter().find(|id| count(id) > 1) else {
                continue;
            };
            let Some(other) = often.iter().find(|other| !ids.contains(other)) else {
                continue;
            };
            let mut record = case.record.clone();
            for printed in &mut record.observations[*step].output {
                if printed.trim_end() == line {
                    *printed = printed.replace(id.as_str(), other);
                }
            }
            let judgements = judged(&case.steps, &record);
            assert_eq!(
                verdict(&judgements),
                StepVerdict::Failed,
                "{case}: {id} became {other} in {line}"
            );
            swapped += 1;
        }
    }
    assert!(swapped > 30, "{swapped}");
}

#[test]
fn every_line_of_output_is_explained_to_its_last_letter() {
    for case in cases() {
        let name = &case;
        for line in explain(&script(&case.steps, &case.record)) {
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
