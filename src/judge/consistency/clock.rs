//! What the same clock shows several times: it never goes back, and it goes on by what the
//! commands sleep in between.
//!
//! ```text
//!     $ date +%T; sleep 3; date +%T
//!     10:20:30
//!     10:20:31          three seconds or more
//!
//!     $ date; docker run --rm busybox date
//!     Wed Aug 30 14:33:12 KST 2023
//!     Wed Aug 30 14:33:13 UTC 2023      05:33:13, or KST where the command sets it
//! ```
//!
//! Each time alone may be any, in whichever format. The clock of the host is one, and that of
//! each container or image, whose zone may be another. Times of two clocks are compared where
//! both show their zone.

use super::series::Sides;
use super::sleeps::{is_straight, slept};
use super::{Evidence, Lines, Objection, makers};
use crate::docker::{Invocation, OperandKind, ProgramCall};
use crate::formats::clock::{ClockReading, asks_the_clock};
use crate::formats::instant::offset_of;
use crate::judge::{How, LineJudgement};

/// Why a time is refused.
const WENT_BACK: &str =
    "the clock has gone on by less since it was shown before than the commands sleep";

/// Why a zone is refused.
const OTHER_ZONE: &str =
    "the clock of a container shows UTC where nothing sets another time zone for it";

/// Why a zone is refused that a command sets.
const ZONE_OF_COMMAND: &str = "the command sets another time zone for this clock";

/// Why a time of another zone is refused.
const SAME_HOUR: &str = "clocks in two time zones do not show the same hour";

/// What sets a time zone, in a command or a file of the author.
const SETS_ZONE: [&str; 5] = ["TZ", "localtime", "timezone", "tzdata", "zoneinfo"];

/// A time that a line shows.
struct Time {
    shown: Sides<ClockReading>,
    clock: Clock,
    /// How many seconds the commands have slept before it at least and at most.
    slept: (f64, f64),
    step: usize,
    line: usize,
}

/// Whose clock is shown, and how.
#[derive(PartialEq)]
struct Clock {
    /// The container or the image; none for the host.
    container: Option<String>,
    /// Whether it shows UTC whatever its zone is, or counts from another moment.
    form: ClockForm,
    /// The section that shows it: the author may have recorded each on another day.
    section: usize,
    /// The step that sets another zone for it, from 0.
    own_zone: Option<usize>,
}

/// Since when, and in which zone, a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClockForm {
    /// In the zone that is set.
    Local,
    /// In UTC, or in seconds since 1970.
    Utc,
    /// Since the machine was started.
    Uptime,
}

impl ClockForm {
    fn of(call: &ProgramCall) -> Self {
        let is_epoch = call.words.iter().any(|word| word.starts_with("+%s"));
        match call.program.as_str() {
            "date" if is_epoch || call.has_flag('u') => Self::Utc,
            "date" => Self::Local,
            _ => Self::Uptime,
        }
    }
}

/// Lines whose time cannot be with the one that the same clock showed before.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let times = times(evidence, judged);
    let contradicts = |(number, time): (usize, &Time)| {
        let before = times[..number].iter().rev();
        let mut of_clock = before.clone().filter(|one| one.is_of_clock(time));
        let mut of_day = before.filter(|one| one.clock.section == time.clock.section);
        let is_early = of_clock.next().is_some_and(|last| time.is_early(last))
            || of_day.clone().any(|last| time.is_before(last));
        let reason = if is_early {
            WENT_BACK
        } else if time.is_of_unset_zone() && !time.has_set_zone(evidence) {
            OTHER_ZONE
        } else if time.is_of_other_zone() {
            ZONE_OF_COMMAND
        } else if of_day.any(|last| time.is_same_hour(last)) {
            SAME_HOUR
        } else {
            return None;
        };
        Some(Objection::at(time.step, time.line, reason))
    };
    times.iter().enumerate().filter_map(contradicts).collect()
}

impl Time {
    /// Whether both are shown by one clock, in one zone as far as it is shown.
    fn is_of_clock(&self, other: &Self) -> bool {
        let are_one = |own: &ClockReading, other: &ClockReading| {
            let are_shown = !own.zone.is_empty() && !other.zone.is_empty();
            let offsets = offset_of(&own.zone).zip(offset_of(&other.zone));
            !are_shown || own.zone == other.zone || offsets.is_some_and(|(own, other)| own == other)
        };
        self.clock == other.clock
            && are_one(&self.shown.noted, &other.shown.noted)
            && are_one(&self.shown.printed, &other.shown.printed)
    }

    /// Whether it is earlier than `before` in the notes and not here, by zones that are shown.
    fn is_before(&self, before: &Self) -> bool {
        // The clocks of two machines may differ.
        const APART: i64 = 60;
        let since_1970 = |time: &Self| time.shown.read(ClockReading::since_1970);
        let both = since_1970(self).zip(since_1970(before));
        both.is_some_and(|(own, before)| {
            own.noted - before.noted < -APART && own.printed - before.printed >= -APART
        })
    }

    /// Whether a container shows UTC here, and another zone in the notes.
    fn is_of_unset_zone(&self) -> bool {
        let is_of_container = self.clock.container.is_some();
        is_of_container
            && matches!(
                self.offsets(),
                Some(Sides {
                    noted: 1.. | ..=-1,
                    printed: 0,
                })
            )
    }

    /// Whether its command sets the zone of a container to another one than the notes show.
    fn is_of_other_zone(&self) -> bool {
        let is_set = self.clock.own_zone.is_some() && self.clock.container.is_some();
        let offsets = self.offsets();
        is_set && offsets.is_some_and(|offsets| offsets.noted != offsets.printed)
    }

    /// How many seconds its zone is from UTC.
    fn offsets(&self) -> Option<Sides<i64>> {
        self.shown.read(|time| offset_of(&time.zone))
    }

    /// Whether its command, another one that is not about another container, or a file can set
    /// the zone of its clock.
    fn has_set_zone(&self, evidence: &Evidence) -> bool {
        let sets = |text: &str| SETS_ZONE.iter().any(|word| text.contains(word));
        let steps = evidence.steps.iter().enumerate();
        let setters = steps.filter(|(_, step)| step.command().is_some_and(sets));
        let mut setters = setters.map(|(number, _)| number).peekable();
        if setters.peek().is_none() {
            return sets(&evidence.authored);
        }
        setters.any(|number| {
            number == self.step || !self.is_of_another(evidence.formats[number].calls())
        })
    }

    /// Whether `calls` make containers, and not the one whose clock it is.
    fn is_of_another(&self, calls: &[ProgramCall]) -> bool {
        let mut makers = makers(calls).peekable();
        let is_other = |docker: &Invocation| {
            let names = docker.gives(OperandKind::Container);
            let own = self.clock.container.as_ref();
            let is_unnamed = names.is_empty() && docker.has("--detach");
            !is_unnamed && !names.iter().any(|name| Some(name) == own)
        };
        makers.peek().is_some() && makers.all(is_other)
    }

    /// Whether the notes show the hour and minute of `before` in another zone, and both are
    /// shown within an hour here.
    fn is_same_hour(&self, before: &Self) -> bool {
        const MINUTE: i64 = 60;
        const HOUR: i64 = 3600;
        let (own, other) = (&self.shown.noted, &before.shown.noted);
        let offsets = offset_of(&own.zone).zip(offset_of(&other.zone));
        let here = [self, before].map(|time| time.shown.printed.since_1970());
        let here = here[0].zip(here[1]);
        own.has_day
            && other.has_day
            && offsets.is_some_and(|(own, other)| own != other)
            && (own.seconds - other.seconds).abs() < MINUTE
            && here.is_some_and(|(own, before)| (own - before).abs() < HOUR)
    }

    /// Whether less has passed in the notes since `before` than the commands sleep, but not
    /// here.
    fn is_early(&self, before: &Self) -> bool {
        let least = (self.slept.0 - before.slept.1).max(0.0);
        let is_less = |most: i64| most as f64 <= least;
        let (own, before) = (&self.shown, &before.shown);
        is_less(own.noted.most_since(&before.noted))
            && !is_less(own.printed.most_since(&before.printed))
    }
}

/// All times that `date` printed, in their order.
fn times(evidence: &Evidence, judged: &Lines) -> Vec<Time> {
    let mut found = Vec::new();
    let mut slept = 0.0;
    for (number, (step, lines)) in evidence.steps.iter().zip(judged).enumerate() {
        let calls = evidence.formats[number].calls();
        let command = step.command().unwrap_or_default();
        let asked = asked_in(command, calls, slept);
        let before = slept;
        slept = asked.slept;
        // Who types in a container has its clock.
        if !step.on_host() {
            continue;
        }
        let own_zone = command.contains("TZ").then_some(number);
        let mut shown_lines: Vec<(usize, &ProgramCall, Sides<ClockReading>)> = Vec::new();
        for (line, judged) in lines.iter().enumerate() {
            let Some(sides) = placed_sides(judged) else {
                continue;
            };
            let mut dates = asked.dates.iter().map(|(call, ..)| *call);
            let read = |call| sides.read(|text| ClockReading::read(call, text));
            shown_lines.extend(dates.find_map(|call| Some((line, call, read(call)?))));
        }
        let is_one_each = asked.is_straight && shown_lines.len() == asked.dates.len();
        for (index, (line, call, shown)) in shown_lines.into_iter().enumerate() {
            let (container, slept) = match asked.dates.get(index) {
                Some((_, container, slept)) if is_one_each => (container, (*slept, *slept)),
                _ => (&asked.dates[0].1, (before, asked.slept)),
            };
            found.push(Time {
                shown,
                clock: Clock {
                    container: container.clone(),
                    form: ClockForm::of(call),
                    section: step.section,
                    own_zone,
                },
                slept,
                step: number,
                line,
            });
        }
    }
    found
}

/// The calls of `date` in a command.
struct Asked<'c> {
    /// Each with the container that it asks, and how long the commands have slept by then.
    dates: Vec<(&'c ProgramCall, Option<String>, f64)>,
    is_straight: bool,
    /// How long the commands have slept behind it.
    slept: f64,
}

/// The calls of `date` among `calls`, those of `command`, before which the commands have
/// slept for `slept` seconds.
fn asked_in<'c>(command: &str, calls: &'c [ProgramCall], mut slept_before: f64) -> Asked<'c> {
    let is_straight = is_straight(command, calls);
    let mut dates = Vec::new();
    let mut docker: Option<&Invocation> = None;
    for call in calls {
        docker = call.docker().or(docker);
        let inside = docker.filter(|_| call.runs_in_container());
        let is_waited_for = inside.is_none_or(|docker| !docker.has("--detach"));
        if asks_the_clock(call) && is_waited_for {
            let container = inside.map(|docker| docker.operands.first().cloned());
            // How long the machine is up is the same in all of its containers.
            let container = container.filter(|_| call.program == "date");
            dates.push((call, container.map(Option::unwrap_or_default), slept_before));
        } else if is_straight && is_waited_for {
            slept_before += slept(call);
        }
    }
    Asked {
        dates,
        is_straight,
        slept: slept_before,
    }
}

/// The two sides of a line that holds where it stands.
fn placed_sides(judged: &LineJudgement) -> Option<Sides<&str>> {
    let is_placed = matches!(
        judged.how,
        How::Literal | How::Bound | How::Volatile | How::Varying
    );
    Sides::of(judged).filter(|_| judged.ok && is_placed)
}
