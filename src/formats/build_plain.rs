//! BuildKit's plain progress, told as its screen tells a build, with the output of the steps.
//!
//! ```text
//!     plain progress               as the screen                  place
//!     #7 [3/3] WORKDIR /srv         => CACHED [3/3] WORKDIR /srv  third
//!     #7 CACHED                    #7 CACHED
//!     #6 [2/3] RUN echo hello       => [2/3] RUN echo hello       second
//!     #6 0.124 hello               #6 0.124 hello                 behind its step
//!     #6 DONE 0.1s                 #6 DONE 0.1s
//! ```
//!
//! Plain progress prints steps as they end: those from the cache in any order, and those of
//! several stages side by side. The other builder prints them in the order of the Dockerfile.
//! Source: buildkit `util/progress/progressui/{display,printer}.go`.

use std::collections::{HashMap, HashSet};

use super::build;
use super::build_steps::BuildKitStep;

/// The output of a build in plain progress.
pub(super) struct PlainProgress {
    /// Its lines as the screen has them; none for an elision, and empty for a line that the
    /// screen has not, or that tells once more what another line tells.
    pub texts: Vec<Option<String>>,
    /// The lines, from 0, in the order of the Dockerfile; none where the stages are not known.
    pub order: Option<Vec<usize>>,
    /// By line, the line that names its step; none where it is of no step.
    step_of: Vec<Option<usize>>,
}

impl PlainProgress {
    /// Reads `lines`, where they are plain progress. `stages` are the names of the Dockerfile's
    /// stages, in its order and in small letters; none for a stage without a name.
    pub(super) fn read(lines: &[Option<&str>], stages: &[Option<String>]) -> Option<Self> {
        let numbered: Vec<Option<(&str, &str)>> =
            lines.iter().map(|line| build::numbered((*line)?)).collect();
        if numbered.iter().all(Option::is_none) {
            return None;
        }
        let headers = headers(&numbered);
        let step_of: Vec<Option<usize>> = numbered
            .iter()
            .map(|line| headers.get(line.as_ref()?.0).copied())
            .collect();
        let order = in_order(&numbered, &step_of, stages);
        Some(Self {
            texts: as_screen(lines, &numbered, &headers),
            order,
            step_of,
        })
    }
}

/// The lines, from 0, that name the steps, by the number of the step.
fn headers<'l>(numbered: &[Option<(&'l str, &'l str)>]) -> HashMap<&'l str, usize> {
    let mut headers = HashMap::new();
    for (line, part) in numbered.iter().enumerate() {
        if let Some((number, text)) = part
            && BuildKitStep::read(text, line).is_some()
        {
            headers.entry(*number).or_insert(line);
        }
    }
    headers
}

fn as_screen(
    lines: &[Option<&str>],
    numbered: &[Option<(&str, &str)>],
    headers: &HashMap<&str, usize>,
) -> Vec<Option<String>> {
    let is_said = |number: &str, word: &str| {
        let says = |text: &str| text == word || text.starts_with(&format!("{word}: "));
        numbered
            .iter()
            .flatten()
            .any(|(own, text)| *own == number && says(text))
    };
    // Behind the steps, the output of the one that failed stands once more, between rules.
    let (mut is_framed, mut repeats) = (false, false);
    let texts = lines.iter().zip(numbered).enumerate();
    texts
        .map(|(index, (line, part))| {
            let line = (*line)?;
            let Some((number, text)) = part else {
                if line == "------" {
                    is_framed = !is_framed;
                    repeats = false;
                } else if is_framed && line.starts_with(" > [") {
                    repeats = true;
                }
                return Some(if repeats {
                    String::new()
                } else {
                    line.to_owned()
                });
            };
            if text.starts_with("ERROR: ") {
                return Some(String::new());
            }
            Some(match headers.get(number) {
                Some(header) if *header == index => {
                    let mark = match (is_said(number, "CACHED"), is_said(number, "ERROR")) {
                        (true, _) => "CACHED ",
                        (_, true) => "ERROR ",
                        _ => "",
                    };
                    format!(" => {mark}{text}")
                }
                Some(_) if BuildKitStep::read(text, index).is_some() => String::new(),
                _ => line.to_owned(),
            })
        })
        .collect()
}

/// The lines, those of steps in the order of the Dockerfile.
fn in_order(
    numbered: &[Option<(&str, &str)>],
    step_of: &[Option<usize>],
    stages: &[Option<String>],
) -> Option<Vec<usize>> {
    let place = |header: usize| -> Option<(usize, usize)> {
        let step = BuildKitStep::read(numbered[header]?.1, header)?;
        let stage = match &step.stage {
            Some(name) => stage_place(name, stages)?,
            None => 0,
        };
        Some((stage, step.number))
    };
    let of_steps: Vec<usize> = (0..numbered.len())
        .filter(|line| step_of[*line].is_some())
        .collect();
    let mut sorted: Vec<((usize, usize), usize)> = of_steps
        .iter()
        .map(|line| Some((place(step_of[*line]?)?, *line)))
        .collect::<Option<_>>()?;
    sorted.sort_by_key(|(place, _)| *place);
    let mut order: Vec<usize> = (0..numbered.len()).collect();
    for (place, (_, line)) in of_steps.into_iter().zip(sorted) {
        order[place] = line;
    }
    Some(order)
}

/// The place of a stage in the Dockerfile, from 0. BuildKit calls one without a name
/// `stage-PLACE`.
fn stage_place(name: &str, stages: &[Option<String>]) -> Option<usize> {
    let is_it = |stage: &Option<String>| stage.as_deref() == Some(name);
    let unnamed = || name.strip_prefix("stage-")?.parse().ok();
    stages.iter().position(is_it).or_else(unnamed)
}

impl PlainProgress {
    /// The instruction of the step that a line names, in words that both builders share.
    fn instruction(&self, header: usize) -> Option<String> {
        let text = self.texts[header].as_deref()?;
        Some(BuildKitStep::read(text, header)?.instruction)
    }

    /// By line, from 0, the command that it is the output of.
    pub(super) fn commands(&self) -> HashMap<usize, String> {
        let steps = self.step_of.iter().enumerate();
        let commands = steps.filter_map(|(line, header)| {
            let header = header.filter(|header| *header != line)?;
            let instruction = self.instruction(header)?;
            Some((line, instruction.strip_prefix("RUN ")?.to_owned()))
        });
        commands.collect()
    }

    /// The lines that print what the steps of `instructions` printed.
    pub(super) fn output_of(&self, instructions: &HashSet<String>) -> HashSet<usize> {
        let is_of = |line: &usize| {
            let header = self.step_of[*line].filter(|header| header != line);
            header
                .and_then(|header| self.instruction(header))
                .is_some_and(|own| instructions.contains(&own))
        };
        (0..self.texts.len()).filter(is_of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, stages: &[Option<String>]) -> PlainProgress {
        let lines: Vec<Option<&str>> = text.lines().map(Some).collect();
        PlainProgress::read(&lines, stages).unwrap()
    }

    fn told(text: &str, stages: &[Option<String>]) -> Vec<String> {
        let read = read(text, stages);
        let lines = read.order.unwrap().into_iter();
        let texts = lines.filter_map(|line| read.texts[line].clone());
        texts.filter(|text| !text.is_empty()).collect()
    }

    #[test]
    fn steps_from_the_cache_come_in_the_order_of_their_numbers() {
        let text = "#1 [internal] load .dockerignore\n#1 DONE 0.0s\n\n#4 [1/3] FROM busybox\n\
            #4 DONE 0.0s\n\n#6 [3/3] WORKDIR /srv\n#6 CACHED\n\n#5 [2/3] RUN a\n#5 0.124 hello\n\
            #5 0.125\n#5 DONE 0.2s\n\n#9 exporting to image\n#9 DONE 0.0s";
        assert_eq!(
            told(text, &[]),
            [
                "#1 [internal] load .dockerignore",
                "#1 DONE 0.0s",
                " => [1/3] FROM busybox",
                "#4 DONE 0.0s",
                " => [2/3] RUN a",
                "#5 0.124 hello",
                "#5 0.125",
                "#5 DONE 0.2s",
                " => CACHED [3/3] WORKDIR /srv",
                "#6 CACHED",
                "#9 exporting to image",
                "#9 DONE 0.0s",
            ]
        );
    }

    #[test]
    fn stages_come_in_the_order_of_the_dockerfile() {
        let text = "#5 [stage-1 2/3] RUN b\n#5 0.160 b\n#6 [one 2/2] RUN a\n#5 [stage-1 2/3] RUN b\n#5 0.170 c\n#6 0.184 a";
        assert_eq!(
            told(text, &[Some("one".to_owned()), None]),
            [
                " => [one 2/2] RUN a",
                "#6 0.184 a",
                " => [stage-1 2/3] RUN b",
                "#5 0.160 b",
                "#5 0.170 c",
            ]
        );
        assert!(read(text, &[]).order.is_none());
    }

    #[test]
    fn the_output_of_a_step_that_failed_is_told_once() {
        let text = "#5 [2/2] RUN false\n#5 0.130 oops\n#5 ERROR: process \"/bin/sh -c false\" did not \
            complete successfully: exit code: 1\n------\n > [2/2] RUN false:\n0.130 oops\n------\n\
            Dockerfile:2";
        assert_eq!(
            told(text, &[]),
            [
                " => ERROR [2/2] RUN false",
                "#5 0.130 oops",
                "------",
                "------",
                "Dockerfile:2",
            ]
        );
    }

    #[test]
    fn what_no_step_is_numbered_in_is_not_plain_progress() {
        assert!(PlainProgress::read(&[Some(" => [2/2] RUN a   0.1s"), None], &[]).is_none());
    }
}
