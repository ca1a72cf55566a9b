//! `tree`: lines of folders and files, and the count that closes them.
//!
//! ```text
//!     .
//!     |-- 3f30...f5            path 3f30...f5
//!     |   `-- link             path 3f30...f5/link
//!     `-- l                    path l
//!
//!     33 directories, 22 files
//! ```
//!
//! An entry is judged by its whole path, so that it matters which folder it is
//! in. Where a name is a value, the order of its siblings is not the notes' to
//! fix; where all siblings are literal, it is.

use std::collections::HashMap;

/// A file or folder in a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// The line, from 0, within the output.
    pub line: usize,
    /// Names from the tree's root down, and what a link points to
    /// (`l/ABC -> ../x/diff`).
    pub path: String,
    /// The path of the folder it is in; empty for the root.
    pub parent: String,
    /// How many folders it is in, below the root.
    pub depth: usize,
    /// Which of its siblings it is, from 0.
    pub rank: usize,
}

impl TreeEntry {
    /// Its own name, without its folder's path.
    pub fn name(&self) -> &str {
        self.path
            .strip_prefix(self.parent.as_str())
            .map_or(self.path.as_str(), |name| {
                name.strip_prefix('/').unwrap_or(name)
            })
    }
}

/// A whole tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    /// The line, from 0, of the root.
    pub root: usize,
    /// In the order shown.
    pub entries: Vec<TreeEntry>,
    /// The closing count, if it is shown.
    pub count: Option<Count>,
    /// The lines that elide entries.
    pub elisions: Vec<usize>,
    /// The line after the last one.
    pub end: usize,
}

/// `33 directories, 22 files`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The line, from 0.
    pub line: usize,
    /// How many directories.
    pub directories: usize,
    /// How many files; none where `tree -d` does not say.
    pub files: Option<usize>,
}

/// A line's depth, whether it is the last of its siblings, and its name.
fn entry(line: &str) -> Option<(usize, bool, &str)> {
    let mut rest = line;
    let mut depth = 0;
    loop {
        if let Some(inner) = ["│   ", "|   ", "    "]
            .iter()
            .find_map(|prefix| rest.strip_prefix(prefix))
        {
            rest = inner;
            depth += 1;
        } else if let Some(name) = ["├── ", "|-- "]
            .iter()
            .find_map(|prefix| rest.strip_prefix(prefix))
        {
            return Some((depth, false, name));
        } else {
            let name = ["└── ", "`-- "]
                .iter()
                .find_map(|prefix| rest.strip_prefix(prefix))?;
            return Some((depth, true, name));
        }
    }
}

fn count(line: &str, number: usize) -> Option<Count> {
    let mut parts = line.trim().split(", ");
    let (directories, word) = parts.next()?.split_once(' ')?;
    if !["directory", "directories"].contains(&word) {
        return None;
    }
    let files = match parts.next() {
        None => None,
        Some(part) => {
            let (files, word) = part.split_once(' ')?;
            if !["file", "files"].contains(&word) {
                return None;
            }
            Some(files.parse().ok()?)
        }
    };
    parts.next().is_none().then_some(())?;
    Some(Count {
        line: number,
        directories: directories.parse().ok()?,
        files,
    })
}

impl Tree {
    /// Reads the tree whose root is line `root` of `lines`; a line is none where
    /// it is an elision. None where no well-formed tree begins there.
    pub fn read(lines: &[Option<String>], root: usize) -> Option<Self> {
        let first = lines.get(root)?.as_ref()?;
        if first.is_empty() || entry(first).is_some() {
            return None;
        }
        let mut tree = Self {
            root,
            entries: Vec::new(),
            count: None,
            elisions: Vec::new(),
            end: root + 1,
        };
        let mut names: Vec<(String, bool)> = Vec::new();
        let mut ranks: HashMap<String, usize> = HashMap::new();
        let mut elided = false;
        for (number, line) in lines.iter().enumerate().skip(root + 1) {
            let Some(line) = line else {
                tree.elisions.push(number);
                elided = true;
                continue;
            };
            if let Some((depth, last, name)) = entry(line) {
                if depth > names.len()
                    || (!elided && names.get(depth).is_some_and(|(_, last)| *last))
                {
                    return None;
                }
                // A folder that ends must have been closed by its last entry.
                if !elided && names.iter().skip(depth + 1).any(|(_, last)| !last) {
                    return None;
                }
                names.truncate(depth);
                let parent = names
                    .iter()
                    .map(|(name, _)| name.as_str())
                    .collect::<Vec<_>>()
                    .join("/");
                let path = if parent.is_empty() {
                    name.to_owned()
                } else {
                    format!("{parent}/{name}")
                };
                let rank = ranks.entry(parent.clone()).or_insert(0);
                tree.entries.push(TreeEntry {
                    line: number,
                    path,
                    parent,
                    depth,
                    rank: *rank,
                });
                *rank += 1;
                names.push((name.to_owned(), last));
                tree.end = number + 1;
            } else if let Some(count) = count(line, number) {
                tree.count = Some(count);
                tree.end = number + 1;
                break;
            } else if !line.trim().is_empty() {
                break;
            }
        }
        let end = tree.end;
        tree.elisions.retain(|number| *number < end);
        (!tree.entries.is_empty() && (elided || names.iter().all(|(_, last)| *last)))
            .then_some(tree)
    }

    /// How many entries more the closing count has than the tree shows: 0, or 1
    /// where it counts the root too; none where it cannot be true.
    pub fn surplus(&self) -> Option<usize> {
        let count = self.count?;
        let total = count.directories.checked_add(count.files.unwrap_or(0))?;
        let surplus = total.checked_sub(self.entries.len());
        surplus.filter(|more| *more <= 1)
    }

    /// Whether the closing counts of two trees say the same, apart from the root.
    pub fn counts_like(&self, actual: &Self) -> bool {
        match (self.count, actual.count) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => {
                if ours.files != theirs.files {
                    return false;
                }
                let Some(root) = actual.surplus() else {
                    return false;
                };
                let directories = theirs.directories.saturating_sub(root);
                if self.elisions.is_empty() {
                    self.surplus()
                        .is_some_and(|root| ours.directories.saturating_sub(root) == directories)
                } else {
                    ours.directories == directories || ours.directories == directories + 1
                }
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Option<String>> {
        text.lines()
            .map(|line| (line != "...").then(|| line.to_owned()))
            .collect()
    }

    #[test]
    fn both_kinds_of_connectors_are_one_tree() {
        let ascii = Tree::read(
            &lines(".\n|-- a\n|   `-- b\n`-- c\n\n1 directory, 2 files"),
            0,
        )
        .unwrap();
        let drawn = Tree::read(
            &lines(".\n├── a\n│   └── b\n└── c\n\n2 directories, 2 files"),
            0,
        )
        .unwrap();
        assert_eq!(ascii.entries, drawn.entries);
        assert_eq!((ascii.surplus(), drawn.surplus()), (Some(0), Some(1)));
        assert!(ascii.counts_like(&drawn));
    }

    #[test]
    fn a_count_that_its_own_tree_denies_is_refused() {
        let wrong = Tree::read(&lines(".\n|-- a\n`-- c\n\n0 directories, 5 files"), 0).unwrap();
        let right = Tree::read(&lines(".\n|-- a\n`-- c\n\n0 directories, 2 files"), 0).unwrap();
        let most = usize::MAX;
        let beyond = format!(".\n|-- a\n`-- c\n\n{most} directories, 1 file");
        assert_eq!(Tree::read(&lines(&beyond), 0).unwrap().surplus(), None);
        assert_eq!(wrong.surplus(), None);
        assert!(!wrong.counts_like(&right));
        assert!(!right.counts_like(&wrong));
    }

    #[test]
    fn folders_alone_are_counted_with_the_root_or_without() {
        let tree =
            |count: &str| Tree::read(&lines(&format!(".\n|-- a\n`-- c\n\n{count}")), 0).unwrap();
        let (older, newer) = (tree("2 directories"), tree("3 directories"));
        assert!(older.counts_like(&newer) && newer.counts_like(&older));
        assert!(!older.counts_like(&tree("4 directories")));
        assert!(!tree("1 directory").counts_like(&older));
        assert!(!older.counts_like(&tree("2 directories, 0 files")));
    }

    #[test]
    fn a_folder_that_is_not_closed_is_no_tree() {
        assert!(Tree::read(&lines(".\n|-- a\n|-- b"), 0).is_none());
        assert!(Tree::read(&lines(".\n`-- a\n`-- b"), 0).is_none());
    }
}
