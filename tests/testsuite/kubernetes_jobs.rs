//! Shards as Jobs on a real cluster, that of `.ci/cluster` with the image of `.ci/image`:
//! what they find together is what one run finds, and nothing of them stays.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::command_line::support::Desk;

/// They look whether anything is left, so they run one after the other.
static CLUSTER: Mutex<()> = Mutex::new(());

/// Long enough for a busy machine; nothing waits for it to pass.
const LIMIT: Duration = Duration::from_secs(180);

const QUESTIONS: &str = "## Docker
- What is printed?
  - a word
```
$ docker run --rm busybox echo word
word
```
- What is printed here?
  - another word
```
$ docker run --rm busybox echo word
sentence
```
- Which volume is made?
  - mine
```
$ docker volume create mine
mine
$ docker run --name first -v mine:/v busybox sh -c 'echo kept > /v/file'
$ docker run --rm -v mine:/v busybox cat /v/file
kept
$ docker ps -a
CONTAINER ID   IMAGE     COMMAND                  CREATED         STATUS                     PORTS     NAMES
5f0c1e2d3b4a   busybox   \"sh -c 'echo kept > …\"   2 seconds ago   Exited (0) 1 second ago              first
```
- Which pods run?
  - none
```
$ kubectl get pods
No resources found in default namespace.
```
";

/// A book, and `kubectl` of the cluster.
struct Classroom {
    desk: Desk,
    _alone: MutexGuard<'static, ()>,
}

impl Classroom {
    fn new() -> Self {
        let alone = CLUSTER.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = std::env::var_os("LABBOOK_CLUSTER").map_or_else(
            || PathBuf::from("/var/cache/labbook-cluster"),
            PathBuf::from,
        );
        let kubeconfig = folder.join("kubeconfig");
        assert!(kubeconfig.is_file(), "no cluster: .ci/cluster up");
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", folder.join("bin").display());
        let desk = Desk::new()
            .with("course/book.toml", "[book]\ntitle = \"Course\"\n")
            .with("course/src/SUMMARY.md", "- [Questions](questions.md)\n")
            .with("course/src/questions.md", QUESTIONS)
            .with_variable("KUBECONFIG", kubeconfig)
            .with_variable("PATH", PathBuf::from(path));
        Self {
            desk,
            _alone: alone,
        }
    }

    fn kubectl(&self, arguments: &[&str]) -> String {
        let output = Command::new("kubectl")
            .args(arguments)
            .envs(self.desk.variables().iter().cloned())
            .output()
            .expect("kubectl runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The namespaces of runs.
    fn namespaces(&self) -> Vec<String> {
        let own = "--selector=app.kubernetes.io/name=labbook";
        let names = self.kubectl(&["get", "namespaces", own, "--output=name"]);
        names.lines().map(str::to_owned).collect()
    }

    /// Waits until the namespaces of all runs are gone.
    fn is_left_clean(&self) {
        until(|| self.namespaces().is_empty());
    }

    /// A run whose shards run.
    fn started(&self) -> Child {
        // Whoever started the tests in the background made them ignore Ctrl-C.
        let child = Command::new("/usr/bin/env")
            .args(["--default-signal=INT", env!("CARGO_BIN_EXE_labbook")])
            .args(JOBS)
            .envs(self.desk.variables().iter().cloned())
            .current_dir(self.desk.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("labbook runs");
        let running = [
            "get",
            "pods",
            "--all-namespaces",
            "--selector=labbook/shard",
        ];
        until(|| self.kubectl(&running).contains("Running"));
        child
    }
}

fn until(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "it takes too long");
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    kill_process(pid.expect("a process"), signal).expect("a signal is sent");
}

const JOBS: [&str; 7] = [
    "verify",
    "course",
    "--kubernetes",
    "--shards",
    "3",
    "--format",
    "json",
];

/// What was found of each exercise, without what differs from run to run.
fn found(document: &Value) -> Vec<Value> {
    let exercises = document["exercises"].as_array().expect("exercises");
    let of_step = |step: &Value| {
        let lines = step["lines"].as_array().expect("lines");
        let lines: Vec<_> = lines
            .iter()
            .map(|line| json!([line["line"], line["how"]]))
            .collect();
        json!([step["command"], step["exit"], step["verdict"], lines])
    };
    let of_exercise = |exercise: &Value| {
        let steps = exercise["steps"].as_array().expect("steps");
        let steps: Vec<Value> = steps.iter().map(of_step).collect();
        let [id, file, line, verdict, reason, counts] =
            ["id", "file", "line", "verdict", "reason", "counts"].map(|key| &exercise[key]);
        json!([id, file, line, verdict, reason, counts, steps])
    };
    exercises.iter().map(of_exercise).collect()
}

#[test]
#[ignore = "needs the cluster of .ci/cluster with the image of .ci/image"]
fn the_shards_find_together_what_one_run_finds() {
    let room = Classroom::new();
    let jobs = room.desk.verify_as(&JOBS);
    let kept: Value =
        serde_json::from_str(&room.desk.read("course/labbook.json")).expect("results");
    let engines = std::env::var("LABBOOK_ENGINES").unwrap_or("/var/cache/labbook-engines".into());
    let engine = format!("private:{engines}/trixie");
    let one = ["verify", "course", "--engine", &engine, "--format", "json"];
    let one = room.desk.verify_as(&one);
    assert_eq!(found(&jobs.document), found(&one.document));
    assert_eq!(jobs.document["totals"], one.document["totals"]);
    assert_eq!(jobs.document["totals"]["passed"], 2);
    assert_eq!(kept["totals"], one.document["totals"]);
    assert!(jobs.document["shards"].is_null());
    assert_eq!(jobs.ended.status, Some(1), "{}", jobs.ended.stderr);
    one.ended.exits(1);
    jobs.ended
        .complains(&["shard 1/3 runs on node-", "shard 3/3 1 exercise done"]);
    room.is_left_clean();
}

#[test]
#[ignore = "needs the cluster of .ci/cluster with the image of .ci/image"]
fn shards_that_can_never_run_are_errors() {
    let room = Classroom::new();
    // It has a shell, and no labbook.
    let verified = room
        .desk
        .verify_as(&[&JOBS[..], &["--image", "busybox"]].concat());
    assert_eq!(verified.document["totals"]["error"], 4);
    verified
        .ended
        .exits(3)
        .complains(&["shard 2/3 is lost", "labbook: not found"]);
    room.is_left_clean();
}

#[test]
#[ignore = "needs the cluster of .ci/cluster with the image of .ci/image"]
fn a_shard_that_is_lost_leaves_the_others_their_verdicts() {
    let room = Classroom::new();
    let verified = std::thread::scope(|scope| {
        let run = scope.spawn(|| room.desk.verify_as(&JOBS));
        until(|| {
            room.kubectl(&["get", "jobs", "--all-namespaces"])
                .contains("shard-1")
        });
        let namespace = room.namespaces().concat();
        let namespace = namespace.trim_start_matches("namespace/");
        room.kubectl(&[
            "delete",
            "job",
            "shard-1",
            "--namespace",
            namespace,
            "--wait=false",
        ]);
        run.join().expect("labbook ends")
    });
    let totals = &verified.document["totals"];
    let judged = ["passed", "failed", "skipped"].map(|word| totals[word].as_u64().unwrap_or(0));
    let error = totals["error"].as_u64().unwrap_or(0);
    assert!(
        error > 0 && judged.iter().sum::<u64>() + error == 4,
        "{totals}"
    );
    verified.ended.complains(&[
        "shard 1/3 is lost: its Job was deleted",
        "shard 2/3 runs on",
    ]);
    room.is_left_clean();
}

#[test]
#[ignore = "needs the cluster of .ci/cluster with the image of .ci/image"]
fn an_interrupted_run_leaves_nothing() {
    let room = Classroom::new();
    let mut child = room.started();
    send(&child, Signal::INT);
    assert_eq!(child.wait().expect("labbook ends").code(), Some(130));
    room.is_left_clean();
}

#[test]
#[ignore = "needs the cluster of .ci/cluster with the image of .ci/image"]
fn what_a_killed_run_left_is_cleaned() {
    let room = Classroom::new();
    let mut child = room.started();
    send(&child, Signal::KILL);
    child.wait().expect("labbook ends");
    assert_eq!(room.namespaces().len(), 1);
    room.desk.labbook(&["clean"]).exits(0);
    room.is_left_clean();
}
