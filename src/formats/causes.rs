//! What is likely behind an output that nobody expected.

/// Texts of Docker's own errors and of other programs', with what they most likely
/// mean for a lab. Of two that stand in one line the first is meant.
const CAUSES: [(&str, &str); 28] = [
    (
        "pull access denied for ",
        "the image is neither here nor in a registry that can be reached",
    ),
    (
        "failed to resolve source metadata for ",
        "the image is neither here nor in a registry that can be reached",
    ),
    (
        "failed to resolve reference ",
        "the image is neither here nor in a registry that can be reached",
    ),
    (
        "Unable to find image ",
        "the image is missing on this engine",
    ),
    ("No such image: ", "the image is missing on this engine"),
    (
        " is already in use by container ",
        "the name is taken by another container",
    ),
    (
        "port is already allocated",
        "the port is taken by another container or program",
    ),
    (
        "address already in use",
        "the port is taken by another container or program",
    ),
    (
        "No such container: ",
        "the container is not there: an earlier command has not made it, or it is gone",
    ),
    (
        " is not running",
        "the container has ended: `docker logs` and its exit code tell why",
    ),
    (
        "executable file not found in $PATH",
        "the image has no such program",
    ),
    (
        "exec format error",
        "the program is for machines of another architecture",
    ),
    (
        "'compose' is not a docker command",
        "Docker Compose is not installed here",
    ),
    (
        "unknown command: docker compose",
        "Docker Compose is not installed here",
    ),
    (
        "docker-compose: command not found",
        "Docker Compose is not installed here",
    ),
    (
        "unknown shorthand flag: ",
        "this client has no such option, or lacks the plugin whose command it is",
    ),
    (
        "unknown flag: ",
        "this client has no such option, or lacks the plugin whose command it is",
    ),
    (
        "no configuration file provided",
        "there is no compose file in the lab's folder",
    ),
    (
        "failed to read dockerfile",
        "there is no such Dockerfile in the lab's folder",
    ),
    (
        "unable to evaluate symlinks in Dockerfile path",
        "there is no such Dockerfile in the lab's folder",
    ),
    (
        "permission denied while trying to connect to the ",
        "the shell's user is neither root nor in the group docker",
    ),
    (
        "Cannot connect to the Docker daemon",
        "the daemon is not running or cannot be reached",
    ),
    (
        "Temporary failure in name resolution",
        "the lab has no network to the outside, or no server for names",
    ),
    (
        "Could not resolve host",
        "the lab has no network to the outside, or no server for names",
    ),
    (
        "Permission denied",
        "the command needs another user's rights (root, most often)",
    ),
    (
        "must be root",
        "the command needs another user's rights (root, most often)",
    ),
    (
        "Operation not permitted",
        "the command needs another user's rights, or more than a container is given",
    ),
    (
        "command not found",
        "the program is not installed where the command ran",
    ),
];

/// Why a build of another builder's transcript may differ.
pub const OTHER_BUILDER: &str = "the builder changed: the notes show the output of another one than this engine has, and what a step prints is on the screen of the legacy one only";

/// The likely cause of what was printed, where one is known.
pub fn likely<'l>(lines: impl IntoIterator<Item = &'l str>) -> Option<&'static str> {
    lines.into_iter().find_map(|line| {
        CAUSES
            .iter()
            .find(|(text, _)| line.contains(text))
            .map(|(_, cause)| *cause)
    })
}
