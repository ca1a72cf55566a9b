//! Notes, records and verdicts.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use labbook::diagnostic::Source;
use labbook::exercise::{self, Exercise};
use labbook::judge::{self, JudgedExercise, Observation, StepJudgement, StepVerdict};
use labbook::lab::Surroundings;
use labbook::notes::Notes;
use labbook::session::{self, Step};
use serde::Deserialize;

pub const ENGINES: [&str; 4] = ["bookworm", "trixie", "forky", "forky-containerd"];

#[derive(Deserialize, Clone)]
pub struct Record {
    pub surroundings: Surroundings,
    pub observations: Vec<Observation>,
    /// The set-up commands of the exercise.
    #[serde(default)]
    pub setup: Vec<String>,
    /// The texts of the files that its lab began with.
    #[serde(default)]
    pub files: Vec<String>,
}

/// An exercise and what one engine printed for it.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub engine: String,
    pub steps: Vec<Step>,
    pub record: Record,
}

impl std::fmt::Display for Case {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} on {}", self.name, self.engine)
    }
}

/// The record in `path`, whose name is `NAME.ENGINE.json`, with both.
fn named_record(path: &Path) -> Option<(String, String, Record)> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".json")?;
    let (name, engine) = stem.split_once('.')?;
    let text = std::fs::read_to_string(path).unwrap();
    let record =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some((name.to_owned(), engine.to_owned(), record))
}

fn records_in(folder: &Path) -> Vec<(String, String, Record)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().filter_map(|path| named_record(path)).collect()
}

/// The exercises of notes in `files`, with the manifests in `manifests`.
fn exercises(files: &[PathBuf], manifests: Option<&Path>) -> Vec<Exercise> {
    let notes: Vec<Notes> = files
        .iter()
        .map(|file| {
            let text = std::fs::read_to_string(file).unwrap();
            Notes::parse(&Source::new(file, text)).unwrap().0
        })
        .collect();
    let manifests = manifests.map_or_else(Vec::new, |folder| {
        let (manifests, errors) = exercise::load_manifests(folder);
        assert!(errors.is_empty(), "{errors:?}");
        manifests
    });
    exercise::discover(&notes, &manifests).exercises
}

/// Every exercise that there are records of, on every engine: the small ones
/// beside their records, the course's, and those of the notes for tests.
pub fn cases() -> Vec<Case> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut cases: Vec<Case> = records_in(&records())
        .into_iter()
        .map(|(name, engine, record)| Case {
            steps: steps(&note(&name)),
            name,
            engine,
            record,
        })
        .collect();
    let of_an_exercise =
        |folder: &str, name: String, engine, record: Record, own: &Exercise| Case {
            name: format!("{folder}/{name}"),
            engine,
            steps: own.steps.clone(),
            record: Record {
                setup: own.setup.clone(),
                files: own.file_texts().into_iter().map(str::to_owned).collect(),
                ..record
            },
        };
    let course =
        ["docker-basics.md", "docker-images.md"].map(|file| root.join("book/src").join(file));
    let course = exercises(&course, Some(&root.join("exercises")));
    for (name, engine, record) in records_in(&records().join("book")) {
        let own = course.iter().find(|exercise| exercise.id == name);
        cases.push(of_an_exercise("book", name, engine, record, own.unwrap()));
    }
    for (name, engine, record) in records_in(&records().join("notes")) {
        let note = root.join(format!("tests/notes/{name}.md"));
        let own = exercises(&[note], None);
        cases.push(of_an_exercise("notes", name, engine, record, &own[0]));
    }
    cases
}

pub fn records() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/records")
}

pub fn record(name: &str, engine: &str) -> Record {
    let path = records().join(format!("{name}.{engine}.json"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn note(name: &str) -> String {
    std::fs::read_to_string(records().join(format!("{name}.md"))).unwrap()
}

/// The steps of the transcripts in a note's text.
pub fn steps(text: &str) -> Vec<Step> {
    let source = Source::new("note.md", text);
    let (notes, _) = Notes::parse(&source).unwrap();
    let fences: Vec<_> = notes
        .questions()
        .flat_map(|(_, question)| &question.fences)
        .chain(&notes.fences)
        .collect();
    session::parse(fences).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The record judged against the steps.
pub fn judged(steps: &[Step], record: &Record) -> Vec<StepJudgement> {
    judge::judge(script(steps, record), &record.observations)
}

/// The exercise, as it was begun when it was recorded.
pub fn script<'a>(steps: &'a [Step], record: &'a Record) -> JudgedExercise<'a> {
    JudgedExercise {
        steps,
        setup: &record.setup,
        files: record.files.iter().map(String::as_str).collect(),
        surroundings: &record.surroundings,
    }
}

pub fn verdict(judgements: &[StepJudgement]) -> StepVerdict {
    judge::whole(judgements.iter().map(|step| step.verdict))
}

pub fn complaints(judgements: &[StepJudgement]) -> String {
    let mut text = String::new();
    for (index, step) in judgements.iter().enumerate() {
        if step.verdict == StepVerdict::Drifted {
            text.push_str(&format!("step {index}: {:?}\n", step.reason));
        }
        if matches!(step.verdict, StepVerdict::Failed | StepVerdict::Error) {
            text.push_str(&format!(
                "step {index}: {:?} {:?}\n",
                step.verdict, step.reason
            ));
            for line in step.lines.iter().filter(|line| !line.ok) {
                text.push_str(&format!(
                    "  {} {:?}\n    - {:?}\n    + {:?}\n    {:?}\n",
                    line.line, line.how, line.expected, line.actual, line.note
                ));
            }
        }
    }
    text
}

/// What `work` makes of each of `things`, in their order, by as many threads as
/// the machine has.
pub fn in_parallel<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut done = Vec::new();
                    while let index = next.fetch_add(1, Ordering::Relaxed)
                        && let Some(thing) = things.get(index)
                    {
                        done.push((index, work(thing)));
                    }
                    done
                })
            })
            .collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|done| done.expect("nothing makes the judge panic"))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
