//! What stands under what: lines, tables, trees and blocks of JSON, each with
//! the part of the output that it is about.

use std::ops::Range;

use super::Compiler;
use crate::judge::command::Call;
use crate::judge::json;
use crate::judge::table::Header;
use crate::judge::token::stands_in;
use crate::judge::tree::Tree;
use crate::judge::values::Values;

/// A part of the expected output that is judged in a way of its own.
pub enum Section {
    /// A table under its header.
    Table {
        /// The header.
        header: Header,
        /// The lines of its rows, from 0.
        rows: Range<usize>,
    },
    /// What `tree` shows.
    Tree(Tree),
    /// JSON over several lines.
    Json,
}

/// Programs that print texts, in which capitals are no header.
const PRINTERS: [&str; 5] = ["cat", "echo", "printf", "curl", "head"];

/// Programs that print files and words letter by letter, JSON too.
const VERBATIM: [&str; 4] = ["cat", "echo", "printf", "head"];

/// The tables, trees and blocks of JSON among the `expected` lines, with the lines they take.
pub fn find_sections(
    calls: &[Call],
    expected: &[Option<String>],
    values: &Values,
) -> Vec<(Range<usize>, Section)> {
    let mut found = Vec::new();
    let shows_trees = calls.iter().any(|call| call.program == "tree");
    let prints_text = calls
        .iter()
        .all(|call| PRINTERS.contains(&call.program.as_str()));
    let authored = values.authored();
    let verbatim = calls
        .iter()
        .all(|call| VERBATIM.contains(&call.program.as_str()));
    let blocks = if verbatim {
        Vec::new()
    } else {
        json::blocks(expected)
    };
    let mut line = 0;
    while line < expected.len() {
        if let Some(block) = blocks.iter().find(|block| block.start == line) {
            found.push((block.clone(), Section::Json));
            line = block.end;
            continue;
        }
        if shows_trees && let Some(tree) = Tree::read(expected, line) {
            let end = tree.end;
            found.push((line..end, Section::Tree(tree)));
            line = end;
            continue;
        }
        let header = expected[line]
            .as_deref()
            .filter(|line| !prints_text && !stands_in(&authored, line))
            .and_then(Header::read);
        let Some(header) = header else {
            line += 1;
            continue;
        };
        let end = table_end(expected, line + 1);
        found.push((
            line..end,
            Section::Table {
                header,
                rows: line + 1..end,
            },
        ));
        line = end;
    }
    found
}

/// Where a table that has begun ends: at a blank line that is not beside an
/// elision, at another header, or with the output.
fn table_end(lines: &[Option<String>], from: usize) -> usize {
    let elision = |index: Option<usize>| {
        index
            .and_then(|index| lines.get(index))
            .is_some_and(Option::is_none)
    };
    (from..lines.len())
        .find(|&index| match &lines[index] {
            None => false,
            Some(line) if line.is_empty() => {
                !elision(index.checked_sub(1)) && !elision(Some(index + 1))
            }
            Some(line) => Header::read(line).is_some(),
        })
        .unwrap_or(lines.len())
}

impl Compiler<'_> {
    /// The notes section by section, and the lines between them.
    pub(super) fn sections(&mut self) {
        self.permit_by_the_way();
        let found = find_sections(self.calls, &self.expected, self.context.values);
        let (mut line, mut actual) = (0, 0);
        for (place, section) in found {
            let Some(range) = self.find_actual(&section, actual) else {
                continue;
            };
            self.lines(line..place.start, actual..range.start);
            line = place.end;
            actual = range.end;
            match section {
                Section::Table { header, rows } => self.table(place.start, &header, rows, range),
                Section::Tree(tree) => self.tree(&tree, range),
                Section::Json => self.json(place, range),
            }
        }
        self.lines(
            line..self.expected.len(),
            actual..self.compiled.actual.len(),
        );
    }

    /// The part of the output, from line `from` on, that a section is about.
    fn find_actual(&self, section: &Section, from: usize) -> Option<Range<usize>> {
        let actual = &self.compiled.actual;
        match section {
            Section::Table { header, .. } => (from..actual.len()).find_map(|start| {
                let theirs = Header::read(&actual[start])?;
                header.is_part_of(&theirs).then(|| {
                    let end = (start + 1..actual.len())
                        .find(|&line| {
                            actual[line].is_empty() || Header::read(&actual[line]).is_some()
                        })
                        .unwrap_or(actual.len());
                    start..end
                })
            }),
            Section::Tree(_) => {
                let lines: Vec<Option<String>> = actual.iter().cloned().map(Some).collect();
                (from..actual.len()).find_map(|start| Some(start..Tree::read(&lines, start)?.end))
            }
            Section::Json => json::Document::find(actual, from).map(|document| document.lines),
        }
    }
}
