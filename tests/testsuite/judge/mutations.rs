//! Every line of every exercise is changed in every way that matters: whatever
//! touches something literal, bound or structural must fail, and whatever is
//! only volatile or ambient must not.

use std::collections::{BTreeMap, HashSet};

use labbook::judge::{ExplainedLine, How, Judged, LinePart, Role, StepVerdict, Volatile, explain};
use labbook::session::{Expected, Step};

use super::support::{Case, Record, cases, in_parallel, judged, script, verdict};

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
            explain(&script(&self.steps, record)).iter().any(|other| {
                other.line == line
                    && other
                        .parts
                        .iter()
                        .all(|part| part.judged == Judged::Ambient)
            })
        })
    }
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
    let texts = expected.iter().map(|line| &line.text);
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
        "swap" if expected[line + 1].text.starts_with("ERRO[") => {
            Some("what the client says of its waiting, wherever it says it")
        }
        "delete" if expected[line].text == "read escape sequence" => {
            Some("what the client says to the keys by which a container is left")
        }
        "delete" if expected.len() == 1 && expected[line].text == "exit" => {
            Some("what a shell says at its end")
        }
        "delete" if expected.len() == 1 && claims_none_without_output(&steps[step]) => {
            Some("the ID or the name that a command only repeats")
        }
        "delete" if is_the_only_twin(&steps[step], &expected[line].text, texts) => {
            Some("the only port on IPv6, where another machine has none")
        }
        "delete" if beside_elision => Some("the elision beside it takes the line"),
        "delete" if there_before => Some("a row about what was there before the lab may be extra"),
        _ => None,
    }
}

/// Whether a step that shows nothing says nothing about what it prints.
pub(super) fn claims_none_without_output(step: &Step) -> bool {
    let silent = Step {
        expected: Vec::new(),
        ..step.clone()
    };
    silent.claims_none()
}

/// Whether a line may be missing here, or be extra.
fn is_ambient(line: &ExplainedLine) -> bool {
    let mut parts = line.parts.iter();
    parts.all(|part| part.judged == Judged::Ambient)
}

/// Whether two lines say the same in either order: one is ambient, or they differ in nothing
/// but values, which are then bound the other way round.
fn are_interchangeable(one: &ExplainedLine, other: &ExplainedLine) -> bool {
    let without_values = |line: &ExplainedLine| {
        let mut text = line.text.clone();
        for part in line.parts.iter().rev() {
            if matches!(part.judged, Judged::Bound(_)) {
                text.replace_range(part.range.clone(), "<value>");
            }
        }
        text
    };
    is_ambient(one) || is_ambient(other) || without_values(one) == without_values(other)
}

/// Whether a line of `docker port` tells of the one port that is published on IPv6
/// too: without it, the lines are those of a machine that has no IPv6.
fn is_the_only_twin<'l>(
    step: &Step,
    line: &str,
    mut lines: impl Iterator<Item = &'l String>,
) -> bool {
    let is_twin = |text: &str| {
        let outer = text.split_once(" -> ").map_or(text, |(_, outer)| outer);
        outer.starts_with(":::") || outer.starts_with("[::]:")
    };
    step.command()
        .is_some_and(|command| command.contains("docker port"))
        && is_twin(line)
        && !lines.any(|other| is_twin(other) && other != line)
}

/// Whether a row names an image or a network that the record's engine had before, or what a
/// cluster makes in each namespace.
fn is_row_about_what_was_there_before(row: &str, record: &Record) -> bool {
    let words: Vec<&str> = row.split_whitespace().collect();
    let [first, second, third, ..] = words[..] else {
        return false;
    };
    first == "kube-root-ca.crt"
        || record
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
        Volatile::Age => &["3 weeks ago", "2 weeks ago"],
        Volatile::Span => &["1 second", "2 seconds"],
        Volatile::Size | Volatile::Space => &["77.7MB", "1B"],
        Volatile::BlockTotal | Volatile::FolderSize | Volatile::FolderLinks => &["77", "1234"],
        Volatile::LoopbackAddress => &["[::1]"],
        Volatile::HttpDate => &["Tue, 01 Jan 2019 00:00:00 GMT"],
        Volatile::UnixDate => &["Tue Jan  1 00:00:00 UTC 2019"],
        Volatile::Rfc3339 => &["2019-01-01T00:00:00Z"],
        Volatile::Percent => &["7%"],
        Volatile::GoTime => &["2019-01-01 00:00:00 +0000 UTC"],
        Volatile::AccessLogDate => &["01/Jan/2019:00:00:00 +0000"],
        Volatile::ErrorLogDate => &["2019/01/01 00:00:00"],
        Volatile::IsoListingDate => &["2019-01-01 00:00"],
        Volatile::ShortAge => &["5m32s", "7d"],
        Volatile::Duration => &["7.5s"],
        Volatile::ByteSize => &["1087077", "777"],
        Volatile::ProcessId => &["4321", "77"],
        Volatile::Clock => &["00:00:07", "14:33"],
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

/// Whether `one` is a greater number than `other`.
fn is_greater(one: &str, other: &str) -> bool {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    number(one)
        .zip(number(other))
        .is_some_and(|(one, other)| one > other)
}

/// The line `text` with `new` in the place of `part`.
fn in_place_of(text: &str, part: &LinePart, new: &str) -> String {
    let (before, rest) = (&text[..part.range.start], &text[part.range.end..]);
    let new = in_its_column(new, &text[part.range.clone()], rest);
    format!("{before}{new}")
}

/// Whether texts of the kind stand in an order with each other.
fn is_time(kind: Volatile) -> bool {
    matches!(
        kind,
        Volatile::Age
            | Volatile::Span
            | Volatile::HttpDate
            | Volatile::UnixDate
            | Volatile::Rfc3339
            | Volatile::GoTime
            | Volatile::AccessLogDate
            | Volatile::ErrorLogDate
    )
}

/// Whether it lists images, whose ages and sizes follow from those of others.
fn lists_images(step: &Step) -> bool {
    let command = step.command().unwrap_or_default();
    ["docker images", "docker image ls"]
        .iter()
        .any(|list| command.contains(list))
}

/// The steps with every text of `kind` in `outputs`, all lines of all outputs, changed to
/// `new`.
fn at_another_time(
    steps: &[Step],
    outputs: &[&ExplainedLine],
    kind: Volatile,
    new: &str,
) -> Vec<Step> {
    let mut steps = steps.to_vec();
    let lines = steps.iter_mut().flat_map(|step| {
        let stays = kind == Volatile::Age && lists_images(step);
        step.expected.iter_mut().map(move |line| (stays, line))
    });
    for ((stays, line), explained) in lines.zip(outputs) {
        if stays {
            continue;
        }
        for part in explained.parts.iter().rev() {
            if matches!(part.judged, Judged::Volatile(found) if found == kind) {
                line.text = in_place_of(&line.text, part, new);
            }
        }
    }
    steps
}

/// The mutants that must fail, and those that must not.
fn mutants(
    steps: &[Step],
    record: &Record,
) -> (Vec<Mutant>, Vec<Mutant>, BTreeMap<&'static str, usize>) {
    let lines = explain(&script(steps, record));
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
    let mut moved = HashSet::new();
    let mut next = outputs.iter();
    for (step, definition) in steps.iter().enumerate() {
        for line in 0..definition.expected.len() {
            let explained = next.next().expect("every line of output is explained");
            let text = &definition.expected[line].text;
            let place = format!("step {step} line {}", definition.expected[line].line);
            let mut add = |change: &'static str, what: String, steps_then: Vec<Step>| {
                let there_before = is_row_about_what_was_there_before(text, record);
                let of_machine =
                    (change == "count").then_some("a machine may hold more than the lab");
                let why = excuse(steps, step, line, explained, change, there_before);
                if let Some(why) = of_machine.or(why) {
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
                let command = definition.command().unwrap_or_default();
                let both = explained.unordered
                    && after.is_some_and(|after| after.unordered)
                    && !command.contains("network ls");
                if both && closes(text) == closes(&following.text) {
                    harmless.push(Mutant {
                        what: format!("{place}: swap of unordered lines"),
                        steps: swapped,
                        changed: None,
                    });
                } else if !after.is_some_and(|after| are_interchangeable(explained, after)) {
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
                            let command = definition.command().unwrap_or_default();
                            let is_more = command.contains("system df")
                                && text.starts_with("Images ")
                                && is_greater(&changed, token);
                            add(
                                if is_more { "count" } else { "change" },
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
                        if kind == Volatile::Space {
                            let nothing = in_place_of(text, part, "0B");
                            add(
                                "empty",
                                format!("{token} to 0B"),
                                with_text(steps, step, line, nothing),
                            );
                        }
                        let of_image = matches!(kind, Volatile::Age | Volatile::Space);
                        // What could be reclaimed is a share of the size beside it.
                        let is_shared = matches!(kind, Volatile::Space | Volatile::Percent)
                            && text.trim_end().ends_with("%)");
                        if of_image && lists_images(definition) || is_shared {
                            continue;
                        }
                        let other = sample(kind, token);
                        let steps = if !is_time(kind) {
                            with_text(steps, step, line, in_place_of(text, part, &other))
                        } else if moved.insert(kind) {
                            at_another_time(steps, &outputs, kind, &other)
                        } else {
                            continue;
                        };
                        harmless.push(Mutant {
                            what: format!("{place}: {kind:?}"),
                            steps,
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

/// Pulls of another image than the one that a command names, and steps of a build that
/// came from the cache although they ran.
fn told_otherwise(steps: &[Step]) -> Vec<Mutant> {
    let mut mutants = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let built_before = |instruction: &str| {
            let earlier = steps[..number].iter().flat_map(|step| &step.expected);
            earlier.into_iter().any(|line| {
                let told = line.text.strip_prefix("Step ");
                told.and_then(|told| told.split_once(" : "))
                    .is_some_and(|(_, other)| other == instruction)
            })
        };
        for (line, expected) in step.expected.iter().enumerate() {
            let text = &expected.text;
            let place = format!("step {number} line {}", expected.line);
            if text.starts_with("Unable to find image '") {
                let other = "Unable to find image 'some/other:latest' locally".to_owned();
                mutants.push(Mutant {
                    what: format!("{place}: pull of another image"),
                    steps: with_text(steps, number, line, other),
                    changed: None,
                });
            }
            let step_of_build = text.strip_prefix("Step ").and_then(|t| t.split_once(" : "));
            let follows = |offset: usize, start: &str| {
                let next = step.expected.get(line + offset);
                next.is_some_and(|next| next.text.starts_with(start))
            };
            if let Some((_, instruction)) = step_of_build
                && built_before(instruction)
                && follows(1, " ---> Running in ")
                && follows(2, "Removing intermediate container ")
            {
                let mut cached = with_text(steps, number, line + 1, " ---> Using cache".to_owned());
                cached[number].expected.remove(line + 2);
                mutants.push(Mutant {
                    what: format!("{place}: {instruction} from the cache"),
                    steps: cached,
                    changed: None,
                });
            }
        }
    }
    mutants
}

/// Errors of Docker's client that an elision hides, of commands that end well.
fn hidden_errors(case: &Case) -> Vec<(Mutant, Record)> {
    let mut hidden = Vec::new();
    for (number, step) in case.steps.iter().enumerate() {
        let output = &case.record.observations[number].output;
        for (line, expected) in step.expected.iter().enumerate() {
            let text = &expected.text;
            let is_error = [
                "Error response from daemon: ",
                "docker: Error ",
                "Error: No such ",
            ]
            .iter()
            .any(|start| text.starts_with(start));
            let is_typed = step
                .command()
                .is_some_and(|command| command.contains("docker"));
            if is_error && is_typed && output.iter().filter(|other| *other == text).count() == 1 {
                let mut steps = case.steps.clone();
                steps[number].expected[line].elision = true;
                let mut record = case.record.clone();
                record.observations[number].exit = Some(0);
                let what = format!("step {number} line {}: {text:?} elided", expected.line);
                let mutant = Mutant {
                    what,
                    steps,
                    changed: None,
                };
                hidden.push((mutant, record));
            }
        }
    }
    hidden
}

/// A record that was changed, and what was done.
struct ChangedRecord {
    what: String,
    record: Record,
}

/// Words of which an error's line may have one: a status other than 0 is then
/// no news.
const ERRORS: [&str; 9] = [
    "error", "not", "no such", "can't", "conflict", "unable", "already", "denied", "use",
];

/// What this run printed, changed where lines of the notes were found in it.
fn changed_records(case: &Case) -> Vec<ChangedRecord> {
    let explained = explain(&script(&case.steps, &case.record));
    let mut changed = Vec::new();
    for (number, judgement) in judged(&case.steps, &case.record).iter().enumerate() {
        let step = &case.steps[number];
        let output = &case.record.observations[number].output;
        let mut add = |what: String, output: Vec<String>| {
            let mut record = case.record.clone();
            record.observations[number].output = output;
            changed.push(ChangedRecord { what, record });
        };
        let elides = step.expected.iter().any(|line| line.elision);
        let mut used = vec![false; output.len()];
        for line in judgement.lines.iter().filter(|line| line.ok) {
            let (Some(_), Some(actual)) = (&line.expected, &line.actual) else {
                continue;
            };
            if !matches!(
                line.how,
                How::Literal | How::Bound | How::Unordered | How::Volatile
            ) {
                continue;
            }
            let place = (0..output.len())
                .find(|&place| !used[place] && output[place].trim_end() == actual.trim_end());
            // Lines with tabs are judged as the terminal shows them.
            let Some(place) = place.filter(|_| !actual.is_empty()) else {
                continue;
            };
            used[place] = true;
            // The client of 20.10 says that it waited in vain, or does not.
            if actual.starts_with("ERRO[") {
                continue;
            }
            let twins = output
                .iter()
                .filter(|other| *other == &output[place])
                .count();
            let own = explained
                .iter()
                .find(|own| own.role == Role::Output && own.line == line.line);
            let may_be_missing = own.is_some_and(is_ambient)
                || is_the_only_twin(step, &output[place], output.iter());
            if twins == 1 && !may_be_missing {
                let mut without = output.clone();
                without.remove(place);
                add(format!("delete {actual:?}"), without);
            }
            if !elides {
                let mut with = output.clone();
                with.insert(place + 1, "an inserted line".to_owned());
                add(format!("insert after {actual:?}"), with);
            }
            let literal: Vec<&str> = explained
                .iter()
                .filter(|own| own.role == Role::Output && own.line == line.line)
                .flat_map(|own| own.parts.iter().map(move |part| (own, part)))
                .filter(|(_, part)| part.judged == Judged::Literal)
                .flat_map(|(own, part)| own.text[part.range.clone()].split_whitespace())
                .collect();
            let text = &output[place];
            for word in text
                .split_whitespace()
                .filter(|word| literal.contains(word))
            {
                let at = word.as_ptr() as usize - text.as_ptr() as usize;
                let first = word.chars().next().filter(char::is_ascii_alphanumeric);
                let Some(first) = first.filter(|_| twins == 1 || !elides) else {
                    continue;
                };
                let mut other_output = output.clone();
                other_output[place].replace_range(at..at + 1, &other(first).to_string());
                add(format!("change {word:?} of {actual:?}"), other_output);
            }
        }
        let tells = |text: &String| {
            let text = text.to_lowercase();
            ERRORS.iter().any(|word| text.contains(word))
        };
        if case.record.observations[number].exit == Some(0)
            && step.command().is_some()
            && output.iter().any(|line| !line.trim().is_empty())
            && !output.iter().any(tells)
        {
            let mut record = case.record.clone();
            record.observations[number].exit = Some(7);
            let what = format!("step {number}: exit status 7");
            changed.push(ChangedRecord { what, record });
        }
    }
    changed
}

/// What came of the mutants of one case.
#[derive(Default)]
struct Score {
    killed: usize,
    survivors: Vec<String>,
    fallen: Vec<String>,
    excuses: BTreeMap<&'static str, usize>,
}

/// Judges a case's mutants.
fn score(case: &Case) -> Score {
    let whole = verdict(&judged(&case.steps, &case.record));
    let (deadly, harmless, excuses) = mutants(&case.steps, &case.record);
    let mut score = Score {
        excuses,
        ..Score::default()
    };
    let hidden = hidden_errors(case);
    for (mutant, record) in hidden {
        if verdict(&judged(&mutant.steps, &record)) == StepVerdict::Failed {
            score.killed += 1;
        } else {
            score.survivors.push(format!("{case}, {}", mutant.what));
        }
    }
    for mutant in deadly.into_iter().chain(told_otherwise(&case.steps)) {
        if verdict(&judged(&mutant.steps, &case.record)) == StepVerdict::Failed {
            score.killed += 1;
        } else if mutant.became_ambient(&case.record) {
            let why = "a row about something that nothing else is about";
            *score.excuses.entry(why).or_insert(0) += 1;
        } else {
            score.survivors.push(format!("{case}, {}", mutant.what));
        }
    }
    for mutant in harmless {
        if verdict(&judged(&mutant.steps, &case.record)) != whole {
            score.fallen.push(format!("{case}, {}", mutant.what));
        }
    }
    for changed in changed_records(case) {
        if verdict(&judged(&case.steps, &changed.record)) == StepVerdict::Failed {
            score.killed += 1;
        } else {
            score
                .survivors
                .push(format!("{case}, printed: {}", changed.what));
        }
    }
    score
}

#[test]
fn no_mutant_that_matters_survives() {
    let holds: Vec<Case> = cases()
        .into_iter()
        .filter(|case| {
            let whole = verdict(&judged(&case.steps, &case.record));
            matches!(whole, StepVerdict::Passed | StepVerdict::Drifted)
        })
        .collect();
    let mut total = Score::default();
    for score in in_parallel(&holds, score) {
        total.killed += score.killed;
        total.survivors.extend(score.survivors);
        total.fallen.extend(score.fallen);
        for (why, count) in score.excuses {
            *total.excuses.entry(why).or_insert(0) += count;
        }
    }
    println!(
        "{} records: {} mutants failed, {} survived; not judged by their kind: {:?}",
        holds.len(),
        total.killed,
        total.survivors.len(),
        total.excuses
    );
    assert!(
        total.survivors.is_empty(),
        "survived:\n{}",
        total.survivors.join("\n")
    );
    assert!(
        total.fallen.is_empty(),
        "failed though nothing that matters changed:\n{}",
        total.fallen.join("\n")
    );
    assert!(total.killed > 10_000);
}
