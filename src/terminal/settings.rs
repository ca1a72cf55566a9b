//! What is typed at a new shell to set its marks, and what is left of it to see.
//!
//! ```text
//!     / #  printf '\33]7001;KEY;r%d\7' $?;read -r _l;eval "$_l"     the call, drawn by the shell
//!     (mark: ready) _lb=...; PS1=...; PS2=...; unset _l             the line, echoed by the kernel
//!     (mark: counter, status)/ # (mark: end)
//! ```
//!
//! The call is short, because each shell draws what is typed at it in its own way,
//! and again when the terminal's size changes. The line is typed once a mark says
//! that the shell reads it with the kernel's plain echo. Both come up again in
//! `docker logs` of the container. They are taken out by their place beside that
//! mark and only where they are exactly what was typed: whatever else a program
//! prints, amid them too and with all of their words, stays.

use std::fmt::Write as _;

use super::marks::{self, BELL, INTRODUCER, MarkSearch, MarkedShell, Meaning};
use super::{pty, screen};

/// A shell may draw the call on so many lines.
const MOST_LINES: usize = 8;

/// How wide a terminal is for a shell whose size was not set.
const UNTOLD_COLUMNS: u16 = 80;

/// What is typed at one shell to set its marks.
#[derive(Debug)]
pub(super) struct Setting {
    key: String,
    /// Typed first.
    call: String,
    /// Typed when the shell is ready for it.
    line: String,
}

impl Setting {
    /// For `shell`, which takes it whatever shell reads it, except one of `open`:
    /// those have their marks, and typing at the wrong one must not make it pass
    /// for a new one. bash, dash and busybox ash understand it.
    pub(super) fn of_new_shell(shell: &MarkedShell, open: &[MarkedShell]) -> Self {
        let known: String = open.iter().fold(String::new(), |mut known, shell| {
            let _ = write!(known, "{}|", shell.identity());
            known
        });
        let marks = set_marks(shell);
        Self::new(
            shell,
            format!("case ${{_lb-}} in {known}-) ;; *) {marks} ;; esac"),
        )
    }

    /// For `shell`, which takes the place of one that lost its marks.
    pub(super) fn of_same_shell(shell: &MarkedShell) -> Self {
        Self::new(shell, set_marks(shell))
    }

    fn new(shell: &MarkedShell, line: String) -> Self {
        let key = shell.key().to_owned();
        Self {
            call: format!(" printf '\\33]7001;{key};r%d\\7' $?;read -r _l;eval \"$_l\""),
            line: format!("{line}; unset _l"),
            key,
        }
    }

    /// What is typed first.
    pub(super) fn call(&self) -> &str {
        &self.call
    }

    /// What is typed once the shell is ready.
    pub(super) fn line(&self) -> &str {
        &self.line
    }

    /// `bytes` without what was typed and the prompt that came after; none where
    /// the shell does not say in them that it was ready.
    pub(super) fn without_traces(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let ready = [INTRODUCER, self.key.as_bytes(), b";r"].concat();
        let at = marks::position(bytes, &ready)?;
        let after = at + marks::position(&bytes[at..], &[BELL])? + 1;
        let rest = without_line(&bytes[after..], &self.line);
        // Before a shell reads, the kernel echoes what is typed at it; dash, which
        // leaves that to the kernel, then prompts and shows nothing of it.
        let (before, prompt) = match self.drawing(&bytes[..at]) {
            Some((begin, prompt)) => {
                let before = self.without_call(&bytes[..begin]);
                ([&before, prompt.as_bytes()].concat(), prompt)
            }
            None => {
                let before = self.without_call(&bytes[..at]);
                let prompt = screen::show(&before).pop().unwrap_or_default();
                (before, prompt)
            }
        };
        Some([&before, self.without_prompt(&rest, &prompt)].concat())
    }

    /// `bytes` without the kernel's echo of the call, for a program that does not
    /// read it as a shell would, or not yet.
    pub(super) fn without_call(&self, bytes: &[u8]) -> Vec<u8> {
        without_line(bytes, &self.call)
    }

    /// Where the call is drawn at the end of `bytes`, and the prompt that stands
    /// before it.
    fn drawing(&self, bytes: &[u8]) -> Option<(usize, String)> {
        let mut begin = bytes.iter().rposition(|byte| *byte == b'\n')?;
        for _ in 0..MOST_LINES {
            let line_end = bytes[..begin].iter().rposition(|byte| *byte == b'\n');
            let line_begin = line_end.map_or(0, |end| end + 1);
            for columns in [pty::COLUMNS, UNTOLD_COLUMNS] {
                let shown = screen::render(&bytes[line_begin..], columns, pty::ROWS).concat();
                if let Some(prompt) = before_text(&shown, &self.call) {
                    return Some((line_begin, prompt.to_owned()));
                }
            }
            begin = line_end?;
        }
        None
    }

    /// `bytes` without the prompt that they begin with, where it is `prompt`.
    fn without_prompt<'b>(&self, bytes: &'b [u8], prompt: &str) -> &'b [u8] {
        let keys = || std::iter::once(self.key.as_str());
        let mut from = 0;
        let mut text_begin = None;
        while let MarkSearch::Found(mark) = marks::find(bytes, from, keys()) {
            from = mark.range.end;
            match (mark.meaning, text_begin) {
                (Meaning::Prompt { .. }, None) if screen::show(&bytes[..from]).is_empty() => {
                    text_begin = Some(from);
                }
                (Meaning::PromptEnd, Some(begin)) => {
                    let text = screen::show(&bytes[begin..mark.range.start]);
                    let same = text.iter().map(String::as_str).eq([prompt.trim_end()]);
                    return if same { &bytes[from..] } else { bytes };
                }
                (Meaning::LongestLine(_), None) => {}
                _ => return bytes,
            }
        }
        bytes
    }
}

/// The line that gives the lab's bash its first marks and a plain prompt.
pub(super) fn first(shell: &MarkedShell) -> String {
    // The user's history file shall not learn what the notes typed, nor the notes
    // what the user did.
    format!(
        " unset HISTFILE; history -c; PS1='$ '; {}",
        set_marks(shell)
    )
}

/// The line that gives an open shell the key of `shell` in place of its own.
pub(super) fn again(shell: &MarkedShell) -> String {
    format!(" {}", set_marks(shell))
}

/// Shell text that sets the marks around the prompt, which is kept in `_lbp`.
///
/// - Escapes go through `printf`: dash does not read them in PS1.
/// - The key stands in a variable of the shell's own: PS1 may be exported, and
///   dash and ash cannot take that back. bash's history forgets what was typed.
/// - bash has to know what in a prompt is invisible (`\[`, `\]`), or it wraps
///   the line too early; the others would print those signs.
/// - bash, in a container without a locale, takes the bytes of Hangul for
///   Meta keys unless set otherwise; pasting codes and completion are of no
///   use to a typist who is a program.
/// - busybox ash reads 1,022 bytes of a line (`FEATURE_EDITING_MAX_LEN`), and
///   the kernel hands 4,095 of one to dash (`N_TTY_BUF_SIZE`). The rest is cut
///   without a word. dash knows the option `emacs`, ash does not.
fn set_marks(shell: &MarkedShell) -> String {
    let (key, identity) = (shell.key(), shell.identity());
    format!(
        "unset _lbk; _lbk={key}; case ${{PS1-}} in *7001*) _lbp=${{_lbp-$PS1}};; *) _lbp=${{PS1-}};; esac; \
         _lb={identity}; _lbn=0; _lbq=${{PS2-}}; unset PS0 PS1 PS2; \
         _lbm() {{ printf '%s\\033]7001;$_lbk;%s\\007%s' \"$2\" \"$1\" \"$3\"; }}; \
         _lbf() {{ _lbm \"$1\" ${{BASH_VERSION:+'\\['}} ${{BASH_VERSION:+'\\]'}}; }}; \
         PS1=$(_lbf '$((_lbn=_lbn+1));$?${{BASH_VERSION:+;$PIPESTATUS}}')$_lbp$(_lbf .); \
         PS2=$(_lbf 'c$((_lbn=_lbn+1))')$_lbq; \
         PS0=$(_lbm o); unset _lbq; unset -f _lbm _lbf; \
         if [ -n \"${{BASH_VERSION-}}\" ]; then \
         case $(history 1) in *{key}*) history -d $(history 1 | (read -r _lbq _lbm; echo $_lbq));; esac; \
         for _lbq in 'input-meta on' 'output-meta on' \
         'convert-meta off' 'enable-bracketed-paste off' 'disable-completion on'; \
         do bind \"set $_lbq\"; done; unset _lbq; elif (set -o emacs); then printf '\\033]7001;{key};l4095\\007'; \
         else printf '\\033]7001;{key};l1022\\007'; fi 2>/dev/null"
    )
}

/// `bytes` without the first place where `line` stands as a line's end. Each
/// terminal on its way puts a carriage return before a line feed.
fn without_line(bytes: &[u8], line: &str) -> Vec<u8> {
    let mut from = 0;
    while let Some(at) = marks::position(&bytes[from..], line.as_bytes()) {
        let at = from + at;
        from = at + line.len();
        let returns = bytes[from..].iter().take_while(|byte| **byte == b'\r');
        let end = from + returns.count();
        if bytes.get(end) == Some(&b'\n') {
            return [&bytes[..at], &bytes[end + 1..]].concat();
        }
    }
    bytes.to_owned()
}

/// What stands in `shown` before `text`, which it ends with; spaces aside, which
/// are lost where lines are wrapped.
fn before_text<'s>(shown: &'s str, text: &str) -> Option<&'s str> {
    let mut rest = shown;
    for wanted in text.chars().rev().filter(|wanted| *wanted != ' ') {
        rest = rest.trim_end_matches(' ').strip_suffix(wanted)?;
    }
    Some(rest.strip_suffix(' ').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting() -> Setting {
        let shell = MarkedShell::new(None).expect("random bytes");
        Setting::of_new_shell(&shell, &[])
    }

    fn left(setting: &Setting, log: &str) -> Vec<String> {
        let bytes = setting.without_traces(log.as_bytes());
        screen::show(&bytes.expect("the shell was ready"))
    }

    fn prompt(setting: &Setting, text: &str) -> String {
        let key = &setting.key;
        format!("\x1b]7001;{key};1;0\x07{text}\x1b]7001;{key};.\x07")
    }

    /// A log of a shell that was given its marks, with what else was printed
    /// before, amid and after them.
    fn log(setting: &Setting, before: &str, amid: &str, after: &str) -> String {
        let Setting { key, call, line } = setting;
        let prompt = prompt(setting, "/ # ");
        format!(
            "{before}/ # \x1b[6n{call}\r\n\x1b]7001;{key};r0\x07{amid}{line}\r\n{after}{prompt}ls\r\n"
        )
    }

    #[test]
    fn a_log_shows_nothing_of_the_setting() {
        let setting = setting();
        let log = log(&setting, "hi\r\n", "", "");
        assert_eq!(left(&setting, &log), ["hi", "/ # ls"]);
    }

    #[test]
    fn a_call_that_came_before_the_shell_read_is_seen_twice_and_shown_never() {
        let setting = setting();
        let early = format!("hi\r\n{}\r\n", setting.call);
        let log = log(&setting, &early, "", "");
        assert_eq!(left(&setting, &log), ["hi", "/ # ls"]);
    }

    #[test]
    fn a_call_that_was_wrapped_is_one() {
        let setting = setting();
        for columns in [40, 66, 80] {
            let (first, second) = setting.call.split_at(columns - 22);
            let log = log(&setting, "", "", "").replace(
                &format!("/ # \x1b[6n{}", setting.call),
                &format!("root@0123456789ab:/# {first}\r\r\n{second}"),
            );
            let shown = left(&setting, &log).concat();
            assert_eq!(shown, "root@0123456789ab:/# / # ls", "{columns}");
        }
    }

    #[test]
    fn whatever_else_a_program_prints_stays() {
        let setting = setting();
        let Setting { key, call, line } = &setting;
        let lies = [
            "a lie".to_owned(),
            format!("a lie {key}"),
            format!("a lie {call}"),
            format!("{call} a lie"),
            format!("{line}a lie"),
            format!("\x1b]7001;{key};r0\x07a lie"),
            prompt(&setting, "a lie\r\n/ # ") + "x",
        ];
        for lie in &lies {
            let lie = format!("{lie}\r\n");
            for log in [
                log(&setting, &lie, "", ""),
                log(&setting, "", &lie, ""),
                log(&setting, "", "", &lie),
            ] {
                let shown = left(&setting, &log).join("\n");
                assert!(shown.contains("a lie"), "{lie:?}: {shown}");
            }
        }
    }

    #[test]
    fn a_second_time_is_a_programs() {
        let setting = setting();
        let twice = log(&setting, "", "", "").repeat(2);
        assert!(left(&setting, &twice).len() > 3);
    }
}
