//! One exercise on one engine: a lab, a terminal, step by step, and the judge.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant, SystemTime};

use crate::diagnostic::Diagnose;
use crate::docker::ids::is_short_id;
use crate::docker::names::with_tag;
use crate::docker::{Invocation, OperandKind, ProgramCall};
use crate::engine::{Engine, EngineError, Lab, LabRequest};
use crate::exercise::{Exercise, GivenFile, Need, TakenForGranted, folders};
use crate::formats::client_layout::ClientLayout;
use crate::formats::text::normal;
use crate::guard::REFUSED;
use crate::judge::varying::RunStep;
use crate::judge::{self, Judge, JudgedExercise, Observation};
use crate::lab::{EngineInfo, StandIn, Surroundings};
use crate::reason::{Reason, ReasonKind};
use crate::results::{ExerciseResult, Verdict};
use crate::session::{self, Action, Keys, Step};
use crate::shell::quoted;
use crate::terminal::{Dialogue, Printed, TerminalError, WaitFor};

use super::ailment::ailment;
use super::at_work::AtWork;
use super::given::{
    could_concern, edited_file, is_just_edited, listed_files, shown_file, shows_what_was_edited,
};
use super::granted::{Excused, excused, provide, reason};
use super::handlers::LastStart;
use super::left_running::{Taken, until_left};
use super::log_moments;
use super::outcome::{Ended, Observed, Stopped, blank, not_begun};
use super::plan::{refusal, skip_reason};
use super::shell_state;
use super::terminals::{LabTerminals, LeftRunning, Turn, may_be_left};
use super::twice::{Guide, RerunPlan, run_again};
use super::{
    absent_files, absent_programs, author_home, compose_versions, control_groups, other_client,
    stand_ins, umask, users,
};

/// How long to wait before something that was not ready is asked again.
const ASK_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// What is typed in place of an editor: it does nothing.
const NOTHING: &str = ":";

/// How long a command of labbook's own may take that writes a file.
const SMALL_STEP: Duration = Duration::from_secs(20);

/// How many lines are kept of a step that did not end: it may have printed
/// without an end.
const LAST_LINES: usize = 1000;

/// How exercises are run.
#[derive(Debug, Clone, Copy, Default)]
pub struct RunOptions<'a> {
    /// Leave the lab standing, and say how to enter it.
    pub keep: bool,
    /// Stop after the first failure.
    pub fail_fast: bool,
    /// Set when the user wants to stop.
    pub interrupted: Option<&'a AtomicBool>,
    /// Told of each step.
    pub watcher: Option<&'a dyn Watcher>,
    /// The portions that are run one after the other; none where all is one.
    pub(crate) portions: &'a [Portion],
}

/// Steps that are run together: a stuck one costs the rest of its portion.
#[derive(Debug, Clone)]
pub(crate) struct Portion {
    /// Which steps.
    pub steps: Range<usize>,
    /// Whether they are run.
    pub is_run: bool,
    /// Files that are written again where it begins.
    pub files: Vec<GivenFile>,
}

/// Told of the steps of one exercise while it is run.
pub trait Watcher: std::fmt::Debug {
    /// `command`, or keys, are being sent; again where something was not ready.
    fn sends(&self, step: &Step, typed: &str);
    /// What came of it.
    fn printed(&self, observation: &Observation);
}

impl RunOptions<'_> {
    pub(super) fn interrupted(&self) -> bool {
        self.interrupted
            .is_some_and(|flag| flag.load(Ordering::Relaxed))
    }
}

/// Runs `exercise` on `engine`; whatever keeps it from being run is the
/// result's reason, and the lab is gone when this returns.
pub fn run_exercise(
    exercise: &Exercise,
    engine: &dyn Engine,
    options: RunOptions<'_>,
) -> ExerciseResult {
    let info = engine.info();
    if let Some((verdict, reason)) = hindrance(exercise, &info) {
        return ExerciseResult {
            verdict,
            ..not_begun(exercise, &info.name, reason)
        };
    }
    run_on(exercise, engine.lab(&request(exercise)), engine, options)
}

/// Runs `exercise` in the lab that was asked for, if it could be had; again, where it
/// failed.
pub(super) fn run_on(
    exercise: &Exercise,
    lab: Result<Box<dyn Lab>, EngineError>,
    engine: &dyn Engine,
    options: RunOptions<'_>,
) -> ExerciseResult {
    let start = Instant::now();
    let mut result = blank(exercise, &engine.info().name);
    match lab {
        Ok(lab) => {
            let first = in_lab(exercise, lab, engine.info(), options, &mut result);
            excuse(exercise, options, &mut result);
            let failed =
                first.filter(|first| result.verdict == Verdict::Failed && !first.has_gap());
            // A lab that is kept stands as the only one.
            if let Some(first) = failed.filter(|_| !options.keep) {
                run_again(exercise, engine, options, first, &mut result);
                excuse(exercise, options, &mut result);
            }
        }
        Err(_) if options.interrupted() => result.conclude(Verdict::Error, interrupted()),
        Err(error) => {
            result.conclude(Verdict::Error, reason_of(&error));
            if let EngineError::NoImage { image, .. } = &error {
                name_image(exercise, image, &mut result);
            }
        }
    }
    result.seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    result
}

/// Says of an image that cannot be had who uses it, and who in the file builds it.
fn name_image(exercise: &Exercise, image: &str, result: &mut ExerciseResult) {
    let is_it = |granted: &&TakenForGranted| {
        granted.thing.thing == OperandKind::Image
            && with_tag(&granted.thing.name) == with_tag(image)
    };
    let mut said = result.full_reason().unwrap_or_default();
    let granted = exercise.granted.iter().find(is_it);
    match granted {
        Some(granted) => {
            result.manifest = exercise.manifest_that_provides(&[granted]);
            let why = reason(exercise, granted);
            said = Reason {
                text: format!("{why}; {said}"),
                ..why
            };
        }
        None => said.text += "; the notes build it nowhere",
    }
    result.conclude(result.verdict, said);
}

/// The failed steps of a run of `exercise` that are not the notes' fault: what they take for
/// granted, what is a stand-in's, what is the lab's user's, and what is the kernel's.
pub(super) fn excuses(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    let all = [
        excused(exercise, &run.steps),
        stand_ins::excused(exercise, run),
        users::excused(exercise, run),
        compose_versions::excused(exercise, run),
        control_groups::excused(exercise, run),
        absent_programs::excused(exercise, run),
        absent_files::excused(exercise, run),
        other_client::excused(exercise, run),
    ];
    let all = all.into_iter().flatten();
    all.reduce(|excused, other| excused.and(Some(other)))
}

/// Makes a failure an error where all of it is excused. What is run in portions is judged
/// by these.
fn excuse(exercise: &Exercise, options: RunOptions<'_>, result: &mut ExerciseResult) {
    if result.verdict == Verdict::Failed
        && options.portions.is_empty()
        && let Some(excused) = excuses(exercise, result)
    {
        note_stand_ins(&excused, 0, result);
        if excused.all(result.steps.iter().enumerate()) {
            result.conclude(Verdict::Error, excused.reason());
            result.manifest = excused.manifest;
        }
    }
}

/// Names the stand-in at each line that is its own; the first step of the result has the
/// number `first`.
pub(super) fn note_stand_ins(excused: &Excused, first: usize, result: &mut ExerciseResult) {
    for (number, line, image) in &excused.at_stand_in {
        let step = number
            .checked_sub(first)
            .and_then(|at| result.steps.get_mut(at));
        if let Some(line) = step.and_then(|step| step.lines.get_mut(*line)) {
            line.note = Some(format!("the stand-in for {image} differs here"));
        }
    }
}

/// Why `exercise` is not run on the engine, where that is known before.
pub(super) fn hindrance(exercise: &Exercise, info: &EngineInfo) -> Option<(Verdict, Reason)> {
    let obstacle = exercise.obstacle.as_ref().map(|obstacle| {
        let verdict = match obstacle.is_error {
            true => Verdict::Error,
            false => Verdict::Skipped,
        };
        (verdict, obstacle.reason.clone())
    });
    obstacle.or_else(|| Some((Verdict::Skipped, skip_reason(exercise, info)?)))
}

pub(super) fn request(exercise: &Exercise) -> LabRequest {
    LabRequest {
        exercise: exercise.id.clone(),
        images: exercise.images.clone(),
        programs: absent_programs::called_programs(exercise),
        user: exercise.user.clone(),
        without_docker_group: users::is_refused_at_first(&exercise.steps),
        host: host(exercise),
        folder: exercise.folder.clone(),
        shifted: false,
        layout: client_layout(exercise),
        needs_cluster: exercise.needs.contains(&Need::Kubernetes),
        cluster: exercise.cluster.clone(),
    }
}

/// What the machine of an exercise is called: as the first prompt of the host's says that
/// shows a name which a machine can have; else as its `hostname` prints.
pub(super) fn host(exercise: &Exercise) -> Option<String> {
    const LONGEST: usize = 63;
    let is_name = |name: &&String| {
        let can_be_in_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        let has_edge = |edge: Option<u8>| edge.is_some_and(|byte| byte.is_ascii_alphanumeric());
        name.len() <= LONGEST
            && name.bytes().all(can_be_in_name)
            && has_edge(name.bytes().next())
            && has_edge(name.bytes().last())
            && !is_short_id(name)
    };
    let outside = || exercise.steps.iter().filter(|step| step.level == 0);
    let prints_name = |step: &&Step| step.command() == Some("hostname");
    let printed = outside()
        .filter(prints_name)
        .filter_map(|step| step.expected.first());
    let hosts = outside().filter_map(|step| step.prompt.host.as_ref());
    let mut hosts = hosts.chain(printed.map(|line| &line.text));
    hosts.find(is_name).cloned()
}

/// How Docker's client prints in the notes of an exercise.
fn client_layout(exercise: &Exercise) -> ClientLayout {
    let formats: Vec<_> = exercise.steps.iter().map(Step::format).collect();
    let outputs = formats.iter().zip(&exercise.steps).map(|(format, step)| {
        let lines = step.expected.iter().map(|line| normal(&line.text));
        (format.calls(), lines.collect())
    });
    ClientLayout::of(&outputs.collect::<Vec<_>>())
}

pub(super) fn message_of(error: &dyn Diagnose) -> String {
    error.diagnose().message
}

pub(super) fn reason_of(error: &dyn Diagnose) -> Reason {
    error.diagnose().reason()
}

/// Why an exercise was not run to its end when the user wanted to stop.
fn interrupted() -> Reason {
    Reason::new(ReasonKind::Interrupted, "interrupted")
}

/// Gives how it ended, where the lab could be used.
fn in_lab(
    exercise: &Exercise,
    lab: Box<dyn Lab>,
    engine: EngineInfo,
    options: RunOptions<'_>,
    result: &mut ExerciseResult,
) -> Option<Ended> {
    let ended =
        ExerciseRun::prepare(exercise, lab.as_ref(), engine, options).map(|run| run.finish(None));
    result.remarks.extend(lab.remarks());
    result.facts = lab.stand_ins();
    result.stand_ins = result.facts.iter().map(StandIn::to_string).collect();
    match &ended {
        Ok(ended) => ended.clone().write_into(exercise, result),
        Err(_) if options.interrupted() => result.conclude(Verdict::Error, interrupted()),
        Err(reason) => result.conclude(Verdict::Error, reason.clone()),
    }
    if result.verdict == Verdict::Failed
        && let Some(reason) = ailment(exercise, lab.as_ref(), &result.steps)
    {
        result.conclude(Verdict::Error, Reason::from(reason));
    }
    if options.keep {
        let (exercise, engine) = (&exercise.id, &result.engine);
        result.remarks.push(match lab.keep(exercise, engine) {
            Ok(()) => format!(
                "{LEFT_STANDING}; `labbook enter {}` goes in",
                quoted(exercise)
            ),
            Err(error) => format!("not {LEFT_STANDING}: {}", message_of(&error)),
        });
    } else if let Err(error) = lab.close() {
        result
            .remarks
            .push(format!("{NOT_CLEANED_UP}: {}", message_of(&error)));
    }
    ended.ok()
}

/// How a remark begins about a lab that was kept.
const LEFT_STANDING: &str = "left standing";

/// How a remark begins about a lab that could not be taken down.
pub(super) const NOT_CLEANED_UP: &str = "not cleaned up";

/// Whether `remark`, of a result, is about a lab that is still there.
pub fn is_about_a_lab_left(remark: &str) -> bool {
    remark.starts_with(LEFT_STANDING) || remark.starts_with(NOT_CLEANED_UP)
}

/// An exercise that is being run.
pub(super) struct ExerciseRun<'a> {
    pub(super) exercise: &'a Exercise,
    lab: &'a dyn Lab,
    engine: EngineInfo,
    options: RunOptions<'a>,
    surroundings: Surroundings,
    pub(super) terminals: LabTerminals<'a>,
    /// The file mode mask of its user; none for the usual one.
    mask: Option<&'static str>,
    last_start: LastStart,
    /// The password that the notes set last, by a variable.
    password: Option<String>,
    /// What labbook did that the notes do not show, in sentences: what it made before the
    /// first step, and which programs it interrupted.
    pub(super) remarks: Vec<String>,
}

impl<'a> ExerciseRun<'a> {
    /// The lab is as the notes begin: files written, set-up done, a prompt there.
    pub(super) fn prepare(
        exercise: &'a Exercise,
        lab: &'a dyn Lab,
        engine: EngineInfo,
        options: RunOptions<'a>,
    ) -> Result<Self, Reason> {
        let reason = |error: EngineError| reason_of(&error);
        let mask = umask::shown(exercise);
        for file in &exercise.files {
            if file.written_at.is_some() {
                continue;
            }
            umask::write(lab, mask, &file.path, &file.contents).map_err(reason)?;
        }
        let surroundings = lab.surroundings().map_err(reason)?;
        for command in &exercise.setup {
            if options.interrupted() {
                return Err(interrupted());
            }
            let limit = Duration::from_secs(exercise.limits.build);
            let output = lab.shell(command, limit).map_err(reason)?;
            if output.status != Some(0) {
                let complaint = output
                    .stderr
                    .lines()
                    .chain(output.stdout.lines())
                    .last()
                    .unwrap_or_default()
                    .to_owned();
                return Err(Reason::from(format!(
                    "the set-up command `{command}` failed: {complaint}"
                )));
            }
        }
        let remarks = provide(exercise, lab);
        let terminal =
            umask::open(lab, mask, options.interrupted).map_err(|error| reason_of(&error))?;
        Ok(Self {
            remarks,
            exercise,
            lab,
            engine,
            options,
            surroundings,
            terminals: LabTerminals::new(terminal, exercise),
            mask,
            last_start: LastStart::default(),
            password: password_of(exercise),
        })
    }

    /// Types all steps; a further run is guided by an earlier one.
    pub(super) fn finish(mut self, plan: Option<&RerunPlan<'_>>) -> Ended {
        let surroundings = self.surroundings.clone();
        let script = || script(self.exercise, &surroundings);
        let mut guide = plan.map(|plan| Guide::new(&script(), plan, &surroundings));
        let mut judge = Judge::new(script());
        let all = [Portion {
            steps: 0..self.exercise.steps.len(),
            is_run: true,
            files: Vec::new(),
        }];
        let portions = match self.options.portions {
            [] => &all,
            portions => portions,
        };
        let mut taken = Taken::new(self.exercise.steps.len());
        let mut stops = Vec::new();
        let mut waiting: Vec<usize> = Vec::new();
        for (number, portion) in portions.iter().enumerate() {
            if !portion.is_run {
                continue;
            }
            if let Err(stopped) = self.begin(portion, &taken.observed) {
                stops.push((portion.steps.start, stopped));
                continue;
            }
            waiting.extend(portion.steps.clone());
            let is_last = !portions[number + 1..].iter().any(|portion| portion.is_run);
            while let Some(turn) = self.terminals.turn(self.exercise, &waiting, is_last) {
                let (index, stopped) = match turn {
                    Turn::Step(index) if let Some(left) = self.left_in_the_way_of(index) => {
                        let ended = self.end_left(left, &judge, &mut guide, &mut taken);
                        (left.step, ended.err())
                    }
                    Turn::Step(index) => {
                        waiting.retain(|waiting| *waiting != index);
                        let goes_on = index + 1 < portion.steps.end;
                        let stopped = self.take(index, goes_on, &mut judge, &mut guide, &mut taken);
                        (index, stopped)
                    }
                    Turn::Finish(left) => {
                        let finished = self.finish_left(left, &judge, &mut guide, &mut taken);
                        (left.step, finished.err())
                    }
                };
                if std::mem::take(&mut taken.is_behind) {
                    judge = taken.judged_again(script());
                }
                if let Some(stopped) = stopped {
                    self.terminals.set_level(None);
                    stops.push((index, stopped));
                    waiting.clear();
                    break;
                }
            }
            if self.options.interrupted() {
                break;
            }
        }
        for left in self.terminals.left() {
            match stops.is_empty() {
                true => {
                    let finished = self.finish_left(left, &judge, &mut guide, &mut taken);
                    stops.extend(finished.err().map(|stopped| (left.step, stopped)));
                }
                false if left.is_settled => {}
                // What it shows next may be what was not typed elsewhere.
                false => taken.observed[left.step] = None,
            }
            judge = taken.judged_again(script());
        }
        Ended {
            observed: taken.observed,
            judgements: judge.finish(),
            stops,
            surroundings,
            remarks: self.remarks,
        }
    }

    /// Takes step `index` in its terminal; gives why its portion, in which others follow where
    /// it `goes_on`, cannot.
    fn take(
        &mut self,
        index: usize,
        goes_on: bool,
        judge: &mut Judge<'_>,
        guide: &mut Option<Guide<'_>>,
        taken: &mut Taken,
    ) -> Option<Stopped> {
        let step = &self.exercise.steps[index];
        if let Err(reason) = self.enter(index) {
            return Some(Stopped::Error(reason));
        }
        let _ = self.lab.refusals();
        let outcome = match taken.printed.take().filter(|(of, _)| *of == index) {
            Some((_, printed)) => StepOutcome {
                observed: Some(printed),
                stopped: None,
            },
            None => self.take_step(index, step, judge, guide.as_ref()),
        };
        let mut stopped = outcome.stopped;
        if let Some(mut one) = outcome.observed {
            let is_running = stopped.is_none() && self.is_left(index, &one);
            if !is_running {
                self.at_a_moment(index, &mut one, &taken.observed, judge, guide.as_ref());
            }
            one.refused = self.refused(step, &one.observation);
            let next = self.exercise.steps.get(index + 1);
            if goes_on && next.is_some_and(|next| next.terminal.number == step.terminal.number) {
                let printed = self.printed_step(index + 1, &mut one);
                taken.printed = printed.map(|printed| (index + 1, printed));
            }
            let observation = match guide {
                Some(guide) if is_running => guide.clone().take(index, &one.record()),
                Some(guide) => guide.take(index, &one.record()),
                None => one.observation.clone(),
            };
            judge.observe(index, observation.clone());
            let level = step.next.as_ref().map_or(step.level, |(_, level)| *level);
            self.terminals.set_level(Some(level));
            taken.observed[index] = Some(one);
            taken.judged[index] = Some(observation);
            if is_running {
                self.terminals.set_left(Some(LeftRunning {
                    step: index,
                    is_settled: false,
                }));
                self.settle(index, judge, guide, taken);
            }
        }
        if stopped.is_none() {
            stopped = self.look_at_others(index, judge, guide, taken);
        }
        stopped
    }

    /// Goes to the terminal of step `index`; opens it where it is new.
    fn enter(&mut self, index: usize) -> Result<(), Reason> {
        let step = &self.exercise.steps[index];
        if self.terminals.enter(step.terminal) {
            return Ok(());
        }
        let terminal = umask::open(self.lab, self.mask, self.options.interrupted)
            .map_err(|error| reason_of(&error))?;
        self.terminals.add(step.terminal.number, terminal);
        let folder = folders(&self.exercise.steps)
            .into_iter()
            .nth(index)
            .flatten();
        if let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) {
            let command = format!("cd {}", quoted(&folder.display().to_string()));
            let done = self
                .terminals
                .current()
                .run(&command, WaitFor::Prompt, SMALL_STEP);
            done.map_err(|error| reason_of(&error))?;
        }
        Ok(())
    }

    /// A shell prompts for the first step of `portion`, and its files are there: where
    /// the shell above is stuck or elsewhere, it is ended and another one opened.
    fn begin(&mut self, portion: &Portion, observed: &[Option<Observed>]) -> Result<(), Stopped> {
        let stop = |error: &dyn Diagnose| Stopped::Error(reason_of(error));
        for file in &portion.files {
            let written = umask::write(self.lab, self.mask, &file.path, &file.contents);
            written.map_err(|error| stop(&error))?;
        }
        let Some(first) = self.exercise.steps.get(portion.steps.start) else {
            return Ok(());
        };
        if !self.terminals.enter(first.terminal) || self.terminals.level() == Some(first.level) {
            return Ok(());
        }
        if first.level > 0 {
            let reason = "the shell for this step was not opened, or it hangs";
            return Err(Stopped::Error(reason.into()));
        }
        let typed = observed
            .iter()
            .zip(&self.exercise.steps)
            .filter_map(|(seen, step)| {
                let sent = seen.as_ref()?.observation.sent.as_deref();
                let is_here = step.level == 0 && step.terminal.may_be_of(first.terminal);
                sent.filter(|_| is_here)
            });
        let set = shell_state::set_by(typed).map_err(|command| {
            let reason = format!(
                "the previous shell hangs, and `{command}` changed its state, which later steps need"
            );
            Stopped::Error(reason.into())
        })?;
        let terminal = umask::open(self.lab, self.mask, self.options.interrupted);
        self.terminals
            .renew(terminal.map_err(|error| stop(&error))?);
        for command in set {
            let limit = Duration::from_secs(self.exercise.limits.step);
            let done = self
                .terminals
                .current()
                .run(command, WaitFor::Prompt, limit);
            done.map_err(|error| stop(&error))?;
        }
        Ok(())
    }

    /// Types one step and waits for its end; what says that something is not ready
    /// is asked again.
    fn take_step(
        &mut self,
        index: usize,
        step: &'a Step,
        judge: &mut Judge<'_>,
        guide: Option<&Guide<'_>>,
    ) -> StepOutcome {
        let written = self.write_files(step);
        let written = written.and_then(|()| self.give_listed_files(index));
        let given = match written.and_then(|()| self.give_file(index, step, judge)) {
            Ok(given) => given || edited_file(step).is_some(),
            Err(reason) => return StepOutcome::nothing(Stopped::Error(reason)),
        };
        if edited_file(step).is_some() && !shows_what_was_edited(self.exercise, index) {
            let command = step.command().unwrap_or_default();
            let reason =
                format!("`{command}` edits a file, and the notes do not show what was written");
            return StepOutcome::nothing(Stopped::Error(Reason::from(reason)));
        }
        self.last_start.wait_before(step, self.lab);
        let limit = self.exercise.limit(step);
        let start = Instant::now();
        let since_start = self.last_start.elapsed();
        let mut at_work = AtWork::new();
        let mut asked = 1;
        loop {
            if self.options.interrupted() {
                return StepOutcome::nothing(Stopped::Error(interrupted()));
            }
            let at = now();
            let sent = match self.send(index, step, judge, guide) {
                Ok(sent) => sent,
                Err(stopped) => return StepOutcome::nothing(stopped),
            };
            let printed = match sent.printed {
                Ok(printed) => printed,
                Err(TerminalError::Closed { .. }) if step.ends_the_host_shell() => {
                    return self.log_out(index, sent.command, at);
                }
                Err(error) => return unfinished(sent.command, error, asked, at),
            };
            self.last_start.see(step);
            let (level, first_exit) = (printed.level, printed.first_exit);
            let observed = Observed {
                at,
                guided: sent.guided,
                asked,
                given,
                ..self.observe(
                    index,
                    step,
                    (sent.command, printed),
                    self.then(index, step),
                    guide,
                )
            };
            let comparable = match guide {
                Some(guide) => guide.clone().take(index, &observed.record()),
                None => observed.observation.clone(),
            };
            let is_running = self.is_left(index, &observed);
            let waits = judge
                .waits(index, &comparable, first_exit)
                .filter(|_| !is_running);
            let since = start.elapsed();
            let is_awaited = waits
                .is_some_and(|patience| since < patience.limit(since_start).min(limit))
                && at_work.goes_on((self.exercise, index), since, self.lab);
            if !is_awaited || level != step.level {
                let output = &observed.observation.output;
                let lacking = lacks_compose(step, output);
                let stopped = lacking
                    .clone()
                    .or_else(|| in_another_shell(step, level, output));
                let mut observed = observed;
                if lacking.is_some() {
                    observed.observation.prompt = None;
                }
                return StepOutcome {
                    stopped,
                    observed: Some(observed),
                };
            }
            std::thread::sleep(ASK_AGAIN_AFTER);
            asked += 1;
        }
    }

    /// The host's shell ended as the notes say; what follows is typed in a new one.
    fn log_out(&mut self, index: usize, sent: Option<String>, at: f64) -> StepOutcome {
        let mut stopped = None;
        if index + 1 < self.exercise.steps.len() {
            match umask::open(self.lab, self.mask, self.options.interrupted) {
                Ok(terminal) => self.terminals.renew(terminal),
                Err(error) => stopped = Some(Stopped::Error(reason_of(&error))),
            }
        }
        let observation = Observation {
            sent,
            ..Observation::default()
        };
        let observed = Observed {
            observation,
            at,
            asked: 1,
            ..Observed::default()
        };
        StepOutcome {
            observed: Some(observed),
            stopped,
        }
    }

    /// Types the command of a step, or presses its keys, until it has ended.
    fn send(
        &mut self,
        index: usize,
        step: &'a Step,
        judge: &mut Judge<'_>,
        guide: Option<&Guide<'_>>,
    ) -> Result<SentStep, Stopped> {
        let then = self.then(index, step);
        let limit = self.exercise.limit(step);
        if let Action::Keys(keys) = &step.action {
            self.notify(|watcher| watcher.sends(step, keys.name()));
            return Ok(SentStep {
                command: None,
                guided: false,
                printed: self.terminals.current().press(*keys, then, limit),
            });
        }
        let command = judge.command(index);
        let own = command.map_err(|unbound| Stopped::Unbound(unbound.to_string().into()))?;
        // What is written in an editor is given.
        let own = match edited_file(step) {
            Some(_) => NOTHING.to_owned(),
            None => own,
        };
        self.notify(|watcher| watcher.sends(step, &own));
        let (command, guided) = match guide {
            Some(guide) => {
                let guided = guide.command(&own);
                let differs = guided != own;
                (guide.with_streams(index, guided), differs)
            }
            None => (own, false),
        };
        let password = self.password.clone();
        let dialogue = Dialogue {
            password: password.as_deref(),
            ..self.dialogue(index, step, then)
        };
        let terminal = self.terminals.current();
        let printed = terminal.run_dialogue(&command, dialogue, then, limit);
        Ok(SentStep {
            command: Some(command),
            guided,
            printed,
        })
    }

    /// What the step shows that sent `command`, as the notes could show it.
    pub(super) fn observe(
        &mut self,
        index: usize,
        step: &Step,
        (command, printed): (Option<String>, Printed),
        then: WaitFor,
        guide: Option<&Guide<'_>>,
    ) -> Observed {
        if printed.is_interrupted {
            let command = command.as_deref().unwrap_or_default();
            self.remarks.push(format!(
                "line {}: `{command}` goes on until it is interrupted; labbook did so once the lines of the notes had come",
                step.line
            ));
        }
        let mut observed = Observed {
            observation: observation(command, printed, then),
            ..Observed::default()
        };
        if guide.is_some_and(|guide| guide.marks_streams(index)) {
            observed.split_streams();
        }
        if let Some(namespace) = self.lab.namespace() {
            as_default(namespace, &mut observed.observation.output);
        }
        if let Some(home) = &self.exercise.home
            && author_home::is_of_host(step)
        {
            author_home::show(&self.lab.home(), home, &mut observed.observation.output);
        }
        self.notify(|watcher| watcher.printed(&observed.observation));
        observed
    }

    /// Puts into `one`, what step `index` did after those that were `observed`, what a log
    /// had at the moment that the notes show.
    fn at_a_moment(
        &mut self,
        index: usize,
        one: &mut Observed,
        observed: &[Option<Observed>],
        judge: &Judge<'_>,
        guide: Option<&Guide<'_>>,
    ) {
        let step = &self.exercise.steps[index];
        let (at, streams) = (one.at, one.streams.clone());
        let holds = |observation: &Observation| match guide {
            Some(guide) => {
                let record = RunStep {
                    observation: observation.clone(),
                    at,
                    ..RunStep::default()
                };
                judge.would_pass(index, &guide.clone().take(index, &record))
            }
            None => judge.would_pass(index, observation),
        };
        if !streams.is_empty() || holds(&one.observation) {
            return;
        }
        let sent = |number: usize| observed.get(number)?.as_ref();
        let asked = |number: usize, at: f64| {
            let above = (0..number).rev();
            let waiting = above.take_while(|above| self.exercise.steps[*above].only_waits());
            let first = waiting.last().and_then(sent);
            log_moments::Asked {
                sent: at,
                after: first.map_or(at, |first| first.at),
            }
        };
        let is_cut = |rest: &mut Observation| {
            let followed = index
                .checked_sub(1)
                .and_then(|above| Some((above, sent(above)?)));
            followed.is_some_and(|(number, followed)| {
                let command = followed.observation.sent.as_deref().unwrap_or_default();
                log_moments::cut(command, asked(number, followed.at), step, rest, self.lab)
            })
        };
        let settled = &mut one.observation;
        if log_moments::settle(step, settled, asked(index, at), self.lab, now, holds)
            || is_cut(settled)
        {
            one.asked += 1;
            self.remarks.push(format!(
                "line {}: the log goes on; it is judged as it was at the moment of the notes",
                step.line
            ));
        }
    }

    /// Why labbook refused what `step` did. A call that was refused tells only where it
    /// made the command fail: a client tries some that it can do without.
    fn refused(&self, step: &Step, seen: &Observation) -> Option<Reason> {
        let is_shown = seen.output.iter().any(|line| line.contains(REFUSED));
        let has_failed = seen.exit != Some(0) || is_shown;
        let call = self.lab.refusals().into_iter().next();
        // A private engine has no guard that could tell.
        let is_private = self.engine.kind == "private";
        let command = step.command().filter(|_| is_private && step.on_host());
        call.filter(|_| has_failed)
            .map(Reason::from)
            .or_else(|| refusal(self.exercise, command?, &self.engine))
    }

    fn notify(&self, what: impl FnOnce(&dyn Watcher)) {
        if let Some(watcher) = self.options.watcher {
            what(watcher);
        }
    }

    /// Writes the files whose folder the steps above `step` entered.
    fn write_files(&self, step: &Step) -> Result<(), Reason> {
        let files = self.exercise.files.iter();
        for file in files.filter(|file| file.written_at == Some(step.line)) {
            let written = umask::write(self.lab, self.mask, &file.path, &file.contents);
            written.map_err(|error| reason_of(&error))?;
        }
        Ok(())
    }

    /// Writes the file that `step` shows, where the notes never made it. A path
    /// that holds a value of this run is one that the engine made.
    fn give_file(&self, index: usize, step: &Step, judge: &mut Judge<'_>) -> Result<bool, Reason> {
        let Some((path, text)) = shown_file(step) else {
            return Ok(false);
        };
        let earlier = &self.exercise.steps[..index];
        if is_just_edited(&path, earlier) {
            return self.write_edited(index, &path, &text);
        }
        if path.is_absolute() {
            return Ok(false);
        }
        let typed = self
            .exercise
            .setup
            .iter()
            .map(String::as_str)
            .chain(earlier.iter().filter_map(Step::command));
        if could_concern(&path, typed) {
            return Ok(false);
        }
        // After a `cd` the path is of another folder.
        let folder = folders(&self.exercise.steps[..=index]).pop().flatten();
        let Some(path) = folder.map(|folder| folder.join(path)) else {
            return Ok(false);
        };
        let as_written = judge
            .command(index)
            .is_ok_and(|sent| step.command() == Some(sent.as_str()));
        if !as_written || self.lab.has(&path).map_err(|error| reason_of(&error))? {
            return Ok(false);
        }
        umask::write(self.lab, self.mask, &path, &text).map_err(|error| reason_of(&error))?;
        Ok(true)
    }

    /// Writes the files that the step with number `index` lists and that a later one shows.
    fn give_listed_files(&self, index: usize) -> Result<(), Reason> {
        for (path, text) in listed_files(self.exercise, index) {
            if !self.lab.has(&path).map_err(|error| reason_of(&error))? {
                umask::write(self.lab, self.mask, &path, &text)
                    .map_err(|error| reason_of(&error))?;
            }
        }
        Ok(())
    }

    /// Writes what the step with number `index` shows of a file that was edited right before.
    fn write_edited(&self, index: usize, path: &Path, text: &str) -> Result<bool, Reason> {
        let folder = folders(&self.exercise.steps[..=index]).pop().flatten();
        let written = match folder {
            // The whole machine is the lab's.
            _ if path.is_absolute() && self.engine.kind == "private" => {
                let path = quoted(&path.display().to_string()).into_owned();
                let command = format!("printf %s {} > {path}", quoted(text));
                self.lab.shell(&command, SMALL_STEP).map(|_| ())
            }
            Some(folder) if path.is_relative() => {
                umask::write(self.lab, self.mask, &folder.join(path), text)
            }
            _ => return Ok(false),
        };
        written.map_err(|error| reason_of(&error))?;
        Ok(true)
    }

    /// What may be typed to a program that `step` starts.
    fn dialogue(&self, index: usize, step: &'a Step, then: WaitFor) -> Dialogue<'a> {
        let is_left = matches!(then, WaitFor::Running { .. });
        let next = self.exercise.steps.get(index + 1);
        let ends_in_eof = next.is_some_and(|next| next.keys() == Some(Keys::EndOfFile));
        Dialogue {
            shown: &step.expected,
            ends_in_eof: is_left && ends_in_eof,
            goes_on: step.next.is_some(),
            password: None,
        }
    }

    /// What `before` printed of the step at `index`, where it printed that very line,
    /// prompt and command: the step is output then and must not be typed. What stands
    /// above the line is left to `before`.
    fn printed_step(&self, index: usize, before: &mut Observed) -> Option<Observed> {
        let step = self.exercise.steps.get(index)?;
        step.command()?;
        let source = &self.exercise.source;
        let shown: Vec<&str> = (step.line..=step.last_typed_line())
            .map(|line| source.text()[source.line_range(line)].trim())
            .collect();
        let output = &mut before.observation.output;
        let at = output.windows(shown.len()).position(|lines| {
            let mut pairs = lines.iter().zip(&shown);
            pairs.all(|(line, shown)| line.trim() == *shown)
        })?;
        let rest = output.drain(at..).skip(shown.len()).collect();
        let streams = before.streams.iter().skip(at + shown.len()).cloned();
        let streams = streams.collect();
        before.streams.truncate(at);
        Some(Observed {
            observation: Observation {
                sent: None,
                output: rest,
                ..before.observation.clone()
            },
            streams,
            ..before.clone()
        })
    }

    /// What the notes show next.
    fn then(&self, index: usize, step: &Step) -> WaitFor {
        if may_be_left(self.exercise, index) {
            return until_left(self.exercise, index);
        }
        match &step.next {
            Some((_, level)) if *level > step.level => WaitFor::NestedShell,
            Some((_, level)) if *level == step.level => until_prompt(step),
            Some(_) => WaitFor::Prompt,
            None => match self.exercise.steps.get(index + 1) {
                // Keys on a line of their own without a prompt before them were pressed
                // while it ran; those that only the prompt of an outer shell tells of,
                // after it.
                Some(next)
                    if next.keys().is_some()
                        && next.prompt == step.prompt
                        && next.line > step.line =>
                {
                    let reads_to_end = next.keys() == Some(Keys::EndOfFile);
                    WaitFor::Running {
                        elides: step.expected.iter().any(|line| line.elision),
                        lines: step
                            .expected
                            .iter()
                            .filter(|line| !line.elision)
                            // Where lines were typed, an empty one may have been too.
                            .filter(|line| reads_to_end || !line.text.is_empty())
                            .count(),
                    }
                }
                _ if step.command().is_some_and(session::opens_shell) => WaitFor::NestedShell,
                _ => until_prompt(step),
            },
        }
    }
}

/// The prompt of the same shell follows: the author pressed Ctrl-C where the command
/// does not end by itself.
fn until_prompt(step: &Step) -> WaitFor {
    match step.command().is_some_and(ProgramCall::follows_for_ever) {
        true => WaitFor::Interrupted {
            lines: step.lines_shown(),
        },
        false => WaitFor::Prompt,
    }
}

/// The password that a command of the notes sets by a variable
/// (`-e MYSQL_ROOT_PASSWORD=...`).
fn password_of(exercise: &Exercise) -> Option<String> {
    let commands = exercise.steps.iter().filter_map(Step::command);
    let words = commands.flat_map(crate::shell::words);
    let mut values = words.filter_map(|word| {
        let (name, value) = word.split_once('=')?;
        name.ends_with("PASSWORD").then(|| value.to_owned())
    });
    values.next_back()
}

/// A step that was typed.
struct SentStep {
    /// The command, unless it was keys.
    command: Option<String>,
    /// Whether the command has values of an earlier run.
    guided: bool,
    printed: Result<Printed, TerminalError>,
}

/// What came of taking a step.
struct StepOutcome {
    observed: Option<Observed>,
    stopped: Option<Stopped>,
}

impl StepOutcome {
    fn nothing(stopped: Stopped) -> Self {
        Self {
            observed: None,
            stopped: Some(stopped),
        }
    }
}

/// Shows the lab's namespace as the one that it stands for. Its name is longer: a table
/// that holds it keeps its columns apart.
fn as_default(namespace: &str, output: &mut [String]) {
    for line in output.iter_mut().filter(|line| line.contains(namespace)) {
        *line = line.replace(namespace, "default");
    }
}

fn observation(sent: Option<String>, printed: Printed, then: WaitFor) -> Observation {
    let may_go_on = matches!(then, WaitFor::Running { .. } | WaitFor::Quiet { .. });
    let goes_on = may_go_on && printed.prompt.is_empty();
    Observation {
        sent,
        output: printed.output,
        exit: printed.exit,
        prompt: (!goes_on).then_some(printed.prompt),
        typed: printed.typed,
    }
}

/// A step that could not be run to its end.
fn unfinished(sent: Option<String>, error: TerminalError, asked: usize, at: f64) -> StepOutcome {
    let reason = reason_of(&error);
    let output = error.output();
    let output = output[output.len().saturating_sub(LAST_LINES)..].to_vec();
    let observation = Observation {
        sent,
        output,
        ..Observation::default()
    };
    StepOutcome {
        observed: Some(Observed {
            observation,
            at,
            asked,
            ..Observed::default()
        }),
        stopped: Some(Stopped::Error(reason)),
    }
}

/// Says that the client knows no `docker compose`, where the notes do not show that: then
/// it takes what follows for options of its own.
fn lacks_compose(step: &Step, output: &[String]) -> Option<Stopped> {
    const HELP: &str = "'docker --help'";
    let calls = ProgramCall::all_of_docker(step.command()?);
    let is_asked = calls.iter().any(Invocation::is_of_compose);
    let is_printed = output.iter().any(|line| line.contains(HELP));
    let is_shown = step.expected.iter().any(|line| line.text.contains(HELP));
    let reason = "this engine's client has no `docker compose`: install Docker Compose there, or verify on \
                  an engine that has it";
    (is_asked && is_printed && !is_shown).then(|| Stopped::Error(reason.into()))
}

/// Why an exercise cannot go on after `step`, which left a shell of `level`; none where the
/// notes go on there.
fn in_another_shell(step: &Step, level: usize, output: &[String]) -> Option<Stopped> {
    let (_, wanted) = step.next.as_ref().filter(|(_, wanted)| *wanted != level)?;
    let (kind, text) = if *wanted > step.level && level <= step.level {
        (
            ReasonKind::ShellNotOpened,
            "the shell that the notes show next did not come up",
        )
    } else if *wanted < step.level && level >= step.level {
        (
            ReasonKind::ShellNotEnded,
            "the notes show an outer shell next, but the inner one goes on",
        )
    } else {
        (
            ReasonKind::ShellEnded,
            "the inner shell has ended, but the notes go on in it",
        )
    };
    let cause = judge::likely_cause(output.iter().map(String::as_str));
    Some(Stopped::Failed(Reason::new(kind, text).with_cause(cause)))
}

/// The script that an exercise is judged by.
pub(super) fn script<'s>(
    exercise: &'s Exercise,
    surroundings: &'s Surroundings,
) -> JudgedExercise<'s> {
    JudgedExercise {
        steps: &exercise.steps,
        setup: &exercise.setup,
        files: exercise.file_texts(),
        surroundings,
    }
}

/// The seconds since 1970.
fn now() -> f64 {
    let passed = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    passed.map_or(0.0, |passed| passed.as_secs_f64())
}
