//! `labbook doctor`.

use super::support::Desk;

#[test]
fn doctor_tells_engines_with_remedies_and_what_is_damaged() {
    let desk = Desk::new().with(
        "note.md",
        "## Docker\n- How?\n  - So.\n```\n$ echo 'open\n```\n",
    );
    let ended = desk.labbook(&["doctor", "note.md", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_str(&ended.stdout).expect(&ended.stdout);
    let findings = findings.as_array().expect("a list").clone();
    let of = |kind: &str| -> Vec<serde_json::Value> {
        let own = findings.iter().filter(|finding| finding["kind"] == kind);
        own.cloned().collect()
    };
    assert_eq!(of("engine").len(), 2, "{}", ended.stdout);
    let machine = of("machine")[0]["said"].as_str().map(str::to_owned);
    assert!(
        machine.is_some_and(|said| said.contains("private")),
        "{}",
        ended.stdout
    );
    for engine in of("engine") {
        assert!(
            engine["ok"] == true || engine["remedy"].is_string(),
            "{engine}"
        );
    }
    assert_eq!(of("exercise").len(), 1, "{}", ended.stdout);
    assert_eq!(ended.status, Some(3));
    ended.complains(&["note.md:5:"]);
}
