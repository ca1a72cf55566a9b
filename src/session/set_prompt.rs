//! A prompt that a transcript sets itself, read as bash expands it.
//!
//! ```text
//!     PS1='lab> '                 lab> ls
//!     PS1='\n[\t] \w\n\$ '        [14:23:01] ~/app       the upper line
//!                                 $ ls
//! ```
//!
//! The escapes are those of "Controlling the Prompt" in bash's manual. What stands between
//! `\[` and `\]` is not shown.

use regex::Regex;

use super::Prompt;
use super::prompt::{PromptForm, PromptLine};
use crate::pattern::pattern;

/// A prompt that a transcript gave to its shell.
#[derive(Debug, Clone)]
pub(super) struct SetPrompt {
    /// As the transcript writes it, without blanks at its end.
    written: String,
    upper: Option<Regex>,
    prompt: Regex,
}

pattern! {
    /// What colours a prompt: between its brackets, or without them.
    UNSEEN = r"(?s)\\\[.*?\\\]|(?:\\e|\\033|\\x1[bB])\[[0-9;]*m|\\a";
    /// A substitution, which only its shell knows.
    SUBSTITUTION = r"`|\$[({\w]";
    /// Escapes that show no sign of a prompt's end.
    UNSIGNED = r"\\(?:D\{[^}]*\}|[^$\\])";
    /// What bash reads as one in a prompt.
    ESCAPE = r"(?s)^\\(?:D\{[^}]*\}|[0-7]{3}|.)";
}

impl SetPrompt {
    /// Reads what is assigned to `PS1`; none where nothing is shown, or a part that only
    /// the shell knows.
    pub(super) fn read(assigned: &str) -> Option<Self> {
        let shown = UNSEEN.replace_all(assigned, "").replace("\\n", "\n");
        if SUBSTITUTION.is_match(&shown) {
            return None;
        }
        let mut lines = shown.trim_end().rsplit('\n');
        let (last, above) = (lines.next()?.trim_start(), lines.next().unwrap_or_default());
        // Without a sign it could be any line of output.
        let is_sign = |letter: char| letter.is_ascii_punctuation() && letter != '\\';
        if !UNSIGNED.replace_all(last, "").contains(is_sign) {
            return None;
        }
        let upper = match above.trim() {
            "" => None,
            above => Some(Regex::new(&format!(r"^{}\s*$", expanded(above)?)).ok()?),
        };
        let prompt = expanded(last)?;
        let prompt = format!(r"^(?<prompt>{prompt})(?:\s+(?<typed>\S.*))?\s*$");
        Some(Self {
            written: assigned.trim_end().to_owned(),
            upper,
            prompt: Regex::new(&prompt).ok()?,
        })
    }

    /// Whether `line` is the upper one of this prompt's two lines, `next` being the one
    /// below it: none where the transcript ends.
    pub(super) fn is_upper_line(&self, line: &str, next: Option<&str>) -> bool {
        let is_upper = |upper: &Regex| upper.is_match(line.trim());
        self.upper.as_ref().is_some_and(is_upper)
            && next.is_none_or(|next| self.prompt.is_match(next))
    }

    /// The prompt at the beginning of `line`, which is number `number` of its file.
    pub(super) fn at_start_of<'l>(&self, line: &'l str, number: usize) -> Option<PromptLine<'l>> {
        let found = self.prompt.captures(line)?;
        let text = found.name("prompt")?.as_str().to_owned();
        Some(PromptLine {
            form: PromptForm::Given {
                text: self.written.clone(),
            },
            prompt: Prompt {
                sign: text.chars().next_back()?,
                text,
                user: None,
                host: None,
                folder: None,
                line: number,
            },
            typed: found
                .name("typed")
                .map_or("", |typed| typed.as_str().trim()),
        })
    }
}

/// The pattern of one line of a prompt; none where an escape is not known.
fn expanded(line: &str) -> Option<String> {
    let mut pattern = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let Some(escape) = ESCAPE.find(rest) else {
            pattern.push_str(&regex::escape(first.encode_utf8(&mut [0; 4])));
            rest = &rest[first.len_utf8()..];
            continue;
        };
        rest = &rest[escape.end()..];
        pattern.push_str(match &escape.as_str()[1..] {
            "u" => r"[\w.-]+",
            "h" | "H" => r"[\p{Alphabetic}0-9][\w.-]*",
            "w" | "W" => r"[~/\w]\S*",
            "$" => "[$#]",
            "t" | "T" => "[0-9]{2}:[0-9]{2}:[0-9]{2}",
            "A" => "[0-9]{2}:[0-9]{2}",
            "@" => "[0-9]{2}:[0-9]{2} ?[AP]M",
            "d" => r"\S+ \S+ +[0-9]{1,2}",
            "!" | "#" | "j" => "[0-9]+",
            "s" | "l" => r"-?[\w/]+",
            "v" | "V" => "[0-9.]+",
            "\\" => r"\\",
            given if given.starts_with('D') => ".+?",
            _ => return None,
        });
    }
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_prompt_is_known_as_bash_expands_it() {
        for (assigned, line, typed) in [
            ("lab> ", "lab> ls -l", "ls -l"),
            (r"[\t] \w\$ ", "[14:23:01] ~/app# ls", "ls"),
            (r"\u@\h:\W \$ ", "root@3f1c5b0a9d27:app # ls", "ls"),
            (r"\[\e[1;32m\]box\[\e[0m\] \! > ", "box 12 > ls", "ls"),
            (r"\n\D{%H:%M} (\#) \$ ", "10:20 (3) $ ls", "ls"),
            (r"[box] \w # ", "[box] / # ls", "ls"),
        ] {
            let set = SetPrompt::read(assigned).unwrap();
            let found = set.at_start_of(line, 1).unwrap();
            assert_eq!(found.typed, typed, "{assigned}");
            assert!(set.at_start_of("total 4", 1).is_none(), "{assigned}");
        }
    }

    #[test]
    fn a_line_above_a_set_prompt_is_none_of_the_output() {
        let set = SetPrompt::read(r"\n[\t] \w\n\$ ").unwrap();
        assert!(set.is_upper_line("[14:23:01] ~/app", Some("$ ls")));
        assert!(set.is_upper_line("[14:23:01] ~/app", None));
        assert!(!set.is_upper_line("[14:23:01] ~/app", Some("total 4")));
        assert!(!set.is_upper_line("total 4", Some("$ ls")));
    }

    #[test]
    fn what_only_its_shell_can_expand_is_no_known_prompt() {
        for assigned in [
            "$(date) $ ",
            "`hostname`> ",
            "$USER> ",
            r"\z> ",
            r"\u \w ",
            r"\! ",
            "lab ",
            "",
            " ",
        ] {
            assert!(SetPrompt::read(assigned).is_none(), "{assigned}");
        }
    }
}
