//! A program that goes on in its terminal while others are typed at.
//!
//! ```text
//!     docker run nginx      typed, and left once it is quiet      observed: its first lines
//!     curl localhost        typed in another terminal             observed: one line more
//!     (the notes go on)     it shows all that they show, or is waited for, or interrupted
//! ```

use std::time::Duration;

use crate::exercise::Exercise;
use crate::judge::{Judge, JudgedExercise, Observation};
use crate::session::Keys;
use crate::terminal::{Printed, WaitFor};

use super::outcome::{Observed, Stopped};
use super::run::{ExerciseRun, reason_of};
use super::terminals::{
    LeftRunning, ends_the_notes, is_ended_by_key, is_left_unseen, may_be_left, takes_from,
};
use super::twice::Guide;

/// How long a program in another terminal says nothing more about what was just typed, one that
/// was left has done what it does, and one that the notes show ended goes on by itself.
const ANSWERED: Duration = Duration::from_millis(150);
const DONE: Duration = Duration::from_secs(1);
const ENDED: Duration = Duration::from_secs(5);

/// The same of a program that has printed fewer lines than the notes show.
const SHORT: Duration = Duration::from_secs(2);

/// How long nothing more may come of what the notes show a program to print that was left, or
/// with which they end.
const MISSING: Duration = Duration::from_secs(10);

/// How long a program may take to end that is interrupted: compose stops its containers first.
const FAREWELL: Duration = Duration::from_secs(15);

/// How many lines a program may have printed more than the notes show of it.
const LONGEST_CUT: usize = 200;

/// What the steps did that were taken so far.
pub(super) struct Taken {
    pub(super) observed: Vec<Option<Observed>>,
    /// The same as it is judged.
    pub(super) judged: Vec<Option<Observation>>,
    /// What the program of the step above printed of a step, by its index, which then is not
    /// typed.
    pub(super) printed: Option<(usize, Observed)>,
    /// Whether a step did more since it was judged.
    pub(super) is_behind: bool,
}

impl Taken {
    /// Of `count` steps none.
    pub(super) fn new(count: usize) -> Self {
        let mut observed = Vec::new();
        observed.resize_with(count, || None);
        Self {
            observed,
            judged: vec![None; count],
            printed: None,
            is_behind: false,
        }
    }

    /// A judge of all that was taken.
    pub(super) fn judged_again<'s>(&self, script: JudgedExercise<'s>) -> Judge<'s> {
        let mut judge = Judge::new(script);
        for (index, observation) in self.judged.iter().enumerate() {
            if let Some(observation) = observation
                .as_ref()
                .filter(|_| self.observed[index].is_some())
            {
                judge.observe(index, observation.clone());
            }
        }
        judge
    }
}

/// When step `index` of `exercise` is left: one that the notes show ended may only work in
/// silence, and for the last one it is waited until its limit.
pub(super) fn until_left(exercise: &Exercise, index: usize) -> WaitFor {
    let step = &exercise.steps[index];
    let shows_end = step.next.is_some()
        && !is_ended_by_key(exercise, index)
        && !is_left_unseen(exercise, index);
    let (whole, short) = match ends_the_notes(exercise, index) {
        true => (MISSING, Duration::MAX),
        false if shows_end => (ENDED, ENDED),
        false => (DONE, SHORT),
    };
    WaitFor::Quiet {
        lines: step.lines_shown(),
        whole,
        short,
    }
}

/// Until nothing comes for `time`.
fn quiet_for(time: Duration) -> WaitFor {
    WaitFor::Quiet {
        lines: 0,
        whole: time,
        short: time,
    }
}

impl ExerciseRun<'_> {
    /// Whether the program of step `index`, which did what was `observed`, was left running.
    pub(super) fn is_left(&self, index: usize, observed: &Observed) -> bool {
        let may_be_left = may_be_left(self.exercise, index);
        may_be_left && observed.observation.prompt.is_none() && observed.observation.exit.is_none()
    }

    /// Takes what programs in other terminals than that of step `index` printed meanwhile.
    pub(super) fn look_at_others(
        &mut self,
        index: usize,
        judge: &Judge<'_>,
        guide: &mut Option<Guide<'_>>,
        taken: &mut Taken,
    ) -> Option<Stopped> {
        let wait = quiet_for(ANSWERED);
        for left in self.terminals.left() {
            if left.step == index {
                continue;
            }
            if let Err(stopped) = self.go_on(left, wait, guide.as_ref(), taken) {
                return Some(stopped);
            }
            if !left.is_settled {
                self.settle(left.step, judge, guide, taken);
            }
        }
        None
    }

    /// Adds what the program of step `left` printed since, until `wait` has happened.
    fn go_on(
        &mut self,
        left: LeftRunning,
        wait: WaitFor,
        guide: Option<&Guide<'_>>,
        taken: &mut Taken,
    ) -> Result<(), Stopped> {
        let step = &self.exercise.steps[left.step];
        self.terminals.enter(step.terminal);
        if self.terminals.current().is_prompting() {
            return Ok(());
        }
        let limit = self.exercise.limit(step);
        let printed = self.terminals.current().go_on(wait, limit);
        let printed = printed.map_err(|error| Stopped::Error(reason_of(&error)))?;
        self.add(left, printed, wait, guide, taken);
        Ok(())
    }

    /// Adds what was `printed` to what a step did, unless it has shown all that the notes show.
    fn add(
        &mut self,
        left: LeftRunning,
        printed: Printed,
        wait: WaitFor,
        guide: Option<&Guide<'_>>,
        taken: &mut Taken,
    ) {
        let step = &self.exercise.steps[left.step];
        let more = self.observe(left.step, step, (None, printed), wait, guide);
        let Some(observed) = taken.observed[left.step]
            .as_mut()
            .filter(|_| !left.is_settled)
        else {
            return;
        };
        observed.observation.output.extend(more.observation.output);
        observed.streams.extend(more.streams);
        observed.observation.prompt = more.observation.prompt;
        observed.observation.exit = more.observation.exit;
    }

    /// The notes go on in the terminal of a program that was left running, or end: it has done
    /// what it does, or is interrupted where they show another prompt.
    pub(super) fn finish_left(
        &mut self,
        left: LeftRunning,
        judge: &Judge<'_>,
        guide: &mut Option<Guide<'_>>,
        taken: &mut Taken,
    ) -> Result<(), Stopped> {
        let step = &self.exercise.steps[left.step];
        let quiet = match left.is_settled {
            true => DONE,
            false => MISSING,
        };
        if !ends_the_notes(self.exercise, left.step) {
            self.go_on(left, quiet_for(quiet), guide.as_ref(), taken)?;
        }
        self.terminals.enter(step.terminal);
        let goes_on = !self.terminals.current().is_prompting();
        if goes_on && step.next.is_some() && !is_ended_by_key(self.exercise, left.step) {
            match is_left_unseen(self.exercise, left.step) {
                true => self.interrupt(left, guide.as_ref(), taken)?,
                false => self.go_on(left, WaitFor::Prompt, guide.as_ref(), taken)?,
            }
        }
        if !left.is_settled {
            self.settle(left.step, judge, guide, taken);
        }
        if let Some(observed) = taken.observed[left.step]
            .as_ref()
            .filter(|_| !left.is_settled)
        {
            taken.judged[left.step] = Some(match guide {
                Some(guide) => guide.take(left.step, &observed.record()),
                None => observed.observation.clone(),
            });
            taken.is_behind = true;
        }
        self.terminals.enter(step.terminal);
        self.terminals.set_left(None);
        Ok(())
    }

    /// The program that still has what step `index` asks for, and goes on.
    pub(super) fn left_in_the_way_of(&mut self, index: usize) -> Option<LeftRunning> {
        let left = self.terminals.left().into_iter();
        let mut in_the_way = left.filter(|left| takes_from(self.exercise, index, left.step));
        in_the_way.find(|left| {
            self.terminals
                .enter(self.exercise.steps[left.step].terminal);
            !self.terminals.current().is_prompting()
        })
    }

    /// Ends the program of a step above, as the author did without showing it.
    pub(super) fn end_left(
        &mut self,
        left: LeftRunning,
        judge: &Judge<'_>,
        guide: &mut Option<Guide<'_>>,
        taken: &mut Taken,
    ) -> Result<(), Stopped> {
        self.finish_left(left, judge, guide, taken)?;
        if !self.terminals.current().is_prompting() {
            let settled = LeftRunning {
                is_settled: true,
                ..left
            };
            self.interrupt(settled, guide.as_ref(), taken)?;
        }
        Ok(())
    }

    /// Presses the key that ends a program, which the notes do not show.
    fn interrupt(
        &mut self,
        left: LeftRunning,
        guide: Option<&Guide<'_>>,
        taken: &mut Taken,
    ) -> Result<(), Stopped> {
        let step = &self.exercise.steps[left.step];
        let terminal = self.terminals.current();
        let pressed = terminal.press(Keys::Interrupt, WaitFor::Prompt, FAREWELL);
        let pressed = pressed.map_err(|error| Stopped::Error(reason_of(&error)))?;
        // It ends as the key says, not as the notes do.
        let pressed = Printed {
            exit: None,
            ..pressed
        };
        self.add(left, pressed, WaitFor::Prompt, guide, taken);
        self.remarks.push(format!(
            "line {}: `{}` goes on until it is interrupted; labbook did so where the notes go on without it",
            step.line,
            step.command().unwrap_or_default()
        ));
        Ok(())
    }

    /// Takes what the program of step `left` printed for all that the notes show of it, where
    /// that holds: what an open program prints later, they do not claim.
    pub(super) fn settle(
        &mut self,
        left: usize,
        judge: &Judge<'_>,
        guide: &mut Option<Guide<'_>>,
        taken: &mut Taken,
    ) {
        let Some(observed) = &mut taken.observed[left] else {
            return;
        };
        let step = &self.exercise.steps[left];
        let has_ended = observed.observation.prompt.is_some();
        let may_be_cut = !has_ended && (step.next.is_none() || is_left_unseen(self.exercise, left));
        let as_noted = |observed: &Observed, guide: &Option<Guide<'_>>| match guide {
            Some(guide) => guide.clone().take(left, &observed.record()),
            None => observed.observation.clone(),
        };
        let holds = |observed: &Observed| judge.would_pass(left, &as_noted(observed, guide));
        let shown = step.expected.iter().filter(|line| !line.elision).count();
        let whole = observed.observation.output.len();
        let shortest = match may_be_cut || is_ended_by_key(self.exercise, left) {
            true => shown.max(whole.saturating_sub(LONGEST_CUT)).min(whole),
            false => whole,
        };
        let cut = |length: usize| {
            let mut cut = observed.clone();
            cut.observation.output.truncate(length);
            cut.streams.truncate(length);
            cut
        };
        let held = (shortest..=whole).rev().map(cut).find(holds);
        let is_settled = held.is_some() && (may_be_cut || is_ended_by_key(self.exercise, left));
        if !is_settled && !has_ended {
            return;
        }
        if let Some(held) = held {
            *observed = held;
        }
        taken.judged[left] = Some(match guide {
            Some(guide) => guide.take(left, &observed.record()),
            None => observed.observation.clone(),
        });
        taken.is_behind = true;
        self.terminals.enter(step.terminal);
        self.terminals.set_left((!has_ended).then_some(LeftRunning {
            step: left,
            is_settled: true,
        }));
    }
}
