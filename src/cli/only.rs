//! `--only`: which exercises a word on the command line means.
//!
//! ```text
//!     03-volumes/where-is-it   an ID, or what it was before; `*` stands for anything
//!     03-volumes               all of a note; its file, `03-volumes.md`, too
//!     notes/03-volumes.md:28   what stands at a line
//!     03-3                     the third of the note whose name begins with 03
//!     volume                   part of an ID or a title
//! ```
//!
//! The first of these that finds something holds.

use std::path::Path;

use crate::diagnostic::{Diagnostic, did_you_mean};
use crate::exercise::Exercise;

use super::CommandError;

/// The exercises that one of `wanted` means; all where none is wanted.
///
/// # Errors
/// Each of `wanted` that means nothing.
pub(super) fn only(
    exercises: Vec<Exercise>,
    wanted: &[String],
) -> Result<Vec<Exercise>, CommandError> {
    if wanted.is_empty() {
        return Ok(exercises);
    }
    let mut is_selected = vec![false; exercises.len()];
    let mut refusal = Vec::new();
    for wanted in wanted {
        let found = meant_by(wanted, &exercises);
        if found.is_empty() {
            refusal.push(nothing(wanted, &exercises));
        }
        for at in found {
            is_selected[at] = true;
        }
    }
    if !refusal.is_empty() {
        return Err(refusal);
    }
    let selected = exercises.into_iter().zip(is_selected);
    Ok(selected
        .filter_map(|(exercise, is_selected)| is_selected.then_some(exercise))
        .collect())
}

fn nothing(wanted: &str, exercises: &[Exercise]) -> Diagnostic {
    let ids = exercises.iter().map(|exercise| exercise.id.as_str());
    let help = match did_you_mean(wanted, ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`labbook list` shows all IDs, titles and lines".to_owned(),
    };
    let message = format!("no exercise has `{wanted}` as its ID, note or line, or in its title");
    Diagnostic::error(message).help(help)
}

/// The exercises that `wanted` means, by index.
fn meant_by(wanted: &str, exercises: &[Exercise]) -> Vec<usize> {
    let those = |is_meant: &dyn Fn(&Exercise) -> bool| -> Vec<usize> {
        let all = exercises.iter().enumerate();
        all.filter_map(|(at, exercise)| is_meant(exercise).then_some(at))
            .collect()
    };
    let lower = wanted.to_lowercase();
    let part = |text: &str| text.to_lowercase().contains(&lower);
    let ways = [
        those(&|exercise| fits(wanted, &exercise.id)),
        those(&|exercise| exercise.former.iter().any(|former| former == wanted)),
        those(&|exercise| {
            let is_file = !wanted.is_empty() && exercise.source.path().ends_with(Path::new(wanted));
            is_file || stem(exercise) == wanted
        }),
        at_line(wanted, exercises),
        at_place(wanted, exercises).into_iter().collect(),
        those(&|exercise| !lower.is_empty() && (part(&exercise.id) || part(&exercise.title))),
    ];
    let [id, former, of_note, ways @ ..] = ways;
    if !of_note.is_empty() {
        // A note without a heading has an exercise with the note's own name.
        return of_note;
    }
    let mut ways = [id, former].into_iter().chain(ways);
    ways.find(|found| !found.is_empty()).unwrap_or_default()
}

fn stem(exercise: &Exercise) -> String {
    let stem = exercise.source.path().file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// `notes/03.md:28`, as a file and a line.
pub(super) fn file_and_line(wanted: &str) -> Option<(&str, usize)> {
    let (file, line) = wanted.rsplit_once(':')?;
    Some((file, line.parse().ok()?))
}

/// What stands at the line of a file: the exercise one of whose steps does, else the
/// last that begins above.
fn at_line(wanted: &str, exercises: &[Exercise]) -> Vec<usize> {
    let Some((file, line)) = file_and_line(wanted) else {
        return Vec::new();
    };
    let of_file = exercises.iter().enumerate().filter(|(_, exercise)| {
        exercise.source.path().ends_with(Path::new(file)) && exercise.line <= line
    });
    let shows = |exercise: &Exercise| {
        let first = exercise.steps.first().is_some_and(|step| step.line <= line);
        let last = exercise.steps.last().is_some_and(|step| {
            let shown = step.expected.last().map_or(0, |expected| expected.line);
            shown.max(step.last_typed_line()) >= line
        });
        first && last
    };
    let found = of_file.max_by_key(|(_, exercise)| (shows(exercise), exercise.line));
    found.map(|(at, _)| at).into_iter().collect()
}

/// `03-3`: the third exercise of the note whose name begins with `03`.
fn at_place(wanted: &str, exercises: &[Exercise]) -> Option<usize> {
    let (note, number) = wanted.rsplit_once('-')?;
    let number: usize = number.parse().ok()?;
    let is_of_note = |exercise: &Exercise| {
        let stem = stem(exercise);
        let rest = stem.strip_prefix(note).map(|rest| rest.chars().next());
        !note.is_empty() && rest.is_some_and(|next| next.is_none_or(|next| !next.is_alphanumeric()))
    };
    let mut of_note = exercises
        .iter()
        .enumerate()
        .filter(|(_, exercise)| is_of_note(exercise));
    let first = of_note.clone().next()?.1.source.path();
    // What begins like two notes means neither.
    if of_note
        .clone()
        .any(|(_, exercise)| exercise.source.path() != first)
    {
        return None;
    }
    of_note.nth(number.checked_sub(1)?).map(|(at, _)| at)
}

/// Whether `pattern`, in which `*` stands for anything, is the ID.
fn fits(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| id.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{fits, meant_by};
    use crate::diagnostic::Source;
    use crate::exercise::{Exercise, discover};
    use crate::notes::Notes;

    #[test]
    fn a_star_stands_for_anything_and_nothing_else_does() {
        assert!(fits("volume", "volume"));
        assert!(!fits("volume", "volumes"));
        assert!(fits("note/*", "note/a-b"));
        assert!(fits("*b*d*", "abcd"));
        assert!(fits("a*", "a"));
        assert!(!fits("a*a", "a"));
        assert!(!fits("*x", "y"));
    }

    fn exercises() -> Vec<Exercise> {
        let note = |name: &str, questions: &[&str]| {
            let answer = "\n  - So.\n```\n$ docker ps\n```\n\n";
            let text: String = questions
                .iter()
                .map(|asked| format!("- {asked}{answer}"))
                .collect();
            Notes::read(&Source::new(name, format!("## D\n\n{text}"))).0
        };
        let long = "How does a container keep its data where it is removed?";
        let notes = [
            note("n/03-volumes.md", &[long, "Why volumes?"]),
            note("n/030.md", &["Why?"]),
            note("n/04.md", &["Volumes again?"]),
        ];
        discover(&notes, &[]).exercises
    }

    #[test]
    fn a_word_means_exercises_by_id_former_id_note_line_place_or_part() {
        let exercises = exercises();
        let ids: Vec<&str> = exercises
            .iter()
            .map(|exercise| exercise.id.as_str())
            .collect();
        assert_eq!(ids[0], "03-volumes/how-does-a-container");
        for (wanted, expected) in [
            (ids[0], vec![0]),
            (
                "03-volumes/how-does-a-container-keep-its-data-where-it-is-removed",
                vec![0],
            ),
            ("03-volumes", vec![0, 1]),
            ("n/03-volumes.md", vec![0, 1]),
            ("04", vec![3]),
            ("03-2", vec![1]),
            ("03-3", vec![]),
            ("03-0", vec![]),
            ("03-volumes.md:3", vec![0]),
            ("n/03-volumes.md:6", vec![0]),
            ("03-volumes.md:9", vec![1]),
            ("3-volumes.md:9", vec![]),
            ("VOLUMES AGAIN", vec![3]),
            ("*/why*", vec![1, 2]),
            ("", vec![]),
            ("nothing", vec![]),
        ] {
            assert_eq!(meant_by(wanted, &exercises), expected, "{wanted}");
        }
    }
}
