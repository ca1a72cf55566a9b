//! Where the images of an exercise come from, as its commands and files tell.
//!
//! ```text
//!     FROM busybox                       a base
//!     docker build -t web .              `web`, whose parent is that base
//!     docker run --name c1 web           a container of it
//!     docker commit c1 mine              `mine`, whose parent is `web`
//! ```

use std::collections::HashSet;

use super::Evidence;
use crate::docker::ids::{is_id, short};
use crate::docker::names::with_tag;
use crate::docker::{Does, Invocation, OperandKind};

impl Evidence<'_> {
    /// The images that Dockerfiles of the author begin with.
    fn bases(&self) -> HashSet<String> {
        let text = self.authored.replace("\\n", "\n");
        let is_between = |c: char| c.is_whitespace() || "'\"".contains(c);
        let words = text.split(is_between);
        let words: Vec<&str> = words
            .filter(|word| !word.is_empty() && !word.starts_with("--"))
            .collect();
        let (mut bases, mut stages): (HashSet<&str>, HashSet<&str>) = Default::default();
        for behind in words.split(|word| *word == "FROM").skip(1) {
            bases.extend(behind.first().filter(|base| !stages.contains(*base)));
            if let [_, with, stage, ..] = behind
                && with.eq_ignore_ascii_case("as")
            {
                stages.insert(*stage);
            }
        }
        bases.into_iter().map(with_tag).collect()
    }

    /// The image of each container that the exercise makes, with its name where it has one.
    pub(super) fn containers(&self) -> impl Iterator<Item = (Option<&str>, String)> {
        self.makers().filter_map(|docker| {
            let name = docker.values("--name").last();
            Some((name, with_tag(&docker.needed_image()?)))
        })
    }

    /// The names that commands of the exercise give containers.
    pub(super) fn container_names(&self) -> HashSet<&str> {
        self.containers().filter_map(|(name, _)| name).collect()
    }

    /// All images that the exercise makes others or containers of.
    pub(super) fn sources(&self) -> HashSet<String> {
        let images = self.containers().map(|(_, image)| image);
        images.chain(self.bases()).collect()
    }

    /// The image that `image`, which the exercise makes, is made of, each with its tag; none
    /// where that cannot be told.
    pub(super) fn parent(&self, image: &str) -> Option<String> {
        let maker = self.builders(image).last()?;
        if maker.verb != "commit" {
            // What is made of an image that the exercise made is made of that one's base.
            let bases = self.bases().into_iter();
            return only(bases.filter(|base| !self.builds(base)));
        }
        let container = maker.operands.first()?.as_str();
        let mut named = self
            .containers()
            .filter(|(name, _)| *name == Some(container));
        let of_name = named.next().map(|(_, image)| image);
        of_name.or_else(|| only(self.containers().map(|(_, image)| image)))
    }

    /// Whether a command builds an image with this name and tag.
    pub(super) fn builds(&self, image: &str) -> bool {
        self.builders(image).next().is_some()
    }

    /// The commands that build it.
    fn builders(&self, image: &str) -> impl Iterator<Item = &Invocation> {
        let builds = self.dockers().filter(|docker| docker.does(Does::Builds));
        builds.filter(move |docker| gives(docker, image))
    }

    /// Whether the exercise made the image with this name and tag, or ID, up to `step`.
    pub(super) fn has_made(&self, step: usize, (repository, tag, id): (&str, &str, &str)) -> bool {
        let is_shown = |text: &str| {
            let mut words = text.split([' ', ':']);
            words.any(|word| is_id(word) && short(word) == short(id))
        };
        let mut builds = self.steps.iter().zip(self.formats).take(step);
        self.things.has_built(step, repository, tag)
            || is_id(id)
                && builds.any(|(step, format)| {
                    let builds = format.calls().iter().any(|call| call.does(Does::Builds));
                    let mut lines = step.expected.iter().rev();
                    // The last ID that a build shows is that of its image.
                    builds
                        && lines
                            .find(|line| line.text.split([' ', ':']).any(is_id))
                            .is_some_and(|line| is_shown(&line.text))
                })
    }

    /// Whether a container of the exercise, or an image that it builds, is made of this
    /// image, which it does not make, name or load itself.
    pub(super) fn takes_image(&self, repository: &str, tag: &str) -> bool {
        let name = format!("{repository}:{tag}");
        let brings = |docker: &Invocation| {
            ["load", "import"].contains(&docker.verb.as_str()) || gives(docker, &name)
        };
        let mut dockers = self.dockers();
        self.sources().contains(&name) && !dockers.any(brings)
    }
}

/// Whether `docker` gives this name, with its tag, to an image.
fn gives(docker: &Invocation, image: &str) -> bool {
    let given = docker.gives(OperandKind::Image);
    given.iter().any(|name| with_tag(name) == image)
}

/// The one value that all of `values` are; none where there are several, or no one.
fn only(values: impl IntoIterator<Item = String>) -> Option<String> {
    let mut values = values.into_iter();
    let first = values.next()?;
    values.all(|other| other == first).then_some(first)
}
