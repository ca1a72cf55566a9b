//! Names and values below each other: what `docker info` and `docker version` print.
//!
//! ```text
//!     Server:                 Server
//!      Containers: 3          Server > Containers                   3
//!       Running: 1            Server > Containers > Running         1
//!      Runtimes: runc nvidia  Server > Runtimes                     runc nvidia
//!      Security Options:      Server > Security Options
//!       seccomp               Server > Security Options > seccomp
//! ```
//!
//! Most of them describe the machine and its daemon. `properties.toml` says which of them
//! may differ from machine to machine and how; every other one is judged letter by letter.

use std::sync::LazyLock;

use serde::Deserialize;

use super::volatile::Volatile;
use crate::docker::ProgramCall;
use crate::pattern::table;

/// The name under which a property of another machine is reported.
pub const DIALECT: &str = "the machine and its daemon";

/// The names under which all others stand, where the output is whole.
const ROOTS: [&str; 3] = ["Client", "Server", "WARNING"];

/// A line of the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property<'l> {
    /// The line, from 0.
    pub line: usize,
    /// The names it stands under, and its own.
    pub path: Vec<&'l str>,
    /// What stands behind its name; nothing for a name alone.
    pub value: &'l str,
}

/// What the value of a property may be on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ValueRule {
    Number,
    Count,
    Size,
    Version,
    Commit,
    Daemon,
    Words,
    Text,
}

/// A row of `properties.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PropertyRow {
    pub(super) commands: Vec<String>,
    pub(super) path: String,
    value: Option<ValueRule>,
    /// The only values that it can have, where these are few.
    #[serde(default)]
    one_of: Vec<String>,
    /// Whether some versions or machines leave it out.
    #[serde(default)]
    pub lacks: bool,
    /// Whether `lacks` holds for all that stands below it.
    #[serde(default)]
    below: bool,
    /// Whether it tells one machine from another.
    #[serde(default)]
    identity: bool,
    /// What it is the version or the commit of, where there is one of that only.
    pub(super) installed: Option<String>,
    /// The field of a template that prints it.
    pub(super) template: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PropertyTable {
    property: Vec<PropertyRow>,
}

/// The rows of `properties.toml`.
pub(super) static PROPERTIES: LazyLock<Vec<PropertyRow>> =
    LazyLock::new(|| table::<PropertyTable>(include_str!("properties.toml")).property);

/// How a value of this run stands for one of the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The same words in another order.
    OtherOrder,
    /// As another machine has it.
    OtherMachine,
}

/// The values that a template of one of `calls` can print on another machine, where it prints
/// one property alone that has few values: `docker info -f '{{.CgroupDriver}}'`.
pub fn values_of_template(calls: &[ProgramCall]) -> &'static [String] {
    let prints = |call: &ProgramCall, row: &PropertyRow| {
        let template = call.template().map(|template| template.replace(' ', ""));
        let field = row.template.as_deref();
        row.commands.contains(&call.verb)
            && field.is_some_and(|field| template == Some(format!("{{{{{field}}}}}")))
    };
    let mut rows = PROPERTIES.iter();
    let row = rows.find(|row| calls.iter().any(|call| prints(call, row)));
    row.map_or(&[], |row| &row.one_of)
}

/// Whether `calls` print properties: one command of the table, whole or through filters.
pub fn prints_properties(calls: &[ProgramCall]) -> Option<&ProgramCall> {
    let (mut commands, mut others) = (None, 0);
    for call in calls {
        let is_one = call.template().is_none() && !call.prints_json() && has_rows(call);
        match is_one {
            true if commands.is_none() => commands = Some(call),
            _ if call.prints_as_it_is() => {}
            _ => others += 1,
        }
    }
    commands.filter(|_| others == 0)
}

fn has_rows(call: &ProgramCall) -> bool {
    let mut rows = PROPERTIES.iter();
    rows.any(|row| row.is_printed_by(call))
}

/// Reads lines into properties; blank ones and elisions are none.
pub fn read<'l>(lines: &[Option<&'l str>]) -> Vec<Property<'l>> {
    // The names above the next line, each with its indentation.
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut found = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
            continue;
        };
        let depth = text.len() - text.trim_start().len();
        let text = text.trim();
        let (name, value) = match text.split_once(": ") {
            Some((name, value)) => (name, value.trim()),
            None => (text.strip_suffix(':').unwrap_or(text), ""),
        };
        open.retain(|(indentation, _)| *indentation < depth);
        open.push((depth, name));
        found.push(Property {
            line,
            path: open.iter().map(|(_, name)| *name).collect(),
            value,
        });
    }
    found
}

/// The row that says how `property` may differ.
pub fn row_of(call: &ProgramCall, property: &Property) -> Option<&'static PropertyRow> {
    let mut rows = PROPERTIES.iter();
    rows.find(|row| row.is_printed_by(call) && row.is_about(&property.path))
}

/// The row that alone can say what `property` is: more than one can where a filter took away
/// what stands above it.
pub(super) fn only_row_of(call: &ProgramCall, property: &Property) -> Option<&'static PropertyRow> {
    let is_rooted = property
        .path
        .first()
        .is_some_and(|root| ROOTS.contains(root));
    let first = row_of(call, property)?;
    let mut rows = PROPERTIES.iter();
    let others = rows.any(|row| {
        !std::ptr::eq(row, first) && row.is_printed_by(call) && row.is_about(&property.path)
    });
    (is_rooted || !others).then_some(first)
}

/// Whether the notes are of another machine than this run: their properties tell so, or a
/// filter left none that could.
pub fn are_of_another_machine(call: &ProgramCall, ours: &[Property], theirs: &[Property]) -> bool {
    let identities = ours.iter().filter(|own| {
        let row = row_of(call, own);
        row.is_some_and(|row| row.identity)
    });
    let differs = |own: &Property| {
        let same = |their: &&Property| their.path == own.path;
        theirs
            .iter()
            .find(same)
            .map(|their| their.value != own.value)
    };
    let mut compared = identities.filter_map(differs).peekable();
    compared.peek().is_none() || compared.any(|differs| differs)
}

/// Whether the numbers of containers by state, where all are shown, add up to their number.
pub fn counts_add_up(properties: &[Property]) -> bool {
    let count = |name: &str| -> Option<u128> {
        let mut found = properties.iter().filter(|it| it.path.last() == Some(&name));
        found.next()?.value.parse::<u64>().ok().map(u128::from)
    };
    let states = ["Running", "Paused", "Stopped"];
    let by_state: Option<u128> = states.into_iter().map(count).sum();
    let all = count("Containers");
    all.zip(by_state)
        .is_none_or(|(all, by_state)| all == by_state)
}

impl PropertyRow {
    pub(super) fn is_printed_by(&self, call: &ProgramCall) -> bool {
        self.commands.iter().any(|command| call.is_docker(command))
    }

    /// Whether it is about the property at `path`: by its whole path, or, where a filter
    /// took away what stands above it, by its name.
    fn is_about(&self, path: &[&str]) -> bool {
        let own: Vec<&str> = self.path.split(" > ").collect();
        let agrees = |(own, name): (&&str, &&str)| match own.split_once('*') {
            Some((start, end)) => name.starts_with(start) && name.ends_with(end),
            None => own == name,
        };
        if path.first().is_some_and(|root| ROOTS.contains(root)) {
            let deep_enough = path.len() == own.len() || (self.below && path.len() > own.len());
            deep_enough && own.iter().zip(path).all(agrees)
        } else {
            let own = own.last().filter(|name| **name != "*");
            own.zip(path.last()).is_some_and(agrees)
        }
    }

    /// Whether the value describes the lab, and not the machine.
    pub fn is_of_the_lab(&self) -> bool {
        use ValueRule::{Count, Daemon, Number, Size, Words};
        matches!(self.value, Some(Count | Daemon | Number | Size | Words))
    }

    /// How `actual` stands for `expected`, the value in the notes; `ours` is how many of
    /// a counted thing the exercise itself has.
    pub fn agreement(&self, expected: &str, actual: &str, ours: usize) -> Option<Agreement> {
        let words = |text: &str| {
            let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
            words.sort_unstable();
            words
        };
        if self.value == Some(ValueRule::Words) && words(expected) == words(actual) {
            return Some(Agreement::OtherOrder);
        }
        let are = |kind: Volatile| kind.is(expected) && kind.is(actual);
        let number = |text: &str| text.parse::<usize>().ok();
        let known = |text: &str| self.one_of.iter().any(|one| one == text);
        let agrees = match self.value {
            None => known(expected) && known(actual),
            Some(ValueRule::Words) => expected.split(' ').chain(actual.split(' ')).all(known),
            Some(ValueRule::Text) => true,
            Some(ValueRule::Number) => number(expected).zip(number(actual)).is_some(),
            Some(ValueRule::Count) => number(expected)
                .zip(number(actual))
                .is_some_and(|(count, _)| count >= ours),
            Some(ValueRule::Size) => are(Volatile::Size),
            Some(ValueRule::Version) => are(Volatile::Version),
            Some(ValueRule::Commit) => are(Volatile::Commit),
            Some(ValueRule::Daemon) => are(Volatile::DaemonId),
        };
        agrees.then_some(Agreement::OtherMachine)
    }

    /// What its value may be, in words.
    pub(super) fn words(&self) -> String {
        let words = match self.value {
            None if !self.one_of.is_empty() => {
                let values = self.one_of.iter().filter(|value| !value.is_empty());
                return values.cloned().collect::<Vec<_>>().join(", ");
            }
            None => "letter by letter",
            Some(ValueRule::Text) => "any text",
            Some(ValueRule::Words) => return format!("in any order: {}", self.one_of.join(", ")),
            Some(ValueRule::Number) => "any number",
            Some(ValueRule::Count) => "a number, at least as many as the exercise has",
            Some(ValueRule::Size) => Volatile::Size.words(),
            Some(ValueRule::Version) => Volatile::Version.words(),
            Some(ValueRule::Commit) => Volatile::Commit.words(),
            Some(ValueRule::Daemon) => Volatile::DaemonId.words(),
        };
        words.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &[&str]) -> Option<&'static PropertyRow> {
        let calls = ProgramCall::all("docker info");
        let property = Property {
            line: 0,
            path: path.to_vec(),
            value: "",
        };
        row_of(&calls[0], &property)
    }

    #[test]
    fn a_property_is_known_by_the_names_above_it() {
        let lines = ["Server:", " Containers: 3", "  Running: 1", "", " seccomp"];
        let found = read(&lines.map(Some));
        let paths: Vec<String> = found.iter().map(|found| found.path.join("/")).collect();
        assert_eq!(
            paths,
            [
                "Server",
                "Server/Containers",
                "Server/Containers/Running",
                "Server/seccomp"
            ]
        );
        assert_eq!(found[2].value, "1");
    }

    #[test]
    fn a_row_is_found_by_the_whole_path_and_behind_a_filter_by_the_name() {
        assert!(row(&["Server", "Containers"]).is_some());
        assert!(row(&["Containers"]).is_some());
        assert!(row(&["Client", "Containers"]).is_none());
        assert!(row(&["Server", "Swarm"]).is_none());
        assert!(row(&["Client", "Plugins", "buildx", "Version"]).is_some());
        assert!(row(&["Server", "runc version"]).is_some());
        let calls = ProgramCall::all("docker version");
        let property = |path: &[&'static str]| Property {
            line: 0,
            path: path.to_vec(),
            value: "",
        };
        assert!(row_of(&calls[0], &property(&["Client", "OS/Arch"])).is_some());
        assert!(row_of(&calls[0], &property(&["Server", "runc", "Version"])).is_some());
    }

    #[test]
    fn every_row_can_be_read_and_says_something() {
        for row in PROPERTIES.iter() {
            assert!(
                row.lacks || row.value.is_some() || !row.one_of.is_empty(),
                "{}",
                row.path
            );
        }
    }
}
