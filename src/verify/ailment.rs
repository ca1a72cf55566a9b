//! Whether the lab itself, and not the notes, is why steps did not hold.

use std::time::Duration;

use crate::diagnostic::Diagnose;
use crate::engine::Lab;
use crate::exercise::Exercise;
use crate::judge::StepVerdict;
use crate::pattern::pattern;
use crate::results::StepResult;
use crate::session::Step;

/// How long the daemon may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

/// What programs say when a disk is full (`strerror(ENOSPC)`).
const DISK_FULL: &str = "no space left on device";

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
fn is_unreached(line: &str) -> bool {
    let told = UNREACHED.captures(line);
    let host = told.and_then(|told| told.iter().skip(1).flatten().next());
    host.is_some_and(|host| {
        let name = host.as_str().split(':').next().unwrap_or_default();
        name.contains('.') && name.contains(|letter: char| letter.is_ascii_alphabetic())
    })
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
