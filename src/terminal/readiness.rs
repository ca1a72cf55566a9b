//! Does a shell that was just started wait for input?
//!
//! ```text
//!     docker run -it ubuntu bash
//!       |  the client switches this terminal to raw         (too early to tell)
//!       |  the container's process is runc's                (not yet the shell)
//!       |  bash reads its own files                         (not yet at a prompt)
//!       v  bash waits in read or poll on its terminal       now
//! ```
//!
//! /proc shows it exactly, where the lab's processes can be seen: a process that
//! was not there when the command was typed, is a shell, is in the foreground of
//! its terminal and waits for it. It need not be a container's: `su -`, `sudo -i`
//! and plain `bash` are seen in the same way.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};

use rustix::fs::{Mode, OFlags};
use rustix::termios::LocalModes;

use crate::docker::{Does, Invocation};

/// The names of programs that are shells and understand marks.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "rbash", "busybox"];

/// The system calls that wait for input, by their numbers on this processor:
/// `read`, `select` and `poll`.
const INPUT_CALLS: [&[u32]; 3] = if cfg!(target_arch = "x86_64") {
    [&[0], &[23, 270], &[7, 271]]
} else {
    [&[63], &[72], &[73]]
};

/// The major numbers of terminals: `/dev/tty` and those of devpts (Linux,
/// Documentation/admin-guide/devices.txt).
const TERMINALS: [u32; 9] = [5, 136, 137, 138, 139, 140, 141, 142, 143];

/// No process is nested deeper than this below its lab.
const DEEPEST: usize = 64;

/// The processes that were there when a command was typed.
#[derive(Debug)]
pub(super) struct ProcessesBefore {
    processes: HashSet<u32>,
    /// The program on the lab's terminal, which leads the session there.
    program: u32,
    /// Process 1 of the lab, where its processes can be seen.
    process_one: Option<u32>,
}

impl ProcessesBefore {
    /// What is there now, for the lab with this process 1 and this program on its
    /// terminal.
    pub(super) fn now(program: u32, process_one: Option<u32>) -> Self {
        Self {
            processes: processes().collect(),
            program,
            process_one,
        }
    }

    /// A new shell that waits for input. `is_raw` says whether the lab's terminal
    /// is raw: before, a client (`docker exec`, `sudo`) would not hand over what
    /// is typed. It is asked once a shell was found, for the shell outside has its
    /// terminal raw as well, until the client is started.
    pub(super) fn waiting_shell(&self, is_raw: impl Fn() -> bool) -> Option<u32> {
        processes()
            .filter(|process| !self.processes.contains(process))
            .find(|process| self.is_waiting_shell(*process, &is_raw).unwrap_or(false))
    }

    /// A new program of the lab that does nothing but wait for keys, at whatever
    /// terminal: a container's, say.
    pub(super) fn reader(&self) -> Option<KeyReader> {
        processes()
            .filter(|process| !self.processes.contains(process))
            .filter_map(KeyReader::of)
            .filter(|reader| reader.idle)
            .find(|KeyReader { process, .. }| {
                Stat::of(*process).is_some_and(|stat| self.is_of_the_lab(*process, stat.parent))
            })
    }

    /// Whether the process came after.
    pub(super) fn precedes(&self, process: u32) -> bool {
        !self.processes.contains(&process)
    }

    /// A new program in a container that waits for what the client, which has no
    /// terminal there, passes on: the input of the container's first process is
    /// no other's.
    pub(super) fn reader_of_passed_input(&self) -> Option<KeyReader> {
        let new = || processes().filter(|process| !self.processes.contains(process));
        let input = |process: u32| fs::read_link(format!("/proc/{process}/fd/0")).ok();
        let passed: Vec<_> = new()
            .filter(|process| self.is_first_process(*process).unwrap_or(false))
            .filter_map(input)
            .collect();
        new()
            .filter(|process| input(*process).is_some_and(|input| passed.contains(&input)))
            .find(|process| awaited_file(*process, &process.to_string()) == Some(0))
            .map(|process| KeyReader {
                process,
                idle: true,
                file: 0,
            })
    }

    /// Whether a new container's first process runs, and not runc's any more.
    pub(super) fn container_runs(&self) -> bool {
        processes()
            .filter(|process| !self.processes.contains(process))
            .any(|process| self.is_first_process(process).unwrap_or(false))
    }

    fn is_first_process(&self, process: u32) -> Option<bool> {
        let parent = Stat::of(process)?.parent;
        Some(
            !read(process, "comm")?.starts_with("runc")
                && is_shim(parent)
                && self.is_of_the_lab(process, parent),
        )
    }

    fn is_waiting_shell(&self, process: u32, is_raw: impl Fn() -> bool) -> Option<bool> {
        if !is_shell(process) {
            return Some(false);
        }
        let stat = Stat::of(process)?;
        let elsewhere = stat.session != self.program && stat.terminal != 0;
        Some(
            (stat.terminal == 0 || stat.foreground_group == i64::from(stat.group))
                && waits_for_input(process)?
                && fs::metadata(format!("/proc/{process}/fd/0"))
                    .is_ok_and(|file| file.file_type().is_char_device())
                && self.is_of_the_lab(process, stat.parent)
                && (!elsewhere || is_raw())
                // It may have become another program since, and that one waits.
                && is_shell(process),
        )
    }

    /// Whether the process came from the program on the lab's terminal, or is in a
    /// container of the lab's engine.
    fn is_of_the_lab(&self, process: u32, parent: u32) -> bool {
        let mut at = process;
        let mut next = parent;
        let mut in_container = false;
        for _ in 0..DEEPEST {
            if at == self.program {
                return true;
            }
            if Some(at) == self.process_one {
                return in_container;
            }
            in_container |= is_shim(at);
            at = next;
            next = match Stat::of(at) {
                Some(stat) => stat.parent,
                None => return false,
            };
        }
        false
    }
}

/// Whether the process is containerd's, between it and a container.
fn is_shim(process: u32) -> bool {
    read(process, "comm").is_some_and(|name| name.starts_with("containerd-shim"))
}

/// Whether a process attaches to a container that runs already, whose shell was
/// there before: `docker attach`, with or without sudo.
pub(super) fn attaches(process: u32) -> bool {
    arguments(process).iter().any(|word| word == "attach")
}

/// Whether a process hands keys over to a program in a container, and always reads
/// for that: `docker run -i`, `docker exec -i`, with or without sudo.
pub(super) fn hands_keys_over(process: u32) -> bool {
    called(process).iter().any(|call| call.does(Does::Attaches))
}

/// Whether a process starts a container: `docker run`, `docker start`, with or
/// without sudo.
pub(super) fn starts_container(process: u32) -> bool {
    let verbs = called(process).into_iter().map(|call| call.verb);
    let mut last = verbs.filter_map(|verb| Some(verb.rsplit(' ').next()?.to_owned()));
    last.any(|word| word == "run" || word == "start")
}

/// The docker command that a process was called with, behind any of its words: a script or
/// a wrapper may stand before it.
fn called(process: u32) -> Vec<Invocation> {
    let words = arguments(process);
    (0..words.len())
        .filter_map(|start| Invocation::read(&words[start..]))
        .collect()
}

fn arguments(process: u32) -> Vec<String> {
    let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    line.split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect()
}

/// Whether a process waits for its standard input.
pub(super) fn reads(process: u32) -> bool {
    waits_for_input(process).unwrap_or(false)
}

/// Whether a process is a shell that understands marks.
pub(super) fn is_shell(process: u32) -> bool {
    name(process).is_some_and(|name| SHELLS.contains(&name.as_str()))
}

/// The name of a process.
pub(super) fn name(process: u32) -> Option<String> {
    Some(read(process, "comm")?.trim_end().to_owned())
}

/// A process that waits for keys in the foreground of its terminal, for as long as
/// it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyReader {
    /// Its ID.
    pub process: u32,
    /// Whether it does nothing else meanwhile: it has one thread.
    pub idle: bool,
    /// Its file descriptor of the terminal.
    file: u32,
}

impl KeyReader {
    /// `process`, where it is one.
    pub(super) fn of(process: u32) -> Option<Self> {
        if !is_in_foreground(process) {
            return None;
        }
        let threads: Vec<_> = fs::read_dir(format!("/proc/{process}/task"))
            .ok()?
            .filter_map(|thread| thread.ok()?.file_name().into_string().ok())
            .collect();
        let file = threads
            .iter()
            .find_map(|thread| awaited_terminal(process, thread))?;
        Some(Self {
            process,
            idle: threads.len() == 1,
            file,
        })
    }

    /// The one of the process group `group`, first one that does nothing else.
    pub(super) fn in_group(group: u32) -> Option<Self> {
        let members = processes().filter(|process| {
            *process == group || Stat::of(*process).is_some_and(|stat| stat.group == group)
        });
        let readers: Vec<Self> = members.filter_map(Self::of).collect();
        let idle = readers.iter().find(|reader| reader.idle);
        idle.or(readers.first()).copied()
    }

    /// Its name.
    pub(super) fn name(self) -> Option<String> {
        name(self.process)
    }

    /// What its terminal does with lines: edits them, shows them.
    pub(super) fn modes(self) -> Option<LocalModes> {
        let Self { process, file, .. } = self;
        let terminal = rustix::fs::open(
            format!("/proc/{process}/fd/{file}"),
            OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC,
            Mode::empty(),
        );
        Some(rustix::termios::tcgetattr(terminal.ok()?).ok()?.local_modes)
    }
}

/// The file descriptor of the terminal that a thread of `process` waits for.
fn awaited_terminal(process: u32, thread: &str) -> Option<u32> {
    let file = awaited_file(process, thread)?;
    let opened = fs::metadata(format!("/proc/{process}/fd/{file}")).ok()?;
    let major = rustix::fs::major(opened.rdev() as rustix::fs::Dev);
    (opened.file_type().is_char_device() && TERMINALS.contains(&major)).then_some(file)
}

/// The file descriptor that a thread of `process` waits for without an end, and for
/// no other.
fn awaited_file(process: u32, thread: &str) -> Option<u32> {
    let call = read(process, &format!("task/{thread}/syscall"))?;
    let mut words = call.split_ascii_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    let hex = |word: &str| u64::from_str_radix(word.strip_prefix("0x")?, 16).ok();
    let arguments: Vec<u64> = words.map_while(hex).collect();
    let [read_call, selects, polls] = INPUT_CALLS;
    match arguments[..] {
        [file, ..] if read_call.contains(&number) => u32::try_from(file).ok(),
        [1, _, _, _, 0, ..] if selects.contains(&number) => Some(0),
        [files, 1, timeout, ..] if polls.contains(&number) && is_endless(number, timeout) => {
            let mut file = [0; 4];
            let memory = fs::File::open(format!("/proc/{process}/mem")).ok()?;
            memory.read_exact_at(&mut file, files).ok()?;
            u32::try_from(i32::from_ne_bytes(file)).ok()
        }
        _ => None,
    }
}

/// Whether `poll`, or `ppoll`, which is given a pointer, waits without an end.
fn is_endless(number: u32, timeout: u64) -> bool {
    const POLL: u32 = 7;
    match number == POLL && cfg!(target_arch = "x86_64") {
        true => u32::try_from(timeout & u64::from(u32::MAX)) == Ok(u32::MAX),
        false => timeout == 0,
    }
}

/// Whether keys typed at the terminal of `process` go to it, as far as can be seen:
/// so it is when a shell prompts, and not while a program runs that it waits for.
pub(super) fn is_in_foreground(process: u32) -> bool {
    Stat::of(process)
        .is_none_or(|stat| stat.terminal == 0 || stat.foreground_group == i64::from(stat.group))
}

/// All process IDs.
fn processes() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn read(process: u32, file: &str) -> Option<String> {
    fs::read_to_string(format!("/proc/{process}/{file}")).ok()
}

/// Whether the process is in a system call that waits for its standard input.
fn waits_for_input(process: u32) -> Option<bool> {
    let call = read(process, "syscall")?;
    let mut words = call.split_ascii_whitespace();
    let number: u32 = words.next()?.parse().ok()?;
    let argument = words.next()?;
    let [read_call, selects, polls] = INPUT_CALLS;
    Some(
        (read_call.contains(&number) && argument == "0x0")
            || (selects.contains(&number) && argument == "0x1")
            || polls.contains(&number),
    )
}

/// The fields of `/proc/PID/stat` that matter here (proc_pid_stat(5)).
struct Stat {
    parent: u32,
    group: u32,
    session: u32,
    terminal: i64,
    foreground_group: i64,
}

impl Stat {
    fn of(process: u32) -> Option<Self> {
        let stat = read(process, "stat")?;
        // The name before may hold anything, also a parenthesis.
        let (_, fields) = stat.rsplit_once(") ")?;
        let mut fields = fields.split(' ').skip(1);
        Some(Self {
            parent: fields.next()?.parse().ok()?,
            group: fields.next()?.parse().ok()?,
            session: fields.next()?.parse().ok()?,
            terminal: fields.next()?.parse().ok()?,
            foreground_group: fields.next()?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_this_machine_is_read() {
        let own = std::process::id();
        let stat = Stat::of(own).expect("this process is there");
        assert_eq!(stat.parent, std::os::unix::process::parent_id());
        assert!(processes().any(|process| process == own));
    }

    #[test]
    fn a_process_that_was_there_before_is_no_new_shell() {
        let mut shell = std::process::Command::new("sh")
            .arg("-c")
            .arg("read line")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .expect("sh runs");
        let before = ProcessesBefore::now(std::process::id(), None);
        assert_eq!(before.waiting_shell(|| true), None);
        drop(shell.stdin.take());
        shell.wait().expect("sh ends");
    }
}
