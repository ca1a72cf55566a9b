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
