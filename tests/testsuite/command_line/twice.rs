//! An exercise that failed runs again, where its numbers begin elsewhere.

use super::support::{Desk, note_of};

const RIGHT: [&str; 6] = [
    "$ echo $$\n2211\n$ sleep 100 &\n[1] 4711\n$ echo job $!\njob 4711",
    "$ docker run --rm busybox sh -c 'sleep 0 & echo $!'\n31",
    "$ docker run --rm busybox readlink /proc/1/ns/uts\nuts:[4026531838]",
    "$ docker run -d --name web busybox sleep 1000\n0c1e4d5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d\n$ docker exec web cat /sys/class/net/eth0/iflink\n41",
    "$ mktemp\n/tmp/tmp.kPcLmD83xQ\n$ echo x > /tmp/tmp.kPcLmD83xQ\n$ cat /tmp/tmp.kPcLmD83xQ\nx",
    "$ docker run --rm busybox sh -c 'echo e1 >&2; echo o1; echo e2 >&2; echo o2; echo e3 >&2'; echo $?\no1\no2\ne1\ne2\ne3\n0",
];

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_two_labs_tell_to_be_the_machines_holds() {
    for transcript in RIGHT {
        Desk::with_transcript(transcript).verify().is("passed");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_only_differs_from_run_to_run_fails() {
    for transcript in [
        // The process of another program, one for two, none that is there.
        "$ echo $$\n1",
        "$ sleep 100 &\n[1] 4711\n$ echo job $!\njob 4712",
        "$ sleep 100 &\n[1] 4711\n$ sleep 101 &\n[2] 4711",
        "$ docker run --rm busybox sh -c 'sleep 0 & echo $!'\n1",
        "$ docker run --rm busybox sh -c 'echo $$'\n31",
        // A number, a word and a status that are drawn.
        "$ docker run --rm busybox sh -c 'echo $(($(od -An -N2 -tu2 /dev/urandom) % 200))'\n777",
        "$ shuf -n 1 -e yellow indigo orange violet silver\npurple",
        "$ docker run --rm busybox sh -c 'exit $(($(od -An -N1 -tu1 /dev/urandom) % 100 + 2))'; echo $?\n141",
        // The size of a text with a process number in it.
        "$ echo $$ > pid; wc -c < pid\n9",
        // Namespaces of other kinds, one namespace as two, and numbers that both labs have.
        "$ docker run --rm busybox sh -c 'readlink /proc/1/ns/uts; readlink /proc/$$/ns/uts'\nuts:[4026532838]\nuts:[4026532839]",
        "$ docker run --rm busybox readlink /proc/1/ns/uts\nnet:[4026531838]",
        "$ docker run --rm busybox grep ^Pid: /proc/1/status\nPid:\t7",
        "$ echo fixed | md5sum\n4a8a08f09d37b73795649038408b5f33  -",
        // The order within a stream, and of what comes behind it.
        "$ docker run --rm busybox sh -c 'echo o1; echo e1 >&2; echo o2'; echo $?\no2\no1\ne1\n0",
        "$ docker run --rm busybox sh -c 'echo o1; echo e1 >&2'; echo $?\no1\n0\ne1",
        "$ mktemp\n/tmp/tmp.kPcLmD83xQ\n$ mktemp\n/tmp/tmp.kPcLmD83xQ",
        "$ hostname; hostname\nhost-a\nhost-b",
    ] {
        Desk::with_transcript(transcript).verify().is("failed");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn every_run_is_in_the_record_and_what_varies_in_the_report() {
    let desk = Desk::with_transcript(RIGHT[0]);
    let ended = desk
        .labbook(&[
            "verify",
            "note.md",
            "--engine",
            "private",
            "--report",
            "json=r.json",
        ])
        .exits(0);
    assert!(ended.stdout.contains("run 2 times"), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("varying: line 6 PID "),
        "{}",
        ended.stdout
    );
    let document: serde_json::Value = serde_json::from_str(&desk.read("r.json")).unwrap();
    let runs = document["exercises"][0]["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    // What varies is no reason to change the notes.
    desk.labbook(&["update", "note.md", "--from", "r.json", "--yes"])
        .exits(0);
    assert_eq!(desk.read("note.md"), note_of(RIGHT[0]));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_update_leaves_what_varies_as_it_is() {
    let transcript = "$ echo $$\n2211\n$ echo right\nwrong";
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
    desk.labbook(&["update", "note.md", "--from", "r.json", "--yes"])
        .exits(0);
    assert_eq!(
        desk.read("note.md"),
        note_of(&transcript.replace("wrong", "right"))
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_held_in_a_later_run_only_is_flaky_and_can_be_denied() {
    let desk =
        Desk::with_transcript("$ [ $(hostname) = laq ] && echo second || echo first\nsecond");
    let verify = ["verify", "note.md", "--engine", "private"];
    let ended = desk.labbook(&verify).exits(0);
    let said = "flaky: the first of 2 runs failed, a later one held";
    assert!(ended.stdout.contains(said), "{}", ended.stdout);
    desk.labbook(&[&verify[..], &["--deny", "flaky"]].concat())
        .exits(1);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn long_output_that_the_notes_do_not_show_fails_in_both_runs() {
    let id = "0c1e4d5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d";
    let transcript =
        format!("$ docker run -d --name web busybox sleep 300\n{id}\n$ docker inspect web\nno");
    Desk::with_transcript(&transcript).verify().is("failed");
}
