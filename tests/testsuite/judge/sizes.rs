//! Sizes: which are any, and which say something about each other.

use labbook::judge::StepVerdict::{self, Failed, Passed};

use super::sentences::{judged, one, printed};

#[test]
fn a_size_is_one_that_docker_prints() {
    let reclaimed = |size: &str| {
        let notes = format!("$ docker volume prune -f\nTotal reclaimed space: {size}");
        one(&notes, "Total reclaimed space: 2.5kB", 0)
    };
    for possible in [
        "1.2MB", "12 MB", "999MB", "1e+03kB", "1023MiB", "1.004MiB", "7B",
    ] {
        assert_eq!(reclaimed(possible), Passed, "{possible}");
    }
    for impossible in [
        "0.98MB", "1200MB", "1024MiB", "2.5B", "01MB", "1.2345MB", "1024B", "0.0B",
    ] {
        assert_eq!(reclaimed(impossible), Failed, "{impossible}");
    }
}

#[test]
fn nothing_is_no_size_like_any_other() {
    let history =
        "IMAGE          CREATED         CREATED BY                    SIZE      COMMENT\n";
    let containers = "CONTAINER ID   NAMES     SIZE\n";
    let space = "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n";
    for (command, header, nothing, something, other) in [
        (
            "docker history box",
            history,
            "0123456789ab   2 seconds ago   /bin/sh -c touch /a           0B        ",
            "0123456789ab   2 seconds ago   /bin/sh -c touch /a           5.24MB    ",
            "0123456789ab   2 seconds ago   /bin/sh -c touch /a           12kB      ",
        ),
        (
            "docker ps -s --filter name=web",
            containers,
            "0123456789ab   web       0B (virtual 12MB)",
            "0123456789ab   web       2B (virtual 12MB)",
            "0123456789ab   web       1.09kB (virtual 7MB)",
        ),
        (
            "docker system df",
            space,
            "Local Volumes   1         0         0B        0B",
            "Local Volumes   1         0         36B       36B (100%)",
            "Local Volumes   1         0         4kB       4kB (100%)",
        ),
        (
            "docker history --format '{{.CreatedBy}} {{.Size}}' box",
            "",
            "touch /a 0B",
            "touch /a 5.24MB",
            "touch /a 12kB",
        ),
        (
            "docker volume prune -f",
            "",
            "Total reclaimed space: 0B",
            "Total reclaimed space: 36B",
            "Total reclaimed space: 1.2kB",
        ),
    ] {
        let judged = |notes: &str, run: &str| {
            one(
                &format!("$ {command}\n{header}{notes}"),
                &format!("{header}{run}"),
                0,
            )
        };
        assert_eq!(judged(something, other), Passed, "{command}");
        assert_eq!(judged(nothing, nothing), Passed, "{command}");
        assert_eq!(judged(nothing, something), Failed, "{command}");
        assert_eq!(judged(something, nothing), Failed, "{command}");
    }
    let stats = "CONTAINER ID   NAME      NET I/O\n0123456789ab   web       0B / 0B";
    let busy = stats.replace("0B / 0B", "1.2kB / 0B");
    assert_eq!(
        one(
            &format!("$ docker stats --no-stream; : web\n{stats}"),
            &busy,
            0
        ),
        Passed
    );
}

const HEADER: &str = "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE";

/// Rows about `one` and `two`, each with its age and size, as they are listed.
fn listed(rows: [(&str, &str, &str); 2]) -> String {
    rows.iter()
        .fold(HEADER.to_owned(), |text, (name, age, size)| {
            let id = if *name == "one" {
                "1123456789ab"
            } else {
                "2123456789ab"
            };
            format!("{text}\n{name:<13}latest    {id}   {age:<16}{size}")
        })
}

/// The verdict of a list after `makes`, which gives both images their names.
fn list(makes: &str, notes: &str, run: &str) -> StepVerdict {
    let transcript = format!("{makes}\n$ docker images\n{notes}");
    let mut observations = vec![printed("", 0); makes.matches("$ ").count()];
    observations.push(printed(run, 0));
    judged(&transcript, &observations).pop().unwrap().verdict
}

const BUILT: &str = "$ printf 'FROM box\\nRUN make\\n' > Dockerfile\n$ docker build -qt one .\n...\n$ docker build -qt two .\n...";

#[test]
fn images_that_the_exercise_built_on_one_base_keep_the_order_of_their_sizes() {
    let sized = |one: &str, two: &str| {
        listed([("two", "2 seconds ago", two), ("one", "6 seconds ago", one)])
    };
    let run = sized("27MB", "5MB");
    assert_eq!(list(BUILT, &sized("922MB", "1.2MB"), &run), Passed);
    assert_eq!(list(BUILT, &sized("1.2MB", "922MB"), &run), Failed);
    assert_eq!(
        list(BUILT, &sized("1.2MB", "1.25MB"), &run),
        Passed,
        "nearly equal"
    );
    assert_eq!(
        list(BUILT, &sized("1.2MB", "922MB"), &sized("5.1MB", "5MB")),
        Passed
    );
    let other_base = BUILT.replace(
        "$ docker build -qt two",
        "$ echo FROM crate > Dockerfile\n$ docker build -qt two",
    );
    assert_eq!(list(&other_base, &sized("1.2MB", "922MB"), &run), Passed);
    let pulled = "$ docker pull -q one\n...\n$ docker pull -q two\n...";
    assert_eq!(list(pulled, &sized("1.2MB", "922MB"), &run), Passed);
    let tagged = "$ docker tag box one\n$ docker tag crate two\n$ docker images -q\n...";
    assert_eq!(list(tagged, &sized("1.2MB", "922MB"), &run), Passed);
}

#[test]
fn sizes_of_images_keep_their_order_however_they_are_listed() {
    type List = fn(&str, &str) -> String;
    let ways: [(&str, &str, List); 3] = [
        (
            "docker images --format '{{.Repository}} {{.Size}}' | grep one",
            "docker images --format '{{.Repository}} {{.Size}}' | grep two",
            |name, size| format!("{name} {size}"),
        ),
        (
            "docker images | grep one",
            "docker image ls | grep two",
            |name, size| {
                let id = if name == "one" { '1' } else { '2' };
                format!("{name:<13}latest    {id}123456789ab   2 days ago   {size}")
            },
        ),
        (
            "docker images one",
            "docker images two:latest",
            |name, size| {
                let id = if name == "one" {
                    "1123456789ab"
                } else {
                    "2123456789ab"
                };
                format!("{HEADER}\n{name:<13}latest    {id}   2 days ago      {size}")
            },
        ),
    ];
    for (first, second, list) in ways {
        let verdict = |one: &str, two: &str| {
            let transcript = format!(
                "{BUILT}\n$ {first}\n{}\n$ {second}\n{}",
                list("one", one),
                list("two", two)
            );
            let mut observations = vec![printed("", 0); 3];
            observations.push(printed(&list("one", "27MB"), 0));
            observations.push(printed(&list("two", "5MB"), 0));
            judged(&transcript, &observations).pop().unwrap().verdict
        };
        assert_eq!(verdict("922MB", "1.2MB"), Passed, "{first}");
        assert_eq!(verdict("1.2MB", "1.25MB"), Passed, "{first}");
        assert_eq!(verdict("1.2MB", "922MB"), Failed, "{first}");
    }
}

#[test]
fn images_that_the_exercise_built_keep_the_order_of_their_ages() {
    let one = |age| ("one", age, "5MB");
    let two = |age| ("two", age, "5MB");
    let run = listed([two("2 seconds ago"), one("6 seconds ago")]);
    assert_eq!(
        list(
            BUILT,
            &listed([two("9 seconds ago"), one("2 hours ago")]),
            &run
        ),
        Passed
    );
    assert_eq!(
        list(
            BUILT,
            &listed([one("6 seconds ago"), two("2 seconds ago")]),
            &run
        ),
        Failed
    );
    let same = listed([one("2 seconds ago"), two("2 seconds ago")]);
    assert_eq!(
        list(BUILT, &same, &run),
        Passed,
        "of equal seconds either comes first"
    );
    assert_eq!(
        list(
            BUILT,
            &listed([one("6 seconds ago"), two("2 seconds ago")]),
            &listed([two("1 second ago"), one("1 second ago")])
        ),
        Failed,
        "no list is sorted so"
    );
    let tagged = "$ docker tag box one\n$ docker tag crate two\n$ docker images -q\n...";
    assert_eq!(
        list(
            tagged,
            &listed([one("6 seconds ago"), two("2 seconds ago")]),
            &run
        ),
        Passed
    );
}
