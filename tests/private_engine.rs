//! Private engines: real daemons in namespaces of their own, real shells in them.
//!
//! Where there can be none the tests say `skipped: no private engine` and why.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use labbook::diagnostic::Diagnose;
use labbook::engine::private::{PrivateEngine, PrivateOptions};
use labbook::engine::{Doorway, Engine, Lab, LabRequest, journal};

const LIMIT: Duration = Duration::from_secs(60);

/// A private engine, or none with the reason printed.
fn engine(root: Option<&str>, containerd: bool) -> Option<PrivateEngine> {
    let engine = PrivateEngine::new(PrivateOptions {
        root: root.map(PathBuf::from),
        containerd,
        program: Some(env!("CARGO_BIN_EXE_labbook").into()),
        recipes: None,
    });
    let engine = engine.unwrap_or_else(|error| panic!("{}", error.diagnose().message));
    match engine.available() {
        Ok(()) => Some(engine),
        Err(error) => {
            println!("skipped: no private engine: {}", error.diagnose().message);
            None
        }
    }
}

fn lab(engine: &PrivateEngine, images: &[&str]) -> Box<dyn Lab> {
    lab_for(
        engine,
        &LabRequest {
            images: images.iter().map(ToString::to_string).collect(),
            ..LabRequest::default()
        },
    )
}

fn lab_for(engine: &PrivateEngine, request: &LabRequest) -> Box<dyn Lab> {
    engine
        .lab(request)
        .unwrap_or_else(|error| panic!("{}", error.diagnose().message))
}

fn docker(lab: &dyn Lab, arguments: &[&str]) -> String {
    let output = lab
        .docker(arguments, LIMIT)
        .unwrap_or_else(|error| panic!("{}", error.diagnose().message));
    assert_eq!(
        output.status,
        Some(0),
        "docker {arguments:?}: {}",
        output.stderr
    );
    output.stdout.trim_end().to_owned()
}

/// Types `line` at the lab's shell and gives what a terminal shows until the
/// shell has ended.
fn typed(lab: &dyn Lab, line: &str) -> String {
    at_terminal(&lab.doorway(), &format!("{line}; exit\n"))
}

fn at_terminal(doorway: &Doorway, keys: &str) -> String {
    use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, unlockpt};
    let mut terminal = fs::File::options()
        .read(true)
        .write(true)
        .open(&doorway.multiplexer)
        .expect("the lab's multiplexer");
    unlockpt(&terminal).expect("unlock the terminal");
    let inner = ioctl_tiocgptpeer(&terminal, OpenptFlags::RDWR | OpenptFlags::NOCTTY)
        .expect("the terminal's other end");
    let inner = fs::File::from(inner);
    let mut command = Command::new("setsid");
    command
        .args(["--ctty", "--wait"])
        .args(&doorway.command)
        .env_clear()
        .envs(
            doorway
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        )
        .stdin(inner.try_clone().expect("a descriptor"))
        .stdout(inner.try_clone().expect("a descriptor"))
        .stderr(inner);
    let mut shell = command.spawn().expect("the lab's shell");
    drop(command);
    terminal.write_all(keys.as_bytes()).expect("type");
    let mut reader = terminal.try_clone().expect("a descriptor");
    let (sender, shown) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        // A terminal whose other end is closed gives an error, not an end.
        let _ = reader.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    let shown = shown.recv_timeout(LIMIT).expect("the shell ends");
    shell.wait().expect("the shell's end");
    shown
}

/// The namespaces of process `pid`, as the kernel names them.
fn namespaces(pid: u32) -> Vec<PathBuf> {
    ["mnt", "pid", "net", "uts", "ipc", "cgroup"]
        .iter()
        .map(|kind| fs::read_link(format!("/proc/{pid}/ns/{kind}")).expect("a namespace"))
        .collect()
}

/// Processes that are in one of `spaces`.
fn inhabitants(spaces: &[PathBuf]) -> Vec<String> {
    let mut found = Vec::new();
    for process in fs::read_dir("/proc").expect("/proc").flatten() {
        let Ok(links) = fs::read_dir(process.path().join("ns")) else {
            continue;
        };
        if links
            .flatten()
            .filter_map(|link| fs::read_link(link.path()).ok())
            .any(|space| spaces.contains(&space))
        {
            found.push(fs::read_to_string(process.path().join("stat")).unwrap_or_default());
        }
    }
    found
}

fn cgroups_of(pid: u32) -> Vec<PathBuf> {
    let listed = Command::new("find")
        .args(["/sys/fs/cgroup", "-name", "cgroup.procs"])
        .output()
        .expect("find");
    String::from_utf8_lossy(&listed.stdout)
        .lines()
        .filter(|file| {
            fs::read_to_string(file)
                .unwrap_or_default()
                .lines()
                .any(|line| line == pid.to_string())
        })
        .filter_map(|file| Path::new(file).ancestors().nth(2).map(Path::to_owned))
        .filter(|folder| folder.to_string_lossy().contains("labbook-"))
        .collect()
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_lab_holds_the_images_that_were_asked_for_and_no_others() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &["busybox"]);
    assert_eq!(
        docker(&*lab, &["images", "--format", "{{.Repository}}:{{.Tag}}"]),
        "busybox:latest"
    );
    assert_eq!(
        docker(&*lab, &["run", "--rm", "busybox", "echo", "hello"]),
        "hello"
    );
    let seen = lab.surroundings().expect("an answer");
    assert_eq!(seen.images.len(), 1);
    assert_eq!(seen.containers, []);
    assert_eq!(seen.networks.len(), 3);
    let info = engine.info();
    assert_eq!((&info.server, &info.cli), (&seen.server, &seen.client));
    assert!(!info.server.is_empty());
    assert_eq!(info.store, "overlay2");
    assert!(
        info.stand_ins
            .iter()
            .all(|stand_in| stand_in.starts_with("busybox:latest")),
        "{:?}",
        info.stand_ins
    );
}

#[test]
fn nothing_of_a_lab_remains() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &["busybox"]);
    docker(
        &*lab,
        &[
            "run",
            "-d",
            "--name",
            "one",
            "-p",
            "8080:80",
            "-v",
            "data:/data",
            "busybox",
            "sleep",
            "1000",
        ],
    );
    let process_one = lab.doorway().process_one.expect("a process 1");
    let spaces = namespaces(process_one);
    let groups = cgroups_of(process_one);
    let run = PathBuf::from(&lab.doorway().command[3]);
    assert!(inhabitants(&spaces).len() > 3);
    assert!(!groups.is_empty());
    lab.close().expect("a clean end");
    assert_eq!(inhabitants(&spaces), Vec::<String>::new());
    for group in groups {
        assert!(!group.exists(), "{}", group.display());
    }
    assert!(!run.exists());
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mounts");
    assert!(!mounts.contains(&*run.to_string_lossy()), "{mounts}");
}

#[test]
fn dropping_a_lab_takes_it_down_too() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &[]);
    let spaces = namespaces(lab.doorway().process_one.expect("a process 1"));
    drop(lab);
    assert_eq!(inhabitants(&spaces), Vec::<String>::new());
}

/// Not a test of its own: holds a lab for the test below, which kills it.
#[test]
fn holder() {
    if std::env::var_os("LABBOOK_TEST_HOLD").is_none() {
        return;
    }
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &["busybox"]);
    docker(&*lab, &["run", "-d", "busybox", "sleep", "1000"]);
    println!(
        "\nholding {} {}",
        lab.doorway().process_one.expect("a process 1"),
        lab.doorway().command[3].display()
    );
    std::thread::sleep(LIMIT);
}

#[test]
fn nothing_remains_of_a_run_that_was_killed() {
    let Some(_engine) = engine(None, false) else {
        return;
    };
    let mut run = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "holder", "--nocapture"])
        .env("LABBOOK_TEST_HOLD", "1")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test again");
    let lines = BufReader::new(run.stdout.take().expect("its output")).lines();
    let line = lines
        .map_while(Result::ok)
        .find(|line| line.starts_with("holding "))
        .expect("a lab that stands");
    let mut words = line.split(' ').skip(1);
    let process_one: u32 = words
        .next()
        .and_then(|pid| pid.parse().ok())
        .expect("a number");
    let folder = PathBuf::from(words.next().expect("a run folder"));
    let spaces = namespaces(process_one);
    let groups = cgroups_of(process_one);
    assert!(!groups.is_empty());
    journal::sweep(false).expect("a sweep");
    assert!(folder.exists(), "a sweep leaves what has an owner");

    run.kill().expect("kill -9");
    run.wait().expect("its end");
    until("all processes end with their owner", || {
        inhabitants(&spaces).is_empty()
    });
    // Another test's sweep may have been faster; two at once do no harm.
    until("a sweep removes the rest", || {
        journal::sweep(false).expect("a sweep");
        !folder.exists() && groups.iter().all(|group| !group.exists())
    });
}

#[test]
fn four_labs_at_once_use_equal_names_and_ports() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    std::thread::scope(|scope| {
        for number in 0..4 {
            let engine = &engine;
            scope.spawn(move || {
                let lab = lab(engine, &["busybox"]);
                let page = format!("page {number}");
                docker(&*lab, &[
                    "run", "-d", "--name", "web", "-p", "8080:80", "-v", "pages:/www", "busybox",
                    "sh", "-c", &format!("echo {page} >/www/index.html; httpd -f -h /www"),
                ]);
                let asked = "for i in $(seq 50); do curl -sf http://127.0.0.1:8080/ && break; sleep 0.1; done";
                let shown = typed(&*lab, asked);
                assert!(shown.contains(&page), "{shown}");
                assert_eq!(docker(&*lab, &["volume", "ls", "--quiet"]), "pages");
            });
        }
    });
}

#[test]
fn the_shell_is_an_interactive_one_in_the_labs_folder() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab_for(
        &engine,
        &LabRequest {
            images: vec!["busybox".into()],
            folder: Some("~/temp".into()),
            ..LabRequest::default()
        },
    );
    lab.write(Path::new("app/Dockerfile"), "FROM busybox\n")
        .expect("a file");
    assert!(lab.has(Path::new("app/Dockerfile")).expect("an answer"));
    assert!(!lab.has(Path::new("Dockerfile")).expect("an answer"));
    let shown = typed(
        &*lab,
        "pwd; tty; ls app; jobs; sudo whoami; hostname; echo $TERM $PS0; docker ps",
    );
    for expected in [
        "/root/temp",
        "/dev/pts/0",
        "Dockerfile",
        "root",
        "lab",
        "xterm",
        "CONTAINER ID",
    ] {
        assert!(shown.contains(expected), "{expected} in {shown}");
    }
    for unwanted in ["no job control", "cannot", "unable to resolve", "not a tty"] {
        assert!(!shown.contains(unwanted), "{unwanted} in {shown}");
    }
}

#[test]
fn containers_have_a_terminal_too() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &["busybox"]);
    let shown = typed(&*lab, "docker run --rm -it busybox tty");
    assert!(shown.contains("/dev/pts/0"), "{shown}");
}

#[test]
fn files_stay_in_the_labs_folder() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &[]);
    for path in ["../outside", "/etc/outside", "a/../../outside", ""] {
        assert!(lab.write(Path::new(path), "x").is_err(), "{path}");
    }
    // A link of the lab's leads into the lab, never to the machine.
    let mark = format!("/tmp/labbook-test-{}", std::process::id());
    typed(&*lab, &format!("ln -s {mark} link"));
    lab.write(Path::new("link"), "x").expect("a file");
    assert!(!Path::new(&mark).exists());
}

#[test]
fn a_program_that_is_missing_is_brought() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab_for(
        &engine,
        &LabRequest {
            programs: vec![
                "tree".into(),
                "curl".into(),
                "no-such-program-anywhere".into(),
            ],
            ..LabRequest::default()
        },
    );
    let shown = typed(&*lab, "mkdir -p a/b; tree");
    assert!(shown.contains("└── b"), "{shown}");
    let remarks = lab.remarks().join("\n");
    assert!(
        remarks.contains("no-such-program-anywhere is not installed"),
        "{remarks}"
    );
}

#[test]
fn a_lab_that_is_kept_stands_until_it_is_cleaned() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &["busybox"]);
    let run = PathBuf::from(&lab.doorway().command[3]);
    let spaces = namespaces(lab.doorway().process_one.expect("a process 1"));
    let doorway = lab.doorway();
    let how = lab.keep();
    assert!(how.contains("enter"), "{how}");
    journal::sweep(false).expect("a sweep");
    assert!(at_terminal(&doorway, "docker images\nexit\n").contains("busybox"));
    journal::sweep(true).expect("a sweep");
    assert!(!run.exists());
    assert_eq!(inhabitants(&spaces), Vec::<String>::new());
}

#[test]
fn a_daemon_that_dies_ends_the_lab() {
    let Some(engine) = engine(None, false) else {
        return;
    };
    let lab = lab(&engine, &[]);
    let spaces = namespaces(lab.doorway().process_one.expect("a process 1"));
    typed(&*lab, "sudo kill -9 $(cat /run/docker.pid)");
    until("the lab ends", || inhabitants(&spaces).is_empty());
    assert!(
        lab.docker(&["ps"], LIMIT)
            .map_or(true, |output| output.status != Some(0))
    );
    lab.close().expect("a clean end");
}

#[test]
fn zz_debug() {
    let Ok(script) = std::env::var("LB_SCRIPT") else {
        return;
    };
    let root = std::env::var("LB_ROOT").ok();
    let Some(engine) = engine(root.as_deref(), std::env::var_os("LB_CONTAINERD").is_some()) else {
        return;
    };
    println!("{:?}", engine.info());
    let images = std::env::var("LB_IMAGES").unwrap_or("busybox".into());
    let images: Vec<&str> = images.split(',').collect();
    let begin = Instant::now();
    let lab = lab_for(
        &engine,
        &LabRequest {
            images: images.iter().map(|x| x.to_string()).collect(),
            user: std::env::var("LB_USER").ok(),
            ..LabRequest::default()
        },
    );
    println!("start {:?}", begin.elapsed());
    println!("{:?}", lab.remarks());
    lab.write(Path::new("script.sh"), &fs::read_to_string(script).unwrap())
        .unwrap();
    println!("{}", typed(&*lab, "bash script.sh").replace('\r', ""));
    println!("{:?}", lab.surroundings());
}
