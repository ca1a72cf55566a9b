//! Shells in containers, on private engines.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use labbook::diagnostic::Diagnose;
use labbook::engine::private::PrivateOptions;
use labbook::engine::{Engine, Lab, LabRequest};
use labbook::lab::Doorway;
use labbook::session::Keys;
use labbook::terminal::{Terminal, TerminalError, WaitFor};

use crate::support::private_engine;

use super::support::{LIMIT, Short, running};

/// A lab with `images`.
fn lab(images: &[&str]) -> Box<dyn Lab> {
    let engine = private_engine(PrivateOptions::default());
    let request = LabRequest {
        images: images.iter().map(ToString::to_string).collect(),
        ..LabRequest::default()
    };
    engine
        .lab(&request)
        .unwrap_or_else(|error| panic!("{}", error.diagnose().message))
}

/// A terminal in the lab, with its processes in sight or not.
fn open(lab: &dyn Lab, seen: bool) -> Terminal<'static> {
    let doorway = lab.doorway();
    let doorway = Doorway {
        process_one: doorway.process_one.filter(|_| seen),
        ..doorway
    };
    Terminal::open(&doorway, None).expect("the lab's shell opens")
}

/// A container's name that no other test uses.
fn name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!(
        "t{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// `output` without what the client says when the container has ended before it
/// learned the terminal's size: it tries for a few hundredths of a second.
fn without_resizing(output: Vec<String>) -> Vec<String> {
    let complaint = "failed to resize tty, using default size";
    output
        .into_iter()
        .filter(|line| line != complaint)
        .collect()
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_shell_in_a_container_is_exact() {
    let lab = lab(&["ubuntu", "busybox"]);
    for seen in [true, false] {
        let mut terminal = open(lab.as_ref(), seen);
        for (command, sign) in [
            ("docker run --rm -it ubuntu bash", ":/#"),
            ("docker run --rm -it ubuntu sh", "#"),
            ("docker run --rm -it busybox", "/ #"),
            ("sudo docker run --rm -it ubuntu", ":/#"),
        ] {
            for _ in 0..3 {
                let opened = terminal.nest(command);
                assert_eq!(
                    (opened.level, opened.exit),
                    (1, None),
                    "{command}: {opened:?}"
                );
                assert!(opened.prompt.ends_with(sign), "{command}: {opened:?}");
                assert_eq!(
                    opened
                        .output
                        .iter()
                        .filter(|line| line.contains('#'))
                        .count(),
                    0,
                    "{opened:?}"
                );
                let said = terminal.sh("echo 'hi 안녕'; printf x; (exit 3)");
                assert_eq!(said.output, ["hi 안녕", "x"], "{command}");
                assert_eq!(
                    (said.exit, &said.prompt),
                    (Some(3), &opened.prompt),
                    "{command}"
                );
                assert_eq!(
                    terminal.sh("cat <<'END'\none\n two\nEND").output,
                    ["one", " two"]
                );
                let whole = terminal.sh(&format!("echo {}", "0".repeat(1022 - 5)));
                assert_eq!(whole.output.concat().len(), 1022 - 5, "{command}");
                let ended = terminal.sh("exit 13");
                assert_eq!((ended.level, ended.exit), (0, Some(13)), "{command}");
            }
        }
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_that_ends_instead_of_opening_a_shell_says_so() {
    let lab = lab(&["ubuntu"]);
    for seen in [true, false] {
        let mut terminal = open(lab.as_ref(), seen);
        for _ in 0..20 {
            let printed = terminal.nest("docker run --rm -it ubuntu echo hi");
            assert_eq!((printed.level, printed.exit), (0, Some(0)));
            assert_eq!(without_resizing(printed.output), ["hi"]);
            assert_eq!(terminal.sh("echo next").output, ["next"]);
        }
        for (command, exit) in [
            ("docker run --rm -it ubuntu nosuchcommand", 127),
            ("docker run --rm -it nosuchimage/at.all:x bash", 125),
            ("docker run --nosuchflag ubuntu", 125),
            ("docker run --rm -it ubuntu /etc/passwd", 126),
            ("docker attach nosuchcontainer", 1),
            ("docker exec -it nosuchcontainer bash", 1),
            (
                "docker run --rm -it ubuntu sh -c 'printf \"root@x:/# \"; sleep 3; exit 4'",
                4,
            ),
        ] {
            let printed = terminal.nest(command);
            assert_eq!(
                (printed.level, printed.exit),
                (0, Some(exit)),
                "{command}: {printed:?}"
            );
            let next = terminal.sh("echo next; (exit 8)");
            assert_eq!(
                (next.output, next.exit),
                (vec!["next".to_owned()], Some(8)),
                "{command}"
            );
        }
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_that_was_left_is_attached_to_again() {
    let lab = lab(&["ubuntu", "busybox"]);
    for seen in [true, false] {
        for (image, shell) in [("ubuntu", "bash"), ("ubuntu", "sh"), ("busybox", "sh")] {
            let mut terminal = open(lab.as_ref(), seen);
            let name = name();
            let opened = terminal.nest(&format!("docker run -it --name {name} {image} {shell}"));
            assert_eq!(terminal.sh("x=kept; echo $x").output, ["kept"]);
            for _ in 0..3 {
                let left = terminal
                    .press(Keys::Detach, WaitFor::Prompt, LIMIT)
                    .expect("left");
                assert_eq!(left.level, 0, "{left:?}");
                let back = terminal.nest(&format!("docker attach {name}"));
                assert_eq!((back.level, &back.prompt), (1, &opened.prompt), "{back:?}");
                let kept = terminal.sh("echo $x");
                assert_eq!((kept.output, kept.exit), (vec!["kept".to_owned()], Some(0)));
            }
            assert_eq!(terminal.sh("exit 2").exit, Some(2));
            let again = terminal.nest(&format!("docker start -ai {name}"));
            assert_eq!(
                (again.level, &again.prompt),
                (1, &opened.prompt),
                "{again:?}"
            );
            assert_eq!(terminal.sh("echo $x").output, [""]);
            let left = terminal
                .press(Keys::Detach, WaitFor::Prompt, LIMIT)
                .expect("left");
            assert_eq!(left.level, 0);
            let log = terminal.sh(&format!("docker logs {name}"));
            let typed = log
                .output
                .iter()
                .filter(|line| line.contains("_lb"))
                .count();
            assert_eq!(typed, 0, "{log:#?}");
            assert!(
                log.output.iter().any(|line| line.ends_with("echo $x")),
                "{log:#?}"
            );
            terminal.sh(&format!("docker rm -f {name}"));
        }
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_shell_that_is_attached_to_before_it_reads_shows_only_its_prompt() {
    let lab = lab(&["ubuntu", "busybox"]);
    for (image, shell) in [("ubuntu", "bash"), ("ubuntu", "sh"), ("busybox", "sh")] {
        let mut terminal = open(lab.as_ref(), true);
        let name = name();
        let slow = format!("sh -c 'sleep 1; exec {shell}'");
        terminal.sh(&format!("docker run -dit --name {name} {image} {slow}"));
        let attached = terminal.nest(&format!("docker attach {name}"));
        let greets = |line: &String| image == "busybox" && !line.contains("7001");
        assert!(attached.output.iter().all(greets), "{attached:?}");
        assert_eq!(terminal.sh("echo hi").output, ["hi"]);
        assert_eq!(terminal.sh("exit 3").exit, Some(3));
        let log = terminal.sh(&format!("docker logs {name}")).output;
        assert!(!log.iter().any(|line| line.contains("7001")), "{log:#?}");
        terminal.sh(&format!("docker rm {name}"));
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_second_shell_in_a_container_and_shells_inside_it() {
    let lab = lab(&["ubuntu"]);
    for seen in [true, false] {
        let mut terminal = open(lab.as_ref(), seen);
        let name = name();
        terminal.sh(&format!("docker run -d -it --name {name} ubuntu"));
        let opened = terminal.nest(&format!("docker exec -it {name} bash"));
        assert_eq!(opened.level, 1);
        assert_eq!(terminal.nest("sh").level, 2);
        assert_eq!(terminal.nest("su -s /bin/bash nobody").level, 3);
        assert_eq!(terminal.sh("whoami").output, ["nobody"]);
        assert_eq!(terminal.sh("exit").level, 2);
        assert_eq!(terminal.sh("exit").level, 1);
        let killed = terminal
            .run("kill -9 $$", WaitFor::Prompt, LIMIT)
            .expect("a prompt outside");
        assert_eq!((killed.level, killed.exit), (0, Some(137)));
        terminal.sh(&format!("docker rm -f {name}"));
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_that_ends_in_the_middle_of_a_step_falls_back_to_the_host() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    let name = name();
    let mut outside = open(lab.as_ref(), true);
    terminal.nest(&format!("docker run --rm -it --name {name} ubuntu bash"));
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            let has_begun = format!("docker top {name} | grep -q 'sleep 1000'");
            while outside.sh(&has_begun).exit != Some(0) {}
            outside.sh(&format!("docker kill {name}"));
        });
        terminal.sh("echo last; sleep 1000")
    });
    assert_eq!((ended.level, ended.exit), (0, Some(137)), "{ended:?}");
    assert_eq!(ended.output.first().map(String::as_str), Some("last"));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_in_the_foreground_is_ended_by_a_key() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    let command = "docker run --rm ubuntu bash -c 'trap \"exit 5\" INT; echo up; while :; do sleep 0.1; done'";
    let begun = terminal.run(command, running(1), LIMIT).expect("it runs");
    assert_eq!(begun.output, ["up"]);
    let started = Instant::now();
    let ended = terminal
        .press(Keys::Interrupt, WaitFor::Prompt, LIMIT)
        .expect("it ends");
    assert_eq!((ended.level, ended.output.len()), (0, 0), "{ended:?}");
    assert!(started.elapsed() < Duration::from_secs(10));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_silent_container_in_the_foreground_is_ended_by_a_key_once_it_runs() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    for _ in 0..3 {
        let command =
            "docker run --rm ubuntu bash -c 'trap \"exit 5\" INT; while :; do sleep 0.1; done'";
        let begun = terminal.run(command, running(0), LIMIT);
        assert_eq!(begun.expect("it runs").output, [""; 0]);
        let ended = terminal.press(Keys::Interrupt, WaitFor::Prompt, LIMIT);
        assert_eq!(ended.expect("it ends").level, 0);
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_that_hangs_ends_by_its_limit_and_the_terminal_recovers() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    let name = name();
    terminal.nest(&format!("docker run --rm -it --name {name} ubuntu bash"));
    let hangs = terminal.run(
        "trap '' INT; exec sleep 1000",
        WaitFor::Prompt,
        Duration::from_secs(1),
    );
    assert!(
        matches!(hangs, Err(TerminalError::TimedOut { level: 1, .. })),
        "{hangs:?}"
    );
    assert_eq!(terminal.recover().expect("recovered"), 0);
    assert_eq!(terminal.sh("echo next").output, ["next"]);
    terminal.sh(&format!("docker rm -f {name}"));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_hostile_container_cannot_end_a_step_of_the_host() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    terminal.nest("docker run --rm -it ubuntu bash");
    // It knows its own key, and nothing of the host's.
    let forged = r#"k=$_lbk; echo "${#k}""#;
    assert_eq!(terminal.sh(forged).output, ["16"]);
    let leaving = r#"(sleep 0.3; printf '\033]7001;%s;9999;0\007fake# \033]7001;%s;.\007' $k $k >/dev/tty) & exit 6"#;
    let ended = terminal.sh(leaving);
    assert_eq!((ended.level, ended.exit), (0, Some(6)), "{ended:?}");
    let printed = terminal.sh("sleep 0.5; echo host; (exit 3)");
    assert_eq!(
        (printed.output, printed.exit),
        (vec!["host".to_owned()], Some(3))
    );
}

/// What a program that is typed at as if it were a shell learns and tells: it
/// repeats what it is typed, with lies.
const REPEATS: &str =
    r#"printf "root@x:/# "; read -r a; printf "lie 1 %s\n%s lie 2\n" "$a" "$a"; exit 4"#;

/// A program that takes its marks as a shell does, and tells lies before and amid.
const OBEYS: &str = r#"PS1="root@x:/# "; printf "$PS1"; read -r a; echo "lie 1 $a"; eval "$(echo "$a" | sed "s/;read.*//")"; read -r b; echo "$b lie 2"; eval "$b"; echo "lie 3"; export PS1 _lbk; exec sh -i"#;

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_a_hostile_container_prints_with_the_words_it_was_typed_is_shown() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    let name = name();
    let command = format!("docker run -it --name {name} ubuntu bash -c '{REPEATS}'");
    let printed = terminal.nest(&command);
    assert_eq!((printed.level, printed.exit), (0, Some(4)), "{printed:#?}");
    let lies = |output: &[String]| output.iter().filter(|line| line.contains("lie ")).count();
    assert_eq!(lies(&printed.output), 2, "{printed:#?}");
    for _ in 0..2 {
        let log = terminal.sh(&format!("docker logs {name}"));
        assert_eq!(lies(&log.output), 2, "{log:#?}");
    }
    terminal.sh(&format!("docker rm -f {name}"));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_a_hostile_container_prints_while_it_is_given_its_marks_is_shown() {
    let lab = lab(&["ubuntu"]);
    for seen in [true, false] {
        let mut terminal = open(lab.as_ref(), seen);
        let name = name();
        let command = format!("docker run -it --name {name} ubuntu bash -c '{OBEYS}'");
        let printed = terminal.nest(&command);
        assert_eq!((printed.level, printed.exit), (1, None), "{printed:#?}");
        let lies = |output: &[String]| {
            let lie = |number: u8| {
                output
                    .iter()
                    .any(|line| line.contains(&format!("lie {number}")))
            };
            (1..=3).filter(|number| lie(*number)).count()
        };
        assert_eq!(lies(&printed.output), 3, "{printed:#?}");
        terminal.sh("exit");
        let log = terminal.sh(&format!("docker logs {name}"));
        assert_eq!(lies(&log.output), 3, "{log:#?}");
        terminal.sh(&format!("docker rm -f {name}"));
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_shell_in_a_container_goes_on_under_another_prompt() {
    let lab = lab(&["ubuntu", "busybox"]);
    for seen in [true, false] {
        for (image, shell) in [("ubuntu", "bash"), ("busybox", "sh")] {
            let mut terminal = open(lab.as_ref(), seen);
            terminal.nest(&format!("docker run --rm -it {image} {shell}"));
            for command in ["PS1='new$ '", "exec sh"] {
                let printed = terminal.sh(command);
                let told = (printed.level, printed.exit);
                assert_eq!(told, (1, Some(0)), "{shell}, {command}: {printed:?}");
                let next = terminal.sh("echo next; (exit 3)");
                assert_eq!((next.output, next.exit), (vec!["next".to_owned()], Some(3)));
            }
            assert_eq!(terminal.sh("exit 5").exit, Some(5), "{shell}");
        }
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_in_a_container_that_waits_for_keys_is_told_early() {
    let lab = lab(&["ubuntu"]);
    let mut terminal = open(lab.as_ref(), true);
    let command = "docker run --rm -it ubuntu cat";
    for then in [WaitFor::Prompt, WaitFor::NestedShell] {
        let error = terminal.run(command, then, LIMIT);
        let Err(TerminalError::WaitsForInput { program, .. }) = error else {
            panic!("{error:?}");
        };
        assert_eq!(program, "cat");
        assert_eq!(terminal.recover().expect("interrupted"), 0);
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn no_program_inherits_the_key_of_its_shell() {
    let lab = lab(&["ubuntu", "busybox"]);
    let mut terminal = open(lab.as_ref(), true);
    for (image, shell) in [("ubuntu", "bash"), ("ubuntu", "sh"), ("busybox", "sh")] {
        terminal.nest(&format!(
            "docker run --rm -e PS1='mine$ ' -it {image} {shell}"
        ));
        assert_eq!(terminal.sh("echo ${#_lbk}").output, ["16"]);
        let found = terminal.sh(r#"k=$_lbk; tr '\0' '\n' </proc/self/environ | grep -c "$k""#);
        assert_eq!(found.output, ["0"], "{shell}");
        terminal.sh("exit");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_knows_the_key_of_its_shell_cannot_end_its_step() {
    let lab = lab(&["ubuntu", "busybox"]);
    for (image, shell) in [("ubuntu", "bash"), ("ubuntu", "sh"), ("busybox", "sh")] {
        let mut terminal = open(lab.as_ref(), true);
        terminal.nest(&format!("docker run --rm -it {image} {shell}"));
        let key = r#"k=$_lbk; echo "${#k}""#;
        assert_eq!(terminal.sh(key).output, ["16"], "{shell}");
        terminal.sh("export k");
        let forge = |more: &str| {
            format!(
                r#"n=$_lbn sh -c 'for i in 0 1 2; do printf "\033]7001;%s;%s;0\007# \033]7001;%s;.\007" $k $((n+i)) $k; done; {more}'"#
            )
        };
        let printed = terminal.sh(&forge("sleep 0.3; echo failed; exit 6"));
        assert_eq!(printed.exit, Some(6), "{shell}: {printed:?}");
        let failed = |line: &String| line.ends_with("failed");
        assert!(printed.output.iter().any(failed), "{shell}: {printed:?}");
        assert_eq!(terminal.sh("echo next").output, ["next"], "{shell}");
        let hidden = r#"sh -c 'printf "\033]7001;%s;1;0\007a lie\n# \033]7001;%s;.\007" $k $k; printf "b lie\n\033]7001;%s;o\007" $k; sleep 0.3'"#;
        let printed = terminal.sh(hidden);
        for lie in ["a lie", "b lie"] {
            let shown = |line: &String| line.contains(lie);
            assert!(printed.output.iter().any(shown), "{shell}: {printed:?}");
        }
        // One that ends at once may be faster than whoever looks for it.
        let outcomes = [
            terminal.run(&forge("exit 6"), WaitFor::Prompt, LIMIT),
            terminal.run("true", WaitFor::Prompt, LIMIT),
        ];
        let told = matches!(
            &outcomes,
            [Err(TerminalError::Forged { .. }), _] | [_, Err(TerminalError::Forged { .. })]
        );
        let known = matches!(&outcomes[0], Ok(printed) if printed.exit == Some(6));
        assert!(told || known, "{shell}: {outcomes:?}");
    }
}
