//! `exercises/NAME.toml`: what the notes cannot say about an exercise.
//!
//! A manifest never holds expected text; that stands in the notes alone.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::Source;
use crate::lab::ClusterName;
use crate::notes::{Fence, Notes};
use crate::paths::stays_inside;
use crate::session::wrong_prompt;

use super::{ExerciseError, GivenFile, Need, Obstacle};

/// One manifest.
#[derive(Debug, Clone)]
pub struct Manifest {
    /// The file's name without `.toml`: the exercise's ID.
    pub name: String,
    /// The file.
    pub source: Arc<Source>,
    /// What it says; of one that is wrong only which exercise it belongs to.
    pub says: Says,
    /// Why its exercise cannot be run, where it is wrong.
    pub wrong: Option<Obstacle>,
}

/// What a manifest says of the exercise that it belongs to, whatever else is wrong
/// in it.
#[derive(Debug, Default, Deserialize)]
struct Finds {
    question: Option<Spanned<OneOrMore>>,
    command: Option<Spanned<OneOrMore>>,
}

/// What a manifest says; every key may be left out but one of `question` and
/// `command`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Says {
    /// What readers call the exercise.
    pub title: Option<String>,
    /// Parts of questions' texts: it belongs to the question that has one.
    pub question: Option<Spanned<OneOrMore>>,
    /// Parts of commands: it belongs to the exercise with a command that has one.
    pub command: Option<Spanned<OneOrMore>>,
    /// Base images, beside those that the notes name.
    #[serde(default)]
    pub images: Vec<String>,
    /// The lab's folder: `~/temp`, or an absolute one.
    pub folder: Option<String>,
    /// Commands to run in the lab's folder before the first step.
    #[serde(default)]
    pub setup: Vec<String>,
    /// Programs to have on the host, beside those that the notes call.
    #[serde(default)]
    pub programs: Vec<String>,
    /// What the engine must be or have; skipped elsewhere.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// The Kubernetes cluster for its kubectl sessions, as `--cluster` names it.
    pub cluster: Option<ClusterName>,
    /// Programs that may run on the user's own machine without being asked about.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Prompts of its transcripts that are of no form that is known.
    #[serde(alias = "prompt")]
    pub prompts: Option<Spanned<OneOrMore>>,
    /// Time limits.
    #[serde(default)]
    pub limits: Limits,
    /// Files to write into the lab's folder: path to contents.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

/// A text or a list of texts.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "this is no text and no list of texts")]
pub enum OneOrMore {
    /// `"text"`
    One(String),
    /// `["text", "text"]`
    More(Vec<String>),
}

impl OneOrMore {
    /// The texts.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

/// How long steps may take, in seconds; a step that takes longer is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Any step but a build or a pull.
    pub step: u64,
    /// A build or a pull.
    pub build: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            step: 120,
            build: 600,
        }
    }
}

/// The folder of manifests: the `named` one, else `exercises/` beside the
/// `book`, in it, or in the current folder; none where there is no such folder.
pub fn manifest_folder(named: Option<&Path>, book: Option<&Path>) -> Option<PathBuf> {
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    let beside =
        book.and_then(|book| Some(std::path::absolute(book).ok()?.parent()?.join("exercises")));
    let inside = book.map(|book| book.join("exercises"));
    beside
        .into_iter()
        .chain(inside)
        .chain([PathBuf::from("exercises")])
        .find(|folder| folder.is_dir())
}

/// Reads all manifests (`*.toml`) of `folder`, in order of name. Gives those that can
/// be read, and all that is wrong with the others.
pub fn load_manifests(folder: &Path) -> (Vec<Manifest>, Vec<ExerciseError>) {
    let listed = std::fs::read_dir(folder).and_then(|entries| {
        entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<Vec<_>, _>>()
    });
    let mut paths = match listed {
        Ok(paths) => paths,
        Err(error) => {
            let path = folder.to_owned();
            return (Vec::new(), vec![ExerciseError::Folder { path, error }]);
        }
    };
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
            && path.is_file()
    });
    paths.sort();
    let (mut manifests, mut errors) = (Vec::new(), Vec::new());
    for path in paths {
        match load(&path) {
            Ok(manifest) => manifests.push(manifest),
            Err(wrong) => {
                manifests.extend(found_by_wrong(&path, &wrong));
                errors.extend(wrong);
            }
        }
    }
    (manifests, errors)
}

/// # Errors
/// All that is wrong with it.
fn load(path: &Path) -> Result<Manifest, Vec<ExerciseError>> {
    let source = Source::read(path).map_err(|error| vec![ExerciseError::Text(error)])?;
    let (says, mut wrong) = read(&source);
    // What a manifest that cannot be read whole would find is not known.
    if wrong.is_empty() && says.question.is_none() && says.command.is_none() {
        wrong.push(ExerciseError::FindsByNothing {
            source: Arc::clone(&source),
        });
    }
    if let Some(prompts) = &says.prompts {
        let patterns = prompts.get_ref().texts().iter();
        wrong.extend(patterns.filter_map(|pattern| {
            Some(ExerciseError::WrongPrompt {
                source: Arc::clone(&source),
                range: prompts.span(),
                pattern: pattern.clone(),
                why: wrong_prompt(pattern)?,
            })
        }));
    }
    let outside = says.files.keys();
    let outside = outside.filter(|path| !stays_inside(Path::new(path)));
    wrong.extend(outside.map(|path| ExerciseError::FileOutside {
        path: path.clone(),
        source: Arc::clone(&source),
    }));
    match wrong.is_empty() {
        true => Ok(Manifest {
            name: name_of(path),
            source,
            says,
            wrong: None,
        }),
        false => Err(wrong),
    }
}

/// What the text says, and all of it that is wrong, in its order: what a complaint is
/// about is left out, and the rest read again.
fn read(source: &Arc<Source>) -> (Says, Vec<ExerciseError>) {
    // Where the text is no TOML, the first complaint is the cause of the others.
    let mut table = match DeTable::parse(source.text()) {
        Ok(table) => table,
        Err(error) => return (Says::default(), vec![malformed(source, &error)]),
    };
    let (mut says, mut errors) = (None, Vec::new());
    while says.is_none() {
        match Says::deserialize(toml::Deserializer::from(table.clone())) {
            Ok(read) => says = Some(read),
            Err(error) => {
                let is_left_out = leave_out(table.get_mut(), &error.span().unwrap_or_default());
                errors.push(error);
                if !is_left_out {
                    break;
                }
            }
        }
    }
    errors.sort_by_key(|error| error.span().map(|span| span.start));
    let wrong = errors
        .iter()
        .map(|error| malformed(source, error))
        .collect();
    (says.unwrap_or_default(), wrong)
}

/// Takes the innermost key whose name or value has the bytes of `span` out of `table`,
/// and says whether there was one.
fn leave_out(table: &mut DeTable, span: &Range<usize>) -> bool {
    let holds = |whole: Range<usize>| whole.start <= span.start && span.end <= whole.end;
    let inside = table.iter_mut().any(|(_, value)| match value.get_mut() {
        DeValue::Table(inner) => leave_out(inner, span),
        _ => false,
    });
    let has_span = |(key, value): (&Spanned<_>, &Spanned<_>)| {
        (holds(key.span()) || holds(value.span())).then(|| Spanned::clone(key))
    };
    let found = if inside {
        None
    } else {
        table.iter().find_map(has_span)
    };
    inside || found.is_some_and(|key| table.remove(&key).is_some())
}

fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// The manifest in `path`, which is wrong, as far as it says which exercise it
/// belongs to: without what else it says, that one must not be run.
fn found_by_wrong(path: &Path, wrong: &[ExerciseError]) -> Option<Manifest> {
    let bytes = std::fs::read(path).ok()?;
    let source = Source::new(path, String::from_utf8_lossy(&bytes));
    let Finds { question, command } =
        toml::from_str(source.text()).unwrap_or_else(|_| found_line_by_line(source.text()));
    (question.is_some() || command.is_some()).then(|| Manifest {
        name: name_of(path),
        source,
        says: Says {
            question,
            command,
            ..Says::default()
        },
        wrong: wrong.first().map(ExerciseError::obstacle),
    })
}

/// Names the prompts of `manifests` in the fences of the exercises that they belong to.
pub fn name_prompts(notes: &mut [Notes], manifests: &[Manifest]) {
    for notes in notes {
        for manifest in manifests {
            let Some(prompts) = &manifest.says.prompts else {
                continue;
            };
            let outside = manifest.is_in(None, &notes.fences);
            notes.name_prompts(prompts.get_ref().texts(), |question| match question {
                Some(question) => manifest.is_in(Some(&question.text), &question.fences),
                None => outside,
            });
        }
    }
}

/// What a text that is no TOML says of the exercise that it belongs to: it is enough to
/// keep that one from being run.
fn found_line_by_line(text: &str) -> Finds {
    let mut finds = Finds::default();
    let lines: Vec<&str> = text.lines().collect();
    for (number, line) in lines.iter().enumerate() {
        let Some((key, value)) = finding(line) else {
            continue;
        };
        // It may go on over lines, up to a bracket or three quotes.
        let below = lines[number + 1..].iter();
        let mut below = below.take_while(|line| finding(line).is_none());
        let last = below.position(|line| {
            let line = line.trim_end();
            line.ends_with(']') || line.ends_with("\"\"\"") || line.ends_with("'''")
        });
        let whole = [Some(number), last.map(|last| number + 1 + last)];
        let whole = whole
            .into_iter()
            .flatten()
            .find_map(|last| toml::from_str::<Finds>(&lines[number..=last].join("\n")).ok());
        let found = whole.unwrap_or_else(|| {
            let quotes = |letter: char| letter.is_whitespace() || "\"'[],".contains(letter);
            let value = value.trim_matches(quotes);
            let text = format!("{key} = {}", toml::Value::String(value.to_owned()));
            let found = toml::from_str::<Finds>(&text).ok();
            found.filter(|_| !value.is_empty()).unwrap_or_default()
        });
        finds.question = finds.question.or(found.question);
        finds.command = finds.command.or(found.command);
    }
    finds
}

/// What a manifest says that runs `setup` and writes `files`.
pub(super) fn setup_text(setup: &[String], files: &[&GivenFile]) -> String {
    let setup: Vec<toml::Value> = setup
        .iter()
        .map(|command| command.as_str().into())
        .collect();
    let mut text = format!("setup = {}\n", toml::Value::from(setup));
    let mut table = toml::Table::new();
    for file in files {
        let path = file.path.display().to_string();
        table.insert(path, file.contents.as_str().into());
    }
    if !table.is_empty() {
        text.push_str(&format!("\n[files]\n{table}"));
    }
    text
}

/// The key and the value of a line that says what to find.
fn finding(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let key = key.trim();
    let finds = ["question", "command"].contains(&key);
    finds.then_some((key, value))
}

fn malformed(source: &Arc<Source>, error: &toml::de::Error) -> ExerciseError {
    let source = Arc::clone(source);
    let range = error.span().unwrap_or(0..0);
    let message = error.message().to_owned();
    // serde says it so: unknown field `a`, expected one of `b`, `c`
    let mut quoted = message.split('`').skip(1).step_by(2).map(str::to_owned);
    match quoted.next() {
        Some(key) if message.starts_with("unknown field") => ExerciseError::UnknownKey {
            source,
            range,
            key,
            known: quoted.collect(),
        },
        _ => ExerciseError::Malformed {
            source,
            range,
            message,
        },
    }
}

impl Manifest {
    /// The bytes of the manifest that say what to find.
    pub(super) fn place(&self) -> Range<usize> {
        self.says
            .question
            .as_ref()
            .or(self.says.command.as_ref())
            .map_or(0..0, Spanned::span)
    }

    /// Whether it belongs to the fences of `question`: their commands are not known
    /// where their prompts are not.
    fn is_in(&self, question: Option<&str>, fences: &[Fence]) -> bool {
        let lines = fences.iter().flat_map(|fence| &fence.lines);
        self.fits(question, lines.map(|line| line.text.as_str()))
    }

    /// Whether it belongs to the exercise with this question and these commands.
    pub(super) fn fits<'a>(
        &self,
        question: Option<&str>,
        mut commands: impl Iterator<Item = &'a str>,
    ) -> bool {
        let texts = |key: &Option<Spanned<OneOrMore>>| {
            key.as_ref()
                .map(|texts| texts.get_ref().texts().to_vec())
                .unwrap_or_default()
        };
        let questions = texts(&self.says.question);
        let wanted = texts(&self.says.command);
        question.is_some_and(|question| {
            questions
                .iter()
                .any(|part| question.contains(part.as_str()))
        }) || commands.any(|command| wanted.iter().any(|part| command.contains(part.as_str())))
    }
}
