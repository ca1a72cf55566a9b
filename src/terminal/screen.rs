//! From bytes to the lines that a reader sees.
//!
//! ```text
//!     plain bytes -------------------------> lines
//!     bytes with control sequences -> Page -> lines
//! ```
//!
//! A page is a screen without an upper end: a line that leaves the screen at its
//! top stays as it is, like in the scrollback that a transcript is copied from.
//! Cursor movement reaches the lines of the screen only.

use std::mem;

use unicode_width::UnicodeWidthChar;

use super::pty;

/// Tabulators stand at every eighth column.
const TAB: usize = 8;

/// The lines that `bytes` show on labbook's own terminal.
pub(super) fn show(bytes: &[u8]) -> Vec<String> {
    render(bytes, pty::COLUMNS, pty::ROWS)
}

/// The lines that `bytes` show on a terminal of `columns` by `rows`, beginning at
/// its left edge, without the spaces at their ends. What the terminal wraps is one
/// line; a last line without a line end is a line, an empty one is not.
pub(super) fn render(bytes: &[u8], columns: u16, rows: u16) -> Vec<String> {
    if let Some(text) = plain(bytes) {
        return text
            .split_terminator('\n')
            .map(|line| expand_tabs(line.trim_end_matches(['\r', ' '])))
            .collect();
    }
    let mut page = Page::new(usize::from(columns), usize::from(rows));
    vte::Parser::new().advance(&mut page, bytes);
    page.into_lines()
}

/// The column, from 1, in which `bytes`, which begin at the left edge of labbook's own terminal,
/// leave the cursor.
pub(super) fn cursor_column(bytes: &[u8]) -> usize {
    let mut page = Page::new(usize::from(pty::COLUMNS), usize::from(pty::ROWS));
    vte::Parser::new().advance(&mut page, bytes);
    page.column.min(page.columns - 1) + 1
}

/// The bytes as a text in which nothing moves the cursor but line ends and tabs.
fn plain(bytes: &[u8]) -> Option<&str> {
    let mut carriage_return = false;
    for byte in bytes {
        match byte {
            b'\n' => carriage_return = false,
            b'\r' => carriage_return = true,
            _ if carriage_return => return None,
            b'\t' | 0x20..=0x7e | 0x80.. => {}
            _ => return None,
        }
    }
    let text = std::str::from_utf8(bytes).ok()?;
    // A text with controls of two bytes (U+0080 to U+009F) is for the page. Whatever
    // a carriage return at its end would begin, it has not begun.
    (!bytes.contains(&0xc2)).then_some(text.trim_end_matches('\r'))
}

/// `line` with its tabs as the spaces that a terminal shows.
fn expand_tabs(line: &str) -> String {
    if !line.contains('\t') {
        return line.to_owned();
    }
    let mut expanded = String::with_capacity(line.len() + 4 * TAB);
    let mut column = 0;
    for character in line.chars() {
        if character == '\t' {
            let spaces = TAB - column % TAB;
            expanded.extend(std::iter::repeat_n(' ', spaces));
            column += spaces;
        } else {
            expanded.push(character);
            column += character.width().unwrap_or(0);
        }
    }
    expanded
}

/// What stands in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
enum ScreenCell {
    /// Nothing; shown as a space.
    Blank,
    /// A character with those that combine with it.
    Character(char, String),
    /// The right half of a wide character.
    RightHalf,
}

/// A row of the page.
#[derive(Debug, Clone, Default)]
struct ScreenRow {
    cells: Vec<ScreenCell>,
    /// Whether it goes on with what did not fit into the row above.
    wrapped: bool,
}

impl ScreenRow {
    /// Makes the row at least `length` columns long.
    fn reach(&mut self, length: usize) {
        if self.cells.len() < length {
            self.cells.resize(length, ScreenCell::Blank);
        }
    }

    /// Clears the columns from `start` to `end`.
    fn erase(&mut self, start: usize, end: usize) {
        let end = end.min(self.cells.len());
        for cell in self.cells.iter_mut().take(end).skip(start) {
            *cell = ScreenCell::Blank;
        }
        while self.cells.last() == Some(&ScreenCell::Blank) {
            self.cells.pop();
        }
    }

    fn push_to(&self, text: &mut String) {
        for cell in &self.cells {
            match cell {
                ScreenCell::Blank => text.push(' '),
                ScreenCell::Character(character, combining) => {
                    text.push(*character);
                    text.push_str(combining);
                }
                ScreenCell::RightHalf => {}
            }
        }
    }
}

/// A screen without an upper end.
#[derive(Debug)]
struct Page {
    columns: usize,
    screen_rows: usize,
    /// Never empty.
    rows: Vec<ScreenRow>,
    row: usize,
    /// Up to `columns`: there, the next character wraps.
    column: usize,
    saved: (usize, usize),
    /// The page that comes back when a full-screen program ends.
    behind: Option<(Vec<ScreenRow>, usize, usize)>,
}

impl Page {
    fn new(columns: usize, screen_rows: usize) -> Self {
        Self {
            columns,
            screen_rows,
            rows: vec![ScreenRow::default()],
            row: 0,
            column: 0,
            saved: (0, 0),
            behind: None,
        }
    }

    /// The screen's first row.
    fn top(&self) -> usize {
        self.rows.len().saturating_sub(self.screen_rows)
    }

    /// Moves to a row of the screen, counted from the page's first.
    fn move_to_row(&mut self, row: usize) {
        self.row = row.clamp(self.top(), self.top() + self.screen_rows - 1);
        while self.rows.len() <= self.row {
            self.rows.push(ScreenRow::default());
        }
    }

    fn line_feed(&mut self) {
        self.row += 1;
        if self.row == self.rows.len() {
            self.rows.push(ScreenRow::default());
        }
    }

    fn put(&mut self, character: char) {
        let width = character.width().unwrap_or(0);
        if width == 0 {
            self.combine(character);
            return;
        }
        if self.column + width > self.columns {
            self.line_feed();
            self.rows[self.row].wrapped = true;
            self.column = 0;
        }
        let row = &mut self.rows[self.row];
        row.reach(self.column + width);
        // Half of a wide character cannot stay when its other half goes.
        if row.cells[self.column] == ScreenCell::RightHalf && self.column > 0 {
            row.cells[self.column - 1] = ScreenCell::Blank;
        }
        if row.cells.get(self.column + width) == Some(&ScreenCell::RightHalf) {
            row.cells[self.column + width] = ScreenCell::Blank;
        }
        row.cells[self.column] = ScreenCell::Character(character, String::new());
        if width == 2 {
            row.cells[self.column + 1] = ScreenCell::RightHalf;
        }
        self.column += width;
    }

    /// Adds an accent or the like to the character before the cursor.
    fn combine(&mut self, character: char) {
        let before = self.column.min(self.rows[self.row].cells.len());
        let cells = self.rows[self.row].cells[..before].iter_mut().rev();
        for cell in cells.take(2) {
            if let ScreenCell::Character(_, combining) = cell {
                combining.push(character);
                return;
            }
        }
    }

    /// Erases a part of the screen (ED): 0 from the cursor, 1 up to it, else all.
    fn erase_screen(&mut self, part: usize) {
        let (first, last) = match part {
            0 => (self.row + 1, self.rows.len()),
            1 => (self.top(), self.row),
            _ => (self.top(), self.rows.len()),
        };
        for row in &mut self.rows[first..last] {
            *row = ScreenRow::default();
        }
        if part < 2 {
            self.erase_line(part);
        }
    }

    /// Erases a part of the line (EL): 0 from the cursor, 1 up to it, else all.
    fn erase_line(&mut self, part: usize) {
        let (start, end) = match part {
            0 => (self.column, usize::MAX),
            1 => (0, self.column + 1),
            _ => (0, usize::MAX),
        };
        self.rows[self.row].erase(start, end);
    }

    fn insert_or_delete_lines(&mut self, count: usize, insert: bool) {
        let bottom = (self.top() + self.screen_rows).min(self.rows.len());
        let count = count.min(bottom - self.row);
        let lines = &mut self.rows[self.row..bottom];
        if insert {
            lines.rotate_right(count);
            lines[..count].fill(ScreenRow::default());
        } else {
            lines.rotate_left(count);
            let kept = lines.len() - count;
            lines[kept..].fill(ScreenRow::default());
        }
    }

    fn insert_or_delete_characters(&mut self, count: usize, insert: bool) {
        let columns = self.columns;
        let column = self.column.min(columns);
        let count = count.min(columns - column);
        let row = &mut self.rows[self.row];
        row.reach(column);
        if insert {
            row.cells
                .splice(column..column, vec![ScreenCell::Blank; count]);
            row.cells.truncate(columns);
        } else {
            let end = (column + count).min(row.cells.len());
            row.cells.drain(column..end);
        }
    }

    /// Goes to the screen of a full-screen program, which leaves nothing behind,
    /// or comes back from it.
    fn full_screen(&mut self, begins: bool) {
        if begins && self.behind.is_none() {
            let rows = mem::replace(&mut self.rows, vec![ScreenRow::default()]);
            self.behind = Some((rows, self.row, self.column));
            (self.row, self.column) = (0, 0);
        } else if !begins && let Some((rows, row, column)) = self.behind.take() {
            (self.rows, self.row, self.column) = (rows, row, column);
        }
    }

    /// The lines, what was wrapped joined again.
    fn into_lines(mut self) -> Vec<String> {
        self.full_screen(false);
        let used = |row: &ScreenRow| !row.cells.is_empty();
        let end = self.rows.iter().rposition(used).map_or(0, |last| last + 1);
        let mut lines: Vec<String> = Vec::new();
        for row in &self.rows[..end.max(self.row)] {
            match lines.last_mut() {
                Some(line) if row.wrapped => row.push_to(line),
                _ => {
                    let mut line = String::new();
                    row.push_to(&mut line);
                    lines.push(line);
                }
            }
        }
        for line in &mut lines {
            line.truncate(line.trim_end_matches(' ').len());
        }
        lines
    }
}

impl vte::Perform for Page {
    fn print(&mut self, character: char) {
        self.put(character);
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' | 0x0b | 0x0c => self.line_feed(),
            b'\r' => self.column = 0,
            0x08 => self.column = self.column.min(self.columns).saturating_sub(1),
            b'\t' => {
                let next = (self.column / TAB + 1) * TAB;
                self.column = next.min(self.columns - 1);
                self.rows[self.row].reach(self.column);
            }
            _ => {}
        }
    }

    fn csi_dispatch(
        &mut self,
        params: &vte::Params,
        intermediates: &[u8],
        _ignore: bool,
        action: char,
    ) {
        let parameter = |index: usize| {
            let group = params.iter().nth(index);
            usize::from(group.and_then(|group| group.first().copied()).unwrap_or(0))
        };
        let count = parameter(0).max(1);
        if intermediates == b"?" {
            if matches!(parameter(0), 47 | 1047 | 1049) && matches!(action, 'h' | 'l') {
                self.full_screen(action == 'h');
            }
            return;
        }
        if !intermediates.is_empty() {
            return;
        }
        let last_column = self.columns - 1;
        match action {
            'A' => self.move_to_row(self.row.saturating_sub(count)),
            'B' | 'e' => self.move_to_row(self.row + count),
            'C' | 'a' => self.column = (self.column + count).min(last_column),
            'D' => self.column = self.column.saturating_sub(count),
            'E' => {
                self.move_to_row(self.row + count);
                self.column = 0;
            }
            'F' => {
                self.move_to_row(self.row.saturating_sub(count));
                self.column = 0;
            }
            'G' | '`' => self.column = (count - 1).min(last_column),
            'H' | 'f' => {
                self.move_to_row(self.top() + count - 1);
                self.column = (parameter(1).max(1) - 1).min(last_column);
            }
            'd' => self.move_to_row(self.top() + count - 1),
            'J' => self.erase_screen(parameter(0)),
            'K' => self.erase_line(parameter(0)),
            'L' => self.insert_or_delete_lines(count, true),
            'M' => self.insert_or_delete_lines(count, false),
            '@' => self.insert_or_delete_characters(count, true),
            'P' => self.insert_or_delete_characters(count, false),
            'X' => self.rows[self.row].erase(self.column, self.column + count),
            's' => self.saved = (self.row, self.column),
            'u' => self.restore_cursor(),
            _ => {}
        }
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        match (intermediates, byte) {
            ([], b'7') => self.saved = (self.row, self.column),
            ([], b'8') => self.restore_cursor(),
            ([], b'D') => self.line_feed(),
            ([], b'E') => {
                self.line_feed();
                self.column = 0;
            }
            ([], b'M') => self.move_to_row(self.row.saturating_sub(1)),
            _ => {}
        }
    }
}

impl Page {
    fn restore_cursor(&mut self) {
        let (row, column) = self.saved;
        self.move_to_row(row);
        self.column = column.min(self.columns);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        render(text.as_bytes(), 20, 5)
    }

    #[test]
    fn plain_text_is_its_lines() {
        assert_eq!(shown("one\r\ntwo\r\n"), ["one", "two"]);
        assert_eq!(shown("spaces  \r\n"), ["spaces"]);
        assert_eq!(shown(""), [""; 0]);
        assert_eq!(shown("\r\n"), [""]);
    }

    #[test]
    fn a_last_line_without_an_end_is_kept() {
        assert_eq!(shown("one\r\ntwo"), ["one", "two"]);
        assert_eq!(shown("\x1b[1mone\x1b[m\r\ntwo"), ["one", "two"]);
    }

    #[test]
    fn a_text_that_was_cut_before_its_line_end_is_plain_too() {
        for text in ["one\r\ntwo\r", "one\r\n\r", "\r", "\r\r"] {
            let lines: Vec<&str> = plain(text.as_bytes()).expect("plain").lines().collect();
            assert_eq!(shown(text), lines);
            assert_eq!(shown(&format!("\x1b[m{text}")), lines, "{text:?}");
        }
    }

    #[test]
    fn tabs_are_the_spaces_that_a_terminal_shows() {
        assert_eq!(shown("a\tb"), ["a       b"]);
        assert_eq!(shown("한\tb"), ["한      b"]);
        assert_eq!(shown("\x1b[1ma\tb"), ["a       b"]);
    }

    #[test]
    fn a_carriage_return_overwrites() {
        assert_eq!(shown("10%\r20%\r100%\r\n"), ["100%"]);
        assert_eq!(shown("Downloading\rDone\x1b[K\r\n"), ["Done"]);
        assert_eq!(shown("abc\x08X\r\n"), ["abX"]);
    }

    #[test]
    fn frames_that_move_the_cursor_up_leave_the_last_one() {
        let frames = "#1 building 0.1s\r\n#2 waiting\r\n\x1b[2A\x1b[K#1 done\r\n\x1b[K#2 done\r\n";
        assert_eq!(shown(frames), ["#1 done", "#2 done"]);
    }

    #[test]
    fn colours_titles_and_pasting_codes_leave_nothing() {
        assert_eq!(
            shown("\x1b[?2004l\r\x1b]0;title\x07\x1b[01;34mbin\x1b[0m\r\n\x1b[?2004h"),
            ["bin"]
        );
    }

    #[test]
    fn what_the_terminal_wraps_is_one_line() {
        let long = "x".repeat(45);
        assert_eq!(
            shown(&format!("\x1b[1m{long}\r\nend")),
            [long.as_str(), "end"]
        );
    }

    #[test]
    fn the_cursor_cannot_reach_what_left_the_screen() {
        let text = "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n\x1b[99Atop";
        assert_eq!(shown(text), ["1", "2", "top", "4", "5", "6"]);
    }

    #[test]
    fn a_full_screen_program_leaves_what_was_there() {
        assert_eq!(
            shown("before\r\n\x1b[?1049h\x1b[2J~\r\n~\x1b[?1049lafter"),
            ["before", "after"]
        );
    }

    #[test]
    fn hangul_is_whole_whether_composed_or_not() {
        assert_eq!(shown("\x1b[1m안녕하세요\r\n"), ["안녕하세요"]);
        let decomposed = "\u{1112}\u{1161}\u{11ab}";
        assert_eq!(shown(&format!("\x1b[m{decomposed}\r\n")), [decomposed]);
    }

    #[test]
    fn no_line_of_a_long_coloured_output_is_lost() {
        let text: String = (0..20_000)
            .map(|number| format!("\x1b[32mline {number}\x1b[0m\r\n"))
            .collect();
        let lines = render(text.as_bytes(), 1000, 200);
        assert_eq!(lines.len(), 20_000);
        assert_eq!(lines.last().map(String::as_str), Some("line 19999"));
    }

    proptest! {
        #[test]
        fn plain_lines_come_through_both_ways_alike(lines in prop::collection::vec("[ -~가-힣]{0,15}[!-~]", 0..20)) {
            let text: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            prop_assert_eq!(render(text.as_bytes(), 1000, 5), lines.clone());
            prop_assert_eq!(render(format!("\x1b[m{text}").as_bytes(), 1000, 5), lines);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            render(&bytes, 20, 5);
        }

        #[test]
        fn no_control_sequences_make_it_panic(text in "(\x1b\\[[?]?[0-9;]{0,6}[@-~]|\x1b[78DEM]|[a-b가\r\n\t\x08]){0,60}") {
            render(text.as_bytes(), 20, 5);
        }
    }
}
