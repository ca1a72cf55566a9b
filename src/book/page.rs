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
//! A document without questions stays as it is, but for its exercise's results.

use pulldown_cmark::{Event, Parser, TagEnd};

use super::escape::{self, Edit, ImageLink};
use crate::notes::{self, Notes, Question};

/// What a page is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// mdBook's HTML: wrappers, anchors and results.
    Html,
    /// Any other renderer: Markdown alone.
    Plain,
}

/// A page, and the images it shows, by their place in the source.
pub(super) struct Page {
    pub markdown: String,
    pub images: Vec<ImageLink>,
}

/// Makes the page of `notes`. `results` gives the HTML of what is known about
/// the exercise of a question (none: of the document).
pub(super) fn page(notes: &Notes, form: Form, results: impl Fn(Option<&Question>) -> Option<String>) -> Page {
    if notes.topics.is_empty() {
        return document(notes, form, results(None));
    }
    let text = notes.layout.text();
    let found = escape::escapes(text);
    let mut edits = found.edits;
    if form == Form::Html {
        for ((_, question), (heading, end)) in notes.questions().zip(notes.layout.questions()) {
            let unanswered = if question.answered { "" } else { " labbook-unanswered" };
            let open = format!("<div class=\"labbook-question{unanswered}\">\n\n");
            let results = results(Some(question)).map(|results| format!("\n\n{results}")).unwrap_or_default();
            edits.push(Edit::insert(heading.start, open));
            edits.push(Edit::insert(heading.end, format!(" {{#{}}}{results}", question.slug)));
            edits.push(Edit::insert(end, "\n\n</div>\n\n"));
        }
        edits.sort_by_key(|edit| edit.range.start);
    }
    let mut images = found.images;
    for image in &mut images {
        image.range = notes.layout.source_range(image.range.clone());
    }
    Page { markdown: escape::apply(text, &edits), images }
}

fn document(notes: &Notes, form: Form, results: Option<String>) -> Page {
    let text = notes.source.text();
    let images = escape::images(text);
    let markdown = match results.filter(|_| form == Form::Html) {
        Some(results) => {
            let after_title = Edit::insert(end_of_title(text), format!("\n\n{results}\n\n"));
            escape::apply(text, &[after_title])
        }
        None => text.to_owned(),
    };
    Page { markdown, images }
}

/// The byte after the first heading, or 0.
fn end_of_title(text: &str) -> usize {
    Parser::new_ext(text, notes::options())
        .into_offset_iter()
        .find(|(event, _)| matches!(event, Event::End(TagEnd::Heading(_))))
        .map_or(0, |(_, range)| range.end)
}
