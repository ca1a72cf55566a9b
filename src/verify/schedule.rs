//! Exercises over engines and workers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::engine::Engine;
use crate::exercise::Exercise;
use crate::judge::Observation;
use crate::results::{ExerciseResult, Verdict, mask};
use crate::session::Step;

use super::page::run_sections;
use super::run::{RunOptions, Watcher};

/// One exercise to be run on one engine.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Which of the engines, by index.
    pub engine: usize,
}

/// Told what is being run.
pub trait RunProgress: Sync + std::fmt::Debug {
    /// A worker begins with a job.
    fn begins(&self, exercise: &Exercise, engine: &str);
    /// A step of it is being sent.
    fn sends(&self, exercise: &Exercise, engine: &str, step: &Step, typed: &str);
    /// What the step did.
    fn printed(&self, exercise: &Exercise, engine: &str, observation: &Observation);
    /// A job is done.
    fn ends(&self, result: &ExerciseResult);
    /// A job was under way when the user interrupted; its lab is closed.
    fn stopped(&self, result: &ExerciseResult);
}

/// Jobs in one lab whose steps are shown in the progress of all.
#[derive(Debug)]
struct LabProgress<'a> {
    progress: &'a dyn RunProgress,
    exercises: &'a [&'a Exercise],
    engine: &'a str,
    /// The line, in the notes, of the step that was sent last.
    line: AtomicUsize,
}

impl LabProgress<'_> {
    /// The exercise of the step that was sent last.
    fn exercise(&self) -> Option<&Exercise> {
        let line = self.line.load(Ordering::Relaxed);
        let above = |exercise: &&&Exercise| exercise.line <= line;
        let own = self.exercises.iter().rfind(above);
        own.or(self.exercises.first()).copied()
    }
}

impl Watcher for LabProgress<'_> {
    fn sends(&self, step: &Step, typed: &str) {
        self.line.store(step.line, Ordering::Relaxed);
        if let Some(exercise) = self.exercise() {
            self.progress.sends(exercise, self.engine, step, typed);
        }
    }

    fn printed(&self, observation: &Observation) {
        if let Some(exercise) = self.exercise() {
            self.progress.printed(exercise, self.engine, observation);
        }
    }
}

/// Runs `jobs` on `engines` with at most `workers` at once, and on each engine
/// at most as many as it can hold; sections of one page in one lab. Results are in the
/// order of the jobs. Jobs that had not ended when the user interrupted are left out
/// (what they saw is no evidence), and those that had not begun when one failed that
/// all were to end with.
pub fn schedule(
    jobs: &[Job<'_>],
    engines: &[Box<dyn Engine>],
    workers: usize,
    options: RunOptions<'_>,
    progress: &dyn RunProgress,
) -> Vec<ExerciseResult> {
    let units = units(jobs);
    let queue = Queue::new(&units, engines);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, units.len().max(1)) {
            scope.spawn(|| {
                while let Some(index) = queue.next(options.interrupted) {
                    let unit = &units[index];
                    let engine = engines[unit.engine].as_ref();
                    let name = engine.info().name;
                    let exercises: Vec<&Exercise> =
                        unit.jobs.iter().map(|job| jobs[*job].exercise).collect();
                    for exercise in &exercises {
                        progress.begins(exercise, &name);
                    }
                    let of_lab = LabProgress {
                        progress,
                        exercises: &exercises,
                        engine: &name,
                        line: AtomicUsize::new(0),
                    };
                    let options = RunOptions {
                        watcher: Some(&of_lab),
                        ..options
                    };
                    let results = run_sections(&exercises, engine, options);
                    queue.finished(unit.engine);
                    if options.interrupted() {
                        results.iter().for_each(|result| progress.stopped(result));
                        continue;
                    }
                    let failed = |result: &ExerciseResult| result.verdict == Verdict::Failed;
                    if options.fail_fast && results.iter().any(failed) {
                        queue.clear();
                    }
                    let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                    for (job, mut result) in unit.jobs.iter().zip(results) {
                        mask(&mut result);
                        progress.ends(&result);
                        done.push((*job, result));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Jobs that are run as one: the sections of a page, or a single one.
struct Unit {
    /// By index.
    jobs: Vec<usize>,
    engine: usize,
}

/// The units of `jobs`, in the order of their first ones.
fn units(jobs: &[Job<'_>]) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut of_page = HashMap::new();
    for (index, job) in jobs.iter().enumerate() {
        let page = job.exercise.part.as_ref();
        let page = page.map(|part| (Arc::as_ptr(&part.page), job.engine));
        let unit = page.map(|page| *of_page.entry(page).or_insert(units.len()));
        match unit.and_then(|unit| units.get_mut(unit)) {
            Some(unit) => unit.jobs.push(index),
            None => units.push(Unit {
                jobs: vec![index],
                engine: job.engine,
            }),
        }
    }
    for unit in &mut units {
        let number = |job: &usize| jobs[*job].exercise.part.as_ref().map(|part| part.number);
        unit.jobs.sort_by_key(number);
    }
    units
}

/// The units that wait, and how many more each engine can take.
struct Queue<'a> {
    state: Mutex<QueueState>,
    freed: Condvar,
    units: &'a [Unit],
}

struct QueueState {
    waiting: VecDeque<usize>,
    free: Vec<usize>,
}

impl<'a> Queue<'a> {
    fn new(units: &'a [Unit], engines: &[Box<dyn Engine>]) -> Self {
        let free = engines
            .iter()
            .map(|engine| engine.labs_at_once().unwrap_or(usize::MAX))
            .collect();
        Self {
            state: Mutex::new(QueueState {
                waiting: (0..units.len()).collect(),
                free,
            }),
            freed: Condvar::new(),
            units,
        }
    }

    /// The next unit whose engine has room; waits for room; none when none is
    /// left or the user interrupted.
    fn next(&self, interrupted: Option<&AtomicBool>) -> Option<usize> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if state.waiting.is_empty()
                || interrupted.is_some_and(|flag| flag.load(Ordering::Relaxed))
            {
                return None;
            }
            let ready = state
                .waiting
                .iter()
                .position(|index| state.free[self.units[*index].engine] > 0);
            if let Some(index) = ready.and_then(|at| state.waiting.remove(at)) {
                let free = &mut state.free[self.units[index].engine];
                *free = free.saturating_sub(usize::from(*free != usize::MAX));
                return Some(index);
            }
            state = self
                .freed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn clear(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.clear();
    }

    fn finished(&self, engine: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.free[engine] != usize::MAX {
            state.free[engine] += 1;
        }
        self.freed.notify_all();
    }
}
