//! Image names, as Docker shortens them (`distribution/reference`).
//!
//! ```text
//!     docker.io/library/nginx:1.25@sha256:...
//!     registry  repository    tag  digest        familiar: nginx, tag 1.25
//! ```

/// The first number of a version of Docker's.
pub fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

/// Networks that every daemon has.
pub const BUILT_IN_NETWORKS: [&str; 3] = ["bridge", "host", "none"];

/// The name with its tag as listings show it: `docker.io/library/nginx` is
/// `nginx:latest`. `tag`, where it is not empty, takes the place of the one in
/// `name`. None for a name with a digest, which makes no tag, or for none.
pub fn tagged(name: &str, tag: &str) -> Option<String> {
    if name.is_empty() || tag.contains(':') || (name.contains('@') && tag.is_empty()) {
        return None;
    }
    let name = name.split('@').next().unwrap_or_default();
    let (repository, own_tag) = split(name);
    let tag = match (tag, own_tag) {
        ("", "") => "latest",
        ("", own) => own,
        (given, _) => given,
    };
    Some(format!("{}:{tag}", familiar(repository)))
}

/// Repository and tag, which may be empty.
pub fn split(name: &str) -> (&str, &str) {
    let name_start = name.rfind('/').map_or(0, |slash| slash + 1);
    match name[name_start..].find(':') {
        Some(colon) => (&name[..name_start + colon], &name[name_start + colon + 1..]),
        None => (name, ""),
    }
}

/// The name with `latest` where it has neither tag nor digest, as listings show it.
pub fn with_tag(name: &str) -> String {
    match name.contains('@') {
        true => familiar(name).to_owned(),
        false => tagged(name, "").unwrap_or_default(),
    }
}

/// The name with its tag as Docker's client shows it of podman, which puts a registry before
/// every name, and `localhost/` before those that are from none.
pub fn shown_by_podman(name: &str) -> String {
    with_tag(name.strip_prefix("localhost/").unwrap_or(name))
}

/// Whether a name says that its image is in a registry on the daemon's own machine.
pub fn is_on_loopback(name: &str) -> bool {
    let registry = name.split_once('/').map_or("", |(registry, _)| registry);
    let host = registry.split(':').next().unwrap_or_default();
    host == "localhost" || host.starts_with("127.")
}

/// A name without the registry and the `library/` that Docker adds to it.
pub fn familiar(repository: &str) -> &str {
    let short = ["docker.io/", "index.docker.io/"]
        .iter()
        .find_map(|domain| repository.strip_prefix(domain))
        .unwrap_or(repository);
    short.strip_prefix("library/").unwrap_or(short)
}

/// Whether `word` looks like a container's name that Docker makes up,
/// `adjective_surname` (moby `pkg/namesgenerator`).
pub fn looks_made_up(word: &str) -> bool {
    let small = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    word.split_once('_').is_some_and(|(adjective, surname)| {
        let number = surname.strip_suffix(|last: char| last.is_ascii_digit());
        small(adjective) && small(number.unwrap_or(surname))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shortened_as_in_listings() {
        for (name, tag, expected) in [
            ("nginx", "", "nginx:latest"),
            ("docker.io/library/nginx:1.25", "", "nginx:1.25"),
            ("nginx:1.25", "1.26", "nginx:1.26"),
            ("localhost:5000/app", "", "localhost:5000/app:latest"),
            ("me/app", "v1", "me/app:v1"),
        ] {
            assert_eq!(tagged(name, tag).as_deref(), Some(expected));
        }
    }

    #[test]
    fn spellings_of_one_image_are_one_name() {
        for name in [
            "nginx",
            "nginx:latest",
            "library/nginx",
            "docker.io/nginx",
            "docker.io/library/nginx:latest",
            "index.docker.io/library/nginx",
        ] {
            assert_eq!(with_tag(name), "nginx:latest", "{name}");
        }
        assert_eq!(with_tag("docker.io/me/nginx:1.18.0"), "me/nginx:1.18.0");
        assert_eq!(
            with_tag("docker.io/library/nginx@sha256:00"),
            "nginx@sha256:00"
        );
        assert_eq!(
            with_tag("localhost:5000/nginx"),
            "localhost:5000/nginx:latest"
        );
    }

    #[test]
    fn podmans_long_names_are_dockers() {
        assert_eq!(
            shown_by_podman("docker.io/library/busybox:latest"),
            "busybox:latest"
        );
        assert_eq!(shown_by_podman("localhost/app"), "app:latest");
        assert_eq!(
            shown_by_podman("localhost:5000/app:1"),
            "localhost:5000/app:1"
        );
    }

    #[test]
    fn a_digest_makes_no_tag() {
        assert_eq!(tagged("nginx@sha256:00", ""), None);
        assert_eq!(tagged("nginx", "sha256:00"), None);
        assert_eq!(tagged("", "latest"), None);
    }
}
