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

/// What ails the lab of an exercise that failed: the daemon is gone, or its disk
/// is full and the notes do not show that; none where the lab is well.
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
    let is_full = |line: &&String| line.to_ascii_lowercase().contains(DISK_FULL);
    let shown = exercise
        .steps
        .iter()
        .flat_map(|step| &step.expected)
        .any(|line| is_full(&&line.text));
    let failed = steps
        .iter()
        .filter(|step| step.verdict == StepVerdict::Failed);
    let full = failed
        .flat_map(|step| &step.output)
        .find(is_full)
        .filter(|_| !shown)?;
    Some(format!("a disk of the lab is full: {}", full.trim()))
}
