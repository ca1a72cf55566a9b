//! Shell text -> tokens.
//!
//! ```text
//!     token        = word | operator | redirection
//!     operator     = ; ;; | |& || & && ( ) newline
//!     redirection  = [ number ] ( < | > | >> | << | <<- | <<< | >& | &> | ... ) word
//! ```
//!
//! Words lose their quotes; comments and the text of here-documents are left
//! out. What bash could understand in another way than this reader is noted.

use super::script::Script;
use super::{DEEPEST, is_assignment};

/// One word of a command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShellWord {
    /// Its text without quotes; expansions stand in it as they are written.
    pub text: String,
    /// Whether the text is what the program gets: no expansion, no pattern.
    pub literal: bool,
    /// Whether it is a pattern (`*.txt`) without any expansion.
    pub pattern: bool,
    /// Whether it is `~` or begins with an unquoted `~/`.
    pub home: bool,
    /// Whether a part of it is quoted, so that it is no keyword.
    pub quoted: bool,
}

/// A part of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ShellToken {
    Word {
        word: ShellWord,
        /// The scripts of its substitutions.
        scripts: Vec<Script>,
    },
    Operator(String),
    Redirection {
        operator: String,
        target: ShellWord,
        scripts: Vec<Script>,
    },
}

/// The tokens of a text, and why it is opaque.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) tokens: Vec<ShellToken>,
    /// The first part that is not understood.
    pub(super) opaque: Option<String>,
}

struct PendingHereDocument {
    delimiter: String,
    /// Whether its text is taken as it stands.
    quoted: bool,
    /// Whether leading tabs are stripped (`<<-`).
    tabs: bool,
}

/// Takes `text`, which stands in `depth` substitutions, apart.
pub(super) fn tokens(text: &str, depth: usize) -> Tokens {
    let mut lexer = Lexer {
        rest: text.chars().collect(),
        at: 0,
        depth,
        here_documents: Vec::new(),
        scripts: Vec::new(),
        arithmetic: false,
        no_expansion_until: 0,
        tokens: Tokens::default(),
    };
    lexer.read();
    lexer.tokens
}

struct Lexer {
    rest: Vec<char>,
    at: usize,
    depth: usize,
    /// Here-documents whose text comes after this line.
    here_documents: Vec<PendingHereDocument>,
    /// The scripts of the substitutions of the word that is being read.
    scripts: Vec<Script>,
    /// Whether `((` is open, where `<<` shifts.
    arithmetic: bool,
    /// Up to where it is known that braces stand for themselves.
    no_expansion_until: usize,
    tokens: Tokens,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn peek_at(&self, offset: usize) -> Option<char> {
        self.rest.get(self.at + offset).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn next_is(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(offset, c)| self.peek_at(offset) == Some(c))
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.next_is(text);
        if found {
            self.at += text.chars().count();
        }
        found
    }

    /// Notes what is not understood; the first note stays.
    fn note(&mut self, what: &str) {
        self.tokens.opaque.get_or_insert_with(|| what.to_owned());
    }

    fn read(&mut self) {
        loop {
            self.skip_blanks();
            let Some(next) = self.peek() else { break };
            let token = match next {
                '\n' => {
                    self.at += 1;
                    self.read_here_documents();
                    ShellToken::Operator("\n".to_owned())
                }
                ';' | '|' | '(' | ')' => self.operator(),
                '&' if !self.next_is("&>") => self.operator(),
                '<' | '>' if self.arithmetic => {
                    self.at += 1;
                    self.plain_word(next.to_string())
                }
                '&' | '<' | '>' => self.redirection(String::new()),
                _ if self.is_numbered_redirection() => {
                    let mut number = String::new();
                    while let Some(digit) = self.peek().filter(char::is_ascii_digit) {
                        number.push(digit);
                        self.at += 1;
                    }
                    self.redirection(number)
                }
                _ => {
                    let word = self.word();
                    let scripts = std::mem::take(&mut self.scripts);
                    ShellToken::Word { word, scripts }
                }
            };
            self.tokens.tokens.push(token);
        }
        if !self.here_documents.is_empty() {
            self.note("a here-document that does not end");
        }
    }

    fn plain_word(&self, text: String) -> ShellToken {
        let word = ShellWord {
            text,
            literal: true,
            ..ShellWord::default()
        };
        ShellToken::Word {
            word,
            scripts: Vec::new(),
        }
    }

    /// Skips white space, comments and continued lines.
    fn skip_blanks(&mut self) {
        while let Some(next) = self.peek() {
            if self.take("\\\n") {
                continue;
            }
            if next == '#' {
                while self.peek().is_some_and(|next| next != '\n') {
                    self.at += 1;
                }
                return;
            }
            if next == '\n' || !next.is_whitespace() {
                return;
            }
            if !matches!(next, ' ' | '\t') {
                self.note("white space that is no blank");
            }
            self.at += 1;
        }
    }

    fn operator(&mut self) -> ShellToken {
        const LONG: [&str; 5] = [";;", "|&", "||", "&&", "(("];
        let operator = LONG
            .into_iter()
            .chain(["))"].into_iter().filter(|_| self.arithmetic))
            .find(|operator| self.next_is(operator))
            .map_or_else(
                || self.peek().into_iter().collect::<String>(),
                str::to_owned,
            );
        self.at += operator.chars().count();
        match operator.as_str() {
            ";;" => self.note("a `;;`"),
            "&" => self.note("a command in the background"),
            "(" | ")" => self.note("a subshell or function"),
            "((" => {
                self.arithmetic = true;
                self.note("an arithmetic command");
            }
            "))" => self.arithmetic = false,
            _ => {}
        }
        ShellToken::Operator(operator)
    }

    fn is_numbered_redirection(&self) -> bool {
        let digits = (0..)
            .take_while(|offset| self.peek_at(*offset).is_some_and(|c| c.is_ascii_digit()))
            .count();
        digits > 0 && !self.arithmetic && matches!(self.peek_at(digits), Some('<' | '>'))
    }

    /// The redirection that stands here, behind `number`.
    fn redirection(&mut self, number: String) -> ShellToken {
        if self.next_is("<(") || self.next_is(">(") {
            self.note("a process substitution");
            let sign = self.next().into_iter().collect::<String>();
            let mut target = ShellWord::default();
            self.at += 1;
            self.parenthesised(&mut target, "(");
            return ShellToken::Redirection {
                operator: number + &sign,
                target,
                scripts: std::mem::take(&mut self.scripts),
            };
        }
        const OPERATORS: [&str; 12] = [
            "<<<", "<<-", "<<", "<>", "<&", "<", "&>>", "&>", ">>", ">|", ">&", ">",
        ];
        let sign = OPERATORS
            .into_iter()
            .find(|operator| self.next_is(operator))
            .unwrap_or("<");
        self.take(sign);
        match sign {
            "<<-" => self.note("an indented here-document"),
            "<>" => self.note("a file opened both ways"),
            _ => {}
        }
        while self.take(" ") || self.take("\t") || self.take("\\\n") {}
        let begin = self.at;
        let target = match self.ends_word(0) {
            true => {
                self.note("a redirection without a target");
                ShellWord::default()
            }
            false => self.word(),
        };
        if matches!(sign, "<<" | "<<-") {
            if !target.literal || target.text.is_empty() {
                self.note("a here-document without a plain end");
            }
            self.here_documents.push(PendingHereDocument {
                delimiter: target.text.clone(),
                quoted: self.rest[begin..self.at]
                    .iter()
                    .any(|c| matches!(c, '\'' | '"' | '\\')),
                tabs: sign == "<<-",
            });
        }
        ShellToken::Redirection {
            operator: number + sign,
            target,
            scripts: std::mem::take(&mut self.scripts),
        }
    }

    /// Skips the texts of here-documents, but for their substitutions.
    fn read_here_documents(&mut self) {
        for document in std::mem::take(&mut self.here_documents) {
            let mut body = String::new();
            loop {
                if self.peek().is_none() {
                    self.note("a here-document that does not end");
                    break;
                }
                let mut line = String::new();
                while let Some(next) = self.peek().filter(|next| *next != '\n') {
                    line.push(next);
                    self.at += 1;
                }
                self.at += usize::from(self.peek().is_some());
                // A pasted transcript may have lost or added blanks around it.
                if line.trim() == document.delimiter {
                    let stripped = match document.tabs {
                        true => line.trim_start_matches('\t'),
                        false => line.as_str(),
                    };
                    if stripped != document.delimiter {
                        self.note("a here-document whose end has blanks around it");
                    }
                    break;
                }
                body.push_str(&line);
                body.push('\n');
            }
            if !document.quoted {
                let mut inner = Self {
                    rest: body.chars().collect(),
                    at: 0,
                    depth: self.depth,
                    here_documents: Vec::new(),
                    scripts: Vec::new(),
                    arithmetic: false,
                    no_expansion_until: 0,
                    tokens: Tokens::default(),
                };
                inner.expansions();
                if let Some(what) = inner.tokens.opaque {
                    self.note(&what);
                }
                self.give_to_here_document(inner.scripts);
            }
        }
    }

    /// Adds `more` to the redirection that opened the last here-document.
    fn give_to_here_document(&mut self, more: Vec<Script>) {
        let tokens = self.tokens.tokens.iter_mut().rev();
        let mut opened = tokens.filter_map(|token| match token {
            ShellToken::Redirection {
                operator, scripts, ..
            } if operator.contains("<<") => Some(scripts),
            _ => None,
        });
        if let Some(scripts) = opened.next() {
            scripts.extend(more);
        }
    }

    /// Finds the substitutions of a text that is expanded but not split.
    fn expansions(&mut self) {
        let mut ignored = ShellWord::default();
        while let Some(next) = self.peek() {
            match next {
                '\\' => self.at += 2,
                '$' | '`' => self.expansion(&mut ignored),
                _ => self.at += 1,
            }
        }
    }

    fn word(&mut self) -> ShellWord {
        let mut word = ShellWord {
            literal: true,
            ..ShellWord::default()
        };
        let start = self.at;
        while let Some(next) = self.peek() {
            match next {
                '<' | '>' if self.arithmetic => {
                    word.text.push(next);
                    self.at += 1;
                }
                _ if self.ends_word(0) => break,
                '\\' => {
                    self.at += 1;
                    word.quoted = true;
                    match self.next() {
                        Some('\n') => {}
                        Some(escaped) => word.text.push(escaped),
                        None => self.note("a backslash at the end"),
                    }
                }
                '\'' => self.single_quoted(&mut word),
                '"' => self.double_quoted(&mut word),
                '$' | '`' => self.expansion(&mut word),
                '~' if self.at == start => {
                    self.at += 1;
                    word.text.push('~');
                    match self.peek() == Some('/') || self.ends_word(0) {
                        true => word.home = true,
                        false => word.literal = false,
                    }
                }
                _ => {
                    self.note_special(next);
                    if matches!(next, '*' | '?' | '[' | ']') {
                        word.pattern |= word.literal;
                        word.literal = false;
                    }
                    word.text.push(next);
                    self.at += 1;
                }
            }
        }
        word
    }

    /// Notes a character outside of quotes that bash may give a meaning of its own.
    fn note_special(&mut self, next: char) {
        match next {
            '!' if !self.ends_word(1) && !self.next_is("!=") => {
                self.note("a history expansion (`!`)");
            }
            '{' if !self.next_is("{}") && self.has_brace_expansion() => {
                self.note("a brace expansion");
            }
            _ if next.is_control() => self.note("a control character"),
            _ => {}
        }
    }

    fn ends_word(&self, offset: usize) -> bool {
        self.peek_at(offset)
            .is_none_or(|c| c.is_whitespace() || ";|&<>()".contains(c))
    }

    /// `{a,b}` and `{1..3}` are expanded; a template is not where neither a comma
    /// nor two dots stand in it.
    fn has_brace_expansion(&mut self) -> bool {
        if self.at < self.no_expansion_until {
            return false;
        }
        let word: String = (0..)
            .map_while(|offset| self.peek_at(offset))
            .take_while(|c| !c.is_whitespace())
            .collect();
        let has = word.contains('}') && (word.contains(',') || word.contains(".."));
        if !has {
            self.no_expansion_until = self.at + word.chars().count();
        }
        has
    }

    fn single_quoted(&mut self, word: &mut ShellWord) {
        self.at += 1;
        word.quoted = true;
        loop {
            match self.next() {
                None => return self.note("an open quote"),
                Some('\'') => return,
                Some(next) => word.text.push(next),
            }
        }
    }

    fn double_quoted(&mut self, word: &mut ShellWord) {
        self.at += 1;
        word.quoted = true;
        while let Some(next) = self.peek() {
            match next {
                '"' => {
                    self.at += 1;
                    return;
                }
                '\\' => {
                    self.at += 1;
                    match self.next() {
                        Some('\n') => {}
                        Some(escaped) if "$`\"\\".contains(escaped) => word.text.push(escaped),
                        Some(other) => word.text.extend(['\\', other]),
                        None => break,
                    }
                }
                '$' if self.next_is("$\"") => {
                    self.at += 1;
                    word.text.push('$');
                }
                '$' | '`' => self.expansion(word),
                '!' => {
                    if !matches!(self.peek_at(1), Some(' ' | '"' | '=') | None) {
                        self.note("a history expansion (`!`)");
                    }
                    self.at += 1;
                    word.text.push('!');
                }
                _ => {
                    self.at += 1;
                    word.text.push(next);
                }
            }
        }
        self.note("an open quote");
    }

    /// An expansion: what it runs is read, what it gives is not known.
    fn expansion(&mut self, word: &mut ShellWord) {
        if self.next_is("$'") || self.next_is("$\"") {
            self.note("a `$'...'` text");
            self.at += 1;
            word.literal = false;
            return;
        }
        if self.take("`") {
            self.backticks(word);
        } else if self.next_is("$((") {
            self.note("an arithmetic expansion");
            self.at += 2;
            self.balanced(word, "$(", '(', ')');
        } else if self.take("$(") {
            self.parenthesised(word, "$(");
        } else if self.take("${") {
            let begin = word.text.len();
            self.balanced(word, "${", '{', '}');
            let name = word.text[begin..]
                .trim_start_matches("${")
                .trim_end_matches('}');
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(is_part) {
                self.note("an expansion with rules");
            }
        } else {
            self.at += 1;
            word.text.push('$');
            let is_part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
            if self.peek().is_some_and(|c| "?$!#@*-".contains(c)) {
                word.text.extend(self.next());
            } else if self.peek().is_none_or(|c| !is_part(&c)) {
                return;
            }
            while let Some(part) = self.peek().filter(is_part) {
                word.text.push(part);
                self.at += 1;
            }
        }
        word.literal = false;
        word.pattern = false;
    }

    fn backticks(&mut self, word: &mut ShellWord) {
        let mut inner = String::new();
        let mut closed = false;
        while let Some(next) = self.next() {
            match next {
                '`' => {
                    closed = true;
                    break;
                }
                '\\' => {
                    self.note("an escape between backticks");
                    inner.extend(self.next());
                }
                _ => inner.push(next),
            }
        }
        if !closed {
            self.note("an open backtick");
        }
        word.text.push('`');
        word.text.push_str(&inner);
        word.text.push('`');
        self.script(&inner);
    }

    /// Takes the command up to the closing parenthesis, behind `opening`.
    fn parenthesised(&mut self, word: &mut ShellWord, opening: &str) {
        let begin = word.text.len() + opening.len();
        self.balanced(word, opening, '(', ')');
        let inner = word.text.get(begin..).unwrap_or_default();
        let inner = inner.strip_suffix(')').unwrap_or(inner).to_owned();
        self.script(&inner);
    }

    fn script(&mut self, text: &str) {
        if self.depth == DEEPEST {
            self.note("substitutions too deep in each other");
            return;
        }
        let script = Script::read_inside(text, self.depth + 1);
        if let Some(what) = &script.opaque {
            self.note(&what.clone());
        }
        self.scripts.push(script);
    }

    /// Takes the text up to the bracket that closes `opening`, quotes and all.
    fn balanced(&mut self, word: &mut ShellWord, opening: &str, open: char, close: char) {
        word.text.push_str(opening);
        let (mut depth, mut quote) = (1, None);
        while let Some(next) = self.next() {
            word.text.push(next);
            match (quote, next) {
                (Some(quoted), _) if next == quoted => quote = None,
                (Some('\''), _) => {}
                (_, '\\') => word.text.extend(self.next()),
                (None, '\'' | '"') => quote = Some(next),
                (None, '#') => self.note("a comment in a substitution"),
                (Some(_), _) if next == open || next == close => {
                    self.note("quoted brackets in a substitution");
                }
                (None, _) if next == open => depth += 1,
                (None, _) if next == close => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
        self.note("an open bracket");
    }
}

impl ShellWord {
    /// The name and the value of an assignment.
    pub(super) fn assignment(&self) -> Option<(String, Self)> {
        let (name, value) = self.text.split_once('=')?;
        is_assignment(&self.text).then(|| {
            let value = Self {
                text: value.to_owned(),
                ..self.clone()
            };
            (name.to_owned(), value)
        })
    }
}
