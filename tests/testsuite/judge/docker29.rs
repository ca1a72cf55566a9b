//! What Docker 28.5.2 and 29.7.2 printed for the same commands, each taken as the
//! notes of the other's run.

use std::sync::LazyLock;

use labbook::judge::{Judge, JudgedExercise, Observation, StepJudgement, StepVerdict};
use labbook::lab::Surroundings;
use labbook::session::Step;
use regex::Regex;

use super::support::{complaints, in_parallel, records, steps};

/// One command of a recording.
#[derive(Debug, Clone)]
struct Entry {
    command: String,
    output: Vec<String>,
    exit: i32,
}

/// The commands in `tests/records/docker/NAME.txt`.
fn recording(name: &str) -> Vec<Entry> {
    let path = records().join(format!("docker/{name}.txt"));
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut entries: Vec<Entry> = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            entries.push(Entry {
                command: command.to_owned(),
                output: Vec::new(),
                exit: 0,
            });
            continue;
        }
        let entry = entries
            .last_mut()
            .expect("a recording begins with a command");
        let status = line
            .strip_prefix("[exit ")
            .and_then(|rest| rest.strip_suffix(']'));
        match status {
            Some(status) => entry.exit = status.parse().unwrap(),
            None => entry.output.push(line.to_owned()),
        }
    }
    entries
}

/// The recording as notes.
fn as_notes(entries: &[Entry]) -> Vec<Step> {
    let mut text = String::from("# Note\n\n```\n");
    for entry in entries {
        text.push_str(&format!("$ {}\n", entry.command));
        for line in &entry.output {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.push_str("```\n");
    let steps = steps(&text);
    let commands: Vec<&str> = steps.iter().filter_map(Step::command).collect();
    let expected: Vec<&str> = entries.iter().map(|entry| entry.command.as_str()).collect();
    assert_eq!(commands, expected);
    steps
}

fn as_run(entry: &Entry) -> Observation {
    Observation {
        sent: Some(entry.command.clone()),
        output: entry.output.clone(),
        exit: Some(entry.exit),
        prompt: Some("$".to_owned()),
        ..Observation::default()
    }
}

/// What was there before the first command.
fn surroundings(entries: &[Entry]) -> Surroundings {
    let rows = |command: &str| {
        let entry = entries.iter().find(|entry| entry.command == command);
        let rows = entry.unwrap().output.iter().skip(1);
        rows.map(|row| {
            row.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect::<Vec<_>>()
    };
    Surroundings {
        images: rows("docker images --no-trunc")
            .into_iter()
            .map(|row| (format!("{}:{}", row[0], row[1]), row[2].clone()))
            .collect(),
        networks: rows("docker network ls")
            .into_iter()
            .map(|row| (row[1].clone(), row[0].clone()))
            .collect(),
        ..Surroundings::default()
    }
}

/// Two recordings of one store, one of them as the notes.
struct Pair {
    store: &'static str,
    notes: &'static str,
    run: &'static str,
}

impl Pair {
    fn recordings(&self) -> (Vec<Entry>, Vec<Entry>) {
        let read = |version: &str| recording(&format!("{version}-{}", self.store));
        (read(self.notes), read(self.run))
    }
}

impl std::fmt::Display for Pair {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} on {}, {}", self.notes, self.run, self.store)
    }
}

const OLDER: &str = "28.5.2";
const NEWER: &str = "29.7.2";

fn pairs() -> Vec<Pair> {
    let stores = ["overlay2", "containerd"].into_iter();
    stores
        .flat_map(|store| {
            [(OLDER, NEWER), (NEWER, OLDER)].map(|(notes, run)| Pair { store, notes, run })
        })
        .collect()
}

/// Commands whose output Docker 29 changed, in both stores.
const CHANGED: [&str; 24] = [
    "docker version",
    "docker info",
    "docker images",
    "docker images  # on a terminal",
    "docker image ls --tree",
    "docker image ls --tree  # on a terminal",
    "docker images -a",
    "docker images nginx",
    "docker image inspect busybox",
    "docker exec -it web sh",
    "docker inspect b1",
    "docker inspect nosuch",
    "docker inspect -f '{{json .NetworkSettings.Networks}}' b1",
    "docker inspect -f '{{.NetworkSettings.IPAddress}}' b1",
    "docker network inspect lab2",
    "docker network inspect bridge",
    "docker run --rm --ip 172.17.0.9 busybox true",
    "docker image inspect app",
    "docker run --rm --link b1x:b busybox cat /etc/hosts",
    "docker rm -f h b1x b2",
    "docker buildx version",
    // Of one store.
    "docker run -d --name web2 -p 8080:80 nginx",
    "docker inspect -f '{{.GraphDriver.Data.MergedDir}}' b1",
    "docker images -f dangling=true",
];

/// Those that changed in one store alone.
const CHANGED_IN: [(&str, &str); 3] = [
    ("docker run -d --name web2 -p 8080:80 nginx", "overlay2"),
    (
        "docker inspect -f '{{.GraphDriver.Data.MergedDir}}' b1",
        "containerd",
    ),
    ("docker images -f dangling=true", "overlay2"),
];

/// Commands whose recordings differ for another reason than their versions.
const OTHERWISE: [(&str, &str); 13] = [
    (
        "docker run --rm busybox sh -c \"echo hi; exit 3\"",
        "a status that the notes do not tell",
    ),
    (
        "docker save app -o /tmp/app.tar; tar tf /tmp/app.tar | head -20",
        "the order of digests",
    ),
    (
        "docker push app",
        "how many layers wait when the registry cannot be reached",
    ),
    (
        "docker system df",
        "what a build that failed left in the cache",
    ),
    (
        "docker system df -v",
        "what a build that failed left in the cache",
    ),
    (
        "docker builder prune -f",
        "what a build that failed left in the cache",
    ),
    (
        "docker events --since 10m --until 0s | head -30",
        "an event of a failed start, cut by head",
    ),
    (
        "docker compose down -v -t 1",
        "what compose does side by side",
    ),
    (
        "docker compose down -v -t 1  # on a terminal",
        "what compose does side by side",
    ),
    (
        "docker swarm init --advertise-addr 127.0.0.1",
        "names that a swarm draws",
    ),
    ("docker node ls", "names that a swarm draws"),
    (
        "docker service create -d --name s1 --replicas 2 busybox sleep 1000; sleep 6; docker service ls; docker service ps s1",
        "names that a swarm draws",
    ),
    (
        "docker --help | head -40",
        "a line less, and what head then shows",
    ),
];

fn is_otherwise(command: &str) -> bool {
    OTHERWISE.iter().any(|(other, _)| *other == command)
}

fn is_changed(command: &str, store: &str) -> bool {
    let only = CHANGED_IN.iter().find(|(changed, _)| *changed == command);
    CHANGED.contains(&command) && only.is_none_or(|(_, only)| *only == store)
}

fn judged(ours: &[Entry], theirs: &[Entry]) -> Vec<StepJudgement> {
    let (steps, surroundings) = (as_notes(ours), surroundings(theirs));
    let script = JudgedExercise {
        steps: &steps,
        setup: &[],
        files: Vec::new(),
        surroundings: &surroundings,
    };
    let observations: Vec<Observation> = theirs.iter().map(as_run).collect();
    labbook::judge::judge(script, &observations)
}

#[test]
fn what_one_version_prints_holds_on_the_other_or_has_drifted() {
    let wrong = in_parallel(&pairs(), |pair| {
        let (ours, theirs) = pair.recordings();
        let judgements = judged(&ours, &theirs);
        let mut wrong = Vec::new();
        for (entry, judgement) in theirs.iter().zip(judgements) {
            let command = entry.command.as_str();
            let is_right = match judgement.verdict {
                StepVerdict::Drifted => is_changed(command, pair.store),
                StepVerdict::Passed | StepVerdict::Unchecked => !is_changed(command, pair.store),
                _ => false,
            };
            if !is_right && !is_otherwise(command) {
                let verdict = judgement.verdict;
                let complaints = complaints(&[judgement]);
                wrong.push(format!("{pair}: {command} {verdict:?}\n{complaints}"));
            }
        }
        wrong
    });
    let wrong = wrong.concat();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_one_version_prints_passes_on_the_same_version() {
    for store in ["overlay2", "containerd"] {
        for version in [OLDER, NEWER] {
            let entries = recording(&format!("{version}-{store}"));
            for (entry, judgement) in entries.iter().zip(judged(&entries, &entries)) {
                let holds = [StepVerdict::Passed, StepVerdict::Unchecked];
                let is_told = !entry.command.contains("exit 3");
                assert!(
                    !is_told || holds.contains(&judgement.verdict),
                    "{store} {version}: {}\n{}",
                    entry.command,
                    complaints(&[judgement])
                );
            }
        }
    }
}

/// What may be any text of its kind, or is told by one version alone.
static FREE: LazyLock<Regex> = LazyLock::new(|| {
    let kinds = [
        // IDs, digests, and what is made of them.
        r"[0-9a-f]{12,64}|[0-9a-z]{25}\b|(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|[0-9a-f]{8}-[0-9a-f-]{27}",
        // Times, sizes, and numbers of processes.
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|[0-9.]+(?:B|kB|MB|GB|GiB)\b",
        r#"(?:About an? |[0-9]+ )(?:second|minute|hour)s? ago|"(?:Pid|Size)": [0-9]+"#,
        // Addresses that Docker chose.
        r"\b172\.17\.[0-9]+\.[0-9]+\b",
        // What is installed, and on which machine.
        r"(?:[Vv]ersion|Git ?[Cc]ommit): +\S.*|Built: +\S.*|buildx \S.*|CPUs: .*|Total Memory: .*",
        r#""DockerVersion": "\S+"|minimum version .*|Firewall Backend: .*|UserlandProxyPath: .*"#,
        r"^ (?:Operating System|Name|Docker Root Dir): .*|^  Backing Filesystem: .*|^    Path: .*",
        // Which images are in use is told in one layout only.
        r" U$",
    ];
    Regex::new(&kinds.join("|")).unwrap()
});

/// Lines that one version prints, and that none needs to print.
static OF_ONE_VERSION: LazyLock<Regex> = LazyLock::new(|| {
    let lines = [
        r"^ *(?:i )?Info (?:→|->) +U +In Use$",
        r"^WARNING: (?:This is an experimental|Links on the default|Support for cgroup v1)",
        r"^ +(?:Version|Path|Context|buildx|compose|Cgroup Version): ",
        r"^  (?:Backing Filesystem|Supports d_type|Using metacopy|Native Overlay Diff|userxattr): ",
        r"^  (?:driver-type|EnableUserlandProxy|UserlandProxyPath): |^ CDI spec directories:",
        r"^  (?:/etc/cdi|/var/run/cdi|::1/128|127\.0\.0\.0/8|seccomp)$|^   Profile: ",
        r"^Error response from daemon: No such container: ",
        r"^<none> ",
        r#"^ {12}"(?:Bridge|EndpointID|Gateway|GlobalIPv6\w+|HairpinMode|IPAddress|IPPrefixLen)": "#,
        r#"^ {12}"(?:IPv6Gateway|LinkLocalIPv6\w+|MacAddress|SecondaryIP\w+|OnBuild)": "#,
        r#"^ {8}"(?:Parent|DockerVersion|Author)": "#,
        r#"^ {12}"(?:Entrypoint|Env|Labels|User|Volumes)": (?:null|""),?$"#,
        r#"^ {20}"Gateway": "#,
    ];
    Regex::new(&lines.join("|")).unwrap()
});

/// Lines that one machine has, and whose text is free where the other has none.
static OF_ONE_MACHINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^WARNING: Support|^  (?:/|[0-9.:]+/[0-9]+$|EnableUserlandProxy)").unwrap()
});

/// Of a longer output only one word in [`STEP`] is changed.
const LONG: usize = 25;
const STEP: usize = 5;

/// `lines` with a name, a state, a number or a word changed, or a line left out, each in
/// turn; with what was changed.
fn mutants(lines: &[String]) -> Vec<(String, Vec<String>)> {
    let mut all = Vec::new();
    let mut words = 0;
    for (index, line) in lines.iter().enumerate() {
        if !line.trim().is_empty() && !OF_ONE_VERSION.is_match(line) {
            let mut shorter = lines.to_vec();
            shorter.remove(index);
            all.push((format!("- {line}"), shorter));
        }
        let mut before = ' ';
        for (at, letter) in line.char_indices() {
            let begins = letter.is_ascii_alphanumeric() && !before.is_ascii_alphanumeric();
            before = letter;
            let mut free = FREE.find_iter(line);
            if !begins
                || OF_ONE_MACHINE.is_match(line)
                || free.any(|found| found.range().contains(&at))
            {
                continue;
            }
            words += 1;
            if lines.len() > LONG && words % STEP != 0 {
                continue;
            }
            let other = match letter {
                '9' | 'z' | 'Z' => (letter as u8 - 1) as char,
                _ => (letter as u8 + 1) as char,
            };
            let mut text = line.clone();
            text.replace_range(at..=at, &other.to_string());
            let mut changed = lines.to_vec();
            changed[index] = text.clone();
            all.push((format!("~ {text}"), changed));
        }
    }
    all
}

#[test]
fn a_changed_word_or_a_lost_line_fails_on_the_other_version() {
    let found = in_parallel(&pairs(), |pair| {
        let (ours, theirs) = pair.recordings();
        let (steps, surroundings) = (as_notes(&ours), surroundings(&theirs));
        let mut judge = Judge::new(JudgedExercise {
            steps: &steps,
            setup: &[],
            files: Vec::new(),
            surroundings: &surroundings,
        });
        let (mut survivors, mut killed) = (Vec::new(), 0);
        for (number, entry) in theirs.iter().enumerate() {
            if is_changed(&entry.command, pair.store) {
                for (what, output) in mutants(&entry.output) {
                    let changed = Observation {
                        output,
                        ..as_run(entry)
                    };
                    if !judge.would_pass(number, &changed) {
                        killed += 1;
                    } else if !(what.starts_with('-') && what.contains("\"EnableIPv4\"")) {
                        // Without that it is what 26.1 prints.
                        survivors.push(format!("{pair}: {}: {what}", entry.command));
                    }
                }
            }
            judge.observe(number, as_run(entry));
        }
        (survivors, killed)
    });
    let killed: usize = found.iter().map(|(_, killed)| killed).sum();
    let survivors: Vec<String> = found.into_iter().flat_map(|(found, _)| found).collect();
    println!("{killed} changes failed");
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
    assert!(killed > 2000);
}
