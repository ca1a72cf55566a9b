//! Texts that Docker itself changed: the same event in other words.
//!
//! ```text
//!     older  conflict: unable to remove repository reference "{name}" (must force) - ...
//!     newer  conflict: unable to delete {image} (must be forced) - ...
//! ```
//!
//! A row says two ways to tell one event; [`super::tellings`] reads rows in both
//! directions and one after the other, so that each has one change only. What
//! whole builders print differently is in [`super::build`].
//!
//! `versions` are those whose source was read: 20.10.24, 26.1.5 and 28.5.2. "20.10;
//! 26.1" says that the change came after the first and not after the second.

/// One event in two texts.
#[derive(Debug)]
pub struct Dialect {
    /// What the row is about; shown where a line matches through it.
    pub name: &'static str,
    /// The Docker commands that print it; empty: any.
    pub only: &'static [&'static str],
    /// The older text, with holes; empty where older versions are silent.
    pub older: &'static str,
    /// The newer text, with holes.
    pub newer: &'static str,
    /// Which versions print which.
    pub versions: &'static str,
    /// Where Docker's own source says so.
    pub source: &'static str,
}

/// The table. Holes: `{name}` is an image as it was typed, `{image}` the same
/// with its tag; `{argument}` is a word of the command, and `{destination}` the file
/// that its last one names; `{message}` may go over
/// lines; `{before}` and `{after}` may be empty; any other hole is text that must be
/// equal on both sides. A hole that one side lacks is of a kind: `{some_id}` (64
/// digits), `{some_short_id}` (12), `{some_name}`, `{some_number}`, `{some_size}`,
/// `{a_sentence}`, `{operands}`. `{}` is no hole.
pub const DIALECTS: [Dialect; 49] = [
    Dialect {
        name: "rmi of an image in use",
        only: &[],
        older: "Error response from daemon: conflict: unable to remove repository reference \"{name}\" (must force) - container {container} is using its referenced image {id}",
        newer: "Error response from daemon: conflict: unable to delete {image} (must be forced) - container {container} is using its referenced image {id}",
        versions: "graph drivers, 20.10 to 28.5; containerd image store, 26.1 on",
        source: "moby daemon/images/image_delete.go (ImageDelete); daemon/containerd/image_delete.go (imageDeleteConflict.Error)",
    },
    // What the client says around an error.
    Dialect {
        name: "how to get help",
        only: &[],
        older: "See 'docker {command} --help'.",
        newer: "Run 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/command/container/run.go (reportError; withHelp)",
    },
    Dialect {
        name: "help, set apart",
        only: &["run", "create"],
        older: "See 'docker {command} --help'.",
        newer: "\nRun 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/command/container/run.go (reportError; withHelp)",
    },
    Dialect {
        name: "how an error with help ends",
        only: &["run", "create"],
        older: "docker: {message}.\nSee 'docker {command} --help'.",
        newer: "docker: {message}\n\nRun 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/command/container/run.go (reportError; withHelp)",
    },
    Dialect {
        name: "how an error of starting ends",
        only: &["run"],
        older: "docker: {message}.",
        newer: "docker: {message}\n\nRun 'docker run --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/command/container/run.go (reportError without help; withHelp)",
    },
    Dialect {
        name: "waiting for a container that never started",
        only: &["run"],
        older: "docker: {message}.\nERRO[{some_number}] error waiting for container: context canceled",
        newer: "docker: {message}.",
        versions: "20.10, where the client is fast enough; 26.1",
        source: "docker/cli cli/command/container/utils.go (waitExitOrRemoved)",
    },
    Dialect {
        name: "how to get help after a wrong option",
        only: &[],
        older: "See 'docker {command} --help'.",
        newer: "\nUsage:  docker {command}{operands}\n\nRun 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/cobra.go (FlagErrorFunc)",
    },
    Dialect {
        name: "too few arguments",
        only: &[],
        older: "\"docker {command}\" requires at least {count} {noun}.\nSee 'docker {command} --help'.\n\nUsage:  docker {usage}\n\n{a_sentence}",
        newer: "docker: 'docker {command}' requires at least {count} {noun}\n\nUsage:  docker {usage}\n\nSee 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/required.go (RequiresMinArgs)",
    },
    Dialect {
        name: "too many arguments",
        only: &[],
        older: "\"docker {command}\" requires at most {count} {noun}.\nSee 'docker {command} --help'.\n\nUsage:  docker {usage}\n\n{a_sentence}",
        newer: "docker: 'docker {command}' requires at most {count} {noun}\n\nUsage:  docker {usage}\n\nSRun 'docker {command} --help' for more information",
        versions: "26.1; 28.5, misspelt there",
        source: "docker/cli cli/required.go (RequiresMaxArgs)",
    },
    Dialect {
        name: "another number of arguments",
        only: &[],
        older: "\"docker {command}\" requires exactly {count} {noun}.\nSee 'docker {command} --help'.\n\nUsage:  docker {usage}\n\n{a_sentence}",
        newer: "docker: 'docker {command}' requires {count} {noun}\n\nUsage:  docker {usage}\n\nRun 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/required.go (ExactArgs)",
    },
    Dialect {
        name: "arguments where there are none",
        only: &[],
        older: "\"docker {command}\" accepts no arguments.\nSee 'docker {command} --help'.\n\nUsage:  docker {usage}\n\n{a_sentence}",
        newer: "docker: 'docker {command}' accepts no arguments\n\nUsage:  docker {usage}\n\nRun 'docker {command} --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cli/required.go (NoArgs)",
    },
    Dialect {
        name: "no such command",
        only: &[],
        older: "docker: '{word}' is not a docker command.\nSee 'docker --help'",
        newer: "docker: unknown command: docker {word}\n\nRun 'docker --help' for more information",
        versions: "26.1; 28.5",
        source: "docker/cli cmd/docker/docker.go (newDockerCommand)",
    },
    // Things that are not there.
    Dialect {
        name: "no such container",
        only: &[],
        older: "Error: No such container: {container}",
        newer: "Error response from daemon: No such container: {container}",
        versions: "20.10; 26.1",
        source: "moby client/errors.go (objectNotFoundError.Error; gone from where it was used)",
    },
    Dialect {
        name: "no such image",
        only: &[],
        older: "Error: No such image: {name}",
        newer: "Error response from daemon: No such image: {image}",
        versions: "20.10; 26.1",
        source: "moby client/errors.go (objectNotFoundError.Error); daemon/images/image.go (ErrImageDoesNotExist.Error)",
    },
    Dialect {
        name: "no such volume",
        only: &[],
        older: "Error: No such volume: {volume}",
        newer: "Error response from daemon: get {volume}: no such volume",
        versions: "20.10; 26.1",
        source: "moby client/errors.go (objectNotFoundError.Error); volume/service/errors.go (OpErr.Error)",
    },
    Dialect {
        name: "no such network",
        only: &[],
        older: "Error: No such network: {network}",
        newer: "Error response from daemon: network {network} not found",
        versions: "20.10; 26.1",
        source: "moby client/errors.go (objectNotFoundError.Error); libnetwork/error.go (ErrNoSuchNetwork.Error)",
    },
    Dialect {
        name: "no such file in a container",
        only: &["cp", "container cp"],
        older: "Error: No such container:path: {container}:{path}",
        newer: "Error response from daemon: Could not find the file {path} in container {container}",
        versions: "20.10; 26.1",
        source: "moby client/container_copy.go (ContainerStatPath); daemon/errors.go (containerFileNotFound.Error)",
    },
    Dialect {
        name: "no such port",
        only: &["port"],
        older: "Error: No public port '{port}/tcp' published for {container}",
        newer: "Error: No public port '{port}' published for {container}",
        versions: "20.10; 26.1",
        source: "docker/cli cli/command/container/port.go (runPort)",
    },
    // Containers.
    Dialect {
        name: "a container that cannot start: its shim",
        only: &[],
        older: "{before}Error response from daemon: OCI runtime create failed: {rest}",
        newer: "{before}Error response from daemon: failed to create shim task: OCI runtime create failed: {rest}",
        versions: "20.10 with containerd before 1.6; 20.10.24 with containerd 1.6",
        source: "containerd runtime/v2/shim.go (Create); moby libcontainerd/remote/client.go (wrapError)",
    },
    Dialect {
        name: "a container that cannot start: its task",
        only: &[],
        older: "{before}Error response from daemon: failed to create shim task: {rest}",
        newer: "{before}Error response from daemon: failed to create task for container: failed to create shim task: {rest}",
        versions: "20.10; 26.1",
        source: "moby libcontainerd/remote/client.go (Start; NewTask)",
    },
    Dialect {
        name: "why a container cannot start: runc 1.1",
        only: &[],
        older: "{before}OCI runtime create failed: container_linux.go:{some_number}: starting container process caused: {rest}",
        newer: "{before}OCI runtime create failed: runc create failed: unable to start container process: {rest}",
        versions: "runc 1.0; runc 1.1",
        source: "runc libcontainer/container_linux.go (start)",
    },
    Dialect {
        name: "why a container cannot start: runc 1.3",
        only: &[],
        older: "{before}: runc create failed: unable to start container process: exec: {rest}",
        newer: "{before}: runc create failed: unable to start container process: error during container init: exec: {rest}",
        versions: "runc 1.1; runc 1.3, as the engines 26.1 and 28.5 have it",
        source: "runc libcontainer/process_linux.go (initProcess.start)",
    },
    Dialect {
        name: "why a container cannot start: no code",
        only: &["run", "create"],
        older: "docker: {before}OCI runtime create failed: {rest}: unknown.",
        newer: "docker: {before}OCI runtime create failed: {rest}.",
        versions: "26.1; 28.5",
        source: "moby daemon/errors.go (setExitCodeFromError: status.Convert)",
    },
    Dialect {
        name: "why a program cannot start: no code",
        only: &[],
        older: "OCI runtime exec failed: {rest}: unknown",
        newer: "OCI runtime exec failed: {rest}",
        versions: "26.1; 28.5",
        source: "moby daemon/errors.go (setExitCodeFromError: status.Convert)",
    },
    Dialect {
        name: "why a network cannot be had: its port",
        only: &[],
        older: "{before}Error response from daemon: driver failed programming external connectivity on endpoint {rest}",
        newer: "{before}Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint {rest}",
        versions: "26.1; 28.5",
        source: "moby daemon/container_operations.go (errSetupNetworking)",
    },
    Dialect {
        name: "why a network cannot be had: its name",
        only: &[],
        older: "{before}Error response from daemon: network {network} not found{after}",
        newer: "{before}Error response from daemon: failed to set up container networking: network {network} not found{after}",
        versions: "26.1; 28.5",
        source: "moby daemon/container_operations.go (errSetupNetworking)",
    },
    Dialect {
        name: "why a network cannot be had: a container's",
        only: &["run", "start"],
        older: "{before}Error response from daemon: No such container: {container}",
        newer: "{before}Error response from daemon: joining network namespace of container: No such container: {container}",
        versions: "26.1; 28.5",
        source: "moby daemon/container_operations_unix.go (getNetworkedContainer)",
    },
    Dialect {
        name: "the address of a port that is taken",
        only: &[],
        older: "{before}: Bind for 0.0.0.0:{port} failed: port is already allocated{after}",
        newer: "{before}: Bind for :::{port} failed: port is already allocated{after}",
        versions: "20.10; 28.5, either",
        source: "moby libnetwork/portallocator (ErrPortAlreadyAllocated.Error)",
    },
    Dialect {
        name: "an address without a subnet",
        only: &["run"],
        older: "docker: Error response from daemon: user specified IP address is supported only when connecting to networks with user configured subnets.",
        newer: "docker: Error response from daemon: invalid config for network {argument}: invalid endpoint settings:\nuser specified IP address is supported only when connecting to networks with user configured subnets.\nSee 'docker run --help'.",
        versions: "20.10; 26.1",
        source: "moby runconfig/errors.go (ErrUnsupportedNetworkNoSubnetAndIP); api/types/network/endpoint.go (EndpointIPAMConfig.IsInRange)",
    },
    Dialect {
        name: "processors that are not there",
        only: &[],
        older: "{before}Range of CPUs is from {rest}",
        newer: "{before}range of CPUs is from {rest}",
        versions: "26.1; 28.5",
        source: "moby daemon/daemon_unix.go (verifyPlatformContainerResources)",
    },
    Dialect {
        name: "a container that does not run",
        only: &[],
        older: "{before}Container {container} is not running",
        newer: "{before}container {container} is not running",
        versions: "20.10; 26.1",
        source: "moby daemon/errors.go (errNotRunning)",
    },
    Dialect {
        name: "a container that cannot be killed",
        only: &["kill", "container kill"],
        older: "Error response from daemon: Cannot kill container: {rest}",
        newer: "Error response from daemon: cannot kill container: {rest}",
        versions: "20.10; 26.1",
        source: "moby api/server/router/container/container_routes.go (postContainersKill)",
    },
    Dialect {
        name: "rm of a running container",
        only: &["rm"],
        older: "Error response from daemon: You cannot remove a running container {some_id}. Stop the container before attempting removal or force remove",
        newer: "Error response from daemon: cannot remove container \"{argument}\": container is running: stop the container before removing or force remove",
        versions: "20.10; 28.5",
        source: "moby daemon/delete.go (cleanupContainer; containerRm)",
    },
    Dialect {
        name: "rm of a running container: by its path",
        only: &["rm"],
        older: "Error response from daemon: You cannot remove a running container {some_id}. Stop the container before attempting removal or force remove",
        newer: "Error response from daemon: cannot remove container \"/{argument}\": container is running: stop the container before removing or force remove",
        versions: "20.10; 26.1",
        source: "moby daemon/delete.go (cleanupContainer)",
    },
    Dialect {
        name: "rm of a running container: by its name",
        only: &["rm"],
        older: "Error response from daemon: cannot remove container \"/{container}\": container is running: {rest}",
        newer: "Error response from daemon: cannot remove container \"{container}\": container is running: {rest}",
        versions: "26.1; 28.5",
        source: "moby daemon/delete.go (cleanupContainer; containerRm)",
    },
    Dialect {
        name: "what cp says when it is done",
        only: &["cp", "container cp"],
        older: "",
        newer: "Successfully copied {some_size} to {destination}",
        versions: "20.10; 26.1",
        source: "docker/cli cli/command/container/cp.go (copyFromContainer, copyToContainer)",
    },
    // Images.
    Dialect {
        name: "an image's name in capitals",
        only: &[],
        older: "{before}invalid reference format: repository name must be lowercase{after}",
        newer: "{before}invalid reference format: repository name (library/{argument}) must be lowercase{after}",
        versions: "20.10; 26.1",
        source: "distribution reference/reference.go (ErrNameContainsUppercase); reference/normalize.go (ParseNormalizedNamed)",
    },
    // Networks and ports.
    Dialect {
        name: "published ports on IPv6",
        only: &[],
        older: "{before}:::{port}->{after}",
        newer: "{before}[::]:{port}->{after}",
        versions: "26.1; 28.5",
        source: "docker/cli cli/command/formatter/container.go (DisplayablePorts)",
    },
    Dialect {
        name: "published ports on IPv6: port",
        only: &["port"],
        older: "{before} -> :::{port}",
        newer: "{before} -> [::]:{port}",
        versions: "20.10; 26.1",
        source: "docker/cli cli/command/container/port.go (runPort)",
    },
    Dialect {
        name: "rm of a network in use",
        only: &["network rm"],
        older: "Error response from daemon: error while removing network: network {network} id {some_id} has active endpoints",
        newer: "Error response from daemon: error while removing network: network {network} has active endpoints (name:\"{some_name}\" id:\"{some_short_id}\")",
        versions: "26.1; 28.5",
        source: "moby libnetwork/error.go (ActiveEndpointsError.Error)",
    },
    Dialect {
        name: "how an error of network rm ends",
        only: &["network rm"],
        older: "Error response from daemon: {rest}",
        newer: "Error response from daemon: {rest}\nexit status 1",
        versions: "26.1; 28.5",
        source: "docker/cli cli/command/network/remove.go (runRemove)",
    },
    Dialect {
        name: "a subnet that is taken",
        only: &["network create"],
        older: "Error response from daemon: Pool overlaps with other one on this address space",
        newer: "Error response from daemon: invalid pool request: Pool overlaps with other one on this address space",
        versions: "26.1; 28.5",
        source: "moby libnetwork/ipams/defaultipam/allocator.go (RequestPool)",
    },
    Dialect {
        name: "a container's own hosts: fe00",
        only: &[],
        older: "fe00::0 ip6-localnet",
        newer: "fe00::  ip6-localnet",
        versions: "26.1; 28.5",
        source: "moby libnetwork/etchosts/etchosts.go (defaultContent)",
    },
    Dialect {
        name: "a container's own hosts: ff00",
        only: &[],
        older: "ff00::0 ip6-mcastprefix",
        newer: "ff00::  ip6-mcastprefix",
        versions: "26.1; 28.5",
        source: "moby libnetwork/etchosts/etchosts.go (defaultContent)",
    },
    // Volumes, and what prune says.
    Dialect {
        name: "no labels in what inspect shows",
        only: &["inspect", "volume inspect", "network inspect"],
        older: "{before}\"Labels\": {}{after}",
        newer: "{before}\"Labels\": null{after}",
        versions: "20.10; 26.1",
        source: "moby volume/service/convert.go (volumeToAPIType); api/server/router/volume/volume_routes.go",
    },
    Dialect {
        name: "no options in what inspect shows",
        only: &["inspect", "volume inspect", "network inspect"],
        older: "{before}\"Options\": {}{after}",
        newer: "{before}\"Options\": null{after}",
        versions: "20.10; 26.1",
        source: "moby volume/service/convert.go (volumeToAPIType); api/server/router/volume/volume_routes.go",
    },
    Dialect {
        name: "what volume prune removes",
        only: &["volume prune"],
        older: "WARNING! This will remove all local volumes not used by at least one container.",
        newer: "WARNING! This will remove anonymous local volumes not used by at least one container.",
        versions: "20.10; 26.1",
        source: "docker/cli cli/command/volume/prune.go (unusedVolumesWarning, allVolumesWarning)",
    },
    Dialect {
        name: "what system prune removes",
        only: &["system prune"],
        older: "  - all dangling build cache",
        newer: "  - unused build cache",
        versions: "20.10; 26.1",
        source: "docker/cli cli/command/system/prune.go (confirmationMessage)",
    },
    Dialect {
        name: "prune that was called off",
        only: &[
            "container prune",
            "image prune",
            "network prune",
            "volume prune",
        ],
        older: "Are you sure you want to continue? [y/N] Total reclaimed space: 0B",
        newer: "Are you sure you want to continue? [y/N]",
        versions: "20.10; 26.1",
        source: "docker/cli cli/command/volume/prune.go (runPrune) and its like for containers and images",
    },
];
