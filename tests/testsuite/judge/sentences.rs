//! Sentences that must hold.

use labbook::judge::{How, Judge, JudgedExercise, Observation, StepJudgement, StepVerdict, judge};
use labbook::lab::Surroundings;
use labbook::reason::{Reason, ReasonKind};

use super::support::{steps, verdict};

/// What one command printed, and its exit status.
pub fn printed(output: &str, exit: i32) -> Observation {
    Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(exit),
        prompt: Some("$".to_owned()),
        ..Observation::default()
    }
}

pub fn with_surroundings(
    transcript: &str,
    surroundings: &Surroundings,
    observations: &[Observation],
) -> Vec<StepJudgement> {
    let steps = steps(&format!("# Sentences\n\n```\n{transcript}\n```\n"));
    judge(
        JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings,
        },
        observations,
    )
}

pub fn judged(transcript: &str, observations: &[Observation]) -> Vec<StepJudgement> {
    with_surroundings(transcript, &Surroundings::default(), observations)
}

pub fn one(transcript: &str, output: &str, exit: i32) -> StepVerdict {
    judged(transcript, &[printed(output, exit)])[0].verdict
}

const A: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
const B: &str = "0123456789ab3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

#[test]
fn an_exercise_with_no_required_line_is_never_passed() {
    let judgements = judged(
        "$ touch x\n$ docker build .\n...\n$ true",
        &[printed("", 0), printed("anything", 0), printed("", 0)],
    );
    assert_eq!(verdict(&judgements), StepVerdict::Unchecked);
}

#[test]
fn sudo_may_have_asked_for_a_password_and_nothing_else_may() {
    let asks =
        |command: &str, question: &str| one(&format!("$ {command}\n{question}\nhi"), "hi", 0);
    let question = "[sudo] password for kim:";
    assert_eq!(asks("sudo echo hi", question), StepVerdict::Passed);
    assert_eq!(
        asks("true && sudo -E echo hi", question),
        StepVerdict::Passed
    );
    assert_eq!(asks("echo hi", question), StepVerdict::Failed);
    assert_eq!(
        asks("sudo echo hi", "Password for kim:"),
        StepVerdict::Failed
    );
}

#[test]
fn lines_that_were_typed_prove_nothing() {
    let mut sorted = printed("pear\nfig", 0);
    assert_eq!(
        judged("$ sort\npear\nfig", &[sorted.clone()])[0].verdict,
        StepVerdict::Passed
    );
    sorted.typed = vec!["pear".to_owned(), "fig".to_owned()];
    let judgement = &judged("$ sort\npear\nfig", &[sorted])[0];
    assert_eq!(judgement.verdict, StepVerdict::Unchecked);
    assert!(judgement.lines.iter().all(|line| line.how == How::Typed));
}

#[test]
fn a_step_whose_lines_all_went_to_elision_or_ambient_is_unchecked() {
    assert_eq!(
        one("$ make\n... 생략 ...", "whatever", 0),
        StepVerdict::Unchecked
    );
    assert_eq!(one("$ make\n...", "", 0), StepVerdict::Unchecked);
    let run = "$ docker run -d nginx\nUnable to find image 'nginx:latest' locally\nlatest: Pulling from library/nginx";
    assert_eq!(one(run, "", 0), StepVerdict::Unchecked);
}

#[test]
fn a_non_zero_exit_behind_an_elision_fails() {
    assert_eq!(one("$ docker build .\n...", "boom", 1), StepVerdict::Failed);
    assert_eq!(
        one("$ docker build .\n...\nend", "boom\nend", 1),
        StepVerdict::Failed
    );
    assert_eq!(one("$ make\n...", "", 2), StepVerdict::Failed);
}

#[test]
fn a_non_zero_exit_holds_where_a_line_shows_its_error_or_nothing_was_said() {
    assert_eq!(
        one(
            "$ docker rmi x\nError: No such image: x",
            "Error: No such image: x",
            1
        ),
        StepVerdict::Passed
    );
    assert_eq!(one("$ grep -q a b", "", 1), StepVerdict::Unchecked);
    assert_eq!(one("$ nothere", "", 127), StepVerdict::Failed);
    assert_eq!(
        one(
            "$ nothere\nbash: nothere: command not found",
            "bash: nothere: command not found",
            127
        ),
        StepVerdict::Passed
    );
    assert_eq!(one("$ tool hi\nhi", "hi", 3), StepVerdict::Failed);
}

#[test]
fn a_status_that_the_command_itself_asks_for_is_shown() {
    let run = |command: &str, status: i32| one(&format!("$ {command}\nhi"), "hi", status);
    for command in [
        "sh -c 'echo hi; exit 3'",
        "docker run --rm box sh -c 'echo hi; exit 3'",
        "docker exec box sh -ec 'echo hi && exit 3'",
        "docker run --rm box sh -c \"bash -c 'echo hi; exit 3'\"",
    ] {
        assert_eq!(run(command, 3), StepVerdict::Passed, "{command}");
        assert_eq!(run(command, 4), StepVerdict::Failed, "{command}");
        assert_eq!(run(command, 125), StepVerdict::Failed, "{command}");
    }
    for command in [
        "docker run --rm box sh -c 'exit 3; echo hi'",
        "docker run --rm box sh -c 'echo hi; exit $N'",
        "docker run --rm box echo exit 3",
        "docker run --rm box sh -c 'echo hi; exit 3' | cat; false",
    ] {
        assert_eq!(run(command, 3), StepVerdict::Failed, "{command}");
    }
}

#[test]
fn a_status_that_the_next_step_tells_is_shown() {
    let run = |first: &str, asks: &str, told: &str, exit: i32| {
        let transcript = format!("$ {first}\n$ {asks}\n{told}");
        let text = first.split_once('\n').map_or("", |(_, text)| text);
        let said = text.replace("...", "whatever");
        judged(&transcript, &[printed(&said, exit), printed(told, 0)])[0].verdict
    };
    let runs = "docker run --rm ubuntu tool\nhi";
    for (asks, told) in [
        ("echo $?", "3"),
        ("echo \"$?\"", "3"),
        ("echo exit code: $?", "exit code: 3"),
    ] {
        assert_eq!(run(runs, asks, told, 3), StepVerdict::Passed, "{asks}");
    }
    assert_eq!(run("make\n...", "echo $?", "3", 3), StepVerdict::Unchecked);
    for (asks, told) in [
        ("echo $?", "4"),
        ("echo $?", "3\n3"),
        ("echo $?", "..."),
        ("echo $x", "3"),
        ("cat $?", "3"),
        ("echo 3", "3"),
    ] {
        assert_eq!(
            run(runs, asks, told, 3),
            StepVerdict::Failed,
            "{asks} {told}"
        );
    }
    assert_eq!(
        run("nothere\n...", "echo $?", "127", 127),
        StepVerdict::Failed
    );
    // Another step stands between, or another shell is asked.
    let between = format!("$ {runs}\n$ true\n$ echo $?\n3");
    let observed = [printed("hi", 3), printed("", 0), printed("3", 0)];
    assert_eq!(judged(&between, &observed)[0].verdict, StepVerdict::Failed);
}

#[test]
fn what_the_client_says_when_a_container_is_left_by_keys_needs_not_be_shown() {
    let notes = |said: &str| {
        format!(
            "kim@lab:~$ docker exec -it web bash\nroot@b85d4d7c62ef:/# id -u\n0\n{said}kim@lab:~$ true"
        )
    };
    let run = |said: &str, output: &str, exit| {
        let inside = |output: &str| Observation {
            prompt: Some("root@0123456789ab:/#".to_owned()),
            ..printed(output, 0)
        };
        let observed = [
            inside(""),
            inside("0"),
            printed(output, exit),
            printed("", 0),
        ];
        verdict(&judged(&notes(said), &observed))
    };
    let escaped = "read escape sequence";
    let shown = format!("root@b85d4d7c62ef:/# {escaped}\n");
    assert_eq!(run("", escaped, 1), StepVerdict::Passed);
    assert_eq!(run(&shown, escaped, 1), StepVerdict::Passed);
    assert_eq!(run("", "", 0), StepVerdict::Passed);
    assert_eq!(run(&shown, "", 0), StepVerdict::Failed);
    assert_eq!(run("", "boom", 1), StepVerdict::Failed);
    assert_eq!(run("", escaped, 2), StepVerdict::Failed);
    assert_eq!(run("", &format!("{escaped}\nboom"), 1), StepVerdict::Failed);
    assert_eq!(
        one("$ cat x\na", &format!("a\n{escaped}"), 0),
        StepVerdict::Failed
    );
}

#[test]
fn the_likely_cause_is_told_also_of_what_an_elision_took() {
    let reason = |notes: &str, output: &str, exit| {
        let judgements = judged(notes, &[printed(output, exit)]);
        judgements[0].reason.clone().unwrap_or_default()
    };
    let build = "$ docker build -t x .\n...\nSuccessfully tagged x:latest";
    let missing = "Step 1/1 : FROM gone\npull access denied for gone, repository does not exist";
    let cause = reason(build, missing, 1);
    assert!(cause.contains("neither here nor in a registry"));
    assert_eq!(cause.kind, Some(ReasonKind::NoImage));
    let taken = "docker: Error response from daemon: Conflict. The container name \"/web\" is already in use by container \"x\".";
    let run = format!("$ docker run -d --name web nginx\n{A}");
    let cause = reason(&run, taken, 125);
    assert!(cause.contains("the name is taken"));
    assert_eq!(cause.kind, Some(ReasonKind::InUse));
    let legacy = "$ docker build .\nStep 1/2 : FROM busybox\n ---> 76c69feac34e\nSuccessfully built 03bc1dfb16a2";
    let newer = "[+] Building 0.5s (5/5) FINISHED   docker:default\n => [1/1] FROM docker.io/library/busybox:latest   0.0s";
    assert!(reason(legacy, newer, 0).contains("the builder changed"));
    let status = Reason::new(ReasonKind::ExitStatus, "it ended with the exit status 1");
    assert_eq!(reason(legacy, FAILED_BUILD, 1), status);
    // What holds is no cause of what does not.
    let shown = "$ cat x y\ncat: x: Permission denied\none";
    assert_eq!(reason(shown, "cat: x: Permission denied\ntwo", 1), status);
}

#[test]
fn any_unmatched_line_fails() {
    assert_eq!(one("$ cat x\na\nb", "a\nb\nc", 0), StepVerdict::Failed);
    assert_eq!(one("$ cat x\na\nb", "a", 0), StepVerdict::Failed);
    assert_eq!(one("$ cat x\na\nb", "a\n\nb", 0), StepVerdict::Failed);
    let touched = judged(
        "$ cat x\na\n$ touch x",
        &[printed("a", 0), printed("oops", 0)],
    );
    assert_eq!(touched[1].verdict, StepVerdict::Failed);
    assert_eq!(
        one(
            "$ docker volume ls\nDRIVER    VOLUME NAME",
            "DRIVER    VOLUME NAME\nlocal     data",
            0
        ),
        StepVerdict::Failed
    );
}

#[test]
fn elisions_take_any_number_of_lines_but_not_their_surroundings() {
    let transcript = "$ cat x\nfirst\n...\n\n... 생략 ...\nlast";
    for output in ["first\nlast", "first\na\nb\nlast", "first\nlast\nlast"] {
        assert_eq!(one(transcript, output, 0), StepVerdict::Passed, "{output}");
    }
    for output in [
        "a\nfirst\nlast",
        "first\na",
        "last\nfirst",
        "first\nlast\na",
    ] {
        assert_eq!(one(transcript, output, 0), StepVerdict::Failed, "{output}");
    }
}

#[test]
fn a_dialect_row_lets_nothing_but_its_own_words_vary() {
    let transcript = format!(
        "$ docker run -d nginx\n{A}\n$ docker rmi nginx\nError response from daemon: conflict: unable to remove repository reference \"nginx\" (must force) - container e56ac97ef60a is using its referenced image 76c69feac34e"
    );
    let rmi = |text: &str| {
        let judgements = judged(&transcript, &[printed(B, 0), printed(text, 1)]);
        judgements[1].verdict
    };
    let newer = "Error response from daemon: conflict: unable to delete nginx:latest (must be forced) - container 0123456789ab is using its referenced image 99c69feac34e";
    assert_eq!(rmi(newer), StepVerdict::Drifted);
    for (from, to) in [
        ("nginx", "busybox"),
        (":latest", ":1.25"),
        ("0123456789ab", "ffff456789ab"),
        ("must be forced", "must force"),
        ("referenced", "own"),
    ] {
        assert_eq!(rmi(&newer.replace(from, to)), StepVerdict::Failed, "{to}");
    }
}

#[test]
fn an_error_that_names_another_container_fails_and_says_why() {
    let transcript =
        format!("$ docker run -d nginx\n{A}\n$ docker rm nginx\nError: e56ac97ef60a is running");
    let judgements = judged(
        &transcript,
        &[printed(B, 0), printed("Error: ffff456789ab is running", 1)],
    );
    let line = &judgements[1].lines[0];
    assert!(!line.ok);
    let note = line.note.as_deref().unwrap();
    assert!(
        note.contains("e56ac97ef60a stands for 0123456789ab since line 5"),
        "{note}"
    );
    assert_eq!(
        line.actual.as_deref(),
        Some("Error: ffff456789ab is running")
    );
}

#[test]
fn no_new_name_stands_for_what_was_there_before() {
    let surroundings = Surroundings {
        containers: vec![("old".to_owned(), B.to_owned())],
        volumes: vec![A.replace('e', "d")],
        ..Surroundings::default()
    };
    let run = format!("$ docker run -d nginx\n{A}");
    assert_eq!(
        with_surroundings(&run, &surroundings, &[printed(B, 0)])[0].verdict,
        StepVerdict::Failed
    );
    let volumes = format!(
        "$ docker run -d nginx\n{A}\n$ docker volume ls\nDRIVER    VOLUME NAME\nlocal     {}",
        A.replace('e', "f")
    );
    let there = format!("DRIVER    VOLUME NAME\nlocal     {}", A.replace('e', "d"));
    let judgements = with_surroundings(
        &volumes,
        &surroundings,
        &[printed(&A.replace('5', "6"), 0), printed(&there, 0)],
    );
    assert_eq!(judgements[1].verdict, StepVerdict::Failed);
}

#[test]
fn an_id_of_this_run_may_have_no_letters_at_all() {
    let transcript =
        format!("$ docker run -d nginx\n{A}\n$ docker stop e56ac97ef60a\ne56ac97ef60a");
    let digits = "123456789012".to_owned() + &"3".repeat(52);
    let judgements = judged(
        &transcript,
        &[printed(&digits, 0), printed("123456789012", 0)],
    );
    assert_eq!(verdict(&judgements), StepVerdict::Passed);
}

#[test]
fn what_the_author_chose_is_literal() {
    let create = "$ docker network create --subnet 172.30.0.0/16 inner\n$ docker run --ip 172.30.0.9 box\n172.30.0.9";
    assert_eq!(
        judged(create, &[printed("", 0), printed("172.30.0.10", 0)])[1].verdict,
        StepVerdict::Failed
    );
    let given = "$ docker inspect -f x web\n172.17.0.2\n$ ping 172.17.0.2\nok";
    assert_eq!(
        verdict(&judged(
            given,
            &[printed("172.17.0.5", 0), printed("ok", 0)]
        )),
        StepVerdict::Passed
    );
    let named = "$ docker run -d --name happy_turing nginx\n$ docker ps\nNAMES          STATUS\nhappy_turing   Up 2 seconds";
    let other = "NAMES            STATUS\nclever_curie     Up 2 seconds";
    assert_eq!(
        judged(named, &[printed("", 0), printed(other, 0)])[1].verdict,
        StepVerdict::Failed
    );
    let unnamed = named.replace(" --name happy_turing", "");
    assert_eq!(
        judged(&unnamed, &[printed("", 0), printed(other, 0)])[1].verdict,
        StepVerdict::Passed
    );
}

#[test]
fn commands_are_sent_with_this_runs_values() {
    let transcript = format!(
        "# T\n\n```\n$ docker run -d nginx\n{A}\n$ docker logs e56ac97ef60a\nready\n$ docker rm -f e56\ne56\n```\n"
    );
    let steps = steps(&transcript);
    let surroundings = Surroundings::default();
    let mut judge = Judge::new(JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    });
    assert_eq!(judge.command(0).unwrap(), "docker run -d nginx");
    assert_eq!(judge.command(1).unwrap_err().value, "e56ac97ef60a");
    judge.observe(0, printed(B, 0));
    assert_eq!(judge.command(1).unwrap(), "docker logs 0123456789ab");
    assert!(!judge.would_pass(1, &printed("", 0)));
    assert!(judge.would_pass(1, &printed("ready", 0)));
    judge.observe(1, printed("ready", 0));
    assert_eq!(judge.command(2).unwrap(), "docker rm -f 012");
    judge.observe(2, printed("012", 0));
    assert_eq!(verdict(&judge.finish()), StepVerdict::Passed);
}

#[test]
fn an_exit_status_is_passed_on_by_exit() {
    let transcript = "$ docker run -it box sh\n/ # cat nothere\ncat: can't open 'nothere': No such file or directory\n/ # exit\n$ true";
    let shell = |output: &str, exit, prompt: &str| Observation {
        prompt: Some(prompt.to_owned()),
        exit,
        ..printed(output, 0)
    };
    let judgements = judged(
        transcript,
        &[
            shell("", None, "/ #"),
            shell(
                "cat: can't open 'nothere': No such file or directory",
                Some(1),
                "/ #",
            ),
            shell("", Some(1), "$"),
            shell("", Some(0), "$"),
        ],
    );
    assert_eq!(verdict(&judgements), StepVerdict::Passed, "{judgements:?}");
}

#[test]
fn an_author_may_mask_the_name_of_a_container_and_name_its_prompt() {
    let run = |noted: &str, here: &str| {
        let transcript =
            format!("$ docker run -it box bash\n{noted} whoami\nkim\n{noted} exit\nexit\n$ true");
        let at = |output: &str, prompt: &str| Observation {
            prompt: Some(prompt.to_owned()),
            ..printed(output, 0)
        };
        let steps = [at("", here), at("kim", here), at("exit", "$"), at("", "$")];
        verdict(&judged(&transcript, &steps))
    };
    let here = "kim@0123456789ab:/$";
    for masked in ["kim@xxxxxxxxxxxx:/$", "kim@<container-id>:/$"] {
        assert_eq!(run(masked, here), StepVerdict::Passed, "{masked}");
        assert_eq!(run(masked, "root@0123456789ab:/#"), StepVerdict::Failed);
        assert_eq!(run(masked, "kim@0123456789ab:/tmp$"), StepVerdict::Failed);
    }
    for label in ["container$", "(container) $"] {
        assert_eq!(run(label, here), StepVerdict::Passed, "{label}");
        assert_eq!(run(label, "/ #"), StepVerdict::Failed, "{label}");
    }
}

#[test]
fn a_containers_prompt_is_judged() {
    let transcript = "$ docker run -it box bash\nkim@b85d4d7c62ef:/$ whoami\nkim\nkim@b85d4d7c62ef:/$ exit\nexit\n$ true";
    let run = |first: &str, second: &str| {
        let at = |output: &str, prompt: &str| Observation {
            prompt: Some(prompt.to_owned()),
            ..printed(output, 0)
        };
        verdict(&judged(
            transcript,
            &[
                at("", first),
                at("kim", second),
                at("exit", "$"),
                at("", "$"),
            ],
        ))
    };
    assert_eq!(
        run("kim@0123456789ab:/$", "kim@0123456789ab:/$"),
        StepVerdict::Passed
    );
    for wrong in [
        "root@0123456789ab:/$",
        "kim@0123456789ab:/$#",
        "kim@0123456789ab:/root$",
        "kim@ffff456789ab:/$",
        "kim@0123456789ab:/#",
        "",
    ] {
        assert_eq!(
            run("kim@0123456789ab:/$", wrong),
            StepVerdict::Failed,
            "{wrong}"
        );
    }
}

#[test]
fn a_container_that_has_the_machines_name_has_the_labs_here() {
    let transcript = "kim@ip-10-0-0-7:~$ docker run -it --network host box bash\nroot@ip-10-0-0-7:/# exit\nexit\nkim@ip-10-0-0-7:~$ true";
    let own = transcript.replace("--network host", "--hostname lab");
    let with = |transcript: &str, prompt: &str| {
        let at = |output: &str, prompt: &str| Observation {
            prompt: Some(prompt.to_owned()),
            ..printed(output, 0)
        };
        let observed = [
            at("", prompt),
            at("exit", "kim@lab:~$"),
            at("", "kim@lab:~$"),
        ];
        verdict(&judged(transcript, &observed))
    };
    let run = |prompt: &str| with(transcript, prompt);
    assert_eq!(run("root@lab:/#"), StepVerdict::Passed);
    assert_eq!(with(&own, "root@lab:/#"), StepVerdict::Failed);
    for wrong in [
        "root@0123456789ab:/#",
        "kim@lab:/#",
        "root@lab:/root#",
        "root@lab:/$",
        "",
    ] {
        assert_eq!(run(wrong), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn a_pull_must_end_in_its_status_and_name() {
    let pull = "$ docker pull nginx\nUsing default tag: latest\nlatest: Pulling from library/nginx\na2abf6c4d29d: Pull complete\nDigest: sha256:e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789\nStatus: Downloaded newer image for nginx:latest\ndocker.io/library/nginx:latest";
    let there = "Using default tag: latest\nlatest: Pulling from library/nginx\nDigest: sha256:0123456789ab3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789\nStatus: Image is up to date for nginx:latest\ndocker.io/library/nginx:latest";
    assert_eq!(one(pull, there, 0), StepVerdict::Passed);
    assert_eq!(
        one(pull, &there.replace("for nginx", "for apache"), 0),
        StepVerdict::Failed
    );
    assert_eq!(
        one(pull, there.rsplit_once('\n').unwrap().0, 0),
        StepVerdict::Failed
    );
}

#[test]
fn what_changed_is_shown_beside_what_was_expected() {
    let judgements = judged(
        "$ cat x\none\ntwo\nthree",
        &[printed("one\ntwo!\nthree\nfour", 0)],
    );
    let shown: Vec<_> = judgements[0]
        .lines
        .iter()
        .map(|line| (line.expected.as_deref(), line.actual.as_deref(), line.ok))
        .collect();
    assert_eq!(
        shown,
        [
            (Some("one"), Some("one"), true),
            (Some("two"), Some("two!"), false),
            (Some("three"), Some("three"), true),
            (None, Some("four"), false),
        ]
    );
    assert_eq!(judgements[0].lines[3].how, How::Extra);
}

#[test]
fn looks_alike_until_a_later_step_tells() {
    let (a, b) = ("a1".repeat(32), "b2".repeat(32));
    let (x, y) = ("c3".repeat(32), "d4".repeat(32));
    let transcript = format!(
        "$ docker run -d box\n$ docker volume ls\nDRIVER    VOLUME NAME\nlocal     {a}\nlocal     {b}\n$ docker inspect -f x box\n{b}\n$ ls /v/{a}\nfile"
    );
    let steps = steps(&format!("# T\n\n```\n{transcript}\n```\n"));
    let surroundings = Surroundings::default();
    for (second, first) in [(&x, &y), (&y, &x)] {
        let mut judge = Judge::new(JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &surroundings,
        });
        judge.observe(0, printed("", 0));
        judge.observe(
            1,
            printed(
                &format!("DRIVER    VOLUME NAME\nlocal     {x}\nlocal     {y}"),
                0,
            ),
        );
        judge.observe(2, printed(second, 0));
        assert_eq!(judge.command(3).unwrap(), format!("ls /v/{first}"));
        judge.observe(3, printed("file", 0));
        assert_eq!(verdict(&judge.finish()), StepVerdict::Passed);
    }
}

#[test]
fn a_complaint_of_the_client_about_the_terminals_size_is_no_output_of_a_container() {
    let complaint = "hi\nfailed to resize tty, using default size";
    assert_eq!(
        one("$ docker run --rm -it ubuntu echo hi\nhi", complaint, 0),
        StepVerdict::Passed
    );
    assert_eq!(
        one("$ docker run --rm -it ubuntu echo hi\nho", complaint, 0),
        StepVerdict::Failed
    );
    assert_eq!(one("$ cat log\nhi", complaint, 0), StepVerdict::Failed);
}

#[test]
fn a_time_that_the_author_wrote_is_literal() {
    for (command, expected, printed) in [
        (
            "echo built 2 weeks ago",
            "built 3 weeks ago",
            "built 2 weeks ago",
        ),
        (
            "echo built 2 weeks ago",
            "built 2 weeks ago",
            "built 3 weeks ago",
        ),
        ("echo took 1.5s", "took 1.9s", "took 1.5s"),
        (
            "date -u -d @0",
            "Thu Jan  1 00:00:01 UTC 1970",
            "Thu Jan  1 00:00:00 UTC 1970",
        ),
        (
            "ls -l; echo 'drwxr-xr-x 2 me me 96 Aug 30 14:33 d'",
            "drwxr-xr-x 2 me me 97 Aug 30 14:33 d",
            "drwxr-xr-x 2 me me 96 Aug 30 14:33 d",
        ),
    ] {
        let transcript = format!("$ {command}\n{expected}");
        assert_eq!(
            one(&transcript, printed, 0),
            StepVerdict::Failed,
            "{transcript}"
        );
    }
    let date = "$ date\nWed Aug 30 14:33:12 KST 2023";
    assert_eq!(
        one(date, "Sun Nov 22 05:12:01 UTC 2026", 0),
        StepVerdict::Passed
    );
}

#[test]
fn what_a_file_of_the_author_holds_is_literal() {
    let transcript = format!("$ docker run --rm it\n{B}\nbuilt 3 weeks ago");
    let steps = steps(&format!("# Sentences\n\n```\n{transcript}\n```\n"));
    let judged = |files: Vec<&str>| {
        let surroundings = Surroundings::default();
        let script = JudgedExercise {
            steps: &steps,
            setup: &[],
            files,
            surroundings: &surroundings,
        };
        judge(script, &[printed(&format!("{A}\nbuilt 2 weeks ago"), 0)])[0].verdict
    };
    assert_eq!(judged(Vec::new()), StepVerdict::Passed);
    assert_eq!(
        judged(vec![&format!("FROM a\nENV TOKEN={A}")]),
        StepVerdict::Failed
    );
    assert_eq!(judged(vec!["ENV BUILT='2 weeks ago'"]), StepVerdict::Failed);
}

#[test]
fn the_digest_of_a_content_is_literal() {
    let right = format!("$ sha256sum f\n{A}  f");
    assert_eq!(one(&right, &format!("{A}  f"), 0), StepVerdict::Passed);
    assert_eq!(one(&right, &format!("{B}  f"), 0), StepVerdict::Failed);
    let short = |id: &str| format!("{} first", &id[..12]);
    let commit = format!("$ git log --oneline\n{}", short(A));
    assert_eq!(one(&commit, &short(A), 0), StepVerdict::Passed);
    assert_eq!(one(&commit, &short(B), 0), StepVerdict::Failed);
}

#[test]
fn columns_that_the_author_left_out_may_be_there_and_no_others_may_lack() {
    let narrow = "$ docker ps; : web api\nCONTAINER ID   NAMES\ne56ac97ef60a   web";
    let wide = "CONTAINER ID   IMAGE     NAMES\n0123456789ab   busybox   web";
    let other = "CONTAINER ID   IMAGE     NAMES\n0123456789ab   busybox   api";
    let lacking = "CONTAINER ID   IMAGE\n0123456789ab   busybox";
    assert_eq!(one(narrow, wide, 0), StepVerdict::Passed);
    assert_eq!(one(narrow, other, 0), StepVerdict::Failed);
    assert_eq!(one(narrow, lacking, 0), StepVerdict::Failed);
}

#[test]
fn a_row_that_the_exercise_could_have_made_unseen_is_required() {
    let script = "$ sh make.sh\n$ docker volume ls\nDRIVER    VOLUME NAME\nlocal     made";
    let unnamed = "$ docker run -d busybox\n...\n$ docker ps --format 'table {{.Names}}\\t{{.Status}}'\nNAMES            STATUS\ngifted_noether   Up 3 seconds";
    for (transcript, header) in [
        (script, "DRIVER    VOLUME NAME"),
        (unnamed, "NAMES     STATUS"),
    ] {
        let judgements = judged(transcript, &[printed("", 0), printed(header, 0)]);
        assert_eq!(judgements[1].verdict, StepVerdict::Failed, "{transcript}");
    }
}

#[test]
fn a_number_that_an_id_begins_with_is_sent_as_written() {
    let steps = steps(
        "# Sentences\n\n```\n$ docker run -d a\n10ad63a1c61e\n$ docker run -d a sleep 10\n$ docker stop -t 10 10ad\n```\n",
    );
    let surroundings = Surroundings::default();
    let mut judge = Judge::new(JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    });
    judge.observe(0, printed("b5a8e7dee4ef", 0));
    assert_eq!(judge.command(1).unwrap(), "docker run -d a sleep 10");
    assert_eq!(judge.command(2).unwrap(), "docker stop -t 10 b5a8");
}

#[test]
fn names_in_columns_are_a_list_in_any_order_but_stay_in_their_folder() {
    assert_eq!(
        one("$ ls\nDockerfile  app.py", "app.py  Dockerfile", 0),
        StepVerdict::Passed
    );
    assert_eq!(
        one("$ ls -t\nDockerfile  app.py", "app.py  Dockerfile", 0),
        StepVerdict::Failed
    );
    assert_eq!(
        one("$ ls aa bb\naa:\nx  y\n\nbb:\nz", "aa:\nx\n\nbb:\nz  y", 0),
        StepVerdict::Failed
    );
}

#[test]
fn the_prompt_of_another_shell_of_the_machine_tells_its_user_only() {
    let transcript = "me@web:~$ sudo -i\nroot@web:~# exit\nlogout\nme@web:~$ true";
    let observed = |prompt: &str| {
        let opened = Observation {
            sent: None,
            output: Vec::new(),
            exit: None,
            prompt: Some(prompt.to_owned()),
            ..Observation::default()
        };
        judged(transcript, &[opened, printed("logout", 0), printed("", 0)])
            .iter()
            .map(|step| step.verdict)
            .collect::<Vec<_>>()
    };
    assert!(!observed("root@lab:/work#").contains(&StepVerdict::Failed));
    assert_eq!(observed("you@lab:/work$")[0], StepVerdict::Failed);
}

#[test]
fn a_made_up_name_is_known_in_the_error_about_its_endpoint() {
    let taken = |name: &str, id: &str| {
        format!(
            "docker: Error response from daemon: driver failed programming external connectivity on endpoint {name} ({id}): Bind for 0.0.0.0:8080 failed: port is already allocated."
        )
    };
    let transcript = format!(
        "$ docker run -d -p 8080:80 nginx\n{}\n$ docker ps -a --format '{{{{.Names}}}}'\njolly_euler",
        taken("jolly_euler", A)
    );
    let run = |name: &str| {
        verdict(&judged(
            &transcript,
            &[printed(&taken("odd_bell", B), 125), printed(name, 0)],
        ))
    };
    assert_eq!(run("odd_bell"), StepVerdict::Passed);
    assert_eq!(run("sad_hertz"), StepVerdict::Failed);
}

#[test]
fn how_long_a_ping_took_may_differ_and_what_was_lost_may_not() {
    let transcript = "$ docker exec web ping -c 1 db\n64 bytes from 172.18.0.2: seq=0 ttl=64 time=0.067 ms\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min/avg/max = 0.067/0.067/0.067 ms";
    let run = |loss: &str| {
        one(
            transcript,
            &format!(
                "64 bytes from 172.18.0.2: seq=0 ttl=64 time=1.5 ms\n1 packets transmitted, 1 packets received, {loss}% packet loss\nround-trip min/avg/max = 1.5/2.0/12.25 ms"
            ),
            0,
        )
    };
    assert_eq!(run("0"), StepVerdict::Passed);
    assert_eq!(run("50"), StepVerdict::Failed);
}

#[test]
fn a_digest_may_begin_with_any_digits() {
    for digest in [
        "5463253aea183454ad8a8866299958c2c9b7f8a4ca555c8f81bd726593c6ee9c",
        "0000000000003454ad8a8866299958c2c9b7f8a4ca555c8f81bd726593c6ee9c",
        "abcdefabcdef3454ad8a8866299958c2c9b7f8a4ca555c8f81bd726593c6ee9c",
    ] {
        let deleted = |digest: &str| format!("Untagged: hello:latest\nDeleted: sha256:{digest}");
        let transcript = format!("$ docker rmi hello\n{}", deleted(digest));
        assert_eq!(one(&transcript, &deleted(A), 0), StepVerdict::Passed);
        assert_eq!(
            one(
                &deleted(A).replace("Untagged", "$ docker rmi hello\nUntagged"),
                &deleted(digest),
                0
            ),
            StepVerdict::Passed
        );
    }
}

#[test]
fn every_prompt_that_is_shown_is_judged_also_where_only_enter_was_pressed() {
    let note = |second: &str, third: &str| {
        format!(
            "$ docker run -it box bash\nkim@b85d4d7c62ef:/$\n{second}\n{third} whoami\nkim\nkim@b85d4d7c62ef:/$ exit\nexit\n$ true"
        )
    };
    let inside = |output: &str| Observation {
        prompt: Some("kim@0123456789ab:/$".to_owned()),
        ..printed(output, 0)
    };
    let run = |transcript: &str| {
        let observations = [
            inside(""),
            inside("kim"),
            printed("exit", 0),
            printed("", 0),
        ];
        verdict(&judged(transcript, &observations))
    };
    let same = "kim@b85d4d7c62ef:/$";
    assert_eq!(run(&note(same, same)), StepVerdict::Passed);
    for other in ["kim@b85d4d7c62ef:/etc$", "kim@b85d4d7c62ef:/#"] {
        assert_eq!(run(&note(other, same)), StepVerdict::Failed, "{other}");
        assert_eq!(run(&note(same, other)), StepVerdict::Failed, "{other}");
    }
}

#[test]
fn a_table_behind_an_elision_may_be_any_of_those_that_were_printed() {
    let header = "CONTAINER ID   STATUS                     NAMES";
    let row = |id: &str, status: &str, name: &str| format!("{id}   {status:<24}   {name}");
    let command = "$ docker ps; docker ps -a; docker ps -a --filter name=quits; : web quits";
    let web = row("0123456789ab", "Up 2 seconds", "web");
    let quits = row("aaaaaaaaaaa1", "Exited (3) 2 seconds ago", "quits");
    let empty = header.to_owned();
    let tables = |tables: &[&[&String]]| -> String {
        let text = |rows: &&[&String]| {
            rows.iter()
                .fold(header.to_owned(), |text, row| format!("{text}\n{row}"))
        };
        tables.iter().map(text).collect::<Vec<_>>().join("\n")
    };
    let printed_tables = tables(&[&[], &[&web, &quits], &[&quits]]);
    let notes = |text: &str| format!("{command}\n{text}");
    assert_eq!(
        one(&notes(&format!("{empty}\n...")), &printed_tables, 0),
        StepVerdict::Unchecked
    );
    for held in [
        format!("...\n{}", tables(&[&[&quits]])),
        format!("{}\n...\n{}", tables(&[&[]]), tables(&[&[&quits]])),
        format!("...\n{}\n...", tables(&[&[&web, &quits]])),
        format!("{}\n...", tables(&[&[], &[&web]])),
    ] {
        assert_eq!(
            one(&notes(&held), &printed_tables, 0),
            StepVerdict::Passed,
            "{held}"
        );
    }
    for wrong in [
        tables(&[&[&quits]]),
        format!("...\n{}", tables(&[&[&web, &quits]])),
        format!("{}\n...", tables(&[&[&quits]])),
        format!("...\n{}", tables(&[&[&quits], &[&web, &quits]])),
        format!("...\n{}", tables(&[&[&web], &[&quits]])),
        format!("...\n{}", tables(&[&[&quits]])).replace("(3)", "(0)"),
    ] {
        assert_eq!(
            one(&notes(&wrong), &printed_tables, 0),
            StepVerdict::Failed,
            "{wrong}"
        );
    }
}

#[test]
fn a_document_behind_an_elision_may_be_any_of_those_that_were_printed() {
    let document = |state: &str| format!("[\n    {{\n        \"State\": \"{state}\"\n    }}\n]");
    let output = format!("{}\n{}", document("running"), document("exited"));
    let command = "$ docker inspect web; docker inspect quits";
    for (shown, verdict) in [
        (
            "...\n        \"State\": \"exited\"\n    }\n]",
            StepVerdict::Passed,
        ),
        (
            "...\n        \"State\": \"running\"\n    }\n]\n...",
            StepVerdict::Passed,
        ),
        (
            "...\n        \"State\": \"running\"\n    }\n]",
            StepVerdict::Failed,
        ),
        (
            "...\n        \"State\": \"paused\"\n    }\n]\n...",
            StepVerdict::Failed,
        ),
    ] {
        assert_eq!(
            one(&format!("{command}\n{shown}"), &output, 0),
            verdict,
            "{shown}"
        );
    }
}

/// The verdict of a command that failed and printed just what the notes show.
fn failing(command: &str, lines: &str, exit: i32) -> StepVerdict {
    one(&format!("$ {command}\n{lines}"), lines, exit)
}

#[test]
fn a_line_that_has_a_word_of_an_error_by_chance_excuses_no_failure() {
    for (command, lines, exit) in [
        (
            "ls -l logs nothere",
            "total 0\n-rw-r--r-- 1 root root 0 Aug 30 13:24 error.log\n...",
            2,
        ),
        (
            "cat app.log nothere",
            "ERROR: the harbour is closed\n...",
            1,
        ),
        (
            "cat app.log nothere",
            "nginx: open() failed (2: No such file or directory)\n...",
            1,
        ),
        ("docker logs web", "already up\n...", 1),
        (
            "docker logs web",
            "2024-03-01 10:00:00 [error] upstream is missing\n...",
            1,
        ),
        ("make", "make: Entering directory '/work'\n...", 2),
        ("make", "make: 'all' is up to date.\n...", 2),
        ("./deploy", "this must not be missing\n...", 1),
        ("./deploy", "3 errors were found in the older notes\n...", 1),
        ("sh check.sh", "unknown: 0, failed: 0\n...", 1),
        (
            "docker build .",
            "Step 1/2 : FROM busybox\nStep 2/2 : RUN echo 'it is not required'\n...",
            1,
        ),
        (
            "docker run --rm app",
            "Unable to find image 'app:latest' locally\n...",
            125,
        ),
        (
            "docker run --rm app",
            "app: ready, no connections yet\n...",
            1,
        ),
        (
            "docker run --rm -it app cat a b",
            "cannot be read aloud\n...",
            1,
        ),
        (
            "docker pull nginx",
            "latest: Pulling from library/nginx\n...",
            1,
        ),
        (
            "tar cf a.tar /etc nothere",
            "tar: Removing leading `/' from member names\n...",
            2,
        ),
        (
            "nginx -t",
            "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\n...",
            1,
        ),
        (
            "find . -name '*.conf' -newer x",
            "./invalid.conf\n./error: bad\n...",
            1,
        ),
        (
            "docker images; false",
            "REPOSITORY   TAG   IMAGE ID   CREATED   SIZE\n...",
            3,
        ),
        (
            "echo cat: no such thing; exit_with 4",
            "cat: no such thing",
            4,
        ),
    ] {
        assert_eq!(
            failing(command, lines, exit),
            StepVerdict::Failed,
            "{command}\n{lines}"
        );
    }
}

#[test]
fn an_error_of_an_earlier_command_excuses_no_later_one() {
    let cat = "cat: nothere: No such file or directory";
    for (command, verdict) in [
        ("cat nothere", StepVerdict::Passed),
        ("sudo cat nothere 2>&1", StepVerdict::Passed),
        ("cat nothere && touch x", StepVerdict::Passed),
        ("touch x && cat nothere", StepVerdict::Passed),
        ("ls x || cat nothere", StepVerdict::Passed),
        ("(cd /tmp; cat nothere)", StepVerdict::Passed),
        ("set -o pipefail; cat nothere | sort", StepVerdict::Passed),
        ("sh -c 'touch x; cat nothere'", StepVerdict::Passed),
        ("docker exec web cat nothere", StepVerdict::Passed),
        (
            "docker run --rm busybox sh -c 'cat nothere'",
            StepVerdict::Passed,
        ),
        ("for f in nothere; do cat $f; done", StepVerdict::Passed),
        ("cat nothere; touch /root/x", StepVerdict::Failed),
        ("cat nothere | sort -z", StepVerdict::Failed),
        ("cat nothere || ls x", StepVerdict::Failed),
        ("sh -c 'cat nothere; touch /root/x'", StepVerdict::Failed),
        (
            "docker exec web sh -c 'cat nothere; touch /root/x'",
            StepVerdict::Failed,
        ),
    ] {
        assert_eq!(failing(command, cat, 1), verdict, "{command}");
    }
    assert_eq!(
        failing("cat nothere; grep -q x y", cat, 1),
        StepVerdict::Passed
    );
}

#[test]
fn errors_as_programs_really_tell_them_excuse_their_status() {
    for (command, lines, exit) in [
        (
            "docker rm web",
            "Error response from daemon: No such container: web",
            1,
        ),
        ("docker rm web", "Error: No such container: web", 1),
        (
            "docker inspect nothere",
            "[]\nError: No such object: nothere",
            1,
        ),
        (
            "docker ps --nothing",
            "unknown flag: --nothing\nSee 'docker ps --help'.",
            125,
        ),
        (
            "docker rmi",
            "\"docker rmi\" requires at least 1 argument.\nSee 'docker rmi --help'.",
            1,
        ),
        (
            "docker rmi",
            "docker: 'docker rmi' requires at least 1 argument",
            1,
        ),
        (
            "docker nothing",
            "docker: 'nothing' is not a docker command.\nSee 'docker --help'",
            1,
        ),
        (
            "docker run a b",
            "docker: Error response from daemon: pull access denied for a, repository does not exist or may require 'docker login'.",
            125,
        ),
        (
            "docker run busybox nothere",
            "docker: Error response from daemon: failed to create task for container: exec: \"nothere\": executable file not found in $PATH: unknown.",
            127,
        ),
        (
            "docker exec web nothere",
            "OCI runtime exec failed: exec failed: unable to start container process: exec: \"nothere\": executable file not found in $PATH: unknown",
            126,
        ),
        (
            "docker ps",
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
            1,
        ),
        (
            "docker build .",
            "Step 2/2 : RUN false\nThe command '/bin/sh -c false' returned a non-zero code: 1",
            1,
        ),
        (
            "docker build .",
            "Step 2/2 : RUN exit 7\nThe command '/bin/sh -c exit 7' returned a non-zero code: 7",
            7,
        ),
        (
            "docker build .",
            "COPY failed: file not found in build context or excluded by .dockerignore: stat a: file does not exist",
            1,
        ),
        (
            "docker build .",
            "failed to solve with frontend dockerfile.v0: failed to read dockerfile: open Dockerfile: no such file or directory",
            1,
        ),
        (
            "docker build .",
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /x/Dockerfile: no such file or directory",
            1,
        ),
        (
            "docker compose up",
            "no configuration file provided: not found",
            14,
        ),
        (
            "docker run --rm web",
            "nginx: [emerg] host not found in upstream \"app\" in /etc/nginx/conf.d/a.conf:3",
            1,
        ),
        (
            "docker run --rm app",
            "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\nKeyError: 'HOST'",
            1,
        ),
        (
            "docker run --rm db",
            "2024-03-01 10:00:00+00:00 [ERROR] [Entrypoint]: Database is uninitialized",
            1,
        ),
        (
            "curl localhost:9",
            "curl: (7) Failed to connect to localhost port 9 after 0 ms: Connection refused",
            7,
        ),
        ("curl localhost:9", "curl: (52) Empty reply from server", 52),
        (
            "ping -c 1 172.17.0.9",
            "1 packets transmitted, 0 received, 100% packet loss, time 0ms",
            1,
        ),
        (
            "apt install nothere",
            "E: Unable to locate package nothere",
            100,
        ),
        ("git push", "fatal: No configured push destination.", 128),
        (
            "/bin/ls nothere",
            "/bin/ls: cannot access 'nothere': No such file or directory",
            2,
        ),
        (
            "./deploy",
            "./deploy: line 3: nothere: command not found",
            127,
        ),
        (
            "./deploy",
            "cp: cannot stat 'x': No such file or directory",
            1,
        ),
        ("nothere", "bash: line 1: nothere: command not found", 127),
        ("nothere", "/bin/sh: 1: nothere: not found", 127),
        (
            "cat < nothere",
            "-bash: nothere: No such file or directory",
            1,
        ),
        (
            "ls nothere",
            "ls: 'nothere'에 접근할 수 없습니다: 그런 파일이나 디렉터리가 없습니다",
            2,
        ),
        ("nothere", "nothere: 명령을 찾을 수 없습니다", 127),
        ("make", "make: *** No rule to make target 'all'.  Stop.", 2),
        (
            "kubectl get pod web",
            "Error from server (NotFound): pods \"web\" not found",
            1,
        ),
        ("su kim", "su: Authentication failure", 1),
        ("sleep 100", "Killed", 137),
    ] {
        assert_eq!(
            failing(command, lines, exit),
            StepVerdict::Passed,
            "{command}\n{lines}"
        );
    }
}

#[test]
fn a_failure_that_nothing_shows_says_what_was_looked_for() {
    let reason = |command: &str| {
        let judgements = judged(&format!("$ {command}\nhi"), &[printed("hi", 3)]);
        judgements[0].reason.clone().unwrap()
    };
    assert!(reason("cat x").contains("\"cat: \""), "{}", reason("cat x"));
    assert!(reason("docker start x").contains("\"Error response from daemon: \""));
}

#[test]
fn a_listing_is_one_in_a_container_too() {
    let row = |size: &str, date: &str| {
        format!("total 4\n-rw-r--r--    1 root     root            {size} {date} now")
    };
    for command in [
        "$ docker run --rm -v data:/data busybox sh -c 'date > /data/now; ls -l /data'",
        "$ docker exec web ls -l /data",
    ] {
        let transcript = format!("{command}\n{}", row("29", "Nov 22 07:24"));
        assert_eq!(
            one(&transcript, &row("29", "Mar  3  2021"), 0),
            StepVerdict::Passed
        );
        assert_eq!(
            one(&transcript, &row("30", "Nov 22 07:24"), 0),
            StepVerdict::Failed
        );
    }
}

#[test]
fn a_text_of_a_container_is_no_table() {
    let text = |age: &str| format!("NAME   CREATED\nweb    {age}");
    let transcript = format!("$ docker exec web cat list\n{}", text("2 weeks"));
    assert_eq!(one(&transcript, &text("3 weeks"), 0), StepVerdict::Failed);
}

#[test]
fn what_a_builder_kept_has_names_of_this_run() {
    let pruned = |id: &str, size: &str| {
        format!("Deleted build cache objects:\n{id}\n\nTotal reclaimed space: {size}")
    };
    let transcript = format!(
        "$ docker system prune -f\n{}",
        pruned("2rsj0ptflb985szd13u6tk49l", "133B")
    );
    let run = |printed_text: String| one(&transcript, &printed_text, 0);
    assert_eq!(
        run(pruned("s0laqwv0jzr762jawqdwobhvq", "1.5kB")),
        StepVerdict::Passed
    );
    assert_eq!(run(pruned("nothing", "133B")), StepVerdict::Failed);
    assert_eq!(
        run(pruned("s0laqwv0jzr762jawqdwobhvq", "0B")),
        StepVerdict::Failed
    );
}

const FAILED_BUILD: &str = "[+] Building 0.5s (5/5) FINISHED   docker:default
 => [internal] load build definition from Dockerfile   0.1s
 => CACHED [1/2] FROM docker.io/library/busybox:latest   0.0s
 => ERROR [2/2] RUN echo hello && false   0.2s
------
 > [2/2] RUN echo hello && false:
0.150 hello
------
Dockerfile:2
--------------------
   1 |     FROM busybox
   2 | >>> RUN echo hello && false
   3 |
--------------------
ERROR: failed to build: failed to solve: process \"/bin/sh -c echo hello && false\" did not complete successfully: exit code: 1";

#[test]
fn a_build_that_fails_fails_in_the_same_way() {
    let transcript = format!("$ docker build .\n{FAILED_BUILD}");
    let later = FAILED_BUILD
        .replace("0.150 hello", "0.911 hello")
        .replace("0.5s", "1.5s")
        .replace("------\nDockerfile", "------\n\nDockerfile");
    assert_eq!(one(&transcript, &later, 1), StepVerdict::Passed);
    for (old, new) in [
        ("0.150 hello", "0.150 hullo"),
        ("0.150 hello\n", ""),
        ("0.150 hello", "0.150 hello\n0.160 hello"),
        ("ERROR [2/2]", "[2/2]"),
        ("code: 1", "code: 2"),
        ("   2 | >>> RUN", "   2 |     RUN"),
        ("Dockerfile:2", "Dockerfile:3"),
        ("hello && false\" did", "hello && true\" did"),
    ] {
        let other = FAILED_BUILD.replace(old, new);
        assert_ne!(other, FAILED_BUILD);
        assert_eq!(one(&transcript, &other, 1), StepVerdict::Failed, "{new}");
    }
    assert_eq!(one(&transcript, FAILED_BUILD, 0), StepVerdict::Passed);
}

#[test]
fn what_stands_behind_a_build_is_in_no_elision_before_its_end() {
    let notes = "$ docker build -t x . && docker run x\n...\nSuccessfully tagged x:latest";
    let built = "[+] Building 0.5s (5/5) FINISHED   docker:default\n => [1/1] FROM docker.io/library/busybox:latest   0.0s\n => => naming to docker.io/library/x   0.0s";
    assert_eq!(one(notes, built, 0), StepVerdict::Drifted);
    assert_eq!(
        one(notes, &format!("{built}\nboom"), 0),
        StepVerdict::Failed
    );
    let elided = format!("{notes}\n...");
    assert_eq!(
        one(&elided, &format!("{built}\nboom"), 0),
        StepVerdict::Drifted
    );
}

#[test]
fn what_inspect_shows_in_two_ways_is_one_text_in_a_file() {
    let (older, newer) = ("{\n    \"Labels\": {}\n}", "{\n    \"Labels\": null\n}");
    let run = |command: &str| one(&format!("$ {command}\n{older}"), newer, 0);
    assert_eq!(run("docker volume inspect data"), StepVerdict::Drifted);
    assert_eq!(run("cat data.json"), StepVerdict::Failed);
}

#[test]
fn stages_are_built_side_by_side() {
    let build = |steps: &[&str]| {
        let steps: String = steps
            .iter()
            .map(|step| format!(" => {step}   0.1s\n"))
            .collect();
        format!(
            "[+] Building 0.5s (9/9) FINISHED   docker:default\n{steps} => => naming to docker.io/library/x   0.0s"
        )
    };
    let (one_base, other_base) = (
        "[a 1/2] FROM docker.io/library/busybox:latest",
        "[b 1/2] FROM docker.io/library/ubuntu:latest",
    );
    let (one_run, other_run) = ("[a 2/2] RUN echo a", "[b 2/2] RUN echo b");
    let transcript = format!(
        "$ docker build -t x .\n{}",
        build(&[one_base, other_base, one_run, other_run])
    );
    let run = |steps: &[&str]| one(&transcript, &build(steps), 0);
    assert_eq!(
        run(&[other_base, other_run, one_base, one_run]),
        StepVerdict::Passed
    );
    assert_eq!(run(&[one_base, other_base, one_run]), StepVerdict::Failed);
    assert_eq!(
        run(&[
            one_base,
            other_base,
            one_run,
            other_run,
            "[b 3/3] RUN echo c"
        ]),
        StepVerdict::Failed
    );
    assert_eq!(
        run(&[one_base, other_base, one_run, "[b 2/2] RUN echo c"]),
        StepVerdict::Failed
    );
    // A step that several stages share is told as any one's.
    let shared = one_base.replace("[a 1/2]", "[b 1/3]");
    assert_eq!(
        run(&[&shared, other_base, one_run, other_run]),
        StepVerdict::Passed
    );
    let alone = [
        "[1/2] FROM docker.io/library/busybox:latest",
        "[2/2] RUN echo a",
    ];
    let transcript = format!("$ docker build -t x .\n{}", build(&alone));
    assert_eq!(one(&transcript, &build(&alone), 0), StepVerdict::Passed);
    assert_eq!(
        one(&transcript, &build(&[alone[1], alone[0]]), 0),
        StepVerdict::Failed
    );
}

#[test]
fn an_elision_takes_the_steps_of_a_build_where_it_stands_and_no_others() {
    let screen = |steps: &[&str]| {
        let steps: String = steps
            .iter()
            .zip(1..)
            .map(|(step, number)| {
                if *step == "..." {
                    "...\n".to_owned()
                } else {
                    format!(" => [{number}/9] {step}   0.1s\n")
                }
            })
            .collect();
        format!(
            "[+] Building 0.5s (9/9) FINISHED   docker:default\n{steps} => => naming to docker.io/library/x   0.0s"
        )
    };
    let from = "FROM docker.io/library/busybox:latest";
    // Steps behind the only elision are the last ones.
    let legacy = |text: &str, total: usize| {
        let is_step = |line: &&str| line.contains("] ") && !line.starts_with("[+]");
        let behind = text.split_once("...").map_or("", |(_, behind)| behind);
        let behind = behind.lines().filter(is_step).count();
        let mut number = 0;
        text.lines()
            .filter(|line| !line.starts_with("[+]"))
            .map(|line| match line.split_once("] ") {
                Some((_, step)) => {
                    number += 1;
                    let step = step.trim_end_matches("   0.1s");
                    format!("Step {number}/{total} : {step}\n")
                }
                None if line == "..." => {
                    number = match text.matches("...").count() {
                        1 => total.saturating_sub(behind),
                        _ => number + 1,
                    };
                    "...\n".to_owned()
                }
                None => "Successfully tagged x:latest\n".to_owned(),
            })
            .collect::<String>()
    };
    let run = |notes: &str, printed: &[&str]| {
        one(
            &format!("$ docker build -t x .\n{notes}"),
            &screen(printed),
            0,
        )
    };
    let here = [from, "RUN a", "RUN b", "RUN c"];
    for (notes, holds) in [
        (&[from, "...", "RUN b", "RUN c"][..], true),
        (&["...", "RUN b", "RUN c"], true),
        (&[from, "RUN a", "..."], true),
        (&["..."], true),
        (&[from, "RUN b", "..."], false),
        (&["...", "RUN a", "RUN c"], false),
        (&["RUN a", "..."], false),
        (&[from, "...", "RUN b"], false),
        (&[from, "RUN a", "RUN b", "RUN c", "RUN d", "..."], false),
    ] {
        let verdict = run(&legacy(&screen(notes), here.len()), &here);
        let expected = [StepVerdict::Failed, StepVerdict::Drifted][usize::from(holds)];
        assert_eq!(verdict, expected, "{notes:?}");
    }
    // What is told twice is found behind the first as well as behind the second.
    let twice = [from, "RUN a", "RUN b", "RUN a", "RUN c"];
    let notes = |steps: &[&str]| legacy(&screen(steps), twice.len());
    assert_eq!(
        run(&notes(&["...", "RUN a", "RUN c"]), &twice),
        StepVerdict::Drifted
    );
    assert_eq!(
        run(&notes(&[from, "RUN a", "RUN c"]), &twice),
        StepVerdict::Failed
    );
    assert_eq!(
        run(&notes(&["...", "RUN a", "...", "RUN a", "..."]), &twice),
        StepVerdict::Drifted
    );
    assert_eq!(
        run(
            &notes(&["...", "RUN a", "RUN b", "...", "RUN b", "..."]),
            &twice
        ),
        StepVerdict::Failed
    );
    // The same builder counts in the same way.
    assert_eq!(
        run(&screen(&[from, "RUN a", "RUN b", "..."]), &here),
        StepVerdict::Passed
    );
    assert_eq!(
        run(&screen(&[from, "RUN b", "..."]), &here),
        StepVerdict::Failed
    );
    for (count, other) in [("[2/9]", "[2/8]"), ("[2/9]", "[base 2/9]")] {
        let notes = screen(&here).replace(count, other);
        assert_eq!(run(&notes, &here), StepVerdict::Failed, "{other}");
    }
}

const CACHED: &str = " ---> Using cache\n";
const RUN: &str = " ---> Running in aaaaaaaaaa12\nRemoving intermediate container aaaaaaaaaa12\n";

/// What the legacy builder prints of two steps, the second told by `how`.
fn built(how: &str) -> String {
    format!(
        "Step 1/2 : FROM busybox\n ---> 76c69feac34e\nStep 2/2 : RUN date\n{how} ---> 03bc1dfb16aa\nSuccessfully built 03bc1dfb16aa"
    )
}

#[test]
fn what_was_in_the_cache_before_the_exercise_says_nothing_about_the_notes() {
    let run = |notes: &str, here: &str| {
        one(
            &format!("$ docker build .\n{}", built(notes)),
            &built(here),
            0,
        )
    };
    let said = RUN.replace("Removing", "Sunday\nRemoving");
    for (notes, here) in [(CACHED, RUN), (RUN, CACHED), (CACHED, &said), ("", CACHED)] {
        assert_eq!(run(notes, here), StepVerdict::Passed, "{notes} {here}");
    }
    // What a step prints is required where the notes show it, and where they do not
    // there is none but of a step that they show as cached.
    assert_eq!(run(&said, CACHED), StepVerdict::Failed);
    assert_eq!(run(RUN, &said), StepVerdict::Failed);
    assert_eq!(run(CACHED, &format!("{RUN}boom\n")), StepVerdict::Failed);
    let other = built(RUN).replace("RUN date", "RUN ls");
    let notes = format!("$ docker build .\n{}", built(CACHED));
    assert_eq!(one(&notes, &other, 0), StepVerdict::Failed);
    assert_eq!(
        one("$ cat log\n ---> Using cache", "", 0),
        StepVerdict::Failed
    );
}

#[test]
fn what_an_exercise_built_before_is_in_the_cache_or_not() {
    let screen = |mark: &str| {
        format!(
            "[+] Building 0.5s (5/5) FINISHED   docker:default\n => [1/2] FROM docker.io/library/busybox:latest   0.0s\n => {mark}[2/2] RUN date   0.1s\n => => naming to docker.io/library/x   0.0s"
        )
    };
    let second = |first: &str, notes: &str, here: &str| {
        let transcript = format!("$ docker build -t x .\n{first}\n$ docker build -t x .\n{notes}");
        let observed = [printed(first, 0), printed(here, 0)];
        judged(&transcript, &observed)[1].verdict
    };
    for [cached, run] in [[built(CACHED), built(RUN)], [screen("CACHED "), screen("")]] {
        assert_eq!(second(&run, &cached, &cached), StepVerdict::Passed);
        assert_eq!(second(&run, &cached, &run), StepVerdict::Failed);
        assert_eq!(second(&run, &run, &cached), StepVerdict::Failed);
        // Of a step that was not built before, nothing is known.
        let other = run.replace("RUN date", "RUN ls");
        assert_eq!(second(&other, &cached, &run), StepVerdict::Passed);
    }
    let marked = screen("").replace("=> [1/2]", "=> CACHED [1/2]");
    assert_eq!(
        second(&screen(""), &marked, &screen("")),
        StepVerdict::Passed
    );
}

#[test]
fn what_a_step_printed_is_not_on_the_newer_builders_screen() {
    let older = |said: &str, end: &str| {
        format!(
            "Step 1/2 : FROM busybox\n ---> 76c69feac34e\nStep 2/2 : RUN date\n ---> Running in aaaaaaaaaa12\n{said}{end}"
        )
    };
    let done = "Removing intermediate container aaaaaaaaaa12\n ---> 03bc1dfb16aa\nSuccessfully built 03bc1dfb16aa\nSuccessfully tagged x:latest";
    let newer = "[+] Building 0.5s (5/5) FINISHED   docker:default\n => [1/2] FROM docker.io/library/busybox:latest   0.0s\n => [2/2] RUN date   0.1s\n => => writing image sha256:e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789   0.0s\n => => naming to docker.io/library/x   0.0s";
    let run =
        |notes: &str, here: &str, exit| one(&format!("$ docker build -t x .\n{notes}"), here, exit);
    assert_eq!(
        run(newer, &older("Sunday\n", done), 0),
        StepVerdict::Drifted
    );
    // A step that did not end, a line elsewhere, and what the notes show.
    assert_eq!(run(newer, &older("Sunday\n", ""), 1), StepVerdict::Failed);
    let behind = done.replace("\n ---> ", "\nboom\n ---> ");
    assert_eq!(run(newer, &older("", &behind), 0), StepVerdict::Failed);
    assert_eq!(
        run(newer, &older("", &format!("{done}\nboom")), 0),
        StepVerdict::Failed
    );
    // That a step printed it cannot be seen here.
    assert_eq!(run(&older("Sunday\n", done), newer, 0), StepVerdict::Failed);
    assert_eq!(run(&older("Sunday\n", ""), newer, 0), StepVerdict::Failed);
    assert_eq!(run(&older("", &behind), newer, 0), StepVerdict::Failed);
    let plain = newer.replace(" => ", "#5 ");
    assert_eq!(
        run(&older("Sunday\n", done), &plain, 0),
        StepVerdict::Failed
    );
    assert_eq!(
        run(&older("Sunday\n", done), &older("Monday\n", done), 0),
        StepVerdict::Failed
    );
}

#[test]
fn a_base_is_told_once_by_the_newer_builder_and_a_stage_is_none() {
    let older = "Step 1/6 : FROM ubuntu AS base\nStep 2/6 : RUN echo a\nStep 3/6 : FROM base AS test\nStep 4/6 : RUN echo b\nStep 5/6 : FROM ubuntu\nStep 6/6 : COPY --from=test /b /b\nSuccessfully tagged x:latest";
    let newer = "[+] Building 0.5s (9/9) FINISHED   docker:default\n => [base 1/2] FROM docker.io/library/ubuntu:latest   0.0s\n => [base 2/2] RUN echo a   0.1s\n => [test 1/1] RUN echo b   0.1s\n => [stage-2 2/2] COPY --from=test /b /b   0.1s\n => => naming to docker.io/library/x   0.0s";
    let run = |notes: &str, here: &str| one(&format!("$ docker build -t x .\n{notes}"), here, 0);
    assert_eq!(run(older, newer), StepVerdict::Drifted);
    assert_eq!(run(newer, older), StepVerdict::Drifted);
    assert_eq!(run(older, older), StepVerdict::Passed);
    for (old, new) in [
        ("FROM ubuntu\n", "FROM busybox\n"),
        ("FROM base AS", "FROM other AS"),
        ("FROM ubuntu AS", "FROM busybox AS"),
        ("RUN echo b", "RUN echo c"),
    ] {
        let other = older.replace(old, new);
        assert_eq!(run(&other, newer), StepVerdict::Failed, "{new}");
        assert_eq!(run(newer, &other), StepVerdict::Failed, "{new}");
        assert_eq!(run(older, &other), StepVerdict::Failed, "{new}");
    }
}

#[test]
fn a_build_may_stand_among_other_commands() {
    let run = |said: &str| {
        format!(
            "[+] Building 0.5s (5/5) FINISHED   docker:default\n => [1/1] FROM docker.io/library/busybox:latest   0.0s\n => => naming to docker.io/library/x   0.0s\n{said}"
        )
    };
    let transcript = format!(
        "$ cd x && docker build -t x . && docker run x\n{}",
        run("hello")
    );
    let later = |said: &str| {
        run(said)
            .replace("0.5s", "1.2s")
            .replace("   0.0s", " 0.1s")
    };
    assert_eq!(one(&transcript, &later("hello"), 0), StepVerdict::Passed);
    assert_eq!(one(&transcript, &later("hullo"), 0), StepVerdict::Failed);
    assert_eq!(
        one(&transcript, &later("hello\nmore"), 0),
        StepVerdict::Failed
    );
}

#[test]
fn builders_tell_the_same_failure_in_two_ways() {
    let newer = FAILED_BUILD
        .replace("0.150 hello\n", "")
        .replace("echo hello && ", "");
    let older = "Sending build context to Docker daemon  2.048kB\nStep 1/2 : FROM busybox\n ---> 0123456789ab\nStep 2/2 : RUN false\n ---> Running in abcdef012345\nThe command '/bin/sh -c false' returned a non-zero code: 1";
    let run = |notes: &str, printed: &str| one(&format!("$ docker build .\n{notes}"), printed, 1);
    assert_eq!(run(older, &newer), StepVerdict::Drifted);
    assert_eq!(run(&newer, older), StepVerdict::Drifted);
    for (old, new) in [
        ("code: 1", "code: 2"),
        ("sh -c false", "sh -c true"),
        ("RUN false", "RUN true"),
    ] {
        assert_eq!(
            run(&older.replace(old, new), &newer),
            StepVerdict::Failed,
            "{new}"
        );
        assert_eq!(
            run(older, &newer.replace(old, new)),
            StepVerdict::Failed,
            "{new}"
        );
    }
}

#[test]
fn what_a_step_prints_is_told_by_plain_progress_to_its_last_letter() {
    let build = |said: &str, end: &str| {
        format!(
            "#4 [1/2] FROM docker.io/library/busybox:latest\n#4 DONE 0.0s\n\n#5 [2/2] RUN ./work\n#5 0.150 {said}\n#5 DONE 0.2s\n\n#6 exporting to image\n{end}#6 DONE 0.0s"
        )
    };
    let end = "#6 exporting layers done\n#6 naming to docker.io/library/x done\n";
    let transcript = format!(
        "$ docker build --progress=plain -t x .\n{}",
        build("waited 9s", end)
    );
    let run = |said: &str, end: &str| one(&transcript, &build(said, end), 0);
    assert_eq!(run("waited 9s", end), StepVerdict::Passed);
    for said in ["waited 5s", "waited", "waited 9s done", "DONE waited 9s"] {
        assert_eq!(run(said, end), StepVerdict::Failed, "{said}");
    }
    for end in [
        "#6 exporting layers 0.1s done\n#6 naming to docker.io/library/x 0.0s done\n",
        "#6 exporting layers done\n#6 naming to docker.io/library/x\n#6 ...\n#6 naming to docker.io/library/x done\n",
    ] {
        assert_eq!(run("waited 9s", end), StepVerdict::Passed, "{end}");
    }
    let other = "#6 exporting layers done\n#6 naming to docker.io/library/y done\n";
    assert_eq!(run("waited 9s", other), StepVerdict::Failed);
}

#[test]
fn what_a_builder_names_in_passing_must_be_so() {
    let build = |file: &str, image: &str, advice: &str| {
        format!(
            "[+] Building 0.5s (5/5) FINISHED   docker:default\n => [internal] load build definition from {file}   0.1s\n => [internal] load metadata for docker.io/library/{image}:latest   0.0s\n => [1/1] FROM docker.io/library/busybox:latest   0.0s\n => => naming to docker.io/library/x   0.0s{advice}"
        )
    };
    let advice = "\n\n 1 warning found (use docker --debug to expand):\n - JSONArgsRecommended: JSON arguments recommended for CMD (line 2)";
    let transcript = format!(
        "$ docker build -t x .\n{}",
        build("Dockerfile", "busybox", advice)
    );
    let run =
        |file: &str, image: &str, advice: &str| one(&transcript, &build(file, image, advice), 0);
    assert_eq!(run("Dockerfile", "busybox", advice), StepVerdict::Passed);
    assert_eq!(run("Nofile", "busybox", advice), StepVerdict::Failed);
    assert_eq!(run("Dockerfile", "ghost", advice), StepVerdict::Failed);
    assert_eq!(run("Dockerfile", "busybox", ""), StepVerdict::Failed);
}

#[test]
fn tables_without_end_are_judged() {
    let tables = "CONTAINER ID   IMAGE\n".repeat(20_000);
    for transcript in [
        format!("$ report\n{tables}"),
        format!("$ report\n{}", tables.replace("IMAGE\n", "IMAGE\n...\n")),
    ] {
        assert_eq!(one(&transcript, &tables, 0), StepVerdict::Unchecked);
    }
}

#[test]
fn the_size_of_an_image_may_differ_in_bytes_too() {
    let size = |size: &str| {
        format!(
            "[\n    {{\n        \"Id\": \"{A}\",\n        \"Size\": {size},\n        \"Layers\": 2\n    }}\n]"
        )
    };
    let inspected = format!("$ docker image inspect who\n{}", size("1087077"));
    assert_eq!(one(&inspected, &size("1087082"), 0), StepVerdict::Passed);
    assert_eq!(one(&inspected, &size("0"), 0), StepVerdict::Failed);
    let shown = format!("$ cat image.json\n{}", size("1087077"));
    assert_eq!(one(&shown, &size("1087082"), 0), StepVerdict::Failed);
}

#[test]
fn a_failed_step_is_no_step_that_the_notes_show_without_an_error() {
    let step = "Step 1/2 : FROM busybox\n ---> 76c69feac34e\nStep 2/2 : RUN false";
    let failed = FAILED_BUILD
        .replace("0.150 hello\n", "")
        .replace("echo hello && ", "");
    for notes in [format!("{step}\n..."), format!("...\n{step}\n...")] {
        let transcript = format!("$ docker build -t x .\n{notes}");
        assert_eq!(one(&transcript, &failed, 1), StepVerdict::Failed, "{notes}");
    }
    let shown = format!(
        "$ docker build -t x .\n{step}\n...\nThe command '/bin/sh -c false' returned a non-zero code: 1"
    );
    assert_eq!(one(&shown, &failed, 1), StepVerdict::Drifted);
}

#[test]
fn a_status_that_answers_is_one_of_a_program_that_answers() {
    for (command, lines) in [
        ("docker exec web timeout 5 sh /suite test", "running"),
        ("docker run app timeout 60 npm test", "running"),
        ("docker run app test", "running"),
        ("docker run app test --all", "running"),
        ("sudo npm test", "running"),
        ("sudo -u test ./suite", "running"),
        ("env MODE=test ./suite test", "running"),
        ("find . -name test -exec ./suite {} +", "running"),
        ("ls | xargs ./suite grep", "running"),
        ("nice -n 5 ./suite diff", "running"),
        ("ssh kim@web ./suite grep", "running"),
        (
            "docker run --rm busybox sh -c 'echo hi; exit 1' && test -d /tmp",
            "hi",
        ),
        (
            "for i in 1; do grep -c root /etc/hostname; docker exec web sh -c 'echo run; exit 1'; done",
            "0\nrun",
        ),
        ("sh run.sh -c 'grep -c x y'", "running"),
        ("bash -o pipefail -c './suite | grep -c x'", "0"),
    ] {
        assert_eq!(failing(command, lines, 1), StepVerdict::Failed, "{command}");
    }
    for (command, lines) in [
        ("grep -c root /etc/hostname", "0"),
        ("sudo grep -c root /etc/hostname", "0"),
        ("sudo -u kim grep -c root /etc/hostname", "0"),
        ("timeout -s KILL 5 grep -c root /etc/hostname", "0"),
        ("docker exec web timeout 5 grep -c root /x", "0"),
        ("docker run --rm busybox grep -c root /x", "0"),
        ("docker exec web sh -c 'echo hi; test -d /x'", "hi"),
        ("docker exec web env -i A=b sh -c 'grep -c a b'", "0"),
        ("bash --norc -e -c 'grep -c a b'", "0"),
        ("ssh -p 22 kim@web 'ls; grep -c a b'", "0"),
        ("su - kim -c 'grep -c a b'", "0"),
        ("for i in 1 2; do grep -c root $i; done", "0\n0"),
        ("test -f a && diff a b", "1c1\n< a\n---\n> b"),
        ("docker logs web | grep -c root", "0"),
        ("echo hi; command -v nothere", "hi"),
    ] {
        assert_eq!(failing(command, lines, 1), StepVerdict::Passed, "{command}");
        assert_eq!(failing(command, lines, 2), StepVerdict::Failed, "{command}");
    }
}

#[test]
fn what_is_called_through_others_without_end_is_read_all_the_same() {
    for passing_on in ["docker exec a ", "timeout 5 "] {
        let command = format!("{}ls", passing_on.repeat(20_000));
        assert_eq!(failing(&command, "hi", 1), StepVerdict::Failed);
    }
}

#[test]
fn a_log_tells_its_time_in_its_own_way_and_all_else_as_the_notes_do() {
    for (notes, run) in [
        (
            "172.17.0.1 - - [30/Aug/2023 05:33:12] \"GET / HTTP/1.1\" 200 -",
            "172.17.0.1 - - [25/Nov/2026 06:01:00] \"GET / HTTP/1.1\" 200 -",
        ),
        (
            "2024-03-01 10:00:00,123 INFO 200 ok",
            "2026-03-01 10:00:00,456 INFO 200 ok",
        ),
        (
            "1:M 30 Aug 2023 05:33:12.123 * 200 connections",
            "1:M 25 Nov 2026 06:01:00.000 * 200 connections",
        ),
        (
            "2024-03-01T10:00:00.123456 200 ok",
            "2026-03-01T10:00:00.456 200 ok",
        ),
        (
            "[Wed Aug 30 05:33:12.123456 2023] [core:notice] 200",
            "[Wed Nov 25 06:01:00.000001 2026] [core:notice] 200",
        ),
        (
            "2023/08/30 05:33:12.123456 200",
            "2026/11/25 06:01:00.1 200",
        ),
    ] {
        let transcript = format!("$ docker logs web\n{notes}");
        assert_eq!(one(&transcript, run, 0), StepVerdict::Passed, "{run}");
        let other = run.replace("200", "500");
        assert_eq!(one(&transcript, &other, 0), StepVerdict::Failed, "{other}");
    }
    let transcript = "$ docker logs web\n2024-03-01 10:00:00,12 items";
    assert_eq!(
        one(transcript, "2024-03-01 10:00:00,13 items", 0),
        StepVerdict::Failed
    );
}

#[test]
fn what_a_containers_program_prints_under_capitals_is_no_list_of_dockers_things() {
    let table = "NAMES     STATUS    SIZE\nred_fox   present   12MB";
    for command in [
        "docker run --rm report",
        "docker run --rm report list",
        "docker exec web ./report",
        "docker logs report",
        "docker start -a report",
    ] {
        let transcript = format!("$ {command}\n{table}");
        assert_eq!(one(&transcript, table, 0), StepVerdict::Passed, "{command}");
        for wrong in [
            "NAMES     STATUS    SIZE".to_owned(),
            table.replace("red_fox", "odd_owl"),
            table.replace("12MB", "13MB"),
        ] {
            assert_eq!(
                one(&transcript, &wrong, 0),
                StepVerdict::Failed,
                "{command}\n{wrong}"
            );
        }
    }
    let processes =
        "PID   USER     TIME  COMMAND\n    1 root      0:00 sleep 9\n   12 root      0:00 ps";
    let transcript = format!("$ docker exec web ps\n{processes}");
    let later = processes.replace("   12 root", " 7 root");
    assert_eq!(one(&transcript, &later, 0), StepVerdict::Passed);
    let images = "REPOSITORY   TAG   IMAGE ID       CREATED      SIZE\nmine         1     2f1a3c4d5e6f   2 days ago   3MB";
    let transcript = format!("$ docker exec dind docker images mine\n{images}");
    let later = images.replace("3MB", "4.1MB");
    assert_eq!(one(&transcript, &later, 0), StepVerdict::Passed);
}

#[test]
fn a_row_about_a_thing_that_has_no_name_in_any_command_is_required_if_it_was_made() {
    let images = "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE";
    let containers = "CONTAINER ID   IMAGE          STATUS                     NAMES";
    let volumes = "DRIVER    VOLUME NAME";
    let container =
        "e56ac97ef60a   2f1a3c4d5e6f   Exited (0) 2 seconds ago   gifted_noether".to_owned();
    let image =
        |name: &str, tag: &str| format!("{name:<13}{tag:<10}2f1a3c4d5e6f   5 seconds ago   12MB");
    let volume = |name: &str| format!("local     {name}");
    for (makes, lists, header, row, verdict) in [
        (
            "docker build -t $USER/app .",
            "docker images",
            images,
            image("kim/app", "latest"),
            StepVerdict::Failed,
        ),
        (
            "docker build -t $USER/app .",
            "docker images",
            images,
            image("kim/web", "latest"),
            StepVerdict::Unchecked,
        ),
        (
            "for i in 1 2; do docker tag box box:v$i; done",
            "docker images",
            images,
            image("box", "v2"),
            StepVerdict::Failed,
        ),
        (
            "for i in 1 2; do docker tag box box:v$i; done",
            "docker images",
            images,
            image("box", "3"),
            StepVerdict::Unchecked,
        ),
        (
            "docker tag box box:{1,2}",
            "docker images",
            images,
            image("box", "2"),
            StepVerdict::Failed,
        ),
        (
            "docker rm -f $(docker ps -aq)",
            "docker images",
            images,
            image("box", "2"),
            StepVerdict::Unchecked,
        ),
        (
            "docker pull -q box@sha256:e56a",
            "docker images",
            images,
            image("box", "<none>"),
            StepVerdict::Failed,
        ),
        (
            "docker commit web",
            "docker images",
            images,
            image("<none>", "<none>"),
            StepVerdict::Failed,
        ),
        (
            "docker start web",
            "docker images",
            images,
            image("<none>", "<none>"),
            StepVerdict::Unchecked,
        ),
        (
            "docker run app",
            "docker ps -a",
            containers,
            container.clone(),
            StepVerdict::Failed,
        ),
        (
            "docker start web",
            "docker ps -a",
            containers,
            container,
            StepVerdict::Unchecked,
        ),
        (
            "for i in 1 2; do docker volume create data$i; done",
            "docker volume ls",
            volumes,
            volume("data2"),
            StepVerdict::Failed,
        ),
        (
            "docker run -v $PWD:/work app",
            "docker volume ls",
            volumes,
            volume("data2"),
            StepVerdict::Unchecked,
        ),
    ] {
        let at_once = format!("$ {makes} > log; {lists}\n{header}\n{row}");
        assert_eq!(one(&at_once, header, 0), verdict, "{at_once}");
        let transcript = format!("$ {makes}\n...\n$ {lists}\n{header}\n{row}");
        let judgements = judged(&transcript, &[printed("", 0), printed(header, 0)]);
        assert_eq!(judgements[1].verdict, verdict, "{makes}\n{row}");
    }
}

#[test]
fn an_image_that_was_there_before_is_extra_once_the_exercise_has_removed_it() {
    let header = "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE";
    let listed = format!("{header}\nbox          latest    2f1a3c4d5e6f   5 seconds ago   12MB");
    let surroundings = Surroundings {
        images: vec![(
            "box:latest".to_owned(),
            format!("sha256:2f1a3c4d5e6f{}", &A[12..]),
        )],
        ..Surroundings::default()
    };
    for (command, verdict) in [
        ("docker rmi -f box || true", StepVerdict::Failed),
        ("docker image rm box:latest || true", StepVerdict::Failed),
        ("docker rmi docker.io/library/box", StepVerdict::Failed),
        ("docker image prune -a -f", StepVerdict::Failed),
        ("docker system prune -af", StepVerdict::Failed),
        ("docker rmi -f $(docker images -q)", StepVerdict::Failed),
        ("docker images -aq | xargs docker rmi", StepVerdict::Failed),
        ("docker image prune -f", StepVerdict::Unchecked),
        (
            "docker image prune -af --filter until=24h",
            StepVerdict::Unchecked,
        ),
        ("docker rmi $(docker images -q app)", StepVerdict::Unchecked),
        (
            "docker rmi $(docker images -f dangling=true -q)",
            StepVerdict::Unchecked,
        ),
        ("docker rmi -f box:1 || true", StepVerdict::Unchecked),
        ("docker pull -q box || true", StepVerdict::Unchecked),
    ] {
        let transcript =
            format!("$ docker images\n{header}\n$ {command}\n$ docker images\n{header}");
        let observations = [printed(&listed, 0), printed("", 0), printed(&listed, 0)];
        let judgements = with_surroundings(&transcript, &surroundings, &observations);
        assert_eq!(judgements[0].verdict, StepVerdict::Unchecked, "{command}");
        assert_eq!(judgements[2].verdict, verdict, "{command}");
    }
}

#[test]
fn rows_of_several_folders_stay_under_their_headings_whatever_the_order_of_these() {
    let listed = |id: &str, inside: &str, other: &str, total: [usize; 2]| {
        [
            format!("/v/{id}:\ntotal {}{inside}", total[0]),
            format!("/v/data:\ntotal {}{other}", total[1]),
        ]
    };
    let row = "\n-rw-r--r-- 1 root root 3 Aug 30 13:24 a";
    let transcript = |notes: &str| format!("$ docker run -d x\n{A}\n$ ls -l /v/*\n{notes}");
    let notes = listed(A, row, "", [4, 0]).join("\n\n");
    let run = |notes: &str, output: &str| {
        judged(&transcript(notes), &[printed(B, 0), printed(output, 0)])[1].verdict
    };
    let mut same = listed(B, row, "", [8, 0]);
    assert_eq!(run(&notes, &same.join("\n\n")), StepVerdict::Passed);
    same.reverse();
    assert_eq!(run(&notes, &same.join("\n\n")), StepVerdict::Passed);
    for wrong in [
        listed(B, "", row, [4, 0]).join("\n\n"),
        listed(B, row, "", [4, 0])
            .join("\n\n")
            .replace("/v/data:", "/v/date:"),
        format!("/v/data:\n{}", same[1]),
    ] {
        assert_eq!(run(&notes, &wrong), StepVerdict::Failed, "{wrong}");
    }
    let elided = format!("/v/{A}:\n...{row}\n\n/v/data:\ntotal 0");
    assert_eq!(run(&elided, &same.join("\n\n")), StepVerdict::Passed);
}

#[test]
fn one_random_name_more_or_less_is_told_as_such_however_many_there_are() {
    let ids = |run: u64, count: u64| -> String {
        let id = |number: u64| format!("{:012x}\n", 0xe000_0000_000a + (number << 20) + run);
        (0..count).map(id).collect()
    };
    for (ours, theirs, verdict) in [
        (40, 40, StepVerdict::Passed),
        (41, 40, StepVerdict::Failed),
        (40, 41, StepVerdict::Failed),
    ] {
        let transcript = format!("$ docker images -q\n{}", ids(0, ours).trim_end());
        let judgements = judged(&transcript, &[printed(&ids(0xb000, theirs), 0)]);
        assert_eq!(judgements[0].verdict, verdict, "{ours} {theirs}");
        assert_eq!(judgements[0].reason, None);
        let wrong = judgements[0].lines.iter().filter(|line| !line.ok);
        assert_eq!(wrong.count(), usize::from(ours != theirs));
    }
}

#[test]
fn a_row_without_its_header_is_judged_as_one_under_it() {
    let row = "e56ac97ef60a   nginx     \"nginx -g\"   5 seconds ago   Up 4 seconds   80/tcp    gifted_noether";
    let later = "0123456789ab   nginx     \"nginx -g\"   Less than a second ago   Up Less than a second   80/tcp    odd_bell";
    let run = |command: &str, notes: &str, later: &str| {
        let transcript = format!("$ docker run -d nginx\n{A}\n$ {command}\n{notes}");
        judged(&transcript, &[printed(B, 0), printed(later, 0)])[1].verdict
    };
    let command = "docker ps | grep nginx";
    assert_eq!(run(command, row, later), StepVerdict::Passed);
    for (old, new) in [
        ("0123456789ab", "0123456789ac"),
        ("nginx     ", "nginy     "),
        ("nginx     ", "nginx "),
        ("nginx -g", "nginx  -h"),
        ("80/tcp", "81/tcp"),
        ("Up Less than a second", "Up Less than a second (Paused)"),
        ("Up Less than a second", "Exited (0) 2 seconds ago"),
        ("   80/tcp", ""),
        ("odd_bell", "web"),
    ] {
        let wrong = later.replace(old, new);
        assert_eq!(run(command, row, &wrong), StepVerdict::Failed, "{wrong}");
    }
    for literal in [
        "docker logs web | grep nginx",
        "cat list | grep nginx",
        "docker ps | awk x",
    ] {
        assert_eq!(run(literal, row, later), StepVerdict::Failed, "{literal}");
    }
    let image = "nginx     latest    76c69feac34e   5 weeks ago   142MB";
    let command = "docker images | grep nginx";
    let newer = "nginx        latest    99c69feac34e   2 weeks ago   187.4MB";
    assert_eq!(run(command, image, newer), StepVerdict::Passed);
    for (old, new) in [("latest", "1.25"), ("187.4MB", "big"), ("nginx", "nginy")] {
        let wrong = newer.replace(old, new);
        assert_eq!(run(command, image, &wrong), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn what_a_template_prints_is_judged_by_its_fields() {
    let run = |command: &str, notes: &str, printed_text: &str| {
        one(&format!("$ {command}\n{notes}"), printed_text, 0)
    };
    let passed = StepVerdict::Passed;
    let status = "docker ps --format '{{.Names}}: {{.Status}}'; : web";
    assert_eq!(
        run(status, "web: Up 5 seconds", "web: Up About a minute"),
        passed
    );
    for wrong in [
        "web: Up 5 seconds (Paused)",
        "web: Exited (0) 5 seconds ago",
        "api: Up 5 seconds",
    ] {
        assert_eq!(
            run(status, "web: Up 5 seconds", wrong),
            StepVerdict::Failed,
            "{wrong}"
        );
    }
    let made_up = "docker ps --format '{{.ID}} {{.Names}}'";
    let (ours, theirs) = ("e56ac97ef60a gifted_noether", "0123456789ab odd_bell");
    assert_eq!(run(made_up, ours, theirs), passed);
    assert_eq!(run(made_up, ours, "0123456789ab web"), StepVerdict::Failed);
    let image = "docker ps --format 'image {{.Image}} of {{.Names}}'";
    let ours = "image shop_web of gifted_noether";
    assert_eq!(run(image, ours, "image shop_web of odd_bell"), passed);
    assert_eq!(
        run(image, ours, "image shop_api of odd_bell"),
        StepVerdict::Failed
    );
    let between = "docker ps --format '{{.ID}} {{.Names}} {{.Image}}'";
    let ours = "e56ac97ef60a gifted_noether shop_web";
    assert_eq!(run(between, ours, "0123456789ab odd_bell shop_web"), passed);
    assert_eq!(
        run(between, ours, "0123456789ab odd_bell shop_api"),
        StepVerdict::Failed
    );
    let size = "docker images --format '{{.Repository}}:{{.Tag}} {{.Size}}'";
    assert_eq!(run(size, "app:1 12MB", "app:1 13.4MB"), passed);
    assert_eq!(run(size, "app:1 12MB", "app:2 12MB"), StepVerdict::Failed);
    let tags = "docker images --format '{{.Tag}}'";
    assert_eq!(run(tags, "12MB", "13MB"), StepVerdict::Failed);
    let sizes = "docker image inspect -f '{{.Size}}' app";
    assert_eq!(run(sizes, "1087077", "1087082"), passed);
    assert_eq!(run(sizes, "1087077", "0"), StepVerdict::Failed);
    let process = "docker inspect -f '{{.State.Pid}}' web";
    assert_eq!(run(process, "12345", "877"), passed);
    assert_eq!(run(process, "12345", "0"), StepVerdict::Failed);
    assert_eq!(run(process, "0", "877"), StepVerdict::Failed);
    let code = "docker inspect -f '{{.State.ExitCode}}' web";
    assert_eq!(run(code, "137", "143"), StepVerdict::Failed);
    let share = "docker stats --no-stream --format '{{.Name}} {{.CPUPerc}} {{.PIDs}}'";
    assert_eq!(run(share, "web 0.05% 2", "web 1.25% 2"), passed);
    assert_eq!(
        run(share, "web 0.05% 2", "web 0.05% 3"),
        StepVerdict::Failed
    );
}

#[test]
fn a_container_lists_names_in_as_many_columns_as_its_terminal_has() {
    let run = |command: &str, output: &str| {
        one(
            &format!("$ {command}\nbin   dev  home\nboot  etc  lib"),
            output,
            0,
        )
    };
    for command in [
        "docker run --rm -it ubuntu ls",
        "docker exec -it web sh -c 'ls /'",
    ] {
        let wide = "bin  boot  dev  etc  home  lib";
        assert_eq!(run(command, wide), StepVerdict::Passed, "{command}");
        let slow = format!("{wide}\nfailed to resize tty, using default size");
        assert_eq!(run(command, &slow), StepVerdict::Passed, "{command}");
        for wrong in [
            wide.replace("boot", "root"),
            wide.replace("  lib", ""),
            format!("{wide}  opt"),
            wide.replace("dev  etc", "etc  dev"),
        ] {
            assert_eq!(run(command, &wrong), StepVerdict::Failed, "{wrong}");
        }
    }
    let text = "bin  boot  dev  etc  home  lib";
    for command in [
        "docker run --rm -it ubuntu show",
        "docker run --rm ubuntu ls",
    ] {
        assert_eq!(run(command, text), StepVerdict::Failed, "{command}");
    }
    let complains =
        "$ docker run --rm ubuntu ls /x\nls: cannot access '/x': No such file or directory";
    let same = complains.split_once('\n').map_or("", |(_, line)| line);
    assert_eq!(one(complains, same, 2), StepVerdict::Passed);
    let pulls =
        "$ docker run --rm ubuntu ls\nUnable to find image 'ubuntu:latest' locally\nbin\nboot";
    assert_eq!(one(pulls, "bin\nboot", 0), StepVerdict::Passed);
}

#[test]
fn the_numbers_of_a_containers_network_card_differ_and_its_name_and_state_do_not() {
    let card =
        |numbers: [u32; 2], rest: &str| format!("{}: eth0@if{}: {rest}", numbers[0], numbers[1]);
    let notes = card([31, 32], "<BROADCAST,UP> mtu 1500 qdisc noqueue");
    let transcript = format!("$ docker exec web ip addr\n{notes}");
    let run = |printed_text: &str| one(&transcript, printed_text, 0);
    let later = card([5, 6], "<BROADCAST,UP> mtu 1500 qdisc noqueue");
    assert_eq!(run(&later), StepVerdict::Passed);
    for (old, new) in [
        ("eth0", "eth1"),
        (",UP", ""),
        ("1500", "1400"),
        ("@if6", ""),
    ] {
        let wrong = later.replace(old, new);
        assert_eq!(run(&wrong), StepVerdict::Failed, "{wrong}");
    }
    let text = format!("$ cat cards\n{notes}");
    assert_eq!(one(&text, &later, 0), StepVerdict::Failed);
    let once = format!("$ docker run --rm busybox ip addr\n{notes}");
    assert_eq!(one(&once, &later, 0), StepVerdict::Passed);
}

#[test]
fn a_port_that_a_template_prints_alone_is_the_port_that_is_asked() {
    let steps = steps(
        "# T\n\n```\n$ docker inspect -f '{{(index .Ports 0).HostPort}}' web\n49153\n$ curl localhost:49153\nhi\n```\n",
    );
    let surroundings = Surroundings::default();
    let judged = |port: &str| {
        let mut judge = Judge::new(JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &surroundings,
        });
        judge.observe(0, printed(port, 0));
        let sent = judge.command(1);
        judge.observe(1, printed("hi", 0));
        (sent.ok(), verdict(&judge.finish()))
    };
    let asked = Some("curl localhost:32768".to_owned());
    assert_eq!(judged("32768"), (asked, StepVerdict::Passed));
    assert_eq!(judged("8080").1, StepVerdict::Failed);
    assert_eq!(one("$ echo_count\n49153", "32768", 0), StepVerdict::Failed);
}

#[test]
fn the_port_that_docker_port_is_asked_for_is_one_that_docker_chose() {
    let transcript = "$ docker port web 80\n0.0.0.0:49153\n:::49153";
    let run = |printed_text: &str| one(transcript, printed_text, 0);
    assert_eq!(run("0.0.0.0:32768\n:::32768"), StepVerdict::Passed);
    assert_eq!(run("0.0.0.0:32768\n[::]:32768"), StepVerdict::Drifted);
    assert_eq!(run("0.0.0.0:32768"), StepVerdict::Drifted);
    for wrong in [
        "0.0.0.0:32768\n:::32768\n:::32768",
        "0.0.0.0:32768\n0.0.0.0:32768",
        "0.0.0.0:32768\n:::32769",
        "127.0.0.1:32768\n:::32768",
        "0.0.0.0:8080\n:::8080",
        ":::32768",
    ] {
        assert_eq!(run(wrong), StepVerdict::Failed, "{wrong}");
    }
    let chosen =
        "$ docker run -d -p 49153:80 --name web x\n...\n$ docker port web 80\n0.0.0.0:49153";
    let observations = [printed("x", 0), printed("0.0.0.0:32768", 0)];
    assert_eq!(
        judged(chosen, &observations)[1].verdict,
        StepVerdict::Failed
    );
}

#[test]
fn what_a_prune_deleted_stands_in_any_order_below_its_own_heading() {
    let (a, b) = (A.replace('e', "f"), B.replace('0', "1"));
    let deleted = |volumes: [&str; 2], networks: &str| {
        format!(
            "Deleted Networks:\n{networks}\n\nDeleted Volumes:\n{}\n{}\n\nTotal reclaimed space: 3B",
            volumes[0], volumes[1]
        )
    };
    let transcript = format!(
        "$ docker volume create\n{A}\n$ docker volume create\n{a}\n$ docker system prune -f --volumes\n{}",
        deleted([A, &a], "inner")
    );
    let run = |text: &str| {
        let observations = [printed(B, 0), printed(&b, 0), printed(text, 0)];
        verdict(&judged(&transcript, &observations))
    };
    assert_eq!(run(&deleted([B, &b], "inner")), StepVerdict::Passed);
    assert_eq!(run(&deleted([&b, B], "inner")), StepVerdict::Passed);
    for wrong in [
        deleted([&b, &b], "inner"),
        deleted([&b, A], "inner"),
        deleted([&b, &format!("{B}\nmore")], "inner"),
        deleted([&b, ""], "inner"),
        deleted([&b, "inner"], B),
        deleted([&b, B], "outer"),
        deleted([&b, B], "inner").replace("Networks", "Containers"),
        deleted([&b, B], "inner").replace("3B", "0B"),
    ] {
        assert_eq!(run(&wrong), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn a_row_that_lacks_the_name_of_its_thing_is_required_if_it_could_be_the_exercises() {
    let listed = |makes: &str, lists: &str, header: &str, row: &str| {
        let transcript = format!("$ {makes}\n...\n$ {lists}\n{header}\n{row}");
        judged(&transcript, &[printed("", 0), printed(header, 0)])[1].verdict
    };
    let image = "76c69feac34e   12MB";
    let list = "docker images --format 'table {{.ID}}\\t{{.Size}}'";
    for (makes, verdict) in [
        ("docker build -t app .", StepVerdict::Failed),
        ("docker start web", StepVerdict::Unchecked),
    ] {
        assert_eq!(listed(makes, list, "IMAGE ID       SIZE", image), verdict);
    }
    let network = "76c69feac34e   bridge";
    let list = "docker network ls --format 'table {{.ID}}\\t{{.Driver}}'";
    assert_eq!(
        listed(
            "docker network create inner",
            list,
            "NETWORK ID     DRIVER",
            network
        ),
        StepVerdict::Failed
    );
    for (name, verdict) in [("web", StepVerdict::Failed), ("db", StepVerdict::Unchecked)] {
        let row = format!("76c69feac34e   {name:<7}0.00%");
        let header = "CONTAINER ID   NAME   CPU %";
        assert_eq!(
            listed("docker start web", "docker stats --no-stream", header, &row),
            verdict
        );
    }
}

#[test]
fn what_dockers_client_says_of_itself_is_text_where_a_file_says_it() {
    let (line, other) = (
        "Docker version 20.10.24, build 297e128",
        "Docker version 26.1.5, build a72d7cd",
    );
    let run = |command: &str| one(&format!("$ {command}\n{line}"), other, 0);
    assert_eq!(run("docker --version"), StepVerdict::Drifted);
    assert_eq!(run("sudo docker -v"), StepVerdict::Drifted);
    assert_eq!(run("cat version"), StepVerdict::Failed);
    let waited = "ERRO[0000] error waiting for container: context canceled";
    let logged = |printed: &str| one("$ docker run box cat log\nhi", printed, 0);
    assert_eq!(logged(&format!("hi\n{waited}")), StepVerdict::Failed);
}

#[test]
fn an_id_that_is_cut_short_is_the_id_that_stands_elsewhere() {
    let run = |cut: &str, next: &str| {
        let transcript = format!("$ docker run -d --name web box\n{cut}\n$ docker ps -q\n{next}");
        let printed = [printed(B, 0), printed(&B[..12], 0)];
        verdict(&judged(&transcript, &printed))
    };
    assert_eq!(run("e56ac97e...", "e56ac97ef60a"), StepVerdict::Passed);
    assert_eq!(
        run("e56ac97ef60a3923…", "e56ac97ef60a"),
        StepVerdict::Passed
    );
    assert_eq!(run("e56ac97e...", "f56ac97ef60a"), StepVerdict::Failed);
    assert_eq!(
        run("e56ac97ef60a3923…", "f56ac97ef60a"),
        StepVerdict::Failed
    );
    let build =
        |notes: &str, output: &str| one(&format!("$ docker build -q .\n{notes}"), output, 0);
    let digest = format!("sha256:{B}");
    assert_eq!(build("sha256:e56ac97e...", &digest), StepVerdict::Passed);
    assert_eq!(build("sha256:e56ac97e...", B), StepVerdict::Failed);
    assert_eq!(build("e56ac97e...", &digest), StepVerdict::Failed);
}

#[test]
fn an_id_that_is_cut_short_is_sent_as_it_is_here() {
    for cut in ["e56ac97e...", "e56ac97ef60a3923..."] {
        let text =
            format!("# IDs\n\n```\n$ docker run -d box\n{cut}\n$ docker stop e56a\ne56a\n```\n");
        let steps = steps(&text);
        let surroundings = Surroundings::default();
        let mut judge = Judge::new(JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &surroundings,
        });
        judge.observe(0, printed(B, 0));
        let sent = judge.command(1).unwrap();
        let start = sent.strip_prefix("docker stop ").unwrap();
        assert!(B.starts_with(start), "{sent}");
    }
}

#[test]
fn volumes_that_the_author_named_are_listed_by_their_names() {
    let list = |rows: [&str; 3]| {
        let rows = rows.map(|name| format!("local     {name}"));
        format!("DRIVER    VOLUME NAME\n{}", rows.join("\n"))
    };
    let verdict = |notes: [&str; 3]| {
        let transcript = format!(
            "$ docker volume create pear\npear\n$ docker volume create fig\nfig\n$ docker run -v /d box\n$ docker volume ls\n{}",
            list(notes)
        );
        let run = [
            printed("pear", 0),
            printed("fig", 0),
            printed("", 0),
            printed(&list([B, "fig", "pear"]), 0),
        ];
        judged(&transcript, &run)[3].verdict
    };
    assert_eq!(verdict(["fig", A, "pear"]), StepVerdict::Passed);
    assert_eq!(verdict(["fig", "pear", A]), StepVerdict::Passed);
    assert_eq!(verdict(["pear", "fig", A]), StepVerdict::Failed);
}

#[test]
fn the_end_of_a_job_is_told_behind_some_command() {
    const START: &str = "$ sleep 9 &\n[1] 4711\n$ kill %1\n$ echo x\nx";
    let end = "[1]+  Terminated              sleep 9";
    let wide = "[1]+  Terminated                 sleep 9";
    let verdict = |transcript: &str, last: [&str; 3]| {
        let start = [printed("[1] 4712", 0)];
        let rest = last.map(|output| printed(output, 0));
        verdict(&judged(transcript, &[&start[..], &rest[..]].concat()))
    };
    let told = format!("{START}\n{end}\n$ echo y\ny");
    for run in [
        ["", &format!("x\n{end}"), "y"],
        [end, "x", "y"],
        ["", "x", &format!("{wide}\ny")],
    ] {
        assert_eq!(verdict(&told, run), StepVerdict::Passed, "{run:?}");
    }
    let killed = end.replace("Terminated", "Killed    ");
    for run in [["", "x", "y"], [&killed, "x", "y"], [end, end, "x"]] {
        assert_eq!(verdict(&told, run), StepVerdict::Failed, "{run:?}");
    }
    let untold = format!("{START}\n$ echo y\ny");
    assert_eq!(verdict(&untold, [end, "x", "y"]), StepVerdict::Failed);
    let done = end.replace("Terminated", "Done      ");
    assert_eq!(verdict(&untold, [&done, "x", "y"]), StepVerdict::Passed);
    let waits = format!("{START}\n$ wait\n{end}");
    assert_eq!(verdict(&waits, ["", "x", ""]), StepVerdict::Passed);
    assert_eq!(verdict(&waits, ["", "x", &killed]), StepVerdict::Failed);
    let second = end.replace("[1]", "[2]");
    assert_eq!(verdict(&waits, ["", "x", &second]), StepVerdict::Failed);
}

#[test]
fn variables_that_were_set_come_in_any_order_line_by_line() {
    let verdict = |command: &str, notes: &str| {
        let transcript = format!("$ {command}\n{notes}");
        one(&transcript, "PATH=/bin\nA=1\nB=2\nHOME=/", 0)
    };
    let set = "docker run --rm -e A=1 -e B=2 box env";
    assert_eq!(
        verdict(set, "PATH=/bin\nB=2\nA=1\nHOME=/"),
        StepVerdict::Passed
    );
    for wrong in [
        "PATH=/bin\nB=1\nA=2\nHOME=/",
        "B=2\nPATH=/bin\nHOME=/\nA=1",
        "PATH=/bin\nB=2\nHOME=/",
        "PATH=/bin\nB=2\nA=1\nA=1\nHOME=/",
    ] {
        assert_eq!(verdict(set, wrong), StepVerdict::Failed, "{wrong}");
    }
    let printed = "docker run --rm -e A=1 -e B=2 box cat /f";
    assert_eq!(
        verdict(printed, "PATH=/bin\nB=2\nA=1\nHOME=/"),
        StepVerdict::Failed
    );
}

#[test]
fn an_ellipsis_inside_a_line_stands_between_texts_that_are_required() {
    let verdict = |notes: &str, run: &str| one(&format!("$ ./tell\n{notes}"), run, 0);
    for (notes, run) in [
        ("{\"a\": 1, \"b\": [...]}", "{\"a\": 1, \"b\": [1, 2]}"),
        ("Hello ... world", "Hello big wide world"),
        ("Hello … world", "Hello big world"),
        ("The quick brown...", "The quick brown fox"),
    ] {
        assert_eq!(verdict(notes, run), StepVerdict::Passed, "{notes}");
        let judgement = &judged(&format!("$ ./tell\n{notes}"), &[printed(run, 0)])[0];
        assert_eq!(judgement.lines[0].how, How::Elided);
    }
    for (notes, run) in [
        ("Hello ... word", "Hello big wide world"),
        ("Hullo ... world", "Hello big wide world"),
        ("job ... ended", "job has failed and ended"),
        ("web ... now", "web is unhealthy now"),
        ("Hello ... world", "Hello"),
    ] {
        assert_eq!(verdict(notes, run), StepVerdict::Failed, "{notes}");
    }
    let compose = "$ docker-compose up -d\nCreating cc_web_1 ...";
    assert_eq!(
        one(compose, "Creating cc_web_1 ... error", 0),
        StepVerdict::Failed
    );
    assert_eq!(
        one("$ docker pull box\nbox: ...", "box: gone", 0),
        StepVerdict::Failed
    );
}

#[test]
fn a_client_tells_a_server_its_own_version() {
    let line = "172.17.0.1 - - [30/Aug/2023:05:33:12 +0000] \"GET / HTTP/1.1\" 200 615 \"-\" \"curl/7.68.0\" \"-\"";
    let verdict = |from: &str, to: &str| {
        one(
            &format!("$ docker logs web\n{line}"),
            &line.replace(from, to),
            0,
        )
    };
    assert_eq!(verdict("curl/7.68.0", "curl/8.22.0"), StepVerdict::Passed);
    assert_eq!(verdict("curl/7.68.0", "Wget/1.21.3"), StepVerdict::Failed);
    assert_eq!(verdict("HTTP/1.1", "HTTP/1.0"), StepVerdict::Failed);
    assert_eq!(verdict("200 615", "200 616"), StepVerdict::Failed);
}

#[test]
fn a_shell_says_exit_or_logout_as_it_was_entered() {
    for (said, other) in [("exit", "logout"), ("logout", "exit")] {
        let transcript = format!("$ sudo -i\nroot@vm:~# exit\n{said}\n$ ls\na");
        let verdict = |printed_text: &str| {
            let run = [printed("", 0), printed(printed_text, 0), printed("a", 0)];
            judged(&transcript, &run)[1].verdict
        };
        assert_eq!(verdict(said), StepVerdict::Passed);
        assert_eq!(verdict(other), StepVerdict::Failed);
        // How the author logged in to the host's own shell says nothing.
        let last = |text: &str| one(&format!("$ exit\n{said}"), text, 0);
        assert_eq!(last(other), StepVerdict::Unchecked);
    }
}

#[test]
fn what_a_shell_says_of_a_job_is_about_a_job_that_was_started() {
    let run = |said: &str, printed_here: &str| {
        let transcript = format!("$ sleep 2 &\n[1] 4711\n$ wait\n{said}");
        let observations = [printed("[1] 118", 0), printed(printed_here, 0)];
        verdict(&judged(&transcript, &observations))
    };
    let done = "[1]+  Done                    sleep 2";
    for here in [done, ""] {
        assert_eq!(run(done, here), StepVerdict::Passed, "{here}");
        for wrong in [
            "[1]+  Done                    sleep 3",
            "[1]+  Done                    sleep",
            "[1]+  Exit 1                  sleep 2",
            &format!("{done}\n{done}"),
        ] {
            assert_eq!(run(wrong, here), StepVerdict::Failed, "{wrong}");
        }
    }
}

#[test]
fn a_name_that_a_loop_gives_is_the_authors() {
    let list = |format: &str, names: &str| {
        let transcript = format!(
            "$ for n in one two; do docker volume create vol_$n; done\nvol_one\nvol_two\n$ docker volume ls {format}\n{names}"
        );
        let printed_here = printed("vol_one\nvol_two", 0);
        verdict(&judged(&transcript, &[printed_here.clone(), printed_here]))
    };
    for format in ["-q", "--format '{{.Name}}'"] {
        assert_eq!(list(format, "vol_one\nvol_two"), StepVerdict::Passed);
        for wrong in ["val_one\nvol_two", "vol_one\nvol_ten", "vol_one"] {
            assert_eq!(list(format, wrong), StepVerdict::Failed, "{format} {wrong}");
        }
    }
    let made_up = |name: &str| {
        let transcript = "$ for n in 1 2; do docker run -d --name app_$n web; done\n$ docker run -d web\n$ docker ps --format '{{.Names}}'\nodd_bell";
        let printed_here = [printed("", 0), printed("", 0), printed(name, 0)];
        judged(transcript, &printed_here)[2].verdict
    };
    assert_eq!(made_up("sad_hertz"), StepVerdict::Passed);
}

#[test]
fn numbers_of_an_interface_agree_with_each_other() {
    let show = |numbers: &str, partner: &str, here: &str| {
        let line = |numbers: &str| format!("{numbers}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500");
        let transcript = format!(
            "$ docker exec web ip addr\n{}\n$ docker exec web cat /sys/class/net/eth0/iflink\n{partner}",
            line(numbers)
        );
        let observations = [printed(&line("4: eth0@if5"), 0), printed(here, 0)];
        verdict(&judged(&transcript, &observations))
    };
    assert_eq!(show("4: eth0@if5", "5", "5"), StepVerdict::Passed);
    assert_eq!(show("8: eth0@if5", "5", "5"), StepVerdict::Passed);
    for (numbers, partner) in [
        ("4: eth0@if6", "5"),
        ("5: eth0@if5", "5"),
        ("5: eth0@if4", "5"),
    ] {
        assert_eq!(
            show(numbers, partner, "5"),
            StepVerdict::Failed,
            "{numbers}"
        );
    }
}

#[test]
fn an_age_is_one_that_docker_can_say() {
    let row = |age: &str| {
        format!(
            "$ docker history web\nIMAGE          CREATED              CREATED BY   SIZE      COMMENT\n1c4e4d5f6a7b   {age:<21}sh           1.2MB     "
        )
    };
    let here = row("5 weeks ago").split_once('\n').unwrap().1.to_owned();
    for age in [
        "2 days ago",
        "23 months ago",
        "About an hour ago",
        "59 seconds ago",
    ] {
        assert_eq!(one(&row(age), &here, 0), StepVerdict::Passed, "{age}");
    }
    for age in [
        "0 seconds ago",
        "75 seconds ago",
        "2 second ago",
        "99999 days ago",
    ] {
        assert_eq!(one(&row(age), &here, 0), StepVerdict::Failed, "{age}");
    }
}

#[test]
fn an_archive_of_dockers_has_any_size_and_other_files_have_theirs() {
    let list = |made_by: &str, size: &str| {
        let row = |size: &str| format!("-rw------- 1 root root {size} Nov 28 14:11 web.tar");
        let transcript = format!("$ {made_by}\n$ ls -l web.tar\n{}", row(size));
        judged(&transcript, &[printed("", 0), printed(&row("2138112"), 0)])[1].verdict
    };
    for made_by in ["docker save -o web.tar web", "docker export web > web.tar"] {
        assert_eq!(list(made_by, "2140672"), StepVerdict::Passed, "{made_by}");
        assert_eq!(list(made_by, "12"), StepVerdict::Failed, "{made_by}");
    }
    assert_eq!(list("tar cf web.tar web", "2140672"), StepVerdict::Failed);
    assert_eq!(
        list("docker save -o other.tar web", "2140672"),
        StepVerdict::Failed
    );
}

#[test]
fn a_status_that_docker_changed_is_told_as_drift() {
    let told = |command: &str, error: [&str; 2], status: [i32; 2]| {
        let transcript = format!("$ {command}\n{}\n$ echo $?\n{}", error[0], status[0]);
        let observations = [
            printed(error[1], status[1]),
            printed(&status[1].to_string(), 0),
        ];
        verdict(&judged(&transcript, &observations))
    };
    let exec = "docker exec web nosuch";
    let missing = "OCI runtime exec failed: exec failed: unable to start container process: exec: \"nosuch\": executable file not found in $PATH: unknown";
    let newer = missing.trim_end_matches(": unknown");
    for statuses in [[126, 127], [127, 126]] {
        assert_eq!(told(exec, [missing, newer], statuses), StepVerdict::Drifted);
    }
    assert_eq!(told(exec, [missing, newer], [126, 1]), StepVerdict::Failed);
    assert_eq!(told(exec, [missing, newer], [2, 127]), StepVerdict::Failed);
    let denied = missing.replace("executable file not found in $PATH", "permission denied");
    assert_eq!(
        told(exec, [&denied, &denied], [127, 126]),
        StepVerdict::Failed
    );
    let build = "docker build -q .";
    let ended = |code: i32| {
        let legacy =
            format!("The command '/bin/sh -c exit {code}' returned a non-zero code: {code}");
        let newer = format!(
            "ERROR: failed to solve: process \"/bin/sh -c exit {code}\" did not complete successfully: exit code: {code}"
        );
        (legacy, newer)
    };
    let (legacy, newer) = ended(4);
    let legacy = format!("Step 1/2 : FROM web\nStep 2/2 : RUN exit 4\n{legacy}");
    assert_eq!(told(build, [&legacy, &newer], [4, 1]), StepVerdict::Drifted);
    assert_eq!(told(build, [&newer, &legacy], [1, 4]), StepVerdict::Drifted);
    assert_eq!(told(build, [&legacy, &newer], [3, 1]), StepVerdict::Failed);
}

#[test]
fn mounts_of_a_container_stand_in_any_order() {
    let mount =
        |name: &str| format!(r#"{{"Type":"volume","Name":"{name}","Destination":"/{name}"}}"#);
    let list = |names: &[&str]| {
        let mounts: Vec<String> = names.iter().map(|name| mount(name)).collect();
        format!("[{}]", mounts.join(","))
    };
    let command = "docker inspect -f '{{json .Mounts}}' web";
    let verdict =
        |notes: &[&str], run: &[&str]| one(&format!("$ {command}\n{}", list(notes)), &list(run), 0);
    assert_eq!(
        verdict(&["a", "b", "c"], &["c", "a", "b"]),
        StepVerdict::Passed
    );
    assert_eq!(verdict(&["a", "b"], &["a", "c"]), StepVerdict::Failed);
    assert_eq!(verdict(&["a", "a"], &["a", "b"]), StepVerdict::Failed);
    // Those that a command asks for stay in its order.
    let asked = "docker inspect -f '{{json .HostConfig.Mounts}}' web";
    let other = one(
        &format!("$ {asked}\n{}", list(&["a", "b"])),
        &list(&["b", "a"]),
        0,
    );
    assert_eq!(other, StepVerdict::Failed);
    let other = one(
        &format!("$ cat mounts\n{}", list(&["a", "b"])),
        &list(&["b", "a"]),
        0,
    );
    assert_eq!(other, StepVerdict::Failed);
}

#[test]
fn an_id_may_be_short_where_a_command_prints_that_of_what_it_makes() {
    let short = &B[..12];
    for (command, noted, printed, verdict) in [
        ("docker network create net", short, B, StepVerdict::Passed),
        ("docker create box", short, B, StepVerdict::Passed),
        ("docker run -d box", short, B, StepVerdict::Passed),
        (
            "docker network create net",
            short,
            "net",
            StepVerdict::Failed,
        ),
        (
            "docker inspect -f '{{.Id}}' box",
            short,
            B,
            StepVerdict::Failed,
        ),
        ("docker ps -q --no-trunc", short, B, StepVerdict::Failed),
    ] {
        assert_eq!(
            one(&format!("$ {command}\n{noted}"), printed, 0),
            verdict,
            "{command}"
        );
    }
    let commit = format!("$ docker commit web site\nsha256:{short}");
    assert_eq!(one(&commit, &format!("sha256:{B}"), 0), StepVerdict::Passed);
    assert_eq!(one(&commit, B, 0), StepVerdict::Failed);
}

#[test]
fn the_layers_that_are_loaded_need_not_be_shown() {
    let notes = "$ docker load < site.tar\nLoaded image: site:1";
    let layer = "4bc63f4f55ce: Loading layer [====>]  2.048kB/2.048kB";
    let printed = format!("{layer}\nLoaded image: site:1");
    assert_eq!(one(notes, &printed, 0), StepVerdict::Passed);
    let other = printed.replace("site:1", "site:2");
    assert_eq!(one(notes, &other, 0), StepVerdict::Failed);
}

#[test]
fn what_a_shell_says_at_its_end_may_be_left_out_and_nothing_else() {
    let notes = "$ docker run -it --rm box bash\nroot@e56ac97ef60a:/# exit\n$ echo end\nend";
    let verdict_of = |said: &str| {
        let inside = Observation {
            prompt: Some("root@e56ac97ef60a:/#".to_owned()),
            ..printed("", 0)
        };
        judged(notes, &[inside, printed(said, 0), printed("end", 0)])[1].verdict
    };
    assert_ne!(verdict_of("exit"), StepVerdict::Failed);
    assert_eq!(
        verdict_of("bash: exit: too many arguments"),
        StepVerdict::Failed
    );
}

#[test]
fn what_a_command_repeats_need_not_be_shown_and_its_error_must() {
    for (command, here) in [
        ("docker run -d --name web box", B),
        ("docker rm -f web", "web"),
        ("docker network create net", B),
        ("docker volume create data", "data"),
    ] {
        let notes = format!("$ {command}\n$ echo end\nend");
        let verdict_of = |output: &str, exit| {
            judged(&notes, &[printed(output, exit), printed("end", 0)])[0].verdict
        };
        assert_eq!(verdict_of(here, 0), StepVerdict::Unchecked, "{command}");
        let error = "Error response from daemon: no such thing";
        for exit in [0, 1] {
            assert_eq!(
                verdict_of(error, exit),
                StepVerdict::Failed,
                "{command} {exit}"
            );
        }
    }
    let prints = "$ docker run box cat /note\n$ echo end\nend";
    let found = judged(prints, &[printed("text", 0), printed("end", 0)]);
    assert_eq!(found[0].verdict, StepVerdict::Failed);
}

#[test]
fn what_was_there_before_may_be_removed_and_not_be_here() {
    let verdict_of = |noted: &str, here: &str| {
        let notes = format!("$ docker rm -f $(docker ps -aq)\n{noted}\n$ echo end\nend");
        judged(&notes, &[printed(here, 1), printed("end", 0)])[0].verdict
    };
    let none = "\"docker rm\" requires at least 1 argument.\nSee 'docker rm --help'.";
    assert_eq!(
        verdict_of("5f1e2d3c4b5a\n6f1e2d3c4b5a", none),
        StepVerdict::Unchecked
    );
    assert_eq!(verdict_of("web", none), StepVerdict::Failed);
    let error = "Error: No such container: 5f1e2d3c4b5a";
    assert_eq!(verdict_of("5f1e2d3c4b5a", error), StepVerdict::Failed);
}

#[test]
fn a_remark_of_the_author_behind_output_is_no_output() {
    let verdict_of = |noted: &str| one(&format!("$ docker exec web cat /a\n{noted}"), "10 a", 0);
    for noted in [
        "10 a   <-- the port",
        "10 a   # the port",
        "10 a  → 포트",
        "10 a  (포트)",
        "10 a   ①",
    ] {
        assert_eq!(verdict_of(noted), StepVerdict::Passed, "{noted}");
    }
    for noted in [
        "10 b   <-- the port",
        "10 a (the port)",
        "10 a -> b",
        "10 b  # 포트",
    ] {
        assert_eq!(verdict_of(noted), StepVerdict::Failed, "{noted}");
    }
}

#[test]
fn an_error_of_the_oldest_runtime_is_known_in_the_words_of_the_newest() {
    const CAUSE: &str = "exec: \"foo\": executable file not found in $PATH: unknown";
    let notes = format!(
        "$ docker run box foo\ndocker: Error response from daemon: OCI runtime create failed: container_linux.go:380: starting container process caused: {CAUSE}."
    );
    let here = |cause: &str| {
        format!(
            "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {cause}\n\nRun 'docker run --help' for more information"
        )
    };
    let in_1_3 = "error during container init: exec: \"foo\": executable file not found in $PATH";
    for cause in [CAUSE, in_1_3] {
        let verdict_of = |cause: &str| one(&notes, &here(cause), 127);
        assert_eq!(verdict_of(cause), StepVerdict::Drifted, "{cause}");
        let other = cause.replace("foo", "bar");
        assert_eq!(verdict_of(&other), StepVerdict::Failed, "{other}");
    }
}

#[test]
fn the_unit_of_a_cards_counter_follows_from_its_number() {
    let verdict_of = |notes: &str, here: &str| {
        let notes = format!("$ docker run --rm busybox ifconfig eth0\n{notes}");
        one(&notes, here, 0)
    };
    let line =
        |received: &str, sent: &str| format!("          RX bytes:{received}  TX bytes:{sent}");
    let here = line("286 (286.0 B)", "0 (0.0 B)");
    for (received, sent, right) in [
        ("1156 (1.1 KiB)", "0 (0.0 B)", StepVerdict::Passed),
        ("1156 (1.1 KiB)", "1048576 (1.0 MiB)", StepVerdict::Passed),
        ("1156 (1.1 KB)", "90 (90.0 B)", StepVerdict::Passed),
        ("1156 (1156.0 B)", "0 (0.0 B)", StepVerdict::Failed),
        ("1156 (1.1 MiB)", "0 (0.0 B)", StepVerdict::Failed),
        ("1156 (7.1 KiB)", "0 (0.0 B)", StepVerdict::Failed),
    ] {
        let notes = line(received, sent);
        assert_eq!(verdict_of(&notes, &here), right, "{notes}");
    }
    let newer = |count: &str| format!("        RX packets 14  bytes {count}");
    let here = newer("286 (286.0 B)").replace("14", "5");
    assert_eq!(
        verdict_of(&newer("1156 (1.1 KiB)"), &here),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict_of(&newer("1156 (1.1 MiB)"), &here),
        StepVerdict::Failed
    );
}

#[test]
fn a_command_that_was_cut_with_dots_is_the_one_that_is_cut_with_a_sign() {
    let header =
        "CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES";
    let row = |id: &str, command: &str| {
        let id = &id[..12];
        format!("{id}   nginx     \"{command}\"   2 minutes ago   Up 2 minutes   80/tcp    web")
    };
    let verdict_of = |noted: &str, here: &str| {
        let notes = format!(
            "$ docker run -d --name web nginx\n{A}\n$ docker ps\n{header}\n{}",
            row(A, noted)
        );
        let here = format!("{header}\n{}", row(B, here));
        judged(&notes, &[printed(B, 0), printed(&here, 0)])[1].verdict
    };
    let here = "docker-entrypoint.s…";
    for noted in ["docker-entrypoint...", "docker-entrypoint.s...", here] {
        assert_eq!(verdict_of(noted, here), StepVerdict::Passed, "{noted}");
    }
    for noted in [
        "docker-entrypoinx...",
        "docker-entry...",
        "docker-entrypoint.sh",
        "nginx -g 'daemon ...",
    ] {
        assert_eq!(verdict_of(noted, here), StepVerdict::Failed, "{noted}");
    }
    assert_eq!(verdict_of("sleep 300...", "sleep 300"), StepVerdict::Failed);
}

#[test]
fn how_wide_a_tab_is_depends_on_what_stands_before_it() {
    let verdict_of = |template: &str, noted: &str, here: &str| {
        let notes =
            format!("$ docker run -d busybox\n{A}\n$ docker ps --format '{template}'\n{noted}");
        judged(&notes, &[printed(B, 0), printed(here, 0)])[1].verdict
    };
    let tabs = r"{{.Names}}\t{{.Image}}";
    let noted = "cranky_grothendieck     busybox";
    assert_eq!(
        verdict_of(tabs, noted, "blissful_kirch  busybox"),
        StepVerdict::Passed
    );
    let three = r"{{.ID}}\t{{.Names}}\t{{.Status}}";
    let row = |id: &str, rest: &str| format!("{}    {rest}", &id[..12]);
    let here = row(B, "nostalgic_ellis Up Less than a second");
    let noted_three = |status: &str| row(A, &format!("cranky_grothendieck     {status}"));
    assert_eq!(
        verdict_of(three, &noted_three("Up 4 seconds"), &here),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict_of(three, &noted_three("Exited (0) 4 seconds ago"), &here),
        StepVerdict::Failed
    );
    for (template, noted, here) in [
        // Another image, no gap, and one that is no tab's.
        (tabs, noted, "blissful_kirch  alpine"),
        (tabs, noted, "blissful_kirchbusybox"),
        (
            tabs,
            "cranky_grothendieck   busybox",
            "blissful_kirch  busybox",
        ),
        ("{{.Names}}  {{.Image}}", noted, "blissful_kirch  busybox"),
    ] {
        assert_eq!(
            verdict_of(template, noted, here),
            StepVerdict::Failed,
            "{template} {noted} {here}"
        );
    }
}

#[test]
fn a_member_that_grep_kept_and_newer_versions_lack_is_drift() {
    let verdict_of = |command: &str, noted: &str, here: &str, server: &str| {
        let surroundings = Surroundings {
            server: server.to_owned(),
            ..Surroundings::default()
        };
        let notes = format!("$ docker {command}\n{noted}");
        with_surroundings(&notes, &surroundings, &[printed(here, 0)])[0].verdict
    };
    let line = |member: &str| format!("            {member},");
    let join = |members: &[&str]| -> String {
        let lines: Vec<String> = members.iter().map(|member| line(member)).collect();
        lines.join("\n")
    };
    let (memory, kernel, swap) = (
        "\"Memory\": 67108864",
        "\"KernelMemory\": 0",
        "\"MemorySwap\": 134217728",
    );
    let (noted, here) = (join(&[memory, kernel, swap]), join(&[memory, swap]));
    let grep = "inspect limited | grep -i memory";
    assert_eq!(
        verdict_of(grep, &noted, &here, "28.5.2"),
        StepVerdict::Drifted
    );
    assert_eq!(
        verdict_of(grep, &noted, &noted, "20.10.24"),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict_of(grep, &noted, &here, "20.10.24"),
        StepVerdict::Failed
    );
    // Another thing, filter, value, depth and member.
    assert_eq!(
        verdict_of("inspect limited | grep MemoryS", &noted, &here, "28.5.2"),
        StepVerdict::Failed
    );
    let network = "network inspect limited | grep -i memory";
    assert_eq!(
        verdict_of(network, &noted, &here, "28.5.2"),
        StepVerdict::Failed
    );
    for wrong in [
        noted.replace(kernel, "\"KernelMemory\": 1"),
        noted.replace(&line(kernel), kernel),
        noted.replace(kernel, "\"KernelMemoryX\": 0"),
        noted.replace("67108864", "67108865"),
    ] {
        assert_eq!(
            verdict_of(grep, &wrong, &here, "28.5.2"),
            StepVerdict::Failed,
            "{wrong}"
        );
    }
    let other = join(&[memory, "\"KernelMemory\": 5", swap]);
    assert_eq!(
        verdict_of(grep, &noted, &other, "28.5.2"),
        StepVerdict::Failed
    );
}
