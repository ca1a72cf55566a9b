//! The variables that `-e` gives to a container, inside a line of `docker inspect`.
//!
//! ```text
//!     docker run -e COLOR=blue -e AGE=3 busybox      the client sends them from a map:
//!     [COLOR=blue AGE=3 PATH=/bin]                   no order among the first two
//! ```

use std::collections::BTreeSet;

use crate::docker::Call;
use crate::pattern::pattern;

/// The names of the variables whose order is left to chance.
#[derive(Debug, Clone)]
pub struct Variables {
    names: BTreeSet<String>,
}

pattern! {
    /// The list of variables as a template prints it, and as JSON.
    LISTS = r#"\[(?:[A-Za-z_][A-Za-z0-9_]*=[^\[\]"]*|"[A-Za-z_][A-Za-z0-9_]*=[^"]*"(?:,"[^"]*")*)\]"#;
}

impl Variables {
    /// The variables that commands in `authored` set, where `calls` inspect a
    /// container; none where fewer than two are set.
    pub fn of(calls: &[Call], authored: &str) -> Option<Self> {
        if !calls.iter().any(|call| call.verb == "inspect") {
            return None;
        }
        let set = Call::all_in_text(authored);
        let settings = set.iter().flat_map(|call| call.option("--env"));
        let names: BTreeSet<String> = settings
            .map(|setting| setting.split('=').next().unwrap_or_default().to_owned())
            .collect();
        (names.len() > 1).then_some(Self { names })
    }

    /// `text` with the variables of its list in the order of their names, each at a
    /// place where one of them stood; none where it shows no such list.
    pub fn sort(&self, text: &str) -> Option<String> {
        let list = LISTS.find(text)?;
        let inside = &list.as_str()[1..list.as_str().len() - 1];
        let separator = if inside.starts_with('"') { "," } else { " " };
        let entries: Vec<&str> = inside.split(separator).collect();
        let is_set = |entry: &&str| {
            let name = entry
                .trim_matches('"')
                .split('=')
                .next()
                .unwrap_or_default();
            self.names.contains(name)
        };
        let mut sorted: Vec<&str> = entries.iter().copied().filter(is_set).collect();
        if sorted.len() < 2 {
            return None;
        }
        sorted.sort_unstable();
        let mut sorted = sorted.into_iter();
        let placed: Vec<&str> = entries
            .iter()
            .map(|entry| match is_set(entry) {
                true => sorted.next().unwrap_or(entry),
                false => entry,
            })
            .collect();
        let (before, after) = (&text[..list.start()], &text[list.end()..]);
        Some(format!("{before}[{}]{after}", placed.join(separator)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_variables_that_were_set_change_places() {
        let calls = Call::all("docker inspect -f '{{.Config.Env}}' web");
        let variables = Variables::of(&calls, "docker run -e B=2 --env A=1 -eC=3 busybox").unwrap();
        let sort = |text: &str| variables.sort(text);
        assert_eq!(sort("[B=2 A=1 PATH=/bin]").unwrap(), "[A=1 B=2 PATH=/bin]");
        assert_eq!(sort("[PATH=/bin B=2 A=1]").unwrap(), "[PATH=/bin A=1 B=2]");
        assert_eq!(
            sort(r#"["B=2","C=3","A=1","PATH=/bin"]"#).unwrap(),
            r#"["A=1","B=2","C=3","PATH=/bin"]"#
        );
        assert_eq!(sort("[B=2 PATH=/bin]"), None);
        assert_eq!(sort("B=2 A=1"), None);
        assert!(Variables::of(&calls, "docker run -e A=1 busybox").is_none());
        assert!(Variables::of(&Call::all("cat x"), "-e A=1 -e B=2").is_none());
    }
}
