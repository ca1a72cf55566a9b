//! Daemons that do not answer: said once, with what to do.

use std::process::Command;

use super::support::{Desk, note_of};

fn two_notes() -> Desk {
    let note = note_of("$ docker ps -q");
    Desk::new().with("one.md", &note).with("two.md", note)
}

#[test]
fn a_daemon_that_does_not_answer_is_said_once_for_a_whole_run() {
    let nowhere = ["--engine", "unix:///nowhere/docker.sock"];
    let ended = two_notes()
        .labbook(&[&["verify", "one.md", "two.md"], &nowhere[..]].concat())
        .exits(3)
        .complains(&["systemctl start docker", "--engine private"]);
    let said = "no Docker daemon answers at unix:///nowhere/docker.sock: ";
    let whole = ended.stdout + &ended.stderr;
    assert_eq!(whole.matches(said).count(), 1, "{whole}");
    assert!(
        whole.contains("error        0.0 s  two.md:2  How?\n2 error\n"),
        "{whole}"
    );
}

#[test]
#[ignore = "needs Docker's client"]
fn the_variable_that_names_the_wrong_daemon_or_context_is_said() {
    for (variable, value, said) in [
        (
            "DOCKER_HOST",
            "unix:///nowhere.sock",
            "unix:///nowhere.sock, which DOCKER_HOST names: ",
        ),
        (
            "DOCKER_HOST",
            "tcp://127.0.0.1:1",
            "tcp://127.0.0.1:1, which DOCKER_HOST names: ",
        ),
        ("DOCKER_CONTEXT", "no-such", "docker context use NAME"),
    ] {
        let desk = two_notes();
        let ended = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .args(["verify", "one.md", "--engine", "host"])
            .current_dir(desk.path())
            .env(variable, value)
            .output()
            .expect("labbook can be started");
        let stderr = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(3), "{stderr}");
        assert!(stderr.contains(said), "{stderr}");
    }
}
