//! kubectl sessions on a real cluster, which `.ci/cluster test` provides by `KUBECONFIG`.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

const CONTEXT: &str = "labbook-test";

/// How long the cluster may take for something.
const PATIENCE: Duration = Duration::from_secs(180);

fn note(folder: &Path, commands: &str) {
    let text = format!("# Kubernetes\n\n- A question?\n  - An answer.\n\n```\n{commands}\n```\n");
    std::fs::write(folder.join("note.md"), text).unwrap();
}

fn labbook(folder: &Path, arguments: &[&str]) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_labbook"));
    program
        .args(arguments)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .stdin(Stdio::null());
    program
}

fn verified(commands: &str, cluster: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    note(folder.path(), commands);
    let arguments = [
        "verify",
        "note.md",
        "--engine",
        "private",
        "--cluster",
        cluster,
    ];
    said(labbook(folder.path(), &arguments).output().unwrap())
}

fn said(output: Output) -> (Option<i32>, String) {
    let texts = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&texts).into_owned(),
    )
}

fn kubectl(arguments: &[&str]) -> String {
    let output = Command::new("kubectl")
        .args(["--context", CONTEXT])
        .args(arguments)
        .output()
        .unwrap();
    said(output).1
}

/// The namespaces of labs.
fn namespaces() -> Vec<String> {
    let names = kubectl(&[
        "get",
        "namespaces",
        "-l",
        "app.kubernetes.io/component=sessions",
        "-o",
        "name",
    ]);
    names.lines().map(str::to_owned).collect()
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// A run that stands in its step `sleep`, and the namespace that it made.
fn standing(folder: &Path) -> (Child, String) {
    note(
        folder,
        "$ kubectl get pods\nNo resources found in default namespace.\n$ sleep 120",
    );
    let before = namespaces();
    let arguments = [
        "verify",
        "note.md",
        "--engine",
        "private",
        "--cluster",
        CONTEXT,
    ];
    let child = labbook(folder, &arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let new = || namespaces().into_iter().find(|name| !before.contains(name));
    until("a namespace of its own", || new().is_some());
    (child, new().unwrap())
}

#[test]
#[ignore = "needs the cluster of .ci/cluster"]
fn the_kubernetes_part_of_the_course_holds() {
    let folder = tempfile::tempdir().unwrap();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/kubernetes.md");
    std::fs::copy(course, folder.path().join("kubernetes.md")).unwrap();
    let arguments = [
        "verify",
        "kubernetes.md",
        "--engine",
        "private",
        "--cluster",
        CONTEXT,
    ];
    let (status, said) = said(labbook(folder.path(), &arguments).output().unwrap());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("9 passed"), "{said}");
}

#[test]
#[ignore = "needs a Kubernetes cluster: .ci/cluster test"]
fn a_session_runs_in_a_namespace_of_its_own_of_which_nothing_remains() {
    let before = namespaces();
    let (status, said) = verified(
        "$ kubectl run web --image=nginx:1.25\npod/web created\n\
         $ kubectl get pods\nNAME   READY   STATUS    RESTARTS   AGE\nweb    1/1     Running   0          4s\n\
         $ kubectl exec -it web -- bash\nroot@web:/# echo $((6 * 7))\n42\nroot@web:/# exit\nexit\n\
         $ kubectl delete pod web --now\npod \"web\" deleted",
        CONTEXT,
    );
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("1 passed"), "{said}");
    until("no namespace is left", || {
        namespaces().iter().all(|name| before.contains(name))
    });
}

#[test]
#[ignore = "needs a Kubernetes cluster: .ci/cluster test"]
fn its_credentials_reach_nothing_outside() {
    // What a script does is not read: the role alone stands in its way.
    let script = "$ kubectl get pods\nNo resources found in default namespace.\n\
         $ cat > ask.sh <<'END'\n> for what in \"$@\"; do kubectl auth can-i $what 2>/dev/null; done; true\n> END\n";
    let (status, said) = verified(
        &format!(
            "{script}$ sh ask.sh 'create pods' 'get secrets' 'create deployments' 'create roles'\nyes\nyes\nyes\nyes\n\
             $ sh ask.sh 'get pods -n kube-system' 'get secrets -n default' 'create pods -n default'\nno\nno\nno\n\
             $ sh ask.sh 'list nodes' 'get namespaces' 'delete namespaces' 'create clusterroles' 'list pods -A'\nno\nno\nno\nno\nno\n\
             $ sh ask.sh 'escalate roles' 'bind roles' 'impersonate serviceaccounts'\nno\nno\nno"
        ),
        CONTEXT,
    );
    assert_eq!(status, Some(0), "{said}");
}

#[test]
#[ignore = "needs a Kubernetes cluster: .ci/cluster test"]
fn what_is_the_clusters_is_skipped_unless_it_is_thrown_away() {
    let commands = "$ kubectl get nodes -o name | head -n 1\nnode/node-1";
    let (_, said) = verified(commands, CONTEXT);
    assert!(
        said.contains("`nodes` is a thing of the whole cluster"),
        "{said}"
    );
    let (status, said) = verified(commands, &format!("throwaway:{CONTEXT}"));
    assert_eq!(status, Some(0), "{said}");
}

#[test]
#[ignore = "needs a Kubernetes cluster: .ci/cluster test"]
fn a_run_that_is_interrupted_removes_its_namespace() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, namespace) = standing(folder.path());
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    until("it is gone", || !namespaces().contains(&namespace));
}

#[test]
#[ignore = "needs a Kubernetes cluster: .ci/cluster test"]
fn clean_removes_the_namespace_of_a_killed_run_and_no_other_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let (mut child, namespace) = standing(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(namespaces().contains(&namespace));
    let clean = || said(labbook(folder.path(), &["clean"]).output().unwrap());
    assert_eq!(clean().0, Some(0));
    until("it is gone", || !namespaces().contains(&namespace));

    let (mut child, namespace) = standing(folder.path());
    child.kill().unwrap();
    child.wait().unwrap();
    let name = namespace.trim_start_matches("namespace/");
    kubectl(&["delete", "namespace", name]);
    kubectl(&["create", "namespace", name]);
    kubectl(&[
        "label",
        "namespace",
        name,
        "app.kubernetes.io/component=sessions",
    ]);
    assert_eq!(clean().0, Some(0));
    assert!(!kubectl(&["get", "namespace", name]).contains("Terminating"));
    kubectl(&["delete", "namespace", name, "--wait=false"]);
}
