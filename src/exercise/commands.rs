//! What the commands of an exercise tell about what it needs.

use std::collections::BTreeSet;

use crate::session::{CommandLine, Step, programs, words};

use super::GivenFile;

/// A `docker` command: its sub-command (`run`, `build`) and the words after it.
fn docker_command(words: &[String]) -> Option<(&str, &[String])> {
    let (program, mut rest) = words.split_first()?;
    if !matches!(
        program.rsplit('/').next(),
        Some("docker" | "podman" | "nerdctl")
    ) {
        return None;
    }
    while let Some((first, more)) = rest.split_first() {
        rest = match first.as_str() {
            "-H" | "--host" | "-c" | "--context" | "--config" => more.get(1..)?,
            option if option.starts_with('-') => more,
            "container" | "image" | "buildx" | "builder" => more,
            command => return Some((command, more)),
        };
    }
    None
}

/// Whether `command` builds or pulls, which may take longer than other commands.
pub(super) fn builds_or_pulls(command: &str) -> bool {
    programs(command).iter().any(|words| {
        docker_command(words).is_some_and(|(command, rest)| {
            matches!(command, "build" | "pull" | "push" | "bake")
                || command == "compose"
                    && rest
                        .iter()
                        .any(|word| matches!(word.as_str(), "build" | "up" | "pull"))
        })
    })
}

/// Whether one of the steps asks a registry.
pub fn pulls(steps: &[Step]) -> bool {
    each_docker_command(steps, |command, _| {
        matches!(command, "pull" | "push" | "login" | "search")
    })
}

/// Whether one of the steps asks a Kubernetes cluster.
pub(super) fn asks_cluster(steps: &[Step]) -> bool {
    host_programs(steps).iter().any(|program| {
        matches!(
            program.as_str(),
            "kubectl" | "helm" | "minikube" | "kubeadm" | "kind" | "k3d" | "oc"
        )
    })
}

fn each_docker_command(steps: &[Step], test: impl Fn(&str, &[String]) -> bool) -> bool {
    steps
        .iter()
        .filter_map(Step::command)
        .flat_map(programs)
        .any(|words| docker_command(&words).is_some_and(|(command, rest)| test(command, rest)))
}

/// What stands after the options of a docker command.
fn operands(rest: &[String]) -> Vec<&str> {
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    crate::session::split_options(&rest).1.to_vec()
}

/// The names that the exercise gives to images itself (`-t`, `tag`, `commit`), with a tag.
pub fn built_names<'a>(commands: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for words in commands.into_iter().flat_map(programs) {
        match docker_command(&words) {
            Some(("build", rest)) => names.extend(build_tags(rest)),
            Some(("tag" | "commit" | "import", rest)) => {
                names.extend(operands(rest).get(1).map(|name| with_tag(name)));
            }
            _ => {}
        }
    }
    names
}

fn build_tags(rest: &[String]) -> Vec<String> {
    let mut tags = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "-t" | "--tag" => tags.extend(words.next().map(|name| with_tag(name))),
            other => tags.extend(other.strip_prefix("--tag=").map(with_tag)),
        }
    }
    tags
}

/// `nginx` is `nginx:latest`.
fn with_tag(name: &str) -> String {
    let name = name
        .strip_prefix("docker.io/library/")
        .or_else(|| name.strip_prefix("docker.io/"))
        .unwrap_or(name);
    let last = name.rsplit('/').next().unwrap_or(name);
    if last.contains([':', '@']) {
        name.to_owned()
    } else {
        format!("{name}:latest")
    }
}

/// The base images that files and commands need and do not make, each once.
pub fn needed_images(files: &[GivenFile], steps: &[Step], setup: &[String]) -> Vec<String> {
    let commands: Vec<&str> = setup
        .iter()
        .map(String::as_str)
        .chain(
            steps
                .iter()
                .filter(|step| step.on_host())
                .filter_map(Step::command),
        )
        .collect();
    let own = built_names(commands.iter().copied());
    let mut images: Vec<String> = files
        .iter()
        .map(|file| file.contents.clone())
        .chain(commands.iter().flat_map(|text| dockerfiles_in(text)))
        .chain(steps.iter().filter_map(shown_dockerfile))
        .flat_map(|dockerfile| base_images(&dockerfile))
        .collect();
    for words in commands.iter().copied().flat_map(programs) {
        if let Some(("run" | "create" | "tag" | "save", rest)) = docker_command(&words) {
            images.extend(operands(rest).first().map(|image| (*image).to_owned()));
        }
    }
    let mut seen = BTreeSet::new();
    images.retain(|image| {
        let plain = !image.contains(['$', '%']) && image != "scratch" && !looks_like_id(image);
        let made = own.contains(&with_tag(image)) || is_said_to_be_missing(image, steps);
        plain && !made && seen.insert(with_tag(image))
    });
    images
}

/// The Dockerfiles that a command holds: `docker build - <<END`,
/// `cat > Dockerfile <<END`, `echo "FROM nginx" > Dockerfile`.
fn dockerfiles_in(command: &str) -> Vec<String> {
    let first = command.lines().next().unwrap_or_default();
    if !(first.contains("ockerfile") || first.contains(" build ")) {
        return Vec::new();
    }
    if command.contains('\n') {
        return vec![command.to_owned()];
    }
    programs(command)
        .into_iter()
        .filter(|words| matches!(words.first().map(String::as_str), Some("echo" | "printf")))
        .flatten()
        .map(|word| word.replace("\\n", "\n"))
        .filter(|word| word.starts_with("FROM ") || word.contains("\nFROM "))
        .collect()
}

/// The Dockerfile that a step shows: `cat Dockerfile`.
fn shown_dockerfile(step: &Step) -> Option<String> {
    let words = programs(step.command()?);
    let shows = step.on_host() && words.first()?.first()? == "cat";
    let text: Vec<&str> = step
        .expected
        .iter()
        .map(|line| line.text.as_str())
        .collect();
    (shows && text.iter().any(|line| line.starts_with("FROM "))).then(|| text.join("\n"))
}

/// Whether a step shows that there is no such image, or that none can have this name.
fn is_said_to_be_missing(image: &str, steps: &[Step]) -> bool {
    let missing = [image, &with_tag(image)].map(|name| format!("No such image: {name}"));
    steps.iter().any(|step| {
        let names_it = || {
            step.command()
                .is_some_and(|command| words(command).iter().any(|word| word == image))
        };
        step.expected.iter().any(|line| {
            let text = line.text.trim_end_matches('.');
            missing.iter().any(|missing| text.ends_with(missing))
                || text.contains("invalid reference format") && names_it()
        })
    })
}

fn looks_like_id(image: &str) -> bool {
    image.len() >= 12 && image.chars().all(|character| character.is_ascii_hexdigit())
}

/// The images that the FROM lines of a Dockerfile name, but for its own stages.
fn base_images(contents: &str) -> Vec<String> {
    let mut stages = BTreeSet::new();
    let mut defaults = Vec::new();
    let mut images = Vec::new();
    for line in contents.lines() {
        let words: Vec<&str> = line
            .split_whitespace()
            .filter(|word| !word.starts_with("--"))
            .collect();
        match words.as_slice() {
            [arg, setting, ..] if arg.eq_ignore_ascii_case("arg") => {
                defaults.extend(setting.split_once('='))
            }
            [from, image, rest @ ..] if from.eq_ignore_ascii_case("from") => {
                let image = defaults
                    .iter()
                    .fold((*image).to_owned(), |image, (name, value)| {
                        image
                            .replace(&format!("${{{name}}}"), value)
                            .replace(&format!("${name}"), value)
                    });
                if !stages.contains(&image) {
                    images.push(image);
                }
                if let [with, name, ..] = rest
                    && with.eq_ignore_ascii_case("as")
                {
                    stages.insert((*name).to_owned());
                }
            }
            _ => {}
        }
    }
    images
}

/// The programs that the steps call in the host's shell, each once.
pub fn host_programs(steps: &[Step]) -> Vec<String> {
    const OF_THE_SHELL: [&str; 28] = [
        "cd", "echo", "exit", "export", "set", "unset", "source", ".", "pwd", "history", "alias",
        "for", "do", "done", "if", "then", "else", "fi", "while", "test", "[", "printf", "read",
        "time", "true", "false", "jobs", "wait",
    ];
    let mut names = Vec::new();
    for step in steps.iter().filter(|step| step.on_host()) {
        let Some(command) = step.command() else {
            continue;
        };
        for command in CommandLine::read(command).commands {
            let first = command.words.first().filter(|word| *word == "sudo");
            names.extend(first.into_iter().chain(command.program().first()).cloned());
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|program: &String| {
        let name = program
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'));
        name && !OF_THE_SHELL.contains(&program.as_str()) && seen.insert(program.clone())
    });
    names
}
