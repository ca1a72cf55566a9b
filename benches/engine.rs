//! What a private engine costs beside a daemon that is started by hand, and what
//! verifying costs beside a bash script of the same commands.
//!
//! Needs what private engines need. Everything is measured in turns within one
//! run, and medians are compared: they differ from machine to machine, their
//! ratios less so.
//!
//! ```text
//!     a daemon   dockerd by hand, in namespaces of its own, an empty data root
//!                a lab without images
//!                a lab with three base images     each until `docker version` answers
//!     exercises  those of the course that a script can be made of
//!                as one bash script in a lab      each with the lab's start and end
//!                verified, one by one
//!                verified, all at once
//! ```

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use labbook::diagnostic::{Diagnose, Source};
use labbook::engine::private::{PrivateEngine, PrivateOptions};
use labbook::engine::{Engine, Lab, LabRequest};
use labbook::exercise::{self, Exercise};
use labbook::judge::Observation;
use labbook::notes::Notes;
use labbook::results::{ExerciseResult, Verdict};
use labbook::session::Shell;
use labbook::session::Step;
use labbook::verify::{Job, RunOptions, RunProgress, run_exercise, schedule};

const ROUNDS: usize = 7;
const LIMIT: Duration = Duration::from_secs(120);

fn main() {
    let engine = engine();
    if let Err(error) = engine.available() {
        println!("no private engine: {}", error.diagnose().message);
        return;
    }
    daemons(&engine);
    exercises(engine);
}

fn engine() -> PrivateEngine {
    PrivateEngine::new(PrivateOptions {
        program: Some(env!("CARGO_BIN_EXE_labbook").into()),
        ..PrivateOptions::default()
    })
    .expect("an engine")
}

/// A line of the outcome: the median, and how it compares to `base`.
fn tell(what: &str, seconds: &mut [f64], base: Option<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let median = seconds[seconds.len() / 2];
    match base {
        Some(base) => println!("{what:<34}{median:>8.3} s  {:>6.2}", median / base),
        None => println!("{what:<34}{median:>8.3} s"),
    }
    median
}

fn daemons(engine: &PrivateEngine) {
    let request = |images: &[&str]| LabRequest {
        images: images.iter().map(ToString::to_string).collect(),
        ..LabRequest::default()
    };
    let labs = [request(&[]), request(&["ubuntu", "nginx", "busybox"])];
    let (mut by_hand, mut empty, mut filled, mut end) = (vec![], vec![], vec![], vec![]);
    // The first round makes what is kept from then on.
    for round in 0..=ROUNDS {
        let times = [
            by_hand_until_it_answers(),
            lab_until_it_answers(engine, &labs[0]).0,
        ];
        let (full, closed) = lab_until_it_answers(engine, &labs[1]);
        if round > 0 {
            by_hand.push(times[0]);
            empty.push(times[1]);
            filled.push(full);
            end.push(closed);
        }
    }
    println!("start to the first answered `docker version`");
    let base = tell("  dockerd by hand, empty", &mut by_hand, None);
    tell("  a lab without images", &mut empty, Some(base));
    tell("  a lab with three images", &mut filled, Some(base));
    tell("  the end of that lab", &mut end, Some(base));
}

/// Seconds until the lab's daemon answers, and until nothing of it is left.
fn lab_until_it_answers(engine: &PrivateEngine, request: &LabRequest) -> (f64, f64) {
    let start = Instant::now();
    let lab = open(engine, request);
    let version = lab.docker(&["version"], LIMIT).expect("docker runs");
    assert_eq!(version.status, Some(0), "{}", version.stderr);
    let answered = start.elapsed().as_secs_f64();
    let start = Instant::now();
    lab.close().expect("a clean end");
    (answered, start.elapsed().as_secs_f64())
}

fn open(engine: &dyn Engine, request: &LabRequest) -> Box<dyn Lab> {
    engine
        .lab(request)
        .unwrap_or_else(|error| panic!("{}", error.diagnose().message))
}

/// What anybody would type who wants a daemon of her own beside the machine's.
const BY_HAND: &str = r#"
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /tmp
ip link set lo up
echo '{}' >/run/daemon.json
exec dockerd --config-file=/run/daemon.json --data-root="$1/data" --exec-root=/run/docker --pidfile=/run/docker.pid \
  --host="unix://$1/docker.sock" --storage-driver=overlay2 >/dev/null 2>"$1/log"
"#;

fn by_hand_until_it_answers() -> f64 {
    let folder = tempfile::Builder::new()
        .prefix("labbook-bench-")
        .tempdir_in("/var/tmp")
        .expect("a folder");
    let address = format!("unix://{}/docker.sock", folder.path().display());
    let start = Instant::now();
    let daemon = Command::new("unshare")
        .args([
            "--mount",
            "--net",
            "--uts",
            "--pid",
            "--ipc",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ])
        .args(["bash", "-ec", BY_HAND, "bash"])
        .arg(folder.path())
        .spawn()
        .expect("unshare runs");
    let mut daemon = Ended(daemon);
    loop {
        let version = Command::new("docker")
            .args(["--host", &address, "version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if version.expect("docker runs").success() {
            return start.elapsed().as_secs_f64();
        }
        let ended = daemon.0.try_wait().expect("a child").is_some();
        let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
        assert!(
            !ended && start.elapsed() < LIMIT,
            "no daemon by hand: {log}"
        );
    }
}

/// Killed at the end, and all that it started with it.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn exercises(engine: PrivateEngine) {
    let exercises = course();
    let pairs: Vec<(&Exercise, String)> = exercises
        .iter()
        .filter_map(|exercise| Some((exercise, script(exercise)?)))
        .collect();
    let (mut sum_of_scripts, mut sum_of_verified) = (0.0, 0.0);
    println!("\none by one, each with the start and the end of its lab");
    for (exercise, script) in &pairs {
        let (mut scripts, mut verified) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            scripts.push(scripted(&engine, exercise, script));
            let start = Instant::now();
            let result = run_exercise(exercise, &engine, RunOptions::default());
            verified.push(start.elapsed().as_secs_f64());
            assert_holds(&result);
        }
        let base = tell(
            &format!("  {} as a script", exercise.id),
            &mut scripts,
            None,
        );
        sum_of_scripts += base;
        sum_of_verified += tell(
            &format!("  {} verified", exercise.id),
            &mut verified,
            Some(base),
        );
    }
    tell("  all scripts", &mut [sum_of_scripts], None);
    tell(
        "  all verified",
        &mut [sum_of_verified],
        Some(sum_of_scripts),
    );

    let engines: Vec<Box<dyn Engine>> = vec![Box::new(engine)];
    let jobs: Vec<Job<'_>> = pairs
        .iter()
        .map(|(exercise, _)| Job {
            exercise,
            engine: 0,
        })
        .collect();
    let mut together = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let workers = std::thread::available_parallelism().map_or(2, usize::from) * 2;
        schedule(&jobs, &engines, workers, RunOptions::default(), &Silent)
            .iter()
            .for_each(assert_holds);
        together.push(start.elapsed().as_secs_f64());
    }
    println!("\nall together");
    tell("  verified at once", &mut together, Some(sum_of_scripts));
}

fn assert_holds(result: &ExerciseResult) {
    let holds = matches!(result.verdict, Verdict::Passed | Verdict::Drifted);
    assert!(holds, "{}: {:?}", result.id, result.reason);
}

#[derive(Debug)]
struct Silent;

impl RunProgress for Silent {
    fn begins(&self, _: &Exercise, _: &str) {}
    fn sends(&self, _: &Exercise, _: &str, _: &Step, _: &str) {}
    fn printed(&self, _: &Exercise, _: &str, _: &Observation) {}
    fn ends(&self, _: &ExerciseResult) {}
    fn stopped(&self, _: &ExerciseResult) {}
}

fn course() -> Vec<Exercise> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR"));
    let notes: Vec<Notes> = ["docker-basics.md", "docker-images.md"]
        .iter()
        .map(|name| Source::read(&project.join("book/src").join(name)).expect("a note"))
        .map(|source| Notes::parse(&source).expect("notes").0)
        .collect();
    let manifests = exercise::load_manifests(&project.join("exercises")).0;
    exercise::discover(&notes, &manifests).exercises
}

/// What an exercise types, as a script: what is typed in a container's shell is
/// that shell's input. None where a command holds a value of an earlier run, or
/// keys are pressed, or a file of the notes is shown, which labbook writes first.
fn script(exercise: &Exercise) -> Option<String> {
    let mut script = String::new();
    let mut inside = false;
    for step in &exercise.steps {
        let command = step.command()?;
        if step.on_host() && command.starts_with("cat ") {
            return None;
        }
        let of_a_run =
            |word: &str| word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if command
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(of_a_run)
        {
            return None;
        }
        if inside && step.shell == Shell::Host {
            script.push_str("INSIDE\n");
        }
        inside = step.shell == Shell::Container;
        script.push_str(command);
        let opens = !inside
            && step
                .next
                .as_ref()
                .is_some_and(|(_, level)| *level > step.level);
        if opens {
            script = format!("{} <<'INSIDE'", script.replace(" -it ", " -i "));
        }
        script.push('\n');
    }
    Some(script)
}

fn scripted(engine: &dyn Engine, exercise: &Exercise, script: &str) -> f64 {
    let start = Instant::now();
    let lab = open(
        engine,
        &LabRequest {
            exercise: exercise.id.clone(),
            images: exercise.images.clone(),
            programs: exercise.programs.clone(),
            user: exercise.user.clone(),
            folder: exercise.folder.clone(),
            shifted: false,
            ..LabRequest::default()
        },
    );
    for file in &exercise.files {
        lab.write(&file.path, &file.contents).expect("a file");
    }
    for command in exercise.setup.iter().map(String::as_str).chain([script]) {
        lab.shell(command, LIMIT).expect("bash runs");
    }
    lab.close().expect("a clean end");
    start.elapsed().as_secs_f64()
}
