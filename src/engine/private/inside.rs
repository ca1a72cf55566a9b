//! The processes of a lab that are labbook itself, started as
//! `labbook __inside WHAT`.
//!
//! ```text
//!     labbook                       owns the lab; its end is the lab's end
//!       monitor RUN                 makes the lab, watches its owner, ends it
//!         process 1                 of the lab: furnishes it, starts dockerd, reaps
//!           dockerd, containers ...
//!       enter RUN shell|beside ...  a program inside the lab
//! ```

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use super::{enter, monitor};

/// The first argument that means these processes rather than a user's command.
pub const ARGUMENT: &str = "__inside";

/// Runs the process that `arguments` (those after [`ARGUMENT`]) name.
///
/// The monitor tells its owner on stdout how it goes; `enter` gives the entered
/// program's exit status, or 125 where it could not be started.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    // `ps` in a lab shows the priority of who runs labbook, unless it is the usual one.
    let _ = rustix::process::setpriority_process(None, 0);
    let mut arguments = arguments.into_iter();
    let what = arguments.next();
    let run = arguments.next().map(PathBuf::from);
    match (what.as_deref().and_then(|what| what.to_str()), run) {
        (Some("monitor"), Some(run)) => monitor::main(&run),
        (Some("enter"), Some(run)) => enter::main(&run, arguments),
        _ => {
            eprintln!("labbook: {ARGUMENT} is for labbook's own use");
            ExitCode::from(2)
        }
    }
}
