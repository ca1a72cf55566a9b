//! What the notes show in several places must be possible together.

use labbook::judge::StepVerdict::{self, Failed, Passed};

use super::sentences::{judged, one, printed};

const ID: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

/// Rows of a table, each column as wide as its widest cell and two blanks.
pub(super) fn laid_out(rows: &[&[&str]]) -> String {
    let widest = |column: usize| rows.iter().map(|row| row[column].len()).max();
    let line = |row: &&[&str]| {
        let cells = row.iter().enumerate();
        let padded = cells.map(|(at, cell)| format!("{cell:<0$}", widest(at).unwrap_or(0) + 3));
        padded.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn one_image_has_one_age_and_one_size_under_all_its_names() {
    let table = |age: &str, size: &str| {
        laid_out(&[
            &["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
            &["app", "1", "e56ac97ef60a", "2 hours ago", "27MB"],
            &["shop/app", "1", "e56ac97ef60a", age, size],
        ])
    };
    let run = |age: &str, size: &str| {
        let transcript = format!(
            "$ docker build -t app:1 .\n...\n$ docker tag app:1 shop/app:1\n$ docker images\n{}",
            table(age, size)
        );
        let here = printed(&table("2 hours ago", "27MB"), 0);
        judged(&transcript, &[printed("", 0), printed("", 0), here])[2].verdict
    };
    assert_eq!(run("2 hours ago", "27MB"), Passed);
    assert_eq!(run("3 weeks ago", "27MB"), Failed);
    assert_eq!(run("2 hours ago", "31MB"), Failed);
}

/// `docker ps` of the container `web`.
pub(super) fn container(id: &str, created: &str, status: &str) -> String {
    let columns = [
        "CONTAINER ID",
        "IMAGE",
        "COMMAND",
        "CREATED",
        "STATUS",
        "PORTS",
        "NAMES",
    ];
    laid_out(&[
        &columns,
        &[id, "box", "\"sh\"", created, status, "80/tcp", "web"],
    ])
}

#[test]
fn nothing_is_younger_in_a_later_step() {
    let table = |created: &str, status: &str| container("e56ac97ef60a", created, status);
    let run = |between: &str, created: &str, status: &str| {
        let shown = table("5 minutes ago", "Up 5 minutes");
        let transcript = format!(
            "$ docker run -d --name web box\n...\n$ docker ps\n{shown}\n$ {between}\nweb\n$ docker ps\n{}",
            table(created, status)
        );
        let here = [
            printed("", 0),
            printed(&table("1 second ago", "Up 1 second"), 0),
            printed("web", 0),
            printed(&table("2 seconds ago", "Up 1 second"), 0),
        ];
        judged(&transcript, &here)[3].verdict
    };
    let (stays, starts) = ("docker rename web web", "docker restart web");
    assert_eq!(run(stays, "5 minutes ago", "Up 5 minutes"), Passed);
    assert_eq!(run(stays, "3 weeks ago", "Up 3 weeks"), Passed);
    assert_eq!(run(starts, "5 minutes ago", "Up 1 second"), Passed);
    assert_eq!(run(stays, "2 minutes ago", "Up 2 minutes"), Failed);
    assert_eq!(run(starts, "2 minutes ago", "Up 1 second"), Failed);
    assert_eq!(run(stays, "5 minutes ago", "Up 2 minutes"), Failed);
}

#[test]
fn networks_are_listed_by_their_names() {
    let rows = |order: &[&str], digit: &str| {
        let row = |name: &&str| {
            let first = name.chars().next().unwrap_or('a');
            let id = format!("{}{digit}{}", first as u32 % 10, "0".repeat(10));
            format!("{id}   {name:<8}  bridge    local")
        };
        let rows: Vec<String> = order.iter().map(row).collect();
        format!(
            "NETWORK ID     NAME      DRIVER    SCOPE\n{}",
            rows.join("\n")
        )
    };
    let run = |order: &[&str]| {
        let transcript = format!(
            "$ docker network create app\n...\n$ docker network create db\n...\n$ docker network ls\n{}",
            rows(order, "a")
        );
        let here = printed(&rows(&["app", "bridge", "db"], "b"), 0);
        judged(&transcript, &[printed("", 0), printed("", 0), here])[2].verdict
    };
    assert_eq!(run(&["app", "bridge", "db"]), Passed);
    assert_eq!(run(&["db", "app", "bridge"]), Failed);
    assert_eq!(run(&["app", "db", "bridge"]), Failed);
}

#[test]
fn a_ping_sums_up_the_times_that_it_shows() {
    let answers = |times: [&str; 2], of: &str| {
        let lines =
            times.map(|time| format!("64 bytes from 172.18.0.2: seq=0 ttl=64 time={time} ms"));
        format!("{}\nround-trip min/avg/max = {of} ms", lines.join("\n"))
    };
    let run = |of: &str| {
        let notes = answers(["0.113", "0.097"], of);
        let here = answers(["0.080", "0.060"], "0.060/0.070/0.080");
        one(
            &format!("$ docker exec web ping -c 2 db\n{notes}"),
            &here,
            0,
        )
    };
    assert_eq!(run("0.097/0.105/0.113"), Passed);
    assert_eq!(run("0.050/0.105/0.213"), Failed);
    assert_eq!(run("1.097/2.105/3.113"), Failed);
}

#[test]
fn only_containers_use_images_and_volumes() {
    let table = |images: u32, containers: u32, volumes: u32| {
        format!(
            "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n\
             Images          9         {images}         27MB      0B (0%)\n\
             Containers      {containers}         0         0B        0B\n\
             Local Volumes   3         {volumes}         6B        0B (0%)"
        )
    };
    let run = |notes: &str| {
        let here = table(0, 0, 0).replace(" 9 ", " 1 ").replace(" 3 ", " 0 ");
        let transcript = format!("$ docker run --rm box\n...\n$ docker system df\n{notes}");
        judged(&transcript, &[printed("", 0), printed(&here, 0)])[1].verdict
    };
    assert_ne!(run(&table(0, 0, 0)), Failed);
    assert_ne!(run(&table(1, 2, 1)), Failed);
    assert_eq!(run(&table(1, 0, 0)), Failed);
    assert_eq!(run(&table(0, 2, 0)), Failed);
    assert_eq!(run(&table(0, 0, 1)), Failed);
}

/// The rows of `docker images` about an image and the one that it is made of, each with its
/// age and its size.
fn built_and_base(built: [&str; 2], base: [&str; 2]) -> String {
    laid_out(&[
        &["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
        &["app", "latest", "e56ac97ef60a", built[0], built[1]],
        &["box", "latest", "a56ac97ef60e", base[0], base[1]],
    ])
}

#[test]
fn an_image_is_younger_and_larger_than_the_one_that_it_is_made_of() {
    let run = |built: [&str; 2], base: [&str; 2]| {
        let transcript = format!(
            "$ printf 'FROM box\\nRUN true\\n' > Dockerfile\n$ docker build -t app .\n...\n$ docker images\n{}",
            built_and_base(built, base)
        );
        let here = built_and_base(["1 second ago", "88MB"], ["2 days ago", "88MB"]);
        let observed = [printed("", 0), printed("", 0), printed(&here, 0)];
        judged(&transcript, &observed)[2].verdict
    };
    let base = ["3 weeks ago", "77.8MB"];
    assert_eq!(run(["5 seconds ago", "77.8MB"], base), Passed);
    assert_eq!(run(["5 seconds ago", "79MB"], base), Passed);
    assert_eq!(run(["5 seconds ago", "57.8MB"], base), Failed);
    assert_eq!(run(["5 seconds ago", "177.8MB"], base), Failed);
    assert_eq!(
        run(["5 seconds ago", "77.8MB"], ["2 seconds ago", "77.8MB"]),
        Failed
    );
}

#[test]
fn an_image_of_a_container_is_younger_and_larger_than_the_containers_image() {
    let run = |made: [&str; 2], base: [&str; 2]| {
        let transcript = format!(
            "$ docker run --name one box touch /a\n$ docker commit one app\nsha256:{ID}\n$ docker images\n{}",
            built_and_base(made, base)
        );
        let here = built_and_base(["1 second ago", "1.98MB"], ["2 days ago", "1.98MB"]);
        let id = format!("sha256:{ID}");
        let observed = [printed("", 0), printed(&id, 0), printed(&here, 0)];
        judged(&transcript, &observed)[2].verdict
    };
    let base = ["3 weeks ago", "77.8MB"];
    assert_eq!(run(["5 seconds ago", "77.8MB"], base), Passed);
    assert_eq!(run(["5 seconds ago", "57.8MB"], base), Failed);
    assert_eq!(run(["5 seconds ago", "177.8MB"], base), Failed);
    assert_eq!(run(["5 weeks ago", "77.8MB"], base), Failed);
}

#[test]
fn an_image_is_as_large_as_its_layers() {
    let history = |layers: [&str; 2]| {
        laid_out(&[
            &["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"],
            &[
                "e56ac97ef60a",
                "1 second ago",
                "/bin/sh -c cp",
                layers[0],
                " ",
            ],
            &[
                "a56ac97ef60e",
                "2 days ago",
                "/bin/sh -c make",
                layers[1],
                " ",
            ],
        ])
    };
    let list = |size: &str| {
        laid_out(&[
            &["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
            &["app", "latest", "e56ac97ef60a", "2 seconds ago", size],
        ])
    };
    let run = |size: &str, layers: [&str; 2]| {
        let transcript = format!(
            "$ docker build -t app .\n...\n$ docker images app\n{}\n$ docker history app\n{}",
            list(size),
            history(layers)
        );
        let observed = [
            printed("", 0),
            printed(&list("2.1MB"), 0),
            printed(&history(["100kB", "2MB"]), 0),
        ];
        judged(&transcript, &observed)[1].verdict
    };
    assert_eq!(run("78MB", ["200kB", "77.8MB"]), Passed);
    // The store of today counts packed layers too.
    assert_eq!(run("109MB", ["200kB", "77.8MB"]), Passed);
    assert_eq!(run("58MB", ["200kB", "77.8MB"]), Failed);
    assert_eq!(run("278MB", ["200kB", "77.8MB"]), Failed);
}

#[test]
fn no_process_is_older_than_its_parent() {
    let table = |parent: &str, child: &str| {
        laid_out(&[
            &["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
            &["root", "4711", "4690", "0", parent, "?", "00:00:00", "sh"],
            &[
                "root", "4760", "4711", "0", child, "?", "00:00:00", "sleep 60",
            ],
        ])
    };
    let run = |parent: &str, child: &str| {
        one(
            &format!("$ docker top web\n{}", table(parent, child)),
            &table("09:00", "09:00"),
            0,
        )
    };
    assert_eq!(run("10:31", "10:31"), Passed);
    assert_eq!(run("10:31", "10:32"), Passed);
    assert_eq!(run("23:59", "00:00"), Passed);
    assert_eq!(run("10:32", "10:31"), Failed);
}

#[test]
fn a_changed_folder_stands_above_what_changed_in_it() {
    let run = |notes: &str| {
        one(
            &format!("$ docker diff web\n{notes}"),
            "C /etc\nA /etc/motd\nA /srv",
            0,
        )
    };
    assert_eq!(run("A /srv\nC /etc\nA /etc/motd"), Passed);
    assert_eq!(run("A /etc/motd\nC /etc\nA /srv"), Failed);
}

#[test]
fn disk_usage_counts_what_the_lists_beside_it_show() {
    let counts = |volumes: u32| {
        laid_out(&[
            &["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"],
            &["Images", "9", "0", "27MB", "27MB (100%)"],
            &["Containers", "0", "0", "0B", "0B"],
            &[
                "Local Volumes",
                &volumes.to_string(),
                "0",
                "6B",
                "6B (100%)",
            ],
        ])
    };
    let list = |volumes: &[&str]| {
        let rows = volumes.iter().map(|volume| format!("local     {volume}"));
        let rows: Vec<String> = rows.collect();
        format!("DRIVER    VOLUME NAME\n{}", rows.join("\n"))
    };
    let run = |between: &str, counted: u32| {
        let noted = list(&["db", "other"]);
        let transcript = format!(
            "$ docker volume create db\ndb\n$ docker volume ls\n{noted}\n{between}$ docker system df\n{}",
            counts(counted)
        );
        let mut observed = vec![printed("db", 0), printed(&list(&["db"]), 0)];
        observed.extend((!between.is_empty()).then(|| printed("more", 0)));
        observed.push(printed(&counts(1).replace(" 9 ", " 1 "), 0));
        let judged = judged(&transcript, &observed);
        judged.last().map(|step| step.verdict)
    };
    assert_ne!(run("", 2), Some(Failed));
    assert_ne!(run("$ docker volume create more\nmore\n", 3), Some(Failed));
    assert_eq!(run("", 5), Some(Failed));
}

#[test]
fn a_container_gets_no_younger_however_it_is_listed() {
    let run = |first: &str, second: &str| {
        let transcript = format!(
            "$ docker run -d --name web box\n{ID}\n$ docker ps --format '{{{{.Names}}}}\\t{{{{.Status}}}}'\nweb       {first}\n$ docker ps --format '{{{{.Names}}}}: {{{{.Status}}}}'\nweb: {second}"
        );
        let here = [
            printed(ID, 0),
            printed("web       Up 1 second (healthy)", 0),
            printed("web: Up 3 seconds (healthy)", 0),
        ];
        judged(&transcript, &here)[2].verdict
    };
    let healthy = |span: &str| format!("Up {span} (healthy)");
    assert_eq!(run(&healthy("3 seconds"), &healthy("8 seconds")), Passed);
    assert_eq!(run(&healthy("3 seconds"), &healthy("3 seconds")), Passed);
    assert_eq!(run(&healthy("3 hours"), &healthy("8 seconds")), Failed);
}

#[test]
fn what_is_made_again_under_a_name_is_new() {
    let (old, new) = ("e56ac97ef60a", "f67bd08fa71b");
    let transcript = format!(
        "$ docker run -d --name web box\n...\n$ docker ps\n{}\n$ docker rm -f web\nweb\n$ docker run -d --name web box\n...\n$ docker ps\n{}",
        container(old, "5 minutes ago", "Up 5 minutes"),
        container(new, "2 seconds ago", "Up 1 second")
    );
    let here = [
        printed("", 0),
        printed(&container(old, "2 seconds ago", "Up 1 second"), 0),
        printed("web", 0),
        printed("", 0),
        printed(&container(new, "2 seconds ago", "Up 1 second"), 0),
    ];
    assert_eq!(judged(&transcript, &here)[4].verdict, Passed);
}

#[test]
fn an_image_without_a_name_is_known_by_the_build_that_shows_its_id() {
    let list = |age: &str, base: &str| {
        laid_out(&[
            &["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
            &["app", "latest", "f67bd08fa71b", "4 seconds ago", "5MB"],
            &["<none>", "<none>", "e56ac97ef60a", age, "5MB"],
            &["box", "latest", "a56ac97ef60e", base, "5MB"],
        ])
    };
    let other = ID.replace("e56ac97ef60a", "f67bd08fa71b");
    let run = |age: &str, base: &str| {
        let transcript = format!(
            "$ echo 'FROM box' > Dockerfile\n$ docker build -q -t app .\nsha256:{ID}\n$ docker build -q -t app .\nsha256:{other}\n$ docker images\n{}",
            list(age, base)
        );
        let here = [
            printed("", 0),
            printed(&format!("sha256:{ID}"), 0),
            printed(&format!("sha256:{other}"), 0),
            printed(&list("5 seconds ago", "2 days ago"), 0),
        ];
        judged(&transcript, &here)[3].verdict
    };
    assert_eq!(run("9 seconds ago", "5 weeks ago"), Passed);
    assert_eq!(run("2 years ago", "5 weeks ago"), Failed);
}

#[test]
fn a_build_counts_the_steps_that_it_shows() {
    let build = |count: &str| {
        format!(
            "[+] Building 0.3s ({count}) FINISHED                 docker:default\n => [internal] load build definition from Dockerfile       0.0s\n => => transferring dockerfile: 69B                        0.0s\n => [1/1] FROM docker.io/library/box:latest                0.0s\n => exporting to image                                     0.0s\n => => exporting layers                                    0.0s"
        )
    };
    let run = |count: &str| {
        one(
            &format!("$ docker build .\n{}", build(count)),
            &build("3/3"),
            0,
        )
    };
    assert_eq!(run("3/3"), Passed);
    assert_eq!(run("9/9"), Failed);
    assert_eq!(run("2/3"), Failed);
}

#[test]
fn no_part_of_the_memory_is_more_than_all_of_it() {
    let table = |total: u32, used: u32| {
        format!(
            "              total        used        free      shared  buff/cache   available\nMem:           {total}        {used}        1377         106        4363        5368"
        )
    };
    let run = |total, used| {
        let transcript = format!("$ docker run --rm box free -m\n{}", table(total, used));
        one(&transcript, &table(1987, 1024), 0)
    };
    assert_eq!(run(7951, 2210), Passed);
    assert_eq!(run(7951, 9210), Failed);
}

#[test]
fn no_two_workers_of_nginx_are_one_process() {
    let log = |first: u32, second: u32| {
        let line =
            |number| format!("2024/03/11 10:02:31 [notice] 1#1: start worker process {number}");
        format!("{}\n{}", line(first), line(second))
    };
    let run = |(first, second), (first_here, second_here)| {
        one(
            &format!("$ docker logs web\n{}", log(first, second)),
            &log(first_here, second_here),
            0,
        )
    };
    assert_eq!(run((29, 30), (7, 8)), Passed);
    assert_eq!(run((29, 29), (7, 8)), Failed);
    // A server that was started again counts from the start again.
    assert_eq!(run((29, 29), (7, 7)), Passed);
}

#[test]
fn what_sleeps_takes_as_long() {
    let time = |noted: &str| {
        let transcript = format!("$ time docker run --rm busybox sleep 3\nreal\t0m{noted}s");
        one(&transcript, "real\t0m3.402s", 0)
    };
    assert_eq!(time("3.512"), Passed);
    assert_eq!(time("0.512"), Failed);
    // A loop that runs not once here sleeps nowhere.
    let never = "$ time while false; do sleep 3; done\nreal\t0m0.001s";
    assert_eq!(one(never, "real\t0m0.002s", 0), Passed);
    let up = |noted: &str| {
        let transcript = format!(
            "$ docker run -d --name web busybox sleep 600\n{ID}\n$ sleep 4\n$ docker ps --format '{{{{.Names}}}}: {{{{.Status}}}}'\nweb: {noted}"
        );
        let steps = [
            printed(ID, 0),
            printed("", 0),
            printed("web: Up 4 seconds", 0),
        ];
        judged(&transcript, &steps)[2].verdict
    };
    assert_eq!(up("Up 6 seconds"), Passed);
    assert_eq!(up("Up 2 minutes"), Passed);
    assert_eq!(up("Up Less than a second"), Failed);
    assert_eq!(up("Up 2 seconds"), Failed);
    // What waits until something is so need not have slept in the notes.
    let waited = |noted: &str, start: &str, wait: &str| {
        let transcript = format!(
            "$ docker run -d --name web {start}busybox sleep 600\n{ID}\n$ {wait}\n$ docker ps --format '{{{{.Names}}}}: {{{{.Status}}}}'\nweb: {noted}"
        );
        let steps = [
            printed(ID, 0),
            printed("", 0),
            printed("web: Up 4 seconds", 0),
        ];
        judged(&transcript, &steps)[2].verdict
    };
    let early = "Up Less than a second";
    assert_eq!(
        waited(early, "", "until docker exec web true; do sleep 1; done"),
        Passed
    );
    assert_eq!(waited(early, "", "docker exec web true || sleep 3"), Passed);
    assert_eq!(waited(early, "--restart always ", "sleep 3"), Passed);
    assert_eq!(waited(early, "", "docker exec web true; sleep 3"), Failed);
}

#[test]
fn a_build_takes_as_long_as_its_steps() {
    let screen = |whole: &str, step: &str| {
        format!(
            "[+] Building {whole}s (5/5) FINISHED                docker:default\n => [internal] load build definition from Dockerfile        0.0s\n => [internal] load metadata for docker.io/library/busybox:latest        0.0s\n => [1/2] FROM docker.io/library/busybox:latest        0.0s\n => [2/2] RUN sleep 2        {step}s\n => exporting to image        0.1s"
        )
    };
    let build = |whole: &str, step: &str| {
        let transcript = format!("$ docker build -t x .\n{}", screen(whole, step));
        one(&transcript, &screen("2.5", "2.2"), 0)
    };
    assert_eq!(build("3.1", "2.4"), Passed);
    assert_eq!(build("0.4", "2.4"), Failed);
    assert_eq!(build("3.1", "0.1"), Failed);
}

#[test]
fn a_container_is_as_old_as_its_state_and_as_large_as_its_files() {
    let row = |noted: &str| {
        let transcript = format!(
            "$ docker run -d --name web busybox sleep 600\n{ID}\n$ docker ps -s --format '{{{{.Names}}}} {{{{.RunningFor}}}}, {{{{.Status}}}}, {{{{.Size}}}}'\nweb {noted}"
        );
        let here = printed("web 2 seconds ago, Up 1 second, 5B (virtual 4.26MB)", 0);
        judged(&transcript, &[printed(ID, 0), here])[1].verdict
    };
    assert_eq!(
        row("5 minutes ago, Up 5 minutes, 5B (virtual 72.8MB)"),
        Passed
    );
    assert_eq!(
        row("5 seconds ago, Up 10 minutes, 5B (virtual 72.8MB)"),
        Failed
    );
    assert_eq!(
        row("5 minutes ago, Up 5 minutes, 5.2MB (virtual 1.2MB)"),
        Failed
    );
}

#[test]
fn a_clock_goes_on_by_what_the_commands_sleep() {
    // What a clock shows in two steps, with `between` typed in between; it is right here.
    let verdict = |date: &str, between: &str, noted: [&str; 2], here: [&str; 2]| {
        let transcript = format!(
            "$ {date}\n{}\n$ {between}\n$ {date}\n{}",
            noted[0], noted[1]
        );
        let steps = [printed(here[0], 0), printed("", 0), printed(here[1], 0)];
        judged(&transcript, &steps)[2].verdict
    };
    let clock = ["10:20:30", "10:20:33"];
    for (date, here, noted, expected) in [
        ("date +%T", clock, ["23:59:58", "00:00:01"], Passed),
        ("date +%T", clock, ["11:11:11", "11:15:00"], Passed),
        ("date +%T", clock, ["11:11:11", "11:11:13"], Failed),
        ("date +%T", clock, ["11:11:11", "11:10:00"], Failed),
        (
            "date +%s",
            ["1796006501", "1796006504"],
            ["1700000100", "1700000050"],
            Failed,
        ),
        (
            "date '+%F %T'",
            ["2026-11-30 10:20:30", "2026-11-30 10:20:33"],
            ["2024-03-05 23:59:58", "2024-03-05 00:00:01"],
            Failed,
        ),
        (
            "date",
            [
                "Mon Nov 30 10:20:30 UTC 2026",
                "Mon Nov 30 10:20:33 UTC 2026",
            ],
            [
                "Tue Mar  5 10:20:30 KST 2024",
                "Tue Mar  5 10:20:31 KST 2024",
            ],
            Failed,
        ),
        ("date +%R", ["10:20", "10:20"], ["09:59", "10:00"], Passed),
        ("date +%R", ["10:20", "10:20"], ["09:59", "09:57"], Failed),
    ] {
        assert_eq!(verdict(date, "sleep 3", noted, here), expected, "{noted:?}");
    }
    let quick = ["11:11:11", "11:11:12"];
    for (between, expected) in [
        ("sleep 3", Failed),
        ("sleep 3s; docker ps -q", Failed),
        ("sleep 3 &", Passed),
        ("until docker exec web true; do sleep 3; done", Passed),
        ("docker run -d --name web busybox sleep 3", Passed),
        ("docker run --rm --name web busybox sleep 3", Failed),
    ] {
        let found = verdict("date +%T", between, quick, clock);
        assert_eq!(found, expected, "{between}");
    }
    // A container may have another zone than the host, and each section another day.
    let zones = "$ date +%T\n14:20:30\n$ docker run --rm busybox date +%T\n05:20:31";
    let steps = [printed("10:20:30", 0), printed("10:20:31", 0)];
    assert_eq!(judged(zones, &steps)[1].verdict, Passed);
    let inside = "$ docker run --rm busybox sh -c 'date +%T; sleep 2; date +%T'\n05:20:40\n";
    let both = |later: &str| one(&format!("{inside}{later}"), "10:20:30\n10:20:32", 0);
    assert_eq!(both("05:20:42"), Passed);
    assert_eq!(both("05:20:41"), Failed);
}

#[test]
fn a_loop_shows_times_as_far_apart_as_it_sleeps() {
    let verdict = |body: &str, noted: [&str; 2], later: &str| {
        let transcript = format!(
            "$ docker run -d --name clock busybox sh -c 'while true; do {body}; done'\n{ID}\n{later}$ docker logs clock\n{}\n{}",
            noted[0], noted[1]
        );
        let mut steps = vec![printed(ID, 0)];
        steps.extend(later.lines().map(|_| printed("", 0)));
        steps.push(printed(
            "Mon Nov 30 03:06:07 UTC 2026\nMon Nov 30 03:06:12 UTC 2026",
            0,
        ));
        judged(&transcript, &steps).pop().map(|step| step.verdict)
    };
    let at = [
        "Tue Mar  5 10:20:30 UTC 2024",
        "Tue Mar  5 10:20:35 UTC 2024",
    ];
    let close = [
        "Tue Mar  5 10:20:30 UTC 2024",
        "Tue Mar  5 10:20:33 UTC 2024",
    ];
    let back = [
        "Tue Mar  5 10:20:30 UTC 2024",
        "Tue Mar  5 10:10:35 UTC 2024",
    ];
    assert_eq!(verdict("date; sleep 5", at, ""), Some(Passed));
    for wrong in [close, back] {
        assert_eq!(verdict("date; sleep 5", wrong, ""), Some(Failed));
        assert_eq!(verdict("sleep 5; date", wrong, ""), Some(Failed));
    }
    assert_eq!(verdict("date; sleep 2", close, ""), Some(Passed));
    assert_eq!(
        verdict("date; test -f a || sleep 5; date", close, ""),
        Some(Passed)
    );
    let again = "$ docker restart -t 0 clock > /dev/null\n";
    assert_eq!(verdict("date; sleep 5", close, again), Some(Passed));
}

#[test]
fn several_dates_of_one_command_show_one_moment() {
    let verdict = |formats: [&str; 2], noted: [&str; 2], here: [&str; 2]| {
        let [first, second] = formats;
        let command = format!("sh -c 'date {first}; date {second}'");
        let transcript = format!("$ {command}\n{}\n{}", noted[0], noted[1]);
        one(&transcript, &here.join("\n"), 0)
    };
    let now = "Mon Nov 30 06:10:52 UTC 2026";
    for (formats, here, right, wrong) in [
        (
            ["+%F", "+%A"],
            ["2026-11-30", "Monday"],
            ["2026-11-24", "Tuesday"],
            ["2026-11-24", "Monday"],
        ),
        (
            ["+%F", "+%j"],
            ["2026-11-30", "334"],
            ["2026-01-01", "001"],
            ["2026-11-30", "001"],
        ),
        (
            ["+%m/%d/%Y", "+%F"],
            ["11/30/2026", "2026-11-30"],
            ["12/01/2025", "2025-12-01"],
            ["11/30/2026", "2026-12-01"],
        ),
        (["+%H", "+%p"], ["06", "AM"], ["14", "PM"], ["14", "AM"]),
        (["+%H", "+%I"], ["06", "06"], ["00", "12"], ["14", "09"]),
        (
            ["", "+%Y"],
            [now, "2026"],
            ["Tue Mar  5 10:20:30 KST 2024", "2024"],
            ["Tue Mar  5 10:20:30 KST 2024", "2023"],
        ),
        (
            ["", "+%s"],
            [now, "1796019052"],
            ["Tue Mar  5 10:20:30 UTC 2024", "1709634030"],
            [now, "1690000000"],
        ),
    ] {
        assert_eq!(verdict(formats, right, here), Passed, "{right:?}");
        assert_eq!(verdict(formats, wrong, here), Failed, "{wrong:?}");
    }
    // The host of the notes may have another zone than this run's.
    let zones = ["", "-u"];
    let seoul = [
        "Tue Mar  5 19:20:30 KST 2024",
        "Tue Mar  5 10:20:30 UTC 2024",
    ];
    assert_eq!(verdict(zones, seoul, [now; 2]), Passed);
}

#[test]
fn the_same_command_shows_the_same_times_while_nothing_changes_them() {
    fn row(time: &str) -> String {
        format!("-rw-r--r--    1 root     root            5 {time} /srv/a")
    }
    // What is asked for twice, with commands before it and in between that print nothing.
    let verdict = |before: &str, between: &str, noted: [&str; 2]| {
        let asks = "docker exec web ls -l /srv/a";
        let [first, second] = noted.map(row);
        let asked = format!("$ {asks}\n{first}\n{between}$ {asks}\n{second}");
        let silent = |commands: &str| commands.lines().map(|_| printed("", 0)).collect::<Vec<_>>();
        let here = || vec![printed(&row("Nov 30 06:10"), 0)];
        let steps = [silent(before), here(), silent(between), here()].concat();
        let judged = judged(&format!("{before}{asked}"), &steps);
        judged.last().map(|step| step.verdict)
    };
    let (same, other) = (["Mar  5 10:20"; 2], ["Mar  5 10:20", "Mar  4 10:20"]);
    assert_eq!(verdict("", "", same), Some(Passed));
    assert_eq!(verdict("", "", other), Some(Failed));
    let looks = "$ docker exec web cat /srv/b\n";
    assert_eq!(verdict("", looks, other), Some(Failed));
    // Who types slowly sees the minute of what was written meanwhile, also by what goes on.
    for changes in ["docker exec web touch /srv/a", "docker exec web sh /go"] {
        let changes = format!("$ {changes}\n");
        assert_eq!(verdict("", &changes, other), Some(Passed), "{changes}");
        assert_eq!(verdict(&changes, "", other), Some(Failed), "{changes}");
    }
    let asleep = "$ docker run -d --name web busybox sleep 600 > log\n";
    assert_eq!(verdict(asleep, "", other), Some(Failed));
    for goes_on in [
        "docker run -d --name web nginx > log",
        "docker start web > log",
        "docker compose up -d",
        "sleep 9 &",
    ] {
        let goes_on = format!("$ {goes_on}\n");
        assert_eq!(verdict(&goes_on, "", other), Some(Passed), "{goes_on}");
    }
}

#[test]
fn what_a_date_prints_of_a_given_time_is_no_time_of_the_run() {
    let given = "Thu Jan  2 03:04:05 UTC 2020";
    for command in [
        "docker run --rm busybox sh -c 'touch -d \"2020-01-02 03:04:05\" /x; date -r /x'",
        "docker run --rm busybox sh -c 'touch -t 202001020304.05 /x; date -r /x'",
        "docker run --rm busybox sh -c 'touch -d @1577934245 /x; date -r /x'",
        "docker run --rm -e AT=2020-01-02 busybox sh -c 'date -d \"$AT\"'",
    ] {
        let verdict = |noted: &str| one(&format!("$ {command}\n{noted}"), given, 0);
        assert_eq!(verdict(given), Passed, "{command}");
        assert_eq!(verdict("Sat Jun  6 13:14:15 UTC 2020"), Failed, "{command}");
    }
    // The host of the notes may be of another zone than its containers.
    let host =
        "$ touch -d '2020-01-02 03:04:05' x\n$ docker run --rm -v $PWD:/d busybox date -r /d/x";
    let across = |noted: &str| {
        let steps = [printed("", 0), printed(given, 0)];
        judged(&format!("{host}\n{noted}"), &steps)[1].verdict
    };
    assert_eq!(across("Wed Jan  1 18:04:05 UTC 2020"), Passed);
    assert_eq!(across("Tue Dec 31 18:04:05 UTC 2019"), Failed);
    let listed = "-rw-r--r--    1 root     root             0 Jan  2  1970 /x";
    let touch = "docker run --rm busybox sh -c 'touch -d @86400 /x; ls -l /x'";
    let verdict = |noted: &str| one(&format!("$ {touch}\n{noted}"), listed, 0);
    assert_eq!(verdict(listed), Passed);
    assert_eq!(
        verdict(&listed.replace("Jan  2  1970", "Mar  7  2011")),
        Failed
    );
}

/// The verdict of the second of two commands, of which the notes show `noted` and this run
/// prints `here`.
fn verdict_of_second(commands: [&str; 2], noted: [&str; 2], here: [&str; 2]) -> StepVerdict {
    let [first, second] = commands;
    let transcript = format!("$ {first}\n{}\n$ {second}\n{}", noted[0], noted[1]);
    judged(&transcript, &here.map(|output| printed(output, 0)))[1].verdict
}

#[test]
fn one_clock_is_one_in_whichever_format_it_is_shown() {
    let verdict = verdict_of_second;
    let now = "Mon Nov 30 10:20:30 UTC 2026";
    let noted = "Tue Mar  5 14:20:30 KST 2024";
    for (command, here, later, earlier) in [
        ("date +%F", "2026-11-30", "2024-03-05", "2024-03-04"),
        ("date +%T", "10:20:31", "14:20:31", "14:19:31"),
        (
            "date '+%Y-%m-%d %H:%M'",
            "2026-11-30 10:20",
            "2024-03-05 14:20",
            "2024-03-05 13:20",
        ),
    ] {
        let found = |text| verdict(["date", command], [noted, text], [now, here]);
        assert_eq!(found(later), Passed, "{command}");
        assert_eq!(found(earlier), Failed, "{command}");
    }
    let of_utc = |text| verdict(["date", "date -u +%T"], [noted, text], [now, "10:20:31"]);
    assert_eq!(of_utc("05:20:31"), Passed, "in another zone");
}

#[test]
fn a_list_of_images_has_what_containers_were_made_of() {
    const HEAD: &str = "REPOSITORY   TAG      IMAGE ID       CREATED        SIZE";
    let row = |name: &str| format!("{name:<12} latest   0a1b2c3d4e5f   5 weeks ago    77.8MB\n");
    let verdict = |before: &str, list: &str, noted: &[&str], here: &[&str]| {
        let rows = |names: &[&str]| names.iter().map(|name| row(name)).collect::<String>();
        let transcript = format!("$ {before}\nhi\n$ {list}\n{HEAD}\n{}", rows(noted));
        let here = format!("{HEAD}\n{}", rows(here));
        judged(&transcript, &[printed("hi", 0), printed(&here, 0)])[1].verdict
    };
    let run = "docker run --rm box echo hi";
    let both = ["box", "site"];
    assert_eq!(verdict(run, "docker images", &["box"], &["box"]), Passed);
    assert_eq!(verdict(run, "docker images", &["site"], &both), Failed);
    assert_eq!(verdict(run, "docker images box", &[], &["box"]), Failed);
    assert_ne!(
        verdict(run, "docker images site", &["site"], &["site"]),
        Failed
    );
    assert_ne!(
        verdict(run, "docker images -f dangling=true", &[], &[]),
        Failed
    );
    let removed = format!("{run}; docker rmi box");
    assert_ne!(
        verdict(&removed, "docker images", &["site"], &["site"]),
        Failed
    );
}

#[test]
fn each_container_has_the_zone_that_is_set_for_it() {
    let verdicts = |commands: [&str; 2], zones: [&str; 2], here: [&str; 2]| {
        let time = |zone: &str, second: usize| {
            let hour = if zone == "UTC" { 10 } else { 11 };
            format!("Tue Mar  5 {hour}:20:3{second} {zone} 2024")
        };
        let transcript = format!(
            "$ {}\n{}\n$ {}\n{}",
            commands[0],
            time(zones[0], 0),
            commands[1],
            time(zones[1], 1)
        );
        let steps = [printed(&time(here[0], 0), 0), printed(&time(here[1], 1), 0)];
        let judged = judged(&transcript, &steps);
        [judged[0].verdict, judged[1].verdict]
    };
    let (plain, set) = (
        "docker run --rm box date",
        "docker run --rm -e TZ=CET-1 box date",
    );
    let commands = [plain, set];
    assert_eq!(
        verdicts(commands, ["UTC", "CET"], ["UTC", "CET"])[1],
        Passed
    );
    assert_eq!(
        verdicts(commands, ["CET", "CET"], ["UTC", "CET"])[0],
        Failed
    );
    assert_eq!(
        verdicts(commands, ["UTC", "UTC"], ["UTC", "CET"])[1],
        Failed
    );
    let running = [
        "docker run -d --name web -e TZ=CET-1 box; docker exec web date",
        "docker exec web date",
    ];
    assert_eq!(verdicts(running, ["CET", "CET"], ["UTC", "UTC"])[1], Passed);
}

#[test]
fn clocks_that_show_their_zones_are_one() {
    let verdict = |later: &str| {
        let first = "$ docker run --rm busybox date\nTue Mar  5 10:20:30 UTC 2024";
        let transcript =
            format!("{first}\n$ docker run --rm -e TZ=KST-9 busybox date\n{later} 2024");
        let steps = [
            printed("Mon Nov 30 03:06:07 UTC 2026", 0),
            printed("Mon Nov 30 12:06:08 KST 2026", 0),
        ];
        judged(&transcript, &steps)[1].verdict
    };
    assert_eq!(verdict("Tue Mar  5 19:20:31 KST"), Passed);
    assert_eq!(verdict("Tue Mar  5 10:20:31 KST"), Failed);
    // A container has no zone of its own, and two zones have two hours.
    let verdict = |command: &str, noted: &str, here: &str| {
        let transcript = format!("$ date\nTue Mar  5 19:20:30 KST 2024\n$ {command}\n{noted} 2024");
        let steps = ["Mon Nov 30 03:06:07 UTC 2026", here].map(|text| printed(text, 0));
        judged(&transcript, &steps)[1].verdict
    };
    let (plain, here) = (
        "docker run --rm busybox date",
        "Mon Nov 30 03:06:08 UTC 2026",
    );
    assert_eq!(verdict(plain, "Tue Mar  5 10:20:31 UTC", here), Passed);
    assert_eq!(verdict(plain, "Tue Mar  5 19:20:31 UTC", here), Failed);
    assert_eq!(verdict(plain, "Tue Mar  5 19:20:31 KST", here), Failed);
    let set = "docker run --rm -e TZ=KST-9 busybox date";
    assert_eq!(
        verdict(
            set,
            "Tue Mar  5 19:20:31 KST",
            "Mon Nov 30 12:06:08 KST 2026"
        ),
        Passed
    );
    let uptime = |later: &str| {
        let transcript =
            format!("$ cat /proc/uptime\n6258.35 12016.20\n$ cat /proc/uptime\n{later}");
        let steps = [printed("3293.41 6543.10", 0), printed("3293.79 6543.70", 0)];
        judged(&transcript, &steps)[1].verdict
    };
    assert_eq!(uptime("6300.01 12099.00"), Passed);
    assert_eq!(uptime("1258.35 2016.20"), Failed);
}

#[test]
fn what_a_command_computes_is_no_time_of_the_run() {
    for (command, right, wrong) in [
        (
            "sh -c 'x=1.5; echo \"done in ${x}s\"'",
            "done in 1.5s",
            "done in 7.5s",
        ),
        ("awk 'BEGIN{print 5*2.5 \" ms\"}'", "12.5 ms", "99.5 ms"),
        (
            "sh -c 'n=3; echo \"$n weeks ago\"'",
            "3 weeks ago",
            "9 weeks ago",
        ),
        (
            "sh -c 'for i in 1 2; do echo \"$i.0 ms\"; done'",
            "1.0 ms\n2.0 ms",
            "1.0 ms\n5.0 ms",
        ),
    ] {
        let verdict = |noted: &str| {
            let transcript = format!("$ docker run --rm busybox {command}\n{noted}");
            one(&transcript, right, 0)
        };
        assert_eq!(verdict(right), Passed, "{command}");
        assert_eq!(verdict(wrong), Failed, "{command}");
    }
    // Another step may have asked the clock, and so may a file or awk.
    for command in [
        "echo \"done in ${took}s\"",
        "docker run --rm busybox cat /log",
        "docker run --rm web",
        "awk '{print $1}' log",
        "echo $(cat took)s",
    ] {
        let transcript = format!("$ {command}\ndone in 1.5s");
        assert_eq!(one(&transcript, "done in 7.5s", 0), Passed, "{command}");
    }
    // So may an entrypoint that the author wrote.
    let own = "$ docker build -q -t app . > /dev/null\n$ docker run --rm app echo hi";
    let transcript = format!("{own}\nstarted in 1.5s\nhi");
    let steps = [printed("", 0), printed("started in 7.5s\nhi", 0)];
    assert_eq!(judged(&transcript, &steps)[1].verdict, Passed);
}

#[test]
fn a_time_that_touch_gives_is_that_of_the_file() {
    let verdict = |list: &str, noted: &str, here: &str| {
        let transcript = format!("$ touch -d '2020-01-02 03:04' old.txt\n$ {list}\n{noted}");
        judged(&transcript, &[printed("", 0), printed(here, 0)])[1].verdict
    };
    let row = |day: &str| format!("-rw-r--r-- 1 root root 0 {day} old.txt");
    let list = |day: &str| verdict("ls -l old.txt", &row(day), &row("Jan  2  2020"));
    assert_eq!(list("Jan  2  2020"), Passed);
    assert_eq!(list("Jan  2  2021"), Failed);
    assert_eq!(list("Nov 30 03:16"), Failed);
    let state = |time: &str| {
        let here = "2020-01-02 03:04:00.000000000 +0000 0";
        verdict("stat -c '%y %s' old.txt", time, here)
    };
    assert_eq!(state("2020-01-02 03:04:00.000000000 +0900 0"), Passed);
    assert_eq!(state("2022-03-04 03:04:05.000000000 +0000 0"), Failed);
    // Other files have times of the run.
    let other = row("Aug 30 10:20").replace("old", "new");
    let here = row("Nov 30 03:16").replace("old", "new");
    assert_eq!(verdict("ls -l new.txt", &other, &here), Passed);
}

#[test]
fn lists_beside_each_other_show_as_many() {
    let short = &ID[..12];
    let table = |rows: &str| {
        format!(
            "CONTAINER ID   IMAGE     COMMAND       CREATED        STATUS        PORTS     NAMES\n{short}   busybox   \"sleep 600\"   1 second ago   Up 1 second             web\n{rows}"
        )
    };
    let other =
        "0a1b2c3d4e5f   nginx     \"nginx\"       2 days ago     Up 2 days               old\n";
    let verdict = |rows: &str, count: &str| {
        let transcript = format!(
            "$ docker run -d --name web busybox sleep 600\n{ID}\n$ docker ps\n{}$ docker ps -q | wc -l\n{count}",
            table(rows)
        );
        let steps = [printed(ID, 0), printed(&table(""), 0), printed("1", 0)];
        judged(&transcript, &steps)[2].verdict
    };
    assert_eq!(verdict("", "1"), Passed);
    assert_eq!(verdict(other, "1"), Failed);
    assert_eq!(verdict("", "2"), Failed);
}

#[test]
fn numbers_shares_and_limits_agree_with_each_other() {
    let inodes = "$ docker run --rm busybox ls -i /a /b /c\n";
    let inodes = |noted: &str| one(&format!("{inodes}{noted}"), "191 /a\n191 /b\n192 /c", 0);
    assert_eq!(inodes("77 /a\n77 /b\n80 /c"), Passed);
    assert_eq!(inodes("77 /a\n78 /b\n80 /c"), Failed);
    assert_eq!(inodes("77 /a\n77 /b\n77 /c"), Failed);
    let usage = |noted: &str, here: &str| {
        let row = |text: &str| {
            format!(
                "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\nImages          1         1         {text}\n"
            )
        };
        let transcript = format!("$ docker system df\n{}", row(noted));
        one(&transcript, &row(here), 0)
    };
    let (none, half) = ("1.984MB   0B (0%)", "1.984MB   992kB (50%)");
    assert_eq!(usage("172MB     0B (0%)", none), Passed);
    assert_eq!(usage("172MB     0B (93%)", none), Failed);
    assert_eq!(usage("172MB     57MB (33%)", half), Passed);
    assert_eq!(usage("172MB     57MB (90%)", half), Failed);
    let stats = |noted: &str| {
        let start = format!("$ docker run -d --name web --memory 64m busybox sleep 9\n{ID}\n");
        let transcript =
            format!("{start}$ docker stats --no-stream --format '{{{{.MemUsage}}}}' web\n{noted}");
        let steps = [printed(ID, 0), printed("532KiB / 64MiB", 0)];
        judged(&transcript, &steps)[1].verdict
    };
    assert_eq!(stats("1.2MiB / 64MiB"), Passed);
    assert_eq!(stats("564KiB / 128MiB"), Failed);
    assert_eq!(stats("99MiB / 64MiB"), Failed);
    let context = |noted: &str| {
        let sends = |size: &str| {
            format!(
                "Sending build context to Docker daemon  {size}\nError response from daemon: the Dockerfile (Dockerfile) cannot be empty"
            )
        };
        one(
            &format!("$ docker build .\n{}", sends(noted)),
            &sends("2.56kB"),
            1,
        )
    };
    assert_eq!(context("3.072kB"), Passed);
    assert_eq!(context("1B"), Failed);
}

#[test]
fn a_plain_step_takes_as_long_as_it_sleeps() {
    let verdict = |command: &str, noted: &str, here: &str| {
        let build = |seconds: &str| format!("#5 [2/2] RUN {command}\n#5 DONE {seconds}s");
        let transcript = format!(
            "$ docker build --progress=plain -t slow .\n...\n{}\n...",
            build(noted)
        );
        one(&transcript, &build(here), 0)
    };
    assert_eq!(verdict("sleep 3", "3.5", "3.2"), Passed);
    assert_eq!(verdict("sleep 3", "0.1", "3.2"), Failed);
    // Here it does not come to sleep.
    let skipped = "test -e /x && sleep 3; true";
    assert_eq!(verdict(skipped, "0.1", "0.2"), Passed);
}

#[test]
fn numbers_beyond_all_bounds_are_judged_too() {
    let log = "2024-05-01T10:00:01.030382121Z one\n2024-05-01T10:00:04.031652333Z two";
    let endless = format!(
        "$ docker run --name a busybox sh -c 'echo one; sleep infinity; echo two'\none\ntwo\n$ docker logs -t a\n{log}"
    );
    let verdicts = judged(&endless, &[printed("one\ntwo", 0), printed(log, 0)]);
    assert_eq!(verdicts[1].verdict, Passed);

    let most = u64::MAX;
    let build = format!("Step {most}/{most} : RUN true");
    one(&format!("$ docker build .\n{build}"), &build, 0);

    let info = |running: u64| {
        format!("Server:\n Containers: 3\n  Running: {running}\n  Paused: 2\n  Stopped: 1")
    };
    assert_eq!(
        one(&format!("$ docker info\n{}", info(most)), &info(0), 0),
        Failed
    );

    let up = "$ cat /proc/uptime\n-1e30 1\n$ cat /proc/uptime\n1e30 1";
    judged(up, &[printed("10.0 1.0", 0), printed("11.0 1.0", 0)]);

    let volumes = "DRIVER    VOLUME NAME\nlocal     db";
    let disk = format!(
        "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\nLocal Volumes   {}         0         0B        0B",
        u32::MAX
    );
    let beside = format!("$ docker volume ls\n{volumes}\n$ docker system df\n{disk}");
    judged(&beside, &[printed(volumes, 0), printed(&disk, 0)]);
}

#[test]
fn two_running_containers_have_no_port_in_common() {
    let short = &ID[..12];
    let table = |rows: &str| {
        format!(
            "CONTAINER ID   IMAGE     COMMAND       CREATED        STATUS        PORTS                  NAMES\n{short}   busybox   \"sleep 600\"   1 second ago   Up 1 second   0.0.0.0:8080->80/tcp   web\n{rows}"
        )
    };
    let other = |port: &str| {
        format!(
            "0a1b2c3d4e5f   nginx     \"nginx\"       2 days ago     Up 2 days     0.0.0.0:{port}->80/tcp   old\n"
        )
    };
    let verdict = |rows: &str| {
        let transcript = format!(
            "$ docker run -d --name web -p 8080:80 busybox sleep 600\n{ID}\n$ docker ps\n{}",
            table(rows)
        );
        judged(&transcript, &[printed(ID, 0), printed(&table(""), 0)])[1].verdict
    };
    assert_eq!(verdict(&other("8081")), Passed);
    assert_eq!(verdict(&other("8080")), Failed);
}

#[test]
fn how_long_containers_are_up_follows_from_what_is_started_and_slept() {
    let rows = |a: (&str, &str), b: (&str, &str)| {
        laid_out(&[
            &["NAMES", "CREATED", "STATUS"],
            &["b", b.0, b.1],
            &["a", a.0, a.1],
        ])
    };
    let here = rows(
        ("4 seconds ago", "Up 1 second"),
        ("Less than a second ago", "Up Less than a second"),
    );
    let run = |a: (&str, &str), b: (&str, &str)| {
        let template = "--format 'table {{.Names}}\\t{{.RunningFor}}\\t{{.Status}}'";
        let transcript = format!(
            "$ docker run -d --name a box\n{ID}\n$ sleep 3\n$ docker restart a\na\n$ docker run -d --name b box\n{ID}\n$ docker ps {template}\n{}",
            rows(a, b)
        );
        let steps = [
            printed(ID, 0),
            printed("", 0),
            printed("a", 0),
            printed(ID, 0),
            printed(&here, 0),
        ];
        judged(&transcript, &steps)[4].verdict
    };
    let young = ("1 second ago", "Up Less than a second");
    assert_eq!(run(("4 seconds ago", "Up 1 second"), young), Passed);
    assert_eq!(run(("2 minutes ago", "Up 2 minutes"), young), Passed);
    // It was made before the sleep, and restarted after it.
    assert_eq!(run(("4 seconds ago", "Up 4 seconds"), young), Failed);
    assert_eq!(run(("2 seconds ago", "Up 1 second"), young), Failed);
    // What was started later is not up for longer.
    let old = ("5 seconds ago", "Up 5 seconds");
    assert_eq!(run(("9 seconds ago", "Up 3 seconds"), old), Failed);
}

#[test]
fn a_file_system_is_used_as_its_size_allows() {
    let row = |size: &str, share: &str| {
        format!(
            "Filesystem  Size  Used Avail Use% Mounted on\n/dev/vda1    {size}   18G   22G  {share}% /"
        )
    };
    let run = |size: &str, share: &str| {
        let transcript = format!("$ df -h /\n{}", row(size, share));
        judged(&transcript, &[printed(&row("40G", "45"), 0)])[0].verdict
    };
    assert_eq!(run("42G", "46"), Passed);
    assert_eq!(run("42G", "17"), Failed);
    assert_eq!(run("19G", "46"), Failed);
}

#[test]
fn the_broadcast_address_is_the_last_of_its_network() {
    let run = |last: &str| {
        let line = |last: &str| format!("    inet 172.17.0.2/16 brd {last} scope global eth0");
        let transcript = format!("$ docker exec web ip addr show eth0\n{}", line(last));
        judged(&transcript, &[printed(&line("172.17.255.255"), 0)])[0].verdict
    };
    assert_eq!(run("172.17.255.255"), Passed);
    assert_eq!(run("172.17.0.255"), Failed);
}

#[test]
fn the_status_of_a_build_is_that_of_the_builder_that_the_notes_show() {
    let legacy = "Step 1/2 : FROM box\n ---> 0123456789ab\nStep 2/2 : RUN exit 7\n ---> Running in ba9876543210\nThe command '/bin/sh -c exit 7' returned a non-zero code: 7";
    let buildkit = "#5 [2/2] RUN exit 7\n#5 ERROR: process \"/bin/sh -c exit 7\" did not complete successfully: exit code: 7\nERROR: failed to build: failed to solve: process \"/bin/sh -c exit 7\" did not complete successfully: exit code: 7";
    let run = |noted: &str, status: &str| {
        let transcript = format!("$ docker build -t web .\n{noted}\n$ echo $?\n{status}");
        let steps = [printed(legacy, 7), printed("7", 0)];
        judged(&transcript, &steps)[1].verdict
    };
    assert_eq!(run(legacy, "7"), Passed);
    assert_eq!(run(legacy, "1"), Failed);
    assert_eq!(run("...", "1"), labbook::judge::StepVerdict::Drifted);
    assert_eq!(run(buildkit, "7"), Failed);
    assert_eq!(run(buildkit, "1"), labbook::judge::StepVerdict::Drifted);
}

#[test]
fn the_times_of_a_log_are_as_far_apart_as_its_script_sleeps() {
    let log = |second: &str| {
        format!("2024-05-01T10:00:01.030382121Z one\n2024-05-01T10:00:{second}Z two")
    };
    let run = |second: &str| {
        let transcript = format!(
            "$ docker run --name a box sh -c 'echo one; sleep 3; echo two'\none\ntwo\n$ docker logs -t a\n{}",
            log(second)
        );
        let steps = [printed("one\ntwo", 0), printed(&log("04.031"), 0)];
        judged(&transcript, &steps)[1].verdict
    };
    assert_eq!(run("04.231652333"), Passed);
    assert_eq!(run("59.231652333"), Passed);
    assert_eq!(run("02.031652333"), Failed);
    assert_eq!(run("01.031652333"), Failed);
}

#[test]
fn a_process_that_sleeps_takes_no_time_of_a_processor() {
    let table = |time: &str, other: &str| {
        laid_out(&[
            &["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"],
            &["root", "2951", "2703", "0", "10:00", "?", time, "sleep 1d"],
            &["root", "2959", "2703", "0", "10:00", "?", other, "nginx"],
        ])
    };
    let run = |time: &str, other: &str| {
        let transcript = format!("$ docker top web\n{}", table(time, other));
        let here = printed(&table("00:00:00", "00:00:00"), 0);
        judged(&transcript, &[here])[0].verdict
    };
    assert_eq!(run("00:00:00", "02:10:00"), Passed);
    assert_eq!(run("02:10:00", "00:00:00"), Failed);
}

#[test]
fn rows_without_their_header_have_ages_that_agree_too() {
    let run = |created: &str, status: &str| {
        let row =
            |id: &str, at: &str, is: &str| format!("{id}   box   \"sh\"   {at}   {is}      web");
        let transcript = format!(
            "$ docker run -d --name web box\n{ID}\n$ docker ps -a | grep web\n{}",
            row(&ID[..12], created, status)
        );
        let own = ID.replace('e', "f");
        let here = row(&own[..12], "2 seconds ago", "Up 1 second");
        judged(&transcript, &[printed(&own, 0), printed(&here, 0)])[1].verdict
    };
    assert_eq!(run("3 hours ago", "Up 3 hours"), Passed);
    assert_eq!(run("3 hours ago", "Up 2 seconds"), Passed);
    assert_eq!(run("2 seconds ago", "Up 3 hours"), Failed);
}

#[test]
fn what_the_commands_write_is_as_large_in_the_notes() {
    for (command, line, here, wrong) in [
        (
            "docker run --name a box fill /big\n$ docker ps -as --format '{{.Names}} {{.Size}}'",
            "a 21MB (virtual 22.2MB)",
            "a 21MB (virtual 30.2MB)",
            "a 5B (virtual 1.24MB)",
        ),
        (
            "docker run --name a box fill /big\n$ docker container prune -f | tail -1",
            "Total reclaimed space: 20.97MB",
            "Total reclaimed space: 20.97MB",
            "Total reclaimed space: 12B",
        ),
        (
            "fill big\n$ docker build -t a . | head -1",
            "Sending build context to Docker daemon  20.97MB",
            "Sending build context to Docker daemon  20.98MB",
            "Sending build context to Docker daemon  2.048kB",
        ),
    ] {
        let verdict = |noted: &str| {
            let transcript = format!("$ {command}\n{noted}");
            judged(&transcript, &[printed("", 0), printed(here, 0)])[1].verdict
        };
        assert_eq!(verdict(line), Passed, "{line}");
        assert_eq!(verdict(wrong), Failed, "{wrong}");
    }
}

#[test]
fn an_image_adds_to_its_base_what_it_adds_here() {
    let table = |built: &str, size: &str| {
        laid_out(&[
            &["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
            &["gone", "latest", "e56ac97ef60a", "2 seconds ago", built],
            &["keep", "latest", "a56ac97ef60a", "4 seconds ago", "22.2MB"],
            &["box", "latest", "b56ac97ef60a", "2 months ago", size],
        ])
    };
    let run = |built: &str| {
        let transcript = format!(
            "$ printf 'FROM box\\nRUN fill /big\\n' > Dockerfile\n$ docker build -q -t keep . > id\n\
             $ printf 'FROM keep\\nRUN rm /big\\n' > Dockerfile\n$ docker build -q -t gone . > id\n\
             $ docker images\n{}",
            table(built, "1.24MB")
        );
        let mut steps = vec![printed("", 0); 4];
        steps.push(printed(&table("22.2MB", "1.24MB"), 0));
        judged(&transcript, &steps)[4].verdict
    };
    assert_eq!(run("22.2MB"), Passed);
    assert_eq!(run("23MB"), Passed);
    assert_eq!(run("1.24MB"), Failed);
}

#[test]
fn what_was_stored_once_shows_one_time() {
    let date = |second: u32| format!("Wed Aug 30 14:33:{second:02} UTC 2023");
    let verdict = |commands: [&str; 3], noted: [u32; 2], here: [u32; 2]| {
        let [first, between, second] = commands;
        let transcript = format!(
            "$ {first}\n{}\n$ {between}\n$ {second}\n{}",
            date(noted[0]),
            date(noted[1])
        );
        let [one, other] = here.map(|second| printed(&date(second), 0));
        let judged = judged(&transcript, &[one, printed("", 0), other]);
        judged.last().map(|step| step.verdict)
    };
    let cat = "docker run --rm app cat /built";
    let restart = "docker restart -t 0 web > names; sleep 2";
    for [first, between, second] in [
        [cat, "sleep 2", cat],
        [
            "docker exec web cat /born",
            restart,
            "docker exec web cat /born",
        ],
        ["docker logs web", "sleep 1", "docker logs web"],
        ["docker logs web", "docker ps > list", "docker logs web"],
        [
            "docker run --name web box date",
            "touch a",
            "docker logs web",
        ],
    ] {
        let commands = [first, between, second];
        assert_eq!(
            verdict(commands, [12, 12], [40, 40]),
            Some(Passed),
            "{second}"
        );
        assert_eq!(
            verdict(commands, [12, 14], [40, 40]),
            Some(Failed),
            "{second}"
        );
    }
    // Another container has the name, or the file is written again.
    for [first, between, second] in [
        [
            "docker logs web",
            "docker run -d --name web box > id",
            "docker logs web",
        ],
        [cat, "touch a", "docker run --rm other cat /built"],
        [
            "docker exec web cat /born",
            "docker exec web sh /go",
            "docker exec web cat /born",
        ],
    ] {
        let commands = [first, between, second];
        assert_eq!(
            verdict(commands, [12, 14], [40, 40]),
            Some(Passed),
            "{second}"
        );
    }
    assert_eq!(
        verdict([cat, "sleep 2", cat], [12, 15], [40, 43]),
        Some(Passed)
    );
}

#[test]
fn a_container_sees_the_machine_that_the_host_sees() {
    let verdict = |first: &str, second: &str, noted: [&str; 2], here: [&str; 2]| {
        let transcript = format!("$ {first}\n{}\n$ {second}\n{}", noted[0], noted[1]);
        let judged = judged(&transcript, &here.map(|text| printed(text, 0)));
        judged.last().map(|step| step.verdict)
    };
    let inside = "docker run --rm --cpus 1 box nproc";
    assert_eq!(
        verdict("nproc", inside, ["8", "8"], ["2", "2"]),
        Some(Passed)
    );
    assert_eq!(
        verdict("nproc", inside, ["8", "1"], ["2", "2"]),
        Some(Failed)
    );
    assert_eq!(
        verdict("nproc", inside, ["8", "1"], ["2", "1"]),
        Some(Passed)
    );
    let memory = [
        "docker run --rm box grep MemTotal /proc/meminfo",
        "docker run -m 64m box grep MemTotal /proc/meminfo",
    ];
    let total = |kilobytes: u32| format!("MemTotal:       {kilobytes:>8} kB");
    let (own, other, here) = (total(8_052_736), total(65_536), total(24_000_000));
    let seen = |noted| verdict(memory[0], memory[1], noted, [&here, &here]);
    assert_eq!(seen([&own, &own]), Some(Passed));
    assert_eq!(seen([&own, &other]), Some(Failed));
    // What is free changes from one moment to the next.
    let free = ["MemFree: 812 kB", "MemFree: 904 kB", "MemFree: 640 kB"];
    let asks = "grep MemFree /proc/meminfo";
    assert_eq!(
        verdict(asks, asks, [free[0], free[1]], [free[2]; 2]),
        Some(Passed)
    );
}

#[test]
fn a_container_uses_no_more_than_its_command_gives_it() {
    let verdict = |options: &str, template: &str, noted: &str, here: &str| {
        let start = format!("$ docker run -d --name web {options} busybox sleep 9\n{ID}\n");
        let stats = format!("$ docker stats --no-stream {template}\n");
        let table = |row: &str| match template {
            "" => format!(
                "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS\n\
                 {}   web       {row}   1",
                &ID[..12]
            ),
            _ => row.to_owned(),
        };
        let transcript = format!("{start}{stats}{}", table(noted));
        judged(&transcript, &[printed(ID, 0), printed(&table(here), 0)])[1].verdict
    };
    let row = |load: &str, net: &str| {
        format!("{load}     532KiB / 1GiB      0.05%     {net}   0B / 0B    ")
    };
    let half = |load: &str| {
        verdict(
            "--cpus 0.5",
            "",
            &row(load, "0B / 0B"),
            &row("1.20%", "0B / 0B"),
        )
    };
    assert_eq!(half("49.80%"), Passed);
    assert_eq!(half("98.00%"), Failed);
    let network =
        |option: &str, net: &str| verdict(option, "", &row("0.00%", net), &row("0.00%", "0B / 0B"));
    assert_eq!(network("--network none", "0B / 0B"), Passed);
    assert_eq!(network("--network none", "1.1kB / 0B"), Failed);
    assert_eq!(network("--net none", "1.1kB / 0B"), Failed);
    assert_eq!(network("", "1.1kB / 0B"), Passed);
    let template = "--format '{{.Name}} {{.MemUsage}} {{.MemPerc}}'";
    let share = |share: &str| {
        let noted = format!("web 32MiB / 64MiB {share}");
        verdict("-m 64m", template, &noted, "web 16MiB / 64MiB 25.00%")
    };
    assert_eq!(share("50.00%"), Passed);
    assert_eq!(share("75.00%"), Failed);
}

#[test]
fn free_shows_the_machine_in_a_container_too() {
    let table = |total: &str| {
        laid_out(&[
            &["", "total", "used", "free"],
            &["Mem:", total, "12", "40"],
            &["Swap:", "0", "0", "0"],
        ])
    };
    let verdict = |options: &str, noted: &str| {
        let transcript = format!(
            "$ docker run --rm {options} busybox free -m\n{}",
            table(noted)
        );
        one(&transcript, &table("7951"), 0)
    };
    assert_eq!(verdict("-m 64m", "15885"), Passed);
    assert_eq!(verdict("-m 64m", "64"), Failed);
    assert_eq!(verdict("", "64"), Passed);
}

#[test]
fn a_container_that_ends_by_a_signal_is_not_killed_on_the_other_side() {
    let verdict = |command: &str, noted: &str, here: &str| {
        let shown =
            |seconds: &str| format!("web\n\nreal\t0m{seconds}s\nuser\t0m0.02s\nsys\t0m0.01s");
        one(
            &format!("$ time {command}\n{}", shown(noted)),
            &shown(here),
            0,
        )
    };
    let stop = "docker stop web";
    assert_eq!(verdict(stop, "10.412", "10.231"), Passed);
    assert_eq!(verdict(stop, "0.512", "0.231"), Passed);
    assert_eq!(verdict(stop, "0.412", "10.231"), Failed);
    assert_eq!(verdict(stop, "10.412", "0.231"), Failed);
    assert_eq!(verdict("docker stop -t 3 web", "0.412", "3.231"), Failed);
    assert_eq!(verdict("docker kill web", "10.412", "0.231"), Passed);
}

#[test]
fn buildkit_takes_nothing_from_its_cache_behind_a_step_that_it_runs() {
    let screen = |second: &str, third: &str| {
        format!(
            "[+] Building 0.8s (7/7) FINISHED\n => [1/3] FROM docker.io/library/busybox:latest 0.0s\n => {second}[2/3] COPY f /f 0.1s\n => {third}[3/3] RUN cat /f 0.2s\n => exporting to image 0.0s"
        )
    };
    let verdict = |second: &str, third: &str| {
        one(
            &format!("$ docker build .\n{}", screen(second, third)),
            &screen("", ""),
            0,
        )
    };
    assert_eq!(verdict("", ""), Passed);
    assert_eq!(verdict("CACHED ", ""), Passed);
    assert_eq!(verdict("CACHED ", "CACHED "), Passed);
    assert_eq!(verdict("", "CACHED "), Failed);
}

#[test]
fn a_container_is_gone_since_the_command_that_waited_for_its_end() {
    let rows = |first: &str, second: &str| format!("one: {first}\ntwo: {second}");
    let verdict = |noted: &str, here: &str| {
        let template = "docker ps -a --format '{{.Names}}: {{.Status}}'";
        let transcript = format!(
            "$ docker run --name one box true\n$ sleep 5\n$ docker run --name two box true\n$ {template}\n{noted}"
        );
        let empty = || printed("", 0);
        judged(&transcript, &[empty(), empty(), empty(), printed(here, 0)])[3].verdict
    };
    let here = rows("Exited (0) 6 seconds ago", "Exited (0) 1 second ago");
    let shown = |one: &str, two: &str| {
        verdict(
            &rows(
                &format!("Exited (0) {one} ago"),
                &format!("Exited (0) {two} ago"),
            ),
            &here,
        )
    };
    assert_eq!(shown("7 seconds", "2 seconds"), Passed);
    assert_eq!(shown("3 hours", "3 hours"), Passed);
    assert_eq!(shown("2 seconds", "1 second"), Failed);
    assert_eq!(shown("7 seconds", "10 seconds"), Failed);
}

#[test]
fn containers_without_files_of_their_own_are_as_large_as_their_image() {
    let verdict = |image: &str, first: &str, second: &str| {
        let images = |size: &str| {
            laid_out(&[
                &["REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE"],
                &["box", "latest", "e56ac97ef60a", "2 weeks ago", size],
            ])
        };
        let sizes = |first: &str, second: &str| {
            format!("one 0B (virtual {first})\ntwo 0B (virtual {second})")
        };
        let run = |name: &str| format!("$ docker run -d --name {name} box sleep 9\n...\n");
        let transcript = format!(
            "{}{}$ docker images box\n{}\n$ docker ps -s --format '{{{{.Names}}}} {{{{.Size}}}}'\n{}",
            run("one"),
            run("two"),
            images(image),
            sizes(first, second)
        );
        let here = [
            printed(ID, 0),
            printed(&ID.replace('e', "f"), 0),
            printed(&images("1.98MB"), 0),
            printed(&sizes("1.98MB", "1.98MB"), 0),
        ];
        judged(&transcript, &here)[3].verdict
    };
    assert_eq!(verdict("77.8MB", "77.8MB", "77.8MB"), Passed);
    assert_eq!(verdict("77.8MB", "77.8MB", "1.98MB"), Failed);
    assert_eq!(verdict("1.98MB", "300MB", "300MB"), Failed);
}

#[test]
fn sizes_stay_while_commands_only_look() {
    let usage = |total: &str, size: &str| {
        laid_out(&[
            &["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"],
            &["Images", total, "1", size, "0B (0%)"],
            &["Containers", "1", "0", "0B", "0B"],
        ])
    };
    let verdict = |between: &str, total: &str, size: &str| {
        let transcript = format!(
            "$ docker run --name one box true\n$ docker system df\n{}\n$ {between}\n$ docker system df\n{}",
            usage("1", "77.98MB"),
            usage(total, size)
        );
        let here = usage("1", "1.984MB");
        let here = ["", &here, "", &here].map(|output| printed(output, 0));
        judged(&transcript, &here)[3].verdict
    };
    assert_eq!(verdict("docker ps", "1", "77.98MB"), Passed);
    assert_eq!(verdict("docker ps", "2", "98.01MB"), Failed);
    assert_eq!(verdict("docker pull box", "2", "98.01MB"), Passed);
}

#[test]
fn all_programs_tell_of_one_machine() {
    let verdict = verdict_of_second;
    let processors = |count: &str| {
        let commands = [
            "docker run --rm box nproc",
            "docker info --format '{{.NCPU}}'",
        ];
        verdict(commands, ["8", count], ["2", "2"])
    };
    // The daemon's machine may be another one than the shell's.
    let commands = ["nproc", "docker info --format '{{.NCPU}}'"];
    assert_eq!(verdict(commands, ["8", "4"], ["2", "2"]), Passed);
    assert_eq!(processors("8"), Passed);
    assert_eq!(processors("16"), Failed);
    let memory = |total: &str| {
        let commands = [
            "docker run --rm box grep MemTotal /proc/meminfo",
            "docker info --format '{{.MemTotal}}'",
        ];
        let kilobytes = |count: &str| format!("MemTotal:       {count} kB");
        let noted = kilobytes("16252992");
        verdict(
            commands,
            [&noted, total],
            [&kilobytes("24683652"), "25276059648"],
        )
    };
    assert_eq!(memory("16643063808"), Passed);
    assert_eq!(memory("8589934592"), Failed);
}
