//! What labbook itself refuses: skipped, and foretold.

use super::support::{Desk, Verified};

const PRIVILEGED: &str = "$ docker run --rm busybox echo one\none\n\
    $ docker run --rm --privileged busybox echo two > two; echo $?\n0\n\
    $ cat two\ntwo\n\
    $ echo three\nthree";

fn verified(transcript: &str, engine: &str) -> Verified {
    let verify = ["verify", "note.md", "--yes", "--format", "json", "--engine"];
    Desk::with_transcript(transcript).verify_as(&[&verify[..], &[engine]].concat())
}

fn skips_what_is_refused(engine: &str) {
    verified(PRIVILEGED, engine)
        .is("skipped")
        .with_steps(&["passed", "skipped", "skipped", "passed"])
        .because("line 7: labbook refuses this here");
    // What is wrong above it, and has nothing to do with it, is said.
    verified(&PRIVILEGED.replace("\none\n", "\neins\n"), engine)
        .is("failed")
        .with_steps(&["failed", "skipped", "skipped", "passed"]);
    // So is what is wrong below it.
    verified(&PRIVILEGED.replace("\nthree", "\ndrei"), engine)
        .is("failed")
        .with_steps(&["passed", "skipped", "skipped", "failed"]);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_the_guard_refuses_is_skipped_and_no_failure() {
    skips_what_is_refused("host");
    for command in [
        "docker run --rm --pid host busybox echo hi",
        "docker run --rm -v /etc:/etc busybox echo hi",
        "docker swarm init | tail -1",
    ] {
        verified(&format!("$ {command}\nhi"), "host").is("skipped");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_a_refused_prune_would_have_removed_is_no_failure() {
    let pruned = "$ docker volume create spare\nspare\n\
        $ docker volume prune -f\nDeleted Volumes:\nspare\n\nTotal reclaimed space: 0B\n\
        $ docker volume ls -q\n\
        $ echo three\nthree";
    verified(pruned, "host")
        .is("skipped")
        .with_steps(&["passed", "skipped", "skipped", "passed"]);
    verified(&pruned.replace("\nthree", "\ndrei"), "host").is("failed");
    let served = "$ docker run -d --name web --network host nginx\n4f6a8c0e2f4a\n\
        $ curl -s localhost:1\nWelcome";
    verified(served, "host").with_steps(&["skipped", "skipped"]);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn the_name_of_a_user_whom_the_engine_cannot_make_is_no_failure() {
    let transcript = "kim@lab:~$ whoami\nkim\nkim@lab:~$ bash -l\nkim@lab:~$ echo three\nthree\n\
        kim@lab:~$ exit\nlogout\nkim@lab:~$ echo four\nfour";
    verified(transcript, "host")
        .is("error")
        .because("line 5: the notes' user is kim");
    verified(&transcript.replace("\nthree", "\ndrei"), "host").is("failed");
    verified(&transcript.replace("\nkim\n", "\nlee\n"), "host").is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_privileged_container_is_skipped_on_a_private_engine() {
    skips_what_is_refused("private");
}

#[test]
#[ignore = "needs a Docker daemon"]
fn notes_cannot_claim_a_refusal() {
    verified("$ echo 'labbook: refused: it'; false\nhi", "host").is("failed");
    // One that the client can do without tells nothing.
    let probe = "docker system prune -f > log 2>&1; echo ho";
    verified(&format!("$ {probe}\nhi"), "host").is("failed");
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_dry_run_and_doctor_foretell_it() {
    let desk = Desk::with_transcript(PRIVILEGED);
    let said = "`--privileged` reaches outside of the container";
    let shown = desk
        .labbook(&["verify", "note.md", "--dry-run", "--engine", "host"])
        .exits(0)
        .stdout;
    assert!(
        shown.contains(&format!("skipped    line 7 on host: {said}")),
        "{shown}"
    );
    let shown = desk.labbook(&["doctor", "note.md"]).stdout;
    assert!(
        shown.contains(&format!("line 7 skipped on host: {said}")),
        "{shown}"
    );
}
