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

use std::collections::HashSet;

use super::{How, LineJudgement};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::pattern::pattern;

/// Why a time is refused.
pub(super) const CONTRADICTS: &str =
    "this time and one that the notes show above stand in another order in this run";

/// Nanoseconds in a second.
const SECOND: i128 = 1_000_000_000;

/// How long a run takes at most, in nanoseconds.
const RUN: i128 = 3600 * SECOND;

/// Two times that are this close in the notes stand in no order, in nanoseconds.
const AT_ONCE: i128 = SECOND / 20;

pattern! {
    /// The time of day in a time, with its fraction and its half of the day.
    CLOCK = r"[T :]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?(?: ([AP])M)?";
    /// The date in a time that begins with the year.
    YEAR_FIRST = r"^([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})";
    /// The name of the month in a time, with the numbers beside it.
    MONTH = r"(?:\b([0-9]{1,2})[ /])?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /](?: ?([0-9]{1,2})\b)?";
    /// The year in a time that does not begin with it.
    YEAR = r"(?:^|[ /])([12][0-9]{3})(?:[ :]|$)";
}

/// A point in time as a text shows it.
#[derive(Debug, PartialEq)]
struct Instant<'t> {
    /// Nanoseconds since 1970 by the clock that is shown, whatever its zone.
    time: i128,
    /// How many digits of parts of a second are shown.
    digits: usize,
    /// What the text has behind its clock: the zone.
    zone: &'t str,
}

impl<'t> Instant<'t> {
    /// Reads a `text` of `kind`; none for a kind that is no point in time, or one that
    /// lacks its year.
    fn read(kind: Volatile, text: &'t str) -> Option<Self> {
        if kind == Volatile::EpochSeconds {
            return Some(Self {
                time: text.parse::<i128>().ok()? * SECOND,
                digits: 0,
                zone: "",
            });
        }
        let is_point = matches!(
            kind,
            Volatile::Rfc3339
                | Volatile::GoTime
                | Volatile::HttpDate
                | Volatile::UnixDate
                | Volatile::AccessLogDate
                | Volatile::ErrorLogDate
                | Volatile::DayFirstDate
        );
        let clock = CLOCK.captures(text).filter(|_| is_point)?;
        let part = |number| clock.get(number).map_or("", |part| part.as_str());
        let hour: i8 = part(1).parse().ok()?;
        let hour = match part(5) {
            "P" => hour % 12 + 12,
            "A" => hour % 12,
            _ => hour,
        };
        let (year, month, day) = date(text)?;
        let (minute, second): (i8, i8) = (part(2).parse().ok()?, part(3).parse().ok()?);
        let date = jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0).ok()?;
        let whole = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
        let fraction: i128 = format!("{:0<9}", part(4)).parse().ok()?;
        let zone = clock.get(0).and_then(|clock| text.get(clock.end()..))?;
        // The year may stand behind it.
        let zone = match kind {
            Volatile::UnixDate => zone.trim_end_matches(|c: char| c.is_ascii_digit()).trim(),
            _ => zone.trim(),
        };
        Some(Self {
            time: whole.as_nanosecond() + fraction,
            digits: part(4).len(),
            zone,
        })
    }
}

/// The year, the month and the day in `text`.
fn date(text: &str) -> Option<(i16, i8, i8)> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if let Some(found) = YEAR_FIRST.captures(text) {
        return Some((
            found[1].parse().ok()?,
            found[2].parse().ok()?,
            found[3].parse().ok()?,
        ));
    }
    let found = MONTH.captures(text)?;
    let month = MONTHS.find(&found[2])? / 3 + 1;
    let day = found.get(1).or(found.get(3))?.as_str();
    let year = YEAR.captures(text)?;
    Some((
        year[1].parse().ok()?,
        i8::try_from(month).ok()?,
        day.parse().ok()?,
    ))
}

/// A time of the notes with this run's.
struct Moment<'l> {
    kind: Volatile,
    noted: Instant<'l>,
    printed: Instant<'l>,
    /// The step that asked the clock for it, from 0.
    asked: Option<usize>,
    /// Where it stands: its step and its judged line, each from 0.
    at: (usize, usize),
}

impl Moment<'_> {
    /// Whether both sides write it as they write `other`.
    fn is_written_as(&self, other: &Self) -> bool {
        let way = |moment: &Self| {
            let (noted, printed) = (&moment.noted, &moment.printed);
            (
                moment.kind,
                noted.zone.to_owned(),
                printed.zone.to_owned(),
                noted.digits > 0,
            )
        };
        way(self) == way(other)
    }

    /// Whether it is `other` on one side only. Times that show as much of a second as this
    /// are never the same by chance.
    fn is_same_on_one_side(&self, other: &Self) -> bool {
        const ENOUGH: usize = 6;
        let instants = [&self.noted, &self.printed, &other.noted, &other.printed];
        let same = |one: &Instant, two: &Instant| one.time == two.time;
        instants.iter().all(|instant| instant.digits >= ENOUGH)
            && same(&self.noted, &other.noted) != same(&self.printed, &other.printed)
    }

    /// Whether it is later here than `earlier`, and earlier in the notes.
    fn goes_behind(&self, earlier: &Self) -> bool {
        let later_step = self
            .asked
            .zip(earlier.asked)
            .is_some_and(|(own, other)| own > other);
        let is_later = self.printed.time > earlier.printed.time
            || (later_step && self.printed.time >= earlier.printed.time);
        is_later && self.noted.time + AT_ONCE < earlier.noted.time
    }
}

/// The judged lines, by their step and number from 0, whose time cannot be with another one's.
/// `judged` are the lines of each step.
pub(super) fn contradictions<'l>(
    judged: impl Iterator<Item = &'l [LineJudgement]>,
    formats: &[OutputFormat],
) -> Vec<(usize, usize)> {
    let texts = texts_of(judged, formats);
    let mut moments: Vec<Moment> = Vec::new();
    for (at, kind, asked, noted, printed) in &texts {
        let sides = Instant::read(*kind, noted).zip(Instant::read(*kind, printed));
        moments.extend(sides.map(|(noted, printed)| Moment {
            kind: *kind,
            noted,
            printed,
            asked: *asked,
            at: *at,
        }));
    }
    let latest = moments.iter().map(|moment| moment.printed.time);
    let latest = latest.fold(i128::MIN, i128::max);
    moments.retain(|moment| moment.printed.time >= latest - RUN);
    let mut found = Vec::new();
    for (number, moment) in moments.iter().enumerate() {
        let mut others = moments[..number].iter();
        let is_wrong = others.any(|other| {
            other.is_written_as(moment)
                && (moment.goes_behind(other)
                    || other.goes_behind(moment)
                    || moment.is_same_on_one_side(other))
        });
        if is_wrong && !found.contains(&moment.at) {
            found.push(moment.at);
        }
    }
    found
}

/// A text that could be a time: where it stands, its kind, the step that asked the clock, the
/// notes' and this run's.
type Texts = ((usize, usize), Volatile, Option<usize>, String, String);

/// All texts in lines that hold which have a kind.
fn texts_of<'l>(
    judged: impl Iterator<Item = &'l [LineJudgement]>,
    formats: &[OutputFormat],
) -> Vec<Texts> {
    let calls = formats.iter().flat_map(OutputFormat::calls);
    let named = calls
        .filter_map(ProgramCall::docker)
        .flat_map(Invocation::names);
    let named = named.filter(|naming| naming.thing == OperandKind::Image);
    let images: HashSet<String> = named.map(|naming| naming.name).collect();
    let mut texts = Vec::new();
    for (step, (lines, format)) in judged.zip(formats).enumerate() {
        if format
            .calls()
            .iter()
            .any(|call| shows_other_times(call, &images))
        {
            continue;
        }
        let asked = format.calls().iter().any(asks_the_clock).then_some(step);
        for (number, line) in lines.iter().enumerate() {
            let is_placed = matches!(line.how, How::Literal | How::Bound | How::Volatile);
            let (Some(noted), Some(printed)) = (&line.expected, &line.actual) else {
                continue;
            };
            if !line.ok || !is_placed {
                continue;
            }
            let [noted, printed] = [normal(noted), normal(printed)];
            let fields = |text: &str| format.fields(text, "").volatile;
            let (ours, theirs) = (fields(&noted), fields(&printed));
            let kinds = ours.iter().map(|(_, kind)| kind);
            if !kinds.eq(theirs.iter().map(|(_, kind)| kind)) {
                continue;
            }
            for ((own, kind), (their, _)) in ours.into_iter().zip(theirs) {
                let [noted, printed] = [noted[own].to_owned(), printed[their].to_owned()];
                texts.push(((step, number), kind, asked, noted, printed));
            }
        }
    }
    texts
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

/// Whether it prints what the clock shows.
fn asks_the_clock(call: &ProgramCall) -> bool {
    let shows_another =
        |word: &String| word.starts_with("-d") || word.starts_with("-r") || word.starts_with("--");
    call.program == "date" && !call.words.iter().any(shows_another)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_instant_is_read_in_every_way_of_writing() {
        const TIME: i128 = 1_693_373_592 * SECOND;
        for (kind, text, zone) in [
            (Volatile::Rfc3339, "2023-08-30T05:33:12Z", "Z"),
            (
                Volatile::GoTime,
                "2023-08-30 05:33:12 +0900 KST",
                "+0900 KST",
            ),
            (Volatile::HttpDate, "Wed, 30 Aug 2023 05:33:12 GMT", "GMT"),
            (Volatile::UnixDate, "Wed Aug 30 05:33:12 KST 2023", "KST"),
            (Volatile::UnixDate, "Wed 30 Aug 2023 05:33:12 AM UTC", "UTC"),
            (
                Volatile::AccessLogDate,
                "30/Aug/2023:05:33:12 +0000",
                "+0000",
            ),
            (Volatile::ErrorLogDate, "2023/08/30 05:33:12", ""),
            (Volatile::DayFirstDate, "30 Aug 2023 05:33:12", ""),
            (Volatile::EpochSeconds, "1693373592", ""),
        ] {
            let found = Instant::read(kind, text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(found.time, TIME, "{text}");
            assert_eq!(found.zone.trim(), zone, "{text}");
        }
        let exact = Instant::read(Volatile::Rfc3339, "2023-08-30T05:33:12.25Z").unwrap();
        assert_eq!((exact.time, exact.digits), (TIME + SECOND / 4, 2));
        assert_eq!(
            Instant::read(Volatile::UnixDate, "Wed Aug 30 05:33:12"),
            None
        );
        assert_eq!(Instant::read(Volatile::Size, "5.24MB"), None);
    }
}
