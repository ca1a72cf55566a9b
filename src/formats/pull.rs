//! What a pull prints: layers and digests come and go with what is already
//! there, and a `docker run` or a legacy build pulls only where the image is not.
//!
//! ```text
//!     Step 1/2 : FROM node
//!     latest: Pulling from library/node                a build that found its base here
//!     Status: Downloaded newer image for node:latest   prints neither
//!      ---> 2692d6304246
//! ```

use std::ops::Range;

use super::size::Size;
use super::text::lines_where;
use crate::docker::names::{familiar, split};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::pattern::pattern;

pattern! {
    LAYER = r"^(?:[0-9a-f]{12}: (?:Already exists|Pulling fs layer|Waiting|Downloading.*|Verifying Checksum|Download complete|Extracting.*|Pull complete|Loading layer.*)|Digest: sha256:[0-9a-f]{64})$";
    /// A layer that was loaded, as a terminal shows it.
    LOADED = r"^[0-9a-f]{12}: Loading layer +\[=*(?P<part>>? *)\] +(?P<done>[0-9.]+ ?[kMG]?B)/(?P<all>[0-9.]+ ?[kMG]?B)$";
    AROUND = r"^(?:Unable to find image '\S+' locally|\S+: Pulling from \S+|Status: (?:Downloaded newer image|Image is up to date) for \S+)$";
    /// What `docker rmi` and a prune tell of what a registry called an image.
    UNTAGGED = r"^[Uu]ntagged: (?P<image>\S+)@sha256:[0-9a-f]{64}$";
    /// What they tell of its name.
    UNNAMED = r"^[Uu]ntagged: (?P<image>\S+):[\w.-]+$";
    /// The image that a line is about.
    IMAGE = r"^(?:(?P<tag>[^\s:]+): Pulling from (?P<from>\S+)|(?:Unable to find image '|Status: (?:Downloaded newer image|Image is up to date) for )(?P<image>[^\s']+)(?:' locally)?)$";
}

pattern! {
    /// An instruction of a legacy build that may pull an image.
    BASE = r"^Step [0-9]+/[0-9]+ : FROM (?:--platform=\S+ )?(?P<image>\S+)";
}

/// What a pull says of an image that was there already.
const UP_TO_DATE: &str = "Status: Image is up to date for ";

fn is_layer(line: &str) -> bool {
    LAYER.is_match(line)
}

/// Whether a line tells that a layer was loaded as far as its bar shows.
fn is_loaded(line: &str) -> bool {
    let Some(found) = LOADED.captures(line) else {
        return false;
    };
    let sizes = (Size::read(&found["done"]), Size::read(&found["all"]));
    let (Some(done), Some(all)) = sizes else {
        return false;
    };
    match found["part"].ends_with(' ') {
        true => done.bytes < all.bytes,
        false => done.bytes == all.bytes,
    }
}

/// Whether `calls` load images and tell their layers.
fn loads(calls: &[ProgramCall]) -> bool {
    let tells = |call: &ProgramCall| {
        let is_quiet = call.docker().is_some_and(|docker| docker.has("--quiet"));
        call.is_docker("load") && !is_quiet && !call.is_filtered
    };
    calls.iter().any(tells)
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

/// The expected lines among `lines` that may be missing: layers and digests, also the layers of
/// a load, which tells those that are not there yet; and of a `docker run` that found its image
/// here, everything about the pull of an image that the command names and that the exercise has
/// not `made`.
pub fn ambient_lines(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    lines: Range<usize>,
    actual: &[String],
    made: &dyn Fn(&str) -> bool,
) -> Vec<usize> {
    let is_loaded = |line: &usize| expected[*line].as_deref().is_some_and(is_loaded);
    let mut found = Vec::new();
    if loads(calls) {
        found.extend(lines.clone().filter(is_loaded));
    }
    let is_pull = calls.iter().any(|call| call.is_docker("pull"));
    let by_the_way = calls.iter().any(pulls_by_the_way);
    if !is_pull && !by_the_way {
        found.extend(ambient_lines_of_bases(
            calls, expected, &lines, actual, made,
        ));
        return found;
    }
    let pulled_here = is_pull || is_missing_here(actual);
    let can_be_there = is_pull || asks_the_registry(calls);
    // Whether the lines are about an image that can have been pulled.
    let mut possible = true;
    let of_pull = lines
        .filter_map(|index| Some((index, expected.get(index)?.as_deref()?)))
        .take_while(|(_, line)| is_pull || is_layer(line) || is_around(line))
        .filter(|(_, line)| {
            if let Some(image) = image_in(line) {
                possible = can_pull(calls, &image) && !made(&image);
            }
            possible &= can_be_there || !line.starts_with(UP_TO_DATE);
            possible && (is_layer(line) || (!pulled_here && is_around(line)))
        })
        .map(|(index, _)| index);
    found.extend(of_pull);
    found
}

/// Whether a call pulls its image where that is there already, too.
fn asks_the_registry(calls: &[ProgramCall]) -> bool {
    let mut dockers = calls.iter().filter_map(ProgramCall::docker);
    dockers.any(|docker| docker.has("--pull"))
}

/// The base that an instruction in the output of a legacy build names, as [`path`] has it.
pub fn base_in(line: &str) -> Option<String> {
    let step = BASE.captures(line)?;
    Some(path(step.name("image")?.as_str()))
}

/// A line that a legacy build prints of pulling its base.
struct BaseLine<'l> {
    /// Its number, from 0.
    number: usize,
    text: &'l str,
    /// The image of the instruction above it.
    base: &'l str,
}

impl<'l> BaseLine<'l> {
    /// Those among `lines`, of which an elision is none.
    fn all(lines: impl Iterator<Item = Option<&'l str>>) -> Vec<Self> {
        let mut found = Vec::new();
        let mut base = None;
        for (number, line) in lines.enumerate() {
            let Some(text) = line else { continue };
            let begun = BASE.captures(text).and_then(|step| step.name("image"));
            let is_of_pull = is_layer(text) || is_around(text) && image_in(text).is_some();
            if let Some(image) = begun {
                base = Some(image.as_str());
            } else if !is_of_pull || text.starts_with("Unable ") {
                base = None;
            } else if let Some(base) = base {
                found.push(Self { number, text, base });
            }
        }
        found
    }

    /// Whether it is about its base, or about no image by name.
    fn is_about_base(&self) -> bool {
        let named = image_in(self.text);
        named.is_none_or(|image| self.base.contains('$') || path(self.base) == image)
    }
}

/// The lines among `lines` about pulling the base of a legacy build, which found it here; of
/// one that pulled it here, its layers.
fn ambient_lines_of_bases(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    lines: &Range<usize>,
    actual: &[String],
    made: &dyn Fn(&str) -> bool,
) -> Vec<usize> {
    if !calls.iter().any(|call| call.does(Does::Builds)) {
        return Vec::new();
    }
    let printed = BaseLine::all(actual.iter().map(|line| Some(line.as_str())));
    let pulled_here = |base: &str| printed.iter().any(|line| line.base == base);
    let can_be_there = asks_the_registry(calls);
    let shown = BaseLine::all(expected.iter().map(Option::as_deref)).into_iter();
    let ambient = shown.filter(|line| {
        let is_needed = !is_layer(line.text) && pulled_here(line.base);
        let is_possible = can_be_there || !line.text.starts_with(UP_TO_DATE);
        line.is_about_base() && is_possible && !is_needed && !made(&path(line.base))
    });
    let numbers = ambient.map(|line| line.number);
    numbers.filter(|number| lines.contains(number)).collect()
}

/// The printed lines of a legacy build that pulled its base here, of which the notes show
/// nothing; else its layers.
fn permitted_lines_of_bases(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    actual: &[String],
) -> Vec<usize> {
    if !calls.iter().any(|call| call.does(Does::Builds)) {
        return Vec::new();
    }
    let shown = BaseLine::all(expected.iter().map(Option::as_deref));
    let is_shown = |base: &str| shown.iter().any(|line| line.base == base);
    let printed = BaseLine::all(actual.iter().map(|line| Some(line.as_str())));
    let permitted = printed
        .iter()
        .filter(|line| is_layer(line.text) || !is_shown(line.base));
    permitted.map(|line| line.number).collect()
}

/// The printed lines that nothing needs to expect: layers and digests of a pull, and all that a
/// legacy build tells of pulling its base where the notes tell nothing of it.
pub fn permitted_lines(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    actual: &[String],
) -> Vec<usize> {
    // What is loaded tells its layers as well.
    let moves = ["pull", "load"];
    let is_pull = calls
        .iter()
        .any(|call| moves.iter().any(|verb| call.is_docker(verb)));
    let pulls = calls.iter().any(pulls_by_the_way) && is_missing_here(actual);
    if !is_pull && !pulls {
        return permitted_lines_of_bases(calls, expected, actual);
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
    lines_where(lines, |line| {
        UNTAGGED.captures(line).is_some_and(|digest| {
            let is_of = |name: &regex::Captures| name["image"] == digest["image"];
            named.iter().any(is_of) && !told.iter().any(is_of)
        })
    })
}

/// The other thing that the status of a pull may say about the same image.
pub fn other_status(calls: &[ProgramCall], text: &str) -> Option<String> {
    if !calls.iter().any(|call| call.is_docker("pull")) {
        return None;
    }
    let fresh = "Status: Downloaded newer image for ";
    text.strip_prefix(fresh)
        .map(|image| format!("{UP_TO_DATE}{image}"))
        .or_else(|| {
            text.strip_prefix(UP_TO_DATE)
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
        assert_eq!(permitted_lines(&calls, &[], &lines), [0; 0]);
        let pulled = [
            vec!["Unable to find image 'app:latest' locally".to_owned()],
            lines.to_vec(),
        ];
        assert_eq!(permitted_lines(&calls, &[], &pulled.concat()), [1]);
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
