//! Which packages of the distribution bring the programs that notes call.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use super::program::{Input, Program, run_well};

/// How long reading the package lists may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Packages that are not called like their program.
const PACKAGES: &[(&str, &str)] = &[
    ("ip", "iproute2"),
    ("ss", "iproute2"),
    ("ps", "procps"),
    ("pgrep", "procps"),
    ("top", "procps"),
    ("ifconfig", "net-tools"),
    ("netstat", "net-tools"),
    ("ping", "iputils-ping"),
    ("dig", "bind9-dnsutils"),
    ("nslookup", "bind9-dnsutils"),
    ("brctl", "bridge-utils"),
    ("arp", "net-tools"),
    ("route", "net-tools"),
    ("host", "bind9-host"),
    ("nc", "netcat-openbsd"),
    ("newgrp", "util-linux-extra"),
    ("htpasswd", "apache2-utils"),
    ("mysql", "default-mysql-client"),
    ("redis-cli", "redis-tools"),
    ("psql", "postgresql-client"),
    ("killall", "psmisc"),
    ("pstree", "psmisc"),
];

/// The package that brings `program`; most are called like it.
pub(super) fn package_of(program: &str) -> &str {
    let named = PACKAGES.iter().find(|(name, _)| *name == program);
    named.map_or(program, |(_, package)| package)
}

/// What the package lists of a root file system say.
pub(super) enum PackageLists {
    /// Those of the packages asked for that they name.
    Known(BTreeSet<String>),
    /// There are none, or nothing that reads them.
    Unknown,
}

impl PackageLists {
    /// Looks for `packages` in the lists that `root` has. Nothing is fetched.
    pub(super) fn read(root: &Path, packages: &[&str]) -> Self {
        let lists = root.join("var/lib/apt/lists");
        let names = std::fs::read_dir(&lists).into_iter().flatten().flatten();
        let mut names = names.map(|entry| entry.file_name());
        if !names.any(|name| name.to_string_lossy().contains("_Packages")) {
            return Self::Unknown;
        }
        let mut command = Program::new("apt-cache");
        command.env("LC_ALL", "C");
        for (option, path) in [
            ("Dir::State::lists", lists),
            ("Dir::State::status", root.join("var/lib/dpkg/status")),
            ("Dir::Etc", root.join("etc/apt")),
        ] {
            command
                .arg("-o")
                .arg(format!("{option}={}", path.display()));
        }
        // Nothing is written beside them.
        command.args([
            "-o",
            "Dir::Cache::pkgcache=",
            "-o",
            "Dir::Cache::srcpkgcache=",
            "policy",
        ]);
        command.args(packages);
        match run_well(command, Input::Nothing, LIMIT) {
            Ok(output) => Self::Known(with_candidates(&output.stdout)),
            Err(_) => Self::Unknown,
        }
    }
}

/// The packages that can be installed, by what `apt-cache policy` printed.
fn with_candidates(policy: &str) -> BTreeSet<String> {
    let (mut package, mut found) = ("", BTreeSet::new());
    for line in policy.lines() {
        match line.trim_start().strip_prefix("Candidate: ") {
            Some("(none)") => {}
            Some(_) => {
                found.insert(package.to_owned());
            }
            None if line.starts_with(' ') => {}
            None => package = line.trim_end_matches(':'),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_candidate_cannot_be_installed() {
        let policy = "tree:\n  Installed: (none)\n  Candidate: 2.1.0-1\n  Version table:\n     2.1.0-1 500\n        500 http://deb.debian.org/debian bookworm/main amd64 Packages\nkubectl:\n  Installed: (none)\n  Candidate: (none)\n  Version table:\n";
        assert_eq!(with_candidates(policy), BTreeSet::from(["tree".to_owned()]));
        assert_eq!(
            with_candidates("N: Unable to locate package greet\n"),
            BTreeSet::new()
        );
    }

    #[test]
    fn a_root_file_system_without_lists_names_no_package() {
        let root = tempfile::tempdir().expect("a folder");
        let lists = PackageLists::read(root.path(), &["tree"]);
        assert!(matches!(lists, PackageLists::Unknown));
    }
}
