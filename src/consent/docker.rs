//! Docker's client: the guard watches what it asks of the daemon; here it is
//! about the files that the client itself reads and writes, and about ways
//! around the guard.

use super::Reviewer;
use crate::docker::Does;
use crate::docker::cli::verb_of;
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
    match verb {
        "build" => build(reviewer, rest),
        "cp" => copy(reviewer, rest),
        "run" | "create" => container(reviewer, rest),
        "save" | "export" | "load" | "import" => archive(reviewer, verb, rest),
        "dial-stdio" => Err("docker system dial-stdio speaks to the daemon by hand".into()),
        _ => Ok(()),
    }
}

fn more_than_asks(name: &str) -> String {
    format!("docker {name} does more than ask the daemon")
}

/// The values of options, with those that are joined by `=` or to a letter.
fn options<'a>(
    words: &'a [ShellWord],
    names: &'a [&'a str],
) -> impl Iterator<Item = ShellWord> + 'a {
    words.iter().enumerate().flat_map(move |(index, word)| {
        names.iter().filter_map(move |name| {
            let joined = word.text.strip_prefix(name)?;
            let value = match joined.strip_prefix('=') {
                Some(value) => value,
                None if joined.is_empty() => {
                    return words
                        .get(index + 1)
                        .cloned()
                        .or_else(|| Some(ShellWord::default()));
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

fn build(reviewer: &Reviewer, words: &[ShellWord]) -> Result<(), String> {
    for file in options(words, &WRITING) {
        reviewer.own_file(&file)?;
    }
    for file in options(words, &READING) {
        reviewer.readable(&file)?;
    }
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
fn container(reviewer: &mut Reviewer, words: &[ShellWord]) -> Result<(), String> {
    for file in options(words, &["--cidfile"]) {
        reviewer.own_file(&file)?;
    }
    for file in options(words, &["--env-file", "--label-file"]) {
        reviewer.readable(&file)?;
    }
    for option in options(words, &["--security-opt"]) {
        if option.text.contains("seccomp") {
            return Err("a security profile is a file of yours".into());
        }
    }
    let binds = options(words, &["-v", "--volume", "--mount"])
        .any(|value| !value.literal || value.home || value.text.contains(['/', '.']));
    reviewer.shared |= binds || words.iter().any(|word| !word.literal);
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

fn archive(reviewer: &Reviewer, verb: &str, words: &[ShellWord]) -> Result<(), String> {
    for file in options(words, &["-o", "--output"]) {
        reviewer.own_file(&file)?;
    }
    for file in options(words, &["-i", "--input"]) {
        reviewer.readable(&file)?;
    }
    match verb {
        "import" => words
            .iter()
            .filter(|word| !word.text.starts_with('-'))
            .take(1)
            .try_for_each(|file| reviewer.readable(file)),
        _ => Ok(()),
    }
}
