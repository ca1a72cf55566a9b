//! Tables under a header of capitals: columns and cells.
//!
//! ```text
//!     CONTAINER ID   IMAGE   ...   STATUS         NAMES
//!     e56ac97ef60a   nginx   ...   Up 7 seconds   gifted_noether
//! ```

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::docker::ProgramCall;

/// Columns of tables of processes, whose columns may stand one blank apart and
/// whose last column takes the rest of the line; the first two are compose's.
const PROCESS_COLUMNS: [&str; 27] = [
    "SERVICE", "#", "UID", "USER", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD", "COMMAND",
    "%CPU", "%MEM", "VSZ", "RSS", "STAT", "START", "S", "PRI", "NI", "SZ", "PR", "VIRT", "RES",
    "SHR", "TIME+",
];

/// Further programs that list things under headers.
const LISTING: [&str; 2] = ["crictl", "helm"];

/// The columns of a list of processes that tell whose they are.
const USERS: [&str; 2] = ["UID", "USER"];

/// What is before these where it is the machine that knows the users, and not the container.
const OF_MACHINE: &str = "MACHINE ";

/// Which tables a step can print. What a container's own program prints is a text,
/// whatever words in capitals stand above it; only processes are listed everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Tables {
    of_processes: bool,
    of_things: bool,
    /// Their users are called as the machine calls them.
    of_machine: bool,
}

impl Tables {
    /// The tables of `calls`, typed in a container's shell or in the host's.
    pub fn of(calls: &[ProgramCall], in_container: bool) -> Self {
        let prints_text = calls
            .iter()
            .filter(|call| !call.passes_on())
            .all(|call| call.program == "curl" || call.prints_as_it_is());
        let runs = ProgramCall::prints_of_a_program;
        let lists = |call: &ProgramCall| {
            let is_client = call.docker().is_some() || call.kubectl().is_some();
            is_client && !runs(call) || LISTING.contains(&call.program.as_str())
        };
        let inside = in_container || calls.iter().any(runs);
        Self {
            of_processes: !prints_text,
            of_things: !prints_text && (!inside || calls.iter().any(lists)),
            of_machine: calls.iter().any(|call| call.is_docker("top")),
        }
    }

    /// The header that `line` is.
    pub fn header(self, line: &str) -> Option<Header> {
        if !self.of_processes {
            return None;
        }
        let mut header =
            Header::read(line).filter(|header| self.of_things || header.of_processes)?;
        let users = header.columns.iter_mut().map(|(name, _)| name);
        for name in users.filter(|name| self.of_machine && USERS.contains(&name.as_str())) {
            name.insert_str(0, OF_MACHINE);
        }
        Some(header)
    }
}

/// The header of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Names, each with the character it starts at.
    columns: Vec<(String, usize)>,
    of_processes: bool,
    /// Whether an ellipsis stands between them (`CONTAINER ID  ...  NAMES`).
    elides_columns: bool,
}

/// What stands for columns that the author left out.
const ELLIPSES: [&str; 2] = ["...", "…"];

/// The columns of `docker images`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ImageColumns {
    /// Up to docker/cli 28, and since where `imagesFormat` is `table`.
    #[default]
    Older,
    /// Since docker/cli 29.
    Newer,
}

impl ImageColumns {
    /// Those in which outputs list images, each with the calls that print it: the older
    /// ones where one of them has these, or none tells.
    pub fn of(outputs: &[(&[ProgramCall], Vec<String>)]) -> Self {
        // These print the same columns in every version.
        const OWN: [&str; 5] = ["--no-trunc", "--digests", "--format", "--quiet", "--tree"];
        let follows = |call: &ProgramCall| {
            call.is_docker("images")
                && call
                    .docker()
                    .is_some_and(|docker| !OWN.iter().any(|own| docker.has(own)))
        };
        let mut columns = None;
        for (calls, lines) in outputs {
            if !calls.iter().any(follows) {
                continue;
            }
            let mut headers = lines.iter().filter_map(|line| Header::read(line));
            match headers.find_map(|header| header.image_columns()) {
                Some(Self::Older) => return Self::Older,
                Some(Self::Newer) => columns = Some(Self::Newer),
                None => {}
            }
        }
        columns.unwrap_or_default()
    }

    /// The text of a client's `config.json` that makes it print these.
    pub fn configuration(self) -> &'static str {
        match self {
            Self::Older => "{\"imagesFormat\": \"table\"}",
            Self::Newer => "{}",
        }
    }
}

/// What `docker history` puts two blanks after, within a cell.
const WIDE: &str = "/bin/sh -c #(nop)";

/// Parts of `line` that two blanks or more set apart, each with the character
/// it starts at.
pub fn chunks(line: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut blanks = 2;
    for (index, character) in line.chars().enumerate() {
        if character == ' ' {
            blanks += 1;
            continue;
        }
        match found.last_mut() {
            Some((_, text)) if blanks < 2 || text.ends_with(WIDE) => {
                text.extend(std::iter::repeat_n(' ', blanks));
                text.push(character);
            }
            _ => found.push((index, character.to_string())),
        }
        blanks = 0;
    }
    found
}

impl Header {
    /// Reads a header: two columns or more, in capitals.
    pub fn read(line: &str) -> Option<Self> {
        if !line
            .trim_start()
            .starts_with(|c: char| c.is_ascii_uppercase() || c == '%')
            || line.bytes().any(|byte| byte.is_ascii_lowercase())
        {
            return None;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.len() >= 3 && words.iter().all(|word| PROCESS_COLUMNS.contains(word)) {
            return Some(Self {
                columns: words.iter().map(|word| ((*word).to_owned(), 0)).collect(),
                of_processes: true,
                elides_columns: false,
            });
        }
        let (elided, columns): (Vec<_>, Vec<_>) = chunks(line)
            .into_iter()
            .partition(|(_, name)| ELLIPSES.contains(&name.as_str()));
        let capitals = |name: &str| {
            name.chars().filter(char::is_ascii_uppercase).count() >= 2
                && name
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || " %/-()_".contains(c))
        };
        let has = |column: &str| columns.iter().any(|(_, name)| name == column);
        let (lists_schedules, lists_cache) = (has("SUSPEND"), has("LAST ACCESSED"));
        let today = |name: String| match name.as_str() {
            // As docker before 1.10 called it.
            "VIRTUAL SIZE" => "SIZE".to_owned(),
            // What `docker builder prune` removes has IDs of another form.
            "ID" if lists_cache => "CACHE RECORD".to_owned(),
            // `docker system df` has a column of that name too.
            "ACTIVE" if lists_schedules => "ACTIVE JOBS".to_owned(),
            _ => name,
        };
        (columns.len() >= 2 && columns.iter().all(|(_, name)| capitals(name))).then(|| Self {
            columns: columns
                .into_iter()
                .map(|(start, name)| (today(name), start))
                .collect(),
            of_processes: false,
            elides_columns: !elided.is_empty(),
        })
    }

    /// The column that a row of so many texts leaves empty, where the author left only two
    /// blanks between all columns: then no place tells. Ports are what containers may lack.
    fn empty_between_squeezed(&self, texts: usize) -> Option<usize> {
        const GAP: usize = 2;
        let mut pairs = self.columns.windows(2);
        let is_squeezed =
            pairs.all(|pair| pair[0].1 + pair[0].0.chars().count() + GAP == pair[1].1);
        let ports = self.names().position(|name| name == "PORTS");
        ports.filter(|_| is_squeezed && texts + 1 == self.columns.len())
    }

    /// Whether the author left columns out, and says so.
    pub fn elides_columns(&self) -> bool {
        self.elides_columns
    }

    /// The columns' names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The columns that a list of images has; none where it is another list.
    pub fn image_columns(&self) -> Option<ImageColumns> {
        let has = |column: &str| self.names().any(|name| name == column);
        if has("REPOSITORY") && has("IMAGE ID") {
            Some(ImageColumns::Older)
        } else if has("IMAGE") && has("ID") && has("DISK USAGE") {
            Some(ImageColumns::Newer)
        } else {
            None
        }
    }

    /// Whether `other` has all columns of this one, in their order: an author may
    /// leave columns out.
    pub fn is_part_of(&self, other: &Self) -> bool {
        let mut theirs = other.names();
        self.names().all(|name| theirs.any(|their| their == name))
    }

    /// The cells of a row; empty cells are empty.
    pub fn cells(&self, row: &str) -> Vec<TableCell<'_>> {
        let mut cells: Vec<TableCell> = self
            .names()
            .map(|column| TableCell {
                column,
                start: 0,
                text: String::new(),
                pieces: Vec::new(),
            })
            .collect();
        if self.of_processes {
            let mut rest = row.trim();
            let last = cells.len().saturating_sub(1);
            for (index, cell) in cells.iter_mut().enumerate() {
                let length = if index == last {
                    rest.len()
                } else {
                    rest.find(' ').unwrap_or(rest.len())
                };
                cell.start = row.trim_end().len() - rest.len();
                cell.pieces.push((0, cell.start));
                cell.text.push_str(&rest[..length]);
                rest = rest[length..].trim_start();
            }
            return cells;
        }
        let mut found = chunks(row);
        found.retain(|(_, text)| !self.elides_columns || !ELLIPSES.contains(&text.as_str()));
        if let Some(empty) = self.empty_between_squeezed(found.len()) {
            found.insert(empty, (row.chars().count(), String::new()));
        }
        let one_each = found.len() == cells.len();
        for (index, (start, text)) in found.into_iter().enumerate() {
            let column = if one_each {
                index
            } else {
                self.columns
                    .partition_point(|(_, column)| *column <= start)
                    .saturating_sub(1)
            };
            if let Some(cell) = cells.get_mut(column) {
                let byte = row.char_indices().nth(start).map_or(0, |(byte, _)| byte);
                if cell.text.is_empty() {
                    cell.start = byte;
                } else {
                    cell.text.push_str("  ");
                }
                cell.pieces.push((cell.text.len(), byte));
                cell.text.push_str(&text);
            }
        }
        cells
    }
}

/// A cell of a row.
#[derive(Debug, PartialEq, Eq)]
pub struct TableCell<'h> {
    /// Its column's name.
    pub column: &'h str,
    /// The byte of the row at which it starts.
    pub start: usize,
    /// What it holds; wide gaps in it are two blanks.
    pub text: String,
    /// Where the pieces between those gaps begin: the byte of the text, and of the row.
    pub pieces: Vec<(usize, usize)>,
}

/// The bytes of a row that `range` of a cell's text shows; `pieces` are the cell's.
pub fn in_row(pieces: &[(usize, usize)], range: Range<usize>) -> Range<usize> {
    let place = |at: usize| {
        let after = pieces.partition_point(|(text, _)| *text <= at);
        let piece = after.checked_sub(1).and_then(|piece| pieces.get(piece));
        piece.map_or(at, |(text, row)| row + at - text)
    };
    let start = place(range.start);
    match range.is_empty() {
        true => start..start,
        // What ends a piece stands in it, whatever comes after.
        false => start..place(range.end - 1) + 1,
    }
}

/// What the cell under `column` holds; empty where there is no such column.
pub fn cell_text<'c>(cells: &'c [TableCell<'_>], column: &str) -> &'c str {
    cells
        .iter()
        .find(|cell| cell.column == column)
        .map_or("", |cell| cell.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_cell_is_found_in_its_row_behind_a_wide_gap() {
        let header = Header::read("REPOSITORY   TAG       IMAGE ID").expect("a header");
        let row = "한글     더";
        let cells = header.cells(row);
        let cell = &cells[0];
        assert_eq!(cell.text, "한글  더");
        let at = |text: &str| cell.text.find(text).map(|at| at..at + text.len());
        for text in ["한글", "더"] {
            let range = in_row(&cell.pieces, at(text).expect("a part"));
            assert_eq!(&row[range], text);
        }
    }

    #[test]
    fn an_empty_cell_stays_in_its_column() {
        let header =
            Header::read("CONTAINER ID   STATUS                    PORTS     NAMES").unwrap();
        let cells = header.cells("4325a1c9d10e   Exited (3) 1 second ago             quits");
        assert_eq!(cells[2].text, "");
        assert_eq!(cells[3].text, "quits");
    }

    #[test]
    fn a_sentence_in_capitals_is_no_header() {
        assert!(Header::read("HELLO WORLD").is_none());
        assert!(Header::read("drwxr-xr-x 2 root root").is_none());
    }
}
