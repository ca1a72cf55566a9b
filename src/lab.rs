//! What is known of a lab, as plain data: what was there before it, what its
//! engine is, and how a terminal gets in.

use std::ffi::OsString;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Whose daemon it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// Docker's own.
    #[default]
    Docker,
    /// Podman, which answers Docker's clients too.
    Podman,
}

impl Product {
    /// Whether it is Docker's own.
    pub fn is_docker(&self) -> bool {
        *self == Self::Docker
    }
}

impl std::fmt::Display for Product {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
        })
    }
}

/// What was there before the lab began, and what the engine is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Surroundings {
    /// `repository:tag` and full ID (with `sha256:`) of each image.
    pub images: Vec<(String, String)>,
    /// Name and full ID of each container.
    pub containers: Vec<(String, String)>,
    /// Names.
    pub volumes: Vec<String>,
    /// Name and full ID of each network.
    pub networks: Vec<(String, String)>,
    /// Whose daemon it is.
    #[serde(default, skip_serializing_if = "Product::is_docker")]
    pub product: Product,
    /// The daemon's version (`28.5.2`).
    pub server: String,
    /// The client's version.
    pub client: String,
    /// `overlay2`, `containerd`, `fuse-overlayfs`, ...
    pub store: String,
    /// `buildkit` or `legacy`.
    pub builder: String,
    /// Where the numbers of the lab's machine begin, where that is the lab's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
}

/// A Kubernetes cluster, as `--cluster` and a manifest name it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct ClusterName {
    /// kubectl's context.
    pub context: String,
    /// Whether sessions may do there whatever the context's own credentials allow.
    pub throwaway: bool,
}

/// What is before the context of a cluster on which everything is allowed.
const THROWAWAY: &str = "throwaway:";

impl std::str::FromStr for ClusterName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let context = text.strip_prefix(THROWAWAY);
        let name = Self {
            throwaway: context.is_some(),
            context: context.unwrap_or(text).to_owned(),
        };
        match name.context.is_empty() {
            true => Err("the name of a kubectl context is missing".to_owned()),
            false => Ok(name),
        }
    }
}

impl TryFrom<String> for ClusterName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<ClusterName> for String {
    fn from(name: ClusterName) -> Self {
        name.to_string()
    }
}

impl std::fmt::Display for ClusterName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let before = if self.throwaway { THROWAWAY } else { "" };
        write!(formatter, "{before}{}", self.context)
    }
}

/// Where the numbers begin that a machine gives out, and what it is called. Two labs
/// in which these differ tell which parts of an output are the machine's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Machine {
    /// The process number after which the daemon's processes begin.
    pub processes: u32,
    /// The process number after which those inside of containers begin.
    pub container_processes: u32,
    /// The first port that the kernel and the daemon pick by themselves.
    pub ports: u32,
    /// How many numbers of network interfaces were used up.
    pub interfaces: u32,
    /// The host's name.
    pub host: String,
}

/// What an engine is, as results name it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EngineInfo {
    /// As it was asked for: `private`, `host`, `private:/srv/debian`.
    pub name: String,
    /// `private`, `host` or `nested`.
    pub kind: String,
    /// Whose daemon it is.
    #[serde(default, skip_serializing_if = "Product::is_docker")]
    pub product: Product,
    /// The daemon's version.
    pub server: String,
    /// The client's version.
    pub cli: String,
    /// The storage driver, or `containerd`.
    pub store: String,
    /// `buildkit` or `legacy`: what `docker build` uses.
    pub builder: String,
    /// Base images that are stand-ins here, each with how it was made.
    pub stand_ins: Vec<String>,
    /// The Kubernetes cluster of kubectl sessions, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<ClusterName>,
    /// Why `auto` took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<String>,
}

impl EngineInfo {
    /// Whether it is the same engine with the same versions, whatever images it has
    /// and why ever it was taken.
    pub fn is_same(&self, other: &Self) -> bool {
        let of = |one: &Self| Self {
            stand_ins: Vec::new(),
            chosen: None,
            ..one.clone()
        };
        of(self) == of(other)
    }
}

/// A base image that stands in for one that cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandIn {
    /// The image.
    pub image: String,
    /// How it was made.
    pub made: String,
    /// Programs of the real image that are not in it.
    pub lacks: Vec<String>,
    /// Patterns of what it says of itself and the real image says differently.
    pub otherwise: Vec<String>,
}

impl std::fmt::Display for StandIn {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.image, self.made)
    }
}

/// How a terminal gets into a lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Doorway {
    /// The multiplexer in whose devpts the terminal shall be: `/dev/ptmx`, or
    /// `/proc/PID/root/dev/pts/ptmx` for a lab with a devpts of its own (an
    /// outside terminal is "not a tty" there).
    pub multiplexer: PathBuf,
    /// The program and its arguments that become the lab's interactive bash, on
    /// the terminal as its controlling one.
    pub command: Vec<OsString>,
    /// Where that program is started; none for where this process is.
    pub folder: Option<PathBuf>,
    /// The whole environment of that program.
    pub environment: Vec<(OsString, OsString)>,
    /// Process 1 of the lab, as this process's /proc numbers it, where all
    /// processes of the lab (its containers' too) are its descendants and can be
    /// seen there; none where they cannot be seen.
    pub process_one: Option<u32>,
}
