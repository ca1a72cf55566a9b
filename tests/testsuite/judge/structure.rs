//! JSON by structure, and tables in the layouts of several clients.

use labbook::judge::{How, JudgedExercise, Observation, StepJudgement, StepVerdict, judge};
use labbook::lab::Surroundings;

use super::support::{records, steps};

fn judged(command: &str, notes: &str, output: &str) -> StepJudgement {
    let steps = steps(&format!("# Structure\n\n```\n$ {command}\n{notes}\n```\n"));
    let observation = Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(0),
        prompt: Some("$".to_owned()),
        ..Observation::default()
    };
    judge(
        JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &Surroundings::default(),
        },
        &[observation],
    )
    .remove(0)
}

fn verdict(notes: &str, output: &str) -> StepVerdict {
    let judgement = judged("docker inspect box", notes, output);
    if judgement.verdict == StepVerdict::Failed {
        // Shown where a test fails.
        println!("{:?}", judgement.reason);
        for line in judgement.lines.iter().filter(|line| !line.ok) {
            println!("{line:?}");
        }
    }
    judgement.verdict
}

/// What `docker inspect box` printed on a real engine.
fn inspected(engine: &str) -> String {
    std::fs::read_to_string(records().join(format!("inspect.{engine}.txt"))).unwrap()
}

const ENGINES: [&str; 2] = ["bookworm", "forky"];

/// Another run's values of the same kinds.
fn another_run(text: &str) -> String {
    text.lines()
        .map(|line| {
            let time = line.contains("At\": \"2") || line.contains("Created\": \"");
            let pid = line.contains("\"Pid\": ");
            let line = if time {
                let key = line.split("\": \"").next().unwrap();
                format!("{key}\": \"2019-01-02T03:04:05.678Z\",")
            } else if pid {
                let key = line.split("\": ").next().unwrap();
                format!("{key}\": 4711,")
            } else {
                line.to_owned()
            };
            format!("{line}\n")
        })
        .collect()
}

#[test]
fn a_whole_document_holds_with_other_times_and_indentation() {
    for engine in ENGINES {
        let text = inspected(engine);
        assert_eq!(verdict(&text, &text), StepVerdict::Passed, "{engine}");
        assert_eq!(
            verdict(&text.replace("    ", "  "), &another_run(&text)),
            StepVerdict::Passed,
            "{engine}"
        );
    }
}

#[test]
fn every_line_of_a_whole_document_is_needed_and_none_may_be_added() {
    let text = inspected("bookworm");
    let lines: Vec<&str> = text.lines().collect();
    for index in (0..lines.len()).step_by(9) {
        let mut shorter = lines.clone();
        shorter.remove(index);
        let shorter = shorter.join("\n");
        assert_eq!(
            verdict(&shorter, &text),
            StepVerdict::Failed,
            "without {}",
            lines[index]
        );
        assert_eq!(
            verdict(&text, &shorter),
            StepVerdict::Failed,
            "with {}",
            lines[index]
        );
    }
}

#[test]
fn elisions_stand_for_members_and_levels_but_every_value_stays_in_its_place() {
    let state = "[\n    {\n...\n        \"State\": {\n            \"Status\": \"running\",\n            \"Running\": true,\n            ...\n            \"ExitCode\": 0,\n            ...\n        },\n...\n    }\n]";
    let deep = "[\n    {\n...\n            \"Env\": [\n                \"A=1\",\n...\n]";
    for engine in ENGINES {
        let text = inspected(engine);
        assert_eq!(verdict(state, &text), StepVerdict::Passed, "{engine}");
        assert_eq!(verdict(deep, &text), StepVerdict::Passed, "{engine}");
        for (from, to) in [
            ("\"ExitCode\": 0", "\"ExitCode\": 1"),
            ("\"Running\": true", "\"Running\": false"),
            ("\"State\"", "\"HostConfig\""),
            (
                "            \"ExitCode\": 0,\n            ...\n        },",
                "            ...\n        },\n        \"ExitCode\": 0,",
            ),
            ("\"Running\": true,\n            ...", "\"Running\": true,"),
        ] {
            let wrong = state.replace(from, to);
            assert_ne!(wrong, state);
            assert_eq!(verdict(&wrong, &text), StepVerdict::Failed, "{engine} {to}");
        }
        assert_eq!(
            verdict(&deep.replace("A=1", "A=2"), &text),
            StepVerdict::Failed
        );
    }
}

#[test]
fn a_fragment_cut_at_both_ends_embeds() {
    for engine in ENGINES {
        let text = inspected(engine);
        let lines: Vec<&str> = text.lines().collect();
        let at = lines
            .iter()
            .position(|line| line.trim() == "\"State\": {")
            .unwrap();
        let cut = lines[at..at + 6].join("\n");
        assert_eq!(verdict(&cut, &text), StepVerdict::Passed, "{engine}");
        assert_eq!(
            verdict(&cut.replace("\"Paused\": false", "\"Paused\": true"), &text),
            StepVerdict::Failed
        );
        let gap = [&lines[at..at + 2], &lines[at + 3..at + 6]]
            .concat()
            .join("\n");
        assert_eq!(verdict(&gap, &text), StepVerdict::Failed, "{engine}");
    }
}

#[test]
fn documents_behind_each_other_need_no_comma_between_them() {
    let asks = "docker inspect app | jq '.[0].Mounts[] | {Type, RW}'";
    let bind = "{\n  \"Type\": \"bind\",\n  \"RW\": false\n}";
    let volume = "{\n  \"Type\": \"volume\",\n  \"RW\": true\n}";
    let printed = format!("{volume}\n{bind}");
    let verdict = |notes: &str| judged(asks, notes, &printed).verdict;
    assert_eq!(verdict(&printed), StepVerdict::Passed);
    assert_eq!(verdict(&format!("{bind}\n{volume}")), StepVerdict::Passed);
    for wrong in [
        printed.replace("\"bind\"", "\"tmpfs\""),
        printed.replace("true", "false"),
        printed.replace("}\n{", "},\n{"),
        volume.to_owned(),
        format!("{printed}\n{bind}"),
        printed.replacen("\"volume\",", "\"volume\"", 1),
    ] {
        assert_eq!(verdict(&wrong), StepVerdict::Failed, "{wrong}");
    }
    // In one array they stand apart by commas.
    let array = format!(
        "[\n{},\n{}\n]",
        volume.replace('\n', "\n  "),
        bind.replace('\n', "\n  ")
    );
    let whole = |notes: &str| judged("docker inspect -f x app", notes, &array).verdict;
    assert_eq!(whole(&array), StepVerdict::Passed);
    assert_eq!(whole(&array.replace("},\n", "}\n")), StepVerdict::Failed);
}

#[test]
fn json_of_a_file_is_literal_to_its_indentation() {
    let text = "{\n    \"a\": 1\n}";
    assert_eq!(judged("cat f", text, text).verdict, StepVerdict::Passed);
    assert_eq!(
        judged("cat f", text, "{\n  \"a\": 1\n}").verdict,
        StepVerdict::Failed
    );
}

#[test]
fn no_labels_are_told_in_two_ways() {
    let older = "[\n    {\n        \"Driver\": \"local\",\n        \"Labels\": {},\n        \"Name\": \"data\",\n        \"Options\": {},\n        \"Scope\": \"local\"\n    }\n]";
    let newer = older.replace("{},", "null,");
    let inspect = |notes: &str, output: &str| judged("docker volume inspect data", notes, output);
    assert_eq!(inspect(older, &newer).verdict, StepVerdict::Drifted);
    assert_eq!(inspect(&newer, older).verdict, StepVerdict::Drifted);
    assert_eq!(
        inspect(older, &newer.replace("null", "{ \"a\": \"b\" }")).verdict,
        StepVerdict::Failed
    );
}

const NEW_LAYOUT: &str = "IMAGE          ID             DISK USAGE   CONTENT SIZE   EXTRA\nmine:1         2f1a3c4d5e6f        310MB          111MB    U\nmine:2         9f1a3c4d5e6f        310MB          111MB";

#[test]
fn images_in_the_newer_layout_are_judged_against_the_same_layout() {
    let list = |notes: &str, output: &str| {
        let steps = steps(&format!(
            "# Images\n\n```\n$ docker tag mine:1 mine:2\n$ docker images\n{notes}\n```\n"
        ));
        let printed = |text: &str| Observation {
            sent: None,
            output: text.lines().map(str::to_owned).collect(),
            exit: Some(0),
            prompt: Some("$".to_owned()),
            ..Observation::default()
        };
        judge(
            JudgedExercise {
                steps: &steps,
                setup: &[],
                files: Vec::new(),
                surroundings: &Surroundings::default(),
            },
            &[printed(""), printed(output)],
        )
        .remove(1)
    };
    let here = NEW_LAYOUT
        .replace("2f1a3c4d5e6f", "aaaaaaaaaaa1")
        .replace("310MB", "77.1MB");
    assert_eq!(list(NEW_LAYOUT, &here).verdict, StepVerdict::Passed);
    assert_eq!(
        list(NEW_LAYOUT, &here.replace("mine:2", "mine:3")).verdict,
        StepVerdict::Failed
    );
    assert_eq!(
        list(NEW_LAYOUT, &here.replace("   U", "    ")).verdict,
        StepVerdict::Failed
    );
    let old = "REPOSITORY   TAG   IMAGE ID       CREATED      SIZE\nmine         1     2f1a3c4d5e6f   2 days ago   310MB\nmine         2     9f1a3c4d5e6f   2 days ago   310MB";
    for (notes, output) in [(NEW_LAYOUT, old), (old, NEW_LAYOUT)] {
        assert_eq!(list(notes, output).verdict, StepVerdict::Drifted);
        for (what, other) in [
            ("mine", "mime"),
            ("2f1a3c4d5e6f", "9f1a3c4d5e6f"),
            ("310MB", "many"),
        ] {
            let judgement = list(notes, &output.replacen(what, other, 1));
            assert_eq!(judgement.verdict, StepVerdict::Failed, "{what} to {other}");
        }
        let all_but_one: Vec<&str> = output.lines().take(2).collect();
        assert_eq!(
            list(notes, &all_but_one.join("\n")).verdict,
            StepVerdict::Failed
        );
        let one_more = format!("{output}\n{}", output.lines().last().unwrap());
        assert_eq!(list(notes, &one_more).verdict, StepVerdict::Failed);
    }
    let with_legend = format!("{}i Info →   U  In Use\n\n{NEW_LAYOUT}", " ".repeat(60));
    assert_eq!(list(old, &with_legend).verdict, StepVerdict::Drifted);
    assert_eq!(list(NEW_LAYOUT, &with_legend).verdict, StepVerdict::Passed);
}

#[test]
fn a_document_that_is_elided_at_its_end_needs_no_more_members() {
    let here = "[\n    {\n        \"Id\": \"a\",\n        \"Name\": \"b\",\n        \"Tag\": \"c\"\n    }\n]";
    let notes = "[\n    {\n        \"Id\": \"a\",\n        \"Name\": \"b\",";
    let elided = format!("{notes}\n...");
    assert_eq!(
        judged("docker inspect box", &elided, here).verdict,
        StepVerdict::Passed
    );
    assert_eq!(
        judged("docker inspect box", notes, here).verdict,
        StepVerdict::Failed
    );
    let wrong = elided.replace("\"b\"", "\"x\"");
    assert_eq!(
        judged("docker inspect box", &wrong, here).verdict,
        StepVerdict::Failed
    );
}

#[test]
fn a_row_more_is_only_allowed_where_rows_are_elided() {
    let notes = "PID   USER   COMMAND\n1     root   init\n...\n9     root   sh";
    let row = |rows: &str| judged("ps", notes, &format!("PID   USER   COMMAND\n{rows}")).verdict;
    assert_eq!(
        row("1     root   init\n7     root   cron\n9     root   sh"),
        StepVerdict::Passed
    );
    assert_eq!(
        row("1     root   cron\n1     root   init\n9     root   sh"),
        StepVerdict::Failed
    );
    assert_eq!(
        row("1     root   init\n9     root   sh\n9     root   cron"),
        StepVerdict::Failed
    );
}

#[test]
fn what_docker_says_about_its_own_change_is_shown() {
    let notes = "Successfully built 03bc1dfb16a2\nSuccessfully tagged boxed:latest";
    let said =
        "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.";
    let judgement = judged(
        "docker build -t boxed .",
        &format!("...\n{notes}"),
        &format!(
            "{said}\n            Install the buildx component to build images with BuildKit:\n            https://docs.docker.com/go/buildx/\n\nStep 1/1 : FROM scratch\n{notes}"
        ),
    );
    assert_eq!(judgement.verdict, StepVerdict::Drifted);
    let first = &judgement.lines[0];
    assert_eq!(
        (first.expected.as_deref(), first.actual.as_deref()),
        (None, Some(said))
    );
    assert_eq!((first.how, first.ok), (How::Dialect, true));
}

/// What `docker inspect` printed about a container and about an image on three versions.
const DOCUMENTS: [(&str, &str); 2] = [
    ("container", "docker inspect web"),
    ("image", "docker image inspect shop"),
];

const VERSIONS: [&str; 3] = ["bookworm", "trixie", "forky"];

#[test]
fn what_one_version_shows_of_a_container_or_an_image_has_drifted_on_the_others() {
    for (document, command) in DOCUMENTS {
        for notes in VERSIONS {
            for run in VERSIONS {
                let [shown, printed] =
                    [notes, run].map(|one| inspected(&format!("{document}.{one}")));
                let verdict = judged(command, &shown, &printed).verdict;
                let expected = match notes == run {
                    true => StepVerdict::Passed,
                    false => StepVerdict::Drifted,
                };
                assert_eq!(verdict, expected, "{document} of {notes} on {run}");
            }
        }
    }
}

#[test]
fn a_wrong_member_fails_on_every_version() {
    let changes = [
        ("\"NetworkMode\": \"default\"", "\"NetworkMode\": \"host\""),
        ("\"NetworkMode\": \"bridge\"", "\"NetworkMode\": \"host\""),
        ("\"KernelMemory\": 0", "\"KernelMemory\": 5"),
        ("\"GwPriority\": 0", "\"GwPriority\": 1"),
        (
            "\"BlkioDeviceReadBps\": null",
            "\"BlkioDeviceReadBps\": [1]",
        ),
        ("\"Ulimits\": []", "\"Ulimits\": {}"),
        ("\"Privileged\": false", "\"Privileged\": true"),
        ("/proc/kcore", "/proc/core"),
        ("\"DriverOpts\": null", "\"DriverOpts\": {}"),
        ("\"User\": \"nobody\"", "\"User\": \"root\""),
        ("\"version\": \"2.0\"", "\"version\": \"3.0\""),
        ("\"Comment\": \"\"", "\"Comment\": \"mine\""),
        ("\"Tty\": false", "\"Tty\": true"),
        ("\"VirtualSize\": ", "\"VirtualSize\": -"),
    ];
    for (from, _) in changes {
        let mut documents = DOCUMENTS
            .iter()
            .flat_map(|(document, _)| VERSIONS.map(|one| inspected(&format!("{document}.{one}"))));
        assert!(documents.any(|text| text.contains(from)), "{from}");
    }
    for (document, command) in DOCUMENTS {
        for (notes, run) in VERSIONS
            .into_iter()
            .flat_map(|one| VERSIONS.map(|other| (one, other)))
        {
            let [shown, printed] = [notes, run].map(|one| inspected(&format!("{document}.{one}")));
            for (from, to) in changes.iter().filter(|(from, _)| shown.contains(from)) {
                let verdict = judged(command, &shown.replace(from, to), &printed).verdict;
                assert_eq!(verdict, StepVerdict::Failed, "{to}: {notes} on {run}");
            }
        }
    }
}
