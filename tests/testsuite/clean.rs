//! `labbook clean`: what is kept for later runs goes when it is asked for, and
//! never under a run that uses it; a daemon that is gone for good is forgotten.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use labbook::guard::ledger::{Begun, Ledger, LedgerLine, ObjectsBefore};
use labbook::guard::upstream::Upstream;

/// A cache of its own.
struct Cache(tempfile::TempDir);

impl Cache {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file that was last used so many days ago.
    fn with(self, name: &str, days: u64) -> Self {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let used = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        File::create(&path)
            .and_then(|file| file.set_modified(used))
            .expect("a file");
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_labbook"));
        command
            .arg("clean")
            .args(arguments)
            .env("LABBOOK_CACHE", self.0.path());
        command
    }

    fn clean(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(arguments).output().expect("labbook runs");
        let told =
            String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code(), told)
    }

    fn holds(&self, names: &[&str]) -> Vec<bool> {
        names.iter().map(|name| self.path(name).exists()).collect()
    }
}

#[test]
fn what_nobody_used_for_long_goes_and_then_everything_that_can_be_made_again() {
    let cache = Cache::new()
        .with("golden/old.lock", 9)
        .with("golden/used.lock", 1)
        .with("stand-ins/old.tar", 9)
        .with("stand-ins/old.lock", 9)
        // Made long ago, and used since.
        .with("stand-ins/used.tar", 9)
        .with("stand-ins/used.lock", 1)
        .with("images/own.tar", 99);
    for name in ["golden/old/data", "golden/used/data"] {
        fs::create_dir_all(cache.path(name)).expect("a folder");
    }
    let long_ago = SystemTime::now() - Duration::from_secs(9 * 24 * 60 * 60);
    File::open(cache.path("golden/old"))
        .and_then(|folder| folder.set_modified(long_ago))
        .expect("a time");
    let elsewhere = Cache::new().with("made.tar", 99);
    std::os::unix::fs::symlink(elsewhere.0.path(), cache.path("programs")).expect("a link");

    let names = [
        "golden/old",
        "golden/old.lock",
        "stand-ins/old.tar",
        "golden/used/data",
        "stand-ins/used.tar",
        "images/own.tar",
    ];
    let (status, told) = cache.clean(&[]);
    assert_eq!((status, told.trim()), (Some(0), "nothing was left behind"));
    assert_eq!(cache.holds(&names), [true; 6]);

    let (status, told) = cache.clean(&["--cache", "--unused-for", "7"]);
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(
        cache.holds(&names),
        [false, false, false, true, true, true],
        "{told}"
    );
    assert!(
        told.starts_with("removed golden/old\nremoved stand-ins/old.tar\nfreed "),
        "{told}"
    );

    let (status, told) = cache.clean(&["--cache"]);
    assert_eq!(status, Some(0), "{told}");
    assert_eq!(
        cache.holds(&names),
        [false, false, false, false, false, true]
    );
    assert!(
        elsewhere.path("made.tar").exists(),
        "what a link leads to is somebody's own"
    );
}

#[test]
fn the_cache_is_left_alone_while_a_run_uses_it() {
    let cache = Cache::new().with("stand-ins/used.tar", 9);
    let run = File::create(cache.path("lock")).expect("a lock");
    run.lock_shared().expect("the lock");
    let mut clean = cache
        .command(&["--cache"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("labbook runs");
    let told = BufReader::new(clean.stderr.take().expect("its output")).lines();
    let waits = told
        .map_while(Result::ok)
        .any(|line| line.contains("another labbook uses the cache; waiting"));
    assert!(waits && cache.path("stand-ins/used.tar").exists());
    drop(run);
    assert!(clean.wait().expect("it ends").success());
    assert!(!cache.path("stand-ins/used.tar").exists());
}

#[test]
fn a_daemon_that_is_gone_for_good_is_complained_about_until_it_is_forgotten() {
    let cache = Cache::new().with("lab/file", 0);
    let begun = Begun {
        lab: "a1".into(),
        upstream: Upstream::Socket(cache.path("docker.sock")),
        daemon: Some("gone".into()),
        run_folder: cache.path("lab"),
        before: ObjectsBefore::default(),
    };
    drop(Ledger::begin(&cache.path("ledgers"), begun).expect("a ledger"));
    for _ in 0..2 {
        let (status, told) = cache.clean(&[]);
        assert_eq!(status, Some(3), "{told}");
        assert!(
            told.contains("lab a1: the daemon does not answer")
                && told.contains("labbook clean --forget"),
            "{told}"
        );
    }
    let (status, told) = cache.clean(&["--forget"]);
    assert_eq!((status, told.as_str()), (Some(0), "removed a1\n"));
    assert!(!cache.path("lab").exists());
    let (status, told) = cache.clean(&[]);
    assert_eq!((status, told.trim()), (Some(0), "nothing was left behind"));
}

/// What `docker ARGUMENTS` prints on the daemon of this machine; none where it fails.
fn docker(arguments: &[&str]) -> Option<String> {
    let output = Command::new("docker").args(arguments).output().ok()?;
    let printed = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    output.status.success().then_some(printed)
}

/// The ID of the daemon of this machine.
fn daemon_id() -> String {
    docker(&["info", "--format", "{{.ID}}"])
        .filter(|id| !id.is_empty())
        .expect("a Docker daemon answers")
}

/// An image, a volume and a network of a user's, called like a lab's.
struct Things {
    name: String,
}

impl Things {
    fn made(kind: &str) -> Self {
        let name = format!("labbook-test-{kind}-{}", std::process::id());
        let things = Self { name };
        let name = &things.name;
        let import = Command::new("docker")
            .args(["import", "-c", &format!("ENV OF={name}"), "-", name])
            .stdin(Stdio::null())
            .output()
            .expect("docker");
        assert!(import.status.success(), "{import:?}");
        docker(&["volume", "create", name]).expect("a volume");
        docker(&["network", "create", name]).expect("a network");
        docker(&["create", "--name", name, name, "true"]).expect("a container");
        things
    }

    fn image(&self) -> String {
        self.field(&["image", "inspect", "-f", "{{.Id}}", &self.name])
    }

    fn field(&self, arguments: &[&str]) -> String {
        docker(arguments).unwrap_or_else(|| panic!("{arguments:?}"))
    }

    /// Whether the image's name, the volume, the network and the container are there.
    fn there(&self) -> [bool; 4] {
        ["image", "volume", "network", "container"]
            .map(|kind| docker(&[kind, "inspect", &self.name]).is_some())
    }
}

impl Drop for Things {
    fn drop(&mut self) {
        docker(&["rm", "-f", &self.name]);
        docker(&["rmi", "-f", &self.name]);
        docker(&["volume", "rm", &self.name]);
        docker(&["network", "rm", &self.name]);
    }
}

/// A ledger without an owner, of a lab on this machine's daemon.
fn orphan(cache: &Cache, daemon: Option<&str>, entries: Vec<LedgerLine>) {
    let begun = Begun {
        lab: "b2".into(),
        upstream: Upstream::Socket("/var/run/docker.sock".into()),
        daemon: daemon.map(str::to_owned),
        run_folder: cache.path("lab"),
        before: ObjectsBefore::default(),
    };
    let mut ledger = Ledger::begin(&cache.path("ledgers"), begun).expect("a ledger");
    for entry in entries {
        ledger.record(entry).expect("a line");
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_a_user_made_since_under_a_labs_names_is_left_alone() {
    let daemon = daemon_id();
    let cache = Cache::new();
    let things = Things::made("moved");
    let name = things.name.clone();
    orphan(
        &cache,
        Some(&daemon),
        vec![
            LedgerLine::Tag(format!("{name}:latest")),
            LedgerLine::Given {
                tag: format!("{name}:latest"),
                image: format!("sha256:{}", "0".repeat(64)),
            },
            LedgerLine::Volume(name.clone()),
            LedgerLine::Network("1".repeat(64)),
            LedgerLine::Container("2".repeat(64)),
        ],
    );
    let (status, told) = cache.clean(&[]);
    assert_eq!((status, told.as_str()), (Some(0), "removed b2\n"));
    assert_eq!(things.there(), [true; 4]);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn a_name_without_an_id_is_listed_and_forgotten_but_never_removed() {
    let daemon = daemon_id();
    let cache = Cache::new();
    let things = Things::made("named");
    let name = things.name.clone();
    orphan(
        &cache,
        Some(&daemon),
        vec![
            LedgerLine::Tag(format!("{name}:latest")),
            LedgerLine::Volume(name.clone()),
        ],
    );
    let (status, told) = cache.clean(&[]);
    assert_eq!(status, Some(3), "{told}");
    assert!(
        told.contains(&format!("image name {name}:latest: it was not removed"))
            && told.contains(&format!("docker rmi {name}:latest")),
        "{told}"
    );
    assert_eq!(cache.clean(&["--forget"]).0, Some(0));
    assert_eq!(things.there(), [true; 4]);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn nothing_is_removed_where_another_daemon_answers_or_none_is_known() {
    for (daemon, said) in [(Some("OTHER"), "answers now"), (None, "an older labbook")] {
        let cache = Cache::new();
        let things = Things::made("other");
        let name = things.name.clone();
        let image = things.image();
        orphan(
            &cache,
            daemon,
            vec![
                LedgerLine::Tag(format!("{name}:latest")),
                LedgerLine::Given {
                    tag: format!("{name}:latest"),
                    image,
                },
            ],
        );
        let (status, told) = cache.clean(&[]);
        assert_eq!(status, Some(3), "{told}");
        assert!(
            told.contains("nothing was removed") && told.contains(said),
            "{told}"
        );
        assert_eq!(things.there(), [true; 4]);
        assert_eq!(cache.clean(&["--forget"]).0, Some(0));
        assert_eq!(things.there(), [true; 4]);
    }
}

#[test]
#[ignore = "needs a Docker daemon"]
fn what_is_the_labs_by_its_id_or_label_is_removed() {
    let daemon = daemon_id();
    let cache = Cache::new();
    let things = Things::made("own");
    let name = things.name.clone();
    docker(&["volume", "rm", &name]).expect("it is removed");
    docker(&["volume", "create", "--label", "labbook.lab=b2", &name]).expect("a volume");
    let network = things.field(&["network", "inspect", "-f", "{{.Id}}", &name]);
    let container = things.field(&["container", "inspect", "-f", "{{.Id}}", &name]);
    orphan(
        &cache,
        Some(&daemon),
        vec![
            LedgerLine::Tag(format!("{name}:latest")),
            LedgerLine::Given {
                tag: format!("{name}:latest"),
                image: things.image(),
            },
            LedgerLine::Volume(name.clone()),
            LedgerLine::Network(network),
            LedgerLine::Container(container),
        ],
    );
    let (status, told) = cache.clean(&[]);
    assert_eq!((status, told.as_str()), (Some(0), "removed b2\n"));
    assert_eq!(things.there(), [false; 4]);
}

/// An image of the user's with two layers of its own, the lower one without a name.
/// None where the builder keeps no such images.
fn built_in_two_steps(name: &str) -> Option<String> {
    let context = tempfile::tempdir().expect("a folder");
    let dockerfile = format!("FROM scratch\nLABEL a={name}\nLABEL b={name}\nCMD [\"b\"]\n");
    fs::write(context.path().join("Dockerfile"), dockerfile).expect("a Dockerfile");
    let built = Command::new("docker")
        .args(["build", "--quiet", "--tag", name])
        .arg(context.path())
        .env("DOCKER_BUILDKIT", "0")
        .output()
        .expect("docker");
    assert!(built.status.success(), "{built:?}");
    let parent = docker(&["image", "inspect", "-f", "{{.Parent}}", name]).expect("the image");
    if parent.is_empty() {
        println!("skipped: this builder keeps no images between two steps");
        docker(&["rmi", name]);
        return None;
    }
    Some(parent)
}

#[test]
#[ignore = "needs a Docker daemon"]
fn an_image_of_a_lab_that_the_user_has_built_on_stays_without_a_complaint() {
    let daemon = daemon_id();
    let name = format!("labbook-test-heir-{}", std::process::id());
    let Some(parent) = built_in_two_steps(&name) else {
        return;
    };
    let cache = Cache::new();
    orphan(
        &cache,
        Some(&daemon),
        vec![LedgerLine::Image(parent.clone())],
    );
    let cleaned = cache.clean(&[]);
    let kept = docker(&["image", "inspect", "-f", "{{.Parent}}", &name]);
    docker(&["rmi", &name]);
    assert_eq!(cleaned, (Some(0), "removed b2\n".to_owned()));
    assert_eq!(kept, Some(parent));
}
