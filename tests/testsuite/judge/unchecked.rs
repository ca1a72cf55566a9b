//! What requires nothing is `unchecked`, never `passed`.

use labbook::judge::StepVerdict::{self, Drifted, Failed, Given, Passed, Skipped, Unchecked};
use labbook::judge::whole;

use super::sentences::{judged, one, printed};

const IMAGES: &str = "REPOSITORY   TAG       IMAGE ID       CREATED       SIZE";

#[test]
fn an_exercise_has_the_weightiest_verdict_of_its_steps() {
    for (steps, verdict) in [
        (vec![Passed, Failed, Skipped], Failed),
        (
            vec![Passed, StepVerdict::Error, Skipped],
            StepVerdict::Error,
        ),
        (vec![Passed, Skipped, Drifted], Skipped),
        (vec![Passed, Drifted, Unchecked], Drifted),
        (vec![Unchecked, Passed], Passed),
        (vec![Unchecked, Given], Unchecked),
        (vec![], Unchecked),
    ] {
        assert_eq!(whole(steps.clone()), verdict, "{steps:?}");
    }
}

#[test]
fn a_command_that_shows_nothing_and_prints_nothing_is_unchecked() {
    assert_eq!(one("$ mkdir x", "", 0), Unchecked);
    assert_eq!(
        one("$ mkdir x", "mkdir: cannot create directory 'x'", 1),
        Failed
    );
}

#[test]
fn a_fence_that_shows_no_output_claims_none() {
    let outputs = [printed("e56ac97ef60a", 0), printed("a\nb", 0)];
    let verdicts = |transcript: &str| -> Vec<StepVerdict> {
        let judgements = judged(transcript, &outputs);
        judgements.iter().map(|step| step.verdict).collect()
    };
    assert_eq!(verdicts("$ docker ps -q\n$ ls"), [Unchecked, Unchecked]);
    assert_eq!(verdicts("$ docker ps -q\n$ ls\na\nb"), [Failed, Passed]);
    assert_eq!(
        verdicts("$ docker ps -q\n```\n\n```\n$ ls\na\nb"),
        [Unchecked, Passed]
    );
    assert_eq!(verdicts("$ docker ps -q\n$ ls\n..."), [Failed, Unchecked]);
}

#[test]
fn statuses_and_prompts_count_in_a_fence_without_output() {
    assert_eq!(
        one("$ docker rm web", "Error: No such container: web", 1),
        Failed
    );
    assert_eq!(one("$ grep -c a b", "0", 1), Unchecked);
    assert_eq!(one("$ diff a b", "1c1\n< a\n---\n> b", 1), Unchecked);
    let mut elsewhere = printed("", 0);
    elsewhere.prompt = Some("root@0123456789ab:/etc#".to_owned());
    let shells = "$ docker exec -it web bash\nroot@e56ac97ef60a:/#";
    assert_eq!(judged(shells, &[elsewhere])[0].verdict, Failed);
}

#[test]
fn the_header_of_a_table_is_layout() {
    let list = format!("$ docker images\n{IMAGES}");
    assert_eq!(one(&list, IMAGES, 0), Unchecked);
    assert_eq!(one(&list, "", 0), Failed);
    assert_eq!(
        one("$ docker ps\nNAMES     STATUS", "NAMES     PORTS", 0),
        Failed
    );
    let row = "other        1         2f1a3c4d5e6f   2 days ago    3MB";
    let other = format!("{list}\n{row}");
    assert_eq!(one(&other, IMAGES, 0), Unchecked);
    assert_eq!(one(&other, &format!("{IMAGES}\n{row}"), 0), Unchecked);
}

#[test]
fn what_the_command_names_is_required_in_its_list() {
    for (command, row) in [
        (
            "docker images hello",
            "hello        v1        2f1a3c4d5e6f   2 days ago    3MB",
        ),
        (
            "docker image ls hello",
            "hello        v1        2f1a3c4d5e6f   2 days ago    3MB",
        ),
        (
            "docker images --filter reference='he*'",
            "hello        v1        2f1a3c4d5e6f   2 days ago    3MB",
        ),
    ] {
        let transcript = format!("$ {command}\n{IMAGES}\n{row}");
        assert_eq!(one(&transcript, IMAGES, 0), Failed, "{command}");
        assert_eq!(
            one(&transcript, &format!("{IMAGES}\n{row}"), 0),
            Passed,
            "{command}"
        );
    }
    let volumes = "DRIVER    VOLUME NAME";
    for command in [
        "docker volume ls -f name=da",
        "docker volume ls --filter label=a",
    ] {
        let transcript = format!("$ {command}\n{volumes}\nlocal     data");
        assert_eq!(one(&transcript, volumes, 0), Failed, "{command}");
    }
    let any = format!("$ docker volume ls -f dangling=true\n{volumes}\nlocal     data");
    assert_eq!(one(&any, volumes, 0), Unchecked);
}

#[test]
fn a_row_about_something_else_is_one_that_the_list_can_show() {
    const HEADER: &str =
        "CONTAINER ID   IMAGE     COMMAND     CREATED      STATUS       PORTS     NAMES";
    let row = |status: &str| {
        format!("0a1b2c3d4e5f   nginx     \"nginx\"     2 days ago   {status:<13}          old1")
    };
    // What a list shows of another container after `before`, and this run does not.
    let verdict = |before: &str, list: &str, status: &str| {
        let transcript = format!("$ {before}\n$ {list}\n{HEADER}\n{}", row(status));
        judged(&transcript, &[printed("", 0), printed(HEADER, 0)])[1].verdict
    };
    let (up, ended) = ("Up 2 days", "Exited (0) 2 days ago");
    for (before, list, status) in [
        ("true", "docker ps", up),
        ("true", "docker ps -a", ended),
        ("true", "docker ps -n 5", ended),
        ("true", "docker ps -a -f status=exited", ended),
        ("true", "docker ps -f status=running", up),
        ("docker rm -f web", "docker ps -a", up),
        ("docker container prune -f", "docker ps -a", up),
        (
            "docker container prune -f --filter until=24h",
            "docker ps -a",
            ended,
        ),
        ("docker stop $(docker ps -q)", "docker ps -a", ended),
        ("docker rm -f $(docker ps -q)", "docker ps -a", ended),
        ("true", "docker ps -a -f exited=0", ended),
        ("true", "docker ps -f health=none", up),
        ("true", "docker ps -f health=healthy", "Up 2 days (healthy)"),
        ("true", "docker ps -a -f publish=8080", ended),
        ("true", "docker ps -f since=other", up),
        (
            "docker run -d --name web box",
            "docker ps -f before=web",
            up,
        ),
    ] {
        assert_eq!(verdict(before, list, status), Unchecked, "{before}; {list}");
    }
    for (before, list, status) in [
        ("true", "docker ps", ended),
        ("true", "docker ps -a -f status=exited", up),
        ("true", "docker ps -f status=paused", up),
        ("true", "docker ps -a -f exited=1", ended),
        ("true", "docker ps -f health=healthy", up),
        (
            "true",
            "docker ps -f health=healthy",
            "Up 2 days (unhealthy)",
        ),
        ("true", "docker ps -f publish=8080", up),
        ("docker run -d --name web box", "docker ps -f since=web", up),
        ("docker run -d busybox sleep 9", "docker ps -l", up),
        ("docker rm -f $(docker ps -aq)", "docker ps -a", up),
        ("docker rm -f $(docker ps -aq)", "docker ps -a", ended),
        ("docker ps -aq | xargs docker rm -f", "docker ps -a", ended),
        ("docker stop $(docker ps -q)", "docker ps -a", up),
        ("docker kill $(docker ps -aq)", "docker ps", up),
        ("docker container prune -f", "docker ps -a", ended),
        ("docker system prune -f", "docker ps -a", ended),
    ] {
        assert_eq!(verdict(before, list, status), Failed, "{before}; {list}");
    }
    // What was stopped behind a prune has ended, and is there.
    let transcript = format!(
        "$ docker container prune -f\n$ docker stop $(docker ps -q)\n$ docker ps -a\n{HEADER}\n{}",
        row(ended)
    );
    let steps = [printed("", 0), printed("", 0), printed(HEADER, 0)];
    assert_eq!(judged(&transcript, &steps)[2].verdict, Unchecked);
    let images = |filter: &str, name: &str| {
        let list = format!("$ docker images -f {filter}\n{IMAGES}");
        let row = format!("{name:<13}1         2f1a3c4d5e6f   2 days ago    3MB");
        one(&format!("{list}\n{row}"), IMAGES, 0)
    };
    assert_eq!(images("dangling=true", "other"), Failed);
    assert_eq!(images("dangling=false", "other"), Unchecked);
}

#[test]
fn a_remark_above_the_next_prompt_is_no_output() {
    let behind = |program: &str, remark: &str, after: &str, here: &str| {
        let transcript = format!("$ docker run --rm busybox {program}\ndata\n{remark}\n{after}");
        let steps = [printed(here, 0), printed("", 0)];
        judged(&transcript, &steps)[0].verdict
    };
    let next = "$ docker volume rm data";
    let verdict = |remark: &str, after: &str, here: &str| behind("ls /", remark, after, here);
    assert_eq!(verdict("# 정리", next, "data"), Passed);
    assert_eq!(verdict("\n# now clean up", next, "data"), Passed);
    // A line that was printed, one that could have been, and one that is no comment.
    assert_eq!(verdict("# a note", next, "data\n# a note"), Passed);
    assert_eq!(verdict("# a note", next, "data\n# another"), Failed);
    assert_eq!(verdict("# a note", "", "data"), Failed);
    assert_eq!(verdict("#5 done", next, "data"), Failed);
    for remark in [
        "=> 목록이다",
        "→ 목록이다.",
        "2) 지우기",
        "#####\n# 정리 #\n#####",
    ] {
        assert_eq!(verdict(remark, next, "data"), Passed, "{remark}");
        assert_eq!(verdict(remark, "", "data"), Failed, "{remark}");
    }
    assert_eq!(verdict("=> 목록이다", next, "data\n=> 다른 것"), Failed);
    let of_words = |remark: &str| behind("echo data", remark, next, "data");
    assert_eq!(of_words("# now\n=> 말이다"), Passed);
    // A file may have comments in English, and could have had this one.
    let of_file = |remark: &str| behind("cat /note", remark, next, "data");
    assert_eq!(of_file("# 정리"), Passed);
    assert_eq!(of_file("# port 80"), Failed);
    assert_eq!(of_file("2) 지우기"), Failed);
}
