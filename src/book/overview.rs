//! The page that tells of a whole book at a glance: its classes, its exercises with
//! their verdicts, what has no answer yet, and all questions by theme.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::lab::EngineInfo;
use crate::notes::Notes;

use super::context::BookContext;
use super::drawn::OverviewEntry;
use super::html::literal;
use super::labels::Labels;
use super::topics::Cut;
use super::verdict::{ExerciseStanding, engine_name};

/// The page's file, beside those of the chapters.
pub(super) const OVERVIEW: &str = "labbook-overview.md";

/// A chapter with questions or exercises.
pub(super) struct Class<'n> {
    /// Its file, relative to the notes' folder.
    pub path: &'n Path,
    pub notes: &'n Notes,
    pub exercises: Vec<OverviewEntry>,
    /// How it is cut into a page a topic, where it is.
    pub cut: Option<Cut>,
}

impl Class<'_> {
    /// The page of what stands at byte `at` of the notes.
    fn page(&self, at: usize) -> &Path {
        let page = self.cut.as_ref().and_then(|cut| cut.page(at));
        page.unwrap_or(self.path)
    }

    /// Whether it is one: an introduction has no questions and no exercises.
    fn is_one(&self) -> bool {
        !(self.notes.topics.is_empty() && self.exercises.is_empty())
    }

    fn title(&self) -> String {
        let file = self.path.file_stem().unwrap_or_default();
        let title = self.notes.title.as_deref();
        title.map_or_else(|| file.to_string_lossy().into_owned(), str::to_owned)
    }
}

/// Verdicts in the order in which they need to be looked at.
const ORDER: [&str; 7] = [
    "failed",
    "error",
    "drifted",
    "stale",
    "skipped",
    "unchecked",
    "passed",
];

/// Themes and words of the questions that belong to them; the first that fits counts.
const THEMES: [(&str, &str, &[&str]); 6] = [
    (
        "Kubernetes",
        "Kubernetes",
        &[
            "kubernetes",
            "쿠버네티스",
            "k8s",
            "pod",
            "파드",
            "kubectl",
            "deployment",
            "service",
            "ingress",
            "configmap",
            "secret",
            "시크릿",
            "namespace",
            "node",
            "hpa",
            "pvc",
            "control plane",
            "clusterip",
            "probe",
            "limits",
            "loopbackoff",
            "pullbackoff",
        ],
    ),
    (
        "저장소와 볼륨",
        "Storage",
        &[
            "볼륨",
            "volume",
            "mount",
            "마운트",
            "파일",
            "overlay",
            "데이터",
        ],
    ),
    (
        "네트워크",
        "Network",
        &[
            "네트워크",
            "network",
            "포트",
            "port",
            "통신",
            "접속",
            "bridge",
            "브리지",
            "ip를",
            "cidr",
            "로드밸런",
            "-p ",
            "expose",
            "/16",
        ],
    ),
    (
        "Dockerfile과 빌드",
        "Dockerfiles and builds",
        &[
            "dockerfile",
            "빌드",
            "build",
            "entrypoint",
            "copy",
            "env",
            "run을",
            "user를",
            "compose",
        ],
    ),
    (
        "이미지",
        "Images",
        &[
            "이미지",
            "image",
            "레지스트리",
            "registry",
            "태그",
            "레이어",
            "layer",
        ],
    ),
    (
        "컨테이너",
        "Containers",
        &["컨테이너", "container", "docker run", "docker", "exit"],
    ),
];

/// The page's Markdown; none for a book without questions and exercises.
pub(super) fn overview(
    classes: &[Class<'_>],
    engines: &[EngineInfo],
    context: &BookContext,
) -> Option<String> {
    let labels = context.labels;
    let classes: Vec<&Class<'_>> = classes.iter().filter(|class| class.is_one()).collect();
    if classes.is_empty() {
        return None;
    }
    let [of_classes, of_exercises, of_unanswered, of_themes] = labels.headings;
    let mut page = format!("# {}\n\n## {of_classes}\n\n", literal(labels.overview));
    page += &table_of_classes(&classes, labels);
    let exercises = table_of_exercises(&classes, engines, labels);
    if !exercises.is_empty() {
        let runs = runs(&classes, engines, labels);
        page += &format!("\n## {of_exercises}\n\n{runs}{exercises}");
    }
    let unanswered = unanswered(&classes);
    if !unanswered.is_empty() {
        page += &format!("\n## {of_unanswered}\n\n{unanswered}");
    }
    let themes = themes(&classes, context);
    if !themes.is_empty() {
        page += &format!("\n## {of_themes}\n\n{themes}");
    }
    Some(page)
}

/// What stands below the book's first page, where that is an introduction: the classes,
/// what was verified, and the way to the page of all.
pub(super) fn door(
    first: &Path,
    classes: &[Class<'_>],
    engines: &[EngineInfo],
    labels: &Labels,
) -> Option<String> {
    let introduction = classes
        .iter()
        .any(|class| class.path == first && !class.is_one());
    let classes: Vec<&Class<'_>> = classes.iter().filter(|class| class.is_one()).collect();
    if !introduction || classes.is_empty() {
        return None;
    }
    let up: PathBuf = first.components().skip(1).map(|_| "..").collect();
    let [_, questions, _, exercises, _] = labels.columns;
    let mut list = String::new();
    for class in &classes {
        let name = link(&up.join(class.path), "", &class.title());
        let asked = class.notes.questions().count();
        let counts = [(questions, asked), (exercises, class.exercises.len())];
        let counts = counts.iter().filter(|(_, count)| *count > 0);
        let counts: Vec<String> = counts
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        // Writing to a String never fails.
        let _ = writeln!(list, "- {name}: {}", counts.join(", "));
    }
    let runs = runs(&classes, engines, labels);
    let all = link(&up.join(OVERVIEW), "", labels.overview);
    Some(format!(
        "\n\n<div class=\"labbook-door labbook-own\">\n\n{list}\n{runs}\n{all}\n\n</div>\n"
    ))
}

fn table_of_classes(classes: &[&Class<'_>], labels: &Labels) -> String {
    let [class_name, questions, unanswered, exercises, _] = labels.columns;
    let mut table =
        format!("| {class_name} | {questions} | {unanswered} | {exercises} |\n|---|--:|--:|--:|\n");
    for class in classes {
        let name = link(class.path, "", &class.title());
        let all = class.notes.questions().count();
        let open = class
            .notes
            .questions()
            .filter(|(_, question)| !question.answered)
            .count();
        // Writing to a String never fails.
        let _ = writeln!(
            table,
            "| {name} | {all} | {open} | {} |",
            class.exercises.len()
        );
    }
    table
}

/// What was verified on which engine, when it was last, and how many came out how.
fn runs(classes: &[&Class<'_>], engines: &[EngineInfo], labels: &Labels) -> String {
    let exercises = classes.iter().flat_map(|class| &class.exercises);
    let states: Vec<&ExerciseStanding> = exercises.flat_map(|listed| &listed.states).collect();
    let mut list = String::new();
    for number in 0..engines.len() {
        let here: Vec<&&ExerciseStanding> = states
            .iter()
            .filter(|state| state.engine == number)
            .collect();
        let last = here.iter().map(|state| state.time.as_str()).max();
        let Some(last) = last else {
            continue;
        };
        let mut counts: BTreeMap<usize, (&ExerciseStanding, usize)> = BTreeMap::new();
        for state in here {
            counts.entry(state.urgency()).or_insert((state, 0)).1 += 1;
        }
        let name = literal(&engine_name(engines, number));
        let day = labels.date(last);
        let day = day.map_or_else(String::new, |day| format!(", {day}"));
        let counts = counts.values();
        let counts: Vec<String> = counts
            .map(|(state, count)| format!("{} {count}", state.html()))
            .collect();
        // Writing to a String never fails.
        let _ = writeln!(list, "* {name}{day}: {}", counts.join(", "));
    }
    match list.is_empty() {
        true => list,
        false => list + "\n",
    }
}

impl ExerciseStanding {
    /// How soon it needs to be looked at, the smallest first.
    fn urgency(&self) -> usize {
        let place = ORDER.iter().position(|known| *known == self.class);
        place.unwrap_or(ORDER.len())
    }
}

/// All exercises, with a column an engine, those first that need a look.
fn table_of_exercises(classes: &[&Class<'_>], engines: &[EngineInfo], labels: &Labels) -> String {
    let mut exercises: Vec<(&Path, &OverviewEntry)> = classes
        .iter()
        .flat_map(|class| {
            class
                .exercises
                .iter()
                .map(|listed| (class.page(listed.at), listed))
        })
        .collect();
    if exercises.is_empty() {
        return String::new();
    }
    let urgency = |listed: &OverviewEntry| {
        let states = listed.states.iter().map(ExerciseStanding::urgency);
        states.min().unwrap_or(ORDER.len() - 1)
    };
    exercises.sort_by_key(|(_, listed)| urgency(listed));
    let numbers: Vec<usize> = (0..engines.len().max(1)).collect();
    let mut table = format!("| {} |", labels.columns[4]);
    for number in &numbers {
        let _ = write!(table, " {} |", literal(&engine_name(engines, *number)));
    }
    table += "\n|---|";
    table += &"---|".repeat(numbers.len());
    table.push('\n');
    for (path, listed) in exercises {
        let _ = write!(table, "| {} |", link(path, &listed.anchor, &listed.title));
        for number in &numbers {
            let state = listed.states.iter().find(|state| state.engine == *number);
            let word = state.map_or_else(|| labels.unknown[0].to_owned(), ExerciseStanding::html);
            let _ = write!(table, " {word} |");
        }
        table.push('\n');
    }
    table
}

/// Questions without an answer, with their places for those who write it.
fn unanswered(classes: &[&Class<'_>]) -> String {
    let mut list = String::new();
    for class in classes {
        let open = class.notes.questions();
        for (_, question) in open.filter(|(_, question)| !question.answered) {
            let line = class.notes.source.line(question.heading.start);
            let place = format!("{}:{line}", class.path.display());
            let link = link(
                class.page(question.heading.start),
                &literal(&question.slug),
                &question.text,
            );
            let _ = writeln!(list, "- {link} ({})", literal(&place));
        }
    }
    list
}

/// All questions, each under the first theme that it fits: the author's, then ours.
fn themes(classes: &[&Class<'_>], context: &BookContext) -> String {
    let labels = context.labels;
    let own = context.themes.iter().map(|(name, words)| {
        let words = words.iter().map(|word| word.to_lowercase()).collect();
        (name.as_str(), words)
    });
    let ours = THEMES.iter().map(|(korean, english, words)| {
        let name = if labels.is_korean() { korean } else { english };
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        (*name, words)
    });
    let themes: Vec<(&str, Vec<String>)> = own.chain(ours).collect();
    let mut lists = vec![String::new(); themes.len() + 1];
    for class in classes {
        for (topic, question) in class.notes.questions() {
            let fits = |text: &str| {
                let text = text.to_lowercase();
                let mut themes = themes.iter();
                themes.position(|(_, words)| words.iter().any(|word| text.contains(word.as_str())))
            };
            let theme = fits(&question.text).or_else(|| fits(&topic.title));
            let link = link(
                class.page(question.heading.start),
                &literal(&question.slug),
                &question.text,
            );
            let _ = writeln!(lists[theme.unwrap_or(themes.len())], "- {link}");
        }
    }
    let names = themes.iter().map(|(name, _)| *name);
    let shown = names.chain([labels.other_theme]).zip(lists);
    shown
        .filter(|(_, list)| !list.is_empty())
        .map(|(name, list)| format!("### {}\n\n{list}\n", literal(name)))
        .collect()
}

/// A link to a place on the page of the chapter at `path`.
fn link(path: &Path, anchor: &str, text: &str) -> String {
    let path = literal(&path.to_string_lossy());
    let sign = if anchor.is_empty() { "" } else { "#" };
    format!("[{}](<{path}{sign}{anchor}>)", literal(text))
}
