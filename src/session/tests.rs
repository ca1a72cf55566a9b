use crate::notes::{Fence, FenceLine};

use super::*;

fn fence(text: &str, first_line: usize) -> Fence {
    let mut offset = 0;
    let lines: Vec<FenceLine> = text
        .lines()
        .enumerate()
        .map(|(index, line)| {
            let start = offset;
            offset += line.len() + 1;
            FenceLine {
                text: line.to_owned(),
                number: first_line + index,
                range: start..start + line.len(),
            }
        })
        .collect();
    Fence {
        prompts: Default::default(),
        unprompted: None,
        span: 0..text.len(),
        laid: 0..text.len(),
        info: String::new(),
        lines,
        caption: None,
        above: None,
        lead: Vec::new(),
    }
}

/// The steps of the transcripts, one a line: level, command or keys, and how
/// many lines it prints.
fn steps(transcripts: &[&str]) -> Vec<String> {
    let fences: Vec<Fence> = transcripts.iter().map(|text| fence(text, 1)).collect();
    parse(&fences)
        .expect("these transcripts can be read")
        .iter()
        .map(|step| {
            let action = match &step.action {
                Action::Command(command) => command.clone(),
                Action::Keys(keys) => format!("{keys:?}"),
            };
            format!("{} {action} ({})", step.level, step.expected.len())
        })
        .collect()
}

#[test]
fn a_container_shell_is_a_level_of_its_own_until_exit() {
    assert_eq!(
        steps(&[
            "me@lab:~/a$ docker run -it who bash\nbar@b85d4d7c62ef:/$ whoami\nbar\nbar@b85d4d7c62ef:/$ exit\nexit\nme@lab:~/a$ ls"
        ]),
        [
            "0 docker run -it who bash (0)",
            "1 whoami (1)",
            "1 exit (1)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn a_host_prompt_behind_a_containers_is_a_detach() {
    let detached = [
        "0 docker run -it a bash (0)",
        "1 touch x (0)",
        "1 Detach (0)",
        "0 docker ps (0)",
    ];
    assert_eq!(
        steps(&[
            "me@lab:~$ docker run -it a bash\nroot@800d35d51a82:/# touch x\nroot@800d35d51a82:/# me@lab:~$\nme@lab:~$ docker ps"
        ]),
        detached
    );
    assert_eq!(
        steps(&[
            "me@lab:~$ docker run -it a bash\nroot@800d35d51a82:/# touch x\nroot@800d35d51a82:/# me@lab:~$ docker ps"
        ]),
        detached
    );
    assert_eq!(
        steps(&[
            "me@lab:~$ docker run -it a bash\nroot@800d35d51a82:/# touch x\nroot@800d35d51a82:/#\nme@lab:~$ docker ps"
        ]),
        detached
    );
}

#[test]
fn a_prompt_may_stand_after_output_without_a_line_end() {
    let read = parse(&[fence(
        "ubuntu $ cat lower\nl/ABCDubuntu $\n\nubuntu $ cat two\nl/EFubuntu $ ",
        10,
    )])
    .unwrap();
    assert_eq!(read.len(), 2);
    assert_eq!(read[0].expected[0].text, "l/ABCD");
    assert_eq!(read[1].expected[0].text, "l/EF");
    assert_eq!(read[1].line, 13);
}

#[test]
fn comments_in_printed_files_are_no_prompts() {
    assert_eq!(
        steps(&["$ cat Dockerfile\nFROM ubuntu\n# test\nRUN date\n$ ls"]),
        ["0 cat Dockerfile (3)", "0 ls (0)"]
    );
    assert_eq!(
        steps(&["me@lab:~$ docker run -it ubuntu cat /etc/x\n# ls\nroot\nme@lab:~$ ls"]),
        ["0 docker run -it ubuntu cat /etc/x (2)", "0 ls (0)"]
    );
}

#[test]
fn a_shell_goes_on_under_another_prompt() {
    assert_eq!(
        steps(&[
            "me@lab:~$ PS1='$ '\n$ docker run -it busybox\n/ # exec bash\nbash-5.2# whoami\nroot\nbash-5.2# exit\n$ ls"
        ]),
        [
            "0 PS1='$ ' (0)",
            "0 docker run -it busybox (0)",
            "1 exec bash (0)",
            "1 whoami (1)",
            "1 exit (0)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn a_here_document_takes_what_looks_like_a_prompt() {
    for prompt in ["me@lab:~$", "$", "[me@lab ~]$", "me@lab:~/other$"] {
        let text = format!(
            "me@lab:~$ cat <<EOF > run.txt\n{prompt} echo hi\nhi\n> {prompt} exit\nEOF\nme@lab:~$ cat run.txt\nhi"
        );
        assert_eq!(
            steps(&[&text]),
            [
                format!("0 cat <<EOF > run.txt\n{prompt} echo hi\nhi\n{prompt} exit\nEOF (0)"),
                "0 cat run.txt (1)".to_owned()
            ]
        );
    }
}

#[test]
fn a_here_document_that_never_ends_ends_at_the_next_prompt() {
    let text = "me@lab:~$ cat <<EOF\nhi\nme@lab:~$ ls\nme@lab:~$ pwd";
    let errors = parse(&[fence(text, 1)]).expect_err("it is not complete");
    assert_eq!(errors, [SessionError::Unfinished { range: 0..19 }]);
}

#[test]
fn a_fence_goes_on_where_the_last_one_ended() {
    assert_eq!(
        steps(&[
            "$ docker run -it alpine sh\n/ # ls",
            "/ # cd /tmp\n/tmp # exit",
            "$ docker ps"
        ]),
        [
            "0 docker run -it alpine sh (0)",
            "1 ls (0)",
            "1 cd /tmp (0)",
            "1 exit (0)",
            "0 docker ps (0)"
        ]
    );
}

#[test]
fn incomplete_commands_take_the_lines_that_follow() {
    assert_eq!(
        steps(&[
            "$ docker run \\\n> -d nginx\nabc\n$ cat <<EOF > f\n> one\n> EOF\n$ echo 'a\nb'\na\nb"
        ]),
        [
            "0 docker run \\\n-d nginx (1)",
            "0 cat <<EOF > f\none\nEOF (0)",
            "0 echo 'a\nb' (2)"
        ]
    );
}

#[test]
fn keys_are_read_from_carets_and_escape_sequences() {
    assert_eq!(
        steps(&[
            "$ docker run nginx\nstarting\n^C\nstopping\n$ docker attach web\nread escape sequence\n$ ls"
        ]),
        [
            "0 docker run nginx (1)",
            "0 Interrupt (1)",
            "0 docker attach web (0)",
            "0 Detach (1)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn a_container_gets_its_prompt_from_the_command_that_opens_its_shell() {
    let run = "docker run -it -e PS1='box> ' busybox sh";
    assert_eq!(
        steps(&[&format!("$ {run}\nbox> echo hi\nhi\nbox> exit\n$ ls")]),
        [
            &format!("0 {run} (0)"),
            "1 echo hi (1)",
            "1 exit (0)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn a_set_prompt_is_followed_as_bash_expands_it() {
    assert_eq!(
        steps(&[
            "$ PS1='\\n[\\t] \\w\\n\\$ '\n\n[10:20:30] ~\n$ cd app\n\n[10:20:34] ~/app\n$ ls\na\n\n[10:20:35] ~/app"
        ]),
        [
            "0 PS1='\\n[\\t] \\w\\n\\$ ' (1)",
            "0 cd app (1)",
            "0 ls (2)"
        ]
    );
    let run = r"docker run -it -e PS1='[box] \w # ' busybox sh";
    assert_eq!(
        steps(&[&format!(
            "$ {run}\n[box] / # cd /tmp\n[box] /tmp # ls\n[box] /tmp # exit\n$ ls"
        )]),
        [
            &format!("0 {run} (0)"),
            "1 cd /tmp (0)",
            "1 ls (0)",
            "1 exit (0)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn a_program_is_suspended_by_a_key() {
    assert_eq!(
        steps(&["$ sleep 100\n^Z\n[1]+  Stopped                 sleep 100\n$ bg"]),
        ["0 sleep 100 (0)", "0 Suspend (1)", "0 bg (0)"]
    );
}

#[test]
fn keys_are_read_as_authors_name_them() {
    for key in ["^D", "<Ctrl-D>", "(Ctrl+D)", "[ctrl + d]", "Ctrl-D"] {
        assert_eq!(
            steps(&[&format!("$ docker run -i box sort\nb\na\n{key}\na\nb")]),
            ["0 docker run -i box sort (2)", "0 EndOfFile (2)"],
            "{key}"
        );
    }
    assert_eq!(
        steps(&[
            "$ docker run -it box sh\n/ # (Ctrl+P, Ctrl+Q)\n$ docker logs -f box\n<Ctrl+C>\n$ ls"
        ]),
        [
            "0 docker run -it box sh (0)",
            "1 Detach (0)",
            "0 docker logs -f box (0)",
            "0 Interrupt (0)",
            "0 ls (0)"
        ]
    );
    let said = steps(&["$ docker run box\nPress Ctrl+C to quit\nCtrl+Z"]);
    assert_eq!(said, ["0 docker run box (2)"]);
}

#[test]
fn what_a_program_says_to_a_key_stands_behind_it() {
    assert_eq!(
        steps(&["$ docker run -it a sh -c 'trap x INT'\nwaiting\n^Ccaught\n$ ls"]),
        [
            "0 docker run -it a sh -c 'trap x INT' (1)",
            "0 Interrupt (1)",
            "0 ls (0)"
        ]
    );
    assert_eq!(
        steps(&["me@lab:~$ docker logs -f a\nboom\n^Cme@lab:~$ ls"]),
        ["0 docker logs -f a (1)", "0 Interrupt (0)", "0 ls (0)"]
    );
    assert_eq!(
        steps(&["$ docker logs -f a\nboom\n^C$ echo $?\n130"]),
        ["0 docker logs -f a (1)", "0 Interrupt (0)", "0 echo $? (1)"]
    );
    assert_eq!(
        steps(&[
            "bash-5.2$ docker attach a\nroot@9574b360f547:/tmp# read escape sequence\nbash-5.2$\nbash-5.2$ ls"
        ]),
        ["0 docker attach a (0)", "1 Detach (1)", "0 ls (0)"]
    );
}

#[test]
fn a_remark_may_stand_behind_what_is_said_of_the_keys_that_detach() {
    let shown = |said: &str| {
        let text = format!("$ docker attach a\nroot@9574b360f547:/# {said}\n$ ls");
        steps(&[text.as_str()])
    };
    let detached = ["0 docker attach a (0)", "1 Detach (1)", "0 ls (0)"];
    for said in [
        "read escape sequence",
        "read escape sequence      <- Ctrl+P, Ctrl+Q 로 빠져나온다",
        "read escape sequence   # Ctrl+P, Ctrl+Q",
        "read escape sequence ← Ctrl+P Ctrl+Q",
    ] {
        assert_eq!(shown(said), detached, "{said}");
    }
    for said in [
        "read escape sequences",
        "read escape sequence now",
        "read escape",
    ] {
        let typed = format!("1 {said} (0)");
        assert!(shown(said).contains(&typed), "{said} {:?}", shown(said));
    }
}

#[test]
fn zsh_says_what_is_open_where_it_asks_for_more() {
    assert_eq!(
        steps(&[
            "me@mac ~ % cat <<END > a\nheredoc> one> two\nheredoc> END\nme@mac ~ % for i in 1 2\nfor> do echo \"$i\nfor dquote> x\"\nfor> done\n1\nx\nquote> said\nme@mac ~ % ls"
        ]),
        [
            "0 cat <<END > a\none> two\nEND (0)",
            "0 for i in 1 2\ndo echo \"$i\nx\"\ndone (3)",
            "0 ls (0)"
        ]
    );
    // No word of zsh: it is typed.
    assert_eq!(
        steps(&["$ cat <<END\nquotes> one\n> END\nquotes> one"]),
        ["0 cat <<END\nquotes> one\nEND (1)"]
    );
}

#[test]
fn an_elided_greeting_may_stand_before_the_inner_prompt() {
    assert_eq!(
        steps(&["$ docker run -it busybox sh\n...\n/ # cd /etc\n/etc #\n$ docker ps"]),
        [
            "0 docker run -it busybox sh (1)",
            "1 cd /etc (0)",
            "1 Detach (0)",
            "0 docker ps (0)"
        ]
    );
}

#[test]
fn a_greeting_and_a_pull_may_stand_before_the_inner_prompt() {
    let greeting = "\n\nBusyBox v1.35.0 (Debian 1:1.35.0-4) built-in shell (ash)\nEnter 'help' for a list of built-in commands.\n\n";
    assert_eq!(
        steps(&[&format!(
            "$ docker run -it busybox\n{greeting}/ # id\n/ # exit\n$ ls"
        )]),
        [
            "0 docker run -it busybox (5)",
            "1 id (0)",
            "1 exit (0)",
            "0 ls (0)"
        ]
    );
    assert_eq!(
        steps(&[
            "me@lab:~$ docker run -it debian sh\nUnable to find image 'debian:latest' locally\nlatest: Pulling from library/debian\n0123456789ab: Pull complete\n...\n# id\nme@lab:~$ ls"
        ]),
        [
            "0 docker run -it debian sh (4)",
            "1 id (0)",
            "1 Detach (0)",
            "0 ls (0)"
        ]
    );
    assert_eq!(
        steps(&["me@lab:~$ docker run -it debian sh\nother words\n# id\nme@lab:~$ ls"]),
        ["0 docker run -it debian sh (2)", "0 ls (0)"]
    );
}

#[test]
fn comments_are_no_prompts_of_a_root_shell_either() {
    assert_eq!(
        steps(&["# cat Dockerfile\nFROM ubuntu\n# prepare the test\nRUN date\n# docker ps"]),
        ["0 cat Dockerfile (3)", "0 docker ps (0)"]
    );
}

#[test]
fn a_root_shell_goes_on_after_a_file_that_holds_no_comments() {
    assert_eq!(
        steps(&["# cat /proc/1/comm\nsleep\n# kill -9 1"]),
        ["0 cat /proc/1/comm (1)", "0 kill -9 1 (0)"]
    );
    assert_eq!(
        steps(&["# cat note\n1\n# kill $P; docker ps\nup\n# head note\n# kill it\n# docker ps"]),
        [
            "0 cat note (1)",
            "0 kill $P; docker ps (1)",
            "0 head note (1)",
            "0 docker ps (0)"
        ]
    );
}

#[test]
fn su_inside_a_container_is_a_second_level() {
    assert_eq!(
        steps(&[
            "me@lab:~$ docker exec -it web bash\nroot@0123456789ab:/# su - foo\nfoo@0123456789ab:~$ id\nuid=1\nfoo@0123456789ab:~$ exit\nlogout\nroot@0123456789ab:/# exit\nexit\nme@lab:~$ ls"
        ]),
        [
            "0 docker exec -it web bash (0)",
            "1 su - foo (0)",
            "2 id (1)",
            "2 exit (1)",
            "1 exit (1)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn root_on_both_sides_is_told_by_the_command_that_opens_the_inner_one() {
    assert_eq!(
        steps(&["# docker run -it debian sh\n# ls\nbin\n# exit\n# docker ps"]),
        [
            "0 docker run -it debian sh (0)",
            "1 ls (1)",
            "1 exit (0)",
            "0 docker ps (0)"
        ]
    );
}

#[test]
fn a_program_that_printed_and_ended_opened_no_shell() {
    for sign in ['$', '#'] {
        for command in [
            "docker run -it app",
            "docker start -ai web",
            "docker attach web",
        ] {
            let printed = format!("{sign} {command}\nhello\n{sign} ls");
            let expected = [format!("0 {command} (1)"), "0 ls (0)".to_owned()];
            assert_eq!(steps(&[&printed]), expected);
            let opened = format!("{sign} {command}\n{sign} ls");
            let expected = [format!("0 {command} (0)"), "1 ls (0)".to_owned()];
            assert_eq!(steps(&[&opened]), expected);
        }
    }
}

#[test]
fn what_stands_before_the_first_prompt_is_an_error_with_its_place() {
    let errors = parse(&[fence("[lab]~> docker ps\nme@lab:~$ docker ps", 7)]).unwrap_err();
    assert_eq!(errors, [SessionError::NoPrompt { range: 0..17 }]);
    let errors = parse(&[fence("$ echo 'a", 7)]).unwrap_err();
    assert_eq!(errors, [SessionError::Unfinished { range: 0..9 }]);
}

#[test]
fn no_line_is_lost() {
    let errors = parse(&[fence("me@lab:~$\nhello\nme@lab:~$ ls", 7)]).unwrap_err();
    assert!(matches!(errors[..], [SessionError::NoCommand { .. }]));
    // What a transcript leaves out first was not printed by the one before it.
    let steps = parse(&[fence("$ ls\na", 1), fence("...\n$ id\nme", 9)]).unwrap();
    assert_eq!(steps[0].expected.len(), 1);
}

#[test]
fn fences_are_told_by_what_they_hold() {
    for (text, kind) in [
        ("FROM ubuntu\nRUN ls", FenceKind::Dockerfile),
        (
            "# syntax=docker/dockerfile:1\n\nARG A=1\nFROM a",
            FenceKind::Dockerfile,
        ),
        ("ubuntu $ tree", FenceKind::Session),
        ("me@lab:~$ ls", FenceKind::Session),
        ("[root@web ~]# ls", FenceKind::Session),
        ("# docker ps", FenceKind::Session),
        ("/ # ls", FenceKind::Session),
        ("# a comment\nkey: value", FenceKind::Other),
        ("docker run nginx", FenceKind::Other),
        ("apiVersion: v1", FenceKind::Other),
        ("from here to there", FenceKind::Other),
        (
            "FROM --platform=linux/amd64 golang AS build\nRUN ls",
            FenceKind::Dockerfile,
        ),
        ("", FenceKind::Other),
        ("[lab]~> docker ps\nme@lab:~$ docker ps", FenceKind::Session),
    ] {
        assert_eq!(fence_kind(&fence(text, 1)), kind, "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "([$#/ ~\\\\'\"<>^C@:a-z.\n]|me@lab:~\\$ |docker run -it a bash\n|root@0123456789ab:/# |exit\n|...\n){0,40}") {
        let fence = fence(&text, 1);
        let _ = fence_kind(&fence);
        let _ = parse(&[fence]);
    }
}

#[test]
fn prompts_of_other_systems_are_known() {
    for (transcript, commands) in [
        (
            "➜  ~ docker ps\n➜  app git:(main) ✗ docker run -it busybox\n/ # hostname\nabc\n/ # exit\n➜  ~",
            vec![
                "0 docker ps (0)",
                "0 docker run -it busybox (0)",
                "1 hostname (1)",
                "1 exit (0)",
            ],
        ),
        (
            "~/app ❯ docker ps\nhi\n❯ docker images",
            vec!["0 docker ps (1)", "0 docker images (0)"],
        ),
        (
            "PS C:\\Users\\me> docker ps\nhi\nPS C:\\Users\\me> docker images",
            vec!["0 docker ps (1)", "0 docker images (0)"],
        ),
        (
            "C:\\Users\\me>docker ps\nhi\n\nC:\\Users\\me>",
            vec!["0 docker ps (2)"],
        ),
        (
            "┌──(me㉿box)-[~]\n└─$ docker ps\nhi\n┌──(me㉿box)-[~]\n└─$ ls\na",
            vec!["0 docker ps (1)", "0 ls (1)"],
        ),
        (
            "me@DESK MINGW64 ~/app (main)\n$ docker ps\nhi\n\nme@DESK MINGW64 ~/app (main)\n$ ls",
            vec!["0 docker ps (2)", "0 ls (0)"],
        ),
        (
            "[node1] (local) root@192.168.0.13 ~\n$ docker ps\nhi\n[node1] (local) root@192.168.0.13 ~\n$ ls",
            vec!["0 docker ps (1)", "0 ls (0)"],
        ),
        (
            "me@dev ~/work\n$ docker ps\nhi\n\nme@dev ~/work\n$ ls",
            vec!["0 docker ps (2)", "0 ls (0)"],
        ),
        (
            "# me @ lab in ~/work [10:44:05]\n$ docker ps\nhi\n\n# me @ lab in ~ [10:44:09]\n$ ls",
            vec!["0 docker ps (2)", "0 ls (0)"],
        ),
        (
            "$docker ps\n$HOME is set\n$docker ps",
            vec!["0 docker ps (1)", "0 docker ps (0)"],
        ),
        (
            "[터미널 1]\n$ docker ps\nhi\n(호스트)\n$ ls",
            vec!["0 docker ps (1)", "0 ls (0)"],
        ),
        (
            "$ cat > Dockerfile\nFROM busybox\n$ ls",
            vec!["0 cat > Dockerfile (1)", "0 EndOfFile (0)", "0 ls (0)"],
        ),
        (
            "me@suse:~> docker ps\nhi\nme@suse:~/app> ls",
            vec!["0 docker ps (1)", "0 ls (0)"],
        ),
        (
            "Kims-MacBook-Pro:~ kim$ docker ps\nhi\nKims-MacBook-Pro:app kim$ ls",
            vec!["0 docker ps (1)", "0 ls (0)"],
        ),
        (
            "$ docker run -it alpine sh -l\nb85d4d7c62ef:/# cd /etc\nb85d4d7c62ef:/etc# exit\n$ ls",
            vec![
                "0 docker run -it alpine sh -l (0)",
                "1 cd /etc (0)",
                "1 exit (0)",
                "0 ls (0)",
            ],
        ),
        (
            "me@lab:~$ docker run -it -u 1000 ubuntu\nI have no name!@b85d4d7c62ef:/$ whoami\nwhoami: cannot find name for user ID 1000\nI have no name!@b85d4d7c62ef:/$ exit\nexit\nme@lab:~$ ls",
            vec![
                "0 docker run -it -u 1000 ubuntu (0)",
                "1 whoami (1)",
                "1 exit (1)",
                "0 ls (0)",
            ],
        ),
        (
            "me@lab:~$ docker run -it ubuntu\nroot@b85d4d7c62ef:/#whoami\nroot\nroot@b85d4d7c62ef:/#exit\nexit\nme@lab:~$ls",
            vec![
                "0 docker run -it ubuntu (0)",
                "1 whoami (1)",
                "1 exit (1)",
                "0 ls (0)",
            ],
        ),
    ] {
        assert_eq!(fence_kind(&fence(transcript, 1)), FenceKind::Session);
        assert_eq!(steps(&[transcript]), commands, "{transcript}");
    }
}

#[test]
fn commands_of_windows_go_on_as_they_do_there() {
    for transcript in [
        "PS C:\\app> docker run `\n>>   --rm `\n>>   a\nhi\nPS C:\\app> docker ps",
        "PS C:\\app> docker run `\n  --rm `\n  a\nhi\nPS C:\\app> docker ps",
        "C:\\app>docker run ^\nMore?   --rm ^\nMore?   a\nhi\nC:\\app>docker ps",
    ] {
        assert_eq!(
            steps(&[transcript]),
            ["0 docker run \\\n  --rm \\\n  a (1)", "0 docker ps (0)"],
            "{transcript}"
        );
    }
    assert_eq!(
        steps(&["$ > f\n$ cat <<EOF\n>> more ^\nMore? no\nEOF\n>> more ^"]),
        ["0 > f (0)", "0 cat <<EOF\n>> more ^\nMore? no\nEOF (1)"]
    );
}

#[test]
fn a_fence_that_shows_a_prompt_and_is_not_run_has_a_reason() {
    let why = |text: &str| not_run(&fence(text, 1)).map(|(_, why)| why);
    for text in ["＄ docker ps", "[kim] ~/app ✔ docker ps"] {
        assert_eq!(why(text), Some(NotRun::UnknownPrompt), "{text}");
    }
    for plain in ["docker ps", "sudo docker ps"] {
        assert_eq!(why(plain), Some(NotRun::NoPrompt), "{plain}");
    }
    for empty in ["$", "$\n\n$ "] {
        assert_eq!(why(empty), Some(NotRun::NoCommand), "{empty}");
    }
    for fragment in ["total 4\n$ ls -l", "done\nkim@lab:~$ make"] {
        assert_eq!(why(fragment), Some(NotRun::Fragment), "{fragment}");
    }
    let console = Fence {
        info: "console".to_owned(),
        ..fence("3", 1)
    };
    let (_, why_console) = not_run(&console).expect("said to be a transcript");
    assert_eq!(why_console, NotRun::OnlyOutput);
    for text in [
        "#docker ps",
        "image: docker",
        "$dockerfile",
        "#",
        "1 > 0",
        "cost: $ 5",
    ] {
        assert_eq!(why(text), None, "{text}");
    }
}

#[test]
fn comments_of_the_author_are_no_output() {
    let transcript = "# make one\n$ docker run -d --name web nginx\nabc\n# look\n$ docker ps\nNAMES\nweb\n\n# say\n# it\n$ docker logs web\nhi\n# a line of its log\n$ docker rm web\nweb\n# gone";
    assert_eq!(fence_kind(&fence(transcript, 1)), FenceKind::Session);
    assert_eq!(
        steps(&[transcript]),
        [
            "0 docker run -d --name web nginx (1)",
            "0 docker ps (3)",
            "0 docker logs web (2)",
            "0 docker rm web (1)"
        ]
    );
}

#[test]
fn a_comment_may_stand_above_each_transcript() {
    assert_eq!(
        steps(&["$ docker ps", "# 다시\n$ docker ps\nhi"]),
        ["0 docker ps (0)", "0 docker ps (1)"]
    );
}

#[test]
fn roots_prompt_is_none_of_the_authors_comments() {
    assert_eq!(
        steps(&[
            "# docker ps\nhi\n# lsblk\nNAME",
            "# lsblk\nNAME\n# docker ps"
        ]),
        [
            "0 docker ps (1)",
            "0 lsblk (1)",
            "0 lsblk (1)",
            "0 docker ps (0)"
        ]
    );
}

#[test]
fn no_command_at_a_sharp_is_dropped() {
    let transcript = "# useradd kim\n# docker run --rm busybox echo hi\nhi";
    assert_eq!(fence_kind(&fence(transcript, 1)), FenceKind::Session);
    assert_eq!(
        steps(&[transcript]),
        ["0 useradd kim (0)", "0 docker run --rm busybox echo hi (1)"]
    );
    // What opened the shell of the first other prompt is a command as well.
    for (prompt, commands) in [
        ("/ #", "useradd kim"),
        ("root@0123456789ab:/#", "useradd kim"),
    ] {
        let transcript = format!("# {commands}\n# docker run -it busybox\n{prompt} ls\nbin");
        assert_eq!(fence_kind(&fence(&transcript, 1)), FenceKind::Session);
        assert_eq!(
            steps(&[&transcript]),
            [
                "0 useradd kim (0)",
                "0 docker run -it busybox (0)",
                "1 ls (1)"
            ]
        );
    }
}

#[test]
fn a_comment_above_another_prompt_may_begin_like_a_command() {
    for comment in [
        "# docker 이미지 목록을 본다",
        "# docker images shows them\n\n# sudo is not needed",
        "#\n# useradd kim\n#",
    ] {
        for prompt in ["$", "kim@lab:~$"] {
            let transcript = format!("{comment}\n{prompt} docker images\nREPOSITORY");
            assert_eq!(fence_kind(&fence(&transcript, 1)), FenceKind::Session);
            assert_eq!(steps(&[&transcript]), ["0 docker images (1)"], "{comment}");
        }
    }
}

#[test]
fn words_that_no_command_begins_with_are_no_command_at_a_sharp() {
    let transcript = "# 만든다\n# docker volume create a\na\n# 확인\n# docker volume ls\nlocal a";
    assert_eq!(fence_kind(&fence(transcript, 1)), FenceKind::Session);
    let commands = ["0 docker volume create a (1)", "0 docker volume ls (1)"];
    assert_eq!(steps(&[transcript]), commands);
    assert_eq!(
        steps(&[transcript, transcript]),
        [commands, commands].concat()
    );
}

#[test]
fn what_a_template_prints_may_look_like_a_comment() {
    for command in [
        "docker ps --filter name=nosuch --format '# {{.Names}}'",
        "docker ps --format='{{.Label \"a\"}}'",
        "docker version -f '# x'",
    ] {
        let transcript = format!("$ {command}\n# ghost\n$ ls");
        assert_eq!(
            steps(&[&transcript]),
            [format!("0 {command} (1)"), "0 ls (0)".to_owned()]
        );
    }
}

#[test]
fn a_here_document_without_its_end_is_read_once() {
    for form in ["cat <<EOF", "cat <<A <<EOF\nA"] {
        let text = format!("$ {form}\n{}", "a line\n".repeat(100_000));
        let errors = parse(&[fence(&text, 1)]).expect_err("it is not complete");
        assert!(matches!(errors[..], [SessionError::Unfinished { .. }]));
    }
}

#[test]
fn words_like_the_shells_keywords_leave_a_command_complete() {
    for command in [
        "echo what to do if lost",
        "echo and then while away",
        "docker run a else {",
        "echo for do case",
    ] {
        let transcript = format!("$ {command}\nhi\n$ ls");
        assert_eq!(
            steps(&[&transcript]),
            [format!("0 {command} (1)"), "0 ls (0)".to_owned()]
        );
    }
    let nested = "for i in 1; do if true; then\nwhile false; do :; done\nelse { echo; }; fi; done";
    assert_eq!(
        steps(&[&format!("$ {nested}\n$ ls")]),
        [format!("0 {nested} (0)"), "0 ls (0)".to_owned()]
    );
}

#[test]
fn a_comment_above_the_inner_prompt_is_not_the_inner_prompt() {
    for prompt in ["/ #", "root@0123456789ab:/#"] {
        for host in ["$", "#"] {
            let transcript = format!(
                "{host} docker run -it busybox\n# look around\n\n# 안에서\n{prompt} ls\nbin\n{prompt} exit\n{host} docker ps"
            );
            assert_eq!(
                steps(&[&transcript]),
                [
                    "0 docker run -it busybox (0)",
                    "1 ls (1)",
                    "1 exit (0)",
                    "0 docker ps (0)"
                ]
            );
        }
    }
    // A command at the inner `#` that opens another shell is none.
    assert_eq!(
        steps(&["$ docker run -it debian sh\n# exec bash\nroot@0123456789ab:/# ls\nbin"]),
        [
            "0 docker run -it debian sh (0)",
            "1 exec bash (0)",
            "1 ls (1)"
        ]
    );
    assert_eq!(
        steps(&["kim@lab:~$ docker run -it debian sh\n# exit\nkim@lab:~$ ls"]),
        ["0 docker run -it debian sh (0)", "1 exit (0)", "0 ls (0)"]
    );
}

#[test]
fn arrows_that_a_program_prints_are_no_prompts() {
    for text in [
        "➜  Local:   http://localhost:5173/\n➜  Network: use --host to expose",
        "  VITE ready\n\n➜  Local:   http://localhost:5173/",
        "➜  press h to show help",
    ] {
        assert_eq!(fence_kind(&fence(text, 1)), FenceKind::Other, "{text}");
    }
    let session = "# get it\n➜  ~ git clone app\n➜  app docker ps\nNAMES";
    assert_eq!(fence_kind(&fence(session, 1)), FenceKind::Session);
    assert_eq!(
        steps(&[session]),
        ["0 git clone app (0)", "0 docker ps (1)"]
    );
}

#[test]
fn options_of_sudo_hide_no_program() {
    for options in [
        "",
        "-E ",
        "-u kim ",
        "-nHu kim -g docker ",
        "--user=kim -- ",
        "--user kim A=1 ",
        "-ukim ",
    ] {
        let command = format!("sudo {options}docker run -i -t busybox");
        assert_eq!(
            crate::shell::programs(&command),
            [["docker", "run", "-i", "-t", "busybox"]],
            "{command}"
        );
        let read = parse(&[fence(&format!("$ {command}\n/ # ls"), 1)]).expect("it can be read");
        assert_eq!(read[1].shell, Shell::Container, "{command}");
    }
    for command in ["sudo -i", "sudo -s", "sudo -iu kim", "sudo -u kim --login"] {
        assert!(opens_shell(command), "{command}");
    }
    for command in ["sudo -u kim ls", "sudo -i ls", "sudo -E"] {
        assert!(!opens_shell(command), "{command}");
    }
}

#[test]
fn a_prompt_that_the_transcript_sets_is_followed() {
    let read =
        steps(&["$ PS1='(lab) % '\n(lab) % ls\na\n(lab) % export PS1=\"lab> \"\nlab> pwd\n/"]);
    assert_eq!(
        read,
        [
            "0 PS1='(lab) % ' (0)",
            "0 ls (1)",
            "0 export PS1=\"lab> \" (0)",
            "0 pwd (1)"
        ]
    );
}

#[test]
fn a_line_that_its_command_holds_is_printed_and_not_typed() {
    let read = steps(&["$ echo '$ rm all'\n$ rm all\n$ ls\na"]);
    assert_eq!(read, ["0 echo '$ rm all' (1)", "0 ls (1)"]);
}

#[test]
fn half_of_a_prompt_of_two_lines_may_end_a_transcript() {
    let upper = "[node1] (local) root@10.0.0.5 ~";
    let read = steps(&[&format!("{upper}\n$ ls\na\n{upper}")]);
    assert_eq!(read, ["0 ls (1)"]);
}

#[test]
fn prompts_hold_letters_of_any_script() {
    for prompt in ["학생@실습실:~$", "(devenv) 실습 $", "kim@mac  ~/app "] {
        let read = steps(&[&format!("{prompt} docker ps -q\na")]);
        assert_eq!(read, ["0 docker ps -q (1)"], "{prompt}");
    }
}

#[test]
fn each_of_these_prompts_is_read() {
    for prompt in [
        "$",
        "me@lab:~$",
        "root@lab:~#",
        "me@lab:~/app (main)$",
        "me@lab:~/app$",
        "(venv) me@lab:~$",
        "(base) me@lab:~/app$",
        "[me@lab ~]$",
        "[root@lab app]#",
        "[me@lab:~]$",
        "me@lab$",
        "me@lab ~ %",
        "me@lab app %",
        "me@lab ~>",
        "me@lab ~/app (main)>",
        "lab:app me$",
        "➜  ~",
        "➜  app git:(main) ✗",
        "❯",
        "~/app ❯",
        "~ $",
        "bash-5.2$",
        "sh-5.1#",
        "ubuntu $",
        "controlplane $",
        "(devenv) $",
        "학생@실습실:~$",
        "실습 $",
        "étudiant@salle:~$",
        "12:30:01 me@lab:~$",
        "[12:30] me@lab:~$",
        "me@lab  ~ ",
        "me@lab \u{e0b0} ~/app \u{e0b0}",
        "me@lab \u{e0b0} ~ \u{e0b0} \u{e0a0} main ± \u{e0b0}",
        "(base) ➜  ~",
        "me@cloudshell:~ (project-1)$",
        "[cloudshell-user@ip-10-0-0-1 ~]$",
        "(3.12) [me@lab ~]$",
        "I have no name!@b85d4d7c62ef:/$",
        "b85d4d7c62ef:/#",
        "-bash-4.2$",
        "%",
        "lab$",
        "lab%",
        "~/app$",
        "~/app>",
        "λ",
        "➜",
        "[me@lab]~/app$",
        "└──╼ $",
        "lab ~ #",
        "node01 ~ ➜ ",
        "gitpod /workspace/app (main) $",
        "@me ➜ /workspaces/app (main) $",
        "me@lab:~/app (main *$%)$",
        " ~/app \u{e0b0} \u{e0a0} main \u{e0b0}",
        " me@lab  ~/app   main ",
    ] {
        let line = format!("{prompt} docker info");
        let found = prompt::read(&line, 1).map(|found| found.typed.to_owned());
        assert_eq!(found.as_deref(), Some("docker info"), "{prompt}");
    }
}

#[test]
fn a_line_above_an_arrow_is_the_upper_one_of_its_prompt() {
    let themes = [
        ("~/app main*", "~/lab", "❯"),
        (
            "app on \u{e0a0} main via 🐳",
            "app on \u{e0a0} main took 3s",
            "❯",
        ),
        ("lab", "lab took 2s", "➜"),
    ];
    for (first, next, arrow) in themes {
        let text = format!("{first}\n{arrow} docker info\nhi\nho\n\n{next}\n{arrow} ls\na\n");
        assert_eq!(
            steps(&[&text]),
            ["0 docker info (3)", "0 ls (1)"],
            "{first}"
        );
    }
    // Without it at the first prompt, a line above an arrow was printed.
    let text = "❯ docker info\n~/app main\n❯ ls\na";
    assert_eq!(steps(&[text]), ["0 docker info (1)", "0 ls (1)"]);
    // A line of another shape was printed.
    let text = "~/app main\n❯ docker info\nlast line\n❯ ls\na";
    assert_eq!(steps(&[text]), ["0 docker info (1)", "0 ls (1)"]);
}

#[test]
fn what_begins_like_a_short_prompt_is_none_without_a_known_command() {
    for text in [
        "% Total    % Received",
        "used% of all",
        "cost$ per day",
        "~> 3.0",
        "Free / # of blocks",
    ] {
        assert_eq!(fence_kind(&fence(text, 1)), FenceKind::Other, "{text}");
    }
}

#[test]
fn each_fence_may_begin_with_another_prompt() {
    assert_eq!(
        steps(&[
            "me@lab:~$ docker ps\nhi",
            "$ docker info\nhi\nho",
            "controlplane $ ls"
        ]),
        ["0 docker ps (1)", "0 docker info (2)", "0 ls (0)"]
    );
    assert_eq!(
        steps(&["$ docker ps -q", "% docker info\nhi", "> docker ps\nho"]),
        ["0 docker ps -q (0)", "0 docker info (1)", "0 docker ps (1)"]
    );
}

#[test]
fn what_a_program_prints_behind_a_greater_than_is_no_command() {
    for text in [
        "> app@1.0.0 start\n> node server.js",
        "> so they said",
        "> ",
    ] {
        assert_eq!(fence_kind(&fence(text, 1)), FenceKind::Other, "{text}");
    }
    let npm = "$ docker run app npm start\n> app@1.0.0 start\n> node server.js";
    assert_eq!(steps(&[npm]), ["0 docker run app npm start (2)"]);
}

#[test]
fn an_author_may_call_both_prompts_by_what_they_are() {
    assert_eq!(
        steps(&["host$ docker run -it busybox\ncontainer# ls\nbin\ncontainer# exit\nhost$ pwd\n/"]),
        [
            "0 docker run -it busybox (0)",
            "1 ls (1)",
            "1 exit (0)",
            "0 pwd (1)"
        ]
    );
}

#[test]
fn a_second_terminal_and_a_prompt_right_behind_output_are_read() {
    assert_eq!(
        steps(&["a@x:~$ docker ps\nhi\nb@y:~$ docker info\nho"]),
        ["0 docker ps (1)", "0 docker info (1)"]
    );
    assert_eq!(
        steps(&["$ docker run busybox printf hi\nhi$ docker ps\nho"]),
        ["0 docker run busybox printf hi (1)", "0 docker ps (1)"]
    );
    assert_eq!(
        steps(&["$ cat readme\nType b@y:~$ ls\n  $ docker ps\nb@y:~$ ls"]),
        ["0 cat readme (3)"]
    );
}

#[test]
fn a_comment_that_says_so_elides() {
    let steps = parse(&[fence(
        "$ docker run busybox seq 9\n1\n# output omitted\n$ pwd\n/",
        1,
    )]);
    let elided: Vec<bool> = steps.expect("a transcript")[0]
        .expected
        .iter()
        .map(|line| line.elision)
        .collect();
    assert_eq!(elided, [false, true]);
}

#[test]
fn dots_one_below_the_other_elide_and_one_alone_does_not() {
    let elided = |text: &str| {
        let steps = parse(&[fence(text, 1)]).expect("a transcript");
        let lines = steps[0].expected.iter();
        lines.map(|line| line.elision).collect::<Vec<_>>()
    };
    assert_eq!(elided("$ seq 9\n1\n.\n.\n9"), [false, true, true, false]);
    assert_eq!(elided("$ ls -a\n.\n..\na"), [false; 3]);
}

#[test]
fn a_prompt_that_the_transcript_sets_is_followed_to_the_next() {
    assert_eq!(
        steps(&["$ PS1='<lab> '\n<lab> echo a\na\n<lab> export PS1='next: '\nnext: echo b\nb"]),
        [
            "0 PS1='<lab> ' (0)",
            "0 echo a (1)",
            "0 export PS1='next: ' (0)",
            "0 echo b (1)"
        ]
    );
}

#[test]
fn half_of_a_prompt_at_the_end_is_no_output() {
    for (upper, lower) in [
        ("┌──(me㉿box)-[~]", "└─$"),
        ("[node2] (local) root@10.0.0.2 ~", "$"),
    ] {
        let text = format!("{upper}\n{lower} docker info\nhi\n{upper}");
        assert_eq!(steps(&[&text]), ["0 docker info (1)"]);
    }
    assert_eq!(
        steps(&["$ docker info\n[node2] (local) root@10.0.0.2 ~"]),
        ["0 docker info (1)"]
    );
}

#[test]
fn a_containers_shell_goes_on_under_another_id() {
    assert_eq!(
        steps(&[
            "$ docker run -it ubuntu\nroot@b85d4d7c62ef:/# ls",
            "root@0123456789ab:/# whoami\nroot",
        ]),
        ["0 docker run -it ubuntu (0)", "1 ls (0)", "1 whoami (1)"]
    );
}

#[test]
fn remarks_after_an_exit_or_a_list_of_names_are_no_output() {
    assert_eq!(
        steps(&["$ docker ps --format '{{.Names}}'\nbox\n\n## gone\n\n$ exit\n# left"]),
        ["0 docker ps --format '{{.Names}}' (2)", "0 exit (0)"]
    );
}

/// How many lines the last command of a transcript prints, with a fence of `caption`
/// and `text` below it; and whether its own fence claims no output.
fn with_below(transcript: &str, caption: Option<&str>, text: &str) -> (usize, bool) {
    let below = Fence {
        caption: caption.map(str::to_owned),
        lead: caption.into_iter().map(str::to_owned).collect(),
        ..fence(text, 10)
    };
    let steps = parse_answer(&[fence(transcript, 1), below]).expect("transcripts");
    let last = steps.last().expect("a step");
    (last.expected.len(), last.in_fence_of_commands)
}

#[test]
fn output_goes_on_in_the_next_fence_where_a_caption_or_an_open_document_says_so() {
    let silent = "$ mkdir a\n$ docker network ls";
    for caption in [
        "결과:",
        "출력",
        "Output:",
        "This prints:",
        "You get:",
        "The result:",
        "出力",
        "실행 결과",
        "화면:",
        "위 명령을 실행하면 다음과 같이 나온다.",
        "그러면 두 줄이 보인다.",
    ] {
        assert_eq!(with_below(silent, Some(caption), "a\nb"), (2, false));
    }
    let file = "As a result `app.py` looks like this:";
    for caption in ["app.py:", file] {
        assert_eq!(with_below(silent, Some(caption), "a\nb"), (0, true));
    }
    // Nothing stands between the two; of several commands it is not known whose it is.
    assert_eq!(with_below(silent, None, "a\nb"), (2, false));
    let two = "$ docker ps\n$ docker network ls";
    assert_eq!(with_below(two, None, "a\nb"), (0, true));
    assert_eq!(with_below("$ mkdir a", None, "a\nb"), (0, true));
    // What only repeats a name may be shown there, too.
    let removed = "$ docker run --name a busybox echo hi\nhi\n$ docker rm a";
    assert_eq!(with_below(removed, None, "a"), (1, false));
    assert_eq!(
        with_below("$ docker ps\na", Some("Output:"), "b"),
        (1, false)
    );
    let below = Fence {
        info: "output".to_owned(),
        ..fence("a\nb", 10)
    };
    let steps = parse_answer(&[fence(silent, 1), below]).expect("transcripts");
    assert_eq!(steps.last().map(|step| step.expected.len()), Some(2));
    assert_eq!(
        with_below("$ docker inspect a\n[\n  {", None, "  }\n]"),
        (4, false)
    );
    assert_eq!(
        with_below("$ docker inspect a\n[\n  {", None, "#include <stdio.h>"),
        (2, false)
    );
    assert_eq!(
        with_below("$ docker inspect a\n[]", None, "  }\n]"),
        (1, false)
    );
}

#[test]
fn a_command_above_one_whose_output_stands_below_claims_none() {
    let below = Fence {
        caption: Some("Output:".to_owned()),
        ..fence("b", 10)
    };
    let steps = parse_answer(&[fence("$ docker ps\n$ docker ps -a", 1), below]).expect("read");
    let claims: Vec<_> = steps.iter().map(|step| step.in_fence_of_commands).collect();
    assert_eq!(claims, [true, false]);
}

#[test]
fn a_shell_of_the_same_machine_may_prompt_as_the_one_outside() {
    assert_eq!(
        steps(&["me@vm:~$ bash -l\nme@vm:~$ id -un\nme\nme@vm:~$ exit\nlogout\nme@vm:~$ ls"]),
        ["0 bash -l (0)", "1 id -un (1)", "1 exit (1)", "0 ls (0)"]
    );
    // A container that ended at once, a shell that said why it did not start.
    assert_eq!(
        steps(&["me@vm:~$ docker run -it a bash\nme@vm:~$ ls\nme@vm:~$ su\nsu: no\nme@vm:~$ ls"]),
        [
            "0 docker run -it a bash (0)",
            "0 ls (0)",
            "0 su (1)",
            "0 ls (0)"
        ]
    );
}

#[test]
fn what_the_hosts_shell_says_at_the_end_is_elided() {
    let elided = |text: &str| -> Vec<bool> {
        let steps = parse(&[fence(text, 1)]).expect("it can be read");
        let expected = steps.iter().flat_map(|step| &step.expected);
        expected.map(|line| line.elision).collect()
    };
    assert_eq!(
        elided("me@vm:~$ ls\na\nme@vm:~$ exit\nlogout\nConnection to 10.0.0.5 closed."),
        [false, true, true]
    );
    assert_eq!(elided("me@vm:~$ exit\nbye"), [false]);
    assert_eq!(
        elided("me@vm:~$ sudo -i\nroot@vm:~# exit\nlogout\nme@vm:~$ ls"),
        [false]
    );
}

#[test]
fn the_prompt_that_was_set_in_a_container_is_none_of_the_hosts() {
    let transcripts = [
        "$ docker run -it --name box -e PS1='/ # ' alpine sh\n/ # touch /a",
        "$ docker diff box\nA /a",
        "/ # exit",
    ];
    let fences: Vec<Fence> = transcripts.iter().map(|text| fence(text, 1)).collect();
    let errors = parse(&fences).expect_err("nothing leads back into the container");
    assert!(matches!(errors[..], [SessionError::NoPrompt { .. }]));
}

#[test]
fn a_number_in_a_circle_above_the_first_prompt_is_a_caption() {
    let first = "① volume\n$ docker run --rm -v web:/w nginx ls /w\nindex.html";
    assert_eq!(
        steps(&[first]),
        ["0 docker run --rm -v web:/w nginx ls /w (1)"]
    );
}

/// The terminal and the command of each step in fences with what leads to each.
fn terminals(fences: &[(&str, &str)]) -> Vec<String> {
    let mut line = 1;
    let fences = fences.iter().map(|(lead, text)| {
        let fence = Fence {
            lead: (!lead.is_empty())
                .then(|| lead.to_string())
                .into_iter()
                .collect(),
            ..fence(text, line)
        };
        line += fence.lines.len() + 4;
        fence
    });
    let fences: Vec<Fence> = fences.collect();
    let steps = parse_answer(&fences).expect("transcripts");
    let told = steps.iter().map(|step| {
        let typed = step.command().unwrap_or("(keys)");
        let number = step.terminal.number;
        match step.terminal.unless_busy {
            Some(other) => format!("{number} or {other}: {typed}"),
            None => format!("{number}: {typed}"),
        }
    });
    told.collect()
}

#[test]
fn the_text_above_a_transcript_says_in_which_terminal_it_is_typed() {
    assert_eq!(
        terminals(&[
            ("터미널 1에서 서버를 띄운다.", "$ docker run nginx\nready"),
            ("새 터미널을 연다.", "$ curl localhost\nhi"),
            ("이어서", "$ docker ps -q\n3f1c5b0a9d27"),
            ("첫 번째 터미널로 돌아가 멈춘다.", "^C\n$ docker ps -q"),
            ("터미널 2:", "$ exit"),
        ]),
        [
            "0: docker run nginx",
            "1: curl localhost",
            "1: docker ps -q",
            "0: (keys)",
            "0: docker ps -q",
            "1: exit"
        ]
    );
}

#[test]
fn labels_inside_a_fence_part_it() {
    assert_eq!(
        terminals(&[(
            "",
            "# 터미널 1\n$ docker logs -f web\none\n\n# 터미널 2\n$ curl localhost\n\n# 터미널 1\ntwo\n^C\n$ ls"
        )]),
        [
            "0: docker logs -f web",
            "1: curl localhost",
            "0: (keys)",
            "0: ls"
        ]
    );
    assert_eq!(
        terminals(&[("", "[1]$ docker attach web\n[2]$ docker ps -q\n$ ls")]),
        ["0: docker attach web", "1: docker ps -q", "1: ls"]
    );
}

#[test]
fn what_stands_below_a_program_that_does_not_end_is_typed_elsewhere_unless_it_was_left() {
    let server = "$ docker run nginx\nready";
    let ask = "$ curl localhost\nhi";
    assert_eq!(
        terminals(&[("", server), ("Now ask it.", ask)]),
        ["0: docker run nginx", "1 or 0: curl localhost"]
    );
    assert_eq!(
        terminals(&[("", server), ("Ctrl+C로 종료한다.", ask)]),
        ["0: docker run nginx", "0: curl localhost"]
    );
    let ended = "$ docker run nginx\nready\n^C\n$";
    assert_eq!(
        terminals(&[("", ended), ("Now ask it.", ask)])[2],
        "0: curl localhost"
    );
    // A shell that nothing opens again is the one that stood open.
    let inside = "$ docker run -it alpine sh\n/ # ls\nbin";
    let outside = ("Look from outside.", "$ docker ps -q\n3f1c5b0a9d27");
    assert_eq!(
        terminals(&[("", inside), outside, ("Inside:", "/ # exit")]),
        [
            "0: docker run -it alpine sh",
            "0: ls",
            "1: docker ps -q",
            "0: exit"
        ]
    );
    assert_eq!(
        terminals(&[("", inside), outside]),
        [
            "0: docker run -it alpine sh",
            "0: ls",
            "0: (keys)",
            "0: docker ps -q"
        ]
    );
}

#[test]
fn a_fence_without_prompts_below_a_terminals_name_is_what_that_one_printed_since() {
    let fences = [
        ("[터미널 A]", "$ docker events"),
        ("[터미널 B]", "$ docker rm web\nweb"),
        ("터미널 A의 출력:", "container destroy web"),
    ];
    let shown = |fences: &[(&str, &str)]| {
        let fences = fences.iter().zip([1, 10, 20]);
        let fences = fences.map(|((lead, text), line)| Fence {
            lead: vec![lead.to_string()],
            ..fence(text, line)
        });
        let fences: Vec<Fence> = fences.collect();
        let steps = parse_answer(&fences).expect("transcripts");
        let shown = steps.iter().map(|step| step.expected.len());
        shown.collect::<Vec<_>>()
    };
    assert_eq!(shown(&fences), [1, 1]);
    // What a server said at its start may be left out.
    for first in ["첫 터미널:", "Back in the first terminal:"] {
        let asked = [
            ("", "$ docker run nginx"),
            ("새 터미널에서:", "$ curl localhost\nhi"),
            (first, "GET / 200"),
        ];
        assert_eq!(shown(&asked), [2, 1], "{first}");
    }
}

#[test]
fn the_id_of_a_container_need_not_be_shown_whatever_runs_in_it() {
    let claims = |command: &str| {
        let text = format!("$ {command}\n$ docker exec app echo hi\nhi");
        let steps = parse(&[fence(&text, 1)]).expect("a transcript");
        !steps[0].claims_none()
    };
    assert!(!claims("docker run -d --name app busybox sleep 100"));
    assert!(!claims(
        "docker run -d --name app busybox sh -c 'echo a; sleep 9'"
    ));
    assert!(claims("docker run --name app busybox sleep 100"));
    assert!(claims("docker run -d --name app busybox sleep 100; date"));
}

#[test]
fn output_right_below_may_be_marked_as_a_document_or_as_the_commands() {
    let shown = |info: &str, text: &str| {
        let below = Fence {
            info: info.to_owned(),
            ..fence(text, 10)
        };
        let steps = parse_answer(&[fence("$ docker inspect web", 1), below]);
        steps.expect("transcripts")[0].expected.len()
    };
    assert_eq!(shown("json", "[]"), 1);
    assert_eq!(shown("bash", "[]"), 1);
    assert_eq!(shown("bash", "curl localhost\nhi"), 0);
    assert_eq!(shown("json title=\"a.json\"", "[]"), 0);
    assert_eq!(shown("yaml", "a: b"), 0);
}
