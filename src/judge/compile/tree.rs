//! What `tree` shows: its root, its closing count, and its entries by their
//! whole paths.

use std::collections::HashMap;
use std::ops::Range;

use super::{Compiler, Fate};
use crate::formats::tree::{Tree, TreeEntry};
use crate::judge::How;
use crate::judge::solver::{Choice, Match, Order, Variable};
use crate::judge::token::Pattern;

/// A tree whose entries are found by their folder, path and depth.
struct Indexed<'t> {
    tree: &'t Tree,
    /// The names in each folder, sorted.
    names: HashMap<&'t str, Vec<&'t str>>,
    by_path: HashMap<&'t str, Vec<&'t TreeEntry>>,
    by_depth: HashMap<usize, Vec<&'t TreeEntry>>,
}

impl<'t> Indexed<'t> {
    fn new(tree: &'t Tree) -> Self {
        let mut indexed = Self {
            tree,
            names: HashMap::new(),
            by_path: HashMap::new(),
            by_depth: HashMap::new(),
        };
        for entry in &tree.entries {
            let (folder, path) = (entry.parent.as_str(), entry.path.as_str());
            indexed.names.entry(folder).or_default().push(entry.name());
            indexed.by_path.entry(path).or_default().push(entry);
            indexed.by_depth.entry(entry.depth).or_default().push(entry);
        }
        for names in indexed.names.values_mut() {
            names.sort_unstable();
        }
        indexed
    }

    fn names_in(&self, folder: &str) -> &[&'t str] {
        self.names
            .get(folder)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// The entries that `path`, so deep in its tree, could be.
    fn candidates(&self, path: &Pattern, depth: usize) -> &[&'t TreeEntry] {
        let found = match path.literal() {
            Some(path) => self.by_path.get(path),
            None => self.by_depth.get(&depth),
        };
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

impl Compiler<'_> {
    /// A tree of the notes, and the one at `range` of the output.
    pub(super) fn tree(&mut self, tree: &Tree, range: Range<usize>) {
        let lines: Vec<Option<String>> = self.compiled.actual.iter().cloned().map(Some).collect();
        let Some(actual) = Tree::read(&lines, range.start) else {
            return;
        };
        for &line in &tree.elisions {
            self.compiled.fates[line] = Fate::Elided;
        }
        for line in tree.root..tree.end {
            if self.expected[line].as_ref().is_some_and(String::is_empty) {
                self.compiled.fates[line] = Fate::Layout;
            }
        }
        let frame = self.root_and_count(tree, &actual);
        self.push(Order::Sequence, frame, Vec::new());

        let (ours, theirs) = (Indexed::new(tree), Indexed::new(&actual));
        let entries = self.entries(&ours, &theirs);
        let obligatory = if tree.elisions.is_empty() {
            actual.entries.iter().map(|entry| entry.line).collect()
        } else {
            Vec::new()
        };
        self.push(Order::Set, entries, obligatory);
    }

    /// The root's line and the closing count.
    fn root_and_count(&self, tree: &Tree, actual: &Tree) -> Vec<Variable> {
        let text = self.expected[tree.root].as_deref().unwrap_or_default();
        let root = Pattern::of(text, self.number(tree.root), self.context.values);
        let found = root
            .matches(&self.compiled.actual[actual.root])
            .map(|pairs| Choice::at(actual.root, Match::new(pairs, root.how())));
        let mut variables = vec![Variable::of(
            tree.root..tree.root + 1,
            found.into_iter().collect(),
        )];
        if let Some(count) = tree.count {
            let shows = actual.count.map_or(actual.root, |count| count.line);
            let found = tree
                .counts_like(actual)
                .then(|| Choice::at(shows, Match::default()));
            variables.push(Variable::of(
                count.line..count.line + 1,
                found.into_iter().collect(),
            ));
        } else if actual.count.is_some() && tree.elisions.is_empty() {
            variables.push(Variable::impossible(tree.root));
        }
        variables
    }

    /// The entries of a tree, each with what it could be. Where nothing is
    /// elided a folder holds what its counterpart holds, and siblings without a
    /// value among them stand in their order.
    fn entries(&self, ours: &Indexed, theirs: &Indexed) -> Vec<Variable> {
        let whole = ours.tree.elisions.is_empty();
        let literal: HashMap<&str, bool> = ours
            .names
            .iter()
            .map(|(folder, names)| (*folder, names.iter().all(|name| self.is_literal(name))))
            .collect();
        let is_literal = |folder: &str| literal.get(folder).copied().unwrap_or(true);
        let entry = |own: &TreeEntry| {
            let path = Pattern::of(&own.path, self.number(own.line), self.context.values);
            let inside = ours.names_in(&own.path);
            let inside_is_literal = is_literal(&own.path);
            let in_order = is_literal(&own.parent);
            let how = if in_order { path.how() } else { How::Unordered };
            let choices = theirs
                .candidates(&path, own.depth)
                .iter()
                .filter(|other| !whole || !in_order || other.rank == own.rank)
                .filter(|other| {
                    let their_inside = theirs.names_in(&other.path);
                    !whole
                        || if inside_is_literal {
                            their_inside == inside
                        } else {
                            their_inside.len() == inside.len()
                        }
                })
                .filter_map(|other| {
                    Some(Choice::at(
                        other.line,
                        Match::new(path.matches(&other.path)?, how),
                    ))
                })
                .collect();
            Variable::of(own.line..own.line + 1, choices)
        };
        ours.tree.entries.iter().map(entry).collect()
    }

    fn is_literal(&self, name: &str) -> bool {
        Pattern::of(name, 0, self.context.values).how() == How::Literal
    }
}
