//! A chapter's page: slices of its notes, with wrappers around the questions.
//!
//! ```text
//!     <div class="labbook-question">
//!     ### Why? {#why}                      the question, with an anchor
//!     <div class="labbook-results">        what the last verify found
//!     - Because.                           the answer
//!     </div>
//! ```
//!
//! A document without questions has no wrappers, only its exercise's results. What
//! is active in either is escaped, unless the book's author trusts the chapter.

use pulldown_cmark::{Event, Parser, TagEnd};

use super::chapter::Form;
use super::context::Context;
use super::escape::{Edit, Escaped, ImageLink, apply, escape, literally, unescaped};
use crate::notes::{self, Notes, Question};

/// A page, and the images it shows, by their place in the source.
pub(super) struct Page {
    pub markdown: String,
    pub images: Vec<ImageLink>,
}

/// Makes the page of `notes`. `results` gives the HTML of what is known about
/// the exercise of a question (none: of the document).
pub(super) fn page(
    notes: &Notes,
    context: &Context,
    trusted: bool,
    results: impl Fn(Option<&Question>) -> Option<String>,
) -> Page {
    let inert = |text: &str, marks: &mut [usize]| {
        if trusted {
            unescaped(text, context.markdown)
        } else {
            escape(text, context.markdown, marks)
        }
    };
    let mut page = if notes.topics.is_empty() {
        document(notes, context.form, inert, results(None))
    } else {
        questions(notes, context.form, inert, results)
    };
    if context.mathjax && !trusted && context.form == Form::Html {
        page.markdown = format!("{NO_FORMULAS}\n\n{}\n\n</div>\n", page.markdown);
    }
    page
}

/// Keeps MathJax from reading formulas: they may hold links that run something,
/// and a shell's `$$` is none.
const NO_FORMULAS: &str = "<div class=\"tex2jax_ignore\">";

fn questions(
    notes: &Notes,
    form: Form,
    inert: impl Fn(&str, &mut [usize]) -> Escaped,
    results: impl Fn(Option<&Question>) -> Option<String>,
) -> Page {
    let text = notes.layout.text();
    let places: Vec<usize> = notes
        .layout
        .questions()
        .flat_map(|(heading, end)| [heading.start, heading.end, end])
        .collect();
    let mut marks = places.clone();
    let Escaped {
        mut markdown,
        changed,
        mut images,
    } = inert(text, &mut marks);
    for image in &mut images {
        image.range = notes.layout.source_range(image.range.clone());
    }
    if form == Form::Html {
        let escaped = wrapped(notes, &markdown, &marks, &results);
        markdown = if changed && !holds_wrappers(&escaped, marks.len() / 3) {
            marks = places;
            let literal = literally(text, &mut marks);
            wrapped(notes, &literal, &marks, &results)
        } else {
            escaped
        };
    }
    Page { markdown, images }
}

/// Puts the wrappers into `markdown`; `marks` are each question's begin, the end
/// of its own text, and the end of its answer.
fn wrapped(
    notes: &Notes,
    markdown: &str,
    marks: &[usize],
    results: impl Fn(Option<&Question>) -> Option<String>,
) -> String {
    let mut edits = Vec::with_capacity(marks.len());
    for ((_, question), marks) in notes.questions().zip(marks.chunks_exact(3)) {
        let unanswered = if question.answered {
            ""
        } else {
            " labbook-unanswered"
        };
        let open = format!("{WRAPPER}{unanswered}\">\n\n");
        let results = results(Some(question))
            .map(|results| format!("\n\n{results}"))
            .unwrap_or_default();
        let anchor = format!(" {{#{}}}{results}", question.slug);
        let inserted = [open, anchor, "\n\n</div>\n\n".to_owned()];
        edits.extend(
            marks
                .iter()
                .zip(inserted)
                .map(|(mark, text)| Edit::insert(*mark, text)),
        );
    }
    apply(markdown, &edits)
}

/// How a question's wrapper begins.
const WRAPPER: &str = "<div class=\"labbook-question";

/// Whether the parser sees as many wrappers in `page` as there are questions:
/// what was escaped in hostile notes may open a fence that swallows them.
fn holds_wrappers(page: &str, questions: usize) -> bool {
    let (mut opened, mut closed) = (0, 0);
    for event in Parser::new_ext(page, notes::options()) {
        if let Event::Html(tag) = event {
            opened += usize::from(tag.starts_with(WRAPPER));
            closed += usize::from(tag.trim_end() == "</div>");
        }
    }
    opened == questions && closed >= questions
}

fn document(
    notes: &Notes,
    form: Form,
    inert: impl Fn(&str, &mut [usize]) -> Escaped,
    results: Option<String>,
) -> Page {
    let text = notes.source.text();
    let Some(results) = results.filter(|_| form == Form::Html) else {
        let Escaped {
            markdown, images, ..
        } = inert(text, &mut []);
        return Page { markdown, images };
    };
    let mut marks = [end_of_title(text)];
    let Escaped {
        markdown, images, ..
    } = inert(text, &mut marks);
    let after_title = marks.map(|title| Edit::insert(title, format!("\n\n{results}\n\n")));
    let markdown = apply(&markdown, &after_title);
    Page { markdown, images }
}

/// The byte after the first heading, or 0.
fn end_of_title(text: &str) -> usize {
    Parser::new_ext(text, notes::options())
        .into_offset_iter()
        .find(|(event, _)| matches!(event, Event::End(TagEnd::Heading(_))))
        .map_or(0, |(_, range)| range.end)
}
