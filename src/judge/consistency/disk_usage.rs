//! Counts of `docker system df` against each other and against lists: the lab's machine has
//! fewer things, but makes and removes as many.
//!
//! ```text
//!     notes      Containers  5 ... 6      one more here too
//!     this run   Containers  0 ... 1
//!
//!     notes      Local Volumes  3         and `docker volume ls` beside it shows 3
//! ```

use super::{Evidence, Lines, Objection, at_number};
use crate::docker::OperandKind;
use crate::formats::disk_usage::{Count, counts_the_machine};

/// Why a count is refused that did not change as in this run.
const OTHER_CHANGE: &str =
    "between these two outputs this run made or removed another number of them";

/// Why a row is refused that differs from the one before.
const UNCHANGED: &str = "the output before shows another row, and no command in between changes it";

/// Why a count is refused that contradicts another one of its output.
const NO_USER: &str =
    "only containers use images and volumes: another row of this output counts others";

/// Why a count is refused beside a list.
const OTHER_LIST: &str = "a list beside this output shows another number of them";

/// Counts that contradict another one of their output or a list beside it, or that did not
/// change since the output before as they did in this run.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut found = changes(evidence, lines);
    found.extend(beside_lists(evidence, lines));
    found.extend(changed_by_nothing(evidence, lines));
    found
}

/// Rows that differ from those of the output before in the notes alone, with no step between
/// that could change them.
fn changed_by_nothing(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    fn kind(row: &str) -> &str {
        row.split("  ").next().unwrap_or_default()
    }
    let mut found = Vec::new();
    let steps: Vec<usize> = (0..evidence.steps.len()).collect();
    for beside in
        steps.chunk_by(|one, next| only_lists(evidence, *one) && only_lists(evidence, *next))
    {
        let outputs: Vec<usize> = beside
            .iter()
            .filter(|step| is_of_disk(evidence, **step))
            .copied()
            .collect();
        for pair in outputs.windows(2) {
            let (before, after) = (pair[0], pair[1]);
            let is_same_here = |row: &str| {
                let here = evidence.outputs[after].iter();
                let here = here.filter(|line| kind(line) == kind(row));
                here.eq(evidence.outputs[before]
                    .iter()
                    .filter(|line| kind(line) == kind(row)))
            };
            for row in &evidence.steps[after].expected {
                let mut above = evidence.steps[before].expected.iter();
                let above = above.find(|line| !line.elision && kind(&line.text) == kind(&row.text));
                let differs = above.is_some_and(|above| above.text.trim() != row.text.trim());
                if differs && is_same_here(&row.text) {
                    found.extend(at_number(lines, after, row.line, UNCHANGED));
                }
            }
        }
    }
    found
}

/// Whether `step` shows what takes the disk, and nothing else.
fn is_of_disk(evidence: &Evidence, step: usize) -> bool {
    let calls = evidence.formats[step].calls();
    matches!(calls, [call] if call.is_docker("system df"))
}

/// Whether `step` does nothing but list.
fn only_lists(evidence: &Evidence, step: usize) -> bool {
    let calls = evidence.formats[step].calls();
    let lists = !calls.is_empty() && calls.iter().all(|call| call.lists().is_some());
    lists || is_of_disk(evidence, step)
}

/// How many rows a list of all things of a kind has in the notes and here.
struct Listed {
    /// The kind, as `docker system df` calls it.
    of: &'static str,
    noted: u32,
    printed: u32,
}

impl Listed {
    /// What `step` lists; none where it lists some only, or elides rows.
    fn of(evidence: &Evidence, step: usize) -> Option<Self> {
        let [call] = evidence.formats.get(step)?.calls() else {
            return None;
        };
        let docker = call.docker()?;
        let of = match call.lists()? {
            OperandKind::Volume => "Local Volumes",
            OperandKind::Container if docker.has("--all") => "Containers",
            _ => return None,
        };
        let selects = ["--filter", "--format", "--last", "--latest"];
        let mut expected = evidence.steps.get(step)?.expected.iter();
        let rows = |texts: Vec<&str>| {
            let rows = texts.iter().filter(|text| !text.trim().is_empty()).count();
            u32::try_from(rows).ok()
        };
        let is_whole =
            expected.all(|line| !line.elision) && !selects.iter().any(|option| docker.has(option));
        if !is_whole {
            return None;
        }
        Some(Self {
            of,
            noted: rows(evidence.noted(step))?,
            printed: rows(evidence.printed(step))?,
        })
    }
}

/// Counts that differ from the rows of a list beside their output, although both agree here:
/// no step between them but others that list.
fn beside_lists(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let is_of_disk = |step: &usize| is_of_disk(evidence, *step);
    let only_lists = |step: &usize| only_lists(evidence, *step);
    let steps: Vec<usize> = (0..evidence.steps.len()).collect();
    let mut found = Vec::new();
    for beside in steps.chunk_by(|one, next| only_lists(one) && only_lists(next)) {
        let lists: Vec<Listed> = beside
            .iter()
            .filter_map(|step| Listed::of(evidence, *step))
            .collect();
        for step in beside.iter().filter(|step| is_of_disk(step)) {
            let (noted, printed) = counts(evidence, *step);
            for count in noted {
                let here = printed.iter().find(|here| here.of == count.of);
                // A table has one row more, its header.
                let header = 1;
                let differs = |list: &&Listed| {
                    list.of == count.of
                        && list.noted.checked_sub(header) != Some(count.total)
                        && here.is_some_and(|here| {
                            list.printed.checked_sub(header) == Some(here.total)
                        })
                };
                if lists.iter().any(|list| differs(&list)) {
                    let line = evidence.steps[*step].expected.get(count.line);
                    let line = line.map(|line| line.line);
                    found.extend(line.and_then(|line| at_number(lines, *step, line, OTHER_LIST)));
                }
            }
        }
    }
    found
}

/// What the rows of the output of `step` count, in the notes and here.
fn counts(evidence: &Evidence, step: usize) -> (Vec<Count>, Vec<Count>) {
    let all = |lines: Vec<&str>| Count::all(&lines.into_iter().map(Some).collect::<Vec<_>>());
    (all(evidence.noted(step)), all(evidence.printed(step)))
}

/// Counts that contradict another one of their output, or that did not change as here.
fn changes(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let mut before: Vec<(Count, Count)> = Vec::new();
    let mut found = Vec::new();
    for (number, step) in evidence.steps.iter().enumerate() {
        let formats = evidence.formats.get(..=number);
        let counts_machine =
            |of: &str| formats.is_some_and(|formats| counts_the_machine(formats, of));
        if !counts_machine("Images") || evidence.outputs[number].is_empty() {
            continue;
        }
        let (noted, printed) = counts(evidence, number);
        let mut object = |count: &Count, reason| {
            let line = step.expected.get(count.line);
            found.extend(line.and_then(|line| at_number(lines, number, line.line, reason)));
        };
        if Count::contradiction(&printed).is_none()
            && let Some(wrong) = Count::contradiction(&noted)
        {
            object(wrong, NO_USER);
        }
        let noted = noted.into_iter().filter(Count::is_the_same_everywhere);
        for count in noted.filter(|count| counts_machine(&count.of)) {
            let Some(here) = printed.iter().find(|here| here.of == count.of) else {
                continue;
            };
            let mut earlier = before.iter().rev();
            let last = earlier.find(|(noted, _)| noted.of == count.of);
            if let Some((noted, printed)) = last
                && count.since(noted) != here.since(printed)
            {
                object(&count, OTHER_CHANGE);
            }
            before.push((count, here.clone()));
        }
    }
    found
}
