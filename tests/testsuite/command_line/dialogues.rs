//! What programs ask, and what the notes show behind it.

use super::support::Desk;

const PRUNE: &str = "
$ docker run --name done busybox true
$ docker container prune
WARNING! This will remove all stopped containers.
Are you sure you want to continue? [y/N] y
Deleted Containers:
0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9

Total reclaimed space: 0B";

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_answer_is_typed_and_judged_with_its_question() {
    Desk::with_transcript(PRUNE).verify().is("passed");
    // Refused, nothing is deleted.
    let refused = PRUNE.replace("[y/N] y", "[y/N] n");
    Desk::with_transcript(&refused).verify().is("failed");
    let otherwise = PRUNE.replace("you want to continue", "you wish to continue");
    Desk::with_transcript(&otherwise)
        .verify()
        .is("error")
        .because("which the notes do not show");
}

const FOLLOWED: &str = "
$ docker run -d --name web busybox sh -c 'echo started; exec sleep 300'
0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9
$ docker logs -f web
started
$ docker ps --format '{{.Names}}'
web";

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_command_that_follows_for_ever_is_interrupted_and_judged() {
    Desk::with_transcript(FOLLOWED).verify().is("passed");
    Desk::with_transcript(&FOLLOWED.replace("\nstarted", "\nstopped"))
        .verify()
        .is("failed");
    // At the end of a fence as well.
    let end = FOLLOWED.find("\n$ docker ps").expect("a step follows");
    Desk::with_transcript(&FOLLOWED[..end])
        .verify()
        .is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_waits_for_keys_in_a_shell_of_a_container_is_told() {
    let cat = "$ docker run -it --rm busybox sh\n/ # cat\n/ # echo hi\nhi\n/ # exit";
    Desk::with_transcript(cat)
        .verify()
        .is("error")
        .because("`cat` waits for input");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_answer_that_no_program_asks_for_fails() {
    Desk::with_transcript("$ docker ps -q\nGo on? [y/N] y")
        .verify()
        .is("failed")
        .at_lines(&[6]);
    let silent = "$ docker container prune -f\nAre you sure you want to continue? [y/N] y\nTotal reclaimed space: 0B";
    Desk::with_transcript(silent).verify().is("failed");
    // It prints the question, reads nothing, and goes on.
    let pretends = "$ printf 'Go on? [y/N] '; sleep 2; echo done\nGo on? [y/N] y\ndone";
    Desk::with_transcript(pretends).verify().is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_prints_question_and_answer_is_told_nothing() {
    let prints =
        "$ printf 'Go on? [y/N] '; sleep 1; echo y; echo done\nGo on? [y/N] y\ndone\n$ echo $?\n0";
    Desk::with_transcript(prints).verify().is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn programs_ask_on_the_host_and_in_containers() {
    let asks = "
$ read -p 'Enter name: ' name; echo hello $name
Enter name: kim
hello kim
$ docker run -it --rm ubuntu bash -c 'read -p \"Enter name: \" name; echo hello $name'
Enter name: lee
hello lee
$ docker run -it --rm ubuntu bash
root@b85d4d7c62ef:/# read -p 'Sure (yes/no)? ' sure; echo $sure
Sure (yes/no)? no
no
root@b85d4d7c62ef:/# exit
exit
$ docker run -i --rm busybox sh -c 'printf \"Enter name: \"; read name; echo hello $name'
Enter name: choi
hello choi";
    Desk::with_transcript(asks).verify().is("passed");
    let wrong = asks.replace("hello lee", "hello kim");
    Desk::with_transcript(&wrong)
        .verify()
        .is("failed")
        .at_lines(&[10]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn lines_before_the_end_of_a_file_are_typed_and_prove_nothing() {
    let sorts = "$ docker run -i --rm busybox sort\npear\nfig\n^D\nfig\npear";
    let verified = Desk::with_transcript(sorts).verify().is("passed");
    let steps = &verified.document["exercises"][0]["steps"];
    assert_eq!(steps[0]["verdict"], "unchecked");
    assert_eq!(steps[0]["lines"][0]["how"], "typed");
    Desk::with_transcript(&sorts.replace("^D\nfig\npear", "^D\npear\nfig"))
        .verify()
        .is("failed");
    Desk::with_transcript("$ cat > greeting\nhello\n  there\n^D\n$ cat greeting\nhello\n  there")
        .verify()
        .is("passed");
    Desk::with_transcript("$ cat > greeting\nhello\n^D")
        .verify()
        .is("unchecked");
    // What it prints is not typed: `cat` says each line again.
    Desk::with_transcript("$ cat\nhello\nhello\n^D")
        .verify()
        .is("passed");
    Desk::with_transcript("$ cat\nhello\nhallo\n^D")
        .verify()
        .is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_interpreters_lines_are_typed_at_its_prompt() {
    let bc = "
$ docker run -it --rm busybox sh -c 'while printf \"calc> \"; read x; do echo $((x)); done; echo bye'
calc> 1+2
3
calc> 2*8
16
calc> ^D
bye";
    Desk::with_transcript(bc).verify().is("passed");
    Desk::with_transcript(&bc.replace("16", "17"))
        .verify()
        .is("failed")
        .at_lines(&[9]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_asks_for_what_the_notes_do_not_show_is_an_error_soon() {
    let begin = std::time::Instant::now();
    Desk::with_transcript("$ docker container prune\nTotal reclaimed space: 0B")
        .verify()
        .is("error")
        .because("Are you sure you want to continue? [y/N]");
    Desk::with_transcript("$ read -s -p 'Password: ' word; echo\nPassword:")
        .verify()
        .is("error")
        .because("Password:");
    assert!(begin.elapsed().as_secs() < 60);
    // Silence alone is no reason.
    Desk::with_transcript(
        "$ docker run --rm -i busybox sh -c 'printf Loading:; sleep 8; echo ok'\nLoading:ok",
    )
    .verify()
    .is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_printed_line_that_looks_like_a_command_is_not_typed() {
    let prints = "
$ echo JCB0b3VjaCBvb3BzCmRvbmUK | base64 -d
$ touch oops
done
$ ls oops
ls: cannot access 'oops': No such file or directory";
    let verified = Desk::with_transcript(prints).verify().is("passed");
    let printed = &verified.document["exercises"][0]["steps"][1];
    assert_eq!(printed["sent"], serde_json::Value::Null);
    Desk::with_transcript(&prints.replace("\ndone", "\ngone"))
        .verify()
        .is("failed");
    // The same line once more is a command.
    let typed = prints.replace(
        "$ ls oops\nls: cannot access 'oops': No such file or directory",
        "$ touch oops\n$ ls oops\noops",
    );
    Desk::with_transcript(&typed).verify().is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_machine_outside_that_nobody_here_reaches_is_no_fault_of_the_notes() {
    let clone = "$ docker run --rm busybox wget -T 5 http://registry.example.com/a\nsaving to 'a'";
    let verified = Desk::with_transcript(clone).verify();
    if verified.document["exercises"][0]["verdict"] != "error" {
        // Only where there is a way out.
        verified.is("failed");
    } else {
        verified
            .is("error")
            .because("registry.example.com cannot be reached");
    }
    // A machine of the lab's own is the notes' matter.
    Desk::with_transcript("$ docker run --rm busybox wget -T 5 http://10.1.2.3/a\nsaving to 'a'")
        .verify()
        .is("failed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn secrets_are_masked_in_results_and_that_is_said() {
    let shown =
        "$ docker run --rm -e DB_PASSWORD=pa55word busybox env\n...\nDB_PASSWORD=pa55word\n...";
    let verified = Desk::with_transcript(shown).verify().is("passed");
    let text = verified.document.to_string();
    assert!(!text.contains("pa55word"), "{text}");
    assert!(text.contains("DB_PASSWORD=[masked]"), "{text}");
    assert!(
        text.contains("what looks like a secret is masked"),
        "{text}"
    );
    // A wrong one is wrong all the same, and is not written into the notes masked.
    let wrong = shown.replace("\nDB_PASSWORD=pa55word", "\nDB_PASSWORD=pass");
    Desk::with_transcript(&wrong).verify().is("failed");
    let login = "$ docker login -u kim -p hunter22 registry.example.com\nLogin Succeeded";
    let text = Desk::with_transcript(login).verify().document.to_string();
    assert!(!text.contains("hunter22"), "{text}");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn empty_lines_and_lines_in_a_containers_shell_are_typed() {
    let writes = "$ cat > list\none\n\ntwo\n^D\n$ cat list\none\n\ntwo";
    Desk::with_transcript(writes).verify().is("passed");
    let inside = "
$ docker run -it --rm busybox sh
/ # cat > list
one
^D
/ # cat list
one
/ # exit";
    Desk::with_transcript(inside).verify().is("passed");
    Desk::with_transcript(&inside.replace("cat list\none", "cat list\ntwo"))
        .verify()
        .is("failed")
        .at_lines(&[10]);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_waits_for_a_clients_input_is_an_error_and_one_in_a_pipe_is_not() {
    Desk::with_transcript("$ docker run -i --rm busybox cat\nhello")
        .verify()
        .is("error")
        .because("`cat` waits for input");
    let pipe = "$ docker run -i --rm busybox sh -c 'sleep 8 | cat; echo slept'\nslept";
    Desk::with_transcript(pipe).verify().is("passed");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_is_written_in_an_editor_is_given_where_it_is_shown() {
    let edited = "$ mkdir site && cd site\n$ vi page\n$ cat page\none\n\
                  $ docker run --rm -v $PWD:/w busybox cat /w/page\none";
    Desk::with_transcript(edited).verify().is("passed");
    Desk::with_transcript(&edited.replace("/w/page\none", "/w/page\ntwo"))
        .verify()
        .is("failed");
    Desk::with_transcript("$ vi page\n$ wc -l page\n1 page")
        .verify()
        .is("error")
        .because("the notes do not show what was written");
}
