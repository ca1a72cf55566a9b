//! Docker's client: the guard watches what it asks of the daemon; here it is
//! about the files that the client itself reads and writes, and about ways
//! around the guard.

use super::Reviewer;
use crate::docker::Does;
use crate::docker::cli::{Invocation, verb_of};
use crate::shell::ShellWord;

/// Options that make the client do nothing but print.
const PRINTING: [&str; 2] = ["--help", "--version"];

/// Checks the arguments of `docker`.
pub(super) fn check(reviewer: &mut Reviewer, arguments: &[ShellWord]) -> Result<(), String> {
    let Some((command, rest)) = arguments.split_first() else {
        return Ok(());
    };
    if !command.literal {
        return Err("the command of docker is not known before it runs".into());
    }
    let name = command.text.as_str();
    let shows_help =
        Does::ApiOnly.is_of_family(name) && rest.iter().all(|word| word.text == "--help");
    if PRINTING.contains(&name) || shows_help {
        return Ok(());
    }
    if name.starts_with('-') {
        return Err(format!("`docker {name}` could bypass the guard"));
    }
    let texts = arguments.iter().map(|word| word.text.clone());
    let argv: Vec<String> = std::iter::once("docker".to_owned()).chain(texts).collect();
    let known = Invocation::read(&argv).filter(|docker| docker.is_known());
    let Some(invocation) = known.filter(|docker| docker.does(Does::ApiOnly)) else {
        return Err(format!("docker {name} does more than ask the daemon"));
    };
    // `container run`: the command is the word behind.
    let skipped = usize::from(verb_of(name).is_none());
    let asked = Arguments {
        words: rest.get(skipped..).unwrap_or_default(),
        invocation,
    };
    for file in asked.naming(&["new file", "destination"]) {
        reviewer.own_file(&file)?;
    }
    for file in asked.naming(&["file", "source"]) {
        reviewer.readable(&file)?;
    }
    if asked.invocation.takes("folder") {
        send(reviewer, asked.words)?;
    }
    if asked.invocation.takes("path") {
        copy(reviewer, asked.words)?;
    }
    if asked.invocation.takes("file") {
        let file = asked.invocation.operands.first();
        file.map_or(Ok(()), |file| reviewer.readable(&asked.word(file)))?;
    }
    match asked.invocation.does(Does::Creates) {
        true => container(reviewer, &asked),
        false => Ok(()),
    }
}

/// The words behind a command of docker, and the command as docker's own table reads it.
struct Arguments<'a> {
    words: &'a [ShellWord],
    invocation: Invocation,
}

impl Arguments<'_> {
    /// The values of the options that name one of these `kinds`.
    fn naming(&self, kinds: &[&str]) -> Vec<ShellWord> {
        self.options(&self.invocation.options_naming(kinds))
    }

    /// A value or an operand with what is known of the word that it ends; a word that is not
    /// found is not known before it runs.
    fn word(&self, text: &str) -> ShellWord {
        let word = self.words.iter().find(|word| word.text.ends_with(text));
        ShellWord {
            text: text.to_owned(),
            ..word.cloned().unwrap_or_default()
        }
    }

    /// The values of options: those that the table finds, in clusters too (`-itv /a:/b`), and
    /// those that any word looks like, so that an option behind the image asks as well.
    fn options(&self, names: &[&str]) -> Vec<ShellWord> {
        let mut found: Vec<ShellWord> = self.seen(names).collect();
        let values = names.iter().flat_map(|name| self.invocation.values(name));
        found.extend(values.map(|text| self.word(text)));
        found
    }

    fn seen(&self, names: &[&str]) -> impl Iterator<Item = ShellWord> {
        let words = self.words;
        words.iter().enumerate().flat_map(move |(index, word)| {
            names.iter().filter_map(move |name| {
                let joined = word.text.strip_prefix(name)?;
                let value = match joined.strip_prefix('=') {
                    Some(value) => value,
                    None if joined.is_empty() => {
                        return Some(words.get(index + 1).cloned().unwrap_or_default());
                    }
                    None if name.len() == 2 && !name.starts_with("--") => joined,
                    None => return None,
                };
                Some(ShellWord {
                    text: value.to_owned(),
                    ..word.clone()
                })
            })
        })
    }
}

/// A folder that is sent to the daemon.
fn send(reviewer: &Reviewer, words: &[ShellWord]) -> Result<(), String> {
    for word in words {
        let text = word.text.as_str();
        let away = word.home || text.starts_with('/') || super::climbs(text) || !word.literal;
        if away {
            return Err(format!(
                "{text} may be a folder of yours, and a build sends all of it"
            ));
        }
    }
    match reviewer.place == super::Whereabouts::Elsewhere {
        true => Err("a build outside of the lab's folder".into()),
        false => Ok(()),
    }
}

/// `docker run` and `docker create`: their options stand before the image, but a
/// strange one in the container's own command only asks once too often.
fn container(reviewer: &mut Reviewer, asked: &Arguments) -> Result<(), String> {
    for option in asked.options(&["--security-opt"]) {
        if option.text.contains("seccomp") {
            return Err("a security profile is a file of yours".into());
        }
    }
    let binds = asked
        .naming(&["volume", "mount"])
        .iter()
        .any(|value| !value.literal || value.home || value.text.contains(['/', '.']));
    reviewer.shared |= binds || asked.words.iter().any(|word| !word.literal);
    Ok(())
}

fn copy(reviewer: &mut Reviewer, words: &[ShellWord]) -> Result<(), String> {
    let paths: Vec<&ShellWord> = words
        .iter()
        .filter(|word| !word.text.starts_with('-') || word.text == "-")
        .collect();
    let [from, to] = paths.as_slice() else {
        return Err("a copy whose ends are not known".into());
    };
    let in_container = |path: &ShellWord| match path.text.split_once(':') {
        Some((name, _)) => !name.is_empty() && !name.contains('/') && !path.home,
        None => false,
    };
    if !in_container(from) && from.text != "-" {
        reviewer.readable(from)?;
    }
    if !in_container(to) && to.text != "-" {
        reviewer.own_file(to)?;
        reviewer.shared = true;
    }
    Ok(())
}
