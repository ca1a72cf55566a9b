//! What is being run, and what is known: rows of verdicts, and below them on a
//! terminal what runs now.
//!
//! ```text
//!     passed      0.8 s  note.md:28  How do I ...                stays
//!     ⠋ 12s note.md:40  3/7  docker run -it ubuntu bash          while it runs
//!     4/9 exercises
//! ```

use std::collections::HashMap;
use std::fmt::{Debug, Formatter};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::exercise::Exercise;
use crate::judge::Observation;
use crate::report::{self, Detail, visible};
use crate::results::ExerciseResult;
use crate::session::Step;
use crate::verify::RunProgress;

use super::{columns, say};

/// Where rows go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rows {
    /// They are the first part of the report.
    Stdout,
    /// stdout has a report in another form.
    Stderr,
    /// Nowhere.
    Hidden,
}

/// Rows, and what runs; the latter only where stderr is a terminal.
pub(super) struct Live {
    rows: Rows,
    detail: Detail,
    with_engine: bool,
    all: MultiProgress,
    whole: ProgressBar,
    running: Mutex<HashMap<(String, String), ProgressBar>>,
    stopped: Mutex<Vec<ExerciseResult>>,
}

impl Debug for Live {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Live").finish_non_exhaustive()
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Live {
    /// For `count` exercises, on several engines where `with_engine`.
    pub(super) fn new(count: usize, rows: Rows, detail: Detail, with_engine: bool) -> Self {
        let all = MultiProgress::new();
        let whole = ProgressBar::new(count as u64).with_style(style("{pos}/{len} exercises"));
        let whole = all.add(match detail {
            Detail::Quiet => ProgressBar::hidden(),
            _ => whole,
        });
        whole.tick();
        Self {
            rows,
            detail,
            with_engine,
            all,
            whole,
            running: Mutex::default(),
            stopped: Mutex::default(),
        }
    }

    /// Shows a result that is known.
    pub(super) fn row(&self, result: &ExerciseResult) {
        let on_stdout = self.rows == Rows::Stdout;
        let columns = if on_stdout { columns() } else { None };
        let row = report::row(result, columns, self.with_engine);
        self.all.suspend(|| match self.rows {
            // Where it cannot be written, the report below cannot either.
            Rows::Stdout => drop(say(&row)),
            Rows::Stderr => anstream::eprint!("{row}"),
            Rows::Hidden => {}
        });
    }

    /// Tells what became of a shard; that it is lost is no progress, and always shown.
    pub(super) fn shard(&self, name: &str, what: &str, is_lost: bool) {
        if is_lost || self.detail != Detail::Quiet {
            self.all
                .suspend(|| anstream::eprintln!("{name} {}", visible(what)));
        }
    }

    /// Takes what runs off the screen, and gives the exercises that were stopped.
    pub(super) fn finish(self) -> Vec<ExerciseResult> {
        self.whole.finish_and_clear();
        let _ = self.all.clear();
        self.stopped
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn with_bar(&self, id: &str, engine: &str, what: impl FnOnce(&ProgressBar)) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = running.get(&(id.to_owned(), engine.to_owned())) {
            what(bar);
        }
    }

    fn take_off(&self, result: &ExerciseResult) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bar) = running.remove(&(result.id.clone(), result.engine.clone())) {
            bar.finish_and_clear();
        }
    }

    /// What the session of `exercise` shows, line by line.
    fn session(&self, exercise: &Exercise, engine: &str, lines: impl Iterator<Item = String>) {
        let name = self.name(exercise, engine);
        self.all.suspend(|| {
            for line in lines {
                anstream::eprintln!("{name} | {}", visible(&line));
            }
        });
    }

    /// The exercise's place, with its engine where there are several.
    fn name(&self, exercise: &Exercise, engine: &str) -> String {
        let place = exercise.source.path().display();
        let on = match self.with_engine {
            true => format!(" on {engine}"),
            false => String::new(),
        };
        visible(&format!("{place}:{}{on}", exercise.line)).into_owned()
    }
}

impl RunProgress for Live {
    fn begins(&self, exercise: &Exercise, engine: &str) {
        if self.detail == Detail::Quiet {
            return;
        }
        let bar = ProgressBar::new_spinner().with_style(style("{spinner} {elapsed:>3} {wide_msg}"));
        let bar = self.all.insert_before(&self.whole, bar);
        bar.set_prefix(self.name(exercise, engine));
        let images = match exercise.images.is_empty() {
            true => String::new(),
            false => format!(", images {}", exercise.images.join(", ")),
        };
        bar.set_message(format!("{}  lab{}", bar.prefix(), visible(&images)));
        bar.enable_steady_tick(Duration::from_millis(120));
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.insert((exercise.id.clone(), engine.to_owned()), bar);
    }

    fn sends(&self, exercise: &Exercise, engine: &str, step: &Step, typed: &str) {
        let number = exercise.steps.iter().position(|other| other == step);
        let first = typed.lines().next().unwrap_or_default();
        self.with_bar(&exercise.id, engine, |bar| {
            bar.set_message(format!(
                "{}  {}/{}  {}",
                bar.prefix(),
                number.map_or(0, |number| number + 1),
                exercise.steps.len(),
                visible(first)
            ));
            bar.reset_elapsed();
        });
        if self.detail == Detail::Verbose {
            let prompt = step.prompt.text.trim_end();
            let lines = typed.lines().map(|line| format!("{prompt} {line}"));
            self.session(exercise, engine, lines);
        }
    }

    fn printed(&self, exercise: &Exercise, engine: &str, observation: &Observation) {
        if self.detail == Detail::Verbose {
            let lines = observation.output.iter();
            self.session(
                exercise,
                engine,
                lines.map(|line| report::without_filling(line)),
            );
        }
    }

    fn ends(&self, result: &ExerciseResult) {
        self.take_off(result);
        self.row(result);
        self.whole.inc(1);
    }

    fn stopped(&self, result: &ExerciseResult) {
        self.take_off(result);
        let mut stopped = self.stopped.lock().unwrap_or_else(PoisonError::into_inner);
        stopped.push(result.clone());
    }
}
