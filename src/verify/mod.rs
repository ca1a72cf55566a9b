//! Exercises and engines to results.
//!
//! ```text
//!     exercises x engines --plan--> run, or skip with a reason
//!        --schedule--> workers, each --run--> lab, terminal, judge --> ExerciseResult
//! ```

mod ailment;
mod given;
mod plan;
mod run;
mod schedule;

pub use plan::{Consent, TakenName, consent_needed, skip_reason, taken_names};
pub use run::{RunOptions, Watcher, not_begun, run_exercise};
pub use schedule::{Job, Progress, schedule};
