//! The preprocessor's share of a whole build of a book with 10,000 questions: at
//! most 5 %. Compare the medians of one run.

use std::path::Path;

use divan::{Bencher, black_box};
use labbook::book;

const CHAPTERS: usize = 20;
const QUESTIONS: usize = 500;

fn main() {
    divan::main();
}

/// A chapter of questions, as an instructor writes them.
fn chapter(chapter: usize) -> String {
    let questions = (0..QUESTIONS).map(|number| {
        format!(
            "- Why does container {chapter}-{number} lose its *files*?\n  - Its layer goes with it, unless they are in a \
             `volume`.\n    - See [the manual](https://example.com/{number}).\n   - 볼륨에 둔 것은 남습니다.\n\n\
             ```bash\n$ docker run --rm busybox cat /etc/hostname\n{number:012x}\n$ docker volume ls\n\
             DRIVER    VOLUME NAME\n```\n\n"
        )
    });
    format!(
        "# Day {chapter}\n\n## Docker\n\n{}",
        questions.collect::<String>()
    )
}

fn write_book(folder: &Path) {
    let sources = folder.join("src");
    std::fs::create_dir_all(&sources).expect("a folder");
    std::fs::write(folder.join("book.toml"), "[book]\ntitle = \"T\"\n").expect("a file");
    let mut summary = String::new();
    for number in 0..CHAPTERS {
        summary += &format!("- [Day {number}](day{number}.md)\n");
        std::fs::write(sources.join(format!("day{number}.md")), chapter(number)).expect("a file");
    }
    std::fs::write(sources.join("SUMMARY.md"), summary).expect("a file");
}

/// What mdBook sends to a preprocessor of the book in `folder`.
fn wire(folder: &Path) -> String {
    let items: Vec<_> = (0..CHAPTERS)
        .map(|number| {
            let path = format!("day{number}.md");
            serde_json::json!({"Chapter": {
                "name": format!("Day {number}"), "content": chapter(number), "number": [number + 1], "sub_items": [],
                "path": path, "source_path": path, "parent_names": []
            }})
        })
        .collect();
    let context = serde_json::json!({
        "root": folder, "config": {"book": {"src": "src"}}, "renderer": "html", "mdbook_version": "0.5.4"
    });
    serde_json::json!([context, {"items": items}]).to_string()
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn whole_build(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a folder");
    write_book(folder.path());
    bencher.bench_local(|| book::build(black_box(folder.path())).expect("a site"));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn preprocessor(bencher: Bencher) {
    let folder = tempfile::tempdir().expect("a folder");
    let wire = wire(folder.path());
    bencher.bench_local(|| book::preprocess(black_box(&wire)).expect("a book"));
}
