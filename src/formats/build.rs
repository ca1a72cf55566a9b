//! `docker build`: two builders that print the same events in other words.
//!
//! ```text
//!     legacy                            BuildKit                                event
//!     Step 2/3 : RUN mkdir /box         => [2/2] RUN mkdir /box          0.4s   RUN mkdir /box
//!     Successfully built 03bc1dfb16a2   => => writing image sha256:03bc...      image 03bc1dfb16a2
//!     Successfully tagged boxed:latest  => => naming to docker.io/library/boxed naming to boxed:latest
//! ```
//!
//! Where the notes and this run have different builders, or both have BuildKit
//! (whose screen is drawn anew at every build, with times and cache marks), the
//! events are compared: each that the notes show must have happened here, about
//! the same image and the same instruction, in the same order. What only one
//! builder prints about its own work is known line by line; any other line fails.
//! Sources: moby `daemon/builder/backend/{backend,tag}.go`,
//! `daemon/builder/dockerfile`; buildkit `exporter/mobyexporter/export.go`,
//! `util/progress/progressui`; docker/cli `cmd/docker/builder.go`.

use std::collections::{HashMap, HashSet};

use regex::Regex;

use super::build_plain::PlainProgress;
use super::build_screen;
use super::build_steps::{self, BuildPast, legacy_steps, with_possible_cache};
use super::build_variables::BuildVariables;
use super::text::{lines_where, noted_lines};
use crate::docker::names::major;
use crate::docker::names::with_tag;
use crate::docker::{Does, ProgramCall};
use crate::pattern::pattern;

/// The name under which a match across builders is reported.
pub const DIALECT: &str = "what the builder prints";

/// Who printed a build's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Builder {
    Legacy,
    BuildKit,
    Podman,
}

/// What a line of a build tells.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    /// Something about the build itself, in words that both builders share.
    Happened(String),
    /// A step, in BuildKit's count: it leaves out instructions that the other counts.
    Step {
        /// Its number (`[2/3] `); empty where it is of a named stage: a step that
        /// several stages share is printed as any one's.
        place: String,
        /// Whether it came from the cache.
        cached: bool,
        /// The instruction, in words that both builders share.
        instruction: String,
    },
    /// The step that failed, marked as such (`ERROR [2/2] RUN false`).
    FailedStep {
        /// As it is printed.
        printed: String,
        /// The instruction.
        instruction: String,
    },
    /// Why nothing was built: what is not there, or an instruction that is none.
    Refused {
        /// As it is printed.
        printed: String,
        /// What it is about, in words that both builders share.
        shared: String,
    },
    /// How a program ended that a step ran.
    Ended {
        /// As it is printed.
        printed: String,
        /// The program and its exit status, in words that both builders share.
        shared: String,
    },
    /// What is drawn around a failed step, the lines of its Dockerfile too.
    Drawing(String),
    /// Its builder's own book-keeping.
    BookKeeping,
    /// Nothing that a builder is known to print.
    Other(String),
}

/// What a line is compared by.
enum Compared {
    /// By what happened.
    By(String),
    /// Not at all.
    Nothing,
    /// By its text, which no builder is known to print: what another command of the
    /// same line printed, or a step.
    Unknown(String),
}

impl Event {
    /// Where the notes' builder and this run's differ, only what both can tell.
    /// Whether a step came from the cache is known of an exercise that has `built` it
    /// before; else it tells what was on the machine.
    fn compared(self, differs: bool, built: &HashSet<String>) -> Compared {
        match self {
            Self::Happened(text) => Compared::By(text),
            Self::Step {
                place,
                cached,
                instruction,
            } if !differs => {
                let is_known = || {
                    cached_as(&instruction).is_some_and(|instruction| built.contains(&instruction))
                };
                let mark = if cached && is_known() { "CACHED " } else { "" };
                Compared::By(format!("{mark}{place}{instruction}"))
            }
            Self::Step { instruction, .. } => Compared::By(instruction),
            Self::BookKeeping => Compared::Nothing,
            Self::FailedStep {
                instruction: text, ..
            }
            | Self::Ended { shared: text, .. }
            | Self::Refused { shared: text, .. }
                if differs =>
            {
                Compared::By(text)
            }
            Self::Drawing(_) if differs => Compared::Nothing,
            Self::Other(text) if differs => Compared::Unknown(text),
            Self::FailedStep { printed: text, .. }
            | Self::Ended { printed: text, .. }
            | Self::Refused { printed: text, .. }
            | Self::Drawing(text)
            | Self::Other(text) => Compared::By(text),
        }
    }
}

/// The name under which advice is reported that this run's daemon does not give.
pub const NEWER_ADVICE: &str = "advice about a Dockerfile, which Docker gives since 27";

/// Whether the daemon of version `server` gives no advice about a Dockerfile: BuildKit does
/// since its 0.14, which Docker 27 has.
pub fn gives_no_advice(server: &str) -> bool {
    major(server).is_some_and(|major| major < 27)
}

/// How a line of the notes is to be found in another builder's output.
#[derive(Debug, PartialEq, Eq)]
pub enum ExpectedStep {
    /// Any number of lines.
    Elided,
    /// A blank line.
    Layout,
    /// Only the notes' builder prints it.
    OnlyThere,
    /// Advice about the Dockerfile, which older daemons do not give.
    Advice,
    /// One of these events must have happened.
    Counterparts(Vec<String>),
}

/// A build's transcript, ready to be compared by events.
#[derive(Debug)]
pub struct Across {
    /// By line of the notes, from 0, in the order in which they are compared.
    pub lines: Vec<(usize, ExpectedStep)>,
    /// What happened here, in the order in which it is compared: lines of the output, from 0,
    /// with their events; a line that no builder is known to print is its own. What the legacy
    /// builder passes on of a step that went well is left out where the notes are BuildKit's.
    pub actual: Vec<(usize, String)>,
    /// Whether the builders differ.
    pub differs: bool,
    /// Whether a pipe cut the notes' output, and not this run's: BuildKit reports to the
    /// standard error, which goes past the pipe.
    pub is_filtered: bool,
    /// Where BuildKit builds several stages, which it does side by side: the lines
    /// of the notes, and of the output, that tell their steps.
    pub side_by_side: (HashSet<usize>, HashSet<usize>),
}

pattern! {
    STEP = r"^Step [0-9]+/[0-9]+ : (.+)$";
    PODMAN_STEP = r"^(?:\[[0-9]+/[0-9]+\] )?STEP [0-9]+/[0-9]+: (.+)$";
    PODMAN_OWN = r"^(?:COMMIT(?: \S+)?|--> (?:Using cache )?[0-9a-f]{11,64}|Successfully tagged (?:localhost|[a-z0-9-]+\.[a-z0-9.-]+)/\S+|[0-9a-f]{64})$";
    STAGE = r"^Step [0-9]+/[0-9]+ : (?i:FROM .* AS) (\S+)$";
    BUILT = r"^Successfully built ([0-9a-f]{12})$";
    TAGGED = r"^Successfully tagged (\S+)$";
    LEGACY_OWN = r"^(?:# Executing [1-9][0-9]* build triggers?| ---> (?:[0-9a-f]{12}|Using cache|Running in [0-9a-f]{12}|Removed intermediate container [0-9a-f]{12})|Removing intermediate container [0-9a-f]{12})$";
    UNUSED = r"^\[Warning\] One or more build-args \[([^\]]+)\] were not consumed$";
    SENDING = r"^Sending build context to Docker daemon +[1-9][0-9.]*[kMG]?B$";
    DEPRECATED = r"^(?:DEPRECATED: The legacy builder is deprecated and will be removed in a future release\.|            (?:Install the buildx component to build images with BuildKit:|BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0)|            .*docs\.docker\.com/go/buildx/?|            environment-variable\.)$";
    /// The head of BuildKit's screen once the build has ended.
    FINISHED = r"^\[\+\] Building [0-9.ms]+ \((?<done>[0-9]+)/(?<all>[0-9]+)\) FINISHED";
    /// A step, or what the linter says of one.
    SCREEN_STEP = r"^ ?=> (?:(?<advice>WARN:)|[^=]|=[^>])";
    FRAME = r"^(?:\[\+\] Building [0-9.]+s \([0-9]+/[0-9]+\).*|#[0-9]+ .*| ?=> .*)$";
    VERTEX = r"^(\[(?:[^\]]* )?[0-9]+/[0-9]+\]) (.+)$";
    NAMED_STAGE = r"^(?:ERROR )?\[[^\]]+ [0-9]+/[0-9]+\] ";
    NAMING = r"^naming to (\S+)$";
    /// A narrow window cuts the digits off.
    WRITING = r"^writing image sha256:([0-9a-f]{12})[0-9a-f]{0,52}$";
    MANIFEST = r"^exporting manifest (?:list )?sha256:([0-9a-f]{12})[0-9a-f]{0,52}$";
    BUILDKIT_OWN = r"^(?:\[internal\] .*|transferring (?:context|dockerfile):.*|exporting (?:to image|layers|config sha256:[0-9a-f]{12,64}|attestation manifest sha256:[0-9a-f]{12,64})|unpacking to \S+|resolve \S+|WARN: .*|\[auth\] .*|extracting sha256:.*|sha256:[0-9a-f]{12,64}.*|building with .*|preparing layers for inline cache|\[.*\] resolving provenance.*)$";
    ADVICE = r"^(?: *[0-9]+ warnings? found \(use (?:docker )?--debug to expand\):| - [A-Z][A-Za-z]+: .*|View build details: .*|What's next:.*|    View a summary of image vulnerabilities.*)$";
    DRAWING = r"^(?:-{6}|-{20}| > (?:\[.*\] )?.*:|\S*ockerfile\S*:[0-9]+| *[0-9]+ \|.*)$";
    FAILED_STEP = r"^ERROR \[(?:[^\]]* )?[0-9]+/[0-9]+\] (.+)$";
    ENDED = r#"^(?:ERROR: (?:failed to build: )?failed to solve: process "(.+)" did not complete successfully: exit code: ([0-9]+)|The command '(.+)' returned a non-zero code: ([0-9]+))$"#;
    NO_FILE = r#"^(?:ERROR: (?:failed to build: )?failed to solve: failed to compute cache key: failed to calculate checksum of ref \S+: "/(.+)": not found|(?:COPY|ADD) failed: file not found in build context or excluded by \.dockerignore: stat (.+): file does not exist)$"#;
    NO_DOCKERFILE = r"^(?:ERROR: (?:failed to build: )?failed to solve: failed to read dockerfile: open (\S+)|unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat (?:\S*/)?([^/ ]+)): no such file or directory$";
    UNREADABLE = r"^(?:ERROR: (?:failed to build: )?failed to solve: dockerfile parse error on|Error response from daemon: dockerfile parse error) line ([0-9]+): (.+?)(?: \(did you mean \S+\?\))?$";
    EMPTY = r"^(?:ERROR: (?:failed to build: )?failed to solve|Error response from daemon): the Dockerfile (?:\(\S+\) )?cannot be empty$";
    NO_TARGET = r#"^(?:ERROR: (?:failed to build: )?failed to solve: target stage "?([^" ]+)"? could not be found|(?:Error response from daemon: )?failed to reach build target (\S+) in Dockerfile)$"#;
    REFUSED = r"^(?:ERROR: (?:failed to build: )?failed to solve|Error response from daemon: failed to parse Dockerfile): ([A-Z]+ [a-z].*)$";
    NO_BASE = r"^(?:ERROR: (?:failed to build: )?failed to solve|Error response from daemon): (no build stage in current context|base name \(.*\) should not be blank|failed to parse stage name .*)$";
    NO_CONTEXT = r#"^(?:ERROR: (?:failed to build: )?)?unable to prepare context: path ("[^"]+" not found)$"#;
    SINCE = r"^[0-9]+\.[0-9]{1,3}(?: (.*))?$";
    CACHE_OBJECT = r"^[0-9a-z]{25}$";
}

/// How a program ended that a step ran.
fn ended(line: &str) -> Option<Event> {
    let found = ENDED.captures(line)?;
    let program = found.get(1).or(found.get(3))?.as_str();
    let status = found.get(2).or(found.get(4))?.as_str();
    Some(Event::Ended {
        printed: line.to_owned(),
        shared: format!("{program} ended with {status}"),
    })
}

/// Why nothing was built.
fn refused(line: &str) -> Option<Event> {
    let reasons = [
        (&NO_FILE, "no file"),
        (&NO_DOCKERFILE, "no Dockerfile"),
        (&UNREADABLE, "unreadable"),
        (&EMPTY, "empty Dockerfile"),
        (&NO_TARGET, "no stage"),
        (&REFUSED, "not this way"),
        (&NO_BASE, "no image to begin with"),
        (&NO_CONTEXT, "no folder"),
    ];
    reasons.into_iter().find_map(|(pattern, reason)| {
        let found = pattern.captures(line)?;
        let about: Vec<&str> = found
            .iter()
            .skip(1)
            .flatten()
            .map(|part| {
                part.as_str()
                    .trim_start_matches("./")
                    .trim_start_matches('/')
            })
            .collect();
        Some(Event::Refused {
            printed: line.to_owned(),
            shared: format!("{reason}: {}", about.join(" ")),
        })
    })
}

/// Whether `line` tells why a build ended that went wrong.
fn is_end(line: &str) -> bool {
    ended(line).or_else(|| refused(line)).is_some()
}

/// A line that a builder passes on, without the seconds that BuildKit puts before it.
fn other(text: &str) -> Event {
    match SINCE.captures(text) {
        Some(since) => match since.get(1) {
            Some(said) => Event::Other(said.as_str().to_owned()),
            None => Event::BookKeeping,
        },
        None => Event::Other(text.to_owned()),
    }
}

fn captured<'t>(pattern: &Regex, text: &'t str) -> Option<&'t str> {
    Some(pattern.captures(text)?.get(1)?.as_str())
}

/// The instructions that both builders show; the others only change settings,
/// and BuildKit does not show them.
pub(super) const SHOWN: [&str; 5] = ["FROM", "RUN", "COPY", "ADD", "WORKDIR"];

fn instruction(text: &str) -> Event {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let upper = word.to_ascii_uppercase();
    if !SHOWN.contains(&upper.as_str()) {
        return Event::BookKeeping;
    }
    if upper == "FROM" {
        let image = rest
            .split_whitespace()
            .find(|part| !part.starts_with("--"))
            .unwrap_or("");
        let image = image.split_once('@').map_or(image, |(name, _)| name);
        return Event::Happened(format!("FROM {}", with_tag(image)));
    }
    Event::Happened(format!("{upper} {}", rest.trim()))
}

/// An instruction in words that both builders share; none where BuildKit does not show it.
pub(super) fn shared_instruction(text: &str) -> Option<String> {
    match instruction(text) {
        Event::Happened(instruction) => Some(instruction),
        _ => None,
    }
}

/// Whether a line of BuildKit's says that its step came from the cache.
pub(super) fn is_marked_cached(line: &str) -> bool {
    line.contains("=> CACHED ")
}

/// Whether a line is the legacy builder's own book-keeping.
pub(super) fn is_own_of_legacy(line: &str) -> bool {
    LEGACY_OWN.is_match(line)
}

/// What podman tells of a build; its end is printed by Docker's client, as of the legacy
/// builder.
fn podman_event(line: &str) -> Event {
    match captured(&PODMAN_STEP, line) {
        Some(text) => instruction(text),
        None if PODMAN_OWN.is_match(line) => Event::BookKeeping,
        None => legacy_event(line, &mut BuildVariables::default()),
    }
}

fn legacy_event(line: &str, variables: &mut BuildVariables) -> Event {
    if let Some(text) = captured(&STEP, line) {
        instruction(&variables.expand(text))
    } else if let Some(id) = captured(&BUILT, line) {
        Event::Happened(format!("image {id}"))
    } else if let Some(image) = captured(&TAGGED, line) {
        Event::Happened(format!("naming to {}", with_tag(image)))
    } else if LEGACY_OWN.is_match(line)
        || SENDING.is_match(line)
        || DEPRECATED.is_match(line)
        || captured(&UNUSED, line).is_some_and(|names| variables.are_unused(names))
    {
        Event::BookKeeping
    } else {
        ended(line)
            .or_else(|| refused(line))
            .unwrap_or_else(|| Event::Other(line.to_owned()))
    }
}

/// A line of BuildKit's screen or its plain progress, without what is drawn
/// around it: arrows, numbers, times, cache marks.
pub(super) fn without_frame(line: &str) -> &str {
    let mut text = numbered(line).map_or(line, |(_, text)| text).trim();
    while let Some(rest) = text.strip_prefix("=> ") {
        text = rest;
    }
    text = without_done(text);
    if let Some((start, last)) = text.rsplit_once(' ')
        && last
            .strip_suffix('s')
            .is_some_and(|number| number.parse::<f64>().is_ok())
    {
        text = start.trim_end();
    }
    for mark in ["CACHED ", "DONE "] {
        text = text.strip_prefix(mark).unwrap_or(text);
    }
    without_done(text)
}

/// `text` without the `done` that stands before its time or after it; that of an instruction
/// is a loop's.
fn without_done(text: &str) -> &str {
    let is_status = !["[", "CACHED [", "ERROR ["]
        .iter()
        .any(|start| text.starts_with(start));
    let bare = text.strip_suffix(" done").filter(|_| is_status);
    bare.unwrap_or(text).trim_end()
}

/// The number that plain progress puts before all lines of one step, and the rest.
pub(super) fn numbered(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('#')?;
    let (number, text) = rest.split_once(' ')?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| (number, text.trim_start()))
}

fn buildkit_event(line: &str, has_list: bool) -> Event {
    if ADVICE.is_match(line) || line.starts_with("[+] Building ") {
        return Event::BookKeeping;
    }
    if DRAWING.is_match(line) {
        return Event::Drawing(line.to_owned());
    }
    if !FRAME.is_match(line) {
        return ended(line)
            .or_else(|| refused(line))
            .unwrap_or_else(|| other(line));
    }
    if let Some((_, text)) = numbered(line)
        && SINCE.is_match(text)
    {
        return other(text);
    }
    let text = without_frame(line);
    if let Some(failed) = captured(&FAILED_STEP, text) {
        return match instruction(failed) {
            Event::Happened(instruction) => Event::FailedStep {
                printed: text.to_owned(),
                instruction,
            },
            _ => other(text),
        };
    }
    if text.starts_with("ERROR") || text.starts_with("CANCELED") {
        return other(text);
    }
    if let Some(step) = VERTEX.captures(text) {
        return match instruction(&step[2]) {
            Event::Happened(instruction) => Event::Step {
                place: if NAMED_STAGE.is_match(text) {
                    String::new()
                } else {
                    format!("{} ", &step[1])
                },
                cached: is_marked_cached(line),
                instruction,
            },
            event => event,
        };
    }
    if let Some(image) = captured(&NAMING, text) {
        Event::Happened(format!("naming to {}", with_tag(image)))
    } else if let Some(id) = captured(&WRITING, text) {
        Event::Happened(format!("image {id}"))
    } else if let Some(id) = captured(&MANIFEST, text) {
        if has_list && !text.contains("manifest list") {
            return Event::BookKeeping;
        }
        Event::Happened(format!("image {id}"))
    } else if BUILDKIT_OWN.is_match(text) || ["", "CACHED", "DONE", "..."].contains(&text) {
        Event::BookKeeping
    } else {
        other(text)
    }
}

fn builder_of<'l>(lines: impl Iterator<Item = &'l str> + Clone) -> Option<Builder> {
    let fails = |line: &str| line.starts_with("ERROR: ") && is_end(line);
    if lines.clone().any(|line| PODMAN_STEP.is_match(line)) {
        return Some(Builder::Podman);
    }
    if lines
        .clone()
        .any(|line| FRAME.is_match(line) || fails(line))
    {
        return Some(Builder::BuildKit);
    }
    lines
        .into_iter()
        .any(|line| {
            !matches!(
                legacy_event(line, &mut BuildVariables::default()),
                Event::Other(_)
            )
        })
        .then_some(Builder::Legacy)
}

/// The lines of a legacy builder's output that only a newer client prints
/// before it, to say that the builder is deprecated.
pub fn deprecation(calls: &[ProgramCall], actual: &[String]) -> Vec<usize> {
    if !ProgramCall::any_shows_build(calls) {
        return Vec::new();
    }
    let mut lines: Vec<usize> = actual
        .iter()
        .enumerate()
        .take_while(|(_, line)| DEPRECATED.is_match(line))
        .map(|(index, _)| index)
        .collect();
    if !lines.is_empty() && actual.get(lines.len()).is_some_and(String::is_empty) {
        lines.push(lines.len());
    }
    lines
}

/// The instructions of a Dockerfile.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// An instruction as builds of one Dockerfile are compared by it; none for FROM,
/// whose image may be there or not.
pub(super) fn cached_as(instruction: &str) -> Option<String> {
    let mut words = instruction.split_whitespace();
    let first = words.next()?.to_ascii_uppercase();
    let is_one = INSTRUCTIONS.contains(&first.as_str());
    let words: Vec<&str> = words.collect();
    (is_one && first != "FROM").then(|| format!("{first} {}", words.join(" ")))
}

/// The instructions of which `lines` tell that they were carried out, or taken from
/// the cache.
pub fn instructions<'l>(lines: impl Iterator<Item = &'l str>) -> HashSet<String> {
    let carried_out = |line| match (captured(&STEP, line), buildkit_event(line, false)) {
        (Some(instruction), _) => cached_as(instruction),
        (None, Event::Step { instruction, .. }) => cached_as(&instruction),
        _ => None,
    };
    lines.filter_map(carried_out).collect()
}

/// The instructions that stand in `text`, a Dockerfile or a command that writes one, but for
/// FROM.
pub fn instructions_in(text: &str) -> HashSet<String> {
    let all = instructions_in_order(text).into_iter();
    all.filter_map(|instruction| cached_as(&instruction))
        .collect()
}

/// The instructions that stand in `text`, Dockerfiles and commands, in their order: in lines
/// of their own, or quoted. Small letters are an instruction's where FROM has them too.
pub(super) fn instructions_in_order(text: &str) -> Vec<String> {
    let text = text.replace("\\\n", " ").replace("\\n", "\n");
    let any_case = text.lines().any(|line| line.starts_with("from "));
    let begins = |piece: &&str| {
        let first = piece.split(' ').next().unwrap_or_default();
        let upper = first.to_ascii_uppercase();
        (any_case || first == upper) && INSTRUCTIONS.contains(&upper.as_str())
    };
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        let quoted = |quote: char| -> Vec<&str> {
            let inside = line.split(quote).skip(1).step_by(2).map(str::trim);
            inside.filter(begins).collect()
        };
        let pieces = match begins(&line) {
            true => vec![line],
            false => {
                let first = line.find(['\'', '"']).map(|at| &line[at..=at]);
                let other = if first == Some("'") { '"' } else { '\'' };
                let own = quoted(if other == '"' { '\'' } else { '"' });
                if own.is_empty() { quoted(other) } else { own }
            }
        };
        found.extend(pieces.into_iter().map(build_steps::normal));
    }
    found
}

/// Lines of the notes, and of the output, that tell of a step whether it came from
/// the cache, where only one of them took it from there: it tells what was on the
/// machine, unless the exercise has `built` the step before.
pub fn cache_marks(
    expected: &[Option<String>],
    actual: &[String],
    built: &HashSet<String>,
) -> (Vec<usize>, Vec<usize>) {
    let theirs = legacy_steps(actual.iter().map(|line| Some(line.as_str())));
    let mut marks = (Vec::new(), Vec::new());
    let ours = legacy_steps(expected.iter().map(Option::as_deref));
    for (our, is_possible) in with_possible_cache(&ours) {
        if built.is_disjoint(&instructions(std::iter::once(our.line)))
            && let Some(their) = theirs.iter().find(|their| their.line == our.line)
        {
            match (our.cached, their.cached) {
                (Some(cached), None) if is_possible => {
                    marks.0.push(cached);
                    marks.1.extend(their.run.clone());
                }
                // What it printed then is missing here.
                (None, Some(cached)) if our.run.len() <= 2 => {
                    marks.0.extend(our.run.clone());
                    marks.1.push(cached);
                }
                _ => {}
            }
        }
    }
    marks
}

/// Whether `line` is advice about a Dockerfile, or tells how much of it there is.
fn is_advice(line: &str) -> bool {
    ADVICE.is_match(line) && (line.starts_with(" - ") || line.contains(" found (use "))
        || without_frame(line).starts_with("WARN: ")
}

/// What a line of BuildKit's own book-keeping names: the base image that it looks
/// for, the Dockerfile that it reads, the advice that it gives.
fn named(line: &str) -> Option<&str> {
    const NAMING: [&str; 2] = [
        "[internal] load metadata for ",
        "[internal] load build definition from ",
    ];
    let text = without_frame(line);
    if ADVICE.is_match(line) && line.starts_with(" - ") {
        return Some(line.trim_end());
    }
    NAMING
        .iter()
        .any(|start| text.starts_with(start))
        .then_some(text)
}

/// Whether `line` tells a step of a build.
fn is_step(line: &str) -> bool {
    let text = without_frame(line);
    STEP.is_match(line) || VERTEX.is_match(text) || FAILED_STEP.is_match(text)
}

/// The lines that tell steps, from 0.
fn steps_of(lines: &[Option<&str>]) -> HashSet<usize> {
    lines_where(lines, is_step).into_iter().collect()
}

/// What happened, each event of a numbered step once: plain progress repeats a
/// step's lines when it comes back to it, and the last ones as it happens.
#[derive(Default)]
struct SeenEvents(HashSet<(String, String)>);

impl SeenEvents {
    /// Whether the event that `line` prints as `text` was printed before.
    fn again(&mut self, line: &str, event: &Event) -> bool {
        match (numbered(line), event) {
            (
                Some((number, _)),
                Event::Happened(text)
                | Event::Step {
                    instruction: text, ..
                },
            ) => !self.0.insert((number.to_owned(), text.clone())),
            _ => false,
        }
    }
}

/// The base images of a build's stages. BuildKit tells of each image once, and of none
/// that is a stage of the same build.
#[derive(Default)]
struct Bases {
    named: HashSet<String>,
    stages: HashSet<String>,
}

impl Bases {
    /// Whether the base of `line` need not be printed.
    fn again(&mut self, line: &str, event: &Event) -> bool {
        let (Event::Happened(text)
        | Event::Step {
            instruction: text, ..
        }) = event
        else {
            return false;
        };
        let Some(image) = text.strip_prefix("FROM ") else {
            return false;
        };
        let again = self.stages.contains(image) || !self.named.insert(image.to_owned());
        self.stages
            .extend(captured(&STAGE, line).map(|name| with_tag(&name.to_lowercase())));
        again
    }
}

/// The line, from 0, of the head of BuildKit's screen, and whether it counts the steps that
/// stand below it; none where `lines` hold no build that has ended, or several.
pub fn finished_steps(lines: &[&str]) -> Option<(usize, bool)> {
    let mut heads = lines.iter().enumerate();
    let (line, counted) = heads.find_map(|(line, text)| Some((line, FINISHED.captures(text)?)))?;
    let is_only = !heads.any(|(_, text)| FINISHED.is_match(text));
    let steps = lines.iter().filter_map(|text| SCREEN_STEP.captures(text));
    let steps = steps.filter(|step| step.name("advice").is_none()).count();
    let is_right = |name: &str| counted[name].parse() == Ok(steps);
    is_only.then(|| (line, is_right("done") && is_right("all")))
}

/// The name under which the images of steps are reported, which one builder leaves.
pub const STEPS_LEFT: &str = "the images that the legacy builder leaves of its steps";

/// The lines in which `rmi` tells of more than one deleted image: the legacy builder leaves
/// an image of each step, and layers of its own. None is deleted twice.
pub fn deleted_steps<'l>(lines: impl Iterator<Item = Option<&'l str>>) -> Vec<usize> {
    let mut deleted = HashSet::new();
    let mut follows = false;
    let mut found = Vec::new();
    for (index, line) in lines.enumerate() {
        let is_one = |line: &&str| line.to_lowercase().starts_with("deleted: sha256:");
        let line = line.filter(is_one);
        let is_another = line.is_some_and(|line| deleted.insert(line));
        if follows && is_another {
            found.push(index);
        }
        follows = line.is_some();
    }
    found
}

/// The name under which it is reported what BuildKit alone keeps of its steps.
pub const CACHE: &str = "what BuildKit keeps in its cache";

/// The lines, from 0, in which a prune tells what it removed from BuildKit's cache, with the
/// blank line behind them. Source: docker/cli `cli/command/builder/prune.go`.
pub fn cache_objects<'l>(lines: impl Iterator<Item = Option<&'l str>>) -> Vec<usize> {
    let is_header = |line: &Option<&str>| *line == Some("Deleted build cache objects:");
    let lines = lines.enumerate();
    let mut block = lines.skip_while(|(_, line)| !is_header(line));
    let mut found: Vec<usize> = block.next().map(|(index, _)| index).into_iter().collect();
    for (index, line) in block {
        match line {
            Some(line) if CACHE_OBJECT.is_match(line) => found.push(index),
            Some("") => {
                found.push(index);
                break;
            }
            _ => break,
        }
    }
    found
}

/// Whether the lines of a build are the legacy builder's; none where they tell nothing.
pub fn is_legacy<'l>(lines: impl Iterator<Item = &'l str> + Clone) -> Option<bool> {
    Some(builder_of(lines)? == Builder::Legacy)
}

/// Whether `lines` are of the screen that BuildKit draws on a terminal.
pub fn is_screen(lines: &[String]) -> bool {
    let is_drawn = |line: &String| line.starts_with("[+] Building ") || line.starts_with(" => ");
    lines.iter().any(is_drawn)
}

/// Whether `lines` show what the steps of a build printed that went well, which BuildKit's
/// screen leaves out.
pub fn shows_output_of_steps(lines: &[String]) -> bool {
    let texts = || lines.iter().map(String::as_str);
    match builder_of(texts()) {
        Some(Builder::BuildKit) => texts().any(|line| numbered(line).is_some()),
        Some(builder) => texts().any(|line| {
            let event = match builder {
                Builder::Podman => podman_event(line),
                _ => legacy_event(line, &mut BuildVariables::default()),
            };
            !line.is_empty() && matches!(event, Event::Other(_))
        }),
        None => false,
    }
}

/// By line, from 0, the command that a step of a build ran and that printed it: what stands
/// behind `RUN`.
pub fn commands_of_steps(lines: &[Option<&str>]) -> HashMap<usize, String> {
    if let Some(plain) = PlainProgress::read(lines, &[]) {
        return plain.commands();
    }
    let mut running = None;
    let mut commands = HashMap::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(line) = line else { continue };
        if let Some(instruction) = captured(&STEP, line) {
            running = instruction.strip_prefix("RUN ");
        } else if BUILT.is_match(line) {
            running = None;
        } else if !LEGACY_OWN.is_match(line)
            && let Some(command) = running
        {
            commands.insert(index, command.to_owned());
        }
    }
    commands
}

/// Whether a build puts an attestation beside its image; none where `lines` tell of no image.
pub fn attests(lines: &[String]) -> Option<bool> {
    let texts = || lines.iter().map(|line| without_frame(line));
    let is_image =
        |text: &str| BUILT.is_match(text) || WRITING.is_match(text) || MANIFEST.is_match(text);
    let attests = texts().any(|text| text.starts_with("exporting attestation manifest "));
    (attests || texts().any(is_image)).then_some(attests)
}

/// The build's transcript by events, where the notes and this run do not both
/// have the legacy builder; none where they do, or nothing is known about one.
pub fn across_builders(
    calls: &[ProgramCall],
    expected: &[Option<String>],
    actual: &[String],
    past: &BuildPast,
) -> Option<Across> {
    if !ProgramCall::any_shows_build(calls) {
        return None;
    }
    let shown = || expected.iter().flatten().map(String::as_str);
    let printed = || actual.iter().map(String::as_str);
    let (ours, theirs) = (builder_of(shown())?, builder_of(printed())?);
    if ours == theirs && ours != Builder::BuildKit {
        return None;
    }
    let differs = ours != theirs;
    let (noted, happened) = (
        noted_lines(expected),
        printed().map(Some).collect::<Vec<_>>(),
    );
    let stages = build_steps::stage_names(if ours == Builder::BuildKit {
        &happened
    } else {
        &noted
    });
    let plain = |builder: Builder, lines: &[Option<&str>]| {
        let is_other_builder = differs && builder == Builder::BuildKit;
        is_other_builder.then(|| PlainProgress::read(lines, &stages))?
    };
    let (our_plain, their_plain) = (plain(ours, &noted), plain(theirs, &happened));
    let expected = match &our_plain {
        Some(plain) => &plain.texts,
        None => expected,
    };
    let as_screen: Option<Vec<String>> = their_plain.as_ref().map(|plain| {
        let texts = plain.texts.iter();
        texts.map(|text| text.clone().unwrap_or_default()).collect()
    });
    let actual = as_screen.as_deref().unwrap_or(actual);
    let (noted, happened) = (
        noted_lines(expected),
        actual
            .iter()
            .map(|line| Some(line.as_str()))
            .collect::<Vec<_>>(),
    );

    // BuildKit's screen drops what a step printed that went well.
    let is_screen = differs && ours == Builder::BuildKit && our_plain.is_none();
    let from_cache = build_steps::from_cache(calls, &noted, &past.built);
    let unseen: HashSet<usize> = match &their_plain {
        Some(plain) => plain.output_of(&from_cache),
        None if differs => legacy_steps(happened.iter().copied())
            .into_iter()
            .filter(|step| is_screen || step.instruction_in(&from_cache))
            .flat_map(|step| step.run)
            .collect(),
        None => HashSet::new(),
    };
    let mut lines = BuildTelling::of(ours, differs, calls, noted.iter().copied().flatten())
        .expected(expected, actual, past);
    if differs && ours != Builder::Podman && theirs != Builder::Podman {
        for wrong in build_steps::contradictions(calls, &noted, &happened, past) {
            lines[wrong].1 = ExpectedStep::Counterparts(Vec::new());
        }
    }
    let telling = BuildTelling::of(theirs, differs, calls, happened.iter().copied().flatten());
    let mut events = telling.actual(actual, &unseen, &past.built);
    build_screen::complete(&noted, &mut lines, &events, actual);

    let order = |plain: &Option<PlainProgress>| plain.as_ref()?.order.clone();
    let (our_order, their_order) = (order(&our_plain), order(&their_plain));
    let names_stage = |line: &&str| NAMED_STAGE.is_match(without_frame(line));
    let mut all = noted.iter().chain(&happened).copied().flatten();
    let is_ordered = our_order.is_some() || their_order.is_some();
    let side_by_side = match !is_ordered && all.any(|line| names_stage(&line)) {
        true => (steps_of(&noted), steps_of(&happened)),
        false => Default::default(),
    };
    if let Some(order) = their_order {
        events.sort_by_cached_key(|(line, _)| order.iter().position(|other| other == line));
    }
    if let Some(order) = our_order.filter(|_| noted.iter().all(Option::is_some)) {
        lines.sort_by_cached_key(|(line, _)| order.iter().position(|other| other == line));
    }
    Some(Across {
        lines,
        actual: events,
        differs,
        is_filtered: theirs == Builder::BuildKit && is_cut(calls, &noted),
        side_by_side,
    })
}

/// Whether a pipe cut the legacy builder's output: the notes lack its first line or its last.
fn is_cut(calls: &[ProgramCall], noted: &[Option<&str>]) -> bool {
    let is_piped = |call: &ProgramCall| call.does(Does::ShowsBuild) && call.is_filtered;
    let is_first = |line: &str| SENDING.is_match(line) || line.starts_with("Step 1/");
    let is_last = |line: &str| TAGGED.is_match(line) || BUILT.is_match(line) || is_end(line);
    let shown = || noted.iter().flatten().filter(|line| !line.is_empty());
    let is_whole = shown().next().is_some_and(|line| is_first(line))
        && shown().next_back().is_some_and(|line| is_last(line));
    calls.iter().any(is_piped) && !is_whole
}

/// How the notes, or this run, tell of a build: what reads the lines, and what they printed.
struct BuildTelling {
    builder: Builder,
    /// Whether the other side has another builder.
    differs: bool,
    /// Whether a list of manifests was exported.
    has_list: bool,
    /// Whether only one of the sides tells the steps: of a quiet build that failed only the
    /// legacy builder does.
    hides_steps: bool,
    variables: BuildVariables,
    bases: Bases,
    seen: SeenEvents,
}

impl BuildTelling {
    fn of<'l>(
        builder: Builder,
        differs: bool,
        calls: &[ProgramCall],
        mut lines: impl Iterator<Item = &'l str>,
    ) -> Self {
        let is_quiet = |call: &ProgramCall| call.has_flag('q');
        Self {
            builder,
            differs,
            has_list: lines.any(|line| line.contains("exporting manifest list ")),
            hides_steps: differs && calls.iter().any(is_quiet),
            variables: match differs {
                true => BuildVariables::given_by(calls),
                false => BuildVariables::default(),
            },
            bases: Bases::default(),
            seen: SeenEvents::default(),
        }
    }

    /// The event that the next line prints; none where it was printed before, or is hidden.
    fn event(&mut self, line: &str) -> Option<Event> {
        let event = match self.builder {
            Builder::Legacy => legacy_event(line, &mut self.variables),
            Builder::Podman => podman_event(line),
            Builder::BuildKit => buildkit_event(line, self.has_list),
        };
        let again = self.seen.again(line, &event)
            || self.differs && self.bases.again(line, &event)
            || self.hides_steps && STEP.is_match(line);
        (!again).then_some(event)
    }

    /// How each of the notes' lines is to be found in the output.
    fn expected(
        mut self,
        lines: &[Option<String>],
        actual: &[String],
        past: &BuildPast,
    ) -> Vec<(usize, ExpectedStep)> {
        let names_here: HashSet<&str> = actual.iter().filter_map(|line| named(line)).collect();
        let differs = self.differs;
        let is_named_elsewhere =
            |line: &str| !differs && named(line).is_some_and(|name| !names_here.contains(name));
        let mut begun = false;
        let mut step = |line: &Option<String>| {
            let Some(line) = line else {
                begun = true;
                return ExpectedStep::Elided;
            };
            if line.is_empty() {
                return ExpectedStep::Layout;
            }
            let Some(event) = self.event(line) else {
                return ExpectedStep::OnlyThere;
            };
            // The context is sent before anything else happens.
            let is_late = begun && (SENDING.is_match(line) || DEPRECATED.is_match(line));
            begun |= !DEPRECATED.is_match(line);
            match event.compared(differs, &past.built) {
                Compared::By(text) | Compared::Unknown(text) => {
                    ExpectedStep::Counterparts(vec![text])
                }
                Compared::Nothing if !differs && past.gives_no_advice && is_advice(line) => {
                    ExpectedStep::Advice
                }
                Compared::Nothing if is_late || is_named_elsewhere(line) => {
                    ExpectedStep::Counterparts(Vec::new())
                }
                Compared::Nothing => ExpectedStep::OnlyThere,
            }
        };
        lines.iter().map(&mut step).enumerate().collect()
    }

    /// The lines of the output that have to be found in the notes, with what they are
    /// compared by. What a program printed that the notes' builder leaves `unseen` need not.
    fn actual(
        mut self,
        lines: &[String],
        unseen: &HashSet<usize>,
        built: &HashSet<String>,
    ) -> Vec<(usize, String)> {
        let mut happened = Vec::new();
        for (index, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
        {
            let event = self.event(line);
            match event.map(|event| event.compared(self.differs, built)) {
                Some(Compared::By(text)) => happened.push((index, text)),
                Some(Compared::Unknown(text)) if !unseen.contains(&index) => {
                    happened.push((index, text));
                }
                Some(Compared::Unknown(_) | Compared::Nothing) | None => {}
            }
        }
        happened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_builders_tell_the_same_events() {
        let legacy = [
            "Step 1/3 : FROM ubuntu",
            "Step 2/3 : RUN mkdir /box",
            "Successfully built 03bc1dfb16a2",
            "Successfully tagged boxed:latest",
        ];
        let id = format!("03bc1dfb16a2{}", "0".repeat(52));
        let newer = [
            " => CACHED [1/2] FROM docker.io/library/ubuntu:latest     0.0s".to_owned(),
            " => [2/2] RUN mkdir /box        0.4s".to_owned(),
            format!(" => => writing image sha256:{id}     0.0s"),
            " => => naming to docker.io/library/boxed    0.0s".to_owned(),
        ];
        let compared = |event: Event| match event.compared(true, &HashSet::new()) {
            Compared::By(text) => text,
            _ => String::new(),
        };
        for (old, new) in legacy.iter().zip(&newer) {
            assert_eq!(
                compared(legacy_event(old, &mut BuildVariables::default())),
                compared(buildkit_event(new, false))
            );
        }
    }

    #[test]
    fn an_error_is_no_book_keeping() {
        for line in [
            " => ERROR [2/2] RUN false   0.4s",
            "hello",
            "ERROR: failed to solve: something else",
        ] {
            let event = buildkit_event(line, false);
            assert!(
                matches!(event.compared(false, &HashSet::new()), Compared::By(_)),
                "{line}"
            );
        }
        let hello = buildkit_event("#8 0.345 hello", false);
        assert_eq!(hello, Event::Other("hello".to_owned()));
        assert!(matches!(
            hello.compared(true, &HashSet::new()),
            Compared::Unknown(_)
        ));
    }
}
