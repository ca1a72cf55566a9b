//! By what a text is known to be the machine's, or to be drawn by chance.
//!
//! That two runs differ is no evidence: so do exit codes that race, counters and
//! sizes. What counts is that they differ as the two labs' machines do.

use serde::{Deserialize, Serialize};

use super::parts::is_number;
use crate::lab::Machine;
use crate::pattern::pattern;

/// How far from each other the same process may be numbered in two labs.
const PROCESSES: i64 = 120;
/// The same of ports that are picked one after the other.
const PORTS: i64 = 40;
/// How many numbers of a kind a lab gives out at most.
const GIVEN: i64 = 30_000;
/// How many seconds a step may begin later in one of two runs than its clock tells.
const SECONDS: f64 = 3.0;
/// How long before a step a time may lie that it shows, of a file perhaps.
const HOUR: f64 = 3600.0;
/// The least number of characters of a word that is drawn.
pub(super) const DRAWN: usize = 6;
/// How many characters two words that are drawn hardly have in common at their start.
const DRAWN_ALIKE: usize = 4;
/// What such a word may hold beside letters and digits.
const SEPARATORS: &str = "-/+=_";

/// What tells that a text is the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signature {
    /// A process number: its distance from where the lab's begin.
    Process,
    /// A process number inside of a container, likewise.
    ContainerProcess,
    /// A port that was picked, likewise.
    Port,
    /// A network interface's number: exactly as much greater.
    Interface,
    /// A time in seconds: it grew by those between the steps.
    Clock,
    /// The host's name.
    Host,
    /// A word that was drawn: its length and alphabet.
    Drawn,
    /// The order of lines that come side by side.
    Order,
    /// A line that some runs print.
    Line,
}

impl Signature {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Process | Self::ContainerProcess => "PID",
            Self::Port => "port",
            Self::Interface => "interface number",
            Self::Clock => "time",
            Self::Host => "host name",
            Self::Drawn => "drawn word",
            Self::Order => "order",
            Self::Line => "line by chance",
        }
    }

    /// Whether it is of numbers that the machine counts.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Process | Self::ContainerProcess | Self::Port | Self::Interface | Self::Clock
        )
    }

    /// Whether `text` of the notes can be what `own` and `other` are in two runs.
    pub fn is_possible(self, text: &str, own: &str, other: &str) -> bool {
        let between = |least: u64, most: u64| {
            !text.starts_with('0')
                && is_number(text)
                && text
                    .parse()
                    .is_ok_and(|number| (least..=most).contains(&number))
        };
        match self {
            // The kernel numbers no more processes than that.
            Self::Process | Self::ContainerProcess => between(2, 1 << 22),
            Self::Port => between(1024, 65535),
            Self::Interface => between(2, 99_999),
            Self::Clock => {
                text.len() == own.len()
                    && text.contains('.') == own.contains('.')
                    && seconds(text).is_some()
            }
            Self::Host => {
                !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            }
            Self::Drawn => is_drawn_alike(text, own, other),
            Self::Order | Self::Line => true,
        }
    }
}

/// The two labs, and when a step was sent in each, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sides<'a> {
    /// This run's machine, where it is the lab's own.
    pub own: Option<&'a Machine>,
    /// The other run's.
    pub other: Option<&'a Machine>,
    /// When this run sent the step.
    pub own_at: f64,
    /// When the other run did.
    pub other_at: f64,
}

/// What tells that `own` and `other` are the same thing of two machines.
pub(super) fn number(own: &str, other: &str, sides: &Sides) -> Option<Signature> {
    if is_clock(own, other, sides) {
        return Some(Signature::Clock);
    }
    let (here, there) = (sides.own, sides.other);
    if let (Some(here), Some(there)) = (here, there)
        && here.host != there.host
        && own == here.host
        && other == there.host
    {
        return Some(Signature::Host);
    }
    let natural = |text: &str| -> Option<i64> {
        (is_number(text) && !text.starts_with('0')).then(|| text.parse().ok())?
    };
    let (one, two) = (natural(own)?, natural(other)?);
    let (here, there) = (here?, there?);
    // Both lie behind where their labs' begin, at about the same distance.
    let about = |first: fn(&Machine) -> u32, most: i64| {
        let (first, second) = (i64::from(first(here)), i64::from(first(there)));
        let (mine, theirs) = (one - first, two - second);
        let given = 0..GIVEN;
        first.abs_diff(second) > 1000
            && given.contains(&mine)
            && given.contains(&theirs)
            && (mine - theirs).abs() <= most
    };
    if about(|machine| machine.processes, PROCESSES) {
        Some(Signature::Process)
    } else if about(|machine| machine.container_processes, PROCESSES) {
        Some(Signature::ContainerProcess)
    } else if about(|machine| machine.ports, PORTS) {
        Some(Signature::Port)
    } else {
        let added = i64::from(there.interfaces) - i64::from(here.interfaces);
        (added != 0 && two - one == added && one > 1 && two > 1).then_some(Signature::Interface)
    }
}

/// The seconds that a time is, since 1970 or since the machine's start: ten digits or
/// more with fractions of a second behind them, or `6258.35`.
fn seconds(text: &str) -> Option<f64> {
    if let Some((whole, part)) = text.split_once('.') {
        let is_uptime = whole.len() >= 3 && part.len() == 2 && is_number(whole) && is_number(part);
        return is_uptime.then(|| text.parse().ok())?;
    }
    let is_time =
        is_number(text) && text.starts_with('1') && [10, 13, 16, 19].contains(&text.len());
    let fractions = text.len().checked_sub(10)?;
    let number: f64 = is_time.then(|| text.parse().ok())??;
    Some(number / 10_f64.powi(i32::try_from(fractions).ok()?))
}

/// Whether both texts are times that grew as the clock did between the two steps.
pub(super) fn is_clock(own: &str, other: &str, sides: &Sides) -> bool {
    let (Some(one), Some(two)) = (seconds(own), seconds(other)) else {
        return false;
    };
    let is_now = |time: f64, at: f64| (at - HOUR..at + HOUR).contains(&time);
    let grew = ((two - one) - (sides.other_at - sides.own_at)).abs() <= SECONDS;
    let of_uptime = own.contains('.');
    own.len() == other.len()
        && grew
        && sides.own_at > 0.0
        && sides.other_at > 0.0
        && (of_uptime || (is_now(one, sides.own_at) && is_now(two, sides.other_at)))
}

pattern! {
    /// Texts that somebody or some program writes: words, `worker12`, `1024MiB`, `1h02m`.
    WRITTEN = concat!(
    "^(?:",
    "[A-Z]*[a-z]{2,}(?:[A-Z]+[a-z]{2,})*[0-9]*",
    "|[A-Z]+[0-9]*",
    "|(?:[0-9]+(?:[hmsdwyTZx]|[mun]s|min|sec|[kKMGTP]?i?B|[kKMGTP]))+[0-9]*",
    "|[0-9]*",
    ")$"
    );
}

fn looks_written(text: &str) -> bool {
    let mut segments = text.split(|c: char| SEPARATORS.contains(c));
    segments.all(|segment| WRITTEN.is_match(segment))
}

/// Whether two runs drew `one` and `other`: one of them at least is no text that is
/// written.
pub(super) fn drawn(one: &str, other: &str) -> bool {
    are_alike(one, other) && !(looks_written(one) && looks_written(other))
}

/// Lower case, upper case, digits: which of them a text has.
fn alphabet(text: &str) -> [bool; 3] {
    [
        text.bytes().any(|byte| byte.is_ascii_lowercase()),
        text.bytes().any(|byte| byte.is_ascii_uppercase()),
        text.bytes().any(|byte| byte.is_ascii_digit()),
    ]
}

/// Whether two texts can be of one length and of one alphabet.
fn are_alike(one: &str, other: &str) -> bool {
    let joints = |text: &str| -> Vec<(usize, char)> {
        let joints = text.char_indices().filter(|(_, c)| "-_".contains(*c));
        joints.collect()
    };
    let is_of_alphabet = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || SEPARATORS.contains(c))
    };
    let two_of_three = |text: &str| alphabet(text).into_iter().filter(|has| *has).count() > 1;
    let is_hexadecimal = |text: &str| {
        let mut digits = text.bytes().filter(u8::is_ascii_alphanumeric);
        digits.all(|byte| byte.is_ascii_hexdigit())
    };
    one != other
        && one.len() == other.len()
        && one.bytes().filter(u8::is_ascii_alphanumeric).count() >= DRAWN
        && [one, other].into_iter().all(is_of_alphabet)
        && [one, other].into_iter().all(two_of_three)
        && joints(one) == joints(other)
        && is_hexadecimal(one) == is_hexadecimal(other)
}

/// Whether `text` of the notes can be drawn as `own` and `other` were.
fn is_drawn_alike(text: &str, own: &str, other: &str) -> bool {
    // What both begin with was hardly drawn: `veth` before its digits.
    let common = own.bytes().zip(other.bytes());
    let common = common.take_while(|(one, two)| one == two).count();
    // A digit may be the same by chance.
    let is_digit = |letter: char| letter.is_ascii_hexdigit();
    let common = own.get(..common).unwrap_or_default();
    let common = common.trim_end_matches(is_digit).len();
    if common >= DRAWN_ALIKE && !text.starts_with(&own[..common]) {
        return false;
    }
    let (mut mine, theirs) = (alphabet(own), alphabet(other));
    // What is drawn of letters of both cases is drawn of digits too.
    mine[2] |= [mine, theirs]
        .iter()
        .all(|[lower, upper, _]| *lower && *upper);
    let mut kinds = alphabet(text).into_iter().zip(mine).zip(theirs);
    are_alike(text, own)
        && are_alike(text, other)
        && kinds.all(|((has, mine), theirs)| !has || mine || theirs)
}
