//! The forms a shell's prompt takes.
//!
//! ```text
//!     ubuntu@ip-10-0-0-7:~/app$     Colon     user, host, folder
//!     [root@web ~]#                 Bracket   user, host, folder
//!     user@mac ~ %                  Spaced    user, host, folder
//!     / #                           Folder    folder               (busybox)
//!     bash-5.2#                     Shell     nothing but its name
//!     ubuntu $                      Name      nothing but a name
//!     $   #                         Bare      nothing
//! ```
//!
//! Folder and sign may change while the form stays the same shell's.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Prompt;

/// The shape of a prompt, without what a `cd` changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    Colon { user: String, host: String },
    Bracket { user: String, host: String },
    Spaced { user: String, host: String },
    Folder { sign: char },
    Shell { name: String },
    Name { name: String, sign: char },
    Bare { sign: char },
}

/// A prompt at the start of a line, and what was typed after it.
#[derive(Debug, Clone)]
pub(super) struct Prompted<'a> {
    pub form: Form,
    pub prompt: Prompt,
    /// Without the white space around it; empty where nothing was typed.
    pub typed: &'a str,
}

const USER: &str = r"(?<user>[A-Za-z_][\w.-]*)";
const HOST: &str = r"(?<host>[A-Za-z0-9][\w.-]*)";
const TYPED: &str = r"(?:\s+(?<typed>\S.*))?\s*$";

fn pattern(text: &str) -> Regex {
    let text = text.replace("USER", USER).replace("HOST", HOST);
    Regex::new(&format!("^{text}{TYPED}"))
        .unwrap_or_else(|error| unreachable!("a prompt's pattern is fixed and compiles: {error}"))
}

static COLON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\([\w.-]+\) )?USER@HOST:(?<folder>[^$#%]*?)\s?(?<sign>[$#%])"));
static BRACKET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\([\w.-]+\) )?\[USER@HOST (?<folder>[^\]]*)\](?<sign>[$#%])"));
static SPACED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\([\w.-]+\) )?USER@HOST (?<folder>[~/][^\s$#%]*|[\w.-]+) (?<sign>[$#%])")
});
static FOLDER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?<folder>[/~][^\s$#]*) (?<sign>[$#])"));
static SHELL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?<name>(?:ba|da|a|z|k)?sh-[0-9][\w.]*)(?<sign>[$#])"));
static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?<name>[A-Za-z][\w.-]*) (?<sign>\$)"));
static BARE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?<sign>[$#])"));

/// Reads the prompt that `line` (number `number` in its file) begins with.
pub(super) fn read(line: &str, number: usize) -> Option<Prompted<'_>> {
    [&COLON, &BRACKET, &SPACED, &FOLDER, &SHELL, &NAME, &BARE]
        .into_iter()
        .enumerate()
        .find_map(|(kind, pattern)| {
            let found = pattern.captures(line)?;
            Some(Prompted {
                form: form(kind, &found)?,
                prompt: prompt(line, &found, number)?,
                typed: found
                    .name("typed")
                    .map_or("", |typed| typed.as_str().trim_end()),
            })
        })
}

fn form(kind: usize, found: &Captures<'_>) -> Option<Form> {
    let text = |name| found.name(name).map(|part| part.as_str().to_owned());
    let sign = found.name("sign")?.as_str().chars().next()?;
    Some(match kind {
        0 => Form::Colon {
            user: text("user")?,
            host: text("host")?,
        },
        1 => Form::Bracket {
            user: text("user")?,
            host: text("host")?,
        },
        2 => Form::Spaced {
            user: text("user")?,
            host: text("host")?,
        },
        3 => Form::Folder { sign },
        4 => Form::Shell {
            name: text("name")?,
        },
        5 => Form::Name {
            name: text("name")?,
            sign,
        },
        _ => Form::Bare { sign },
    })
}

fn prompt(line: &str, found: &Captures<'_>, number: usize) -> Option<Prompt> {
    let text = |name| found.name(name).map(|part| part.as_str().to_owned());
    let sign = found.name("sign")?;
    Some(Prompt {
        text: line[..sign.end()].to_owned(),
        user: text("user"),
        host: text("host"),
        folder: text("folder"),
        sign: sign.as_str().chars().next()?,
        line: number,
    })
}

impl Form {
    /// Whether a line of a printed file could hardly look like it by chance.
    pub(super) fn is_telling(&self) -> bool {
        !matches!(
            self,
            Self::Bare { .. } | Self::Name { .. } | Self::Folder { .. }
        )
    }

    /// Whether `other` can be the same shell's, after a `cd` or the like.
    pub(super) fn fits(&self, other: &Self) -> bool {
        self == other
    }

    /// The place in `line` where a prompt of this form begins after output that
    /// did not end its line (`...UYBCMubuntu $`), in bytes; never 0.
    pub(super) fn find_after_output(&self, line: &str) -> Option<usize> {
        let start = match self {
            Self::Colon { user, host } => format!("{user}@{host}:"),
            Self::Bracket { user, host } => format!("[{user}@{host} "),
            Self::Spaced { user, host } => format!("{user}@{host} "),
            Self::Shell { name } => name.clone(),
            Self::Name { name, sign } => format!("{name} {sign}"),
            // `/ #` and `$` are too short to be told from output, unless
            // nothing stands after them.
            Self::Folder { sign } => {
                let end = format!("/ {sign}");
                let line = line.trim_end();
                return line
                    .strip_suffix(end.as_str())
                    .map(str::len)
                    .filter(|at| *at > 0);
            }
            Self::Bare { .. } => return None,
        };
        line.match_indices(&start)
            .map(|(at, _)| at)
            .filter(|at| *at > 0)
            .find(|at| read(&line[*at..], 0).is_some_and(|found| self.fits(&found.form)))
    }
}
