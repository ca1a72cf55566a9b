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

/// The verdict of a legacy build whose notes show `pulled` below `FROM box`, and whose run
/// shows `printed` there.
fn built(before: &str, command: &str, pulled: &str, here: &str) -> StepVerdict {
    let output = |pulled: &str, id: &str| {
        format!(
            "Step 1/2 : FROM box\n{pulled} ---> {id}\nStep 2/2 : ENV A=1\n ---> Running in 0123456789ab\nRemoving intermediate container 0123456789ab\n ---> ba9876543210\nSuccessfully built ba9876543210"
        )
    };
    let shown = output(pulled, "4c01db0b339c");
    let transcript = format!("{before}$ {command}\n{shown}");
    let mut observations = vec![printed("", 0); before.matches("$ ").count()];
    observations.push(printed(&output(here, "4c01db0b339c"), 0));
    judged(&transcript, &observations).pop().unwrap().verdict
}

#[test]
fn a_legacy_build_pulls_the_base_that_is_not_there() {
    let pulled = "latest: Pulling from library/box\n0123456789ab: Pull complete\nDigest: sha256:1c4e4d5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e9f0a1b2c3d\nStatus: Downloaded newer image for box:latest\n";
    let build = "docker build .";
    assert_eq!(built("", build, pulled, ""), Passed);
    assert_eq!(built("", build, "", pulled), Passed);
    assert_eq!(built("", build, pulled, pulled), Passed);
    let elided =
        "latest: Pulling from library/box\n...\nStatus: Downloaded newer image for box:latest\n";
    assert_eq!(built("", build, elided, ""), Passed);
    // Of another image, of one that was there, and below another instruction.
    let of_other = pulled.replace("library/box", "library/crate");
    assert_eq!(built("", build, &of_other, ""), Failed);
    let of_other_tag = pulled.replace("box:latest", "box:2");
    assert_eq!(built("", build, &of_other_tag, ""), Failed);
    let used = "$ docker run --rm box true\n";
    assert_eq!(built(used, build, pulled, ""), Failed);
    let built_before = "$ docker build -t first .\nStep 1/1 : FROM box\n ---> 4c01db0b339c\n";
    assert_eq!(built(built_before, build, pulled, ""), Failed);
    let removed = format!("{built_before}$ docker rmi -f box\n");
    assert_eq!(built(&removed, build, pulled, ""), Passed);
    let there = pulled.replace("Downloaded newer image", "Image is up to date");
    assert_eq!(built("", build, &there, ""), Failed);
    assert_eq!(built("", "docker build --pull .", &there, ""), Passed);
    let below = format!(" ---> 4c01db0b339c\n{pulled}");
    assert_eq!(built("", build, &below, ""), Failed);
}

#[test]
fn what_was_not_there_is_not_up_to_date() {
    let transcript = |run: &str, said: &str| {
        format!(
            "$ docker run --rm{run} box echo hello\n{said}latest: Pulling from library/box\nStatus: Image is up to date for box:latest\nhello"
        )
    };
    let verdict = |text: &str| judged(text, &[printed("hello", 0)])[0].verdict;
    let missing = "Unable to find image 'box:latest' locally\n";
    assert_eq!(verdict(&transcript("", missing)), Failed);
    assert_eq!(verdict(&transcript(" --pull always", "")), Passed);
}

#[test]
fn the_layers_that_are_loaded_are_those_of_the_image_of_the_notes() {
    let bar = "=".repeat(50);
    let layer = |id: &str, sizes: &str| format!("{id}: Loading layer [{bar}>]  {sizes}");
    let loaded = |command: &str, layers: &str, image: &str| {
        let notes = format!("$ {command}\n{layers}\nLoaded image: {image}");
        let here = format!(
            "{}\nLoaded image: site:1",
            layer("4bc63f4f55ce", "77.8MB/77.8MB")
        );
        judged(&notes, &[printed(&here, 0)]).remove(0).verdict
    };
    let two = [
        layer("121168825d29", "2.14MB/2.14MB"),
        layer("cfb3a894bc4c", "2.048kB/2.048kB"),
    ];
    let two = two.join("\n");
    for command in [
        "docker load -i site.tar",
        "docker load < site.tar",
        "cat site.tar | docker load",
    ] {
        assert_eq!(loaded(command, &two, "site:1"), Passed, "{command}");
        assert_eq!(loaded(command, &two, "site:2"), Failed, "{command}");
    }
    let half = "121168825d29: Loading layer [=====>     ]  1.1MB/2.14MB";
    assert_eq!(loaded("docker load -i site.tar", half, "site:1"), Passed);
    for wrong in [
        layer("121168825d29", "1.1MB/2.14MB"),
        layer("121168825d2", "2.14MB/2.14MB"),
        layer("121168825d29", "2.14MB"),
        half.replace("1.1MB", "2.14MB"),
        "121168825d29: Loading layer failed".to_owned(),
        "121168825d29: Pull complete".to_owned(),
    ] {
        assert_eq!(
            loaded("docker load -i site.tar", &wrong, "site:1"),
            Failed,
            "{wrong}"
        );
    }
    for quiet in [
        "docker load -q -i site.tar",
        "docker load -i site.tar | cat",
    ] {
        assert_eq!(loaded(quiet, &two, "site:1"), Failed, "{quiet}");
    }
}
