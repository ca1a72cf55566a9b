//! What labbook draws into the page of a file of notes, and where.

use std::collections::BTreeMap;
use std::path::Path;

use crate::exercise::Exercise;
use crate::notes::{Fence, Notes, Question, Topic};
use crate::session::{FenceKind, fence_kind};

use super::chapter::shown_path;
use super::console::Console;
use super::context::BookContext;
use super::draw::{dockerfile, plain, session};
use super::escape::TextEdit;
use super::html::{block, element, literal, own, wrap};
use super::reports::encoded_path;
use super::verdict::{ExerciseStanding, Findings, Results, address};

/// A character that nobody sees: the site's search finds a question's class and topic
/// before it.
const AFTER_PLACE: &str = "\u{2063}";

/// HTML for the page of a file of notes.
#[derive(Default)]
pub(super) struct Drawn {
    /// What stands below the text of a question, by the byte at which the text begins.
    pub heads: BTreeMap<usize, String>,
    /// What stands in place of fences in the laid out text.
    pub fences: Vec<TextEdit>,
    /// Its exercises, as the overview lists them.
    pub exercises: Vec<OverviewEntry>,
}

/// An exercise in the overview.
pub(super) struct OverviewEntry {
    /// What readers call it.
    pub title: String,
    /// The byte of the notes at which it begins.
    pub at: usize,
    /// Its place on its page, as an address names it.
    pub anchor: String,
    /// How it stands on each engine.
    pub states: Vec<ExerciseStanding>,
}

impl Drawn {
    /// Draws the transcripts and Dockerfiles of `notes`, with what `results` know about
    /// its `exercises`.
    pub(super) fn new(
        notes: &Notes,
        exercises: &[&Exercise],
        results: Option<&Results<'_>>,
        context: &BookContext,
    ) -> Self {
        let labels = context.labels;
        let mut drawn = Self::default();
        let mut slugs = BTreeMap::new();
        for (_, question) in notes.questions() {
            drawn.heads.insert(question.heading.start, String::new());
            slugs.insert(question.heading.start, &question.slug);
        }
        let answers = notes.questions().flat_map(|(_, question)| &question.fences);
        let mut fences: Vec<&Fence> = answers.chain(&notes.fences).collect();
        fences.sort_by_key(|fence| fence.span.start);
        let mut above: BTreeMap<usize, String> = BTreeMap::new();
        let known: Vec<_> = exercises
            .iter()
            .map(|exercise| {
                let findings = Findings::new(exercise, results, labels);
                let start = exercise.place.start;
                let head = findings.head();
                drawn.exercises.push(OverviewEntry {
                    title: exercise.title.clone(),
                    at: start,
                    anchor: match slugs.get(&start) {
                        Some(slug) => address(slug),
                        None => address(&findings.anchor(0)),
                    },
                    states: findings.states(),
                });
                if let Some(of_question) = drawn.heads.get_mut(&start) {
                    of_question.push_str(&head);
                } else {
                    let at = fences.partition_point(|fence| fence.span.end <= start);
                    if let Some(fence) = fences.get(at) {
                        above.entry(fence.span.start).or_default().push_str(&head);
                    }
                }
                (*exercise, Console::new(&exercise.steps), findings)
            })
            .collect();
        let mut said: BTreeMap<usize, String> = BTreeMap::new();
        for (exercise, _, findings) in &known {
            let of_question = said.entry(exercise.place.start).or_default();
            of_question.push_str(&findings.report());
        }
        for (topic, question) in notes.questions() {
            let said = said.get(&question.heading.start);
            let meta = meta(
                notes,
                topic,
                question,
                said.map_or("", String::as_str),
                context,
            );
            if let Some(head) = drawn.heads.get_mut(&question.heading.start) {
                head.insert_str(0, &meta);
            }
        }
        let mut at_line = BTreeMap::new();
        for (index, (_, console, _)) in known.iter().enumerate() {
            at_line.extend(console.prompt_lines().map(|line| (line, index)));
        }
        for fence in fences {
            let above = above.remove(&fence.span.start);
            let html = match fence_kind(fence) {
                FenceKind::Dockerfile => dockerfile(fence),
                FenceKind::Session => {
                    let first = fence.lines.first().map_or(0, |line| line.number);
                    let lines = first..first + fence.lines.len();
                    let index = at_line.range(lines).next().map(|(_, index)| *index);
                    index.and_then(|index| known.get(index)).map_or_else(
                        || plain(fence),
                        |(exercise, console, findings)| {
                            session(fence, &exercise.steps, console, findings, labels)
                        },
                    )
                }
                FenceKind::Other if above.is_some() => plain(fence),
                FenceKind::Other => continue,
            };
            let html = above.unwrap_or_default() + &html;
            drawn.fences.push(TextEdit {
                range: fence.laid.clone(),
                text: block(&html),
            });
        }
        drawn
    }
}

/// What stands below the text of a question: where it was asked, and where to say what is
/// wrong with it, with what was `said` of its transcripts.
fn meta(
    notes: &Notes,
    topic: &Topic,
    question: &Question,
    said: &str,
    context: &BookContext,
) -> String {
    let labels = context.labels;
    let title = notes.title.as_deref();
    let place = title.into_iter().chain([topic.title.as_str()]);
    let place = literal(&place.collect::<Vec<_>>().join(" › "));
    let mut meta = own(&format!("{place}{AFTER_PLACE}"));
    if !question.answered {
        meta += &own(&element("span", "labbook-mark", labels.unanswered));
    }
    let file = notes.source.path();
    let root = shown_path(&context.root);
    // Never the folder on the author's machine.
    let inside = file.strip_prefix(&root).ok();
    let name = file.file_name().map(Path::new);
    let path = inside.or(name).unwrap_or(file).display().to_string();
    let line = notes.source.line(question.heading.start);
    let edit = context.edits.as_ref().filter(|_| inside.is_some());
    if let Some(template) = edit {
        let address = template.replace("{path}", &encoded_path(&path));
        meta += &link(&format!("{address}#L{line}"), labels.edit);
    }
    if let Some(reports) = &context.reports {
        let text = format!("{path}:{line}\n{said}\n");
        meta += &link(&reports.address(&question.text, &text), labels.wrong);
    }
    wrap("div", "labbook-meta", &meta)
}

fn link(address: &str, text: &str) -> String {
    let (address, text) = (literal(address), literal(text));
    own(&format!("<a href=\"{address}\">{text}</a>"))
}
