//! The container that a nested engine lives in, as the host's daemon makes it.

use std::io;

use serde_json::{Value, json};

use crate::guard::daemon::{Answer, Daemon};
use crate::guard::ledger::LABEL;

/// What the container may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// Everything: `--privileged`.
    Privileged,
    /// What dockerd needs, each capability named: for daemons that lack some of
    /// the capabilities that `--privileged` grants.
    Named,
}

/// Capabilities that dockerd, containerd and runc need besides Docker's default
/// ones.
pub const CAPABILITIES: [&str; 7] = [
    "SYS_ADMIN",
    "NET_ADMIN",
    "SYS_PTRACE",
    "MKNOD",
    "SYS_CHROOT",
    "AUDIT_WRITE",
    "DAC_READ_SEARCH",
];

/// Shell commands that make a container's control groups writable for a daemon in it.
pub const WRITABLE_CGROUPS: &str = include_str!("cgroups.sh");

/// Makes the container `name`, which does not run yet and whose machine is called `host`,
/// and gives its ID.
///
/// # Errors
/// What the daemon says, as a sentence.
pub(super) fn make(
    daemon: &Daemon,
    name: &str,
    image: &str,
    host: &str,
    rights: Rights,
) -> Result<String, String> {
    let target = format!("/containers/create?name={name}");
    let answer = done(daemon.ask("POST", &target, Some(&body(name, image, host, rights))))?;
    match answer.body["Id"].as_str() {
        Some(id) => Ok(id.to_owned()),
        None => Err("the daemon gives no ID for the container".to_owned()),
    }
}

/// Starts a container.
///
/// # Errors
/// What the daemon says, as a sentence.
pub(super) fn start(daemon: &Daemon, id: &str) -> Result<(), String> {
    done(daemon.ask("POST", &format!("/containers/{id}/start"), None)).map(drop)
}

fn done(answer: io::Result<Answer>) -> Result<Answer, String> {
    match answer {
        Ok(answer) if answer.is_done() => Ok(answer),
        Ok(answer) => Err(answer.message()),
        Err(error) => Err(error.to_string()),
    }
}

fn body(name: &str, image: &str, machine: &str, rights: Rights) -> Value {
    let mut host = json!({
        // A daemon cannot keep its layers on an overlay, but on a volume.
        "Tmpfs": {"/run": "exec,mode=755", "/tmp": "exec,mode=1777"},
        "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
        "MaskedPaths": [],
        "ReadonlyPaths": [],
    });
    match rights {
        Rights::Privileged => host["Privileged"] = true.into(),
        Rights::Named => host["CapAdd"] = json!(CAPABILITIES),
    }
    json!({
        "Image": image,
        "Hostname": machine,
        "Entrypoint": ["/bin/sh", "-c", format!("{WRITABLE_CGROUPS}{}", include_str!("start.sh"))],
        "Cmd": [],
        "User": "0:0",
        "Env": ["DOCKER_TLS_CERTDIR="],
        "Labels": {LABEL: name},
        "Volumes": {"/var/lib/docker": {}},
        "HostConfig": host,
    })
}
