//! Labs on a user's own daemon: whatever a lab does, and however its process
//! ends, everything of the user's is afterwards as it was.
//!
//! The daemons are those named in `LABBOOK_TEST_DAEMONS` (addresses with commas
//! between), else private ones, else that of the current Docker context. A private
//! one is as real as the machine's: the same `dockerd` on a socket at an address
//! of this machine, and no other test, no other user and no lab of another run
//! changes anything on it, so that what differs afterwards was the lab's doing.
//! One test, and those of nested engines, meet the current context's own.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use labbook::engine::host::names::given_by;
use labbook::engine::host::{HostEngine, MadeName};
use labbook::engine::images::{ImageFormat, Images};
use labbook::engine::private::{PrivateEngine, PrivateOptions};
use labbook::engine::{Engine, Lab, LabRequest, ProgramOutput};
use labbook::guard::upstream::Upstream;

/// Names that the tests' user gives start so.
const USER: &str = "labbooktest";
const LIMIT: Duration = Duration::from_secs(120);

/// A daemon to test with, by its address; the empty one is the context's.
struct Daemon {
    address: String,
    /// The private lab that it is, where it is one.
    _lab: Option<Box<dyn Lab>>,
    /// Held for its lock: one test at a time on a daemon of the machine's.
    _alone: Option<std::fs::File>,
}

impl std::ops::Deref for Daemon {
    type Target = str;

    fn deref(&self) -> &str {
        &self.address
    }
}

/// The named daemons; where none is named one of the test's own, and where there
/// can be none the context's.
fn daemons() -> Vec<Daemon> {
    let named = std::env::var("LABBOOK_TEST_DAEMONS").unwrap_or_default();
    let named = named.split(',').filter(|address| !address.is_empty());
    let mut daemons: Vec<Daemon> = named.map(machines).collect();
    if daemons.is_empty() {
        daemons.extend(own());
    }
    if daemons.is_empty() && HostEngine::of_context(images()).is_ok() {
        daemons.push(machines(""));
    }
    assert!(!daemons.is_empty(), "there is no Docker engine");
    daemons
}

fn machines(address: &str) -> Daemon {
    let lock = std::env::temp_dir().join("labbook-test-daemon.lock");
    let alone = std::fs::File::create(lock).expect("a lock file");
    alone.lock().expect("the lock");
    Daemon {
        address: address.to_owned(),
        _lab: None,
        _alone: Some(alone),
    }
}

fn own() -> Option<Daemon> {
    let program = Some(env!("CARGO_BIN_EXE_labbook").into());
    let options = PrivateOptions {
        program,
        ..PrivateOptions::default()
    };
    let lab = PrivateEngine::new(options)
        .and_then(|engine| engine.lab(&LabRequest::default()))
        .ok()?;
    let process = lab.doorway().process_one?;
    Some(Daemon {
        address: format!("unix:///proc/{process}/root/run/docker.sock"),
        _lab: Some(lab),
        _alone: None,
    })
}

fn images() -> Images {
    Images::new(None).expect("the built-in recipes are good")
}

fn engine(address: &str) -> HostEngine {
    match address {
        "" => HostEngine::of_context(images()),
        address => HostEngine::at(address, images()),
    }
    .expect("the daemon answers")
}

/// The user herself, at her own daemon, not through any guard.
struct User {
    address: String,
}

impl User {
    fn docker(&self, line: &str) -> Result<String, String> {
        let output = self
            .client()
            .args(line.split_whitespace())
            .output()
            .expect("docker runs");
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }

    fn must(&self, line: &str) -> String {
        self.docker(line)
            .unwrap_or_else(|error| panic!("docker {line}: {error}"))
    }

    /// Moves in: containers of each kind, images with and without names, volumes
    /// with data, a network.
    fn at(address: &str) -> Self {
        let user = Self {
            address: address.to_owned(),
        };
        user.move_out();
        user.get_tool();
        user.must(&format!("tag {USER}/tool:1 {USER}/tool:2"));
        user.must(&format!("volume create {USER}-data"));
        user.must(&format!("network create {USER}-net"));
        user.must(&format!(
            "run --detach --name {USER}-web --network {USER}-net -v {USER}-data:/data -v /anonymous {USER}/tool:1 sleep 100000"
        ));
        user.must(&format!(
            "run --rm -v {USER}-data:/data {USER}/tool:1 sh -c echo${{IFS}}precious>/data/file"
        ));
        user.must(&format!(
            "run --name {USER}-stopped {USER}/tool:1 echo done"
        ));
        // An image without a name, which nothing but its ID protects.
        user.must(&format!("commit {USER}-stopped"));
        user
    }

    /// An image of her own that has a shell.
    fn get_tool(&self) {
        let mut image = images().find("busybox").expect("a busybox is to be had");
        if image.form == ImageFormat::Saved {
            self.must(&format!("load --quiet --input {}", image.file.display()));
            self.must(&format!("create --name {USER}-seed {}", image.name));
            self.must(&format!("commit {USER}-seed {USER}/tool:1"));
            self.must(&format!("rm {USER}-seed"));
            return;
        }
        image.name = format!("{USER}/tool:1");
        image
            .give(|arguments, file, _| {
                let status = self
                    .client()
                    .args(arguments)
                    .stdin(file)
                    .stdout(Stdio::null())
                    .status();
                assert!(status.expect("docker runs").success());
                Ok(ProgramOutput {
                    status: Some(0),
                    stdout: String::new(),
                    stderr: String::new(),
                })
            })
            .expect("the image is taken in");
    }

    fn client(&self) -> Command {
        let mut command = Command::new("docker");
        if !self.address.is_empty() {
            command.args(["--host", &self.address]);
        }
        command
    }

    fn move_out(&self) {
        let listed = |line: &str| self.docker(line).unwrap_or_default();
        for container in listed(&format!("ps --all --quiet --filter name={USER}-")).lines() {
            self.must(&format!("rm --force --volumes {container}"));
        }
        for volume in listed(&format!("volume ls --quiet --filter name={USER}-")).lines() {
            self.must(&format!("volume rm {volume}"));
        }
        for network in listed(&format!("network ls --quiet --filter name={USER}-")).lines() {
            self.must(&format!("network rm {network}"));
        }
        let dangling = listed("images --quiet --no-trunc --filter dangling=true");
        for image in dangling.lines() {
            let _ = self.docker(&format!("rmi {image}"));
        }
        for tag in ["1", "2"] {
            let _ = self.docker(&format!("rmi --force {USER}/tool:{tag}"));
        }
    }

    /// Everything on the daemon, by name, as exactly as Docker tells it.
    fn everything(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        for (kind, list) in [
            ("container", "ps --all --quiet --no-trunc"),
            ("volume", "volume ls --quiet"),
            ("network", "network ls --quiet --no-trunc"),
        ] {
            let listed = self.must(list).replace('\n', " ");
            if listed.is_empty() {
                continue;
            }
            let told = self.must(&format!("{kind} inspect {listed}"));
            let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
            for (one, name) in told
                .as_array()
                .expect("a list")
                .iter()
                .zip(listed.split(' '))
            {
                let text = serde_json::to_string_pretty(one).expect("JSON");
                // Docker lists mounts in any order.
                let mut lines: Vec<&str> = text.lines().collect();
                lines.sort_unstable();
                all.insert(format!("{kind} {name}"), lines.join("\n"));
            }
        }
        for image in self
            .must("images --all --no-trunc --format {{.Repository}}:{{.Tag}}={{.ID}}")
            .lines()
        {
            all.insert(format!("image {image}"), String::new());
        }
        let data = ["ls -laR --full-time /data", "cat /data/file"]
            .map(|look| self.must(&format!("exec {USER}-web {look}")))
            .join("\n");
        all.insert("data".into(), data);
        all
    }
}

/// What differs between two looks at everything, a line a difference.
fn differences(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut differences = Vec::new();
    for key in keys {
        match (before.get(key), after.get(key)) {
            (Some(_), None) => differences.push(format!("{key} is gone")),
            (None, Some(told)) => differences.push(format!("{key} is left: {told}")),
            (Some(old), Some(new)) if old.lines().count() != new.lines().count() => {
                differences.push(format!("{key}: {old} -> {new}"));
            }
            (Some(old), Some(new)) => differences.extend(
                old.lines()
                    .zip(new.lines())
                    .filter(|(old, new)| old != new)
                    .map(|(old, new)| format!("{key}: {old} -> {new}")),
            ),
            (None, None) => {}
        }
    }
    differences
}

fn assert_untouched(user: &User, before: &BTreeMap<String, String>, when: &str) {
    let differences = differences(before, &user.everything());
    assert!(
        differences.is_empty(),
        "{} {when}:\n{}",
        user.address,
        differences.join("\n")
    );
}

impl Drop for User {
    fn drop(&mut self) {
        self.move_out();
    }
}

fn open(engine: &HostEngine) -> Box<dyn Lab> {
    let request = LabRequest {
        exercise: "test".into(),
        images: vec!["busybox".into()],
        ..LabRequest::default()
    };
    engine.lab(&request).expect("a lab opens")
}

fn docker(lab: &dyn Lab, line: &str) -> (bool, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = lab.docker(&words, LIMIT).expect("docker runs");
    let text = output.stdout + &output.stderr;
    (output.status == Some(0), text)
}

fn works(lab: &dyn Lab, line: &str) -> String {
    let (done, text) = docker(lab, line);
    assert!(done, "docker {line}: {text}");
    text
}

/// One of each thing that a lab can make.
fn live(lab: &dyn Lab) {
    lab.write(
        "Dockerfile".as_ref(),
        "FROM busybox\nRUN echo hi > /hi\nVOLUME /volume\nCMD [\"cat\", \"/hi\"]\n",
    )
    .expect("a file is written");
    works(lab, "build -t made .");
    works(lab, "build .");
    works(lab, "run --name first made");
    works(
        lab,
        "run --detach --name second -v named:/named -p 127.0.0.1::80 busybox sleep 1000",
    );
    works(lab, "run --detach -v /anonymous busybox sleep 1000");
    works(lab, "exec second true");
    works(lab, "run --rm -v named:/named busybox touch /named/file");
    works(lab, "commit first committed:1");
    works(lab, "tag busybox mine");
    works(lab, "volume create free");
    works(lab, "network create net");
    works(lab, "network connect net second");
    works(
        lab,
        "run --rm --network net --volumes-from second busybox ls /named/file",
    );
    works(lab, "run --name third made");
    works(lab, "rm third");
    // The name of a built image moves on: the older image has none any more.
    lab.write("Dockerfile".as_ref(), "FROM busybox\nRUN echo ho > /hi\n")
        .expect("a file is written");
    works(lab, "build -t made .");
    // A build that fails leaves a container and an image behind.
    lab.write(
        "Broken".as_ref(),
        "FROM busybox\nRUN echo x > /x\nRUN false\n",
    )
    .expect("a file is written");
    assert!(!docker(lab, "build -f Broken -t broken .").0);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_lab_leaves_nothing_and_the_users_things_are_as_before() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let engine = engine(&address);
        let lab = open(&engine);
        live(lab.as_ref());
        let folder = lab.folder().to_owned();
        lab.close().expect("the lab closes");
        assert_untouched(&user, &before, "after the lab");
        assert!(!folder.exists());
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn dropping_a_lab_cleans_up_as_well() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        {
            let engine = engine(&address);
            let lab = open(&engine);
            works(
                lab.as_ref(),
                "run --detach --name web -v data:/data busybox sleep 1000",
            );
        }
        assert_untouched(&user, &before, "after the lab");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_lab_cannot_touch_what_is_the_users() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let web = user.must(&format!("inspect --format {{{{.Id}}}} {USER}-web"));
        let tool = user.must(&format!("image inspect --format {{{{.Id}}}} {USER}/tool:1"));
        let nameless = user.must("images --quiet --no-trunc --filter dangling=true");
        let nameless = nameless.lines().next().expect("an image without a name");
        let engine = engine(&address);
        let lab = open(&engine);
        works(lab.as_ref(), "run --detach --name mine busybox sleep 1000");
        lab.write("Dockerfile".as_ref(), &format!("FROM {USER}/tool:1\n"))
            .expect("a file is written");
        let short = &web[..6];
        for line in [
            format!("rm --force {USER}-web"),
            format!("rm --force {web}"),
            format!("rm --force {short}"),
            format!("rm {USER}-stopped"),
            format!("stop {USER}-web"),
            format!("kill {short}"),
            format!("pause {USER}-web"),
            format!("restart {USER}-web"),
            format!("start {USER}-stopped"),
            format!("rename {USER}-web other"),
            format!("update --memory 8m {USER}-web"),
            format!("exec {USER}-web rm /data/file"),
            format!("attach {USER}-web"),
            format!("commit {USER}-web stolen"),
            format!("cp {USER}-web:/data/file ."),
            format!("logs {USER}-web"),
            format!("inspect {USER}-web"),
            format!("volume rm {USER}-data"),
            format!("volume inspect {USER}-data"),
            format!("run --rm -v {USER}-data:/data busybox rm /data/file"),
            format!("run --rm --mount type=volume,src={USER}-data,dst=/data busybox rm /data/file"),
            format!("run --rm --volumes-from {USER}-web busybox rm /data/file"),
            format!("run --rm --network container:{USER}-web busybox true"),
            format!("run --rm --network {USER}-net busybox true"),
            format!("run --rm --pid container:{USER}-web busybox true"),
            format!("network rm {USER}-net"),
            format!("network connect {USER}-net mine"),
            format!("network disconnect {USER}-net {USER}-web"),
            format!("rmi {USER}/tool:2"),
            format!("rmi --force {USER}/tool:1"),
            format!("rmi --force {tool}"),
            format!("rmi --force {}", &tool[7..19]),
            format!("rmi {nameless}"),
            format!("tag busybox {USER}/tool:1"),
            format!("tag {nameless} mine"),
            format!("build -t {USER}/tool:1 ."),
            format!("commit mine {USER}/tool:2"),
            "container prune --force".into(),
            "image prune --all --force".into(),
            "volume prune --force".into(),
            "network prune --force".into(),
            "system prune --all --volumes --force".into(),
            "builder prune --all --force".into(),
            "buildx prune --all --force".into(),
            "run --rm --privileged busybox true".into(),
            "run --rm -v /:/host busybox true".into(),
            "run --rm -v /var/run/docker.sock:/s busybox true".into(),
            "run --rm --mount type=bind,src=/etc,dst=/e busybox true".into(),
            "run --rm --mount type=bind,src=/var/lib/docker,dst=/d busybox true".into(),
            "run --rm --network host busybox true".into(),
            "run --rm --pid host busybox true".into(),
            "run --rm --ipc host busybox true".into(),
            "run --rm --uts host busybox true".into(),
            "run --rm --userns host busybox true".into(),
            "run --rm --device /dev/null busybox true".into(),
            "run --rm --cap-add SYS_ADMIN busybox true".into(),
            "run --rm --cap-add ALL busybox true".into(),
            "run --rm --security-opt seccomp=unconfined busybox true".into(),
            "run --rm --security-opt systempaths=unconfined busybox true".into(),
            "run --rm --cgroup-parent / busybox true".into(),
            "run --rm --runtime other busybox true".into(),
            "exec --privileged mine true".into(),
            "volume create --opt type=none --opt o=bind --opt device=/ root".into(),
            "run --rm --mount type=volume,src=v,dst=/v,volume-driver=local,volume-opt=type=none,volume-opt=o=bind,volume-opt=device=/ busybox true".into(),
            "network create --driver macvlan --opt parent=eth0 wide".into(),
            "swarm init".into(),
            "plugin ls --format {{.ID}} --filter enabled=true --no-trunc x".into(),
            "plugin install some/plugin".into(),
            "push busybox".into(),
        ] {
            let (done, text) = docker(lab.as_ref(), &line);
            assert!(!done, "docker {line} was let through: {text}");
        }
        lab.close().expect("the lab closes");
        assert_untouched(&user, &before, "after the lab");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn the_users_things_are_not_seen() {
    for address in daemons() {
        let _user = User::at(&address);
        let engine = engine(&address);
        let lab = open(&engine);
        works(
            lab.as_ref(),
            "run --detach --name mine -v data:/data busybox sleep 1000",
        );
        for line in [
            "ps --all",
            "images --all",
            "volume ls",
            "network ls",
            "system df -v",
            "network inspect bridge",
        ] {
            let text = works(lab.as_ref(), line);
            assert!(!text.contains(USER), "docker {line}: {text}");
        }
        assert!(works(lab.as_ref(), "ps").contains("mine"));
        assert!(works(lab.as_ref(), "volume ls").contains("data"));
        assert!(works(lab.as_ref(), "images").contains("busybox"));
        let inspected = works(lab.as_ref(), "inspect mine");
        assert!(!inspected.contains("labbook.lab"), "{inspected}");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn an_image_in_use_is_refused_in_dockers_own_words() {
    for address in daemons() {
        let user = User::at(&address);
        user.must(&format!("commit {USER}-stopped {USER}/alone:1"));
        let before = user.everything();
        let engine = engine(&address);
        let lab = open(&engine);
        works(
            lab.as_ref(),
            &format!("run --detach {USER}/alone:1 sleep 1000"),
        );
        let (done, text) = docker(lab.as_ref(), &format!("rmi {USER}/alone:1"));
        assert!(!done && text.contains("conflict: unable to"), "{text}");
        lab.close().expect("the lab closes");
        assert_untouched(&user, &before, "after the lab");
        user.must(&format!("rmi {USER}/alone:1"));
    }
}

/// What a line of shell prints in the lab.
fn shell(lab: &dyn Lab, line: &str) -> String {
    let output = Command::new("timeout")
        .args(["60", "bash", "-c", line])
        .env_clear()
        .envs(lab.doorway().environment)
        .current_dir(lab.folder())
        .output()
        .expect("bash runs");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The engine at an address, and the same reached by Docker's own client.
fn both_ways(address: &str) -> [HostEngine; 2] {
    let mut arguments = Vec::new();
    if !address.is_empty() {
        arguments = vec!["--host".to_owned(), address.to_owned()];
    }
    let client = Upstream::Client {
        program: labbook::engine::host::address::client().expect("there is a client"),
        arguments,
    };
    let through = HostEngine::through(client, "by client", images());
    [engine(address), through.expect("the daemon answers")]
}

#[test]
#[ignore = "needs a Docker daemon"]
fn streams_flow_both_ways_and_end_when_either_end_does() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        for engine in both_ways(&address) {
            let lab = open(&engine);
            let lab = lab.as_ref();
            assert_eq!(
                shell(lab, "echo hello | docker run -i --rm busybox cat"),
                "hello\n"
            );
            assert_eq!(
                shell(lab, "seq 20000 | docker run -i --rm busybox wc -l").trim(),
                "20000"
            );
            assert_eq!(
                shell(lab, "docker run --rm busybox seq 20000 | tail -1"),
                "20000\n"
            );
            works(lab, "run --detach --name web busybox sleep 1000");
            assert_eq!(shell(lab, "timeout 2 docker logs -f web; echo $?"), "124\n");
            assert_eq!(shell(lab, "timeout 2 docker events; echo $?"), "124\n");
            let copied = shell(
                lab,
                // Clients differ in what they say of the copying, and where.
                "echo x > f; docker cp f web:/f >/dev/null 2>&1 && docker cp web:/f g >/dev/null 2>&1 && cat g",
            );
            assert_eq!(copied, "x\n");
            assert_eq!(shell(lab, "sudo docker ps --format '{{.Names}}'"), "web\n");
            let saved = shell(
                lab,
                "docker save busybox | docker load; docker export web | tar t | wc -l",
            );
            assert!(saved.contains("Loaded image: busybox:latest"), "{saved}");
        }
        assert_untouched(&user, &before, "after the streams");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn dockers_data_root_is_read_wherever_it_is() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let engine = engine(&address);
        let lab = open(&engine);
        works(lab.as_ref(), "run --rm -v named:/d busybox touch /d/file");
        let listed = shell(lab.as_ref(), "sudo ls /var/lib/docker/volumes/named/_data");
        assert_eq!(listed.trim(), "file", "{:?}", lab.remarks());
        let missing = shell(
            lab.as_ref(),
            "ls /var/lib/docker/volumes/other/_data; echo $?",
        );
        assert!(
            missing.contains("No such file") && !missing.ends_with("\n0\n"),
            "{missing}"
        );
        assert!(shell(lab.as_ref(), "ls").trim().is_empty());
        lab.close().expect("the lab closes");
        assert_untouched(&user, &before, "after the lab");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn names_that_are_taken_are_known_before_anything_runs() {
    for address in daemons() {
        let _user = User::at(&address);
        let engine = engine(&address);
        let command =
            format!("docker run --name {USER}-web -v {USER}-data:/d -v free:/f {USER}/tool:1");
        let taken = engine
            .taken_names(&given_by(&command))
            .expect("the daemon answers");
        let expected = [
            MadeName::Container(format!("{USER}-web")),
            MadeName::Volume(format!("{USER}-data")),
        ];
        assert_eq!(taken, BTreeSet::from(expected));
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn notes_whose_names_are_taken_are_refused_with_every_place_and_nothing_runs() {
    for address in daemons() {
        let user = User::at(&address);
        user.must(&format!(
            "run --detach --name {USER}-published -p 127.0.0.1:18080:80 {USER}/tool:1 sleep 100000"
        ));
        let before = user.everything();
        let folder = tempfile::tempdir().expect("a folder");
        let note = folder.path().join("note.md");
        let text = format!(
            "# Docker\n\n- What does a volume keep?\n  - Its data.\n\n```\n\
             user@host:~$ docker volume create {USER}-data\n{USER}-data\n\
             user@host:~$ docker run --rm \\\n    --name {USER}-web busybox true\n\
             user@host:~$ docker network create {USER}-net\n...\n\
             user@host:~$ docker tag busybox {USER}/tool:2\n\
             user@host:~$ docker run --rm --name free -p 127.0.0.1:18080:80 busybox true\n```\n"
        );
        std::fs::write(&note, text).expect("a note");
        let engine = if address.is_empty() {
            "host"
        } else {
            &*address
        };
        let verify = |more: &[&str]| {
            let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
                .args(["verify", "--engine", engine])
                .args(more)
                .arg(&note)
                .current_dir(folder.path())
                .output()
                .expect("labbook runs");
            (
                output.status.code(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            )
        };
        let (status, refusal) = verify(&[]);
        assert_eq!(status, Some(2), "{refusal}");
        for (place, line) in [
            ("note.md:7:35", format!("docker volume create {USER}-data")),
            ("note.md:10:12", format!("--name {USER}-web busybox true")),
            ("note.md:11:36", format!("docker network create {USER}-net")),
            ("note.md:13:33", format!("docker tag busybox {USER}/tool:2")),
            ("note.md:14:55", "-p 127.0.0.1:18080:80".to_owned()),
        ] {
            assert!(
                refusal.contains(place) && refusal.contains(&line),
                "{place} in:\n{refusal}"
            );
        }
        assert_eq!(refusal.matches("is already in use").count(), 5, "{refusal}");
        assert!(
            refusal.contains(&format!("docker rename {USER}-web")),
            "{refusal}"
        );
        let (status, warnings) = verify(&["--dry-run"]);
        assert_eq!(
            (status, warnings.matches("is already in use").count()),
            (Some(0), 5),
            "{warnings}"
        );
        assert_untouched(&user, &before, "after the refusal");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn the_daemon_of_the_current_context_runs_notes_and_is_afterwards_as_it_was() {
    let daemon = machines("");
    let user = User {
        address: daemon.to_string(),
    };
    let listed = || {
        [
            "ps --all --quiet --no-trunc",
            "volume ls --quiet",
            "network ls --quiet --no-trunc",
            "images --all --no-trunc --format {{.Repository}}:{{.Tag}}={{.ID}}",
        ]
        .map(|list| user.must(list))
    };
    let before = listed();
    let note = tempfile::NamedTempFile::with_suffix(".md").expect("a note");
    let text = "# Docker\n\n- What stays?\n  - Nothing.\n\n```\nFROM busybox\nRUN echo built > /made\n```\n\n```\n\
         a@b:~$ docker build -t made .\n...\n\
         a@b:~$ docker run --name desk -v drawer:/drawer made cat /made\nbuilt\n\
         a@b:~$ docker volume ls -q\ndrawer\n\
         a@b:~$ docker ps -a --format '{{.Names}}'\ndesk\n```\n";
    std::fs::write(note.path(), text).expect("a note");
    let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(["verify", "--engine", "host"])
        .arg(note.path())
        .output()
        .expect("labbook runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "{told}"
    );
    assert_eq!(listed(), before);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_temporary_folder_of_an_odd_name_is_no_obstacle() {
    let daemon = machines("");
    let folder = tempfile::tempdir().expect("a folder");
    let note = folder.path().join("note.md");
    let text = "# Docker\n\n- What is shared?\n  - The folder.\n\n```\n\
         a@b:~$ echo hello > note.txt\n\
         a@b:~$ docker run --rm -v $(pwd):/shared busybox cat /shared/note.txt\nhello\n```\n";
    std::fs::write(&note, text).expect("a note");
    for name in ["임시 파일", "a:b", &"long".repeat(30)] {
        let temporary = folder.path().join(name);
        std::fs::create_dir(&temporary).expect("a folder");
        let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .args(["verify", "--engine", "host", "--yes"])
            .arg(&note)
            .env("TMPDIR", &temporary)
            .output()
            .expect("labbook runs");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && told.contains("1 passed"),
            "{told}"
        );
    }
    drop(daemon);
}

/// Goes to the network of the daemon at this address; that of a thread only.
fn enter_network_of(address: &str) {
    use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
    let Some(process) = address.strip_prefix("unix:///proc/") else {
        return;
    };
    let process = process.split('/').next().expect("a process");
    let network = std::fs::File::open(format!("/proc/{process}/ns/net")).expect("a network");
    move_into_link_name_space(
        std::os::fd::AsFd::as_fd(&network),
        Some(LinkNameSpaceType::Network),
    )
    .expect("it is entered");
}

#[test]
#[ignore = "needs a Docker daemon"]
fn notes_whose_port_a_program_listens_on_are_refused_and_nothing_runs() {
    for daemon in daemons() {
        let address: &str = &daemon;
        let note = tempfile::NamedTempFile::with_suffix(".md").expect("a note");
        let verify = |port: u16| {
            let text = format!(
                "# Docker\n\n- What is published?\n  - A port.\n\n```\n\
                 a@b:~$ docker run --rm -p {port}:80 busybox echo published\npublished\n```\n"
            );
            std::fs::write(note.path(), text).expect("a note");
            let engine = if address.is_empty() { "host" } else { address };
            let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
                .args(["verify", "--engine", engine])
                .arg(note.path())
                .output()
                .expect("labbook runs");
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            (output.status.code(), told)
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                if address.starts_with("unix:///proc/") {
                    let ours = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
                    let port = ours.local_addr().expect("an address").port();
                    assert_eq!(verify(port).0, Some(0), "it is another network's port");
                }
                enter_network_of(address);
                let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
                let port = listener.local_addr().expect("an address").port();
                let (status, told) = verify(port);
                assert_eq!(status, Some(2), "{told}");
                assert!(
                    told.contains(&format!("the port {port}/tcp is already in use")),
                    "{told}"
                );
                drop(listener);
                assert_eq!(verify(port).0, Some(0), "the port is free again");
            });
        });
    }
}

/// Lives in a lab until it is killed; run by the next test as a process.
#[test]
#[ignore = "a process of another test"]
fn as_a_process_of_another_test_a_lab_lives_until_it_is_killed() {
    let address = std::env::var("LABBOOK_TEST_ADDRESS").expect("the address is given");
    let engine = engine(&address);
    let lab = open(&engine);
    println!("open");
    live(lab.as_ref());
    println!("lived");
    std::thread::sleep(LIMIT);
}

/// Moments within the life of a lab, in milliseconds, others in each run.
fn moments(count: usize) -> Vec<u64> {
    let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_nanos() as u64;
    let mut state = now | 1;
    let mut next = || {
        // Marsaglia, "Xorshift RNGs": any start but 0.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % 3000
    };
    (0..count).map(|_| next()).collect()
}

/// Daemons side by side, each with how many of 20 moments it gets: what takes
/// long in a kill is waiting for it.
fn shared_out() -> Vec<(Daemon, usize)> {
    const MOMENTS: usize = 20;
    const SIDE_BY_SIDE: usize = 4;
    let mut daemons = daemons();
    if let [first] = daemons.as_slice()
        && first._lab.is_some()
    {
        daemons.extend((1..SIDE_BY_SIDE).filter_map(|_| own()));
        let each = MOMENTS.div_ceil(daemons.len());
        return daemons.into_iter().map(|daemon| (daemon, each)).collect();
    }
    daemons
        .into_iter()
        .map(|daemon| (daemon, MOMENTS))
        .collect()
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_a_killed_process_left_is_swept_away_at_any_moment() {
    let shares = shared_out();
    std::thread::scope(|scope| {
        for (daemon, count) in &shares {
            let (address, count): (&str, usize) = (daemon, *count);
            scope.spawn(move || killed_at(address, &moments(count)));
        }
    });
}

/// A cache of its own, so that nobody else sweeps it.
fn own_cache() -> tempfile::TempDir {
    let cache = tempfile::tempdir().expect("a folder");
    let made = labbook::engine::cache::folder().join("stand-ins");
    std::os::unix::fs::symlink(made, cache.path().join("stand-ins")).expect("a link");
    cache
}

/// Lets a lab live until it says `word` and so many milliseconds more, and kills it.
fn kill_lab(address: &str, cache: &Path, word: &str, moment: u64) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args([
            "--exact",
            "host_engine::as_a_process_of_another_test_a_lab_lives_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env("LABBOOK_TEST_ADDRESS", address)
        .env("LABBOOK_CACHE", cache)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process starts");
    let output = BufReader::new(child.stdout.take().expect("its output"));
    let said = output
        .lines()
        .map_while(Result::ok)
        .any(|line| line.ends_with(word));
    assert!(said, "the lab says {word}");
    std::thread::sleep(Duration::from_millis(moment));
    child.kill().expect("it is killed");
    child.wait().expect("it ends");
}

/// `labbook clean` with that cache: its status and what it tells.
fn clean(cache: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let cleaned = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .arg("clean")
        .args(arguments)
        .env("LABBOOK_CACHE", cache)
        .output()
        .expect("labbook runs");
    let told = [cleaned.stdout, cleaned.stderr].concat();
    let told = String::from_utf8_lossy(&told).into_owned();
    (cleaned.status.code(), told)
}

/// The file of the only ledger in a cache.
fn ledger(cache: &Path) -> PathBuf {
    let mut ledgers = std::fs::read_dir(cache.join("ledgers")).expect("ledgers");
    let folder = ledgers.next().expect("one ledger").expect("its folder");
    folder.path().join("ledger.jsonl")
}

/// Rewrites the first line of a ledger, which says whose it is and where.
fn rewrite_beginning(ledger: &Path, rewrite: impl Fn(&mut serde_json::Value)) {
    let text = std::fs::read_to_string(ledger).expect("a ledger");
    let (first, rest) = text.split_once('\n').expect("a line");
    let mut first = serde_json::from_str(first).expect("JSON");
    rewrite(&mut first);
    std::fs::write(ledger, format!("{first}\n{rest}")).expect("a ledger");
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_the_user_made_between_the_kill_and_the_clean_stays() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let cache = own_cache();
        kill_lab(&address, cache.path(), "lived", 0);
        for line in [
            "rm --force --volumes second first",
            "volume rm free named",
            "network rm net",
            "rmi mine committed:1",
        ] {
            user.must(line);
        }
        let made = [
            // A container, volumes and a network under the names of the lab's.
            format!("run --detach --name second -v named:/data {USER}/tool:1 sleep 1000"),
            "volume create free".to_owned(),
            "network create net".to_owned(),
            // A name that was removed, and names that are moved to images of hers,
            // one of them made by now.
            format!("tag {USER}/tool:1 mine"),
            format!("tag {USER}/tool:1 made"),
            format!("commit {USER}-stopped busybox:latest"),
            format!("commit {USER}-stopped committed:1"),
        ];
        for line in &made {
            user.must(line);
        }
        let hers = || {
            [
                "container inspect --format {{.Id}}{{.State.Running}} second",
                "volume inspect --format {{.Name}}{{.Labels}} free named",
                "network inspect --format {{.Id}} net",
                "image inspect --format {{.Id}} mine made busybox committed:1",
            ]
            .map(|line| user.must(line))
        };
        let things = hers();
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(0), "{told}");
        assert_eq!(hers(), things);
        let (_, told) = clean(cache.path(), &[]);
        assert_eq!(told.trim(), "nothing was left behind");
        for line in [
            "rm --force second",
            "volume rm free named",
            "network rm net",
            "rmi mine made busybox committed:1",
        ] {
            user.must(line);
        }
        assert_untouched(&user, &before, "without what was made since");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_container_of_the_users_with_a_label_from_an_image_of_the_lab_is_listed_and_stays() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let cache = own_cache();
        kill_lab(&address, cache.path(), "lived", 0);
        let id = user.must(&format!("create --name {USER}-heir committed:1 true"));
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(3), "{told}");
        assert!(told.contains(&format!("docker rm --force {id}")), "{told}");
        user.must(&format!("rm --volumes {USER}-heir"));
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(0), "{told}");
        assert_untouched(&user, &before, "after the second clean");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn nothing_is_removed_from_a_daemon_that_is_not_the_one_of_the_lab() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let cache = own_cache();
        kill_lab(&address, cache.path(), "lived", 0);
        let lived = user.everything();
        let ledger = ledger(cache.path());
        let written = std::fs::read(&ledger).expect("a ledger");
        rewrite_beginning(&ledger, |first| first["begun"]["daemon"] = "another".into());
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(3), "{told}");
        assert!(
            told.contains("\"another\"")
                && told.contains("answers now")
                && told.contains("`labbook clean --forget`"),
            "{told}"
        );
        assert_untouched(&user, &lived, "on another daemon");
        std::fs::write(&ledger, written).expect("a ledger");
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(0), "{told}");
        assert_untouched(&user, &before, "on the daemon of the lab");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_an_old_ledger_has_without_ids_is_listed_until_it_is_forgotten() {
    for address in daemons() {
        let user = User::at(&address);
        let before = user.everything();
        let cache = own_cache();
        kill_lab(&address, cache.path(), "lived", 0);
        let ledger = ledger(cache.path());
        let written = std::fs::read(&ledger).expect("a ledger");
        rewrite_beginning(&ledger, |first| {
            let begun = first["begun"].as_object_mut().expect("an object");
            begun.remove("daemon").expect("the daemon's ID");
        });
        let lived = user.everything();
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(3), "{told}");
        for listed in [
            "volume free",
            "image name mine:latest",
            "labbook clean --forget",
        ] {
            assert!(told.contains(listed), "{listed}: {told}");
        }
        assert_untouched(&user, &lived, "with an old ledger");
        let (folder, copy) = (ledger.parent().expect("a folder"), written);
        let (status, told) = clean(cache.path(), &["--forget"]);
        assert_eq!(status, Some(0), "{told}");
        assert_untouched(&user, &lived, "with an old ledger that is forgotten");
        assert!(!folder.exists());
        // With the ledger as it was, the lab's things go.
        std::fs::create_dir(folder).expect("a folder");
        std::fs::write(&ledger, copy).expect("a ledger");
        let (status, told) = clean(cache.path(), &[]);
        assert_eq!(status, Some(0), "{told}");
        assert_untouched(&user, &before, "with the whole ledger");
    }
}

fn killed_at(address: &str, moments: &[u64]) {
    let user = User::at(address);
    let before = user.everything();
    let cache = own_cache();
    for moment in moments {
        kill_lab(address, cache.path(), "open", *moment);
        // A daemon that answers is not forgotten.
        let swept = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .args(["clean", "--forget"])
            .env("LABBOOK_CACHE", cache.path())
            .output()
            .expect("labbook runs");
        let told = String::from_utf8_lossy(&swept.stderr);
        assert!(swept.status.success(), "killed after {moment} ms: {told}");
        assert_untouched(&user, &before, &format!("killed after {moment} ms"));
    }
}
