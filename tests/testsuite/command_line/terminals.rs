//! Notes that show more terminals than one.

use super::support::{Desk, Verified};

/// A program in the foreground of the first terminal, which says what the second one sends.
const SERVER: &str = "[Terminal 1]
$ docker run --rm --name box busybox sh -c 'mkfifo /in; echo started; while true; do read word < /in && echo got $word; done'
started
got a
got b
[Terminal 2]
$ docker exec box sh -c 'echo a > /in; sleep 0.2; echo b > /in'
$ docker ps --format '{{.Names}}'
box";

fn verified(transcript: &str) -> Verified {
    Desk::with_transcript(transcript).verify()
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_a_second_terminal_causes_is_judged_in_the_first() {
    verified(SERVER).is("passed");
    for (right, wrong) in [
        ("got b\n", "got c\n"),
        ("got a\ngot b\n", "got b\ngot a\n"),
        ("got b\n", "got b\ngot b\n"),
        ("started\n", "begun\n"),
        ("\nbox", "\nbax"),
    ] {
        verified(&SERVER.replace(right, wrong)).is("failed");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_goes_on_is_judged_by_what_the_notes_show_of_it_so_far() {
    verified(&SERVER.replace("got a\ngot b\n", "")).is("passed");
    verified(&SERVER.replace("got a\ngot b\n", "...\n")).is("passed");
    // What the notes show behind it did not come.
    verified(&SERVER.replace("got a\ngot b\n", "...\ngot c\n")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_key_that_ends_a_program_is_pressed_behind_what_the_next_terminal_shows() {
    let stopped = SERVER
        .replace("--rm --name", "-d --name")
        .replace(
            "\nstarted",
            &format!("\n{}\n$ docker logs -f box\nstarted", "0a1b2c3d".repeat(8)),
        )
        .replace("got b\n", "got b\n^C\n$ docker rm -f box\nbox\n");
    verified(&stopped).is("passed");
    verified(&stopped.replace("got b\n", "got c\n")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_shell_in_a_container_goes_on_where_its_terminal_does() {
    let shells = "# terminal 1
$ docker run -it --name box busybox sh
/ # touch /made
# terminal 2
$ docker exec box ls /made
/made
$ docker exec box sh -c 'echo two > /made'
# terminal 1
/ # cat /made
two
/ # exit
$ echo $?
0";
    verified(shells).is("passed");
    verified(&shells.replace("made\ntwo", "made\none")).is("failed");
    verified(&shells.replace("$?\n0", "$?\n1")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn each_terminal_has_its_own_variables_and_status() {
    let own = "# terminal 1
$ WHO=one
$ sh -c 'exit 3'
# terminal 2
$ echo who: $WHO
who:
$ WHO=two
# terminal 1
$ echo $?
3
$ echo who: $WHO
who: one";
    verified(own).is("passed");
    verified(&own.replace("who:\n", "who: one\n")).is("failed");
    verified(&own.replace("who: one", "who: two")).is("failed");
    verified(&own.replace("\n3\n", "\n0\n")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn another_terminal_begins_where_the_notes_are_unless_it_enters_a_folder_itself() {
    let first = "# terminal 1\n$ mkdir app && cd app\n$ echo one > note\n# terminal 2\n";
    verified(&format!("{first}$ cat note\none")).is("passed");
    let enters = format!("{first}$ ls\napp\n$ cd app\n$ cat note\none\n# terminal 1\n$ ls\nnote");
    verified(&enters).is("passed");
    verified(&enters.replace("ls\napp", "ls\nnote")).is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_terminal_that_no_text_names_is_another_one_only_where_the_first_is_busy() {
    let page = |command: &str| {
        format!(
            "# Page\n\n```\n$ WHO=one\n$ {command}\nhi\n```\n\nThe next part.\n\n\
             ```\n$ echo who: $WHO\nwho: one\n```\n"
        )
    };
    let judge = |command: &str, verdict: &str| {
        let desk = Desk::new().with("note.md", page(command));
        desk.verify().is(verdict);
    };
    judge("docker run --rm busybox echo hi", "passed");
    judge(
        "docker run --rm busybox sh -c 'echo hi; sleep 60'",
        "failed",
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_server_with_which_the_notes_end_is_judged_by_what_it_printed_so_far() {
    let server =
        "$ docker run --rm --name box busybox sh -c 'echo started; exec sleep 300'\nstarted";
    verified(server).is("passed");
    verified(&server.replace("\nstarted", "\nstopped")).is("failed");
    // Nothing is claimed of it.
    verified("$ docker run --rm --name box busybox sleep 300").is("unchecked");
    // It says more, and ends.
    let ends = server.replace("exec sleep 300", "sleep 5; echo done");
    verified(&ends).is("failed");
    verified(&format!("{ends}\ndone")).is("passed");
    // It takes its time.
    let slow = server.replace("exec sleep", "sleep 14; echo late; exec sleep");
    verified(&format!("{slow}\nlate")).is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_server_whose_name_or_port_the_notes_give_again_was_ended_before() {
    let server = |options: &str| {
        format!(
            "```console\n$ docker run --rm {options} busybox sh -c 'echo started; trap exit INT; while sleep 1; do :; done'\nstarted\n```\n"
        )
    };
    let pages = |first: &str, second: &str| {
        let page = format!("# One\n\n{}\n# Two\n\n{}", server(first), server(second));
        Desk::new().with("note.md", page).verify()
    };
    for (first, second) in [("--name box", "--name box"), ("-p 8080:80", "-p 8080:81")] {
        let verified = pages(first, second);
        assert!(
            verified.ended.stdout.contains("labbook did so"),
            "{}",
            verified.ended.stdout
        );
        assert_eq!(verified.ended.status, Some(0), "{}", verified.ended.stdout);
    }
}
