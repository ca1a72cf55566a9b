//! The rooms of `src/` import only rooms below them, as `src/lib.rs` draws it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rooms, from the top down; those on one floor do not import each other.
const FLOORS: &[&[&str]] = &[
    &["bin"],
    &["cli"],
    &["update"],
    &["book", "verify", "report"],
    &["results"],
    &["exercise", "terminal", "judge", "engine"],
    &["session", "guard"],
    &["formats"],
    &["consent"],
    &["docker"],
    &["notes"],
    &["shell"],
    &["lab", "diagnostic", "pattern", "hex", "paths"],
    &["reason"],
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The files of `src`, with their paths from there.
fn sources() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&root, &mut files);
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            (file.strip_prefix(&root).unwrap().to_owned(), text)
        })
        .collect()
}

fn room_of(file: &Path) -> String {
    let first = file
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// The rooms that a text names behind `crate::` or `labbook::`, comments aside.
fn imports(text: &str) -> BTreeSet<String> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let pattern = regex::Regex::new(r"\b(?:crate|labbook)::(?:\{([^}]*)\}|(\w+))").unwrap();
    let code = code.collect::<Vec<_>>().join("\n");
    let mut rooms = BTreeSet::new();
    for found in pattern.captures_iter(&code) {
        if let Some(one) = found.get(2) {
            rooms.insert(one.as_str().to_owned());
        }
        for item in found.get(1).map_or("", |list| list.as_str()).split(',') {
            let name = item.trim().split("::").next().unwrap_or_default();
            rooms.insert(name.to_owned());
        }
    }
    rooms.retain(|room| floor_of(room).is_some());
    rooms
}

#[test]
fn each_room_imports_only_rooms_below_it() {
    let mut wrong = Vec::new();
    for (file, text) in sources() {
        let room = room_of(&file);
        if room == "lib" {
            continue;
        }
        let floor = floor_of(&room).unwrap_or_else(|| panic!("{room} stands on no floor"));
        for import in imports(&text) {
            if import != room && floor_of(&import).is_some_and(|other| other <= floor) {
                wrong.push(format!("{} imports {import}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_drawing_names_every_room() {
    let root = sources()
        .into_iter()
        .find(|(file, _)| file == Path::new("lib.rs"));
    let text = root.unwrap().1;
    for room in FLOORS.iter().flat_map(|floor| floor.iter()) {
        let is_drawn = text.lines().any(|line| {
            let drawn = line.strip_prefix("//!").unwrap_or_default().trim_start();
            drawn.split([' ', '/']).next() == Some(room)
        });
        assert!(is_drawn, "{room}");
    }
}

#[test]
fn no_room_holds_more_than_a_third_of_the_code() {
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for (file, text) in sources() {
        *lines.entry(room_of(&file)).or_default() += text.lines().count();
    }
    let all: usize = lines.values().sum();
    for (room, count) in lines {
        assert!(count * 3 < all, "{room} has {count} of {all} lines");
    }
}

/// What a command does is told by a column of the tables in `src/docker`, not by a list of
/// verbs somewhere else; a verb that is named alone is one of theirs.
#[test]
fn what_commands_do_stands_in_their_tables() {
    let pattern = |text: &str| regex::Regex::new(text).unwrap();
    let named = pattern(r#"is_docker\("([^"]*)"\)|\bverb(?:\.as_str\(\))? == "([^"]*)""#);
    let list = pattern(
        r#"\[([^\[\]]*)\]\s*\.contains\(&[\w.]*verb\b|matches!\(\s*[\w.]*verb\b[^,]*,([^)]*)\)"#,
    );
    let literal = pattern(r#""([^"]*)""#);
    let verbs: BTreeSet<&str> = labbook::docker::cli::verbs().collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, text) in sources() {
        let group = |found: &regex::Captures<'_>| -> String {
            let mut groups = found.iter().skip(1).flatten();
            groups.next().map_or("", |group| group.as_str()).to_owned()
        };
        for verb in named.captures_iter(&text).map(|found| group(&found)) {
            count += 1;
            if !verbs.contains(verb.as_str()) {
                wrong.push(format!("{}: no verb is {verb:?}", file.display()));
            }
        }
        for verbs in list.captures_iter(&text).map(|found| group(&found)) {
            if literal.find_iter(&verbs).count() > 2 {
                wrong.push(format!("{}: a list of verbs: {verbs}", file.display()));
            }
        }
    }
    let messages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/formats/messages.toml");
    let messages = std::fs::read_to_string(messages).unwrap();
    for only in messages
        .lines()
        .filter_map(|line| line.strip_prefix("only = "))
    {
        for found in literal.captures_iter(only) {
            let verb = found[1].split(" --").next().unwrap_or_default();
            if !verb.is_empty() && !verbs.contains(verb) {
                wrong.push(format!("messages.toml: no verb is {verb:?}"));
            }
        }
    }
    assert!(wrong.is_empty() && count > 20, "{count}: {wrong:#?}");
}

/// Paths in backquotes, and the constants that the page says to be in them.
#[test]
fn what_the_architecture_page_points_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let quoted = |line: &str| -> Vec<String> {
        line.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let mut paths = 0;
    for line in page.lines() {
        let (files, names): (Vec<_>, Vec<_>) = quoted(line)
            .into_iter()
            .filter(|text| !text.contains(' '))
            .partition(|text| text.contains('/'));
        let mut texts = String::new();
        for file in files {
            let path = root.join(&file);
            assert!(path.exists(), "{file}: {line}");
            texts += &std::fs::read_to_string(path).unwrap_or_default();
            paths += 1;
        }
        let is_constant = |name: &&String| {
            name.len() > 3
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
        };
        for name in names
            .iter()
            .filter(is_constant)
            .filter(|name| !name.starts_with("LABBOOK"))
        {
            assert!(texts.contains(name.as_str()), "{name}: {line}");
        }
    }
    assert!(paths > 15, "{paths} paths were read");
}
