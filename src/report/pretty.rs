//! The report for people: a line an exercise, and for what does not hold the
//! notes' line beside this run's, with the differing part marked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::judge::{How, LineJudgement, StepVerdict};
use crate::lab::EngineInfo;
use crate::results::{ExerciseResult, Report, StepResult, Verdict};

use super::beside::{Beside, MARK, beside, shown};
use super::visible::visible;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The report for a terminal `columns` wide; none where it is no terminal.
pub(super) fn render(report: &Report, columns: Option<usize>) -> String {
    let mut text = String::new();
    let shared: BTreeMap<&str, Vec<&str>> = report
        .engines
        .iter()
        .map(|engine| (engine.name.as_str(), shared_remarks(report, &engine.name)))
        .collect();
    let shared_on = |engine: &str| shared.get(engine).map_or(&[][..], Vec::as_slice);
    for engine in &report.engines {
        engine_lines(&mut text, engine, shared_on(&engine.name));
    }
    if report.engines.len() > 1 {
        table(&mut text, report);
    }
    for exercise in &report.exercises {
        exercise_lines(&mut text, exercise, shared_on(&exercise.engine), columns);
    }
    totals_line(&mut text, report);
    text
}

fn style(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Passed => AnsiColor::Green.on_default().bold(),
        Verdict::Drifted => AnsiColor::Yellow.on_default().bold(),
        Verdict::Failed => AnsiColor::Red.on_default().bold(),
        Verdict::Skipped | Verdict::Unchecked => AnsiColor::Cyan.on_default().bold(),
        Verdict::Error => AnsiColor::Magenta.on_default().bold(),
    }
}

/// What is remarked on every exercise that was run on `engine`, of several: that
/// is said once.
fn shared_remarks<'a>(report: &'a Report, engine: &str) -> Vec<&'a str> {
    let run: Vec<&ExerciseResult> = report
        .exercises
        .iter()
        .filter(|exercise| exercise.engine == engine && exercise.verdict != Verdict::Skipped)
        .collect();
    let (Some(first), true) = (run.first(), run.len() > 1) else {
        return Vec::new();
    };
    first
        .remarks
        .iter()
        .filter(|remark| run.iter().all(|exercise| exercise.remarks.contains(remark)))
        .map(String::as_str)
        .collect()
}

fn engine_lines(text: &mut String, engine: &EngineInfo, remarks: &[&str]) {
    let _ = writeln!(
        text,
        "{DIM}engine {}: Docker {}, client {}, {}, {}{DIM:#}",
        engine.name, engine.server, engine.cli, engine.store, engine.builder
    );
    for stand_in in &engine.stand_ins {
        let _ = writeln!(text, "{DIM}  stand-in {stand_in}{DIM:#}");
    }
    for remark in remarks {
        let _ = writeln!(text, "{DIM}  {remark}{DIM:#}");
    }
}

/// Exercise by engine.
fn table(text: &mut String, report: &Report) {
    let mut ids: Vec<&str> = Vec::new();
    for exercise in &report.exercises {
        if !ids.contains(&exercise.id.as_str()) {
            ids.push(&exercise.id);
        }
    }
    let first = ids.iter().map(|id| id.width()).max().unwrap_or(0);
    let labels = labels(&report.engines);
    let widths: Vec<usize> = labels.iter().map(|label| label.width().max(7)).collect();
    let _ = write!(text, "\n{}", pad("", first));
    for (label, width) in labels.iter().zip(&widths) {
        let _ = write!(text, "  {BOLD}{}{BOLD:#}", pad(label, *width));
    }
    text.push('\n');
    for id in ids {
        let _ = write!(text, "{}", pad(id, first));
        for (engine, width) in report.engines.iter().zip(&widths) {
            let found = report
                .exercises
                .iter()
                .find(|exercise| exercise.id == id && exercise.engine == engine.name);
            let verdict = found.map(|exercise| exercise.verdict);
            let style = verdict.map(style).unwrap_or_default();
            let _ = write!(
                text,
                "  {style}{}{style:#}",
                pad(verdict.map_or("", Verdict::word), *width)
            );
        }
        text.push('\n');
    }
}

/// A short name for each engine: its daemon's version, with as much more as
/// tells it from the others.
fn labels(engines: &[EngineInfo]) -> Vec<String> {
    let ways: [fn(&EngineInfo) -> String; 4] = [
        |engine| {
            engine
                .server
                .split('+')
                .next()
                .unwrap_or_default()
                .to_owned()
        },
        |engine| {
            format!(
                "{} {}",
                engine.server.split('+').next().unwrap_or_default(),
                engine.store
            )
        },
        |engine| {
            format!(
                "{} {} {}",
                engine.server.split('+').next().unwrap_or_default(),
                engine.store,
                engine.kind
            )
        },
        |engine| engine.name.clone(),
    ];
    let named = |way: &fn(&EngineInfo) -> String| engines.iter().map(way).collect::<Vec<_>>();
    let distinct = |labels: &[String]| labels.iter().collect::<BTreeSet<_>>().len() == labels.len();
    ways.iter()
        .map(named)
        .find(|labels| distinct(labels) && labels.iter().all(|label| !label.is_empty()))
        .unwrap_or_else(|| named(&ways[3]))
}

fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

fn exercise_lines(
    text: &mut String,
    exercise: &ExerciseResult,
    shared: &[&str],
    columns: Option<usize>,
) {
    let style = style(exercise.verdict);
    let _ = writeln!(
        text,
        "\n{style}{:<7}{style:#} {BOLD}{}{BOLD:#}  {}  {DIM}{}:{}, {}, {:.1} s{DIM:#}",
        exercise.verdict.word(),
        exercise.id,
        visible(&exercise.title),
        exercise.file,
        exercise.line,
        exercise.engine,
        exercise.seconds
    );
    if let Some(reason) = &exercise.reason {
        let _ = writeln!(text, "        {}", visible(reason));
    }
    if !exercise.counts.is_empty() {
        let counts = counted_by_kind(&exercise.counts);
        let _ = writeln!(text, "        {DIM}lines: {counts}{DIM:#}");
    }
    if let Some(asked) = asked_again(exercise) {
        let _ = writeln!(text, "        {DIM}{asked}{DIM:#}");
    }
    for said in told_by_runs(exercise) {
        let _ = writeln!(text, "        {DIM}{}{DIM:#}", visible(&said));
    }
    for stand_in in &exercise.stand_ins {
        let name = stand_in.split(": ").next().unwrap_or(stand_in);
        let _ = writeln!(text, "        {DIM}with a stand-in for {name}{DIM:#}");
    }
    let own = |remark: &&String| !shared.contains(&remark.as_str());
    for remark in exercise.remarks.iter().filter(own) {
        let _ = writeln!(text, "        {DIM}{remark}{DIM:#}");
    }
    for step in &exercise.steps {
        step_lines(text, exercise, step, columns);
    }
}

/// Which steps were asked again since something was not ready, and how often each
/// was asked in all: `asked again: line 12 (3 times)`.
pub fn asked_again(exercise: &ExerciseResult) -> Option<String> {
    let steps = exercise.steps.iter().filter(|step| step.asked > 1);
    let told: Vec<String> = steps
        .map(|step| format!("line {} ({} times)", step.line, step.asked))
        .collect();
    (!told.is_empty()).then(|| format!("asked again: {}", told.join(", ")))
}

/// What several runs told: how many there were, whether only a later one held, and
/// what varies: `varying: line 4 PID 185 / 41187`.
pub fn told_by_runs(exercise: &ExerciseResult) -> Vec<String> {
    let mut told = Vec::new();
    match exercise.runs.len() {
        0 | 1 if exercise.verdict == Verdict::Failed => told.push("run once".to_owned()),
        0 | 1 => {}
        runs if exercise.flaky => told.push(format!(
            "flaky: the first of {runs} runs failed, a later one held"
        )),
        runs => told.push(format!("run {runs} times")),
    }
    let lines = exercise.steps.iter().flat_map(|step| &step.lines);
    let varying: Vec<String> = lines
        .filter(|line| line.how == How::Varying)
        .map(|line| {
            let what = line.note.as_deref().unwrap_or_default();
            format!("line {} {what}", line.line)
        })
        .collect();
    if !varying.is_empty() {
        told.push(format!("varying: {}", varying.join(", ")));
    }
    told
}

/// How many lines were judged in which way: `3 literal, 1 bound`.
pub fn counted_by_kind(counts: &BTreeMap<How, usize>) -> String {
    let counts = counts.iter();
    let said: Vec<String> = counts
        .map(|(how, count)| format!("{count} {}", word(*how)))
        .collect();
    said.join(", ")
}

/// The word for a way of judging.
fn word(how: How) -> &'static str {
    match how {
        How::Literal => "literal",
        How::Bound => "bound",
        How::Volatile => "volatile",
        How::Ambient => "ambient",
        How::Elided => "elided",
        How::Typed => "typed",
        How::Unordered => "unordered",
        How::Varying => "varying",
        How::Layout => "layout",
        How::Dialect => "dialect",
        How::Missing => "missing",
        How::Extra => "extra",
    }
}

/// How many lines are shown of those that stand together and that nothing expects.
const EXTRA_LINES: usize = 10;

/// What does not hold, or holds in other words; nothing for a step that passed.
fn step_lines(
    text: &mut String,
    exercise: &ExerciseResult,
    step: &StepResult,
    columns: Option<usize>,
) {
    let typed = step
        .command
        .as_deref()
        .or(step.keys.as_deref())
        .unwrap_or_default();
    let first = visible(typed.lines().next().unwrap_or_default());
    let place = format!("{}:{}", exercise.file, step.line);
    match step.verdict {
        StepVerdict::Passed | StepVerdict::Skipped => return,
        StepVerdict::Given => {
            let _ = writeln!(
                text,
                "    {DIM}{place}: {first}: given, written from the notes{DIM:#}"
            );
            return;
        }
        StepVerdict::Unchecked => {
            // A command that shows nothing and prints nothing is no news.
            if let Some(reason) = &step.reason {
                let reason = visible(reason);
                let _ = writeln!(
                    text,
                    "    {DIM}{place}: {first}: unchecked, {reason}{DIM:#}"
                );
            }
            return;
        }
        StepVerdict::Drifted | StepVerdict::Failed | StepVerdict::Error => {}
    }
    let _ = writeln!(text, "    {BOLD}{place}: {first}{BOLD:#}");
    if let Some(reason) = &step.reason {
        let _ = writeln!(text, "        {}", visible(reason));
    }
    let told: Vec<&LineJudgement> = step
        .lines
        .iter()
        .filter(|line| !line.ok || line.how == How::Dialect)
        .collect();
    for run in told.chunk_by(|one, next| one.how == How::Extra && next.how == How::Extra) {
        let (shown, more) = run.split_at(run.len().min(EXTRA_LINES));
        for line in shown {
            line_beside_line(text, &exercise.file, line, columns);
        }
        if !more.is_empty() {
            let _ = writeln!(text, "        {DIM}and {} lines more{DIM:#}", more.len());
        }
    }
    // What an elision stands for may be what went wrong.
    let elides = step.lines.iter().any(|line| line.how == How::Elided);
    if step.verdict == StepVerdict::Error || (step.verdict == StepVerdict::Failed && elides) {
        let start = step.output.len().saturating_sub(10);
        for line in &step.output[start..] {
            let _ = writeln!(text, "        {DIM}| {}{DIM:#}", visible(line));
        }
    }
}

fn line_beside_line(text: &mut String, file: &str, line: &LineJudgement, columns: Option<usize>) {
    let _ = writeln!(
        text,
        "      {DIM}{file}:{} {}{DIM:#}",
        line.line,
        word(line.how)
    );
    let (expected, actual) = shown(line, columns);
    let Beside { notes, run, carets } = match (&expected, &actual) {
        (Some(expected), Some(actual)) if !line.ok => {
            // Where values are what is wrong, the note says so.
            beside(expected, actual, line.note.is_none())
        }
        _ => Beside::default(),
    };
    if let Some(expected) = &expected {
        let notes = if notes.is_empty() { expected } else { &notes };
        let _ = writeln!(text, "        notes    {}", or_blank(notes));
    }
    if let Some(actual) = &actual {
        let run = if run.is_empty() { actual } else { &run };
        let _ = writeln!(text, "        this run {}", or_blank(run));
    }
    if !carets.is_empty() {
        let _ = writeln!(text, "                 {MARK}{carets}{MARK:#}");
    }
    if let Some(note) = &line.note {
        let _ = writeln!(text, "        {DIM}{}{DIM:#}", visible(note));
    }
}

/// What is shown of a line that holds nothing.
fn or_blank(line: &str) -> &str {
    if line.is_empty() {
        "(a blank line)"
    } else {
        line
    }
}

fn totals_line(text: &mut String, report: &Report) {
    let parts: Vec<String> = Verdict::ALL
        .into_iter()
        .filter(|verdict| report.totals.count(*verdict) > 0)
        .map(|verdict| {
            let style = style(verdict);
            format!(
                "{style}{} {}{style:#}",
                report.totals.count(verdict),
                verdict.word()
            )
        })
        .collect();
    let said = if parts.is_empty() {
        "no exercise".to_owned()
    } else {
        parts.join(", ")
    };
    let _ = writeln!(text, "\n{said}");
}

/// What does not hold in an exercise, without colours.
pub(super) fn plain_details(exercise: &ExerciseResult) -> String {
    let mut text = String::new();
    for step in &exercise.steps {
        step_lines(&mut text, exercise, step, None);
    }
    anstream::adapter::strip_str(&text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(expected: Option<&str>, actual: Option<&str>) -> Vec<String> {
        on_columns(None, expected, actual)
    }

    fn on_columns(
        columns: Option<usize>,
        expected: Option<&str>,
        actual: Option<&str>,
    ) -> Vec<String> {
        let line = LineJudgement {
            line: 7,
            expected: expected.map(str::to_owned),
            actual: actual.map(str::to_owned),
            how: How::Missing,
            ok: false,
            note: None,
        };
        let mut text = String::new();
        line_beside_line(&mut text, "a.md", &line, columns);
        let text = anstream::adapter::strip_str(&text).to_string();
        text.lines().skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn marks_stand_below_what_differs_whatever_its_width() {
        assert_eq!(
            plain(Some("가나 다라 x"), Some("가나 마바 x")),
            [
                "        notes    가나 다라 x",
                "        this run 가나 마바 x",
                "                      ^^^^",
            ]
        );
        assert_eq!(
            plain(Some("a\tb"), Some("a       c"))
                .last()
                .map(String::as_str),
            Some("                         ^")
        );
        assert_eq!(
            plain(Some("a b c"), Some("a c")).last().map(String::as_str),
            Some("                   ^")
        );
    }

    #[test]
    fn what_may_be_any_text_of_its_kind_is_marked_only_where_nothing_else_differs() {
        let shown = plain(
            Some("aaaaaaaaaaa1   \"sleep 10\"    2 seconds ago   Up 1 second"),
            Some("ee849a53741d   \"sleep 100\"   11 hours ago    Up 3 minutes"),
        );
        assert_eq!(shown[2], "                                       ^^^^");
        let shown = plain(Some("took 2 seconds"), Some("took 3 seconds"));
        assert_eq!(shown[2], "                      ^");
    }

    #[test]
    fn of_a_very_long_line_the_part_that_differs_is_shown() {
        let same = "word ".repeat(200_000);
        let shown = plain(
            Some(&format!("{same}old{same}")),
            Some(&format!("{same}new{same}")),
        );
        assert!(shown[0].contains("word old"), "{shown:?}");
        assert!(shown[1].contains("word new"), "{shown:?}");
        assert!(shown[2].contains('^'), "{shown:?}");
        assert!(shown.iter().all(|line| line.width() < 200), "{shown:?}");
    }

    #[test]
    fn on_a_narrow_terminal_no_line_that_has_marks_is_broken() {
        let (old, new) = (
            "가나다 ".repeat(20) + "old 라마바",
            "가나다 ".repeat(20) + "new 라마바",
        );
        for columns in [40, 41, 60, 80] {
            let shown = on_columns(Some(columns), Some(&old), Some(&new));
            assert!(
                shown.iter().all(|line| line.width() < columns),
                "{shown:#?}"
            );
            let column = |line: &str, of: &str| line.find(of).map(|at| line[..at].width());
            assert_eq!(
                column(&shown[1], "new"),
                column(&shown[2], "^"),
                "{shown:#?}"
            );
        }
    }

    #[test]
    fn nothing_that_was_printed_steers_the_terminal() {
        let shown = plain(Some("a\u{1b}[2J"), Some("b"));
        assert_eq!(shown[0], "        notes    a␛[2J");
        let exercise: ExerciseResult = serde_json::from_value(serde_json::json!({
            "id": "a", "title": "A", "file": "a.md", "line": 1, "engine": "e", "seconds": 1.0,
            "verdict": "error", "reason": "a disk of the lab is full: \u{1b}[2J",
            "steps": [{
                "line": 2, "shell": "host", "verdict": "failed", "reason": "said \u{7}",
                "lines": [{
                    "line": 3, "expected": "a", "actual": null, "how": "missing",
                    "ok": false, "note": "of \u{9b}",
                }],
            }],
        }))
        .expect("a result");
        let mut text = String::new();
        exercise_lines(&mut text, &exercise, &[], None);
        let text = anstream::adapter::strip_str(&text).to_string();
        for said in ["full: ␛[2J", "said ␇", "of \u{fffd}"] {
            assert!(text.contains(said), "{text}");
        }
    }
}
