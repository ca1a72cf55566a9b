//! JSON by structure: `docker inspect` and whatever else prints it line by line.
//!
//! ```text
//!     [                      open
//!         {                  open
//!             "Id": "e56a",  member         ... stands for members of the
//!     ...                                   container it is in, or, where the
//!         }                  close          indentation after it says so, for
//!     ]                      close          whole levels
//! ```
//!
//! Indentation alone and the comma after the last line before an elision are
//! layout; every value stands under its own key, in its own container. The
//! order of members holds: Go's `encoding/json` prints a struct's as they are
//! declared and a map's sorted.

use std::ops::Range;

use crate::docker::ids::is_hex;
use crate::docker::{Does, ProgramCall};

/// How many ways to lay the notes over the output are looked at.
const EMBEDDINGS: usize = 64;

/// How many members of a map are looked at in every order.
const MEMBERS: usize = 5;

/// How many orders of a document are looked at.
const ORDERS: usize = 120;

/// How many lines may be compared in search of them.
const BUDGET: usize = 200_000;

/// What a line does to the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineShape {
    /// It opens a container.
    Open,
    /// It closes one.
    Close,
    /// A whole value.
    Whole,
    /// A whole member, `"Key": value`.
    Member,
}

/// A line without what is layout: its indentation and a comma at its end.
pub fn bare(line: &str) -> &str {
    let text = line.trim();
    text.strip_suffix(',').unwrap_or(text)
}

/// The lines of a block that lack the comma which the next line asks for, or that have
/// one too many. What stands beside an elision may be either.
pub fn wrong_commas(lines: &[Option<String>], block: Range<usize>) -> Vec<usize> {
    let text = |line: usize| lines.get(line)?.as_deref().map(str::trim);
    let shown: Vec<usize> = block
        .filter(|line| text(*line).is_none_or(|text| !text.is_empty()))
        .collect();
    let is_wrong = |pair: &&[usize]| {
        let (Some(own), Some(next)) = (text(pair[0]), text(pair[1])) else {
            return false;
        };
        let opens = own.ends_with(['{', '[']);
        let closes = next.starts_with(['}', ']']);
        own.ends_with(',') == (opens || closes)
    };
    let pairs = shown.windows(2).filter(is_wrong);
    pairs.map(|pair| pair[0]).collect()
}

/// The key of the member that `line` is or begins: `a` of `"a": 1,`; none where it has none.
pub fn key_of(line: &str) -> Option<&str> {
    let (key, _) = bare(line).strip_prefix('"')?.split_once("\":")?;
    Some(key)
}

/// How far `line` is indented, in characters.
pub fn indentation(line: &str) -> usize {
    line.chars().take_while(|c| c.is_whitespace()).count()
}

/// What `line` does; none where it is no line of JSON.
pub fn shape(line: &str) -> Option<LineShape> {
    let text = bare(line);
    if text == "}" || text == "]" {
        return Some(LineShape::Close);
    }
    if let Some(before) = text.strip_suffix(['{', '[']) {
        let before = before.trim_end();
        let is_key = before
            .strip_suffix(':')
            .is_some_and(|key| serde_json::from_str::<String>(key.trim_end()).is_ok());
        return (before.is_empty() || is_key).then_some(LineShape::Open);
    }
    let is_value = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    if text.starts_with('"') && is_value(&format!("{{{text}}}")) {
        return Some(LineShape::Member);
    }
    is_value(text).then_some(LineShape::Whole)
}

/// The blocks of JSON among the notes' lines: each from its first line to its
/// last, with the elisions and blank lines before and between. A block has two
/// lines or more, and one of them is a bracket or a member. Documents that follow each other
/// without a comma, as jq prints them, are blocks of their own.
pub fn blocks(expected: &[Option<String>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut line = 0;
    while line < expected.len() {
        let (mut end, mut next) = (line, expected.len());
        let (mut count, mut structured) = (0, false);
        for (index, text) in expected.iter().enumerate().skip(line) {
            let Some(text) = text else { continue };
            if text.is_empty() {
                continue;
            }
            let Some(shape) = shape(text) else {
                next = index + 1;
                break;
            };
            count += 1;
            structured |= shape != LineShape::Whole;
            end = index + 1;
            if is_between_documents(text, &expected[end..]) {
                break;
            }
        }
        if count >= 2 && structured {
            found.push(line..end);
            line = end;
        } else {
            line = if count == 0 { next } else { end };
        }
    }
    found
}

/// Whether a document ends with `line`, and another begins in the first of the lines `below` that
/// is not blank.
fn is_between_documents(line: &str, below: &[Option<String>]) -> bool {
    let is_blank = |line: &&Option<String>| line.as_ref().is_some_and(String::is_empty);
    let next = below.iter().find(|line| !is_blank(line));
    let begins = next
        .and_then(Option::as_deref)
        .is_some_and(|line| ["{", "["].contains(&line));
    begins && ["}", "]"].contains(&line)
}

/// A document that was printed, with the container each of its lines is in.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its lines, from 0.
    pub lines: Range<usize>,
    /// The line of the output that each of them is.
    shown: Vec<usize>,
    /// For each of its lines: the line that opens the container it is in (a
    /// closing line is in the container that it closes); none for the root.
    parents: Vec<Option<usize>>,
    closing: Vec<bool>,
}

impl Document {
    /// The first whole document among `lines` from line `from` on. What stands in a
    /// container that was opened before is part of another, of which `grep` may
    /// have left no more.
    pub fn find(lines: &[String], from: usize) -> Option<Self> {
        let mut depth = 0_usize;
        for (start, line) in lines.iter().enumerate().skip(from) {
            let shape = shape(line);
            let begins = ["{", "["].contains(&line.trim())
                || (line.starts_with(['{', '[']) && shape == Some(LineShape::Whole));
            if begins
                && depth == 0
                && let Some(document) = Self::read(lines, start)
            {
                return Some(document);
            }
            depth = match shape {
                Some(LineShape::Open) => depth + 1,
                Some(LineShape::Close) => depth.saturating_sub(1),
                Some(LineShape::Whole | LineShape::Member) => depth,
                None => 0,
            };
        }
        None
    }

    fn read(lines: &[String], start: usize) -> Option<Self> {
        let mut document = Self {
            lines: start..start,
            shown: Vec::new(),
            parents: Vec::new(),
            closing: Vec::new(),
        };
        let mut open: Vec<usize> = Vec::new();
        for (index, line) in lines.iter().enumerate().skip(start) {
            let shape = shape(line)?;
            document.shown.push(index);
            document.parents.push(open.last().copied());
            document.closing.push(shape == LineShape::Close);
            match shape {
                LineShape::Open => open.push(index),
                LineShape::Close => {
                    open.pop()?;
                }
                LineShape::Whole | LineShape::Member => {}
            }
            if open.is_empty() {
                document.lines.end = index + 1;
                let text = lines[start..=index].join("\n");
                return serde_json::from_str::<serde_json::Value>(&text)
                    .is_ok()
                    .then_some(document);
            }
        }
        None
    }

    /// The line of the output that the document's line `line` is.
    pub fn shown(&self, line: usize) -> usize {
        let offset = line.checked_sub(self.lines.start);
        let shown = offset.and_then(|offset| self.shown.get(offset));
        shown.copied().unwrap_or(line)
    }

    /// The document in every order that it could as well have been printed in: a
    /// map is sorted by its keys, and keys that are IDs are others in every run.
    pub fn orders(self, lines: &[String]) -> Vec<Self> {
        let maps: Vec<Vec<Range<usize>>> = self
            .lines
            .clone()
            .rev()
            .map(|opener| self.members_by_id(lines, opener))
            .filter(|members| members.len() > 1)
            .collect();
        let mut orders = vec![self];
        // The last map first: no line before it moves.
        for members in maps {
            let permutations = permutations(&members);
            if orders.len() * permutations.len() > ORDERS {
                break;
            }
            orders = orders
                .iter()
                .flat_map(|order| permutations.iter().map(|members| order.reordered(members)))
                .collect();
        }
        orders
    }

    /// The document without `members`, each of one line of the output.
    pub fn without(&self, members: &[usize]) -> Self {
        let kept: Vec<usize> = self
            .lines
            .clone()
            .filter(|&line| !members.contains(&self.shown(line)))
            .collect();
        let to = |line: usize| {
            let place = kept.iter().position(|&other| other == line);
            place.map_or(line, |place| self.lines.start + place)
        };
        Self {
            lines: self.lines.start..self.lines.start + kept.len(),
            shown: kept.iter().map(|&line| self.shown(line)).collect(),
            parents: kept.iter().map(|&line| self.parent(line).map(to)).collect(),
            closing: kept.iter().map(|&line| self.closes(line)).collect(),
        }
    }

    /// The document of these lines of the output, in this order.
    pub fn arranged(&self, lines: &[String], order: &[usize]) -> Self {
        let start = self.lines.start;
        let mut arranged = Self {
            lines: start..start + order.len(),
            shown: order.to_vec(),
            parents: Vec::new(),
            closing: Vec::new(),
        };
        let mut open: Vec<usize> = Vec::new();
        for (offset, shown) in order.iter().enumerate() {
            let shape = lines.get(*shown).and_then(|line| shape(line));
            arranged.parents.push(open.last().copied());
            arranged.closing.push(shape == Some(LineShape::Close));
            match shape {
                Some(LineShape::Open) => open.push(start + offset),
                Some(LineShape::Close) => {
                    open.pop();
                }
                _ => {}
            }
        }
        arranged
    }

    /// The document with `members`, which follow each other, in this order.
    fn reordered(&self, members: &[Range<usize>]) -> Self {
        let start = members.iter().map(|member| member.start).min().unwrap_or(0);
        let moved: Vec<usize> = members.iter().cloned().flatten().collect();
        let from = |line: usize| match line.checked_sub(start) {
            Some(offset) => moved.get(offset).copied().unwrap_or(line),
            None => line,
        };
        let to = |line: usize| {
            let place = moved.iter().position(|&other| other == line);
            place.map_or(line, |place| start + place)
        };
        Self {
            lines: self.lines.clone(),
            shown: self
                .lines
                .clone()
                .map(|line| self.shown(from(line)))
                .collect(),
            parents: self
                .lines
                .clone()
                .map(|line| self.parent(from(line)).map(to))
                .collect(),
            closing: self
                .lines
                .clone()
                .map(|line| self.closes(from(line)))
                .collect(),
        }
    }

    /// The members, each with all of its lines, of the container that line `opener`
    /// opens, where IDs are the keys of all of them.
    fn members_by_id(&self, lines: &[String], opener: usize) -> Vec<Range<usize>> {
        let inside = self.lines.clone().skip_while(|&line| line <= opener);
        let mut members: Vec<Range<usize>> = Vec::new();
        for line in inside {
            if self.parent(line) == Some(opener) {
                if self.closes(line) {
                    break;
                }
                if !lines
                    .get(self.shown(line))
                    .is_some_and(|line| has_id_for_key(line))
                {
                    return Vec::new();
                }
                members.push(line..line + 1);
            } else if self.is_inside(line, opener) {
                if let Some(member) = members.last_mut() {
                    member.end = line + 1;
                }
            } else {
                break;
            }
        }
        members
    }

    fn parent(&self, line: usize) -> Option<usize> {
        let offset = line.checked_sub(self.lines.start)?;
        self.parents.get(offset).copied().flatten()
    }

    fn closes(&self, line: usize) -> bool {
        line.checked_sub(self.lines.start)
            .and_then(|offset| self.closing.get(offset))
            .is_some_and(|closing| *closing)
    }

    /// Whether `line` is somewhere inside the container that line `opener` opens.
    fn is_inside(&self, line: usize, opener: usize) -> bool {
        self.around(line).any(|parent| parent == opener)
    }

    /// How many containers `line` is in; one that closes a container is in that.
    fn depth(&self, line: usize) -> usize {
        self.around(line).count()
    }

    /// The lines that open the containers which `line` is in, from the inside.
    fn around(&self, line: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.parent(line), |&line| self.parent(line))
    }
}

/// Whether a line begins a member whose key is an ID: `"e56ac97ef60a...": {`.
fn has_id_for_key(line: &str) -> bool {
    let key = line
        .trim()
        .strip_prefix('"')
        .and_then(|text| text.split_once("\": "));
    key.is_some_and(|(key, _)| key.len() == 64 && is_hex(key))
}

/// `members` in every order, the one they have first; only that one where there are
/// too many.
fn permutations(members: &[Range<usize>]) -> Vec<Vec<Range<usize>>> {
    if members.len() > MEMBERS {
        return vec![members.to_vec()];
    }
    let Some((first, rest)) = members.split_first() else {
        return vec![Vec::new()];
    };
    let mut found = Vec::new();
    for place in 0..members.len() {
        for mut order in permutations(rest) {
            order.insert(place, first.clone());
            found.push(order);
        }
    }
    found
}

/// A line of the notes' block.
struct BlockLine<'e> {
    index: usize,
    key: Option<&'e str>,
    shape: LineShape,
    indentation: usize,
    /// Whether something is elided right before it.
    after_elision: bool,
    /// Whether it opens a container of which the notes do not show the end.
    is_cut: bool,
}

/// A container that is open in the notes, and the line that opens it here.
#[derive(Clone)]
struct OpenContainer {
    actual: usize,
    indentation: usize,
    /// How far its members are indented, once one was seen.
    inner: Option<usize>,
    /// Whether the notes do not show its end, so that an elision may hold it.
    is_cut: bool,
}

impl OpenContainer {
    /// How far its members are indented.
    fn inner(&self) -> usize {
        const GO: usize = 4;
        self.inner.unwrap_or(self.indentation + GO)
    }

    /// How many levels below it a line stands that is indented so far.
    fn levels_to(&self, indentation: usize) -> Option<usize> {
        let level = self.inner().checked_sub(self.indentation)?;
        let below = indentation.checked_sub(self.indentation)?;
        (level > 0 && below % level == 0).then(|| below / level)
    }
}

/// Every way to lay a block of the notes over a document: for each of the
/// block's lines that is no elision and not blank, the line here, one of `printed`.
/// `same` says whether line `.0` of the notes is line `.1` here, taken by itself.
/// None where there are too many ways to look at.
pub fn embeddings(
    expected: &[Option<String>],
    block: Range<usize>,
    document: &Document,
    printed: &[String],
    same: impl Fn(usize, usize) -> bool,
) -> Option<Vec<Vec<usize>>> {
    let mut lines = Vec::new();
    let mut elided = false;
    let goes_on = expected
        .iter()
        .skip(block.end)
        .find(|line| line.as_deref() != Some(""))
        .is_some_and(Option::is_none);
    for index in block {
        match expected.get(index).and_then(Option::as_deref) {
            None => elided = true,
            Some("") => {}
            Some(text) => {
                lines.push(BlockLine {
                    index,
                    key: key_of(text),
                    shape: shape(text)?,
                    indentation: indentation(text),
                    after_elision: elided,
                    is_cut: false,
                });
                elided = false;
            }
        }
    }
    mark_cut(&mut lines);
    let flat = lines
        .iter()
        .all(|line| Some(line.indentation) == lines.first().map(|first| first.indentation));
    // What is cut out of a document does not begin with the bracket of one.
    let fragment = lines.first().is_some_and(|first| {
        let text = expected.get(first.index).and_then(Option::as_deref);
        first.after_elision || !text.is_some_and(|text| text.trim().starts_with(['{', '[']))
    });
    let mut search = BlockSearch {
        lines: &lines,
        document,
        printed,
        same: &same,
        flat,
        to_the_end: !fragment && !goes_on,
        budget: BUDGET,
        found: Vec::new(),
    };
    let starts = if fragment {
        document.lines.clone()
    } else {
        document.lines.start..document.lines.start + 1
    };
    for start in starts {
        search.from(0, start, Vec::new(), &mut Vec::new())?;
    }
    Some(search.found)
}

/// Marks the lines that open a container of which no line shows the end: one that closes a
/// container is indented as far as the one that opens it.
fn mark_cut(lines: &mut [BlockLine<'_>]) {
    let mut open: Vec<usize> = Vec::new();
    for line in 0..lines.len() {
        match lines[line].shape {
            LineShape::Open => open.push(line),
            LineShape::Close => {
                let indentation = lines[line].indentation;
                let opener = open
                    .iter()
                    .rposition(|opener| lines[*opener].indentation == indentation);
                let within = opener.map_or(Vec::new(), |opener| open.split_off(opener));
                for cut in within.into_iter().skip(1) {
                    lines[cut].is_cut = true;
                }
            }
            LineShape::Whole | LineShape::Member => {}
        }
    }
    for cut in open {
        lines[cut].is_cut = true;
    }
}

struct BlockSearch<'s, F> {
    lines: &'s [BlockLine<'s>],
    document: &'s Document,
    printed: &'s [String],
    same: &'s F,
    flat: bool,
    to_the_end: bool,
    budget: usize,
    found: Vec<Vec<usize>>,
}

impl<F: Fn(usize, usize) -> bool> BlockSearch<'_, F> {
    /// Lays line `number` over line `place` and goes on from there; none when
    /// the budget is spent.
    fn from(
        &mut self,
        mut number: usize,
        mut place: usize,
        mut open: Vec<OpenContainer>,
        taken: &mut Vec<usize>,
    ) -> Option<()> {
        let mark = taken.len();
        loop {
            self.budget = self.budget.checked_sub(1)?;
            let Some(line) = self.lines.get(number) else {
                if !self.to_the_end || place == self.document.lines.end {
                    self.found.push(taken.clone());
                }
                break;
            };
            if number > 0 && line.after_elision && taken.len() > mark {
                self.after_elision(number, place, &open, taken)?;
                break;
            }
            if !self.document.lines.contains(&place) || !(self.same)(line.index, place) {
                break;
            }
            taken.push(place);
            match line.shape {
                LineShape::Open => {
                    if let Some(container) = open.last_mut() {
                        container.inner.get_or_insert(line.indentation);
                    }
                    open.push(OpenContainer {
                        actual: place,
                        indentation: line.indentation,
                        inner: None,
                        is_cut: line.is_cut,
                    });
                }
                LineShape::Close => {
                    open.pop();
                }
                LineShape::Whole | LineShape::Member => {
                    if let Some(container) = open.last_mut() {
                        container.inner.get_or_insert(line.indentation);
                    }
                }
            }
            number += 1;
            place += 1;
        }
        taken.truncate(mark);
        (self.found.len() <= EMBEDDINGS).then_some(())
    }

    /// Goes on behind an elision: in the container that is open, or where the
    /// indentation says that levels were elided.
    fn after_elision(
        &mut self,
        number: usize,
        from: usize,
        open: &[OpenContainer],
        taken: &mut Vec<usize>,
    ) -> Option<()> {
        let line = &self.lines[number];
        let mut open = open.to_vec();
        let closes = line.shape == LineShape::Close;
        let mut levels_elided = false;
        if !self.flat {
            while open.last().is_some_and(|container| {
                container.indentation > line.indentation
                    || (container.indentation == line.indentation && !closes)
            }) {
                open.pop();
            }
            levels_elided = open.last().is_some_and(|container| {
                let outer = match closes {
                    true => container.indentation,
                    false => container.inner(),
                };
                line.indentation > outer
            });
            self.behind_cut_containers(number, from, &open, taken)?;
        }
        let mut fits: Vec<usize> = (from..self.document.lines.end).collect();
        fits.retain(|&place| match open.last() {
            Some(container) if levels_elided => {
                self.document.is_inside(place, container.actual)
                    && self.document.parent(place) != Some(container.actual)
            }
            Some(container) => {
                self.document.parent(place) == Some(container.actual)
                    && self.document.closes(place) == closes
            }
            // Members of one level that the notes do not open themselves.
            None => self.flat || self.beside(number, place, taken),
        });
        self.at_each(number, &fits, &open, taken)
    }

    /// Lays line `number` over each of `places` that is the same, and goes on from there.
    fn at_each(
        &mut self,
        number: usize,
        places: &[usize],
        open: &[OpenContainer],
        taken: &mut Vec<usize>,
    ) -> Option<()> {
        for &place in places {
            self.budget = self.budget.checked_sub(1)?;
            if (self.same)(self.lines[number].index, place) {
                self.from(number, place, open.to_vec(), taken)?;
            }
        }
        Some(())
    }

    /// Goes on behind an elision that holds the end of the container which is `open`, where
    /// the notes show no end of it: as many levels deep as the indentation says. A key that
    /// stands so deep in the container itself is meant of that one.
    fn behind_cut_containers(
        &mut self,
        number: usize,
        from: usize,
        open: &[OpenContainer],
        taken: &mut Vec<usize>,
    ) -> Option<()> {
        let line = &self.lines[number];
        let cut = open.split_last().filter(|(last, _)| last.is_cut);
        let cut = cut.and_then(|(cut, outer)| Some((cut, outer, cut.levels_to(line.indentation)?)));
        let Some((cut, outer, levels)) = cut else {
            return Some(());
        };
        let closes = line.shape == LineShape::Close;
        let depth = self.document.depth(cut.actual) + levels + usize::from(closes);
        let is_in_it = |place: &usize| self.document.is_inside(*place, cut.actual);
        let as_deep = self.document.lines.clone();
        let as_deep = as_deep.filter(|place| self.document.depth(*place) == depth);
        let (own, behind): (Vec<usize>, Vec<usize>) = as_deep.partition(is_in_it);
        let has_key = |place: &usize| {
            let shown = self.printed.get(self.document.shown(*place));
            shown.and_then(|text| key_of(text)) == line.key
        };
        if line.key.is_some() && own.iter().any(has_key) {
            return Some(());
        }
        let behind: Vec<usize> = behind.into_iter().filter(|place| *place >= from).collect();
        self.at_each(number, &behind, outer, taken)
    }

    /// Whether line `number`, in no container that the notes open, is in the
    /// same one here as the line before it with its indentation.
    fn beside(&self, number: usize, place: usize, taken: &[usize]) -> bool {
        let line = &self.lines[number];
        let earlier = self.lines[..number]
            .iter()
            .zip(taken)
            .rev()
            .find(|(other, _)| other.indentation == line.indentation);
        earlier.is_none_or(|(other, at)| {
            other.shape == LineShape::Close
                || line.shape == LineShape::Close
                || self.document.parent(*at) == self.document.parent(place)
        })
    }
}

/// Up to so many mounts are tried in every order, which makes 24 texts of a line.
const MOUNTS: usize = 4;

/// The mounts of a container on one line in every order: Docker keeps them in a map
/// (moby `container/container.go`, `MountPoints`).
pub fn mounts_in_other_orders(line: &str, calls: &[ProgramCall]) -> Vec<String> {
    let prints = |call: &ProgramCall| {
        let template = call.template();
        call.does(Does::Inspects) && template.is_some_and(|text| text.contains("json .Mounts"))
    };
    let list = line
        .strip_prefix("[{")
        .and_then(|rest| rest.strip_suffix("}]"));
    let Some(list) = list.filter(|_| calls.iter().any(prints)) else {
        return Vec::new();
    };
    let mounts: Vec<&str> = list.split("},{").collect();
    if mounts.len() > MOUNTS {
        return Vec::new();
    }
    let mut orders = vec![Vec::new()];
    for _ in 0..mounts.len() {
        let longer = |order: &Vec<usize>| -> Vec<Vec<usize>> {
            let further = (0..mounts.len()).filter(|mount| !order.contains(mount));
            further
                .map(|mount| [order.as_slice(), &[mount]].concat())
                .collect()
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    let texts = orders.iter().map(|order| {
        let in_order: Vec<&str> = order.iter().map(|&mount| mounts[mount]).collect();
        format!("[{{{}}}]", in_order.join("},{"))
    });
    texts.filter(|text| text != line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = "[\n    {\n        \"Id\": \"a\",\n        \"State\": {\n            \"Running\": true,\n            \"Code\": 0\n        },\n        \"Config\": {\n            \"Running\": false,\n            \"Env\": [\n                \"A=1\",\n                \"B=2\"\n            ]\n        }\n    }\n]";

    fn ways(notes: &str) -> usize {
        let expected: Vec<Option<String>> = notes
            .lines()
            .map(|line| (line.trim() != "...").then(|| line.to_owned()))
            .collect();
        let actual: Vec<String> = DOCUMENT.lines().map(str::to_owned).collect();
        let document = Document::find(&actual, 0).unwrap();
        let [block] = &blocks(&expected)[..] else {
            panic!("one block of JSON")
        };
        let same = |line: usize, place: usize| {
            bare(expected[line].as_deref().unwrap()) == bare(&actual[place])
        };
        embeddings(&expected, block.clone(), &document, &actual, same)
            .unwrap()
            .len()
    }

    #[test]
    fn the_whole_document_is_itself_in_one_way() {
        assert_eq!(ways(DOCUMENT), 1);
        assert_eq!(ways(&DOCUMENT.replace("    ", "  ")), 1);
        assert_eq!(ways(&DOCUMENT.replace("    ", "")), 1);
    }

    #[test]
    fn a_missing_an_added_and_a_changed_member_are_told() {
        assert_eq!(ways(&DOCUMENT.replace("            \"Code\": 0\n", "")), 0);
        assert_eq!(ways(&DOCUMENT.replace("\"Code\": 0", "\"Code\": 1")), 0);
        assert_eq!(
            ways(&DOCUMENT.replace("\"A=1\",", "\"A=1\",\n                \"C=3\",")),
            0
        );
    }

    #[test]
    fn an_elision_stays_in_its_container() {
        assert_eq!(
            ways(
                "[\n    {\n...\n        \"State\": {\n            \"Running\": true,\n...\n        },\n...\n    }\n]"
            ),
            1
        );
        assert_eq!(
            ways(
                "[\n    {\n...\n        \"State\": {\n            ...\n            \"Running\": false,\n            ...\n        },\n...\n    }\n]"
            ),
            0
        );
        assert_eq!(
            ways("[\n    {\n...\n        \"Running\": true,\n...\n    }\n]"),
            0
        );
    }

    #[test]
    fn an_elision_may_take_whole_levels_where_the_indentation_says_so() {
        assert_eq!(
            ways("[\n    {\n...\n            \"Running\": false,\n...\n    }\n]"),
            1
        );
        assert_eq!(
            ways("[\n    {\n...\n            \"Running\": 3,\n...\n    }\n]"),
            0
        );
    }

    #[test]
    fn an_elision_may_hold_the_end_of_a_container_that_the_notes_cut() {
        let cut = "[\n    {\n        \"Id\": \"a\",\n        \"State\": {\n            \"Running\": true,\n            ...\n            \"Env\": [\n            ...";
        assert_eq!(ways(cut), 1);
        assert_eq!(ways(&format!("{cut}\n        }}\n        ...")), 0);
        let less_deep = cut.replace(
            "            ...\n            \"Env",
            "        ...\n        \"Env",
        );
        assert_eq!(ways(&less_deep), 0);
        // The container has this key itself.
        let of_another = cut.replace("\"Env\": [", "\"Running\": false,");
        assert_eq!(ways(&of_another), 0);
    }

    #[test]
    fn a_fragment_is_found_where_its_lines_follow_each_other() {
        assert_eq!(
            ways("\"State\": {\n    \"Running\": true,\n    \"Code\": 0"),
            1
        );
        assert_eq!(
            ways("\"State\": {\n    \"Running\": true,\n    \"Env\": ["),
            0
        );
        assert_eq!(ways("\"Id\": \"a\",\n\"Running\": true"), 0);
        assert_eq!(
            ways("    \"Env\": [\n        \"A=1\",\n        \"B=2\"\n    ]"),
            1
        );
    }
}
