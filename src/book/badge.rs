//! What the last verify found about an exercise, as HTML beside it.

use jiff::Timestamp;

use super::escape::literal;
use crate::engine::EngineInfo;
use crate::exercise::Exercise;
use crate::results::{ExerciseResult, Report};

/// The results of `exercise` in `report`, one badge an engine; none where it
/// was never run.
pub(super) fn badges(exercise: &Exercise, report: &Report) -> Option<String> {
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
            badge(result, engine, result.hash == hash)
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
fn badge(result: &ExerciseResult, engine: Option<&EngineInfo>, fresh: bool) -> String {
    let verdict = result.verdict.word();
    let class = if fresh { verdict } else { "stale" };
    let mut words = vec![class.to_owned()];
    if !fresh {
        words.push(format!("{verdict} before the notes changed"));
    }
    let mut rows = Vec::new();
    let mut row = |name: &str, value: &str| {
        if !value.trim().is_empty() {
            rows.push(format!("<dt>{name}</dt><dd>{}</dd>", one_line(value)));
        }
    };
    if !fresh {
        row(
            "Stale",
            "the notes or files changed after this run: verify them again",
        );
    }
    if let Some(engine) = engine {
        if !engine.server.is_empty() {
            words.push(format!("Docker {}", engine.server));
        }
        row(
            "Engine",
            &[&*engine.kind, &*engine.store, &*engine.builder].join(", "),
        );
        row(
            "Docker",
            &format!("daemon {}, client {}", engine.server, engine.cli),
        );
    } else {
        row("Engine", &result.engine);
    }
    let date = result
        .time
        .parse::<Timestamp>()
        .ok()
        .map(|time| time.strftime("%Y-%m-%d").to_string());
    if let Some(date) = &date {
        words.push(date.clone());
    }
    row("Date", &result.time);
    row("Reason", result.reason.as_deref().unwrap_or_default());
    row("Stand-ins", &result.stand_ins.join("; "));
    row("Remarks", &result.remarks.join("; "));
    let words = words.iter().enumerate().map(|(number, word)| match number {
        0 => format!("<b>{}</b>", one_line(word)),
        _ => format!(" <span>{}</span>", one_line(word)),
    });
    format!(
        "<details class=\"labbook-result labbook-{class}\"><summary>{}</summary><dl>{}</dl></details>",
        words.collect::<String>(),
        rows.concat()
    )
}

fn one_line(text: &str) -> String {
    literal(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}
