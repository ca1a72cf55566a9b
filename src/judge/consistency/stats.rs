//! What `docker stats` shows of a container, against itself and what its command gives it.
//!
//! ```text
//!     $ docker run -d --name a --cpus 0.5 --memory 64m --network none ...
//!     $ docker stats --no-stream
//!     NAME   CPU %     MEM USAGE / LIMIT   MEM %    NET I/O
//!     a      180.00%   99MiB / 128MiB      12.50%   1.2kB / 0B
//!            more than half a processor
//!                      another limit       another share
//!                                                   there is no network
//! ```

use super::parts::MEMORY;
use super::series::{Sides, each_line};
use super::{Evidence, Lines, Objection};
use crate::docker::{Invocation, ProgramCall};
use crate::formats::fields::is_memory_asked_for;
use crate::formats::size::memory;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why another limit of memory is refused.
const LIMIT: &str = "the memory that a command asks for is the limit";

/// Why a share of memory is refused.
const OTHER_SHARE: &str = "this memory is another share of its limit";

/// Why a load is refused.
const BUSIER: &str = "the command gives the container less time of the processors";

/// Why traffic is refused.
const NO_NETWORK: &str = "a container without a network sends and receives nothing";

pattern! {
    /// A share, or two sizes.
    VALUE = r"(?P<first>[0-9.]+[kKMG]?i?B) / (?P<second>[0-9.]+[kKMG]?i?B)|(?P<share>[0-9.]+)%";
    /// A field of a template.
    FIELD = r"\{\{ *\.(?P<name>CPUPerc|MemUsage|MemPerc|NetIO|BlockIO) *\}\}";
}

/// The fields of the table, as templates call them.
const TABLE: [&str; 5] = ["CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO"];

/// What a row shows.
#[derive(Debug, Default)]
struct Usage<'r> {
    /// The share of one processor, in per cent.
    load: Option<f64>,
    /// What is used of the memory, and its limit.
    memory: Option<(&'r str, &'r str)>,
    /// The share of memory in use, in per cent.
    share: Option<f64>,
    /// What was received and sent.
    traffic: Option<(&'r str, &'r str)>,
}

/// Rows of `docker stats` with a number that no container of these commands has.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    each_line(judged, |step| {
        let mut calls = evidence.formats[step].calls().iter();
        let fields = fields(calls.find(|call| call.is_docker("stats"))?);
        Some(move |line: &LineJudgement| {
            let rows = Sides::of(line)?;
            let usages = rows.read(|row| Usage::read(row, &fields))?;
            let maker = maker(evidence, rows.noted);
            usages.noted.objection(&usages.printed, evidence, maker)
        })
    })
}

/// The fields that each row shows, in their order.
fn fields(call: &ProgramCall) -> Vec<&str> {
    match call.template().filter(|template| template.contains("{{")) {
        Some(template) => {
            let names = FIELD.captures_iter(template);
            let names = names.filter_map(|field| field.name("name"));
            names.map(|name| name.as_str()).collect()
        }
        None => TABLE.to_vec(),
    }
}

/// The command that makes the container that `row` names; where it names none, the only one.
fn maker<'e>(evidence: &'e Evidence, row: &str) -> Option<&'e Invocation> {
    let makers: Vec<&Invocation> = evidence.makers().collect();
    let is_named = |maker: &&&Invocation| {
        let name = maker.values("--name").last();
        name.is_some_and(|name| row.split_whitespace().any(|word| word == name))
    };
    let mut named = makers.iter().filter(is_named);
    match (named.next(), makers.as_slice()) {
        (Some(maker), _) => Some(maker).filter(|_| named.next().is_none()).copied(),
        (None, [only]) => Some(only),
        (None, _) => None,
    }
}

impl<'r> Usage<'r> {
    /// What `row` shows by its `fields`, of which it may lack the last.
    fn read(row: &'r str, fields: &[&str]) -> Option<Self> {
        let values: Vec<_> = VALUE.captures_iter(row).collect();
        let mut usage = Self::default();
        for (field, value) in fields.iter().zip(&values) {
            let text = |part| value.name(part).map(|part| part.as_str());
            let share = text("share").and_then(|share| share.parse().ok());
            let sizes = text("first").zip(text("second"));
            match *field {
                "CPUPerc" => usage.load = Some(share?),
                "MemPerc" => usage.share = Some(share?),
                "MemUsage" => usage.memory = Some(sizes?),
                "NetIO" => usage.traffic = Some(sizes?),
                _ => {
                    sizes?;
                }
            }
        }
        (values.len() <= fields.len()).then_some(usage)
    }

    /// Why this one of the notes cannot be, where this run shows `printed`, of the container
    /// that `maker` makes.
    fn objection(
        &self,
        printed: &Self,
        evidence: &Evidence,
        maker: Option<&Invocation>,
    ) -> Option<&'static str> {
        if let (Some((used, limit)), Some((_, limit_here))) = (self.memory, printed.memory) {
            let is_asked_for = is_memory_asked_for(limit_here, evidence.authored.calls());
            let (used, limit) = (memory(used)?, memory(limit)?);
            if is_asked_for && Some(limit) != memory(limit_here) {
                return Some(LIMIT);
            }
            if used > limit {
                return Some(MEMORY);
            }
        }
        if self.is_another_share() && !printed.is_another_share() {
            return Some(OTHER_SHARE);
        }
        let maker = maker?;
        let is_busier = |usage: &Self| usage.load.zip(most_load(maker)).is_some_and(is_more);
        if is_busier(self) && !is_busier(printed) {
            return Some(BUSIER);
        }
        let is_idle = |usage: &Self| usage.traffic == Some(("0B", "0B"));
        let mut networks = maker.values("--network").chain(maker.values("--net"));
        let has_none = networks.next() == Some("none");
        (has_none && self.traffic.is_some() && !is_idle(self) && is_idle(printed))
            .then_some(NO_NETWORK)
    }

    /// Whether its share of memory is another one than its use and its limit make. Source:
    /// docker/cli `cli/command/container/{stats_helpers,formatter_stats}.go`.
    fn is_another_share(&self) -> bool {
        // Before Docker 1.13 the units were those of 1000.
        let sizes = self.memory.filter(|(_, limit)| limit.ends_with("iB"));
        let sizes = sizes.and_then(|(used, limit)| memory(used).zip(memory(limit)));
        self.share.zip(sizes).is_some_and(|(share, (used, limit))| {
            // Sizes are cut to four digits, and the share to two behind the point.
            let real = 100.0 * used / limit;
            limit > 0.0 && (share - real).abs() > 0.006 + 0.001 * real
        })
    }
}

/// The most time of one processor, in per cent, that `maker` gives its container.
fn most_load(maker: &Invocation) -> Option<f64> {
    let processors: f64 = maker.values("--cpus").last()?.parse().ok()?;
    Some(100.0 * processors).filter(|most| *most > 0.0)
}

/// Whether a load is surely above the most.
fn is_more((load, most): (f64, f64)) -> bool {
    // A period of the scheduler may end behind the moment of measuring.
    const LATE: f64 = 1.5;
    load > LATE * most
}
