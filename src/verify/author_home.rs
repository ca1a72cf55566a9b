//! The home of a lab's shell, shown as the one that the notes have.
//!
//! ```text
//!     notes      /home/kim/app
//!     printed    /tmp/labbook-x1Yz/home/app      shown as   /home/kim/app
//! ```

use std::path::Path;

use crate::docker::ProgramCall;
use crate::session::Step;

/// The home that containers have as well: what is printed may be theirs.
const OF_CONTAINERS: &str = "/root";

/// Shows the lab's `own` home as `author`, the path that the notes have, wherever it begins a
/// path in `output`.
pub(super) fn show(own: &Path, author: &str, output: &mut [String]) {
    let own = own.to_string_lossy();
    if own == author || own == OF_CONTAINERS || own.len() < 2 {
        return;
    }
    for line in output.iter_mut().filter(|line| line.contains(&*own)) {
        *line = shown(line, &own, author);
    }
}

/// Whether the host prints what `step` shows: a container may have a home of the same path.
pub(super) fn is_of_host(step: &Step) -> bool {
    step.on_host() && !step.calls().iter().any(ProgramCall::runs_in_container)
}

fn shown(line: &str, own: &str, author: &str) -> String {
    let goes_on = |next: char| next.is_alphanumeric() || matches!(next, '_' | '-' | '.');
    let mut text = String::new();
    let mut done = 0;
    for (at, _) in line.match_indices(own) {
        let end = at + own.len();
        let is_whole = !line[end..].starts_with(goes_on);
        let begins = !line[..at].ends_with(|before: char| goes_on(before) || before == '/');
        if is_whole && begins {
            text.push_str(&line[done..at]);
            text.push_str(author);
            done = end;
        }
    }
    text + &line[done..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::exercise::discover;
    use crate::notes::Notes;

    #[test]
    fn a_container_has_a_home_of_its_own() {
        let text = "## T\n- Q?\n  - A.\n```\n$ pwd\n/Users/kim\n$ docker run box pwd\n/home/kim\n$ docker run -it box sh\n/ # pwd\n/\n```\n";
        let (notes, _, _) = Notes::read(&Source::new("a.md", text));
        let exercises = discover(&[notes], &[]).exercises;
        let of_host: Vec<bool> = exercises[0].steps.iter().map(is_of_host).collect();
        assert_eq!(of_host, [true, false, false, false]);
    }

    #[test]
    fn the_labs_home_is_shown_as_the_authors_where_it_begins_a_path() {
        let shows = |line: &str, own: &str| {
            let mut output = [line.to_owned()];
            show(Path::new(own), "/Users/kim", &mut output);
            let [line] = output;
            line
        };
        let own = "/tmp/labbook-x/home";
        assert_eq!(shows("/tmp/labbook-x/home", own), "/Users/kim");
        assert_eq!(
            shows(
                "\"Source\": \"/tmp/labbook-x/home/a\", /tmp/labbook-x/home:/h",
                own
            ),
            "\"Source\": \"/Users/kim/a\", /Users/kim:/h"
        );
        for other in ["/tmp/labbook-x/home2", "/mnt/tmp/labbook-x/home", "home"] {
            assert_eq!(shows(other, own), other);
        }
        assert_eq!(
            shows("root:x:0:0:root:/root:/bin/sh", "/root"),
            "root:x:0:0:root:/root:/bin/sh"
        );
    }
}
