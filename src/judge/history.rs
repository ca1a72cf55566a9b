//! `docker history`: the layers of an image as both builders tell them.
//!
//! ```text
//!     legacy      368620be54fa   /bin/sh -c #(nop)  CMD ["world"]
//!                 7e24af7e2d8c   /bin/sh -c chmod +x app.sh
//!                 758043b8b781   /bin/sh -c #(nop) COPY file:a8d4e2fd09b9a513…
//!     BuildKit    368620be54fa   CMD ["world"]
//!                 <missing>      RUN /bin/sh -c chmod +x app.sh # buildkit
//!                 <missing>      COPY app.sh . # buildkit
//! ```
//!
//! The instruction has to be the same, as far as both show it; what was copied is
//! told by one builder only, and has to be what a Dockerfile of the notes copies.

use std::sync::Arc;

use super::bindings::Pair;
use super::table::{Cell, Header, Row, cell_text};
use super::values::Values;

/// The name under which a layer that another builder tells is reported.
pub const DIALECT: &str = "what built a layer";

const COLUMN: &str = "CREATED BY";
const MISSING: &str = "<missing>";
const OF_BUILDKIT: &str = "buildkit.dockerfile.v0";

/// What a layer was made by.
#[derive(Debug, PartialEq, Eq)]
enum Made {
    /// An instruction, and whether all of it is shown.
    By(String, bool),
    /// An instruction that copies: what, where the builder tells.
    Copying(Option<(String, bool)>),
}

/// Which builder tells it, and what.
struct Told {
    by_buildkit: bool,
    made: Made,
}

impl Told {
    fn read(cell: &str) -> Self {
        let (text, whole) = cell
            .strip_suffix('…')
            .map_or((cell, true), |text| (text, false));
        if let Some(instruction) = text.strip_prefix("/bin/sh -c #(nop) ") {
            let instruction = instruction.trim();
            let copies = ["COPY ", "ADD "]
                .iter()
                .any(|copy| instruction.starts_with(copy));
            let made = if copies {
                Made::Copying(None)
            } else {
                Made::By(exposed(instruction), whole)
            };
            return Self {
                by_buildkit: false,
                made,
            };
        }
        if text.starts_with("/bin/sh -c ") || text.starts_with('|') {
            let made = Made::By(format!("RUN {text}"), whole);
            return Self {
                by_buildkit: false,
                made,
            };
        }
        let instruction = text.strip_suffix(" # buildkit").unwrap_or(text);
        let copies = ["COPY ", "ADD "]
            .iter()
            .any(|copy| instruction.starts_with(copy));
        let made = if copies {
            Made::Copying(Some((instruction.to_owned(), whole)))
        } else {
            Made::By(exposed(instruction), whole)
        };
        Self {
            by_buildkit: true,
            made,
        }
    }
}

/// `EXPOSE 80`, `EXPOSE map[80/tcp:{}]` and `EXPOSE [80/tcp]`: one port, told in three ways.
fn exposed(instruction: &str) -> String {
    let port = instruction.strip_prefix("EXPOSE ").map(|port| {
        let port = port.strip_prefix("map").unwrap_or(port);
        let port = port.trim_matches(['[', ']']);
        port.strip_suffix(":{}").unwrap_or(port)
    });
    match port {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("EXPOSE {port}/tcp")
        }
        Some(port) => format!("EXPOSE {port}"),
        None => instruction.to_owned(),
    }
}

/// Whether both show the same, where what is cut off may be anything.
fn agree((one, whole): (&str, bool), (other, other_whole): (&str, bool)) -> bool {
    match (whole, other_whole) {
        (true, true) => one == other,
        (false, true) => other.starts_with(one),
        (true, false) => one.starts_with(other),
        (false, false) => one.starts_with(other) || other.starts_with(one),
    }
}

/// A row of the notes' history.
#[derive(Debug)]
pub struct Layer {
    created_by: String,
    image: String,
    comment: String,
    with_image: Row,
    without_image: Row,
    authored: Arc<str>,
}

impl Layer {
    /// The layer in a row of the notes under `header`; none where the table is no history.
    pub fn of(header: &Header, row: &str, line: usize, values: &Values) -> Option<Self> {
        header.names().find(|name| *name == COLUMN)?;
        let cells = header.cells(row);
        let row = |columns: &[&str]| {
            let judged: Vec<(&str, String)> = cells
                .iter()
                .filter(|cell| columns.contains(&cell.column))
                .map(|cell| (cell.column, cell.text.clone()))
                .collect();
            Row::of_cells(&judged, line, values)
        };
        Some(Self {
            created_by: cell_text(&cells, COLUMN).to_owned(),
            image: cell_text(&cells, "IMAGE").to_owned(),
            comment: cell_text(&cells, "COMMENT").to_owned(),
            with_image: row(&["IMAGE", "CREATED", "SIZE"]),
            without_image: row(&["CREATED", "SIZE"]),
            authored: values.authored(),
        })
    }

    /// The pairs under which the row with `cells` is this layer, told by the other builder.
    pub fn matches(&self, cells: &[Cell]) -> Option<Vec<Pair>> {
        let (image, comment) = (cell_text(cells, "IMAGE"), cell_text(cells, "COMMENT"));
        let one_missing = (image == MISSING) != (self.image == MISSING);
        let comments = [comment, self.comment.as_str()];
        let comments_agree = comments[0] == comments[1]
            || (comments.contains(&"") && comments.contains(&OF_BUILDKIT));
        if !comments_agree || !self.is_made_alike(cell_text(cells, COLUMN)) {
            return None;
        }
        let row = if one_missing {
            &self.without_image
        } else {
            &self.with_image
        };
        row.matches(cells)
    }

    fn is_made_alike(&self, created_by: &str) -> bool {
        if self.created_by.is_empty() || created_by.is_empty() {
            return self.created_by == created_by;
        }
        let (own, their) = (Told::read(&self.created_by), Told::read(created_by));
        if own.by_buildkit == their.by_buildkit {
            return self.created_by == created_by;
        }
        match (own.made, their.made) {
            (Made::By(own, whole), Made::By(their, their_whole)) => {
                agree((&own, whole), (&their, their_whole))
            }
            (Made::Copying(Some(copied)), Made::Copying(None))
            | (Made::Copying(None), Made::Copying(Some(copied))) => {
                self.is_in_a_dockerfile(&copied)
            }
            _ => false,
        }
    }

    /// Whether a Dockerfile of the notes copies this; options are not told.
    fn is_in_a_dockerfile(&self, (copied, whole): &(String, bool)) -> bool {
        self.authored.lines().any(|line| {
            let words = line
                .split_whitespace()
                .filter(|word| !word.starts_with("--"));
            let line = words.collect::<Vec<_>>().join(" ");
            agree((copied, *whole), (&line, true))
        })
    }
}
