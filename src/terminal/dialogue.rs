//! What is typed to a program that waits for keys: what the notes show behind its
//! question.
//!
//! ```text
//!     Are you sure you want to continue? [y/N] y      the notes
//!     Are you sure you want to continue? [y/N]        printed, and the program waits
//!                                              y      typed
//! ```
//!
//! The terminal shows what was typed behind the question, so that the line is judged
//! as a whole: question and echo.

use crate::session::Expected;

/// What the notes show of a step that a program may ask for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dialogue<'a> {
    /// The lines between the command and the next prompt or keys.
    pub shown: &'a [Expected],
    /// Whether Ctrl-D ends them: the program may read lines then without asking.
    pub ends_in_eof: bool,
    /// Whether a prompt follows, so that the last line was answered as well.
    pub goes_on: bool,
    /// The password that the notes set.
    pub password: Option<&'a str>,
}

/// How far a step's dialogue has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Talk<'a> {
    dialogue: Dialogue<'a>,
    /// The first line of the notes that is not done with.
    next: usize,
    /// How many lines were printed when the last reply was typed, with its question's.
    printed: usize,
    /// The question that it answered; empty where there was none.
    question: String,
    /// The lines that were typed without a question.
    typed: Vec<String>,
}

/// What to type next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reply<'a> {
    /// What the notes show; empty where it is only the Enter key, or hidden.
    pub text: &'a str,
    /// Its line's place in the dialogue.
    index: usize,
}

impl<'a> Talk<'a> {
    pub(super) fn new(dialogue: Dialogue<'a>) -> Self {
        Self {
            dialogue,
            ..Self::default()
        }
    }

    /// The password that the notes set.
    pub(super) fn password(&self) -> Option<&'a str> {
        self.dialogue.password
    }

    /// The lines that were typed without a question.
    pub(super) fn typed(&self) -> &[String] {
        &self.typed
    }

    /// Whether nothing is left that could be typed.
    pub(super) fn is_over(&self) -> bool {
        self.next >= self.dialogue.shown.len()
    }

    /// What to type to a program that printed the lines `printed` and waits behind
    /// `question`, which is empty at the beginning of a line.
    ///
    /// None where the last question still stands there: the program has not taken its answer yet,
    /// and may throw away what is typed before it does.
    pub(super) fn reply(&self, printed: &[String], question: &str) -> Option<Reply<'a>> {
        let is_answered = printed.len() < self.printed && question == self.question;
        if is_answered && !question.is_empty() {
            return None;
        }
        let reply = match question {
            "" => self.line(printed.len()),
            _ => self.behind(printed.get(self.printed..).unwrap_or_default(), question),
        };
        let is_key = |character: char| character.is_control() && character != '\t';
        reply.filter(|reply| !reply.text.contains(is_key))
    }

    /// `reply` was typed when `printed` lines were there, with its question.
    pub(super) fn replied(&mut self, reply: Reply<'_>, printed: usize, question: &str) {
        self.next = reply.index + 1;
        self.printed = printed;
        question.clone_into(&mut self.question);
        if question.is_empty() {
            self.typed.push(reply.text.to_owned());
        }
    }

    /// What stands behind `question` in the first line that the program did not
    /// print by itself.
    fn behind(&self, printed: &[String], question: &str) -> Option<Reply<'a>> {
        let Dialogue { shown, goes_on, .. } = self.dialogue;
        let mut printed: Vec<&str> = printed.iter().map(|line| line.trim_end()).collect();
        for (index, line) in shown.iter().enumerate().skip(self.next) {
            if let Some(at) = printed.iter().position(|printed| *printed == line.text) {
                printed.swap_remove(at);
                continue;
            }
            if let Some(text) = line.text.strip_prefix(question) {
                let is_asked = goes_on || !text.is_empty() || index + 1 < shown.len();
                let text = match goes_on_with_lines(question) {
                    true => text.strip_prefix(' ').unwrap_or(text),
                    false => text.trim_start(),
                };
                return is_asked.then_some(Reply { text, index });
            }
        }
        None
    }

    /// The line that is typed without a question where so many were printed. What
    /// an elision stands for cannot be typed.
    fn line(&self, printed: usize) -> Option<Reply<'a>> {
        let Dialogue {
            shown, ends_in_eof, ..
        } = self.dialogue;
        if !ends_in_eof || shown.iter().any(|line| line.elision) {
            return None;
        }
        let index = printed.max(self.next);
        let text = &shown.get(index)?.text;
        Some(Reply { text, index })
    }
}

/// Whether a question is the prompt of an interpreter, behind which blanks count.
fn goes_on_with_lines(question: &str) -> bool {
    question.ends_with("...") || question.ends_with('>')
}

/// Whether a line looks like one that asks for something.
pub(super) fn is_question(line: &str) -> bool {
    line.ends_with([':', '?', ']', ')', '>'])
}

/// Whether a line asks for nothing but an answer, by its words.
pub(super) fn asks_plainly(line: &str) -> bool {
    let chooses = ["y/n", "yes/no"];
    let lower = line.to_lowercase();
    let is_choice = is_question(&lower) && chooses.iter().any(|words| lower.contains(words));
    is_choice || asks_for_secret(line)
}

/// Whether a line asks for what is not shown while it is typed.
pub(super) fn asks_for_secret(line: &str) -> bool {
    let line = line.to_lowercase();
    let asks = ["password", "passphrase", "암호", "비밀번호"];
    is_question(&line) && asks.iter().any(|words| line.contains(words))
}

/// Whether a line asks for a password that is set just then.
pub(super) fn sets_password(line: &str) -> bool {
    let line = line.to_lowercase();
    line.contains("password")
        && ["new", "retype", "again", "verify", "repeat"]
            .iter()
            .any(|word| line.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<Expected> {
        let lines = text.lines().enumerate();
        lines
            .map(|(index, text)| Expected {
                line: index + 1,
                text: text.to_owned(),
                elision: text == "...",
            })
            .collect()
    }

    fn asked<'a>(shown: &'a [Expected], printed: &[&str], question: &str) -> Option<&'a str> {
        let printed: Vec<String> = printed.iter().map(ToString::to_string).collect();
        let dialogue = Dialogue {
            shown,
            goes_on: true,
            ..Dialogue::default()
        };
        let reply = Talk::new(dialogue).reply(&printed, question);
        reply.map(|reply| reply.text)
    }

    #[test]
    fn what_stands_behind_the_question_is_typed() {
        let shown = shown("WARNING!\nSure? [y/N] y\nDeleted");
        assert_eq!(asked(&shown, &["WARNING!"], "Sure? [y/N]"), Some("y"));
        assert_eq!(asked(&shown, &["WARNING!"], "Really? [y/N]"), None);
    }

    #[test]
    fn a_question_that_was_answered_is_not_answered_again_before_its_line_ends() {
        let shown = shown("db> get a\n1\ndb> exit");
        let dialogue = Dialogue {
            shown: &shown,
            goes_on: true,
            ..Dialogue::default()
        };
        let mut talk = Talk::new(dialogue);
        let first = talk.reply(&[], "db>").expect("the first command");
        talk.replied(first, 1, "db>");
        assert_eq!(talk.reply(&[], "db>"), None);
        let printed = ["db> get a", "1"].map(str::to_owned);
        let reply = talk.reply(&printed, "db>").map(|reply| reply.text);
        assert_eq!(reply, Some("exit"));
    }

    #[test]
    fn blanks_are_typed_behind_the_prompt_of_an_interpreter_alone() {
        let shown = shown(">>> for i in a:\n...     print(i)\n... \nName:   kim");
        assert_eq!(asked(&shown, &[], "..."), Some("    print(i)"));
        assert_eq!(asked(&shown, &[], ">>>"), Some("for i in a:"));
        assert_eq!(asked(&shown, &[], "Name:"), Some("kim"));
    }

    #[test]
    fn a_line_that_the_program_printed_whole_is_not_its_answer() {
        let shown = shown("Name: kim\nName: lee");
        assert_eq!(asked(&shown, &[], "Name:"), Some("kim"));
        assert_eq!(asked(&shown, &["Name: kim"], "Name:"), Some("lee"));
    }

    #[test]
    fn lines_without_a_question_are_typed_only_before_the_end_of_a_file() {
        let shown = shown("pear\n\n  fig");
        let at = |ends_in_eof, printed: usize| {
            let dialogue = Dialogue {
                shown: &shown,
                ends_in_eof,
                ..Dialogue::default()
            };
            let reply = Talk::new(dialogue).reply(&vec![String::new(); printed], "");
            reply.map(|reply| reply.text)
        };
        assert_eq!(at(false, 0), None);
        let lines = [Some("pear"), Some(""), Some("  fig"), None];
        assert_eq!([0, 1, 2, 3].map(|printed| at(true, printed)), lines);
    }
}
