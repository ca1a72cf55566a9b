//! `labbook update`: what it writes, and what it leaves alone.

use std::os::unix::fs::{PermissionsExt, symlink};

use super::support::{Desk, Ended, note_of};

/// Runs `note.md` and updates it from that.
fn updated(desk: &Desk, status: i32) -> Ended {
    let verify = ["verify", "note.md", "--engine", "private"];
    desk.labbook(&[&verify[..], &["--report", "json=r.json"]].concat())
        .exits(1);
    desk.labbook(&["update", "note.md", "--from", "r.json", "--yes"])
        .exits(status)
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn quotes_indents_prompts_and_line_ends_stay_the_authors() {
    let note = "## Docker\n- Quoted?\n  - so\n\n> ```\n> me@lab:~$ printf 'a\\nb\\n'\n> x\n> ```\n\n- Indented?\n  - so\n\n    ```\n    me@lab:~$ printf '  a\\n    b\\n'\n      a\n    me@lab:~$ printf one\n    onme@lab:~$ printf 'more\\n'\n    more\n    ```\n\n- Inside?\n  - so\n```\nme@lab:~$ docker run -it --rm busybox sh\n/tmp # whoami\nroot\n/tmp # exit\nme@lab:~$ echo hi\nho\n```\n";
    let new = note
        .replace("> x\n", "> a\n> b\n")
        .replace("      a\n", "      a\n        b\n")
        .replace("onme@", "oneme@")
        .replace("/tmp #", "/ #")
        .replace("\nho\n", "\nhi\n");
    for end in ["\n", "\r\n"] {
        let desk = Desk::new().with("note.md", note.replace('\n', end));
        updated(&desk, 0);
        assert_eq!(desk.read("note.md"), new.replace('\n', end));
        desk.labbook(&["verify", "note.md", "--engine", "private"])
            .exits(0);
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn output_that_would_break_the_fence_or_be_read_as_a_prompt_breaks_nothing() {
    let desk = Desk::with_transcript("$ printf 'a\\n```\\nb\\n'\na\nb");
    updated(&desk, 0);
    let new = "````\n$ printf 'a\\n```\\nb\\n'\na\n```\nb\n````\n";
    assert!(
        desk.read("note.md").ends_with(new),
        "{}",
        desk.read("note.md")
    );
    desk.verify().is("passed");
    let desk = Desk::with_transcript("$ printf 'a\\n%s rm x\\n' '$'\na\n$ echo hi\nhi");
    let before = desk.read("note.md");
    updated(&desk, 1).complains(&["would be read as a prompt", "note.md:2"]);
    assert_eq!(desk.read("note.md"), before);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn values_keep_the_names_that_later_commands_and_fences_use() {
    let transcript = "$ docker run -d busybox sleep 100\n1111111111112222222222223333333333334444444444445555555555556666\n$ docker ps --format 'table {{.ID}}\\t{{.Status}}\\t{{.Image}}'\nCONTAINER ID   STATUS         IMAGE\n111111111111   Up 2 minutes   nginx\n```\n```\n$ docker inspect -f '{{.State.Status}} {{.Id}}' 111111111111\nstopped 1111111111112222222222223333333333334444444444445555555555556666";
    let desk = Desk::with_transcript(transcript);
    updated(&desk, 0);
    let new = transcript
        .replace("nginx", "busybox")
        .replace("stopped", "running");
    let note = desk.read("note.md");
    assert!(note.contains(&new), "{note}");
    desk.verify().is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_stands_beside_an_elision_is_rewritten_in_its_place() {
    let desk = Desk::with_transcript("$ seq 6\n0\n...\n4\n7");
    updated(&desk, 0);
    let note = desk.read("note.md");
    assert!(note.contains("$ seq 6\n1\n...\n4\n5\n6\n```"), "{note}");
    desk.verify().is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_command_that_fails_is_told_and_not_hidden() {
    let desk = Desk::with_transcript("$ echo a; exit_with() { return $1; }; exit_with 3\na");
    let before = desk.read("note.md");
    updated(&desk, 1).complains(&["still does not hold", "note.md:5", "mend the command"]);
    assert_eq!(desk.read("note.md"), before);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_file_that_a_link_leads_to_is_written_and_a_read_only_one_is_not() {
    let desk = Desk::new().with("real.md", note_of("$ echo a\nb"));
    symlink("real.md", desk.path().join("note.md")).expect("a link can be made");
    updated(&desk, 0);
    assert!(desk.path().join("note.md").is_symlink());
    assert!(desk.read("real.md").contains("$ echo a\na\n"));

    let desk = Desk::with_transcript("$ echo a\nb");
    let file = desk.path().join("note.md");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o444)).expect("a mode can be set");
    let before = desk.read("note.md");
    updated(&desk, 2).complains(&["read-only"]);
    assert_eq!(desk.read("note.md"), before);
}

#[test]
fn an_engine_that_nothing_was_run_on_is_named() {
    let desk = Desk::with_transcript("$ docker ps -q");
    desk.labbook(&[
        "verify",
        "note.md",
        "--engine",
        "unix:///nowhere.sock",
        "--report",
        "json=r.json",
    ])
    .exits(3);
    desk.labbook(&[
        "update", "note.md", "--from", "r.json", "--engine", "nested",
    ])
    .exits(2)
    .complains(&["unix:///nowhere.sock"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_file_that_changed_since_is_left_alone_and_the_others_are_updated() {
    let desk = Desk::new()
        .with("one.md", note_of("$ echo a\nb"))
        .with("two.md", note_of("$ echo c\nd"));
    let verify = ["verify", "one.md", "two.md", "--engine", "private"];
    desk.labbook(&[&verify[..], &["--report", "json=r.json"]].concat())
        .exits(1);
    let mended = note_of("$ echo c\nc");
    let desk = desk.with("two.md", &mended);
    desk.labbook(&["update", "one.md", "two.md", "--from", "r.json", "--yes"])
        .exits(1)
        .complains(&["changed since it was run", "two.md:"]);
    assert_eq!(desk.read("one.md"), note_of("$ echo a\na"));
    assert_eq!(desk.read("two.md"), mended);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_file_in_which_another_exercise_changed_or_was_not_run_is_told() {
    let note = |second: &str| {
        let one = "- One?\n  - so\n```\n$ echo a\nb\n```\n";
        let two = format!("- Two?\n  - so\n```\n$ echo c\n{second}\n```\n");
        format!("## Docker\n{one}{two}")
    };
    let desk = Desk::new().with("note.md", note("c"));
    let verify = ["verify", "note.md", "--engine", "private"];
    desk.labbook(&[&verify[..], &["--report", "json=r.json"]].concat())
        .exits(1);
    let desk = desk.with("note.md", note("d"));
    let update = ["update", "note.md", "--from", "r.json", "--yes"];
    desk.labbook(&update)
        .exits(2)
        .complains(&["changed since it was run", "note.md:8"]);
    assert_eq!(desk.read("note.md"), note("d"));
    desk.labbook(
        &[
            &verify[..],
            &["--only", "note/one", "--report", "json=r.json"],
        ]
        .concat(),
    )
    .exits(1);
    desk.labbook(&update)
        .exits(0)
        .complains(&["there is no result of note/two"]);
    assert_eq!(desk.read("note.md"), note("d").replace("\nb\n", "\na\n"));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn lines_in_another_order_are_written_in_the_order_of_the_run() {
    let desk = Desk::with_transcript("$ printf 'two\\none\\nfour\\n'\none\nthree\nfour");
    updated(&desk, 0);
    let note = desk.read("note.md");
    assert!(note.contains("'\ntwo\none\nfour\n```"), "{note}");
    desk.verify().is("passed");
}

/// Two notes of which three steps do not hold, and their run.
fn three_changes() -> (Desk, String) {
    let second = note_of("$ echo e\nf");
    let desk = Desk::new()
        .with(
            "one.md",
            note_of("$ echo a\nb\n$ echo ok\nok\n$ printf 'c\\nc\\n'\nd"),
        )
        .with("two.md", &second);
    let verify = ["verify", "one.md", "two.md", "--engine", "private"];
    desk.labbook(&[&verify[..], &["--report", "json=r.json"]].concat())
        .exits(1);
    (desk, second)
}

const ASK: [&str; 5] = ["update", "one.md", "two.md", "--from", "r.json"];
const QUESTION: &str = "write this change? [y,n,a,q] ";

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_terminal_is_asked_change_by_change_and_told_what_was_written() {
    let (desk, second) = three_changes();
    let answers = ["n\n", "what\n", "y\n", "q\n"].map(|answer| (QUESTION, answer));
    let shown = desk.answering(&ASK, &answers);
    assert_eq!(shown.status, Some(0), "{}", shown.raw);
    assert_eq!(
        desk.read("one.md"),
        note_of("$ echo a\nb\n$ echo ok\nok\n$ printf 'c\\nc\\n'\nc\nc")
    );
    assert_eq!(desk.read("two.md"), second);
    let text = shown.lines.join("\n");
    // The question for the second change shows only that one.
    let asked: Vec<&str> = text.split(QUESTION).collect();
    assert_eq!(asked.len(), 5, "{text}");
    assert!(
        asked[0].contains("-b\n+a") && !asked[0].contains("-d"),
        "{text}"
    );
    assert!(
        asked[1].contains("-d\n+c\n+c") && !asked[1].contains("-b\n"),
        "{text}"
    );
    assert!(asked[2].contains("n: leave it"), "{text}");
    assert!(text.contains("wrote one.md: 1 change\n"), "{text}");
    let again = text.split("verify again: ").nth(1).expect("a command");
    assert_eq!(
        again.trim().replace('\n', ""),
        "labbook verify one.md --engine private --only one/how"
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn all_takes_what_follows_and_an_answer_that_never_comes_takes_nothing() {
    let (desk, second) = three_changes();
    let first = desk.read("one.md");
    for answers in [&[(QUESTION, "q\n")][..], &[(QUESTION, "\u{4}")]] {
        let shown = desk.answering(&ASK, answers);
        assert_eq!(shown.status, Some(0), "{}", shown.raw);
        assert!(shown.raw.contains("nothing was written"), "{}", shown.raw);
        assert_eq!(
            (desk.read("one.md"), desk.read("two.md")),
            (first.clone(), second.clone())
        );
    }
    let shown = desk.answering(&ASK, &[(QUESTION, "n\n"), (QUESTION, "a\n")]);
    assert_eq!(shown.status, Some(0), "{}", shown.raw);
    assert_eq!(desk.read("two.md"), note_of("$ echo e\ne"));
    assert!(
        desk.read("one.md").contains("$ echo a\nb\n"),
        "{}",
        desk.read("one.md")
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_merged_results_of_a_run_in_parts_update_the_notes() {
    let (desk, _) = three_changes();
    for part in ["1", "2"] {
        let shard = format!("{part}/2");
        let report = format!("json={part}.json");
        let verify = ["verify", "one.md", "two.md", "--engine", "private"];
        desk.labbook(&[&verify[..], &["--shard", &shard, "--report", &report]].concat())
            .exits(1);
    }
    desk.labbook(&["report", "1.json", "2.json", "--out", "all.json"])
        .exits(1);
    desk.labbook(&["update", "one.md", "two.md", "--from", "all.json", "--yes"])
        .exits(0)
        .complains(&["wrote one.md: 2 changes", "wrote two.md: 1 change"]);
    desk.labbook(&["verify", "one.md", "two.md", "--engine", "private"])
        .exits(0);
}
