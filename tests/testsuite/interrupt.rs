//! Whoever interrupts or kills `labbook verify` finds nothing of it afterwards.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use labbook::engine::cache;
use rustix::process::{Pid, Signal, kill_process};

/// Long enough for a busy machine; nothing waits for it to pass.
const LIMIT: Duration = Duration::from_secs(60);

/// How long `labbook verify` may take to end once it is interrupted: it ends a
/// step within a tenth of a second, and a lab within a second or so.
const PROMPTLY: Duration = Duration::from_secs(5);

/// When a signal is sent.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after labbook was started: somewhere in the start of a lab.
    Starting(Duration),
    /// An instruction of `docker build` hangs.
    Building,
    /// A container in the foreground of the lab's shell hangs.
    Running,
}

/// The moments of all tests; several of them in the start of a lab.
fn moments() -> impl Iterator<Item = Moment> {
    let starting = [20, 100, 250, 500].map(Duration::from_millis);
    starting
        .into_iter()
        .map(Moment::Starting)
        .chain([Moment::Building, Moment::Running])
}

/// A run of `labbook verify` on notes that hang, with a cache of its own.
struct Hanging {
    folder: tempfile::TempDir,
    child: Child,
    /// What the program that hangs is called with, and nothing else.
    seconds: String,
    /// The names of the labs that were seen.
    labs: BTreeSet<String>,
}

impl Hanging {
    fn start(moment: Moment) -> Self {
        let common = cache::folder();
        let beside = common.parent().expect("the cache is in a folder");
        let folder = tempfile::Builder::new()
            .prefix("labbook-interrupt-")
            .tempdir_in(beside)
            .expect("a folder");
        // Its own labs, and what is costly to make from the common cache.
        for part in [
            "engines",
            "golden",
            "images",
            "programs",
            "saved",
            "stand-ins",
        ] {
            fs::create_dir_all(common.join(part)).expect("the common cache");
            symlink(common.join(part), folder.path().join(part)).expect("a link");
        }
        static COUNT: AtomicU32 = AtomicU32::new(100);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let seconds = format!("{count}{}", std::process::id());
        let transcript = match moment {
            Moment::Building => format!(
                "```\nFROM busybox\nRUN sleep {seconds}\n```\n\n```\n$ docker build -t slow .\n...\n$ docker images\n```\n"
            ),
            _ => format!("```\n$ docker run --rm busybox sleep {seconds}\n$ docker ps\n```\n"),
        };
        let notes = folder.path().join("notes.md");
        fs::write(
            &notes,
            format!("## Docker\n\n- What hangs?\n  - This.\n\n{transcript}"),
        )
        .expect("notes");
        let output = |name| fs::File::create(folder.path().join(name)).expect("a file");
        // Whoever started the tests in the background made them ignore Ctrl-C.
        let child = Command::new("env")
            .args(["--default-signal=INT", env!("CARGO_BIN_EXE_labbook")])
            .args(["verify", "--engine", "private"])
            .arg(&notes)
            .env("LABBOOK_CACHE", folder.path())
            .stdin(Stdio::null())
            .stdout(output("stdout"))
            .stderr(output("stderr"))
            .spawn()
            .expect("labbook runs");
        let labs = BTreeSet::new();
        Self {
            folder,
            child,
            seconds,
            labs,
        }
    }

    /// Waits for the moment.
    fn until(&mut self, moment: Moment) {
        let start = Instant::now();
        loop {
            self.look();
            let is_now = match moment {
                Moment::Starting(after) => start.elapsed() >= after,
                Moment::Building | Moment::Running => self.hangs(),
            };
            if is_now {
                // What is looked for afterwards can be seen while it is there.
                let seen = matches!(moment, Moment::Starting(_)) || self.left().len() > 3;
                assert!(seen, "{:?}", self.left());
                return;
            }
            let ended = self.child.try_wait().expect("labbook's state");
            assert_eq!(ended, None, "{}", self.said());
            assert!(
                start.elapsed() < LIMIT,
                "{moment:?} never came: {}",
                self.said()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn send(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(Pid::from_raw)
            .expect("a process");
        kill_process(pid, signal).expect("a signal is sent");
    }

    /// Waits for its end.
    fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            self.look();
            if let Some(status) = self.child.try_wait().expect("labbook's state") {
                return status;
            }
            assert!(start.elapsed() < LIMIT, "labbook goes on: {}", self.said());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn clean(&self) {
        let cleaned = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .arg("clean")
            .env("LABBOOK_CACHE", self.folder.path())
            .output()
            .expect("labbook runs");
        assert!(cleaned.status.success(), "{cleaned:?}");
    }

    /// Notes the names of the labs that stand.
    fn look(&mut self) {
        self.labs.extend(
            self.run_folders()
                .iter()
                .filter_map(|name| Some(name.strip_prefix("lab-")?.to_owned())),
        );
    }

    fn run_folders(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path().join("run"))
            .into_iter()
            .flatten()
            .flatten();
        entries
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect()
    }

    fn hangs(&self) -> bool {
        let command = format!("sleep\0{}\0", self.seconds);
        processes().any(|process| read(&process, "cmdline") == command)
    }

    fn said(&self) -> String {
        ["stdout", "stderr"]
            .map(|name| read(self.folder.path(), name))
            .concat()
    }

    /// Everything of it that is still there.
    fn left(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .labs
            .iter()
            .map(|name| format!("labbook-{name}"))
            .collect();
        names.push(self.folder.path().display().to_string());
        names.push(self.seconds.clone());
        let holds = |text: &str| names.iter().any(|name| text.contains(name));
        let mut left: Vec<String> = self.run_folders();
        for process in processes() {
            for file in ["cmdline", "cgroup", "mountinfo"] {
                if holds(&read(&process, file)) {
                    left.push(format!(
                        "{}/{file}: {}",
                        process.display(),
                        read(&process, "cmdline")
                    ));
                }
            }
        }
        let groups = Command::new("find")
            .args(["/sys/fs/cgroup", "-type", "d"])
            .output()
            .expect("find runs");
        left.extend(
            String::from_utf8_lossy(&groups.stdout)
                .lines()
                .filter(|line| holds(line))
                .map(str::to_owned),
        );
        left
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        // Only a test that failed has something left here.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            let _ = Command::new(env!("CARGO_BIN_EXE_labbook"))
                .arg("clean")
                .env("LABBOOK_CACHE", self.folder.path())
                .status();
        }
    }
}

/// The folders of all processes.
fn processes() -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    entries
        .filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok())
        .map(|entry| entry.path())
}

/// A file's text; empty where it is gone.
fn read(folder: &Path, file: &str) -> String {
    String::from_utf8_lossy(&fs::read(folder.join(file)).unwrap_or_default()).into_owned()
}

fn interrupted_by(signal: Signal) {
    for moment in moments() {
        let mut run = Hanging::start(moment);
        run.until(moment);
        run.send(signal);
        let sent = Instant::now();
        let status = run.end();
        println!("{moment:?}: ended after {:?}", sent.elapsed());
        assert!(
            sent.elapsed() < PROMPTLY,
            "{moment:?}: {:?}",
            sent.elapsed()
        );
        // At the very first the signal still does what it does to any program.
        let at_once =
            matches!(moment, Moment::Starting(_)) && status.signal() == Some(signal.as_raw());
        assert!(
            status.code() == Some(130) || at_once,
            "{moment:?}: {status:?}: {}",
            run.said()
        );
        assert_eq!(run.left(), [""; 0], "{moment:?}");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_interrupt_ends_a_run_promptly_and_leaves_nothing() {
    interrupted_by(Signal::INT);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_request_to_terminate_ends_a_run_promptly_and_leaves_nothing() {
    interrupted_by(Signal::TERM);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_a_killed_run_left_is_cleaned() {
    for moment in moments() {
        let mut run = Hanging::start(moment);
        run.until(moment);
        run.send(Signal::KILL);
        assert_eq!(run.end().signal(), Some(Signal::KILL.as_raw()));
        run.clean();
        assert_eq!(run.left(), [""; 0], "{moment:?}");
    }
}
