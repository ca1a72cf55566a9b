//! What `ping` sums up: the least and the greatest of the times that its lines show.
//!
//! ```text
//!     64 bytes from 172.18.0.2: seq=0 ttl=64 time=0.113 ms
//!     64 bytes from 172.18.0.2: seq=1 ttl=64 time=0.097 ms
//!     round-trip min/avg/max = 0.097/0.105/0.113 ms
//! ```

use super::{Evidence, Lines, Objection, at_number};
use crate::pattern::pattern;
use crate::session::Step;

/// Why a summary is refused.
const CONTRADICTS: &str = "the lines above show other times than this summary";

pattern! {
    /// The time of one answer, in milliseconds.
    TIME = r"\btime=([0-9.]+) ms\b";
    /// The least, the mean and the greatest of all.
    SUMMARY = r"\bmin/avg/max(?:/\w+)? = ([0-9.]+)/[0-9.]+/([0-9.]+)";
}

/// Lines of the notes that sum up other times than those above.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let (steps, formats) = (evidence.steps, evidence.formats);
    let pings = steps
        .iter()
        .zip(formats)
        .enumerate()
        .filter(|(_, (_, format))| {
            let calls = format.calls().iter();
            calls.filter(|call| call.program == "ping").count() == 1
        });
    let found = pings.filter_map(|(number, (step, _))| {
        at_number(lines, number, wrong_summary(step)?, CONTRADICTS)
    });
    found.collect()
}

/// The line of `step` that sums up other times than it shows, counted in the notes.
fn wrong_summary(step: &Step) -> Option<usize> {
    let texts = || step.expected.iter().map(|line| line.text.as_str());
    let number = |text: &str| text.parse::<f64>().ok();
    let times = texts().filter_map(|text| number(&TIME.captures(text)?[1]));
    let times: Vec<f64> = times.collect();
    let mut summaries = step.expected.iter();
    let (line, least, greatest) = summaries.find_map(|line| {
        let found = SUMMARY.captures(&line.text)?;
        Some((line.line, number(&found[1])?, number(&found[2])?))
    })?;
    // A line shows three digits of a time, and the summary three behind the point.
    let slack = |time: f64| 0.0015 + time * 0.01;
    let is_outside =
        |time: &f64| *time < least - slack(least) || *time > greatest + slack(greatest);
    let is_whole = !times.is_empty() && step.expected.iter().all(|line| !line.elision);
    let shows = |bound: f64| {
        times
            .iter()
            .any(|time| (time - bound).abs() <= slack(bound))
    };
    let is_wrong = times.iter().any(is_outside) || (is_whole && !(shows(least) && shows(greatest)));
    is_wrong.then_some(line)
}
