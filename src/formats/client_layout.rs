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
    pub without_attestations: bool,
}

impl ClientLayout {
    /// The layout of `outputs`, each with the calls that print it.
    pub fn of(outputs: &[(&[ProgramCall], Vec<String>)]) -> Self {
        let builds = outputs
            .iter()
            .filter(|(calls, _)| ProgramCall::any_shows_build(calls));
        let builds: Vec<&[String]> = builds.map(|(_, lines)| lines.as_slice()).collect();
        let attested: Vec<bool> = builds
            .iter()
            .filter_map(|lines| build::attests(lines))
            .collect();
        Self {
            images: ImageColumns::of(outputs),
            plain_builds: builds
                .iter()
                .any(|lines| build::shows_output_of_steps(lines))
                && !builds.iter().any(|lines| build::is_screen(lines)),
            without_attestations: !attested.is_empty() && !attested.contains(&true),
        }
    }

    /// The environment variables that make the client print so. Source: docker/buildx
    /// `commands/build.go`.
    pub fn variables(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let variables = [
            (self.plain_builds, ("BUILDKIT_PROGRESS", "plain")),
            (
                self.without_attestations,
                ("BUILDX_NO_DEFAULT_ATTESTATIONS", "1"),
            ),
        ];
        variables
            .into_iter()
            .filter_map(|(wanted, variable)| wanted.then_some(variable))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(outputs: &[(&str, &str)]) -> ClientLayout {
        let calls: Vec<Vec<ProgramCall>> = outputs
            .iter()
            .map(|(command, _)| ProgramCall::all(command))
            .collect();
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        let outputs: Vec<(&[ProgramCall], Vec<String>)> = calls
            .iter()
            .zip(outputs)
            .map(|(calls, (_, text))| (calls.as_slice(), lines(text)))
            .collect();
        ClientLayout::of(&outputs)
    }

    const SILENT: &str = "Step 1/2 : FROM busybox\n ---> 76c69feac34e\nStep 2/2 : RUN true\n \
        ---> Running in 5a1b2c3d4e5f\nRemoving intermediate container 5a1b2c3d4e5f\n \
        ---> 6a4d3c2b1a0f\nSuccessfully built 6a4d3c2b1a0f";

    #[test]
    fn builds_are_plain_where_a_step_shows_its_output() {
        let spoken = SILENT.replace("5a1b2c3d4e5f\nRem", "5a1b2c3d4e5f\nhello\nRem");
        let plain = "#5 [2/2] RUN echo hello\n#5 0.124 hello\n#5 DONE 0.1s";
        let screen = " => [2/2] RUN echo hello          0.4s";
        for (output, is_plain) in [
            (SILENT, false),
            (&spoken, true),
            (plain, true),
            (screen, false),
            ("...", false),
        ] {
            let layout = layout(&[("docker build -t box .", output)]);
            assert_eq!(layout.plain_builds, is_plain, "{output}");
        }
        assert!(!layout(&[("cat log", &spoken)]).plain_builds);
        // The legacy builder was asked for beside BuildKit.
        let both = layout(&[("docker build .", screen), ("docker build .", &spoken)]);
        assert!(!both.plain_builds);
    }

    #[test]
    fn images_have_no_attestation_where_a_build_shows_none() {
        let manifest = format!(" => => exporting manifest sha256:{:064x}   0.0s", 10);
        let attested = format!(
            "{manifest}\n => => exporting attestation manifest sha256:{:064x}   0.0s",
            11
        );
        for (output, without) in [
            (SILENT, true),
            (&manifest, true),
            (&attested, false),
            // Of the image nothing is shown.
            ("", false),
        ] {
            let layout = layout(&[("docker build -t box .", output)]);
            assert_eq!(layout.without_attestations, without, "{output}");
        }
        let both = layout(&[("docker build .", SILENT), ("docker build .", &attested)]);
        assert!(!both.without_attestations);
    }

    #[test]
    fn what_is_not_asked_for_is_left_to_the_client() {
        assert_eq!(ClientLayout::default().variables().count(), 0);
        let all = ClientLayout {
            plain_builds: true,
            without_attestations: true,
            ..ClientLayout::default()
        };
        let names: Vec<&str> = all.variables().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["BUILDKIT_PROGRESS", "BUILDX_NO_DEFAULT_ATTESTATIONS"]
        );
    }
}
