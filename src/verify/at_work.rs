//! Whether anything is still at work that may change what a step printed.
//!
//! ```text
//!     $ docker run --rm busybox true
//!     $ docker ps -q                     no container runs, and nothing in the background:
//!     4f6a8c0e2f4a                       what the notes show more of will not come
//! ```

use std::time::Duration;

use super::ANSWER;
use crate::docker::{Does, ProgramCall};
use crate::engine::Lab;
use crate::exercise::Exercise;
use crate::session::Step;
use crate::shell::{Joint, Script};

/// What the daemon does after it answered: it removes volumes and names of a container.
const SETTLES: Duration = Duration::from_secs(1);

/// Lists the containers that change by themselves: a server in one may answer later, one
/// that ended may start again or be removed.
const RUNNING: [&str; 11] = [
    "ps",
    "--all",
    "--quiet",
    "--filter",
    "status=running",
    "--filter",
    "status=restarting",
    "--filter",
    "status=removing",
    "--filter",
    "status=paused",
];

/// What is at work in a lab while one step is asked again.
pub(super) struct AtWork {
    /// When containers were last looked for, from the step's first asking.
    looked: Duration,
}

impl AtWork {
    /// Nothing was looked for yet.
    pub(super) fn new() -> Self {
        Self {
            looked: Duration::ZERO,
        }
    }

    /// Whether anything is at step `index` (from 0) of `exercise`, which was first asked
    /// `since` ago. Where that cannot be known, something is.
    pub(super) fn goes_on(
        &mut self,
        (exercise, index): (&Exercise, usize),
        since: Duration,
        lab: &dyn Lab,
    ) -> bool {
        if since < self.looked + SETTLES || lab.namespace().is_some() {
            return true;
        }
        self.looked = since;
        let answer = lab.docker(&RUNNING, ANSWER);
        let has_containers = answer.map_or(true, |answer| {
            answer.status != Some(0) || !answer.stdout.trim().is_empty()
        });
        has_containers || leaves_something(exercise, index)
    }
}

/// Whether a command up to step `index` leaves behind what no list of containers shows.
fn leaves_something(exercise: &Exercise, index: usize) -> bool {
    let steps = exercise.steps.iter().take(index + 1);
    let set_up = exercise.setup.iter().map(String::as_str);
    let mut commands = steps.filter_map(Step::command).chain(set_up);
    let goes_on = |call: ProgramCall| call.in_background || call.does(Does::Swarm);
    commands.any(|command| {
        let items = Script::read(command).items;
        let mut joints = items.iter().map(|item| item.joint);
        joints.any(|joint| joint == Joint::Background)
            || ProgramCall::all(command).into_iter().any(goes_on)
    })
}

#[cfg(test)]
mod tests {
    use super::leaves_something;
    use crate::diagnostic::Source;
    use crate::exercise;
    use crate::notes::Notes;

    #[test]
    fn only_what_goes_on_beside_the_steps_up_to_there_is_left() {
        let left = |transcript: &str, index: usize| {
            let text = format!("# Docker\n\n- How?\n  - So.\n\n```\n{transcript}\n```\n");
            let (notes, _) = Notes::parse(&Source::new("note.md", text)).expect("notes");
            leaves_something(&exercise::discover(&[notes], &[]).exercises[0], index)
        };
        assert!(!left("$ docker run --rm busybox true\n$ docker ps -q", 1));
        let job = "$ docker ps -q\n$ (sleep 3; docker stop web) &\n[1] 4711\n$ docker ps -q";
        assert!(!left(job, 0) && left(job, 1) && left(job, 2));
        assert!(left(
            "$ docker service create --name web nginx\n$ docker ps -q",
            1
        ));
    }
}
