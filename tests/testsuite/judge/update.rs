//! Notes that are updated from a run are true of it, and stay the author's wherever
//! they were.

use labbook::judge::{Judged, Role, StepVerdict, explain};
use labbook::session::{Expected, Step};
use labbook::update::{LineChange, changes};

use super::support::{Case, Record, cases, complaints, in_parallel, judged, script, verdict};

/// The steps as `changes` would have them.
fn with_changes(steps: &[Step], changes: &[LineChange]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    for change in changes.iter().rev() {
        // What was typed last on a line is what its output belongs to.
        steps.iter_mut().rev().any(|step| apply(step, change));
    }
    steps
}

/// Changes the step, where the change is of it.
fn apply(step: &mut Step, change: &LineChange) -> bool {
    let of_line = |own: &Expected| own.line == change.line();
    let place = step.expected.iter().position(of_line);
    match (change, place) {
        (LineChange::Replace { from, to, .. }, Some(place))
            if step.expected[place].text == *from =>
        {
            step.expected[place].text = to.trim_end().to_owned();
        }
        (LineChange::Remove { .. }, Some(place)) => {
            step.expected.remove(place);
        }
        (LineChange::InsertAfter { line, text, .. }, place) => {
            let after = match place {
                Some(place) => place + 1,
                None if step.last_typed_line() == *line => 0,
                None => return false,
            };
            let own = Expected {
                line: 0,
                text: text.trim_end().to_owned(),
                elision: false,
            };
            step.expected.insert(after, own);
        }
        (LineChange::Replace { line, from, to }, _) => match &mut step.next {
            Some((prompt, _)) if prompt.line == *line && prompt.text == *from => {
                prompt.text.clone_from(to);
            }
            _ => return false,
        },
        (LineChange::Remove { .. }, None) => return false,
    }
    true
}

/// The steps, updated from the record.
fn updated(steps: &[Step], record: &Record) -> Vec<Step> {
    with_changes(
        steps,
        &changes(&script(steps, record), &record.observations),
    )
}

/// Each line of output with one of its literal words misspelled.
fn misspelled(case: &Case) -> Vec<Vec<Step>> {
    let explained = explain(&script(&case.steps, &case.record));
    let mut outputs = explained.iter().filter(|line| line.role == Role::Output);
    let mut all = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        for (line, own) in step.expected.iter().enumerate() {
            let explained = outputs.next().expect("every line is explained");
            let word = explained
                .parts
                .iter()
                .filter(|part| part.judged == Judged::Literal)
                .find_map(|part| {
                    let text = &explained.text[part.range.clone()];
                    let start = text.find(|c: char| c.is_ascii_lowercase())?;
                    Some(part.range.start + start)
                });
            // A line with tabs is explained as the terminal shows it.
            let Some(at) = word.filter(|_| explained.text == own.text && !own.elision) else {
                continue;
            };
            let mut steps = case.steps.clone();
            steps[number].expected[line]
                .text
                .replace_range(at..at + 1, "Q");
            all.push(steps);
        }
    }
    all
}

fn texts(steps: &[Step]) -> Vec<&str> {
    let lines = steps.iter().flat_map(|step| &step.expected);
    lines.map(|line| line.text.as_str()).collect()
}

/// How a misspelled exercise ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mended {
    /// As it was before.
    ToTheLetter,
    /// It holds, in other values or without a row that may be missing.
    Otherwise,
    /// It cannot be told what the line was to be, and nothing is written.
    Not,
}

fn mended(case: &Case, steps: &[Step]) -> Mended {
    let updated = updated(steps, &case.record);
    if verdict(&judged(&updated, &case.record)) != StepVerdict::Passed {
        Mended::Not
    } else if texts(&updated) == texts(&case.steps) {
        Mended::ToTheLetter
    } else {
        Mended::Otherwise
    }
}

#[test]
fn a_misspelled_word_is_mended_and_nothing_else_changes() {
    let misspelled: Vec<(Case, Vec<Step>)> = cases()
        .into_iter()
        .filter(|case| verdict(&judged(&case.steps, &case.record)) == StepVerdict::Passed)
        .flat_map(|case| {
            let all = misspelled(&case).into_iter().step_by(11);
            all.map(move |steps| (case.clone(), steps))
                .collect::<Vec<_>>()
        })
        .filter(|(case, steps)| verdict(&judged(steps, &case.record)) == StepVerdict::Failed)
        .collect();
    let found = in_parallel(&misspelled, |(case, steps)| mended(case, steps));
    let count = |wanted| found.iter().filter(|found| **found == wanted).count();
    let (whole, other, not) = (
        count(Mended::ToTheLetter),
        count(Mended::Otherwise),
        count(Mended::Not),
    );
    println!("{whole} became as they were, {other} hold otherwise, {not} stay");
    assert!(whole > 2 * (other + not), "{whole}, {other}, {not}");
    // Trees of layers, which look all alike.
    assert!(not <= 5, "{not}");
}

#[test]
fn notes_that_are_updated_from_a_run_are_true_of_it() {
    let all = cases();
    let wrong: Vec<String> = in_parallel(&all, |case| {
        let whole = verdict(&judged(&case.steps, &case.record));
        let mut blank = case.steps.clone();
        for step in &mut blank {
            step.expected.clear();
        }
        let mut ways = vec![("as they are", case.steps.clone())];
        if case.engine == "bookworm" {
            ways.push(("without output", blank));
        }
        let mut wrong = Vec::new();
        for (what, steps) in ways {
            let judgements = judged(&updated(&steps, &case.record), &case.record);
            if verdict(&judgements) != StepVerdict::Passed {
                wrong.push(format!(
                    "{case} {what}, {whole:?}: {}",
                    complaints(&judgements)
                ));
            }
        }
        wrong
    })
    .concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_id_that_is_told_in_full_only_here_keeps_the_beginning_that_the_notes_use() {
    let dangling = cases()
        .into_iter()
        .find(|case| case.name == "book/dangling" && case.engine == "forky");
    let case = dangling.expect("there is a record");
    let updated = updated(&case.steps, &case.record);
    let new = texts(&updated);
    let built = |line: &&str| line.starts_with(" => => writing image sha256:7d73a222a722");
    assert!(new.iter().any(built), "{new:#?}");
    let row = "menu         latest    7d73a222a722   4 seconds ago    1.99MB";
    assert!(new.contains(&row), "{new:#?}");
}
