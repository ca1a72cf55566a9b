//! Which commands only look, so that they may be asked again.

use crate::docker::Call;
use crate::shell::Script;

/// Docker's verbs that only look.
const LOOKING: [&str; 17] = [
    "ps",
    "images",
    "logs",
    "inspect",
    "port",
    "top",
    "history",
    "info",
    "version",
    "diff",
    "volume ls",
    "volume inspect",
    "network ls",
    "network inspect",
    "system df",
    "get",
    "describe",
];

/// Whether `command` only looks and changes nothing, so that it may be asked
/// again: every part of it is a Docker verb that looks, a `curl` without data,
/// or a filter.
pub fn is_pure_query(command: &str) -> bool {
    let script = Script::read(command);
    let mut commands = script.commands().into_iter();
    let redirects = commands.any(|command| !command.redirections.is_empty());
    if script.substitutes() || script.has_compounds() || redirects {
        return false;
    }
    let calls = Call::all(command);
    let mut asks = false;
    for call in &calls {
        let pure = match call.program.as_str() {
            "docker" | "kubectl" => {
                asks = true;
                LOOKING.contains(&call.verb.as_str())
                    && !call.words.iter().any(|word| {
                        word == "-f" && call.verb == "logs"
                            || word == "--follow"
                            || word == "-w"
                            || word == "--watch"
                    })
            }
            "curl" => {
                asks = true;
                !call.words.iter().any(|word| {
                    ["-d", "-X", "-F", "-T", "-o", "-O", "-K"]
                        .iter()
                        .any(|flag| word.starts_with(flag))
                        || [
                            "--data",
                            "--request",
                            "--form",
                            "--upload",
                            "--output",
                            "--remote",
                            "--json",
                        ]
                        .iter()
                        .any(|flag| word.starts_with(flag))
                })
            }
            "grep" | "head" | "tail" | "wc" | "sort" | "cut" | "uniq" | "cat" => true,
            _ => false,
        };
        if !pure {
            return false;
        }
    }
    asks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_may_be_asked_again() {
        for pure in [
            "docker ps",
            "docker logs web | tail -3",
            "curl -sI localhost:8080",
            "sudo docker volume ls",
            "docker ps --format '{{.Names}} -> {{.Ports}}'",
        ] {
            assert!(is_pure_query(pure), "{pure}");
        }
        for other in [
            "docker rm web",
            "docker ps > list",
            "curl -d x localhost",
            "ls",
            "docker ps; docker stop web",
            "docker logs -f web",
            "docker inspect $(docker run -d nginx)",
            "docker inspect \"`docker run -d nginx`\"",
            "docker ps 2>errors",
            "docker ps >&list",
        ] {
            assert!(!is_pure_query(other), "{other}");
        }
    }
}
