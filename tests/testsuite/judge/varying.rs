//! What two runs of an exercise tell, the second in a lab whose numbers begin elsewhere.

use labbook::judge::varying::{Decision, OutputStream, RecordedRun, RunStep, decide};
use labbook::judge::{How, JudgedExercise, Observation, StepVerdict};
use labbook::lab::{Machine, Surroundings};
use labbook::session::Step;

use super::support::steps;

/// A step: what is typed, what the notes show, and what two runs print; a last line
/// `= 3` is an exit status.
type Line<'a> = (&'a str, &'a str, &'a str, &'a str);

fn machine(shifted: bool) -> Machine {
    match shifted {
        false => Machine {
            processes: 3,
            container_processes: 0,
            ports: 32768,
            interfaces: 0,
            host: "lab".to_owned(),
        },
        true => Machine {
            processes: 41_000,
            container_processes: 31_000,
            ports: 36768,
            interfaces: 82,
            host: "la1".to_owned(),
        },
    }
}

/// When the first step of each run was sent.
const BEGAN: [f64; 2] = [1_790_000_000.0, 1_790_000_007.0];

fn transcript(lines: &[Line]) -> Vec<Step> {
    let mut text = "# Runs\n\n```console\n".to_owned();
    for (command, notes, ..) in lines {
        text.push_str(&format!("kim@box:~$ {command}\n"));
        if !notes.is_empty() {
            text.push_str(&format!("{notes}\n"));
        }
    }
    steps(&format!("{text}```\n"))
}

fn run<'a>(shifted: bool, began: f64, outputs: impl Iterator<Item = &'a str>) -> RecordedRun {
    let steps = outputs.enumerate().map(|(number, output)| {
        let (output, exit) = match output.rsplit_once("\n= ") {
            Some((output, exit)) => (output, exit.parse().unwrap()),
            None => (output, 0),
        };
        RunStep {
            observation: Observation {
                sent: None,
                output: output.lines().map(str::to_owned).collect(),
                exit: Some(exit),
                prompt: Some("$".to_owned()),
                ..Observation::default()
            },
            at: began + number as f64,
            asked: 1,
            streams: Vec::new(),
        }
    });
    RecordedRun {
        surroundings: Surroundings {
            machine: Some(machine(shifted)),
            ..Surroundings::default()
        },
        steps: steps.collect(),
        stopped: None,
    }
}

fn decided_with(lines: &[Line], further: &[&[&str]]) -> Decision {
    let steps = transcript(lines);
    let mut runs = vec![
        run(false, BEGAN[0], lines.iter().map(|line| line.2)),
        run(true, BEGAN[1], lines.iter().map(|line| line.3)),
    ];
    for outputs in further {
        runs.push(run(true, BEGAN[1], outputs.iter().copied()));
    }
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    decide(&script, &runs).unwrap()
}

fn decided(lines: &[Line]) -> Decision {
    decided_with(lines, &[])
}

/// What is said of the lines that vary.
fn varying(decision: &Decision) -> Vec<String> {
    let lines = decision.judgements.iter().flat_map(|step| &step.lines);
    lines
        .filter(|line| line.how == How::Varying)
        .map(|line| line.note.clone().unwrap_or_default())
        .collect()
}

#[track_caller]
fn holds(lines: &[Line], said: &[&str]) {
    let decision = decided(lines);
    assert!(decision.holds(), "{lines:?}: {:#?}", decision.judgements);
    assert!(!decision.flaky, "{lines:?}");
    assert_eq!(varying(&decision), said, "{lines:?}");
}

#[track_caller]
fn fails(lines: &[Line]) {
    let decision = decided(lines);
    assert!(!decision.holds(), "{lines:?}: {:#?}", decision.judgements);
}

#[test]
fn process_numbers_vary_as_the_labs_begin_them() {
    holds(&[("echo $$", "2211", "112", "41110")], &["PID 112 / 41110"]);
    holds(
        &[(
            "docker run busybox sh -c 'sleep 9 & echo $!'",
            "7",
            "13",
            "31007",
        )],
        &["PID 13 / 31007"],
    );
    holds(
        &[(
            "ss -tlnp | grep 8080",
            r#"LISTEN 0 4096 0.0.0.0:8080 0.0.0.0:* users:(("docker-proxy",pid=20311,fd=4))"#,
            r#"LISTEN 0 4096 0.0.0.0:8080 0.0.0.0:* users:(("docker-proxy",pid=201,fd=4))"#,
            r#"LISTEN 0 4096 0.0.0.0:8080 0.0.0.0:* users:(("docker-proxy",pid=41201,fd=4))"#,
        )],
        &["PID 201 / 41201"],
    );
}

#[test]
fn a_number_that_is_computed_keeps_its_distance() {
    let step =
        |command: &'static str, notes: &'static str| [(command, notes, "112\n122", "41110\n41120")];
    let computed = "sh -c 'echo $$; echo $(( $$ + 10 ))'";
    holds(
        &step(computed, "4711\n4721"),
        &["PID 112 / 41110", "PID 122 / 41120"],
    );
    fails(&step(computed, "4711\n12"));
    fails(&step("sleep 9 & echo $!; expr $! + 10", "4711\n4900"));
    // Of two processes that are only shown, other ones may begin in between.
    holds(
        &step("sleep 9 & echo $!; sleep 9 & echo $!", "4711\n4713"),
        &["PID 112 / 41110", "PID 122 / 41120"],
    );
}

#[test]
fn a_number_that_is_computed_of_an_earlier_steps_keeps_its_distance() {
    let steps = |notes| {
        [
            ("echo $$", "4711", "112", "41110"),
            ("sleep 9 & echo $!", "4730", "120", "41118"),
            ("echo $(( $$ + 10 ))", notes, "122", "41120"),
        ]
    };
    let said = ["PID 112 / 41110", "PID 120 / 41118", "PID 122 / 41120"];
    holds(&steps("4721"), &said);
    fails(&steps("4722"));
}

#[test]
fn the_blanks_beside_a_number_are_those_that_it_leaves() {
    holds(
        &[(
            "cat list",
            "  4711 web\n 31007 db",
            "   185 web\n   190 db",
            " 41187 web\n 41192 db",
        )],
        &["PID 185 / 41187", "PID 190 / 41192"],
    );
}

#[test]
fn other_numbers_of_the_machine_have_signatures_of_their_own() {
    holds(
        &[(
            "docker exec web cat /sys/class/net/eth0/iflink",
            "9",
            "4",
            "86",
        )],
        &["interface number 4 / 86"],
    );
    holds(
        &[(
            "readlink /proc/self/ns/net",
            "net:[4026531840]",
            "net:[4026532341]",
            "net:[4026532421]",
        )],
        &[],
    );
    holds(
        &[("cat port", "40001", "32769", "36770")],
        &["port 32769 / 36770"],
    );
    holds(
        &[(
            "echo up $(cut -d' ' -f1 /proc/uptime)",
            "up 6258.35",
            "up 1719.91",
            "up 1726.95",
        )],
        &["time 1719.91 / 1726.95"],
    );
    holds(
        &[("stat -c %Y new", "1693373592", "1790000000", "1790000007")],
        &["time 1790000000 / 1790000007"],
    );
    holds(
        &[("hostname", "box", "lab", "la1")],
        &["host name lab / la1"],
    );
}

#[test]
fn a_word_that_is_drawn_varies_wherever_it_is_typed_again() {
    holds(
        &[
            (
                "mktemp",
                "/tmp/tmp.kPcLmD83xQ",
                "/tmp/tmp.z1ySZjk451",
                "/tmp/tmp.EpHeTOwCUH",
            ),
            (
                "ls /tmp",
                "tmp.kPcLmD83xQ",
                "tmp.z1ySZjk451",
                "tmp.EpHeTOwCUH",
            ),
        ],
        &["drawn word z1ySZjk451 / EpHeTOwCUH"; 2],
    );
    holds(
        &[(
            "cat /proc/sys/kernel/random/uuid",
            "3f1e9a52-7c4d-4b8e-9d21-6a5f0c3b7e94",
            "3b69ba1b-982c-44b4-8038-d9c1dbb36311",
            "0caf9202-f650-4c7c-94ce-afbb96712bf4",
        )],
        &["drawn word 3b69ba1b-982c-44b4-8038-d9c1dbb36311 / 0caf9202-f650-4c7c-94ce-afbb96712bf4"],
    );
}

#[test]
fn the_names_of_bridges_and_cards_are_drawn_behind_their_kind() {
    let lines: &[Line] = &[(
        "ip -o link | cut -d' ' -f2",
        "br-9c0d1e2f3a4b:\nveth9f8e7d6@if7:",
        "br-1a2b3c4d5e6f:\nveth1a2b3c4@if3:",
        "br-0f9e8d7c6b5a:\nveth0f9e8d7@if85:",
    )];
    assert!(decided(lines).holds());
    let card = |notes| ("ls", notes, "veth4f60b6f", "veth4bdb5fb");
    holds(
        &[card("vethd3a1b2c")],
        &["drawn word veth4f60b6f / veth4bdb5fb"],
    );
    fails(&[card("carda3a1b2c")]);
    let letters = |notes| ("mktemp", notes, "/tmp/out.xThJsk", "/tmp/out.QwbRtz");
    assert!(decided(&[letters("/tmp/out.q8Zk2P")]).holds());
    fails(&[letters("/tmp/out.888222")]);
}

#[test]
fn a_bridge_is_named_after_its_network() {
    let ids = ["0c1e4d5f6a7b", "1a2b3c4d5e6f", "9f8e7d6c5b4a"]
        .map(|id| format!("{id}{}", "07c1".repeat(13)));
    let created = ("docker network create lab", &*ids[0], &*ids[1], &*ids[2]);
    let bridge = |notes| {
        (
            "ls /sys/class/net",
            notes,
            "br-1a2b3c4d5e6f",
            "br-9f8e7d6c5b4a",
        )
    };
    assert!(decided(&[created, bridge("br-0c1e4d5f6a7b")]).holds());
    fails(&[created, bridge("br-0c1e4d5f6a7c")]);
    fails(&[created, bridge("br-ffffffffff00")]);
}

#[test]
fn a_time_varies_also_where_both_runs_fall_into_one_second() {
    let steps = transcript(&[("echo now $(date +%s)", "now 1693373592", "", "")]);
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    let at = |shifted, began, printed| run(shifted, began, [printed].into_iter());
    let now = "now 1790000000";
    let runs = [at(false, BEGAN[0], now), at(true, BEGAN[0] + 0.4, now)];
    assert!(decide(&script, &runs).unwrap().holds());
    let runs = [at(false, BEGAN[0], now), at(true, BEGAN[1], now)];
    assert!(!decide(&script, &runs).unwrap().holds());
}

#[test]
fn digits_of_a_digest_may_look_like_numbers_with_units() {
    let first = "0a06c7db2ec7f23df4a718736e5e6f25  -";
    let second = "814b852b636e645576393e72bcf3219c  -";
    let notes = "4a8a08f09d37b73795649038408b5f33  -";
    assert!(decided(&[("head -c 9 /dev/urandom | md5sum", notes, first, second)]).holds());
}

#[test]
fn the_run_that_could_send_what_it_had_printed_is_judged() {
    let decision = decided(&[
        (
            "mktemp",
            "/tmp/tmp.kPcLmD83xQ",
            "/tmp/tmp.z1ySZjk451",
            "/tmp/tmp.EpHeTOwCUH",
        ),
        (
            "cat /tmp/tmp.kPcLmD83xQ",
            "empty",
            "cat: /tmp/tmp.kPcLmD83xQ: No such file or directory\n= 1",
            "empty",
        ),
    ]);
    assert!(decision.holds(), "{:#?}", decision.judgements);
    assert_eq!(decision.run, 1);
}

#[test]
fn one_text_of_the_notes_is_one_value_and_no_other() {
    // One number for two shells, two for one, and a parent that is its own child.
    fails(&[(
        "echo $$; bash -c 'echo $$'",
        "4711\n4711",
        "112\n130",
        "41110\n41128",
    )]);
    fails(&[("echo $$; echo $$", "4711\n4712", "112\n112", "41110\n41110")]);
    fails(&[("cat ids", "4711 4711", "130 112", "41128 41110")]);
    fails(&[
        ("sleep 9 &", "[1] 4711", "[1] 185", "[1] 41187"),
        ("echo $!", "4712", "185", "41187"),
    ]);
    fails(&[
        (
            "docker inspect -f '{{.State.Pid}}' web",
            "4711",
            "185",
            "41187",
        ),
        ("cat main.pid", "4712", "185", "41187"),
    ]);
    for (notes, first, second) in [
        ("4\n4", "3\n4", "85\n86"),
        ("3\n3", "3\n4", "85\n86"),
        ("4\n5", "4\n4", "86\n86"),
    ] {
        fails(&[("cat ifindex iflink", notes, first, second)]);
    }
    fails(&[
        (
            "mktemp",
            "/tmp/tmp.kPcLmD83xQ",
            "/tmp/tmp.z1ySZjk451",
            "/tmp/tmp.EpHeTOwCUH",
        ),
        (
            "mktemp",
            "/tmp/tmp.kPcLmD83xQ",
            "/tmp/tmp.a2ySZjk451",
            "/tmp/tmp.b3HeTOwCUH",
        ),
    ]);
    fails(&[
        (
            "readlink /proc/1/ns/net",
            "net:[4026531840]",
            "net:[4026532341]",
            "net:[4026532421]",
        ),
        (
            "readlink /proc/2/ns/net",
            "net:[4026531840]",
            "net:[4026532349]",
            "net:[4026532429]",
        ),
    ]);
}

#[test]
fn the_notes_text_must_be_possible() {
    let process = |notes| fails(&[("echo $$", notes, "112", "41110")]);
    [
        "1", "0", "007", "x", "47 11", "4711x", "99999999", "-4711", "4.7",
    ]
    .into_iter()
    .for_each(process);
    let inside = |notes| fails(&[("docker exec web cat pid", notes, "13", "31007")]);
    ["1", "0", "thirteen"].into_iter().for_each(inside);
    let port = |notes| fails(&[("cat port", notes, "32769", "36770")]);
    ["80", "1023", "65536", "0", "port"]
        .into_iter()
        .for_each(port);
    let interface = |notes| fails(&[("cat iflink", notes, "4", "86")]);
    ["0", "1", "eth0"].into_iter().for_each(interface);
    let namespace = |notes| {
        fails(&[("readlink ns", notes, "pid:[4026532341]", "pid:[4026532421]")]);
    };
    [
        "net:[4026531840]",
        "pid:[4711]",
        "pid:[40265318401]",
        "pid:[1234567890]",
    ]
    .into_iter()
    .for_each(namespace);
    let word = |notes| {
        fails(&[(
            "mktemp -u",
            notes,
            "/tmp/tmp.z1ySZjk451",
            "/tmp/tmp.EpHeTOwCUH",
        )])
    };
    [
        "/tmp/tmp.kPcLmD83x",
        "/tmp/tmp.kPcLmD83xQQ",
        "/tmp/tmp.qqqqqqqqqq",
        "/tmp/tmp.kPcLmD83x!",
        "/tmp/tmp.kPcLm_83xQ",
        "/tmp/out.kPcLmD83xQ",
        "/var/tmp.kPcLmD83xQ",
    ]
    .into_iter()
    .for_each(word);
    let card = |notes| fails(&[("ls", notes, "veth1a2b3c4", "veth0f9e8d7")]);
    ["eth01a2b3c4", "vxth1a2b3c5", "veth1a2b3", "veth"]
        .into_iter()
        .for_each(card);
    let sum = |notes| {
        fails(&[(
            "md5sum random",
            notes,
            "0cc175b9c0f1b6a831c399e269772661  random",
            "92eb5ffee6ae2fec3ad71c777531578f  random",
        )]);
    };
    [
        "0cc175b9c0f1b6a831c399e26977266x  random",
        "0CC175B9C0F1B6A831C399E269772661  random",
        "4a8a08f09d37b73795649038408b5f33  other",
    ]
    .into_iter()
    .for_each(sum);
    fails(&[("hostname", "elsewhere", "lab", "la1")]);
    fails(&[(
        "date +%s%N | cut -c 1-10",
        "16933",
        "1790000000",
        "1790000007",
    )]);
}

#[test]
fn what_differs_without_being_the_machines_stays_as_it_is_written() {
    for (command, notes, first, second) in [
        // An exit status, a counter, a size, a count, a choice, a share.
        ("docker wait job", "141", "77", "46"),
        ("docker wait job", "5", "86", "40"),
        ("./race; echo $?", "1", "0", "130"),
        ("cat count", "123456789", "1496820", "1073760"),
        ("cat count", "1496900", "1496820", "1496821"),
        ("shuf -i 1-900 -n 1", "1200", "417", "88"),
        ("wc -c < pid", "999", "4", "6"),
        ("ls -s pid | cut -d' ' -f1", "8", "4", "12"),
        ("echo $RANDOM", "31007", "12", "20417"),
        ("shuf -n 1 colours", "purple", "yellow", "indigo"),
        ("cat state", "Scheduled", "Completed", "OOMKilled"),
        ("cat state", "worker99", "worker12", "worker47"),
        ("cat memory", "9999MiB", "1024MiB", "1136MiB"),
        ("cat took", "9h59m59s", "1h02m03s", "1h02m05s"),
        ("docker inspect -f '{{.RestartCount}}' web", "77", "3", "4"),
        ("cat share", "99", "12", "31"),
        ("cat inode", "9999999", "1312407", "1312533"),
        ("cat version", "1.2.99", "1.2.12", "1.2.31"),
        // As far from each other as the labs, and not behind where theirs begin.
        ("cat count", "50000", "2", "41001"),
        ("cat count", "50000", "100041", "141038"),
        ("cat count", "9", "1", "83"),
        ("cat count", "1693373592", "1690000000", "1690000007"),
        ("cat took", "6.35", "1.91", "8.95"),
    ] {
        fails(&[(command, notes, first, second)]);
    }
}

#[test]
fn what_the_runs_agree_on_is_not_what_varies() {
    for (command, notes, actual) in [
        ("echo $$", "4711", "112"),
        ("docker inspect -f '{{.State.Pid}}' gone", "4711", "0"),
        (
            "md5sum fixed",
            "4a8a08f09d37b73795649038408b5f33",
            "0cc175b9c0f1b6a831c399e269772661",
        ),
        ("grep Pid: /proc/1/status", "Pid: 7", "Pid: 1"),
        ("id -un", "nginx", "root"),
        ("cat /etc/hostname.old", "box", "lab"),
    ] {
        fails(&[(command, notes, actual, actual)]);
    }
}

#[test]
fn only_what_stands_where_it_varies_may_be_another() {
    // The words around it, the job's number, another line.
    fails(&[(
        "./start",
        "stopped as 4711",
        "started as 185",
        "started as 41187",
    )]);
    fails(&[("sleep 9 &", "[2] 4711", "[1] 185", "[1] 41187")]);
    fails(&[(
        "./start",
        "started as 4711\nready",
        "started as 185",
        "started as 41187",
    )]);
    fails(&[("./start", "started", "started as 185", "started as 41187")]);
    fails(&[("./start", "4711 ready", "185 ready 0", "41187 ready 0")]);
    // A line that changed its words, a prompt's status, a number of lines.
    fails(&[(
        "./start",
        "started as 4711",
        "started as 185",
        "failed as 41187",
    )]);
    fails(&[(
        "./start",
        "started as 4711",
        "started as 185",
        "started as 41187\n= 1",
    )]);
}

#[test]
fn what_the_author_wrote_first_is_his() {
    fails(&[("echo 4711 > x; cat pid", "4711", "185", "41187")]);
    fails(&[(
        "touch kPcLmD83xQ; ls -t | head -1",
        "kPcLmD83xQ",
        "z1ySZjk451",
        "EpHeTOwCUH",
    )]);
}

#[test]
fn without_another_machine_only_drawn_words_vary() {
    let lines: &[Line] = &[("echo $$", "2211", "112", "41110")];
    let steps = transcript(lines);
    let mut runs = [
        run(false, BEGAN[0], lines.iter().map(|line| line.2)),
        run(true, BEGAN[1], lines.iter().map(|line| line.3)),
    ];
    runs[1].surroundings.machine = None;
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    assert!(!decide(&script, &runs).unwrap().holds());
}

#[test]
fn a_later_run_that_holds_as_it_is_makes_the_exercise_flaky() {
    let decision = decided(&[("./race", "first", "second", "first")]);
    assert!(decision.holds() && decision.flaky);
    assert_eq!(decision.run, 1);
}

#[test]
fn a_line_that_fails_says_what_the_other_run_printed() {
    let decision = decided(&[("docker wait job", "141", "77", "46")]);
    assert_eq!(decision.judgements[0].verdict, StepVerdict::Failed);
    let note = decision.judgements[0].lines[0].note.as_deref();
    assert!(note.is_some_and(|note| note.contains("`46`")), "{note:?}");
}

/// Two runs that print `lines` in other orders, and a third one that tells the streams:
/// `o` before a line of the output, `e` before one of the errors, `-` before another's.
fn streams(notes: &str, first: &str, second: &str, told: &str) -> Decision {
    let command = "docker run box both; echo $?";
    let lines: &[Line] = &[(command, notes, first, second)];
    let steps = transcript(lines);
    let mut runs = vec![
        run(false, BEGAN[0], [first].into_iter()),
        run(true, BEGAN[1], [second].into_iter()),
        run(true, BEGAN[1], [told].into_iter()),
    ];
    let step = &mut runs[2].steps[0];
    for line in &mut step.observation.output {
        let (stream, text) = line.split_at(1);
        step.streams.push((stream != "-").then(|| OutputStream {
            program: 7,
            errors: stream == "e",
        }));
        *line = text.to_owned();
    }
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    decide(&script, &runs).unwrap()
}

#[test]
fn lines_of_two_streams_keep_their_order_within_each() {
    let first = "out1\nout2\nerror1\nerror2\n0";
    let told = "oout1\noout2\neerror1\neerror2\n-0";
    for notes in [
        "out1\nerror1\nout2\nerror2\n0",
        "error1\nerror2\nout1\nout2\n0",
        "error1\nout1\nout2\nerror2\n0",
    ] {
        let decision = streams(notes, first, first, told);
        assert!(decision.holds() && !decision.flaky, "{notes}");
        assert!(varying(&decision).contains(&"order".to_owned()), "{notes}");
    }
    for notes in [
        "out2\nout1\nerror1\nerror2\n0",
        "out1\nout2\nerror2\nerror1\n0",
        "out1\nout2\n0\nerror1\nerror2",
        "0\nout1\nout2\nerror1\nerror2",
        "out1\nerror1\nout2\n0",
        "out1\nerror1\nerror1\nout2\nerror2\n0",
    ] {
        assert!(!streams(notes, first, first, told).holds(), "{notes}");
    }
}

#[test]
fn a_number_varies_also_where_the_runs_disagree_in_the_order() {
    let first = "started as 13\nwarning\n0";
    let told = "ewarning\nostarted as 31007\n-0";
    for (notes, right) in [
        ("started as 8\nwarning\n0", true),
        ("warning\nstarted as 8\n0", true),
        ("warning\nstarted as 1\n0", false),
        ("warning\nstopped as 8\n0", false),
    ] {
        let second = "warning\nstarted as 31007\n0";
        assert_eq!(
            streams(notes, first, second, told).holds(),
            right,
            "{notes}"
        );
    }
}

#[test]
fn an_order_that_no_stream_tells_is_free_where_it_was_seen_both_ways() {
    let up = |notes: &str, seen: [&str; 3]| {
        let line = ("docker-compose up -d", notes, seen[0], seen[1]);
        decided_with(&[line], &[&[seen[2]]])
    };
    let [one, other, last] = ["web\ndb\nlog", "db\nlog\nweb", "log\nweb\ndb"];
    let decision = up("db\nweb\nlog", [one, other, last]);
    assert!(
        decision.holds() && !decision.flaky,
        "{:#?}",
        decision.judgements
    );
    // Nobody saw `log` before `db`.
    assert!(!up("log\ndb\nweb", [one, one, other]).holds());
    assert!(!up("db\nweb", [one, other, last]).holds());
}

#[test]
fn a_line_that_one_run_left_out_may_be_shown_or_not() {
    let command = "docker run box start; echo $$";
    let (with, without) = ("starting\nwarming up\nready\n112", "starting\nready\n41110");
    for (notes, first, second) in [
        ("starting\nwarming up\nready\n2211", with, without),
        ("starting\nready\n2211", with, without),
        (
            "starting\nwarming up\nready\n2211",
            "starting\nready\n112",
            "starting\nwarming up\nready\n41110",
        ),
        (
            "tick\ntick\n2211",
            "tick\ntick\n112",
            "tick\ntick\ntick\n41110",
        ),
        (
            "tick\ntick\ntick\n2211",
            "tick\ntick\n112",
            "tick\ntick\ntick\n41110",
        ),
    ] {
        let decision = decided(&[(command, notes, first, second)]);
        assert!(
            decision.holds() && !decision.flaky,
            "{notes}: {:#?}",
            decision.judgements
        );
        assert!(
            varying(&decision).contains(&"PID 112 / 41110".to_owned()),
            "{notes}"
        );
    }
    for (notes, first, second) in [
        // A line that neither run printed, or both; one in another's place; a row; an error.
        ("starting\ncooling down\nready\n2211", with, without),
        ("starting\n2211", with, without),
        ("tick\n2211", "tick\ntick\n112", "tick\ntick\ntick\n41110"),
        (
            "tick\ntick\ntick\ntick\n2211",
            "tick\ntick\n112",
            "tick\ntick\ntick\n41110",
        ),
        ("a\nb\n2211", "a\nc\n112", "a\nd\nb\n41110"),
        ("t1\nt3\n2211", "t1\n112", "t1\nt2\nt3\n41110"),
        ("t1\nt2\n2211", "t1\n112", "t1\nt2\nt3\n41110"),
        (
            "NAMES     IMAGE\nweb       nginx\n2211",
            "NAMES     IMAGE\n112",
            "NAMES     IMAGE\nweb       nginx\n41110",
        ),
        (
            "ready\n2211",
            "docker: Error response from daemon: no.\nready\n112",
            "ready\n41110",
        ),
    ] {
        fails(&[(command, notes, first, second)]);
    }
}
