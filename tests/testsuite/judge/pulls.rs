//! What is said of a pull that did not happen here.

use labbook::judge::StepVerdict::{self, Failed, Passed};

use super::sentences::{judged, printed};

/// The verdict of the last command of `commands`, of which all notes show what was
/// pulled of `named`, `tag` and `from`, and this run none of it.
fn pulled(commands: &str, named: &str, tag: &str, from: &str) -> StepVerdict {
    let transcript = format!(
        "{commands}\nUnable to find image '{named}' locally\n{tag}: Pulling from {from}\n0123456789ab: Pull complete\nStatus: Downloaded newer image for {named}\nhello"
    );
    let count = transcript.matches("$ ").count();
    let mut observations = vec![printed("", 0); count - 1];
    observations.push(printed("hello", 0));
    judged(&transcript, &observations).pop().unwrap().verdict
}

#[test]
fn a_pull_is_of_the_image_that_the_command_names() {
    for (image, named, tag, from) in [
        ("box", "box:latest", "latest", "library/box"),
        ("box:1.2", "box:1.2", "1.2", "library/box"),
        (
            "docker.io/library/box",
            "box:latest",
            "latest",
            "library/box",
        ),
        ("kim/box", "kim/box:latest", "latest", "kim/box"),
        (
            "reg.example.com:5000/kim/box:2",
            "reg.example.com:5000/kim/box:2",
            "2",
            "kim/box",
        ),
        ("$IMAGE", "box:latest", "latest", "library/box"),
    ] {
        for command in [
            "docker run --rm",
            "docker container run",
            "sudo docker create",
        ] {
            let command = format!("$ {command} {image} echo hello");
            assert_eq!(pulled(&command, named, tag, from), Passed, "{command}");
        }
    }
    let command = "$ docker run --rm box echo hello";
    for (named, tag, from) in [
        ("crate:latest", "latest", "library/crate"),
        ("box:latest", "latest", "library/crate"),
        ("box:latest", "1.2", "library/box"),
        ("box:1.2", "1.2", "library/box"),
        ("kim/box:latest", "latest", "kim/box"),
    ] {
        assert_eq!(
            pulled(command, named, tag, from),
            Failed,
            "{named} {tag} {from}"
        );
    }
    let other = "$ docker run --rm box echo crate";
    assert_eq!(
        pulled(other, "crate:latest", "latest", "library/crate"),
        Failed
    );
}

#[test]
fn what_the_exercise_made_is_pulled_by_nobody() {
    let run = "$ docker run --rm box echo hello";
    let verdict = |before: &str| {
        pulled(
            &format!("{before}\n{run}"),
            "box:latest",
            "latest",
            "library/box",
        )
    };
    for made in [
        "$ docker build -t box .",
        "$ docker build -tbox:latest .",
        "$ docker commit web box",
        "$ docker tag crate box",
    ] {
        assert_eq!(verdict(made), Failed, "{made}");
    }
    for used in [
        "$ docker run -d box",
        "$ sudo docker container create box:latest",
        "$ docker run box\n$ docker rmi crate",
    ] {
        assert_eq!(verdict(used), Failed, "{used}");
    }
    for not_made in [
        "$ docker run box:2",
        "$ docker run box\n$ docker rmi -f box",
        "$ docker run box\n$ docker rmi 0123456789ab",
        "$ docker run box\n$ docker rmi $(docker images -q)",
        "$ docker build -t crate .",
        "$ docker build -t box:2 .",
        "$ docker build -t box .\n$ docker rmi box",
        "$ docker build -t box .\n$ docker image prune -af",
    ] {
        assert_eq!(verdict(not_made), Passed, "{not_made}");
    }
}
