//! What knowing the end of each command costs.
//!
//! A thousand `echo` steps, each waiting for its mark, beside the least that any
//! way of waiting for each command takes (as many echoes of a bare terminal) and
//! beside bash running the same as one script without waiting. Compare the
//! medians of one run: they differ from machine to machine.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::time::Duration;

use divan::Bencher;
use labbook::lab::Doorway;
use labbook::terminal::{Terminal, WaitFor};

const STEPS: usize = 1000;
const LIMIT: Duration = Duration::from_secs(60);

fn main() {
    divan::main();
}

fn doorway() -> Doorway {
    Doorway {
        multiplexer: "/dev/ptmx".into(),
        command: ["bash", "--noprofile", "--norc", "-i"]
            .map(OsString::from)
            .to_vec(),
        environment: vec![
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("TERM".into(), "xterm".into()),
            ("LANG".into(), "C.UTF-8".into()),
        ],
        folder: None,
        process_one: None,
    }
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn steps_on_a_terminal(bencher: Bencher) {
    let mut terminal = Terminal::open(&doorway(), None).expect("bash opens");
    bencher.bench_local(|| {
        for _ in 0..STEPS {
            let printed = terminal
                .run("echo hello", WaitFor::Prompt, LIMIT)
                .expect("a prompt");
            assert_eq!(printed.output, ["hello"]);
        }
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn echoes_of_a_bare_terminal(bencher: Bencher) {
    use rustix::pty::{OpenptFlags, ioctl_tiocgptpeer, openpt, unlockpt};
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let master = openpt(flags).expect("a terminal");
    unlockpt(&master).expect("unlocked");
    let slave = ioctl_tiocgptpeer(&master, flags).expect("its other end");
    let mut cat = Command::new("cat")
        .stdin(Stdio::from(slave.try_clone().expect("a second handle")))
        .stdout(Stdio::from(slave))
        .spawn()
        .expect("cat runs");
    let mut master = std::fs::File::from(master);
    bencher.bench_local(|| {
        let mut chunk = [0; 4096];
        for _ in 0..STEPS {
            master.write_all(b"echo hello\n").expect("typed");
            // The terminal's echo and that of cat.
            let mut ends = 0;
            while ends < 2 {
                let count = master.read(&mut chunk).expect("printed");
                ends += chunk[..count].iter().filter(|byte| **byte == b'\n').count();
            }
        }
    });
    drop(master);
    cat.kill().expect("cat is there");
    cat.wait().expect("cat ends");
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn one_script_without_waiting(bencher: Bencher) {
    let script = "echo hello\n".repeat(STEPS);
    bencher.bench_local(|| {
        let output = Command::new("bash")
            .arg("-c")
            .arg(&script)
            .output()
            .expect("bash runs");
        assert_eq!(output.stdout.len(), 6 * STEPS);
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn twenty_thousand_lines(bencher: Bencher) {
    let mut terminal = Terminal::open(&doorway(), None).expect("bash opens");
    bencher.bench_local(|| {
        let printed = terminal
            .run("seq 20000", WaitFor::Prompt, LIMIT)
            .expect("a prompt");
        assert_eq!(printed.output.len(), 20_000);
    });
}
