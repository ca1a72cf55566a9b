//! What the last verify found about an exercise, for its head and for its steps.
//!
//! ```text
//!     Findings            one exercise
//!       Finding             one engine: what to say at the head,
//!         said(step)          below a step, and at its lines
//! ```

use std::cell::LazyCell;
use std::collections::HashMap;

use crate::exercise::Exercise;
use crate::judge::{How, LineJudgement, StepVerdict};
use crate::lab::EngineInfo;
use crate::results::{ExerciseResult, Report, StepResult, Verdict};

use super::html::{element, literal, own, wrap};
use super::labels::{Labels, fill};
use super::reasons;

/// How many steps the head of an exercise leads to.
const LED_TO: usize = 4;

/// A character that nobody sees: the site's search finds a verdict's word
/// and what else is said about it before one each.
const AFTER_VERDICT: &str = "\u{2064}";

/// Elided output is shown up to so many lines.
const LONGEST: usize = 400;

/// What a report knows, by the exercises' IDs.
pub(super) struct Results<'r> {
    report: &'r Report,
    by_id: HashMap<&'r str, Vec<&'r ExerciseResult>>,
}

impl<'r> Results<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let mut by_id: HashMap<&str, Vec<&ExerciseResult>> = HashMap::new();
        for result in &report.exercises {
            by_id.entry(&result.id).or_default().push(result);
        }
        Self { report, by_id }
    }
}

/// What is known about an exercise.
pub(super) struct Findings<'r> {
    exercise: &'r Exercise,
    labels: &'static Labels,
    engines: Vec<EngineResult<'r>>,
    /// Where they differ from the notes, by step and line.
    lines: HashMap<(usize, usize), AtLine<'r>>,
}

/// What is known about it on one engine.
struct EngineResult<'r> {
    /// The engine's place in the report.
    number: usize,
    /// What pages call it.
    engine: String,
    result: &'r ExerciseResult,
    /// Whether the notes are as they were then.
    fresh: bool,
    on_private_engine: bool,
}

impl<'r> Findings<'r> {
    pub(super) fn new(
        exercise: &'r Exercise,
        results: Option<&Results<'r>>,
        labels: &'static Labels,
    ) -> Self {
        let hash = LazyCell::new(|| exercise.hash());
        let results = results.into_iter().flat_map(|results| {
            let of_exercise = results.by_id.get(exercise.id.as_str());
            let of_exercise = of_exercise.into_iter().flatten();
            of_exercise.map(|result| (results.report, *result))
        });
        let engines = results.map(|(report, result)| {
            let number = report
                .engines
                .iter()
                .position(|engine| engine.name == result.engine);
            let number = number.unwrap_or(report.engines.len());
            EngineResult {
                number,
                engine: engine_name(&report.engines, number),
                result,
                fresh: result.hash == *hash,
                on_private_engine: report
                    .engines
                    .get(number)
                    .is_some_and(|engine| engine.kind == "private"),
            }
        });
        let engines: Vec<EngineResult<'r>> = engines.collect();
        let mut lines: HashMap<_, AtLine<'r>> = HashMap::new();
        for finding in &engines {
            for step in 0..exercise.steps.len() {
                for (number, judged) in finding.lines(exercise, step) {
                    let is_other_words = judged.how == How::Dialect;
                    if judged.ok && !(is_other_words && judged.expected != judged.actual) {
                        continue;
                    }
                    let at_line = lines.entry((step, number)).or_default();
                    let others = match judged.expected {
                        Some(_) => &mut at_line.instead,
                        None => &mut at_line.behind,
                    };
                    others.push(Other {
                        engine: finding.number,
                        failed: !judged.ok,
                        text: judged.actual.as_deref(),
                    });
                }
            }
        }
        Self {
            exercise,
            labels,
            engines,
            lines,
        }
    }

    /// The anchor of a step, from 0.
    pub(super) fn anchor(&self, step: usize) -> String {
        let id = self.exercise.id.replace(char::is_whitespace, "-");
        format!("step:{id}:{}", step + 1)
    }

    /// What stands at the head of the exercise, as one line of HTML.
    pub(super) fn head(&self) -> String {
        let heads = if self.engines.is_empty() {
            let word = element("b", "labbook-word", self.labels.never);
            let word = word + AFTER_VERDICT + AFTER_VERDICT;
            wrap("div", "labbook-verdict labbook-never", &own(&word))
        } else {
            self.engines
                .iter()
                .map(|finding| self.head_on(finding))
                .collect()
        };
        if !self.exercise.steps.is_empty() {
            return wrap("div", "labbook-verdicts", &heads);
        }
        let anchor = literal(&self.anchor(0));
        format!("<div class=\"labbook-verdicts\" id=\"{anchor}\">{heads}</div>")
    }

    fn head_on(&self, finding: &EngineResult<'_>) -> String {
        let (result, labels) = (finding.result, self.labels);
        let (class, word) = if finding.fresh {
            (
                result.verdict.word(),
                labels.verdict(result.verdict).to_owned(),
            )
        } else {
            ("stale", fill(labels.stale, &[labels.short(result.verdict)]))
        };
        let mut parts = vec![element("b", "labbook-word", &word) + AFTER_VERDICT];
        if finding.fresh {
            parts.extend(self.led_to(finding));
            let has_reason = matches!(result.verdict, Verdict::Skipped | Verdict::Error);
            if has_reason && result.reason.is_some() {
                parts.push(text(reasons::shown(result.reason_kind, labels)));
            }
        }
        let day = labels.date(&result.time);
        parts.extend(
            [Some(finding.engine.clone()), day]
                .into_iter()
                .flatten()
                .map(|part| text(&part)),
        );
        parts.extend(
            finding
                .marks(labels)
                .iter()
                .map(|mark| element("span", "labbook-mark", mark)),
        );
        let html = own(&(parts.join(" ") + AFTER_VERDICT));
        let (number, engine) = (finding.number, literal(&finding.engine));
        format!(
            "<div class=\"labbook-verdict labbook-{class}\" data-engine=\"{number}\" data-name=\"{engine}\">{html}</div>"
        )
    }

    /// The steps, from 0, for which the exercise came out as it did.
    fn wrong_steps(&self, finding: &EngineResult<'_>) -> Vec<usize> {
        let wrong = |(_, step): &(usize, &StepResult)| match finding.result.verdict {
            Verdict::Failed => step.verdict == StepVerdict::Failed,
            Verdict::Drifted => step.verdict == StepVerdict::Drifted,
            Verdict::Error => step.verdict == StepVerdict::Error,
            _ => false,
        };
        let steps = finding.result.steps.iter().enumerate().filter(wrong);
        steps.map(|(index, _)| index).collect()
    }

    /// Which of the steps differ, each with a link to it.
    fn led_to(&self, finding: &EngineResult<'_>) -> Option<String> {
        let labels = self.labels;
        let steps = self.wrong_steps(finding);
        let links = steps.iter().take(LED_TO).map(|step| {
            let number = fill(labels.step, &[&(step + 1).to_string()]);
            format!(
                "<a href=\"#{}\">{}</a>",
                address(&self.anchor(*step)),
                literal(&number)
            )
        });
        let links: Vec<String> = links.collect();
        let mut shown = links.join(", ");
        let more = steps.len().saturating_sub(LED_TO);
        if more > 0 {
            shown += &format!(" {}", literal(&fill(labels.more, &[&more.to_string()])));
        }
        if steps.is_empty() {
            return None;
        }
        let all = self.exercise.steps.len();
        if all > 1 {
            let of = literal(&fill(labels.steps_of, &[&all.to_string()]));
            shown = match labels.is_korean() {
                true => of + &shown,
                false => shown + &of,
            };
        }
        Some(wrap("span", "labbook-part", &shown))
    }

    /// What a report of a wrong answer begins with: how it came out on which engine, and
    /// the steps that differ.
    pub(super) fn report(&self) -> String {
        let lines = self
            .engines
            .iter()
            .filter(|finding| finding.fresh)
            .map(|finding| {
                let word = self.labels.short(finding.result.verdict);
                let steps = self.wrong_steps(finding).into_iter().map(|step| {
                    let number = fill(self.labels.step, &[&(step + 1).to_string()]);
                    let line = self.exercise.steps.get(step).map_or(0, |step| step.line);
                    format!("; {number} (:{line})")
                });
                let steps = steps.take(LED_TO).collect::<String>();
                format!("{}: {word}{steps}\n", finding.engine)
            });
        lines.collect()
    }

    /// What is to be said below `step`.
    pub(super) fn below(&self, step: usize) -> String {
        let notes = self.engines.iter().filter_map(|finding| {
            let result = finding.step(step)?;
            let (labels, whole) = (self.labels, finding.result);
            let of_step = result.reason.as_ref().map(|_| result.reason_kind);
            let of_exercise = whole.reason.as_ref().map(|_| whole.reason_kind);
            let text = match result.verdict {
                StepVerdict::Failed => reasons::shown(of_step?, labels).to_owned(),
                StepVerdict::Error => {
                    let why = of_step.or(of_exercise);
                    let why = why.map(|kind| reasons::shown(kind, labels));
                    let parts: Vec<&str> =
                        [Some(labels.stopped), why].into_iter().flatten().collect();
                    parts.join(": ")
                }
                StepVerdict::Given => match of_step {
                    Some(why) => reasons::shown(why, labels).to_owned(),
                    None => labels.given.to_owned(),
                },
                _ => return None,
            };
            let class = match result.verdict {
                StepVerdict::Failed => "failed",
                StepVerdict::Error => "error",
                _ => "given",
            };
            let text = own(&literal(&text));
            Some(format!(
                "<div class=\"labbook-said labbook-{class}\" data-engine=\"{}\">{text}</div>",
                finding.number
            ))
        });
        notes.collect()
    }

    /// What runs printed in place of the line `number` of `step`, or behind it.
    pub(super) fn at_line(&self, step: usize, number: usize) -> &AtLine<'r> {
        self.lines.get(&(step, number)).unwrap_or(&NOTHING)
    }

    /// How it stands on each engine.
    pub(super) fn states(&self) -> Vec<ExerciseStanding> {
        let states = self.engines.iter().map(|finding| {
            let verdict = finding.result.verdict;
            let (class, word) = match finding.fresh {
                true => (verdict.word(), self.labels.short(verdict)),
                false => ("stale", self.labels.unknown[1]),
            };
            ExerciseStanding {
                engine: finding.number,
                class,
                word,
                time: finding.result.time.clone(),
            }
        });
        states.collect()
    }

    /// The engine's name, where the exercise was run on several.
    pub(super) fn engine(&self, number: usize) -> Option<&str> {
        let mut engines = self.engines.iter().filter(|_| self.engines.len() > 1);
        let found = engines.find(|finding| finding.number == number)?;
        Some(&found.engine)
    }

    /// What the elision in line `number` of `step` stands for, and on which engine. What
    /// was printed on the author's own machine stays there.
    pub(super) fn elided(&self, step: usize, number: usize) -> Option<(usize, &'r [String])> {
        self.engines.iter().find_map(|finding| {
            let result = finding.step(step).filter(|_| finding.on_private_engine)?;
            let lines: Vec<_> = finding.lines(self.exercise, step).collect();
            let at = lines.iter().position(|(line, _)| *line == number)?;
            let mut output = result.output.iter();
            let mut start = 0;
            for (_, judged) in &lines[..at] {
                if let Some(actual) = &judged.actual
                    && let Some(skipped) = output.clone().position(|printed| printed == actual)
                {
                    output.nth(skipped);
                    start += skipped + 1;
                }
            }
            let mut after = lines[at + 1..]
                .iter()
                .filter_map(|(_, judged)| judged.actual.as_ref());
            let end = after.find_map(|actual| output.clone().position(|printed| printed == actual));
            let end = end.map_or(result.output.len(), |length| start + length);
            let hidden = &result.output[start..end];
            let hidden = &hidden[..hidden.len().min(LONGEST)];
            (!hidden.is_empty()).then_some((finding.number, hidden))
        })
    }
}

/// How an exercise stands on an engine.
pub(super) struct ExerciseStanding {
    /// The engine's place in the report.
    pub engine: usize,
    /// A verdict's name, or `stale`.
    pub class: &'static str,
    /// The same for readers.
    pub word: &'static str,
    /// When it was run, in RFC 3339.
    pub time: String,
}

impl ExerciseStanding {
    /// The word with its mark.
    pub(super) fn html(&self) -> String {
        let word = element("b", "labbook-word", self.word);
        wrap(
            "span",
            &format!("labbook-state labbook-{}", self.class),
            &word,
        )
    }
}

/// What runs printed where the notes have a line.
#[derive(Debug, Default)]
pub(super) struct AtLine<'r> {
    /// In place of it.
    pub instead: Vec<Other<'r>>,
    /// Behind it, where the notes have nothing.
    pub behind: Vec<Other<'r>>,
}

/// A line of a run that the notes do not have.
#[derive(Debug)]
pub(super) struct Other<'r> {
    /// The engine's place in the report.
    pub engine: usize,
    /// Whether the step failed for it.
    pub failed: bool,
    /// None where nothing was printed.
    pub text: Option<&'r str>,
}

static NOTHING: AtLine<'static> = AtLine {
    instead: Vec::new(),
    behind: Vec::new(),
};

impl<'r> EngineResult<'r> {
    /// The result of a step, where the notes are as they were.
    fn step(&self, step: usize) -> Option<&'r StepResult> {
        self.result.steps.get(step).filter(|_| self.fresh)
    }

    /// The judged lines of a step, by their numbers in the notes of today, which may
    /// have moved up or down since.
    fn lines(
        &self,
        exercise: &Exercise,
        step: usize,
    ) -> impl Iterator<Item = (usize, &'r LineJudgement)> + use<'r> {
        let result = self.step(step);
        let now = exercise.steps.get(step).map_or(0, |step| step.line);
        let then = result.map_or(0, |result| result.line);
        let lines = result.into_iter().flat_map(|result| &result.lines);
        lines.map(move |judged| ((judged.line + now).saturating_sub(then), judged))
    }

    fn marks(&self, labels: &Labels) -> Vec<String> {
        let mut marks = Vec::new();
        let images = self.result.stand_ins.iter().map(|made| {
            let name = made.split(": ").next().unwrap_or_default();
            name.strip_suffix(":latest").unwrap_or(name)
        });
        let images: Vec<&str> = images.collect();
        if !images.is_empty() {
            marks.push(fill(labels.stand_in, &[&images.join(", ")]));
        }
        if self.result.flaky {
            marks.push(labels.flaky.to_owned());
        }
        let varying = self.result.counts.get(&How::Varying);
        if let Some(lines) = varying.filter(|lines| **lines > 0) {
            marks.push(fill(labels.varying, &[&lines.to_string()]));
        }
        let asked = self.result.steps.iter().map(|step| step.asked).max();
        if let Some(asked) = asked.filter(|asked| *asked > 1) {
            marks.push(fill(labels.asked, &[&asked.to_string()]));
        }
        marks
    }
}

fn text(text: &str) -> String {
    element("span", "labbook-part", text)
}

/// An anchor as an address names it.
pub(super) fn address(anchor: &str) -> String {
    literal(&anchor.replace('%', "%25"))
}

/// What pages call an engine: never by its name, which may be a folder of the author's.
/// Of several that are alike in their version, each says in what it differs.
pub(super) fn engine_name(engines: &[EngineInfo], number: usize) -> String {
    let Some(engine) = engines.get(number) else {
        return "Docker".to_owned();
    };
    let version = |engine: &EngineInfo| {
        let end = engine
            .server
            .find(|character: char| !(character.is_ascii_digit() || character == '.'));
        engine.server[..end.unwrap_or(engine.server.len())].to_owned()
    };
    let alike = |other: &&EngineInfo| version(other) == version(engine);
    let mut name = format!("{} {}", engine.product, version(engine));
    name.truncate(name.trim_end().len());
    let alike: Vec<&EngineInfo> = engines.iter().filter(alike).collect();
    if alike.len() > 1 {
        if alike.iter().any(|other| other.store != engine.store) {
            name += &format!(" ({})", engine.store);
        } else if alike.iter().any(|other| other.builder != engine.builder) {
            name += &format!(" ({})", engine.builder);
        } else {
            name += &format!(" #{}", number + 1);
        }
    }
    name
}
