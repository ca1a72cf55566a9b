//! How long commands sleep at least.
//!
//! ```text
//!     sleep 2; docker ps           2 seconds
//!     sleep 9 & docker ps          none: nobody waits for it
//!     until curl web; do ...       none: a loop may run not once
//! ```

use crate::docker::ProgramCall;
use crate::shell::{Joint, Script};

/// Whether all that `command` calls is called once, whatever happens.
pub(super) fn is_straight(command: &str, calls: &[ProgramCall]) -> bool {
    let scripts = calls.iter().filter_map(ProgramCall::script);
    [command].into_iter().chain(scripts).all(|script| {
        let script = Script::read(script);
        !script.has_compounds() && script.items.iter().all(|item| item.joint != Joint::Or)
    })
}

/// How many seconds `call` sleeps; 0 where it sleeps for good, and nobody sees what follows.
pub(super) fn slept(call: &ProgramCall) -> f64 {
    /// More than any session takes.
    const FOR_GOOD: f64 = 1e9;
    match call.words.as_slice() {
        [word] if call.program == "sleep" && !call.in_background => {
            let seconds = word.trim_end_matches('s').parse().unwrap_or(0.0);
            Some(seconds)
                .filter(|seconds| (0.0..FOR_GOOD).contains(seconds))
                .unwrap_or(0.0)
        }
        _ => 0.0,
    }
}

/// How many seconds `command` sleeps in all.
pub(super) fn slept_in(command: &str) -> f64 {
    let calls = ProgramCall::all(command);
    match is_straight(command, &calls) {
        true => calls.iter().map(slept).sum(),
        false => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_number_of_seconds_that_pass_is_slept() {
        assert_eq!(slept_in("sleep 2; sleep 0.5s"), 2.5);
        for endless in ["infinity", "inf", "nan", "1e300"] {
            assert_eq!(slept_in(&format!("sleep {endless}")), 0.0, "{endless}");
        }
    }
}
