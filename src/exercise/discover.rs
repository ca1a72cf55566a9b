//! The exercises of notes, each with what its manifest says.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Source;
use crate::notes::{Fence, Notes};
use crate::session::{self, FenceKind, NotRun, Step, fence_kind};

use super::commands::{asks_cluster, blank, host_programs, needed_images, pulls};
use super::files::{GivenFile, given_files};
use super::{Exercise, ExerciseError, Limits, Manifest, Need, Obstacle};

/// What was found in notes.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The exercises, in the order of the notes.
    pub exercises: Vec<Exercise>,
    /// What is wrong with transcripts and with the manifests that were found by
    /// an exercise.
    pub errors: Vec<ExerciseError>,
    /// The manifests that found no exercise: an error where a whole book was
    /// looked through.
    pub idle: Vec<ExerciseError>,
}

/// The exercises of `notes`: every answer with at least one transcript, and all
/// transcripts that stand under no question as a document. What cannot be run is an
/// exercise with an obstacle, so that nothing is dropped.
pub fn discover<'n>(
    notes: impl IntoIterator<Item = &'n Notes>,
    manifests: &[Manifest],
) -> Discovery {
    let mut discovery = Discovery::default();
    let mut used = BTreeSet::new();
    let mut candidates = Vec::new();
    for notes in notes {
        for (candidate, errors) in candidates_of(notes) {
            candidates.push(candidate);
            discovery.errors.extend(errors);
        }
    }
    for candidate in candidates {
        let fitting: Vec<&Manifest> = manifests
            .iter()
            .filter(|manifest| candidate.fits(manifest))
            .collect();
        used.extend(fitting.iter().map(|manifest| manifest.name.clone()));
        let mut exercise = candidate.exercise(fitting.first().copied());
        if let Some(wrong) = fitting.iter().find_map(|manifest| manifest.wrong.clone()) {
            exercise.steps.clear();
            exercise.images.clear();
            exercise.obstacle = Some(wrong);
        }
        if let [first, second, ..] = fitting.as_slice() {
            let error = ExerciseError::FoundTwice {
                source: Arc::clone(&exercise.source),
                range: exercise.place.clone(),
                names: (first.name.clone(), second.name.clone()),
            };
            exercise.obstacle = Some(error.obstacle());
            discovery.errors.push(error);
        }
        discovery.exercises.push(exercise);
    }
    discovery.check_names(manifests);
    discovery.idle = manifests
        .iter()
        .filter(|manifest| !used.contains(&manifest.name))
        .map(|manifest| ExerciseError::FindsNothing {
            source: Arc::clone(&manifest.source),
            range: manifest.place(),
        })
        .collect();
    discovery
}

impl Discovery {
    /// One manifest may serve exercises of several notes, whose IDs then say
    /// which; of one note it may serve only one.
    fn check_names(&mut self, manifests: &[Manifest]) {
        for manifest in manifests {
            let served: Vec<usize> = (0..self.exercises.len())
                .filter(|at| self.exercises[*at].id == manifest.name)
                .collect();
            let mut files = BTreeSet::new();
            for &at in &served {
                let exercise = &self.exercises[at];
                if !files.insert(exercise.source.path().to_owned()) {
                    let first = served.iter().find(|other| {
                        self.exercises[**other].source.path() == exercise.source.path()
                    });
                    let error = ExerciseError::FindsTwo {
                        source: Arc::clone(&manifest.source),
                        range: manifest.place(),
                        lines: (
                            first.map_or(0, |first| self.exercises[*first].line),
                            exercise.line,
                        ),
                        note: exercise.source.path().to_owned(),
                    };
                    let obstacle = error.obstacle();
                    self.errors.push(error);
                    self.exercises[at].obstacle = Some(obstacle);
                }
            }
            if served.len() > 1 {
                for at in served {
                    self.exercises[at].id =
                        format!("{}/{}", stem(&self.exercises[at].source), manifest.name);
                }
            }
        }
    }
}

fn stem(source: &Source) -> String {
    source
        .path()
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// An answer, or a document, with transcripts in it, or with fences that are not
/// run.
struct Candidate {
    source: Arc<Source>,
    id: String,
    title: String,
    question: Option<String>,
    place: Range<usize>,
    steps: Vec<Step>,
    files: Vec<GivenFile>,
    obstacle: Option<Obstacle>,
}

fn candidates_of(notes: &Notes) -> Vec<(Candidate, Vec<ExerciseError>)> {
    let stem = stem(&notes.source);
    let mut candidates = Vec::new();
    let answers = notes.questions().map(|(_, question)| Place {
        notes,
        id: format!("{stem}/{}", question.slug),
        title: question.text.clone(),
        question: Some(question.text.clone()),
        range: question.heading.clone(),
        fences: &question.fences,
    });
    for place in answers.chain([document(notes, &stem)]) {
        candidates.extend(place.candidates());
        candidates.extend(place.not_run().map(|candidate| (candidate, Vec::new())));
    }
    candidates.sort_by_key(|(candidate, _)| candidate.place.start);
    candidates
}

/// The first command with a blank to fill in, which cannot be typed as it stands.
fn blank_in(steps: &[Step]) -> Option<Obstacle> {
    steps.iter().find_map(|step| {
        let blank = blank(step.command()?)?;
        Some(Obstacle {
            is_error: false,
            reason: format!(
                "line {}: `{blank}` is a blank to fill in, no name",
                step.line
            ),
        })
    })
}

/// What stands under no question.
fn document<'n>(notes: &'n Notes, stem: &str) -> Place<'n> {
    let is_session = |fence: &&Fence| fence_kind(fence) == FenceKind::Session;
    let first = notes.fences.iter().find(is_session);
    let range = first.map_or(0..0, |fence| {
        let line = fence.lines.first();
        line.map_or(fence.span.clone(), |line| line.range.clone())
    });
    Place {
        notes,
        id: stem.to_owned(),
        title: notes.title.clone().unwrap_or_else(|| stem.to_owned()),
        question: None,
        range,
        fences: &notes.fences,
    }
}

/// A part of notes whose fences belong together.
struct Place<'n> {
    notes: &'n Notes,
    id: String,
    title: String,
    question: Option<String>,
    /// The bytes that name it.
    range: Range<usize>,
    fences: &'n [Fence],
}

impl Place<'_> {
    /// Its transcripts. Where one cannot be read, those above it are an exercise, and
    /// it is an error with those below it: what they begin with is not known.
    fn candidates(&self) -> Vec<(Candidate, Vec<ExerciseError>)> {
        let is_session = |fence: &&Fence| fence_kind(fence) == FenceKind::Session;
        let transcripts: Vec<&Fence> = self.fences.iter().filter(is_session).collect();
        if transcripts.is_empty() {
            return Vec::new();
        }
        let source = &self.notes.source;
        let errors = match session::parse(transcripts.iter().copied()) {
            Ok(steps) => return vec![(self.readable(self.fences, steps), Vec::new())],
            Err(errors) => errors,
        };
        let first = errors.iter().map(|error| error.range().start).min();
        let cut = first.unwrap_or(0);
        let above = transcripts.iter().copied();
        let above = above.take_while(|fence| fence.span.end <= cut);
        let readable = session::parse(above).unwrap_or_default();
        let errors: Vec<ExerciseError> = errors
            .into_iter()
            .map(|error| ExerciseError::Session {
                source: Arc::clone(source),
                error,
            })
            .collect();
        let mut damaged = self.empty();
        damaged.obstacle = errors.first().map(ExerciseError::obstacle);
        let below = transcripts.iter().filter(|fence| fence.span.start > cut);
        let lines: Vec<String> = below
            .map(|fence| source.line(fence.span.start).to_string())
            .collect();
        if let Some(obstacle) = damaged.obstacle.as_mut().filter(|_| !lines.is_empty()) {
            let lines = lines.join(", ");
            let also = format!("; what stands below it is not run either: line {lines}");
            obstacle.reason.push_str(&also);
        }
        if readable.is_empty() {
            return vec![(damaged, errors)];
        }
        let line = source.line(cut);
        damaged.id = format!("{}:{line}", self.id);
        damaged.question = None;
        damaged.place = source.line_range(line);
        let end = self.fences.partition_point(|fence| fence.span.end <= cut);
        let readable = self.readable(&self.fences[..end], readable);
        vec![(readable, Vec::new()), (damaged, errors)]
    }

    /// The exercise of `steps`, which the transcripts among `fences` hold.
    fn readable(&self, fences: &[Fence], steps: Vec<Step>) -> Candidate {
        let source = &self.notes.source;
        let commands: Vec<(usize, &str)> = steps
            .iter()
            .filter_map(|step| Some((source.line_range(step.line).start, step.command()?)))
            .collect();
        let first = source.line(self.range.start);
        let nothing_typed = || Obstacle::skip(first, NotRun::NoCommand.reason());
        Candidate {
            files: given_files(fences, &commands),
            obstacle: blank_in(&steps).or_else(|| steps.is_empty().then(nothing_typed)),
            steps,
            ..self.empty()
        }
    }

    /// With nothing in it.
    fn empty(&self) -> Candidate {
        Candidate {
            source: Arc::clone(&self.notes.source),
            id: self.id.clone(),
            title: self.title.clone(),
            question: self.question.clone(),
            place: self.range.clone(),
            steps: Vec::new(),
            files: Vec::new(),
            obstacle: None,
        }
    }

    /// The fences that show a prompt or call Docker and are no transcripts, each by
    /// itself.
    fn not_run(&self) -> impl Iterator<Item = Candidate> {
        self.fences.iter().filter_map(|fence| {
            let (line, why) = session::not_run(fence)?;
            let mut obstacle = Obstacle::skip(line.number, why.reason());
            if why == NotRun::UnknownPrompt
                && let Some(prompt) = session::unknown_prompt(&line.text)
            {
                obstacle.reason.push_str(&named(prompt));
            }
            Some(Candidate {
                source: Arc::clone(&self.notes.source),
                id: format!("{}:{}", self.id, line.number),
                title: self.title.clone(),
                question: None,
                place: line.range.clone(),
                steps: Vec::new(),
                files: Vec::new(),
                obstacle: Some(obstacle),
            })
        })
    }
}

impl Candidate {
    fn fits(&self, manifest: &Manifest) -> bool {
        let is_run = self
            .obstacle
            .as_ref()
            .is_none_or(|obstacle| obstacle.is_error);
        is_run
            && manifest.fits(
                self.question.as_deref(),
                self.steps.iter().filter_map(Step::command),
            )
    }

    fn exercise(self, manifest: Option<&Manifest>) -> Exercise {
        let says = manifest.map(|manifest| &manifest.says);
        let setup = says.map(|says| says.setup.clone()).unwrap_or_default();
        let mut files = self.files;
        if let Some(says) = says {
            files.extend(says.files.iter().map(|(path, contents)| GivenFile {
                path: path.into(),
                contents: contents.clone(),
                line: None,
            }));
        }
        let mut images = says.map(|says| says.images.clone()).unwrap_or_default();
        images.extend(
            needed_images(&files, &self.steps, &setup)
                .into_iter()
                .filter(|image| !says.is_some_and(|says| says.images.contains(image))),
        );
        let mut programs = host_programs(&self.steps);
        programs.extend(says.map(|says| says.programs.clone()).unwrap_or_default());
        programs.sort();
        programs.dedup();
        let prompt = self
            .steps
            .iter()
            .find(|step| step.level == 0)
            .map(|step| &step.prompt);
        let prompt_folder = prompt
            .and_then(|prompt| prompt.folder.clone())
            .filter(|folder| folder.starts_with('~'));
        Exercise {
            id: manifest.map_or(self.id, |manifest| manifest.name.clone()),
            title: says
                .and_then(|says| says.title.clone())
                .unwrap_or(self.title),
            line: self.source.line(self.place.start),
            place: self.place,
            needs: needs(
                says.map(|says| says.needs.clone()).unwrap_or_default(),
                &self.steps,
            ),
            user: prompt
                .and_then(|prompt| prompt.user.clone().or_else(|| root_by_sign(prompt.sign))),
            folder: says.and_then(|says| says.folder.clone()).or(prompt_folder),
            allow: says.map(|says| says.allow.clone()).unwrap_or_default(),
            limits: says.map_or_else(Limits::default, |says| says.limits),
            manifest: manifest.map(|manifest| manifest.source.path().to_owned()),
            obstacle: self.obstacle,
            source: self.source,
            files,
            steps: self.steps,
            images,
            programs,
            setup,
        }
    }
}

/// How to name `prompt`.
fn named(prompt: &str) -> String {
    let prompt = toml::Value::from(prompt);
    format!(
        "; if it is one, write prompts = [{prompt}] under [preprocessor.labbook] in book.toml or in \
         the exercise's manifest, with {{user}}, {{host}} and {{folder}} for what changes in it"
    )
}

fn root_by_sign(sign: char) -> Option<String> {
    (sign == '#').then(|| "root".to_owned())
}

/// What the manifest says, and what the transcripts cannot do without.
fn needs(mut needs: Vec<Need>, steps: &[Step]) -> Vec<Need> {
    let mut add = |need, wanted: bool| {
        if wanted && !needs.contains(&need) {
            needs.push(need);
        }
    };
    add(Need::Kubernetes, asks_cluster(steps));
    add(Need::Registry, pulls(steps));
    let commands = || {
        steps
            .iter()
            .filter(|step| step.on_host())
            .filter_map(Step::command)
    };
    add(
        Need::Overlay2,
        commands().any(|command| command.contains("/overlay2")),
    );
    needs
}
