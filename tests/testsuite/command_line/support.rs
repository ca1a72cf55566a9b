//! Runs `labbook` as its users do: a folder with notes and manifests, a command
//! line, and what came of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder with notes, manifests and whatever else a user has.
pub struct Desk {
    folder: TempDir,
    variables: Vec<(&'static str, PathBuf)>,
}

impl Desk {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a folder can be made"),
            variables: Vec::new(),
        }
    }

    /// With a cache that nobody else uses.
    pub fn with_own_cache(mut self) -> Self {
        let cache = self.path().join("cache");
        self.variables.push(("LABBOOK_CACHE", cache));
        self
    }

    /// With a variable of the environment.
    pub fn with_variable(mut self, name: &'static str, value: PathBuf) -> Self {
        self.variables.push((name, value));
        self
    }

    /// What is set in the environment of its programs.
    pub fn variables(&self) -> &[(&'static str, PathBuf)] {
        &self.variables
    }

    /// With `note.md` holding one question whose answer has this transcript.
    pub fn with_transcript(transcript: &str) -> Self {
        Self::new().with("note.md", note_of(transcript))
    }

    /// With a file more.
    pub fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder"))
            .expect("a folder can be made");
        std::fs::write(path, text).expect("a file can be written");
        self
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A file's text.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect(name)
    }

    /// Runs `labbook` in this folder.
    pub fn labbook(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_labbook"))
            .args(arguments)
            .envs(self.variables.iter().cloned())
            .current_dir(self.path())
            .stdin(Stdio::null())
            .output()
            .expect("labbook can be started");
        Ended {
            status: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Verifies `note.md` on a private engine and gives the document.
    pub fn verify(&self) -> Verified {
        self.verify_as(&[
            "verify", "note.md", "--engine", "private", "--format", "json",
        ])
    }

    /// Runs a `verify` that prints JSON, and gives the document.
    pub fn verify_as(&self, arguments: &[&str]) -> Verified {
        let ended = self.labbook(arguments);
        let document = serde_json::from_str(&ended.stdout).unwrap_or_else(|error| {
            panic!("no document: {error}\n{}\n{}", ended.stdout, ended.stderr)
        });
        Verified { document, ended }
    }
}

/// A note with one question whose answer has this transcript, which begins on
/// line 5.
pub fn note_of(transcript: &str) -> String {
    format!(
        "## Docker\n- How?\n  - Like this.\n```\n{}\n```\n",
        transcript.trim_matches('\n')
    )
}

/// How `labbook` ended.
pub struct Ended {
    pub status: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Asserts the exit status.
    pub fn exits(self, status: i32) -> Self {
        assert_eq!(
            self.status,
            Some(status),
            "stdout:\n{}\nstderr:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Asserts that stderr says all of `words`, and that nothing panicked.
    pub fn complains(self, words: &[&str]) -> Self {
        for word in words {
            assert!(
                self.stderr.contains(word),
                "{word:?} is not in:\n{}",
                self.stderr
            );
        }
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }
}

/// What a `verify` found.
pub struct Verified {
    pub document: Value,
    pub ended: Ended,
}

impl Verified {
    /// Asserts the only exercise's verdict, and the exit status that goes with it.
    pub fn is(self, verdict: &str) -> Self {
        let exercise = &self.document["exercises"][0];
        assert_eq!(
            exercise["verdict"], verdict,
            "{:#}\n{}",
            exercise, self.ended.stderr
        );
        let status = match verdict {
            "passed" | "drifted" => 0,
            "failed" => 1,
            _ => 3,
        };
        assert_eq!(self.ended.status, Some(status), "{}", self.ended.stderr);
        self
    }

    /// Asserts that the exercise's or a step's reason says `words`.
    pub fn because(self, words: &str) -> Self {
        let exercise = &self.document["exercises"][0];
        let steps = exercise["steps"].as_array().expect("steps are a list");
        let says = |reason: &Value| reason.as_str().is_some_and(|reason| reason.contains(words));
        let said = says(&exercise["reason"]) || steps.iter().any(|step| says(&step["reason"]));
        assert!(said, "{words:?} is no reason in {exercise:#}");
        self
    }

    /// Asserts that the lines of the note that do not hold are these.
    pub fn at_lines(self, lines: &[u64]) -> Self {
        let mut wrong: Vec<u64> = self
            .lines()
            .filter(|line| line["ok"] == false)
            .map(|line| line["line"].as_u64().expect("a line has a number"))
            .collect();
        wrong.dedup();
        assert_eq!(wrong, lines, "{:#}", self.document["exercises"][0]);
        self
    }

    /// Asserts the verdicts of the only exercise's steps.
    pub fn with_steps(self, verdicts: &[&str]) -> Self {
        let steps = self.document["exercises"][0]["steps"]
            .as_array()
            .expect("steps are a list");
        let found: Vec<&str> = steps
            .iter()
            .filter_map(|step| step["verdict"].as_str())
            .collect();
        assert_eq!(found, verdicts, "{:#}", self.document["exercises"][0]);
        self
    }

    fn lines(&self) -> impl Iterator<Item = &Value> {
        let steps = self.document["exercises"][0]["steps"]
            .as_array()
            .expect("steps are a list");
        steps
            .iter()
            .flat_map(|step| step["lines"].as_array().expect("lines are a list"))
    }
}
