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
use super::series::{Sides, each_line, wrong_outputs};
use super::sleeps::{is_straight, slept, slept_in};
use super::{Evidence, Lines, Objection};
use crate::docker::{Does, ProgramCall};
use crate::formats::OutputFormat;
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::pattern::pattern;
use crate::session::Step;

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
    let up = least_up(evidence);
    let builds = evidence.steps_that(|calls| ProgramCall::any_is_docker(calls, "build"));
    let builds: Vec<usize> = builds.collect();
    let mut found = each_line(judged, |step| {
        let calls = evidence.formats[step].calls();
        let command = evidence.steps[step].command().unwrap_or_default();
        let is_timed = command.trim_start().starts_with("time ");
        let is_build = builds.contains(&step);
        let is_straight = is_straight(command, calls);
        let grace = grace(calls).filter(|_| is_straight);
        let up = up[step].unwrap_or_default();
        Some(move |line: &LineJudgement| {
            let sides = Sides::of(line)?;
            let (took, least) = if is_timed {
                let calls = calls.iter().filter(|_| is_straight);
                (sides.map(real), calls.map(slept).sum())
            } else if is_build {
                let run = RUN_STEP.captures(sides.noted);
                let least = run.map_or(0.0, |run| slept_in(&run["command"]));
                (sides.map(|line| seconds(&RUN_STEP, line)), least)
            } else {
                (sides.map(up_for), up)
            };
            let is_short = is_too_short(took, least).then_some(SHORTER);
            is_short.or_else(|| ends_otherwise(sides.map(real), grace?).then_some(OTHER_END))
        })
    });
    let early = wrong_outputs(evidence, judged, builds, ends_too_early, SHORTER);
    let all = 0..evidence.steps.len();
    found.extend(wrong_outputs(evidence, judged, all, shorter_whole, WHOLE));
    found.extend(early);
    found
}

/// For each step that lists containers, how many seconds the host has slept since the last one
/// was started; unknown where none was.
fn least_up(evidence: &Evidence) -> Vec<Option<f64>> {
    let can_restart = evidence.dockers().any(restarts_by_itself);
    let mut up: Option<f64> = None;
    let follow = |(step, format): (&Step, &OutputFormat)| {
        let is_straight = is_straight(step.command().unwrap_or_default(), format.calls());
        let mut up_when_listed = None;
        for call in format.calls() {
            if call.starts_containers() {
                up = Some(0.0).filter(|_| !can_restart);
            } else if call.is_docker("ps") {
                up_when_listed = up;
            } else if !call.runs_in_container() && is_straight {
                up = up.map(|up| up + slept(call));
            }
        }
        // Whoever types inside of a container takes a time that nobody can tell.
        up = up.filter(|_| step.on_host());
        up_when_listed
    };
    let steps = evidence.steps.iter().zip(evidence.formats);
    steps.map(follow).collect()
}

/// Whether it took less than `least` seconds in the notes, and not here.
fn is_too_short(took: Sides<Option<f64>>, least: f64) -> bool {
    let took = took.read(|seconds| *seconds);
    took.is_some_and(|took| took.only_noted(|seconds| seconds + ROUNDED < least))
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

/// Whether a container was killed after `grace` seconds on one side alone, by what `time` says.
fn ends_otherwise(took: Sides<Option<f64>>, grace: f64) -> bool {
    let is_killed = took.read(|seconds| Some((*seconds)? + ROUNDED >= grace));
    is_killed.is_some_and(|is_killed| is_killed.noted != is_killed.printed)
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

/// The head of a build, in `lines` from 0, whose time is less than that of one of its steps.
fn shorter_whole(lines: &[&str]) -> Option<usize> {
    let mut heads = lines.iter().enumerate();
    let (at, whole) = heads.find_map(|(at, line)| Some((at, seconds(&HEAD, line)?)))?;
    let of_steps = lines.iter().filter_map(|line| seconds(&ANY_STEP, line));
    let longest = of_steps.fold(0.0, f64::max);
    (whole + ROUNDED < longest).then_some(at)
}
