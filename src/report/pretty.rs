//! The report for people: a row an exercise, then what is to be known of single
//! ones, what does not hold last, with the notes' line beside this run's.
//!
//! ```text
//!     passed      0.8 s  note.md:28  How do I ...               a row, as soon as it is known
//!
//!     failed  note/who  note.md:40  Who am I?                   why, and the lines
//!
//!     engine private: ...                                       what holds for all, once
//!     2 passed, 1 failed
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::judge::{How, LineJudgement, StepVerdict};
use crate::lab::EngineInfo;
use crate::results::{ExerciseResult, Report, StepResult, Verdict};

use super::beside::{Beside, MARK, beside, shown};
use super::visible::visible;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// How wide a row is where no terminal says it.
const COLUMNS: usize = 80;

/// How much is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// Only what does not hold.
    Quiet,
    /// What is to be known of single exercises too.
    #[default]
    Normal,
    /// How the lines of each exercise were judged, too.
    Verbose,
}

/// The whole report for a terminal `columns` wide; none where it is no terminal.
pub(super) fn render(report: &Report, columns: Option<usize>) -> String {
    rows_alone(report, columns) + &end(report, columns, Detail::Normal)
}

fn rows_alone(report: &Report, columns: Option<usize>) -> String {
    let rows = report.exercises.iter();
    rows.map(|exercise| row(exercise, columns, report.engines.len() > 1))
        .collect()
}

/// The rows and how many there are of each verdict, where no more is to be said.
pub fn rows(report: &Report, columns: Option<usize>) -> String {
    let mut text = rows_alone(report, columns);
    totals_line(&mut text, report);
    text
}

/// An exercise's verdict, seconds, place, and as much of its title as there is room
/// for; its engine too, where there are several.
pub fn row(exercise: &ExerciseResult, columns: Option<usize>, with_engine: bool) -> String {
    let style = style(exercise.verdict);
    let verdict = exercise.verdict.word();
    let mut row = format!("{verdict:<9} {:>6.1} s  ", exercise.seconds);
    let _ = write!(row, "{}:{}", visible(&exercise.file), exercise.line);
    for mark in marks(exercise) {
        let _ = write!(row, "  {mark}");
    }
    if with_engine {
        let _ = write!(row, "  {}", exercise.engine);
    }
    let room = columns.unwrap_or(COLUMNS).saturating_sub(row.width() + 2);
    let title = cut(&visible(&exercise.title), room);
    if !title.is_empty() {
        let _ = write!(row, "  {title}");
    }
    let after = &row[verdict.len()..];
    format!("{style}{verdict}{style:#}{after}\n")
}

/// What is to be known of a result beside its verdict, in a word or two.
pub(super) fn marks(exercise: &ExerciseResult) -> Vec<String> {
    let unchanged = exercise
        .unchanged
        .then(|| format!("unchanged, {}", age(&exercise.time)));
    let stale = exercise
        .stale
        .then(|| format!("stale: the notes changed, run {}", age(&exercise.time)));
    let flaky = exercise.flaky.then(|| "flaky".to_owned());
    unchanged.into_iter().chain(stale).chain(flaky).collect()
}

/// How long ago `time` was, in RFC 3339: `2 h ago`.
fn age(time: &str) -> String {
    let Ok(time) = time.parse::<jiff::Timestamp>() else {
        return "at an unknown time".to_owned();
    };
    match jiff::Timestamp::now().duration_since(time).as_secs() {
        ..60 => "just now".to_owned(),
        seconds @ 60..3600 => format!("{} min ago", seconds / 60),
        seconds @ 3600..172_800 => format!("{} h ago", seconds / 3600),
        seconds => format!("{} d ago", seconds / 86_400),
    }
}

/// As much of `text` as `room` columns hold; nothing where that is hardly anything.
fn cut(text: &str, room: usize) -> String {
    const LEAST: usize = 8;
    if text.width() <= room {
        return text.to_owned();
    }
    if room < LEAST {
        return String::new();
    }
    let mut width = 1;
    let fits = text.chars().take_while(|character| {
        width += character.width().unwrap_or(0);
        width <= room
    });
    let cut: String = fits.collect();
    format!("{}…", cut.trim_end())
}

/// What stands below the rows.
pub fn end(report: &Report, columns: Option<usize>, detail: Detail) -> String {
    let mut text = String::new();
    if report.engines.len() > 1 && detail != Detail::Quiet {
        table(&mut text, report);
    }
    let mut exercises: Vec<&ExerciseResult> = report.exercises.iter().collect();
    exercises.sort_by_key(|exercise| last(exercise.verdict));
    let own: Vec<String> = exercises
        .iter()
        .map(|exercise| own_lines(exercise, columns, detail))
        .collect();
    // Those that were not run, by the reason for that.
    let mut not_run: BTreeMap<&str, Vec<&ExerciseResult>> = BTreeMap::new();
    let why = |at: usize| match (exercises[at].verdict, own[at].as_str()) {
        (Verdict::Error | Verdict::Skipped, "") => exercises[at].reason.as_deref(),
        _ => None,
    };
    for (at, exercise) in exercises.iter().enumerate() {
        if let Some(why) = why(at) {
            not_run.entry(why).or_default().push(exercise);
        }
    }
    for (at, exercise) in exercises.iter().enumerate() {
        let alike = why(at).and_then(|why| not_run.get_mut(why));
        match alike.filter(|alike| alike.len() != 1) {
            // The first says it for all.
            Some(alike) => lines_of_all(&mut text, &std::mem::take(alike)),
            None => exercise_lines(&mut text, exercise, &own[at], detail),
        }
    }
    if detail != Detail::Quiet {
        text.push('\n');
        for engine in &report.engines {
            engine_lines(&mut text, engine);
        }
        remark_lines(&mut text, report);
        let counts = counted_by_kind(&all_counts(report));
        if !counts.is_empty() {
            let _ = writeln!(text, "{DIM}lines: {counts}{DIM:#}");
        }
    }
    totals_line(&mut text, report);
    text
}

/// What has to be acted on stands last.
fn last(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Passed => 0,
        Verdict::Unchecked => 1,
        Verdict::Skipped => 2,
        Verdict::Error => 3,
        Verdict::Drifted => 4,
        Verdict::Failed => 5,
    }
}

fn all_counts(report: &Report) -> BTreeMap<How, usize> {
    let mut all = BTreeMap::new();
    for (how, count) in report
        .exercises
        .iter()
        .flat_map(|exercise| &exercise.counts)
    {
        *all.entry(*how).or_default() += count;
    }
    all
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

fn engine_lines(text: &mut String, engine: &EngineInfo) {
    let _ = writeln!(
        text,
        "{DIM}engine {}: {} {}, client {}, {}, {}{DIM:#}",
        engine.name, engine.product, engine.server, engine.cli, engine.store, engine.builder
    );
    if let Some(why) = &engine.chosen {
        let _ = writeln!(text, "{DIM}  taken by auto: {}{DIM:#}", visible(why));
    }
    for stand_in in &engine.stand_ins {
        let _ = writeln!(text, "{DIM}  stand-in {stand_in}{DIM:#}");
    }
}

/// What was remarked, and which stand-ins were used: each once, with the exercises
/// of which it holds, where it does not hold of all that were run.
fn remark_lines(text: &mut String, report: &Report) {
    let is_run = |exercise: &&ExerciseResult| exercise.verdict != Verdict::Skipped;
    let run: Vec<&ExerciseResult> = report.exercises.iter().filter(is_run).collect();
    let mut remarks: Vec<(String, Vec<&str>)> = Vec::new();
    for exercise in &run {
        let stand_ins = exercise.stand_ins.iter().map(|made| {
            let name = made.split(": ").next().unwrap_or(made);
            format!("with a stand-in for {name}")
        });
        for remark in stand_ins.chain(exercise.remarks.iter().cloned()) {
            match remarks.iter_mut().find(|(known, _)| *known == remark) {
                Some((_, ids)) => ids.push(&exercise.id),
                None => remarks.push((remark, vec![&exercise.id])),
            }
        }
    }
    for (remark, ids) in remarks {
        let remark = visible(&remark);
        let _ = match ids.len() == run.len() && run.len() > 1 {
            true => writeln!(text, "{DIM}  {remark} (all){DIM:#}"),
            false => writeln!(text, "{DIM}  {remark} ({}){DIM:#}", ids.join(", ")),
        };
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

/// Why exercises were not run, where the reason is the same for all of them.
fn lines_of_all(text: &mut String, exercises: &[&ExerciseResult]) {
    let Some(first) = exercises.first() else {
        return;
    };
    let style = style(first.verdict);
    let ids: Vec<&str> = exercises.iter().map(|one| one.id.as_str()).collect();
    let _ = writeln!(
        text,
        "\n{style}{}{style:#} {BOLD}{} exercises{BOLD:#}  {DIM}{}{DIM:#}\n        {}",
        first.verdict.word(),
        exercises.len(),
        visible(&ids.join(", ")),
        visible(first.reason.as_deref().unwrap_or_default())
    );
}

/// What is to be known of one exercise beside its verdict and the reason for that.
fn own_lines(exercise: &ExerciseResult, columns: Option<usize>, detail: Detail) -> String {
    let mut own = String::new();
    if detail == Detail::Verbose && !exercise.counts.is_empty() {
        let counts = counted_by_kind(&exercise.counts);
        let _ = writeln!(own, "        {DIM}lines: {counts}{DIM:#}");
    }
    if let Some(asked) = asked_again(exercise) {
        let _ = writeln!(own, "        {DIM}{asked}{DIM:#}");
    }
    for finding in rerun_findings(exercise) {
        let _ = writeln!(own, "        {DIM}{}{DIM:#}", visible(&finding));
    }
    for step in &exercise.steps {
        step_lines(&mut own, exercise, step, columns);
    }
    own
}

/// What is to be known of one exercise; nothing where its row says all.
fn exercise_lines(text: &mut String, exercise: &ExerciseResult, own: &str, detail: Detail) {
    let holds = exercise.verdict == Verdict::Passed;
    if detail == Detail::Quiet && (holds || exercise.verdict == Verdict::Unchecked) {
        return;
    }
    if own.is_empty() && holds && exercise.reason.is_none() {
        return;
    }
    let style = style(exercise.verdict);
    let _ = writeln!(
        text,
        "\n{style}{}{style:#} {BOLD}{}{BOLD:#}  {}  {DIM}{}:{}, {}, {:.1} s{DIM:#}",
        exercise.verdict.word(),
        visible(&exercise.id),
        visible(&exercise.title),
        visible(&exercise.file),
        exercise.line,
        exercise.engine,
        exercise.seconds
    );
    if let Some(reason) = &exercise.reason {
        let _ = writeln!(text, "        {}", visible(reason));
    }
    text.push_str(own);
}

/// Which steps were asked again since something was not ready, and how often each
/// was asked in all: `asked again: line 12 (3 times)`.
pub(super) fn asked_again(exercise: &ExerciseResult) -> Option<String> {
    let steps = exercise.steps.iter().filter(|step| step.asked > 1);
    let asked: Vec<String> = steps
        .map(|step| format!("line {} ({} times)", step.line, step.asked))
        .collect();
    (!asked.is_empty()).then(|| format!("asked again: {}", asked.join(", ")))
}

/// What several runs showed: how many there were, whether only a later one held, and
/// what varies: `varying: line 4 PID 185 / 41187`.
pub(super) fn rerun_findings(exercise: &ExerciseResult) -> Vec<String> {
    let mut findings = Vec::new();
    match exercise.runs.len() {
        0 | 1 if exercise.verdict == Verdict::Failed => findings.push("run once".to_owned()),
        0 | 1 => {}
        runs if exercise.flaky => findings.push(format!(
            "flaky: the first of {runs} runs failed, a later one held"
        )),
        // Of a section that was not run itself, only the lab of its page ran again.
        _ if matches!(exercise.verdict, Verdict::Skipped | Verdict::Error) => {}
        runs => findings.push(format!("run {runs} times")),
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
        findings.push(format!("varying: {}", varying.join(", ")));
    }
    findings
}

/// How many lines were judged in which way: `3 literal, 1 bound`.
pub fn counted_by_kind(counts: &BTreeMap<How, usize>) -> String {
    let counts = counts.iter();
    let parts: Vec<String> = counts
        .map(|(how, count)| format!("{count} {}", word(*how)))
        .collect();
    parts.join(", ")
}

/// The word for a way of judging.
fn word(how: How) -> &'static str {
    match how {
        How::Literal => "literal",
        How::Bound => "bound",
        How::Volatile => "volatile",
        How::Ambient => "ambient",
        How::Given => "given",
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
            let why = step.reason.as_deref().unwrap_or("written from the notes");
            let why = visible(why);
            let _ = writeln!(text, "    {DIM}{place}: {first}: given, {why}{DIM:#}");
            return;
        }
        StepVerdict::Unchecked => {
            // Nothing is to be reported of a command without expected and actual output.
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
    let shown: Vec<&LineJudgement> = step
        .lines
        .iter()
        .filter(|line| !line.ok || line.how == How::Dialect)
        .collect();
    for run in shown.chunk_by(|one, next| one.how == How::Extra && next.how == How::Extra) {
        let (shown, more) = run.split_at(run.len().min(EXTRA_LINES));
        for line in shown {
            line_beside_line(text, &exercise.file, line, columns);
        }
        if !more.is_empty() {
            let _ = writeln!(text, "        {DIM}and {} lines more{DIM:#}", more.len());
        }
    }
    // The cause may be among the lines that an elision stands for.
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
    let mut summary = match (parts.is_empty(), report.shards.as_slice()) {
        (true, [shard]) => format!("no exercise in shard {}/{}", shard.part, shard.of),
        (true, _) => "no exercise".to_owned(),
        (false, _) => parts.join(", "),
    };
    let of = |which: fn(&&ExerciseResult) -> bool| report.exercises.iter().filter(which);
    if let Some(oldest) = of(|one| one.unchanged).min_by_key(|one| &one.time) {
        let count = of(|one| one.unchanged).count();
        let _ = write!(summary, " ({count} unchanged, {})", age(&oldest.time));
    }
    let stale = of(|one| one.stale).count();
    if stale > 0 {
        let _ = write!(summary, "; the notes of {stale} changed since");
    }
    let _ = writeln!(text, "{summary}");
}

/// How many of each verdict, without colours.
pub(super) fn plain_totals(report: &Report) -> String {
    let mut text = String::new();
    totals_line(&mut text, report);
    anstream::adapter::strip_str(text.trim_end()).to_string()
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
        let own = own_lines(&exercise, None, Detail::Normal);
        exercise_lines(&mut text, &exercise, &own, Detail::Normal);
        let text = anstream::adapter::strip_str(&text).to_string();
        for shown in ["full: ␛[2J", "said ␇", "of \u{fffd}"] {
            assert!(text.contains(shown), "{text}");
        }
    }

    #[test]
    fn a_reason_that_several_exercises_share_is_said_once_and_why_auto_took_the_engine() {
        let exercise = |id: &str, verdict: &str, reason: &str| -> ExerciseResult {
            serde_json::from_value(serde_json::json!({
                "id": id, "title": "A", "file": "a.md", "line": 1, "engine": "host", "seconds": 1.0,
                "verdict": verdict, "reason": reason, "steps": [],
            }))
            .expect("a result")
        };
        let report = Report::new(
            vec![EngineInfo {
                name: "host".to_owned(),
                chosen: Some("no private engine here: it needs root".to_owned()),
                ..EngineInfo::default()
            }],
            vec![
                exercise("a", "skipped", "no cluster"),
                exercise("b", "error", "no image"),
                exercise("c", "skipped", "no cluster"),
                exercise("d", "skipped", "no graph driver"),
            ],
        );
        let text = end(&report, None, Detail::Normal);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(
            text.starts_with("\nskipped 2 exercises  a, c\n        no cluster\n"),
            "{text}"
        );
        assert_eq!(text.matches("no cluster").count(), 1, "{text}");
        assert!(text.contains("\nskipped d  A  a.md:1"), "{text}");
        assert!(text.contains("\nerror b  A  a.md:1"), "{text}");
        assert!(
            text.contains("  taken by auto: no private engine here: it needs root\n"),
            "{text}"
        );
    }
}
