//! Steps that show a file the notes never made: `cat app.py`, with its text.
//!
//! A file that an earlier command names, or that a container could have written
//! into a folder it was given, is one that the notes made, or should have.

use std::path::{Component, Path, PathBuf};

use crate::consent::only_looks;
use crate::docker::{Does, OperandKind, ProgramCall};
use crate::exercise::{Exercise, folders};
use crate::paths::plain;
use crate::session::Step;
use crate::shell::{Property, Script, SimpleCommand, behind_wrappers};

/// The file that `step` shows, and its text: where it is a `cat` of one
/// relative path in the host's shell, printed whole.
pub(super) fn shown_file(step: &Step) -> Option<(PathBuf, String)> {
    let words = Script::read(step.command()?).only_command()?.argv();
    let [cat, path] = words.as_slice() else {
        return None;
    };
    let path = PathBuf::from(path);
    // A word that the shell expands is not a name.
    let literal = !words[1].contains(['*', '?', '[', '$', '~', '{', '`']);
    let plain = literal
        && path.components().all(|part| {
            matches!(
                part,
                Component::Normal(_) | Component::CurDir | Component::RootDir
            )
        });
    if cat != "cat"
        || !step.on_host()
        || step.level != 0
        || !plain
        || step.expected.iter().any(|line| line.elision)
    {
        return None;
    }
    let end = step
        .expected
        .iter()
        .rposition(|line| !line.text.is_empty())?
        + 1;
    let text: String = step.expected[..end]
        .iter()
        .flat_map(|line| [line.text.as_str(), "\n"])
        .collect();
    let refused = text.starts_with("cat: ");
    (!refused).then_some((path, text))
}

/// The files that the step with number `index` of `exercise` lists and that a later step shows,
/// with their texts, where no command before that one could have made them.
pub(super) fn listed_files(exercise: &Exercise, index: usize) -> Vec<(PathBuf, String)> {
    let steps = &exercise.steps;
    let calls_docker = |step: &Step| step.calls().iter().any(|call| call.docker().is_some());
    let Some(lists) = steps
        .get(index)
        .filter(|step| step.on_host() && !calls_docker(step))
    else {
        return Vec::new();
    };
    let words = lists
        .expected
        .iter()
        .flat_map(|line| line.text.split_whitespace());
    let words: Vec<&str> = words.collect();
    let folder = |step: usize| folders(&steps[..=step]).pop().flatten();
    let shown = (index + 1..steps.len()).filter_map(|shows| {
        let (path, text) = shown_file(&steps[shows])?;
        let is_listed = path.to_str().is_some_and(|name| words.contains(&name));
        let setup = exercise.setup.iter().map(String::as_str);
        let before = setup.chain(steps[..shows].iter().filter_map(Step::command));
        if !is_listed || path.is_absolute() || could_concern(&path, before) {
            return None;
        }
        let here = folder(index).filter(|here| folder(shows).as_ref() == Some(here))?;
        Some((here.join(path), text))
    });
    shown.collect()
}

/// Whether one of `commands`, which came before, could have made `path` or taken
/// it away.
pub(super) fn could_concern<'a>(path: &Path, commands: impl IntoIterator<Item = &'a str>) -> bool {
    let parts: Vec<&str> = path
        .iter()
        .filter_map(|part| part.to_str())
        .filter(|part| *part != ".")
        .collect();
    commands.into_iter().any(|command| match written(command) {
        Some(files) => files.iter().any(|file| is_same(file, path)),
        None => parts.iter().any(|part| command.contains(part)) || shares_a_folder(command),
    })
}

/// The file that `step` opens in an editor of the host, of which the notes show no screen.
pub(super) fn edited_file(step: &Step) -> Option<PathBuf> {
    let script = Script::read(step.command()?);
    let argv = behind_wrappers(&script.only_command()?.argv());
    let [editor, .., file] = argv.as_slice() else {
        return None;
    };
    let is_shown = step.expected.iter().any(|line| !line.text.is_empty());
    let is_name = !file.starts_with(['-', '+', '~']) && !file.contains(['$', '*', '`']);
    let edits = Property::Editor.is_of(editor) && step.on_host() && !is_shown && is_name;
    edits.then(|| PathBuf::from(file))
}

/// Whether the last of `steps` that concerns the file at `path` is an editor: what a step
/// shows of it next is what was written there.
pub(super) fn is_just_edited(path: &Path, steps: &[Step]) -> bool {
    let edits = |step: &Step| edited_file(step).is_some_and(|file| is_same(&file, path));
    let Some(last) = steps.iter().rposition(edits) else {
        return false;
    };
    let mut behind = steps[last + 1..].iter();
    !behind.any(|step| {
        let shows = shown_file(step).is_some_and(|(file, _)| is_same(&file, path));
        shows
            || step
                .command()
                .is_some_and(|command| could_concern(path, [command]))
    })
}

/// Whether the notes show what was written in the editor of the step with this number: the
/// file's text in a fence, or by a later step.
pub(super) fn shows_what_was_edited(exercise: &Exercise, number: usize) -> bool {
    let Some(file) = exercise.steps.get(number).and_then(edited_file) else {
        return false;
    };
    let is_shown = |at: usize| {
        let (steps, step) = (&exercise.steps[..at], &exercise.steps[at]);
        let shows = shown_file(step).is_some_and(|(shown, _)| is_same(&shown, &file));
        shows && is_just_edited(&file, steps)
    };
    let mut given = exercise.files.iter();
    given.any(|given| given.path.file_name() == file.file_name())
        || (number + 1..exercise.steps.len()).any(is_shown)
}

/// Whether `command` makes no file of the author's: it only looks, calls Docker, or enters a
/// folder or makes one.
pub(super) fn makes_no_file(command: &str) -> bool {
    let script = Script::read(command);
    let is_plain = |simple: &&SimpleCommand| {
        let argv = behind_wrappers(&simple.argv());
        let program = argv.first().map_or("", String::as_str);
        let writes = simple.redirections.iter().any(|one| one.writes());
        !writes && (only_looks(&argv) || ["docker", "cd", "mkdir"].contains(&program))
    };
    !shares_a_folder(command) && script.commands().iter().all(is_plain)
}

/// The files that `command` writes, where all of its programs only read and its shell
/// writes what they print: `cat > app.py <<EOF`. None of a command that may do more.
fn written(command: &str) -> Option<Vec<PathBuf>> {
    let script = Script::read(command);
    if script.opaque.is_some() || script.has_compounds() || script.substitutes() {
        return None;
    }
    let mut files = Vec::new();
    for simple in script.commands() {
        let argv = simple.argv();
        if !argv.is_empty() && !only_looks(&argv) {
            return None;
        }
        for redirection in simple.redirections.iter().filter(|one| one.writes()) {
            if !redirection.target.literal {
                return None;
            }
            files.push(PathBuf::from(&redirection.target.text));
        }
    }
    Some(files)
}

fn is_same(one: &Path, other: &Path) -> bool {
    plain(one) == plain(other)
}

/// Whether `command` gives a container a folder of the host's.
fn shares_a_folder(command: &str) -> bool {
    let dockers = ProgramCall::all_of_docker(command);
    let mut starts = dockers.iter().filter(|docker| docker.does(Does::Creates));
    starts.any(|docker| {
        let mounts = docker.values("--volume").chain(docker.values("--mount"));
        let mounted: Vec<String> = mounts.map(str::to_owned).collect();
        let files = docker.names().into_iter();
        files
            .filter(|naming| naming.thing == OperandKind::File)
            .any(|naming| mounted.iter().any(|mount| mount.contains(&naming.name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::{exercise, notes::Notes};

    #[test]
    fn a_file_is_listed_before_it_is_shown_and_not_before_it_is_made() {
        let listed = |transcript: &str| {
            let text = format!("# Docker\n\n- How?\n  - So.\n\n```\n{transcript}\n```\n");
            let (notes, _) = Notes::parse(&Source::new("note.md", text)).expect("notes");
            let found = exercise::discover(&[notes], &[]).exercises;
            let files = listed_files(&found[0], 0).into_iter();
            files
                .map(|(path, _)| path.display().to_string())
                .collect::<Vec<_>>()
        };
        let shows = "$ cat Dockerfile\nFROM busybox";
        assert_eq!(
            listed(&format!("$ ls\nDockerfile\n{shows}")),
            ["Dockerfile"]
        );
        for other in [
            format!("$ ls\n{shows}"),
            format!("$ ls\nDockerfile\n$ cd app\n{shows}"),
            format!("$ ls\nDockerfile\n$ echo FROM busybox > Dockerfile\n{shows}"),
            format!("$ ls\nDockerfile\n$ touch Dockerfile\n{shows}"),
            format!("$ docker run busybox ls\nDockerfile\n{shows}"),
        ] {
            assert!(listed(&other).is_empty(), "{other}");
        }
    }

    #[test]
    fn a_file_that_an_earlier_command_could_have_made_is_not_given() {
        let concerns = |path: &str, command: &str| could_concern(Path::new(path), [command]);
        assert!(concerns("out.txt", "rm out.txt"));
        assert!(concerns("out.txt", "docker run -v $PWD:/w busybox make"));
        assert!(concerns("./conf/a", "docker cp web:/conf ."));
        assert!(concerns(
            "a",
            "docker run --mount type=bind,source=/x,target=/y b"
        ));
        for options in [
            "-v $(pwd):/w",
            "-itv $PWD:/w",
            "-itv$PWD:/w",
            "-v./out:/w",
            "--volume=~/w:/w",
            "--mount=type=bind,src=.,dst=/w",
        ] {
            let command = format!("docker run {options} busybox make");
            assert!(concerns("out.txt", &command), "{command}");
        }
        assert!(!concerns("app.py", "docker run -v data:/w busybox ls"));
        assert!(!concerns("app.py", "docker run -p 80:80 web:1 ls /srv"));
        assert!(!concerns("app.py", "ls"));
        assert!(!concerns("context/b", "cat context/a"));
        assert!(!concerns(
            "context/b",
            "cat context/a | grep -c b; ls -l context/b"
        ));
        assert!(!concerns("context/b", "cat > context/a <<EOF\nb\nEOF"));
        assert!(concerns(
            "context/b",
            "cat <<EOF > ./context/b\nX=\\$FOO\nEOF"
        ));
        assert!(concerns("context/b", "echo hi >> context/b"));
        assert!(concerns("context/b", "echo hi | tee context/b"));
        assert!(concerns("context/b", "echo hi > \"$dir/b\"; ls context"));
        assert!(concerns("context/b", "cp -r old context"));
    }

    fn steps(transcript: &str) -> Vec<Step> {
        let note = format!("## D\n- Q?\n  - a\n```\n{transcript}\n```\n");
        let source = crate::diagnostic::Source::new("a.md", &note);
        let (notes, _) = crate::notes::Notes::parse(&source).expect("a note");
        let found = crate::exercise::discover(&[notes], &[]);
        found.exercises[0].steps.clone()
    }

    #[test]
    fn what_is_shown_right_behind_an_editor_was_written_there() {
        let is_edited = |transcript: &str| {
            let steps = steps(transcript);
            is_just_edited(Path::new("a.txt"), &steps[..steps.len() - 1])
        };
        assert!(is_edited("$ sudo vi a.txt\n$ ls\na.txt\n$ cat a.txt\none"));
        assert!(is_edited(
            "$ echo 1 > a.txt\n$ nano a.txt\n$ cat a.txt\none"
        ));
        for other in [
            "$ cat a.txt\none",
            "$ vi b.txt\n$ cat a.txt\none",
            "$ vi a.txt\n$ echo 2 >> a.txt\n$ cat a.txt\none",
            "$ vi a.txt\n$ docker run -v $PWD:/w busybox make\n$ cat a.txt\none",
            // What was given once is no longer open.
            "$ vi a.txt\n$ cat a.txt\none\n$ cat a.txt\ntwo",
            // The editor said something: it was not used.
            "$ vi a.txt\nvi: command not found\n$ cat a.txt\none",
        ] {
            assert!(!is_edited(other), "{other}");
        }
    }
}
