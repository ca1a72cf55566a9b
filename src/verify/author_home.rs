//! The home of a lab's shell, shown as the one that the notes have.
//!
//! ```text
//!     notes      /home/kim/app
//!     printed    /tmp/labbook-x1Yz/home/app      shown as   /home/kim/app
//! ```

use std::path::Path;

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
