//! A shell's command line, taken apart: the one reader that the rest builds on.
//!
//! ```text
//!     line         = simple { operator simple }          operator: ; ;; | || & && ( ) newline
//!     simple       = { word | redirection }
//!     redirection  = [ number ] ( < | > | >> | << | >& | ... ) word
//!
//!     sudo docker logs "my web" 2>&1 | tail -3
//!     simple: sudo docker logs my web; redirection 2>& 1
//!     operator: |
//!     simple: tail -3
//! ```
//!
//! Words are without their quotes; comments and the text of here-documents are
//! left out. This is no shell: nothing is expanded, and what cannot be read is
//! read as far as possible. Consent has a reader of its own
//! (`engine::consent::shell`), which refuses whatever it does not understand:
//! being wrong here makes a judgement wrong, there it would run what nobody
//! allowed.

use std::iter::Peekable;
use std::str::Chars;

/// A part of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Word(String),
    Operator(String),
    Redirection { operator: String, target: String },
}

/// A command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// Its simple commands, in order, those inside of substitutions first.
    pub commands: Vec<SimpleCommand>,
    /// Whether a part of it is the output of a command: `$(...)` or backticks.
    pub substitutes: bool,
}

/// One simple command of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// Its words, without quotes: assignments, the program, its arguments.
    pub words: Vec<String>,
    /// Its redirections: the operator with its number (`2>`), and the word after.
    pub redirections: Vec<(String, String)>,
    /// Whether `&` sends it to the background.
    pub background: bool,
}

/// Commands deeper in each other than this are not read.
const DEEPEST: usize = 8;

/// What may stand before a program's name, besides `sudo`.
const PREFIXES: [&str; 4] = ["time", "env", "command", "{"];

impl SimpleCommand {
    /// The program and its arguments.
    pub fn program(&self) -> &[String] {
        without_prefixes(&self.words)
    }
}

/// The words of a simple command without `sudo` and the like, with their options,
/// and without assignments before its program.
pub fn without_prefixes(words: &[String]) -> &[String] {
    let mut rest = words;
    while let Some((word, further)) = rest.split_first() {
        rest = match word.as_str() {
            "sudo" => split_sudo(further).1,
            word if is_assignment(word) || PREFIXES.contains(&word) => further,
            _ => break,
        };
    }
    rest
}

/// The options of `sudo`, and the command it runs.
pub(super) fn split_sudo<W: AsRef<str>>(arguments: &[W]) -> (&[W], &[W]) {
    const LONG_WITH_VALUE: [&str; 2] = ["--user", "--group"];
    let mut at = 0;
    while let Some(option) = arguments.get(at).map(AsRef::as_ref) {
        if !option.starts_with('-') {
            break;
        }
        at += 1;
        if option == "--" {
            break;
        }
        // `-u kim`, `-Eu kim`, but `-ukim`.
        let letters = option.trim_start_matches(|letter| "-EHnSkisbAPB".contains(letter));
        let short = !option.starts_with("--") && matches!(letters, "u" | "g");
        if short || LONG_WITH_VALUE.contains(&option) {
            at += 1;
        }
    }
    arguments.split_at(at.min(arguments.len()))
}

impl CommandLine {
    /// Takes `text` apart.
    pub fn read(text: &str) -> Self {
        Self::read_inside(text, 0)
    }

    fn read_inside(text: &str, depth: usize) -> Self {
        let mut reader = Reader::new(text, depth);
        let mut line = Self::default();
        let mut command = SimpleCommand::default();
        let mut end = |command: &mut SimpleCommand| {
            let command = std::mem::take(command);
            if !command.words.is_empty() || !command.redirections.is_empty() {
                line.commands.push(command);
            }
        };
        for piece in &mut reader {
            match piece {
                Piece::Word(word) => command.words.push(word),
                Piece::Redirection { operator, target } => {
                    command.redirections.push((operator, target));
                }
                Piece::Operator(operator) => {
                    command.background = operator == "&";
                    end(&mut command);
                }
            }
        }
        end(&mut command);
        line.commands.splice(0..0, reader.substituted);
        line.substitutes = reader.substitutes;
        line
    }
}

/// The programs that a command line calls, in order, each with its arguments
/// ([`SimpleCommand::program`]).
pub fn programs(command: &str) -> Vec<Vec<String>> {
    CommandLine::read(command)
        .commands
        .iter()
        .map(|command| command.program().to_vec())
        .filter(|words| !words.is_empty())
        .collect()
}

/// All words of a command line, in order; operators and redirections are words too.
pub fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for piece in &mut Reader::new(command, 0) {
        match piece {
            Piece::Word(word) | Piece::Operator(word) => words.push(word),
            Piece::Redirection { operator, target } => words.extend([operator, target]),
        }
    }
    words
}

/// Whether `word` is `NAME=value`.
pub(super) fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || character == '_')
    })
}

/// Gives the pieces of a command line one by one.
struct Reader<'t> {
    rest: Peekable<Chars<'t>>,
    /// The words that end here-documents whose text comes after this line.
    here_documents: Vec<String>,
    /// Whether `((` is open, where `<<` shifts.
    arithmetic: bool,
    substitutes: bool,
    /// The commands inside of substitutions.
    substituted: Vec<SimpleCommand>,
    /// In how many substitutions the text stands.
    depth: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, depth: usize) -> Self {
        Self {
            rest: text.chars().peekable(),
            here_documents: Vec::new(),
            arithmetic: false,
            substitutes: false,
            substituted: Vec::new(),
            depth,
        }
    }

    /// Skips white space, comments and continued lines.
    fn skip_blanks(&mut self) {
        while let Some(next) = self.rest.peek().copied() {
            let continued = next == '\\' && self.rest.clone().nth(1) == Some('\n');
            if continued {
                self.rest.next();
            } else if next == '#' {
                while self.rest.next_if(|next| *next != '\n').is_some() {}
                return;
            } else if next == '\n' || !next.is_whitespace() {
                return;
            }
            self.rest.next();
        }
    }

    /// The operator that begins with `first`, repeated or not.
    fn operator(&mut self, first: char) -> String {
        let mut operator = first.to_string();
        while first != '\n' && self.rest.next_if_eq(&first).is_some() {
            operator.push(first);
        }
        match operator.as_str() {
            "((" => self.arithmetic = true,
            "))" => self.arithmetic = false,
            "\n" => self.skip_here_documents(),
            _ => {}
        }
        operator
    }

    fn skip_here_documents(&mut self) {
        for word in std::mem::take(&mut self.here_documents) {
            loop {
                let mut line = String::new();
                while let Some(next) = self.rest.next_if(|next| *next != '\n') {
                    line.push(next);
                }
                let last = self.rest.next().is_none();
                if last || line.trim() == word {
                    break;
                }
            }
        }
    }

    /// The redirection that begins with `sign`, after `number`.
    fn redirection(&mut self, number: String, sign: char) -> Piece {
        let mut operator = number;
        operator.push(sign);
        while let Some(next) = self.rest.next_if(|next| {
            matches!(next, '<' | '>')
                || (*next == '&' && !operator.ends_with('&'))
                || (*next == '|' && sign == '>')
        }) {
            operator.push(next);
        }
        let document = operator.trim_start_matches(|first: char| first.is_ascii_digit()) == "<<";
        if document && self.rest.next_if_eq(&'-').is_some() {
            operator.push('-');
        }
        let mut process = String::new();
        if self.rest.peek() == Some(&'(') {
            self.substitution(&mut process);
        }
        self.skip_blanks();
        let target = match self.rest.peek() {
            _ if !process.is_empty() => process,
            Some(next) if !ends_word(*next) => self.word(String::new()).unwrap_or_default(),
            _ => String::new(),
        };
        if document {
            self.here_documents.push(target.clone());
        }
        Piece::Redirection { operator, target }
    }

    /// The word that goes on after `begun`; none where it is the number of a
    /// redirection.
    fn word(&mut self, begun: String) -> Result<String, String> {
        let mut word = begun;
        let mut plain = true;
        while let Some(next) = self.rest.peek().copied() {
            if matches!(next, '<' | '>') {
                if self.arithmetic {
                    word.push(next);
                    self.rest.next();
                    continue;
                }
                let number = plain && word.bytes().all(|byte| byte.is_ascii_digit());
                return if number { Err(word) } else { Ok(word) };
            }
            if next == '(' && word.ends_with('$') {
                self.substitution(&mut word);
                continue;
            }
            if ends_word(next) {
                break;
            }
            self.rest.next();
            match next {
                '\\' => {
                    plain = false;
                    word.extend(self.rest.next().filter(|next| *next != '\n'));
                }
                '\'' => {
                    plain = false;
                    while let Some(next) = self.rest.next().filter(|next| *next != '\'') {
                        word.push(next);
                    }
                }
                '"' => {
                    plain = false;
                    self.double_quoted(&mut word);
                }
                _ => {
                    self.substitutes |= next == '`';
                    word.push(next);
                }
            }
        }
        Ok(word)
    }

    /// Takes `(...)` after a `$`, `<` or `>`, as it stands, to the word.
    fn substitution(&mut self, word: &mut String) {
        let begin = word.len();
        let (mut open, mut quote) = (0, None);
        while let Some(next) = self.rest.next() {
            word.push(next);
            match (quote, next) {
                (Some(quoted), _) if next == quoted => quote = None,
                (Some('\''), _) => {}
                (_, '\\') => word.extend(self.rest.next()),
                (None, '\'' | '"') => quote = Some(next),
                (None, '(') => open += 1,
                (None, ')') => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
        let inner = word[begin + 1..]
            .strip_suffix(')')
            .unwrap_or(&word[begin + 1..]);
        if inner.starts_with('(') {
            return;
        }
        self.substitutes = true;
        if self.depth < DEEPEST {
            let inner = CommandLine::read_inside(inner, self.depth + 1);
            self.substituted.extend(inner.commands);
        }
    }

    fn double_quoted(&mut self, word: &mut String) {
        while let Some(next) = self.rest.peek().copied() {
            if next == '(' && word.ends_with('$') {
                self.substitution(word);
                continue;
            }
            self.rest.next();
            if next == '"' {
                return;
            }
            self.substitutes |= next == '`';
            match (next, self.rest.peek().copied()) {
                ('\\', Some('\n')) => {
                    self.rest.next();
                }
                ('\\', Some(escaped @ ('$' | '`' | '"' | '\\'))) => {
                    self.rest.next();
                    word.push(escaped);
                }
                _ => word.push(next),
            }
        }
    }
}

impl Iterator for Reader<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        self.skip_blanks();
        let first = *self.rest.peek()?;
        match first {
            ';' | '|' | '\n' | '(' | ')' => {
                self.rest.next();
                Some(Piece::Operator(self.operator(first)))
            }
            '&' => {
                self.rest.next();
                match self.rest.next_if_eq(&'>') {
                    Some(sign) => Some(self.redirection("&".to_owned(), sign)),
                    None => Some(Piece::Operator(self.operator(first))),
                }
            }
            '<' | '>' if !self.arithmetic => {
                self.rest.next();
                Some(self.redirection(String::new(), first))
            }
            _ => match self.word(String::new()) {
                Ok(word) => Some(Piece::Word(word)),
                Err(number) => {
                    let sign = self.rest.next()?;
                    Some(self.redirection(number, sign))
                }
            },
        }
    }
}

fn ends_word(next: char) -> bool {
    next.is_whitespace() || matches!(next, ';' | '|' | '&' | '(' | ')')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_are_taken_off_and_hide_operators() {
        for (command, expected) in [
            (
                "echo 'a; b' \"c | d\" e\\ f",
                &["echo", "a; b", "c | d", "e f"][..],
            ),
            (
                "echo \"\\$x \\t \\\" \\\\\" '\\t'",
                &["echo", "$x \\t \" \\", "\\t"],
            ),
            ("echo ''", &["echo", ""]),
            ("docker run \\\n  nginx", &["docker", "run", "nginx"]),
            ("ls # a comment", &["ls"]),
            ("echo a#b", &["echo", "a#b"]),
            ("a;b||c&", &["a", ";", "b", "||", "c", "&"]),
            ("cat a>b", &["cat", "a", ">", "b"]),
            ("cat a 2>&1", &["cat", "a", "2>&", "1"]),
            ("echo $((1<<2))", &["echo", "$((1<<2))"]),
            ("((a = 1 << 2))", &["((", "a", "=", "1", "<<", "2", "))"]),
            ("a \"$(b ')' \"c\")\" d", &["a", "$(b ')' \"c\")", "d"]),
        ] {
            assert_eq!(words(command), expected, "{command}");
        }
    }

    #[test]
    fn redirections_are_no_arguments() {
        for command in [
            "docker logs web > f",
            "docker logs web >f",
            "docker logs web 2>/dev/null",
            "docker logs web &> f",
            "docker logs web >| f",
            "docker logs > f web",
            "docker logs web 2>&1",
        ] {
            let line = CommandLine::read(command);
            assert_eq!(line.commands.len(), 1, "{command}");
            assert_eq!(
                line.commands[0].words,
                ["docker", "logs", "web"],
                "{command}"
            );
            assert_eq!(line.commands[0].redirections.len(), 1, "{command}");
            assert!(!line.commands[0].background, "{command}");
        }
    }

    #[test]
    fn the_text_of_a_here_document_is_no_command() {
        let line =
            "cat <<EOF > f && docker ps\ndocker rm web\n  EOF\nls <<-'END'\n\trm x\n\tEND\npwd";
        let programs: Vec<String> = programs(line)
            .into_iter()
            .map(|words| words.concat())
            .collect();
        assert_eq!(programs, ["cat", "dockerps", "ls", "pwd"]);
    }

    #[test]
    fn every_program_of_a_line_is_found() {
        let first = |command| -> Vec<String> {
            programs(command)
                .into_iter()
                .map(|words| words[0].clone())
                .collect()
        };
        assert_eq!(
            first("a | b && c; d & e\nf"),
            ["a", "b", "c", "d", "e", "f"]
        );
        assert_eq!(first("docker rm $(docker ps -q)"), ["docker", "docker"]);
        assert_eq!(first("sudo A=1 time docker ps"), ["docker"]);
        assert_eq!(first("{ docker ps; }"), ["docker", "}"]);
    }

    #[test]
    fn what_a_command_prints_for_another_is_flagged() {
        for command in [
            "a $(b)",
            "a \"$(b)\"",
            "a `b`",
            "a \"`b`\"",
            "a <(b)",
            "a=$(b)",
        ] {
            assert!(CommandLine::read(command).substitutes, "{command}");
        }
        for command in [
            "a '$(b)'",
            "a \\`b",
            "a $x",
            "(a)",
            "a '`'",
            "a -f '{{.X}} > y'",
        ] {
            assert!(!CommandLine::read(command).substitutes, "{command}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_refused(text in "([a-c $()<>&|;#'\"`\\\\\n]|<<E\n|[0-9]){0,40}") {
            let line = CommandLine::read(&text);
            let told: usize = line.commands.iter().map(|command| command.words.len()).sum();
            // A letter is of one word, and of one more for each substitution around it.
            prop_assert!(told <= text.chars().count() * (DEEPEST + 1));
            prop_assert!(words(&text).len() <= text.chars().count() * 2);
        }
    }
}
