//! Shell text: the one reader of command lines.
//!
//! ```text
//!     text --lexer--> words, operators, redirections
//!          --script-> Script { items: [command, joint], opaque }
//!
//!     sudo timeout 5 docker logs "my web" 2>&1 | tail -3
//!       simple: sudo timeout 5 docker logs my web     2>& 1
//!       joint:  pipe
//!       simple: tail -3
//!     behind wrappers: docker logs my web
//! ```
//!
//! Nothing is expanded and nothing is refused: what the reader does not
//! understand is read as plain words and noted as opaque. Whoever decides what
//! may run on a user's machine refuses an opaque script; everyone else reads the
//! words.

mod expansion;
mod incomplete;
mod known;
mod lexer;
mod script;
mod wrappers;

use std::borrow::Cow;

pub use expansion::expansion;
pub use incomplete::Typed;
pub use known::{Property, is_shell};
pub use lexer::ShellWord;
pub use script::{
    CompoundCommand, Joint, Redirection, Script, ScriptItem, ShellCommand, SimpleCommand,
    sets_option,
};
pub use wrappers::{Wrapped, behind_wrappers, wrapped, wrappers_and_program};

/// Substitutions and wrapped commands deeper in each other than this are not read.
pub const DEEPEST: usize = 8;

/// The file name of a program's path: `/bin/sh` is `sh`.
pub fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// `word` as a shell reads it as one word.
pub fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain =
        |character: char| character.is_alphanumeric() || "-_./:=+@,%".contains(character);
    match !word.is_empty() && word.chars().all(is_plain) {
        true => Cow::Borrowed(word),
        false => Cow::Owned(format!("'{}'", word.replace('\'', r"'\''"))),
    }
}

/// Whether `word` is `NAME=value`.
pub fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && name.chars().all(is_part)
    })
}

/// The programs that `text` calls, in order, each with its arguments: without
/// assignments, and as what wrappers such as `sudo` and `timeout` run.
pub fn programs(text: &str) -> Vec<Vec<String>> {
    Script::read(text)
        .commands()
        .into_iter()
        .map(|command| behind_wrappers(&command.argv()))
        .filter(|words| !words.is_empty())
        .collect()
}

/// Whether `text`, or a script that it passes on, has an arithmetic expansion or command:
/// `$((...))`, `((...))`, `$[...]` (POSIX.1 2.6.4; bash).
pub fn has_arithmetic(text: &str) -> bool {
    text.contains("((") || text.contains("$[")
}

/// All words of `text` in order, with assignments and the targets of redirections.
pub fn words(text: &str) -> Vec<String> {
    let script = Script::read(text);
    let mut words = Vec::new();
    for command in script.commands() {
        words.extend(command.assignments.iter().map(|(name, value)| {
            let value = &value.text;
            format!("{name}={value}")
        }));
        words.extend(command.argv());
        words.extend(command.redirections.iter().map(|r| r.target.text.clone()));
    }
    words
}
