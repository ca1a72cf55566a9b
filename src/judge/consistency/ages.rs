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

use std::collections::{HashMap, HashSet};

use super::tables::NotedTable;
use super::{Evidence, Lines, Objection, makers};
use crate::docker::ids::{is_id, short};
use crate::docker::{Does, Invocation, OperandKind};
use crate::formats::OutputFormat;
use crate::formats::headless::Headless;
use crate::formats::table::{TableCell, cell_text};
use crate::formats::volatile::Volatile;
use crate::judge::LineJudgement;
use crate::judge::rows::{Subject, image};
use crate::pattern::pattern;

/// Why a younger row is refused.
const YOUNGER: &str = "an earlier line shows the same one as older";

/// Why a row with two ages is refused.
const OLDER_STATE: &str = "the container is shown in its state for longer than it exists";

pattern! {
    /// The state of a container, before how long it has lasted.
    STATE = r"\bUp |\bExited \([0-9]+\) ";
    /// How long ago something was.
    AGO = r"(?P<span>(?:About |Less than )?(?:an?|[0-9]+) [a-z]+) ago";
}

/// Why a row of the same image is refused.
const OTHER_IMAGE: &str = "a row above shows the same image with another age or size";

/// Rows whose age cannot be with that of an earlier one.
pub(super) fn contradictions(evidence: &Evidence, judged: &Lines) -> Vec<Objection> {
    let (mut created, mut states) = (Ages::new(), Ages::new());
    let can_restart = evidence.dockers().any(restarts_by_itself);
    let mut found = Vec::new();
    let names = evidence.container_names();
    for (step, (lines, format)) in judged.iter().zip(evidence.formats).enumerate() {
        let mut calls = format.calls().iter();
        if can_restart || calls.any(|call| call.does(Does::Reconnects)) {
            states.clear();
        }
        // What a command makes is new, whatever had its name before.
        let made = makers(format.calls());
        for name in made.flat_map(|docker| docker.gives(OperandKind::Container)) {
            states.remove(&name);
        }
        for rows in Row::lists(lines, format, &names) {
            for (number, row) in rows.iter().enumerate() {
                let is_younger = [
                    goes_back(&mut created, (&row.id, ""), &row.created),
                    goes_back(&mut states, (row.subject(), row.state()), row.since()),
                ];
                let is_first = row.is_in_its_state_before_it_was_made();
                let is_other = rows[..number].iter().any(|above| above.is_other_image(row));
                let reason = match is_other {
                    true => Some(OTHER_IMAGE),
                    false if is_first => Some(OLDER_STATE),
                    false => is_younger.contains(&true).then_some(YOUNGER),
                };
                found.extend(reason.map(|reason| Objection::at(step, row.line, reason)));
            }
        }
    }
    found
}

/// The age of a thing where it was last shown, in seconds, with its state, by its name or ID.
type Ages = HashMap<String, (String, u64)>;

/// Whether `age`, of the thing with this name or ID in this state, is less than before.
fn goes_back(ages: &mut Ages, (subject, state): (&str, &str), age: &str) -> bool {
    let Some(seconds) = Volatile::Span.seconds(age).filter(|_| !subject.is_empty()) else {
        return false;
    };
    let before = ages.insert(subject.to_owned(), (state.to_owned(), seconds));
    before.is_some_and(|(before, longer)| before == state && seconds < longer)
}

/// Whether the daemon may start containers again that it makes.
pub(super) fn restarts_by_itself(docker: &Invocation) -> bool {
    let policy = docker.values("--restart").last();
    policy.is_some_and(|policy| policy != "no") || docker.is_of_compose()
}

/// A row of a table about an image or a container.
#[derive(Default)]
pub(super) struct Row {
    /// Its number among the judged lines, from 0.
    pub(super) line: usize,
    is_image: bool,
    /// The first 12 digits of its ID in the notes.
    id: String,
    /// The name of a container; empty where the row shows none.
    pub(super) name: String,
    pub(super) created: String,
    status: String,
    /// The size and the age of an image in the notes, and here where it has a row.
    noted: [String; 2],
    printed: Option<[String; 2]>,
}

impl Row {
    /// The rows that `lines` of the notes show of images and containers, list by list.
    fn lists<'l>(
        lines: &'l [LineJudgement],
        format: &OutputFormat,
        names: &HashSet<&str>,
    ) -> impl Iterator<Item = Vec<Self>> + use<'l> {
        let of_template = Self::of_template(lines, format, names);
        let headless = Self::headless(lines, format);
        let tables = NotedTable::all(lines).into_iter();
        let tables = tables.map(|table| Self::all(&table));
        tables.chain([of_template, headless])
    }

    /// The same, all of them.
    pub(super) fn listed(
        lines: &[LineJudgement],
        format: &OutputFormat,
        names: &HashSet<&str>,
    ) -> Vec<Self> {
        Self::lists(lines, format, names).flatten().collect()
    }

    /// How long a container that runs has been up.
    pub(super) fn up(&self) -> Option<&str> {
        let is_up = !self.is_image && self.status.starts_with("Up ");
        is_up.then(|| self.since())
    }

    /// How long ago a container ended.
    pub(super) fn gone(&self) -> Option<&str> {
        let is_gone = !self.is_image && self.status.starts_with("Exited (");
        is_gone.then(|| self.since())
    }

    /// The rows of `table`, where it is one of images or containers.
    fn all(table: &NotedTable) -> Vec<Self> {
        let is_meant = |subject| [Subject::Images, Subject::Containers].contains(&subject);
        if !is_meant(table.subject()) {
            return Vec::new();
        }
        let is_image = table.subject() == Subject::Images;
        let rows = table.rows().filter(|row| row.ok);
        let rows = rows.map(|row| {
            let cell = |column| cell_text(&row.noted, column);
            let id = match is_image {
                true => image(&row.noted).2,
                false => cell("CONTAINER ID"),
            };
            let printed = row.printed.as_ref();
            let printed = printed.filter(|_| table.printed_subject().is_some_and(is_meant));
            Self {
                line: row.line,
                is_image,
                id: short(id).to_owned(),
                name: match is_image {
                    true => String::new(),
                    false => cell("NAMES").to_owned(),
                },
                created: cell("CREATED").to_owned(),
                status: cell("STATUS").to_owned(),
                noted: size_and_age(&row.noted),
                printed: printed.map(|cells| size_and_age(cells)),
            }
        });
        rows.collect()
    }

    /// The rows of containers from which a filter took the header.
    fn headless(lines: &[LineJudgement], format: &OutputFormat) -> Vec<Self> {
        let Some(rows) = format
            .headless()
            .filter(|rows| *rows == Headless::Containers)
        else {
            return Vec::new();
        };
        let row = |(line, judged): (usize, &LineJudgement)| {
            let text = judged.expected.as_deref().filter(|_| judged.ok)?;
            let cells = rows.cells(text)?;
            let cell = |is_meant: &dyn Fn(&str) -> bool| {
                let mut texts = cells.iter().map(|(_, text, _)| text);
                texts.find(|text| is_meant(text)).cloned()
            };
            Some(Self {
                line,
                id: short(&cells.first()?.1).to_owned(),
                name: cells.last()?.1.clone(),
                created: cell(&|text| Volatile::Age.is(text)).unwrap_or_default(),
                status: cell(&|text| STATE.find(text).is_some_and(|state| state.start() == 0))?,
                ..Self::default()
            })
        };
        lines.iter().enumerate().filter_map(row).collect()
    }

    /// The lines that a template of `docker ps` makes, each of which names one of the
    /// containers `names`.
    fn of_template(
        lines: &[LineJudgement],
        format: &OutputFormat,
        names: &HashSet<&str>,
    ) -> Vec<Self> {
        if !matches!(format.calls(), [call] if call.is_docker("ps") && call.template().is_some()) {
            return Vec::new();
        }
        let row = |(line, judged): (usize, &LineJudgement)| {
            let text = judged.expected.as_deref().filter(|_| judged.ok)?;
            let is_part = |letter: char| letter.is_alphanumeric() || "_.-".contains(letter);
            let mut words = text.split(|letter| !is_part(letter));
            let name = words.find(|word| names.contains(word)).unwrap_or_default();
            let state = STATE.captures(text)?;
            let rest = &text[state.get(0)?.end()..];
            let length = Volatile::Span.length_at_start(rest)?;
            let begin = state.get(0)?.start();
            let (before, after) = (&text[..begin], &rest[length..]);
            // What is left of the line may tell when the container was made.
            let spans = [before, after.strip_prefix(" ago").unwrap_or(after)];
            let created = spans.into_iter().find_map(|part| AGO.captures(part));
            Some(Self {
                line,
                name: name.to_owned(),
                created: created.map_or_else(String::new, |ago| ago["span"].to_owned()),
                status: format!("{}{}", &state[0], &rest[..length]),
                ..Self::default()
            })
        };
        lines.iter().enumerate().filter_map(row).collect()
    }

    /// What tells it from others: its name, or its ID where it has none.
    fn subject(&self) -> &str {
        match self.name.as_str() {
            "" => &self.id,
            name => name,
        }
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

    /// Whether it has been in its state for longer than since it was made.
    fn is_in_its_state_before_it_was_made(&self) -> bool {
        let range = |span: &str| Volatile::Span.seconds_range(span);
        let ages = range(&self.created).zip(range(self.since()));
        !self.is_image && ages.is_some_and(|(created, since)| since.start > created.end)
    }

    /// `Up`, or `Exited (0)`.
    fn state(&self) -> &str {
        let end = self.status.find(self.since()).unwrap_or_default();
        &self.status[..end]
    }

    /// How long it has been in its state, and what stands behind that.
    fn since(&self) -> &str {
        let up = self.status.strip_prefix("Up ");
        // What is said of its health is no part of the time.
        let up = up.and_then(|since| since.split(" (").next());
        let exited = self.status.strip_prefix("Exited (");
        let exited = exited.and_then(|state| Some(state.split_once(") ")?.1));
        up.or(exited).unwrap_or_default()
    }
}

/// What `docker images` tells of an image by its ID.
fn size_and_age(cells: &[TableCell]) -> [String; 2] {
    ["SIZE", "CREATED"].map(|column| cell_text(cells, column).to_owned())
}
