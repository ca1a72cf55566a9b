//! Programs that only look, with options that keep them so.

use super::Reviewer;
use crate::shell::ShellWord;

/// Programs whose arguments are no files, and that change nothing with any.
const SPEAKERS: [&str; 12] = [
    ":", "[", "arch", "clear", "echo", "exit", "false", "nproc", "seq", "sleep", "test", "true",
];

/// Programs that change nothing when they get options only.
const TELLERS: [&str; 11] = [
    "date", "df", "free", "groups", "hostname", "id", "logname", "pwd", "uname", "uptime", "whoami",
];

/// Programs that read the files they are given, and options that make them
/// write or run something.
const READERS: [(&str, &[&str]); 16] = [
    ("cat", &[]),
    ("cut", &[]),
    ("diff", &[]),
    ("du", &[]),
    ("file", &["-C", "--compile", "-m", "--magic-file"]),
    ("grep", &[]),
    ("head", &[]),
    ("ls", &[]),
    ("nl", &[]),
    ("stat", &[]),
    ("tac", &[]),
    ("tail", &["-f", "-F", "--follow", "--retry"]),
    ("tr", &[]),
    ("tree", &["-o", "-R", "--output"]),
    ("wc", &[]),
    ("which", &[]),
];

/// Options of curl that only change what is shown.
const CURL_OPTIONS: [&str; 12] = [
    "-s",
    "-S",
    "-sS",
    "-f",
    "-fsS",
    "-i",
    "-I",
    "-v",
    "-k",
    "--silent",
    "--head",
    "--include",
];

/// Whether a program with its arguments changes no file by itself.
pub fn only_looks(argv: &[String]) -> bool {
    let Some((name, arguments)) = argv.split_first() else {
        return false;
    };
    let name = name.as_str();
    let reader = READERS.iter().find(|(reader, _)| *reader == name);
    SPEAKERS.contains(&name)
        || TELLERS.contains(&name)
        || name == "printf"
        || reader.is_some_and(|(_, writing)| {
            let writes = |word: &String| writing.iter().any(|option| word.starts_with(option));
            !arguments.iter().any(writes)
        })
}

/// Checks a program of the host's shell.
pub(super) fn check(
    reviewer: &Reviewer,
    name: &str,
    arguments: &[ShellWord],
) -> Result<(), String> {
    if SPEAKERS.contains(&name) {
        return Ok(());
    }
    if TELLERS.contains(&name) {
        return only_prints(name, arguments);
    }
    if let Some((_, writing)) = READERS.iter().find(|(reader, _)| *reader == name) {
        return reads(reviewer, name, writing, arguments);
    }
    match name {
        "mkdir" | "touch" => files(arguments).try_for_each(|file| reviewer.own_file(file)),
        "history" if arguments.is_empty() => Ok(()),
        "printf" if !arguments.iter().any(|word| word.text.starts_with("-v")) => Ok(()),
        "curl" => curl(arguments),
        _ => Err(format!(
            "{name} is not on the list of programs that only look"
        )),
    }
}

/// What is no option.
fn files(arguments: &[ShellWord]) -> impl Iterator<Item = &ShellWord> {
    arguments
        .iter()
        .filter(|word| !(word.literal && word.text.starts_with('-')))
}

fn only_prints(name: &str, arguments: &[ShellWord]) -> Result<(), String> {
    let harmless = arguments.iter().all(|word| {
        let text = word.text.as_str();
        word.literal
            && match name {
                "date" => text.starts_with('+') || ["-u", "-R", "--utc"].contains(&text),
                "hostname" => ["-i", "-I", "-f", "-s"].contains(&text),
                "id" | "groups" | "df" => true,
                _ => text.starts_with('-'),
            }
    });
    match harmless {
        true => Ok(()),
        false => Err(format!("{name} with arguments may change something")),
    }
}

fn reads(
    reviewer: &Reviewer,
    name: &str,
    writing: &[&str],
    arguments: &[ShellWord],
) -> Result<(), String> {
    for word in arguments {
        let option = word.text.split('=').next().unwrap_or_default();
        let bundled = |flag: &&str| {
            flag.len() == 2
                && word.text.starts_with('-')
                && !word.text.starts_with("--")
                && flag
                    .chars()
                    .nth(1)
                    .is_some_and(|letter| word.text.contains(letter))
        };
        let abbreviated = option.len() > 3
            && option.starts_with("--")
            && writing.iter().any(|flag| flag.starts_with(option));
        if writing.contains(&option) || writing.iter().any(bundled) || abbreviated {
            return Err(format!("{name} {option} does more than look"));
        }
    }
    match name {
        // Their first words are texts, which are no files but are read as such
        // only if they are: nothing is lost by asking for a strange one.
        "tr" | "which" => Ok(()),
        "grep" => files(arguments)
            .skip(1)
            .try_for_each(|file| reviewer.readable(file)),
        _ => files(arguments).try_for_each(|file| reviewer.readable(file)),
    }
}

/// curl may get pages of this machine.
fn curl(arguments: &[ShellWord]) -> Result<(), String> {
    for word in arguments {
        let text = word.text.as_str();
        let fine = word.literal && (CURL_OPTIONS.contains(&text) || is_loopback(text));
        if !fine {
            return Err(format!(
                "curl {text} does more than get a page of this machine"
            ));
        }
    }
    Ok(())
}

fn is_loopback(address: &str) -> bool {
    let address = address.strip_prefix("http://").unwrap_or(address);
    let host = address.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = host.split_once(':').unwrap_or((host, "80"));
    ["localhost", "127.0.0.1"].contains(&name) && port.bytes().all(|byte| byte.is_ascii_digit())
}
