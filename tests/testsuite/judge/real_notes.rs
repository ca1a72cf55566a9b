//! Two notes of a real class, used as they were written.

use labbook::diagnostic::Source;
use labbook::exercise::discover;
use labbook::judge::StepVerdict;
use labbook::notes::Notes;

use super::support::{ENGINES, Record, complaints, judged, record, verdict};

/// A record with other names: what the same run prints for images, files and
/// users that are called otherwise.
fn renamed(mut record: Record, names: &[(&str, &str)]) -> Record {
    for observation in &mut record.observations {
        let texts = observation
            .output
            .iter_mut()
            .chain(observation.prompt.as_mut());
        for text in texts {
            for (ours, theirs) in names {
                *text = text.replace(ours, theirs);
            }
        }
    }
    record
}

#[test]
fn real_notes_hold_as_written() {
    let Some(folder) = crate::support::real_notes() else {
        return;
    };
    let notes: Vec<Notes> = ["mspt2-10.md", "mspt3-23-7.md"]
        .iter()
        .map(|file| {
            Notes::parse(&Source::read(&folder.join(file)).unwrap())
                .unwrap()
                .0
        })
        .collect();
    let exercises = discover(&notes, &[]).exercises;
    let names: [(&str, &[(&str, &str)]); 4] = [
        ("overlay", &[]),
        ("conflict", &[]),
        (
            "user",
            &[("who_am_i", "user_test"), ("lee", "bar"), ("kim", "foo")],
        ),
        (
            "volume",
            &[
                ("boxed", "volume_test"),
                ("first", "hi_mspt3"),
                ("from_a", "hi_vol_test1"),
                ("from_b", "hi_vol_test2"),
                ("box_a", "vol_test1"),
                ("box_b", "vol_test2"),
            ],
        ),
    ];
    assert_eq!(exercises.len(), names.len());
    for (exercise, (name, names)) in exercises.iter().zip(names) {
        for engine in ENGINES
            .iter()
            .filter(|engine| name != "overlay" || **engine != "forky-containerd")
        {
            let record = renamed(record(name, engine), names);
            let judgements = judged(&exercise.steps, &record);
            let held = matches!(
                verdict(&judgements),
                StepVerdict::Passed | StepVerdict::Drifted
            );
            assert!(
                held,
                "{} on {engine}:\n{}",
                exercise.title,
                complaints(&judgements)
            );
        }
    }
}
