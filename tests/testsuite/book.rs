//! Books as students get them: built, looked at, and compared.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use regex::Regex;
use serde_json::Value;

use crate::page_text::{assert_inert, assert_same_text, words_of_html};

/// A book in a folder of its own.
pub struct BookTest {
    folder: tempfile::TempDir,
}

impl BookTest {
    /// A copy of the book `name` in `tests/books`.
    pub fn of(name: &str) -> Self {
        let test = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/books")
                .join(name),
            test.path(),
        );
        test
    }

    /// A copy of the project's own course.
    pub fn of_project() -> Self {
        let test = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        let book = Path::new(env!("CARGO_MANIFEST_DIR")).join("book");
        copy(&book.join("src"), &test.path().join("src"));
        let toml = std::fs::read_to_string(book.join("book.toml")).expect("a file");
        test.with("book.toml", toml)
    }

    /// A book of one chapter.
    pub fn of_chapter(text: impl AsRef<[u8]>) -> Self {
        let test = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        test.with("book.toml", "[book]\ntitle = \"T\"\n")
            .with("src/SUMMARY.md", "- [Chapter](chapter.md)\n")
            .with("src/chapter.md", text)
    }

    /// The book with one file more, or another one.
    pub fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `labbook build` on it.
    fn labbook_build(&self) -> Output {
        Command::new(env!("CARGO_BIN_EXE_labbook"))
            .arg("build")
            .arg(self.path())
            .output()
            .expect("labbook")
    }

    /// Builds it, and gives what was said about it. The program that
    /// `LABBOOK_SITE_MDBOOK` names does it in place of labbook's own build.
    pub fn built(&self) -> String {
        if let Some(mdbook) = std::env::var_os("LABBOOK_SITE_MDBOOK") {
            self.install();
            let output = self.mdbook_build(Path::new(&mdbook));
            return String::from_utf8_lossy(&output.stderr).into_owned();
        }
        self.labbook_built()
    }

    /// Builds it with labbook's own build, and gives what was said about it.
    pub fn labbook_built(&self) -> String {
        let output = self.labbook_build();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        let index = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        assert!(Path::new(&index).is_file(), "no page at {index}");
        said
    }

    /// Builds it in vain, and gives what was said about it.
    fn refused(&self) -> String {
        let output = self.labbook_build();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn install(&self) -> String {
        let mut install = Command::new(env!("CARGO_BIN_EXE_mdbook-labbook"));
        let output = install
            .arg("install")
            .arg(self.path())
            .output()
            .expect("mdbook-labbook");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Builds it with `mdbook`.
    fn mdbook_build(&self, mdbook: &Path) -> Output {
        let output = self.mdbook(mdbook);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        output
    }

    fn mdbook(&self, mdbook: &Path) -> Output {
        let programs = Path::new(env!("CARGO_BIN_EXE_mdbook-labbook"))
            .parent()
            .expect("a folder");
        let mut path = OsString::from(programs);
        path.push(":");
        path.push(std::env::var_os("PATH").unwrap_or_default());
        Command::new(mdbook)
            .arg("build")
            .arg(self.path())
            .env("PATH", path)
            .output()
            .expect("mdbook")
    }

    /// What a page shows of its notes, without mdBook's frame.
    pub fn main(&self, page: &str) -> String {
        let page = std::fs::read_to_string(self.path().join("book").join(page)).expect("a page");
        let start = page.find("<main>").expect("a main part");
        page[start..page.find("</main>").expect("its end")].to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("a file")
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file");
        }
    }
}

/// All files below `folder`, by their path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("inside").to_owned();
                files.insert(name, std::fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// The program `mdbook`, if there is one.
fn mdbook() -> PathBuf {
    let named = std::env::var_os("LABBOOK_MDBOOK").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    named
        .or_else(|| {
            std::env::split_paths(&path)
                .map(|folder| folder.join("mdbook"))
                .find(|file| file.is_file())
        })
        .expect("mdbook is in PATH, or LABBOOK_MDBOOK names it")
}

#[test]
fn all_text_of_a_note_stands_once_and_in_order_in_its_page() {
    let test = BookTest::of("course");
    test.built();
    for (note, page) in [("src/day1.md", "day1.html"), ("src/guide.md", "guide.html")] {
        let live = test.read(note).replace("<kbd>", "").replace("</kbd>", "");
        assert_same_text(&test.main(page), &live, page);
    }
}

#[test]
fn all_text_of_real_notes_stands_once_and_in_order_in_their_pages() {
    let Some(folder) = crate::support::real_notes() else {
        return;
    };
    for name in ["mspt2-10.md", "mspt3-23-7.md"] {
        let text = std::fs::read_to_string(folder.join(name)).expect("notes");
        let test = BookTest::of_chapter(&text);
        test.built();
        assert_same_text(&test.main("index.html"), &text, name);
    }
}

#[test]
fn questions_have_anchors_and_lists_nest_by_their_markers() {
    let test = BookTest::of("course");
    test.built();
    let page = test.main("day1.html");
    assert!(
        page.contains("<h3 id=\"컨테이너를-지우면-데이터는-어디로-가나요\">"),
        "{page}"
    );
    assert_eq!(
        page.matches("class=\"labbook-question\"").count(),
        3,
        "{page}"
    );
    assert_eq!(
        page.matches("class=\"labbook-question labbook-unanswered\"")
            .count(),
        1,
        "{page}"
    );
    assert!(
        page.contains("</pre>\n</div>\n\n<ul>\n<li>울타리 뒤에도"),
        "{page}"
    );
    assert!(
        page.contains("\"정말로\" -- 확인해"),
        "quotes and dashes are the author's: {page}"
    );
}

#[test]
fn script_and_directives_of_notes_are_text() {
    let test = BookTest::of("course");
    test.built();
    let page = test.main("day1.html");
    assert!(page.contains("&lt;script&gt;alert("), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("{{#include ../../../Cargo.toml}}"), "{page}");
}

#[test]
fn only_a_trusted_chapter_is_live() {
    let test = BookTest::of("course");
    test.built();
    assert!(test.main("guide.html").contains("<kbd>Ctrl</kbd>"));
    let book = test.read("book.toml").replace("guide.md", "./day1.md");
    let test = test.with("book.toml", book);
    test.built();
    assert!(
        test.main("guide.html")
            .contains("&lt;kbd&gt;Ctrl&lt;/kbd&gt;")
    );
    assert!(test.main("day1.html").contains("<script"));
}

#[test]
#[ignore = "needs the program mdbook"]
fn trust_in_no_chapter_is_a_warning_and_an_unknown_key_an_error() {
    let trust = |text: &str| {
        let book = format!("[book]\ntitle = \"T\"\n\n[preprocessor.labbook]\n{text}\n");
        BookTest::of_chapter("text\n").with("book.toml", book)
    };
    let said = trust("trusted = [\"chapter.md\", \"chaptre.md\"]").built();
    assert!(
        said.contains("warning:") && said.contains("book.toml:5:26"),
        "{said}"
    );
    assert!(said.contains("did you mean `chapter.md`?"), "{said}");
    assert_eq!(trust("trusted = [\"chapter.md\"]").built(), "");
    let said = trust("trustd = []\nother = 1").refused();
    assert!(
        said.contains("book.toml:5:1") && said.contains("did you mean `trusted`?"),
        "{said}"
    );
    assert!(said.contains("book.toml:6:1"), "all that is wrong: {said}");
    let said = trust("themes = [\"x\"]\nsynonyms = \"y\"").refused();
    assert!(
        said.contains("book.toml:5:1") && said.contains("book.toml:6:1"),
        "{said}"
    );
    let said = trust("trusted = \"chapter.md\"").refused();
    assert!(
        said.contains("book.toml:5:1") && said.contains("no list"),
        "{said}"
    );
    let mdbook = mdbook();
    let test = trust("trustd = []");
    test.install();
    let output = test.mdbook(&mdbook);
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean `trusted`?"));
}

#[test]
#[ignore = "needs the program mdbook"]
fn nothing_that_is_handed_in_comes_alive() {
    let test = BookTest::of("hostile");
    test.built();
    let assert_pages_inert = |test: &BookTest| {
        for page in ["document.html", "questions.html"] {
            let html = test.main(page);
            assert_inert(&html);
            assert!(!html.contains("root:x:"), "{html}");
            assert!(html.contains("{{#include /etc/passwd}}"), "{html}");
            assert!(
                html.contains("formula") && html.contains("tex2jax_ignore"),
                "{html}"
            );
            assert!(
                html.contains("&lt;script&gt;alert(\"block\")&lt;/script&gt;"),
                "{html}"
            );
            assert!(html.contains("bare<br>break"), "{html}");
        }
        assert!(
            test.read("book/document.html")
                .contains("<title>Document - Hostile</title>")
        );
    };
    assert_pages_inert(&test);
    assert_eq!(
        test.main("questions.html")
            .matches("class=\"labbook-question\"")
            .count(),
        6
    );
    let mdbook = mdbook();
    let test = BookTest::of("hostile");
    test.install();
    test.mdbook_build(&mdbook);
    assert_pages_inert(&test);
}

#[test]
fn a_missing_image_is_a_warning_with_its_place() {
    let said = BookTest::of("course").built();
    assert!(
        said.contains("no such image: img/missing_picture.png"),
        "{said}"
    );
    assert!(said.contains("day1.md:34:1"), "{said}");
}

#[test]
fn building_writes_into_the_output_folder_only() {
    let test = BookTest::of("course");
    test.built();
    let mut after = files(test.path());
    after.retain(|name, _| !name.starts_with("book"));
    assert_eq!(
        after,
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books/course"))
    );
}

#[test]
fn installing_keeps_what_the_author_wrote_and_is_done_once() {
    let test = BookTest::of("course");
    let before = test.read("book.toml");
    assert_eq!(test.install().lines().count(), 3);
    let after = test.read("book.toml");
    for line in before.lines() {
        assert!(after.contains(line), "{line} in {after}");
    }
    assert!(
        after.contains("[preprocessor.labbook]\ntrusted = [\"guide.md\"]\nbefore = [\"links\"]"),
        "{after}"
    );
    assert!(
        after.contains("additional-css = [\"labbook.css\"]"),
        "{after}"
    );
    assert_eq!(test.install(), "nothing to change\n");
}

#[test]
fn installing_adds_to_the_authors_lists() {
    let toml = "[output.html]\nadditional-css = [\n  \"mine.css\", # my own\n]\nsmart-punctuation = true\n";
    let test = BookTest::of_chapter("text\n")
        .with("book.toml", toml)
        .with("mine.css", "");
    test.install();
    let after = test.read("book.toml");
    assert!(after.contains("\"mine.css\", # my own"), "{after}");
    assert!(after.contains("labbook.css"), "{after}");
    assert!(after.contains("smart-punctuation = true"), "{after}");
    test.built();
}

/// The files of a built book, with the search index as what it holds: the order
/// of its keys, and so the hash in its name, is as each program was compiled.
fn site(test: &BookTest) -> BTreeMap<String, Vec<u8>> {
    let hash = Regex::new("searchindex-[0-9a-f]+").expect("an expression");
    let plain = |text: &str| hash.replace_all(text, "searchindex").into_owned();
    let files = files(&test.path().join("book"))
        .into_iter()
        .map(|(name, content)| {
            let name = plain(&name.to_string_lossy());
            let content = match String::from_utf8(content) {
                Ok(text) if name == "searchindex.js" => {
                    let json =
                        &text[text.find("'{").expect("JSON") + 1..=text.rfind('}').expect("JSON")];
                    let json = json.replace("\\'", "'").replace("\\\\", "\\");
                    let mut index: Value = serde_json::from_str(&json).expect("JSON");
                    index.sort_all_objects();
                    index.to_string().into_bytes()
                }
                Ok(text) => plain(&text).into_bytes(),
                Err(error) => error.into_bytes(),
            };
            (name, content)
        });
    files.collect()
}

#[test]
#[ignore = "needs the program mdbook"]
fn mdbook_and_labbook_build_the_same_pages() {
    let mdbook = mdbook();
    let installed = BookTest::of("course");
    installed.install();
    let output = installed.mdbook_build(&mdbook);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("no such image: img/missing_picture.png"),
        "{said}"
    );
    let in_process = BookTest::of("course");
    in_process.built();
    let version = Command::new(&mdbook)
        .arg("--version")
        .output()
        .expect("mdbook");
    if String::from_utf8_lossy(&version.stdout).contains("v0.5.") {
        let (theirs, ours) = (site(&installed), site(&in_process));
        assert_eq!(
            theirs.keys().collect::<Vec<_>>(),
            ours.keys().collect::<Vec<_>>()
        );
        for (name, theirs) in &theirs {
            assert!(ours.get(name) == Some(theirs), "{name} differs");
        }
    } else {
        let words = |test: &BookTest| words_of_html(&test.main("day1.html"));
        assert_eq!(words(&installed), words(&in_process));
    }
}

/// Gives `input` to the preprocessor, as mdBook does.
fn preprocess(input: &str) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_mdbook-labbook"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("mdbook-labbook");
    program
        .stdin
        .take()
        .expect("stdin")
        .write_all(input.as_bytes())
        .expect("a reader");
    program.wait_with_output().expect("an end")
}

fn wire(version: &str) -> Value {
    let path = format!(
        "{}/tests/books/wire/mdbook-{version}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).expect("a recording")).expect("JSON")
}

#[test]
fn the_book_goes_out_in_the_form_it_came_in() {
    for (version, items) in [("0.4.52", "sections"), ("0.5.4", "items")] {
        let sent = wire(version);
        let output = preprocess(&sent.to_string());
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(output.stderr, b"", "{version} is known");
        let mut got: Value = serde_json::from_slice(&output.stdout).expect("a book");
        let page = got[items][0]["Chapter"]["content"]
            .as_str()
            .expect("a page")
            .to_owned();
        assert!(page.contains("### Why? {#why}"), "{page}");
        // The overview comes last.
        let overview = got[items].as_array_mut().and_then(Vec::pop);
        let overview = overview.expect("a page more")["Chapter"].clone();
        assert_eq!(overview["path"], "labbook-overview.md");
        let last = got[items]
            .as_array()
            .expect("items")
            .last()
            .expect("a chapter")
            .clone();
        assert!(
            last["Chapter"]["content"]
                .as_str()
                .is_some_and(|page| page.contains("&#60;b&#62;Who")),
            "{last}"
        );
        // Nothing but these two chapters' contents changed.
        got[items][0]["Chapter"]["content"] = sent[1][items][0]["Chapter"]["content"].clone();
        let last = sent[1][items].as_array().expect("items").len() - 1;
        got[items][last]["Chapter"]["content"] = sent[1][items][last]["Chapter"]["content"].clone();
        assert_eq!(got, sent[1]);
    }
}

#[test]
fn another_patch_version_is_fine_and_another_release_a_warning() {
    let mut sent = wire("0.5.4");
    for (version, warned) in [
        ("0.5.99", false),
        ("0.4.40", false),
        ("0.5.0-beta.1", false),
        ("0.6.0", true),
        ("x", true),
    ] {
        sent[0]["mdbook_version"] = Value::from(version);
        let output = preprocess(&sent.to_string());
        assert!(output.status.success(), "{version}");
        assert_eq!(
            String::from_utf8_lossy(&output.stderr).contains("warning: mdBook"),
            warned,
            "{version}"
        );
    }
}

#[test]
fn what_is_no_book_is_refused() {
    for input in [
        "",
        "no JSON",
        "{}",
        "[{}, {}]",
        "[{\"root\": \"/\"}, {\"items\": 1}]",
    ] {
        let output = preprocess(input);
        assert_eq!(output.status.code(), Some(2), "{input}");
        assert!(
            String::from_utf8_lossy(&output.stderr).starts_with("error:"),
            "{input}"
        );
        assert_eq!(output.stdout, b"");
    }
}

#[test]
fn html_is_supported_and_tests_of_code_are_left_alone() {
    let supports = |renderer| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mdbook-labbook"));
        program
            .args(["supports", renderer])
            .status()
            .expect("mdbook-labbook")
            .success()
    };
    assert!(supports("html"));
    assert!(supports("markdown"));
    assert!(!supports("test"));
}

#[test]
fn all_unclosed_fences_are_errors_with_their_places() {
    let test = BookTest::of_chapter("## T\n- Why?\n  - So.\n  ```bash\n$ a\n");
    let test = test
        .with("src/SUMMARY.md", "- [A](chapter.md)\n- [B](b.md)\n")
        .with("src/b.md", "a\n\n~~~\n");
    let output = test.labbook_build();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // Each is still a page, as the text that it is.
    let page = std::fs::read_to_string(test.path().join("book/chapter.html")).unwrap();
    assert!(page.contains("- Why?") && page.contains("$ a"), "{page}");
    assert!(
        said.contains("chapter.md:4:3") && said.contains("b.md:3:1"),
        "{said}"
    );
    assert_eq!(
        said.matches("this fence is not closed").count(),
        2,
        "{said}"
    );
}

#[test]
fn a_chapter_that_is_no_text_is_an_error_with_its_place() {
    let summary = "- [A](chapter.md)\n    - [Nested](c.md)\n- [Draft]()\n- [B](b.md)\n";
    let test = BookTest::of_chapter(b"# T\n\nab\xff\n")
        .with("src/SUMMARY.md", summary)
        .with("src/b.md", "# B\n\nwhole\n")
        .with("src/c.md", b"nested\xfe\n");
    let output = test.labbook_build();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("not UTF-8") && said.contains("chapter.md:3:3") && said.contains("c.md:1:7"),
        "{said}"
    );
    // Its page says it too, and every other page is there.
    let page =
        |name: &str| std::fs::read_to_string(test.path().join("book").join(name)).expect(name);
    let damaged = page("chapter.html");
    assert!(
        damaged.contains("chapter.md:3: not UTF-8") && damaged.contains("ab"),
        "{damaged}"
    );
    assert!(page("c.html").contains("nested"));
    assert!(page("b.html").contains("whole"));
}

#[test]
fn a_missing_or_broken_configuration_is_an_error_with_its_place() {
    let test = BookTest::of_chapter("text\n")
        .with("book.toml", "[book]\ntitle = \"T\"\nmultilingual = false\n");
    let said = test.refused();
    assert!(
        said.contains("book.toml:3:1") && said.contains("multilingual"),
        "{said}"
    );
    let said = test.with("book.toml", "[book\n").refused();
    assert!(said.contains("book.toml:1:"), "{said}");
    let empty = BookTest {
        folder: tempfile::tempdir().expect("a folder"),
    };
    assert!(empty.refused().contains("no book.toml"));
}

#[test]
fn what_mdbook_warns_of_is_heard() {
    let test = BookTest::of_chapter("{{#include nowhere.md}}\n");
    let trusted = "[book]\ntitle = \"T\"\n[preprocessor.labbook]\ntrusted = [\"chapter.md\"]\n";
    let said = test.with("book.toml", trusted).built();
    assert!(
        said.contains("warning:") && said.contains("nowhere.md"),
        "{said}"
    );
    assert_eq!(BookTest::of_chapter("text\n").built(), "");
}

#[test]
fn an_unwritable_output_folder_is_an_error() {
    let said = BookTest::of_chapter("text\n")
        .with("book", "a file where the folder should be")
        .refused();
    assert!(
        said.contains("cannot write") && said.contains("help:"),
        "{said}"
    );
}

#[test]
fn results_stand_beside_their_exercise_and_go_stale_with_it() {
    let test = BookTest::of("course").with("labbook.json", results("2".repeat(64).as_str()));
    test.built();
    let page = test.main("day1.html");
    assert_eq!(page.matches("labbook-stale").count(), 1, "{page}");
    let hash = course_hash(&test);
    let test = test.with("labbook.json", results(&hash));
    test.built();
    let page = test.main("day1.html");
    assert!(page.contains("labbook-verdict labbook-passed"), "{page}");
    assert!(
        page.contains("Docker 28.5.2") && page.contains("2026년 1월 2일"),
        "{page}"
    );
    assert!(page.contains("busybox: 대체 이미지로 확인"), "{page}");
    assert_same_text(&page, &test.read("src/day1.md"), "day1");
}

/// The hash of the course's exercise.
fn course_hash(test: &BookTest) -> String {
    let source =
        labbook::diagnostic::Source::read(&test.path().join("src/day1.md")).expect("notes");
    let (notes, _) = labbook::notes::Notes::parse(&source).expect("readable");
    labbook::exercise::discover(&[notes], &[]).exercises[0].hash()
}

#[test]
fn results_that_cannot_be_read_are_a_warning() {
    let said = BookTest::of("course").with("labbook.json", "{").built();
    assert!(
        said.contains("warning:") && said.contains("labbook.json"),
        "{said}"
    );
}

/// Results of the course's exercise, with a hash.
fn results(hash: &str) -> String {
    serde_json::json!({
        "schema": 1,
        "engines": [{"name": "private", "kind": "private", "server": "28.5.2", "cli": "28.5.2", "store": "overlay2",
            "builder": "buildkit", "stand_ins": ["busybox: made of <packages>"]}],
        "exercises": [{"id": "day1/컨테이너를-지우면-데이터는-어디로-가나요", "title": "T", "file": "src/day1.md", "line": 8,
            "engine": "private", "verdict": "passed", "reason": null, "seconds": 1.5, "hash": hash,
            "stand_ins": ["busybox: made of <packages>"], "time": "2026-01-02T03:04:05Z", "steps": []}],
        "totals": {"passed": 1, "drifted": 0, "failed": 0, "skipped": 0, "error": 0}
    })
    .to_string()
}

/// The pages of a built book, by their path in it, without mdBook's frame.
fn main_parts(test: &BookTest) -> BTreeMap<PathBuf, String> {
    let pages = files(&test.path().join("book")).into_keys();
    pages
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "html")
        })
        .filter(|path| !["toc.html", "old-page.html"].contains(&&*path.to_string_lossy()))
        .map(|path| {
            let main = test.main(&path.to_string_lossy());
            (path, main)
        })
        .collect()
}

/// The manual as mdBook alone builds it.
fn manual_without_labbook() -> BookTest {
    let plain = BookTest::of("manual");
    let book = plain.read("book.toml");
    let own = "[preprocessor.labbook]\ntrusted = [\"start/install.md\"]\n";
    assert!(book.contains(own), "{book}");
    let plain = plain.with("book.toml", book.replace(own, ""));
    mdbook_driver::MDBook::load(plain.path())
        .and_then(|book| book.build())
        .expect("mdBook builds it");
    plain
}

#[test]
#[ignore = "needs the program mdbook"]
fn a_manual_is_built_as_mdbook_alone_builds_it() {
    let plain = main_parts(&manual_without_labbook());
    assert_eq!(plain.len(), 10, "{:?}", plain.keys());
    let test = BookTest::of("manual");
    assert_eq!(test.built(), "");
    assert_eq!(main_parts(&test), plain);
    let mdbook = mdbook();
    let test = BookTest::of("manual");
    test.install();
    test.mdbook_build(&mdbook);
    assert_eq!(main_parts(&test), plain);
}

#[test]
fn all_that_a_manual_uses_is_in_its_pages() {
    let test = BookTest::of("manual");
    test.built();
    for (page, shown) in [
        ("foreword.html", "<a href=\"start/index.html#tides\">"),
        ("foreword.html", "<del>Port</del>"),
        (
            "start/index.html",
            "<a href=\"../deep/rope.html#splices\" title=\"About splices\">",
        ),
        ("start/index.html", "<dt id=\"term-one\">"),
        ("start/index.html", "id=\"flags\" class=\"wide\""),
        ("start/index.html", "type=\"checkbox\" checked"),
        ("start/install.html", "<kbd>Enter</kbd>"),
        ("start/install.html", "<summary>Longer story</summary>"),
        ("start/install.html", "mind the gap"),
        ("start/install.html", "lay_planks"),
        ("deep/rope.html", "class=\"boring\""),
        ("deep/rope.html", "&lt;not-a-tag attribute=\"value\"&gt;"),
        (
            "reference.html",
            "class=\"blockquote-tag blockquote-tag-note\"",
        ),
        ("reference.html", "class=\"footnote-reference\""),
        ("reference.html", "Vec&lt;Boat&gt;"),
        (
            "charts.html",
            "<img src=\"images/chart.svg\" title=\"A chart\" alt=\"The harbor from above\">",
        ),
    ] {
        let html = test.main(page);
        assert!(html.contains(shown), "{shown} in {html}");
    }
    let contents = test.read("book/toc.html");
    assert!(
        contents.contains("For guests") && contents.contains("Not written yet"),
        "{contents}"
    );
    assert!(test.path().join("book/images/chart.svg").is_file());
}
