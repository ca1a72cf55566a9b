//! A namespace that labbook makes for a lab or for Jobs: given credentials that reach nothing
//! else, and removed with all that is in it.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Kubectl, kubeconfig_now};
use crate::diagnostic::Diagnose;
use crate::engine::journal::Journal;
use crate::lab::ClusterName;

/// The label of everything that labbook makes for a lab.
const LABEL: &str = "labbook.lab";
/// What the account, the role and the secret of a lab are called.
const OWN: &str = "labbook";
/// Prints a secret's token, nothing where it has none yet.
const TOKEN: &str =
    "--output=go-template={{with .data}}{{with .token}}{{base64decode .}}{{end}}{{end}}";
/// How long the cluster may take to give an account its token.
const PATIENCE: Duration = Duration::from_secs(30);

/// A namespace of a cluster, as a journal keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    context: String,
    kubeconfig: Option<String>,
    /// Its UID, once the cluster has answered that it made it.
    uid: Option<String>,
}

impl Namespace {
    /// Makes a namespace, called like the journal's lab, out of a `manifest` that takes
    /// its name; the journal knows of it before the cluster does.
    ///
    /// # Errors
    /// What kubectl complained about.
    pub fn make(
        context: &str,
        journal: &mut Journal,
        manifest: impl FnOnce(&str) -> Value,
    ) -> Result<Self, String> {
        let mut namespace = Self {
            name: journal.name().to_lowercase(),
            context: context.to_owned(),
            kubeconfig: kubeconfig_now(),
            uid: None,
        };
        let note = |journal: &mut Journal, namespace: &Self| {
            let noted = journal.note_namespace(namespace.clone());
            noted.map_err(|error| error.diagnose().message)
        };
        note(journal, &namespace)?;
        let mut wanted = manifest(&namespace.name);
        wanted["metadata"]["labels"][LABEL] = namespace.name.as_str().into();
        let made = namespace
            .kubectl()
            .json(&["create", "--filename=-"], Some(&wanted))?;
        namespace.uid = made["metadata"]["uid"].as_str().map(str::to_owned);
        note(journal, &namespace)?;
        Ok(namespace)
    }

    /// Makes the namespace of a lab.
    ///
    /// # Errors
    /// What kubectl complained about.
    pub(super) fn for_lab(cluster: &ClusterName, journal: &mut Journal) -> Result<Self, String> {
        Self::make(&cluster.context, journal, |name| {
            let mut labels = json!({
                "app.kubernetes.io/managed-by": "labbook",
                "app.kubernetes.io/component": "sessions",
            });
            if !cluster.throwaway {
                // No pod reaches its node's files, processes or network.
                labels["pod-security.kubernetes.io/enforce"] = "baseline".into();
            }
            let metadata = json!({ "name": name, "labels": labels });
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": metadata })
        })
    }

    /// The user of a kubeconfig that may do everything in the namespace and nothing
    /// outside of it.
    ///
    /// # Errors
    /// What kubectl said.
    pub(super) fn user(&self) -> Result<Value, String> {
        let metadata =
            json!({ "name": OWN, "namespace": self.name, "labels": { LABEL: self.name } });
        let mut of_secret = metadata.clone();
        of_secret["annotations"] = json!({ "kubernetes.io/service-account.name": OWN });
        let items = json!([
            { "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata },
            { "apiVersion": "v1", "kind": "Secret", "metadata": of_secret,
              "type": "kubernetes.io/service-account-token" },
            { "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata,
              "rules": rules() },
            { "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
              "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": OWN },
              "subjects": [{ "kind": "ServiceAccount", "name": OWN, "namespace": self.name }] },
        ]);
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        self.kubectl()
            .text(&["create", "--filename=-"], Some(&list))?;
        let token = self.wait_for(&["get", "secret", OWN, TOKEN])?;
        Ok(json!({ "token": token }))
    }

    /// Waits until pods can be made: each needs the namespace's own account.
    ///
    /// # Errors
    /// What kubectl said.
    pub(super) fn wait_for_account(&self) -> Result<(), String> {
        let account = ["get", "serviceaccount", "default", "--output=name"];
        self.wait_for(&account).map(|_| ())
    }

    /// What kubectl prints, as soon as what it is asked for is there.
    fn wait_for(&self, arguments: &[&str]) -> Result<String, String> {
        let namespace = format!("--namespace={}", self.name);
        let arguments = [&[namespace.as_str()], arguments].concat();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = match self.kubectl().text(&arguments, None) {
                Ok(text) if text.is_empty() => "the cluster gives the account no token".to_owned(),
                Ok(text) => return Ok(text),
                Err(error) if Kubectl::is_missing(&error) => error,
                Err(error) => return Err(error),
            };
            if Instant::now() > deadline {
                return Err(answer);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Asks the cluster to remove it, if it is the one that was made: by its UID, or by the
    /// lab's label where labbook ended before it learnt that.
    ///
    /// # Errors
    /// What kubectl said.
    pub(in crate::engine) fn remove(&self) -> Result<(), String> {
        let found = match self.kubectl().json(&["get", "namespace", &self.name], None) {
            Ok(found) => found,
            Err(error) if Kubectl::is_missing(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        let metadata = &found["metadata"];
        let is_own = match &self.uid {
            Some(uid) => metadata["uid"] == **uid,
            None => metadata["labels"][LABEL] == *self.name,
        };
        if !is_own || metadata["deletionTimestamp"].is_string() {
            return Ok(());
        }
        // The cluster ends its pods; a lab does not wait for that. Another namespace that has
        // taken the name since is none with this UID.
        let target = format!("--raw=/api/v1/namespaces/{}", self.name);
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": { "uid": metadata["uid"] },
        });
        let deleted = self
            .kubectl()
            .text(&["delete", &target, "--filename=-"], Some(&options));
        match deleted {
            Err(error) if !Kubectl::is_missing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    /// How labbook itself calls kubectl for it.
    pub fn kubectl(&self) -> Kubectl<'_> {
        Kubectl {
            context: Some(&self.context),
            kubeconfig: self.kubeconfig.as_deref(),
        }
    }
}

/// What a lab's account may do in its namespace. The namespace itself is not among it: its
/// labels say what pods may do. No verb lets it give more than it has.
fn rules() -> Value {
    const VERBS: [&str; 8] = [
        "create",
        "delete",
        "deletecollection",
        "get",
        "list",
        "patch",
        "update",
        "watch",
    ];
    const CORE: [&str; 26] = [
        "bindings",
        "configmaps",
        "endpoints",
        "events",
        "limitranges",
        "persistentvolumeclaims",
        "persistentvolumeclaims/status",
        "pods",
        "pods/attach",
        "pods/ephemeralcontainers",
        "pods/eviction",
        "pods/exec",
        "pods/log",
        "pods/portforward",
        "pods/proxy",
        "pods/status",
        "podtemplates",
        "replicationcontrollers",
        "replicationcontrollers/scale",
        "resourcequotas",
        "secrets",
        "serviceaccounts",
        "serviceaccounts/token",
        "services",
        "services/proxy",
        "services/status",
    ];
    const GROUPS: [&str; 10] = [
        "apps",
        "autoscaling",
        "batch",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "metrics.k8s.io",
        "networking.k8s.io",
        "policy",
    ];
    json!([
        { "apiGroups": [""], "resources": CORE, "verbs": VERBS },
        { "apiGroups": GROUPS, "resources": ["*"], "verbs": VERBS },
        { "apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles", "rolebindings"], "verbs": VERBS },
    ])
}
