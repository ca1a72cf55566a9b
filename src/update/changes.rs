//! What the notes would have to say to be true of this run.
//!
//! ```text
//!     notes     0.0.0.0:49153->80/tcp   web    Up 2 minutes
//!     this run  0.0.0.0:32770->80/tcp   web2   Up 1 second
//!     becomes   0.0.0.0:49153->80/tcp   web2   Up 2 minutes
//! ```
//!
//! Step by step, so that what only follows from an earlier line stays as it is. Only
//! lines that failed or drifted are rewritten, and of them only what does not hold:
//! values keep the names that the notes have for them all through the exercise, and
//! what may be any text of its kind stays as the author has it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_width::UnicodeWidthStr;

use crate::docker::ids::{SHORT, is_hex, short};
use crate::formats::text::normal;
use crate::judge::bindings::ValueKind;
use crate::judge::explain::{ExplainedLine, Judged, LinePart, explain_outputs};
use crate::judge::judging::Judge;
use crate::judge::{How, JudgedExercise, LineJudgement, Observation, StepJudgement, StepVerdict};
use crate::session::{Expected, Step};

/// A change to a line of the notes, by its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineChange {
    /// The text `from` of the line becomes `to`.
    Replace {
        /// The line in the notes.
        line: usize,
        /// What it says.
        from: String,
        /// What it says then.
        to: String,
    },
    /// The text of the line goes.
    Remove {
        /// The line in the notes.
        line: usize,
        /// What it says.
        text: String,
    },
    /// `text` comes on a line of its own after the output that the line holds, or
    /// after its command.
    InsertAfter {
        /// The line in the notes.
        line: usize,
        /// The output that the line holds; none where it ends in a command.
        below: Option<String>,
        /// The new line.
        text: String,
    },
}

impl LineChange {
    /// The line in the notes.
    pub fn line(&self) -> usize {
        match self {
            Self::Replace { line, .. }
            | Self::Remove { line, .. }
            | Self::InsertAfter { line, .. } => *line,
        }
    }
}

/// The changes that make the notes of `script` true of what was observed of its
/// first steps, in the order of the notes.
pub fn changes(script: &JudgedExercise, observations: &[Observation]) -> Vec<LineChange> {
    // What is written says what was printed, also where the notes claim no output. Without
    // prompts, it would be read as commands.
    let mut steps = script.steps.to_vec();
    for step in &mut steps {
        step.in_fence_of_commands &= step.prompt.text.is_empty();
    }
    let mut update = Update {
        script,
        observations,
        steps,
        changes: Vec::new(),
    };
    let (mut judgements, mut names) = update.judged();
    for step in 0..observations.len().min(script.steps.len()) {
        if update.mend(step, &judgements[step], &mut names) {
            (judgements, names) = update.judged();
        }
    }
    update.changes
}

/// Notes that are being updated.
struct Update<'a> {
    script: &'a JudgedExercise<'a>,
    observations: &'a [Observation],
    /// The steps, as they would be written.
    steps: Vec<Step>,
    changes: Vec<LineChange>,
}

impl Update<'_> {
    fn script<'s>(&'s self, steps: &'s [Step]) -> JudgedExercise<'s> {
        JudgedExercise {
            steps,
            setup: self.script.setup,
            files: self.script.files.clone(),
            surroundings: self.script.surroundings,
        }
    }

    /// What holds of the steps as they are now, and which values that tells.
    fn judged(&self) -> (Vec<StepJudgement>, Names) {
        let mut judge = Judge::new(self.script(&self.steps));
        for (step, observation) in self.observations.iter().enumerate() {
            judge.observe(step, observation.clone());
        }
        let mut names = Names::default();
        for (kind, note, actual) in judge.values() {
            names.add(kind, &note, &actual);
        }
        (judge.finish(), names)
    }

    /// Makes step `number` true; whether something was to be changed for that.
    fn mend(&mut self, number: usize, judgement: &StepJudgement, names: &mut Names) -> bool {
        if !differs(judgement) {
            return false;
        }
        let draft = Draft::of(&self.steps[number], judgement);
        let prompts = draft.prompts;
        let Mended { steps, mut changes } = match self.mended(number, &draft, names) {
            Ok(mended) => mended,
            // Its lines stand in another order here.
            Err(nearly) => self
                .in_order(number, names)
                .and_then(|draft| self.mended(number, &draft, names).ok())
                .unwrap_or(nearly),
        };
        self.steps = steps;
        if prompts {
            let observation = &self.observations[number];
            changes.extend(prompt_change(&mut self.steps, number, observation, names));
        }
        let changed = !changes.is_empty();
        self.changes.extend(changes);
        changed
    }

    /// Step `number` as `draft` would have it.
    ///
    /// # Errors
    /// The nearest to it, where the step would not hold with that either.
    fn mended(&self, number: usize, draft: &Draft, names: &mut Names) -> Result<Mended, Mended> {
        let old = explain_outputs(&self.script(&self.steps)).swap_remove(number);
        let printed = self.printed(number, names);
        let new = explain_outputs(&self.script(&self.with(number, printed))).swap_remove(number);
        let new = draft.explained(&self.observations[number], &new);
        let mended = |texts: &[String]| Mended {
            steps: self.with(number, draft.expected(texts)),
            changes: draft.changes(texts),
        };
        // Values where the notes have values, by the notes' names or by what is known.
        let as_written =
            mended(&draft.texts(&new, |index, new| laid_over(old.get(index), new, true)));
        if self.holds(&as_written.steps, number) {
            return Ok(as_written);
        }
        for (index, new) in draft.replaced(&new) {
            names.add_alike(&old[index], new);
        }
        let by_names = mended(&draft.texts(&new, |index, new| {
            names.in_the_notes_words(&laid_over(old.get(index), new, false))
        }));
        if self.holds(&by_names.steps, number) {
            Ok(by_names)
        } else {
            Err(by_names)
        }
    }

    /// The draft that has all lines of step `number` in the order of this run; none
    /// where some are elided.
    fn in_order(&self, number: usize, names: &Names) -> Option<Draft> {
        let step = &self.steps[number];
        if step.expected.iter().any(|line| line.elision) {
            return None;
        }
        let output = &self.observations[number].output;
        let ours: Vec<String> = step.expected.iter().map(|own| normal(&own.text)).collect();
        let theirs: Vec<String> = output
            .iter()
            .map(|text| normal(&names.in_the_notes_words(text)))
            .collect();
        let mut draft = Draft::default();
        let mut after = step.last_typed_line();
        for op in capture_diff_slices(Algorithm::Myers, &ours, &theirs) {
            let mut printed = output[op.new_range()].iter();
            for index in op.old_range() {
                let own = step.expected[index].clone();
                after = own.line;
                draft.lines.push(match printed.next() {
                    Some(_) if matches!(op, DiffOp::Equal { .. }) => DraftLine::Kept(own),
                    Some(text) => DraftLine::Replaced(index, own, text.clone()),
                    None => DraftLine::Removed(own),
                });
            }
            let further = printed.map(|text| DraftLine::Inserted(after, text.clone()));
            draft.lines.extend(further);
        }
        Some(draft)
    }

    /// The steps with another output of step `number`.
    fn with(&self, number: usize, expected: Vec<Expected>) -> Vec<Step> {
        let mut steps = self.steps.clone();
        steps[number].expected = expected;
        steps
    }

    /// What this run printed as step `number`, values called as the notes do.
    fn printed(&self, number: usize, names: &Names) -> Vec<Expected> {
        let line = self.steps[number].last_typed_line();
        let lines = self.observations[number].output.iter();
        lines
            .map(|text| Expected {
                line,
                text: names.in_the_notes_words(text.trim_end()),
                elision: false,
            })
            .collect()
    }

    fn holds(&self, steps: &[Step], number: usize) -> bool {
        let judgements = crate::judge::judge(self.script(steps), self.observations);
        !differs(&judgements[number])
    }
}

/// A step that was mended.
struct Mended {
    /// All steps, with that one as it would be written.
    steps: Vec<Step>,
    changes: Vec<LineChange>,
}

fn differs(judgement: &StepJudgement) -> bool {
    matches!(
        judgement.verdict,
        StepVerdict::Failed | StepVerdict::Drifted
    )
}

/// What becomes of one step's output: its new lines, each with the one of the notes
/// that it stands for.
#[derive(Default)]
struct Draft {
    lines: Vec<DraftLine>,
    /// Whether a prompt after it differs too.
    prompts: bool,
}

enum DraftLine {
    /// It stays.
    Kept(Expected),
    /// Line `index` of the step becomes what this run printed.
    Replaced(usize, Expected, String),
    /// It goes.
    Removed(Expected),
    /// This run printed it too, after that line of the notes.
    Inserted(usize, String),
}

impl Draft {
    fn of(step: &Step, judgement: &StepJudgement) -> Self {
        let mut draft = Self::default();
        let lines = judgement.lines.iter().filter(|_| differs(judgement));
        let mut lines = lines.peekable();
        let changes = |line: &LineJudgement| !line.ok || line.how == How::Dialect;
        let inserted = |line: &LineJudgement| {
            let text = line.actual.clone().filter(|_| changes(line))?;
            Some(DraftLine::Inserted(line.line, text))
        };
        for (index, expected) in step.expected.iter().enumerate() {
            while let Some(line) = lines.next_if(|line| line.expected.is_none()) {
                draft.lines.extend(inserted(line));
            }
            let is_own = |line: &&LineJudgement| {
                line.line == expected.line && line.expected.as_ref() == Some(&expected.text)
            };
            let own = lines.next_if(is_own).filter(|line| changes(line));
            draft.lines.push(match own.map(|line| &line.actual) {
                None => DraftLine::Kept(expected.clone()),
                Some(Some(text)) => DraftLine::Replaced(index, expected.clone(), text.clone()),
                Some(None) => DraftLine::Removed(expected.clone()),
            });
        }
        for line in lines {
            if line.expected.is_some() {
                draft.prompts = true;
            } else {
                draft.lines.extend(inserted(line));
            }
        }
        draft
    }

    /// The lines that are written.
    fn written(&self) -> impl Iterator<Item = &DraftLine> {
        let goes = |line: &&DraftLine| matches!(line, DraftLine::Removed(_));
        self.lines.iter().filter(move |line| !goes(line))
    }

    /// The lines that are written, each as `output`, all that this run printed,
    /// explains it; none for those that stay.
    fn explained<'o>(
        &self,
        observation: &Observation,
        output: &'o [ExplainedLine],
    ) -> Vec<Option<&'o ExplainedLine>> {
        let mut places: HashMap<String, VecDeque<usize>> = HashMap::new();
        for (place, text) in observation.output.iter().enumerate() {
            places.entry(normal(text)).or_default().push_back(place);
        }
        self.written()
            .map(|line| match line {
                DraftLine::Kept(_) | DraftLine::Removed(_) => None,
                DraftLine::Replaced(_, _, text) | DraftLine::Inserted(_, text) => {
                    output.get(places.get_mut(&normal(text))?.pop_front()?)
                }
            })
            .collect()
    }

    /// The lines of the notes that are replaced, by their index in the step.
    fn replaced<'o>(
        &self,
        new: &[Option<&'o ExplainedLine>],
    ) -> impl Iterator<Item = (usize, &'o ExplainedLine)> {
        self.written()
            .zip(new)
            .filter_map(|(line, new)| match line {
                DraftLine::Replaced(index, ..) => Some((*index, (*new)?)),
                _ => None,
            })
    }

    /// The texts of the lines that are written; `laid` says what a line of the notes
    /// becomes, by its index, where this run printed another.
    fn texts(
        &self,
        new: &[Option<&ExplainedLine>],
        laid: impl Fn(usize, &ExplainedLine) -> String,
    ) -> Vec<String> {
        self.written()
            .zip(new)
            .map(|(line, new)| match (line, new) {
                (DraftLine::Replaced(index, ..), Some(new)) => laid(*index, new),
                (DraftLine::Inserted(..), Some(new)) => new.text.clone(),
                (DraftLine::Kept(own) | DraftLine::Removed(own), _) => own.text.clone(),
                (DraftLine::Replaced(_, _, text) | DraftLine::Inserted(_, text), None) => {
                    text.clone()
                }
            })
            .collect()
    }

    /// The step's output with these texts.
    fn expected(&self, texts: &[String]) -> Vec<Expected> {
        self.written()
            .zip(texts)
            .map(|(line, text)| match line {
                DraftLine::Kept(own) => own.clone(),
                DraftLine::Replaced(_, own, _) | DraftLine::Removed(own) => Expected {
                    text: text.clone(),
                    ..own.clone()
                },
                DraftLine::Inserted(line, _) => Expected {
                    line: *line,
                    text: text.clone(),
                    elision: false,
                },
            })
            .collect()
    }

    fn changes(&self, texts: &[String]) -> Vec<LineChange> {
        let mut texts = texts.iter();
        self.lines
            .iter()
            .filter_map(|line| {
                if let DraftLine::Removed(own) = line {
                    return Some(LineChange::Remove {
                        line: own.line,
                        text: own.text.clone(),
                    });
                }
                let text = texts.next()?.clone();
                match line {
                    DraftLine::Replaced(_, own, _) => {
                        (text != normal(&own.text)).then(|| LineChange::Replace {
                            line: own.line,
                            from: own.text.clone(),
                            to: with_own_blanks(&own.text, &text),
                        })
                    }
                    DraftLine::Inserted(line, _) => Some(LineChange::InsertAfter {
                        line: *line,
                        below: self.output_at(*line),
                        text,
                    }),
                    DraftLine::Kept(_) | DraftLine::Removed(_) => None,
                }
            })
            .collect()
    }

    /// The output that line `number` of the notes holds.
    fn output_at(&self, number: usize) -> Option<String> {
        let mut own = self.lines.iter().filter_map(|line| match line {
            DraftLine::Kept(own) | DraftLine::Replaced(_, own, _) | DraftLine::Removed(own) => {
                Some(own)
            }
            DraftLine::Inserted(..) => None,
        });
        own.find(|own| own.line == number)
            .map(|own| own.text.clone())
    }
}

/// `new`, with tabs and blanks that do not break where `old` has them, up to where it
/// differs.
fn with_own_blanks(old: &str, new: &str) -> String {
    if !old.contains(['\t', '\u{a0}']) {
        return new.to_owned();
    }
    let (mut kept, mut rest) = (0, new);
    for (start, character) in old.char_indices() {
        let end = start + character.len_utf8();
        let shown = normal(&format!("{}|", &old[..end]));
        let shown = &shown[..shown.len() - 1];
        match new.strip_prefix(shown) {
            Some(after) => (kept, rest) = (end, after),
            None => break,
        }
    }
    format!("{}{rest}", &old[..kept])
}

/// The container's prompt after step `number` becomes the one that this run shows.
fn prompt_change(
    steps: &mut [Step],
    number: usize,
    observation: &Observation,
    names: &Names,
) -> Option<LineChange> {
    let (prompt, level) = steps[number].next.as_mut()?;
    let shown = observation.prompt.as_deref().map(str::trim)?;
    let to = names.in_the_notes_words(shown);
    if *level == 0 || to == prompt.text {
        return None;
    }
    let from = std::mem::replace(&mut prompt.text, to.clone());
    let line = prompt.line;
    if let Some(next) = steps.get_mut(number + 1) {
        next.prompt.text.clone_from(&to);
    }
    Some(LineChange::Replace { line, from, to })
}

/// The line `new` of this run in the place of the notes' line `old`: where both have
/// the same, or any text of its kind will do, it is as `old` has it, blanks included;
/// so are values where `keeps_values`.
fn laid_over(old: Option<&ExplainedLine>, new: &ExplainedLine, keeps_values: bool) -> String {
    let Some(old) = old else {
        return new.text.clone();
    };
    let (ours, theirs) = (atoms(old), atoms(new));
    if !is_whole(&theirs, new) {
        return new.text.clone();
    }
    let mut laid = Laid {
        old,
        new,
        text: String::new(),
    };
    for op in compared((&ours, old), (&theirs, new)) {
        let (our, their) = (&ours[op.old_range()], &theirs[op.new_range()]);
        for (index, part) in their.iter().enumerate() {
            let own = our.get(index);
            laid.set_apart(own, part);
            let keeps = match part.judged {
                Judged::Bound(_) => keeps_values,
                _ => true,
            };
            laid.text.push_str(match own {
                Some(own) if keeps && matches!(op, DiffOp::Equal { .. }) => {
                    &old.text[own.range.clone()]
                }
                _ => &new.text[part.range.clone()],
            });
        }
    }
    laid.text
}

/// Whether the atoms are all of the line but white space.
fn is_whole(atoms: &[LinePart], line: &ExplainedLine) -> bool {
    let mut end = 0;
    let mut between = atoms.iter().map(|atom| {
        let before = &line.text[end..atom.range.start];
        end = atom.range.end;
        before
    });
    between.all(|text| text.trim().is_empty()) && line.text[end..].trim().is_empty()
}

/// A line that is put together.
struct Laid<'l> {
    old: &'l ExplainedLine,
    new: &'l ExplainedLine,
    text: String,
}

impl Laid<'_> {
    /// The white space before `part` that only sets things apart: so that it stands in
    /// the column of `own`, the notes' part in its place.
    fn set_apart(&mut self, own: Option<&LinePart>, part: &LinePart) {
        let blanks = |line: &ExplainedLine, part: &LinePart| {
            let before = &line.text[..part.range.start];
            before.len() - before.trim_end_matches(' ').len()
        };
        if self.text.ends_with(' ') || is_blank(self.new, part) {
            return;
        }
        let here = blanks(self.new, part);
        let width = match own.map(|own| (own, blanks(self.old, own))) {
            Some((own, there)) if there > 0 && here > 0 => {
                let column = self.old.text[..own.range.start].width();
                column.saturating_sub(self.text.width()).max(there.min(2))
            }
            _ => here,
        };
        self.text.push_str(&" ".repeat(width));
    }
}

fn is_blank(line: &ExplainedLine, part: &LinePart) -> bool {
    line.text[part.range.clone()].trim().is_empty()
}

/// How the atoms of two lines stand for each other: what is literal by its text, all
/// else by its kind.
fn compared(old: (&[LinePart], &ExplainedLine), new: (&[LinePart], &ExplainedLine)) -> Vec<DiffOp> {
    let keys = |(atoms, line): (&[LinePart], &ExplainedLine)| -> Vec<(Judged, String)> {
        let text = |part: &LinePart| match part.judged {
            Judged::Literal => line.text[part.range.clone()].to_owned(),
            _ => String::new(),
        };
        atoms.iter().map(|part| (part.judged, text(part))).collect()
    };
    capture_diff_slices(Algorithm::Myers, &keys(old), &keys(new))
}

/// The line's parts without what only sets things apart, its literal ones word by
/// word and blank by blank.
fn atoms(line: &ExplainedLine) -> Vec<LinePart> {
    let mut atoms = Vec::new();
    for part in line
        .parts
        .iter()
        .filter(|part| part.judged != Judged::Layout)
    {
        if part.judged != Judged::Literal {
            atoms.push(part.clone());
            continue;
        }
        let mut start = part.range.start;
        while start < part.range.end {
            let rest = &line.text[start..part.range.end];
            let blank = rest.starts_with(' ');
            let length = rest
                .find(|c: char| (c == ' ') != blank)
                .unwrap_or(rest.len());
            atoms.push(LinePart {
                range: start..start + length,
                judged: Judged::Literal,
            });
            start += length;
        }
    }
    atoms
}

/// This run's values with the names that the notes have for them.
#[derive(Default)]
struct Names {
    /// The longest first.
    pairs: Vec<(ValueKind, String, String)>,
    /// The values of the notes and of this run.
    known: HashSet<String>,
}

impl Names {
    fn add(&mut self, kind: ValueKind, note: &str, actual: &str) {
        self.known.extend([note.to_owned(), actual.to_owned()]);
        let shorter = |(_, _, other): &(ValueKind, String, String)| other.len() >= actual.len();
        let place = self.pairs.partition_point(shorter);
        self.pairs
            .insert(place, (kind, note.to_owned(), actual.to_owned()));
    }

    /// A value of `new` that stands where `old` has one of its kind takes over its
    /// name, where neither is known yet.
    fn add_alike(&mut self, old: &ExplainedLine, new: &ExplainedLine) {
        let (ours, theirs) = (atoms(old), atoms(new));
        let ops = compared((&ours, old), (&theirs, new)).into_iter();
        let same = ops.filter(|op| matches!(op, DiffOp::Equal { .. }));
        for (our, their) in same.flat_map(|op| op.old_range().zip(op.new_range())) {
            let text =
                |line: &'_ ExplainedLine, range: &Range<usize>| line.text[range.clone()].to_owned();
            if let Judged::Bound(kind) = theirs[their].judged {
                let note = text(old, &ours[our].range);
                let actual = text(new, &theirs[their].range);
                self.add_new(kind, &note, &actual);
            }
        }
    }

    fn add_new(&mut self, kind: ValueKind, note: &str, actual: &str) {
        let is_known = |text: &str| {
            self.known.contains(text) || kind == ValueKind::Hex && self.known.contains(short(text))
        };
        if is_known(note)
            || is_known(actual)
            || kind == ValueKind::Hex && note.len() != actual.len()
        {
            return;
        }
        self.add(kind, note, actual);
        if kind == ValueKind::Hex && short(note) != note {
            self.add(kind, short(note), short(actual));
        }
    }

    /// `text` with this run's values called as the notes call them.
    fn in_the_notes_words(&self, text: &str) -> String {
        let mut said = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(next) = text[at..].chars().next() {
            let found = self.pairs.iter().find(|(kind, _, actual)| match kind {
                ValueKind::Port => text[..at].ends_with(':') && stands_at(text, at, actual),
                // In full it is known only here: its beginning is the notes'.
                ValueKind::Hex if actual.len() == SHORT => {
                    stands_at(text, at, actual) || stands_at(text, at, full_id(&text[at..], actual))
                }
                _ => stands_at(text, at, actual),
            });
            match found {
                Some((_, note, actual)) => {
                    said.push_str(note);
                    at += actual.len();
                }
                None => {
                    said.push(next);
                    at += next.len_utf8();
                }
            }
        }
        said
    }
}

/// Whether `word` stands at byte `at` of `text`, not as a part of another word.
fn stands_at(text: &str, at: usize, word: &str) -> bool {
    let free =
        |next: Option<char>| next.is_none_or(|next| !(next.is_ascii_alphanumeric() || next == '_'));
    text[at..].starts_with(word)
        && free(text[..at].chars().next_back())
        && free(text[at + word.len()..].chars().next())
}

/// The 64 digits that `text` begins with, where they begin with `short`; else `short`.
fn full_id<'t>(text: &'t str, short: &'t str) -> &'t str {
    text.get(..64)
        .filter(|full| full.starts_with(short) && is_hex(full))
        .unwrap_or(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_stay_where_the_line_did_not_change() {
        assert_eq!(with_own_blanks("a\tb\tc", "a       b       d"), "a\tb\td");
        assert_eq!(with_own_blanks("ab\tc", "a       c"), "a       c");
        assert_eq!(with_own_blanks("│\u{a0} x", "│  y"), "│\u{a0} y");
    }

    #[test]
    fn values_take_the_notes_names_each_at_once() {
        let mut names = Names::default();
        names.add(ValueKind::Address, "172.17.0.2", "172.17.0.3");
        names.add(ValueKind::Address, "172.17.0.3", "172.17.0.2");
        names.add(ValueKind::Port, "49153", "32768");
        names.add(ValueKind::Hex, "e56ac97ef60a", "0123456789ab");
        let full = format!("0123456789ab{}", "1".repeat(52));
        assert_eq!(
            names.in_the_notes_words(&format!(
                "172.17.0.2 172.17.0.3 172.17.0.30 :32768 32768 0123456789ab {full}"
            )),
            format!(
                "172.17.0.3 172.17.0.2 172.17.0.30 :49153 32768 e56ac97ef60a e56ac97ef60a{}",
                "1".repeat(52)
            )
        );
    }
}
