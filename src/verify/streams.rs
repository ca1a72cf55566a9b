//! Which stream each line of a command came from: without a terminal, those of one
//! container come in any order.
//!
//! ```text
//!     docker run busybox sh -c 'echo out; echo error >&2'
//!     ( docker() { ... }; docker run ... )         the same, each line with its stream
//!     labbook-4711-O:out
//!     labbook-4711-E:error                         as it is printed, to be taken apart
//! ```

use crate::docker::{Does, ProgramCall};
use crate::judge::varying::OutputStream;
use crate::shell::{Joint, Redirection, Script, ScriptItem, ShellCommand};

/// Docker's client, each of whose lines tells its stream where it passes on both of a
/// container's; the status stays its own.
const DOCKER: &str = concat!(
    "docker() { case $1 in run|exec|logs) labbook_told command docker \"$@\" ;; ",
    "*) command docker \"$@\" ;; esac; }; ",
    "sudo() { case \"$1 $2\" in 'docker run'|'docker exec'|'docker logs') labbook_told command sudo \"$@\" ;; ",
    "*) command sudo \"$@\" ;; esac; }; ",
    "labbook_told() { ( set -o pipefail; p=$BASHPID; ",
    "{ { \"$@\" 3>&- | sed \"s/^/labbook-$p-O:/\" >&3 3>&-; } 2>&1 ",
    "| sed \"s/^/labbook-$p-E:/\" 3>&-; } 3>&1 ) ; }; "
);

/// `command` so that it tells the stream of each line; none where it does not pass on
/// two streams, or could not be put so.
pub(super) fn with_marked_streams(command: &str) -> Option<String> {
    let script = Script::read(command);
    let calls = ProgramCall::all(command);
    // In a pipe, the next program would read the marks as well.
    let takes = |item: &ScriptItem| {
        item.joint == Joint::Pipe
            || matches!(&item.command, ShellCommand::Simple(simple)
                if simple.redirections.iter().any(Redirection::writes))
    };
    let simple = script.opaque.is_none()
        && !command.contains(['\n', '#'])
        && !command.contains("<<")
        && !script.has_compounds()
        && !script.substitutes()
        && !script.items.iter().any(takes);
    let both = |call: &ProgramCall| call.does(Does::Streams);
    let plain = |call: &ProgramCall| !call.gives_a_terminal() && !call.in_background;
    (simple && calls.iter().any(both) && calls.iter().all(plain))
        .then(|| format!("( {DOCKER}{command} )"))
}

/// `lines` without their marks, with their streams.
pub(super) fn apart(lines: Vec<String>) -> (Vec<String>, Vec<Option<OutputStream>>) {
    lines
        .into_iter()
        .map(|line| match mark(&line) {
            Some((stream, text)) => (text.to_owned(), Some(stream)),
            None => (line, None),
        })
        .unzip()
}

fn mark(line: &str) -> Option<(OutputStream, &str)> {
    let (program, rest) = line.strip_prefix("labbook-")?.split_once('-')?;
    let (stream, text) = rest.split_once(':')?;
    let stream = OutputStream {
        program: program.parse().ok()?,
        errors: match stream {
            "O" => false,
            "E" => true,
            _ => return None,
        },
    };
    Some((stream, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_on_two_streams_is_told() {
        for command in [
            "docker run --rm busybox sh -c 'echo a; echo b >&2'",
            "docker exec web ls /nowhere; echo $?",
            "sudo docker logs web",
        ] {
            assert!(with_marked_streams(command).is_some(), "{command}");
        }
        for command in [
            "docker ps",
            "docker run -it busybox",
            "docker logs web # both",
            "docker logs web | tail -3",
            "docker logs web 2>&1 > log",
            "echo $(docker logs web)",
            "for i in 1 2; do docker logs web; done",
            "docker run busybox &",
            "docker run -i busybox cat <<END\nEND",
        ] {
            assert_eq!(with_marked_streams(command), None, "{command}");
        }
    }

    #[test]
    fn a_line_tells_its_stream_and_its_text() {
        let printed = ["labbook-12-O:out: 1", "labbook-12-E:", "1"];
        let (lines, streams) = apart(printed.map(str::to_owned).to_vec());
        assert_eq!(lines, ["out: 1", "", "1"]);
        let errors: Vec<_> = streams
            .iter()
            .map(|s| s.as_ref().map(|s| s.errors))
            .collect();
        assert_eq!(errors, [Some(false), Some(true), None]);
    }
}
