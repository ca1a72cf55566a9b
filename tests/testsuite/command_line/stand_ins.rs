//! What differs on a stand-in alone is no fault of the notes, and nothing else is excused.

use super::support::{Desk, Verified};

fn verified(transcript: &str) -> Verified {
    Desk::with_transcript(transcript).verify()
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_the_stand_in_lacks_is_an_error_that_names_it() {
    let lacks = "$ docker run --rm alpine apk --version\napk-tools 2.14.0, compiled for x86_64.";
    verified(lacks)
        .is("error")
        .because("a stand-in (alpine:latest) lacks a program of the real image");
    // No real image has it either.
    verified("$ docker run --rm alpine frobnicate\nhi").is("failed");
    verified(&format!("{lacks}\n$ docker run --rm alpine echo a\nb")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_the_stand_in_says_of_itself_is_an_error_at_its_line() {
    let version = |text: &str| format!("$ docker run --rm alpine head -3 /etc/os-release\n{text}");
    let right = "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.19.0";
    let document = verified(&version(right))
        .is("error")
        .at_lines(&[8])
        .document;
    let line = &document["exercises"][0]["steps"][0]["lines"][2];
    let note = line["note"].as_str().unwrap_or_default();
    assert!(note.contains("stand-in for alpine:latest"), "{line:#}");
    // The name is the real one's too.
    verified(&version(&right.replace("Alpine Linux", "Alpine"))).is("failed");
    // What the exercise wrote is its own.
    verified("$ docker run --rm alpine sh -c 'echo hello; echo VERSION=1'\nhello\nVERSION=2")
        .is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn each_tag_is_of_its_own_release() {
    verified(
        "$ docker run --rm alpine:3.18 cat /etc/alpine-release\n3.18.4\n\
         $ docker run --rm hello-world | head -2 | tail -1\nHello from Docker!",
    )
    .is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_processes_of_busybox_are_judged_as_those_of_the_real_image() {
    let processes = "$ docker run -d --name web busybox sleep 700\n...\n$ docker exec web ps\n\
                     PID   USER     TIME  COMMAND\n    1 root      0:00 sleep 700\n    7 root      0:00 ps";
    verified(processes).is("passed");
    verified(&processes.replace("0:00 sleep 700", "0:00 sleep 701"))
        .is("failed")
        .at_lines(&[9]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_pull_that_no_registry_answers_is_a_step_of_its_own() {
    let digest = "0123456789abcdef".repeat(4);
    let pull = format!(
        "$ docker pull busybox\nUsing default tag: latest\nlatest: Pulling from library/busybox\n\
         Digest: sha256:{digest}\nStatus: Downloaded newer image for busybox:latest\n\
         docker.io/library/busybox:latest\n$ docker run --rm busybox echo hi\nhi"
    );
    verified(&pull).is("passed");
    verified(&pull.replace("echo hi\nhi", "echo hi\nho")).is("failed");
    verified(&pull.replace("library/busybox", "library/nginx")).is("error");
    // An image that no other step uses is not there.
    verified("$ docker pull busybox\n...\n$ echo hi\nhi").is("skipped");
    verified("$ docker pull busybox\n...\n$ echo hi\nho").is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_image_that_is_pulled_and_then_removed_was_there() {
    let digest = "0123456789abcdef".repeat(4);
    let removed = format!(
        "$ docker pull busybox\n...\n$ docker rmi busybox\nUntagged: busybox:latest\n\
         Untagged: busybox@sha256:{digest}\nDeleted: sha256:{digest}\n..."
    );
    verified(&removed).is("passed");
    verified(&removed.replace("Untagged: busybox:latest", "Untagged: nginx:latest")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_lab_has_the_machine_and_the_user_of_the_notes() {
    let named = |host: &str, number: u32| {
        Desk::with_transcript(&format!(
            "kim@class-01:~$ hostname\n{host}\nkim@class-01:~$ docker run --rm --uts host busybox hostname\n{host}\n\
             kim@class-01:~$ id -u\n{number}"
        ))
        .verify()
    };
    named("class-01", 1000).is("passed");
    named("class-02", 1000).is("failed");
    named("class-01", 1001).is("failed");
}
