//! Transcripts of docker-compose 1 on an engine that has version 2, or the other way round.
//!
//! ```text
//!     Creating network "blog_default" with the default driver      [+] Running 2/2
//!     Creating blog_db_1 ... done                                   ✔ Network blog_default   Created
//!                                                                   ✔ Container blog-db-1    Started
//! ```
//!
//! They name containers otherwise too, so that what follows differs as well.

use super::granted::{Excused, failed_steps};
use crate::docker::Invocation;
use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::reason::{Reason, ReasonKind};
use crate::results::ExerciseResult;
use crate::session::Step;

pattern! {
    /// What only version 1 prints (compose 1.29, `compose/service.py`, `compose/network.py`).
    FIRST = concat!(
        r"^(?:Creating|Starting|Stopping|Removing|Recreating|Restarting|Killing|Pausing|Unpausing) \S+ +\.\.\.(?: |$)",
        r"|^(?:Creating|Removing) (?:network|volume) \S|^\S+ is up-to-date$|^ +Name +Command +State +Ports",
    );
    /// What only version 2 prints (docker/compose `pkg/progress`, `cmd/compose/ps.go`).
    SECOND = concat!(
        r"^\[\+\] [A-Z][a-z]+ [0-9]+/[0-9]+|^ *[✔✓⠿✘]? *(?:Container|Network|Volume) \S+ +[A-Z][a-z]+",
        r"|^NAME +(?:IMAGE|COMMAND) +.*SERVICE",
    );
}

/// The steps of `exercise` that failed in `run` as another version of compose prints other
/// lines, with those of Docker behind them; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    let mut excused = Excused::default();
    for (number, step, result) in failed_steps(exercise, run) {
        if !excused.is_nothing() {
            if calls_docker(step, |_| true) {
                excused.add(number, None);
            }
            continue;
        }
        let noted = |form: &dyn Fn(&str) -> bool| step.expected.iter().any(|line| form(&line.text));
        let printed = |form: &dyn Fn(&str) -> bool| result.output.iter().any(|line| form(line));
        let (first, second) = (
            |text: &str| FIRST.is_match(text),
            |text: &str| SECOND.is_match(text),
        );
        let versions = if noted(&first) && printed(&second) {
            (1, 2)
        } else if noted(&second) && printed(&first) {
            (2, 1)
        } else {
            continue;
        };
        if calls_docker(step, Invocation::is_of_compose) {
            let text = format!(
                "line {}: the notes show compose {}, and this engine has version {}, which prints other lines and gives other names; verify on an engine that has it",
                step.line, versions.0, versions.1
            );
            excused.add(number, Some(Reason::new(ReasonKind::AnotherCompose, text)));
        }
    }
    (!excused.is_nothing()).then_some(excused)
}

/// Whether `step` calls Docker for something that `is` so.
fn calls_docker(step: &Step, is: impl Fn(&Invocation) -> bool) -> bool {
    step.calls()
        .iter()
        .any(|call| call.docker().is_some_and(&is))
}
