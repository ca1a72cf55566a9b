//! How long containers have been up, or gone, against the order in which the commands start
//! them and what they sleep between.
//!
//! ```text
//!     $ docker run -d --name a busybox sleep 1d; sleep 3
//!     $ docker restart a
//!     $ docker run -d --name b busybox sleep 1d
//!     $ docker ps
//!     NAMES   CREATED         STATUS
//!     b       1 second ago    Up 1 second         not longer than a, which was started before
//!     a       6 seconds ago   Up 2 seconds        made three seconds before it was restarted
//!
//!     $ docker run --name c busybox true; sleep 5
//!     $ docker ps -a
//!     c       6 seconds ago   Exited (0) 5 seconds ago    the command waited for its end
//! ```
//!
//! What the commands sleep is the least that lies between: whoever types takes longer.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::ages::{Row, restarts_by_itself};
use super::sleeps::{is_straight, slept};
use super::{Evidence, Lines, Objection};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;

/// Why a row is refused.
const IMPOSSIBLE: &str =
    "the commands start and sleep so that the container cannot be up, or gone, for that long";

/// When a container was made and last started, in seconds that the commands slept before.
#[derive(Debug, Clone, Copy)]
struct Moments {
    created: f64,
    started: f64,
    /// How many starts there were before this one.
    number: usize,
    /// Whether the command that started it waited for its end.
    is_over: bool,
}

/// What the commands so far did.
#[derive(Debug, Default)]
struct History {
    slept: f64,
    starts: usize,
    /// By name; that of a container without one is empty.
    containers: HashMap<String, Moments>,
}

/// Rows of `docker ps` with a time that no run can show.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    if evidence.dockers().any(restarts_by_itself) {
        return Vec::new();
    }
    let names = evidence.container_names();
    let mut history = History::default();
    let mut found = Vec::new();
    for (number, (step, lines)) in evidence.steps.iter().zip(judged).enumerate() {
        let format = &evidence.formats[number];
        let straight = is_straight(step.command().unwrap_or_default(), format.calls());
        let mut is_listed = false;
        for call in format.calls() {
            if call.is_docker("ps") && !is_listed {
                is_listed = true;
                let noted = history.impossible(&Row::listed(lines, format, &names));
                let printed = history.impossible(&Row::listed(&swapped(lines), format, &names));
                if printed.is_empty() {
                    found.extend(
                        noted
                            .into_iter()
                            .map(|line| Objection::at(number, line, IMPOSSIBLE)),
                    );
                }
            }
            history.follow(call, straight);
        }
    }
    found
}

/// `lines` with what this run printed in the place of the notes.
fn swapped(lines: &[LineJudgement]) -> Vec<LineJudgement> {
    let lines = lines.iter().cloned();
    lines
        .map(|line| LineJudgement {
            expected: line.actual,
            actual: line.expected,
            ..line
        })
        .collect()
}

impl History {
    /// Takes in what `call` does; nothing is known of containers that a loop starts.
    fn follow(&mut self, call: &ProgramCall, straight: bool) {
        if !call.runs_in_container() && straight {
            self.slept += slept(call);
        }
        let Some(docker) = call.docker() else { return };
        let makes = docker.does(Does::Creates);
        if !makes && !docker.does(Does::Reconnects) && docker.verb != "rename" {
            return;
        }
        let names = match makes {
            true => docker.gives(OperandKind::Container),
            false => docker.operands.clone(),
        };
        let names = match names.is_empty() {
            true => vec![String::new()],
            false => names,
        };
        for name in names {
            let known = self.containers.get(&name).copied();
            let before = known.filter(|_| !makes);
            if !straight
                || call.in_background
                || docker.verb == "rename"
                || !makes && known.is_none()
            {
                self.containers.clear();
                return;
            }
            self.starts += 1;
            let moments = Moments {
                created: before.map_or(self.slept, |before| before.created),
                started: self.slept,
                number: self.starts,
                is_over: waits_for_end(docker),
            };
            self.containers.insert(name, moments);
        }
    }

    /// The lines of those of `rows` that cannot stand with the commands so far.
    fn impossible(&self, rows: &[Row]) -> HashSet<usize> {
        let listed = rows.iter().filter_map(|row| self.listed(row));
        let listed: Vec<Listed> = listed.collect();
        let is_refused = |one: &&Listed| {
            // Those that were started later are up for less time.
            one.is_too_young(self.slept) || listed.iter().any(|other| one.outlasts(other))
        };
        let refused = listed.iter().filter(is_refused);
        refused.map(|one| one.line).collect()
    }

    /// What `row` shows of a container that is up and whose start is known, or that has ended
    /// when its command did.
    fn listed(&self, row: &Row) -> Option<Listed> {
        let range = |span: &str| Volatile::Span.seconds_range(span);
        let moments = self.moments(row)?;
        let gone = || row.gone().filter(|_| moments.is_over);
        Some(Listed {
            line: row.line,
            moments,
            age: range(&row.created),
            is_up: row.up().is_some(),
            since: range(row.up().or_else(gone)?)?,
        })
    }

    /// Those of the container in `row`; where that has no name, of the only one.
    fn moments(&self, row: &Row) -> Option<Moments> {
        let mut all = self.containers.values().copied();
        match row.name.as_str() {
            "" => all.next().filter(|_| self.containers.len() == 1),
            name => self.containers.get(name).copied(),
        }
    }
}

/// Whether `docker` starts a container and waits for its end, while nobody types in it.
fn waits_for_end(docker: &Invocation) -> bool {
    let options = ["--detach", "--interactive", "--tty"];
    docker.verb == "run" && !options.iter().any(|option| docker.has(option))
}

/// What a row shows of a container that is up, or gone.
struct Listed {
    line: usize,
    moments: Moments,
    /// How many seconds ago it was made, where the row shows that.
    age: Option<Range<u64>>,
    /// Whether it is up.
    is_up: bool,
    /// For how many seconds it has been up, or gone.
    since: Range<u64>,
}

impl Listed {
    /// Whether the commands slept for longer, `slept` seconds in all, since it was made or
    /// started, or between the two.
    fn is_too_young(&self, slept: f64) -> bool {
        let Moments {
            created, started, ..
        } = self.moments;
        let is_older = |age: &Range<u64>| {
            is_less(age.end, 0, slept - created)
                || is_less(age.end, self.since.start, started - created)
        };
        is_less(self.since.end, 0, slept - started) || self.age.as_ref().is_some_and(is_older)
    }

    /// Whether it is up, or gone, for longer than `other` although that was started before.
    fn outlasts(&self, other: &Self) -> bool {
        let between = self.moments.started - other.moments.started;
        let is_later = self.moments.number > other.moments.number;
        let (end, start) = (other.since.end, self.since.start);
        let is_alike = self.is_up == other.is_up;
        is_alike && is_later && (end <= start || is_less(end, start, between))
    }
}

/// Whether there are less than `slept` seconds, of which there are some, from `start` to a
/// time before `end`.
fn is_less(end: u64, start: u64, slept: f64) -> bool {
    let most = u32::try_from(end.saturating_sub(start)).map(f64::from);
    slept > 0.0 && most.is_ok_and(|most| most <= slept)
}
