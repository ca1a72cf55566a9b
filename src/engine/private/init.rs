//! Process 1 of a lab: furnishes it, starts the daemon, and reaps.
//!
//! When the daemon ends, so does process 1, and with it the whole lab: a lab
//! without its daemon would only give verdicts about that.

use std::fs::File;
use std::process::{Command, Stdio};

use rustix::process::{Pid, WaitOptions, wait};

use super::accounts;
use super::cgroups;
use super::confinement;
use super::layout;
use super::plan::LabPlan;
use super::report_pipe::{FURNISHED, REFUSED, write_report};
use super::shift;
use super::syscalls;
use crate::lab::Machine;

/// Where the daemon listens inside of the lab.
pub(super) const SOCKET: &str = "/run/docker.sock";

/// Runs until the daemon ends; gives the exit status.
pub(super) fn run(plan: &LabPlan, report: &mut File) -> i32 {
    match start(plan) {
        Ok((daemon, machine)) => {
            let machine = serde_json::to_string(&machine).unwrap_or_default();
            if write_report(report, &format!("{FURNISHED}{machine}")).is_err() {
                return 1;
            }
            reap(daemon)
        }
        Err(why) => {
            let _ = write_report(report, &format!("{REFUSED}{}", why.replace('\n', " ")));
            1
        }
    }
}

fn start(plan: &LabPlan) -> Result<(Pid, Machine), String> {
    layout::furnish(plan)?;
    cgroups::settle(&plan.cgroups)?;
    rustix::system::sethostname(shift::host_name(plan).as_bytes())
        .map_err(|error| format!("set the host name: {error}"))?;
    syscalls::loopback_up().map_err(|error| format!("set up the loopback interface: {error}"))?;
    accounts::set_up(plan)?;
    if plan.first_user.is_none() {
        confinement::confine_lab().map_err(|error| format!("give up capabilities: {error}"))?;
    }
    let (machine, path) = shift::begin(plan);
    let daemon = Command::new("dockerd")
        .arg("--config-file=/run/labbook/daemon.json")
        .arg(format!("--host=unix://{SOCKET}"))
        .arg("--log-level=warn")
        .env_clear()
        .env("PATH", path)
        .env("HOME", "/root")
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| format!("start dockerd: {error}"))?;
    i32::try_from(daemon.id())
        .ok()
        .and_then(Pid::from_raw)
        .map(|daemon| (daemon, machine))
        .ok_or_else(|| "dockerd has no process number".to_owned())
}

fn reap(daemon: Pid) -> i32 {
    loop {
        match wait(WaitOptions::empty()) {
            Ok(Some((ended, status))) if ended == daemon => {
                return status.exit_status().unwrap_or(1);
            }
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return 1,
        }
    }
}
