//! The digest of an image in a registry, which an image that no pull brought has not.
//!
//! ```text
//!     notes                                              this run, with a stand-in
//!     {{.RepoDigests}}           [nginx@sha256:4f1...]   []
//!     {{index .RepoDigests 0}}   nginx@sha256:4f1...     index out of range
//!     docker images --digests    ...   sha256:4f1...     ...   <none>
//! ```

use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::results::ExerciseResult;
use crate::session::Step;

use super::rejudge::holds_if;

pattern! {
    DIGEST = r"sha256:[0-9a-f]{64}\b";
    /// A digest behind its image, as `RepoDigests` has it.
    OF_IMAGE = r"[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}\b";
    /// What docker says of a template that takes the first digest of none.
    NO_FIRST = r"index out of range: 0|reflect: slice index out of range";
}

/// Whether step `number` (from 0) of `run` failed since an image has no digest here. The
/// digests that the notes show must be those of their own pulls.
pub(super) fn are_missing(exercise: &Exercise, run: &ExerciseResult, number: usize) -> bool {
    let (Some(step), Some(result)) = (exercise.steps.get(number), run.steps.get(number)) else {
        return false;
    };
    let pulled: Vec<&str> = exercise.steps[..number].iter().flat_map(pulled).collect();
    let shown = step
        .expected
        .iter()
        .flat_map(|line| DIGEST.find_iter(&line.text));
    let mut shown = shown.map(|found| found.as_str()).peekable();
    let asks = step
        .command()
        .is_some_and(|command| command.contains("RepoDigests") || command.contains("--digests"));
    let is_other = |digest: &str| !pulled.is_empty() && !pulled.contains(&digest);
    if !asks || shown.peek().is_none() || shown.any(is_other) {
        return false;
    }
    if result.output.iter().any(|line| NO_FIRST.is_match(line)) {
        let mut lines = step.expected.iter().map(|line| line.text.trim());
        return lines.all(|line| OF_IMAGE.replace(line, "").is_empty());
    }
    holds_if(exercise, run, number, |step, _| {
        for line in &mut step.expected {
            let without = OF_IMAGE.replace_all(&line.text, "");
            line.text = DIGEST.replace_all(&without, "<none>").into_owned();
        }
    })
}

/// The digests that a step shows of what it pulled.
fn pulled(step: &Step) -> impl Iterator<Item = &str> {
    let lines = step.expected.iter();
    lines.filter_map(|line| line.text.strip_prefix("Digest: "))
}
