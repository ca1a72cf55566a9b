//! Words that give a container more than Docker gives by default.

/// Ways to say it: options of the client, keys of compose files, fields of the
/// API, BuildKit's entitlement. Docker: `docker run` reference, "Runtime
/// privilege and Linux capabilities".
const WORDS: [&str; 10] = [
    "privileged",
    "cap-add",
    "cap_add",
    "capadd",
    "--device",
    "device_cgroup",
    "devicecgroup",
    "security-opt",
    "security_opt",
    "security.insecure",
];

/// The word in `text` that gives a container more than Docker gives by default;
/// none where there is no such word. Upper and lower case are the same.
pub fn privilege_in(text: &str) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    WORDS.into_iter().find(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn privileges_are_found_wherever_they_are_asked_for() {
        for text in [
            "docker run --privileged busybox",
            "sh -c 'docker run --cap-add=SYS_ADMIN busybox'",
            "services:\n  web:\n    privileged: true\n",
            "curl --unix-socket /run/docker.sock -d '{\"HostConfig\":{\"Privileged\":true}}' http://d/",
            "docker run --device-cgroup-rule 'b 8:0 rwm' busybox",
        ] {
            assert!(privilege_in(text).is_some(), "{text}");
        }
        assert_eq!(privilege_in("docker run -it --cap-drop ALL ubuntu"), None);
    }
}
