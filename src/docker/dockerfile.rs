//! What a Dockerfile needs.

use std::collections::BTreeSet;

use crate::shell::quoted;

/// Whether `text` is that of a Dockerfile, in capitals as authors write it.
pub fn is_dockerfile(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("FROM "))
}

/// The images that the FROM lines of a Dockerfile name, but for its own stages.
pub fn base_images(contents: &str) -> Vec<String> {
    let mut stages = BTreeSet::new();
    let mut defaults = Vec::new();
    let mut images = Vec::new();
    for line in contents.lines() {
        let words: Vec<&str> = line
            .split_whitespace()
            .filter(|word| !word.starts_with("--"))
            .collect();
        match words.as_slice() {
            [arg, setting, ..] if arg.eq_ignore_ascii_case("arg") => {
                defaults.extend(setting.split_once('='))
            }
            // Other languages begin lines so too: `from flask import Flask`.
            [from, image, rest @ ..]
                if from.eq_ignore_ascii_case("from") && is_behind_base(rest) =>
            {
                let image = defaults
                    .iter()
                    .fold((*image).to_owned(), |image, (name, value)| {
                        image
                            .replace(&format!("${{{name}}}"), value)
                            .replace(&format!("${name}"), value)
                    });
                if !stages.contains(&image) {
                    images.push(image);
                }
                if let [with, name, ..] = rest
                    && with.eq_ignore_ascii_case("as")
                {
                    stages.insert((*name).to_owned());
                }
            }
            _ => {}
        }
    }
    images
}

/// Whether `words` may stand behind the image of a FROM line.
fn is_behind_base(words: &[&str]) -> bool {
    match words {
        [] => true,
        [with, _] => with.eq_ignore_ascii_case("as"),
        _ => false,
    }
}

/// The command line that containers of an image run by themselves, by the ENTRYPOINT and the
/// CMD in `texts`, Dockerfiles or what writes them; none where one of them stands there twice.
/// Source: <https://docs.docker.com/reference/dockerfile/>, "Understand how CMD and ENTRYPOINT
/// interact".
pub fn own_command<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<String> {
    let (mut entrypoints, mut commands) = (BTreeSet::new(), BTreeSet::new());
    // `printf` writes the ends of lines as `\\n`.
    let lines = texts.into_iter().flat_map(str::lines);
    for line in lines.flat_map(|line| line.split("\\n")) {
        let Some((name, value)) = line.trim().split_once(' ') else {
            continue;
        };
        if name.eq_ignore_ascii_case("cmd") {
            commands.insert(value.trim());
        } else if name.eq_ignore_ascii_case("entrypoint") {
            entrypoints.insert(value.trim());
        }
    }
    let only = |values: &BTreeSet<&'t str>| match values.len() {
        0 => Some(None),
        1 => Some(values.first().map(|value| (*value, words_of(value)))),
        _ => None,
    };
    match (only(&entrypoints)?, only(&commands)?) {
        (None, None) => None,
        (None, Some((_, Some(words)))) | (Some((_, Some(words))), None) => Some(words.join(" ")),
        // A shell runs it.
        (None, Some((text, None))) | (Some((text, None)), _) => Some(text.to_owned()),
        (Some((_, Some(mut words))), Some((_, Some(further)))) => {
            words.extend(further);
            Some(words.join(" "))
        }
        (Some((_, Some(words))), Some((_, None))) => Some(words.join(" ")),
    }
}

/// The words of `["echo", "hi"]`, quoted for a shell; none of another text.
fn words_of(value: &str) -> Option<Vec<String>> {
    let words: Vec<String> = serde_json::from_str(value).ok()?;
    Some(words.iter().map(|word| quoted(word).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_runs_its_entrypoint_with_its_command() {
        let run = |text: &str| own_command([text]);
        let is = |command: &str| Some(command.to_owned());
        assert_eq!(run("FROM a\nCMD id && ls -l"), is("id && ls -l"));
        assert_eq!(
            run("printf 'FROM a\\nCMD ls -l\\n' > Dockerfile"),
            is("ls -l")
        );
        assert_eq!(run("FROM a\nCMD [\"ls\", \"-l\"]"), is("ls -l"));
        assert_eq!(
            run("ENTRYPOINT [\"date\"]\nCMD [\"+%H h\"]"),
            is("date '+%H h'")
        );
        assert_eq!(run("ENTRYPOINT date\nCMD [\"-u\"]"), is("date"));
        assert_eq!(run("FROM a\nRUN make"), None);
        assert_eq!(run("FROM a\nCMD date\nFROM b\nCMD ls"), None);
    }

    #[test]
    fn stages_are_no_base_images_and_arguments_have_their_defaults() {
        let text =
            "ARG BASE=alpine:3.20\nFROM golang AS build\nFROM --platform=x ${BASE}\nFROM build";
        assert_eq!(base_images(text), ["golang", "alpine:3.20"]);
    }
}
