//! What labbook draws into the page of a file of notes, and where.

use std::collections::BTreeMap;

use crate::exercise::Exercise;
use crate::notes::{Fence, Notes};
use crate::results::Report;
use crate::session::{FenceKind, fence_kind};

use super::console::Console;
use super::draw::{dockerfile, plain, session};
use super::escape::Edit;
use super::html::{block, element, literal, own, wrap};
use super::labels::Labels;
use super::verdict::Findings;

/// A character that nobody sees: the site's search finds a question's class and topic
/// before it.
const AFTER_PLACE: &str = "\u{2063}";

/// HTML for the page of a file of notes.
#[derive(Default)]
pub(super) struct Drawn {
    /// What stands below the text of a question, by the byte at which the text begins.
    pub heads: BTreeMap<usize, String>,
    /// What stands in place of fences in the laid out text.
    pub fences: Vec<Edit>,
}

impl Drawn {
    /// Draws the transcripts and Dockerfiles of `notes`, with what `report` knows about
    /// its `exercises`.
    pub fn new(
        notes: &Notes,
        exercises: &[&Exercise],
        report: Option<&Report>,
        labels: &'static Labels,
    ) -> Self {
        let mut drawn = Self::default();
        for (topic, question) in notes.questions() {
            let title = notes.title.as_deref();
            let place = title.into_iter().chain([topic.title.as_str()]);
            let place = literal(&place.collect::<Vec<_>>().join(" › "));
            let mut meta = own(&format!("{place}{AFTER_PLACE}"));
            if !question.answered {
                meta += &own(&element("span", "labbook-mark", labels.unanswered));
            }
            let meta = wrap("div", "labbook-meta", &meta);
            drawn.heads.insert(question.heading.start, meta);
        }
        let answers = notes.questions().flat_map(|(_, question)| &question.fences);
        let mut fences: Vec<&Fence> = answers.chain(&notes.fences).collect();
        fences.sort_by_key(|fence| fence.span.start);
        let mut above: BTreeMap<usize, String> = BTreeMap::new();
        let known: Vec<_> = exercises
            .iter()
            .map(|exercise| {
                let findings = Findings::new(exercise, report, labels);
                let start = exercise.place.start;
                let head = findings.head();
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
        for fence in fences {
            let above = above.remove(&fence.span.start);
            let html = match fence_kind(fence) {
                FenceKind::Dockerfile => dockerfile(fence),
                FenceKind::Session => {
                    let known = known.iter().find(|(_, console, _)| console.is_in(fence));
                    known.map_or_else(
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
            drawn.fences.push(Edit {
                range: fence.laid.clone(),
                text: block(&html),
            });
        }
        drawn
    }
}
