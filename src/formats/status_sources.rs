//! Which programs a command line calls, and whose exit status it ends with.
//!
//! ```text
//!     a; b            b
//!     a | b           b; with pipefail a or b
//!     a && b          a or b
//!     a || b          b
//!     sh -c 'a; b'    sh, b
//!     docker exec c a docker, a
//!     timeout 5 a     timeout, a
//! ```

use std::collections::BTreeSet;

use crate::docker::{Does, ProgramCall};
use crate::shell::{
    DEEPEST, Joint, Property, Script, ShellCommand, SimpleCommand, Wrapped, behind_wrappers,
    is_shell, sets_option, wrapped,
};

/// The programs that can have ended with a command line's status.
#[derive(Debug, Default)]
pub struct StatusSources {
    /// Their names: an error of theirs begins with one of them.
    pub names: BTreeSet<String>,
    /// Those whose own status it can be: not what only passes on another's.
    ends: BTreeSet<String>,
    /// Whether Docker's client is among them.
    pub docker: bool,
    /// Whether one is among them of which it is not known how it tells errors.
    pub others: bool,
    /// Whether the command itself calls one of these: it is none that an image brings.
    pub calls_others: bool,
    /// Whether they are all that are called, not only those that end the command.
    all: bool,
}

/// Words of a shell that are no program.
const KEYWORDS: [&str; 5] = ["case", "for", "if", "while", "()"];

impl StatusSources {
    /// The programs that can have ended with the status of `command`; in a
    /// pipeline any of its commands, where the option `pipefail` is set.
    pub fn of(command: &str, pipefail: bool) -> Self {
        let mut sources = Self::default();
        sources.add_script(command, pipefail, 0);
        sources
    }

    /// All programs that `command` calls, whatever it ended with.
    pub fn of_all(command: &str) -> Self {
        let mut sources = Self {
            all: true,
            ..Self::default()
        };
        sources.add_script(command, false, 0);
        sources
    }

    fn add_script(&mut self, script: &str, pipefail: bool, depth: usize) {
        let script = Script::read(script);
        let called = if self.all {
            let commands = script.commands().into_iter();
            commands.map(SimpleCommand::argv).collect()
        } else {
            owners(&script, pipefail)
        };
        for argv in called.iter().filter(|argv| !argv.is_empty()) {
            self.add(argv, depth);
        }
    }

    fn add(&mut self, argv: &[String], depth: usize) {
        let call = &ProgramCall::new(argv);
        let program = call.program.as_str();
        self.names.insert(program.to_owned());
        if depth == DEEPEST {
            self.add_unknown(program);
        } else if is_shell(program) {
            match call.script() {
                Some(script) => {
                    let own = sets_option(&call.words, "pipefail");
                    let pipefail = Script::read(script).sets_option("pipefail").or(own);
                    let pipefail = pipefail.unwrap_or_default();
                    self.add_script(script, pipefail, depth + 1);
                }
                None => self.add_unknown(program),
            }
        } else if call.docker().is_some() {
            self.add_docker(call, depth);
        } else if let Some(wrapped) = wrapped(argv) {
            self.add_wrapped(program, wrapped, depth);
        } else {
            if !Property::NamesItself.is_of(program) {
                self.others = true;
                self.calls_others |=
                    !KEYWORDS.contains(&program) && !Property::Silent.is_of(program);
            }
            if !KEYWORDS.contains(&program) {
                self.ends.insert(program.to_owned());
            }
        }
    }

    /// Adds what `program` runs and is not known.
    fn add_unknown(&mut self, program: &str) {
        self.others = true;
        self.calls_others = true;
        self.ends.insert(program.to_owned());
    }

    fn add_wrapped(&mut self, wrapper: &str, wrapped: Wrapped, depth: usize) {
        match wrapped {
            Wrapped::Program(words) => self.add(&words, depth + 1),
            Wrapped::Script(script) => self.add_script(&script, false, depth + 1),
            Wrapped::Several(words) => {
                self.ends.insert(wrapper.to_owned());
                self.add(&words, depth + 1);
            }
            Wrapped::Unknown => self.add_unknown(wrapper),
        }
    }

    fn add_docker(&mut self, call: &ProgramCall, depth: usize) {
        self.docker = true;
        let behind = call.behind_container();
        if behind.is_empty() {
            // A program of a container, or of a build, may speak.
            self.others |= call.does_any(&[Does::Attaches, Does::Creates, Does::FromFile])
                || call.verb == "build";
            self.ends.insert(call.program.clone());
            return;
        }
        let inner = ProgramCall::new(&behind_wrappers(&behind));
        // What was printed is of another program: of the image's entrypoint, which
        // took these words as its own.
        if Property::Silent.is_of(&inner.program) && call.verb != "exec" {
            self.others = true;
            self.ends.insert(call.program.clone());
        }
        self.add(&behind, depth + 1);
    }

    /// Whether the status can only be that of one of `programs`.
    pub fn ends_only_with(&self, programs: &[&str]) -> bool {
        !self.ends.is_empty() && self.ends.iter().all(|end| programs.contains(&end.as_str()))
    }
}

/// The words of the simple commands that can have ended with the status of
/// `script`, the last one first.
pub fn owners(script: &Script, pipefail: bool) -> Vec<Vec<String>> {
    let mut owners = Vec::new();
    let mut ends_pipeline = true;
    for (index, item) in script.items.iter().enumerate().rev() {
        if index + 1 < script.items.len() {
            match item.joint {
                Joint::Pipe => ends_pipeline = false,
                Joint::And => ends_pipeline = true,
                Joint::Or | Joint::Background | Joint::End => break,
            }
        }
        if !ends_pipeline && !pipefail {
            continue;
        }
        match &item.command {
            ShellCommand::Simple(simple) => owners.push(simple.argv()),
            ShellCommand::Compound(compound) if ["(", "{"].contains(&compound.keyword) => {
                let last = compound.parts.last();
                owners.extend(
                    last.into_iter()
                        .flat_map(|part| self::owners(part, pipefail)),
                );
            }
            // What a loop or a choice ended with is not known from its text.
            ShellCommand::Compound(compound) => {
                owners.push(vec![compound.keyword.to_owned()]);
                let inner = compound.parts.iter().flat_map(Script::commands);
                owners.extend(inner.map(SimpleCommand::argv));
            }
        }
    }
    owners.retain(|argv| !argv.is_empty());
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(command: &str) -> Vec<String> {
        let mut programs: Vec<String> = owners(&Script::read(command), false)
            .into_iter()
            .filter_map(|argv| argv.into_iter().next())
            .collect();
        programs.reverse();
        programs
    }

    #[test]
    fn a_status_belongs_to_the_last_command_that_ran() {
        for (command, expected) in [
            ("a; b", &["b"][..]),
            ("a | b", &["b"]),
            ("a && b", &["a", "b"]),
            ("a || b", &["b"]),
            ("a && b || c", &["c"]),
            ("a || b && c", &["b", "c"]),
            ("a | b && c | d", &["b", "d"]),
            ("a\nb", &["b"]),
            ("a 2>&1", &["a"]),
            ("a &> log", &["a"]),
            ("a $(b; c)", &["a"]),
            ("(a; b)", &["b"]),
            ("a;", &["a"]),
            ("cat > f <<EOF\nx; y\nEOF", &["cat"]),
            ("sudo a", &["sudo"]),
            ("for i in 1; do a; b; done", &["b", "a", "for"]),
            ("", &[]),
        ] {
            assert_eq!(programs(command), expected, "{command}");
        }
        assert_eq!(owners(&Script::read("a | b"), true).len(), 2);
    }

    #[test]
    fn what_is_called_through_another_program_speaks_too() {
        let names = |command: &str| StatusSources::of(command, false).names;
        assert!(names("docker exec web sh -c 'ls /x; cat /y'").contains("cat"));
        assert!(!names("docker exec web sh -c 'ls /x; cat /y'").contains("ls"));
        assert!(names("docker run --rm -v a:/b busybox cat /x").contains("cat"));
        assert!(names("sudo -u kim ls /root").contains("ls"));
        assert!(!StatusSources::of("docker exec web cat x", false).others);
        assert!(StatusSources::of("docker run web", false).others);
        assert!(!StatusSources::of("docker logs web", false).others);
        assert!(StatusSources::of("./check", false).others);
    }
}
