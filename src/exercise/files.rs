//! The files that an answer shows, and the names under which its commands use them.

use crate::paths::{plain, stays_inside};
use crate::pattern::pattern;
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::docker::{Invocation, ProgramCall, compose};
use crate::notes::Fence;
use crate::session::{FenceKind, fence_kind};

/// A file that is written into the lab's folder before the first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenFile {
    /// Relative to the lab's folder, and inside it.
    pub path: PathBuf,
    /// What it holds.
    pub contents: String,
    /// The line, from 1, where the notes show it; none for a manifest's.
    pub line: Option<usize>,
    /// The line of the step before which it is written, where a `cd` above that step entered
    /// its folder; before the first step otherwise.
    pub written_at: Option<usize>,
}

/// A command of an answer.
pub(super) struct TypedCommand<'s> {
    /// The byte at which its line begins.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// What is typed.
    pub text: &'s str,
    /// The folder in which the host's shell is then, relative to the lab's; none where that
    /// is not known.
    pub folder: Option<PathBuf>,
}

/// The files among `fences` that the answer's `commands` use.
pub(super) fn given_files(fences: &[&Fence], commands: &[TypedCommand<'_>]) -> Vec<GivenFile> {
    let mut files: Vec<GivenFile> = Vec::new();
    for (index, fence) in fences.iter().enumerate() {
        let path = match fence_kind(fence) {
            FenceKind::Session => None,
            FenceKind::Dockerfile => Some(dockerfile_path(
                fence,
                until_next(fences, index, is_dockerfile),
                commands,
            )),
            FenceKind::Other => used_file_path(fence, fences, commands)
                .or_else(|| {
                    let until = until_next(fences, index, is_kubernetes);
                    is_kubernetes(fence).then(|| applied_file(until, commands))?
                })
                .or_else(|| {
                    let until = until_next(fences, index, is_compose);
                    is_compose(fence).then(|| composed_file(until, commands))?
                }),
        };
        let Some(path) = path.filter(|path| stays_inside(path)) else {
            continue;
        };
        let until = match fence_kind(fence) {
            FenceKind::Dockerfile => until_next(fences, index, is_dockerfile),
            _ => fence.span.end..usize::MAX,
        };
        let user = user_of(&path, until, commands);
        let entered = user.and_then(|user| Some((user.line, user.folder.as_ref()?)));
        let entered = entered.filter(|(_, folder)| !folder.as_os_str().is_empty());
        let (written_at, path) = match entered {
            Some((line, folder)) => {
                let is_made = is_made(folder, line, commands);
                (is_made.then_some(line), folder.join(path))
            }
            None => (None, path),
        };
        files.push(GivenFile {
            path,
            written_at,
            contents: fence
                .lines
                .iter()
                .flat_map(|line| [line.text.as_str(), "\n"])
                .collect(),
            line: fence.lines.first().map(|line| line.number),
        });
    }
    files
}

/// Whether a command above `line` names the outermost of the folders in `folder`, which it
/// may make. One that nothing made stands there with the author's file.
fn is_made(folder: &Path, line: usize, commands: &[TypedCommand<'_>]) -> bool {
    let outermost = folder.components().next();
    let names = |call: &ProgramCall| {
        let mut words = call
            .words
            .iter()
            .flat_map(|word| Path::new(word).components());
        call.program != "cd" && words.any(|part| Some(part) == outermost)
    };
    let above = commands.iter().take_while(|one| one.line < line);
    let mut calls = above.flat_map(|one| ProgramCall::all(one.text));
    calls.any(|call| names(&call))
}

/// The first command among `until` that uses the file at `path`, by name or to build or
/// compose, or that takes the folder of a file that is no Dockerfile; the first of all where
/// none does, as where another file names it.
fn user_of<'c, 's>(
    path: &Path,
    until: Range<usize>,
    commands: &'c [TypedCommand<'s>],
) -> Option<&'c TypedCommand<'s>> {
    let base = path.file_name()?.to_str()?;
    let is_dockerfile = base.to_lowercase().contains("dockerfile");
    let mut behind = commands.iter().filter(|one| until.contains(&one.offset));
    let first = behind.clone().next();
    let user = behind.find(|one| {
        one.text.contains(base)
            || built_file(one.text).as_deref() == Some(path)
            || !is_dockerfile && takes_folder(one.text)
    });
    user.or(first)
}

fn is_dockerfile(fence: &Fence) -> bool {
    fence_kind(fence) == FenceKind::Dockerfile
}

/// Whether a fence holds things for a Kubernetes cluster.
fn is_kubernetes(fence: &Fence) -> bool {
    let has = |key: &str| fence.lines.iter().any(|line| line.text.starts_with(key));
    fence_kind(fence) == FenceKind::Other && has("apiVersion:") && has("kind:")
}

/// The file that the first kubectl command among `until` reads: it takes the name as a
/// Dockerfile takes that of the next build.
fn applied_file(until: Range<usize>, commands: &[TypedCommand<'_>]) -> Option<PathBuf> {
    let behind = commands.iter().filter(|one| until.contains(&one.offset));
    let calls = behind.flat_map(|one| ProgramCall::all(one.text));
    let files: Vec<String> = calls
        .filter_map(|call| Some(call.kubectl()?.values("--filename").next()?.to_owned()))
        .collect();
    let mut named = files.iter().map(PathBuf::from);
    named.find(|path| path.extension().is_some() && !path.to_string_lossy().contains("://"))
}

/// Whether a fence holds a compose file.
fn is_compose(fence: &Fence) -> bool {
    let mut lines = fence.lines.iter();
    fence_kind(fence) == FenceKind::Other && lines.any(|line| compose::is_compose_file(&line.text))
}

/// The file that compose looks for, where one of the commands among `until` calls it.
fn composed_file(until: Range<usize>, commands: &[TypedCommand<'_>]) -> Option<PathBuf> {
    let mut behind = commands.iter().filter(|one| until.contains(&one.offset));
    let composes = |command: &str| {
        let calls = ProgramCall::all_of_docker(command);
        calls.iter().any(Invocation::is_of_compose)
    };
    let is_composed = behind.any(|one| composes(one.text));
    is_composed.then(|| PathBuf::from(compose::FILE_NAMES[0]))
}

/// The bytes between a fence and the next one that is of its kind too.
fn until_next(fences: &[&Fence], index: usize, is_one: fn(&Fence) -> bool) -> Range<usize> {
    let next = fences[index + 1..]
        .iter()
        .find(|fence| is_one(fence))
        .map_or(usize::MAX, |fence| fence.span.start);
    fences[index].span.end..next
}

/// A Dockerfile takes the name that the next build gives it, or that its
/// caption names.
fn dockerfile_path(fence: &Fence, until: Range<usize>, commands: &[TypedCommand<'_>]) -> PathBuf {
    let built = commands
        .iter()
        .filter(|one| until.contains(&one.offset))
        .find_map(|one| built_file(one.text));
    let said = || {
        let above = fence.caption.as_deref().or(fence.above.as_deref());
        above.and_then(named_dockerfile)
    };
    let named = || fence.file_name().map(|name| name.path);
    let named = || named().filter(|path| path.ends_with("Dockerfile"));
    built
        .or_else(|| said().or_else(named).map(PathBuf::from))
        .unwrap_or_else(|| PathBuf::from("Dockerfile"))
}

pattern! {
    /// A Dockerfile's name that tells what it builds.
    DOCKERFILE_NAME = r"(?:[\w-]+/)*(?:Dockerfile[\w.-]+|[\w.-]+\.[Dd]ockerfile)";
}

fn named_dockerfile(caption: &str) -> Option<&str> {
    DOCKERFILE_NAME
        .find(caption)
        .map(|name| name.as_str().trim_end_matches('.'))
}

/// The Dockerfile that a `docker build` reads; none for other commands.
fn built_file(command: &str) -> Option<PathBuf> {
    let calls = ProgramCall::all(command);
    let mut builds = calls.iter().filter_map(|call| call.docker()?.build_file());
    let (folder, file) = builds.next()?;
    if let Some(file) = file {
        return Some(PathBuf::from(file));
    }
    if folder.is_empty() || folder == "-" || folder.contains("://") {
        return None;
    }
    Some(plain(&Path::new(folder).join("Dockerfile")))
}

/// The file that the notes say `fence` shows, where a command or another file of the answer
/// uses it; where they surely say so, a command that takes a folder may use it, too.
fn used_file_path(
    fence: &Fence,
    fences: &[&Fence],
    commands: &[TypedCommand<'_>],
) -> Option<PathBuf> {
    let name = fence.file_name()?;
    let base = Path::new(name.path).file_name()?.to_str()?;
    let compose = compose::FILE_NAMES.contains(&base);
    let is_called = |command: &str| {
        command.contains(base)
            || compose && command.contains("compose")
            || name.is_sure && takes_folder(command)
    };
    let is_copied = |line: &str| {
        let instruction = line.trim_start().to_ascii_uppercase();
        let copies = instruction.starts_with("COPY") || instruction.starts_with("ADD");
        copies && (line.contains(base) || line.contains(" . "))
    };
    let names = |other: &&&Fence| {
        let is_one = |kind| fence_kind(other) == kind;
        let says = |line: &str| match is_one(FenceKind::Dockerfile) {
            true => is_copied(line),
            false => line.contains(base),
        };
        let is_file = is_one(FenceKind::Dockerfile)
            || is_compose(other)
            || is_one(FenceKind::Other) && other.file_name().is_some();
        is_file && other.span != fence.span && other.lines.iter().any(|line| says(&line.text))
    };
    let is_used =
        commands.iter().any(|one| is_called(one.text)) || fences.iter().any(|other| names(&other));
    is_used.then(|| PathBuf::from(name.path))
}

/// Whether `command` reads a folder of the machine: to build, to mount, or as compose does.
fn takes_folder(command: &str) -> bool {
    let takes = |docker: &Invocation| {
        docker.has("--volume") || docker.has("--mount") || docker.is_of_compose()
    };
    built_file(command).is_some() || ProgramCall::all_of_docker(command).iter().any(takes)
}
