//! What an elision may stand for: anything but an error of the command's own.

use labbook::judge::{How, StepJudgement, StepVerdict};

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
