//! Labs that `verify --keep` leaves standing.

use std::fs::File;

use super::support::Desk;

const TRANSCRIPT: &str = "ubuntu@lab:~/who$ docker volume create stays\nstays";

fn desk() -> Desk {
    Desk::with_transcript(TRANSCRIPT).with_own_cache()
}

/// Enters a kept lab twice, and cleans.
fn is_entered_until_it_is_cleaned(engine: &str) {
    let desk = desk();
    let kept = ["verify", "note.md", "--yes", "--keep", "--engine", engine];
    let told = desk.labbook(&kept).exits(0).stdout;
    assert!(
        told.contains("left standing; `labbook enter note/how` goes in"),
        "{told}"
    );
    // A run between them leaves it alone.
    desk.labbook(&["verify", "note.md", "--yes", "--engine", "private"]);
    for file in ["mark", "mark2"] {
        let typed = format!("touch {file}; docker volume ls -q; stty size\n");
        let answers = [
            ("/who", typed.as_str()),
            ("40 80", "ls\n"),
            ("mark", "exit\n"),
        ];
        let shown = desk.answering(&["enter", "how"], &answers);
        assert_eq!(shown.status, Some(0), "{}", shown.raw);
        assert!(shown.lines.contains(&"stays".to_owned()), "{}", shown.raw);
    }
    let listed = desk.labbook(&["enter"]).exits(0).stdout;
    assert_eq!(listed, format!("note/how  {engine}\n"));
    let told = desk.labbook(&["clean"]).exits(0).stdout;
    assert!(told.contains(&format!("note/how on {engine}")), "{told}");
    desk.labbook(&["clean", "--kept"]).exits(0);
    desk.labbook(&["enter", "how"])
        .exits(2)
        .complains(&["no lab of `how` stands", "--keep"]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_kept_lab_of_a_private_engine_is_entered_until_it_is_cleaned() {
    is_entered_until_it_is_cleaned("private");
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_kept_lab_on_the_users_daemon_is_entered_through_its_guard() {
    let lock = std::env::temp_dir().join("labbook-test-daemon.lock");
    let alone = File::create(lock).expect("a lock file");
    alone.lock().expect("the lock");
    is_entered_until_it_is_cleaned("host");
    let desk = desk();
    desk.labbook(&["verify", "note.md", "--keep", "--engine", "host"])
        .exits(0);
    let reach_out = "docker run --rm --privileged busybox true; echo $?\n";
    let shown = desk.answering(&["enter", "how"], &[("/who", reach_out), ("125", "exit\n")]);
    desk.labbook(&["clean", "--kept"]).exits(0);
    assert!(shown.raw.contains("labbook: refused"), "{}", shown.raw);
}

#[test]
fn who_has_no_kept_lab_is_told_how_to_keep_one() {
    let desk = desk();
    let listed = desk.labbook(&["enter"]).exits(0).stdout;
    assert!(listed.contains("--keep"), "{listed}");
    desk.labbook(&["enter", "x"])
        .exits(2)
        .complains(&["no lab of `x` stands"]);
}
