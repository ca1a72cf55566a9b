//! What a fence holds, by its text and not by its info string.

use crate::docker::ProgramCall;
use crate::notes::{Fence, FenceLine};
use crate::pattern::pattern;
use crate::reason::ReasonKind;

use super::comment::{
    has_foreign_letter, is_caption, is_comment, is_pointed, is_prose, without_remark,
};
use super::prompt::{self, PromptForm, Prompts};
use super::terminal_cue::without_label;
use super::{is_elision, opens_shell};
use crate::shell::{Property, words};

/// What a fence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FenceKind {
    /// A console transcript.
    Session,
    /// A Dockerfile: its first instruction is FROM or ARG.
    Dockerfile,
    /// Anything else: YAML, commands without prompts, a picture in letters.
    Other,
}

/// What `fence` holds.
pub fn fence_kind(fence: &Fence) -> FenceKind {
    if fence.unprompted.is_some() {
        return FenceKind::Session;
    }
    let mut lines = fence
        .lines
        .iter()
        .map(|line| line.text.as_str())
        .filter(|line| !line.trim().is_empty() && !is_elision(line));
    if lines.clone().next().is_none() {
        return FenceKind::Other;
    }
    if lines
        .clone()
        .find(|line| !line.trim_start().starts_with('#'))
        .is_some_and(is_first_instruction)
    {
        return FenceKind::Dockerfile;
    }
    let says_console = says_console(fence);
    let may_prompt =
        |line: &str| is_unmistakable_prompt(line) || says_console && follows_sign(line);
    if beginning(fence).is_some() || lines.any(may_prompt) {
        FenceKind::Session
    } else {
        FenceKind::Other
    }
}

/// Whether the info string of `fence` says that it is a transcript.
fn says_console(fence: &Fence) -> bool {
    let language = fence.info.split([' ', ',', '{']).next();
    let language = language.unwrap_or_default().to_lowercase();
    ["console", "shell-session", "shellsession", "terminal"].contains(&language.as_str())
}

/// The first line of `fence`, from 0, that a transcript begins with. Above it
/// stand only comments of the author, the upper line of its prompt, elisions and
/// blank lines. None where something else does.
///
/// ```text
///     # make one            a comment:          # useradd kim       a command: what
///     $ docker create a     the prompt is `$`   # docker create a   follows is output
///                                               3f1c5b0a9d27
/// ```
pub(super) fn beginning(fence: &Fence) -> Option<usize> {
    let text = |index: usize| {
        let line = fence.lines.get(index);
        line.map_or("", |line| without_label(&line.text))
    };
    let first = (0..fence.lines.len())
        .find(|&index| {
            let (line, next) = (text(index), text(index + 1));
            !(is_layout(line)
                || prompt::is_upper_line(line, next)
                || prompt::is_above_arrow(line, next))
        })
        .unwrap_or(fence.lines.len());
    let at_sharp: Vec<(usize, &str)> = (0..first)
        .filter_map(|index| Some((index, typed_at_sharp(text(index))?)))
        .collect();
    let opened = at_sharp
        .iter()
        .any(|(_, typed)| typed.is_ascii() && calls_known_program(typed) && opens_shell(typed));
    if !opened && begins_session(text(first), fence) {
        return Some(first);
    }
    // `# text` alone is far more often a comment than root's prompt.
    at_sharp
        .iter()
        .any(|(_, typed)| calls_known_program(typed))
        .then(|| at_sharp[0].0)
}

fn is_layout(line: &str) -> bool {
    line.trim().is_empty()
        || is_elision(line)
        || is_comment(line)
        || is_caption(line)
        || is_pointed(line)
        || ["#", "^C"].contains(&line.trim())
}

/// What is typed in `line` where it is at the bare `#`.
fn typed_at_sharp(line: &str) -> Option<&str> {
    prompt::read(line, 0)
        .filter(|found| found.form == PromptForm::Bare { sign: '#' })
        .filter(|found| !found.typed.is_empty() && !is_prose(line))
        .map(|found| found.typed)
}

fn is_first_instruction(line: &str) -> bool {
    let words: Vec<&str> = line
        .split_whitespace()
        .filter(|word| !word.starts_with("--"))
        .collect();
    match words.as_slice() {
        [from, _image] if from.eq_ignore_ascii_case("from") => true,
        [from, _image, with, _name] if from.eq_ignore_ascii_case("from") => {
            with.eq_ignore_ascii_case("as")
        }
        [arg, name, ..] => {
            arg.eq_ignore_ascii_case("arg")
                && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        }
        _ => false,
    }
}

/// Why a fence that shows a prompt or calls Docker is not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRun {
    /// What stands before the command may be a prompt, of a form that is not known.
    UnknownPrompt,
    /// Docker is called with no prompt before it: commands and output look alike.
    NoPrompt,
    /// Nothing is typed at any of its prompts.
    NoCommand,
    /// Output stands above its first prompt: the command that printed it is not shown.
    Fragment,
    /// It is said to be a transcript, and shows no prompt.
    OnlyOutput,
    /// It is code that Markdown does not take for a fence.
    NoFence,
    /// It is typed in a container, and nothing leads there.
    ClosedContainer,
}

impl NotRun {
    /// The kind of the reason.
    pub fn kind(self) -> Option<ReasonKind> {
        match self {
            Self::UnknownPrompt => Some(ReasonKind::UnknownPrompt),
            Self::NoPrompt | Self::OnlyOutput => Some(ReasonKind::NoPrompt),
            Self::NoCommand => Some(ReasonKind::NoCommand),
            Self::Fragment => Some(ReasonKind::Fragment),
            Self::ClosedContainer => Some(ReasonKind::ClosedContainer),
            Self::NoFence => None,
        }
    }

    /// The reason as reports say it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::UnknownPrompt => "its prompt is not known",
            Self::NoPrompt => {
                "no prompt stands before its commands, so that they cannot be told from their output"
            }
            Self::OnlyOutput => {
                "it shows no prompt, and no caption above says that it is the output of the command before"
            }
            Self::NoCommand => "no command stands at its prompt",
            Self::NoFence => {
                "it is an indented block, or stands in running text or HTML: put it between lines of ``` that are not indented"
            }
            Self::ClosedContainer => {
                "it is typed in a container, and no command before it opens a shell there"
            }
            Self::Fragment => "it is a fragment: output stands above its first prompt",
        }
    }
}

/// The line of `fence` that shows a prompt or calls Docker, and why the fence is not
/// run. None where the fence is a transcript, or no such line stands in it.
pub fn not_run(fence: &Fence) -> Option<(&FenceLine, NotRun)> {
    if fence_kind(fence) != FenceKind::Other {
        return None;
    }
    if let Some(line) = fence.lines.iter().find(|line| calls_docker(&line.text)) {
        let first = line.text.split_whitespace().next().unwrap_or_default();
        let is_plain = first.starts_with(|letter: char| letter.is_ascii_lowercase());
        let why = match is_plain {
            true => NotRun::NoPrompt,
            false => NotRun::UnknownPrompt,
        };
        return Some((line, why));
    }
    let mut shown = fence
        .lines
        .iter()
        .filter(|line| !line.text.trim().is_empty())
        .peekable();
    let first = *shown.peek()?;
    if shown.all(|line| is_empty_prompt(&line.text)) {
        return Some((first, NotRun::NoCommand));
    }
    match fence.lines.iter().find(|line| is_prompted(&line.text)) {
        Some(line) => Some((line, NotRun::Fragment)),
        None => says_console(fence).then_some((first, NotRun::OnlyOutput)),
    }
}

/// What stands before the command in `line`, where that may be a prompt of a form that
/// is not known.
pub fn unknown_prompt(line: &str) -> Option<&str> {
    let at = ["sudo ", "docker", "podman", "kubectl"]
        .iter()
        .filter_map(|word| line.find(word))
        .min()?;
    let prompt = line[..at].trim();
    (prompt::wrong_prompt(prompt).is_none() && !prompt.contains('{')).then_some(prompt)
}

/// The line of code that is no fence which shows a prompt or calls Docker, and why it is
/// not run.
pub fn not_run_hidden(code: &Fence) -> Option<(&FenceLine, NotRun)> {
    let line = match fence_kind(code) {
        FenceKind::Session => code.lines.iter().find(|line| !is_layout(&line.text)),
        _ => not_run(code).map(|(line, _)| line),
    };
    Some((line?, NotRun::NoFence))
}

/// What a transcript of these classes calls.
const TOOLS: [&str; 4] = ["docker", "docker-compose", "podman", "kubectl"];

pattern! {
    /// What Markdown and HTML put before a line's own text.
    MARKUP = r"^(?:\s|[>*+-]\s|[0-9]+[.)]\s|<(?:pre|code|p|div|li)\b[^>]*>)*";
}

/// Whether a call of Docker or the like is typed at a prompt in `line` of running text:
/// `- $ docker ps`. A sentence that begins so is none.
pub fn types_docker(line: &str) -> bool {
    if !TOOLS.iter().any(|tool| line.contains(tool)) {
        return false;
    }
    let line = &line[MARKUP.find(line).map_or(0, |markup| markup.end())..];
    prompt::read(line, 0).is_some_and(|found| {
        let is_prompt = match found.form {
            PromptForm::Bare { sign } => sign == '$',
            PromptForm::Arrow { sign } => !matches!(sign, '→' | '▶'),
            form => form.is_unmistakable(),
        };
        let typed = found.typed.split(" #").next().unwrap_or_default();
        is_prompt && calls_docker(typed) && !has_foreign_letter(without_remark(typed))
    })
}

/// What prompts end in.
const SIGNS: [char; 17] = [
    '$', '#', '%', '>', '❯', '»', 'λ', '＄', '＃', '➜', '➤', '›', '±', '✔', '✗', '⚡', '\u{e0b0}',
];

/// Whether a known program stands in `line` behind a word that ends in the sign of a prompt.
fn follows_sign(line: &str) -> bool {
    let mut places = line.match_indices(' ').map(|(at, _)| line.split_at(at));
    places.any(|(before, typed)| before.ends_with(SIGNS) && calls_known_program(typed.trim_start()))
}

/// Whether `line` calls Docker or the like, at no prompt or at one that is not known.
fn calls_docker(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    // `$docker ps`: a prompt with no room behind it.
    let typed = |word: &str| word.trim_start_matches(['$', '%', '＄', '＃']).to_owned();
    let tool = words
        .iter()
        .position(|word| TOOLS.contains(&typed(word).as_str()));
    match tool {
        Some(0) => words.len() > 1,
        // `sudo docker`, or a prompt of a form that is not known.
        Some(at) => words[at - 1] == "sudo" || words[at - 1].ends_with(SIGNS),
        None => false,
    }
}

/// Whether nothing but a shell's prompt stands in `line`; `#` alone is a comment.
fn is_empty_prompt(line: &str) -> bool {
    prompt::read(line, 0).is_some_and(|found| {
        found.typed.is_empty()
            && (found.form.is_unmistakable() || found.form == PromptForm::Bare { sign: '$' })
    })
}

/// Whether a command is typed in `line` at what is surely a shell's prompt.
fn is_prompted(line: &str) -> bool {
    prompt::read(line, 0).is_some_and(|found| match found.form {
        PromptForm::Bare { sign: '$' } | PromptForm::Arrow { .. } => {
            calls_known_program(found.typed)
        }
        _ => found.form.is_unmistakable() && !found.typed.is_empty(),
    })
}

/// Whether a transcript can begin with `line` of `fence`, whose prompt is not `#`.
fn begins_session(line: &str, fence: &Fence) -> bool {
    let Some(found) = Prompts::of(fence).read(line, 0) else {
        return false;
    };
    match found.form {
        PromptForm::Bare { sign: '#' } => false,
        PromptForm::Bare { sign: '$' } => !found.typed.is_empty(),
        PromptForm::Name { .. } if found.prompt.text.ends_with(" $") => !found.typed.is_empty(),
        // `% Total` and `used% of` are no prompts.
        PromptForm::Bare { .. } | PromptForm::Name { .. } => calls_known_program(found.typed),
        PromptForm::Machine { .. } => found.typed.is_empty() || calls_known_program(found.typed),
        // Programs print arrows too (`➜  press h`).
        PromptForm::Arrow { .. } => fence
            .lines
            .iter()
            .any(|line| is_unmistakable_prompt(&line.text)),
        _ => true,
    }
}

/// A prompt that hardly stands in anything but a transcript, with a command of
/// the trade: enough to call the fence a session whose first prompt is odd.
fn is_unmistakable_prompt(line: &str) -> bool {
    prompt::read(line, 0)
        .is_some_and(|found| found.form.is_unmistakable() && calls_known_program(found.typed))
}

/// Whether `line` is the first of a command, and no sentence about a program. Only what is
/// quoted may be in another script.
pub(super) fn is_command(line: &str) -> bool {
    let calls = ProgramCall::all_of_docker(line);
    let is_explained = !line.is_ascii() && !line.contains(['"', '\'', '#']);
    calls_known_program(line)
        && !is_prose(line)
        && !is_explained
        && calls
            .iter()
            .all(|docker| docker.is_known() || docker.verb.is_empty())
}

pub(super) fn calls_known_program(typed: &str) -> bool {
    words(typed).first().is_some_and(|program| {
        Property::Common.is_of(program) || program.starts_with("./") || program.starts_with('/')
    })
}
