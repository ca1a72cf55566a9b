//! What builds say of their cache, once the exercise itself has filled it.

use labbook::judge::StepVerdict::{self, Failed, Passed};
use labbook::lab::Surroundings;

use super::sentences::{judged, printed, with_surroundings};

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

/// What `rmi` tells of an image whose steps have images too, and of one without.
fn deleted(image: &str, count: usize) -> String {
    let deleted =
        (0..count).map(|number| format!("Deleted: sha256:{:064x}", 0xabc_def0 + number * 7919));
    std::iter::once(format!("Untagged: {image}:latest"))
        .chain(deleted)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_images_of_steps_are_left_by_the_legacy_builder_alone() {
    let build = "$ docker build -t who .\nStep 1/2 : FROM busybox\n ---> 76c69feac34e\nStep 2/2 : RUN true\n ---> Running in 0a1b2c3d4e5f\nRemoving intermediate container 0a1b2c3d4e5f\n ---> 5e4d3c2b1a0f\nSuccessfully built 5e4d3c2b1a0f\nSuccessfully tagged who:latest";
    let frames = "#4 [1/2] FROM docker.io/library/busybox:latest\n#4 DONE 0.0s\n\n#5 [2/2] RUN true\n#5 DONE 0.2s\n\n#6 exporting to image\n#6 exporting layers done\n#6 naming to docker.io/library/who done\n#6 DONE 0.0s";
    let legacy = build.split_once('\n').unwrap().1;
    for (builder, built, image, shown, printed_here, verdict) in [
        ("buildkit", frames, "who", 4, 1, StepVerdict::Drifted),
        ("buildkit", frames, "who", 4, 0, StepVerdict::Failed),
        // Of an image that the exercise did not make all layers are the same.
        ("buildkit", frames, "nginx", 4, 1, StepVerdict::Failed),
        ("buildkit", frames, "nginx", 1, 4, StepVerdict::Failed),
        ("legacy", legacy, "who", 4, 4, StepVerdict::Passed),
        ("legacy", legacy, "who", 4, 1, StepVerdict::Failed),
        ("legacy", legacy, "who", 1, 4, StepVerdict::Failed),
    ] {
        let surroundings = Surroundings {
            builder: builder.to_owned(),
            ..Surroundings::default()
        };
        let transcript = format!("{build}\n$ docker rmi {image}\n{}", deleted(image, shown));
        let observations = [printed(built, 0), printed(&deleted(image, printed_here), 0)];
        let judgements = with_surroundings(&transcript, &surroundings, &observations);
        assert_eq!(
            judgements[1].verdict, verdict,
            "{builder}: {image} {shown} {printed_here}"
        );
    }
}

#[test]
fn no_base_comes_from_the_cache_and_no_step_behind_one_that_ran() {
    let run = told([false, false]);
    let first = |notes: &str| {
        let transcript = format!("$ docker build .\n{notes}");
        judged(&transcript, &[printed(&run, 0)])[0].verdict
    };
    // The machine of the notes may have built it before.
    assert_eq!(first(&told([true, true])), Passed);
    assert_eq!(first(&told([true, false])), Passed);
    assert_eq!(first(&told([false, true])), Failed);
    let base = "FROM box\n ---> 0a3456789abc";
    let cached = "FROM box\n ---> Using cache\n ---> 0a3456789abc";
    assert_eq!(first(&run.replace(base, cached)), Failed);
    let copied = told([false, false]).replace(
        " ---> Running in 223456789abc\nRemoving intermediate container 223456789abc\n",
        "",
    );
    let behind = copied.replace(
        " ---> Running in 333456789abc\nRemoving intermediate container 333456789abc\n",
        " ---> Using cache\n",
    );
    let copy = |text: &str| text.replace("ARG AGE=1", "COPY a .");
    let transcript = format!("$ docker build .\n{}", copy(&behind));
    let verdict = judged(&transcript, &[printed(&copy(&copied), 0)])[0].verdict;
    assert_eq!(verdict, Failed);
}
