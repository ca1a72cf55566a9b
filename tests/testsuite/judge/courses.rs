//! What transcripts of Docker courses show, as it was really printed.

use labbook::judge::{JudgedExercise, Observation, StepVerdict, judge};
use labbook::lab::Surroundings;

use super::support::steps;

/// The verdicts on the steps of `transcript`, of which each printed an output and
/// ended with a status.
fn verdicts(transcript: &str, runs: &[(&str, i32)]) -> Vec<StepVerdict> {
    let steps = steps(&format!("# Note\n\n```\n{transcript}\n```\n"));
    let observations: Vec<Observation> = runs
        .iter()
        .map(|(output, exit)| Observation {
            sent: None,
            output: output.lines().map(str::to_owned).collect(),
            exit: Some(*exit),
            prompt: Some("$".to_owned()),
            ..Observation::default()
        })
        .collect();
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &Surroundings::default(),
    };
    judge(script, &observations)
        .into_iter()
        .map(|step| step.verdict)
        .collect()
}

fn one(transcript: &str, output: &str, exit: i32) -> StepVerdict {
    verdicts(transcript, &[(output, exit)])[0]
}

#[test]
fn errors_of_dockers_client_about_files_and_terminals_are_errors() {
    for (command, error) in [
        (
            "docker cp nope.txt web:/tmp/",
            "lstat /home/kim/nope.txt: no such file or directory",
        ),
        (
            "docker load -i nope.tar",
            "open nope.tar: no such file or directory",
        ),
        (
            "docker attach web",
            "You cannot attach to a stopped container, start it first",
        ),
        (
            "docker run --rm --read-only busybox touch /x",
            "touch: /x: Read-only file system",
        ),
    ] {
        let transcript = format!("$ {command}\n{error}");
        assert_eq!(one(&transcript, error, 1), StepVerdict::Passed, "{error}");
        let elided = format!("$ {command}\n...");
        assert_eq!(one(&elided, error, 1), StepVerdict::Failed, "{error}");
    }
    assert_eq!(
        one(
            "$ docker logs web\nopen for business",
            "open for business",
            1
        ),
        StepVerdict::Failed
    );
}

#[test]
fn what_grep_cuts_out_of_a_document_holds_as_it_is() {
    let mounts = "        \"Mounts\": [\n            {\n                \"Type\": \"volume\",\n                \"Source\": \"db\"\n            }\n        ],\n        \"MaskedPaths\": [\n            \"/proc/keys\",\n--\n    \"Mounts\": [\n        {\n            \"Type\": \"volume\",\n            \"Name\": \"db\",\n            \"RW\": true\n        }\n    ],";
    let command = "docker inspect web | grep -A 8 Mounts";
    let held = |output: &str| one(&format!("$ {command}\n{mounts}"), output, 0);
    assert_eq!(held(mounts), StepVerdict::Passed);
    for (from, to) in [
        ("\"Name\": \"db\"", "\"Name\": \"da\""),
        ("true", "false"),
        ("--", ""),
    ] {
        assert_eq!(held(&mounts.replace(from, to)), StepVerdict::Failed, "{to}");
    }
}

const WEB: &str = "8d4c816096720e19fb52eff857ea12d50823d88550674f3ce507631768fb40e9";
const CLIENT: &str = "7c0aea29ab094fc8cb1e8275765b0be3731f2c8599aead6998b9e3961e10846b";

/// What `docker network inspect` shows of the containers in a network.
fn network(containers: &[(&str, &str, &str)]) -> String {
    let containers: Vec<String> = containers
        .iter()
        .map(|(id, name, address)| {
            format!("            \"{id}\": {{\n                \"Name\": \"{name}\",\n                \"IPv4Address\": \"{address}/16\"\n            }}")
        })
        .collect();
    format!(
        "[\n    {{\n        \"Name\": \"mynet\",\n        \"Containers\": {{\n{}\n        }},\n        \"Labels\": {{}}\n    }}\n]",
        containers.join(",\n")
    )
}

#[test]
fn members_whose_keys_are_ids_come_in_any_order() {
    let notes = network(&[(CLIENT, "cli", "172.18.0.3"), (WEB, "web", "172.18.0.2")]);
    let transcript = format!(
        "$ docker run -d --name web --network mynet nginx\n{WEB}\n$ docker run -d --name cli --network mynet nginx\n{CLIENT}\n$ docker network inspect mynet\n{notes}"
    );
    let (web, client) = ("1".repeat(64), "2".repeat(64));
    let inspected = |containers: &[(&str, &str, &str)]| {
        let output = network(containers);
        verdicts(&transcript, &[(&web, 0), (&client, 0), (&output, 0)])[2]
    };
    let (of_web, of_client) = (
        (&*web, "web", "172.18.0.2"),
        (&*client, "cli", "172.18.0.3"),
    );
    assert_eq!(inspected(&[of_web, of_client]), StepVerdict::Passed);
    assert_eq!(inspected(&[of_client, of_web]), StepVerdict::Passed);
    for containers in [
        &[
            (&*web, "cli", "172.18.0.2"),
            (&*client, "web", "172.18.0.3"),
        ][..],
        &[
            (&*web, "web", "172.18.0.2"),
            (&*client, "cli", "172.18.0.2"),
        ],
        &[of_web],
        &[of_web, of_client, (&"3".repeat(64), "new", "172.18.0.4")],
        &[of_web, of_web],
    ] {
        assert_eq!(inspected(containers), StepVerdict::Failed, "{containers:?}");
    }
}

#[test]
fn interfaces_are_numbered_and_disks_filled_otherwise_on_every_machine() {
    let ip = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n13: eth0@if14: <BROADCAST,MULTICAST,UP,LOWER_UP,M-DOWN> mtu 1500 qdisc noqueue\n    inet 172.30.0.10/16 brd 172.30.255.255 scope global eth0";
    let shown = |output: &str| one(&format!("$ docker exec web ip addr\n{ip}"), output, 0);
    assert_eq!(
        shown(&ip.replace("13: eth0@if14", "2: eth0@if12")),
        StepVerdict::Passed
    );
    for (from, to) in [
        ("eth0@", "eth1@"),
        ("1: lo", "2: lo"),
        ("1500", "1400"),
        ("172.30.0.10/16", "172.30.0.10/24"),
    ] {
        assert_eq!(shown(&ip.replace(from, to)), StepVerdict::Failed, "{to}");
    }

    let df = "Filesystem           1K-blocks      Used Available Use% Mounted on\n/dev/vda             264212084  22576216  72709672  24% /data\nshm                      65536         0     65536   0% /dev/shm";
    let shown = |output: &str| one(&format!("$ docker exec web df\n{df}"), output, 0);
    let other = df.replace(
        "264212084  22576216  72709672  24%",
        " 26421208   2257621   7270967   9%",
    );
    assert_eq!(shown(&other), StepVerdict::Passed);
    for (from, to) in [
        ("/data", "/date"),
        ("/dev/vda", "overlay "),
        ("65536 ", "65537 "),
        ("24%", "24"),
    ] {
        assert_eq!(shown(&df.replace(from, to)), StepVerdict::Failed, "{to}");
    }
    assert_eq!(
        one(&format!("$ docker exec web cat disk\n{df}"), &other, 0),
        StepVerdict::Failed
    );
}

const DOCKERFILE: &str = "FROM busybox\nARG VERSION=1.0\nCOPY --chmod=755 app.sh .\nRUN chmod +x app.sh\nEXPOSE 80\nCMD [\"cat\",\"/hi\"]";

/// What `docker history` printed on 20.10.24, 26.1.5 and 28.5.2.
const LEGACY: &str = "\
IMAGE          CREATED          CREATED BY                                      SIZE      COMMENT
012ff6757b61   6 seconds ago    /bin/sh -c #(nop)  CMD [\"cat\" \"/hi\"]            0B
e9516ce2f796   7 seconds ago    /bin/sh -c #(nop)  EXPOSE 80                    0B
bb0558521191   8 seconds ago    |1 VERSION=1.0 /bin/sh -c chmod +x app.sh       48B
758043b8b781   9 seconds ago    /bin/sh -c #(nop) COPY file:a8d4e2fd09b9a513…   48B
11b671966ceb   9 seconds ago    /bin/sh -c #(nop)  ARG VERSION=1.0              0B
f040b80c0a58   38 minutes ago                                                   1.98MB    Imported from -";
const BUILDKIT: &str = "\
IMAGE          CREATED          CREATED BY                                      SIZE      COMMENT
c53f60a9c400   6 seconds ago    CMD [\"cat\" \"/hi\"]                               0B        buildkit.dockerfile.v0
<missing>      6 seconds ago    EXPOSE map[80/tcp:{}]                           0B        buildkit.dockerfile.v0
<missing>      6 seconds ago    RUN |1 VERSION=1.0 /bin/sh -c chmod +x app.s…   48B       buildkit.dockerfile.v0
<missing>      6 seconds ago    COPY app.sh . # buildkit                        48B       buildkit.dockerfile.v0
<missing>      6 seconds ago    ARG VERSION=1.0                                 0B        buildkit.dockerfile.v0
<missing>      11 minutes ago                                                   1.98MB    Imported from -";

#[test]
fn layers_are_told_in_the_words_of_either_builder() {
    let file = format!("$ cat > Dockerfile <<END\n{DOCKERFILE}\nEND\n");
    let shown = |notes: &str, run: &str| {
        verdicts(
            &format!("{file}$ docker history app\n{notes}"),
            &[("", 0), (run, 0)],
        )[1]
    };
    let newer = BUILDKIT.replace("map[80/tcp:{}]", "[80/tcp]      ");
    for run in [BUILDKIT, &newer] {
        assert_eq!(shown(LEGACY, run), StepVerdict::Drifted);
        assert_eq!(shown(run, LEGACY), StepVerdict::Drifted);
    }
    assert_eq!(shown(BUILDKIT, BUILDKIT), StepVerdict::Passed);
    for (from, to) in [
        ("CMD [", "ENTRYPOINT ["),
        ("/hi", "/ho"),
        ("80/tcp", "81/tcp"),
        ("+x app", "-x app"),
        ("VERSION=1.0 /bin", "VERSION=1.1 /bin"),
        ("COPY app.sh .", "COPY app.sh /"),
        ("COPY app.sh .", "ADD app.sh ."),
        ("ARG VERSION", "ENV VERSION"),
        ("Imported from -", "Imported from x"),
        ("buildkit.dockerfile.v0", "buildkit.dockerfile.v1"),
    ] {
        assert_eq!(
            shown(LEGACY, &BUILDKIT.replacen(from, to, 1)),
            StepVerdict::Failed,
            "{to}"
        );
        assert_eq!(
            shown(&BUILDKIT.replacen(from, to, 1), LEGACY),
            StepVerdict::Failed,
            "{to}"
        );
    }
    let without = |line: &str| {
        let lines: Vec<&str> = BUILDKIT
            .lines()
            .filter(|other| !other.contains(line))
            .collect();
        lines.join("\n")
    };
    assert_eq!(shown(LEGACY, &without("EXPOSE")), StepVerdict::Failed);
}

#[test]
fn the_sizes_of_docker_system_df_are_sizes_and_its_counts_are_not() {
    let notes = "REPOSITORY   TAG       IMAGE ID       CREATED         SIZE      SHARED SIZE   UNIQUE SIZE   CONTAINERS\nbusybox      latest    449aec2771b4   4 minutes ago   1.982MB   0B            1.982MB       1";
    let shown = |run: &str| {
        one(
            &format!("$ docker system df -v; : busybox\n{notes}"),
            run,
            0,
        )
    };
    assert_eq!(
        shown(&notes.replace("1.982MB", "1.986MB")),
        StepVerdict::Passed
    );
    assert_eq!(
        shown(&notes.replace("       1", "       2")),
        StepVerdict::Failed
    );
    assert_eq!(
        shown(&notes.replace("latest", "1.36  ")),
        StepVerdict::Failed
    );
}

#[test]
fn the_memory_that_a_command_asks_for_is_what_docker_stats_shows() {
    let stats = "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %\n8d4c81609672   web       0.00%     2.449MiB / 64MiB    3.83%";
    let told = |option: &str, notes: &str, run: &str| {
        let transcript = format!(
            "$ docker run -d --name web {option} nginx\n{WEB}\n$ docker stats --no-stream\n{notes}"
        );
        verdicts(&transcript, &[(WEB, 0), (run, 0)])[1]
    };
    let shown = |option: &str, run: &str| told(option, stats, run);
    let busier = stats
        .replace("2.449MiB", "9.125MiB")
        .replace("3.83%", "14.2%");
    let roomier = stats.replace("64MiB", "23GiB");
    for option in ["-m 64m", "--memory=64M", "--memory 64mb"] {
        assert_eq!(shown(option, &busier), StepVerdict::Passed, "{option}");
        assert_eq!(shown(option, &roomier), StepVerdict::Failed, "{option}");
        assert_eq!(
            told(option, &roomier, stats),
            StepVerdict::Failed,
            "{option}"
        );
    }
    assert_eq!(shown("", &roomier), StepVerdict::Passed);
}
