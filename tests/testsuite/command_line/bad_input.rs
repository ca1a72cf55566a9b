//! What is wrong with the input is said with file:line:column and the line
//! shown, all of it, with exit status 2 and without a panic.

use std::process::Command;

use super::support::{Desk, note_of};

const LIST: [&str; 2] = ["list", "note.md"];

#[test]
fn a_byte_that_is_not_utf8_is_shown_with_its_place() {
    Desk::new()
        .with("note.md", b"# T\n\n- Wh\xffat?\n  - So.\n")
        .labbook(&LIST)
        .exits(2)
        .complains(&[
            "not UTF-8",
            "0xff",
            "note.md:3:5",
            "- Wh",
            "save the file as UTF-8",
        ]);
}

#[test]
fn a_fence_that_is_never_closed_is_shown_where_it_opens() {
    Desk::new()
        .with("note.md", "## T\n- What?\n  - So.\n```bash\n$ docker ps\n")
        .labbook(&LIST)
        .exits(3)
        .complains(&["not closed", "note.md:4:1", "```bash"]);
}

#[test]
fn an_unclosed_fence_costs_what_follows_it_and_no_more() {
    let desk = Desk::new().with(
        "note.md",
        "## T\n- One?\n  - So.\n```\n$ docker ps\n```\n- Two?\n  - So.\n```\n$ ls\n",
    );
    let listed = desk.labbook(&LIST).exits(3);
    for words in ["note/one", "note.md:9: this fence is not closed"] {
        assert!(listed.stdout.contains(words), "{}", listed.stdout);
    }
}

#[test]
fn a_fence_with_a_prompt_and_no_command_is_skipped_and_can_be_denied() {
    let desk = Desk::with_transcript("total 0\n$ ls -l");
    let verify = |more: &[&str]| {
        let arguments = ["verify", "note.md", "--engine", "unix:///nowhere.sock"];
        desk.labbook(&[&arguments[..], &["--deny"], more].concat())
    };
    let listed = desk.labbook(&LIST).exits(0);
    let reason = "the fence at line 6 is not run: it is a fragment";
    assert!(listed.stdout.contains(reason), "{}", listed.stdout);
    verify(&["error"]).exits(1);
    verify(&["drift"]).exits(3);
    verify(&["drifted"]).exits(3);
    desk.labbook(&[
        "verify", "note.md", "--engine", "private", "--deny", "skipped",
    ])
    .exits(1);
}

#[test]
fn a_first_prompt_that_cannot_be_read_is_shown() {
    Desk::with_transcript("lab:~> docker ps\nme@lab:~$ docker ps")
        .labbook(&LIST)
        .exits(3)
        .complains(&[
            "first prompt cannot be read",
            "note.md:5:1",
            "lab:~> docker ps",
            "begin the transcript with a prompt",
        ]);
}

#[test]
fn a_command_that_never_ends_is_shown() {
    Desk::with_transcript("$ echo 'open")
        .labbook(&LIST)
        .exits(3)
        .complains(&["not complete", "note.md:5:1"]);
}

#[test]
fn a_note_without_topics_is_a_document_and_no_error() {
    let listed = Desk::new()
        .with("note.md", "Just words.\n")
        .labbook(&LIST)
        .exits(0);
    assert!(
        listed.stdout.contains("0 questions, 0 exercises"),
        "{}",
        listed.stdout
    );
}

#[test]
fn commands_that_are_not_run_for_want_of_a_prompt_are_listed() {
    let listed = Desk::with_transcript("docker run -d busybox\n-d: in the background")
        .labbook(&LIST)
        .exits(0);
    assert!(
        listed.stdout.contains("not run    the fence at line 5"),
        "{}",
        listed.stdout
    );
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    Desk::with_transcript("$ echo 'open")
        .with("other.md", b"\xff")
        .with("exercises/a.toml", "question = \"x\"\nlimit = 1\n")
        .with("exercises/b.toml", "titel = \"x\"\n")
        .labbook(&[
            "verify",
            "note.md",
            "other.md",
            "missing.md",
            "--engine",
            "private",
        ])
        .exits(2)
        .complains(&[
            "note.md:5:1",
            "other.md:1:1",
            "cannot read missing.md",
            "a.toml:2:1",
            "did you mean `limits`?",
            "b.toml:1:1",
            "did you mean `title`?",
        ]);
}

#[test]
fn a_manifest_that_finds_nothing_is_an_error_for_a_whole_book_only() {
    let desk = Desk::new()
        .with("book/book.toml", "[book]\ntitle = \"T\"\n")
        .with("book/src/SUMMARY.md", "# Summary\n- [N](n.md)\n")
        .with("book/src/n.md", note_of("$ docker ps -q"))
        .with("exercises/gone.toml", "question = \"nobody asked\"\n");
    desk.labbook(&["verify", "book", "--dry-run"])
        .exits(3)
        .complains(&["finds no exercise", "gone.toml:1:"]);
    desk.labbook(&["verify", "book/src/n.md", "--dry-run"])
        .exits(0);
}

#[test]
fn an_engine_an_id_or_a_folder_that_is_not_there_is_refused_with_what_to_do() {
    let desk = Desk::with_transcript("$ docker ps -q");
    desk.labbook(&["verify", "note.md", "--engine", "pirvate"])
        .exits(2)
        .complains(&["did you mean `private`?"]);
    desk.labbook(&["verify", "note.md", "--only", "note/haw"])
        .exits(2)
        .complains(&["did you mean `note/how`?"]);
    desk.labbook(&["explain", "note/how"]).exits(2).complains(&[
        "`note/how` is no file",
        "name the notes or the book's folder too",
    ]);
    desk.labbook(&["verify", "note.md", "--exercises", "nowhere"])
        .exits(2)
        .complains(&["cannot read nowhere"]);
    desk.labbook(&["verify", "note.md", "--shard", "3/2"])
        .exits(2);
    desk.labbook(&["verify"]).exits(2).complains(&["book.toml"]);
    desk.labbook(&["report", "."])
        .exits(2)
        .complains(&["there are no results"]);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_said_when_building() {
    let desk = Desk::new()
        .with(
            "book.toml",
            "[book]\ntitle = \"T\"\n[build]\nbuild-dir = \"taken/book\"\n",
        )
        .with("src/SUMMARY.md", "# Summary\n- [N](n.md)\n")
        .with("src/n.md", "# N\n")
        .with("taken", "a file where the folder would be");
    desk.labbook(&["build", "."]).exits(2).complains(&["taken"]);
}

#[test]
fn a_dry_run_shows_every_command_and_where_it_would_run() {
    let shown = Desk::with_transcript(
        "me@lab:~$ docker run -it --rm busybox sh\n/ # id\n/ # me@lab:~$ python3 x.py",
    )
    .labbook(&[
        "verify",
        "note.md",
        "--dry-run",
        "--engine",
        "unix:///nowhere.sock",
    ])
    .exits(0);
    for words in [
        "host       docker run",
        "container  id",
        "container  ctrl-p ctrl-q",
        "python3 x.py   [needs --yes",
        "note.md:5",
        "4 actions",
    ] {
        assert!(
            shown.stdout.contains(words),
            "{words:?} is not in:\n{}",
            shown.stdout
        );
    }
}

/// A book of three chapters: one whole, one damaged, and one that is not there.
fn damaged_book() -> Desk {
    Desk::new()
        .with("book/book.toml", "[book]\ntitle = \"T\"\n")
        .with(
            "book/src/SUMMARY.md",
            "# Summary\n- [A](a.md)\n- [B](b.md)\n- [C](gone.md)\n",
        )
        .with("book/src/a.md", note_of("$ echo whole\nwhole"))
        .with(
            "book/src/b.md",
            "## T\n- One?\n  - So.\n```\n$ echo 'open\n```\n- Two?\n  - So.\n```\n$ echo two\ntwo\n```\n",
        )
        .with("book/exercises/bad.toml", "question = \"Two\"\nlimit = 1\n")
}

#[test]
fn damage_stays_in_its_place_and_everything_else_is_listed() {
    let desk = damaged_book();
    let listed = desk.labbook(&["list", "book"]).exits(3).complains(&[
        "not complete",
        "b.md:5:1",
        "gone.md is not there",
        "SUMMARY.md",
        "did you mean `limits`?",
    ]);
    for part in ["a/how", "b/one", "bad  Two?", "not run    "] {
        assert!(listed.stdout.contains(part), "{part}: {}", listed.stdout);
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn damage_is_an_error_of_its_own_beside_the_results_of_all_others() {
    let desk = damaged_book();
    let verified = desk.verify_as(&["verify", "book", "--engine", "private", "--format", "json"]);
    let verdicts: Vec<(&str, &str)> = verified.document["exercises"]
        .as_array()
        .unwrap()
        .iter()
        .map(|exercise| {
            let text = |key: &str| exercise[key].as_str().unwrap_or_default();
            (text("id"), text("verdict"))
        })
        .collect();
    assert_eq!(
        verdicts,
        [
            ("a/how", "passed"),
            ("b/one", "error"),
            // Its manifest is wrong: without what that says it is not run.
            ("bad", "error"),
            ("SUMMARY/damaged", "error"),
        ]
    );
    assert_eq!(verified.ended.status, Some(3));
    // What ran is kept.
    assert!(desk.read("book/labbook.json").contains("a/how"));
}

#[test]
fn transcripts_beside_questions_are_run_as_a_document() {
    let listed = Desk::new()
        .with(
            "note.md",
            "# Lab\n\n## Start\n\n```\n$ docker ps -q\n```\n\n## Think\n\n- Is that all?\n\n## End\n\n```\n$ docker ps -aq\n```\n",
        )
        .labbook(&LIST)
        .exits(0);
    for command in ["docker ps -q", "docker ps -aq"] {
        assert!(listed.stdout.contains(command), "{}", listed.stdout);
    }
}

#[test]
fn a_mistyped_name_of_notes_is_answered_with_the_near_one_and_starts_nothing() {
    let desk = Desk::new().with("volumes.md", "## D\n- How?\n  - x\n");
    let ended = desk
        .labbook(&["verify", "voluems.md", "--engine", "unix:///nowhere.sock"])
        .exits(2)
        .complains(&["did you mean `volumes.md`?"]);
    assert_eq!(ended.stdout, "no exercise\n");
    assert!(!ended.stderr.contains("nowhere.sock"), "{}", ended.stderr);
}

#[test]
fn a_pipe_where_a_note_belongs_is_refused_at_once() {
    let desk = Desk::new();
    let pipe = desk.path().join("note.md");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    let output = Command::new("timeout")
        .args(["20", env!("CARGO_BIN_EXE_labbook"), "list"])
        .arg(&pipe)
        .output()
        .expect("labbook runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("not a regular file"), "{told}");
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let desk = Desk::with_transcript("$ docker ps -q");
    // No daemon is there, so nothing runs; there is a result all the same.
    let verify = ["verify", "note.md", "--engine", "unix:///nowhere.sock"];
    for arguments in [&["list", "note.md", "--format", "json"][..], &verify] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full");
        let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .args(arguments)
            .current_dir(desk.path())
            .stdout(full.expect("/dev/full"))
            .output()
            .expect("labbook runs");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
        assert!(told.contains("cannot write to standard output"), "{told}");
    }
    let report = ["--report", "json=/nowhere/report.json"];
    desk.labbook(&[&verify[..], &report].concat())
        .exits(2)
        .complains(&["cannot write /nowhere/report.json"]);
}

#[test]
fn a_chapter_outside_of_the_book_is_refused_where_it_is_linked() {
    for link in ["/etc/hostname", "../../note.md"] {
        let desk = Desk::new()
            .with("book/book.toml", "[book]\ntitle = \"T\"\n")
            .with(
                "book/src/SUMMARY.md",
                format!("# Summary\n- [A]({link})\n- [B](b.md)\n- [C](gone.md)\n"),
            )
            .with("book/src/b.md", note_of("$ echo hi\nhi"));
        let said = ["SUMMARY.md:2:", link, "is outside of the folder"];
        let listed = desk.labbook(&["list", "book"]).exits(2).complains(&said);
        assert!(listed.stdout.contains("b/how"), "{}", listed.stdout);
        desk.labbook(&["build", "book"]).exits(2).complains(&said);
    }
}
