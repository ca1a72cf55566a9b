//! Exercises and engines to results.
//!
//! ```text
//!     exercises x engines --plan--> run, or skip with a reason
//!        --schedule--> workers, each --run--> lab, terminal, judge --> ExerciseResult
//!                                    --twice, if it failed--> a lab whose numbers differ
//! ```

mod absent_files;
mod absent_programs;
mod ailment;
mod at_work;
mod author_home;
mod base_layers;
mod compose_versions;
mod control_groups;
mod digests;
mod follows;
mod given;
mod granted;
mod handlers;
pub mod kubernetes;
mod left_running;
mod log_moments;
mod other_client;
mod outcome;
mod page;
mod plan;
mod rejudge;
mod run;
mod schedule;
mod shell_state;
mod stand_ins;
mod streams;
mod terminals;
mod twice;
mod umask;
mod users;

use std::time::Duration;

/// How long the daemon may take to answer.
const ANSWER: Duration = Duration::from_secs(20);

pub use absent_programs::needed_programs;
pub use outcome::not_begun;
pub use plan::{ConsentRequest, TakenName, consent_needed, refusals, skip_reason, taken_names};
pub use run::{RunOptions, Watcher, is_about_a_lab_left, run_exercise};
pub use schedule::{Job, RunProgress, schedule};
