//! A namespace that labbook makes, and removes with all that is in it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Kubectl, kubeconfig_now};
use crate::diagnostic::Diagnose;
use crate::engine::journal::Journal;

/// The label of a namespace with its own name, which nobody else's has.
const LABEL: &str = "labbook.lab";

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
    /// What kubectl said.
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
