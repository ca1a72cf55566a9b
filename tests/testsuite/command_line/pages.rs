//! Documents: each section has a verdict of its own, and they share one lab.

use serde_json::Value;

use super::support::Desk;

/// The exercises of a run on a private engine, and its exit status.
fn verified(desk: &Desk, more: &[&str]) -> (Vec<(String, String, String)>, Option<i32>) {
    let arguments = [
        "verify", "page.md", "--engine", "private", "--yes", "--format", "json",
    ];
    let ended = desk.labbook(&[&arguments, more].concat());
    let report: Value = serde_json::from_str(&ended.stdout).expect(&ended.stderr);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let exercises = report["exercises"].as_array().expect("exercises");
    let told = exercises.iter().map(|one| {
        (
            text(&one["id"]),
            text(&one["verdict"]),
            text(&one["reason"]),
        )
    });
    (told.collect(), ended.status)
}

fn verdicts(desk: &Desk, more: &[&str]) -> Vec<(String, String)> {
    let (told, _) = verified(desk, more);
    told.into_iter()
        .map(|(id, verdict, _)| (id, verdict))
        .collect()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = pairs
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()));
    owned.collect()
}

const ID: &str = "0123456789ab0123456789ab0123456789ab0123456789ab0123456789abcdef";

fn networks(second: &str) -> Desk {
    let page = format!(
        "# Lab\n\n## Make\n```\n$ docker network create one\n{ID}\n```\n\n\
         ## Look\n\n- Is it there?\n\n## Ask\n```\n$ docker network inspect -f '{{{{.Id}}}}' one\n{second}\n```\n"
    );
    Desk::new().with("page.md", page)
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_a_section_binds_holds_in_the_next_and_only_that() {
    assert_eq!(
        verdicts(&networks(ID), &[]),
        pairs(&[("page/make", "passed"), ("page/ask", "passed")])
    );
    let other = ID.replace('0', "1");
    assert_eq!(
        verdicts(&networks(&other), &[]),
        pairs(&[("page/make", "passed"), ("page/ask", "failed")])
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_section_that_is_chosen_runs_with_what_stands_above_it() {
    let desk = networks(ID);
    let chosen = verdicts(&desk, &["--only", "page/ask"]);
    assert_eq!(chosen, pairs(&[("page/ask", "passed")]));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_cannot_be_run_costs_its_own_section() {
    let desk = Desk::new().with(
        "page.md",
        "# Lab\n\n## Image\n```\n$ docker run nosuch.invalid/thing:9 echo hi\nhi\n```\n\n\
         ## Stuck\n```\n$ mkdir app\n$ cd app\n$ docker run --rm -it busybox cat\n$ echo never\nnever\n```\n\n\
         ## After\n```\n$ basename $PWD\napp\n```\n\n\
         ## Inside\n```\n$ docker run -it busybox sh\n/ # echo a\na\n```\n\n\
         ## On\n```\n/ # echo b\nb\n/ # exit\n```\n\n\
         ## Wrong\n```\n$ echo c\nd\n```\n",
    );
    let (told, status) = verified(&desk, &[]);
    let verdicts: Vec<_> = told
        .iter()
        .map(|(id, verdict, _)| (id.clone(), verdict.clone()))
        .collect();
    assert_eq!(
        verdicts,
        pairs(&[
            ("page/image", "error"),
            ("page/stuck", "error"),
            ("page/after", "passed"),
            ("page/inside", "passed"),
            ("page/on", "passed"),
            ("page/wrong", "failed"),
        ])
    );
    assert_eq!(status, Some(1));
    assert!(
        told[0].2.contains("nosuch.invalid/thing:9"),
        "{}",
        told[0].2
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_differs_below_is_an_error_only_where_it_needs_what_was_not_run() {
    let header = "CONTAINER ID   IMAGE     COMMAND   CREATED   STATUS    PORTS     NAMES";
    let desk = Desk::new().with(
        "page.md",
        format!(
            "# Lab\n\n## Image\n```\n$ docker run -d --name far nosuch.invalid/thing:9\n{ID}\n\
             $ echo a > made.txt\n```\n\n\
             ## Uses\n```\n$ docker exec far echo hi\nhi\n```\n\n\
             ## Lists\n```\n$ docker ps\n{header}\n\
             0123456789ab   thing     \"sleep\"   1 day     Up        80/tcp    far\n```\n\n\
             ## Counts\n```\n$ docker ps -q | wc -l\n1\n```\n\n\
             ## Reads\n```\n$ cat made.txt\na\n```\n\n\
             ## Wrong\n```\n$ docker run --rm busybox echo c\nd\n```\n\n\
             ## Both\n```\n$ docker stop far\nfar\n$ docker run --rm busybox echo c\nd\n```\n"
        ),
    );
    let (told, status) = verified(&desk, &[]);
    let verdicts: Vec<_> = told
        .iter()
        .map(|(id, verdict, _)| (id.clone(), verdict.clone()))
        .collect();
    assert_eq!(
        verdicts,
        pairs(&[
            ("page/image", "error"),
            ("page/uses", "error"),
            ("page/lists", "error"),
            ("page/counts", "error"),
            ("page/reads", "error"),
            ("page/wrong", "failed"),
            ("page/both", "failed"),
        ])
    );
    assert_eq!(status, Some(1));
    assert!(
        told[1].2.contains("line 3 was not completed"),
        "{}",
        told[1].2
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_section_whose_shell_was_not_opened_is_an_error_and_never_typed_on_the_machine() {
    let desk = Desk::new().with(
        "page.md",
        "# Lab\n\n## Open\n```\n$ docker run -it nosuch.invalid/thing:9 sh\n/ # echo a\na\n```\n\n\
         ## On\n```\n/ # touch /made-by-mistake\n/ # exit\n```\n\n\
         ## Look\n```\n$ ls /made-by-mistake\nls: cannot access '/made-by-mistake': No such file or directory\n```\n",
    );
    assert_eq!(
        verdicts(&desk, &[]),
        pairs(&[
            ("page/open", "error"),
            ("page/on", "error"),
            ("page/look", "passed")
        ])
    );
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn update_mends_a_section_with_what_the_sections_above_it_bound() {
    let desk = networks(&format!("{ID}\nmore"));
    let report = ["--report", "json=run.json"];
    let failed = verdicts(&desk, &report);
    assert_eq!(
        failed,
        pairs(&[("page/make", "passed"), ("page/ask", "failed")])
    );
    let ended = desk.labbook(&["update", "page.md", "--from", "run.json", "--yes"]);
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    assert_eq!(desk.read("page.md"), networks(ID).read("page.md"));
    let alone = ["--only", "page/ask", "--report", "json=run.json"];
    let desk = networks(&format!("{ID}\nmore"));
    assert_eq!(verdicts(&desk, &alone), pairs(&[("page/ask", "failed")]));
    let ended = desk.labbook(&["update", "page.md", "--from", "run.json", "--yes"]);
    assert_eq!(ended.status, Some(0), "{}", ended.stderr);
    assert_eq!(desk.read("page.md"), networks(ID).read("page.md"));
}
