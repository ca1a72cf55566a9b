//! `labbook explain`: what is and is not checked, at a glance.

use super::support::Desk;

const TABLE: &str = "me@lab:~$ docker run -d --name web nginx
e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789
me@lab:~$ docker ps
CONTAINER ID   IMAGE     COMMAND                  CREATED          STATUS         PORTS     NAMES
e56ac97ef60a   nginx     \"nginx -g 'daemon of…\"   5 seconds ago    Up 3 seconds   80/tcp    web
me@lab:~$ docker exec -it web sh
/ # cat \\
 /etc/hostname
e56ac97ef60a
...";

#[test]
fn without_colours_each_line_is_explained_in_words() {
    let shown = Desk::with_transcript(TABLE)
        .labbook(&["explain", "note.md"])
        .exits(0)
        .stdout;
    for words in [
        "    6   e56ac97ef60a3923b119490978af9785f7c97c9b5d27d4f53e2c85d82dc59789\n          bound, an ID\n",
        "5 seconds ago: volatile, an age; 3 seconds: volatile, how long it has been up",
        "    9   e56ac97ef60a",
        "    8   CONTAINER ID   IMAGE",
        "   11 > / #\n   11 $ cat \\\n         /etc/hostname\n",
        "elided, any number of lines",
        "lines: 1 literal, 2 bound, 1 volatile, 1 elided\n",
    ] {
        assert!(shown.contains(words), "{words:?} is not in:\n{shown}");
    }
    assert!(!shown.contains('\u{1b}'));
}

#[test]
fn the_prompt_of_another_user_of_the_machine_is_judged_by_its_user() {
    let shown = Desk::with_transcript("me@lab:~$ sudo -i\nroot@lab:~# id -u\n0")
        .labbook(&["explain", "note.md"])
        .exits(0)
        .stdout;
    assert!(
        shown.contains("> root@lab:~#\n          @lab:~: volatile, a name\n"),
        "{shown}"
    );
}

#[test]
fn nothing_in_notes_steers_the_terminal() {
    let shown = Desk::with_transcript("$ echo\n\u{1b}[2Jgone\u{7}")
        .labbook(&["explain", "note.md"])
        .exits(0)
        .stdout;
    assert!(shown.contains("␛[2Jgone␇"), "{shown}");
}

#[test]
fn json_has_every_part_with_its_bytes() {
    let shown = Desk::with_transcript(TABLE)
        .labbook(&["explain", "note.md", "--format", "json"])
        .exits(0)
        .stdout;
    let document: serde_json::Value = serde_json::from_str(&shown).expect("a document");
    let part = &document[0]["lines"][1]["parts"][0];
    assert_eq!(part["range"], serde_json::json!({ "start": 0, "end": 64 }));
    assert_eq!(
        (&part["judged"], &part["kind"]),
        (&"bound".into(), &"hex".into())
    );
}

#[test]
fn the_reference_of_the_docs_is_what_explain_prints() {
    let shown = Desk::with_transcript(TABLE)
        .labbook(&["explain", "--kinds"])
        .exits(0)
        .stdout;
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/formats.md");
    if std::env::var_os("LABBOOK_BLESS").is_some() {
        std::fs::write(&page, &shown).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&page).expect("the page can be read");
    assert!(
        written == shown,
        "docs/formats.md differs: run it with LABBOOK_BLESS=1 and look at the difference"
    );
}
