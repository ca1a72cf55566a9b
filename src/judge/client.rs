//! What Docker's client says of the terminal, depending on who was faster.

use super::command::Call;

/// The client tells the container the terminal's size once it has started it,
/// and says this where the container has ended meanwhile (`MonitorTtySize` in
/// docker/cli, cli/command/container/tty.go).
const NOT_RESIZED: &str = "failed to resize tty, using default size";

/// Whether `line` says so.
pub fn is_about_size(line: &str) -> bool {
    line.trim_end() == NOT_RESIZED
}

/// The printed lines that nothing needs to expect.
pub fn permitted_lines(calls: &[Call], actual: &[String]) -> Vec<usize> {
    let starts = |call: &Call| ["run", "start", "exec"].iter().any(|verb| call.is_docker(verb));
    // The client of a container's shell speaks when that shell is left, too.
    let leaves = |call: &Call| ["exit", "logout"].contains(&call.program.as_str());
    if !calls.iter().any(|call| starts(call) || leaves(call)) {
        return Vec::new();
    }
    (0..actual.len()).filter(|&index| is_about_size(&actual[index])).collect()
}
