//! `labbook report`, on results that were kept.

use regex::Regex;
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
         ::error file=note.md,line=8,title=wrong failed on private::in other words%0Aexpected: old%0Aactual: new\n\
         ::warning file=note.md,line=1,title=gone error on nested::no daemon\n\
         failed wrong on private; lines: 3 literal, 1 missing; run once\n\
         error gone on nested\n"
    );
}

#[test]
fn junit_names_the_place_and_the_engines_that_could_not_be_had() {
    let document = reported("junit");
    for words in [
        "<testsuites name=\"labbook\" tests=\"2\" failures=\"1\" errors=\"1\">",
        "<testsuite name=\"nested\"",
        "<error message=\"no daemon\" type=\"error\">",
        "<failure message=\"note.md:6: echo a\" type=\"failed\">",
        "<system-out>note.md:1\nlines: 3 literal, 1 missing",
    ] {
        assert!(document.contains(words), "{words:?} is not in:\n{document}");
    }
}

/// The elements of JUnit's XML as the schema `junit-10.xsd` of Jenkins's plugin xunit has
/// them: name, attributes that readers look for, the others that the schema allows, and what
/// may stand in it. GitLab and Surefire have all of these too. The schema is not kept here:
/// it is somebody else's, and says no more than this of the elements that labbook writes.
/// `xmllint --schema junit-10.xsd` takes what this takes.
const ELEMENTS: [(&str, &str, &str, &str); 9] = [
    (
        "testsuites",
        "tests failures errors",
        "name time",
        "testsuite",
    ),
    (
        "testsuite",
        "name tests failures errors skipped",
        "group time timestamp hostname id package file log url version",
        "testsuite properties testcase system-out system-err",
    ),
    ("properties", "", "", "property"),
    ("property", "name value", "", ""),
    (
        "testcase",
        "name classname time",
        "group",
        "skipped error failure system-out system-err",
    ),
    ("failure", "message type", "", ""),
    ("error", "message type", "", ""),
    ("skipped", "message type", "", ""),
    ("system-out", "", "", ""),
];

/// The type `SUREFIRE_TIME` of the schema.
const TIME: &str = r"^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]{0,3})?$";

/// Asserts that `document` keeps to the elements, and that its numbers are right.
fn is_junit(document: &str) {
    let tag = Regex::new(r#"<(/?)([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(/?)>"#).expect("a pattern");
    let attribute = Regex::new(r#"([\w-]+)="([^"]*)""#).expect("a pattern");
    let time = Regex::new(TIME).expect("a pattern");
    let (mut open, mut counts): (Vec<String>, Vec<(String, usize)>) = Default::default();
    let body = document.split_once("?>").expect("a declaration").1;
    assert_eq!(
        body.matches('<').count(),
        tag.find_iter(body).count(),
        "{document}"
    );
    for found in tag.captures_iter(body) {
        let name = &found[2];
        if &found[1] == "/" {
            assert_eq!(open.pop().as_deref(), Some(name), "{document}");
            continue;
        }
        let element = ELEMENTS.iter().find(|element| element.0 == name);
        let (_, must, may, _) = element.unwrap_or_else(|| panic!("<{name}>: {document}"));
        let parent = open.last().map_or("", String::as_str);
        let inside = ELEMENTS.iter().find(|element| element.0 == parent);
        let is_allowed = inside.is_none_or(|inside| inside.3.split(' ').any(|one| one == name));
        assert!(is_allowed, "<{name}> in <{parent}>: {document}");
        let attributes: Vec<(String, String)> = attribute
            .captures_iter(&found[3])
            .map(|one| (one[1].to_owned(), one[2].to_owned()))
            .collect();
        for must in must.split_whitespace() {
            assert!(
                attributes.iter().any(|(name, _)| name == must),
                "{must}: {document}"
            );
        }
        for (attribute, value) in &attributes {
            let mut known = must.split(' ').chain(may.split(' '));
            assert!(known.any(|one| one == attribute), "{attribute}: {document}");
            let is_time = attribute != "time" || time.is_match(value);
            assert!(is_time, "{value}: {document}");
            if name == "testsuite" {
                counts.extend(value.parse().ok().map(|count| (attribute.clone(), count)));
            }
        }
        if &found[4] != "/" {
            open.push(name.to_owned());
        }
    }
    assert_eq!(open, [""; 0], "{document}");
    for (counted, tag) in [
        ("tests", "<testcase "),
        ("failures", "<failure "),
        ("errors", "<error "),
        ("skipped", "<skipped "),
    ] {
        let told = counts.iter().filter(|(name, _)| name == counted);
        let told: usize = told.map(|(_, count)| count).sum();
        assert_eq!(told, document.matches(tag).count(), "{counted}: {document}");
    }
}

#[test]
fn junit_keeps_to_the_common_form_whatever_was_found() {
    let mut document = differing();
    let wrong = document["exercises"][0].clone();
    for (number, verdict) in [
        "passed",
        "drifted",
        "failed",
        "skipped",
        "error",
        "unchecked",
    ]
    .into_iter()
    .enumerate()
    {
        let mut one = wrong.clone();
        one["id"] = format!("n{number} <&\"\u{1b}>").into();
        one["verdict"] = verdict.into();
        one["reason"] = "]]> <b> \u{0}".into();
        document["exercises"]
            .as_array_mut()
            .expect("exercises")
            .push(one);
    }
    let desk = Desk::new().with("labbook.json", document.to_string());
    let arguments = ["report", ".", "--format", "junit"];
    let plain = desk.labbook(&arguments).exits(1).stdout;
    is_junit(&plain);
    assert_eq!(plain.matches("<failure ").count(), 2);
    let denied = ["--deny", "drifted", "--deny", "skipped"];
    let denied = desk
        .labbook(&[&arguments[..], &denied].concat())
        .exits(1)
        .stdout;
    is_junit(&denied);
    assert_eq!(denied.matches("<failure ").count(), 4);
}

#[test]
fn what_is_denied_is_an_error_in_annotations_whose_paths_begin_at_the_repository() {
    let mut document = differing();
    document["exercises"][0]["verdict"] = "drifted".into();
    document["exercises"][1]["file"] = "./../other/note.md".into();
    let desk = Desk::new()
        .with(".git/HEAD", "")
        .with("course/labbook.json", document.to_string());
    let github = ["-C", "course", "report", ".", "--format", "github"];
    let levels = |text: &str| -> Vec<String> {
        let annotations = text.lines().filter(|line| line.starts_with("::"));
        let place = |line: &str| line.split(",line").next().map(str::to_owned);
        annotations.filter_map(place).collect()
    };
    let allowed = desk.labbook(&github).exits(3).stdout;
    assert_eq!(
        levels(&allowed),
        [
            "::warning file=course/note.md",
            "::warning file=course/note.md",
            "::warning file=other/note.md"
        ]
    );
    let denied = desk
        .labbook(&[&github[..], &["--deny", "drifted"]].concat())
        .exits(1)
        .stdout;
    assert_eq!(
        levels(&denied),
        [
            "::error file=course/note.md",
            "::error file=course/note.md",
            "::warning file=other/note.md"
        ]
    );
}

#[test]
fn markdown_is_a_table_with_what_does_not_hold_below() {
    assert_eq!(
        reported("markdown"),
        "### labbook: 1 failed, 1 error\n\n\
         | verdict | seconds | place | exercise | engine |\n\
         | --- | ---: | --- | --- | --- |\n\
         | **failed** | 1.0 | note.md:1 | wrong | private |\n\
         | error | 1.0 | note.md:1 | gone | nested |\n\n\
         <details><summary>failed: wrong</summary>\n\n```text\n    note.md:5: echo a\n      \
         note.md:6 missing\n        notes    100%\n        this run a:b,c\n                 ^^^^^\n    \
         note.md:7: echo a\n        in other words\n      note.md:8 dialect\n        notes    old\n        \
         this run new\n```\n\n</details>\n\n\
         <details><summary>error: gone</summary>\n\n```text\nno daemon\n```\n\n</details>\n"
    );
}

/// Three results, of which one has a long title.
fn long() -> serde_json::Value {
    let mut document = differing();
    let mut holds = exercise("holds", &["no sudo"]);
    holds["title"] = "컨테이너 안에서 만든 파일은 컨테이너를 지우면 어떻게 되나요, 그리고 볼륨에 있는 파일은 어디에 남아 있나요?".into();
    holds["line"] = 28.into();
    holds["counts"] = json!({ "literal": 2 });
    document["exercises"]
        .as_array_mut()
        .expect("exercises")
        .push(holds);
    document["totals"]["passed"] = 1.into();
    document
}

#[test]
fn a_report_has_a_row_an_exercise_and_what_failed_last() {
    let desk = Desk::new().with("labbook.json", long().to_string());
    let rest = "\n\nerror gone  gone  note.md:1, nested, 1.0 s\n        no daemon\n\n\
        failed wrong  wrong  note.md:1, private, 1.0 s\n        run once\n    \
        note.md:5: echo a\n      note.md:6 missing\n        notes    100%\n        \
        this run a:b,c\n                 ^^^^^\n    note.md:7: echo a\n        in other words\n      \
        note.md:8 dialect\n        notes    old\n        this run new\n\n\
        engine private: Docker 28.5, client 28.5, overlay2, buildkit\n  no sudo (holds)\n\
        lines: 5 literal, 1 missing\n1 passed, 1 failed, 1 error\n";
    let rows = "failed       1.0 s  note.md:1  wrong\nerror        1.0 s  note.md:1  gone\n\
        passed       1.0 s  note.md:28  컨테이너 안에서 만든 파일은 컨테이너를 지우면";
    let plain = Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern");
    for (columns, title) in [
        (80, "…"),
        (120, " 어떻게 되나요, 그리고 볼륨에 있는 파일은…"),
    ] {
        let shown = desk.in_terminal(columns, &["report", "."], |_, _| ());
        assert_eq!(shown.status, Some(1));
        let text = plain.replace_all(&shown.raw, "").replace("\r\n", "\n");
        assert_eq!(text, format!("{rows}{title}{rest}"), "{columns}");
    }
}

#[test]
fn a_report_that_has_no_folder_is_refused_before_anything_runs() {
    let desk = Desk::with_transcript("$ sleep 60");
    let report = ["verify", "note.md", "--report", "json=nowhere/r.json"];
    desk.labbook(&report)
        .exits(2)
        .complains(&["cannot write nowhere/r.json: there is no folder nowhere"]);
    desk.labbook(&["verify", "note.md", "--dry-run", "--report", "json=r.json"])
        .exits(2)
        .complains(&["cannot be used with"]);
}
