//! Whether anything is still at work that may change what a step printed.
//!
//! ```text
//!     $ docker run --rm busybox true
//!     $ docker ps -q                     no container runs, and nothing in the background:
//!     4f6a8c0e2f4a                       what the notes show more of will not come
//! ```

use std::time::Duration;

use crate::docker::{Does, ProgramCall};
use crate::engine::Lab;
use crate::exercise::Exercise;
use crate::session::Step;

/// What the daemon does after it answered: it removes volumes and names of a container.
const SETTLES: Duration = Duration::from_secs(1);

/// How long the daemon may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

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
    let commands = steps.filter_map(Step::command).chain(set_up);
    let is_left = |call: ProgramCall| call.in_background || call.does(Does::Swarm);
    commands.flat_map(ProgramCall::all).any(is_left)
}
