//! Notes that were written on another machine, or with another builder.

use labbook::engine::Surroundings;
use labbook::judge::{Observation, Script, StepVerdict, judge};

use super::support::steps;

/// The verdict on `notes` under `command`, for which this run printed `run`; the
/// commands in `before` print nothing.
fn after(before: &[&str], command: &str, notes: &str, run: &str, exit: i32) -> StepVerdict {
    let mut transcript = String::new();
    for command in before {
        transcript.push_str(&format!("$ {command}\n"));
    }
    transcript.push_str(&format!("$ {command}\n{notes}\n"));
    let steps = steps(&format!("# Machines\n\n```\n{transcript}```\n"));
    let observation = |output: &str, exit: i32| Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(exit),
        prompt: Some("$".to_owned()),
    };
    let mut observations: Vec<Observation> = before.iter().map(|_| observation("", 0)).collect();
    observations.push(observation(run, exit));
    let script = Script {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &Surroundings::default(),
    };
    judge(script, &observations).pop().unwrap().verdict
}

/// The verdict in both directions.
fn both_ways(before: &[&str], command: &str, one: &str, other: &str, exit: i32) -> StepVerdict {
    let there = after(before, command, one, other, exit);
    assert_eq!(
        there,
        after(before, command, other, one, exit),
        "{one}\n{other}"
    );
    there
}

const PS: &str = "docker ps --format '{{.Names}} {{.Ports}}'";

#[test]
fn ports_are_published_on_ipv6_too_where_there_is_ipv6() {
    let alone = "web 0.0.0.0:8080->80/tcp, 0.0.0.0:8443->443/tcp";
    for twin in [":::", "[::]:"] {
        let with = format!(
            "web 0.0.0.0:8080->80/tcp, {twin}8080->80/tcp, 0.0.0.0:8443->443/tcp, {twin}8443->443/tcp"
        );
        let drifted = both_ways(&[], PS, alone, &with, 0);
        assert_eq!(drifted, StepVerdict::Drifted, "{with}");
    }
}

#[test]
fn a_table_of_containers_holds_with_ipv6_and_without() {
    let row = |ports: &str| {
        let header =
            "CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES";
        format!(
            "{header}\ne56ac97ef60a   nginx     \"nginx\"   2 minutes ago   Up 2 minutes   {ports}   web"
        )
    };
    let made = ["docker run --name web nginx"];
    let (alone, with) = (
        "0.0.0.0:8080->80/tcp",
        "0.0.0.0:8080->80/tcp, :::8080->80/tcp",
    );
    let verdict = |one: &str, other: &str| both_ways(&made, "docker ps", &row(one), &row(other), 0);
    assert_eq!(verdict(alone, with), StepVerdict::Drifted);
    for wrong in [
        "0.0.0.0:8081->80/tcp",
        "0.0.0.0:8080->81/tcp",
        "0.0.0.0:8080->80/udp",
        "127.0.0.1:8080->80/tcp",
        "80/tcp",
        "0.0.0.0:8080->80/tcp, 0.0.0.0:8443->443/tcp",
        "0.0.0.0:8080->80/tcp, :::8081->80/tcp",
        ":::8080->80/tcp",
    ] {
        assert_eq!(verdict(wrong, with), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn a_port_that_the_author_published_on_ipv4_alone_has_no_twin() {
    let asks = ["docker run -p 0.0.0.0:8080:80 nginx"];
    let with = "web 0.0.0.0:8080->80/tcp, :::8080->80/tcp";
    let verdict = both_ways(&asks, PS, "web 0.0.0.0:8080->80/tcp", with, 0);
    assert_eq!(verdict, StepVerdict::Failed);
    let lines = "80/tcp -> 0.0.0.0:8080\n80/tcp -> :::8080";
    let alone = "80/tcp -> 0.0.0.0:8080";
    let verdict = |asks: &[&str]| both_ways(asks, "docker port web", alone, lines, 0);
    assert_eq!(verdict(&asks), StepVerdict::Failed);
    assert_eq!(
        verdict(&["docker run -p 8080:80 nginx"]),
        StepVerdict::Drifted
    );
}
