//! What was printed since a step began: all of it, or its head and its tail.

use std::ops::Range;

use super::marks::{self, MarkSearch, MarkedShell, PromptMark};

/// How much of a step's head and of its tail is kept, in bytes each. A step
/// that prints more is cut in the middle, so that one that prints forever takes
/// bounded memory until its limit ends it.
pub(super) const KEPT: usize = 4 << 20;

/// The bytes of one step.
#[derive(Debug, Default)]
pub(super) struct StepBytes {
    bytes: Vec<u8>,
    /// Where the search for marks goes on.
    searched: usize,
    /// Where what was typed last is echoed.
    typed: usize,
    /// How many bytes were dropped between head and tail.
    dropped: u64,
}

impl StepBytes {
    /// Forgets everything up to the last mark: a new step begins.
    pub(super) fn begin(&mut self) {
        self.bytes.drain(..self.searched);
        self.bytes.shrink_to(KEPT);
        *self = Self {
            bytes: std::mem::take(&mut self.bytes),
            ..Self::default()
        };
    }

    /// Where new bytes go; [`StepBytes::bound`] has to be called after.
    pub(super) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// Drops the middle when there is too much. What has been searched for marks
    /// is dropped only, so that none is lost.
    pub(super) fn bound(&mut self) {
        let end = self.searched.min(self.bytes.len().saturating_sub(KEPT));
        if self.bytes.len() <= 3 * KEPT || end <= KEPT {
            return;
        }
        let dropped = end - KEPT;
        self.bytes.drain(KEPT..end);
        self.searched -= dropped;
        self.typed = if self.typed > KEPT {
            self.typed.saturating_sub(dropped).max(KEPT)
        } else {
            self.typed
        };
        self.dropped += dropped as u64;
    }

    /// Everything that is kept.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes were dropped.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Notes that something is typed now, which will be echoed from here on.
    pub(super) fn typing(&mut self) {
        self.typed = self.bytes.len();
    }

    /// Where what was typed last is echoed, at the earliest.
    pub(super) fn typed(&self) -> usize {
        self.typed
    }

    /// The next mark of one of `shells`; each is given once.
    pub(super) fn next_mark<'a, I>(&mut self, shells: I) -> Option<PromptMark>
    where
        I: Iterator<Item = &'a MarkedShell> + Clone,
    {
        match marks::find(&self.bytes, self.searched, shells.map(MarkedShell::key)) {
            MarkSearch::Found(mark) => {
                self.searched = mark.range.end;
                Some(mark)
            }
            MarkSearch::ResumeAt(offset) => {
                self.searched = offset;
                None
            }
        }
    }

    /// What came after the last mark.
    pub(super) fn rest(&self) -> &[u8] {
        &self.bytes[self.searched..]
    }

    /// The bytes of `range` in two parts when the middle of it was dropped.
    pub(super) fn parts(&self, range: Range<usize>) -> (&[u8], Option<&[u8]>) {
        let all = &self.bytes[range.start.min(range.end)..range.end];
        if self.dropped == 0 || !(range.start..range.end).contains(&KEPT) {
            return (all, None);
        }
        let (head, tail) = all.split_at(KEPT - range.start);
        (head, Some(tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_step_keeps_its_head_and_its_tail_in_bounded_memory() {
        let mut stream = StepBytes::default();
        for number in 0..4_000_000_u32 {
            stream
                .buffer()
                .extend_from_slice(format!("line {number}\n").as_bytes());
            if number % 5_000 == 0 {
                assert!(stream.next_mark(std::iter::empty()).is_none());
                stream.bound();
                assert!(stream.bytes().len() <= 3 * KEPT + (1 << 20));
            }
        }
        assert!(stream.dropped() > 0);
        let (head, tail) = stream.parts(0..stream.bytes().len());
        assert!(head.starts_with(b"line 0\nline 1\n"));
        assert!(tail.is_some_and(|tail| tail.ends_with(b"line 3999998\nline 3999999\n")));
    }

    #[test]
    fn a_short_step_is_kept_whole() {
        let mut stream = StepBytes::default();
        stream.buffer().extend_from_slice(b"hello\n");
        stream.bound();
        assert_eq!(stream.parts(0..6), (&b"hello\n"[..], None));
    }
}
