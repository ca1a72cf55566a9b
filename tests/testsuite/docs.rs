//! The documentation: a book of its own, and a page of it made from the source.

use std::path::Path;
use std::process::Command;

use regex::Regex;

/// The files with the enums of errors.
const ERRORS: [&str; 8] = [
    "diagnostic.rs",
    "notes/error.rs",
    "session/error.rs",
    "exercise/error.rs",
    "engine/error.rs",
    "terminal/error.rs",
    "results/store.rs",
    "book/error.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder without what was built in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copy(&path, &target),
            false => drop(std::fs::copy(&path, &target).expect("a file can be copied")),
        }
    }
}

#[test]
fn the_docs_are_a_book_of_which_every_page_is_listed_and_every_link_leads_somewhere() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let docs = folder.path().join("docs");
    copy(&root().join("docs"), &docs);
    let built = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(["build", "docs"])
        .current_dir(folder.path())
        .output()
        .expect("labbook runs");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    assert!(!said.contains("is in no line of SUMMARY.md"), "{said}");
    let link = Regex::new(r"\]\(([^)#]+\.(?:md|png|json))(?:#[^)]*)?\)").expect("a pattern");
    for page in ["README.md", "CONTRIBUTING.md"]
        .map(|name| root().join(name))
        .into_iter()
        .chain(
            std::fs::read_dir(root().join("docs"))
                .expect("pages")
                .flatten()
                .map(|entry| entry.path()),
        )
    {
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        let here = page.parent().expect("a page is in a folder");
        for found in link.captures_iter(&text) {
            let target = here.join(&found[1]);
            let is_there = found[1].starts_with("http") || target.is_file();
            assert!(is_there, "{}: {}", page.display(), &found[1]);
        }
    }
}

/// What the longest string in `code` says: parts of a message are shorter than it.
fn longest_text(code: &str) -> Option<String> {
    let literal = Regex::new(r#""((?:[^"\\]|\\[\s\S])*)""#).expect("a pattern");
    let joined = Regex::new(r"\\\n\s*").expect("a pattern");
    let found = literal.captures_iter(code).map(|found| found[1].to_owned());
    let text = found.max_by_key(String::len)?;
    let text = joined.replace_all(&text, "").replace("\\\"", "\"");
    Some(text.replace("\\n", " ").replace('|', "\\|"))
}

/// The rows of the page for one file: message, meaning, what to do.
fn rows(source: &str) -> Vec<[String; 3]> {
    let start = Regex::new(r"pub enum \w*Error \{\n").expect("a pattern");
    let found = start.find(source).expect("an enum of errors");
    let (body, after) = source[found.end()..].split_once("\n}\n").expect("its end");
    let (_, after) = after.split_once("fn diagnose(").expect("what it says");
    let after = after.split("\n    }\n").next().unwrap_or_default();
    let variant = Regex::new(r"(?m)((?:^    /// .*\n)+)    (\w+)").expect("a pattern");
    let arm = Regex::new(r"(?m)^ {12}Self::").expect("a pattern");
    let rows = variant.captures_iter(body).map(|found| {
        let meaning: Vec<&str> = found[1].lines().map(|line| line[8..].trim()).collect();
        let name = format!("Self::{}", &found[2]);
        let begin = after.find(&name).map_or(after.len(), |at| at + name.len());
        let code = &after[begin..];
        let end = arm.find(code).map_or(code.len(), |next| next.start());
        let (said, help) = code[..end]
            .split_once(".help(")
            .unwrap_or((&code[..end], ""));
        let text = |code| longest_text(code).unwrap_or_default();
        [text(said), meaning.join(" "), text(help)]
    });
    rows.filter(|row| !row[0].is_empty()).collect()
}

/// Files with functions that make an engine's error where the fact is known.
const ENGINE_ERRORS: [&str; 10] = [
    "engine/error.rs",
    "engine/mod.rs",
    "engine/open.rs",
    "engine/selection.rs",
    "engine/images/build.rs",
    "engine/host/address.rs",
    "engine/host/lab.rs",
    "engine/cluster/lab.rs",
    "engine/cluster/survey.rs",
    "verify/kubernetes.rs",
];

/// The rows for the functions of a file that make an error.
fn made_in(source: &str) -> Vec<[String; 3]> {
    let function = r"(?m)((?:^ *///.*\n)+) *(?:pub\S* )?fn [^{;]*-> (?:Self|EngineError) \{\n([\s\S]*?\n) *\}\n\n";
    let function = Regex::new(function).expect("a pattern");
    let made = function.captures_iter(source);
    let made = made.filter(|found| found[2].contains("Diagnostic::error("));
    let text = |code: &str, name: &str| {
        let (_, behind) = code.split_once(name).unwrap_or_default();
        let end = behind.find(";\n").unwrap_or(behind.len());
        longest_text(&behind[..end]).unwrap_or_default()
    };
    made.map(|found| {
        let meaning = found[1]
            .lines()
            .map(|line| line.trim().trim_start_matches('/').trim());
        let meaning = meaning.collect::<Vec<_>>().join(" ");
        [
            text(&found[2], "let message ="),
            meaning,
            text(&found[2], "let help ="),
        ]
    })
    .collect()
}

#[test]
fn the_page_of_messages_is_that_of_the_source() {
    let mut page = "# Messages\n\nEvery refusal says what is wrong and where, and what to do. Braces stand for what is named. This page is made from\nthe source; `LABBOOK_BLESS=1 cargo test docs` writes it.\n".to_owned();
    for file in ERRORS {
        let source = std::fs::read_to_string(root().join("src").join(file)).expect(file);
        let (above, _) = source.split_once("\npub enum ").expect("an enum");
        let title = above.rsplit("/// ").next().unwrap_or_default();
        let title = title
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches(['.', ':']);
        page += &format!("\n## {title}\n\n| message | meaning | what to do |\n|---|---|---|\n");
        let mut rows = rows(&source);
        for file in ENGINE_ERRORS.iter().filter(|_| file == "engine/error.rs") {
            let source = std::fs::read_to_string(root().join("src").join(file)).expect(file);
            rows.extend(made_in(&source));
        }
        for [message, meaning, help] in rows {
            page += &format!("| {} | {meaning} | {} |\n", code(&message), help.trim());
        }
    }
    let path = root().join("docs/messages.md");
    if std::env::var_os("LABBOOK_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == page,
        "docs/messages.md is out of date: run the tests with LABBOOK_BLESS=1"
    );
    assert!(page.matches("\n| ").count() > 40, "{page}");
}

/// `text` as code, whatever marks it holds.
fn code(text: &str) -> String {
    match text.contains('`') {
        true => format!("`` {text} ``"),
        false => format!("`{text}`"),
    }
}

/// The `number`th console fence of a page, without its marks.
fn console(page: &str, number: usize) -> &str {
    let fence = page.split("```console\n").nth(number).expect("a fence");
    fence.split("```").next().unwrap_or_default()
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn what_the_readme_shows_first_is_what_labbook_says() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let (notes, shown) = (console(&readme, 1), console(&readme, 2));
    let dockerfile = "FROM ubuntu\nRUN useradd -m minji\nUSER minji\nWORKDIR /home/minji";
    let note = format!(
        "# 도커\n\n## 사용자\n\n- 컨테이너 안에서 만든 파일은 누구 것이 되나요?\n  - 만든 사용자의 것\n\n\
         ```dockerfile\n{dockerfile}\n```\n\n그러면\n```console\n{notes}```\n"
    );
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("docker.md"), note).expect("a note can be written");
    let (command, shown) = shown.split_once('\n').expect("a command and what it says");
    let words: Vec<&str> = command.split(' ').skip(2).collect();
    let said = Command::new(env!("CARGO_BIN_EXE_labbook"))
        .args(words)
        .args(["--engine", "private"])
        .current_dir(folder.path())
        .output()
        .expect("labbook runs");
    let seconds = Regex::new(r" *\d+\.\d s").expect("a pattern");
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let said = seconds.replace_all(&said, " 0.0 s");
    let shown = seconds.replace_all(shown, " 0.0 s");
    let (first, last) = shown.split_once("...\n").expect("an elision");
    assert!(said.starts_with(first), "{said}");
    // How the image is built is another in each version of Docker.
    let last = last.lines().last().unwrap_or_default();
    assert!(said.ends_with(&format!("\n{last}\n")), "{said}");
}
