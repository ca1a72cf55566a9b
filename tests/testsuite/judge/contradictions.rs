//! Lines that could each hold, but not all of them: the report names which.

use labbook::judge::StepVerdict::{Failed, Passed};

use super::sentences::{judged, printed};

/// The lines that fail, by their numbers in the note, with what is said of each.
fn faults(transcript: &str, output: &str) -> Vec<(usize, String)> {
    let judgements = judged(transcript, &[printed(output, 0)]);
    let wrong = judgements[0].lines.iter().filter(|line| !line.ok);
    wrong
        .map(|line| (line.line, line.note.clone().unwrap_or_default()))
        .collect()
}

#[test]
fn a_name_too_many_or_too_few_in_a_row_is_named() {
    let transcript = "$ ls\nbin  dev  nosuch  etc";
    assert_eq!(
        faults(transcript, "bin  dev  etc"),
        [(5, "nosuch is not there in this run".to_owned())]
    );
    assert_eq!(
        faults("$ ls\nbin  etc", "bin  dev  etc  home"),
        [(
            5,
            "this run shows dev as well; this run shows home as well".to_owned()
        )]
    );
}

#[test]
fn names_that_every_language_sorts_alike_keep_their_order() {
    let verdict =
        |notes: &str, run: &str| judged(&format!("$ ls\n{notes}"), &[printed(run, 0)])[0].verdict;
    assert_eq!(verdict("bin  dev  etc", "bin  dev  etc"), Passed);
    assert_eq!(verdict("bin  dev\netc", "bin  dev  etc"), Failed);
    assert_eq!(verdict("bin  etc  dev", "bin  dev  etc"), Failed);
    assert_eq!(verdict("README  app  src", "app  README  src"), Passed);
    assert_eq!(verdict("a_b  ab", "ab  a_b"), Passed);
}

#[test]
fn a_wrong_value_in_json_is_the_only_line_that_fails() {
    let run = "[\n    {\n        \"State\": {\n            \"Status\": \"running\",\n            \"ExitCode\": 0,\n            \"Pid\": 7\n        },\n        \"Mounts\": [\n            {\n                \"Type\": \"bind\",\n                \"RW\": true\n            }\n        ],\n        \"Name\": \"/web\"\n    }\n]";
    let notes = "$ docker inspect web\n[\n    {\n        \"State\": {\n            \"Status\": \"running\",\n            \"ExitCode\": 3,\n            ...\n        },\n        \"Mounts\": [\n            {\n                \"Type\": \"bind\",\n                \"RW\": false\n            }\n        ],\n        ...\n    }\n]";
    let numbers: Vec<usize> = faults(notes, run)
        .into_iter()
        .map(|(line, _)| line)
        .collect();
    assert_eq!(numbers, [9, 15]);
}
