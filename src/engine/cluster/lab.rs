//! A lab of any engine, with a namespace of a cluster beside it.

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::Namespace;
use super::relay::Relay;
use crate::diagnostic::Diagnostic;
use crate::engine::journal::Journal;
use crate::engine::{EngineError, Lab, ProgramOutput};
use crate::lab::{ClusterName, Doorway, StandIn, Surroundings};
use crate::shell::quoted;

/// A lab whose shell has a kubeconfig. Dropping it removes its namespace.
struct ClusterLab {
    lab: Box<dyn Lab>,
    namespace: String,
    /// Where the kubeconfig is, as the lab's shell sees it.
    kubeconfig: PathBuf,
    remark: String,
    _relay: Option<Relay>,
    /// Its drop removes the namespace.
    journal: Journal,
}

/// A Kubernetes cluster cannot be used.
pub(super) fn unusable(cluster: &ClusterName, why: &str) -> EngineError {
    let message = format!("cannot use the cluster `{cluster}`: {why}");
    let help = "`kubectl config get-contexts` lists the names that `--cluster` takes";
    Diagnostic::error(message).help(help).into()
}

/// Gives `lab` a namespace of `cluster`.
///
/// # Errors
/// [`EngineError`] with what kubectl said; nothing is left.
pub(super) fn open(cluster: &ClusterName, lab: Box<dyn Lab>) -> Result<Box<dyn Lab>, EngineError> {
    let unusable = |why: String| unusable(cluster, &why);
    let listener = lab.listen()?;
    let mut journal = Journal::open()?;
    let namespace = Namespace::for_lab(cluster, &mut journal).map_err(&unusable)?;
    let view = ["config", "view", "--raw", "--flatten", "--minify"];
    let own = namespace.kubectl().json(&view, None).map_err(&unusable)?;
    let user = match cluster.throwaway {
        true => own["users"][0]["user"].clone(),
        false => namespace.user().map_err(&unusable)?,
    };
    namespace.wait_for_account().map_err(&unusable)?;
    let mut server = own["clusters"][0]["cluster"].clone();
    let relay = match listener {
        Some(listener) => Some(relayed(&mut server, listener).map_err(&unusable)?),
        None => None,
    };
    let text = kubeconfig(&cluster.context, &server, &user, &namespace.name).to_string();
    let kubeconfig = lab.write_beside("kubeconfig", &text)?;
    let version = namespace
        .kubectl()
        .json(&["version"], None)
        .map_err(&unusable)?;
    let version = version["serverVersion"]["gitVersion"]
        .as_str()
        .unwrap_or_default();
    let whose = match cluster.throwaway {
        true => "the credentials of the context",
        false => "credentials for nothing else",
    };
    Ok(Box::new(ClusterLab {
        remark: format!(
            "kubectl: Kubernetes {version} of the context {}, a namespace of the lab's own for `default`, {whose}",
            cluster.context
        ),
        lab,
        namespace: namespace.name,
        kubeconfig,
        _relay: relay,
        journal,
    }))
}

/// The kubeconfig of a lab; JSON is YAML.
fn kubeconfig(context: &str, server: &Value, user: &Value, namespace: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{ "name": context, "cluster": server }],
        "users": [{ "name": context, "user": user }],
        "contexts": [{
            "name": context,
            "context": { "cluster": context, "user": context, "namespace": namespace },
        }],
    })
}

/// Makes `server`, a cluster of a kubeconfig, one that is reached through `listener`.
fn relayed(server: &mut Value, listener: TcpListener) -> Result<Relay, String> {
    let url = server["server"].as_str().unwrap_or_default();
    let no_server = || format!("its server `{url}` is no address");
    let (scheme, rest) = url.split_once("://").ok_or_else(no_server)?;
    let (host, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let port = host
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse::<u16>().ok());
    let (name, port) = match port {
        Some(port) => (host.rsplit_once(':').map_or(host, |(name, _)| name), port),
        None => (host, if scheme == "http" { 80 } else { 443 }),
    };
    let name = name.trim_matches(['[', ']']);
    let address = address(name, port).ok_or_else(no_server)?;
    let own = listener.local_addr().map_err(|error| error.to_string())?;
    let (name, url) = (name.to_owned(), format!("{scheme}://{own}{path}"));
    if server["tls-server-name"].is_null() {
        server["tls-server-name"] = name.into();
    }
    server["server"] = url.into();
    Relay::start(listener, address).map_err(|error| error.to_string())
}

/// The address of a host by its name.
fn address(name: &str, port: u16) -> Option<SocketAddr> {
    (name, port).to_socket_addrs().ok()?.next()
}

impl ClusterLab {
    fn variable(&self) -> (OsString, OsString) {
        ("KUBECONFIG".into(), self.kubeconfig.clone().into())
    }
}

impl Lab for ClusterLab {
    fn doorway(&self) -> Doorway {
        let mut doorway = self.lab.doorway();
        doorway.environment.push(self.variable());
        doorway
    }

    fn folder(&self) -> &Path {
        self.lab.folder()
    }

    fn home(&self) -> PathBuf {
        self.lab.home()
    }

    fn docker(&self, arguments: &[&str], limit: Duration) -> Result<ProgramOutput, EngineError> {
        self.lab.docker(arguments, limit)
    }

    fn shell(&self, command: &str, limit: Duration) -> Result<ProgramOutput, EngineError> {
        let file = self.kubeconfig.to_string_lossy();
        let command = format!("export KUBECONFIG={}\n{command}", quoted(&file));
        self.lab.shell(&command, limit)
    }

    fn surroundings(&self) -> Result<Surroundings, EngineError> {
        self.lab.surroundings()
    }

    fn write(&self, path: &Path, contents: &str) -> Result<(), EngineError> {
        self.lab.write(path, contents)
    }

    fn has(&self, path: &Path) -> Result<bool, EngineError> {
        self.lab.has(path)
    }

    fn namespace(&self) -> Option<&str> {
        Some(&self.namespace)
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = self.lab.remarks();
        remarks.push(self.remark.clone());
        remarks
    }

    fn refusals(&self) -> Vec<String> {
        self.lab.refusals()
    }

    fn stand_ins(&self) -> Vec<StandIn> {
        self.lab.stand_ins()
    }

    fn close(self: Box<Self>) -> Result<(), EngineError> {
        let closed = self.lab.close();
        self.journal.remove().and(closed)
    }

    /// The lab is kept, and its namespace is not: the way to the cluster ends with labbook.
    fn keep(self: Box<Self>, exercise: &str, engine: &str) -> Result<(), EngineError> {
        let kept = self.lab.keep(exercise, engine);
        self.journal.remove().and(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relayed_server_keeps_its_path_and_the_name_that_its_certificate_has() {
        let listener = || TcpListener::bind("127.0.0.1:0").expect("a port");
        for (url, name, path) in [
            ("https://127.0.0.1:6443", "127.0.0.1", ""),
            (
                "https://localhost/k8s/clusters/c-1",
                "localhost",
                "/k8s/clusters/c-1",
            ),
            ("https://[::1]:6443", "::1", ""),
        ] {
            let listener = listener();
            let own = listener.local_addr().expect("an address");
            let mut server = json!({ "server": url });
            relayed(&mut server, listener).expect("a relay");
            assert_eq!(server["server"], format!("https://{own}{path}"));
            assert_eq!(server["tls-server-name"], name);
        }
        assert!(relayed(&mut json!({}), listener()).is_err());
    }
}
