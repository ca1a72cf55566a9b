//! Files of the kernel that the notes' machine had and this one has not: those of another
//! version of control groups.
//!
//! ```text
//!     version 1    /sys/fs/cgroup/memory/memory.limit_in_bytes
//!     version 2    /sys/fs/cgroup/memory.max
//! ```

use std::path::Path;

use super::granted::{Excused, failed_steps};
use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::reason::{Reason, ReasonKind};
use crate::results::ExerciseResult;

pattern! {
    /// A file that only one version has, in what a program says of it.
    LACKING = r"(?x)
        (?P<path>/sys/fs/cgroup/(?:
            (?P<second>(?:cgroup|cpu|cpuset|io|memory|pids)\.[a-z_.]+)
            | (?:blkio|cpu|cpu,cpuacct|cpuacct|cpuset|devices|freezer|memory|net_cls|pids)(?:/[\w.-]+)*))
        \b.*No\ such\ file\ or\ directory$";
}

/// The steps of `exercise` that failed in `run` as they read a file of the other version of
/// control groups; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    // A file that only version 2 has at the top (cgroups(7)).
    let is_second = Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    let here = if is_second { 2 } else { 1 };
    let mut excused = Excused::default();
    for (number, step, result) in failed_steps(exercise, run) {
        let mut printed = result.output.iter();
        let Some(lacking) = printed.find_map(|line| LACKING.captures(line.trim_end())) else {
            continue;
        };
        let path = &lacking["path"];
        let is_shown = |text: &str| {
            LACKING
                .captures(text)
                .is_some_and(|one| &one["path"] == path)
        };
        if step.expected.iter().any(|line| is_shown(&line.text)) {
            continue;
        }
        let noted = if lacking.name("second").is_some() {
            2
        } else {
            1
        };
        if noted == here {
            continue;
        }
        let text = format!(
            "line {}: {path} belongs to version {noted} of control groups, and this machine has version {here}",
            step.line
        );
        excused.add(number, Some(Reason::new(ReasonKind::AnotherKernel, text)));
    }
    (!excused.is_nothing()).then_some(excused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_tells_which_version_it_is_of() {
        let version = |line: &str| {
            let found = LACKING.captures(line)?;
            Some(if found.name("second").is_some() { 2 } else { 1 })
        };
        for (line, expected) in [
            (
                "cat: can't open '/sys/fs/cgroup/memory.max': No such file or directory",
                Some(2),
            ),
            (
                "cat: /sys/fs/cgroup/cpu/cpu.shares: No such file or directory",
                Some(1),
            ),
            (
                "ls: cannot access '/sys/fs/cgroup/memory': No such file or directory",
                Some(1),
            ),
            ("cat: /sys/fs/cgroup/memory.max: Permission denied", None),
            ("cat: /etc/memory.max: No such file or directory", None),
        ] {
            assert_eq!(version(line), expected, "{line}");
        }
    }
}
