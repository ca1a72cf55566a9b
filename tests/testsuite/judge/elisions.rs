//! What an elision may stand for: anything but an error of the command's own.

use labbook::judge::StepVerdict::{self, Failed, Passed};
use labbook::judge::{How, StepJudgement};

use super::sentences::{judged, printed};

fn judgement(transcript: &str, output: &str, exit: i32) -> StepJudgement {
    judged(transcript, &[printed(output, exit)]).swap_remove(0)
}

fn verdict(transcript: &str, output: &str, exit: i32) -> StepVerdict {
    judgement(transcript, output, exit).verdict
}

const BROKEN: &str = "Step 1/2 : FROM box\n ---> 0123456789ab\nStep 2/2 : RUN exit 7\n ---> Running in 123456789abc\nThe command '/bin/sh -c exit 7' returned a non-zero code: 7";

#[test]
fn an_elided_error_fails_whatever_the_status() {
    for command in [
        "docker build . 2>&1 | tee log",
        "docker build -t x . 2>&1 | tail -20",
        "docker build . || true",
        "docker build . ; true",
        "docker image build . || :",
        "sudo docker build . | cat",
        "timeout 60 docker build . || true",
        "sh -c 'docker build . || true'",
        "for tag in a b; do docker build -t $tag .; done",
    ] {
        assert_eq!(
            verdict(&format!("$ {command}\n..."), BROKEN, 0),
            StepVerdict::Failed,
            "{command}"
        );
    }
    for (command, said) in [
        (
            "ls /none; echo end",
            "ls: /none: No such file or directory\nend",
        ),
        (
            "docker run --rm box ls /none; echo end",
            "ls: /none: No such file or directory\nend",
        ),
        (
            "docker rm gone; echo end",
            "Error: No such container: gone\nend",
        ),
        ("nothere; echo end", "bash: nothere: command not found\nend"),
        (
            "python3 app.py; echo end",
            "Traceback (most recent call last):\n  File \"app.py\", line 1\nKeyError: 'a'\nend",
        ),
        (
            "npm install | cat; echo end",
            "npm ERR! code E404\nnpm ERR! 404 Not Found\nend",
        ),
        (
            "docker build . | cat; echo end",
            "#5 [2/2] RUN false\n#5 ERROR: process \"/bin/sh -c false\" did not complete successfully: exit code: 1\nend",
        ),
    ] {
        assert_eq!(
            verdict(&format!("$ {command}\n...\nend"), said, 0),
            StepVerdict::Failed,
            "{command}"
        );
    }
}

#[test]
fn the_error_is_told_where_the_elision_stands() {
    let judgement = judgement(
        "$ docker build . | tee log\nStep 1/2 : FROM box\n...",
        BROKEN,
        0,
    );
    let wrong: Vec<_> = judgement.lines.iter().filter(|line| !line.ok).collect();
    assert_eq!(wrong.len(), 1);
    assert_eq!(wrong[0].how, How::Extra);
    assert_eq!(wrong[0].line, 6);
    assert!(
        wrong[0]
            .actual
            .as_deref()
            .unwrap()
            .starts_with("The command ")
    );
}

#[test]
fn an_error_that_is_shown_may_stand_among_elided_lines() {
    let end = BROKEN.lines().last().unwrap();
    assert_eq!(
        verdict(
            &format!("$ docker build . | tee log\n...\n{end}"),
            BROKEN,
            0
        ),
        StepVerdict::Passed
    );
    let again = "docker: Error response from daemon: Conflict.\nfine\ndocker: Error response from daemon: Conflict.";
    assert_eq!(
        verdict(
            "$ for i in 1 2; do docker run --name a box; done\ndocker: Error response from daemon: Conflict.\n...",
            again,
            125
        ),
        StepVerdict::Passed
    );
    let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'a'";
    assert_eq!(
        verdict("$ python3 a.py\n...\nKeyError: 'a'", trace, 1),
        StepVerdict::Passed
    );
}

#[test]
fn another_error_than_the_one_that_is_shown_fails() {
    let two = "Error: No such container: one\nError: No such container: two";
    assert_eq!(
        verdict(
            "$ docker rm one two\nError: No such container: one\n...",
            two,
            1
        ),
        StepVerdict::Failed
    );
    let other = "ls: /one: No such file or directory\nls: /two: No such file or directory\nend";
    assert_eq!(
        verdict(
            "$ ls /one /two; echo end\nls: /one: No such file or directory\n...\nend",
            other,
            0
        ),
        StepVerdict::Failed
    );
}

#[test]
fn what_other_programs_say_may_be_elided() {
    for (command, said) in [
        (
            "docker logs web",
            "[ERROR] cannot open config, using defaults\nError: no config",
        ),
        (
            "cat app.log",
            "Error: it broke\nls: x: No such file or directory",
        ),
        (
            "docker build .",
            "Step 1/1 : RUN pip install a\nERROR: pip's dependency resolver does not currently take into account all\nSuccessfully built 0123456789ab",
        ),
        (
            "docker run -d web",
            "Unable to find image 'web:latest' locally\nlatest: Pulling from library/web",
        ),
        (
            "docker run web",
            "2023/08/30 05:33:12 [error] no upstream yet",
        ),
        ("grep -r Error: src", "Error: a constant"),
    ] {
        let verdict = verdict(
            &format!("$ {command}\n...\nend"),
            &format!("{said}\nend"),
            0,
        );
        assert_eq!(verdict, StepVerdict::Passed, "{command}");
    }
}

#[test]
fn an_ellipsis_stands_for_columns_that_the_author_left_out() {
    let printed_table = "CONTAINER ID   IMAGE     COMMAND      CREATED          STATUS          PORTS     NAMES\n\
                         e56ac97ef60a   busybox   \"sleep 9\"    10 seconds ago   Up 10 seconds             web";
    let judge = |notes: &str| {
        let transcript = format!("$ docker ps\n{notes}\n$ : web busybox");
        judged(&transcript, &[printed(printed_table, 0), printed("", 0)])[0].verdict
    };
    let squeezed = "CONTAINER ID  IMAGE  COMMAND  CREATED  STATUS  PORTS  NAMES\n0123456789ab  busybox  \"sleep 9\"  2 hours ago  Up 2 hours  ";
    assert_eq!(judge(&format!("{squeezed}web")), Passed);
    assert_eq!(judge(&format!("{squeezed}db")), Failed);
    let cut = printed_table.replace("e56ac97ef60a", "0123...     ");
    assert_eq!(judge(&cut), Passed);
    let header = "CONTAINER ID   IMAGE     ...   NAMES";
    assert_eq!(
        judge(&format!("{header}\n0123456789ab   busybox   ...   web")),
        Passed
    );
    assert_eq!(
        judge(&format!("{header}\n0123456789ab   nginx     ...   web")),
        Failed
    );
    assert_eq!(
        judge(&format!("{header}\n0123456789ab   busybox   ...   db")),
        Failed
    );
}

#[test]
fn an_id_may_be_cut_wherever_it_stands() {
    const ID: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
    let run = |command: &str, noted: &str, here: &str| {
        let transcript =
            format!("$ docker create --name web box\n0123456789ab...\n$ {command}\n{noted}");
        judged(&transcript, &[printed(ID, 0), printed(here, 0)])[1].verdict
    };
    let event = |id: &str, image: &str| {
        format!("2026-11-30T21:35:47.150977113Z container start {id} (image={image}, name=web)")
    };
    let events = |id: &str, image: &str| {
        let command = "docker events --since 1m --until 0s";
        run(command, &event(id, image), &event(ID, "box"))
    };
    assert_eq!(events("0123456789ab...", "box"), Passed);
    assert_eq!(events("ff23456789ab...", "box"), Failed);
    assert_eq!(events("0123456789ab...", "app"), Failed);
    assert_eq!(
        run("docker build -q .", "sha256:...", &format!("sha256:{ID}")),
        Passed
    );
    assert_eq!(run("docker build -q .", "sha256:...", "app"), Failed);
    let counts = |noted: &str| run("docker run box count", noted, "counting to 1000...");
    assert_eq!(counts("counting to 1000..."), Passed);
    assert_eq!(counts("counting to 2000..."), Failed);
    // Docker's short form, where the command prints the whole.
    assert_eq!(
        run(
            "docker run -d box sleep 9",
            "89ab01234567",
            &ID.replace('e', "f")
        ),
        Passed
    );
    assert_eq!(run("docker ps --no-trunc -q", "0123456789ab", ID), Failed);
}

#[test]
fn a_list_of_what_was_pruned_may_be_cut_down_to_its_sum() {
    let here = "Deleted Images:\nuntagged: box:latest\nuntagged: box@sha256:e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789\n\nTotal reclaimed space: 1.984MB";
    let prune = |lines: &str| {
        let transcript = format!("$ docker image prune -af\n{lines}");
        verdict(&transcript, here, 0)
    };
    let cut = "Deleted Images:\nuntagged: box:latest\n...\nTotal reclaimed space: 1.984MB";
    assert_eq!(prune(cut), Passed);
    assert_eq!(prune(&cut.replace("box", "app")), Failed);
    assert_eq!(prune(&cut.replace("1.984MB", "0B")), Failed);
}

#[test]
fn the_line_that_points_to_help_may_be_left_out_below_the_error() {
    let here = "docker: Error response from daemon: Conflict. The container name \"/web\" is already in use by container \"e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789\". You have to remove (or rename) that container to be able to reuse that name.\nSee 'docker run --help'.";
    let run = |noted: &str| {
        verdict(
            &format!("$ docker run -d --name web box\n{noted}"),
            here,
            125,
        )
    };
    let error = here.lines().next().expect("an error");
    assert_eq!(run(here), Passed);
    assert_eq!(run(error), Passed);
    let cut = "docker: Error response from daemon: Conflict. The container name \"/web\" is already in use ...";
    assert_eq!(run(cut), Passed);
    assert_eq!(run(&cut.replace("web", "db")), Failed);
    assert_eq!(run(&cut.replace("Conflict", "Refused")), Failed);
    assert_eq!(run("docker: Error response from daemon: ..."), Failed);
}

#[test]
fn a_line_that_the_author_wrapped_is_one() {
    let name = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
    let here = format!(
        "docker: Error response from daemon: Conflict. The container name \"/web\" is already in use by container \"{name}\". You have to remove (or rename) that container to be able to reuse that name."
    );
    let run = |noted: &str| {
        verdict(
            &format!("$ docker run -d --name web box\n{noted}"),
            &here,
            125,
        )
    };
    let other = name.replace('e', "f");
    let wrapped = format!(
        "docker: Error response from daemon: Conflict. The container name \"/web\" is\nalready in use by container \"{other}\".\nYou have to remove (or rename) that container to be able to reuse that name."
    );
    assert_eq!(run(&wrapped), Passed);
    assert_eq!(run(&wrapped.replace("in use", "at use")), Failed);
    assert_eq!(
        run(&wrapped.replace("container name", "container nose")),
        Failed
    );
    assert_eq!(run(&format!("{wrapped}\nmore")), Failed);
}
