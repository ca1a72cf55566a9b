//! What is likely behind an output that nobody expected.

/// Texts of Docker's own errors, with what they most likely mean for a lab.
const CAUSES: [(&str, &str); 9] = [
    (
        "pull access denied for ",
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
        "permission denied while trying to connect to the Docker daemon socket",
        "the shell's user is neither root nor in the group docker",
    ),
    (
        "Cannot connect to the Docker daemon",
        "the daemon is not running or cannot be reached",
    ),
    (
        "Permission denied",
        "the command needs another user's rights (root, most often)",
    ),
    (
        "command not found",
        "the program is not installed where the command ran",
    ),
];

/// The likely cause of what was printed, where one is known.
pub fn likely<'l>(lines: impl IntoIterator<Item = &'l str>) -> Option<&'static str> {
    lines.into_iter().find_map(|line| {
        CAUSES
            .iter()
            .find(|(text, _)| line.contains(text))
            .map(|(_, cause)| *cause)
    })
}
