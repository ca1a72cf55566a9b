//! Lists with an order of their own: no two rows stand the other way round.
//!
//! ```text
//!     notes   bridge      this run   bridge
//!             none                   host        `host` stands above `none` in every run
//!             host                   none
//!
//!     docker diff   C /etc           a folder stands above what is in it
//!                   A /etc/motd
//! ```

use super::series::each_line;
use super::{Evidence, Lines, Objection};
use crate::docker::ProgramCall;
use crate::docker::ids::is_id;
use crate::formats::listing;
use crate::formats::text::normal;
use crate::judge::{How, LineJudgement};

/// Why rows cannot stand in another order.
const SORTED: &str = "the list is sorted: these two stand the other way round in the notes";

/// Why a changed folder cannot stand there.
const FOLDER_FIRST: &str = "a changed folder stands above what changed in it";

/// Rows whose name is no value of the run, in another order than this run has them in.
pub(super) fn contradictions(evidence: &Evidence, lines: &Lines) -> Vec<Objection> {
    let is_sorted = |call: &ProgramCall| {
        let is_list = call.is_docker("volume ls") || call.is_docker("network ls");
        is_list || (call.program == "ls" && !listing::has_an_order(call))
    };
    let mut found = Vec::new();
    for (step, format) in evidence.formats.iter().enumerate() {
        if matches!(format.calls(), [call] if is_sorted(call)) {
            let swapped = out_of_order(lines[step], evidence.outputs[step]);
            let swapped = swapped.into_iter().flatten();
            found.extend(swapped.map(|line| Objection::at(step, line, SORTED)));
        }
    }
    found.extend(folders_below(evidence, lines));
    found
}

/// The positions of two of the judged `lines` that `output` has in the other order.
fn out_of_order(lines: &[LineJudgement], output: &[String]) -> Option<[usize; 2]> {
    if output.iter().any(|line| listing::is_heading(line)) {
        return None;
    }
    let place = |line: &LineJudgement| {
        let text = normal(line.expected.as_deref()?);
        let printed = line.actual.as_deref().map(normal)?;
        let is_fixed = line.ok && line.how == How::Unordered && name(&text) == name(&printed);
        output
            .iter()
            .position(|line| is_fixed && normal(line) == printed)
    };
    let fixed: Vec<(usize, usize)> = lines
        .iter()
        .enumerate()
        .filter_map(|(number, line)| Some((number, place(line)?)))
        .collect();
    let mut pairs = fixed.windows(2).map(|pair| (pair[0], pair[1]));
    let ((above, _), (below, _)) = pairs.find(|((_, above), (_, below))| above > below)?;
    Some([above, below])
}

/// The folders in the notes' lines of `docker diff` below something in them.
fn folders_below(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    each_line(judged, |step| {
        let [call] = evidence.formats[step].calls() else {
            return None;
        };
        let mut above: Vec<String> = Vec::new();
        call.is_docker("diff")
            .then_some(move |line: &LineJudgement| {
                let (change, folder) = line.expected.as_deref()?.split_once(' ')?;
                let is_path = ["A", "C", "D"].contains(&change);
                let is_inside = |path: &String| {
                    let inside = path.strip_prefix(folder);
                    inside.is_some_and(|inside| inside.starts_with('/'))
                };
                let stands_below = is_path && above.iter().any(is_inside);
                above.extend(is_path.then(|| folder.to_owned()));
                stands_below.then_some(FOLDER_FIRST)
            })
    })
}

/// The name in a row of a sorted list: behind the ID of a network, else the whole row.
fn name(row: &str) -> &str {
    match row.split_once(' ') {
        Some((id, rest)) if is_id(id) => rest.trim_start(),
        _ => row,
    }
}
