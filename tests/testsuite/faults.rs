//! What goes wrong around a lab ends as a clear `error`, never as a verdict about
//! the notes, and leaves nothing: on real engines.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use labbook::diagnostic::Diagnose;
use labbook::engine::private::{PrivateEngine, PrivateOptions};
use labbook::engine::{Engine, Lab, LabRequest, cache};
use serde_json::Value;

use crate::support::private_engine;

const LIMIT: Duration = Duration::from_secs(60);

/// A note with one exercise, a cache of its own, and what comes of verifying.
struct Scene {
    folder: tempfile::TempDir,
    /// Mounted where the disk is to be small.
    mounted: bool,
}

impl Scene {
    fn new(transcript: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let scene = Self {
            folder,
            mounted: false,
        };
        fs::create_dir_all(scene.cache()).expect("a cache");
        scene.fill_cache();
        let text = format!("# Docker\n\n- A question?\n  - An answer.\n\n```\n{transcript}```\n");
        fs::write(scene.path("note.md"), text).expect("a note");
        fs::create_dir_all(scene.path("exercises")).expect("a folder");
        scene
    }

    /// Puts the cache on a disk of so many megabytes.
    fn with_disk_of(mut self, megabytes: u32) -> Self {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(self.cache())
            .status();
        assert!(mounted.expect("mount runs").success());
        self.mounted = true;
        self.fill_cache();
        self
    }

    /// What was made once for this machine is taken as it is.
    fn fill_cache(&self) {
        for made in ["stand-ins", "engines"] {
            let _ = symlink(cache::folder().join(made), self.cache().join(made));
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn cache(&self) -> PathBuf {
        self.path("cache")
    }

    fn manifest(self, text: &str) -> Self {
        fs::write(self.path("exercises/fault.toml"), text).expect("a manifest");
        self
    }

    fn command(&self, engine: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labbook"));
        command
            .args([
                "verify", "--yes", "--format", "json", "--engine", engine, "note.md",
            ])
            .env("LABBOOK_CACHE", self.cache())
            .env("TMPDIR", self.folder.path())
            .current_dir(self.folder.path());
        command
    }

    fn start(&self, engine: &str) -> Child {
        self.command(engine)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("labbook runs")
    }

    fn verify(&self, engine: &str) -> Outcome {
        Outcome::of(self.command(engine).output().expect("labbook runs"))
    }

    /// No process, mount or file of a lab is there any more.
    fn assert_nothing_left(&self) {
        let cache = self.cache();
        let name = cache.to_string_lossy().into_owned();
        let runs = fs::read_dir(cache.join("run")).map_or(0, Iterator::count);
        assert_eq!(runs, 0, "run folders are left");
        let mounts = fs::read_to_string("/proc/self/mounts").expect("mounts");
        assert_eq!(
            mounts
                .lines()
                .filter(|mount| mount.contains(&format!("{name}/")))
                .count(),
            0,
            "{mounts}"
        );
        let processes = fs::read_dir("/proc").expect("/proc").flatten();
        let left: Vec<_> = processes
            .filter_map(|process| fs::read_to_string(process.path().join("cmdline")).ok())
            .filter(|line| line.contains(&name))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg(self.cache()).status();
        }
    }
}

/// How a run of `labbook verify` ended.
struct Outcome {
    status: Option<i32>,
    verdict: String,
    reason: String,
    told: String,
}

impl Outcome {
    fn of(output: Output) -> Self {
        let told = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let exercise = &report["exercises"][0];
        let text = |key: &str| exercise[key].as_str().unwrap_or_default().to_owned();
        Self {
            status: output.status.code(),
            verdict: text("verdict"),
            reason: text("reason"),
            told,
        }
    }

    fn assert_error(&self, reason: &str) {
        assert_eq!(
            (self.status, self.verdict.as_str()),
            (Some(3), "error"),
            "{}",
            self.told
        );
        assert!(
            self.reason.to_lowercase().contains(reason),
            "{:?} in {}",
            self.reason,
            self.told
        );
    }

    fn assert_passed(&self) {
        assert_eq!(
            (self.status, self.verdict.as_str()),
            (Some(0), "passed"),
            "{}",
            self.told
        );
    }
}

fn private() -> PrivateEngine {
    private_engine(PrivateOptions::default())
}

/// A daemon like a user's own, with a busybox: at an address of this machine.
fn users_daemon() -> (Box<dyn Lab>, String) {
    let request = LabRequest {
        images: vec!["busybox".into()],
        ..LabRequest::default()
    };
    let lab = private()
        .lab(&request)
        .unwrap_or_else(|error| panic!("{}", error.diagnose().message));
    let process = lab.doorway().process_one.expect("a process 1");
    (lab, format!("unix:///proc/{process}/root/run/docker.sock"))
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_daemon_that_is_killed_in_the_middle_of_a_step() {
    let scene = Scene::new(
        "a@b:~$ docker run --rm busybox sleep 30 & sleep 1; sudo kill -9 \"$(cat /run/docker.pid)\"; wait\n\
         a@b:~$ docker ps -q | wc -l\n0\n",
    );
    scene.verify("private").assert_error("");
    scene.assert_nothing_left();
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_users_daemon_that_is_killed_in_the_middle_of_a_step() {
    let scene =
        Scene::new("a@b:~$ docker run --rm busybox sleep 30\na@b:~$ docker ps -q | wc -l\n0\n");
    let (lab, address) = users_daemon();
    let verify = scene.start(&address);
    let deadline = Instant::now() + LIMIT;
    while lab
        .docker(&["ps", "-q"], LIMIT)
        .expect("docker runs")
        .stdout
        .is_empty()
        && Instant::now() < deadline
    {
        std::thread::sleep(Duration::from_millis(100));
    }
    let _ = lab.shell("kill -9 $(cat /run/docker.pid)", LIMIT);
    Outcome::of(verify.wait_with_output().expect("it ends"))
        .assert_error("the daemon does not answer");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_disk_that_is_full() {
    let transcript = "a@b:~$ docker run --name big busybox dd if=/dev/zero of=/big bs=1M count=200\n200+0 records in\n200+0 records out\n";
    let scene = Scene::new(transcript);
    let scene = scene.with_disk_of(64);
    scene
        .verify("private")
        .assert_error("no space left on device");
    scene.assert_nothing_left();
    let scene = Scene::new(transcript);
    let scene = scene.with_disk_of(2);
    scene
        .verify("private")
        .assert_error("no space left on device");
    scene.assert_nothing_left();
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_socket_without_permission() {
    let scene = Scene::new("a@b:~$ docker ps -q | wc -l\n0\n");
    let (_lab, address) = users_daemon();
    let program = scene.path("labbook");
    fs::copy(env!("CARGO_BIN_EXE_labbook"), &program).expect("a copy");
    for path in [scene.folder.path(), &program, &scene.cache()] {
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("a mode");
    }
    let refused = Command::new("setpriv")
        .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
        .arg(&program)
        .args([
            "verify", "--yes", "--format", "json", "--engine", &address, "note.md",
        ])
        .env("LABBOOK_CACHE", scene.cache())
        .env("HOME", scene.folder.path())
        .current_dir(scene.folder.path())
        .output();
    Outcome::of(refused.expect("labbook runs")).assert_error("permission denied");
    scene.assert_nothing_left();
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_damaged_image_store_is_noticed_and_made_anew() {
    let scene = Scene::new("a@b:~$ docker run --rm busybox echo whole\nwhole\n");
    scene.verify("private").assert_passed();
    let golden = scene.cache().join("golden");
    let found = Command::new("find")
        .arg(&golden)
        .args(["-type", "f", "-size", "+100k", "-path", "*/diff/*"])
        .output()
        .expect("find runs");
    let files = String::from_utf8_lossy(&found.stdout).into_owned();
    let file = files
        .lines()
        .next()
        .expect("a large file in the golden copy");
    fs::OpenOptions::new()
        .write(true)
        .open(file)
        .and_then(|file| file.set_len(10))
        .expect("it is damaged");
    scene.verify("private").assert_passed();
    assert!(
        fs::metadata(file).map_or(true, |data| data.len() > 10),
        "the damaged copy is in use"
    );
    scene.assert_nothing_left();
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_container_that_ignores_the_end() {
    let scene = Scene::new(
        "a@b:~$ docker run -d --name stubborn busybox sh -c 'trap \"\" TERM INT; while :; do sleep 1; done'\n...\n\
         a@b:~$ docker ps --format '{{.Names}}'\nstubborn\n",
    );
    scene.verify("private").assert_passed();
    scene.assert_nothing_left();
    let (lab, address) = users_daemon();
    scene.verify(&address).assert_passed();
    assert_eq!(
        lab.docker(&["ps", "-aq"], LIMIT)
            .expect("docker runs")
            .stdout,
        ""
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_step_that_prints_forever() {
    let scene = Scene::new("a@b:~$ yes forever\n...\nforever\n");
    let scene = scene.manifest("command = \"yes forever\"\n[limits]\nstep = 3\n");
    let verify = scene.start("private");
    let status = format!("/proc/{}/status", verify.id());
    let (sender, most) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut most = 0;
        while let Ok(text) = fs::read_to_string(&status) {
            let Some(peak) = text.lines().find_map(|line| line.strip_prefix("VmHWM:")) else {
                break;
            };
            most = peak.trim().trim_end_matches(" kB").parse().unwrap_or(most);
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = sender.send(most);
    });
    Outcome::of(verify.wait_with_output().expect("it ends")).assert_error("not done after 3 s");
    let most: u64 = most.recv().expect("a peak");
    assert!((1..200_000).contains(&most), "{most} kB");
    scene.assert_nothing_left();
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_terminal_that_closes() {
    for end in ["kill -9 $$", "exit"] {
        let scene = Scene::new(&format!(
            "a@b:~$ echo begun\nbegun\na@b:~$ {end}\na@b:~$ echo ended\nended\n"
        ));
        scene.verify("private").assert_error("shell has ended");
        scene.assert_nothing_left();
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn two_at_once_on_one_daemon_wait_for_each_other() {
    let scene = Scene::new(
        "a@b:~$ docker run -d --name twin -p 127.0.0.1:18088:80 busybox sleep 100\n...\n\
         a@b:~$ sleep 1; docker ps --format '{{.Names}}'\ntwin\n",
    );
    let (lab, address) = users_daemon();
    let both = [scene.start(&address), scene.start(&address)];
    for one in both {
        Outcome::of(one.wait_with_output().expect("it ends")).assert_passed();
    }
    assert_eq!(
        lab.docker(&["ps", "-aq"], LIMIT)
            .expect("docker runs")
            .stdout,
        ""
    );
    scene.assert_nothing_left();
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_cache_that_is_cleaned_in_the_middle_of_a_run() {
    let scene = Scene::new(
        "a@b:~$ docker run --name first busybox sleep 2\na@b:~$ docker run --rm busybox echo whole\nwhole\n",
    );
    let golden = scene.cache().join("golden");
    let verify = scene.start("private");
    let deadline = Instant::now() + LIMIT;
    while !golden.is_dir() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    let cleaned = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(["clean", "--cache"])
        .env("LABBOOK_CACHE", scene.cache())
        .output()
        .expect("labbook runs");
    Outcome::of(verify.wait_with_output().expect("it ends")).assert_passed();
    let told = String::from_utf8_lossy(&cleaned.stderr);
    assert!(told.contains("waiting until it is done"), "{told}");
    let left = fs::read_dir(&golden).map_or(0, Iterator::count);
    assert_eq!(left, 0, "{told}");
    assert!(
        cache::folder().join("stand-ins").is_dir(),
        "what the scene's links lead to stays"
    );
    scene.assert_nothing_left();
}
