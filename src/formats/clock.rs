//! What `date` prints: by the parts of its format, and as the time that its clock shows.
//!
//! ```text
//!     date '+%F %T'     2024-03-05 10:20:30      six parts, each any
//!     date +%T          10:20:30                 seconds of an unknown day
//!     date +%s          1709634030               seconds since 1970
//!     cat /proc/uptime  3293.41 6543.10          seconds since the machine was started
//! ```

use std::ops::Range;

use super::LineFields;
use super::instant::{Instant, SECOND, month_named, offset_of};
use super::volatile::Volatile;
use crate::docker::ProgramCall;

/// What `date` prints, by the letter of each part.
const DATE: [(char, &str); 26] = [
    ('Y', "([12][0-9]{3})"),
    ('y', "([0-9]{2})"),
    ('m', "(0[1-9]|1[0-2])"),
    ('d', "(0[1-9]|[12][0-9]|3[01])"),
    ('H', "([01][0-9]|2[0-3])"),
    ('M', "([0-5][0-9])"),
    ('S', "([0-5][0-9]|60)"),
    ('N', "([0-9]{9})"),
    ('j', "([0-3][0-9]{2})"),
    ('s', "(1[0-9]{9})"),
    ('a', "(Mon|Tue|Wed|Thu|Fri|Sat|Sun)"),
    (
        'A',
        "(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
    ),
    ('b', "(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"),
    (
        'B',
        "(January|February|March|April|May|June|July|August|September|October|November|December)",
    ),
    ('e', "( [1-9]|[12][0-9]|3[01])"),
    ('I', "(0[1-9]|1[0-2])"),
    ('p', "(AM|PM)"),
    ('z', "([+-][0-9]{4})"),
    ('Z', "([A-Z]{3,5})"),
    ('k', "([ 1][0-9]|2[0-3])"),
    ('l', "( [1-9]|1[0-2])"),
    ('u', "([1-7])"),
    ('w', "([0-6])"),
    ('U', "([0-5][0-9])"),
    ('V', "([0-5][0-9])"),
    ('W', "([0-5][0-9])"),
];

/// A format in which no letter stands for several others.
fn spelt_out(format: &str) -> String {
    let short = [
        ("%c", "%a %b %e %T %Y"),
        ("%D", "%m/%d/%y"),
        ("%F", "%Y-%m-%d"),
        ("%h", "%b"),
        ("%r", "%I:%M:%S %p"),
        ("%R", "%H:%M"),
        ("%T", "%H:%M:%S"),
        ("%x", "%m/%d/%y"),
        ("%X", "%H:%M:%S"),
    ];
    short
        .into_iter()
        .fold(format.to_owned(), |text, (one, all)| text.replace(one, all))
}

/// The format in which `call` prints a time, without its sign; none where it has the usual one.
fn format_of(call: &ProgramCall) -> Option<&str> {
    const DAYS: [&str; 4] = ["-I", "-Idate", "--iso-8601", "--iso-8601=date"];
    let format = |word: &'_ String| word.starts_with('+') || DAYS.contains(&word.as_str());
    let word = call.words.iter().find(|word| format(word))?;
    Some(word.strip_prefix('+').unwrap_or("%F"))
}

/// The letters of the parts of a format, in their order.
fn letters_of(format: &str) -> Vec<char> {
    let whole = spelt_out(format);
    let parts = whole.split('%').skip(1);
    let letters = parts.filter_map(|part| part.trim_start_matches('-').chars().next());
    letters.collect()
}

/// The form of what a `date +FORMAT` prints, as a pattern with a group for each part;
/// none where it prints anything else.
fn form_of_date(format: &str) -> Option<String> {
    let whole = spelt_out(format);
    let mut form = String::new();
    let mut letters = whole.chars();
    while let Some(letter) = letters.next() {
        if letter != '%' {
            form.push_str(&regex::escape(&letter.to_string()));
            continue;
        }
        let mut letter = letters.next()?;
        // Without what fills a number up to its width.
        if letter == '-' {
            letter = letters.next()?;
            form.push_str(if "mdHMSjeIkl".contains(letter) {
                "([0-9]{1,3})"
            } else {
                return None;
            });
            continue;
        }
        let (_, part) = DATE.iter().find(|(known, _)| *known == letter)?;
        form.push_str(part);
    }
    Some(form)
}

/// The form of a line in which a `date +FORMAT` with this format stands: a single number
/// stands alone on its line.
fn form_of_line(format: &str) -> Option<regex::Regex> {
    let form = form_of_date(format)?;
    let is_of_word = |c: char| c.is_alphanumeric() || "%_".contains(c);
    let edge = |is_word: bool| if is_word { r"\b" } else { "" };
    let form = match form.matches('(').count() {
        0 => return None,
        1 => format!("^{form}$"),
        _ => {
            let begins = edge(format.starts_with(is_of_word));
            let ends = edge(format.ends_with(is_of_word));
            format!("{begins}{form}{ends}")
        }
    };
    regex::Regex::new(&form).ok()
}

/// A line with what a `date +FORMAT` of `calls` prints, taken apart.
pub(super) fn date_row(text: &str, calls: &[ProgramCall]) -> Option<LineFields> {
    let dates = calls.iter().filter(|call| call.program == "date");
    let mut formats = dates.filter_map(format_of);
    formats.find_map(|format| {
        let form = form_of_line(format)?;
        let captures = form.captures(text)?;
        let mut volatile: Vec<(Range<usize>, Volatile)> = Vec::new();
        for part in captures.iter().skip(1).flatten() {
            let is_number = |range: &Range<usize>| {
                let mut bytes = text[range.clone()].bytes();
                bytes.all(|byte| byte.is_ascii_digit())
            };
            match volatile.last_mut() {
                Some((last, _))
                    if last.end == part.start() && is_number(last) && is_number(&part.range()) =>
                {
                    last.end = part.end();
                }
                _ => volatile.push((part.range(), Volatile::DatePart)),
            }
        }
        Some(LineFields::of(volatile))
    })
}

/// Seconds in a day.
const DAY: i64 = 24 * 3600;

/// Where Linux tells how long the machine has been up.
const UPTIME: &str = "/proc/uptime";

/// Whether `call` prints what the clock shows now: a `date`, or how long the machine is up.
pub fn asks_the_clock(call: &ProgramCall) -> bool {
    if call.program == "cat" {
        return call.words == [UPTIME];
    }
    let shows_another = |word: &String| {
        ["-d", "-r", "-s", "--"]
            .iter()
            .any(|option| word.starts_with(option))
    };
    call.program == "date" && !call.words.iter().any(shows_another)
}

/// The parts of what a `date` shows, by the letters of its format.
pub struct DateParts {
    parts: Vec<(char, String)>,
    epoch: Option<i64>,
}

impl DateParts {
    /// Reads what a `call` of `date` printed in the line `text`; none where it has another form.
    pub fn read(call: &ProgramCall, text: &str) -> Option<Self> {
        const USUAL: &str = "%a %b %e %T %Z %Y";
        let format = format_of(call).unwrap_or(USUAL);
        let form = regex::Regex::new(&format!("^{}$", form_of_date(format)?)).ok()?;
        let captures = form.captures(text.trim())?;
        let parts = captures.iter().skip(1).flatten();
        let parts = parts.map(|part| part.as_str().trim().to_owned());
        let epoch = ClockReading::read(call, text).and_then(|reading| reading.since_1970());
        Some(Self {
            parts: letters_of(format).into_iter().zip(parts).collect(),
            epoch,
        })
    }

    /// The part of one of these letters.
    pub fn text(&self, letters: &str) -> Option<&str> {
        let mut parts = self.parts.iter();
        let (_, text) = parts.find(|(letter, _)| letters.contains(*letter))?;
        Some(text)
    }

    /// The number that the part of this letter is.
    pub fn number<N: std::str::FromStr>(&self, letter: char) -> Option<N> {
        self.text(letter.encode_utf8(&mut [0; 4]))?.parse().ok()
    }

    /// The month, from 1, which its name may tell.
    pub fn month(&self) -> Option<i8> {
        self.number('m').or_else(|| month_named(self.text("bB")?))
    }

    /// Seconds since 1970, where the parts tell them.
    pub fn epoch(&self) -> Option<i64> {
        self.epoch
    }
}

/// A time that a clock shows.
#[derive(Debug, PartialEq, Eq)]
pub struct ClockReading {
    /// Whole seconds since 1970 by the clock that is shown, or since the day began.
    pub seconds: i64,
    /// Whether the day is shown too.
    pub has_day: bool,
    /// How many seconds pass before the text changes.
    pub resolution: i64,
    /// The zone, where it is shown.
    pub zone: String,
}

impl ClockReading {
    /// Reads what a `call` that asks the clock printed in the line `text`; none where the line
    /// has neither a time of day nor a day.
    pub fn read(call: &ProgramCall, text: &str) -> Option<Self> {
        if call.words == [UPTIME] {
            let (seconds, idle) = text.split_once(' ')?;
            let (seconds, _): (f64, f64) = (seconds.parse().ok()?, idle.parse().ok()?);
            // No machine is up for longer.
            let is_up_for = |seconds: &f64| (0.0..1e10).contains(seconds);
            return Some(Self {
                seconds: Some(seconds).filter(is_up_for)? as i64,
                has_day: true,
                resolution: 1,
                zone: String::new(),
            });
        }
        let Some(format) = format_of(call) else {
            let instant = Instant::read(Volatile::UnixDate, text)?;
            return Some(Self {
                seconds: i64::try_from(instant.time / SECOND).ok()?,
                has_day: true,
                resolution: 1,
                zone: instant.zone.to_owned(),
            });
        };
        let form = form_of_line(format)?;
        let captures = form.captures(text)?;
        let parts = captures.iter().skip(1).flatten();
        let parts = parts.map(|part| part.as_str().trim());
        let mut parts: Vec<(char, &str)> = letters_of(format).into_iter().zip(parts).collect();
        let zone = parts.iter().filter(|(letter, _)| "zZ".contains(*letter));
        let zone = zone.map(|(_, part)| *part).collect();
        // Parts of a second do not matter, and a weekday follows from the day.
        parts.retain(|(letter, _)| !"NzZaA".contains(*letter));
        let has = |letter| parts.iter().any(|(part, _)| *part == letter);
        let form: Vec<String> = parts
            .iter()
            .map(|(letter, _)| format!("%{letter}"))
            .collect();
        let texts: Vec<&str> = parts.iter().map(|(_, text)| *text).collect();
        let time = jiff::fmt::strtime::parse(form.join(" "), texts.join(" ")).ok()?;
        if let Ok(timestamp) = time.to_timestamp() {
            return Some(Self {
                seconds: timestamp.as_second(),
                has_day: true,
                resolution: 1,
                zone: "+0000".to_owned(),
            });
        }
        let day = time.to_date().ok();
        let resolution = match (has('M'), has('S')) {
            (true, true) => 1,
            (true, false) => 60,
            _ => day.map(|_| DAY)?,
        };
        let clock = time.to_time();
        let clock = clock.unwrap_or(jiff::civil::Time::midnight());
        let at = day
            .unwrap_or(jiff::civil::date(1970, 1, 1))
            .to_datetime(clock);
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(Self {
            seconds: at.timestamp().as_second(),
            has_day: day.is_some(),
            resolution,
            zone,
        })
    }

    /// Whole seconds since 1970, where the day and the zone are shown.
    pub fn since_1970(&self) -> Option<i64> {
        let offset = offset_of(&self.zone).filter(|_| self.has_day)?;
        Some(self.seconds - offset)
    }

    /// How many seconds later it is than `before` at most, which the same clock showed; less
    /// than nothing where the clock went back. Of times without a day, those are taken to be
    /// earlier that are so by less than half a day.
    pub fn most_since(&self, before: &Self) -> i64 {
        let passed = self.seconds - before.seconds;
        let passed = match self.has_day && before.has_day {
            true => passed,
            false => (passed + DAY / 2).rem_euclid(DAY) - DAY / 2,
        };
        // Of both times, what is less than they show is not known.
        passed + self.resolution
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_by_the_form_that_it_is_told_to_have() {
        let numbers = |command: &str, text: &str| {
            date_row(text, &ProgramCall::all(command)).map(|fields| fields.volatile.len())
        };
        assert_eq!(numbers("date +%F", "2024-03-01"), Some(3));
        assert_eq!(numbers("date '+%d/%m/%y %T'", "01/03/24 10:00:59"), Some(6));
        assert_eq!(numbers("echo at $(date +%H:%M)", "at 10:00"), Some(2));
        assert_eq!(numbers("date +%Y%m%d-%H%M", "20240301-1000"), Some(2));
        assert_eq!(numbers("date '+%b %e, %p'", "Mar  1, AM"), Some(3));
        assert_eq!(numbers("date +%A", "Friday"), Some(1));
        assert_eq!(numbers("date -u +%FT%TZ", "2024-03-01T10:00:59Z"), Some(6));
        assert_eq!(numbers("date -I", "2024-03-01"), Some(3));
        assert_eq!(numbers("date +%D", "03/01/24"), Some(3));
        assert_eq!(numbers("date '+%-m/%-d %l시'", "3/1  9시"), Some(3));
        for (command, text) in [
            ("date +%F", "2024-13-01"),
            ("date +%F", "01.03.2024"),
            ("date +%M", "at 10"),
            ("date +%A", "Fri"),
            ("date", "2024-03-01"),
            ("cat log", "2024-03-01"),
        ] {
            assert_eq!(numbers(command, text), None, "{command}");
        }
    }

    #[test]
    fn a_clock_is_read_in_every_format() {
        let read = |command: &str, text: &str| {
            let calls = ProgramCall::all(command);
            calls.iter().find_map(|call| ClockReading::read(call, text))
        };
        let seconds = |command: &str, text: &str| read(command, text).map(|read| read.seconds);
        const TIME: i64 = 1_709_634_030;
        assert_eq!(seconds("date +%s", "1709634030"), Some(TIME));
        assert_eq!(seconds("date '+%F %T'", "2024-03-05 10:20:30"), Some(TIME));
        assert_eq!(seconds("date", "Tue Mar  5 10:20:30 UTC 2024"), Some(TIME));
        let with_names = "date '+%a %b %e %I:%M:%S %p %Y'";
        assert_eq!(
            seconds(with_names, "Tue Mar  5 10:20:30 AM 2024"),
            Some(TIME)
        );
        assert_eq!(
            seconds("date +%T.%N", "10:20:30.123456789"),
            Some(TIME % 86400)
        );
        let minutes = read("date +%R", "10:20").unwrap();
        assert_eq!(
            (minutes.seconds, minutes.resolution),
            (TIME % 86400 - 30, 60)
        );
        let day = read("date +%F", "2024-03-05").unwrap();
        assert_eq!((day.seconds, day.resolution), (TIME - TIME % 86400, 86400));
        for (command, text) in [("date +%Y", "2024"), ("date +%H", "10"), ("ls", "10:20")] {
            assert_eq!(read(command, text), None, "{command}");
        }
    }

    #[test]
    fn a_clock_with_its_zone_is_every_clock() {
        let since = |text: &str| {
            let calls = ProgramCall::all("date");
            ClockReading::read(&calls[0], text).and_then(|read| read.since_1970())
        };
        assert_eq!(since("Tue Mar  5 10:20:30 UTC 2024"), Some(1_709_634_030));
        assert_eq!(since("Tue Mar  5 19:20:30 KST 2024"), Some(1_709_634_030));
        assert_eq!(since("Tue Mar  5 19:20:30 IST 2024"), None);
    }

    #[test]
    fn midnight_is_no_way_back() {
        let clock = |seconds, has_day| ClockReading {
            seconds,
            has_day,
            resolution: 1,
            zone: String::new(),
        };
        let (before, after) = (23 * 3600 + 3599, 1);
        assert_eq!(clock(after, false).most_since(&clock(before, false)), 3);
        assert_eq!(clock(before, false).most_since(&clock(after, false)), -1);
        assert_eq!(clock(10, true).most_since(&clock(30, true)), -19);
    }
}
