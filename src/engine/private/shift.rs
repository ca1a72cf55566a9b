//! Where the numbers of a lab's machine begin.
//!
//! Two labs in which they begin elsewhere tell which parts of an output are the
//! machine's: these differ by just as much. What a kernel refuses, or a root file
//! system has no program for, begins where it always does; [`begin`] says so.
//!
//! ```text
//!     processes            /proc/sys/kernel/ns_last_pid, before the daemon starts
//!     inside containers    the same, by a runc that only the daemon finds
//!     ports                /proc/sys/net/ipv4/ip_local_port_range
//!     interfaces           pairs of them, made and deleted again
//!     the host             its name, of the same length
//! ```

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::accounts;
use super::plan::LabPlan;
use crate::engine::HOST;
use crate::lab::Machine;

/// The process number that the shifted lab's daemon begins after.
const PROCESSES: u32 = 41_000;
/// The process number that those inside of its containers begin after.
const CONTAINER_PROCESSES: u32 = 31_000;
/// The first port that is picked there, and the last one everywhere.
const PORTS: (u32, u32) = (36_768, 60_999);
/// How many pairs of interfaces are made and deleted.
const PAIRS: u32 = 41;
/// The group by which they are deleted all at once.
const GROUP: u32 = 77;

const LAST_PROCESS: &str = "/proc/sys/kernel/ns_last_pid";
const PORT_RANGE: &str = "/proc/sys/net/ipv4/ip_local_port_range";
/// The folder of programs that only the daemon finds.
const DAEMON_PROGRAMS: &str = "/run/labbook/bin";

/// The lab's host name.
pub(super) fn host_name(plan: &LabPlan) -> String {
    let mut name = plan.host.clone().unwrap_or_else(|| HOST.to_owned());
    if plan.shifted {
        let last = name.pop();
        // No class numbers its machines so: notes with a wrong name shall not hold here.
        name.push(if last == Some('q') { 'z' } else { 'q' });
    }
    name
}

/// Lets the numbers begin where the plan wants them, right before the daemon is
/// started; gives where they do begin, and the daemon's `PATH`.
pub(super) fn begin(plan: &LabPlan) -> (Machine, String) {
    let mut machine = Machine {
        host: host_name(plan),
        ..Machine::default()
    };
    let mut path = plan.path.clone();
    if plan.shifted {
        machine.interfaces = use_up_interfaces(&plan.path);
        // The ports are what they are found to be below.
        let _ = fs::write(PORT_RANGE, format!("{} {}", PORTS.0, PORTS.1));
        if runc_in_front(&plan.path).is_some() {
            machine.container_processes = CONTAINER_PROCESSES;
            path = format!("{DAEMON_PROGRAMS}:{path}");
        }
        let _ = fs::write(LAST_PROCESS, PROCESSES.to_string());
    }
    machine.ports = first_number(PORT_RANGE);
    machine.processes = first_number(LAST_PROCESS);
    (machine, path)
}

fn first_number(file: &str) -> u32 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let first = text.split_whitespace().next();
    first
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

/// Gives how many numbers were used up.
fn use_up_interfaces(path: &str) -> u32 {
    let mut batch = String::new();
    for pair in 0..PAIRS {
        let _ = writeln!(
            batch,
            "link add s{pair} group {GROUP} type veth peer name t{pair} group {GROUP}"
        );
    }
    let _ = writeln!(batch, "link del group {GROUP}");
    let run = || -> std::io::Result<bool> {
        let mut program = Command::new("ip")
            .args(["-batch", "-"])
            .env("PATH", path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()?;
        if let Some(mut input) = program.stdin.take() {
            input.write_all(batch.as_bytes())?;
        }
        Ok(program.wait()?.success())
    };
    match run() {
        Ok(true) => 2 * PAIRS,
        _ => 0,
    }
}

/// Puts a runc before the lab's own one that lets the process numbers of each container
/// begin elsewhere.
fn runc_in_front(path: &str) -> Option<()> {
    let find = |name: &str| {
        let mut folders = path.split(':').map(Path::new);
        folders
            .find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()))
            .map(|file| file.display().to_string())
    };
    let script = include_str!("../runc.sh")
        .replace("RUNC", &find("runc")?)
        .replace("NSENTER", &find("nsenter")?)
        .replace("NUMBER", &CONTAINER_PROCESSES.to_string());
    accounts::write(&format!("{DAEMON_PROGRAMS}/runc"), &script, 0o755).ok()
}
