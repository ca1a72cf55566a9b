//! `docker history` of what is made of a stand-in, and the removal of a stand-in: the layers
//! above it are judged, those of the real base cannot be.
//!
//! ```text
//!     notes                                   this run
//!     IMAGE       CREATED     CREATED BY      IMAGE       CREATED    CREATED BY
//!     0a1b2c...   5 sec. ago  CMD ["true"]    9f8e7d...   1 sec. ago CMD ["true"]     judged
//!     <missing>   3 weeks ago CMD ["nginx"]   48555b...   9 sec. ago                  the base's
//!     <missing>   3 weeks ago ADD file:...                            Imported from -
//! ```

use crate::docker::Does;
use crate::docker::names::with_tag;
use crate::exercise::Exercise;
use crate::formats::table::{Header, cell_text};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::lab::StandIn;
use crate::pattern::pattern;
use crate::results::ExerciseResult;
use crate::session::{Expected, Step};

use super::rejudge::holds_if;

pattern! {
    /// What is told of a layer that was removed.
    DELETED = r"^[Dd]eleted: sha256:[0-9a-f]{64}$";
}

/// What `docker history` says of an image that `docker import` made, as each stand-in is
/// (moby `daemon/images/image_import.go`).
const IMPORTED: &str = "Imported from -";

/// What it shows for the ID of a layer that came with its image.
const MISSING: &str = "<missing>";

/// Whether step `number` (from 0) of `run` shows the history of an image whose base is a
/// stand-in, and holds up to there.
pub(super) fn differ_alone(exercise: &Exercise, run: &ExerciseResult, number: usize) -> bool {
    let (Some(step), Some(result)) = (exercise.steps.get(number), run.steps.get(number)) else {
        return false;
    };
    let output = result.output.iter();
    let output: Vec<&String> = output.filter(|line| !line.trim().is_empty()).collect();
    let Some(((last, own), is_terse)) = output.split_last().zip(shows_history(step)) else {
        return false;
    };
    let expected: Vec<&Expected> = step
        .expected
        .iter()
        .filter(|line| !line.text.trim().is_empty())
        .collect();
    if expected.len() <= own.len() || !(is_terse || last.contains(IMPORTED)) {
        return false;
    }
    let (own_expected, of_base) = expected.split_at(own.len());
    is_of_base(own_expected, of_base)
        && holds_if(exercise, run, number, |step, observation| {
            step.expected.retain(|line| !line.text.trim().is_empty());
            step.expected.truncate(own.len());
            observation.output.retain(|line| !line.trim().is_empty());
            observation.output.truncate(own.len());
        })
}

/// Whether step `number` of `run` removes images of which some are `stand_ins`, and tells
/// more layers of them than a stand-in has.
pub(super) fn are_removed(
    exercise: &Exercise,
    run: &ExerciseResult,
    number: usize,
    stand_ins: &[StandIn],
) -> bool {
    let (Some(step), Some(result)) = (exercise.steps.get(number), run.steps.get(number)) else {
        return false;
    };
    let calls = step.calls();
    let [call] = calls.as_slice() else {
        return false;
    };
    let Some(docker) = call.docker() else {
        return false;
    };
    let is_stand_in = |image: &String| {
        let mut images = stand_ins.iter().map(|one| &one.image);
        images.any(|one| *one == with_tag(image))
    };
    let is_removed = match docker.does(Does::Prunes) {
        true => docker.has("--all"),
        false => call.is_docker("rmi") && docker.operands.iter().any(is_stand_in),
    };
    let layers = |lines: &[&str]| lines.iter().filter(|line| DELETED.is_match(line)).count();
    let noted: Vec<&str> = step.expected.iter().map(|line| line.text.trim()).collect();
    let printed: Vec<&str> = result.output.iter().map(|line| line.trim()).collect();
    let here = layers(&printed);
    let surplus = layers(&noted).saturating_sub(here);
    is_removed
        && here > 0
        && surplus > 0
        && holds_if(exercise, run, number, |step, _| {
            let mut kept = 0;
            step.expected.retain(|line| {
                let is_layer = DELETED.is_match(line.text.trim());
                kept += usize::from(is_layer);
                !is_layer || kept <= here
            });
        })
}

/// Whether a step shows the IDs of a history alone, or all of it; none for other steps.
fn shows_history(step: &Step) -> Option<bool> {
    let calls = step.calls();
    let [call] = calls.as_slice() else {
        return None;
    };
    let is_own = call.is_docker("history") && call.template().is_none();
    is_own.then(|| call.has_flag('q'))
}

/// Whether the rows `below` in the notes are of a base that others made: older than those
/// `above` under their header, or without IDs.
fn is_of_base(above: &[&Expected], below: &[&Expected]) -> bool {
    let header = above
        .first()
        .and_then(|line| Header::read(&normal(&line.text)));
    let Some(header) = header else {
        // The base itself has its ID, and none of its layers has.
        let layers = below.iter().skip(1);
        return layers.map(|line| line.text.trim()).all(|id| id == MISSING);
    };
    let age = |line: &&Expected| {
        let cells = header.cells(&line.text);
        Volatile::Span.seconds_range(cell_text(&cells, "CREATED"))
    };
    let youngest_below = below.iter().filter(|line| !line.elision).map(age);
    let youngest_below: Option<Vec<_>> = youngest_below.collect();
    let Some(ages) = youngest_below else {
        return false;
    };
    let own = above.iter().skip(1).filter_map(age);
    let oldest = own.map(|age| age.end).max().unwrap_or_default();
    ages.iter().all(|age| age.start >= oldest)
}
