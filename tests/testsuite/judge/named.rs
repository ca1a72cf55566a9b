//! A message in other words is about the same thing.

use labbook::judge::StepVerdict::{self, Drifted, Failed};

use super::sentences::{judged, printed};

const A: &str = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
const B: &str = "0123456789ab3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
const C: &str = "89abcdef01234923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";

fn older(id: &str) -> String {
    format!(
        "Error response from daemon: You cannot remove a running container {id}. Stop the container before attempting removal or force remove"
    )
}

fn newer(name: &str) -> String {
    format!(
        "Error response from daemon: cannot remove container \"/{name}\": container is running: stop the container before removing or force remove"
    )
}

/// `web` is `A` in the notes and `C` here; then both are removed.
fn removing(other: &str, notes: &str, run: &str) -> StepVerdict {
    let transcript =
        format!("$ docker run -d --name web box\n{A}\n$ {other}\n$ docker rm web job\n{notes}");
    let (_, said) = other.split_once('\n').unwrap_or_default();
    let said = said.replace(B, &B.replace('0', "f"));
    let observations = [printed(C, 0), printed(&said, 0), printed(run, 1)];
    judged(&transcript, &observations).pop().unwrap().verdict
}

#[test]
fn the_container_that_a_message_names_is_the_one_whose_id_it_tells() {
    let job = format!("docker run -d --name job box\n{B}");
    let job_here = B.replace('0', "f");
    for (other, of_job) in [
        (job.as_str(), Some(job_here.as_str())),
        ("docker run --name job box", None),
    ] {
        assert_eq!(removing(other, &newer("web"), &older(C)), Drifted);
        assert_eq!(removing(other, &newer("job"), &older(C)), Failed, "{other}");
        assert_eq!(removing(other, &older(A), &newer("web")), Drifted);
        assert_eq!(removing(other, &older(A), &newer("job")), Failed, "{other}");
        if let Some(id) = of_job {
            assert_eq!(removing(other, &newer("job"), &older(id)), Drifted);
            assert_eq!(removing(other, &newer("web"), &older(id)), Failed);
            assert_eq!(removing(other, &older(B), &newer("job")), Drifted);
            assert_eq!(removing(other, &older(B), &newer("web")), Failed);
        } else {
            assert_eq!(removing(other, &newer("job"), &older(&job_here)), Drifted);
        }
    }
}

#[test]
fn a_name_of_hexadecimal_digits_is_a_name() {
    let transcript = format!(
        "$ docker run -d --name ab box\n{A}\n$ docker run --name cd box\n$ docker rm ab cd\n{}",
        newer("cd")
    );
    let observations = [printed(C, 0), printed("", 0), printed(&older(C), 1)];
    assert_eq!(judged(&transcript, &observations)[2].verdict, Failed);
}

#[test]
fn a_name_that_nothing_has_is_in_no_message() {
    let message = |name: &str| {
        format!(
            "Error response from daemon: error while removing network: network net has active endpoints (name:\"{name}\" id:\"0123456789ab\")"
        )
    };
    let run = format!(
        "Error response from daemon: error while removing network: network net id {C} has active endpoints"
    );
    let judged = |name: &str| {
        let transcript = format!(
            "$ docker run -d --network net --name web box\n{A}\n$ docker network rm net\n{}",
            message(name)
        );
        judged(&transcript, &[printed(B, 0), printed(&run, 1)])
            .pop()
            .unwrap()
            .verdict
    };
    assert_eq!(judged("web"), Drifted);
    assert_eq!(judged("odd_owl"), Drifted);
    assert_eq!(judged("wxb"), Failed);
}

#[test]
fn a_container_keeps_its_id_under_its_next_name() {
    let transcript = |id: &str| {
        format!(
            "$ docker run -d --name web busybox sleep 1000\n{A}\n$ docker run -d --name db busybox sleep 1000\n{B}\n\
             $ docker rename web www\n$ docker rm www\n{}",
            older(id)
        )
    };
    let run = "Error response from daemon: cannot remove container \"www\": container is running: stop the container before removing or force remove";
    let observations = [
        printed(C, 0),
        printed(&C.replace('8', "7"), 0),
        printed("", 0),
        printed(run, 1),
    ];
    for (id, verdict) in [(A, Drifted), (B, Failed)] {
        let judgements = judged(&transcript(id), &observations);
        assert_eq!(judgements[3].verdict, verdict, "{id}");
    }
}
