//! What a pull prints: layers and digests come and go with what is already
//! there, and a `docker run` pulls only where the image is not.

use std::ops::Range;

use crate::docker::names::{familiar, split};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::pattern::pattern;

pattern! {
    LAYER = r"^(?:[0-9a-f]{12}: (?:Already exists|Pulling fs layer|Waiting|Downloading.*|Verifying Checksum|Download complete|Extracting.*|Pull complete)|Digest: sha256:[0-9a-f]{64})$";
    AROUND = r"^(?:Unable to find image '\S+' locally|\S+: Pulling from \S+|Status: (?:Downloaded newer image|Image is up to date) for \S+)$";
    /// What `docker rmi` and a prune tell of what a registry called an image.
    UNTAGGED = r"^[Uu]ntagged: (?P<image>\S+)@sha256:[0-9a-f]{64}$";
    /// What they tell of its name.
    UNNAMED = r"^[Uu]ntagged: (?P<image>\S+):[\w.-]+$";
    /// The image that a line is about.
    IMAGE = r"^(?:(?P<tag>[^\s:]+): Pulling from (?P<from>\S+)|(?:Unable to find image '|Status: (?:Downloaded newer image|Image is up to date) for )(?P<image>[^\s']+)(?:' locally)?)$";
}

fn is_layer(line: &str) -> bool {
    LAYER.is_match(line)
}

fn is_around(line: &str) -> bool {
    AROUND.is_match(line)
}

/// Whether a call pulls by the way, where the image is not there yet.
fn pulls_by_the_way(call: &ProgramCall) -> bool {
    call.program == "docker" && call.does(Does::Creates)
}

/// Whether a run says that its image is not there yet.
fn is_missing_here(actual: &[String]) -> bool {
    actual
        .iter()
        .any(|line| line.starts_with("Unable to find image "))
}

/// The image that a line of a pull is about, as [`path`] has it; none for layers.
fn image_in(line: &str) -> Option<String> {
    let captures = IMAGE.captures(line)?;
    let part = |name: &str| captures.name(name).map(|found| found.as_str());
    match (part("tag"), part("from"), part("image")) {
        (Some(tag), Some(from), _) => Some(path(&format!("{from}:{tag}"))),
        (_, _, Some(image)) => Some(path(image)),
        _ => None,
    }
}

/// An image as a pull names it: its path on its registry with its tag.
pub fn path(image: &str) -> String {
    let (name, tag) = split(image.split('@').next().unwrap_or_default());
    let is_registry = |first: &str| first.contains(['.', ':']) || first == "localhost";
    let path = match name.split_once('/') {
        Some((first, rest)) if is_registry(first) => rest,
        _ => name,
    };
    let tag = if tag.is_empty() { "latest" } else { tag };
    format!("{}:{tag}", familiar(path))
}

/// Whether `calls` can pull what a pull names `image`: they name it, or leave it to
/// the shell which one they do.
fn can_pull(calls: &[ProgramCall], image: &str) -> bool {
    let pulls = |call: &&ProgramCall| call.is_docker("pull") || pulls_by_the_way(call);
    let names = calls.iter().filter(pulls).filter_map(ProgramCall::docker);
    names.flat_map(Invocation::names).any(|naming| {
        naming.thing == OperandKind::Image
            && !naming.gives
            && (naming.name.contains(['$', '`', '{'])
                || path(&naming.name) == image
                || (naming.name.contains('@') && same_repository(&path(&naming.name), image)))
    })
}

/// Whether `lines` are what a pull of `image` can say of it, whatever was there before.
pub fn is_about<'l>(image: &str, mut lines: impl Iterator<Item = &'l str>) -> bool {
    let (own, (_, tag)) = (path(image), split(image));
    lines.all(|line| match image_in(line) {
        Some(named) => named == own,
        None if line == "Using default tag: latest" => tag.is_empty(),
        None => {
            let whole = line.strip_prefix("docker.io/");
            is_layer(line) || whole.is_some_and(|whole| path(whole) == own)
        }
    })
}

/// Whether two images are of one repository.
fn same_repository(one: &str, other: &str) -> bool {
    split(one).0 == split(other).0
}

/// The expected lines among `lines` that may be missing: layers and digests, and
/// of a `docker run` that found its image here, everything about the pull of an image
/// that the command names and that the exercise has not `made`.
pub fn ambient_lines(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    lines: Range<usize>,
    actual: &[String],
    made: &dyn Fn(&str) -> bool,
) -> Vec<usize> {
    let is_pull = calls.iter().any(|call| call.is_docker("pull"));
    let by_the_way = calls.iter().any(pulls_by_the_way);
    if !is_pull && !by_the_way {
        return Vec::new();
    }
    let pulled_here = is_pull || is_missing_here(actual);
    // Whether the lines are about an image that can have been pulled.
    let mut possible = true;
    lines
        .filter_map(|index| Some((index, expected.get(index)?.as_deref()?)))
        .take_while(|(_, line)| is_pull || is_layer(line) || is_around(line))
        .filter(|(_, line)| {
            if let Some(image) = image_in(line) {
                possible = can_pull(calls, &image) && !made(&image);
            }
            possible && (is_layer(line) || (!pulled_here && is_around(line)))
        })
        .map(|(index, _)| index)
        .collect()
}

/// The printed lines that nothing needs to expect: layers and digests of a pull.
pub fn permitted_lines(calls: &[ProgramCall], actual: &[String]) -> Vec<usize> {
    let is_pull = calls.iter().any(|call| call.is_docker("pull"));
    let pulls = calls.iter().any(pulls_by_the_way) && is_missing_here(actual);
    if !is_pull && !pulls {
        return Vec::new();
    }
    actual
        .iter()
        .enumerate()
        .take_while(|(_, line)| is_pull || is_layer(line) || is_around(line))
        .filter(|(_, line)| is_layer(line))
        .map(|(index, _)| index)
        .collect()
}

/// The lines of `lines`, from 0, that tell the digest of an image that `calls` remove, and
/// whose name they tell too, where `others`, the other side, tells none of that image: only
/// what a registry gave has one.
pub fn untagged_digests(
    calls: &[ProgramCall],
    lines: &[Option<&str>],
    others: &[Option<&str>],
) -> Vec<usize> {
    let removes = |call: &ProgramCall| call.is_docker("rmi") || call.does(Does::Prunes);
    if !calls.iter().any(removes) {
        return Vec::new();
    }
    let told = others.iter().copied().flatten();
    let told: Vec<_> = told.filter_map(|line| UNTAGGED.captures(line)).collect();
    let texts = || lines.iter().copied().flatten();
    let named: Vec<_> = texts().filter_map(|text| UNNAMED.captures(text)).collect();
    let is_of_named = |line: &Option<&str>| {
        let digest = line.and_then(|line| UNTAGGED.captures(line));
        digest.is_some_and(|digest| {
            let is_of = |name: &regex::Captures| name["image"] == digest["image"];
            named.iter().any(is_of) && !told.iter().any(is_of)
        })
    };
    let numbered = lines.iter().enumerate();
    let found = numbered.filter(|(_, line)| is_of_named(line));
    found.map(|(index, _)| index).collect()
}

/// The other thing that the status of a pull may say about the same image.
pub fn other_status(calls: &[ProgramCall], text: &str) -> Option<String> {
    if !calls.iter().any(|call| call.is_docker("pull")) {
        return None;
    }
    let (fresh, there) = (
        "Status: Downloaded newer image for ",
        "Status: Image is up to date for ",
    );
    text.strip_prefix(fresh)
        .map(|image| format!("{there}{image}"))
        .or_else(|| {
            text.strip_prefix(there)
                .map(|image| format!("{fresh}{image}"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_pull_is_output_where_nothing_was_pulled() {
        let calls = ProgramCall::all("docker run app");
        let lines = ["a2abf6c4d29d: Waiting", "hello"].map(str::to_owned);
        assert_eq!(permitted_lines(&calls, &lines), [0; 0]);
        let pulled = [
            vec!["Unable to find image 'app:latest' locally".to_owned()],
            lines.to_vec(),
        ];
        assert_eq!(permitted_lines(&calls, &pulled.concat()), [1]);
    }

    #[test]
    fn a_pull_says_nothing_of_another_image() {
        let shown = [
            "Using default tag: latest",
            "latest: Pulling from library/busybox",
            "a2abf6c4d29d: Pull complete",
            "Status: Downloaded newer image for busybox:latest",
            "docker.io/library/busybox:latest",
        ];
        assert!(is_about("busybox", shown.into_iter()));
        assert!(is_about("busybox:latest", shown[1..].iter().copied()));
        for wrong in ["busybox:latest", "busybox:1", "nginx"] {
            assert!(!is_about(wrong, shown.into_iter()), "{wrong}");
        }
        assert!(!is_about(
            "busybox",
            ["Error response from daemon"].into_iter()
        ));
    }

    #[test]
    fn a_run_that_found_its_image_prints_nothing_of_a_pull() {
        let calls = ProgramCall::all("docker run -d nginx");
        let expected: Vec<Option<String>> = [
            "Unable to find image 'nginx:latest' locally",
            "latest: Pulling from library/nginx",
            "a2abf6c4d29d: Pull complete",
            "Status: Downloaded newer image for nginx:latest",
            "hello",
        ]
        .map(|line| Some(line.to_owned()))
        .to_vec();
        assert_eq!(
            ambient_lines(&calls, &expected, 0..5, &["hello".to_owned()], &|_| false),
            [0, 1, 2, 3]
        );
        let pulled = ["Unable to find image 'nginx:latest' locally".to_owned()];
        assert_eq!(
            ambient_lines(&calls, &expected, 0..5, &pulled, &|_| false),
            [2]
        );
    }
}
