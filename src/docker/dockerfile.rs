//! What a Dockerfile needs.

use std::collections::BTreeSet;

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
            [from, image, rest @ ..] if from.eq_ignore_ascii_case("from") => {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_no_base_images_and_arguments_have_their_defaults() {
        let text =
            "ARG BASE=alpine:3.20\nFROM golang AS build\nFROM --platform=x ${BASE}\nFROM build";
        assert_eq!(base_images(text), ["golang", "alpine:3.20"]);
    }
}
