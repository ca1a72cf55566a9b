//! What a kernel tells of its machine: the same on the host and in every container.
//!
//! ```text
//!     $ nproc
//!     8
//!     $ docker run --rm --cpus 1 busybox nproc
//!     1                       a limit of time takes no processor away
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

use super::memory::amounts;
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::size::memory;
use crate::pattern::pattern;

/// Why a line is refused.
const OTHER: &str = "another step shows another number of the same machine";

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

/// Lines that tell another number of the machine than one above, the same here and not in the
/// notes.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut found = by_one_program(evidence, judged);
    found.extend(by_several_programs(evidence, judged));
    found
}

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

/// Lines that contradict what another program told before.
fn by_several_programs(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut told: Vec<(usize, Quantity, f64, f64)> = Vec::new();
    let mut found = Vec::new();
    for (step, lines) in judged.iter().enumerate() {
        let section = evidence.steps[step].section;
        for (line, judged) in lines.iter().enumerate().filter(|(_, line)| line.ok) {
            let read = |text: &Option<String>| quantity(evidence, step, text.as_deref()?);
            let Some((noted, printed)) = read(&judged.expected).zip(read(&judged.actual)) else {
                continue;
            };
            let contradicts = |(other, quantity, before, here): &(usize, Quantity, f64, f64)| {
                let is_same = (*other, *quantity) == (section, noted.0);
                is_same && are_close(*here, printed.1) && !are_close(*before, noted.1)
            };
            if told.iter().any(contradicts) {
                found.push(Objection::at(step, line, OTHER));
            }
            told.push((section, noted.0, noted.1, printed.1));
        }
    }
    found
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
            (!evidence.limits_memory()).then_some((Quantity::Memory, bytes))
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

/// Lines that the same program prints of the machine in two steps, the same here and not in
/// the notes.
fn by_one_program(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let asked: Vec<Option<&ProgramCall>> = evidence
        .formats
        .iter()
        .map(|format| format.calls().last().filter(|call| asks_machine(call)))
        .collect();
    let mut found = Vec::new();
    for later in 1..judged.len() {
        let Some(own) = asked[later] else { continue };
        let is_same = |step: &usize| {
            let section = evidence.steps[*step].section == evidence.steps[later].section;
            let asks_the_same =
                |other: &ProgramCall| (&other.program, &other.words) == (&own.program, &own.words);
            section && asked[*step].is_some_and(asks_the_same)
        };
        let Some(earlier) = (0..later).rev().find(is_same) else {
            continue;
        };
        let pairs = judged[later].iter().zip(judged[earlier]).enumerate();
        let differ = pairs.filter(|(_, (line, before))| {
            let (noted, before_noted) = (&line.expected, &before.expected);
            line.ok
                && before.ok
                && line.actual.as_deref().is_some_and(is_constant)
                && line.actual == before.actual
                && noted.is_some()
                && before_noted.is_some()
                && noted != before_noted
        });
        found.extend(differ.map(|(line, _)| Objection::at(later, line, OTHER)));
    }
    found
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
