//! What notes take for granted: made before the first step where a row of the notes tells
//! how, else named.

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::docker::ids::is_id;
use crate::docker::{OperandKind, ProgramCall};
use crate::engine::Lab;
use crate::exercise::{Exercise, TakenForGranted};
use crate::judge::StepVerdict;
use crate::reason::{Reason, ReasonKind};
use crate::results::{ExerciseResult, StepResult};
use crate::session::{Granted, Provision, Step};
use crate::shell::quoted;

use super::ANSWER;
use super::follows::Missing;

/// How long a container may take to come to the state that the notes show.
const SETTLE: Duration = Duration::from_secs(5);

/// Makes what `exercise` takes for granted and a row of its notes tells all of; gives what
/// was made, in sentences.
pub(super) fn provide(exercise: &Exercise, lab: &dyn Lab) -> Vec<String> {
    let made = exercise.granted.iter().map(|granted| &granted.thing);
    let mut made: Vec<(&Granted, &Provision)> = made
        .filter_map(|thing| Some((thing, thing.made.as_ref()?)))
        .collect();
    // The newest container is listed first.
    made.sort_by_key(|(_, made)| std::cmp::Reverse(made.line));
    made.into_iter()
        .map(|(thing, made)| match made_by(lab, thing, made) {
            Some(command) => format!("given, as line {} lists it: {command}", made.line),
            None => format!(
                "the {} `{}` of line {} could not be made as it is listed",
                thing.kind(),
                thing.name,
                made.line
            ),
        })
        .collect()
}

/// The command that made `thing`; none where none did, and nothing is left.
fn made_by<'m>(lab: &dyn Lab, thing: &Granted, made: &'m Provision) -> Option<&'m str> {
    made.commands.iter().map(String::as_str).find(|command| {
        let ended = lab.shell(command, ANSWER);
        let is_made = ended.is_ok_and(|ended| ended.status == Some(0));
        let holds = is_made && (thing.thing != OperandKind::Container || settles(lab, thing, made));
        if !holds && thing.thing == OperandKind::Container {
            // What a command that failed left is in the way of the next.
            let remove = format!("docker rm -f {}", quoted(&thing.name));
            let _ = lab.shell(&remove, ANSWER);
        }
        holds
    })
}

/// Whether the container is as its row tells: its command, and its state.
fn settles(lab: &dyn Lab, thing: &Granted, made: &Provision) -> bool {
    let ask = |format: &str| {
        let answer = lab.docker(&["inspect", "--format", format, &thing.name], ANSWER);
        let answer = answer.ok().filter(|answer| answer.status == Some(0));
        answer.map(|answer| answer.stdout.trim().to_owned())
    };
    let command = ask("{{.Path}}{{range .Args}} {{.}}{{end}}");
    if made.shows.is_some() && made.shows != command {
        return false;
    }
    let Some(state) = &made.state else {
        let creates = made
            .commands
            .iter()
            .all(|command| command.contains(" create "));
        return creates || ask("{{.State.Running}}").as_deref() == Some("true");
    };
    let start = Instant::now();
    let is_up = || ask("{{.State.Running}}").as_deref() == Some("true");
    while is_up() && start.elapsed() < SETTLE {
        std::thread::sleep(Duration::from_millis(50));
    }
    if is_up() {
        let _ = lab.docker(&["stop", "-t", "1", &thing.name], ANSWER);
    }
    ask("Exited ({{.State.ExitCode}})").as_ref() == Some(state)
}

/// The steps of `exercise` that failed in `run` for the reason that `why` gives for a step by its
/// number, with those that follow from it; none where there is none.
pub(super) fn excused_by(
    exercise: &Exercise,
    run: &ExerciseResult,
    why: impl Fn(usize, &Step, &StepResult) -> Option<Reason>,
) -> Option<Excused> {
    let mut excused = Excused::default();
    let mut missing = Missing::default();
    for (number, step, result) in failed_steps(exercise, run) {
        let reason = why(number, step, result);
        if reason.is_some() || !missing.is_nothing() && missing.explains(step, result) {
            excused.add(number, reason);
            missing.lose(step);
        }
    }
    (!excused.is_nothing()).then_some(excused)
}

/// The steps of `exercise` that failed in `run`, each with its number and its result.
pub(super) fn failed_steps<'r>(
    exercise: &'r Exercise,
    run: &'r ExerciseResult,
) -> impl Iterator<Item = (usize, &'r Step, &'r StepResult)> {
    let steps = exercise.steps.iter().zip(&run.steps).enumerate();
    let failed = steps.filter(|(_, (_, result))| result.verdict == StepVerdict::Failed);
    failed.map(|(number, (step, result))| (number, step, result))
}

/// Which failed steps are not the notes' fault.
#[derive(Debug, Default)]
pub(super) struct Excused {
    /// By number, each with why, where it does not only follow.
    steps: BTreeMap<usize, Option<Reason>>,
    /// Lines that are a stand-in's: the step, the line in it, the image.
    pub(super) at_stand_in: Vec<(usize, usize, String)>,
    /// What a manifest says that would provide what is lacking, where all of it is known.
    pub(super) manifest: Option<String>,
}

impl Excused {
    /// Whether every step among `numbered` that failed is excused, and one is.
    pub(super) fn all<'s>(&self, numbered: impl Iterator<Item = (usize, &'s StepResult)>) -> bool {
        let mut failed = numbered
            .filter(|(_, step)| step.verdict == StepVerdict::Failed)
            .map(|(number, _)| self.has(number))
            .peekable();
        failed.peek().is_some() && failed.all(|excused| excused)
    }

    /// Whether the step with this number is.
    pub(super) fn has(&self, number: usize) -> bool {
        self.steps.contains_key(&number)
    }

    /// Excuses a step; without a reason it follows from an earlier one.
    pub(super) fn add(&mut self, number: usize, why: Option<Reason>) {
        self.steps.insert(number, why);
    }

    /// Whether it excuses none.
    pub(super) fn is_nothing(&self) -> bool {
        self.steps.is_empty()
    }

    /// Why the first of them failed.
    pub(super) fn reason(&self) -> Option<Reason> {
        self.steps.values().flatten().next().cloned()
    }

    /// Why the first of `steps` failed; where they only follow from others, why those did.
    pub(super) fn reason_among(&self, steps: Range<usize>) -> Option<Reason> {
        let own = self.steps.range(steps).find_map(|(_, why)| why.clone());
        own.or_else(|| self.reason())
    }

    /// With what `other` excuses.
    pub(super) fn and(mut self, other: Option<Self>) -> Self {
        let Some(other) = other else {
            return self;
        };
        for (number, why) in other.steps {
            self.steps.entry(number).or_insert(why);
        }
        self.at_stand_in.extend(other.at_stand_in);
        self.manifest = self.manifest.or(other.manifest);
        self
    }
}

/// The steps of `exercise` that failed since something is not there that nothing above
/// them made, with those that follow from it; none where nothing is lacking.
pub(super) fn excused(exercise: &Exercise, steps: &[StepResult]) -> Option<Excused> {
    let is_lacking = |granted: &&TakenForGranted| {
        let step = steps.get(granted.thing.step);
        step.is_some_and(|step| {
            let says = step.output.iter().map(String::as_str);
            let unsent = step.sent.is_none() && step.output.is_empty();
            step.verdict == StepVerdict::Failed
                && (granted.thing.is_shown_missing(says) || unsent && is_id(&granted.thing.name))
        })
    };
    let lacking: Vec<&TakenForGranted> = exercise.granted.iter().filter(is_lacking).collect();
    let first = lacking.first()?;
    let mut missing = Missing::things(lacking.iter().map(|granted| &granted.thing).collect());
    let mut excused = Excused {
        manifest: exercise.manifest_that_provides(&lacking),
        ..Excused::default()
    };
    for (number, (step, result)) in exercise.steps.iter().zip(steps).enumerate() {
        if result.verdict == StepVerdict::Failed && missing.explains(step, result) {
            missing.lose(step);
            let is_first = excused.is_nothing();
            excused.add(number, is_first.then(|| reason(exercise, first)));
        }
    }
    Some(excused)
}

/// What is said of an exercise for which `lacking` is not there.
pub(super) fn reason(exercise: &Exercise, lacking: &TakenForGranted) -> Reason {
    let (thing, kind) = (&lacking.thing, lacking.thing.kind());
    let above = exercise
        .steps
        .iter()
        .take(thing.step)
        .filter_map(Step::command);
    let dockers = above.flat_map(ProgramCall::all_of_docker);
    let mut own: Vec<String> = dockers
        .flat_map(|docker| docker.gives(thing.thing))
        .map(|name| format!("`{name}`"))
        .collect();
    own.dedup();
    let own = match own.is_empty() {
        true => String::new(),
        false => format!(" (of that kind the notes make {})", own.join(", ")),
    };
    let elsewhere = lacking.elsewhere.as_ref().map_or_else(String::new, |one| {
        format!("; line {} makes it, in \"{}\"", one.line, one.title)
    });
    let setup = toml::Value::from(vec![toml::Value::from(lacking.setup())]);
    let text = format!(
        "takes for granted the {kind} `{}`: line {} uses it, and nothing in its lab makes it{own}{elsewhere}; \
         a manifest provides it with `setup = {setup}`",
        thing.name, thing.line
    );
    Reason::new(ReasonKind::TakenForGranted, text)
}
