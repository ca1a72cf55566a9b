//! The process that makes a lab, watches its owner and ends it.
//!
//! Its standard input is a pipe that its owner holds open: the pipe's end is the
//! owner's end, however that came about, and then process 1 is killed and with
//! it all of the lab. A byte on the pipe says that the lab shall stay.

use std::fs::{self, File};
use std::io::Read;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitOptions, pidfd_open, pidfd_send_signal,
    set_parent_process_death_signal, setsid, waitpid,
};
use rustix::thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space};

use super::plan::LabPlan;
use super::report_pipe::{PROCESS_ONE, REFUSED, write_report};
use super::syscalls::{self, Forked};
use super::{cgroups, init, layout};

/// Runs the monitor of the lab whose run folder is `run`.
pub(super) fn main(run: &Path) -> ExitCode {
    let (owner, mut report) = match take_pipes() {
        Ok(pipes) => pipes,
        Err(error) => {
            eprintln!("labbook: {error}");
            return ExitCode::FAILURE;
        }
    };
    match make(run, &mut report) {
        Ok(process_one) => watch(owner, process_one),
        Err(why) => {
            let _ = write_report(&mut report, &format!("{REFUSED}{}", why.replace('\n', " ")));
            ExitCode::FAILURE
        }
    }
}

/// Moves the owner's pipe and the report's away from the standard descriptors,
/// so that nothing that is started here inherits them.
fn take_pipes() -> std::io::Result<(File, File)> {
    let owner = rustix::io::fcntl_dupfd_cloexec(std::io::stdin(), 3)?;
    let report = rustix::io::fcntl_dupfd_cloexec(std::io::stdout(), 3)?;
    let nothing = File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(std::io::stderr())?;
    Ok((owner.into(), report.into()))
}

/// Gives the handle of process 1.
fn make(run: &Path, report: &mut File) -> Result<OwnedFd, String> {
    // A session of its own: the keys of the owner's terminal are not for the lab.
    setsid().map_err(|error| format!("start a session: {error}"))?;
    let plan = LabPlan::load(run)?;
    cgroups::join_top(&plan.cgroups)?;
    unshare(UnshareFlags::NEWNS)?;
    let base = layout::leave_chroot()?;
    let processes = base.join("proc");
    let map = plan
        .first_user
        .map(|first| user_namespace(first, &processes))
        .transpose()?;
    let map = map.as_ref().map(AsFd::as_fd);
    layout::raise(&plan, &base, map)?;
    let mut own = UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWCGROUP;
    if let Some(map) = map {
        enter_user_namespace(map)?;
        own |= UnshareFlags::NEWNS;
    }
    unshare(own)?;
    match syscalls::fork().map_err(|error| format!("start process 1: {error}"))? {
        Forked::Child => {
            let _ = set_parent_process_death_signal(Some(Signal::KILL));
            std::process::exit(init::run(&plan, report));
        }
        Forked::Parent(process_one) => {
            let handle = pidfd_open(process_one, PidfdFlags::empty())
                .map_err(|error| format!("watch process 1: {error}"))?;
            let line = format!("{PROCESS_ONE}{}", process_one.as_raw_nonzero());
            write_report(report, &line).map_err(|error| format!("tell the owner: {error}"))?;
            Ok(handle)
        }
    }
}

fn unshare(flags: UnshareFlags) -> Result<(), String> {
    syscalls::unshare(flags).map_err(|error| format!("make namespaces: {error}"))
}

/// A user namespace whose user 0 is user `first` outside, with 65,536 of each
/// kind. A child makes it and ends; the descriptor keeps it. `processes` is the
/// /proc that numbers processes as this one does.
fn user_namespace(first: u32, processes: &Path) -> Result<OwnedFd, String> {
    let failed = |error: std::io::Error| format!("make a user namespace: {error}");
    let mut holder = Command::new("/bin/cat");
    holder.stdin(Stdio::piped()).stdout(Stdio::null());
    syscalls::before_exec(&mut holder, || syscalls::unshare(UnshareFlags::NEWUSER));
    // The child has unshared once spawning it succeeded.
    let mut holder = holder.spawn().map_err(failed)?;
    let made = || -> std::io::Result<OwnedFd> {
        let process = processes.join(holder.id().to_string());
        for file in ["uid_map", "gid_map"] {
            fs::write(process.join(file), format!("0 {first} 65536\n"))?;
        }
        Ok(File::open(process.join("ns/user"))?.into())
    };
    let made = made().map_err(failed);
    let _ = holder.kill();
    let _ = holder.wait();
    made
}

fn enter_user_namespace(map: BorrowedFd<'_>) -> Result<(), String> {
    move_into_link_name_space(map, Some(LinkNameSpaceType::User))
        .map_err(|error| format!("enter the user namespace: {error}"))?;
    syscalls::become_root().map_err(|error| format!("become root of the user namespace: {error}"))
}

/// Waits for the end of the owner or of process 1, and ends the latter.
fn watch(mut owner: File, process_one: OwnedFd) -> ExitCode {
    let mut owned = true;
    loop {
        let watched = if owned {
            owner.as_fd()
        } else {
            process_one.as_fd()
        };
        let mut events = [
            PollFd::from_borrowed_fd(process_one.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(watched, PollFlags::IN),
        ];
        match poll(&mut events, None) {
            Err(rustix::io::Errno::INTR) => continue,
            Err(_) => break,
            Ok(_) => {}
        }
        if !events[0].revents().is_empty() {
            break;
        }
        let mut byte = [0];
        match owner.read(&mut byte) {
            Ok(1) => owned = false,
            _ => break,
        }
    }
    let _ = pidfd_send_signal(&process_one, Signal::KILL);
    while let Err(rustix::io::Errno::INTR) = waitpid(None::<Pid>, WaitOptions::empty()) {}
    ExitCode::SUCCESS
}
