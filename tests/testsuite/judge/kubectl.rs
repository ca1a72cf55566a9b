//! What kubectl prints, judged on records of a real cluster.

use std::sync::LazyLock;

use labbook::judge::StepVerdict;

use super::sentences::{judged, one, printed};
use super::support::{Case, cases, judged as judged_case, verdict};

fn recorded(name: &str) -> &'static Case {
    static CASES: LazyLock<Vec<Case>> = LazyLock::new(cases);
    let mut cases = CASES.iter();
    cases
        .find(|case| case.name == name)
        .unwrap_or_else(|| panic!("no record of {name}"))
}

/// The verdict of the recorded exercise `name` when `from` in its notes is `to`.
fn with(name: &str, from: &str, to: &str) -> StepVerdict {
    let case = recorded(name);
    let mut steps = case.steps.clone();
    let mut changed = 0;
    for line in steps.iter_mut().flat_map(|step| &mut step.expected) {
        changed += usize::from(line.text.contains(from));
        line.text = line.text.replace(from, to);
    }
    assert!(changed > 0, "{name} has no {from}");
    verdict(&judged_case(&steps, &case.record))
}

#[test]
fn what_a_second_run_printed_holds() {
    for name in [
        "kube-config",
        "kube-config-file",
        "kube-cronjob",
        "kube-deployment",
        "kube-job",
        "kube-manifest",
        "kube-pod",
        "kube-service",
    ] {
        let case = recorded(name);
        let judgements = judged_case(&case.steps, &case.record);
        assert_eq!(verdict(&judgements), StepVerdict::Passed, "{case}");
    }
}

#[test]
fn what_a_cluster_makes_up_may_be_any_of_its_kind() {
    for (name, from, to) in [
        ("kube-deployment", "7c9d9f4b89", "66b6c48dd5"),
        ("kube-service", "10.244.1.2", "10.42.0.17"),
        ("kube-pod", "worker-1", "minikube"),
        ("kube-job", "3s", "2m14s"),
        ("kube-service", "30685", "31999"),
        (
            "kube-config-file",
            "default-token-9tv4k",
            "default-token-bx2zq",
        ),
        ("kube-cronjob", "1        11s", "0        <none>"),
        ("kube-manifest", "LIVE-2097536968", "LIVE-17"),
        ("kube-manifest", "@@ -93,7 +93,7", "@@ -88,7 +88,7"),
    ] {
        assert_eq!(with(name, from, to), StepVerdict::Passed, "{from} -> {to}");
    }
}

#[test]
fn what_is_wrong_fails() {
    for (name, from, to) in [
        (
            "kube-deployment",
            "deployment.apps/web created",
            "deployment.apps/web configured",
        ),
        (
            "kube-deployment",
            "deployment.apps/web created",
            "deployment.apps/api created",
        ),
        (
            "kube-deployment",
            "2/2     2            2",
            "2/3     2            2",
        ),
        (
            "kube-deployment",
            "2/2     2            2",
            "2/2     2            1",
        ),
        (
            "kube-deployment",
            "successfully rolled out",
            "was rolled out",
        ),
        ("kube-deployment", "of 3 updated", "of 4 updated"),
        (
            "kube-deployment",
            "nginx:1.24   app=web",
            "nginx:1.25   app=web",
        ),
        ("kube-deployment", "app=web", "app=api"),
        ("kube-deployment", "2         <none>", "3         <none>"),
        (
            "kube-deployment",
            "REVISION  CHANGE-CAUSE",
            "REVISION  CAUSE",
        ),
        (
            "kube-pod",
            "pod/web condition met",
            "pod/web condition failed",
        ),
        (
            "kube-pod",
            "1/1     Running   0          ",
            "1/1     Running   1          ",
        ),
        ("kube-pod", "1/1     Running", "0/1     Running"),
        ("kube-pod", "1/1     Running", "1/1     Pending"),
        ("kube-pod", "tier=front", "tier=back"),
        (
            "kube-pod",
            "\"GET / HTTP/1.1\" 200",
            "\"GET / HTTP/1.1\" 404",
        ),
        (
            "kube-pod",
            "Status:       Running",
            "Status:       Succeeded",
        ),
        ("kube-pod", "Restart Count:  0", "Restart Count:  3"),
        (
            "kube-pod",
            "Image:          nginx:1.25",
            "Image:          nginx:1.26",
        ),
        (
            "kube-pod",
            "Container image \"nginx:1.25\"",
            "Container image \"nginx:1.26\"",
        ),
        ("kube-pod", "Created container web", "Created container api"),
        ("kube-pod", "assigned default/web", "assigned default/api"),
        ("kube-pod", "(AlreadyExists)", "(Forbidden)"),
        (
            "kube-pod",
            "pods \"web\" not found",
            "pods \"api\" not found",
        ),
        ("kube-service", "NodePort", "ClusterIP"),
        ("kube-service", "80:30685/TCP", "8080:30685/TCP"),
        ("kube-service", "80:30685/TCP", "80:30685/UDP"),
        ("kube-service", "80:30685/TCP", "80/TCP"),
        (
            "kube-service",
            "Session Affinity:         None",
            "Session Affinity:         ClientIP",
        ),
        ("kube-config", "dev 3 kim", "dev 4 kim"),
        ("kube-config", "a2lt", "a2lu"),
        ("kube-config", "app    2", "app    3"),
        ("kube-config", "Opaque", "kubernetes.io/tls"),
        ("kube-config", "0/1     Completed", "0/1     Error"),
        ("kube-config", "pod/env unchanged", "pod/env configured"),
        (
            "kube-config-file",
            "configmap/app-conf created",
            "configmap/app created",
        ),
        (
            "kube-config-file",
            "app-conf           1",
            "app-conf           2",
        ),
        ("kube-config-file", "    color = blue", "    color = green"),
        ("kube-config-file", "kind: ConfigMap", "kind: Secret"),
        (
            "kube-config-file",
            "    manager: kubectl-create",
            "    manager: kubectl-edit",
        ),
        (
            "kube-config-file",
            "pod/reader created",
            "pod/reader configured",
        ),
        ("kube-config-file", "level = 3", "level = 4"),
        (
            "kube-config-file",
            "Image:         busybox:1.36",
            "Image:         busybox:1.28",
        ),
        ("kube-config-file", "      sleep", "      slep"),
        (
            "kube-config-file",
            "/etc/app from conf (rw)",
            "/etc/app from conf (ro)",
        ),
        ("kube-config-file", "Name:      app-conf", "Name:      app"),
        ("kube-config-file", "Optional:  false", "Optional:  true"),
        (
            "kube-config-file",
            "QoS Class:       BestEffort",
            "QoS Class:       Burstable",
        ),
        (
            "kube-cronjob",
            "cronjob.batch/tick created",
            "job.batch/tick created",
        ),
        ("kube-cronjob", "*/1 * * * *", "*/5 * * * *"),
        ("kube-cronjob", "True      1", "False     1"),
        ("kube-cronjob", "True      1", "True      3"),
        ("kube-cronjob", "tick-now   1/1", "tick-now   1/2"),
        (
            "kube-cronjob",
            "Concurrency Policy:            Allow",
            "Concurrency Policy:            Forbid",
        ),
        (
            "kube-cronjob",
            "cronjob.batch/tick patched",
            "cronjob.batch/tick patched (no change)",
        ),
        (
            "kube-manifest",
            "restartPolicy: Always",
            "restartPolicy: Never",
        ),
        (
            "kube-manifest",
            "  - containerPort: 80",
            "  - containerPort: 8080",
        ),
        ("kube-manifest", "created (dry run)", "created"),
        ("kube-manifest", "-  replicas: 2", "-  replicas: 1"),
        ("kube-manifest", "+  generation: 2", "+  generation: 3"),
        (
            "kube-manifest",
            "Deployment.default.shop",
            "Deployment.default.web",
        ),
        (
            "kube-manifest",
            "deployment.apps/shop configured",
            "deployment.apps/shop unchanged",
        ),
        ("kube-job", "1/1           ", "0/1           "),
        ("kube-job", "hello-", "other-"),
        (
            "kube-job",
            "job.batch/hello created",
            "cronjob.batch/hello created",
        ),
    ] {
        assert_eq!(with(name, from, to), StepVerdict::Failed, "{from} -> {to}");
    }
}

#[test]
fn one_name_in_the_notes_is_one_name_here() {
    let list = "$ kubectl get pods\nNAME                   READY   STATUS    RESTARTS   AGE\nweb-66b6c48dd5-7fcsd   1/1     Running   0          5s\n";
    let here = "NAME                   READY   STATUS    RESTARTS   AGE\nweb-5d7b96dd6c-k4v57   1/1     Running   0          9s";
    let delete = |noted: &str, name: &str| {
        let transcript = format!("{list}$ kubectl delete pod -l app=web\npod \"{noted}\" deleted");
        let deleted = format!("pod \"{name}\" deleted");
        verdict(&judged(
            &transcript,
            &[printed(here, 0), printed(&deleted, 0)],
        ))
    };
    let same = "web-66b6c48dd5-7fcsd";
    assert_eq!(delete(same, "web-5d7b96dd6c-k4v57"), StepVerdict::Passed);
    assert_eq!(delete(same, "web-5d7b96dd6c-x2x7k"), StepVerdict::Failed);
    assert_eq!(delete(same, "web-6c959dc85d-k4v57"), StepVerdict::Failed);
    assert_eq!(
        delete("web-66b6c48dd5-zk9qn", "web-5d7b96dd6c-k4v57"),
        StepVerdict::Failed
    );
    assert_eq!(delete(same, "api-5d7b96dd6c-k4v57"), StepVerdict::Failed);
}

#[test]
fn a_name_that_the_author_chose_is_no_value() {
    let verdict = |name: &str| {
        one(
            "$ kubectl run svc-http2 --image=nginx\npod/svc-http2 created",
            &format!("pod/{name} created"),
            0,
        )
    };
    assert_eq!(verdict("svc-http2"), StepVerdict::Passed);
    assert_eq!(verdict("svc-http4"), StepVerdict::Failed);
}

#[test]
fn the_clusters_own_service_may_be_missing_and_no_other_may() {
    let services = |row: &str| {
        format!(
            "NAME   TYPE   CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\n{row}web   ClusterIP   10.96.3.4   <none>   80/TCP   3s"
        )
    };
    let verdict = |noted: &str| {
        one(
            &format!("$ kubectl get svc\n{}", services(noted)),
            &services(""),
            0,
        )
    };
    let own = "kubernetes   ClusterIP   10.96.0.1   <none>   443/TCP   5d\n";
    assert_eq!(verdict(own), StepVerdict::Passed);
    assert_eq!(
        verdict(&own.replace("kubernetes", "api")),
        StepVerdict::Failed
    );
}

#[test]
fn rows_with_random_names_are_in_no_order_and_others_are() {
    let verdict = |command: &str, noted: [&str; 2], here: [&str; 2]| {
        let table = |names: [&str; 2]| {
            let rows = names.map(|name| format!("{name:<23}1/1     Running   0          5s"));
            format!(
                "NAME                   READY   STATUS    RESTARTS   AGE\n{}",
                rows.join("\n")
            )
        };
        one(
            &format!("$ kubectl {command}\n{}", table(noted)),
            &table(here),
            0,
        )
    };
    let noted = ["db-66b6c48dd5-7fcsd", "web-5d7b96dd6c-k4v57"];
    let here = ["web-5d7b96dd6c-x2x7k", "db-66b6c48dd5-zk9qn"];
    let all = "get pods";
    assert_eq!(verdict(all, noted, here), StepVerdict::Passed);
    let sorted = "get pods --sort-by=.metadata.creationTimestamp";
    assert_eq!(verdict(sorted, noted, here), StepVerdict::Failed);
    let (named, reversed) = (["db", "web"], ["web", "db"]);
    assert_eq!(verdict(all, named, named), StepVerdict::Passed);
    assert_eq!(verdict(all, named, reversed), StepVerdict::Failed);
    // The author named both.
    let (named, reversed) = (["a-http2", "b-http4"], ["b-http4", "a-http2"]);
    let run = "run a-http2 --image=nginx; kubectl run b-http4 --image=nginx; kubectl get pods";
    assert_eq!(verdict(run, named, named), StepVerdict::Passed);
    assert_eq!(verdict(run, named, reversed), StepVerdict::Failed);
}

/// The verdict of the last of `steps`, each a command, what the notes show and what is here.
fn last(steps: &[(&str, &str, &str)]) -> StepVerdict {
    let transcript: Vec<String> = steps
        .iter()
        .map(|(command, noted, _)| format!("$ {command}\n{noted}"))
        .collect();
    let here: Vec<_> = steps.iter().map(|(_, _, here)| printed(here, 0)).collect();
    let judgements = judged(&transcript.join("\n"), &here);
    judgements.last().expect("a step").verdict
}

const PODS: &str = "NAME   READY   STATUS    RESTARTS   AGE";

#[test]
fn how_far_a_pod_has_come_is_chance_until_something_waits_for_it() {
    let after = |between: &str, noted: &str, here: &str| {
        let [noted, here] = [noted, here].map(|row| format!("{PODS}\n{row}"));
        last(&[
            (
                "kubectl run web --image=nginx:1.25",
                "pod/web created",
                "pod/web created",
            ),
            (between, "", ""),
            ("kubectl get pods", &noted, &here),
        ])
    };
    let creating = "web   0/1   ContainerCreating   0   2s";
    let pending = "web   0/1   Pending   0   1s";
    let running = "web   1/1   Running   0   3s";
    for noted in [creating, pending] {
        assert_eq!(
            after("true", noted, running),
            StepVerdict::Passed,
            "{noted}"
        );
        for wrong in [
            "web   0/1   ImagePullBackOff   0   9s",
            "web   0/1   CrashLoopBackOff   1   9s",
            "web   1/1   Running   1   9s",
            "web   2/2   Running   0   9s",
            "api   1/1   Running   0   9s",
        ] {
            assert_eq!(after("true", noted, wrong), StepVerdict::Failed, "{wrong}");
        }
        let wait = "kubectl wait --for=condition=Ready pod/web";
        for wait in [wait, "sleep 30"] {
            assert_eq!(after(wait, noted, running), StepVerdict::Failed, "{wait}");
        }
    }
    assert_eq!(after("true", running, creating), StepVerdict::Failed);
    let unplaced = "web   0/1   Pending   0   2m";
    assert_eq!(after("true", unplaced, running), StepVerdict::Failed);
}

#[test]
fn how_many_pods_of_a_deployment_have_come_up_is_chance_and_how_many_there_are_to_be_is_not() {
    let verdict = |noted: &str, here: &str| {
        let table = |row: &str| format!("NAME   READY   UP-TO-DATE   AVAILABLE   AGE\n{row}");
        let made = "deployment.apps/web created";
        last(&[
            (
                "kubectl create deployment web --image=nginx:1.25 --replicas=3",
                made,
                made,
            ),
            ("kubectl get deploy", &table(noted), &table(here)),
        ])
    };
    let noted = "web   1/3   3   1   3s";
    assert_eq!(
        verdict(noted, "web   3/3   3   3   4s"),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict(noted, "web   0/3   3   0   1s"),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict(noted, "web   1/2   2   1   1s"),
        StepVerdict::Failed
    );
    assert_eq!(
        verdict(noted, "web   3/3   2   3   1s"),
        StepVerdict::Failed
    );
    assert_eq!(
        verdict("web   3/3   3   3   3s", noted),
        StepVerdict::Failed
    );
}

#[test]
fn nodes_and_namespaces_are_the_clusters_unless_a_command_names_them() {
    let verdict = |command: &str, noted: &str, here: &str| {
        let header = "NAME   STATUS   ROLES   AGE   VERSION";
        let [noted, here] = [noted, here].map(|row| format!("{header}\n{row}"));
        last(&[(command, "", ""), ("kubectl get nodes", &noted, &here)])
    };
    let noted =
        "k8s-master   Ready   master   5d   v1.28.2\nk8s-worker1   Ready   <none>   5d   v1.28.2";
    let here = "node-1   Ready   <none>   2m   v1.20.2";
    assert_eq!(verdict("true", noted, here), StepVerdict::Unchecked);
    let labels = "kubectl label node k8s-worker1 disk=ssd";
    assert_eq!(verdict(labels, noted, here), StepVerdict::Failed);
    let spaces = |noted: &str| {
        let header = "NAME   STATUS   AGE";
        last(&[
            (
                "kubectl create ns red",
                "namespace/red created",
                "namespace/red created",
            ),
            (
                "kubectl get ns",
                &format!("{header}\ndefault   Active   9d\ningress   Active   9d\n{noted}"),
                &format!(
                    "{header}\ndefault   Active   9m\nkube-system   Active   9m\nred   Active   1s"
                ),
            ),
        ])
    };
    assert_eq!(spaces("red   Active   3s"), StepVerdict::Passed);
    assert_eq!(spaces("red   Terminating   3s"), StepVerdict::Failed);
}

#[test]
fn what_kubernetes_itself_runs_is_the_clusters() {
    let pods = format!("{PODS}\ncoredns-66bff467f8-7fcsd   1/1   Running   0   5d");
    let none = "No resources found in kube-system namespace.";
    let of_system = "kubectl get pods -n kube-system";
    assert_eq!(last(&[(of_system, &pods, none)]), StepVerdict::Unchecked);
    assert_eq!(last(&[(of_system, none, &pods)]), StepVerdict::Unchecked);
    let none = "No resources found in default namespace.";
    assert_eq!(
        last(&[("kubectl get pods", &pods, none)]),
        StepVerdict::Failed
    );
    assert_eq!(
        last(&[("kubectl get pods", none, &pods)]),
        StepVerdict::Failed
    );
}

#[test]
fn a_pod_that_is_ending_may_be_gone() {
    let ending = format!("{PODS}\nweb-66b6c48dd5-7fcsd   1/1   Terminating   0   9s");
    let none = "No resources found in default namespace.";
    let verdict = |noted: &str, here: &str| {
        let deleted = "deployment.apps \"web\" deleted";
        last(&[
            ("kubectl delete deploy web", deleted, deleted),
            ("kubectl get pods", noted, here),
        ])
    };
    assert_eq!(verdict(&ending, none), StepVerdict::Unchecked);
    let running = ending.replace("Terminating", "Running");
    assert_eq!(verdict(&running, none), StepVerdict::Failed);
    assert_eq!(verdict(none, &running), StepVerdict::Failed);
}

#[test]
fn what_a_manifest_tells_of_its_place_in_the_cluster_may_be_any() {
    let noted =
        "spec:\n  nodeName: worker-1\n  uid: 8a0c8b0c-6f0e-4f7c-9d52-0b5f1f3a2b11\n  replicas: 2";
    let verdict = |here: &str| one(&format!("$ kubectl get pod web -o yaml\n{noted}"), here, 0);
    let here = noted
        .replace("worker-1", "node-7")
        .replace("8a0c8b0c", "00000001");
    assert_eq!(verdict(&here), StepVerdict::Passed);
    for (from, to) in [
        ("replicas: 2", "replicas: 3"),
        ("  nodeName", "nodeName"),
        ("spec", "status"),
    ] {
        assert_eq!(
            verdict(&here.replace(from, to)),
            StepVerdict::Failed,
            "{from}"
        );
    }
}

#[test]
fn a_template_prints_the_clusters_own_names_and_ports() {
    let get = |path: &str| format!("$ kubectl get pod,svc -o jsonpath='{{{path}}}'\n");
    let verdict = |path: &str, noted: &str, here: &str| one(&(get(path) + noted), here, 0);
    let node = ".items[0].spec.nodeName";
    assert_eq!(verdict(node, "worker-1", "node-7"), StepVerdict::Passed);
    let port = ".spec.ports[0].nodePort";
    assert_eq!(verdict(port, "31234", "30080"), StepVerdict::Passed);
    assert_eq!(verdict(port, "31234", "80"), StepVerdict::Failed);
    let name = ".metadata.name";
    assert_eq!(verdict(name, "web", "api"), StepVerdict::Failed);
    let count = ".spec.replicas";
    assert_eq!(verdict(count, "31234", "30080"), StepVerdict::Failed);
}

#[test]
fn when_a_container_was_started_again_may_be_any_time() {
    let verdict = |noted: &str, here: &str| {
        let table = |cell: &str| format!("{PODS}\nweb    1/1     Running   {cell}   5m");
        one(
            &format!("$ kubectl get pods\n{}", table(noted)),
            &table(here),
            0,
        )
    };
    assert_eq!(verdict("1 (12s ago)", "1 (2m3s ago)"), StepVerdict::Passed);
    assert_eq!(verdict("1 (12s ago)", "2 (12s ago)"), StepVerdict::Failed);
}
