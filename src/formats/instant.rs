//! Points in time, as programs write them.
//!
//! ```text
//!     Wed, 30 Aug 2023 05:33:12 GMT       weekday, day, month, year, clock, zone
//!     2023-08-30 14:33:12.5 +0900 KST     half a second, a zone with its offset
//! ```
//!
//! A date that no calendar has (30 February, the wrong weekday, a zone with another zone's
//! offset) is no point in time, and stands for none.

use super::volatile::Volatile;
use crate::pattern::pattern;

/// Nanoseconds in a second.
pub const SECOND: i128 = 1_000_000_000;

/// Zones whose name means one offset only, as Go writes it.
const OFFSETS: [(&str, &str); 12] = [
    ("UTC", "+0000"),
    ("GMT", "+0000"),
    ("KST", "+0900"),
    ("JST", "+0900"),
    ("SGT", "+0800"),
    ("HKT", "+0800"),
    ("CET", "+0100"),
    ("CEST", "+0200"),
    ("EST", "-0500"),
    ("EDT", "-0400"),
    ("PST", "-0800"),
    ("PDT", "-0700"),
];

pattern! {
    /// The time of day in a time, with its fraction and its half of the day.
    CLOCK = r"[T :]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:[.,]([0-9]{1,9}))?(?: ([AP])M)?";
    /// The date in a time that begins with the year.
    YEAR_FIRST = r"^([0-9]{4})[-/]([0-9]{2})[-/]([0-9]{2})";
    /// The name of the month in a time, with the numbers beside it.
    MONTH = r"(?:\b([0-9]{1,2})[ /])?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ /](?: ?([0-9]{1,2})\b)?";
    /// The year in a time that does not begin with it.
    YEAR = r"(?:^|[ /])([12][0-9]{3})(?:[ :]|$)";
    /// The weekday at the start of a time.
    WEEKDAY = r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b";
    /// The offset and the name of a zone.
    ZONE = r" ([+-][0-9]{4}) ([A-Z]{3,4})\b";
}

/// A point in time as a text shows it.
#[derive(Debug, PartialEq)]
pub struct Instant<'t> {
    /// Nanoseconds since 1970 by the clock that is shown, whatever its zone.
    pub time: i128,
    /// How many digits of parts of a second are shown.
    pub digits: usize,
    /// What the text has behind its clock: the zone.
    pub zone: &'t str,
}

/// How many seconds the clocks of `zone` are ahead of UTC: an offset, or a name that means
/// one only.
pub fn offset_of(zone: &str) -> Option<i64> {
    let named = OFFSETS.iter().find(|(name, _)| *name == zone);
    let offset = named.map_or(zone, |(_, offset)| offset);
    let (sign, digits) = match offset.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    Some(sign * (60 * hours + minutes) * 60)
}

impl<'t> Instant<'t> {
    /// Reads a `text` of `kind`; none for a kind that is no point in time, or one that
    /// lacks its year.
    pub fn read(kind: Volatile, text: &'t str) -> Option<Self> {
        if kind == Volatile::EpochSeconds {
            return Some(Self {
                time: text.parse::<i128>().ok()? * SECOND,
                digits: 0,
                zone: "",
            });
        }
        let clock = CLOCK.captures(text).filter(|_| kind.is_moment())?;
        let part = |number| clock.get(number).map_or("", |part| part.as_str());
        let hour: i8 = part(1).parse().ok()?;
        let hour = match part(5) {
            "P" => hour % 12 + 12,
            "A" => hour % 12,
            _ => hour,
        };
        let (year, month, day) = day(text)?;
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

/// The year, the month and the day in `text`; none where one of them is not shown.
pub fn day(text: &str) -> Option<(i16, i8, i8)> {
    if let Some(found) = YEAR_FIRST.captures(text) {
        return Some((
            found[1].parse().ok()?,
            found[2].parse().ok()?,
            found[3].parse().ok()?,
        ));
    }
    let found = MONTH.captures(text)?;
    let day = found.get(1).or(found.get(3))?.as_str();
    let year = YEAR.captures(text)?;
    Some((
        year[1].parse().ok()?,
        month_named(&found[2])?,
        day.parse().ok()?,
    ))
}

/// The month and the day in `text`, which shows no year.
fn day_of_year(text: &str) -> Option<(i8, i8)> {
    let found = MONTH.captures(text).filter(|_| !YEAR.is_match(text))?;
    let day = found.get(1).or(found.get(3))?.as_str();
    Some((month_named(&found[2])?, day.parse().ok()?))
}

/// The month, from 1, whose English name begins with the first three letters of `name`.
pub(super) fn month_named(name: &str) -> Option<i8> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let at = MONTHS.find(name.get(..3)?)?;
    i8::try_from(at / 3 + 1).ok()
}

/// Whether a calendar has the date in `text`, on the weekday and with the offset that it
/// shows. What `text` does not show could be any.
pub(super) fn is_possible(text: &str) -> bool {
    const WEEKDAYS: &str = "MonTueWedThuFriSatSun";
    let zone = ZONE.captures(text);
    let has_its_offset = zone.is_none_or(|zone| {
        let mut known = OFFSETS.iter().filter(|(name, _)| *name == &zone[2]);
        known.all(|(_, offset)| *offset == &zone[1])
    });
    let Some((year, month, day)) = day(text) else {
        const LEAP_YEAR: i16 = 2024;
        let has_day = |(month, day)| jiff::civil::Date::new(LEAP_YEAR, month, day).is_ok();
        return has_its_offset && day_of_year(text).is_none_or(has_day);
    };
    let Ok(date) = jiff::civil::Date::new(year, month, day) else {
        return false;
    };
    let weekday = WEEKDAY
        .captures(text)
        .and_then(|found| WEEKDAYS.find(&found[1]));
    let real = usize::try_from(date.weekday().to_monday_zero_offset());
    has_its_offset && weekday.is_none_or(|weekday| real == Ok(weekday / 3))
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

    #[test]
    fn a_date_that_no_calendar_has_is_impossible() {
        for text in [
            "Wed, 30 Aug 2023 05:33:12 GMT",
            "Wed Aug 30 14:33:12 KST 2023",
            "Wed Aug 30 14:33:12",
            "2024-02-29 14:33:12 +0900 KST",
            "2023-08-30 14:33:12 +0530 IST",
            "Feb 29 14:33",
            "5.24MB",
        ] {
            assert!(is_possible(text), "{text}");
        }
        for text in [
            "Tue, 30 Aug 2023 05:33:12 GMT",
            "Fri Aug 30 14:33:12 KST 2023",
            "2023-02-29T14:33:12Z",
            "31/Apr/2023:05:33:12 +0000",
            "2023-08-30 14:33:12 +0800 KST",
            "Feb 30 14:33",
            "31 Jun 2024 10:00:00",
        ] {
            assert!(!is_possible(text), "{text}");
        }
    }
}
