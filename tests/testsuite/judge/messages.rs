//! Every sentence that Docker changed, on what engines really printed.

use std::collections::BTreeSet;
use std::path::Path;

use labbook::judge::{JudgedExercise, MESSAGES, Observation, StepJudgement, StepVerdict, judge};
use labbook::lab::Surroundings;
use serde::Deserialize;

use super::support::{complaints, in_parallel, steps};

/// What `messages.toml` has for this test.
#[derive(Deserialize)]
struct Table {
    message: Vec<Row>,
    /// Of what no row can say, and is told in other words by itself.
    example: Vec<Example>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    #[serde(default)]
    example: Vec<Example>,
}

/// What one command printed on two engines.
#[derive(Deserialize)]
struct Example {
    /// The rows that lead from one to the other.
    #[serde(default, rename = "with")]
    rows: Vec<String>,
    command: String,
    /// None where no engine could be had that prints it.
    older_on: Option<String>,
    older: Vec<String>,
    newer_on: Option<String>,
    newer: Vec<String>,
    exits: [i32; 2],
    /// Values that earlier steps of a transcript show.
    #[serde(default)]
    known: Vec<[String; 2]>,
    /// What only one side tells, or what one run alone has.
    #[serde(default)]
    free: Vec<String>,
    note: Option<String>,
}

fn examples() -> Vec<Example> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/formats/messages.toml");
    let mut table: Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for row in table.message {
        for mut example in row.example {
            example.rows.push(row.name.clone());
            table.example.push(example);
        }
    }
    table.example
}

/// One side of an example: what the notes expect, or what a run printed.
struct Side<'e> {
    lines: Vec<String>,
    exit: i32,
    known: Vec<&'e str>,
}

impl Example {
    fn side(&self, number: usize) -> Side<'_> {
        Side {
            lines: [&self.older, &self.newer][number].clone(),
            exit: self.exits[number],
            known: self
                .known
                .iter()
                .map(|pair| pair[number].as_str())
                .collect(),
        }
    }

    /// The notes' side judged against the run's, each after steps that show what
    /// is known.
    fn judged(&self, notes: &Side, run: &Side) -> StepJudgement {
        // A fence without output would claim none, and a message names what there is.
        let mut text = String::from("# Note\n\n```\n$ echo begin; : c1 one two\nbegin\n");
        for value in &notes.known {
            text.push_str(&format!("$ docker ps -aq --no-trunc\n{value}\n"));
        }
        text.push_str(&format!(
            "$ {}\n{}\n```\n",
            self.command,
            notes.lines.join("\n")
        ));
        let steps = steps(&text);
        let observation = |output: Vec<String>, exit: i32| Observation {
            sent: None,
            output,
            exit: Some(exit),
            prompt: Some("$".to_owned()),
            ..Observation::default()
        };
        let before = std::iter::once("begin").chain(run.known.iter().copied());
        let mut observations: Vec<Observation> = before
            .map(|value| observation(vec![value.to_owned()], 0))
            .collect();
        observations.push(observation(run.lines.clone(), run.exit));
        let script = JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &Surroundings::default(),
        };
        judge(script, &observations).pop().unwrap()
    }

    fn is_free(&self, line: &str, at: usize) -> bool {
        self.free.iter().any(|free| {
            line.match_indices(free.as_str())
                .any(|(start, _)| (start..start + free.len()).contains(&at))
        })
    }

    /// `lines` with a word, a number, an ID or a sign changed, each in turn.
    fn changed(&self, lines: &[String]) -> Vec<Vec<String>> {
        let mut all = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let mut before = ' ';
            for (at, letter) in line.char_indices() {
                let inside = before.is_ascii_alphanumeric() && letter.is_ascii_alphanumeric();
                before = letter;
                if letter == ' ' || inside || self.is_free(line, at) {
                    continue;
                }
                let other = match letter {
                    '0'..='8' => (letter as u8 + 1) as char,
                    '9' => '1',
                    'a'..='y' | 'A'..='Y' => (letter as u8 + 1) as char,
                    'z' => 'a',
                    'Z' => 'A',
                    _ => '~',
                };
                let mut text = line.clone();
                text.replace_range(at..at + letter.len_utf8(), &other.to_string());
                let mut changed = lines.to_vec();
                changed[index] = text;
                all.push(changed);
            }
        }
        all
    }
}

#[test]
fn every_row_has_an_example_and_every_example_its_engines() {
    let examples = examples();
    let shown: BTreeSet<&str> = examples
        .iter()
        .flat_map(|example| &example.rows)
        .map(String::as_str)
        .collect();
    let mut rows: BTreeSet<&str> = MESSAGES.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(rows.len(), MESSAGES.len(), "two rows have one name");
    // What no row can say, and is told in other words by itself.
    rows.extend([
        "published ports on IPv6 too",
        "the versions of what is installed",
    ]);
    assert_eq!(shown, rows);
    for example in &examples {
        let recorded = example.older_on.is_some() && example.newer_on.is_some();
        assert!(recorded || example.note.is_some(), "{}", example.command);
    }
}

#[test]
fn what_one_engine_printed_is_drifted_on_the_other() {
    let mut wrong = Vec::new();
    for example in examples() {
        for (notes, run) in [(0, 1), (1, 0)] {
            let judgement = example.judged(&example.side(notes), &example.side(run));
            let mut used = judgement
                .lines
                .iter()
                .filter_map(|line| line.note.as_deref());
            let by_its_rows = used.all(|row| example.rows.iter().any(|own| own == row));
            if judgement.verdict != StepVerdict::Drifted || !by_its_rows {
                wrong.push(format!(
                    "{} by {:?}, {notes} to {run}: {:?}\n{}",
                    example.command,
                    example.rows,
                    judgement,
                    complaints(std::slice::from_ref(&judgement))
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What can be changed in an example without a failure, and how many changes fail.
fn survivors(example: &Example) -> (Vec<String>, usize) {
    let (mut survivors, mut killed) = (Vec::new(), 0);
    for (notes, run) in [(0, 1), (1, 0)] {
        let (ours, theirs) = (example.side(notes), example.side(run));
        let of_notes = example.changed(&ours.lines).into_iter().map(|lines| {
            let changed = Side {
                lines,
                ..example.side(notes)
            };
            (example.judged(&changed, &theirs), changed.lines)
        });
        let of_run = example.changed(&theirs.lines).into_iter().map(|lines| {
            let changed = Side {
                lines,
                ..example.side(run)
            };
            (example.judged(&ours, &changed), changed.lines)
        });
        for (judgement, lines) in of_notes.chain(of_run) {
            if judgement.verdict == StepVerdict::Failed {
                killed += 1;
            } else {
                let (verdict, rows) = (judgement.verdict, &example.rows);
                survivors.push(format!("{verdict:?} by {rows:?}:\n{}", lines.join("\n")));
            }
        }
    }
    (survivors, killed)
}

#[test]
fn nothing_but_a_rows_own_words_may_vary() {
    let examples = examples();
    let found = in_parallel(&examples, survivors);
    let killed: usize = found.iter().map(|(_, killed)| killed).sum();
    let survivors: Vec<String> = found
        .into_iter()
        .flat_map(|(survivors, _)| survivors)
        .collect();
    println!("{killed} changes failed");
    assert!(survivors.is_empty(), "{}", survivors.join("\n\n"));
    assert!(killed > 2000);
}
