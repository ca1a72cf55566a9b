//! `labbook report`, on results that were kept.

use serde_json::json;

use super::support::Desk;

fn exercise(id: &str, remarks: &[&str]) -> serde_json::Value {
    json!({
        "id": id, "title": id, "file": "note.md", "line": 1, "engine": "private",
        "verdict": "passed", "reason": null, "seconds": 1.0, "remarks": remarks, "steps": [],
    })
}

#[test]
fn what_is_remarked_on_every_exercise_is_said_once() {
    let results = json!({
        "schema": 1,
        "engines": [{
            "name": "private", "kind": "private", "server": "28.5", "cli": "28.5",
            "store": "overlay2", "builder": "buildkit", "stand_ins": [],
        }],
        "exercises": [
            exercise("one", &["no sudo", "set-up: docker network create lab"]),
            exercise("two", &["no sudo"]),
        ],
        "totals": { "passed": 2, "drifted": 0, "failed": 0, "skipped": 0, "error": 0 },
    });
    let report = Desk::new()
        .with("labbook.json", results.to_string())
        .labbook(&["report", "."])
        .exits(0);
    assert_eq!(report.stdout.matches("no sudo").count(), 1);
    assert_eq!(report.stdout.matches("set-up: ").count(), 1);
}

/// Results of one exercise with one line that differs and one in other words, and
/// of one on an engine that could not be had.
fn differing() -> serde_json::Value {
    let line = |line, expected, actual, how: &str, ok| json!({ "line": line, "expected": expected, "actual": actual, "how": how, "ok": ok });
    let step = |line, verdict, reason, lines| {
        json!({
            "line": line, "shell": "host", "command": "echo a", "sent": "echo a", "exit": 0,
            "verdict": verdict, "reason": reason, "lines": lines,
        })
    };
    let mut wrong = exercise("wrong", &[]);
    wrong["verdict"] = "failed".into();
    wrong["counts"] = json!({ "literal": 3, "missing": 1 });
    wrong["steps"] = json!([
        step(
            5,
            "failed",
            None,
            json!([line(6, "100%", "a:b,c", "missing", false)])
        ),
        step(
            7,
            "drifted",
            Some("in other words"),
            json!([line(8, "old", "new", "dialect", true)])
        ),
    ]);
    let mut gone = exercise("gone", &[]);
    gone["engine"] = "nested".into();
    gone["verdict"] = "error".into();
    gone["reason"] = "no daemon".into();
    json!({
        "schema": 1,
        "engines": [{
            "name": "private", "kind": "private", "server": "28.5", "cli": "28.5",
            "store": "overlay2", "builder": "buildkit", "stand_ins": [],
        }],
        "exercises": [wrong, gone],
        "totals": { "passed": 0, "drifted": 0, "failed": 1, "skipped": 0, "error": 1 },
    })
}

fn reported(format: &str) -> String {
    Desk::new()
        .with("labbook.json", differing().to_string())
        .labbook(&["report", ".", "--format", format])
        .exits(1)
        .stdout
}

#[test]
fn annotations_say_what_differs_and_the_log_counts_by_kind() {
    assert_eq!(
        reported("github"),
        "::error file=note.md,line=6,title=wrong failed on private::expected: 100%25%0Aactual: a:b,c\n\
         ::error file=note.md,line=7,title=wrong failed on private::in other words\n\
         ::error file=note.md,line=8,title=wrong failed on private::expected: old%0Aactual: new\n\
         ::warning file=note.md,line=1,title=gone error on nested::no daemon\n\
         failed wrong on private; lines: 3 literal, 1 missing; run once\n\
         error gone on nested\n"
    );
}

#[test]
fn junit_names_the_place_and_the_engines_that_could_not_be_had() {
    let document = reported("junit");
    for words in [
        "tests=\"2\" skipped=\"0\" failures=\"1\" errors=\"1\"",
        "<testsuite name=\"nested\"",
        "<error message=\"no daemon\">",
        "<failure message=\"note.md:6: echo a\">",
        "value=\"3 literal, 1 missing\"",
    ] {
        assert!(document.contains(words), "{words:?} is not in:\n{document}");
    }
}
