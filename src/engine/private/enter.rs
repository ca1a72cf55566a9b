//! A program inside a lab: its interactive shell, or one that the notes do not see.

use std::ffi::OsString;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, ExitCode};

use rustix::process::{Pid, PidfdFlags, ioctl_tiocsctty, pidfd_open, setsid};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

use super::plan::LabPlan;
use super::{accounts, cgroups, confinement, syscalls};
use crate::engine::journal::Process;

/// The file in the run folder that names process 1.
pub(super) const PROCESS_ONE: &str = "process-one";

/// Runs a program in the lab whose run folder is `run`; `arguments` are `shell`
/// (on the terminal that is standard input, as the lab's user, confined) or
/// `beside` (as root), and the program with its arguments.
pub(super) fn main(run: &Path, mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let shell = arguments.next().is_some_and(|manner| manner == "shell");
    let program = arguments.next().unwrap_or_default();
    match enter(run, shell, &program, arguments) {
        Ok(status) => ExitCode::from(status),
        Err(why) => {
            eprintln!("labbook: cannot enter the lab: {why}");
            ExitCode::from(125)
        }
    }
}

fn enter(
    run: &Path,
    shell: bool,
    program: &OsString,
    arguments: impl Iterator<Item = OsString>,
) -> Result<u8, String> {
    let plan = LabPlan::load(run)?;
    cgroups::join(&plan.cgroups)?;
    move_into(run, plan.first_user.is_some())?;
    std::env::set_current_dir(&plan.folder)
        .map_err(|error| format!("{}: {error}", plan.folder.display()))?;

    let mut command = Command::new(program);
    command.args(arguments);
    let account = match (&plan.user, shell) {
        (Some(user), true) => Some(accounts::account(user).ok_or("its user is not there")?),
        _ => None,
    };
    let confined = plan.first_user.is_none() && shell;
    if shell {
        syscalls::give_up_terminal(std::io::stdin())
            .map_err(|error| format!("give up the terminal: {error}"))?;
    }
    syscalls::before_exec(&mut command, move || {
        syscalls::restore_signals();
        if shell {
            setsid()?;
            ioctl_tiocsctty(rustix::stdio::stdin())?;
        }
        if confined {
            confinement::confine_shell()?;
        }
        match &account {
            Some(account) => syscalls::become_user(account.uid, account.gid, &account.groups),
            None => Ok(()),
        }
    });
    let status = command
        .status()
        .map_err(|error| format!("{}: {error}", program.display()))?;
    let status = match (status.code(), status.signal()) {
        (Some(code), _) => code,
        (None, signal) => 128 + signal.unwrap_or_default(),
    };
    Ok(u8::try_from(status).unwrap_or(u8::MAX))
}

fn move_into(run: &Path, user_namespace: bool) -> Result<(), String> {
    let file = run.join(PROCESS_ONE);
    let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let process: Process =
        serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let handle = i32::try_from(process.pid)
        .ok()
        .and_then(Pid::from_raw)
        .and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
        .filter(|_| process.lives())
        .ok_or("its process 1 is gone")?;
    let mut spaces = ThreadNameSpaceType::MOUNT
        | ThreadNameSpaceType::PROCESS_ID
        | ThreadNameSpaceType::NETWORK
        | ThreadNameSpaceType::HOST_NAME_AND_NIS_DOMAIN_NAME
        | ThreadNameSpaceType::INTER_PROCESS_COMMUNICATION
        | ThreadNameSpaceType::CONTROL_GROUP;
    if user_namespace {
        spaces |= ThreadNameSpaceType::USER;
    }
    move_into_thread_name_spaces(std::os::fd::AsFd::as_fd(&handle), spaces)
        .map_err(|error| format!("enter its namespaces: {error}"))?;
    if user_namespace {
        syscalls::become_root().map_err(|error| format!("become its root: {error}"))?;
    }
    Ok(())
}
