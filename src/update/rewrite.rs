//! Notes with changes put in. What is not said to change stays as it is to the
//! byte: indents, marks of quotes, line ends, prompts on the same line.

use std::collections::BTreeMap;
use std::ops::Range;

use super::LineChange;
use crate::notes::{Fence, FenceLine, Notes};
use crate::report::without_filling;

/// The text of `notes` with `changes`, in the order of the notes; none where a line
/// is not there as the changes have it.
pub fn rewrite(notes: &Notes, changes: &[LineChange]) -> Option<String> {
    let mut of_line: BTreeMap<usize, Vec<&LineChange>> = BTreeMap::new();
    for change in changes {
        of_line.entry(change.line()).or_default().push(change);
    }
    let text = notes.source.text();
    let mut edits: Vec<(Range<usize>, String)> = Vec::new();
    let mut found = 0;
    let in_questions = notes.questions().flat_map(|(_, question)| &question.fences);
    for fence in in_questions.chain(&notes.fences) {
        let (mut longest, mark) = (0, mark_of(text, fence).0);
        for line in &fence.lines {
            let Some(changes) = of_line.get(&line.number) else {
                continue;
            };
            found += 1;
            let written = Written::of(notes, fence, line);
            let new = written.with(changes)?;
            let of_marks = new
                .lines()
                .map(|line| run_of(written.content_of(line), mark));
            longest = longest.max(of_marks.max().unwrap_or(0));
            edits.push((written.range.clone(), new));
        }
        edits.extend(longer_marks(text, fence, longest));
    }
    if found < of_line.len() {
        return None;
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut rewritten = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in edits {
        rewritten.push_str(text.get(at..range.start)?);
        rewritten.push_str(&new);
        at = range.end;
    }
    rewritten.push_str(text.get(at..)?);
    Some(rewritten)
}

/// A line of a fence, as it stands in the file.
struct Written<'n> {
    /// Its bytes, with the line end.
    range: Range<usize>,
    /// What stands before the content: an indent, marks of a quote.
    prefix: &'n str,
    content: &'n str,
    end: &'n str,
    /// The prefix of a line of the fence that holds text.
    prefix_of_text: &'n str,
}

impl<'n> Written<'n> {
    fn of(notes: &'n Notes, fence: &Fence, line: &FenceLine) -> Self {
        let text = notes.source.text();
        let parts = |line: &FenceLine| {
            let whole = notes.source.line_range(line.number);
            let own = line.range.start.clamp(whole.start, whole.end);
            (&text[whole.start..own], &text[own..whole.end], whole)
        };
        let (prefix, content, whole) = parts(line);
        let holds_text = |line: &&FenceLine| !line.text.trim().is_empty();
        let of_text = [line].into_iter().chain(&fence.lines).find(holds_text);
        let next = notes.source.line_range(line.number + 1).start;
        Self {
            range: whole.start..next,
            prefix,
            content,
            end: &text[whole.end..next],
            prefix_of_text: of_text.map_or(prefix, |line| parts(line).0),
        }
    }

    /// What stands there after `changes`, which come in the order of the line; none
    /// where a text of theirs is not there.
    fn with(&self, changes: &[&LineChange]) -> Option<String> {
        let mut lines = vec![self.content.to_owned()];
        let mut gone = false;
        // The end of what was changed last.
        let mut at = None;
        for change in changes {
            let last = lines.last_mut()?;
            match change {
                LineChange::Replace { from, to, .. } => {
                    let (range, to) = (find(last, from, at)?, without_filling(to));
                    at = Some(range.start + to.len());
                    last.replace_range(range, &to);
                }
                LineChange::Remove { text, .. } => {
                    let range = find(last, text, at)?;
                    at = Some(range.start);
                    last.replace_range(range, "");
                    gone = lines.len() == 1;
                }
                LineChange::InsertAfter { below, text, .. } => {
                    let end = match (below, at) {
                        (None, _) => last.len(),
                        (Some(_), Some(at)) => at,
                        (Some(below), None) => find(last, below, None)?.end,
                    };
                    let is_last = last[end..].trim().is_empty();
                    let rest = last.split_off(if is_last { last.len() } else { end });
                    let text = without_filling(text);
                    at = Some(text.len());
                    lines.push(text + &rest);
                }
            }
        }
        let kept = usize::from(gone && lines.first()?.trim().is_empty());
        let written = lines.iter().enumerate().skip(kept);
        Some(
            written
                .map(|(index, line)| self.line(index, line))
                .collect(),
        )
    }

    /// A line of those that this one becomes, without what stands before it.
    fn content_of<'l>(&self, line: &'l str) -> &'l str {
        let line = line.strip_prefix(self.prefix_of_text).unwrap_or(line);
        line.trim_start()
    }

    /// The text as line `index` of those that this one becomes.
    fn line(&self, index: usize, text: &str) -> String {
        let is_blank = |text: &str| text.trim().is_empty();
        let prefix = match (is_blank(text), index == 0 && !is_blank(self.content)) {
            (false, true) => self.prefix,
            (false, false) => self.prefix_of_text,
            (true, _) => self.prefix_of_text.trim_end(),
        };
        format!("{prefix}{text}{}", self.end)
    }
}

/// Where `text` stands in `line`, from byte `at` on.
fn find(line: &str, text: &str, at: Option<usize>) -> Option<Range<usize>> {
    let at = at.unwrap_or(0);
    let start = at + line.get(at..)?.find(text)?;
    Some(start..start + text.len())
}

/// The mark that the fence is made of, and how many of them.
fn mark_of(text: &str, fence: &Fence) -> (char, usize) {
    let opening = &text[fence.span.clone()];
    let mark = opening.chars().next().unwrap_or('`');
    (mark, run_of(opening, mark))
}

/// How many of `mark` the text begins with.
fn run_of(text: &str, mark: char) -> usize {
    text.chars().take_while(|next| *next == mark).count()
}

/// What makes the fence longer than `longest`, the longest run of its mark that a new
/// line begins with: further marks for its opening and closing line.
fn longer_marks(text: &str, fence: &Fence, longest: usize) -> Vec<(Range<usize>, String)> {
    let (mark, count) = mark_of(text, fence);
    if longest < count {
        return Vec::new();
    }
    let further = mark.to_string().repeat(longest + 1 - count);
    let end = fence.span.start + text[fence.span.clone()].trim_end().len();
    [fence.span.start, end]
        .map(|place| (place..place, further.clone()))
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn rewritten(text: &str, changes: &[LineChange]) -> Option<String> {
        let (notes, _) = Notes::parse(&Source::new("a.md", text)).expect("notes");
        rewrite(&notes, changes)
    }

    fn replace(line: usize, from: &str, to: &str) -> LineChange {
        LineChange::Replace {
            line,
            from: from.to_owned(),
            to: to.to_owned(),
        }
    }

    fn insert(line: usize, below: Option<&str>, text: &str) -> LineChange {
        LineChange::InsertAfter {
            line,
            below: below.map(str::to_owned),
            text: text.to_owned(),
        }
    }

    fn remove(line: usize, text: &str) -> LineChange {
        LineChange::Remove {
            line,
            text: text.to_owned(),
        }
    }

    #[test]
    fn only_what_is_named_changes() {
        let text = "```\n$ x\na\nb\n```\n";
        for (changes, new) in [
            (vec![replace(3, "a", "c")], "```\n$ x\nc\nb\n```\n"),
            (vec![remove(3, "a")], "```\n$ x\nb\n```\n"),
            (
                vec![insert(2, None, "c"), insert(2, None, "d")],
                "```\n$ x\nc\nd\na\nb\n```\n",
            ),
            (
                vec![remove(3, "a"), insert(3, Some("a"), "c")],
                "```\n$ x\nc\nb\n```\n",
            ),
            (
                vec![replace(3, "a", "c"), insert(3, Some("a"), "d")],
                "```\n$ x\nc\nd\nb\n```\n",
            ),
            (vec![], text),
        ] {
            assert_eq!(rewritten(text, &changes).as_deref(), Some(new));
            // Line ends are the file's.
            let crlf = rewritten(&text.replace('\n', "\r\n"), &changes);
            assert_eq!(crlf, Some(new.replace('\n', "\r\n")));
        }
    }

    #[test]
    fn new_lines_stand_in_the_quote_or_list_that_the_fence_is_in() {
        for prefix in ["> ", "    ", "> > ", "   > "] {
            let quoted = |lines: &[&str]| -> String {
                let line = |line: &&str| format!("{prefix}{line}\n");
                format!("- a\n\n{}", lines.iter().map(line).collect::<String>())
            };
            let text = quoted(&["```", "$ x", "  a", "b", "```"]);
            let changes = [
                insert(4, None, "  new"),
                replace(5, "  a", " c"),
                remove(6, "b"),
            ];
            let new = quoted(&["```", "$ x", "  new", " c", "```"]);
            assert_eq!(rewritten(&text, &changes), Some(new), "{prefix:?}");
        }
    }

    #[test]
    fn a_prompt_on_the_line_of_an_output_stays() {
        let text = "```\n$ x\na/ # y\n```\n";
        assert_eq!(
            rewritten(text, &[replace(3, "a", "c"), replace(3, "/ #", "/tmp #")]).as_deref(),
            Some("```\n$ x\nc/tmp # y\n```\n")
        );
        assert_eq!(
            rewritten(text, &[insert(3, Some("a"), "c")]).as_deref(),
            Some("```\n$ x\na\nc/ # y\n```\n")
        );
        assert_eq!(
            rewritten(text, &[remove(3, "a")]).as_deref(),
            Some("```\n$ x\n/ # y\n```\n")
        );
    }

    #[test]
    fn a_fence_becomes_longer_than_what_it_would_hold() {
        assert_eq!(
            rewritten("```sh\n$ x\n```\n", &[insert(2, None, "````")]).as_deref(),
            Some("`````sh\n$ x\n````\n`````\n")
        );
        assert_eq!(
            rewritten("~~~\n$ x\n~~~\n", &[insert(2, None, "```")]).as_deref(),
            Some("~~~\n$ x\n```\n~~~\n")
        );
    }

    #[test]
    fn nothing_is_written_where_a_line_is_not_as_it_was() {
        let text = "```\n$ x\na\n```\n";
        assert_eq!(rewritten(text, &[replace(3, "b", "c")]), None);
        assert_eq!(rewritten(text, &[replace(7, "a", "c")]), None);
    }
}
