//! Exercises over engines and workers.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::engine::Engine;
use crate::exercise::Exercise;
use crate::results::{ExerciseResult, mask};

use super::run::{RunOptions, run_exercise};

/// One exercise to be run on one engine.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    /// The exercise.
    pub exercise: &'a Exercise,
    /// Which of the engines, by index.
    pub engine: usize,
}

/// Told what is being run.
pub trait Progress: Sync {
    /// A worker begins with a job.
    fn begins(&self, exercise: &Exercise, engine: &str);
    /// A job is done.
    fn ends(&self, result: &ExerciseResult);
}

/// Runs `jobs` on `engines` with at most `workers` at once, and on each engine
/// at most as many as it can hold. Results are in the order of the jobs; jobs
/// that had not begun when the user interrupted are left out.
pub fn schedule(
    jobs: &[Job<'_>],
    engines: &[Box<dyn Engine>],
    workers: usize,
    options: RunOptions<'_>,
    progress: &dyn Progress,
) -> Vec<ExerciseResult> {
    let queue = Queue::new(jobs, engines);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..workers.clamp(1, jobs.len().max(1)) {
            scope.spawn(|| {
                while let Some(index) = queue.next(options.interrupted) {
                    let job = jobs[index];
                    let engine = engines[job.engine].as_ref();
                    progress.begins(job.exercise, &engine.info().name);
                    let mut result = run_exercise(job.exercise, engine, options);
                    mask(&mut result);
                    queue.finished(job.engine);
                    progress.ends(&result);
                    done.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push((index, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// The jobs that wait, and how many more each engine can take.
struct Queue<'a> {
    state: Mutex<State>,
    freed: Condvar,
    jobs: &'a [Job<'a>],
}

struct State {
    waiting: VecDeque<usize>,
    free: Vec<usize>,
}

impl<'a> Queue<'a> {
    fn new(jobs: &'a [Job<'a>], engines: &[Box<dyn Engine>]) -> Self {
        let free = engines
            .iter()
            .map(|engine| engine.labs_at_once().unwrap_or(usize::MAX))
            .collect();
        Self {
            state: Mutex::new(State {
                waiting: (0..jobs.len()).collect(),
                free,
            }),
            freed: Condvar::new(),
            jobs,
        }
    }

    /// The next job whose engine has room; waits for room; none when no job is
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
                .position(|index| state.free[self.jobs[*index].engine] > 0);
            if let Some(index) = ready.and_then(|at| state.waiting.remove(at)) {
                let free = &mut state.free[self.jobs[index].engine];
                *free = free.saturating_sub(usize::from(*free != usize::MAX));
                return Some(index);
            }
            state = self
                .freed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn finished(&self, engine: usize) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.free[engine] != usize::MAX {
            state.free[engine] += 1;
        }
        self.freed.notify_all();
    }
}
