//! What a shell was set to by the commands that were typed in it.

use crate::shell::{Property, Script};

/// Those of `commands`, typed one after the other, that set another shell as theirs was
/// set at last.
///
/// # Errors
/// The first that changed the shell and cannot be typed again for that alone.
pub(super) fn set_by<'c>(commands: impl Iterator<Item = &'c str>) -> Result<Vec<&'c str>, &'c str> {
    let mut set = Vec::new();
    for command in commands {
        let script = Script::read(command);
        let changes = script.commands().iter().any(|simple| {
            let argv = simple.argv();
            let program = argv.first().map(String::as_str);
            program.is_none_or(|program| Property::SetsShell.is_of(program) || program == "eval")
        });
        let is_alone = script.only_command().is_some() && !script.substitutes();
        match changes {
            false => {}
            true if is_alone => set.push(command),
            true => return Err(command),
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use super::set_by;

    #[test]
    fn what_only_sets_the_shell_is_typed_again_and_nothing_else_is() {
        let typed = ["cd app", "docker ps", "export A=1", "B=2", "(cd /srv)"];
        let set = set_by(typed[..4].iter().copied());
        assert_eq!(set, Ok(vec!["cd app", "export A=1", "B=2"]));
        for command in ["ID=$(docker ps -q)", "mkdir a && cd a", "eval `ssh-agent`"] {
            assert_eq!(set_by(["ls", command].into_iter()), Err(command));
        }
    }
}
