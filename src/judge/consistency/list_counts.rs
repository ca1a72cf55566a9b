//! Lists beside each other: one shows as many rows as another one counts.
//!
//! ```text
//!     $ docker ps              two rows
//!     $ docker ps -q | wc -l   1: no step between them made or removed one
//! ```

use super::{Evidence, Lines, Objection};
use crate::docker::OperandKind;
use crate::docker::ids::is_hex;
use crate::formats::table::Header;
use crate::judge::LineJudgement;
use crate::session::Expected;

/// Why a list is refused.
const OTHER_COUNT: &str = "a list beside this output shows another number of them";

/// How many things a step lists, in the notes and here.
struct Counted<'c> {
    kind: OperandKind,
    /// What selects them.
    options: Vec<&'c str>,
    noted: usize,
    printed: usize,
    step: usize,
}

/// Lists that show another number of things than one beside them, which shows as many here.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let steps: Vec<usize> = (0..evidence.steps.len()).collect();
    let only_lists = |step: &usize| {
        let calls = evidence.formats[*step].calls();
        calls.iter().any(|call| call.lists().is_some())
            && calls
                .iter()
                .all(|call| call.lists().is_some() || call.program == "wc")
    };
    let mut found = Vec::new();
    for beside in steps.chunk_by(|one, next| only_lists(one) && only_lists(next)) {
        let counted = beside.iter().filter_map(|step| counted(evidence, *step));
        let counted: Vec<Counted> = counted.collect();
        for (number, count) in counted.iter().enumerate() {
            let is_same = |other: &&Counted| {
                other.kind == count.kind
                    && other.options == count.options
                    && other.printed == count.printed
            };
            let mut above = counted[..number].iter().filter(is_same);
            let is_held = |line: &LineJudgement| line.ok && line.expected.is_some();
            let line = lines[count.step].iter().position(is_held);
            if above.any(|other| other.noted != count.noted)
                && let Some(line) = line
            {
                found.push(Objection::at(count.step, line, OTHER_COUNT));
            }
        }
    }
    found
}

/// What `step` counts; none where it does more than list, or does not show all of it.
fn counted<'c>(evidence: &Evidence<'c>, step: usize) -> Option<Counted<'c>> {
    const SHOWN: [&str; 3] = ["--quiet", "--format", "--no-trunc"];
    let calls = evidence.formats.get(step)?.calls();
    let (call, is_counted) = match calls {
        [call] => (call, false),
        [call, filter] if filter.program == "wc" && filter.words == ["-l"] => (call, true),
        _ => return None,
    };
    let docker = call.docker().filter(|docker| docker.operands.is_empty())?;
    // Images stand in trees, and behind a legend, in the list of some versions.
    let kind = call.lists().filter(|kind| *kind != OperandKind::Image)?;
    let expected = &evidence.steps.get(step)?.expected;
    if expected.iter().any(|line| line.elision) || docker.values("--format").any(is_table) {
        return None;
    }
    let has_header = !docker.has("--quiet") && call.template().is_none();
    // Where a narrow window broke rows, or the header is left out, lines are no rows.
    let has_ids = [OperandKind::Container, OperandKind::Network].contains(&kind);
    let is_row = |line: &Expected| {
        let first = line.text.split_whitespace().next();
        !has_ids || first.is_none_or(is_hex)
    };
    if has_header && !is_counted {
        let (header, rows) = expected.split_first()?;
        Header::read(&header.text).filter(|_| rows.iter().all(is_row))?;
    }
    let count = |lines: &mut dyn Iterator<Item = &str>| {
        let mut rows = lines.filter(|line| !line.trim().is_empty());
        let all = match is_counted {
            true => rows.next()?.trim().parse().ok()?,
            false => rows.count(),
        };
        all.checked_sub(usize::from(has_header))
    };
    let selects = docker
        .options
        .iter()
        .filter(|given| !SHOWN.contains(&given.name.as_str()));
    let mut options: Vec<&str> = selects
        .flat_map(|given| [Some(given.name.as_str()), given.value.as_deref()])
        .flatten()
        .collect();
    options.sort_unstable();
    Some(Counted {
        kind,
        options,
        noted: count(&mut expected.iter().map(|line| line.text.as_str()))?,
        printed: count(&mut evidence.outputs.get(step)?.iter().map(String::as_str))?,
        step,
    })
}

/// Whether a template prints a header.
fn is_table(template: &str) -> bool {
    template.starts_with("table")
}
