//! A run whose shards are Jobs of a Kubernetes cluster.
//!
//! ```text
//!     ShardedRun --manifests--> a namespace, ConfigMaps with the files, a Job a shard
//!         --run--> ShardState: Waiting -> Running -> Done(Report) | Lost(why)
//! ```
//!
//! The cluster schedules: a shard whose node dies gets another pod from its Job. All
//! that is made is in one namespace, which is noted in the journal before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use crate::diagnostic::{Diagnose, Diagnostic};
use crate::engine::EngineError;
use crate::engine::cluster::{self, Namespace};
use crate::engine::journal::Journal;
use crate::engine::nested::{CAPABILITIES, WRITABLE_CGROUPS};
use crate::results::Report;

/// How often the cluster is asked what became of the Jobs.
const PAUSE: Duration = Duration::from_secs(2);
/// How long the cluster may not answer, an image not start, and a log not be read.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long all shards that are left may wait for a node.
const SCHEDULING: Duration = Duration::from_secs(600);
/// What a ConfigMap may hold, in bytes.
const CONFIG_MAP: usize = 1 << 20;
/// What one is filled with, as `kubectl apply` keeps a second copy in an annotation of at
/// most 256 KiB.
const FILLED: usize = 200 << 10;
/// What a pod's containers wait for that seldom comes by itself.
const NOT_STARTING: [&str; 6] = [
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
];
/// The label of a Job and its pods with the shard's number.
const SHARD: &str = "labbook/shard";
/// The lines that a shard's pod prints before and after its report.
const MARKS: [&str; 2] = ["labbook: the report begins", "labbook: the report ends"];

/// A file that the pods get.
#[derive(Debug, Clone)]
pub struct ShardFile {
    /// Its path in the folder that a shard runs in.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What is to be run as Jobs.
#[derive(Debug, Clone)]
pub struct ShardedRun<'a> {
    /// The container image: labbook, dockerd and what a lab needs.
    pub image: &'a str,
    /// How many shards.
    pub shards: usize,
    /// How many exercises they have together.
    pub exercises: usize,
    /// Whether the pods name what they need instead of being privileged.
    pub unprivileged: bool,
    /// The arguments of `labbook`, but for the shard.
    pub arguments: Vec<String>,
    /// The notes, the manifests and what else these arguments need.
    pub files: Vec<ShardFile>,
}

/// A file that no ConfigMap can hold.
#[derive(Debug)]
pub struct TooLarge {
    /// Its path in the folder that a shard runs in.
    pub path: String,
    /// Its size in bytes.
    pub size: usize,
}

impl Diagnose for TooLarge {
    fn diagnose(&self) -> Diagnostic {
        let Self { path, size } = self;
        Diagnostic::error(format!(
            "{path} has {size} bytes; a ConfigMap holds {CONFIG_MAP}"
        ))
        .help("split the file, or run the shards on machines that have the book (`--shard K/N`)")
    }
}

/// What is known of a shard.
#[derive(Debug, Clone, PartialEq)]
pub enum ShardState {
    /// No pod of it runs; why, where the cluster says it.
    Waiting(String),
    /// A pod of it runs on this node.
    Running(String),
    /// Its report was printed.
    Done(Box<Report>),
    /// It will have no report, for this reason.
    Lost(String),
}

impl ShardedRun<'_> {
    /// All that is made, in a namespace of this name.
    pub fn manifests(&self, namespace: &str) -> Value {
        let mut objects = vec![namespace_manifest(namespace)];
        objects.extend(self.contents(namespace));
        list(&objects)
    }

    /// What is made in the namespace, in the order in which it must be.
    fn contents(&self, namespace: &str) -> Vec<Value> {
        let (mut objects, mut sources) = (Vec::new(), Vec::new());
        let mut number = 0;
        for (bin, files) in self.config_maps().iter().enumerate() {
            let name = format!("files-{}", bin + 1);
            let (mut data, mut items) = (Map::new(), Vec::new());
            for file in files {
                number += 1;
                let key = format!("file-{number}");
                items.push(json!({"key": key, "path": file.path}));
                data.insert(key, file.text.clone().into());
            }
            sources.push(json!({"configMap": {"name": name, "items": items}}));
            objects.push(json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": name, "namespace": namespace, "labels": labels(namespace)},
                "data": data,
            }));
        }
        let jobs = (1..=self.shards).map(|shard| self.job(namespace, shard, &sources));
        objects.extend(jobs);
        objects
    }

    /// The files that no ConfigMap can hold.
    pub fn too_large(&self) -> Vec<TooLarge> {
        let large = self
            .files
            .iter()
            .filter(|file| file.text.len() >= CONFIG_MAP);
        let large = large.map(|file| TooLarge {
            path: file.path.clone(),
            size: file.text.len(),
        });
        large.collect()
    }

    /// The files, as each ConfigMap holds them.
    fn config_maps(&self) -> Vec<Vec<&ShardFile>> {
        let mut bins = Vec::<Vec<&ShardFile>>::new();
        let mut room = 0;
        for file in &self.files {
            // As it stands in JSON, with its key and path.
            let quoted = Value::from(file.text.as_str()).to_string().len();
            let size = quoted + 2 * file.path.len() + 100;
            match bins.last_mut() {
                Some(bin) if size <= room => {
                    bin.push(file);
                    room -= size;
                }
                _ => {
                    bins.push(vec![file]);
                    room = FILLED.saturating_sub(size);
                }
            }
        }
        bins
    }

    fn job(&self, namespace: &str, shard: usize, sources: &[Value]) -> Value {
        let labels = with(&labels(namespace), SHARD, &shard.to_string());
        let name = job_name(shard);
        json!({
            "apiVersion": "batch/v1",
            "kind": "Job",
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "spec": {
                "backoffLimit": 1,
                // Of the whole Job, which may wait for its turn; a pod has less time.
                "activeDeadlineSeconds": 86_400,
                "template": {
                    "metadata": self.pod_metadata(&labels),
                    "spec": self.pod(shard, sources),
                },
            },
        })
    }

    fn pod_metadata(&self, labels: &Map<String, Value>) -> Value {
        match self.unprivileged {
            false => json!({"labels": labels}),
            true => json!({
                "labels": labels,
                "annotations": {"container.apparmor.security.beta.kubernetes.io/labbook": "unconfined"},
            }),
        }
    }

    fn security_context(&self) -> Value {
        match self.unprivileged {
            false => json!({"privileged": true}),
            true => json!({
                "capabilities": {"add": CAPABILITIES},
                "seccompProfile": {"type": "Unconfined"},
            }),
        }
    }

    fn pod(&self, shard: usize, sources: &[Value]) -> Value {
        let part = format!("{shard}/{}", self.shards);
        let script = format!("{WRITABLE_CGROUPS}{}", include_str!("shard.sh"));
        let mut command = vec!["/bin/sh".to_owned(), "-c".to_owned(), script];
        command.push("labbook".to_owned());
        command.extend(self.arguments.iter().cloned());
        command.extend(["--shard".to_owned(), part]);
        // A pod of a node that is gone is given up after half a minute, not five.
        let gone = ["not-ready", "unreachable"].map(|state| {
            json!({
                "key": format!("node.kubernetes.io/{state}"),
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 30,
            })
        });
        json!({
            "restartPolicy": "Never",
            "activeDeadlineSeconds": 1800 + 120 * self.exercises.div_ceil(self.shards),
            "terminationGracePeriodSeconds": 5,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "tolerations": gone,
            "containers": [{
                "name": "labbook",
                "image": self.image,
                "imagePullPolicy": "IfNotPresent",
                "command": command,
                "env": [{"name": "LABBOOK_CACHE", "value": "/var/lib/labbook"}],
                "securityContext": self.security_context(),
                "resources": {
                    "requests": {"cpu": "1", "memory": "1Gi"},
                    "limits": {"cpu": "2", "memory": "4Gi"},
                },
                "volumeMounts": [
                    {"name": "files", "mountPath": "/labbook", "readOnly": true},
                    {"name": "data", "mountPath": "/var/lib/labbook"},
                ],
            }],
            "volumes": [
                {"name": "files", "projected": {"sources": sources}},
                // A daemon cannot keep its layers on the container's own overlay.
                {"name": "data", "emptyDir": {}},
            ],
        })
    }

    /// Makes the Jobs on the cluster of a kubectl `context`, or the current one, and waits
    /// until each has its report or is lost. `on_state` is given each new state of a shard and
    /// its number. Where it is `interrupted`, reports that are not there yet are given up. Nothing
    /// of it stays on the cluster.
    ///
    /// # Errors
    /// [`EngineError`] with what keeps the Jobs from being made.
    pub fn run(
        &self,
        context: Option<&str>,
        interrupted: &AtomicBool,
        on_state: impl FnMut(usize, &ShardState),
    ) -> Result<Vec<ShardState>, EngineError> {
        // It deletes the namespace when it is dropped.
        let mut journal = Journal::open()?;
        let namespace = self.make(context, &mut journal);
        let namespace = namespace.map_err(|why| no_jobs(&why))?;
        Ok(self.wait(&namespace, interrupted, on_state))
    }

    /// Makes the namespace, and then what is in it.
    fn make(&self, context: Option<&str>, journal: &mut Journal) -> Result<Namespace, String> {
        let context = match context {
            Some(context) => context.to_owned(),
            None => cluster::current_context()?,
        };
        let namespace = Namespace::make(&context, journal, namespace_manifest)?;
        let contents = list(&self.contents(&namespace.name));
        let kubectl = namespace.kubectl();
        kubectl.text(&["create", "--filename=-"], Some(&contents))?;
        Ok(namespace)
    }

    fn wait(
        &self,
        namespace: &Namespace,
        interrupted: &AtomicBool,
        mut on_state: impl FnMut(usize, &ShardState),
    ) -> Vec<ShardState> {
        let mut shards: Vec<Shard> = (1..=self.shards).map(Shard::new).collect();
        let (mut answered, mut ran) = (Instant::now(), Instant::now());
        while !interrupted.load(Ordering::Relaxed) && !shards.iter().all(Shard::has_ended) {
            let mut given_up = None;
            match items(namespace) {
                Ok(items) => {
                    answered = Instant::now();
                    for shard in shards.iter_mut().filter(|shard| !shard.has_ended()) {
                        shard.look(namespace, &items, &mut on_state);
                    }
                }
                Err(said) if answered.elapsed() > PATIENCE => {
                    given_up = Some(format!("the cluster does not answer: {said}"));
                }
                Err(_) => {}
            }
            if shards.iter().any(Shard::runs) {
                ran = Instant::now();
            }
            if ran.elapsed() > SCHEDULING && given_up.is_none() {
                let minutes = SCHEDULING.as_secs() / 60;
                given_up = Some(format!("no pod ran for {minutes} minutes"));
            }
            if let Some(why) = given_up {
                let left = shards.iter_mut().filter(|shard| !shard.has_ended());
                left.for_each(|shard| shard.give_up(&why, &mut on_state));
            } else {
                std::thread::sleep(PAUSE);
            }
        }
        shards.into_iter().map(|shard| shard.state).collect()
    }
}

/// `objects` as one document.
fn list(objects: &[Value]) -> Value {
    json!({"apiVersion": "v1", "kind": "List", "items": objects})
}

/// The Jobs, pods and events of a namespace.
fn items(namespace: &Namespace) -> Result<Vec<Value>, String> {
    let arguments = ["get", "jobs,pods,events", "--namespace", &namespace.name];
    let mut found = namespace.kubectl().json(&arguments, None)?;
    match found["items"].take() {
        Value::Array(items) => Ok(items),
        _ => Err("kubectl printed no list".to_owned()),
    }
}

fn namespace_manifest(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": with(&labels(name), "pod-security.kubernetes.io/enforce", "privileged"),
        },
    })
}

fn labels(namespace: &str) -> Map<String, Value> {
    let mut labels = Map::new();
    for (label, value) in [
        ("name", "labbook"),
        ("instance", namespace),
        ("managed-by", "labbook"),
    ] {
        labels.insert(format!("app.kubernetes.io/{label}"), value.into());
    }
    labels
}

fn with(labels: &Map<String, Value>, label: &str, value: &str) -> Map<String, Value> {
    let mut labels = labels.clone();
    labels.insert(label.to_owned(), value.into());
    labels
}

fn job_name(shard: usize) -> String {
    format!("shard-{shard}")
}

/// What the cluster says of a shard.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// No pod of it runs. Whether its container cannot be started, and why.
    Waiting { stuck: bool, why: String },
    /// A pod of it runs on this node.
    Running { node: String },
    /// This pod of it ended well.
    Succeeded { pod: String },
    /// Its Job is given up; why, and the pod that failed last.
    Failed { why: String, pod: Option<String> },
    /// It has no Job.
    Missing,
}

impl Seen {
    /// What `items` say of a shard.
    fn of(shard: usize, items: &[Value]) -> Self {
        let name = job_name(shard);
        let mut jobs = items.iter().filter(|item| item["kind"] == "Job");
        let Some(job) = jobs.find(|job| job["metadata"]["name"] == name.as_str()) else {
            return Self::Missing;
        };
        let number = shard.to_string();
        let is_own = |pod: &&Value| {
            pod["kind"] == "Pod" && pod["metadata"]["labels"][SHARD] == number.as_str()
        };
        let pods: Vec<&Value> = items.iter().filter(is_own).collect();
        let in_phase = |phase: &str| pods.iter().rfind(|pod| pod["status"]["phase"] == phase);
        if let Some(pod) = in_phase("Succeeded") {
            return Self::Succeeded {
                pod: text(&pod["metadata"]["name"]),
            };
        }
        let mut conditions = job["status"]["conditions"].as_array().into_iter().flatten();
        let failed =
            |condition: &&Value| condition["type"] == "Failed" && condition["status"] == "True";
        if let Some(condition) = conditions.find(failed) {
            let pod = in_phase("Failed");
            let of_pod = pod.map_or_else(String::new, |pod| failure(pod));
            return Self::Failed {
                why: text(&condition["message"]) + &of_pod,
                pod: pod.map(|pod| text(&pod["metadata"]["name"])),
            };
        }
        let is_staying = |pod: &&&Value| pod["metadata"]["deletionTimestamp"].is_null();
        let mut running = pods
            .iter()
            .filter(|pod| pod["status"]["phase"] == "Running");
        if let Some(pod) = running.find(is_staying) {
            return Self::Running {
                node: text(&pod["spec"]["nodeName"]),
            };
        }
        let waiting = pods.iter().find_map(|pod| {
            let waiting = &pod["status"]["containerStatuses"][0]["state"]["waiting"];
            let reason = waiting["reason"].as_str()?;
            NOT_STARTING.contains(&reason).then_some((reason, waiting))
        });
        match waiting {
            Some((reason, waiting)) => Self::Waiting {
                stuck: true,
                why: format!("{reason}: {}", text(&waiting["message"])),
            },
            None => Self::Waiting {
                stuck: false,
                why: last_warning(&name, items),
            },
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Why a pod failed: what evicted it, or how its container ended.
fn failure(pod: &Value) -> String {
    let status = &pod["status"];
    let ended = &status["containerStatuses"][0]["state"]["terminated"];
    let words = [
        text(&status["reason"]),
        text(&status["message"]),
        text(&ended["reason"]),
        text(&ended["message"]),
        ended["exitCode"]
            .as_i64()
            .map_or_else(String::new, |code| format!("exit status {code}")),
    ];
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !word.is_empty())
        .collect();
    let node = text(&pod["spec"]["nodeName"]);
    format!("; its pod on {node}: {}", words.join(", "))
}

/// What the cluster warned of last about a Job or its pods.
fn last_warning(job: &str, items: &[Value]) -> String {
    let is_own = |event: &&Value| {
        let name = text(&event["involvedObject"]["name"]);
        let of_pod = name
            .strip_prefix(job)
            .is_some_and(|rest| rest.starts_with('-'));
        event["kind"] == "Event" && event["type"] == "Warning" && (name == job || of_pod)
    };
    let last = items
        .iter()
        .filter(is_own)
        .max_by_key(|event| text(&event["lastTimestamp"]));
    last.map_or_else(String::new, |event| text(&event["message"]))
}

/// A shard, as the run follows it.
struct Shard {
    number: usize,
    state: ShardState,
    /// Since when it cannot go on.
    stuck: Option<Instant>,
}

impl Shard {
    fn new(number: usize) -> Self {
        Self {
            number,
            state: ShardState::Waiting(String::new()),
            stuck: None,
        }
    }

    fn has_ended(&self) -> bool {
        matches!(self.state, ShardState::Done(_) | ShardState::Lost(_))
    }

    fn runs(&self) -> bool {
        matches!(self.state, ShardState::Running(_))
    }

    fn turn(&mut self, state: ShardState, mut on_state: impl FnMut(usize, &ShardState)) {
        if self.state != state {
            self.state = state;
            on_state(self.number, &self.state);
        }
    }

    /// Makes it lost, for `why` and what it waits for.
    fn give_up(&mut self, why: &str, on_state: impl FnMut(usize, &ShardState)) {
        let why = match &self.state {
            ShardState::Waiting(for_what) if !for_what.is_empty() => format!("{why}: {for_what}"),
            _ => why.to_owned(),
        };
        self.turn(ShardState::Lost(why), on_state);
    }

    /// Takes what the cluster says of it now.
    fn look(
        &mut self,
        namespace: &Namespace,
        items: &[Value],
        mut on_state: impl FnMut(usize, &ShardState),
    ) {
        let log = |pod: &str, more: &[&str]| {
            let arguments = [&["logs", pod, "--namespace", &namespace.name], more].concat();
            namespace.kubectl().text(&arguments, None)
        };
        let (stuck, state) = match Seen::of(self.number, items) {
            Seen::Waiting { stuck, why } => (stuck, ShardState::Waiting(why)),
            Seen::Running { node } => (false, ShardState::Running(node)),
            Seen::Missing => (false, ShardState::Lost("its Job was deleted".to_owned())),
            Seen::Failed { why, pod } => {
                let end = pod.and_then(|pod| log(&pod, &["--tail=8"]).ok());
                let end = end.unwrap_or_default();
                let end = match end.trim() {
                    "" => String::new(),
                    end => format!("; its log ends with:\n{end}"),
                };
                (
                    false,
                    ShardState::Lost(format!("its Job failed: {why}{end}")),
                )
            }
            Seen::Succeeded { pod } => match log(&pod, &[]).map(|log| report_in(&log)) {
                Ok(Ok(report)) => (false, ShardState::Done(Box::new(report))),
                Ok(Err(why)) => (false, ShardState::Lost(why)),
                Err(said) => (
                    true,
                    ShardState::Waiting(format!("its log cannot be read: {said}")),
                ),
            },
        };
        let since = self.stuck.unwrap_or_else(Instant::now);
        self.stuck = stuck.then_some(since);
        self.turn(state, &mut on_state);
        if stuck && since.elapsed() > PATIENCE {
            self.give_up("it cannot go on", on_state);
        }
    }
}

/// The Jobs of a run cannot be made on a Kubernetes cluster.
fn no_jobs(why: &str) -> EngineError {
    let message = format!("the cluster takes no Jobs: {why}");
    let help = "`kubectl config get-contexts` lists the contexts, `labbook verify --kubernetes --dry-run` what is made";
    Diagnostic::error(message).help(help).into()
}

/// The report in a pod's log.
///
/// # Errors
/// Why there is none, as a sentence.
fn report_in(log: &str) -> Result<Report, String> {
    let [begins, ends] = MARKS.map(|mark| format!("{mark}\n"));
    let marked = log
        .rsplit_once(&begins)
        .and_then(|(_, report)| report.split_once(&ends));
    let Some((report, _)) = marked else {
        return Err(
            "its report is not whole in its pod's log, which the node may have cut \
                    (more shards have shorter ones)"
                .to_owned(),
        );
    };
    serde_json::from_str(report).map_err(|error| {
        format!("its report is of another labbook than this one; use an image with this version: {error}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, node: &str, status: Value) -> Value {
        json!({
            "kind": "Pod",
            "metadata": {"name": name, "labels": {SHARD: "1"}},
            "spec": {"nodeName": node},
            "status": status,
        })
    }

    fn seen(others: &[Value]) -> Seen {
        let job = json!({"kind": "Job", "metadata": {"name": "shard-1"}});
        Seen::of(1, &[&[job], others].concat())
    }

    #[test]
    fn a_shard_whose_node_died_runs_where_its_other_pod_does() {
        let mut dead = pod("shard-1-a", "node-a", json!({"phase": "Running"}));
        dead["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z".into();
        let other = pod("shard-1-b", "node-b", json!({"phase": "Running"}));
        let waiting = Seen::Waiting {
            stuck: false,
            why: String::new(),
        };
        assert_eq!(seen(std::slice::from_ref(&dead)), waiting);
        let node = "node-b".to_owned();
        assert_eq!(seen(&[dead, other]), Seen::Running { node });
    }

    #[test]
    fn a_pod_without_its_image_is_stuck_and_one_without_a_node_waits() {
        let reason = json!({"waiting": {"reason": "ErrImagePull", "message": "not found"}});
        let status = json!({"phase": "Pending", "containerStatuses": [{"state": reason}]});
        let stuck = Seen::Waiting {
            stuck: true,
            why: "ErrImagePull: not found".to_owned(),
        };
        assert_eq!(seen(&[pod("shard-1-a", "node-a", status)]), stuck);
        let warned = |name: &str, time: &str, message: &str| {
            json!({
                "kind": "Event",
                "type": "Warning",
                "involvedObject": {"name": name},
                "lastTimestamp": time,
                "message": message,
            })
        };
        let events = [
            warned("shard-1-a", "2026-01-01T00:00:02Z", "Insufficient cpu"),
            warned("shard-1-a", "2026-01-01T00:00:01Z", "earlier"),
            warned("shard-11-a", "2026-01-01T00:00:03Z", "of another shard"),
        ];
        let waits = Seen::Waiting {
            stuck: false,
            why: "Insufficient cpu".to_owned(),
        };
        assert_eq!(seen(&events), waits);
    }

    #[test]
    fn a_report_stands_between_the_last_marks() {
        let report = Report::new(Vec::new(), Vec::new());
        let text = serde_json::to_string_pretty(&report).expect("a report");
        let [begins, ends] = MARKS;
        let log = format!("{begins}\nearlier\n{begins}\n{text}\n{ends}\n");
        assert_eq!(report_in(&log), Ok(report));
        assert!(report_in(log.trim_end_matches(&format!("{ends}\n"))).is_err());
        assert!(report_in(&text).is_err());
    }
}
