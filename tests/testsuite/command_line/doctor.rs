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

#[test]
fn doctor_makes_no_image_unless_it_is_asked_to() {
    let desk = Desk::new().with_own_cache().with(
        "note.md",
        "## Docker\n- How?\n  - So.\n```\n$ docker run --rm ubuntu:18.04 true\n$ docker run --rm nowhere/nothing true\n```\n",
    );
    let ended = desk.labbook(&["doctor", "note.md"]);
    assert_eq!(ended.status, Some(3), "{}", ended.stderr);
    for line in [
        "image ubuntu:18.04: a stand-in will be made from packages; --fetch makes it now (for ",
        "image nowhere/nothing: cannot get image nowhere/nothing:latest",
        "disk ",
        "memory available: ",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let made = desk.path().join("cache/stand-ins");
    let files = std::fs::read_dir(made).map_or(0, |files| files.count());
    assert_eq!(files, 0, "nothing is made");
}
