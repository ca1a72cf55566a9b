//! Notes that were written on another machine, or with another builder.

use labbook::judge::StepVerdict::{Drifted, Failed, Passed, Unchecked};
use labbook::judge::{JudgedExercise, Observation, StepVerdict, judge};
use labbook::lab::Surroundings;

use super::sentences::{judged, one, printed};
use super::support::steps;

/// The verdict on `notes` under `command`, for which this run printed `run`; the
/// commands in `before` print nothing.
fn after(before: &[&str], command: &str, notes: &str, run: &str, exit: i32) -> StepVerdict {
    let mut transcript = String::new();
    for command in before {
        transcript.push_str(&format!("$ {command}\n"));
    }
    transcript.push_str(&format!("$ {command}\n{notes}\n"));
    let steps = steps(&format!("# Machines\n\n```\n{transcript}```\n"));
    let observation = |output: &str, exit: i32| Observation {
        sent: None,
        output: output.lines().map(str::to_owned).collect(),
        exit: Some(exit),
        prompt: Some("$".to_owned()),
        ..Observation::default()
    };
    let mut observations: Vec<Observation> = before.iter().map(|_| observation("", 0)).collect();
    observations.push(observation(run, exit));
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &Surroundings::default(),
    };
    judge(script, &observations).pop().unwrap().verdict
}

/// The verdict in both directions.
fn both_ways(before: &[&str], command: &str, one: &str, other: &str, exit: i32) -> StepVerdict {
    let there = after(before, command, one, other, exit);
    assert_eq!(
        there,
        after(before, command, other, one, exit),
        "{one}\n{other}"
    );
    there
}

const PS: &str = "docker ps --format '{{.Names}} {{.Ports}}'";

#[test]
fn ports_are_published_on_ipv6_too_where_there_is_ipv6() {
    let alone = "web 0.0.0.0:8080->80/tcp, 0.0.0.0:8443->443/tcp";
    for twin in [":::", "[::]:"] {
        let with = format!(
            "web 0.0.0.0:8080->80/tcp, {twin}8080->80/tcp, 0.0.0.0:8443->443/tcp, {twin}8443->443/tcp"
        );
        let drifted = both_ways(&[], PS, alone, &with, 0);
        assert_eq!(drifted, StepVerdict::Drifted, "{with}");
    }
}

#[test]
fn a_table_of_containers_holds_with_ipv6_and_without() {
    let row = |ports: &str| {
        let header =
            "CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES";
        format!(
            "{header}\ne56ac97ef60a   nginx     \"nginx\"   2 minutes ago   Up 2 minutes   {ports}   web"
        )
    };
    let made = ["docker run --name web nginx"];
    let (alone, with) = (
        "0.0.0.0:8080->80/tcp",
        "0.0.0.0:8080->80/tcp, :::8080->80/tcp",
    );
    let verdict = |one: &str, other: &str| both_ways(&made, "docker ps", &row(one), &row(other), 0);
    assert_eq!(verdict(alone, with), StepVerdict::Drifted);
    for wrong in [
        "0.0.0.0:8081->80/tcp",
        "0.0.0.0:8080->81/tcp",
        "0.0.0.0:8080->80/udp",
        "127.0.0.1:8080->80/tcp",
        "80/tcp",
        "0.0.0.0:8080->80/tcp, 0.0.0.0:8443->443/tcp",
        "0.0.0.0:8080->80/tcp, :::8081->80/tcp",
        ":::8080->80/tcp",
    ] {
        assert_eq!(verdict(wrong, with), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn a_port_that_the_author_published_on_ipv4_alone_has_no_twin() {
    let asks = ["docker run -p 0.0.0.0:8080:80 nginx"];
    let with = "web 0.0.0.0:8080->80/tcp, :::8080->80/tcp";
    let verdict = both_ways(&asks, PS, "web 0.0.0.0:8080->80/tcp", with, 0);
    assert_eq!(verdict, StepVerdict::Failed);
    let lines = "80/tcp -> 0.0.0.0:8080\n80/tcp -> :::8080";
    let alone = "80/tcp -> 0.0.0.0:8080";
    let verdict = |asks: &[&str]| both_ways(asks, "docker port web", alone, lines, 0);
    assert_eq!(verdict(&asks), StepVerdict::Failed);
    assert_eq!(
        verdict(&["docker run -p 8080:80 nginx"]),
        StepVerdict::Drifted
    );
}

#[test]
fn docker_port_tells_its_lines_in_any_order() {
    let older =
        "443/tcp -> 0.0.0.0:8443\n443/tcp -> :::8443\n80/tcp -> 0.0.0.0:8080\n80/tcp -> :::8080";
    let newer = "80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n443/tcp -> 0.0.0.0:8443\n443/tcp -> [::]:8443";
    let verdict = |one: &str, other: &str| both_ways(&[], "docker port web", one, other, 0);
    assert_eq!(verdict(older, newer), StepVerdict::Drifted);
    let alone = "443/tcp -> 0.0.0.0:8443\n80/tcp -> 0.0.0.0:8080";
    assert_eq!(verdict(alone, newer), StepVerdict::Drifted);
    assert_eq!(verdict(alone, older), StepVerdict::Drifted);
    for wrong in [
        "80/tcp -> 0.0.0.0:8080",
        "80/tcp -> 0.0.0.0:8443\n443/tcp -> 0.0.0.0:8080",
        "80/tcp -> 127.0.0.1:8080\n443/tcp -> 0.0.0.0:8443",
        "80/udp -> 0.0.0.0:8080\n443/tcp -> 0.0.0.0:8443",
        "80/tcp -> 0.0.0.0:8080\n80/tcp -> :::8080\n443/tcp -> 0.0.0.0:8443",
        "80/tcp -> :::8080\n443/tcp -> :::8443",
        "80/tcp -> 0.0.0.0:8080\n443/tcp -> 0.0.0.0:8443\n90/tcp -> 0.0.0.0:9090",
    ] {
        assert_eq!(verdict(wrong, newer), StepVerdict::Failed, "{wrong}");
    }
    let doubled = format!("{older}\n80/tcp -> :::8080");
    let another =
        "443/tcp -> 0.0.0.0:8443\n80/tcp -> 0.0.0.0:8080\n80/tcp -> :::8080\n80/tcp -> :::8080";
    for (wrong, run) in [
        (doubled.as_str(), older),
        (another, alone),
        (another, older),
    ] {
        assert_eq!(verdict(wrong, run), StepVerdict::Failed, "{wrong}");
    }
}

/// What `docker info` prints on a machine of Docker's version `version`.
fn info(version: &str, counts: [u8; 4], runtimes: &str) -> String {
    let [all, running, paused, stopped] = counts;
    format!(
        "Client:\n Context:    default\n\nServer:\n Containers: {all}\n  Running: {running}\n  \
         Paused: {paused}\n  Stopped: {stopped}\n Server Version: {version}\n Storage Driver: \
         overlay2\n Swarm: inactive\n Runtimes: {runtimes}\n Operating System: {version} OS\n \
         Name: {version}-host\n Docker Root Dir: /var/lib/docker"
    )
}

#[test]
fn docker_info_describes_another_machine_and_the_exercise() {
    let made = ["docker run --name web nginx"];
    let verdict = |one: &str, other: &str| {
        let transcript = format!("$ {}\n...\n$ docker info\n{one}", made[0]);
        let run = [printed("", 0), printed(other, 0)];
        judged(&transcript, &run)[1].verdict
    };
    let here = info("28.5.2", [1, 1, 0, 0], "runc io.containerd.runc.v2");
    let there = info("20.10.24", [3, 2, 0, 1], "runc");
    assert_eq!(verdict(&there, &here), StepVerdict::Drifted);
    let other_order = here.replace("runc io.containerd.runc.v2", "io.containerd.runc.v2 runc");
    assert_eq!(verdict(&other_order, &here), StepVerdict::Passed);
    for (right, wrong) in [
        // Fewer containers than the exercise has, and numbers that do not add up.
        ("Containers: 3\n  Running: 2", "Containers: 0\n  Running: 0"),
        ("Paused: 0", "Paused: 1"),
        ("Swarm: inactive", "Swarm: active"),
        ("overlay2", "overlay9"),
        (": runc", ": runk"),
        (" Runtimes: runc\n", ""),
        (" Swarm: inactive\n", ""),
        ("20.10.24\n Storage", "new\n Storage"),
    ] {
        let notes = there.replacen(right, wrong, 1);
        assert_ne!(notes, there, "{wrong}");
        assert_eq!(verdict(&notes, &here), StepVerdict::Failed, "{wrong}");
    }
    // They add up, but the container of the exercise is said to have ended.
    let ended = info("20.10.24", [3, 0, 0, 3], "runc");
    assert_eq!(verdict(&ended, &here), StepVerdict::Failed);
    // Of the same machine its own text is known.
    let elsewhere = here.replace("/var/lib/docker", "/data/docker");
    assert_eq!(verdict(&elsewhere, &here), StepVerdict::Failed);
    let filtered = |notes: &str, run: &str| {
        let transcript = format!("$ docker info | grep -i containers\n{notes}");
        judged(&transcript, &[printed(run, 0)])[0].verdict
    };
    assert_eq!(
        filtered(" Containers: 2", " Containers: 1"),
        StepVerdict::Drifted
    );
    assert_eq!(
        filtered(" Containers: two", " Containers: 1"),
        StepVerdict::Failed
    );
}

const BUILD: &str = "docker build -t x .";

/// What BuildKit prints of a build that ends with `error`.
fn buildkit(error: &str) -> String {
    format!(
        "[+] Building 0.1s (1/1) FINISHED        docker:default\n => [internal] load build definition from Dockerfile     0.0s\n => => transferring dockerfile: 2B     0.0s\nERROR: {error}"
    )
}

#[test]
fn a_dockerfile_that_is_missing_is_missing_for_both_builders() {
    let legacy = |file: &str| {
        format!(
            "unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat /home/me/app/{file}: no such file or directory"
        )
    };
    for start in ["", "failed to build: "] {
        let newer = buildkit(&format!(
            "{start}failed to solve: failed to read dockerfile: open Dockerfile: no such file or directory"
        ));
        let verdict = |file: &str| both_ways(&[], BUILD, &legacy(file), &newer, 1);
        assert_eq!(verdict("Dockerfile"), StepVerdict::Drifted);
        assert_eq!(verdict("Dockerfile.dev"), StepVerdict::Failed);
    }
}

#[test]
fn an_instruction_that_is_none_is_none_for_both_builders() {
    let legacy = |line: usize, word: &str| {
        format!(
            "Sending build context to Docker daemon  2.048kB\nError response from daemon: dockerfile parse error line {line}: unknown instruction: {word}"
        )
    };
    let newer = buildkit(
        "failed to solve: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
    );
    let verdict = |line: usize, word: &str| both_ways(&[], BUILD, &legacy(line, word), &newer, 1);
    assert_eq!(verdict(2, "RUNN"), StepVerdict::Drifted);
    assert_eq!(verdict(3, "RUNN"), StepVerdict::Failed);
    assert_eq!(verdict(2, "COPPY"), StepVerdict::Failed);
}

#[test]
fn a_file_that_is_not_in_the_context_is_missing_for_both_builders() {
    let legacy = |file: &str| {
        format!(
            "Sending build context to Docker daemon  2.048kB\nStep 1/2 : FROM busybox\n ---> 384904de1424\nStep 2/2 : COPY x /x\nCOPY failed: file not found in build context or excluded by .dockerignore: stat {file}: file does not exist"
        )
    };
    let newer = "[+] Building 0.1s (6/6) FINISHED                docker:default\n => CACHED [1/2] FROM docker.io/library/busybox:latest            0.0s\n => ERROR [2/2] COPY x /x                      0.0s\n------\n > [2/2] COPY x /x:\n------\nDockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> COPY x /x\n   3 |     \n--------------------\nERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref 778d5622-1a93-4529-b76b-facd054475cb::wo8ovo8fchk8g464wreijpb5o: \"/x\": not found";
    let verdict = |file: &str| both_ways(&[], BUILD, &legacy(file), newer, 1);
    assert_eq!(verdict("x"), StepVerdict::Drifted);
    assert_eq!(verdict("y"), StepVerdict::Failed);
    assert_eq!(verdict("dir/x"), StepVerdict::Failed);
}

#[test]
fn a_build_names_its_files_anew_each_time() {
    let error = |reference: &str, file: &str| {
        format!(
            "ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref {reference}: \"/{file}\": not found"
        )
    };
    let ours = error("moby::k2m5ylxq3wyrfdn8hewpmgh9i", "x");
    let theirs = |file: &str| {
        error(
            "778d5622-1a93-4529-b76b-facd054475cb::wo8ovo8fchk8g464wreijpb5o",
            file,
        )
    };
    for (command, exit) in [
        ("docker build . 2>&1 | tail -1", 0),
        ("docker build -q .", 1),
    ] {
        let verdict = |file: &str| both_ways(&[], command, &ours, &theirs(file), exit);
        assert_eq!(verdict("x"), StepVerdict::Passed, "{command}");
        assert_eq!(verdict("y"), StepVerdict::Failed, "{command}");
    }
}

#[test]
fn the_last_line_of_a_build_tells_which_builder_it_was() {
    let legacy = "COPY failed: file not found in build context or excluded by .dockerignore: stat x: file does not exist";
    let newer = |file: &str| {
        format!(
            "ERROR: failed to solve: failed to compute cache key: failed to calculate checksum of ref moby::k2m5ylxq3wyrfdn8hewpmgh9i: \"/{file}\": not found"
        )
    };
    let verdict = |file: &str| {
        both_ways(
            &[],
            "docker build . 2>&1 | tail -1",
            legacy,
            &newer(file),
            0,
        )
    };
    assert_eq!(verdict("x"), StepVerdict::Drifted);
    assert_eq!(verdict("y"), StepVerdict::Failed);
}

#[test]
fn a_folder_that_is_not_there_is_missing_for_both_builders() {
    let legacy = |folder: &str| format!("unable to prepare context: path \"{folder}\" not found");
    let newer = "[+] Building 0.0s (0/0)       docker:default\nERROR: unable to prepare context: path \"nodir\" not found";
    let verdict = |folder: &str| both_ways(&[], "docker build nodir", &legacy(folder), newer, 1);
    assert_eq!(verdict("nodir"), StepVerdict::Drifted);
    assert_eq!(verdict("other"), StepVerdict::Failed);
}

#[test]
fn memory_and_uptime_are_of_the_machine() {
    let (ours, theirs) = (
        "               total        used        free      shared  buff/cache   available\nMem:            3931         682        1187           1        2062        2994\nSwap:           2047           0        2047",
        "               total        used        free      shared  buff/cache   available\nMem:           24105        1249       12375           8       10844       22856\nSwap:              0           0           0",
    );
    for command in ["free -m", "docker exec web free -m"] {
        let verdict = |ours: &str| both_ways(&[], command, ours, theirs, 0);
        assert_eq!(verdict(ours), StepVerdict::Passed, "{command}");
        let without_swap = ours.rsplit_once('\n').unwrap().0;
        assert_eq!(verdict(without_swap), StepVerdict::Failed, "{command}");
        let renamed = ours.replace("Swap:", "Total:");
        assert_eq!(verdict(&renamed), StepVerdict::Failed, "{command}");
    }
    assert_eq!(
        both_ways(&[], "cat free.txt", ours, theirs, 0),
        StepVerdict::Failed
    );
    let (ours, theirs) = (
        " 09:30:42 up 10 days,  3:02,  0 users,  load average: 0.08, 0.03, 0.01",
        " 17:45:40 up  2:29,  0 user,  load average: 10.49, 9.36, 8.83",
    );
    assert_eq!(
        both_ways(&[], "uptime", ours, theirs, 0),
        StepVerdict::Passed
    );
    assert_eq!(
        both_ways(&[], "cat x", ours, theirs, 0),
        StepVerdict::Failed
    );
    let other = "17:45:40 up for ever, load average: none";
    assert_eq!(
        both_ways(&[], "uptime", ours, other, 0),
        StepVerdict::Failed
    );
}

#[test]
fn what_docker_ps_says_of_sizes_is_a_size() {
    let row = |name: &str, size: &str| {
        let header = "CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES     SIZE";
        format!(
            "{header}\ne56ac97ef60a   nginx     \"nginx\"   2 minutes ago   Up 2 minutes   80/tcp    {name}       {size}"
        )
    };
    let made = ["docker run --name web nginx"];
    let ours = row("web", "1.09kB (virtual 187MB)");
    let verdict = |theirs: &str| both_ways(&made, "docker ps -s", &ours, theirs, 0);
    assert_eq!(
        verdict(&row("web", "2B (virtual 122MB)")),
        StepVerdict::Passed
    );
    assert_eq!(
        verdict(&row("app", "2B (virtual 122MB)")),
        StepVerdict::Failed
    );
}

#[test]
fn an_id_whose_digits_are_all_decimal_is_an_id() {
    for command in ["docker ps -q", "docker images -q"] {
        let verdict = both_ways(&[], command, "123456789012", "e56ac97ef60a", 0);
        assert_eq!(verdict, StepVerdict::Passed, "{command}");
    }
    let two = both_ways(
        &[],
        "docker ps -q",
        "123456789012\n123456789012",
        "e56ac97ef60a\n0123456789ab",
        0,
    );
    assert_eq!(two, StepVerdict::Failed);
    let text = both_ways(&[], "cat x", "123456789012", "123456789013", 0);
    assert_eq!(text, StepVerdict::Failed);
}

#[test]
fn what_a_container_prints_behind_a_build_is_compared_for_both_builders() {
    let chain = "docker build -t x . && docker run --rm x";
    let legacy = |said: &str| {
        format!(
            "Sending build context to Docker daemon  2.048kB\nStep 1/2 : FROM busybox\n ---> 384904de1424\nStep 2/2 : CMD [\"date\"]\n ---> Running in 784904de1424\nRemoving intermediate container 784904de1424\n ---> 984904de1425\nSuccessfully built 984904de1425\nSuccessfully tagged x:latest\n{said}"
        )
    };
    let newer = "[+] Building 0.1s (5/5) FINISHED                docker:default\n => [1/1] FROM docker.io/library/busybox:latest            0.0s\n => => writing image sha256:820da85849c97a82f61f87c028bf3a8a906dbd95447567eff4c6f489f2979e18            0.0s\n => => naming to docker.io/library/x            0.0s\nhi\nyou";
    let verdict = |said: &str| both_ways(&[], chain, &legacy(said), newer, 0);
    assert_eq!(verdict("hi\nyou"), StepVerdict::Drifted);
    for wrong in ["hi", "you", "you\nhi", "hi\nyou\ntoo", "hi\nthere", ""] {
        assert_eq!(verdict(wrong), StepVerdict::Failed, "{wrong}");
    }
}

#[test]
fn the_kernel_is_any_machines_and_one_in_an_exercise() {
    let here = "6.1.0-18-amd64";
    let full = "Linux lab 6.1.0-18-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.76-1 (2024-02-01) x86_64 GNU/Linux";
    let theirs = "Linux lab 5.4.0-42-generic #46-Ubuntu SMP Fri Jul 10 00:24:02 UTC 2020 x86_64 x86_64 x86_64 GNU/Linux";
    let logs = |kernel: &str, files: &str| {
        format!(
            "2023/08/30 05:33:12 [notice] 1#1: OS: Linux {kernel}\n\
             2023/08/30 05:33:12 [notice] 1#1: getrlimit(RLIMIT_NOFILE): {files}\n\
             2023/08/30 05:33:12 [notice] 1#1: start worker processes"
        )
    };
    let verdicts = |host: &str, inside: &str, all: &str, logged: &str| {
        let transcript = format!(
            "$ uname -r\n{host}\n$ docker run --rm busybox uname -r\n{inside}\n\
             $ uname -a\n{all}\n$ docker logs web\n{logged}"
        );
        let log = logs(here, "1024:524288");
        let observations = [here, here, full, &log].map(|output| printed(output, 0));
        let judgements = judged(&transcript, &observations).into_iter();
        judgements.map(|one| one.verdict).collect::<Vec<_>>()
    };
    let generic = "5.4.0-42-generic";
    let log = logs(generic, "1048576:1048576");
    let fails = |host: &str, inside: &str, all: &str, logged: &str| {
        verdicts(host, inside, all, logged).contains(&StepVerdict::Failed)
    };
    assert_eq!(
        verdicts(generic, generic, theirs, &log),
        [StepVerdict::Passed; 4]
    );
    assert!(fails(generic, "5.4.0-43-generic", theirs, &log));
    assert!(fails("5.4.0-43-generic", generic, theirs, &log));
    assert!(fails("generic", generic, theirs, &log));
    assert!(fails(
        generic,
        generic,
        &theirs.replace("GNU/Linux", "Minix"),
        &log
    ));
    assert!(fails(
        generic,
        generic,
        theirs,
        &log.replace("-42-", "-43-")
    ));
    assert!(fails(
        generic,
        generic,
        theirs,
        &log.replace("start", "stop")
    ));
    // The version of a distribution is none of a kernel.
    let release = |version: &str| format!("PRETTY_NAME=\"Amazon Linux {version}\"");
    let transcript = format!(
        "$ docker run --rm amazonlinux cat /etc/os-release\n{}",
        release("2023.1.20230705")
    );
    let run = [printed(&release("2023.9.20251117"), 0)];
    assert_eq!(judged(&transcript, &run)[0].verdict, StepVerdict::Failed);
}

#[test]
fn an_entrypoint_is_the_program_that_prints() {
    let listed = |time: &str, size: &str| {
        format!("total 4\n-rw-r--r--    1 root     root           {size} Nov 29 {time} a.txt")
    };
    let verdict = |command: &str, size: &str| {
        let transcript = format!("$ {command}\n{}", listed("09:00", size));
        judged(&transcript, &[printed(&listed("17:41", "121"), 0)])[0].verdict
    };
    for command in [
        "docker run --rm --entrypoint ls box -l /srv",
        "docker run --rm --entrypoint=/bin/ls box -l /srv",
        "docker run --rm box ls -l /srv",
    ] {
        assert_eq!(verdict(command, "121"), StepVerdict::Passed, "{command}");
        assert_eq!(verdict(command, "122"), StepVerdict::Failed, "{command}");
    }
    let other = "docker run --rm --entrypoint cat box -l /srv";
    assert_eq!(verdict(other, "121"), StepVerdict::Failed);
}

#[test]
fn what_the_machine_is_may_be_another_and_what_the_author_asked_for_may_not() {
    let run = |command: &str, notes: &str, here: &str| {
        one(&format!("$ docker run --rm {command}\n{notes}"), here, 0)
    };
    for (command, notes, here) in [
        ("box nproc", "8", "2"),
        ("box grep -c processor /proc/cpuinfo", "8", "2"),
        ("box sh -c 'ulimit -n'", "1048576", "20000"),
        (
            "box cat /proc/version",
            "Linux version 5.15.0-82-generic (builder@one) (gcc 11.4.0) #91-Ubuntu SMP Mon Aug 14 14:14:14 UTC 2023",
            "Linux version 6.1.0-18-amd64 (debian@other) (gcc-12 12.2.0) #1 SMP Debian 6.1.76-1 (2024-02-01)",
        ),
        (
            "box stat a",
            "Device: 2eh/46d Inode: 1712456     Links: 1",
            "Device: 35h/53d Inode: 10118165    Links: 1",
        ),
        ("box ls -i a", "1712456 a", "10118165 a"),
        (
            "box dd if=/dev/zero of=a bs=1M count=10",
            "10485760 bytes (10 MB, 10 MiB) copied, 0.00752613 s, 1.4 GB/s",
            "10485760 bytes (10 MB, 10 MiB) copied, 0.0105 s, 995 MB/s",
        ),
        ("box date +%m월%d일", "08월30일", "11월29일"),
        ("box date '+%a %b %e %p'", "Wed Aug 30 PM", "Sun Nov 29 AM"),
    ] {
        assert_eq!(run(command, notes, here), Passed, "{command}");
    }
    for (command, notes, here) in [
        ("--cpuset-cpus 0 box nproc", "8", "1"),
        ("box nproc", "0", "2"),
        ("--ulimit nofile=64 box sh -c 'ulimit -n'", "1048576", "64"),
        (
            "box stat a",
            "Device: 2eh/46d Inode: 1712456     Links: 2",
            "Device: 35h/53d Inode: 10118165    Links: 1",
        ),
        ("box ls -i a", "1712456 b", "10118165 a"),
        (
            "box dd if=/dev/zero of=a bs=1M count=10",
            "10485761 bytes (10 MB, 10 MiB) copied, 0.00752613 s, 1.4 GB/s",
            "10485760 bytes (10 MB, 10 MiB) copied, 0.0105 s, 995 MB/s",
        ),
        ("box date +%m월%d일", "13월30일", "11월29일"),
        ("box date +%m월%d일", "08월30", "11월29일"),
    ] {
        assert_eq!(run(command, notes, here), Failed, "{command}: {notes}");
    }
}

#[test]
fn the_name_servers_are_the_machines_but_for_dockers_own() {
    let run = |options: &str, notes: &str, here: &str| {
        let transcript = format!("$ docker run --rm {options} box cat /etc/resolv.conf\n{notes}");
        one(&transcript, here, 0)
    };
    let own = "search lan\nnameserver 127.0.0.11\noptions ndots:0";
    let here = "# by hand\nnameserver 127.0.0.11\noptions ndots:0";
    assert_eq!(
        run(
            "",
            "search lan\nnameserver 10.0.0.1\nnameserver 10.0.0.2",
            "nameserver 9.9.9.9\noptions edns0"
        ),
        Passed
    );
    assert_eq!(run("--net app", own, here), Passed);
    assert_eq!(run("--net app", "nameserver 10.0.0.1", here), Failed);
    assert_eq!(run("", "nameserver one", "nameserver 9.9.9.9"), Failed);
    assert_eq!(
        run("--dns 1.1.1.1", "nameserver 8.8.8.8", "nameserver 1.1.1.1"),
        Failed
    );
}

#[test]
fn a_server_starts_a_worker_for_each_processor() {
    let log = |workers: &[u32]| {
        let line = |text: String| format!("2023/08/30 05:33:12 [notice] 1#1: {text}");
        let started = workers
            .iter()
            .map(|number| format!("start worker process {number}"));
        let lines = std::iter::once("start worker processes".to_owned()).chain(started);
        lines.map(line).collect::<Vec<_>>().join("\n")
    };
    let logged = |notes: &str, here: &str| one(&format!("$ docker logs web\n{notes}"), here, 0);
    assert_eq!(logged(&log(&[29, 30, 31, 32]), &log(&[20, 21])), Passed);
    assert_eq!(logged(&log(&[29]), &log(&[20, 21])), Passed);
    assert_eq!(logged(&log(&[]), &log(&[20, 21])), Failed);
    let set = "$ echo 'worker_processes 2;' > nginx.conf\n";
    let transcript = |notes: &str| format!("{set}$ docker logs web\n{notes}");
    let of_author = |notes: &str| {
        let here = [printed("", 0), printed(&log(&[20, 21]), 0)];
        judged(&transcript(notes), &here)[1].verdict
    };
    assert_eq!(of_author(&log(&[29, 30])), Passed);
    assert_eq!(of_author(&log(&[29, 30, 31])), Failed);
    assert_eq!(logged(&log(&[29, 30]), &log(&[])), Failed);
    let table = |processes: &[&str]| {
        let row = |(number, name): (usize, &&str)| {
            format!(
                "root   {}   4711   0   05:33   ?   00:00:00   {name}",
                5000 + number
            )
        };
        let rows = processes.iter().enumerate().map(row);
        let head = "UID    PID    PPID   C   STIME   TTY   TIME   CMD".to_owned();
        std::iter::once(head)
            .chain(rows)
            .collect::<Vec<_>>()
            .join("\n")
    };
    let listed = |notes: &str, here: &str| one(&format!("$ docker top web\n{notes}"), here, 0);
    let (first, worker) = ("nginx: master process", "nginx: worker process");
    let two = table(&[first, worker, worker]);
    assert_eq!(
        listed(&table(&[first, worker, worker, worker, worker]), &two),
        Passed
    );
    assert_eq!(listed(&table(&[first, worker]), &two), Passed);
    assert_eq!(listed(&table(&[first]), &two), Failed);
    let of_user = |user: &str| {
        let (last, name) = (format!("root   {}", 5001), format!("{user}   5001"));
        table(&[first, worker]).replace(&last, &name)
    };
    assert_eq!(listed(&of_user("systemd+"), &of_user("101")), Passed);
    assert_eq!(listed(&of_user("systemd+"), &of_user("root")), Failed);
    assert_eq!(listed(&of_user("root"), &of_user("101")), Failed);
    assert_eq!(listed(&table(&[first, first, worker]), &two), Failed);
}

#[test]
fn a_machine_may_hold_more_things_than_the_lab_and_not_fewer() {
    let table = |images: &str, containers: &str| {
        format!(
            "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE\n\
             Images          {images:<9} 1         27MB      0B (0%)\n\
             Containers      {containers:<9} 1         12B       4B (33%)"
        )
    };
    let run = |before: [&str; 2], after: [&str; 2]| {
        let transcript = format!(
            "$ docker system df\n{}\n$ docker run -d box\n...\n$ docker system df\n{}",
            table(before[0], before[1]),
            table(after[0], after[1])
        );
        let here = [table("1", "1"), String::new(), table("1", "2")];
        let here = here.map(|output| printed(&output, 0));
        judged(&transcript, &here)[2].verdict
    };
    assert_eq!(run(["1", "1"], ["1", "2"]), Passed);
    assert_eq!(run(["12", "4"], ["12", "5"]), Unchecked);
    assert_eq!(run(["1", "1"], ["1", "4"]), Failed);
    assert_eq!(run(["12", "4"], ["12", "4"]), Failed);
    assert_eq!(run(["12", "4"], ["12", "7"]), Failed);
    assert_eq!(run(["12", "4"], ["0", "5"]), Failed);
    let pruned = |prune: &str, noted: [&str; 2]| {
        let table_then = table(noted[0], noted[1]);
        let transcript = format!("$ {prune}\n...\n$ docker system df\n{table_then}");
        let here = ["Total reclaimed space: 0B", &table("1", "1")];
        judged(&transcript, &here.map(|output| printed(output, 0)))[1].verdict
    };
    assert_eq!(pruned("docker container prune -f", ["12", "4"]), Failed);
    for prune in ["container prune", "image prune", "system prune"] {
        let prune = format!("docker {prune} -f");
        assert_eq!(pruned(&prune, ["12", "1"]), Passed, "{prune}");
    }
    assert_eq!(pruned("docker image prune -af", ["12", "1"]), Failed);
}

#[test]
fn rows_by_a_template_are_about_the_machines_other_things_too() {
    let run = |command: &str, notes: &str, here: &str| {
        let id = "e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789";
        let transcript = format!("$ docker run -d --name web box\n{id}\n$ {command}\n{notes}");
        let own = id.replace('e', "f");
        judged(&transcript, &[printed(&own, 0), printed(here, 0)])[1].verdict
    };
    let (short, here) = ("e56ac97ef60a", "f56ac97ff60a");
    for (command, notes, here) in [
        ("docker ps --format '{{.Names}}'", "web\nblog", "web"),
        (
            "docker ps --format '{{.Names}}: {{.Image}}'",
            "blog: press\nweb: box",
            "web: box",
        ),
        (
            "docker ps --format 'table {{.Names}}\\t{{.Image}}'",
            "NAMES     IMAGE\nweb       box\nblog      press",
            "NAMES     IMAGE\nweb       box",
        ),
        (
            "docker image ls --format '{{.Repository}}:{{.Tag}}'",
            "press:1\nbox:latest",
            "box:latest",
        ),
        ("docker ps -q", &format!("{short}\n0123456789ab"), here),
    ] {
        assert_eq!(run(command, notes, here), Passed, "{command}");
    }
    for (command, notes, here) in [
        ("docker ps --format '{{.Names}}'", "blog", "web"),
        ("docker ps --format '{{.Names}}'", "web\nbox", "web"),
        (
            "docker ps --format '{{.Names}}: {{.Image}}'",
            "web: press",
            "web: box",
        ),
        (
            "docker ps --filter name=web --format '{{.Names}}'",
            "web\nblog",
            "web",
        ),
        ("docker ps -q", "0123456789ab", here),
        ("docker ps -q", &format!("{short}\n{short}"), here),
    ] {
        assert_eq!(run(command, notes, here), Failed, "{command}: {notes}");
    }
}

#[test]
fn what_only_some_machines_say_of_an_image_or_a_limit_comes_and_goes() {
    let digest = "51b67269f354137895d43f3b3d810bfacd3945438e94dc5ac55fdac340352f48";
    let removed = format!("Untagged: box:latest\nUntagged: box@sha256:{digest}");
    let run = |notes: &str, here: &str| one(&format!("$ docker rmi box\n{notes}"), here, 0);
    assert_eq!(run(&removed, "Untagged: box:latest"), Passed);
    assert_eq!(run("Untagged: box:latest", &removed), Passed);
    assert_eq!(run(&removed, "Untagged: other:latest"), Failed);
    let of_another = removed.replace("box@", "other@");
    assert_eq!(run(&of_another, "Untagged: box:latest"), Failed);
    let warning = "WARNING: Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.";
    let limited = |notes: &str, here: &str| {
        one(
            &format!("$ docker run --rm -m 64m box echo hi\n{notes}"),
            here,
            0,
        )
    };
    assert_eq!(limited(&format!("{warning}\nhi"), "hi"), Passed);
    assert_eq!(limited("hi", &format!("{warning}\nhi")), Passed);
    assert_eq!(limited(&format!("{warning}\nho"), "hi"), Failed);
}

#[test]
fn a_picked_port_is_one_value_in_a_table_and_in_compact_json() {
    let transcript = |table: u32, json: u32| {
        format!(
            "$ docker ps --format 'table {{{{.Image}}}}\\t{{{{.Ports}}}}'\nIMAGE     PORTS\n\
             web       0.0.0.0:{table}->80/tcp\n\
             $ docker inspect -f '{{{{json .NetworkSettings.Ports}}}}' w1\n\
             {{\"80/tcp\":[{{\"HostIp\":\"0.0.0.0\",\"HostPort\":\"{json}\"}}]}}"
        )
    };
    let run = |table: u32, json: u32| {
        let here = transcript(32768, 32768);
        let outputs: Vec<String> = here
            .split("$ docker")
            .skip(1)
            .map(|step| {
                step.split_once('\n')
                    .map_or("", |(_, output)| output)
                    .trim_end()
                    .to_owned()
            })
            .collect();
        let observed: Vec<Observation> = outputs.iter().map(|output| printed(output, 0)).collect();
        let notes = format!(
            "$ docker run -d -P --name w1 web\n...\n{}",
            transcript(table, json)
        );
        let observed = [vec![printed("", 0)], observed].concat();
        judged(&notes, &observed)
            .into_iter()
            .map(|one| one.verdict)
            .collect::<Vec<_>>()
    };
    assert_eq!(run(49153, 49153)[1..], [Passed, Passed]);
    assert_eq!(run(49153, 49154)[2], Failed);
}

#[test]
fn an_alias_of_the_notes_shell_is_no_claim() {
    let row = |words: &str| format!("root 4711 1 0 10:31 pts/0 00:00:00 {words}");
    let verdict = |noted: &str| {
        let transcript = format!("$ ps -ef | grep 'sleep 9'\n{}", row(noted));
        one(&transcript, &row("grep sleep 9"), 0)
    };
    assert_eq!(verdict("grep sleep 9"), Passed);
    assert_eq!(verdict("grep --color=auto sleep 9"), Drifted);
    assert_eq!(verdict("grep --color=auto sleep 8"), Failed);
    assert_eq!(verdict("egrep sleep 9"), Failed);
}
