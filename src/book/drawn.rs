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
        let answers = notes.questions().flat_map(|(_, question)| &question.fences);
        let mut fences: Vec<&Fence> = answers.chain(&notes.fences).collect();
        fences.sort_by_key(|fence| fence.span.start);
        let known: Vec<KnownExercise> = exercises
            .iter()
            .map(|exercise| KnownExercise {
                exercise,
                console: Console::new(&exercise.steps),
                findings: Findings::new(exercise, results, labels),
            })
            .collect();
        let mut drawn = Self {
            exercises: overview(notes, &known),
            ..Self::default()
        };
        let mut above = drawn.add_heads(notes, &known, &fences, context);
        let mut at_line = BTreeMap::new();
        for (index, known) in known.iter().enumerate() {
            at_line.extend(known.console.lines().map(|line| (line, index)));
        }
        for fence in fences {
            let above = above.remove(&fence.span.start);
            let first = fence.lines.first().map_or(0, |line| line.number);
            let lines = first..first + fence.lines.len();
            let index = at_line.range(lines).next().map(|(_, index)| *index);
            let html = match (fence_kind(fence), index.and_then(|index| known.get(index))) {
                (FenceKind::Dockerfile, _) => dockerfile(fence),
                // A transcript, or the output of one in a fence of its own.
                (_, Some(known)) => session(
                    fence,
                    &known.exercise.steps,
                    &known.console,
                    &known.findings,
                    labels,
                ),
                (FenceKind::Session, None) => plain(fence),
                (FenceKind::Other, None) if above.is_some() => plain(fence),
                (FenceKind::Other, None) => continue,
            };
            drawn.fences.push(TextEdit {
                range: fence.laid.clone(),
                text: block(&(above.unwrap_or_default() + &html)),
            });
        }
        drawn
    }

    /// Writes what stands at each question's head: where it was asked, and what is known about
    /// its exercises. Gives what stands above the first fence of an exercise of no question,
    /// by the byte at which that fence begins.
    fn add_heads(
        &mut self,
        notes: &Notes,
        known: &[KnownExercise],
        fences: &[&Fence],
        context: &BookContext,
    ) -> BTreeMap<usize, String> {
        let (mut heads, mut reports) = (BTreeMap::new(), BTreeMap::new());
        for (_, question) in notes.questions() {
            heads.insert(question.heading.start, String::new());
        }
        let mut above: BTreeMap<usize, String> = BTreeMap::new();
        for known in known {
            let start = known.exercise.place.start;
            let report: &mut String = reports.entry(start).or_default();
            report.push_str(&known.findings.report());
            let head = known.findings.head();
            if let Some(of_question) = heads.get_mut(&start) {
                of_question.push_str(&head);
            } else {
                let at = fences.partition_point(|fence| fence.span.end <= start);
                if let Some(fence) = fences.get(at) {
                    above.entry(fence.span.start).or_default().push_str(&head);
                }
            }
        }
        for (topic, question) in notes.questions() {
            let report = reports.get(&question.heading.start);
            let report = report.map_or("", String::as_str);
            if let Some(head) = heads.get_mut(&question.heading.start) {
                head.insert_str(0, &meta(notes, topic, question, report, context));
            }
        }
        self.heads.extend(heads);
        above
    }
}

/// An exercise of the notes, with its steps by line and what results know about it.
struct KnownExercise<'e> {
    exercise: &'e Exercise,
    console: Console<'e>,
    findings: Findings<'e>,
}

/// The exercises as the overview lists them.
fn overview(notes: &Notes, known: &[KnownExercise]) -> Vec<OverviewEntry> {
    let slugs: BTreeMap<usize, &str> = notes
        .questions()
        .map(|(_, question)| (question.heading.start, question.slug.as_str()))
        .collect();
    let entries = known.iter().map(|known| OverviewEntry {
        title: known.exercise.title.clone(),
        at: known.exercise.place.start,
        anchor: match slugs.get(&known.exercise.place.start) {
            Some(slug) => address(slug),
            None => address(&known.findings.anchor(0)),
        },
        states: known.findings.states(),
    });
    entries.collect()
}

/// What stands below the text of a question: where it was asked, and where to say what is
/// wrong with it, with the `report` of its transcripts.
fn meta(
    notes: &Notes,
    topic: &Topic,
    question: &Question,
    report: &str,
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
        let text = format!("{path}:{line}\n{report}\n");
        meta += &link(&reports.address(&question.text, &text), labels.wrong);
    }
    wrap("div", "labbook-meta", &meta)
}

fn link(address: &str, text: &str) -> String {
    let (address, text) = (literal(address), literal(text));
    own(&format!("<a href=\"{address}\">{text}</a>"))
}
