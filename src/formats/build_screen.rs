//! Lines of BuildKit's screen that the author's window cut off.
//!
//! ```text
//!      => [2/3] RUN mkdir /out && echo "version 1.2.3" > /out/app.t  0.4s
//!      => [3/3] WORKDIR /work                                        0.1s
//! ```
//!
//! BuildKit puts the time at the right edge, and cuts what would reach it without a mark
//! (buildkit `util/progress/progressui/display.go`). A line is cut where two blanks stand
//! before its time and the times of other lines stand in the same column.

use super::build::{ExpectedStep, without_frame};
use crate::pattern::pattern;

pattern! {
    TIMED = r"^ *(?:=> )+(?P<text>.*?)(?P<gap> +)[0-9]+\.[0-9]s$";
}

/// A line shorter than this would be cut in no window.
const LEAST: usize = 12;

/// The lines of `noted`, from 0, that a window cut off.
fn cut(noted: &[Option<&str>]) -> Vec<usize> {
    let width = |line: &str| line.chars().count();
    let timed: Vec<(usize, &str, usize)> = noted
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let found = TIMED.captures((*line)?)?;
            Some((index, (*line)?, found["gap"].len()))
        })
        .collect();
    let edge = timed.iter().map(|(_, line, _)| width(line)).max();
    let at_edge = timed
        .iter()
        .filter(|(_, line, _)| Some(width(line)) == edge);
    match at_edge.clone().count() {
        0 | 1 => Vec::new(),
        _ => at_edge
            .filter(|(_, _, gap)| *gap <= 2)
            .map(|(index, ..)| *index)
            .collect(),
    }
}

/// Completes in `lines`, what the notes' lines are compared by, what a window cut off, where
/// one alone of the `happened` events begins like it.
pub(super) fn complete(
    noted: &[Option<&str>],
    lines: &mut [(usize, ExpectedStep)],
    happened: &[(usize, String)],
) {
    let cut = cut(noted);
    for (line, step) in lines {
        let ExpectedStep::Counterparts(texts) = step else {
            continue;
        };
        let ([text], true) = (texts.as_mut_slice(), cut.contains(line)) else {
            continue;
        };
        let shown = noted[*line].map_or(0, |line| without_frame(line).chars().count());
        let mut like = happened
            .iter()
            .filter(|(_, event)| event.starts_with(&**text));
        if let (Some((_, whole)), None) = (like.next(), like.next())
            && shown >= LEAST
        {
            text.clone_from(whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_reaches_the_edge_is_cut() {
        let noted = [
            "[+] Building 1.4s (8/8) FINISHED",
            " => [internal] load .dockerignore      0.0s",
            " => [2/3] RUN mkdir /out && echo abc   0.4s",
            " => [2/3] RUN mkdir /out && echo abcd  0.4s",
            " => [3/3] WORKDIR /work   0.1s",
        ];
        let noted: Vec<Option<&str>> = noted.into_iter().map(Some).collect();
        assert_eq!(cut(&noted), [3]);
        assert!(cut(&noted[3..]).is_empty());
    }
}
