//! Programs of the host's shell that are not installed in the lab, and that no package brought.

use crate::exercise::Exercise;
use crate::judge::StepVerdict;
use crate::reason::{Reason, ReasonKind};
use crate::results::ExerciseResult;
use crate::session::Step;

use super::follows::Missing;
use super::granted::Excused;

/// What bash says of a program that is not there.
const NOT_FOUND: &str = ": command not found";

/// The steps of `exercise` that failed in `run` as their program is not installed, with those
/// that follow from it; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    let mut excused = Excused::default();
    let mut missing = Missing::default();
    for (number, (step, result)) in exercise.steps.iter().zip(&run.steps).enumerate() {
        if result.verdict != StepVerdict::Failed {
            continue;
        }
        let absent = absent(step, &result.output).filter(|_| step.on_host());
        if let Some(program) = absent {
            let text = format!(
                "line {}: {program} is not installed in the lab, and no package brought it; install it where the lab's daemon runs",
                step.line
            );
            excused.add(number, Some(Reason::new(ReasonKind::TakenForGranted, text)));
            missing.lose(step);
        } else if !missing.is_nothing() && missing.explains(step, result) {
            excused.add(number, None);
            missing.lose(step);
        }
    }
    (!excused.is_nothing()).then_some(excused)
}

/// The program of `step` that is not there by what it `printed`, and by nothing of the notes.
fn absent(step: &Step, printed: &[String]) -> Option<String> {
    let is_shown = |text: &str| text.trim_end().ends_with(NOT_FOUND);
    if step.expected.iter().any(|line| is_shown(&line.text)) {
        return None;
    }
    let format = step.format();
    let named = |name: &str| format.calls().iter().any(|call| call.program == name);
    let mut said = printed.iter().filter_map(|line| {
        let name = line.trim_end().strip_suffix(NOT_FOUND)?;
        name.rsplit([' ', ':']).next()
    });
    said.find(|name| named(name)).map(str::to_owned)
}
