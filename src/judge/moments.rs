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

use super::{How, LineJudgement};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::pattern::pattern;

/// Why a time is refused.
pub(super) const CONTRADICTS: &str =
    "this time and another one that the notes show stand in another order in this run";

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
struct Moment {
    /// What the notes show, in nanoseconds since 1970.
    noted: i128,
    /// What this run shows.
    printed: i128,
    /// Whether both show so much of a second that no two are the same by chance.
    is_exact: bool,
    /// The step that asked the clock for it, from 0.
    asked: Option<usize>,
    /// Where it stands: its step and its judged line, each from 0.
    at: (usize, usize),
}

/// How both sides write a time: its kind, the zones, whether the notes show parts of a
/// second, and what stands before it where that says which time it is.
type Writing = (Volatile, String, String, bool, String);

/// The judged lines, by their step and number from 0, whose time cannot be with another one's.
/// `judged` are the lines of each step.
pub(super) fn contradictions<'l>(
    judged: impl Iterator<Item = &'l [LineJudgement]>,
    formats: &[OutputFormat],
) -> Vec<(usize, usize)> {
    const ENOUGH: usize = 6;
    let mut groups: HashMap<Writing, Vec<Moment>> = HashMap::new();
    for text in texts_of(judged, formats) {
        let read = |side| Instant::read(text.kind, side);
        if let (Some(noted), Some(printed)) = (read(&text.noted), read(&text.printed)) {
            let zones = [noted.zone, printed.zone].map(str::to_owned);
            let [noted_zone, printed_zone] = zones;
            let shows_parts = noted.digits > 0;
            let writing = (text.kind, noted_zone, printed_zone, shows_parts, text.label);
            groups.entry(writing).or_default().push(Moment {
                noted: noted.time,
                printed: printed.time,
                is_exact: noted.digits >= ENOUGH && printed.digits >= ENOUGH,
                asked: text.asked,
                at: text.at,
            });
        }
    }
    let mut found: Vec<_> = groups
        .into_values()
        .flat_map(contradictions_among)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Where the times among `moments`, all written in one way, stand that another one contradicts.
fn contradictions_among(mut moments: Vec<Moment>) -> Vec<(usize, usize)> {
    let latest = moments.iter().map(|moment| moment.printed).max();
    moments.retain(|moment| latest.is_some_and(|latest| moment.printed >= latest - RUN));
    let mut found = Vec::new();
    // One moment is one on both sides.
    let (mut by_noted, mut by_printed) = (HashMap::new(), HashMap::new());
    for moment in moments.iter().filter(|moment| moment.is_exact) {
        let printed = *by_noted.entry(moment.noted).or_insert(moment.printed);
        let noted = *by_printed.entry(moment.printed).or_insert(moment.noted);
        if (noted, printed) != (moment.noted, moment.printed) {
            found.push(moment.at);
        }
    }
    // What is later here is not earlier in the notes. Of two that are the same here, the one
    // whose step asked the clock later is.
    moments.sort_by_key(|moment| (moment.printed, moment.asked));
    let mut latest_noted = i128::MIN;
    for same in moments.chunk_by(|one, two| {
        one.printed == two.printed && (one.asked == two.asked || one.asked.is_none())
    }) {
        let goes_back = |moment: &&Moment| moment.noted + AT_ONCE < latest_noted;
        found.extend(same.iter().filter(goes_back).map(|moment| moment.at));
        let noted = same.iter().map(|moment| moment.noted).max();
        latest_noted = latest_noted.max(noted.unwrap_or(latest_noted));
    }
    found
}

/// A text of a line that holds, which could be a time.
struct TimeText {
    kind: Volatile,
    noted: String,
    printed: String,
    /// What stands before it in a header of HTTP, which may be about a file.
    label: String,
    /// The step that asked the clock for it, from 0.
    asked: Option<usize>,
    /// Where it stands: its step and its judged line, each from 0.
    at: (usize, usize),
}

/// All texts in lines that hold which could be times of the run.
fn texts_of<'l>(
    judged: impl Iterator<Item = &'l [LineJudgement]>,
    formats: &[OutputFormat],
) -> Vec<TimeText> {
    let calls = formats.iter().flat_map(OutputFormat::calls);
    let named = calls
        .filter_map(ProgramCall::docker)
        .flat_map(Invocation::names);
    let named = named.filter(|naming| naming.thing == OperandKind::Image);
    let images: HashSet<String> = named.map(|naming| naming.name).collect();
    let mut texts = Vec::new();
    for (step, (lines, format)) in judged.zip(formats).enumerate() {
        let mut calls = format.calls().iter();
        if calls.any(|call| shows_other_times(call, &images)) {
            continue;
        }
        let asked = format.calls().iter().any(asks_the_clock).then_some(step);
        for (number, line) in lines.iter().enumerate() {
            let found = texts_in(line, format);
            texts.extend(found.into_iter().map(|text| TimeText {
                asked,
                at: (step, number),
                ..text
            }));
        }
    }
    texts
}

/// The texts with a kind in a judged line that stands where it stands by its order.
fn texts_in(line: &LineJudgement, format: &OutputFormat) -> Vec<TimeText> {
    let is_placed = matches!(line.how, How::Literal | How::Bound | How::Volatile);
    let (Some(noted), Some(printed)) = (&line.expected, &line.actual) else {
        return Vec::new();
    };
    if !line.ok || !is_placed {
        return Vec::new();
    }
    let [noted, printed] = [normal(noted), normal(printed)];
    let [ours, theirs] = [&noted, &printed].map(|text| format.fields(text, "").volatile);
    let kinds = ours.iter().map(|(_, kind)| kind);
    if !kinds.eq(theirs.iter().map(|(_, kind)| kind)) {
        return Vec::new();
    }
    let texts = ours.into_iter().zip(theirs);
    texts
        .map(|((own, kind), (their, _))| TimeText {
            kind,
            label: match kind {
                Volatile::HttpDate => noted[..own.start].to_owned(),
                _ => String::new(),
            },
            noted: noted[own].to_owned(),
            printed: printed[their].to_owned(),
            asked: None,
            at: (0, 0),
        })
        .collect()
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
