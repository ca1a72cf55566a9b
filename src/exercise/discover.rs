//! The exercises of notes, each with what its manifest says.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Source;
use crate::notes::{Fence, Notes};
use crate::session::{self, FenceKind, Step, fence_kind};

use super::commands::{asks_cluster, host_programs, needed_images, pulls};
use super::files::{GivenFile, given_files};
use super::{Exercise, ExerciseError, Limits, Manifest, Need};

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

/// The exercises of `notes`: every answer with at least one transcript, or all
/// transcripts of a document.
pub fn discover(notes: &[Notes], manifests: &[Manifest]) -> Discovery {
    let mut discovery = Discovery::default();
    let mut used = BTreeSet::new();
    let mut candidates = Vec::new();
    for notes in notes {
        for candidate in candidates_of(notes) {
            match candidate {
                Ok(candidate) => candidates.push(candidate),
                Err(errors) => discovery.errors.extend(errors),
            }
        }
    }
    for candidate in candidates {
        let fitting: Vec<&Manifest> = manifests
            .iter()
            .filter(|manifest| candidate.fits(manifest))
            .collect();
        used.extend(fitting.iter().map(|manifest| manifest.name.clone()));
        if let [first, second, ..] = fitting.as_slice() {
            discovery.errors.push(ExerciseError::FoundTwice {
                source: Arc::clone(&candidate.source),
                range: candidate.place.clone(),
                names: (first.name.clone(), second.name.clone()),
            });
        }
        discovery
            .exercises
            .push(candidate.exercise(fitting.first().copied()));
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
                    self.errors.push(ExerciseError::FindsTwo {
                        source: Arc::clone(&manifest.source),
                        range: manifest.place(),
                        lines: (
                            first.map_or(0, |first| self.exercises[*first].line),
                            exercise.line,
                        ),
                        note: exercise.source.path().to_owned(),
                    });
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

/// An answer, or a document, with transcripts in it.
struct Candidate {
    source: Arc<Source>,
    id: String,
    title: String,
    question: Option<String>,
    place: Range<usize>,
    steps: Vec<Step>,
    files: Vec<GivenFile>,
}

fn candidates_of(notes: &Notes) -> Vec<Result<Candidate, Vec<ExerciseError>>> {
    let stem = stem(&notes.source);
    if notes.topics.is_empty() {
        let title = notes.title.clone().unwrap_or_else(|| stem.clone());
        let place = notes
            .fences
            .iter()
            .find(|fence| fence_kind(fence) == FenceKind::Session);
        let place = place.map_or(0..0, |fence| {
            fence
                .lines
                .first()
                .map_or(fence.span.clone(), |line| line.range.clone())
        });
        return candidate(notes, stem, title, None, place, &notes.fences)
            .into_iter()
            .collect();
    }
    notes
        .topics
        .iter()
        .flat_map(|topic| &topic.questions)
        .filter_map(|question| {
            let id = format!("{stem}/{}", question.slug);
            let text = question.text.clone();
            candidate(
                notes,
                id,
                text.clone(),
                Some(text),
                question.heading.clone(),
                &question.fences,
            )
        })
        .collect()
}

/// None where no fence is a transcript.
fn candidate(
    notes: &Notes,
    id: String,
    title: String,
    question: Option<String>,
    place: Range<usize>,
    fences: &[Fence],
) -> Option<Result<Candidate, Vec<ExerciseError>>> {
    let transcripts: Vec<&Fence> = fences
        .iter()
        .filter(|fence| fence_kind(fence) == FenceKind::Session)
        .collect();
    if transcripts.is_empty() {
        return None;
    }
    let source = Arc::clone(&notes.source);
    Some(match session::parse(transcripts) {
        Ok(steps) => {
            let commands: Vec<(usize, &str)> = steps
                .iter()
                .filter_map(|step| Some((source.line_range(step.line).start, step.command()?)))
                .collect();
            let files = given_files(fences, &commands);
            Ok(Candidate {
                source,
                id,
                title,
                question,
                place,
                steps,
                files,
            })
        }
        Err(errors) => Err(errors
            .into_iter()
            .map(|error| ExerciseError::Session {
                source: Arc::clone(&source),
                error,
            })
            .collect()),
    })
}

impl Candidate {
    fn fits(&self, manifest: &Manifest) -> bool {
        manifest.fits(
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
            source: self.source,
            files,
            steps: self.steps,
            images,
            programs,
            setup,
        }
    }
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
