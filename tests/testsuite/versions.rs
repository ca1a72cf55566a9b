//! The same notes on Docker 20.10, 26.1, 28.5, and 28.5 with the containerd image
//! store, in one run: what holds as written, what holds in other words, and what
//! one store alone has, as the report's table shows them.
//!
//! Other versions of Docker are in root file systems below the folder that
//! `LABBOOK_ENGINES` names, called like the suites of Debian that they were made
//! of; `.ci/test` makes them, and leaves these tests out where it cannot.

use std::path::{Path, PathBuf};
use std::process::Command;

use labbook::formats::usages;

/// A suite of Debian, the store of its Docker, and the version that is meant.
const ENGINES: [(&str, &str, &str); 4] = [
    ("bookworm", "private", "20.10."),
    ("trixie", "private", "26.1."),
    ("forky", "private", "28.5."),
    ("forky", "private+containerd", "28.5."),
];

/// The table of four exercises that the course and the notes of a real class share.
const SHARED: &str = "
    overlay  passed  passed   passed   skipped
    rmi      passed  passed   passed   drifted
    user     passed  drifted  drifted  drifted
    volume   passed  drifted  drifted  drifted
";

/// The other exercises of the course.
const COURSE: &str = "
    dangling    passed  drifted  drifted  skipped
    exec        passed  passed   passed   passed
    multistage  passed  drifted  drifted  drifted
    network     passed  passed   passed   passed
    publish     passed  drifted  drifted  drifted
";

/// The values of `--engine`.
fn engines() -> Vec<String> {
    let folder = std::env::var_os("LABBOOK_ENGINES").map(PathBuf::from);
    let folder = folder.expect("LABBOOK_ENGINES names the folder of the root file systems");
    let engine = |(suite, kind, version): &(&str, &str, &str)| {
        let root = folder.join(suite);
        let found = docker_in(&root);
        assert!(
            found
                .as_ref()
                .is_some_and(|found| found.starts_with(version)),
            "{} holds Docker {found:?}, not {version}x",
            root.display()
        );
        format!("{kind}:{}", root.display())
    };
    ENGINES.iter().map(engine).collect()
}

/// The version of the package docker.io that is installed in a root file system.
fn docker_in(root: &Path) -> Option<String> {
    let asked = Command::new("dpkg-query")
        .arg(format!("--root={}", root.display()))
        .args(["--show", "--showformat=${Version}", "docker.io"])
        .output()
        .ok()?;
    let version = String::from_utf8_lossy(&asked.stdout).into_owned();
    (asked.status.success() && !version.is_empty()).then_some(version)
}

/// The rows of the table that one run over all engines prints, words only and
/// sorted, and what else it said.
fn table(notes: &[PathBuf], engines: &[String]) -> (Vec<Vec<String>>, String) {
    let exercises = concat!(env!("CARGO_MANIFEST_DIR"), "/exercises");
    let mut labbook = Command::new(env!("CARGO_BIN_EXE_labbook"));
    labbook
        .arg("verify")
        .args(notes)
        .args(["--exercises", exercises]);
    for engine in engines {
        labbook.args(["--engine", engine]);
    }
    let output = labbook.output().expect("labbook runs");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    // One paragraph of the report, with the engines as its heading.
    let mut rows: Vec<Vec<String>> = printed
        .split("\n\n")
        .find(|paragraph| paragraph.starts_with(' '))
        .unwrap_or_default()
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .collect();
    rows.sort();
    (rows, printed)
}

fn rows(texts: &[&str]) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> = texts
        .iter()
        .flat_map(|text| text.lines())
        .map(|line| line.split_whitespace().map(str::to_owned).collect())
        .filter(|row: &Vec<String>| !row.is_empty())
        .collect();
    rows.sort();
    rows
}

fn notes_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut notes: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    notes.sort();
    notes
}

#[test]
#[ignore = "needs root file systems with other versions of Docker"]
fn the_course_on_four_engines_makes_this_table() {
    let engines = engines();
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src");
    // What its other part shows is Kubernetes', whatever Docker is beside it.
    let mut notes = notes_in(&course);
    notes.retain(|note| !note.ends_with("kubernetes.md"));
    let (found, printed) = table(&notes, &engines);
    assert_eq!(found, rows(&[SHARED, COURSE]), "{printed}");
}

/// What the legacy builder's steps print, as it is and with a wrong word.
const STEPS: &str = "
    build-steps/what-do-the-steps-print        passed  drifted  drifted  drifted
    build-steps-wrong/what-do-the-steps-print  failed  failed   failed   failed
";

#[test]
#[ignore = "needs root file systems with other versions of Docker"]
fn the_output_of_build_steps_on_four_engines_makes_this_table() {
    let notes = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notes");
    let notes = ["build-steps.md", "build-steps-wrong.md"].map(|name| notes.join(name));
    let (found, printed) = table(&notes, &engines());
    assert_eq!(found, rows(&[STEPS]), "{printed}");
}

#[test]
fn the_notes_of_a_real_class_on_four_engines_make_this_table() {
    let Some(folder) = crate::support::real_notes() else {
        return;
    };
    let engines = engines();
    let (found, printed) = table(&notes_in(&folder), &engines);
    assert_eq!(found, rows(&[SHARED]), "{printed}");
}

/// What `docker WORDS --help` prints in a root file system; none where it knows no
/// such command.
fn help(root: &Path, words: &str) -> Option<String> {
    let asked = Command::new("chroot")
        .arg(root)
        .arg("docker")
        .args(words.split(' ').filter(|word| !word.is_empty()))
        .arg("--help")
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", "/root")
        .output()
        .expect("chroot can be started");
    let text = String::from_utf8_lossy(&asked.stdout).into_owned();
    (asked.status.success() && text.contains("Usage:")).then_some(text)
}

/// The names in the sections of a help whose headings end with `Commands:`.
fn commands_in(help: &str) -> Vec<String> {
    let mut inside = false;
    let mut names = Vec::new();
    for line in help.lines() {
        if !line.starts_with(' ') {
            inside = line.ends_with("Commands:");
        } else if let (true, Some(name)) = (inside, line.split_whitespace().next()) {
            let is_name = |c: char| c.is_ascii_lowercase() || c == '-';
            let name = name.trim_end_matches('*');
            if line.starts_with("  ") && !line.starts_with("   ") && name.chars().all(is_name) {
                names.push(name.to_owned());
            }
        }
    }
    names
}

/// What stands behind the command in the usage that a help begins with, and the sentence
/// below it; none where it is another command's.
fn usage_in<'h>(help: &'h str, command: &str) -> Option<(&'h str, String)> {
    let mut paragraphs = help.trim_start().split("\n\n");
    let usage = paragraphs.next()?.strip_prefix("Usage:")?.trim_start();
    let operands = usage.strip_prefix("docker ")?.strip_prefix(command)?;
    // Of a usage in two lines the first one counts; `buildx` is not `build`.
    let operands = operands.lines().next().unwrap_or_default();
    if !operands.is_empty() && !operands.starts_with(' ') {
        return None;
    }
    Some((operands, paragraphs.next()?.trim().replace('\n', " ")))
}

/// The options that a help lists, each with whether it takes a value.
fn options_in(help: &str) -> Vec<(String, bool)> {
    let option = regex::Regex::new(r"^\s+(?:(-\w), )?(--[\w.-]+)(?: (\S+))?(?:\s{2,}.*)?$")
        .expect("a pattern");
    let found = help.lines().filter_map(|line| option.captures(line));
    found
        .flat_map(|found| {
            let takes_value = found.get(3).is_some();
            [found.get(1), found.get(2)]
                .into_iter()
                .flatten()
                .map(move |name| (name.as_str().to_owned(), takes_value))
        })
        .collect()
}

#[test]
#[ignore = "needs root file systems with other versions of Docker"]
fn the_table_of_dockers_command_line_agrees_with_the_help_of_every_version() {
    engines();
    let folder = PathBuf::from(std::env::var_os("LABBOOK_ENGINES").unwrap_or_default());
    let mut wrong = Vec::new();
    for suite in ["bookworm", "trixie", "forky"] {
        let root = folder.join(suite);
        let mut ahead = vec![String::new()];
        let mut checked = 0;
        while let Some(command) = ahead.pop() {
            let Some(help) = help(&root, &command) else {
                continue;
            };
            let below = commands_in(&help);
            if below.is_empty() && !command.is_empty() {
                checked += 1;
                if let Some((operands, sentence)) = usage_in(&help, &command)
                    && !(usages::has_operands(&command, operands)
                        && usages::says(&command, &sentence))
                {
                    wrong.push(format!("{suite}: {command}: {operands}: {sentence}"));
                }
                for (option, takes_value) in options_in(&help) {
                    let known = labbook::docker::cli::takes_value(&command, &option);
                    if option != "--help" && known != Some(takes_value) {
                        wrong.push(format!("{suite}: {command} {option}: {known:?}"));
                    }
                }
            }
            let full = |name: String| format!("{command} {name}").trim_start().to_owned();
            ahead.extend(below.into_iter().map(full));
        }
        assert!(checked > 100, "{suite}: only {checked} commands");
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
