//! What an exercise takes for granted, and the manifest that would provide it.

use std::collections::BTreeSet;

use crate::docker::names::with_tag;
use crate::docker::{Invocation, OperandKind, ProgramCall};
use crate::session::{Granted, Step, granted};

use super::manifest::setup_text;
use super::{Exercise, GivenFile, built_names};

/// A thing that is taken for granted.
#[derive(Debug, Clone)]
pub struct TakenForGranted {
    /// What it is, and where it is used.
    pub thing: Granted,
    /// Where an earlier exercise of the file makes it.
    pub elsewhere: Option<Elsewhere>,
}

/// How an earlier exercise of the file makes a thing.
#[derive(Debug, Clone)]
pub struct Elsewhere {
    /// The line of its command, from 1.
    pub line: usize,
    /// What it is called.
    pub title: String,
    /// The command.
    pub command: String,
    /// The files that it needs.
    pub files: Vec<GivenFile>,
}

/// What stands for an image that nothing tells.
const BLANK: &str = "IMAGE";

impl TakenForGranted {
    /// The command of a manifest that provides it.
    pub fn setup(&self) -> String {
        let name = &self.thing.name;
        match (&self.elsewhere, self.thing.thing) {
            (Some(elsewhere), _) => in_background(&elsewhere.command),
            (None, OperandKind::Network) => format!("docker network create {name}"),
            (None, OperandKind::Volume) => format!("docker volume create {name}"),
            (None, OperandKind::Image) => format!("docker build -t {name} ."),
            (None, _) => format!("docker run -d --name {name} {BLANK}"),
        }
    }

    /// Whether all is known that provides it.
    pub fn is_known(&self) -> bool {
        self.elsewhere.is_some()
            || matches!(self.thing.thing, OperandKind::Network | OperandKind::Volume)
    }
}

/// `command` so that it leaves its container running: a set-up command has no terminal.
fn in_background(command: &str) -> String {
    let runs = |docker: &Invocation| {
        docker.verb == "run" && docker.has("--tty") && !docker.has("--detach")
    };
    match ProgramCall::all_of_docker(command).iter().any(runs) {
        true => command.replacen(" run ", " run -d ", 1),
        false => command.to_owned(),
    }
}

/// Finds out what the exercises `of_lab` take for granted, by their index among the
/// `exercises` of a file: they run one after the other in one lab.
pub(super) fn take_for_granted(exercises: &mut [Exercise], of_lab: &[usize]) {
    let lab = || of_lab.iter().map(|at| &exercises[*at]);
    let setup: Vec<String> = lab().flat_map(|one| one.setup.clone()).collect();
    let steps: Vec<Step> = lab().flat_map(|one| one.steps.clone()).collect();
    let things = granted(&setup, &steps);
    let built = built_names(steps.iter().filter_map(Step::command));
    let mut first = 0;
    for at in of_lab {
        let (earlier, rest) = exercises.split_at_mut(*at);
        if let Some(exercise) = rest.first_mut() {
            exercise.set_granted(things.iter().cloned(), first, &built, earlier);
            first += exercise.steps.len();
        }
    }
}

impl Exercise {
    /// Takes the `things` that its steps use; the first of them is the step `first` of its
    /// lab, in which all that is `built` is made. `earlier` ones of its file may make them.
    fn set_granted(
        &mut self,
        things: impl Iterator<Item = Granted>,
        first: usize,
        built: &BTreeSet<String>,
        earlier: &[Self],
    ) {
        let own = first..first + self.steps.len();
        let things: Vec<Granted> = things.filter(|thing| own.contains(&thing.step)).collect();
        for thing in &things {
            let image = thing.made.as_ref().and_then(|made| made.image.as_ref());
            let is_new = |image: &&String| {
                let named = |other: &String| with_tag(other) == with_tag(image);
                !self.images.iter().any(named) && !built.contains(&with_tag(image))
            };
            self.images.extend(image.filter(is_new).cloned());
        }
        let images = self.images.iter().filter_map(|image| {
            let uses = |step: &Step| {
                let words = crate::shell::words(step.command().unwrap_or_default());
                words.iter().any(|word| with_tag(word) == with_tag(image))
            };
            let step = self.steps.iter().position(uses)?;
            Some(Granted {
                thing: OperandKind::Image,
                name: image.clone(),
                id: None,
                step: first + step,
                line: self.steps[step].line,
                made: None,
            })
        });
        let images: Vec<Granted> = images.collect();
        self.granted = things
            .into_iter()
            .chain(images)
            .map(|thing| TakenForGranted {
                elsewhere: earlier.iter().rev().find_map(|one| one.makes(&thing)),
                thing,
            })
            .filter(|granted| {
                granted.thing.thing != OperandKind::Image || granted.elsewhere.is_some()
            })
            .collect();
    }

    /// How it makes `thing`, if it does.
    fn makes(&self, thing: &Granted) -> Option<Elsewhere> {
        let is_it = |name: &String| match thing.thing {
            OperandKind::Image => with_tag(name) == with_tag(&thing.name),
            _ => *name == thing.name,
        };
        let kinds = match thing.thing {
            OperandKind::Any => vec![
                OperandKind::Container,
                OperandKind::Volume,
                OperandKind::Network,
            ],
            kind => vec![kind],
        };
        let makes = |step: &&Step| {
            let dockers = ProgramCall::all_of_docker(step.command().unwrap_or_default());
            let mut given = dockers
                .iter()
                .flat_map(|docker| kinds.iter().flat_map(|kind| docker.gives(*kind)));
            step.on_host() && given.any(|name| is_it(&name))
        };
        let step = self.steps.iter().find(makes)?;
        let command = step.command()?.to_owned();
        let builds = thing.thing == OperandKind::Image;
        Some(Elsewhere {
            line: step.line,
            title: self.title.clone(),
            command,
            files: match builds {
                true => self.files.clone(),
                false => Vec::new(),
            },
        })
    }

    /// What a manifest says that provides what is `lacking`, without what finds the
    /// exercise; none where it has a manifest, or where not all is known.
    pub fn manifest_that_provides(&self, lacking: &[&TakenForGranted]) -> Option<String> {
        if self.manifest.is_some() || !lacking.iter().all(|granted| granted.is_known()) {
            return None;
        }
        let mut setup: Vec<String> = Vec::new();
        let mut files: Vec<&GivenFile> = Vec::new();
        for granted in lacking {
            let command = granted.setup();
            if !setup.contains(&command) {
                setup.push(command);
            }
            let elsewhere = granted.elsewhere.iter();
            files.extend(elsewhere.flat_map(|elsewhere| &elsewhere.files));
        }
        Some(setup_text(&setup, &files))
    }

    /// The line of a manifest that finds it among `all`, and nothing else.
    pub fn found_by(&self, all: &[Self]) -> Option<String> {
        let is_other =
            |other: &&Self| (other.source.path(), other.line) != (self.source.path(), self.line);
        let others = || all.iter().filter(is_other);
        let commands = |one: &'_ Self, text: &str| {
            let mut commands = one.steps.iter().filter_map(Step::command);
            commands.any(|command| command.contains(text))
        };
        let by_question = self.question.as_deref().filter(|text| {
            let asks = |other: &Self| {
                other
                    .question
                    .as_deref()
                    .is_some_and(|one| one.contains(text))
            };
            !text.is_empty() && !others().any(asks)
        });
        if let Some(question) = by_question {
            return Some(format!("question = {}\n", toml::Value::from(question)));
        }
        let mut own = self.steps.iter().filter_map(Step::command);
        let command = own.find(|command| !others().any(|other| commands(other, command)))?;
        Some(format!("command = {}\n", toml::Value::from(command)))
    }
}
