//! Marks: private operating system commands (OSC) in the prompts of a shell.
//!
//! ```text
//!     ESC ] 7001 ; KEY ; 12;0 BEL    the 12th prompt begins; the command before gave 0
//!     ESC ] 7001 ; KEY ; .    BEL    the prompt ends: the shell reads
//!     ESC ] 7001 ; KEY ; c13  BEL    the shell asks for the next line of a command
//!     ESC ] 7001 ; KEY ; o    BEL    the command was read whole, its output begins
//!     ESC ] 7001 ; KEY ; l1023 BEL   the shell takes no longer lines, in bytes
//! ```
//!
//! Each shell has a key of its own, from the system's random source, so that
//! neither a program nor another shell can forge its marks: a container learns
//! the key of its own shell at most. A terminal shows nothing of an unknown
//! operating system command. The counter tells a prompt from one that is only
//! drawn again, because the terminal's size changed.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::ops::Range;

/// What every mark begins with.
const INTRODUCER: &[u8] = b"\x1b]7001;";

/// What every mark ends with.
const BELL: u8 = 0x07;

/// No mark is longer, in bytes.
const LONGEST: usize = 80;

/// A shell that is open in the terminal.
#[derive(Debug)]
pub struct Shell {
    /// Secret; stands in its marks.
    key: String,
    /// Not secret; by it a shell knows that it has its marks already.
    identity: String,
    /// That of its last prompt.
    counter: u64,
    /// The longest line that it takes, in bytes without the line's end; none
    /// where it takes any.
    longest_line: Option<usize>,
}

impl Shell {
    /// A shell that has not prompted yet.
    ///
    /// # Errors
    /// What the system says when it gives no random bytes.
    pub fn new() -> io::Result<Self> {
        Ok(Self {
            key: random_word()?,
            identity: random_word()?,
            counter: 0,
            longest_line: None,
        })
    }

    /// The longest line that it takes, in bytes without the line's end; none
    /// where it takes any.
    pub fn longest_line(&self) -> Option<usize> {
        self.longest_line
    }

    /// Remembers the longest line that it takes.
    pub fn limit_lines(&mut self, longest: usize) {
        self.longest_line = Some(longest);
    }

    /// Whether a mark with this counter is a new one; remembers it.
    pub fn advance(&mut self, counter: u64) -> bool {
        let new = counter > self.counter;
        self.counter = self.counter.max(counter);
        new
    }

    /// The line that sets the marks of this shell in whatever shell reads it,
    /// except one of `open`: those have theirs, and typing at the wrong one must
    /// not make it pass for a new one. bash, dash and busybox ash understand it.
    pub fn set_in_new_shell(&self, tag: &str, open: &[Shell]) -> String {
        let mut known = String::new();
        for shell in open {
            let _ = write!(known, "{}|", shell.identity);
        }
        format!(
            " : {tag}; case ${{_lb-}} in {known}-) ;; *) _lbp=${{_lbp-$PS1}}; {} ;; esac; : {tag}",
            self.set_marks()
        )
    }

    /// The line that gives the lab's bash its first marks and a plain prompt.
    pub fn set_in_first_shell(&self, tag: &str) -> String {
        // The user's history file shall not learn what the notes typed.
        let marks = self.set_marks();
        format!(" : {tag}; unset HISTFILE; _lbp='$ '; {marks}; : {tag}")
    }

    /// The line that gives an open shell the key of this one in place of its own.
    pub fn set_again(&self, tag: &str) -> String {
        format!(" : {tag}; {}; : {tag}", self.set_marks())
    }

    /// Shell text that sets the marks around the prompt kept in `_lbp`.
    ///
    /// - Escapes go through `printf`: dash does not read them in PS1.
    /// - PS1 and PS2 are unset first, which takes the export flag away, so that no
    ///   program inherits the marks.
    /// - bash has to know what in a prompt is invisible (`\[`, `\]`), or it wraps
    ///   the line too early; the others would print those signs.
    /// - bash, in a container without a locale, takes the bytes of Hangul for
    ///   Meta keys unless told otherwise; pasting codes and completion are of no
    ///   use to a typist who is a program.
    /// - busybox ash reads 1,022 bytes of a line (`FEATURE_EDITING_MAX_LEN`), and
    ///   the kernel hands 4,095 of one to dash (`N_TTY_BUF_SIZE`). The rest is cut
    ///   without a word. dash knows the option `emacs`, ash does not.
    fn set_marks(&self) -> String {
        let Self { key, identity, .. } = self;
        format!(
            "_lb={identity}; _lbn=0; _lbq=$PS2; unset PS0 PS1 PS2; \
             _lbm() {{ printf '%s\\033]7001;{key};%s\\007%s' \"$2\" \"$1\" \"$3\"; }}; \
             _lbf() {{ _lbm \"$1\" ${{BASH_VERSION:+'\\['}} ${{BASH_VERSION:+'\\]'}}; }}; \
             PS1=$(_lbf '$((_lbn=_lbn+1));$?')$_lbp$(_lbf .); \
             PS2=$(_lbf 'c$((_lbn=_lbn+1))')$_lbq; \
             PS0=$(_lbm o); unset _lbq; unset -f _lbm _lbf; \
             if [ -n \"${{BASH_VERSION-}}\" ]; then for _lbq in 'input-meta on' 'output-meta on' \
             'convert-meta off' 'enable-bracketed-paste off' 'disable-completion on'; \
             do bind \"set $_lbq\"; done; unset _lbq; elif (set -o emacs); then printf '\\033]7001;{key};l4095\\007'; \
             else printf '\\033]7001;{key};l1022\\007'; fi 2>/dev/null"
        )
    }
}

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A prompt begins.
    Prompt {
        /// The shell's counter.
        counter: u64,
        /// `$?`: the exit status of the command before.
        status: i32,
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
}

/// A mark found in what was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its bytes.
    pub range: Range<usize>,
    /// Which of the given shells it is of.
    pub shell: usize,
    /// What it says.
    pub meaning: Meaning,
}

/// The outcome of a search.
#[derive(Debug, PartialEq, Eq)]
pub enum Search {
    /// The first mark.
    Found(Mark),
    /// None so far; the search goes on at this offset when more was printed.
    ResumeAt(usize),
}

/// Finds the first mark of one of `shells` at or after byte `from` of `bytes`.
/// Marks are searched in the bytes and not in what a terminal makes of them: a
/// program that leaves an escape sequence open cannot swallow the next one.
pub fn find<'a, I>(bytes: &[u8], from: usize, shells: I) -> Search
where
    I: Iterator<Item = &'a Shell> + Clone,
{
    let mut at = from;
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let Some(escape) = rest.iter().position(|byte| *byte == 0x1b) else {
            return Search::ResumeAt(bytes.len());
        };
        at += escape;
        let rest = &rest[escape..];
        let window = &rest[..rest.len().min(LONGEST)];
        if let Some(body) = window.strip_prefix(INTRODUCER) {
            if let Some(end) = body.iter().position(|byte| *byte == BELL) {
                if let Some((shell, meaning)) = read(&body[..end], shells.clone()) {
                    let range = at..at + INTRODUCER.len() + end + 1;
                    return Search::Found(Mark {
                        range,
                        shell,
                        meaning,
                    });
                }
            } else if window.len() < LONGEST {
                return Search::ResumeAt(at);
            }
        } else if window.len() < INTRODUCER.len() && INTRODUCER.starts_with(window) {
            return Search::ResumeAt(at);
        }
        at += 1;
    }
}

/// Reads `KEY;MEANING`.
fn read<'a>(body: &[u8], mut shells: impl Iterator<Item = &'a Shell>) -> Option<(usize, Meaning)> {
    let (key, meaning) = std::str::from_utf8(body).ok()?.split_once(';')?;
    let shell = shells.position(|shell| shell.key == key)?;
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
            } else {
                let (counter, status) = meaning.split_once(';')?;
                Meaning::Prompt {
                    counter: counter.parse().ok()?,
                    status: status.parse().ok()?,
                }
            }
        }
    };
    Some((shell, meaning))
}

/// Sixteen letters and digits that nobody can guess.
pub fn random_word() -> io::Result<String> {
    let mut bytes = [0; 8];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().fold(String::new(), |mut word, byte| {
        let _ = write!(word, "{byte:02x}");
        word
    }))
}

/// `bytes` without the lines that were typed to set marks, and without the prompt
/// that came after such a line, of whatever shell. They come up again in
/// `docker logs` of a container whose shell was given its marks, and amid the
/// output of a program that was typed at because it looked like a shell.
pub fn without_settings(bytes: &[u8], tag: &str) -> Vec<u8> {
    let start = format!(" : {tag};");
    let end = format!(" : {tag}");
    let mut kept = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = position(rest, start.as_bytes()) {
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + start.len()..];
        rest = match position(rest, end.as_bytes()) {
            Some(at) => after_setting(&rest[at + end.len()..]),
            // Wrapped in the middle of its end.
            None => end_of_prompt(rest),
        };
    }
    kept.extend_from_slice(rest);
    kept
}

/// `bytes` without the prompts of `shells` in them. A shell draws its prompt
/// again when the terminal's size changes, which Docker's client tells right
/// after a container has started (docker/cli issue 3554): that is no output.
pub fn without_prompts<'a, I>(bytes: &[u8], shells: I) -> Vec<u8>
where
    I: Iterator<Item = &'a Shell> + Clone,
{
    let mut kept = Vec::with_capacity(bytes.len());
    let mut from = 0;
    let mut prompt_of = None;
    while let Search::Found(mark) = find(bytes, from, shells.clone()) {
        if prompt_of.is_none() {
            kept.extend_from_slice(&bytes[from..mark.range.start]);
        }
        match mark.meaning {
            Meaning::Prompt { .. } => prompt_of = Some(mark.shell),
            Meaning::PromptEnd if prompt_of == Some(mark.shell) => prompt_of = None,
            _ => {}
        }
        from = mark.range.end;
    }
    kept.extend_from_slice(&bytes[from..]);
    kept
}

/// What follows the line end, and the prompt if that comes next.
fn after_setting(bytes: &[u8]) -> &[u8] {
    let Some(at) = bytes.iter().position(|byte| *byte == b'\n') else {
        return &[];
    };
    let rest = &bytes[at + 1..];
    let prompt = rest.strip_prefix(b"\x1b[?2004l\r").unwrap_or(rest);
    if prompt.starts_with(INTRODUCER) {
        end_of_prompt(prompt)
    } else {
        rest
    }
}

/// What follows the first mark of a prompt's end; nothing when there is none.
fn end_of_prompt(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some(at) = position(rest, INTRODUCER) {
        rest = &rest[at + INTRODUCER.len()..];
        let window = &rest[..rest.len().min(LONGEST)];
        if let Some(end) = window.iter().position(|byte| *byte == BELL)
            && window[..end].ends_with(b";.")
        {
            return &rest[end + 1..];
        }
    }
    &[]
}

/// Where `needle` first stands in `bytes`.
pub fn position(bytes: &[u8], needle: &[u8]) -> Option<usize> {
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

    fn shell(key: &str) -> Shell {
        Shell {
            key: key.to_owned(),
            identity: "i".to_owned(),
            counter: 0,
            longest_line: None,
        }
    }

    fn all(bytes: &[u8], shells: &[Shell]) -> Vec<(usize, Meaning)> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Search::Found(mark) = find(bytes, from, shells.iter()) {
            from = mark.range.end;
            found.push((mark.shell, mark.meaning));
        }
        found
    }

    #[test]
    fn each_kind_of_mark_is_read() {
        let shells = [shell("aa"), shell("bb")];
        let bytes =
            b"x\x1b]7001;bb;12;130\x07$ \x1b]7001;bb;.\x07\x1b]7001;aa;o\x07\x1b]7001;aa;c7\x07\x1b]7001;bb;l1023\x07";
        assert_eq!(
            all(bytes, &shells),
            [
                (
                    1,
                    Meaning::Prompt {
                        counter: 12,
                        status: 130
                    }
                ),
                (1, Meaning::PromptEnd),
                (0, Meaning::Output),
                (0, Meaning::Continuation { counter: 7 }),
                (1, Meaning::LongestLine(1023)),
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
                    status: 0
                }
            )]
        );
    }

    #[test]
    fn a_mark_is_found_wherever_the_bytes_are_cut() {
        let shells = [shell("aa")];
        let bytes = b"text \x1b[1m \x1b]7001;aa;3;0\x07";
        for cut in 0..bytes.len() {
            let Search::ResumeAt(from) = find(&bytes[..cut], 0, shells.iter()) else {
                panic!("found in the first {cut} bytes");
            };
            assert!(
                matches!(find(bytes, from, shells.iter()), Search::Found(_)),
                "cut at {cut}"
            );
        }
    }

    #[test]
    fn only_a_greater_counter_is_new() {
        let mut shell = shell("aa");
        assert!(shell.advance(1));
        assert!(!shell.advance(1));
        assert!(shell.advance(3));
        assert!(!shell.advance(2));
    }

    #[test]
    fn settings_are_cut_out_of_a_log() {
        let log = b"hi\r\n# \x1b[6n : tag; case\r\r\n x; : tag\r\n\x1b]7001;k;1;0\x07# \x1b]7001;k;.\x07ls\r\n";
        assert_eq!(without_settings(log, "tag"), b"hi\r\n# \x1b[6nls\r\n");
    }

    #[test]
    fn settings_that_a_program_was_typed_leave_its_output() {
        let output = b"one\r\n : tag; case x; : tag\r\ntwo\r\n";
        assert_eq!(without_settings(output, "tag"), b"one\r\ntwo\r\n");
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
        assert_eq!(without(b"\x1b]7001;aa;3;0\x07cut"), b"cut");
    }
}
