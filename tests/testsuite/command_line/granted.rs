//! What notes take for granted is made where a row tells how, else named.

use serde_json::Value;

use super::support::{Desk, Verified, note_of};

const NEEDS: &str = "takes for granted the";

fn verified(transcript: &str) -> Verified {
    Desk::with_transcript(transcript).verify()
}

fn remarks(verified: &Verified) -> String {
    let remarks = verified.document["exercises"][0]["remarks"].as_array();
    let texts = remarks.into_iter().flatten().filter_map(Value::as_str);
    texts.collect::<Vec<_>>().join("\n")
}

const LISTED: &str = "$ docker ps
CONTAINER ID   IMAGE     COMMAND        CREATED       STATUS       PORTS     NAMES
3f1c5b0a9d27   busybox   \"sleep 1000\"   2 weeks ago   Up 2 weeks             web
";

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_that_a_row_tells_of_is_made_and_its_row_is_given() {
    let made = verified(&format!(
        "{LISTED}$ docker exec 3f1c5b0a9d27 echo hi\nhi\n$ docker rm -f web\nweb\n\
         $ docker ps -a\nCONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES"
    ))
    .is("passed");
    assert!(
        remarks(&made)
            .contains("given, as line 7 lists it: docker run -d --name web busybox sleep 1000")
    );
    assert_eq!(made.document["exercises"][0]["counts"]["given"], 1);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_is_done_to_a_given_thing_is_judged_like_anything_else() {
    let header = LISTED.lines().nth(1).expect("a header");
    for wrong in [
        "$ docker exec web echo hi\nho".to_owned(),
        "$ docker stop -t 0 web\nwob".to_owned(),
        // It still runs, and the notes say that it does not.
        format!("$ docker exec web true\n$ docker ps\n{header}"),
        // It is stopped, and the notes say that it runs.
        format!("$ docker stop -t 0 web\nweb\n{}", LISTED.trim_end()),
    ] {
        verified(&format!("{LISTED}{wrong}")).is("failed");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn networks_and_volumes_that_rows_tell_of_are_made() {
    verified(
        "$ docker network ls\nNETWORK ID     NAME      DRIVER    SCOPE\n\
         0f1e2d3c4b5a   bridge    bridge    local\naabbccddeeff   lab       bridge    local\n\
         $ docker run --rm --network lab busybox echo hi\nhi\n\
         $ docker network rm lab\nlab\n\
         $ docker volume ls\nDRIVER    VOLUME NAME\nlocal     data\n\
         $ docker run --rm -v data:/data busybox ls -A /data\n\
         $ docker volume rm data\ndata",
    )
    .is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_no_row_tells_of_is_named_with_what_would_provide_it() {
    let lacking = "$ docker run --rm --network lab busybox echo hi\nhi\n\
        $ docker network inspect -f '{{.Name}}' lab\nlab";
    verified(lacking)
        .is("error")
        .because(NEEDS)
        .because("`setup = [\"docker network create lab\"]`");
    // What would have been made with it follows.
    let follows = format!(
        "$ docker run -d --network lab --name web busybox sleep 100\n{}\n$ docker exec web echo hi\nhi",
        "0123456789abcdef".repeat(4)
    );
    verified(&follows).is("error").because(NEEDS);
    // Another line that is wrong is the notes' own.
    verified(&format!("{lacking}\n$ echo a\nb")).is("failed");
    verified("$ docker run -d --name wab busybox true\n...\n$ docker rm web\nweb")
        .is("error")
        .because("of that kind the notes make `wab`");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_earlier_exercise_that_makes_it_is_named() {
    let first = note_of("$ docker volume create data\ndata");
    let second = "- Next?\n  - b\n```\n$ docker volume inspect -f '{{.Name}}' data\ndata\n```\n";
    let desk = Desk::new().with("note.md", format!("{first}{second}"));
    let document = desk.verify().document;
    let reason = document["exercises"][1]["reason"]
        .as_str()
        .expect("a reason");
    assert!(reason.contains("line 5 makes it, in \"How?\""), "{reason}");
    assert!(reason.contains("docker volume create data"), "{reason}");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_image_that_the_notes_build_nowhere_is_named_as_that() {
    verified("$ docker run --rm nosuch.invalid/mine:1\nhi")
        .is("error")
        .because("the notes build it nowhere");
}

const VERIFY: [&str; 5] = [
    "verify",
    "note.md",
    "--engine",
    "private",
    "--write-manifests",
];

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_manifest_that_is_written_provides_it() {
    let desk = Desk::with_transcript("$ docker run --rm --network lab busybox echo hi\nhi");
    // Nobody was asked, and nobody agreed.
    desk.labbook(&VERIFY).exits(3).complains(&[
        "setup = [\"docker network create lab\"]",
        "nothing was written",
    ]);
    assert!(!desk.path().join("exercises").exists());
    let yes = [&VERIFY[..], &["--yes"]].concat();
    desk.labbook(&yes)
        .exits(3)
        .complains(&["wrote exercises/how.toml"]);
    assert_eq!(
        desk.read("exercises/how.toml"),
        "question = \"How?\"\nsetup = [\"docker network create lab\"]\n"
    );
    desk.verify().is("passed");
    desk.labbook(&yes).exits(0);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_manifest_has_the_command_and_the_files_of_the_exercise_that_makes_it() {
    let first = "## Docker\n- How?\n  - a\n```\nFROM busybox\nCMD [\"echo\", \"hi\"]\n```\n\
        ```\n$ docker build -q -t mine . > /dev/null\n```\n";
    let second = "- Next?\n  - b\n```\n$ docker run --rm mine\nhi\n```\n";
    let desk = Desk::new().with("note.md", format!("{first}{second}"));
    let yes = [&VERIFY[..], &["--yes"]].concat();
    desk.labbook(&yes).exits(3);
    let verified = desk.verify();
    assert_eq!(
        verified.document["exercises"][1]["verdict"], "passed",
        "{:#}",
        verified.document
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_file_that_is_there_is_left_and_what_is_not_known_is_not_written() {
    let transcript = "$ docker run --rm --network lab busybox echo hi\nhi";
    let desk =
        Desk::with_transcript(transcript).with("exercises/how.toml", "question = \"Another?\"\n");
    let yes = [&VERIFY[..], &["--yes"]].concat();
    desk.labbook(&yes)
        .exits(3)
        .complains(&["exercises/how.toml is there already"]);
    assert_eq!(desk.read("exercises/how.toml"), "question = \"Another?\"\n");
    let desk = Desk::with_transcript("$ docker exec web echo hi\nhi");
    desk.labbook(&yes).exits(3);
    assert!(!desk.path().join("exercises").exists());
}
