//! How long something took or has been up, against what the commands sleep.
//!
//! ```text
//!     $ time docker run --rm busybox sleep 3
//!     real    0m3.512s                            three seconds or more
//!
//!      => [2/2] RUN sleep 3              3.2s     the same of a step of a build
//!     #5 DONE 3.1s                                and in its plain output
//!     [+] Building 4.1s (6/6) FINISHED            as long as its longest step, or longer
//!
//!     $ docker run -d busybox sleep 600; sleep 4
//!     $ docker ps --format '{{.Status}}'
//!     Up 5 seconds                                four seconds or more
//!
//!     $ time docker stop web
//!     real    0m10.4s                             killed after ten seconds, here and there
//! ```
//!
//! What this run took less for is no bound, and neither is what a loop or an `||` may leave out.

use std::collections::HashMap;

use super::ages::restarts_by_itself;
use super::sleeps::{is_straight, slept, slept_in};
use super::{Evidence, Lines, Objection, at_number, refused, sides};
use crate::docker::{Does, ProgramCall};
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why a duration is refused.
const SHORTER: &str = "the commands sleep longer than that";

/// Why the duration of a stop is refused.
const OTHER_END: &str = "the container ends by the signal on one side, and is killed after its grace period on the other";

/// Why the duration of a whole build is refused.
const WHOLE: &str = "a step of the build took longer than the whole of it";

pattern! {
    /// What `time` says of the whole.
    REAL = r"^real\s+(?P<minutes>[0-9]+)m ?(?P<seconds>[0-9.]+)s$";
    /// A step of BuildKit's screen that runs a command, and its seconds.
    RUN_STEP = r"^ *=> (?:\[[^\]]*\] )?RUN (?P<command>.*\S) +(?P<seconds>[0-9]+\.[0-9])s$";
    /// The same of BuildKit's plain output, and the end of a step there.
    PLAIN_STEP = r"^(?P<step>#[0-9]+) (?:\[[^\]]*\] )?RUN (?P<command>.*\S)$";
    PLAIN_END = r"^(?P<step>#[0-9]+) DONE (?P<seconds>[0-9]+\.[0-9])s$";
    /// Any step.
    ANY_STEP = r"^ *=> .*\S +(?P<seconds>[0-9]+\.[0-9])s$";
    /// The head of the screen.
    HEAD = r"^\[\+\] Building (?P<seconds>[0-9]+\.[0-9])s \(";
    /// The state of a container that runs.
    UP = r"\bUp (?P<since>.*)$";
}

/// A part of a second that is rounded away, or that a clock is early by.
const ROUNDED: f64 = 0.1;

/// Lines with a duration that is too short.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let mut dockers = evidence.calls().filter_map(ProgramCall::docker);
    let can_restart = dockers.any(restarts_by_itself);
    let mut found = Vec::new();
    // How long the host has slept since the last container was started; unknown where none was.
    let mut up: Option<f64> = None;
    for (number, (step, lines)) in evidence.steps.iter().zip(judged).enumerate() {
        let calls = evidence.formats[number].calls();
        let command = step.command().unwrap_or_default();
        let is_straight = is_straight(command, calls);
        let sleep = |call: &ProgramCall| if is_straight { slept(call) } else { 0.0 };
        let mut up_when_listed = None;
        for call in calls {
            if call.starts_containers() {
                up = Some(0.0).filter(|_| !can_restart);
            } else if call.is_docker("ps") {
                up_when_listed = up;
            } else if !call.runs_in_container() {
                up = up.map(|up| up + sleep(call));
            }
        }
        let is_short = |noted: &str, printed: &str| {
            if command.trim_start().starts_with("time ") {
                let slept = calls.iter().map(sleep).sum();
                too_short(real(noted), real(printed), slept)
            } else if ProgramCall::any_is_docker(calls, "build") {
                let step = RUN_STEP.captures(noted);
                let slept = step.map_or(0.0, |step| slept_in(&step["command"]));
                too_short(
                    seconds(&RUN_STEP, noted),
                    seconds(&RUN_STEP, printed),
                    slept,
                )
            } else {
                let slept = up_when_listed.unwrap_or_default();
                too_short(up_for(noted), up_for(printed), slept)
            }
        };
        let grace = grace(calls).filter(|_| is_straight);
        let reason = |line: &LineJudgement| {
            let (noted, printed) = sides(line)?;
            let is_short = is_short(noted, printed).then_some(SHORTER);
            is_short.or_else(|| ends_otherwise(noted, printed, grace?).then_some(OTHER_END))
        };
        found.extend(refused(number, lines, reason));
        found.extend(shorter_whole(evidence, judged, number));
        found.extend(shorter_plain(evidence, judged, number));
        // Whoever types inside of a container takes a time that nobody can tell.
        up = up.filter(|_| step.on_host());
    }
    found
}

/// Whether `noted` is less than `bound` seconds where `printed` is not.
fn too_short(noted: Option<f64>, printed: Option<f64>, bound: f64) -> bool {
    let is_less = |seconds: f64| seconds + ROUNDED < bound;
    noted.is_some_and(is_less) && printed.is_some_and(|seconds| !is_less(seconds))
}

/// How many seconds the only one of `calls` waits before it kills a container that does not end
/// by the signal. Source: docker/cli `docker stop --help`.
fn grace(calls: &[ProgramCall]) -> Option<f64> {
    const DEFAULT: f64 = 10.0;
    let [call] = calls else { return None };
    let docker = call.docker()?;
    let waits = docker.does(Does::Signals) && docker.knows_option("--timeout");
    let given = docker.values("--timeout").chain(docker.values("--time"));
    let grace = given
        .last()
        .map_or(Some(DEFAULT), |grace| grace.parse().ok());
    grace.filter(|grace| waits && *grace >= 1.0)
}

/// Whether `time` says that a container was killed after `grace` seconds on one side alone.
fn ends_otherwise(noted: &str, printed: &str, grace: f64) -> bool {
    let is_killed = |line| real(line).map(|seconds| seconds + ROUNDED >= grace);
    let ends = is_killed(noted).zip(is_killed(printed));
    ends.is_some_and(|(noted, printed)| noted != printed)
}

/// The ends of steps in BuildKit's plain output that took less than their commands sleep, where
/// none did here.
fn shorter_plain(evidence: &Evidence, judged: &Lines, number: usize) -> Vec<Objection> {
    if !ProgramCall::any_is_docker(evidence.formats[number].calls(), "build")
        || !ends_too_early(&evidence.printed(number)).is_empty()
    {
        return Vec::new();
    }
    let early = ends_too_early(&evidence.noted(number)).into_iter();
    let lines = early.map(|at| evidence.steps[number].expected[at].line);
    lines
        .filter_map(|line| at_number(judged, number, line, SHORTER))
        .collect()
}

/// The `lines`, from 0, that end a step of a build before its commands have slept.
fn ends_too_early(lines: &[&str]) -> Vec<usize> {
    let mut slept: HashMap<String, f64> = HashMap::new();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(step) = PLAIN_STEP.captures(line) {
            slept.insert(step["step"].to_owned(), slept_in(&step["command"]));
        } else if let Some(end) = PLAIN_END.captures(line) {
            let least = slept.get(&end["step"]).copied().unwrap_or_default();
            let took: Option<f64> = end["seconds"].parse().ok();
            if took.is_some_and(|took| took + ROUNDED < least) {
                found.push(at);
            }
        }
    }
    found
}

/// The seconds that `time` says.
fn real(line: &str) -> Option<f64> {
    let real = REAL.captures(line.trim_end())?;
    let (minutes, seconds): (f64, f64) =
        (real["minutes"].parse().ok()?, real["seconds"].parse().ok()?);
    Some(60.0 * minutes + seconds)
}

/// The seconds that a `line` of this form says.
fn seconds(form: &regex::Regex, line: &str) -> Option<f64> {
    form.captures(line.trim_end())?["seconds"].parse().ok()
}

/// The most seconds that a container has been up, as a line shows it: almost the first that
/// are too many.
fn up_for(line: &str) -> Option<f64> {
    let up = UP.captures(line)?;
    let too_many = Volatile::Span.seconds_range(&up["since"])?.end;
    let too_many = u32::try_from(too_many).ok().map(f64::from)?;
    Some(too_many - 2.0 * ROUNDED)
}

/// The head of a build whose time is less than that of one of its steps in the notes, and
/// not where `step` printed it here.
fn shorter_whole(evidence: &Evidence, judged: &Lines, step: usize) -> Option<Objection> {
    let expected = &evidence.steps[step].expected;
    let head = expected.iter().find(|line| HEAD.is_match(&line.text))?;
    let is_shorter = |lines: &[&str]| {
        let whole = lines.iter().find_map(|line| seconds(&HEAD, line));
        let of_steps = lines.iter().filter_map(|line| seconds(&ANY_STEP, line));
        let longest = of_steps.fold(0.0, f64::max);
        whole.is_some_and(|whole| whole + ROUNDED < longest)
    };
    let is_wrong = is_shorter(&evidence.noted(step)) && !is_shorter(&evidence.printed(step));
    is_wrong.then(|| at_number(judged, step, head.line, WHOLE))?
}
