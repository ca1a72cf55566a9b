//! Processes of which a server starts one for each processor of its machine.
//!
//! ```text
//!     ... [notice] 1#1: start worker process 29      on every machine
//!     ... [notice] 1#1: start worker process 30      where there is a second processor
//!     nginx: worker process                          the same in a list of processes
//! ```
//!
//! Source: `worker_processes auto`, as the configuration of the image nginx has it.

use crate::pattern::pattern;

pattern! {
    /// A line about one of them.
    WORKER = r"(?:\[notice\] [0-9]+#[0-9]+: start worker process (?P<number>[0-9]+)|\bnginx: worker process)$";
}

/// The lines of `lines`, from 0, about workers of which `others`, the other side, shows fewer,
/// but at least one; none where `authored`, what the author wrote, sets their number.
pub fn surplus(authored: &str, lines: &[Option<&str>], others: &[Option<&str>]) -> Vec<usize> {
    if authored.contains("worker_processes") {
        return Vec::new();
    }
    let is_worker = |line: &Option<&str>| line.is_some_and(|line| WORKER.is_match(line.trim_end()));
    let there = others.iter().filter(|line| is_worker(line)).count();
    let own = lines.iter().enumerate().filter(|(_, line)| is_worker(line));
    match there {
        0 => Vec::new(),
        there => own.skip(there).map(|(index, _)| index).collect(),
    }
}

/// The process number of the worker that a line of nginx's log says it started.
pub fn started(line: &str) -> Option<&str> {
    let number = WORKER.captures(line.trim_end())?.name("number")?;
    Some(number.as_str())
}
