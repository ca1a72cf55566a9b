//! What reading notes costs: beside a bare pass of the Markdown parser over the
//! same text (at most twice as much), and for ten times the notes (ten times as
//! much). Compare the medians of one run.

use divan::{Bencher, black_box};
use labbook::diagnostic::Source;
use labbook::notes::Notes;
use pulldown_cmark::{Options, Parser};

fn main() {
    divan::main();
}

/// Notes of so many questions, as an instructor writes them.
fn notes(questions: usize) -> String {
    (0..questions)
        .map(|number| {
            let topic = match number % 50 {
                0 => format!("## Topic {number}\n\n"),
                _ => String::new(),
            };
            format!(
                "{topic}- Why does container {number} lose its *files*?\n  - Its layer goes with it, unless they are in a \
                 `volume`.\n    - See [the manual](https://example.com/{number}).\n   - 볼륨에 둔 것은 남습니다.\n\n\
                 ```bash\n$ docker run --rm busybox cat /etc/hostname\n{number:012x}\n$ docker volume ls\n\
                 DRIVER    VOLUME NAME\n```\n\n"
            )
        })
        .collect()
}

const SIZES: [usize; 2] = [1_000, 10_000];

#[divan::bench(args = SIZES, sample_count = 20)]
fn notes_are_read(bencher: Bencher, questions: usize) {
    let source = Source::new("notes.md", notes(questions));
    bencher.bench(|| Notes::parse(black_box(&source)).expect("readable notes"));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn bare_markdown_pass(bencher: Bencher, questions: usize) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS;
    let text = notes(questions);
    bencher.bench(|| {
        Parser::new_ext(black_box(&text), options)
            .into_offset_iter()
            .count()
    });
}
