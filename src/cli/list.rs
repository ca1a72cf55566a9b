//! `labbook list`: what the notes hold.

use std::fmt::Write;

use serde::Serialize;

use crate::exercise::{Exercise, fences_not_run};
use crate::notes::Notes;
use crate::session::{self, Shell, Step};

use super::arguments::InputArguments;
use super::{CommandError, Status, complain, counted, inputs, say};

/// Arguments of `labbook list`.
#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    #[command(flatten)]
    input: InputArguments,
    /// How to print
    #[arg(long, value_enum, default_value_t = ListFormat::Pretty)]
    format: ListFormat,
    /// Say only what is damaged: exit status 3 where something is
    #[arg(long)]
    check: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ListFormat {
    /// For people
    Pretty,
    /// One document
    Json,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct ListDocument<'a> {
    schema: u32,
    notes: Vec<ListedNotes<'a>>,
    exercises: Vec<ListedExercise<'a>>,
}

#[derive(Serialize)]
struct ListedNotes<'a> {
    file: String,
    title: Option<&'a str>,
    topics: Vec<ListedTopic<'a>>,
    /// Lines that call Docker without a prompt, and are not run.
    unprompted: Vec<usize>,
}

#[derive(Serialize)]
struct ListedTopic<'a> {
    title: &'a str,
    line: usize,
    questions: Vec<ListedQuestion<'a>>,
}

#[derive(Serialize)]
struct ListedQuestion<'a> {
    text: &'a str,
    line: usize,
    answered: bool,
}

#[derive(Serialize)]
struct ListedExercise<'a> {
    id: &'a str,
    title: &'a str,
    file: String,
    line: usize,
    images: &'a [String],
    files: Vec<String>,
    steps: Vec<ListedStep<'a>>,
    /// Why it is not run, where that is known from its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    not_run: Option<&'a str>,
}

#[derive(Serialize)]
struct ListedStep<'a> {
    line: usize,
    shell: Shell,
    command: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keys: Option<&'static str>,
    expected: usize,
}

/// Lists what the notes hold.
///
/// # Errors
/// What is wrong with the input.
pub(super) fn run(arguments: &ListArguments) -> Result<Status, CommandError> {
    let inputs = inputs::read(&arguments.input)?;
    complain(&inputs.warnings);
    if arguments.check {
        return Ok(inputs.status);
    }
    let listing = ListDocument {
        schema: 1,
        notes: {
            let listed = |notes| listed_notes(notes, &inputs.exercises);
            inputs.notes.iter().map(listed).collect()
        },
        exercises: inputs
            .exercises
            .iter()
            .map(|exercise| ListedExercise {
                id: &exercise.id,
                title: &exercise.title,
                file: exercise.source.path().display().to_string(),
                line: exercise.line,
                images: &exercise.images,
                files: exercise
                    .files
                    .iter()
                    .map(|file| file.path.display().to_string())
                    .collect(),
                steps: exercise.steps.iter().map(listed_step).collect(),
                not_run: exercise.obstacle.as_ref().map(|obstacle| &*obstacle.reason),
            })
            .collect(),
    };
    say(&match arguments.format {
        ListFormat::Json => serde_json::to_string_pretty(&listing).unwrap_or_default() + "\n",
        ListFormat::Pretty => pretty(&listing),
    })?;
    Ok(inputs.status)
}

fn listed_notes<'n>(notes: &'n Notes, exercises: &[Exercise]) -> ListedNotes<'n> {
    let line = |offset| notes.source.line(offset);
    ListedNotes {
        file: notes.source.path().display().to_string(),
        title: notes.title.as_deref(),
        topics: notes
            .topics
            .iter()
            .map(|topic| ListedTopic {
                title: &topic.title,
                line: line(topic.heading.start),
                questions: topic
                    .questions
                    .iter()
                    .map(|question| ListedQuestion {
                        text: &question.text,
                        line: line(question.heading.start),
                        answered: question.answered,
                    })
                    .collect(),
            })
            .collect(),
        unprompted: fences_not_run(notes, exercises)
            .map(|(line, _)| line.number)
            .collect(),
    }
}

fn listed_step(step: &Step) -> ListedStep<'_> {
    ListedStep {
        line: step.line,
        shell: step.shell,
        command: step.command(),
        keys: step.keys().map(session::Keys::name),
        expected: step.expected.len(),
    }
}

fn pretty(listing: &ListDocument<'_>) -> String {
    let mut text = String::new();
    for notes in &listing.notes {
        write_notes(&mut text, notes);
    }
    for exercise in &listing.exercises {
        write_exercise(&mut text, exercise);
    }
    let questions = listing
        .notes
        .iter()
        .flat_map(|notes| &notes.topics)
        .map(|topic| topic.questions.len())
        .sum();
    let steps = listing
        .exercises
        .iter()
        .map(|exercise| exercise.steps.len())
        .sum();
    let _ = writeln!(
        text,
        "\n{}, {}, {}",
        counted(questions, "question"),
        counted(listing.exercises.len(), "exercise"),
        counted(steps, "step")
    );
    text
}

fn write_notes(text: &mut String, notes: &ListedNotes<'_>) {
    let file = &notes.file;
    let _ = writeln!(text, "{file}  {}", notes.title.unwrap_or_default());
    for topic in &notes.topics {
        let count = counted(topic.questions.len(), "question");
        let _ = writeln!(text, "  {} ({count})", topic.title);
        for question in &topic.questions {
            let answered = if question.answered {
                ""
            } else {
                "  [not answered]"
            };
            let ListedQuestion {
                line, text: asks, ..
            } = question;
            let _ = writeln!(text, "    {file}:{line} {asks}{answered}");
        }
    }
}

fn write_exercise(text: &mut String, exercise: &ListedExercise<'_>) {
    let _ = writeln!(
        text,
        "\n{}  {}  {}:{}",
        exercise.id, exercise.title, exercise.file, exercise.line
    );
    if let Some(reason) = exercise.not_run {
        let _ = writeln!(text, "    not run    {reason}");
    }
    for file in &exercise.files {
        let _ = writeln!(text, "    file       {file}");
    }
    for step in &exercise.steps {
        let shell = match step.shell {
            Shell::Host => "host",
            Shell::Container => "container",
        };
        let typed = step
            .command
            .or(step.keys)
            .unwrap_or_default()
            .replace('\n', "\n               ");
        let _ = writeln!(text, "    {shell:<9}  {typed}");
    }
}
