//! Where two runs' texts of one line differ, and what that tells.
//!
//! ```text
//!     [1] 185                [1] 41187                  a process number
//!     /tmp/out.kPcLmD        /tmp/out.eW3zQa            a word that was drawn
//!     exit code 77           exit code 46               nothing
//! ```

use std::ops::Range;

use super::signature::{Sides, Signature, drawn, is_clock, number};

/// A line as chunks, runs of the characters that words, numbers, paths and encoded
/// bytes are made of, with the gaps between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChunkedLine<'l> {
    /// The text.
    pub text: &'l str,
    /// The chunks, in order.
    pub chunks: Vec<Range<usize>>,
}

fn is_of_chunk(character: char) -> bool {
    character.is_alphanumeric() || "-/+=_".contains(character)
}

/// Whether `text` is made of digits alone.
pub(super) fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl<'l> ChunkedLine<'l> {
    /// Takes `text` apart.
    pub(super) fn of(text: &'l str) -> Self {
        let mut chunks: Vec<Range<usize>> = Vec::new();
        for (at, character) in text.char_indices() {
            if !is_of_chunk(character) {
                continue;
            }
            let end = at + character.len_utf8();
            match chunks.last_mut() {
                Some(last) if last.end == at => last.end = end,
                _ => chunks.push(at..end),
            }
        }
        let mut line = Self { text, chunks };
        line.join_hundredths();
        line
    }

    /// `6258.35` is one number; `172.17.0.2` is none.
    fn join_hundredths(&mut self) {
        let mut at = 0;
        while at + 1 < self.chunks.len() {
            let (whole, part) = (self.chunks[at].clone(), self.chunks[at + 1].clone());
            let joined = &self.text[whole.end..part.start] == "."
                && part.len() == 2
                && is_number(&self.text[whole.clone()])
                && is_number(&self.text[part.clone()])
                && !self.text[..whole.start].ends_with('.')
                && !self.text[part.end..].starts_with('.');
            if joined {
                self.chunks[at] = whole.start..part.end;
                self.chunks.remove(at + 1);
            }
            at += 1;
        }
    }

    /// The text of chunk `index`.
    pub(super) fn chunk(&self, index: usize) -> &'l str {
        self.chunks
            .get(index)
            .and_then(|range| self.text.get(range.clone()))
            .unwrap_or_default()
    }

    /// The gap before chunk `index`; behind the last chunk, the rest.
    pub(super) fn gap(&self, index: usize) -> Range<usize> {
        let before = index.checked_sub(1).and_then(|last| self.chunks.get(last));
        let start = before.map_or(0, |chunk| chunk.end);
        let end = self.chunks.get(index).map_or(self.text.len(), |c| c.start);
        start..end
    }
}

/// Whether two gaps before chunk `index` are the same: white space as a layout has it.
pub(super) fn same_gap(index: usize, one: &str, other: &str) -> bool {
    let blank = |gap: &str| gap.bytes().all(|byte| byte == b' ');
    let both_stand = index == 0 || one.is_empty() == other.is_empty();
    one == other || (blank(one) && blank(other) && both_stand)
}

/// A part of a chunk in which two runs differ as their machines do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DifferingPart {
    /// The chunk, from 0.
    pub chunk: usize,
    /// How many words of the chunk stand before it, or how many bytes for a drawn word.
    pub before: usize,
    /// How many bytes of the chunk stand behind it, for a drawn word.
    pub after: usize,
    /// What tells that it is the machine's.
    pub signature: Signature,
    /// Where it is in this run's line.
    pub own: Range<usize>,
    /// Where it is in the other run's.
    pub other: Range<usize>,
}

impl DifferingPart {
    /// Where it is in `line`, at chunk `chunk` of it; none where the chunk is another one.
    pub(super) fn range_in(
        &self,
        line: &ChunkedLine,
        own: &ChunkedLine,
        chunk: usize,
    ) -> Option<Range<usize>> {
        let there = line.chunks.get(chunk)?.clone();
        let here = own.chunks.get(self.chunk)?.clone();
        if self.signature == Signature::Drawn {
            let (text, mine) = (&line.text[there.clone()], &own.text[here]);
            let before = mine.get(..self.before)?;
            let after = mine.get(mine.len().checked_sub(self.after)?..)?;
            let fits = text.len() >= self.before + self.after
                && text.starts_with(before)
                && text.ends_with(after);
            return fits.then(|| there.start + self.before..there.end - self.after);
        }
        let (theirs, mine) = (words(line.text, &there), words(own.text, &here));
        if theirs.len() != mine.len() {
            return None;
        }
        let (their, my) = (theirs.get(self.before)?.clone(), mine.get(self.before)?);
        // `if13`: the letters before a number are the same. In another line it may stand
        // elsewhere.
        let letters = self.own.start.checked_sub(my.start)?;
        let fits = line
            .text
            .get(their.clone())?
            .starts_with(own.text.get(my.start..self.own.start)?);
        fits.then_some(their.start + letters..their.end)
    }
}

/// What differs between two runs' texts of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// What is the machine's.
    pub parts: Vec<DifferingPart>,
    /// The chunks that differ without being the machine's.
    pub unsettled: Vec<usize>,
}

/// What differs between `own` and `other`; none where they are not one line.
pub(super) fn difference(
    own: &ChunkedLine,
    other: &ChunkedLine,
    sides: &Sides,
) -> Option<Difference> {
    if own.chunks.len() != other.chunks.len() {
        return None;
    }
    let gaps_agree = (0..=own.chunks.len()).all(|index| {
        same_gap(
            index,
            &own.text[own.gap(index)],
            &other.text[other.gap(index)],
        )
    });
    if !gaps_agree {
        return None;
    }
    let mut difference = Difference::default();
    for index in 0..own.chunks.len() {
        let same = own.chunk(index) == other.chunk(index);
        // Two runs may fall into one second.
        if same && !is_clock(own.chunk(index), other.chunk(index), sides) {
            continue;
        }
        match parts_of_chunk(own, other, index, sides) {
            Some(parts) => difference.parts.extend(parts),
            None => difference.unsettled.push(index),
        }
    }
    Some(difference)
}

/// The parts in which the chunk differs; none where it differs elsewhere too.
fn parts_of_chunk(
    own: &ChunkedLine,
    other: &ChunkedLine,
    index: usize,
    sides: &Sides,
) -> Option<Vec<DifferingPart>> {
    numbers_of_chunk(own, other, index, sides).or_else(|| {
        let (here, there) = (own.chunks.get(index)?, other.chunks.get(index)?);
        let (mine, theirs) = (own.chunk(index), other.chunk(index));
        let (before, after) = around(mine, theirs);
        let core = |text: &str| Some(text.get(before..text.len() - after)?.to_owned());
        drawn(&core(mine)?, &core(theirs)?).then(|| {
            vec![DifferingPart {
                chunk: index,
                before,
                after,
                signature: Signature::Drawn,
                own: here.start + before..here.end - after,
                other: there.start + before..there.end - after,
            }]
        })
    })
}

fn numbers_of_chunk(
    own: &ChunkedLine,
    other: &ChunkedLine,
    index: usize,
    sides: &Sides,
) -> Option<Vec<DifferingPart>> {
    let mine = words(own.text, own.chunks.get(index)?);
    let theirs = words(other.text, other.chunks.get(index)?);
    let between = |text: &str, words: &[Range<usize>]| -> Vec<String> {
        words
            .windows(2)
            .map(|pair| text[pair[0].end..pair[1].start].to_owned())
            .collect()
    };
    if mine.len() != theirs.len() || between(own.text, &mine) != between(other.text, &theirs) {
        return None;
    }
    let mut parts = Vec::new();
    for (before, (my, their)) in mine.into_iter().zip(theirs).enumerate() {
        let (one, two) = (&own.text[my.clone()], &other.text[their.clone()]);
        if one == two && !is_clock(one, two, sides) {
            continue;
        }
        let letters = one.len() - one.trim_start_matches(char::is_alphabetic).len();
        let (signature, letters) = match number(one, two, sides) {
            Some(signature) => (signature, 0),
            None if two.get(..letters)? == &one[..letters] => {
                (number(&one[letters..], &two[letters..], sides)?, letters)
            }
            None => return None,
        };
        parts.push(DifferingPart {
            chunk: index,
            before,
            after: 0,
            signature,
            own: my.start + letters..my.end,
            other: their.start + letters..their.end,
        });
    }
    Some(parts)
}

/// The words of a chunk: runs of letters, digits and, in a number, its point.
fn words(text: &str, chunk: &Range<usize>) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let inside = text.get(chunk.clone()).unwrap_or_default();
    for (at, character) in inside.char_indices() {
        if !(character.is_alphanumeric() || character == '.') {
            continue;
        }
        let at = chunk.start + at;
        let end = at + character.len_utf8();
        match words.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => words.push(at..end),
        }
    }
    words
}

/// How many bytes at the beginning and at the end two chunks share, up to a separator.
fn around(one: &str, other: &str) -> (usize, usize) {
    let separator = |byte: &u8| b"-/+=_".contains(byte);
    let mut before = 0;
    for (at, (my, their)) in one.bytes().zip(other.bytes()).enumerate() {
        if my != their {
            break;
        }
        if separator(&my) {
            before = at + 1;
        }
    }
    let mut after = 0;
    let pairs = one.bytes().rev().zip(other.bytes().rev()).enumerate();
    for (at, (my, their)) in pairs.take(one.len().min(other.len()) - before) {
        if my != their {
            break;
        }
        // The padding of encoded bytes is a part of them.
        if separator(&my) && my != b'=' {
            after = at + 1;
        }
    }
    (before, after)
}
