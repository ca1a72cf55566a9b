//! Texts that Docker itself changed: the same event in other words.
//!
//! ```text
//!     older  conflict: unable to remove repository reference "{name}" (must force) - {rest}
//!     newer  conflict: unable to delete {image} (must be forced) - {rest}
//! ```
//!
//! A row says two ways to tell one event. What stands in a hole on one side must
//! stand in the hole of the same name on the other, values bound as everywhere;
//! nothing else is free. Rows are read in both directions. What whole builders
//! print differently is in [`super::build`].

use std::sync::LazyLock;

use regex::Regex;

/// One event in two texts.
#[derive(Debug)]
pub struct Dialect {
    /// What the row is about; shown where a line matches through it.
    pub name: &'static str,
    /// The older text, with holes.
    pub older: &'static str,
    /// The newer text, with the same holes.
    pub newer: &'static str,
    /// Which versions print which.
    pub versions: &'static str,
    /// Where Docker's own source says so.
    pub source: &'static str,
}

/// The table. Holes: `{name}` is an image as it was typed, `{image}` the same
/// with its tag; any other hole is text that must be equal on both sides. `{}` is no hole.
pub const DIALECTS: [Dialect; 9] = [
    Dialect {
        name: "rmi of an image in use",
        older: "Error response from daemon: conflict: unable to remove repository reference \"{name}\" (must force) - container {container} is using its referenced image {id}",
        newer: "Error response from daemon: conflict: unable to delete {image} (must be forced) - container {container} is using its referenced image {id}",
        versions: "graph drivers, all versions; containerd image store, 25.0 on",
        source: "moby daemon/images/image_delete.go, daemon/containerd/image_delete.go",
    },
    Dialect {
        name: "how to get help about run",
        older: "See 'docker {command} --help'.",
        newer: "Run 'docker {command} --help' for more information",
        versions: "up to 27; 28.0 on",
        source: "docker/cli cli/cobra.go, cli/command/container/run.go",
    },
    Dialect {
        name: "a container that cannot start",
        older: "docker: Error response from daemon: OCI runtime create failed: {rest}",
        newer: "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: {rest}",
        versions: "up to 23; 24.0 on",
        source: "moby libcontainerd/remote/client.go, daemon/start.go",
    },
    Dialect {
        name: "a container that cannot start",
        older: "docker: Error response from daemon: failed to create shim task: OCI runtime create failed: {rest}",
        newer: "docker: Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: {rest}",
        versions: "20.10.17 to 23; 24.0 on",
        source: "moby libcontainerd/remote/client.go, daemon/start.go",
    },
    Dialect {
        name: "what volume prune removes",
        older: "WARNING! This will remove all local volumes not used by at least one container.",
        newer: "WARNING! This will remove anonymous local volumes not used by at least one container.",
        versions: "up to 20.10; 23.0 on",
        source: "docker/cli cli/command/volume/prune.go",
    },
    Dialect {
        name: "published ports on IPv6",
        older: "{before}:::{port}->{after}",
        newer: "{before}[::]:{port}->{after}",
        versions: "up to 27; 28.0 on",
        source: "docker/cli cli/command/formatter/container.go (DisplayablePorts)",
    },
    // Seen: 20.10.24 and 28.5.2, `docker exec` on a container that has exited.
    Dialect {
        name: "exec in a stopped container",
        older: "Error response from daemon: Container {container} is not running",
        newer: "Error response from daemon: container {container} is not running",
        versions: "20.10; 28.5",
        source: "moby daemon/errors.go (errNotRunning)",
    },
    // Seen: 20.10.24 and 28.5.2, `docker volume inspect`.
    Dialect {
        name: "no labels in what inspect shows",
        older: "{before}\"Labels\": {}{after}",
        newer: "{before}\"Labels\": null{after}",
        versions: "20.10; 28.5",
        source: "moby volume/service/convert.go (volumeToAPIType)",
    },
    Dialect {
        name: "no options in what inspect shows",
        older: "{before}\"Options\": {}{after}",
        newer: "{before}\"Options\": null{after}",
        versions: "20.10; 28.5",
        source: "moby volume/service/convert.go (volumeToAPIType)",
    },
];

struct Compiled {
    row: &'static Dialect,
    /// The longest part of the text without holes: lines without it are quickly
    /// passed over.
    sign: &'static str,
    from: Regex,
    to: &'static str,
    adds_tag: bool,
}

static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    DIALECTS
        .iter()
        .flat_map(|row| [(row, row.older, row.newer), (row, row.newer, row.older)])
        .filter_map(|(row, from, to)| {
            Some(Compiled {
                row,
                sign: longest_literal(from),
                from: Regex::new(&with_holes(from)).ok()?,
                to,
                adds_tag: to.contains("{image}"),
            })
        })
        .collect()
});

/// The longest part of a text that is in no hole.
fn longest_literal(text: &'static str) -> &'static str {
    text.split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after))
        .max_by_key(|piece| piece.len())
        .unwrap_or_default()
}

/// The pattern of a text with holes.
fn with_holes(text: &str) -> String {
    let mut pattern = String::from("^");
    let mut rest = text;
    while let Some((literal, (hole, after))) = rest
        .split_once('{')
        .and_then(|(literal, tail)| Some((literal, tail.split_once('}')?)))
    {
        pattern.push_str(&regex::escape(literal));
        rest = after;
        if hole.is_empty() {
            pattern.push_str(r"\{\}");
            continue;
        }
        let hole = if hole == "image" { "name" } else { hole };
        let any = match hole {
            "rest" => ".+",
            "before" | "after" => ".*",
            "port" => "[0-9]+",
            "command" => "[a-z][a-z ]*",
            _ => "\\S+",
        };
        pattern.push_str(&format!("(?P<{hole}>{any})"));
    }
    pattern.push_str(&regex::escape(rest));
    pattern.push('$');
    pattern
}

/// An image's name with its tag: `nginx` is `nginx:latest`.
pub fn with_tag(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains([':', '@']) {
        image.to_owned()
    } else {
        format!("{image}:latest")
    }
}

/// The other texts that tell the same event as `text`, each with its row's name.
pub fn other_texts(text: &str) -> Vec<(&'static str, String)> {
    let mut texts = Vec::new();
    for compiled in COMPILED.iter() {
        if !text.contains(compiled.sign) {
            continue;
        }
        let Some(captures) = compiled.from.captures(text) else {
            continue;
        };
        let name = captures.name("name").map_or("", |name| name.as_str());
        // What was typed without a tag is told with it; where it is told with
        // its tag, it may have been typed without.
        let names = if compiled.adds_tag {
            vec![with_tag(name)]
        } else {
            let mut names = vec![name.to_owned()];
            names.extend(name.strip_suffix(":latest").map(str::to_owned));
            names
        };
        for name in names {
            let mut other = compiled
                .to
                .replace("{name}", &name)
                .replace("{image}", &name);
            for hole in compiled
                .from
                .capture_names()
                .flatten()
                .filter(|hole| *hole != "name")
            {
                let value = captures.name(hole).map_or("", |value| value.as_str());
                other = other.replace(&format!("{{{hole}}}"), value);
            }
            // A row can apply at several places of a line (two published ports).
            for (row, further) in std::iter::once((compiled.row.name, other.clone())).chain(
                (compiled.row.older.starts_with("{before}") && compiled.from.is_match(&other))
                    .then(|| other_texts(&other))
                    .into_iter()
                    .flatten()
                    .filter(|(row, _)| *row == compiled.row.name),
            ) {
                if further != text && !texts.contains(&(row, further.clone())) {
                    texts.push((row, further));
                }
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_conflict_is_told_in_two_ways() {
        let older = "Error response from daemon: conflict: unable to remove repository reference \"nginx\" (must force) - container e56ac97ef60a is using its referenced image 76c69feac34e";
        let newer = "Error response from daemon: conflict: unable to delete nginx:latest (must be forced) - container e56ac97ef60a is using its referenced image 76c69feac34e";
        assert_eq!(
            other_texts(older),
            [("rmi of an image in use", newer.to_owned())]
        );
        assert!(other_texts(newer).contains(&("rmi of an image in use", older.to_owned())));
    }

    #[test]
    fn every_row_can_be_read() {
        assert_eq!(COMPILED.len(), 2 * DIALECTS.len());
    }
}
