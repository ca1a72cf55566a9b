//! What the exercise mentions, so that a row about something that it neither
//! made nor mentions can be told as ambient.

use std::collections::HashSet;

use super::command::Call;
use super::table::Header;
use crate::session::Step;

/// The texts of an exercise in which a mention counts: its commands, its
/// prompts, and its outputs without their tables.
#[derive(Debug, Default)]
pub struct Mentions {
    text: String,
    /// For each step: whether an earlier command could have made
    /// volumes or images without a name.
    makes_unnamed: Vec<bool>,
    /// For each step: whether an earlier command could have made things whose
    /// names stand in no command.
    makes_unseen: Vec<bool>,
}

impl Mentions {
    /// Reads the set-up commands and all steps.
    pub fn of(setup: &[String], steps: &[Step]) -> Self {
        let mut mentions = Self::default();
        let mut makes_unseen = setup.iter().any(|command| can_make_unseen(command));
        let mut makes_unnamed = setup.iter().any(|command| can_make_unnamed(command));
        for command in setup {
            mentions.add(command);
        }
        for step in steps {
            mentions.makes_unnamed.push(makes_unnamed);
            mentions.makes_unseen.push(makes_unseen);
            if let Some(command) = step.command() {
                mentions.add(command);
                makes_unnamed |= can_make_unnamed(command);
                makes_unseen |= can_make_unseen(command);
            }
            if step.level > 0 {
                mentions.add(&step.prompt.text);
            }
            let mut in_table = false;
            for line in &step.expected {
                if Header::read(&line.text).is_some() {
                    in_table = true;
                } else if line.text.trim().is_empty() {
                    in_table = false;
                } else if !in_table && !line.elision {
                    mentions.add(&line.text);
                }
            }
        }
        mentions
    }

    fn add(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Whether `word` stands somewhere as a whole word.
    pub fn word(&self, word: &str) -> bool {
        self.places(word, |next| {
            !(next.is_alphanumeric() || "_.-".contains(next))
        })
    }

    /// Whether an ID of which `id` is the start stands somewhere.
    pub fn id(&self, id: &str) -> bool {
        !id.is_empty() && self.places(id, |_| true)
    }

    /// Whether the image is named somewhere: with its tag, or without where its
    /// tag is `latest`.
    pub fn image(&self, repository: &str, tag: &str) -> bool {
        let end = |next: char| !(next.is_alphanumeric() || "_.-/:".contains(next));
        self.places(&format!("{repository}:{tag}"), end)
            || (tag == "latest" && self.places(repository, end))
    }

    /// Whether everything may have been made by the exercise before `step`: what
    /// compose makes it names by itself, and what a script does stands in no command.
    pub fn makes_unseen(&self, step: usize) -> bool {
        self.makes_unseen.get(step).copied().unwrap_or(true)
    }

    /// Whether a command before `step` could have made a volume or an image
    /// without a name.
    pub fn could_have_made_unnamed(&self, step: usize) -> bool {
        self.makes_unnamed.get(step).copied().unwrap_or(true)
    }

    fn places(&self, word: &str, may_follow: impl Fn(char) -> bool) -> bool {
        !word.is_empty()
            && self.text.match_indices(word).any(|(start, _)| {
                let before = self.text[..start].chars().next_back();
                let after = self.text[start + word.len()..].chars().next();
                before.is_none_or(|c| {
                    !(c.is_alphanumeric() || "_.-/".contains(c))
                        || self.text[..start].ends_with("library/")
                }) && after.is_none_or(&may_follow)
            })
    }
}

fn can_make_unseen(command: &str) -> bool {
    let files: HashSet<&str> = command
        .split_whitespace()
        .filter(|word| word.starts_with("./"))
        .filter_map(|word| word.rsplit('/').next())
        .collect();
    Call::all(command).iter().any(|call| {
        let runs_a_file = [
            "sh", "bash", "dash", "source", ".", "make", "python", "python3",
        ]
        .contains(&call.program.as_str())
            && !call.words.is_empty();
        let is_a_file = files.contains(call.program.as_str());
        call.verb.starts_with("compose")
            || call.verb.starts_with("stack")
            || call.program == "docker-compose"
            || runs_a_file
            || is_a_file
    })
}

fn can_make_unnamed(command: &str) -> bool {
    Call::all(command).iter().any(|call| {
        ["run", "create", "volume create", "build"].contains(&call.verb.as_str())
            || call.verb.starts_with("compose")
    })
}
