//! Nested engines: real daemons in containers of the machine's own daemon.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The image that the tests' engines are made of.
const IMAGE: &str = "labbook-nested-test";
/// Below `LABBOOK_ENGINES`, a root file system with a newer Docker.
const NEWER: &str = "forky";

/// The image, gone again in the end.
struct Image {
    _alone: std::fs::File,
}

impl Image {
    /// Made of a newer engine's root file system, else of this machine's own.
    fn import() -> Self {
        let lock = std::env::temp_dir().join("labbook-test-daemon.lock");
        let alone = std::fs::File::create(lock).expect("a lock file");
        alone.lock().expect("the lock");
        let newer = std::env::var_os("LABBOOK_ENGINES")
            .map(|folder| Path::new(&folder).join(NEWER))
            .filter(|root| root.is_dir());
        let (root, folders): (_, &[&str]) = match newer {
            Some(root) => (root, &["."]),
            None => (
                "/".into(),
                &["bin", "etc", "lib", "lib64", "sbin", "usr", "var/lib/dpkg"],
            ),
        };
        let mut tar = Command::new("tar")
            .args(["--create", "--ignore-failed-read", "--directory"])
            .arg(root)
            .args(
                [
                    "./dev",
                    // How this machine's own daemon is set up.
                    "etc/docker",
                    "usr/share",
                    "usr/local",
                    "usr/lib/llvm*",
                    "usr/lib/gcc",
                ]
                .map(|left_out| format!("--exclude={left_out}")),
            )
            .args(folders)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("tar runs");
        let imported = Command::new("docker")
            .args(["import", "-", IMAGE])
            .stdin(tar.stdout.take().expect("its output"))
            .output()
            .expect("docker runs");
        tar.wait().expect("tar ends");
        assert!(imported.status.success(), "{}", text(&imported));
        Self { _alone: alone }
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        docker(&["rmi", "--force", IMAGE]);
    }
}

fn docker(arguments: &[&str]) -> Output {
    Command::new("docker")
        .args(arguments)
        .output()
        .expect("docker runs")
}

fn labbook(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labbook"));
    command.args(arguments);
    command
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Names of the containers that labs are, and of volumes.
fn left() -> String {
    let containers = docker(&[
        "ps",
        "--all",
        "--filter",
        "label=labbook.lab",
        "--format",
        "{{.Names}}",
    ]);
    let volumes = docker(&["volume", "ls", "--quiet"]);
    text(&containers) + &text(&volumes)
}

#[test]
#[ignore = "needs a Docker daemon"]
fn the_courses_labs_pass_in_a_nested_engine_and_nothing_of_it_remains() {
    let _image = Image::import();
    let before = left();
    let engine = format!("nested:{IMAGE}");
    let verified = labbook(&[
        "verify",
        "--engine",
        &engine,
        "--exercises",
        "exercises",
        "--format",
        "json",
    ])
    .args(["--only", "user", "--only", "volume", "--only", "rmi"])
    .args(["book/src/docker-basics.md", "book/src/docker-images.md"])
    .output()
    .expect("labbook runs");
    let report: serde_json::Value =
        serde_json::from_slice(&verified.stdout).unwrap_or_else(|_| panic!("{}", text(&verified)));
    let verdicts: Vec<_> = report["exercises"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|exercise| &exercise["verdict"])
        .collect();
    assert_eq!(verdicts.len(), 3, "{report:#}");
    assert!(
        verdicts
            .iter()
            .all(|verdict| ["passed", "drifted"].contains(&verdict.as_str().unwrap_or_default())),
        "{report:#}"
    );
    assert_eq!(report["engines"][0]["kind"], "nested");
    assert_eq!(left(), before);

    // One that is kept is entered.
    let cache = tempfile::tempdir().expect("a cache");
    let note = tempfile::NamedTempFile::with_suffix(".md").expect("a note");
    std::fs::write(
        note.path(),
        "# Docker\n\n- Where?\n  - Here.\n\n```\na@b:~$ docker volume create stays\nstays\n```\n",
    )
    .expect("a note");
    let typed = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(typed.path(), "docker volume ls --quiet\nexit\n").expect("what is typed");
    let in_cache = |arguments: &[&str]| {
        labbook(arguments)
            .env("LABBOOK_CACHE", cache.path())
            .stdin(typed.reopen().expect("what is typed"))
            .output()
            .expect("labbook runs")
    };
    let path = note.path().display().to_string();
    in_cache(&["verify", "--keep", "--engine", &engine, &path]);
    let entered = in_cache(&["enter", "where"]);
    in_cache(&["clean", "--kept"]);
    assert!(text(&entered).contains("stays\r\n"), "{}", text(&entered));
    assert_eq!(left(), before);

    // The same after a kill: the next `labbook clean` removes it.
    let note = tempfile::NamedTempFile::with_suffix(".md").expect("a note");
    std::fs::write(note.path(), "# Docker\n\n- How long?\n  - Long.\n\n```\na@b:~$ sleep 100\na@b:~$ docker ps -q | wc -l\n0\n```\n").expect("a note");
    let kill = || {
        let mut killed = labbook(&["verify", "--engine", &engine])
            .arg(note.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("labbook runs");
        let deadline = Instant::now() + Duration::from_secs(60);
        while left() == before && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
        killed.kill().expect("it is killed");
        killed.wait().expect("it ends");
        assert_ne!(left(), before, "its container stands");
    };
    kill();
    let cleaned = labbook(&["clean"]).output().expect("labbook runs");
    assert!(cleaned.status.success(), "{}", text(&cleaned));
    assert_eq!(left(), before);

    // A container that the user gave the same name since is hers.
    kill();
    let names = docker(&[
        "ps",
        "--all",
        "--filter",
        "name=labbook-",
        "--format",
        "{{.Names}}",
    ]);
    let name = text(&names).trim().to_owned();
    assert!(
        docker(&["rm", "--force", "--volumes", &name])
            .status
            .success()
    );
    let hers = docker(&["create", "--name", &name, IMAGE, "true"]);
    assert!(hers.status.success(), "{}", text(&hers));
    let cleaned = labbook(&["clean"]).output().expect("labbook runs");
    let kept = docker(&["rm", text(&hers).trim()]);
    let told = text(&cleaned);
    assert!(kept.status.success(), "{}\n{told}", text(&kept));
    assert!(
        cleaned.status.success() || told.contains("docker rm --force"),
        "{told}"
    );
    let cleaned = labbook(&["clean"]).output().expect("labbook runs");
    assert!(cleaned.status.success(), "{}", text(&cleaned));
    assert_eq!(left(), before);
}

#[test]
#[ignore = "needs a Docker daemon"]
fn an_image_that_cannot_be_had_is_named_with_the_remedy() {
    let note = tempfile::NamedTempFile::with_suffix(".md").expect("a note");
    std::fs::write(
        note.path(),
        "# Docker\n\n- Who?\n  - You.\n\n```\na@b:~$ docker ps -q | wc -l\n0\n```\n",
    )
    .expect("a note");
    let refused = labbook(&["verify", "--engine", "nested:localhost:1/no-such-image"])
        .arg(note.path())
        .output()
        .expect("labbook runs");
    assert_eq!(refused.status.code(), Some(3));
    let told = text(&refused);
    assert!(
        told.contains("cannot get the image localhost:1/no-such-image:latest")
            && told.contains("nested:IMAGE"),
        "{told}"
    );
}
