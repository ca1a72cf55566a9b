//! What `kubectl` prints by the way: how far a rollout has come, and how an image came to
//! a node.
//!
//! ```text
//!     Waiting for deployment "web" rollout to finish: 1 of 3 updated replicas are available...
//!     Normal   Pulling   5s   kubelet   Pulling image "nginx"
//! ```

use super::text::lines_where;
use crate::docker::{Invocation, ProgramCall};
use crate::pattern::pattern;

pattern! {
    /// How far a rollout has come: the name, and how many there will be (kubectl
    /// `polymorphichelpers/rollout_status.go`).
    WAITING = concat!(
        r#"^(?:Waiting for (?:deployment|daemon set|statefulset) spec update to be observed"#,
        r#"|Waiting for (?:deployment|daemon set) "(?P<name>[^"]+)" rollout to finish: "#,
        r#"(?:[0-9]+ (?:out )?of (?P<all>[0-9]+) (?:new (?:replicas|pods) have been updated|updated (?:replicas|pods) are available)"#,
        r#"|[0-9]+ old replicas are pending termination)"#,
        r#"|Waiting for partitioned roll out to finish: [0-9]+ out of [0-9]+ new pods have been updated"#,
        r#"|waiting for statefulset rolling update to complete [0-9]+ pods at revision \S+"#,
        r#"|Waiting for [0-9]+ pods to be ready)\.\.\.$"#,
    );
    /// An event that tells which image a node has, or which node a pod: what it is about.
    BY_NODE = concat!(
        r#"^\s+Normal +(?:(?:Pulling|Pulled) +(?:[0-9]+[ydhms])+(?: \(x[0-9]+ over [0-9ydhms]+\))? +kubelet(?:, \S+)? +"#,
        r#"(?:Pulling image "(?P<pulling>[^"]+)"|Container image "(?P<there>[^"]+)" already present on machine"#,
        r#"|Successfully pulled image "(?P<pulled>[^"]+)"(?: in [0-9.]+m?s(?: \([0-9.]+m?s including waiting\))?(?:\. Image size: [0-9]+ bytes\.)?)?)"#,
        r#"|Scheduled +(?:<unknown>|(?:[0-9]+[ydhms])+) +default-scheduler +Successfully assigned (?P<pod>\S+) to \S+)$"#,
    );
    /// Where a part of a cluster is reached.
    PLACE = r"^(?:Kubernetes (?:control plane|master)|[A-Za-z-]+) is running at https?://\S+$|^To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'\.$";
    /// What kubectl says where it finds nothing to list.
    NOTHING = r"^No resources found(?: in \S+ namespace)?\.$";
    /// What kubectl says while it attaches to a container.
    HINT = r"^If you don't see a command prompt, try pressing enter\.$";
}

/// Whether `line` says that there is nothing to list.
pub fn is_nothing(line: &str) -> bool {
    NOTHING.is_match(line)
}

/// The lines of `lines`, from 0, that come and go with how fast a cluster is and with its
/// nodes and their images; `others` are those of the other side, which must not
/// contradict them.
pub fn by_the_way(
    calls: &[ProgramCall],
    lines: &[Option<&str>],
    others: &[Option<&str>],
) -> Vec<usize> {
    let mut kubectl = calls.iter().filter_map(ProgramCall::kubectl);
    let Some(kubectl) = kubectl.next() else {
        return Vec::new();
    };
    let is_one = |line: &str| match kubectl.verb.as_str() {
        "rollout status" => is_progress(kubectl, line, others),
        "describe" => by_node(line).is_some_and(|(is_pod, own)| {
            let theirs = others.iter().flatten().filter_map(|other| by_node(other));
            let mut theirs = theirs.filter(|their| their.0 == is_pod).peekable();
            theirs.peek().is_none() || theirs.any(|(_, their)| their == own)
        }),
        "cluster-info" => PLACE.is_match(line),
        "run" | "attach" | "debug" => HINT.is_match(line),
        _ => false,
    };
    lines_where(lines, is_one)
}

/// Whether `line` says how far the rollout of `kubectl` has come, and no other total than
/// those of `others`.
fn is_progress(kubectl: &Invocation, line: &str, others: &[Option<&str>]) -> bool {
    let Some(found) = WAITING.captures(line) else {
        return false;
    };
    let is_named = found.name("name").is_none_or(|name| {
        let mut operands = kubectl.operands.iter();
        operands.any(|operand| operand.rsplit('/').next() == Some(name.as_str()))
    });
    let totals: Vec<&str> = others
        .iter()
        .flatten()
        .filter_map(|other| Some(WAITING.captures(other)?.name("all")?.as_str()))
        .collect();
    let agrees = found
        .name("all")
        .is_none_or(|all| totals.is_empty() || totals.contains(&all.as_str()));
    is_named && agrees
}

/// What an event of a node is about: whether a pod, and the pod's or the image's name.
fn by_node(line: &str) -> Option<(bool, &str)> {
    let found = BY_NODE.captures(line)?;
    let mut images = ["pulling", "there", "pulled"].into_iter();
    let image = images.find_map(|name| found.name(name));
    let about = image.or_else(|| found.name("pod"))?;
    Some((image.is_none(), about.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(command: &str, line: &str, other: &str) -> bool {
        !by_the_way(&ProgramCall::all(command), &[Some(line)], &[Some(other)]).is_empty()
    }

    #[test]
    fn how_far_a_rollout_has_come_is_chance_and_what_it_ends_with_is_not() {
        let waits = |count: &str| {
            format!(
                "Waiting for deployment \"web\" rollout to finish: {count} updated replicas are available..."
            )
        };
        let command = "kubectl rollout status deployment/web";
        assert!(found(command, &waits("1 of 3"), &waits("0 of 3")));
        assert!(found(command, &waits("1 of 3"), ""));
        assert!(!found(command, &waits("1 of 7"), &waits("0 of 3")));
        assert!(!found(
            "kubectl rollout status deploy db",
            &waits("1 of 3"),
            ""
        ));
        assert!(!found("kubectl get deploy web", &waits("1 of 3"), ""));
        for wrong in [
            "of 3 updatd replicas are available",
            "of 3 updated replicas are ready",
        ] {
            let line = format!("Waiting for deployment \"web\" rollout to finish: 1 {wrong}...");
            assert!(!found(command, &line, ""), "{line}");
        }
        let done = "deployment \"web\" successfully rolled out";
        assert!(!found(command, done, ""));
    }

    #[test]
    fn an_image_is_pulled_or_there_already_and_is_no_other() {
        let pulled = "  Normal  Pulled     5s    kubelet  Container image \"nginx\" already present on machine";
        let pulling = "  Normal  Pulling    5s    kubelet  Pulling image \"nginx\"";
        let other = "  Normal  Pulling    5s    kubelet  Pulling image \"httpd\"";
        assert!(found("kubectl describe pod web", pulling, pulled));
        for (word, wrong) in [("already", "newly"), ("kubelet", "kubectl"), ("5s", "soon")] {
            let line = pulled.replace(word, wrong);
            assert!(!found("kubectl describe pod web", &line, pulling), "{line}");
        }
        assert!(!found("kubectl describe pod web", other, pulled));
        assert!(found("kubectl describe pod web", pulled, ""));
        let scheduled = "  Normal  Scheduled  5s  default-scheduler  Successfully assigned default/web to worker-1";
        assert!(found("kubectl describe pod web", scheduled, pulled));
        let another = scheduled.replace("/web", "/db");
        assert!(!found("kubectl describe pod web", scheduled, &another));
        assert!(!found(
            "kubectl describe pod web",
            "  Warning  Failed  5s  kubelet  Error",
            pulled
        ));
    }
}
