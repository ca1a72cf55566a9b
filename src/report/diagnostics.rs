//! Diagnostics as text: file, line and column, the line shown, what to do.

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Place, Severity};

/// How many characters of a line are shown.
const WIDEST: usize = 160;

/// Renders diagnostics in their order, with a blank line after each; with ANSI
/// colours, which whoever prints it takes out where it is no terminal.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let renderer = Renderer::styled();
    diagnostics
        .iter()
        .map(|diagnostic| format!("{}\n\n", renderer.render(&[group(diagnostic)])))
        .collect()
}

fn group(diagnostic: &Diagnostic) -> Group<'_> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message));
    if let Some(place) = &diagnostic.place {
        group = with_place(group, place);
    }
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}

fn with_place<'a>(group: Group<'a>, place: &'a Place) -> Group<'a> {
    let Place { source, range } = place;
    let text = source.text();
    let start = text.floor_char_boundary(range.start.min(text.len()));
    let number = source.line(start);
    let line = source.line_range(number);
    let end = text.ceil_char_boundary(range.end.clamp(start, line.end.max(start)));
    let path = source.path().to_string_lossy();
    let shown = &text[line.clone()];
    if shown.chars().nth(WIDEST).is_none() {
        let span = start.min(line.end) - line.start..end.min(line.end) - line.start;
        let annotation = AnnotationKind::Primary.span(span);
        return group.element(
            Snippet::source(shown)
                .line_start(number)
                .path(path)
                .annotation(annotation),
        );
    }
    // Of a huge line, what stands around the place; the column is the file's.
    let before = back(&text[line.start..start], WIDEST / 4);
    let after = forth(&text[start..line.end.max(start)], WIDEST * 3 / 4);
    let window = &text[start - before..start + after];
    let annotation = AnnotationKind::Primary.span(before..(end - start + before).min(window.len()));
    let origin = Origin::path(path)
        .line(number)
        .char_column(source.column(start));
    group.element(origin).element(
        Snippet::source(window)
            .line_start(number)
            .annotation(annotation),
    )
}

/// The bytes of the last `count` characters of `text`.
fn back(text: &str, count: usize) -> usize {
    text.chars().rev().take(count).map(char::len_utf8).sum()
}

/// The bytes of the first `count` characters of `text`.
fn forth(text: &str, count: usize) -> usize {
    text.chars().take(count).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn plain(diagnostic: Diagnostic) -> String {
        anstream::adapter::strip_str(&render(&[diagnostic])).to_string()
    }

    #[test]
    fn a_diagnostic_shows_file_line_column_line_and_help() {
        let source = Source::new("notes.md", "# 제목\n\n가나 ```bash\n");
        let start = source.text().find("```").expect("a fence");
        let shown = plain(
            Diagnostic::error("not closed")
                .at(&source, start..start + 3)
                .help("close it"),
        );
        assert!(shown.contains("error: not closed"), "{shown}");
        assert!(shown.contains("notes.md:3:4"), "{shown}");
        assert!(shown.contains("3 | 가나 ```bash"), "{shown}");
        assert!(shown.contains("help: close it"), "{shown}");
    }

    #[test]
    fn of_a_huge_line_the_part_around_the_place_is_shown() {
        let source = Source::new(
            "notes.md",
            format!("{}!{}", "가".repeat(500_000), "나".repeat(500_000)),
        );
        let start = source.text().find('!').expect("a mark");
        let shown = plain(Diagnostic::warning("odd").at(&source, start..start + 1));
        assert!(shown.contains("notes.md:1:500001"), "{shown}");
        assert!(shown.contains("가!나"), "{shown}");
        assert!(shown.len() < 2_000, "{}", shown.len());
    }

    #[test]
    fn a_place_over_lines_or_at_the_end_is_shown_too() {
        let source = Source::new("notes.md", "a\nb\n");
        for range in [0..4, 4..4, 3..4, 9..12] {
            assert!(plain(Diagnostic::error("odd").at(&source, range)).contains("notes.md:"));
        }
    }
}
