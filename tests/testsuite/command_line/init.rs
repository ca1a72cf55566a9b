//! `labbook init`, and the summary of a book.

use super::support::{Desk, note_of};

/// A class's notes as they lie in a folder.
fn raw_notes() -> Desk {
    ["1주차", "2주차", "10주차"]
        .into_iter()
        .fold(Desk::new(), |desk, week| {
            desk.with(&format!("raw/{week}.md"), note_of("$ docker ps -q"))
        })
        .with("raw/그림/a.png", [0xff, 0xd8])
        .with("raw/extra/이름 [x].md", "# A [b] *c*\n\nText.\n")
        .with("raw/.hidden.md", "no")
}

#[test]
fn the_language_of_the_site_is_that_of_the_notes() {
    for (note, language) in [
        ("# Docker\n\n- How?\n  - So.\n", "en"),
        ("# Docker\n\n- 어떻게?\n  - So.\n", "ko"),
    ] {
        let desk = Desk::new().with("raw/a.md", note);
        desk.labbook(&["init", "course", "raw"]).exits(0);
        let settings = desk.read("course/book.toml");
        let line = format!("language = \"{language}\"\n");
        assert!(settings.contains(&line), "{settings}");
    }
}

#[test]
fn a_folder_of_notes_becomes_a_book_in_natural_order() {
    let desk = raw_notes();
    let made = desk.labbook(&["init", "course", "raw"]).exits(0);
    assert_eq!(
        made.stdout,
        "course/book.toml\ncourse/src/1주차.md\ncourse/src/2주차.md\ncourse/src/10주차.md\n\
         course/src/extra/이름 [x].md\ncourse/src/그림/a.png\ncourse/src/SUMMARY.md\n\
         course/.gitignore\n\nnext:\n  \
         labbook list course      what was found in the notes\n  \
         labbook verify course    whether it is still true\n  \
         labbook serve course     the site, on this machine\n"
    );
    assert_eq!(
        desk.read("course/src/SUMMARY.md"),
        "# Summary\n\n- [1주차](<1주차.md>)\n- [2주차](<2주차.md>)\n- [10주차](<10주차.md>)\n\n\
         # extra\n\n- [A \\[b\\] c](<extra/이름 [x].md>)\n"
    );
    assert_eq!(desk.read("course/src/2주차.md"), desk.read("raw/2주차.md"));
    let listed = desk.labbook(&["list", "course"]).exits(0);
    assert!(listed.stdout.contains("3 exercises"), "{}", listed.stdout);
    assert_eq!(listed.stderr, "");
    desk.labbook(&["build", "course"]).exits(0);
}

#[test]
fn nothing_is_overwritten_and_nothing_half_made() {
    let desk = raw_notes().with("course/src/2주차.md", "mine");
    desk.labbook(&["init", "course", "raw"])
        .exits(2)
        .complains(&["course/src/2주차.md is there already"]);
    assert!(!desk.path().join("course/book.toml").exists());
    assert_eq!(desk.read("course/src/2주차.md"), "mine");
    desk.labbook(&["init", "other", "raw/그림"])
        .exits(2)
        .complains(&["no Markdown file"]);
    desk.labbook(&["init", "other", "nowhere.md"])
        .exits(2)
        .complains(&["nowhere.md"]);
    assert!(!desk.path().join("other").exists());
}

#[test]
fn a_typo_in_the_summary_is_an_error_and_makes_no_file() {
    let desk = Desk::new()
        .with("book.toml", "[book]\ntitle = \"T\"\n")
        .with(
            "src/SUMMARY.md",
            "# Summary\n\n- [A](a.md)\n- [W](week1.md)\n",
        )
        .with("src/a.md", note_of("$ docker ps -q"))
        .with("src/week-1.md", "# W\n");
    for (command, status) in [("build", 2), ("list", 3)] {
        desk.labbook(&[command, "."]).exits(status).complains(&[
            "week1.md is not there",
            "SUMMARY.md:4:3",
            "did you mean `week-1.md`?",
        ]);
        assert!(!desk.path().join("src/week1.md").exists(), "{command}");
    }
    desk.labbook(&["list", "."])
        .exits(3)
        .complains(&["warning: ./src/week-1.md is in no line of SUMMARY.md"]);
}

#[test]
fn a_folder_of_notes_without_a_book_is_read_in_natural_order() {
    let listed = raw_notes().labbook(&["list", "raw"]).exits(0);
    let at = |name: &str| listed.stdout.find(&format!("raw/{name}.md")).expect(name);
    assert!(at("2주차") < at("10주차"), "{}", listed.stdout);
    assert!(!listed.stdout.contains("hidden"), "{}", listed.stdout);
}
