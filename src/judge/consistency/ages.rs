//! What tables tell of the age of one thing: no later line tells of a younger one.
//!
//! ```text
//!     CONTAINER ID   CREATED         STATUS
//!     3f2a9c81d0e4   5 minutes ago   Up 5 minutes
//!     ... in a later step
//!     3f2a9c81d0e4   2 minutes ago   Up 2 minutes      time does not go back
//!
//!     REPOSITORY   IMAGE ID       CREATED        SIZE
//!     web          0a1b2c3d4e5f   2 hours ago    27MB
//!     shop/web     0a1b2c3d4e5f   3 weeks ago    31MB   one image has one age and one size
//! ```
//!
//! Each age alone may be any, as long as the notes agree with themselves.

use std::collections::HashMap;
use std::ops::Range;

use super::{Evidence, Lines, Objection, tables};
use crate::docker::ids::{is_id, short};
use crate::docker::{Does, Invocation, ProgramCall};
use crate::formats::table::{Header, TableCell, cell_text};
use crate::formats::text::normal;
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::judge::rows::{Subject, image};

/// Why a younger row is refused.
const YOUNGER: &str = "an earlier line shows the same one as older";

/// Why a row of the same image is refused.
const OTHER_IMAGE: &str = "a row above shows the same image with another age or size";

/// Rows whose age cannot be with that of an earlier one.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let (mut created, mut states) = (Ages::new(), Ages::new());
    let mut dockers = evidence.calls().filter_map(ProgramCall::docker);
    let can_restart = dockers.any(restarts_by_itself);
    let mut found = Vec::new();
    for (step, (lines, format)) in judged.iter().zip(evidence.formats).enumerate() {
        if can_restart
            || format
                .calls()
                .iter()
                .any(|call| call.does(Does::Reconnects))
        {
            states.clear();
        }
        for table in tables(lines) {
            let rows = Row::all(lines, table);
            for (number, row) in rows.iter().enumerate() {
                let is_younger = [
                    goes_back(&mut created, (&row.id, ""), &row.created),
                    goes_back(&mut states, (&row.id, row.state()), row.since()),
                ];
                let is_other = rows[..number].iter().any(|above| above.is_other_image(row));
                let reason = match is_other {
                    true => Some(OTHER_IMAGE),
                    false => is_younger.contains(&true).then_some(YOUNGER),
                };
                found.extend(reason.map(|reason| Objection {
                    step,
                    line: row.line,
                    reason,
                }));
            }
        }
    }
    found
}

/// The age of a thing where it was last shown, in seconds, by its ID and its state.
type Ages = HashMap<(String, String), u64>;

/// Whether `age`, of the thing with this ID in this state, is less than before.
fn goes_back(ages: &mut Ages, (id, state): (&str, &str), age: &str) -> bool {
    let Some(seconds) = Volatile::Span.seconds(age).filter(|_| !id.is_empty()) else {
        return false;
    };
    let key = (id.to_owned(), state.to_owned());
    let before = ages.insert(key, seconds);
    before.is_some_and(|before| seconds < before)
}

/// Whether the daemon may start containers again that it makes.
fn restarts_by_itself(docker: &Invocation) -> bool {
    let policy = docker.values("--restart").last();
    policy.is_some_and(|policy| policy != "no") || docker.is_of_compose()
}

/// A row of a table about an image or a container.
struct Row {
    /// Its number among the judged lines, from 0.
    line: usize,
    is_image: bool,
    /// The first 12 digits of its ID in the notes.
    id: String,
    created: String,
    status: String,
    /// The size and the age of an image in the notes, and here where it has a row.
    noted: [String; 2],
    printed: Option<[String; 2]>,
}

impl Row {
    /// The rows of a table of images or containers, `table` among the judged `lines`.
    fn all(lines: &[LineJudgement], table: Range<usize>) -> Vec<Self> {
        let header = |text: &Option<String>| {
            let header = Header::read(&normal(text.as_deref()?))?;
            let subject = Subject::of(&header);
            [Subject::Images, Subject::Containers]
                .contains(&subject)
                .then_some(header)
        };
        let head = &lines[table.start];
        let Some(ours) = header(&head.expected) else {
            return Vec::new();
        };
        let theirs = header(&head.actual);
        let row = |line: usize| {
            let judged = lines.get(line).filter(|line| line.ok)?;
            let cells = ours.cells(judged.expected.as_deref()?);
            let printed = theirs.as_ref().zip(judged.actual.as_deref());
            let is_image = Subject::of(&ours) == Subject::Images;
            let id = match is_image {
                true => image(&cells).2,
                false => cell_text(&cells, "CONTAINER ID"),
            };
            Some(Self {
                line,
                is_image,
                id: short(id).to_owned(),
                created: cell_text(&cells, "CREATED").to_owned(),
                status: cell_text(&cells, "STATUS").to_owned(),
                noted: size_and_age(&cells),
                printed: printed.map(|(header, row)| size_and_age(&header.cells(row))),
            })
        };
        table.skip(1).filter_map(row).collect()
    }

    /// Whether `below` has the ID of this image and, in the notes alone, another size or age.
    fn is_other_image(&self, below: &Self) -> bool {
        let printed = self.printed.as_ref().zip(below.printed.as_ref());
        self.is_image
            && self.id == below.id
            && is_id(&self.id)
            && self.noted != below.noted
            && printed.is_none_or(|(above, below)| above == below)
    }

    /// `Up`, or `Exited (0)`.
    fn state(&self) -> &str {
        self.status.strip_suffix(self.since()).unwrap_or_default()
    }

    /// How long it has been in its state, and what stands behind that.
    fn since(&self) -> &str {
        let states = ["Up ", "Exited ("];
        let state = states.iter().find(|state| self.status.starts_with(*state));
        let since = match state {
            Some(&"Up ") => self.status.get(3..),
            Some(_) => self.status.split_once(") ").map(|(_, since)| since),
            None => None,
        };
        since.unwrap_or_default()
    }
}

/// What `docker images` tells of an image by its ID.
fn size_and_age(cells: &[TableCell]) -> [String; 2] {
    ["SIZE", "CREATED"].map(|column| cell_text(cells, column).to_owned())
}
