//! What a kernel tells of its machine: the same on the host and in every container.
//!
//! ```text
//!     $ nproc
//!     8
//!     $ docker run --rm --cpus 1 busybox nproc
//!     1                       a limit of time takes no processor away
//!
//!     $ docker run --rm --memory 64m busybox free -m
//!     Mem:             64           1          63       a limit makes no machine smaller
//! ```
//!
//! Two numbers that are the same in this run are the same in the notes of one section, also
//! where different programs tell them:
//!
//! ```text
//!     $ docker exec web nproc        $ docker info | grep -e CPUs -e Memory
//!     8                               CPUs: 8
//!                                     Total Memory: 15.5GiB
//!     $ docker exec web free -b      $ docker stats --no-stream --format '{{.MemUsage}}'
//!     Mem:   16643072000   ...       1.2MiB / 15.5GiB        no command limits it
//! ```

use super::series::{Sides, against_earlier, impossible_lines, readings};
use super::{Evidence, Lines, Objection};
use crate::docker::{Invocation, ProgramCall};
use crate::formats::size::memory;
use crate::pattern::pattern;

/// Why a line is refused.
const OTHER: &str = "another step shows another number of the same machine";

/// Why the limit of a container is refused as the whole.
const LIMITED: &str = "`free` shows the memory of the machine, and not the limit of its container";

/// Files of the kernel that tell of the whole machine.
const FILES: [&str; 3] = ["/proc/cpuinfo", "/proc/meminfo", "/proc/version"];

/// How lines of these files begin that never change while the machine is up.
const CONSTANT: [&str; 5] = [
    "Linux version",
    "MemTotal",
    "SwapTotal",
    "cpu cores",
    "model name",
];

/// What several programs tell of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Processors,
    /// In bytes.
    Memory,
}

pattern! {
    /// What `docker info` tells of the machine.
    INFO = r"^ *(?:CPUs: (?P<processors>[0-9]+)|Total Memory: (?P<memory>[0-9.]+[KMGT]iB))$";
    /// What the kernel does.
    TOTAL = r"^MemTotal: +(?P<memory>[0-9]+) kB$";
    /// The limit of a container's memory.
    LIMIT = r" / (?P<memory>[0-9.]+[KMGT]iB)\b";
}

/// Lines that tell another number of the machine than one above, the same here and not in the
/// notes, or the limit of a container as the memory of the machine.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = by_one_program(evidence, judged);
    found.extend(by_several_programs(evidence, judged));
    found.extend(limits(evidence, judged));
    found
}

/// Lines that contradict what another program of the same section told before.
fn by_several_programs(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let told = readings(judged, |step, _, line| {
        let told = Sides::of(line)?.read(|text| quantity(evidence, step, text))?;
        let of = (evidence.steps[step].section, told.noted.0);
        Some((of, told.read(|(_, number)| Some(*number))?))
    });
    against_earlier(&told, |one, other| !are_close(*one, *other), OTHER)
}

/// Lines that the same program prints of the machine in two steps of one section.
fn by_one_program(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let printed = readings(judged, |step, place, line| {
        let call = evidence.formats[step].calls().last();
        let call = call.filter(|call| asks_machine(call))?;
        let sides = Sides::of(line).filter(|sides| is_constant(sides.printed))?;
        let of = (
            evidence.steps[step].section,
            &call.program,
            &call.words,
            place,
        );
        Some((of, sides))
    });
    against_earlier(&printed, PartialEq::ne, OTHER)
}

/// Rows in which `free` shows, in a container, no more than the largest limit that the exercise
/// gives one.
fn limits(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let given = |docker: &Invocation| memory(docker.values("--memory").last()?);
    let largest = evidence.dockers().filter_map(given).reduce(f64::max);
    let asks = |call: &ProgramCall| call.program == "free" && call.runs_in_container();
    let is_limit = |free: &ProgramCall, row: &str| {
        let is_memory = row.trim_start().starts_with("Mem:");
        let amounts = amounts(row, free);
        Some(*amounts.first().filter(|_| is_memory)? <= largest?)
    };
    impossible_lines(evidence, judged, asks, is_limit, LIMITED)
}

/// Whether both may be one number, rounded.
fn are_close(one: f64, other: f64) -> bool {
    // `free -h` shows 15.9 as 15.
    const ROUNDED: f64 = 0.1;
    (one - other).abs() <= ROUNDED * one.max(other)
}

/// What `line` of `step` tells of the daemon's machine, which may be another than the shell's.
fn quantity(evidence: &Evidence, step: usize, line: &str) -> Option<(Quantity, f64)> {
    let call = evidence.formats[step].calls().iter().find(|call| {
        let is_docker = call.is_docker("info") || call.is_docker("stats");
        let asks = ["nproc", "free"].contains(&call.program.as_str()) || asks_machine(call);
        is_docker || asks && is_inside(evidence, step, call)
    })?;
    let number = || line.trim().parse::<f64>().ok();
    let template = call.template().map(|template| template.replace(' ', ""));
    let named = |found: &regex::Captures, name: &str, unit: &str| {
        memory(&format!("{}{unit}", found.name(name)?.as_str()))
    };
    match (call.program.as_str(), template.as_deref()) {
        ("nproc", _) if call.words.is_empty() => Some((Quantity::Processors, number()?)),
        ("free", _) if line.starts_with("Mem:") => {
            Some((Quantity::Memory, *amounts(line, call).first()?))
        }
        (_, Some("{{.NCPU}}")) => Some((Quantity::Processors, number()?)),
        (_, Some("{{.MemTotal}}")) => Some((Quantity::Memory, number()?)),
        _ if call.is_docker("info") => {
            let found = INFO.captures(line)?;
            match named(&found, "memory", "") {
                Some(bytes) => Some((Quantity::Memory, bytes)),
                None => Some((Quantity::Processors, named(&found, "processors", "")?)),
            }
        }
        _ if call.is_docker("stats") => {
            let bytes = named(&LIMIT.captures(line)?, "memory", "")?;
            let limits = |docker: &Invocation| docker.has("--memory") || docker.is_of_compose();
            (!evidence.dockers().any(limits)).then_some((Quantity::Memory, bytes))
        }
        _ => Some((
            Quantity::Memory,
            named(&TOTAL.captures(line)?, "memory", "k")?,
        )),
    }
}

/// Whether `call` of `step` runs in a container.
fn is_inside(evidence: &Evidence, step: usize, call: &ProgramCall) -> bool {
    call.runs_in_container() || !evidence.steps[step].on_host()
}

/// What a row of `free` shows in all, in use and free, in bytes; nothing where it is no row of
/// memory.
pub(super) fn amounts(row: &str, free: &ProgramCall) -> Vec<f64> {
    let units = [('b', 0), ('m', 2), ('g', 3)];
    let unit = units.iter().find(|(letter, _)| free.has_flag(*letter));
    let power = unit.map_or(1, |(_, power)| *power);
    let bytes = |text: &str| {
        let has_unit = text.ends_with(|last: char| last.is_ascii_alphabetic());
        let amount = memory(text)?;
        Some(if has_unit {
            amount
        } else {
            amount * 1024_f64.powi(power)
        })
    };
    let mut words = row.split_whitespace();
    match words.next() {
        Some(name) if name.ends_with(':') => words.map_while(bytes).take(3).collect(),
        _ => Vec::new(),
    }
}

/// Whether `call` shows what the kernel tells of the whole machine.
fn asks_machine(call: &ProgramCall) -> bool {
    call.program == "nproc"
        || call.prints_as_it_is() && call.words.iter().any(|word| FILES.contains(&word.as_str()))
}

/// Whether a line of such a program or file is the same whenever it is asked.
fn is_constant(line: &str) -> bool {
    let line = line.trim();
    let is_count = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
    is_count || CONSTANT.iter().any(|begin| line.starts_with(begin))
}
