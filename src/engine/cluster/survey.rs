//! Whether a cluster would take sessions, asked before any runs.

use serde_json::json;

use super::lab::unusable;
use super::{Kubectl, program};
use crate::diagnostic::Diagnostic;
use crate::engine::EngineError;
use crate::lab::ClusterName;

/// A cluster that is there answers much sooner.
const TIMEOUT: &str = "--request-timeout=10s";

/// What a session needs beside a namespace, where it does not get the context's own
/// credentials: the group and the kind of thing that is made.
const OF_AN_ACCOUNT: [(&str, &str); 4] = [
    ("", "serviceaccounts"),
    ("", "secrets"),
    ("rbac.authorization.k8s.io", "roles"),
    ("rbac.authorization.k8s.io", "rolebindings"),
];

/// The version of Kubernetes of a cluster on which sessions can run. Nothing is made there.
///
/// # Errors
/// [`EngineError`] with what is missing: kubectl, an answer, or a right.
pub fn survey(cluster: &ClusterName) -> Result<String, EngineError> {
    if program().is_none() {
        return Err(not_installed());
    }
    let kubectl = Kubectl {
        context: Some(&cluster.context),
        kubeconfig: None,
    };
    let unusable = |why: String| unusable(cluster, &why);
    let version = kubectl.json(&["version", TIMEOUT], None);
    let version = version.map_err(&unusable)?["serverVersion"]["gitVersion"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let mut things = vec![("", "namespaces")];
    if !cluster.throwaway {
        things.extend(OF_AN_ACCOUNT);
    }
    let mut refused = Vec::new();
    for (group, thing) in things {
        let asked = json!({ "verb": "create", "group": group, "resource": thing });
        let review = json!({
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": { "resourceAttributes": asked },
        });
        let answer = kubectl.json(&["create", "--filename=-", TIMEOUT], Some(&review));
        if answer.map_err(&unusable)?["status"]["allowed"] != true {
            refused.push(thing);
        }
    }
    match refused.is_empty() {
        true => Ok(version),
        false => Err(unusable(format!("you may not make {}", refused.join(", ")))),
    }
}

/// There is no program that could ask a cluster.
fn not_installed() -> EngineError {
    let message = "kubectl is not installed";
    let help = "install kubectl: https://kubernetes.io/docs/tasks/tools/";
    Diagnostic::error(message).help(help).into()
}

/// kubectl cannot read its settings.
fn no_contexts(why: &str) -> EngineError {
    let message = format!("kubectl lists no contexts: {why}");
    let help = "`kubectl config view` shows what it reads";
    Diagnostic::error(message).help(help).into()
}

/// The contexts that kubectl knows.
///
/// # Errors
/// [`EngineError`] where there is no kubectl, or it cannot read its settings.
pub fn contexts() -> Result<Vec<String>, EngineError> {
    if program().is_none() {
        return Err(not_installed());
    }
    let kubectl = Kubectl {
        context: None,
        kubeconfig: None,
    };
    let names = kubectl.text(&["config", "get-contexts", "--output=name"], None);
    let names = names.map_err(|why| no_contexts(&why))?;
    Ok(names.lines().map(str::to_owned).collect())
}
