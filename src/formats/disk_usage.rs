//! `docker system df`: how many things there are on a machine, of which a lab has fewer.
//!
//! ```text
//!     notes       Images   12   3   2.345GB   1.987GB (84%)     the author had more
//!     this run    Images   1    1   1.984MB   0B (0%)
//!     later       Images   13   ...                             one more on both sides
//! ```
//!
//! A machine that holds other containers or volumes holds other images too. After a prune of all
//! things of a kind both machines have the same of it.

use super::OutputFormat;
use super::size::Size;
use super::table::{Header, TableCell, cell_text};
use super::text::normal;
use super::volatile::Volatile;
use crate::docker::{OperandKind, ProgramCall};

/// The columns of the table; each of its rows counts one kind of thing.
const COLUMNS: [&str; 5] = ["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"];

/// How many things of a kind there are, and in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The kind, as the row calls it.
    pub of: String,
    /// The line of the output, from 0.
    pub line: usize,
    /// How many there are.
    pub total: u32,
    active: u32,
}

impl Count {
    /// What a row with these `cells` counts, in line `line` of an output; none for another
    /// row, or one that contradicts itself.
    fn read(cells: &[TableCell], line: usize) -> Option<Self> {
        let names = cells.iter().map(|cell| cell.column);
        let size = |column| {
            let text = cell_text(cells, column);
            let (size, share) = text.split_once(" (").unwrap_or((text, "100%)"));
            let is_share = Volatile::Percent.is(share.strip_suffix(')')?);
            let size = Size::read(size).filter(|_| is_share)?;
            Some(size.bytes)
        };
        let number = |column| cell_text(cells, column).parse().ok();
        let count = Self {
            of: cell_text(cells, "TYPE").to_owned(),
            line,
            total: number("TOTAL")?,
            active: number("ACTIVE")?,
        };
        let is_possible = count.active <= count.total && size("RECLAIMABLE")? <= size("SIZE")?;
        (names.eq(COLUMNS) && is_possible).then_some(count)
    }

    /// The counts in the rows of the table in `lines`, an output.
    pub fn all(lines: &[Option<&str>]) -> Vec<Self> {
        let texts: Vec<String> = lines
            .iter()
            .map(|line| normal(line.unwrap_or_default()))
            .collect();
        let Some((at, header)) = texts
            .iter()
            .enumerate()
            .find_map(|(at, text)| Some((at, Header::read(text)?)))
        else {
            return Vec::new();
        };
        let rows = texts.iter().enumerate().skip(at + 1);
        rows.filter_map(|(line, row)| Self::read(&header.cells(row), line))
            .collect()
    }

    /// Whether a machine that counts this may be one that has more than the lab, which
    /// counts `printed`.
    pub fn is_of_a_fuller_machine(&self, printed: &Self) -> bool {
        let is_more = (self.total, self.active) != (printed.total, printed.active);
        self.of == printed.of
            && is_more
            && self.total >= printed.total
            && self.active >= printed.active
    }

    /// The count among `counts`, of one output, that contradicts another one of them: where there
    /// are containers, and only there, images are in use, and volumes only there.
    pub fn contradiction(counts: &[Self]) -> Option<&Self> {
        let of = |name: &str| counts.iter().find(|count| count.of == name);
        let containers = of("Containers")?.total > 0;
        let in_use = |count: &&Self| count.active > 0;
        let images = of("Images").filter(|images| in_use(images) != containers);
        images.or_else(|| of("Local Volumes").filter(in_use).filter(|_| !containers))
    }

    /// Whether both count images, and this one more of them.
    pub fn has_more_images(&self, printed: &Self) -> bool {
        self.of == "Images" && self.of == printed.of && self.total > printed.total
    }

    /// How many more there are than in `earlier`, all and in use.
    pub fn since(&self, earlier: &Self) -> (i64, i64) {
        let difference = |now: u32, then: u32| i64::from(now) - i64::from(then);
        (
            difference(self.total, earlier.total),
            difference(self.active, earlier.active),
        )
    }

    /// Whether every builder and image store counts the same of its kind.
    pub fn is_the_same_everywhere(&self) -> bool {
        ["Containers", "Local Volumes"].contains(&self.of.as_str())
    }
}

/// Whether the last of these outputs counts things of a kind, as its row calls it, that a
/// machine has beside the lab's: no prune before removed all of that kind that nothing uses.
pub fn counts_the_machine(formats: &[OutputFormat], of: &str) -> bool {
    let Some((last, earlier)) = formats.split_last() else {
        return false;
    };
    let mut before = earlier.iter().flat_map(OutputFormat::calls);
    ProgramCall::any_is_docker(last.calls(), "system df")
        && !before.any(|call| prunes_all(call, of))
}

/// Whether `call` removes all things of a kind, as a row calls it, that nothing uses.
fn prunes_all(call: &ProgramCall, of: &str) -> bool {
    let prunes = |kind| call.docker().is_some_and(|docker| docker.prunes(kind));
    match of {
        "Images" => prunes(OperandKind::Image),
        "Containers" => prunes(OperandKind::Container),
        "Local Volumes" => prunes(OperandKind::Volume),
        // The build cache.
        _ => call.is_docker("system prune") || call.is_docker("buildx prune"),
    }
}
