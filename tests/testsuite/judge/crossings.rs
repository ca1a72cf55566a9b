//! What one engine printed, taken for notes and judged on the others: it holds there, as it
//! is or in other words.
//!
//! A transcript is made of a record: what was typed, and what was printed.

use std::collections::{BTreeMap, BTreeSet};

use labbook::judge::StepVerdict::{self, Drifted, Failed, Passed, Unchecked};
use labbook::lab::Surroundings;

use super::sentences::{judged, one, printed, with_surroundings};
use super::support::{Record, complaints, in_parallel, records, steps, verdict};

/// What does not hold on another engine yet: the exercise, the engine of the notes, the one
/// that they are judged on, and the command.
fn open_rows() -> BTreeSet<[String; 4]> {
    let text = std::fs::read_to_string(records().join("crossings.tsv")).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let cells: Vec<String> = row.split('\t').map(str::to_owned).collect();
        cells.try_into().expect("a row of four cells")
    })
    .collect()
}

/// The transcript of a record.
fn transcript(record: &Record) -> String {
    let mut text = String::from("# Note\n\n```\n");
    for observation in &record.observations {
        let sent = observation.sent.as_deref().unwrap_or_default();
        text.push_str(&format!("$ {}\n", sent.replace('\n', "\n> ")));
        for line in &observation.output {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    text + "```\n"
}

/// The records of an exercise, by engine.
type Engines = BTreeMap<String, Record>;

fn exercises() -> Vec<(String, Engines)> {
    let folder = records().join("cross");
    let files = std::fs::read_dir(&folder).unwrap();
    let mut found: Vec<(String, Engines)> = files
        .map(|file| {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, serde_json::from_str(&text).unwrap())
        })
        .collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

#[test]
fn what_one_engine_printed_holds_on_the_others() {
    let exercises = exercises();
    assert!(exercises.len() > 50);
    let found = in_parallel(&exercises, |(name, engines)| {
        let mut failed = Vec::new();
        for (engine, record) in engines {
            let steps = steps(&transcript(record));
            assert_eq!(steps.len(), record.observations.len(), "{name} on {engine}");
            for (other, run) in engines {
                let judgements = super::support::judged(&steps, run);
                let drifts = verdict(&judgements) == Drifted;
                assert!(
                    engine != other || !drifts,
                    "{name} drifts on {engine} itself"
                );
                for (step, judgement) in steps.iter().zip(&judgements) {
                    if judgement.verdict == Failed {
                        let command = step.command().unwrap_or_default();
                        let row = [name, engine, other, command].map(str::to_owned);
                        failed.push((row, complaints(std::slice::from_ref(judgement))));
                    }
                }
            }
        }
        failed
    });
    let open = open_rows();
    let failed: BTreeMap<[String; 4], String> = found.into_iter().flatten().collect();
    let unknown = failed.iter().filter(|(row, _)| !open.contains(*row));
    let unknown: Vec<String> = unknown
        .map(|(row, why)| format!("{}\n{why}", row.join("\t")))
        .collect();
    assert!(unknown.is_empty(), "{}", unknown.join("\n"));
    let holds: Vec<&[String; 4]> = open
        .iter()
        .filter(|row| !failed.contains_key(*row))
        .collect();
    assert!(holds.is_empty(), "these hold now: {holds:?}");
}

const DOCKERFILE: &str =
    "$ printf 'FROM busybox\\nENV A=1\\nRUN mkdir /hi\\nCMD [\"true\"]\\n' > Dockerfile";
const LEGACY: &str = "Sending build context to Docker daemon  2.048kB
Step 1/4 : FROM busybox
 ---> 76c69feac34e
Step 2/4 : ENV A=1
 ---> Running in 1a1b2c3d4e5f
Removing intermediate container 1a1b2c3d4e5f
 ---> 2a4d3c2b1a0f
Step 3/4 : RUN mkdir /hi
 ---> Running in 3a1b2c3d4e5f
Removing intermediate container 3a1b2c3d4e5f
 ---> 4a4d3c2b1a0f
Step 4/4 : CMD [\"true\"]
 ---> Running in 5a1b2c3d4e5f
Removing intermediate container 5a1b2c3d4e5f
 ---> 6a4d3c2b1a0f
Successfully built 6a4d3c2b1a0f
Successfully tagged box:latest";

fn buildkit(cached: bool) -> String {
    let mark = if cached { "CACHED " } else { "" };
    format!(
        "[+] Building 1.0s (4/4) FINISHED        docker:default
 => [internal] load build definition from Dockerfile        0.0s
 => [1/2] FROM docker.io/library/busybox:latest        0.0s
 => {mark}[2/2] RUN mkdir /hi        0.4s
 => exporting to image        0.0s
 => => writing image sha256:{:064x}        0.0s
 => => naming to docker.io/library/box        0.0s",
        0xabc_def
    )
}

/// A build in the notes' words, and here.
fn built(notes: &str, run: &str) -> StepVerdict {
    let transcript = format!("{DOCKERFILE}\n$ docker build -t box .\n{notes}");
    judged(&transcript, &[printed("", 0), printed(run, 0)])[1].verdict
}

#[test]
fn a_build_of_the_legacy_builder_holds_on_buildkit_with_its_steps_as_they_are() {
    let run = buildkit(false);
    assert_eq!(built(LEGACY, &run), Drifted);
    for (line, wrong) in [
        // Numbers.
        ("Step 2/4 : ", "Step 2/9 : "),
        ("Step 2/4 : ", "Step 3/4 : "),
        // An instruction that no builder was given, and another place for one.
        ("ENV A=1", "ENV A=2"),
        ("Step 2/4 : ENV A=1", "Step 2/4 : CMD [\"true\"]"),
        ("Step 3/4 : RUN mkdir /hi", "Step 3/4 : RUN mkdir /ho"),
        // A cache that there cannot be: behind a step that ran.
        (
            " ---> Running in 5a1b2c3d4e5f\nRemoving intermediate container 5a1b2c3d4e5f",
            " ---> Using cache",
        ),
        (
            "Successfully tagged box:latest",
            "Successfully tagged bag:latest",
        ),
        // What is outside of a step that ran is shown by both.
        (
            "Successfully built 6a4d3c2b1a0f",
            "hello\nSuccessfully built 6a4d3c2b1a0f",
        ),
    ] {
        let notes = LEGACY.replace(line, wrong);
        assert_ne!(notes, LEGACY);
        assert_eq!(built(&notes, &run), Failed, "{wrong}");
    }
    let elided = LEGACY.replace("Step 2/4 : ENV A=1\n", "...\n");
    assert_eq!(built(&elided, &run), Drifted);
    assert_eq!(built(&elided.replace("/4 : ", "/9 : "), &run), Failed);
}

/// What BuildKit printed in plain progress; its steps from the cache come in any order.
const PLAIN: &str = "#0 building with \"default\" instance using docker driver

#1 [internal] load build definition from Dockerfile
#1 transferring dockerfile: 177B done
#1 DONE 0.0s

#4 [1/3] FROM docker.io/library/busybox:latest
#4 DONE 0.0s

#6 [3/3] RUN echo line; echo; echo oops >&2
#6 0.124 line
#6 0.124
#6 0.131 oops
#6 DONE 0.1s

#5 [2/3] RUN mkdir /hi
#5 CACHED

#7 exporting to image
#7 exporting layers 0.0s done
#7 writing image sha256:0133db9977b643cc1162542c61ba784fdadfce9f73aa1647c06cdec8975a6c7f done
#7 naming to docker.io/library/box done
#7 DONE 0.0s";

#[test]
fn the_output_of_steps_is_judged_in_plain_progress() {
    let file = "$ printf 'FROM busybox\\nRUN mkdir /hi\\nRUN echo line; echo; echo oops >&2\\n' > Dockerfile";
    let notes = "Sending build context to Docker daemon  2.048kB
Step 1/3 : FROM busybox
 ---> 76c69feac34e
Step 2/3 : RUN mkdir /hi
 ---> Running in 3a1b2c3d4e5f
Removing intermediate container 3a1b2c3d4e5f
 ---> 4a4d3c2b1a0f
Step 3/3 : RUN echo line; echo; echo oops >&2
 ---> Running in 5a1b2c3d4e5f
line

oops
Removing intermediate container 5a1b2c3d4e5f
 ---> 6a4d3c2b1a0f
Successfully built 6a4d3c2b1a0f
Successfully tagged box:latest";
    let built = |notes: &str, run: &str| {
        let transcript = format!("{file}\n$ docker build -t box .\n{notes}");
        judged(&transcript, &[printed("", 0), printed(run, 0)])[1].verdict
    };
    assert_eq!(built(notes, PLAIN), Drifted);
    assert_eq!(built(PLAIN, notes), Drifted);
    assert_eq!(built(PLAIN, PLAIN), Passed);
    for (text, wrong) in [
        ("\nline\n", "\nlion\n"),
        ("\nline\n", "\n"),
        ("\noops\n", "\noops\noops\n"),
        ("\nline\n\noops\n", "\noops\n\nline\n"),
        // Under another step.
        ("3a1b2c3d4e5f\nRemoving", "3a1b2c3d4e5f\nline\nRemoving"),
    ] {
        let notes = notes.replacen(text, wrong, 1);
        assert_eq!(built(&notes, PLAIN), Failed, "{wrong}");
    }
    for (text, wrong) in [("#6 0.124 line", "#6 0.124 lion"), ("#6 0.131 oops\n", "")] {
        let notes = PLAIN.replacen(text, wrong, 1);
        assert_eq!(built(&notes, PLAIN), Failed, "{wrong}");
    }
    // What a step printed is not shown where the notes have it from the cache.
    let ran =
        " ---> Running in 5a1b2c3d4e5f\nline\n\noops\nRemoving intermediate container 5a1b2c3d4e5f";
    let made = " ---> Running in 3a1b2c3d4e5f\nRemoving intermediate container 3a1b2c3d4e5f";
    let cached = notes
        .replace(ran, " ---> Using cache")
        .replace(made, " ---> Using cache");
    assert_eq!(built(&cached, PLAIN), Drifted);
}

#[test]
fn a_build_of_two_stages_is_judged_with_the_output_of_each() {
    let file = "$ printf 'FROM busybox AS one\\nRUN echo made one\\nFROM busybox\\nRUN echo in two\\nCOPY --from=one /etc/group /\\n' > Dockerfile";
    let notes = "Sending build context to Docker daemon  2.048kB
Step 1/5 : FROM busybox AS one
 ---> 76c69feac34e
Step 2/5 : RUN echo made one
 ---> Running in 3a1b2c3d4e5f
made one
Removing intermediate container 3a1b2c3d4e5f
 ---> 4a4d3c2b1a0f
Step 3/5 : FROM busybox
 ---> 76c69feac34e
Step 4/5 : RUN echo in two
 ---> Running in 5a1b2c3d4e5f
in two
Removing intermediate container 5a1b2c3d4e5f
 ---> 6a4d3c2b1a0f
Step 5/5 : COPY --from=one /etc/group /
 ---> 8a4d3c2b1a0f
Successfully built 8a4d3c2b1a0f
Successfully tagged two:latest";
    let run = "#0 building with \"default\" instance using docker driver

#4 [one 1/2] FROM docker.io/library/busybox:latest
#4 CACHED

#5 [stage-1 2/3] RUN echo in two
#5 0.160 in two
#5 DONE 0.2s

#6 [one 2/2] RUN echo made one
#6 0.184 made one
#6 DONE 0.2s

#7 [stage-1 3/3] COPY --from=one /etc/group /
#7 DONE 0.0s

#8 exporting to image
#8 writing image sha256:f6549028e1adb41f05ef0ec0a1451ccd1bb83e2acd55a48ac68118b7304035b1 done
#8 naming to docker.io/library/two done
#8 DONE 0.7s";
    let built = |notes: &str| {
        let transcript = format!("{file}\n$ docker build -t two .\n{notes}");
        judged(&transcript, &[printed("", 0), printed(run, 0)])[1].verdict
    };
    assert_eq!(built(notes), Drifted);
    let exchanged = notes
        .replace("\nmade one\n", "\n?\n")
        .replace("\nin two\n", "\nmade one\n")
        .replace("\n?\n", "\nin two\n");
    assert_eq!(built(&exchanged), Failed);
}

#[test]
fn a_folder_takes_space_in_the_containerd_store_only() {
    let history = |step: &str, size: &str| {
        format!(
            "IMAGE          CREATED         CREATED BY                                      SIZE      COMMENT\n\
             6a4d3c2b1a0f   2 minutes ago   {step:<47} {size:<9} buildkit.dockerfile.v0"
        )
    };
    let verdict = |store: &str, notes: (&str, &str), run: (&str, &str)| {
        let transcript = format!("$ docker history box\n{}", history(notes.0, notes.1));
        let surroundings = Surroundings {
            store: store.to_owned(),
            ..Surroundings::default()
        };
        let observations = [printed(&history(run.0, run.1), 0)];
        with_surroundings(&transcript, &surroundings, &observations)[0].verdict
    };
    let folder = "WORKDIR /app";
    let made = "RUN /bin/sh -c mkdir /app # buildkit";
    let written = "RUN /bin/sh -c echo hi > /app # buildkit";
    for step in [folder, made] {
        let (empty, counted) = ((step, "0B"), (step, "8.19kB"));
        assert_eq!(verdict("containerd", empty, counted), Drifted, "{step}");
        assert_eq!(verdict("overlay2", counted, empty), Drifted, "{step}");
        assert_eq!(verdict("containerd", counted, empty), Failed, "{step}");
        assert_eq!(verdict("overlay2", empty, counted), Failed, "{step}");
        assert_eq!(verdict("containerd", empty, (step, "1.2MB")), Failed);
    }
    for step in [written, "COPY a /app # buildkit", "ENV A=1"] {
        let (empty, counted) = ((step, "0B"), (step, "8.19kB"));
        assert_eq!(verdict("containerd", empty, counted), Failed, "{step}");
    }
}

#[test]
fn what_buildkit_keeps_is_nothing_that_a_legacy_build_leaves() {
    let table = |cache: &str| {
        format!(
            "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n\
             Local Volumes   0         0         0B        0B\nBuild Cache     {cache}"
        )
    };
    let (none, some) = (
        table("0         0         0B        0B"),
        table("8         0         402B      402B"),
    );
    let pruned = "Deleted build cache objects:\ne6t19qczcbwhu3coj45d15m3w\ngacafmv6fonrns2a7m0o4j3ey\n\nTotal reclaimed space: 402B";
    let nothing = "Total reclaimed space: 0B";
    let after = |build: &str, builder: &str, command: &str, notes: &str, run: &str| {
        let transcript =
            format!("{DOCKERFILE}\n$ docker build -t box .\n{build}\n$ {command}\n{notes}");
        let surroundings = Surroundings {
            builder: builder.to_owned(),
            ..Surroundings::default()
        };
        let built = match builder {
            "legacy" => LEGACY.to_owned(),
            _ => buildkit(false),
        };
        let observations = [printed("", 0), printed(&built, 0), printed(run, 0)];
        with_surroundings(&transcript, &surroundings, &observations)[2].verdict
    };
    for (command, none, some, verdict) in [
        ("docker system df", &*none, &*some, Drifted),
        // Of the one line that is left the builder decides, so that nothing is checked.
        ("docker system prune -f", nothing, pruned, Unchecked),
    ] {
        let (ours, theirs) = (LEGACY, buildkit(false));
        assert_eq!(after(ours, "buildkit", command, none, some), verdict);
        assert_eq!(after(&theirs, "legacy", command, some, none), verdict);
        assert_eq!(after(&theirs, "buildkit", command, none, some), Failed);
        assert_eq!(after(ours, "legacy", command, some, none), Failed);
    }
    // A quiet build does not show its builder.
    let quiet = |builder: &str, notes: &str, run: &str| {
        let surroundings = Surroundings {
            builder: builder.to_owned(),
            ..Surroundings::default()
        };
        let transcript = format!("$ docker build -q -t box . > id\n$ docker system df\n{notes}");
        let observations = [printed("", 0), printed(run, 0)];
        with_surroundings(&transcript, &surroundings, &observations)[1].verdict
    };
    assert_eq!(quiet("buildkit", &none, &some), Drifted);
    assert_eq!(quiet("legacy", &some, &none), Drifted);
    let more = some.replace("Build Cache     ", "Build Cache     1");
    assert_eq!(quiet("buildkit", &more, &some), Failed);
    let wrong = none.replace("Local Volumes   0", "Local Volumes   3");
    let df = "docker system df";
    assert_eq!(after(LEGACY, "buildkit", df, &wrong, &some), Failed);
}

#[test]
fn a_filter_that_buildkit_goes_past_leaves_a_part_of_a_legacy_build() {
    let end = "Successfully built 6a4d3c2b1a0f\nSuccessfully tagged box:latest";
    let verdict = |command: &str, notes: &str| {
        let transcript = format!("{DOCKERFILE}\n$ {command}\n{notes}");
        judged(&transcript, &[printed("", 0), printed(&buildkit(false), 0)])[1].verdict
    };
    let filtered = "docker build -t box . | tail -2";
    assert_eq!(verdict(filtered, end), Drifted);
    assert_eq!(verdict(filtered, &end.replace("box", "bag")), Failed);
    assert_eq!(verdict("docker build -t box .", end), Failed);
    // What shows the beginning and the end shows all.
    let passed_on = "docker build -t box . | tee log";
    assert_eq!(verdict(passed_on, LEGACY), Drifted);
    let gap = LEGACY.replace(
        "Step 3/4 : RUN mkdir /hi\n ---> Running in 3a1b2c3d4e5f\n\
         Removing intermediate container 3a1b2c3d4e5f\n ---> 4a4d3c2b1a0f\n",
        "",
    );
    assert_ne!(gap, LEGACY);
    assert_eq!(verdict(passed_on, &gap), Failed);
}

#[test]
fn the_output_of_a_step_is_that_of_its_command() {
    let built = |command: &str, notes: &str, run: &str| {
        let build = |output: &str| {
            format!(
                "Sending build context to Docker daemon  2.048kB\nStep 1/2 : FROM busybox\n ---> \
                 76c69feac34e\nStep 2/2 : RUN {command}\n ---> Running in 3a1b2c3d4e5f\n{output}\n\
                 Removing intermediate container 3a1b2c3d4e5f\n ---> 4a4d3c2b1a0f\nSuccessfully \
                 built 4a4d3c2b1a0f\nSuccessfully tagged box:latest"
            )
        };
        let transcript = format!(
            "$ printf 'FROM busybox\\nRUN {command}\\n' > Dockerfile\n$ docker build -t box .\n{}",
            build(notes)
        );
        let plain = format!(
            "#4 [1/2] FROM docker.io/library/busybox:latest\n#4 DONE 0.0s\n\n#5 [2/2] RUN {command}\n\
             #5 0.124 {run}\n#5 DONE 0.1s\n\n#6 exporting to image\n#6 writing image sha256:{:064x} \
             done\n#6 naming to docker.io/library/box done\n#6 DONE 0.0s",
            0xabc_def
        );
        let on =
            |output: &str| judged(&transcript, &[printed("", 0), printed(output, 0)])[1].verdict;
        (on(&build(run)), on(&plain))
    };
    let listed = |time: &str, size: &str| {
        format!("-rw-r--r--    1 root     root           {size} Nov 29 {time} Dockerfile")
    };
    let notes = listed("09:00", "121");
    assert_eq!(
        built("ls -l", &notes, &listed("17:41", "121")),
        (Passed, Drifted)
    );
    assert_eq!(
        built("ls -l", &notes, &listed("17:41", "122")),
        (Failed, Failed)
    );
    // A command that prints what it is given.
    assert_eq!(
        built("cat list", &notes, &listed("17:41", "121")),
        (Failed, Failed)
    );
}

#[test]
fn advice_about_a_dockerfile_is_given_by_newer_daemons_only() {
    let advice = "\n\n 1 warning found (use docker --debug to expand):\n - JSONArgsRecommended: JSON arguments recommended for CMD to prevent unintended behavior related to OS signals (line 4)";
    let notes = buildkit(false) + advice;
    let on = |server: &str, run: &str| {
        let transcript = format!("{DOCKERFILE}\n$ docker build -t box .\n{notes}");
        let surroundings = Surroundings {
            server: server.to_owned(),
            ..Surroundings::default()
        };
        let observations = [printed("", 0), printed(run, 0)];
        with_surroundings(&transcript, &surroundings, &observations)[1].verdict
    };
    assert_eq!(on("28.5.2", &notes), Passed);
    assert_eq!(on("28.5.2", &buildkit(false)), Failed);
    assert_eq!(on("26.1.5+dfsg1", &buildkit(false)), Drifted);
}

#[test]
fn a_build_of_buildkit_holds_on_the_legacy_builder_with_its_steps_as_they_are() {
    let notes = buildkit(false);
    assert_eq!(built(&notes, LEGACY), Drifted);
    for (line, wrong) in [
        ("[2/2]", "[2/3]"),
        ("[1/2]", "[2/2]"),
        ("mkdir /hi ", "mkdir /ho "),
    ] {
        assert_eq!(
            built(&notes.replace(line, wrong), LEGACY),
            Failed,
            "{wrong}"
        );
    }
}

#[test]
fn a_cache_that_the_exercise_filled_is_the_same_for_both_builders() {
    let again = |notes: &str, run: &str| {
        let transcript = format!(
            "{DOCKERFILE}\n$ docker build -t box .\n{LEGACY}\n$ docker build -t box .\n{notes}"
        );
        let observations = [
            printed("", 0),
            printed(&buildkit(false), 0),
            printed(run, 0),
        ];
        judged(&transcript, &observations)[2].verdict
    };
    let cached: String = LEGACY
        .lines()
        .filter(|line| !line.starts_with("Removing"))
        .map(|line| match line.starts_with(" ---> Running in") {
            true => " ---> Using cache\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    assert_eq!(again(&cached, &buildkit(true)), Drifted);
    assert_eq!(again(&cached, &buildkit(false)), Failed);
    assert_eq!(again(LEGACY, &buildkit(true)), Failed);
}

#[test]
fn a_loop_ends_with_done_on_both_builders() {
    let notes = LEGACY.replace("RUN mkdir /hi", "RUN for i in 1; do mkdir /hi; done");
    let run = buildkit(false).replace("RUN mkdir /hi", "RUN for i in 1; do mkdir /hi; done");
    let transcript = |notes: &str| format!("$ docker build -t box .\n{notes}");
    assert_eq!(one(&transcript(&notes), &run, 0), Drifted);
    let wrong = notes.replace("; done", "");
    assert_eq!(one(&transcript(&wrong), &run, 0), Failed);
}

#[test]
fn variables_that_no_step_uses_are_told_by_the_legacy_builder_alone() {
    let warned = |name: &str| {
        let line = format!("[Warning] One or more build-args [{name}] were not consumed\n");
        LEGACY.replace("Successfully built", &format!("{line}Successfully built"))
    };
    let verdict = |name: &str| {
        let transcript = format!(
            "$ docker build --build-arg OTHER=2 -t box .\n{}",
            warned(name)
        );
        one(&transcript, &buildkit(false), 0)
    };
    assert_eq!(verdict("OTHER"), Drifted);
    assert_eq!(verdict("ANOTHER"), Failed);
}

#[test]
fn two_versions_of_one_server_contradict_each_other() {
    let verdict = |info: &str, version: &str| {
        let transcript = format!(
            "$ docker info | grep 'Server Version'\n Server Version: {info}\n$ docker version --format '{{{{.Server.Version}}}}'\n{version}"
        );
        let observations = [printed(" Server Version: 28.5.2", 0), printed("28.5.2", 0)];
        judged(&transcript, &observations)[1].verdict
    };
    assert_eq!(verdict("28.5.2", "28.5.2"), Passed);
    assert_eq!(verdict("20.10.1", "20.10.1"), Drifted);
    assert_eq!(verdict("20.10.1", "23.0.1"), Failed);
}

#[test]
fn a_usage_is_the_commands_own() {
    let notes = |sentence: &str| {
        format!(
            "$ docker rm\n\"docker rm\" requires at least 1 argument.\nSee 'docker rm --help'.\n\nUsage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\n{sentence}"
        )
    };
    let run = "docker: 'docker rm' requires at least 1 argument\n\nUsage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\nSee 'docker rm --help' for more information";
    assert_eq!(
        one(&notes("Remove one or more containers"), run, 1),
        Drifted
    );
    assert_eq!(one(&notes("Remove one or more images"), run, 1), Failed);
}

#[test]
fn json_on_one_line_is_read_member_by_member_on_another_version() {
    let older = r#"{"Binds":null,"NetworkMode":"default","VolumesFrom":null,"Dns":[],"Runtime":"runc","ConsoleSize":[0,0],"Isolation":"","KernelMemory":0,"Memory":64}"#;
    let newer = r#"{"Binds":null,"NetworkMode":"bridge","VolumesFrom":null,"ConsoleSize":[200,1000],"Dns":[],"Runtime":"runc","Isolation":"","Memory":64}"#;
    let verdict = |notes: &str, run: &str| {
        one(
            &format!("$ docker inspect -f '{{{{json .HostConfig}}}}' box\n{notes}"),
            run,
            0,
        )
    };
    assert_eq!(verdict(older, newer), Drifted);
    assert_eq!(verdict(newer, older), Drifted);
    assert_eq!(verdict(newer, newer), Passed);
    assert_eq!(
        verdict(&newer.replace("[200,1000]", "[51,190]"), newer),
        Passed
    );
    assert_eq!(verdict(&older.replace("64", "32"), newer), Failed);
    assert_eq!(
        verdict(
            &older.replace("\"KernelMemory\":0", "\"KernelMemory\":7"),
            newer
        ),
        Failed
    );
    assert_eq!(
        verdict(&older.replace("\"default\"", "\"host\""), newer),
        Failed
    );
    assert_eq!(
        verdict(&newer.replace("[200,1000]", "[0,0]"), newer),
        Failed
    );
}

#[test]
fn a_layers_instruction_is_told_in_the_words_of_both_builders() {
    let verdict = |notes: &str, run: &str| {
        one(
            &format!("$ docker history --format '{{{{.CreatedBy}}}}' box\n{notes}"),
            run,
            0,
        )
    };
    for (legacy, newer) in [
        (r#"/bin/sh -c #(nop)  CMD ["true"]"#, r#"CMD ["true"]"#),
        ("/bin/sh -c #(nop) WORKDIR /app", "WORKDIR /app"),
        ("/bin/sh -c #(nop)  EXPOSE 8080", "EXPOSE [8080/tcp]"),
        ("/bin/sh -c echo hi", "RUN /bin/sh -c echo hi # buildkit"),
    ] {
        assert_eq!(verdict(legacy, newer), Drifted, "{newer}");
        assert_eq!(verdict(newer, legacy), Drifted, "{legacy}");
        let wrong = |text: &str| {
            text.replace("true", "false")
                .replace("app", "opt")
                .replace("8080", "80")
                .replace("hi", "ho")
        };
        assert_eq!(verdict(&wrong(legacy), newer), Failed, "{newer}");
        assert_eq!(verdict(&wrong(newer), legacy), Failed, "{legacy}");
    }
    assert_eq!(
        verdict("EXPOSE map[8080/tcp:{}]", "EXPOSE [8080/tcp]"),
        Drifted
    );
}

#[test]
fn what_a_template_cuts_off_stands_in_the_dockerfile() {
    let dockerfile = "FROM busybox\nCOPY app.txt /app/\nRUN echo a rather long text that is cut for certain > /f";
    let verdict = |option: &str, notes: &str, run: &str| {
        let transcript = format!(
            "$ cat > Dockerfile <<END\n{dockerfile}\nEND\n$ docker history {option}--format '{{{{.CreatedBy}}}}' box\n{notes}"
        );
        judged(&transcript, &[printed("", 0), printed(run, 0)])[1].verdict
    };
    let sum = "5269e7009e670f122ea4a289e35dd5b60684bc0c5bbf87077e4cb77354542992";
    let whole = format!("/bin/sh -c #(nop) COPY file:{sum} in /app/");
    for (option, legacy, newer) in [
        (
            "",
            "/bin/sh -c echo a rather long text that is c…",
            "RUN /bin/sh -c echo a rather long text that …",
        ),
        (
            "",
            "/bin/sh -c #(nop) COPY file:5269e7009e670f12…",
            "COPY app.txt /app/ # buildkit",
        ),
        ("--no-trunc ", &whole, "COPY app.txt /app/ # buildkit"),
    ] {
        assert_eq!(verdict(option, legacy, newer), Drifted, "{newer}");
        assert_eq!(verdict(option, newer, legacy), Drifted, "{legacy}");
        let wrong = |text: &str| {
            text.replace("rather long", "short")
                .replace("COPY", "ADD")
                .replace("/app/", "/opt/")
        };
        assert_eq!(verdict(option, &wrong(legacy), newer), Failed, "{newer}");
        assert_eq!(verdict(option, &wrong(newer), legacy), Failed, "{legacy}");
    }
    // The same builder sums up the files with their times.
    let other = whole.replace("5269e7", "7bbf0a");
    assert_eq!(verdict("--no-trunc ", &other, &whole), Passed);
    assert_eq!(
        verdict("--no-trunc ", &other.replace("file:", "dir:"), &whole),
        Failed
    );
}

#[test]
fn what_cannot_be_built_is_told_by_both_builders() {
    let verdict = |notes: &str, run: &str| {
        let legacy = "Sending build context to Docker daemon  2.048kB\n";
        let newer = "#0 building with \"default\" instance using docker driver\n\n#1 [internal] load build definition from Dockerfile\n#1 transferring dockerfile: 75B done\n#1 DONE 0.0s\n";
        let transcript = format!("$ docker build -t box box\n{legacy}{notes}");
        one(&transcript, &format!("{newer}{run}"), 1)
    };
    let solve = "ERROR: failed to build: failed to solve:";
    let daemon = "Error response from daemon:";
    for (legacy, newer, part) in [
        (
            "the Dockerfile (Dockerfile) cannot be empty",
            "the Dockerfile cannot be empty",
            "empty",
        ),
        (
            "failed to reach build target tset in Dockerfile",
            "target stage \"tset\" could not be found",
            "tset",
        ),
        (
            "no build stage in current context",
            "no build stage in current context",
            "stage",
        ),
        (
            "failed to parse Dockerfile: ENV must have two arguments",
            "ENV must have two arguments",
            "two",
        ),
        (
            "dockerfile parse error line 2: COPY requires at least two arguments",
            "dockerfile parse error on line 2: COPY requires at least two arguments",
            "line 2",
        ),
    ] {
        let [legacy, newer] = [format!("{daemon} {legacy}"), format!("{solve} {newer}")];
        assert_eq!(verdict(&legacy, &newer), Drifted, "{newer}");
        let wrong = legacy.replace(part, "1");
        assert_eq!(verdict(&wrong, &newer), Failed, "{wrong}");
    }
}

#[test]
fn layers_are_not_told_by_the_containerd_image_store() {
    let surroundings = |store: &str| Surroundings {
        store: store.to_owned(),
        builder: "buildkit".to_owned(),
        ..Surroundings::default()
    };
    let deleted = |count: usize| {
        let lines = (0..count)
            .map(|number| format!("Deleted: sha256:{:064x}\n", 0xabc_def0 + number * 7919));
        format!("Untagged: flat:1\n{}", lines.collect::<String>())
    };
    let verdict = |image: &str, shown: usize, here: usize, store: &str| {
        let transcript = format!(
            "$ docker import box.tar {image}\nsha256:{:064x}\n$ docker rmi flat:1\n{}",
            0xabc_def0,
            deleted(shown)
        );
        let observations = [
            printed(&format!("sha256:{:064x}", 0xabc_def0), 0),
            printed(&deleted(here), 0),
        ];
        with_surroundings(&transcript, &surroundings(store), &observations)[1].verdict
    };
    assert_eq!(verdict("flat:1", 2, 1, "containerd"), Drifted);
    assert_eq!(verdict("flat:1", 1, 2, "overlay2"), Drifted);
    assert_eq!(verdict("flat:1", 3, 2, "overlay2"), Failed);
    assert_eq!(verdict("flat:1", 1, 0, "containerd"), Failed);
    assert_eq!(verdict("other:1", 2, 1, "containerd"), Failed);
}

#[test]
fn what_the_containerd_image_store_counts_of_a_container_is_no_file_of_its_own() {
    const ID: &str = "0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b2c3d4e5f0a1b";
    let verdict = |store: &str, transcript: &str, run: &str| {
        let surroundings = Surroundings {
            store: store.to_owned(),
            ..Surroundings::default()
        };
        let observations = [printed(ID, 0), printed("", 0), printed(run, 0)];
        let transcript =
            format!("$ docker run -d --name web busybox true\n{ID}\n$ sleep 1\n{transcript}");
        with_surroundings(&transcript, &surroundings, &observations)[2].verdict
    };
    let prune = |store: &str, noted: &str, here: &str| {
        let output =
            |space: &str| format!("Deleted Containers:\n{ID}\n\nTotal reclaimed space: {space}");
        let transcript = format!("$ docker container prune -f\n{}", output(noted));
        verdict(store, &transcript, &output(here))
    };
    assert_eq!(prune("containerd", "0B", "4.096kB"), Drifted);
    assert_eq!(prune("overlay2", "4.096kB", "0B"), Drifted);
    assert_eq!(prune("overlay2", "0B", "4.096kB"), Failed);
    assert_eq!(prune("containerd", "0B", "8.192kB"), Failed);
    assert_eq!(prune("containerd", "4.096kB", "0B"), Failed);
    let sizes = |store: &str, noted: &str, here: &str| {
        let command = "$ docker ps -as --format '{{.Names}} {{.Size}}'\n";
        let transcript = format!("{command}web {noted} (virtual 40MB)");
        verdict(store, &transcript, &format!("web {here} (virtual 40MB)"))
    };
    assert_eq!(sizes("containerd", "0B", "4.1kB"), Passed);
    assert_eq!(sizes("overlay2", "4.1kB", "0B"), Passed);
    assert_eq!(sizes("containerd", "0B", "5.2MB"), Failed);
    assert_eq!(sizes("containerd", "5.2MB", "4.1kB"), Passed);
    assert_eq!(sizes("overlay2", "5.2MB", "0B"), Failed);
}

#[test]
fn a_container_has_the_driver_of_its_image_store_or_what_docker_29_has_instead() {
    let document = |driver: &str, end: &str| {
        format!(
            "[\n    {{\n        \"Driver\": \"{driver}\",\n        \"HostConfig\": {{\n            \"Binds\": null\n        }}{end}\n    }}\n]"
        )
    };
    let graph = |data: &str, name: &str| {
        format!(
            ",\n        \"GraphDriver\": {{\n            \"Data\": {data},\n            \"Name\": \"{name}\"\n        }}"
        )
    };
    let folders =
        "{\n                \"UpperDir\": \"/var/lib/docker/overlay2/0a/diff\"\n            }";
    let older = document("overlay2", &graph(folders, "overlay2"));
    let newer = document("overlayfs", &graph("null", "overlayfs"));
    let none = document("overlay2", "");
    let verdict = |noted: &str, here: &str| one(&format!("$ docker inspect web\n{noted}"), here, 0);
    assert_eq!(verdict(&older, &newer), Drifted);
    assert_eq!(verdict(&newer, &older), Drifted);
    assert_eq!(verdict(&none, &older), Failed);
    assert_eq!(verdict(&older, &none), Failed);
    let wrong = newer.replace("overlayfs", "btrfs");
    assert_eq!(verdict(&wrong, &older), Failed);
}

#[test]
fn what_the_machine_decides_of_a_container_is_told_by_no_command() {
    let verdict = |option: &str, noted: &str, here: &str| {
        let run = format!("docker run -d {option}--name web busybox true");
        let transcript =
            format!("$ {run} > /dev/null\n$ docker inspect web | grep CgroupnsMode\n{noted}");
        judged(&transcript, &[printed("", 0), printed(here, 0)])[1].verdict
    };
    let [private, host, other] = ["private", "host", "shared"]
        .map(|mode| format!("            \"CgroupnsMode\": \"{mode}\","));
    assert_eq!(verdict("", &private, &host), Drifted);
    assert_eq!(verdict("", &host, &private), Drifted);
    assert_eq!(verdict("", &other, &private), Failed);
    assert_eq!(verdict("--cgroupns host ", &private, &host), Failed);
}

#[test]
fn a_template_of_docker_info_tells_of_another_machine() {
    let verdict = |field: &str, noted: &str, here: &str| {
        let transcript = format!("$ docker info -f '{{{{.{field}}}}}'\n{noted}");
        one(&transcript, here, 0)
    };
    assert_eq!(verdict("Driver", "overlay2", "overlayfs"), Drifted);
    assert_eq!(verdict("CgroupDriver", "systemd", "cgroupfs"), Drifted);
    assert_eq!(verdict("CgroupVersion", "2", "1"), Drifted);
    assert_eq!(verdict("NCPU", "4", "2"), Passed);
    assert_eq!(verdict("MemTotal", "8589934592", "25276514304"), Passed);
    let system = "OperatingSystem";
    assert_eq!(
        verdict(system, "Ubuntu 22.04.3 LTS", "Docker Desktop"),
        Passed
    );
    assert_eq!(verdict("Driver", "overlay3", "overlayfs"), Failed);
    assert_eq!(verdict("CgroupVersion", "3", "1"), Failed);
    assert_eq!(verdict("NCPU", "0", "2"), Failed);
    assert_eq!(verdict("NCPU", "four", "2"), Failed);
    assert_eq!(verdict("OSType", "windows", "linux"), Failed);
    // Beside it may stand what the exercise makes.
    let both = "$ docker info -f '{{.NCPU}} {{.Containers}}'\n4 7";
    assert_eq!(one(both, "4 1", 0), Failed);
    let both = "$ docker info -f '{{.OperatingSystem}} {{.Containers}}'\nDebian 7";
    assert_eq!(one(both, "Debian 1", 0), Failed);
}

#[test]
fn the_mounts_of_a_template_have_no_order_and_are_all_there() {
    let verdict = |notes: &str| {
        let command =
            r#"docker inspect -f '{{range .Mounts}}{{.Type}} {{.Destination}}{{"\n"}}{{end}}' box"#;
        one(&format!("$ {command}\n{notes}"), "volume /b\nbind /a\n", 0)
    };
    assert_eq!(verdict("bind /a\nvolume /b\n"), Passed);
    assert_eq!(verdict("bind /a\nvolume /c\n"), Failed);
    assert_eq!(verdict("bind /a\n"), Failed);
}

#[test]
fn a_prune_keeps_volumes_with_a_name_since_docker_23() {
    let removed = "Deleted Volumes:\nmydata\n\nTotal reclaimed space: 12B";
    let kept = "Total reclaimed space: 0B";
    let listed = "DRIVER    VOLUME NAME\nlocal     mydata";
    let none = "DRIVER    VOLUME NAME";
    let verdicts = |server: &str, noted: [&str; 2], here: [&str; 2]| {
        let transcript = format!(
            "$ docker volume create mydata\nmydata\n$ docker volume prune -f\n{}\n$ docker volume ls\n{}\n$ echo end\nend",
            noted[0], noted[1]
        );
        let surroundings = Surroundings {
            server: server.to_owned(),
            client: "28.5.2".to_owned(),
            ..Surroundings::default()
        };
        let [prune, list] = here;
        let observations = ["mydata", prune, list, "end"].map(|output| printed(output, 0));
        let judged = with_surroundings(&transcript, &surroundings, &observations);
        [judged[1].verdict, judged[2].verdict]
    };
    let (older, newer) = ([removed, none], [kept, listed]);
    assert_eq!(verdicts("28.5.2", older, newer), [Drifted, Unchecked]);
    assert_eq!(verdicts("20.10.24", newer, older), [Drifted, Unchecked]);
    assert_eq!(verdicts("28.5.2", newer, newer), [Passed, Passed]);
    // What the older one keeps is in use there.
    assert_eq!(verdicts("20.10.24", older, newer)[0], Failed);
    assert_eq!(verdicts("28.5.2", [kept, none], newer), [Passed, Failed]);
}
