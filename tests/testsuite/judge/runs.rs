//! What really was printed is judged as it should be.

use labbook::judge::StepVerdict;

use super::support::{cases, complaints, judged, note, record, steps, verdict};

fn expect(name: &str, engine: &str, wanted: StepVerdict) {
    let judgements = judged(&steps(&note(name)), &record(name, engine));
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

/// What the small exercises of `listing` tell about engines that they were not
/// written on: how many images there are, and what a network shows of itself.
fn may_fail(name: &str, engine: &str) -> bool {
    name == "listing" && engine != "bookworm"
}

#[test]
fn the_course_and_the_notes_hold_on_every_engine() {
    let mut wrong = Vec::new();
    for case in cases() {
        let judgements = judged(&case.steps, &case.record);
        let found = verdict(&judgements);
        let holds = match case.engine.as_str() {
            "bookworm" => found == StepVerdict::Passed,
            _ => matches!(found, StepVerdict::Passed | StepVerdict::Drifted),
        };
        if !holds && !may_fail(&case.name, &case.engine) {
            wrong.push(format!("{case}: {found:?}\n{}", complaints(&judgements)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
