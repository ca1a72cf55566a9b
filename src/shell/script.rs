//! Tokens -> a script.
//!
//! ```text
//!     script   = { command joint }
//!     command  = simple | compound { redirection }
//!     simple   = { NAME=word } { word | redirection }
//!     compound = for ... do script done | while script do script done | if ... fi
//!              | case ... esac | { script } | ( script ) | name() compound
//! ```

use super::lexer::{ShellToken, ShellWord, tokens};

/// A script, as far as it is understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Its commands, each with what joins it to the next one.
    pub items: Vec<ScriptItem>,
    /// The first part that is not understood, so that bash may run something
    /// else than what `items` says.
    pub opaque: Option<String>,
}

/// One command of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptItem {
    /// The command.
    pub command: ShellCommand,
    /// What joins it to the next one.
    pub joint: Joint,
}

/// What joins a command to the one after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Joint {
    /// `|` or `|&`.
    Pipe,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `&`: it goes on in the background.
    Background,
    /// `;`, a line's end, or the end of the script.
    #[default]
    End,
}

/// A simple or a compound command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShellCommand {
    /// A program with its words.
    Simple(SimpleCommand),
    /// A loop, a choice, a group.
    Compound(CompoundCommand),
}

/// One simple command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    /// Assignments before its first word: names and values.
    pub assignments: Vec<(String, ShellWord)>,
    /// The program and its arguments.
    pub words: Vec<ShellWord>,
    /// Its redirections, in order.
    pub redirections: Vec<Redirection>,
    /// The scripts of the substitutions in its words and here-documents.
    pub substitutions: Vec<Script>,
    /// Whether `&` sends it to the background.
    pub in_background: bool,
    /// Whether a pipe takes what it prints, and its errors go past the pipe.
    pub is_filtered: bool,
}

/// A compound command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompoundCommand {
    /// The word that opens it: `for`, `if`, `{`, `(`, or `()` for a function.
    pub keyword: &'static str,
    /// Conditions and bodies, in order.
    pub parts: Vec<Script>,
    /// Redirections behind it.
    pub redirections: Vec<Redirection>,
    /// The scripts of the substitutions in its own words (`for i in $(ls)`).
    pub substitutions: Vec<Script>,
}

/// One redirection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Redirection {
    /// The operator with its number: `2>`, `<<`.
    pub operator: String,
    /// The word behind it.
    pub target: ShellWord,
}

impl Redirection {
    /// The operator without a number before it.
    pub fn sign(&self) -> &str {
        self.operator
            .trim_start_matches(|digit: char| digit.is_ascii_digit())
    }

    /// Whether it only joins streams (`2>&1`, `>&-`).
    fn joins_streams(&self) -> bool {
        let target = self.target.text.as_str();
        matches!(self.sign(), ">&" | "<&")
            && self.target.literal
            && (target == "-" || target.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// Whether it makes the command write a file.
    pub fn writes(&self) -> bool {
        self.sign().contains('>') && !self.joins_streams()
    }

    /// Whether it makes the command read a file.
    pub fn reads(&self) -> bool {
        self.sign() == "<" || (self.sign() == "<&" && !self.joins_streams())
    }
}

/// Compound commands deeper in each other than this are read as plain words.
const DEEPEST_COMPOUND: usize = 32;

/// Words that are something else than a program where a command begins.
const RESERVED: [&str; 22] = [
    "!", "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if",
    "in", "select", "then", "time", "until", "while", "{", "}", "[[", "]]",
];

impl Script {
    /// Reads `text`.
    pub fn read(text: &str) -> Self {
        Self::read_inside(text, 0)
    }

    /// Reads text that stands in `depth` substitutions.
    pub(super) fn read_inside(text: &str, depth: usize) -> Self {
        let read = tokens(text, depth);
        let mut parser = Parser {
            tokens: read.tokens,
            at: 0,
            depth: 0,
            opaque: read.opaque,
        };
        let mut script = Self::default();
        // A word that closes nothing ends no script.
        while parser.at < parser.tokens.len() {
            script.items.extend(parser.items(&[]));
        }
        script.opaque = parser.opaque;
        script
    }

    /// Its simple commands in the order of their text, those of a substitution
    /// before the command whose words it gives.
    pub fn commands(&self) -> Vec<&SimpleCommand> {
        let mut commands = Vec::new();
        self.collect(&mut commands);
        commands
    }

    fn collect<'s>(&'s self, commands: &mut Vec<&'s SimpleCommand>) {
        for item in &self.items {
            match &item.command {
                ShellCommand::Simple(simple) => {
                    simple
                        .substitutions
                        .iter()
                        .for_each(|script| script.collect(commands));
                    commands.push(simple);
                }
                ShellCommand::Compound(compound) => {
                    let inner = compound.substitutions.iter().chain(&compound.parts);
                    inner.for_each(|script| script.collect(commands));
                }
            }
        }
    }

    /// Whether the shell that it is typed in ends with it: it ends in `exit` or `logout`, and
    /// nothing before can keep that from being run.
    pub fn leaves_the_shell(&self) -> bool {
        let Some((last, before)) = self.items.split_last() else {
            return false;
        };
        let ends = |simple: &SimpleCommand| {
            let argv = simple.argv();
            let program = argv.first().map(String::as_str);
            matches!(program, Some("exit" | "logout"))
        };
        let is_run = |item: &ScriptItem| matches!(item.joint, Joint::And | Joint::End);
        matches!(&last.command, ShellCommand::Simple(simple) if ends(simple))
            && last.joint == Joint::End
            && before.iter().all(is_run)
    }

    /// Whether it sets the shell's option `name` (`set -o name`), or unsets it at last.
    pub fn sets_option(&self, name: &str) -> Option<bool> {
        let argvs = self.commands().into_iter().map(SimpleCommand::argv);
        let sets = argvs.filter(|argv| argv.first().is_some_and(|program| program == "set"));
        sets.filter_map(|argv| sets_option(&argv, name)).next_back()
    }

    /// Whether a part of a command is the output of another.
    pub fn substitutes(&self) -> bool {
        self.items.iter().any(|item| match &item.command {
            ShellCommand::Simple(simple) => !simple.substitutions.is_empty(),
            ShellCommand::Compound(compound) => {
                !compound.substitutions.is_empty() || compound.parts.iter().any(Self::substitutes)
            }
        })
    }

    /// Its only command, where it is one simple command without redirections and
    /// substitutions.
    pub fn only_command(&self) -> Option<&SimpleCommand> {
        let [item] = self.items.as_slice() else {
            return None;
        };
        match &item.command {
            ShellCommand::Simple(simple)
                if item.joint == Joint::End
                    && simple.redirections.is_empty()
                    && simple.substitutions.is_empty() =>
            {
                Some(simple)
            }
            _ => None,
        }
    }

    /// Whether it has loops, choices or groups.
    pub fn has_compounds(&self) -> bool {
        self.items
            .iter()
            .any(|item| matches!(item.command, ShellCommand::Compound(_)))
    }
}

/// Whether `words`, those of `set` or of a shell's call, set the option `name` (`-o name`,
/// `-euo name`) or unset it (`+o name`).
pub fn sets_option(words: &[String], name: &str) -> Option<bool> {
    let pairs = words
        .windows(2)
        .filter(|pair| pair[1] == name && pair[0].ends_with('o'));
    let mut sets = pairs.filter_map(|pair| match pair[0].chars().next() {
        Some('-') => Some(true),
        Some('+') => Some(false),
        _ => None,
    });
    sets.next_back()
}

impl SimpleCommand {
    /// The texts of its words: the program and its arguments.
    pub fn argv(&self) -> Vec<String> {
        self.words.iter().map(|word| word.text.clone()).collect()
    }
}

struct Parser {
    tokens: Vec<ShellToken>,
    at: usize,
    /// In how many compound commands it is.
    depth: usize,
    opaque: Option<String>,
}

impl Parser {
    fn note(&mut self, what: String) {
        self.opaque.get_or_insert(what);
    }

    fn operator(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(ShellToken::Operator(operator)) => Some(operator),
            _ => None,
        }
    }

    /// The unquoted word that stands here.
    fn plain_word(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some(ShellToken::Word { word, .. }) if !word.quoted => Some(&word.text),
            _ => None,
        }
    }

    fn skip_ends(&mut self) {
        while matches!(self.operator(), Some("\n" | ";")) {
            self.at += 1;
        }
    }

    /// Reads up to one of `closers`, which is left, or to the end.
    fn items(&mut self, closers: &[&str]) -> Vec<ScriptItem> {
        let mut items: Vec<ScriptItem> = Vec::new();
        while self.at < self.tokens.len() {
            let here = self.operator().or_else(|| self.plain_word());
            if here.is_some_and(|here| closers.contains(&here)) {
                break;
            }
            if let Some(operator) = self.operator()
                && operator != "("
            {
                let joint = match operator {
                    "|" | "|&" => Joint::Pipe,
                    "&&" => Joint::And,
                    "||" => Joint::Or,
                    "&" => Joint::Background,
                    _ => Joint::End,
                };
                // A line's end behind an operator joins nothing.
                if let Some(last) = items.last_mut()
                    && (last.joint == Joint::End || operator != "\n")
                {
                    last.joint = joint;
                    if let ShellCommand::Simple(simple) = &mut last.command {
                        simple.in_background = joint == Joint::Background;
                        let joins = simple.redirections.iter().any(Redirection::joins_streams);
                        simple.is_filtered = operator == "|" && !joins;
                    }
                }
                self.at += 1;
                continue;
            }
            if let Some(command) = self.command() {
                let joint = Joint::End;
                items.push(ScriptItem { command, joint });
            }
        }
        items
    }

    fn command(&mut self) -> Option<ShellCommand> {
        if self.operator() == Some("(") {
            self.at += 1;
            return self.compound("(", |parser, compound| {
                parser.part(compound, &[")"]);
            });
        }
        let word = self.plain_word().unwrap_or_default().to_owned();
        if RESERVED.contains(&word.as_str()) {
            self.note(format!("a compound command (`{word}`)"));
        }
        if self.depth >= DEEPEST_COMPOUND {
            return self.simple();
        }
        match word.as_str() {
            "!" => {
                self.at += 1;
                None
            }
            // It tells how long the whole compound takes.
            "time" if self.is_before_a_compound() => {
                self.at += 1;
                None
            }
            "for" | "select" => self.compound_word("for", |parser, compound| {
                parser.skip_to(compound, &["do"]);
                parser.part(compound, &["done"]);
            }),
            "while" | "until" => self.compound_word("while", |parser, compound| {
                parser.part(compound, &["do"]);
                parser.part(compound, &["done"]);
            }),
            "if" => self.compound_word("if", |parser, compound| {
                while parser.part(compound, &["then", "elif", "else", "fi"]) != "fi" {
                    if parser.at >= parser.tokens.len() {
                        break;
                    }
                }
            }),
            "case" => self.compound_word("case", |parser, compound| {
                parser.skip_to(compound, &["in"]);
                loop {
                    parser.skip_to(compound, &[")", "esac"]);
                    let closed = parser.tokens.get(parser.at.saturating_sub(1));
                    if !matches!(closed, Some(ShellToken::Operator(operator)) if operator == ")") {
                        break;
                    }
                    if parser.part(compound, &[";;", "esac"]) != ";;" {
                        break;
                    }
                }
            }),
            "{" => self.compound_word("{", |parser, compound| {
                parser.part(compound, &["}"]);
            }),
            "function" => {
                self.at = (self.at + 2).min(self.tokens.len());
                self.function()
            }
            "[[" => self.simple(),
            _ if self.is_function() => {
                self.at += 1;
                self.function()
            }
            _ => self.simple(),
        }
    }

    /// Whether a compound command begins with the next token.
    fn is_before_a_compound(&self) -> bool {
        const BEGINS: [&str; 8] = ["for", "select", "while", "until", "if", "case", "{", "("];
        match self.tokens.get(self.at + 1) {
            Some(ShellToken::Operator(text)) => BEGINS.contains(&text.as_str()),
            Some(ShellToken::Word { word, .. }) => {
                !word.quoted && BEGINS.contains(&word.text.as_str())
            }
            _ => false,
        }
    }

    /// `name ()` or `name()`.
    fn is_function(&self) -> bool {
        let is = |offset: usize, wanted: &str| matches!(self.tokens.get(self.at + offset), Some(ShellToken::Operator(operator)) if operator == wanted);
        self.plain_word().is_some() && is(1, "(") && is(2, ")")
    }

    fn function(&mut self) -> Option<ShellCommand> {
        while matches!(self.operator(), Some("(" | ")")) {
            self.at += 1;
        }
        self.skip_ends();
        self.depth += 1;
        let body = self.command();
        self.depth -= 1;
        let body = body?;
        Some(ShellCommand::Compound(CompoundCommand {
            keyword: "()",
            parts: vec![Script {
                items: vec![ScriptItem {
                    command: body,
                    joint: Joint::End,
                }],
                opaque: None,
            }],
            ..CompoundCommand::default()
        }))
    }

    fn compound_word(
        &mut self,
        keyword: &'static str,
        read: impl FnOnce(&mut Self, &mut CompoundCommand),
    ) -> Option<ShellCommand> {
        self.at += 1;
        self.compound(keyword, read)
    }

    fn compound(
        &mut self,
        keyword: &'static str,
        read: impl FnOnce(&mut Self, &mut CompoundCommand),
    ) -> Option<ShellCommand> {
        self.depth += 1;
        let mut compound = CompoundCommand {
            keyword,
            ..CompoundCommand::default()
        };
        if self.depth < DEEPEST_COMPOUND {
            read(self, &mut compound);
        }
        self.depth -= 1;
        while let Some(ShellToken::Redirection {
            operator,
            target,
            scripts,
        }) = self.tokens.get(self.at)
        {
            compound.redirections.push(Redirection {
                operator: operator.clone(),
                target: target.clone(),
            });
            compound.substitutions.extend(scripts.iter().cloned());
            self.at += 1;
        }
        Some(ShellCommand::Compound(compound))
    }

    /// Reads a part up to one of `closers`, and gives the one that closed it;
    /// empty where the text ended before.
    fn part(&mut self, compound: &mut CompoundCommand, closers: &[&str]) -> String {
        let items = self.items(closers);
        if !items.is_empty() {
            compound.parts.push(Script {
                items,
                opaque: None,
            });
        }
        let closer = self.operator().or_else(|| self.plain_word());
        let closer = closer.unwrap_or_default().to_owned();
        self.at += usize::from(self.at < self.tokens.len());
        closer
    }

    /// Skips words up to and with one of `closers`, and keeps their substitutions.
    fn skip_to(&mut self, compound: &mut CompoundCommand, closers: &[&str]) {
        while let Some(token) = self.tokens.get(self.at) {
            let here = self.operator().or_else(|| self.plain_word());
            let closes = here.is_some_and(|here| closers.contains(&here));
            if let ShellToken::Word { scripts, .. } = token {
                compound.substitutions.extend(scripts.iter().cloned());
            }
            self.at += 1;
            if closes {
                return;
            }
        }
    }

    fn simple(&mut self) -> Option<ShellCommand> {
        let mut simple = SimpleCommand::default();
        loop {
            match self.tokens.get(self.at) {
                Some(ShellToken::Word { word, scripts }) => {
                    match word.assignment().filter(|_| simple.words.is_empty()) {
                        Some(assignment) => simple.assignments.push(assignment),
                        None => simple.words.push(word.clone()),
                    }
                    simple.substitutions.extend(scripts.iter().cloned());
                }
                Some(ShellToken::Redirection {
                    operator,
                    target,
                    scripts,
                }) => {
                    simple.redirections.push(Redirection {
                        operator: operator.clone(),
                        target: target.clone(),
                    });
                    simple.substitutions.extend(scripts.iter().cloned());
                }
                Some(ShellToken::Operator(_)) | None => break,
            }
            self.at += 1;
        }
        (simple != SimpleCommand::default()).then_some(ShellCommand::Simple(simple))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::programs;
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let programs = programs(text).into_iter();
        programs.map(|words| words.join(" ")).collect()
    }

    #[test]
    fn a_script_leaves_the_shell_where_it_ends_in_exit() {
        let leaves = |text: &str| Script::read(text).leaves_the_shell();
        for text in [
            "exit",
            "exit 3",
            "logout",
            "cd /; exit",
            "true && exit",
            "exit;",
        ] {
            assert!(leaves(text), "{text}");
        }
        for text in [
            "",
            "(exit)",
            "false || exit",
            "exit &",
            "echo exit",
            "docker exec web exit",
        ] {
            assert!(!leaves(text), "{text}");
        }
    }

    #[test]
    fn an_option_is_set_and_unset_by_set_alone() {
        let sets = |text: &str| Script::read(text).sets_option("pipefail");
        assert_eq!(sets("set -euo pipefail; a | b"), Some(true));
        assert_eq!(sets("set -o pipefail; set +o pipefail"), Some(false));
        assert_eq!(sets("echo -o pipefail"), None);
    }

    #[test]
    fn every_program_of_a_script_is_found_in_order() {
        for (text, expected) in [
            ("a | b && c; d & e\nf", &["a", "b", "c", "d", "e", "f"][..]),
            ("rm $(ls -q) x", &["ls -q", "rm $(ls -q) x"]),
            ("echo \"`ls -l`\" y", &["ls -l", "echo `ls -l` y"]),
            ("echo '$(rm x)' # ; rm", &["echo $(rm x)"]),
            ("A=$(b c) d", &["b c", "d"]),
            ("for i in 1 2; do a $i; b; done", &["a $i", "b"]),
            ("for i in $(seq 3); do a; done | c", &["seq 3", "a", "c"]),
            ("while ! a; do sleep 1; done && b", &["a", "sleep 1", "b"]),
            (
                "if a; then b; elif c; then d; else e; fi",
                &["a", "b", "c", "d", "e"],
            ),
            ("case $x in a|b) c ;; *) d ;; esac; e", &["c", "d", "e"]),
            ("{ a; b; } > f; (c; d)", &["a", "b", "c", "d"]),
            ("f() { a b; }; f", &["a b", "f"]),
            ("cat <<E | b\n$(c d)\nE\ne", &["c d", "cat", "b", "e"]),
            ("cat <<'E' && b\n$(c d)\nE\ne", &["cat", "b", "e"]),
            ("sudo A=1 time timeout -s KILL 5 a b", &["a b"]),
            ("a |& b", &["a", "b"]),
            ("done; a", &["done", "a"]),
            ("((i = 1 << 2)); a", &["i = 1 < < 2", "a"]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn words_lose_their_quotes_and_redirections_are_no_words() {
        let argv = |text: &str| Script::read(text).commands().pop().unwrap().argv();
        assert_eq!(
            argv("echo 'a; b' \"c | d\" e\\ f"),
            ["echo", "a; b", "c | d", "e f"]
        );
        assert_eq!(
            argv("echo \"\\$x \\t \\\" \\\\\""),
            ["echo", "$x \\t \" \\"]
        );
        assert_eq!(argv("a \"$(b ')' \"c\")\" d"), ["a", "$(b ')' \"c\")", "d"]);
        assert_eq!(
            argv("run \\\n  nginx ${TAG:-a b}"),
            ["run", "nginx", "${TAG:-a b}"]
        );
        for text in [
            "logs web > f",
            "logs web 2>/dev/null",
            "logs > f web",
            "logs web 2>&1",
        ] {
            let script = Script::read(text);
            let command = script.commands()[0];
            assert_eq!(command.argv(), ["logs", "web"], "{text}");
            assert_eq!(command.redirections.len(), 1, "{text}");
        }
    }

    #[test]
    fn joints_say_what_runs_when() {
        let joints = |text: &str| -> Vec<Joint> {
            let items = Script::read(text).items.into_iter();
            items.map(|item| item.joint).collect()
        };
        use Joint::{And, Background, End, Or, Pipe};
        assert_eq!(
            joints("a | b && c || d & e; f"),
            [Pipe, And, Or, Background, End, End]
        );
        assert_eq!(joints("a |\n b &&\n\n c"), [Pipe, And, End]);
    }

    #[test]
    fn what_bash_may_understand_otherwise_is_opaque() {
        for text in [
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
            "cat <<E\n\"$(rm x)\"\n E\nE",
            "echo $'\\x24(rm)'",
            "echo `a \\`b\\``",
            "time rm",
            "ls\u{a0}x",
        ] {
            assert!(Script::read(text).opaque.is_some(), "{text}");
        }
        for text in [
            "a | b && c",
            "A=1 b > f 2>&1",
            "cat <<E\n$(a)\nE",
            "echo '!x' ~/y *.txt",
        ] {
            assert_eq!(Script::read(text).opaque, None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(
            text in "(for |do |done|if |fi|case |in |esac|[a-c $()<>&|;#'\"`\\\\\n{}]|<<E\n|[0-9]){0,60}"
        ) {
            let script = Script::read(&text);
            script.commands();
            prop_assert!(script.items.len() <= text.len());
        }
    }

    #[test]
    fn brackets_without_end_do_not_exhaust_the_stack() {
        for text in ["(", "$(", "{ ", "if ", "`", "f() ", "case x in "] {
            Script::read(&text.repeat(20_000));
        }
    }
}
