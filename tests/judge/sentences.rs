//! Sentences that must hold.

use labbook::engine::Surroundings;
use labbook::judge::{
    How, Judge, Observation, Script, StepJudgement, StepVerdict, judge, requires_something,
};

use super::support::{steps, verdict};

/// What one command printed, and its exit status.
fn printed(output: &str, exit: i32) -> Observation {
    Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(exit),
        prompt: Some("$".to_owned()),
    }
}

fn with_surroundings(
    transcript: &str,
    surroundings: &Surroundings,
    observations: &[Observation],
) -> Vec<StepJudgement> {
    let steps = steps(&format!("# Sentences\n\n```\n{transcript}\n```\n"));
    judge(
        Script {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings,
        },
        observations,
    )
}

fn judged(transcript: &str, observations: &[Observation]) -> Vec<StepJudgement> {
    with_surroundings(transcript, &Surroundings::default(), observations)
}

fn one(transcript: &str, output: &str, exit: i32) -> StepVerdict {
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
    assert!(!requires_something(&judgements));
    assert_ne!(verdict(&judgements), StepVerdict::Passed);
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
    assert_eq!(one("$ grep -q a b", "", 1), StepVerdict::Passed);
    assert_eq!(one("$ nothere", "", 127), StepVerdict::Failed);
    assert_eq!(
        one(
            "$ nothere\nbash: nothere: command not found",
            "bash: nothere: command not found",
            127
        ),
        StepVerdict::Passed
    );
    assert_eq!(
        one("$ sh -c 'echo hi; exit 3'\nhi", "hi", 3),
        StepVerdict::Failed
    );
}

#[test]
fn any_unmatched_line_fails() {
    assert_eq!(one("$ cat x\na\nb", "a\nb\nc", 0), StepVerdict::Failed);
    assert_eq!(one("$ cat x\na\nb", "a", 0), StepVerdict::Failed);
    assert_eq!(one("$ cat x\na\nb", "a\n\nb", 0), StepVerdict::Failed);
    assert_eq!(one("$ touch x", "oops", 0), StepVerdict::Failed);
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
    let mut judge = Judge::new(Script {
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
        let mut judge = Judge::new(Script {
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
        let script = Script {
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
}

#[test]
fn columns_that_the_author_left_out_may_be_there_and_no_others_may_lack() {
    let narrow = "$ docker ps\nCONTAINER ID   NAMES\ne56ac97ef60a   web";
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
    let mut judge = Judge::new(Script {
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
        };
        judged(transcript, &[opened, printed("exit", 0), printed("", 0)])
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
    let transcript = "$ docker exec web ping -c 1 db\n64 bytes from 172.18.0.2: seq=0 ttl=64 time=0.067 ms\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min/avg/max = 0.067/0.071/0.075 ms";
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
    for held in [
        format!("...\n{}", tables(&[&[&quits]])),
        format!("{}\n...\n{}", tables(&[&[]]), tables(&[&[&quits]])),
        format!("...\n{}\n...", tables(&[&[&web, &quits]])),
        format!("{}\n...", tables(&[&[], &[&web]])),
        format!("{empty}\n..."),
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
