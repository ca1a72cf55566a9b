//! How fast the judge is: ordinary lines, lines with values, many elisions in a
//! long output, big tables and trees, and what fails.
//!
//! `cargo bench --bench judge`

use divan::Bencher;
use divan::counter::ItemsCount;
use labbook::diagnostic::Source;
use labbook::judge::{JudgedExercise, Observation, StepVerdict, judge};
use labbook::lab::Surroundings;
use labbook::notes::Notes;
use labbook::session::{self, Step};

fn main() {
    divan::main();
}

fn parsed(transcript: &str) -> Vec<Step> {
    let source = Source::new("bench.md", format!("# Bench\n\n```\n{transcript}\n```\n"));
    let (notes, _) = Notes::parse(&source).expect("the note is well formed");
    session::parse(&notes.fences).expect("the transcript is well formed")
}

/// Judges one command whose notes show `expected` and that printed `lines`.
fn judging(
    bencher: Bencher,
    command: &str,
    expected: &str,
    lines: &[String],
    verdict: StepVerdict,
) {
    let steps = parsed(&format!("$ {command}\n{expected}"));
    let observations = [Observation {
        sent: None,
        output: lines.to_vec(),
        exit: Some(0),
        prompt: None,
        typed: Vec::new(),
    }];
    let surroundings = Surroundings::default();
    let run = || {
        judge(
            JudgedExercise {
                steps: &steps,
                setup: &[],
                files: Vec::new(),
                surroundings: &surroundings,
            },
            divan::black_box(&observations),
        )
    };
    assert_eq!(run()[0].verdict, verdict);
    bencher.counter(ItemsCount::new(lines.len())).bench(run);
}

fn line(number: usize) -> String {
    format!(
        "{number}: GET /index.html from worker {} took a while",
        number % 7
    )
}

/// An ID's first twelve digits, another one for each number and run.
fn id(run: u64, number: usize) -> String {
    let mixed = (number as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ run;
    format!("{:011x}a", mixed >> 20)
}

fn with_values(run: u64, number: usize) -> String {
    format!(
        "2024-03-{:02}T10:{:02}:{:02}Z container {} answered {number}",
        1 + run,
        number / 60 % 60,
        number % 60,
        id(run, number)
    )
}

/// Ten times the lines, ten times the time.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn ordinary_lines(bencher: Bencher, count: usize) {
    let lines: Vec<String> = (0..count).map(line).collect();
    judging(
        bencher,
        "cat log",
        &lines.join("\n"),
        &lines,
        StepVerdict::Passed,
    );
}

/// Lines with a time and an ID each.
#[divan::bench(args = [1_000, 10_000])]
fn lines_with_values(bencher: Bencher, count: usize) {
    let lines = |run| -> Vec<String> { (0..count).map(|n| with_values(run, n)).collect() };
    judging(
        bencher,
        "docker logs web",
        &lines(1).join("\n"),
        &lines(2),
        StepVerdict::Passed,
    );
}

/// 10,000 lines that look alike, with 50 elisions between lines that do too.
#[divan::bench(args = [1_000, 10_000])]
fn fifty_elisions(bencher: Bencher, count: usize) {
    let expected = ["alike"; 51].join("\n...\n");
    judging(
        bencher,
        "cat log",
        &expected,
        &vec!["alike".to_owned(); count],
        StepVerdict::Passed,
    );
}

/// The same among lines of which each is another.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn fifty_elisions_between_different_lines(bencher: Bencher, count: usize) {
    let lines: Vec<String> = (0..count).map(line).collect();
    let expected: Vec<&str> = (0..51)
        .map(|part| lines[part * (count - 1) / 50].as_str())
        .collect();
    judging(
        bencher,
        "cat log",
        &expected.join("\n...\n"),
        &lines,
        StepVerdict::Passed,
    );
}

/// The same among lines that differ in their ID and their time alone, so that
/// each line of the notes could be any of the run's.
#[divan::bench(args = [1_000, 10_000])]
fn fifty_elisions_between_lines_with_values(bencher: Bencher, count: usize) {
    let lines = |run| -> Vec<String> {
        (0..count)
            .map(|number| with_values(run, number))
            .map(|line| {
                line.rsplit_once(' ')
                    .map_or("", |(start, _)| start)
                    .to_owned()
            })
            .collect()
    };
    let expected: Vec<String> = lines(1).into_iter().step_by(count / 50).collect();
    judging(
        bencher,
        "docker logs web",
        &expected.join("\n...\n"),
        &lines(2),
        StepVerdict::Passed,
    );
}

/// Too few lines: there is no way to fit them, and that is found without trying
/// every way not to.
#[divan::bench]
fn elisions_that_cannot_fit(bencher: Bencher) {
    let expected = ["alike"; 51].join("\n...\n");
    judging(
        bencher,
        "cat log",
        &expected,
        &vec!["alike".to_owned(); 50],
        StepVerdict::Failed,
    );
}

/// Every line but one holds.
#[divan::bench(args = [1_000, 10_000, 100_000])]
fn ordinary_lines_of_which_one_fails(bencher: Bencher, count: usize) {
    let lines: Vec<String> = (0..count).map(line).collect();
    let expected = lines.join("\n").replace("17:", "seventeen:");
    judging(bencher, "cat log", &expected, &lines, StepVerdict::Failed);
}

/// Every line with values but one holds.
#[divan::bench(args = [1_000, 10_000])]
fn lines_with_values_of_which_one_fails(bencher: Bencher, count: usize) {
    let lines = |run| -> Vec<String> { (0..count).map(|n| with_values(run, n)).collect() };
    let expected = lines(1).join("\n").replace("answered 17\n", "asked 17\n");
    judging(
        bencher,
        "docker logs web",
        &expected,
        &lines(2),
        StepVerdict::Failed,
    );
}

fn containers(run: u64, count: usize) -> Vec<String> {
    let header =
        "CONTAINER ID   IMAGE     COMMAND   CREATED         STATUS         PORTS     NAMES";
    std::iter::once(header.to_owned())
        .chain((0..count).map(|number| {
            format!(
                "{}   nginx     \"sh\"      {} seconds ago   Up 12 seconds             web-{number}",
                id(run, number),
                10 + run
            )
        }))
        .collect()
}

/// Rows in an order that holds.
#[divan::bench(args = [500, 5_000])]
fn a_table_of_containers(bencher: Bencher, count: usize) {
    judging(
        bencher,
        "docker ps",
        &containers(1, count).join("\n"),
        &containers(2, count),
        StepVerdict::Passed,
    );
}

fn images(run: u64, count: usize) -> Vec<String> {
    let header = "REPOSITORY     TAG       IMAGE ID       CREATED         SIZE";
    std::iter::once(header.to_owned())
        .chain((0..count).map(|number| {
            format!(
                "image-{number:<6}   latest    {}   {} seconds ago   12MB",
                id(run, number),
                10 + run
            )
        }))
        .collect()
}

/// Rows in any order.
#[divan::bench(args = [500, 5_000])]
fn a_table_of_images(bencher: Bencher, count: usize) {
    let names: Vec<String> = (0..count)
        .map(|n| format!("docker tag a image-{n}"))
        .collect();
    let command = format!("{}; docker images", names.join("; "));
    let mut lines = images(2, count);
    lines[1..].reverse();
    judging(
        bencher,
        &command,
        &images(1, count).join("\n"),
        &lines,
        StepVerdict::Passed,
    );
}

/// Nothing but random names in any order: every line could be any.
#[divan::bench(args = [100, 500])]
fn a_list_of_random_names(bencher: Bencher, count: usize) {
    let ids = |run| -> Vec<String> { (0..count).map(|number| id(run, number)).collect() };
    judging(
        bencher,
        "docker images -q",
        &ids(1 << 30).join("\n"),
        &ids(2 << 40),
        StepVerdict::Passed,
    );
}

/// One name too many for the lines there are.
#[divan::bench(args = [100, 500])]
fn a_list_of_random_names_that_is_too_long(bencher: Bencher, count: usize) {
    let ids = |run, count| -> Vec<String> { (0..count).map(|number| id(run, number)).collect() };
    judging(
        bencher,
        "docker images -q",
        &ids(1 << 30, count + 1).join("\n"),
        &ids(2 << 40, count),
        StepVerdict::Failed,
    );
}

fn tree(run: u64, count: usize) -> Vec<String> {
    let folders = count / 4;
    let mut lines = vec![".".to_owned()];
    for number in 0..folders {
        let (folder, inner) = if number + 1 == folders {
            ("`-- ", "    ")
        } else {
            ("|-- ", "|   ")
        };
        lines.push(format!("{folder}{}", id(run, number)));
        for (file, mark) in [("diff", "|-- "), ("link", "|-- "), ("lower", "`-- ")] {
            lines.push(format!("{inner}{mark}{file}-{number}"));
        }
    }
    lines.push(String::new());
    lines.push(format!("{folders} directories, {} files", folders * 3));
    lines
}

/// Folders with random names, each with files of its own.
#[divan::bench(args = [200, 2_000])]
fn a_tree(bencher: Bencher, count: usize) {
    judging(
        bencher,
        "tree",
        &tree(1, count).join("\n"),
        &tree(2, count),
        StepVerdict::Passed,
    );
}

/// A command that goes on over many lines is read once.
#[divan::bench(args = [2_000, 20_000])]
fn reading_a_here_document(bencher: Bencher, count: usize) {
    let lines: Vec<String> = (0..count).map(line).collect();
    let transcript = format!("$ cat > file <<EOF\n{}\nEOF\n$ true", lines.join("\n"));
    let source = Source::new("bench.md", format!("# Bench\n\n```\n{transcript}\n```\n"));
    let (notes, _) = Notes::parse(&source).expect("the note is well formed");
    bencher
        .counter(ItemsCount::new(count))
        .bench(|| session::parse(divan::black_box(&notes.fences)));
}
