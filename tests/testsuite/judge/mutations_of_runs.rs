//! Notes that two runs or more settle are changed word by word and line by line:
//! whatever is not the machine's, and not drawn, must fail.

use labbook::judge::varying::{Decision, RecordedRun, decide};
use labbook::judge::{How, JudgedExercise, LineJudgement};
use labbook::lab::Surroundings;
use labbook::session::Step;
use serde::Deserialize;

use super::mutations::claims_none_without_output;
use super::support::{in_parallel, records, steps};

#[derive(Deserialize)]
struct Runs {
    runs: Vec<RecordedRun>,
}

struct Case {
    name: String,
    steps: Vec<Step>,
    runs: Vec<RecordedRun>,
}

fn cases() -> Vec<Case> {
    let mut paths: Vec<_> = std::fs::read_dir(records().join("runs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    let case = |path: &std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        let (notes, _) = name.split_once('.').unwrap();
        let text = std::fs::read_to_string(records().join(format!("runs/{notes}.md"))).unwrap();
        let found: Runs = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        Case {
            name: name.to_owned(),
            steps: steps(&text),
            runs: found.runs,
        }
    };
    paths.iter().map(case).collect()
}

fn decided(steps: &[Step], runs: &[RecordedRun]) -> Decision {
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    decide(&script, runs).unwrap()
}

#[test]
fn what_was_run_more_than_once_holds() {
    let cases = cases();
    assert!(cases.len() >= 4);
    for case in cases {
        let decision = decided(&case.steps, &case.runs);
        assert!(
            decision.holds(),
            "{}: {:#?}",
            case.name,
            decision.judgements
        );
        assert!(!decision.flaky, "{}", case.name);
    }
}

/// The words of a line, as byte ranges.
fn words(line: &str) -> Vec<std::ops::Range<usize>> {
    let mut words: Vec<std::ops::Range<usize>> = Vec::new();
    for (at, character) in line.char_indices() {
        if character.is_ascii_alphanumeric() {
            match words.last_mut() {
                Some(last) if last.end == at => last.end = at + 1,
                _ => words.push(at..at + 1),
            }
        }
    }
    words
}

/// Other words than `word`, each with whether it could be drawn or given out instead.
fn others(word: &str) -> Vec<(String, bool)> {
    let mut others = vec![
        (format!("{word}x"), false),
        (
            word[1..].to_owned(),
            word.len() > 1 && word.bytes().all(|b| b.is_ascii_digit()),
        ),
        ("q".repeat(word.len()), false),
        ("!".to_owned(), false),
    ];
    if let Ok(number) = word.parse::<u128>() {
        others.extend([
            ((number + 1).to_string(), true),
            ((number * 7 + 3).to_string(), true),
            ("1".to_owned(), false),
            ("0".to_owned(), false),
            (format!("0{number}"), false),
            ("99999999".to_owned(), false),
        ]);
    } else {
        let shifted: String = word.chars().map(shift).collect();
        others.push((shifted, true));
        others.push((word.to_uppercase(), false));
        others.push((word.chars().rev().collect(), true));
    }
    others.retain(|(other, _)| other != word && !other.is_empty());
    others
}

fn shift(character: char) -> char {
    match character {
        'a'..='e' | 'A'..='Y' | '0'..='8' => char::from(character as u8 + 1),
        'f' => 'a',
        'z' => 'g',
        'g'..='y' => char::from(character as u8 + 1),
        'Z' => 'A',
        _ => '0',
    }
}

struct Mutant {
    what: String,
    steps: Vec<Step>,
    /// Whether any text that is possible there would be right.
    may_survive: bool,
}

/// Whether the word at `range` stands for what varies, and nowhere else in the notes.
fn stands_once(case: &Case, line: &LineJudgement, range: &std::ops::Range<usize>) -> bool {
    let (Some(expected), Some(actual)) = (&line.expected, &line.actual) else {
        return false;
    };
    let at = words(expected).iter().position(|other| other == range);
    let differs = at.is_some_and(|at| {
        words(actual)
            .get(at)
            .is_none_or(|there| actual[there.clone()] != expected[range.clone()])
    });
    let word = &expected[range.clone()];
    let texts = case.steps.iter().flat_map(|step| {
        let lines = step.expected.iter().map(|line| line.text.as_str());
        lines.chain(step.command())
    });
    let alike = |text: &str| {
        words(text)
            .into_iter()
            .filter(|range| text[range.clone()] == *word)
            .count()
    };
    let times: usize = texts.map(alike).sum();
    let kinds = [How::Varying, How::Volatile, How::Bound];
    differs && kinds.contains(&line.how) && times == 1
}

fn mutants(case: &Case, base: &Decision) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        let mut add = |what: String, may_survive: bool, change: &dyn Fn(&mut Step)| {
            let mut steps = case.steps.clone();
            change(&mut steps[number]);
            mutants.push(Mutant {
                what: format!("{}: {what}", case.name),
                steps,
                may_survive,
            });
        };
        for (at, line) in step.expected.iter().enumerate() {
            let judged = base.judgements[number].lines.iter();
            let judged = judged
                .clone()
                .find(|judged| judged.line == line.line)
                .unwrap();
            for range in words(&line.text) {
                let once = stands_once(case, judged, &range);
                for (other, possible) in others(&line.text[range.clone()]) {
                    let mut text = line.text.clone();
                    text.replace_range(range.clone(), &other);
                    let what = format!("{} -> {text}", line.text);
                    add(what, once && possible, &|step| {
                        step.expected[at].text.clone_from(&text);
                    });
                }
            }
            // The ID or the name that a command only repeats need not be shown.
            let may = step.expected.len() == 1 && claims_none_without_output(step);
            add(format!("without {}", line.text), may, &|step| {
                step.expected.remove(at);
            });
            add(format!("{} twice", line.text), false, &|step| {
                step.expected.insert(at, step.expected[at].clone());
            });
            if at + 1 < step.expected.len() {
                let next = &step.expected[at + 1].text;
                // Lines of two streams; and of numbers which is which, only a kind can tell.
                let stream =
                    |text: &str| ["out", "error"].into_iter().find(|s| text.starts_with(s));
                let of_two_streams = stream(&line.text).is_some()
                    && stream(next).is_some()
                    && stream(&line.text) != stream(next);
                let may = of_two_streams || line.text == "11";
                add(format!("{} behind the next", line.text), may, &|step| {
                    let (one, other) = (step.expected[at].clone(), step.expected[at + 1].clone());
                    step.expected[at].text = other.text;
                    step.expected[at + 1].text = one.text;
                });
            }
        }
    }
    mutants
}

#[test]
fn no_change_of_what_neither_varies_nor_was_drawn_survives() {
    let cases = cases();
    let mut count = 0;
    let mut wrong: Vec<String> = Vec::new();
    for case in &cases {
        let base = decided(&case.steps, &case.runs);
        let mutants = mutants(case, &base);
        count += mutants.len();
        let survived = in_parallel(&mutants, |mutant| {
            !mutant.may_survive && decided(&mutant.steps, &case.runs).holds()
        });
        let survivors = mutants
            .iter()
            .zip(survived)
            .filter(|(_, survived)| *survived);
        wrong.extend(survivors.map(|(mutant, _)| mutant.what.clone()));
    }
    assert!(count > 500, "only {count} mutants");
    assert!(
        wrong.is_empty(),
        "{} of {count} survive:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
