//! What several `date`s of one command show: they are asked within a moment.
//!
//! ```text
//!     $ docker run --rm busybox sh -c 'date +%F; date +%A'
//!     2026-11-24
//!     Monday            it was a Tuesday
//! ```
//!
//! Each part that two of them show, or that follows from what they show, is the same in both.

use jiff::civil::Date;

use super::series::{Sides, against_earlier, readings};
use super::sleeps::{is_straight, slept_in};
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::formats::clock::{DateParts, asks_the_clock};

const OTHER_MOMENT: &str = "another line of this command shows another moment";

/// Lines that show another moment than one above, and do not in this run.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let steps = 0..evidence.steps.len();
    let dates: Vec<_> = steps.map(|step| dates_at_once(evidence, step)).collect();
    let shown = readings(judged, |step, place, line| {
        let dates = dates[step].as_ref();
        let dates = dates.filter(|dates| dates.len() == judged[step].len())?;
        let date = dates[place];
        let facts = |text: &str| Some(Facts::of(date, DateParts::read(date, text)?));
        Some((step, Sides::texts(line).map(|text| facts(text?))))
    });
    let contradict = |own: &Option<Facts>, other: &Option<Facts>| {
        let both = own.as_ref().zip(other.as_ref());
        both.is_some_and(|(own, other)| own.contradicts(other))
    };
    against_earlier(&shown, contradict, OTHER_MOMENT)
}

/// The several `date`s of `step`, which one after the other ask the clock of one zone.
fn dates_at_once<'e>(evidence: &'e Evidence, step: usize) -> Option<Vec<&'e ProgramCall>> {
    let calls = evidence.formats[step].calls();
    let command = evidence.steps[step].command().unwrap_or_default();
    let dates: Vec<&ProgramCall> = calls.iter().filter(|call| asks_the_clock(call)).collect();
    let is_at_once = || is_straight(command, calls) && slept_in(command) == 0.0;
    (dates.len() > 1 && !command.contains("TZ") && is_at_once()).then_some(dates)
}

/// What follows from what a `date` shows.
#[derive(Default)]
struct Facts {
    date: Option<Date>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    /// The day of the year, from 1.
    day_of_year: Option<i16>,
    /// The first three letters of its name.
    weekday: Option<String>,
    /// From 0 to 23.
    hour: Option<i8>,
    /// From 1 to 12.
    hour_of_half: Option<i8>,
    is_afternoon: Option<bool>,
    /// Seconds since 1970.
    epoch: Option<i64>,
    /// What tells its zone: an option, and its name.
    zone: (bool, Option<String>),
}

impl Facts {
    fn of(call: &ProgramCall, parts: DateParts) -> Self {
        let mut facts = Self {
            year: parts.number('Y'),
            month: parts.month(),
            day: parts.number('d').or_else(|| parts.number('e')),
            day_of_year: parts.number('j'),
            weekday: parts.text("Aa").map(|name| name.chars().take(3).collect()),
            hour: parts.number('H'),
            hour_of_half: parts.number('I'),
            is_afternoon: parts.text("p").map(|half| half == "PM"),
            epoch: parts.epoch(),
            zone: (call.has_flag('u'), parts.text("zZ").map(str::to_owned)),
            ..Self::default()
        };
        let day = facts.year.zip(facts.month).zip(facts.day);
        facts.date = day.and_then(|((year, month), day)| Date::new(year, month, day).ok());
        if let Some(date) = facts.date {
            facts.day_of_year.get_or_insert(date.day_of_year());
            let weekday = jiff::fmt::strtime::format("%a", date);
            facts.weekday = facts.weekday.or(weekday.ok());
        }
        if let Some(hour) = facts.hour {
            facts.hour_of_half.get_or_insert((hour + 11) % 12 + 1);
            facts.is_afternoon.get_or_insert(hour >= 12);
        }
        facts
    }

    /// Whether no moment has both.
    fn contradicts(&self, other: &Self) -> bool {
        fn differ<T: PartialEq>(own: &Option<T>, other: &Option<T>) -> bool {
            own.is_some() && other.is_some() && own != other
        }
        // Between two commands a minute may begin.
        const A_MINUTE: i64 = 60;
        let epochs = self.epoch.zip(other.epoch);
        if epochs.is_some_and(|(own, other)| (own - other).abs() > A_MINUTE) {
            return true;
        }
        if self.zone.0 != other.zone.0 || differ(&self.zone.1, &other.zone.1) {
            return false;
        }
        differ(&self.year, &other.year)
            || differ(&self.month, &other.month)
            || differ(&self.day, &other.day)
            || differ(&self.day_of_year, &other.day_of_year)
            || differ(&self.weekday, &other.weekday)
            || differ(&self.hour, &other.hour)
            || differ(&self.hour_of_half, &other.hour_of_half)
            || differ(&self.is_afternoon, &other.is_afternoon)
    }
}
