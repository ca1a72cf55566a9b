//! What is on a daemon, asked directly, and what its client is.

use std::io;

use serde_json::Value;

use super::{EngineError, ProgramOutput};
use crate::docker::names::major;
use crate::docker::names::shown_by_podman;
use crate::guard::daemon::{Daemon, product_of};
use crate::lab::{Product, Surroundings};

/// What only the client can say of itself. It stays the same for as long as an
/// engine is used; starting a client takes longer than all of the daemon's answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ClientInfo {
    /// Its version.
    pub version: String,
    /// `buildkit` or `legacy`: what its `docker build` uses.
    pub builder: String,
}

impl ClientInfo {
    /// Asks the client that `docker` runs with arguments.
    ///
    /// # Errors
    /// Those of `docker`, and [`EngineError::ProgramFailed`] where the client
    /// reports an error: no daemon answers it.
    pub(super) fn ask(
        docker: impl Fn(&[&str]) -> Result<ProgramOutput, EngineError>,
    ) -> Result<Self, EngineError> {
        let arguments = ["version", "--format", "{{.Client.Version}}"];
        let output = docker(&arguments)?;
        if output.status != Some(0) {
            return Err(EngineError::ProgramFailed {
                command: format!("docker {}", arguments.join(" ")),
                status: output.status,
                stderr: output.stderr,
            });
        }
        let version = output.stdout.trim().to_owned();
        let builder = match has_buildkit(&version, docker(&["buildx", "version"])?) {
            true => "buildkit",
            false => "legacy",
        };
        Ok(Self {
            version,
            builder: builder.to_owned(),
        })
    }
}

/// Lists everything that `daemon` has.
///
/// # Errors
/// What the connection gives, and what the daemon says where it refuses.
pub(super) fn survey(daemon: &Daemon, client: ClientInfo) -> io::Result<Surroundings> {
    let ask = |target: &str| daemon.body(target);
    let version = ask("/version")?;
    let product = product_of(&version);
    Ok(Surroundings {
        images: list(&ask("/images/json")?)
            .iter()
            .flat_map(|image| images(image, product))
            .collect(),
        containers: list(&ask("/containers/json?all=1")?)
            .iter()
            .map(container)
            .collect(),
        volumes: list(&ask("/volumes")?["Volumes"])
            .iter()
            .map(|volume| text(&volume["Name"]))
            .collect(),
        networks: list(&ask("/networks")?)
            .iter()
            .map(|network| (text(&network["Name"]), text(&network["Id"])))
            .collect(),
        product,
        server: text(&version["Version"]),
        store: store_name(&ask("/info")?),
        client: client.version,
        builder: client.builder,
        machine: None,
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A pair a name. One that is known by its digest only, or not at all, has
/// `<none>` in place of what is missing, as `docker images` shows it.
fn images(image: &Value, product: Product) -> Vec<(String, String)> {
    let names = |key: &str| {
        list(&image[key])
            .iter()
            .map(text)
            .filter(|name| !name.starts_with("<none>"))
            .collect::<Vec<_>>()
    };
    let mut found = names("RepoTags");
    if found.is_empty() {
        found = names("RepoDigests")
            .iter()
            .filter_map(|name| Some(format!("{}:<none>", name.split_once('@')?.0)))
            .collect();
    }
    if found.is_empty() {
        found.push("<none>:<none>".to_owned());
    }
    let id = text(&image["Id"]);
    let id = match id.contains(':') || id.is_empty() {
        true => id,
        false => format!("sha256:{id}"),
    };
    let shown = |name: String| match product {
        Product::Docker => name,
        Product::Podman => shown_by_podman(&name),
    };
    let named = found.into_iter().map(|name| (shown(name), id.clone()));
    named.collect()
}

/// Links of other containers stand among its names, with a second slash.
fn container(container: &Value) -> (String, String) {
    let names = list(&container["Names"]).iter().map(text);
    let own = names
        .filter_map(|name| Some(name.strip_prefix('/')?.to_owned()))
        .find(|name| !name.contains('/'));
    (own.unwrap_or_default(), text(&container["Id"]))
}

/// The containerd image store shows as the driver `overlayfs` with a driver type
/// of containerd's (moby `daemon/containerd/service.go`, `LayerStoreStatus`).
fn store_name(info: &Value) -> String {
    let status = info["DriverStatus"].to_string();
    match status.contains("io.containerd.snapshotter") {
        true => "containerd".to_owned(),
        false => text(&info["Driver"]),
    }
}

/// `docker build` uses BuildKit from client 23.0 on, where the buildx plugin is
/// installed (docker/cli `cmd/docker/builder.go`).
fn has_buildkit(client: &str, buildx: ProgramOutput) -> bool {
    major(client).is_some_and(|major| major >= 23) && buildx.status == Some(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn buildx(status: i32) -> ProgramOutput {
        ProgramOutput {
            status: Some(status),
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    #[test]
    fn buildkit_needs_a_client_from_23_on_and_the_plugin() {
        assert!(has_buildkit("28.5.2+dfsg4", buildx(0)));
        assert!(!has_buildkit("28.2.2", buildx(1)));
        assert!(!has_buildkit("20.10.24+dfsg1", buildx(0)));
    }

    #[test]
    fn the_containerd_store_is_told_by_its_driver_type() {
        let containerd = json!({
            "Driver": "overlayfs",
            "DriverStatus": [["driver-type", "io.containerd.snapshotter.v1"]],
        });
        assert_eq!(store_name(&containerd), "containerd");
        let overlay = json!({
            "Driver": "overlay2",
            "DriverStatus": [["Backing Filesystem", "extfs"]],
        });
        assert_eq!(store_name(&overlay), "overlay2");
    }

    #[test]
    fn images_and_containers_are_called_as_the_client_lists_them() {
        let named = json!({"Id": "sha256:1", "RepoTags": ["a:1", "b:latest"]});
        let by_digest = json!({"Id": "sha256:2", "RepoTags": [], "RepoDigests": ["a@sha256:9"]});
        let nameless =
            json!({"Id": "sha256:3", "RepoTags": ["<none>:<none>"], "RepoDigests": null});
        let names = |image| {
            images(&image, Product::Docker)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let of_podman =
            json!({"Id": "1", "RepoTags": ["docker.io/library/a:latest", "localhost/b:1"]});
        let shown = [("a:latest", "sha256:1"), ("b:1", "sha256:1")];
        let shown = shown.map(|(name, id)| (name.to_owned(), id.to_owned()));
        assert_eq!(images(&of_podman, Product::Podman), shown);
        assert_eq!(names(named), ["a:1", "b:latest"]);
        assert_eq!(names(by_digest), ["a:<none>"]);
        assert_eq!(names(nameless), ["<none>:<none>"]);
        let linked = json!({"Id": "4", "Names": ["/web/db", "/db"]});
        assert_eq!(container(&linked), ("db".to_owned(), "4".to_owned()));
    }
}
