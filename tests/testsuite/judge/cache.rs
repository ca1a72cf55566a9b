//! What builds say of their cache, once the exercise itself has filled it.

use labbook::judge::StepVerdict::{self, Failed, Passed};

use super::sentences::{judged, printed};

const WRITES: &str =
    "$ printf 'FROM box\\nARG AGE=1\\nENV YEARS=$AGE\\nCMD [\"true\"]\\n' > Dockerfile";
const IMAGE: &str = "sha256:e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

/// A build whose two steps, an ARG and an ENV, come from the cache or not.
fn told(cached: [bool; 2]) -> String {
    let step = |number: usize, instruction: &str, cached: bool| {
        let how = match cached {
            true => " ---> Using cache\n".to_owned(),
            false => format!(
                " ---> Running in {number}{number}3456789abc\nRemoving intermediate container {number}{number}3456789abc\n"
            ),
        };
        format!("Step {number}/3 : {instruction}\n{how} ---> {number}a3456789abc\n")
    };
    format!(
        "Step 1/3 : FROM box\n ---> 0a3456789abc\n{}{}Successfully built 3a3456789abc",
        step(2, "ARG AGE=1", cached[0]),
        step(3, "ENV YEARS=$AGE", cached[1]),
    )
}

/// The last build after `before`, whose steps print nothing but `said`.
fn built(before: &[(&str, &str)], notes: &str, run: &str) -> StepVerdict {
    let mut transcript = String::new();
    let mut observations = Vec::new();
    for (step, said) in before {
        transcript.push_str(&format!("{step}\n"));
        observations.push(printed(said, 0));
    }
    transcript.push_str(&format!("$ docker build --build-arg AGE=2 .\n{notes}"));
    observations.push(printed(run, 0));
    judged(&transcript, &observations).pop().unwrap().verdict
}

#[test]
fn a_cache_that_the_exercise_filled_is_judged_for_every_instruction() {
    let quiet = format!("$ docker build -q .\n{IMAGE}");
    let elided = "$ docker build .\n...";
    let shown = format!("$ docker build .\n{}", told([false, false]));
    for (build, said) in [
        (quiet.as_str(), IMAGE),
        (elided, "anything"),
        (shown.as_str(), &told([false, false])),
    ] {
        let before = [(WRITES, ""), (build, said)];
        let run = told([true, false]);
        assert_eq!(built(&before, &run, &run), Passed, "{build}");
        assert_eq!(built(&before, &told([true, true]), &run), Failed, "{build}");
        assert_eq!(
            built(&before, &told([false, false]), &run),
            Failed,
            "{build}"
        );
    }
}

#[test]
fn what_was_in_the_cache_before_says_nothing_of_other_instructions_either() {
    let run = told([false, false]);
    for before in [
        &[(WRITES, "")][..],
        &[("$ docker build -q other", ""), (WRITES, "")],
        &[(WRITES, ""), ("$ docker images -q", "")],
    ] {
        assert_eq!(built(before, &told([true, true]), &run), Passed);
        assert_eq!(built(before, &run, &told([true, true])), Passed);
    }
}
