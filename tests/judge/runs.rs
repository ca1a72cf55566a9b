//! What really was printed is judged as it should be.

use labbook::judge::StepVerdict;

use super::support::{complaints, judged, note, record, steps, verdict};

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
