//! Private engines: real daemons in namespaces of their own, real shells in them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use labbook::diagnostic::Diagnose;
use labbook::engine::private::{PrivateEngine, PrivateOptions};
use labbook::engine::{Engine, Lab, LabRequest, Store, Sweep, journal, kept};
use labbook::lab::Doorway;

use crate::support::private_engine;

const LIMIT: Duration = Duration::from_secs(60);

/// A private engine of the machine's own root.
fn engine() -> PrivateEngine {
    private_engine(PrivateOptions::default())
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
    let inner = ioctl_tiocgptpeer(
        &terminal,
        OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC,
    )
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

/// The namespaces of a lab. Held open, so that no other lab gets their numbers.
struct Spaces {
    names: Vec<PathBuf>,
    _held: Vec<fs::File>,
}

impl Spaces {
    fn of(lab: &dyn Lab) -> Self {
        Self::of_process(lab.doorway().process_one.expect("a process 1"))
    }

    fn of_process(pid: u32) -> Self {
        let kinds = ["mnt", "pid", "net", "uts", "ipc", "cgroup"];
        let links = kinds.map(|kind| format!("/proc/{pid}/ns/{kind}"));
        Self {
            names: links
                .iter()
                .map(|link| fs::read_link(link).expect("a namespace"))
                .collect(),
            _held: links
                .iter()
                .map(|link| fs::File::open(link).expect("a namespace"))
                .collect(),
        }
    }

    /// The processes in one of them.
    fn inhabitants(&self) -> Vec<String> {
        let mut found = Vec::new();
        for process in fs::read_dir("/proc").expect("/proc").flatten() {
            let Ok(links) = fs::read_dir(process.path().join("ns")) else {
                continue;
            };
            if links
                .flatten()
                .filter_map(|link| fs::read_link(link.path()).ok())
                .any(|space| self.names.contains(&space))
            {
                found.push(fs::read_to_string(process.path().join("stat")).unwrap_or_default());
            }
        }
        found
    }
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_lab_holds_the_images_that_were_asked_for_and_no_others() {
    let engine = engine();
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn nothing_of_a_lab_remains() {
    let engine = engine();
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
    // One that is paused cannot end before it goes on.
    docker(&*lab, &["pause", "one"]);
    let process_one = lab.doorway().process_one.expect("a process 1");
    let spaces = Spaces::of_process(process_one);
    let groups = cgroups_of(process_one);
    let run = PathBuf::from(&lab.doorway().command[3]);
    assert!(spaces.inhabitants().len() > 3);
    assert!(!groups.is_empty());
    lab.close().expect("a clean end");
    assert_eq!(spaces.inhabitants(), Vec::<String>::new());
    for group in groups {
        assert!(!group.exists(), "{}", group.display());
    }
    assert!(!run.exists());
    let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mounts");
    assert!(!mounts.contains(&*run.to_string_lossy()), "{mounts}");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn dropping_a_lab_takes_it_down_too() {
    let engine = engine();
    let lab = lab(&engine, &[]);
    let spaces = Spaces::of(&*lab);
    drop(lab);
    assert_eq!(spaces.inhabitants(), Vec::<String>::new());
}

/// Holds a lab for the next test, which kills it.
#[test]
#[ignore = "a process of another test"]
fn as_a_process_of_another_test_a_lab_is_held() {
    let engine = engine();
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn nothing_remains_of_a_run_that_was_killed() {
    let _engine = engine();
    let mut run = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "--include-ignored", "--nocapture"])
        .arg("private_engine::as_a_process_of_another_test_a_lab_is_held")
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
    let spaces = Spaces::of_process(process_one);
    let groups = cgroups_of(process_one);
    assert!(!groups.is_empty());
    journal::sweep(Sweep::default()).expect("a sweep");
    assert!(folder.exists(), "a sweep leaves what has an owner");

    run.kill().expect("kill -9");
    run.wait().expect("its end");
    until("all processes end with their owner", || {
        spaces.inhabitants().is_empty()
    });
    // Another test's sweep may have been faster; two at once do no harm.
    until("a sweep removes the rest", || {
        journal::sweep(Sweep::default()).expect("a sweep");
        !folder.exists() && groups.iter().all(|group| !group.exists())
    });
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn four_labs_at_once_use_equal_names_and_ports() {
    let engine = engine();
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_shell_is_an_interactive_one_in_the_labs_folder() {
    let engine = engine();
    let lab = lab_for(
        &engine,
        &LabRequest {
            images: vec!["busybox".into()],
            folder: Some("~/temp".into()),
            host: Some("class-01".into()),
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
        "class-01",
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_home_is_empty_whatever_docker_keeps() {
    let engine = engine();
    for user in [None, Some("ubuntu".to_owned())] {
        let request = LabRequest {
            user,
            ..LabRequest::default()
        };
        let lab = lab_for(&engine, &request);
        let shown = typed(
            &*lab,
            "docker buildx ls; sudo docker images; echo in $HOME: $(ls -A ~ | wc -l), in root: $(sudo ls -A /root | wc -l)",
        );
        assert!(shown.contains("IMAGE ID"), "{shown}");
        assert!(
            shown.contains(": 0, in root: 0") && !shown.contains("WARNING"),
            "{shown}"
        );
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn containers_have_a_terminal_too() {
    let engine = engine();
    let lab = lab(&engine, &["busybox"]);
    let shown = typed(&*lab, "docker run --rm -it busybox tty");
    assert!(shown.contains("/dev/pts/0"), "{shown}");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn files_stay_in_the_labs_folder() {
    let engine = engine();
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_program_that_is_missing_is_brought() {
    let engine = engine();
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
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_lab_that_is_kept_stands_until_it_is_cleaned() {
    let engine = engine();
    let lab = lab(&engine, &["busybox"]);
    let run = PathBuf::from(&lab.doorway().command[3]);
    let spaces = Spaces::of(&*lab);
    let doorway = lab.doorway();
    lab.keep("kept/one", "private")
        .expect("it is left standing");
    journal::sweep(Sweep::default()).expect("a sweep");
    assert!(at_terminal(&doorway, "docker images\nexit\n").contains("busybox"));
    journal::sweep(Sweep {
        kept: true,
        ..Sweep::default()
    })
    .expect("a sweep");
    assert!(!run.exists());
    assert!(!kept::all().iter().any(|kept| kept.exercise == "kept/one"));
    assert_eq!(spaces.inhabitants(), Vec::<String>::new());
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_daemon_that_dies_ends_the_lab() {
    let engine = engine();
    let lab = lab(&engine, &[]);
    let spaces = Spaces::of(&*lab);
    typed(&*lab, "sudo kill -9 $(cat /run/docker.pid)");
    until("the lab ends", || spaces.inhabitants().is_empty());
    assert!(
        lab.docker(&["ps"], LIMIT)
            .map_or(true, |output| output.status != Some(0))
    );
    lab.close().expect("a clean end");
}

/// The next test runs it in a chroot.
#[test]
#[ignore = "a process of another test"]
fn as_a_process_of_another_test_a_lab_runs_in_a_chroot() {
    let engine = engine();
    let lab = lab(&engine, &[]);
    assert!(typed(&*lab, "docker volume create vol").contains("vol"));
    lab.close().expect("a clean end");
    println!("\nworked in a chroot");
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_engine_works_in_a_chroot_whose_root_is_an_overlay() {
    let _engine = engine();
    let place = tempfile::tempdir().expect("a folder");
    let script = "set -e; mount -t tmpfs tmpfs \"$1\"; cd \"$1\"; mkdir upper work root
        mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
        mount -t proc proc root/proc; mount --rbind /sys root/sys; mount --rbind /dev root/dev
        mount -t tmpfs tmpfs root/run; mkdir -p root/var/cache/own
        mkdir -p root\"$3\"; mount --bind \"$3\" root\"$3\"
        exec chroot root env LABBOOK_CACHE=/var/cache/own \"$2\" --include-ignored --exact private_engine::as_a_process_of_another_test_a_lab_runs_in_a_chroot --nocapture";
    let output = Command::new("unshare")
        .args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "sh",
            "-c",
            script,
            "sh",
        ])
        .arg(place.path())
        .arg(std::env::current_exe().expect("this test"))
        .arg(
            Path::new(env!("CARGO_BIN_EXE_labbook"))
                .parent()
                .expect("its folder"),
        )
        .output()
        .expect("unshare");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(
        shown.contains("worked in a chroot"),
        "{shown}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// What a lab may try is tried in both forms of an engine.
fn engines_to_attack() -> Vec<PrivateEngine> {
    [false, true]
        .into_iter()
        .map(|no_user_namespace| {
            private_engine(PrivateOptions {
                no_user_namespace,
                ..PrivateOptions::default()
            })
        })
        .collect()
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn root_in_a_lab_cannot_reach_the_machine() {
    let secret = tempfile::NamedTempFile::new_in("/run").expect("a file of the machine's");
    let setting = "/proc/sys/vm/swappiness";
    let before = fs::read_to_string(setting).expect("a setting");
    for engine in engines_to_attack() {
        let lab = lab(&engine, &["busybox"]);
        let secret = secret.path().display();
        for attack in [
            format!("nsenter -t 1 -m ls {secret}"),
            format!("ls {secret} || ls /proc/1/root{secret}"),
            "disk=$(stat -c '%Hd %Ld' /var/lib/docker); mknod /root/d b $disk && head -c 1 /root/d"
                .to_owned(),
            "mount -t ext4 $(findmnt -no SOURCE -T /var/lib/docker) /mnt".to_owned(),
            format!("(echo 3 >{setting})"),
            "(echo disabled >/sys/power/pm_async || echo 0 >/sys/kernel/mm/ksm/run)".to_owned(),
            "mount -o remount,rw /sys && (echo 0 >/sys/kernel/mm/ksm/run)".to_owned(),
            "ls -d /sys/fs/cgroup/*/labbook-* /sys/fs/cgroup/labbook-*".to_owned(),
            "test -e /proc/sysrq-trigger && (echo h >/proc/sysrq-trigger)".to_owned(),
            "docker run --rm --privileged busybox true".to_owned(),
        ] {
            let shown = typed(&*lab, &format!("{attack}; echo status=$?"));
            assert!(
                !shown.lines().any(|line| line.trim_end() == "status=0"),
                "{attack} got through: {shown}"
            );
        }
    }
    assert_eq!(fs::read_to_string(setting).expect("a setting"), before);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_lab_that_deletes_everything_deletes_itself_only() {
    let mark = tempfile::NamedTempFile::new_in("/var/tmp").expect("a file of the machine's");
    for engine in engines_to_attack() {
        let lab_one = lab(&engine, &["busybox"]);
        typed(
            &*lab_one,
            "rm -rf /etc /var/tmp; timeout -s KILL 5 rm -rf --no-preserve-root / 2>/dev/null",
        );
        lab_one.close().expect("a clean end");
        assert!(mark.path().exists() && Path::new("/etc/passwd").exists());
        let lab_two = lab(&engine, &["busybox"]);
        assert_eq!(
            docker(&*lab_two, &["run", "--rm", "busybox", "echo", "well"]),
            "well"
        );
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_fork_bomb_stays_within_its_limit() {
    for engine in engines_to_attack() {
        let lab = lab(&engine, &[]);
        let groups = cgroups_of(lab.doorway().process_one.expect("a process 1"));
        typed(
            &*lab,
            "timeout -s KILL 60 perl -e 'while (defined($child = fork)) { $child or sleep 600 }' </dev/null >/dev/null 2>&1",
        );
        let number = |group: &PathBuf, file: &str| -> Option<u64> {
            fs::read_to_string(group.join(file))
                .ok()?
                .trim()
                .parse()
                .ok()
        };
        let limited: Vec<_> = groups
            .iter()
            .filter_map(|group| Some((group, number(group, "pids.max")?)))
            .collect();
        assert_eq!(limited.len(), 1, "{groups:?}");
        for (group, max) in limited {
            // Linux counts the peak from 6.6 on.
            if let Some(peak) = number(group, "pids.peak") {
                assert!((max / 2..=max).contains(&peak), "{peak} of {max}");
            }
        }
        lab.close().expect("a clean end");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_lab_cannot_fill_the_machines_root() {
    for engine in engines_to_attack() {
        let lab = lab(&engine, &[]);
        for file in ["/big", "/tmp/big", "/run/big", "/dev/shm/big"] {
            let shown = typed(&*lab, &format!("fallocate -l 8G {file}; ls -s {file}"));
            assert!(shown.contains("No space left on device"), "{shown}");
        }
    }
}

/// The root file systems of other Docker versions, in the folder that
/// `LABBOOK_ENGINES` names.
fn roots() -> Vec<PrivateOptions> {
    let folder = std::env::var_os("LABBOOK_ENGINES").map(PathBuf::from);
    let folder = folder.expect("LABBOOK_ENGINES names the folder of the root file systems");
    ["bookworm", "trixie", "forky"]
        .map(|suite| folder.join(suite))
        .into_iter()
        .flat_map(|root| {
            [Store::Own, Store::Overlay2, Store::Containerd].map(|store| PrivateOptions {
                root: Some(root.clone()),
                store,
                ..PrivateOptions::default()
            })
        })
        .collect()
}

#[test]
#[ignore = "needs root file systems with other versions of Docker"]
fn other_versions_run_from_their_root_file_systems() {
    for options in roots() {
        let store = options.store;
        let engine = private_engine(options);
        let info = engine.info();
        // Versions before 24 do not know the containerd store, and none before 29 takes it
        // by itself.
        if store == Store::Containerd && info.store != "containerd" {
            continue;
        }
        assert!(
            store == Store::Containerd || info.store == "overlay2",
            "{info:?}"
        );
        println!("{info:?}");
        let lab = lab_for(
            &engine,
            &LabRequest {
                images: vec!["busybox".into()],
                user: Some("ubuntu".into()),
                ..LabRequest::default()
            },
        );
        lab.write(
            Path::new("Dockerfile"),
            "FROM busybox\nRUN echo built >/word\nVOLUME /data\n",
        )
        .expect("a file");
        let shown = typed(
            &*lab,
            "whoami; docker build -t own . >/dev/null 2>&1; docker run --rm own cat /word; \
             docker volume create vol; sudo ls /var/lib/docker/volumes",
        );
        for expected in ["ubuntu\r", "built\r", "metadata.db"] {
            assert!(shown.contains(expected), "{expected} in {shown}");
        }
        lab.close().expect("a clean end");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn the_stand_ins_do_what_notes_use_them_for() {
    let engine = engine();
    let lab = lab(&engine, &["ubuntu", "nginx"]);
    let prompt = docker(
        &*lab,
        &[
            "run",
            "--rm",
            "-t",
            "-h",
            "box",
            "ubuntu",
            "bash",
            "-ic",
            "echo \"${PS1@P}\"",
        ],
    );
    assert!(prompt.ends_with("root@box:/#"), "{prompt:?}");
    let script = "useradd bar && exec env HOME=/home/bar setpriv --reuid bar --regid bar --clear-groups bash -ic 'whoami; echo \"${PS1@P}\"'";
    let prompt = docker(
        &*lab,
        &[
            "run", "--rm", "-t", "-h", "box", "ubuntu", "bash", "-c", script,
        ],
    );
    assert!(
        prompt.starts_with("bar") && prompt.ends_with("bar@box:/$"),
        "{prompt:?}"
    );
    docker(&*lab, &["run", "-d", "-p", "8080:80", "nginx"]);
    let shown = typed(
        &*lab,
        "for i in $(seq 50); do curl -sf http://127.0.0.1:8080/ && break; sleep 0.1; done",
    );
    assert!(shown.contains("Welcome to nginx!"), "{shown}");
    assert!(engine.info().stand_ins.len() <= 2);
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn an_image_that_cannot_be_had_is_told_with_all_that_was_tried() {
    let engine = engine();
    let request = LabRequest {
        images: vec!["labbook.invalid/no-such-image:1".into()],
        ..LabRequest::default()
    };
    let Err(error) = engine.lab(&request) else {
        panic!("there is a lab");
    };
    let message = error.diagnose().message;
    assert!(
        message.starts_with("cannot get image labbook.invalid/no-such-image:1"),
        "{message}"
    );
    for way in ["saved archive", "host's daemon", "pull", "stand-in"] {
        assert!(message.contains(way), "{message}");
    }
}

#[test]
fn a_root_file_system_without_a_daemon_is_told() {
    let empty = tempfile::tempdir().expect("a folder");
    let engine = PrivateEngine::new(PrivateOptions {
        root: Some(empty.path().to_owned()),
        ..PrivateOptions::default()
    });
    let engine = engine.unwrap_or_else(|error| panic!("{}", error.diagnose().message));
    let Err(error) = engine.available() else {
        panic!("it is there");
    };
    let message = error.diagnose().message;
    for missing in ["dockerd", "containerd", "iptables", "bash"] {
        assert!(message.contains(missing), "{message}");
    }
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_is_the_machines_begins_elsewhere_in_a_shifted_lab() {
    let engine = engine();
    let look = |shifted: bool| {
        let request = LabRequest {
            images: vec!["busybox".into()],
            shifted,
            ..LabRequest::default()
        };
        let lab = lab_for(&engine, &request);
        let machine = lab.surroundings().ok().and_then(|found| found.machine);
        let machine = machine.expect("a private lab's machine is its own");
        assert_eq!(
            said(&*lab, "hostname; cat /etc/hostname"),
            format!("{0}\n{0}", machine.host)
        );
        docker(
            &*lab,
            &[
                "run", "-d", "--name", "web", "-p", "80", "busybox", "sleep", "600",
            ],
        );
        let number = |command: &str| -> u32 {
            let text = said(&*lab, command);
            text.parse().unwrap_or_else(|_| panic!("{command}: {text}"))
        };
        let found = [
            number("docker inspect -f '{{.State.Pid}}' web") - machine.processes,
            number("docker exec web sh -c 'sleep 0 & echo $!'") - machine.container_processes,
            number("docker port web 80 | head -1 | sed 's/.*://'") - machine.ports,
            number("cat /sys/class/net/docker0/ifindex") - machine.interfaces,
            number("docker exec web cat /sys/class/net/eth0/ifindex") - machine.interfaces,
        ];
        assert_eq!(said(&*lab, "docker exec web cat /proc/1/comm"), "sleep");
        lab.close().expect("an end");
        (machine, found)
    };
    let (plain, in_plain) = look(false);
    let (shifted, in_shifted) = look(true);
    assert!(shifted.processes > plain.processes + 40_000, "{shifted:?}");
    assert!(shifted.container_processes > 30_000, "{shifted:?}");
    assert!(shifted.ports > plain.ports, "{shifted:?}");
    assert!(shifted.interfaces > 80, "{shifted:?}");
    assert_eq!(shifted.host.len(), plain.host.len());
    for (one, other) in in_plain.into_iter().zip(in_shifted) {
        assert!(one.abs_diff(other) <= 40, "{in_plain:?} {in_shifted:?}");
    }
    assert_eq!(in_plain[3], in_shifted[3]);
}

/// What `command` prints in the lab's folder.
fn said(lab: &dyn Lab, command: &str) -> String {
    let output = lab.shell(command, LIMIT).expect("a shell");
    output.stdout.trim_end().to_owned()
}

/// Verifies notes where control groups of version 2 alone are mounted, then kills a run and
/// cleans up after it. Prints what is left of the labs' groups.
const ON_VERSION_2: &str = r#"
    mount --make-rprivate / && umount -R /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup || exit 9
    groups() { find /sys/fs/cgroup -name 'labbook-*'; }
    "$labbook" verify notes.md --engine private || exit 1
    echo "after a run: $(groups)"
    "$labbook" verify slow.md --engine private &
    for try in $(seq 600); do [ -z "$(groups)" ] || break; sleep 0.1; done
    echo "while it runs: $(groups | wc -l)"
    kill -KILL $!
    wait
    "$labbook" clean || exit 1
    echo "after clean: $(groups)"
"#;

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn control_groups_of_version_2_hold_a_lab_and_nothing_of_it_remains() {
    let folder = tempfile::tempdir().expect("a folder");
    let question = |session: &str| format!("# Groups\n\n- How?\n  - So.\n\n```\n{session}\n```\n");
    let version =
        "$ docker info --format '{{.CgroupVersion}}'\n2\n$ docker run --rm busybox echo hi\nhi";
    for (name, session) in [
        ("notes.md", version),
        ("slow.md", "$ sleep 100\n$ echo hi\nhi"),
    ] {
        std::fs::write(folder.path().join(name), question(session)).expect("a file");
    }
    let output = Command::new("unshare")
        .args(["--mount", "bash", "-c", ON_VERSION_2])
        .env("labbook", env!("CARGO_BIN_EXE_labbook"))
        .env("LABBOOK_CACHE", folder.path().join("cache"))
        .current_dir(folder.path())
        .output()
        .expect("unshare runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let groups: Vec<&str> = said.lines().filter(|line| line.contains(": ")).collect();
    assert!(said.contains("\nafter a run: \n"), "{groups:?}");
    assert!(!said.contains("\nwhile it runs: 0\n"), "{groups:?}");
    assert!(said.ends_with("after clean: \n"), "{groups:?}");
}
