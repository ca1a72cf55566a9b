//! What the commands of an exercise tell about what it needs.

use crate::docker::cli::is_kubectl;
use crate::pattern::pattern;
use std::collections::BTreeSet;

use crate::docker::compose;
use crate::docker::dockerfile::{base_images, is_dockerfile};
use crate::docker::ids::is_id;
use crate::docker::names::with_tag;
use crate::docker::{Does, Invocation, Naming, OperandKind, ProgramCall};
use crate::session::Step;
use crate::shell::{Property, Script, programs, words, wrappers_and_program};

use super::GivenFile;
use super::kubectl::OTHER_TOOLS;

/// Whether `command` builds or pulls, which may take longer than other commands.
pub(super) fn builds_or_pulls(command: &str) -> bool {
    ProgramCall::all_of_docker(command)
        .iter()
        .any(|docker| docker.does(Does::Slow))
}

pattern! {
    /// A blank to fill in, as a synopsis marks it.
    MARKED = r"(?:^|\s)(<[\p{Alphabetic}][\p{Alphabetic}\d_ -]*>|\[OPTIONS\])(?:\s|$)";
}

/// The names that `command` gives to things of Docker's and to variables, which are no
/// blanks elsewhere.
pub(super) fn names_given(command: &str) -> Vec<String> {
    let docker = ProgramCall::all_of_docker(command);
    let names = docker.iter().flat_map(Invocation::names);
    let is_name = |name: &str| name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let given = names.filter(|naming| naming.gives && is_name(&naming.name));
    given
        .map(|naming| naming.name)
        .chain(variables_set(command))
        .collect()
}

/// The variables that `command` may set, as a shell expands them: `$ID` and `${ID}`.
fn variables_set(command: &str) -> Vec<String> {
    let words = words(command).into_iter();
    let names = words.map(|word| match word.split_once('=') {
        Some((name, _)) => name.to_owned(),
        None => word,
    });
    let is_variable = |name: &String| {
        let mut letters = name.chars();
        letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    names
        .filter(is_variable)
        .flat_map(|name| [format!("${name}"), format!("${{{name}}}")])
        .collect()
}

/// A blank to fill in that `command` shows in place of a name; none in a command that
/// can be typed as it stands.
pub(super) fn blank(command: &str) -> Option<String> {
    let docker = ProgramCall::all_of_docker(command);
    let marked = MARKED.captures(command).filter(|_| !docker.is_empty());
    let marked = marked.and_then(|found| Some(found.get(1)?.as_str().to_owned()));
    marked.or_else(|| docker.iter().find_map(Invocation::blank))
}

/// Whether one of the steps asks a Kubernetes cluster.
pub(super) fn asks_cluster(steps: &[Step]) -> bool {
    let programs = host_programs(steps);
    let mut programs = programs.iter().map(String::as_str);
    programs.any(|program| is_kubectl(program) || OTHER_TOOLS.contains(&program))
}

/// The names that the exercise gives to images itself (`-t`, `tag`, `commit`), with a tag.
pub fn built_names<'a>(commands: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    commands
        .into_iter()
        .flat_map(ProgramCall::all_of_docker)
        .flat_map(|docker| docker.gives(OperandKind::Image))
        .map(|name| with_tag(&name))
        .collect()
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
    let scripts = files.iter().filter(|file| is_script(file));
    let scripts: Vec<&str> = scripts.map(|file| file.contents.as_str()).collect();
    let typed = || commands.iter().chain(&scripts).copied();
    let own = built_names(typed());
    let held: Vec<String> = commands.iter().flat_map(|text| texts_in(text)).collect();
    let read: Vec<String> = steps.iter().filter_map(shown_file).collect();
    let of_builds = commands.iter().filter(|text| can_hold_dockerfile(text));
    let mut images: Vec<String> = files
        .iter()
        .map(|file| file.contents.clone())
        .chain(of_builds.flat_map(|text| texts_in(text)))
        .chain(read.iter().filter(|text| is_dockerfile(text)).cloned())
        .flat_map(|dockerfile| base_images(&dockerfile))
        .collect();
    let shown = files.iter().map(|file| file.contents.as_str());
    // A file may be written line by line.
    let line_by_line = held.join("\n");
    let mut composed: Vec<&str> = shown.chain(held.iter().map(String::as_str)).collect();
    composed.extend(read.iter().map(String::as_str));
    composed.push(&line_by_line);
    composed.retain(|text| compose::is_compose_file(text));
    let set = files.iter().map(|file| file.contents.as_str());
    let variables = compose::variables(
        set.chain(commands.iter().copied())
            .chain(held.iter().chain(&read).map(String::as_str)),
    );
    let composed = composed.into_iter();
    images.extend(composed.flat_map(|text| compose::images(text, &variables)));
    let dockers = typed().flat_map(ProgramCall::all_of_docker);
    images.extend(dockers.flat_map(|docker| docker.needed_images()));
    images.extend(pulled_and_used(steps, setup));
    let mut seen = BTreeSet::new();
    images.retain(|image| {
        let plain = !image.contains(['$', '%']) && image != "scratch" && !is_id(image);
        let made = own.contains(&with_tag(image)) || is_shown_missing(image, steps);
        plain && !made && seen.insert(with_tag(image))
    });
    images
}

/// Whether a file is a script of a shell.
fn is_script(file: &GivenFile) -> bool {
    file.path.extension().is_some_and(|suffix| suffix == "sh") || file.contents.starts_with("#!")
}

/// Whether a text that `command` holds may be a Dockerfile: it names one, or builds.
fn can_hold_dockerfile(command: &str) -> bool {
    let mut ends = command
        .lines()
        .next()
        .into_iter()
        .chain(command.lines().last());
    ends.any(|line| line.contains("ockerfile") || line.contains(" build "))
}

/// The texts that a command holds for files and other programs: `cat > Dockerfile <<END`,
/// `echo "FROM nginx" > Dockerfile`, `printf 'services:\n' | tee compose.yml`.
fn texts_in(command: &str) -> Vec<String> {
    let said = programs(command).into_iter().filter_map(|words| {
        let (program, words) = words.split_first()?;
        let between = match program.as_str() {
            "echo" => " ",
            "printf" => "\n",
            _ => return None,
        };
        let words: Vec<&str> = words
            .iter()
            .map(String::as_str)
            .skip_while(|word| word.starts_with('-'))
            .collect();
        Some(words.join(between).replace("\\n", "\n"))
    });
    let mut texts: Vec<String> = said.collect();
    if command.contains('\n') {
        texts.push(command.to_owned());
    }
    texts
}

/// The text that a step shows of a file: `cat Dockerfile`.
fn shown_file(step: &Step) -> Option<String> {
    let words = programs(step.command()?);
    let shows = step.on_host() && words.first()?.first()? == "cat";
    let lines = step.expected.iter().map(|line| line.text.as_str());
    shows.then(|| lines.collect::<Vec<_>>().join("\n"))
}

/// The images that are pulled and that later steps show, remove or ask about.
fn pulled_and_used(steps: &[Step], setup: &[String]) -> Vec<String> {
    let of_steps = steps.iter().filter(|step| step.on_host());
    let of_steps = of_steps.filter_map(|step| Some((step.command()?, Some(step))));
    let of_setup = setup.iter().map(|command| (command.as_str(), None));
    let (mut pulled, mut used) = (Vec::new(), Vec::new());
    for (command, step) in of_setup.chain(of_steps) {
        for docker in ProgramCall::all_of_docker(command) {
            let is_image = |naming: &Naming| naming.thing == OperandKind::Image;
            let images = docker.names().into_iter().filter(is_image);
            let images: Vec<String> = images.map(|naming| naming.name).collect();
            if docker.verb == "pull" {
                pulled.extend(images.into_iter().filter(|_| !step.is_some_and(is_refused)));
                continue;
            }
            let is_any = |naming: &Naming| naming.thing == OperandKind::Any;
            let of_any = docker.names().into_iter().filter(is_any);
            used.extend(images.iter().map(|image| with_tag(image)));
            used.extend(of_any.map(|naming| with_tag(&naming.name)));
            if docker.lists() == Some(OperandKind::Image)
                && let Some(step) = step
            {
                let rows = step.expected.iter().map(|line| line.text.as_str());
                used.extend(rows.flat_map(listed_image));
            }
        }
    }
    pulled.retain(|image| used.contains(&with_tag(image)));
    pulled
}

/// Whether the daemon refuses in the notes what `step` asks for.
fn is_refused(step: &Step) -> bool {
    let mut lines = step.expected.iter();
    lines.any(|line| line.text.starts_with("Error response from daemon:"))
}

/// The image that a row of a list may be about: `nginx   1.25   ...`, or `nginx:1.25   ...`.
fn listed_image(row: &str) -> Vec<String> {
    let mut words = row.split_whitespace();
    let Some(name) = words.next() else {
        return Vec::new();
    };
    let tag = words.next().unwrap_or_default();
    vec![with_tag(name), format!("{name}:{tag}")]
}

/// Whether the first step that names an image shows that there is none, or that none can
/// have this name.
fn is_shown_missing(image: &str, steps: &[Step]) -> bool {
    let missing = [image, &with_tag(image)].map(|name| format!("No such image: {name}"));
    let names_it = |step: &&Step| {
        let is_named = |word: &String| with_tag(word) == with_tag(image);
        step.command()
            .is_some_and(|command| words(command).iter().any(is_named))
    };
    steps.iter().find(names_it).is_some_and(|step| {
        step.expected.iter().any(|line| {
            let text = line.text.trim_end_matches('.');
            missing.iter().any(|missing| text.ends_with(missing))
                || text.contains("invalid reference format")
        })
    })
}

/// The programs that the steps call in the host's shell, each once.
pub fn host_programs(steps: &[Step]) -> Vec<String> {
    let mut names = Vec::new();
    for step in steps.iter().filter(|step| step.on_host()) {
        let Some(command) = step.command() else {
            continue;
        };
        for command in Script::read(command).commands() {
            let chain = wrappers_and_program(&command.argv());
            names.extend(chain.into_iter().filter_map(|argv| argv.into_iter().next()));
        }
        // The client's plugin comes with that program.
        let mut dockers = ProgramCall::all_of_docker(command).into_iter();
        if dockers.any(|docker| docker.is_of_compose()) {
            names.push("docker-compose".to_owned());
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|program: &String| {
        let name = program
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+'));
        name && ![Property::Builtin, Property::Editor]
            .iter()
            .any(|one| one.is_of(program))
            && seen.insert(program.clone())
    });
    names
}
