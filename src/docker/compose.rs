//! Compose files: their names, and which images they need.

use crate::pattern::pattern;

pattern! {
    VARIABLE = r"\$(?:\{(?P<braced>\w+)(?::?-(?P<default>[^}]*))?\}|(?P<bare>\w+))";
}

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

/// The variables that `texts` set, as an `.env` file does: `TAG=1.36`.
pub fn variables<'t>(texts: impl IntoIterator<Item = &'t str>) -> Vec<(String, String)> {
    let lines = texts.into_iter().flat_map(str::lines);
    let settings = lines.filter_map(|line| {
        let line = line.trim();
        let (name, value) = line
            .strip_prefix("export ")
            .unwrap_or(line)
            .split_once('=')?;
        let is_name =
            !name.is_empty() && name.chars().all(|l| l.is_ascii_alphanumeric() || l == '_');
        is_name.then(|| (name.to_owned(), value.trim_matches(['"', '\'']).to_owned()))
    });
    settings.collect()
}

/// `text` with the values of `variables`, or with the defaults that it names; none where one
/// has no value. Source: <https://docs.docker.com/reference/compose-file/interpolation/>.
fn interpolated(text: &str, variables: &[(String, String)]) -> Option<String> {
    let mut interpolated = String::new();
    let mut from = 0;
    for found in VARIABLE.captures_iter(text) {
        let whole = found.get(0)?;
        let name = found
            .name("braced")
            .or_else(|| found.name("bare"))?
            .as_str();
        let set = variables.iter().rfind(|(other, _)| other == name);
        let default = found.name("default").map(|default| default.as_str());
        interpolated.push_str(&text[from..whole.start()]);
        interpolated.push_str(set.map(|(_, value)| value.as_str()).or(default)?);
        from = whole.end();
    }
    interpolated.push_str(&text[from..]);
    (!interpolated.contains('$')).then_some(interpolated)
}

/// The images that services of a compose file run as they are, with the values of
/// `variables`. A service that is built gives its image the name.
pub fn images(text: &str, variables: &[(String, String)]) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let image_of = |line: &str| {
        let name = line.trim_start().strip_prefix("image:")?.trim();
        let name = name.trim_matches(['"', '\'']);
        interpolated(name, variables).filter(|name| !name.is_empty())
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
        assert_eq!(images(text, &[]), ["nginx:1.25", "busybox"]);
        let set = variables(["TAG=1.36\nexport NAME='busybox'\n"]);
        let image = "image: ${NAME}:$TAG\nimage: ${OTHER:-nginx}\n";
        assert_eq!(images(image, &set), ["busybox:1.36", "nginx"]);
        assert!(images("image:\nimage: ${TAG}\n", &[]).is_empty());
    }
}
