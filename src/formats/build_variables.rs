//! Variables of a Dockerfile: the legacy builder tells steps as they are written, BuildKit
//! with the values put in.
//!
//! ```text
//!     ARG VER=1, --build-arg VER=7      RUN echo $VER      RUN echo 7
//! ```

use std::collections::{HashMap, HashSet};

use crate::docker::ProgramCall;

/// What the steps so far and the command say of variables.
#[derive(Debug, Default)]
pub(super) struct BuildVariables {
    /// What `--build-arg` gives.
    given: HashMap<String, String>,
    known: HashMap<String, String>,
    /// The names that an ARG declares.
    declared: HashSet<String>,
}

impl BuildVariables {
    /// Those that the builds among `calls` are given.
    pub(super) fn given_by(calls: &[ProgramCall]) -> Self {
        let given = calls.iter().flat_map(|call| call.option("--build-arg"));
        let pair = |given: &str| {
            let (name, value) = given.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        };
        Self {
            given: given.filter_map(pair).collect(),
            ..Self::default()
        }
    }

    /// Whether `names` are the variables that the command gives and no step declares.
    pub(super) fn are_unused(&self, names: &str) -> bool {
        let unused = self
            .given
            .keys()
            .filter(|name| !self.declared.contains(*name));
        let names: HashSet<&str> = names.split(' ').collect();
        unused.map(String::as_str).collect::<HashSet<_>>() == names
    }

    /// The step `text` as BuildKit tells it; what it sets counts from then on.
    pub(super) fn expand(&mut self, text: &str) -> String {
        let expanded = self.put_in(text);
        let (word, rest) = expanded.split_once(' ').unwrap_or((&expanded, ""));
        let unquoted = |value: &str| value.trim_matches(['"', '\'']).to_owned();
        match word.to_ascii_uppercase().as_str() {
            "FROM" => self.known.clear(),
            "ARG" => {
                let (name, default) = rest.split_once('=').unwrap_or((rest, ""));
                self.declared.insert(name.to_owned());
                let value = self.given.get(name).cloned();
                let value = value.unwrap_or_else(|| unquoted(default));
                self.known.insert(name.to_owned(), value);
            }
            "ENV" if rest.split(' ').all(|pair| pair.contains('=')) => {
                let pairs = rest.split(' ').filter_map(|pair| pair.split_once('='));
                let pairs = pairs.map(|(name, value)| (name.to_owned(), unquoted(value)));
                self.known.extend(pairs);
            }
            "ENV" => {
                if let Some((name, value)) = rest.split_once(' ') {
                    self.known.insert(name.to_owned(), value.trim().to_owned());
                }
            }
            _ => {}
        }
        expanded
    }

    /// `text` with the values of known variables; those that nothing sets stay.
    fn put_in(&self, text: &str) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        let mut is_quoted = false;
        while let Some(next) = rest.chars().next() {
            let after = &rest[next.len_utf8()..];
            is_quoted ^= next == '\'';
            let name = match (next, after.strip_prefix('{')) {
                ('$', Some(braced)) if !is_quoted => braced.split('}').next(),
                ('$', None) if !is_quoted => {
                    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                    let end = after.find(|c| !is_part(c)).unwrap_or(after.len());
                    Some(&after[..end])
                }
                _ => None,
            };
            match name.and_then(|name| Some((name, self.known.get(name)?))) {
                Some((name, value)) => {
                    expanded.push_str(value);
                    let braces = if after.starts_with('{') { 2 } else { 0 };
                    rest = &after[name.len() + braces..];
                }
                None => {
                    expanded.push(next);
                    rest = after;
                }
            }
        }
        expanded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_told_with_the_values_of_their_variables() {
        let calls = ProgramCall::all("docker build --build-arg VER=7 -t app .");
        let mut variables = BuildVariables::given_by(&calls);
        for (step, expanded) in [
            ("ARG VER=1", "ARG VER=1"),
            ("ENV HOME=/srv NAME=\"a\"", "ENV HOME=/srv NAME=\"a\""),
            (
                "RUN echo $VER ${NAME} '$VER' $OTHER",
                "RUN echo 7 a '$VER' $OTHER",
            ),
            ("WORKDIR ${HOME}/x", "WORKDIR /srv/x"),
            (
                "RUN echo ${HOME:-x} $HOMES {",
                "RUN echo ${HOME:-x} $HOMES {",
            ),
            ("FROM box", "FROM box"),
            ("RUN echo $VER", "RUN echo $VER"),
        ] {
            assert_eq!(variables.expand(step), expanded);
        }
    }
}
