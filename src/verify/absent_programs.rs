//! Programs of the host's shell that are not installed in the lab, and that no package brought.

use crate::exercise::Exercise;
use crate::formats::not_found::program_in;
use crate::reason::{Reason, ReasonKind};
use crate::results::ExerciseResult;
use crate::session::Step;

use super::granted::{Excused, excused_by};

/// The steps of `exercise` that failed in `run` as their program is not installed, with those
/// that follow from it; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    excused_by(exercise, run, |_, step, result| {
        let program = absent(step, &result.output).filter(|_| step.on_host())?;
        let text = format!(
            "line {}: {program} is not installed in the lab, and no package brought it; install it where the lab's daemon runs",
            step.line
        );
        Some(Reason::new(ReasonKind::TakenForGranted, text))
    })
}

/// The programs that `exercise` needs in its lab's shell: those that it calls there, but for
/// those that the notes show missing and those of which every lab has its own.
pub fn needed_programs(exercise: &Exercise) -> Vec<String> {
    /// A lab without sudo gets labbook's, and kubectl comes with a cluster.
    const OF_THE_LAB: [&str; 2] = ["sudo", "kubectl"];
    let mut needed = called_programs(exercise);
    needed.retain(|program| !OF_THE_LAB.contains(&program.as_str()));
    needed
}

/// The programs that `exercise` calls in its lab's shell, but for those that its notes show
/// missing.
pub(super) fn called_programs(exercise: &Exercise) -> Vec<String> {
    let on_host = exercise.steps.iter().filter(|step| step.on_host());
    let shown = on_host.filter_map(|step| {
        let lines = step.expected.iter().map(|line| line.text.as_str());
        not_found(step, lines)
    });
    let shown: Vec<String> = shown.collect();
    let called = exercise.programs.iter();
    let called = called.filter(|program| !shown.contains(program));
    called.cloned().collect()
}

/// The program of `step` that is not there by what it `printed`, and by nothing of the notes.
fn absent(step: &Step, printed: &[String]) -> Option<String> {
    let mut shown = step.expected.iter();
    if shown.any(|line| program_in(&line.text).is_some()) {
        return None;
    }
    not_found(step, printed.iter().map(String::as_str))
}

/// The program of `step` of which `lines` say that it is not there.
fn not_found<'l>(step: &Step, lines: impl IntoIterator<Item = &'l str>) -> Option<String> {
    let calls = step.calls();
    let named = |name: &str| calls.iter().any(|call| call.program == name);
    let mut said = lines.into_iter().filter_map(program_in);
    said.find(|name| named(name)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;
    use crate::{exercise, notes::Notes};

    #[test]
    fn a_lab_needs_the_programs_that_notes_call_and_do_not_show_missing() {
        let transcript = "$ sudo tree | wc -l\n3\n$ greet\nbash: greet: command not found\n$ docker run --rm busybox vi\n$ kubectl get pods\n";
        let text = format!("# Docker\n\n- How?\n  - So.\n\n```\n{transcript}```\n");
        let (notes, _) = Notes::parse(&Source::new("note.md", text)).expect("notes");
        let found = exercise::discover(&[notes], &[]).exercises;
        assert_eq!(needed_programs(&found[0]), ["docker", "tree", "wc"]);
    }
}
