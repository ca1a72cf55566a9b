//! Marks: private operating system commands (OSC) in the prompts of a shell.
//!
//! ```text
//!     ESC ] 7001 ; KEY ; 12;0 BEL    the 12th prompt begins; the command before gave 0
//!     ESC ] 7001 ; KEY ; .    BEL    the prompt ends: the shell reads
//!     ESC ] 7001 ; KEY ; c13  BEL    the shell asks for the next line of a command
//!     ESC ] 7001 ; KEY ; o    BEL    the command was read whole, its output begins
//!     ESC ] 7001 ; KEY ; l1023 BEL   the shell takes no longer lines, in bytes
//!     ESC ] 7001 ; KEY ; r0    BEL   a new shell waits for its setting (settings.rs)
//! ```
//!
//! Each shell has a key of its own, from the system's random source, in a variable
//! that no program inherits, so that neither a program nor another shell can forge its marks;
//! one that reads its shell's memory, or what was typed at it, could, and
//! therefore a prompt's mark counts only while its shell is in the foreground. A
//! terminal shows nothing of an unknown operating system command. The counter
//! tells a prompt from one that is only drawn again, because the terminal's size
//! changed.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::ops::Range;

use super::screen;

/// What every mark begins with.
pub(super) const INTRODUCER: &[u8] = b"\x1b]7001;";

/// What every mark ends with.
pub(super) const BELL: u8 = 0x07;

/// No mark is longer, in bytes.
const LONGEST: usize = 80;

/// A shell that is open in the terminal.
#[derive(Debug)]
pub(super) struct MarkedShell {
    /// Secret; stands in its marks.
    key: String,
    /// Not secret; by it a shell knows that it has its marks already.
    identity: String,
    /// That of its last prompt.
    counter: u64,
    /// The exit status that its last prompt reported.
    status: i32,
    /// The visible lines of its last prompt.
    prompt: Vec<String>,
    /// Its process, where that is known.
    process: Option<u32>,
    /// The longest line that it takes, in bytes without the line's end; none
    /// where it takes any.
    longest_line: Option<usize>,
}

/// What a prompt's counter and status say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PromptTurn {
    /// A command has ended.
    New,
    /// The last prompt is drawn again.
    Again,
    /// It is not the shell's, or the last one was not: two prompts disagree about
    /// one command, or commands are skipped that nobody typed.
    Forged,
}

impl MarkedShell {
    /// A shell that has not prompted yet; its process, where that is known.
    ///
    /// # Errors
    /// What the system says when it gives no random bytes.
    pub(super) fn new(process: Option<u32>) -> io::Result<Self> {
        Ok(Self {
            key: random_word()?,
            identity: random_word()?,
            counter: 0,
            status: 0,
            prompt: Vec::new(),
            process,
            longest_line: None,
        })
    }

    /// What stands in its marks.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// By what it knows that it has its marks already.
    pub(super) fn identity(&self) -> &str {
        &self.identity
    }

    /// Its process, where that is known.
    pub(super) fn process(&self) -> Option<u32> {
        self.process
    }

    /// The last visible line of its last prompt.
    pub(super) fn prompt(&self) -> &str {
        self.prompt.last().map_or("", String::as_str)
    }

    /// Remembers the visible lines of its prompt.
    pub(super) fn prompts(&mut self, lines: Vec<String>) {
        self.prompt = lines;
    }

    /// The longest line that it takes, in bytes without the line's end; none
    /// where it takes any.
    pub(super) fn longest_line(&self) -> Option<usize> {
        self.longest_line
    }

    /// Remembers the longest line that it takes, which it tells before it first
    /// prompts and never again.
    pub(super) fn limit_lines(&mut self, longest: usize) {
        if self.counter == 0 {
            self.longest_line = Some(longest);
        }
    }

    /// Whether it marks where a command's output begins: bash does, which takes
    /// lines of any length.
    pub(super) fn marks_output(&self) -> bool {
        self.longest_line.is_none()
    }

    /// What a prompt with this counter and status is; remembers a new one.
    pub(super) fn turn(&mut self, counter: u64, status: i32) -> PromptTurn {
        if counter == self.counter {
            return match status == self.status {
                true => PromptTurn::Again,
                false => PromptTurn::Forged,
            };
        }
        if counter != self.counter + 1 {
            return PromptTurn::Forged;
        }
        (self.counter, self.status) = (counter, status);
        PromptTurn::New
    }

    /// Whether a continuation with this counter is a new one; remembers it.
    pub(super) fn continues(&mut self, counter: u64) -> bool {
        let new = counter == self.counter + 1;
        if new {
            self.counter = counter;
        }
        new
    }
}

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A prompt begins.
    Prompt {
        /// The shell's counter.
        counter: u64,
        /// `$?`: the exit status of the command before.
        status: i32,
        /// The exit status of the first command of its pipeline, where the shell
        /// knows it.
        first: Option<i32>,
    },
    /// A prompt ends.
    PromptEnd,
    /// The shell asks for the next line of a command.
    Continuation {
        /// The shell's counter.
        counter: u64,
    },
    /// The output of a command begins.
    Output,
    /// The shell takes no longer lines than of so many bytes.
    LongestLine(usize),
    /// A new shell waits for its setting.
    Ready {
        /// `$?`: the exit status of the command before.
        status: i32,
    },
}

/// A mark found in what was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PromptMark {
    /// Its bytes.
    pub range: Range<usize>,
    /// Which of the given keys it has, and so of which shell it is.
    pub shell: usize,
    /// What it says.
    pub meaning: Meaning,
}

/// The outcome of a search.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum MarkSearch {
    /// The first mark.
    Found(PromptMark),
    /// None so far; the search goes on at this offset when more was printed.
    ResumeAt(usize),
}

/// Finds the first mark with one of `keys` at or after byte `from` of `bytes`.
/// Marks are searched in the bytes and not in what a terminal makes of them: a
/// program that leaves an escape sequence open cannot swallow the next one.
pub(super) fn find<'a, I>(bytes: &[u8], from: usize, keys: I) -> MarkSearch
where
    I: Iterator<Item = &'a str> + Clone,
{
    let mut at = from;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(escape) = rest.iter().position(|byte| *byte == 0x1b) else {
            return MarkSearch::ResumeAt(bytes.len());
        };
        at += escape;
        let rest = &rest[escape..];
        let window = &rest[..rest.len().min(LONGEST)];
        if let Some(body) = window.strip_prefix(INTRODUCER) {
            if let Some(end) = body.iter().position(|byte| *byte == BELL) {
                if let Some((shell, meaning)) = read(&body[..end], keys.clone()) {
                    let range = at..at + INTRODUCER.len() + end + 1;
                    return MarkSearch::Found(PromptMark {
                        range,
                        shell,
                        meaning,
                    });
                }
            } else if window.len() < LONGEST {
                return MarkSearch::ResumeAt(at);
            }
        } else if window.len() < INTRODUCER.len() && INTRODUCER.starts_with(window) {
            return MarkSearch::ResumeAt(at);
        }
        at += 1;
    }
}

/// Reads `KEY;MEANING`.
fn read<'a>(body: &[u8], mut keys: impl Iterator<Item = &'a str>) -> Option<(usize, Meaning)> {
    let (key, meaning) = std::str::from_utf8(body).ok()?.split_once(';')?;
    let shell = keys.position(|known| known == key)?;
    let meaning = match meaning {
        "." => Meaning::PromptEnd,
        "o" => Meaning::Output,
        _ => {
            if let Some(counter) = meaning.strip_prefix('c') {
                Meaning::Continuation {
                    counter: counter.parse().ok()?,
                }
            } else if let Some(longest) = meaning.strip_prefix('l') {
                Meaning::LongestLine(longest.parse().ok()?)
            } else if let Some(status) = meaning.strip_prefix('r') {
                let status = status.parse().ok()?;
                Meaning::Ready { status }
            } else {
                let mut parts = meaning.split(';');
                let prompt = Meaning::Prompt {
                    counter: parts.next()?.parse().ok()?,
                    status: parts.next()?.parse().ok()?,
                    first: parts.next().map(str::parse).transpose().ok()?,
                };
                if parts.next().is_some() {
                    return None;
                }
                prompt
            }
        }
    };
    Some((shell, meaning))
}

/// Sixteen letters and digits that nobody can guess.
fn random_word() -> io::Result<String> {
    let mut bytes = [0; 8];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut word, byte| {
        let _ = write!(word, "{byte:02x}");
        word
    }))
}

/// `bytes` without the prompts of `shells` in them. A shell draws its prompt
/// again when the terminal's size changes, which Docker's client tells right
/// after a container has started (docker/cli issue 3554): that is no output.
/// Whatever else stands between two marks is.
pub(super) fn without_prompts<'a, I>(bytes: &[u8], shells: I) -> Vec<u8>
where
    I: Iterator<Item = &'a MarkedShell> + Clone,
{
    let mut kept = Vec::with_capacity(bytes.len());
    let mut kept_until = 0;
    let mut searched = 0;
    let mut begun: Option<PromptMark> = None;
    while let MarkSearch::Found(mark) = find(bytes, searched, shells.clone().map(MarkedShell::key))
    {
        searched = mark.range.end;
        match mark.meaning {
            Meaning::Prompt { .. } => begun = Some(mark),
            Meaning::PromptEnd => {
                let drawn_again = begun.take().filter(|begun| {
                    let text = screen::show(&bytes[begun.range.end..mark.range.start]);
                    let of = shells.clone().nth(mark.shell);
                    begun.shell == mark.shell && of.is_some_and(|shell| shell.prompt == text)
                });
                if let Some(begun) = drawn_again {
                    kept.extend_from_slice(&bytes[kept_until..begun.range.start]);
                    kept_until = mark.range.end;
                }
            }
            _ => {}
        }
    }
    kept.extend_from_slice(&bytes[kept_until..]);
    kept
}

/// Where `needle` first stands in `bytes`.
pub(super) fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, others) = needle.split_first()?;
    let mut at = 0;
    loop {
        at += bytes.get(at..)?.iter().position(|byte| byte == first)?;
        if bytes[at + 1..].starts_with(others) {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(key: &str) -> MarkedShell {
        MarkedShell {
            key: key.to_owned(),
            identity: "i".to_owned(),
            counter: 0,
            status: 0,
            prompt: vec!["root@id:/#".to_owned()],
            process: None,
            longest_line: None,
        }
    }

    fn all(bytes: &[u8], shells: &[MarkedShell]) -> Vec<(usize, Meaning)> {
        let mut found = Vec::new();
        let mut from = 0;
        while let MarkSearch::Found(mark) = find(bytes, from, shells.iter().map(MarkedShell::key)) {
            from = mark.range.end;
            found.push((mark.shell, mark.meaning));
        }
        found
    }

    #[test]
    fn each_kind_of_mark_is_read() {
        let shells = [shell("aa"), shell("bb")];
        let bytes =
            b"x\x1b]7001;bb;12;130\x07$ \x1b]7001;bb;.\x07\x1b]7001;aa;o\x07\x1b]7001;aa;c7\x07\x1b]7001;bb;l1023\x07\x1b]7001;aa;r5\x07\x1b]7001;aa;3;0;7\x07";
        assert_eq!(
            all(bytes, &shells),
            [
                (
                    1,
                    Meaning::Prompt {
                        counter: 12,
                        status: 130,
                        first: None,
                    }
                ),
                (1, Meaning::PromptEnd),
                (0, Meaning::Output),
                (0, Meaning::Continuation { counter: 7 }),
                (1, Meaning::LongestLine(1023)),
                (0, Meaning::Ready { status: 5 }),
                (
                    0,
                    Meaning::Prompt {
                        counter: 3,
                        status: 0,
                        first: Some(7),
                    }
                ),
            ]
        );
    }

    #[test]
    fn a_mark_with_an_unknown_key_or_without_numbers_is_none() {
        let shells = [shell("aa")];
        assert_eq!(all(b"\x1b]7001;zz;1;0\x07", &shells), []);
        assert_eq!(all(b"\x1b]7001;aa;$((_lbn=_lbn+1));$?\x07", &shells), []);
        assert_eq!(
            all(b"\x1b]7001;aa;1\x07\x1b]7001;aa\x07\x1b]7001;\x07", &shells),
            []
        );
    }

    #[test]
    fn an_open_escape_sequence_does_not_swallow_a_mark() {
        let shells = [shell("aa")];
        let bytes = b"\x1b]0;title \x1b[12 \x1b]7001;aa\x1b]7001;aa;3;0\x07";
        assert_eq!(
            all(bytes, &shells),
            [(
                0,
                Meaning::Prompt {
                    counter: 3,
                    status: 0,
                    first: None,
                }
            )]
        );
    }

    #[test]
    fn a_mark_is_found_wherever_the_bytes_are_cut() {
        let shells = [shell("aa")];
        let bytes = b"text \x1b[1m \x1b]7001;aa;3;0\x07";
        for cut in 0..bytes.len() {
            let MarkSearch::ResumeAt(from) =
                find(&bytes[..cut], 0, shells.iter().map(MarkedShell::key))
            else {
                panic!("found in the first {cut} bytes");
            };
            assert!(
                matches!(
                    find(bytes, from, shells.iter().map(MarkedShell::key)),
                    MarkSearch::Found(_)
                ),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn a_counter_goes_up_by_one() {
        let mut shell = shell("aa");
        assert_eq!(shell.turn(1, 0), PromptTurn::New);
        assert_eq!(shell.turn(1, 0), PromptTurn::Again);
        assert_eq!(shell.turn(2, 5), PromptTurn::New);
        assert_eq!(shell.turn(2, 5), PromptTurn::Again);
        assert_eq!(shell.turn(1, 0), PromptTurn::Forged);
        assert_eq!(shell.turn(4, 5), PromptTurn::Forged);
        assert!(shell.continues(3));
        assert!(!shell.continues(3));
        assert!(!shell.continues(5));
    }

    #[test]
    fn a_second_prompt_that_tells_another_status_is_forged() {
        let mut shell = shell("aa");
        assert_eq!(shell.turn(1, 0), PromptTurn::New);
        assert_eq!(shell.turn(1, 7), PromptTurn::Forged);
    }

    #[test]
    fn prompts_that_were_drawn_again_are_no_output() {
        let shells = [shell("aa")];
        let without = |bytes: &[u8]| without_prompts(bytes, shells.iter());
        assert_eq!(
            without(b"one\r\n\r\x1b]7001;aa;3;0\x07root@id:/# \x1b]7001;aa;.\x07two"),
            b"one\r\n\rtwo"
        );
        let other = b"\x1b]7001;bb;3;0\x07root@id:/# \x1b]7001;bb;.\x07";
        assert_eq!(without(other), other);
        for hidden in ["lie\r\nroot@id:/# ", "lie", "root@id:/# lie", ""] {
            let bytes = format!("\x1b]7001;aa;3;0\x07{hidden}\x1b]7001;aa;.\x07two");
            assert_eq!(without(bytes.as_bytes()), bytes.as_bytes());
        }
    }
}
