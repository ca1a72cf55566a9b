//! What `--engine` may name.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, did_you_mean, suggestion};

use super::EngineError;

/// Where a private daemon keeps images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Store {
    /// Where it would by itself, on an empty data root: in containerd since 29, before
    /// that in a graph driver.
    #[default]
    Own,
    /// In the graph driver overlay2.
    Overlay2,
    /// In containerd.
    Containerd,
}

impl Store {
    /// What `--engine private` is followed by.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Overlay2 => "+overlay2",
            Self::Containerd => "+containerd",
        }
    }
}

/// An engine, as `--engine` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineSelection {
    /// `auto`: private where it can be, else the host's.
    Auto,
    /// `host`: the daemon of the current Docker context.
    Host,
    /// `unix://SOCKET` or `ssh://HOST`: the daemon at that address, used as the
    /// host's is.
    Address(String),
    /// `private`, `private:ROOTFS`, and with a given image store `private+overlay2`,
    /// `private+containerd:ROOTFS`: a throwaway daemon.
    Private {
        /// The root file system that holds the daemon; none for the machine's.
        root: Option<PathBuf>,
        /// Where it keeps images.
        store: Store,
    },
    /// `nested`, `nested:IMAGE`: a throwaway daemon in a container of the host's
    /// daemon.
    Nested {
        /// The container's image; none for `docker:dind`.
        image: Option<String>,
    },
}

impl FromStr for EngineSelection {
    type Err = EngineError;

    fn from_str(value: &str) -> Result<Self, EngineError> {
        let unknown = |why: String| unknown_engine(value, &why);
        if value.starts_with("unix://") || value.starts_with("ssh://") {
            return match value.split_once("://") {
                Some((_, "")) => Err(unknown("the address is missing after `://`".into())),
                _ => Ok(Self::Address(value.to_owned())),
            };
        }
        if let Some(image) = value.strip_prefix("nested:") {
            return match image {
                "" => Err(unknown("the image is missing after `:`".into())),
                image => Ok(Self::Nested {
                    image: Some(image.to_owned()),
                }),
            };
        }
        let (kind, root) = match value.split_once(':') {
            Some((_, "")) => return Err(unknown("the folder is missing after `:`".into())),
            Some((kind, root)) => (kind, Some(PathBuf::from(root))),
            None => (value, None),
        };
        match (kind, root) {
            ("auto", None) => Ok(Self::Auto),
            ("host", None) => Ok(Self::Host),
            ("nested", None) => Ok(Self::Nested { image: None }),
            ("auto" | "host", Some(_)) => Err(unknown(format!("`{kind}` takes no folder"))),
            (kind, root) => {
                let stores = [Store::Own, Store::Overlay2, Store::Containerd].into_iter();
                let mut meant =
                    stores.filter(|store| kind.strip_prefix("private") == Some(store.suffix()));
                match meant.next() {
                    Some(store) => Ok(Self::Private { root, store }),
                    None => Err(unknown(nearest(kind))),
                }
            }
        }
    }
}

impl std::fmt::Display for EngineSelection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Host => formatter.write_str("host"),
            Self::Address(address) => formatter.write_str(address),
            Self::Private { root, store } => {
                let store = store.suffix();
                match root {
                    Some(root) => write!(formatter, "private{store}:{}", root.display()),
                    None => write!(formatter, "private{store}"),
                }
            }
            Self::Nested { image: None } => formatter.write_str("nested"),
            Self::Nested { image: Some(image) } => write!(formatter, "nested:{image}"),
        }
    }
}

/// A value of `--engine` that names no engine.
fn unknown_engine(value: &str, why: &str) -> EngineError {
    let message = format!("`{value}` is no engine: {why}");
    let help = "name one of auto, host, private, private+overlay2, private+containerd, nested, nested:IMAGE, private:ROOTFS, unix://SOCKET, ssh://HOST";
    Diagnostic::error(message).help(help).into()
}

fn nearest(kind: &str) -> String {
    const KINDS: [&str; 6] = [
        "auto",
        "host",
        "private",
        "private+overlay2",
        "private+containerd",
        "nested",
    ];
    suggestion(did_you_mean(kind, KINDS), "no such kind")
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Diagnose;

    use super::*;

    fn parsed(value: &str) -> EngineSelection {
        value.parse().expect(value)
    }

    fn refused(value: &str) -> String {
        match value.parse::<EngineSelection>() {
            Err(error) => error.diagnose().message,
            Ok(other) => panic!("{value} gave {other:?}"),
        }
    }

    #[test]
    fn every_form_of_the_contract_is_understood() {
        assert_eq!(parsed("auto"), EngineSelection::Auto);
        assert_eq!(parsed("host"), EngineSelection::Host);
        assert_eq!(parsed("nested"), EngineSelection::Nested { image: None });
        assert_eq!(
            parsed("nested:docker:28-dind"),
            EngineSelection::Nested {
                image: Some("docker:28-dind".into())
            }
        );
        assert_eq!(
            parsed("unix:///run/docker.sock"),
            EngineSelection::Address("unix:///run/docker.sock".into())
        );
        assert_eq!(
            parsed("ssh://me@there"),
            EngineSelection::Address("ssh://me@there".into())
        );
        assert_eq!(
            parsed("private+containerd:/srv/root:fs"),
            EngineSelection::Private {
                root: Some("/srv/root:fs".into()),
                store: Store::Containerd
            }
        );
        assert_eq!(
            parsed("private+overlay2"),
            EngineSelection::Private {
                root: None,
                store: Store::Overlay2
            }
        );
        assert_eq!(
            parsed("private"),
            EngineSelection::Private {
                root: None,
                store: Store::Own
            }
        );
        for value in [
            "private",
            "private+overlay2",
            "private+containerd:/srv/root",
        ] {
            assert_eq!(parsed(value).to_string(), value);
        }
    }

    #[test]
    fn a_slip_is_answered_with_the_nearest_kind() {
        assert_eq!(
            refused("pirvate"),
            "`pirvate` is no engine: did you mean `private`?"
        );
        assert_eq!(
            refused("tcp://1.2.3.4"),
            "`tcp://1.2.3.4` is no engine: no such kind"
        );
    }

    #[test]
    fn an_address_or_a_folder_that_is_missing_is_said_so() {
        assert!(refused("private:").contains("folder is missing"));
        assert!(refused("nested:").contains("image is missing"));
        assert!(refused("unix://").contains("address is missing"));
        assert!(refused("host:/srv").contains("takes no folder"));
    }
}
