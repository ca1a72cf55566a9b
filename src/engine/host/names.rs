//! Names that notes will give, found in their commands before anything runs, and
//! those among them that are taken on the daemon.

use std::collections::BTreeSet;
use std::io;

use serde_json::Value;

use crate::docker::names::tagged;
use crate::docker::{Invocation, OperandKind, ProgramCall};
use crate::guard::daemon::{Daemon, encode};

use super::ports;

/// Something that a command of the notes will make, by its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MadeName {
    /// `docker run --name NAME`
    Container(String),
    /// `docker build -t NAME`, `docker tag`, `docker commit`
    Image(String),
    /// `docker volume create NAME`, `docker run -v NAME:/path`
    Volume(String),
    /// `docker network create NAME`
    Network(String),
    /// `docker run -p PORT:80`, with the protocol (`8080/tcp`)
    Port(String),
}

impl MadeName {
    /// The name as the commands of notes write it: without the tag that Docker
    /// adds, and a port without its protocol.
    pub fn written(&self) -> &str {
        match self {
            Self::Container(name) | Self::Volume(name) | Self::Network(name) => name,
            Self::Image(name) => name.strip_suffix(":latest").unwrap_or(name),
            Self::Port(port) => port.split('/').next().unwrap_or(port),
        }
    }

    /// How its owner makes room for it.
    pub fn remedy(&self) -> String {
        match self {
            Self::Container(name) => {
                format!("rename yours (`docker rename {name} OTHER`) or the one in the notes")
            }
            Self::Image(name) => format!(
                "give yours another name (`docker tag {name} OTHER && docker rmi {name}`), or the one in the notes"
            ),
            Self::Volume(_) | Self::Network(_) => {
                "a volume or network cannot be renamed: use another name in the notes".to_owned()
            }
            Self::Port(_) => {
                "stop what listens on it (a container, or a program of yours), or use another port in the notes".to_owned()
            }
        }
    }
}

impl std::fmt::Display for MadeName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Container(name) => write!(formatter, "the container {name}"),
            Self::Image(name) => write!(formatter, "the image {name}"),
            Self::Volume(name) => write!(formatter, "the volume {name}"),
            Self::Network(name) => write!(formatter, "the network {name}"),
            Self::Port(port) => write!(formatter, "the port {port}"),
        }
    }
}

/// The names that a command of the host's shell will give.
pub fn given_by(command: &str) -> BTreeSet<MadeName> {
    let dockers = ProgramCall::all_of_docker(command);
    let given = dockers.iter().flat_map(Invocation::names);
    given
        .filter(|naming| naming.gives)
        .filter_map(|naming| {
            let name = naming.name;
            match naming.thing {
                OperandKind::Container => Some(MadeName::Container(name)),
                OperandKind::Image => tagged(&name, "").map(MadeName::Image),
                OperandKind::Volume => Some(MadeName::Volume(name)),
                OperandKind::Network => Some(MadeName::Network(name)),
                OperandKind::Port => Some(MadeName::Port(name)),
                OperandKind::File | OperandKind::Any => None,
            }
        })
        .collect()
}

/// Those names that something on the daemon has already, or a program beside it.
///
/// # Errors
/// What the daemon's connection gives.
pub fn taken(daemon: &Daemon, names: &BTreeSet<MadeName>) -> io::Result<BTreeSet<MadeName>> {
    let containers = daemon.get("/containers/json?all=1")?.body;
    let containers = containers.as_array().map_or(&[][..], Vec::as_slice);
    let publishes_here = names.iter().any(|name| matches!(name, MadeName::Port(_)))
        && ports::are_the_daemons(daemon)?;
    let mut taken = BTreeSet::new();
    for name in names {
        let is_taken = match name {
            MadeName::Container(name) => has_container(containers, name),
            MadeName::Port(port) => {
                publishes(containers, port) || publishes_here && ports::is_listened_on(port)
            }
            MadeName::Image(tag) => exists(daemon, &format!("/images/{}/json", encode(tag)))?,
            MadeName::Volume(name) => exists(daemon, &format!("/volumes/{}", encode(name)))?,
            MadeName::Network(name) => has_network(daemon, name)?,
        };
        if is_taken {
            taken.insert(name.clone());
        }
    }
    Ok(taken)
}

fn exists(daemon: &Daemon, target: &str) -> io::Result<bool> {
    Ok(daemon.get(target)?.status == 200)
}

/// By name only: the beginning of an ID is no name that is taken.
fn has_container(containers: &[Value], name: &str) -> bool {
    let shown = Value::String(format!("/{name}"));
    containers
        .iter()
        .filter_map(|container| container["Names"].as_array())
        .any(|names| names.contains(&shown))
}

fn has_network(daemon: &Daemon, name: &str) -> io::Result<bool> {
    let networks = daemon.get("/networks")?.body;
    Ok(networks
        .as_array()
        .into_iter()
        .flatten()
        .any(|network| network["Name"] == name))
}

fn publishes(containers: &[Value], port: &str) -> bool {
    let (number, protocol) = port.split_once('/').unwrap_or((port, "tcp"));
    containers
        .iter()
        .filter_map(|container| container["Ports"].as_array())
        .flatten()
        .any(|published| {
            published["PublicPort"].as_u64() == number.parse().ok() && published["Type"] == protocol
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_the_commands_of_notes() {
        for (command, expected) in [
            (
                "docker run -it --name vol_test1 -v data:/d -v ./x:/y -p 127.0.0.1:8080:80 nginx",
                vec![
                    MadeName::Container("vol_test1".into()),
                    MadeName::Volume("data".into()),
                    MadeName::Port("8080/tcp".into()),
                ],
            ),
            ("docker run -p 80 nginx", vec![]),
            (
                "for i in 1; do docker run -dp 22222:80 nginx; done",
                vec![MadeName::Port("22222/tcp".into())],
            ),
            (
                "timeout 5 docker run -p22222:80/udp nginx",
                vec![MadeName::Port("22222/udp".into())],
            ),
            (
                "sudo docker build --tag=me/app .",
                vec![MadeName::Image("me/app:latest".into())],
            ),
            (
                "docker tag a b:1 && docker volume create v",
                vec![MadeName::Image("b:1".into()), MadeName::Volume("v".into())],
            ),
            (
                "docker network create --subnet 10.0.0.0/8 net",
                vec![MadeName::Network("net".into())],
            ),
            ("echo docker run --name x y", vec![]),
        ] {
            assert_eq!(
                given_by(command),
                BTreeSet::from_iter(expected),
                "{command}"
            );
        }
    }
}
