//! What is known of programs and of a shell's own commands, by name.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::pattern::table;

/// What a row of `programs.toml` can say; its head tells what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Property {
    /// It runs what follows `-c`.
    Shell,
    /// The shell itself has it.
    Builtin,
    /// It sets the shell that it is typed in.
    SetsShell,
    /// It prints nothing, or a name alone.
    Terse,
    /// Its errors begin with its name.
    NamesItself,
    /// It prints no error of its own.
    Silent,
    /// It prints what comes until it is interrupted.
    Follows,
    /// It does so with `-f` or `-F`.
    FollowsFile,
    /// It does so without `-c`.
    FollowsCount,
    /// It lets its user write a file.
    Editor,
    /// It prints what stands in folders, in the order in which that is stored.
    Walks,
    /// It prints what it computes from its words.
    Computes,
    /// It is common in transcripts.
    Common,
}

static PROGRAMS: LazyLock<HashMap<String, Vec<Property>>> =
    LazyLock::new(|| table(include_str!("programs.toml")));

impl Property {
    /// Whether the program called `name` has it.
    pub fn is_of(self, name: &str) -> bool {
        let known = PROGRAMS.get(name);
        known.is_some_and(|properties| properties.contains(&self))
    }
}

/// Whether `program` is a shell, which runs the script that it is given.
pub fn is_shell(program: &str) -> bool {
    Property::Shell.is_of(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_what_its_row_says_and_nothing_else() {
        assert!(is_shell("bash") && !is_shell("python3") && !is_shell("no such program"));
        assert!(Property::SetsShell.is_of("cd") && !Property::SetsShell.is_of("ls"));
    }
}
