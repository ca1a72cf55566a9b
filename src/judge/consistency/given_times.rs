//! Times of files that the author set: `touch -d` says which.
//!
//! ```text
//!     $ touch -d '2020-01-02 03:04' old.txt
//!     $ ls -l old.txt
//!     -rw-r--r-- 1 root root 0 Jan  2  2021 old.txt      it is of 2020
//! ```
//!
//! The time of a file is any in general, since the run has a day of its own. One that shows a
//! day here that the author wrote down is not, where a `touch` is given one, or a `date` prints
//! a file's or a given one.

use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::clock::asks_the_clock;
use crate::formats::instant;
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why a time is refused.
const SET: &str = "the author sets the time of this file, to the one that this run shows";

pattern! {
    /// A day in what `touch` is given: `2020-01-02`, `202001020304`.
    GIVEN_DAY = r"\b(?P<year>[12][0-9]{3})-?(?P<month>[01][0-9])-?(?P<day>[0-3][0-9])";
    /// Seconds since 1970, as `touch` and `date` take them.
    GIVEN_SECONDS = r"@(?P<seconds>[0-9]+)\b";
}

/// A year, a month and a day.
type Day = (i16, i8, i8);

/// Lines with a time of a file that the author set to another one.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let prints_given = |call: &ProgramCall| call.program == "date" && !asks_the_clock(call);
    if !evidence
        .calls()
        .any(|call| sets_a_time(call) || prints_given(call))
    {
        return Vec::new();
    }
    let days = given_days(&evidence.authored);
    let mut found = Vec::new();
    if days.is_empty() {
        return found;
    }
    for (step, lines) in judged.iter().enumerate() {
        let format = &evidence.formats[step];
        let is_given = |kind| {
            is_of_a_file(kind)
                || kind == Volatile::UnixDate && format.calls().iter().any(prints_given)
        };
        let is_other = |line: &LineJudgement| {
            let (Some(noted), Some(printed)) = (&line.expected, &line.actual) else {
                return false;
            };
            let [noted, printed] = [normal(noted), normal(printed)];
            let times = |text: &str| -> Vec<String> {
                let fields = format.fields(text, "").volatile.into_iter();
                let times = fields.filter(|(_, kind)| is_given(*kind));
                times.map(|(range, _)| text[range].to_owned()).collect()
            };
            let (ours, theirs) = (times(&noted), times(&printed));
            let mut pairs = ours.iter().zip(&theirs);
            pairs.any(|(own, their)| {
                let day = instant::day(their).filter(|day| days.contains(day));
                day.is_some() && instant::day(own) != day
            })
        };
        let wrong = lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.ok && is_other(line));
        found.extend(wrong.map(|(line, _)| Objection {
            step,
            line,
            reason: SET,
        }));
    }
    found
}

/// The days that the author wrote down.
fn given_days(authored: &str) -> Vec<Day> {
    let days = GIVEN_DAY.captures_iter(authored);
    let days = days.filter_map(|day| number(&day));
    let seconds = GIVEN_SECONDS.captures_iter(authored);
    let of_seconds = seconds.filter_map(|found| {
        let at = jiff::Timestamp::from_second(found["seconds"].parse().ok()?).ok()?;
        let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
        Some((day.year(), day.month(), day.day()))
    });
    days.chain(of_seconds).collect()
}

/// Whether it gives a file a time by itself.
fn sets_a_time(call: &ProgramCall) -> bool {
    let gives = |word: &String| {
        ["-d", "-t", "--date"]
            .iter()
            .any(|option| word.starts_with(option))
    };
    call.program == "touch" && call.words.iter().any(gives)
}

/// Whether listings show times of files like this.
fn is_of_a_file(kind: Volatile) -> bool {
    matches!(
        kind,
        Volatile::ListingDate | Volatile::IsoListingDate | Volatile::GoTime
    )
}

/// The numbers of a day.
fn number(day: &regex::Captures) -> Option<Day> {
    Some((
        day["year"].parse().ok()?,
        day["month"].parse().ok()?,
        day["day"].parse().ok()?,
    ))
}
