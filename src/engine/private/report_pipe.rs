//! The lines by which a lab's processes report to its owner.

use std::fs::File;
use std::io::Write;

/// The line that tells the owner the number of the lab's process 1.
pub(super) const PROCESS_ONE: &str = "process-one ";
/// How the line starts that tells the owner that dockerd was started, and where the
/// machine's numbers begin.
pub(super) const FURNISHED: &str = "furnished ";
/// How a line starts that tells the owner why there will be no lab.
pub(super) const REFUSED: &str = "refused ";

/// Tells the owner a line, at once: the monitor and process 1 share the pipe, and
/// only what is written in one go is not mixed (pipe(7), `PIPE_BUF`).
pub(super) fn write_report(report: &mut File, line: &str) -> std::io::Result<()> {
    report.write_all(format!("{line}\n").as_bytes())
}
