//! The forms of names that Kubernetes makes up: `web-66b6c48dd5-7fcsd`, and of ports.

use std::ops::RangeInclusive;

/// The letters and digits of random ends (apimachinery `pkg/util/rand`): no vowels, and
/// none that looks like another.
const SAFE: &str = "bcdfghjklmnpqrstvwxz2456789";

/// How the names of the namespaces begin that Kubernetes makes for itself.
pub const SYSTEM: &str = "kube-";

/// The ports that services of type NodePort are given.
const NODE_PORTS: RangeInclusive<u32> = 30000..=32767;

/// Whether `word` can be the random end of a name.
pub fn is_ending(word: &str) -> bool {
    word.len() == 5 && word.chars().all(|letter| SAFE.contains(letter))
}

/// Whether `word` can be the hash of a pod template: a number whose digits are written as
/// `SafeEncodeString` of the same package does.
pub fn is_template_hash(word: &str) -> bool {
    (8..=10).contains(&word.len()) && word.chars().all(|letter| "456789bcdf".contains(letter))
}

/// Whether Kubernetes may have chosen the port.
pub fn is_node_port(port: &str) -> bool {
    port.parse().is_ok_and(|port| NODE_PORTS.contains(&port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_ends_are_told_from_words() {
        assert!(is_ending("7fcsd") && is_template_hash("66b6c48dd5"));
        for word in ["nginx", "mysql", "web", "7fcsd1", "http1"] {
            assert!(!is_ending(word), "{word}");
        }
        for word in ["66b6c48", "frontend", "66b6c48dd51", "deadbeef"] {
            assert!(!is_template_hash(word), "{word}");
        }
        assert!(is_node_port("31234") && !is_node_port("80") && !is_node_port("49153"));
    }
}
