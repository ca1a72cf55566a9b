//! Which versions lines tell of what is installed once on a machine.
//!
//! ```text
//!     docker info                        Server Version: 28.5.2         the server's version
//!     docker version -f '{{.Server.Version}}'    28.5.2                 the server's version
//!     docker --version                   Docker version 28.5.2, build ecc6942    the client's, and its commit
//! ```

use regex::Regex;

use super::properties::{self, PROPERTIES};
use crate::docker::ProgramCall;
use crate::pattern::pattern;

/// A version that a line tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledVersion {
    /// The line, from 0.
    pub line: usize,
    /// What it is the version or the commit of.
    pub of: String,
    /// The version.
    pub text: String,
}

pattern! {
    /// What `docker --version` prints.
    CLIENT = r"^Docker version (?P<version>\S+), build (?P<commit>\S+)$";
    /// What `uname` prints with `-r`, and with `-a`.
    KERNEL = r"^(?:Linux \S+ )?(?P<version>[0-9]+\.[0-9]+\.[0-9]+[-.+~_0-9A-Za-z]*)(?: #.*)?$";
    /// What nginx prints when it starts, and what `/proc/version` says.
    OTHER_KERNEL = r"(?: \[notice\] [0-9]+#[0-9]+: OS: Linux |^Linux version )(?P<version>\S+)";
    /// A field of a template.
    FIELD = r"\{\{ *(?P<field>\.[A-Za-z.]+) *\}\}";
}

/// The versions that `lines` tell, which `calls` print.
pub fn versions(calls: &[ProgramCall], lines: &[Option<&str>]) -> Vec<InstalledVersion> {
    let mut found = kernels(calls, lines);
    if calls.iter().any(asks_elsewhere) {
        return found;
    }
    found.extend(of_properties(calls, lines));
    for (line, text) in lines.iter().enumerate() {
        let Some(text) = text.filter(|text| !text.is_empty()) else {
            continue;
        };
        let mut tell = |of: &str, text: &str| {
            found.push(InstalledVersion {
                line,
                of: of.to_owned(),
                text: text.to_owned(),
            });
        };
        if let Some(client) = CLIENT.captures(text).filter(|_| is_of_docker(calls)) {
            tell("the client's version", &client["version"]);
            tell("the client's commit", &client["commit"]);
        }
        for call in calls {
            for (of, version) in of_template(call, text) {
                tell(&of, &version);
            }
        }
    }
    found
}

/// What `uname`, nginx and `/proc/version` tell of the kernel, which containers share with
/// their machine.
pub fn kernels(calls: &[ProgramCall], lines: &[Option<&str>]) -> Vec<InstalledVersion> {
    let is_uname = calls.iter().any(|call| call.program == "uname");
    let lines = lines.iter().enumerate();
    let found = lines.filter_map(|(line, text)| {
        let text = (*text)?;
        let of_uname = || KERNEL.captures(text).filter(|_| is_uname);
        let kernel = OTHER_KERNEL.captures(text).or_else(of_uname)?;
        Some(InstalledVersion {
            line,
            of: "the kernel's version".to_owned(),
            text: kernel["version"].to_owned(),
        })
    });
    found.collect()
}

/// Whether it can print what another client or daemon is: a container's program, or another
/// address.
fn asks_elsewhere(call: &ProgramCall) -> bool {
    let is_address = |name: &str| ["--host", "--context"].contains(&name);
    let mut globals = call.docker().into_iter().flat_map(|docker| &docker.globals);
    call.prints_of_a_program() || globals.any(|given| is_address(&given.name))
}

fn is_of_docker(calls: &[ProgramCall]) -> bool {
    calls.iter().any(|call| call.program == "docker")
}

/// Those that stand behind names, as `docker info` and `docker version` print them.
fn of_properties(calls: &[ProgramCall], lines: &[Option<&str>]) -> Vec<InstalledVersion> {
    let Some(call) = properties::prints_properties(calls) else {
        return Vec::new();
    };
    let found = properties::read(lines).into_iter().filter_map(|property| {
        let row = properties::only_row_of(call, &property)?;
        Some(InstalledVersion {
            line: property.line,
            of: row.installed.clone()?,
            text: property.value.to_owned(),
        })
    });
    found.collect()
}

/// Those that the template of `call` prints in `text`, where it is made of fields alone.
fn of_template(call: &ProgramCall, text: &str) -> Vec<(String, String)> {
    let Some(template) = call.template() else {
        return Vec::new();
    };
    let printed = PROPERTIES.iter().filter(|row| row.is_printed_by(call));
    let known: Vec<(&str, &str)> = printed
        .filter_map(|row| Some((row.template.as_deref()?, row.installed.as_deref()?)))
        .collect();
    let fields: Vec<&str> = FIELD
        .captures_iter(template)
        .filter_map(|field| Some(field.name("field")?.as_str()))
        .collect();
    let is_asked = |(field, _): &(&str, &str)| fields.contains(field);
    if !known.iter().any(is_asked) || template.matches("{{").count() != fields.len() {
        return Vec::new();
    }
    let reader = reader(template);
    let Some(held) = reader.as_ref().and_then(|reader| reader.captures(text)) else {
        return Vec::new();
    };
    let found = fields.iter().enumerate().filter_map(|(index, field)| {
        let (_, of) = known.iter().find(|(known, _)| known == field)?;
        Some(((*of).to_owned(), held.get(index + 1)?.as_str().to_owned()))
    });
    found.collect()
}

/// The pattern of the lines that a template of fields prints, with a group for each field.
fn reader(template: &str) -> Option<Regex> {
    let literals = FIELD.split(template).map(regex::escape);
    Regex::new(&format!("^{}$", literals.collect::<Vec<_>>().join("(.*?)"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(command: &str, lines: &[&str]) -> Vec<String> {
        let lines: Vec<Option<&str>> = lines.iter().map(|line| Some(*line)).collect();
        let found = versions(&ProgramCall::all(command), &lines).into_iter();
        found
            .map(|version| format!("{}: {}", version.of, version.text))
            .collect()
    }

    #[test]
    fn versions_are_read_wherever_they_are_printed() {
        let server = ["the server's version: 28.5.2"];
        assert_eq!(
            shown("docker info", &["Server:", " Server Version: 28.5.2"]),
            server
        );
        assert_eq!(
            shown("docker info | grep Server", &[" Server Version: 28.5.2"]),
            server
        );
        assert_eq!(
            shown("docker info -f '{{.ServerVersion}}'", &["28.5.2"]),
            server
        );
        assert_eq!(
            shown(
                "docker version --format 'Server {{.Server.Version}}.'",
                &["Server 28.5.2."]
            ),
            server
        );
        assert_eq!(
            shown(
                "docker --version",
                &["Docker version 28.5.2, build ecc6942"]
            ),
            [
                "the client's version: 28.5.2",
                "the client's commit: ecc6942"
            ]
        );
    }

    #[test]
    fn another_client_and_another_daemon_have_versions_of_their_own() {
        let client = ["Docker version 28.5.2, build ecc6942"];
        let command = "docker run --rm client docker --version";
        assert!(shown(command, &client).is_empty());
        for other in ["docker -H tcp://lab:2375", "docker --context lab"] {
            let command = format!("{other} version -f '{{{{.Server.Version}}}}'");
            assert!(shown(&command, &["28.5.2"]).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_name_that_stands_for_several_things_tells_of_none() {
        assert!(shown("docker version | grep Version", &[" Version:  28.5.2"]).is_empty());
        assert!(shown("docker ps", &["28.5.2"]).is_empty());
    }
}
