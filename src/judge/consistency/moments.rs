//! Times that the lines of an exercise show: what is later here is not earlier in the notes.
//!
//! ```text
//!     notes   "Created": "...T05:33:12.1Z"    "StartedAt": "...T05:33:12.6Z"
//!     here    "Created": "...T09:00:01.1Z"    "StartedAt": "...T09:00:01.5Z"
//!                        \___ earlier ________________ later, on both sides
//! ```
//!
//! Each time alone may be any. Two are compared where both sides write them in one way, in
//! one time zone; two that show parts of seconds are the same on both sides or on none. An image that others built, or a file, keeps the time of its own day:
//! only times within [`RUN`] of the latest one belong to the run.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::series::{OneToOne, Sides};
use super::{Evidence, Lines, Objection};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::clock::asks_the_clock;
use crate::formats::instant::{Instant, SECOND};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::judge::{How, LineJudgement};

/// Why a time is refused.
const CONTRADICTS: &str =
    "this time and another one that the notes show stand in another order in this run";

/// How long a run takes at most, in nanoseconds.
const RUN: i128 = 3600 * SECOND;

/// Two times that are this close in the notes stand in no order, in nanoseconds.
const AT_ONCE: i128 = SECOND / 20;

/// A time of the notes with this run's.
struct Moment {
    /// In nanoseconds since 1970.
    shown: Sides<i128>,
    /// Whether both show so much of a second that no two are the same by chance.
    is_exact: bool,
    /// The step that asked the clock for it, from 0.
    asked: Option<usize>,
    /// The step whose lines are a log, from 0.
    logged: Option<usize>,
    /// Where it stands: its step and its judged line, each from 0.
    at: (usize, usize),
    /// The section of that step.
    section: usize,
}

impl Moment {
    /// Whether nothing but their times says which of two is the earlier.
    fn is_with(&self, other: &Self) -> bool {
        let follows = self.logged.is_some() && self.logged == other.logged;
        let same_asked = self.asked == other.asked || self.asked.is_none();
        let is_of_section = self.section == other.section;
        is_of_section && self.shown.printed == other.shown.printed && same_asked && !follows
    }
}

/// How both sides write a time: its kind, the zones, whether the notes show parts of a
/// second, and what stands before it in a header of HTTP, which may be about a file.
type Writing = (Volatile, String, String, bool, String);

/// Lines whose time cannot be with another one's.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let named = evidence.dockers().flat_map(Invocation::names);
    let named = named.filter(|naming| naming.thing == OperandKind::Image);
    let images: HashSet<String> = named.map(|naming| naming.name).collect();
    let mut groups: HashMap<Writing, Vec<Moment>> = HashMap::new();
    for (step, (lines, format)) in judged.iter().zip(evidence.formats).enumerate() {
        let calls = format.calls();
        if calls.iter().any(|call| shows_other_times(call, &images)) {
            continue;
        }
        let asked = calls.iter().any(asks_the_clock).then_some(step);
        let logged = matches!(calls, [call] if is_log_of_one(call)).then_some(step);
        for (line, judged) in lines.iter().enumerate() {
            for (writing, shown, is_exact) in times_in(judged, format) {
                groups.entry(writing).or_default().push(Moment {
                    shown,
                    is_exact,
                    asked,
                    logged,
                    at: (step, line),
                    section: evidence.steps[step].section,
                });
            }
        }
    }
    let groups = groups.into_values();
    let mut found: Vec<_> = groups.flat_map(contradictions_among).collect();
    found.sort_unstable();
    found.dedup();
    let found = found.into_iter();
    found
        .map(|(step, line)| Objection::at(step, line, CONTRADICTS))
        .collect()
}

/// Where the times among `moments`, all written in one way, stand that another one contradicts.
fn contradictions_among(mut moments: Vec<Moment>) -> Vec<(usize, usize)> {
    let latest = moments.iter().map(|moment| moment.shown.printed).max();
    moments.retain(|moment| latest.is_some_and(|latest| moment.shown.printed >= latest - RUN));
    // One moment is one on both sides.
    let mut known = OneToOne::new();
    let exact = moments.iter().filter(|moment| moment.is_exact);
    let differ = exact.filter(|moment| !known.agrees(moment.shown.noted, moment.shown.printed));
    let mut found: Vec<(usize, usize)> = differ.map(|moment| moment.at).collect();
    // What is later here is not earlier in the notes of the same day. Of two that are the same
    // here, the one whose step asked the clock later is, or the one that stands below in a log.
    let mut latest_noted = (0, i128::MIN);
    moments.sort_by_key(|moment| {
        (
            moment.section,
            moment.shown.printed,
            moment.asked,
            moment.at,
        )
    });
    for same in moments.chunk_by(Moment::is_with) {
        let goes_back = |moment: &&Moment| {
            let (section, latest) = latest_noted;
            moment.section == section && moment.shown.noted + AT_ONCE < latest
        };
        found.extend(same.iter().filter(goes_back).map(|moment| moment.at));
        let noted = same
            .iter()
            .map(|moment| (moment.section, moment.shown.noted))
            .max();
        latest_noted = latest_noted.max(noted.unwrap_or(latest_noted));
    }
    found
}

/// The times of the run in a judged line that stands where it stands by its order; each with
/// whether both sides show so much of a second that no two are the same by chance.
fn times_in(line: &LineJudgement, format: &OutputFormat) -> Vec<(Writing, Sides<i128>, bool)> {
    const ENOUGH: usize = 6;
    let is_placed = matches!(line.how, How::Literal | How::Bound | How::Volatile);
    let sides = Sides::of(line).filter(|_| line.ok && is_placed);
    let Some(Sides { noted, printed }) = sides.map(|sides| sides.map(normal)) else {
        return Vec::new();
    };
    let [ours, theirs] = [&noted, &printed].map(|text| format.fields(text, "").volatile);
    let kinds = ours.iter().map(|(_, kind)| kind);
    if !kinds.eq(theirs.iter().map(|(_, kind)| kind)) {
        return Vec::new();
    }
    let read = |((own, kind), (their, _)): ((Range<usize>, Volatile), (Range<usize>, _))| {
        let label = match kind {
            Volatile::HttpDate => noted[..own.start].to_owned(),
            _ => String::new(),
        };
        let noted = Instant::read(kind, &noted[own])?;
        let printed = Instant::read(kind, &printed[their])?;
        let [zone, printed_zone] = [noted.zone, printed.zone].map(str::to_owned);
        let writing = (kind, zone, printed_zone, noted.digits > 0, label);
        let shown = Sides::new(noted.time, printed.time);
        Some((writing, shown, noted.digits.min(printed.digits) >= ENOUGH))
    };
    ours.into_iter().zip(theirs).filter_map(read).collect()
}

/// Whether it shows images, which may have been built on any day, or files, whose times
/// follow the file system; `images` are those that the exercise names.
fn shows_other_times(call: &ProgramCall, images: &HashSet<String>) -> bool {
    let is_image = |docker: &Invocation| {
        let mut operands = docker.operands.iter();
        docker.verb.starts_with("image ")
            || docker.verb == "history"
            || (docker.does(Does::Inspects) && operands.any(|operand| images.contains(operand)))
    };
    call.lists() == Some(OperandKind::Image)
        || call.docker().is_some_and(is_image)
        || ["ls", "stat", "find"].contains(&call.program.as_str())
}

/// Whether it prints what one container wrote, line by line.
fn is_log_of_one(call: &ProgramCall) -> bool {
    let is_of_one = |docker: &Invocation| docker.does(Does::Logs) && !docker.is_of_compose();
    call.docker().or(call.kubectl()).is_some_and(is_of_one)
}
