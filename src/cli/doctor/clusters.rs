//! The Kubernetes clusters that the notes' kubectl sessions need.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::cluster;
use crate::exercise::{Exercise, Need};
use crate::lab::ClusterName;

use super::Check;

/// What a check is called that is about no cluster.
const NONE: &str = "none";

/// Each cluster that is `named`, or that an exercise's manifest names: whether sessions can
/// run there. And the sessions for which none is named.
pub(super) fn checks(exercises: &[Exercise], named: Option<&ClusterName>) -> Vec<Check> {
    let asks = |exercise: &&Exercise| {
        exercise.obstacle.is_none() && exercise.needs.contains(&Need::Kubernetes)
    };
    let mut clusters: BTreeMap<String, (&ClusterName, Vec<&str>)> = BTreeMap::new();
    if let Some(named) = named {
        clusters.insert(named.to_string(), (named, Vec::new()));
    }
    let mut without = Vec::new();
    for exercise in exercises.iter().filter(asks) {
        match exercise.cluster.as_ref().or(named) {
            Some(cluster) => {
                let users = clusters.entry(cluster.to_string());
                let (_, users) = users.or_insert((cluster, Vec::new()));
                users.push(&exercise.id);
            }
            None => without.push(exercise.id.as_str()),
        }
    }
    let mut checks: Vec<Check> = clusters
        .into_iter()
        .map(|(name, (cluster, users))| of_cluster(name, cluster, &users))
        .collect();
    if !without.is_empty() {
        checks.push(Check::bad("cluster", NONE, none_for(&without)));
    } else if checks.is_empty() {
        let message = "not needed: no session calls kubectl".to_owned();
        checks.push(Check::good("cluster", NONE, message));
    }
    checks
}

fn of_cluster(name: String, cluster: &ClusterName, users: &[&str]) -> Check {
    let used = match users.is_empty() {
        true => "(no session calls kubectl)".to_owned(),
        false => format!("(for {})", users.join(", ")),
    };
    match cluster::survey(cluster) {
        Ok(version) => {
            let whose = match cluster.throwaway {
                true => "sessions may do whatever the context may",
                false => "each session gets a namespace, and credentials for nothing else",
            };
            let message = format!("Kubernetes {version}; {whose} {used}");
            Check::good("cluster", name, message)
        }
        Err(error) => {
            let mut diagnostic = error.diagnose();
            diagnostic.message = format!("{} {used}", diagnostic.message);
            Check::bad("cluster", name, diagnostic).blocking(!users.is_empty())
        }
    }
}

/// Why the exercises with these IDs are skipped, and what to name.
fn none_for(ids: &[&str]) -> Diagnostic {
    let message = format!(
        "no cluster is named: sessions that call kubectl are skipped (for {})",
        ids.join(", ")
    );
    let help = match cluster::contexts() {
        Ok(contexts) if contexts.is_empty() => {
            "kubectl knows no context: make a cluster (`kind create cluster`), and name it: `--cluster throwaway:kind-kind`".to_owned()
        }
        Ok(contexts) => {
            let current = cluster::current_context().ok();
            let shown = contexts.iter().map(|context| {
                match current.as_ref() == Some(context) {
                    true => format!("{context} (the current one)"),
                    false => context.clone(),
                }
            });
            let shown: Vec<String> = shown.collect();
            format!(
                "name one by `--cluster CONTEXT`, or by `--cluster throwaway:CONTEXT` where sessions may do everything there: {}",
                shown.join(", ")
            )
        }
        Err(error) => {
            let diagnostic = error.diagnose();
            let help = diagnostic.help.map(|help| format!("; {help}"));
            format!("{}{}", diagnostic.message, help.unwrap_or_default())
        }
    };
    Diagnostic::error(message).help(help)
}
