//! How fast the judge is: ordinary lines, and many elisions in a long output.
//!
//! `cargo bench --bench judge`

use divan::Bencher;
use divan::counter::ItemsCount;
use labbook::diagnostic::Source;
use labbook::engine::Surroundings;
use labbook::judge::{Observation, Script, judge};
use labbook::notes::Notes;
use labbook::session::{self, Step};

fn main() {
    divan::main();
}

fn steps(output: &str) -> Vec<Step> {
    let source = Source::new(
        "bench.md",
        format!("# Bench\n\n```\n$ cat log\n{output}\n```\n"),
    );
    let (notes, _) = Notes::parse(&source).expect("the note is well formed");
    session::parse(&notes.fences).expect("the transcript is well formed")
}

fn printed(lines: Vec<String>) -> Vec<Observation> {
    vec![Observation {
        sent: None,
        output: lines,
        exit: Some(0),
        prompt: None,
    }]
}

fn line(number: usize) -> String {
    format!(
        "{number}: GET /index.html from worker {} took a while",
        number % 7
    )
}

/// Ten times the lines, ten times the time.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn ordinary_lines(bencher: Bencher, count: usize) {
    let lines: Vec<String> = (0..count).map(line).collect();
    let steps = steps(&lines.join("\n"));
    let observations = printed(lines);
    let surroundings = Surroundings::default();
    bencher.counter(ItemsCount::new(count)).bench(|| {
        judge(
            Script {
                steps: &steps,
                setup: &[],
                files: Vec::new(),
                surroundings: &surroundings,
            },
            divan::black_box(&observations),
        )
    });
}

/// 10,000 lines that look alike, with 50 elisions between lines that do too.
#[divan::bench(args = [1_000, 10_000])]
fn fifty_elisions(bencher: Bencher, count: usize) {
    let steps = steps(&vec!["alike"; 51].join("\n...\n"));
    let observations = printed(vec!["alike".to_owned(); count]);
    let surroundings = Surroundings::default();
    bencher.counter(ItemsCount::new(count)).bench(|| {
        judge(
            Script {
                steps: &steps,
                setup: &[],
                files: Vec::new(),
                surroundings: &surroundings,
            },
            divan::black_box(&observations),
        )
    });
}

/// The same with too few lines: there is no way to fit them, and that is found
/// without trying every way not to.
#[divan::bench]
fn elisions_that_cannot_fit(bencher: Bencher) {
    let steps = steps(&vec!["alike"; 51].join("\n...\n"));
    let observations = printed(vec!["alike".to_owned(); 50]);
    let surroundings = Surroundings::default();
    bencher.bench(|| {
        judge(
            Script {
                steps: &steps,
                setup: &[],
                files: Vec::new(),
                surroundings: &surroundings,
            },
            divan::black_box(&observations),
        )
    });
}
