//! What a command line calls: its programs, their words, and what it is about.

use crate::session::{programs, without_prefixes};

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

/// Shells, which run what they are given.
pub const SHELLS: [&str; 7] = ["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"];

/// Words of a shell behind which a command begins.
const KEYWORDS: [&str; 8] = ["!", "do", "elif", "else", "if", "then", "until", "while"];

/// The words of a command without those that only say when it runs.
fn without_keywords(words: &[String]) -> &[String] {
    match words.split_first() {
        Some((first, rest)) if KEYWORDS.contains(&first.as_str()) => {
            without_keywords(without_prefixes(rest))
        }
        _ => words,
    }
}

/// Calls deeper in each other than this are not read.
pub const DEEPEST: usize = 8;

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

    /// The calls of a whole command line, each followed by those that it passes on:
    /// what a shell is given by `-c`, what `docker run` or `exec` is given behind
    /// its image or container.
    pub fn all(command: &str) -> Vec<Self> {
        Self::all_inside(command, 0)
    }

    fn all_inside(command: &str, depth: usize) -> Vec<Self> {
        let calls = programs(command)
            .into_iter()
            .map(|words| Self::new(without_keywords(&words)));
        calls
            .flat_map(|call| {
                let passed_on = call.passed_on(depth);
                std::iter::once(call).chain(passed_on)
            })
            .collect()
    }

    /// The calls that this one makes by itself, and those that they make.
    fn passed_on(&self, depth: usize) -> Vec<Self> {
        if depth == DEEPEST {
            return Vec::new();
        }
        if let Some(script) = self.script() {
            return Self::all_inside(script, depth + 1);
        }
        let words = self.behind_container();
        if words.is_empty() {
            return Vec::new();
        }
        let call = Self::new(without_prefixes(&words));
        let further = call.passed_on(depth + 1);
        std::iter::once(call).chain(further).collect()
    }

    /// What a shell is given by `-c`: the first word behind its options, `-c` among
    /// them alone or with others (`-ec`).
    pub fn script(&self) -> Option<&str> {
        if !SHELLS.contains(&self.program.as_str()) {
            return None;
        }
        let mut words = self.words.iter().map(String::as_str).peekable();
        if self.program == "busybox" {
            words.next_if(|applet| SHELLS.contains(applet))?;
        }
        let mut takes_script = false;
        while let Some(option) = words.next_if(|word| word.starts_with(['-', '+'])) {
            let letters = option.get(1..).unwrap_or_default();
            if letters.is_empty() || letters == "-" {
                break;
            }
            if letters.starts_with('-') {
                if ["-rcfile", "-init-file"].contains(&letters) {
                    words.next();
                }
            } else {
                takes_script |= option.starts_with('-') && letters.contains('c');
                if letters.contains(['o', 'O']) {
                    words.next();
                }
            }
        }
        words.next().filter(|_| takes_script)
    }

    /// The command that `docker run`, `create` or `exec` is given behind its image
    /// or container; empty where it is given none.
    pub fn behind_container(&self) -> Vec<String> {
        let verb = self.verb.split(' ').next_back().unwrap_or_default();
        if !["run", "create", "exec"].contains(&verb) {
            return Vec::new();
        }
        let behind = self.behind(verb);
        let operands = crate::session::split_options(&behind).1.iter();
        operands.skip(1).map(|word| (*word).to_owned()).collect()
    }

    /// The words behind `verb`, or behind the one that was typed in its place.
    fn behind(&self, verb: &str) -> Vec<&str> {
        let is_verb = |word: &str| {
            word == verb
                || SYNONYMS.iter().any(|(long, short)| {
                    *short == self.verb && long.split(' ').next_back() == Some(word)
                })
        };
        let words = self.words.iter().map(String::as_str);
        words.skip_while(|word| !is_verb(word)).skip(1).collect()
    }

    /// Whether it is docker that gives what it runs a terminal.
    pub fn gives_a_terminal(&self) -> bool {
        let own = self
            .words
            .len()
            .saturating_sub(self.behind_container().len());
        let options = self.words.get(..own).unwrap_or_default();
        self.program == "docker"
            && options.iter().any(|word| {
                let letters = word.strip_prefix('-').unwrap_or_default();
                word == "--tty" || (!letters.starts_with('-') && letters.contains('t'))
            })
    }

    /// Whether others print what it prints.
    pub fn passes_on(&self) -> bool {
        self.script().is_some() || !self.behind_container().is_empty()
    }

    /// Whether it is `docker VERB`.
    pub fn is_docker(&self, verb: &str) -> bool {
        self.program == "docker" && self.verb == verb
    }

    /// The words of a docker command that name containers, images or the like.
    pub fn references(&self) -> Vec<&str> {
        if self.program != "docker" {
            return Vec::new();
        }
        let verb = self.verb.split(' ').next_back().unwrap_or_default();
        let rest = self.behind(verb);
        let operands = if ["run", "create", "exec"].contains(&verb) {
            crate::session::split_options(&rest).1.to_vec()
        } else {
            without_options(verb, &rest)
        };
        let count = match self.verb.as_str() {
            "run" | "create" | "exec" | "tag" | "commit" | "top" | "port" | "rename"
            | "history" | "export" => 1,
            "rm" | "rmi" | "stop" | "start" | "restart" | "kill" | "pause" | "unpause" | "wait"
            | "logs" | "attach" | "inspect" | "diff" | "stats" | "update" | "save"
            | "network rm" | "network inspect" | "volume rm" | "volume inspect" => operands.len(),
            "network connect" | "network disconnect" => 2,
            _ => 0,
        };
        operands.iter().take(count).copied().collect()
    }

    /// Whether it lists only what it names: `docker images web`, `docker ps -f name=web`.
    pub fn names_what_it_lists(&self) -> bool {
        const NAMING: [&str; 7] = [
            "ancestor",
            "id",
            "label",
            "name",
            "network",
            "reference",
            "volume",
        ];
        let filters = self.option("--filter").chain(self.option("-f"));
        let names = |filter: &str| {
            filter
                .split_once('=')
                .is_some_and(|(key, _)| NAMING.contains(&key))
        };
        let lists = ["ps", "images", "volume ls", "network ls"].contains(&self.verb.as_str());
        let words = self.behind(self.verb.split(' ').next_back().unwrap_or_default());
        let is_named = self.is_docker("images") && !without_options("images", &words).is_empty();
        self.program == "docker" && lists && (is_named || filters.into_iter().any(names))
    }

    /// The names that it gives to images, containers, volumes and networks.
    pub fn given_names(&self) -> Vec<&str> {
        if self.program != "docker" {
            return Vec::new();
        }
        let options =
            |names: &'static [&'static str]| names.iter().flat_map(|name| self.option(name));
        // What is mounted by its path has no name.
        let is_path = |mount: &&str| {
            let mount = mount.replace(['{', '(', '`'], "");
            ["$PWD", "$pwd", "pwd", "$HOME"]
                .iter()
                .any(|folder| mount.starts_with(folder))
        };
        match self.verb.as_str() {
            "build" => options(&["-t", "--tag"]).collect(),
            "run" | "create" => {
                let mounts = options(&["-v", "--volume"])
                    .filter(|mount| !is_path(mount))
                    .filter_map(|mount| mount.split(':').next());
                let names = options(&["--name", "--network", "--net"]);
                self.references()
                    .into_iter()
                    .chain(names)
                    .chain(mounts)
                    .collect()
            }
            "tag" | "commit" | "import" | "rename" | "container rename" | "image tag"
            | "container commit" | "image import" | "volume create" | "network create" => {
                self.words.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it prints files and words as they are.
    pub fn prints_as_it_is(&self) -> bool {
        [
            "awk", "cat", "cut", "echo", "egrep", "grep", "head", "less", "more", "nl", "printf",
            "sed", "sort", "tac", "tail", "tee", "tr", "uniq",
        ]
        .contains(&self.program.as_str())
    }

    /// Whether it is a `date` that is told which time to tell.
    pub fn tells_a_given_time(&self) -> bool {
        let is_fixed = |word: &String| {
            let digits = |text: &str| text.len() >= 4 && text.bytes().all(|b| b.is_ascii_digit());
            word.starts_with('@') || word.split(['-', '/', ' ', '=']).any(digits)
        };
        let words = || std::iter::once(&self.program).chain(&self.words);
        words().any(|word| word.rsplit('/').next() == Some("date"))
            && words().any(|word| word.starts_with("-d") || word.starts_with("--date"))
            && words().any(is_fixed)
    }

    /// Whether an option of one letter is given, alone or among others (`-al`).
    pub fn has_flag(&self, letter: char) -> bool {
        self.words.iter().any(|word| {
            word.strip_prefix('-')
                .is_some_and(|flags| !flags.starts_with('-') && flags.contains(letter))
        })
    }

    /// The template that docker is given for what it prints, unless it is one of a
    /// table with a header.
    pub fn template(&self) -> Option<&str> {
        let given = self.option("--format").chain(self.option("-f"));
        let templates = given.filter(|template| template.contains("{{"));
        let mut plain = templates.filter(|template| !template.starts_with("table "));
        plain.next().filter(|_| self.program == "docker")
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

/// `words` of `docker VERB` without its options and their values.
fn without_options<'w>(verb: &str, words: &[&'w str]) -> Vec<&'w str> {
    let take_values: &[&str] = match verb {
        "stop" | "restart" => &["-t", "--time", "--timeout", "-s", "--signal"],
        "kill" => &["-s", "--signal"],
        "logs" => &["-n", "--tail", "--since", "--until"],
        "inspect" => &["-f", "--format", "--type"],
        "images" => &["-f", "--filter", "--format"],
        "save" | "export" => &["-o", "--output"],
        "commit" => &["-a", "--author", "-c", "--change", "-m", "--message"],
        _ => &[],
    };
    let before = std::iter::once(&"").chain(words);
    before
        .zip(words)
        .filter(|(before, word)| !word.starts_with('-') && !take_values.contains(*before))
        .map(|(_, word)| *word)
        .collect()
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
    fn what_names_a_container_is_told_from_what_does_not() {
        let references = |command: &str| -> Vec<String> {
            Call::all(command)
                .iter()
                .flat_map(Call::references)
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(references("docker stop -t 10 e5 f6"), ["e5", "f6"]);
        assert_eq!(references("docker container rm -f e5"), ["e5"]);
        assert_eq!(references("docker image rm -f e5"), ["e5"]);
        assert_eq!(references("docker exec -it e5 add 10"), ["e5"]);
        assert_eq!(references("docker run -d busybox sleep 10"), ["busybox"]);
        assert_eq!(references("docker logs --tail 10 e5"), ["e5"]);
        assert_eq!(references("docker stop e5 > list 2>&1"), ["e5"]);
        assert!(references("cat <<EOF\ndocker rm e5\nEOF").is_empty());
        assert!(references("sleep 10").is_empty());
    }

    #[test]
    fn what_is_passed_on_is_called_too() {
        let programs = |command: &str| -> Vec<String> {
            let calls = Call::all(command).into_iter();
            calls.map(|call| call.program).collect()
        };
        assert_eq!(
            programs("docker run --rm -v a:/a busybox sh -c 'date; ls -l /a'"),
            ["docker", "sh", "date", "ls"]
        );
        assert_eq!(programs("docker exec -it web ls -l"), ["docker", "ls"]);
        assert_eq!(programs("docker run -it busybox"), ["docker"]);
        assert_eq!(programs("bash -ec 'sh -c ls'"), ["bash", "sh", "ls"]);
        assert_eq!(
            programs("for i in 1 2; do sudo docker ps; done"),
            ["for", "docker", "done"]
        );
        assert_eq!(programs("if ! ls; then cat a; fi"), ["ls", "cat", "fi"]);
        assert_eq!(programs(&"docker exec a ".repeat(100)).len(), DEEPEST + 1);
    }

    #[test]
    fn a_script_is_the_first_word_behind_a_shells_options() {
        for (command, script) in [
            ("bash --norc -c 'x'", Some("x")),
            ("bash -c -e 'x'", Some("x")),
            ("bash -ec 'x' -c y", Some("x")),
            ("bash -euo pipefail -c 'x'", Some("x")),
            ("bash --rcfile f -c 'x'", Some("x")),
            ("bash -c -- 'x'", Some("x")),
            ("busybox sh -c 'x'", Some("x")),
            ("busybox grep -c x", None),
            ("bash --norc", None),
            ("bash -c", None),
            ("bash run.sh -c x", None),
            ("bash -- -c x", None),
            ("grep -c x", None),
        ] {
            let call = Call::new(&crate::session::words(command));
            assert_eq!(call.script(), script, "{command}");
        }
    }
}
