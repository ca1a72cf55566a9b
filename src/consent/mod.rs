//! Which commands of notes may run on the user's own machine without asking:
//! Docker, which the guard watches, and a short list of readers. Everything
//! else, and everything that is not understood, needs consent.
//!
//! ```text
//!     commands of a session --Reviewer--> Free | Asks { why }
//!                               |
//!         shell: a line's programs, words and files
//!         docker: options that reach the client's own files
//!         readers: ls, cat, curl to this machine, ...
//!     privileges: what a lab that shares the machine's root has to ask about
//! ```
//!
//! This is a courtesy before anything runs, not the wall: what happens to the
//! daemon is the guard's to decide. Nothing is run or looked up here.

mod docker;
mod privileges;
mod readers;

pub use privileges::privilege_in;
pub use readers::only_looks;

use crate::shell::{Joint, Script, ShellCommand, ShellWord, SimpleCommand};

/// Whether a command may run without asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// It may.
    Free,
    /// It needs `--yes`, or an `allow` of the manifest.
    Asks {
        /// What in it needs consent.
        why: String,
    },
}

/// What of the user's machine the commands of notes can reach on an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nothing: whatever they do stays in the lab.
    Nothing,
    /// Whatever a container with added privileges can reach: the lab's root is
    /// the root of the machine that the daemon runs on.
    ByPrivileges,
    /// Their host shell is the machine's own.
    Machine,
}

/// Where the lab's shell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
enum Whereabouts {
    /// In the lab's folder, or deeper.
    #[default]
    Lab,
    /// Where anything may be read: in Docker's data root, for one.
    Public,
    /// Anywhere.
    Elsewhere,
}

/// Reviews the commands of one lab's host shell in their order: what an earlier
/// one did (leaving the lab's folder, sharing it with a container) counts for
/// the later ones.
#[derive(Debug, Clone, Default)]
pub struct Reviewer {
    place: Whereabouts,
    /// Whether a container could have put links into the lab's folder.
    shared: bool,
    /// Programs that may run whatever they do.
    allow: Vec<String>,
}

/// Variables that may be set for a single command or exported.
const HARMLESS_VARIABLES: [&str; 6] = [
    "BUILDKIT_PROGRESS",
    "DOCKER_BUILDKIT",
    "DOCKER_CLI_HINTS",
    "LANG",
    "LC_ALL",
    "TZ",
];

/// Beginnings of names of variables that change how programs are found or work.
const DANGEROUS_VARIABLES: [&str; 27] = [
    "_",
    "ALL_PROXY",
    "BASH",
    "BUILDX",
    "CDPATH",
    "COMPOSE",
    "CURL",
    "DOCKER",
    "ENV",
    "FCEDIT",
    "GLOBIGNORE",
    "HIST",
    "HOME",
    "HTTP",
    "IFS",
    "LD_",
    "LOC",
    "NLSPATH",
    "NO_PROXY",
    "OLDPWD",
    "PATH",
    "PROMPT",
    "PS",
    "PWD",
    "SHELL",
    "SSL",
    "XDG",
];

impl Reviewer {
    /// A reviewer for a shell that starts in `folder` as the notes name it:
    /// none, or one under `~`, is the lab's own.
    pub fn new(folder: Option<&str>) -> Self {
        let place = match folder {
            Some(path) if path.starts_with('/') => whereabouts(path),
            _ => Whereabouts::Lab,
        };
        Self {
            place,
            shared: false,
            allow: Vec::new(),
        }
    }

    /// Lets the programs that a manifest allows run without asking.
    pub fn allowing(self, programs: &[String]) -> Self {
        Self {
            allow: programs.to_vec(),
            ..self
        }
    }

    /// Reviews the next command, given with the lines that belong to it.
    pub fn review(&mut self, command: &str) -> Consent {
        let script = Script::read(command);
        let reviewed = match &script.opaque {
            Some(why) => Err(why.clone()),
            None => self.script(&script),
        };
        match reviewed {
            Ok(()) => Consent::Free,
            Err(why) => {
                // Whatever it does when it is allowed, it may do this too.
                self.place = Whereabouts::Elsewhere;
                self.shared = true;
                Consent::Asks { why }
            }
        }
    }

    fn script(&mut self, script: &Script) -> Result<(), String> {
        let mut is_certain = true;
        for item in &script.items {
            let ShellCommand::Simple(simple) = &item.command else {
                return Err("a compound command".into());
            };
            let before = self.place;
            self.simple(simple)?;
            // What may not run, or runs in a shell of its own, leaves nowhere.
            let in_pipe = item.joint == Joint::Pipe;
            if !is_certain || in_pipe {
                self.place = self.place.max(before);
            }
            is_certain = item.joint == Joint::End;
        }
        Ok(())
    }

    fn simple(&mut self, simple: &SimpleCommand) -> Result<(), String> {
        for script in &simple.substitutions {
            // It runs in a shell of its own, which leaves this one where it is.
            let before = self.place;
            self.script(script)?;
            self.place = self.place.max(before);
        }
        for (name, _) in &simple.assignments {
            check_variable(name, !simple.words.is_empty())?;
        }
        for redirection in &simple.redirections {
            let file = &redirection.target;
            if redirection.writes() && !(file.literal && file.text == "/dev/null") {
                self.own_file(file)?;
            }
            if redirection.reads() {
                self.readable(file)?;
            }
        }
        self.program(&simple.words)
    }

    fn program(&mut self, words: &[ShellWord]) -> Result<(), String> {
        let Some((program, arguments)) = words.split_first() else {
            return Ok(());
        };
        if !program.literal || program.home {
            return Err("the name of a program is not known before it runs".into());
        }
        match program.text.as_str() {
            "sudo" => self.program(behind_sudo(arguments)?),
            "xargs" => self.xargs(arguments),
            "docker" => docker::check(self, arguments),
            "cd" => self.cd(arguments),
            "export" => arguments.iter().try_for_each(|argument| {
                let name = argument.text.split('=').next().unwrap_or_default();
                check_variable(name, true)
            }),
            name if self.allow.iter().any(|allowed| allowed == name) => {
                self.place = Whereabouts::Elsewhere;
                Ok(())
            }
            name => readers::check(self, name, arguments),
        }
    }

    /// `xargs docker ...`, with words behind it that are not known before it runs.
    fn xargs(&mut self, arguments: &[ShellWord]) -> Result<(), String> {
        let options = arguments
            .iter()
            .take_while(|word| word.literal && ["-r", "-n1", "-L1"].contains(&word.text.as_str()))
            .count();
        match arguments.get(options) {
            Some(word) if word.literal && word.text == "docker" => {
                let docker = arguments.get(options..).unwrap_or_default();
                self.program(&[docker, &[ShellWord::default()]].concat())
            }
            _ => Err("xargs runs a program that is not docker".into()),
        }
    }

    fn cd(&mut self, arguments: &[ShellWord]) -> Result<(), String> {
        self.place = match arguments {
            [] => Whereabouts::Lab,
            [to] if !to.literal || climbs(&to.text) => Whereabouts::Elsewhere,
            [to] if to.home => Whereabouts::Lab,
            [to] if to.text.starts_with('/') => whereabouts(&to.text),
            [to] if !to.text.starts_with('-') => self.place,
            _ => Whereabouts::Elsewhere,
        };
        Ok(())
    }

    /// Whether a file that is to be written is in the lab's folder for sure.
    fn own_file(&self, file: &ShellWord) -> Result<(), String> {
        let inside = file.literal
            && !file.home
            && !file.text.starts_with('/')
            && !climbs(&file.text)
            && self.place == Whereabouts::Lab;
        match (inside, self.shared) {
            (true, false) => Ok(()),
            (true, true) => Err(format!(
                "{} may be a link out of the lab's folder by now",
                file.text
            )),
            (false, _) => Err(format!("{} may be outside of the lab's folder", file.text)),
        }
    }

    /// Whether a file may be read: one of the lab, of Docker's, or one that says
    /// what the machine is.
    fn readable(&self, file: &ShellWord) -> Result<(), String> {
        let allowed = match file.text.starts_with('/') && !file.home {
            true => whereabouts(&file.text) == Whereabouts::Public,
            false => file.home || self.place != Whereabouts::Elsewhere,
        };
        match allowed && (file.literal || file.pattern) && !climbs(&file.text) {
            true => Ok(()),
            false => Err(format!("{} may be a file of yours", file.text)),
        }
    }
}

/// Whether a path has a part that goes up.
fn climbs(path: &str) -> bool {
    path.split('/').any(|part| part == "..")
}

/// Where an absolute path leads.
fn whereabouts(path: &str) -> Whereabouts {
    let public = ["/var/lib/docker", "/proc", "/sys", "/dev/null"]
        .iter()
        .any(|root| path == *root || path.starts_with(&format!("{root}/")))
        || ["/", "/etc/hosts", "/etc/issue", "/etc/os-release"].contains(&path);
    match public && !climbs(path) {
        true => Whereabouts::Public,
        false => Whereabouts::Elsewhere,
    }
}

fn check_variable(name: &str, passed_on: bool) -> Result<(), String> {
    let upper = name.to_ascii_uppercase();
    let allowed = match passed_on {
        true => HARMLESS_VARIABLES.contains(&name),
        false => {
            HARMLESS_VARIABLES.contains(&name)
                || !DANGEROUS_VARIABLES
                    .iter()
                    .any(|start| upper.starts_with(start))
        }
    };
    match allowed {
        true => Ok(()),
        false => Err(format!("the variable {name} changes how programs work")),
    }
}

/// The command that sudo runs.
fn behind_sudo(arguments: &[ShellWord]) -> Result<&[ShellWord], String> {
    let options = arguments
        .iter()
        .take_while(|word| word.literal && ["-E", "-n", "-H", "--"].contains(&word.text.as_str()))
        .count();
    match arguments.get(options..) {
        Some(command @ [first, ..]) if !first.text.starts_with('-') => Ok(command),
        _ => Err("sudo with options".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(command: &str) -> bool {
        Reviewer::new(None).review(command) != Consent::Free
    }

    #[test]
    fn what_notes_usually_do_runs_without_asking() {
        for command in [
            "docker build -t user_test .",
            "docker run -it --name vol_test1 volume_test bash",
            "docker run -d -p 8080:80 nginx",
            "docker ps -a | grep nginx | wc -l",
            "docker rm -f $(docker ps -aq)",
            "docker ps -aq | xargs docker rm",
            "sudo docker volume ls",
            "docker inspect --format '{{.NetworkSettings.IPAddress}}' web",
            "docker image --help",
            "docker container",
            "docker exec --env-file web.env web env",
            "docker load -i web.tar",
            "docker import web.tar web:2",
            "ID=$(docker run -d nginx)",
            "docker logs $ID",
            "DOCKER_BUILDKIT=0 docker build .",
            "sudo ls -al /var/lib/docker/volumes/3f5/_data/",
            "tree -L 2",
            "cat ./e95-init/lower",
            "cat > Dockerfile <<EOF\nFROM ubuntu\nEOF",
            "echo hi > hello.txt && cat hello.txt",
            "curl -s http://localhost:8080/ | head -3",
            "curl -I 127.0.0.1:8080",
            "mkdir -p app/src; cd app; touch x",
            "ls -l /nowhere 2>/dev/null || true",
            "whoami; id; hostname; uname -a; date; pwd",
            "exit",
            "",
        ] {
            let consent = Reviewer::new(None).review(command);
            let expected = command.contains("/nowhere");
            assert_eq!(consent != Consent::Free, expected, "{command}: {consent:?}");
        }
    }

    #[test]
    fn what_could_touch_the_users_machine_asks() {
        for command in [
            "rm -rf ~",
            "ls; rm -rf ~",
            "ls && rm x",
            "cat $(rm x)",
            "echo `rm x`",
            "echo \"$(rm x)\"",
            "echo x > ~/.bashrc",
            "echo x > /etc/passwd",
            "echo x >> ../x",
            "echo x > $HOME/.profile",
            "cd ..; echo x > y",
            "cd /etc && touch passwd",
            "sudo rm x",
            "sudo -i",
            "sudo -u root sh -c id",
            "PATH=. ls",
            "LD_PRELOAD=./x.so ls",
            "export DOCKER_HOST=unix:///var/run/docker.sock",
            "unset DOCKER_HOST",
            "docker -H unix:///var/run/docker.sock ps",
            "docker --context default ps",
            "DOCKER_HOST=unix:///x docker ps",
            "docker cp web:/etc/passwd /etc/passwd",
            "docker cp web:/x ../x",
            "docker save -o /home/x.tar nginx",
            "docker build --iidfile /home/x .",
            "docker build -o / .",
            "docker build /home",
            "docker build ..",
            "docker login",
            "docker plugin install x",
            "docker context use far",
            "docker unknown-plugin",
            "docker container unknown",
            "docker container $verb -o /home/x web",
            "docker image --help save -o /home/x web",
            "docker system dial-stdio",
            "docker exec --env-file /home/x web env",
            "docker run --cidfile /home/x nginx",
            "docker run --label-file=/home/x nginx",
            "docker build --secret /home/x .",
            "docker image load --input /home/x",
            "docker container export -o/home/x web",
            "docker import /home/x web:2",
            "docker import -m first /home/x web:2",
            "docker image import --change 'CMD true' /home/x web:2",
            "ls | xargs docker",
            "ls | xargs docker image",
            "ls | xargs docker build",
            "curl -o /home/x http://localhost/",
            "curl http://example.org/",
            "curl http://localhost@example.org/",
            "curl --unix-socket /var/run/docker.sock http://localhost/",
            "curl -X POST http://localhost:2375/containers/x/kill",
            "curl -K x localhost",
            "tree -o /home/x",
            "date -s 2020-01-01",
            "hostname other",
            "tail -f x &",
            "for i in 1 2; do ls; done",
            "eval ls",
            "bash -c 'rm x'",
            "./run.sh",
            "$CMD x",
            "l\\s; r''m x",
            "xargs rm",
            "cat /home/me/.ssh/id_rsa",
            "cat ../../.ssh/id_rsa",
            "alias ls=rm",
            "history -w x",
            "find . -delete",
            "date -us 2020-01-01",
            "printf -v PATH .",
            "docker build $HOME",
            "docker compose up",
            "grep -r x /home/me",
            "!rm",
            "ls &",
            "tee x",
            "cat \u{7}",
        ] {
            assert!(asks(command), "{command}");
        }
    }

    #[test]
    fn leaving_the_labs_folder_counts_for_later_commands() {
        let mut reviewer = Reviewer::new(None);
        assert_eq!(reviewer.review("cd /home"), Consent::Free);
        assert_eq!(reviewer.review("cd"), Consent::Free);
        assert_eq!(reviewer.review("touch x"), Consent::Free);
        assert_eq!(reviewer.review("cd /home || cd"), Consent::Free);
        assert_ne!(reviewer.review("touch x"), Consent::Free);
        let mut reviewer = Reviewer::new(None);
        assert_eq!(reviewer.review("cd /home; ls | cd"), Consent::Free);
        assert_ne!(reviewer.review("cat x"), Consent::Free);
        assert_ne!(reviewer.review("touch x"), Consent::Free);
    }

    #[test]
    fn a_folder_that_a_container_has_seen_is_not_written_to_any_more() {
        let mut reviewer = Reviewer::new(None);
        for option in ["-v ", "-v", "--rm -itv ", "--volume=", "-itv"] {
            let mut reviewer = Reviewer::new(None);
            let command = format!("docker run {option}./w:/w busybox ln -s / /w/x");
            assert_eq!(reviewer.review(&command), Consent::Free, "{option}");
            assert_ne!(
                reviewer.review("echo x > w/x/etc/passwd"),
                Consent::Free,
                "{option}"
            );
        }
        assert_eq!(
            reviewer.review("docker run -v $PWD:/w busybox ln -s / /w/x"),
            Consent::Free
        );
        assert_ne!(reviewer.review("echo x > x/etc/passwd"), Consent::Free);
    }

    #[test]
    fn a_shell_in_dockers_folder_reads_but_does_not_write() {
        let mut reviewer = Reviewer::new(Some("/var/lib/docker/overlay2"));
        assert_eq!(reviewer.review("cat ./x/lower"), Consent::Free);
        assert_ne!(reviewer.review("touch x"), Consent::Free);
    }
}
