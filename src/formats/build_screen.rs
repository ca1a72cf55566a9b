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
    TIMED = r"^ *(?:=> )+.*?(?P<gap> +)[0-9]+\.[0-9]s$";
}

/// A beginning that is shorter tells too little.
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
    let at = |edge: usize| timed.iter().filter(move |(_, line, _)| width(line) == edge);
    let edges = timed.iter().map(|(_, line, _)| width(line));
    let Some(edge) = edges.max_by_key(|edge| (at(*edge).count(), *edge)) else {
        return Vec::new();
    };
    match at(edge).count() {
        1 => Vec::new(),
        _ => at(edge)
            .filter(|(_, _, gap)| *gap <= 2)
            .map(|(index, ..)| *index)
            .collect(),
    }
}

/// Completes in `lines`, what the notes' lines are compared by, what a window cut off, where
/// one alone of the `happened` events begins like it, or what was `printed` here does.
pub(super) fn complete(
    noted: &[Option<&str>],
    lines: &mut [(usize, ExpectedStep)],
    happened: &[(usize, String)],
    printed: &[String],
) {
    let cut = cut(noted);
    for (line, step) in lines {
        let ExpectedStep::Counterparts(texts) = step else {
            continue;
        };
        if texts.is_empty() && cut.contains(line) && begins(noted[*line], printed) {
            *step = ExpectedStep::OnlyThere;
            continue;
        }
        let ([text], true) = (texts.as_mut_slice(), cut.contains(line)) else {
            continue;
        };
        let shown = noted[*line].map_or(0, |line| without_frame(line).chars().count());
        let is_like = |(place, event): &&(usize, String)| {
            let printed = printed.get(*place..=*place).unwrap_or_default();
            event.starts_with(&**text) || begins(noted[*line], printed)
        };
        let mut like = happened.iter().filter(is_like);
        if let (Some((_, whole)), None) = (like.next(), like.next())
            && shown >= LEAST
        {
            text.clone_from(whole);
        }
    }
}

/// Whether a line of `printed` begins like the whole of `line`, but for its frame.
fn begins(line: Option<&str>, printed: &[String]) -> bool {
    let text = line.map_or("", without_frame);
    let mut printed = printed.iter().map(|line| without_frame(line));
    text.len() >= LEAST && printed.any(|other| other.starts_with(text))
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
