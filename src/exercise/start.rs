//! Who types at the host's prompts, and in which folder, by the prompts and by what the
//! host prints.
//!
//! ```text
//!     kim@vm:~/app$ ls                      user kim, folder ~/app
//!     $ pwd                                 user kim, folder ~/lab, home /home/kim
//!     /home/kim/lab
//!     $ docker run -v $(pwd)/html:/h ...    user root, folder ~/lab, home /root
//!     "Source": "/root/lab/html"
//! ```

use std::path::{Path, PathBuf};

use super::folders::folders;
use crate::docker::{Invocation, ProgramCall};
use crate::formats::complaints::complains;
use crate::formats::listing::GROUP_OF_MAC;
use crate::pattern::pattern;
use crate::session::{Expected, Prompt, Step};
use crate::shell::words;

/// Where the host's shell starts.
#[derive(Debug, Default)]
pub(super) struct Start {
    /// Who types; none where nothing tells.
    pub user: Option<String>,
    /// The folder as written (`~/app`); none where nothing tells.
    pub folder: Option<String>,
    /// The path of the user's home, where something shows it.
    pub home: Option<String>,
}

impl Start {
    /// What `steps` tell.
    pub(super) fn of(steps: &[Step]) -> Self {
        let prompt = steps.iter().find(|step| step.level == 0);
        let prompt = prompt.map(|step| &step.prompt);
        let user = prompt.and_then(|prompt| {
            let user = prompt.user.clone();
            user.or_else(|| root_by_sign(prompt.sign))
        });
        let user = user.or_else(|| shown_user(steps));
        let is_own = |place: &HostPath| user.as_ref().is_none_or(|user| *user == place.owner);
        let shown = shown_folder(steps).filter(is_own);
        let place = shown.or_else(|| shown_home(steps).filter(is_own));
        let of_host = || steps.iter().filter(|step| step.on_host());
        let prompts_tell = of_host().any(|step| step.prompt.folder.is_some());
        let shown = place.as_ref().filter(|_| !prompts_tell);
        Self {
            folder: prompt
                .and_then(folder_of)
                .or_else(|| shown?.folder())
                .or_else(|| project_folder(steps))
                .or_else(|| shown.map(|_| "~".to_owned())),
            user: user.or_else(|| Some(place.as_ref()?.owner.clone())),
            home: place.map(|place| place.home),
        }
    }
}

/// The user of a prompt that ends in `sign` and names nobody.
fn root_by_sign(sign: char) -> Option<String> {
    (sign == '#').then(|| "root".to_owned())
}

/// The folder that a prompt of the host tells: some tell no more than its own name.
fn folder_of(prompt: &Prompt) -> Option<String> {
    let folder = prompt.folder.as_deref()?;
    let is_name = !folder.is_empty() && !folder.contains(['/', '\\', ' ', '~', ':']);
    match folder.starts_with('~') {
        true => Some(folder.to_owned()),
        false if is_name && prompt.user.as_deref() != Some(folder) => Some(format!("~/{folder}")),
        false => None,
    }
}

pattern! {
    /// The network that compose makes for a project.
    PROJECT_NETWORK = r"\b([a-z0-9][a-z0-9-]*)_default\b";
    /// A path in the home of a user, on Linux or macOS.
    HOME = r"(?:^|[^\w./-])(?P<home>/root|/(?:home|Users)/(?P<user>[a-z_][a-z0-9_-]*))(?:/|$|[^\w.-])";
    /// The folder that the shell is in, with what a command adds to its path.
    WORKING_FOLDER = r#"(?:\$\(pwd\)|`pwd`|\$PWD\b|\$\{PWD\})"?(?P<below>(?:/[\w.-]+)*)"#;
    /// An absolute path.
    PATH = r"(?:/[\w.-]+)+";
    /// The owner and the group of a file in a long list.
    OWNER = r"^[-d][-rwxsStT]{9}[.+@]? +[0-9]+ +([a-z_][a-z0-9_-]*) +([a-z_][a-z0-9_-]*) +[0-9]";
}

/// The folder after which compose named what `steps` show, where they stay in it.
fn project_folder(steps: &[Step]) -> Option<String> {
    let mut composes = false;
    for command in steps.iter().filter_map(Step::command) {
        let calls = ProgramCall::all_of_docker(command);
        composes |= calls.iter().any(Invocation::is_of_compose);
        if words(command).first().is_some_and(|word| word == "cd") {
            return None;
        }
    }
    let shown = steps.iter().flat_map(|step| &step.expected);
    let mut names = shown.filter_map(|line| PROJECT_NETWORK.captures(&line.text));
    let name = names.find(|_| composes)?;
    Some(format!("~/{}", &name[1]))
}

/// A path of the host in somebody's home.
struct HostPath {
    home: String,
    owner: String,
    /// The folder that the shell starts in, where that is known.
    start: Option<PathBuf>,
}

impl HostPath {
    /// The one that `text` shows, with no folder.
    fn read(text: &str) -> Option<Self> {
        let found = HOME.captures(text)?;
        let owner = found.name("user").map_or("root", |name| name.as_str());
        Some(Self {
            home: found["home"].to_owned(),
            owner: owner.to_owned(),
            start: None,
        })
    }

    /// The one of a shell that is in `path` after it went from where it started to `below`.
    fn of_shell(path: &Path, below: &Path) -> Option<Self> {
        let start = without_end(path, below)?;
        let place = Self::read(&start.to_string_lossy())?;
        Some(Self {
            start: Some(start),
            ..place
        })
    }

    fn folder(&self) -> Option<String> {
        let below = self.start.as_ref()?.strip_prefix(&self.home).ok()?;
        let path = Path::new("~").join(below);
        Some(path.to_string_lossy().trim_end_matches('/').to_owned())
    }
}

/// `path` without `end`, where it ends so.
fn without_end(path: &Path, end: &Path) -> Option<PathBuf> {
    let kept = path
        .components()
        .count()
        .checked_sub(end.components().count())?;
    path.ends_with(end)
        .then(|| path.components().take(kept).collect())
}

/// The folder that the shell starts in, by what `pwd` prints, by the source of a mount that
/// was given as `$(pwd)/NAME`, or by an error about a file.
fn shown_folder(steps: &[Step]) -> Option<HostPath> {
    let at = folders(steps);
    let known = || {
        let at = at.iter().map(Option::as_deref);
        steps.iter().zip(at).filter(|(step, _)| step.on_host())
    };
    let printed = known().find_map(|(step, at)| {
        let shows = step.command().map(str::trim) == Some("pwd");
        let line = step.expected.first().filter(|_| shows)?;
        HostPath::of_shell(Path::new(line.text.trim()), at?)
    });
    let mounted = || {
        known().find_map(|(step, at)| {
            let command = step.command()?;
            let below = WORKING_FOLDER.captures(command)?;
            let below = at?.join(below["below"].trim_start_matches('/'));
            let later = steps.iter().filter(|later| later.line > step.line);
            let inspects = |later: &&Step| ProgramCall::any_is_docker(&later.calls(), "inspect");
            let shown = later.filter(inspects).flat_map(|later| &later.expected);
            let mut paths = shown.flat_map(|line| PATH.find_iter(&line.text));
            paths.find_map(|path| {
                let is_source = !command.contains(path.as_str());
                HostPath::of_shell(Path::new(path.as_str()), &below).filter(|_| is_source)
            })
        })
    };
    // An error of the client's about a file that was named by a relative path.
    let complained = || {
        known().find_map(|(step, at)| {
            let calls = step.calls();
            let [call] = calls.as_slice() else {
                return None;
            };
            let docker = call.docker().filter(|docker| docker.verb == "cp")?;
            let named = docker.operands.iter().filter(|name| !name.starts_with('/'));
            let shown = step
                .expected
                .iter()
                .flat_map(|line| PATH.find_iter(&line.text));
            let paths: Vec<&Path> = shown.map(|path| Path::new(path.as_str())).collect();
            let below: Vec<PathBuf> = named
                .map(|name| at.map(|at| at.join(name)))
                .collect::<Option<_>>()?;
            let mut pairs = paths
                .iter()
                .flat_map(|path| below.iter().map(move |below| (path, below)));
            pairs.find_map(|(path, below)| HostPath::of_shell(path, below))
        })
    };
    printed.or_else(mounted).or_else(complained)
}

/// The home that `pwd` or an error of a build's or compose's shows.
fn shown_home(steps: &[Step]) -> Option<HostPath> {
    let prints_folder = |step: &&Step| step.on_host() && step.command() == Some("pwd");
    let calls_client = |step: &&Step| {
        let calls = step.calls();
        let mut calls = calls.iter();
        step.on_host()
            && calls.any(|call| {
                let is_of_compose = call.docker().is_some_and(Invocation::is_of_compose);
                is_of_compose || call.is_docker("build")
            })
    };
    // What a build or a container prints may be a path of its own.
    let is_of_host = |line: &&Expected| {
        let text = line.text.trim_start();
        complains(text) || text.starts_with("context: ") || text.starts_with("source: ")
    };
    let printed = steps.iter().filter(prints_folder);
    let told = steps.iter().filter(calls_client);
    let told = told.flat_map(|step| &step.expected).filter(is_of_host);
    let mut lines = printed.flat_map(|step| &step.expected).chain(told);
    lines.find_map(|line| HostPath::read(&line.text))
}

/// The user whom what the host prints names, where its prompts name nobody: `whoami`, or the
/// owner of files in a folder of the user's.
fn shown_user(steps: &[Step]) -> Option<String> {
    let of_host = steps.iter().filter(|step| step.on_host());
    let mut names = of_host.filter_map(|step| {
        let calls = step.calls();
        let [call] = calls.as_slice() else {
            return None;
        };
        let mut lines = step.expected.iter().map(|line| line.text.trim());
        match call.program.as_str() {
            "whoami" => lines.next().map(str::to_owned),
            "ls" if !call.words.iter().any(|word| word.starts_with('/')) => {
                let mut owners = lines.filter_map(|line| OWNER.captures(line));
                let is_own = |group: &str, owner: &str| group == owner || group == GROUP_OF_MAC;
                let own =
                    owners.find(|found| is_own(&found[2], &found[1]) && &found[1] != "root")?;
                Some(own[1].to_owned())
            }
            _ => None,
        }
    });
    let is_name = |name: &String| name.chars().all(|letter| letter.is_ascii_alphanumeric());
    names.find(is_name)
}
