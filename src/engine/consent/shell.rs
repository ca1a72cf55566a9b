//! As much of bash's grammar as is needed to say which programs a line runs,
//! with which words, and where its output goes. Whatever is not understood is
//! an error, never a guess: `session::CommandLine` reads the same lines for
//! judging and reads on where it does not understand, which consent must not.
//!
//! ```text
//!     line   = simple { ("|" | "|&" | "||" | "&&" | ";" | newline) simple }
//!     simple = { NAME=word } { word | redirection }
//! ```

/// What a line runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Simple commands in order, those inside of substitutions first.
    pub commands: Vec<Simple>,
}

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simple {
    /// Assignments before its first word: names and values.
    pub assignments: Vec<(String, Word)>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// Files that it is made to write.
    pub writes: Vec<Word>,
    /// Files that it is made to read.
    pub reads: Vec<Word>,
}

/// One word, as far as it is known before it runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Its text without quotes; expansions are left out.
    pub text: String,
    /// Whether the text is all there is to it: no expansion, no pattern.
    pub literal: bool,
    /// Whether it is a pattern (`*.txt`) and nothing less known than that.
    pub pattern: bool,
    /// Whether it starts with an unquoted `~/`, or is `~`.
    pub home: bool,
}

/// Words that begin or end compound commands, which are not taken apart here.
const RESERVED: [&str; 22] = [
    "!", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "in", "select", "then", "time", "until", "while", "{", "}", "[[", "]]",
];

/// Takes a line, with the lines that belong to it, apart.
///
/// # Errors
/// What in it is not understood.
pub fn parse(line: &str) -> Result<Line, String> {
    let mut reader = Reader {
        rest: line.chars().collect(),
        at: 0,
        line: Line::default(),
        pending_documents: Vec::new(),
    };
    reader.read_line()?;
    Ok(reader.line)
}

struct Reader {
    rest: Vec<char>,
    at: usize,
    line: Line,
    /// Delimiters of here-documents whose text comes after this line, and
    /// whether that text is taken as it stands.
    pending_documents: Vec<(String, bool)>,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn next_is(&self, text: &str) -> bool {
        text.chars()
            .enumerate()
            .all(|(index, c)| self.rest.get(self.at + index) == Some(&c))
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.next_is(text);
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn read_line(&mut self) -> Result<(), String> {
        let mut simple = Simple::default();
        loop {
            while self.take(" ") || self.take("\t") || self.take("\\\n") {}
            let Some(next) = self.peek() else { break };
            match next {
                '\n' => {
                    self.at += 1;
                    self.end(&mut simple);
                    self.read_documents()?;
                }
                '#' => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                ';' if self.next_is(";;") => return Err("a `;;`".into()),
                ';' => {
                    self.at += 1;
                    self.end(&mut simple);
                }
                '|' => {
                    let _ = self.take("||") || self.take("|&") || self.take("|");
                    self.end(&mut simple);
                }
                '&' if self.take("&&") => self.end(&mut simple),
                '&' if self.next_is("&>") => self.redirection(&mut simple)?,
                '&' => return Err("a command in the background".into()),
                '(' | ')' => return Err("a subshell or function".into()),
                '<' | '>' => self.redirection(&mut simple)?,
                _ if self.is_numbered_redirection() => self.redirection(&mut simple)?,
                _ => self.word_of(&mut simple)?,
            }
        }
        self.end(&mut simple);
        match self.pending_documents.is_empty() {
            true => Ok(()),
            false => Err("a here-document that does not end".into()),
        }
    }

    fn end(&mut self, simple: &mut Simple) {
        if *simple != Simple::default() {
            self.line.commands.push(std::mem::take(simple));
        }
    }

    fn word_of(&mut self, simple: &mut Simple) -> Result<(), String> {
        let start = self.at;
        if simple.words.is_empty()
            && let Some(name) = self.assignment_name()
        {
            let value = match self.peek() {
                Some(c) if !c.is_whitespace() && !";|&<>()".contains(c) => self.word()?,
                _ => Word {
                    literal: true,
                    ..Word::default()
                },
            };
            simple.assignments.push((name, value));
            return Ok(());
        }
        let word = self.word()?;
        let raw: String = self.rest[start..self.at].iter().collect();
        if simple.words.is_empty() && RESERVED.contains(&raw.as_str()) {
            return Err(format!("a compound command (`{raw}`)"));
        }
        simple.words.push(word);
        Ok(())
    }

    /// Takes `NAME=`, where it stands here.
    fn assignment_name(&mut self) -> Option<String> {
        let mut end = self.at;
        while let Some(c) = self
            .rest
            .get(end)
            .filter(|c| c.is_ascii_alphanumeric() || **c == '_')
        {
            if end == self.at && c.is_ascii_digit() {
                return None;
            }
            end += 1;
        }
        if end == self.at || self.rest.get(end) != Some(&'=') {
            return None;
        }
        let name = self.rest[self.at..end].iter().collect();
        self.at = end + 1;
        Some(name)
    }

    fn is_numbered_redirection(&self) -> bool {
        let digits = self.rest[self.at..]
            .iter()
            .take_while(|c| c.is_ascii_digit())
            .count();
        digits > 0 && matches!(self.rest.get(self.at + digits), Some('<' | '>'))
    }

    fn redirection(&mut self, simple: &mut Simple) -> Result<(), String> {
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        if self.next_is("<(") || self.next_is(">(") {
            return Err("a process substitution".into());
        }
        if self.take("<<<") {
            self.blanks();
            return self.word().map(drop);
        }
        if self.take("<<-") {
            return Err("an indented here-document".into());
        }
        if self.take("<<") {
            self.blanks();
            let start = self.at;
            let delimiter = self.word()?;
            let quoted = self.rest[start..self.at]
                .iter()
                .any(|c| "'\"\\".contains(*c));
            if !delimiter.literal || delimiter.text.is_empty() {
                return Err("a here-document without a plain end".into());
            }
            self.pending_documents.push((delimiter.text, quoted));
            return Ok(());
        }
        let writes = self.take("&>>")
            || self.take("&>")
            || self.take(">>")
            || self.take(">|")
            || self.next_is(">");
        let duplicates = self.take(">&") || self.take("<&");
        if !duplicates {
            if self.next_is("<>") {
                return Err("a file opened both ways".into());
            }
            let _ = self.take(">") || self.take("<");
        }
        self.blanks();
        let target = self.word()?;
        let is_stream = target.literal
            && (target.text == "-" || target.text.chars().all(|c| c.is_ascii_digit()));
        match (duplicates, is_stream, writes) {
            (true, true, _) => {}
            (true, false, _) | (false, _, true) => simple.writes.push(target),
            (false, _, false) => simple.reads.push(target),
        }
        Ok(())
    }

    fn blanks(&mut self) {
        while self.take(" ") || self.take("\t") {}
    }

    fn read_documents(&mut self) -> Result<(), String> {
        for (delimiter, quoted) in std::mem::take(&mut self.pending_documents) {
            let mut body = String::new();
            loop {
                if self.at >= self.rest.len() {
                    return Err("a here-document that does not end".into());
                }
                let line: String = self.rest[self.at..]
                    .iter()
                    .take_while(|c| **c != '\n')
                    .collect();
                self.at = (self.at + line.chars().count() + 1).min(self.rest.len());
                if line == delimiter {
                    break;
                }
                body.push_str(&line);
                body.push('\n');
            }
            if !quoted {
                let mut inner = Reader {
                    rest: body.chars().collect(),
                    at: 0,
                    line: Line::default(),
                    pending_documents: Vec::new(),
                };
                inner.expansions()?;
                self.line.commands.append(&mut inner.line.commands);
            }
        }
        Ok(())
    }

    /// Finds the substitutions of a text that is expanded but not split.
    fn expansions(&mut self) -> Result<(), String> {
        let mut ignored = Word::default();
        while let Some(c) = self.peek() {
            match c {
                '\\' => self.at += 2,
                '$' | '`' => self.expansion(&mut ignored)?,
                _ => self.at += 1,
            }
        }
        Ok(())
    }

    fn word(&mut self) -> Result<Word, String> {
        let mut word = Word {
            literal: true,
            ..Word::default()
        };
        let start = self.at;
        while let Some(c) = self.peek() {
            match c {
                c if c.is_whitespace() || ";|&<>()".contains(c) => break,
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some('\n') => {}
                        Some(escaped) => word.text.push(escaped),
                        None => return Err("a backslash at the end".into()),
                    }
                    self.at += 1;
                }
                '\'' => self.single_quoted(&mut word)?,
                '"' => self.double_quoted(&mut word)?,
                '$' if self.next_is("$'") || self.next_is("$\"") => {
                    return Err("a `$'...'` text".into());
                }
                '$' | '`' => self.expansion(&mut word)?,
                '!' if !self.ends_word(1) && !self.next_is("!=") => {
                    return Err("a history expansion (`!`)".into());
                }
                '~' if self.at == start => {
                    self.at += 1;
                    match self.peek() {
                        Some('/') => word.home = true,
                        _ if self.ends_word(0) => word.home = true,
                        _ => word.literal = false,
                    }
                }
                '*' | '?' | '[' | ']' => {
                    word.pattern |= word.literal || word.pattern;
                    word.literal = false;
                    word.text.push(c);
                    self.at += 1;
                }
                '{' if !self.next_is("{}") && self.has_brace_expansion() => {
                    return Err("a brace expansion".into());
                }
                c if c.is_control() => return Err("a control character".into()),
                c => {
                    word.text.push(c);
                    self.at += 1;
                }
            }
        }
        match self.at == start {
            true => Err("a word is missing".into()),
            false => Ok(word),
        }
    }

    fn ends_word(&self, offset: usize) -> bool {
        self.rest
            .get(self.at + offset)
            .is_none_or(|c| c.is_whitespace() || ";|&<>()".contains(*c))
    }

    /// `{a,b}` and `{1..3}` are expanded; `{{.Names}}` is too where a comma or
    /// two dots stand in it, so only a word without those is plain.
    fn has_brace_expansion(&self) -> bool {
        let word: String = self.rest[self.at..]
            .iter()
            .take_while(|c| !c.is_whitespace())
            .collect();
        word.contains('}') && (word.contains(',') || word.contains(".."))
    }

    fn single_quoted(&mut self, word: &mut Word) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.peek() {
                None => return Err("an open quote".into()),
                Some('\'') => break self.at += 1,
                Some(c) => word.text.push(c),
            }
            self.at += 1;
        }
        Ok(())
    }

    fn double_quoted(&mut self, word: &mut Word) -> Result<(), String> {
        self.at += 1;
        while let Some(c) = self.peek() {
            match c {
                '"' => {
                    self.at += 1;
                    return Ok(());
                }
                '\\' => {
                    self.at += 1;
                    match self.peek() {
                        Some('\n') => {}
                        Some(c) if "$`\"\\".contains(c) => word.text.push(c),
                        Some(c) => word.text.extend(['\\', c]),
                        None => return Err("an open quote".into()),
                    }
                    self.at += 1;
                }
                '$' | '`' => self.expansion(word)?,
                '!' if !matches!(self.rest.get(self.at + 1), Some(' ' | '"' | '=') | None) => {
                    return Err("a history expansion (`!`)".into());
                }
                c => {
                    word.text.push(c);
                    self.at += 1;
                }
            }
        }
        Err("an open quote".into())
    }

    /// An expansion: what it runs is taken apart, what it gives is not known.
    fn expansion(&mut self, word: &mut Word) -> Result<(), String> {
        if self.take("`") {
            let inner: String = self.rest[self.at..]
                .iter()
                .take_while(|c| **c != '`')
                .collect();
            self.at += inner.chars().count();
            if inner.contains('\\') || !self.take("`") {
                return Err("a command between backticks".into());
            }
            self.line.commands.append(&mut parse(&inner)?.commands);
        } else if self.next_is("$((") {
            return Err("an arithmetic expansion".into());
        } else if self.take("$(") {
            let inner = self.inside_parentheses()?;
            self.line.commands.append(&mut parse(&inner)?.commands);
        } else if self.take("${") {
            let name: String = self.rest[self.at..]
                .iter()
                .take_while(|c| **c != '}')
                .collect();
            self.at += name.chars().count();
            let plain =
                !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if !plain || !self.take("}") {
                return Err("an expansion with rules".into());
            }
        } else {
            self.at += 1;
            let name = self.rest[self.at..]
                .iter()
                .take_while(|c| c.is_ascii_alphanumeric() || **c == '_')
                .count();
            match name {
                0 if self.peek().is_some_and(|c| "?$!#@*-".contains(c)) => self.at += 1,
                0 => {
                    word.text.push('$');
                    return Ok(());
                }
                length => self.at += length,
            }
        }
        word.literal = false;
        word.pattern = false;
        Ok(())
    }

    /// The text up to the closing parenthesis, which quotes may hide others from.
    fn inside_parentheses(&mut self) -> Result<String, String> {
        let start = self.at;
        let (mut depth, mut quote) = (1, None);
        while let Some(c) = self.peek() {
            self.at += 1;
            match (quote, c) {
                (Some('\''), '\'') | (Some('"'), '"') => quote = None,
                (Some('\''), _) => {}
                (_, '\\') => self.at += 1,
                (None, '\'' | '"') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') => depth -= 1,
                (None, '#') => return Err("a comment in a substitution".into()),
                (Some(_), '(' | ')') => return Err("quoted parentheses in a substitution".into()),
                _ => {}
            }
            if depth == 0 {
                return Ok(self.rest[start..self.at - 1].iter().collect());
            }
        }
        Err("an open parenthesis".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn programs(line: &str) -> Vec<String> {
        parse(line)
            .unwrap()
            .commands
            .iter()
            .map(|simple| {
                simple
                    .words
                    .first()
                    .map_or(String::new(), |word| word.text.clone())
            })
            .collect()
    }

    #[test]
    fn every_program_of_a_line_is_found() {
        assert_eq!(programs("ls; rm -rf ~"), ["ls", "rm"]);
        assert_eq!(
            programs("cat $(rm x) | wc -l && id || true"),
            ["rm", "cat", "wc", "id", "true"]
        );
        assert_eq!(programs("echo \"`rm x`\""), ["rm", "echo"]);
        assert_eq!(programs("echo '$(rm x)' # ; rm"), ["echo"]);
        assert_eq!(programs("A=$(rm x) ls"), ["rm", "ls"]);
        assert_eq!(programs("cat <<E\n$(rm x)\nE\nls"), ["cat", "rm", "ls"]);
        assert_eq!(programs("cat <<'E'\n$(rm x)\nE"), ["cat"]);
    }

    #[test]
    fn files_that_are_written_are_found() {
        for line in [
            "echo x > f",
            "echo x >>f",
            "> f",
            "ls &> f",
            "ls 2>f",
            "ls >| f",
            "ls >& f",
        ] {
            let parsed = parse(line).unwrap();
            let writes: Vec<_> = parsed.commands.iter().flat_map(|s| &s.writes).collect();
            assert_eq!(writes.len(), 1, "{line}");
            assert_eq!(writes[0].text, "f", "{line}");
        }
        assert!(parse("ls 2>&1").unwrap().commands[0].writes.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for line in [
            "for x in a; do rm $x; done",
            "f() { rm x; }",
            "(rm x)",
            "{ rm x; }",
            "ls &",
            "cat <(rm x)",
            "ls > >(rm x)",
            "echo ${x:-$(rm x)}",
            "echo $((1+1))",
            "echo {a,b}",
            "!!",
            "echo \"!rm\"",
            "echo 'open",
            "cat <<E\nno end",
            "echo $'\\x24(rm)'",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
