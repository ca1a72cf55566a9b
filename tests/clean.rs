//! `labbook clean`: what is kept for later runs goes when it is asked for, and
//! never under a run that uses it; a daemon that is gone for good is forgotten.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use labbook::guard::ledger::{Before, Begun, Ledger};
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
        run_folder: cache.path("lab"),
        daemon: Some(String::new()),
        before: Before::default(),
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
