//! What the kubectl sessions of an exercise need of a cluster.

use crate::docker::cli::is_of_cluster;
use crate::docker::{Does, Invocation, ProgramCall};
use crate::shell::Script;

use super::Exercise;

/// Programs that are about clusters and not run.
pub(super) const OTHER_TOOLS: [&str; 7] =
    ["helm", "minikube", "kubeadm", "kind", "k3d", "k3s", "oc"];

/// What of a pod reaches its node.
const OF_THE_NODE: [&str; 6] = [
    "hostPath:",
    "hostNetwork: true",
    "hostPID: true",
    "hostIPC: true",
    "privileged: true",
    "kind: DaemonSet",
];

/// Why the sessions of `exercise` run on no cluster; none where they do.
pub fn other_tool(exercise: &Exercise) -> Option<String> {
    let calls = |tool: &&&str| exercise.programs.iter().any(|program| program == **tool);
    let tool = OTHER_TOOLS.iter().find(calls)?;
    Some(format!("labbook runs no `{tool}`"))
}

/// Why the sessions of `exercise` do not run with credentials for one namespace; none where
/// they do.
pub fn reaches_beyond(exercise: &Exercise) -> Option<String> {
    let steps = exercise.steps.iter().filter(|step| step.on_host());
    let commands = steps.filter_map(|step| Some((step.line, step.command()?)));
    let why = commands
        .filter_map(|(line, command)| Some(format!("line {line}: {}", beyond(command)?)))
        .next();
    let in_file = || {
        let texts = exercise.files.iter();
        texts
            .filter_map(|file| {
                Some(format!(
                    "{}: {}",
                    file.path.display(),
                    beyond_in(&file.contents)?
                ))
            })
            .next()
    };
    let why = why.or_else(in_file)?;
    Some(format!(
        "{why}; it runs where everything is allowed: `--cluster throwaway:CONTEXT`"
    ))
}

/// What in `command` is about more than one namespace.
fn beyond(command: &str) -> Option<String> {
    let calls = ProgramCall::all(command);
    let by_call = calls
        .iter()
        .filter_map(ProgramCall::kubectl)
        .find_map(beyond_call);
    by_call.or_else(|| {
        let script = Script::read(command);
        let writes = script
            .commands()
            .iter()
            .any(|one| !one.redirections.is_empty());
        writes.then(|| beyond_in(command)).flatten()
    })
}

fn beyond_call(kubectl: &Invocation) -> Option<String> {
    if kubectl.does(Does::ClusterWide) {
        return Some(format!(
            "`kubectl {}` is about the whole cluster",
            kubectl.verb
        ));
    }
    if kubectl.has("--all-namespaces") {
        return Some("all namespaces are more than the lab's".to_owned());
    }
    if kubectl.has("--privileged") {
        return Some("a privileged pod reaches its node".to_owned());
    }
    if let Some(namespace) = kubectl.values("--namespace").last() {
        return Some(format!("the namespace {namespace} is not the lab's"));
    }
    if let Some(option) = kubectl.credential_option() {
        return Some(format!("`{option}` leads to other credentials"));
    }
    let names_kinds = !kubectl.does(Does::Pods) && !kubectl.does(Does::NoKinds);
    let first = kubectl.operands.first().filter(|_| names_kinds)?;
    let mut kinds = first.split(',').map(|kind| {
        let kind = kind.split(['/', '.']).next().unwrap_or_default();
        kind.to_ascii_lowercase()
    });
    let of_cluster =
        |kind: &String| is_of_cluster(kind) || kind.strip_suffix('s').is_some_and(is_of_cluster);
    let kind = kinds.find(of_cluster)?;
    Some(format!("`{kind}` is a thing of the whole cluster"))
}

/// What in a manifest of Kubernetes is about more than one namespace.
fn beyond_in(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let line = line.trim().trim_start_matches("- ");
        if OF_THE_NODE.contains(&line) {
            return Some(format!("`{line}` reaches the node"));
        }
        if let Some(namespace) = line.strip_prefix("namespace:") {
            return Some(format!(
                "the namespace {} is not the lab's",
                namespace.trim()
            ));
        }
        let kind = line.strip_prefix("kind:")?.trim().trim_matches(['"', '\'']);
        is_of_cluster(&kind.to_ascii_lowercase())
            .then(|| format!("`{line}` is a thing of the whole cluster"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reaches_more_than_one_namespace_is_told_from_what_does_not() {
        for command in [
            "kubectl get nodes",
            "kubectl get no -o wide",
            "kubectl describe node/node-1",
            "kubectl get pods,pv",
            "kubectl get pods -A",
            "kubectl get pods --all-namespaces",
            "kubectl -n kube-system get pods",
            "kubectl get pods --namespace=kube-system",
            "kubectl create ns web",
            "kubectl create namespace web",
            "kubectl delete namespaces web",
            "kubectl get StorageClasses",
            "kubectl top nodes",
            "kubectl --kubeconfig /etc/kubernetes/admin.conf get pods",
            "kubectl get pods --as admin",
            "kubectl run x --image=busybox --privileged",
            "cat <<END | kubectl apply -f -\nkind: ClusterRole\nEND",
            "cat > pod.yaml <<END\n  volumes:\n  - hostPath:\n      path: /\nEND",
            "sudo kubectl cluster-info",
        ] {
            assert!(beyond(command).is_some(), "{command}");
        }
        for command in [
            "kubectl get pods",
            "kubectl get pods,svc -o wide",
            "kubectl logs nodes",
            "kubectl exec -it node -- sh -c 'get -A'",
            "kubectl create configmap namespace --from-literal=a=b",
            "kubectl apply -f pod.yaml",
            "kubectl describe pod node",
            "kubectl delete pod ns",
            "kubectl version",
            "docker ps -n 3",
            "echo kubectl get nodes",
        ] {
            assert_eq!(beyond(command), None, "{command}");
        }
    }
}
