//! What a window, a menu or a file system adds or cuts off, and what nobody claims.

use labbook::judge::StepVerdict::{self, Drifted, Failed, Passed, Unchecked};

use super::sentences::{judged, one, printed};

#[test]
fn a_line_of_a_build_that_the_window_cut_is_the_only_one_that_begins_so() {
    let build = |cut: &str| {
        let noted = format!(
            "$ docker build -t x .\n[+] Building 1.3s (6/6) FINISHED\n => [internal] load build context       0.0s\n => [1/2] FROM docker.io/library/busyb  0.0s\n{cut}\n => exporting to image                  0.1s\n => => naming to docker.io/library/x    0.0s"
        );
        let made = "[+] Building 1.1s (6/6) FINISHED\n => [internal] load build context   0.0s\n => [1/2] FROM docker.io/library/busybox   0.0s\n => [2/2] RUN mkdir -p /srv/one && echo made > /srv/one/file   0.2s\n => exporting to image   0.1s\n => => naming to docker.io/library/x   0.0s";
        one(&noted, made, 0)
    };
    assert_eq!(
        build(" => [2/2] RUN mkdir -p /srv/one && ech  0.3s"),
        Passed
    );
    assert_eq!(
        build(" => [2/2] RUN mkdir -p /srv/two && ech  0.3s"),
        Failed
    );
    // The window would have had room for more.
    assert_eq!(
        build(" => [2/2] RUN mkdir -p /srv/one         0.3s"),
        Failed
    );
}

#[test]
fn what_is_only_progress_is_claimed_by_nobody_who_shows_none() {
    let silent = |command: &str, exit: i32| {
        let transcript = format!("$ {command}\n$ echo ok\nok");
        let output = "Step 1/1 : FROM busybox\n ---> e56ac97ef60a\nSuccessfully built e56ac97ef60a";
        let judgements = judged(&transcript, &[printed(output, exit), printed("ok", 0)]);
        judgements[0].verdict
    };
    assert_eq!(silent("docker build -t x .", 0), Unchecked);
    assert_eq!(silent("cd x && docker image build .", 0), Unchecked);
    assert_eq!(silent("docker compose up -d", 0), Unchecked);
    for claims in [
        "docker build -q .",
        "docker build . && docker run x",
        "docker compose up",
        "docker run x",
    ] {
        assert_eq!(silent(claims, 0), Failed, "{claims}");
    }
    assert_eq!(silent("docker build -t x .", 1), Failed);
}

#[test]
fn compose_counts_lists_and_draws_its_menu_as_its_version_does() {
    let noted = "$ docker compose rm -f\nGoing to remove b-1, a-1\n[+] Removing 2/0\n ✔ Container a-1  Removed   0.0s\n ✔ Container b-1  Removed   0.0s";
    let made = |head: &str| {
        format!(
            "{head}\n[+] Removing 2/2\n ✔ Container b-1  Removed   0.1s\n ✔ Container a-1  Removed   0.1s"
        )
    };
    assert_eq!(one(noted, &made("Going to remove a-1, b-1"), 0), Passed);
    assert_eq!(one(noted, &made("Going to remove a-1, c-1"), 0), Failed);

    // Not all of them are done.
    let some = made("Going to remove a-1, b-1").replace("2/2", "2/3");
    assert_eq!(one(noted, &some, 0), Failed);

    let up = "$ docker compose up\nAttaching to a-1\na-1  | ready\na-1 exited with code 0";
    let drawn = "Attaching to a-1\na-1  | ready\na-1 exited with code 0\n\n\nw Enable Watch";
    assert_eq!(one(up, drawn, 0), Passed);
    assert_eq!(one(up, &drawn.replace("w Enable", "an Enable"), 0), Failed);
}

#[test]
fn folders_are_walked_in_the_order_of_the_file_system() {
    for command in [
        "find /app",
        "docker run --rm box tar cvf /tmp/a.tar /app",
        "docker exec box find / -name '*.txt' | grep app",
    ] {
        let noted = format!("$ {command}\n/app/one.txt\n/app/two.txt");
        assert_eq!(
            one(&noted, "/app/two.txt\n/app/one.txt", 0),
            Passed,
            "{command}"
        );
        assert_eq!(
            one(&noted, "/app/two.txt\n/app/six.txt", 0),
            Failed,
            "{command}"
        );
        assert_eq!(one(&noted, "/app/two.txt", 0), Failed, "{command}");
    }
    let sorted = "$ find /app | sort\n/app/one.txt\n/app/two.txt";
    assert_eq!(one(sorted, "/app/two.txt\n/app/one.txt", 0), Failed);
}

#[test]
fn a_shell_passes_on_that_a_program_was_not_found_and_notes_show_that() {
    let exit = |shown: &str| -> StepVerdict {
        let transcript = format!("root@a1b2c3d4e5f6:/# vi{shown}\nroot@a1b2c3d4e5f6:/# exit\nexit");
        let seen = [
            printed("bash: vi: command not found", 127),
            printed("exit", 127),
        ];
        let judgements = judged(&transcript, &seen);
        judgements[judgements.len() - 1].verdict
    };
    assert_ne!(exit("\nbash: vi: command not found"), Failed);
    let alone = judged("$ nosuch", &[printed("", 127)]);
    assert_ne!(alone[0].verdict, Passed);
}

#[test]
fn top_shows_what_the_machine_is_doing_and_which_processes_there_are() {
    let top = |idle: &str, command: &str| {
        format!(
            "%Cpu(s):  0.0 us,  0.3 sy,  0.0 ni,{idle} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n\n    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n      1 root      20   0    4628   3712   3200 S   0.0   0.1   0:00.03 {command}"
        )
    };
    let noted = format!("$ docker exec box top -b -n 1\n{}", top(" 99.7", "nginx"));
    assert_eq!(one(&noted, &top("100.0", "nginx"), 0), Passed);
    assert_eq!(one(&noted, &top("100.0", "apache2"), 0), Failed);
}

#[test]
fn a_machine_tries_its_own_addresses_in_any_order() {
    let noted = "$ docker push localhost:5000/x\nGet \"http://localhost:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused";
    let said = |address: &str| {
        format!(
            "Get \"http://localhost:5000/v2/\": dial tcp {address}:5000: connect: connection refused"
        )
    };
    assert_eq!(one(noted, &said("[::1]"), 1), Passed);
    assert_eq!(one(noted, &said("10.0.0.7"), 1), Failed);
}

#[test]
fn who_may_not_use_docker_is_told_so_in_two_wordings() {
    let said = |got: &str, version: &str| {
        format!(
            "{got}ermission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get \"http://%2Fvar%2Frun%2Fdocker.sock/v{version}/containers/json\": dial unix /var/run/docker.sock: connect: permission denied"
        )
    };
    let noted = format!("$ docker ps\n{}", said("Got p", "1.24"));
    assert_eq!(one(&noted, &said("p", "1.51"), 1), Drifted);
    assert_eq!(one(&noted, &said("Got p", "1.51"), 1), Passed);
    assert_eq!(
        one(&noted, "Cannot connect to the Docker daemon", 1),
        Failed
    );
}

#[test]
fn a_machines_firewall_and_bridge_are_told_by_their_version_and_use() {
    let rules = "$ iptables -t nat -L DOCKER -n\nDNAT       tcp  --  0.0.0.0/0            0.0.0.0/0            tcp dpt:8080 to:10.0.0.2:80";
    let numbered = |number: &str, port: &str| {
        format!(
            "DNAT       {number:<5}--  0.0.0.0/0            0.0.0.0/0            tcp dpt:{port} to:10.0.0.2:80"
        )
    };
    assert_eq!(one(rules, &numbered("6", "8080"), 0), Passed);
    assert_eq!(one(rules, &numbered("17", "8080"), 0), Failed);
    assert_eq!(one(rules, &numbered("6", "8081"), 0), Failed);

    let bridge = |flags: &str, state: &str, length: &str| {
        format!("4: docker0: <{flags}> mtu {length} qdisc noqueue state {state} group default ")
    };
    let up = ("BROADCAST,MULTICAST,UP,LOWER_UP", "UP");
    let down = ("NO-CARRIER,BROADCAST,MULTICAST,UP", "DOWN");
    let noted =
        |(flags, state)| format!("$ ip link show docker0\n{}", bridge(flags, state, "1500"));
    assert_eq!(one(&noted(up), &bridge(down.0, down.1, "1500"), 0), Passed);
    assert_eq!(one(&noted(up), &bridge(down.0, down.1, "1450"), 0), Failed);
    assert_eq!(one(&noted(down), &bridge(up.0, up.1, "1500"), 0), Failed);
}

#[test]
fn instructions_of_layers_are_told_otherwise_behind_a_filter_too() {
    let noted = "$ docker history --no-trunc --format '{{.CreatedBy}}' x | head -2\nCMD [\"id\" \"-un\"]\nENTRYPOINT [\"run.sh\"]";
    let legacy = |last: &str| {
        format!(
            "/bin/sh -c #(nop)  CMD [\"id\" \"-un\"]\n/bin/sh -c #(nop)  ENTRYPOINT [\"{last}\"]"
        )
    };
    assert_eq!(one(noted, &legacy("run.sh"), 0), Drifted);
    assert_eq!(one(noted, &legacy("other.sh"), 0), Failed);
}

#[test]
fn a_labs_own_root_is_made_of_layers_and_a_containers_is_so_anywhere() {
    let row = |disk: &str, place: &str| {
        format!(
            "Filesystem{:<12} Size  Used Avail Use% Mounted on\n{disk:<22}  17G  4.1G   13G  24% {place}",
            ""
        )
    };
    let here =
        "Filesystem      Size  Used Avail Use% Mounted on\noverlay         2.0G   12K  2.0G   1% /";
    let noted = |command: &str, place: &str| {
        format!("$ {command}\n{}", row("/dev/mapper/centos-root", place))
    };
    assert_eq!(one(&noted("df -h /", "/"), here, 0), Passed);
    assert_eq!(one(&noted("df -h /", "/data"), here, 0), Failed);
    assert_eq!(one(&noted("docker exec web df -h /", "/"), here, 0), Failed);
}
