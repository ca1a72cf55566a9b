//! What a user of the terminal sees, in real shells on real terminals.

use std::ffi::OsString;
use std::time::{Duration, Instant};

use labbook::lab::Doorway;
use labbook::session::Keys;
use labbook::terminal::{Terminal, TerminalError, WaitFor};

use super::support::{LIMIT, Short, running};

fn environment() -> Vec<(OsString, OsString)> {
    [
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ),
        ("HOME", "/tmp"),
        ("TERM", "xterm"),
        ("LANG", "C.UTF-8"),
    ]
    .map(|(name, value)| (name.into(), value.into()))
    .to_vec()
}

/// This machine's bash.
fn here() -> Doorway {
    Doorway {
        multiplexer: "/dev/ptmx".into(),
        command: ["bash", "--noprofile", "--norc", "-i"]
            .map(OsString::from)
            .to_vec(),
        environment: environment(),
        folder: None,
        process_one: None,
    }
}

/// This machine's bash, with all of its processes in sight.
fn here_seen() -> Doorway {
    Doorway {
        folder: None,
        process_one: Some(1),
        ..here()
    }
}

fn open() -> Terminal<'static> {
    Terminal::open(&here_seen(), None).expect("bash opens")
}

fn missing(program: &str) -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).exists())
    });
    if !found {
        println!("skipped: no {program}");
    }
    !found
}

/// Every shell that the terminal knows how to mark, as a nested one.
fn nested_shells() -> Vec<&'static str> {
    [
        ("bash", "HISTFILE= bash --norc"),
        ("dash", "dash"),
        ("busybox", "busybox sh"),
    ]
    .into_iter()
    .filter(|(program, _)| !missing(program))
    .map(|(_, command)| command)
    .collect()
}

fn is_greeting(line: &str) -> bool {
    line.is_empty() || line.contains("BusyBox") || line.starts_with("Enter 'help'")
}

#[test]
fn output_and_exit_status_of_each_command_are_exact() {
    let mut terminal = open();
    for _ in 0..20 {
        let printed = terminal.sh("echo hello");
        assert_eq!(printed.output, ["hello"]);
        assert_eq!(printed.exit, Some(0));
        assert_eq!(printed.prompt, "$");
        assert_eq!(printed.level, 0);
        let printed = terminal.sh("false");
        assert_eq!((printed.output.len(), printed.exit), (0, Some(1)));
        assert_eq!(terminal.sh("(exit 13)").exit, Some(13));
        assert_eq!(terminal.sh("").output, [""; 0]);
    }
}

#[test]
fn a_last_line_without_an_end_is_output() {
    let mut terminal = open();
    let printed = terminal.sh("printf 'one\\ntwo'");
    assert_eq!(printed.output, ["one", "two"]);
    assert_eq!(printed.prompt, "$");
}

#[test]
fn each_kind_of_shell_nests_and_ends() {
    for shell in nested_shells() {
        let mut terminal = open();
        let opened = terminal.nest(shell);
        assert_eq!((opened.level, opened.exit), (1, None), "{shell}");
        assert!(
            opened.output.iter().all(|line| is_greeting(line)),
            "{shell}: {opened:?}"
        );
        assert!(opened.prompt.ends_with(['#', '$']), "{shell}: {opened:?}");
        for _ in 0..20 {
            let printed = terminal.sh("echo 'hi there'");
            assert_eq!(printed.output, ["hi there"], "{shell}");
            assert_eq!((printed.exit, printed.level), (Some(0), 1), "{shell}");
            assert_eq!(printed.prompt, opened.prompt, "{shell}");
            assert_eq!(terminal.sh("false").exit, Some(1), "{shell}");
            assert_eq!(terminal.sh("printf 'a\\nb'").output, ["a", "b"], "{shell}");
        }
        let ended = terminal.sh("exit 13");
        assert_eq!((ended.level, ended.exit), (0, Some(13)), "{shell}");
        assert_eq!(terminal.sh("echo back").output, ["back"]);
    }
}

#[test]
fn shells_nest_in_shells_and_all_end_at_once() {
    let mut terminal = open();
    let mut level = 0;
    for shell in nested_shells().into_iter().chain(nested_shells()) {
        level += 1;
        assert_eq!(terminal.nest(shell).level, level, "{shell}");
        assert_eq!(terminal.sh("echo $((6*7))").output, ["42"]);
    }
    let outermost =
        terminal.sh("kill -9 $(ps -o pid= --ppid $PPID 2>/dev/null) 2>/dev/null; exit 3");
    assert!(outermost.level < level);
}

#[test]
fn without_a_view_of_the_processes_a_nested_shell_is_known_by_its_prompt() {
    let mut terminal = Terminal::open(&here(), None).expect("bash opens");
    for shell in nested_shells() {
        assert_eq!(terminal.nest(shell).level, 1, "{shell}");
        assert_eq!(terminal.sh("echo in").output, ["in"]);
        assert_eq!(terminal.sh("exit").level, 0);
    }
}

#[test]
fn a_command_that_ends_instead_of_opening_a_shell_says_so() {
    let mut terminal = open();
    for _ in 0..20 {
        let printed = terminal.nest("echo hi");
        assert_eq!((printed.level, printed.exit), (0, Some(0)));
        assert_eq!(printed.output, ["hi"]);
    }
    let printed = terminal.nest("no-such-command-here");
    assert_eq!((printed.level, printed.exit), (0, Some(127)));
    assert_eq!(
        printed.output,
        ["bash: no-such-command-here: command not found"]
    );
    let printed = terminal.nest("bash --norc -c 'exit 125'");
    assert_eq!((printed.level, printed.exit), (0, Some(125)));
}

#[test]
fn output_that_looks_like_a_prompt_is_output() {
    for doorway in [here(), here_seen()] {
        let mut terminal = Terminal::open(&doorway, None).expect("bash opens");
        for _ in 0..3 {
            let printed = terminal.nest("printf 'root@abc:/# '; sleep 0.5; echo; echo end");
            assert_eq!((printed.level, printed.exit), (0, Some(0)));
            assert_eq!(printed.output, ["root@abc:/#", "end"]);
            assert_eq!(terminal.sh("echo next").output, ["next"]);
        }
    }
}

#[test]
fn typing_at_a_program_that_looked_like_a_shell_does_no_harm() {
    for doorway in [here(), here_seen()] {
        let mut terminal = Terminal::open(&doorway, None).expect("bash opens");
        for _ in 0..3 {
            let pretend = "stty raw -echo; printf 'root@abc:/# '; sleep 2; stty sane; echo; echo end; (exit 9)";
            let printed = terminal.nest(pretend);
            assert_eq!((printed.level, printed.exit), (0, Some(9)));
            assert_eq!(printed.output, ["root@abc:/#", "end"]);
            let next = terminal.sh("echo next; (exit 8)");
            assert_eq!((next.output, next.exit), (vec!["next".to_owned()], Some(8)));
        }
    }
}

#[test]
fn commands_of_several_lines_are_typed_as_the_shell_asks_for_them() {
    let mut terminal = open();
    for shell in [None]
        .into_iter()
        .chain(nested_shells().into_iter().map(Some))
    {
        if let Some(shell) = shell {
            terminal.nest(shell);
        }
        let heredoc = terminal.sh("cat <<'END'\none $x\n  two\nEND");
        assert_eq!(heredoc.output, ["one $x", "  two"], "{shell:?}");
        assert_eq!(
            terminal.sh("echo one \\\n  two").output,
            ["one two"],
            "{shell:?}"
        );
        assert_eq!(
            terminal.sh("echo 'one\ntwo'").output,
            ["one", "two"],
            "{shell:?}"
        );
        let looped = terminal.sh("for i in 1 2 3; do\necho $i\ndone");
        assert_eq!(looped.output, ["1", "2", "3"], "{shell:?}");
        if shell.is_some() {
            terminal.sh("exit");
        }
    }
}

#[test]
fn an_incomplete_command_is_an_error_and_the_shell_goes_on() {
    let mut terminal = open();
    let error = terminal.run("echo 'open", WaitFor::Prompt, LIMIT);
    assert!(
        matches!(error, Err(TerminalError::Incomplete { .. })),
        "{error:?}"
    );
    assert_eq!(terminal.sh("echo next").output, ["next"]);
}

#[test]
fn a_control_character_is_not_typed() {
    let mut terminal = open();
    let error = terminal.run("echo \u{3} x", WaitFor::Prompt, LIMIT);
    assert!(
        matches!(
            error,
            Err(TerminalError::Unprintable {
                character: '\u{3}',
                ..
            })
        ),
        "{error:?}"
    );
}

#[test]
fn hangul_comes_through_whole() {
    let mut terminal = open();
    assert_eq!(
        terminal.sh("echo '안녕하세요, 도커'").output,
        ["안녕하세요, 도커"]
    );
    for shell in nested_shells() {
        terminal.nest(&format!("env -u LANG {shell}"));
        assert_eq!(
            terminal.sh("echo '안녕하세요, 도커'").output,
            ["안녕하세요, 도커"],
            "{shell}"
        );
        terminal.sh("exit");
    }
}

#[test]
fn a_tab_is_a_character_and_not_a_completion() {
    let mut terminal = open();
    assert_eq!(terminal.sh("printf '%s|' 'a\tb'").output, ["a       b|"]);
}

#[test]
fn a_long_command_is_typed_whole_or_not_at_all() {
    let mut terminal = open();
    for shell in [None]
        .into_iter()
        .chain(nested_shells().into_iter().map(Some))
    {
        if let Some(shell) = shell {
            terminal.nest(shell);
        }
        let longest = match shell {
            Some("busybox sh") => Some(1022),
            Some("dash") => Some(4095),
            _ => None,
        };
        let word = "0".repeat(longest.unwrap_or(20_000) - "echo ".len());
        let printed = terminal.sh(&format!("echo {word}"));
        assert_eq!(printed.output.concat(), word, "{shell:?}");
        // Counted in bytes, of which a syllable takes three.
        let syllables = "가".repeat(word.len() / 3);
        let printed = terminal.sh(&format!("echo {syllables}"));
        assert_eq!(printed.output.concat(), syllables, "{shell:?}");
        let too_long = terminal.run(&format!("echo\necho {word}0"), WaitFor::Prompt, LIMIT);
        match longest {
            Some(limit) => assert!(
                matches!(too_long, Err(TerminalError::TooLong { longest, .. }) if longest == limit),
                "{shell:?}"
            ),
            None => assert_eq!(too_long.expect("a prompt").output.concat(), word + "0"),
        }
        assert_eq!(terminal.sh("echo next").output, ["next"]);
        if shell.is_some() {
            terminal.sh("exit");
        }
    }
}

#[test]
fn twenty_thousand_lines_are_all_there() {
    let mut terminal = open();
    let printed = terminal.sh("seq 20000");
    assert_eq!(printed.output.len(), 20_000);
    assert_eq!(printed.output.last().map(String::as_str), Some("20000"));
    assert_eq!(printed.dropped, 0);
}

#[test]
fn a_program_that_prints_forever_ends_by_its_limit_in_bounded_memory() {
    let mut terminal = open();
    let started = Instant::now();
    let error = terminal.run("yes 0123456789", WaitFor::Prompt, Duration::from_secs(2));
    let Err(TerminalError::TimedOut { output, level, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(level, 0);
    assert!(output.len() > 1000 && output[0] == "0123456789");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert!(matches!(
        terminal.run("echo", WaitFor::Prompt, LIMIT),
        Err(TerminalError::Busy)
    ));
    assert_eq!(terminal.recover().expect("recovered"), 0);
    assert_eq!(terminal.sh("echo alive").output, ["alive"]);
}

#[test]
fn a_program_that_ignores_the_interrupt_is_killed() {
    let mut terminal = open();
    let limit = Duration::from_millis(300);
    let error = terminal.run(
        "sh -c 'trap \"\" INT; echo deaf; while :; do sleep 1; done'",
        WaitFor::Prompt,
        limit,
    );
    let Err(TerminalError::TimedOut { output, .. }) = error else {
        panic!("{error:?}");
    };
    assert_eq!(output, ["deaf"]);
    assert_eq!(terminal.recover().expect("recovered"), 0);
    assert_eq!(terminal.sh("echo alive").output, ["alive"]);
}

#[test]
fn the_end_of_the_labs_shell_closes_the_terminal() {
    let mut terminal = open();
    let error = terminal.run("exit", WaitFor::Prompt, LIMIT);
    assert!(
        matches!(error, Err(TerminalError::Closed { .. })),
        "{error:?}"
    );
    let error = terminal.run("echo", WaitFor::Prompt, LIMIT);
    assert!(
        matches!(
            error,
            Err(TerminalError::Busy | TerminalError::Closed { .. })
        ),
        "{error:?}"
    );
}

#[test]
fn a_program_that_is_not_there_or_is_no_shell_does_not_open() {
    let doorway = Doorway {
        command: vec!["/no/such/program".into()],
        ..here()
    };
    assert!(matches!(
        Terminal::open(&doorway, None),
        Err(TerminalError::NoShell { .. })
    ));
    let doorway = Doorway {
        command: vec!["true".into()],
        ..here()
    };
    assert!(matches!(
        Terminal::open(&doorway, None),
        Err(TerminalError::Closed { .. })
    ));
}

#[test]
fn marks_that_a_program_prints_end_nothing() {
    let mut terminal = open();
    let forged = r#"for k in '' 0 "$_lb" "$_lbn"; do printf '\033]7001;%s;99;0\007forged# \033]7001;%s;.\007' "$k" "$k"; done; set | grep -a 7001; echo "$PS1$PS0$PS2"; (exit 7)"#;
    let printed = terminal.sh(forged);
    assert_eq!(printed.exit, Some(7));
    assert!(
        printed.output.iter().any(|line| line.contains("forged#")),
        "{printed:?}"
    );
    assert_eq!(terminal.sh("echo next").output, ["next"]);
}

#[test]
fn an_escape_sequence_left_open_swallows_nothing_but_its_own_output() {
    let mut terminal = open();
    assert_eq!(terminal.sh("printf 'a\\033]0;'").output, ["a"]);
    assert_eq!(terminal.sh("printf '\\033['; (exit 4)").exit, Some(4));
    assert_eq!(terminal.sh("echo next").output, ["next"]);
}

#[test]
fn a_shell_started_with_exported_marks_does_not_pass_for_its_parent() {
    let mut terminal = open();
    let opened = terminal.nest("PS1='x$ ' bash --norc");
    assert_eq!((opened.level, opened.prompt.as_str()), (1, "x$"));
    let deeper = terminal.nest("dash");
    assert_eq!(deeper.level, 2);
    assert_eq!(terminal.sh("exit").level, 1);
}

#[test]
fn a_program_whose_lines_are_left_out_is_waited_for_until_it_is_quiet() {
    let mut terminal = open();
    let elided = WaitFor::Running {
        lines: 1,
        elides: true,
    };
    let command = "for i in 1 2 3; do echo $i; sleep 0.3; done; cat";
    let begun = terminal.run(command, elided, LIMIT).expect("it runs");
    assert_eq!(begun.output, ["1", "2", "3"]);
    terminal
        .press(Keys::EndOfFile, WaitFor::Prompt, LIMIT)
        .expect("it ends");
}

#[test]
fn a_program_in_the_foreground_is_typed_at_and_ended_by_keys() {
    let mut terminal = open();
    let begun = terminal.run("cat", running(0), LIMIT).expect("cat runs");
    assert_eq!((begun.exit, begun.output.len()), (None, 0));
    let typed = terminal
        .run("hello", running(1), LIMIT)
        .expect("cat answers");
    assert_eq!(typed.output, ["hello"]);
    let ended = terminal
        .press(Keys::EndOfFile, WaitFor::Prompt, LIMIT)
        .expect("cat ends");
    assert_eq!((ended.exit, ended.output.len()), (Some(0), 0));

    let sleeping = terminal
        .run("sleep 1000", running(0), LIMIT)
        .expect("sleep runs");
    assert_eq!(sleeping.exit, None);
    let ended = terminal
        .press(Keys::Interrupt, WaitFor::Prompt, LIMIT)
        .expect("sleep ends");
    assert_eq!((ended.exit, ended.output.len()), (Some(130), 0));
}

#[test]
fn a_program_that_goes_on_is_interrupted_once_it_has_printed_what_it_shall() {
    let mut terminal = open();
    let follows = "f=$(mktemp); echo one >$f; echo two >>$f; tail -f $f";
    let printed = terminal
        .run(follows, WaitFor::Interrupted { lines: 2 }, LIMIT)
        .expect("tail is interrupted");
    assert_eq!(printed.output, ["one", "two"]);
    assert_eq!((printed.exit, printed.level), (None, 0));
    assert!(printed.is_interrupted);
    // One that ends by itself is not.
    let ended = terminal
        .run("echo one", WaitFor::Interrupted { lines: 1 }, LIMIT)
        .expect("echo ends");
    assert_eq!((ended.exit, ended.is_interrupted), (Some(0), false));
    // One that prints less is waited for to the end.
    let short = terminal.run(
        "tail -f $f",
        WaitFor::Interrupted { lines: 3 },
        Duration::from_secs(2),
    );
    assert!(
        matches!(short, Err(TerminalError::TimedOut { .. })),
        "{short:?}"
    );
}

#[test]
fn keys_at_a_prompt_do_what_they_do() {
    let mut terminal = open();
    let pressed = terminal
        .press(Keys::Interrupt, WaitFor::Prompt, LIMIT)
        .expect("a new prompt");
    assert_eq!(
        (pressed.exit, pressed.level, pressed.output.len()),
        (Some(130), 0, 0)
    );
    for shell in nested_shells() {
        terminal.nest(shell);
        let ended = terminal
            .press(Keys::EndOfFile, WaitFor::Prompt, LIMIT)
            .expect("the shell ends");
        assert_eq!(ended.level, 0, "{shell}");
    }
}

#[test]
fn keys_do_the_same_where_labbook_runs_in_the_background() {
    let again = std::process::Command::new("sh")
        .args(["-c", "trap '' HUP INT QUIT; exec \"$0\" --exact \"$1\""])
        .arg(std::env::current_exe().expect("this program"))
        .arg("terminal::shells::a_program_in_the_foreground_is_typed_at_and_ended_by_keys")
        .output()
        .expect("sh runs");
    let said = String::from_utf8_lossy(&again.stdout);
    assert!(said.contains("1 passed"), "{said}");
}

#[test]
fn an_interpreter_that_is_no_shell_is_not_typed_at() {
    if missing("python3") {
        return;
    }
    let mut terminal = open();
    for then in [WaitFor::NestedShell, WaitFor::Prompt] {
        let error = terminal.run("/usr/bin/env python3 -q", then, LIMIT);
        let Err(TerminalError::WaitsForInput { program, output }) = error else {
            panic!("{error:?}");
        };
        assert!(program.starts_with("python3"), "{program}");
        // Newer ones print an empty line before it.
        assert_eq!(output.last().map(String::as_str), Some(">>>"));
        assert_eq!(terminal.recover().expect("killed"), 0);
    }
}

#[test]
fn a_shell_that_is_given_another_prompt_goes_on() {
    for shell in std::iter::once(None).chain(nested_shells().into_iter().map(Some)) {
        let mut terminal = open();
        if let Some(shell) = shell {
            terminal.nest(shell);
        }
        let level = terminal.level();
        for command in [
            "PS1='new$ '",
            "echo hi; export PS1='newer$ '; false",
            "exec sh",
            "PS1='other$ '",
        ] {
            let printed = terminal.sh(command);
            assert_eq!(printed.level, level, "{shell:?}, {command}: {printed:?}");
            let exit = i32::from(command.ends_with("false"));
            assert_eq!(
                printed.exit,
                Some(exit),
                "{shell:?}, {command}: {printed:?}"
            );
            let said = |line: &String| line == "hi";
            let says = command.starts_with("echo");
            assert_eq!(
                printed.output.iter().any(said),
                says,
                "{shell:?}: {printed:?}"
            );
            // busybox greets.
            assert!(
                says || printed.output.iter().all(|line| is_greeting(line)),
                "{shell:?}: {printed:?}"
            );
            if let Some((_, prompt)) = command.split_once("PS1='") {
                assert!(
                    prompt.starts_with(&printed.prompt),
                    "{shell:?}: {printed:?}"
                );
            }
            let next = terminal.sh("echo next; (exit 3)");
            assert_eq!((next.output, next.exit), (vec!["next".to_owned()], Some(3)));
        }
    }
}

#[test]
fn a_shell_that_keeps_setting_its_own_prompt_is_told_early() {
    let mut terminal = open();
    let error = terminal.run(
        "PROMPT_COMMAND='PS1=\"x$ \"'; PS1='y$ '",
        WaitFor::Prompt,
        LIMIT,
    );
    assert!(
        matches!(error, Err(TerminalError::NoMarks { .. })),
        "{error:?}"
    );
}

#[test]
fn a_question_that_nobody_answers_is_told_early() {
    let mut terminal = open();
    for question in ["read -p 'Continue? ' answer", "cat", "sh -c 'read answer'"] {
        let error = terminal.run(question, WaitFor::Prompt, LIMIT);
        assert!(
            matches!(error, Err(TerminalError::WaitsForInput { .. })),
            "{error:?}"
        );
        assert_eq!(terminal.recover().expect("interrupted"), 0);
    }
}

#[test]
#[ignore = "needs root"]
fn a_user_changed_by_su_has_a_shell_of_its_own() {
    let mut terminal = open();
    let opened = terminal.nest("su -s /bin/bash nobody");
    assert_eq!(opened.level, 1);
    assert_eq!(terminal.sh("whoami").output, ["nobody"]);
    assert_eq!(terminal.nest("sh").level, 2);
    assert_eq!(terminal.sh("exit 5").exit, Some(5));
    assert_eq!(terminal.sh("exit").level, 0);
}

#[test]
fn a_resize_that_redraws_the_prompt_ends_nothing() {
    let mut terminal = open();
    for shell in nested_shells() {
        terminal.nest(shell);
        for _ in 0..5 {
            let printed =
                terminal.sh("(sleep 0.05; stty cols 100; stty cols 1000) & sleep 0.2; echo done");
            assert!(
                printed.output.iter().any(|line| line == "done"),
                "{shell}: {printed:?}"
            );
            terminal.sh("(sleep 0.02; stty cols 90; stty cols 1000) </dev/tty >/dev/null 2>&1 &");
            terminal.sh("sleep 0.05");
            let printed = terminal.sh("echo after");
            assert!(
                printed.output.iter().any(|line| line == "after"),
                "{shell}: {printed:?}"
            );
        }
        terminal.sh("exit");
    }
}

#[test]
fn progress_and_colours_are_shown_as_they_end() {
    let mut terminal = open();
    let printed =
        terminal.sh(r"printf '10%%\r20%%\r\033[32mdone\033[0m\033[K\n'; ls --color=always -d /");
    assert_eq!(printed.output, ["done", "/"]);
}

#[test]
fn a_program_that_knows_the_key_of_its_shell_cannot_end_its_step() {
    let mut terminal = open();
    let key = r#"k=$_lbk; echo "${#k}""#;
    assert_eq!(terminal.sh(key).output, ["16"]);
    terminal.sh("export k");
    let forge = r#"n=$_lbn sh -c 'for i in 0 1 2; do printf "\033]7001;%s;%s;0\007$ \033]7001;%s;.\007" $k $((n+i)) $k; done; sleep 0.3; echo failed; exit 6'"#;
    let printed = terminal.sh(forge);
    assert_eq!(printed.exit, Some(6), "{printed:?}");
    assert!(printed.output[0].ends_with("failed"), "{printed:?}");
    assert_eq!(terminal.sh("echo next").output, ["next"]);
}

#[test]
fn two_prompts_that_disagree_are_an_error() {
    let mut terminal = open();
    terminal.sh("k=$_lbk");
    // In the shell itself, so that no program is in the foreground.
    let forge = r#"forge() { printf '\033]7001;%s;%s;0\007$ \033]7001;%s;.\007' $k $((_lbn+1)) $k; echo failed; return 6; }"#;
    terminal.sh(forge);
    let outcomes = [
        terminal.run("forge", WaitFor::Prompt, LIMIT),
        terminal.run("true", WaitFor::Prompt, LIMIT),
    ];
    assert!(
        matches!(
            outcomes,
            [Err(TerminalError::Forged { .. }), _] | [_, Err(TerminalError::Forged { .. })]
        ),
        "{outcomes:?}"
    );
}

#[test]
fn what_is_printed_between_a_prompt_and_the_next_command_is_shown() {
    for shell in nested_shells() {
        let mut terminal = open();
        terminal.nest(shell);
        terminal.sh("mkfifo /tmp/labbook-$$; (read l </tmp/labbook-$$; echo late; echo >/tmp/labbook-$$; sleep 60) & :");
        let mut outside = open();
        let release = "f=$(ls -t /tmp/labbook-* | head -1); echo >$f; read line <$f; rm $f";
        outside.sh(release);
        let printed = terminal.sh("echo on time");
        assert_eq!(printed.output, ["late", "on time"], "{shell}");
    }
}

#[test]
fn the_history_of_a_shell_shows_nothing_of_its_marks() {
    let mut terminal = open();
    for level in 0..2 {
        if level == 1 {
            terminal.nest("HISTFILE= bash --norc");
        }
        terminal.sh("echo one");
        let history = terminal.sh("history");
        assert_eq!(history.output, ["    1  echo one", "    2  history"]);
    }
}
