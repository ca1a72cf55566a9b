use std::path::Path;

use super::*;

fn exercise(id: &str, engine: &str, verdict: Verdict) -> ExerciseResult {
    ExerciseResult {
        id: id.to_owned(),
        title: id.to_owned(),
        file: "a.md".to_owned(),
        line: 1,
        engine: engine.to_owned(),
        verdict,
        reason: None,
        reason_kind: None,
        seconds: 0.5,
        remarks: Vec::new(),
        stand_ins: Vec::new(),
        counts: [(How::Bound, 2)].into(),
        hash: "00".to_owned(),
        labbook: String::new(),
        time: "2026-01-01T00:00:00Z".to_owned(),
        unchanged: false,
        stale: false,
        steps: Vec::new(),
        surroundings: Surroundings::default(),
        shares_lab: false,
        above: Vec::new(),
        runs: Vec::new(),
        flaky: false,
        manifest: None,
        facts: Vec::new(),
    }
}

fn engine(name: &str) -> EngineInfo {
    EngineInfo {
        name: name.to_owned(),
        ..EngineInfo::default()
    }
}

#[test]
fn the_published_schema_is_that_of_the_document() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/results.schema.json");
    let schema = serde_json::to_string_pretty(&schemars::schema_for!(Report))
        .expect("a schema is JSON")
        + "\n";
    if std::env::var_os("LABBOOK_BLESS").is_some() {
        std::fs::write(&path, &schema).expect("the schema can be written");
    }
    let published = std::fs::read_to_string(&path).expect("the schema is published");
    assert!(
        published == schema,
        "docs/results.schema.json is out of date: run the tests with LABBOOK_BLESS=1"
    );
}

#[test]
fn results_come_back_from_the_file_as_they_were() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = results_path(folder.path());
    assert!(load(&path).expect("no file is no error").is_none());
    let report = Report::new(
        vec![engine("private")],
        vec![exercise("a", "private", Verdict::Passed)],
    );
    save(&path, &report).expect("results can be saved");
    assert_eq!(load(&path).expect("results can be read"), Some(report));
}

#[test]
fn a_book_and_its_results_can_be_moved_together() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (old, new) = (folder.path().join("old"), folder.path().join("new"));
    std::fs::create_dir_all(old.join("src")).expect("a folder can be made");
    let note = old.join("src/a.md");
    std::fs::write(&note, "").expect("a note");
    let mut report = Report::new(Vec::new(), vec![exercise("a", "private", Verdict::Passed)]);
    report.exercises[0].file = note.display().to_string();
    save(&results_path(&old), &report).expect("results can be saved");
    let text = std::fs::read_to_string(results_path(&old)).expect("results");
    assert!(text.contains("\"file\": \"src/a.md\""), "{text}");
    std::fs::rename(&old, &new).expect("a book can be moved");
    let found = load(&results_path(&new)).expect("results can be read");
    let file = found.expect("results").exercises[0].file.clone();
    assert_eq!(Path::new(&file), new.join("src/a.md"));
    // A file of its own tells paths as they were named.
    let file = new.join("run.json");
    save(&file, &report).expect("results can be saved");
    assert_eq!(load(&file).expect("results can be read"), Some(report));
}

#[test]
fn results_of_another_schema_or_no_results_are_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = results_path(folder.path());
    std::fs::write(&path, "{\"schema\": 99}").expect("a file can be written");
    assert!(matches!(
        load(&path),
        Err(ResultsError::OtherSchema { schema: 99, .. })
    ));
    std::fs::write(&path, "{").expect("a file can be written");
    assert!(matches!(load(&path), Err(ResultsError::Malformed { .. })));
}

#[test]
fn a_new_run_replaces_what_it_ran_again_and_keeps_the_rest() {
    let old = Report::new(
        vec![engine("private"), engine("host")],
        vec![
            exercise("a", "private", Verdict::Failed),
            exercise("a", "host", Verdict::Passed),
            exercise("gone", "private", Verdict::Passed),
        ],
    );
    let new = Report::new(
        vec![engine("private")],
        vec![exercise("a", "private", Verdict::Passed)],
    );
    let merged = merge(Some(old), new, |id| id == "a");
    let found: Vec<_> = merged
        .exercises
        .iter()
        .map(|result| (result.id.as_str(), result.engine.as_str(), result.verdict))
        .collect();
    assert_eq!(
        found,
        [
            ("a", "host", Verdict::Passed),
            ("a", "private", Verdict::Passed)
        ]
    );
    assert_eq!(
        merged.totals,
        Totals {
            passed: 2,
            ..Totals::default()
        }
    );
    assert_eq!(merged.engines.len(), 2);
}

#[test]
fn results_of_former_ids_are_those_of_the_exercise_that_is_meant() {
    let source = crate::diagnostic::Source::new(
        "a.md",
        "## D\n- How is it that a container has no data?\n  - a\n```\n$ docker ps\n```\n",
    );
    let notes = crate::notes::Notes::read(&source).0;
    let exercises = crate::exercise::discover(&[notes], &[]).exercises;
    let names: Vec<ResultName> = exercises.iter().map(ResultName::of).collect();
    let long = "a/how-is-it-that-a-container-has-no-data";
    for (former, hash, id) in [
        (long, "", "a/how-is-it-that-a"),
        (
            "a-manifest",
            exercises[0].hash().as_str(),
            "a/how-is-it-that-a",
        ),
        ("another", "", "another"),
    ] {
        let mut old = exercise(former, "private", Verdict::Passed);
        old.hash = hash.to_owned();
        let mut report = Report::new(Vec::new(), vec![old]);
        rename(&mut report, &names);
        assert_eq!(report.exercises[0].id, id);
    }
}

fn at(time: &str, of: ExerciseResult) -> ExerciseResult {
    ExerciseResult {
        time: format!("2026-01-01T00:00:{time}Z"),
        ..of
    }
}

fn part(part: usize, exercises: Vec<ExerciseResult>) -> Report {
    let all = ["a", "b", "c"].map(str::to_owned).to_vec();
    Report {
        shards: vec![Shard {
            part,
            of: 3,
            exercises: all,
            seconds: Vec::new(),
        }],
        ..Report::new(vec![engine("private")], exercises)
    }
}

#[test]
fn of_the_same_exercise_on_the_same_engine_the_newest_result_counts() {
    let old = at("01", exercise("a", "private", Verdict::Passed));
    let new = at("02", exercise("a", "private", Verdict::Failed));
    for order in [[&old, &new], [&new, &old]] {
        let reports = order.map(|one| Report::new(vec![engine("private")], vec![one.clone()]));
        assert_eq!(
            together(reports.to_vec()).exercises,
            std::slice::from_ref(&new)
        );
    }
}

#[test]
fn a_part_that_is_missing_is_named_and_one_that_is_empty_is_not() {
    let results = ["a", "b", "c"].map(|id| exercise(id, "private", Verdict::Passed));
    let [a, b, c] = results.clone();
    let whole = together(vec![
        part(3, vec![]),
        part(2, vec![c.clone(), a]),
        part(1, vec![b]),
    ]);
    assert_eq!(
        whole,
        Report::new(vec![engine("private")], results.to_vec())
    );
    assert_eq!(missing(&whole), [""; 0]);
    let lacking = together(vec![part(3, vec![]), part(2, vec![c])]);
    assert_eq!(missing(&lacking), ["shard 1/3", "a", "b"]);
}

#[test]
fn engines_that_only_share_a_name_stay_apart() {
    let of = |server: &str, verdict| {
        let info = EngineInfo {
            server: server.to_owned(),
            ..engine("private")
        };
        Report::new(vec![info], vec![exercise("a", "private", verdict)])
    };
    let merged = together(vec![
        of("20.10", Verdict::Failed),
        of("28.5", Verdict::Passed),
    ]);
    let row = |result: &ExerciseResult| (result.engine.clone(), result.verdict);
    assert_eq!(
        merged.exercises.iter().map(row).collect::<Vec<_>>(),
        [
            ("private, Docker 20.10".to_owned(), Verdict::Failed),
            ("private, Docker 28.5".to_owned(), Verdict::Passed)
        ]
    );
    assert_eq!(merged.totals.failed, 1);
}

#[test]
fn the_parts_of_a_run_are_remembered_until_it_is_whole() {
    let shard = |part| Shard {
        part,
        of: 3,
        exercises: vec!["a".to_owned()],
        seconds: vec![1.5],
    };
    let of_another_run = Shard {
        seconds: vec![2.0],
        ..shard(2)
    };
    assert_eq!(parts_so_far(vec![of_another_run], &[shard(1)]), [shard(1)]);
    let two = parts_so_far(vec![shard(1)], &[shard(2)]);
    assert_eq!(two, [shard(1), shard(2)]);
    assert_eq!(parts_so_far(two.clone(), &[shard(2)]), two);
    assert!(parts_so_far(two, &[shard(3)]).is_empty());
}
