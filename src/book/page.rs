//! A chapter's page: slices of its notes, with wrappers around the questions.
//!
//! ```text
//!     <div class="labbook-question">
//!     ### Why? {#why}                      the question, with an anchor
//!     <div class="labbook-verdicts">       what the last verify found
//!     - Because.                           the answer, its transcripts drawn
//!     </div>
//! ```
//!
//! A document without questions has no wrappers. What is active in either is
//! escaped, unless the book's author trusts the chapter.

use pulldown_cmark::{Event, Parser, Tag};

use super::anchors::renamed;
use super::chapter::PageFormat;
use super::context::BookContext;
use super::drawn::Drawn;
use super::escape::{Escaped, ImageLink, TextEdit, apply, escape, literally, unescaped};
use super::html::{BLOCK, block, literal, without_overrides};
use super::topics::Cut;
use crate::notes::{self, Notes};

/// A page, and the images it shows, by their place in the source.
pub(super) struct RenderedPage {
    pub markdown: String,
    /// The pages of its topics, where it is cut.
    pub topics: Vec<String>,
    pub images: Vec<ImageLink>,
}

/// Makes the page of `notes`, with what is `drawn` into it, or several.
pub(super) fn page(
    notes: &Notes,
    context: &BookContext,
    trusted: bool,
    drawn: Drawn,
    cut: Option<&Cut>,
) -> RenderedPage {
    let text = notes.layout.text();
    let mut wrappers = match context.form {
        PageFormat::Html => wrappers(notes, &drawn),
        PageFormat::Plain => Vec::new(),
    };
    wrappers.extend(cut.into_iter().flat_map(Cut::marks));
    wrappers.sort_by_key(|edit| edit.range.start);
    let mut edits = wrappers.clone();
    edits.extend(drawn.fences);
    if context.form == PageFormat::Html {
        edits.extend(renamed(notes));
    }
    edits.sort_by_key(|edit| edit.range.start);
    let mut marks = marks(&edits);
    let Escaped {
        markdown,
        changed,
        mut images,
    } = if trusted {
        unescaped(text, context.markdown)
    } else {
        escape(text, context.markdown, &mut marks)
    };
    for image in &mut images {
        image.range = notes.layout.source_range(image.range.clone());
    }
    let mut page = with(&markdown, &marks, &edits);
    if changed && !holds(&page, &edits) {
        let mut marks = self::marks(&wrappers);
        let literal = literally(text, &mut marks);
        page = with(&literal, &marks, &wrappers);
    }
    if context.form == PageFormat::Html {
        page = described(page, notes);
    }
    let pieces = cut.and_then(|cut| cut.pieces(&page, notes));
    let pages = pieces.unwrap_or_else(|| vec![page]).into_iter();
    let mut pages = pages.map(|page| finished(page, context, trusted));
    RenderedPage {
        markdown: pages.next().unwrap_or_default(),
        topics: pages.collect(),
        images,
    }
}

/// `page` with the questions as descriptions of the images in their answers that have none.
fn described(page: String, notes: &Notes) -> String {
    if !page.contains("![]") {
        return page;
    }
    let mut questions = notes.questions();
    let mut question = None;
    let mut edits = Vec::new();
    for (event, range) in Parser::new_ext(&page, notes::options()).into_offset_iter() {
        match event {
            Event::Html(tag) if tag.starts_with(WRAPPER) => question = questions.next(),
            Event::Html(tag) if tag.trim_end() == "</div>" => question = None,
            Event::Start(Tag::Image { .. }) if page[range.clone()].starts_with("![]") => {
                edits.extend(question.map(|(_, question)| {
                    TextEdit::insert(range.start + "![".len(), literal(&question.text))
                }));
            }
            _ => {}
        }
    }
    apply(&page, &edits)
}

/// A page with what stands on each of a book.
fn finished(mut page: String, context: &BookContext, trusted: bool) -> String {
    if context.form == PageFormat::Plain {
        return page;
    }
    if !trusted {
        page = without_overrides(&page).into_owned();
    }
    if !context.synonyms.is_empty() {
        page += &format!("\n\n{}\n", block(&names(&context.synonyms)));
    }
    if context.mathjax && !trusted {
        page = format!("{NO_FORMULAS}\n\n{page}\n\n</div>\n");
    }
    page
}

/// Keeps MathJax from reading formulas: they may hold links that run something,
/// and a shell's `$$` is none.
const NO_FORMULAS: &str = "<div class=\"tex2jax_ignore\">";

/// Names of the same thing, for the search's script.
fn names(rows: &[Vec<String>]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| row.join("|").to_lowercase())
        .collect();
    let rows = literal(&rows.join("\n"));
    format!("<div class=\"labbook-names\" data-names=\"{rows}\" hidden></div>")
}

/// What stands around the questions, in order.
fn wrappers(notes: &Notes, drawn: &Drawn) -> Vec<TextEdit> {
    let mut wrappers = Vec::new();
    let places = notes.layout.questions();
    for ((_, question), (heading, end)) in notes.questions().zip(places) {
        let unanswered = if question.answered {
            ""
        } else {
            " labbook-unanswered"
        };
        let open = format!("{WRAPPER}{unanswered}\">\n\n");
        let head = drawn.heads.get(&question.heading.start);
        let head = head.map_or_else(String::new, |head| format!("\n\n{}", block(head)));
        let anchor = format!(" {{#{}}}{head}", question.slug);
        wrappers.push(TextEdit::insert(heading.start, open));
        wrappers.push(TextEdit::insert(heading.end, anchor));
        wrappers.push(TextEdit::insert(end, "\n\n</div>\n\n"));
    }
    wrappers
}

/// Where `edits` begin and end.
fn marks(edits: &[TextEdit]) -> Vec<usize> {
    let ranges = edits.iter().map(|edit| &edit.range);
    ranges.flat_map(|range| [range.start, range.end]).collect()
}

/// `markdown` with what is to stand between the `marks`, two for each of `edits`.
fn with(markdown: &str, marks: &[usize], edits: &[TextEdit]) -> String {
    let edits = marks.chunks_exact(2).zip(edits);
    let edits: Vec<TextEdit> = edits
        .map(|(marks, edit)| TextEdit {
            range: marks[0]..marks[1],
            text: edit.text.clone(),
        })
        .collect();
    apply(markdown, &edits)
}

/// How a question's wrapper begins.
const WRAPPER: &str = "<div class=\"labbook-question";

/// Whether the parser sees as many wrappers and drawings in `page` as there are:
/// what was escaped in hostile notes may open a fence that swallows them.
fn holds(page: &str, edits: &[TextEdit]) -> bool {
    let (mut opened, mut closed, mut drawn) = (0, 0, 0);
    for event in Parser::new_ext(page, notes::options()) {
        if let Event::Html(tag) = event {
            opened += usize::from(tag.starts_with(WRAPPER));
            closed += usize::from(tag.trim_end() == "</div>");
            drawn += usize::from(tag.starts_with(BLOCK));
        }
    }
    let count = |what| edits.iter().filter(|edit| edit.text.contains(what)).count();
    opened == count(WRAPPER) && closed >= opened && drawn == count(BLOCK)
}
