//! What `ping` sums up: the least and the greatest of the times that its lines show.
//!
//! ```text
//!     64 bytes from 172.18.0.2: seq=0 ttl=64 time=0.113 ms
//!     64 bytes from 172.18.0.2: seq=1 ttl=64 time=0.097 ms
//!     round-trip min/avg/max = 0.097/0.105/0.113 ms
//! ```

use super::series::wrong_outputs;
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::pattern::pattern;

/// Why a summary is refused.
const CONTRADICTS: &str = "the lines above show other times than this summary";

pattern! {
    /// The time of one answer, in milliseconds.
    TIME = r"\btime=([0-9.]+) ms\b";
    /// The least, the mean and the greatest of all.
    SUMMARY = r"\bmin/avg/max(?:/\w+)? = ([0-9.]+)/[0-9.]+/([0-9.]+)";
}

/// Lines of the notes that sum up other times than those above.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let is_ping = |call: &&ProgramCall| call.program == "ping";
    let pings = evidence.steps_that(|calls| calls.iter().filter(is_ping).count() == 1);
    let found = pings.flat_map(|step| {
        let is_whole = evidence.shows_whole(step);
        let wrong = |lines: &[&str]| wrong_summary(lines, is_whole);
        wrong_outputs(evidence, judged, [step], wrong, CONTRADICTS)
    });
    found.collect()
}

/// Which of the `lines`, from 0, sums up other times than they show; `is_whole` where they show
/// all.
fn wrong_summary(lines: &[&str], is_whole: bool) -> Option<usize> {
    let number = |text: &str| text.parse::<f64>().ok();
    let times = lines.iter();
    let times = times.filter_map(|text| number(&TIME.captures(text)?[1]));
    let times: Vec<f64> = times.collect();
    let (line, least, greatest) = lines.iter().enumerate().find_map(|(line, text)| {
        let found = SUMMARY.captures(text)?;
        Some((line, number(&found[1])?, number(&found[2])?))
    })?;
    // A line shows three digits of a time, and the summary three behind the point.
    let slack = |time: f64| 0.0015 + time * 0.01;
    let is_outside =
        |time: &f64| *time < least - slack(least) || *time > greatest + slack(greatest);
    let shows = |bound: f64| {
        let mut times = times.iter();
        times.any(|time| (time - bound).abs() <= slack(bound))
    };
    let lacks = is_whole && !times.is_empty() && !(shows(least) && shows(greatest));
    (lacks || times.iter().any(is_outside)).then_some(line)
}
