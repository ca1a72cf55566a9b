//! `labbook doctor`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::support::{Desk, note_of};

/// Knows two contexts, of which one answers, and lets its user make what it is told.
const KUBECTL: &str = r#"#!/bin/sh
case $* in
  *get-contexts*) echo class; echo gone ;;
  *current-context) echo gone ;;
  *"--context gone "*) echo "Unable to connect to the server" >&2; exit 1 ;;
  *"version --request-timeout"*) echo '{"serverVersion": {"gitVersion": "v1.32.0"}}' ;;
  *"create --filename=-"*)
    case $(cat) in
      *@FORBIDDEN@*) echo '{"status": {"allowed": false}}' ;;
      *) echo '{"status": {"allowed": true}}' ;;
    esac ;;
esac
"#;

/// A note with these commands, and a kubectl that forbids making `forbidden`.
fn with_kubectl(commands: &str, forbidden: &str) -> Desk {
    let desk = Desk::with_transcript(commands)
        .with("bin/kubectl", KUBECTL.replace("@FORBIDDEN@", forbidden));
    let kubectl = desk.path().join("bin/kubectl");
    std::fs::set_permissions(&kubectl, PermissionsExt::from_mode(0o755)).expect("a program");
    let path = format!("{}:/usr/bin:/bin", desk.path().join("bin").display());
    desk.with_variable("PATH", PathBuf::from(path))
}

/// The lines of `doctor` about clusters, with their remedies.
fn about_clusters(desk: &Desk, arguments: &[&str]) -> String {
    let ended = desk.labbook(&[&["doctor", "note.md"], arguments].concat());
    let lines: Vec<&str> = ended.stdout.lines().collect();
    let is_remedy = |line: &str| line.starts_with("    help: ");
    let begins = |number: &usize| lines[*number].starts_with("cluster ");
    let mut shown = String::new();
    for number in (0..lines.len()).filter(begins) {
        shown += lines[number];
        shown.push('\n');
        if let Some(remedy) = lines.get(number + 1).filter(|line| is_remedy(line)) {
            shown += remedy;
            shown.push('\n');
        }
    }
    shown
}

#[test]
fn doctor_says_whether_there_is_a_cluster_for_what_calls_kubectl() {
    let asking = "$ kubectl get pods\nNo resources found in default namespace.";
    let used = "(for note/how)";
    let namespaced = "each session gets a namespace, and credentials for nothing else";
    for (commands, forbidden, arguments, shown) in [
        (
            "$ docker ps",
            "none",
            &[][..],
            "cluster none: not needed: no session calls kubectl\n".to_owned(),
        ),
        (
            asking,
            "none",
            &[],
            format!(
                "cluster none: no cluster is named: sessions that call kubectl are skipped {used}\n    \
                 help: name one by `--cluster CONTEXT`, or by `--cluster throwaway:CONTEXT` where sessions \
                 may do everything there: class, gone (the current one)\n"
            ),
        ),
        (
            asking,
            "none",
            &["--cluster", "class"],
            format!("cluster class: Kubernetes v1.32.0; {namespaced} {used}\n"),
        ),
        (
            asking,
            "rolebindings",
            &["--cluster", "class"],
            format!(
                "cluster class: cannot use the cluster `class`: you may not make rolebindings {used}\n    \
                 help: `kubectl config get-contexts` lists the names that `--cluster` takes\n"
            ),
        ),
        (
            asking,
            "rolebindings",
            &["--cluster", "throwaway:class"],
            format!(
                "cluster throwaway:class: Kubernetes v1.32.0; sessions may do whatever the context may {used}\n"
            ),
        ),
        (
            asking,
            "none",
            &["--cluster", "gone"],
            format!(
                "cluster gone: cannot use the cluster `gone`: Unable to connect to the server {used}\n    \
                 help: `kubectl config get-contexts` lists the names that `--cluster` takes\n"
            ),
        ),
        (
            "$ docker ps",
            "none",
            &["--cluster", "class"],
            format!("cluster class: Kubernetes v1.32.0; {namespaced} (no session calls kubectl)\n"),
        ),
    ] {
        let desk = with_kubectl(commands, forbidden);
        assert_eq!(about_clusters(&desk, arguments), shown, "{arguments:?}");
    }
}

#[test]
fn doctor_says_how_to_get_kubectl_where_there_is_none() {
    let desk = Desk::with_transcript("$ kubectl get pods").with("bin/README", "");
    let path = desk.path().join("bin");
    let desk = desk.with_variable("PATH", path);
    for arguments in [&[][..], &["--cluster", "class"]] {
        let shown = about_clusters(&desk, arguments);
        assert!(shown.contains("kubectl is not installed"), "{shown}");
        assert!(shown.contains("install kubectl: https://"), "{shown}");
    }
}

#[test]
fn the_cluster_of_a_manifest_counts_before_the_one_that_is_named() {
    let desk = with_kubectl("$ kubectl get pods", "none").with(
        "exercises/pods.toml",
        "command = \"kubectl get pods\"\ncluster = \"throwaway:class\"\n",
    );
    let shown = about_clusters(&desk, &["--cluster", "class"]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 2, "{shown}");
    assert!(lines[0].ends_with("(no session calls kubectl)"), "{shown}");
    assert!(lines[1].starts_with("cluster throwaway:class: "), "{shown}");
    assert!(lines[1].ends_with("(for pods)"), "{shown}");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd; and a Docker daemon"]
fn doctor_names_the_programs_that_labs_lack_on_each_engine() {
    let desk = Desk::new().with(
        "note.md",
        note_of("$ docker ps\n$ labbook-never-made-this\nhi\n$ ls | labbook-neither-this\nbash: labbook-neither-this: command not found\n$ sudo ls"),
    );
    let ended = desk.labbook(&["doctor", "note.md", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_str(&ended.stdout).expect(&ended.stdout);
    let findings = findings.as_array().expect("a list");
    for engine in ["private", "host"] {
        let own = |kind: &str| {
            let mut found = findings
                .iter()
                .filter(|one| one["kind"] == kind && one["engine"] == engine);
            let first = found.next().unwrap_or_else(|| panic!("{}", ended.stdout));
            assert_eq!(found.next(), None, "{}", ended.stdout);
            first
        };
        assert_eq!(own("programs")["said"], "installed: docker, ls");
        let lacking = own("program");
        assert_eq!(lacking["name"], "labbook-never-made-this");
        assert_eq!(lacking["ok"], false);
        assert!(lacking["remedy"].is_string(), "{lacking}");
        let said = lacking["said"].as_str().unwrap_or_default();
        let begins = format!("on {engine}: not installed");
        assert!(said.starts_with(&begins), "{said}");
        assert!(said.ends_with(" (for note/how)"), "{said}");
    }
}

#[test]
fn doctor_tells_engines_with_remedies_and_what_is_damaged() {
    let desk = Desk::new().with(
        "note.md",
        "## Docker\n- How?\n  - So.\n```\n$ echo 'open\n```\n",
    );
    let ended = desk.labbook(&["doctor", "note.md", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_str(&ended.stdout).expect(&ended.stdout);
    let findings = findings.as_array().expect("a list").clone();
    let of = |kind: &str| -> Vec<serde_json::Value> {
        let own = findings.iter().filter(|finding| finding["kind"] == kind);
        own.cloned().collect()
    };
    assert_eq!(of("engine").len(), 2, "{}", ended.stdout);
    let machine = of("machine")[0]["said"].as_str().map(str::to_owned);
    assert!(
        machine.is_some_and(|said| said.contains("private")),
        "{}",
        ended.stdout
    );
    for engine in of("engine") {
        assert!(
            engine["ok"] == true || engine["remedy"].is_string(),
            "{engine}"
        );
    }
    assert_eq!(of("exercise").len(), 1, "{}", ended.stdout);
    assert_eq!(ended.status, Some(3));
    ended.complains(&["note.md:5:"]);
}

#[test]
fn doctor_makes_no_image_unless_it_is_asked_to() {
    let desk = Desk::new().with_own_cache().with(
        "note.md",
        "## Docker\n- How?\n  - So.\n```\n$ docker run --rm ubuntu:18.04 true\n$ docker run --rm nowhere/nothing true\n```\n",
    );
    let ended = desk.labbook(&["doctor", "note.md"]);
    assert_eq!(ended.status, Some(3), "{}", ended.stderr);
    for line in [
        "image ubuntu:18.04: a stand-in will be made from packages; --fetch makes it now (for ",
        "image nowhere/nothing: cannot get image nowhere/nothing:latest",
        "disk ",
        "memory available: ",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let made = desk.path().join("cache/stand-ins");
    let files = std::fs::read_dir(made).map_or(0, |files| files.count());
    assert_eq!(files, 0, "nothing is made");
}
