//! Numbers, IDs and orders that a machine draws: any of their kind is right, and
//! nothing else.

use labbook::judge::{JudgedExercise, Observation, StepVerdict, judge};
use labbook::lab::Surroundings;

use super::support::{steps, verdict};

const ID: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
const OTHER: &str = "0123456789ab3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

/// The verdict of a transcript whose commands printed `outputs`.
fn verdict_of(transcript: &str, outputs: &[&str]) -> StepVerdict {
    let steps = steps(&format!("# Kinds\n\n```console\n{transcript}\n```\n"));
    let observations: Vec<Observation> = outputs
        .iter()
        .map(|output| Observation {
            sent: None,
            output: output.lines().map(str::to_owned).collect(),
            exit: Some(0),
            prompt: Some("$".to_owned()),
            ..Observation::default()
        })
        .collect();
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    verdict(&judge(script, &observations))
}

/// Asserts that one command may print `right` where the notes say `expected`, and
/// none of `wrong`.
#[track_caller]
fn only(command: &str, expected: &str, right: &[&str], wrong: &[&str]) {
    let transcript = format!("$ {command}\n{expected}");
    for output in right {
        assert_eq!(
            verdict_of(&transcript, &[output]),
            StepVerdict::Passed,
            "{output}"
        );
    }
    for output in wrong {
        assert_eq!(
            verdict_of(&transcript, &[output]),
            StepVerdict::Failed,
            "{output}"
        );
    }
}

#[test]
fn the_process_of_a_job_is_a_process_number() {
    only(
        "sleep 9 &",
        "[1] 5120",
        &["[1] 118", "[1] 41187"],
        &["[2] 118", "[1] 1", "[1] 0", "[1]"],
    );
    // A command that is not sent to the background prints what it prints.
    only("cat jobs", "[1] 5120", &["[1] 5120"], &["[1] 118"]);
}

#[test]
fn rows_of_processes_are_known_without_their_header() {
    only(
        "ps -ef | grep 'sleep 77'",
        "root   5120  4690  0 14:33 ?      00:00:00 sleep 77",
        &[
            "root     185   160  5 Nov27 ?        00:00:01 sleep 77",
            "root   41187 41160  0 03:10 ?        00:00:00 sleep 77",
        ],
        &[
            "kim      185   160  5 03:10 ?        00:00:01 sleep 77",
            "root     185   160  5 03:10 ?        00:00:01 sleep 78",
            "root     185   160  5 03:10 pts/0    00:00:01 sleep 77",
            "root       1     0  5 03:10 ?        00:00:01 sleep 77",
        ],
    );
    only(
        "ps aux | grep nginx | head -1",
        "www-data 5121 0.0 0.1 10316 2500 ? S 14:33 0:00 nginx: worker process",
        &["www-data    31  0.1  0.0   8000  1200 ?        S    Nov27   0:01 nginx: worker process"],
        &["www-data    31  0.1  0.0   8000  1200 ?        R    03:10   0:01 nginx: worker process"],
    );
}

#[test]
fn a_process_number_is_known_in_any_layout_of_inspect() {
    only(
        "docker inspect -f '{{json .State}}' web",
        r#"{"Running":true,"Pid":5120,"ExitCode":0,"StartedAt":"2023-08-30T05:33:12.1Z"}"#,
        &[r#"{"Running":true,"Pid":185,"ExitCode":0,"StartedAt":"2026-11-28T01:02:03.99Z"}"#],
        &[
            r#"{"Running":true,"Pid":0,"ExitCode":0,"StartedAt":"2026-11-28T01:02:03.99Z"}"#,
            r#"{"Running":true,"Pid":185,"ExitCode":1,"StartedAt":"2026-11-28T01:02:03.99Z"}"#,
            r#"{"Running":false,"Pid":185,"ExitCode":0,"StartedAt":"2026-11-28T01:02:03.99Z"}"#,
        ],
    );
}

#[test]
fn the_variables_of_a_container_have_no_order() {
    let transcript = "$ docker run --rm -d -e COLOR=red -e SIZE=9 busybox\n\
         e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789\n\
         $ docker inspect -f '{{.Config.Env}}' e56ac97ef60a\n\
         [COLOR=red SIZE=9 PATH=/bin]";
    let of = |list: &str| verdict_of(transcript, &[OTHER, list]);
    assert_eq!(of("[SIZE=9 COLOR=red PATH=/bin]"), StepVerdict::Passed);
    assert_eq!(of("[COLOR=red SIZE=9 PATH=/bin]"), StepVerdict::Passed);
    for wrong in [
        "[SIZE=9 COLOR=blue PATH=/bin]",
        "[PATH=/bin COLOR=red SIZE=9]",
        "[COLOR=red SIZE=9]",
        "[COLOR=red SIZE=9 SIZE=9 PATH=/bin]",
        "[COLOR=9 SIZE=red PATH=/bin]",
    ] {
        assert_eq!(of(wrong), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn a_cut_id_is_the_beginning_of_its_id() {
    for cut in ["e56ac97ef60a...", "e56ac97ef60a39…", "e56ac97ef60a3923..."] {
        let transcript =
            format!("$ docker run -dit --name box busybox\n{cut}\n$ docker ps -q\ne56ac97ef60a");
        let of = |id: &str, listed: &str| verdict_of(&transcript, &[id, listed]);
        assert_eq!(of(OTHER, "0123456789ab"), StepVerdict::Passed, "{cut}");
        assert_eq!(of(OTHER, "ffff456789ab"), StepVerdict::Failed, "{cut}");
        assert_eq!(of("no ID", "0123456789ab"), StepVerdict::Failed, "{cut}");
        // There is more of it than the notes show.
        assert_eq!(
            of("0123456789ab", "0123456789ab"),
            StepVerdict::Failed,
            "{cut}"
        );
    }
    // Only Docker prints IDs, and a line may end in dots of its own.
    only("cat note", "facade...", &["facade..."], &[OTHER, "facade"]);
    only(
        "docker exec box cat note",
        "facade...",
        &["facade..."],
        &["facade", "decade..."],
    );
    let transcript = format!("$ docker run -d busybox\n{ID}\n$ docker restart box\ne56ac97e...");
    assert_eq!(
        verdict_of(&transcript, &[OTHER, OTHER]),
        StepVerdict::Passed
    );
    assert_eq!(verdict_of(&transcript, &[OTHER, ID]), StepVerdict::Failed);
}

#[test]
fn numbers_of_interfaces_and_seconds_since_1970_differ() {
    only(
        "ip -o -4 addr show docker0",
        "3: docker0    inet 10.1.0.1/16 scope global docker0",
        &["84: docker0    inet 10.1.0.1/16 scope global docker0"],
        &[
            "1: docker0    inet 10.1.0.1/16 scope global docker0",
            "84: eth0    inet 10.1.0.1/16 scope global eth0",
            "84: docker0    inet 10.1.0.1/24 scope global docker0",
        ],
    );
    only(
        "date +%s",
        "1693373592",
        &["1795000000"],
        &["179500000", "17950000001", "x"],
    );
    only("cat stamp", "1693373592", &["1693373592"], &["1795000000"]);
}

#[test]
fn what_the_client_says_of_its_waiting_may_come_anywhere() {
    let waiting = "ERRO[0001] error waiting for container: context canceled";
    let transcript = format!("$ docker run -d --name web nginx\n{ID}");
    let of = |output: &str| verdict_of(&transcript, &[output]);
    assert_eq!(of(&format!("{OTHER}\n{waiting}")), StepVerdict::Passed);
    assert_eq!(of(&format!("{waiting}\n{OTHER}")), StepVerdict::Passed);
    assert_eq!(
        of(&format!("{OTHER}\nERRO[0001] something else")),
        StepVerdict::Failed
    );
    // A program that the client stays with may print it too.
    let printed = format!("hi\n{waiting}");
    only("docker run box cat log", "hi", &["hi"], &[&printed]);
}

#[test]
fn sizes_with_a_blank_are_sizes() {
    let transcript = "$ docker images mine\n\
         REPOSITORY   TAG   IMAGE ID       CREATED         SIZE\n\
         mine         1     e56ac97ef60a   9 seconds ago   1.113 MB";
    let of = |size: &str| {
        let output = format!(
            "REPOSITORY   TAG   IMAGE ID       CREATED          SIZE\n\
             mine         1     0123456789ab   2 minutes ago    {size}"
        );
        verdict_of(transcript, &[&output])
    };
    assert_eq!(of("4.26MB"), StepVerdict::Passed);
    assert_eq!(of("large"), StepVerdict::Failed);
}

#[test]
fn the_explanation_of_docker_29_above_its_list_is_drift() {
    let header = "IMAGE          ID             DISK USAGE   CONTENT SIZE   EXTRA";
    let transcript = format!(
        "$ docker tag nginx tools:1\n$ docker images\n                    i Info →   U  In Use\n\
         {header}\ntools:1        e56ac97ef60a       4.26MB             0B"
    );
    let output = "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE\n\
         tools        1         0123456789ab   3 minutes ago   4.2MB";
    assert_eq!(verdict_of(&transcript, &["", output]), StepVerdict::Drifted);
    let other = output.replace("tools", "tolls");
    assert_eq!(verdict_of(&transcript, &["", &other]), StepVerdict::Failed);
}

#[test]
fn the_process_behind_a_socket_is_a_process_number() {
    only(
        "netstat -tnlp | grep 22222",
        "tcp        0      0 0.0.0.0:22222           0.0.0.0:*               LISTEN      5120/docker-proxy",
        &[
            "tcp        0      0 0.0.0.0:22222           0.0.0.0:*               LISTEN      41187/docker-proxy",
        ],
        &[
            "tcp        0      0 0.0.0.0:22223           0.0.0.0:*               LISTEN      41187/docker-proxy",
            "tcp        0      0 0.0.0.0:22222           0.0.0.0:*               LISTEN      41187/nginx",
        ],
    );
}

#[test]
fn the_network_of_a_compose_project_may_have_been_there() {
    let network = "Creating network \"app_default\" with the default driver";
    only(
        "docker-compose run --rm job",
        "hi",
        &["hi", &format!("{network}\nhi")],
        &[
            &format!("{network}\nho"),
            "Creating network \"app_back\" with driver \"x\"\nhi",
        ],
    );
    only(
        "docker-compose up -d",
        "done",
        &["done"],
        &[&format!("{network}\ndone")],
    );
}

#[test]
fn members_of_a_line_of_json_are_judged_as_the_columns_of_their_list() {
    let row = |name: &str, id: &str, state: &str, size: &str| {
        format!(
            "{{\"Command\":\"\\\"sleep 9\\\"\",\"ID\":\"{id}\",\"Image\":\"busybox\",\"Names\":\"{name}\",\"Size\":\"{size}\",\"Status\":\"{state}\"}}"
        )
    };
    let run = |command: &str, state: &str, size: &str| {
        let transcript = format!(
            "$ docker run -d busybox sleep 9\n{ID}\n$ {command}\n{}",
            row(
                "brave_curie",
                &ID[..12],
                "Up 3 seconds",
                "5B (virtual 1.98MB)"
            )
        );
        let printed = row("keen_hopper", &OTHER[..12], state, size);
        verdict_of(&transcript, &[OTHER, &printed])
    };
    let size = "12B (virtual 4.26MB)";
    for command in [
        "docker ps --format '{{json .}}'",
        "docker ps --format json",
        "docker ps --format='{{ json . }}'",
    ] {
        assert_eq!(
            run(command, "Up 2 hours", size),
            StepVerdict::Passed,
            "{command}"
        );
        assert_eq!(
            run(command, "Up 2 hours (healthy)", size),
            StepVerdict::Failed,
            "{command}"
        );
        assert_eq!(
            run(command, "Exited (0) 2 hours ago", size),
            StepVerdict::Failed,
            "{command}"
        );
        assert_eq!(
            run(command, "Up 2 hours", "0B (virtual 4.26MB)"),
            StepVerdict::Failed,
            "{command}"
        );
    }
}

#[test]
fn a_date_is_any_of_the_form_that_the_command_asks_for() {
    let verdict = |command: &str, notes: &str, run: &str| {
        verdict_of(&format!("$ {command}\n{notes}"), &[run])
    };
    for (command, notes, run) in [
        ("date +%F", "2023-08-30", "2026-11-28"),
        (
            "docker run --rm box date +%Y%m%d-%H%M",
            "20230830-1433",
            "20261128-0912",
        ),
        ("echo it is $(date +%H:%M)", "it is 14:33", "it is 09:12"),
    ] {
        assert_eq!(
            verdict(command, notes, run),
            StepVerdict::Passed,
            "{command}"
        );
    }
    for (command, notes, run) in [
        ("date +%F", "2023-13-30", "2026-11-28"),
        ("date +%F", "30.08.2023", "2026-11-28"),
        ("cat day", "2023-08-30", "2026-11-28"),
        ("echo it is $(date +%H:%M)", "it was 14:33", "it is 09:12"),
    ] {
        assert_eq!(
            verdict(command, notes, run),
            StepVerdict::Failed,
            "{command}"
        );
    }
}

#[test]
fn how_long_the_machine_is_up_and_what_memory_it_has_are_its_own() {
    let verdict = |file: &str, notes: &str, run: &str| {
        verdict_of(
            &format!("$ docker run --rm box cat {file}\n{notes}"),
            &[run],
        )
    };
    let (up, memory) = ("/proc/uptime", "/proc/meminfo");
    assert_eq!(
        verdict(up, "6258.35 12016.20", "77.01 140.92"),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict("/tmp/up", "6258.35 12016.20", "77.01 140.92"),
        StepVerdict::Failed
    );
    let total = "MemTotal:        8052736 kB";
    assert_eq!(
        verdict(memory, total, "MemTotal:       16384 kB"),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict(memory, total, "MemFree:        16384 kB"),
        StepVerdict::Failed
    );
}

#[test]
fn seconds_since_1970_do_not_go_back() {
    let verdict = |first: &str, second: &str, run: &str| {
        let transcript = format!("$ date +%s\n{first}\n$ docker run --rm box date +%s\n{second}");
        verdict_of(&transcript, &["1795860900", run])
    };
    let (first, later, before) = ("1693373592", "1693373640", "1693373591");
    assert_eq!(verdict(first, later, "1795860902"), StepVerdict::Passed);
    assert_eq!(verdict(first, first, "1795860902"), StepVerdict::Passed);
    assert_eq!(verdict(first, before, "1795860902"), StepVerdict::Failed);
    assert_eq!(
        verdict(first, before, "1795860900"),
        StepVerdict::Failed,
        "in one second"
    );
}

#[test]
fn a_time_that_is_later_here_is_not_earlier_in_the_notes() {
    let verdict = |notes: [&str; 2], run: [&str; 2]| {
        let [first, second] = notes;
        let transcript = format!("$ date\n{first}\n$ date\n{second}");
        verdict_of(&transcript, &run)
    };
    let (earlier, later) = (
        "Wed Aug 30 14:33:12 KST 2023",
        "Wed Aug 30 14:35:40 KST 2023",
    );
    let run = [
        "Sun Nov 29 03:00:01 UTC 2026",
        "Sun Nov 29 03:00:02 UTC 2026",
    ];
    assert_eq!(verdict([earlier, later], run), StepVerdict::Passed);
    assert_eq!(verdict([earlier, earlier], run), StepVerdict::Passed);
    assert_eq!(verdict([later, earlier], run), StepVerdict::Failed);
    assert_eq!(
        verdict([later, earlier], [run[0], run[0]]),
        StepVerdict::Failed,
        "in one second"
    );
    let elsewhere = earlier.replace("KST", "UTC");
    assert_eq!(
        verdict([later, &elsewhere], run),
        StepVerdict::Passed,
        "two zones are not compared"
    );
}

#[test]
fn a_container_starts_after_it_was_created() {
    let state = |created: &str, started: &str| format!("{created} {started}");
    let verdict = |created: &str, started: &str| {
        let transcript = format!(
            "$ docker inspect -f '{{{{.Created}}}} {{{{.State.StartedAt}}}}' web\n{}",
            state(created, started)
        );
        let run = state("2026-11-29T03:00:01.1Z", "2026-11-29T03:00:01.4Z");
        verdict_of(&transcript, &[&run])
    };
    let (created, started) = ("2023-08-30T05:33:12.123456789Z", "2023-08-30T05:33:12.5Z");
    assert_eq!(verdict(created, started), StepVerdict::Passed);
    assert_eq!(verdict(started, created), StepVerdict::Failed);
}

#[test]
fn a_container_is_created_once() {
    let verdict = |first: &str, second: &str, run: [&str; 2]| {
        let ask = "docker inspect -f '{{.State.StartedAt}}' web";
        let transcript = format!("$ {ask}\n{first}\n$ {ask}\n{second}");
        verdict_of(&transcript, &run)
    };
    let (first, later) = (
        "2023-08-30T05:33:12.123456789Z",
        "2023-08-30T05:34:40.987654321Z",
    );
    let (here, restarted) = (
        "2026-11-29T03:00:01.111111111Z",
        "2026-11-29T03:00:02.222222222Z",
    );
    assert_eq!(verdict(first, first, [here, here]), StepVerdict::Passed);
    assert_eq!(verdict(first, later, [here, here]), StepVerdict::Failed);
    assert_eq!(
        verdict(first, later, [here, restarted]),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict(first, first, [here, restarted]),
        StepVerdict::Failed
    );
}

#[test]
fn an_image_of_others_may_be_of_any_day() {
    let verdict = |command: &str| {
        let transcript =
            format!("$ {command} one\n2023-08-30T05:33:12Z\n$ {command} two\n2023-08-29T05:33:12Z");
        verdict_of(
            &transcript,
            &["2026-11-29T03:00:01Z", "2026-11-29T03:00:02Z"],
        )
    };
    assert_eq!(
        verdict("docker image inspect -f '{{.Created}}'"),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict("docker container inspect -f '{{.Created}}'"),
        StepVerdict::Failed
    );
}

#[test]
fn an_age_that_a_command_of_the_notes_names_too_is_itself() {
    let table = |age: &str| {
        format!(
            "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE\n\
             nginx        latest    57d15434f07c   {age}   122MB"
        )
    };
    let verdict = |age: &str| {
        let transcript = format!(
            "$ docker images\n{}\n$ echo 5 minutes ago\n5 minutes ago",
            table(age)
        );
        verdict_of(&transcript, &[&table("5 minutes ago"), "5 minutes ago"])
    };
    assert_eq!(verdict("5 minutes ago"), StepVerdict::Passed);
    assert_eq!(verdict("7 minutes ago"), StepVerdict::Failed);
}

#[test]
fn what_an_image_runs_by_itself_prints_what_its_dockerfile_says() {
    let row = |date: &str, size: u32| {
        format!("total 0\n-rw-r--r--    1 app      app              {size} {date} mine")
    };
    let run = |dockerfile: &str, here: &str| {
        let transcript = format!(
            "$ cat Dockerfile\n{dockerfile}\n$ docker build -q -t lister .\nsha256:{ID}\n$ docker run --rm lister\n{}",
            row("May  4 09:46", 0)
        );
        verdict_of(&transcript, &[dockerfile, &format!("sha256:{OTHER}"), here])
    };
    let lists = "FROM box\nCMD id -u && ls -l";
    assert_eq!(run(lists, &row("Nov 29 15:24", 0)), StepVerdict::Passed);
    assert_eq!(run(lists, &row("Nov 29 15:24", 1)), StepVerdict::Failed);
    // A text that only looks like a list.
    let prints = "FROM box\nCMD cat list";
    assert_eq!(run(prints, &row("Nov 29 15:24", 0)), StepVerdict::Failed);
}

#[test]
fn a_part_of_docker_diff_has_no_order_either() {
    let notes = "C /home\nA /home/kim\nA /home/kim/.profile\nA /home/kim/.bashrc";
    let here = "C /home\nA /home/kim\nA /home/kim/.bashrc\nA /home/kim/.profile";
    let wrong = "C /home\nA /home/lee\nA /home/kim/.bashrc\nA /home/kim/.profile";
    only("docker diff box | grep /home", notes, &[here], &[wrong]);
    only("docker diff box | sort", notes, &[notes], &[here]);
}

#[test]
fn a_prune_deletes_the_layers_of_an_image_as_its_builder_left_them() {
    let deleted = |ids: &[&str]| {
        let lines = ids.iter().map(|id| format!("deleted: sha256:{id}\n"));
        let lines: String = lines.collect();
        format!("Deleted Images:\n{lines}\nTotal reclaimed space: 0B")
    };
    let notes = deleted(&[ID]);
    let two = deleted(&[OTHER, &OTHER.replace("0123", "4567")]);
    let transcript = |build: &str| format!("{build}$ docker image prune -f\n{notes}");
    let quiet = format!("$ docker build -q -t app .\nsha256:{}\n", "c".repeat(64));
    assert_eq!(
        verdict_of(
            &transcript(&quiet),
            &[&format!("sha256:{}", "d".repeat(64)), &two]
        ),
        StepVerdict::Drifted
    );
    let none = deleted(&[]);
    assert_eq!(
        verdict_of(
            &transcript(&quiet),
            &[&format!("sha256:{}", "d".repeat(64)), &none]
        ),
        StepVerdict::Failed
    );
}

#[test]
fn a_machine_has_its_own_disk_and_cards() {
    let disk = |device: &str, place: &str| format!("{device}        50G   12G   36G  25% {place}");
    let others = [disk("/dev/vda", "/data"), disk("/dev/nvme0n1p2", "/data")];
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let wrong = [disk("/dev/vda", "/store"), disk("overlay", "/data")];
    let wrong: Vec<&str> = wrong.iter().map(String::as_str).collect();
    only("df -h /data", &disk("/dev/sda3", "/data"), &others, &wrong);
    only(
        "brctl show",
        "docker0         8000.02429c1f3a5b       no              veth1a2b3c4",
        &["docker0         8000.0242d2257fa7       no              vethc257c2e"],
        &[
            "docker0         8000.0242d2257fa7       yes             vethc257c2e",
            "docker1         8000.0242d2257fa7       no              vethc257c2e",
        ],
    );
}

#[test]
fn a_card_makes_its_own_address_of_its_hardware_address() {
    let card = |mac: &str, address: &str| {
        format!(
            "    link/ether {mac} brd ff:ff:ff:ff:ff:ff\n    inet6 {address}/64 scope link\n       valid_lft forever preferred_lft forever"
        )
    };
    let here = card("02:42:f3:80:6b:01", "fe80::42:f3ff:fe80:6b01");
    let run = |notes: &str| verdict_of(&format!("$ ip a show docker0\n{notes}"), &[&here]);
    let right = card("02:42:9c:1f:3a:5b", "fe80::42:9cff:fe1f:3a5b");
    assert_eq!(run(&right), StepVerdict::Passed);
    let other = card("02:42:9c:1f:3a:5b", "fe80::42:9cff:fe1f:3a5c");
    assert_eq!(run(&other), StepVerdict::Failed);
}

#[test]
fn records_of_the_build_cache_have_other_names_in_another_order() {
    let table = |rows: [(&str, &str, &str); 2], sum: &str| {
        let rows =
            rows.map(|(record, size, age)| format!("{record:<48}true            {size:<16}{age}"));
        format!(
            "ID                                              RECLAIMABLE     SIZE            LAST ACCESSED\n{}\n{}\nTotal:  {sum}",
            rows[0], rows[1]
        )
    };
    let here = table(
        [
            ("sjnndv0d8r7k3o5tuh2vqhzb6", "8.19kB", "1 second ago"),
            ("ku3k1t2rkqnv5c1udk2venol9*", "0B", "2 seconds ago"),
        ],
        "8.19kB",
    );
    let run = |rows: [(&str, &str, &str); 2], sum: &str| {
        let transcript = format!("$ docker builder prune -af\n{}", table(rows, sum));
        verdict_of(&transcript, &[&here])
    };
    let (first, second) = ("8cj4wf74gus3nggwzrj8c1bcz*", "pdurhpys7ojxdmg5xxyuvmo2w");
    let empty = (first, "0B", "3 hours ago");
    let full = (second, "12.3kB", "3 hours ago");
    assert_eq!(run([empty, full], "12.3kB"), StepVerdict::Passed);
    assert_eq!(
        run([empty, (second, "0B", "3 hours ago")], "0B"),
        StepVerdict::Failed
    );
    assert_eq!(
        run([empty, ("web", "12.3kB", "3 hours ago")], "12.3kB"),
        StepVerdict::Failed
    );
    let transcript = format!("$ docker builder prune -af\n{here}\nmore");
    assert_eq!(verdict_of(&transcript, &[&here]), StepVerdict::Failed);
}

#[test]
fn only_the_failing_streak_of_a_template_may_be_any_number() {
    let run = |notes: &str| {
        let template = "{{.State.Health.FailingStreak}} {{.RestartCount}}";
        verdict_of(
            &format!("$ docker inspect -f '{template}' web\n{notes}"),
            &["4 3"],
        )
    };
    assert_eq!(run("7 3"), StepVerdict::Passed);
    assert_eq!(run("7 5"), StepVerdict::Failed);
    assert_eq!(run("0 3"), StepVerdict::Failed);
}
