//! The exercises of notes, each with what its manifest says.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Source;
use crate::notes::{Fence, FenceLine, Notes, Section, slug};
use crate::reason::{Reason, ReasonKind};
use crate::session::{self, FenceKind, NotRun, SessionError, Step, fence_kind};

use super::commands::{asks_cluster, blank, host_programs, names_given, needed_images};
use super::files::{GivenFile, TypedCommand, given_files};
use super::folders::folders;
use super::granted::take_for_granted;
use super::ids::{counted, shortened};
use super::labs::shared_labs;
use super::start::Start;
use super::{
    Exercise, ExerciseError, Limits, Manifest, Need, Obstacle, PageSection, SectionedPage,
};

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

/// The exercises of `notes`: every answer with at least one transcript, and every
/// section of a document that has one. What cannot be run is an exercise with an
/// obstacle, so that nothing is dropped.
pub fn discover<'n>(
    notes: impl IntoIterator<Item = &'n Notes>,
    manifests: &[Manifest],
) -> Discovery {
    let mut discovery = Discovery::default();
    let mut used = BTreeSet::new();
    let mut pages: Vec<Vec<usize>> = Vec::new();
    for notes in notes {
        let (candidates, errors) = candidates_of(notes);
        discovery.errors.extend(errors);
        let of_file = discovery.exercises.len();
        let mut on_page = BTreeSet::new();
        let mut sections = Vec::new();
        for candidate in candidates {
            let is_section = candidate.is_section;
            let fitting: Vec<&Manifest> = manifests
                .iter()
                .filter(|manifest| candidate.fits(manifest))
                // A manifest that fits several sections of a page goes to the first of them.
                .filter(|manifest| !is_section || on_page.insert(&manifest.name))
                .collect();
            used.extend(fitting.iter().map(|manifest| manifest.name.clone()));
            if is_section {
                sections.push(discovery.exercises.len());
            }
            discovery.add(candidate, &fitting);
        }
        let labs = shared_labs(&discovery.exercises, &sections);
        discovery.take_for_granted(of_file, &labs);
        pages.extend(labs);
    }
    discovery.check_names(manifests);
    for sections in pages.iter().filter(|page| page.len() > 1) {
        discovery.bind(sections);
    }
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
    /// Adds the exercise of `candidate`, which the `fitting` manifests belong to.
    fn add(&mut self, candidate: ExerciseDraft, fitting: &[&Manifest]) {
        let mut exercise = candidate.exercise(fitting.first().copied());
        if let Some(wrong) = fitting.iter().find_map(|manifest| manifest.wrong.clone()) {
            exercise.steps.clear();
            exercise.images.clear();
            exercise.obstacle = Some(wrong);
        }
        if let [first, second, ..] = fitting {
            let error = ExerciseError::FoundTwice {
                source: Arc::clone(&exercise.source),
                range: exercise.place.clone(),
                names: (first.name.clone(), second.name.clone()),
            };
            exercise.obstacle = Some(error.obstacle());
            self.errors.push(error);
        }
        self.exercises.push(exercise);
    }

    /// Finds out what the exercises from the index `from` on take for granted, which are of
    /// one file; the sections of each of `labs` run in one.
    fn take_for_granted(&mut self, from: usize, labs: &[Vec<usize>]) {
        let exercises = &mut self.exercises[from..];
        for at in 0..exercises.len() {
            if !labs.iter().flatten().any(|section| *section == from + at) {
                take_for_granted(exercises, &[at]);
            }
        }
        for sections in labs {
            let sections: Vec<usize> = sections.iter().map(|at| at - from).collect();
            take_for_granted(exercises, &sections);
        }
    }

    /// Makes one page of exercises, by their index, in order.
    fn bind(&mut self, sections: &[usize]) {
        let page = sections.iter().map(|at| self.exercises[*at].clone());
        let page = Arc::new(SectionedPage::new(page.collect()));
        for (number, at) in sections.iter().enumerate() {
            self.exercises[*at] = Exercise {
                part: Some(PageSection {
                    page: Arc::clone(&page),
                    number,
                }),
                ..page.sections[number].clone()
            };
        }
    }

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

/// An answer, or a section of a document, with transcripts in it, or with fences that
/// are not run.
struct ExerciseDraft {
    source: Arc<Source>,
    id: String,
    former: Vec<String>,
    title: String,
    question: Option<String>,
    place: Range<usize>,
    steps: Vec<Step>,
    files: Vec<GivenFile>,
    obstacle: Option<Obstacle>,
    /// Whether it shares a lab with the other sections of its page.
    is_section: bool,
}

/// What `notes` hold, in their order, and what is wrong with transcripts.
fn candidates_of(notes: &Notes) -> (Vec<ExerciseDraft>, Vec<ExerciseError>) {
    let stem = stem(&notes.source);
    let slugs = notes.questions().map(|(_, question)| &question.slug);
    let slugs = slugs.chain(notes.sections.iter().map(|section| &section.slug));
    let slugs: Vec<&str> = slugs.map(String::as_str).collect();
    let under = |slug: &str| match slug {
        "" => stem.clone(),
        slug => format!("{stem}/{slug}"),
    };
    let mut ids = shortened(&slugs).into_iter().map(|id| under(&id));
    let mut labs: Vec<Vec<Region<'_>>> = Vec::new();
    for (_, question) in notes.questions() {
        labs.push(vec![Region {
            notes,
            id: ids.next().unwrap_or_default(),
            former: under(&question.slug),
            title: question.text.clone(),
            question: Some(question.text.clone()),
            range: question.heading.clone(),
            fences: &question.fences,
        }]);
    }
    let sections = notes.sections.iter().map(|section| Region {
        id: ids.next().unwrap_or_default(),
        former: under(&section.slug),
        ..Region::section(notes, section, &stem)
    });
    labs.push(sections.collect());
    let (mut candidates, mut errors) = (Vec::new(), Vec::new());
    for places in labs {
        let transcripts = Transcripts::read(&places);
        let of_lab = candidates.len();
        for place in &places {
            candidates.extend(place.candidates(&transcripts));
            candidates.extend(place.not_run(&transcripts));
        }
        give_to_next(&mut candidates[of_lab..], transcripts.files);
        errors.extend(transcripts.errors.into_iter().map(|error| {
            let source = Arc::clone(&notes.source);
            ExerciseError::Session { source, error }
        }));
    }
    let whole = Region::of_file(notes, &stem);
    let hidden = notes.hidden.iter().filter_map(session::not_run_hidden);
    candidates.extend(hidden.map(|(line, why)| whole.skipped(line, why)));
    let stray = commands_in_text(notes).into_iter();
    candidates.extend(stray.map(|line| whole.skipped(&line, NotRun::NoFence)));
    candidates.sort_by_key(|candidate| candidate.place.start);
    let names: Vec<&str> = candidates.iter().map(|found| found.id.as_str()).collect();
    let names = counted(&names);
    for (candidate, id) in candidates.iter_mut().zip(names) {
        candidate.id = id;
    }
    (candidates, errors)
}

/// The first line of each paragraph that types a call of Docker in running text, where
/// Markdown takes no line for a transcript.
fn commands_in_text(notes: &Notes) -> Vec<FenceLine> {
    let mut found: Vec<FenceLine> = Vec::new();
    let mut is_reported = false;
    let mut start = 0;
    for (index, line) in notes.source.text().split_inclusive('\n').enumerate() {
        let text = line.trim();
        let range = start..start + line.trim_end().len();
        start += line.len();
        is_reported &= !text.is_empty();
        if !is_reported && session::types_docker(text) && notes.is_running_text(range.end - 1) {
            is_reported = true;
            found.push(FenceLine {
                text: text.to_owned(),
                number: index + 1,
                range,
            });
        }
    }
    found
}

/// Gives each of `files` that stands in a place without transcripts to the first exercise
/// below it.
fn give_to_next(drafts: &mut [ExerciseDraft], files: Vec<GivenFile>) {
    for file in files {
        let is_given = drafts.iter().any(|draft| draft.files.contains(&file));
        let is_below = |draft: &&mut ExerciseDraft| {
            let first = draft.steps.first().map(|step| step.line);
            first > file.line && file.line.is_some()
        };
        if let Some(next) = drafts.iter_mut().find(is_below).filter(|_| !is_given) {
            next.files.push(file);
        }
    }
}

/// The first command with a blank to fill in, which cannot be typed as it stands.
fn blank_in(steps: &[Step]) -> Option<Obstacle> {
    let commands = || steps.iter().filter_map(Step::command);
    let given: BTreeSet<String> = commands().flat_map(names_given).collect();
    steps.iter().find_map(|step| {
        let blank = blank(step.command()?).filter(|name| !given.contains(name))?;
        Some(Obstacle {
            is_error: false,
            reason: Reason::new(
                ReasonKind::Blank,
                format!(
                    "line {}: `{blank}` is a blank to fill in, no name",
                    step.line
                ),
            ),
        })
    })
}

/// The fences of `notes` that show a prompt or call Docker and are no transcripts, each by such a
/// line, but for those that hold output or files of `exercises`.
pub fn fences_not_run<'n>(
    notes: &'n Notes,
    exercises: &[Exercise],
) -> impl Iterator<Item = (&'n FenceLine, NotRun)> {
    let own = || {
        let all = exercises.iter();
        all.filter(|exercise| exercise.source.path() == notes.source.path())
    };
    let steps: Vec<&Step> = own().flat_map(|exercise| &exercise.steps).collect();
    let files: Vec<&GivenFile> = own().flat_map(|exercise| &exercise.files).collect();
    let in_questions = notes.questions().flat_map(|(_, question)| &question.fences);
    not_run_beside(in_questions.chain(&notes.fences), steps, files)
}

/// Those of `fences` that are not run, hold no output of `steps` and are none of `files`.
fn not_run_beside<'n, 's>(
    fences: impl Iterator<Item = &'n Fence>,
    steps: impl IntoIterator<Item = &'s Step>,
    files: impl IntoIterator<Item = &'s GivenFile>,
) -> impl Iterator<Item = (&'n FenceLine, NotRun)> {
    let expected = steps.into_iter().flat_map(|step| &step.expected);
    let expected = expected.map(|line| line.line);
    let given = files.into_iter().filter_map(|file| file.line);
    let read: HashSet<usize> = expected.chain(given).collect();
    let is_read = move |fence: &Fence| {
        let first = fence.lines.first();
        first.is_some_and(|first| read.contains(&first.number))
    };
    let mut below_transcript = false;
    fences.filter_map(move |fence| {
        let is_output = !is_session(fence) && is_read(fence);
        let is_below = std::mem::replace(&mut below_transcript, is_session(fence) || is_output);
        if is_output {
            return None;
        }
        let unread = || session::unread_output(fence).filter(|_| is_below);
        session::not_run(fence).or_else(unread)
    })
}

/// A part of notes whose fences belong together.
struct Region<'n> {
    notes: &'n Notes,
    id: String,
    /// Its ID with the whole slug.
    former: String,
    title: String,
    question: Option<String>,
    /// The bytes that name it.
    range: Range<usize>,
    fences: &'n [Fence],
}

fn is_session(fence: &Fence) -> bool {
    fence_kind(fence) == FenceKind::Session
}

/// The transcripts of places that share a lab, read one after the other.
struct Transcripts<'n> {
    steps: Vec<Step>,
    files: Vec<GivenFile>,
    /// The fences that are not run: one that cannot be read, and those below it in its
    /// place. What they begin with is not known.
    damaged: Vec<&'n Fence>,
    errors: Vec<SessionError>,
}

impl<'n> Transcripts<'n> {
    fn read(places: &[Region<'n>]) -> Self {
        let (mut damaged, mut errors): (Vec<&Fence>, Vec<SessionError>) = Default::default();
        let (steps, fences) = loop {
            let fences: Vec<&Fence> = places
                .iter()
                .flat_map(|place| place.fences)
                .filter(|fence| !damaged.contains(fence))
                .collect();
            let found = match session::parse_answer(fences.iter().copied()) {
                Ok(steps) => break (steps, fences),
                Err(found) => found,
            };
            for error in &found {
                let at = error.range().start;
                let holds = |fence: &Fence| fence.span.contains(&at);
                let place = places.iter().find(|place| place.fences.iter().any(holds));
                let below = place.into_iter().flat_map(|place| place.fences);
                let below = below.filter(|fence| fence.span.end > at && fences.contains(fence));
                damaged.extend(below.filter(|fence| is_session(fence)));
            }
            errors.extend(found);
        };
        let notes = places.first().map(|place| place.notes);
        let commands: Vec<TypedCommand<'_>> = steps
            .iter()
            .zip(folders(&steps))
            .filter_map(|(step, folder)| {
                Some(TypedCommand {
                    offset: notes?.source.line_range(step.line).start,
                    line: step.line,
                    text: step.command()?,
                    folder,
                })
            })
            .collect();
        let files = given_files(&fences, &commands);
        Self {
            steps,
            files,
            damaged,
            errors,
        }
    }
}

impl<'n> Region<'n> {
    /// A whole file.
    fn of_file(notes: &'n Notes, stem: &str) -> Self {
        Self {
            notes,
            id: stem.to_owned(),
            former: stem.to_owned(),
            title: notes.title.clone().unwrap_or_else(|| stem.to_owned()),
            question: None,
            range: 0..0,
            fences: &notes.fences,
        }
    }

    /// A section of a document; where it has no heading its first transcript names it.
    fn section(notes: &'n Notes, section: &'n Section, stem: &str) -> Self {
        let fences = &notes.fences[section.fences.clone()];
        let whole = Self::of_file(notes, stem);
        let mut range = section.heading.clone();
        let mut title = section.title.clone();
        if section.slug.is_empty() {
            title.clone_from(&whole.title);
            let first = fences.iter().find(|fence| is_session(fence));
            let line = first.and_then(|fence| fence.lines.first());
            range = line.map_or(range, |line| line.range.clone());
        }
        Self {
            title,
            range,
            fences,
            ..whole
        }
    }

    /// Its own among `transcripts`. Those above one that cannot be read are an
    /// exercise, and it is an error with those below it.
    fn candidates(&self, transcripts: &Transcripts<'_>) -> Vec<ExerciseDraft> {
        let source = &self.notes.source;
        let is_damaged = |fence: &&Fence| transcripts.damaged.contains(fence);
        let own = self.fences.iter().filter(|fence| is_session(fence));
        let (damaged, readable): (Vec<&Fence>, Vec<&Fence>) = own.partition(is_damaged);
        let mut candidates = Vec::new();
        if let Some(first) = readable.first() {
            let lines = self.lines();
            let files = transcripts.files.iter();
            let own = |line: &Option<usize>| line.is_some_and(|line| lines.contains(&line));
            let steps = transcripts.steps.iter();
            let mut steps: Vec<Step> = steps
                .filter(|step| lines.contains(&step.line))
                .cloned()
                .collect();
            candidates.extend(self.leave_closed_containers(&mut steps));
            let line = source.line(first.span.start);
            let nothing_typed = || Obstacle::skip(line, NotRun::NoCommand);
            candidates.push(ExerciseDraft {
                files: files.filter(|file| own(&file.line)).cloned().collect(),
                obstacle: blank_in(&steps).or_else(|| steps.is_empty().then(nothing_typed)),
                steps,
                ..self.empty()
            });
        }
        if let Some(first) = damaged.first() {
            let mut of_it = self.empty();
            let error = transcripts
                .errors
                .iter()
                .find(|error| first.span.contains(&error.range().start));
            of_it.obstacle = error.map(|error| Obstacle::of(&error.diagnose(source)));
            let lines: Vec<String> = damaged[1..]
                .iter()
                .map(|fence| source.line(fence.span.start).to_string())
                .collect();
            if let Some(obstacle) = of_it.obstacle.as_mut().filter(|_| !lines.is_empty()) {
                let lines = lines.join(", ");
                let also = format!("; what stands below it is not run either: line {lines}");
                obstacle.reason.text.push_str(&also);
            }
            if let Some(error) = error.filter(|_| !readable.is_empty()) {
                let line = source.line(error.range().start);
                of_it.place = source.line_range(line);
                of_it.id = self.beneath(&source.text()[of_it.place.clone()]);
                of_it.former.clear();
                of_it.question = None;
            }
            candidates.push(of_it);
        }
        candidates
    }

    /// Takes the fences out of `steps` that are typed in a container into which no command
    /// leads, where others are left; gives them, each with its reason.
    fn leave_closed_containers(&self, steps: &mut Vec<Step>) -> Vec<ExerciseDraft> {
        let lines_of = |fence: &Fence| -> Range<usize> {
            let line = |at| self.notes.source.line(at);
            line(fence.span.start)..line(fence.span.end)
        };
        let inside: Vec<usize> = session::in_closed_container(steps)
            .iter()
            .map(|step| step.line)
            .collect();
        let is_closed = |fence: &&Fence| {
            let lines = lines_of(fence);
            inside.iter().any(|line| lines.contains(line))
        };
        let closed: Vec<&Fence> = self.fences.iter().filter(is_closed).collect();
        let is_in_one = |line: usize| closed.iter().any(|fence| lines_of(fence).contains(&line));
        if steps.iter().all(|step| is_in_one(step.line)) {
            return Vec::new();
        }
        steps.retain(|step| !is_in_one(step.line));
        for at in 0..steps.len() {
            let follows = steps
                .get(at + 1)
                .map(|step| (step.prompt.clone(), step.level));
            let shell = steps.get(at + 1).map(|step| step.shell);
            let step = &mut steps[at];
            if step
                .next
                .as_ref()
                .is_some_and(|(prompt, _)| is_in_one(prompt.line))
            {
                (step.next, step.next_shell) = (follows, shell);
            }
        }
        let left = closed.iter().filter_map(|fence| {
            let lines = lines_of(fence);
            let first = inside.iter().find(|line| lines.contains(line))?;
            let line = fence.lines.iter().find(|line| line.number == *first)?;
            Some(self.skipped(line, NotRun::ClosedContainer))
        });
        left.collect()
    }

    /// The lines of its fences.
    fn lines(&self) -> Range<usize> {
        let line = |at| self.notes.source.line(at);
        let first = self
            .fences
            .first()
            .map_or(0, |fence| line(fence.span.start));
        let last = self.fences.last().map_or(0, |fence| line(fence.span.end));
        first..last + 1
    }

    /// The ID of a fence in it that shows `line`: it stays where lines above it move.
    fn beneath(&self, line: &str) -> String {
        let slug = slug(line);
        let short = shortened(&[&slug]);
        format!("{}/{}", self.id, short.concat())
    }

    /// With nothing in it.
    fn empty(&self) -> ExerciseDraft {
        ExerciseDraft {
            source: Arc::clone(&self.notes.source),
            id: self.id.clone(),
            former: vec![self.former.clone()],
            title: self.title.clone(),
            question: self.question.clone(),
            place: self.range.clone(),
            steps: Vec::new(),
            files: Vec::new(),
            obstacle: None,
            is_section: self.question.is_none(),
        }
    }

    /// The fences that show a prompt or call Docker and are no transcripts, each by
    /// itself, but for those that hold output or files of `transcripts`.
    fn not_run(&self, transcripts: &Transcripts<'_>) -> Vec<ExerciseDraft> {
        let Transcripts { steps, files, .. } = transcripts;
        let found = not_run_beside(self.fences.iter(), steps, files);
        found.map(|(line, why)| self.skipped(line, why)).collect()
    }

    /// The fence with `line`, which is not run.
    fn skipped(&self, line: &FenceLine, why: NotRun) -> ExerciseDraft {
        let mut obstacle = Obstacle::skip(line.number, why);
        if why == NotRun::UnknownPrompt
            && let Some(prompt) = session::unknown_prompt(&line.text)
        {
            obstacle.reason.text.push_str(&named(prompt));
        }
        ExerciseDraft {
            id: self.beneath(&line.text),
            former: Vec::new(),
            question: None,
            place: line.range.clone(),
            obstacle: Some(obstacle),
            is_section: false,
            ..self.empty()
        }
    }
}

impl ExerciseDraft {
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
                written_at: None,
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
        let start = Start::of(&self.steps);
        Exercise {
            id: manifest.map_or_else(|| self.id.clone(), |manifest| manifest.name.clone()),
            former: self
                .former
                .into_iter()
                .chain(manifest.map(|_| self.id))
                .collect(),
            title: says
                .and_then(|says| says.title.clone())
                .unwrap_or(self.title),
            line: self.source.line(self.place.start),
            place: self.place,
            needs: needs(
                says.map(|says| says.needs.clone()).unwrap_or_default(),
                &self.steps,
            ),
            cluster: says.and_then(|says| says.cluster.clone()),
            user: start.user,
            folder: says.and_then(|says| says.folder.clone()).or(start.folder),
            home: start.home,
            allow: says.map(|says| says.allow.clone()).unwrap_or_default(),
            limits: says.map_or_else(Limits::default, |says| says.limits),
            manifest: manifest.map(|manifest| manifest.source.path().to_owned()),
            obstacle: self.obstacle,
            granted: Vec::new(),
            question: self.question,
            part: None,
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

/// What the manifest says, and what the transcripts cannot do without.
fn needs(mut needs: Vec<Need>, steps: &[Step]) -> Vec<Need> {
    let mut add = |need, wanted: bool| {
        if wanted && !needs.contains(&need) {
            needs.push(need);
        }
    };
    add(Need::Kubernetes, asks_cluster(steps));
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
