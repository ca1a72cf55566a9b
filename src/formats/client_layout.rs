//! What Docker's client prints in one of several ways: the one that the notes show.
//!
//! ```text
//!     REPOSITORY   TAG   IMAGE ID           the columns of `docker images`
//!      ---> Running in 1a1b2c3d4e5f         builds whose steps show their output
//!     hello
//! ```

use serde::{Deserialize, Serialize};

use super::build;
use super::table::ImageColumns;
use crate::docker::ProgramCall;

/// How a lab's client shall print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientLayout {
    /// The columns in which it lists images.
    pub images: ImageColumns,
    /// Whether BuildKit shows what the steps of a build print. On a terminal it draws a
    /// screen that leaves their output out.
    pub plain_builds: bool,
    /// Whether an image has no attestation beside it: with one, the containerd image store
    /// gives each build of the same image another ID, which no other store does.
    pub attests_nothing: bool,
}

impl ClientLayout {
    /// The layout of `outputs`, each with the calls that print it.
    pub fn of(outputs: &[(&[ProgramCall], Vec<String>)]) -> Self {
        let builds = outputs
            .iter()
            .filter(|(calls, _)| ProgramCall::any_is_docker(calls, "build"));
        let builds: Vec<&[String]> = builds.map(|(_, lines)| lines.as_slice()).collect();
        let attests = |lines: &&[String]| build::attests(lines);
        Self {
            images: ImageColumns::of(outputs),
            plain_builds: builds
                .iter()
                .any(|lines| build::shows_output_of_steps(lines)),
            attests_nothing: !builds.is_empty() && !builds.iter().any(attests),
        }
    }

    /// The environment variables that make the client print so. Source: docker/buildx
    /// `commands/build.go`.
    pub fn variables(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let variables = [
            (self.plain_builds, ("BUILDKIT_PROGRESS", "plain")),
            (
                self.attests_nothing,
                ("BUILDX_NO_DEFAULT_ATTESTATIONS", "1"),
            ),
        ];
        variables
            .into_iter()
            .filter_map(|(wanted, variable)| wanted.then_some(variable))
    }
}
