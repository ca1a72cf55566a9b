//! How many things lists show and `docker system df` counts, against each other.
//!
//! ```text
//!     $ docker ps              two rows
//!     $ docker ps -q | wc -l   1: no step between them made or removed one
//!     $ docker system df       Containers  1, since none is stopped
//!
//!     notes      Containers  5 ... 6      the lab's machine has fewer, but makes as many:
//!     this run   Containers  0 ... 1      one more here too
//! ```

use std::collections::HashMap;

use super::series::{Reading, Sides, against_earlier, wrong_outputs};
use super::{Evidence, Lines, Objection};
use crate::docker::ids::is_hex;
use crate::docker::{OperandKind, ProgramCall};
use crate::formats::disk_usage::{Count, counts_the_machine};
use crate::formats::table::Header;
use crate::judge::LineJudgement;
use crate::judge::rows::Subject;
use crate::session::Expected;

/// Why a list, or a count beside it, is refused.
const OTHER_COUNT: &str = "a list beside this output shows another number of them";

/// Why a row is refused that differs from the one before.
const UNCHANGED: &str = "the output before shows another row, and no command in between changes it";

/// Why a count is refused that contradicts another one of its output.
const NO_USER: &str =
    "only containers use images and volumes: another row of this output counts others";

/// Why a count is refused that did not change as in this run.
const OTHER_CHANGE: &str =
    "between these two outputs this run made or removed another number of them";

/// A number of things of a kind, with the options that select them and its stretch of steps.
type Number<'e> = Reading<(usize, OperandKind, Vec<&'e str>), u32>;

/// Lists and counts that contradict each other, or that did not change as they did in this run.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let stretches = stretches(evidence);
    let differ = |own: &u32, other: &u32| own != other;
    let steps = || stretches.iter().copied().enumerate();
    let lists = steps().filter_map(|(step, stretch)| list(evidence, judged, step, stretch));
    let lists: Vec<Number> = lists.collect();
    let others = against_earlier(&lists, differ, OTHER_COUNT).into_iter();
    let mut found = changes(evidence, judged);
    // An empty list has no line that could be refused.
    found.extend(others.filter(|list| list.line < judged[list.step].len()));
    let totals = steps().flat_map(|(step, stretch)| totals(evidence, judged, step, stretch));
    let others = totals.filter(|total| lists.iter().any(|list| total.contradicts(list, differ)));
    found.extend(others.map(|total| total.objection(OTHER_COUNT)));
    let rows = steps().flat_map(|(step, stretch)| rows(evidence, judged, step, stretch));
    let rows: Vec<Reading<_, String>> = rows.collect();
    found.extend(against_earlier(&rows, PartialEq::ne, UNCHANGED));
    found
}

/// For each step, the first one of its stretch: of those around it that do nothing but list.
fn stretches(evidence: &Evidence) -> Vec<usize> {
    let steps: Vec<usize> = (0..evidence.steps.len()).collect();
    let only_lists = |step: &usize| only_list(evidence.formats[*step].calls());
    let stretches = steps.chunk_by(|one, next| only_lists(one) && only_lists(next));
    stretches
        .flat_map(|stretch| stretch.iter().map(|_| stretch[0]))
        .collect()
}

/// Whether `calls` do nothing but list.
fn only_list(calls: &[ProgramCall]) -> bool {
    let lists = |call: &ProgramCall| {
        call.lists().is_some() || call.is_docker("system df") || call.program == "wc"
    };
    !calls.is_empty() && calls.iter().all(lists)
}

/// Whether `calls` show what takes the disk, and nothing else.
fn is_of_disk(calls: &[ProgramCall]) -> bool {
    matches!(calls, [call] if call.is_docker("system df"))
}

/// How many things `step` lists; none where it does more than list, or does not show all of it.
fn list<'e>(
    evidence: &Evidence<'e>,
    judged: &Lines,
    step: usize,
    stretch: usize,
) -> Option<Number<'e>> {
    const SHOWN: [&str; 4] = ["--quiet", "--format", "--no-trunc", "--size"];
    let (call, is_counted) = match evidence.formats[step].calls() {
        [call] => (call, false),
        [call, filter] if filter.program == "wc" && filter.words == ["-l"] => (call, true),
        _ => return None,
    };
    let docker = call.docker().filter(|docker| docker.operands.is_empty())?;
    // Images stand in trees, and behind a legend, in the list of some versions.
    let kind = call.lists().filter(|kind| *kind != OperandKind::Image)?;
    let has_table = docker.values("--format").any(|it| it.starts_with("table"));
    let has_header = !docker.has("--quiet") && call.template().is_none();
    let is_table = has_header && !is_counted;
    if has_table
        || !evidence.shows_whole(step)
        || is_table && !is_unbroken(&evidence.sides(step).noted)
    {
        return None;
    }
    let count = |lines: &Vec<&str>| {
        let mut rows = lines.iter().filter(|line| !line.trim().is_empty());
        let all: u32 = match is_counted {
            true => rows.next()?.trim().parse().ok()?,
            false => u32::try_from(rows.count()).ok()?,
        };
        all.checked_sub(u32::from(has_header))
    };
    let selects = docker.options.iter();
    let selects = selects.filter(|given| !SHOWN.contains(&given.name.as_str()));
    let selects = selects.flat_map(|given| [Some(given.name.as_str()), given.value.as_deref()]);
    let compose = docker.is_of_compose().then_some("compose");
    let mut options: Vec<&str> = selects.chain([compose]).flatten().collect();
    options.sort_unstable();
    let is_held = |line: &LineJudgement| line.ok && line.expected.is_some();
    let line = judged[step].iter().position(is_held);
    Some(Reading {
        of: (stretch, kind, options),
        shown: evidence.sides(step).read(count)?,
        at: (step, line.unwrap_or(judged[step].len())),
    })
}

/// Whether `lines` are a table with a row a line: a narrow window breaks rows, so that their
/// lines do not begin with an ID.
fn is_unbroken(lines: &[&str]) -> bool {
    let Some((header, rows)) = lines.split_first() else {
        return false;
    };
    let header = Header::read(header).filter(|header| Subject::of(header) != Subject::Other);
    let has_ids = |header: &Header| header.names().any(|name| name.ends_with(" ID"));
    let is_row = |row: &&str| row.split_whitespace().next().is_none_or(is_hex);
    header.is_some_and(|header| !has_ids(&header) || rows.iter().all(is_row))
}

/// The totals that `docker system df` shows in `step`, of what a list can show whole.
fn totals<'e>(
    evidence: &Evidence<'e>,
    judged: &Lines,
    step: usize,
    stretch: usize,
) -> Vec<Number<'e>> {
    if !is_of_disk(evidence.formats[step].calls()) {
        return Vec::new();
    }
    let Sides { noted, printed } = counts(evidence, step);
    let total = |count: &Count| {
        let (kind, options) = match count.of.as_str() {
            "Local Volumes" => (OperandKind::Volume, Vec::new()),
            "Containers" => (OperandKind::Container, vec!["--all"]),
            _ => return None,
        };
        let here = printed.iter().find(|here| here.of == count.of)?;
        Some(Reading {
            of: (stretch, kind, options),
            shown: Sides::new(count.total, here.total),
            at: evidence.place(judged, step, count.line)?,
        })
    };
    noted.iter().filter_map(total).collect()
}

/// The rows that `docker system df` shows in `step`, by its stretch, their kind and how many of
/// that kind stand above. Those of a fuller machine have no row of this run in their place, which
/// is found by the kind.
fn rows<'e>(
    evidence: &Evidence<'e>,
    judged: &Lines,
    step: usize,
    stretch: usize,
) -> Vec<Reading<(usize, &'e str, usize), String>> {
    fn kind(row: &str) -> &str {
        row.split("  ").next().unwrap_or_default()
    }
    let expected = &evidence.steps[step].expected;
    let is_of_disk = is_of_disk(evidence.formats[step].calls());
    let rows = expected.iter().enumerate();
    let rows = rows.filter(|(_, row)| is_of_disk && !row.elision);
    let read = |(line, row): (usize, &'e Expected)| {
        let kind_of_row = kind(&row.text);
        let above = expected[..line].iter();
        let above = above.filter(|above| kind(&above.text) == kind_of_row);
        let here = evidence.outputs[step].iter();
        let here = here.filter(|line| kind(line) == kind_of_row);
        Some(Reading {
            of: (stretch, kind_of_row, above.count()),
            shown: Sides::new(row.text.trim().to_owned(), here.cloned().collect()),
            at: evidence.place(judged, step, line)?,
        })
    };
    rows.filter_map(read).collect()
}

/// What the rows of the output of `step` count, in the notes and here.
fn counts(evidence: &Evidence, step: usize) -> Sides<Vec<Count>> {
    evidence.sides(step).map(|lines| counts_in(&lines))
}

/// What the rows among `lines`, an output, count.
fn counts_in(lines: &[&str]) -> Vec<Count> {
    Count::all(&lines.iter().copied().map(Some).collect::<Vec<_>>())
}

/// Counts that contradict another one of their output, or that did not change as here.
fn changes(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let unused = |lines: &[&str]| {
        let counts = counts_in(lines);
        Count::contradiction(&counts).map(|count| count.line)
    };
    let mut last: HashMap<String, Sides<Count>> = HashMap::new();
    let mut found = Vec::new();
    for step in 0..evidence.steps.len() {
        let counts_machine = |of: &str| counts_the_machine(&evidence.formats[..=step], of);
        if !counts_machine("Images") || evidence.outputs[step].is_empty() {
            continue;
        }
        found.extend(wrong_outputs(evidence, judged, [step], unused, NO_USER));
        let Sides { noted, printed } = counts(evidence, step);
        let noted = noted.into_iter().filter(Count::is_the_same_everywhere);
        for count in noted.filter(|count| counts_machine(&count.of)) {
            let Some(here) = printed.iter().find(|here| here.of == count.of) else {
                continue;
            };
            let (of, line) = (count.of.clone(), count.line);
            let now = Sides::new(count, here.clone());
            let before = last.insert(of, now.clone());
            let is_other = |before: Sides<Count>| {
                now.noted.since(&before.noted) != now.printed.since(&before.printed)
            };
            if before.is_some_and(is_other) {
                found.extend(evidence.object(judged, step, line, OTHER_CHANGE));
            }
        }
    }
    found
}
