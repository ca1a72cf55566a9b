//! What is likely behind an output that nobody expected.

use crate::reason::{Reason, ReasonKind};

/// Texts of Docker's own errors and of other programs', with what they most likely
/// mean for a lab. Of two that stand in one line the first is meant.
const CAUSES: &[(&[&str], Option<ReasonKind>, &str)] = &[
    (
        &[
            "pull access denied for ",
            "failed to resolve source metadata for ",
            "failed to resolve reference ",
        ],
        Some(ReasonKind::NoImage),
        "the image is neither here nor in a registry that can be reached",
    ),
    (
        &["Unable to find image ", "No such image: "],
        Some(ReasonKind::NoImage),
        "the image is missing on this engine",
    ),
    (
        &[" is already in use by container "],
        Some(ReasonKind::InUse),
        "the name is taken by another container",
    ),
    (
        &["port is already allocated", "address already in use"],
        Some(ReasonKind::InUse),
        "the port is taken by another container or program",
    ),
    (
        &["No such container: "],
        None,
        "the container is not there: an earlier command has not made it, or it is gone",
    ),
    (
        &[" is not running"],
        None,
        "the container has ended: `docker logs` and its exit code tell why",
    ),
    (
        &["executable file not found in $PATH"],
        None,
        "the image has no such program",
    ),
    (
        &["exec format error"],
        None,
        "the program is for machines of another architecture",
    ),
    (
        &[
            "'compose' is not a docker command",
            "unknown command: docker compose",
            "docker-compose: command not found",
        ],
        None,
        "Docker Compose is not installed here",
    ),
    (
        &["unknown shorthand flag: ", "unknown flag: "],
        None,
        "this client has no such option, or lacks the plugin whose command it is",
    ),
    (
        &["no configuration file provided"],
        None,
        "there is no compose file in the lab's folder",
    ),
    (
        &[
            "failed to read dockerfile",
            "unable to evaluate symlinks in Dockerfile path",
        ],
        None,
        "there is no such Dockerfile in the lab's folder",
    ),
    (
        &["permission denied while trying to connect to the "],
        None,
        "the shell's user is neither root nor in the group docker",
    ),
    (
        &["Cannot connect to the Docker daemon"],
        None,
        "the daemon is not running or cannot be reached",
    ),
    (
        &[
            "Temporary failure in name resolution",
            "Could not resolve host",
        ],
        Some(ReasonKind::NeedsNetwork),
        "the lab has no network to the outside, or no server for names",
    ),
    (
        &["Permission denied", "must be root"],
        None,
        "the command needs another user's rights (root, most often)",
    ),
    (
        &["Operation not permitted"],
        None,
        "the command needs another user's rights, or more than a container is given",
    ),
    (
        &["command not found"],
        None,
        "the program is not installed where the command ran",
    ),
];

/// Why a build of another builder's transcript may differ.
pub const OTHER_BUILDER: &str = "the builder changed: the notes show the output of another one than this engine has, and what a step prints is on the screen of the legacy one only";

/// The likely cause of what was printed, where one is known.
pub fn likely<'l>(lines: impl IntoIterator<Item = &'l str>) -> Option<Reason> {
    lines.into_iter().find_map(|line| {
        let stands = |text: &&str| line.contains(text);
        let found = CAUSES.iter().find(|(texts, ..)| texts.iter().any(stands));
        found.map(|(_, kind, cause)| Reason {
            kind: *kind,
            text: (*cause).to_owned(),
        })
    })
}
