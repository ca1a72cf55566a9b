//! `labbook verify` on real daemons: what holds passes, what is wrong fails at
//! its line, and what could not be run is neither.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::support::{Desk, note_of};

const WHO: &str = "
me@lab:~$ docker run -it --rm busybox sh
...
/ # whoami
root
/ # exit
me@lab:~$ docker run --rm busybox echo done
done";

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_transcript_that_is_still_true_passes() {
    let verified = Desk::with_transcript(WHO).verify().is("passed");
    let exercise = &verified.document["exercises"][0];
    assert_eq!(exercise["id"], "note/how");
    assert_eq!(exercise["line"], 2);
    assert_eq!(exercise["steps"][1]["shell"], "container");
    assert_eq!(exercise["steps"][1]["lines"][0]["how"], "literal");
    assert_eq!(verified.document["totals"]["passed"], 1);
    assert_eq!(verified.document["engines"][0]["kind"], "private");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_word_that_is_not_true_any_more_fails_at_its_line() {
    Desk::with_transcript(&WHO.replace("\nroot\n", "\nnobody\n"))
        .verify()
        .is("failed")
        .at_lines(&[8]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn output_that_the_notes_do_not_show_fails() {
    Desk::with_transcript("$ docker run --rm busybox sh -c 'echo one; echo two'\none")
        .verify()
        .is("failed")
        .at_lines(&[6]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_broken_build_behind_an_elision_fails() {
    let note = "## Docker\n- How?\n  - so\n```\nFROM busybox\nRUN false\n```\n```\n$ docker build -t broken .\n...\n$ docker run --rm busybox echo hi\nhi\n```\n";
    let desk = Desk::new().with("note.md", note);
    desk.verify().is("failed");
    // What the elision took is what went wrong.
    let told = desk.labbook(&["verify", "note.md", "--engine", "private"]);
    assert!(
        told.stdout.contains("did not complete successfully")
            || told.stdout.contains("returned a non-zero code: 1"),
        "{}",
        told.stdout
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_exercise_that_requires_nothing_is_never_passed() {
    Desk::with_transcript("$ true\n$ docker ps\n...")
        .verify()
        .is("unchecked")
        .because("no line of the notes had to match");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_file_that_is_only_shown_is_given_and_never_passed() {
    Desk::with_transcript(
        "$ cat app.txt\nhello\n$ docker run --rm -i busybox cat < app.txt\nhello",
    )
    .verify()
    .is("passed")
    .with_steps(&["given", "passed"]);
    // What an earlier command should have made is not given, nor is a pattern a name.
    Desk::with_transcript("$ docker run --rm -v $PWD:/out busybox true\n$ cat out.txt\nhi\n$ echo a > b.txt\n$ rm b.txt\n$ cat b.txt\na")
        .verify()
        .is("failed")
        .at_lines(&[7, 11]);
    Desk::with_transcript("$ echo hi > a.txt\n$ cat *.txt\nhi")
        .verify()
        .is("passed");
    // After a `cd` the file is another folder's, and is really read.
    Desk::with_transcript("$ mkdir in\n$ cd in\n$ echo real > a.txt\n$ cat a.txt\nfalse")
        .verify()
        .is("failed")
        .at_lines(&[9]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_shell_that_never_comes_up_fails_where_the_notes_go_on_in_it() {
    Desk::with_transcript("me@lab:~$ docker run -it --rm --entrypoint true busybox\n/ # whoami\nroot\n/ # exit\nme@lab:~$ docker ps -q")
        .verify()
        .is("failed")
        .because("did not come up");
    Desk::with_transcript("me@lab:~$ docker run --name web busybox true\nme@lab:~$ docker exec -it web sh\n/ # whoami\nroot")
        .verify()
        .is("failed")
        .because("likely cause: the container has ended");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_shell_that_was_left_without_an_exit_goes_on() {
    Desk::with_transcript("me@lab:~$ docker run -d --name web busybox sleep 1000\n...\nme@lab:~$ docker exec -it web sh\n/ # id -u\n0\nme@lab:~$ docker exec web echo hi\nhi")
        .verify()
        .is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_image_that_is_missed_only_later_is_an_error_too() {
    Desk::with_transcript("$ image=gone:1\n$ docker run $image\nhi")
        .verify()
        .is("error")
        .because("a registry cannot be reached");
}

#[test]
fn a_fence_that_is_not_run_is_told() {
    let note = format!(
        "{}\n```\n＄ docker ps\n```\n",
        note_of("$ kubectl get pods")
    );
    let desk = Desk::new().with("note.md", note);
    desk.labbook(&["verify", "note.md", "--dry-run"])
        .complains(&["this fence is not run", "＄ docker ps"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_is_typed_in_a_container_is_not_run_on_the_machine() {
    Desk::with_transcript("root@b85d4d7c62ef:/# id -u\n0")
        .verify()
        .is("skipped")
        .because("is typed in a container");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_fence_of_a_container_that_is_not_open_costs_no_other_fence() {
    let desk = Desk::with_transcript(
        "$ echo a\na\n```\n\n```\nroot@b85d4d7c62ef:/# touch /made-by-mistake\n\
         root@b85d4d7c62ef:/# id -u\n5\n```\n\n\
         ```\n$ ls /made-by-mistake\nls: cannot access '/made-by-mistake': No such file or directory\n\
         $ echo b\nb",
    );
    let document = desk.verify().document;
    let verdict = |number: usize| document["exercises"][number]["verdict"].clone();
    assert_eq!(
        [verdict(0), verdict(1)],
        ["passed", "skipped"],
        "{document:#}"
    );
    let reason = document["exercises"][1]["reason"]
        .as_str()
        .unwrap_or_default();
    assert!(
        reason.contains("line 10") && reason.contains("is typed in a container"),
        "{reason}"
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_step_that_hangs_is_an_error_and_no_failure() {
    let transcript =
        "$ docker run --rm busybox echo first\nfirst\n$ docker run --rm busybox sleep 1000";
    Desk::with_transcript(transcript)
        .with(
            "exercises/how.toml",
            "question = \"How\"\n[limits]\nstep = 15\n",
        )
        .verify()
        .is("error")
        .because("not done after 15 s")
        .with_steps(&["passed", "error"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_value_that_nothing_stands_for_is_told_at_the_step_that_needs_it() {
    let id = format!("e56ac97ef60a{}", "2".repeat(52));
    let transcript = format!(
        "$ echo no\n{id}\n$ docker run --rm busybox echo hi\nhi\n$ docker logs e56ac97ef60a\nhi"
    );
    let verified = Desk::with_transcript(&transcript)
        .verify()
        .is("failed")
        .because("line 9: no output of this run says what e56ac97ef60a stands for")
        .with_steps(&["failed", "passed", "failed"]);
    let steps = &verified.document["exercises"][0]["steps"];
    assert_eq!(steps[1]["reason"], serde_json::Value::Null);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_name_that_an_id_happens_to_begin_with_is_the_authors() {
    let id = format!("db6ac97ef60a{}", "2".repeat(52));
    Desk::with_transcript(&format!(
        "$ docker run -d --name db busybox sleep 100\n{id}\n$ docker inspect -f '{{{{.Id}}}}' db\n{id}"
    ))
    .verify()
    .is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_image_that_cannot_be_had_is_an_error_with_what_was_tried() {
    Desk::with_transcript("$ docker run --rm registry.invalid/nobody/nothing:1 true\nhi")
        .verify()
        .is("error")
        .because("cannot get image");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_only_a_stand_in_lacks_is_an_error_and_no_failure() {
    let run = |program: &str| {
        Desk::with_transcript(&format!("$ docker run --rm busybox {program}\nhi")).verify()
    };
    // The real image has none either.
    run("lacking").is("failed");
    let verified = run("sendmail");
    if verified.document["exercises"][0]["stand_ins"] == serde_json::json!([]) {
        verified.is("failed");
    } else {
        verified
            .is("error")
            .because("lacks a program of the real image");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_set_up_command_that_fails_is_an_error() {
    Desk::with_transcript("$ docker run --rm busybox echo hi\nhi")
        .with(
            "exercises/how.toml",
            "question = \"How\"\nsetup = [\"false\"]\n",
        )
        .verify()
        .is("error")
        .because("set-up command `false` failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_the_manifest_brings_is_there_and_is_told() {
    let verified = Desk::with_transcript("$ cat conf/app.ini | docker run --rm -i busybox cat\nport=1\n$ docker volume ls -q\ndata")
        .with(
            "exercises/how.toml",
            "question = \"How\"\nsetup = [\"docker volume create data\"]\n[files]\n\"conf/app.ini\" = \"port=1\\n\"\n",
        )
        .verify()
        .is("passed");
    let remarks = verified.document["exercises"][0]["remarks"].to_string();
    assert!(remarks.contains("docker volume create data"), "{remarks}");
}

#[test]
fn no_daemon_is_an_error_for_every_exercise() {
    let desk = Desk::with_transcript("$ docker ps -q");
    let arguments = [
        "verify",
        "note.md",
        "--engine",
        "unix:///nowhere/docker.sock",
        "--format",
        "json",
        "--report",
        "json=r.json",
    ];
    let verified = desk.verify_as(&arguments).is("error");
    assert!(!verified.ended.stderr.contains("panicked"));
    desk.labbook(&["update", "note.md", "--from", "r.json"])
        .exits(0)
        .complains(&["could not be run", "note.md:2"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn clusters_are_skipped_with_the_reason_and_alone_are_nothing_judged() {
    Desk::with_transcript("$ kubectl get pods\nNo resources found in default namespace.")
        .verify()
        .is("skipped")
        .because("no Kubernetes cluster");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn every_format_tells_the_same_and_files_get_reports_too() {
    let desk = Desk::with_transcript("$ docker run --rm busybox echo hi\nho");
    let ended = desk
        .labbook(&[
            "verify",
            "note.md",
            "--engine",
            "private",
            "--format",
            "github",
            "--report",
            "junit=j.xml",
            "--report",
            "json=r.json",
            "--report",
            "pretty=p.txt",
        ])
        .exits(1);
    assert!(
        ended
            .stdout
            .starts_with("::error file=note.md,line=6,title="),
        "{}",
        ended.stdout
    );
    assert!(
        desk.read("j.xml").contains("<failure"),
        "{}",
        desk.read("j.xml")
    );
    assert!(desk.read("r.json").contains("\"failed\": 1"));
    let pretty = desk.read("p.txt");
    for words in [
        "failed",
        "note.md:6",
        "notes    ho",
        "this run hi",
        "^^",
        "1 failed",
    ] {
        assert!(pretty.contains(words), "{words:?} is not in:\n{pretty}");
    }
    assert!(!pretty.contains('\u{1b}'));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn results_of_another_labbook_or_of_other_recipes_are_run_again() {
    let two = format!(
        "{}- Two?\n  - b\n```\n$ echo two\ntwo\n```\n",
        note_of("$ docker run --rm busybox echo one\none")
    );
    let recipe = "image = \"busybox:latest\"\nmethod = \"unpack\"\npackages = [\"busybox-static\"]\n\
        run = [[\"/bin/busybox\", \"--install\", \"-s\", \"/bin\"]]\ncommand = [\"sh\"]\n";
    let desk = Desk::new()
        .with("book.toml", "[book]\ntitle = \"T\"\n")
        .with("src/SUMMARY.md", "# Summary\n- [N](n.md)\n")
        .with("src/n.md", two)
        .with("exercises/images/busybox.toml", recipe);
    let verify = [
        "verify",
        ".",
        "--engine",
        "private",
        "--changed",
        "--format",
        "json",
    ];
    let unchanged = |desk: &Desk| -> Vec<bool> {
        let document = desk.verify_as(&verify).document;
        let exercises = document["exercises"].as_array().into_iter().flatten();
        exercises.map(|one| one["unchanged"] == true).collect()
    };
    unchanged(&desk);
    assert_eq!(unchanged(&desk), [true, true]);
    // The one that used the stand-in.
    let desk = desk.with(
        "exercises/images/busybox.toml",
        format!("{recipe}\n# once more\n"),
    );
    assert_eq!(unchanged(&desk), [false, true]);
    assert_eq!(unchanged(&desk), [true, true]);
    let version = format!("\"labbook\": \"{}", env!("CARGO_PKG_VERSION"));
    let kept = desk.read("labbook.json");
    assert_eq!(kept.matches(&version).count(), 2, "{kept}");
    let desk = desk.with(
        "labbook.json",
        kept.replace(&version, "\"labbook\": \"0.0.1"),
    );
    assert_eq!(unchanged(&desk), [false, false]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_books_results_are_kept_and_only_what_changed_is_run_again() {
    let note = |word: &str| {
        format!(
            "## Docker\n- One?\n  - a\n```\n$ docker run --rm busybox echo one\none\n```\n- Two?\n  - b\n```\n$ docker run --rm busybox echo {word}\n{word}\n```\n"
        )
    };
    let desk = Desk::new()
        .with("book.toml", "[book]\ntitle = \"T\"\n")
        .with("src/SUMMARY.md", "# Summary\n- [N](n.md)\n")
        .with("src/n.md", note("two"));
    let all = ["verify", ".", "--engine", "private", "--format", "json"];
    let changed = [
        "verify",
        ".",
        "--engine",
        "private",
        "--changed",
        "--format",
        "json",
    ];
    assert_eq!(desk.verify_as(&all).document["totals"]["passed"], 2);
    let unchanged = |document: &serde_json::Value| -> Vec<bool> {
        let exercises = document["exercises"].as_array().into_iter().flatten();
        exercises.map(|one| one["unchanged"] == true).collect()
    };
    let kept = desk.verify_as(&changed);
    assert_eq!(unchanged(&kept.document), [true, true]);
    assert_eq!(kept.ended.status, Some(0), "kept results count");
    let told = desk.labbook(&changed[..5]).exits(0).stdout;
    assert!(told.contains("2 passed (2 unchanged, just now)"), "{told}");
    let desk = desk.with("src/n.md", note("three"));
    let stale = desk.labbook(&["report", ".", "--deny", "stale"]).exits(1);
    assert!(
        stale
            .stdout
            .ends_with("2 passed; the notes of 1 changed since\n"),
        "{}",
        stale.stdout
    );
    let again = desk.verify_as(&changed);
    assert_eq!(unchanged(&again.document), [true, false]);
    // Another daemon than that of the results, and results that did not hold, are no reason.
    let kept = desk.read("labbook.json");
    let desk = desk.with(
        "labbook.json",
        kept.replace("\"server\": \"", "\"server\": \"9"),
    );
    assert_eq!(
        unchanged(&desk.verify_as(&changed).document),
        [false, false]
    );
    let one = kept.replacen("\"verdict\": \"passed\"", "\"verdict\": \"failed\"", 1);
    let desk = desk.with("labbook.json", one);
    assert_eq!(unchanged(&desk.verify_as(&changed).document), [false, true]);
    assert!(desk.read("labbook.json").contains("\"passed\": 2"));
    let report = desk.labbook(&["report", "."]).exits(0);
    assert!(report.stdout.contains("2 passed"), "{}", report.stdout);
    let shard = desk.verify_as(&[
        "verify", ".", "--engine", "private", "--shard", "2/2", "--format", "json",
    ]);
    assert_eq!(
        shard.document["exercises"].as_array().map(Vec::len),
        Some(1)
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn parts_of_a_run_that_are_put_together_are_the_whole_run() {
    let question = |number: usize| {
        format!(
            "- Question {number}?\n  - a\n```\n$ docker run --rm busybox echo {number}\n{number}\n```\n"
        )
    };
    let note: String = (1..=2).map(question).collect();
    let desk = Desk::new().with("note.md", format!("## Docker\n{note}"));
    let verify = |more: &[&str]| {
        let common = ["verify", "note.md", "--engine", "private"];
        desk.labbook(&[&common[..], more].concat()).exits(0)
    };
    verify(&["--report", "json=whole.json"]);
    for part in ["1", "2", "3"] {
        let file = format!("json={part}.json");
        let ended = verify(&["--shard", &format!("{part}/3"), "--report", &file]);
        // An empty part is no failure, and says what it is.
        let is_empty = ended.stdout.contains("no exercise in shard 3/3");
        assert_eq!(is_empty, part == "3", "{}", ended.stdout);
    }
    desk.labbook(&["report", "3.json", "1.json", "2.json", "--out", "all.json"])
        .exits(0);
    let without_times = |name: &str| {
        let mut document: serde_json::Value =
            serde_json::from_str(&desk.read(name)).expect("a document");
        for exercise in document["exercises"].as_array_mut().expect("exercises") {
            exercise["seconds"] = 0.into();
            exercise["time"] = "".into();
            exercise["surroundings"] = serde_json::Value::Null;
        }
        document
    };
    assert_eq!(without_times("all.json"), without_times("whole.json"));
    desk.labbook(&["report", "3.json", "2.json"])
        .exits(3)
        .complains(&["shard 1/3", "note/question-"]);
    desk.labbook(&["report", "3.json", "4.json"])
        .exits(2)
        .complains(&["4.json is not there"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_run_that_is_to_end_with_the_first_failure_says_what_did_not_begin() {
    let question = |word: &str| {
        format!("- {word}?\n  - a\n```\n$ docker run --rm busybox echo {word}\none\n```\n")
    };
    let note = ["one", "two", "three"].map(question).concat();
    Desk::new()
        .with("note.md", format!("## Docker\n{note}"))
        .labbook(&[
            "verify",
            "note.md",
            "--engine",
            "private",
            "-j1",
            "--fail-fast",
        ])
        .exits(1)
        .complains(&["1 exercise did not begin, since one failed"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn notes_that_are_updated_from_a_run_hold_in_the_next() {
    let transcript = "$ docker run -d --name web busybox sleep 100\n1111111111112222222222223333333333334444444444445555555555556666\n$ docker inspect -f '{{.Id}} {{.State.Status}}' web\n1111111111112222222222223333333333334444444444445555555555556666 stopped\n$ docker rm -f web\nweb";
    let desk = Desk::with_transcript(transcript);
    desk.labbook(&[
        "verify",
        "note.md",
        "--engine",
        "private",
        "--report",
        "json=r.json",
    ])
    .exits(1);
    let before = desk.read("note.md");
    let shown = desk
        .labbook(&["update", "note.md", "--from", "r.json"])
        .exits(0);
    assert!(
        shown.stdout.contains("stopped\n+1111111111112"),
        "{}",
        shown.stdout
    );
    assert_eq!(
        desk.read("note.md"),
        before,
        "nothing is written without consent"
    );
    desk.labbook(&["update", "note.md", "--from", "r.json", "--yes"])
        .exits(0);
    assert_eq!(
        desk.read("note.md"),
        note_of(&transcript.replace("stopped", "running"))
    );
    desk.verify().is("passed");
    desk.labbook(&["update", "note.md", "--from", "r.json", "--yes"])
        .exits(2)
        .complains(&["changed since it was run"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_is_inserted_stands_below_its_command_in_its_columns() {
    let desk = Desk::with_transcript(
        "$ cat - <<'END'\none\nEND\n$ printf '%s%40s\\n' IMAGE SIZE x 1MB\n$ printf 'a\\n\\nb\\n'\n$ printf 'c\\n\\nd\\ne\\n'\nc\nd\n\ne\n$ printf 'f\\ng\\nh\\n'\nf\nh",
    );
    let private = ["verify", "note.md", "--engine", "private"];
    desk.labbook(&[&private[..], &["--report", "json=r.json"]].concat())
        .exits(1);
    desk.labbook(&["update", "note.md", "--from", "r.json", "--yes"])
        .exits(0);
    let updated = desk.read("note.md");
    assert!(updated.contains("\nEND\none\n"), "{updated}");
    let wide = format!("\nIMAGE{:>40}\n", "SIZE");
    assert!(updated.contains(&wide), "{updated}");
    for whole in ["\na\n\nb\n", "\nc\n\nd\ne\n", "\nf\ng\nh\n"] {
        assert!(updated.contains(whole), "{updated}");
    }
    desk.verify().is("passed");
}

/// The verdicts of the real notes by exercise, with what `edit` makes of a note.
fn real(edit: impl Fn(&str) -> String) -> Option<serde_json::Value> {
    let notes = crate::support::real_notes()?;
    let desk = ["mspt2-10.md", "mspt3-23-7.md"]
        .into_iter()
        .fold(Desk::new(), |desk, name| {
            let text = std::fs::read_to_string(notes.join(name)).expect(name);
            desk.with(name, edit(&text))
        });
    let exercises = concat!(env!("CARGO_MANIFEST_DIR"), "/exercises");
    let arguments = [
        "verify",
        "mspt2-10.md",
        "mspt3-23-7.md",
        "--exercises",
        exercises,
        "--engine",
        "private",
        "--format",
        "json",
    ];
    Some(desk.verify_as(&arguments).document)
}

fn verdicts(document: &serde_json::Value) -> Vec<(String, String)> {
    let exercises = document["exercises"]
        .as_array()
        .expect("exercises are a list");
    exercises
        .iter()
        .map(|exercise| {
            (
                exercise["id"].to_string().replace('"', ""),
                exercise["verdict"].to_string().replace('"', ""),
            )
        })
        .collect()
}

#[test]
fn real_notes_hold_as_written() {
    let Some(document) = real(str::to_owned) else {
        return;
    };
    for (id, verdict) in verdicts(&document) {
        assert!(
            verdict == "passed" || verdict == "drifted",
            "{id} {verdict}: {document:#}"
        );
    }
    let exercises = document["exercises"]
        .as_array()
        .expect("exercises are a list");
    let steps: usize = exercises
        .iter()
        .map(|exercise| exercise["steps"].as_array().map_or(0, Vec::len))
        .sum();
    assert_eq!((exercises.len(), steps), (4, 26));
}

#[test]
fn real_notes_with_a_wrong_word_fail_at_that_line() {
    let wrong = |text: &str| {
        // Another user's name in a file; a file that was touched; a container
        // that was never started.
        let text = text.replacen("\nfoo\n", "\nbaz\n", 1);
        let text = text.replace("- container e56ac97ef60a", "- container e56ac97ef60b");
        let dropped = text
            .lines()
            .filter(|line| !(line.starts_with("-rw") && line.ends_with("hi_vol_test2")));
        dropped.flat_map(|line| [line, "\n"]).collect()
    };
    let Some(document) = real(wrong) else { return };
    let found = verdicts(&document);
    let of = |id: &str| {
        found
            .iter()
            .find(|(found, _)| found == id)
            .map(|(_, verdict)| verdict.as_str())
    };
    assert_eq!(of("overlay"), Some("passed"));
    for (id, line) in [("user", 78), ("volume", 155), ("rmi", 118)] {
        assert_eq!(of(id), Some("failed"), "{id}: {document:#}");
        let exercise = document["exercises"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|exercise| exercise["id"] == id);
        let steps = exercise
            .and_then(|exercise| exercise["steps"].as_array())
            .expect("steps are a list");
        let wrong: Vec<_> = steps
            .iter()
            .flat_map(|step| step["lines"].as_array().into_iter().flatten())
            .filter(|judged| judged["ok"] == false)
            .filter_map(|judged| judged["line"].as_u64())
            .collect();
        assert_eq!(wrong, [line], "{id}");
    }
}

/// A cache of its own, which has the stand-ins of the common one.
fn cache_at(path: &Path) {
    let common = labbook::engine::cache::folder().join("stand-ins");
    std::fs::create_dir_all(&common).expect("the common cache");
    std::fs::create_dir_all(path).expect("a folder");
    std::os::unix::fs::symlink(common, path.join("stand-ins")).expect("a link");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn odd_names_and_relative_folders_are_no_obstacle() {
    let desk = Desk::new().with("강의 노트/1주차 과제.md", note_of(WHO));
    let cache = "강의 노트/캐시 1";
    cache_at(&desk.path().join(cache));
    // Another file system than that of the cache.
    let temporary = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
    let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(["verify", "강의 노트/1주차 과제.md", "--engine", "private"])
        .current_dir(desk.path())
        .env("LABBOOK_CACHE", cache)
        .env("TMPDIR", temporary.path())
        .env_remove("HOME")
        .output()
        .expect("labbook runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("1 passed"), "{told}");
    let left = std::fs::read_dir(temporary.path()).expect("the folder");
    assert_eq!(left.count(), 0);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_lab_left_on_a_daemon_that_is_gone_keeps_no_new_lab_from_being_made() {
    let desk = Desk::with_transcript("me@lab:~$ docker ps -q | wc -l\n0");
    let run = desk.path().join("cache/run/lab-gone");
    std::fs::create_dir_all(&run).expect("a folder");
    std::fs::write(run.join("lock"), "").expect("a lock");
    let journal = json!({
        "kept": false, "processes": [], "cgroups": [],
        "container": {
            "name": "labbook-gone", "upstream": { "Socket": "/nowhere.sock" }, "there": true,
        },
    });
    std::fs::write(run.join("journal.json"), journal.to_string()).expect("a journal");
    let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(["verify", "note.md", "--engine", "private"])
        .current_dir(desk.path())
        .env("LABBOOK_CACHE", desk.path().join("cache"))
        .output()
        .expect("labbook runs");
    let warned = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{warned}");
    assert!(
        warned.contains("warning: could not remove: container labbook-gone"),
        "{warned}"
    );
    assert!(run.exists(), "it is kept in mind");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_the_notes_take_for_granted_is_no_fault_of_theirs_and_what_they_say_is() {
    let granted = Desk::with_transcript("$ docker network inspect -f '{{.Name}}' lab\nlab\n");
    let granted = granted.verify().is("error");
    let reason = granted.document["exercises"][0]["reason"].as_str();
    let reason = reason.unwrap_or_default();
    assert!(
        reason.contains("takes for granted the network `lab`: line 5"),
        "{reason}"
    );
    assert!(reason.contains("docker network create lab"), "{reason}");
    let said = "Error: No such network: lab";
    for wrong in [
        "$ docker network inspect -f '{{.Name}}' lab\nlab\n$ echo a\nb\n".to_owned(),
        format!("$ docker network inspect -f x lab\n\n{said}\n$ docker network rm lab\nlab\n"),
    ] {
        Desk::with_transcript(&wrong).verify().is("failed");
    }
}
