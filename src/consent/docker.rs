//! Docker's client: the guard watches what it asks of the daemon; here it is
//! about the files that the client itself reads and writes, and about ways
//! around the guard.

use super::Reviewer;
use crate::docker::Does;
use crate::docker::cli::{Invocation, verb_of};
use crate::shell::ShellWord;

/// Commands that are free whatever follows.
const TELLING: [&str; 4] = ["--help", "--version", "version", "wait"];

/// Options that name a file which the client writes.
const WRITING: [&str; 5] = [
    "-o",
    "--output",
    "--iidfile",
    "--cidfile",
    "--metadata-file",
];

/// Options that name a file which the client reads.
const READING: [&str; 8] = [
    "--build-context",
    "--env-file",
    "--input",
    "--label-file",
    "--secret",
    "--ssh",
    "--file",
    "-f",
];

/// Checks the arguments of `docker`.
pub(super) fn check(reviewer: &mut Reviewer, arguments: &[ShellWord]) -> Result<(), String> {
    let Some((command, rest)) = arguments.split_first() else {
        return Ok(());
    };
    if !command.literal {
        return Err("the command of docker is not known before it runs".into());
    }
    let name = command.text.as_str();
    if TELLING.contains(&name) {
        return Ok(());
    }
    if name.starts_with('-') {
        return Err(format!("`docker {name}` could bypass the guard"));
    }
    let (verb, rest) = match (name, rest.split_first()) {
        ("buildx", Some((word, rest))) if word.literal => {
            let spelling = format!("buildx {}", word.text);
            let verb = verb_of(&spelling).filter(|_| Does::ApiOnly.is_of(&spelling));
            let verb = verb.ok_or_else(|| more_than_asks(name))?;
            (verb, rest)
        }
        (_, Some((verb, rest))) if Does::ApiOnly.is_of_family(name) => (verb.text.as_str(), rest),
        _ if Does::ApiOnly.is_of_family(name) || Does::ApiOnly.is_of(name) => (name, rest),
        _ => return Err(more_than_asks(name)),
    };
    let texts = arguments.iter().map(|word| word.text.clone());
    let argv: Vec<String> = std::iter::once("docker".to_owned()).chain(texts).collect();
    let asked = Arguments {
        words: rest,
        invocation: Invocation::read(&argv),
    };
    match verb {
        "build" => build(reviewer, &asked),
        "cp" => copy(reviewer, rest),
        "run" | "create" => container(reviewer, &asked),
        "save" | "export" | "load" | "import" => archive(reviewer, verb, &asked),
        "dial-stdio" => Err("docker system dial-stdio speaks to the daemon by hand".into()),
        _ => Ok(()),
    }
}

fn more_than_asks(name: &str) -> String {
    format!("docker {name} does more than ask the daemon")
}

/// The words behind a command of docker, and the command as docker's own table reads it.
struct Arguments<'a> {
    words: &'a [ShellWord],
    invocation: Option<Invocation>,
}

impl Arguments<'_> {
    /// The values of options: those that the table finds, in clusters too (`-itv /a:/b`), and
    /// those that any word looks like, so that an option behind the image asks as well.
    fn options(&self, names: &[&str]) -> Vec<ShellWord> {
        let mut found: Vec<ShellWord> = self.seen(names).collect();
        let invocation = self.invocation.iter();
        let values = invocation.flat_map(|invocation| {
            let of = |name: &&str| {
                invocation
                    .values(name)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            };
            names.iter().flat_map(of)
        });
        for text in values {
            let word = self.words.iter().find(|word| word.text.ends_with(&text));
            let word = word.cloned().unwrap_or_default();
            found.push(ShellWord { text, ..word });
        }
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

fn build(reviewer: &Reviewer, asked: &Arguments) -> Result<(), String> {
    for file in asked.options(&WRITING) {
        reviewer.own_file(&file)?;
    }
    for file in asked.options(&READING) {
        reviewer.readable(&file)?;
    }
    for word in asked.words {
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
    for file in asked.options(&["--cidfile"]) {
        reviewer.own_file(&file)?;
    }
    for file in asked.options(&["--env-file", "--label-file"]) {
        reviewer.readable(&file)?;
    }
    for option in asked.options(&["--security-opt"]) {
        if option.text.contains("seccomp") {
            return Err("a security profile is a file of yours".into());
        }
    }
    let binds = asked
        .options(&["-v", "--volume", "--mount"])
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

fn archive(reviewer: &Reviewer, verb: &str, asked: &Arguments) -> Result<(), String> {
    for file in asked.options(&["-o", "--output"]) {
        reviewer.own_file(&file)?;
    }
    for file in asked.options(&["-i", "--input"]) {
        reviewer.readable(&file)?;
    }
    match verb {
        "import" => asked
            .words
            .iter()
            .filter(|word| !word.text.starts_with('-'))
            .take(1)
            .try_for_each(|file| reviewer.readable(file)),
        _ => Ok(()),
    }
}
