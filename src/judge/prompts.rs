//! Prompts of the shells that a step opens or comes back to, which the notes show.
//!
//! ```text
//!     notes   root@3f1c5b0a9d27:/#    this run   root@5f0c1d2e3a4b:/#   one pair
//!     notes   root@classroom:/#       this run   root@lab:/#            --network host
//!     notes   root@xxxxxxxxxxxx:/#    this run   root@5f0c1d2e3a4b:/#   masked by the author
//!     notes   container#              this run   / #                    his own name for it
//! ```

use super::bindings::Pair;
use super::token::Pattern;
use super::values::Values;
use super::{How, JudgedExercise, LineJudgement, Observation};
use crate::docker::ids::is_short_id;
use crate::docker::{Does, ProgramCall};
use crate::formats::text::{normal, stands_in};
use crate::session::{Prompt, Shell, Step};

/// The pairs that the prompts after the step imply; those of inner shells only.
///
/// # Errors
/// The prompt's line, where it differs.
pub(super) fn pairs(
    script: &JudgedExercise,
    step: &Step,
    observation: &Observation,
    values: &Values,
) -> Result<Vec<Pair>, LineJudgement> {
    let mut pairs = Vec::new();
    let Some((next, 1..)) = &step.next else {
        return Ok(pairs);
    };
    let shown = observation.prompt.as_deref();
    for prompt in std::iter::once(next).chain(&step.further) {
        // Of another shell of the machine the name and the folders are the lab's;
        // who types there is not.
        let (found, note) = if step.next_shell == Some(Shell::Host) {
            let same = is_of_the_same_user(prompt, shown.unwrap_or_default().trim())
                && has_the_machines_name(script, prompt);
            (
                same.then(Vec::new),
                "the prompt of the shell that was opened",
            )
        } else {
            let actual = shown.map(normal);
            let is_label =
                |actual: &String| is_label(prompt) && actual.trim_end().ends_with(prompt.sign);
            let found = match actual.as_ref().is_some_and(is_label) {
                true => Some(Vec::new()),
                false => {
                    let text = name_here(script, prompt, actual.as_deref());
                    let pattern = Pattern::of(&normal(&text), prompt.line, values);
                    actual.and_then(|actual| pattern.matches(actual.trim_start()))
                }
            };
            (found, "the container's prompt")
        };
        pairs.extend(found.ok_or_else(|| LineJudgement {
            line: prompt.line,
            expected: Some(prompt.text.clone()),
            actual: shown.map(normal),
            how: How::Missing,
            ok: false,
            note: Some(note.to_owned()),
        })?);
    }
    Ok(pairs)
}

/// Whether `prompt` is a word of the author's for a container's shell, which shows no such one
/// by itself: only its sign is one.
fn is_label(prompt: &Prompt) -> bool {
    let text = prompt.text.trim_end();
    let word = text.strip_suffix(prompt.sign).unwrap_or(text).trim_end();
    let is_word = |word: &str| word.chars().all(char::is_alphabetic);
    let in_brackets = word
        .strip_prefix('(')
        .and_then(|word| word.strip_suffix(')'));
    let word = in_brackets.unwrap_or(word);
    !word.is_empty() && is_word(word)
}

/// The text of a container's `prompt` with the name that it has here, where the author masked
/// it, or where it is the machine's.
fn name_here(script: &JudgedExercise, prompt: &Prompt, actual: Option<&str>) -> String {
    let masks = |host: &&String| {
        host.starts_with('<')
            || host.len() > 2 && host.bytes().all(|letter| b"xX".contains(&letter))
    };
    let of_container = || {
        let (_, rest) = actual?.split_once('@')?;
        rest.split([':', ' '])
            .next()
            .filter(|name| is_short_id(name))
    };
    match prompt.host.as_ref().filter(masks).zip(of_container()) {
        Some((mask, name)) => prompt.text.replacen(mask.as_str(), name, 1),
        None => machines_own_name(script, prompt, actual),
    }
}

/// The text of a container's `prompt`, with the lab's name where it has the machine's
/// (`docker run --network host`): a container with a name of its own has another.
fn machines_own_name(script: &JudgedExercise, prompt: &Prompt, actual: Option<&str>) -> String {
    let of_machine = |host: &&String| {
        let outside = script.steps.iter().filter(|step| step.level == 0);
        outside
            .filter_map(|step| step.prompt.host.as_ref())
            .any(|other| other == *host)
    };
    let own = script.setup.iter().map(String::as_str);
    let mut commands = own.chain(script.steps.iter().filter_map(Step::command));
    if !commands.any(shares_the_machines_name) {
        return prompt.text.clone();
    }
    let name_here = || {
        let (_, rest) = actual?.split_once('@')?;
        let name = rest.split([':', ' ']).next()?;
        (!is_short_id(name)).then_some(name)
    };
    match (prompt.host.as_ref().filter(of_machine), name_here()) {
        (Some(host), Some(name)) => prompt.text.replacen(host.as_str(), name, 1),
        _ => prompt.text.clone(),
    }
}

/// Whether a container of `command`'s may have the machine's own name; a file of
/// compose's may say so for itself, and is not read.
fn shares_the_machines_name(command: &str) -> bool {
    let shares = |call: &ProgramCall| {
        let mut options = ["--network", "--net", "--uts"].into_iter();
        options.any(|option| call.option(option).contains(&"host"))
    };
    ProgramCall::all(command)
        .iter()
        .any(|call| shares(call) || call.program == "nsenter" || call.does(Does::FromFile))
}

/// Whether a prompt of the host's shows the name that the machine has in the notes, as
/// far as these tell; a command may have changed it.
fn has_the_machines_name(script: &JudgedExercise, prompt: &Prompt) -> bool {
    let outside = || script.steps.iter().filter(|step| step.level == 0);
    let mut names = outside().filter_map(|step| step.prompt.host.as_ref());
    let is_renamed = || {
        let mut calls = script.steps.iter().flat_map(Step::calls);
        calls.any(|call| match call.program.as_str() {
            "hostname" => !call.words.is_empty(),
            program => program == "hostnamectl",
        })
    };
    let Some(shown) = &prompt.host else {
        return true;
    };
    let first = names.next();
    first.is_none_or(|name| name == shown || names.any(|name| name == shown)) || is_renamed()
}

fn is_of_the_same_user(prompt: &Prompt, actual: &str) -> bool {
    let user = prompt.user.as_deref();
    actual.ends_with(prompt.sign) && user.is_none_or(|user| stands_in(actual, user))
}
