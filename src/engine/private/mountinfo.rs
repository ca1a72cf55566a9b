//! What is mounted where: proc_pid_mountinfo(5).

use std::io;
use std::path::PathBuf;

/// One mount, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mount {
    /// The folder of the file system that stands at the mount point.
    pub root: PathBuf,
    /// Where it is mounted.
    pub point: PathBuf,
    /// The kind of file system.
    pub kind: String,
    /// The file system's own options, comma-separated.
    pub super_options: String,
}

/// Everything that this process sees mounted.
pub(super) fn read() -> io::Result<Vec<Mount>> {
    Ok(parse(&std::fs::read_to_string("/proc/self/mountinfo")?))
}

fn parse(text: &str) -> Vec<Mount> {
    text.lines().filter_map(parse_line).collect()
}

fn parse_line(line: &str) -> Option<Mount> {
    let (left, right) = line.split_once(" - ")?;
    let mut left = left.split(' ').skip(3);
    let mut right = right.split(' ');
    Some(Mount {
        root: unescape(left.next()?),
        point: unescape(left.next()?),
        kind: right.next().filter(|kind| !kind.is_empty())?.to_owned(),
        super_options: right.nth(1).unwrap_or_default().to_owned(),
    })
}

/// Blanks, tabs, line ends and backslashes stand as three octal digits.
fn unescape(field: &str) -> PathBuf {
    let mut text = field.to_owned();
    for (escaped, plain) in [
        ("\\040", " "),
        ("\\011", "\t"),
        ("\\012", "\n"),
        ("\\134", "\\"),
    ] {
        text = text.replace(escaped, plain);
    }
    PathBuf::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_root_point_kind_and_options() {
        let text =
            "36 35 98:0 /part /mnt/a\\040b rw,noatime shared:1 - cgroup cgroup rw,cpu,cpuacct\n";
        assert_eq!(
            parse(text),
            [Mount {
                root: "/part".into(),
                point: "/mnt/a b".into(),
                kind: "cgroup".into(),
                super_options: "rw,cpu,cpuacct".into(),
            }]
        );
    }

    #[test]
    fn a_line_that_is_cut_is_left_out() {
        assert_eq!(parse("36 35 98:0 /part\n\n1 2 3 / / - "), []);
    }
}
