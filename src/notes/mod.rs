//! Markdown to questions, by byte range of the source.
//!
//! ```text
//!     Notes
//!       topics:    Topic      a heading under which questions stand
//!         questions: Question   a top-level item; its answer and every block up
//!                               to the next question or heading
//!           fences:    Fence      a fenced code block with its caption
//!       fences:    Fence      those under no question
//!       sections:  Section    the headings that they stand under
//! ```

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnose, Diagnostic, Source};

mod error;
mod file_name;
mod layout;
mod lines;
mod parse;
mod slug;
#[cfg(test)]
mod tests;
mod topics;

pub use error::NotesError;
pub use file_name::FileName;
pub use layout::Layout;
pub(crate) use parse::options;
pub use slug::slug;

/// One Markdown file, understood.
#[derive(Debug)]
pub struct Notes {
    /// The file.
    pub source: Arc<Source>,
    /// The text of the first heading of level 1, without markup.
    pub title: Option<String>,
    /// In the order of the file; empty when the notes are a document.
    pub topics: Vec<Topic>,
    /// The fences that stand under no question, in the order of the file.
    pub fences: Vec<Fence>,
    /// Code that is no fence: indented, or between the marks of one inside of HTML.
    pub hidden: Vec<Fence>,
    /// The bytes of all code blocks, closed or not, and of comments.
    code: Vec<Range<usize>>,
    /// The parts of a document, in the order of the file: a heading each, with at
    /// least one of `fences`.
    pub sections: Vec<Section>,
    /// The text as CommonMark has to read it.
    pub layout: Layout,
}

impl Notes {
    /// Names prompts of the fences that `is_meant`, beside those that they have; a
    /// fence under a question comes with it.
    pub fn name_prompts(
        &mut self,
        prompts: &[String],
        is_meant: impl Fn(Option<&Question>) -> bool,
    ) {
        let name = |fence: &mut Fence| {
            fence.prompts = fence.prompts.iter().chain(prompts).cloned().collect();
        };
        for question in self
            .topics
            .iter_mut()
            .flat_map(|topic| &mut topic.questions)
        {
            if is_meant(Some(question)) {
                question.fences.iter_mut().for_each(name);
            }
        }
        if is_meant(None) {
            self.fences.iter_mut().for_each(name);
        }
    }

    /// The fences of each place that is read by itself: of a question, and of the document
    /// around the questions.
    pub fn places_mut(&mut self) -> impl Iterator<Item = &mut [Fence]> {
        let topics = self.topics.iter_mut();
        let questions = topics.flat_map(|topic| &mut topic.questions);
        let answers = questions.map(|question| question.fences.as_mut_slice());
        answers.chain(std::iter::once(self.fences.as_mut_slice()))
    }

    /// Reads the notes in `source`, and what is worth a look in them.
    ///
    /// # Errors
    /// All that keeps the file from being read: fences that are not closed.
    pub fn parse(source: &Arc<Source>) -> Result<(Self, Vec<Diagnostic>), Vec<NotesError>> {
        let (notes, warnings, errors) = Self::read(source);
        if errors.is_empty() {
            Ok((notes, warnings))
        } else {
            Err(errors)
        }
    }

    /// Reads what can be read of the notes in `source`, with what is worth a look and
    /// the fences that are not closed: each takes all that follows it.
    pub fn read(source: &Arc<Source>) -> (Self, Vec<Diagnostic>, Vec<NotesError>) {
        let (layout, warnings) = Layout::new(source);
        let warnings = warnings.iter().map(Diagnose::diagnose).collect();
        let (notes, errors) = parse::parse(layout, source);
        (notes, warnings, errors)
    }

    /// Whether the byte at `offset` of the source stands in running text: in no code block,
    /// comment, heading or question.
    pub fn is_running_text(&self, offset: usize) -> bool {
        let line = self.source.line(offset);
        let hidden = self.hidden.iter().flat_map(|code| &code.lines);
        let questions = self.questions().map(|(_, question)| &question.heading);
        let headings = self.topics.iter().map(|topic| &topic.heading);
        let mut other = self.code.iter().chain(questions).chain(headings);
        !other.any(|range| range.contains(&offset))
            && !hidden.map(|line| line.number).any(|number| number == line)
    }

    /// All questions with their topics, in the order of the file.
    pub fn questions(&self) -> impl Iterator<Item = (&Topic, &Question)> {
        self.topics.iter().flat_map(|topic| {
            topic
                .questions
                .iter()
                .map(move |question| (topic, question))
        })
    }
}

/// A part of a document: what stands under one heading, up to the next, and under no
/// question.
#[derive(Debug)]
pub struct Section {
    /// The heading's text, without markup; empty before the first heading.
    pub title: String,
    /// Unique among the file's sections, from the title; empty under the file's own
    /// title and before the first heading.
    pub slug: String,
    /// The heading's bytes.
    pub heading: Range<usize>,
    /// Which of [`Notes::fences`].
    pub fences: Range<usize>,
}

/// A heading under which questions stand.
#[derive(Debug)]
pub struct Topic {
    /// The heading's text, without markup.
    pub title: String,
    /// The heading's bytes.
    pub heading: Range<usize>,
    /// In the order of the file.
    pub questions: Vec<Question>,
}

/// A top-level list item under a topic.
#[derive(Debug)]
pub struct Question {
    /// The question's text, without markup and without line breaks.
    pub text: String,
    /// Unique within the file, from the text: lower case, words joined by `-`.
    pub slug: String,
    /// The bytes of the question's own text, without its bullet.
    pub heading: Range<usize>,
    /// The bytes of the answer: from the end of the question's own text up to
    /// the next question or heading.
    pub answer: Range<usize>,
    /// Whether anything but `...` was answered.
    pub answered: bool,
    /// The answer's fences, in order.
    pub fences: Vec<Fence>,
}

/// A fenced code block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The bytes from the opening fence to the end of the closing one.
    pub span: Range<usize>,
    /// The same bytes in the laid out text.
    pub laid: Range<usize>,
    /// The info string (`bash`), often empty or wrong.
    pub info: String,
    /// The content's lines without the list's indent, each with its byte range
    /// in the source.
    pub lines: Vec<FenceLine>,
    /// The paragraph right before the fence, where it is a caption
    /// (`< ... >`) or ends in a colon; without the angle brackets, escapes resolved.
    pub caption: Option<String>,
    /// The paragraph right before the fence.
    pub above: Option<String>,
    /// The last blocks of text between the fence or question above and this fence, headings
    /// too, in order; at most three.
    pub lead: Vec<String>,
    /// The prompts that a book or a manifest names for it: `[강의실] {user} %`.
    pub prompts: Arc<[String]>,
    /// How its lines are typed, where they are commands that show no prompt.
    pub unprompted: Option<Unprompted>,
}

/// How the commands of a fence are typed that show no prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unprompted {
    /// Each is a step.
    OneByOne,
    /// They are one step: the fence below shows what all of them print, or the last ones.
    Together,
    /// Each is a step, and what stands between them is output.
    WithOutput,
}

/// A line of a fence's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FenceLine {
    /// The line without its end and without the list's indent.
    pub text: String,
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its bytes in the source (without the list's indent).
    pub range: Range<usize>,
}
