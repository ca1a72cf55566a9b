//! The file mode mask of the notes' user: that of a distribution's first user often leaves
//! new files writable by the user's own group.
//!
//! ```text
//!     ubuntu@class:~$ ls -l
//!     -rw-rw-r-- 1 ubuntu ubuntu 6 Aug 30 14:33 Dockerfile      umask 0002
//!     -rw-r--r-- 1 ubuntu ubuntu 6 Aug 30 14:33 Dockerfile      umask 0022, as elsewhere
//!
//!     $ echo hi > a.txt; docker run -v $PWD:/w busybox stat -c '%a %n' /w/a.txt
//!     664 /w/a.txt                                              a file of the user's too
//! ```

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::engine::{EngineError, Lab};
use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::session::Step;
use crate::shell::{quoted, words};
use crate::terminal::{Terminal, TerminalError, WaitFor};

/// How long it may take to set the mask, or a file's mode.
const BRIEFLY: Duration = Duration::from_secs(20);

/// Programs that set a mode themselves.
const SET_MODES: [&str; 3] = ["chmod", "install", "umask"];

pattern! {
    /// What `ls -l` shows of a file or a folder with the mode that mask 0002 leaves.
    SHARED = r"^ *(?:-rw-rw-r--|drwxrwxr-x)[+.@]? +[0-9]+ +(?<user>\S+) +(?<group>\S+) (?:.* )?(?<name>\S+)$";
    /// What `stat` shows of such a file or folder by its mode in digits.
    SHARED_MODE = r"^(?:(?:0?664|0?775) (?<name>\S+)|(?<first>\S+) (?:0?664|0?775))$";
    /// What `umask` shows.
    MASK = r"^(?:0?002|u=rwx,g=rwx,o=rx)$";
}

/// The mask that the notes show their user to have; none for the usual one, or where a
/// command of theirs sets modes.
pub(super) fn shown(exercise: &Exercise) -> Option<&'static str> {
    exercise.user.as_deref()?;
    let is_plain_query = |step: &Step| step.command().is_some_and(|command| command == "umask");
    let mut on_host = exercise.steps.iter().filter(|step| step.on_host());
    if on_host.any(|step| calls(step, &SET_MODES) && !is_plain_query(step)) {
        return None;
    }
    let shows = |step: &Step| {
        let mut texts = step.expected.iter().map(|line| line.text.trim());
        if is_plain_query(step) {
            return step.on_host() && texts.any(|text| MASK.is_match(text));
        }
        texts.any(|text| {
            lists_shared(exercise, step, text)
                || calls(step, &["stat"]) && states_shared(exercise, text)
        })
    };
    exercise.steps.iter().any(shows).then_some("0002")
}

/// Whether `step` calls one of these programs, or a container that it starts does.
fn calls(step: &Step, programs: &[&str]) -> bool {
    step.calls()
        .iter()
        .any(|call| programs.contains(&call.program.as_str()))
}

/// Whether a row of `ls -l` shows a file of the user's with the mode that mask 0002 leaves: by
/// the user's name on the host, by any in a container that the host gives it.
fn lists_shared(exercise: &Exercise, step: &Step, text: &str) -> bool {
    let Some(row) = SHARED.captures(text) else {
        return false;
    };
    let is_own = exercise.user.as_deref() == Some(&row["user"]) && row["group"] == row["user"];
    is_own && step.on_host() && calls(step, &["ls"])
        || row["user"] == row["group"] && is_made(exercise, &row["name"])
}

/// Whether a line of `stat` shows such a file.
fn states_shared(exercise: &Exercise, text: &str) -> bool {
    let Some(line) = SHARED_MODE.captures(text) else {
        return false;
    };
    let name = line.name("name").or_else(|| line.name("first"));
    name.is_some_and(|name| is_made(exercise, name.as_str()))
}

/// Whether the user makes a file or folder with the name of `path` on the host, and nothing
/// in the exercise sets a mode.
fn is_made(exercise: &Exercise, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_name = |other: &Path| other.file_name().is_some_and(|other| other == name);
    let is_given = || exercise.files.iter().any(|file| is_name(&file.path));
    let is_written = |step: &Step| {
        let words = words(step.command().unwrap_or_default());
        let makes = step.on_host() && !calls(step, &["ls", "stat"]);
        makes && words.iter().any(|word| is_name(Path::new(word)))
    };
    let sets_modes = || {
        let mut steps = exercise.steps.iter();
        let mut files = exercise.files.iter();
        steps.any(|step| calls(step, &SET_MODES))
            || files.any(|file| file.contents.contains("chmod"))
    };
    !sets_modes() && (is_given() || exercise.steps.iter().any(is_written))
}

/// Opens the shell of a lab, with this mask.
///
/// # Errors
/// Those of [`Terminal::open`] and [`Terminal::run`].
pub(super) fn open<'a>(
    lab: &dyn Lab,
    mask: Option<&str>,
    interrupted: Option<&'a AtomicBool>,
) -> Result<Terminal<'a>, TerminalError> {
    let mut terminal = Terminal::open(&lab.doorway(), interrupted)?;
    if let Some(mask) = mask {
        let command = format!("umask {mask}; history -c");
        terminal.run(&command, WaitFor::Prompt, BRIEFLY)?;
    }
    Ok(terminal)
}

/// Writes a file into the folder of a lab whose user has this mask; `path` is relative.
///
/// # Errors
/// [`EngineError`] where it cannot be written, or would lie outside of the folder.
pub(super) fn write(
    lab: &dyn Lab,
    mask: Option<&str>,
    path: &Path,
    contents: &str,
) -> Result<(), EngineError> {
    lab.write(path, contents)?;
    if mask.is_some() {
        let all = path.ancestors().filter(|path| !path.as_os_str().is_empty());
        let all = all.map(|path| quoted(&path.to_string_lossy()).into_owned());
        let all = all.collect::<Vec<_>>().join(" ");
        lab.shell(&format!("chmod g+w -- {all}"), BRIEFLY)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::exercise::discover;
    use crate::notes::Notes;

    /// What a transcript shows the mask of its user to be.
    fn shown_by(transcript: &str) -> Option<&'static str> {
        let text = format!("## T\n- Q?\n  - A.\n```\n{transcript}\n```\n");
        let (notes, _, _) = Notes::read(&Source::new("a.md", text));
        let exercises = discover(&[notes], &[]).exercises;
        shown(&exercises[0])
    }

    #[test]
    fn the_mask_is_read_from_files_that_the_user_made() {
        let (row, list) = ("-rw-rw-r-- 1", "kim@lab:~$ ls -l");
        let made = "kim@lab:~$ echo hi > a.txt";
        let run = "kim@lab:~$ docker run --rm -v $PWD:/w box";
        for shows in [
            format!("{list}\n{row} kim kim 3 Mar  5 10:20 a.txt"),
            format!("{made}\n{run} ls -l /w\n{row} root root 3 Mar  5 10:20 a.txt"),
            format!("{made}\n{run} stat -c '%a %n' /w/a.txt\n664 /w/a.txt"),
            "kim@lab:~$ umask\n0002".to_owned(),
        ] {
            assert_eq!(shown_by(&shows), Some("0002"), "{shows}");
        }
        for shows_nothing in [
            format!("{list}\n{row} root root 3 Mar  5 10:20 a.txt"),
            format!("{run} ls -l /w\n{row} root root 3 Mar  5 10:20 b.txt"),
            format!("{made}\n{run} stat -c '%a %n' /w/a.txt\n644 /w/a.txt"),
            format!(
                "{made}\nkim@lab:~$ chmod 664 a.txt\n{list}\n{row} kim kim 3 Mar  5 10:20 a.txt"
            ),
        ] {
            assert_eq!(shown_by(&shows_nothing), None, "{shows_nothing}");
        }
    }
}
