//! `verify --kubernetes`: what it asks of `kubectl`, and what becomes of a run where the
//! cluster refuses, loses or forgets something. A stand-in for `kubectl` has the faults;
//! verdicts come from a real cluster alone (`cluster.rs`).

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::support::{Desk, note_of};

/// Answers from files of `cluster/`, and notes there what it was asked.
const KUBECTL: &str = r#"#!/bin/sh
cd "$(dirname "$0")/../cluster" || exit 1
echo "$*" >>calls
answer() {
  if [ -e "$1" ]; then cat "$1"; else echo "Error from server (NotFound): no $1" >&2; exit 1; fi
}
case $* in
  *"current-context") echo classroom ;;
  *"create --filename=- --output=json") cat >namespace; answer made ;;
  *"create --filename=-") cat >objects ;;
  *"get jobs,pods,events"*) answer items ;;
  *"get namespace"*) answer made ;;
  *"delete --raw="*) cat >deleted; rm made ;;
  *) answer log ;;
esac
"#;

/// A book of two exercises, and a cluster that makes what it is asked for.
fn desk() -> Desk {
    let desk = Desk::new()
        .with("course/book.toml", "[book]\ntitle = \"Course\"\n")
        .with(
            "course/src/SUMMARY.md",
            "- [One](one.md)\n- [Two](two.md)\n",
        )
        .with("course/src/one.md", note_of("$ docker version"))
        .with("course/src/two.md", note_of("$ docker info"))
        .with("exercises/one.toml", "command = \"docker version\"\n")
        .with("bin/kubectl", KUBECTL)
        .with("cluster/made", made("u-1"))
        .with_own_cache();
    let kubectl = desk.path().join("bin/kubectl");
    std::fs::set_permissions(&kubectl, PermissionsExt::from_mode(0o755)).expect("a program");
    let path = format!("{}:/usr/bin:/bin", desk.path().join("bin").display());
    desk.with_variable("PATH", PathBuf::from(path))
}

fn made(uid: &str) -> String {
    json!({"metadata": {"uid": uid}}).to_string()
}

/// What the cluster says of a Job and its pod.
fn job(shard: usize, status: Value, pod: Value) -> Vec<Value> {
    let name = format!("shard-{shard}");
    let labels = json!({"labbook/shard": shard.to_string()});
    vec![
        json!({"kind": "Job", "metadata": {"name": name}, "status": status}),
        json!({
            "kind": "Pod",
            "metadata": {"name": format!("{name}-x"), "labels": labels},
            "spec": {"nodeName": "node-a"},
            "status": pod,
        }),
    ]
}

fn items(items: Vec<Value>) -> String {
    json!({"items": items}).to_string()
}

fn lost(shard: usize) -> Vec<Value> {
    let failed =
        json!({"type": "Failed", "status": "True", "message": "Job has reached its limit"});
    let killed = json!({"state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}});
    let pod = json!({"phase": "Failed", "containerStatuses": [killed]});
    job(shard, json!({"conditions": [failed]}), pod)
}

fn running(shard: usize) -> Vec<Value> {
    job(shard, json!({}), json!({"phase": "Running"}))
}

const VERIFY: [&str; 5] = ["verify", "course", "--kubernetes", "--shards", "2"];

#[test]
fn the_manifests_hold_all_that_the_shards_need_in_one_namespace() {
    let ended = desk()
        .labbook(&[&VERIFY[..], &["--image", "registry/labbook:1", "--dry-run"]].concat())
        .exits(0);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/testsuite/command_line/kubernetes.json");
    if std::env::var_os("LABBOOK_BLESS").is_some() {
        std::fs::write(&path, &ended.stdout).expect("the snapshot can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == ended.stdout,
        "run it with LABBOOK_BLESS=1 and look at the difference:\n{}",
        ended.stdout
    );
}

#[test]
fn a_large_book_takes_several_config_maps_and_a_file_larger_than_one_is_refused() {
    let manifests = |size: usize| {
        let desk = desk()
            .with(
                "course/src/one.md",
                note_of("$ docker version") + &"a".repeat(size),
            )
            .with("course/src/two.md", "b".repeat(150 << 10));
        desk.labbook(&[&VERIFY[..], &["--dry-run"]].concat())
    };
    let ended = manifests(150 << 10).exits(0);
    let document: Value = serde_json::from_str(&ended.stdout).expect("a document");
    let items = document["items"].as_array().expect("items");
    let maps = items.iter().filter(|item| item["kind"] == "ConfigMap");
    assert_eq!(maps.clone().count(), 2);
    assert!(
        maps.map(|map| map.to_string().len())
            .all(|size| size < 256 << 10)
    );
    manifests(1 << 20)
        .exits(2)
        .complains(&["0/src/one.md has 1048", "split the file"]);
}

#[test]
fn an_engine_that_no_pod_has_is_refused() {
    desk()
        .labbook(&[&VERIFY[..], &["--engine", "host"]].concat())
        .exits(2)
        .complains(&["no pod has the engine `host`"]);
}

#[test]
fn where_the_cluster_refuses_every_exercise_is_an_error() {
    let desk = desk();
    std::fs::remove_file(desk.path().join("cluster/made")).expect("it was there");
    let verified = desk.verify_as(&[&VERIFY[..], &["--format", "json"]].concat());
    verified
        .ended
        .exits(3)
        .complains(&["the cluster takes no Jobs"]);
    assert_eq!(verified.document["totals"]["error"], 2);
    assert!(!desk.path().join("course/labbook.json").exists());
}

#[test]
fn shards_that_are_lost_are_said_and_their_exercises_are_errors() {
    let desk = desk()
        .with("cluster/items", items([lost(1), lost(2)].concat()))
        .with("cluster/log", "cannot get image ubuntu\n");
    let verified = desk.verify_as(&[&VERIFY[..], &["--format", "json"]].concat());
    for (exercise, shard) in [(0, "shard 1/2"), (1, "shard 2/2")] {
        let reason = verified.document["exercises"][exercise]["reason"].to_string();
        for words in [
            shard,
            "OOMKilled",
            "node-a",
            "exit status 137",
            "image ubuntu",
        ] {
            assert!(reason.contains(words), "{words}: {reason}");
        }
    }
    verified.ended.exits(3).complains(&["shard 2/2 is lost"]);
    assert_removed(&desk);
}

#[test]
fn a_report_that_is_cut_off_makes_its_shard_lost() {
    let done = |shard| job(shard, json!({}), json!({"phase": "Succeeded"}));
    for log in [
        "no report\n",
        "labbook: the report begins\n{\"schema\": 1}\n",
    ] {
        let desk = desk()
            .with("cluster/items", items([done(1), done(2)].concat()))
            .with("cluster/log", log);
        desk.labbook(&[&VERIFY[..], &["--quiet"]].concat())
            .exits(3)
            .complains(&["shard 1/2 is lost: its report is not whole"]);
    }
}

#[test]
fn a_job_that_somebody_deleted_makes_its_shard_lost() {
    let desk = desk().with("cluster/items", items(lost(2)));
    desk.labbook(&VERIFY)
        .exits(3)
        .complains(&["shard 1/2 is lost: its Job was deleted"]);
}

#[test]
fn ctrl_c_deletes_the_namespace() {
    let desk = desk().with("cluster/items", items([running(1), running(2)].concat()));
    let mut child = started(&desk);
    send(&child, Signal::INT);
    let ended = child.wait().expect("labbook ends");
    assert_eq!(ended.code(), Some(130));
    assert_removed(&desk);
}

#[test]
fn what_a_killed_run_left_is_cleaned_where_it_is_the_same_namespace() {
    let left = || {
        let desk = desk().with("cluster/items", items([running(1), running(2)].concat()));
        let mut child = started(&desk);
        send(&child, Signal::KILL);
        child.wait().expect("labbook ends");
        desk
    };
    let desk = left();
    desk.labbook(&["clean"]).exits(0);
    assert_removed(&desk);
    let desk = left().with("cluster/made", made("u-2"));
    desk.labbook(&["clean"]).exits(0);
    assert!(!desk.path().join("cluster/deleted").exists());
}

/// Asserts that the namespace that was made was deleted, by its UID.
fn assert_removed(desk: &Desk) {
    let deleted: Value = serde_json::from_str(&desk.read("cluster/deleted")).expect("options");
    assert_eq!(deleted["preconditions"]["uid"], "u-1");
    let made: Value = serde_json::from_str(&desk.read("cluster/namespace")).expect("a manifest");
    let path = format!(
        "delete --raw=/api/v1/namespaces/{} ",
        made["metadata"]["name"].as_str().expect("a name")
    );
    assert!(desk.read("cluster/calls").contains(&path));
    let runs = std::fs::read_dir(desk.path().join("cache/run")).expect("the cache");
    assert_eq!(runs.count(), 0);
}

/// A run whose shards run.
fn started(desk: &Desk) -> Child {
    // Whoever started the tests in the background made them ignore Ctrl-C.
    let mut child = Command::new("/usr/bin/env")
        .args(["--default-signal=INT", env!("CARGO_BIN_EXE_labbook")])
        .args(VERIFY)
        .envs(desk.variables().iter().cloned())
        .current_dir(desk.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("labbook runs");
    let start = Instant::now();
    let asked = || std::fs::read_to_string(desk.path().join("cluster/calls")).unwrap_or_default();
    while !asked().contains("get jobs") {
        assert_eq!(child.try_wait().expect("its state"), None);
        assert!(start.elapsed() < Duration::from_secs(60), "{}", asked());
        std::thread::sleep(Duration::from_millis(20));
    }
    child
}

fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process"), signal).expect("a signal is sent");
}
