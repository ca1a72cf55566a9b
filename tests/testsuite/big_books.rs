//! Notes that are far too big: read in bounded time, without a panic, nothing lost.

use labbook::book;
use serde_json::{Value, json};

/// The page that the preprocessor makes of a chapter.
fn page(chapter: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let context = json!({"root": folder.path(), "config": {"book": {"src": "src"}}, "renderer": "html",
        "mdbook_version": "0.5.4"});
    let book = json!({"items": [{"Chapter": {"name": "C", "content": chapter, "sub_items": [], "path": "c.md",
        "source_path": "c.md", "parent_names": []}}]});
    let (book, _) = book::preprocess(&json!([context, book]).to_string()).expect("a book");
    let book: Value = serde_json::from_str(&book).expect("JSON");
    let content = book["items"][0]["Chapter"]["content"].as_str();
    content.expect("a page").to_owned()
}

/// How many letters stand in a text.
fn letters(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_alphabetic).count()
}

const HUNDRED_MEGABYTES: usize = 100_000_000;

#[test]
fn a_line_of_100_megabytes_is_kept() {
    let word = "abcdefghi ";
    let line = word.repeat(HUNDRED_MEGABYTES / word.len());
    let page = page(&format!("## T\n- Why?\n  - {line}\n- How?\n  - So.\n"));
    assert_eq!(page.matches("labbook-question").count(), 2);
    assert!(page.contains(line.trim_end()));
}

fn nested(depth: usize) -> String {
    (1..=depth)
        .map(|depth| format!("{}- x\n", " ".repeat(depth)))
        .collect()
}

#[test]
fn ten_thousand_nested_bullets_are_kept() {
    for chapter in [
        format!("## T\n- Why?\n{}", nested(10_000)),
        // Here the Markdown parser alone takes time by the square of the depth.
        format!("# Document\n\nProse.\n\n{}", nested(2_000)),
        format!("## T\n- Why?\n  {}x\n", "- ".repeat(10_000)),
        format!("# Document\n\nProse.\n\n{}x\n", "- ".repeat(10_000)),
        format!("# Document\n\n{}x\n", "> ".repeat(10_000)),
    ] {
        // What a question's own markup adds, whatever its answer.
        let (small, whole) = match chapter.starts_with("## T") {
            true => ("## T\n- Why?\n  - x\n", page("## T\n- Why?\n  - x\n")),
            false => ("", String::new()),
        };
        let ours = letters(&whole) - letters(small);
        assert_eq!(letters(&page(&chapter)), letters(&chapter) + ours);
    }
}

#[test]
fn what_looks_like_much_markup_is_kept() {
    for piece in [
        "<", "[", "![", "*a ", "`", "<a ", "{{#", "[a](", "<!--", "|", "_a*", "&", "\\", "](",
        "$$", "[^1]", "<x>",
    ] {
        let chapter = format!("# D\n\nProse {}\n", piece.repeat(50_000 / piece.len()));
        assert_eq!(letters(&page(&chapter)), letters(&chapter), "{piece}");
    }
}
