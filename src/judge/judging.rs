//! The judge at work: step after step, one constraint problem.

use super::ambient::NamedThings;
use super::bindings::{Bindings, Pair, ValueKind};
use super::compile::{CompileContext, Compiled, compile};
use super::consistency::{self, Evidence};
use super::contradiction;
use super::exit;
use super::failure;
use super::held_lines::lines_that_hold;
use super::prompts;
use super::solver::{Rejection, Solution, Solver};
use super::values::Values;
use super::{How, JudgedExercise, LineJudgement, Observation, StepJudgement, StepVerdict};
use crate::diagnostic::{Diagnose, Diagnostic};
use crate::docker::ProgramCall;
use crate::formats::OutputFormat;
use crate::formats::causes;
use crate::formats::client::Notice;
use crate::formats::messages;
use crate::formats::table::Header;
use crate::formats::text::normal;
use crate::reason::{Reason, ReasonKind};
use crate::session::{Step, next_in_terminal};
use crate::shell;

/// A value of the notes that a command needs, and that nothing has bound yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    /// The value, as the notes have it.
    pub value: String,
    /// The line of the command in the notes, from 1.
    pub line: usize,
}

impl std::fmt::Display for Unbound {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "line {}: no output of this run says what {} stands for",
            self.line, self.value
        )
    }
}

impl std::error::Error for Unbound {}

impl Diagnose for Unbound {
    fn diagnose(&self) -> Diagnostic {
        Diagnostic::error(self.to_string())
            .help("the step that shows the value must pass before the command can be sent")
    }
}

/// What became of an observed step.
struct JudgedStep {
    observation: Observation,
    compiled: Compiled,
    /// Its groups in the solver; none where the step failed.
    groups: Option<std::ops::Range<usize>>,
    /// The judgement of a step that failed.
    failed: Option<StepJudgement>,
    /// The exit status before it.
    before: Option<i32>,
}

/// Judges an exercise step by step.
pub struct Judge<'a> {
    pub(super) script: JudgedExercise<'a>,
    formats: Vec<OutputFormat>,
    values: Values,
    named_things: NamedThings,
    solver: Solver,
    seen: Vec<Option<JudgedStep>>,
}

impl<'a> Judge<'a> {
    /// Reads the whole script; nothing is bound yet.
    pub fn new(script: JudgedExercise<'a>) -> Self {
        let formats = script.formats();
        let values = Values::of(&script, &formats);
        let named_things = NamedThings::of(script.setup, script.steps);
        let solver = Solver::new(Bindings::new(script.surroundings, values.author_values()));
        Self {
            seen: script.steps.iter().map(|_| None).collect(),
            script,
            formats,
            values,
            named_things,
            solver,
        }
    }

    /// The text to send for step `step` (from 0): the command with this run's
    /// values put in. What was open and has to be sent is fixed. Empty for keys.
    ///
    /// # Errors
    /// [`Unbound`] when a value in it has no counterpart yet.
    pub fn command(&mut self, step: usize) -> Result<String, Unbound> {
        let Some((step, command)) = self
            .script
            .steps
            .get(step)
            .and_then(|step| Some((step, step.command()?)))
        else {
            return Ok(String::new());
        };
        let mut text = command.to_owned();
        for (range, kind, note) in self.values.find(command).into_iter().rev() {
            let actual = self
                .value_to_send(kind, &note, step.line)
                .ok_or_else(|| Unbound {
                    value: command[range.clone()].to_owned(),
                    line: step.line,
                })?;
            let actual = if kind == ValueKind::Abbreviation {
                self.solver
                    .bindings()
                    .unique_start(&actual, range.len())
                    .to_owned()
            } else {
                actual
            };
            text.replace_range(range, &actual);
        }
        Ok(text)
    }

    fn value_to_send(&mut self, kind: ValueKind, note: &str, line: usize) -> Option<String> {
        let kind = if kind == ValueKind::Abbreviation {
            ValueKind::Hex
        } else {
            kind
        };
        if let Some(actual) = self.solver.bindings().actual(kind, note) {
            return Some(actual.to_owned());
        }
        let solution = self.solver.solution().ok()?;
        let actual = solution.bindings.actual(kind, note)?.to_owned();
        let pair = Pair {
            kind,
            note: note.to_owned(),
            actual: actual.clone(),
            line,
        };
        self.solver.fix(&pair).ok()?;
        Some(actual)
    }

    /// Whether step `step` (from 0) would hold with `observation`. Changes
    /// nothing.
    pub fn would_pass(&self, step: usize, observation: &Observation) -> bool {
        self.script
            .steps
            .get(step)
            .is_some_and(|definition| self.would_hold(step, definition, observation))
    }

    /// What step `number` (from 0) prints.
    pub(super) fn format(&self, number: usize) -> Option<&OutputFormat> {
        self.formats.get(number)
    }

    /// What the exercise mentions.
    pub(super) fn named_things(&self) -> &NamedThings {
        &self.named_things
    }

    /// Which texts are values.
    pub(super) fn known_values(&self) -> &Values {
        &self.values
    }

    /// Whether step `step` (from 0) would hold with `observation` if the notes had
    /// `definition` there.
    pub(super) fn would_hold(
        &self,
        step: usize,
        definition: &Step,
        observation: &Observation,
    ) -> bool {
        let Ok(pairs) = prompts::pairs(&self.script, definition, observation, &self.values) else {
            return false;
        };
        let context = self.context();
        let ways = compile(step, definition, &observation.output, &context);
        std::iter::once(ways.first())
            .chain(ways.others())
            .any(|compiled| {
                let mut solver = self.solver.clone();
                let first = solver.groups().len();
                let groups = first..first + compiled.groups.len();
                if solver.add(compiled.groups.clone(), &pairs).is_err() {
                    return false;
                }
                let Ok(solution) = solver.solution() else {
                    return false;
                };
                let lines = lines_that_hold(definition, &compiled, &solver, &solution, &groups);
                let objection = || {
                    objection(
                        self.script.steps,
                        definition,
                        observation,
                        &lines,
                        self.status_before(step),
                    )
                };
                hidden_error(definition, observation, &lines).is_none()
                    && (compiled.may_end_otherwise() || objection().is_none())
            })
    }

    /// The exit status of what was typed last in its terminal before step `number` (from 0).
    fn status_before(&self, number: usize) -> Option<i32> {
        let terminal = self.script.steps.get(number)?.terminal;
        let above = self.script.steps.iter().zip(&self.seen).take(number).rev();
        let here = above.filter(|(step, _)| step.terminal.may_be_of(terminal));
        here.filter_map(|(_, seen)| seen.as_ref()?.observation.exit)
            .next()
    }

    fn context(&self) -> CompileContext<'_> {
        CompileContext {
            values: &self.values,
            named_things: &self.named_things,
            surroundings: self.script.surroundings,
            steps: self.script.steps,
            formats: &self.formats,
        }
    }

    /// Adds what the step printed to the problem, laid over the notes in the
    /// first way that holds; the first of all where none does.
    fn add(
        &mut self,
        number: usize,
        step: &Step,
        observation: &Observation,
        pairs: &[Pair],
    ) -> (Compiled, Result<(), Rejection>) {
        let context = CompileContext {
            values: &self.values,
            named_things: &self.named_things,
            surroundings: self.script.surroundings,
            steps: self.script.steps,
            formats: &self.formats,
        };
        let ways = compile(number, step, &observation.output, &context);
        let first = ways.first();
        let Err(refusal) = self.solver.add(first.groups.clone(), pairs) else {
            return (first, Ok(()));
        };
        for other in ways.others() {
            if self.solver.add(other.groups.clone(), pairs).is_ok() {
                return (other, Ok(()));
            }
        }
        (first, Err(refusal))
    }

    /// Judges step `step` (from 0) as far as it can be judged now. What is open
    /// may be decided by later steps: [`Judge::finish`] has the last word.
    pub fn observe(&mut self, step: usize, observation: Observation) -> StepJudgement {
        let Some(definition) = self.script.steps.get(step) else {
            return StepJudgement {
                verdict: StepVerdict::Error,
                reason: Some("there is no such step".into()),
                lines: Vec::new(),
            };
        };
        let first = self.solver.groups().len();
        let before = self.status_before(step);
        let prompt = prompts::pairs(&self.script, definition, &observation, &self.values);
        let (compiled, outcome) = match &prompt {
            Ok(pairs) => self.add(step, definition, &observation, pairs),
            Err(_) => {
                let context = self.context();
                let ways = compile(step, definition, &observation.output, &context);
                (ways.first(), Err(Rejection::Contradiction))
            }
        };
        self.named_things.set_apart(step, &compiled.pruned_by_one);
        let groups = first..first + compiled.groups.len();
        let failed = outcome
            .err()
            .map(|refusal| self.fail(definition, &compiled, observation.exit, refusal, prompt));
        let groups = failed.is_none().then_some(groups);
        let seen = JudgedStep {
            observation,
            compiled,
            groups,
            failed,
            before,
        };
        let judgement = match self.solver.solution() {
            Ok(solution) => self.judgement(definition, &seen, &solution),
            Err(_) => undecided(),
        };
        if let Some(place) = self.seen.get_mut(step) {
            *place = Some(seen);
        }
        judgement
    }

    fn prompt_conflict(&self, step: &Step, pairs: &[Pair]) -> Option<LineJudgement> {
        let conflict = pairs
            .iter()
            .find_map(|pair| self.solver.bindings().check(pair).err())?;
        let prompt = step
            .next
            .iter()
            .map(|(prompt, _)| prompt)
            .chain(&step.further)
            .find(|prompt| prompt.line == conflict.pair.line)?;
        Some(LineJudgement {
            line: prompt.line,
            expected: Some(prompt.text.clone()),
            actual: None,
            how: How::Bound,
            ok: false,
            note: Some(conflict.explain()),
        })
    }

    fn fail(
        &mut self,
        step: &Step,
        compiled: &Compiled,
        exit: Option<i32>,
        refusal: Rejection,
        prompt: Result<Vec<Pair>, LineJudgement>,
    ) -> StepJudgement {
        let (pairs, prompt) = match prompt {
            Ok(pairs) => {
                let conflict = self.prompt_conflict(step, &pairs);
                (pairs, conflict)
            }
            Err(prompt) => (Vec::new(), Some(prompt)),
        };
        let failure = failure::explain(compiled, step, self.solver.bindings());
        let mut lines = failure.lines;
        let lines_hold = lines.iter().all(|line| line.ok);
        let has_names = compiled.groups.iter().any(|group| !group.names.is_empty());
        let is_named = refusal == Rejection::Contradiction
            && ((lines_hold && prompt.is_none()) || has_names)
            && contradiction::mark(&mut lines, step, compiled, &self.solver, &pairs);
        self.solver.add_loosely(&failure.pairs);
        let is_held = |text: &str| {
            let mut held = lines.iter().filter(|line| line.ok);
            held.any(|line| line.actual.as_deref() == Some(text))
        };
        let unexplained = compiled.actual.iter().map(String::as_str);
        let reason = if refusal == Rejection::Undecided {
            undecided().reason
        } else if let Some(cause) = causes::likely(unexplained.filter(|text| !is_held(text))) {
            Some(cause)
        } else if exit == Some(0) && compiled.is_of_another_builder() {
            Some(causes::OTHER_BUILDER.into())
        } else if prompt.is_some() && lines_hold {
            Some("the prompt differs".into())
        } else if lines_hold && !is_named {
            Some("each line matches on its own, but the lines contradict each other".into())
        } else {
            let failed = exit.filter(|status| *status != 0);
            failed.map(|status| {
                let text = format!("it ended with the exit status {status}");
                Reason::new(ReasonKind::ExitStatus, text)
            })
        };
        lines.extend(prompt);
        StepJudgement {
            verdict: StepVerdict::Failed,
            reason,
            lines,
        }
    }

    fn judgement(&self, step: &Step, seen: &JudgedStep, solution: &Solution) -> StepJudgement {
        let Some(groups) = &seen.groups else {
            return seen.failed.clone().unwrap_or_else(undecided);
        };
        let mut lines = lines_that_hold(step, &seen.compiled, &self.solver, solution, groups);
        set_typed_apart(&mut lines, &seen.observation.typed);
        let reason = self.objection_to(step, seen, &mut lines);
        let verdict = match reason {
            Some(_) => StepVerdict::Failed,
            None => verdict_of_held(step, seen, &lines),
        };
        StepJudgement {
            verdict,
            reason: reason.or_else(|| reason_of_held(verdict, step, seen, &lines)),
            lines,
        }
    }

    /// Why a step fails although each of its lines holds: an error that the notes elide, a
    /// status or a prompt.
    fn objection_to(
        &self,
        step: &Step,
        seen: &JudgedStep,
        lines: &mut Vec<LineJudgement>,
    ) -> Option<Reason> {
        if let Some(hidden) = hidden_error(step, &seen.observation, lines) {
            lines.push(hidden);
            return Some(Reason::new(ReasonKind::HiddenError, HIDDEN_ERROR));
        }
        if seen.compiled.may_end_otherwise() {
            return None;
        }
        let steps = self.script.steps;
        let reason = objection(steps, step, &seen.observation, lines, seen.before)?;
        let printed = seen.compiled.actual.iter().map(String::as_str);
        Some(reason.with_cause(causes::likely(printed)))
    }

    /// Holds what a shell says of jobs that ended against the notes, wherever it stands:
    /// behind which command depends on how long these took.
    fn settle_notices(&self, judgements: &mut [StepJudgement]) {
        let steps = self.script.steps.iter();
        let mut printed: Vec<(usize, Notice, &str)> = Vec::new();
        for (step, seen) in self.seen.iter().enumerate() {
            let output = seen.iter().flat_map(|seen| &seen.observation.output);
            let notices =
                output.filter_map(|line| Some((step, Notice::read(line)?, line.as_str())));
            printed.extend(notices);
        }
        let calls = self.formats.iter().flat_map(OutputFormat::calls);
        let calls: Vec<ProgramCall> = calls.cloned().collect();
        let mut placed: Vec<Notice> = Vec::new();
        for (step, judgement) in steps.clone().zip(judgements.iter_mut()) {
            if judgement.verdict == StepVerdict::Error {
                continue;
            }
            for line in step.expected.iter().filter(|line| !line.elision) {
                let Some(notice) = Notice::read(&line.text) else {
                    continue;
                };
                let found = printed.iter().position(|(_, other, _)| *other == notice);
                let mut lines = judgement.lines.iter_mut();
                let Some(judged) = lines.find(|judged| judged.line == line.line) else {
                    continue;
                };
                let commands = self.script.steps.iter().filter_map(Step::command);
                let starts = commands.filter(|command| notice.can_be_of(command)).count();
                match found {
                    Some(found) => {
                        judged.actual = Some(printed.remove(found).2.to_owned());
                        judged.how = How::Unordered;
                        if judgement.verdict == StepVerdict::Unchecked {
                            judgement.verdict = StepVerdict::Passed;
                            judgement.reason = None;
                        }
                    }
                    None if notice.is_optional(&calls)
                        && starts > placed.iter().filter(|other| **other == notice).count()
                        && !printed
                            .iter()
                            .any(|(_, other, _)| other.is_of_command(&notice)) => {}
                    None => {
                        judged.ok = false;
                        judged.how = How::Missing;
                        judgement.verdict = StepVerdict::Failed;
                    }
                }
                placed.push(notice);
            }
        }
        for (number, notice, text) in printed {
            let step = &self.script.steps[number];
            let is_elided = step.claims_none() || step.expected.iter().any(|l| l.elision);
            if is_elided || notice.ended_well() {
                continue;
            }
            let judgement = &mut judgements[number];
            judgement.lines.push(LineJudgement {
                line: step.line,
                expected: None,
                actual: Some(normal(text)),
                how: How::Extra,
                ok: false,
                note: None,
            });
            judgement.verdict = StepVerdict::Failed;
        }
    }

    fn evidence(&self) -> Evidence<'_> {
        let outputs = self.seen.iter().map(|seen| match seen {
            Some(seen) => seen.observation.output.as_slice(),
            None => &[],
        });
        Evidence {
            steps: self.script.steps,
            formats: &self.formats,
            outputs: outputs.collect(),
            things: &self.named_things,
            authored: self.values.authored(),
        }
    }

    /// Takes an exit status that the notes show in a later step (`echo $?`) for this run's,
    /// where Docker itself changed it.
    fn settle_statuses(&self, judgements: &mut [StepJudgement]) {
        let steps = self.script.steps;
        let seen = |number: usize| Some(&self.seen.get(number)?.as_ref()?.observation);
        for (number, step) in steps.iter().enumerate() {
            let Some(next) = next_in_terminal(steps, number) else {
                continue;
            };
            let (Some(noted), Some(of_step), Some(of_echo), Some(echo)) = (
                exit::shown_status(steps, step),
                seen(number),
                seen(next),
                steps.get(next),
            ) else {
                continue;
            };
            let status = of_step.exit.unwrap_or(noted);
            let calls = self.formats[number].calls();
            let [shown] = echo.expected.as_slice() else {
                continue;
            };
            let here = shown.text.replace(&noted.to_string(), &status.to_string());
            let judgement = &mut judgements[next];
            if exit::is_of_other_builder(calls, &step.expected, noted) {
                judgement.verdict = StepVerdict::Failed;
                judgement.reason = Some(OF_OTHER_BUILDER.into());
                continue;
            }
            if noted == status
                || of_echo.output != [here.as_str()]
                || !exit::is_changed(calls, &of_step.output, noted, status)
            {
                continue;
            }
            judgement.verdict = StepVerdict::Drifted;
            judgement.reason = Some(OTHER_STATUS.into());
            judgement.lines.retain(|line| line.expected.is_some());
            for line in &mut judgement.lines {
                line.actual = Some(here.clone());
                line.how = How::Dialect;
                line.ok = true;
                line.note = None;
            }
        }
    }

    /// The values of the notes with this run's, as far as they are known.
    pub(crate) fn values(&self) -> Vec<(ValueKind, String, String)> {
        match self.solver.solution() {
            Ok(solution) => solution.bindings.all(),
            Err(_) => self.solver.bindings().all(),
        }
    }

    /// The last word on every step, in order. A step that was never observed is
    /// an error: it was not run.
    pub fn finish(self) -> Vec<StepJudgement> {
        self.finish_showing(|_| ())
    }

    /// The last word on every step where the run that is judged was made up of several:
    /// `show` puts into the lines what it really printed, before they are held against each
    /// other.
    fn finish_showing(self, show: impl FnOnce(&mut [StepJudgement])) -> Vec<StepJudgement> {
        let solution = self.solver.solution();
        let steps = self.script.steps.iter().zip(&self.seen);
        let mut judgements: Vec<StepJudgement> = steps
            .map(|(step, seen)| match (seen, &solution) {
                (None, _) => StepJudgement {
                    verdict: StepVerdict::Error,
                    reason: Some("not run".into()),
                    lines: Vec::new(),
                },
                (Some(seen), Ok(solution)) => self.judgement(step, seen, solution),
                (Some(seen), Err(_)) => seen.failed.clone().unwrap_or_else(undecided),
            })
            .collect();
        self.settle_notices(&mut judgements);
        show(&mut judgements);
        consistency::refuse_contradictions(&self.evidence(), &mut judgements);
        self.settle_statuses(&mut judgements);
        judgements
    }
}

/// Why a status of a build is refused.
const OF_OTHER_BUILDER: &str =
    "the builder that prints what the notes show above ends with another status";

/// Why an exit status may be another one.
const OTHER_STATUS: &str = "Docker ends with another status here";

/// The verdict of a step whose lines all hold.
fn verdict_of_held(step: &Step, seen: &JudgedStep, lines: &[LineJudgement]) -> StepVerdict {
    let dialects = &seen.compiled.dialects;
    let is_left_out = |line: &LineJudgement| {
        let row = line.note.as_deref().filter(|_| line.how == How::Dialect);
        line.actual.is_none() && row.is_some_and(messages::is_row)
    };
    let is_in_other_words = seen.compiled.gone.is_some()
        || !seen.compiled.pruned_by_one.is_empty()
        || (!step.shows_output() && !dialects.is_empty())
        || lines.iter().any(is_left_out);
    if required_lines(lines) == 0 && !is_in_other_words {
        StepVerdict::Unchecked
    } else if lines.iter().any(|line| line.how == How::Dialect) || !dialects.is_empty() {
        StepVerdict::Drifted
    } else {
        StepVerdict::Passed
    }
}

/// The reason of such a verdict.
fn reason_of_held(
    verdict: StepVerdict,
    step: &Step,
    seen: &JudgedStep,
    lines: &[LineJudgement],
) -> Option<Reason> {
    match verdict {
        StepVerdict::Unchecked if step.shows_output() => {
            Some("every line of it is elided or about other things".into())
        }
        StepVerdict::Unchecked if step.claims_none() && !seen.observation.output.is_empty() => {
            Some("the notes show nothing of what it prints".into())
        }
        StepVerdict::Drifted => {
            let drifted = lines.iter().filter(|line| line.how == How::Dialect);
            let mut rows = drifted
                .filter_map(|line| line.note.as_deref())
                .chain(seen.compiled.dialects.iter().copied());
            match seen.compiled.gone {
                Some(field) => Some(field.advice.as_str().into()),
                None => rows
                    .next()
                    .map(|row| format!("Docker says it in other words here: {row}").into()),
            }
        }
        _ => None,
    }
}

fn undecided() -> StepJudgement {
    StepJudgement {
        verdict: StepVerdict::Failed,
        reason: Some(Reason::new(
            ReasonKind::Undecided,
            "could not decide: too many lines could stand for each other",
        )),
        lines: Vec::new(),
    }
}

/// Judges a record again: what each step of `script` did, in order.
pub fn judge(script: JudgedExercise, observations: &[Observation]) -> Vec<StepJudgement> {
    judge_showing(script, observations, |_| ())
}

/// Judges a record as [`judge`] does; `show` puts into the lines what was really printed.
pub(super) fn judge_showing(
    script: JudgedExercise,
    observations: &[Observation],
    show: impl FnOnce(&mut [StepJudgement]),
) -> Vec<StepJudgement> {
    let mut judge = Judge::new(script);
    for (step, observation) in observations.iter().enumerate() {
        judge.observe(step, observation.clone());
    }
    judge.finish_showing(show)
}

/// The verdict of an exercise with these `steps`: the first of failed, error, skipped,
/// drifted and passed that one of them has, else unchecked.
pub fn whole(steps: impl IntoIterator<Item = StepVerdict> + Clone) -> StepVerdict {
    [
        StepVerdict::Failed,
        StepVerdict::Error,
        StepVerdict::Skipped,
        StepVerdict::Drifted,
        StepVerdict::Passed,
    ]
    .into_iter()
    .find(|verdict| steps.clone().into_iter().any(|step| step == *verdict))
    .unwrap_or(StepVerdict::Unchecked)
}

/// Lines that were typed to a program that asked nothing prove nothing: the terminal
/// shows them whatever the program is.
fn set_typed_apart(lines: &mut [LineJudgement], typed: &[String]) {
    let mut from = 0;
    for text in typed {
        let shows = |line: &LineJudgement| line.ok && line.actual.as_ref() == Some(text);
        if let Some(at) = lines[from..].iter().position(shows) {
            lines[from + at].how = How::Typed;
            from += at + 1;
        }
    }
}

/// How many lines had to be here, and are.
fn required_lines(lines: &[LineJudgement]) -> usize {
    lines
        .iter()
        .filter(|line| {
            line.ok
                && line.expected.is_some()
                && line.actual.is_some()
                && !is_other_header(line)
                && !matches!(
                    line.how,
                    How::Layout | How::Ambient | How::Given | How::Typed | How::Extra
                )
        })
        .count()
}

/// Whether it is a header of other columns: what stands below it says whether they hold.
fn is_other_header(line: &LineJudgement) -> bool {
    let text = line.expected.as_deref().unwrap_or_default();
    line.how == How::Dialect && Header::read(&normal(text)).is_some()
}

/// Why a step fails whose elided lines say what went wrong.
const HIDDEN_ERROR: &str =
    "the output that the notes leave out contains an error that they do not show";

/// The error of the command's that is elided, or left out with all that it prints, as a line
/// that the notes lack.
fn hidden_error(
    step: &Step,
    observation: &Observation,
    lines: &[LineJudgement],
) -> Option<LineJudgement> {
    let elided = step.expected.iter().rfind(|line| line.elision);
    let elided = elided.map(|line| line.line);
    let left_out = elided.or_else(|| step.only_repeats().then_some(step.line))?;
    let shown = |line: &str| {
        let mut actual = lines.iter().filter_map(|line| line.actual.as_deref());
        actual.any(|actual| actual == normal(line))
    };
    let error = exit::hidden_error(step.command()?, &observation.output, &shown)?;
    Some(LineJudgement {
        line: left_out,
        expected: None,
        actual: Some(error.to_owned()),
        how: How::Extra,
        ok: false,
        note: None,
    })
}

fn objection(
    steps: &[Step],
    step: &Step,
    observation: &Observation,
    lines: &[LineJudgement],
    before: Option<i32>,
) -> Option<Reason> {
    let status = observation.exit?;
    let required: Vec<(&str, &str)> = lines
        .iter()
        .filter(|line| {
            line.ok
                && matches!(
                    line.how,
                    How::Literal
                        | How::Bound
                        | How::Volatile
                        | How::Unordered
                        | How::Dialect
                        | How::Elided
                )
        })
        .filter_map(|line| Some((line.expected.as_deref()?, line.actual.as_deref()?)))
        .collect();
    exit::objection(&exit::Ending {
        action: &step.action,
        made_by: exit::maker(steps, step),
        status,
        before,
        pipefail: steps
            .iter()
            .take_while(|earlier| earlier.line <= step.line)
            .filter_map(|earlier| shell::Script::read(earlier.command()?).sets_option("pipefail"))
            .last()
            .unwrap_or_default(),
        shown: exit::shown_status(steps, step),
        printed: &observation.output,
        silent: observation.output.iter().all(|line| line.trim().is_empty())
            && step
                .expected
                .iter()
                .all(|line| !line.elision && line.text.trim().is_empty()),
        required: &required,
        claims_none: step.claims_none(),
    })
}
