//! What a command line says, as far as a transcript's reader needs it: whether
//! it is complete, and what shell it can open.
//!
//! This is no shell: it knows quotes, backslashes, comments, here-documents and
//! the words that open and close compound commands.

use std::collections::VecDeque;

use super::command_line::{CommandLine, is_assignment, split_sudo, words};

/// The shell or program that a command can leave the reader in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    Nothing,
    /// A shell on the same machine (`sudo -i`, `bash`).
    ShellHere,
    /// A shell in a container, a pod or another machine.
    ShellElsewhere,
    /// No other shell, but another prompt: the shell gives way to one in its place
    /// (`exec bash`) or is told what to prompt with (`PS1=...`).
    OtherPrompt,
}

/// A command as it is typed, line by line.
#[derive(Debug)]
pub(super) struct Typed {
    text: String,
    /// Quotes and brackets that are open, the innermost last.
    open: Vec<char>,
    /// The here-documents that are open, in order.
    here_documents: VecDeque<HereDocument>,
    /// Whether the last line ended in a backslash or an operator.
    goes_on: bool,
    /// The lines since the last one that ended outside quotes.
    unread: String,
    compound: Compound,
}

impl Typed {
    /// Begins with the first line.
    pub(super) fn new(line: &str) -> Self {
        let mut typed = Self {
            text: line.to_owned(),
            open: Vec::new(),
            here_documents: VecDeque::new(),
            goes_on: false,
            unread: String::new(),
            compound: Compound::default(),
        };
        typed.follow(line);
        typed
    }

    /// Goes on with another line.
    pub(super) fn push(&mut self, line: &str) {
        self.text.push('\n');
        self.text.push_str(line);
        self.follow(line);
    }

    /// The whole command as far as it was typed.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// The here-document that is open.
    pub(super) fn here_document(&self) -> Option<&HereDocument> {
        self.here_documents.front()
    }

    /// Whether a shell would ask for more lines.
    pub(super) fn is_incomplete(&self) -> bool {
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
pub(super) struct HereDocument {
    /// The word that ends it.
    word: String,
    /// Whether leading tabs are stripped (`<<-`).
    tabs: bool,
}

impl HereDocument {
    /// Whether `line` ends it.
    pub(super) fn ends_with(&self, line: &str) -> bool {
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
    here_documents: Vec<HereDocument>,
}

/// Follows quotes and brackets through one line; `open` is what is open.
fn scan_line(line: &str, open: &mut Vec<char>) -> Scan {
    let mut here_documents = Vec::new();
    let mut characters = line.char_indices().peekable();
    let mut before = ' ';
    let mut goes_on = false;
    while let Some((at, character)) = characters.next() {
        goes_on = false;
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
            (_, ' ' | '\t') => {
                goes_on = matches!(line[..at].trim_end().chars().last(), Some('|'))
                    || line[..at].trim_end().ends_with("&&")
            }
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
fn here_document(rest: &str) -> Option<HereDocument> {
    let (tabs, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let mut word = words(rest.trim_start()).into_iter().next()?;
    word.truncate(word.find(['>', '<']).unwrap_or(word.len()));
    (!word.is_empty()).then_some(HereDocument { word, tabs })
}

/// Whether `for`, `if`, `case` or `{` stand without the word that closes them.
#[derive(Debug)]
struct Compound {
    depth: i32,
    /// Whether the next word begins a command: keywords count only there.
    at_start: bool,
}

impl Default for Compound {
    fn default() -> Self {
        Self {
            depth: 0,
            at_start: true,
        }
    }
}

impl Compound {
    /// Follows whole lines.
    fn follow(&mut self, lines: &str) {
        for word in words(lines) {
            let at_start = self.at_start;
            self.at_start = match word.as_str() {
                ";" | "|" | "||" | "&" | "&&" | "\n" | "(" | ")" | ";;" => true,
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

const SHELLS: [&str; 8] = ["bash", "sh", "ash", "dash", "zsh", "ksh", "su", "login"];

/// Whether `command` can leave the reader in a shell of its own.
pub fn opens_shell(command: &str) -> bool {
    matches!(opens(command), Opens::ShellHere | Opens::ShellElsewhere)
}

/// Whether `command` can change the prompt of the shell that it is typed at:
/// `exec bash`, `PS1=...`, and files that are read (`. ~/.bashrc`).
pub fn can_change_prompt(command: &str) -> bool {
    opens(command) == Opens::OtherPrompt
        || words(command)
            .iter()
            .any(|word| matches!(word.as_str(), "." | "source") || word.starts_with("PS1="))
}

/// What shell `command` can leave the reader in.
pub(super) fn opens(command: &str) -> Opens {
    let commands = CommandLine::read(command).commands;
    match commands.iter().rfind(|command| !command.words.is_empty()) {
        Some(last) if !last.background => simple_command_opens(&last.words),
        _ => Opens::Nothing,
    }
}

fn simple_command_opens(words: &[String]) -> Opens {
    let prefixes: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .take_while(|word| {
            is_assignment(word)
                || matches!(*word, "winpty" | "exec" | "export" | "time" | "command")
        })
        .collect();
    let words: Vec<&str> = words[prefixes.len()..].iter().map(String::as_str).collect();
    if words.is_empty() && prefixes.iter().any(|word| word.starts_with("PS1=")) {
        return Opens::OtherPrompt;
    }
    if prefixes.contains(&"exec") {
        return match program_opens(&words) {
            Opens::ShellHere => Opens::OtherPrompt,
            opens => opens,
        };
    }
    program_opens(&words)
}

/// What shell a program with its arguments can leave the reader in.
fn program_opens(words: &[&str]) -> Opens {
    let Some((program, arguments)) = words.split_first() else {
        return Opens::Nothing;
    };
    match base_name(program) {
        "docker" | "podman" | "nerdctl" => container_tool_opens(arguments),
        "docker-compose" => compose_opens(arguments),
        "kubectl" | "oc" | "k" => match arguments.first() {
            Some(&("exec" | "run" | "attach" | "debug")) if flag(arguments, 'i', "--stdin") => {
                Opens::ShellElsewhere
            }
            _ => Opens::Nothing,
        },
        "ssh" | "vagrant" | "multipass" | "minikube" | "wsl" | "lxc" | "nsenter" | "chroot" => {
            Opens::ShellElsewhere
        }
        "sudo" => sudo_opens(arguments),
        "unshare" | "newgrp" | "script" => Opens::ShellHere,
        shell if SHELLS.contains(&shell) && shell_stays(arguments) => Opens::ShellHere,
        _ => Opens::Nothing,
    }
}

fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}

/// Whether short option `letter` (alone or in a cluster such as `-it`) or `long` is there.
fn flag(arguments: &[&str], letter: char, long: &str) -> bool {
    arguments.iter().any(|argument| {
        *argument == long
            || *argument == format!("{long}=true")
            || (argument.starts_with('-')
                && !argument.starts_with("--")
                && argument.contains(letter))
    })
}

fn shell_stays(arguments: &[&str]) -> bool {
    !flag(arguments, 'c', "--command")
        && arguments
            .iter()
            .all(|argument| argument.starts_with('-') || !argument.contains(['.', '/']))
}

fn sudo_opens(arguments: &[&str]) -> Opens {
    let (options, command) = split_sudo(arguments);
    if !command.is_empty() {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        return simple_command_opens(&command);
    }
    if flag(options, 'i', "--login") || flag(options, 's', "--shell") {
        Opens::ShellHere
    } else {
        Opens::Nothing
    }
}

/// Long options of `docker run`, `create` and `exec` that take no value.
const NO_VALUE: [&str; 14] = [
    "--rm",
    "--detach",
    "--interactive",
    "--tty",
    "--privileged",
    "--init",
    "--publish-all",
    "--read-only",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--sig-proxy",
    "--disable-content-trust",
    "--quiet",
    "--help",
];

fn container_tool_opens(arguments: &[&str]) -> Opens {
    let arguments = after_global_options(arguments);
    let arguments = match arguments.first() {
        Some(&"container") => &arguments[1..],
        _ => arguments,
    };
    let Some((command, rest)) = arguments.split_first() else {
        return Opens::Nothing;
    };
    match *command {
        "run" | "exec" => {
            let (options, operands) = split_options(rest);
            let interactive =
                flag(options, 'i', "--interactive") && !flag(options, 'd', "--detach");
            if !interactive || operands.is_empty() {
                return Opens::Nothing;
            }
            match operands.get(1) {
                None if *command == "run" => Opens::ShellElsewhere,
                Some(program)
                    if SHELLS.contains(&base_name(program)) || base_name(program) == "env" =>
                {
                    if shell_stays(&operands[2..]) || base_name(program) == "su" {
                        Opens::ShellElsewhere
                    } else {
                        Opens::Nothing
                    }
                }
                Some(option) if option.starts_with('-') => Opens::ShellElsewhere,
                _ => Opens::Nothing,
            }
        }
        "attach" => Opens::ShellElsewhere,
        "start" if flag(rest, 'i', "--interactive") || flag(rest, 'a', "--attach") => {
            Opens::ShellElsewhere
        }
        "compose" => compose_opens(rest),
        "debug" => Opens::ShellElsewhere,
        _ => Opens::Nothing,
    }
}

fn compose_opens(arguments: &[&str]) -> Opens {
    if arguments
        .iter()
        .any(|argument| matches!(*argument, "run" | "exec"))
        && !flag(arguments, 'd', "--detach")
    {
        Opens::ShellElsewhere
    } else {
        Opens::Nothing
    }
}

fn after_global_options<'a, 'b>(arguments: &'a [&'b str]) -> &'a [&'b str] {
    let mut rest = arguments;
    while let Some((first, more)) = rest.split_first() {
        rest = match *first {
            "-H" | "--host" | "-c" | "--context" | "--config" | "-l" | "--log-level" => {
                more.get(1..).unwrap_or_default()
            }
            option if option.starts_with('-') => more,
            _ => break,
        };
    }
    rest
}

/// The options of `docker run` or `exec`, and what stands after them.
pub fn split_options<'a, 'b>(arguments: &'a [&'b str]) -> (&'a [&'b str], &'a [&'b str]) {
    let mut at = 0;
    while let Some(option) = arguments
        .get(at)
        .filter(|argument| argument.starts_with('-') && argument.len() > 1)
    {
        let takes_value =
            !option.contains('=') && !NO_VALUE.contains(option) && !short_options_are_whole(option);
        at += if takes_value { 2 } else { 1 };
    }
    arguments.split_at(at.min(arguments.len()))
}

/// The short options of `docker run`, `create` and `exec` that take no value.
const FLAGS: [char; 5] = ['d', 'i', 't', 'P', 'q'];

/// `-d`, `-itd`: short options without a value.
pub(super) fn is_flag_cluster(option: &str) -> bool {
    option
        .strip_prefix('-')
        .is_some_and(|letters| !letters.is_empty() && letters.trim_start_matches(FLAGS).is_empty())
}

/// `-itd`, `-p8080:80`, `-itp8080:80`: short options, the last one with its value
/// behind it where it takes one.
fn short_options_are_whole(option: &str) -> bool {
    let attached = || {
        let last = option[1..].trim_start_matches(FLAGS);
        !option.starts_with("--") && last.chars().nth(1).is_some()
    };
    is_flag_cluster(option) || attached()
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
            "",
        ] {
            assert!(!is_incomplete(command), "{command:?} is complete");
        }
    }

    #[test]
    fn shells_are_opened_by_interactive_containers_and_by_shells() {
        for command in [
            "docker run -it ubuntu",
            "docker run -it --name a -v v:/v -p80:80 ubuntu bash",
            "docker exec -it web sh",
            "docker container run --rm -ti alpine",
            "docker attach web",
            "docker start -ai web",
            "sudo docker run -it ubuntu bash",
            "kubectl exec -it pod -- sh",
            "docker compose exec web sh",
            "docker exec -it -u root web /bin/bash",
            "docker run -i -t ubuntu /bin/bash",
            "cd x && docker run -it ubuntu",
            "docker -H unix:///s run -it ubuntu",
        ] {
            assert_eq!(opens(command), Opens::ShellElsewhere, "{command}");
        }
        for command in ["bash", "su - foo", "sudo -i", "sudo su -", "sh", "su foo"] {
            assert_eq!(opens(command), Opens::ShellHere, "{command}");
        }
        for command in ["exec bash", "exec sh -l", "PS1='$ '", "export PS1='$ '"] {
            assert_eq!(opens(command), Opens::OtherPrompt, "{command}");
            assert!(can_change_prompt(command), "{command}");
            assert!(!opens_shell(command), "{command}");
        }
        for command in [
            "docker run -d nginx",
            "docker run -it ubuntu cat /etc/profile",
            "docker ps",
            "cat file",
            "bash script.sh",
            "docker exec web ls",
            "bash -c 'echo'",
            "docker run ubuntu",
            "docker run -itd ubuntu bash",
            "echo docker run -it x",
            "docker run -it ubuntu bash -c ls",
            "",
        ] {
            assert_eq!(opens(command), Opens::Nothing, "{command}");
        }
    }
}
