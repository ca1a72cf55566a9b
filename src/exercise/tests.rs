use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnose, Source};
use crate::notes::Notes;
use crate::reason::ReasonKind;

use super::*;

fn notes(name: &str, text: &str) -> Notes {
    Notes::parse(&Source::new(name, text))
        .expect("the note can be read")
        .0
}

fn manifest(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(format!("{name}.toml")), text).expect("a manifest can be written");
}

fn found(note: &str) -> Vec<Exercise> {
    let discovery = discover(&[notes("a.md", note)], &[]);
    assert!(discovery.errors.is_empty());
    discovery.exercises
}

const BUILD: &str = "## Docker\n- How?\n  - so\n\n< Dockerfile >\n```\nFROM ubuntu\nRUN date\n```\n\n```bash\nme@lab:~/temp$ docker build -t it -f Dockerfile2 .\n...\nme@lab:~/temp$ docker run -it it bash\nroot@0123456789ab:/# ls | wc -l\n3\n```\n";

#[test]
fn an_answer_with_a_transcript_is_an_exercise() {
    let found = found(BUILD);
    let [exercise] = found.as_slice() else {
        panic!("one exercise, not {}", found.len())
    };
    assert_eq!(exercise.id, "a/how");
    assert_eq!(exercise.line, 2);
    assert_eq!(exercise.images, ["ubuntu"]);
    assert_eq!(exercise.user.as_deref(), Some("me"));
    assert_eq!(exercise.folder.as_deref(), Some("~/temp"));
    assert_eq!(exercise.programs, ["docker"]);
    assert_eq!(exercise.files[0].path, PathBuf::from("Dockerfile2"));
    assert_eq!(exercise.files[0].contents, "FROM ubuntu\nRUN date\n");
}

#[test]
fn a_dockerfile_that_nothing_uses_is_no_exercise() {
    assert!(found("## Docker\n- How?\n  - so\n```\nFROM ubuntu\n```\n").is_empty());
}

#[test]
fn images_are_named_in_dockerfiles_that_commands_hold_too() {
    let found = found(
        "## Docker\n- How?\n  - so\n```\n$ docker build -t one - <<END\nFROM alpine\nRUN date\nEND\n\
         $ cat > Dockerfile <<END\nFROM debian\nEND\n$ python3 <<END\nfrom nothing import all\nEND\n$ docker run one\n```\n",
    );
    assert_eq!(found[0].images, ["alpine", "debian"]);
}

#[test]
fn images_are_named_in_dockerfiles_that_are_echoed_or_shown_too() {
    let found = found(
        "## Docker\n- How?\n  - so\n```\n$ echo 'FROM alpine' > Dockerfile\n\
         $ printf 'FROM debian\\nRUN date\\n' | docker build -t one -\n$ echo 'FROM here on'\nFROM here on\n\
         $ cat Dockerfile\nFROM fedora\nRUN date\n$ docker run one\n\
         $ printf 'FROM %s\\n' busybox > Dockerfile\n```\n",
    );
    assert_eq!(found[0].images, ["alpine", "debian", "fedora"]);
}

#[test]
fn images_are_named_in_compose_files_that_are_echoed_too() {
    let images = |session: &str| {
        let note = format!("## D\n- Q?\n  - a\n```\n{session}\n$ docker compose up\n```\n");
        found(&note)[0].images.clone()
    };
    assert_eq!(
        images("$ printf 'services:\\n  web:\\n    image: nginx\\n' > compose.yml"),
        ["nginx"]
    );
    assert_eq!(
        images("$ echo -e \"services:\\n  web:\\n    image: nginx\" | tee compose.yml"),
        ["nginx"]
    );
    assert_eq!(
        images(
            "$ echo 'services:' > c.yml\n$ echo '  a:' >> c.yml\n$ echo '    image: redis' >> c.yml"
        ),
        ["redis"]
    );
    assert!(images("$ echo 'image: redis' > c.yml").is_empty());
}

#[test]
fn images_are_named_in_compose_files_that_cat_shows() {
    let found = found(
        "## Docker\n- How?\n  - so\n```\n$ cat compose.yaml\nservices:\n  web:\n    image: nginx\n$ docker compose up -d\n...\n```\n",
    );
    assert_eq!(found[0].images, ["nginx"]);
}

#[test]
fn words_of_the_shells_language_are_no_programs() {
    let found = found(
        "## Docker\n- How?\n  - so\n```\n$ time for i in 1 2; do docker ps; done\n...\n$ if true; then curl web; fi\n...\n```\n",
    );
    assert_eq!(found[0].programs, ["curl", "docker"]);
}

#[test]
fn a_file_is_in_the_folder_where_it_is_used() {
    let file = |above: &str, below: &str| {
        let shown = "```dockerfile\nFROM busybox\nRUN date\n```\n";
        let note = format!("## D\n- Q?\n  - a\n{above}\n{shown}\n```\n{below}\n```\n");
        let file = found(&note)[0].files[0].clone();
        (file.path.display().to_string(), file.written_at.is_some())
    };
    let build = "$ docker build -t it .";
    let entered = "```\n$ mkdir app && cd app\n```\n";
    assert_eq!(file("", build), ("Dockerfile".into(), false));
    assert_eq!(file(entered, build), ("app/Dockerfile".into(), true));
    assert_eq!(
        file("", &format!("$ mkdir app\n$ cd app\n{build}")),
        ("app/Dockerfile".into(), true)
    );
    // The command that moves it finds it where it was.
    assert_eq!(
        file(
            "",
            &format!("$ mkdir app; mv Dockerfile app\n$ cd app\n{build}")
        ),
        ("Dockerfile".into(), false)
    );
    // A folder that is not known is the lab's.
    assert_eq!(
        file("", &format!("$ cd /tmp\n{build}")),
        ("Dockerfile".into(), false)
    );
}

#[test]
fn an_image_that_the_notes_say_is_not_there_is_not_needed() {
    let images = |session: &str| {
        found(&format!("## D\n- Q?\n  - a\n```\n{session}\n```\n"))[0]
            .images
            .clone()
    };
    let missing = "Error response from daemon: No such image: nosuch:latest";
    assert!(images(&format!("$ docker tag nosuch a:b\n{missing}")).is_empty());
    assert!(
        images("$ docker run Ubuntu\ndocker: invalid reference format: repository name must be lowercase.")
            .is_empty()
    );
    assert_eq!(
        images(&format!("$ docker tag such a:b\n{missing}")),
        ["such"]
    );
    // It was there before.
    let removed = "Error: No such image: nosuch:latest";
    assert_eq!(
        images(&format!(
            "$ docker run nosuch\nhi\n$ docker rmi -f nosuch\n...\n$ docker rmi nosuch\n{removed}"
        )),
        ["nosuch"]
    );
    assert_eq!(
        images("$ docker run Ubuntu\nhi\n$ ls\ninvalid reference format"),
        ["Ubuntu"]
    );
}

#[test]
fn images_are_those_that_the_exercise_does_not_make_itself() {
    let found = found(
        "## Docker\n- How?\n  - so\n```\nARG V=1\nFROM golang:${V} AS build\nFROM scratch\nCOPY --from=build /a /a\n```\n\
         ```\n$ docker build -t app .\n$ docker tag app app:v2\n$ docker run -d --name web -p 80:80 nginx:1.25 -g x\n$ docker run app:v2\n$ docker rmi 0123456789ab\n```\n",
    );
    assert_eq!(found[0].images, ["golang:1", "nginx:1.25"]);
}

#[test]
fn clusters_and_overlay_folders_are_needed_where_commands_ask_for_them() {
    let needs = |command: &str| {
        found(&format!("## D\n- Q?\n  - a\n```\n$ {command}\n```\n"))[0]
            .needs
            .clone()
    };
    assert_eq!(needs("kubectl get pods"), [Need::Kubernetes]);
    // What cannot be pulled is one step.
    assert_eq!(needs("docker pull nginx"), []);
    assert_eq!(needs("sudo ls /var/lib/docker/overlay2"), [Need::Overlay2]);
    assert_eq!(needs("docker ps"), []);
}

#[test]
fn a_manifest_is_found_by_question_or_command_and_names_the_exercise() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    manifest(
        folder.path(),
        "how",
        "question = \"How\"\ntitle = \"T\"\nsetup = [\"docker ps\"]\n[limits]\nstep = 5\n[files]\n\"a/b\" = \"c\"\n",
    );
    let manifests = load_manifests(folder.path()).0;
    let discovery = discover(&[notes("a.md", BUILD)], &manifests);
    let exercise = &discovery.exercises[0];
    assert_eq!(
        (exercise.id.as_str(), exercise.title.as_str()),
        ("how", "T")
    );
    assert_eq!(
        exercise.limits,
        Limits {
            step: 5,
            build: 600
        }
    );
    assert!(
        exercise
            .files
            .iter()
            .any(|file| file.path == Path::new("a/b"))
    );
    assert!(discovery.idle.is_empty());

    manifest(
        folder.path(),
        "how",
        "command = [\"-t nothing\", \"build -t it\"]\n",
    );
    let manifests = load_manifests(folder.path()).0;
    assert_eq!(
        discover(&[notes("a.md", BUILD)], &manifests).exercises[0].id,
        "how"
    );
    let both = discover(&[notes("a.md", BUILD), notes("b.md", BUILD)], &manifests);
    assert!(both.errors.is_empty());
    assert_eq!(
        both.exercises
            .iter()
            .map(|exercise| exercise.id.as_str())
            .collect::<Vec<_>>(),
        ["a/how", "b/how"]
    );
}

/// What is said about manifests of these texts and `BUILD`.
fn complaints(texts: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (index, text) in texts.iter().enumerate() {
        manifest(folder.path(), &format!("m{index}"), text);
    }
    let (manifests, mut errors) = load_manifests(folder.path());
    if errors.is_empty() {
        let discovery = discover(&[notes("a.md", BUILD)], &manifests);
        errors = discovery.errors.into_iter().chain(discovery.idle).collect();
    }
    errors
        .iter()
        .map(|error| {
            let said = error.diagnose();
            let line = said
                .place
                .map_or(0, |place| place.source.line(place.range.start));
            format!(
                "{line}: {} ({})",
                said.message,
                said.help.unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn what_is_wrong_with_manifests_is_all_said_with_its_place() {
    let said = complaints(&[
        "question = \"How\"\nsetpu = []\n",
        "title = \"x\"\n",
        "question = ",
        "question = \"x\"\n[files]\n\"../x\" = \"\"\n",
    ]);
    assert_eq!(said.len(), 4, "{said:#?}");
    assert!(
        said[0] == "2: unknown key `setpu` (did you mean `setup`?)",
        "{said:#?}"
    );
    assert!(said[1].contains("does not say which exercise"), "{said:#?}");
    assert!(said[3].contains("outside of the lab's folder"), "{said:#?}");

    assert!(complaints(&["question = \"nobody asked\"\n"])[0].contains("finds no exercise"));
    assert!(
        complaints(&["question = \"How\"\n", "command = \"docker build\"\n"])[0]
            .contains("two manifests")
    );
}

#[test]
fn all_that_is_wrong_with_one_manifest_is_said_at_once() {
    let said = complaints(&[
        "qestion = \"How\"\ncommand = 5\nimages = [\"a\", 3]\nzebra = { dark = true }\nprompts = [\"\"]\n\
         [limits]\nbuid = 3\nstep = 3\nbuild = \"x\"\n[files]\nfolder = \"\"\n\"../x\" = \"\"\n[setup]\na = 1\n",
    ]);
    let lines: Vec<&str> = said
        .iter()
        .filter_map(|said| said.split(':').next())
        .collect();
    assert_eq!(
        lines,
        ["1", "2", "3", "4", "7", "9", "13", "5", "1"],
        "{said:#?}"
    );
    assert_eq!(
        said[0],
        "1: unknown key `qestion` (did you mean `question`?)"
    );
    assert!(
        said[3].starts_with("4: unknown key `zebra` (the keys are title, question, "),
        "{said:#?}"
    );
    assert_eq!(said[4], "7: unknown key `buid` (did you mean `build`?)");
    assert_eq!(said[1], "2: this is no text and no list of texts ()");
    // What is no TOML is read no further.
    let said = complaints(&["qestion = \"How\"\nsetup = [\n  \"a\nfolder = \n"]);
    assert_eq!(said.len(), 1, "{said:#?}");
}

#[test]
fn the_hash_follows_text_and_files_but_not_the_place_in_the_file() {
    let hash = |text: &str| found(text)[0].hash();
    assert_eq!(hash(BUILD), hash(&format!("# Title\n\n{BUILD}")));
    assert_ne!(hash(BUILD), hash(&BUILD.replace("RUN date", "RUN true")));
    assert_ne!(hash(BUILD), hash(&BUILD.replace("\n3\n", "\n4\n")));
}

#[test]
fn the_two_real_notes_hold_four_exercises_of_26_actions() {
    let folder = std::env::var_os("LABBOOK_NOTES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/notes"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        println!("skipped: no notes at {}", folder.display());
        return;
    }
    let read = |name: &str| {
        let source: Arc<Source> = Source::read(&folder.join(name)).expect("the note can be read");
        Notes::parse(&source).expect("the note can be read").0
    };
    let discovery = discover(&[read("mspt2-10.md"), read("mspt3-23-7.md")], &[]);
    assert!(discovery.errors.is_empty());
    assert_eq!(discovery.exercises.len(), 4);
    let steps: Vec<&Step> = discovery
        .exercises
        .iter()
        .flat_map(|exercise| &exercise.steps)
        .collect();
    let host = steps
        .iter()
        .filter(|step| step.on_host() && step.command().is_some())
        .count();
    let container = steps
        .iter()
        .filter(|step| !step.on_host() && step.command().is_some())
        .count();
    let detaches = steps
        .iter()
        .filter(|step| step.keys() == Some(crate::session::Keys::Detach))
        .count();
    assert_eq!((host, container, detaches, steps.len()), (17, 7, 2, 26));
    let files: Vec<_> = discovery
        .exercises
        .iter()
        .flat_map(|exercise| &exercise.files)
        .map(|file| file.path.clone())
        .collect();
    assert_eq!(
        files,
        [PathBuf::from("Dockerfile"), PathBuf::from("Dockerfile2")]
    );
    let images: Vec<_> = discovery
        .exercises
        .iter()
        .map(|exercise| exercise.images.join(","))
        .collect();
    assert_eq!(images, ["", "nginx", "ubuntu", "ubuntu"]);
}

#[test]
fn transcripts_above_one_that_cannot_be_read_are_run() {
    let text =
        "# Lab\n\n```\n$ docker ps\n```\n\n```\n$ echo 'open\n```\n\n```\n$ docker rm a\n```\n";
    let discovery = discover(&[notes("a.md", text)], &[]);
    assert_eq!(discovery.errors.len(), 1);
    let [above, damaged] = discovery.exercises.as_slice() else {
        panic!("{:?}", discovery.exercises);
    };
    let commands: Vec<_> = above.steps.iter().filter_map(Step::command).collect();
    assert_eq!((above.id.as_str(), commands), ("a", vec!["docker ps"]));
    assert!(above.obstacle.is_none());
    let obstacle = damaged.obstacle.as_ref().expect("it is not run");
    assert_eq!((damaged.id.as_str(), damaged.line), ("a/echo-open", 8));
    assert!(obstacle.reason.ends_with("is not run either: line 11"));
    assert!(
        obstacle.is_error && obstacle.reason.contains("a.md:8"),
        "{}",
        obstacle.reason
    );
}

#[test]
fn a_command_in_running_text_is_not_run_and_said_to_be_so() {
    for (text, line) in [
        ("- So:\n\t$ docker ps\n\tCONTAINER ID\n", 4),
        ("{% highlight bash %}\n$ docker ps\n{% endhighlight %}\n", 4),
        ("<pre><code>$ docker ps\n</code></pre>\n", 3),
        ("1. One\n   me@lab:~$ sudo docker ps # 확인\n", 4),
        (
            "=== \"Linux\"\n\n    $ docker ps\n\n    ```\n    $ ls\n    ```\n",
            5,
        ),
        ("$ docker ps\n$ docker images\n", 3),
    ] {
        let found = discover(&[notes("a.md", &format!("# T\n\n{text}"))], &[]).exercises;
        let skipped: Vec<String> = found
            .iter()
            .filter_map(|exercise| exercise.obstacle.as_ref())
            .map(|obstacle| obstacle.reason.to_string())
            .collect();
        let reason = format!(
            "the fence at line {line} is not run: it is an indented block, or stands in running text or HTML: put it between lines of ``` that are not indented"
        );
        assert_eq!(skipped, [reason], "{text}");
    }
    for text in [
        "- `$ docker ps` lists them.\n",
        "$ docker ps 로 확인합니다.\n",
        "<!--\n$ docker ps\n-->\n",
        "Use docker ps.\n",
        "> ```\n> $ docker ps\n> ```\n",
        "- A\n  1. B\n\n     ```\n     $ docker ps\n     ```\n",
    ] {
        let found = discover(&[notes("a.md", &format!("# T\n\n{text}"))], &[]).exercises;
        let skipped = found
            .iter()
            .filter_map(|exercise| exercise.obstacle.as_ref());
        let skipped: Vec<_> = skipped.filter(|obstacle| !obstacle.is_error).collect();
        assert!(skipped.is_empty(), "{text}: {skipped:?}");
    }
}

#[test]
fn a_blank_to_fill_in_is_no_command() {
    for command in [
        "docker stop <container-id>",
        "docker rm 컨테이너이름",
        "docker run [OPTIONS] IMAGE",
        "docker exec -it <컨테이너 ID> bash",
        "docker rm -f ____",
        "docker logs xxxxxxxxxxxx",
        "docker stop CONTAINER_ID",
        "docker stop $CONTAINER_ID",
        "docker logs ${WEB_NAME}",
        "docker push YOUR_ID/web:1",
    ] {
        let note = format!("## T\n- How?\n  - So.\n```\n$ {command}\n```\n");
        let exercises = discover(&[notes("a.md", &note)], &[]).exercises;
        let obstacle = exercises[0].obstacle.as_ref().expect(command);
        assert!(
            !obstacle.is_error && obstacle.reason.starts_with("line 5: "),
            "{obstacle:?}"
        );
        assert_eq!(obstacle.reason.kind, Some(ReasonKind::Blank));
    }
    for command in [
        "docker stop $ID",
        "docker ps -q < list > out",
        "docker rm `docker ps -q`",
        "docker rm {a,b} {1..3}",
        "docker inspect -f '{{.Id}}' web",
        "grep '<b>' page",
        "docker run --name MY_WEB -e A_B=C_D nginx; docker stop MY_WEB",
        "docker rm WEB x_y",
        "WEB_ID=$(docker run -d nginx); docker stop $WEB_ID ${WEB_ID}",
        "for IMAGE_TAG in 1 2; do docker rmi web:$IMAGE_TAG; done",
        "read WEB_NAME && docker stop $WEB_NAME",
    ] {
        let note = format!("## T\n- How?\n  - So.\n```\n$ {command}\n```\n");
        let exercises = discover(&[notes("a.md", &note)], &[]).exercises;
        assert_eq!(exercises[0].obstacle, None, "{command}");
    }
}

/// How many sections run above each section of a page; each types some commands.
fn above(sections: &[&str]) -> Vec<usize> {
    let section = |(number, typed): (usize, &&str)| {
        let lines = typed.lines().map(|line| format!("$ {line}\n"));
        format!("## S{number}\n```\n{}```\n\n", lines.collect::<String>())
    };
    let page: String = sections.iter().enumerate().map(section).collect();
    let sections = found(&format!("# Page\n\n{page}"));
    sections
        .iter()
        .map(|section| section.above().len())
        .collect()
}

#[test]
fn a_section_that_makes_a_container_again_begins_a_lab_of_its_own() {
    let (web, other) = (
        "docker run -d --name web nginx",
        "docker run -d --name other nginx",
    );
    assert_eq!(above(&[web, other, "docker ps"]), [0, 1, 2]);
    assert_eq!(above(&[web, web, "docker ps"]), [0, 0, 1]);
    assert_eq!(above(&[web, "docker rm -f web", web]), [0, 1, 2]);
    assert_eq!(
        above(&[web, "docker rm -f $(docker ps -aq)", web]),
        [0, 1, 2]
    );
    assert_eq!(
        above(&[web, "docker ps -aq | xargs docker rm -f", web]),
        [0, 1, 2]
    );
    assert_eq!(above(&[web, "docker container prune -f", web]), [0, 1, 2]);
    let gone = "docker run --rm --name web nginx true";
    assert_eq!(above(&[gone, gone]), [0, 1]);
    let mounts = "docker run --rm -v data:/in nginx true";
    assert_eq!(above(&[mounts, mounts]), [0, 1]);
    let both = format!("{web} -v data:/in").replace("nginx -v data:/in", "-v data:/in nginx");
    assert_eq!(
        above(&[&both, &both]),
        [0, 1],
        "the volume may hold something"
    );
    assert_eq!(
        above(&[web, "docker run -d -p 80:80 --name web nginx"]),
        [0, 0]
    );
    // It goes on with what was made above.
    let uses = format!("docker exec other true\n{web}");
    assert_eq!(above(&[&format!("{web}\n{other}"), &uses]), [0, 1]);
}

#[test]
fn a_section_whose_list_lacks_the_containers_above_begins_a_lab_of_its_own() {
    const HEAD: &str = "CONTAINER ID   IMAGE   COMMAND   CREATED   STATUS   PORTS   NAMES";
    let row = |name: &str| {
        format!("0a1b2c3d4e5f   nginx   \"sh\"   1 second ago   Up 1 second      {name}\n")
    };
    let list = |command: &str, names: &[&str]| {
        let rows: String = names.iter().map(|name| row(name)).collect();
        format!("$ {command}\n{HEAD}\n{rows}")
    };
    let above = |first: &str, second: &str| {
        let page = format!("# Page\n\n## A\n```\n{first}```\n\n## B\n```\n{second}```\n");
        let sections = found(&page);
        sections[1].above().len()
    };
    let (web, db) = (
        "$ docker run -d --name web nginx\n",
        "$ docker run -d --name db nginx\n",
    );
    for (command, shown, count) in [
        ("docker ps -a", &["db"][..], 0),
        ("docker ps", &["db"], 0),
        ("docker ps -a", &["db", "web"], 1),
        ("docker ps -a | head -2", &["db"], 1),
        ("docker ps -a -f name=db", &["db"], 1),
    ] {
        let second = format!("{db}{}", list(command, shown));
        assert_eq!(above(web, &second), count, "{command} {shown:?}");
    }
    let listed = list("docker ps", &["db"]);
    let ended = format!("{web}$ docker stop web\n");
    assert_eq!(above(&ended, &format!("{db}{listed}")), 1);
    let unnamed = "$ docker run -d nginx\n";
    assert_eq!(above(unnamed, &format!("{db}{listed}")), 0);
    assert_eq!(
        above(web, &format!("$ docker exec web true\n{db}{listed}")),
        1
    );
    assert_eq!(above(web, &format!("{db}{listed}...\n")), 1);
    assert_eq!(above(web, &listed), 1, "what it shows is not its own");
    let none = list("docker ps -a", &[]);
    assert_eq!(
        above(web, &format!("$ docker run --rm nginx true\n{none}")),
        1
    );
}

#[test]
fn a_file_is_there_for_the_first_command_that_takes_its_folder() {
    let note = "# T\n\n## One\n\nCreate `app.py`:\n\n```python\nprint(1)\n```\n\n```\n$ mkdir gs && cd gs\n$ ls -a /\n$ docker build -t gs - < x\n$ docker build -t gs .\n```\n\n## Two\n\n```\n$ sed -i s/1/2/ app.py\n```\n";
    let sections = found(note);
    let file = sections[0].files.first().expect("a given file");
    let places: Vec<usize> = sections[0].steps.iter().map(|step| step.line).collect();
    assert_eq!(file.path, PathBuf::from("gs/app.py"));
    assert_eq!(file.written_at, places.last().copied());
}

/// A document of three sections with transcripts, one of which a manifest belongs to.
const PAGE: &str = "# Lab\n\n## Build\n```\n$ docker build -t app - <<END\nFROM alpine\nEND\n```\n\n\
    ## Ask\n\n- Does it run?\n\n## Run it, and look whether it is there\n```\n$ docker run -it app sh\n/ # ls\n```\n\n\
    ## Leave\n```\n/ # exit\n$ docker rm a\n```\n";

#[test]
fn each_section_of_a_document_is_an_exercise_and_a_question_mark_in_it_takes_none_away() {
    let sections = found(PAGE);
    let ids: Vec<_> = sections.iter().map(|section| section.id.as_str()).collect();
    assert_eq!(ids, ["a/build", "a/run-it-and-look-whether", "a/leave"]);
    let lines: Vec<_> = sections.iter().map(|section| section.line).collect();
    assert_eq!(lines, [3, 14, 20]);
    let steps: Vec<_> = sections.iter().map(|section| section.steps.len()).collect();
    assert_eq!(steps, [1, 2, 2]);
    assert_eq!(
        sections[2].steps[0].level, 1,
        "it goes on in the shell above"
    );
    assert_eq!(
        sections[1].images,
        Vec::<String>::new(),
        "it is built above"
    );
    assert_eq!(
        sections[1].former,
        ["a/run-it-and-look-whether-it-is-there"]
    );
    assert_eq!(sections[2].above().len(), 2);
    assert_eq!(sections[2].with_above().steps.len(), 5);
}

#[test]
fn a_section_changes_where_one_above_it_does() {
    let hashes = |text: &str| -> Vec<String> { found(text).iter().map(Exercise::hash).collect() };
    let (before, after) = (hashes(PAGE), hashes(&PAGE.replace("/ # ls", "/ # pwd")));
    assert_eq!(before[0], after[0]);
    assert_ne!(before[1], after[1]);
    assert_ne!(before[2], after[2]);
}

#[test]
fn a_section_that_cannot_be_read_costs_no_other_one() {
    let text = PAGE.replace("$ docker run -it app sh\n/ # ls", "$ echo 'open");
    let text = text.replace("/ # exit\n", "");
    let discovery = discover(&[notes("a.md", &text)], &[]);
    let not_run: Vec<_> = discovery
        .exercises
        .iter()
        .map(|one| one.obstacle.is_some())
        .collect();
    assert_eq!(not_run, [false, true, false]);
    assert_eq!(discovery.exercises[2].above().len(), 2);
}

#[test]
fn the_id_of_a_fence_that_is_not_run_stays_where_lines_above_it_move() {
    let text = "## D\n- Q?\n  - a\n```\ndocker run -d nginx\n```\n";
    let ids = |text: &str| -> Vec<String> {
        found(text)
            .into_iter()
            .map(|exercise| exercise.id)
            .collect()
    };
    assert_eq!(ids(text), ["a/q/docker-run-d-nginx"]);
    assert_eq!(ids(text), ids(&text.replace("- a", "- a\n  - b")));
}

#[test]
fn a_manifest_that_fits_several_sections_of_a_page_is_said_of_the_page() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    manifest(
        folder.path(),
        "lab",
        "command = \"docker\"\nsetup = [\"docker ps\"]\n",
    );
    let manifests = load_manifests(folder.path()).0;
    let discovery = discover(&[notes("a.md", PAGE)], &manifests);
    assert!(discovery.errors.is_empty() && discovery.idle.is_empty());
    let ids: Vec<_> = discovery
        .exercises
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(ids, ["lab", "a/run-it-and-look-whether", "a/leave"]);
    assert_eq!(discovery.exercises[2].with_above().setup, ["docker ps"]);
}

#[test]
fn every_place_that_shows_a_prompt_or_calls_docker_is_run_or_skipped() {
    for (text, is_run) in [
        ("## S\n> ```\n> $ docker ps\n> ```\n", true),
        (
            "## S\n1. a\n   - b\n     ```\n     $ docker ps\n     ```\n",
            true,
        ),
        (
            "## S\n<details>\n\n```\n$ docker ps\n```\n\n</details>\n",
            true,
        ),
        (
            "## S\n<details>\n```\n$ docker ps\n```\n</details>\n",
            false,
        ),
        ("## S\n<pre>\n$ docker ps\n</pre>\n", false),
        ("## S\n\nSo:\n\n    $ docker ps\n", false),
        ("## S\n```\ndocker ps\n```\n", false),
        (
            "## T\n- Q?\n  - a\n    > ```\n    > $ docker ps\n    > ```\n",
            true,
        ),
        (
            "## T\n- Q?\n  - a\n<div>\n~~~\n$ docker ps\n~~~\n</div>\n",
            false,
        ),
        (
            "## T\n- Q?\n  1. a\n     1. b\n        ```\n        docker ps\n        ```\n",
            false,
        ),
    ] {
        let exercises = found(text);
        let [exercise] = exercises.as_slice() else {
            panic!("{text}: {exercises:?}")
        };
        assert_eq!(exercise.obstacle.is_none(), is_run, "{text}");
        let docker = text
            .lines()
            .position(|line| line.contains("docker"))
            .unwrap_or_default();
        let said = exercise
            .obstacle
            .as_ref()
            .map_or(String::new(), |why| why.reason.to_string());
        assert!(
            is_run || said.contains(&format!("line {}", docker + 1)),
            "{text}: {said}"
        );
    }
    for prose in [
        "## S\n<p>\ndocker run starts a container\n</p>\n",
        "## S\n\nSo:\n\n    let a = 1;\n",
    ] {
        assert!(found(prose).is_empty(), "{prose}");
    }
}

#[test]
fn a_manifest_that_is_no_toml_keeps_its_exercise_from_being_run() {
    for text in [
        "question = \"How\"\nsetup = [\n",
        "setup = \"docker ps\nquestion = \"How\"\n",
        "question = \"How\n",
        "command = [\n  \"docker build\",\n]\nthis is no toml\n",
    ] {
        let folder = tempfile::tempdir().expect("a folder can be made");
        manifest(folder.path(), "how", text);
        let (manifests, errors) = load_manifests(folder.path());
        assert_eq!(errors.len(), 1, "{text}");
        let exercise = &discover(&[notes("a.md", BUILD)], &manifests).exercises[0];
        let obstacle = exercise.obstacle.as_ref().expect(text);
        assert!(
            obstacle.is_error && obstacle.reason.contains("how.toml:"),
            "{obstacle:?}"
        );
        assert!(exercise.steps.is_empty());
    }
}

const COMPOSE: &str = "services:\n  web:\n    image: nginx\n";

#[test]
fn a_compose_file_takes_the_name_that_compose_looks_for() {
    let note = |command: &str| {
        format!("## Docker\n- How?\n  - so\n```yaml\n{COMPOSE}```\n```\n$ {command}\na\n```\n")
    };
    for command in ["docker-compose up -d", "docker compose ps"] {
        let found = found(&note(command));
        assert_eq!(found[0].files[0].path, PathBuf::from("docker-compose.yml"));
        assert_eq!(found[0].files[0].contents, COMPOSE);
    }
    assert!(found(&note("docker ps"))[0].files.is_empty());
}

#[test]
fn a_file_above_the_first_transcript_of_a_document_is_the_next_sections() {
    let found = found(&format!(
        "# A lab\n\nSave this:\n\n```yaml\n{COMPOSE}```\n\n## Run\n\n```\n$ docker-compose up -d\na\n```\n\n## Stop\n\n```\n$ docker-compose down\nb\n```\n"
    ));
    let files: Vec<usize> = found.iter().map(|exercise| exercise.files.len()).collect();
    assert_eq!(files, [1, 0]);
}

#[test]
fn the_one_file_that_the_paragraph_above_names_is_given_where_it_is_used() {
    let note = |above: &str, info: &str| {
        format!(
            "## Docker\n- How?\n  - so\n```\nFROM node\nCOPY server.js .\n```\n\n{above}\n\n```{info}\nready()\n```\n```\n$ docker build .\n...\n```\n"
        )
    };
    let files = |above: &str, info: &str| found(&note(above, info))[0].files.len();
    assert_eq!(files("`server.js` は次のとおりです。", "js"), 2);
    assert_eq!(files("`server.js` prints this.", "text"), 1);
    assert_eq!(files("**`server.js`:**", "text"), 2);
    assert_eq!(files("`server.js` is like `other.js`.", "js"), 1);
    assert_eq!(files("`unused.js` is this.", "js"), 1);
}

#[test]
fn a_file_that_the_notes_surely_show_is_there_for_commands_that_take_a_folder() {
    let files = |shown: &str, command: &str| {
        let note = format!("# Page\n\n{shown}\n\n```console\n$ {command}\n```\n");
        let files = found(&note).remove(0).files.into_iter();
        files
            .map(|file| file.path.display().to_string())
            .collect::<Vec<_>>()
    };
    let page = "Create `html/index.html`:\n\n```html\n<p>\n```";
    let mount = "docker run -v $PWD/html:/w nginx";
    assert_eq!(files(page, mount), ["html/index.html"]);
    assert_eq!(files(page, "docker run nginx"), [""; 0]);
    assert_eq!(files(page, "docker compose up -d"), ["html/index.html"]);
    let part = page.replace("Create", "A part of");
    assert_eq!(files(&part, mount), [""; 0]);
    let copied = "`src/a.sh`\n\n```sh\ndate\n```\n\n```\nFROM alpine\nCOPY src/ .\n```";
    assert_eq!(files(copied, "docker build ."), ["src/a.sh", "Dockerfile"]);
    let compose = "**app/Dockerfile**\n\n```\nFROM alpine\n```\n\n```yaml title=\"compose.yaml\"\nservices:\n  app:\n    build: ./app\n```";
    assert_eq!(
        files(compose, "docker compose up -d"),
        ["app/Dockerfile", "compose.yaml"]
    );
}

#[test]
fn a_script_that_is_shown_and_run_is_no_list_of_commands_and_needs_its_images_and_files() {
    let note = "# Page\n\n`app.env`\n\n```ini\nA=1\n```\n\n```bash title=\"run.sh\"\ndocker run --env-file app.env alpine env\n```\n\n```console\n$ sh run.sh\nA=1\n```\n";
    let exercises = found(note);
    assert_eq!(exercises.len(), 1, "nothing is skipped");
    assert_eq!(exercises[0].images, ["alpine"]);
    assert_eq!(exercises[0].files.len(), 2);
}

#[test]
fn a_fence_right_below_a_transcript_that_is_not_read_as_its_output_is_told() {
    let skipped = |below: &str| {
        let note = format!("# Page\n\n```\n$ docker run busybox echo a\na\n```\n\n{below}\n");
        let found = found(&note).into_iter();
        found.filter(|exercise| exercise.obstacle.is_some()).count()
    };
    assert_eq!(skipped("```\nb\n```"), 1);
    assert_eq!(skipped("A drawing:\n\n```\nb\n```"), 0);
    assert_eq!(skipped("```yaml\nb: 1\n```"), 0);
}

#[test]
fn a_lab_is_in_the_folder_that_a_prompt_or_compose_names() {
    let folder = |transcript: &str| {
        let note = format!("## Docker\n- How?\n  - so\n```\n{transcript}\n```\n");
        found(&note)[0].folder.clone()
    };
    let up = "docker-compose up -d\nCreating network \"shop_default\" with the default driver";
    assert_eq!(
        folder("[me@vm demo]$ docker ps\na").as_deref(),
        Some("~/demo")
    );
    assert_eq!(folder("[me@vm me]$ docker ps\na"), None);
    assert_eq!(folder(&format!("$ {up}")).as_deref(), Some("~/shop"));
    assert_eq!(folder(&format!("$ cd shop\n$ {up}")), None);
    assert_eq!(folder("$ docker network ls\nb  shop_default  bridge"), None);
}

#[test]
fn a_lab_is_in_the_folder_whose_path_the_host_prints() {
    let start = |transcript: &str| {
        let note = format!("## Docker\n- How?\n  - so\n```\n{transcript}\n```\n");
        let exercise = found(&note).remove(0);
        [exercise.user, exercise.folder, exercise.home].map(Option::unwrap_or_default)
    };
    let mount = |source: &str, shown: &str| {
        format!(
            "$ docker run -d --name a -v {source}:/srv/html nginx\n0123456789ab\n$ docker inspect a\n\"Source\": \"{shown}\", \"Destination\": \"/srv/html\""
        )
    };
    for (transcript, user, folder, home) in [
        ("$ pwd\n/home/kim/lab", "kim", "~/lab", "/home/kim"),
        ("$ pwd\n/Users/kim", "kim", "~", "/Users/kim"),
        (
            "$ mkdir -p a/b && cd a/b\n$ pwd\n/root/x/a/b",
            "root",
            "~/x",
            "/root",
        ),
        (
            "lee@vm:~/app$ pwd\n/Users/lee/app",
            "lee",
            "~/app",
            "/Users/lee",
        ),
        (
            &mount("$(pwd)/html", "/root/lab/html"),
            "root",
            "~/lab",
            "/root",
        ),
        (
            &mount("\"$PWD\"/html", "/home/kim/html"),
            "kim",
            "~",
            "/home/kim",
        ),
        (
            &mount("${PWD}", "/home/kim/lab"),
            "kim",
            "~/lab",
            "/home/kim",
        ),
        (
            "$ docker cp a web:/\nlstat /root/lab/a: no such file or directory",
            "root",
            "~/lab",
            "/root",
        ),
    ] {
        assert_eq!(start(transcript), [user, folder, home], "{transcript}");
    }
    for transcript in [
        "$ pwd\n/srv/www",
        "$ cd /tmp\n$ pwd\n/tmp",
        "$ docker run busybox pwd\n/home/kim",
        &mount("$(pwd)/html", "/root/lab/other"),
        &mount("data", "/root/lab/data"),
        "$ docker cp web:/a b\nlstat /root/lab/a: no such file or directory",
    ] {
        assert_eq!(start(transcript), ["", "", ""], "{transcript}");
    }
    let of_another = start("root@vm:~# pwd\n/home/kim");
    assert_eq!(of_another, ["root", "~", ""]);
}

#[test]
fn where_no_prompt_names_the_user_what_the_host_prints_does() {
    let user = |transcript: &str| {
        let note = format!("## Docker\n- How?\n  - so\n```\n{transcript}\n```\n");
        found(&note)[0].user.clone()
    };
    let row = |owners: &str| format!("$ ls -l\ntotal 0\n-rw-r--r-- 1 {owners} 0 Aug 30 10:12 a");
    assert_eq!(user(&row("kim kim")).as_deref(), Some("kim"));
    assert_eq!(user(&row("kim  staff")).as_deref(), Some("kim"));
    assert_eq!(user("$ whoami\nlee").as_deref(), Some("lee"));
    for other in [row("root root"), row("1000 1000"), row("www-data adm")] {
        assert_eq!(user(&other), None, "{other}");
    }
    let of_system = row("kim kim").replace("ls -l", "ls -l /srv");
    assert_eq!(user(&of_system), None);
    let of_container = row("node node").replace("ls -l", "docker exec web ls -l");
    assert_eq!(user(&of_container), None);
}
