//! What cannot be, whatever a run's own values are.

use labbook::judge::StepVerdict::{self, Failed, Passed};

use super::consistency::{container, laid_out};
use super::sentences::{judged, one, printed};

const ID: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

#[test]
fn the_first_address_of_a_network_is_its_gateways() {
    let routes = |gateway: &str, own: &str| {
        format!("default via {gateway} dev eth0\n172.17.0.0/16 dev eth0 scope link  src {own}")
    };
    let run = |notes: &str| {
        one(
            &format!("$ docker run --rm box ip route\n{notes}"),
            &routes("172.17.0.1", "172.17.0.2"),
            0,
        )
    };
    assert_eq!(run(&routes("172.17.0.1", "172.17.0.2")), Passed);
    assert_eq!(
        run(&routes("172.17.0.1", "172.17.0.5")),
        Passed,
        "others may be there"
    );
    assert_eq!(run(&routes("172.17.0.254", "172.17.0.2")), Failed);
    assert_eq!(run(&routes("172.17.0.1", "172.17.0.1")), Failed);
}

#[test]
fn addresses_of_the_notes_own_network_are_given_in_their_order() {
    let transcript = |own: &str, after: &str| {
        format!(
            "$ docker network create net\n{ID}\n$ docker run --rm --network net box hostname -i{after}\n{own}"
        )
    };
    let run = |own: &str, actual: &str, after: &str| -> StepVerdict {
        let here = ID.replace('e', "f");
        let observations = [printed(&here, 0), printed(actual, 0)];
        judged(&transcript(own, after), &observations)
            .pop()
            .unwrap()
            .verdict
    };
    assert_eq!(run("172.18.0.2", "172.21.0.2", ""), Passed);
    assert_eq!(run("172.18.0.9", "172.21.0.2", ""), Failed);
    assert_eq!(run("172.18.0.3", "172.21.0.2", " &"), Passed);
}

#[test]
fn a_hardware_address_made_of_an_address_fits_it() {
    let interface = |address: &str, hardware: &str| {
        format!(
            "    link/ether {hardware} brd ff:ff:ff:ff:ff:ff\n    inet {address}/16 brd 172.17.255.255 scope global eth0"
        )
    };
    let run =
        |notes: &str, here: &str| one(&format!("$ docker run --rm box ip addr\n{notes}"), here, 0);
    let here = interface("172.17.0.2", "02:42:ac:11:00:02");
    assert_eq!(
        run(&interface("172.17.0.5", "02:42:ac:11:00:05"), &here),
        Passed
    );
    assert_eq!(
        run(&interface("172.17.0.5", "02:42:ac:11:00:04"), &here),
        Failed
    );
    let drawn = interface("172.17.0.2", "8a:1c:33:f0:52:9e");
    assert_eq!(
        run(&interface("172.17.0.5", "02:42:ac:11:00:05"), &drawn),
        Passed
    );
}

#[test]
fn a_header_is_whole_unless_its_rows_lack_what_they_have_here() {
    let whole = "CONTAINER ID   STATUS                     PORTS     NAMES\n";
    let without_ports = "CONTAINER ID   STATUS                     NAMES\n";
    let ended = "0123456789ab   Exited (0) 2 seconds ago   tt";
    let up = "0123456789ab   Up 2 seconds               tt";
    let run =
        |notes: String, here: String| one(&format!("$ docker ps -a; : tt\n{notes}"), &here, 0);
    let ended_here = format!("{whole}0123456789ab   Exited (0) 2 seconds ago             tt");
    let up_here = format!("{whole}0123456789ab   Up 2 seconds               80/tcp    tt");
    assert_eq!(
        run(format!("{without_ports}{ended}"), ended_here.clone()),
        Failed
    );
    assert_eq!(run(format!("{without_ports}{up}"), up_here), Passed);
    assert_eq!(run(ended_here.clone(), ended_here), Passed);
    assert_eq!(run(without_ports.to_owned(), whole.to_owned()), Failed);
}

#[test]
fn the_machine_keeps_its_name_in_the_shell_of_another_user() {
    let run = |command: &str, prompt: &str| {
        let mut shell = printed("", 0);
        shell.prompt = Some("root@labbook:~#".to_owned());
        let transcript = format!("kim@desk:~$ {command}\n{prompt} id -u\n0");
        judged(&transcript, &[shell, printed("0", 0)])[0].verdict
    };
    assert_ne!(run("sudo -i", "root@desk:~#"), Failed);
    assert_eq!(run("sudo -i", "root@tray:~#"), Failed);
}

#[test]
fn lines_of_a_document_have_their_commas() {
    let document = "[\n    {\n        \"Name\": \"web\",\n        \"Driver\": \"local\",\n        \"Options\": {\n            \"a\": \"b\"\n        }\n    }\n]";
    let run = |notes: &str| {
        one(
            &format!("$ docker volume inspect web\n{notes}"),
            document,
            0,
        )
    };
    assert_eq!(run(document), Passed);
    assert_eq!(run(&document.replace("\"web\",", "\"web\"")), Failed);
    assert_eq!(run(&document.replace("\"b\"", "\"b\",")), Failed);
    let elided = "[\n    {\n        \"Name\": \"web\"\n        ...\n    }\n]";
    assert_eq!(run(elided), Passed);
}

#[test]
fn no_share_of_a_whole_is_more_than_that() {
    let stats = |cpu: &str, memory: &str| {
        format!(
            "CONTAINER ID   NAME      CPU %     MEM %\n0123456789ab   web       {cpu:<9} {memory}"
        )
    };
    let run = |notes: &str| {
        one(
            &format!("$ docker stats --no-stream; : web\n{notes}"),
            &stats("0.10%", "3.83%"),
            0,
        )
    };
    assert_eq!(run(&stats("312.50%", "99.00%")), Passed);
    assert_eq!(run(&stats("0.00%", "312.50%")), Failed);
    assert_eq!(run(&stats("1000.00%", "3.00%")), Failed);
}

#[test]
fn a_share_of_memory_is_that_of_its_row() {
    let stats = |memory: &str, share: &str| {
        format!(
            "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT     MEM %\n0123456789ab   web       0.00%     {memory:<21} {share}"
        )
    };
    let run = |memory: &str, share: &str| {
        one(
            &format!(
                "$ docker stats --no-stream; : web\n{}",
                stats(memory, share)
            ),
            &stats("1.379MiB / 7.657GiB", "0.02%"),
            0,
        )
    };
    for (memory, share) in [
        ("1.379MiB / 7.657GiB", "0.02%"),
        ("844KiB / 15.55GiB", "0.01%"),
        ("3.906MiB / 64MiB", "6.10%"),
        ("512B / 31.2GiB", "0.00%"),
    ] {
        assert_eq!(run(memory, share), Passed, "{memory}");
    }
    for (memory, share) in [
        ("1.379MiB / 7.657GiB", "2.02%"),
        ("3.906MiB / 64MiB", "6.12%"),
        ("3.906MiB / 64GiB", "6.10%"),
        ("844KiB / 15.55GiB", "0.10%"),
    ] {
        assert_eq!(run(memory, share), Failed, "{memory}");
    }
}

#[test]
fn no_container_is_older_than_itself() {
    let table = |created: &str, status: &str| container("e56ac97ef60a", created, status);
    let verdict = |created: &str, status: &str| {
        let run = if status.starts_with("Up") {
            table("2 minutes ago", "Up 2 minutes")
        } else {
            table("2 minutes ago", "Exited (4) 1 second ago")
        };
        let transcript = format!(
            "$ docker run -d --name web box\n...\n$ docker ps -a\n{}",
            table(created, status)
        );
        judged(&transcript, &[printed("", 0), printed(&run, 0)])[1].verdict
    };
    for (created, status) in [
        ("3 weeks ago", "Up 3 weeks"),
        ("3 weeks ago", "Up 2 seconds"),
        ("About a minute ago", "Up 59 seconds"),
        ("Less than a second ago", "Up 1 second"),
        ("9 minutes ago", "Exited (4) 4 seconds ago"),
    ] {
        assert_eq!(verdict(created, status), Passed, "{created}, {status}");
    }
    for (created, status) in [
        ("1 second ago", "Up 3 weeks"),
        ("4 seconds ago", "Exited (4) 9 minutes ago"),
        ("12 seconds ago", "Up 15 seconds"),
        ("About an hour ago", "Up 5 hours"),
    ] {
        assert_eq!(verdict(created, status), Failed, "{created}, {status}");
    }
}

#[test]
fn no_two_rows_of_one_table_have_one_process() {
    let table = |one: &str, other: &str| {
        format!(
            "PID   USER     TIME  COMMAND\n{one:>5} root      0:00 sh\n{other:>5} root      0:00 ps"
        )
    };
    let verdict = |one: &str, other: &str| {
        let transcript = format!("$ docker exec web ps\n{}", table(one, other));
        judged(&transcript, &[printed(&table("7", "13"), 0)])[0].verdict
    };
    assert_eq!(verdict("8", "14"), Passed);
    assert_eq!(verdict("8", "8"), Failed);
}

#[test]
fn processes_stand_in_the_order_of_their_numbers() {
    let table = |one: &str, other: &str| {
        format!(
            "  PID TTY          TIME CMD\n{one:>5} ?        00:00:00 sh\n{other:>5} ?        00:00:00 ps"
        )
    };
    let verdict = |command: &str, one: &str, other: &str| {
        let transcript = format!("$ docker exec web {command}\n{}", table(one, other));
        judged(&transcript, &[printed(&table("7", "13"), 0)])[0].verdict
    };
    for command in ["ps", "ps -ef", "ps aux"] {
        assert_eq!(verdict(command, "8", "14"), Passed, "{command}");
        assert_eq!(verdict(command, "14", "8"), Failed, "{command}");
    }
    for command in ["ps --sort=-pid", "ps axf", "sh -c 'ps | sort -k 4'"] {
        assert_eq!(verdict(command, "14", "8"), Passed, "{command}");
    }
}

#[test]
fn the_newest_row_of_a_list_comes_first() {
    let containers = |one: &str, other: &str| {
        format!(
            "CONTAINER ID   IMAGE     COMMAND   CREATED                  STATUS          NAMES\n\
             aaaaaaaaaaa1   box       \"sh\"      {one:<25}Up 1 second     new\n\
             bbbbbbbbbbb2   box       \"sh\"      {other:<25}Up 1 second     old"
        )
    };
    let verdict = |command: &str, one: &str, other: &str| {
        let transcript = format!("$ : new old\n$ {command}\n{}", containers(one, other));
        let run = containers("1 second ago", "2 seconds ago");
        judged(&transcript, &[printed("", 0), printed(&run, 0)])[1].verdict
    };
    assert_eq!(verdict("docker ps", "5 minutes ago", "2 hours ago"), Passed);
    assert_eq!(verdict("docker ps", "2 hours ago", "2 hours ago"), Passed);
    assert_eq!(verdict("docker ps", "2 hours ago", "5 minutes ago"), Failed);
    assert_eq!(
        verdict("docker ps | sort", "2 hours ago", "5 minutes ago"),
        Passed
    );
}

#[test]
fn the_reason_of_an_impossible_row_is_told() {
    let table = |one: &str, other: &str| {
        format!("PID   USER   COMMAND\n{one}    root   sh\n{other}   root   ps")
    };
    let transcript = format!("$ docker exec web ps\n{}", table("8", "8"));
    let step = &judged(&transcript, &[printed(&table("7", "13"), 0)])[0];
    let notes: Vec<&str> = step
        .lines
        .iter()
        .filter_map(|line| line.note.as_deref())
        .collect();
    assert!(
        notes.contains(&"a row above this one has the same process number"),
        "{notes:?}"
    );
}

#[test]
fn no_process_has_more_in_memory_than_it_has() {
    let table = |vsz: &str, rss: &str| {
        format!(
            "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\nroot 1 0.0 0.0 {vsz} {rss} ? Ss 14:33 0:00 sh"
        )
    };
    let run = |vsz: &str, rss: &str| {
        let transcript = format!("$ docker exec web ps aux\n{}", table(vsz, rss));
        judged(&transcript, &[printed(&table("2680", "1480"), 0)])[0].verdict
    };
    assert_eq!(run("4000", "3100"), Passed);
    assert_eq!(run("3100", "4000"), Failed);
}

#[test]
fn a_calendar_has_the_date_and_a_clock_the_time() {
    let run = |notes: &str| {
        let transcript = format!("$ docker run --rm box date\n{notes}");
        judged(&transcript, &[printed("Sun Nov 29 09:00:00 UTC 2026", 0)])[0].verdict
    };
    assert_eq!(run("Wed Aug 30 05:33:12 UTC 2023"), Passed);
    assert_eq!(run("Thu Aug 30 05:33:12 UTC 2023"), Failed);
    assert_eq!(run("Wed Aug 30 25:33:12 UTC 2023"), Failed);
    assert_eq!(run("Wed Aug 30 05:75:12 UTC 2023"), Failed);
}

#[test]
fn the_least_of_several_durations_is_not_above_their_mean() {
    let summary = |of: &str| format!("round-trip min/avg/max = {of} ms");
    let run = |of: &str| {
        let transcript = format!("$ docker exec web ping -c 3 db\n...\n{}", summary(of));
        judged(&transcript, &[printed(&summary("0.05/0.06/0.07"), 0)])[0].verdict
    };
    assert_eq!(run("0.067/0.071/0.075"), Passed);
    assert_eq!(run("0.080/0.071/0.075"), Failed);
    assert_eq!(run("0.067/0.091/0.075"), Failed);
}

#[test]
fn the_lines_of_one_log_are_in_the_order_of_their_times() {
    let log = |first: &str, second: &str| format!("{first} one\n{second} two");
    let run = |first: &str, second: &str| {
        let transcript = format!("$ docker logs web\n{}", log(first, second));
        let here = log("2026/11/29 09:00:00", "2026/11/29 09:00:00");
        judged(&transcript, &[printed(&here, 0)])[0].verdict
    };
    assert_eq!(run("2023/08/30 05:33:12", "2023/08/30 05:33:14"), Passed);
    assert_eq!(run("2023/08/30 05:33:14", "2023/08/30 05:33:12"), Failed);
}

#[test]
fn a_small_layer_has_the_bytes_that_it_has() {
    let table = |size: &str| {
        laid_out(&[
            &["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"],
            &[
                "e56ac97ef60a",
                "2 seconds ago",
                "/bin/sh -c echo 1.0 > /v",
                size,
                " ",
            ],
            &["a56ac97ef60e", "2 days ago", "/bin/sh -c make", "27MB", " "],
        ])
    };
    let run = |size: &str| {
        one(
            &format!("$ docker history app\n{}", table(size)),
            &table("4B"),
            0,
        )
    };
    assert_eq!(run("4B"), Passed);
    assert_eq!(run("5B"), Failed);
    assert_eq!(run("4MB"), Failed);
}
