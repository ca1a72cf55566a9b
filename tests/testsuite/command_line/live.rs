//! What `labbook verify` shows while it runs, in a terminal and in a pipe.

use std::process::Command;

use regex::Regex;
use rustix::process::{Pid, Signal, kill_process};

use super::support::{Desk, note_of};

/// One exercise that holds, one that does not, and one that nothing can run.
fn three() -> Desk {
    let note = "## Docker\n\
        - Who runs in a container whose image names no user at all, as most images do?\n  - root\n\
        ```\n$ docker run --rm busybox whoami\nroot\n```\n\
        - 컨테이너 안에서는 어떤 사용자로 실행되나요?\n  - nobody\n\
        ```\n$ docker run --rm busybox whoami\nnobody\n```\n\
        - Pods?\n  - none\n\
        ```\n$ kubectl get pods\nNo resources found in default namespace.\n```\n";
    Desk::new().with("note.md", note)
}

const VERIFY: [&str; 6] = ["verify", "note.md", "--engine", "private", "-j", "1"];

/// Rows with all seconds alike.
fn rows(lines: impl Iterator<Item = String>) -> Vec<String> {
    let seconds = Regex::new(r" +\d+\.\d s").expect("a pattern");
    lines
        .filter(|line| line.contains(" s  note.md:"))
        .map(|line| seconds.replace(&line, " 0.0 s").into_owned())
        .collect()
}

const ROWS: [&str; 3] = [
    "passed 0.0 s  note.md:2  Who runs in a container whose image names no use…",
    "failed 0.0 s  note.md:8  컨테이너 안에서는 어떤 사용자로 실행되나요?",
    "skipped 0.0 s  note.md:14  Pods?",
];

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_terminal_shows_rows_and_below_them_what_runs() {
    let shown = three().in_terminal(80, &VERIFY, |_, _| ());
    assert_eq!(shown.status, Some(1), "{}", shown.raw);
    assert_eq!(rows(shown.lines.iter().cloned()), ROWS, "{}", shown.raw);
    for running in [
        "note.md:2  lab, images busybox",
        "note.md:2  1/1  docker run --rm busybox whoami",
        "1/3 exercises",
    ] {
        let is_shown = |line: &String| line.contains(running);
        assert!(shown.ever.iter().any(is_shown), "{running}: {}", shown.raw);
        assert!(
            !shown.lines.iter().any(is_shown),
            "{running}: {}",
            shown.raw
        );
    }
    assert!(shown.raw.contains("\u{1b}[32mpassed"), "{}", shown.raw);
    let last = shown.lines.iter().rfind(|line| !line.is_empty());
    assert_eq!(
        last.map(String::as_str),
        Some("1 passed, 1 failed, 1 skipped")
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_pipe_gets_plain_rows_once_and_other_formats_get_them_on_stderr() {
    let desk = three();
    let ended = desk.labbook(&VERIFY).exits(1);
    assert_eq!(rows(ended.stdout.lines().map(str::to_owned)).len(), 3);
    assert_eq!(ended.stderr, "");
    assert!(!ended.stdout.contains('\u{1b}'), "{}", ended.stdout);
    let ended = desk
        .labbook(&[&VERIFY[..], &["--format", "json"]].concat())
        .exits(1);
    assert_eq!(rows(ended.stderr.lines().map(str::to_owned)).len(), 3);
    assert!(ended.stdout.starts_with('{'), "{}", ended.stdout);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn quiet_says_only_what_does_not_hold_and_verbose_the_sessions() {
    let desk = three();
    let quiet = desk.labbook(&[&VERIFY[..], &["-q"]].concat()).exits(1);
    let seconds = Regex::new(r"\d+\.\d s").expect("a pattern");
    assert_eq!(
        seconds.replace_all(&quiet.stdout, "0.0 s"),
        "\nskipped note/pods  Pods?  note.md:14, private, 0.0 s\n        no Kubernetes cluster: `--cluster CONTEXT` names one\n\n\
         failed note/컨테이너-안에서는-어떤-사용자로-실행되나요  컨테이너 안에서는 어떤 사용자로 실행되나요?  note.md:8, private, 0.0 s\n        run 2 times\n    \
         note.md:11: docker run --rm busybox whoami\n      note.md:12 missing\n        notes    nobody\n        \
         this run root\n                 ^^^^\n1 passed, 1 failed, 1 skipped\n"
    );
    let verbose = desk.labbook(&[&VERIFY[..], &["-v"]].concat()).exits(1);
    assert!(
        verbose
            .stderr
            .starts_with("note.md:2 | $ docker run --rm busybox whoami\nnote.md:2 | root\n"),
        "{}",
        verbose.stderr
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn ctrl_c_ends_with_130_and_leaves_no_result_of_what_was_stopped() {
    let book = |second: &str| {
        format!(
            "{}- Two?\n  - b\n```\n$ docker run --rm busybox {second}\n```\n",
            note_of("$ docker run --rm busybox echo one\none")
        )
    };
    let desk = Desk::new()
        .with("book.toml", "[book]\ntitle = \"T\"\n")
        .with("src/SUMMARY.md", "# Summary\n- [N](n.md)\n")
        .with("src/n.md", book("sleep 1000"));
    let verify = ["verify", ".", "--engine", "private", "-j", "1"];
    let mut sent = false;
    let shown = desk.in_terminal(80, &verify, |child, raw| {
        if raw.contains("1/1  docker run --rm busybox sleep 1000") && !sent {
            sent = true;
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            kill_process(pid.expect("a process"), Signal::INT).expect("a signal is sent");
        }
    });
    assert_eq!(shown.status, Some(130), "{}", shown.raw);
    let text = shown.lines.join(" ");
    for words in [
        "interrupted: 1 of 2 exercises ran to the end; stopped, with no result: n/two",
        "the labs that stood were removed",
        "1 passed",
    ] {
        assert!(text.contains(words), "{words}:\n{text}");
    }
    let kept = desk.read("labbook.json");
    assert!(kept.contains("n/how") && !kept.contains("n/two"), "{kept}");
}

#[test]
fn colours_come_where_they_are_asked_for() {
    let coloured = |arguments: &[&str], variable: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labbook"));
        command
            .args(["verify", "/nowhere/at-all.md"])
            .args(arguments);
        for name in ["NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command.envs(variable.map(|name| (name, "1")));
        let output = command.output().expect("labbook runs");
        String::from_utf8_lossy(&output.stderr).contains('\u{1b}')
    };
    assert!(!coloured(&[], None));
    assert!(coloured(&[], Some("CLICOLOR_FORCE")));
    assert!(coloured(&["--color", "always"], Some("NO_COLOR")));
    assert!(!coloured(&["--color", "never"], Some("CLICOLOR_FORCE")));
    let desk = three();
    let plain = desk.in_terminal(80, &["list", "--color", "never", "note.md"], |_, _| ());
    assert!(!plain.raw.contains("\u{1b}["), "{}", plain.raw);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn watching_verifies_what_is_edited_and_only_that() {
    let two = |word: &str| {
        format!(
            "{}- Two?\n  - b\n```\n$ docker run --rm busybox echo {word}\ntwo\n```\n",
            note_of("$ docker run --rm busybox echo one\none")
        )
    };
    let desk = Desk::new().with("note.md", two("tow"));
    let watch = [
        "verify", "note.md", "--engine", "private", "-j", "1", "--watch",
    ];
    let (mut edits, mut ended) = (0, false);
    let folder = desk.path().to_owned();
    let shown = desk.in_terminal(80, &watch, |child, raw| {
        if edits == 0 && raw.contains("1 passed") && raw.contains("1 failed") {
            edits = raw.len();
            std::fs::write(folder.join("note.md"), two("two")).expect("an edit");
        } else if edits > 0 && raw[edits..].contains("1 passed\u{1b}[0m\r\n") && !ended {
            ended = true;
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            kill_process(pid.expect("a process"), Signal::INT).expect("a signal is sent");
        }
    });
    assert_eq!(shown.status, Some(130), "{}", shown.raw);
    assert_eq!(
        rows(shown.lines.iter().cloned()),
        [
            "passed 0.0 s  note.md:2  How?",
            "failed 0.0 s  note.md:8  Two?",
            "passed 0.0 s  note.md:8  Two?",
        ],
        "{}",
        shown.raw
    );
}
