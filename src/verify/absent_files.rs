//! Files that the author's folder has, and that nothing in the notes makes or shows.
//!
//! ```text
//!     < Dockerfile >  FROM python         `app.py` is the author's, and the notes do not
//!                     COPY app.py /       have its text: no lab can build this
//! ```
//!
//! Where the notes make or show another file, the name may be a mistake of theirs.

use std::path::Path;

use crate::docker::ProgramCall;
use crate::exercise::Exercise;
use crate::pattern::pattern;
use crate::reason::{Reason, ReasonKind};
use crate::results::{ExerciseResult, StepResult};
use crate::session::Step;

use super::given::{could_concern, makes_no_file};
use super::granted::{Excused, excused_by};

pattern! {
    /// What a builder says of a file that is not in its context: the classic one, and BuildKit.
    NOT_THERE = concat!(
        r#"^(?:COPY|ADD) failed: .*\bstat (?P<classic>[^\s:]+): (?:file does not exist|no such file or directory)$"#,
        r#"|failed to (?:compute|calculate) .*"(?P<buildkit>/[^"]+)": not found$"#,
        r#"|(?:lstat|open) (?P<dockerfile>\S*[Dd]ockerfile[^\s:]*): no such file or directory$"#,
    );
}

/// The steps of `exercise` that failed in `run` as a file is not there that its notes take for
/// granted, with those that follow from it; none where there is none.
pub(super) fn excused(exercise: &Exercise, run: &ExerciseResult) -> Option<Excused> {
    excused_by(exercise, run, |number, step, result| {
        let absent = absent_from_build(step, result);
        let absent = absent.or_else(|| listed_alone(exercise, number, result));
        let file = absent.filter(|file| is_taken_for_granted(exercise, number, file))?;
        let text = format!(
            "line {}: the notes take the file {file} for granted: nothing in them makes it or shows it; write it under [files] in a manifest",
            step.line
        );
        Some(Reason::new(ReasonKind::TakenForGranted, text))
    })
}

/// The file that a build of `step` did not find, which its notes do not say.
fn absent_from_build(step: &Step, result: &StepResult) -> Option<String> {
    let builds = step.on_host() && ProgramCall::any_is_docker(&step.calls(), "build");
    let mut shown = step.expected.iter();
    if !builds || shown.any(|line| NOT_THERE.is_match(&line.text)) {
        return None;
    }
    let mut said = result.output.iter();
    let found = said.find_map(|line| NOT_THERE.captures(line.trim_end()))?;
    let names = ["classic", "buildkit", "dockerfile"].into_iter();
    let mut names = names.filter_map(|name| found.name(name));
    let path = names.next()?.as_str();
    let name = Path::new(path).file_name()?;
    Some(name.to_string_lossy().into_owned())
}

/// The one file that an `ls` of step `number` lists in the notes and not in this run, where
/// what stands below uses it.
fn listed_alone(exercise: &Exercise, number: usize, result: &StepResult) -> Option<String> {
    let step = &exercise.steps[number];
    let lists = |call: &ProgramCall| call.program == "ls" || call.program == "ll";
    if !step.on_host() || !step.calls().iter().all(lists) {
        return None;
    }
    let words = |lines: &mut dyn Iterator<Item = &str>| -> Vec<String> {
        lines
            .flat_map(str::split_whitespace)
            .map(str::to_owned)
            .collect()
    };
    let printed = words(&mut result.output.iter().map(String::as_str));
    let wrong = result.lines.iter().filter(|line| !line.ok);
    let noted = words(&mut wrong.filter_map(|line| line.expected.as_deref()));
    let below = &exercise.steps[number + 1..];
    let shown = below.iter().flat_map(|step| &step.expected);
    let texts = shown.map(|line| line.text.as_str());
    let texts = texts.chain(below.iter().filter_map(Step::command));
    let texts = texts.chain(exercise.files.iter().map(|file| file.contents.as_str()));
    let texts: Vec<&str> = texts.collect();
    let is_used = |name: &&String| texts.iter().any(|text| text.contains(name.as_str()));
    let mut absent = noted.iter().filter(|name| !printed.contains(name));
    let name = absent.next().filter(is_used)?;
    absent.next().is_none().then(|| name.clone())
}

/// Whether nothing in the notes makes `file`, and nothing above step `number` any other that may
/// be meant.
fn is_taken_for_granted(exercise: &Exercise, number: usize, file: &str) -> bool {
    let is_of_builder = |path: &Path| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        name.contains("dockerfile") || name.contains("compose") || name == ".dockerignore"
    };
    // Another Dockerfile may be the one that is meant.
    let is_dockerfile = |name: &str| name.to_lowercase().contains("dockerfile");
    let mut given = exercise.files.iter();
    let has_dockerfile = given.any(|file| is_dockerfile(&file.path.to_string_lossy()));
    if is_dockerfile(file) && has_dockerfile {
        return false;
    }
    let setup = exercise.setup.iter().map(String::as_str);
    let typed = exercise.steps[..number].iter().filter_map(Step::command);
    let mut earlier = setup.chain(typed);
    // What is made below was not there yet.
    let below = exercise.steps[number..].iter().filter_map(Step::command);
    let mut makers = below.filter(|command| !makes_no_file(command));
    if makers.any(|command| could_concern(Path::new(file), [command])) {
        return false;
    }
    exercise
        .files
        .iter()
        .all(|given| is_of_builder(&given.path))
        && !could_concern(Path::new(file), earlier.clone())
        && earlier.all(makes_no_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_builder_says_which_file_is_not_there() {
        for (line, file) in [
            (
                "COPY failed: file not found in build context or excluded by .dockerignore: stat app.py: file does not exist",
                "app.py",
            ),
            (
                "ADD failed: stat /var/lib/docker/tmp/docker-builder052/app.py: no such file or directory",
                "app.py",
            ),
            (
                "ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref a1::b2: \"/app.py\": not found",
                "app.py",
            ),
            (
                "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /home/kim/Dockerfile: no such file or directory",
                "Dockerfile",
            ),
        ] {
            let found = NOT_THERE.captures(line).unwrap();
            let names = ["classic", "buildkit", "dockerfile"];
            let path = names.iter().find_map(|name| found.name(name)).unwrap();
            assert!(path.as_str().ends_with(file), "{line}");
        }
        assert!(!NOT_THERE.is_match("COPY failed: no source files were specified"));
    }
}
