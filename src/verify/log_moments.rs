//! The moments of a container's log that goes on by itself.
//!
//! ```text
//!     $ sleep 3; docker logs web      the notes show 3 lines, this run printed 4
//!     docker logs -t web              beside the lab: when each line was written
//!     [line 3] ... [line 4]           a moment between the two: the log had 3 lines then
//! ```
//!
//! How many lines a log has that grows depends on the moment at which it is asked for, and
//! `docker logs -f` shows what comes until its reader has seen enough. A run is judged at
//! the moment at which the log was as the notes show it, if there was one: not before the
//! step above was done, and not more than [`LATER`] seconds ago. From its first line on a log
//! is waited for; its last lines are not, since any number that counts up would come.

use std::time::{Duration, Instant};

use super::ANSWER;
use crate::docker::{Does, ProgramCall};
use crate::engine::{Lab, ProgramOutput};
use crate::judge::Observation;
use crate::session::{Action, Keys, Step};

/// How long a log is watched for its first lines.
const LONGEST: Duration = Duration::from_secs(10);
/// How long a log may be silent, in seconds, and still be said to go on.
const SILENCE: f64 = 3.0;
/// By how many seconds an author may have asked later than this run, or earlier.
const LATER: f64 = 1.0;
/// What stands between two moments, in seconds: lines that come faster are one piece.
const MOMENT: f64 = 0.1;
/// Logs with as many lines are not looked into.
const MOST: usize = 5000;
/// How often a log is looked at.
const EACH: Duration = Duration::from_millis(300);
/// A command that does nothing but ask for one container's log, maybe after a while.
struct LogQuery {
    container: String,
    /// How many lines it shows of what was there before.
    tail: Option<usize>,
    follows: bool,
    /// Whether each line tells when it was written.
    stamped: bool,
}

impl LogQuery {
    fn of(command: &str) -> Option<Self> {
        let calls = ProgramCall::all(command);
        let mut asking = calls.iter().filter(|call| call.program != "sleep");
        let (Some(call), None) = (asking.next(), asking.next()) else {
            return None;
        };
        let docker = call.docker().filter(|docker| docker.does(Does::Logs))?;
        let is_other = ["--since", "--until", "--details"];
        let [container] = docker.used_operands()[..] else {
            return None;
        };
        if docker.is_of_compose() || is_other.iter().any(|option| docker.has(option)) {
            return None;
        }
        Some(Self {
            container: container.to_owned(),
            tail: docker
                .values("--tail")
                .last()
                .and_then(|tail| tail.parse().ok()),
            follows: docker.follows(),
            stamped: docker.has("--timestamps"),
        })
    }
}

/// When a log was asked for, in seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    /// When the command was sent.
    pub sent: f64,
    /// When the last step above that did more than wait was done.
    pub after: f64,
}

impl Asked {
    /// From when on the log can have been as an author saw it, for a command that gave its
    /// answer `at`.
    fn since(self, at: f64) -> f64 {
        self.after.max(at - LATER)
    }
}

/// A line of a log.
struct LogLine {
    /// When it was written, in seconds since 1970.
    at: f64,
    text: String,
}

/// A container's log.
struct Log {
    lines: Vec<LogLine>,
    is_running: bool,
}

impl Log {
    fn read(query: &LogQuery, lab: &dyn Lab) -> Option<Self> {
        let ask = |arguments: &[&str]| -> Option<ProgramOutput> {
            let answer = lab.docker(arguments, ANSWER).ok()?;
            (answer.status == Some(0)).then_some(answer)
        };
        let state = ["inspect", "--type", "container", "-f", "{{.State.Running}}"];
        let running = ask(&[&state[..], &[query.container.as_str()]].concat())?;
        let most = MOST.to_string();
        let written = ask(&["logs", "-t", "--tail", &most, &query.container])?;
        let mut lines: Vec<LogLine> = [&written.stdout, &written.stderr]
            .into_iter()
            .flat_map(|stream| stream.lines())
            .map(|line| LogLine::read(line, query.stamped))
            .collect::<Option<_>>()?;
        lines.sort_by(|one, other| one.at.total_cmp(&other.at));
        let is_whole = lines.len() < MOST;
        is_whole.then(|| Self {
            lines,
            is_running: running.stdout.trim() == "true",
        })
    }

    /// The runs of `count` lines that `query` can have shown, `since` then.
    fn windows(
        &self,
        query: &LogQuery,
        count: usize,
        since: f64,
    ) -> impl Iterator<Item = &[LogLine]> {
        let starts = match query.tail {
            None => 0..=0,
            Some(_) => 0..=self.lines.len().saturating_sub(count),
        };
        let (tail, follows) = (query.tail.unwrap_or(count), query.follows);
        starts.filter_map(move |start| {
            let window = self.lines.get(start..start + count)?;
            // How many of them were there when it was asked.
            let before = if follows { tail.min(count) } else { count };
            let is_whole = before == tail || start == 0 && before < tail;
            let is_asked = follows && query.tail.is_none() || self.is_moment(start + before, since);
            (is_whole && is_asked && self.is_moment(start + count, since)).then_some(window)
        })
    }

    /// Whether the log had exactly its first `count` lines for a moment, `since` then.
    fn is_moment(&self, count: usize, since: f64) -> bool {
        let before = count.checked_sub(1).and_then(|last| self.lines.get(last));
        let Some(next) = self.lines.get(count) else {
            return true;
        };
        next.at >= since && before.is_none_or(|before| next.at - before.at >= MOMENT)
    }

    fn goes_on(&self, now: f64) -> bool {
        let last = self.lines.last();
        self.is_running && last.is_some_and(|last| now - last.at < SILENCE)
    }
}

impl LogLine {
    fn read(line: &str, stamped: bool) -> Option<Self> {
        let (time, text) = line.split_once(' ').unwrap_or((line, ""));
        let at: jiff::Timestamp = time.parse().ok()?;
        let text = if stamped { line } else { text };
        Some(Self {
            at: at.as_duration().as_secs_f64(),
            text: text.trim_end_matches('\r').to_owned(),
        })
    }
}

/// Puts into `observation` of `step`, which does not hold, what the log that it asks for had
/// at another moment, if the notes hold with that; `now` gives the seconds since 1970. Whether
/// it did.
pub(super) fn settle(
    step: &Step,
    observation: &mut Observation,
    asked: Asked,
    lab: &dyn Lab,
    now: fn() -> f64,
    holds: impl Fn(&Observation) -> bool,
) -> bool {
    let query = observation.sent.as_deref().and_then(LogQuery::of);
    let shown = step.expected.iter().rposition(|line| !line.text.is_empty());
    let is_elided = step.expected.iter().any(|line| line.elision);
    let (Some(query), Some(last), true) = (query, shown, step.on_host() && !is_elided) else {
        return false;
    };
    let since = asked.since(if query.follows { asked.sent } else { now() });
    let longest = match query.tail {
        None => LONGEST,
        Some(_) => Duration::from_secs_f64(LATER),
    };
    let start = Instant::now();
    while let Some(log) = Log::read(&query, lab) {
        for window in log.windows(&query, last + 1, since) {
            let at_that_moment = Observation {
                output: window.iter().map(|line| line.text.clone()).collect(),
                ..observation.clone()
            };
            if log.is_running && holds(&at_that_moment) {
                *observation = at_that_moment;
                return true;
            }
        }
        let is_past = query.tail.is_none() && log.lines.len() > last + 1;
        if is_past || !log.goes_on(now()) || start.elapsed() > longest {
            return false;
        }
        std::thread::sleep(EACH);
    }
    false
}

/// Takes out of `observation` what a log that `command` followed went on to print before the
/// interrupt `step`, where there was a moment before that. Whether it did.
pub(super) fn cut(
    command: &str,
    asked: Asked,
    step: &Step,
    observation: &mut Observation,
    lab: &dyn Lab,
) -> bool {
    let query = LogQuery::of(command);
    let (Action::Keys(Keys::Interrupt), Some(query)) = (&step.action, query) else {
        return false;
    };
    let printed = observation.output.len();
    if printed == 0 || step.shows_output() || !query.follows {
        return false;
    }
    let Some(log) = Log::read(&query, lab).filter(|log| log.is_running) else {
        return false;
    };
    let since = asked.since(asked.sent);
    let is_rest = |(start, window): (usize, &[LogLine])| {
        let texts = window.iter().map(|line| line.text.as_str());
        texts.eq(observation.output.iter().map(String::as_str)) && log.is_moment(start, since)
    };
    let is_of_log = log.lines.windows(printed).enumerate().any(is_rest);
    if is_of_log {
        observation.output.clear();
    }
    is_of_log
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(times: &[f64]) -> Log {
        let line = |(number, at): (usize, &f64)| LogLine {
            at: *at,
            text: (number + 1).to_string(),
        };
        Log {
            lines: times.iter().enumerate().map(line).collect(),
            is_running: true,
        }
    }

    fn shown(log: &Log, command: &str, count: usize, since: f64) -> Vec<String> {
        let query = LogQuery::of(command).expect("asks for a log");
        let windows = log.windows(&query, count, since);
        windows
            .map(|lines| {
                lines
                    .iter()
                    .map(|line| line.text.as_str())
                    .collect::<Vec<_>>()
                    .join(" ")
            })
            .collect()
    }

    #[test]
    fn only_what_asks_for_one_log_is_a_query() {
        for command in [
            "docker logs web",
            "sleep 3; sudo docker logs --tail 2 -f web",
        ] {
            assert!(LogQuery::of(command).is_some(), "{command}");
        }
        for command in [
            "docker logs --since 1m web",
            "docker logs web | wc -l",
            "curl web; docker logs web",
            "docker compose logs",
        ] {
            assert!(LogQuery::of(command).is_none(), "{command}");
        }
    }

    #[test]
    fn a_log_had_fewer_lines_at_a_moment_that_is_not_too_long_ago() {
        let log = log(&[1.0, 2.0, 3.0, 3.01, 4.0]);
        assert_eq!(shown(&log, "docker logs web", 2, 2.5), ["1 2"]);
        assert_eq!(shown(&log, "docker logs web", 5, 9.0), ["1 2 3 4 5"]);
        // Before the step above was done.
        assert!(shown(&log, "docker logs web", 2, 3.5).is_empty());
        // Two lines that came at once.
        assert!(shown(&log, "docker logs web", 3, 0.0).is_empty());
        // Not yet written.
        assert!(shown(&log, "docker logs web", 6, 0.0).is_empty());
    }

    #[test]
    fn the_last_lines_are_those_of_a_moment() {
        let log = log(&[1.0, 2.0, 3.0, 4.0]);
        assert_eq!(
            shown(&log, "docker logs --tail 1 web", 1, 2.5),
            ["2", "3", "4"]
        );
        assert_eq!(shown(&log, "docker logs -n 2 web", 2, 3.5), ["2 3", "3 4"]);
        assert_eq!(shown(&log, "docker logs -n 9 web", 2, 1.5), ["1 2"]);
        // No moment has more of them than were asked for.
        assert!(shown(&log, "docker logs -n 1 web", 2, 0.0).is_empty());
        assert_eq!(
            shown(&log, "docker logs -f --tail 1 web", 3, 0.0),
            ["1 2 3", "2 3 4"]
        );
    }
}
