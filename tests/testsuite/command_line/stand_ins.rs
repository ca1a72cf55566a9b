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
