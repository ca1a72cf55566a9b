//! Compose files: their names, and which images they need.

/// The names that compose looks for, the usual one first.
pub const FILE_NAMES: [&str; 4] = [
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
];

/// Whether a text is, or holds, a compose file, whatever its name: it names services.
pub fn is_compose_file(text: &str) -> bool {
    text.lines().any(|line| line.trim_end() == "services:")
}

/// The images that services of a compose file run as they are. A service that is
/// built gives its image the name.
pub fn images(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let image_of = |line: &str| {
        let name = line.trim_start().strip_prefix("image:")?.trim();
        let name = name.trim_matches(['"', '\'']);
        (!name.is_empty() && !name.contains('$')).then(|| name.to_owned())
    };
    let is_built = |at: usize| {
        let own = indent(lines[at]);
        let in_service = |line: &&&str| line.trim().is_empty() || indent(line) >= own;
        let before = lines[..at].iter().rev().take_while(in_service);
        let mut around = before.chain(lines[at..].iter().take_while(in_service));
        around.any(|line| indent(line) == own && line.trim_start().starts_with("build:"))
    };
    let found = lines.iter().enumerate();
    found
        .filter_map(|(at, line)| image_of(line).filter(|_| !is_built(at)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compose_file_is_known_by_its_services() {
        let written = "cat > stack.yml <<END\nservices:\n  web:\n    image: nginx\nEND";
        assert!(is_compose_file(written));
        for other in [
            "image: nginx\n",
            "spec:\n  services:\n",
            "docker compose up -d",
        ] {
            assert!(!is_compose_file(other), "{other}");
        }
    }

    #[test]
    fn images_of_services_that_are_built_are_made() {
        let text = "services:\n  a:\n    image: \"nginx:1.25\"\n    ports: []\n  b:\n    build: .\n    image: mine\n  c:\n    image: busybox\n";
        assert_eq!(images(text), ["nginx:1.25", "busybox"]);
        assert!(images("image:\nimage: ${TAG}\n").is_empty());
    }
}
