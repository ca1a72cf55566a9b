//! Tables that a narrow window wrapped: every row takes several lines.
//!
//! ```text
//!     CONTAINER ID   IMAGE     STATUS              the header, cut at the window's edge
//!        NAMES
//!     3f1c5b0a9d27   nginx     Up 2 minutes        each row, cut there as well
//!        web
//! ```

use super::table::{Header, Tables, chunks};

/// The table at the beginning of `lines`, one line a row, and how many lines each row
/// took; none where none stands there or it is not wrapped. The lines end with the
/// table: none is blank or elided.
pub fn joined(lines: &[&str], tables: Tables) -> Option<(Vec<String>, usize)> {
    let first = tables.header(lines.first()?)?;
    let further = lines[1..].iter().take_while(|line| goes_on(&first, line));
    let count = 1 + further.count();
    if count == 1 || !lines.len().is_multiple_of(count) {
        return None;
    }
    let rows = || lines.chunks(count);
    let width = rows()
        .flat_map(|row| &row[..count - 1])
        .map(|line| line.chars().count())
        .max()?;
    let columns: usize = lines[..count].iter().map(|line| chunks(line).len()).sum();
    // Where two lines end together, they end at the edge, and a name may be cut in two
    // there. Else blanks before the edge were lost in a copy: it is farther out.
    let at_the_edge = rows()
        .flat_map(|row| &row[..count - 1])
        .filter(|line| line.chars().count() == width);
    let ways = match at_the_edge.count() > 1 {
        true => [(0, columns), (0, columns - 1)],
        false => [(2, columns), (0, columns)],
    };
    let join = |gap: usize| rows().map(move |row| join(row, width + gap)).collect();
    ways.into_iter().find_map(|(gap, columns)| {
        let table: Vec<String> = join(gap);
        let header = tables.header(table.first()?)?;
        (header.names().count() == columns).then_some((table, count))
    })
}

/// Whether `line` can be the rest of a header that begins as `first`.
fn goes_on(first: &Header, line: &str) -> bool {
    let parts = chunks(line);
    let is_name = |name: &str| {
        name.chars().any(|letter| letter.is_ascii_uppercase())
            && !name.chars().any(char::is_lowercase)
            && !name.chars().any(|letter| letter.is_ascii_digit())
    };
    !parts.is_empty()
        && parts.iter().all(|(_, name)| is_name(name))
        && !parts
            .iter()
            .any(|(_, name)| first.names().any(|own| own == name))
}

fn join(row: &[&str], width: usize) -> String {
    let mut text = String::new();
    for (index, line) in row.iter().enumerate() {
        text.extend(std::iter::repeat_n(
            ' ',
            (index * width).saturating_sub(text.chars().count()),
        ));
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::ProgramCall;

    fn read(table: &str) -> Option<Vec<String>> {
        let lines: Vec<&str> = table.lines().collect();
        let tables = Tables::of(&ProgramCall::all("docker ps"), false);
        joined(&lines, tables).map(|(rows, _)| rows)
    }

    #[test]
    fn each_row_is_put_together_at_the_edge() {
        let rows = read("CONTAINER ID   IMAGE\n   NAMES\n0123456789ab   nginx\n   web").unwrap();
        assert_eq!(rows[0], "CONTAINER ID   IMAGE   NAMES");
        assert_eq!(rows[1], "0123456789ab   nginx   web");
    }

    #[test]
    fn what_begins_at_the_edge_is_a_column_of_its_own() {
        let rows = read("CONTAINER ID   IMAGE\nNAMES\n0123456789ab   nginx:1\nweb").unwrap();
        assert_eq!(rows[1], "0123456789ab   nginx:1  web");
    }

    #[test]
    fn a_name_that_is_cut_in_two_is_one() {
        let rows = read(
            "CONTAINER ID   IMAGE   STAT\nUS    NAMES\n0123456789ab   nginx   Up 2\n minutes    web",
        );
        assert_eq!(rows.unwrap()[0], "CONTAINER ID   IMAGE   STATUS    NAMES");
    }

    #[test]
    fn what_is_no_wrapped_table_stays_as_it_is() {
        for table in [
            "CONTAINER ID   NAMES\n0123456789ab   web",
            "CONTAINER ID   NAMES\nCONTAINER ID   NAMES",
            "CONTAINER ID   IMAGE\n   NAMES\n0123456789ab   nginx",
            "Hello",
        ] {
            assert_eq!(read(table), None, "{table}");
        }
    }
}
