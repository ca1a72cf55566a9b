//! Runs that are almost what the notes show: what is wrong must not pass, and
//! what only looks otherwise must.

use labbook::judge::{JudgedExercise, Observation, StepVerdict, judge};
use labbook::lab::Surroundings;

use super::support::steps;

/// The verdict of one command that printed `output` where the notes have `notes`.
fn verdict(command: &str, notes: &str, output: &str) -> StepVerdict {
    let steps = steps(&format!("# Hostile\n\n```\n$ {command}\n{notes}\n```\n"));
    let observation = Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(0),
        prompt: Some("$".to_owned()),
        ..Observation::default()
    };
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &Surroundings::default(),
    };
    judge(script, &[observation]).remove(0).verdict
}

fn all_fail(cases: &[(&str, &str, &str)]) {
    let passed: Vec<_> = cases
        .iter()
        .filter(|(command, notes, output)| verdict(command, notes, output) != StepVerdict::Failed)
        .collect();
    assert!(passed.is_empty(), "not failed: {passed:#?}");
}

fn all_pass(cases: &[(&str, &str, &str)]) {
    let failed: Vec<_> = cases
        .iter()
        .filter(|(command, notes, output)| verdict(command, notes, output) != StepVerdict::Passed)
        .collect();
    assert!(failed.is_empty(), "not passed: {failed:#?}");
}

const A: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
const B: &str = "0123456789ab3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

#[test]
fn an_id_is_as_long_as_the_notes_have_it_and_one_thing_everywhere() {
    let (a, b) = (&A[..12], &B[..12]);
    let cases = [
        (a.to_owned(), B[..13].to_owned()),
        (a.to_owned(), B.to_owned()),
        (A.to_owned(), b.to_owned()),
        (a.to_owned(), B[..11].to_owned()),
        (a.to_owned(), b.to_uppercase()),
        (format!("{a} {a}"), format!("{b} aaaaaaaaaaa1")),
        (format!("{a} aaaaaaaaaaa1"), format!("{b} {b}")),
        (format!("{A}\n{a}"), format!("{B}\nffff456789ab")),
        (format!("sha256:{A}"), B.to_owned()),
        (format!("{a} is up"), format!("{b} is  up")),
        (format!("{a}..."), b.to_owned()),
    ];
    for (notes, output) in &cases {
        all_fail(&[("docker logs web", notes, output)]);
    }
    let same = (format!("{A}\n{a}..."), format!("{B}\n{b}..."));
    all_pass(&[("docker logs web", &same.0, &same.1)]);
}

#[test]
fn files_and_folders_are_where_the_tree_shows_them() {
    let notes = ".\n|-- a\n|   `-- x\n`-- b\n    `-- x\n\n2 directories, 2 files";
    let moved = ".\n|-- a\n|   |-- x\n|   `-- x2\n`-- b\n\n2 directories, 2 files";
    let named = notes.replace("    `-- x", "    `-- y");
    let order = ".\n|-- b\n|   `-- x\n`-- a\n    `-- x\n\n2 directories, 2 files";
    let flat = ".\n|-- a\n|-- b\n|-- x\n`-- x\n\n2 directories, 2 files";
    let more = ".\n|-- a\n|   `-- x\n`-- b\n    |-- x\n    `-- y\n\n2 directories, 3 files";
    let root = notes.replacen('.', "b", 1);
    let linked = ".\n|-- a\n`-- l -> a/x\n\n1 directory, 1 file";
    let elsewhere = linked.replace("a/x", "a/y");
    let count = notes.replace("2 files", "3 files");
    let elided = ".\n|-- a\n...\n`-- b\n    `-- y\n\n2 directories, 2 files";
    all_fail(&[
        ("tree", notes, moved),
        ("tree", notes, &named),
        ("tree", notes, order),
        ("tree", notes, flat),
        ("tree", notes, more),
        ("tree", notes, &root),
        ("tree", linked, &elsewhere),
        ("tree", notes, &count),
        ("tree", elided, notes),
        ("tree", notes, &format!("{notes}\n\nand more")),
    ]);
    let id = |id: &str, other: &str| {
        format!(
            ".\n|-- {id}\n|   |-- diff\n|   `-- link\n`-- {other}\n    `-- diff\n\n2 directories, 3 files"
        )
    };
    let swapped = format!(
        ".\n|-- {B}\n|   `-- diff\n`-- {A}\n    |-- diff\n    `-- link\n\n2 directories, 3 files"
    );
    let other = B.replace('b', "d");
    all_pass(&[("tree", &id(A, B), &swapped)]);
    all_fail(&[(
        "tree",
        &id(A, B),
        &format!(".\n|-- {B}\n|   `-- diff\n`-- {other}\n    `-- diff\n\n2 directories, 2 files"),
    )]);
}

#[test]
fn json_says_the_same_under_the_same_key_in_the_same_order() {
    let notes = "[\n    {\n        \"Cmd\": [\n            \"a\",\n            \"b  c\"\n        ],\n        \"Memory\": 512,\n        \"Pid\": 0,\n        \"Up\": true,\n        \"At\": \"2024-03-01T10:00:00Z\"\n    }\n]";
    for (from, to) in [
        (
            "\"a\",\n            \"b  c\"",
            "\"b  c\",\n            \"a\"",
        ),
        ("b  c", "b c"),
        ("512", "513"),
        ("512", "\"512\""),
        ("512", "512.0"),
        ("\"Pid\": 0", "\"Pid\": 77"),
        ("true", "false"),
        ("\"Up\"", "\"up\""),
        ("2024-03-01T10:00:00Z", "0001-01-01T00:00:00Z"),
        ("2024-03-01T10:00:00Z", "yesterday"),
        ("\"Up\": true,\n        ", ""),
        (
            "\"Memory\": 512,\n        \"Pid\": 0,",
            "\"Pid\": 0,\n        \"Memory\": 512,",
        ),
        ("\"a\",", "\"a\",\n            \"a\","),
    ] {
        let output = notes.replace(from, to);
        assert_ne!(output, notes);
        all_fail(&[("docker inspect web", notes, &output)]);
        all_fail(&[("docker inspect web", &output, notes)]);
    }
    let twice = format!("{notes}\n{notes}");
    all_fail(&[
        ("docker inspect web", notes, &twice),
        ("docker inspect web", &twice, notes),
        ("docker inspect web", notes, &format!("warning\n{notes}")),
    ]);
}

#[test]
fn numbers_and_units_are_literal_where_no_column_says_otherwise() {
    all_fail(&[
        ("docker logs web", "12MB free", "13MB free"),
        ("docker logs web", "port 8080", "port 8081"),
        ("docker logs web", "version 1.25.3", "version 1.25.4"),
        ("docker logs web", "2024-03-01", "2024-03-02"),
        ("docker logs web", "50%", "51%"),
        ("docker logs web", "v0.12s", "v0.13s"),
        (
            "docker logs web",
            "2024-03-01 10:00:00 +0000 ERROR disk",
            "2024-03-01 10:00:00 +0000 INFO disk",
        ),
        (
            "docker logs web",
            "Fri Mar  1 10:00:00 WARN disk",
            "Fri Mar  1 10:00:00 disk",
        ),
        (
            "docker port web",
            "80/tcp -> 0.0.0.0:32768",
            "80/tcp -> 0.0.0.0:8080",
        ),
        (
            "docker port web",
            "80/tcp -> 0.0.0.0:8080",
            "80/tcp -> 0.0.0.0:32768",
        ),
        (
            "docker port web",
            "80/tcp -> 0.0.0.0:32768",
            "81/tcp -> 0.0.0.0:32769",
        ),
        ("docker logs web", "172.17.0.2", "8.8.8.8"),
        ("docker logs web", "8.8.8.8", "8.8.4.4"),
        ("docker logs web", "172.17.0.2", "172.17.0.2.9"),
        ("wc -l f", "3 f", "33 f"),
        (
            "awk x f",
            "NAME   SIZE\na      1MB",
            "NAME   SIZE\na      9MB",
        ),
        (
            "grep x f",
            "NAMES   STATUS\na_b     up",
            "NAMES   STATUS\nc_d     up",
        ),
        ("tail f", "{\n  \"a\": 1\n}", "{\n    \"a\": 1\n}"),
        (
            "docker images -q",
            "e56ac97ef60a\n76c69feac34e",
            "0123456789ab\n0123456789ab",
        ),
        (
            "docker system df",
            "TYPE      TOTAL     ACTIVE\nImages    3         1",
            "TYPE      TOTAL     ACTIVE\nImages    4         1",
        ),
        (
            "ls -l",
            "-rw-r--r-- 1 me me 6 Mar  3 09:14 a",
            "-rw-r--r-- 1 me me 66 Mar  3 09:14 a",
        ),
        (
            "ls -l",
            "-rw-r--r-- 1 me me 6 Mar  3 09:14 a  b",
            "-rw-r--r-- 1 me me 6 Mar  3 09:14 a b",
        ),
        (
            "ls -l",
            "lrwxrwxrwx 1 me me 6 Mar  3 09:14 l -> a",
            "lrwxrwxrwx 1 me me 6 Mar  3 09:14 l -> b",
        ),
        (
            "ls -l",
            "drwxr-xr-x 2 me me 6 Mar  3 09:14 d",
            "-rwxr-xr-x 2 me me 6 Mar  3 09:14 d",
        ),
        (
            "ls -l",
            "-rw-r--r-- 1 me me 6 Mar  3 09:14 a",
            "-rw-r--r-- 1 me me 6 yesterday a",
        ),
        (
            "ls -ld d",
            "drwxr-xr-x 2 me me 6 Mar  3 09:14 d",
            "drwxrwxrwx 2 me me 6 Mar  3 09:14 d",
        ),
        (
            "docker run --rm app cat token",
            "JBSWY3DPEHPK3PXPJBSWY3DPEH",
            "KBSWY3DPEHPK3PXPJBSWY3DPEH",
        ),
        ("cat key", "02:42:ac:11:00:02", "02:42:ac:11:00"),
        ("cat key", "02:42:ac:11:00:02", "02:42:ac:11:0:002"),
        ("ip link", "brd ff:ff:ff:ff:ff:ff", "brd 02:42:ac:11:00:02"),
        (
            "ip link",
            "ether 02:42:ac:11:00:02",
            "ether 00:00:00:00:00:00",
        ),
    ]);
}

#[test]
fn text_is_literal_in_every_script_and_width() {
    all_fail(&[
        ("cat f", "컨테이너", "컨테이네"),
        ("cat f", "가  나", "가 나"),
        ("cat f", "Ａ", "A"),
        ("cat f", "a\u{200b}b", "ab"),
        ("cat f", "naïve", "naive"),
        ("cat f", "a        b", "a       b"),
        ("cat f", " a", "a"),
        ("cat f", "Hello", "hello"),
        ("cat f", "a\n\n\nb", "a\n\nb"),
        ("cat f", "a b", "a\u{3000}b"),
        ("cat f", &"x".repeat(100_000), &"x".repeat(100_001)),
        ("cat f", "a", "a\n..."),
        ("cat f", "a", "a\n... 생략 ..."),
        ("cat f", "a", "$ a"),
        ("cat f", "a\nb", "a\n$ \nb"),
    ]);
    all_pass(&[
        ("cat f", "a\tb", "a       b"),
        ("cat f", "가\tb", "가      b"),
        ("cat f", "가나다라\tb", "가나다라        b"),
        ("cat f", "a   ", "a"),
        ("cat f", "a\u{a0}b", "a b"),
        ("cat f", &"가".repeat(50_000), &"가".repeat(50_000)),
        ("cat f", "a\n...\nz", "a\n...\nz"),
    ]);
}

#[test]
fn a_row_is_judged_cell_by_cell() {
    let header = "CONTAINER ID   IMAGE     STATUS                     PORTS     NAMES";
    let command = "docker ps -a; : web busybox";
    let row = "e56ac97ef60a   busybox   Exited (3) 2 seconds ago             web";
    let notes = format!("{header}\n{row}");
    for (from, to) in [
        ("(3)", "(4)"),
        ("Exited (3) 2 seconds ago", "Up 2 seconds            "),
        ("Exited (3) 2 seconds ago", "Created                 "),
        ("         web", "80/tcp   web"),
        ("web", "api"),
        ("busybox", "busybix"),
        ("e56ac97ef60a", "e56ac97ef60"),
        ("2 seconds ago", "2 seconds    "),
    ] {
        let output = format!("{header}\n{}", row.replace(from, to));
        all_fail(&[(command, &notes, &output), (command, &output, &notes)]);
    }
    let second = row.replace("e56ac97ef60a", "aaaaaaaaaaa1");
    let cases = [
        format!("{notes}\n{row}"),
        format!("{notes}\n{second}"),
        format!("{row}\n{header}"),
        format!("{notes}\n\n{row}"),
        format!("{notes}\nwarning"),
        format!("warning\n{notes}"),
        header.to_owned(),
    ];
    for output in &cases {
        all_fail(&[(command, &notes, output)]);
    }
}

#[test]
fn an_elision_takes_lines_and_nothing_of_what_stands_around() {
    all_fail(&[
        ("cat f", "a\n...\nb\n...\nc", "a\nc\nb"),
        ("cat f", "a\n...\na", "a"),
        ("cat f", "...\na\nb\n...", "a\nx\nb"),
        ("cat f", "a\n...", "x\na"),
        ("cat f", "...\na", "a\nx"),
        ("cat f", "a\n...\nb c", "a\nb  c"),
        ("cat f", "a ... b", "a x b"),
        ("cat f", "a...", "ab"),
        ("cat f", "...a", "ba"),
        ("ls", "a  b\n...\nc", "a  b"),
        (
            "docker images; : mine:1",
            "REPOSITORY   TAG   IMAGE ID       CREATED      SIZE\nmine         1     2f1a3c4d5e6f   2 days ago   3MB\n...",
            "REPOSITORY   TAG   IMAGE ID       CREATED      SIZE\nmine         2     2f1a3c4d5e6f   2 days ago   3MB",
        ),
        (
            "docker inspect web",
            "[\n    {\n        \"A\": 1,\n        ...\n        \"B\": 2\n    }\n]",
            "[\n    {\n        \"A\": 1,\n        \"C\": {\n            \"B\": 2\n        }\n    }\n]",
        ),
    ]);
}

#[test]
fn a_document_that_goes_on_behind_its_last_line_of_the_notes_is_elided_there() {
    let output = "[\n    {\n        \"Id\": \"a\",\n        \"State\": {\n            \"Up\": true\n        },\n        \"Name\": \"/web\",\n        \"Restarts\": 0,\n        \"Path\": \"sh\"\n    }\n]";
    let notes = "[\n    {\n        \"Id\": \"a\",\n...\n        \"Name\": \"/web\",\n        \"Restarts\": 0,\n...";
    all_pass(&[("docker inspect web", notes, output)]);
    all_fail(&[
        (
            "docker inspect web",
            notes.trim_end_matches("\n..."),
            output,
        ),
        (
            "docker inspect web",
            notes,
            &output.replace("\"Restarts\": 0,\n        ", ""),
        ),
    ]);
}

#[test]
fn the_memory_that_a_command_asks_for_is_held_under_a_template_too() {
    let command =
        "docker run -d -m 64m --name w x && docker stats --no-stream --format '{{.MemUsage}}' w";
    all_fail(&[(command, "1.2MiB / 64MiB", "1.3MiB / 128MiB")]);
    all_pass(&[(command, "1.2MiB / 64MiB", "1.3MiB / 64MiB")]);
}

#[test]
fn what_no_step_of_a_legacy_build_printed_is_not_its_output() {
    let kit = format!(
        "[+] Building 1.0s (6/6) FINISHED\n => [1/2] FROM docker.io/library/busybox  0.0s\n => [2/2] RUN ./test   0.0s\n => exporting to image   0.0s\n => => writing image sha256:{A}   0.0s\n => => naming to docker.io/library/x   0.0s"
    );
    let legacy = "Sending build context to Docker daemon  2.048kB\nStep 1/2 : FROM busybox\n ---> aaaaaaaaaaa1\nStep 2/2 : RUN ./test\n ---> Running in ccccccccccc3\nhello\nRemoving intermediate container ccccccccccc3\n ---> bbbbbbbbbbb3\nSuccessfully built bbbbbbbbbbb3\nSuccessfully tagged x:latest";
    let build = "docker build -t x .";
    assert_eq!(verdict(build, &kit, legacy), StepVerdict::Drifted);
    let before = legacy.replace("Step 1/2", "boom\nStep 1/2");
    let not_run = before.replace(" ---> Running in ccccccccccc3\n", "");
    all_fail(&[(build, &kit, &before), (build, &kit, &not_run)]);
    // Plain progress shows what a step prints: here it printed nothing.
    let plain = format!(
        "#4 [1/2] FROM docker.io/library/busybox\n#5 [2/2] RUN ./test\n#5 DONE 0.1s\n\n#6 exporting to image\n#6 writing image sha256:{A} done\n#6 naming to docker.io/library/x done"
    );
    all_fail(&[(build, &plain, legacy)]);
    let silent = legacy.replace("hello\n", "");
    assert_eq!(verdict(build, &plain, &silent), StepVerdict::Drifted);
}
