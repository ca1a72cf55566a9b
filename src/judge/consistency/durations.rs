//! How long something took or has been up, against what the commands sleep.
//!
//! ```text
//!     $ time docker run --rm busybox sleep 3
//!     real    0m3.512s                            three seconds or more
//!
//!      => [2/2] RUN sleep 3              3.2s     the same of a step of a build
//!     [+] Building 4.1s (6/6) FINISHED            as long as its longest step, or longer
//!
//!     $ docker run -d busybox sleep 600; sleep 4
//!     $ docker ps --format '{{.Status}}'
//!     Up 5 seconds                                four seconds or more
//! ```
//!
//! What this run took less for is no bound: a loop may run not once.

use super::{Evidence, Lines, Objection, at_number};
use crate::docker::{Does, ProgramCall};
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::pattern::pattern;

/// Why a duration is refused.
const SHORTER: &str = "the commands sleep longer than that";

/// Why the duration of a whole build is refused.
const WHOLE: &str = "a step of the build took longer than the whole of it";

pattern! {
    /// What `time` says of the whole.
    REAL = r"^real\s+(?P<minutes>[0-9]+)m ?(?P<seconds>[0-9.]+)s$";
    /// A step of BuildKit's screen that runs a command, and its seconds.
    RUN_STEP = r"^ *=> (?:\[[^\]]*\] )?RUN (?P<command>.*\S) +(?P<seconds>[0-9]+\.[0-9])s$";
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
    let mut found = Vec::new();
    // How long the host has slept since the last container was started; unknown where none was.
    let mut up: Option<f64> = None;
    for (step, lines) in judged.iter().enumerate() {
        let calls = evidence.formats[step].calls();
        let starts = |call: &ProgramCall| {
            [Does::Creates, Does::Reconnects, Does::FromFile]
                .into_iter()
                .any(|what| call.does(what))
        };
        if calls.iter().any(starts) {
            up = Some(0.0);
        }
        let slept = slept(calls, |_| true);
        let slept_here = self::slept(calls, |call| !call.in_container);
        let times = evidence.steps[step]
            .command()
            .is_some_and(|command| command.trim_start().starts_with("time "));
        let least = |line: usize, judged: &LineJudgement| {
            let (noted, printed) = both(judged)?;
            let is_short = match () {
                () if times => too_short(&real(noted), &real(printed), slept),
                () if ProgramCall::any_is_docker(calls, "build") => {
                    let bound = RUN_STEP
                        .captures(noted)
                        .map(|step| self::slept(&ProgramCall::all(&step["command"]), |_| true));
                    too_short(
                        &seconds(&RUN_STEP, noted),
                        &seconds(&RUN_STEP, printed),
                        bound?,
                    )
                }
                () if ProgramCall::any_is_docker(calls, "ps") => {
                    too_short(&up_for(noted), &up_for(printed), up? + slept_here)
                }
                () => false,
            };
            is_short.then_some(Objection {
                step,
                line,
                reason: SHORTER,
            })
        };
        let wrong = lines.iter().enumerate();
        found.extend(wrong.filter_map(|(line, judged)| least(line, judged)));
        found.extend(shorter_whole(evidence, judged, step));
        let on_host = evidence.steps[step].on_host();
        up = up.filter(|_| on_host).map(|up| up + slept_here);
    }
    found
}

/// The two sides of a line that holds.
fn both(judged: &LineJudgement) -> Option<(&str, &str)> {
    let sides = judged.expected.as_deref().zip(judged.actual.as_deref());
    sides.filter(|_| judged.ok)
}

/// Whether `noted` is less than `bound` seconds where `printed` is not.
fn too_short(noted: &Option<f64>, printed: &Option<f64>, bound: f64) -> bool {
    let is_less = |seconds: f64| seconds + ROUNDED < bound;
    noted.is_some_and(is_less) && printed.is_some_and(|seconds| !is_less(seconds))
}

/// How many seconds those of `calls` sleep one after the other that count.
fn slept(calls: &[ProgramCall], counts: impl Fn(&ProgramCall) -> bool) -> f64 {
    let sleeps = calls
        .iter()
        .filter(|call| call.program == "sleep" && !call.in_background && counts(call));
    sleeps
        .filter_map(|call| {
            let [word] = call.words.as_slice() else {
                return None;
            };
            word.trim_end_matches('s').parse::<f64>().ok()
        })
        .sum()
}

fn real(line: &str) -> Option<f64> {
    let real = REAL.captures(line.trim_end())?;
    let (minutes, seconds): (f64, f64) =
        (real["minutes"].parse().ok()?, real["seconds"].parse().ok()?);
    Some(60.0 * minutes + seconds)
}

fn seconds(form: &regex::Regex, line: &str) -> Option<f64> {
    form.captures(line.trim_end())?["seconds"].parse().ok()
}

/// The most seconds that a container has been up, as a line shows it.
fn up_for(line: &str) -> Option<f64> {
    let up = UP.captures(line)?;
    let most = Volatile::Span.seconds_range(&up["since"])?.end;
    u32::try_from(most).ok().map(f64::from)
}

/// The head of a build whose time is less than that of one of its steps in the notes, and
/// not where `step` printed it here.
fn shorter_whole(evidence: &Evidence, judged: &Lines, step: usize) -> Option<Objection> {
    let noted = &evidence.steps[step].expected;
    let printed = evidence.outputs[step];
    let head = noted.iter().find(|line| HEAD.is_match(&line.text))?;
    let is_shorter = |lines: &mut dyn Iterator<Item = &str>| {
        let (mut whole, mut longest) = (None, 0.0);
        for line in lines {
            whole = whole.or(seconds(&HEAD, line));
            longest = seconds(&ANY_STEP, line).map_or(longest, |one| f64::max(longest, one));
        }
        whole.is_some_and(|whole| whole + ROUNDED < longest)
    };
    let wrong = is_shorter(&mut noted.iter().map(|line| line.text.as_str()))
        && !is_shorter(&mut printed.iter().map(String::as_str));
    wrong
        .then(|| at_number(judged, step, head.line, WHOLE))
        .flatten()
}
