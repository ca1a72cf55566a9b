//! A fence as HTML: a transcript with what was typed, printed and left out told
//! apart, and with what is true today where it differs.
//!
//! ```text
//!     labbook-session
//!       labbook-bar                 where the first shell is
//!       labbook-step                a prompt and what was typed at it
//!       labbook-output              what it printed
//!       labbook-elided              lines that the author left out
//!       labbook-diff                the notes' line above today's
//!       labbook-said                what else is known about the step
//!       labbook-inside              a shell in a container: the same again
//! ```
//!
//! It is one line of HTML without a blank line, and all text of the fence stands in
//! it once and in order. What labbook adds stands in `labbook-own`.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::docker::ids::is_id;
use crate::notes::Fence;
use crate::session::{Keys, Step, without_remark};

use super::console::{Console, ConsoleShell, Piece};
use super::dockerfile;
use super::html::{element, literal, own, wrap};
use super::labels::{Labels, fill};
use super::verdict::{Findings, Other};

/// Lines of more words than this are shown without marks.
const MOST_WORDS: usize = 400;

/// The Dockerfile in `fence`.
pub(super) fn dockerfile(fence: &Fence) -> String {
    let bar = wrap("div", "labbook-bar", &own("Dockerfile"));
    let lines = fence.lines.iter().map(|line| line.text.as_str());
    let text = preformatted("labbook-dockerfile", &dockerfile::coloured(lines));
    wrap("div", "labbook-file", &(bar + &text))
}

/// The text of a fence that cannot be read as a transcript.
pub(super) fn plain(fence: &Fence) -> String {
    let lines = fence.lines.iter().map(|line| literal(&line.text));
    let text = preformatted("labbook-output", &lines.collect::<Vec<_>>().join("&#10;"));
    wrap("div", "labbook-session labbook-plain", &text)
}

/// The transcript in `fence`, a part of the exercise that `findings` are about.
pub(super) fn session(
    fence: &Fence,
    steps: &[Step],
    console: &Console<'_>,
    findings: &Findings<'_>,
    labels: &Labels,
) -> String {
    let mut drawing = Drawing {
        steps,
        console,
        findings,
        labels,
        html: String::new(),
        inside: Vec::new(),
        typing: None,
        printing: Printing::default(),
        step: None,
    };
    for line in &fence.lines {
        drawing.begin_line(line.number);
        for piece in console.pieces(line) {
            drawing.piece(piece, line.number);
        }
        drawing.end_line(line.number);
    }
    let body = drawing.end();
    wrap("div", "labbook-session", &body)
}

struct Drawing<'d> {
    steps: &'d [Step],
    console: &'d Console<'d>,
    findings: &'d Findings<'d>,
    labels: &'d Labels,
    html: String,
    /// The levels of the containers' shells that are open.
    inside: Vec<usize>,
    /// The prompts and commands of the row that is being drawn.
    typing: Option<PromptRow>,
    printing: Printing,
    /// The step whose output is being drawn.
    step: Option<usize>,
}

/// A row of a prompt and what was typed at it.
struct PromptRow {
    html: String,
    step: Option<usize>,
    /// What the keys do that were pressed there.
    keys: Option<String>,
    /// The line, from 1, that was drawn last.
    line: usize,
}

/// Lines of output that are drawn as one.
#[derive(Default)]
struct Printing {
    lines: Vec<String>,
    remark: bool,
}

impl Drawing<'_> {
    fn begin_line(&mut self, number: usize) {
        if self.html.is_empty() && self.typing.is_none() && self.printing.lines.is_empty() {
            let first = self.console.first_step(number);
            let begins = !self.console.is_printed(number);
            let where_it_is = match first.filter(|step| begins && step.level == 0) {
                Some(step) => {
                    let folder = step.prompt.folder.as_deref();
                    [self.labels.host, folder.unwrap_or_default()].join(" ")
                }
                None => self.labels.goes_on.to_owned(),
            };
            let name = own(&literal(where_it_is.trim_end()));
            self.html += &wrap("div", "labbook-bar", &name);
        }
    }

    fn piece(&mut self, piece: Piece<'_>, line: usize) {
        match piece {
            Piece::Prompt { text, level } => {
                let goes_on = self.typing.as_ref().is_some_and(|row| {
                    row.line + 1 == line && row.step.is_some_and(|step| self.goes_on(step, line))
                });
                if !goes_on {
                    self.end_row();
                    self.end_output();
                    self.enter(level, line);
                }
                self.row(line, goes_on).html += &element("span", "labbook-prompt", text);
            }
            Piece::Typed { text, step } => {
                let goes_on = self.steps[step].line < line;
                if !goes_on {
                    self.begin_step(step);
                }
                let row = self.row(line, goes_on);
                row.step = Some(step);
                // Blanks and a remark behind a command are not typed.
                let typed = if goes_on {
                    text
                } else {
                    without_remark(text).trim_end()
                };
                row.html += &element("span", "labbook-typed", typed);
                row.html += &literal(&text[typed.len()..]);
            }
            Piece::Keys { text, step } => {
                let keys = self.steps[step].keys();
                let keys = keys.map(|keys| own(&pressed(keys, self.labels)));
                self.end_output();
                self.begin_step(step);
                let row = self.row(line, false);
                row.step = Some(step);
                row.keys = keys;
                if !text.is_empty() {
                    row.html += &element("span", "labbook-caret", text);
                }
                self.end_row();
            }
            Piece::Output {
                text,
                step,
                elision,
            } => {
                self.end_row();
                self.step = Some(step);
                self.output(text, step, elision, line);
            }
            Piece::Remark(text) => {
                self.end_row();
                self.print(literal(text), true);
            }
        }
    }

    /// Whether the command of `step` stands in `line` too.
    fn goes_on(&self, step: usize, line: usize) -> bool {
        let step = &self.steps[step];
        (step.line..=step.last_typed_line()).contains(&line)
    }

    /// The row that is being drawn; on a further line where it `goes_on`.
    fn row(&mut self, line: usize, goes_on: bool) -> &mut PromptRow {
        let row = self.typing.get_or_insert_with(|| PromptRow {
            html: String::new(),
            step: None,
            keys: None,
            line,
        });
        if goes_on && row.line != line {
            row.html += "&#10;";
        }
        row.line = line;
        row
    }

    fn end_line(&mut self, number: usize) {
        let step = self.typing.as_ref().and_then(|row| row.step).or(self.step);
        let Some(step) = step else {
            return;
        };
        let behind = &self.findings.at_line(step, number).behind;
        if behind.is_empty() || self.goes_on(step, number + 1) {
            return;
        }
        self.end_row();
        self.end_output();
        let label = own(&literal(self.labels.extra));
        for other in behind {
            let now = self.now(other, None);
            self.html += &difference(other.failed, &(label.clone() + &now));
        }
    }

    /// Draws what is printed in a line of `step`.
    fn output(&mut self, text: &str, step: usize, elision: bool, line: usize) {
        if elision {
            self.end_output();
            self.elision(text, step, line);
            return;
        }
        let instead = &self.findings.at_line(step, line).instead;
        let Some(first) = instead.first() else {
            self.print(literal(text), false);
            return;
        };
        self.end_output();
        let then = marked(text, first.text.unwrap_or_default());
        let then = own(&literal(self.labels.notes)) + &wrap("pre", "labbook-then", &then);
        let now = instead.iter().map(|other| self.now(other, Some(text)));
        let rows = then + &now.collect::<String>();
        self.html += &difference(instead.iter().any(|other| other.failed), &rows);
    }

    /// What a run printed in place of `then`.
    fn now(&self, other: &Other<'_>, then: Option<&str>) -> String {
        let text = match (other.text, then) {
            (Some(now), Some(then)) => marked(now, then),
            (Some(now), None) => literal(now),
            (None, _) => literal(self.labels.nothing),
        };
        let label = match self.findings.engine(other.engine) {
            Some(engine) => format!("{} {engine}", self.labels.now),
            None => self.labels.now.to_owned(),
        };
        let label = own(&literal(&label));
        let text = wrap("pre", "labbook-own labbook-today", &text);
        format!(
            "<div class=\"labbook-now\" data-engine=\"{}\">{label}{text}</div>",
            other.engine
        )
    }

    fn elision(&mut self, text: &str, step: usize, line: usize) {
        let text = element("span", "labbook-elision", text);
        self.html += &match self.findings.elided(step, line) {
            Some((engine, lines)) => {
                let count = fill(self.labels.elided_lines, &[&lines.len().to_string()]);
                let label = own(&literal(&count));
                let lines = literal(&lines.join("\n"));
                format!(
                    "<details class=\"labbook-elided\" data-engine=\"{engine}\"><summary>{text} {label}</summary>{}</details>",
                    preformatted("labbook-own labbook-today", &lines)
                )
            }
            None => {
                let label = own(&literal(self.labels.elided));
                wrap("div", "labbook-elided", &format!("{text} {label}"))
            }
        };
    }

    fn print(&mut self, html: String, remark: bool) {
        if self.printing.remark != remark {
            self.end_output();
            self.printing.remark = remark;
        }
        self.printing.lines.push(html);
    }

    fn end_output(&mut self) {
        let lines = std::mem::take(&mut self.printing.lines);
        if lines.is_empty() {
            return;
        }
        let class = match self.printing.remark {
            true => "labbook-output labbook-remark",
            false => "labbook-output",
        };
        self.html += &preformatted(class, &with_low_blanks(&lines));
    }

    fn end_row(&mut self) {
        let Some(row) = self.typing.take() else {
            return;
        };
        self.end_output();
        let id = row.step.map_or_else(String::new, |step| {
            format!(" id=\"{}\"", literal(&self.findings.anchor(step)))
        });
        let class = match (row.step, &row.keys) {
            (None, _) => "labbook-step labbook-idle",
            (_, Some(_)) => "labbook-step labbook-keys",
            _ => "labbook-step",
        };
        let text = wrap("pre", "labbook-command", &row.html);
        let keys = row.keys.unwrap_or_default();
        self.html += &format!("<div class=\"{class}\"{id}>{text}{keys}</div>");
    }

    /// Ends the step before, and begins `step`.
    fn begin_step(&mut self, step: usize) {
        if self.step != Some(step) {
            self.end_step();
        }
        self.step = Some(step);
    }

    /// Says what else is known about the step that ends.
    fn end_step(&mut self) {
        if let Some(step) = self.step.take() {
            self.html += &self.findings.below(step);
        }
    }

    /// Goes to the shell at `level`, whose prompt stands in `line`.
    fn enter(&mut self, level: usize, line: usize) {
        self.end_step();
        while self.inside.last().is_some_and(|inner| *inner > level) {
            self.inside.pop();
            self.html += "</div>";
        }
        let outer = self.inside.last().copied().unwrap_or(0);
        for level in outer + 1..=level {
            self.inside.push(level);
            let place = self
                .console
                .step_at(line, level)
                .map(|step| self.console.place(step));
            let (class, name) = self.place(place);
            self.html += &format!(
                "<div class=\"labbook-inside {class}\">{}",
                wrap("div", "labbook-bar", &own(&literal(&name)))
            );
        }
    }

    fn place(&self, place: Option<ConsoleShell<'_>>) -> (&'static str, String) {
        let Some(place) = place else {
            return (
                "labbook-shell",
                fill(self.labels.shell, &[""]).trim_end().to_owned(),
            );
        };
        let user = place
            .user
            .map(|user| format!(" ({user})"))
            .unwrap_or_default();
        if place.container {
            let name = place.name.unwrap_or_default();
            let name = fill(self.labels.container, &[&name]);
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            ("labbook-container", name + &user)
        } else {
            let name = fill(self.labels.shell, &[user.trim_start()]);
            ("labbook-shell", name.trim_end().to_owned())
        }
    }

    fn end(mut self) -> String {
        self.end_row();
        self.end_output();
        self.end_step();
        self.html + &"</div>".repeat(self.inside.len())
    }
}

/// Lines as one text; blank ones at its beginning and its end are drawn low.
fn with_low_blanks(lines: &[String]) -> String {
    let is_blank = |line: &&String| line.trim().is_empty();
    let before = lines.iter().take_while(is_blank).count();
    let rest = &lines[before..];
    let after = rest.iter().rev().take_while(is_blank).count();
    let (shown, behind) = rest.split_at(rest.len() - after);
    let low = |html: String| match html.is_empty() {
        true => html,
        false => wrap("span", "labbook-blank", &html),
    };
    let ended = lines[..before].iter().map(|line| format!("{line}&#10;"));
    let begun = behind.iter().map(|line| format!("&#10;{line}"));
    low(ended.collect()) + &shown.join("&#10;") + &low(begun.collect())
}

/// A text whose line breaks count. A break at its very beginning would be lost.
fn preformatted(class: &str, html: &str) -> String {
    match html.starts_with("&#10;") {
        true => wrap("pre", class, &wrap("span", "labbook-lines", html)),
        false => wrap("pre", class, html),
    }
}

fn difference(failed: bool, html: &str) -> String {
    let class = if failed {
        "labbook-diff labbook-failed"
    } else {
        "labbook-diff labbook-drifted"
    };
    wrap("div", class, html)
}

/// The keys' names, and what they do.
fn pressed(keys: Keys, labels: &Labels) -> String {
    let chords = keys.name().split(' ').map(|chord| {
        let keys = chord.split('-');
        let keys = keys.map(|key| element("kbd", "labbook-key", &capital(key)));
        keys.collect::<Vec<_>>().join("+")
    });
    let chords = chords.collect::<Vec<_>>().join(" ");
    format!("{chords} {}", literal(labels.keys(keys)))
}

fn capital(key: &str) -> String {
    let mut letters = key.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// `text` with the parts marked that `other` does not have. Blanks and IDs differ in
/// every run; they are marked where nothing else differs.
fn marked(text: &str, other: &str) -> String {
    let (words, others) = (words(text), words(other));
    if words.len() > MOST_WORDS || others.len() > MOST_WORDS {
        return literal(text);
    }
    let kind = |word: &&'_ str| -> String {
        match *word {
            word if is_id(word) => "ID".to_owned(),
            word if word.trim().is_empty() => " ".to_owned(),
            word => word.to_owned(),
        }
    };
    let kinds = |words: &[&str]| words.iter().map(kind).collect::<Vec<_>>();
    let (plain, others_plain) = (kinds(&words), kinds(&others));
    let parts = if plain == others_plain {
        capture_diff_slices(Algorithm::Myers, &words, &others)
    } else {
        capture_diff_slices(Algorithm::Myers, &plain, &others_plain)
    };
    let mut html = String::new();
    for part in parts {
        let shown = words[part.old_range()].concat();
        if part.tag() == DiffTag::Equal {
            html += &literal(&shown);
        } else if !shown.is_empty() {
            html += &element("mark", "labbook-part", &shown);
        }
    }
    html
}

/// Runs of letters and digits, runs of blanks, and every other character by itself.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let same = |character: char| {
            first.is_alphanumeric() && character.is_alphanumeric()
                || first.is_whitespace() && character.is_whitespace()
        };
        let run = rest.find(|character| !same(character));
        let run = run.unwrap_or(rest.len()).max(first.len_utf8());
        let (word, behind) = rest.split_at(run);
        words.push(word);
        rest = behind;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::marked;

    #[test]
    fn what_differs_in_every_run_is_marked_where_nothing_else_differs() {
        let mark = |text: &str, other: &str| {
            let html = marked(text, other);
            html.replace("<mark class=\"labbook-part\">", "[")
                .replace("</mark>", "]")
        };
        assert_eq!(
            mark("1c4e4d5f6a7b   0B", "a7a4ed500369 5MB"),
            "1c4e4d5f6a7b   [0B]"
        );
        assert_eq!(mark("1c4e4d5f6a7b", "a7a4ed500369"), "[1c4e4d5f6a7b]");
        assert_eq!(mark("hello&", "hello"), "hello[&#38;]");
        assert_eq!(mark("same", "same"), "same");
    }
}
