//! Lines that the author wrote among a transcript's lines, for the reader.
//!
//! ```text
//!     # 컨테이너를 만든다          above the first prompt: a comment
//!     $ docker run -d --name web nginx
//!     4c01db0b339c...
//!     # 확인                       after what prints no text of others: a comment
//!     $ docker exec web cat note
//!     # nobody knows               after what may print anything: output
//! ```

use super::shell_text::{is_flag_cluster, split_options};
use super::words;

/// Verbs of Docker that print names, IDs and tables, and no text of a container.
const TERSE_VERBS: [&str; 20] = [
    "commit", "create", "images", "kill", "network", "pause", "port", "ps", "pull", "push",
    "rename", "restart", "rm", "rmi", "stop", "tag", "unpause", "version", "volume", "wait",
];

/// Programs that print names, or nothing.
const TERSE_PROGRAMS: [&str; 11] = [
    "cd", "chmod", "chown", "cp", "export", "mkdir", "mv", "pwd", "rm", "sleep", "touch",
];

/// Whether `line` has the form of a comment: `# text`, `#확인`, but not `#!/bin/sh`
/// nor the `#5 [1/2] FROM` of a build.
pub(super) fn is_comment(line: &str) -> bool {
    let text = line.trim().trim_start_matches('#');
    line.trim_start().starts_with('#')
        && !text.trim().is_empty()
        && text.starts_with(|first: char| first.is_whitespace() || first.is_alphabetic())
}

/// Whether `line` is a comment that can be no command at `#`: no command's name
/// begins with such a letter (`# 확인`).
pub(super) fn is_prose(line: &str) -> bool {
    is_comment(line)
        && line
            .trim_start()
            .trim_start_matches('#')
            .trim_start()
            .starts_with(|first: char| first.is_alphabetic() && !first.is_ascii())
}

/// Whether no line that `command` prints could have the form of a comment.
pub(super) fn prints_no_comment(command: &str) -> bool {
    if command.contains(['|', ';', '&', '<', '`', '\n']) || command.contains("$(") {
        return false;
    }
    let words = words(command);
    // A template prints whatever it is told to.
    let prints_template =
        |word: &String| word.contains('#') || word.contains("{{") || word.starts_with("--format");
    if words.iter().any(prints_template) {
        return false;
    }
    let mut words = words.iter().map(String::as_str).peekable();
    while words.next_if_eq(&"sudo").is_some() {}
    let Some(program) = words.next() else {
        return false;
    };
    let rest: Vec<&str> = words.collect();
    match (program, rest.split_first()) {
        ("docker", Some((&"run", arguments))) => split_options(arguments)
            .0
            .iter()
            .any(|option| is_detaching(option)),
        ("docker", Some((verb, arguments))) => {
            TERSE_VERBS.contains(verb) && !arguments.contains(&"inspect")
        }
        _ => TERSE_PROGRAMS.contains(&program),
    }
}

/// `-d`, `-itd`, `--detach`.
fn is_detaching(option: &str) -> bool {
    option == "--detach" || (is_flag_cluster(option) && option.contains('d'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_a_sharp_and_a_text() {
        for line in ["# now look", "#확인", "## 1. first", "  # indented"] {
            assert!(is_comment(line), "{line}");
        }
        for line in ["#", "# ", "#!/bin/sh", "#5 [1/2] FROM", "text # no"] {
            assert!(!is_comment(line), "{line}");
        }
    }

    #[test]
    fn only_commands_that_print_no_text_of_others_leave_room_for_comments() {
        for command in [
            "docker ps -a",
            "docker run -d --name web nginx",
            "sudo docker run -itd busybox",
            "docker volume create data",
            "cd /srv",
        ] {
            assert!(prints_no_comment(command), "{command}");
        }
        for command in [
            "docker run busybox sh -d",
            "docker logs web",
            "docker exec web cat note",
            "docker network inspect bridge",
            "docker ps; cat note",
            "docker rm $(cat note)",
            "cat note",
        ] {
            assert!(!prints_no_comment(command), "{command}");
        }
    }
}
