//! Equivalent spellings of a command are read alike everywhere: the images that
//! they need, the names and ports that they give, the Dockerfile that they read,
//! the shell that they open, whether a remark may stand behind them, and how what
//! they print is judged.

use std::collections::BTreeSet;

use labbook::diagnostic::Source;
use labbook::engine::{MadeName, names_given_by};
use labbook::exercise::{self, Exercise};
use labbook::judge::{self, Judge, JudgedExercise, Observation, Role};
use labbook::lab::Surroundings;
use labbook::notes::Notes;
use labbook::session;

/// Spellings of one command, with something that it prints.
const GROUPS: &[(&str, &[&str])] = &[
    // Wrappers and keywords.
    (
        "hi",
        &[
            "docker run --rm busybox echo hi",
            "timeout 60 docker run --rm busybox echo hi",
            "timeout -s KILL 60 docker run --rm busybox echo hi",
            "nohup docker run --rm busybox echo hi",
            "nice -n 5 docker run --rm busybox echo hi",
            "env LANG=C docker run --rm busybox echo hi",
            "LANG=C docker run --rm busybox echo hi",
            "stdbuf -oL docker run --rm busybox echo hi",
            "/usr/bin/docker run --rm busybox echo hi",
            "command docker run --rm busybox echo hi",
            "for i in 1; do docker run --rm busybox echo hi; done",
            "if true; then docker run --rm busybox echo hi; fi",
            "while false; do true; done; docker run --rm busybox echo hi",
            "{ docker run --rm busybox echo hi; }",
            "(docker run --rm busybox echo hi)",
            "true && docker run --rm busybox echo hi",
            "bash -c 'docker run --rm busybox echo hi'",
            "docker container run --rm busybox echo hi",
            "docker run --rm=true busybox echo hi",
            "docker run --rm -- busybox echo hi",
            "docker --context default run --rm busybox echo hi",
            "docker -l error run --rm busybox echo hi",
            "docker --log-level=error run --rm busybox echo hi",
        ],
    ),
    // Options joined, clustered and behind operands.
    (
        "Successfully tagged who:latest",
        &[
            "docker build -t who .",
            "docker build -twho .",
            "docker build -t=who .",
            "docker build --tag who .",
            "docker build --tag=who .",
            "docker build . -t who",
            "docker build . -m 512m -t who",
            "docker build . --memory=512m -t who",
            "docker build -t who . --add-host db:10.0.0.2",
            "docker build -t who --build-arg A=1 .",
            "docker build -t who --label a=b --no-cache .",
            "docker image build -t who .",
            "docker builder build -t who .",
            "docker buildx build -t who .",
            "docker build -qt who .",
            "docker build -t who:latest .",
            "docker build -t docker.io/library/who .",
            "timeout 300 docker build -t who .",
        ],
    ),
    (
        "Successfully tagged who:latest",
        &[
            "docker build -t who -f Dockerfile.prod .",
            "docker build -t who -fDockerfile.prod .",
            "docker build -t who --file=Dockerfile.prod .",
            "docker build . -t who --file Dockerfile.prod",
            "timeout 300 docker build -t who -f Dockerfile.prod .",
            "DOCKER_BUILDKIT=0 docker build -t who -f Dockerfile.prod .",
            "sudo -E docker build -t who -f Dockerfile.prod .",
        ],
    ),
    (
        "4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01db0b339c4c01",
        &[
            "docker run -d -p 22222:80 --name web nginx",
            "docker run -dp 22222:80 --name web nginx",
            "docker run -dp22222:80 --name web nginx",
            "docker run -d -p22222:80 --name web nginx",
            "docker run -d -p=22222:80 --name web nginx",
            "docker run -d --publish 22222:80 --name web nginx",
            "docker run --detach --publish=22222:80/tcp --name=web nginx",
            "docker run -d -p 127.0.0.1:22222:80 --name web nginx",
            "docker container run -dp 22222:80 --name web nginx:latest",
            "docker run -dp 22222:80 --name web docker.io/library/nginx",
        ],
    ),
    (
        "",
        &[
            "docker run -it --name desk -v data:/d ubuntu bash",
            "docker run -i -t --name desk -v data:/d ubuntu bash",
            "docker run -ti --name=desk --volume data:/d ubuntu /bin/bash",
            "docker run -itv data:/d --name desk ubuntu bash",
            "docker run --interactive --tty --name desk --volume=data:/d ubuntu bash",
            "sudo docker run -it --name desk -v data:/d ubuntu bash",
            "docker run -it --name desk --mount type=volume,source=data,target=/d ubuntu bash",
            "docker run -it --name desk --mount src=data,dst=/d ubuntu bash",
            "docker container run -it --name desk -v data:/d ubuntu bash",
            "winpty docker run -it --name desk -v data:/d ubuntu bash",
        ],
    ),
    // Management words and aliases.
    (
        "CONTAINER ID   IMAGE   COMMAND   CREATED         STATUS         PORTS   NAMES\n\
         4c01db0b339c   nginx   \"sh\"      2 minutes ago   Up 2 minutes           web",
        &[
            "docker ps",
            "docker container ls",
            "docker container list",
            "docker container ps",
            "sudo docker ps",
            "sudo -E docker ps",
            "docker --context default ps",
            "docker -c default container ls",
            "docker --host=unix:///var/run/docker.sock ps",
        ],
    ),
    (
        "4c01db0b339c   nginx   \"sh\"      2 minutes ago   Up 2 minutes           web",
        &[
            "docker ps | grep web",
            "docker --context default ps | grep web",
            "docker container ls | grep web",
            "sudo docker ps | grep web",
            "timeout 5 docker ps | grep web",
        ],
    ),
    (
        "web",
        &[
            "docker rm web",
            "docker container rm web",
            "docker container remove web",
            "docker -D rm web",
        ],
    ),
    (
        "REPOSITORY   TAG      IMAGE ID       CREATED         SIZE\n\
         nginx        latest   4c01db0b339c   2 minutes ago   140MB",
        &[
            "docker images",
            "docker image ls",
            "docker image list",
            "sudo docker image ls",
        ],
    ),
    (
        "Untagged: who:latest",
        &[
            "docker rmi who",
            "docker image rm who",
            "docker image remove who",
            "docker rmi -f who",
        ],
    ),
    (
        "",
        &[
            "docker tag nginx:latest mine:1",
            "docker image tag nginx:latest mine:1",
            "docker tag nginx mine:1",
            "docker tag docker.io/library/nginx mine:1",
            "docker tag library/nginx mine:1",
            "docker tag index.docker.io/library/nginx:latest mine:1",
        ],
    ),
    (
        "data",
        &[
            "docker volume create data",
            "docker volume create --driver local data",
        ],
    ),
];

fn note_of(command: &str, output: &str) -> String {
    format!(
        "## Docker\n- How?\n  - So.\n```\nFROM ubuntu\n```\n```\n$ {command}\n{output}\n# 지워졌다\n```\n"
    )
}

fn exercise_of(command: &str, output: &str) -> Exercise {
    let source = Source::new("note.md", note_of(command, output));
    let notes = Notes::parse(&source).unwrap().0;
    let mut found = exercise::discover(&[notes], &[]);
    assert!(found.errors.is_empty(), "{command}: {:?}", found.errors);
    found.exercises.remove(0)
}

/// What the rooms of labbook read out of a command.
#[derive(Debug, PartialEq)]
struct Meaning {
    images: BTreeSet<String>,
    names: BTreeSet<MadeName>,
    dockerfile: Vec<std::path::PathBuf>,
    opens_shell: bool,
    expected: Vec<String>,
    judged: String,
    is_asked_again: bool,
}

fn meaning(command: &str, output: &str) -> Meaning {
    let exercise = exercise_of(command, output);
    let surroundings = Surroundings::default();
    let script = JudgedExercise {
        steps: &exercise.steps,
        setup: &[],
        files: exercise.file_texts(),
        surroundings: &surroundings,
    };
    let mut explained = judge::explain(&script);
    explained.retain(|line| line.role == Role::Output);
    Meaning {
        images: exercise
            .images
            .iter()
            .map(|image| labbook::docker::names::with_tag(image))
            .collect(),
        names: names_given_by(command),
        dockerfile: exercise
            .files
            .iter()
            .map(|file| file.path.clone())
            .collect(),
        opens_shell: session::opens_shell(command),
        expected: exercise.steps[0]
            .expected
            .iter()
            .map(|line| line.text.clone())
            .collect(),
        judged: format!("{explained:?}"),
        is_asked_again: Judge::new(script)
            .waits(0, &Observation::default(), Some(7))
            .is_some(),
    }
}

#[test]
fn equivalent_spellings_mean_the_same_everywhere() {
    let mut pairs = 0;
    for (output, spellings) in GROUPS {
        let plain = meaning(spellings[0], output);
        for spelling in &spellings[1..] {
            pairs += 1;
            assert_eq!(meaning(spelling, output), plain, "{spelling}");
        }
    }
    assert!(pairs >= 80, "{pairs} pairs");
}

#[test]
fn the_plain_spellings_mean_something() {
    let of = |command: &str| meaning(command, "");
    let run = of("docker run -d -p 22222:80 --name web nginx");
    assert!(run.images.contains("nginx:latest"));
    assert!(run.names.contains(&MadeName::Port("22222/tcp".into())));
    assert!(run.names.contains(&MadeName::Container("web".into())));
    assert!(of("docker run -it ubuntu").opens_shell);
    let build = of("docker build -t who -f Dockerfile.prod .");
    assert_eq!(
        build.dockerfile,
        [std::path::PathBuf::from("Dockerfile.prod")]
    );
    assert!(build.names.contains(&MadeName::Image("who:latest".into())));
    // A remark is no output where the command prints none.
    assert_eq!(
        of("docker rm web")
            .expected
            .iter()
            .filter(|line| line.contains('#'))
            .count(),
        0
    );
    assert_eq!(
        of("cat x")
            .expected
            .iter()
            .filter(|line| line.contains('#'))
            .count(),
        1
    );
}
