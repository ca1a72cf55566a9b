//! What the author chose: no value of the notes stands for it.

use std::collections::HashSet;
use std::net::Ipv4Addr;

use regex::Regex;

/// The words that were first seen in a command, and the networks that an option
/// gave.
#[derive(Debug, Clone, Default)]
pub struct AuthorValues {
    /// Words: names, ports, addresses, IDs.
    pub words: HashSet<String>,
    /// Names that commands give by an expansion of the shell's (`vol_$n`).
    pub expanded: Vec<Regex>,
    /// Networks, each with the length of its prefix in bits.
    pub subnets: Vec<(Ipv4Addr, u32)>,
    /// Whether commands make containers side by side, so that it is chance which of
    /// them is given an address first.
    pub side_by_side: bool,
    /// The line of the first command that takes addresses from containers, so that later
    /// ones may get them.
    pub frees_addresses_at: Option<usize>,
}

impl AuthorValues {
    /// Whether `text` is one of the words, or an address in one of the networks.
    pub fn holds(&self, text: &str) -> bool {
        self.words.contains(text)
            || (!self.subnets.is_empty()
                && text.parse().is_ok_and(|address| self.has_address(address)))
    }

    /// Whether a command gives the name `word` by an expansion that has a text of its own.
    pub fn gives(&self, word: &str) -> bool {
        let names = self.expanded.iter();
        let mut own = names.filter(|name| name.as_str().contains(|c: char| c.is_ascii_lowercase()));
        own.any(|name| name.is_match(word))
    }

    fn has_address(&self, address: Ipv4Addr) -> bool {
        self.subnets.iter().any(|(network, length)| {
            let mask = u32::MAX.checked_shl(32 - (*length).min(32)).unwrap_or(0);
            u32::from(address) & mask == u32::from(*network) & mask
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_given_network_is_chosen() {
        let author = AuthorValues {
            subnets: vec![(Ipv4Addr::new(10, 77, 0, 0), 16)],
            ..AuthorValues::default()
        };
        assert!(author.holds("10.77.3.4"));
        assert!(!author.holds("10.87.0.0"));
    }
}
