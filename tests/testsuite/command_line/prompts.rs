//! Prompts that cannot be guessed: a book or a manifest names them.

use super::support::Desk;

const NOTE: &str = "## Docker\n- How?\n  - so\n```\n[강의실] kim ~/app % docker run --rm busybox echo hi\nhi\n[강의실] kim ~/app % ls\n```\n";

fn book(own: &str) -> Desk {
    Desk::new()
        .with("book.toml", format!("[book]\ntitle = \"B\"\n{own}"))
        .with("src/SUMMARY.md", "- [N](note.md)\n")
        .with("src/note.md", NOTE)
}

fn commands(desk: &Desk, arguments: &[&str]) -> Vec<String> {
    let listed = desk.labbook(&[&["list", "--format", "json"], arguments].concat());
    let document: serde_json::Value = serde_json::from_str(&listed.stdout).expect(&listed.stderr);
    let text = document.to_string();
    ["docker run --rm busybox echo hi", "\"ls\""]
        .into_iter()
        .filter(|command| text.contains(command))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_prompt_that_is_not_known_is_told_with_the_line_that_names_it() {
    let desk = book("");
    assert_eq!(commands(&desk, &["."]), [""; 0]);
    let told = desk.labbook(&["list", "."]);
    let line = r#"prompts = ["[강의실] kim ~/app %"] under [preprocessor.labbook] in book.toml"#;
    let text = format!("{}{}", told.stdout, told.stderr);
    assert!(text.contains(line), "{text}");
    assert!(text.contains("line 5"), "{text}");
}

#[test]
fn a_book_names_a_prompt() {
    for pattern in ["[강의실] {user} {folder} % ", "[강의실] kim ~/app %"] {
        let desk = book(&format!(
            "[preprocessor.labbook]\nprompts = [{pattern:?}]\n"
        ));
        assert_eq!(commands(&desk, &["."]).len(), 2, "{pattern}");
    }
    // The folder is another's.
    let desk = book("[preprocessor.labbook]\nprompts = [\"[강의실] lee {folder} %\"]\n");
    assert_eq!(commands(&desk, &["."]), [""; 0]);
}

#[test]
fn a_manifest_names_a_prompt() {
    for found_by in ["question = \"How\"", "command = \"echo hi\""] {
        let manifest = format!("{found_by}\nprompt = \"[강의실] {{user}} {{folder}} %\"\n");
        let desk = Desk::new()
            .with("note.md", NOTE)
            .with("exercises/a.toml", manifest);
        assert_eq!(commands(&desk, &["note.md"]).len(), 2, "{found_by}");
    }
}

#[test]
fn unknown_keys_and_wrong_patterns_of_a_book_are_told_at_once_beside_what_can_be_run() {
    let desk = book(
        "[preprocessor.labbook]\npromts = []\nprompts = [\"[강의실] {user} {folder} %\", \"{who} %\", \" \"]\nthemse = {}\n",
    );
    assert_eq!(commands(&desk, &["."]).len(), 2);
    for command in ["list", "build"] {
        desk.labbook(&[command, "."]).complains(&[
            "book.toml:4:1",
            "did you mean `prompts`?",
            "book.toml:6:1",
            "did you mean `themes`?",
            "`{who} %` is no prompt",
            "` ` is no prompt",
        ]);
    }
}

#[test]
fn a_wrong_pattern_is_told_with_its_place() {
    for (pattern, why) in [
        ("{who} %", "only `{user}`, `{host}` and `{folder}`"),
        ("{user", "is not closed"),
        ("{user} {user} $", "once"),
        ("{user}@{host}", "must end in a sign"),
        (" ", "it is empty"),
    ] {
        book(&format!(
            "[preprocessor.labbook]\nprompts = [\"$\", {pattern:?}]\n"
        ))
        .labbook(&["list", "."])
        .exits(3)
        .complains(&[why, "book.toml:4:17"]);
        Desk::new()
            .with("note.md", NOTE)
            .with(
                "exercises/a.toml",
                format!("question = \"How\"\nprompts = [{pattern:?}]\n"),
            )
            .labbook(&["list", "note.md"])
            .exits(3)
            .complains(&[why, "a.toml:2:"]);
    }
    book("[preprocessor.labbook]\nprompts = \"$\"\n")
        .labbook(&["list", "."])
        .exits(3)
        .complains(&["no list of texts"]);
}

/// A page whose commands have no prompt, and whose output stands below them.
const BLOG: &str = "# Page

```bash
docker run -d --name web busybox sleep 300
```

```bash
# which ones run
docker ps --format '{{.Names}} {{.Image}}'
```

Output:

```
web busybox
```

## Next

```bash
docker rm -f web
docker ps -aq | wc -l
echo done
```

결과는 다음과 같다.

```text
0
done
```
";

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn commands_without_prompts_are_run_where_their_output_is_shown() {
    let verified = |page: &str| Desk::new().with("note.md", page).verify();
    let status = |page: &str| verified(page).ended.status;
    assert_eq!(status(BLOG), Some(0));
    for (right, wrong) in [
        ("\nweb busybox", "\nweb nginx"),
        ("\n0\n", "\n1\n"),
        ("\ndone\n", "\ngone\n"),
        ("\n0\ndone\n", "\ndone\n0\n"),
    ] {
        assert_eq!(status(&BLOG.replace(right, wrong)), Some(1), "{wrong}");
    }
    // What is shown may be of the last commands alone.
    assert_eq!(status(&BLOG.replace("\n0\ndone\n", "\ndone\n")), Some(0));
}

#[test]
#[ignore = "needs a private engine: root on Linux, and dockerd"]
fn a_wrong_output_of_commands_without_prompts_is_mended() {
    let desk = Desk::new().with("note.md", BLOG.replace("\nweb busybox", "\nweb nginx"));
    desk.labbook(&[
        "verify",
        "note.md",
        "--engine",
        "private",
        "--report",
        "json=r.json",
    ])
    .exits(1);
    desk.labbook(&[
        "update", "note.md", "--from", "r.json", "--yes", "--engine", "private",
    ])
    .exits(0);
    assert_eq!(desk.read("note.md"), BLOG);
}
