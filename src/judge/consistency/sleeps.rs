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

/// How many seconds `call` sleeps.
pub(super) fn slept(call: &ProgramCall) -> f64 {
    match call.words.as_slice() {
        [word] if call.program == "sleep" && !call.in_background => {
            word.trim_end_matches('s').parse().unwrap_or(0.0)
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
