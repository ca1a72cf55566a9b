//! Two runs of an exercise, step by step: what of their lines is the machine's, and
//! which text of the notes stands for it.
//!
//! ```text
//!     notes      [1] 4711          kill 4711
//!     this run   [1] 185           kill 185
//!     the other  [1] 41187         kill 41187      4711 = 185 / 41187, one to one
//! ```
//!
//! A run is then written as the notes would show it, and judged like any other.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use super::RunStep;
use super::chance::settle;
use super::order::ExpectedLines;
use super::parts::{ChunkedLine, DifferingPart, difference, is_number, same_gap};
use super::signature::{DRAWN, Sides, Signature};
use crate::docker::ProgramCall;
use crate::formats::OutputFormat;
use crate::formats::text::{normal, stands_in};
use crate::formats::volatile::Volatile;
use crate::judge::bindings::ValueKind;
use crate::judge::compile::{LinePattern, own_pattern};
use crate::judge::exit;
use crate::judge::token::PatternToken;
use crate::judge::values::Values;
use crate::judge::{JudgedExercise, Observation};
use crate::lab::Machine;
use crate::session::Step;
use crate::shell::has_arithmetic;

/// Programs that take, or tell of, numbers of a kind; elsewhere a number of one digit or
/// two may be any number.
const TAKE: [(&str, Signature); 8] = [
    ("kill", Signature::Process),
    ("kill", Signature::ContainerProcess),
    ("ps", Signature::Process),
    ("ps", Signature::ContainerProcess),
    ("wait", Signature::Process),
    ("wait", Signature::ContainerProcess),
    ("ip", Signature::Interface),
    ("bridge", Signature::Interface),
];

/// Programs that compute numbers; a shell does so in `$((...))`.
const COMPUTE: [&str; 5] = ["awk", "bc", "dc", "expr", "let"];

/// How many lines are searched for in another order.
const SHUFFLED: usize = 500;

/// A text of the notes with what stands for it in both runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// What tells that it varies.
    pub signature: Signature,
    /// As the notes have it.
    pub note: String,
    /// As this run has it.
    pub own: String,
    /// As the other run has it.
    pub other: String,
    /// The step, or the one that opened its shell: a process inside of a container has
    /// its number there only.
    scope: usize,
}

/// A text of the notes that already stands for something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The notes' line, from 1.
    pub line: usize,
    /// What stands against what.
    pub why: String,
}

/// Whether a text can stand for what varies.
enum Binding {
    Agrees,
    Impossible,
    Clashes(String),
}

/// What of one line is the machine's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaryingPart {
    /// The line of this run's output, from 0.
    pub place: usize,
    /// The notes' line, from 1.
    pub line: usize,
    /// What varies.
    pub bound: Bound,
}

/// A step of both runs, with the notes' texts in place of what varies.
#[derive(Debug, Clone, Default)]
pub struct StepPair {
    /// What this run did.
    pub own: Observation,
    /// What the other run did.
    pub other: Observation,
    /// What has the notes' text.
    pub marks: Vec<VaryingPart>,
    /// What would have it, but for another line.
    pub clashes: Vec<Clash>,
    /// The lines of this run's as it printed them, those by chance as the notes have them.
    pub printed: Vec<String>,
    /// Lines by chance that this run did not print.
    pub with: Vec<String>,
    /// Lines by chance that it did print, and the notes do not show.
    pub without: Vec<String>,
    /// The lines that stand at other places than this run printed them.
    pub moved: Vec<String>,
}

impl StepPair {
    /// The varying parts of each line, by its place in this run's output.
    pub fn marks_by_place(&self) -> impl Iterator<Item = (usize, &[VaryingPart])> {
        let lines = self.marks.chunk_by(|one, next| one.place == next.place);
        lines.filter_map(|marks| Some((marks.first()?.place, marks)))
    }
}

/// Compares two runs, in the order of the steps.
#[derive(Clone)]
pub struct RunComparison<'a> {
    steps: &'a [Step],
    formats: Arc<[OutputFormat]>,
    values: Arc<Values>,
    machines: [Option<&'a Machine>; 2],
    /// All that the author wrote up to the step at hand.
    authored: String,
    hosts: HashSet<&'a str>,
    bound: Vec<Bound>,
    /// Whether the step at hand computes numbers: of others it keeps the distance.
    computes: bool,
    /// Whether one of the runs has sent a value that the other one could not send yet.
    parted: bool,
    /// Whether this run is the one that could not.
    pub led_astray: bool,
}

impl<'a> RunComparison<'a> {
    /// Two runs of `script` on the machines `own` and `other`.
    pub fn new(
        script: &JudgedExercise<'a>,
        own: Option<&'a Machine>,
        other: Option<&'a Machine>,
    ) -> Self {
        let given = script.setup.iter().map(String::as_str);
        let given: Vec<&str> = given.chain(script.files.iter().copied()).collect();
        let formats = script.formats();
        let outside = script.steps.iter().filter(|step| step.level == 0);
        Self {
            steps: script.steps,
            values: Values::of(script, &formats).into(),
            formats: formats.into(),
            machines: [own, other],
            authored: given.join("\n"),
            hosts: outside
                .filter_map(|step| step.prompt.host.as_deref())
                .collect(),
            bound: Vec::new(),
            computes: false,
            parted: false,
            led_astray: false,
        }
    }

    /// `command` with the other run's values in place of the notes'.
    pub fn for_other(&self, command: &str) -> String {
        let line = ChunkedLine::of(command);
        let calls = ProgramCall::all(command);
        let takes = |signature: Signature| {
            let is_one = |call: &ProgramCall| TAKE.contains(&(call.program.as_str(), signature));
            calls.iter().any(is_one)
        };
        let mut text = command.to_owned();
        let mut replaced: Vec<(Range<usize>, &str)> = Vec::new();
        for bound in &self.bound {
            for (at, found) in command.match_indices(&bound.note) {
                let range = at..at + found.len();
                let alone = stands_alone(command, &range);
                let inside = line
                    .chunks
                    .iter()
                    .any(|chunk| chunk.start <= range.start && range.end <= chunk.end);
                let certain = !is_number(found)
                    || found.len() > 2
                    || takes(bound.signature)
                    || command[..at].ends_with("/proc/");
                let free = replaced
                    .iter()
                    .all(|(taken, _)| range.end <= taken.start || taken.end <= range.start);
                if alone && inside && certain && free {
                    replaced.push((range, &bound.other));
                }
            }
        }
        replaced.sort_by_key(|(range, _)| range.start);
        for (range, value) in replaced.into_iter().rev() {
            text.replace_range(range, value);
        }
        text
    }

    /// Step `number` (from 0) of both runs, with the notes' texts in place of what varies.
    pub fn take(&mut self, number: usize, own: &RunStep, other: &RunStep) -> StepPair {
        let mut pair = StepPair {
            own: own.observation.clone(),
            other: other.observation.clone(),
            ..StepPair::default()
        };
        let formats = Arc::clone(&self.formats);
        let (Some(step), Some(format)) = (self.steps.get(number), formats.get(number)) else {
            return pair;
        };
        self.note_command(step, format, own, other);
        if pair.own.exit != pair.other.exit {
            return pair;
        }
        let sides = Sides {
            own: self.machines[0],
            other: self.machines[1],
            own_at: own.at,
            other_at: other.at,
        };
        if pair.own.output.len() != pair.other.output.len()
            && !self.settle_lines(&mut pair, number, step, &sides)
        {
            return pair;
        }
        if let Some(order) = in_order_of(&pair.own.output, &pair.other.output, &sides) {
            let lines = &pair.other.output;
            pair.other.output = order.iter().map(|&place| lines[place].clone()).collect();
        }
        pair.printed.clone_from(&pair.own.output);
        let outputs = pair.own.output.iter().zip(&pair.other.output);
        let lines: Vec<(String, String)> = outputs
            .map(|(own, other)| (normal(own), normal(other)))
            .collect();
        let places = differing_lines(&lines, &sides);
        if places.is_empty() {
            return pair;
        }
        let notes: Vec<Note> = self.notes_of(step, format);
        let scope = self.scope(number);
        for (place, note) in fitting(&places, &notes) {
            let (texts, marks) =
                self.with_texts_of_notes(&places[place], &notes[note], scope, &mut pair.clashes);
            if !marks.is_empty() {
                pair.own.output[places[place].place] = texts.0;
                pair.other.output[places[place].place] = texts.1;
                pair.marks.extend(marks);
            }
        }
        pair.marks.sort_by_key(|mark| mark.place);
        pair
    }

    /// Takes note of the command of a step: what the author wrote, whether it computes, and
    /// whether the runs sent it with other values.
    fn note_command(&mut self, step: &Step, format: &OutputFormat, own: &RunStep, other: &RunStep) {
        let calls_one = |call: &ProgramCall| COMPUTE.contains(&call.program.as_str());
        self.computes =
            format.calls().iter().any(calls_one) || step.command().is_some_and(has_arithmetic);
        let Some(command) = step.command() else {
            return;
        };
        self.authored.push('\n');
        self.authored.push_str(command);
        let as_written = |run: &RunStep| {
            let sent = run.observation.sent.as_deref();
            sent.is_none_or(|sent| sent == command) || !run.streams.is_empty()
        };
        self.parted |= as_written(own) != as_written(other);
        self.led_astray |= as_written(own) && !as_written(other);
    }

    /// Gives both runs of a step the same lines, but for those by chance. Whether that can be.
    fn settle_lines(
        &self,
        pair: &mut StepPair,
        number: usize,
        step: &Step,
        sides: &Sides<'_>,
    ) -> bool {
        let lines = |step: &Observation| -> Vec<String> {
            step.output.iter().map(|line| normal(line)).collect()
        };
        let command = step.command().unwrap_or_default();
        let is_error =
            |line: &str| exit::hidden_error(command, &[line.to_owned()], &|_| false).is_some();
        let (own, other) = (lines(&pair.own), lines(&pair.other));
        let settled =
            (!self.parted).then(|| settle(&self.shown(number), &own, &other, sides, is_error));
        let Some((own, other)) = settled.flatten() else {
            return false;
        };
        pair.own.output.clone_from(&own.lines);
        pair.other.output = other.lines;
        pair.with = own.with;
        pair.without = own.without;
        true
    }

    /// The step that opened the shell in which step `number` is typed; it itself on the host.
    fn scope(&self, number: usize) -> usize {
        let mut before = (0..=number).rev();
        before
            .find(|step| self.steps.get(*step).is_some_and(|step| step.level == 0))
            .unwrap_or(number)
    }

    /// The lines with text that step `number` (from 0) shows.
    pub fn shown(&self, number: usize) -> ExpectedLines {
        let (Some(step), Some(format)) = (self.steps.get(number), self.formats.get(number)) else {
            return ExpectedLines::default();
        };
        let shown = step.expected.iter().filter(|line| !line.elision);
        let texts = shown.map(|line| (normal(&line.text), line.line));
        ExpectedLines {
            patterns: texts
                .filter(|(text, _)| !text.is_empty())
                .map(|(text, line)| LinePattern::of(&text, line, format, &self.values))
                .collect(),
            elided: step.expected.iter().any(|line| line.elision),
        }
    }

    /// The lines that the step shows.
    fn notes_of(&self, step: &Step, format: &OutputFormat) -> Vec<Note> {
        let shown = step.expected.iter().filter(|line| !line.elision);
        shown
            .map(|line| {
                let text = normal(&line.text);
                let pattern = own_pattern(&text, line.line, format, &self.values);
                let ranges = |has: fn(&PatternToken) -> bool| -> Vec<Range<usize>> {
                    let tokens = pattern.tokens().iter();
                    let tokens = tokens.filter(|(_, token)| has(token));
                    tokens.map(|(range, _)| range.clone()).collect()
                };
                Note {
                    line: line.line,
                    of_kinds: ranges(|token| !is_left_to_runs(token)),
                    any: ranges(|token| matches!(token, PatternToken::Volatile(_))),
                    text,
                }
            })
            .collect()
    }

    /// The line at `place` of both runs with the notes' texts, as far as these can stand
    /// for what varies.
    fn with_texts_of_notes(
        &mut self,
        place: &DifferingLine,
        note: &Note,
        scope: usize,
        clashes: &mut Vec<Clash>,
    ) -> ((String, String), Vec<VaryingPart>) {
        let line = ChunkedLine::of(&note.text);
        let mut marks = Vec::new();
        let mut replaced: Vec<(&DifferingPart, String)> = Vec::new();
        for part in &place.parts {
            let Some(range) = place
                .chunk_in(&line, note, part.chunk)
                .and_then(|chunk| part.range_in(&line, &place.own, chunk))
            else {
                continue;
            };
            let may_be_any = covers(&note.any, &range);
            let has_a_kind = note.is_of_a_kind(&range);
            let bound = Bound {
                scope,
                signature: part.signature,
                note: note.text[range].to_owned(),
                own: place.own.text[part.own.clone()].to_owned(),
                other: place.other.text[part.other.clone()].to_owned(),
            };
            if has_a_kind {
                // The judge binds it; a part of it may stand elsewhere.
                if bound.signature == Signature::Drawn {
                    self.bound.push(bound);
                }
                continue;
            }
            match self.bind(&bound) {
                Binding::Agrees => {
                    replaced.push((part, bound.note.clone()));
                    marks.push(VaryingPart {
                        place: place.place,
                        line: note.line,
                        bound,
                    });
                }
                Binding::Clashes(why) if !may_be_any => clashes.push(Clash {
                    line: note.line,
                    why,
                }),
                Binding::Clashes(_) | Binding::Impossible => {}
            }
        }
        let own: Vec<(usize, Range<usize>, &str)> = replaced
            .iter()
            .map(|(part, text)| (part.chunk, part.own.clone(), text.as_str()))
            .collect();
        let other: Vec<(usize, Range<usize>, &str)> = replaced
            .iter()
            .map(|(part, text)| (part.chunk, part.other.clone(), text.as_str()))
            .collect();
        let texts = (
            place.with(&place.own, &line, note, &own),
            place.with(&place.other, &line, note, &other),
        );
        (texts, marks)
    }

    /// The number, with its distance, of which a step that computes can have made
    /// `bound`, where the notes have that distance from none of those.
    fn computed_from(&self, bound: &Bound) -> Option<(&Bound, i64)> {
        let gap = |one: &str, two: &str| Some(two.parse::<i64>().ok()? - one.parse::<i64>().ok()?);
        let same = self.bound.iter().filter(|known| {
            self.computes && known.signature == bound.signature && known.signature.is_number()
        });
        let in_both_runs: Vec<(&Bound, i64)> = same
            .filter_map(|known| {
                let own = gap(&known.own, &bound.own)?;
                (Some(own) == gap(&known.other, &bound.other)).then_some((known, own))
            })
            .collect();
        let in_notes = |(known, own): &(&Bound, i64)| gap(&known.note, &bound.note) == Some(*own);
        match in_both_runs.iter().any(in_notes) {
            true => None,
            false => in_both_runs.into_iter().next(),
        }
    }

    /// Whether `bound` agrees with all that was bound before; it is bound then.
    fn bind(&mut self, bound: &Bound) -> Binding {
        for known in self.bound.iter().filter(|known| {
            known.signature == bound.signature
                && (known.signature != Signature::ContainerProcess || known.scope == bound.scope)
        }) {
            let pairs = [
                (&known.note, &bound.note),
                (&known.own, &bound.own),
                (&known.other, &bound.other),
            ];
            if pairs.iter().all(|(one, other)| one == other) {
                return Binding::Agrees;
            }
            let is_one = |(one, other): (&String, &String)| {
                one == other || (bound.signature == Signature::Drawn && is_beginning(one, other))
            };
            let same = pairs.map(is_one);
            if same != [false; 3] && same != [true; 3] {
                return Binding::Clashes(format!(
                    "{} stands for {} / {}, but here stands {} for {} / {}",
                    known.note, known.own, known.other, bound.note, bound.own, bound.other
                ));
            }
        }
        if let Some(known) = self.bound.iter().find(|known| goes_back(known, bound)) {
            return Binding::Clashes(format!(
                "{} and {} stand for {} and {}: time does not go back",
                known.note, bound.note, known.own, bound.own
            ));
        }
        if let Some((known, gap)) = self.computed_from(bound) {
            return Binding::Clashes(format!(
                "{} stands for {} / {}, and {} / {} is {gap} away from it in both runs",
                known.note, known.own, known.other, bound.own, bound.other
            ));
        }
        // A text that the author wrote first is his.
        let authors = stands_in(&self.authored, &bound.note);
        let another_host = bound.signature == Signature::Host
            && !self.hosts.is_empty()
            && !self.hosts.contains(bound.note.as_str());
        if authors || another_host {
            return Binding::Impossible;
        }
        self.bound.push(bound.clone());
        Binding::Agrees
    }
}

/// The places of the other run's lines in the order of this run's, where it printed the
/// same ones in another order.
pub(super) fn in_order_of(own: &[String], other: &[String], sides: &Sides) -> Option<Vec<usize>> {
    if own.len() != other.len() || own.len() > SHUFFLED {
        return None;
    }
    let same = |one: &String, two: &String| {
        let (one, two) = (normal(one), normal(two));
        one == two
            || difference(&ChunkedLine::of(&one), &ChunkedLine::of(&two), sides)
                .is_some_and(|difference| difference.unsettled.is_empty())
    };
    let mut used = vec![false; other.len()];
    let mut order = Vec::new();
    for (place, line) in own.iter().enumerate() {
        let mut places = std::iter::once(place).chain(0..other.len());
        let found = places.find(|&place| !used[place] && same(line, &other[place]))?;
        used[found] = true;
        order.push(found);
    }
    Some(order)
}

/// Whether two times of the same form stand the other way round in the notes.
fn goes_back(one: &Bound, two: &Bound) -> bool {
    let order = |one: &str, two: &str| -> Option<std::cmp::Ordering> {
        let is_alike = one.len() == two.len() && one.contains('.') == two.contains('.');
        one.parse::<f64>()
            .ok()
            .filter(|_| is_alike)?
            .partial_cmp(&two.parse().ok()?)
    };
    let is_clock = [one, two]
        .iter()
        .all(|bound| bound.signature == Signature::Clock);
    let (here, there) = (order(&one.own, &two.own), order(&one.note, &two.note));
    is_clock
        && here
            .zip(there)
            .is_some_and(|(here, there)| here.is_ne() && there == here.reverse())
}

/// Whether one of two drawn words is the beginning of the other: a bridge is named after
/// its network's ID.
fn is_beginning(one: &str, other: &str) -> bool {
    let (short, long) = match one.len() < other.len() {
        true => (one, other),
        false => (other, one),
    };
    short.len() >= DRAWN && long.starts_with(short)
}

/// Whether the runs, and no kind of its own, say what may stand at a token's place.
fn is_left_to_runs(token: &PatternToken) -> bool {
    match token {
        PatternToken::Literal(_) | PatternToken::Gap(_) => true,
        PatternToken::Bound { kind, .. } => matches!(kind, ValueKind::Port | ValueKind::Process),
        PatternToken::Volatile(kind) => matches!(
            kind,
            Volatile::ProcessId | Volatile::InterfaceNumber | Volatile::EpochSeconds
        ),
        PatternToken::CutId { .. } => false,
    }
}

/// Whether `range` of `text` is no part of a longer word.
fn stands_alone(text: &str, range: &Range<usize>) -> bool {
    let free = |neighbour: Option<char>| neighbour.is_none_or(|next| !next.is_alphanumeric());
    free(text[..range.start].chars().next_back()) && free(text[range.end..].chars().next())
}

/// A line of the notes.
struct Note {
    /// Its number, from 1.
    line: usize,
    text: String,
    /// Where it has a kind, which decides whatever the runs say.
    of_kinds: Vec<Range<usize>>,
    /// Where any text of a kind may stand.
    any: Vec<Range<usize>>,
}

/// Whether `range` lies in one of `ranges`, if only in part.
fn covers(ranges: &[Range<usize>], range: &Range<usize>) -> bool {
    let mut ranges = ranges.iter();
    ranges.any(|other| range.start < other.end && other.start < range.end)
}

impl Note {
    fn is_of_a_kind(&self, range: &Range<usize>) -> bool {
        covers(&self.of_kinds, range)
    }
}

/// A line of both runs in which they differ as the machines do.
struct DifferingLine<'l> {
    place: usize,
    own: ChunkedLine<'l>,
    other: ChunkedLine<'l>,
    parts: Vec<DifferingPart>,
    /// The chunks in which the runs have other words.
    words: Vec<usize>,
}

/// The lines of both runs in which they differ as their machines do.
fn differing_lines<'l>(lines: &'l [(String, String)], sides: &Sides<'_>) -> Vec<DifferingLine<'l>> {
    let differing = lines
        .iter()
        .enumerate()
        .filter_map(|(place, (own, other))| {
            let (own, other) = (ChunkedLine::of(own), ChunkedLine::of(other));
            let found = difference(&own, &other, sides)?;
            let has_words = |chunk: &usize| {
                let texts = [own.chunk(*chunk), other.chunk(*chunk)];
                texts.iter().any(|text| text.contains(char::is_alphabetic))
            };
            let words = found.unsettled.iter().copied().filter(has_words).collect();
            (!found.parts.is_empty()).then_some(DifferingLine {
                words,
                place,
                own,
                other,
                parts: found.parts,
            })
        });
    differing.collect()
}

impl DifferingLine<'_> {
    /// Whether chunk `mine` of this run can be chunk `theirs` of the notes' line.
    fn agrees(&self, line: &ChunkedLine, note: &Note, mine: usize, theirs: usize) -> bool {
        let mut parts = self
            .parts
            .iter()
            .filter(|part| part.chunk == mine)
            .peekable();
        if parts.peek().is_some() {
            return parts.all(|part| {
                let Some(range) = part.range_in(line, &self.own, theirs) else {
                    return false;
                };
                let text = line.text.get(range.clone());
                let own = &self.own.text[part.own.clone()];
                let other = &self.other.text[part.other.clone()];
                note.is_of_a_kind(&range)
                    || text.is_some_and(|text| part.signature.is_possible(text, own, other))
            });
        }
        let range = line.chunks.get(theirs);
        let is_same = self.own.chunk(mine) == line.chunk(theirs) && !self.words.contains(&mine);
        is_same || range.is_some_and(|range| note.is_of_a_kind(range))
    }

    /// The chunk of the notes' line that stands where chunk `mine` does: counted from the
    /// beginning or from the end, as far as the lines agree.
    fn chunk_in(&self, line: &ChunkedLine, note: &Note, mine: usize) -> Option<usize> {
        let (here, there) = (self.own.chunks.len(), line.chunks.len());
        if here == there {
            return Some(mine);
        }
        let agrees = |mine, theirs| self.agrees(line, note, mine, theirs);
        if (0..=mine).all(|index| agrees(index, index)) {
            return Some(mine);
        }
        let from_end = |index: usize| (index + there).checked_sub(here);
        (mine..here)
            .all(|index| from_end(index).is_some_and(|theirs| agrees(index, theirs)))
            .then(|| from_end(mine))?
    }

    /// How many chunks of the notes' line are other ones; none where it cannot be this line.
    fn distance(&self, note: &Note) -> Option<usize> {
        let line = ChunkedLine::of(&note.text);
        // A line in which other parts differ than between the runs is not this line.
        let parts = self.parts.iter().map(|part| part.chunk);
        if !parts.chain(self.words.iter().copied()).all(|chunk| {
            self.chunk_in(&line, note, chunk)
                .is_some_and(|theirs| self.agrees(&line, note, chunk, theirs))
        }) {
            return None;
        }
        let (here, there) = (self.own.chunks.len(), line.chunks.len());
        if here != there {
            return Some(here.max(there));
        }
        let differ = (0..here).filter(|&index| !self.agrees(&line, note, index, index));
        Some(differ.count())
    }

    /// A run's line with the notes' texts, each chunk's with the range that it replaces,
    /// and with the notes' blanks beside them.
    fn with(
        &self,
        run: &ChunkedLine,
        line: &ChunkedLine,
        note: &Note,
        texts: &[(usize, Range<usize>, &str)],
    ) -> String {
        let mut edits: HashMap<(usize, usize), &str> = HashMap::new();
        for (chunk, range, text) in texts {
            edits.insert((range.start, range.end), text);
            let Some(theirs) = self.chunk_in(line, note, *chunk) else {
                continue;
            };
            for (mine, theirs) in [(*chunk, theirs), (*chunk + 1, theirs + 1)] {
                let (gap, shown) = (run.gap(mine), line.gap(theirs));
                let (ours, shown) = (&run.text[gap.clone()], &line.text[shown]);
                if ours != shown && same_gap(mine, ours, shown) {
                    edits.insert((gap.start, gap.end), shown);
                }
            }
        }
        let mut edits: Vec<_> = edits.into_iter().collect();
        edits.sort_unstable();
        let mut text = run.text.to_owned();
        for ((start, end), with) in edits.into_iter().rev() {
            text.replace_range(start..end, with);
        }
        text
    }
}

/// Which line of the notes each place is: those that fit whole first, then those that
/// fit best, in order.
fn fitting(places: &[DifferingLine], notes: &[Note]) -> Vec<(usize, usize)> {
    let mut used = vec![false; notes.len()];
    let mut found: Vec<Option<usize>> = vec![None; places.len()];
    for whole in [true, false] {
        for (index, place) in places.iter().enumerate() {
            if found[index].is_some() {
                continue;
            }
            let near = notes
                .iter()
                .enumerate()
                .filter(|(note, _)| !used[*note])
                .filter_map(|(number, note)| Some((place.distance(note)?, number)))
                .filter(|(distance, _)| !whole || *distance == 0)
                .min();
            if let Some((_, note)) = near {
                used[note] = true;
                found[index] = Some(note);
            }
        }
    }
    let pairs = found.into_iter().enumerate();
    pairs
        .filter_map(|(place, note)| Some((place, note?)))
        .collect()
}
