//! What a command line calls: its programs, their words, and what it is about.

/// The simple commands of a command line, in order: split at `;`, `&&`, `||`,
/// `|`, `&` and line breaks outside quotes, `sudo` and assignments taken off.
pub fn simple_commands(command: &str) -> Vec<Vec<String>> {
    let mut commands = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some('"') | None, '\\') => match characters.next() {
                Some('\n') | None => {}
                Some(next) => word.get_or_insert_default().push(next),
            },
            (Some(_), _) => word.get_or_insert_default().push(character),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (None, ';' | '|' | '&' | '\n' | '(' | ')') => {
                words.extend(word.take());
                commands.push(std::mem::take(&mut words));
            }
            (None, _) if character.is_whitespace() => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    commands.push(words);
    commands
        .into_iter()
        .map(strip_prefixes)
        .filter(|words| !words.is_empty())
        .collect()
}

/// Takes `sudo`, `time`, `env` and assignments off the front.
fn strip_prefixes(words: Vec<String>) -> Vec<String> {
    let mut rest = words.into_iter().peekable();
    while let Some(word) = rest.peek() {
        let assignment = word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        });
        if !(assignment || ["sudo", "time", "env", "command"].contains(&word.as_str())) {
            break;
        }
        rest.next();
    }
    rest.collect()
}

/// One simple command, understood as far as judging needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Call {
    /// The program's name without its folder; empty for keys.
    pub program: String,
    /// Docker's management word and verb (`volume ls`, `ps`), else empty.
    pub verb: String,
    /// All words after the program.
    pub words: Vec<String>,
}

/// Docker's words that take a verb after them.
const MANAGEMENT: [&str; 14] = [
    "builder",
    "buildx",
    "compose",
    "config",
    "container",
    "context",
    "image",
    "manifest",
    "network",
    "node",
    "secret",
    "service",
    "system",
    "volume",
];

/// Verbs that say the same with and without their management word.
const SYNONYMS: [(&str, &str); 24] = [
    ("container ls", "ps"),
    ("container list", "ps"),
    ("container ps", "ps"),
    ("container run", "run"),
    ("container create", "create"),
    ("container exec", "exec"),
    ("container rm", "rm"),
    ("container stop", "stop"),
    ("container start", "start"),
    ("container logs", "logs"),
    ("container port", "port"),
    ("container top", "top"),
    ("image ls", "images"),
    ("image list", "images"),
    ("image build", "build"),
    ("buildx build", "build"),
    ("builder build", "build"),
    ("image pull", "pull"),
    ("image rm", "rmi"),
    ("image history", "history"),
    ("volume list", "volume ls"),
    ("network list", "network ls"),
    ("container inspect", "inspect"),
    ("image inspect", "inspect"),
];

impl Call {
    /// Understands the words of one simple command.
    pub fn new(words: &[String]) -> Self {
        let Some((first, rest)) = words.split_first() else {
            return Self::default();
        };
        let program = first.rsplit('/').next().unwrap_or(first).to_owned();
        let mut verb = String::new();
        if ["docker", "podman", "kubectl"].contains(&program.as_str()) {
            let mut plain = rest.iter().skip_while(|word| word.starts_with('-'));
            if let Some(word) = plain.next() {
                verb.clone_from(word);
                if MANAGEMENT.contains(&word.as_str())
                    && let Some(next) = plain.next()
                {
                    verb = format!("{word} {next}");
                }
            }
            if let Some((_, short)) = SYNONYMS.iter().find(|(long, _)| *long == verb) {
                verb = (*short).to_owned();
            }
        }
        Self {
            program,
            verb,
            words: rest.to_vec(),
        }
    }

    /// The calls of a whole command line.
    pub fn all(command: &str) -> Vec<Self> {
        simple_commands(command)
            .iter()
            .map(|words| Self::new(words))
            .collect()
    }

    /// Whether it is `docker VERB`.
    pub fn is_docker(&self, verb: &str) -> bool {
        self.program == "docker" && self.verb == verb
    }

    /// Whether an option of one letter is given, alone or among others (`-al`).
    pub fn has_flag(&self, letter: char) -> bool {
        self.words.iter().any(|word| {
            word.strip_prefix('-')
                .is_some_and(|flags| !flags.starts_with('-') && flags.contains(letter))
        })
    }

    /// The values of an option, given as `--name value` or `--name=value`.
    pub fn option<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        self.words
            .iter()
            .enumerate()
            .filter_map(move |(index, word)| {
                if word == name {
                    self.words.get(index + 1).map(String::as_str)
                } else {
                    word.strip_prefix(name)?.strip_prefix('=')
                }
            })
    }
}

/// Docker's verbs that only look.
const LOOKING: [&str; 17] = [
    "ps",
    "images",
    "logs",
    "inspect",
    "port",
    "top",
    "history",
    "info",
    "version",
    "diff",
    "volume ls",
    "volume inspect",
    "network ls",
    "network inspect",
    "system df",
    "get",
    "describe",
];

/// Whether `command` only looks and changes nothing, so that it may be asked
/// again: every part of it is a Docker verb that looks, a `curl` without data,
/// or a filter.
pub fn is_pure_query(command: &str) -> bool {
    if command.contains('>') || command.contains("$(") || command.contains('`') {
        return false;
    }
    let calls = Call::all(command);
    let mut asks = false;
    for call in &calls {
        let pure = match call.program.as_str() {
            "docker" | "kubectl" => {
                asks = true;
                LOOKING.contains(&call.verb.as_str())
                    && !call.words.iter().any(|word| {
                        word == "-f" && call.verb == "logs"
                            || word == "--follow"
                            || word == "-w"
                            || word == "--watch"
                    })
            }
            "curl" => {
                asks = true;
                !call.words.iter().any(|word| {
                    ["-d", "-X", "-F", "-T", "-o", "-O", "-K"]
                        .iter()
                        .any(|flag| word.starts_with(flag))
                        || [
                            "--data",
                            "--request",
                            "--form",
                            "--upload",
                            "--output",
                            "--remote",
                            "--json",
                        ]
                        .iter()
                        .any(|flag| word.starts_with(flag))
                })
            }
            "grep" | "head" | "tail" | "wc" | "sort" | "cut" | "uniq" | "cat" => true,
            _ => false,
        };
        if !pure {
            return false;
        }
    }
    asks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_docker_verb_through_sudo_and_pipes() {
        let calls = Call::all("sudo docker container ls -a | grep 'web; x'");
        assert_eq!(calls.len(), 2);
        assert!(calls[0].is_docker("ps"));
        assert!(calls[0].has_flag('a'));
        assert_eq!(calls[1].words, ["web; x"]);
    }

    #[test]
    fn only_what_looks_may_be_asked_again() {
        for pure in [
            "docker ps",
            "docker logs web | tail -3",
            "curl -sI localhost:8080",
            "sudo docker volume ls",
        ] {
            assert!(is_pure_query(pure), "{pure}");
        }
        for other in [
            "docker rm web",
            "docker ps > list",
            "curl -d x localhost",
            "ls",
            "docker ps; docker stop web",
            "docker logs -f web",
            "docker inspect $(docker run -d nginx)",
        ] {
            assert!(!is_pure_query(other), "{other}");
        }
    }
}
