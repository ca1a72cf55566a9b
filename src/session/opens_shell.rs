//! Which shell a command leaves the reader of a transcript in.
//!
//! ```text
//!     sudo docker run -it ubuntu bash     a shell elsewhere
//!     sudo su - kim                       a shell here
//!     exec bash                           another prompt, the same level
//!     docker run -it ubuntu ls            none
//! ```

use super::set_prompt::SetPrompt;
use crate::docker::{Invocation, ProgramCall};
use crate::shell::{
    Joint, Script, ShellCommand, SimpleCommand, base_name, behind_wrappers, is_shell, words,
    wrappers_and_program,
};

/// The shell or program that a command can leave the reader in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    Nothing,
    /// A shell on the same machine (`sudo -i`, `bash`).
    ShellHere,
    /// A shell in a container, a pod or another machine.
    ShellElsewhere,
    /// No other shell, but another prompt: the shell gives way to one in its place
    /// (`exec bash`) or is given a prompt (`PS1=...`).
    OtherPrompt,
}

/// Whether `command` can leave the reader in a shell of its own.
pub fn opens_shell(command: &str) -> bool {
    matches!(opens(command), Opens::ShellHere | Opens::ShellElsewhere)
}

/// Whether `command` can change the prompt of the shell that it is typed at:
/// `exec bash`, `PS1=...`, and files that are read (`. ~/.bashrc`).
pub fn can_change_prompt(command: &str) -> bool {
    opens(command) == Opens::OtherPrompt
        || words(command)
            .iter()
            .any(|word| matches!(word.as_str(), "." | "source") || word.starts_with("PS1="))
}

/// The prompt that `command` sets; none where it sets none, or one that only its shell knows.
pub(super) fn prompt_set(command: &str) -> Option<SetPrompt> {
    let script = Script::read(command);
    let set = script.commands().into_iter().rev().find_map(|simple| {
        let assigned = simple.assignments.iter().find(|(name, _)| name == "PS1");
        let assigned = assigned.map(|(_, value)| value.text.clone());
        let argv = simple.argv();
        let exported = argv
            .iter()
            .filter(|_| argv.first().is_some_and(|first| first == "export"));
        let mut exported = exported.filter_map(|word| word.strip_prefix("PS1=").map(str::to_owned));
        assigned.or_else(|| exported.next())
    });
    SetPrompt::read(&set.or_else(|| prompt_of_container(command))?)
}

/// The prompt that `command` gives to the shell of a container: `docker run -e PS1='box> '`.
fn prompt_of_container(command: &str) -> Option<String> {
    let calls = ProgramCall::all_of_docker(command);
    let mut variables = calls.iter().flat_map(|docker| docker.values("--env"));
    variables.find_map(|variable| variable.strip_prefix("PS1=").map(str::to_owned))
}

/// What shell `command` can leave the reader in.
pub(super) fn opens(command: &str) -> Opens {
    let script = Script::read(command);
    let mut items = script.items.iter().rev();
    let Some(last) = items.next() else {
        return Opens::Nothing;
    };
    // A shell that reads a pipe or a file reads no keys.
    let is_fed = items
        .next()
        .is_some_and(|before| before.joint == Joint::Pipe);
    match &last.command {
        ShellCommand::Simple(simple) if last.joint != Joint::Background && !is_fed => {
            simple_command_opens(simple)
        }
        _ => Opens::Nothing,
    }
}

fn simple_command_opens(simple: &SimpleCommand) -> Opens {
    let is_fed = |sign: &str| sign.starts_with('<') && sign != "<&";
    if simple
        .redirections
        .iter()
        .any(|redirection| is_fed(redirection.sign()))
    {
        return Opens::Nothing;
    }
    let argv = simple.argv();
    let mut assignments = simple.assignments.iter();
    let sets_prompt = match argv.split_first() {
        None => assignments.any(|(name, _)| name == "PS1"),
        Some((first, words)) => {
            first == "export" && words.iter().any(|word| word.starts_with("PS1="))
        }
    };
    if sets_prompt {
        return Opens::OtherPrompt;
    }
    let chain = wrappers_and_program(&argv);
    let is_behind = |wrapper: &str| {
        let wrappers = chain.iter().rev().skip(1);
        wrappers
            .filter_map(|words| words.first())
            .any(|word| word == wrapper)
    };
    match chain
        .last()
        .map_or(Opens::Nothing, |program| program_opens(program))
    {
        Opens::ShellHere if is_behind("exec") => Opens::OtherPrompt,
        Opens::ShellHere if is_behind("chroot") || is_behind("nsenter") => Opens::ShellElsewhere,
        opens => opens,
    }
}

/// What shell a program with its arguments can leave the reader in.
fn program_opens(argv: &[String]) -> Opens {
    let client = Invocation::read(argv).or_else(|| Invocation::read_kubectl(argv));
    if let Some(invocation) = client {
        return container_opens(&invocation);
    }
    let Some((program, arguments)) = argv.split_first() else {
        return Opens::Nothing;
    };
    match base_name(program) {
        "ssh" | "vagrant" | "multipass" | "minikube" | "wsl" | "lxc" | "nsenter" | "chroot" => {
            Opens::ShellElsewhere
        }
        "sudo" if has_flag(arguments, 'i', "--login") || has_flag(arguments, 's', "--shell") => {
            Opens::ShellHere
        }
        "unshare" | "newgrp" | "script" => Opens::ShellHere,
        _ if is_staying_shell(argv) => Opens::ShellHere,
        _ => Opens::Nothing,
    }
}

/// Whether short option `letter` (alone or in a cluster such as `-it`) or `long` is there.
fn has_flag(arguments: &[String], letter: char, long: &str) -> bool {
    arguments.iter().any(|argument| {
        argument == long
            || (argument.starts_with('-')
                && !argument.starts_with("--")
                && argument.contains(letter))
    })
}

/// Whether `argv` is a shell that reads what is typed, and not a script.
fn is_staying_shell(argv: &[String]) -> bool {
    let Some((program, arguments)) = argv.split_first() else {
        return false;
    };
    match base_name(program) {
        "busybox" => is_staying_shell(arguments),
        "su" | "login" => !has_flag(arguments, 'c', "--command"),
        name if is_shell(name) => {
            let is_script =
                |argument: &String| !argument.starts_with('-') && argument.contains(['.', '/']);
            !has_flag(arguments, 'c', "--command") && !arguments.iter().any(is_script)
        }
        _ => false,
    }
}

/// What a command of docker's or kubectl's opens in a container.
fn container_opens(invocation: &Invocation) -> Opens {
    let Some((_, behind)) = invocation.operands.split_first() else {
        return Opens::Nothing;
    };
    if !invocation.opens() {
        return Opens::Nothing;
    }
    let executes = invocation.verb.ends_with("exec");
    let inner = match invocation.inner.is_empty() && executes {
        // Older versions of kubectl take the command without `--`.
        true => behind_wrappers(behind),
        false => behind_wrappers(&invocation.inner),
    };
    let opens = match inner.first() {
        // The container's own command may be a shell.
        None => !executes,
        Some(first) => first.starts_with('-') || first == "env" || is_staying_shell(&inner),
    };
    match opens {
        true => Opens::ShellElsewhere,
        false => Opens::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_are_opened_by_interactive_containers_and_by_shells() {
        for command in [
            "docker run -it ubuntu",
            "docker run -it --name a -v v:/v -p80:80 ubuntu bash",
            "docker exec -it web sh",
            "docker container run --rm -ti alpine",
            "docker attach web",
            "docker start -ai web",
            "sudo docker run -it ubuntu bash",
            "kubectl exec -it pod -- sh",
            "docker compose exec web sh",
            "docker exec -it -u root web /bin/bash",
            "docker run -i -t ubuntu /bin/bash",
            "cd x && docker run -it ubuntu",
            "docker -H unix:///s run -it ubuntu",
            "timeout 60 docker run -it ubuntu",
            "docker run --interactive=true --tty ubuntu",
            "docker-compose run --rm web",
        ] {
            assert_eq!(opens(command), Opens::ShellElsewhere, "{command}");
        }
        for command in ["bash", "su - foo", "sudo -i", "sudo su -", "sh", "su foo"] {
            assert_eq!(opens(command), Opens::ShellHere, "{command}");
        }
        for command in ["exec bash", "exec sh -l", "PS1='$ '", "export PS1='$ '"] {
            assert_eq!(opens(command), Opens::OtherPrompt, "{command}");
            assert!(can_change_prompt(command), "{command}");
            assert!(!opens_shell(command), "{command}");
        }
        for command in [
            "docker run -d nginx",
            "docker start -a web",
            "docker run -it ubuntu cat /etc/profile",
            "docker ps",
            "cat file",
            "bash script.sh",
            "docker exec web ls",
            "bash -c 'echo'",
            "docker run ubuntu",
            "docker run -itd ubuntu bash",
            "echo docker run -it x",
            "docker run -it ubuntu bash -c ls",
            "echo ls | docker run -i ubuntu sh",
            "docker run -i ubuntu sh <<EOF\nls\nEOF",
            "docker run --interactive=false -t ubuntu",
            "docker compose exec web ls",
            "bash &",
            "",
        ] {
            assert_eq!(opens(command), Opens::Nothing, "{command}");
        }
    }
}
