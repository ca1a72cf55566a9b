//! Which rows about things that the exercise did not make a list can show.
//!
//! ```text
//!     $ docker ps                        a row of `Exited (1) 2 days ago` needs `-a`
//!     $ docker ps -f status=exited       a row of `Up 2 days` is none of these
//!     $ docker ps -f since=web           nor is one that was there before `web`
//!     $ docker rm -f $(docker ps -aq)    behind it, no container is left
//! ```

use std::ops::Range;

use super::rows::{Subject, image};
use crate::docker::{Does, Invocation, OperandKind, ProgramCall};
use crate::formats::table::{TableCell, cell_text};
use crate::session::Step;

/// The states that a filter knows, each with what a status begins with.
const STATES: [(&str, &str); 6] = [
    ("created", "Created"),
    ("dead", "Dead"),
    ("exited", "Exited"),
    ("paused", "Up"),
    ("restarting", "Restarting"),
    ("running", "Up"),
];

/// What is left of the machine's other containers.
#[derive(Debug, Clone, Copy, Default)]
struct Left {
    /// None of them runs any more.
    no_running: bool,
    /// None of those that had ended is there any more.
    no_ended: bool,
    /// The exercise has made one, which is newer.
    has_newer: bool,
}

/// What each step lists, and what the steps before it have left.
#[derive(Debug, Default)]
pub(super) struct OtherThings {
    steps: Vec<(Option<Invocation>, Left)>,
    /// The names that the commands give, each with its step from 0.
    given: Vec<(usize, String)>,
}

impl OtherThings {
    /// Reads all steps.
    pub(super) fn of(steps: &[Step]) -> Self {
        let mut left = Left::default();
        let (mut found, mut given) = (Vec::new(), Vec::new());
        for step in steps {
            let calls = step.calls();
            let list = match calls.as_slice() {
                [call, ..] if call.lists().is_some() => call.docker().cloned(),
                _ => None,
            };
            found.push((list, left));
            let (lists_running, lists_all) = (
                calls.iter().any(|call| lists_ids(call, false)),
                calls.iter().any(|call| lists_ids(call, true)),
            );
            let passes_on = |verbs: &[&str]| {
                calls.iter().any(|call| {
                    let is_verb = |word: &String| verbs.contains(&word.as_str());
                    call.docker()
                        .is_some_and(|docker| verbs.iter().any(|verb| docker.verb == *verb))
                        || call.program == "xargs" && call.words.iter().any(is_verb)
                })
            };
            if passes_on(&["rm"]) {
                left.no_running |= lists_all || lists_running;
                left.no_ended |= lists_all;
            } else if passes_on(&["stop", "kill"]) && (lists_all || lists_running) {
                left.no_running = true;
                left.no_ended = false;
            }
            left.no_ended |= calls.iter().any(|call| prunes_containers(call, step));
            left.has_newer |= calls.iter().any(|call| call.does(Does::Creates));
            let dockers = calls.iter().filter_map(ProgramCall::docker);
            let names = dockers.flat_map(Invocation::names).filter(|one| one.gives);
            given.extend(names.map(|one| (found.len() - 1, one.name)));
        }
        Self {
            steps: found,
            given,
        }
    }

    /// Whether a command among these `steps` gives something this `name`.
    pub(super) fn is_given(&self, name: &str, steps: Range<usize>) -> bool {
        let mut given = self.given.iter();
        given.any(|(step, given)| steps.contains(step) && given == name)
    }

    /// Whether the list of `step` can show the row with these `cells`, about a thing that was
    /// there before.
    pub(super) fn can_be_listed(&self, step: usize, subject: Subject, cells: &[TableCell]) -> bool {
        let Some((Some(docker), left)) = self.steps.get(step) else {
            return true;
        };
        let filters = docker
            .values("--filter")
            .filter_map(|one| one.split_once('='));
        let filters: Vec<(&str, &str)> = filters.collect();
        let of = |key: &str| {
            let values = filters.iter().filter(|(name, _)| *name == key);
            values.map(|(_, value)| *value).collect::<Vec<_>>()
        };
        let is_given = |name: &&str| self.is_given(name, 0..step);
        // What was there before is older than anything that the exercise makes.
        if of("since").iter().any(is_given) {
            return false;
        }
        match subject {
            Subject::Containers => {
                let newest = docker.has("--latest") || docker.values("--last").any(|n| n == "1");
                let status = cell_text(cells, "STATUS");
                let (runs, is_shown) = (is_running(status), !status.is_empty());
                let lists_ended = ["--all", "--latest", "--last"]
                    .iter()
                    .any(|one| docker.has(one));
                let states = of("status");
                let is_of = |state: &&str| {
                    let known = STATES.iter().find(|(name, _)| name == state);
                    known.is_none_or(|(name, begins)| {
                        status.starts_with(begins)
                            && (*name == "paused") == status.contains("(Paused)")
                    })
                };
                let fits = match states.is_empty() {
                    true => lists_ended || runs,
                    false => states.iter().any(is_of),
                };
                let is_left = if runs {
                    !left.no_running
                } else {
                    !left.no_ended
                };
                let is_gone = left.no_running && left.no_ended;
                let is_older = newest && left.has_newer;
                let ended = of("exited");
                let ended_so = |code: &&str| status.starts_with(&format!("Exited ({code})"));
                let health = of("health");
                let is_healthy = |word: &&str| *word == health_in(status);
                let is_of_status = fits
                    && is_left
                    && (ended.is_empty() || ended.iter().any(ended_so))
                    && (health.is_empty() || health.iter().any(is_healthy));
                // Of one that has ended no ports are shown.
                let ports = cells.iter().find(|cell| cell.column == "PORTS" && runs);
                let mut published = of("publish").into_iter();
                !(is_older || is_gone)
                    && (!is_shown || is_of_status)
                    && published.all(|port| ports.is_none_or(|cell| can_publish(&cell.text, port)))
            }
            Subject::Images => {
                let (repository, tag, _) = image(cells);
                let is_dangling = [repository, tag].contains(&"<none>");
                let is_shown = !repository.is_empty() || !tag.is_empty();
                let mut asked = of("dangling").into_iter();
                !is_shown || asked.all(|asked| (asked == "true") == is_dangling)
            }
            Subject::Volumes | Subject::Networks => {
                let driver = cell_text(cells, "DRIVER");
                let drivers = of("driver");
                driver.is_empty() || drivers.is_empty() || drivers.contains(&driver)
            }
            Subject::Kubernetes | Subject::Cluster | Subject::CacheRecords | Subject::Other => true,
        }
    }
}

/// What a status says of the container's health, in the word that a filter takes.
fn health_in(status: &str) -> &'static str {
    let shown = [
        ("(healthy)", "healthy"),
        ("(unhealthy)", "unhealthy"),
        ("(health: starting)", "starting"),
    ];
    let found = shown.iter().find(|(shown, _)| status.contains(shown));
    found.map_or("none", |(_, word)| word)
}

/// Whether the ports that a row shows could be published as `port` (`8080`, `8080/tcp`).
fn can_publish(ports: &str, port: &str) -> bool {
    let number = port.split('/').next().unwrap_or(port);
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit());
    // A range of ports (`8080-8085`) may hold it.
    let is_range = || ports.replace("->", " ").contains('-');
    !is_plain || ports.contains(&format!(":{number}->")) || is_range()
}

/// Whether a container with this status has not ended.
fn is_running(status: &str) -> bool {
    status.starts_with("Up") || status.starts_with("Restarting")
}

/// Whether `call` prints the ID of every container: of `all`, or of those that run.
fn lists_ids(call: &ProgramCall, all: bool) -> bool {
    let Some(docker) = call.docker() else {
        return false;
    };
    let is_part = ["--filter", "--latest", "--last"]
        .iter()
        .any(|one| docker.has(one));
    call.lists() == Some(OperandKind::Container)
        && docker.has("--quiet")
        && docker.has("--all") == all
        && !is_part
        && !docker.is_of_compose()
}

/// Whether `call` removes every container that has ended, by what `step` shows.
fn prunes_containers(call: &ProgramCall, step: &Step) -> bool {
    let Some(docker) = call.docker() else {
        return false;
    };
    let is_done = || {
        let mut lines = step.expected.iter();
        docker.has("--force") || lines.any(|line| line.text.starts_with("Total reclaimed space"))
    };
    docker.prunes(OperandKind::Container) && is_done()
}
