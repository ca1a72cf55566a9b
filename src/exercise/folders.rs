//! Where the host's shell stands, command by command, as far as `cd` tells.
//!
//! ```text
//!     $ mkdir app && cd app      typed in the lab's folder
//!     $ docker build -t it .     typed in app
//!     $ cd "$WHERE"; ls          typed in app; what follows is not known
//! ```

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use crate::session::{Step, StepTerminal};
use crate::shell::{Script, ShellCommand};

/// The folder, relative to the lab's, in which the host's shell is at each of `steps`;
/// none where it is not known, or outside of the lab's. Another terminal begins in the folder
/// of the step above it where its own steps enter none, else in the lab's.
pub fn folders(steps: &[Step]) -> Vec<Option<PathBuf>> {
    let mut in_terminals: HashMap<usize, Option<PathBuf>> = HashMap::new();
    let mut last = Some(PathBuf::new());
    let at = steps.iter().map(|step| {
        let StepTerminal {
            number,
            unless_busy,
            ..
        } = step.terminal;
        let begins = || match unless_busy.and_then(|other| in_terminals.get(&other)) {
            Some(other) => other.clone(),
            None if enters_folder(steps, number) => Some(PathBuf::new()),
            None => last.clone(),
        };
        let here = in_terminals.get(&number).cloned().unwrap_or_else(begins);
        last = match step.command() {
            Some(command) if step.on_host() && !is_refused(step) => behind(here.clone(), command),
            _ => here.clone(),
        };
        in_terminals.insert(number, last.clone());
        here
    });
    at.collect()
}

/// Whether a step of terminal `number` enters a folder.
fn enters_folder(steps: &[Step], number: usize) -> bool {
    let own = steps.iter().filter(|step| step.terminal.number == number);
    let mut commands = own.filter(|step| step.on_host()).filter_map(Step::command);
    let lab = Some(PathBuf::new());
    commands.any(|command| behind(lab.clone(), command) != lab)
}

/// Whether the step shows that its `cd` went nowhere.
fn is_refused(step: &Step) -> bool {
    step.expected.iter().any(|line| line.text.contains("cd: "))
}

/// Where the shell is behind `command`, typed in `folder`.
fn behind(mut folder: Option<PathBuf>, command: &str) -> Option<PathBuf> {
    for item in Script::read(command).items {
        match item.command {
            ShellCommand::Simple(simple) => match simple.argv().as_slice() {
                [cd, target] if cd == "cd" => folder = inside(&folder?, target),
                [cd, ..] if matches!(cd.as_str(), "cd" | "pushd" | "popd") => return None,
                _ => {}
            },
            // A subshell leaves it where it is.
            ShellCommand::Compound(compound) if compound.keyword == "(" => {}
            ShellCommand::Compound(compound) => {
                let mut inner = compound.parts.iter().flat_map(Script::commands);
                if inner.any(|one| one.argv().first().is_some_and(|word| word == "cd")) {
                    return None;
                }
            }
        }
    }
    folder
}

/// The folder to which `cd target` leads from `folder`, where that is in the lab's.
fn inside(folder: &Path, target: &str) -> Option<PathBuf> {
    if target.contains(['$', '`', '*', '?', '~']) || target == "-" {
        return None;
    }
    let mut found = folder.to_owned();
    for part in Path::new(target).components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => found.push(name),
            Component::ParentDir if found.pop() => {}
            _ => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_known_as_long_as_its_name_is_typed() {
        let after = |commands: &[&str]| {
            let lab = Some(PathBuf::new());
            commands.iter().fold(lab, |folder, one| behind(folder, one))
        };
        let is = |commands: &[&str], folder: &str| {
            assert_eq!(after(commands), Some(PathBuf::from(folder)), "{commands:?}");
        };
        is(&["mkdir -p a/b && cd a/b"], "a/b");
        is(&["cd a", "cd ../c; ls"], "c");
        is(
            &["cd ./a/", "(cd b && ls)", "docker exec web sh -c 'cd /'"],
            "a",
        );
        is(&["for i in 1 2; do mkdir $i; done"], "");
        for unknown in [
            "cd", "cd ..", "cd /tmp", "cd $HOME", "cd -", "pushd a", "cd ~/a",
        ] {
            assert_eq!(after(&[unknown]), None, "{unknown}");
        }
        assert_eq!(after(&["if true; then cd a; fi"]), None);
    }
}
