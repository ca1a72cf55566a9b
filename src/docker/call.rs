//! What a command line calls: its programs, their words, and what they are about.

use std::cell::RefCell;
use std::collections::HashMap;

use super::cli::{Does, Invocation, Naming, OperandKind};
use super::kubernetes::SYSTEM;
use crate::pattern::pattern;
use crate::shell::{
    DEEPEST, Property, Script, Wrapped, base_name, behind_wrappers, is_shell, words, wrapped,
};

/// One program that is called, with its words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProgramCall {
    /// The program's name without its folder; empty for keys.
    pub program: String,
    /// The verb of `docker` or `kubectl` by the table of its commands (`ps`, `volume ls`);
    /// else empty.
    pub verb: String,
    /// All words after the program.
    pub words: Vec<String>,
    /// Whether `&` sends it to the background.
    pub in_background: bool,
    /// Whether a pipe takes what it prints, and its errors go past the pipe.
    pub is_filtered: bool,
    /// Whether a container runs it.
    in_container: bool,
    /// Whether it is called by a path that is none of the system's.
    by_path: bool,
    /// The words as Docker reads them.
    docker: Option<Invocation>,
    /// The words as kubectl reads them.
    kubectl: Option<Invocation>,
}

/// Programs that print files and words as they are.
const FILTERS: [&str; 18] = [
    "awk", "cat", "cut", "echo", "egrep", "grep", "head", "less", "more", "nl", "printf", "sed",
    "sort", "tac", "tail", "tee", "tr", "uniq",
];

pattern! {
    /// A variable of the shell that is expanded.
    VARIABLE = r"\$\{?(?P<name>[A-Za-z_][A-Za-z0-9_]*)";
}

/// How many commands a thread remembers at most; what it forgot is read again.
const MOST_READ: usize = 512;

thread_local! {
    /// The commands that were read last, with their calls: each step's command is asked for
    /// by many rules.
    static READ: RefCell<HashMap<String, Vec<ProgramCall>>> = RefCell::default();
}

impl ProgramCall {
    /// Understands the words of one program.
    pub fn new(argv: &[String]) -> Self {
        let Some((first, words)) = argv.split_first() else {
            return Self::default();
        };
        let program = base_name(first).to_owned();
        let docker = Invocation::read(argv);
        let kubectl = Invocation::read_kubectl(argv);
        let known = docker.as_ref().or(kubectl.as_ref());
        let verb = known.map_or_else(String::new, |invocation| invocation.verb.clone());
        Self {
            program,
            verb,
            words: words.to_vec(),
            in_background: false,
            is_filtered: false,
            in_container: false,
            by_path: first.contains('/') && !is_of_the_system(first),
            docker,
            kubectl,
        }
    }

    /// The calls of a whole command line, each followed by those that it passes on:
    /// what a shell is given by `-c`, what `docker run` or `exec` is given behind
    /// its image or container. Wrappers such as `sudo` are no calls of their own.
    pub fn all(command: &str) -> Vec<Self> {
        READ.with_borrow_mut(|read| {
            if let Some(calls) = read.get(command) {
                return calls.clone();
            }
            let calls = Self::all_inside(command, 0);
            if read.len() >= MOST_READ {
                read.clear();
            }
            read.insert(command.to_owned(), calls.clone());
            calls
        })
    }

    /// Whether it asks a namespace of Kubernetes itself.
    pub fn is_of_system(&self) -> bool {
        let namespaces = self
            .kubectl()
            .into_iter()
            .flat_map(|one| one.values("--namespace"));
        let namespace = namespaces.last();
        namespace.is_some_and(|namespace| namespace.starts_with(SYSTEM))
    }

    /// Whether another call starts it in a container.
    pub fn runs_in_container(&self) -> bool {
        self.in_container
    }

    /// The docker commands of a command line, those that it passes to shells too.
    pub fn all_of_docker(command: &str) -> Vec<Invocation> {
        let calls = Self::all(command).into_iter();
        calls.filter_map(|call| call.docker).collect()
    }

    /// Whether one of `calls` is `docker VERB`.
    pub fn any_is_docker(calls: &[Self], verb: &str) -> bool {
        calls.iter().any(|call| call.is_docker(verb))
    }

    /// Whether one of `calls` shows how an image is built.
    pub fn any_shows_build(calls: &[Self]) -> bool {
        calls.iter().any(|call| call.does(Does::ShowsBuild))
    }

    /// Whether what a command line makes may have names that do not stand in it.
    pub fn any_can_make_unseen(command: &str) -> bool {
        Self::all(command).iter().any(Self::can_make_unseen)
    }

    /// The calls of a text that holds commands among other lines, each on a line or
    /// continued by a backslash.
    pub fn all_in_text(text: &str) -> Vec<Self> {
        let text = text.replace("\\\n", " ");
        text.lines().flat_map(Self::all).collect()
    }

    fn all_inside(command: &str, depth: usize) -> Vec<Self> {
        let script = Script::read(command);
        let commands = script.commands().into_iter();
        let calls = commands.map(|command| Self {
            in_background: command.in_background,
            is_filtered: command.is_filtered,
            ..Self::new(&behind_wrappers(&command.argv()))
        });
        calls
            .filter(|call| !call.program.is_empty())
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
        let argv = || -> Vec<String> {
            let program = std::iter::once(&self.program);
            program.chain(&self.words).cloned().collect()
        };
        if ["su", "ssh"].contains(&self.program.as_str())
            && let Some(Wrapped::Script(script)) = wrapped(&argv())
        {
            return Self::all_inside(&script, depth + 1);
        }
        let mut words = self.behind_container();
        if let Some(program) = self.option("--entrypoint").last()
            && !program.is_empty()
        {
            words.insert(0, (*program).to_owned());
        }
        if words.is_empty() {
            return Vec::new();
        }
        let call = Self::new(&behind_wrappers(&words));
        let further = call.passed_on(depth + 1);
        let inside = std::iter::once(call).chain(further).map(|call| Self {
            in_container: true,
            ..call
        });
        inside.collect()
    }

    /// Whether `command` ends only when it is interrupted: the last program in its
    /// foreground, or one that it passes on, prints what comes (`docker logs -f web`).
    pub fn follows_for_ever(command: &str) -> bool {
        let calls = Self::all(command);
        let ends = |call: &Self| {
            let detaches = |docker: &Invocation| docker.has("--detach");
            call.in_background || call.docker.as_ref().is_some_and(detaches)
        };
        // `timeout` ends it. A wrapper is not among the calls.
        let is_timed = words(command).iter().any(|word| word == "timeout");
        !is_timed && !calls.iter().any(ends) && calls.iter().any(Self::follows)
    }

    /// Whether the last program in the foreground of `command` is one of a container, or prints
    /// what comes: it need not end by itself.
    pub fn stays_in_foreground(command: &str) -> bool {
        let attaches = |docker: &Invocation| {
            docker.does(Does::Waits) || docker.does(Does::Attaches) && !docker.has("--detach")
        };
        let calls = Self::all(command);
        let last = calls.iter().rfind(|call| !call.in_container);
        let last = last.filter(|call| !call.in_background);
        let is_attached = last.and_then(Self::docker).is_some_and(attaches);
        is_attached || Self::follows_for_ever(command)
    }

    fn follows(&self) -> bool {
        if let Some(docker) = &self.docker {
            return docker.follows();
        }
        let has = |letters: &[char]| {
            let mut options = self.words.iter().filter(|word| word.starts_with('-'));
            options.any(|word| !word.starts_with("--") && word.contains(letters))
        };
        let is_given = || self.words.iter().any(|word| word.starts_with("--follow"));
        Property::Follows.is_of(&self.program)
            || Property::FollowsFile.is_of(&self.program) && (has(&['f', 'F']) || is_given())
            || Property::FollowsCount.is_of(&self.program) && !has(&['c'])
    }

    /// Whether it can make things whose names stand in no command: what compose makes it
    /// names by itself, and what a script does is not shown.
    pub fn can_make_unseen(&self) -> bool {
        const RUNNERS: [&str; 5] = ["source", ".", "make", "python", "python3"];
        if self.in_container {
            return false;
        }
        if let Some(docker) = &self.docker {
            let mut mounts = docker.values("--volume").chain(docker.values("--mount"));
            let mut socket = || mounts.any(|mount| mount.contains("docker.sock"));
            return docker.does(Does::Implicit) || socket();
        }
        let program = self.program.as_str();
        let runs_text = is_shell(program) && program != "busybox";
        let runs_a_file = RUNNERS.contains(&program) || runs_text && self.script().is_none();
        self.by_path || runs_a_file && self.words.iter().any(|word| !word.starts_with('-'))
    }

    /// Docker's reading of it, where it is a tool that takes Docker's words.
    pub fn docker(&self) -> Option<&Invocation> {
        self.docker.as_ref()
    }

    /// kubectl's reading of it, where it is `kubectl` or takes its words.
    pub fn kubectl(&self) -> Option<&Invocation> {
        self.kubectl.as_ref()
    }

    /// What a shell is given by `-c`: the first word behind its options, `-c` among
    /// them alone or with others (`-ec`).
    pub fn script(&self) -> Option<&str> {
        if !is_shell(&self.program) {
            return None;
        }
        let mut words = self.words.iter().map(String::as_str).peekable();
        if self.program == "busybox" {
            words.next_if(|applet| is_shell(applet))?;
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
    /// or container, or kubectl behind `--`; empty where it is given none.
    pub fn behind_container(&self) -> Vec<String> {
        self.known()
            .map_or_else(Vec::new, |invocation| invocation.inner.clone())
    }

    /// Whether it is docker or kubectl that gives what it runs a terminal.
    pub fn gives_a_terminal(&self) -> bool {
        self.known()
            .is_some_and(|invocation| invocation.has("--tty"))
    }

    /// Whether others print what it prints.
    pub fn passes_on(&self) -> bool {
        self.script().is_some() || !self.behind_container().is_empty()
    }

    /// The names and IDs by which a docker command uses containers, images,
    /// volumes and networks as its operands.
    pub fn references(&self) -> Vec<&str> {
        let Some(docker) = self.own_docker() else {
            return Vec::new();
        };
        docker.used_operands()
    }

    /// All names that stand in a command that can give one to an image, a container, a
    /// volume or a network.
    pub fn given_names(&self) -> Vec<String> {
        let Some(docker) = self.own_docker().filter(|docker| docker.can_name()) else {
            return Vec::new();
        };
        let is_of_host =
            |naming: &Naming| matches!(naming.thing, OperandKind::File | OperandKind::Port);
        let names = docker.names().into_iter();
        let names = names.filter(|naming| !is_of_host(naming));
        names.map(|naming| naming.name).collect()
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
        let names = |filter: &str| {
            filter
                .split_once('=')
                .is_some_and(|(key, _)| NAMING.contains(&key))
        };
        self.own_docker().is_some_and(|docker| {
            docker.lists().is_some()
                && (!docker.operands.is_empty() || docker.values("--filter").any(names))
        })
    }

    /// Docker's reading, of `docker` itself.
    fn own_docker(&self) -> Option<&Invocation> {
        self.docker.as_ref().filter(|_| self.program == "docker")
    }

    /// Whether it is `docker VERB`.
    pub fn is_docker(&self, verb: &str) -> bool {
        self.program == "docker" && self.verb == verb
    }

    /// Whether the table of the commands of docker or kubectl says that it does this.
    pub fn does(&self, what: Does) -> bool {
        self.known().is_some_and(|known| known.does(what))
    }

    /// Whether it does any of these.
    pub fn does_any(&self, of_these: &[Does]) -> bool {
        of_these.iter().any(|what| self.does(*what))
    }

    /// Whether it starts containers: new ones, or those that are there.
    pub fn starts_containers(&self) -> bool {
        self.does_any(&[Does::Creates, Does::Reconnects, Does::FromFile])
    }

    /// The kind of thing that it lists.
    pub fn lists(&self) -> Option<OperandKind> {
        self.known()?.lists()
    }

    /// Whether it is a command that prints what a container's program prints.
    pub fn prints_of_a_program(&self) -> bool {
        self.does(Does::Attaches) || self.does(Does::Logs)
    }

    /// The words as docker or kubectl reads them.
    fn known(&self) -> Option<&Invocation> {
        self.docker.as_ref().or(self.kubectl.as_ref())
    }

    /// Whether it is `docker VERB`, or `docker VERB --OPTION` where `command` names one.
    pub fn is_docker_with(&self, command: &str) -> bool {
        match command.split_once(" --") {
            None => self.is_docker(command),
            Some((verb, option)) => {
                let has = |docker: &Invocation| docker.has(&format!("--{option}"));
                self.is_docker(verb) && self.docker.as_ref().is_some_and(has)
            }
        }
    }

    /// Whether it prints files and words as they are.
    pub fn prints_as_it_is(&self) -> bool {
        FILTERS.contains(&self.program.as_str())
    }

    /// Whether it is a `date` with the time to print.
    pub fn prints_a_given_time(&self) -> bool {
        let is_fixed = |word: &String| {
            let digits = |text: &str| text.len() >= 4 && text.bytes().all(|b| b.is_ascii_digit());
            word.starts_with('@') || word.split(['-', '/', ' ', '=']).any(digits)
        };
        let words = || std::iter::once(&self.program).chain(&self.words);
        words().any(|word| word.rsplit('/').next() == Some("date"))
            && words().any(|word| word.starts_with("-d") || word.starts_with("--date"))
            && words().any(is_fixed)
    }

    /// Whether `calls` print nothing but what they compute from their own words, so that a time
    /// or a duration in it is no other one in any run.
    pub fn only_compute(calls: &[Self]) -> bool {
        // What the words assign themselves has no other value.
        let text: Vec<&str> = calls
            .iter()
            .flat_map(|call| &call.words)
            .map(String::as_str)
            .collect();
        let text = text.join(" ");
        let is_known = |name: &str| {
            let assigns = [
                format!("{name}="),
                format!("for {name} in"),
                format!("read {name}"),
            ];
            assigns
                .iter()
                .any(|assigns| text.contains(assigns.as_str()))
        };
        let mut names = VARIABLE.captures_iter(&text);
        // Where none of them prints, what is printed is another's: of a job in the background.
        let prints = |call: &Self| {
            let is = |property: Property| property.is_of(&call.program);
            is(Property::Computes) && !is(Property::Terse) && !is(Property::Silent)
        };
        calls.iter().any(prints)
            && calls.iter().all(Self::computes)
            && names.all(|name| is_known(&name["name"]))
    }

    fn computes(&self) -> bool {
        const OF_THE_CLOCK: [&str; 4] = ["systime", "strftime", "rand", "%("];
        let runs_another = self.script().is_some()
            || self.docker().is_some() && !self.behind_container().is_empty();
        let operands = || self.words.iter().filter(|word| !word.starts_with('-'));
        let is_alone = self.program != "awk" || operands().count() == 1;
        let mut words = self.words.iter();
        runs_another
            || Property::Computes.is_of(&self.program)
                && is_alone
                && !words.any(|word| OF_THE_CLOCK.iter().any(|part| word.contains(part)))
    }

    /// Whether an option of one letter is given, alone or among others (`-al`); of
    /// a docker command also by its long spelling.
    pub fn has_flag(&self, letter: char) -> bool {
        if let Some(docker) = &self.docker {
            return docker.has(&format!("-{letter}"));
        }
        self.words.iter().any(|word| {
            word.strip_prefix('-')
                .is_some_and(|flags| !flags.starts_with('-') && flags.contains(letter))
        })
    }

    /// The template that docker is given for what it prints, unless it is one of a
    /// table with a header.
    pub fn template(&self) -> Option<&str> {
        let docker = self.own_docker()?;
        let mut templates = docker.values("--format");
        templates.find(|template| template.contains("{{") && !template.starts_with("table "))
    }

    /// Whether it prints whole things as JSON, one a line.
    pub fn prints_json(&self) -> bool {
        let mut formats = self.option("--format").into_iter();
        self.docker.is_some()
            && formats.any(|format| format == "json" || format.replace(' ', "") == "{{json.}}")
    }

    /// The values of an option: `--name value` or `--name=value`, and of a docker
    /// command in any of its spellings.
    pub fn option<'c>(&'c self, name: &'c str) -> Vec<&'c str> {
        if let Some(known) = self.known() {
            return known.values(name).collect();
        }
        let words = self.words.iter().enumerate();
        let values = words.filter_map(|(index, word)| {
            if word == name {
                self.words.get(index + 1).map(String::as_str)
            } else {
                word.strip_prefix(name)?.strip_prefix('=')
            }
        });
        values.collect()
    }
}

/// Whether the program at `path` is one that every machine has there.
fn is_of_the_system(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"].contains(&folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_prints_what_comes_follows_for_ever() {
        for command in [
            "docker logs -f web",
            "sudo docker container logs --tail 5 --follow web",
            "docker events --filter type=network",
            "docker stats",
            "docker attach web",
            "docker compose up",
            "docker-compose logs -f web | grep GET",
            "docker exec web tail -F /var/log/a",
            "tail -n 3 -f log",
            "watch docker ps",
            "ping 8.8.8.8",
        ] {
            assert!(ProgramCall::follows_for_ever(command), "{command}");
        }
        for command in [
            "docker logs web",
            "docker logs --follow=false web",
            "docker events --until 5s",
            "docker stats --no-stream",
            "docker compose up -d",
            "docker run -d alpine tail -f /dev/null",
            "tail -n 3 log",
            "tail -f log &",
            "timeout 3 tail -f log",
            "ping -c 3 8.8.8.8",
            "cat",
            "docker stop web",
        ] {
            assert!(!ProgramCall::follows_for_ever(command), "{command}");
        }
    }

    #[test]
    fn what_scripts_and_compose_make_is_not_seen() {
        let makes = ProgramCall::any_can_make_unseen;
        for command in [
            "./start.sh",
            "sudo bash start.sh",
            "source env",
            "make up",
            "docker compose up -d",
            "docker-compose up -d",
            "docker run -v /var/run/docker.sock:/var/run/docker.sock cli docker ps",
            "sh -c './start.sh'",
        ] {
            assert!(makes(command), "{command}");
        }
        for command in [
            "docker run web ./start.sh",
            "docker exec web sh start.sh",
            "/usr/bin/docker ps",
            "bash --norc",
            "sh -c 'docker ps'",
            "make",
        ] {
            assert!(!makes(command), "{command}");
        }
    }

    #[test]
    fn finds_the_docker_verb_through_sudo_and_pipes() {
        let calls = ProgramCall::all("sudo docker container ls -a | grep 'web; x'");
        assert_eq!(calls.len(), 2);
        assert!(calls[0].is_docker("ps"));
        assert!(calls[0].has_flag('a'));
        assert_eq!(calls[1].words, ["web; x"]);
    }

    #[test]
    fn what_names_a_container_is_told_from_what_does_not() {
        let references = |command: &str| -> Vec<String> {
            ProgramCall::all(command)
                .iter()
                .flat_map(ProgramCall::references)
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
            let calls = ProgramCall::all(command).into_iter();
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
            ["docker"]
        );
        assert_eq!(programs("if ! ls; then cat a; fi"), ["ls", "cat"]);
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
            let call = ProgramCall::new(&crate::shell::words(command));
            assert_eq!(call.script(), script, "{command}");
        }
    }
}
