//! Every line of every exercise is changed in every way that matters: whatever
//! touches something literal, bound or structural must fail, and whatever is
//! only volatile or ambient must not.

use std::collections::BTreeMap;

use labbook::judge::{ExplainedLine, Judged, Role, Script, StepVerdict, Volatile, explain};
use labbook::session::{Expected, Step};

use super::support::{ENGINES, Record, judged, note, record, steps, verdict};

/// A changed exercise, and what was done.
struct Mutant {
    what: String,
    steps: Vec<Step>,
    /// The line of the notes whose text was changed, which may have become one
    /// that nothing else is about.
    changed: Option<usize>,
}

impl Mutant {
    /// Whether the changed line is a row about something that nothing else is
    /// about.
    fn became_ambient(&self, record: &Record) -> bool {
        self.changed.is_some_and(|line| {
            explain(&Script {
                steps: &self.steps,
                setup: &[],
                files: Vec::new(),
                surroundings: &record.surroundings,
            })
            .iter()
            .any(|other| {
                other.line == line
                    && other
                        .parts
                        .iter()
                        .all(|part| part.judged == Judged::Ambient)
            })
        })
    }
}

/// The verdict of every mutant, by as many threads as the machine has.
fn verdicts(mutants: &[Mutant], record: &Record) -> Vec<StepVerdict> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let workers: Vec<_> = mutants
            .chunks(mutants.len().div_ceil(threads).max(1))
            .map(|share| {
                scope.spawn(move || {
                    share
                        .iter()
                        .map(|mutant| verdict(&judged(&mutant.steps, record)))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("no mutant makes the judge panic"))
            .collect()
    })
}

/// Why a mutant may survive, for those few that may.
fn excuse(
    steps: &[Step],
    step: usize,
    line: usize,
    explained: &ExplainedLine,
    change: &str,
    there_before: bool,
) -> Option<&'static str> {
    let expected = &steps[step].expected;
    let beside_elision = [line.checked_sub(1), line.checked_add(1)]
        .into_iter()
        .flatten()
        .filter_map(|index| expected.get(index))
        .any(|neighbour| neighbour.elision || neighbour.text.is_empty())
        && expected.iter().any(|line| line.elision);
    match change {
        _ if explained.parts.iter().all(|part| {
            matches!(
                part.judged,
                Judged::Ambient | Judged::Elided | Judged::Layout
            )
        }) =>
        {
            Some("ambient, elided or layout")
        }
        "delete" if beside_elision => Some("the elision beside it takes the line"),
        "delete" if there_before => Some("a row about what was there before the lab may be extra"),
        _ => None,
    }
}

/// Whether a row names an image or a network that the record's engine had before.
fn is_row_about_what_was_there_before(row: &str, record: &Record) -> bool {
    let words: Vec<&str> = row.split_whitespace().collect();
    let [first, second, third, ..] = words[..] else {
        return false;
    };
    record
        .surroundings
        .images
        .iter()
        .any(|(name, _)| *name == format!("{first}:{second}") && third.len() == 12)
        || record
            .surroundings
            .networks
            .iter()
            .any(|(name, _)| name == second && first.len() == 12)
}

fn with_text(steps: &[Step], step: usize, line: usize, text: String) -> Vec<Step> {
    let mut steps = steps.to_vec();
    steps[step].expected[line].text = text;
    steps
}

/// Another character of the same class, so that the text stays of its kind.
fn other(character: char) -> char {
    match character {
        '0'..='8' => (character as u8 + 1) as char,
        '9' => '1',
        'z' => 'a',
        'Z' => 'A',
        'a'..='y' | 'A'..='Y' => (character as u8 + 1) as char,
        _ => '~',
    }
}

/// Another text of the same kind.
fn sample(kind: Volatile, text: &str) -> String {
    let samples: &[&str] = match kind {
        Volatile::ListingDate => &["Jan  1 00:00", "Dec 31  2019"],
        Volatile::Age => &["3 weeks ago", "About an hour ago"],
        Volatile::Span => &["3 weeks", "About an hour"],
        Volatile::Size => &["77.7MB", "1B"],
        Volatile::BlockTotal | Volatile::FolderSize | Volatile::FolderLinks => &["77", "1234"],
        Volatile::HttpDate => &["Tue, 01 Jan 2019 00:00:00 GMT"],
        Volatile::UnixDate => &["Tue Jan  1 00:00:00 UTC 2019"],
        Volatile::Rfc3339 => &["2019-01-01T00:00:00Z"],
        Volatile::Percent => &["7%"],
        _ => &[],
    };
    samples
        .iter()
        .find(|sample| **sample != text)
        .map_or_else(|| text.to_owned(), |sample| (*sample).to_owned())
}

/// `new` in the place of `old` before `rest`, with blanks so that the columns
/// after it stay where they are.
fn in_its_column(new: &str, old: &str, rest: &str) -> String {
    let blanks = rest.len() - rest.trim_start_matches(' ').len();
    if blanks < 2 || blanks + old.len() < new.len() + 2 {
        return format!("{new}{rest}");
    }
    let blanks = " ".repeat(blanks + old.len() - new.len());
    format!("{new}{blanks}{}", rest.trim_start_matches(' '))
}

/// The mutants that must fail, and those that must not.
fn mutants(
    steps: &[Step],
    record: &Record,
) -> (Vec<Mutant>, Vec<Mutant>, BTreeMap<&'static str, usize>) {
    let lines = explain(&Script {
        steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &record.surroundings,
    });
    let outputs: Vec<&ExplainedLine> = lines
        .iter()
        .filter(|line| line.role == Role::Output)
        .collect();
    let mut bound: Vec<String> = lines
        .iter()
        .flat_map(|line| line.parts.iter().map(move |part| (line, part)))
        .filter(|(_, part)| matches!(part.judged, Judged::Bound(_)))
        .map(|(line, part)| line.text[part.range.clone()].to_owned())
        .collect();
    bound.sort();
    bound.dedup();
    let (mut deadly, mut harmless, mut excused) = (Vec::new(), Vec::new(), BTreeMap::new());
    let mut next = outputs.iter();
    for (step, definition) in steps.iter().enumerate() {
        for line in 0..definition.expected.len() {
            let explained = next.next().expect("every line of output is explained");
            let text = &definition.expected[line].text;
            let place = format!("step {step} line {}", definition.expected[line].line);
            let mut add = |change: &'static str, what: String, steps_then: Vec<Step>| {
                let there_before = is_row_about_what_was_there_before(text, record);
                if let Some(why) = excuse(steps, step, line, explained, change, there_before) {
                    *excused.entry(why).or_insert(0) += 1;
                } else {
                    deadly.push(Mutant {
                        what: format!("{place}: {change} {what}"),
                        steps: steps_then,
                        changed: (change == "change").then_some(explained.line),
                    });
                }
            };
            let mut without = steps.to_vec();
            without[step].expected.remove(line);
            add("delete", text.clone(), without);
            if !text.is_empty() && !definition.expected[line].elision {
                for added in ["an inserted line".to_owned(), text.clone()] {
                    let mut with = steps.to_vec();
                    let number = definition.expected[line].line;
                    with[step].expected.insert(
                        line + 1,
                        Expected {
                            line: number,
                            text: added.clone(),
                            elision: false,
                        },
                    );
                    add("insert", added, with);
                }
            }
            if let Some(following) = definition.expected.get(line + 1)
                && !following.elision
                && !following.text.is_empty()
                && !text.is_empty()
                && following.text != *text
                && !definition.expected[line].elision
            {
                let mut swapped = steps.to_vec();
                swapped[step].expected.swap(line, line + 1);
                let after = outputs.iter().find(|other| other.line == following.line);
                let closes = |text: &str| text.contains("└── ");
                let both = explained.unordered && after.is_some_and(|after| after.unordered);
                if both && closes(text) == closes(&following.text) {
                    harmless.push(Mutant {
                        what: format!("{place}: swap of unordered lines"),
                        steps: swapped,
                        changed: None,
                    });
                } else {
                    add("swap", format!("with {}", following.text), swapped);
                }
            }
            for part in &explained.parts {
                let token = &text[part.range.clone()];
                let replaced = |by: &str| {
                    let mut text = text.clone();
                    text.replace_range(part.range.clone(), by);
                    with_text(steps, step, line, text)
                };
                match part.judged {
                    Judged::Literal => {
                        for (at, word) in token
                            .split(|c: char| !c.is_alphanumeric())
                            .filter(|word| !word.is_empty())
                            .map(|word| (word.as_ptr() as usize - token.as_ptr() as usize, word))
                        {
                            let Some(first) =
                                word.chars().next().filter(char::is_ascii_alphanumeric)
                            else {
                                continue;
                            };
                            let mut changed = token.to_owned();
                            changed.replace_range(at..at + 1, &other(first).to_string());
                            add(
                                "change",
                                format!("{token:?} to {changed:?}"),
                                replaced(&changed),
                            );
                        }
                    }
                    Judged::Bound(_) => {
                        for value in bound
                            .iter()
                            .filter(|value| value.len() == token.len() && *value != token)
                            .take(3)
                        {
                            add("rebind", format!("{token} to {value}"), replaced(value));
                        }
                    }
                    Judged::Volatile(kind) => {
                        let other =
                            in_its_column(&sample(kind, token), token, &text[part.range.end..]);
                        let mut whole = text.clone();
                        whole.replace_range(part.range.start.., &other);
                        harmless.push(Mutant {
                            what: format!("{place}: {kind:?}"),
                            steps: with_text(steps, step, line, whole),
                            changed: None,
                        });
                    }
                    Judged::Ambient => {
                        let mut without = steps.to_vec();
                        without[step].expected.remove(line);
                        harmless.push(Mutant {
                            what: format!("{place}: delete an ambient row"),
                            steps: without,
                            changed: None,
                        });
                    }
                    Judged::Elided | Judged::Layout => {}
                }
            }
        }
        if let Some((prompt, level)) = &definition.next
            && *level > 0
        {
            for (index, character) in prompt.text.char_indices() {
                let in_id = prompt.host.as_ref().and_then(|host| {
                    prompt
                        .text
                        .find(host.as_str())
                        .map(|at| at..at + host.len())
                });
                if character.is_ascii() && !in_id.is_some_and(|range| range.contains(&index)) {
                    let mut changed = steps.to_vec();
                    if let Some((prompt, _)) = &mut changed[step].next {
                        prompt
                            .text
                            .replace_range(index..index + 1, &other(character).to_string());
                    }
                    deadly.push(Mutant {
                        what: format!("step {step}: prompt at {index}"),
                        steps: changed,
                        changed: None,
                    });
                }
            }
        }
    }
    (deadly, harmless, excused)
}

#[test]
fn no_mutant_that_matters_survives() {
    let (mut killed, mut survivors, mut fallen) = (0, Vec::new(), Vec::new());
    let mut excuses = BTreeMap::new();
    for name in ["user", "volume", "conflict", "overlay", "listing"] {
        for engine in ENGINES {
            // Every exercise where it was written; across engines the two in which
            // the builder or the image store speak otherwise.
            let elsewhere = engine == "forky-containerd" && ["user", "conflict"].contains(&name);
            if engine != "bookworm" && !elsewhere {
                continue;
            }
            let (steps, record) = (steps(&note(name)), record(name, engine));
            let whole = verdict(&judged(&steps, &record));
            assert!(
                matches!(whole, StepVerdict::Passed | StepVerdict::Drifted),
                "{name} on {engine}"
            );
            let (deadly, harmless, excused) = mutants(&steps, &record);
            for (why, count) in excused {
                *excuses.entry(why).or_insert(0) += count;
            }
            for (mutant, verdict) in deadly.iter().zip(verdicts(&deadly, &record)) {
                if verdict == StepVerdict::Failed {
                    killed += 1;
                } else if mutant.became_ambient(&record) {
                    *excuses
                        .entry("a row about something that nothing else is about")
                        .or_insert(0) += 1;
                } else {
                    survivors.push(format!("{name} on {engine}, {}", mutant.what));
                }
            }
            for (mutant, verdict) in harmless.iter().zip(verdicts(&harmless, &record)) {
                if verdict != whole {
                    fallen.push(format!("{name} on {engine}, {}", mutant.what));
                }
            }
        }
    }
    println!(
        "{killed} mutants failed, {} survived; not judged by their kind: {excuses:?}",
        survivors.len()
    );
    assert!(survivors.is_empty(), "survived:\n{}", survivors.join("\n"));
    assert!(
        fallen.is_empty(),
        "failed though nothing that matters changed:\n{}",
        fallen.join("\n")
    );
    assert!(killed > 1000);
}
