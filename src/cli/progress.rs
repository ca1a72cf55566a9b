//! What is being run, on stderr, where that is a terminal.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::exercise::Exercise;
use crate::results::ExerciseResult;
use crate::verify::Progress;

/// A spinner for each exercise that runs; nothing where stderr is no terminal.
pub struct Spinners {
    all: MultiProgress,
    whole: ProgressBar,
    running: Mutex<HashMap<(String, String), ProgressBar>>,
}

impl Spinners {
    /// For `count` exercises.
    pub fn new(count: usize) -> Self {
        let all = MultiProgress::new();
        let style = ProgressStyle::with_template("{pos}/{len} exercises")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let whole = all.add(ProgressBar::new(count as u64).with_style(style));
        whole.tick();
        Self {
            all,
            whole,
            running: Mutex::default(),
        }
    }

    /// Takes everything off the screen.
    pub fn finish(&self) {
        self.whole.finish_and_clear();
        let _ = self.all.clear();
    }
}

impl Progress for Spinners {
    fn begins(&self, exercise: &Exercise, engine: &str) {
        let bar = self
            .all
            .insert_before(&self.whole, ProgressBar::new_spinner());
        bar.set_message(format!("{} on {engine}", exercise.id));
        bar.enable_steady_tick(Duration::from_millis(120));
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert((exercise.id.clone(), engine.to_owned()), bar);
    }

    fn ends(&self, result: &ExerciseResult) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = running.remove(&(result.id.clone(), result.engine.clone())) {
            bar.finish_and_clear();
        }
        self.whole.inc(1);
    }
}
