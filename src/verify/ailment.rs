//! Whether the lab itself, and not the notes, is why steps did not hold.

use std::net::Ipv4Addr;

use super::ANSWER;
use crate::diagnostic::Diagnose;
use crate::engine::Lab;
use crate::exercise::Exercise;
use crate::judge::StepVerdict;
use crate::pattern::pattern;
use crate::results::StepResult;
use crate::session::Step;
use crate::shell::words;

/// What programs say when a disk is full (`strerror(ENOSPC)`).
const DISK_FULL: &str = "no space left on device";

/// What systemctl says where systemd did not start the machine.
const NO_INIT: &str = "System has not been booted with systemd as init system";

/// What ails the lab of an exercise that failed: the daemon is gone, its disk is full
/// or a registry out of reach and the notes do not show that; none where the lab is
/// well.
pub(super) fn ailment(exercise: &Exercise, lab: &dyn Lab, steps: &[StepResult]) -> Option<String> {
    let answer = lab.docker(&["version", "--format", "{{.Server.Version}}"], ANSWER);
    let gone = match answer {
        Ok(output) if output.status == Some(0) => None,
        Ok(output) => Some(output.stderr.lines().last().unwrap_or_default().to_owned()),
        Err(error) => Some(error.diagnose().message),
    };
    if let Some(why) = gone {
        return Some(format!("the daemon does not answer any more: {why}"));
    }
    let shown = |ails: fn(&str) -> bool| {
        let expected = exercise.steps.iter().flat_map(|step| &step.expected);
        expected.into_iter().any(|line| ails(&line.text))
    };
    let mut failed = steps
        .iter()
        .filter(|step| step.verdict == StepVerdict::Failed)
        .peekable();
    // What failed after it may follow from it.
    let unreached = failed
        .peek()
        .and_then(|first| first.output.iter().find(|line| is_unreached(line)));
    if let Some(line) = unreached.filter(|_| !shown(is_unreached)) {
        return Some(format!("a registry cannot be reached: {}", line.trim()));
    }
    if let Some(first) = failed.peek()
        && !shown(is_no_way)
        && let Some(host) =
            outside_host(first.command.as_deref().unwrap_or_default(), &first.output)
        && !is_reached(lab, &host)
    {
        return Some(format!(
            "line {}: {host} cannot be reached from this lab: labbook's own try failed too",
            first.line
        ));
    }
    let no_init = failed
        .peek()
        .filter(|first| first.output.iter().any(|line| line.starts_with(NO_INIT)));
    if let Some(first) = no_init.filter(|_| !shown(|line| line.starts_with(NO_INIT))) {
        return Some(format!(
            "line {}: no service manager runs in a lab: its daemon is started without one",
            first.line
        ));
    }
    let commands = exercise.steps.iter().filter_map(Step::command);
    if commands.into_iter().any(limits_a_disk) {
        return None;
    }
    let full = failed
        .flat_map(|step| &step.output)
        .find(|line| is_full(line))
        .filter(|_| !shown(is_full))?;
    Some(format!("a disk of the lab is full: {}", full.trim()))
}

/// Whether `command` makes a disk of its own that is soon full.
fn limits_a_disk(command: &str) -> bool {
    ["tmpfs", "shm", "/dev/full", "storage-opt", "size="]
        .iter()
        .any(|limit| command.contains(limit))
}

fn is_full(line: &str) -> bool {
    line.to_ascii_lowercase().contains(DISK_FULL)
}

pattern! {
    /// How the daemon says that it asked a registry, over version 2 of its interface, and
    /// that there is no way there; the legacy builder tells it of the first call alone. What
    /// a program of the lab says of its own calls is not that.
    UNREACHED = concat!(
        r#"(?:Error response from daemon: (?:Get|Head) "?https?://([^/"]+)/v2/"#,
        r#"|failed to do request: (?:Get|Head) "?https?://([^/"]+)/v2/"#,
        r#"|^(?:Get|Head) "?https?://([^/"]+)/v2/"?:).*dial tcp"#,
    );
}

/// Whether the line says that a registry of the world outside did not even answer. One
/// that only a number or a short name tells may be the lab's own, which the notes say
/// is up.
pub(super) fn is_unreached(line: &str) -> bool {
    let found = UNREACHED.captures(line);
    let host = found.and_then(|found| found.iter().skip(1).flatten().next());
    host.is_some_and(|host| {
        let name = host.as_str().split(':').next().unwrap_or_default();
        name.contains('.') && name.contains(|letter: char| letter.is_ascii_alphabetic())
    })
}

pattern! {
    /// How programs say that there is no way to an address.
    NO_WAY = concat!(
        r"(?i)could ?n[o']t resolve|temporary failure (?:in name resolution|resolving)",
        r"|name or service not known|unable to resolve host|bad address|no such host",
        r"|network is unreachable|no route to host|(?:connection|operation) timed out",
        r"|could not connect to|failed to connect|100% packet loss",
    );
    /// The name or number of a machine, alone or in a URL.
    HOST = r"(?:^|[\s'\x22(]|[a-z]://(?:[^\s/@]*@)?)((?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]*[A-Za-z0-9])(?:$|[\s'\x22:/),])";
}

/// Whether the line says that there is no way to an address.
fn is_no_way(line: &str) -> bool {
    NO_WAY.is_match(line)
}

/// The machine of the world outside to which a step that failed found no way: the one
/// that it complains about, else the one that its command names.
fn outside_host(command: &str, output: &[String]) -> Option<String> {
    let mut complaints = output.iter().filter(|line| is_no_way(line)).peekable();
    complaints.peek()?;
    let words = words(command);
    let in_command = words
        .iter()
        .filter(|word| word.contains("://") || !word.contains('/'))
        .map(String::as_str);
    complaints
        .map(String::as_str)
        .chain(in_command)
        .flat_map(|text| HOST.captures_iter(text))
        .map(|found| found[1].to_owned())
        .find(|host| is_outside(host))
}

/// Whether `host` is a machine of the world outside: no file and none of a private
/// network.
fn is_outside(host: &str) -> bool {
    match host.parse::<Ipv4Addr>() {
        Ok(address) => {
            !(address.is_private()
                || address.is_loopback()
                || address.is_link_local()
                || address.is_unspecified())
        }
        Err(_) => host.rsplit('.').next().is_some_and(|last| {
            last.len() >= 2 && last.bytes().all(|byte| byte.is_ascii_alphabetic())
        }),
    }
}

/// Whether a machine of the lab gets a connection to `host`, at a port that such
/// machines have open.
fn is_reached(lab: &dyn Lab, host: &str) -> bool {
    let tries = format!(
        "for port in 443 80 53; do timeout 3 bash -c \"exec 3<>/dev/tcp/{host}/$port\" && exit 0; done; exit 1"
    );
    lab.shell(&tries, ANSWER)
        .is_ok_and(|output| output.status == Some(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_disk_of_the_notes_own_says_nothing_about_the_labs() {
        assert!(limits_a_disk("docker run --tmpfs /t:size=1m box cp a /t"));
        assert!(limits_a_disk("docker run --shm-size 1m box sh"));
        assert!(limits_a_disk("echo a > /dev/full"));
        assert!(!limits_a_disk("docker build -t big ."));
    }

    #[test]
    fn the_machine_outside_is_the_one_that_the_step_names() {
        let host = |command: &str, output: &str| outside_host(command, &[output.to_owned()]);
        for (command, output, wanted) in [
            (
                "apt-get update",
                "W: Failed to fetch http://deb.debian.org/debian/dists  Temporary failure resolving 'deb.debian.org'",
                Some("deb.debian.org"),
            ),
            (
                "git clone https://github.com/a/b.git",
                "fatal: unable to access 'https://github.com/a/b.git/': Could not resolve host: github.com",
                Some("github.com"),
            ),
            (
                "ping -c 1 8.8.8.8",
                "ping: connect: Network is unreachable",
                Some("8.8.8.8"),
            ),
            (
                "docker run alpine:3.18 ping -c 1 8.8.8.8",
                "2 packets transmitted, 0 packets received, 100% packet loss",
                Some("8.8.8.8"),
            ),
            (
                "ping -c 1 10.0.0.2",
                "1 packets transmitted, 0 received, 100% packet loss, time 0ms",
                None,
            ),
            ("curl web", "curl: (6) Could not resolve host: web", None),
            ("curl https://example.com", "hello", None),
        ] {
            assert_eq!(host(command, output).as_deref(), wanted, "{command}");
        }
    }

    #[test]
    fn a_registry_outside_is_out_of_reach_and_one_of_the_lab_is_down() {
        let hub = "https://registry.example/v2/";
        for line in [
            format!(
                "Error response from daemon: Get \"{hub}\": dial tcp: lookup registry.example: no such host"
            ),
            format!(
                "docker: Error response from daemon: Get {hub}: dial tcp 1.2.3.4:443: i/o timeout."
            ),
            format!(
                "ERROR: failed to solve: gone:1: failed to do request: Head \"{hub}library/gone/manifests/1\": dial tcp: lookup registry.example: no such host"
            ),
            format!("Get \"{hub}\": dial tcp: lookup registry.example: no such host"),
        ] {
            assert!(is_unreached(&line), "{line}");
        }
        let refused = "dial tcp 127.0.0.1:5000: connect: connection refused";
        for line in [
            format!("Error response from daemon: Get \"http://localhost:5000/v2/\": {refused}"),
            format!("Get \"http://127.0.0.1:5000/v2/\": {refused}"),
            format!("Error response from daemon: Get \"http://[::1]:5000/v2/\": {refused}"),
            format!("Error response from daemon: Get \"http://registry:5000/v2/\": {refused}"),
            format!("Get \"https://api.example.com/v2/users\": {refused}"),
            format!("2023/08/30 05:33:12 Get \"https://api.example.com/v2/\": {refused}"),
            format!("Error response from daemon: Get \"{hub}\": unauthorized"),
        ] {
            assert!(!is_unreached(&line), "{line}");
        }
    }
}
