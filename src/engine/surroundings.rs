//! What is on a daemon, asked through its own client.

use super::{EngineError, ProgramOutput, Surroundings};

/// Lists everything through `docker`, which runs the client with arguments.
///
/// # Errors
/// Those of `docker`, and [`EngineError::ProgramFailed`] where the client
/// reports an error.
pub(super) fn survey(
    docker: impl Fn(&[&str]) -> Result<ProgramOutput, EngineError>,
) -> Result<Surroundings, EngineError> {
    let ask = |arguments: &[&str]| {
        let output = docker(arguments)?;
        match output.status {
            Some(0) => Ok(output.stdout),
            status => Err(EngineError::ProgramFailed {
                command: format!("docker {}", arguments.join(" ")),
                status,
                stderr: output.stderr,
            }),
        }
    };
    // `docker version` aligns columns: a tab would not come through.
    let versions = ask(&[
        "version",
        "--format",
        "{{.Server.Version}} {{.Client.Version}}",
    ])?;
    let (server, client) = versions.trim().split_once(' ').unwrap_or_default();
    let store = ask(&["info", "--format", "{{.Driver}}\t{{.DriverStatus}}"])?;
    Ok(Surroundings {
        images: pairs(&ask(&[
            "images",
            "--no-trunc",
            "--format",
            "{{.Repository}}:{{.Tag}}\t{{.ID}}",
        ])?),
        containers: pairs(&ask(&[
            "ps",
            "--all",
            "--no-trunc",
            "--format",
            "{{.Names}}\t{{.ID}}",
        ])?),
        volumes: ask(&["volume", "ls", "--quiet"])?
            .lines()
            .map(str::to_owned)
            .collect(),
        networks: pairs(&ask(&[
            "network",
            "ls",
            "--no-trunc",
            "--format",
            "{{.Name}}\t{{.ID}}",
        ])?),
        server: server.to_owned(),
        client: client.to_owned(),
        store: store_name(&store),
        builder: match has_buildkit(client, docker(&["buildx", "version"])?) {
            true => "buildkit".to_owned(),
            false => "legacy".to_owned(),
        },
    })
}

fn pairs(text: &str) -> Vec<(String, String)> {
    text.lines()
        .filter_map(|line| line.split_once('\t'))
        .map(|(name, id)| (name.to_owned(), id.to_owned()))
        .collect()
}

/// The containerd image store shows as the driver `overlayfs` with a driver type
/// of containerd's (moby `daemon/containerd/service.go`, `LayerStoreStatus`).
fn store_name(driver: &str) -> String {
    let (name, status) = driver
        .trim()
        .split_once('\t')
        .unwrap_or((driver.trim(), ""));
    match status.contains("io.containerd.snapshotter") {
        true => "containerd".to_owned(),
        false => name.to_owned(),
    }
}

/// `docker build` uses BuildKit from client 23.0 on, where the buildx plugin is
/// installed (docker/cli `cmd/docker/builder.go`).
fn has_buildkit(client: &str, buildx: ProgramOutput) -> bool {
    let major: u32 = client
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .unwrap_or_default();
    major >= 23 && buildx.status == Some(0)
}

#[cfg(test)]
mod tests {
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
        let status = "overlayfs\t[[driver-type io.containerd.snapshotter.v1]]\n";
        assert_eq!(store_name(status), "containerd");
        assert_eq!(
            store_name("overlay2\t[[Backing Filesystem extfs]]\n"),
            "overlay2"
        );
    }
}
