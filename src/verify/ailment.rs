//! Whether the lab itself, and not the notes, is why steps did not hold.

use std::time::Duration;

use crate::diagnostic::Diagnose;
use crate::engine::Lab;
use crate::exercise::Exercise;
use crate::judge::StepVerdict;
use crate::results::StepResult;

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
    let full = failed
        .flat_map(|step| &step.output)
        .find(|line| is_full(line))
        .filter(|_| !shown(is_full))?;
    Some(format!("a disk of the lab is full: {}", full.trim()))
}

fn is_full(line: &str) -> bool {
    line.to_ascii_lowercase().contains(DISK_FULL)
}

/// Whether the line says that a registry did not even answer: the daemon asks it
/// over version 2 of its interface, and there is no way there.
fn is_unreached(line: &str) -> bool {
    line.contains("/v2/") && line.contains("dial tcp")
}
