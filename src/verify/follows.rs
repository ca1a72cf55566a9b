//! What follows from something that is not there: a later difference does only if its
//! step names what is missing, or asks about all of that kind.

use std::collections::BTreeSet;
use std::path::Path;

use crate::docker::ids::{are_one, is_id};
use crate::docker::{Does, OperandKind, ProgramCall};
use crate::judge::{StepVerdict, asks_a_server};
use crate::results::StepResult;
use crate::session::{Granted, Step};
use crate::shell::{Script, behind_wrappers};

use super::shell_state::set_by;

/// What is not there, and what would have been made with it.
#[derive(Debug, Default)]
pub(super) struct Missing<'e> {
    /// What is taken for granted.
    things: Vec<&'e Granted>,
    /// Names, IDs and files of what was not made, or not changed.
    names: BTreeSet<String>,
    /// Whether anything may be missing: what was not run had changed the shell, or had made
    /// things that no command names.
    pub(super) anything: bool,
    /// Whether a prune was not run, so that what it would have removed is still there.
    prune_skipped: bool,
    /// Whether a container was not made, which may have answered a client.
    container_skipped: bool,
}

impl<'e> Missing<'e> {
    /// What is taken for granted and is not there.
    pub(super) fn things(things: Vec<&'e Granted>) -> Self {
        Self {
            things,
            ..Self::default()
        }
    }

    /// Whether nothing is missing.
    pub(super) fn is_nothing(&self) -> bool {
        self.things.is_empty() && self.names.is_empty() && !self.anything
    }

    /// What `step`, which was not run, would have made or changed.
    pub(super) fn lose(&mut self, step: &Step) {
        self.names
            .extend(step.prompt.host.clone().filter(|host| is_id(host)));
        let shown = step.expected.iter().map(|line| line.text.trim());
        self.names
            .extend(shown.filter(|text| is_id(text)).map(str::to_owned));
        let Some(command) = step.command() else {
            return;
        };
        let sets = set_by([command].into_iter()).map_or(true, |set| !set.is_empty());
        let is_unseen = step.on_host() && ProgramCall::any_can_make_unseen(command);
        self.anything |= is_unseen || step.level == 0 && sets;
        for docker in ProgramCall::all_of_docker(command) {
            self.prune_skipped |= docker.does(Does::Prunes);
            self.container_skipped |= docker.does(Does::Creates);
            // An image that is only used stays as it is.
            let removes = docker.removes().contains(&OperandKind::Image);
            let changed = docker
                .names()
                .into_iter()
                .filter(|naming| naming.gives || removes || naming.thing != OperandKind::Image);
            self.names.extend(changed.map(|naming| naming.name));
        }
        for simple in Script::read(command).commands() {
            let argv = behind_wrappers(&simple.argv());
            let prints = ["echo", "printf", "docker"].map(Some);
            let operands = argv.iter().skip(1).filter(|word| !word.starts_with('-'));
            if !prints.contains(&argv.first().map(String::as_str)) {
                self.names
                    .extend(operands.filter_map(|word| file_name(word)));
            }
            let written = simple.redirections.iter().filter(|one| one.writes());
            self.names
                .extend(written.filter_map(|one| file_name(&one.target.text)));
        }
    }

    /// Whether a step that failed did for it alone: it names what is missing, it depends on
    /// what has stayed or does not answer, or all that differs in it names what is missing.
    pub(super) fn explains(&self, step: &Step, result: &StepResult) -> bool {
        if self.anything {
            return true;
        }
        if step
            .command()
            .is_some_and(|command| self.is_named_in(command))
        {
            return true;
        }
        if self.prune_skipped && step.command().is_some_and(depends_on_things)
            || self.container_skipped && step.command().is_some_and(asks_a_server)
        {
            return true;
        }
        let mut wrong = result.lines.iter().filter(|line| !line.ok).peekable();
        wrong.peek().is_some()
            && wrong.all(|line| {
                let texts = line.expected.iter().chain(&line.actual);
                texts.into_iter().any(|text| self.is_named_in(text))
            })
    }

    /// Whether what `step` says depends on which things there are, and names none of them.
    pub(super) fn counts(&self, step: &Step) -> bool {
        let calls = step.calls();
        let is_counted = |call: &ProgramCall| {
            let asks = call.does(Does::DaemonWide) || call.does(Does::Prunes);
            asks && (calls.len() > 1 || call.has_flag('q'))
        };
        !self.is_nothing() && calls.iter().any(is_counted)
    }

    fn is_named_in(&self, text: &str) -> bool {
        self.things.iter().any(|thing| thing.is_named_in(text))
            || words_of(text).any(|word| self.is_named(word))
    }

    fn is_named(&self, word: &str) -> bool {
        self.names.contains(word) || self.names.iter().any(|name| are_one(word, name))
    }
}

/// Whether what a command does or prints depends on which things there are.
fn depends_on_things(command: &str) -> bool {
    let dockers = ProgramCall::all_of_docker(command);
    dockers.iter().any(|docker| {
        [Does::DaemonWide, Does::Inspects, Does::Prunes]
            .into_iter()
            .any(|what| docker.does(what))
            || !docker.removes().is_empty()
    })
}

/// The words of a line, with and without the signs around and in them.
fn words_of(text: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_alphanumeric() || "_.-".contains(letter);
    let parts = text.split(move |letter: char| !is_part(letter));
    parts
        .chain(text.split_whitespace())
        .map(|word| word.trim_matches('.'))
        .filter(|word| !word.is_empty())
}

/// The last part of a path.
fn file_name(path: &str) -> Option<String> {
    let name = Path::new(path).file_name()?.to_str()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether a step was not run to its end.
pub(super) fn was_not_run(step: &StepResult) -> bool {
    matches!(step.verdict, StepVerdict::Error | StepVerdict::Skipped)
}
