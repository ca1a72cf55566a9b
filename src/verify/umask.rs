//! The file mode mask of the notes' user: that of a distribution's first user often leaves
//! new files writable by the user's own group.
//!
//! ```text
//!     ubuntu@class:~$ ls -l
//!     -rw-rw-r-- 1 ubuntu ubuntu 6 Aug 30 14:33 Dockerfile      umask 0002
//!     -rw-r--r-- 1 ubuntu ubuntu 6 Aug 30 14:33 Dockerfile      umask 0022, as elsewhere
//! ```

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::engine::{EngineError, Lab};
use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::session::Step;
use crate::shell::quoted;
use crate::terminal::{Terminal, TerminalError, WaitFor};

/// How long it may take to set the mask, or a file's mode.
const BRIEFLY: Duration = Duration::from_secs(20);

/// Programs that set a mode themselves.
const SET_MODES: [&str; 3] = ["chmod", "install", "umask"];

pattern! {
    /// What `ls -l` shows of a file or a folder with the mode that mask 0002 leaves.
    SHARED = r"^ *(?:-rw-rw-r--|drwxrwxr-x)[+.@]? +[0-9]+ +(?<user>\S+) +(?<group>\S+) ";
    /// What `umask` shows.
    MASK = r"^(?:0?002|u=rwx,g=rwx,o=rx)$";
}

/// The mask that the notes show their user to have; none for the usual one, or where a
/// command of theirs sets modes.
pub(super) fn shown(exercise: &Exercise) -> Option<&'static str> {
    let user = exercise.user.as_deref()?;
    let on_host = || exercise.steps.iter().filter(|step| step.on_host());
    let calls = |step: &Step, programs: &[&str]| {
        let format = step.format();
        let mut calls = format.calls().iter();
        calls.any(|call| programs.contains(&call.program.as_str()))
    };
    let is_plain_query = |step: &Step| step.command().is_some_and(|command| command == "umask");
    if on_host().any(|step| calls(step, &SET_MODES) && !is_plain_query(step)) {
        return None;
    }
    let is_of_user = |text: &str| {
        let row = SHARED.captures(text);
        row.is_some_and(|row| &row["user"] == user && row["group"] == row["user"])
    };
    let shows = |step: &Step| {
        let mut texts = step.expected.iter().map(|line| line.text.as_str());
        match is_plain_query(step) {
            true => texts.any(|text| MASK.is_match(text.trim())),
            false => calls(step, &["ls"]) && texts.any(is_of_user),
        }
    };
    on_host().any(shows).then_some("0002")
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
