//! What the last verify found about an exercise, as HTML beside it.

use jiff::Timestamp;

use super::escape::literal;
use super::labels::{Labels, fill};
use crate::exercise::Exercise;
use crate::judge::LineJudgement;
use crate::lab::EngineInfo;
use crate::results::{ExerciseResult, Report, StepResult};

/// How many lines that differ are shown; the rest is counted.
const SHOWN_LINES: usize = 10;

/// The results of `exercise` in `report`, one badge an engine; none where it
/// was never run.
pub(super) fn badges(exercise: &Exercise, report: &Report, labels: &Labels) -> Option<String> {
    let hash = exercise.hash();
    let badges: Vec<String> = report
        .exercises
        .iter()
        .filter(|result| result.id == exercise.id)
        .map(|result| {
            let engine = report
                .engines
                .iter()
                .find(|engine| engine.name == result.engine);
            badge(result, engine, result.hash == hash, labels)
        })
        .collect();
    (!badges.is_empty()).then(|| {
        format!(
            "<div class=\"labbook-results\">\n{}\n</div>",
            badges.join("\n")
        )
    })
}

/// One badge, on one line: a blank line would end the HTML.
fn badge(
    result: &ExerciseResult,
    engine: Option<&EngineInfo>,
    fresh: bool,
    labels: &Labels,
) -> String {
    let verdict = labels.verdict(result.verdict);
    let (class, first) = if fresh {
        (result.verdict.word(), verdict)
    } else {
        ("stale", labels.stale)
    };
    let mut words = vec![first.to_owned()];
    let mut rows = Vec::new();
    let mut row = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            rows.push(html_row(name, &one_line(value)));
        }
    };
    if !fresh {
        words.push(fill(labels.before, &[verdict]));
        row(labels.stale, labels.stale_help);
    }
    row(labels.reason, result.reason.as_deref().unwrap_or_default());
    if let Some(engine) = engine {
        if !engine.server.is_empty() {
            words.push(format!("Docker {}", engine.server));
        }
        row(
            labels.engine,
            &[&*engine.kind, &*engine.store, &*engine.builder].join(", "),
        );
        row(
            "Docker",
            &fill(labels.versions, &[&engine.server, &engine.cli]),
        );
    } else {
        row(labels.engine, &result.engine);
    }
    let date = result
        .time
        .parse::<Timestamp>()
        .ok()
        .map(|time| time.strftime("%Y-%m-%d").to_string());
    words.extend(date);
    row(labels.date, &result.time);
    row(labels.stand_ins, &result.stand_ins.join("; "));
    row(labels.remarks, &result.remarks.join("; "));
    let rows = differences(result, labels) + &rows.concat();
    let words = words.iter().enumerate().map(|(number, word)| match number {
        0 => format!("<b>{}</b>", one_line(word)),
        _ => format!(" <span>{}</span>", one_line(word)),
    });
    format!(
        "<details class=\"labbook-result labbook-{class}\"><summary>{}</summary><dl>{rows}</dl></details>",
        words.collect::<String>(),
    )
}

/// A row for each line that does not hold, and for each step that says why.
fn differences(result: &ExerciseResult, labels: &Labels) -> String {
    let differences: Vec<String> = result
        .steps
        .iter()
        .flat_map(|step| {
            let reason = step.reason.as_deref().map(|reason| {
                html_row(
                    &line(step.line, labels),
                    &format!("{} {}", code(command(step)), one_line(reason)),
                )
            });
            let lines = step.lines.iter().filter(|line| !line.ok);
            let lines = lines.map(|judged| difference(judged, labels));
            reason.into_iter().chain(lines).collect::<Vec<_>>()
        })
        .collect();
    let more = differences.len().saturating_sub(SHOWN_LINES);
    let mut rows: String = differences.into_iter().take(SHOWN_LINES).collect();
    if more > 0 {
        rows += &html_row("", &one_line(&fill(labels.more, &[&more.to_string()])));
    }
    rows
}

/// The notes' line and this run's, one below the other.
fn difference(judged: &LineJudgement, labels: &Labels) -> String {
    let side = |name: &str, tag: &str, text: &Option<String>| match text {
        Some(text) => format!("<{tag}>{} {}</{tag}>", small(name), code(text)),
        None => format!(
            "<{tag}>{} {}</{tag}>",
            small(name),
            one_line(labels.nothing)
        ),
    };
    let note = judged
        .note
        .as_deref()
        .map(|note| format!("<br>{}", small(note)));
    html_row(
        &line(judged.line, labels),
        &format!(
            "{}<br>{}{}",
            side(labels.expected, "del", &judged.expected),
            side(labels.actual, "ins", &judged.actual),
            note.unwrap_or_default()
        ),
    )
}

fn line(number: usize, labels: &Labels) -> String {
    fill(labels.line, &[&number.to_string()])
}

/// What was typed.
fn command(step: &StepResult) -> &str {
    let keys = step.keys.as_deref();
    step.command.as_deref().or(keys).unwrap_or_default()
}

fn html_row(name: &str, html: &str) -> String {
    format!("<dt>{}</dt><dd>{html}</dd>", one_line(name))
}

fn small(text: &str) -> String {
    format!("<small>{}</small>", one_line(text))
}

/// Text whose spaces count, as far as HTML lets them.
fn code(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
    format!("<code>{}</code>", literal(&text))
}

fn one_line(text: &str) -> String {
    literal(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
