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
//! a file's or a given one. A container and its host may have two zones, in which one moment is of
//! two days.

use jiff::civil::Date;

use super::series::{Sides, each_line};
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::clock::asks_the_clock;
use crate::formats::instant;
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

/// A day that the author wrote down.
struct GivenDay {
    date: Date,
    /// Whether it is the same in all zones: seconds since 1970 are of a day in one zone alone.
    in_all_zones: bool,
}

/// Lines with a time of a file that the author set to another one.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let prints_given = |call: &ProgramCall| call.program == "date" && !asks_the_clock(call);
    if !evidence
        .calls()
        .any(|call| sets_a_time(call) || prints_given(call))
    {
        return Vec::new();
    }
    let days = &given_days(&evidence.authored);
    let is_inside = |step: usize, call: &ProgramCall| {
        !evidence.steps[step].on_host() || call.runs_in_container()
    };
    let numbered = evidence.formats.iter().enumerate();
    let set_inside: Vec<bool> = numbered
        .flat_map(|(step, format)| {
            let setters = format.calls().iter().filter(|call| sets_a_time(call));
            setters.map(move |call| is_inside(step, call))
        })
        .collect();
    each_line(judged, |step| {
        let calls = evidence.formats[step].calls();
        let shown_inside = calls.iter().any(|call| is_inside(step, call));
        let is_in_one_zone = set_inside.iter().all(|inside| *inside == shown_inside);
        let is_given = move |kind| {
            is_of_a_file(kind) || kind == Volatile::UnixDate && calls.iter().any(prints_given)
        };
        Some(move |line: &LineJudgement| {
            let times = Sides::of(line)?.map(|text| evidence.texts(step, text, is_given));
            let mut pairs = times.noted.iter().zip(&times.printed);
            let is_other = pairs.any(|(own, their)| {
                let printed = date(their);
                let mut given = days.iter().filter(|day| Some(day.date) == printed);
                given.next().is_some_and(|day| {
                    let apart = date(own).map(|own| (own - day.date).get_days().abs());
                    let most = i32::from(!(day.in_all_zones && is_in_one_zone));
                    apart.is_none_or(|apart| apart > most)
                })
            });
            is_other.then_some(SET)
        })
    })
}

/// The days that the author wrote down.
fn given_days(authored: &str) -> Vec<GivenDay> {
    let days = GIVEN_DAY.captures_iter(authored);
    let days = days.filter_map(|day| {
        let [year, month, day] = ["year", "month", "day"].map(|part| &day[part]);
        let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
        Some(GivenDay {
            date: date.ok()?,
            in_all_zones: true,
        })
    });
    let seconds = GIVEN_SECONDS.captures_iter(authored);
    let of_seconds = seconds.filter_map(|found| {
        let at = jiff::Timestamp::from_second(found["seconds"].parse().ok()?).ok()?;
        Some(GivenDay {
            date: at.to_zoned(jiff::tz::TimeZone::UTC).date(),
            in_all_zones: false,
        })
    });
    days.chain(of_seconds).collect()
}

/// The day in a time; none where it is not shown.
fn date(text: &str) -> Option<Date> {
    let (year, month, day) = instant::day(text)?;
    Date::new(year, month, day).ok()
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
