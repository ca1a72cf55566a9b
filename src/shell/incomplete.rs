//! Whether a command is complete, as its lines are typed.
//!
//! ```text
//!     docker run \          goes on: a backslash at the end
//!     cat <<EOF             goes on: a here-document
//!     for i in 1 2; do      goes on: no `done` yet
//! ```
//!
//! It follows line by line, so that a command of any length takes time in
//! proportion to it.

use std::collections::VecDeque;

use super::lexer::{ShellToken, tokens};

/// A command as it is typed, line by line.
#[derive(Debug)]
pub struct Typed {
    text: String,
    /// Quotes and brackets that are open, the innermost last.
    open: Vec<char>,
    /// The here-documents that are open, in order.
    here_documents: VecDeque<OpenHereDocument>,
    /// Whether the last line ended in a backslash or an operator.
    goes_on: bool,
    /// The lines since the last one that ended outside quotes.
    unread: String,
    compound: OpenCompounds,
}

impl Typed {
    /// Begins with the first line.
    pub fn new(line: &str) -> Self {
        let mut typed = Self {
            text: line.to_owned(),
            open: Vec::new(),
            here_documents: VecDeque::new(),
            goes_on: false,
            unread: String::new(),
            compound: OpenCompounds::default(),
        };
        typed.follow(line);
        typed
    }

    /// Goes on with another line.
    pub fn push(&mut self, line: &str) {
        self.text.push('\n');
        self.text.push_str(line);
        self.follow(line);
    }

    /// The whole command as far as it was typed.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The here-document that is open.
    pub fn here_document(&self) -> Option<&OpenHereDocument> {
        self.here_documents.front()
    }

    /// Whether a shell would ask for more lines.
    pub fn is_incomplete(&self) -> bool {
        !self.here_documents.is_empty()
            || self.goes_on
            || !self.open.is_empty()
            || self.compound.is_open()
    }

    fn follow(&mut self, line: &str) {
        if let Some(document) = self.here_document() {
            if document.ends_with(line) {
                self.here_documents.pop_front();
            }
            return;
        }
        let scan = scan_line(line, &mut self.open);
        self.here_documents.extend(scan.here_documents);
        self.goes_on = scan.goes_on;
        self.unread.push_str(line);
        self.unread.push('\n');
        if self.open.is_empty() && !self.goes_on {
            self.compound.follow(&std::mem::take(&mut self.unread));
        }
    }
}

/// A here-document whose text is still to come.
#[derive(Debug)]
pub struct OpenHereDocument {
    /// The word that ends it.
    word: String,
    /// Whether leading tabs are stripped (`<<-`).
    tabs: bool,
}

impl OpenHereDocument {
    /// Whether `line` ends it.
    pub fn ends_with(&self, line: &str) -> bool {
        let line = if self.tabs {
            line.trim_start_matches('\t')
        } else {
            line
        };
        line.trim_end() == self.word
    }
}

struct Scan {
    /// A trailing backslash or operator.
    goes_on: bool,
    here_documents: Vec<OpenHereDocument>,
}

/// Follows quotes and brackets through one line; `open` is what is open.
fn scan_line(line: &str, open: &mut Vec<char>) -> Scan {
    let mut here_documents = Vec::new();
    let mut characters = line.char_indices().peekable();
    let mut before = ' ';
    let mut goes_on = false;
    while let Some((at, character)) = characters.next() {
        let went_on = std::mem::take(&mut goes_on);
        match (open.last().copied(), character) {
            (Some('\''), '\'') | (Some('"'), '"') | (Some('`'), '`') | (Some('('), ')') => {
                open.pop();
            }
            (Some('\''), _) => {}
            (_, '\\') => goes_on = characters.next().is_none(),
            (Some('"'), '(') if before == '$' => open.push('('),
            (Some('"'), '`') => open.push('`'),
            (Some('"'), _) => {}
            (_, '\'' | '"' | '`' | '(') => open.push(character),
            (_, '#') if before.is_whitespace() => break,
            (_, '<')
                if line[at..].starts_with("<<")
                    && !line[at..].starts_with("<<<")
                    && before != '<'
                    && !open.ends_with(&['(', '(']) =>
            {
                here_documents.extend(here_document(&line[at + 2..]));
            }
            (_, '|') => goes_on = true,
            (_, '&') => goes_on = before == '&',
            (_, ' ' | '\t') => goes_on = went_on,
            _ => {}
        }
        before = character;
    }
    Scan {
        goes_on,
        here_documents,
    }
}

/// The here-document that begins in a line; `rest` is what stands after `<<`.
fn here_document(rest: &str) -> Option<OpenHereDocument> {
    let (tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let Some(ShellToken::Word { word, .. }) = tokens(first_word(rest.trim_start()), super::DEEPEST)
        .tokens
        .into_iter()
        .next()
    else {
        return None;
    };
    let word = word.text;
    (!word.is_empty()).then_some(OpenHereDocument { word, tabs })
}

/// The word that `text` begins with, in its quotes.
fn first_word(text: &str) -> &str {
    let (mut quote, mut escaped) = (None, false);
    let end = text.find(|character: char| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '\\') => escaped = true,
            (None, _) => return character.is_whitespace() || ";|&<>()".contains(character),
        }
        false
    });
    &text[..end.unwrap_or(text.len())]
}

/// Whether `for`, `if`, `case` or `{` stand without the word that closes them.
#[derive(Debug)]
struct OpenCompounds {
    depth: i32,
    /// Whether the next word begins a command: keywords count only there.
    at_start: bool,
}

impl Default for OpenCompounds {
    fn default() -> Self {
        Self {
            depth: 0,
            at_start: true,
        }
    }
}

impl OpenCompounds {
    /// Follows whole lines.
    fn follow(&mut self, lines: &str) {
        for token in tokens(lines, super::DEEPEST).tokens {
            let word = match token {
                ShellToken::Word { word, .. } => word.text,
                ShellToken::Operator(operator) => operator,
                ShellToken::Redirection { .. } => continue,
            };
            let at_start = self.at_start;
            self.at_start = match word.as_str() {
                ";" | "|" | "||" | "&" | "&&" | "\n" | "(" | ")" | ";;" | "|&" => true,
                "do" | "then" | "else" | "elif" => at_start,
                "while" | "until" | "if" | "{" if at_start => {
                    self.depth += 1;
                    true
                }
                "for" | "case" if at_start => {
                    self.depth += 1;
                    false
                }
                "done" | "fi" | "esac" | "}" if at_start => {
                    self.depth -= 1;
                    false
                }
                _ => false,
            };
        }
    }

    fn is_open(&self) -> bool {
        self.depth > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_incomplete(command: &str) -> bool {
        let mut lines = command.split('\n');
        let mut typed = Typed::new(lines.next().unwrap_or_default());
        lines.for_each(|line| typed.push(line));
        typed.is_incomplete()
    }

    #[test]
    fn a_command_goes_on_after_a_backslash_an_open_quote_and_a_here_document() {
        for command in [
            "docker run \\",
            "echo 'a",
            "echo \"a",
            "cat <<EOF",
            "cat <<EOF > file",
            "cat << 'EOF'\ntext",
            "a |",
            "a &&",
            "for i in 1 2; do",
            "if true; then\necho",
            "echo $(date",
            "f() {",
            "cat <<-EOF\n\tx",
            "a && ",
        ] {
            assert!(is_incomplete(command), "{command:?} goes on");
        }
        for command in [
            "ls",
            "echo 'a'",
            "echo \"it's\"",
            "cat <<EOF\ntext\nEOF",
            "cat <<< word",
            "docker run \\\n nginx",
            "a | b",
            "echo \\'",
            "for i in 1; do echo; done",
            "sleep 1 &",
            "echo # it's",
            "cat <<-EOF\n\tx\n\tEOF",
            "echo a#'b'",
            "echo $((1<<2))",
            "cat > a.py <<EOF\nfor x in y:\n  print(x)\nEOF",
            "cat <<EOF\nit's\nEOF",
            "echo done",
            "echo \\| ",
            "cat <<'E F';ls\nE F",
            "",
        ] {
            assert!(!is_incomplete(command), "{command:?} is complete");
        }
    }
}
