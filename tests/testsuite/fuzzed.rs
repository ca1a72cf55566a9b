//! Inputs that once went wrong, or that reach what others do not: each through the
//! reader that it is for.

use std::path::Path;

#[path = "../fuzz/targets.rs"]
mod targets;

#[test]
fn every_input_of_the_corpus_is_read() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let folder = corpus.join(name);
        let inputs = std::fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut read = 0;
        for input in inputs {
            let path = input.expect("an input").path();
            let bytes = std::fs::read(&path).expect("an input");
            // Shown where it fails.
            println!("{}", path.display());
            target(&bytes);
            read += 1;
        }
        assert!(read > 0, "{} holds no input", folder.display());
    }
}

/// Readers, and what they are fed with: a beginning, what is repeated, and an end.
/// Each once took time by the square of its length, or worse: then this takes minutes.
const REPEATED: [(&str, &str, &str, &str); 7] = [
    ("notes", "# T\n\n- a?\n", "\n", "  - b\n"),
    ("notes", "# T\n\n- a?\n  - b\n\n", "text\n", ""),
    ("shell", "docker image inspect", " ", "x"),
    ("shell", "echo ", "{", ""),
    ("shell", "cat", " <<a", ""),
    ("manifest", "", "question = \"a#]\n", ""),
    ("manifest", "question = \"a\n", "\n", ""),
];

#[test]
fn what_is_repeated_is_read_without_a_panic() {
    for (name, begin, piece, end) in REPEATED {
        let target = targets::TARGETS.iter().find(|(known, _)| *known == name);
        let (_, target) = target.expect("a target");
        println!("{name}: {piece:?}");
        let text = format!("{begin}{}{end}", piece.repeat(200_000 / piece.len()));
        target(text.as_bytes());
    }
}
