//! What may be asked again, and what is final.

use std::time::Duration;

use labbook::judge::{Judge, JudgedExercise, Observation, Patience};
use labbook::lab::Surroundings;

use super::support::steps;

const ID: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

fn answer(output: &str, exit: i32) -> Observation {
    Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(exit),
        prompt: Some("$".to_owned()),
        ..Observation::default()
    }
}

/// How long the last command of `transcript` is asked again when it answers `output`;
/// those before it say what the notes show.
fn waits_with(transcript: &str, output: &str, exit: i32) -> Option<Duration> {
    let steps = steps(&format!("# Waiting\n\n```\n{transcript}\n```\n"));
    let surroundings = Surroundings::default();
    let mut judge = Judge::new(JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    });
    let (_, before) = steps.split_last().unwrap();
    for (number, step) in before.iter().enumerate() {
        let texts: Vec<&str> = step
            .expected
            .iter()
            .map(|line| line.text.as_str())
            .collect();
        judge.observe(number, answer(&texts.join("\n"), 0));
    }
    let patience = judge.waits(steps.len() - 1, &answer(output, exit), None)?;
    Some(patience.limit(None))
}

#[test]
fn a_server_is_waited_for_until_it_can_have_started() {
    let seconds = |since: Option<u64>| {
        let limit = Patience::UntilStarted.limit(since.map(Duration::from_secs));
        limit.as_secs()
    };
    assert_eq!(
        [None, Some(0), Some(20), Some(300)].map(seconds),
        [5, 60, 40, 5]
    );
}

fn waits(transcript: &str, output: &str, exit: i32) -> bool {
    waits_with(transcript, output, exit).is_some()
}

#[test]
fn a_server_that_does_not_answer_yet_is_asked_again() {
    let refused =
        "curl: (7) Failed to connect to localhost port 8080 after 0 ms: Couldn't connect to server";
    for (asks, said, exit) in [
        ("curl localhost:8080", refused, 7),
        ("curl -X POST -d a=1 localhost:8080", refused, 7),
        ("curl -s localhost:8080", "", 7),
        ("curl -s localhost:8080", "", 52),
        (
            "curl -sS localhost:8080",
            "curl: (56) Recv failure: Connection reset by peer",
            56,
        ),
        (
            "curl -s -o /dev/null -w '%{http_code}' localhost:8080",
            "000",
            7,
        ),
        ("wget -qO- localhost:8080", "", 4),
        (
            "docker run --rm busybox wget -qO- web",
            "wget: can't connect to remote host (172.18.0.2): Connection refused",
            1,
        ),
        (
            "docker exec db mysql -uroot -e 'select 1'",
            "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)",
            1,
        ),
        (
            "docker exec db psql -U postgres -c 'select 1'",
            "psql: error: connection to server on socket \"/var/run/postgresql/.s.PGSQL.5432\" failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?",
            2,
        ),
        (
            "docker exec r redis-cli ping",
            "Could not connect to Redis at 127.0.0.1:6379: Connection refused",
            1,
        ),
    ] {
        assert!(waits(&format!("$ {asks}\nhello"), said, exit), "{asks}");
    }
}

#[test]
fn an_answer_of_a_server_is_final_whatever_it_says() {
    for (asks, said, exit) in [
        ("curl -s localhost:8080", "visits: 1", 0),
        ("curl -s localhost:8080", "", 0),
        ("curl -s localhost:8080", "visits: 1", 56),
        (
            "curl localhost:8080",
            "<h1>502</h1>\ncurl: (56) Recv failure: Connection reset by peer",
            56,
        ),
        (
            "curl -f localhost:8080",
            "curl: (22) The requested URL returned error: 503",
            22,
        ),
        (
            "wget -qO- localhost:8080",
            "wget: server returned error: HTTP/1.1 404 Not Found",
            1,
        ),
        ("docker exec r redis-cli incr n", "(integer) 1", 0),
        ("docker exec web cat /counter", "1", 0),
    ] {
        assert!(
            !waits(&format!("$ {asks}\nvisits: 7"), said, exit),
            "{asks}"
        );
    }
}

#[test]
fn behind_a_filter_the_status_of_the_client_tells_an_answer_from_none() {
    let steps = steps("# Waiting\n\n```\n$ curl -s localhost:80 | grep -c hello\n1\n```\n");
    let surroundings = Surroundings::default();
    let judge = Judge::new(JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    });
    let printed = answer("0", 1);
    assert!(judge.waits(0, &printed, Some(7)).is_some());
    assert!(judge.waits(0, &printed, Some(0)).is_none());
    assert!(judge.waits(0, &printed, None).is_none());
}

#[test]
fn a_number_of_rows_is_final() {
    assert!(!waits("$ docker ps -q | wc -l\n2", "1", 0));
    assert!(!waits("$ docker logs web | wc -l\n38", "3", 0));
}

#[test]
fn a_log_is_waited_for_while_it_is_a_beginning_of_the_notes() {
    let log = "$ docker logs web\nstarting\nlistening on 80\nready";
    assert!(waits(log, "", 0));
    assert!(waits(log, "starting\nlistening on 80", 0));
    assert!(!waits(log, "starting\nlistening on 81", 0));
    assert!(!waits(log, "listening on 80", 0));
    assert!(!waits(log, "starting\nlistening on 80\nready\nmore", 0));
    let elided = "$ docker logs web\nstarting\n...\nready";
    assert!(waits(elided, "starting\nwhatever", 0));
    assert!(!waits(elided, "crashed", 0));
    let filtered = "$ docker logs web 2>&1 | grep ready\nready";
    assert!(waits(filtered, "", 1));
    assert!(!waits(filtered, "not ready", 0));
}

#[test]
fn a_list_is_waited_for_while_only_states_or_rows_differ() {
    const HEADER: &str =
        "CONTAINER ID   IMAGE     COMMAND     CREATED         STATUS         PORTS     NAMES";
    let row = |status: &str, ports: &str| {
        format!(
            "e56ac97ef60a   box       \"sleep 9\"   3 seconds ago   {status:<14} {ports:<9} web"
        )
    };
    let run = format!("$ docker run -d --name web box sleep 9\n{ID}\n");
    let list = |rows: &str| format!("{run}$ docker ps -a\n{HEADER}\n{rows}");
    let up = row("Up 2 seconds", "80/tcp");
    let gone = row("Exited (3) 1 second ago", "");
    let printed = |row: &str| format!("{HEADER}\n{row}");
    assert!(waits(&list(&gone), &printed(&up), 0));
    assert!(waits(&list(&up), &printed(&gone), 0));
    assert!(waits(&list(&up), HEADER, 0), "it may come");
    assert!(waits(&list(""), &printed(&up), 0), "it may go");
    let other = row("Exited (0) 1 second ago", "");
    assert!(
        !waits(&list(&gone), &printed(&other), 0),
        "no code is waited for"
    );
    let renamed = up.replace("web", "box");
    assert!(!waits(&list(&up), &printed(&renamed), 0));
    let plain = format!(
        "{run}$ docker ps -a --format '{{{{.Names}}}} {{{{.Status}}}}'\nweb Exited (1) 1 second ago"
    );
    assert!(waits(&plain, "web Up 2 seconds", 0));
    assert!(!waits(&plain, "web Exited (2) 2 seconds ago", 0));
}

#[test]
fn the_first_result_of_a_health_check_may_take_longer() {
    let healthy = "$ docker ps --format '{{.Status}}'\nUp 9 seconds (healthy)";
    let briefly = waits_with(healthy, "Up 1 second (unhealthy)", 0);
    let long = waits_with(healthy, "Up 1 second (health: starting)", 0);
    assert_eq!(briefly, Some(Duration::from_secs(5)));
    assert!(long > briefly);
    let inspected = "$ docker inspect -f '{{.State.Health.Status}}' web\nhealthy";
    assert!(waits_with(inspected, "starting", 0) > briefly);
}

#[test]
fn a_state_is_waited_for_with_its_exit_code_but_no_number_is() {
    for (template, shown, said, awaited) in [
        ("{{.State.Status}}", "exited", "running", true),
        ("{{.State.Running}}", "false", "true", true),
        (
            "{{.State.Status}} {{.State.ExitCode}}",
            "exited 3",
            "running 0",
            true,
        ),
        (
            "{{.State.Status}} {{.State.ExitCode}}",
            "exited 3",
            "exited 0",
            false,
        ),
        ("{{.RestartCount}}", "4", "1", false),
        (
            "{{.State.Status}} {{.RestartCount}}",
            "running 4",
            "restarting 1",
            false,
        ),
        ("{{.State.ExitCode}}", "3", "0", false),
        ("{{.Config.Image}}", "busybox", "alpine", false),
    ] {
        let transcript = format!("$ docker inspect -f '{template}' web\n{shown}");
        assert_eq!(waits(&transcript, said, 0), awaited, "{template}: {said}");
    }
    let json = "$ docker inspect web | grep -A2 State\n\"Status\": \"exited\",\n\"Running\": false,\n\"ExitCode\": 3,";
    assert!(waits(
        json,
        "\"Status\": \"running\",\n\"Running\": true,\n\"ExitCode\": 0,",
        0
    ));
    assert!(!waits(
        json,
        "\"Status\": \"exited\",\n\"Running\": false,\n\"ExitCode\": 4,",
        0
    ));
}

#[test]
fn an_answer_that_holds_is_not_asked_for_again() {
    assert!(!waits("$ docker ps -q", "", 0));
    assert!(!waits("$ curl -s localhost:81\n$ echo $?\n7", "7", 0));
    let refused = "curl: (7) Failed to connect to localhost port 81: Connection refused";
    assert!(!waits(
        &format!("$ curl localhost:81\n{refused}"),
        refused,
        7
    ));
}

#[test]
fn a_database_that_is_being_prepared_has_no_passwords_yet() {
    let asks =
        "$ docker exec -it db mysql -uroot -p\nEnter password:\nWelcome to the MariaDB monitor.";
    for says in [
        "ERROR 2002 (HY000): Can't connect to local server through socket '/run/mysqld/mysqld.sock' (2)",
        "ERROR 1045 (28000): Access denied for user 'root'@'localhost' (using password: YES)",
    ] {
        assert!(
            waits(asks, &format!("Enter password:\n{says}"), 1),
            "{says}"
        );
    }
    let warning =
        "mysql: [Warning] Using a password on the command line interface can be insecure.";
    let refused = "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)";
    let asks_at_once = "$ docker exec db mysql -uroot -p1234 -e 'select 1'\n1\n1";
    assert!(waits(asks_at_once, &format!("{warning}\n{refused}"), 1));
    let other = "ERROR 1049 (42000): Unknown database 'shop'";
    assert!(!waits(asks, &format!("Enter password:\n{other}"), 1));
}

#[test]
fn a_file_that_is_still_written_is_read_again_unless_reading_it_writes() {
    let shown = "first\nsecond";
    for command in [
        "cat log",
        "docker exec web tail -n 2 /log",
        "docker run --rm -v data:/d busybox tail -n 2 /d/log",
    ] {
        let transcript = format!("$ {command}\n{shown}");
        assert!(waits(&transcript, "first", 0), "{command}");
        assert!(!waits(&transcript, "third", 0), "{command}");
        assert!(!waits(&transcript, "first\nsecond\nthird", 0), "{command}");
    }
    for command in [
        "docker exec web sh -c 'echo more >> /log; cat /log'",
        "docker exec web sh -c 'cat /one >> /log; cat /log'",
        "cat one | tee -a log",
    ] {
        let transcript = format!("$ {command}\n{shown}");
        assert!(!waits(&transcript, "first", 0), "{command}");
    }
    // What an image of the author's own does when it is started is not known.
    let own = "$ docker build -q -t own .\n$ docker run --rm -v data:/d own cat /d/log";
    assert!(!waits(&format!("{own}\n{shown}"), "first", 0));
}

#[test]
fn a_request_whose_answer_the_notes_do_not_show_is_repeated_for_a_moment() {
    let silent = "$ curl -s localhost:8080 > /dev/null";
    assert!(waits(silent, "", 7));
    assert!(!waits(silent, "", 0));
    assert!(!waits(silent, "", 22));
    assert_eq!(waits_with(silent, "", 7), Some(Duration::from_secs(5)));
}
