//! The rows of a table: which may be missing here, which may be extra.
//!
//! ```text
//!     expected row about a thing that the exercise neither made nor mentions:
//!         ambient, may be missing
//!     printed row about a thing that was there before the lab:
//!         may be extra
//! ```

use super::bindings::short;
use super::mentions::Mentions;
use super::table::{Cell, Header, cell_text};
use crate::engine::Surroundings;

/// What the rows of a table are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Images: `REPOSITORY TAG IMAGE ID ...`.
    Images,
    /// Containers: `CONTAINER ID ... NAMES`.
    Containers,
    /// Volumes: `... VOLUME NAME`.
    Volumes,
    /// Networks: `NETWORK ID NAME ...`.
    Networks,
    /// Anything else: no row may be missing or extra.
    Other,
}

impl Subject {
    /// What a table under `header` lists.
    pub fn of(header: &Header) -> Self {
        let has = |column: &str| header.names().any(|name| name == column);
        if has("REPOSITORY") || has("IMAGE ID") {
            Self::Images
        } else if has("CONTAINER ID") || has("NAMES") {
            Self::Containers
        } else if has("VOLUME NAME") {
            Self::Volumes
        } else if has("NETWORK ID") {
            Self::Networks
        } else {
            Self::Other
        }
    }

    /// Whether the order of the rows follows random names or equal seconds.
    pub fn is_unordered(self) -> bool {
        matches!(self, Self::Images | Self::Volumes | Self::Networks)
    }

    /// Whether the notes' `row` is about a thing that the exercise neither made
    /// nor mentions anywhere else.
    pub fn is_ambient(self, header: &Header, row: &str, step: usize, mentions: &Mentions) -> bool {
        if mentions.makes_unseen(step) {
            return false;
        }
        let cells = header.cells(row);
        let cell = |column: &str| cell_text(&cells, column);
        // A line that lacks what tells such things apart is no row about one.
        let keys = [
            "REPOSITORY",
            "TAG",
            "IMAGE ID",
            "CONTAINER ID",
            "VOLUME NAME",
            "NETWORK ID",
        ];
        let lacks_its_key = |cell: &Cell| {
            let is_id = cell.column.ends_with(" ID");
            let is_word = !cell.text.is_empty() && !cell.text.contains(' ');
            let is_hex = cell.text.bytes().all(|byte| byte.is_ascii_hexdigit());
            (keys.contains(&cell.column) && !is_word) || (is_id && !is_hex)
        };
        if cells.iter().any(lacks_its_key) {
            return false;
        }
        match self {
            Self::Images => {
                let (repository, tag) = (cell("REPOSITORY"), cell("TAG"));
                let named = repository != "<none>"
                    && mentions.image(repository, if tag.is_empty() { "latest" } else { tag });
                // A dangling image may be the exercise's own earlier build.
                let rebuilt = repository == "<none>" && mentions.could_have_made_unnamed(step);
                !named && !rebuilt && !mentions.id(cell("IMAGE ID"))
            }
            Self::Containers => {
                let image = cell("IMAGE");
                let (repository, tag) = image.rsplit_once(':').unwrap_or((image, "latest"));
                // Without its image a row could be about any container that has no name.
                let unnamed = image.is_empty() && mentions.could_have_made_unnamed(step);
                !unnamed
                    && !mentions.image(repository, tag)
                    && !mentions.id(cell("CONTAINER ID"))
                    && !cell("NAMES").split(',').any(|name| mentions.word(name))
            }
            Self::Volumes => {
                let name = cell("VOLUME NAME");
                let without_name =
                    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
                let made_here = without_name && mentions.could_have_made_unnamed(step);
                !made_here && !mentions.id(name)
            }
            Self::Networks => {
                let name = cell("NAME");
                !["bridge", "host", "none"].contains(&name)
                    && !mentions.word(name)
                    && !mentions.id(cell("NETWORK ID"))
            }
            Self::Other => false,
        }
    }

    /// Whether this run's `row` is about a thing that was there before.
    pub fn was_there_before(self, header: &Header, row: &str, surroundings: &Surroundings) -> bool {
        let cells = header.cells(row);
        let cell = |column: &str| cell_text(&cells, column);
        let known = |things: &[(String, String)], id: &str| {
            !id.is_empty() && things.iter().any(|(_, known)| short(known) == short(id))
        };
        match self {
            Self::Images => {
                let name = format!("{}:{}", cell("REPOSITORY"), cell("TAG"));
                surroundings.images.iter().any(|(known, id)| {
                    *known == name
                        && (cell("IMAGE ID").is_empty() || short(id) == short(cell("IMAGE ID")))
                })
            }
            Self::Containers => known(&surroundings.containers, cell("CONTAINER ID")),
            Self::Volumes => surroundings
                .volumes
                .iter()
                .any(|known| known == cell("VOLUME NAME")),
            Self::Networks => known(&surroundings.networks, cell("NETWORK ID")),
            Self::Other => false,
        }
    }
}
