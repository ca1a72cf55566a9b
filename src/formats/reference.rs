//! The reference page: every kind, field, line and rewording, as the tables have them.

use std::fmt::Write;

use super::fields::{FIELDS, Rule};
use super::messages::MESSAGES;
use super::properties::PROPERTIES;
use super::volatile::Volatile;

/// The page, in Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# What differs from run to run\n\n\
         `labbook explain --kinds` prints this page from the tables that judge \
         (`src/formats/kinds.toml`, `fields.toml`, `properties.toml`, `messages.toml`).\n",
    );
    kinds(&mut page);
    fields(&mut page);
    lines(&mut page);
    properties(&mut page);
    messages(&mut page);
    page
}

/// Adds a section: its title, a sentence, and a table.
fn section(page: &mut String, title: &str, sentence: &str, header: &[&str], rows: &[Vec<String>]) {
    let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let _ = write!(page, "\n## {title}\n\n{sentence}\n\n");
    let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
    page.push_str(&row(&header));
    page.push_str(&row(&vec!["---".to_owned(); header.len()]));
    page.extend(rows.iter().map(|cells| row(cells)));
}

/// `text` as code in a cell.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('\n', " ⏎ ");
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

fn codes(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| code(text)).collect();
    texts.join(", ")
}

fn kinds(page: &mut String) {
    let rows: Vec<Vec<String>> = Volatile::all()
        .map(|kind| {
            let row = kind.row();
            let place = match row.anywhere {
                true => "anywhere",
                false => "in its place",
            };
            let name = serde_json::to_value(kind).unwrap_or_default();
            let name = name.as_str().unwrap_or_default();
            vec![
                code(name),
                row.words.clone(),
                place.to_owned(),
                codes(&row.examples),
            ]
        })
        .collect();
    section(
        page,
        "Kinds",
        "Where a text of a kind stands in the notes, the run may have any text of the same kind. Most kinds are \
         known only in their place: a column, a template or a program has to say what stands there.",
        &["kind", "what it is", "known", "examples"],
        &rows,
    );
}

fn rule(rule: &Rule) -> String {
    let named = |kinds: &[Volatile]| {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.words()).collect();
        words.join(", ")
    };
    match rule {
        Rule::Literal => "letter by letter".to_owned(),
        Rule::Id => "bound: an ID".to_owned(),
        Rule::Names => "bound where Docker made the name up".to_owned(),
        Rule::Status => "`Up` with any span; state and exit code letter by letter".to_owned(),
        Rule::Whole(kind) => format!("any: {}", kind.words()),
        Rule::Parts(kinds) => format!("any, word by word: {}", named(kinds)),
        Rule::Cut(width) => {
            format!("letter by letter; cut at {width} characters with `...` or with `…`")
        }
    }
}

fn fields(page: &mut String) {
    let lists = FIELDS.field.iter().map(|field| {
        let names = |templates: &[String]| -> Vec<String> {
            templates
                .iter()
                .map(|name| format!("{{{{.{name}}}}}"))
                .collect()
        };
        vec![
            codes(&field.columns),
            codes(&names(&field.templates)),
            rule(&field.rule),
        ]
    });
    let numbers = FIELDS.number.iter().map(|number| {
        let member = code(&format!("\"{}\": ", number.member));
        let template = code(&format!("{{{{{}}}}}", number.template));
        vec![member, template, format!("any: {}", number.kind.words())]
    });
    let members = FIELDS.member.iter().map(|member| {
        let path = code(&format!("{{ ... .{}}}", member.name));
        let words = format!("any: {}", member.kind.words());
        vec![String::new(), path, words]
    });
    section(
        page,
        "Fields of lists and documents",
        "Columns of tables, with the names of the same fields in templates and in lines of JSON, and numbers of \
         `docker inspect`, and members that a template of `kubectl` prints. Every other field is taken letter by letter.",
        &["column or member", "template", "judged"],
        &lists.chain(numbers).chain(members).collect::<Vec<_>>(),
    );
}

fn lines(page: &mut String) {
    let rows = FIELDS.line.iter().map(|line| {
        let mut programs = codes(&line.programs);
        if programs.is_empty() {
            programs = "any".to_owned();
        }
        if let Some(word) = &line.word {
            let _ = write!(programs, " with {}", code(word));
        }
        vec![programs, code(&line.example), line.kind.words().to_owned()]
    });
    section(
        page,
        "Lines of programs",
        "Lines of a form of their own.",
        &["program", "such a line", "what differs in it"],
        &rows.collect::<Vec<_>>(),
    );
}

fn properties(page: &mut String) {
    let rows = PROPERTIES.iter().map(|row| {
        let commands: Vec<String> = row
            .commands
            .iter()
            .map(|command| format!("docker {command}"))
            .collect();
        let missing = if row.lacks { "may be missing" } else { "" };
        vec![
            codes(&commands),
            code(&row.path),
            row.words(),
            missing.to_owned(),
        ]
    });
    section(
        page,
        "The machine and its daemon",
        "Where a line of these commands has another value on this machine, or is missing, the step has `drifted`. \
         Every other line of them is taken letter by letter.",
        &["command", "line", "its value on another machine", ""],
        &rows.collect::<Vec<_>>(),
    );
}

fn messages(page: &mut String) {
    let rows = MESSAGES.iter().map(|message| {
        let text = |text: &str| match text.is_empty() {
            true => "(nothing)".to_owned(),
            false => code(text),
        };
        vec![
            message.name.clone(),
            text(&message.older),
            text(&message.newer),
            message.versions.clone(),
        ]
    });
    section(
        page,
        "Sentences that Docker changed",
        "Each is read both ways; an exercise in which one was needed is `drifted`.",
        &["about", "older", "newer", "versions"],
        &rows.collect::<Vec<_>>(),
    );
}
