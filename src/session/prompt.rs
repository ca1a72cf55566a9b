//! The forms a shell's prompt takes.
//!
//! ```text
//!     ubuntu@ip-10-0-0-7:~/app$     Colon     user, host, folder   (also me@suse:~> )
//!     [root@web ~]#                 Bracket   user, host, folder
//!     user@mac ~ %                  Spaced    user, host, folder
//!     mac:app user$                 Mac       user, host, folder   (bash of macOS)
//!     b85d4d7c62ef:/#               Login     host, folder         (login shell of Alpine)
//!     node01 ~ ➜                    Machine   host, folder         (online labs)
//!     ➜  app git:(main) ✗   ~ ❯     Arrow     folder               (zsh's themes)
//!     PS C:\Users\me>   C:\>        Windows   folder
//!     / #                           Folder    folder               (busybox)
//!     bash-5.2#                     Shell     nothing but its name
//!     ubuntu $                      Name      nothing but a name
//!     └─$                           Lower     nothing, below a line that tells all
//!     $   #                         Bare      nothing
//! ```
//!
//! Folder and sign may change while the form stays the same shell's.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Prompt;
use crate::notes::Fence;
use crate::shell::Property;

/// The shape of a prompt, without what a `cd` changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PromptForm {
    Colon {
        user: String,
        host: String,
    },
    Bracket {
        user: String,
        host: String,
    },
    Spaced {
        user: String,
        host: String,
    },
    Mac {
        user: String,
        host: String,
    },
    Login {
        host: String,
    },
    Machine {
        host: String,
    },
    Arrow {
        sign: char,
    },
    Windows,
    Folder {
        sign: char,
    },
    Shell {
        name: String,
    },
    Name {
        name: String,
        sign: char,
    },
    /// One that the transcript set itself.
    Given {
        text: String,
    },
    Lower,
    Bare {
        sign: char,
    },
}

/// A prompt at the start of a line, and what was typed after it.
#[derive(Debug, Clone)]
pub(super) struct PromptLine<'a> {
    pub form: PromptForm,
    pub prompt: Prompt,
    /// Without the white space around it; empty where nothing was typed.
    pub typed: &'a str,
}

/// What a prompt's pattern found.
struct Parts<'a> {
    line: &'a str,
    found: Captures<'a>,
}

impl Parts<'_> {
    fn text(&self, name: &str) -> Option<String> {
        self.found.name(name).map(|part| part.as_str().to_owned())
    }

    fn sign(&self) -> Option<char> {
        self.found.name("sign")?.as_str().chars().next()
    }

    fn prompt(&self, number: usize) -> Option<Prompt> {
        let end = self.found.name("prompt")?.end();
        Some(Prompt {
            text: self.line[..end].to_owned(),
            user: self.text("user"),
            host: self.text("host"),
            folder: self.text("folder"),
            sign: self.sign()?,
            line: number,
        })
    }
}

/// A form's pattern, and how its parts make it.
struct PromptShape {
    pattern: Regex,
    form: fn(&Parts<'_>) -> Option<PromptForm>,
}

// The second is what bash calls a user who is not in `/etc/passwd`.
const USER: &str = r"(?<user>[\p{Alphabetic}_][\w.-]*|I have no name!)";
// An author may write `<container-id>` for the name of a container.
const HOST: &str = r"(?<host>[\p{Alphabetic}0-9][\w.-]*|<[\w -]+>)";
// What stands before a prompt: a virtual environment, the time.
const BEFORE: &str = r"(?:\([\w. -]+\) ?|\[?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?\]? )*";
// What stands behind a folder: the branch, with marks for what is not committed.
const BRANCH: &str = r"(?: ?\([\w./-]+(?: [^\s()]+)?\))?";

/// A prompt that is followed by white space, or by nothing.
fn spaced(pattern: &str, form: fn(&Parts<'_>) -> Option<PromptForm>) -> PromptShape {
    shape(pattern, r"(?:\s+(?<typed>\S.*))?", form)
}

/// A prompt that tells enough to be known where no room is left behind it.
fn close(pattern: &str, form: fn(&Parts<'_>) -> Option<PromptForm>) -> PromptShape {
    shape(pattern, r"(?:\s*(?<typed>\S.*))?", form)
}

fn shape(prompt: &str, typed: &str, form: fn(&Parts<'_>) -> Option<PromptForm>) -> PromptShape {
    let prompt = prompt
        .replace("USER", USER)
        .replace("HOST", HOST)
        .replace("BRANCH", BRANCH);
    let pattern = compiled(format!(r"^(?<prompt>{BEFORE}{prompt}){typed}\s*$"));
    PromptShape { pattern, form }
}

/// All forms, the most specific first.
static SHAPES: LazyLock<[PromptShape; 25]> = LazyLock::new(|| {
    [
        close(
            r"USER@HOST:(?<folder>[^$#%]*?)BRANCH\s?(?<sign>[$#%])",
            colon,
        ),
        spaced(r"USER@HOST:(?<folder>[~/][^\s$#%>]*)(?<sign>>)", colon),
        close(
            r"\[USER@HOST[ :]?(?<folder>[^\]]*)\] ?(?<sign>[$#%])",
            bracket,
        ),
        close(
            r"\[USER@HOST\](?<folder>[~/][^\s$#%]*) ?(?<sign>[$#%])",
            bracket,
        ),
        spaced(
            r"USER@HOST (?<folder>[~/][^\s$#%>]*|[\w.-]+)BRANCH ?(?<sign>[$#%>])",
            user_and_host,
        ),
        // Themes with arrows of the private use area between their parts, which a copy
        // may have lost. A mark in front tells that the last command failed.
        close(
            r"\s?(?:[✘⚡⚙]+ )?USER@HOST [\u{e0b0} ]\s?(?<folder>[~/]\S*) (?:\u{e0b0} \u{e0a0} \S+ (?:± )?|  \S+ (?:± )?)?(?<sign>[\u{e0b0} ])",
            user_and_host,
        ),
        close(
            r"\s?(?:[✘⚡⚙]+ \u{e0b0} )?(?<folder>[~/]\S*) (?:\u{e0b0} \u{e0a0} \S+ (?:\S+ )?)?(?<sign>\u{e0b0})",
            arrow,
        ),
        // An editor's machine in the network.
        spaced(
            r"@USER ➜ (?<folder>[~/][^\s$#]*)BRANCH (?<sign>[$#])",
            |parts| {
                let host = parts.text("user")?;
                Some(PromptForm::Machine { host })
            },
        ),
        spaced(r"USER@HOST ?(?<sign>[$#%])", colon),
        spaced(
            r"HOST:(?<folder>[~/]|[^\s:/$#]+) USER(?<sign>[$#])",
            |parts| {
                let (user, host) = (parts.text("user")?, parts.text("host")?);
                Some(PromptForm::Mac { user, host })
            },
        ),
        spaced(r"HOST:(?<folder>[~/][^\s:$#]*)(?<sign>[$#])", |parts| {
            let host = parts.text("host")?;
            Some(PromptForm::Login { host })
        }),
        spaced(
            r"HOST (?<folder>[~/][^\s$#%]*)BRANCH (?<sign>[$#➜])",
            |parts| {
                let host = parts.text("host")?;
                Some(PromptForm::Machine { host })
            },
        ),
        spaced(
            r"(?<sign>➜)(?<gap>\s+)(?<folder>[~/]?[\w./-]+|[~/])(?<branch> git:\([^)]*\))?(?: ✗)?",
            |parts| {
                // `➜ ls`: no folder stands there.
                let is_folder = parts.text("gap")?.len() > 1
                    || parts.found.name("branch").is_some()
                    || parts.text("folder")?.starts_with(['~', '/']);
                arrow(parts).filter(|_| is_folder)
            },
        ),
        spaced(r"(?:(?<folder>[~/]\S*) )?(?<sign>[❯➜λ→▶])", arrow),
        spaced(r"(?<folder>~(?:/[^\s$#>]+)?)(?<sign>[$>])", |parts| {
            let is_prompt = parts.sign()? == '$' || parts.line.starts_with("~/");
            folder(parts).filter(|_| is_prompt)
        }),
        spaced(r"PS (?<folder>(?:[A-Z]:\\|[~/])[^>]*)(?<sign>>)", |_| {
            Some(PromptForm::Windows)
        }),
        // The command interpreter leaves no room before what is typed.
        close(r"(?<folder>[A-Z]:\\[^>]*)(?<sign>>)", |_| {
            Some(PromptForm::Windows)
        }),
        spaced(r"(?<folder>[/~][^\s$#]*) (?<sign>[$#])", folder),
        spaced(
            r"(?<name>-?(?:ba|da|a|z|k)?sh-[0-9][\w.]*)(?<sign>[$#])",
            |parts| {
                let name = parts.text("name")?;
                Some(PromptForm::Shell { name })
            },
        ),
        spaced(r"(?<name>[\p{Alphabetic}][\w.-]*) ?(?<sign>[$%])", name),
        // `C# is` is no prompt of a user `C`.
        spaced(r"(?<name>\p{Alphabetic}{2,})(?<sign>#)", name),
        spaced(r"[└╰]─+╼?\s?(?<sign>[$#%❯➤>])", |_| {
            Some(PromptForm::Lower)
        }),
        spaced(r"(?<sign>[$#%])", bare),
        // At `>` a known program is typed, or it is a line that goes on, or a quotation.
        spaced(r"(?<sign>>)", |parts| {
            let typed = parts.found.name("typed")?.as_str();
            let program = crate::shell::words(typed).into_iter().next()?;
            bare(parts).filter(|_| Property::Common.is_of(&program))
        }),
        // `$docker ps`: a variable's name is no program.
        close(r"(?<sign>\$)", |parts| {
            let typed = parts.found.name("typed")?.as_str();
            let program = crate::shell::words(typed).into_iter().next()?;
            bare(parts).filter(|_| Property::Common.is_of(&program))
        }),
    ]
});

fn colon(parts: &Parts<'_>) -> Option<PromptForm> {
    let (user, host) = (parts.text("user")?, parts.text("host")?);
    Some(PromptForm::Colon { user, host })
}

fn bracket(parts: &Parts<'_>) -> Option<PromptForm> {
    let (user, host) = (parts.text("user")?, parts.text("host")?);
    Some(PromptForm::Bracket { user, host })
}

fn user_and_host(parts: &Parts<'_>) -> Option<PromptForm> {
    let (user, host) = (parts.text("user")?, parts.text("host")?);
    Some(PromptForm::Spaced { user, host })
}

fn arrow(parts: &Parts<'_>) -> Option<PromptForm> {
    let sign = parts.sign()?;
    Some(PromptForm::Arrow { sign })
}

fn folder(parts: &Parts<'_>) -> Option<PromptForm> {
    let sign = parts.sign()?;
    Some(PromptForm::Folder { sign })
}

fn name(parts: &Parts<'_>) -> Option<PromptForm> {
    let (name, sign) = (parts.text("name")?, parts.sign()?);
    Some(PromptForm::Name { name, sign })
}

fn bare(parts: &Parts<'_>) -> Option<PromptForm> {
    let sign = parts.sign()?;
    Some(PromptForm::Bare { sign })
}

/// Reads the prompt that `line` (number `number` in its file) begins with.
pub(super) fn read(line: &str, number: usize) -> Option<PromptLine<'_>> {
    SHAPES.iter().find_map(|shape| {
        let found = shape.pattern.captures(line)?;
        let typed = found
            .name("typed")
            .map_or("", |typed| typed.as_str().trim_end());
        let parts = Parts { line, found };
        Some(PromptLine {
            form: (shape.form)(&parts)?,
            prompt: parts.prompt(number)?,
            typed,
        })
    })
}

/// The prompts that a book or a manifest names for a fence, and all that are known.
#[derive(Default)]
pub(super) struct Prompts {
    named: Vec<(String, Regex)>,
    /// Whether every line is typed, at a prompt that is not shown.
    unshown: bool,
}

impl Prompts {
    /// Those of `fence`. A pattern that is wrong is none.
    pub(super) fn of(fence: &Fence) -> Self {
        let named = fence.prompts.iter();
        Self {
            named: named
                .filter_map(|pattern| Some((pattern.clone(), named_pattern(pattern).ok()?)))
                .collect(),
            unshown: fence.unprompted.is_some(),
        }
    }

    /// Reads the prompt that `line` begins with.
    pub(super) fn read<'l>(&self, line: &'l str, number: usize) -> Option<PromptLine<'l>> {
        if self.unshown {
            return Some(PromptLine {
                form: PromptForm::Bare { sign: '$' },
                prompt: Prompt {
                    text: String::new(),
                    user: None,
                    host: None,
                    folder: None,
                    sign: '$',
                    line: number,
                },
                typed: line.trim(),
            });
        }
        let named = self.named.iter().find_map(|(pattern, regex)| {
            let found = regex.captures(line)?;
            let typed = found.name("typed").map_or("", |typed| typed.as_str());
            let parts = Parts { line, found };
            let sign = pattern.trim_end().chars().next_back()?;
            let prompt = Prompt {
                text: line[..parts.found.name("prompt")?.end()].to_owned(),
                user: parts.text("user"),
                host: parts.text("host"),
                folder: parts.text("folder"),
                sign,
                line: number,
            };
            Some(PromptLine {
                form: PromptForm::Given {
                    text: pattern.clone(),
                },
                prompt,
                typed: typed.trim_end(),
            })
        });
        named.or_else(|| read(line, number))
    }
}

/// What is wrong with the pattern of a prompt (`[강의실] {user} %`); none where nothing
/// is.
pub fn wrong_prompt(pattern: &str) -> Option<&'static str> {
    named_pattern(pattern).err()
}

/// The pattern of a prompt: its text as it stands, with `{user}`, `{host}` and
/// `{folder}` for what changes.
fn named_pattern(pattern: &str) -> Result<Regex, &'static str> {
    let pattern = pattern.trim();
    if pattern.is_empty() {
        return Err("it is empty");
    }
    let mut rule = String::new();
    let mut rest = pattern;
    while let Some((text, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or("`{` is not closed by `}`")?;
        let part = match name {
            "user" => USER,
            "host" => HOST,
            "folder" => r"(?<folder>\S*?)",
            _ => return Err("only `{user}`, `{host}` and `{folder}` stand for what changes"),
        };
        if rule.contains(part) {
            return Err("each of `{user}`, `{host}` and `{folder}` may stand in it once");
        }
        rule.push_str(&regex::escape(text));
        rule.push_str(part);
        rest = after;
    }
    if pattern.ends_with('}') || pattern.ends_with(char::is_alphanumeric) {
        return Err("it must end in a sign such as `$`, `%` or `>`");
    }
    rule.push_str(&regex::escape(rest));
    Regex::new(&format!(r"^(?<prompt>{rule})(?:\s+(?<typed>\S.*))?\s*$"))
        .map_err(|_| "it is too long")
}

use crate::pattern::{compiled, pattern};
pattern! {
    /// The first of the two lines of a prompt: `┌──(me㉿box)-[~]` above `└─$`, and
    /// `me@box MINGW64 ~/app (main)` above `$`, as Git for Windows shows it,
    /// `[node1] (local) root@192.168.0.13 ~` above `$`, as Play with Docker does, and
    /// `# me @ box in ~/app [10:20:30]`, as themes of zsh do.
    UPPER = r"^(?:[┌╭]─.*|[\w.-]+@[\w.-]+ (?:(?:MINGW(?:32|64)|MSYS|UCRT64|CLANG64) \S.*|[~/]\S*(?: \(\S+\))?)|\[[\w.-]+\] \([\w.-]+\) [\w.-]+@[\w.-]+ \S*|# [\w.-]+ @ [\w.-]+ in [~/]\S*.*)$";
}

/// Whether `line` has the form of the first of a prompt's two lines.
pub(super) fn is_upper(line: &str) -> bool {
    UPPER.is_match(line.trim_end())
}

/// Whether `line` is the first of a prompt's two lines, `next` being the second.
pub(super) fn is_upper_line(line: &str, next: &str) -> bool {
    is_upper(line)
        && read(next, 0).is_some_and(|found| {
            let frames = line.starts_with(['┌', '╭']);
            match found.form {
                PromptForm::Lower => frames,
                PromptForm::Bare { sign: '$' } => !frames,
                _ => false,
            }
        })
}

/// Whether `line` can be the first of the two lines of a prompt that ends in an arrow:
/// `~/app main*` above `❯ ls`, where a transcript begins.
pub(super) fn is_above_arrow(line: &str, next: &str) -> bool {
    let found = read(next, 0).filter(|found| found.prompt.folder.is_none());
    let is_arrow = found.is_some_and(|found| matches!(found.form, PromptForm::Arrow { .. }));
    is_arrow && !line.trim().is_empty() && read(line, 0).is_none()
}

/// Whether `line` is what `first`, a line above an arrow, becomes after a `cd`, or in
/// another branch.
pub(super) fn is_above_arrow_as(first: &str, line: &str) -> bool {
    let word = |line: &str| line.split_whitespace().next().map(str::to_owned);
    let is_folder = |line: &str| line.trim_start().starts_with(['~', '/']);
    word(first) == word(line)
        || is_folder(first) && is_folder(line)
        || first.contains(" on ") && line.contains(" on ")
}

impl PromptForm {
    /// Whether a line of a printed file could hardly look like it by chance.
    pub(super) fn is_unmistakable(&self) -> bool {
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
            Self::Bracket { user, host } => format!("[{user}@{host}"),
            Self::Spaced { user, host } => format!("{user}@{host} "),
            Self::Mac { host, .. } | Self::Login { host } => format!("{host}:"),
            Self::Machine { host } => format!("{host} "),
            Self::Shell { name } => name.clone(),
            Self::Name { name, sign } => format!("{name} {sign}"),
            // `/ #` and `$` are too short to be distinguished from output, unless
            // nothing stands after them.
            Self::Folder { sign } => {
                let end = format!("/ {sign}");
                let line = line.trim_end();
                return line
                    .strip_suffix(end.as_str())
                    .map(str::len)
                    .filter(|at| *at > 0);
            }
            // So is `$`, unless Docker is called behind it.
            Self::Bare { sign: '$' } => {
                let mut places = line.match_indices("$ ").map(|(at, _)| at);
                return places.find(|at| {
                    let (output, typed) = (&line[..*at], &line[at + 2..]);
                    let ends_there = output.ends_with(|last: char| !last.is_whitespace());
                    ends_there && typed.split(' ').next() == Some("docker")
                });
            }
            Self::Arrow { .. }
            | Self::Windows
            | Self::Lower
            | Self::Given { .. }
            | Self::Bare { .. } => return None,
        };
        line.match_indices(&start)
            .map(|(at, _)| at)
            .filter(|at| *at > 0)
            .find(|at| read(&line[*at..], 0).is_some_and(|found| self.fits(&found.form)))
    }
}
